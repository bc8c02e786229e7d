//! The journal: items, the versions they replaced, and what differs between two revisions of a folder.
//!
//! Every write takes the next revision of its folder inside the writing transaction, so revisions become visible
//! in their order. What a phone makes of the rows is decided in `sync`.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use super::folder;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::sync::Meta;

/// One version of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// What change tracking needs of it.
    pub meta: Meta,
    /// When it was made.
    pub changed_at: Timestamp,
    /// JSCalendar or JSContact; of a tombstone what was there last.
    pub content: String,
}

/// The newest version of an item, with what the back office calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The version.
    pub version: Version,
    /// The iCalendar or vCard UID.
    pub uid: Option<String>,
    /// The back office's id.
    pub remote_id: Option<String>,
    /// The back office's version of it.
    pub etag: Option<String>,
    /// Of a tombstone: where the item went.
    pub moved_to: Option<Place>,
}

/// An item to be made.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// What it says.
    pub content: &'a Content,
    /// The device that holds exactly this.
    pub writer: Option<DeviceNumber>,
    /// The back office's id.
    pub remote_id: Option<&'a str>,
    /// The back office's version of it.
    pub etag: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

/// An item in its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose.
    pub account: AccountId,
    /// Which folder.
    pub folder: FolderId,
    /// Which item.
    pub item: ItemId,
}

macro_rules! version_of {
    ($table:literal, $rest:literal) => {
        concat!(
            "SELECT item_id, rev, sort_time, deleted_at, writer, changed_at, content FROM ",
            $table,
            " WHERE account_id = $1 AND folder_id = $2 ",
            $rest
        )
    };
}
pub(super) use version_of;

macro_rules! row {
    ($rest:literal) => {
        concat!(
            "SELECT item_id, rev, sort_time, deleted_at, writer, changed_at, content, uid, remote_id, etag, ",
            "moved_folder, moved_item, account_id ",
            "FROM item WHERE account_id = $1 AND folder_id = $2 ",
            $rest
        )
    };
}

/// The newest version of an item, tombstones too.
pub async fn newest(connection: &mut AnyConnection, place: Place) -> Result<Option<Row>> {
    let row = sqlx::query(row!("AND item_id = $3"))
        .bind(place.account.0)
        .bind(place.folder.0)
        .bind(place.item.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read_row).transpose()
}

/// The item that the back office calls so; a living one before a tombstone.
pub async fn by_remote_id(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
    remote_id: &str,
) -> Result<Option<Row>> {
    let row = sqlx::query(row!("AND remote_id = $3 ORDER BY COALESCE(deleted_at, 0), item_id DESC LIMIT 1"))
        .bind(account.0)
        .bind(folder.0)
        .bind(remote_id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read_row).transpose()
}

/// Items of this UID, living or not.
pub async fn by_uid(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
    uid: &str,
) -> Result<Vec<Row>> {
    let rows = sqlx::query(row!("AND uid = $3 ORDER BY item_id"))
        .bind(account.0)
        .bind(folder.0)
        .bind(uid)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_row).collect()
}

/// One version of an item, if it is still kept.
pub async fn version(connection: &mut AnyConnection, place: Place, rev: Rev) -> Result<Option<Version>> {
    for query in [
        version_of!("item", "AND item_id = $3 AND rev = $4"),
        version_of!("past", "AND item_id = $3 AND rev = $4"),
    ] {
        let row = sqlx::query(query)
            .bind(place.account.0)
            .bind(place.folder.0)
            .bind(place.item.0)
            .bind(rev.0)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row {
            return read_version(&row).map(Some);
        }
    }
    Ok(None)
}

/// Every version of an item that was the newest once and is kept, oldest first, without content.
pub async fn versions(connection: &mut AnyConnection, place: Place) -> Result<Vec<Meta>> {
    let rows = sqlx::query(
        "SELECT item_id, rev, sort_time, deleted_at, writer FROM past \
         WHERE account_id = $1 AND folder_id = $2 AND item_id = $3 AND replaced_rev > rev \
         UNION ALL SELECT item_id, rev, sort_time, deleted_at, writer FROM item \
         WHERE account_id = $1 AND folder_id = $2 AND item_id = $3 ORDER BY 2",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_meta).collect()
}

/// The back office's id, its version, and the item, of all that it is thought to have: what lives in a folder, and what
/// is deleted there and owes it that.
pub async fn remote_ids(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
) -> Result<Vec<(String, Option<String>, ItemId)>> {
    let rows = sqlx::query(
        "SELECT remote_id, etag, item_id FROM item i \
         WHERE account_id = $1 AND folder_id = $2 AND remote_id IS NOT NULL AND (deleted_at IS NULL OR EXISTS \
         (SELECT 1 FROM outbox o WHERE o.account_id = $1 AND o.folder_id = $2 AND o.item_id = i.item_id))",
    )
    .bind(account.0)
    .bind(folder.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, ItemId(row.try_get(2)?)))).collect()
}

/// The newest versions of all items that live in a folder.
pub async fn living(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
) -> Result<Vec<Version>> {
    let rows = sqlx::query(version_of!("item", "AND deleted_at IS NULL ORDER BY item_id"))
        .bind(account.0)
        .bind(folder.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_version).collect()
}

/// Makes an item. Its id is the revision it was made at.
pub async fn create(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    new: New<'_>,
) -> Result<(ItemId, Rev)> {
    let rev = folder::next_rev(tx, account, folder).await?;
    sqlx::query(
        "INSERT INTO item (account_id, folder_id, item_id, rev, created_rev, sort_time, writer, changed_at, content, \
         uid, remote_id, etag) VALUES ($1, $2, $3, $3, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(rev.0)
    .bind(new.content.sort_time())
    .bind(new.writer.map(|writer| writer.0))
    .bind(new.now.as_microsecond())
    .bind(new.content.to_json())
    .bind(new.content.uid())
    .bind(new.remote_id)
    .bind(new.etag)
    .execute(&mut **tx)
    .await?;
    Ok((ItemId(rev.0), rev))
}

/// Gives an item a new version, or brings a deleted one back. The one it had goes to the past.
pub async fn replace(
    tx: &mut Tx,
    place: Place,
    content: &Content,
    writer: Option<DeviceNumber>,
    now: Timestamp,
) -> Result<Rev> {
    let rev = keep_past(tx, place, now).await?;
    sqlx::query(
        "UPDATE item SET rev = $4, sort_time = $5, deleted_at = NULL, writer = $6, changed_at = $7, content = $8, \
         uid = $9, moved_folder = NULL, moved_item = NULL \
         WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(rev.0)
    .bind(content.sort_time())
    .bind(writer.map(|writer| writer.0))
    .bind(now.as_microsecond())
    .bind(content.to_json())
    .bind(content.uid())
    .execute(&mut **tx)
    .await?;
    Ok(rev)
}

/// Deletes an item: a tombstone with a revision of its own stays until the sweep.
pub async fn delete(tx: &mut Tx, place: Place, writer: Option<DeviceNumber>, now: Timestamp) -> Result<Rev> {
    let rev = keep_past(tx, place, now).await?;
    sqlx::query(
        "UPDATE item SET rev = $4, deleted_at = $5, changed_at = $5, writer = $6 \
         WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(rev.0)
    .bind(now.as_microsecond())
    .bind(writer.map(|writer| writer.0))
    .execute(&mut **tx)
    .await?;
    Ok(rev)
}

/// Keeps the version that lost a conflict: it goes to the past without ever having been the newest.
pub async fn keep_loser(tx: &mut Tx, place: Place, content: &Content, now: Timestamp) -> Result<Rev> {
    let rev = folder::next_rev(tx, place.account, place.folder).await?;
    sqlx::query(
        "INSERT INTO past (account_id, folder_id, item_id, rev, replaced_rev, replaced_at, sort_time, changed_at, \
         content) VALUES ($1, $2, $3, $4, $4, $5, $6, $5, $7)",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(rev.0)
    .bind(now.as_microsecond())
    .bind(content.sort_time())
    .bind(content.to_json())
    .execute(&mut **tx)
    .await?;
    Ok(rev)
}

/// Notes what the back office calls an item, and which version it has. No phone sees that: no revision.
pub async fn set_remote(
    tx: &mut Tx,
    place: Place,
    remote_id: Option<&str>,
    etag: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "UPDATE item SET remote_id = $4, etag = $5 WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(remote_id)
    .bind(etag)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets that a device wrote the versions of `range` (after the first, up to the second) but for those it knows of.
///
/// It repeats an older key, so it is shown what it did since (conformance rule 2).
pub async fn disown(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    writer: DeviceNumber,
    range: (Rev, Rev),
    is_known: impl Fn(Rev) -> bool,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT rev FROM item WHERE account_id = $1 AND folder_id = $2 AND rev > $3 AND rev <= $4 AND writer = $5 \
         UNION ALL SELECT rev FROM past WHERE account_id = $1 AND folder_id = $2 AND replaced_rev > $3 AND rev > $3 \
         AND rev <= $4 AND writer = $5",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(range.0.0)
    .bind(range.1.0)
    .bind(writer.0)
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let rev: i64 = row.try_get(0)?;
        if is_known(Rev(rev)) {
            continue;
        }
        for query in [
            "UPDATE item SET writer = NULL WHERE account_id = $1 AND folder_id = $2 AND rev = $3",
            "UPDATE past SET writer = NULL WHERE account_id = $1 AND folder_id = $2 AND replaced_rev > $3 AND rev = $3",
        ] {
            sqlx::query(query).bind(account.0).bind(folder.0).bind(rev).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// Copies the newest version to the past and takes the revision of its successor.
async fn keep_past(tx: &mut Tx, place: Place, now: Timestamp) -> Result<Rev> {
    let rev = folder::next_rev(tx, place.account, place.folder).await?;
    let kept = sqlx::query(
        "INSERT INTO past (account_id, folder_id, item_id, rev, replaced_rev, replaced_at, sort_time, deleted_at, \
         writer, changed_at, content) SELECT account_id, folder_id, item_id, rev, $4, $5, sort_time, deleted_at, \
         writer, changed_at, content FROM item WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .bind(rev.0)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    if kept.rows_affected() == 0 { Err(Error::NoItem(place.item)) } else { Ok(rev) }
}

pub(super) fn read_meta(row: &AnyRow) -> Result<Meta> {
    Ok(Meta {
        item: ItemId(row.try_get(0)?),
        rev: Rev(row.try_get(1)?),
        sort_time: row.try_get(2)?,
        deleted: row.try_get::<Option<i64>, _>(3)?.is_some(),
        writer: row.try_get::<Option<i64>, _>(4)?.map(DeviceNumber),
    })
}

pub(super) fn read_version(row: &AnyRow) -> Result<Version> {
    let changed_at = Timestamp::from_microsecond(row.try_get(5)?)
        .map_err(|error| Error::Damaged { table: "item", reason: error.to_string() })?;
    Ok(Version { meta: read_meta(row)?, changed_at, content: row.try_get(6)? })
}

fn read_row(row: &AnyRow) -> Result<Row> {
    let moved_to = match (row.try_get::<Option<i64>, _>(10)?, row.try_get::<Option<i64>, _>(11)?) {
        (Some(folder), Some(item)) => {
            Some(Place { account: AccountId(row.try_get(12)?), folder: FolderId(folder), item: ItemId(item) })
        }
        _ => None,
    };
    Ok(Row {
        version: read_version(row)?,
        uid: row.try_get(7)?,
        remote_id: row.try_get(8)?,
        etag: row.try_get(9)?,
        moved_to,
    })
}

/// When the newest version in a folder came; none for a folder that never held anything.
pub async fn newest_change(
    c: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
) -> Result<Option<Timestamp>> {
    let row = sqlx::query(
        "SELECT i.changed_at FROM folder f JOIN item i ON i.account_id = f.account_id AND i.folder_id = f.folder_id \
         AND i.rev = f.rev WHERE f.account_id = $1 AND f.folder_id = $2",
    )
    .bind(account.0)
    .bind(folder.0)
    .fetch_optional(c)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Timestamp::from_microsecond(row.try_get(0)?).ok())
}
