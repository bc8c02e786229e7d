//! The back offices that administrators added to their organisations. Secrets are sealed before they come here.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::OrganisationId;

/// One of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Whose accounts use it.
    pub organisation: OrganisationId,
    /// What everything else calls it; no other connection has the name.
    pub name: String,
    /// JSON: the keys of `[[connection]]` but the secrets.
    pub settings: String,
    /// Those, as JSON, sealed.
    pub secrets: Option<Vec<u8>>,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored")
            .field("organisation", &self.organisation)
            .field("name", &self.name)
            .field("changed_at", &self.changed_at)
            .finish_non_exhaustive()
    }
}

/// What tells that some were added, changed or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    count: i64,
    newest: i64,
}

/// The present mark.
pub async fn mark(connection: &mut AnyConnection) -> Result<Mark> {
    let row = sqlx::query("SELECT COUNT(*), COALESCE(MAX(changed_at), 0) FROM connection")
        .fetch_one(connection)
        .await?;
    Ok(Mark { count: row.try_get(0)?, newest: row.try_get(1)? })
}

/// All of them; few.
pub async fn list(connection: &mut AnyConnection) -> Result<Vec<Stored>> {
    let rows = sqlx::query(
        "SELECT organisation_id, name, settings, secrets, changed_at FROM connection ORDER BY organisation_id, name",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Adds one, or replaces the one of its name that its organisation has.
pub async fn put(tx: &mut Tx, stored: &Stored) -> Result<()> {
    sqlx::query(
        "INSERT INTO connection (organisation_id, name, settings, secrets, changed_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (organisation_id, name) DO UPDATE SET settings = excluded.settings, \
         secrets = excluded.secrets, changed_at = excluded.changed_at",
    )
    .bind(stored.organisation.0)
    .bind(&stored.name)
    .bind(&stored.settings)
    .bind(stored.secrets.as_deref())
    .bind(stored.changed_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes one. What accounts have of it stays for the caller.
pub async fn remove(tx: &mut Tx, organisation: OrganisationId, name: &str) -> Result<()> {
    sqlx::query("DELETE FROM connection WHERE organisation_id = $1 AND name = $2")
        .bind(organisation.0)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Stored> {
    Ok(Stored {
        organisation: OrganisationId(row.try_get(0)?),
        name: row.try_get(1)?,
        settings: row.try_get(2)?,
        secrets: row.try_get(3)?,
        changed_at: time(row.try_get(4)?, "connection")?,
    })
}
