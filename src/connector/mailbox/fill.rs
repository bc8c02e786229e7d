//! Mailboxes that have mail in them from the start, for who has none yet. All of it is there, or nothing.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use super::Mailboxes;
use super::folders;
use super::index;
use super::index::Place;
use super::index::Tx;
use super::owner;
use super::write;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::User;
use crate::connector::mail::Mailbox;
use crate::connector::source::Source;
use crate::model::message::Message;

/// A message and where it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// The mailbox, with those it lies in before it.
    pub mailbox: Vec<String>,
    /// Its marks, and when it came.
    pub message: Message,
    /// What it says.
    pub raw: Vec<u8>,
}

/// Files that are written at a time: what the disk does for one it does for all of them.
const AT_ONCE: usize = 32;

impl Mailboxes {
    /// Gives somebody who has no mailboxes yet some with these messages.
    pub async fn fill(&self, user: &User, letters: impl FnOnce() -> Vec<Letter>) -> Result<()> {
        let (owner, opened) = (owner(user)?, self.open().await?);
        let mut tx = opened.index.read().await?;
        let is_known = folders::is_known(&mut tx, &owner).await?;
        drop(tx);
        if is_known {
            return Ok(());
        }
        let files = &opened.files;
        let written = stream::iter(letters()).map(async |letter| {
            let written = files.write(b"", Source::Bytes(&letter.raw)).await?;
            Ok::<_, Error>((letter, written))
        });
        let written: Vec<_> = written.buffered(AT_ONCE).try_collect().await?;
        let now = self.now();
        let mut tx = opened.index.write().await?;
        folders::settle(&mut tx, &owner, now).await?;
        let mut places = BTreeMap::new();
        for (letter, file) in &written {
            let place = place(&mut tx, &owner, &letter.mailbox, &mut places, now).await?;
            write::insert(&mut tx, &place, file, &letter.message, now).await?;
        }
        index::commit(tx).await
    }
}

/// The mailbox of these names, which is made if it is not there.
async fn place<'a>(
    tx: &mut Tx,
    owner: &str,
    names: &'a [String],
    known: &mut BTreeMap<&'a [String], Place>,
    now: Timestamp,
) -> Result<Place> {
    if let Some(place) = known.get(names) {
        return Ok(*place);
    }
    let mut outer: Option<String> = None;
    for name in names {
        let mailboxes = folders::list(tx, owner).await?;
        let is_it = |mailbox: &Mailbox| mailbox.name == *name && mailbox.parent == outer;
        outer = Some(match mailboxes.into_iter().find(is_it) {
            Some(found) => found.id,
            None => folders::create(tx, owner, outer.as_deref(), name, now).await?,
        });
    }
    let place = index::place(tx, owner, &outer.unwrap_or_default()).await?;
    known.insert(names, place);
    Ok(place)
}
