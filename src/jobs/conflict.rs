//! Writes what becomes of an item that a phone and the back office both changed. Who wins is decided in `settle`.

use jiff::Timestamp;

use super::apply::Did;
use super::apply::Target;
use super::settle;
use super::settle::Ours;
use crate::app::new_key;
use crate::connector::Remote;
use crate::model::content::Content;
use crate::model::id::Rev;
use crate::store;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::log::Direction;
use crate::store::log::Outcome;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owe;
use crate::store::outbox::Owed;

impl Target {
    /// Both sides changed an item, and ours is not under way.
    pub(super) async fn conflict(
        &self,
        tx: &mut Tx,
        row: &Row,
        owed: &Owed,
        remote: &Remote,
        content: &Content,
        now: Timestamp,
    ) -> store::Result<Did> {
        let place = owed.place;
        if row.moved_to.is_some() && self.follow(tx, owed, remote, content, now).await? {
            return Ok(Did::Conflict);
        }
        let base = self.base(tx, owed).await?;
        let ours = (!row.version.meta.deleted).then(|| self.read(row)).flatten();
        let ours = Ours::of(ours.as_ref(), row, owed);
        let result = settle::settle(self.policy, base.as_ref(), ours, content, now);
        item::set_remote(tx, place, Some(&remote.id), Some(&remote.etag)).await?;
        // Theirs is written first in any case: it is what the back office has, and stays in the past if ours wins.
        let theirs = match self.read(row) {
            Some(same) if !row.version.meta.deleted && same == *content => row.version.meta.rev,
            _ => item::replace(tx, place, content, None, now).await?,
        };
        let (message, rev) = match result {
            settle::Settled::Theirs => ("changed on both sides; the back office's version was kept", None),
            settle::Settled::Both => return self.agreed(tx, place).await,
            settle::Settled::Ours(ours) => {
                let rev = item::replace(tx, place, &ours, None, now).await?;
                ("changed on both sides; the phone's changes were kept", Some(rev))
            }
            settle::Settled::Delete => {
                let rev = item::delete(tx, place, None, now).await?;
                ("changed there and deleted on the phone; it is deleted", Some(rev))
            }
        };
        match rev {
            Some(rev) => outbox::rebase(tx, place, theirs, rev, &new_key(), now).await?,
            None => outbox::done(tx, place).await?,
        }
        self.note(tx, place, Direction::In, Outcome::Conflict, message, now).await?;
        Ok(Did::Conflict)
    }

    /// The back office changed an item that a phone has moved: the change goes after it, and its deletion is owed
    /// anew, against the version that is there now. False: where it went it is not any more.
    async fn follow(
        &self,
        tx: &mut Tx,
        owed: &Owed,
        remote: &Remote,
        content: &Content,
        now: Timestamp,
    ) -> store::Result<bool> {
        let place = owed.place;
        let Some((there, row)) = moved::whereabouts(tx, place).await? else { return Ok(false) };
        let ours = self.read(&row).filter(|_| !row.version.meta.deleted);
        let Some(ours) = ours else { return Ok(false) };
        let base = self.base(tx, owed).await?;
        let result = if base.as_ref() == Some(&ours) {
            // Nobody has changed it where it is.
            settle::Settled::Theirs
        } else {
            settle::settle(self.policy, base.as_ref(), Ours::of(Some(&ours), &row, owed), content, now)
        };
        let kept = match result {
            settle::Settled::Theirs => Some(content),
            settle::Settled::Ours(ref kept) => Some(&**kept),
            settle::Settled::Both | settle::Settled::Delete => None,
        };
        if let Some(kept) = kept.filter(|kept| **kept != ours) {
            let rev = item::replace(tx, there, kept, None, now).await?;
            self.owe_at(tx, there, (row.version.meta.rev, rev), now).await?;
        }
        item::set_remote(tx, place, Some(&remote.id), Some(&remote.etag)).await?;
        // It does not come to life here for that: who moved it may still ask where it went.
        let theirs = item::keep_loser(tx, place, content, now).await?;
        outbox::rebase(tx, place, theirs, owed.rev, &new_key(), now).await?;
        let message = "changed there and moved on the phone; the change went after it";
        self.note(tx, there, Direction::In, Outcome::Conflict, message, now).await?;
        Ok(true)
    }

    /// The back office of another folder has to get a version, if the folder has one.
    async fn owe_at(
        &self,
        tx: &mut Tx,
        place: Place,
        (base_rev, rev): (Rev, Rev),
        now: Timestamp,
    ) -> store::Result<()> {
        let row = folder::find(tx, place.account, place.folder).await?;
        let Some(connection) = row.and_then(|row| row.folder.connection) else { return Ok(()) };
        let key = new_key();
        let owe = Owe { place, connection: &connection, base_rev, rev, key: &key, server_wins: true, now };
        outbox::owe(tx, owe).await
    }

    /// What the back office had when the phone changed the item.
    pub(super) async fn base(&self, tx: &mut Tx, owed: &Owed) -> store::Result<Option<Content>> {
        let base = item::version(tx, owed.place, owed.base_rev).await?;
        Ok(base.and_then(|base| Content::from_json(self.class, &base.content).ok()))
    }

    async fn agreed(&self, tx: &mut Tx, place: Place) -> store::Result<Did> {
        outbox::done(tx, place).await?;
        Ok(Did::Nothing)
    }

    /// The back office deleted what the phone changed or deleted.
    pub(super) async fn deleted_there(
        &self,
        tx: &mut Tx,
        row: &Row,
        owed: &Owed,
        now: Timestamp,
    ) -> store::Result<Did> {
        let place = owed.place;
        if row.version.meta.deleted {
            outbox::done(tx, place).await?;
            return Ok(Did::Nothing);
        }
        let content = self.read(row);
        let message = if settle::outlives_deletion(self.policy, Ours::of(content.as_ref(), row, owed), now) {
            // It is made there anew.
            item::set_remote(tx, place, None, None).await?;
            outbox::rebase(tx, place, Rev(0), row.version.meta.rev, &new_key(), now).await?;
            "deleted there and changed on the phone; it is made again"
        } else {
            item::delete(tx, place, None, now).await?;
            outbox::done(tx, place).await?;
            "deleted there and changed on the phone; it is deleted"
        };
        self.note(tx, place, Direction::In, Outcome::Conflict, message, now).await?;
        Ok(Did::Conflict)
    }
}

impl<'a> Ours<'a> {
    /// What a row says that owes its back office something.
    fn of(content: Option<&'a Content>, row: &Row, owed: &Owed) -> Self {
        Self { content, changed_at: row.version.changed_at, server_wins: owed.server_wins }
    }
}
