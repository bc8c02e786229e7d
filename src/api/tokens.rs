//! `/tokens`: the tokens of programs, this one among them.

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
use crate::govern::token;
use crate::govern::token::Scope;
use crate::model::id::GroupId;
use crate::model::id::TokenId;

pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let tokens: Vec<Value> = token::list(&app, &caller.actor, caller.organisation)
        .await?
        .iter()
        .map(|token| {
            let scope: Scope = serde_json::from_str(&token.scope).unwrap_or_default();
            let groups: Vec<String> = scope.groups.iter().map(ToString::to_string).collect();
            json!({"id": token.id.to_string(), "name": token.name, "write": scope.write, "groups": groups, "created": token.created_at,
                "lastUsed": token.used_at, "revoked": token.revoked_at})
        })
        .collect();
    Ok(Json(json!({"tokens": tokens})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    name: String,
    #[serde(default)]
    write: bool,
    #[serde(default)]
    groups: Vec<String>,
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Add { name, write, groups } = request::json(&body)?;
    let number = |text: &String| text.parse().map(GroupId);
    let groups = groups.iter().map(number).collect::<Result<_, _>>();
    let groups = groups.map_err(|_| Problem::wrong("`groups` are numbers of groups, as texts"))?;
    let scope = Scope { write, groups };
    let (made, secret) = token::add(&app, &caller.actor, caller.organisation, &name, &scope).await?;
    Ok((StatusCode::CREATED, Json(json!({"id": made.id.to_string(), "name": made.name, "token": secret}))))
}

pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    token::revoke(&app, &caller.actor, caller.organisation, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
