//! `GetItemEstimate`: how many changes a phone would be told, folder by folder. Tells none of them.

use wbxml::Document;
use wbxml::Version;

use crate::app::App;
use crate::command::phone::Phone;
use crate::command::sync::collection;
use crate::command::sync::collection::Wishes;
use crate::command::sync::window;
use crate::eas::getitemestimate::Collection;
use crate::eas::getitemestimate::CollectionResponse;
use crate::eas::getitemestimate::Request;
use crate::eas::getitemestimate::Response;
use crate::eas::getitemestimate::Status;
use crate::eas::status::Common;
use crate::eas::sync::has_strange_pair;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::folder::default_of;
use crate::model::id::FolderId;
use crate::store::Reader;
use crate::store::folder;
use crate::store::state;
use crate::sync::key::SyncKey;
use crate::sync::state::Slot;
use crate::sync::state::State;

/// More than this is as good as this.
const MOST: usize = 100_000;
/// More folders than any person has.
const COLLECTIONS: usize = 300;

/// Answers a `GetItemEstimate`.
pub async fn getitemestimate(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let request = Request::parse(document.root());
    if request.collections.is_empty() || request.collections.len() > COLLECTIONS {
        return Ok(Response::Failure(Common::INVALID_XML.into()).encode(phone.version));
    }
    // MS-ASCMD 2.2.3.27.2 (Class): only short messages and mail can be counted together.
    let options = |asked: &Collection| asked.options.as_deref().is_some_and(has_strange_pair);
    if request.collections.iter().any(options) {
        return Ok(Response::Failure(Status::INVALID_SYNC_KEY).encode(phone.version));
    }
    let mut reader = app.store().read().await?;
    let folders = folder::list(&mut reader, phone.device.account).await?;
    let mut collections = Vec::new();
    for asked in &request.collections {
        let folder = find(&folders, asked);
        let estimate = match folder {
            Some(folder) => estimate(app, phone, &mut reader, folder, asked).await?,
            None => Err(Status::INVALID_COLLECTION),
        };
        collections.push(CollectionResponse {
            class: folder.map(|row| row.folder.class.as_str()),
            collection_id: folder.map_or_else(
                || asked.collection_id.clone().unwrap_or_default(),
                |row| row.folder.id.to_string(),
            ),
            estimate,
        });
    }
    Ok(Response::Collections(collections).encode(phone.version))
}

/// The folder that is meant: by its number, or in 2.5 by its class.
fn find<'a>(folders: &'a [folder::Row], asked: &Collection) -> Option<&'a folder::Row> {
    let id = match asked.collection_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => FolderId(id.trim().parse().ok()?),
        None => default_of(Class::from_name(asked.class.as_deref()?)?)?,
    };
    folders.iter().find(|row| row.folder.id == id)
}

async fn estimate(
    app: &App,
    phone: &Phone,
    reader: &mut Reader,
    folder: &folder::Row,
    asked: &Collection,
) -> Result<Result<u64, Status>, Error> {
    if let Some(status) = fault(asked, &folder.folder) {
        return Ok(Err(status));
    }
    let Some(row) = state::find(reader, phone.who(), folder.folder.id).await? else {
        return Ok(Err(Status::NOT_PRIMED));
    };
    let slot = match slot(&row.state, asked) {
        Ok(slot) => slot,
        Err(status) => return Ok(Err(status)),
    };
    let mut wishes = Wishes::read(&row.options);
    if let Some(options) = &asked.options {
        wishes.options.clone_from(options);
    }
    let class = folder.folder.class;
    if let Some(status) = filter_fault(&wishes, class).filter(|_| phone.version >= Version::V14_0) {
        return Ok(Err(status));
    }
    let scope = collection::scope(phone, folder, &wishes, app.now());
    let count = window::count(reader, &scope, slot, MOST).await?;
    Ok(Ok(u64::try_from(count).unwrap_or(u64::MAX)))
}

/// What a phone asks of a folder that folders of its kind have not.
fn fault(asked: &Collection, folder: &Folder) -> Option<Status> {
    // MS-ASCMD 2.2.3.36.1 (ConversationMode).
    if asked.has_conversation_mode && folder.class != Class::Email {
        return Some(Common::INVALID_XML.into());
    }
    // MS-ASCMD 2.2.3.103.1 (MaxItems): of the people one writes to.
    let mut options = asked.options.iter().flatten();
    let is_bounded = options.any(|options| options.max_items.is_some());
    (is_bounded && folder.kind != FolderKind::RECIPIENT_CACHE).then_some(Status::INVALID_COLLECTION)
}

/// Where the phone stands by the key that it holds.
fn slot<'a>(state: &'a State, asked: &Collection) -> Result<&'a Slot, Status> {
    match asked.sync_key.as_deref().map(str::parse) {
        None | Some(Ok(SyncKey::FIRST)) => Err(Status::NOT_PRIMED),
        Some(Ok(key)) => [Some(&state.current), state.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|slot| slot.key == key)
            .ok_or(Status::INVALID_SYNC_KEY),
        Some(Err(_)) => Err(Status::INVALID_SYNC_KEY),
    }
}

// MS-ASCMD 2.2.3.68.1 (FilterType): 103 for what no class has, 110 for what this class has not.
fn filter_fault(wishes: &Wishes, class: Class) -> Option<Status> {
    let options = crate::eas::sync::options_for(&wishes.options, class)?;
    if options.filter_type? > 8 {
        return Some(Common::INVALID_XML.into());
    }
    (!options.has_valid_filter(class)).then(|| Common::SERVER_ERROR.into())
}
