//! `/hooks/CONNECTION`: where a back office says that something changed. Believes nothing that is not signed.

use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;

use super::router::Shared;
use crate::connector::nudge::HEADER;
use crate::jobs::nudge;
use crate::jobs::nudge::Error;

/// More than any nudge has to say.
pub(super) const BODY: usize = 64 * 1024;

pub(super) async fn receive(
    State(shared): State<Shared>,
    Path(connection): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signature = headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let status = match nudge::receive(&shared.app, &connection, signature, &body).await {
        Ok(()) => return StatusCode::NO_CONTENT.into_response(),
        Err(Error::Unknown) => StatusCode::NOT_FOUND,
        Err(Error::NotSigned) => StatusCode::UNAUTHORIZED,
        Err(Error::Store(error)) => {
            tracing::warn!(connection, %error, "a nudge was lost; the next pull makes it good");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    (status, "\n").into_response()
}
