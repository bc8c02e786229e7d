//! Conversations whose messages always go to one folder. Moves none.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;
use crate::model::id::FolderId;

/// Where a conversation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// To which folder.
    pub folder: FolderId,
    /// What came from then on.
    pub since: Timestamp,
}

/// A conversation as it is written here.
pub fn name(conversation: &[u8]) -> String {
    conversation.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Notes where a conversation goes from now on.
pub async fn set(tx: &mut Tx, account: AccountId, conversation: &[u8], rule: Rule) -> Result<()> {
    sqlx::query(
        "INSERT INTO conversation (account_id, conversation, folder_id, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id, conversation) DO UPDATE SET folder_id = excluded.folder_id, since = excluded.since",
    )
    .bind(account.0)
    .bind(name(conversation))
    .bind(rule.folder.0)
    .bind(rule.since.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where a conversation goes, if somebody said so.
pub async fn find(c: &mut AnyConnection, account: AccountId, conversation: &[u8]) -> Result<Option<Rule>> {
    let row =
        sqlx::query("SELECT folder_id, since FROM conversation WHERE account_id = $1 AND conversation = $2")
            .bind(account.0)
            .bind(name(conversation))
            .fetch_optional(c)
            .await?;
    let rule = |row: sqlx::any::AnyRow| {
        Ok(Rule { folder: FolderId(row.try_get(0)?), since: time(row.try_get(1)?, "conversation")? })
    };
    row.map(rule).transpose()
}

/// Whether any conversation of an account goes somewhere.
pub async fn has_any(c: &mut AnyConnection, account: AccountId) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM conversation WHERE account_id = $1 LIMIT 1")
        .bind(account.0)
        .fetch_optional(c)
        .await?;
    Ok(row.is_some())
}
