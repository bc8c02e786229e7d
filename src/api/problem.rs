//! What a program hears when something went wrong: a status and a problem (RFC 9457). Handles nothing.

use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::json;

use crate::govern;
use crate::store;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// What the framework refuses.
    pub(super) fn of_status(status: StatusCode) -> Self {
        Self::new(status, "the path or the query is not as in the description")
    }

    /// Who asks did not say who it is.
    pub(super) fn log_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "show a token: Authorization: Bearer lomme_…")
    }

    /// A token must not be read by others.
    pub(super) fn plain() -> Self {
        Self::new(StatusCode::FORBIDDEN, "use https, or see plain_http in the configuration")
    }

    /// There is no such thing.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The path is one, the method is not.
    pub(super) fn wrong_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "that cannot be done here")
    }

    /// What was sent makes no sense.
    pub(super) fn wrong(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }
}

/// Whether an answer is a problem.
pub(super) fn is_one(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == KIND)
}

const KIND: HeaderValue = HeaderValue::from_static("application/problem+json");

impl From<govern::Error> for Problem {
    fn from(error: govern::Error) -> Self {
        let status = match &error {
            govern::Error::Store(_) | govern::Error::Password => {
                tracing::error!(%error, "a program was not answered");
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "something failed here, and is in the log",
                );
            }
            govern::Error::NotAllowed => StatusCode::FORBIDDEN,
            govern::Error::Missing { .. } => StatusCode::NOT_FOUND,
            govern::Error::Taken { .. } => StatusCode::CONFLICT,
            govern::Error::Wrong(_) | govern::Error::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        govern::Error::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, KIND);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
