//! Mail of our own that waits to be sent. Sends none, and cannot read it: it is sealed before it comes here.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;

/// A message to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whom it is to.
    pub account: AccountId,
    /// Its number.
    pub id: i64,
    /// The address it goes to.
    pub recipient: String,
    /// The message, sealed.
    pub content: Vec<u8>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// When it is not worth sending any more.
    pub last_at: Timestamp,
}

/// Puts it in the queue.
pub async fn add(tx: &mut Tx, notice: &Notice) -> Result<()> {
    sqlx::query(
        "INSERT INTO notice (account_id, notice_id, recipient, content, attempts, next_at, last_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(notice.account.0)
    .bind(notice.id)
    .bind(&notice.recipient)
    .bind(notice.content.as_slice())
    .bind(notice.attempts)
    .bind(notice.next_at.as_microsecond())
    .bind(notice.last_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is due, the longest waiting first.
pub async fn due(c: &mut AnyConnection, now: Timestamp, limit: i64) -> Result<Vec<Notice>> {
    let rows = sqlx::query(
        "SELECT account_id, notice_id, recipient, content, attempts, next_at, last_at FROM notice \
         WHERE next_at <= $1 ORDER BY next_at LIMIT $2",
    )
    .bind(now.as_microsecond())
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Takes one to send it, until then at most. False: another node has it.
pub async fn take(tx: &mut Tx, notice: &Notice, until: Timestamp) -> Result<bool> {
    let taken = sqlx::query(
        "UPDATE notice SET next_at = $4, attempts = attempts + 1 \
         WHERE account_id = $1 AND notice_id = $2 AND next_at = $3",
    )
    .bind(notice.account.0)
    .bind(notice.id)
    .bind(notice.next_at.as_microsecond())
    .bind(until.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Leaves it for later.
pub async fn postpone(tx: &mut Tx, notice: &Notice, next_at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE notice SET next_at = $3 WHERE account_id = $1 AND notice_id = $2")
        .bind(notice.account.0)
        .bind(notice.id)
        .bind(next_at.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes it out of the queue.
pub async fn done(tx: &mut Tx, notice: &Notice) -> Result<()> {
    sqlx::query("DELETE FROM notice WHERE account_id = $1 AND notice_id = $2")
        .bind(notice.account.0)
        .bind(notice.id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Notice> {
    Ok(Notice {
        account: AccountId(row.try_get(0)?),
        id: row.try_get(1)?,
        recipient: row.try_get(2)?,
        content: row.try_get(3)?,
        attempts: row.try_get(4)?,
        next_at: time(row.try_get(5)?, "notice")?,
        last_at: time(row.try_get(6)?, "notice")?,
    })
}
