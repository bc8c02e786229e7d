//! `Ping`: held until a folder has news for this phone, or its time is over. Says never that there is news when there is none.

use std::time::Duration;

use tokio::time::Instant;
use wbxml::Document;
use wbxml::Version;

use crate::app::App;
use crate::command::hierarchy::Hierarchy;
use crate::command::phone::Phone;
use crate::command::sync::collection::Wishes;
use crate::command::sync::window;
use crate::command::sync::window::Scope;
use crate::command::wait::Ended;
use crate::command::wait::wait;
use crate::eas::ping::Request;
use crate::eas::ping::Response;
use crate::eas::ping::Status;
use crate::eas::sync::options_for;
use crate::error::Error;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::notify::HIERARCHY;
use crate::notify::Registration;
use crate::store::Reader;
use crate::store::device;
use crate::store::device::Column;
use crate::store::folder;
use crate::store::retrying;
use crate::store::state;
use crate::store::state::Who;
use crate::sync::filter;

/// More folders than any person has.
const FOLDERS: usize = 300;

/// What is left of a Ping while it waits: nothing of the request, so that a held phone costs little.
#[derive(Debug)]
pub struct Watch {
    who: Who,
    version: Version,
    folders: Box<[FolderId]>,
    /// The revision of the list of folders that the phone knows.
    hierarchy: Rev,
    deadline: Instant,
    place: Registration,
}

/// Reads a `Ping` and takes its place among those who wait; or says at once why not.
pub async fn begin(
    app: &App,
    phone: &Phone,
    document: Option<&Document>,
) -> Result<Result<Watch, Response>, Error> {
    let stored = phone.device.ping.as_deref();
    let before: Request = stored.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let sent = document.map(|document| Request::parse(document.root()));
    if sent.as_ref().is_some_and(Request::is_malformed) {
        return Ok(Err(Response::Ended(Status::SYNTAX_ERROR)));
    }
    let request = sent.unwrap_or_default().completed_by(before);
    let (folders, heartbeat) = match understand(app, &request) {
        Ok(understood) => understood,
        Err(response) => return Ok(Err(response)),
    };
    remember(app, phone, &request).await?;
    let Some(known) = Hierarchy::read(&phone.device.hierarchy).current else {
        // Its partnership was ended, or it begins with the wrong command (conformance rule 12).
        return Ok(Err(Response::Ended(Status::FOLDER_HIERARCHY_CHANGED)));
    };
    // The list of folders is waited for as well; so any newer Ping of the device ends this one.
    let watched: Vec<FolderId> = folders.iter().copied().chain([HIERARCHY]).collect();
    let place = app.waiters().register(phone.device.account, phone.device.number, &watched);
    Ok(Ok(Watch {
        who: phone.who(),
        version: phone.version,
        folders: folders.into(),
        hierarchy: known.rev,
        deadline: Instant::now() + heartbeat,
        place,
    }))
}

/// What to watch and for how long.
fn understand(app: &App, request: &Request) -> Result<(Vec<FolderId>, Duration), Response> {
    let (Some(seconds), Some(folders)) = (request.heartbeat_seconds, &request.folders) else {
        return Err(Response::Ended(Status::MISSING_PARAMETERS));
    };
    let config = &app.config().ping;
    let heartbeat = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    if heartbeat != heartbeat.clamp(config.min, config.max) {
        return Err(Response::InvalidHeartbeat(heartbeat.clamp(config.min, config.max).as_secs()));
    }
    if folders.len() > FOLDERS {
        return Err(Response::TooManyFolders(FOLDERS));
    }
    let numbers: Option<Vec<FolderId>> =
        folders.iter().map(|folder| folder.id.trim().parse().ok().map(FolderId)).collect();
    let numbers = numbers.ok_or(Response::Ended(Status::FOLDER_HIERARCHY_CHANGED))?;
    Ok((numbers, heartbeat))
}

/// Keeps the request for one that says less.
async fn remember(app: &App, phone: &Phone, request: &Request) -> Result<(), Error> {
    let Ok(json) = serde_json::to_string(request) else { return Ok(()) };
    if phone.device.ping.as_deref() == Some(json.as_str()) || phone.device.is_probe() {
        return Ok(());
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        device::set(&mut tx, phone.device.account, phone.device.number, Column::Ping, &json).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

impl Watch {
    /// Whose folders it watches.
    pub(super) fn account(&self) -> AccountId {
        self.who.account
    }

    /// Waits, and says how it ended.
    pub async fn ended(self, app: &App) -> Response {
        loop {
            match Box::pin(self.look(app)).await {
                Ok(None) => {}
                Ok(Some(response)) => return response,
                Err(error) => {
                    tracing::error!(%error, "a Ping could not look at its folders");
                    return Response::Ended(Status::SERVER_ERROR);
                }
            }
            match wait(app, self.who, &self.place, self.deadline).await {
                Ended::Look => {}
                // Its FolderSync hears what has become of it (conformance rule 12).
                Ended::Unwelcome => return Response::Ended(Status::FOLDER_HIERARCHY_CHANGED),
                Ended::Over => return Response::Ended(Status::NO_CHANGES),
            }
        }
    }

    /// What there is to say now.
    async fn look(&self, app: &App) -> Result<Option<Response>, Error> {
        let mut reader = app.store().read().await?;
        // A list of folders that changed is told first: the phone may watch what is no longer there.
        if folder::hierarchy_rev(&mut reader, self.who.account).await? != self.hierarchy {
            return Ok(Some(Response::Ended(Status::FOLDER_HIERARCHY_CHANGED)));
        }
        let mut changed = Vec::new();
        for id in &self.folders {
            let Some(row) =
                folder::find(&mut reader, self.who.account, *id).await?.filter(|row| !row.deleted)
            else {
                return Ok(Some(Response::Ended(Status::FOLDER_HIERARCHY_CHANGED)));
            };
            if self.has_news(app, &mut reader, row).await? {
                changed.push(id.to_string());
            }
        }
        Ok((!changed.is_empty()).then_some(Response::Changes(changed)))
    }

    /// Whether a Sync would bring something. `Ping` has no filter of its own: that of the last `Sync` counts.
    async fn has_news(&self, app: &App, reader: &mut Reader, folder: folder::Row) -> Result<bool, Error> {
        let Some(row) = state::find(reader, self.who, folder.folder.id).await? else {
            // It never asked for what is in it.
            return Ok(false);
        };
        let class = folder.folder.class;
        let wishes = Wishes::read(&row.options);
        let wanted = options_for(&wishes.options, class).and_then(|options| options.filter_type).unwrap_or(0);
        let cutoff = filter::cutoff(class, wanted, app.now());
        let scope = Scope::of(self.who, self.version, folder, cutoff);
        Ok(window::count(reader, &scope, &row.state.current, 1).await? > 0)
    }
}
