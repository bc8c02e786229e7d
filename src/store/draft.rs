//! What phones wrote in drafts, as messages: here until their mailbox has them, and some days more. Stores no item.
//!
//! The pieces of a message are written first, each by itself, and count for nothing until a version of an item names
//! the message and owes it to the mailbox.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;
use crate::model::id::DraftId;

/// Adds a piece of a message.
pub async fn add_piece(
    tx: &mut Tx,
    (account, id): (AccountId, DraftId),
    number: i64,
    content: &[u8],
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO draft_piece (account_id, draft_id, number, at, content) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(account.0)
    .bind(id.0)
    .bind(number)
    .bind(now.as_microsecond())
    .bind(content.to_vec())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A piece of a message; none after the last.
pub async fn piece(
    c: &mut AnyConnection,
    (account, id): (AccountId, DraftId),
    number: i64,
) -> Result<Option<Vec<u8>>> {
    let row = sqlx::query(
        "SELECT content FROM draft_piece WHERE account_id = $1 AND draft_id = $2 AND number = $3",
    )
    .bind(account.0)
    .bind(id.0)
    .bind(number)
    .fetch_optional(c)
    .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// A message in one piece; none if it is not here, or no longer.
pub async fn message(c: &mut AnyConnection, account: AccountId, id: DraftId) -> Result<Option<Vec<u8>>> {
    let rows = sqlx::query(
        "SELECT content FROM draft_piece WHERE account_id = $1 AND draft_id = $2 ORDER BY number",
    )
    .bind(account.0)
    .bind(id.0)
    .fetch_all(c)
    .await?;
    let mut message: Option<Vec<u8>> = None;
    for row in rows {
        message.get_or_insert_default().extend(row.try_get::<Vec<u8>, _>(0)?);
    }
    Ok(message)
}

/// Its mailbox has to get a message: till then it stays.
pub async fn owe(tx: &mut Tx, account: AccountId, id: DraftId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE draft_piece SET owed_at = $3 WHERE account_id = $1 AND draft_id = $2")
        .bind(account.0)
        .bind(id.0)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether its mailbox has yet to get a message.
pub async fn is_owed(c: &mut AnyConnection, account: AccountId, id: DraftId) -> Result<bool> {
    let row = sqlx::query(
        "SELECT 1 FROM draft_piece WHERE account_id = $1 AND draft_id = $2 AND number = 0 AND owed_at IS NOT NULL",
    )
    .bind(account.0)
    .bind(id.0)
    .fetch_optional(c)
    .await?;
    Ok(row.is_some())
}

/// Its mailbox has a message.
pub async fn is_there(tx: &mut Tx, account: AccountId, id: DraftId) -> Result<()> {
    sqlx::query("UPDATE draft_piece SET owed_at = NULL WHERE account_id = $1 AND draft_id = $2")
        .bind(account.0)
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes messages from before a time, but those that are owed.
///
/// One that a newer one took the place of before it was sent is owed by name alone: then the account owes nothing any
/// more that is as old.
pub async fn sweep(tx: &mut Tx, account: AccountId, before: Timestamp) -> Result<()> {
    sqlx::query(SWEEP).bind(account.0).bind(before.as_microsecond()).execute(&mut **tx).await?;
    Ok(())
}

pub(super) const SWEEP: &str = "DELETE FROM draft_piece WHERE account_id = $1 AND at < $2 AND (owed_at IS NULL OR \
     NOT EXISTS (SELECT 1 FROM outbox o WHERE o.account_id = $1 AND o.created_at <= draft_piece.owed_at))";

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::id::FolderId;
    use crate::model::id::ItemId;
    use crate::model::id::Rev;
    use crate::notify::Waiters;
    use crate::store::Store;
    use crate::store::fresh;
    use crate::store::item::Place;
    use crate::store::outbox;

    const KARI: AccountId = AccountId(1);

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn what_is_owed_outlives_the_sweep() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&fresh::database(folder.path()).await, Waiters::default()).await.unwrap();
        let (old, owed, superseded, new) = (DraftId(1), DraftId(2), DraftId(3), DraftId(4));
        let mut tx = store.begin().await.unwrap();
        for id in [old, owed, superseded] {
            add_piece(&mut tx, (KARI, id), 0, b"a", now()).await.unwrap();
            add_piece(&mut tx, (KARI, id), 1, &[0xFF, 0], now()).await.unwrap();
        }
        let later = now() + SignedDuration::from_hours(1);
        add_piece(&mut tx, (KARI, new), 0, b"a", later).await.unwrap();
        assert_eq!(message(&mut tx, KARI, owed).await.unwrap(), Some(vec![b'a', 0xFF, 0]));
        assert_eq!(piece(&mut tx, (KARI, owed), 2).await.unwrap(), None);
        assert!(!is_owed(&mut tx, KARI, owed).await.unwrap());
        owe(&mut tx, KARI, superseded, now() - SignedDuration::from_secs(1)).await.unwrap();
        owe(&mut tx, KARI, owed, now()).await.unwrap();
        assert!(is_owed(&mut tx, KARI, owed).await.unwrap());
        let place = Place { account: KARI, folder: FolderId(6), item: ItemId(1) };
        let owes = outbox::Owe {
            place,
            connection: "mail",
            base_rev: Rev(0),
            rev: Rev(1),
            key: "k",
            server_wins: true,
            now: now(),
        };
        outbox::owe(&mut tx, owes).await.unwrap();
        sweep(&mut tx, KARI, later).await.unwrap();
        for (id, stays) in [(old, false), (owed, true), (superseded, false), (new, true)] {
            assert_eq!(message(&mut tx, KARI, id).await.unwrap().is_some(), stays, "{id}");
        }
        is_there(&mut tx, KARI, owed).await.unwrap();
        assert!(!is_owed(&mut tx, KARI, owed).await.unwrap());
        sweep(&mut tx, KARI, later).await.unwrap();
        assert_eq!(message(&mut tx, KARI, owed).await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
