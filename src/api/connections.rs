//! `/connections`: the back offices of the organisation, those of the configuration among them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::problem::Problem;
use super::request;
use super::request::Caller;
use crate::app::App;
use crate::connector::User;
use crate::govern::connection;
use crate::govern::connection::Known;
use crate::govern::connection::Trial;
use crate::model::class::Class;

pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let known = connection::list(&app, &caller.actor, caller.organisation).await?;
    let connections: Vec<Value> = known.iter().map(told).collect();
    Ok(Json(json!({"connections": connections})))
}

fn told(known: &Known) -> Value {
    let settings = known.settings.as_ref();
    let classes = |classes: &Vec<Class>| -> Vec<String> {
        classes.iter().map(|class| class.as_str().to_lowercase()).collect()
    };
    json!({
        "name": known.name,
        "title": settings.and_then(|settings| settings.title.as_deref()),
        "kind": settings.map(|settings| settings.kind.as_str()),
        "classes": settings.map(|settings| classes(&settings.classes)),
        "directory": settings.is_some_and(|settings| settings.directory),
        "configured": known.keys.is_none(),
        "keys": known.keys,
        "paused": known.is_paused,
        "accounts": known.used.accounts,
        "refused": known.used.refused,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(told(&connection::find(&app, &caller.actor, caller.organisation, &name).await?)))
}

pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let keys = named(request::json(&body)?, &name)?;
    connection::put(&app, &caller.actor, caller.organisation, keys).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The keys of a connection, which is called as the path says.
fn named(mut keys: Map<String, Value>, name: &str) -> Result<Map<String, Value>, Problem> {
    let is_other = keys.get("name").is_some_and(|other| other.as_str() != Some(name));
    if is_other {
        return Err(Problem::wrong("`name` is another one than that of the path"));
    }
    keys.insert("name".to_owned(), Value::from(name));
    Ok(keys)
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let accounts = connection::remove(&app, &caller.actor, caller.organisation, &name).await?;
    Ok(Json(json!({"accounts": accounts})))
}

pub(super) async fn act(
    State(app): State<App>,
    caller: Caller,
    Path((name, act)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Problem> {
    let (actor, organisation) = (&caller.actor, caller.organisation);
    match &*act {
        "pause" | "resume" => {
            connection::pause(&app, actor, organisation, (&name, act == "pause")).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        "pull" => {
            let accounts = connection::pull_now(&app, actor, organisation, &name).await?;
            Ok(Json(json!({"accounts": accounts})).into_response())
        }
        "test" => Ok(Json(tried(&app, &caller, &name, &body).await?).into_response()),
        _ => Err(Problem::not_found("connections know pause, resume, pull and test")),
    }
}

/// What to try: the connection as it is, or as it would be with these keys.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Attempt {
    keys: Option<Map<String, Value>>,
    user: Option<String>,
    password: Option<String>,
}

async fn tried(app: &App, caller: &Caller, name: &str, body: &Bytes) -> Result<Value, Problem> {
    let Attempt { keys, user, password } = request::json(body)?;
    let (actor, organisation) = (&caller.actor, caller.organisation);
    let trial = match keys {
        None => connection::try_known(app, actor, organisation, name).await?,
        Some(keys) => {
            let who =
                user.map(|user| User { email: user.clone(), name: Some(user), password, ..User::default() });
            connection::try_out(app, actor, organisation, named(keys, name)?, who).await?
        }
    };
    Ok(match trial {
        Trial::Answers(collections) => json!({"answers": true, "collections": collections}),
        Trial::NotTried => {
            json!({"answers": null, "reason": "it needs a log-in: give `user` and `password`"})
        }
        Trial::Failed(reason) => json!({"answers": false, "reason": reason}),
    })
}
