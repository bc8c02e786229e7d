//! Everything that is kept in an account's folders, to be given to the person whose it is. Read nowhere else.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::access::time;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;

/// A version of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Which item.
    pub item: ItemId,
    /// Since when it was so.
    pub changed_at: Timestamp,
    /// Whether it was gone then.
    pub is_deleted: bool,
    /// What it said, as JSON.
    pub content: String,
}

/// The newest versions of a folder's items.
pub async fn items(c: &mut AnyConnection, account: AccountId, folder: FolderId) -> Result<Vec<Version>> {
    let query = "SELECT item_id, changed_at, deleted_at, content FROM item \
         WHERE account_id = $1 AND folder_id = $2 ORDER BY item_id";
    versions(c, query, account, folder).await
}

/// Those that were replaced and are still kept.
pub async fn past(c: &mut AnyConnection, account: AccountId, folder: FolderId) -> Result<Vec<Version>> {
    let query = "SELECT item_id, changed_at, deleted_at, content FROM past \
         WHERE account_id = $1 AND folder_id = $2 ORDER BY item_id, rev";
    versions(c, query, account, folder).await
}

async fn versions(
    c: &mut AnyConnection,
    query: &'static str,
    account: AccountId,
    folder: FolderId,
) -> Result<Vec<Version>> {
    let rows = sqlx::query(query).bind(account.0).bind(folder.0).fetch_all(c).await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(Version {
            item: ItemId(row.try_get(0)?),
            changed_at: time(row.try_get(1)?, "item")?,
            is_deleted: row.try_get::<Option<i64>, _>(2)?.is_some(),
            content: row.try_get(3)?,
        })
    };
    rows.iter().map(read).collect()
}
