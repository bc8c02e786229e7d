//! `ItemOperations`: items of every class but mail are shown one by one; what concerns mail is said not to be there.

use wbxml::Document;
use wbxml::Fragment;
use wbxml::Limits;
use wbxml::Tag;
use wbxml::Writer;

use crate::app::App;
use crate::command::phone::Phone;
use crate::command::sync::window;
use crate::eas::class;
use crate::eas::class::MailView;
use crate::eas::class::View;
use crate::eas::itemoperations;
use crate::eas::itemoperations::Done;
use crate::eas::itemoperations::Fetch;
use crate::eas::itemoperations::Operation;
use crate::eas::itemoperations::Response;
use crate::eas::itemoperations::Status;
use crate::eas::itemoperations::shown::Shown;
use crate::eas::name::FileReference;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::FolderId;
use crate::model::id::item_id;
use crate::store::Reader;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Version;

/// More than any phone asks for at once; each may be answered with a large item.
const OPERATIONS: usize = 100;

/// Answers an `ItemOperations`.
pub async fn itemoperations(app: &App, phone: &Phone, document: &Document) -> Result<Response, Error> {
    let asked = itemoperations::parse(document.root());
    if asked.is_empty() || asked.len() > OPERATIONS {
        return Ok(Response { status: Status::PROTOCOL_ERROR, operations: Vec::new() });
    }
    let mut reader = app.store().read().await?;
    let mut operations = Vec::with_capacity(asked.len());
    for operation in asked {
        operations.push(done(&mut reader, phone, operation).await?);
    }
    Ok(Response { status: Status::SUCCESS, operations })
}

async fn done(reader: &mut Reader, phone: &Phone, operation: Operation) -> Result<Done, Error> {
    Ok(match operation {
        Operation::Fetch(fetch) => match shown(reader, phone, &fetch).await? {
            Ok((class, shown)) => Done::Fetch {
                status: Status::SUCCESS,
                names: fetch.names,
                class: class.map(Class::as_str),
                shown: Some(shown),
            },
            Err(status) => Done::Fetch { status, names: fetch.names, class: None, shown: None },
        },
        Operation::EmptyFolderContents { collection_id, .. } => {
            Done::EmptyFolderContents { status: emptied(reader, phone, &collection_id).await?, collection_id }
        }
        // MS-ASCMD 2.2.3.177.8 (Status): 155 without MoveAlways; there are no conversations to move.
        Operation::Move { conversation_id, always } => {
            let status = if always { Status::NOT_FOUND } else { Status::MOVE_NOT_ALWAYS };
            Done::Move { status, conversation_id }
        }
    })
}

/// The class of an item and what is shown of it; a file has no class.
async fn shown(
    reader: &mut Reader,
    phone: &Phone,
    fetch: &Fetch,
) -> Result<Result<(Option<Class>, Shown), Status>, Error> {
    if let Some(status) = refused(fetch) {
        return Ok(Err(status));
    }
    if let Some(reference) = &fetch.names.file_reference {
        return Ok(file(reader, phone, reference, fetch).await?.map(|file| (None, file)));
    }
    let (Some(folder), Some(server_id)) = (number(fetch), fetch.names.server_id.as_deref()) else {
        return Ok(Err(Status::PROTOCOL_ERROR));
    };
    let Some((class, version)) = found(reader, phone, folder, server_id).await? else {
        return Ok(Err(Status::NOT_FOUND));
    };
    let properties = window::content(class, &version)
        .ok()
        .and_then(|content| properties(&content, phone, fetch, server_id))
        .ok_or(Status::CONVERSION_FAILED);
    Ok(properties.map(|properties| (Some(class), Shown::Item(properties))))
}

/// The item of that name, if it is there.
async fn found(
    reader: &mut Reader,
    phone: &Phone,
    folder: FolderId,
    server_id: &str,
) -> Result<Option<(Class, Version)>, Error> {
    let account = phone.device.account;
    let row = folder::find(reader, account, folder).await?.filter(|row| !row.deleted);
    let Some(folder) = row.map(|row| row.folder) else { return Ok(None) };
    let Some(item) = item_id(folder.id, server_id) else { return Ok(None) };
    let row = item::newest(reader, Place { account, folder: folder.id, item }).await?;
    let row = row.filter(|row| !row.version.meta.deleted);
    Ok(row.map(|row| (folder.class, row.version)))
}

/// A file of an event: its name is that of the event, and what the event calls it.
// MS-ASCMD 2.2.3.177.8 (Status): 15 for what is no file, 8 for what it has not.
async fn file(
    reader: &mut Reader,
    phone: &Phone,
    reference: &str,
    fetch: &Fetch,
) -> Result<Result<Shown, Status>, Error> {
    let unknown = Ok(Err(Status::INVALID_ATTACHMENT));
    let Ok(name) = reference.parse::<FileReference>() else { return unknown };
    let server_id = name.item.to_string();
    let Some((class, version)) = found(reader, phone, name.item.folder, &server_id).await? else {
        return unknown;
    };
    let Ok(Content::Event(event)) = window::content(class, &version) else { return unknown };
    let Some(file) = event.attachment(&name.part) else { return unknown };
    let Some(bytes) = file.bytes() else { return Ok(Err(Status::IO_FAILURE)) };
    let content_type = file.content_type.to_owned();
    Ok(match fetch.range {
        None if bytes.is_empty() => Err(Status::EMPTY_FILE),
        None => Ok(Shown::File { content_type, data: bytes, part: None }),
        Some(range) => match range.ok().and_then(|range| range.cut(&bytes)) {
            None => Err(Status::INVALID_RANGE),
            Some((range, data)) => {
                Ok(Shown::File { content_type, data: data.to_vec(), part: Some((range, bytes.len())) })
            }
        },
    })
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
    fetch.names.long_id.is_some().then_some(Status::NOT_FOUND)
}

/// The folder, which the name of the item has in it as well.
fn number(fetch: &Fetch) -> Option<FolderId> {
    let in_name = || fetch.names.server_id.as_deref()?.split(':').next();
    let text = fetch.names.collection_id.as_deref().filter(|id| !id.is_empty()).or_else(in_name)?;
    text.trim().parse().ok().map(FolderId)
}

fn properties(content: &Content, phone: &Phone, fetch: &Fetch, server_id: &str) -> Option<Fragment> {
    let view = View {
        version: phone.version,
        body: &fetch.body,
        truncation: None,
        owner: &phone.owner,
        birthday: phone.birthday,
        server_id,
        mail: MailView { mime_support: fetch.mime_support.unwrap_or(0), ..MailView::default() },
    };
    match &fetch.schema {
        None => {
            let mut is_written = false;
            let all = Fragment::build(|writer| is_written = class::write(content, &view, writer).is_ok());
            is_written.then_some(all)
        }
        Some(schema) => chosen(content, &view, schema),
    }
}

/// Only the properties that are named (MS-ASCMD 2.2.3.158 `Schema`).
fn chosen(content: &Content, view: &View<'_>, schema: &[Tag]) -> Option<Fragment> {
    let mut writer = Writer::new();
    writer.open(wbxml::itemoperations::PROPERTIES);
    class::write(content, view, &mut writer).ok()?;
    let all = Document::decode(writer.finish(), &Limits::default()).ok()?;
    Some(Fragment::build(|writer| {
        let named = all.root().children().filter(|child| schema.contains(&child.tag()));
        named.for_each(|child| writer.copy(child));
    }))
}

/// Folders of mail are empty here already; others are not emptied from afar.
async fn emptied(reader: &mut Reader, phone: &Phone, id: &str) -> Result<Status, Error> {
    let Ok(id) = id.trim().parse() else { return Ok(Status::PROTOCOL_ERROR) };
    let folder = folder::find(reader, phone.device.account, FolderId(id)).await?;
    Ok(match folder.filter(|row| !row.deleted) {
        None => Status::NOT_FOUND,
        Some(row) if row.folder.class == Class::Email => Status::SUCCESS,
        Some(_) => Status::ACCESS_DENIED,
    })
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
        check(None, Names { long_id: some(), ..Names::default() }, Some(Status::NOT_FOUND));
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
