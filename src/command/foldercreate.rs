//! `FolderCreate`: a phone makes a folder, for mail on the mail server.

use wbxml::Document;

use crate::app::App;
use crate::command::hierarchy::List;
use crate::command::phone::Phone;
use crate::connector;
use crate::eas::foldercreate::Request;
use crate::eas::foldercreate::Response;
use crate::eas::foldercreate::Status;
use crate::error::Error;
use crate::mailbox;
use crate::model::class::Class;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::folder::class_of;
use crate::model::folder::default_of;
use crate::model::id::FolderId;
use crate::model::service::Off;
use crate::store::Tx;
use crate::store::folder;
use crate::store::folder::New;
use crate::store::pull;
use crate::store::retrying;
use crate::store::service;

/// Answers a `FolderCreate`.
pub async fn foldercreate(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let Some(request) = Request::parse(document.root()) else {
        return Ok(Response::Failure(Status::MALFORMED_REQUEST).encode());
    };
    let made = create(app, phone, &request).await?;
    Ok(made.unwrap_or_else(Response::Failure).encode())
}

async fn create(app: &App, phone: &Phone, request: &Request) -> Result<Result<Response, Status>, Error> {
    let Some(list) = List::read(app, phone, &request.sync_key).await? else {
        return Ok(Err(Status::INVALID_SYNC_KEY));
    };
    let parent = match &request.parent_id {
        None => None,
        Some(id) => match list.find(id) {
            None => return Ok(Err(Status::NO_PARENT)),
            Some(parent) => Some(parent),
        },
    };
    let Some((class, kind)) = wanted(request.kind) else { return Ok(Err(Status::MALFORMED_REQUEST)) };
    if parent.is_some_and(|parent| parent.class != class || class != Class::Email) {
        return Ok(Err(Status::SPECIAL_PARENT));
    }
    let place = parent.map(|parent| parent.id);
    if let Some(twin) = list.twin(place, &request.display_name, None) {
        // Made under the key before: its answer was lost.
        let is_ours = list.is_repeat && twin.created_rev > list.since;
        let (sync_key, server_id) = (list.current.to_string(), twin.folder.id.to_string());
        return Ok(if is_ours {
            Ok(Response::Made { sync_key, server_id })
        } else {
            Err(Status::ALREADY_EXISTS)
        });
    }
    let home = match class {
        Class::Email => match on_server(app, phone, parent, &request.display_name).await? {
            Ok(home) => Some(home),
            Err(status) => return Ok(Err(status)),
        },
        // What a back office fills has the folders that it has there.
        _ if !lives_here(&list, class) => return Ok(Err(Status::SERVER_ERROR)),
        _ if off(app, phone).await?.covers(kind) => return Ok(Err(Status::SERVER_ERROR)),
        _ => None,
    };
    let new = Made { name: &request.display_name, kind, parent: place, home };
    retrying(|| store(app, phone, &list, &new)).await
}

/// The class and kind of a folder that a phone may make.
// MS-ASCMD 2.2.3.186.2 (Type, of FolderCreate): 2 to 11 and 19 are there already.
fn wanted(kind: u8) -> Option<(Class, FolderKind)> {
    let kind = FolderKind(kind);
    let kind = if kind == FolderKind::GENERIC { FolderKind::USER_MAIL } else { kind };
    let is_free = matches!(kind.0, 12..=15 | 17);
    class_of(kind).filter(|_| is_free).map(|class| (class, kind))
}

async fn off(app: &App, phone: &Phone) -> Result<Off, Error> {
    Ok(service::of_account(&mut *app.store().glance().await?, phone.device.account).await?.all())
}

fn lives_here(list: &List, class: Class) -> bool {
    let default = default_of(class);
    list.rows.iter().any(|row| Some(row.folder.id) == default && row.folder.connection.is_none())
}

/// Makes the mailbox; its connection and what that calls it.
async fn on_server(
    app: &App,
    phone: &Phone,
    parent: Option<&Folder>,
    name: &str,
) -> Result<Result<(String, String), Status>, Error> {
    let mailbox = match mailbox::of(app, phone.device.account).await {
        Ok(Some(mailbox)) => mailbox,
        Ok(None) | Err(Error::Connector(_)) => return Ok(Err(Status::SERVER_ERROR)),
        Err(error) => return Err(error),
    };
    let above = parent.and_then(|parent| parent.remote_id.as_deref());
    if parent.is_some() && above.is_none() {
        return Ok(Err(Status::SPECIAL_PARENT));
    }
    Ok(match mailbox.mail.create_folder(&mailbox.user, above, name).await {
        Ok(id) => Ok((mailbox.connection, id)),
        Err(connector::Error::Refused(_)) => Err(Status::ALREADY_EXISTS),
        Err(error) => {
            tracing::warn!(account = %phone.device.account, %error, "a mailbox cannot be made");
            Err(Status::SERVER_ERROR)
        }
    })
}

/// A folder to be stored.
struct Made<'a> {
    name: &'a str,
    kind: FolderKind,
    parent: Option<FolderId>,
    home: Option<(String, String)>,
}

async fn store(
    app: &App,
    phone: &Phone,
    list: &List,
    made: &Made<'_>,
) -> Result<Result<Response, Status>, Error> {
    let account = phone.device.account;
    let mut tx = app.store().begin().await?;
    if !list.still_stands(&mut tx, phone).await? {
        return Ok(Err(Status::INVALID_SYNC_KEY));
    }
    let id = add(app, &mut tx, phone, made).await?;
    if made.parent.is_some() {
        folder::put(&mut tx, account, id, made.parent).await?;
    }
    let sync_key = list.pass(&mut tx, phone, app.now()).await?;
    tx.commit().await?;
    Ok(Ok(Response::Made { sync_key, server_id: id.to_string() }))
}

async fn add(app: &App, tx: &mut Tx, phone: &Phone, made: &Made<'_>) -> Result<FolderId, Error> {
    let account = phone.device.account;
    let (connection, remote_id) = made.home.as_ref().map(|(name, id)| (name.as_str(), id.as_str())).unzip();
    let new = New { id: None, name: made.name, kind: made.kind, connection, remote_id, read_only_at: None };
    let id = folder::create(tx, account, new).await?;
    if let Some(connection) = connection {
        pull::plan(tx, account, connection, id, app.now()).await?;
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_make_folders_of_mail_and_further_ones_of_other_classes() {
        assert_eq!(wanted(1), Some((Class::Email, FolderKind::USER_MAIL)));
        assert_eq!(wanted(12), Some((Class::Email, FolderKind::USER_MAIL)));
        assert_eq!(wanted(13), Some((Class::Calendar, FolderKind::USER_CALENDAR)));
        for kind in [0, 2, 8, 11, 16, 18, 19, 99] {
            assert_eq!(wanted(kind), None, "{kind}");
        }
    }
}
