//! What is remembered per device and folder, and which items are set aside for it.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use super::access::time;
use super::folder;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::sync::filter::EVERYTHING;
use crate::sync::key::SyncKey;
use crate::sync::state::Asides;
use crate::sync::state::Cursor;
use crate::sync::state::Own;
use crate::sync::state::Slot;
use crate::sync::state::State;

/// The state of a device in a folder with the options it chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which folder.
    pub folder: FolderId,
    /// Both slots.
    pub state: State,
    /// Its Sync `Options` as JSON, replaced as a whole.
    pub options: String,
}

/// An item that a device cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Which item.
    pub item: ItemId,
    /// The version that failed.
    pub rev: Rev,
    /// The program that failed; another one may succeed.
    pub program: String,
}

/// Where a device and a folder stand at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The device's state.
    pub state: Row,
    /// The folder.
    pub folder: folder::Row,
}

/// Whose state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceNumber,
}

/// Every state of a device.
pub async fn list(connection: &mut AnyConnection, who: Who) -> Result<Vec<Row>> {
    let rows = sqlx::query(
        "SELECT folder_id, state, options, sync_key FROM sync_state WHERE account_id = $1 AND device_number = $2",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// One state.
pub async fn find(connection: &mut AnyConnection, who: Who, folder: FolderId) -> Result<Option<Row>> {
    let row = sqlx::query(
        "SELECT folder_id, state, options, sync_key FROM sync_state \
         WHERE account_id = $1 AND device_number = $2 AND folder_id = $3",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(folder.0)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The Sync `Options` that each device chose for a folder.
pub async fn options(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT options FROM sync_state WHERE account_id = $1 AND folder_id = $2")
        .bind(account.0)
        .bind(folder.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Keeps the `Options` that a device chose for a folder before anything else of its request is done.
pub async fn choose(tx: &mut Tx, who: Who, folder: FolderId, options: &str) -> Result<()> {
    sqlx::query(
        "UPDATE sync_state SET options = $4 WHERE account_id = $1 AND device_number = $2 AND folder_id = $3",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(folder.0)
    .bind(options)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A state and its folder: what an empty Sync has to know, in one statement.
pub async fn standing(
    connection: &mut AnyConnection,
    who: Who,
    folder: FolderId,
) -> Result<Option<Standing>> {
    let row = sqlx::query(
        "SELECT f.folder_id, f.parent_id, f.name, f.kind, f.connection, f.remote_id, f.read_only_at, f.rev, \
         f.pruned_rev, f.hierarchy_rev, f.created_rev, f.deleted_at, f.hidden_rev, s.state, s.options, s.sync_key \
         FROM sync_state s JOIN folder f ON f.account_id = $1 AND f.folder_id = $3 \
         WHERE s.account_id = $1 AND s.device_number = $2 AND s.folder_id = $3",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(folder.0)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key = SyncKey(row.try_get(15)?);
    let state = parse(row.try_get(13)?).unwrap_or_else(|| lost(key));
    let state = Row { folder, state, options: row.try_get(14)? };
    Ok(Some(Standing { state, folder: folder::read(&row)? }))
}

/// One state, locked until the transaction ends: a device's requests for a folder are served one after the other.
pub async fn lock(tx: &mut Tx, who: Who, folder: FolderId, now: Timestamp) -> Result<Option<Row>> {
    let row = sqlx::query(
        "UPDATE sync_state SET used_at = $4 WHERE account_id = $1 AND device_number = $2 AND folder_id = $3 \
         RETURNING folder_id, state, options, sync_key",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(folder.0)
    .bind(now.as_microsecond())
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if parse(row.try_get(1)?).is_none() {
        // Told here alone: whatever else meets it, the phone's next Sync comes by here and replaces it.
        tracing::warn!(
            account = who.account.0,
            device = who.device.0,
            folder = folder.0,
            "a row of sync_state is damaged: the phone starts anew with the folder"
        );
    }
    read(&row).map(Some)
}

/// Remembers a state.
pub async fn save(tx: &mut Tx, who: Who, row: &Row, now: Timestamp) -> Result<()> {
    let state = serde_json::to_string(&row.state)
        .map_err(|error| Error::Damaged { table: "sync_state", reason: error.to_string() })?;
    sqlx::query(
        "INSERT INTO sync_state (account_id, device_number, folder_id, sync_key, state, options, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, device_number, folder_id) \
         DO UPDATE SET sync_key = excluded.sync_key, state = excluded.state, options = excluded.options, \
         used_at = excluded.used_at",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(row.folder.0)
    .bind(row.state.current.key.0)
    .bind(state)
    .bind(&row.options)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets every state of a device: it has to start again from key 0.
pub async fn forget(tx: &mut Tx, who: Who, folder: Option<FolderId>) -> Result<()> {
    sqlx::query(
        "DELETE FROM sync_state WHERE account_id = $1 AND device_number = $2 AND ($3 = 0 OR folder_id = $3)",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(folder.map_or(0, |folder| folder.0))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes for people that an item is set aside, and why. What counts is in the state.
pub async fn set_aside(
    tx: &mut Tx,
    who: Who,
    folder: FolderId,
    aside: &Aside,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO aside (account_id, folder_id, device_number, item, rev, program, reason, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, folder_id, device_number, item) \
         DO UPDATE SET rev = excluded.rev, program = excluded.program, reason = excluded.reason, at = excluded.at",
    )
    .bind(who.account.0)
    .bind(folder.0)
    .bind(who.device.0)
    .bind(aside.item.to_string())
    .bind(aside.rev.0)
    .bind(&aside.program)
    .bind(reason)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a device cannot be told at present, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// The device.
    pub device: DeviceNumber,
    /// The folder.
    pub folder: FolderId,
    /// Which item.
    pub item: ItemId,
    /// Why not. May speak of the content.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// What the devices of an account cannot be told, the newest first.
pub async fn unsaid(c: &mut AnyConnection, account: AccountId, limit: i64) -> Result<Vec<Unsaid>> {
    let rows = sqlx::query(
        "SELECT device_number, folder_id, item, reason, at FROM aside WHERE account_id = $1 AND device_number <> 0 \
         ORDER BY at DESC, folder_id, item, device_number LIMIT $2",
    )
    .bind(account.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    let read = |row: &AnyRow| {
        let item: String = row.try_get(2)?;
        Ok(Unsaid {
            device: DeviceNumber(row.try_get(0)?),
            folder: FolderId(row.try_get(1)?),
            item: ItemId(item.parse().unwrap_or_default()),
            reason: row.try_get(3)?,
            at: time(row.try_get(4)?, "aside")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Notes that an item is told again.
pub async fn clear_aside(tx: &mut Tx, who: Who, folder: FolderId, item: ItemId) -> Result<()> {
    sqlx::query(
        "DELETE FROM aside WHERE account_id = $1 AND folder_id = $2 AND device_number = $3 AND item = $4",
    )
    .bind(who.account.0)
    .bind(folder.0)
    .bind(who.device.0)
    .bind(item.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Row> {
    let key = SyncKey(row.try_get(3)?);
    let state = parse(row.try_get(1)?).unwrap_or_else(|| lost(key));
    Ok(Row { folder: FolderId(row.try_get(0)?), state, options: row.try_get(2)? })
}

fn parse(json: &str) -> Option<State> {
    serde_json::from_str(json).ok()
}

/// What a damaged row stands for: a state that no phone is in. Every key that one may have is refused (Status 3), and a
/// `Ping` hears of news, so that the phone asks and hears that.
fn lost(sync_key: SyncKey) -> State {
    let key = sync_key.next();
    let current = Slot {
        key,
        cursor: Cursor::At(Rev(0)),
        // Not the state of a phone that begins, which key 0 would give again.
        own: Own { after: Rev(-1), upto: Rev(0) },
        cutoff: EVERYTHING,
        aside: Asides::default(),
    };
    State { current, previous: None, answered: Vec::new(), issued: key, moved: Vec::new() }
}
