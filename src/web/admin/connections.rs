//! The connections of the organisation: what is set up and how it does; setting one up, trying it, letting it rest.

use askama::Template;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::response::Response;
use serde_json::Map;
use serde_json::Value;

use super::Governor;
use super::Place;
use super::Sent;
use super::connection_fields::Field;
use super::connection_fields::Form;
use super::connection_fields::KINDS;
use super::connection_fields::fields;
use crate::config::connection::Kind;
use crate::connector::User;
use crate::govern;
use crate::govern::connection;
use crate::govern::connection::Known;
use crate::govern::connection::Trial;
use crate::model::class::Class;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;

const HERE: &str = "/admin/connections";

#[derive(Template)]
#[template(path = "admin/connections.html")]
struct Listed {
    page: Page,
    rows: Vec<Row>,
    kinds: Vec<(&'static str, String)>,
}

struct Row {
    name: String,
    kind: String,
    classes: String,
    accounts: i64,
    refused: i64,
    is_added: bool,
    is_paused: bool,
    is_readable: bool,
}

#[derive(Template)]
#[template(path = "admin/connection.html")]
struct One {
    page: Page,
    name: String,
    kind: &'static str,
    kind_name: String,
    is_new: bool,
    accounts: i64,
    inputs: Vec<Input>,
    wrong: Option<(String, String)>,
}

/// A field as it stands on the page.
struct Input {
    key: &'static str,
    label: String,
    value: String,
    is_secret: bool,
    is_tick: bool,
    is_ticked: bool,
    is_wrong: bool,
    choices: Vec<Choice>,
    boxes: Vec<Choice>,
}

struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

pub(super) async fn show(State(web): State<Web>, by: Governor) -> Result<Response, Failure> {
    by.whole()?;
    let known = connection::list(&web.app, &by.actor, by.organisation).await?;
    let page = by.page(&web, "admin-connections", Place::Connections);
    let shown = Listed {
        rows: known.iter().map(|known| row(&page, known)).collect(),
        kinds: KINDS.iter().map(|(kind, name)| (kind.as_str(), page.say(name).into_owned())).collect(),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn row(page: &Page, known: &Known) -> Row {
    let classes = known.settings.as_ref().map(|settings| {
        settings.classes.iter().map(|class| page.say(class_name(*class)).into_owned()).collect::<Vec<_>>()
    });
    let kind = known.settings.as_ref().map(|settings| settings.kind);
    Row {
        name: known.name.clone(),
        kind: kind.map(|kind| page.say(kind_name(kind)).into_owned()).unwrap_or_default(),
        classes: classes.unwrap_or_default().join(", "),
        accounts: known.used.accounts,
        refused: known.used.refused,
        is_added: known.keys.is_some(),
        is_paused: known.is_paused,
        is_readable: known.settings.is_some(),
    }
}

/// The form of one that is set up.
pub(super) async fn one(
    State(web): State<Web>,
    Path(name): Path<String>,
    by: Governor,
) -> Result<Response, Failure> {
    by.whole()?;
    let known = connection::find(&web.app, &by.actor, by.organisation, &name).await?;
    let keys = known.keys.ok_or(Failure::NotFound)?;
    form(&web, &by, &keys, Some(known.used.accounts), None)
}

/// The form of a new one of a kind.
pub(super) async fn new(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    by: Governor,
) -> Result<Response, Failure> {
    by.whole()?;
    let kind = Fields::parse(&query.unwrap_or_default()).one("kind").to_owned();
    let keys = Map::from_iter([("kind".to_owned(), Value::String(kind))]);
    form(&web, &by, &keys, None, None)
}

fn form(
    web: &Web,
    by: &Governor,
    keys: &Map<String, Value>,
    accounts: Option<i64>,
    wrong: Option<(String, String)>,
) -> Result<Response, Failure> {
    let text = |key: &str| keys.get(key).and_then(Value::as_str).unwrap_or_default();
    let (kind, kind_name) =
        KINDS.into_iter().find(|(kind, _)| kind.as_str() == text("kind")).ok_or(Failure::NotFound)?;
    let page = by.page(web, "admin-connections", Place::Connections);
    let at = wrong.as_ref().map(|(key, _)| key.as_str());
    let shown = One {
        name: text("name").to_owned(),
        kind: kind.as_str(),
        kind_name: page.say(kind_name).into_owned(),
        is_new: accounts.is_none(),
        accounts: accounts.unwrap_or_default(),
        inputs: fields(kind).iter().map(|field| input(&page, field, keys, at)).collect(),
        wrong,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn input(page: &Page, field: &Field, keys: &Map<String, Value>, wrong: Option<&str>) -> Input {
    let value = keys.get(field.key);
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let choice = |(value, name): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        name: page.say(name).into_owned(),
        is_chosen: *value == text,
    };
    let chosen: Vec<&str> =
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let class = |class: &Class| Choice {
        value: class.as_str().to_lowercase(),
        name: page.say(class_name(*class)).into_owned(),
        is_chosen: chosen.iter().any(|chosen| chosen.eq_ignore_ascii_case(class.as_str())),
    };
    let (choices, boxes) = match field.form {
        Form::Choice(choices) => (choices.iter().map(choice).collect(), Vec::new()),
        Form::Classes(classes) => (Vec::new(), classes.iter().map(class).collect()),
        Form::Text | Form::Secret | Form::Tick(_) => (Vec::new(), Vec::new()),
    };
    let is_ticked = match field.form {
        Form::Tick(at_first) => value.and_then(Value::as_bool).unwrap_or(at_first),
        Form::Text | Form::Secret | Form::Classes(_) | Form::Choice(_) => false,
    };
    Input {
        key: field.key,
        label: page.say(field.label).into_owned(),
        value: if field.form == Form::Secret { String::new() } else { text.to_owned() },
        is_secret: field.form == Form::Secret,
        is_tick: matches!(field.form, Form::Tick(_)),
        is_ticked,
        is_wrong: wrong == Some(field.key),
        choices,
        boxes,
    }
}

/// The keys that a form says; what was left empty is left out, and of a secret stays what it was.
fn said(kind: Kind, form: &Fields) -> Map<String, Value> {
    let mut keys = Map::from_iter([
        ("name".to_owned(), Value::String(form.one("name").to_owned())),
        ("kind".to_owned(), Value::String(kind.as_str().to_owned())),
    ]);
    for field in fields(kind) {
        let value = match field.form {
            Form::Tick(_) => Some(Value::Bool(form.is_set(field.key))),
            Form::Classes(_) => {
                Some(form.all(field.key).map(|class| Value::String(class.to_owned())).collect())
            }
            Form::Secret => Some(form.raw(field.key)).filter(|text| !text.is_empty()).map(Value::from),
            Form::Text | Form::Choice(_) => {
                Some(form.one(field.key)).filter(|text| !text.is_empty()).map(Value::from)
            }
        };
        keys.extend(value.map(|value| (field.key.to_owned(), value)));
    }
    keys
}

/// Keeps what the form says, or tries it without keeping it.
pub(super) async fn save(
    State(web): State<Web>,
    Sent { by, fields: form }: Sent,
) -> Result<Response, Failure> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == form.one("kind"));
    let keys = said(kind.ok_or(Failure::Incomplete("kind"))?, &form);
    let name = form.one("name").to_owned();
    let is_new = !form.is_set("known");
    let accounts = if is_new { None } else { Some(0) };
    if form.one("do") == "try" {
        let who = form.is_set("try_user").then(|| User {
            name: Some(form.one("try_user").to_owned()),
            password: Some(form.raw("try_password").to_owned()),
            email: by.visit.account.email.clone(),
            identity: None,
        });
        let shown = shown(&keys);
        let trial = connection::try_out(&web.app, &by.actor, by.organisation, keys, who).await;
        let said = match trial {
            Ok(trial) => (String::new(), words(&by, trial).text),
            Err(govern::Error::Field { key, message }) => (key, message),
            Err(error) => return Err(error.into()),
        };
        return self::form(&web, &by, &shown, accounts, Some(said));
    }
    let shown = shown(&keys);
    match connection::put(&web.app, &by.actor, by.organisation, keys).await {
        Ok(_) => by.visit.go(HERE, &Flash::good(by.visit.fill("admin-connection-saved", "name", &name))),
        Err(govern::Error::Field { key, message }) => {
            self::form(&web, &by, &shown, accounts, Some((key, message)))
        }
        Err(govern::Error::Taken { name, .. }) => {
            let taken = by.visit.fill("admin-taken", "name", &name).into_owned();
            self::form(&web, &by, &shown, accounts, Some(("name".to_owned(), taken)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The keys as they may stand on a page again.
fn shown(keys: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = keys.clone();
    shown.retain(|key, _| !crate::connections::stored::SECRETS.contains(&key.as_str()));
    shown
}

/// What is done with one that is set up.
pub(super) async fn act(
    State(web): State<Web>,
    Path(name): Path<String>,
    Sent { by, fields: form }: Sent,
) -> Result<Response, Failure> {
    let (app, actor, own) = (&web.app, &by.actor, by.organisation);
    let flash = match form.one("do") {
        "try" => words(&by, connection::try_known(app, actor, own, &name).await?),
        "pull" => {
            connection::pull_now(app, actor, own, &name).await?;
            Flash::good(by.visit.say("admin-runs-asked"))
        }
        "pause" => {
            connection::pause(app, actor, own, (&name, true)).await?;
            Flash::good(by.visit.say("admin-saved"))
        }
        "resume" => {
            connection::pause(app, actor, own, (&name, false)).await?;
            Flash::good(by.visit.say("admin-saved"))
        }
        "remove" => {
            connection::remove(app, actor, own, &name).await?;
            Flash::good(by.visit.fill("admin-connection-removed", "name", &name))
        }
        _ => return Err(Failure::Incomplete("do")),
    };
    by.visit.go(HERE, &flash)
}

fn words(by: &Governor, trial: Trial) -> Flash {
    match trial {
        Trial::Answers(found) => {
            let found = i64::try_from(found).unwrap_or(i64::MAX);
            Flash::good(by.visit.fill("admin-connection-answers", "count", found))
        }
        Trial::NotTried => Flash::bad(by.visit.say("admin-connection-not-tried")),
        Trial::Failed(why) => Flash::bad(by.visit.fill("admin-connection-failed", "why", &why)),
    }
}

const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Email => "admin-field-class-email",
        Class::Calendar => "admin-field-class-calendar",
        Class::Contacts => "admin-field-class-contacts",
        Class::Tasks => "admin-field-class-tasks",
        Class::Notes => "admin-field-class-notes",
    }
}

fn kind_name(kind: Kind) -> &'static str {
    KINDS.into_iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name)
}
