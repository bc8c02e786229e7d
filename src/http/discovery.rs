//! Autodiscover over HTTP: who asks, under which name they reached us, and the answer. Says nothing itself.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::active_sync;
use super::origin::Origin;
use super::reply;
use super::router::Shared;
use crate::auth::credentials::Credentials;
use crate::command::autodiscover;

/// The longest request; a phone's is of a few hundred bytes.
pub(super) const BODY: usize = 64 * 1024;

/// The first version: XML for whoever logs in. A GET asks for who logged in.
pub(super) async fn xml(
    State(shared): State<Shared>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if !origin.may_log_in(&shared.app.config().server) {
        return reply::plain(StatusCode::FORBIDDEN, "use https, or see plain_http in the configuration\n");
    }
    let credentials =
        headers.get(header::AUTHORIZATION).and_then(|value| Credentials::from_header(value.as_bytes()));
    let Some(credentials) = credentials else { return reply::log_in() };
    match shared.auth.check(&shared.app, &credentials, origin.address).await {
        Ok(account) => {
            let answer = autodiscover::xml(&account, &body, &address(origin, &headers), shared.app.now());
            ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], answer).into_response()
        }
        Err(refusal) => active_sync::refused(&refusal),
    }
}

/// The second version: JSON for anybody. It tells no more than where it was asked.
pub(super) async fn json(
    Extension(origin): Extension<Origin>,
    Query(parameters): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response<Body> {
    let protocol = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("protocol"));
    let (status, answer) =
        autodiscover::json(protocol.map(|(_, protocol)| protocol.as_str()), &address(origin, &headers));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], answer).into_response()
}

/// What the phone wrote before the path.
fn address(origin: Origin, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if origin.is_encrypted { "https" } else { "http" };
    format!("{scheme}://{host}")
}
