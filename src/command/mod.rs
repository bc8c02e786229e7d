//! What the server does for each command of the protocol, and what it asks of a request before it does anything.

pub mod autodiscover;
pub mod calendar;
pub mod carry;
pub mod conversation;
pub mod device;
pub mod find;
pub mod foldercreate;
pub mod folderdelete;
pub mod foldersync;
pub mod folderupdate;
pub mod getattachment;
pub mod getitemestimate;
pub mod hierarchy;
pub mod itemoperations;
pub mod meetingresponse;
pub mod moveitems;
pub mod owe;
pub mod phone;
pub mod ping;
pub mod prompt;
pub mod provision;
pub mod request;
pub mod search;
pub mod sendmail;
pub mod settings;
pub mod status;
pub mod sync;
pub mod trace;
mod wait;

use std::time::Duration;

use jiff::tz::TimeZone;
use wbxml::Document;
use wbxml::Limits;
use wbxml::Version;

use self::device::Caller;
use self::phone::Phone;
use self::prompt::Held;
use self::provision::Asking;
use self::request::Body;
use self::request::Request;
use self::request::Response;
use self::sendmail::asked::Asked;
use self::status::Refusal;
use self::sync::Synced;
use self::trace::Traced;
use crate::app::App;
use crate::eas::class::Owner;
use crate::eas::command::Command;
use crate::eas::query::PolicyKey;
use crate::eas::quirk::Family;
use crate::eas::status::Common;
use crate::error::Error;
use crate::govern::description::Information;
use crate::govern::policy;
use crate::mailbox::find::File;
use crate::model::id::AccountId;
use crate::store::account::Account;
use crate::store::device as stored;

/// What a command may take that is not a wait: Android gives up on its request after 30 seconds.
const ANSWER_TIME: Duration = Duration::from_secs(25);
/// The same where the original of a message is fetched, for which phones wait minutes.
const SEND_TIME: Duration = Duration::from_secs(120);

/// How far a request got at once.
#[derive(Debug)]
pub enum Begun {
    /// To its answer.
    Done(Response),
    /// It has nothing to say yet.
    Waiting(Waiting),
}

/// A request that waits for news. It holds no document, no transaction and no more than it takes to look again.
#[derive(Debug)]
pub enum Waiting {
    /// A `Ping`, of which nothing is left but what it watches, and whether that is written down.
    Ping(ping::Watch, Held, Option<Traced>),
    /// A `Sync`, which is read again from its bytes when there may be something to tell.
    Sync(Box<Request>, sync::Watch, Held),
}

/// What a command came to.
enum Outcome {
    /// A document, or nothing to say.
    Body(Vec<u8>),
    /// A document with files in it or behind it.
    Files(Box<Response>),
    /// A file; none: there is none of that name.
    File(Option<File>),
    /// A Ping that waits.
    Ping(ping::Watch),
    /// A Sync that waits.
    Sync(sync::Watch),
}

/// Does what a request asks for, or as much of it as can be done at once.
pub async fn begin(app: &App, request: Box<Request>) -> Begun {
    go_on(app, request, None).await
}

impl Waiting {
    /// Waits for the answer.
    pub async fn ended(mut self, app: &App) -> Response {
        loop {
            let begun = match self {
                Self::Ping(watch, held, traced) => {
                    let account = watch.account();
                    let response = watch.ended(app).await;
                    Box::pin(held.told(account, &response.changed())).await;
                    return told(app, traced, Response::wbxml(response.encode())).await;
                }
                Self::Sync(request, watch, held) => {
                    if !watch.is_woken(app).await {
                        let traced = Traced::of(&request, Command::Sync);
                        return told(app, traced, Response::wbxml(sync::silence())).await;
                    }
                    let (account, folders) = (request.account.id, watch.folders());
                    let begun = Box::pin(go_on(app, request, Some(watch))).await;
                    if matches!(begun, Begun::Done(_)) {
                        Box::pin(held.told(account, &folders)).await;
                    }
                    begun
                }
            };
            match begun {
                Begun::Done(response) => return response,
                Begun::Waiting(again) => self = again,
            }
        }
    }
}

/// Writes an answer down if its device is looked into, and hands it on.
async fn told(app: &App, traced: Option<Traced>, response: Response) -> Response {
    if let Some(traced) = traced {
        Box::pin(traced.told(app, &response)).await;
    }
    response
}

/// Begins, or looks again for one that has waited.
async fn go_on(app: &App, request: Box<Request>, waited: Option<sync::Watch>) -> Begun {
    let command = match request.query.command {
        Some(command) if command.is_served() => command,
        Some(_) | None => return Begun::Done(Response::status(501)),
    };
    let Some(version) = version(&request) else { return Begun::Done(Response::status(400)) };
    let within = if command.sends_mail() { SEND_TIME } else { ANSWER_TIME };
    let is_first = waited.is_none();
    let outcome = in_time(within, run(app, &request, (command, version), waited)).await;
    let traced = Traced::of(&request, command);
    if is_first {
        Box::pin(count(app, &request, version, outcome.as_ref().err())).await;
        if let Some(traced) = traced {
            Box::pin(traced.asked(app, &request, version)).await;
        }
    }
    let response = match outcome {
        Ok(Outcome::Body(body)) => Response::wbxml(body),
        Ok(Outcome::Files(response)) => *response,
        Ok(Outcome::File(Some(file))) => Response::file(file),
        Ok(Outcome::File(None)) => Response::status(404),
        Ok(Outcome::Ping(watch)) => return Begun::Waiting(Waiting::Ping(watch, held(app, &request), traced)),
        Ok(Outcome::Sync(watch)) => {
            let held = held(app, &request);
            return Begun::Waiting(Waiting::Sync(request, watch, held));
        }
        Err(refusal) => {
            match &refusal {
                Refusal::Common(status) => tracing::debug!(%command, %status, "refused"),
                Refusal::Failed(error) => tracing::error!(%command, %error, "failed"),
            }
            status::answer(command, &refusal, version)
        }
    };
    Begun::Done(told(app, traced, response).await)
}

fn held(app: &App, request: &Request) -> Held {
    Held::now(app, request.account.organisation)
}

/// Counts a request for the administrators' overview. That a policy has to be taken first is nothing wrong.
async fn count(app: &App, request: &Request, version: Version, refusal: Option<&Refusal>) {
    let organisation = request.account.organisation;
    app.tally().count(organisation, "requests", "");
    let is_wrong = match refusal {
        Some(Refusal::Common(common)) => !(139..=145).contains(&common.0),
        Some(Refusal::Failed(_)) => true,
        None => false,
    };
    if is_wrong {
        let (id, kind) = (&request.query.device_id, &request.query.device_type);
        let family = Family::of(kind, request.user_agent.as_deref().unwrap_or_default()).name();
        let model = model(app, request.account.id, (id.as_str(), kind.as_str())).await;
        app.tally().count(organisation, "errors", format!("{family} {model} {version}").trim_start());
    }
}

/// What a device says that it is; empty if it said nothing.
async fn model(app: &App, account: AccountId, (id, kind): (&str, &str)) -> String {
    let Ok(mut reader) = app.store().glance().await else { return String::new() };
    let Ok(Some(device)) = stored::find(&mut reader, account, id, kind).await else { return String::new() };
    Information::read(&device.information).traits(kind).model.to_owned()
}

/// The version of a request: of the query string where it means one, else of the header.
fn version(request: &Request) -> Option<Version> {
    request.query.version.or_else(|| request.version.as_deref()?.parse().ok())
}

/// The policy key of a request, from either place.
fn policy_key(request: &Request) -> Option<PolicyKey> {
    request.query.policy_key.or_else(|| PolicyKey::parse(request.policy_key.as_deref()?))
}

/// What a command comes to, if it does so in time. What it had not committed has not happened.
async fn in_time(
    within: Duration,
    work: impl Future<Output = Result<Outcome, Refusal>>,
) -> Result<Outcome, Refusal> {
    tokio::time::timeout(within, work).await.unwrap_or_else(|_| Err(Error::Late.into()))
}

async fn run(
    app: &App,
    request: &Request,
    (command, version): (Command, Version),
    waited: Option<sync::Watch>,
) -> Result<Outcome, Refusal> {
    allowed(request, command, version)?;
    if command.sends_mail() {
        let asked = Asked::read(request, command, version).await?;
        let (phone, _) = Box::pin(admit(app, request, command, version)).await?;
        Box::pin(sendmail::sendmail(app, &phone, &asked)).await?;
        // MS-ASCMD 2.2.1.17 (SendMail): nothing says that it went well.
        return Ok(Outcome::Body(Vec::new()));
    }
    let document = match &request.body {
        Body::Whole(body) => document(command, body)?,
        // Messages alone are spooled.
        Body::Spooled(_) => return Err(Common::INVALID_CONTENT.into()),
    };
    let (phone, family) = Box::pin(admit(app, request, command, version)).await?;
    if command == Command::Sync {
        return Ok(match Box::pin(sync::sync(app, &phone, document.as_ref(), waited)).await? {
            Synced::Told(body) => Outcome::Body(body),
            Synced::Waiting(watch) => Outcome::Sync(watch),
        });
    }
    if command == Command::GetAttachment && version <= Version::V12_1 {
        let name = request.query.attachment_name.as_deref().unwrap_or_default();
        return Ok(Outcome::File(getattachment::getattachment(app, &phone, name).await?));
    }
    // MS-ASHTTP 2.2.1.1.2.5 (MS-ASAcceptMultiPart): or the flag of a request line in base64. From 12.1 on.
    let wants_parts =
        (request.accept_multipart || request.query.accept_multipart) && version >= Version::V12_1;
    let asked = (command, document.as_ref());
    Box::pin(serve(app, &request.account, (&phone, family), asked, wants_parts)).await
}

/// Whether it can be answered at all.
fn allowed(request: &Request, command: Command, version: Version) -> Result<(), Refusal> {
    if !command.is_in(version) {
        return Err(Common::VERSION_NOT_SUPPORTED.into());
    }
    if request.account.is_disabled {
        return Err(Common::USER_DISABLED_FOR_SYNC.into());
    }
    if let Some(fault) = device::fault(&request.query) {
        return Err(fault.into());
    }
    Ok(())
}

/// The phone behind a request, if it may ask for anything.
async fn admit(
    app: &App,
    request: &Request,
    command: Command,
    version: Version,
) -> Result<(Phone, Family), Refusal> {
    let user_agent = request.user_agent.as_deref();
    let caller = Caller { account: request.account.id, query: &request.query, version, user_agent };
    let device = device::admit(app, caller).await?;
    if device.traced_until.is_some_and(|until| app.now() < until) {
        // A Sync that waited is admitted again.
        let _ = request.traced.set(device.number);
    }
    if device.blocked_at.is_some() {
        return Err(Common::DEVICE_IS_BLOCKED_FOR_THIS_USER.into());
    }
    let family = Family::of(&device.kind, user_agent.unwrap_or_default());
    if command != Command::Provision {
        let key = policy_key(request);
        // MS-ASPROV 3.1.5.1: no key with Ping.
        let carries_key = command != Command::Ping;
        let asking = Asking { device: &device, family, version, key, carries_key };
        let rules = policy::in_force(app, &mut *app.store().glance().await?, device.account).await?;
        if let Some(refusal) = provision::refusal(&rules, asking) {
            return Err(refusal.into());
        }
    }
    let phone = Phone {
        organisation: request.account.organisation,
        owner: owner(&request.account),
        device,
        version,
        birthday: family.birthday(),
    };
    Ok((phone, family))
}

async fn serve(
    app: &App,
    account: &Account,
    (phone, family): (&Phone, Family),
    (command, document): (Command, Option<&Document>),
    wants_parts: bool,
) -> Result<Outcome, Refusal> {
    let body = match (command, document) {
        (Command::Ping, document) => match ping::begin(app, phone, document).await? {
            Ok(watch) => return Ok(Outcome::Ping(watch)),
            Err(response) => response.encode(),
        },
        (Command::FolderSync, Some(document)) => foldersync::foldersync(app, phone, family, document).await?,
        (Command::Find, Some(document)) => find::find(app, account, phone, document).await?,
        (Command::FolderCreate, Some(document)) => foldercreate::foldercreate(app, phone, document).await?,
        (Command::FolderDelete, Some(document)) => folderdelete::folderdelete(app, phone, document).await?,
        (Command::FolderUpdate, Some(document)) => folderupdate::folderupdate(app, phone, document).await?,
        (Command::GetItemEstimate, Some(document)) => {
            getitemestimate::getitemestimate(app, phone, document).await?
        }
        (Command::MoveItems, Some(document)) => moveitems::moveitems(app, phone, document).await?,
        (Command::MeetingResponse, Some(document)) => {
            meetingresponse::meetingresponse(app, phone, document).await?
        }
        (Command::Search, Some(document)) => search::search(app, account, phone, document).await?,
        (Command::Settings, Some(document)) => settings::settings(app, phone, document).await?,
        (Command::ItemOperations, Some(document)) => {
            let (response, files) = itemoperations::itemoperations(app, phone, document).await?;
            let pieces = if wants_parts { response.encode_in_parts() } else { response.encode() };
            let response = Response::with_files(pieces, &files, wants_parts);
            return Ok(Outcome::Files(Box::new(response)));
        }
        (Command::Provision, Some(document)) => provision::provision(app, phone, document).await?,
        (_, None) => return Err(Common::INVALID_CONTENT.into()),
        (_, Some(_)) => return Err(Common::COMMAND_NOT_SUPPORTED.into()),
    };
    Ok(Outcome::Body(body))
}

/// The body as a document of the command; none where there is none and none is needed.
fn document(command: Command, body: &[u8]) -> Result<Option<Document>, Refusal> {
    if body.is_empty() {
        // MS-ASHTTP 2.2.1.1.3 (Request Body): Sync and Ping may repeat what they asked before.
        let may_be_empty = matches!(command, Command::Sync | Command::Ping | Command::GetAttachment);
        return if may_be_empty { Ok(None) } else { Err(Common::INVALID_CONTENT.into()) };
    }
    let document = Document::decode(body, &Limits::default()).map_err(|error| {
        tracing::debug!(%command, %error, "a body is not WBXML");
        Common::INVALID_WBXML
    })?;
    let is_of_command = status::root(command).is_some_and(|(root, _)| document.root().tag() == root);
    if is_of_command { Ok(Some(document)) } else { Err(Common::INVALID_XML.into()) }
}

/// The account as items mention it.
pub fn owner(account: &Account) -> Owner {
    let zone = account.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
    Owner { email: account.email.clone(), name: account.name.clone(), zone: zone.unwrap_or(TimeZone::UTC) }
}

#[cfg(test)]
mod tests;
