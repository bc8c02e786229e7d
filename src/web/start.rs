//! The first page of an empty installation: whoever has the code that the server printed becomes its administrator.

use askama::Template;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Redirect;
use axum::response::Response;

use super::Web;
use super::failure::Failure;
use super::fields::Fields;
use super::fields::GuestPost;
use super::page;
use super::page::Page;
use super::session;
use super::session::Guest;
use super::setting::security;
use crate::auth::Guess;
use crate::auth::Refusal;
use crate::govern;
use crate::govern::start;
use crate::govern::start::Founder;

/// Where it is.
pub(super) const HERE: &str = "/start";

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    page: Page,
    /// Whether the code was right, so that the form is shown.
    is_open: bool,
    code: String,
    founder: Founder,
    wrong: Option<String>,
}

/// Asks for the code, or with the right one for the first administrator.
pub(super) async fn form(
    State(web): State<Web>,
    guest: Guest,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    if !start::is_empty(&web.app).await? {
        return Ok(Redirect::to("/login").into_response());
    }
    let query = Fields::parse(query.as_deref().unwrap_or_default());
    let code = query.one("code").to_owned();
    let founder = Founder {
        organisation: web.app.config().organisation.name.clone(),
        name: String::new(),
        email: String::new(),
    };
    if code.is_empty() {
        return answer(&web, &guest, (founder, code), None);
    }
    match is_code(&web, &guest, &code).await? {
        Ok(()) => open(&web, &guest, (founder, code), None),
        Err(wrong) => answer(&web, &guest, (founder, String::new()), Some(wrong)),
    }
}

/// Makes the first administrator, who is logged in then.
pub(super) async fn found(
    State(web): State<Web>,
    GuestPost { guest, fields }: GuestPost,
) -> Result<Response, Failure> {
    if !start::is_empty(&web.app).await? {
        return Ok(Redirect::to("/login").into_response());
    }
    let code = fields.one("code").to_owned();
    let founder = Founder {
        organisation: fields.one("organisation").to_owned(),
        name: fields.one("name").to_owned(),
        email: fields.one("email").to_owned(),
    };
    if let Err(wrong) = is_code(&web, &guest, &code).await? {
        return answer(&web, &guest, (founder, String::new()), Some(wrong));
    }
    let password = fields.raw("new");
    if let Some(wrong) = security::fault(password, fields.raw("repeated")) {
        return open(&web, &guest, (founder, code), Some(wrong));
    }
    match start::found(&web.app, &code, &founder, password).await {
        Ok(account) => {
            let cookie = session::begin(&web, account, &guest).await?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/admin")).into_response())
        }
        Err(govern::Error::Wrong(_)) => open(&web, &guest, (founder, code), Some("start-wrong")),
        // Somebody was quicker.
        Err(govern::Error::NotAllowed) => Ok(Redirect::to("/login").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// Whether it is the code; else what to say. Whoever guesses waits, as with passwords.
async fn is_code(web: &Web, guest: &Guest, code: &str) -> Result<Result<(), &'static str>, Failure> {
    let guess = Guess::Start;
    match web.auth.admit(&web.app, guest.visitor.address, &guess).await {
        Ok(()) => {}
        Err(Refusal::Busy { .. }) => return Ok(Err("log-in-busy")),
        Err(refusal) => return Err(Failure::Inside(refusal.to_string())),
    }
    if start::is_code(&web.app, code).await? {
        return Ok(Ok(()));
    }
    web.auth.was_wrong(&web.app, guest.visitor.address, &guess);
    Ok(Err("start-code-wrong"))
}

fn open(
    web: &Web,
    guest: &Guest,
    typed: (Founder, String),
    wrong: Option<&'static str>,
) -> Result<Response, Failure> {
    shown(web, guest, (typed, true), wrong)
}

fn answer(
    web: &Web,
    guest: &Guest,
    typed: (Founder, String),
    wrong: Option<&'static str>,
) -> Result<Response, Failure> {
    shown(web, guest, (typed, false), wrong)
}

fn shown(
    web: &Web,
    guest: &Guest,
    ((founder, code), is_open): ((Founder, String), bool),
    wrong: Option<&'static str>,
) -> Result<Response, Failure> {
    let title = if is_open { "start-title" } else { "start-empty-title" };
    // The code is not carried on by the form that changes the language.
    let page = Page { here: HERE.to_owned(), ..guest.page(guest.language.say(title), web.app.now()) };
    let wrong_words = wrong.map(|key| guest.language.say(key).into_owned());
    let start = Start { page: page.clone(), is_open, code, founder, wrong: wrong_words };
    let mut response = page::show(&start, &page)?;
    if wrong.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
