//! The user's own account: time zone, password, where he is logged in.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use jiff::tz::TimeZoneDatabase;
use zeroize::Zeroizing;

use super::Place;
use crate::auth::Refusal;
use crate::auth::credentials::Credentials;
use crate::auth::forgotten;
use crate::auth::is_address;
use crate::store;
use crate::store::account;
use crate::store::account::PasswordHash;
use crate::store::recovery;
use crate::store::retrying;
use crate::store::session as sessions;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session;
use crate::web::session::Visit;

const HERE: &str = "/setting/account";

/// Shorter ones are guessed.
const SHORTEST: usize = 10;

#[derive(Template)]
#[template(path = "setting/account.html")]
struct Account {
    page: Page,
    email: String,
    zone: String,
    zones: Vec<String>,
    sessions: Vec<Session>,
    has_factor: bool,
    /// Where a link goes besides; none: links are not sent here.
    recovery: Option<String>,
}

/// A browser that is logged in.
struct Session {
    agent: String,
    since: String,
    seen: String,
    is_this: bool,
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let page = super::page(&web, &visit, &visit.say("account-title"), Place::Account).await?;
    let found = sessions::of_account(&mut *web.app.store().read().await?, visit.account.id).await?;
    let sessions = found
        .iter()
        .map(|session| Session {
            agent: browser(&session.agent),
            since: page.time(&session.created_at),
            seen: page.time(&session.seen_at),
            is_this: session.token == visit.session.token,
        })
        .collect();
    let mut zones: Vec<String> =
        TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    // Those that name a place; the others are older names for one of these.
    zones.retain(|name| name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("SystemV/"));
    let zone = visit.account.zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let email = visit.account.email.clone();
    let shown = Account {
        email,
        zone,
        zones,
        sessions,
        has_factor: visit.account.has_factor,
        recovery: recovery_of(&web, &visit).await?,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

async fn recovery_of(web: &Web, visit: &Visit) -> Result<Option<String>, Failure> {
    if !forgotten::is_set_up(&web.app) {
        return Ok(None);
    }
    let found = recovery::address(&mut *web.app.store().glance().await?, visit.account.id).await?;
    Ok(Some(found.unwrap_or_default()))
}

/// A further address for links, after the password: whoever reads mail there can get into the account.
pub(super) async fn set_recovery(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let again = |key: &str| visit.go(HERE, &Flash::bad(visit.say(key)));
    let email = account::fold(fields.one("address"));
    if !email.is_empty() && !is_address(&email) {
        return again("recovery-wrong");
    }
    if let Some(wrong) = refused(&web, &visit, fields.raw("present")).await? {
        return again(wrong);
    }
    let kept = Some(email.as_str()).filter(|email| !email.is_empty());
    retrying(async || {
        let mut tx = web.app.store().begin().await?;
        recovery::set_address(&mut tx, visit.account.id, kept).await?;
        tx.commit().await
    })
    .await?;
    let key = if kept.is_some() { "recovery-set" } else { "recovery-none" };
    visit.go(HERE, &Flash::good(visit.say(key)))
}

/// What a browser is called, out of the long line by which it calls itself.
fn browser(agent: &str) -> String {
    let has = |word: &str| agent.contains(word);
    let program = match () {
        () if has("Edg/") => "Edge",
        () if has("Firefox/") => "Firefox",
        () if has("Chrome/") => "Chrome",
        () if has("Safari/") => "Safari",
        () => return agent.chars().take(40).collect(),
    };
    let system = match () {
        () if has("iPhone") => " · iPhone",
        () if has("iPad") => " · iPad",
        () if has("Android") => " · Android",
        () if has("Windows") => " · Windows",
        () if has("Macintosh") => " · Mac",
        () if has("Linux") => " · Linux",
        () => "",
    };
    format!("{program}{system}")
}

/// The zone in which the account's days begin and end.
pub(super) async fn set_zone(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let zone = fields.one("zone");
    if TimeZoneDatabase::bundled().get(zone).is_err() {
        return visit.go(HERE, &Flash::bad(visit.fill("zone-unknown", "zone", zone)));
    }
    retrying(async || {
        let mut tx = web.app.store().begin().await?;
        account::set_zone(&mut tx, visit.account.id, zone).await?;
        tx.commit().await
    })
    .await?;
    visit.go(HERE, &Flash::good(visit.fill("zone-set", "zone", zone)))
}

/// Another password, after the present one; every session ends but this.
pub(super) async fn set_password(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let again = |key: &str| visit.go(HERE, &Flash::bad(visit.say(key)));
    let fresh = fields.raw("new");
    if let Some(wrong) = fault(fresh, fields.raw("repeated")) {
        return again(wrong);
    }
    if let Some(wrong) = refused(&web, &visit, fields.raw("present")).await? {
        return again(wrong);
    }
    let hash = web.auth.hash(fresh).await.map_err(|refusal| Failure::Inside(refusal.to_string()))?;
    retrying(|| replace(&web, &visit, &hash)).await?;
    web.auth.forget(visit.account.id);
    let cookie = session::begin(&web, visit.account.id, &visit.guest).await?;
    let mut response = visit.go(HERE, &Flash::good(visit.say("password-set")))?.into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// What to say if it is not the account's password.
pub(super) async fn refused(
    web: &Web,
    visit: &Visit,
    password: &str,
) -> Result<Option<&'static str>, Failure> {
    let password = Zeroizing::new(password.to_owned());
    let credentials = Credentials { name: visit.account.email.clone(), password };
    match web.auth.check(&web.app, &credentials, visit.guest.visitor.address).await {
        Ok(_) => Ok(None),
        Err(Refusal::Wrong) => Ok(Some("password-wrong")),
        Err(Refusal::Busy { .. }) => Ok(Some("log-in-busy")),
        Err(refusal @ (Refusal::Store(_) | Refusal::Failed)) => Err(Failure::Inside(refusal.to_string())),
    }
}

/// What is wrong with a new password, typed twice.
pub(in crate::web) fn fault(fresh: &str, repeated: &str) -> Option<&'static str> {
    match () {
        () if fresh != repeated => Some("password-differs"),
        () if fresh.chars().count() < SHORTEST => Some("password-short"),
        () => None,
    }
}

async fn replace(web: &Web, visit: &Visit, hash: &PasswordHash) -> store::Result<()> {
    let mut tx = web.app.store().begin().await?;
    account::set_password(&mut tx, visit.account.id, hash).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_by_its_name() {
        let rows = [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1 Version/26.1 Mobile Safari/604.1",
                "Safari · iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox · Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
                "Edge · Linux",
            ),
            ("curl/8.14", "curl/8.14"),
        ];
        for (agent, expected) in rows {
            assert_eq!(browser(agent), expected);
        }
    }
}
