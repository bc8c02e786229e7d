//! Links for who forgot a password, by their hashes, and where they are sent. Sends none.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;

/// Keeps a link.
pub async fn add(tx: &mut Tx, account: AccountId, hash: &str, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO password_link (account_id, hash, created_at) VALUES ($1, $2, $3)")
        .bind(account.0)
        .bind(hash)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets the links that are older.
pub async fn forget(tx: &mut Tx, account: AccountId, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM password_link WHERE account_id = $1 AND created_at <= $2")
        .bind(account.0)
        .bind(before.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How many links an account has.
pub async fn count(c: &mut AnyConnection, account: AccountId) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM password_link WHERE account_id = $1").bind(account.0);
    Ok(row.fetch_one(c).await?.try_get(0)?)
}

/// Whether a link was made since then, and not used.
pub async fn is_good(
    c: &mut AnyConnection,
    account: AccountId,
    hash: &str,
    since: Timestamp,
) -> Result<bool> {
    let row = sqlx::query(
        "SELECT created_at FROM password_link WHERE account_id = $1 AND hash = $2 AND created_at > $3",
    )
    .bind(account.0)
    .bind(hash)
    .bind(since.as_microsecond())
    .fetch_optional(c)
    .await?;
    Ok(row.is_some())
}

/// The further address.
pub async fn address(c: &mut AnyConnection, account: AccountId) -> Result<Option<String>> {
    let row = sqlx::query("SELECT email FROM recovery WHERE account_id = $1").bind(account.0);
    row.fetch_optional(c).await?.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Sets it, or none.
pub async fn set_address(tx: &mut Tx, account: AccountId, email: Option<&str>) -> Result<()> {
    sqlx::query("DELETE FROM recovery WHERE account_id = $1").bind(account.0).execute(&mut **tx).await?;
    if let Some(email) = email {
        sqlx::query("INSERT INTO recovery (account_id, email) VALUES ($1, $2)")
            .bind(account.0)
            .bind(email)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
