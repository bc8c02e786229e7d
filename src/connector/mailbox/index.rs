//! What is known of the messages: one SQLite file, and who has which mailbox in it. Holds no message.
//!
//! Every mailbox counts its changes, as an IMAP server with CONDSTORE does: a message that comes, changes or goes takes
//! the next number inside the transaction that does it. One that went leaves a stone for a while, so that a pull learns
//! what is gone by its number.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;
use sqlx::Sqlite;
use sqlx::SqliteConnection;
use sqlx::SqlitePool;
use sqlx::Transaction;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::sqlite::SqliteSynchronous;

use crate::connector::Error;
use crate::connector::Result;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS owner (address TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS given (id INTEGER PRIMARY KEY CHECK (id = 1), validity INTEGER NOT NULL) STRICT;
INSERT INTO given VALUES (1, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS mailbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, parent INTEGER, name TEXT NOT NULL, role TEXT,
    validity INTEGER NOT NULL UNIQUE, next INTEGER NOT NULL, counter INTEGER NOT NULL, forgotten INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS mailbox_by_name ON mailbox (owner, ifnull(parent, 0), name);
CREATE TABLE IF NOT EXISTS message (
    mailbox INTEGER NOT NULL, uid INTEGER NOT NULL, made INTEGER NOT NULL, changed INTEGER NOT NULL,
    received_at INTEGER NOT NULL, size INTEGER NOT NULL, keywords TEXT NOT NULL, file TEXT, gone_at INTEGER,
    PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_by_change ON message (mailbox, changed);
CREATE INDEX IF NOT EXISTS message_by_file ON message (file);
";

/// Readers do not wait for who writes; an office needs no more of them.
const CONNECTIONS: u32 = 4;

/// How long one who writes waits for another one to end.
const BUSY: Duration = Duration::from_secs(20);

/// A pull that did not ask for so long starts anew.
const STONES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A transaction that writes.
pub type Tx = Transaction<'static, Sqlite>;

/// The file.
#[derive(Clone, Debug)]
pub struct Index {
    pool: SqlitePool,
}

/// A mailbox, as far as its numbers go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub number: i64,
    /// What its messages are told apart by from those of another mailbox (UIDVALIDITY).
    pub validity: u32,
    /// The number of its last change.
    pub counter: i64,
    /// Changes up to this one that took a message away may not be known any more.
    pub forgotten: i64,
}

impl Index {
    /// Opens the file, or makes it.
    pub async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was said to be stored is there after the power failed.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(unusable)?;
        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.map_err(unusable)?;
        sqlx::raw_sql(SCHEMA).execute(&mut *tx).await.map_err(unusable)?;
        tx.commit().await.map_err(unusable)?;
        Ok(Self { pool })
    }

    /// Begins to read: what is read until it ends is of one moment.
    pub async fn read(&self) -> Result<Tx> {
        self.pool.begin().await.map_err(unusable)
    }

    /// The files of all messages.
    pub async fn files(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT DISTINCT file FROM message WHERE file IS NOT NULL")
            .fetch_all(&self.pool)
            .await
            .map_err(unusable)?;
        Ok(rows.into_iter().map(|(file,)| file).collect())
    }

    /// Begins to write; one at a time does.
    pub async fn write(&self) -> Result<Tx> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(unusable)
    }
}

/// Ends a transaction that wrote.
pub async fn commit(tx: Tx) -> Result<()> {
    tx.commit().await.map_err(unusable)
}

/// The mailbox of this id, if it is this owner's.
pub async fn place(connection: &mut SqliteConnection, owner: &str, id: &str) -> Result<Place> {
    let row: Option<(i64, u32, i64, i64)> = sqlx::query_as(
        "SELECT number, validity, counter, forgotten FROM mailbox WHERE number = $1 AND owner = $2",
    )
    .bind(id.parse::<i64>().ok())
    .bind(owner)
    .fetch_optional(connection)
    .await
    .map_err(unusable)?;
    let (number, validity, counter, forgotten) = row.ok_or(Error::Gone)?;
    Ok(Place { number, validity, counter, forgotten })
}

/// Takes what the messages of a new mailbox are told apart by from those of every other one.
// RFC 3501 2.3.1.1: never given twice, not even if the file is made anew: so it is the time, which grows.
pub async fn validity(tx: &mut Tx, now: Timestamp) -> Result<i64> {
    let (validity,) =
        sqlx::query_as("UPDATE given SET validity = max($1, validity + 1) WHERE id = 1 RETURNING validity")
            .bind(now.as_second())
            .fetch_one(&mut **tx)
            .await
            .map_err(unusable)?;
    Ok(validity)
}

/// Takes the number of the next change of a mailbox.
pub async fn count(tx: &mut Tx, place: &Place) -> Result<i64> {
    let (counter,) =
        sqlx::query_as("UPDATE mailbox SET counter = counter + 1 WHERE number = $1 RETURNING counter")
            .bind(place.number)
            .fetch_one(&mut **tx)
            .await
            .map_err(unusable)?;
    Ok(counter)
}

/// Forgets the stones of messages that went long ago.
pub async fn forget(tx: &mut Tx, place: &Place, now: Timestamp) -> Result<()> {
    let before = now.saturating_sub(STONES).unwrap_or(Timestamp::MIN).as_microsecond();
    sqlx::query(
        "UPDATE mailbox SET forgotten = max(forgotten, (SELECT ifnull(max(changed), 0) FROM message
             WHERE mailbox = $1 AND gone_at < $2)) WHERE number = $1",
    )
    .bind(place.number)
    .bind(before)
    .execute(&mut **tx)
    .await
    .map_err(unusable)?;
    sqlx::query("DELETE FROM message WHERE mailbox = $1 AND gone_at < $2")
        .bind(place.number)
        .bind(before)
        .execute(&mut **tx)
        .await
        .map_err(unusable)?;
    Ok(())
}

/// Those of these files that no message has any more.
pub async fn unused(tx: &mut Tx, mut files: Vec<String>) -> Result<Vec<String>> {
    files.sort_unstable();
    files.dedup();
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT value FROM json_each($1) WHERE NOT EXISTS (SELECT 1 FROM message WHERE file = value)",
    )
    .bind(serde_json::json!(files).to_string())
    .fetch_all(&mut **tx)
    .await
    .map_err(unusable)?;
    Ok(rows.into_iter().map(|(file,)| file).collect())
}

/// The database does not do what it should: nothing is lost, it may be better later.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn unusable(error: sqlx::Error) -> Error {
    Error::Later { after: None, message: format!("the index of the mailboxes: {error}") }
}
