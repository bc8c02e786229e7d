//! Who did what, and whether the chain is whole.

use askama::Template;
use axum::extract::Query;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::Governor;
use super::Place;
use crate::govern::audit;
use crate::govern::audit::Verdict;
use crate::model::id::AccountId;
use crate::store::Connection;
use crate::store::account;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;

/// What a page has room for.
const ON_A_PAGE: i64 = 100;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Shown {
    page: Page,
    verdict: String,
    is_whole: bool,
    links: Vec<Link>,
    next: Option<String>,
}

struct Link {
    id: i64,
    at: String,
    actor: String,
    action: String,
    object: String,
    detail: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    by.whole()?;
    let found = audit::page(&web.app, &by.actor, by.organisation, asked.before, ON_A_PAGE).await?;
    let page = by.page(&web, "admin-audit", Place::Audit);
    let verdict = audit::check(&web.app, &by.actor, by.organisation).await?;
    let mut reader = web.app.store().read().await?;
    let mut links = Vec::with_capacity(found.len());
    for link in &found {
        links.push(Link {
            id: link.id,
            at: page.time(&link.at),
            actor: named(&page, &mut reader, &link.actor).await?,
            action: link.action.clone(),
            object: named(&page, &mut reader, &link.object).await?,
            detail: link.detail.chars().take(200).collect(),
        });
    }
    let next = found.last().filter(|last| last.id > 1).map(|last| format!("/admin/audit?before={}", last.id));
    let (verdict, is_whole) = match verdict {
        Verdict::Whole(count) => (page.fill("admin-audit-whole", "count", count), true),
        Verdict::BrokenAt(link) => (page.fill("admin-audit-broken", "link", link), false),
    };
    let shown = Shown { verdict: verdict.into_owned(), is_whole, links, next, page: page.clone() };
    page::show(&shown, &page)
}

/// Numbers by the names that they have now; of whoever is gone the number stays.
async fn named(page: &Page, c: &mut Connection, text: &str) -> Result<String, Failure> {
    let number = text.strip_prefix("account:").or_else(|| text.strip_prefix("device:"));
    let number = number.and_then(|rest| rest.split(':').next()).and_then(|number| number.parse().ok());
    let Some(number) = number else { return Ok(text.to_owned()) };
    let owner = account::by_id(c, AccountId(number)).await?;
    let email = owner.map_or_else(|| page.say("admin-audit-gone").into_owned(), |owner| owner.email);
    Ok(if text.starts_with("device:") {
        page.fill("admin-audit-device", "email", &email).into_owned()
    } else {
        email
    })
}
