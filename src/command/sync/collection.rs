//! One folder of a Sync: what its key means, what the phone changed, what it is told. One transaction.

use crate::store::Connection;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use wbxml::Tag;
use wbxml::Version;

use super::answer::Answer;
use super::apply;
use super::apply::Applied;
use super::drafts::Drafts;
use super::letters::Letters;
use super::window;
use super::window::Scope;
use super::window::Told;
use crate::PROGRAM;
use crate::app::App;
use crate::command::phone::Phone;
use crate::eas::sync::Collection;
use crate::eas::sync::CollectionResponse;
use crate::eas::sync::Command;
use crate::eas::sync::Options;
use crate::eas::sync::Status;
use crate::eas::sync::options_for;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::store::Glance;
use crate::store::Tx;
use crate::store::folder;
use crate::store::state;
use crate::store::state::Who;
use crate::sync::filter;
use crate::sync::key::SyncKey;
use crate::sync::state::Answered;
use crate::sync::state::Cursor;
use crate::sync::state::Slot;
use crate::sync::state::State;
use crate::sync::state::Use;

/// What is kept of a phone's wishes for a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// The Sync `Options`, replaced as a whole.
    pub options: Vec<Options>,
    /// The elements of `Supported`, sent with key 0.
    pub supported: Option<Vec<(u8, u8)>>,
    /// The sizes at which texts were cut for it, the last ones: what it sends back may be of any of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<u32>,
}

/// A phone has one for its lists, one for what it shows, and those of a time before.
const CUTS: usize = 8;

/// Where texts are cut by these options.
fn sizes(options: &Options) -> impl Iterator<Item = u32> {
    let old = options.truncation_limit().and_then(|limit| u32::try_from(limit).ok());
    options.body.iter().filter_map(|wanted| wanted.truncation_size).chain(old)
}

/// A collection of a request that was found to be a folder.
#[derive(Debug)]
pub struct Ask<'a> {
    /// As the phone sent it.
    pub collection: &'a Collection<'a>,
    /// Its fingerprint.
    pub body: &'a str,
    /// Which folder.
    pub folder: FolderId,
    /// The most changes to tell.
    pub window: usize,
    /// The most bytes to tell them in.
    pub bytes: usize,
}

/// What a collection came to.
#[derive(Debug)]
pub struct Served {
    /// What is to be said.
    pub response: CollectionResponse,
    /// Whether it need not be said: nothing happened and the key stays.
    pub is_quiet: bool,
    /// Whether the store is as it should be already.
    pub is_stored: bool,
    /// Whether it was not known that a mail would be told: it is looked up again.
    pub lacks_letters: bool,
}

impl Wishes {
    /// Reads what is stored with the state.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// What is stored with the state.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The tags of `Supported`.
    pub fn supported(&self) -> Option<Vec<Tag>> {
        let tags = self.supported.as_ref()?;
        Some(tags.iter().map(|(page, token)| Tag::new(*page, *token)).collect())
    }

    /// The wishes with what this request says: `Options` absent keeps the stored ones, present replaces them.
    pub(super) fn updated(&self, collection: &Collection<'_>, is_first: bool) -> Self {
        let supported = match (&collection.supported, is_first) {
            (Some(tags), true) => Some(tags.iter().map(|tag| (tag.page(), tag.token())).collect()),
            (None, true) => None,
            (_, false) => self.supported.clone(),
        };
        let options = collection.options.clone().unwrap_or_else(|| self.options.clone());
        let mut wishes = Self { options: Vec::new(), supported, cuts: self.cuts.clone() };
        options.iter().flat_map(sizes).for_each(|size| wishes.is_cut_at(size));
        Self { options, ..wishes }
    }

    /// Remembers a size at which a text is cut for the phone.
    pub fn is_cut_at(&mut self, size: u32) {
        if !self.cuts.contains(&size) {
            self.cuts.push(size);
            let old = self.cuts.len().saturating_sub(CUTS);
            self.cuts.drain(..old);
        }
    }
}

/// Serves a collection in which nothing happened at a glance; none if it takes a transaction.
///
/// What phones ask most: it is one statement. That the filter ages is looked up by a second one, once a day at most;
/// a change in between moves the journal, which the next request sees.
pub async fn serve_quiet(
    glance: &mut Glance,
    phone: &Phone,
    ask: &Ask<'_>,
    now: Timestamp,
) -> Result<Option<Served>, Error> {
    if !ask.collection.commands.is_empty() || ask.collection.supported.is_some() {
        return Ok(None);
    }
    let found = state::standing(glance, phone.who(), ask.folder).await?;
    let Some(state::Standing { state: row, folder }) = found else { return Ok(None) };
    let wishes = Wishes::read(&row.options);
    let slot = &row.state.current;
    let is_as_before = key(ask) == Some(slot.key) && wishes.updated(ask.collection, false) == wishes;
    let is_fair = !is_against_the_rules(ask.collection, &folder.folder, phone.version);
    if !is_as_before || !is_fair || folder.deleted || is_lost(slot, &folder) {
        return Ok(None);
    }
    if folder.folder.class == Class::Email && matches!(slot.cursor, Cursor::At(Rev(0))) {
        // It may not have been pulled yet for anybody.
        return Ok(None);
    }
    let scope = scope(phone, &folder, &wishes, now);
    let has_news = slot.aside.has_others(PROGRAM)
        || window::has_moved(&scope, slot)
        || window::has_aged(glance, &scope, slot).await?;
    if ask.collection.wants_changes() && has_news {
        return Ok(None);
    }
    Ok(Some(Served {
        response: response(ask, &folder, slot.key),
        is_quiet: true,
        is_stored: true,
        lacks_letters: false,
    }))
}

/// Serves a collection and makes what came of it visible at once.
pub(super) async fn serve(
    app: &App,
    phone: &Phone,
    ask: &Ask<'_>,
    (letters, drafts): (Option<&Letters>, &Drafts),
) -> Result<Served, Error> {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let known = state::lock(&mut tx, phone.who(), ask.folder, now).await?;
    let Some(folder) = live(&mut tx, phone, ask.folder).await? else {
        return Ok(refused(ask, Status::FOLDER_HIERARCHY_CHANGED));
    };
    if is_against_the_rules(ask.collection, &folder.folder, phone.version) {
        return Ok(refused(ask, Status::PROTOCOL_ERROR));
    }
    let served = match (key(ask), known) {
        (Some(SyncKey::FIRST), known) => first(&mut tx, phone, ask, &folder, known, now).await?,
        (Some(key), Some(known)) => {
            let wishes = Wishes::read(&known.options);
            let turn = Turn { app, phone, ask, letters, drafts, wishes, folder, now };
            later(&mut tx, turn, known, key).await?
        }
        (_, _) => return Ok(refused(ask, Status::INVALID_SYNC_KEY)),
    };
    if !served.is_stored {
        tx.commit().await?;
    }
    Ok(served)
}

/// Whether a phone asks of a folder what there is not in folders of its kind.
fn is_against_the_rules(collection: &Collection<'_>, folder: &Folder, version: Version) -> bool {
    // MS-ASNOTE 3.2.5.3: notes have nothing to declare.
    let declares = collection.supported.is_some() && folder.class == Class::Notes;
    // MS-ASCMD 2.2.3.36.2 (ConversationMode): for mail.
    let converses = collection.conversation_mode.is_some() && folder.class != Class::Email;
    // MS-ASCMD 2.2.3.7.2 (Add): the server alone knows whom one writes to.
    let is_add = |command: &Command<'_>| matches!(command, Command::Add { .. });
    let fills = folder.kind == FolderKind::RECIPIENT_CACHE && collection.commands.iter().any(is_add);
    // MS-ASCMD 2.2.3.68.2 (FilterType): older phones are used to no filter instead.
    let options = collection.options_for(folder.class);
    let filters = version >= Version::V14_0 && options.is_some_and(|one| !one.has_valid_filter(folder.class));
    declares || converses || fills || filters
}

/// Key 0: the phone holds nothing, and hears a key and no items (conformance rule 3).
async fn first(
    tx: &mut Tx,
    phone: &Phone,
    ask: &Ask<'_>,
    folder: &folder::Row,
    known: Option<state::Row>,
    now: Timestamp,
) -> Result<Served, Error> {
    let (replaced, options) =
        known.map_or_else(|| (None, Wishes::default()), |row| (Some(row.state), Wishes::read(&row.options)));
    let state = State::first(replaced, folder.rev, now);
    let key = state.current.key;
    let options = options.updated(ask.collection, true).write();
    state::save(tx, phone.who(), &state::Row { folder: ask.folder, state, options }, now).await?;
    Ok(Served {
        response: response(ask, folder, key),
        is_quiet: false,
        is_stored: false,
        lacks_letters: false,
    })
}

async fn later(tx: &mut Tx, mut turn: Turn<'_>, known: state::Row, key: SyncKey) -> Result<Served, Error> {
    let ask = turn.ask;
    let Some((used, slot)) = standing(&known.state, key, ask.body, &turn.folder) else {
        return Ok(refused(ask, Status::INVALID_SYNC_KEY));
    };
    if used == Use::Repeat {
        return turn.repeat(tx, &known.state, &slot).await;
    }
    if turn.drafts.is_out_of_reach() {
        return Ok(turn.retry());
    }
    turn.wishes = turn.wishes.updated(ask.collection, false);
    turn.go_on(tx, known, slot).await
}

/// What a request means by its key, and from where it goes on; none if the key is none of the phone's.
pub(super) fn standing(state: &State, key: SyncKey, body: &str, folder: &folder::Row) -> Option<(Use, Slot)> {
    let used = state.used_by(key, body);
    let slot = match (used, &state.previous) {
        (Use::Current, _) => state.current.clone(),
        (Use::Again | Use::Repeat, Some(previous)) => previous.clone(),
        (Use::Again | Use::Repeat, None) | (Use::Unknown, _) => return None,
    };
    if is_lost(&slot, folder) { None } else { Some((used, slot)) }
}

/// A request that is being served.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) app: &'a App,
    pub(super) phone: &'a Phone,
    pub(super) ask: &'a Ask<'a>,
    /// What was fetched of mails.
    pub(super) letters: Option<&'a Letters>,
    /// What the phone wrote in drafts.
    pub(super) drafts: &'a Drafts,
    pub(super) wishes: Wishes,
    pub(super) folder: folder::Row,
    pub(super) now: Timestamp,
}

impl Turn<'_> {
    /// A request under the current key, or another one under the previous key.
    async fn go_on(mut self, tx: &mut Tx, known: state::Row, used: Slot) -> Result<Served, Error> {
        let is_again = used.key != known.state.current.key;
        let mut slot = used.clone();
        let earlier = is_again.then_some(&known.state);
        let applied = apply::all(self.app, tx, &mut self, earlier, &mut slot).await?;
        let mut answer = self.answer(self.ask.window, self.ask.bytes);
        let mut scope = scope(self.phone, &self.folder, &self.wishes, self.now);
        scope.to = scope.to.or_else(|| applied.told_to());
        let (mut count, mut has_more) = (None, false);
        if !self.ask.collection.wants_changes() {
            // It will ask.
        } else if self.ask.window == 0 || self.ask.bytes == 0 {
            // The folders before it filled the answer.
            has_more = window::count(tx, &scope, &slot, 1).await? > 0;
        } else {
            let told = window::tell(tx, &scope, &slot, &mut answer).await?;
            self.note_aside(tx, &told).await?;
            if let Some(lack) = self.lack(&told, &applied) {
                return Ok(lack);
            }
            // An answer that promises more and brings nothing sends phones into a loop.
            has_more = told.more && told.count > 0;
            (count, slot) = (Some(told.count), told.slot);
        }
        let mut response = response(self.ask, &self.folder, used.key);
        response.has_more = has_more;
        response.changes = answer.into_changes();
        response.replies = applied.replies;
        let options = self.wishes.write();
        let is_quiet =
            applied.outcomes.is_empty() && response.changes.is_empty() && !response.has_more && !is_again;
        if is_quiet && slot == used && options == known.options {
            return Ok(Served { response, is_quiet, is_stored: true, lacks_letters: false });
        }
        let state = if is_quiet {
            // Nothing was said, so the key stays; a cursor that passed over the phone's own changes moves on.
            State { current: slot, ..known.state }
        } else {
            let answered =
                Answered { body: self.ask.body.to_owned(), results: applied.outcomes, told: count };
            known.state.after(&used, slot, answered)
        };
        response.sync_key = state.current.key.to_string();
        let row = state::Row { folder: self.ask.folder, state, options };
        state::save(tx, self.phone.who(), &row, self.now).await?;
        Ok(Served { response, is_quiet, is_stored: false, lacks_letters: false })
    }

    /// The lost answer once more, word for word: nothing is applied, no key is issued.
    async fn repeat(mut self, tx: &mut Tx, state: &State, previous: &Slot) -> Result<Served, Error> {
        let Some(answered) = state.answered.last() else {
            return Ok(refused(self.ask, Status::INVALID_SYNC_KEY));
        };
        let replies = apply::replies(tx, &mut self, &answered.results).await?;
        let mut response = response(self.ask, &self.folder, state.current.key);
        if let Some(count) = answered.told.filter(|count| *count > 0) {
            let scope = told_before(self.phone, &self.folder, state);
            let slot = Slot { own: state.current.own, ..previous.clone() };
            let mut answer = self.answer(count, usize::MAX);
            let told = window::tell(tx, &scope, &slot, &mut answer).await?;
            if told.count + told.failed.len() < count
                && let Some(letters) = self.letters
            {
                return Ok(self.unfetched(letters));
            }
            response.changes = answer.into_changes();
        }
        response.has_more = answered.told.is_some() && matches!(state.current.cursor, Cursor::Walk(_));
        response.replies = replies;
        Ok(Served { response, is_quiet: false, is_stored: true, lacks_letters: false })
    }

    fn answer(&self, window: usize, bytes: usize) -> Answer<'_> {
        let folder = &self.folder.folder;
        Answer::new(self.phone, &self.wishes, folder, self.letters).within(window, bytes)
    }

    /// The answer where there is something to tell that takes a letter which is not there, and nothing else to say.
    fn lack(&self, told: &Told, applied: &Applied) -> Option<Served> {
        let letters = self.letters?;
        let is_lacking = told.more && told.count == 0 && applied.outcomes.is_empty();
        is_lacking.then(|| self.unfetched(letters))
    }

    fn unfetched(&self, letters: &Letters) -> Served {
        Served { lacks_letters: !letters.has_failed(), ..self.retry() }
    }

    /// MS-ASCMD 2.2.3.177.17 (Status): 16 asks for the same again; before 14.0 that is 5.
    fn retry(&self) -> Served {
        let status = if self.phone.version >= Version::V14_0 { Status::RETRY } else { Status::SERVER_ERROR };
        let mut served = refused(self.ask, status);
        served.response.sync_key = self.ask.collection.sync_key.clone().unwrap_or_default();
        served
    }

    /// For people to see; what counts is in the slot.
    async fn note_aside(&self, tx: &mut Tx, told: &Told) -> Result<(), Error> {
        for item in &told.healed {
            state::clear_aside(tx, self.phone.who(), self.ask.folder, *item).await?;
        }
        for (aside, reason) in &told.failed {
            let Who { account, device } = self.phone.who();
            // The reason may speak of the content, so it stands in the store alone.
            tracing::warn!(%account, device = device.0, folder = %self.ask.folder, item = %aside.item,
                "an item cannot be told to a device and is set aside");
            state::set_aside(tx, self.phone.who(), self.ask.folder, aside, reason, self.now).await?;
        }
        Ok(())
    }
}

/// Where to look for what this phone lacks in this folder.
pub fn scope(phone: &Phone, folder: &folder::Row, wishes: &Wishes, now: Timestamp) -> Scope {
    let class = folder.folder.class;
    let wanted = options_for(&wishes.options, class).and_then(|options| options.filter_type).unwrap_or(0);
    Scope::of(phone.who(), phone.version, folder.clone(), filter::cutoff(class, wanted, now))
}

/// Where to look for what a phone was told by its last answer.
pub(super) fn told_before(phone: &Phone, folder: &folder::Row, state: &State) -> Scope {
    let (to, cutoff) = match &state.current.cursor {
        Cursor::At(rev) => (*rev, state.current.cutoff),
        Cursor::Walk(walk) => (walk.to, walk.cutoff),
    };
    Scope { who: phone.who(), folder: folder.clone(), cutoff, version: phone.version, to: Some(to) }
}

/// The folder, if the phone may sync it.
async fn live(
    connection: &mut Connection,
    phone: &Phone,
    id: FolderId,
) -> Result<Option<folder::Row>, Error> {
    let found = folder::find(connection, phone.device.account, id).await?;
    Ok(found.filter(|row| !row.deleted))
}

/// Versions that this slot would have to be compared with may be gone.
fn is_lost(slot: &Slot, folder: &folder::Row) -> bool {
    slot.needs().is_some_and(|rev| rev < folder.pruned_rev)
}

fn key(ask: &Ask<'_>) -> Option<SyncKey> {
    ask.collection.sync_key.as_deref().and_then(|key| key.parse().ok())
}

fn response(ask: &Ask<'_>, folder: &folder::Row, key: SyncKey) -> CollectionResponse {
    CollectionResponse {
        class: Some(folder.folder.class.as_str()),
        sync_key: key.to_string(),
        collection_id: ask.folder.to_string(),
        status: Status::SUCCESS,
        ..CollectionResponse::default()
    }
}

/// A collection that came to nothing. The keys that the phone may hold stay as they were.
fn refused(ask: &Ask<'_>, status: Status) -> Served {
    let response = CollectionResponse {
        class: ask.collection.class.as_deref().and_then(Class::from_name).map(Class::as_str),
        sync_key: "0".to_owned(),
        collection_id: ask.folder.to_string(),
        status,
        ..CollectionResponse::default()
    };
    Served { response, is_quiet: false, is_stored: true, lacks_letters: false }
}
