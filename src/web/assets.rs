//! The style and the script of the pages, under names that change with their content. Makes no page.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::Digest as _;
use sha2::Sha256;

/// Where the style is.
pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css; charset=utf-8", include_str!("assets/style.css")));

/// Where htmx is (0BSD, `assets/htmx.LICENSE`): it brings parts of a page up to date without loading all of it.
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("htmx", "js", "text/javascript; charset=utf-8", include_str!("assets/htmx.js"))
});

/// The mark in a browser's tab.
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg")));

/// A file that every page loads, and a browser only once.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its address.
    pub(super) path: String,
    kind: &'static str,
    text: &'static str,
    gzipped: Vec<u8>,
}

impl Asset {
    fn new(name: &str, ending: &str, kind: &'static str, text: &'static str) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing into a vector cannot fail.
        let _ = encoder.write_all(text.as_bytes());
        let gzipped = encoder.finish().unwrap_or_default();
        let mut hash = String::new();
        for byte in Sha256::digest(text.as_bytes()).iter().take(6) {
            let _ = write!(hash, "{byte:02x}");
        }
        Self { path: format!("/static/{name}.{hash}.{ending}"), kind, text, gzipped }
    }
}

/// Answers with a file; its name is its content's, so it never changes.
pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let is_it = |asset: &&&LazyLock<Asset>| asset.path.strip_prefix("/static/") == Some(name.as_str());
    let Some(asset) = [&STYLE, &SCRIPT, &ICON].iter().find(is_it).copied() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|offers| offers.split(',').any(|offer| offer.trim() == "gzip"));
    let common: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "Accept-Encoding"),
    ];
    if takes_gzip {
        (common, [(header::CONTENT_ENCODING, "gzip")], asset.gzipped.clone()).into_response()
    } else {
        (common, asset.text).into_response()
    }
}
