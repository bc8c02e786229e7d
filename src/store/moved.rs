//! Items that went to another folder: where to, where from, and the way back. Sends nothing.
//!
//! The tombstone that a move leaves names the item that came of it. While that item is not accepted by its back office
//! the deletion of the first one waits ([`outbox::due`]), so that a move that is refused can be taken back.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Error;
use super::Result;
use super::Tx;
use super::folder;
use super::item;
use super::item::New;
use super::item::Place;
use super::item::Row;
use super::outbox;
use super::outbox::Owe;
use super::outbox::Owed;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;

/// Nobody moves an item there and back more often while a back office is silent.
const FURTHEST: usize = 100;

/// Notes on a tombstone where the item went.
pub async fn note(tx: &mut Tx, from: Place, to: Place) -> Result<()> {
    sqlx::query(
        "UPDATE item SET moved_folder = $4, moved_item = $5 WHERE account_id = $1 AND folder_id = $2 AND item_id = $3",
    )
    .bind(from.account.0)
    .bind(from.folder.0)
    .bind(from.item.0)
    .bind(to.folder.0)
    .bind(to.item.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether a device is one of those that deleted an item since it last lived: if it was moved, that one may have done it.
pub async fn is_by(connection: &mut AnyConnection, place: Place, device: DeviceNumber) -> Result<bool> {
    let versions = item::versions(connection, place).await?;
    let mut gone = versions.iter().rev().take_while(|version| version.deleted);
    Ok(gone.any(|version| version.writer == Some(device)))
}

/// Where an item is that was moved, however often; none if it was not.
pub async fn whereabouts(connection: &mut AnyConnection, place: Place) -> Result<Option<(Place, Row)>> {
    let mut found = None;
    let mut at = place;
    for _ in 0..FURTHEST {
        let Some(row) = item::newest(connection, at).await? else { break };
        match row.moved_to {
            Some(next) => at = next,
            None => {
                found = (at != place).then_some((at, row));
                break;
            }
        }
    }
    Ok(found)
}

/// The tombstone of an item that was moved to this place last.
pub async fn origin(connection: &mut AnyConnection, place: Place) -> Result<Option<(Place, Row)>> {
    let row = sqlx::query(
        "SELECT folder_id, item_id FROM item WHERE account_id = $1 AND moved_folder = $2 AND moved_item = $3 \
         ORDER BY changed_at DESC LIMIT 1",
    )
    .bind(place.account.0)
    .bind(place.folder.0)
    .bind(place.item.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let from =
        Place { account: place.account, folder: FolderId(row.try_get(0)?), item: ItemId(row.try_get(1)?) };
    Ok(item::newest(connection, from).await?.map(|row| (from, row)))
}

/// The folder that an item still is in at its back office, by however many moves it came here, and its id there.
pub async fn remote(connection: &mut AnyConnection, place: Place) -> Result<Option<(FolderId, String)>> {
    let mut at = place;
    let mut row = item::newest(connection, at).await?;
    for _ in 0..FURTHEST {
        if let Some(id) = row.and_then(|row| row.remote_id) {
            return Ok(Some((at.folder, id)));
        }
        let Some((from, tombstone)) = origin(connection, at).await? else { break };
        (at, row) = (from, Some(tombstone));
    }
    Ok(None)
}

/// Whether a write of an item that this one came from or went to, by however many moves, is unanswered at the same back
/// office. None begins while the transaction lasts.
pub async fn is_under_way(tx: &mut Tx, place: Place) -> Result<bool> {
    let Some(own) = outbox::find(tx, place).await? else { return Ok(false) };
    for place in relatives(tx, place).await? {
        outbox::lock(tx, place).await?;
        let owed = outbox::find(tx, place).await?;
        if owed.is_some_and(|owed| owed.sent_rev.is_some() && owed.connection == own.connection) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where an item was and where it went.
async fn relatives(connection: &mut AnyConnection, place: Place) -> Result<Vec<Place>> {
    let mut found: Vec<Place> = Vec::new();
    let mut at = place;
    while found.len() < FURTHEST
        && let Some((from, _)) = origin(connection, at).await?
    {
        found.push(from);
        at = from;
    }
    at = place;
    while found.len() < 2 * FURTHEST
        && let Some(next) = item::newest(connection, at).await?.and_then(|row| row.moved_to)
    {
        found.push(next);
        at = next;
    }
    Ok(found)
}

/// Makes an item in the folder it goes to: a new one, or the one it once was there if the back office still has that.
pub async fn arrive(tx: &mut Tx, source: Place, to: FolderId, new: New<'_>) -> Result<(Place, Rev)> {
    if let Some(place) = way_back(tx, source, to).await? {
        return Ok((place, item::replace(tx, place, new.content, new.writer, new.now).await?));
    }
    let (item, rev) = item::create(tx, source.account, to, new).await?;
    Ok((Place { folder: to, item, ..source }, rev))
}

/// The tombstone in a folder that an item came from, by however many moves, while its deletion is still owed: there
/// the item has only to be alive again, which makes no second one of the same UID.
async fn way_back(tx: &mut Tx, place: Place, to: FolderId) -> Result<Option<Place>> {
    let mut at = place;
    for _ in 0..FURTHEST {
        let Some((from, _)) = origin(tx, at).await? else { return Ok(None) };
        if from.folder == to {
            // On PostgreSQL a push may just have carried it out, which this transaction does not see but for the lock.
            outbox::lock(tx, from).await?;
            return Ok(outbox::find(tx, from).await?.map(|_| from));
        }
        at = from;
    }
    Ok(None)
}

/// Takes a move back that cannot be: the item is where it was, as it is now, and here no more.
///
/// None, and nothing is done, if it was not moved here or cannot be where it was: its folder is gone, or the back office
/// deleted it there meanwhile.
pub async fn undo(tx: &mut Tx, place: Place, key: &str, now: Timestamp) -> Result<Option<Place>> {
    let Some((from, row)) = origin(tx, place).await? else { return Ok(None) };
    let Some(newest) = item::newest(tx, place).await? else { return Ok(None) };
    let folder = folder::find(tx, from.account, from.folder).await?.filter(|row| !row.deleted);
    let Some(folder) = folder.map(|row| row.folder) else { return Ok(None) };
    let owed = outbox::find(tx, from).await?;
    if folder.connection.is_some() && owed.is_none() && row.remote_id.is_some() {
        return Ok(None);
    }
    let content = read(folder.class, &newest.version.content)?;
    let rev = item::replace(tx, from, &content, None, now).await?;
    match (folder.connection, owed) {
        (None, _) => {}
        (Some(_), Some(owed)) if is_there(tx, &owed, &content).await? => outbox::done(tx, from).await?,
        (Some(connection), owed) => {
            let server_wins = owed.is_none_or(|owed| owed.server_wins);
            let owe =
                Owe { place: from, connection: &connection, base_rev: Rev(0), rev, key, server_wins, now };
            outbox::owe(tx, owe).await?;
        }
    }
    item::delete(tx, place, None, now).await?;
    outbox::done(tx, place).await?;
    Ok(Some(from))
}

/// Takes away what came of an item that its back office does not let go, unless it has been changed where it is: it would
/// be there twice, and once more each time that a phone asks again for the move.
///
/// `tombstone` is the item, `base` what its back office has, `key` a new random one.
pub async fn withdraw(
    tx: &mut Tx,
    tombstone: &Row,
    (base, key): (&Content, &str),
    now: Timestamp,
) -> Result<()> {
    let Some(place) = tombstone.moved_to else { return Ok(()) };
    let Some(copy) = item::newest(tx, place).await?.filter(|copy| !copy.version.meta.deleted) else {
        return Ok(());
    };
    let folder = folder::find(tx, place.account, place.folder).await?.filter(|row| !row.deleted);
    let Some(folder) = folder.filter(|_| copy.version.content == base.to_json()) else { return Ok(()) };
    let rev = item::delete(tx, place, None, now).await?;
    if let Some(connection) = &folder.folder.connection {
        let base_rev = copy.version.meta.rev;
        outbox::owe(tx, Owe { place, connection, base_rev, rev, key, server_wins: true, now }).await?;
    }
    Ok(())
}

/// Takes every move back into a folder whose back office goes before it has accepted it.
pub async fn undo_all(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    key: &str,
    now: Timestamp,
) -> Result<()> {
    for owed in outbox::of_folder(tx, account, folder).await? {
        if owed.base_rev == Rev(0) {
            let key = format!("{key}-{}", owed.place.item);
            undo(tx, owed.place, &key, now).await?;
        }
    }
    Ok(())
}

/// Whether the back office has this, nothing being under way that would change it.
async fn is_there(tx: &mut Tx, owed: &Owed, content: &Content) -> Result<bool> {
    if owed.sent_rev.is_some() || owed.base_rev == Rev(0) {
        return Ok(false);
    }
    let base = item::version(tx, owed.place, owed.base_rev).await?;
    Ok(base.is_some_and(|base| base.content == content.to_json()))
}

fn read(class: Class, json: &str) -> Result<Content> {
    Content::from_json(class, json)
        .map_err(|error| Error::Damaged { table: "item", reason: error.to_string() })
}
