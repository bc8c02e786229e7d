//! `Sync`: all folders of a request, one after the other, and the place to wait when there is nothing to say.

mod answer;
mod apply;
pub mod collection;
mod conflict;
mod drafts;
mod fingerprint;
pub mod letters;
mod made;
pub mod window;

use std::time::Duration;

use tokio::time::Instant;
use wbxml::Document;
use wbxml::Version;
use wbxml::airsync;

use self::collection::Ask;
use self::collection::Served;
use self::fingerprint::fingerprint;
use crate::app::App;
use crate::command::phone::Phone;
use crate::command::wait;
use crate::command::wait::Ended;
use crate::eas::sync::Collection;
use crate::eas::sync::CollectionResponse;
use crate::eas::sync::Request;
use crate::eas::sync::Response;
use crate::eas::sync::Status;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::folder::default_of;
use crate::model::id::FolderId;
use crate::notify::Registration;
use crate::store::device;
use crate::store::device::Column;
use crate::store::retrying;
use crate::store::state::Who;

/// More folders than any person has; Exchange's bound is of this size.
const COLLECTIONS: usize = 300;
/// The most changes in one answer when the phone names no number for all folders together.
const WINDOW: usize = 512;
/// The most bytes of items in one answer: what a phone on a slow line takes within its 30 seconds.
const BYTES: usize = 1_500_000;

/// How often the mails are looked up anew that came between look and answer.
const LOOKS: usize = 10;
/// From one look to the next: a mail that is being moved arrives in a moment.
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// What a Sync came to.
#[derive(Debug)]
pub enum Synced {
    /// The answer.
    Told(Vec<u8>),
    /// There is nothing to say, and the phone wants to wait.
    Waiting(Watch),
}

/// What is left of a Sync while it waits; when it is woken it is asked again.
#[derive(Debug)]
pub struct Watch {
    who: Who,
    place: Registration,
    deadline: Instant,
}

/// Answers a `Sync`, one that has waited as well; without a body it repeats the last one.
pub async fn sync(
    app: &App,
    phone: &Phone,
    body: Option<&Document>,
    waited: Option<Watch>,
) -> Result<Synced, Error> {
    let response = match understand(phone, body) {
        Ok(asked) => match answer(app, phone, asked, waited).await? {
            (response, Some(watch)) if is_silent(&response) => return Ok(Synced::Waiting(watch)),
            (response, _) => response,
        },
        Err(response) => response,
    };
    Ok(Synced::Told(response.encode(phone.version)))
}

/// What a Sync says whose time is over.
pub fn silence() -> Vec<u8> {
    // Before 12.1 every answer names its folders, and no request waits.
    Response::default().encode(Version::V12_1)
}

/// A request with the fingerprint of each of its collections.
struct Asked<'a> {
    request: Request<'a>,
    bodies: Vec<String>,
}

/// Reads the request, completed by the one before where it says so.
fn understand<'a>(phone: &Phone, body: Option<&'a Document>) -> Result<Asked<'a>, Response> {
    let before = phone
        .device
        .requested
        .as_deref()
        .and_then(|json| serde_json::from_str::<Request<'static>>(json).ok());
    let Some(document) = body else {
        // MS-ASCMD 2.2.1.21.1 (Empty Sync Request).
        let before = before.filter(|before| !before.collections.is_empty());
        let request = before.ok_or_else(|| Response::of_status(Status::INCOMPLETE_REQUEST))?;
        return Ok(Asked { bodies: vec![String::new(); request.collections.len()], request });
    };
    let root = document.root();
    let request = Request::parse(root);
    let mut bodies: Vec<String> = root
        .children()
        .filter(|child| child.tag() == airsync::COLLECTIONS)
        .flat_map(wbxml::Element::children)
        .filter(|child| child.tag() == airsync::COLLECTION)
        .map(fingerprint)
        .collect();
    if let Some(status) = request.fault() {
        return Err(Response::of_status(status));
    }
    let request = match (request.is_partial, before) {
        (false, _) => request,
        (true, Some(before)) => request.completed_by(before),
        (true, None) => return Err(Response::of_status(Status::INCOMPLETE_REQUEST)),
    };
    // Nothing to complete it with: Android remembers an empty set while all folders are off.
    if request.is_partial && request.collections.is_empty() {
        return Err(Response::of_status(Status::INCOMPLETE_REQUEST));
    }
    // MS-ASCMD 2.2.3.177.17 (Status): 4 of a collection is that of the request.
    if let Some(status) = request.collections.iter().find_map(|collection| collection.fault(phone.version)) {
        return Err(Response::of_status(status));
    }
    bodies.resize(request.collections.len(), String::new());
    if request.collections.len() > COLLECTIONS {
        let limit = i64::try_from(COLLECTIONS).ok();
        return Err(Response { limit, ..Response::of_status(Status::TOO_MANY_COLLECTIONS) });
    }
    Ok(Asked { request, bodies })
}

/// The answer, and the place of who would rather wait than hear silence.
async fn answer(
    app: &App,
    phone: &Phone,
    asked: Asked<'_>,
    waited: Option<Watch>,
) -> Result<(Response, Option<Watch>), Error> {
    let wait = match wait(app, &asked.request) {
        Ok(wait) => wait,
        Err(limit) => {
            let response = Response { limit: Some(limit), ..Response::of_status(Status::INVALID_WAIT) };
            return Ok((response, None));
        }
    };
    let folders: Vec<Option<FolderId>> = asked.request.collections.iter().map(folder).collect();
    let watch = match waited {
        Some(watch) => Some(watch),
        None => {
            remember(app, phone, &asked.request).await?;
            let known: Vec<FolderId> = folders.iter().flatten().copied().collect();
            take_place(app, phone, wait, &known)
        }
    };
    Ok((served(app, phone, &asked, &folders).await?, watch))
}

/// A place among those who wait, if the phone will; either way what it has waiting on these folders ends.
fn take_place(app: &App, phone: &Phone, wait: Option<Duration>, folders: &[FolderId]) -> Option<Watch> {
    let (account, device) = (phone.device.account, phone.device.number);
    let Some(wait) = wait else {
        app.waiters().replace(account, device, folders);
        return None;
    };
    let place = app.waiters().register(account, device, folders);
    Some(Watch { who: phone.who(), place, deadline: Instant::now() + wait })
}

impl Watch {
    /// What it watches.
    pub(super) fn folders(&self) -> Vec<FolderId> {
        self.place.folders().to_vec()
    }

    /// Waits for a change, in the folders or in what the device may do; false when the silence has to go out.
    pub async fn is_woken(&self, app: &App) -> bool {
        wait::wait(app, self.who, &self.place, self.deadline).await != Ended::Over
    }
}

fn is_silent(response: &Response) -> bool {
    response.status.is_none() && response.collections.is_empty()
}

/// How long to wait, or the bound that the wish is beyond, in the unit it was made in.
// MS-ASCMD 2.2.3.198 (Wait) in minutes, 2.2.3.88 (HeartbeatInterval) in seconds; a bound comes back as Limit.
fn wait(app: &App, request: &Request<'_>) -> Result<Option<Duration>, i64> {
    let ping = &app.config().ping;
    let (wanted, unit) = match (request.wait_minutes, request.heartbeat_seconds) {
        (Some(minutes), _) => (minutes, 60),
        (None, Some(seconds)) => (seconds, 1),
        (None, None) => return Ok(None),
    };
    let bound = |limit: Duration| i64::try_from(limit.as_secs()).unwrap_or(i64::MAX);
    let (least, most) = (bound(ping.min), bound(ping.max));
    let seconds = wanted.saturating_mul(unit);
    if seconds < least {
        return Err((least + unit - 1) / unit);
    }
    if seconds > most {
        return Err(most / unit);
    }
    Ok(u64::try_from(seconds).ok().map(Duration::from_secs))
}

/// The folder that a collection means, if it means one: 2.5 may say the class alone and mean its default folder.
fn folder(collection: &Collection<'_>) -> Option<FolderId> {
    match collection.collection_id.as_deref() {
        Some(id) => id.trim().parse().ok().map(FolderId),
        None => default_of(Class::from_name(collection.class.as_deref()?)?),
    }
}

/// Keeps the shape of the request, keys included, for one without a body, which means the very same.
// MS-ASCMD 2.2.1.21.1 (Empty Sync Request): identical to the cached one. Older versions know neither it nor Partial.
async fn remember(app: &App, phone: &Phone, request: &Request<'_>) -> Result<(), Error> {
    if phone.version < Version::V12_1 {
        return Ok(());
    }
    let mut shape = request.clone();
    for collection in &mut shape.collections {
        collection.options = None;
    }
    let Ok(json) = serde_json::to_string(&shape) else { return Ok(()) };
    if phone.device.requested.as_deref() == Some(json.as_str()) || phone.device.is_probe() {
        return Ok(());
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        device::set(&mut tx, phone.device.account, phone.device.number, Column::Requested, &json).await?;
        tx.commit().await
    })
    .await?;
    Ok(())
}

/// Serves every collection once.
async fn served(
    app: &App,
    phone: &Phone,
    asked: &Asked<'_>,
    folders: &[Option<FolderId>],
) -> Result<Response, Error> {
    let mut room = asked
        .request
        .window_size
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(WINDOW)
        .clamp(1, WINDOW);
    let mut bytes = BYTES;
    let mut response = Response::default();
    for ((collection, body), folder) in asked.request.collections.iter().zip(&asked.bodies).zip(folders) {
        let one = match folder {
            None => failed(collection, Status::FOLDER_HIERARCHY_CHANGED),
            Some(folder) => {
                let window = collection.window().min(room);
                let ask = Ask { collection, body, folder: *folder, window, bytes };
                one(app, phone, &ask).await?
            }
        };
        // What the folders before it came to is lost with it, and given again when asked for under the same keys.
        if one.response.status == Status::PROTOCOL_ERROR {
            return Ok(Response::of_status(Status::PROTOCOL_ERROR));
        }
        room = room.saturating_sub(one.response.changes.len());
        bytes = bytes.saturating_sub(one.response.changes.iter().map(crate::eas::sync::Change::len).sum());
        // From 12.1 on a folder without news is not mentioned; before, the phone waits for its key.
        if !one.is_quiet || phone.version < Version::V12_1 {
            response.collections.push(one.response);
        }
    }
    Ok(response)
}

async fn one(app: &App, phone: &Phone, ask: &Ask<'_>) -> Result<Served, Error> {
    let mut glance = app.store().glance().await?;
    if let Some(served) = collection::serve_quiet(&mut glance, phone, ask, app.now()).await? {
        return Ok(served);
    }
    drop(glance);
    let drafts = drafts::compose(app, phone, ask).await?;
    for look in 1.. {
        let letters = letters::gather(app, phone, ask).await?.map(|letters| letters.with(&drafts));
        let served = retrying(|| collection::serve(app, phone, ask, (letters.as_ref(), &drafts))).await?;
        if !served.lacks_letters || look > LOOKS {
            return Ok(served);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(failed(ask.collection, Status::SERVER_ERROR))
}

fn failed(collection: &Collection<'_>, status: Status) -> Served {
    let response = CollectionResponse {
        class: collection.class.as_deref().and_then(Class::from_name).map(Class::as_str),
        sync_key: collection.sync_key.clone().unwrap_or_else(|| "0".to_owned()),
        collection_id: collection.collection_id.clone().unwrap_or_default(),
        status,
        ..CollectionResponse::default()
    };
    Served { response, is_quiet: false, is_stored: true, lacks_letters: false }
}
