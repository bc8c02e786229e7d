//! Folders and the list of them, which has a revision of its own as each folder has.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use crate::model::class::Class;
use crate::model::folder::DEFAULT_FOLDERS;
use crate::model::folder::FIRST_FURTHER;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::folder::class_of;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::notify::HIERARCHY;

/// A folder with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What phones see of it.
    pub folder: Folder,
    /// The newest revision of its items.
    pub rev: Rev,
    /// Versions replaced up to here may be gone.
    pub pruned_rev: Rev,
    /// When it last changed in the list of folders.
    pub hierarchy_rev: Rev,
    /// When it came into the list of folders.
    pub created_rev: Rev,
    /// When it was last taken off the list though the account keeps it.
    pub hidden_rev: Option<Rev>,
    /// Whether it is gone from the list.
    pub deleted: bool,
}

impl Row {
    /// Whether the account keeps it while it is not on the list: its service is switched off.
    pub fn is_hidden(&self) -> bool {
        self.hidden_rev.is_some_and(|hidden| hidden > self.created_rev)
    }
}

/// A folder to be made.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its number, where it is fixed; else the next free one.
    pub id: Option<FolderId>,
    /// What people read.
    pub name: &'a str,
    /// Its kind.
    pub kind: FolderKind,
    /// The connection that fills it.
    pub connection: Option<&'a str>,
    /// What the back office calls it.
    pub remote_id: Option<&'a str>,
    /// Since when phones may only look.
    pub read_only_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT folder_id, parent_id, name, kind, connection, remote_id, read_only_at, rev, pruned_rev, ",
            "hierarchy_rev, created_rev, deleted_at, hidden_rev FROM folder WHERE account_id = $1 ",
            $rest
        )
    };
}

/// The revision of the list of folders.
pub async fn hierarchy_rev(connection: &mut AnyConnection, account: AccountId) -> Result<Rev> {
    let row = sqlx::query("SELECT hierarchy_rev FROM account WHERE account_id = $1")
        .bind(account.0)
        .fetch_one(connection)
        .await?;
    Ok(Rev(row.try_get(0)?))
}

/// Every folder of the account that is there, in the order of their numbers.
pub async fn list(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<Row>> {
    changed_since(connection, account, Rev(-1))
        .await
        .map(|rows| rows.into_iter().filter(|row| !row.deleted).collect())
}

/// Folders that changed in the list after `rev`, the deleted ones among them.
pub async fn changed_since(connection: &mut AnyConnection, account: AccountId, rev: Rev) -> Result<Vec<Row>> {
    let rows = sqlx::query(select!("AND hierarchy_rev > $2 ORDER BY folder_id"))
        .bind(account.0)
        .bind(rev.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Every folder that the account keeps, those among them that are not on the list.
pub async fn kept(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<Row>> {
    let rows = sqlx::query(select!("AND deleted_at IS NULL ORDER BY folder_id"))
        .bind(account.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// One folder, deleted or not.
pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
) -> Result<Option<Row>> {
    let row = sqlx::query(select!("AND folder_id = $2"))
        .bind(account.0)
        .bind(folder.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The waste basket.
pub async fn bin(connection: &mut AnyConnection, account: AccountId) -> Result<Option<Folder>> {
    let bin = DEFAULT_FOLDERS.iter().find(|(_, kind, _)| *kind == FolderKind::DELETED_ITEMS);
    let Some((id, ..)) = bin else { return Ok(None) };
    Ok(find(connection, account, *id).await?.map(|row| row.folder))
}

/// The folder that a connection fills from this collection; deleted ones do not count.
pub async fn find_by_remote(
    connection: &mut AnyConnection,
    account: AccountId,
    name: &str,
    class: Class,
    remote_id: &str,
) -> Result<Option<Row>> {
    let rows = sqlx::query(select!(
        "AND connection = $2 AND remote_id = $3 AND deleted_at IS NULL ORDER BY folder_id"
    ))
    .bind(account.0)
    .bind(name)
    .bind(remote_id)
    .fetch_all(connection)
    .await?;
    let rows: Vec<Row> = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(rows.into_iter().find(|row| row.folder.class == class))
}

/// Makes a folder and tells the phones of it.
pub async fn create(tx: &mut Tx, account: AccountId, new: New<'_>) -> Result<FolderId> {
    let rev = next_hierarchy_rev(tx, account).await?;
    let id = match new.id {
        Some(id) => id,
        None => {
            let row = sqlx::query("SELECT COALESCE(MAX(folder_id), 0) + 1 FROM folder WHERE account_id = $1")
                .bind(account.0)
                .fetch_one(&mut **tx)
                .await?;
            FolderId(row.try_get(0)?).max(FIRST_FURTHER)
        }
    };
    sqlx::query(
        "INSERT INTO folder (account_id, folder_id, parent_id, name, kind, connection, remote_id, read_only_at, \
         rev, pruned_rev, hierarchy_rev, created_rev) VALUES ($1, $2, 0, $3, $4, $5, $6, $7, 0, 0, $8, $8)",
    )
    .bind(account.0)
    .bind(id.0)
    .bind(new.name)
    .bind(i64::from(new.kind.0))
    .bind(new.connection)
    .bind(new.remote_id)
    .bind(new.read_only_at.map(Timestamp::as_microsecond))
    .bind(rev.0)
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Gives a folder another name, or other rights.
pub async fn change(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    name: &str,
    read_only_at: Option<Timestamp>,
) -> Result<()> {
    let rev = next_hierarchy_rev(tx, account).await?;
    sqlx::query(
        "UPDATE folder SET name = $3, read_only_at = $4, hierarchy_rev = $5 WHERE account_id = $1 AND folder_id = $2",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(name)
    .bind(read_only_at.map(Timestamp::as_microsecond))
    .bind(rev.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a folder into another one, or on top.
pub async fn put(tx: &mut Tx, account: AccountId, folder: FolderId, parent: Option<FolderId>) -> Result<()> {
    let rev = next_hierarchy_rev(tx, account).await?;
    sqlx::query(
        "UPDATE folder SET parent_id = $3, hierarchy_rev = $4 WHERE account_id = $1 AND folder_id = $2",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(parent.map_or(0, |parent| parent.0))
    .bind(rev.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ties a folder to a collection of a connection, or makes it local again. Phones see no difference.
pub async fn connect(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    connection: Option<&str>,
    remote_id: Option<&str>,
) -> Result<()> {
    sqlx::query("UPDATE folder SET connection = $3, remote_id = $4 WHERE account_id = $1 AND folder_id = $2")
        .bind(account.0)
        .bind(folder.0)
        .bind(connection)
        .bind(remote_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes a folder off the list. Its items go with the sweep.
pub async fn delete(tx: &mut Tx, account: AccountId, folder: FolderId, now: Timestamp) -> Result<()> {
    let rev = next_hierarchy_rev(tx, account).await?;
    sqlx::query(
        "UPDATE folder SET deleted_at = $3, hierarchy_rev = $4 \
         WHERE account_id = $1 AND folder_id = $2 AND deleted_at IS NULL",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(now.as_microsecond())
    .bind(rev.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a folder off the list and keeps what is in it.
pub async fn hide(tx: &mut Tx, account: AccountId, folder: FolderId) -> Result<()> {
    let rev = next_hierarchy_rev(tx, account).await?;
    let statement =
        "UPDATE folder SET hidden_rev = $3, hierarchy_rev = $3 WHERE account_id = $1 AND folder_id = $2";
    sqlx::query(statement).bind(account.0).bind(folder.0).bind(rev.0).execute(&mut **tx).await?;
    tx.wake(account, folder);
    Ok(())
}

/// Puts it back: to phones it is a new one.
pub async fn show(tx: &mut Tx, account: AccountId, folder: FolderId) -> Result<()> {
    let rev = next_hierarchy_rev(tx, account).await?;
    let statement =
        "UPDATE folder SET created_rev = $3, hierarchy_rev = $3 WHERE account_id = $1 AND folder_id = $2";
    sqlx::query(statement).bind(account.0).bind(folder.0).bind(rev.0).execute(&mut **tx).await?;
    Ok(())
}

/// Takes the next revision of a folder's items; the row stays locked until the transaction ends.
pub(super) async fn next_rev(tx: &mut Tx, account: AccountId, folder: FolderId) -> Result<Rev> {
    let row = sqlx::query(
        "UPDATE folder SET rev = rev + 1 WHERE account_id = $1 AND folder_id = $2 AND deleted_at IS NULL RETURNING rev",
    )
    .bind(account.0)
    .bind(folder.0)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NoFolder(folder))?;
    tx.wake(account, folder);
    Ok(Rev(row.try_get(0)?))
}

async fn next_hierarchy_rev(tx: &mut Tx, account: AccountId) -> Result<Rev> {
    let row = sqlx::query(
        "UPDATE account SET hierarchy_rev = hierarchy_rev + 1 WHERE account_id = $1 RETURNING hierarchy_rev",
    )
    .bind(account.0)
    .fetch_one(&mut **tx)
    .await?;
    tx.wake(account, HIERARCHY);
    Ok(Rev(row.try_get(0)?))
}

pub(super) fn read(row: &AnyRow) -> Result<Row> {
    let kind = u8::try_from(row.try_get::<i64, _>(3)?).map(FolderKind).unwrap_or(FolderKind::UNKNOWN);
    let parent: i64 = row.try_get(1)?;
    let created_rev = Rev(row.try_get(10)?);
    let hidden_rev = row.try_get::<Option<i64>, _>(12)?.map(Rev);
    let is_hidden = hidden_rev.is_some_and(|hidden| hidden > created_rev);
    Ok(Row {
        folder: Folder {
            id: FolderId(row.try_get(0)?),
            parent: (parent != 0).then_some(FolderId(parent)),
            name: row.try_get(2)?,
            kind,
            // What cannot be synced holds no items; the class is never asked for.
            class: class_of(kind).unwrap_or(Class::Email),
            connection: row.try_get(4)?,
            remote_id: row.try_get(5)?,
            read_only: row.try_get::<Option<i64>, _>(6)?.is_some(),
        },
        rev: Rev(row.try_get(7)?),
        pruned_rev: Rev(row.try_get(8)?),
        hierarchy_rev: Rev(row.try_get(9)?),
        created_rev,
        hidden_rev,
        deleted: is_hidden || row.try_get::<Option<i64>, _>(11)?.is_some(),
    })
}
