//! What was and what became of it, as its owner looks it up: replaced versions, and the result log with what it is about.
//! Changes nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::access::time;
use super::item::Place;
use crate::model::folder::FolderKind;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;

/// A version that is not in force any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Of which item.
    pub place: Place,
    /// Which version.
    pub rev: Rev,
    /// When another took its place, or when it lost.
    pub replaced_at: Timestamp,
    /// What it said.
    pub content: String,
    /// What its folder is for.
    pub kind: FolderKind,
    /// What its folder is called.
    pub folder: String,
    /// Whether it never was in force: it lost a conflict.
    pub is_loser: bool,
    /// Whether the item is deleted now.
    pub is_deleted: bool,
}

/// Which of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// The last version of what is deleted.
    Deleted,
    /// What lost a conflict.
    Lost,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// Words that stand in it; empty: anything.
    pub words: &'a str,
    /// Only what is older than this, in microseconds or by number; none: from the newest on.
    pub before: Option<i64>,
    /// So many.
    pub limit: i64,
}

impl Search<'_> {
    /// The words as LIKE takes them.
    fn pattern(&self) -> String {
        let mut pattern = String::from("%");
        for letter in self.words.to_lowercase().chars() {
            if ['%', '_', '!'].contains(&letter) {
                pattern.push('!');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        pattern
    }
}

/// Versions of an account's items that were replaced, the newest first. Mail has none: its mailbox keeps it.
pub async fn replaced(
    c: &mut AnyConnection,
    account: AccountId,
    which: Which,
    search: Search<'_>,
) -> Result<Vec<Replaced>> {
    let (only_deleted, only_lost) = match which {
        Which::All => (0, 0),
        Which::Deleted => (1, 0),
        Which::Lost => (0, 1),
    };
    let rows = sqlx::query(
        "SELECT p.account_id, p.folder_id, p.item_id, p.rev, p.replaced_at, p.content, f.kind, f.name, \
         p.replaced_rev, i.deleted_at FROM past p \
         JOIN item i ON i.account_id = p.account_id AND i.folder_id = p.folder_id AND i.item_id = p.item_id \
         JOIN folder f ON f.account_id = p.account_id AND f.folder_id = p.folder_id \
         WHERE p.account_id = $1 AND p.replaced_at < $2 AND f.deleted_at IS NULL \
         AND f.kind IN (7, 8, 9, 10, 13, 14, 15, 17) AND i.moved_folder IS NULL \
         AND ($3 = 0 OR (i.deleted_at IS NOT NULL AND p.replaced_rev = i.rev)) \
         AND ($4 = 0 OR p.replaced_rev = p.rev) AND lower(p.content) LIKE $5 ESCAPE '!' \
         ORDER BY p.replaced_at DESC, p.folder_id, p.item_id, p.rev DESC LIMIT $6",
    )
    .bind(account.0)
    .bind(search.before.unwrap_or(i64::MAX))
    .bind(only_deleted)
    .bind(only_lost)
    .bind(search.pattern())
    .bind(search.limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read_replaced).collect()
}

/// All versions of one item but the newest, the newest of those first.
pub async fn of_item(c: &mut AnyConnection, place: Place) -> Result<Vec<Replaced>> {
    let rows = sqlx::query(
        "SELECT p.account_id, p.folder_id, p.item_id, p.rev, p.replaced_at, p.content, f.kind, f.name, \
         p.replaced_rev, i.deleted_at FROM past p \
         JOIN item i ON i.account_id = p.account_id AND i.folder_id = p.folder_id AND i.item_id = p.item_id \
         JOIN folder f ON f.account_id = p.account_id AND f.folder_id = p.folder_id \
         WHERE p.account_id = $1 AND p.folder_id = $2 AND p.item_id = $3 ORDER BY p.rev DESC",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(read_replaced).collect()
}

/// The versions of a folder's items that were in force at a moment and are not any more. What was moved on is looked for
/// where it went.
pub async fn in_force(
    c: &mut AnyConnection,
    (account, folder): (AccountId, FolderId),
    at: Timestamp,
) -> Result<Vec<(Place, Rev)>> {
    let rows = sqlx::query(
        "SELECT p.item_id, p.rev FROM past p \
         JOIN item i ON i.account_id = p.account_id AND i.folder_id = p.folder_id AND i.item_id = p.item_id \
         WHERE p.account_id = $1 AND p.folder_id = $2 AND p.replaced_at > $3 AND p.changed_at <= $3 \
         AND p.replaced_rev > p.rev AND p.deleted_at IS NULL AND i.moved_folder IS NULL ORDER BY p.item_id",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(at.as_microsecond())
    .fetch_all(c)
    .await?;
    let read = |row: &AnyRow| {
        let item = ItemId(row.try_get(0)?);
        Ok((Place { account, folder, item }, Rev(row.try_get(1)?)))
    };
    rows.iter().map(read).collect()
}

fn read_replaced(row: &AnyRow) -> Result<Replaced> {
    let account = AccountId(row.try_get(0)?);
    let (rev, replaced_rev): (i64, i64) = (row.try_get(3)?, row.try_get(8)?);
    Ok(Replaced {
        place: Place { account, folder: FolderId(row.try_get(1)?), item: ItemId(row.try_get(2)?) },
        rev: Rev(rev),
        replaced_at: time(row.try_get(4)?, "past")?,
        content: row.try_get(5)?,
        kind: u8::try_from(row.try_get::<i64, _>(6)?).map_or(FolderKind::UNKNOWN, FolderKind),
        folder: row.try_get(7)?,
        is_loser: replaced_rev == rev,
        is_deleted: row.try_get::<Option<i64>, _>(9)?.is_some(),
    })
}

/// A row of the result log with the item that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Its number; later ones are higher.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Over which connection.
    pub connection: Option<String>,
    /// `in` or `out`.
    pub direction: String,
    /// As `log::Outcome::as_str`.
    pub outcome: String,
    /// For its owner.
    pub message: String,
    /// Which item; none for one that never came in, or is long gone.
    pub place: Option<Place>,
    /// What it says now, or said last.
    pub content: Option<String>,
    /// What its folder is for.
    pub kind: Option<FolderKind>,
    /// What its folder is called.
    pub folder: Option<String>,
}

/// An account's result log, the newest first. `only_trouble` leaves out what went well; a `direction` what went the other way.
pub async fn attempts(
    c: &mut AnyConnection,
    account: AccountId,
    (only_trouble, direction): (bool, &str),
    search: Search<'_>,
) -> Result<Vec<Attempted>> {
    let rows = sqlx::query(
        "SELECT r.result_id, r.at, r.connection, r.direction, r.outcome, r.message, r.folder_id, i.item_id, i.content, \
         f.kind, f.name FROM result r \
         LEFT JOIN item i ON i.account_id = r.account_id AND i.folder_id = r.folder_id AND i.item_id = r.item_id \
         LEFT JOIN folder f ON f.account_id = r.account_id AND f.folder_id = r.folder_id \
         WHERE r.account_id = $1 AND r.result_id < $2 AND ($3 = 0 OR r.outcome <> 'accepted') \
         AND ($4 = '' OR r.direction = $4) \
         AND (lower(r.message) LIKE $5 ESCAPE '!' OR lower(i.content) LIKE $5 ESCAPE '!') \
         ORDER BY r.result_id DESC LIMIT $6",
    )
    .bind(account.0)
    .bind(search.before.unwrap_or(i64::MAX))
    .bind(i64::from(only_trouble))
    .bind(direction)
    .bind(search.pattern())
    .bind(search.limit)
    .fetch_all(c)
    .await?;
    rows.iter()
        .map(|row| {
            let folder: Option<i64> = row.try_get(6)?;
            let item: Option<i64> = row.try_get(7)?;
            let place = folder.zip(item).map(|(folder, item)| Place {
                account,
                folder: FolderId(folder),
                item: ItemId(item),
            });
            let kind: Option<i64> = row.try_get(9)?;
            Ok(Attempted {
                id: row.try_get(0)?,
                at: time(row.try_get(1)?, "result")?,
                connection: row.try_get(2)?,
                direction: row.try_get(3)?,
                outcome: row.try_get(4)?,
                message: row.try_get(5)?,
                place,
                content: row.try_get(8)?,
                kind: kind.and_then(|kind| u8::try_from(kind).ok()).map(FolderKind),
                folder: row.try_get(10)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_taken_letter_by_letter() {
        let search = Search { words: "100%_Ås!", ..Search::default() };
        assert_eq!(search.pattern(), "%100!%!_ås!!%");
        assert_eq!(Search::default().pattern(), "%%");
    }
}
