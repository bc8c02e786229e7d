//! Another password for who forgot it: the page that has a link sent, and the one that the link leads to.

use std::time::Duration;

use askama::Template;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::Instant;

use super::Web;
use super::failure::Failure;
use super::fields::Fields;
use super::fields::GuestPost;
use super::page;
use super::page::Flash;
use super::page::Page;
use super::session::Guest;
use super::setting::security;
use crate::auth::Refusal;
use crate::auth::forgotten;
use crate::auth::forgotten::Link;

/// However quick it was: whether there is such an account cannot be told by the time that it took.
const ANSWERED_AFTER: Duration = Duration::from_millis(400);

#[derive(Template)]
#[template(path = "forgotten.html")]
struct Forgotten {
    page: Page,
    is_sent: bool,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "forgotten_link.html")]
struct Fresh {
    page: Page,
    /// None: it is not good any more.
    link: Option<String>,
    wrong: Option<String>,
}

/// Asks for the address.
pub(super) async fn form(State(web): State<Web>, guest: Guest) -> Result<Response, Failure> {
    set_up(&web)?;
    asked(&web, &guest, false, None)
}

/// Has a link sent, and says the same whether there is such an account or not.
pub(super) async fn send(
    State(web): State<Web>,
    GuestPost { guest, fields }: GuestPost,
) -> Result<Response, Failure> {
    set_up(&web)?;
    let deadline = Instant::now() + ANSWERED_AFTER;
    let words = |link: &str| {
        let subject = guest.language.say("forgotten-mail-subject").into_owned();
        let text = guest.language.fill("forgotten-mail-text", "link", link).into_owned();
        (subject, text)
    };
    let from = (fields.one("email"), guest.visitor.address);
    let outcome = web.auth.send_link(&web.app, from, words).await;
    tokio::time::sleep_until(deadline).await;
    match outcome {
        Ok(()) => asked(&web, &guest, true, None),
        Err(Refusal::Busy { .. }) => asked(&web, &guest, false, Some("log-in-busy")),
        Err(refusal) => Err(Failure::Inside(refusal.to_string())),
    }
}

fn asked(web: &Web, guest: &Guest, is_sent: bool, wrong: Option<&str>) -> Result<Response, Failure> {
    let title = guest.language.say("forgotten-title");
    let page = Page { here: "/forgotten".to_owned(), ..guest.page(title, web.app.now()) };
    let wrong = wrong.map(|key| guest.language.say(key).into_owned());
    page::show(&Forgotten { page: page.clone(), is_sent, wrong }, &page)
}

/// Where a link leads.
pub(super) async fn open(
    State(web): State<Web>,
    guest: Guest,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::parse(query.as_deref().unwrap_or_default());
    let link = query.one("link");
    let is_good = match Link::parse(link) {
        Some(link) => web.auth.is_link(&web.app, &link).await.map_err(inside)?,
        None => false,
    };
    fresh(&web, &guest, is_good.then_some(link), None)
}

/// Sets the other password; log in with it then, with the second factor where there is one.
pub(super) async fn set(
    State(web): State<Web>,
    GuestPost { guest, fields }: GuestPost,
) -> Result<Response, Failure> {
    let text = fields.one("link");
    let Some(link) = Link::parse(text) else { return fresh(&web, &guest, None, None) };
    let password = fields.raw("new");
    if let Some(wrong) = security::fault(password, fields.raw("repeated")) {
        return fresh(&web, &guest, Some(text), Some(wrong));
    }
    if web.auth.use_link(&web.app, &link, password).await.map_err(inside)? {
        return guest.go("/login", &Flash::good(guest.language.say("forgotten-done")));
    }
    fresh(&web, &guest, None, None)
}

fn fresh(web: &Web, guest: &Guest, link: Option<&str>, wrong: Option<&str>) -> Result<Response, Failure> {
    let title = guest.language.say("forgotten-fresh-title");
    // The link is not carried on by the form that changes the language.
    let page = Page { here: "/login".to_owned(), ..guest.page(title, web.app.now()) };
    let wrong = wrong.map(|key| guest.language.say(key).into_owned());
    let shown = Fresh { page: page.clone(), link: link.map(str::to_owned), wrong };
    let mut response = page::show(&shown, &page)?;
    if link.is_none() {
        *response.status_mut() = StatusCode::GONE;
    }
    Ok(response)
}

fn set_up(web: &Web) -> Result<(), Failure> {
    if forgotten::is_set_up(&web.app) { Ok(()) } else { Err(Failure::NotFound) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn inside(refusal: Refusal) -> Failure {
    Failure::Inside(refusal.to_string())
}
