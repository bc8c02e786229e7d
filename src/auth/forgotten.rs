//! A link for who forgot the password: good once, for half an hour, at the addresses of the account alone.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use jiff::Timestamp;

use super::Auth;
use super::Guess;
use super::Refusal;
use crate::app::App;
use crate::model::id::AccountId;
use crate::notice;
use crate::notice::Words;
use crate::secret;
use crate::store;
use crate::store::account;
use crate::store::account::Account;
use crate::store::account::PasswordHash;
use crate::store::recovery;
use crate::store::retrying;

/// How long a link is good for.
pub const HOLDS: SignedDuration = SignedDuration::from_mins(30);

/// Further ones within that time are not sent: whoever asks again and again fills nobody's mailbox.
const MOST: i64 = 3;

/// What a link holds.
#[derive(Clone)]
pub struct Link {
    account: AccountId,
    token: String,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link(…)")
    }
}

impl Link {
    /// Reads what [`Link::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (account, token) = text.split_once('.')?;
        Some(Self { account: AccountId(account.parse().ok()?), token: token.to_owned() })
    }

    fn text(&self) -> String {
        format!("{}.{}", self.account, self.token)
    }
}

/// Whether links can be sent at all: there is mail of our own, and an address to point to.
pub fn is_set_up(app: &App) -> bool {
    notice::is_set_up(app) && app.config().server.url.is_some()
}

impl Auth {
    /// Sends a link to the addresses of an account, if there is one. Nothing tells whether there is; `words` gets the
    /// address of the page.
    pub async fn send_link(
        &self,
        app: &App,
        (email, address): (&str, IpAddr),
        words: impl Fn(&str) -> (String, String),
    ) -> Result<(), Refusal> {
        let guess = Guess::Link(account::fold(email));
        self.admit(app, address, &guess).await?;
        // Each costs the same as a wrong password, whether there is such an account or not.
        self.was_wrong(app, address, &guess);
        let Some(base) = app.config().server.url.as_deref() else { return Ok(()) };
        let token = URL_SAFE_NO_PAD.encode(app.random::<32>());
        retrying(|| send(app, email, &token, base, &words)).await?;
        Ok(())
    }

    /// Whether a link is good.
    pub async fn is_link(&self, app: &App, link: &Link) -> Result<bool, Refusal> {
        let mut reader = app.store().glance().await?;
        let since = app.now() - HOLDS;
        Ok(recovery::is_good(&mut reader, link.account, &secret::hash(&link.token), since).await?)
    }

    /// Gives the account of a link another password, and signs it out everywhere. False: the link is not good any more.
    pub async fn use_link(&self, app: &App, link: &Link, password: &str) -> Result<bool, Refusal> {
        // The hash is dear, and not made for who has no link.
        if !self.is_link(app, link).await? {
            return Ok(false);
        }
        let hash = self.hash(password).await?;
        let is_used = retrying(|| use_up(app, link, &hash, app.now())).await?;
        self.forget(link.account);
        Ok(is_used)
    }
}

async fn send(
    app: &App,
    email: &str,
    token: &str,
    base: &str,
    words: &impl Fn(&str) -> (String, String),
) -> store::Result<()> {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let found = account::by_email(&mut tx, email).await?;
    // A password that another server checks is not ours to change.
    let has_one = |account: &Account| account.password.is_some() && !account.is_disabled;
    let Some(account) = found.filter(has_one) else { return Ok(()) };
    recovery::forget(&mut tx, account.id, now - HOLDS).await?;
    if recovery::count(&mut tx, account.id).await? >= MOST {
        return Ok(());
    }
    let link = Link { account: account.id, token: token.to_owned() };
    recovery::add(&mut tx, account.id, &secret::hash(token), now).await?;
    let (subject, text) = words(&format!("{base}/forgotten/link?link={}", link.text()));
    let words = Words { subject, text, holds_for: HOLDS };
    let further = recovery::address(&mut tx, account.id).await?;
    for address in std::iter::once(account.email.clone()).chain(further) {
        notice::tell(app, &mut tx, (account.id, &address), &words, now).await?;
    }
    tx.commit().await
}

async fn use_up(app: &App, link: &Link, password: &PasswordHash, now: Timestamp) -> store::Result<bool> {
    let mut tx = app.store().begin().await?;
    let hash = secret::hash(&link.token);
    if !recovery::is_good(&mut tx, link.account, &hash, now - HOLDS).await? {
        return Ok(false);
    }
    // All of them: those that were asked for besides would open the account again.
    recovery::forget(&mut tx, link.account, Timestamp::MAX).await?;
    account::set_password(&mut tx, link.account, password).await?;
    tx.commit().await?;
    Ok(true)
}
