//! Counts what a folder holds and empties it, leaving nothing of it behind. Decides nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use super::folder;
use crate::model::id::AccountId;
use crate::model::id::FolderId;

/// How many items live in each folder of an account; empty ones are not named.
pub async fn counts(c: &mut AnyConnection, account: AccountId) -> Result<Vec<(FolderId, i64)>> {
    let rows = sqlx::query(
        "SELECT folder_id, COUNT(*) FROM item WHERE account_id = $1 AND deleted_at IS NULL \
         GROUP BY folder_id ORDER BY folder_id",
    )
    .bind(account.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok((FolderId(row.try_get(0)?), row.try_get(1)?))).collect()
}

/// How many changes of an account a connection has not got yet.
pub async fn owed(c: &mut AnyConnection, account: AccountId, connection: &str) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM outbox WHERE account_id = $1 AND connection = $2")
        .bind(account.0)
        .bind(connection)
        .fetch_one(c)
        .await?;
    Ok(row.try_get(0)?)
}

/// Removes every item of a folder with its past, as if it had never been here. A phone that synced the folder is told to
/// start anew and finds it empty; the numbers of its items never come back.
pub async fn empty(tx: &mut Tx, account: AccountId, folder: FolderId) -> Result<()> {
    let rev = folder::next_rev(tx, account, folder).await?;
    for statement in [
        "DELETE FROM item WHERE account_id = $1 AND folder_id = $2",
        "DELETE FROM past WHERE account_id = $1 AND folder_id = $2",
        "DELETE FROM aside WHERE account_id = $1 AND folder_id = $2",
        "DELETE FROM outbox WHERE account_id = $1 AND folder_id = $2",
        "DELETE FROM sync_state WHERE account_id = $1 AND folder_id = $2",
    ] {
        sqlx::query(statement).bind(account.0).bind(folder.0).execute(&mut **tx).await?;
    }
    sqlx::query("UPDATE folder SET pruned_rev = $3 WHERE account_id = $1 AND folder_id = $2")
        .bind(account.0)
        .bind(folder.0)
        .bind(rev.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Empties a folder that a connection filled, and takes it off the list unless every account has it.
pub async fn folder_of_connection(
    tx: &mut Tx,
    account: AccountId,
    id: FolderId,
    is_fixed: bool,
    now: Timestamp,
) -> Result<()> {
    empty(tx, account, id).await?;
    if is_fixed {
        folder::connect(tx, account, id, None, None).await
    } else {
        folder::delete(tx, account, id, now).await
    }
}
