//! What a new user is given on paper: where to log in, as whom, and how the phone finds the way.

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use crate::govern::account;
use crate::model::id::AccountId;
use crate::web::Web;
use crate::web::code::Code;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "admin/welcome.html")]
struct Shown {
    page: Page,
    back: String,
    email: String,
    server: String,
    address: String,
    code: Option<Code>,
}

/// Requirement 002-23.
pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let shown = account::find(&web.app, &by.actor, AccountId(id)).await?;
    let mut page = by.page(&web, "admin-accounts", Place::Accounts);
    page.title = page.fill("welcome-title", "name", &shown.account.name).into_owned();
    let guest = &by.visit.guest;
    let scheme = if guest.visitor.is_encrypted { "https" } else { "http" };
    let address = format!("{scheme}://{}/setting/setup", guest.host);
    let sheet = Shown {
        back: format!("/admin/accounts/{id}"),
        email: shown.account.email,
        server: guest.host.clone(),
        code: Code::of(&address),
        address,
        page: page.clone(),
    };
    page::show(&sheet, &page)
}
