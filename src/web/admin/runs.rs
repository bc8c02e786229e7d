//! What the pulls of the back offices brought, and pulling now.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use super::Sent;
use crate::govern::pull;
use crate::store::log::Run;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;

/// What a page has room for.
const ON_A_PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "admin/runs.html")]
struct Shown {
    page: Page,
    runs: Vec<Row>,
}

struct Row {
    at: String,
    email: String,
    connection: String,
    pulled: i64,
    removed: i64,
    conflicts: i64,
    errors: i64,
    message: String,
}

pub(super) async fn show(State(web): State<Web>, by: Governor) -> Result<Response, Failure> {
    let page = by.page(&web, "admin-runs", Place::Runs);
    let runs = pull::runs(&web.app, &by.actor, by.organisation, ON_A_PAGE).await?;
    let shown = Shown {
        runs: runs.into_iter().map(|(email, run)| row(&page, email, run)).collect(),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn row(page: &Page, email: String, run: Run) -> Row {
    Row {
        at: page.time(&run.ended_at),
        email,
        connection: run.connection,
        pulled: run.pulled,
        removed: run.removed,
        conflicts: run.conflicts,
        errors: run.errors,
        message: run.message,
    }
}

pub(super) async fn pull_now(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let outcome = pull::now(&web.app, &by.actor, by.organisation, fields.one("email")).await;
    by.told("/admin/runs", outcome, "admin-runs-asked")
}
