//! `MoveItems`: an item goes to another folder of its class, under a new name. A repeated move is answered, not done again.

use jiff::Timestamp;
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
use crate::model::folder::FolderKind;
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
use crate::store::item::Row;
use crate::store::item::Version;
use crate::store::moved;
use crate::store::retrying;
use crate::store::state;
use crate::sync::held;
use crate::sync::held::held;
use crate::sync::state::Cursor;

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
    let now = app.now();
    // In the order in which Sync takes its rows: the phone's state first.
    for folder in [way.from.min(way.to), way.from.max(way.to)] {
        state::lock(&mut tx, phone.who(), folder, now).await?;
    }
    let mover = Mover { phone, class: from.folder.class, now };
    if row.version.meta.deleted {
        let name = mover.again(&mut tx, source, &row, way.to).await?;
        tx.commit().await?;
        return Ok(name.ok_or(Status::INVALID_SOURCE));
    }
    // MS-ASCMD 2.2.2 (Common Status Codes): 105, where the version has it.
    if to.folder.kind == FolderKind::RECIPIENT_CACHE {
        let is_common = phone.version >= wbxml::Version::V14_0;
        return Ok(Err(if is_common {
            Common::INVALID_COMBINATION_OF_IDS.into()
        } else {
            Status::CANNOT_MOVE
        }));
    }
    if from.folder.class != to.folder.class || from.folder.read_only || to.folder.read_only {
        return Ok(Err(Status::CANNOT_MOVE));
    }
    let Ok(content) = window::content(from.folder.class, &row.version) else {
        return Ok(Err(Status::CANNOT_MOVE));
    };
    // The phone has the item under its new name from our answer on, so neither folder tells it again: Outlook would
    // show it twice. What it has is the version that it was told; a later one comes as a change.
    let writer = Some(phone.device.number);
    let shown = mover.shown(&mut tx, source, &row).await?;
    let held = if let Shown::Older(older) = &shown { older } else { &content };
    let new = New { content: held, writer, remote_id: None, etag: None, now };
    let (target, own_rev) = moved::arrive(&mut tx, source, way.to, new).await?;
    let rev = match shown {
        Shown::Newest => own_rev,
        Shown::Older(_) | Shown::Unknown => item::replace(&mut tx, target, &content, None, now).await?,
    };
    let gone = item::delete(&mut tx, source, writer, now).await?;
    moved::note(&mut tx, source, target).await?;
    let deed = |place, base_rev, rev| Deed { place, base_rev, rev, server_wins: true, now };
    owe(&mut tx, &to.folder, deed(target, Rev(0), rev)).await?;
    owe(&mut tx, &from.folder, deed(source, row.version.meta.rev, gone)).await?;
    mover.own(&mut tx, way.to, own_rev).await?;
    mover.own(&mut tx, way.from, gone).await?;
    tx.commit().await?;
    Ok(Ok(server_id(target.folder, target.item)))
}

/// Who moves what kind of item, and when.
struct Mover<'a> {
    phone: &'a Phone,
    class: Class,
    now: Timestamp,
}

/// What a phone shows of an item.
enum Shown {
    Newest,
    Older(Box<Content>),
    /// An answer got lost that told it more, or less, than we think.
    Unknown,
}

impl Mover<'_> {
    /// The new name of an item that is not there any more, if this phone has moved it already.
    async fn again(
        &self,
        tx: &mut Tx,
        from: Place,
        row: &Row,
        to: FolderId,
    ) -> Result<Option<String>, Error> {
        if let Some(there) = row.moved_to.filter(|there| there.folder == to)
            && moved::is_by(tx, from, self.phone.device.number).await?
        {
            // Its answer was lost, and the phone asks again.
            self.arrived(tx, there).await?;
            return Ok(Some(server_id(there.folder, there.item)));
        }
        // It is gone here, and where it went it comes by Sync to any other phone: told both ways it would be shown twice.
        self.missed(tx, from, row).await?;
        Ok(None)
    }

    /// A phone has an item only now that it could have had long since. What it was told of it meanwhile meant nothing to
    /// it, and comes once more.
    async fn arrived(&self, tx: &mut Tx, place: Place) -> Result<(), Error> {
        let Some(state) = state::find(tx, self.phone.who(), place.folder).await? else { return Ok(()) };
        let (slot, device) = (state.state.current, self.phone.device.number);
        let versions = item::versions(tx, place).await?;
        let Some(own) = held::own(&slot, device, &versions) else { return Ok(()) };
        let told = match &slot.cursor {
            Cursor::At(rev) => *rev,
            Cursor::Walk(walk) => walk.to,
        };
        let is_newest = versions.last().is_some_and(|newest| newest.rev == own.rev);
        if told < own.rev || is_newest && held(&slot, device, &versions).is_some() {
            return Ok(());
        }
        match item::version(tx, place, own.rev).await? {
            Some(version) => self.tell_again(tx, place, &version).await,
            None => Ok(()),
        }
    }

    /// A phone shows an item that is gone. If it has moved it away itself, which came to nothing, we think that it knows.
    async fn missed(&self, tx: &mut Tx, place: Place, row: &Row) -> Result<(), Error> {
        let Some(state) = state::find(tx, self.phone.who(), place.folder).await? else { return Ok(()) };
        let versions = item::versions(tx, place).await?;
        let slots = [Some(&state.state.current), state.state.previous.as_ref()];
        let will_hear =
            slots.into_iter().flatten().any(|slot| held(slot, self.phone.device.number, &versions).is_some());
        if will_hear { Ok(()) } else { self.tell_again(tx, place, &row.version).await }
    }

    /// Writes down that a phone has an item in this version, and then what it is now, which Sync tells.
    async fn tell_again(&self, tx: &mut Tx, place: Place, shown: &Version) -> Result<(), Error> {
        let Some(newest) = item::newest(tx, place).await? else { return Ok(()) };
        let contents = [shown, &newest.version].map(|version| window::content(self.class, version));
        let [Ok(shown), Ok(content)] = contents else { return Ok(()) };
        // Were it to live here for a moment, another phone that has moved it could not be told its new name again.
        if newest.moved_to.is_some() {
            return Ok(());
        }
        let rev = item::replace(tx, place, &shown, Some(self.phone.device.number), self.now).await?;
        self.own(tx, place.folder, rev).await?;
        if newest.version.meta.deleted {
            item::delete(tx, place, None, self.now).await?;
        } else {
            item::replace(tx, place, &content, None, self.now).await?;
        }
        Ok(())
    }

    /// The version that the phone shows, as far as can be known: it may be at either key.
    async fn shown(&self, tx: &mut Tx, place: Place, row: &Row) -> Result<Shown, Error> {
        let Some(state) = state::find(tx, self.phone.who(), place.folder).await? else {
            return Ok(Shown::Newest);
        };
        let (device, newest) = (self.phone.device.number, row.version.meta);
        let versions = item::versions(tx, place).await?;
        let of = |slot| held(slot, device, &versions).map(|held| held.rev);
        let before = state.state.previous.as_ref().and_then(of);
        match of(&state.state.current) {
            Some(rev) if rev == newest.rev => {
                let is_sure = newest.writer == Some(device) || before.is_none_or(|before| before == rev);
                Ok(if is_sure { Shown::Newest } else { Shown::Unknown })
            }
            Some(rev) => {
                let version = item::version(tx, place, rev).await?;
                let older = version.and_then(|version| window::content(self.class, &version).ok());
                Ok(older.map_or(Shown::Unknown, |older| Shown::Older(Box::new(older))))
            }
            None => Ok(Shown::Unknown),
        }
    }

    /// The phone holds this version as its own.
    async fn own(&self, tx: &mut Tx, folder: FolderId, rev: Rev) -> Result<(), Error> {
        let Some(mut row) = state::find(tx, self.phone.who(), folder).await? else { return Ok(()) };
        row.state.moved_at(rev);
        state::save(tx, self.phone.who(), &row, self.now).await?;
        Ok(())
    }
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
