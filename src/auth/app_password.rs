//! Log-in of phones: by the account's password, or by one that is good for this phone alone.
//!
//! Such a password is random and long, so its hash is a quick one, and it is looked up at each request: revoked, it is good
//! for nothing at once and on every node.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::Auth;
use super::Refusal;
use super::by_log_in_name;
use super::credentials::Credentials;
use super::credentials::LogInName;
use crate::app::App;
use crate::model::id::AccountId;
use crate::secret;
use crate::store;
use crate::store::account::Account;
use crate::store::app_password;
use crate::store::app_password::AppPassword;
use crate::store::retrying;

/// When it was last used is noted no more often.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Letters of one, without what stands between them: more than a password has that we make for an account, so that those
/// are not looked for here at each request.
const LENGTH: usize = 20;

/// A new one, as it is shown.
pub fn made(app: &App) -> String {
    secret::in_fours(&secret::letters(&app.random::<LENGTH>()))
}

/// What is kept of one.
pub fn hash(shown: &str) -> String {
    secret::hash(&secret::typed(shown))
}

impl Auth {
    /// The account of a phone's credentials. `device` is its `DeviceId`; what has none yet (OPTIONS, Autodiscover) gets
    /// nothing of the account's.
    pub async fn check_phone(
        &self,
        app: &App,
        credentials: &Credentials,
        device: Option<&str>,
        address: IpAddr,
    ) -> Result<Arc<Account>, Refusal> {
        // Who types one leaves out what stands between its letters, or phones make the first one large.
        if secret::typed(&credentials.password).len() == LENGTH
            && let Some(account) = by_log_in_name(app, &LogInName::parse(&credentials.name)).await?
            && is_good(app, account.id, &credentials.password, device).await?
        {
            app.metrics().log_in("accepted");
            return Ok(Arc::new(account));
        }
        let account = self.check(app, credentials, address).await?;
        // The second factor would be none if a phone got everything without it.
        if account.has_factor { Err(Refusal::Wrong) } else { Ok(account) }
    }
}

async fn is_good(
    app: &App,
    account: AccountId,
    said: &str,
    device: Option<&str>,
) -> Result<bool, store::Error> {
    let mut reader = app.store().glance().await?;
    let found = app_password::by_hash(&mut reader, account, &hash(said)).await?;
    drop(reader);
    let Some(found) = found else { return Ok(false) };
    let Some(device) = device else { return Ok(true) };
    match &found.device_id {
        Some(own) if own != device => Ok(false),
        Some(_) if !is_stale(&found, app.now()) => Ok(true),
        Some(_) | None => retrying(|| used(app, &found, device)).await,
    }
}

fn is_stale(password: &AppPassword, now: Timestamp) -> bool {
    password.used_at.is_none_or(|used_at| now.duration_since(used_at) >= NOTED_EVERY)
}

async fn used(app: &App, password: &AppPassword, device: &str) -> store::Result<bool> {
    let mut tx = app.store().begin().await?;
    let is_its = app_password::used(&mut tx, password, device, app.now()).await?;
    tx.commit().await?;
    Ok(is_its)
}
