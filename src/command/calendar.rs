//! A meeting in the calendars of an account: where it is, and that it becomes another. Decides nothing.
//!
//! What is done here is nobody's deed: every phone hears of it by Sync, and the back office by the outbox.

use jiff::Timestamp;

use crate::command::owe::Deed;
use crate::command::owe::owe;
use crate::command::sync::window;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::folder::Folder;
use crate::model::folder::default_of;
use crate::model::id::AccountId;
use crate::model::id::Rev;
use crate::store;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::New;
use crate::store::item::Place;

/// An event as a calendar has it.
#[derive(Debug)]
pub struct Known {
    /// What it says.
    pub event: Event,
    folder: Folder,
    place: Place,
    rev: Rev,
}

/// The event that somebody was invited to, in one of the calendars that its owner may write in, if it is in one.
pub async fn of(tx: &mut Tx, account: AccountId, invited: &Event) -> store::Result<Option<Known>> {
    let Some(uid) = invited.uid.as_deref() else { return Ok(None) };
    let calendars = folder::list(tx, account).await?.into_iter().filter(|row| !row.deleted);
    let calendars = calendars.map(|row| row.folder);
    let mut calendars: Vec<Folder> =
        calendars.filter(|folder| folder.class == Class::Calendar && !folder.read_only).collect();
    // The main one first.
    calendars.sort_by_key(|folder| folder.id);
    for folder in calendars {
        for row in item::by_uid(tx, account, folder.id, uid).await? {
            let place = Place { account, folder: folder.id, item: row.version.meta.item };
            let known = read(tx, folder.clone(), place).await?;
            if let Some(known) = known.filter(|known| invited.is_part_of(&known.event)) {
                return Ok(Some(known));
            }
        }
    }
    Ok(None)
}

/// The event at a place, if it is there still.
pub async fn at(tx: &mut Tx, place: Place) -> store::Result<Option<Known>> {
    let Some(row) = folder::find(tx, place.account, place.folder).await? else { return Ok(None) };
    read(tx, row.folder, place).await
}

async fn read(tx: &mut Tx, folder: Folder, place: Place) -> store::Result<Option<Known>> {
    let row = item::newest(tx, place).await?.filter(|row| !row.version.meta.deleted);
    let Some(row) = row else { return Ok(None) };
    let Ok(Content::Event(event)) = window::content(folder.class, &row.version) else { return Ok(None) };
    Ok(Some(Known { event, folder, place, rev: row.version.meta.rev }))
}

impl Known {
    /// Makes it another; where it is.
    pub async fn replace(self, tx: &mut Tx, event: &Event, now: Timestamp) -> store::Result<Place> {
        if *event != self.event {
            let rev = item::replace(tx, self.place, &Content::Event(event.clone()), None, now).await?;
            let deed = Deed { place: self.place, base_rev: self.rev, rev, server_wins: true, now };
            owe(tx, &self.folder, deed).await?;
        }
        Ok(self.place)
    }

    /// Takes it away.
    pub async fn delete(self, tx: &mut Tx, now: Timestamp) -> store::Result<()> {
        let rev = item::delete(tx, self.place, None, now).await?;
        let deed = Deed { place: self.place, base_rev: self.rev, rev, server_wins: true, now };
        owe(tx, &self.folder, deed).await
    }
}

/// Puts an event into the main calendar; where it is. None: there is no such calendar.
pub async fn create(
    tx: &mut Tx,
    account: AccountId,
    event: &Event,
    now: Timestamp,
) -> store::Result<Option<Place>> {
    let Some(id) = default_of(Class::Calendar) else { return Ok(None) };
    let Some(row) = folder::find(tx, account, id).await?.filter(|row| !row.deleted) else { return Ok(None) };
    let content = Content::Event(event.clone());
    let new = New { content: &content, writer: None, remote_id: None, etag: None, now };
    let (item, rev) = item::create(tx, account, id, new).await?;
    let place = Place { account, folder: id, item };
    owe(tx, &row.folder, Deed { place, base_rev: Rev(0), rev, server_wins: true, now }).await?;
    Ok(Some(place))
}
