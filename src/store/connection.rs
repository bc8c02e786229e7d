//! The back offices that administrators added to their organisations. Secrets are sealed before they come here.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;
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
    /// Since when it rests.
    pub paused_at: Option<Timestamp>,
}

/// How much a connection is used within an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Accounts that use it.
    pub accounts: i64,
    /// Those of them whose log-in was refused.
    pub refused: i64,
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
        "SELECT organisation_id, name, settings, secrets, changed_at, paused_at FROM connection \
         ORDER BY organisation_id, name",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Adds one, or replaces the one of its name that its organisation has.
pub async fn put(tx: &mut Tx, stored: &Stored) -> Result<()> {
    sqlx::query(
        "INSERT INTO connection (organisation_id, name, settings, secrets, changed_at, paused_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation_id, name) DO UPDATE SET \
         settings = excluded.settings, secrets = excluded.secrets, changed_at = excluded.changed_at, \
         paused_at = excluded.paused_at",
    )
    .bind(stored.organisation.0)
    .bind(&stored.name)
    .bind(&stored.settings)
    .bind(stored.secrets.as_deref())
    .bind(stored.changed_at.as_microsecond())
    .bind(stored.paused_at.map(Timestamp::as_microsecond))
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

/// The accounts of an organisation that use a connection.
pub async fn accounts(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    name: &str,
) -> Result<Vec<AccountId>> {
    let rows = sqlx::query(
        "SELECT a.account_id FROM account a JOIN access u ON u.account_id = a.account_id \
         WHERE a.organisation_id = $1 AND u.connection = $2 ORDER BY a.account_id",
    )
    .bind(organisation.0)
    .bind(name)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok(AccountId(row.try_get(0)?))).collect()
}

/// How much each connection is used within an organisation.
pub async fn used(c: &mut AnyConnection, organisation: OrganisationId) -> Result<Vec<(String, Use)>> {
    let rows = sqlx::query(
        "SELECT u.connection, COUNT(*), COUNT(u.paused_at) FROM account a \
         JOIN access u ON u.account_id = a.account_id WHERE a.organisation_id = $1 GROUP BY u.connection",
    )
    .bind(organisation.0)
    .fetch_all(c)
    .await?;
    let read =
        |row: &AnyRow| Ok((row.try_get(0)?, Use { accounts: row.try_get(1)?, refused: row.try_get(2)? }));
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Stored> {
    Ok(Stored {
        organisation: OrganisationId(row.try_get(0)?),
        name: row.try_get(1)?,
        settings: row.try_get(2)?,
        secrets: row.try_get(3)?,
        changed_at: time(row.try_get(4)?, "connection")?,
        paused_at: row.try_get::<Option<i64>, _>(5)?.map(|at| time(at, "connection")).transpose()?,
    })
}
