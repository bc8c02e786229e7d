//! `ItemOperations`: items and files are shown one by one, folders of mail are emptied, conversations moved.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use wbxml::Document;
use wbxml::Fragment;
use wbxml::Limits;
use wbxml::Tag;
use wbxml::Writer;

use crate::app::App;
use crate::command::conversation;
use crate::command::folderdelete;
use crate::command::phone::Phone;
use crate::command::sync::collection::Wishes;
use crate::command::sync::letters;
use crate::command::sync::window;
use crate::eas::class;
use crate::eas::class::MailView;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::itemoperations;
use crate::eas::itemoperations::Done;
use crate::eas::itemoperations::Fetch;
use crate::eas::itemoperations::Operation;
use crate::eas::itemoperations::Response;
use crate::eas::itemoperations::Status;
use crate::eas::itemoperations::shown;
use crate::eas::itemoperations::shown::Data;
use crate::eas::itemoperations::shown::Range;
use crate::eas::itemoperations::shown::Shown;
use crate::eas::name::FileReference;
use crate::eas::name::ItemName;
use crate::error::Error;
use crate::mailbox::empty;
use crate::mailbox::find;
use crate::mailbox::find::File;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::id::FolderId;
use crate::model::id::item_id;
use crate::spool::Spool;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Version;
use crate::store::retrying;
use crate::store::state;

/// A mail server may take so long; the rest of a phone's patience is for the answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// More than any phone asks for at once; each may be answered with a large item.
const OPERATIONS: usize = 100;

/// Answers an `ItemOperations`; with the files that the answer names by their number.
pub async fn itemoperations(
    app: &App,
    phone: &Phone,
    document: &Document,
) -> Result<(Response, Vec<Arc<Spool>>), Error> {
    let asked = itemoperations::parse(document.root());
    let mut files = Vec::new();
    if let Some(status) = fault(&asked) {
        return Ok((Response { status, operations: Vec::new() }, files));
    }
    let mut operations = Vec::with_capacity(asked.len());
    for operation in asked {
        operations.push(done(app, phone, operation, &mut files).await?);
    }
    Ok((Response { status: Status::SUCCESS, operations }, files))
}

/// Why nothing of a request is done.
fn fault(asked: &[Operation]) -> Option<Status> {
    // MS-ASCMD 3.1.5.10 (Limiting Size of Command Requests): 11 for too much.
    if asked.len() > OPERATIONS {
        return Some(Status::TOO_LARGE);
    }
    let malformed = asked.iter().find_map(|operation| match operation {
        Operation::Fetch(fetch) => fetch.fault,
        Operation::EmptyFolderContents { .. } | Operation::Move { .. } => None,
    });
    malformed.or_else(|| asked.is_empty().then_some(Status::PROTOCOL_ERROR))
}

async fn done(
    app: &App,
    phone: &Phone,
    operation: Operation,
    files: &mut Vec<Arc<Spool>>,
) -> Result<Done, Error> {
    Ok(match operation {
        Operation::Fetch(fetch) => match shown(app, phone, &fetch, files).await? {
            Ok((class, shown)) => Done::Fetch {
                status: Status::SUCCESS,
                names: fetch.names,
                class: class.map(Class::as_str),
                shown: Some(shown),
            },
            Err(status) => Done::Fetch { status, names: fetch.names, class: None, shown: None },
        },
        Operation::EmptyFolderContents { collection_id, with_folders } => {
            let status = emptied(app, phone, &collection_id, with_folders).await?;
            Done::EmptyFolderContents { status, collection_id }
        }
        Operation::Move { conversation_id, folder_id, always } => {
            let account = phone.device.account;
            let status = match always {
                true => conversation::move_always(app, account, &conversation_id, &folder_id).await?,
                // MS-ASCMD 2.2.2 (Common Status Codes): 155, for what is to go but once goes by MoveItems.
                false => Status::MOVE_NOT_ALWAYS,
            };
            Done::Move { status, conversation_id }
        }
    })
}

/// The class of an item and what is shown of it; a file has no class.
async fn shown(
    app: &App,
    phone: &Phone,
    fetch: &Fetch,
    files: &mut Vec<Arc<Spool>>,
) -> Result<Result<(Option<Class>, Shown), Status>, Error> {
    if let Some(status) = refused(fetch) {
        return Ok(Err(status));
    }
    if let Some(reference) = &fetch.names.file_reference {
        return Ok(file(app, phone, reference, fetch, files).await?.map(|file| (None, file)));
    }
    if let Some(name) = &fetch.names.long_id {
        return mail(app, phone, name, fetch).await;
    }
    let (Some(folder), Some(server_id)) = (number(fetch), fetch.names.server_id.as_deref()) else {
        return Ok(Err(Status::PROTOCOL_ERROR));
    };
    let Some((class, version)) = found(app, phone, folder, server_id).await? else {
        return Ok(Err(Status::NOT_FOUND));
    };
    if class == Class::Email {
        return mail(app, phone, server_id, fetch).await;
    }
    remember_cuts(app, phone, folder, fetch).await?;
    let properties = window::told(class, &version)
        .ok()
        .and_then(|content| properties(&content, phone, fetch, server_id))
        .ok_or(Status::CONVERSION_FAILED);
    Ok(properties.map(|properties| (Some(class), Shown::Item(properties))))
}

/// Remembers where a text was cut that the phone may send back with a change of the item.
async fn remember_cuts(app: &App, phone: &Phone, folder: FolderId, fetch: &Fetch) -> Result<(), Error> {
    let sizes: Vec<u32> = fetch.body.iter().filter_map(|wanted| wanted.truncation_size).collect();
    let chosen = state::find(&mut *app.store().read().await?, phone.who(), folder).await?;
    let is_known = |options: &str| {
        let wishes = Wishes::read(options);
        sizes.iter().all(|size| wishes.cuts.contains(size))
    };
    if chosen.is_none_or(|row| is_known(&row.options)) {
        return Ok(());
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        if let Some(row) = state::find(&mut tx, phone.who(), folder).await? {
            let mut wishes = Wishes::read(&row.options);
            sizes.iter().for_each(|size| wishes.is_cut_at(*size));
            state::choose(&mut tx, phone.who(), folder, &wishes.write()).await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}

/// A mail, by the name that it has in its folder or that a search gave it.
async fn mail(
    app: &App,
    phone: &Phone,
    name: &str,
    fetch: &Fetch,
) -> Result<Result<(Option<Class>, Shown), Status>, Error> {
    let Ok(asked) = name.parse::<ItemName>() else { return Ok(Err(Status::NOT_FOUND)) };
    let view = view(phone, fetch, name);
    let told = async {
        let Some(found) = find::find(app, phone.device.account, &asked).await? else { return Ok(None) };
        let until = Instant::now() + PATIENCE;
        let letter = found.letter(until, &|letter| email::wants(letter, &view)).await?;
        Ok(letter.map(|letter| letters::encode(&found.message, &letter, &view)))
    };
    Ok(match told.await {
        Ok(Some(all)) => {
            let properties = match &fetch.schema {
                None => Some(all),
                Some(schema) => chosen(schema, |writer| writer.append(&all)),
            };
            let class = Some(Class::Email);
            properties.map(|properties| (class, Shown::Item(properties))).ok_or(Status::CONVERSION_FAILED)
        }
        Ok(None) => Err(Status::NOT_FOUND),
        Err(error) => Err(unreachable(phone, error)?),
    })
}

/// The mail server is at fault, which passes; what else went wrong is an error.
fn unreachable(phone: &Phone, error: Error) -> Result<Status, Error> {
    match error {
        Error::Connector(error) => {
            tracing::warn!(account = %phone.device.account, %error, "a mail cannot be fetched");
            Ok(Status::SERVER_ERROR)
        }
        error => Err(error),
    }
}

/// The item of that name, if it is there.
async fn found(
    app: &App,
    phone: &Phone,
    folder: FolderId,
    server_id: &str,
) -> Result<Option<(Class, Version)>, Error> {
    let account = phone.device.account;
    let mut reader = app.store().read().await?;
    let row = folder::find(&mut reader, account, folder).await?.filter(|row| !row.deleted);
    let Some(folder) = row.map(|row| row.folder) else { return Ok(None) };
    let Some(item) = item_id(folder.id, server_id) else { return Ok(None) };
    let row = item::newest(&mut reader, Place { account, folder: folder.id, item }).await?;
    let row = row.filter(|row| !row.version.meta.deleted);
    Ok(row.map(|row| (folder.class, row.version)))
}

/// A file of a mail or an event.
// MS-ASCMD 2.2.3.177.8 (Status): 15 for what is no file, 8 for what it has not.
async fn file(
    app: &App,
    phone: &Phone,
    reference: &str,
    fetch: &Fetch,
    files: &mut Vec<Arc<Spool>>,
) -> Result<Result<Shown, Status>, Error> {
    let Ok(reference) = reference.parse::<FileReference>() else {
        return Ok(Err(Status::INVALID_ATTACHMENT));
    };
    let opened = match opened(app, phone, &reference).await {
        Ok(Some(Some(file))) => file,
        Ok(Some(None)) => return Ok(Err(Status::IO_FAILURE)),
        Ok(None) => return Ok(Err(Status::INVALID_ATTACHMENT)),
        Err(error) => return Ok(Err(unreachable(phone, error)?)),
    };
    let File { content_type, data } = opened;
    let length = usize::try_from(data.length()).unwrap_or(usize::MAX);
    let (range, part) = match fetch.range {
        None if length == 0 => return Ok(Err(Status::EMPTY_FILE)),
        None => (Range { first: 0, last: length - 1 }, None),
        Some(range) => match range.ok().and_then(|range| range.within(length)) {
            None => return Ok(Err(Status::INVALID_RANGE)),
            Some(range) => (range, Some((range, length))),
        },
    };
    let place = shown::Place { file: files.len(), first: range.first, length: range.length() };
    files.push(data);
    Ok(Ok(Shown::File { content_type, data: Data::Elsewhere(place), part }))
}

/// A file by its name: none if there is none, `Some(None)` if it is damaged.
pub(super) async fn opened(
    app: &App,
    phone: &Phone,
    reference: &FileReference,
) -> Result<Option<Option<File>>, Error> {
    let name = reference.item.to_string();
    let (instance, key) = reference.of_occurrence();
    let of_event = match found(app, phone, reference.item.folder, &name).await? {
        Some((Class::Email, _)) | None => None,
        Some((class, version)) => {
            let event = window::content(class, &version).ok();
            match event.and_then(|content| with_files(content, phone, instance)) {
                Some(event) => Some(event),
                None => return Ok(None),
            }
        }
    };
    if let Some(event) = of_event {
        let Some(file) = event.attachment(key) else { return Ok(None) };
        let Some(bytes) = file.bytes() else { return Ok(Some(None)) };
        let mut data = app.spool();
        data.write(&bytes).await.map_err(|error| find::unspooled(&error))?;
        data.finish().await.map_err(|error| find::unspooled(&error))?;
        let content_type = file.content_type.to_owned();
        return Ok(Some(Some(File { content_type, data: Arc::new(data) })));
    }
    let Some(section) = reference.section() else { return Ok(None) };
    let Some(found) = find::find(app, phone.device.account, &reference.item).await? else { return Ok(None) };
    Ok(found.file(&section, Instant::now() + PATIENCE, app.spool()).await?.map(Some))
}

/// The event whose files are meant: the item, or one occurrence of it.
fn with_files(content: Content, phone: &Phone, instance: Option<&str>) -> Option<Event> {
    match (instance, content) {
        (None, Content::Event(event)) => Some(event),
        (Some(id), content) => class::occurrence(&content, id, &view(phone, &Fetch::default(), "")),
        (None, _) => None,
    }
}

/// Names for what is not there.
fn refused(fetch: &Fetch) -> Option<Status> {
    let store = fetch.store.as_deref().unwrap_or("Mailbox").trim();
    if fetch.names.link_id.is_some() || store.replace(' ', "").eq_ignore_ascii_case("DocumentLibrary") {
        return Some(Status::DOCUMENT_ACCESS_DENIED);
    }
    if !store.eq_ignore_ascii_case("Mailbox") {
        return Some(Status::UNKNOWN_STORE);
    }
    // MS-ASAIRS 2.2.2.24.3 (FileReference): of no length is of no file.
    if fetch.names.file_reference.as_deref() == Some("") {
        return Some(Status::INVALID_ATTACHMENT);
    }
    None
}

/// The folder, which the name of the item has in it as well.
fn number(fetch: &Fetch) -> Option<FolderId> {
    let in_name = || fetch.names.server_id.as_deref()?.split(':').next();
    let text = fetch.names.collection_id.as_deref().filter(|id| !id.is_empty()).or_else(in_name)?;
    text.trim().parse().ok().map(FolderId)
}

fn view<'a>(phone: &'a Phone, fetch: &'a Fetch, server_id: &'a str) -> View<'a> {
    View {
        version: phone.version,
        body: &fetch.body,
        truncation: None,
        owner: &phone.owner,
        birthday: phone.birthday,
        server_id,
        mail: MailView { mime_support: fetch.mime_support.unwrap_or(0), ..MailView::default() },
    }
}

fn properties(content: &Content, phone: &Phone, fetch: &Fetch, server_id: &str) -> Option<Fragment> {
    let view = view(phone, fetch, server_id);
    match &fetch.schema {
        None => {
            let mut is_written = false;
            let all = Fragment::build(|writer| is_written = class::write(content, &view, writer).is_ok());
            is_written.then_some(all)
        }
        Some(schema) => {
            let mut is_written = false;
            let all = chosen(schema, |writer| is_written = class::write(content, &view, writer).is_ok());
            all.filter(|_| is_written)
        }
    }
}

/// Only the properties that are named (MS-ASCMD 2.2.3.158 `Schema`).
fn chosen(schema: &[Tag], write: impl FnOnce(&mut Writer)) -> Option<Fragment> {
    let mut writer = Writer::new();
    writer.open(wbxml::itemoperations::PROPERTIES);
    write(&mut writer);
    let all = Document::decode(writer.finish(), &Limits::default()).ok()?;
    Some(Fragment::build(|writer| {
        let named = all.root().children().filter(|child| schema.contains(&child.tag()));
        named.for_each(|child| writer.copy(child));
    }))
}

/// Folders of mail are emptied on their server, beyond what any phone looks back; others are not emptied from afar.
// MS-ASCMD 2.2.3.61 (EmptyFolderContents), 2.2.3.44 (DeleteSubFolders).
async fn emptied(app: &App, phone: &Phone, id: &str, with_folders: bool) -> Result<Status, Error> {
    let Ok(id) = id.trim().parse() else { return Ok(Status::PROTOCOL_ERROR) };
    let account = phone.device.account;
    let mut reader = app.store().read().await?;
    let folder = folder::find(&mut reader, account, FolderId(id)).await?;
    drop(reader);
    let Some(folder) = folder.filter(|row| !row.deleted).map(|row| row.folder) else {
        return Ok(Status::NOT_FOUND);
    };
    if folder.class != Class::Email {
        return Ok(Status::ACCESS_DENIED);
    }
    match empty::empty(app, account, &folder).await {
        Ok(()) => {}
        Err(error) => return unreachable(phone, error),
    }
    let is_all = !with_folders || folderdelete::empty(app, phone, &folder).await?;
    Ok(if is_all { Status::SUCCESS } else { Status::PARTIAL_SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eas::itemoperations::Names;

    #[track_caller]
    fn check(store: Option<&str>, names: Names, expected: Option<Status>) {
        let fetch = Fetch { store: store.map(str::to_owned), names, ..Fetch::default() };
        assert_eq!(refused(&fetch), expected, "{fetch:?}");
    }

    #[test]
    fn what_is_not_there_has_its_own_status() {
        let some = || Some("x".to_owned());
        check(Some("Mailbox"), Names { server_id: some(), ..Names::default() }, None);
        check(None, Names { file_reference: some(), ..Names::default() }, None);
        let nameless = Names { file_reference: Some(String::new()), ..Names::default() };
        check(None, nameless, Some(Status::INVALID_ATTACHMENT));
        check(Some("Document Library"), Names::default(), Some(Status::DOCUMENT_ACCESS_DENIED));
        check(Some("Attic"), Names::default(), Some(Status::UNKNOWN_STORE));
    }

    #[test]
    fn the_name_of_an_item_tells_its_folder() {
        let fetch = |collection: Option<&str>, server: &str| Fetch {
            names: Names {
                collection_id: collection.map(str::to_owned),
                server_id: Some(server.to_owned()),
                ..Names::default()
            },
            ..Fetch::default()
        };
        assert_eq!(number(&fetch(None, "2:9")), Some(FolderId(2)));
        assert_eq!(number(&fetch(Some("3"), "2:9")), Some(FolderId(3)));
        assert_eq!(number(&fetch(Some("x"), "2:9")), None);
    }
}
