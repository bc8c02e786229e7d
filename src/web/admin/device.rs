//! One device: what it says of itself, where it stands with each folder, what was done to it.

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use super::words;
use crate::govern;
use crate::govern::action::Action;
use crate::govern::bulk::Target;
use crate::govern::device;
use crate::govern::device::Detail;
use crate::govern::order::Progress;
use crate::govern::trace;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "admin/device.html")]
struct Shown {
    page: Page,
    id: String,
    account: String,
    owner: String,
    email: String,
    facts: Vec<(String, String)>,
    state: String,
    mood: &'static str,
    busy: Option<String>,
    folders: Vec<Folder>,
    log: Vec<Logged>,
    actions: Vec<(&'static str, String, bool)>,
    can_resync_folders: bool,
    /// Until when what it says is written down, and whether something is.
    trace: Option<(Option<String>, bool)>,
}

struct Folder {
    id: String,
    name: String,
    state: String,
    mood: &'static str,
    aside: Vec<String>,
}

struct Logged {
    at: String,
    outcome: String,
    message: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let target = Target::parse(&id).ok_or(Failure::NotFound)?;
    let detail = device::find(&web.app, &by.actor, target).await?;
    let mut page = by.page(&web, "admin-devices", Place::Devices);
    let traits = detail.said.traits(&detail.device.kind);
    page.title = if traits.model.is_empty() { traits.kind } else { traits.model }.to_owned();
    let now = web.app.now();
    let actions = Action::BULK.into_iter().filter(|action| action.hindrance(&detail.facts, now).is_none());
    let can_resync = Action::Resync.hindrance(&detail.facts, now).is_none();
    let shown = Shown {
        id: target.to_string(),
        account: detail.owner.id.to_string(),
        owner: detail.owner.name.clone(),
        email: detail.owner.email.clone(),
        facts: facts(&page, &detail),
        state: page.say(words::standing(detail.device.standing)).into_owned(),
        mood: words::mood(detail.device.standing),
        busy: busy(&page, &detail),
        folders: folders(&page, &detail),
        log: log(&page, &detail),
        actions: actions
            .map(|action| (action.as_str(), page.say(words::action(action)).into_owned(), action.is_grave()))
            .collect(),
        can_resync_folders: can_resync,
        trace: trace(&web, &by, &page, target).await?,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

/// None for who may not look into it.
async fn trace(
    web: &Web,
    by: &Governor,
    page: &Page,
    target: Target,
) -> Result<Option<(Option<String>, bool)>, Failure> {
    match trace::find(&web.app, &by.actor, target).await {
        Ok(found) => Ok(Some((found.until.map(|until| page.time(&until)), !found.lines.is_empty()))),
        Err(govern::Error::NotAllowed) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn facts(page: &Page, detail: &Detail) -> Vec<(String, String)> {
    let traits = detail.said.traits(&detail.device.kind);
    let policy = if detail.provisioned.taken.is_some() {
        "admin-device-policy-taken"
    } else {
        "admin-device-policy-none"
    };
    let rows = [
        ("admin-device-family", traits.family.to_owned()),
        ("admin-device-type", traits.kind.to_owned()),
        ("admin-device-system", traits.system.to_owned()),
        ("admin-device-version", traits.version.to_owned()),
        ("admin-device-agent", traits.agent.to_owned()),
        ("admin-device-id", detail.device.id.clone()),
        ("admin-device-first", page.time(&detail.device.created_at)),
        ("admin-device-seen", page.time(&detail.device.seen_at)),
        ("admin-device-policy", page.say(policy).into_owned()),
    ];
    let filled = rows.into_iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(key, value)| (page.say(key).into_owned(), value)).collect()
}

fn busy(page: &Page, detail: &Detail) -> Option<String> {
    let (kind, progress) = detail.order?;
    let name = page.say(words::under_way(kind)).into_owned();
    Some(match progress {
        Progress::Waiting => page.fill("admin-device-waiting", "what", &name).into_owned(),
        Progress::UnderWay { done, of } => {
            let far = page.fill_two("admin-device-far", &("done", done), &("of", of));
            format!("{name}: {far}")
        }
        Progress::Done | Progress::Late => name,
    })
}

fn folders(page: &Page, detail: &Detail) -> Vec<Folder> {
    let synced = detail.folders.iter().filter(|folder| folder.is_synced);
    synced
        .map(|folder| {
            let (key, mood) = match (folder.aside.is_empty(), folder.is_behind) {
                (false, _) => ("admin-folder-aside", "warn"),
                (true, true) => ("admin-folder-behind", "off"),
                (true, false) => ("admin-folder-current", "good"),
            };
            Folder {
                id: folder.id.to_string(),
                name: folder.name.clone(),
                state: page.say(key).into_owned(),
                mood,
                aside: folder.aside.clone(),
            }
        })
        .collect()
}

fn log(page: &Page, detail: &Detail) -> Vec<Logged> {
    let entries = detail.log.iter();
    entries
        .map(|entry| Logged {
            at: page.time(&entry.at),
            outcome: page.say(outcome(&entry.outcome)).into_owned(),
            message: entry.message.clone(),
        })
        .collect()
}

fn outcome(text: &str) -> &'static str {
    match text {
        "ordered" => "admin-outcome-ordered",
        "done" => "admin-outcome-done",
        "refused" => "admin-outcome-refused",
        _ => "admin-outcome-failed",
    }
}
