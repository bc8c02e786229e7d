//! What came, what went, what was refused and why, and what a phone cannot be told.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::response::Response;

use super::Place;
use super::history;
use super::summary;
use super::words;
use crate::govern::description::Information;
use crate::govern::history as doing;
use crate::govern::history::Error;
use crate::model::folder::class_of;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::store::device;
use crate::store::folder;
use crate::store::history as past;
use crate::store::history::Attempted;
use crate::store::history::Search;
use crate::store::item::Place as At;
use crate::store::log;
use crate::store::pull;
use crate::store::state;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::fields::Post;
use crate::web::fields::encoded;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

/// Lines of a page.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "setting/log.html")]
struct Log {
    page: Page,
    show: &'static str,
    words: String,
    lines: Vec<Line>,
    older: Option<String>,
    pulls: Vec<Pull>,
    asides: Vec<Aside>,
    /// Items of the back office that could not be read.
    unread: Vec<Unread>,
}

/// An item of the back office that could not be read.
struct Unread {
    at: String,
    folder: String,
    folder_id: FolderId,
    remote_id: String,
    reason: String,
}

/// An attempt.
struct Line {
    at: String,
    title: String,
    /// The item's versions.
    path: Option<String>,
    folder: String,
    connection: String,
    is_out: bool,
    outcome: &'static str,
    mood: &'static str,
    message: String,
}

/// A look at the back office.
struct Pull {
    at: String,
    connection: String,
    pulled: i64,
    removed: i64,
    conflicts: i64,
    errors: i64,
    message: String,
}

/// An item that a phone cannot be told.
struct Aside {
    at: String,
    phone: String,
    folder: String,
    folder_id: FolderId,
    item: ItemId,
    path: String,
    reason: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::parse(query.as_deref().unwrap_or_default());
    let show = match query.one("show") {
        "trouble" => "trouble",
        "in" => "in",
        "out" => "out",
        "pulls" => "pulls",
        _ => "all",
    };
    let words = query.one("q").to_owned();
    let page = super::page(&web, &visit, &visit.say("log-title"), Place::Log).await?;
    let mut shown = Log {
        page,
        show,
        words,
        lines: Vec::new(),
        older: None,
        pulls: Vec::new(),
        asides: Vec::new(),
        unread: Vec::new(),
    };
    if show == "pulls" {
        shown.pulls = pulls(&web, &visit, &shown.page).await?;
    } else {
        shown.asides = asides(&web, &visit, &shown.page).await?;
        shown.unread = unread(&web, &visit, &shown.page).await?;
        fill(&web, &visit, &mut shown, query.number("before")).await?;
    }
    page::show(&shown, &shown.page)
}

async fn fill(web: &Web, visit: &Visit, shown: &mut Log, before: Option<i64>) -> Result<(), Failure> {
    let direction = if ["in", "out"].contains(&shown.show) { shown.show } else { "" };
    let limit = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
    let search = Search { words: &shown.words, before, limit };
    let filter = (shown.show == "trouble", direction);
    let mut found =
        past::attempts(&mut *web.app.store().read().await?, visit.account.id, filter, search).await?;
    let has_more = found.len() > LINES;
    found.truncate(LINES);
    let titles = titles(web, visit);
    shown.lines = found.iter().map(|one| line(&shown.page, &titles, one)).collect();
    shown.older = found.last().filter(|_| has_more).map(|last| {
        format!("/setting/log?show={}&q={}&before={}", shown.show, encoded(&shown.words), last.id)
    });
    Ok(())
}

/// What people call each connection, by its name.
type Titles = BTreeMap<String, String>;

fn titles(web: &Web, visit: &Visit) -> Titles {
    let offered = super::offered(web, visit).into_iter();
    offered.map(|one| (one.settings.name.clone(), super::title_of(&one))).collect()
}

fn title_of(titles: &Titles, name: &str) -> String {
    titles.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

fn line(page: &Page, titles: &Titles, one: &Attempted) -> Line {
    let class = one.kind.and_then(class_of);
    let title = class.zip(one.content.as_deref()).map(|(class, json)| summary::title(page, class, json));
    let (outcome, mood) = match one.outcome.as_str() {
        "accepted" => ("outcome-accepted", "good"),
        "conflict" => ("outcome-conflict", "warn"),
        "refused" => ("outcome-refused", "bad"),
        "later" => ("outcome-later", "warn"),
        _ => ("outcome-aside", "bad"),
    };
    Line {
        at: page.time(&one.at),
        title: title.unwrap_or_else(|| page.say("item-unknown").into_owned()),
        path: one.place.map(history::path).filter(|_| class.is_some_and(|class| class.as_str() != "Email")),
        folder: one
            .kind
            .zip(one.folder.as_deref())
            .map_or_else(String::new, |(kind, name)| words::folder(page, kind, name)),
        connection: one.connection.as_deref().map(|name| title_of(titles, name)).unwrap_or_default(),
        is_out: one.direction == "out",
        outcome,
        mood,
        message: one.message.clone(),
    }
}

async fn pulls(web: &Web, visit: &Visit, page: &Page) -> Result<Vec<Pull>, Failure> {
    let limit = i64::try_from(LINES).unwrap_or(i64::MAX);
    let runs = log::runs(&mut *web.app.store().read().await?, visit.account.id, limit).await?;
    let titles = titles(web, visit);
    let pull = |run: &log::Run| Pull {
        at: page.time(&run.ended_at),
        connection: title_of(&titles, &run.connection),
        pulled: run.pulled,
        removed: run.removed,
        conflicts: run.conflicts,
        errors: run.errors,
        message: run.message.clone(),
    };
    Ok(runs.iter().map(pull).collect())
}

async fn asides(web: &Web, visit: &Visit, page: &Page) -> Result<Vec<Aside>, Failure> {
    let mut reader = web.app.store().read().await?;
    let limit = i64::try_from(LINES).unwrap_or(i64::MAX);
    let unsaid = state::unsaid(&mut reader, visit.account.id, limit).await?;
    let devices = device::list(&mut reader, visit.account.id).await?;
    let folders = folder::list(&mut reader, visit.account.id).await?;
    let aside = |one: &state::Unsaid| {
        let device = devices.iter().find(|device| device.number == one.device);
        let folder = folders.iter().find(|row| row.folder.id == one.folder);
        Aside {
            at: page.time(&one.at),
            phone: device.map(name_of).unwrap_or_default(),
            folder: folder
                .map(|row| words::folder(page, row.folder.kind, &row.folder.name))
                .unwrap_or_default(),
            folder_id: one.folder,
            item: one.item,
            path: history::path(At { account: visit.account.id, folder: one.folder, item: one.item }),
            reason: one.reason.clone(),
        }
    };
    Ok(unsaid.iter().map(aside).collect())
}

async fn unread(web: &Web, visit: &Visit, page: &Page) -> Result<Vec<Unread>, Failure> {
    let mut reader = web.app.store().read().await?;
    let limit = i64::try_from(LINES).unwrap_or(i64::MAX);
    let found = pull::all_asides(&mut reader, visit.account.id, limit).await?;
    let folders = folder::list(&mut reader, visit.account.id).await?;
    let unread = found.into_iter().filter_map(|(id, at, aside)| {
        let row = folders.iter().find(|row| row.folder.id == id)?;
        Some(Unread {
            at: page.time(&at),
            folder: words::folder(page, row.folder.kind, &row.folder.name),
            folder_id: id,
            remote_id: aside.remote_id,
            reason: aside.reason,
        })
    });
    Ok(unread.collect())
}

/// What its owner calls a phone, else its model, else its kind.
pub(super) fn name_of(device: &device::Device) -> String {
    let said = Information::read(&device.information).device.unwrap_or_default();
    said.friendly_name.or(said.model).unwrap_or_else(|| device.kind.clone())
}

/// Tells an item anew to the phones that could not be told it, or reads one of the back office once more.
pub(super) async fn try_again(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let number = |name: &'static str| fields.number(name).ok_or(Failure::Incomplete(name));
    let folder = FolderId(number("folder")?);
    let (outcome, done) = if fields.is_set("remote") {
        let remote_id = fields.one("remote");
        (doing::read_again(&web.app, visit.account.id, folder, remote_id).await, "unread-again")
    } else {
        let place = At { account: visit.account.id, folder, item: ItemId(number("item")?) };
        (doing::tell_again(&web.app, place).await, "aside-again")
    };
    let flash = match outcome {
        Ok(()) => Flash::good(visit.say(done)),
        Err(Error::Gone | Error::ReadOnly | Error::Mail | Error::Same) => {
            Flash::bad(visit.say("restored-gone"))
        }
        Err(Error::Store(error)) => return Err(error.into()),
    };
    visit.go("/setting/log", &flash)
}
