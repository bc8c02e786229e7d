//! What every part of the running program shares: configuration, store, back offices, clock, chance. Does none of the work.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::config::Config;
use crate::connections::Connections;
use crate::connections::Connectors;
use crate::connector::Connector;
use crate::connector::User;
use crate::connector::recent::Recent;
use crate::connector::searched::Searched;
use crate::metrics::Metrics;
use crate::model::class::Class;
use crate::model::id::AccountId;
use crate::notify::Waiters;
use crate::secret;
use crate::spool::Spool;
use crate::store;
use crate::store::Store;
use crate::store::access::Access;
use crate::store::account::Account;
use crate::store::organisation;
use crate::sync::conflict::Policy;
use crate::tally::Tally;
use crate::vault::Vault;

/// The running program. Cloning shares it.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    store: Store,
    vault: Vault,
    connections: Connections,
    metrics: Metrics,
    tally: Tally,
    recent: Recent,
    searched: Searched,
    stopping: watch::Sender<bool>,
}

/// What keeps the program from starting, in one line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder for what is not in the database.
    #[error("cannot use the data folder {}: {reason}", folder.display())]
    Data {
        /// Which folder.
        folder: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The database.
    #[error("cannot use the database {url}: {source}")]
    Store {
        /// Which, without its password.
        url: String,
        /// Why not.
        source: store::Error,
    },
    /// The database's file cannot be made.
    #[error("cannot make the database {url}: {source}")]
    Database {
        /// Which.
        url: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The key of the vault.
    #[error(transparent)]
    Secret(#[from] secret::Error),
}

/// The one clock, for what is set up before there is an [`App`].
#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    // The store keeps microseconds; what is compared with a stored time has to be as coarse.
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

impl App {
    /// Opens what the configuration names: the data folder, the key of the vault, the store.
    pub async fn open(config: Config, connectors: Connectors) -> Result<Self, Error> {
        let folder = &config.store.data;
        let unusable =
            |reason: std::io::Error| Error::Data { folder: folder.clone(), reason: reason.to_string() };
        fs::create_dir_all(folder).map_err(unusable)?;
        let vault = Vault::new(&*secret::key(folder, rand::random())?);
        keep_private(&config.store.url)
            .map_err(|source| Error::Database { url: config.store.url.clone(), source })?;
        let store = Store::open(&config.store.url, Waiters::default())
            .await
            .map_err(|source| Error::Store { url: without_password(&config.store.url), source })?;
        let connections = Connections::new(&config, &connectors, now);
        let inner = Inner {
            config,
            store,
            vault,
            connections,
            metrics: Metrics::default(),
            tally: Tally::default(),
            recent: Recent::default(),
            searched: Searched::default(),
            stopping: watch::Sender::new(false),
        };
        let app = Self { inner: Arc::new(inner) };
        app.refresh_connections()
            .await
            .map_err(|source| Error::Store { url: without_password(&app.config().store.url), source })?;
        Ok(app)
    }

    /// What the administrator said.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Where everything is kept.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Who waits for news on this node.
    pub fn waiters(&self) -> &Waiters {
        self.inner.store.waiters()
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// What is counted for each organisation.
    pub fn tally(&self) -> &Tally {
        &self.inner.tally
    }

    /// What the directory answered just now.
    pub fn recent(&self) -> &Recent {
        &self.inner.recent
    }

    /// What devices found in their mailboxes just now.
    pub fn searched(&self) -> &Searched {
        &self.inner.searched
    }

    /// What speaks to the back office of that name; none for `local` ones and for those no longer set up.
    pub fn connection(&self, name: &str) -> Option<Arc<dyn Connector>> {
        self.inner.connections.find(name)?.connector.clone()
    }

    /// Looks whether administrators added, changed or removed connections.
    pub async fn refresh_connections(&self) -> store::Result<()> {
        self.inner.connections.refresh(self.store(), self.vault()).await
    }

    /// All back offices.
    pub fn connections(&self) -> &Connections {
        &self.inner.connections
    }

    /// The time by the one clock.
    pub fn now(&self) -> Timestamp {
        now()
    }

    /// So many random bytes, fit for keys.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        rand::random()
    }

    /// A number for a new row that no node gives twice, and that grows with time.
    pub fn new_id(&self) -> i64 {
        new_id(self.now(), rand::random())
    }

    /// Who wins where two sides changed an item of an account: as its owner chose where the organisation leaves it open,
    /// else as that chose, else as configured.
    pub async fn conflict_policy(
        &self,
        connection: &mut store::Connection,
        account: AccountId,
        class: Class,
    ) -> store::Result<Policy> {
        let settings = organisation::settings_of(connection, account).await?;
        let own = if settings.own_conflict {
            organisation::own_conflict(connection, account).await?.get(&class).copied()
        } else {
            None
        };
        let chosen = own.or_else(|| settings.conflict.get(&class).copied());
        Ok(chosen.unwrap_or_else(|| self.config().conflict.policy(class)))
    }

    /// A place for what may be too large for memory.
    pub fn spool(&self) -> Spool {
        Spool::within(&self.config().store.data)
    }

    /// What the secrets of back offices are sealed with.
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// The account as it logs in at a back office; none if the secret does not open with this vault's key.
    pub fn user(&self, owner: &Account, access: &Access) -> Option<User> {
        let open = |sealed: &Vec<u8>| self.vault().open(access.account, &access.connection, sealed);
        let password = match &access.secret {
            Some(sealed) => Some(open(sealed)?),
            None => None,
        };
        let (name, identity) = (access.user_name.clone(), access.identity.clone());
        Some(User { email: owner.email.clone(), name, password, identity })
    }

    /// Tells all who wait that the program ends.
    pub fn stop(&self) {
        self.inner.stopping.send_replace(true);
    }

    /// Whether the program is about to end.
    pub fn is_stopping(&self) -> bool {
        *self.inner.stopping.borrow()
    }

    /// Ends when the program is to end: a request that waits for news answers then.
    pub async fn stopping(&self) {
        let mut stopping = self.inner.stopping.subscribe();
        // The sender lives as long as we do, so this ends by the value alone.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}

/// Makes the file of a new SQLite database, so that only its owner may read it.
fn keep_private(url: &str) -> std::io::Result<()> {
    let Some(path) = url.strip_prefix("sqlite:") else { return Ok(()) };
    let path = Path::new(path.split('?').next().unwrap_or(path));
    if path.exists() || path.to_str() == Some(":memory:") { Ok(()) } else { secret::write_private(path, &[]) }
}

/// A key that no other write to a back office ever has.
pub fn new_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// 41 bits of milliseconds since 2020 (until 2089), 22 bits of chance.
fn new_id(now: Timestamp, chance: u32) -> i64 {
    const START_OF_2020: i64 = 1_577_836_800_000;
    ((now.as_millisecond() - START_OF_2020) << 22) | i64::from(chance >> 10)
}

/// The address of a database as it may be printed.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_with_time_and_stay_positive() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let first = new_id(at("2026-11-22T12:00:00Z"), u32::MAX);
        let second = new_id(at("2026-11-22T12:00:00.001Z"), 0);
        assert!(0 < first && first < second);
        assert!(new_id(at("2089-01-01T00:00:00Z"), u32::MAX) > second);
    }

    #[test]
    fn a_database_is_named_without_its_password() {
        assert_eq!(without_password("postgres://lomme:p@ss@db/x"), "postgres://lomme@db/x");
        assert_eq!(without_password("postgres://db/x"), "postgres://db/x");
        assert_eq!(without_password("sqlite:/var/lib/lomme.db"), "sqlite:/var/lib/lomme.db");
    }
}
