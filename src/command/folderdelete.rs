//! `FolderDelete`: a phone deletes a folder with all that is in it, for mail on the mail server.

use jiff::Timestamp;
use wbxml::Document;

use crate::app::App;
use crate::command::hierarchy::List;
use crate::command::phone::Phone;
use crate::connector;
use crate::eas::folderdelete::Request;
use crate::eas::folderdelete::Response;
use crate::eas::folderdelete::Status;
use crate::error::Error;
use crate::mailbox;
use crate::model::class::Class;
use crate::model::folder::FIRST_FURTHER;
use crate::model::folder::Folder;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::store;
use crate::store::Tx;
use crate::store::folder;
use crate::store::folder::Row;
use crate::store::outbox;
use crate::store::pull;
use crate::store::retrying;

/// Answers a `FolderDelete`.
pub async fn folderdelete(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let Some(request) = Request::parse(document.root()) else {
        return Ok(Response::Failure(Status::MALFORMED_REQUEST).encode());
    };
    let done = delete(app, phone, &request).await?;
    Ok(done.map_or_else(Response::Failure, Response::Done).encode())
}

async fn delete(app: &App, phone: &Phone, request: &Request) -> Result<Result<String, Status>, Error> {
    let Some(list) = List::read(app, phone, &request.sync_key).await? else {
        return Ok(Err(Status::INVALID_SYNC_KEY));
    };
    let Some(folder) = list.find(&request.server_id) else {
        // Deleted under the key before: its answer was lost.
        return Ok(if list.is_repeat { Ok(list.current.to_string()) } else { Err(Status::NOT_FOUND) });
    };
    if folder.id < FIRST_FURTHER {
        return Ok(Err(Status::SPECIAL_FOLDER));
    }
    let all = within(&list.rows, folder.id);
    match (&folder.connection, folder.class) {
        (None, _) => {}
        (Some(connection), Class::Email) => {
            // The deepest first: not every server takes those within along.
            for folder in all.iter().rev() {
                if let Err(status) = on_server(app, phone, connection, folder).await? {
                    return Ok(Err(status));
                }
            }
        }
        // Somebody else's, or a collection that a phone cannot make again.
        (Some(_), _) => return Ok(Err(Status::SERVER_ERROR)),
    }
    retrying(|| store(app, phone, &list, &all)).await
}

/// A folder and all within it, those above first.
fn within(rows: &[Row], id: FolderId) -> Vec<&Folder> {
    let folders = || rows.iter().map(|row| &row.folder);
    let mut found: Vec<&Folder> = folders().filter(|folder| folder.id == id).collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).map(|folder| folder.id) {
        let children = folders().filter(|folder| folder.parent == Some(parent));
        let new: Vec<&Folder> =
            children.filter(|child| !found.iter().any(|one| one.id == child.id)).collect();
        found.extend(new);
        next += 1;
    }
    found
}

/// Deletes the folders within one, on its mail server and here; whether all went well.
pub(super) async fn empty(app: &App, phone: &Phone, folder: &Folder) -> Result<bool, Error> {
    let account = phone.device.account;
    let mut reader = app.store().read().await?;
    let rows = folder::list(&mut reader, account).await?;
    drop(reader);
    let all = within(&rows, folder.id);
    let mut gone = Vec::new();
    for folder in all.iter().skip(1).rev().copied() {
        let connection = folder.connection.as_deref().unwrap_or_default();
        if on_server(app, phone, connection, folder).await?.is_err() {
            break;
        }
        gone.push(folder);
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        forget(&mut tx, account, &gone, app.now()).await?;
        tx.commit().await
    })
    .await?;
    Ok(gone.len() + 1 >= all.len())
}

async fn forget(tx: &mut Tx, account: AccountId, all: &[&Folder], now: Timestamp) -> store::Result<()> {
    for folder in all {
        if let Some(connection) = &folder.connection {
            pull::forget(tx, account, connection, folder.id).await?;
        }
        outbox::forget(tx, account, folder.id).await?;
        folder::delete(tx, account, folder.id, now).await?;
    }
    Ok(())
}

async fn on_server(
    app: &App,
    phone: &Phone,
    connection: &str,
    folder: &Folder,
) -> Result<Result<(), Status>, Error> {
    let mailbox = match mailbox::over(app, phone.device.account, connection).await {
        Ok(Some(mailbox)) => mailbox,
        Ok(None) | Err(Error::Connector(_)) => return Ok(Err(Status::SERVER_ERROR)),
        Err(error) => return Err(error),
    };
    let Some(id) = &folder.remote_id else { return Ok(Ok(())) };
    Ok(match mailbox.mail.delete_folder(&mailbox.user, id).await {
        Ok(()) | Err(connector::Error::Gone) => Ok(()),
        Err(error) => {
            tracing::warn!(account = %phone.device.account, %error, "a mailbox cannot be deleted");
            Err(Status::SERVER_ERROR)
        }
    })
}

async fn store(
    app: &App,
    phone: &Phone,
    list: &List,
    all: &[&Folder],
) -> Result<Result<String, Status>, Error> {
    let (account, now) = (phone.device.account, app.now());
    let mut tx = app.store().begin().await?;
    if !list.still_stands(&mut tx, phone).await? {
        return Ok(Err(Status::INVALID_SYNC_KEY));
    }
    forget(&mut tx, account, all, now).await?;
    let sync_key = list.pass(&mut tx, phone, now).await?;
    tx.commit().await?;
    Ok(Ok(sync_key))
}
