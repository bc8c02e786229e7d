//! A user's phones: what each holds and what ails it, in plain words, and what can be done about it.

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::response::Response;

use super::Place;
use super::words;
use crate::govern::action::Action;
use crate::govern::action::OFFLINE_AFTER;
use crate::govern::action::Reason;
use crate::govern::actor::Actor;
use crate::govern::bulk;
use crate::govern::bulk::Target;
use crate::govern::device as govern;
use crate::govern::device::Detail;
use crate::govern::order::Progress;
use crate::model::folder::FolderKind;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::store::device;
use crate::store::device::Device;
use crate::store::device::Standing;
use crate::store::folder;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

const HERE: &str = "/setting/phones";

#[derive(Template)]
#[template(path = "setting/phones.html")]
struct List {
    page: Page,
    phones: Vec<Phone>,
}

/// A phone in short.
pub(super) struct Phone {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) seen: String,
    /// The key of its state, and how good that is.
    pub(super) state: (&'static str, &'static str),
}

pub(super) async fn list(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let page = super::page(&web, &visit, &visit.say("phones-title"), Place::Phones).await?;
    let phones = all(&web, &visit, &page).await?;
    let list = List { page, phones };
    page::show(&list, &list.page)
}

/// The phones of the account; Android's trial log-in is none.
pub(super) async fn all(web: &Web, visit: &Visit, page: &Page) -> Result<Vec<Phone>, Failure> {
    let devices = device::list(&mut *web.app.store().read().await?, visit.account.id).await?;
    Ok(devices.iter().filter(|device| !device.is_probe()).map(|device| phone(page, device)).collect())
}

fn phone(page: &Page, device: &Device) -> Phone {
    let said = crate::govern::description::Information::read(&device.information);
    let version = said.version.as_deref().map(|version| format!("ActiveSync {version}"));
    let told = said.device.unwrap_or_default();
    let about: Vec<String> = [told.model, told.os, version].into_iter().flatten().collect();
    let is_silent = page.now.duration_since(device.seen_at) > OFFLINE_AFTER;
    Phone {
        path: format!("{HERE}/{}", device.number),
        name: super::log::name_of(device),
        about: about.join(" · "),
        seen: page.time(&device.seen_at),
        state: match device.standing {
            Standing::Blocked => ("phone-blocked", "bad"),
            Standing::Quarantined => ("phone-quarantined", "warn"),
            Standing::Allowed if is_silent => ("phone-silent", "warn"),
            Standing::Allowed => ("phone-served", "good"),
        },
    }
}

#[derive(Template)]
#[template(path = "setting/phone.html")]
struct Shown {
    page: Page,
    phone: Phone,
    first: String,
    /// What ails it, each in a sentence.
    problems: Vec<String>,
    /// What it was told to do and how far it is.
    order: Option<String>,
    folders: Vec<Folder>,
    can_resync: bool,
    can_wipe_account: bool,
    can_wipe_device: bool,
}

/// A folder as the phone has it.
struct Folder {
    id: FolderId,
    name: String,
    is_synced: bool,
    is_behind: bool,
    aside: Vec<String>,
    can_resync: bool,
}

pub(super) async fn show(
    State(web): State<Web>,
    Path(number): Path<i64>,
    visit: Visit,
) -> Result<Response, Failure> {
    let actor = Actor::owner(&visit.account);
    let target = Target { account: visit.account.id, number: DeviceNumber(number) };
    let detail = govern::find(&web.app, &actor, target).await?;
    let page = super::page(&web, &visit, &super::log::name_of(&detail.device), Place::Phones).await?;
    let kinds: Vec<(FolderId, FolderKind)> = {
        let rows = folder::list(&mut *web.app.store().read().await?, visit.account.id).await?;
        rows.iter().map(|row| (row.folder.id, row.folder.kind)).collect()
    };
    let can = |action: Action| action.hindrance(&detail.facts, page.now).is_none();
    let kind = |id: FolderId| {
        kinds.iter().find(|(own, _)| *own == id).map_or(FolderKind::UNKNOWN, |(_, kind)| *kind)
    };
    let synced = detail.folders.iter().filter(|folder| folder.is_synced || !folder.aside.is_empty());
    let folders = synced
        .map(|folder| Folder {
            id: folder.id,
            name: words::folder(&page, kind(folder.id), &folder.name),
            is_synced: folder.is_synced,
            is_behind: folder.is_behind,
            aside: folder.aside.clone(),
            can_resync: can(Action::Folder(folder.id)),
        })
        .collect();
    let shown = Shown {
        phone: phone(&page, &detail.device),
        first: page.time(&detail.device.created_at),
        problems: problems(&page, &detail),
        order: detail.order.map(|(_, progress)| in_words(&page, progress)),
        folders,
        can_resync: can(Action::Resync),
        can_wipe_account: can(Action::WipeAccount),
        can_wipe_device: can(Action::WipeDevice),
        page,
    };
    page::show(&shown, &shown.page)
}

fn problems(page: &Page, detail: &Detail) -> Vec<String> {
    let mut problems = Vec::new();
    let mut say = |key: &str| problems.push(page.say(key).into_owned());
    match detail.device.standing {
        Standing::Blocked => say("problem-blocked"),
        Standing::Quarantined => say("problem-quarantined"),
        Standing::Allowed => {}
    }
    if page.now.duration_since(detail.device.seen_at) > OFFLINE_AFTER {
        say("problem-silent");
    }
    if !detail.facts.has_partnership {
        say("problem-no-folders");
    }
    if detail.provisioned.wiped.is_some() {
        say("problem-wiped");
    }
    let aside: usize = detail.folders.iter().map(|folder| folder.aside.len()).sum();
    if aside > 0 {
        problems.push(page.fill("problem-aside", "count", aside).into_owned());
    }
    problems
}

fn in_words(page: &Page, progress: Progress) -> String {
    match progress {
        Progress::Waiting => page.say("order-waiting").into_owned(),
        Progress::UnderWay { done, of } => {
            page.fill_two("order-under-way", &("done", done), &("of", of)).into_owned()
        }
        Progress::Done => page.say("order-done").into_owned(),
        Progress::Late => page.say("order-late").into_owned(),
    }
}

#[derive(Template)]
#[template(path = "setting/phone_act.html")]
struct Asked {
    page: Page,
    path: String,
    act: &'static str,
    help: String,
    seen: String,
    is_grave: bool,
}

/// What the buttons of the page may say.
fn action(act: &str, folder: Option<i64>) -> Result<Action, Failure> {
    Ok(match (act, folder) {
        ("resync", None) => Action::Resync,
        ("resync", Some(folder)) => Action::Folder(FolderId(folder)),
        ("sign-out", _) => Action::SignOut,
        ("wipe-account", _) => Action::WipeAccount,
        ("wipe-device", _) => Action::WipeDevice,
        _ => return Err(Failure::NotFound),
    })
}

/// Says what a button will do, and asks (002-74, 002-75).
pub(super) async fn ask(
    State(web): State<Web>,
    Path((number, act)): Path<(i64, String)>,
    visit: Visit,
) -> Result<Response, Failure> {
    let action = action(&act, None)?;
    let actor = Actor::owner(&visit.account);
    let target = Target { account: visit.account.id, number: DeviceNumber(number) };
    let detail = govern::find(&web.app, &actor, target).await?;
    let (title, help) = match action {
        Action::SignOut => ("act-sign-out-title", "act-sign-out-help"),
        Action::WipeAccount => ("act-wipe-account-title", "act-wipe-account-help"),
        Action::WipeDevice => ("act-wipe-device-title", "act-wipe-device-help"),
        _ => ("act-resync-title", "act-resync-help"),
    };
    let name = super::log::name_of(&detail.device);
    let page = super::page(&web, &visit, &visit.fill(title, "name", &name), Place::Phones).await?;
    let asked = Asked {
        path: format!("{HERE}/{number}"),
        act: action.as_str(),
        help: page.say(help).into_owned(),
        seen: page.time(&detail.device.seen_at),
        is_grave: action.is_grave(),
        page,
    };
    page::show(&asked, &asked.page)
}

pub(super) async fn act(
    State(web): State<Web>,
    Path(number): Path<i64>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let action = action(fields.one("act"), fields.number("folder"))?;
    let actor = Actor::owner(&visit.account);
    let target = Target { account: visit.account.id, number: DeviceNumber(number) };
    let told = bulk::submit(&web.app, &actor, action, &[target]).await?;
    let path = if action == Action::SignOut { HERE.to_owned() } else { format!("{HERE}/{number}") };
    let outcome = told.first().map(|told| told.outcome);
    match outcome {
        Some(Ok(())) => visit.go(&path, &Flash::good(visit.say(done(action)))),
        Some(Err(reason)) => visit.go(&path, &Flash::bad(visit.say(why_not(reason)))),
        None => Err(Failure::NotFound),
    }
}

const fn done(action: Action) -> &'static str {
    match action {
        Action::Resync | Action::Folder(_) => "done-resync",
        Action::SignOut => "done-sign-out",
        Action::WipeAccount => "done-wipe-account",
        Action::WipeDevice => "done-wipe-device",
        Action::Policy | Action::Block | Action::Allow | Action::Cancel => "done-other",
    }
}

const fn why_not(reason: Reason) -> &'static str {
    match reason {
        Reason::NotAllowed | Reason::SwitchedOff => "reason-not-allowed",
        Reason::NoPartnership | Reason::NotSynced => "reason-no-partnership",
        Reason::UnderWay => "reason-under-way",
        Reason::Offline => "reason-offline",
        Reason::KeptOut => "reason-kept-out",
        Reason::TooOld => "reason-too-old",
        Reason::AlreadySo | Reason::NothingOrdered | Reason::NoPolicy => "reason-already",
    }
}
