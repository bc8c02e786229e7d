//! `/groups`: groups of accounts, and who administers them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::problem::Problem;
use super::request;
use super::request::Caller;
use crate::app::App;
use crate::govern::group;
use crate::govern::group::Place;
use crate::model::id::AccountId;
use crate::model::id::GroupId;

pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let groups = group::list(&app, &caller.actor, caller.organisation).await?;
    let groups: Vec<Value> = groups
        .iter()
        .map(|group| json!({"id": group.id.to_string(), "name": group.name, "members": group.members}))
        .collect();
    Ok(Json(json!({"groups": groups})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    name: String,
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Add { name } = request::json(&body)?;
    let id = group::add(&app, &caller.actor, caller.organisation, &name).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": id.to_string(), "name": name.trim()}))))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    group::remove(&app, &caller.actor, caller.organisation, GroupId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    #[serde(default)]
    administrator: bool,
}

pub(super) async fn join(
    State(app): State<App>,
    caller: Caller,
    Path((id, account)): Path<(i64, i64)>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let Join { administrator } = request::json(&body)?;
    let place = if administrator { Place::Administrator } else { Place::Member };
    group::place(&app, &caller.actor, GroupId(id), AccountId(account), place).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path((id, account)): Path<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    group::place(&app, &caller.actor, GroupId(id), AccountId(account), Place::Outside).await?;
    Ok(StatusCode::NO_CONTENT)
}
