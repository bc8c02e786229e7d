//! The accounts that govern every organisation. Says nothing of what they may do.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;

/// Whether an account is one.
pub async fn is_one(c: &mut AnyConnection, account: AccountId) -> Result<bool> {
    let row = sqlx::query("SELECT since FROM operator WHERE account_id = $1").bind(account.0);
    Ok(row.fetch_optional(c).await?.is_some())
}

/// All of them; few.
pub async fn list(c: &mut AnyConnection) -> Result<Vec<AccountId>> {
    let rows = sqlx::query("SELECT account_id FROM operator ORDER BY since, account_id").fetch_all(c).await?;
    rows.iter().map(|row| Ok(AccountId(row.try_get(0)?))).collect()
}

/// Makes an account one; false: it is already.
pub async fn add(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool> {
    if is_one(tx, account).await? {
        return Ok(false);
    }
    sqlx::query("INSERT INTO operator (account_id, since) VALUES ($1, $2)")
        .bind(account.0)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

/// Makes it one no more; false: it was none.
pub async fn remove(tx: &mut Tx, account: AccountId) -> Result<bool> {
    let gone = sqlx::query("DELETE FROM operator WHERE account_id = $1").bind(account.0);
    Ok(gone.execute(&mut **tx).await?.rows_affected() == 1)
}
