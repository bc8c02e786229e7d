//! Passwords that are good for one phone alone. Holds their hashes only.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPassword {
    /// Whose.
    pub account: AccountId,
    /// Its number.
    pub id: i64,
    /// What it is for, as its owner calls it.
    pub name: String,
    /// The phone that used it first, by its `DeviceId`.
    pub device_id: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub used_at: Option<Timestamp>,
}

/// Keeps a new one.
pub async fn create(tx: &mut Tx, password: &AppPassword, hash: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO app_password (account_id, password_id, name, hash, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(password.account.0)
    .bind(password.id)
    .bind(&password.name)
    .bind(hash)
    .bind(password.created_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An account's, the newest first.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Vec<AppPassword>> {
    let rows = sqlx::query(
        "SELECT account_id, password_id, name, device_id, created_at, used_at FROM app_password \
         WHERE account_id = $1 ORDER BY password_id DESC",
    )
    .bind(account.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// The one with this hash.
pub async fn by_hash(c: &mut AnyConnection, account: AccountId, hash: &str) -> Result<Option<AppPassword>> {
    let row = sqlx::query(
        "SELECT account_id, password_id, name, device_id, created_at, used_at FROM app_password \
         WHERE account_id = $1 AND hash = $2",
    )
    .bind(account.0)
    .bind(hash)
    .fetch_optional(c)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Notes that a phone used it. False: it is another's by now, or gone.
pub async fn used(tx: &mut Tx, password: &AppPassword, device_id: &str, now: Timestamp) -> Result<bool> {
    let used = sqlx::query(
        "UPDATE app_password SET device_id = $3, used_at = $4 \
         WHERE account_id = $1 AND password_id = $2 AND (device_id IS NULL OR device_id = $3)",
    )
    .bind(password.account.0)
    .bind(password.id)
    .bind(device_id)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Makes it good for nothing. False: there is none.
pub async fn revoke(tx: &mut Tx, account: AccountId, id: i64) -> Result<bool> {
    let gone = sqlx::query("DELETE FROM app_password WHERE account_id = $1 AND password_id = $2")
        .bind(account.0)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(gone.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<AppPassword> {
    let used_at: Option<i64> = row.try_get(5)?;
    Ok(AppPassword {
        account: AccountId(row.try_get(0)?),
        id: row.try_get(1)?,
        name: row.try_get(2)?,
        device_id: row.try_get(3)?,
        created_at: time(row.try_get(4)?, "app_password")?,
        used_at: used_at.map(|at| time(at, "app_password")).transpose()?,
    })
}
