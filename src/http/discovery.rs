//! Autodiscover: the way of a request to its answer and back, for both versions. Says nothing of its own.

use axum::Extension;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::log_in;
use super::origin::Origin;
use super::reply;
use super::router::Shared;
use crate::command::autodiscover;

/// The longest request; a phone's is of a few hundred bytes.
pub(super) const BODY: usize = 64 * 1024;

/// The first version: XML, for somebody who logs in. Android's request has no body.
pub(super) async fn xml(
    State(shared): State<Shared>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, hyper::Response<Body>> {
    let account = log_in::check(&shared.app, &shared.auth, &headers, (origin, None)).await?;
    let Some(us) = us(&headers, origin) else { return Ok(no_host()) };
    let text = autodiscover::xml(&account, &body, &us, shared.app.now());
    Ok(([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response())
}

/// The second version: JSON, for anybody.
pub(super) async fn json(
    RawQuery(query): RawQuery,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
) -> Response {
    let Some(us) = us(&headers, origin) else { return no_host() };
    let query = query.unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let protocol = pairs.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("Protocol"));
    let (status, text) = autodiscover::json(protocol.map(|(_, value)| value), &us);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}

fn no_host() -> Response {
    reply::plain(StatusCode::BAD_REQUEST, "the request names no host\n")
}

/// `https://HOST`, as the client reached us.
fn us(headers: &HeaderMap, origin: Origin) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    let scheme = if origin.is_encrypted { "https" } else { "http" };
    (!host.is_empty() && host.chars().all(is_host)).then(|| format!("{scheme}://{host}"))
}
