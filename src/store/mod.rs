//! All SQL. Decides no conflict and reads no clock; `now` comes from the caller.

pub mod absence;
pub mod access;
pub mod app_password;
pub mod connection;
pub mod conversation;
pub mod audit;
pub mod directory;
pub mod group;
pub mod draft;
pub mod log;
pub mod moved;
pub mod operator;
pub mod notice;
pub mod order;
pub mod outbox;
pub mod outgoing;
pub mod overview;
pub mod pull;
pub mod purge;
pub mod recovery;
pub mod history;
pub mod account;
pub mod device;
pub mod organisation;
pub mod service;
pub mod session;
pub mod person;
pub mod policy;
pub mod roster;
pub mod schema;
pub mod sweep;
pub mod tally;
pub mod token;
pub mod trace;
pub mod wake;
pub mod factor;
pub mod folder;
pub mod item;
pub mod state;
pub mod walk;
#[cfg(test)]
pub(crate) mod fresh;
#[cfg(test)]
mod tests;

use std::ops::Deref;
use std::ops::DerefMut;
use std::time::Duration;

use sqlx::Any;
use sqlx::AnyConnection;
use sqlx::AnyPool;
use sqlx::Connection as _;
use sqlx::Transaction;
use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use tokio::time::Instant;

use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::notify::Waiters;
use crate::notify::Wake;
use crate::notify::Work;

/// What can go wrong below the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no.
    #[error("{}", plainly(.0))]
    Database(#[from] sqlx::Error),
    /// A later version of the program has been here.
    #[error("the database is of version {found}, this program knows {known}: use the newer program")]
    Newer {
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// The address in the configuration names no database we speak.
    #[error("store.url must start with sqlite: or postgres://")]
    UnknownKind,
    /// A folder that is not there, or no longer.
    #[error("there is no folder {0}")]
    NoFolder(FolderId),
    /// An item that is not there.
    #[error("there is no item {0}")]
    NoItem(ItemId),
    /// A row does not read as what it should be.
    #[error("a row of {table} is damaged: {reason}")]
    Damaged {
        /// Which table.
        table: &'static str,
        /// What is wrong with it, without its content.
        reason: String,
    },
}

/// What the database said, in words that tell an administrator what to do.
fn plainly(error: &sqlx::Error) -> String {
    let text = || format!("the database failed: {error}");
    let sqlx::Error::Database(inner) = error else { return text() };
    // SQLite's extended result codes carry the primary one in their low byte; PostgreSQL's have five letters.
    let code = inner.code().filter(|code| code.len() < 5).and_then(|code| code.parse::<u32>().ok());
    let said = match code.map(|code| code & 0xFF) {
        Some(5 | 6) => "another program keeps it locked",
        Some(8) => "it is read-only",
        Some(10) => "the disk does not read or write",
        Some(11) => "it is damaged; restore a copy",
        Some(13) => "the disk is full",
        Some(14) => "the file cannot be opened: does its folder exist, and may we write there?",
        Some(26) => "the file is no SQLite database",
        Some(_) | None => return text(),
    };
    said.to_owned()
}

/// What a query runs on, a snapshot or a transaction: for those above, who do not name the database's package.
pub type Connection = AnyConnection;

/// The result of everything in the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Which database: they differ in how a transaction opens, and in nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// The store: a pool for reading, a pool for writing (of one connection on SQLite). Cloning shares it.
#[derive(Clone, Debug)]
pub struct Store {
    kind: Kind,
    readers: AnyPool,
    writers: AnyPool,
    waiters: Waiters,
    work: Work,
    bus: Option<wake::Bus>,
}

/// A writing transaction. Dropped without [`Tx::commit`], nothing of it stays.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    wakes: Vec<Wake>,
    owes: bool,
    asks: bool,
    waiters: Waiters,
    work: Work,
    bus: Option<wake::Bus>,
}

/// A snapshot to read from: all its answers are of one moment.
#[derive(Debug)]
pub struct Reader {
    inner: Transaction<'static, Any>,
}

/// A connection to read from with one statement, which is a snapshot by itself: it saves the `BEGIN` and the end.
#[derive(Debug)]
pub struct Glance {
    inner: PoolConnection<Any>,
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH` or `postgres://…`), creates or upgrades its tables.
    pub async fn open(url: &str, waiters: Waiters) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let kind = match url.split(':').next() {
            Some("sqlite") => Kind::Sqlite,
            Some("postgres" | "postgresql") => Kind::Postgres,
            _ => return Err(Error::UnknownKind),
        };
        probe(kind, url).await?;
        let (readers, writers) = match kind {
            Kind::Sqlite => {
                let url = sqlite_url(url);
                let writers = pool(kind, 1).connect(&url).await?;
                (pool(kind, READERS).connect(&url).await?, writers)
            }
            Kind::Postgres => {
                let both = pool(kind, POSTGRES_CONNECTIONS).connect(url).await?;
                (both.clone(), both)
            }
        };
        let mut store = Self { kind, readers, writers, waiters, work: Work::default(), bus: None };
        schema::upgrade(&store).await?;
        if kind == Kind::Postgres {
            store.bus = Some(wake::Bus::start(url, store.waiters.clone()).await?);
        }
        Ok(store)
    }

    /// Opens a transaction that may write. Small and quick: on SQLite every other writer waits for it.
    ///
    /// A closure `write(async |tx| …)` would read better, but a future that lends a transaction to an
    /// async closure cannot be shown to be `Send` (Rust 1.95).
    pub async fn begin(&self) -> Result<Tx> {
        let open = match self.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        };
        let inner = opened(&self.writers, open).await?;
        Ok(Tx {
            inner,
            wakes: Vec::new(),
            owes: false,
            asks: false,
            waiters: self.waiters.clone(),
            work: self.work.clone(),
            bus: self.bus.clone(),
        })
    }

    /// Opens a snapshot to read from.
    pub async fn read(&self) -> Result<Reader> {
        let open = match self.kind {
            Kind::Sqlite => "BEGIN",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(Reader { inner: opened(&self.readers, open).await? })
    }

    /// Takes a connection for one statement. What takes two that must agree needs [`Store::read`].
    pub async fn glance(&self) -> Result<Glance> {
        Ok(Glance { inner: self.readers.acquire().await? })
    }

    /// Who waits on this node.
    pub fn waiters(&self) -> &Waiters {
        &self.waiters
    }

    /// What the jobs of this node wait for.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// Closes the connections after the work in hand.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

impl Tx {
    /// Makes it all visible at once, then wakes who waits for it, here and on other nodes.
    ///
    /// In a task of its own: a client that hangs up takes its request along, not the news of what it changed.
    pub async fn commit(self) -> Result<()> {
        unbroken(self.make_visible()).await
    }

    async fn make_visible(self) -> Result<()> {
        self.inner.commit().await?;
        for wake in self.wakes {
            self.waiters.wake(wake);
            if let Some(bus) = &self.bus {
                bus.publish(wake);
            }
        }
        if self.owes {
            self.work.owe();
        }
        if self.asks {
            self.work.ask();
        }
        Ok(())
    }

    /// Notes that something is owed to a back office once this is committed.
    pub(crate) fn owes(&mut self) {
        self.owes = true;
    }

    /// Notes that a pull is due once this is committed.
    pub(crate) fn asks(&mut self) {
        self.asks = true;
    }

    /// Notes that who waits on the folder has to be woken once this is committed.
    pub(crate) fn wake(&mut self, account: AccountId, folder: FolderId) {
        let wake = Wake { account, folder };
        if !self.wakes.contains(&wake) {
            self.wakes.push(wake);
        }
    }
}

/// Opens a transaction, to its end even if nobody waits for it any more.
///
/// sqlx 0.9 forgets a `BEGIN` of PostgreSQL whose answer it was not there to read: the connection would go back to
/// the pool with a transaction open, and whoever gets it next would read what was there before.
async fn opened(pool: &AnyPool, open: &'static str) -> Result<Transaction<'static, Any>> {
    let pool = pool.clone();
    unbroken(async move { Ok(pool.begin_with(open).await?) }).await
}

/// Does its work in a task of its own: a client that hangs up does not break it off.
async fn unbroken<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let ended = tokio::spawn(work).await;
    ended.unwrap_or_else(|error| Err(Error::Database(sqlx::Error::Protocol(error.to_string()))))
}

// Every query is a function of a connection: what reads within a snapshot reads within a transaction too.
impl Deref for Tx {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

impl Deref for Reader {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

impl Deref for Glance {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Glance {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// An error after which the same transaction may succeed if tried again.
pub trait MayRetry {
    /// Whether it is one, when it has come so many times.
    fn may_retry(&self, times: u32) -> bool;
}

impl MayRetry for Error {
    fn may_retry(&self, times: u32) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        match error.code().as_deref() {
            // 40001 serialization failure, 40P01 deadlock. SQLite has one writer at a time: 5 busy, 517 busy snapshot,
            // 6 locked.
            Some("40001" | "40P01" | "5" | "517" | "6") => true,
            // 23505: two writers made the same row at once; who comes second finds it when it looks again.
            Some("23505") => times < 3,
            Some(_) | None => false,
        }
    }
}

/// Does `work` again while it fails for reasons that pass (a serialisation failure), for a while.
///
/// Without a pause: PostgreSQL lets who comes second wait for the row and refuses it when the first one commits, so
/// now is the moment when the row is free; a writer that goes on and on would have taken it again after a pause.
pub async fn retrying<T, E, F>(mut work: impl FnMut() -> F) -> std::result::Result<T, E>
where
    E: MayRetry,
    F: Future<Output = std::result::Result<T, E>>,
{
    let since = Instant::now();
    let mut times = 0;
    loop {
        times += 1;
        match work().await {
            Err(error) if error.may_retry(times) && since.elapsed() < PATIENCE => {}
            outcome => return outcome,
        }
    }
}

/// How long a write waits for others that write the same; a phone waits for its answer twice as long.
const PATIENCE: Duration = Duration::from_secs(15);
/// Concurrent snapshots on SQLite; each costs a thread and a page cache.
const READERS: u32 = 4;
/// PostgreSQL's default is 100 connections for all nodes together.
const POSTGRES_CONNECTIONS: u32 = 12;

fn pool(kind: Kind, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        // A ping before each use costs more than the query that follows.
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(20))
        .after_connect(move |connection, _| Box::pin(async move { prepare(kind, connection).await }))
}

/// Connects once by itself: a pool would try for its whole time-out, and then not say what was wrong.
async fn probe(kind: Kind, url: &str) -> Result<()> {
    let url = if kind == Kind::Sqlite { sqlite_url(url) } else { url.to_owned() };
    let mut connection = AnyConnection::connect(&url).await?;
    prepare(kind, &mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn prepare(kind: Kind, connection: &mut AnyConnection) -> sqlx::Result<()> {
    if kind == Kind::Sqlite {
        for pragma in PRAGMAS {
            sqlx::query(*pragma).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

const PRAGMAS: &[&str] = &[
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA cache_size = -8192",
];

fn sqlite_url(url: &str) -> String {
    if url.contains("mode=") { url.to_owned() } else { format!("{url}?mode=rwc") }
}
