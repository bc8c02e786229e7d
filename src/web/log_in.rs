//! The page where one logs in with mail address and password, the way out, and the choice of language.

use askama::Template;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use zeroize::Zeroizing;

use super::Web;
use super::failure::Failure;
use super::fields::Fields;
use super::fields::GuestPost;
use super::fields::Post;
use super::page;
use super::page::Page;
use super::second_factor;
use super::session;
use super::session::Guest;
use super::session::Visit;
use super::text::Language;
use crate::auth::Refusal;
use crate::auth::credentials::Credentials;
use crate::auth::forgotten;
use crate::govern::start;

/// Where one goes who did not come from anywhere.
const HOME: &str = "/setting";

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogIn {
    page: Page,
    next: String,
    email: String,
    /// Whether a link can be sent to who forgot the password.
    has_links: bool,
    /// What was wrong with the last try.
    wrong: Option<String>,
}

/// The form. Who is logged in goes on.
pub(super) async fn form(
    State(web): State<Web>,
    guest: Guest,
    visit: Result<Visit, Failure>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::parse(query.as_deref().unwrap_or_default());
    let next = query.path("next").unwrap_or(HOME).to_owned();
    if visit.is_ok() {
        return Ok(Redirect::to(&next).into_response());
    }
    if start::is_empty(&web.app).await? {
        return Ok(Redirect::to(super::start::HERE).into_response());
    }
    let page = guest.page(guest.language.say("log-in-title"), web.app.now());
    let has_links = forgotten::is_set_up(&web.app);
    page::show(&LogIn { page: page.clone(), next, email: String::new(), has_links, wrong: None }, &page)
}

/// Checks what was typed, as it is checked for a phone.
pub(super) async fn log_in(
    State(web): State<Web>,
    GuestPost { guest, fields }: GuestPost,
) -> Result<Response, Failure> {
    let next = fields.path("next").unwrap_or(HOME).to_owned();
    let email = fields.one("email");
    let outcome = if email.contains('@') {
        let password = Zeroizing::new(fields.raw("password").to_owned());
        web.auth
            .check(&web.app, &Credentials { name: email.to_owned(), password }, guest.visitor.address)
            .await
    } else {
        // A name of the back office: it would never be right, and a hint helps whether or not there is such a one.
        return again(&web, &guest, next, email, "log-in-no-address", StatusCode::UNPROCESSABLE_ENTITY);
    };
    match outcome {
        Ok(account) if account.has_factor => second_factor::ask(&web, &guest, &account, &next, None),
        Ok(account) => {
            let cookie = session::begin(&web, account.id, &guest).await?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
        }
        Err(Refusal::Wrong) => {
            again(&web, &guest, next, email, "log-in-wrong", StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Refusal::Busy { .. }) => {
            again(&web, &guest, next, email, "log-in-busy", StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(refusal @ (Refusal::Store(_) | Refusal::Failed)) => Err(Failure::Inside(refusal.to_string())),
    }
}

fn again(
    web: &Web,
    guest: &Guest,
    next: String,
    email: &str,
    wrong: &str,
    status: StatusCode,
) -> Result<Response, Failure> {
    let page =
        Page { here: "/login".to_owned(), ..guest.page(guest.language.say("log-in-title"), web.app.now()) };
    let wrong = Some(guest.language.say(wrong).into_owned());
    let has_links = forgotten::is_set_up(&web.app);
    let mut response =
        page::show(&LogIn { page: page.clone(), next, email: email.to_owned(), has_links, wrong }, &page)?;
    *response.status_mut() = status;
    Ok(response)
}

/// Ends this session, or all of this account's.
pub(super) async fn log_out(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let cookie = session::end(&web, &visit, fields.is_set("everywhere")).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/login")).into_response())
}

/// Remembers the language for a year. Nothing else changes, so whoever is not logged in may choose too.
pub(super) async fn choose_language(GuestPost { guest, fields }: GuestPost) -> Result<Response, Failure> {
    const YEAR: i64 = 365 * 24 * 3600;
    let language = Language::from_code(fields.one("language")).ok_or(Failure::Incomplete("language"))?;
    let cookie = session::set_cookie(session::LANGUAGE, language.code(), YEAR, guest.visitor)?;
    let next = fields.path("next").unwrap_or(HOME);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}
