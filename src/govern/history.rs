//! Takes an item back to what it was: what was deleted lives again, what lost a conflict wins after all.
//!
//! What is replaced by that goes to the past like anything else, so this can be taken back too.

use jiff::Timestamp;

use crate::app::App;
use crate::app::new_key;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::store;
use crate::store::MayRetry;
use crate::store::Tx;
use crate::store::folder;
use crate::store::history;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Row;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owe;
use crate::store::pull;
use crate::store::retrying;

/// Why an item stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Below the store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The version, its item or its folder is not there any more.
    #[error("this version is not kept any more")]
    Gone,
    /// Its folder is somebody else's.
    #[error("the folder can only be read")]
    ReadOnly,
    /// A mail is in its mailbox, not here.
    #[error("mail is kept by its mailbox")]
    Mail,
    /// It says that already.
    #[error("it says that already")]
    Same,
}

impl MayRetry for Error {
    fn may_retry(&self, times: u32) -> bool {
        match self {
            Self::Store(error) => error.may_retry(times),
            Self::Gone | Self::ReadOnly | Self::Mail | Self::Same => false,
        }
    }
}

/// Gives an item the content that it had at a version. Phones and the back office get it like any other change.
pub async fn restore(app: &App, place: Place, rev: Rev) -> Result<(), Error> {
    retrying(|| restored(app, place, rev)).await
}

async fn restored(app: &App, place: Place, rev: Rev) -> Result<(), Error> {
    let mut tx = app.store().begin().await?;
    let version = item::version(&mut tx, place, rev).await?.ok_or(Error::Gone)?;
    let (at, row) = match moved::whereabouts(&mut tx, place).await? {
        Some(there) => there,
        None => (place, item::newest(&mut tx, place).await?.ok_or(Error::Gone)?),
    };
    let folder = folder::find(&mut tx, at.account, at.folder).await?;
    let folder = folder.filter(|row| !row.deleted).ok_or(Error::Gone)?.folder;
    if folder.class == Class::Email {
        return Err(Error::Mail);
    }
    if folder.read_only {
        return Err(Error::ReadOnly);
    }
    let content = Content::from_json(folder.class, &version.content).map_err(|_| Error::Gone)?;
    if !row.version.meta.deleted && row.version.content == version.content {
        return Err(Error::Same);
    }
    let base_rev = base(&mut tx, at, &row).await?;
    let now = app.now();
    let rev = item::replace(&mut tx, at, &content, None, now).await?;
    if let Some(connection) = &folder.connection {
        owe(&mut tx, at, connection, (base_rev, rev), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The version that the back office has. It has none of what it has deleted itself: there it will be a new one.
async fn base(tx: &mut Tx, place: Place, row: &Row) -> Result<Rev, Error> {
    if !row.version.meta.deleted || outbox::find(tx, place).await?.is_some() {
        return Ok(row.version.meta.rev);
    }
    item::set_remote(tx, place, None, None).await?;
    Ok(Rev(0))
}

async fn owe(
    tx: &mut Tx,
    place: Place,
    connection: &str,
    (base_rev, rev): (Rev, Rev),
    now: Timestamp,
) -> Result<(), Error> {
    let key = new_key();
    // Whoever takes a version back has looked at what it replaces: it goes before what the back office has.
    let owe = Owe { place, connection, base_rev, rev, key: &key, server_wins: false, now };
    Ok(outbox::owe(tx, owe).await?)
}

/// Tells an item anew to every phone that could not be told it.
pub async fn tell_again(app: &App, place: Place) -> Result<(), Error> {
    retrying(|| told_again(app, place)).await
}

async fn told_again(app: &App, place: Place) -> Result<(), Error> {
    let mut tx = app.store().begin().await?;
    let row =
        item::newest(&mut tx, place).await?.filter(|row| !row.version.meta.deleted).ok_or(Error::Gone)?;
    let folder = folder::find(&mut tx, place.account, place.folder).await?.ok_or(Error::Gone)?.folder;
    let content = Content::from_json(folder.class, &row.version.content).map_err(|_| Error::Gone)?;
    item::replace(&mut tx, place, &content, None, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Reads an item of the back office once more that was set aside.
pub async fn read_again(
    app: &App,
    account: AccountId,
    folder: FolderId,
    remote_id: &str,
) -> Result<(), Error> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let row = folder::find(&mut tx, account, folder).await?.ok_or(Error::Gone)?;
        let connection = row.folder.connection.ok_or(Error::Gone)?;
        if !pull::doubt_aside(&mut tx, account, folder, remote_id).await? {
            return Err(Error::Gone);
        }
        pull::ask_folder(&mut tx, account, &connection, folder, app.now()).await?;
        tx.commit().await?;
        app.store().work().ask();
        Ok(())
    })
    .await
}

/// The versions of a class that were in force at a moment and are not now: those changed since, and those deleted.
pub async fn replaced_since(
    app: &App,
    account: AccountId,
    class: Class,
    at: Timestamp,
) -> store::Result<Vec<(Place, Rev)>> {
    let mut reader = app.store().read().await?;
    let mut found = Vec::new();
    for row in folder::list(&mut reader, account).await? {
        if class != Class::Email && row.folder.class == class && !row.folder.read_only {
            found.extend(history::in_force(&mut reader, (account, row.folder.id), at).await?);
        }
    }
    Ok(found)
}

/// Takes all of a class back to what it was at a moment; how many items that were. What was made since stays: nobody is
/// helped who loses that as well.
pub async fn restore_all(app: &App, account: AccountId, class: Class, at: Timestamp) -> Result<usize, Error> {
    let mut count = 0;
    for (place, rev) in replaced_since(app, account, class, at).await? {
        match restore(app, place, rev).await {
            Ok(()) => count += 1,
            Err(Error::Same | Error::Gone | Error::ReadOnly | Error::Mail) => {}
            Err(error @ Error::Store(_)) => return Err(error),
        }
    }
    Ok(count)
}
