//! What is done to many devices at a time: what it reaches is shown first, and computed again when it is done.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use super::Sent;
use super::devices;
use super::words;
use crate::govern::action::Action;
use crate::govern::action::Reason;
use crate::govern::bulk;
use crate::govern::bulk::Candidate;
use crate::govern::bulk::Target;
use crate::govern::description::Information;
use crate::govern::device;
use crate::model::id::FolderId;
use crate::store::roster::Filter;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "admin/confirm.html")]
struct Confirm {
    page: Page,
    action: &'static str,
    folder: String,
    act: String,
    meaning: String,
    is_grave: bool,
    /// Whether it is asked for the second time.
    is_again: bool,
    reached: Vec<Reached>,
    left_out: Vec<String>,
    left_out_line: Option<String>,
    back: String,
}

/// A device that the action reaches.
struct Reached {
    id: String,
    name: String,
    owner: String,
    email: String,
    serial: String,
}

/// What a form asks for.
struct Asked {
    action: Action,
    targets: Vec<Target>,
    back: String,
}

/// What was asked, with the devices that were ticked, or all that the filter lets through.
async fn asked(web: &Web, by: &Governor, fields: &Fields) -> Result<Asked, Failure> {
    let folder = fields.number("folder").map(FolderId);
    let action = match (fields.one("action"), folder) {
        ("folder", Some(folder)) => Some(Action::Folder(folder)),
        (name, _) => Action::parse(name),
    };
    let action = action.ok_or(Failure::Incomplete("action"))?;
    let text = |name: &str| fields.one(name).to_owned();
    let filter = Filter {
        search: text("search"),
        family: text("family"),
        version: text("version"),
        state: text("state"),
        ..Filter::default()
    };
    let without: Vec<Target> = fields.all("without").filter_map(Target::parse).collect();
    let mut targets: Vec<Target> = fields.all("device").filter_map(Target::parse).collect();
    if fields.is_set("all") {
        let all = device::page(&web.app, &by.actor, by.organisation, &filter, None, bulk::MOST).await?;
        targets = all.devices.iter().map(|entry| target(entry.place)).collect();
    }
    targets.retain(|target| !without.contains(target));
    let back = fields.path("back").map_or_else(|| back(&filter), str::to_owned);
    Ok(Asked { action, targets, back })
}

fn target(place: crate::store::roster::Place) -> Target {
    Target { account: place.account, number: place.number }
}

fn back(filter: &Filter) -> String {
    format!("/admin/devices?{}", devices::query(filter))
}

/// Shows what the action would reach, and what not and why.
pub(super) async fn confirm(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let asked = asked(&web, &by, &fields).await?;
    confirmation(&web, &by, asked, false).await
}

async fn confirmation(web: &Web, by: &Governor, asked: Asked, is_again: bool) -> Result<Response, Failure> {
    let Asked { action, targets, back } = asked;
    let candidates = bulk::plan(&web.app, &by.actor, action, &targets).await?;
    let page = by.page(web, words::action(action), Place::Devices);
    let mut out = BTreeMap::<Reason, usize>::new();
    for reason in candidates.iter().filter_map(|candidate| candidate.hindrance) {
        *out.entry(reason).or_default() += 1;
    }
    let left_out: usize = out.values().sum();
    let line = (left_out > 0).then(|| {
        let (left_out, all) = (left_out, candidates.len());
        page.fill_two("admin-confirm-left-out", &("count", left_out), &("all", all)).into_owned()
    });
    let reached: Vec<Reached> =
        candidates.iter().filter(|candidate| candidate.hindrance.is_none()).map(reached).collect();
    let reasons =
        out.iter().map(|(reason, count)| page.fill(words::reason(*reason), "count", *count).into_owned());
    let folder = match action {
        Action::Folder(folder) => folder.to_string(),
        _ => String::new(),
    };
    let shown = Confirm {
        action: action.as_str(),
        folder,
        act: page.say(words::action(action)).into_owned(),
        meaning: page.say(words::meaning(action)).into_owned(),
        is_grave: action.is_grave(),
        is_again,
        left_out: reasons.collect(),
        left_out_line: line,
        reached,
        back,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn reached(candidate: &Candidate) -> Reached {
    let device = &candidate.device;
    let said = Information::read(&device.information).device.unwrap_or_default();
    Reached {
        id: Target::of(device).to_string(),
        name: said.friendly_name.or(said.model).unwrap_or_else(|| device.kind.clone()),
        owner: candidate.owner.name.clone(),
        email: candidate.owner.email.clone(),
        serial: device.id.clone(),
    }
}

/// Does it to each device that it reaches now. A whole wipe is asked for twice: the second time the number is typed.
pub(super) async fn submit(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let asked = asked(&web, &by, &fields).await?;
    let count = i64::try_from(asked.targets.len()).unwrap_or(i64::MAX);
    if asked.action == Action::WipeDevice && fields.number("typed") != Some(count) {
        return confirmation(&web, &by, asked, true).await;
    }
    let told = bulk::submit(&web.app, &by.actor, asked.action, &asked.targets).await?;
    let done = told.iter().filter(|told| told.outcome.is_ok()).count();
    let flash = if done == told.len() && done > 0 {
        Flash::good(by.visit.fill("admin-bulk-done", "count", done))
    } else {
        let values = [("count", done.into()), ("all", told.len().into())];
        Flash::bad(by.visit.guest.language.fill_all("admin-bulk-partly", &values))
    };
    by.visit.go(&asked.back, &flash)
}
