//! A back office as its user sees it: the log-in, what it brought, when it is asked next, and the way out.

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use zeroize::Zeroizing;

use super::Place;
use super::words;
use crate::connections::Connected;
use crate::connector;
use crate::govern::access as doing;
use crate::govern::access::Brought;
use crate::govern::access::Error;
use crate::govern::access::Given;
use crate::govern::access::Pulled;
use crate::model::class::Class;
use crate::model::folder::FolderKind;
use crate::store;
use crate::store::access;
use crate::store::access::Access;
use crate::store::log;
use crate::store::pull;
use crate::store::retrying;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

#[derive(Template)]
#[template(path = "setting/connection.html")]
struct Shown {
    page: Page,
    name: String,
    title: String,
    /// Whether each account has its own log-in here.
    is_own: bool,
    state: Condition,
    user: String,
    /// What the back office, or we, said against the log-in.
    wrong: Option<String>,
    notice: Option<String>,
    identity: Option<String>,
    identities: Vec<Identity>,
    folders: Vec<(String, i64)>,
    owed: i64,
    /// Whether something was never pulled to its end.
    is_first: bool,
    due: Option<String>,
    last: Option<Last>,
    /// Whether contacts come from here, and how many there are.
    contacts: Option<i64>,
}

/// Whether it is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Off,
    On,
    Paused,
}

impl Shown {
    fn is_on(&self) -> bool {
        self.state == Condition::On
    }

    fn is_paused(&self) -> bool {
        self.state == Condition::Paused
    }

    fn is_used(&self) -> bool {
        self.state != Condition::Off
    }
}

/// A company to choose.
struct Identity {
    id: String,
    name: String,
    is_chosen: bool,
}

/// How the last pull ended.
struct Last {
    at: String,
    pulled: i64,
    errors: i64,
    message: String,
}

pub(super) async fn show(web: &Web, visit: &Visit, name: &str) -> Result<Response, Failure> {
    let connected = find(web, visit, name)?;
    let shown = look(web, visit, &connected, (String::new(), None)).await?;
    page::show(&shown, &shown.page)
}

fn find(web: &Web, visit: &Visit, name: &str) -> Result<std::sync::Arc<Connected>, Failure> {
    let mut offered = super::offered(web, visit).into_iter();
    offered.find(|one| one.settings.name == name).ok_or(Failure::NotFound)
}

async fn look(
    web: &Web,
    visit: &Visit,
    connected: &Connected,
    (typed, wrong): (String, Option<String>),
) -> Result<Shown, Failure> {
    let name = connected.settings.name.clone();
    let title = super::title_of(connected);
    let page = super::page(web, visit, &title, Place::Connection(name.clone())).await?;
    let brought = doing::brought(&web.app, visit.account.id, &name).await?;
    let (access, dues, runs) = {
        let mut reader = web.app.store().read().await?;
        let access = access::find(&mut reader, visit.account.id, &name).await?;
        let dues = pull::of_account(&mut reader, visit.account.id).await?;
        (access, dues, log::runs(&mut reader, visit.account.id, RUNS).await?)
    };
    let (identity, identities) = identities(web, visit, connected, access.as_ref()).await;
    let own: Vec<_> = dues.iter().filter(|due| due.connection == name).collect();
    let last = runs.iter().find(|run| run.connection == name).map(|run| Last {
        at: page.time(&run.ended_at),
        pulled: run.pulled,
        errors: run.errors,
        message: run.message.clone(),
    });
    let state = match &access {
        None => Condition::Off,
        Some(access) if access.paused_at.is_some() => Condition::Paused,
        Some(_) => Condition::On,
    };
    let holds_contacts = connected.settings.classes.contains(&Class::Contacts);
    Ok(Shown {
        is_own: doing::is_own(connected),
        user: if typed.is_empty() {
            access.as_ref().and_then(|access| access.user_name.clone()).unwrap_or_default()
        } else {
            typed
        },
        wrong,
        notice: access.and_then(|access| access.notice),
        identity,
        identities,
        folders: filled(&page, &brought),
        owed: brought.owed,
        is_first: own.is_empty() || own.iter().any(|due| due.cursor.is_none()),
        due: own.iter().map(|due| due.next_at).min().map(|at| page.time(&at.max(page.now))),
        last: last.filter(|_| state != Condition::Off),
        contacts: holds_contacts.then(|| contacts(&brought)),
        page,
        name,
        title,
        state,
    })
}

/// So many of the newest pulls are looked through for the last of one connection.
const RUNS: i64 = 100;

fn filled(page: &Page, brought: &Brought) -> Vec<(String, i64)> {
    let folders = brought.folders.iter();
    folders.map(|folder| (words::folder(page, folder.kind, &folder.name), folder.items)).collect()
}

fn contacts(brought: &Brought) -> i64 {
    let kinds = [FolderKind::CONTACTS, FolderKind::USER_CONTACTS];
    brought.folders.iter().filter(|folder| kinds.contains(&folder.kind)).map(|folder| folder.items).sum()
}

/// The company that is used, and those to choose from; the back office may be down, then the id alone is known (002-10).
async fn identities(
    web: &Web,
    visit: &Visit,
    connected: &Connected,
    access: Option<&Access>,
) -> (Option<String>, Vec<Identity>) {
    let Some(access) = access.filter(|access| access.paused_at.is_none() && doing::is_own(connected)) else {
        return (None, Vec::new());
    };
    let found = doing::identities(&web.app, &visit.account, access).await.unwrap_or_default();
    let is_chosen = |one: &connector::Identity| match &access.identity {
        Some(chosen) => one.id == *chosen,
        None => one.default,
    };
    let chosen = found.iter().find(|one| is_chosen(one)).map(|one| one.name.clone());
    let all = found.iter().map(|one| Identity {
        id: one.id.clone(),
        name: one.name.clone(),
        is_chosen: is_chosen(one),
    });
    let all: Vec<Identity> = all.collect();
    (chosen.or_else(|| access.identity.clone()), if all.len() > 1 { all } else { Vec::new() })
}

/// What a button of the page does.
pub(super) async fn act(
    State(web): State<Web>,
    Path(name): Path<String>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let connected = find(&web, &visit, &name)?;
    match fields.one("act") {
        "create" => create(&web, &visit, &connected, &fields).await,
        "choose" => choose(&web, &visit, &connected, fields.one("identity")).await,
        "pull" => {
            retrying(|| ask(&web, &visit, &name)).await?;
            visit.go(&super::path_of(&name), &Flash::good(visit.say("connection-asked")))
        }
        _ => Err(Failure::Incomplete("act")),
    }
}

async fn ask(web: &Web, visit: &Visit, name: &str) -> store::Result<()> {
    let mut tx = web.app.store().begin().await?;
    pull::ask(&mut tx, visit.account.id, Some(name), web.app.now()).await?;
    tx.commit().await
}

/// Verified by the back office before it is stored (002-19, 002-29).
async fn create(
    web: &Web,
    visit: &Visit,
    connected: &Connected,
    fields: &Fields,
) -> Result<Response, Failure> {
    let name = &connected.settings.name;
    let user = fields.one("user").to_owned();
    let password = Zeroizing::new(fields.raw("password").to_owned());
    let wrong = if user.is_empty() || password.is_empty() {
        visit.say("connection-empty").into_owned()
    } else {
        let known = access::find(&mut *web.app.store().read().await?, visit.account.id, name).await?;
        let given = Given { user: user.clone(), password, identity: known.and_then(|known| known.identity) };
        match doing::connect(&web.app, &visit.account, name, &given).await {
            Ok(None) => {
                let said = visit.fill("connection-created", "title", super::title_of(connected));
                return visit.go(&super::path_of(name), &Flash::good(said));
            }
            Ok(Some(error)) => {
                let said = visit.fill("connection-untried", "reason", error.to_string());
                return visit.go(&super::path_of(name), &Flash::bad(said));
            }
            Err(Error::Refused(error)) => {
                visit.fill("connection-refused", "reason", error.to_string()).into_owned()
            }
            Err(Error::Unknown(_) | Error::Shared(_)) => return Err(Failure::NotFound),
            Err(error @ (Error::Store(_) | Error::Seal)) => return Err(Failure::Inside(error.to_string())),
        }
    };
    let mut shown = look(web, visit, connected, (user, Some(wrong))).await?;
    shown.page.here = super::path_of(name);
    let mut response = page::show(&shown, &shown.page)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn choose(web: &Web, visit: &Visit, connected: &Connected, id: &str) -> Result<Response, Failure> {
    let name = &connected.settings.name;
    let known = access::find(&mut *web.app.store().read().await?, visit.account.id, name).await?;
    let access = known.ok_or(Failure::NotFound)?;
    let found = doing::identities(&web.app, &visit.account, &access).await;
    let found = found.map_err(|error| Failure::Inside(error.to_string()))?;
    let chosen = found.into_iter().find(|one| one.id == id).ok_or(Failure::NotFound)?;
    let identity = if chosen.default { None } else { Some(chosen.id) };
    doing::choose(&web.app, &access, identity).await.map_err(|error| Failure::Inside(error.to_string()))?;
    let said = visit.fill("connection-chosen", "name", &chosen.name);
    visit.go(&super::path_of(name), &Flash::good(said))
}

#[derive(Template)]
#[template(path = "setting/connection_remove.html")]
struct Removal {
    page: Page,
    name: String,
    folders: Vec<(String, i64)>,
    owed: i64,
}

/// Says how much goes with it, and asks.
pub(super) async fn ask_to_remove(
    State(web): State<Web>,
    Path(name): Path<String>,
    visit: Visit,
) -> Result<Response, Failure> {
    let connected = find(&web, &visit, &name)?;
    let title = visit.fill("connection-remove-title", "title", super::title_of(&connected));
    let page = super::page(&web, &visit, &title, Place::Connection(name.clone())).await?;
    let brought = doing::brought(&web.app, visit.account.id, &name).await?;
    let folders = filled(&page, &brought).into_iter().filter(|(_, items)| *items > 0).collect();
    let removal = Removal { page, name, folders, owed: brought.owed };
    page::show(&removal, &removal.page)
}

pub(super) async fn remove(
    State(web): State<Web>,
    Path(name): Path<String>,
    Post { visit, .. }: Post,
) -> Result<Response, Failure> {
    let connected = find(&web, &visit, &name)?;
    if !doing::is_own(&connected) {
        // It would be given back at once: the organisation's log-in is everybody's.
        return Err(Failure::Forbidden);
    }
    let done = doing::disconnect(&web.app, visit.account.id, &name, Pulled::Goes).await;
    done.map_err(|error| Failure::Inside(error.to_string()))?;
    let said = visit.fill("connection-removed", "title", super::title_of(&connected));
    visit.go(&super::path_of(&name), &Flash::good(said))
}
