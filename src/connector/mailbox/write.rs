//! What changes a mailbox: keywords, removal, moves, new messages. Decides no conflict but that of a stale version.

use jiff::Timestamp;

use super::changes;
use super::files::Written;
use super::index;
use super::index::Place;
use super::index::Tx;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::Stored;
use crate::connector::mail;
use crate::model::message::Message;
use crate::model::object::Set;
use crate::model::object::members;

/// Gives a message these keywords, if it has those of that etag.
pub async fn update(tx: &mut Tx, place: &Place, id: &str, etag: &str, message: &Message) -> Result<Stored> {
    let rows = changes::rows(tx, place, &[id.to_owned()]).await?;
    let row = rows.first().ok_or(Error::Gone)?;
    let (new, there) = (mail::etag(&message.keywords), mail::etag(&row.keywords()));
    let stored = Stored { id: id.to_owned(), etag: new.clone(), altered: false };
    // Who asks again for what is there already did not hear the answer.
    if new == there {
        return Ok(stored);
    }
    if there != etag {
        return Err(Error::Conflict(Some(Box::new(row.remote(place)))));
    }
    let change = index::count(tx, place).await?;
    sqlx::query("UPDATE message SET keywords = $3, changed = $4 WHERE mailbox = $1 AND uid = $2")
        .bind(place.number)
        .bind(row.uid)
        .bind(written(&message.keywords))
        .bind(change)
        .execute(&mut **tx)
        .await
        .map_err(index::unusable)?;
    Ok(stored)
}

fn written(keywords: &Set) -> String {
    serde_json::json!(members(keywords).collect::<Vec<_>>()).to_string()
}

/// Removes messages for good; those that are gone already are fine. The files that nobody has any more.
pub async fn delete(tx: &mut Tx, place: &Place, ids: &[String], now: Timestamp) -> Result<Vec<String>> {
    let there = changes::files(tx, place, ids).await?;
    if there.is_empty() {
        return Ok(Vec::new());
    }
    let change = index::count(tx, place).await?;
    for (uid, _) in &there {
        bury(tx, place, *uid, change, now).await?;
    }
    index::forget(tx, place, now).await?;
    index::unused(tx, there.into_iter().map(|(_, file)| file).collect()).await
}

async fn bury(tx: &mut Tx, place: &Place, uid: i64, change: i64, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE message SET gone_at = $4, changed = $3, file = NULL, keywords = '[]' WHERE mailbox = $1 AND uid = $2",
    )
    .bind(place.number)
    .bind(uid)
    .bind(change)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await
    .map_err(index::unusable)?;
    Ok(())
}

/// Moves messages to another mailbox; the new ids, in the order asked.
pub async fn relocate(
    tx: &mut Tx,
    from: &Place,
    ids: &[String],
    to: &Place,
    now: Timestamp,
) -> Result<Vec<Option<String>>> {
    let there = changes::files(tx, from, ids).await?;
    if there.is_empty() {
        return Ok(vec![None; ids.len()]);
    }
    let left = index::count(tx, from).await?;
    let come = index::count(tx, to).await?;
    let mut moved = Vec::new();
    for (old, _) in &there {
        let uid = take_uid(tx, to).await?;
        sqlx::query(
            "INSERT INTO message (mailbox, uid, made, changed, received_at, size, keywords, file)
             SELECT $3, $4, $5, $5, received_at, size, keywords, file FROM message WHERE mailbox = $1 AND uid = $2",
        )
        .bind(from.number)
        .bind(old)
        .bind(to.number)
        .bind(uid)
        .bind(come)
        .execute(&mut **tx)
        .await
        .map_err(index::unusable)?;
        bury(tx, from, *old, left, now).await?;
        moved.push((*old, changes::id(to, uid)));
    }
    index::forget(tx, from, now).await?;
    let new_id = |id: &String| {
        let old = changes::uid(from, id)?;
        moved.iter().find(|(uid, _)| *uid == old).map(|(_, new)| new.clone())
    };
    Ok(ids.iter().map(new_id).collect())
}

/// Puts a message that was written into a mailbox.
pub async fn insert(
    tx: &mut Tx,
    place: &Place,
    written_as: &Written,
    message: &Message,
    now: Timestamp,
) -> Result<Stored> {
    let change = index::count(tx, place).await?;
    let uid = take_uid(tx, place).await?;
    sqlx::query(
        "INSERT INTO message (mailbox, uid, made, changed, received_at, size, keywords, file)
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7)",
    )
    .bind(place.number)
    .bind(uid)
    .bind(change)
    .bind(message.received_at.unwrap_or(now).as_microsecond())
    .bind(written_as.size)
    .bind(written(&message.keywords))
    .bind(&written_as.file)
    .execute(&mut **tx)
    .await
    .map_err(index::unusable)?;
    Ok(Stored { id: changes::id(place, uid), etag: mail::etag(&message.keywords), altered: false })
}

async fn take_uid(tx: &mut Tx, place: &Place) -> Result<i64> {
    let (next,): (i64,) =
        sqlx::query_as("UPDATE mailbox SET next = next + 1 WHERE number = $1 RETURNING next")
            .bind(place.number)
            .fetch_one(&mut **tx)
            .await
            .map_err(index::unusable)?;
    // RFC 3501 2.3.1.1: numbers of messages are of 32 bits.
    if u32::try_from(next).is_err() {
        return Err(Error::Refused("the mailbox has had too many messages".to_owned()));
    }
    Ok(next - 1)
}
