//! `/setting`: what a user sees and chooses of his own account. Shows nobody else's.

mod overview;
mod security;

use axum::Router;
use axum::routing::get;
use axum::routing::post;

use super::Web;
use super::page::Entry;
use super::page::Page;
use super::page::Section;
use super::session::Visit;

/// Every page of the user's.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/setting", get(overview::show))
        .route("/setting/account", get(security::show))
        .route("/setting/account/zone", post(security::set_zone))
        .route("/setting/account/password", post(security::set_password))
}

/// The pages of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Overview,
    Account,
}

/// A page of this visit with the menu beside it.
fn page(web: &Web, visit: &Visit, title: &str, here: &Place) -> Page {
    let entry = |key: &str, path: &str, place: Place| Entry {
        name: visit.say(key).into_owned(),
        path: path.to_owned(),
        is_here: place == *here,
        has_news: false,
    };
    let own = Section {
        heading: String::new(),
        entries: vec![
            entry("menu-overview", "/setting", Place::Overview),
            entry("menu-account", "/setting/account", Place::Account),
        ],
    };
    visit.page(title, vec![own], web.app.now())
}
