//! Writes what a back office told into a folder, one item at a time. Asks no back office.
//!
//! What is owed to the back office stands in the way of what it tells:
//! - a version it already has under the same etag is our own echo;
//! - an item with a write under way waits: only the answer says which of the two came first;
//! - an item with a write not yet begun is a conflict, and settled here; but a draft that was written anew waits, for
//!   what is there is to be removed.

use std::collections::HashMap;
use std::collections::HashSet;

use jiff::Timestamp;

use super::draft;
use super::settle;
use crate::PROGRAM;
use crate::app::new_key;
use crate::connector::Change;
use crate::connector::Remote;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::store;
use crate::store::Tx;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::log;
use crate::store::log::Attempt;
use crate::store::log::Direction;
use crate::store::log::Outcome;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owed;
use crate::store::pull;
use crate::store::pull::Aside;
use crate::sync::conflict::Policy;

/// Where the changes go.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) account: AccountId,
    pub(super) folder: FolderId,
    pub(super) class: Class,
    pub(super) connection: String,
    pub(super) policy: Policy,
}

/// What has to be known of the folder as a whole, read in the same transaction.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Set aside: the mark of the version that failed with this program.
    asides: HashMap<String, Option<i64>>,
    /// Accepted by the back office after it was asked for what it told: its answer may be older than that.
    pushed: HashSet<ItemId>,
    /// What new items that were sent and not answered look like.
    unanswered: Vec<String>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// It was no news.
    Nothing,
    /// The item is new or changed.
    Pulled,
    /// The item is gone.
    Removed,
    /// Both sides had changed it.
    Conflict,
    /// It cannot be read.
    Aside,
    /// It has to be told again later.
    Deferred,
}

impl Target {
    pub(super) fn place(&self, item: ItemId) -> Place {
        Place { account: self.account, folder: self.folder, item }
    }

    /// Reads what stands around the changes that were asked for at a time.
    pub(super) async fn surroundings(
        &self,
        connection: &mut store::Connection,
        asked_at: Timestamp,
    ) -> store::Result<Surroundings> {
        let mut around = Surroundings::default();
        for aside in pull::asides(connection, self.account, self.folder).await? {
            let mark = (aside.program == PROGRAM).then_some(aside.mark);
            around.asides.insert(aside.remote_id, mark);
        }
        let pushed = log::pushed_since(connection, self.account, self.folder, before(asked_at)).await?;
        around.pushed = pushed.into_iter().collect();
        for owed in outbox::of_folder(connection, self.account, self.folder).await? {
            if owed.sent_rev.is_none() {
                continue;
            }
            if let Some(row) = item::newest(connection, owed.place).await?
                && let Some(content) = self.read(&row)
                && (row.remote_id.is_none()
                    || draft::owed(connection, self.account, Some(&content)).await?.is_some())
            {
                around.unanswered.push(content.likeness());
            }
        }
        Ok(around)
    }

    /// Writes one change.
    pub(super) async fn change(
        &self,
        tx: &mut Tx,
        around: &Surroundings,
        change: &Change,
        now: Timestamp,
    ) -> store::Result<Did> {
        match change {
            Change::Upsert(remote) => self.upsert(tx, around, remote, now).await,
            Change::Delete { id } => self.gone(tx, around, id, now).await,
        }
    }

    async fn upsert(
        &self,
        tx: &mut Tx,
        around: &Surroundings,
        remote: &Remote,
        now: Timestamp,
    ) -> store::Result<Did> {
        let row = item::by_remote_id(tx, self.account, self.folder, &remote.id).await?;
        if let Some(row) = row.as_ref().filter(|row| row.etag.as_ref() == Some(&remote.etag)) {
            // What is deleted here and owes nothing has come back there, just as it was.
            let place = self.place(row.version.meta.item);
            if !row.version.meta.deleted || outbox::find(tx, place).await?.is_some() {
                return Ok(Did::Nothing);
            }
        }
        let content = match &remote.content {
            Ok(content) if content.class() == self.class => content,
            Ok(_) => {
                return self.aside(tx, around, remote, "it is of another class than its folder", now).await;
            }
            Err(reason) => return self.aside(tx, around, remote, reason, now).await,
        };
        if around.asides.contains_key(&remote.id) {
            pull::not_aside(tx, self.account, self.folder, &remote.id).await?;
        }
        match row {
            Some(row) => {
                let mut content = content.clone();
                if let Some(ours) = self.read(&row) {
                    content.keep_from(&ours);
                }
                self.known(tx, around, &row, remote, &content, now).await
            }
            None => self.unknown(tx, around, remote, content, now).await,
        }
    }

    async fn known(
        &self,
        tx: &mut Tx,
        around: &Surroundings,
        row: &Row,
        remote: &Remote,
        content: &Content,
        now: Timestamp,
    ) -> store::Result<Did> {
        let place = self.place(row.version.meta.item);
        match outbox::find(tx, place).await? {
            // What was told may be older than what it has accepted since, whatever it is owed by now.
            _ if around.pushed.contains(&place.item) => Ok(Did::Deferred),
            None => self.take_over(tx, row, remote, content, now).await,
            // Only the answer says whether this is our own write, or came after it, or before.
            Some(owed) if owed.sent_rev.is_some() || owed.lease_until > now => Ok(Did::Deferred),
            Some(_) if self.is_rewritten(tx, row).await? => Ok(Did::Deferred),
            Some(owed) => self.conflict(tx, row, &owed, remote, content, now).await,
        }
    }

    /// The back office's version becomes the newest one, unless it says the same.
    async fn take_over(
        &self,
        tx: &mut Tx,
        row: &Row,
        remote: &Remote,
        content: &Content,
        now: Timestamp,
    ) -> store::Result<Did> {
        let place = self.place(row.version.meta.item);
        let news = row.version.meta.deleted || self.read(row).as_ref() != Some(content);
        if news {
            item::replace(tx, place, content, None, now).await?;
        }
        item::set_remote(tx, place, Some(&remote.id), Some(&remote.etag)).await?;
        Ok(if news { Did::Pulled } else { Did::Nothing })
    }

    /// An id never seen: a new item there, or one of ours whose answer never came.
    async fn unknown(
        &self,
        tx: &mut Tx,
        around: &Surroundings,
        remote: &Remote,
        content: &Content,
        now: Timestamp,
    ) -> store::Result<Did> {
        for row in self.same_uid(tx, content).await? {
            let place = self.place(row.version.meta.item);
            let owed = outbox::find(tx, place).await?;
            match owed {
                None if row.version.meta.deleted => {}
                None => return self.take_over(tx, &row, remote, content, now).await,
                Some(owed) if owed.lease_until > now => return Ok(Did::Deferred),
                Some(owed) => return self.arrived(tx, &row, &owed, remote, content, now).await,
            }
        }
        // It may be the one that was sent without a UID, or lost it there: its answer will tell.
        let likeness = content.likeness();
        if !likeness.is_empty() && around.unanswered.contains(&likeness) {
            return Ok(Did::Deferred);
        }
        let new =
            item::New { content, writer: None, remote_id: Some(&remote.id), etag: Some(&remote.etag), now };
        item::create(tx, self.account, self.folder, new).await?;
        Ok(Did::Pulled)
    }

    /// Our items of this UID that the back office has not named yet.
    async fn same_uid(&self, tx: &mut Tx, content: &Content) -> store::Result<Vec<Row>> {
        let Some(uid) = content.uid() else { return Ok(Vec::new()) };
        let mut rows = item::by_uid(tx, self.account, self.folder, uid).await?;
        rows.retain(|row| row.remote_id.is_none());
        Ok(rows)
    }

    /// An item that we made is there although no answer said so, or both sides made it.
    async fn arrived(
        &self,
        tx: &mut Tx,
        row: &Row,
        owed: &Owed,
        remote: &Remote,
        content: &Content,
        now: Timestamp,
    ) -> store::Result<Did> {
        let sent = match owed.sent_rev {
            Some(rev) => item::version(tx, owed.place, rev).await?,
            None => None,
        };
        let Some(sent) = sent else { return self.conflict(tx, row, owed, remote, content, now).await };
        item::set_remote(tx, owed.place, Some(&remote.id), Some(&remote.etag)).await?;
        let is_ours =
            Content::from_json(self.class, &sent.content).is_ok_and(|sent| settle::holds(content, &sent));
        if !is_ours {
            return self.conflict(tx, row, owed, remote, content, now).await;
        }
        self.note(
            tx,
            owed.place,
            Direction::Out,
            Outcome::Accepted,
            "found there, though its answer was lost",
            now,
        )
        .await?;
        if owed.rev == sent.meta.rev {
            outbox::done(tx, owed.place).await?;
        } else {
            outbox::rebase(tx, owed.place, sent.meta.rev, owed.rev, &new_key(), now).await?;
        }
        Ok(Did::Nothing)
    }

    /// The back office says that an item is gone.
    async fn gone(&self, tx: &mut Tx, around: &Surroundings, id: &str, now: Timestamp) -> store::Result<Did> {
        if around.asides.contains_key(id) {
            pull::not_aside(tx, self.account, self.folder, id).await?;
        }
        let Some(row) = item::by_remote_id(tx, self.account, self.folder, id).await? else {
            // It may be what was sent and has not been named to us: that answer would bring it back for good.
            return Ok(if around.unanswered.is_empty() { Did::Nothing } else { Did::Deferred });
        };
        let place = self.place(row.version.meta.item);
        match outbox::find(tx, place).await? {
            None if row.version.meta.deleted => Ok(Did::Nothing),
            _ if around.pushed.contains(&place.item) => Ok(Did::Deferred),
            None => {
                item::delete(tx, place, None, now).await?;
                Ok(Did::Removed)
            }
            Some(owed) if owed.sent_rev.is_some() || owed.lease_until > now => Ok(Did::Deferred),
            // A mail that was moved away and back leaves its mailbox before the answer that says so.
            Some(_) if self.class == Class::Email && moved::is_under_way(tx, place).await? => {
                Ok(Did::Deferred)
            }
            Some(_) if self.is_rewritten(tx, &row).await? => Ok(Did::Deferred),
            Some(owed) => self.deleted_there(tx, &row, &owed, now).await,
        }
    }

    /// Whether a phone wrote in a draft what its mailbox has yet to get: the message that is there, or was, is another.
    async fn is_rewritten(&self, tx: &mut Tx, row: &Row) -> store::Result<bool> {
        let content = self.read(row).filter(|_| !row.version.meta.deleted);
        Ok(draft::owed(tx, self.account, content.as_ref()).await?.is_some())
    }

    /// An item that cannot be read stops nothing: what we had of it stays.
    async fn aside(
        &self,
        tx: &mut Tx,
        around: &Surroundings,
        remote: &Remote,
        reason: &str,
        now: Timestamp,
    ) -> store::Result<Did> {
        let mark = mark(&remote.etag);
        if around.asides.get(&remote.id) == Some(&Some(mark)) {
            return Ok(Did::Nothing);
        }
        let aside = Aside {
            remote_id: remote.id.clone(),
            mark,
            program: PROGRAM.to_owned(),
            reason: reason.to_owned(),
        };
        pull::set_aside(tx, self.account, self.folder, &aside, now).await?;
        self.note(tx, self.place(ItemId(0)), Direction::In, Outcome::Aside, reason, now).await?;
        Ok(Did::Aside)
    }

    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        place: Place,
        direction: Direction,
        outcome: Outcome,
        message: &str,
        now: Timestamp,
    ) -> store::Result<()> {
        log::add(tx, place, Attempt { connection: &self.connection, direction, outcome, message, now }).await
    }

    pub(super) fn read(&self, row: &Row) -> Option<Content> {
        Content::from_json(self.class, &row.version.content).ok()
    }
}

impl Surroundings {
    /// Whether this version is set aside by this very program.
    pub(super) fn is_aside(&self, id: &str, etag: &str) -> bool {
        self.asides.get(id) == Some(&Some(mark(etag)))
    }

    /// What is set aside.
    pub(super) fn asides(&self) -> impl Iterator<Item = &str> {
        self.asides.keys().map(String::as_str)
    }

    /// Whether the back office accepted a write of this item after it was asked.
    pub(super) fn was_pushed(&self, item: ItemId) -> bool {
        self.pushed.contains(&item)
    }
}

/// A number for an etag, to know it again.
fn mark(etag: &str) -> i64 {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(etag.as_bytes());
    digest.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// A little earlier: the clocks of two nodes differ.
fn before(asked_at: Timestamp) -> Timestamp {
    const CLOCKS: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);
    asked_at.checked_sub(CLOCKS).unwrap_or(Timestamp::MIN)
}
