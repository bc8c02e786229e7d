//! What a caller hears: JSON, and one status for each error.

use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::Value;
use serde_json::json;

use crate::backoffice::Error;
use crate::backoffice::guard::Fault;

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = status(&self);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self, "the reference back office failed");
        }
        let message = self.to_string();
        let body = match &self {
            Self::Conflict(current) => {
                let current = json!({"rev": current.rev, "data": current.data});
                json!({"error": code, "message": message, "current": current})
            }
            _ => json!({"error": code, "message": message}),
        };
        let mut response = json(status, &body);
        if let Some((name, value)) = header_of(&self) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn status(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
        Error::LogIn => (StatusCode::UNAUTHORIZED, "log_in"),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
        Error::Method => (StatusCode::METHOD_NOT_ALLOWED, "method"),
        Error::KeyReused => (StatusCode::CONFLICT, "key_reused"),
        Error::Gone => (StatusCode::GONE, "gone"),
        Error::CursorExpired => (StatusCode::GONE, "cursor_expired"),
        Error::Conflict(_) => (StatusCode::PRECONDITION_FAILED, "conflict"),
        Error::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Error::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
        Error::Fault(Fault::Busy { .. }) => (StatusCode::TOO_MANY_REQUESTS, "busy"),
        Error::Fault(Fault::Down { .. }) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        Error::Fault(Fault::LoseAnswer) | Error::Database(_) | Error::Damaged(_) | Error::Listen(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    }
}

fn header_of(error: &Error) -> Option<(HeaderName, HeaderValue)> {
    match error {
        Error::LogIn => {
            Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer, Basic realm=\"back office\"")))
        }
        Error::Fault(Fault::Busy { seconds } | Fault::Down { seconds }) => {
            Some((header::RETRY_AFTER, HeaderValue::from(*seconds)))
        }
        _ => None,
    }
}
