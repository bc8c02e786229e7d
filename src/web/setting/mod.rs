//! `/setting`: what a user sees and chooses of his own account. Shows nobody else's.

mod absence;
mod connection;
pub(super) mod factor;
mod history;
mod log;
mod moment;
mod overview;
mod passwords;
mod phones;
pub(super) mod security;
pub(super) mod services;
mod setup;
mod summary;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use super::Web;
use super::failure::Failure;
use super::fields::Fields;
use super::fields::encoded;
use super::page::Entry;
use super::page::Page;
use super::page::Section;
use super::session::Visit;
use crate::connections::Connected;
use crate::store::access;

/// Every page of the user's.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/setting", get(start))
        .route("/setting/connection/{name}", post(connection::act))
        .route("/setting/connection/{name}/remove", get(connection::ask_to_remove).post(connection::remove))
        .route("/setting/phones", get(phones::list))
        .route("/setting/phones/{number}", get(phones::show).post(phones::act))
        .route("/setting/phones/{number}/{act}", get(phones::ask))
        .route("/setting/setup", get(setup::show))
        .route("/setting/setup/lomme.mobileconfig", get(setup::profile))
        .route("/setting/log", get(log::show).post(log::try_again))
        .route("/setting/history", get(history::list))
        .route("/setting/history/moment", post(moment::restore))
        .route("/setting/history/{folder}/{item}", get(history::show).post(history::restore))
        .route("/setting/absence", get(absence::show).post(absence::set))
        .route("/setting/services", get(services::show).post(services::set))
        .route("/setting/conflict", post(services::set_conflict))
        .route("/setting/account", get(security::show))
        .route("/setting/account/zone", post(security::set_zone))
        .route("/setting/account/recovery", post(security::set_recovery))
        .route("/setting/account/factor", get(factor::show).post(factor::act))
        .route("/setting/passwords", get(passwords::show).post(passwords::act))
        .route("/setting/account/password", post(security::set_password))
}

/// The overview, or the connection that `?p=` names (002-24).
async fn start(State(web): State<Web>, visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let query = Fields::parse(query.as_deref().unwrap_or_default());
    match query.one("p") {
        "" => overview::show(&web, &visit).await,
        name => connection::show(&web, &visit, name).await,
    }
}

/// The pages of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Overview,
    Connection(String),
    Phones,
    Passwords,
    Setup,
    Log,
    History,
    Absence,
    Services,
    Account,
}

/// Where a connection's page is.
fn path_of(name: &str) -> String {
    format!("/setting?p={}", encoded(name))
}

/// What people call a connection.
fn title_of(connected: &Connected) -> String {
    let settings = &connected.settings;
    settings.title.clone().unwrap_or_else(|| settings.name.clone())
}

/// The connections that the user's organisation offers.
fn offered(web: &Web, visit: &Visit) -> Vec<Arc<Connected>> {
    web.app.connections().of(visit.account.organisation)
}

/// A page of this visit with the menu beside it.
async fn page(web: &Web, visit: &Visit, title: &str, here: Place) -> Result<Page, Failure> {
    let accesses = access::of_account(&mut *web.app.store().read().await?, visit.account.id).await?;
    let entry = |key: &str, path: &str, place: Place| Entry {
        name: visit.say(key).into_owned(),
        path: path.to_owned(),
        is_here: place == here,
        has_news: false,
    };
    let connection = |connected: &Arc<Connected>| {
        let name = &connected.settings.name;
        Entry {
            name: title_of(connected),
            path: path_of(name),
            is_here: here == Place::Connection(name.clone()),
            has_news: accesses.iter().any(|access| access.connection == *name && access.notice.is_some()),
        }
    };
    let mut own = vec![
        entry("menu-services", "/setting/services", Place::Services),
        entry("menu-account", "/setting/account", Place::Account),
    ];
    if crate::absence::has_mail(&web.app, visit.account.id).await? {
        own.insert(0, entry("menu-absence", "/setting/absence", Place::Absence));
    }
    let menu = vec![
        Section {
            heading: String::new(),
            entries: vec![entry("menu-overview", "/setting", Place::Overview)],
        },
        Section {
            heading: visit.say("menu-connections").into_owned(),
            entries: offered(web, visit).iter().map(connection).collect(),
        },
        Section {
            heading: visit.say("menu-phones").into_owned(),
            entries: vec![
                entry("menu-my-phones", "/setting/phones", Place::Phones),
                entry("app-password-title", "/setting/passwords", Place::Passwords),
                entry("menu-setup", "/setting/setup", Place::Setup),
                entry("menu-log", "/setting/log", Place::Log),
                entry("menu-history", "/setting/history", Place::History),
            ],
        },
        Section { heading: visit.say("menu-me").into_owned(), entries: own },
    ];
    let menu = menu.into_iter().filter(|section| !section.entries.is_empty()).collect();
    Ok(visit.page(title, menu, web.app.now()))
}
