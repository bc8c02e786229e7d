//! What the phone changed, laid into the journal, each command by itself: a bad one gets its own status.

use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::calendar;

use super::answer;
use super::collection::Turn;
use super::conflict::Edit;
use super::drafts::Written;
use super::fingerprint::fingerprint;
use super::letters;
use super::made::made;
use super::window;
use crate::app::App;
use crate::command::owe::Deed;
use crate::command::owe::owe;
use crate::connector::mail;
use crate::eas::class;
use crate::eas::class::Reading;
use crate::eas::class::View;
use crate::eas::sync::Command as Asked;
use crate::eas::sync::Options;
use crate::eas::sync::Reply;
use crate::eas::sync::Status;
use crate::eas::sync::options_for;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::DeviceNumber;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::model::id::item_id;
use crate::model::id::server_id;
use crate::model::message::Message;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::New;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::moved;
use crate::sync::Meta;
use crate::sync::held::held;
use crate::sync::state::Command;
use crate::sync::state::Outcome;
use crate::sync::state::Slot;
use crate::sync::state::State;

/// What the commands came to.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// To be remembered until the key is gone.
    pub(super) outcomes: Vec<Outcome>,
    /// To be said.
    pub(super) replies: Vec<Reply>,
}

impl Applied {
    /// Where the journal ends that the same answer may tell; none if it may tell all.
    ///
    /// The server's changes stand before the replies, so a phone has no name yet for an item that it added when it
    /// reads them: what has happened to that item since, it hears the next time.
    pub(super) fn told_to(&self) -> Option<Rev> {
        let added = self.outcomes.iter().filter(|outcome| outcome.command == Command::Add);
        added.filter_map(|outcome| outcome.rev).min().map(|rev| Rev(rev.0 - 1))
    }
}

/// Applies the commands in the order sent, but what is new last. `earlier` is the state when the request is another one
/// under the previous key: what it repeats of those before is not done again.
pub(super) async fn all(
    app: &App,
    tx: &mut Tx,
    turn: &mut Turn<'_>,
    earlier: Option<&State>,
    slot: &mut Slot,
) -> Result<Applied, Error> {
    let wanted: Vec<Outcome> = turn.ask.collection.commands.iter().map(wanted).collect();
    let known: Vec<Option<Outcome>> =
        wanted.iter().map(|wanted| earlier.and_then(|state| state.known(wanted)).cloned()).collect();
    let (since, until) = (slot.own.upto, turn.folder.rev);
    let repeated: Vec<Rev> = known.iter().flatten().filter_map(|outcome| outcome.rev).collect();
    let moved = earlier.iter().flat_map(|state| &state.moved).map(|range| range.upto);
    slot.own.upto = repeated.iter().copied().chain(moved).fold(since, Rev::max);
    let mut outcomes: Vec<Outcome> =
        known.iter().zip(wanted).map(|(known, wanted)| known.clone().unwrap_or(wanted)).collect();
    for is_new in [false, true] {
        for (number, command) in turn.ask.collection.commands.iter().enumerate() {
            let (Some(outcome), Some(None)) = (outcomes.get_mut(number), known.get(number)) else { continue };
            if matches!(command, Asked::Add { .. }) == is_new {
                let draft = turn.drafts.of(number);
                Applier { app, tx, turn, slot, draft }.apply(command, outcome).await?;
            }
        }
    }
    if let Some(earlier) = earlier {
        // Rule 2: what it did since the key that it repeats is news to it, but for what it did again just now and for
        // what it moved, of which it has an answer of its own.
        let (who, folder) = (turn.phone.who(), turn.ask.folder);
        let is_known = |rev| repeated.contains(&rev) || earlier.has_moved_at(rev);
        item::disown(tx, who.account, folder, who.device, (since, until), is_known).await?;
    }
    let replies = replies(tx, turn, &outcomes).await?;
    if !outcomes.is_empty() {
        let folder = folder::find(tx, turn.phone.device.account, turn.ask.folder).await?;
        turn.folder.rev = folder.map_or(until, |row| row.rev);
    }
    Ok(Applied { outcomes, replies })
}

/// What is said of the outcomes: every Add and Fetch, and what failed.
pub(super) async fn replies(
    tx: &mut Tx,
    turn: &mut Turn<'_>,
    outcomes: &[Outcome],
) -> Result<Vec<Reply>, Error> {
    let mut replies = Vec::new();
    for (outcome, command) in outcomes.iter().zip(&turn.ask.collection.commands) {
        let status = Status(u16::from(outcome.status));
        let server_id = outcome.server_id.clone().unwrap_or_default();
        let instance_id = outcome.instance.clone();
        match outcome.command {
            Command::Add => replies.push(Reply::Add {
                client_id: outcome.client_id.clone().unwrap_or_default(),
                server_id: outcome.server_id.clone(),
                status,
                data: made(tx, turn, (command, outcome)).await?,
            }),
            Command::Change if status != Status::SUCCESS => {
                replies.push(Reply::Change { server_id, instance_id, status, data: None });
            }
            Command::Delete if status != Status::SUCCESS => {
                replies.push(Reply::Delete { server_id, instance_id, status });
            }
            Command::Change => {
                // MS-ASCMD 2.2.3.7.2 (Add): a change that went well is only mentioned where it brought a file.
                if let Some(data) = made(tx, turn, (command, outcome)).await? {
                    replies.push(Reply::Change { server_id, instance_id, status, data: Some(data) });
                }
            }
            Command::Delete => {}
            Command::Fetch => replies.push(fetch(tx, turn, server_id).await?),
        }
    }
    Ok(replies)
}

async fn fetch(tx: &mut Tx, turn: &Turn<'_>, server_id: String) -> Result<Reply, Error> {
    let missing = |server_id| Reply::Fetch { server_id, status: Status::OBJECT_NOT_FOUND, data: None };
    let Some(item) = item_id(turn.ask.folder, &server_id) else { return Ok(missing(server_id)) };
    let Some(row) = item::newest(tx, turn.place(item)).await?.filter(|row| !row.version.meta.deleted) else {
        return Ok(missing(server_id));
    };
    let options = turn.options();
    let view = View { server_id: &server_id, ..answer::view(turn.phone, &options) };
    let content = window::content(turn.class(), &row.version);
    let text = content.as_ref().ok().and_then(mail::message).and_then(Message::text);
    let data = match turn.letters {
        None => content.and_then(|content| answer::encode(&content, &view)),
        Some(letters) => match letters.find(item, text) {
            Some(Ok(letter)) => match content {
                Ok(Content::Message(message)) => Ok(letters::encode(&message, letter, &view)),
                content => content.and_then(|content| answer::encode(&content, &view)),
            },
            Some(Err(_)) => return Ok(missing(server_id)),
            // The mail server did not give it: the phone asks again.
            None => return Ok(Reply::Fetch { server_id, status: Status::SERVER_ERROR, data: None }),
        },
    };
    Ok(match data {
        Ok(data) => Reply::Fetch { server_id, status: Status::SUCCESS, data: Some(data) },
        Err(_) => Reply::Fetch { server_id, status: Status::CONVERSION_ERROR, data: None },
    })
}

/// A command as it will be remembered, with nothing come of it yet.
pub(super) fn wanted(command: &Asked<'_>) -> Outcome {
    let of = |command, server_id: &str, instance: Option<&str>, content: String| Outcome {
        command,
        client_id: None,
        server_id: Some(server_id.to_owned()),
        instance: instance.map(str::to_owned),
        content,
        status: 1,
        rev: None,
    };
    // A draft that is sent is another wish than one that is kept, whatever it says.
    let content = |data: Option<Element<'_>>, is_sent: bool| {
        data.map(fingerprint).unwrap_or_default() + if is_sent { " sent" } else { "" }
    };
    match *command {
        Asked::Add { client_id, data, is_sent, .. } => Outcome {
            client_id: Some(client_id.to_owned()),
            server_id: None,
            ..of(Command::Add, "", None, content(data, is_sent))
        },
        Asked::Change { server_id, instance_id, data, is_sent, .. } => {
            of(Command::Change, server_id, instance_id, content(data, is_sent))
        }
        Asked::Delete { server_id, instance_id } => {
            of(Command::Delete, server_id, instance_id, String::new())
        }
        Asked::Fetch { server_id } => of(Command::Fetch, server_id, None, String::new()),
    }
}

impl Turn<'_> {
    pub(super) fn class(&self) -> Class {
        self.folder.folder.class
    }

    pub(super) fn place(&self, item: ItemId) -> Place {
        Place { account: self.phone.device.account, folder: self.ask.folder, item }
    }

    fn options(&self) -> Options {
        options_for(&self.wishes.options, self.class()).cloned().unwrap_or_default()
    }

    /// MS-ASCMD 2.2.3.34 (Conflict): absent is 1, the server wins.
    pub(super) fn server_wins(&self) -> bool {
        self.options().conflict != Some(0)
    }
}

/// One command being applied.
pub(super) struct Applier<'a, 'b> {
    pub(super) app: &'a App,
    pub(super) tx: &'a mut Tx,
    pub(super) turn: &'a mut Turn<'b>,
    slot: &'a mut Slot,
    /// The draft that the command wrote, if it wrote one.
    draft: Option<Result<&'a Written, Status>>,
}

/// What the phone sent, read.
struct Sent<'a> {
    instance: Option<&'a str>,
    data: Option<Element<'a>>,
}

impl Applier<'_, '_> {
    async fn apply(&mut self, command: &Asked<'_>, outcome: &mut Outcome) -> Result<(), Error> {
        let status = match *command {
            Asked::Add { data: Some(data), .. } if self.draft.is_some() => match self.draft {
                Some(Ok(written)) => self.add_draft(written, data, outcome).await?,
                Some(Err(status)) => status,
                None => Status::SERVER_ERROR,
            },
            Asked::Add { data, .. } => self.add(data, outcome).await?,
            // MS-ASCMD 2.2.3.24 (Change): what has changed belongs to it.
            Asked::Change { data: None, .. } => Status::PROTOCOL_ERROR,
            Asked::Change { server_id, instance_id, data, .. } => match self.draft {
                Some(Err(status)) => status,
                Some(Ok(written)) if written.is_sent() => self.send_draft(server_id, written).await?,
                _ => self.change(server_id, Some(Sent { instance: instance_id, data }), outcome).await?,
            },
            Asked::Delete { server_id, instance_id: Some(instance) } => {
                self.change(server_id, Some(Sent { instance: Some(instance), data: None }), outcome).await?
            }
            Asked::Delete { server_id, instance_id: None } => self.delete(server_id, outcome).await?,
            Asked::Fetch { .. } => Status::SUCCESS,
        };
        outcome.status = u8::try_from(status.0).unwrap_or(u8::MAX);
        Ok(())
    }

    async fn add(&mut self, data: Option<Element<'_>>, outcome: &mut Outcome) -> Result<Status, Error> {
        // MS-ASCMD 2.2.3.7.2 (Add): without its own name for the item a phone could not hear ours.
        let is_named = outcome.client_id.as_deref().is_some_and(|name| !name.is_empty());
        let Some(data) = data.filter(|_| is_named) else { return Ok(Status::PROTOCOL_ERROR) };
        let Ok(content) = self.read(data, None) else { return Ok(Status::CONVERSION_ERROR) };
        let (account, folder, now) = (self.turn.phone.device.account, self.turn.ask.folder, self.turn.now);
        if let Some(uid) = self.known_uid(data) {
            let there = item::by_uid(self.tx, account, folder, &uid).await?;
            if let Some(row) = there.iter().find(|row| !row.version.meta.deleted) {
                // It lost the answer and the key with it; Sync tells it what the event says now.
                outcome.server_id = Some(server_id(folder, row.version.meta.item));
                return Ok(Status::SUCCESS);
            }
        }
        let writer = Some(self.device());
        let new = New { content: &content, writer, remote_id: None, etag: None, now };
        let (item, rev) = item::create(self.tx, account, folder, new).await?;
        self.own(rev, outcome);
        outcome.server_id = Some(server_id(folder, item));
        if self.turn.folder.folder.read_only {
            // The phone keeps what it was told is stored: so it is stored, and taken away again.
            item::delete(self.tx, self.turn.place(item), None, now).await?;
        } else {
            self.owe(item, Rev(0), rev).await?;
        }
        Ok(Status::SUCCESS)
    }

    async fn change(
        &mut self,
        server_id: &str,
        sent: Option<Sent<'_>>,
        outcome: &mut Outcome,
    ) -> Result<Status, Error> {
        let Some((place, row, base)) = self.find(server_id).await? else {
            return Ok(Status::OBJECT_NOT_FOUND);
        };
        let Some(base) = base else { return Ok(Status::OBJECT_NOT_FOUND) };
        let Some(version) = item::version(self.tx, place, base.rev).await? else {
            return Ok(Status::OBJECT_NOT_FOUND);
        };
        let Ok(before) = window::content(self.turn.class(), &version) else {
            return Ok(Status::CONVERSION_ERROR);
        };
        let Some(Ok(mut after)) = sent.map(|sent| self.read_sent(&sent, &before)) else {
            return Ok(Status::CONVERSION_ERROR);
        };
        if let (Some(Ok(written)), Content::Message(message)) = (self.draft, &mut after) {
            message.received_at = Some(self.turn.now);
            written.lay_into(message);
            self.keep_draft(written).await?;
        }
        let is_gone = row.version.meta.deleted;
        if after == before || is_gone && self.turn.folder.folder.read_only {
            // It sent back what it was shown, or may change nothing here.
            return Ok(if is_gone { Status::OBJECT_NOT_FOUND } else { Status::SUCCESS });
        }
        if self.turn.folder.folder.read_only {
            return self.revert(place, &row, Some(&after), outcome).await;
        }
        // What was told it twice is no conflict, nor its own later version, made under a key that it repeats.
        if !is_gone && (version.content == row.version.content || self.is_own(&row)) {
            let is_told = matches!(self.draft, Some(Ok(written)) if written.is_told());
            let writer = Some(self.device()).filter(|_| !is_told);
            let rev = item::replace(self.tx, place, &after, writer, self.turn.now).await?;
            if is_told {
                outcome.rev = Some(rev);
            } else {
                self.own(rev, outcome);
            }
            self.owe(place.item, base.rev, rev).await?;
            return Ok(Status::SUCCESS);
        }
        self.settle(place, &row, Edit { before: &before, after: &after }).await
    }

    async fn delete(&mut self, server_id: &str, outcome: &mut Outcome) -> Result<Status, Error> {
        let Some((place, row, base)) = self.find(server_id).await? else {
            return Ok(Status::OBJECT_NOT_FOUND);
        };
        if row.version.meta.deleted {
            if base.is_some() {
                // It is gone already, but what the phone was still to hear of it has no place there any more.
                let rev = item::delete(self.tx, place, Some(self.device()), self.turn.now).await?;
                self.own(rev, outcome);
            }
            return Ok(Status::SUCCESS);
        }
        if self.turn.folder.folder.read_only {
            return self.revert(place, &row, None, outcome).await;
        }
        let shown = match base.filter(|_| !self.is_own(&row)) {
            Some(base) => item::version(self.tx, place, base.rev).await?,
            None => None,
        };
        let is_conflict = shown.is_some_and(|shown| shown.content != row.version.content);
        if is_conflict && self.is_kept(&row).await? {
            return self.revert(place, &row, None, outcome).await;
        }
        let binned = self.put_into_bin(place, &row).await?;
        let rev = item::delete(self.tx, place, Some(self.device()), self.turn.now).await?;
        if let Some(binned) = binned {
            moved::note(self.tx, place, binned).await?;
        }
        self.own(rev, outcome);
        self.owe(place.item, row.version.meta.rev, rev).await?;
        Ok(Status::SUCCESS)
    }

    /// A mail that is deleted goes to the waste basket, unless it is there or the phone wants it gone; where it is then.
    // MS-ASCMD 2.2.3.42 (DeletesAsMoves): absent is 1. The phone hears of it in that folder as of any other mail.
    async fn put_into_bin(&mut self, place: Place, row: &Row) -> Result<Option<Place>, Error> {
        let is_wanted = self.turn.ask.collection.deletes_as_moves.unwrap_or(true);
        if self.turn.class() != Class::Email || !is_wanted {
            return Ok(None);
        }
        let Some(bin) = folder::bin(self.tx, place.account).await?.filter(|bin| bin.id != place.folder)
        else {
            return Ok(None);
        };
        if bin.connection != self.turn.folder.folder.connection {
            return Ok(None);
        }
        let Ok(content) = window::content(Class::Email, &row.version) else { return Ok(None) };
        let new = New { content: &content, writer: None, remote_id: None, etag: None, now: self.turn.now };
        let (binned, rev) = moved::arrive(self.tx, place, bin.id, new).await?;
        let (server_wins, now) = (self.turn.server_wins(), self.turn.now);
        owe(self.tx, &bin, Deed { place: binned, base_rev: Rev(0), rev, server_wins, now }).await?;
        Ok(Some(binned))
    }

    /// Takes the phone's version into the past and makes the one before the newest again, which the phone is told.
    async fn revert(
        &mut self,
        place: Place,
        row: &Row,
        sent: Option<&Content>,
        outcome: &mut Outcome,
    ) -> Result<Status, Error> {
        let (now, writer) = (self.turn.now, Some(self.device()));
        let Ok(server) = window::content(self.turn.class(), &row.version) else {
            return Ok(Status::CONVERSION_ERROR);
        };
        let rev = match sent {
            Some(content) => item::replace(self.tx, place, content, writer, now).await?,
            None => item::delete(self.tx, place, writer, now).await?,
        };
        self.own(rev, outcome);
        item::replace(self.tx, place, &server, None, now).await?;
        Ok(Status::SUCCESS)
    }

    /// The item with its newest version and the one that the phone holds.
    pub(super) async fn find(
        &mut self,
        server_id: &str,
    ) -> Result<Option<(Place, Row, Option<Meta>)>, Error> {
        let Some(item) = item_id(self.turn.ask.folder, server_id) else { return Ok(None) };
        let place = self.turn.place(item);
        let Some(row) = item::newest(self.tx, place).await? else { return Ok(None) };
        let versions = item::versions(self.tx, place).await?;
        let base = held(self.slot, self.device(), &versions);
        Ok(Some((place, row, base)))
    }

    fn read(&self, data: Element<'_>, base: Option<&Content>) -> Result<Content, class::Unreadable> {
        let uid = self.known_uid(data);
        self.with_reading(|reading| {
            let uid = uid.as_deref().unwrap_or(reading.uid);
            class::read(self.turn.class(), data, base, &Reading { uid, ..*reading })
        })
    }

    fn read_sent(&self, sent: &Sent<'_>, base: &Content) -> Result<Content, class::Unreadable> {
        match (sent.instance, sent.data) {
            (Some(instance), Some(data)) => {
                self.with_reading(|reading| class::change_instance(base, instance, data, reading))
            }
            (Some(instance), None) => {
                self.with_reading(|reading| class::delete_instance(base, instance, reading))
            }
            (None, Some(data)) => self.read(data, Some(base)),
            (None, None) => Ok(base.clone()),
        }
    }

    /// The uid that an event gets each time the phone adds it, where it says how it knows it.
    // MS-ASCAL 2.2.2.13 (ClientUid): from 16.0 on, to find out whether an event is there already.
    fn known_uid(&self, data: Element<'_>) -> Option<String> {
        let knows = self.turn.phone.version >= Version::V16_0 && self.turn.class() == Class::Calendar;
        data.child(calendar::CLIENT_UID).filter(|named| knows && !named.is_empty()).map(fingerprint)
    }

    pub(super) fn with_reading<T>(&self, read: impl FnOnce(&Reading<'_>) -> T) -> T {
        let options = self.turn.options();
        let supported: Option<Vec<Tag>> = self.turn.wishes.supported();
        let uid = uuid::Builder::from_random_bytes(self.app.random()).into_uuid().to_string();
        read(&Reading {
            view: answer::view(self.turn.phone, &options),
            supported: supported.as_deref(),
            cuts: &self.turn.wishes.cuts,
            now: self.turn.now,
            uid: &uid,
        })
    }

    pub(super) fn device(&self) -> DeviceNumber {
        self.turn.phone.device.number
    }

    /// Whether this phone wrote the newest version, though it may have repeated a key from before that.
    fn is_own(&self, row: &Row) -> bool {
        row.version.meta.writer == Some(self.device())
    }

    /// The phone holds this version: it wrote it.
    pub(super) fn own(&mut self, rev: Rev, outcome: &mut Outcome) {
        self.slot.own.upto = self.slot.own.upto.max(rev);
        outcome.rev = Some(rev);
    }

    /// The back office has to get this version, if the folder has one.
    pub(super) async fn owe(&mut self, item: ItemId, base_rev: Rev, rev: Rev) -> Result<(), Error> {
        let (place, server_wins, now) = (self.turn.place(item), self.turn.server_wins(), self.turn.now);
        Ok(owe(self.tx, &self.turn.folder.folder, Deed { place, base_rev, rev, server_wins, now }).await?)
    }
}
