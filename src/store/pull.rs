//! When each collection is pulled next, from where, and by which node; remote items set aside. Pulls nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;
use crate::model::id::FolderId;

/// Stands in the place of a folder for the list of the connection's collections.
pub const COLLECTIONS: FolderId = FolderId(0);

/// Stands in the place of a device for the back office's side.
const BACK_OFFICE: i64 = 0;

/// A pull that is due, or running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub account: AccountId,
    /// Over which connection.
    pub connection: String,
    /// Into which folder; [`COLLECTIONS`] for the list.
    pub folder: FolderId,
    /// Where the last one ended, as the puller wrote it.
    pub cursor: Option<String>,
    /// When it was due.
    pub next_at: Timestamp,
    /// How many went wrong in a row.
    pub failures: i64,
}

/// How a pull ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// Where it ended; none: where it last came to.
    pub cursor: Option<&'a str>,
    /// When the next one is due, unless somebody asked for one meanwhile.
    pub next_at: Timestamp,
    /// How many went wrong in a row.
    pub failures: i64,
    /// Of mail that was pulled: from when on it is all here.
    pub reach: Option<i64>,
    /// For the log page.
    pub message: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// A node that holds a lease, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// Which node.
    pub node: &'a str,
    /// Until when, unless renewed.
    pub until: Timestamp,
}

/// Notes that a collection is to be pulled from now on. One that is noted keeps its time.
pub async fn plan(
    tx: &mut Tx,
    account: AccountId,
    connection: &str,
    folder: FolderId,
    next_at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO pull (account_id, connection, folder_id, next_at, lease_until, failures) \
         VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (account_id, connection, folder_id) DO NOTHING",
    )
    .bind(account.0)
    .bind(connection)
    .bind(folder.0)
    .bind(next_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    tx.asks();
    Ok(())
}

/// Pulls an account's collections as soon as may be; one that runs already is run again.
pub async fn ask(tx: &mut Tx, account: AccountId, connection: Option<&str>, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE pull SET next_at = $2 WHERE account_id = $1 AND (next_at > $2 OR lease_until > $2) \
         AND (connection = $3 OR CAST($3 AS TEXT) IS NULL)",
    )
    .bind(account.0)
    .bind(now.as_microsecond())
    .bind(connection)
    .execute(&mut **tx)
    .await?;
    tx.asks();
    Ok(())
}

/// Pulls every account's collections of a connection as soon as may be.
pub async fn ask_all(tx: &mut Tx, connection: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE pull SET next_at = $2 WHERE connection = $1 AND (next_at > $2 OR lease_until > $2)")
        .bind(connection)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    tx.asks();
    Ok(())
}

/// Pulls one folder again at a time, if that is sooner than planned. Used when a push saw the need.
pub async fn ask_folder(
    tx: &mut Tx,
    account: AccountId,
    connection: &str,
    folder: FolderId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE pull SET next_at = $4 WHERE account_id = $1 AND connection = $2 AND folder_id = $3 \
         AND (next_at > $4 OR lease_until > $4)",
    )
    .bind(account.0)
    .bind(connection)
    .bind(folder.0)
    .bind(at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.account_id, p.connection, p.folder_id, p.cursor, p.next_at, p.failures FROM pull p ",
            "JOIN access a ON a.account_id = p.account_id AND a.connection = p.connection ",
            "WHERE a.paused_at IS NULL AND ",
            $rest
        )
    };
}

/// What is due over a connection and held by no node, longest due first.
pub async fn due(c: &mut AnyConnection, connection: &str, now: Timestamp, limit: i64) -> Result<Vec<Due>> {
    let rows = sqlx::query(select!(
        "p.connection = $1 AND p.next_at <= $2 AND p.lease_until <= $2 ORDER BY p.next_at, p.account_id LIMIT $3"
    ))
    .bind(connection)
    .bind(now.as_microsecond())
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Every pull of an account, due or not, the list of collections first.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Vec<Due>> {
    let rows = sqlx::query(select!("p.account_id = $1 ORDER BY p.connection, p.folder_id"))
        .bind(account.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Takes a pull for a node, if nobody holds it and it was not run meanwhile.
pub async fn take(tx: &mut Tx, due: &Due, lease: Lease<'_>, now: Timestamp) -> Result<bool> {
    let taken = sqlx::query(
        "UPDATE pull SET lease_node = $4, lease_until = $5 WHERE account_id = $1 AND connection = $2 \
         AND folder_id = $3 AND lease_until <= $6 AND next_at = $7",
    )
    .bind(due.account.0)
    .bind(&due.connection)
    .bind(due.folder.0)
    .bind(lease.node)
    .bind(lease.until.as_microsecond())
    .bind(now.as_microsecond())
    .bind(due.next_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Lengthens the lease in the transaction that writes what was pulled. False: it was lost, so nothing may be written.
pub async fn hold(tx: &mut Tx, due: &Due, lease: Lease<'_>) -> Result<bool> {
    let held = sqlx::query(
        "UPDATE pull SET lease_until = $5 WHERE account_id = $1 AND connection = $2 AND folder_id = $3 \
         AND lease_node = $4",
    )
    .bind(due.account.0)
    .bind(&due.connection)
    .bind(due.folder.0)
    .bind(lease.node)
    .bind(lease.until.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(held.rows_affected() == 1)
}

/// Notes how far a running pull has come, in the transaction that wrote what it brought.
pub async fn advance(tx: &mut Tx, due: &Due, cursor: &str) -> Result<()> {
    sqlx::query("UPDATE pull SET cursor = $4 WHERE account_id = $1 AND connection = $2 AND folder_id = $3")
        .bind(due.account.0)
        .bind(&due.connection)
        .bind(due.folder.0)
        .bind(cursor)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a pull and gives the lease back. Whoever asked for another one meanwhile gets it at once.
pub async fn end(tx: &mut Tx, due: &Due, node: &str, ended: Ended<'_>) -> Result<()> {
    sqlx::query(
        "UPDATE pull SET cursor = COALESCE(CAST($5 AS TEXT), cursor), next_at = CASE WHEN next_at = $6 THEN $7 ELSE next_at END, failures = $8, \
         last_at = $9, last_message = $10, reach = CASE WHEN $8 = 0 THEN CAST($11 AS BIGINT) ELSE reach END, \
         lease_node = NULL, lease_until = 0 \
         WHERE account_id = $1 AND connection = $2 AND folder_id = $3 AND lease_node = $4",
    )
    .bind(due.account.0)
    .bind(&due.connection)
    .bind(due.folder.0)
    .bind(node)
    .bind(ended.cursor)
    .bind(due.next_at.as_microsecond())
    .bind(ended.next_at.as_microsecond())
    .bind(ended.failures)
    .bind(ended.now.as_microsecond())
    .bind(ended.message)
    .bind(ended.reach)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A folder is not pulled any more.
pub async fn forget(tx: &mut Tx, account: AccountId, connection: &str, folder: FolderId) -> Result<()> {
    sqlx::query("DELETE FROM pull WHERE account_id = $1 AND connection = $2 AND folder_id = $3")
        .bind(account.0)
        .bind(connection)
        .bind(folder.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A pull goes when its access is gone, or its folder, or the folder belongs to another connection now.
pub async fn forget_if_gone(tx: &mut Tx, due: &Due) -> Result<()> {
    sqlx::query(
        "DELETE FROM pull WHERE account_id = $1 AND connection = $2 AND folder_id = $3 AND (NOT EXISTS (SELECT 1 \
         FROM access a WHERE a.account_id = $1 AND a.connection = $2) OR (folder_id <> 0 AND NOT EXISTS (SELECT 1 \
         FROM folder f WHERE f.account_id = $1 AND f.folder_id = $3 AND f.connection = $2 AND f.deleted_at IS NULL)))",
    )
    .bind(due.account.0)
    .bind(&due.connection)
    .bind(due.folder.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Starts a folder's next pull from nothing: another collection is behind it now.
pub async fn restart(
    tx: &mut Tx,
    account: AccountId,
    connection: &str,
    folder: FolderId,
    now: Timestamp,
) -> Result<()> {
    plan(tx, account, connection, folder, now).await?;
    sqlx::query(
        "UPDATE pull SET cursor = NULL, reach = NULL, next_at = $4 WHERE account_id = $1 AND connection = $2 AND folder_id = $3",
    )
    .bind(account.0)
    .bind(connection)
    .bind(folder.0)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where the pull of a folder ended last, as the puller wrote it.
pub async fn position(c: &mut AnyConnection, account: AccountId, folder: FolderId) -> Result<Option<String>> {
    let row = sqlx::query("SELECT cursor FROM pull WHERE account_id = $1 AND folder_id = $2")
        .bind(account.0)
        .bind(folder.0)
        .fetch_optional(c)
        .await?;
    row.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// How far the pull of a mail folder has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// From when on it is all here; none until it was pulled for a phone.
    pub since: Option<i64>,
    /// Whether one is due or under way that has not failed before.
    pub is_pending: bool,
}

/// How far the pull of a mail folder has come; none if nothing pulls it.
pub async fn reach(
    c: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
    now: Timestamp,
) -> Result<Option<Reach>> {
    let row = sqlx::query(
        "SELECT reach, next_at, lease_until, failures FROM pull WHERE account_id = $1 AND folder_id = $2",
    )
    .bind(account.0)
    .bind(folder.0)
    .fetch_optional(c)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (next_at, lease_until): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    let is_due = next_at <= now.as_microsecond() || lease_until > now.as_microsecond();
    Ok(Some(Reach { since: row.try_get(0)?, is_pending: is_due && row.try_get::<i64, _>(3)? == 0 }))
}

/// Gives back what a node held when it died: it has started again.
pub async fn release(tx: &mut Tx, node: &str) -> Result<()> {
    for query in [
        "UPDATE pull SET lease_node = NULL, lease_until = 0 WHERE lease_node = $1",
        "UPDATE outbox SET lease_node = NULL, lease_until = 0 WHERE lease_node = $1",
        "UPDATE outgoing SET lease_node = NULL, lease_until = 0 WHERE lease_node = $1",
        "UPDATE person_pull SET lease_node = NULL, lease_until = 0 WHERE lease_node = $1",
    ] {
        sqlx::query(query).bind(node).execute(&mut **tx).await?;
    }
    Ok(())
}

/// A remote item that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The back office's id.
    pub remote_id: String,
    /// A mark of the version that failed.
    pub mark: i64,
    /// The version of Lomme that failed.
    pub program: String,
    /// Why.
    pub reason: String,
}

/// Sets a remote item aside, so that its folder goes on.
pub async fn set_aside(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    aside: &Aside,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO aside (account_id, folder_id, device_number, item, rev, program, reason, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, folder_id, device_number, item) \
         DO UPDATE SET rev = excluded.rev, program = excluded.program, reason = excluded.reason, at = excluded.at",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(BACK_OFFICE)
    .bind(&aside.remote_id)
    .bind(aside.mark)
    .bind(&aside.program)
    .bind(&aside.reason)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The remote items of a folder that are set aside.
pub async fn asides(c: &mut AnyConnection, account: AccountId, folder: FolderId) -> Result<Vec<Aside>> {
    let rows = sqlx::query(
        "SELECT item, rev, program, reason FROM aside WHERE account_id = $1 AND folder_id = $2 AND device_number = $3",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(BACK_OFFICE)
    .fetch_all(c)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Aside {
                remote_id: row.try_get(0)?,
                mark: row.try_get(1)?,
                program: row.try_get(2)?,
                reason: row.try_get(3)?,
            })
        })
        .collect()
}

/// The remote items of an account that are set aside, the newest first: in which folder, since when.
pub async fn all_asides(
    c: &mut AnyConnection,
    account: AccountId,
    limit: i64,
) -> Result<Vec<(FolderId, Timestamp, Aside)>> {
    let rows = sqlx::query(
        "SELECT item, rev, program, reason, folder_id, at FROM aside WHERE account_id = $1 AND device_number = $2 \
         ORDER BY at DESC, folder_id, item LIMIT $3",
    )
    .bind(account.0)
    .bind(BACK_OFFICE)
    .bind(limit)
    .fetch_all(c)
    .await?;
    let read = |row: &AnyRow| {
        let aside = Aside {
            remote_id: row.try_get(0)?,
            mark: row.try_get(1)?,
            program: row.try_get(2)?,
            reason: row.try_get(3)?,
        };
        Ok((FolderId(row.try_get(4)?), time(row.try_get(5)?, "aside")?, aside))
    };
    rows.iter().map(read).collect()
}

/// Has a remote item that is set aside read once more, as if another program had failed at it. False: it is not.
pub async fn doubt_aside(tx: &mut Tx, account: AccountId, folder: FolderId, remote_id: &str) -> Result<bool> {
    let doubted = sqlx::query(
        "UPDATE aside SET program = '' WHERE account_id = $1 AND folder_id = $2 AND device_number = $3 AND item = $4",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(BACK_OFFICE)
    .bind(remote_id)
    .execute(&mut **tx)
    .await?;
    Ok(doubted.rows_affected() == 1)
}

/// The item reads again, or is gone.
pub async fn not_aside(tx: &mut Tx, account: AccountId, folder: FolderId, remote_id: &str) -> Result<()> {
    sqlx::query(
        "DELETE FROM aside WHERE account_id = $1 AND folder_id = $2 AND device_number = $3 AND item = $4",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(BACK_OFFICE)
    .bind(remote_id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Due> {
    Ok(Due {
        account: AccountId(row.try_get(0)?),
        connection: row.try_get(1)?,
        folder: FolderId(row.try_get(2)?),
        cursor: row.try_get(3)?,
        next_at: time(row.try_get(4)?, "pull")?,
        failures: row.try_get(5)?,
    })
}
