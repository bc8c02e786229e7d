//! `MoveItems`: an item goes to another folder of its class, under a new name. A repeated move is answered, not done again.

use wbxml::Document;

use crate::app::App;
use crate::command::owe::Deed;
use crate::command::owe::owe;
use crate::command::phone::Phone;
use crate::command::sync::window;
use crate::eas::moveitems;
use crate::eas::moveitems::Move;
use crate::eas::moveitems::Moved;
use crate::eas::moveitems::Response;
use crate::eas::moveitems::Status;
use crate::eas::status::Common;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::model::id::item_id;
use crate::model::id::server_id;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::New;
use crate::store::item::Place;
use crate::store::moved;
use crate::store::retrying;
use crate::store::state;
use crate::sync::held::held;

/// More than any phone moves at once; each costs a transaction.
const MOVES: usize = 1000;

/// Answers a `MoveItems`.
pub async fn moveitems(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let asked = moveitems::parse(document.root());
    if asked.is_empty() || asked.len() > MOVES {
        return Ok(Response::Failure(Common::INVALID_XML.into()).encode());
    }
    let mut moved = Vec::with_capacity(asked.len());
    for asked in asked {
        let result = match way(&asked) {
            Ok(way) => retrying(|| go(app, phone, way)).await?,
            Err(status) => Err(status),
        };
        moved.push(Moved { item: asked.item, result });
    }
    Ok(Response::Moves(moved).encode())
}

/// From where to where.
#[derive(Clone, Copy, Debug)]
struct Way {
    item: ItemId,
    from: FolderId,
    to: FolderId,
}

/// What can be said of a move without looking.
fn way(asked: &Move) -> Result<Way, Status> {
    let [to] = asked.to.as_slice() else { return Err(Status::CANNOT_MOVE) };
    let folder = |text: &str| text.trim().parse().ok().map(FolderId);
    let from = folder(&asked.from).ok_or(Status::INVALID_SOURCE)?;
    let item = item_id(from, &asked.item).ok_or(Status::INVALID_SOURCE)?;
    let to = folder(to).ok_or(Status::INVALID_DESTINATION)?;
    if from == to { Err(Status::SAME_SOURCE_AND_DESTINATION) } else { Ok(Way { item, from, to }) }
}

async fn go(app: &App, phone: &Phone, way: Way) -> Result<Result<String, Status>, Error> {
    let account = phone.device.account;
    let mut tx = app.store().begin().await?;
    let Some(from) = folder::find(&mut tx, account, way.from).await?.filter(|row| !row.deleted) else {
        return Ok(Err(Status::INVALID_SOURCE));
    };
    let Some(to) = folder::find(&mut tx, account, way.to).await?.filter(|row| !row.deleted) else {
        return Ok(Err(Status::INVALID_DESTINATION));
    };
    let source = Place { account, folder: way.from, item: way.item };
    let Some(row) = item::newest(&mut tx, source).await? else { return Ok(Err(Status::INVALID_SOURCE)) };
    if let Some(there) = row.moved_to {
        // Its answer was lost, and the phone asks again: it is one of those who have deleted the item here since it
        // last lived. To any other phone it is gone here, and comes there by Sync: told both ways it would be shown
        // twice.
        let versions = item::versions(&mut tx, source).await?;
        let mut gone = versions.iter().rev().take_while(|version| version.deleted);
        let is_its_own = gone.any(|version| version.writer == Some(phone.device.number));
        let is_repeated = there.folder == way.to && is_its_own;
        let name = server_id(there.folder, there.item);
        return Ok(if is_repeated { Ok(name) } else { Err(Status::INVALID_SOURCE) });
    }
    if row.version.meta.deleted {
        return Ok(Err(Status::INVALID_SOURCE));
    }
    if from.folder.class != to.folder.class || from.folder.read_only || to.folder.read_only {
        return Ok(Err(Status::CANNOT_MOVE));
    }
    let Ok(content) = window::content(from.folder.class, &row.version) else {
        return Ok(Err(Status::CANNOT_MOVE));
    };
    let now = app.now();
    // In the order in which Sync takes its rows: the phone's state first.
    for folder in [way.from.min(way.to), way.from.max(way.to)] {
        state::lock(&mut tx, phone.who(), folder, now).await?;
    }
    // The phone has the item under its new name from our answer on, so neither folder tells it again: Outlook would
    // show it twice. What it has is the version that it was told; a later one comes as a change.
    let writer = Some(phone.device.number);
    let shown = shown(&mut tx, phone, source, &row, from.folder.class).await?;
    let held = shown.as_ref().unwrap_or(&content);
    let new = New { content: held, writer, remote_id: None, etag: None, now };
    let (target, own_rev) = moved::arrive(&mut tx, source, way.to, new).await?;
    let rev = match shown {
        Some(_) => item::replace(&mut tx, target, &content, None, now).await?,
        None => own_rev,
    };
    let gone = item::delete(&mut tx, source, writer, now).await?;
    moved::note(&mut tx, source, target).await?;
    let deed = |place, base_rev, rev| Deed { place, base_rev, rev, server_wins: true, now };
    owe(&mut tx, &to.folder, deed(target, Rev(0), rev)).await?;
    owe(&mut tx, &from.folder, deed(source, row.version.meta.rev, gone)).await?;
    own(app, &mut tx, phone, way.to, own_rev).await?;
    own(app, &mut tx, phone, way.from, gone).await?;
    let name = server_id(target.folder, target.item);
    tx.commit().await?;
    Ok(Ok(name))
}

/// The version that the phone holds, if it is not the newest.
async fn shown(
    tx: &mut Tx,
    phone: &Phone,
    place: Place,
    row: &item::Row,
    class: Class,
) -> Result<Option<Content>, Error> {
    let Some(state) = state::find(tx, phone.who(), place.folder).await? else { return Ok(None) };
    let versions = item::versions(tx, place).await?;
    let held = held(&state.state.current, phone.device.number, &versions);
    let Some(held) = held.filter(|held| held.rev != row.version.meta.rev) else { return Ok(None) };
    let version = item::version(tx, place, held.rev).await?;
    Ok(version.and_then(|version| window::content(class, &version).ok()))
}

/// The phone holds this version as its own.
async fn own(app: &App, tx: &mut Tx, phone: &Phone, folder: FolderId, rev: Rev) -> Result<(), Error> {
    let Some(mut row) = state::lock(tx, phone.who(), folder, app.now()).await? else { return Ok(()) };
    let own = &mut row.state.current.own;
    own.upto = own.upto.max(rev);
    state::save(tx, phone.who(), &row, app.now()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(item: &str, from: &str, to: &[&str], expected: Option<Status>) {
        let to = to.iter().map(|&folder| folder.to_owned()).collect();
        let asked = Move { item: item.to_owned(), from: from.to_owned(), to };
        assert_eq!(way(&asked).err(), expected, "{asked:?}");
    }

    #[test]
    fn a_move_has_to_make_sense() {
        check("1:7", "1", &["100"], None);
        check("1:7", "1", &["1"], Some(Status::SAME_SOURCE_AND_DESTINATION));
        check("1:7", "2", &["100"], Some(Status::INVALID_SOURCE));
        check("1:7", "", &["100"], Some(Status::INVALID_SOURCE));
        check("", "1", &["100"], Some(Status::INVALID_SOURCE));
        check("1:7", "1", &["inbox"], Some(Status::INVALID_DESTINATION));
        check("1:7", "1", &["100", "101"], Some(Status::CANNOT_MOVE));
        check("1:7", "1", &[], Some(Status::CANNOT_MOVE));
    }
}
