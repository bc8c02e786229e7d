//! Removes what is past its time, account by account, a small transaction at a time.

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::store;
use crate::store::Store;
use crate::store::retrying;
use crate::store::sweep;

/// How long a version that was replaced, or deleted, can be had again.
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A phone that was silent for so long starts anew; a summer in a drawer is no reason to.
const SILENCE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Rows that the logs of one account keep.
const LOG_ROWS: i64 = 2000;
/// Accounts looked up at a time.
const ACCOUNTS: i64 = 500;

/// Sweeps every account.
pub(super) async fn all(store: &Store, now: Timestamp) -> store::Result<()> {
    let mut after = AccountId(0);
    loop {
        let mut reader = store.read().await?;
        let accounts = sweep::accounts(&mut reader, after, ACCOUNTS).await?;
        drop(reader);
        let Some(last) = accounts.last().copied() else { return Ok(()) };
        for account in accounts {
            one(store, account, now).await?;
        }
        after = last;
    }
}

async fn one(store: &Store, account: AccountId, now: Timestamp) -> store::Result<()> {
    let before = ago(now, RETENTION);
    let mut reader = store.read().await?;
    let stale = sweep::stale_folders(&mut reader, account, before).await?;
    let deleted = sweep::deleted_folders(&mut reader, account, before).await?;
    drop(reader);
    for folder in stale {
        while retrying(|| step(store, account, Step::Versions(folder, before))).await? {}
    }
    for folder in deleted {
        while retrying(|| step(store, account, Step::Contents(folder))).await? {}
    }
    retrying(|| step(store, account, Step::States(ago(now, SILENCE)))).await?;
    retrying(|| step(store, account, Step::Logs(before))).await?;
    Ok(())
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Versions(FolderId, Timestamp),
    Contents(FolderId),
    States(Timestamp),
    Logs(Timestamp),
}

/// One transaction. True: there may be more of the same.
async fn step(store: &Store, account: AccountId, step: Step) -> store::Result<bool> {
    let mut tx = store.begin().await?;
    let more = match step {
        Step::Versions(folder, before) => sweep::versions(&mut tx, account, folder, before).await?,
        Step::Contents(folder) => sweep::contents(&mut tx, account, folder).await?,
        Step::States(before) => sweep::states(&mut tx, account, before).await.map(|()| false)?,
        Step::Logs(before) => sweep::logs(&mut tx, account, before, LOG_ROWS).await.map(|()| false)?,
    };
    tx.commit().await?;
    Ok(more)
}

fn ago(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
