//! The second factor of an account: its sealed secret, which codes were used, what helps without the program. Checks none.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;

/// What codes are made of.
#[derive(Clone, PartialEq, Eq)]
pub struct Factor {
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// Codes of this step and before are not taken.
    pub last_step: i64,
}

impl std::fmt::Debug for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Factor(…)")
    }
}

/// Keeps a secret that is not asked for yet.
pub async fn propose(tx: &mut Tx, account: AccountId, secret: &[u8]) -> Result<()> {
    sqlx::query("DELETE FROM factor WHERE account_id = $1").bind(account.0).execute(&mut **tx).await?;
    sqlx::query("INSERT INTO factor (account_id, secret, last_step) VALUES ($1, $2, 0)")
        .bind(account.0)
        .bind(secret)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// An account's, asked for or only proposed.
pub async fn find(c: &mut AnyConnection, account: AccountId) -> Result<Option<Factor>> {
    let row = sqlx::query("SELECT secret, last_step FROM factor WHERE account_id = $1").bind(account.0);
    let row = row.fetch_optional(c).await?;
    row.map(|row| Ok(Factor { secret: row.try_get(0)?, last_step: row.try_get(1)? })).transpose()
}

/// Uses up a step. False: somebody else did, or a later one.
pub async fn use_step(tx: &mut Tx, account: AccountId, step: i64) -> Result<bool> {
    let used = sqlx::query("UPDATE factor SET last_step = $2 WHERE account_id = $1 AND last_step < $2")
        .bind(account.0)
        .bind(step)
        .execute(&mut **tx)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// From now on it is asked for.
pub async fn switch_on(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE account SET factor_at = $2 WHERE account_id = $1")
        .bind(account.0)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// It is asked for no more, and nothing of it is kept.
pub async fn switch_off(tx: &mut Tx, account: AccountId) -> Result<()> {
    for statement in [
        "UPDATE account SET factor_at = NULL WHERE account_id = $1",
        "DELETE FROM factor WHERE account_id = $1",
        "DELETE FROM recovery_code WHERE account_id = $1",
    ] {
        sqlx::query(statement).bind(account.0).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Replaces the codes that help without the program; their hashes.
pub async fn set_codes(tx: &mut Tx, account: AccountId, hashes: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM recovery_code WHERE account_id = $1").bind(account.0).execute(&mut **tx).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_code (account_id, hash) VALUES ($1, $2)")
            .bind(account.0)
            .bind(hash)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Uses up such a code. False: there is none like it.
pub async fn use_code(tx: &mut Tx, account: AccountId, hash: &str) -> Result<bool> {
    let used = sqlx::query("DELETE FROM recovery_code WHERE account_id = $1 AND hash = $2")
        .bind(account.0)
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// How many such codes are left.
pub async fn codes_left(c: &mut AnyConnection, account: AccountId) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM recovery_code WHERE account_id = $1").bind(account.0);
    Ok(row.fetch_one(c).await?.try_get(0)?)
}
