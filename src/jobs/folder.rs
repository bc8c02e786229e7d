//! Pulls one collection into its folder, by whichever strategy its connector knows. Settles no conflict.
//!
//! A run that tells all that is there (the first one, one after a cursor expired, each one by list) also removes
//! what is not there any more. If that would empty more than half of a folder it is held back until the next
//! run says the same: a back office that lost its database for a moment must not wipe the phones.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::apply::Did;
use super::apply::Target;
use super::arrivals::Arrivals;
use super::office::Desk;
use super::office::Office;
use super::office::Stop;
use super::office::Watch;
use super::office::answer;
use super::office::later;
use super::position::Position;
use super::pull::Done;
use super::pull::LEASE;
use super::pull::Tally;
use super::wanted;
use crate::connector;
use crate::connector::Change;
use crate::connector::Collection;
use crate::connector::Page;
use crate::connector::Strategy;
use crate::connector::mail::Mail;
use crate::connector::mail::Window;
use crate::mailbox::Mailbox;
use crate::model::class::Class;
use crate::model::folder::Folder;
use crate::model::id::ItemId;
use crate::store;
use crate::store::folder as folders;
use crate::store::item;
use crate::store::outbox;
use crate::store::pull;
use crate::store::pull::Due;
use crate::store::retrying;

/// Changes asked for at a time, and written in one transaction.
const PAGE: usize = 100;
/// Pages of one run; a back office that never comes to an end is not followed for ever.
const PAGES: usize = 10_000;
/// Strategy B: how far the time of the last run is overlapped, for clocks that differ and writes that were slow.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// Strategy B: from one look at all ids to the next; in between nobody learns what was deleted.
const RECONCILE: SignedDuration = SignedDuration::from_hours(1);
/// How soon what came is looked at again that could not be seen to.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Fewer may always go at once.
const FEW: usize = 20;

struct Run<'a> {
    office: &'a Office,
    due: &'a Due,
    watch: &'a Watch,
    desk: Desk,
    mail: Option<MailWindow>,
    collection: Collection,
    target: Target,
    position: Position,
    deferred: bool,
    may_read_more: bool,
    tally: &'a mut Tally,
}

/// A mail server, and how much of the folder is pulled.
struct MailWindow {
    server: Arc<dyn Mail>,
    window: Window,
    since: i64,
}

/// Pulls a folder.
pub(super) async fn pull(office: &Office, due: &Due, watch: &Watch, tally: &mut Tally) -> Result<Done, Stop> {
    let desk = office.desk(due.account, &due.connection).await?;
    let mut reader = office.app.store().read().await?;
    let row = folders::find(&mut reader, due.account, due.folder).await?.filter(|row| !row.deleted);
    let folder = row.ok_or(Stop::Gone)?.folder;
    let policy = office.app.conflict_policy(&mut reader, due.account, folder.class).await?;
    drop(reader);
    let collection = collection_of(&folder, &due.connection).ok_or(Stop::Gone)?;
    let target = Target {
        account: due.account,
        folder: due.folder,
        class: folder.class,
        connection: due.connection.clone(),
        policy,
    };
    let mail = match Arc::clone(&desk.connector).mail().filter(|_| folder.class == Class::Email) {
        None => None,
        Some(server) => match wanted::mail(office, due, watch.started_at()).await? {
            Some(since) => Some(MailWindow { server, window: wanted::window(since), since }),
            // What nobody asks for stays where it is.
            None => return Ok(Done { cursor: due.cursor.clone().unwrap_or_default(), ..Done::default() }),
        },
    };
    let position = Position::read(due.cursor.as_deref());
    let mut run = Run {
        office,
        due,
        watch,
        desk,
        mail,
        collection,
        target,
        position,
        deferred: false,
        may_read_more: false,
        tally,
    };
    run.run().await?;
    let mut soon = if run.deferred { Some(run.answer_due().await?) } else { None };
    if let Some(again) = run.arrivals(&folder).await? {
        soon = Some(soon.map_or(again, |soon| soon.min(again)));
    }
    // What has to be told again is missing still.
    let reach = run.mail.as_ref().map(|mail| mail.since).filter(|_| !run.deferred);
    Ok(Done { cursor: run.position.to_json(), soon, reach })
}

/// The collection behind a folder, if this connection fills it.
pub(super) fn collection_of(folder: &Folder, connection: &str) -> Option<Collection> {
    let is_of = folder.connection.as_deref() == Some(connection);
    if is_of { Collection::behind(folder) } else { None }
}

impl Run<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        self.look_aside().await?;
        let strategy = answer(self.desk.connector.strategy(&self.desk.user, &self.collection)).await?;
        match strategy {
            Strategy::Cursor => self.by_cursor().await,
            Strategy::ModifiedSince => self.by_time().await,
            Strategy::List => self.by_list().await,
        }
    }

    /// Sees to what came into a mail folder; when to look again, if that failed.
    async fn arrivals(&mut self, folder: &Folder) -> Result<Option<Timestamp>, Stop> {
        let Some(mail) = &self.mail else { return Ok(None) };
        let mailbox = Mailbox {
            connection: self.due.connection.clone(),
            connector: Arc::clone(&self.desk.connector),
            mail: Arc::clone(&mail.server),
            user: self.desk.user.clone(),
        };
        let Self { office, due, watch, collection, .. } = self;
        let arrivals = Arrivals { office, due, watch, folder, mailbox: &mailbox, collection };
        let (looked, failed) = Box::pin(arrivals.look_through(self.position.looked)).await;
        self.position.looked = looked;
        match failed {
            None => Ok(None),
            Some(Stop::Lost) => Err(Stop::Lost),
            Some(error) => {
                let (account, folder) = (self.due.account, folder.id);
                tracing::warn!(%account, %folder, %error, "what came is not seen to yet; again later");
                Ok(Some(later(self.watch.now(), AGAIN)))
            }
        }
    }

    /// When the next answer is due that this pull had to wait for; a write that is stuck is not asked for all the time.
    async fn answer_due(&self) -> store::Result<Timestamp> {
        let mut reader = self.office.app.store().read().await?;
        let owed = outbox::of_folder(&mut reader, self.due.account, self.due.folder).await?;
        let under_way = owed.iter().filter(|owed| owed.sent_rev.is_some());
        Ok(under_way.map(|owed| owed.next_at).min().unwrap_or_else(|| self.watch.now()))
    }

    /// Whether another version of the program set something aside that this one may read.
    async fn look_aside(&mut self) -> Result<(), Stop> {
        let mut reader = self.office.app.store().read().await?;
        let asides = pull::asides(&mut reader, self.due.account, self.due.folder).await?;
        self.may_read_more = asides.iter().any(|aside| aside.program != crate::PROGRAM);
        Ok(())
    }

    /// Strategy A.
    async fn by_cursor(&mut self) -> Result<(), Stop> {
        if self.may_read_more || self.position.held.is_some() {
            self.position.cursor = None;
        }
        let mut since = self.position.cursor.clone();
        let mut seen: Option<HashSet<String>> = None;
        for _ in 0..PAGES {
            let asked_at = self.watch.now();
            let page = match answer(self.changes(since.as_deref())).await {
                Err(connector::Error::CursorExpired) if since.is_some() => {
                    (since, seen, self.position.cursor) = (None, None, None);
                    continue;
                }
                page => page?,
            };
            if since.is_none() && page.complete {
                seen = Some(HashSet::new());
            }
            if let Some(seen) = &mut seen {
                seen.extend(page.changes.iter().filter_map(present));
            }
            // While all is told, the place is kept only at the end: what is gone shows only then.
            let keep = seen.is_none().then_some(page.cursor.as_str());
            self.apply(&page.changes, asked_at, keep).await?;
            if !page.more {
                return self.end_of_cursor(page.cursor, seen).await;
            }
            if since.as_deref() == Some(page.cursor.as_str()) {
                let message = "the cursor stands still though there is more".to_owned();
                return Err(connector::Error::Protocol(message).into());
            }
            since = Some(page.cursor);
        }
        Err(connector::Error::Protocol(format!("more than {PAGES} pages")).into())
    }

    async fn changes(&self, since: Option<&str>) -> connector::Result<Page> {
        let Desk { connector, user } = &self.desk;
        match &self.mail {
            Some(mail) => mail.server.changes_within(user, &self.collection, mail.window, since, PAGE).await,
            None => connector.changes(user, &self.collection, since, PAGE).await,
        }
    }

    async fn list(&self) -> connector::Result<Vec<(String, String)>> {
        let Desk { connector, user } = &self.desk;
        match &self.mail {
            Some(mail) => mail.server.list_within(user, &self.collection, mail.window).await,
            None => connector.list(user, &self.collection).await,
        }
    }

    async fn end_of_cursor(&mut self, cursor: String, seen: Option<HashSet<String>>) -> Result<(), Stop> {
        let all_there = match seen {
            Some(seen) => self.reconcile(&seen, self.watch.started_at()).await?,
            None => true,
        };
        if all_there && !self.deferred {
            self.position.cursor = Some(cursor);
        }
        Ok(())
    }

    /// Strategy B.
    async fn by_time(&mut self) -> Result<(), Stop> {
        let asked_at = self.watch.now();
        let stale = |at: i64| later(time(at), RECONCILE) <= asked_at;
        let since = match (self.position.modified, self.position.reconciled) {
            (Some(since), Some(reconciled))
                if !stale(reconciled) && !self.may_read_more && self.position.held.is_none() =>
            {
                time(since)
            }
            _ => {
                self.by_list().await?;
                if !self.deferred {
                    self.position.modified = Some(asked_at.as_microsecond());
                    self.position.reconciled = Some(asked_at.as_microsecond());
                }
                return Ok(());
            }
        };
        let since = since.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN);
        let desk = self.desk.clone();
        let remotes = answer(desk.connector.modified(&desk.user, &self.collection, since)).await?;
        let changes: Vec<Change> = remotes.into_iter().map(Change::Upsert).collect();
        self.apply(&changes, asked_at, None).await?;
        if !self.deferred {
            self.position.modified = Some(asked_at.as_microsecond());
        }
        Ok(())
    }

    /// Strategy C.
    async fn by_list(&mut self) -> Result<(), Stop> {
        let asked_at = self.watch.now();
        let desk = self.desk.clone();
        let listed = answer(self.list()).await?;
        let wanted = self.differing(&listed, asked_at).await?;
        for ids in wanted.chunks(PAGE) {
            let asked_at = self.watch.now();
            let remotes = answer(desk.connector.fetch(&desk.user, &self.collection, ids)).await?;
            let changes: Vec<Change> = remotes.into_iter().map(Change::Upsert).collect();
            self.apply(&changes, asked_at, None).await?;
        }
        let seen = listed.into_iter().map(|(id, _)| id).collect();
        self.reconcile(&seen, asked_at).await?;
        Ok(())
    }

    /// The ids whose etag is not the one we have.
    async fn differing(
        &self,
        listed: &[(String, String)],
        asked_at: Timestamp,
    ) -> store::Result<Vec<String>> {
        let mut tx = self.office.app.store().read().await?;
        let around = self.target.surroundings(&mut tx, asked_at).await?;
        let ours = item::remote_ids(&mut tx, self.due.account, self.due.folder).await?;
        drop(tx);
        let ours: HashMap<String, Option<String>> =
            ours.into_iter().map(|(id, etag, _)| (id, etag)).collect();
        let differs = |(id, etag): &&(String, String)| {
            ours.get(id).is_none_or(|ours| ours.as_ref() != Some(etag)) && !around.is_aside(id, etag)
        };
        Ok(listed.iter().filter(differs).map(|(id, _)| id.clone()).collect())
    }

    /// Writes changes, a transaction for each hundred; the last one keeps the cursor if nothing has to come again.
    async fn apply(
        &mut self,
        changes: &[Change],
        asked_at: Timestamp,
        cursor: Option<&str>,
    ) -> Result<(), Stop> {
        let mut chunks = changes.chunks(PAGE).peekable();
        while let Some(chunk) = chunks.next() {
            let keep = cursor.filter(|_| chunks.peek().is_none() && !self.deferred);
            match retrying(|| self.write(chunk, asked_at, keep)).await {
                Ok(did) => self.count(&did),
                // One of them may be what the database cannot take: it alone is set aside.
                Err(Stop::Store(store::Error::Database(error))) if error.as_database_error().is_some() => {
                    for change in chunk {
                        self.write_or_set_aside(change, asked_at).await?;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(cursor) = cursor.filter(|_| !self.deferred) {
            self.position.cursor = Some(cursor.to_owned());
        }
        Ok(())
    }

    async fn write(
        &self,
        chunk: &[Change],
        asked_at: Timestamp,
        cursor: Option<&str>,
    ) -> Result<Vec<Did>, Stop> {
        let now = self.watch.now();
        let mut tx = self.office.app.store().begin().await?;
        if !pull::hold(&mut tx, self.due, self.office.lease(now, LEASE)).await? {
            return Err(Stop::Lost);
        }
        let around = self.target.surroundings(&mut tx, asked_at).await?;
        let mut did = Vec::with_capacity(chunk.len());
        for change in chunk {
            did.push(self.target.change(&mut tx, &around, change, now).await?);
        }
        if let Some(cursor) = cursor.filter(|_| !did.contains(&Did::Deferred)) {
            let position = Position { cursor: Some(cursor.to_owned()), ..self.position.clone() };
            pull::advance(&mut tx, self.due, &position.to_json()).await?;
        }
        tx.commit().await?;
        Ok(did)
    }

    async fn write_or_set_aside(&mut self, change: &Change, asked_at: Timestamp) -> Result<(), Stop> {
        let one = std::slice::from_ref(change);
        let reason = match retrying(|| self.write(one, asked_at, None)).await {
            Ok(did) => {
                self.count(&did);
                return Ok(());
            }
            Err(Stop::Store(store::Error::Database(error))) if error.as_database_error().is_some() => {
                "the database cannot take it"
            }
            Err(error) => return Err(error),
        };
        let Change::Upsert(remote) = change else { return Ok(()) };
        let mut refused = remote.clone();
        refused.content = Err(reason.to_owned());
        let refused = [Change::Upsert(refused)];
        let did = retrying(|| self.write(&refused, asked_at, None)).await?;
        self.count(&did);
        Ok(())
    }

    fn count(&mut self, did: &[Did]) {
        for did in did {
            match did {
                Did::Nothing => {}
                Did::Pulled => self.tally.pulled += 1,
                Did::Removed => self.tally.removed += 1,
                Did::Conflict => self.tally.conflicts += 1,
                Did::Aside => self.tally.errors += 1,
                Did::Deferred => self.deferred = true,
            }
        }
    }

    /// Removes what is not there any more. False: held back until the next run says the same.
    async fn reconcile(&mut self, seen: &HashSet<String>, asked_at: Timestamp) -> Result<bool, Stop> {
        let mut tx = self.office.app.store().read().await?;
        let around = self.target.surroundings(&mut tx, asked_at).await?;
        let ours = item::remote_ids(&mut tx, self.due.account, self.due.folder).await?;
        let owed = outbox::of_folder(&mut tx, self.due.account, self.due.folder).await?;
        drop(tx);
        let owed: HashSet<ItemId> = owed.into_iter().map(|owed| owed.place.item).collect();
        let of = ours.len();
        let missing = ours.into_iter().filter(|(id, _, _)| !seen.contains(id));
        let (touched, gone): (Vec<_>, Vec<_>) =
            missing.partition(|(_, _, item)| owed.contains(item) || around.was_pushed(*item));
        let gone: Vec<(String, ItemId)> = gone.into_iter().map(|(id, _, item)| (id, item)).collect();
        let is_much = gone.len() > FEW && gone.len() * 2 > of;
        // A mailbox that was numbered anew has none of the old numbers, and says so by the new ones.
        let is_doubtful = is_much && (self.mail.is_none() || seen.is_empty());
        if is_doubtful && self.position.held.is_none() {
            self.hold_back(gone.len(), of);
            return Ok(false);
        }
        self.position.held = None;
        for chunk in gone.chunks(PAGE) {
            let removed = retrying(|| self.remove(chunk)).await?;
            self.tally.removed += removed;
        }
        // What a phone has touched as well is settled as if it were told by itself: a cursor never tells it again.
        let touched: Vec<Change> = touched.into_iter().map(|(id, _, _)| Change::Delete { id }).collect();
        self.apply(&touched, asked_at, None).await?;
        let asides: Vec<&str> = around.asides().filter(|id| !seen.contains(*id)).collect();
        retrying(|| self.clear_asides(&asides)).await?;
        Ok(true)
    }

    fn hold_back(&mut self, gone: usize, of: usize) {
        self.position.held = Some(gone);
        let Due { account, connection, folder, .. } = self.due;
        tracing::warn!(%account, connection, %folder, gone, of, "a pull that would empty a folder waits for the next");
        self.tally.messages.push(format!(
            "{gone} of {of} items are missing in the back office; they are removed here if the next pull says the same"
        ));
    }

    async fn remove(&self, gone: &[(String, ItemId)]) -> Result<i64, Stop> {
        let now = self.watch.now();
        let mut tx = self.office.app.store().begin().await?;
        if !pull::hold(&mut tx, self.due, self.office.lease(now, LEASE)).await? {
            return Err(Stop::Lost);
        }
        let mut removed = 0;
        for (id, item) in gone {
            let place = self.target.place(*item);
            let row = item::newest(&mut tx, place).await?;
            let still =
                row.is_some_and(|row| !row.version.meta.deleted && row.remote_id.as_ref() == Some(id));
            if still && outbox::find(&mut tx, place).await?.is_none() {
                item::delete(&mut tx, place, None, now).await?;
                removed += 1;
            }
        }
        tx.commit().await?;
        Ok(removed)
    }

    async fn clear_asides(&self, ids: &[&str]) -> store::Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = self.office.app.store().begin().await?;
        for id in ids {
            pull::not_aside(&mut tx, self.due.account, self.due.folder, id).await?;
        }
        tx.commit().await
    }
}

fn present(change: &Change) -> Option<String> {
    match change {
        Change::Upsert(remote) => Some(remote.id.clone()),
        Change::Delete { .. } => None,
    }
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MIN)
}
