//! Credentials in, account out. Says nothing of what the account may do.

pub mod app_password;
pub mod credentials;
pub mod factor;
pub mod forgotten;
mod cache;
mod password;
mod server;
mod throttle;
mod totp;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::config::LogIn;
use crate::config::connection;
use crate::connector::User;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::account::Account;
use crate::store::account::PasswordHash;
use crate::store::retrying;

use self::cache::Cache;
use self::cache::Found;
use self::credentials::Credentials;
use self::credentials::LogInName;
use self::password::Passwords;
use self::server::Known;
use self::server::Said;
use self::server::Server;
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
    server: Server,
    throttle: Throttle,
}

/// What can be guessed besides a password.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Guess {
    /// The code of an installation without accounts.
    Start,
    /// Which addresses have an account, by who says that he forgot the password.
    Link(String),
    /// The second factor of an account, by who has its password.
    Factor(AccountId),
}

impl Guess {
    /// So many wrong ones, and nobody may guess for a while; none: each takes longer, and nobody is shut out.
    const fn most(&self) -> Option<u32> {
        match self {
            // Six digits are soon guessed, and only who has the password is asked for them.
            Self::Factor(_) => Some(10),
            Self::Start | Self::Link(_) => None,
        }
    }
}

/// Why somebody did not get in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No such account, or not its password; which of them is not said.
    #[error("the user name or the password is wrong")]
    Wrong,
    /// Too many wait, this client guesses, or who has to be asked is not there: come again.
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
            server: Server::new(),
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
        let Inner { cache, throttle, .. } = &*self.inner;
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
        if let Some(asked) = Asked::of(app, account.as_ref(), credentials) {
            return self.ask(app, credentials, (asked, account), (address, is_known)).await;
        }
        let target = target(account.as_ref(), credentials);
        // Who was let in before with the very same credentials is not slowed by what others try.
        if !is_known {
            let wait = throttle.wait(address, &target, app.now()).map_err(|after| Refusal::Busy { after })?;
            tokio::time::sleep(wait).await;
        }
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let is_right = self.inner.passwords.check(hash.as_ref(), &credentials.password).await?;
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

    /// The account of credentials that a mail server knows, and we do not.
    async fn ask(
        &self,
        app: &App,
        credentials: &Credentials,
        (asked, account): (Asked<'_>, Option<Account>),
        (address, is_known): (IpAddr, bool),
    ) -> Result<Arc<Account>, Refusal> {
        let Inner { cache, server, throttle, .. } = &*self.inner;
        let key = cache.key(credentials);
        let _turn = server.turn(&key).await;
        // Somebody with the same credentials may have been quicker.
        if let Found::Fresh(account) = cache.find(&key, app.now()) {
            return Ok(account);
        }
        if server.is_wrong(&key, app.now()) {
            return Err(Refusal::Wrong);
        }
        let target = target(account.as_ref(), credentials);
        if !is_known {
            let wait = throttle.wait(address, &target, app.now()).map_err(|after| Refusal::Busy { after })?;
            tokio::time::sleep(wait).await;
        }
        let known = match &account {
            Some(account) => Known::of(app, account, asked.connection).await?,
            None => Known::default(),
        };
        let user = User {
            email: asked.email.clone(),
            name: known.name.clone(),
            password: Some(credentials.password.to_string()),
            identity: None,
        };
        match server::ask(app, asked.connection, user).await {
            Ok(Said::Right) => {
                server.note_right(&key);
                let account = match account {
                    Some(account) => account,
                    None => make(app, &asked.email).await?,
                };
                if asked.is_kept {
                    known.keep(app, &account, asked.connection, &credentials.password).await?;
                }
                Ok(cache.remember(&key, account, app.now()))
            }
            Ok(Said::Wrong) => {
                cache.forget_credentials(&key);
                server.note_wrong(&key, app.now());
                throttle.failed(address, &target, app.now());
                Err(Refusal::Wrong)
            }
            Err(error) => match account {
                // A mail server that is down keeps nobody from calendar and contacts who was let in before.
                Some(account) if is_known || known.was(&credentials.password) => {
                    tracing::warn!(account = %account.id, %error, "a log-in that was right before is not checked");
                    Ok(cache.remember(&key, account, app.now()))
                }
                Some(_) | None => Err(server::unreachable(asked.connection, &error)),
            },
        }
    }

    /// Waits as long as who guessed before has to, before it is looked whether a guess is right.
    pub async fn admit(&self, app: &App, address: IpAddr, guess: &Guess) -> Result<(), Refusal> {
        let target = throttle::Target::Other(guess.clone());
        if let Some(most) = guess.most()
            && let Some(after) = self.inner.throttle.is_spent(&target, most, app.now())
        {
            return Err(Refusal::Busy { after });
        }
        let wait = self.inner.throttle.wait(address, &target, app.now());
        tokio::time::sleep(wait.map_err(|after| Refusal::Busy { after })?).await;
        Ok(())
    }

    /// Notes that a guess was wrong.
    pub fn was_wrong(&self, app: &App, address: IpAddr, guess: &Guess) {
        self.inner.throttle.failed(address, &throttle::Target::Other(guess.clone()), app.now());
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

/// Who checks a password that we do not have.
#[derive(Debug)]
struct Asked<'a> {
    /// The connection.
    connection: &'a str,
    /// Whether the jobs log in there with the same.
    is_kept: bool,
    /// Whom it is asked for.
    email: String,
}

impl<'a> Asked<'a> {
    /// None: the password is ours to check, or nobody's.
    fn of(app: &'a App, account: Option<&Account>, credentials: &Credentials) -> Option<Self> {
        let LogIn { by, create } = &app.config().log_in;
        let connection = by.as_deref()?;
        let settings = app.config().connections.iter().find(|one| one.name == connection)?;
        let email = match account {
            Some(account) if account.password.is_none() => account.email.clone(),
            Some(_) => return None,
            None => {
                let name = LogInName::parse(&credentials.name);
                name.email()
                    .map(|email| store::account::fold(&email))
                    .filter(|email| *create && is_address(email))?
            }
        };
        Some(Self { connection, is_kept: settings.log_in == connection::LogIn::User, email })
    }
}

/// Whether an account may have this address.
pub fn is_address(email: &str) -> bool {
    email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains([' ', '\\', ':', ','])
    })
}

/// Makes the account of somebody who was let in for the first time.
async fn make(app: &App, email: &str) -> Result<Account, store::Error> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        // On another node somebody may have been quicker.
        if let Some(account) = store::account::by_email(&mut tx, email).await? {
            return Ok(account);
        }
        let organisation = &app.config().organisation.name;
        let organisation =
            store::organisation::find_or_create(&mut tx, organisation, OrganisationId(app.new_id())).await?;
        let account = Account {
            id: AccountId(app.new_id()),
            organisation: organisation.id,
            email: email.to_owned(),
            name: email.split('@').next().unwrap_or_default().to_owned(),
            password: None,
            is_administrator: false,
            zone: None,
            is_disabled: false,
            has_factor: false,
        };
        store::account::create(&mut tx, &account, app.now()).await?;
        tx.commit().await?;
        tracing::info!(account = %account.id, "an account was made at its first log-in");
        Ok(account)
    })
    .await
}

fn target(account: Option<&Account>, credentials: &Credentials) -> throttle::Target {
    account.map_or_else(
        || throttle::Target::Name(store::account::fold(&credentials.name)),
        |account| throttle::Target::Account(account.id),
    )
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
