//! What becomes of a phone's change or deletion that meets another. Who wins is decided in `sync::conflict`.

use super::apply::Applier;
use super::window;
use crate::command::owe::Deed as Owed;
use crate::command::owe::owe;
use crate::eas::sync::Status;
use crate::error::Error;
use crate::model::content::Content;
use crate::model::id::Rev;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::moved;
use crate::store::outbox;
use crate::sync::conflict;
use crate::sync::conflict::Deed;
use crate::sync::conflict::Side;
use crate::sync::conflict::Sides;
use crate::sync::conflict::Winner;
use crate::sync::merge::merge;

/// What a phone had of an item, and what it made of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit<'a> {
    pub(super) before: &'a Content,
    pub(super) after: &'a Content,
}

impl Applier<'_, '_> {
    /// Whether the deletion of an item that has changed since the phone saw it comes to nothing.
    pub(super) async fn is_kept(&mut self, row: &Row) -> Result<bool, Error> {
        Ok(self.winner(Deed::Deleted, row).await? == Winner::Server)
    }

    /// The item has another version than the one that was edited, or is gone.
    pub(super) async fn settle(&mut self, place: Place, row: &Row, edit: Edit<'_>) -> Result<Status, Error> {
        if !row.version.meta.deleted {
            return self.settle_change(place, row, edit).await;
        }
        match moved::whereabouts(self.tx, place).await? {
            Some((there, row)) if !row.version.meta.deleted => self.follow(there, &row, edit).await?,
            _ if self.winner(Deed::Changed, row).await? == Winner::Device => {
                self.revive(place, row, edit.after).await?;
                return Ok(Status::SUCCESS);
            }
            _ => {
                item::keep_loser(self.tx, place, edit.after, self.turn.now).await?;
            }
        }
        Ok(Status::OBJECT_NOT_FOUND)
    }

    /// Both sides have a version of the item. The loser's goes to the past all the same.
    async fn settle_change(&mut self, place: Place, row: &Row, edit: Edit<'_>) -> Result<Status, Error> {
        let class = self.turn.class();
        let Ok(server) = window::content(class, &row.version) else { return Ok(Status::CONVERSION_ERROR) };
        let kept = match self.winner(Deed::Changed, row).await? {
            Winner::Server => {
                item::keep_loser(self.tx, place, edit.after, self.turn.now).await?;
                return Ok(Status::CONFLICT);
            }
            Winner::Device => edit.after.clone(),
            Winner::Merged { device_first } => {
                let (base, device) = (edit.before.to_value(), edit.after.to_value());
                let server = server.to_value();
                let (first, second) = if device_first { (&device, &server) } else { (&server, &device) };
                match Content::from_value(class, &merge(&base, first, second)) {
                    Ok(merged) => merged,
                    Err(_) => return Ok(Status::CONVERSION_ERROR),
                }
            }
        };
        // Not the phone's own: it has not seen all that is in it.
        let rev = item::replace(self.tx, place, &kept, None, self.turn.now).await?;
        self.owe_at(place, row.version.meta.rev, rev).await?;
        Ok(Status::SUCCESS)
    }

    /// Another phone has moved the item meanwhile: the change goes after it. The phone hears that it left.
    async fn follow(&mut self, there: Place, row: &Row, edit: Edit<'_>) -> Result<(), Error> {
        let before = edit.before.to_json();
        if row.version.content != before {
            return self.settle_change(there, row, edit).await.map(drop);
        }
        let rev = item::replace(self.tx, there, edit.after, None, self.turn.now).await?;
        self.owe_at(there, row.version.meta.rev, rev).await
    }

    /// A deleted item lives again, as the phone has it.
    async fn revive(&mut self, place: Place, row: &Row, content: &Content) -> Result<(), Error> {
        // Where no deletion is owed the back office has deleted it too: there it is a new one.
        let is_gone_there = outbox::find(self.tx, place).await?.is_none();
        let base = if is_gone_there { Rev(0) } else { row.version.meta.rev };
        if is_gone_there {
            item::set_remote(self.tx, place, None, None).await?;
        }
        let rev = item::replace(self.tx, place, content, None, self.turn.now).await?;
        self.owe_at(place, base, rev).await
    }

    async fn winner(&mut self, deed: Deed, row: &Row) -> Result<Winner, Error> {
        let account = self.turn.phone.device.account;
        let policy = self.app.conflict_policy(self.tx, account, self.turn.class()).await?;
        let is_deleted = row.version.meta.deleted;
        let sides = Sides {
            device: Side { deed, at: self.turn.now },
            server: Side {
                deed: if is_deleted { Deed::Deleted } else { Deed::Changed },
                at: row.version.changed_at,
            },
            server_wins: self.turn.server_wins(),
        };
        Ok(conflict::settle(policy, sides))
    }

    /// The back office of wherever the item is has to get this version.
    async fn owe_at(&mut self, place: Place, base_rev: Rev, rev: Rev) -> Result<(), Error> {
        let Some(row) = folder::find(self.tx, place.account, place.folder).await? else { return Ok(()) };
        let (server_wins, now) = (self.turn.server_wins(), self.turn.now);
        Ok(owe(self.tx, &row.folder, Owed { place, base_rev, rev, server_wins, now }).await?)
    }
}
