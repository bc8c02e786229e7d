//! The calls of the contract, each as short as the contract says it. What they mean is the store's business.

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::backoffice::Error;
use crate::backoffice::Office;
use crate::backoffice::Result;
use crate::backoffice::answer::json;
use crate::backoffice::check::check;
use crate::backoffice::guard::Caller;
use crate::backoffice::guard::guard;
use crate::backoffice::store::Shelf;
use crate::backoffice::store::write::Action;
use crate::backoffice::store::write::Answer;
use crate::backoffice::store::write::Request;

/// The contract as OpenAPI, for whoever wants to read it where it is spoken.
const CONTRACT: &str = include_str!("../../schema/contract.yaml");

/// As many changes or cards as one answer holds.
const PAGE_MAX: usize = 500;

/// As large as a request may be: a contact with a good picture.
const BODY_MAX: usize = 1 << 20;

/// As long as an Idempotency-Key may be.
const KEY_MAX: usize = 200;

const COLLECTIONS: [&str; 6] = ["events", "tasks", "contacts", "notes", "people", "companies"];

type Shared = State<Arc<Office>>;
type Who = Extension<Caller>;
type Asked = std::result::Result<Query<Params>, QueryRejection>;
type Sent = std::result::Result<Bytes, BytesRejection>;

/// All parameters that any call knows.
#[derive(Debug, Default, Deserialize)]
struct Params {
    user: Option<String>,
    identity: Option<String>,
    calendar: Option<String>,
    since: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
    q: Option<String>,
}

pub(super) fn router(office: Arc<Office>) -> Router {
    Router::new()
        .route("/v1", get(describe))
        .route("/v1/contract.yaml", get(CONTRACT))
        .route("/v1/identities", get(identities))
        .route("/v1/calendars", get(calendars))
        .route("/v1/directory/search", get(search))
        .route("/v1/{collection}/changes", get(changes))
        .route("/v1/{collection}", post(create))
        .route("/v1/{collection}/{id}", get(read).put(replace).delete(remove))
        .fallback(async || Error::NotFound("no such path; the contract is at /v1/contract.yaml"))
        .method_not_allowed_fallback(async || Error::Method)
        .layer(from_fn_with_state(Arc::clone(&office), guard))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(office)
}

async fn describe() -> Response {
    let both = json!({"read": true, "write": true});
    let collections: serde_json::Map<String, Value> =
        COLLECTIONS.iter().map(|name| ((*name).to_owned(), both.clone())).collect();
    let name = "Fjord Elektro AS (reference back office)";
    json(
        StatusCode::OK,
        &json!({"name": name, "version": 1, "collections": collections, "page_max": PAGE_MAX}),
    )
}

async fn identities(State(office): Shared, Extension(caller): Who, asked: Asked) -> Result<Response> {
    let user = Params::of(asked)?.user(&caller)?;
    let identities = office.store.identities(&user).await?;
    if identities.is_empty() {
        return Err(Error::NotFound("no such user"));
    }
    let list = identities.into_iter().map(|(id, name, default)| {
        let entry = json!({"id": id, "name": name});
        with_default(entry, default)
    });
    Ok(json(StatusCode::OK, &list.collect()))
}

async fn calendars(State(office): Shared, Extension(caller): Who, asked: Asked) -> Result<Response> {
    let params = Params::of(asked)?;
    let user = params.user(&caller)?;
    let identity = params.identity(&office, &user).await?;
    let list = office.store.calendars(&user, &identity).await?.into_iter().map(|calendar| {
        let access = if calendar.may_write { "write" } else { "read" };
        let entry = json!({"id": calendar.id, "name": calendar.name, "access": access});
        with_default(entry, calendar.default)
    });
    Ok(json(StatusCode::OK, &list.collect()))
}

fn with_default(mut entry: Value, default: bool) -> Value {
    if let (true, Some(entry)) = (default, entry.as_object_mut()) {
        entry.insert("default".to_owned(), true.into());
    }
    entry
}

async fn search(State(office): Shared, asked: Asked) -> Result<Response> {
    let params = Params::of(asked)?;
    let offset = number("offset", params.offset.as_deref())?.unwrap_or(0);
    let limit = params.limit()?;
    let query = params.q.as_deref().unwrap_or_default();
    let (total, cards) = office.store.search(query, signed(offset), signed(limit)).await?;
    let items: Vec<Value> = cards.into_iter().map(|(id, data)| json!({"id": id, "data": data})).collect();
    Ok(json(StatusCode::OK, &json!({"total": total, "items": items})))
}

async fn changes(
    State(office): Shared,
    Extension(caller): Who,
    Path(collection): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let params = Params::of(asked)?;
    let shelf = params.shelf(&office, &caller, &collection).await?;
    let page = office.store.changes(&shelf, params.since.as_deref(), params.limit()?).await?;
    let items = page.changes.into_iter().map(|change| match change {
        Ok(version) => json!({"op": "upsert", "id": version.id, "rev": version.rev, "data": version.data}),
        Err((id, rev)) => json!({"op": "delete", "id": id, "rev": rev}),
    });
    let items: Vec<Value> = items.collect();
    Ok(json(StatusCode::OK, &json!({"items": items, "cursor": page.cursor, "more": page.more})))
}

async fn read(
    State(office): Shared,
    Extension(caller): Who,
    Path((collection, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response> {
    let shelf = Params::of(asked)?.shelf(&office, &caller, &collection).await?;
    let version = office.store.read(&shelf, &id).await?.ok_or(Error::NotFound("no such object"))?;
    let body = json!({"id": version.id, "rev": version.rev, "data": version.data});
    Ok(with_etag(json(StatusCode::OK, &body), &version.rev))
}

async fn create(
    State(office): Shared,
    Extension(caller): Who,
    Path(collection): Path<String>,
    asked: Asked,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response> {
    let shelf = Params::of(asked)?.shelf(&office, &caller, &collection).await?;
    let data = data(&collection, sent)?;
    let answer = write(&office, &collection, &shelf, &headers, Action::Create { data: &data }).await?;
    Ok(stored(StatusCode::CREATED, &answer))
}

async fn replace(
    State(office): Shared,
    Extension(caller): Who,
    Path((collection, id)): Path<(String, String)>,
    asked: Asked,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response> {
    let shelf = Params::of(asked)?.shelf(&office, &caller, &collection).await?;
    let data = data(&collection, sent)?;
    let action = Action::Replace { id: &id, data: &data, if_match: if_match(&headers)? };
    let answer = write(&office, &collection, &shelf, &headers, action).await?;
    Ok(stored(StatusCode::OK, &answer))
}

async fn remove(
    State(office): Shared,
    Extension(caller): Who,
    Path((collection, id)): Path<(String, String)>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response> {
    let shelf = Params::of(asked)?.shelf(&office, &caller, &collection).await?;
    let action = Action::Delete { id: &id, if_match: if_match(&headers)? };
    match write(&office, &collection, &shelf, &headers, action).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        // The contract knows one word for a DELETE of what is not there.
        Err(Error::Gone) => Err(Error::NotFound("the object was deleted already")),
        Err(error) => Err(error),
    }
}

async fn write(
    office: &Office,
    collection: &str,
    shelf: &Shelf,
    headers: &HeaderMap,
    action: Action<'_>,
) -> Result<Answer> {
    let key = text(headers, "idempotency-key")?;
    if key.is_some_and(|key| key.is_empty() || key.len() > KEY_MAX) {
        return Err(Error::Malformed(format!("an Idempotency-Key has 1 to {KEY_MAX} characters")));
    }
    let request = Request { shelf, collection, action, key, now: (office.clock)() };
    let answer = office.store.write(request).await?;
    office.changed.notify_one();
    Ok(answer)
}

fn stored(status: StatusCode, answer: &Answer) -> Response {
    with_etag(json(status, &json!({"id": answer.id, "rev": answer.rev})), &answer.rev)
}

fn with_etag(mut response: Response, rev: &str) -> Response {
    if let Ok(etag) = format!("\"{rev}\"").parse() {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// The object in `{"data": …}`, once it makes sense.
fn data(collection: &str, sent: Sent) -> Result<Value> {
    let bytes = sent.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(BODY_MAX),
        _ => Error::Malformed(rejection.body_text()),
    })?;
    let mut body: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Error::Malformed(format!("the body is not JSON: {error}")))?;
    let data = body.get_mut("data").map(Value::take);
    let data = data.ok_or_else(|| Error::Malformed("the body must be {\"data\": …}".to_owned()))?;
    check(collection, &data)?;
    Ok(data)
}

fn if_match(headers: &HeaderMap) -> Result<Option<&str>> {
    let value = text(headers, "if-match")?;
    Ok(value.map(|value| value.trim().trim_start_matches("W/").trim_matches('"')))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>> {
    let value = headers.get(name).map(|value| value.to_str());
    value.transpose().map_err(|_| Error::Malformed(format!("the header {name} is not plain text")))
}

fn number(name: &str, value: Option<&str>) -> Result<Option<usize>> {
    let number = value.map(str::parse).transpose();
    number.map_err(|_| Error::Malformed(format!("{name} must be a whole number from 0 up")))
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Params {
    fn of(asked: Asked) -> Result<Self> {
        asked.map(|Query(params)| params).map_err(|rejection| Error::Malformed(rejection.body_text()))
    }

    fn limit(&self) -> Result<usize> {
        Ok(number("limit", self.limit.as_deref())?.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX))
    }

    /// Whose data are meant; the caller must be allowed to.
    fn user(&self, caller: &Caller) -> Result<String> {
        let user = self.user.as_deref().filter(|user| !user.is_empty());
        let user = user.ok_or_else(|| Error::Malformed("user is missing".to_owned()))?.to_lowercase();
        caller.acts_for(&user)?;
        Ok(user)
    }

    /// The identity named, or the default one.
    async fn identity(&self, office: &Office, user: &str) -> Result<String> {
        let identities = office.store.identities(user).await?;
        if identities.is_empty() {
            return Err(Error::NotFound("no such user"));
        }
        let wanted = self.identity.as_deref();
        let found = identities.into_iter().find(|(id, _, default)| match wanted {
            Some(wanted) => id == wanted,
            None => *default,
        });
        found.map(|(id, _, _)| id).ok_or(Error::NotFound("the user has no such identity"))
    }

    /// The collection meant; people and companies are the organisation's.
    async fn shelf(&self, office: &Office, caller: &Caller, collection: &str) -> Result<Shelf> {
        if !COLLECTIONS.contains(&collection) {
            return Err(Error::NotFound("no such collection"));
        }
        if matches!(collection, "people" | "companies") {
            let mut shelf = office.store.shelf("", "", collection, None).await?;
            shelf.may_write &= *caller == Caller::Organisation;
            return Ok(shelf);
        }
        let user = self.user(caller)?;
        let identity = self.identity(office, &user).await?;
        let calendar = self.calendar.as_deref().filter(|_| collection == "events");
        office.store.shelf(&user, &identity, collection, calendar).await
    }
}

#[cfg(test)]
mod tests {
    use super::CONTRACT;

    #[test]
    fn the_contract_names_every_path_and_no_other() {
        let paths: Vec<&str> =
            CONTRACT.lines().filter_map(|line| line.strip_prefix("  /")?.strip_suffix(':')).collect();
        let routes =
            include_str!("routes.rs").lines().filter_map(|line| line.trim().strip_prefix(".route(\"/"));
        let mut routes: Vec<&str> = routes.filter_map(|line| line.split('"').next()).collect();
        routes.retain(|route| *route != "v1/contract.yaml");
        assert_eq!(routes.iter().filter(|route| !paths.contains(route)).count(), 0, "{routes:?} {paths:?}");
        assert_eq!(routes.len(), paths.len());
    }
}
