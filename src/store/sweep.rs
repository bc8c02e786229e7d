//! Removes what is past its time, in batches that hold no writer up for long. Decides no time.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;
use crate::model::id::FolderId;

/// Rows removed in one transaction.
const BATCH: i64 = 500;

/// Every account after one, some of them, in the order of their numbers.
pub async fn accounts(c: &mut AnyConnection, after: AccountId, limit: i64) -> Result<Vec<AccountId>> {
    let rows =
        sqlx::query("SELECT account_id FROM account WHERE account_id > $1 ORDER BY account_id LIMIT $2")
            .bind(after.0)
            .bind(limit)
            .fetch_all(c)
            .await?;
    rows.iter().map(|row| Ok(AccountId(row.try_get(0)?))).collect()
}

/// The folders of an account in which something is older than `before`: replaced versions or tombstones.
pub async fn stale_folders(
    c: &mut AnyConnection,
    account: AccountId,
    before: Timestamp,
) -> Result<Vec<FolderId>> {
    let rows = sqlx::query(STALE).bind(account.0).bind(before.as_microsecond()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(FolderId(row.try_get(0)?))).collect()
}

const STALE: &str = "SELECT folder_id FROM past WHERE account_id = $1 AND replaced_at < $2 \
    UNION SELECT folder_id FROM item WHERE account_id = $1 AND deleted_at < $2";

/// Removes a batch of old versions and tombstones of a folder. True: there may be more.
///
/// What the outbox needs stays. The folder notes up to which revision something is gone, in the same transaction:
/// a phone that stands before that starts anew (Status 3) and is never told half of what happened.
pub async fn versions(tx: &mut Tx, account: AccountId, folder: FolderId, before: Timestamp) -> Result<bool> {
    let past = sqlx::query(
        "DELETE FROM past WHERE account_id = $1 AND folder_id = $2 AND (item_id, rev) IN (SELECT item_id, rev FROM past \
         WHERE account_id = $1 AND folder_id = $2 AND replaced_at < $3 AND NOT EXISTS (SELECT 1 FROM outbox o \
         WHERE o.account_id = $1 AND o.folder_id = $2 AND o.item_id = past.item_id) ORDER BY replaced_rev LIMIT $4) \
         RETURNING replaced_rev",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(before.as_microsecond())
    .bind(BATCH)
    .fetch_all(&mut **tx)
    .await?;
    // A tombstone goes after the versions it replaced, so that none of them is left without a newest one.
    let tombstones = sqlx::query(
        "DELETE FROM item WHERE account_id = $1 AND folder_id = $2 AND item_id IN (SELECT item_id FROM item \
         WHERE account_id = $1 AND folder_id = $2 AND deleted_at < $3 AND NOT EXISTS (SELECT 1 FROM outbox o \
         WHERE o.account_id = $1 AND o.folder_id = $2 AND o.item_id = item.item_id) AND NOT EXISTS (SELECT 1 FROM past p \
         WHERE p.account_id = $1 AND p.folder_id = $2 AND p.item_id = item.item_id) AND NOT EXISTS (SELECT 1 FROM outbox w \
         WHERE w.account_id = $1 AND w.folder_id = item.moved_folder AND w.item_id = item.moved_item) ORDER BY rev LIMIT $4) \
         RETURNING rev",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(before.as_microsecond())
    .bind(BATCH)
    .fetch_all(&mut **tx)
    .await?;
    let mut gone: i64 = 0;
    for row in past.iter().chain(&tombstones) {
        gone = gone.max(row.try_get(0)?);
    }
    sqlx::query(
        "UPDATE folder SET pruned_rev = $3 WHERE account_id = $1 AND folder_id = $2 AND pruned_rev < $3",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(gone)
    .execute(&mut **tx)
    .await?;
    Ok(past.len().max(tombstones.len()) >= usize::try_from(BATCH).unwrap_or(usize::MAX))
}

/// The folders that were taken off the list before a time and still have items.
pub async fn deleted_folders(
    c: &mut AnyConnection,
    account: AccountId,
    before: Timestamp,
) -> Result<Vec<FolderId>> {
    let rows = sqlx::query(DELETED).bind(account.0).bind(before.as_microsecond()).fetch_all(c).await?;
    rows.iter().map(|row| Ok(FolderId(row.try_get(0)?))).collect()
}

const DELETED: &str = "SELECT folder_id FROM folder f WHERE account_id = $1 AND deleted_at < $2 \
    AND EXISTS (SELECT 1 FROM item i WHERE i.account_id = f.account_id AND i.folder_id = f.folder_id)";

/// Removes a batch of what a deleted folder held. True: there may be more. Its row stays: phones learn from it.
pub async fn contents(tx: &mut Tx, account: AccountId, folder: FolderId) -> Result<bool> {
    for query in [
        "DELETE FROM aside WHERE account_id = $1 AND folder_id = $2",
        "DELETE FROM outbox WHERE account_id = $1 AND folder_id = $2",
        "DELETE FROM sync_state WHERE account_id = $1 AND folder_id = $2",
    ] {
        sqlx::query(query).bind(account.0).bind(folder.0).execute(&mut **tx).await?;
    }
    let mut more = false;
    for query in [
        "DELETE FROM past WHERE account_id = $1 AND folder_id = $2 AND (item_id, rev) IN \
         (SELECT item_id, rev FROM past WHERE account_id = $1 AND folder_id = $2 LIMIT $3)",
        "DELETE FROM item WHERE account_id = $1 AND folder_id = $2 AND item_id IN \
         (SELECT item_id FROM item WHERE account_id = $1 AND folder_id = $2 LIMIT $3)",
    ] {
        let gone = sqlx::query(query).bind(account.0).bind(folder.0).bind(BATCH).execute(&mut **tx).await?;
        more |= gone.rows_affected() >= BATCH.unsigned_abs();
    }
    Ok(more)
}

/// Removes states of phones that were silent for so long that they start anew anyhow.
///
/// When a state was used says nothing while its phone is about: a phone that waits by Ping for a folder in which
/// nothing happens does not use it for months.
pub async fn states(tx: &mut Tx, account: AccountId, before: Timestamp) -> Result<()> {
    sqlx::query(STATES).bind(account.0).bind(before.as_microsecond()).execute(&mut **tx).await?;
    Ok(())
}

const STATES: &str = "DELETE FROM sync_state WHERE account_id = $1 AND used_at < $2 \
    AND NOT EXISTS (SELECT 1 FROM device d WHERE d.account_id = $1 AND d.device_number = sync_state.device_number AND d.seen_at >= $2)";

/// Removes old rows of the logs, and all but the newest `keep` of each.
///
/// A row's id is the microsecond in which it was made, or shortly after: what is old is found by the primary key.
pub async fn logs(tx: &mut Tx, account: AccountId, before: Timestamp, keep: u32) -> Result<()> {
    for query in LOGS {
        sqlx::query(query)
            .bind(account.0)
            .bind(before.as_microsecond())
            .bind(i64::from(keep))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

const LOGS: [&str; 2] = [
    "DELETE FROM result WHERE account_id = $1 AND (result_id < $2 OR result_id <= (SELECT result_id FROM result \
     WHERE account_id = $1 ORDER BY result_id DESC LIMIT 1 OFFSET $3))",
    "DELETE FROM run WHERE account_id = $1 AND (run_id < $2 OR run_id <= (SELECT run_id FROM run \
     WHERE account_id = $1 ORDER BY run_id DESC LIMIT 1 OFFSET $3))",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::Waiters;
    use crate::store::Store;
    use crate::store::absence;
    use crate::store::draft;
    use crate::store::outgoing;
    use crate::store::trace;

    /// How SQLite goes about a statement, step by step.
    async fn plan(store: &Store, statement: &str) -> Vec<String> {
        let mut reader = store.read().await.unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut *reader).await;
        rows.unwrap().iter().map(|row| row.get::<String, _>("detail")).collect()
    }

    #[tokio::test]
    async fn no_sweep_reads_a_table_from_end_to_end() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/lomme.db", folder.path().display());
        let store = Store::open(&url, Waiters::default()).await.unwrap();
        for statement in [STALE, DELETED, STATES].into_iter().chain(LOGS).chain(outgoing::SWEEP).chain([
            absence::SWEEP,
            draft::SWEEP,
            trace::SWEEP,
        ]) {
            let steps = plan(&store, statement).await;
            assert!(steps.iter().any(|step| step.contains("SEARCH")), "{steps:?}");
            // The result of a UNION is no table.
            let scans = |step: &&String| step.starts_with("SCAN") && !step.contains("SUBQUERY");
            assert_eq!(steps.iter().find(scans), None, "{statement}");
        }
        let steps = plan(&store, STALE).await;
        assert!(steps.iter().any(|step| step.contains("past_by_age")), "{steps:?}");
        assert!(steps.iter().any(|step| step.contains("item_by_deletion")), "{steps:?}");
    }
}
