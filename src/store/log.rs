//! What happened between the store and the back offices, as users and administrators see it. Decides nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use super::item::Place;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::model::id::ItemId;

/// Which way a change went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the back office.
    In,
    /// To the back office.
    Out,
    /// From an administrator to a device.
    Order,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there.
    Accepted,
    /// The other side had changed it too.
    Conflict,
    /// The back office would not have it; the phone gets the old version back.
    Refused,
    /// It will be tried again.
    Later,
    /// It could not be read.
    Aside,
    /// A device is to do it.
    Ordered,
    /// A device has done it, or it was done for one.
    Done,
    /// A device did not do it.
    Failed,
}

impl Direction {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Order => "order",
        }
    }
}

impl Outcome {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Later => "later",
            Self::Aside => "aside",
            Self::Ordered => "ordered",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// One attempt.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Over which connection.
    pub connection: &'a str,
    /// Which way.
    pub direction: Direction,
    /// With what result.
    pub outcome: Outcome,
    /// For its owner.
    pub message: &'a str,
    /// When.
    pub now: Timestamp,
}

/// A row of the result log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later ones are higher.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Over which connection.
    pub connection: Option<String>,
    /// In which folder.
    pub folder: Option<FolderId>,
    /// Which item; none for one that never came in.
    pub item: Option<ItemId>,
    /// Which device it was about; none for what no device was ordered.
    pub device: Option<DeviceNumber>,
    /// As [`Direction::as_str`].
    pub direction: String,
    /// As [`Outcome::as_str`].
    pub outcome: String,
    /// For its owner.
    pub message: String,
}

/// Longest message kept: it may come from the other side.
const MESSAGE_CHARACTERS: usize = 500;

/// Adds a row about one item, or about a folder where the item is 0.
///
/// Numbers are the time in microseconds, or one more than the last: they tell what was done since a moment.
pub async fn add(tx: &mut Tx, place: Place, attempt: Attempt<'_>) -> Result<()> {
    let message: String = attempt.message.chars().take(MESSAGE_CHARACTERS).collect();
    let id =
        next_id(tx, "SELECT MAX(result_id) FROM result WHERE account_id = $1", place.account, attempt.now)
            .await?;
    sqlx::query(
        "INSERT INTO result (account_id, result_id, at, connection, folder_id, item_id, direction, outcome, message) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(place.account.0)
    .bind(id)
    .bind(attempt.now.as_microsecond())
    .bind(attempt.connection)
    .bind(place.folder.0)
    .bind((place.item.0 != 0).then_some(place.item.0))
    .bind(attempt.direction.as_str())
    .bind(attempt.outcome.as_str())
    .bind(message)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds a row about what a device was ordered, and what came of it.
pub async fn add_order(
    tx: &mut Tx,
    (account, device): (AccountId, DeviceNumber),
    outcome: Outcome,
    message: &str,
    now: Timestamp,
) -> Result<()> {
    let id = next_id(tx, "SELECT MAX(result_id) FROM result WHERE account_id = $1", account, now).await?;
    sqlx::query(
        "INSERT INTO result (account_id, result_id, at, device_number, direction, outcome, message) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(account.0)
    .bind(id)
    .bind(now.as_microsecond())
    .bind(device.0)
    .bind(Direction::Order.as_str())
    .bind(outcome.as_str())
    .bind(message.chars().take(MESSAGE_CHARACTERS).collect::<String>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The newest rows of an account, or those before a row.
pub async fn list(
    c: &mut AnyConnection,
    account: AccountId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query(
        "SELECT result_id, at, connection, folder_id, item_id, direction, outcome, message, device_number FROM result \
         WHERE account_id = $1 AND result_id < $2 ORDER BY result_id DESC LIMIT $3",
    )
    .bind(account.0)
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// What a device was ordered and what came of it, the newest first.
pub async fn of_device(
    c: &mut AnyConnection,
    account: AccountId,
    device: DeviceNumber,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query(
        "SELECT result_id, at, connection, folder_id, item_id, direction, outcome, message, device_number FROM result \
         WHERE account_id = $1 AND device_number = $2 ORDER BY result_id DESC LIMIT $3",
    )
    .bind(account.0)
    .bind(device.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Items of a folder that were accepted by the back office since a moment.
pub async fn pushed_since(
    c: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
    since: Timestamp,
) -> Result<Vec<ItemId>> {
    let rows = sqlx::query(
        "SELECT item_id FROM result WHERE account_id = $1 AND result_id >= $2 AND folder_id = $3 \
         AND direction = 'out' AND outcome = 'accepted' AND item_id IS NOT NULL",
    )
    .bind(account.0)
    .bind(since.as_microsecond())
    .bind(folder.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok(ItemId(row.try_get(0)?))).collect()
}

/// One pull that came to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Over which connection.
    pub connection: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Items new or changed.
    pub pulled: i64,
    /// Items gone.
    pub removed: i64,
    /// Items both sides had changed.
    pub conflicts: i64,
    /// Items set aside, or 1 for a pull that failed.
    pub errors: i64,
    /// For its owner.
    pub message: String,
}

/// Adds a row about a pull.
pub async fn add_run(tx: &mut Tx, account: AccountId, run: &Run) -> Result<()> {
    let message: String = run.message.chars().take(MESSAGE_CHARACTERS).collect();
    let id = next_id(tx, "SELECT MAX(run_id) FROM run WHERE account_id = $1", account, run.ended_at).await?;
    sqlx::query(
        "INSERT INTO run (account_id, run_id, connection, started_at, ended_at, pulled, removed, conflicts, errors, \
         message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(account.0)
    .bind(id)
    .bind(&run.connection)
    .bind(run.started_at.as_microsecond())
    .bind(run.ended_at.as_microsecond())
    .bind(run.pulled)
    .bind(run.removed)
    .bind(run.conflicts)
    .bind(run.errors)
    .bind(message)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The newest pulls of an account.
pub async fn runs(c: &mut AnyConnection, account: AccountId, limit: i64) -> Result<Vec<Run>> {
    let rows = sqlx::query(
        "SELECT connection, started_at, ended_at, pulled, removed, conflicts, errors, message FROM run \
         WHERE account_id = $1 ORDER BY run_id DESC LIMIT $2",
    )
    .bind(account.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Run {
                connection: row.try_get(0)?,
                started_at: time(row.try_get(1)?, "run")?,
                ended_at: time(row.try_get(2)?, "run")?,
                pulled: row.try_get(3)?,
                removed: row.try_get(4)?,
                conflicts: row.try_get(5)?,
                errors: row.try_get(6)?,
                message: row.try_get(7)?,
            })
        })
        .collect()
}

async fn next_id(tx: &mut Tx, query: &'static str, account: AccountId, now: Timestamp) -> Result<i64> {
    let last: Option<i64> = sqlx::query(query).bind(account.0).fetch_one(&mut **tx).await?.try_get(0)?;
    let now = now.as_microsecond();
    Ok(last.map_or(now, |last| now.max(last.saturating_add(1))))
}

fn read(row: &AnyRow) -> Result<Entry> {
    Ok(Entry {
        id: row.try_get(0)?,
        at: time(row.try_get(1)?, "result")?,
        connection: row.try_get(2)?,
        folder: row.try_get::<Option<i64>, _>(3)?.map(FolderId),
        item: row.try_get::<Option<i64>, _>(4)?.map(ItemId),
        direction: row.try_get(5)?,
        outcome: row.try_get(6)?,
        message: row.try_get(7)?,
        device: row.try_get::<Option<i64>, _>(8)?.map(DeviceNumber),
    })
}
