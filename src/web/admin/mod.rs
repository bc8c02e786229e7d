//! `/admin`: what administrators see and do. All of it is done in `govern`; a page shows what comes of it.

mod access;
mod accounts;
mod audit;
mod bulk;
mod connection_fields;
mod connections;
mod device;
mod devices;
pub(super) mod organisation;
mod organisations;
mod overview;
mod plot;
mod policy;
mod runs;
mod tokens;
mod trace;
mod welcome;
mod words;

use axum::Router;
use axum::extract::FromRequest;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use super::Web;
use super::failure::Failure;
use super::fields::Fields;
use super::fields::Post;
use super::page::Entry;
use super::page::Flash;
use super::page::Page;
use super::page::Section;
use super::session;
use super::session::Visit;
use crate::govern;
use crate::govern::actor::Actor;
use crate::model::id::OrganisationId;
use crate::store;

/// Every page of the administrators'.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/admin", get(overview::show))
        .route("/admin/devices", get(devices::show))
        .route("/admin/devices/row/{id}", get(devices::row))
        .route("/admin/devices/confirm", post(bulk::confirm))
        .route("/admin/devices/submit", post(bulk::submit))
        .route("/admin/devices/{id}", get(device::show))
        .route("/admin/devices/{id}/trace", get(trace::download).post(trace::change))
        .route("/admin/accounts", get(accounts::show).post(accounts::add))
        .route("/admin/accounts/import", post(accounts::import))
        .route("/admin/accounts/{id}", get(accounts::one).post(accounts::change))
        .route("/admin/accounts/{id}/welcome", get(welcome::show))
        .route("/admin/accounts/{id}/export", get(accounts::export))
        .route("/admin/groups", post(accounts::add_group))
        .route("/admin/groups/remove", post(accounts::remove_group))
        .route("/admin/access", get(access::show).post(access::save))
        .route("/admin/policy", get(policy::show).post(policy::save))
        .route("/admin/organisation", get(organisation::show).post(organisation::save))
        .route("/admin/organisations", get(organisations::show).post(organisations::act))
        .route("/admin/runs", get(runs::show).post(runs::pull_now))
        .route("/admin/connections", get(connections::show).post(connections::save))
        .route("/admin/connections/new", get(connections::new))
        .route("/admin/connections/{name}", get(connections::one).post(connections::act))
        .route("/admin/tokens", get(tokens::show).post(tokens::add))
        .route("/admin/tokens/revoke", post(tokens::revoke))
        .route("/admin/audit", get(audit::show))
}

/// Somebody who governs something, and is logged in.
pub(super) struct Governor {
    visit: Visit,
    actor: Actor,
    /// The one that the pages show: their own, or the one that they chose.
    organisation: OrganisationId,
    /// Its name, where there are others to choose from.
    shown: Option<String>,
}

/// A form that such a one sent.
pub(super) struct Sent {
    by: Governor,
    fields: Fields,
}

impl Governor {
    async fn of(web: &Web, visit: Visit, chosen: Option<OrganisationId>) -> Result<Self, Failure> {
        let mut reader = web.app.store().read().await?;
        let actor = Actor::within(&mut reader, &visit.account, chosen).await?.ok_or(Failure::Forbidden)?;
        let organisation = actor.organisation().unwrap_or(visit.account.organisation);
        let settings = store::organisation::settings_of(&mut reader, visit.account.id).await?;
        if settings.administrators_need_factor && !visit.account.has_factor {
            return Err(Failure::NeedsFactor);
        }
        let shown = if Actor::operator(&mut reader, &visit.account).await?.is_some() {
            store::organisation::by_id(&mut reader, organisation).await?.map(|found| found.name)
        } else {
            None
        };
        Ok(Self { visit, actor, organisation, shown })
    }

    /// Whether what is of the whole organisation is open to them, which the menu shows to nobody else.
    fn whole(&self) -> Result<(), Failure> {
        if self.actor.is_administrator() { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// A page of this visit with the menu beside it.
    fn page(&self, web: &Web, title: &str, here: Place) -> Page {
        let entry = |key: &str, path: &str, place: Place| Entry {
            name: self.visit.say(key).into_owned(),
            path: path.to_owned(),
            is_here: place == here,
            has_news: false,
        };
        let mut everybody = vec![
            entry("admin-overview", "/admin", Place::Overview),
            entry("admin-devices", "/admin/devices", Place::Devices),
            entry("admin-accounts", "/admin/accounts", Place::Accounts),
            entry("admin-runs", "/admin/runs", Place::Runs),
        ];
        // What is of the whole organisation is for those who administer all of it.
        let rules = if self.actor.is_administrator() {
            vec![
                entry("admin-access", "/admin/access", Place::Access),
                entry("admin-policy", "/admin/policy", Place::Policy),
                entry("admin-connections", "/admin/connections", Place::Connections),
                entry("admin-organisation", "/admin/organisation", Place::Organisation),
                entry("admin-tokens", "/admin/tokens", Place::Tokens),
                entry("admin-audit", "/admin/audit", Place::Audit),
            ]
        } else {
            Vec::new()
        };
        everybody.extend(rules);
        let heading = match &self.shown {
            Some(name) => {
                everybody.push(entry("organisations-title", "/admin/organisations", Place::Organisations));
                name.clone()
            }
            None => self.visit.say("admin-heading").into_owned(),
        };
        let own = vec![Entry {
            name: self.visit.say("admin-own").into_owned(),
            path: "/setting".to_owned(),
            is_here: false,
            has_news: false,
        }];
        let sections =
            vec![Section { heading, entries: everybody }, Section { heading: String::new(), entries: own }];
        self.visit.page(self.visit.say(title), sections, web.app.now())
    }

    /// Goes on to a page, saying what came of it.
    fn told(&self, path: &str, outcome: govern::Result<()>, done: &str) -> Result<Response, Failure> {
        let flash = match outcome {
            Ok(()) => Flash::good(self.visit.say(done)),
            Err(error) => Flash::bad(self.words(error)?),
        };
        self.visit.go(path, &flash)
    }

    /// What is wrong with what was typed, or the page that says that it cannot be done.
    fn words(&self, error: govern::Error) -> Result<String, Failure> {
        match error {
            govern::Error::Taken { name, .. } => {
                Ok(self.visit.fill("admin-taken", "name", &name).into_owned())
            }
            govern::Error::Wrong(words) => Ok(self.visit.fill("admin-wrong", "words", &words).into_owned()),
            error => Err(error.into()),
        }
    }
}

/// The cookie that holds the number of the organisation that is shown to who governs all of them.
const CHOSEN: &str = "lomme-organisation";

fn chosen(headers: &HeaderMap) -> Option<OrganisationId> {
    session::cookie(headers, CHOSEN)?.parse().ok().map(OrganisationId)
}

impl FromRequestParts<Web> for Governor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, web).await?;
        Self::of(web, visit, chosen(&parts.headers)).await
    }
}

impl FromRequest<Web> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let chosen = chosen(request.headers());
        let Post { visit, fields } = Post::from_request(request, web).await?;
        Ok(Self { by: Governor::of(web, visit, chosen).await?, fields })
    }
}

/// The pages of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Overview,
    Devices,
    Accounts,
    Runs,
    Access,
    Policy,
    Connections,
    Organisation,
    Organisations,
    Tokens,
    Audit,
}
