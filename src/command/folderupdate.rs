//! `FolderUpdate`: a phone renames a folder or puts it elsewhere, for mail on the mail server.

use wbxml::Document;

use crate::app::App;
use crate::command::hierarchy::List;
use crate::command::phone::Phone;
use crate::connector;
use crate::eas::folderupdate::Request;
use crate::eas::folderupdate::Response;
use crate::eas::folderupdate::Status;
use crate::error::Error;
use crate::mailbox;
use crate::model::class::Class;
use crate::model::folder::FIRST_FURTHER;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::store::folder;
use crate::store::retrying;

/// Answers a `FolderUpdate`.
pub async fn folderupdate(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let Some(request) = Request::parse(document.root()) else {
        return Ok(Response::Failure(Status::MALFORMED_REQUEST).encode());
    };
    let done = update(app, phone, &request).await?;
    Ok(done.map_or_else(Response::Failure, Response::Done).encode())
}

async fn update(app: &App, phone: &Phone, request: &Request) -> Result<Result<String, Status>, Error> {
    let Some(list) = List::read(app, phone, &request.sync_key).await? else {
        return Ok(Err(Status::INVALID_SYNC_KEY));
    };
    let Some(folder) = list.find(&request.server_id) else { return Ok(Err(Status::NOT_FOUND)) };
    if folder.id < FIRST_FURTHER {
        let is_cache = folder.kind == FolderKind::RECIPIENT_CACHE;
        return Ok(Err(if is_cache { Status::SPECIAL_FOLDER } else { Status::ALREADY_EXISTS }));
    }
    let parent = match &request.parent_id {
        None => None,
        Some(id) => match list.find(id).filter(|parent| may_hold(&list, parent, folder)) {
            None => return Ok(Err(Status::NO_PARENT)),
            Some(parent) => Some(parent),
        },
    };
    let place = parent.map(|parent| parent.id);
    if folder.parent == place && folder.name == request.display_name {
        return Ok(Ok(list.current.to_string()));
    }
    if list.twin(place, &request.display_name, Some(folder.id)).is_some() {
        return Ok(Err(Status::ALREADY_EXISTS));
    }
    let home = match (&folder.connection, folder.class) {
        (None, _) => None,
        (Some(connection), Class::Email) => {
            match on_server(app, phone, connection, (folder, parent), &request.display_name).await? {
                Ok(id) => Some(id),
                Err(status) => return Ok(Err(status)),
            }
        }
        // The back office says what its collections are called.
        (Some(_), _) => return Ok(Err(Status::SERVER_ERROR)),
    };
    let new = Updated { folder, name: &request.display_name, parent: place, home };
    retrying(|| store(app, phone, &list, &new)).await
}

/// Whether a folder can lie in another one: of mail, and not within itself.
fn may_hold(list: &List, parent: &Folder, folder: &Folder) -> bool {
    let above = |folder: &&Folder| {
        let id = folder.parent?;
        list.rows.iter().map(|row| &row.folder).find(|other| other.id == id)
    };
    let is_within =
        std::iter::successors(Some(parent), above).take(list.rows.len()).any(|one| one.id == folder.id);
    parent.class == Class::Email && folder.class == Class::Email && !is_within
}

/// Renames the mailbox; what it is called now.
async fn on_server(
    app: &App,
    phone: &Phone,
    connection: &str,
    (folder, parent): (&Folder, Option<&Folder>),
    name: &str,
) -> Result<Result<String, Status>, Error> {
    let mailbox = match mailbox::over(app, phone.device.account, connection).await {
        Ok(Some(mailbox)) => mailbox,
        Ok(None) | Err(Error::Connector(_)) => return Ok(Err(Status::SERVER_ERROR)),
        Err(error) => return Err(error),
    };
    let above = parent.and_then(|parent| parent.remote_id.as_deref());
    if parent.is_some() && above.is_none() {
        return Ok(Err(Status::NO_PARENT));
    }
    let id = folder.remote_id.as_deref().unwrap_or_default();
    Ok(match mailbox.mail.rename_folder(&mailbox.user, id, above, name).await {
        Ok(id) => Ok(id),
        Err(connector::Error::Gone) => Err(Status::NOT_FOUND),
        Err(connector::Error::Refused(_)) => Err(Status::ALREADY_EXISTS),
        Err(error) => {
            tracing::warn!(account = %phone.device.account, %error, "a mailbox cannot be renamed");
            Err(Status::SERVER_ERROR)
        }
    })
}

/// What a folder is to be.
struct Updated<'a> {
    folder: &'a Folder,
    name: &'a str,
    parent: Option<FolderId>,
    /// What the mail server calls it now.
    home: Option<String>,
}

async fn store(
    app: &App,
    phone: &Phone,
    list: &List,
    new: &Updated<'_>,
) -> Result<Result<String, Status>, Error> {
    let (account, now) = (phone.device.account, app.now());
    let folder = new.folder;
    let mut tx = app.store().begin().await?;
    if !list.still_stands(&mut tx, phone).await? {
        return Ok(Err(Status::INVALID_SYNC_KEY));
    }
    if folder.name != new.name {
        folder::change(&mut tx, account, folder.id, new.name, folder.read_only.then_some(now)).await?;
    }
    if folder.parent != new.parent {
        folder::put(&mut tx, account, folder.id, new.parent).await?;
    }
    if let Some(home) = &new.home {
        for (id, remote_id) in renamed(list, folder, home) {
            folder::connect(&mut tx, account, id, folder.connection.as_deref(), Some(&remote_id)).await?;
        }
    }
    let sync_key = list.pass(&mut tx, phone, now).await?;
    tx.commit().await?;
    Ok(Ok(sync_key))
}

/// What the mail server calls a renamed mailbox now, and those within it, whose names begin with its own.
// RFC 3501 6.3.5 (RENAME): inferior names are renamed with it.
fn renamed(list: &List, folder: &Folder, home: &str) -> Vec<(FolderId, String)> {
    let Some(before) = &folder.remote_id else { return Vec::new() };
    let is_of = |other: &&Folder| other.connection == folder.connection && other.class == Class::Email;
    let others = list.rows.iter().map(|row| &row.folder).filter(is_of);
    others
        .filter_map(|other| {
            let rest = other.remote_id.as_ref()?.strip_prefix(before.as_str())?;
            let is_within = rest.chars().next().is_none_or(|mark| !mark.is_alphanumeric() && mark != ' ');
            (other.id == folder.id || is_within && !rest.is_empty())
                .then(|| (other.id, format!("{home}{rest}")))
        })
        .collect()
}
