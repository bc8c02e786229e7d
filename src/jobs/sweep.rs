//! Removes what is past its time, account by account, a small transaction at a time.

use std::time::Duration;

use jiff::Timestamp;

use crate::config::Retention;
use crate::govern::trace::KEPT;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::store;
use crate::store::Store;
use crate::store::absence;
use crate::store::draft;
use crate::store::outgoing;
use crate::store::retrying;
use crate::store::sweep;
use crate::store::trace;

/// Accounts looked up at a time.
const ACCOUNTS: i64 = 500;

/// Sweeps every account.
pub(super) async fn all(store: &Store, keep: &Retention, now: Timestamp) -> store::Result<()> {
    let mut after = AccountId(0);
    loop {
        let mut reader = store.read().await?;
        let accounts = sweep::accounts(&mut reader, after, ACCOUNTS).await?;
        drop(reader);
        let Some(last) = accounts.last().copied() else { return Ok(()) };
        for account in accounts {
            one(store, keep, account, now).await?;
        }
        after = last;
    }
}

async fn one(store: &Store, keep: &Retention, account: AccountId, now: Timestamp) -> store::Result<()> {
    let before = ago(now, keep.versions);
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
    retrying(|| step(store, account, Step::States(ago(now, keep.silent_devices)))).await?;
    retrying(|| step(store, account, Step::Sent(ago(now, outgoing::REMEMBERED)))).await?;
    retrying(|| step(store, account, Step::Answered(ago(now, absence::TOLD_FOR)))).await?;
    retrying(|| step(store, account, Step::Traces(ago(now, KEPT)))).await?;
    retrying(|| step(store, account, Step::Logs(ago(now, keep.logs), keep.log_rows))).await?;
    Ok(())
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Versions(FolderId, Timestamp),
    Contents(FolderId),
    States(Timestamp),
    Sent(Timestamp),
    Answered(Timestamp),
    Traces(Timestamp),
    Logs(Timestamp, u32),
}

/// One transaction. True: there may be more of the same.
async fn step(store: &Store, account: AccountId, step: Step) -> store::Result<bool> {
    let mut tx = store.begin().await?;
    let more = match step {
        Step::Versions(folder, before) => sweep::versions(&mut tx, account, folder, before).await?,
        Step::Contents(folder) => sweep::contents(&mut tx, account, folder).await?,
        Step::States(before) => sweep::states(&mut tx, account, before).await.map(|()| false)?,
        Step::Sent(before) => {
            outgoing::sweep(&mut tx, account, before).await?;
            draft::sweep(&mut tx, account, before).await.map(|()| false)?
        }
        Step::Answered(before) => absence::sweep(&mut tx, account, before).await.map(|()| false)?,
        Step::Traces(before) => trace::sweep(&mut tx, account, before).await.map(|()| false)?,
        Step::Logs(before, rows) => sweep::logs(&mut tx, account, before, rows).await.map(|()| false)?,
    };
    tx.commit().await?;
    Ok(more)
}

fn ago(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
