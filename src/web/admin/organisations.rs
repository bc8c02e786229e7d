//! Every organisation of the installation, and who governs them all. What is set for one is on that one's own page.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Redirect;
use axum::response::Response;

use super::CHOSEN;
use super::Governor;
use super::Place;
use super::Sent;
use crate::govern::actor::Actor;
use crate::govern::operator;
use crate::govern::organisation;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::page;
use crate::web::page::Page;
use crate::web::session;

/// This page.
const HERE: &str = "/admin/organisations";

#[derive(Template)]
#[template(path = "admin/organisations.html")]
struct Organisations {
    page: Page,
    rows: Vec<Row>,
    operators: Vec<Operator>,
}

struct Row {
    id: String,
    name: String,
    is_shown: bool,
}

struct Operator {
    id: String,
    name: String,
    email: String,
    is_self: bool,
}

pub(super) async fn show(State(web): State<Web>, by: Governor) -> Result<Response, Failure> {
    let actor = operator_of(&web, &by).await?;
    let page = by.page(&web, "organisations-title", Place::Organisations);
    let all = organisation::list(&web.app, &actor).await?;
    let rows = all.into_iter().map(|one| Row {
        id: one.id.to_string(),
        is_shown: one.id == by.organisation,
        name: one.name,
    });
    let operators = operator::list(&web.app, &actor).await?.into_iter().map(|account| Operator {
        id: account.id.to_string(),
        is_self: account.id == by.visit.account.id,
        name: account.name,
        email: account.email,
    });
    let shown = Organisations { rows: rows.collect(), operators: operators.collect(), page: page.clone() };
    page::show(&shown, &page)
}

pub(super) async fn act(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let actor = operator_of(&web, &by).await?;
    match fields.one("do") {
        "choose" => choose(&web, &by, &actor, &fields).await,
        "add" => {
            let outcome = organisation::add(&web.app, &actor, fields.one("name")).await.map(drop);
            by.told(HERE, outcome, "admin-saved")
        }
        "rename" => {
            let id = named(&fields)?;
            let outcome = organisation::rename(&web.app, &actor, id, fields.one("name")).await;
            by.told(HERE, outcome, "admin-saved")
        }
        "operator" => match operator::add(&web.app, &actor, fields.one("email")).await {
            Err(crate::govern::Error::Missing { .. }) => {
                by.visit.go(HERE, &page::Flash::bad(by.visit.say("organisations-no-account")))
            }
            outcome => by.told(HERE, outcome.map(drop), "admin-saved"),
        },
        "no-operator" => {
            let id = AccountId(fields.number("account").ok_or(Failure::Incomplete("account"))?);
            by.told(HERE, operator::remove(&web.app, &actor, id).await, "admin-saved")
        }
        _ => Err(Failure::Incomplete("do")),
    }
}

/// From here on the pages show that organisation, in this browser.
async fn choose(web: &Web, by: &Governor, actor: &Actor, fields: &Fields) -> Result<Response, Failure> {
    /// As long as a session lasts at most.
    const SECONDS: i64 = 7 * 24 * 3600;
    let found = organisation::find(&web.app, actor, named(fields)?).await?;
    let cookie = session::set_cookie(CHOSEN, &found.id.to_string(), SECONDS, by.visit.guest.visitor)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/admin")).into_response())
}

fn named(fields: &Fields) -> Result<OrganisationId, Failure> {
    fields.number("organisation").map(OrganisationId).ok_or(Failure::Incomplete("organisation"))
}

async fn operator_of(web: &Web, by: &Governor) -> Result<Actor, Failure> {
    let found = Actor::operator(&mut *web.app.store().glance().await?, &by.visit.account).await?;
    found.ok_or(Failure::Forbidden)
}
