//! Puts an item into another folder, as nobody's deed: every phone hears of it by Sync, in both. Decides nothing.

use jiff::Timestamp;

use crate::command::owe::Deed;
use crate::command::owe::owe;
use crate::command::sync::window;
use crate::model::folder::Folder;
use crate::model::id::Rev;
use crate::store;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::New;
use crate::store::item::Place;
use crate::store::moved;

/// Puts an item into another folder of the same back office; where it is then. None: it is not where it was, or cannot
/// go there.
pub async fn carry(tx: &mut Tx, from: Place, to: &Folder, now: Timestamp) -> store::Result<Option<Place>> {
    let folder = folder::find(tx, from.account, from.folder).await?.filter(|row| !row.deleted);
    let row = item::newest(tx, from).await?.filter(|row| !row.version.meta.deleted);
    let (Some(folder), Some(row)) = (folder.map(|row| row.folder), row) else { return Ok(None) };
    let is_possible = folder.id != to.id
        && folder.class == to.class
        && folder.connection == to.connection
        && !folder.read_only
        && !to.read_only;
    let Some(content) = window::content(folder.class, &row.version).ok().filter(|_| is_possible) else {
        return Ok(None);
    };
    let new = New { content: &content, writer: None, remote_id: None, etag: None, now };
    let (there, rev) = moved::arrive(tx, from, to.id, new).await?;
    let gone = item::delete(tx, from, None, now).await?;
    moved::note(tx, from, there).await?;
    let deed = |place, base_rev, rev| Deed { place, base_rev, rev, server_wins: true, now };
    owe(tx, to, deed(there, Rev(0), rev)).await?;
    owe(tx, &folder, deed(from, row.version.meta.rev, gone)).await?;
    Ok(Some(there))
}
