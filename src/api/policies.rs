//! `/policies`: what phones have to take, of the organisation, a group or an account.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use super::problem::Problem;
use super::request;
use super::request::Caller;
use crate::app::App;
use crate::eas;
use crate::govern::policy;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::model::policy::Provisioning;
use crate::store::policy::Owner;

/// `organisation`, `group:ID` or `account:ID`.
fn owner(caller: &Caller, text: &str) -> Result<Owner, Problem> {
    let number = |text: &str| text.parse().ok();
    let found = match text.split_once(':') {
        None if text == "organisation" => Some(Owner::Organisation(caller.organisation)),
        Some(("group", id)) => number(id).map(|id| Owner::Group(caller.organisation, GroupId(id))),
        Some(("account", id)) => number(id).map(|id| Owner::Account(caller.organisation, AccountId(id))),
        _ => None,
    };
    found.ok_or_else(|| Problem::not_found("policies are of organisation, group:ID and account:ID"))
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let policy = policy::of(&app, &caller.actor, owner(&caller, &name)?).await?;
    Ok(Json(json!({"policy": policy})))
}

pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let given: Provisioning = request::json(&body)?;
    policy::set(&app, &caller.actor, owner(&caller, &name)?, Some(&given)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn clear(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    policy::set(&app, &caller.actor, owner(&caller, &name)?, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let policy = policy::of(&app, &caller.actor, owner(&caller, &name)?).await?;
    let policy = policy.unwrap_or_else(|| app.config().policy.clone());
    let versions: Vec<Value> = eas::policy::preview(&policy.settings)
        .into_iter()
        .map(|told| {
            let elements: Vec<Value> =
                told.elements.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
            json!({"version": told.version, "elements": elements, "notTold": told.left_out})
        })
        .collect();
    Ok(Json(json!({"versions": versions})))
}
