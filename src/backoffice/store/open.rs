//! Opening the file, and moving a company into a new one in one go. Changes nothing in a file that is there.

use std::path::Path;

use jiff::Timestamp;
use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::Transaction;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::sqlite::SqliteSynchronous;

use crate::backoffice::Result;
use crate::backoffice::company::Collection;
use crate::backoffice::company::Company;
use crate::backoffice::company::Identity;
use crate::backoffice::store::Store;
use crate::backoffice::store::search::Searchable;

const SCHEMA: &str = "
CREATE TABLE office (life TEXT NOT NULL) STRICT;
CREATE TABLE identity (
    user TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, is_default INTEGER NOT NULL,
    PRIMARY KEY (user, id)
) STRICT;
CREATE TABLE shelf (
    number INTEGER PRIMARY KEY, collection TEXT NOT NULL, calendar TEXT NOT NULL, name TEXT NOT NULL,
    counter INTEGER NOT NULL, forgotten INTEGER NOT NULL
) STRICT;
CREATE TABLE access (
    user TEXT NOT NULL, identity TEXT NOT NULL, shelf INTEGER NOT NULL,
    may_write INTEGER NOT NULL, is_default INTEGER NOT NULL, PRIMARY KEY (user, identity, shelf)
) STRICT;
CREATE TABLE object (
    shelf INTEGER NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, deleted_at INTEGER,
    data TEXT NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (shelf, id)
) STRICT;
CREATE INDEX object_by_rev ON object (shelf, rev);
CREATE TABLE answer (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER, at INTEGER NOT NULL
) STRICT;
CREATE INDEX answer_by_age ON answer (at);
";

/// Rows per INSERT: six values each, under SQLite's 32,766.
const BATCH: usize = 500;

type Tx = Transaction<'static, Sqlite>;

impl Store {
    /// Opens the file, or one in memory. The company moves into a new one.
    pub async fn open(
        path: Option<&Path>,
        now: Timestamp,
        company: impl FnOnce() -> Company,
    ) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let options = match path {
            Some(path) => options.filename(path),
            None => options.in_memory(true),
        };
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        let known: Option<(String,)> = sqlx::query_as("SELECT name FROM sqlite_schema WHERE name = 'office'")
            .fetch_optional(&pool)
            .await?;
        if known.is_some() {
            let (life,) = sqlx::query_as("SELECT life FROM office").fetch_one(&pool).await?;
            return Ok(Self { pool, life });
        }
        let life = format!("{:x}", now.as_microsecond());
        let company = company();
        let mut tx = pool.begin().await?;
        sqlx::raw_sql(SCHEMA).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO office VALUES ($1)").bind(&life).execute(&mut *tx).await?;
        for (user, identity) in &company.identities {
            add_identity(&mut tx, user, identity).await?;
        }
        for (number, collection) in (1..).zip(&company.collections) {
            add_collection(&mut tx, number, collection).await?;
        }
        tx.commit().await?;
        Ok(Self { pool, life })
    }
}

/// Makes a user known under an identity; the first one is the default.
async fn add_identity(tx: &mut Tx, user: &str, identity: &Identity) -> Result<()> {
    sqlx::query(
        "INSERT INTO identity (user, id, name, is_default)
         VALUES ($1, $2, $3, NOT EXISTS (SELECT 1 FROM identity WHERE user = $1))",
    )
    .bind(user)
    .bind(identity.id)
    .bind(identity.name)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes a collection; each of its objects gets a revision of its own.
async fn add_collection(tx: &mut Tx, number: i64, collection: &Collection) -> Result<()> {
    sqlx::query("INSERT INTO shelf VALUES ($1, $2, $3, $4, $5, 0)")
        .bind(number)
        .bind(collection.kind)
        .bind(collection.calendar)
        .bind(collection.name)
        .bind(i64::try_from(collection.objects.len()).unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    for access in &collection.access {
        sqlx::query("INSERT INTO access VALUES ($1, $2, $3, $4, $5)")
            .bind(access.user)
            .bind(access.identity)
            .bind(number)
            .bind(access.may_write)
            .bind(access.default)
            .execute(&mut **tx)
            .await?;
    }
    let mut revs = 1_i64..;
    for batch in collection.objects.chunks(BATCH) {
        QueryBuilder::<Sqlite>::new("INSERT INTO object (shelf, id, rev, data, name, words) ")
            .push_values(batch.iter().zip(&mut revs), |mut row, ((id, data), rev)| {
                let searchable = Searchable::of(collection.kind, data);
                row.push_bind(number).push_bind(id).push_bind(rev).push_bind(data.to_string());
                row.push_bind(searchable.name).push_bind(searchable.words);
            })
            .build()
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
