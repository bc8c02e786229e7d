//! What devices and the server said to each other while somebody looks into it. Masks nothing: that was done before.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;

/// So many lines are kept of a device, the newest.
const LINES: i64 = 400;
/// And so much of each, in characters.
const LONGEST: usize = 16_000;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Who spoke, and what about.
    pub heading: String,
    /// What.
    pub text: String,
}

/// Writes down what a device says until a time, or no more (none).
pub async fn set(
    tx: &mut Tx,
    (account, device): (AccountId, DeviceNumber),
    until: Option<Timestamp>,
) -> Result<()> {
    sqlx::query("UPDATE device SET traced_until = $3 WHERE account_id = $1 AND device_number = $2")
        .bind(account.0)
        .bind(device.0)
        .bind(until.map(Timestamp::as_microsecond))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds a line; the oldest ones go when there are too many, and the end of one that is too long.
pub async fn add(tx: &mut Tx, (account, device): (AccountId, DeviceNumber), line: &Line) -> Result<()> {
    let mut text: String = line.text.chars().take(LONGEST).collect();
    if text.len() < line.text.len() {
        text.push_str("\n… the rest is left out\n");
    }
    // The number grows, also where two things are said in one microsecond.
    sqlx::query(
        "INSERT INTO trace_line (account_id, device_number, line_id, heading, text) SELECT $1, $2, \
         CASE WHEN MAX(line_id) >= $3 THEN MAX(line_id) + 1 ELSE $3 END, $4, $5 FROM trace_line \
         WHERE account_id = $1 AND device_number = $2",
    )
    .bind(account.0)
    .bind(device.0)
    .bind(line.at.as_microsecond())
    .bind(&line.heading)
    .bind(text)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "DELETE FROM trace_line WHERE account_id = $1 AND device_number = $2 AND line_id <= (SELECT line_id \
         FROM trace_line WHERE account_id = $1 AND device_number = $2 ORDER BY line_id DESC LIMIT 1 OFFSET $3)",
    )
    .bind(account.0)
    .bind(device.0)
    .bind(LINES)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All that was written down of a device, oldest first.
pub async fn list(c: &mut AnyConnection, (account, device): (AccountId, DeviceNumber)) -> Result<Vec<Line>> {
    let rows = sqlx::query(
        "SELECT line_id, heading, text FROM trace_line WHERE account_id = $1 AND device_number = $2 ORDER BY line_id",
    )
    .bind(account.0)
    .bind(device.0)
    .fetch_all(c)
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(Line { at: time(row.try_get(0)?, "trace_line")?, heading: row.try_get(1)?, text: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

/// Whether something was written down of a device.
pub async fn has(c: &mut AnyConnection, (account, device): (AccountId, DeviceNumber)) -> Result<bool> {
    let row =
        sqlx::query("SELECT line_id FROM trace_line WHERE account_id = $1 AND device_number = $2 LIMIT 1")
            .bind(account.0)
            .bind(device.0)
            .fetch_optional(c)
            .await?;
    Ok(row.is_some())
}

/// Removes what was written down of a device.
pub async fn clear(tx: &mut Tx, (account, device): (AccountId, DeviceNumber)) -> Result<()> {
    sqlx::query("DELETE FROM trace_line WHERE account_id = $1 AND device_number = $2")
        .bind(account.0)
        .bind(device.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes what was written down of an account's devices before a time.
pub async fn sweep(tx: &mut Tx, account: AccountId, before: Timestamp) -> Result<()> {
    sqlx::query(SWEEP).bind(account.0).bind(before.as_microsecond()).execute(&mut **tx).await?;
    Ok(())
}

/// The statement of [`sweep`].
pub(super) const SWEEP: &str = "DELETE FROM trace_line WHERE account_id = $1 AND line_id < $2";
