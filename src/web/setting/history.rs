//! What was changed or deleted and can be had again, and what lost a conflict, beside what is there now.

use askama::Template;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::response::Response;

use super::Place;
use super::moment;
use super::summary;
use super::summary::Fact;
use super::words;
use crate::govern::history as doing;
use crate::govern::history::Error;
use crate::model::class::Class;
use crate::model::folder::FolderKind;
use crate::model::folder::class_of;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::store::folder;
use crate::store::history;
use crate::store::history::Replaced;
use crate::store::history::Search;
use crate::store::history::Which;
use crate::store::item;
use crate::store::item::Place as At;
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
#[template(path = "setting/history.html")]
struct List {
    page: Page,
    which: &'static str,
    words: String,
    lines: Vec<Line>,
    /// The address of older ones.
    older: Option<String>,
    /// What can be taken back as a whole.
    classes: Vec<(&'static str, String)>,
}

/// A version that was replaced, in short.
struct Line {
    path: String,
    title: String,
    folder: String,
    at: String,
    is_loser: bool,
    is_deleted: bool,
}

pub(super) async fn list(
    State(web): State<Web>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::parse(query.as_deref().unwrap_or_default());
    let (which, name) = match query.one("show") {
        "deleted" => (Which::Deleted, "deleted"),
        "lost" => (Which::Lost, "lost"),
        _ => (Which::All, "all"),
    };
    let sought = query.one("q").to_owned();
    let limit = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
    let search = Search { words: &sought, before: query.number("before"), limit };
    let page = super::page(&web, &visit, &visit.say("history-title"), Place::History).await?;
    let mut found =
        history::replaced(&mut *web.app.store().read().await?, visit.account.id, which, search).await?;
    let has_more = found.len() > LINES;
    found.truncate(LINES);
    let before = found.last().map(|last| last.replaced_at.as_microsecond()).filter(|_| has_more);
    let older =
        before.map(|before| format!("/setting/history?show={name}&q={}&before={before}", encoded(&sought)));
    let lines = found.iter().map(|one| line(&page, one)).collect();
    let named = |class: Class| (class.as_str(), page.say(words::class(class)).into_owned());
    let classes = moment::CLASSES.into_iter().map(named).collect();
    let list = List { page, which: name, words: sought, lines, older, classes };
    page::show(&list, &list.page)
}

fn line(page: &Page, one: &Replaced) -> Line {
    Line {
        path: path(one.place),
        title: class_of(one.kind).map(|class| summary::title(page, class, &one.content)).unwrap_or_default(),
        folder: words::folder(page, one.kind, &one.folder),
        at: page.time(&one.replaced_at),
        is_loser: one.is_loser,
        is_deleted: one.is_deleted,
    }
}

/// Where an item's versions are.
pub(super) fn path(place: At) -> String {
    format!("/setting/history/{}/{}", place.folder, place.item)
}

#[derive(Template)]
#[template(path = "setting/item.html")]
struct Versions {
    page: Page,
    path: String,
    folder: String,
    is_deleted: bool,
    is_read_only: bool,
    /// What is there now, or was there last.
    now: Vec<Fact>,
    since: String,
    versions: Vec<Version>,
}

/// A version to take back.
struct Version {
    rev: String,
    at: String,
    is_loser: bool,
    facts: Vec<Fact>,
}

fn place(visit: &Visit, folder: i64, item: i64) -> At {
    At { account: visit.account.id, folder: FolderId(folder), item: ItemId(item) }
}

pub(super) async fn show(
    State(web): State<Web>,
    Path((folder, item)): Path<(i64, i64)>,
    visit: Visit,
) -> Result<Response, Failure> {
    let place = place(&visit, folder, item);
    let (row, folder, found) = {
        let mut reader = web.app.store().read().await?;
        let row = item::newest(&mut reader, place).await?.ok_or(Failure::NotFound)?;
        let folder =
            folder::find(&mut reader, place.account, place.folder).await?.ok_or(Failure::NotFound)?;
        (row, folder.folder, history::of_item(&mut reader, place).await?)
    };
    let class = listed(folder.kind)?;
    let version = &row.version;
    let mut page = super::page(&web, &visit, "", Place::History).await?;
    page.title = summary::title(&page, class, &version.content);
    let is_deleted = version.meta.deleted;
    let beside = Some(version.content.as_str()).filter(|_| !is_deleted);
    let versions = found
        .iter()
        // What was there when it was deleted stands in the tombstone too.
        .map(|one| Version {
            rev: one.rev.to_string(),
            at: page.time(&one.replaced_at),
            is_loser: one.is_loser,
            facts: summary::facts(&page, class, &one.content, beside),
        })
        .collect();
    let shown = Versions {
        path: path(place),
        folder: words::folder(&page, folder.kind, &folder.name),
        is_deleted,
        is_read_only: folder.read_only,
        now: summary::facts(&page, class, &version.content, None),
        since: page.time(&version.changed_at),
        versions,
        page,
    };
    page::show(&shown, &shown.page)
}

/// The class of a folder whose versions are kept here.
fn listed(kind: FolderKind) -> Result<Class, Failure> {
    class_of(kind).filter(|class| *class != Class::Email).ok_or(Failure::NotFound)
}

pub(super) async fn restore(
    State(web): State<Web>,
    Path((folder, item)): Path<(i64, i64)>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let place = place(&visit, folder, item);
    let rev = Rev(fields.number("rev").ok_or(Failure::Incomplete("rev"))?);
    let flash = match doing::restore(&web.app, place, rev).await {
        Ok(()) => Flash::good(visit.say("restored")),
        Err(Error::Same) => Flash::good(visit.say("restored-same")),
        Err(Error::Gone) => Flash::bad(visit.say("restored-gone")),
        Err(Error::ReadOnly) => Flash::bad(visit.say("restored-read-only")),
        Err(Error::Mail) => return Err(Failure::NotFound),
        Err(Error::Store(error)) => return Err(error.into()),
    };
    visit.go(&path(place), &flash)
}
