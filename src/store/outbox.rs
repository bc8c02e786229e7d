//! Writes owed to a back office: one row an item, the newest version wins. Sends nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::item::Place;
use super::pull::Lease;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;

/// A version that the back office has to get.
#[derive(Clone, Copy, Debug)]
pub struct Owe<'a> {
    /// Which item.
    pub place: Place,
    /// Over which connection.
    pub connection: &'a str,
    /// The version the back office last had; 0 for none.
    pub base_rev: Rev,
    /// The version owed.
    pub rev: Rev,
    /// A new random key; used if no attempt is under way.
    pub key: &'a str,
    /// What the phone's `Conflict` says; it counts where the device decides.
    pub server_wins: bool,
    /// Now.
    pub now: Timestamp,
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Which item.
    pub place: Place,
    /// Over which connection.
    pub connection: String,
    /// Newest version owed.
    pub rev: Rev,
    /// The version the back office last had; 0 for none.
    pub base_rev: Rev,
    /// The key of the attempt under way, or of the next.
    pub key: String,
    /// An attempt under this key carried that version, and its answer is unknown.
    pub sent_rev: Option<Rev>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// Until when a node works at it.
    pub lease_until: Timestamp,
    /// What the phone's `Conflict` said.
    pub server_wins: bool,
}

/// Owes a version, within the transaction that made it; the push starts when that is committed.
///
/// An item that is owed already keeps its base, the key of an attempt under way, and the time of the next attempt.
pub async fn owe(tx: &mut Tx, owe: Owe<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (account_id, folder_id, item_id, connection, rev, base_rev, idempotency_key, attempts, \
         next_at, lease_until, created_at, device_wins_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, $8, $9) \
         ON CONFLICT (account_id, folder_id, item_id) DO UPDATE SET rev = excluded.rev, \
         device_wins_at = excluded.device_wins_at, idempotency_key = \
         CASE WHEN outbox.sent_rev IS NULL THEN excluded.idempotency_key ELSE outbox.idempotency_key END",
    )
    .bind(owe.place.account.0)
    .bind(owe.place.folder.0)
    .bind(owe.place.item.0)
    .bind(owe.connection)
    .bind(owe.rev.0)
    .bind(owe.base_rev.0)
    .bind(owe.key)
    .bind(owe.now.as_microsecond())
    .bind((!owe.server_wins).then_some(owe.now.as_microsecond()))
    .execute(&mut **tx)
    .await?;
    tx.owes();
    Ok(())
}

/// What [`owe_all`] owes.
#[derive(Clone, Copy, Debug)]
pub struct OweAll<'a> {
    /// Whose.
    pub account: AccountId,
    /// Every item of this folder that the back office has no name for.
    pub folder: FolderId,
    /// Over which connection.
    pub connection: &'a str,
    /// A new random key; each item's is made of it.
    pub key: &'a str,
    /// Now.
    pub now: Timestamp,
    /// When they are sent.
    pub next_at: Timestamp,
}

/// Owes what lived in a folder before it was connected.
pub async fn owe_all(tx: &mut Tx, all: OweAll<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (account_id, folder_id, item_id, connection, rev, base_rev, idempotency_key, attempts, \
         next_at, lease_until, created_at) SELECT account_id, folder_id, item_id, CAST($3 AS TEXT), rev, 0, \
         CAST($4 AS TEXT) || '-' || CAST(item_id AS TEXT), 0, CAST($5 AS BIGINT), 0, CAST($6 AS BIGINT) FROM item \
         WHERE account_id = $1 AND folder_id = $2 AND deleted_at IS NULL AND remote_id IS NULL \
         ON CONFLICT (account_id, folder_id, item_id) DO NOTHING",
    )
    .bind(all.account.0)
    .bind(all.folder.0)
    .bind(all.connection)
    .bind(all.key)
    .bind(all.next_at.as_microsecond())
    .bind(all.now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    tx.owes();
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT o.account_id, o.folder_id, o.item_id, o.connection, o.rev, o.base_rev, o.idempotency_key, ",
            "o.sent_rev, o.attempts, o.next_at, o.lease_until, o.device_wins_at FROM outbox o ",
            $rest
        )
    };
}

/// What is due over a connection and held by no node, longest due first.
///
/// The deletion of an item that was moved waits until it is accepted where it went: till then the back office has it
/// nowhere else.
pub async fn due(c: &mut AnyConnection, connection: &str, now: Timestamp, limit: i64) -> Result<Vec<Owed>> {
    let rows = sqlx::query(select!(
        "JOIN access a ON a.account_id = o.account_id AND a.connection = o.connection \
         WHERE a.paused_at IS NULL AND o.connection = $1 AND o.next_at <= $2 AND o.lease_until <= $2 \
         AND (o.sent_rev IS NOT NULL OR NOT EXISTS (SELECT 1 FROM item i JOIN outbox w \
         ON w.account_id = i.account_id AND w.folder_id = i.moved_folder AND w.item_id = i.moved_item \
         WHERE i.account_id = o.account_id AND i.folder_id = o.folder_id AND i.item_id = o.item_id \
         AND w.base_rev = 0)) \
         ORDER BY o.next_at, o.account_id, o.rev LIMIT $3"
    ))
    .bind(connection)
    .bind(now.as_microsecond())
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// What is owed of one item.
pub async fn find(c: &mut AnyConnection, place: Place) -> Result<Option<Owed>> {
    let row = sqlx::query(select!("WHERE o.account_id = $1 AND o.folder_id = $2 AND o.item_id = $3"))
        .bind(place.account.0)
        .bind(place.folder.0)
        .bind(place.item.0)
        .fetch_optional(c)
        .await?;
    row.as_ref().map(read).transpose()
}

/// What is owed of a folder.
pub async fn of_folder(c: &mut AnyConnection, account: AccountId, folder: FolderId) -> Result<Vec<Owed>> {
    let rows = sqlx::query(select!("WHERE o.account_id = $1 AND o.folder_id = $2 ORDER BY o.item_id"))
        .bind(account.0)
        .bind(folder.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// How many writes an account owes.
pub async fn count(c: &mut AnyConnection, account: AccountId) -> Result<i64> {
    let row =
        sqlx::query("SELECT COUNT(*) FROM outbox WHERE account_id = $1").bind(account.0).fetch_one(c).await?;
    Ok(row.try_get(0)?)
}

/// Takes a write for a node and notes which version it sends, before it is sent. False: somebody was quicker.
pub async fn take(tx: &mut Tx, owed: &Owed, sending: Rev, lease: Lease<'_>, now: Timestamp) -> Result<bool> {
    let taken = sqlx::query(
        "UPDATE outbox SET lease_node = $4, lease_until = $5, sent_rev = $6, attempts = attempts + 1 \
         WHERE account_id = $1 AND folder_id = $2 AND item_id = $3 AND lease_until <= $7 AND idempotency_key = $8 \
         AND rev = $9",
    )
    .bind(owed.place.account.0)
    .bind(owed.place.folder.0)
    .bind(owed.place.item.0)
    .bind(lease.node)
    .bind(lease.until.as_microsecond())
    .bind(sending.0)
    .bind(now.as_microsecond())
    .bind(&owed.key)
    .bind(owed.rev.0)
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Lets nobody else take or change what is owed of an item while the transaction lasts.
pub async fn lock(tx: &mut Tx, place: Place) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET attempts = attempts WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Nothing is owed of the item any more.
pub async fn done(tx: &mut Tx, place: Place) -> Result<()> {
    sqlx::query("DELETE FROM outbox WHERE account_id = $1 AND folder_id = $2 AND item_id = $3")
        .bind(place.account.0)
        .bind(place.folder.0)
        .bind(place.item.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The same attempt again at a time, its answer being unknown.
pub async fn postpone(tx: &mut Tx, place: Place, next_at: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET next_at = $4, lease_node = NULL, lease_until = 0 \
         WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(next_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The answer is known; what is owed now is another write over another base, under a new key.
pub async fn rebase(
    tx: &mut Tx,
    place: Place,
    base_rev: Rev,
    rev: Rev,
    key: &str,
    next_at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET base_rev = $4, rev = $5, idempotency_key = $6, next_at = $7, sent_rev = NULL, attempts = 0, \
         lease_node = NULL, lease_until = 0 WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(base_rev.0)
    .bind(rev.0)
    .bind(key)
    .bind(next_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    tx.owes();
    Ok(())
}

/// A write goes when its access is gone, or its folder, or the folder belongs to another connection now.
pub async fn forget_if_gone(tx: &mut Tx, place: Place, connection: &str) -> Result<()> {
    sqlx::query(
        "DELETE FROM outbox WHERE account_id = $1 AND folder_id = $2 AND item_id = $3 AND (NOT EXISTS (SELECT 1 \
         FROM access a WHERE a.account_id = $1 AND a.connection = $4) OR NOT EXISTS (SELECT 1 FROM folder f \
         WHERE f.account_id = $1 AND f.folder_id = $2 AND f.connection = $4 AND f.deleted_at IS NULL))",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(connection)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Nothing of a folder is owed any more: its collection is gone.
pub async fn forget(tx: &mut Tx, account: AccountId, folder: FolderId) -> Result<()> {
    sqlx::query("DELETE FROM outbox WHERE account_id = $1 AND folder_id = $2")
        .bind(account.0)
        .bind(folder.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Owed> {
    use super::access::time;
    Ok(Owed {
        place: Place {
            account: AccountId(row.try_get(0)?),
            folder: FolderId(row.try_get(1)?),
            item: ItemId(row.try_get(2)?),
        },
        connection: row.try_get(3)?,
        rev: Rev(row.try_get(4)?),
        base_rev: Rev(row.try_get(5)?),
        key: row.try_get(6)?,
        sent_rev: row.try_get::<Option<i64>, _>(7)?.map(Rev),
        attempts: row.try_get(8)?,
        next_at: time(row.try_get(9)?, "outbox")?,
        lease_until: time(row.try_get(10)?, "outbox")?,
        server_wins: row.try_get::<Option<i64>, _>(11)?.is_none(),
    })
}
