//! Credentials in, account out. Says nothing of what the account may do.

pub mod credentials;
mod cache;
mod password;
mod throttle;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::model::id::AccountId;
use crate::store;
use crate::store::account::Account;
use crate::store::account::PasswordHash;

use self::cache::Cache;
use self::cache::Found;
use self::credentials::Credentials;
use self::credentials::LogInName;
use self::password::Passwords;
use self::throttle::Throttle;

/// Checks log-ins. Cloning shares what it remembers.
#[derive(Clone, Debug)]
pub struct Auth {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    cache: Cache,
    passwords: Passwords,
    throttle: Throttle,
}

/// Why somebody did not get in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No such account, or not its password; which of them is not said.
    #[error("the user name or the password is wrong")]
    Wrong,
    /// Too many wait, or this client guesses: come again.
    #[error("too many log-ins at a time")]
    Busy {
        /// What to wait at least.
        after: Duration,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A hash could not be made or compared.
    #[error("the password could not be worked on")]
    Failed,
}

impl Auth {
    /// With an empty memory; `key` is what credentials are remembered under.
    pub fn new(app: &App) -> Self {
        let inner = Inner {
            cache: Cache::new(app.random()),
            passwords: Passwords::new(app.config().limits.log_ins),
            throttle: Throttle::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The account of these credentials.
    pub async fn check(
        &self,
        app: &App,
        credentials: &Credentials,
        address: IpAddr,
    ) -> Result<Arc<Account>, Refusal> {
        let outcome = self.find(app, credentials, address).await;
        app.metrics().log_in(match &outcome {
            Ok(_) => "accepted",
            Err(Refusal::Wrong) => "refused",
            Err(Refusal::Busy { .. }) => "busy",
            Err(Refusal::Store(_) | Refusal::Failed) => "failed",
        });
        outcome
    }

    async fn find(
        &self,
        app: &App,
        credentials: &Credentials,
        address: IpAddr,
    ) -> Result<Arc<Account>, Refusal> {
        let Inner { cache, passwords, throttle } = &*self.inner;
        let key = cache.key(credentials);
        let is_known = match cache.find(&key, app.now()) {
            Found::Fresh(account) => return Ok(account),
            Found::Look(account) => {
                // Another node or the command line may have changed the password or taken the account away.
                let present = store::account::by_id(&mut *app.store().glance().await?, account.id).await?;
                match present {
                    Some(present) if present.password == account.password => {
                        return Ok(cache.renew(&key, present, app.now()));
                    }
                    Some(_) | None => cache.forget(account.id),
                }
                false
            }
            Found::Known => true,
            Found::Unknown => false,
        };
        let account = by_log_in_name(app, &LogInName::parse(&credentials.name)).await?;
        let target = account.as_ref().map_or_else(
            || throttle::Target::Name(store::account::fold(&credentials.name)),
            |account| throttle::Target::Account(account.id),
        );
        // Who was let in before with the very same credentials is not slowed by what others try.
        if !is_known {
            let wait = throttle.wait(address, &target, app.now()).map_err(|after| Refusal::Busy { after })?;
            tokio::time::sleep(wait).await;
        }
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let is_right = passwords.check(hash.as_ref(), &credentials.password).await?;
        match account {
            Some(account) if is_right => Ok(cache.remember(&key, account, app.now())),
            Some(_) | None => {
                // An old password is slowed from now on like any other guess.
                cache.forget_credentials(&key);
                throttle.failed(address, &target, app.now());
                Err(Refusal::Wrong)
            }
        }
    }

    /// Forgets the account's log-ins: its password changed.
    pub fn forget(&self, account: AccountId) {
        self.inner.cache.forget(account);
    }

    /// The hash to store for a password.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, Refusal> {
        password::hash(password).await
    }
}

/// Finds the account by any of the forms that a log-in name has.
async fn by_log_in_name(app: &App, name: &LogInName) -> Result<Option<Account>, store::Error> {
    let mut reader = app.store().glance().await?;
    if let Some(email) = name.email() {
        return store::account::by_email(&mut reader, &email).await;
    }
    let mut accounts = store::account::by_login(&mut reader, &name.user).await?;
    if accounts.len() > 1 {
        // Two companies have a `kari`: the domain tells them apart, else only the whole address does.
        accounts.retain(|account| name.is_of(&account.email));
    }
    Ok(if accounts.len() == 1 { accounts.pop() } else { None })
}

/// The hash to store for a password, for who has no [`Auth`] yet.
pub async fn hash(password: &str) -> Result<PasswordHash, Refusal> {
    password::hash(password).await
}

#[cfg(test)]
mod tests;
