//! What the mails say that an answer is about to tell.
//!
//! It is fetched before the transaction begins, since nobody may wait for a mail server within one; what turns out to
//! be needed besides ends the answer before it.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::Instant;
use wbxml::Fragment;

use super::answer;
use super::collection;
use super::collection::Ask;
use super::collection::Wishes;
use super::drafts::Drafts;
use super::window;
use super::window::Listener;
use super::window::News;
use super::window::Scope;
use crate::app::App;
use crate::command::phone::Phone;
use crate::connector;
use crate::connector::Collection;
use crate::connector::mail;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::Mail;
use crate::eas::sync::Command;
use crate::eas::sync::options_for;
use crate::error::Error;
use crate::mailbox;
use crate::mailbox::letters;
use crate::mailbox::letters::Bounds;
use crate::mime::letter::Letter;
use crate::model::class::Class;
use crate::model::folder::Folder;
use crate::model::id::DraftId;
use crate::model::id::ItemId;
use crate::model::id::item_id;
use crate::model::message::Message;
use crate::store::Reader;
use crate::store::draft;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::moved;
use crate::store::pull;
use crate::store::retrying;
use crate::store::state;
use crate::sync::key::SyncKey;
use crate::sync::state::Slot;
use crate::sync::state::Use;

/// A mail server may take so long; the rest of a phone's patience is for the answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How long a phone's first look at a folder waits for it to be pulled.
const FIRST_PULL: Duration = Duration::from_secs(6);
/// From one look whether it was pulled to the next.
const LOOK: Duration = Duration::from_millis(40);

/// The letters of a folder that may be told.
#[derive(Debug, Default)]
pub struct Letters {
    found: HashMap<(ItemId, Option<DraftId>), Result<Letter, String>>,
    /// Why there are not more, if the mail server is at fault.
    failed: Option<connector::Error>,
}

impl Letters {
    /// What came of the letter of an item that says what a phone wrote, if it is one of those; none if it was not asked
    /// for.
    pub(super) fn find(&self, item: ItemId, text: Option<DraftId>) -> Option<Result<&Letter, &str>> {
        self.found.get(&(item, text)).map(|found| found.as_ref().map_err(String::as_str))
    }

    /// With what this request wrote.
    pub(super) fn with(mut self, drafts: &Drafts) -> Self {
        self.found
            .extend(drafts.letters().map(|(item, text, letter)| ((item, Some(text)), Ok(letter.clone()))));
        self
    }

    /// Whether the mail server would not give what was asked for.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }
}

/// The elements of a mail as a phone sees it.
pub fn encode(message: &Message, letter: &Letter, view: &View<'_>) -> Fragment {
    let meeting = mailbox::meeting(letter);
    email::fragment(&Mail { message, letter, meeting: meeting.as_ref() }, view)
}

/// What an answer would tell of a mail folder, as it stands before the phone's own changes are laid in.
struct Plan {
    folder: Folder,
    wishes: Wishes,
    /// Those whose letters it takes, in the order in which they are told; what a phone wrote in them, if one did.
    items: Vec<(ItemId, Option<DraftId>)>,
    bytes: usize,
}

/// Fetches what a request for a mail folder may be told; none where the folder holds something else.
pub async fn gather(app: &App, phone: &Phone, ask: &Ask<'_>) -> Result<Option<Letters>, Error> {
    let mut reader = app.store().read().await?;
    let row = folder::find(&mut reader, phone.device.account, ask.folder).await?;
    let Some(row) = row.filter(|row| !row.deleted && row.folder.class == Class::Email) else {
        return Ok(None);
    };
    let Some(mut plan) = plan(&mut reader, phone, ask, &row, app.now()).await? else {
        return Ok(Some(Letters::default()));
    };
    if plan.items.is_empty() && row.folder.connection.is_some() {
        drop(reader);
        let scope = collection::scope(phone, &row, &plan.wishes, app.now());
        if !first_pull(app, phone, &scope, &plan.wishes).await? {
            return Ok(Some(Letters::default()));
        }
        reader = app.store().read().await?;
        let Some(row) = folder::find(&mut reader, phone.device.account, ask.folder).await? else {
            return Ok(None);
        };
        let Some(again) = self::plan(&mut reader, phone, ask, &row, app.now()).await? else {
            return Ok(Some(Letters::default()));
        };
        plan = again;
    }
    let mut letters = Letters::default();
    written(&mut reader, phone, &mut plan, &mut letters).await?;
    let remotes = remotes(&mut reader, phone, &plan).await?;
    drop(reader);
    fetch(app, phone, &plan, remotes, &mut letters).await?;
    Ok(Some(letters))
}

async fn plan(
    reader: &mut Reader,
    phone: &Phone,
    ask: &Ask<'_>,
    row: &folder::Row,
    now: Timestamp,
) -> Result<Option<Plan>, Error> {
    let Some(known) = state::find(reader, phone.who(), ask.folder).await? else { return Ok(None) };
    let Some(key) = ask.collection.sync_key.as_deref().and_then(|key| key.parse::<SyncKey>().ok()) else {
        return Ok(None);
    };
    let Some((used, slot)) = collection::standing(&known.state, key, ask.body, row) else { return Ok(None) };
    let before = Wishes::read(&known.options);
    let mut items = Vec::new();
    for command in &ask.collection.commands {
        let Command::Fetch { server_id } = command else { continue };
        let Some(item) = item_id(ask.folder, server_id) else { continue };
        let place = Place { account: phone.device.account, folder: ask.folder, item };
        let row = item::newest(reader, place).await?;
        let content = row.and_then(|row| window::content(Class::Email, &row.version).ok());
        items.push((item, content.as_ref().and_then(mail::message).and_then(Message::text)));
    }
    let mut plan = Plan { folder: row.folder.clone(), wishes: before, items, bytes: ask.bytes };
    let (scope, slot, window) = if used == Use::Repeat {
        let told = known.state.answered.last().and_then(|answered| answered.told).unwrap_or(0);
        plan.bytes = usize::MAX;
        let slot = Slot { own: known.state.current.own, ..slot };
        (collection::told_before(phone, row, &known.state), slot, told)
    } else {
        plan.wishes = plan.wishes.updated(ask.collection, false);
        let window = if ask.collection.wants_changes() && ask.bytes > 0 { ask.window } else { 0 };
        (collection::scope(phone, row, &plan.wishes, now), slot, window)
    };
    if window > 0 && window::may_have_news(reader, &scope, &slot).await? {
        let mut adds = Adds { window, count: 0, items: Vec::new() };
        window::tell(reader, &scope, &slot, &mut adds).await?;
        plan.items.extend(adds.items);
    }
    Ok(Some(plan))
}

/// Hears which items would be told that take a letter.
struct Adds {
    window: usize,
    count: usize,
    items: Vec<(ItemId, Option<DraftId>)>,
}

impl Listener for Adds {
    fn has_room(&self, _: &News) -> bool {
        self.count < self.window
    }

    fn hear(&mut self, news: &News) -> Result<(), String> {
        self.count += 1;
        self.items.extend(news.whole_mail().map(|message| (news.item, message.text())));
        Ok(())
    }
}

/// Takes what phones wrote and is still here; the first of them whatever its size, the others as far as they fit.
async fn written(
    reader: &mut Reader,
    phone: &Phone,
    plan: &mut Plan,
    letters: &mut Letters,
) -> Result<(), Error> {
    let (mut left, mut elsewhere) = (plan.bytes, Vec::new());
    for (item, text) in std::mem::take(&mut plan.items) {
        let Some(id) = text else {
            elsewhere.push((item, None));
            continue;
        };
        if left == 0 {
            continue;
        }
        match draft::message(reader, phone.device.account, id).await? {
            Some(raw) => {
                left = left.saturating_sub(raw.len());
                letters.found.insert((item, text), Ok(Letter::read(Bytes::from(raw))));
            }
            None => elsewhere.push((item, text)),
        }
    }
    plan.items = elsewhere;
    Ok(())
}

/// A message by the name that its mailbox has for it.
struct Remote {
    item: (ItemId, Option<DraftId>),
    id: String,
}

/// Where the messages are: in this folder's mailbox, or in one that they are on their way from.
async fn remotes(
    reader: &mut Reader,
    phone: &Phone,
    plan: &Plan,
) -> Result<Vec<(Folder, Vec<Remote>)>, Error> {
    let account = phone.device.account;
    let mut by_folder: Vec<(Folder, Vec<Remote>)> = vec![(plan.folder.clone(), Vec::new())];
    for item in &plan.items {
        let place = Place { account, folder: plan.folder.id, item: item.0 };
        let Some((at, id)) = moved::remote(reader, place).await? else { continue };
        let remote = Remote { item: *item, id };
        if let Some((_, of)) = by_folder.iter_mut().find(|(folder, _)| folder.id == at) {
            of.push(remote);
        } else if let Some(row) = folder::find(reader, account, at).await? {
            by_folder.push((row.folder, vec![remote]));
        }
    }
    Ok(by_folder)
}

async fn fetch(
    app: &App,
    phone: &Phone,
    plan: &Plan,
    remotes: Vec<(Folder, Vec<Remote>)>,
    letters: &mut Letters,
) -> Result<(), Error> {
    let bounds = Bounds { bytes: plan.bytes, until: Instant::now() + PATIENCE };
    for (folder, remotes) in remotes {
        if !remotes.is_empty() && !letters.has_failed() {
            fetch_from(app, phone, plan, (&folder, remotes), bounds, letters).await?;
        }
    }
    Ok(())
}

async fn fetch_from(
    app: &App,
    phone: &Phone,
    plan: &Plan,
    (folder, remotes): (&Folder, Vec<Remote>),
    bounds: Bounds,
    letters: &mut Letters,
) -> Result<(), Error> {
    let (Some(connection), Some(collection)) = (&folder.connection, Collection::behind(folder)) else {
        return Ok(());
    };
    let mailbox = match mailbox::over(app, phone.device.account, connection).await {
        Ok(Some(mailbox)) => mailbox,
        Ok(None) => return Ok(()),
        Err(Error::Connector(error)) => {
            letters.failed = Some(error);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let options = options_for(&plan.wishes.options, Class::Email).cloned().unwrap_or_default();
    let view = answer::view(phone, &options);
    let names: Vec<String> = remotes.iter().map(|remote| remote.id.clone()).collect();
    let mut fetched =
        letters::fetch(&mailbox, &collection, &names, bounds, &|letter| email::wants(letter, &view)).await;
    if let Some(error) = &fetched.failed {
        tracing::warn!(account = %phone.device.account, connection, %error, "mails cannot be fetched");
    }
    letters.failed = fetched.failed;
    // One on its way from another folder may have arrived this moment: it is looked for again, and not given up.
    let is_on_its_way = folder.id != plan.folder.id;
    let found = |remote: Remote| {
        let letter = fetched.found.remove(&remote.id)?;
        (letter.is_ok() || !is_on_its_way).then_some((remote.item, letter))
    };
    letters.found.extend(remotes.into_iter().filter_map(found));
    Ok(())
}

/// Waits a moment for a folder of which not all was pulled that the phone wants; whether it did so.
async fn first_pull(app: &App, phone: &Phone, scope: &Scope, wishes: &Wishes) -> Result<bool, Error> {
    let (account, folder) = (phone.device.account, scope.folder.folder.id);
    let stands = async || -> Result<Option<(bool, bool)>, Error> {
        let mut glance = app.store().glance().await?;
        let Some(reach) = pull::reach(&mut glance, account, folder, app.now()).await? else {
            return Ok(None);
        };
        let covers = reach.since.is_some_and(|since| since <= scope.cutoff);
        Ok(Some((covers, reach.is_pending)))
    };
    match stands().await? {
        None | Some((true, _)) => return Ok(false),
        Some((false, _)) => {}
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        state::choose(&mut tx, phone.who(), folder, &wishes.write()).await?;
        if let Some(connection) = &scope.folder.folder.connection {
            pull::ask_folder(&mut tx, account, connection, folder, app.now()).await?;
        }
        tx.commit().await
    })
    .await?;
    let until = Instant::now() + FIRST_PULL;
    while Instant::now() < until {
        tokio::time::sleep(LOOK).await;
        let mut glance = app.store().glance().await?;
        let row = folder::find(&mut glance, account, folder).await?;
        drop(glance);
        let has_moved = row.is_some_and(|row| row.rev > scope.folder.rev);
        // One that failed is tried again later, and is not waited for.
        if has_moved || !stands().await?.is_some_and(|(covers, is_pending)| !covers && is_pending) {
            break;
        }
    }
    Ok(true)
}
