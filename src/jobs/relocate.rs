//! How a mail gets into the folder a phone moved it to. A message is more than what the journal has of it, so it is
//! moved on its server and not made anew. Writes nothing here.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::office::Desk;
use super::office::Stop;
use super::office::answer;
use crate::connector;
use crate::connector::Collection;
use crate::connector::mail::Query;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::store;
use crate::store::Connection;
use crate::store::folder;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::moved;

/// What has to be done for a mail that is not where it belongs.
#[derive(Debug)]
pub(super) enum Relocation {
    /// It is moved from this mailbox, where it has this id.
    From(Collection, String),
    /// It is the place that a mail came from which has not arrived: to remove it here would be to lose it.
    Wait,
    /// Nobody knows where it is.
    Nowhere,
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

/// Whether an owed write of a mail is a move, and which.
pub(super) async fn prepare(
    reader: &mut Connection,
    desk: &Desk,
    place: Place,
    class: Class,
    row: &Row,
) -> Result<Option<Relocation>, Stop> {
    if class != Class::Email || Arc::clone(&desk.connector).mail().is_none() {
        return Ok(None);
    }
    let is_there = row.remote_id.is_some();
    match (is_there, row.version.meta.deleted) {
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

/// The mailbox that still has the message, by however many moves it came here.
async fn origin(reader: &mut Connection, place: Place) -> store::Result<Relocation> {
    let Some((from, id)) = moved::remote(reader, place).await? else { return Ok(Relocation::Nowhere) };
    let folder = folder::find(reader, place.account, from).await?;
    let mailbox = folder.and_then(|row| Collection::behind(&row.folder));
    Ok(mailbox.map_or(Relocation::Nowhere, |mailbox| Relocation::From(mailbox, id)))
}

impl Relocation {
    /// Moves the message.
    pub(super) async fn go(
        &self,
        desk: &Desk,
        to: &Collection,
        content: Option<&Content>,
    ) -> connector::Result<Relocated> {
        let (from, id) = match self {
            Self::From(from, id) => (from, id),
            Self::Wait => return Ok(Relocated::Waits),
            Self::Nowhere => return Ok(Relocated::Gone),
        };
        let Some(mail) = Arc::clone(&desk.connector).mail() else { return Ok(Relocated::Gone) };
        let ids = std::slice::from_ref(id);
        let moved = answer(mail.relocate(&desk.user, from, ids, to)).await?;
        match moved.into_iter().flatten().next() {
            Some(id) => Ok(Relocated::There(id)),
            // An attempt before this one may have moved it, or the server does not tell.
            None => Ok(look(desk, to, content).await?.map_or(Relocated::Gone, Relocated::There)),
        }
    }
}

/// The message in the mailbox it was moved to, known by when it came and how long it is.
async fn look(desk: &Desk, to: &Collection, content: Option<&Content>) -> connector::Result<Option<String>> {
    /// So many messages of three days are looked at, newest first.
    const MOST: usize = 1000;
    let Some(mail) = Arc::clone(&desk.connector).mail() else { return Ok(None) };
    let Some(Content::Message(message)) = content else { return Ok(None) };
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
