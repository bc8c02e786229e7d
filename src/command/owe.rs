//! Owes the back office of a folder what a phone did there, in the transaction that did it. Sends nothing.

use jiff::Timestamp;

use crate::app::new_key;
use crate::model::folder::Folder;
use crate::model::id::Rev;
use crate::store;
use crate::store::Tx;
use crate::store::item::Place;
use crate::store::outbox;
use crate::store::outbox::Owe;

/// What a phone did to an item.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// Which item.
    pub place: Place,
    /// The version that the back office last had; 0 for none.
    pub base_rev: Rev,
    /// The version it is to get.
    pub rev: Rev,
    /// MS-ASCMD 2.2.3.34 (Conflict), as the phone said it.
    pub server_wins: bool,
    /// Now.
    pub now: Timestamp,
}

/// Owes it, if the folder has a back office.
pub async fn owe(tx: &mut Tx, folder: &Folder, deed: Deed) -> store::Result<()> {
    let Some(connection) = &folder.connection else { return Ok(()) };
    let Deed { place, base_rev, rev, server_wins, now } = deed;
    let key = new_key();
    outbox::owe(tx, Owe { place, connection, base_rev, rev, key: &key, server_wins, now }).await?;
    Ok(())
}
