//! Who may call, and the troubles that tests ask for. Decides nothing about single collections.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::Digest;
use sha2::Sha256;

use crate::backoffice::Error;
use crate::backoffice::Office;
use crate::backoffice::Result;

/// What to get wrong. Each takes one request; those that concern writes wait for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Does the write, then answers 500 as if it had not.
    LoseAnswer,
    /// Answers a write with 429 and this `Retry-After`.
    Busy {
        /// To wait, in seconds.
        seconds: u32,
    },
    /// Answers any request with 503 and this `Retry-After`.
    Down {
        /// To wait, in seconds.
        seconds: u32,
    },
}

/// The troubles still to come, in order.
#[derive(Debug)]
pub(super) struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults.into()))
    }

    fn take(&self, method: &Method) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_write = matches!(*method, Method::POST | Method::PUT | Method::DELETE);
        match faults.front()? {
            Fault::Down { .. } => faults.pop_front(),
            Fault::LoseAnswer | Fault::Busy { .. } if is_write => faults.pop_front(),
            Fault::LoseAnswer | Fault::Busy { .. } => None,
        }
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// An integration that acts for everybody.
    Organisation,
    /// A user who logged in as himself.
    User(String),
}

impl Caller {
    /// Whether it may act for this user.
    pub(super) fn acts_for(&self, user: &str) -> Result<()> {
        match self {
            Self::Organisation => Ok(()),
            Self::User(name) if name == user => Ok(()),
            Self::User(_) => Err(Error::Forbidden("this log-in is not for this user".to_owned())),
        }
    }
}

/// Lets pass who is known.
pub(super) async fn guard(State(office): State<Arc<Office>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = caller(&office, request.headers()) else { return Error::LogIn.into_response() };
    request.extensions_mut().insert(caller);
    match office.faults.take(request.method()) {
        None => next.run(request).await,
        Some(fault) => {
            if fault == Fault::LoseAnswer {
                next.run(request).await;
            }
            Error::Fault(fault).into_response()
        }
    }
}

fn caller(office: &Office, headers: &HeaderMap) -> Option<Caller> {
    let (scheme, value) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("Bearer") {
        return is_same(value.trim(), &office.token).then_some(Caller::Organisation);
    }
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (name, password) = pair.split_once(':')?;
    let name = name.to_lowercase();
    let known = office.log_ins.iter().find(|(known, _)| *known == name)?;
    is_same(password, &known.1).then_some(Caller::User(name))
}

/// Compares digests, so that the time taken says nothing of how much was right.
fn is_same(given: &str, secret: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(secret)
}
