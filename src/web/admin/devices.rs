//! The list of devices: searched, paged by the database, with tick boxes for what is done to many.

use askama::Template;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::response::Html;
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Deserialize;

use super::Governor;
use super::Place;
use super::words;
use crate::eas::quirk::Family;
use crate::govern::action::Action;
use crate::govern::bulk::Target;
use crate::govern::device;
use crate::govern::order::Kind;
use crate::store::device::Standing;
use crate::store::roster;
use crate::store::roster::Filter;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::encoded;
use crate::web::page;
use crate::web::page::Page;

/// What a page has room for.
const ON_A_PAGE: usize = 50;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    search: String,
    family: String,
    version: String,
    state: String,
    after: String,
}

#[derive(Template)]
#[template(path = "admin/devices.html")]
struct Devices {
    page: Page,
    filter: Filter,
    families: Vec<Choice>,
    versions: Vec<Choice>,
    states: Vec<Choice>,
    rows: Vec<Row>,
    total: String,
    actions: Vec<Act>,
    next: Option<String>,
    first: Option<String>,
    total_number: i64,
}

#[derive(Template)]
#[template(path = "admin/device_row.html")]
struct OneRow {
    row: Row,
}

/// A line of a list to choose from.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

/// A button of the bar.
struct Act {
    value: &'static str,
    name: String,
    is_grave: bool,
}

/// A device.
pub(super) struct Row {
    id: String,
    name: String,
    owner: String,
    email: String,
    family: String,
    version: String,
    seen: String,
    seen_machine: String,
    state: String,
    mood: &'static str,
    /// What it is at.
    busy: Option<String>,
}

impl Row {
    fn of(page: &Page, entry: &roster::Entry) -> Self {
        let place = entry.place;
        let name = if entry.model.is_empty() { &entry.kind } else { &entry.model };
        let kind = entry.order.as_deref().and_then(Kind::parse);
        Self {
            id: Target { account: place.account, number: place.number }.to_string(),
            name: name.clone(),
            owner: entry.owner.clone(),
            email: entry.email.clone(),
            family: entry.family.clone(),
            version: entry.version.clone(),
            seen: page.time(&place.seen_at),
            seen_machine: page.machine_time(&place.seen_at),
            state: page.say(words::standing(entry.standing)).into_owned(),
            mood: words::mood(entry.standing),
            busy: kind.map(|kind| page.say(words::under_way(kind)).into_owned()),
        }
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = by.page(&web, "admin-devices", Place::Devices);
    let after = roster::Place::parse(&asked.after);
    let filter = filter(&asked);
    let found = device::page(&web.app, &by.actor, by.organisation, &filter, after, ON_A_PAGE).await?;
    let rows = found.devices.iter().map(|entry| Row::of(&page, entry)).collect();
    let query = query(&filter);
    let next = found.next.map(|place| format!("/admin/devices?{query}&after={place}"));
    let shown = Devices {
        families: families(&page, &filter),
        versions: versions(&page, &filter),
        states: states(&page, &filter),
        rows,
        total: page.fill("admin-devices-total", "count", found.total).into_owned(),
        actions: actions(&page),
        next,
        first: after.map(|_| format!("/admin/devices?{query}")),
        total_number: found.total,
        filter,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

/// One row by itself, as it is now: what is under way is looked at again.
pub(super) async fn row(
    State(web): State<Web>,
    by: Governor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let target = Target::parse(&id).ok_or(Failure::NotFound)?;
    let page = by.page(&web, "admin-devices", Place::Devices);
    let entry = device::entry(&web.app, &by.actor, target).await?;
    let html = OneRow { row: Row::of(&page, &entry) }.render();
    Ok(Html(html.map_err(|error| Failure::Inside(error.to_string()))?).into_response())
}

fn filter(asked: &Asked) -> Filter {
    let Asked { search, family, version, state, .. } = asked;
    let (search, family, version, state) =
        (search.trim().to_owned(), family.clone(), version.clone(), state.clone());
    Filter { search, family, version, state, ..Filter::default() }
}

/// The filter as an address has it.
pub(super) fn query(filter: &Filter) -> String {
    let pairs = [
        ("search", &filter.search),
        ("family", &filter.family),
        ("version", &filter.version),
        ("state", &filter.state),
    ];
    let set = pairs.iter().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

/// Lines to choose from, the first for any of them.
pub(super) fn choices(
    any: String,
    lines: impl Iterator<Item = (String, String)>,
    chosen: &str,
) -> Vec<Choice> {
    let lines = std::iter::once((String::new(), any)).chain(lines);
    lines.map(|(value, name)| Choice { is_chosen: value == chosen, value, name }).collect()
}

fn families(page: &Page, filter: &Filter) -> Vec<Choice> {
    let all = Family::ALL.into_iter().map(|family| (family.name().to_owned(), family.name().to_owned()));
    choices(page.say("admin-devices-any").into_owned(), all, &filter.family)
}

fn versions(page: &Page, filter: &Filter) -> Vec<Choice> {
    let all = crate::eas::policy::versions().into_iter().map(|version| (version.clone(), version));
    choices(page.say("admin-devices-any").into_owned(), all, &filter.version)
}

fn states(page: &Page, filter: &Filter) -> Vec<Choice> {
    let all = Standing::ALL
        .into_iter()
        .map(|standing| (standing.as_str().to_owned(), page.say(words::standing(standing)).into_owned()));
    let ordered = ("ordered".to_owned(), page.say("admin-state-ordered").into_owned());
    choices(page.say("admin-devices-any").into_owned(), all.chain([ordered]), &filter.state)
}

fn actions(page: &Page) -> Vec<Act> {
    let act = |action: Action| Act {
        value: action.as_str(),
        name: page.say(words::action(action)).into_owned(),
        is_grave: action.is_grave(),
    };
    Action::BULK.into_iter().map(act).collect()
}
