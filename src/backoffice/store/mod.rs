//! What the reference back office keeps, in one SQLite file. Knows no HTTP, and nothing of what the data mean.
//!
//! A *shelf* is one collection of one user's identity, one calendar, or the organisation's people or companies.
//! Each has a counter; every write of an object takes the next number as its revision inside the writing
//! transaction, so the number reached is the cursor. Deleted objects stay as stones for 30 days.

pub mod changes;
mod open;
mod search;
pub mod write;

use serde_json::Value;
use sqlx::SqlitePool;

use crate::backoffice::Error;
use crate::backoffice::Result;

/// The file. One connection: its readers and writers take turns, as a small office can afford.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    life: String,
}

/// Where a call looks: found once per call, with what the caller may do there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    number: i64,
    /// Whether writing is allowed.
    pub may_write: bool,
}

/// A version of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Whose version.
    pub id: String,
    /// Which version.
    pub rev: String,
    /// What it says.
    pub data: Value,
}

/// A calendar as one of its users sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// As the calls name it.
    pub id: String,
    /// For people.
    pub name: String,
    /// Meant when a call names none.
    pub default: bool,
    /// Whether the user may write.
    pub may_write: bool,
}

impl Store {
    /// The identities of a user (id, name, whether the default); none for somebody unknown.
    pub async fn identities(&self, user: &str) -> Result<Vec<(String, String, bool)>> {
        let rows = sqlx::query_as(
            "SELECT id, name, is_default FROM identity WHERE user = $1 ORDER BY is_default DESC, id",
        )
        .bind(user)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// The calendars of an identity, the default one first.
    pub async fn calendars(&self, user: &str, identity: &str) -> Result<Vec<Calendar>> {
        let rows: Vec<(String, String, bool, bool)> = sqlx::query_as(
            "SELECT shelf.calendar, shelf.name, access.is_default, access.may_write
             FROM access JOIN shelf ON shelf.number = access.shelf
             WHERE access.user = $1 AND access.identity = $2 AND shelf.collection = 'events'
             ORDER BY access.is_default DESC, shelf.name",
        )
        .bind(user)
        .bind(identity)
        .fetch_all(&self.pool)
        .await?;
        let calendar = |(id, name, default, may_write)| Calendar { id, name, default, may_write };
        Ok(rows.into_iter().map(calendar).collect())
    }

    /// The shelf of an identity's collection; without a calendar's id the default one.
    pub async fn shelf(
        &self,
        user: &str,
        identity: &str,
        collection: &str,
        calendar: Option<&str>,
    ) -> Result<Shelf> {
        let row: Option<(i64, bool)> = sqlx::query_as(
            "SELECT shelf.number, access.may_write
             FROM access JOIN shelf ON shelf.number = access.shelf
             WHERE access.user = $1 AND access.identity = $2 AND shelf.collection = $3
               AND (shelf.calendar = $4 OR ($4 IS NULL AND access.is_default))",
        )
        .bind(user)
        .bind(identity)
        .bind(collection)
        .bind(calendar)
        .fetch_optional(&self.pool)
        .await?;
        let (number, may_write) = row.ok_or(Error::NotFound("this user has no such collection"))?;
        Ok(Shelf { number, may_write })
    }

    /// The newest version of an object, none when it is not there or deleted.
    pub async fn read(&self, shelf: &Shelf, id: &str) -> Result<Option<Version>> {
        let row: Option<(i64, String)> = sqlx::query_as(
            "SELECT rev, data FROM object WHERE shelf = $1 AND id = $2 AND deleted_at IS NULL",
        )
        .bind(shelf.number)
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|(rev, data)| self.version(id.to_owned(), rev, &data)).transpose()
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    fn version(&self, id: String, rev: i64, data: &str) -> Result<Version> {
        Ok(Version { id, rev: self.rev(rev), data: serde_json::from_str(data)? })
    }

    /// Revisions carry the life of the file: a store made anew counts from the start, with other content.
    fn rev(&self, number: i64) -> String {
        format!("{number}-{}", self.life)
    }
}
