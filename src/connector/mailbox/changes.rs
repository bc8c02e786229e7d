//! What changed in a mailbox after a position, and what is in it. Reads no content.

use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::Row as _;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::index;
use super::index::Place;
use super::position;
use super::position::Position;
use super::position::Walk;
use crate::connector::Change;
use crate::connector::Error;
use crate::connector::Page;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::mail;
use crate::connector::mail::Window;
use crate::model::content::Content;
use crate::model::message::Message;
use crate::model::object::Set;

/// A message as the index has it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub uid: i64,
    /// When it came.
    pub received_at: i64,
    /// How many bytes it has.
    pub size: u32,
    /// Its keywords, as a list in JSON.
    pub keywords: String,
    /// Whether it went.
    pub is_gone: bool,
}

impl FromRow<'_, SqliteRow> for Row {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            uid: row.try_get("uid")?,
            received_at: row.try_get("received_at")?,
            size: row.try_get("size")?,
            keywords: row.try_get("keywords")?,
            is_gone: row.try_get("is_gone")?,
        })
    }
}

impl Row {
    /// Its keywords.
    pub fn keywords(&self) -> Set {
        let keywords: Vec<String> = serde_json::from_str(&self.keywords).unwrap_or_default();
        keywords.into_iter().map(|keyword| (keyword, true)).collect()
    }

    /// As an item.
    pub fn remote(&self, place: &Place) -> Remote {
        let keywords = self.keywords();
        let etag = mail::etag(&keywords);
        let message = Message {
            received_at: Timestamp::from_microsecond(self.received_at).ok(),
            size: Some(self.size),
            keywords,
            ..Message::default()
        };
        Remote { id: id(place, self.uid), etag, content: Ok(Content::Message(message)) }
    }
}

/// The id of a message.
pub fn id(place: &Place, uid: i64) -> String {
    format!("{}.{uid}", place.validity)
}

/// The number of the message with this id; none: the mailbox is not the one it was.
pub fn uid(place: &Place, id: &str) -> Option<i64> {
    let (validity, uid) = id.split_once('.')?;
    let is_same = validity.parse() == Ok(place.validity);
    uid.parse().ok().filter(|uid| is_same && *uid > 0)
}

/// What is new after change `$3` until change `$6`, of a window that begins at `$4`.
const NEWS: &str = "SELECT uid, received_at, size, keywords, gone_at IS NOT NULL AS is_gone FROM message
    WHERE mailbox = $1 AND uid < $2 AND changed > $3 AND changed <= $6 AND received_at >= $4
        AND (gone_at IS NULL OR made <= $3)
    ORDER BY uid DESC LIMIT $5";

/// The same where the window began at `$7` before. All messages are looked at, by their numbers (hence the plus).
const OTHER_WINDOW: &str =
    "SELECT uid, received_at, size, keywords, gone_at IS NOT NULL OR received_at < $4 AS is_gone FROM message
    WHERE mailbox = $1 AND uid < $2 AND (
        (gone_at IS NULL AND received_at >= $4 AND +changed <= $6 AND (+changed > $3 OR received_at < $7))
        OR (made <= $3 AND received_at >= $7 AND (gone_at IS NULL OR +changed > $3)
            AND (received_at < $4 OR (gone_at IS NOT NULL AND +changed <= $6))))
    ORDER BY uid DESC LIMIT $5";

/// What changed in a mailbox, newest messages first, at most `limit` of them.
pub async fn changes(
    connection: &mut SqliteConnection,
    place: &Place,
    window: Window,
    since: Option<&str>,
    limit: usize,
) -> Result<Page> {
    let start = Position { validity: place.validity, told: 0, window, walk: None };
    let old = match since {
        Some(since) => Position::read(since).ok_or(Error::CursorExpired)?,
        None => start,
    };
    let is_forgotten = old.told > 0 && old.told < place.forgotten;
    if old.validity != place.validity || old.told > place.counter || is_forgotten {
        return Err(Error::CursorExpired);
    }
    let whole = Walk { until: place.counter, window, below: i64::MAX };
    let walk = old.walk.unwrap_or(whole);
    let limit = i64::try_from(limit.max(1)).unwrap_or(i64::MAX);
    let mut rows = news(connection, place, &old, &walk, limit.saturating_add(1)).await?;
    let is_left = i64::try_from(rows.len()).is_ok_and(|count| count > limit);
    if is_left {
        rows.pop();
    }
    let below = rows.last().map_or(walk.below, |row| row.uid);
    let new = match is_left {
        true => Position { walk: Some(Walk { below, ..walk }), ..old },
        false => Position { told: walk.until, window: walk.window, walk: None, ..old },
    };
    // A window that changed while a walk through another one was on its way is the next one.
    let more = is_left || new.window != window;
    let changes = rows.iter().map(|row| change(place, row)).collect();
    Ok(Page { changes, cursor: new.write(), more, complete: since.is_none() })
}

fn change(place: &Place, row: &Row) -> Change {
    if row.is_gone { Change::Delete { id: id(place, row.uid) } } else { Change::Upsert(row.remote(place)) }
}

async fn news(
    connection: &mut SqliteConnection,
    place: &Place,
    old: &Position,
    walk: &Walk,
    limit: i64,
) -> Result<Vec<Row>> {
    let is_same_window = old.window == walk.window;
    if is_same_window && old.told == walk.until {
        return Ok(Vec::new());
    }
    let is_first = old.told == 0;
    let text = if is_same_window && !is_first { NEWS } else { OTHER_WINDOW };
    let query = sqlx::query_as(text)
        .bind(place.number)
        .bind(walk.below)
        .bind(old.told)
        .bind(position::cutoff(walk.window))
        .bind(limit)
        .bind(walk.until);
    let query = if text == NEWS { query } else { query.bind(position::cutoff(old.window)) };
    query.fetch_all(connection).await.map_err(index::unusable)
}

/// Whether something may have changed since that cursor.
pub fn differs(place: &Place, since: &str) -> bool {
    Position::read(since)
        .is_some_and(|old| old.walk.is_some() || old.validity != place.validity || old.told != place.counter)
}

/// The messages within a window, newest first.
pub async fn within(connection: &mut SqliteConnection, place: &Place, window: Window) -> Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT uid, received_at, size, keywords, 0 AS is_gone FROM message
         WHERE mailbox = $1 AND gone_at IS NULL AND received_at >= $2 ORDER BY uid DESC",
    )
    .bind(place.number)
    .bind(position::cutoff(window))
    .fetch_all(connection)
    .await
    .map_err(index::unusable)
}

/// These messages, newest first; those that are gone are left out.
pub async fn rows(connection: &mut SqliteConnection, place: &Place, ids: &[String]) -> Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT uid, received_at, size, keywords, 0 AS is_gone FROM message
         WHERE mailbox = $1 AND gone_at IS NULL AND uid IN (SELECT value FROM json_each($2)) ORDER BY uid DESC",
    )
    .bind(place.number)
    .bind(uids(place, ids))
    .fetch_all(connection)
    .await
    .map_err(index::unusable)
}

/// The files of these messages, by number; those that are gone are left out.
pub async fn files(
    connection: &mut SqliteConnection,
    place: &Place,
    ids: &[String],
) -> Result<Vec<(i64, String)>> {
    sqlx::query_as(
        "SELECT uid, file FROM message
         WHERE mailbox = $1 AND gone_at IS NULL AND uid IN (SELECT value FROM json_each($2)) ORDER BY uid",
    )
    .bind(place.number)
    .bind(uids(place, ids))
    .fetch_all(connection)
    .await
    .map_err(index::unusable)
}

fn uids(place: &Place, ids: &[String]) -> String {
    let uids: Vec<i64> = ids.iter().filter_map(|id| uid(place, id)).collect();
    serde_json::json!(uids).to_string()
}
