//! The second step of a log-in: a code, after the password was right. Checks neither.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Redirect;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use jiff::Timestamp;

use super::Web;
use super::failure::Failure;
use super::fields::GuestPost;
use super::page;
use super::page::Page;
use super::session;
use super::session::Guest;
use crate::auth::Refusal;
use crate::model::id::AccountId;
use crate::secret;
use crate::store;
use crate::store::account::Account;

/// Long enough to find the phone with the program.
const HOLDS: SignedDuration = SignedDuration::from_mins(5);

/// What the vault keeps it apart by.
const PURPOSE: &str = "half a log-in";

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactor {
    page: Page,
    account: String,
    /// Says, to us alone, that the password was right.
    half: String,
    next: String,
    wrong: Option<String>,
}

/// Asks for the code.
pub(super) fn ask(
    web: &Web,
    guest: &Guest,
    account: &Account,
    next: &str,
    wrong: Option<&str>,
) -> Result<Response, Failure> {
    let title = guest.language.say("factor-ask-title");
    let page = Page { here: "/login".to_owned(), ..guest.page(title, web.app.now()) };
    let said = proof(account, web.app.now());
    let sealed = web.app.vault().seal_for(account.id, PURPOSE, web.app.random(), &said);
    let shown = SecondFactor {
        page: page.clone(),
        account: account.id.to_string(),
        half: URL_SAFE_NO_PAD.encode(sealed.unwrap_or_default()),
        next: next.to_owned(),
        wrong: wrong.map(|key| guest.language.say(key).into_owned()),
    };
    let mut response = page::show(&shown, &page)?;
    if wrong.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Lets in who has the code too.
pub(super) async fn check(
    State(web): State<Web>,
    GuestPost { guest, fields }: GuestPost,
) -> Result<Response, Failure> {
    let next = fields.path("next").unwrap_or("/setting").to_owned();
    let id = AccountId(fields.number("account").ok_or(Failure::Incomplete("account"))?);
    let found = store::account::by_id(&mut *web.app.store().glance().await?, id).await?;
    let account = found.filter(|account| is_half_way(&web, account, fields.one("half")));
    let Some(account) = account else { return Err(Failure::LogIn(next)) };
    match web.auth.check_factor(&web.app, &account, fields.one("code"), guest.visitor.address).await {
        Ok(()) => {
            let cookie = session::begin(&web, account.id, &guest).await?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
        }
        Err(Refusal::Wrong) => ask(&web, &guest, &account, &next, Some("factor-wrong")),
        Err(Refusal::Busy { .. }) => ask(&web, &guest, &account, &next, Some("factor-busy")),
        Err(refusal @ (Refusal::Store(_) | Refusal::Failed)) => Err(Failure::Inside(refusal.to_string())),
    }
}

/// When the password was right, and which it was: with another one the way begins anew.
fn proof(account: &Account, now: Timestamp) -> String {
    let password = account.password.as_ref().map_or("", |hash| hash.0.as_str());
    format!("{} {}", now.as_second(), secret::hash(password))
}

fn is_half_way(web: &Web, account: &Account, half: &str) -> bool {
    let sealed = URL_SAFE_NO_PAD.decode(half).unwrap_or_default();
    let Some(said) = web.app.vault().open_for(account.id, PURPOSE, &sealed) else { return false };
    let at = said.split(' ').next().and_then(|second| Timestamp::from_second(second.parse().ok()?).ok());
    at.is_some_and(|at| web.app.now().duration_since(at) < HOLDS && proof(account, at) == said)
        && account.has_factor
        && !account.is_disabled
}
