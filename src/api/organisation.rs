//! `/organisation` and `/audit`: what is set for all of it, and who did what.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::problem::Problem;
use super::request;
use super::request::Caller;
use crate::app::App;
use crate::govern::audit;
use crate::govern::audit::Verdict;
use crate::govern::organisation;
use crate::govern::organisation::CLASSES;
use crate::govern::organisation::Setting;
use crate::govern::service;
use crate::model::access::Rules;
use crate::sync::conflict::Policy;

pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let found = organisation::find(&app, &caller.actor, caller.organisation).await?;
    let conflict: serde_json::Map<String, Value> = CLASSES
        .into_iter()
        .map(|class| {
            let own = found.settings.conflict.get(&class).copied();
            let policy = own.unwrap_or_else(|| app.config().conflict.policy(class));
            (class.as_str().to_lowercase(), json!({"wins": policy.as_str(), "own": own.is_some()}))
        })
        .collect();
    Ok(Json(json!({
        "id": found.id.to_string(),
        "name": found.name,
        "access": found.settings.access,
        "wholeWipe": found.settings.whole_wipe,
        "conflict": conflict,
        "ownConflict": found.settings.own_conflict,
        "switchedOff": request::names(&service::of_organisation(&app, &caller.actor, caller.organisation).await?),
    })))
}

async fn set(app: &App, caller: &Caller, setting: &Setting) -> Result<StatusCode, Problem> {
    organisation::set(app, &caller.actor, caller.organisation, setting).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_access(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let rules: Rules = request::json(&body)?;
    set(&app, &caller, &Setting::Access(rules)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    allowed: bool,
}

pub(super) async fn set_whole_wipe(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let Allowed { allowed } = request::json(&body)?;
    set(&app, &caller, &Setting::WholeWipe(allowed)).await
}

pub(super) async fn set_own_conflict(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let Allowed { allowed } = request::json(&body)?;
    set(&app, &caller, &Setting::OwnConflict(allowed)).await
}

pub(super) async fn set_services(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let off = request::off(&body)?;
    service::set_all(&app, &caller.actor, caller.organisation, &off).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wins {
    wins: Option<String>,
}

pub(super) async fn set_conflict(
    State(app): State<App>,
    caller: Caller,
    Path(class): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let found = CLASSES.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(&class));
    let class =
        found.ok_or_else(|| Problem::not_found("conflicts are of calendar, contacts, tasks and notes"))?;
    let Wins { wins } = request::json(&body)?;
    let policy = match wins {
        None => None,
        Some(wins) => {
            let found = Policy::ALL.into_iter().find(|policy| policy.as_str() == wins);
            Some(found.ok_or_else(|| Problem::wrong("`wins` is none of those in the description"))?)
        }
    };
    set(&app, &caller, &Setting::Conflict(class, policy)).await
}

/// Which links.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    before: Option<i64>,
    limit: Option<u16>,
}

pub(super) async fn audit(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let limit = request::bounded(asked.limit);
    let found = audit::page(&app, &caller.actor, caller.organisation, asked.before, i64::from(limit)).await?;
    let next = found.last().filter(|last| last.id > 1).map(|last| last.id);
    let links: Vec<Value> = found
        .iter()
        .map(|link| {
            json!({"id": link.id, "at": link.at, "actor": link.actor, "action": link.action, "object": link.object,
                "detail": link.detail, "previous": link.previous, "hash": link.hash})
        })
        .collect();
    Ok(Json(json!({"links": links, "next": next})))
}

pub(super) async fn check(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let told = match audit::check(&app, &caller.actor, caller.organisation).await? {
        Verdict::Whole(links) => json!({"whole": true, "links": links}),
        Verdict::BrokenAt(link) => json!({"whole": false, "brokenAt": link}),
    };
    Ok(Json(told))
}
