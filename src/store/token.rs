//! The tokens of programs that use the interface under `/api`. Holds their hashes only, and checks nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::OrganisationId;
use crate::model::id::TokenId;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its number.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do, as JSON.
    pub scope: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub used_at: Option<Timestamp>,
    /// Since when it is good for nothing.
    pub revoked_at: Option<Timestamp>,
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT organisation_id, token_id, name, scope, created_at, used_at, revoked_at FROM token ",
            $which
        )
    };
}

/// Keeps a new token.
pub async fn create(tx: &mut Tx, token: &Token, hash: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO token (organisation_id, token_id, name, hash, scope, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token.organisation.0)
    .bind(token.id.0)
    .bind(&token.name)
    .bind(hash)
    .bind(&token.scope)
    .bind(token.created_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The token with this hash, unless it was revoked.
pub async fn by_hash(c: &mut AnyConnection, hash: &str) -> Result<Option<Token>> {
    let row =
        sqlx::query(select!("WHERE hash = $1 AND revoked_at IS NULL")).bind(hash).fetch_optional(c).await?;
    row.as_ref().map(read).transpose()
}

/// All tokens of an organisation, the newest first.
pub async fn list(c: &mut AnyConnection, organisation: OrganisationId) -> Result<Vec<Token>> {
    let rows = sqlx::query(select!("WHERE organisation_id = $1 ORDER BY token_id DESC"))
        .bind(organisation.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Notes that a token was used.
pub async fn used(tx: &mut Tx, token: &Token, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE token SET used_at = $3 WHERE organisation_id = $1 AND token_id = $2")
        .bind(token.organisation.0)
        .bind(token.id.0)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A token is good for nothing any more. Whether it was good for something.
pub async fn revoke(tx: &mut Tx, organisation: OrganisationId, id: TokenId, now: Timestamp) -> Result<bool> {
    let changed = sqlx::query(
        "UPDATE token SET revoked_at = $3 WHERE organisation_id = $1 AND token_id = $2 AND revoked_at IS NULL",
    )
    .bind(organisation.0)
    .bind(id.0)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(changed.rows_affected() > 0)
}

fn read(row: &AnyRow) -> Result<Token> {
    let moment = |micros: Option<i64>| micros.map(|micros| time(micros, "token")).transpose();
    Ok(Token {
        organisation: OrganisationId(row.try_get(0)?),
        id: TokenId(row.try_get(1)?),
        name: row.try_get(2)?,
        scope: row.try_get(3)?,
        created_at: time(row.try_get(4)?, "token")?,
        used_at: moment(row.try_get(5)?)?,
        revoked_at: moment(row.try_get(6)?)?,
    })
}
