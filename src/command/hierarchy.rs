//! Where a phone stands in the list of folders, by its keys, and what it may change there. Tells no folder.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::app::App;
use crate::command::phone::Phone;
use crate::error::Error;
use crate::model::folder::Folder;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::store::Connection;
use crate::store::Tx;
use crate::store::device;
use crate::store::device::Column;
use crate::store::folder;
use crate::store::folder::Row;
use crate::sync::key::SyncKey;

/// The keys of a phone's list of folders: the column `hierarchy`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hierarchy {
    /// Where the phone stands if it got our last answer.
    pub current: Option<Slot>,
    /// Where it stands if it did not.
    pub previous: Option<Slot>,
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The key.
    pub key: SyncKey,
    /// The revision of the list of folders that goes with it.
    pub rev: Rev,
}

impl Hierarchy {
    /// Reads the column.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The revision that a key stands for; none for a key that we did not give out, or that is too old.
    pub(super) fn rev_of(&self, key: SyncKey) -> Option<Rev> {
        if key == SyncKey::FIRST {
            return Some(Rev(0));
        }
        [self.current, self.previous].into_iter().flatten().find(|slot| slot.key == key).map(|slot| slot.rev)
    }

    /// The keys after an answer to `used` that brings the phone to `rev`.
    ///
    /// A key stays as long as nothing happened, and a lost answer is given again as it was. Key 0 begins again beside
    /// what is known: Gmail asks so at each refresh. The first key counts from the second it was given, so that a
    /// device which was removed does not find an old key of its own good again.
    pub(super) fn after(&self, used: SyncKey, rev: Rev, now: Timestamp) -> Self {
        match self.current {
            Some(current) if used == current.key && rev == current.rev => self.clone(),
            Some(current) if used != SyncKey::FIRST && used != current.key && rev == current.rev => {
                self.clone()
            }
            Some(current) => {
                let previous = self.previous.filter(|slot| slot.key == used).unwrap_or(current);
                Self { current: Some(Slot { key: current.key.next(), rev }), previous: Some(previous) }
            }
            None => {
                Self { current: Some(Slot { key: SyncKey(now.as_second()).next(), rev }), previous: None }
            }
        }
    }
}

/// The list of folders as a phone sees it that wants to change it.
#[derive(Debug)]
pub struct List {
    /// The folders that are there.
    pub rows: Vec<Row>,
    /// The revision that the phone's key stands for.
    pub since: Rev,
    /// The key that goes on from the phone's last answer.
    pub current: SyncKey,
    /// Whether the phone repeats what it did under the key before: it did not hear the answer.
    pub is_repeat: bool,
}

impl List {
    /// Reads it; none where the key is not the phone's, or does not stand for the list as it is.
    ///
    /// A phone that does not know all folders asks for them first: what it wants may mean something else by then.
    pub async fn read(app: &App, phone: &Phone, key: &str) -> Result<Option<Self>, Error> {
        let Ok(key) = key.parse::<SyncKey>() else { return Ok(None) };
        let mut reader = app.store().read().await?;
        let known = known(&mut reader, phone).await?;
        let (Some(since), Some(current)) = (known.rev_of(key), known.current) else { return Ok(None) };
        if key == SyncKey::FIRST {
            return Ok(None);
        }
        let rev = folder::hierarchy_rev(&mut reader, phone.device.account).await?;
        let is_repeat = key != current.key;
        let is_up_to_date = current.rev == rev;
        let rows = folder::list(&mut reader, phone.device.account).await?;
        Ok(is_up_to_date.then_some(Self { rows, since, current: current.key, is_repeat }))
    }

    /// The folder of that name on the wire.
    pub fn find(&self, id: &str) -> Option<&Folder> {
        let id = id.trim().parse().ok().map(FolderId)?;
        self.rows.iter().map(|row| &row.folder).find(|folder| folder.id == id)
    }

    /// Another folder of this name in the same place.
    pub fn twin(&self, parent: Option<FolderId>, name: &str, but: Option<FolderId>) -> Option<&Row> {
        let name = name.to_lowercase();
        self.rows.iter().find(|row| {
            let folder = &row.folder;
            folder.parent == parent && Some(folder.id) != but && folder.name.to_lowercase() == name
        })
    }

    /// Whether nobody has changed the list since it was read.
    pub async fn still_stands(&self, tx: &mut Tx, phone: &Phone) -> Result<bool, Error> {
        let known = known(tx, phone).await?;
        let rev = folder::hierarchy_rev(tx, phone.device.account).await?;
        Ok(known.current.is_some_and(|slot| slot.key == self.current && slot.rev == rev))
    }

    /// The key after what the phone did itself, which it is not told again.
    pub async fn pass(&self, tx: &mut Tx, phone: &Phone, now: Timestamp) -> Result<String, Error> {
        let (account, number) = (phone.device.account, phone.device.number);
        let rev = folder::hierarchy_rev(tx, account).await?;
        let kept = known(tx, phone).await?.after(self.current, rev, now);
        let json = serde_json::to_string(&kept).unwrap_or_default();
        device::set(tx, account, number, Column::Hierarchy, &json).await?;
        Ok(kept.current.map_or(self.current, |slot| slot.key).to_string())
    }
}

async fn known(connection: &mut Connection, phone: &Phone) -> Result<Hierarchy, Error> {
    let device = device::by_number(connection, phone.device.account, phone.device.number).await?;
    Ok(device.map_or_else(Hierarchy::default, |device| Hierarchy::read(&device.hierarchy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1000).unwrap()
    }

    #[test]
    fn a_key_stays_while_nothing_happens() {
        let first = Hierarchy::default().after(SyncKey::FIRST, Rev(1), now());
        assert_eq!(first.current, Some(Slot { key: SyncKey(1001), rev: Rev(1) }));
        assert_eq!(first.after(SyncKey(1001), Rev(1), now()), first);
    }

    #[test]
    fn a_lost_answer_is_given_again() {
        let first = Hierarchy::default().after(SyncKey::FIRST, Rev(1), now());
        let second = first.after(SyncKey(1001), Rev(2), now());
        assert_eq!(second.current, Some(Slot { key: SyncKey(1002), rev: Rev(2) }));
        assert_eq!(second.rev_of(SyncKey(1001)), Some(Rev(1)));
        assert_eq!(second.after(SyncKey(1001), Rev(2), now()), second);
        // Something happened meanwhile: a fresh key, and the one it asked with stays good.
        let third = second.after(SyncKey(1001), Rev(3), now());
        assert_eq!(third.current, Some(Slot { key: SyncKey(1003), rev: Rev(3) }));
        assert_eq!(third.rev_of(SyncKey(1001)), Some(Rev(1)));
        assert_eq!(third.rev_of(SyncKey(1002)), None);
    }

    #[test]
    fn beginning_again_leaves_the_last_key_good() {
        let first = Hierarchy::default().after(SyncKey::FIRST, Rev(1), now());
        let again = first.after(SyncKey::FIRST, Rev(1), now());
        assert_eq!(again.current, Some(Slot { key: SyncKey(1002), rev: Rev(1) }));
        assert_eq!(again.rev_of(SyncKey(1001)), Some(Rev(1)));
        assert_eq!(again.rev_of(SyncKey(7)), None);
    }
}
