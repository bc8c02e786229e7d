//! Tokens of programs: made, shown once, revoked.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use super::Sent;
use crate::govern::group;
use crate::govern::token;
use crate::govern::token::Scope;
use crate::model::id::GroupId;
use crate::model::id::TokenId;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "admin/tokens.html")]
struct Shown {
    page: Page,
    tokens: Vec<Row>,
    groups: Vec<(String, String)>,
}

struct Row {
    id: String,
    name: String,
    scope: String,
    used: String,
    is_good: bool,
}

pub(super) async fn show(State(web): State<Web>, by: Governor) -> Result<Response, Failure> {
    by.whole()?;
    let all = token::list(&web.app, &by.actor, by.organisation).await?;
    let page = by.page(&web, "admin-tokens", Place::Tokens);
    let groups = group::list(&web.app, &by.actor, by.organisation).await?;
    let row = |token: &crate::store::token::Token| {
        let scope: Scope = serde_json::from_str(&token.scope).unwrap_or_default();
        let right = page.say(if scope.write { "admin-token-write" } else { "admin-token-read" }).into_owned();
        let names =
            groups.iter().filter(|group| scope.groups.contains(&group.id)).map(|group| group.name.clone());
        let parts: Vec<String> = std::iter::once(right).chain(names).collect();
        Row {
            id: token.id.to_string(),
            name: token.name.clone(),
            scope: parts.join(", "),
            used: token
                .used_at
                .map_or_else(|| page.say("admin-token-never").into_owned(), |at| page.time(&at)),
            is_good: token.revoked_at.is_none(),
        }
    };
    let shown = Shown {
        tokens: all.iter().map(row).collect(),
        groups: groups.iter().map(|group| (group.id.to_string(), group.name.clone())).collect(),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

pub(super) async fn add(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let groups = fields.all("group").filter_map(|id| id.parse().ok().map(GroupId)).collect();
    let scope = Scope { write: fields.is_set("write"), groups };
    let made = token::add(&web.app, &by.actor, by.organisation, fields.one("name"), &scope).await;
    let flash = match made {
        Ok((_, secret)) => Flash::good(by.visit.fill("admin-token-made", "token", &secret)),
        Err(error) => Flash::bad(by.words(error)?),
    };
    by.visit.go("/admin/tokens", &flash)
}

pub(super) async fn revoke(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let id = TokenId(fields.number("token").ok_or(Failure::Incomplete("token"))?);
    let outcome = token::revoke(&web.app, &by.actor, by.organisation, id).await;
    by.told("/admin/tokens", outcome, "admin-saved")
}
