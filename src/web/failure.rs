//! What a page comes to when it cannot be shown, in words and with the right status. Handles nothing else.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::page;
use super::session::language;
use super::setting::factor;
use crate::error::Error;
use crate::govern;
use crate::store;

/// Why a page is not shown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// There is no such thing, or it is not this account's.
    #[error("there is no such page")]
    NotFound,
    /// This account may not.
    #[error("the account may not see this")]
    Forbidden,
    /// The form does not come from a page of ours, or from one that was opened before logging in anew.
    #[error("the form is not ours")]
    Foreign,
    /// A form that no page of ours sends.
    #[error("the form has no {0}")]
    Incomplete(&'static str),
    /// A password over a line that anybody reads.
    #[error("the line is not encrypted")]
    Plain,
    /// Log in first, and come back here.
    #[error("nobody is logged in")]
    LogIn(String),
    /// The organisation wants a second factor of its administrators first.
    #[error("an administrator needs a second factor")]
    NeedsFactor,
    /// Something below failed; it is in the log.
    #[error("{0}")]
    Inside(String),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Inside(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Inside(error.to_string())
    }
}

impl From<govern::Error> for Failure {
    fn from(error: govern::Error) -> Self {
        match error {
            govern::Error::NotAllowed => Self::Forbidden,
            govern::Error::Missing { .. } => Self::NotFound,
            govern::Error::Store(_)
            | govern::Error::Password
            | govern::Error::Taken { .. }
            | govern::Error::Wrong(_)
            | govern::Error::Field { .. } => Self::Inside(error.to_string()),
        }
    }
}

impl Failure {
    const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Foreign | Self::Plain => StatusCode::FORBIDDEN,
            Self::Incomplete(_) => StatusCode::BAD_REQUEST,
            Self::LogIn(_) | Self::NeedsFactor => StatusCode::SEE_OTHER,
            Self::Inside(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The keys of its heading and of what to do.
    const fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("failure-not-found", "failure-not-found-help"),
            Self::Forbidden => ("failure-forbidden", "failure-forbidden-help"),
            Self::Foreign | Self::Incomplete(_) => ("failure-foreign", "failure-foreign-help"),
            Self::Plain => ("failure-plain", "failure-plain-help"),
            Self::LogIn(_) => ("log-in-title", "log-in-first"),
            Self::NeedsFactor => ("factor-title", "factor-wanted"),
            Self::Inside(_) => ("failure-inside", "failure-inside-help"),
        }
    }
}

impl IntoResponse for Failure {
    /// Without a body: [`as_page`] knows the language.
    fn into_response(self) -> Response {
        if let Self::LogIn(here) = &self {
            return Redirect::to(&format!("/login?next={}", super::fields::encoded(here))).into_response();
        }
        if matches!(self, Self::NeedsFactor) {
            return Redirect::to(factor::HERE).into_response();
        }
        if let Self::Inside(reason) = &self {
            tracing::error!(%reason, "a page could not be shown");
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Makes a page of a failure, in the language of the browser.
pub(super) async fn as_page(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let here = request.uri().path().to_owned();
    let response = next.run(request).await;
    match response.extensions().get::<Failure>() {
        Some(failure) => {
            let (heading, help) = failure.words();
            (failure.status(), page::apology(language, here, heading, help)).into_response()
        }
        None => response,
    }
}
