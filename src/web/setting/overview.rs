//! The first page of a user: whether all is well with his phones and connections.

use askama::Template;
use axum::response::Response;

use super::Place;
use super::phones;
use super::phones::Phone;
use super::words;
use crate::store::access;
use crate::store::access::Access;
use crate::store::folder;
use crate::store::purge;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;
use crate::web::session::Visit;

#[derive(Template)]
#[template(path = "setting/overview.html")]
struct Overview {
    page: Page,
    troubles: Vec<Trouble>,
    phones: Vec<Phone>,
    connections: Vec<Connection>,
    folders: Vec<(String, i64)>,
}

/// What needs attention.
struct Trouble {
    path: String,
    title: String,
    notice: String,
}

/// A connection in short.
struct Connection {
    path: String,
    title: String,
    /// The key of its state, and how good that is.
    state: (&'static str, &'static str),
}

pub(super) async fn show(web: &Web, visit: &Visit) -> Result<Response, Failure> {
    let title = visit.fill("overview-title", "name", &visit.account.name);
    let page = super::page(web, visit, &title, Place::Overview).await?;
    let accesses = access::of_account(&mut *web.app.store().read().await?, visit.account.id).await?;
    let (mut troubles, mut connections) = (Vec::new(), Vec::new());
    for connected in super::offered(web, visit) {
        let access = accesses.iter().find(|access| access.connection == connected.settings.name);
        let (path, title) = (super::path_of(&connected.settings.name), super::title_of(&connected));
        if let Some(notice) = access.and_then(|access| access.notice.clone()) {
            troubles.push(Trouble { path: path.clone(), title: title.clone(), notice });
        }
        connections.push(Connection { path, title, state: state(access) });
    }
    let phones = phones::all(web, visit, &page).await?;
    let folders = folders(web, visit, &page).await?;
    let overview = Overview { page, troubles, phones, connections, folders };
    page::show(&overview, &overview.page)
}

fn state(access: Option<&Access>) -> (&'static str, &'static str) {
    match access {
        None => ("state-off", "off"),
        Some(access) if access.paused_at.is_some() => ("state-paused", "bad"),
        Some(access) if access.notice.is_some() => ("state-ailing", "warn"),
        Some(_) => ("state-working", "good"),
    }
}

/// How much there is of what, empty folders left out.
async fn folders(web: &Web, visit: &Visit, page: &Page) -> Result<Vec<(String, i64)>, Failure> {
    let mut reader = web.app.store().read().await?;
    let counts = purge::counts(&mut reader, visit.account.id).await?;
    let rows = folder::list(&mut reader, visit.account.id).await?;
    let name = |row: &folder::Row| words::folder(page, row.folder.kind, &row.folder.name);
    let filled = counts.iter().filter_map(|(id, count)| {
        let row = rows.iter().find(|row| row.folder.id == *id)?;
        Some((name(row), *count))
    });
    Ok(filled.collect())
}
