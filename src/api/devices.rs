//! `/devices`, `/plans` and `/actions`: the phones, what an action would reach, and doing it.

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
use crate::govern::action::Action;
use crate::govern::bulk;
use crate::govern::bulk::Target;
use crate::govern::device;
use crate::govern::order::Progress;
use crate::govern::trace;
use crate::model::id::FolderId;
use crate::store::roster::Entry;
use crate::store::roster::Filter;
use crate::store::roster::Place;

/// Which devices.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    search: String,
    family: String,
    model: String,
    version: String,
    state: String,
    after: Option<String>,
    limit: Option<u16>,
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Problem> {
    let after = match asked.after.as_deref().filter(|after| !after.is_empty()) {
        Some(after) => {
            Some(Place::parse(after).ok_or_else(|| Problem::wrong("`after` is no `next` of ours"))?)
        }
        None => None,
    };
    let Asked { search, family, model, version, state, limit, .. } = asked;
    let filter = Filter { search, family, model, version, state, ..Filter::default() };
    let limit = usize::from(request::bounded(limit));
    let page = device::page(&app, &caller.actor, caller.organisation, &filter, after, limit).await?;
    let devices: Vec<Value> = page.devices.iter().map(told).collect();
    let next = page.next.map(|place| place.to_string());
    Ok(Json(json!({"devices": devices, "total": page.total, "next": next})))
}

fn told(entry: &Entry) -> Value {
    let target = Target { account: entry.place.account, number: entry.place.number };
    json!({
        "id": target.to_string(),
        "account": entry.place.account.to_string(),
        "email": entry.email,
        "owner": entry.owner,
        "deviceId": entry.id,
        "type": entry.kind,
        "family": entry.family,
        "model": entry.model,
        "version": entry.version,
        "state": entry.standing.as_str(),
        "stateBy": entry.standing_by.as_str(),
        "ordered": entry.order,
        "lastSeen": entry.place.seen_at,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let target = target(&id)?;
    let detail = device::find(&app, &caller.actor, target).await?;
    let traits = detail.said.traits(&detail.device.kind);
    let folders: Vec<Value> = detail
        .folders
        .iter()
        .map(|folder| {
            json!({"id": folder.id, "name": folder.name, "synced": folder.is_synced, "behind": folder.is_behind,
                "setAside": folder.aside})
        })
        .collect();
    let log: Vec<Value> = detail
        .log
        .iter()
        .map(|entry| json!({"at": entry.at, "outcome": entry.outcome, "message": entry.message}))
        .collect();
    let order =
        detail.order.map(|(kind, progress)| json!({"what": kind.as_str(), "progress": far(progress)}));
    Ok(Json(json!({
        "id": target.to_string(),
        "account": detail.device.account.to_string(),
        "email": detail.owner.email,
        "owner": detail.owner.name,
        "deviceId": detail.device.id,
        "type": traits.kind,
        "family": traits.family,
        "model": traits.model,
        "system": traits.system,
        "version": traits.version,
        "agent": traits.agent,
        "state": detail.device.standing.as_str(),
        "stateBy": detail.device.standing_by.as_str(),
        "firstSeen": detail.device.created_at,
        "lastSeen": detail.device.seen_at,
        "policyTaken": detail.provisioned.taken.is_some(),
        "ordered": order,
        "folders": folders,
        "log": log,
    })))
}

pub(super) async fn trace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let found = trace::find(&app, &caller.actor, target(&id)?).await?;
    let lines = found.lines.iter();
    let lines: Vec<Value> =
        lines.map(|line| json!({"at": line.at, "heading": line.heading, "text": line.text})).collect();
    Ok(Json(json!({"until": found.until, "lines": lines})))
}

pub(super) async fn start_trace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    trace::change(&app, &caller.actor, target(&id)?, trace::Change::Start).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_trace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    trace::change(&app, &caller.actor, target(&id)?, trace::Change::Remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn far(progress: Progress) -> Value {
    match progress {
        Progress::Waiting => json!({"state": "waiting"}),
        Progress::UnderWay { done, of } => json!({"state": "under-way", "done": done, "of": of}),
        Progress::Done => json!({"state": "done"}),
        Progress::Late => json!({"state": "late"}),
    }
}

/// An action and the devices that it is meant for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meant {
    action: String,
    devices: Vec<String>,
    folder: Option<i64>,
    #[serde(default)]
    confirm: bool,
}

impl Meant {
    fn read(self) -> Result<(Action, Vec<Target>, bool), Problem> {
        let action = match (&*self.action, self.folder) {
            ("folder", Some(folder)) => Some(Action::Folder(FolderId(folder))),
            ("folder", None) => return Err(Problem::wrong("`folder` says which")),
            (name, _) => Action::parse(name),
        };
        let action = action.ok_or_else(|| Problem::wrong("`action` is none of those in the description"))?;
        let targets = self.devices.iter().map(|id| target(id)).collect::<Result<Vec<_>, _>>()?;
        Ok((action, targets, self.confirm))
    }
}

pub(super) async fn plan(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let (action, targets, _) = request::json::<Meant>(&body)?.read()?;
    let candidates = bulk::plan(&app, &caller.actor, action, &targets).await?;
    let told: Vec<Value> = candidates
        .iter()
        .map(|candidate| {
            let reason = candidate
                .hindrance
                .map(|reason| json!({"code": reason.as_str(), "text": reason.to_string()}));
            json!({"id": Target::of(&candidate.device).to_string(), "email": candidate.owner.email,
                "reached": candidate.hindrance.is_none(), "reason": reason})
        })
        .collect();
    Ok(Json(json!({"devices": told})))
}

pub(super) async fn submit(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let (action, targets, is_confirmed) = request::json::<Meant>(&body)?.read()?;
    if action.is_grave() && !is_confirmed {
        return Err(Problem::wrong("there is no way back: say `\"confirm\": true` as well"));
    }
    let told = bulk::submit(&app, &caller.actor, action, &targets).await?;
    let told: Vec<Value> = told
        .iter()
        .map(|told| {
            let reason =
                told.outcome.err().map(|reason| json!({"code": reason.as_str(), "text": reason.to_string()}));
            json!({"id": told.target.to_string(), "done": told.outcome.is_ok(), "reason": reason})
        })
        .collect();
    Ok(Json(json!({"devices": told})))
}

fn target(id: &str) -> Result<Target, Problem> {
    Target::parse(id).ok_or_else(|| Problem::not_found(format!("there is no device {id}")))
}
