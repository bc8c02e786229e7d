//! Making, replacing and deleting an object, once per Idempotency-Key.

use jiff::Timestamp;
use serde_json::Value;
use sha2::Digest;
use sha2::Sha256;
use sqlx::Sqlite;
use sqlx::Transaction;

use crate::backoffice::Error;
use crate::backoffice::Result;
use crate::backoffice::store::Shelf;
use crate::backoffice::store::Store;
use crate::backoffice::store::search::Searchable;

/// A write as it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Where.
    pub shelf: &'a Shelf,
    /// The name of the collection, for what is searchable.
    pub collection: &'a str,
    /// What.
    pub action: Action<'a>,
    /// The same for every attempt.
    pub key: Option<&'a str>,
    /// When.
    pub now: Timestamp,
}

/// What to do. `if_match` is the revision it must still have.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// Makes an object.
    Create {
        /// What it says.
        data: &'a Value,
    },
    /// Replaces it whole.
    Replace {
        /// Which.
        id: &'a str,
        /// What it says.
        data: &'a Value,
        /// Its revision.
        if_match: Option<&'a str>,
    },
    /// Deletes it.
    Delete {
        /// Which.
        id: &'a str,
        /// Its revision.
        if_match: Option<&'a str>,
    },
}

/// What came of it; a repeated request gets the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The object's id.
    pub id: String,
    /// Its revision now.
    pub rev: String,
}

type Tx = Transaction<'static, Sqlite>;

impl Store {
    /// Does it, or says again what came of it under the same key.
    pub async fn write(&self, request: Request<'_>) -> Result<Answer> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(answer) = self.remembered(&mut tx, &request).await? {
            return Ok(answer);
        }
        if !request.shelf.may_write {
            return Err(Error::Forbidden("this collection may only be read".to_owned()));
        }
        let id = match request.action {
            Action::Create { .. } => None,
            Action::Replace { id, if_match, .. } | Action::Delete { id, if_match } => {
                self.check_present(&mut tx, request.shelf, id, if_match).await?;
                Some(id)
            }
        };
        let (rev,): (i64,) =
            sqlx::query_as("UPDATE shelf SET counter = counter + 1 WHERE number = $1 RETURNING counter")
                .bind(request.shelf.number)
                .fetch_one(&mut *tx)
                .await?;
        let id = id.map_or_else(|| format!("{}-{rev}", request.shelf.number), str::to_owned);
        match request.action {
            Action::Create { data } | Action::Replace { data, .. } => {
                put(&mut tx, &request, &id, rev, data).await?;
            }
            Action::Delete { .. } => bury(&mut tx, &request, &id, rev).await?,
        }
        remember(&mut tx, &request, &id, rev).await?;
        tx.commit().await?;
        Ok(Answer { id, rev: self.rev(rev) })
    }

    /// What came of this request before; the key of another one is refused.
    async fn remembered(&self, tx: &mut Tx, request: &Request<'_>) -> Result<Option<Answer>> {
        let Some(key) = request.key else { return Ok(None) };
        let row: Option<(String, String, i64)> =
            sqlx::query_as("SELECT request, id, rev FROM answer WHERE key = $1")
                .bind(key)
                .fetch_optional(&mut **tx)
                .await?;
        let Some((known, id, rev)) = row else { return Ok(None) };
        if known != fingerprint(request) {
            return Err(Error::KeyReused);
        }
        Ok(Some(Answer { id, rev: self.rev(rev) }))
    }

    async fn check_present(
        &self,
        tx: &mut Tx,
        shelf: &Shelf,
        id: &str,
        if_match: Option<&str>,
    ) -> Result<()> {
        let row: Option<(i64, Option<i64>, String)> =
            sqlx::query_as("SELECT rev, deleted_at, data FROM object WHERE shelf = $1 AND id = $2")
                .bind(shelf.number)
                .bind(id)
                .fetch_optional(&mut **tx)
                .await?;
        let Some((rev, deleted_at, data)) = row else { return Err(Error::NotFound("no such object")) };
        if deleted_at.is_some() {
            return Err(Error::Gone);
        }
        match if_match {
            Some(wanted) if wanted != "*" && wanted != self.rev(rev) => {
                Err(Error::Conflict(Box::new(self.version(id.to_owned(), rev, &data)?)))
            }
            _ => Ok(()),
        }
    }
}

async fn put(tx: &mut Tx, request: &Request<'_>, id: &str, rev: i64, data: &Value) -> Result<()> {
    let searchable = Searchable::of(request.collection, data);
    sqlx::query(
        "INSERT INTO object (shelf, id, rev, data, name, words) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (shelf, id) DO UPDATE SET
             rev = excluded.rev, data = excluded.data, name = excluded.name, words = excluded.words",
    )
    .bind(request.shelf.number)
    .bind(id)
    .bind(rev)
    .bind(data.to_string())
    .bind(searchable.name)
    .bind(searchable.words)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn bury(tx: &mut Tx, request: &Request<'_>, id: &str, rev: i64) -> Result<()> {
    sqlx::query(
        "UPDATE object SET rev = $3, deleted_at = $4, data = '{}', name = '', words = ''
         WHERE shelf = $1 AND id = $2",
    )
    .bind(request.shelf.number)
    .bind(id)
    .bind(rev)
    .bind(request.now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Only what succeeded is remembered: what was refused is judged anew, it changed nothing.
async fn remember(tx: &mut Tx, request: &Request<'_>, id: &str, rev: i64) -> Result<()> {
    let Some(key) = request.key else { return Ok(()) };
    sqlx::query("INSERT INTO answer VALUES ($1, $2, $3, $4, $5)")
        .bind(key)
        .bind(fingerprint(request))
        .bind(id)
        .bind(rev)
        .bind(request.now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What makes two requests the same; not `If-Match`, which a client may leave out when it repeats itself.
fn fingerprint(request: &Request<'_>) -> String {
    let nothing = Value::Null;
    let (verb, id, data) = match request.action {
        Action::Create { data } => ("POST", "", data),
        Action::Replace { id, data, .. } => ("PUT", id, data),
        Action::Delete { id, .. } => ("DELETE", id, &nothing),
    };
    let digest = Sha256::digest(format!("{verb}\n{}\n{id}\n{data}", request.shelf.number));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
