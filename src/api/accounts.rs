//! `/accounts`: who may log in, and what they are.

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
use super::request::Part;
use crate::app::App;
use crate::govern::account;
use crate::govern::account::Change;
use crate::govern::account::New;
use crate::govern::account::Shown;
use crate::govern::person;
use crate::govern::service;
use crate::model::id::AccountId;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Result<Json<Value>, Problem> {
    let limit = part.limit();
    let which = (&*part.search, &*part.after);
    let found = account::page(&app, &caller.actor, caller.organisation, which, i64::from(limit)).await?;
    let next = found.last().filter(|_| found.len() == usize::from(limit)).map(|last| &*last.account.email);
    let accounts: Vec<Value> = found.iter().map(told).collect();
    Ok(Json(json!({"accounts": accounts, "next": next})))
}

fn told(shown: &Shown) -> Value {
    let Shown { account, role, groups } = shown;
    let groups: Vec<Value> = groups
        .iter()
        .map(|group| json!({"id": group.group.to_string(), "name": group.name, "administrator": group.is_administrator}))
        .collect();
    json!({
        "id": account.id.to_string(),
        "email": account.email,
        "name": account.name,
        "role": role.as_str(),
        "disabled": account.is_disabled,
        "zone": account.zone,
        "groups": groups,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    email: String,
    #[serde(default)]
    name: String,
    password: Option<String>,
    #[serde(default)]
    administrator: bool,
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Add { email, name, password, administrator } = request::json(&body)?;
    let new = New { email, name, password, is_administrator: administrator, ..New::default() };
    let made = account::add(&app, &caller.actor, &new).await?;
    let told = json!({"id": made.id.to_string(), "email": made.email, "password": made.password});
    Ok((StatusCode::CREATED, Json(told)))
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(told(&account::find(&app, &caller.actor, AccountId(id)).await?)))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    person::erase(&app, &caller.actor, AccountId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn export(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(person::export(&app, &caller.actor, AccountId(id)).await?))
}

pub(super) async fn services(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Value>, Problem> {
    let switches = service::of_account(&app, &caller.actor, AccountId(id)).await?;
    let (own, organisation) = (request::names(&switches.own), request::names(&switches.organisation));
    Ok(Json(json!({"switchedOff": own, "byOrganisation": organisation})))
}

pub(super) async fn set_services(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    service::set(&app, &caller.actor, AccountId(id), &request::off(&body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    password: Option<String>,
}

pub(super) async fn reset_password(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let Reset { password } = request::json(&body)?;
    let made = account::reset_password(&app, &caller.actor, AccountId(id), password.as_deref()).await?;
    Ok(Json(json!({"password": made})))
}

pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path((id, change)): Path<(i64, String)>,
) -> Result<StatusCode, Problem> {
    let change = match &*change {
        "disable" => Change::Disable,
        "enable" => Change::Enable,
        "promote" => Change::Promote,
        "demote" => Change::Demote,
        _ => return Err(Problem::not_found("accounts know disable, enable, promote and demote")),
    };
    account::change(&app, &caller.actor, AccountId(id), change).await?;
    Ok(StatusCode::NO_CONTENT)
}
