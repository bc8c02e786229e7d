//! Who looks at a page: the cookie, its session, the language. Checks no password.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use jiff::SignedDuration;
use jiff::Timestamp;
use sha2::Sha256;

use super::Visitor;
use super::Web;
use super::failure::Failure;
use super::page::Flash;
use super::text::Language;
use crate::app::App;
use crate::govern::actor::Role;
use crate::model::id::AccountId;
use crate::secret;
use crate::store;
use crate::store::account::Account;
use crate::store::group;
use crate::store::retrying;
use crate::store::session;
use crate::store::session::Session;

/// Unused for so long, a session ends.
const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// However much it is used, it ends.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 7);
/// A page that is looked at again and again must not cost a write each time.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Somebody who looks at a page, logged in or not.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Where from.
    pub visitor: Visitor,
    /// In which language.
    pub language: Language,
    /// What the last form came to, to be said once.
    pub flash: Option<Flash>,
    /// The page, with its query.
    pub here: String,
    /// The browser, as it calls itself.
    pub agent: String,
    /// What the browser calls this server, with the port where it is not the usual one.
    pub host: String,
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Where from and how.
    pub guest: Guest,
    /// Who.
    pub account: Account,
    /// What the account is to its organisation.
    pub role: Role,
    /// Since when.
    pub session: Session,
    /// What every form of this session carries.
    pub csrf: String,
}

impl Visit {
    /// Whether a form carries this session's mark; compared in constant time.
    pub(super) fn is_its_mark(&self, mark: &str) -> bool {
        secret::is_same(mark, &self.csrf)
    }
}

impl FromRequestParts<Web> for Guest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Visitor>().copied().ok_or(Failure::Plain)?;
        if !visitor.may_log_in {
            return Err(Failure::Plain);
        }
        let here = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            visitor,
            language: language(&parts.headers),
            flash: cookie(&parts.headers, FLASH).and_then(Flash::from_cookie),
            here,
            agent: agent.unwrap_or_default().chars().take(200).collect(),
            host: host(&parts.headers),
        })
    }
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let guest = Guest::from_request_parts(parts, web).await?;
        let log_in = || Failure::LogIn(guest.here.clone());
        let cookie = cookie(&parts.headers, name(guest.visitor)).ok_or_else(log_in)?;
        let (account, token) = cookie.split_once('.').ok_or_else(log_in)?;
        let account = AccountId(account.parse().map_err(|_| log_in())?);
        let hash = secret::hash(token);
        let now = web.app.now();
        let (session, account, role) = {
            let mut reader = web.app.store().read().await?;
            let session = session::find(&mut reader, account, &hash).await?.ok_or_else(log_in)?;
            let account = store::account::by_id(&mut reader, account).await?;
            // Who is switched off is out at once, not when the session ends.
            let account = account.filter(|account| !account.is_disabled).ok_or_else(log_in)?;
            let role = Role::of(&account, &group::of_account(&mut reader, account.id).await?);
            (session, account, role)
        };
        if is_over(&session, now) {
            return Err(log_in());
        }
        if now.duration_since(session.seen_at) >= SEEN_EVERY {
            retrying(|| seen(&web.app, &session, now)).await?;
        }
        Ok(Self { csrf: mark(token), guest, account, role, session })
    }
}

/// The name in the request, if it is one.
fn host(headers: &HeaderMap) -> String {
    let said = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_name = said.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    if is_name { said.to_owned() } else { String::new() }
}

async fn seen(app: &App, session: &Session, now: Timestamp) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    session::seen(&mut tx, session.account, &session.token, now).await?;
    tx.commit().await
}

fn is_over(session: &Session, now: Timestamp) -> bool {
    now.duration_since(session.seen_at) >= IDLE || now.duration_since(session.created_at) >= LONGEST
}

/// Begins a session; the cookie to set.
pub async fn begin(web: &Web, account: AccountId, guest: &Guest) -> Result<HeaderValue, Failure> {
    let token = URL_SAFE_NO_PAD.encode(web.app.random::<32>());
    let now = web.app.now();
    let session = Session {
        account,
        token: secret::hash(&token),
        created_at: now,
        seen_at: now,
        agent: guest.agent.clone(),
    };
    retrying(|| begun(&web.app, &session, now)).await?;
    set_cookie(name(guest.visitor), &format!("{account}.{token}"), LONGEST.as_secs(), guest.visitor)
}

async fn begun(app: &App, session: &Session, now: Timestamp) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    session::forget(&mut tx, session.account, now - IDLE, now - LONGEST).await?;
    session::create(&mut tx, session).await?;
    tx.commit().await
}

/// Ends this session, or all of the account; the cookie that goes.
pub async fn end(web: &Web, visit: &Visit, everywhere: bool) -> Result<HeaderValue, Failure> {
    retrying(|| ended(&web.app, visit, everywhere)).await?;
    set_cookie(name(visit.guest.visitor), "", 0, visit.guest.visitor)
}

async fn ended(app: &App, visit: &Visit, everywhere: bool) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    if everywhere {
        session::end_all(&mut tx, visit.account.id, None).await?;
    } else {
        session::end(&mut tx, visit.account.id, &visit.session.token).await?;
    }
    tx.commit().await
}

/// What every form of the session carries. It follows from the cookie's token, of which we keep the hash alone.
fn mark(token: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(b"form");
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// The cookie's name. With `__Host-` a browser takes it from this very host alone, over HTTPS.
const fn name(visitor: Visitor) -> &'static str {
    if visitor.is_encrypted { "__Host-lomme" } else { "lomme" }
}

/// The cookie that holds what the last form came to.
pub(super) const FLASH: &str = "lomme-said";
/// The cookie that holds the language that was chosen.
pub(super) const LANGUAGE: &str = "lomme-language";

/// A header that sets a cookie for so many seconds, or takes it away.
pub(super) fn set_cookie(
    name: &str,
    value: &str,
    seconds: i64,
    visitor: Visitor,
) -> Result<HeaderValue, Failure> {
    let secure = if visitor.is_encrypted { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|_| Failure::Incomplete("cookie"))
}

/// A cookie's value.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// The language that was chosen, else the browser's.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let chosen = cookie(headers, LANGUAGE).and_then(Language::from_code);
    chosen.unwrap_or_else(|| {
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::preferred(accept.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_unused_and_at_its_end() {
        let at =
            |hours: i64| Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_hours(hours);
        let session = |created: i64, seen: i64| Session {
            account: AccountId(1),
            token: String::new(),
            created_at: at(created),
            seen_at: at(seen),
            agent: String::new(),
        };
        assert!(!is_over(&session(0, 0), at(11)));
        assert!(is_over(&session(0, 0), at(12)));
        assert!(!is_over(&session(0, 160), at(167)));
        assert!(is_over(&session(0, 167), at(168)));
    }

    #[test]
    fn the_mark_of_a_form_follows_from_the_token_and_is_not_its_hash() {
        assert_eq!(mark("a"), mark("a"));
        assert_ne!(mark("a"), mark("b"));
        assert_ne!(mark("a"), secret::hash("a"));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xlomme=1; lomme=2;lomme-language=sv"));
        assert_eq!(cookie(&headers, "lomme"), Some("2"));
        assert_eq!(language(&headers), Language::Sv);
        headers.insert(header::COOKIE, HeaderValue::from_static("lomme-language=xx"));
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("da"));
        assert_eq!(language(&headers), Language::Da);
    }
}
