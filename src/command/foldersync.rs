//! `FolderSync`: the list of folders, told from where the phone stands. Leaves the state of every folder as it is.

use wbxml::Document;
use wbxml::Version;

use crate::app::App;
use crate::command::hierarchy::Hierarchy;
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
        if !row.deleted && row.hidden_rev.is_some_and(|hidden| Rev(0) < since && since < hidden) {
            // It was away since this phone last asked: what it has of it is of before.
            deleted.push(row.folder.id.to_string());
        }
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
