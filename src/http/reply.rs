//! Makes HTTP out of an answer: headers, gzip. Knows no command.

use std::io::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use flate2::Compression;
use flate2::write::GzEncoder;

/// A status with a line for people, who may read it in a browser.
pub(super) fn plain(status: StatusCode, text: &'static str) -> hyper::Response<Body> {
    let mut response = hyper::Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// 401, which asks for Basic.
pub(super) fn log_in() -> hyper::Response<Body> {
    let mut response = plain(StatusCode::UNAUTHORIZED, "log in with your e-mail address and password\n");
    let ask = HeaderValue::from_static("Basic realm=\"Lomme\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
    response
}

/// 503: come again.
pub(super) fn busy(after: Duration) -> hyper::Response<Body> {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "too much at a time, come again later\n");
    let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

/// Says that the connection will not be used again: the rest of the request is still on it.
pub(super) fn closing(mut response: hyper::Response<Body>) -> hyper::Response<Body> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Whether the client takes gzip (RFC 9110 12.5.3).
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| {
        let (coding, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        ["gzip", "x-gzip"].contains(&coding.trim().to_ascii_lowercase().as_str()) && weight != Some(0.0)
    })
}

/// Compressed; quickly rather than well, for it is done for each answer.
pub(super) fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4 + 64), Compression::fast());
    // Writing into a vector cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(offer: &'static str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(offer));
        assert_eq!(accepts_gzip(&headers), expected, "{offer}");
    }

    #[test]
    fn gzip_is_used_when_it_is_offered() {
        check("gzip", true);
        check("deflate, GZIP;q=0.5", true);
        check("gzip;q=0", false);
        check("identity", false);
        check("br", false);
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
