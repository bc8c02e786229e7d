//! Who asks, and what they sent. Knows no path.

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::app::App;
use crate::govern::actor::Actor;
use crate::govern::token;
use crate::model::id::OrganisationId;
use crate::model::service::Off;
use crate::model::service::Service;
use crate::web::Visitor;

/// A program that showed a good token.
#[derive(Debug)]
pub(super) struct Caller {
    /// Who it is.
    pub(super) actor: Actor,
    /// The organisation that its token belongs to.
    pub(super) organisation: OrganisationId,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if !parts.extensions.get::<Visitor>().is_some_and(|visitor| visitor.may_log_in) {
            return Err(Problem::plain());
        }
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let secret = header.and_then(|header| {
            let (scheme, secret) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
        });
        let secret = secret.ok_or_else(Problem::log_in)?;
        let actor = token::actor(app, secret).await?.ok_or_else(Problem::log_in)?;
        let organisation = actor.organisation().ok_or_else(Problem::log_in)?;
        Ok(Self { actor, organisation })
    }
}

/// Reads a body, or says what is wrong with it.
pub(super) fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Problem::wrong(error.to_string()))
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    /// A piece of a name or an address.
    pub(super) search: String,
    /// Where the last part ended.
    pub(super) after: String,
    /// How many.
    pub(super) limit: Option<u16>,
}

impl Part {
    /// How many, within reason.
    pub(super) fn limit(&self) -> u16 {
        bounded(self.limit)
    }
}

/// How many, within reason.
pub(super) fn bounded(limit: Option<u16>) -> u16 {
    const MOST: u16 = 1_000;
    const USUAL: u16 = 100;
    limit.unwrap_or(USUAL).clamp(1, MOST)
}

/// The names of what is switched off.
pub(super) fn names(off: &Off) -> Vec<&'static str> {
    off.iter().map(Service::as_str).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SwitchedOff {
    switched_off: Vec<String>,
}

/// Reads what is to be switched off.
pub(super) fn off(body: &Bytes) -> Result<Off, Problem> {
    let SwitchedOff { switched_off } = json(body)?;
    let service = |name: &String| {
        let wrong = || {
            Problem::wrong(format!("`switchedOff` has `{name}`, which is none of those in the description"))
        };
        Service::from_name(name).ok_or_else(wrong)
    };
    switched_off.iter().map(service).collect()
}
