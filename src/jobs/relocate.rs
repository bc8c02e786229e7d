//! How a mail gets into the folder a phone moved it to. A message is more than what the journal has of it, so it is
//! moved on its server and not made anew.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::office::Desk;
use super::office::Stop;
use super::office::answer;
use crate::app::new_key;
use crate::connector;
use crate::connector::Collection;
use crate::connector::mail;
use crate::connector::mail::Query;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::model::message::Message;
use crate::store;
use crate::store::Connection;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::item::Version;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owed;

/// What has to be done for a mail that is not where it belongs.
#[derive(Debug)]
pub(super) enum Relocation {
    /// It is moved from there.
    From(Origin),
    /// It is the place that a mail came from which has not arrived: to remove it here would be to lose it.
    Wait,
    /// Nobody knows where it is.
    Nowhere,
}

/// Where a message is until it is moved.
#[derive(Debug)]
pub(super) struct Origin {
    /// The folder that it is in here.
    folder: FolderId,
    /// Which of the server's mailboxes that is.
    mailbox: Collection,
    /// What the server calls the message.
    id: String,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Relocated {
    /// It is there, and has this id.
    There(String),
    /// It cannot be done yet.
    Waits,
    /// The message is not where it was, nor where it should be.
    Gone,
}

/// Whether an owed write of a mail has to wait for another: while a write of one of the places that the mail was in is
/// unanswered, nobody knows in which of them it is.
pub(super) async fn must_wait(tx: &mut Tx, owed: &Owed) -> store::Result<bool> {
    let Owed { place, .. } = *owed;
    let folder = folder::find(tx, place.account, place.folder).await?;
    if owed.sent_rev.is_some() || folder.is_none_or(|row| row.folder.class != Class::Email) {
        return Ok(false);
    }
    moved::is_under_way(tx, place).await
}

/// Whether an owed write of a mail is a move, and which. `sent` is the version that it carries.
pub(super) async fn prepare(
    reader: &mut Connection,
    desk: &Desk,
    place: Place,
    class: Class,
    (row, sent): (&Row, &Version),
) -> Result<Option<Relocation>, Stop> {
    if class != Class::Email || Arc::clone(&desk.connector).mail().is_none() {
        return Ok(None);
    }
    match (row.remote_id.is_some(), sent.meta.deleted) {
        (true, false) => Ok(None),
        (true, true) => Ok(is_under_way(reader, place).await?.then_some(Relocation::Wait)),
        (false, true) => Ok(None),
        (false, false) => Ok(Some(origin(reader, place).await?)),
    }
}

/// Whether what was moved from here is alive and has not arrived.
async fn is_under_way(reader: &mut Connection, place: Place) -> store::Result<bool> {
    let found = moved::whereabouts(reader, place).await?;
    Ok(found.is_some_and(|(_, row)| row.remote_id.is_none() && !row.version.meta.deleted))
}

/// The mailbox that still has the message, by however many moves it came here. Where an attempt that was not answered
/// is repeated, the phone may have moved it on, or back: then it is looked for there.
async fn origin(reader: &mut Connection, place: Place) -> store::Result<Relocation> {
    let there = match moved::remote(reader, place).await? {
        Some(there) => Some(there),
        None => {
            let on = moved::whereabouts(reader, place).await?;
            on.and_then(|(on, row)| Some((on.folder, row.remote_id?)))
        }
    };
    let Some((folder, id)) = there else { return Ok(Relocation::Nowhere) };
    let row = folder::find(reader, place.account, folder).await?;
    let mailbox = row.and_then(|row| Collection::behind(&row.folder));
    let origin = |mailbox| Relocation::From(Origin { folder, mailbox, id });
    Ok(mailbox.map_or(Relocation::Nowhere, origin))
}

/// Where the message was before it was moved there is nothing more under that id: neither is anything to be removed
/// there, nor can it be changed there should it be moved back, which is a move of its own then.
pub(super) async fn left(
    tx: &mut Tx,
    account: AccountId,
    origin: &Origin,
    now: Timestamp,
) -> store::Result<()> {
    let Origin { folder, id, .. } = origin;
    let Some(row) = item::by_remote_id(tx, account, *folder, id).await? else { return Ok(()) };
    let place = Place { account, folder: *folder, item: row.version.meta.item };
    item::set_remote(tx, place, None, None).await?;
    if let Some(owed) = outbox::find(tx, place).await? {
        outbox::rebase(tx, place, Rev(0), owed.rev, &new_key(), now).await?;
    }
    Ok(())
}

impl Relocation {
    /// Moves the message.
    pub(super) async fn go(
        &self,
        desk: &Desk,
        to: &Collection,
        content: Option<&Content>,
    ) -> connector::Result<Relocated> {
        let Origin { mailbox: from, id, .. } = match self {
            Self::From(origin) => origin,
            Self::Wait => return Ok(Relocated::Waits),
            Self::Nowhere => return Ok(Relocated::Gone),
        };
        let Some(mail) = Arc::clone(&desk.connector).mail() else { return Ok(Relocated::Gone) };
        let ids = std::slice::from_ref(id);
        let moved = answer(mail.relocate(&desk.user, from, ids, to)).await?;
        match moved.into_iter().flatten().next() {
            Some(id) => Ok(Relocated::There(id)),
            // An attempt before this one may have moved it, or the server does not tell.
            None => match content.and_then(mail::message) {
                Some(message) => Ok(look(desk, to, message).await?.map_or(Relocated::Gone, Relocated::There)),
                None => Ok(Relocated::Gone),
            },
        }
    }
}

/// The message in the mailbox it was moved or written to, known by when it came and how long it is.
pub(super) async fn look(
    desk: &Desk,
    to: &Collection,
    message: &Message,
) -> connector::Result<Option<String>> {
    /// So many messages of three days are looked at, newest first.
    const MOST: usize = 1000;
    let Some(mail) = Arc::clone(&desk.connector).mail() else { return Ok(None) };
    let Some(at) = message.received_at else { return Ok(None) };
    let day = at.to_zoned(TimeZone::UTC).date();
    // The server counts days in its own zone.
    let (since, before) = (day.saturating_sub(1.day()), day.saturating_add(2.days()));
    let query = Query { since: Some(since), before: Some(before), ..Query::default() };
    let mut ids = answer(mail.find(&desk.user, to, &query)).await?;
    ids.truncate(MOST);
    let there = answer(desk.connector.fetch(&desk.user, to, &ids)).await?;
    let likeness = message.likeness();
    let is_it = |content: &Content| !likeness.is_empty() && content.likeness() == likeness;
    Ok(there.into_iter().find(|remote| remote.content.as_ref().is_ok_and(is_it)).map(|remote| remote.id))
}
