//! The rows of who did what, in a chain. Does not know how a link is made: whoever adds one says its hash.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::OrganisationId;

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its place in the chain, from 1.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, by number.
    pub actor: String,
    /// Did what.
    pub action: String,
    /// To whom or what, by number.
    pub object: String,
    /// The particulars.
    pub detail: String,
    /// The hash of the link before.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

/// The end of an organisation's chain, held until the transaction ends so that nobody else adds to it.
pub async fn end(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<Link>> {
    sqlx::query("UPDATE organisation SET name = name WHERE organisation_id = $1")
        .bind(organisation.0)
        .execute(&mut **tx)
        .await?;
    Ok(page(tx, organisation, None, 1).await?.pop())
}

/// Adds a link.
pub async fn add(tx: &mut Tx, organisation: OrganisationId, link: &Link) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit (organisation_id, audit_id, at, actor, action, object, detail, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(organisation.0)
    .bind(link.id)
    .bind(link.at.as_microsecond())
    .bind(&link.actor)
    .bind(&link.action)
    .bind(&link.object)
    .bind(&link.detail)
    .bind(&link.previous)
    .bind(&link.hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How often something was done, in whatever organisation.
pub async fn count(c: &mut AnyConnection, action: &str) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM audit WHERE action = $1").bind(action).fetch_one(c).await?;
    Ok(row.try_get(0)?)
}

/// Some links, the newest first: those before one, or from the newest.
pub async fn page(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Link>> {
    let rows = sqlx::query(
        "SELECT audit_id, at, actor, action, object, detail, previous, hash FROM audit \
         WHERE organisation_id = $1 AND audit_id < $2 ORDER BY audit_id DESC LIMIT $3",
    )
    .bind(organisation.0)
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Some links after one, the oldest first: as the chain is checked.
pub async fn after(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    after: i64,
    limit: i64,
) -> Result<Vec<Link>> {
    let rows = sqlx::query(
        "SELECT audit_id, at, actor, action, object, detail, previous, hash FROM audit \
         WHERE organisation_id = $1 AND audit_id > $2 ORDER BY audit_id LIMIT $3",
    )
    .bind(organisation.0)
    .bind(after)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Link> {
    Ok(Link {
        id: row.try_get(0)?,
        at: time(row.try_get(1)?, "audit")?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        object: row.try_get(4)?,
        detail: row.try_get(5)?,
        previous: row.try_get(6)?,
        hash: row.try_get(7)?,
    })
}
