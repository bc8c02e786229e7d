//! `FolderSync`: the list of folders, told from where the phone stands. Leaves the state of every folder as it is.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use wbxml::Document;
use wbxml::Version;

use crate::app::App;
use crate::command::phone::Phone;
use crate::eas::foldersync::Folder;
use crate::eas::foldersync::Request;
use crate::eas::foldersync::Response;
use crate::eas::foldersync::Status;
use crate::eas::quirk::Family;
use crate::eas::quirk::Quirk;
use crate::error::Error;
use crate::model::folder::FolderKind;
use crate::model::id::Rev;
use crate::store::device;
use crate::store::device::Column;
use crate::store::folder;
use crate::store::folder::Row;
use crate::store::retrying;
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
    fn rev_of(&self, key: SyncKey) -> Option<Rev> {
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
    fn after(&self, used: SyncKey, rev: Rev, now: Timestamp) -> Self {
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

/// Answers a `FolderSync`.
pub async fn foldersync(
    app: &App,
    phone: &Phone,
    family: Family,
    document: &Document,
) -> Result<Vec<u8>, Error> {
    let Some(key) = Request::parse(document.root()).sync_key else {
        return Ok(Response::Failure(Status::MALFORMED_REQUEST).encode());
    };
    let Ok(key) = key.parse() else { return Ok(Response::Failure(Status::INVALID_SYNC_KEY).encode()) };
    let response = retrying(|| answer(app, phone, family, key)).await?;
    Ok(response.encode())
}

async fn answer(app: &App, phone: &Phone, family: Family, key: SyncKey) -> Result<Response, Error> {
    let (account, number) = (phone.device.account, phone.device.number);
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let known = match device::by_number(&mut tx, account, number).await? {
        Some(device) => Hierarchy::read(&device.hierarchy),
        None => Hierarchy::default(),
    };
    let Some(since) = known.rev_of(key) else { return Ok(Response::Failure(Status::INVALID_SYNC_KEY)) };
    let rev = folder::hierarchy_rev(&mut tx, account).await?;
    let rows = folder::changed_since(&mut tx, account, since).await?;
    let kept = known.after(key, rev, now);
    if kept != known && !phone.device.is_probe() {
        let json = serde_json::to_string(&kept).unwrap_or_default();
        device::set(&mut tx, account, number, Column::Hierarchy, &json).await?;
        tx.commit().await?;
    }
    let sync_key = kept.current.map_or(key, |slot| slot.key).to_string();
    Ok(changes(sync_key, since, &rows, phone.version, family))
}

fn changes(sync_key: String, since: Rev, rows: &[Row], version: Version, family: Family) -> Response {
    let (mut updated, mut deleted, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| is_told(row, version)) {
        let is_known = row.created_rev <= since;
        match (is_known, row.deleted) {
            (true, true) => deleted.push(row.folder.id.to_string()),
            (true, false) => updated.push(told(row, family)),
            (false, false) => added.push(told(row, family)),
            (false, true) => {}
        }
    }
    Response::Changes { sync_key, updated, deleted, added }
}

// MS-ASCMD 2.2.3.186.3 (Type): the recipient information cache is from 14.0 on.
fn is_told(row: &Row, version: Version) -> bool {
    row.folder.kind != FolderKind::RECIPIENT_CACHE || version >= Version::V14_0
}

fn told(row: &Row, family: Family) -> Folder {
    let is_too_much = row.folder.kind == FolderKind::USER_CONTACTS && family.has(Quirk::OneContactsFolder);
    let kind = if is_too_much { FolderKind::UNKNOWN } else { row.folder.kind };
    Folder {
        server_id: row.folder.id.to_string(),
        parent_id: row.folder.parent.map_or_else(|| "0".to_owned(), |parent| parent.to_string()),
        display_name: row.folder.name.clone(),
        kind: kind.0,
    }
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
