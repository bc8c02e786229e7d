//! All contacts, events, tasks or notes as they were at a moment, after a question that says how many change.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;

use super::Place;
use super::words;
use crate::govern::history;
use crate::model::class::Class;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

/// What has earlier versions here.
pub(super) const CLASSES: [Class; 4] = [Class::Contacts, Class::Calendar, Class::Tasks, Class::Notes];

const BACK: &str = "/setting/history";

#[derive(Template)]
#[template(path = "setting/moment.html")]
struct Confirm {
    page: Page,
    class: &'static str,
    name: String,
    at: String,
    when: String,
    count: i64,
}

pub(super) async fn restore(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let chosen = fields.one("class");
    let class = CLASSES.into_iter().find(|class| class.as_str() == chosen);
    let class = class.ok_or(Failure::Incomplete("class"))?;
    let now = web.app.now();
    let Some(at) = moment(&visit, &fields).filter(|at| *at < now) else {
        return visit.go(BACK, &Flash::bad(visit.say("moment-wrong")));
    };
    let keep = web.app.config().retention.versions;
    if now.checked_sub(keep).is_ok_and(|oldest| at < oldest) {
        return visit.go(BACK, &Flash::bad(visit.say("moment-too-early")));
    }
    if !fields.is_set("sure") {
        return ask(&web, &visit, (class, at), fields.one("at")).await;
    }
    let restored = history::restore_all(&web.app, visit.account.id, class, at).await;
    let count = restored.map_err(|error| Failure::Inside(error.to_string()))?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    visit.go(BACK, &Flash::good(visit.fill("moment-done", "count", count)))
}

/// The moment in the account's zone.
fn moment(visit: &Visit, fields: &Fields) -> Option<Timestamp> {
    let at: DateTime = fields.one("at").parse().ok()?;
    Some(at.to_zoned(page::zone(visit.account.zone.as_deref())).ok()?.timestamp())
}

async fn ask(
    web: &Web,
    visit: &Visit,
    (class, at): (Class, Timestamp),
    typed: &str,
) -> Result<Response, Failure> {
    let found = history::replaced_since(&web.app, visit.account.id, class, at).await?;
    if found.is_empty() {
        return visit.go(BACK, &Flash::good(visit.say("moment-none")));
    }
    let page = super::page(web, visit, &visit.say("moment-title"), Place::History).await?;
    let confirm = Confirm {
        class: class.as_str(),
        name: page.say(words::class(class)).into_owned(),
        at: typed.to_owned(),
        when: page.time(&at),
        count: i64::try_from(found.len()).unwrap_or(i64::MAX),
        page: page.clone(),
    };
    page::show(&confirm, &page)
}
