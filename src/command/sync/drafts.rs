//! What phones of 16.x write in Drafts: made a message before the transaction, and laid into the journal within it.
//!
//! The message lies in the store (`store/draft.rs`) before the phone hears of it, and `jobs/push.rs` brings it into its
//! mailbox. What is to be sent goes the way of any other message from there (`jobs/send`), and the draft is gone.

use std::collections::HashMap;

use bytes::Bytes;
use tokio::time::Instant;
use wbxml::Element;
use wbxml::Version;

use super::answer;
use super::apply;
use super::apply::Applier;
use super::collection;
use super::collection::Ask;
use super::collection::Wishes;
use super::letters::PATIENCE;
use crate::app::App;
use crate::command::phone::Phone;
use crate::command::sendmail;
use crate::command::sendmail::Request;
use crate::command::sendmail::Sender;
use crate::command::sendmail::accept::Accepting;
use crate::command::sendmail::accept::PIECE;
use crate::connector;
use crate::eas::class::Reading;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::draft;
use crate::eas::class::email::draft::Edit;
use crate::eas::name::ItemName;
use crate::eas::status::Common;
use crate::eas::sync::Command;
use crate::eas::sync::Status;
use crate::eas::sync::options_for;
use crate::error::Error;
use crate::mailbox::find;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::letter::Letter;
use crate::mime::parse;
use crate::mime::section::Section;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::folder::FolderKind;
use crate::model::id::DraftId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::model::id::item_id;
use crate::model::id::server_id;
use crate::model::message::Message;
use crate::store::folder;
use crate::store::item;
use crate::store::item::New;
use crate::store::outgoing;
use crate::store::retrying;
use crate::store::state;
use crate::sync::key::SyncKey;
use crate::sync::state::Outcome;
use crate::sync::state::State;
use crate::sync::state::Use;

/// A draft that is longer is not written anew: no mail server would take it.
const LONGEST: usize = 50 * 1024 * 1024;

/// What a request wrote in Drafts, by the number of its command.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    written: HashMap<usize, Result<Written, Status>>,
    is_out_of_reach: bool,
}

/// A draft as it is now.
#[derive(Debug)]
pub(super) struct Written {
    item: Option<ItemId>,
    becomes: Becomes,
}

/// What becomes of a draft.
#[derive(Debug)]
enum Becomes {
    /// It is this message.
    Message {
        text: DraftId,
        size: u32,
        letter: Box<Letter>,
        /// Its files have other names than those that the phone knows.
        is_renumbered: bool,
    },
    /// It is sent; with the name of the request, if nothing else tells a repetition.
    Sent { row: Box<outgoing::Outgoing>, request: Option<Request> },
}

impl Drafts {
    /// What came of a command, if it wrote a draft.
    pub(super) fn of(&self, number: usize) -> Option<Result<&Written, Status>> {
        self.written.get(&number).map(|written| written.as_ref().map_err(|status| *status))
    }

    /// Whether a mail server did not give what was written before, so that the phone has to ask again.
    pub(super) fn is_out_of_reach(&self) -> bool {
        self.is_out_of_reach
    }

    /// The letters that drafts are now which were there before.
    pub(super) fn letters(&self) -> impl Iterator<Item = (ItemId, DraftId, &Letter)> {
        self.written.values().flatten().filter_map(|written| match &written.becomes {
            Becomes::Message { text, letter, .. } => Some((written.item?, *text, &**letter)),
            Becomes::Sent { .. } => None,
        })
    }
}

/// Makes messages of what a request writes in Drafts.
// MS-ASEMAIL 3.1.5.4 (Sync Command Request): drafts are synced from 16.0 on.
pub(super) async fn compose(app: &App, phone: &Phone, ask: &Ask<'_>) -> Result<Drafts, Error> {
    let mut drafts = Drafts::default();
    let is_of_drafts = ask.collection.commands.iter().any(|command| writes(command).is_some());
    if phone.version < Version::V16_0 || !is_of_drafts {
        return Ok(drafts);
    }
    let mut reader = app.store().read().await?;
    let row = folder::find(&mut reader, phone.device.account, ask.folder).await?;
    let Some(row) = row.filter(|row| !row.deleted && row.folder.kind == FolderKind::DRAFTS) else {
        return Ok(drafts);
    };
    let known = state::find(&mut reader, phone.who(), ask.folder).await?;
    drop(reader);
    let key = ask.collection.sync_key.as_deref().and_then(|key| key.parse::<SyncKey>().ok());
    let Some((known, key)) = known.zip(key) else { return Ok(drafts) };
    let earlier = match collection::standing(&known.state, key, ask.body, &row) {
        Some((Use::Current, _)) => None,
        Some((Use::Again, _)) => Some(&known.state),
        // Nothing is done for it.
        Some((Use::Repeat | Use::Unknown, _)) | None => return Ok(drafts),
    };
    let wishes = Wishes::read(&known.options).updated(ask.collection, false);
    let Some(connection) = row.folder.connection else { return Ok(drafts) };
    let desk = Desk { app, phone, ask, wishes, connection };
    for (number, command) in ask.collection.commands.iter().enumerate() {
        let is_done = |state: &State| state.known(&apply::wanted(command)).is_some();
        let Some(writes) = writes(command).filter(|_| !earlier.is_some_and(is_done)) else { continue };
        match desk.write(&writes).await {
            Ok(written) => drafts.written.insert(number, Ok(written)),
            Err(Stop::Status(status)) => drafts.written.insert(number, Err(status)),
            Err(Stop::Failed(Error::Connector(error))) => {
                tracing::warn!(account = %phone.device.account, %error, "a draft cannot be fetched");
                drafts.is_out_of_reach = true;
                return Ok(drafts);
            }
            Err(Stop::Failed(error)) => return Err(error),
        };
    }
    Ok(drafts)
}

/// A command that writes a draft.
struct Writes<'a> {
    data: Element<'a>,
    /// The draft that it changes; none: it is new.
    before: Option<&'a str>,
    client_id: Option<&'a str>,
    is_sent: bool,
}

fn writes<'a>(command: &Command<'a>) -> Option<Writes<'a>> {
    match *command {
        Command::Add { client_id, data, is_sent, .. } => {
            let client_id = Some(client_id).filter(|id| !id.is_empty())?;
            Some(Writes { data: data?, before: None, client_id: Some(client_id), is_sent })
        }
        Command::Change { server_id, instance_id: None, data, is_sent, .. } => {
            let data = data.filter(|data| is_sent || email::change::is_of_text(*data))?;
            Some(Writes { data, before: Some(server_id), client_id: None, is_sent })
        }
        Command::Change { .. } | Command::Delete { .. } | Command::Fetch { .. } => None,
    }
}

/// Why a draft is not written.
enum Stop {
    /// The phone hears why.
    Status(Status),
    /// Something broke.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Where drafts are written.
struct Desk<'a> {
    app: &'a App,
    phone: &'a Phone,
    ask: &'a Ask<'a>,
    wishes: Wishes,
    connection: String,
}

impl Desk<'_> {
    async fn write(&self, writes: &Writes<'_>) -> Result<Written, Stop> {
        let edit = self.edit(writes).map_err(Stop::Status)?;
        let before = match writes.before {
            None => None,
            Some(server_id) => Some(self.before(server_id).await?),
        };
        let sender = Sender::of(self.phone);
        let rules = sender.rules(self.app.now());
        let base = edit.whole().or(before.as_ref());
        let outgoing = edit.message(base, writes.is_sent, &rules);
        let whole = assembled(&outgoing, base);
        let letter = Letter::read(whole.clone());
        let item = writes.before.and_then(|server_id| item_id(self.ask.folder, server_id));
        if writes.is_sent {
            let becomes = self.send(writes, &outgoing, base, &letter).await?;
            return Ok(Written { item, becomes });
        }
        let is_renumbered = before.is_some_and(|before| is_renumbered(&edit, &Letter::read(before), &letter));
        let text = self.lay_down(&whole).await?;
        let size = u32::try_from(whole.len()).unwrap_or(u32::MAX);
        let becomes = Becomes::Message { text, size, letter: Box::new(letter), is_renumbered };
        Ok(Written { item, becomes })
    }

    fn edit(&self, writes: &Writes<'_>) -> Result<Edit, Status> {
        let options = options_for(&self.wishes.options, Class::Email).cloned().unwrap_or_default();
        let server_id = writes.before.unwrap_or_default();
        let reading = Reading {
            view: View { server_id, ..answer::view(self.phone, &options) },
            supported: None,
            cuts: &self.wishes.cuts,
            now: self.app.now(),
            uid: "",
        };
        draft::read(writes.data, &reading).map_err(|_| Status::CONVERSION_ERROR)
    }

    /// The message that a draft was.
    async fn before(&self, server_id: &str) -> Result<Bytes, Stop> {
        let gone = || Stop::Status(Status::OBJECT_NOT_FOUND);
        let item = item_id(self.ask.folder, server_id).ok_or_else(gone)?;
        let name = server_id.parse::<ItemName>().map_err(|_| gone())?;
        let fetched = async {
            let found = find::find(self.app, self.phone.device.account, &name).await?;
            // One that was moved elsewhere is no draft any more.
            let is_here = |found: &find::Found| found.place.is_some_and(|place| place.item == item);
            let Some(found) = found.filter(is_here) else { return Ok(None) };
            Ok::<_, Error>(found.raw(LONGEST).await?)
        };
        match tokio::time::timeout_at(Instant::now() + PATIENCE, fetched).await {
            Ok(Ok(Some(raw))) => Ok(raw),
            Ok(Ok(None) | Err(Error::Connector(connector::Error::Gone))) => Err(gone()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => {
                let message = "the mail server takes long".to_owned();
                Err(connector::Error::Later { after: None, message }.into())
            }
        }
    }

    /// Puts the message into the store, where it counts for nothing yet.
    async fn lay_down(&self, whole: &Bytes) -> Result<DraftId, Error> {
        let (app, now) = (self.app, self.app.now());
        let id = DraftId(app.new_id());
        let whose = (self.phone.device.account, id);
        for (number, piece) in (0..).zip(whole.chunks(PIECE)) {
            retrying(async || {
                let mut tx = app.store().begin().await?;
                crate::store::draft::add_piece(&mut tx, whose, number, piece, now).await?;
                tx.commit().await
            })
            .await?;
        }
        Ok(id)
    }

    async fn send(
        &self,
        writes: &Writes<'_>,
        outgoing: &Outgoing,
        base: Option<&Bytes>,
        letter: &Letter,
    ) -> Result<Becomes, Stop> {
        let headers = letter.headers();
        let all = headers.to.iter().chain(&headers.cc).chain(&headers.bcc);
        let is_address = |address: &str| {
            address.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
        };
        // MS-ASCMD 2.2.2 (Common Status Codes): 183 for one without recipients, or with one that is no address.
        if outgoing.recipients.is_empty() || all.clone().any(|mailbox| !is_address(&mailbox.address)) {
            return Err(Stop::Status(Common::INVALID_RECIPIENTS.into()));
        }
        let now = self.app.now();
        let request = writes.client_id.map(|id| Request::named(id, headers, now));
        let row = sendmail::row(self.app, self.phone, self.connection.clone(), true, outgoing, now);
        let mut accepting = Accepting::new(self.app, self.phone.who(), row, outgoing.header());
        let parsed = base.map(|base| parse::parse(base));
        for piece in outgoing.body() {
            match piece {
                Piece::Own(bytes) => accepting.add(bytes).await?,
                Piece::Original(section) => {
                    let part = parsed.as_ref().and_then(|parsed| parsed.section(section));
                    accepting.add(part.unwrap_or_default()).await?;
                }
            }
        }
        Ok(Becomes::Sent { row: Box::new(accepting.lay_down().await?), request })
    }
}

/// The whole message, with what it takes from the one before.
fn assembled(outgoing: &Outgoing, base: Option<&Bytes>) -> Bytes {
    let parsed = base.map(|base| parse::parse(base));
    let mut whole = Vec::new();
    for piece in outgoing.copy() {
        match piece {
            Piece::Own(bytes) => whole.extend_from_slice(&bytes),
            Piece::Original(section) => {
                let part = parsed.as_ref().and_then(|parsed| parsed.section(&section));
                whole.extend_from_slice(part.unwrap_or_default());
            }
        }
    }
    Bytes::from(whole)
}

/// Whether the files that a draft has kept, or that came with a whole message, are called otherwise than the phone
/// thinks: a file's name is where it stands.
fn is_renumbered(edit: &Edit, before: &Letter, after: &Letter) -> bool {
    let sections = |letter: &Letter| -> Vec<Section> {
        letter.attachments().into_iter().map(|file| file.section).collect()
    };
    let (before, mut after) = (sections(before), sections(after));
    if edit.whole().is_some() {
        return !before.is_empty() || !after.is_empty();
    }
    let kept: Vec<Section> = before.into_iter().filter(|section| !edit.removed.contains(section)).collect();
    after.truncate(kept.len());
    kept != after
}

impl Applier<'_, '_> {
    /// A draft that is new to us.
    pub(super) async fn add_draft(
        &mut self,
        written: &Written,
        data: Element<'_>,
        outcome: &mut Outcome,
    ) -> Result<Status, Error> {
        let mut blank = Message { received_at: Some(self.turn.now), ..Message::default() };
        blank.set_draft(true);
        blank.set_seen(true);
        let message = self.with_reading(|reading| email::change::read(data, &blank, reading));
        let Ok(mut message) = message else { return Ok(Status::CONVERSION_ERROR) };
        written.lay_into(&mut message);
        let (account, folder, now) = (self.turn.phone.device.account, self.turn.ask.folder, self.turn.now);
        let content = Content::Message(message);
        let new = New { content: &content, writer: Some(self.device()), remote_id: None, etag: None, now };
        let (item, rev) = item::create(self.tx, account, folder, new).await?;
        self.own(rev, outcome);
        outcome.server_id = Some(server_id(folder, item));
        match &written.becomes {
            Becomes::Message { .. } => self.owe_draft(item, written, rev).await?,
            // It gets a name, as the phone expects of all that it adds, and is gone from here as soon as it is on its way.
            Becomes::Sent { row, request } => {
                self.put_on_its_way(row, request.as_ref()).await?;
                item::delete(self.tx, self.turn.place(item), None, now).await?;
            }
        }
        Ok(Status::SUCCESS)
    }

    /// The draft is a message on its way, and no draft any more.
    pub(super) async fn send_draft(&mut self, server_id: &str, written: &Written) -> Result<Status, Error> {
        let Becomes::Sent { row, request } = &written.becomes else { return Ok(Status::SERVER_ERROR) };
        let Some((place, newest, Some(_))) = self.find(server_id).await? else {
            return Ok(Status::OBJECT_NOT_FOUND);
        };
        if newest.version.meta.deleted {
            return Ok(Status::OBJECT_NOT_FOUND);
        }
        self.put_on_its_way(row, request.as_ref()).await?;
        // Nobody's deed: the phone hears that it is gone from Drafts.
        let rev = item::delete(self.tx, place, None, self.turn.now).await?;
        self.owe(place.item, newest.version.meta.rev, rev).await?;
        Ok(Status::SUCCESS)
    }

    /// What was asked for before is not sent again, whatever key the phone has begun with since.
    async fn put_on_its_way(
        &mut self,
        row: &outgoing::Outgoing,
        request: Option<&Request>,
    ) -> Result<(), Error> {
        if let Some(request) = request
            && !outgoing::ask(self.tx, self.turn.phone.who(), &request.name, request.since, self.turn.now)
                .await?
        {
            return Ok(());
        }
        Ok(outgoing::create(self.tx, row).await?)
    }

    /// Its mailbox has to get the draft.
    async fn owe_draft(&mut self, item: ItemId, written: &Written, rev: Rev) -> Result<(), Error> {
        self.keep_draft(written).await?;
        self.owe(item, Rev(0), rev).await
    }

    /// What was written stays until its mailbox has it.
    pub(super) async fn keep_draft(&mut self, written: &Written) -> Result<(), Error> {
        let Becomes::Message { text, .. } = written.becomes else { return Ok(()) };
        let account = self.turn.phone.device.account;
        Ok(crate::store::draft::owe(self.tx, account, text, self.turn.now).await?)
    }
}

impl Written {
    /// Whether it is sent.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.becomes, Becomes::Sent { .. })
    }

    /// Whether the phone has to be told all of it, having written but a part.
    pub(super) fn is_told(&self) -> bool {
        matches!(self.becomes, Becomes::Message { is_renumbered: true, .. })
    }

    /// Says of a mail that it is this.
    pub(super) fn lay_into(&self, message: &mut Message) {
        if let Becomes::Message { text, size, .. } = &self.becomes {
            message.set_text(*text);
            message.size = Some(*size);
        }
    }
}
