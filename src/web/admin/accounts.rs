//! Accounts and groups: who may log in, what they are, and everything that is kept of a person.

use askama::Template;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Deserialize;

use super::Governor;
use super::Place;
use super::Sent;
use super::words;
use crate::govern;
use crate::govern::account;
use crate::govern::account::Change;
use crate::govern::account::New;
use crate::govern::account::Shown;
use crate::govern::actor::Role;
use crate::govern::bulk::Target;
use crate::govern::description::Information;
use crate::govern::device;
use crate::govern::group;
use crate::govern::person;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::store::device::Device;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::encoded;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;

/// What a page has room for.
const ON_A_PAGE: i64 = 50;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    search: String,
    after: String,
}

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct Accounts {
    page: Page,
    search: String,
    rows: Vec<Row>,
    groups: Vec<Group>,
    next: Option<String>,
    is_administrator: bool,
}

struct Row {
    id: String,
    name: String,
    email: String,
    role: String,
    groups: String,
    is_disabled: bool,
}

struct Group {
    id: String,
    name: String,
    members: i64,
}

pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = by.page(&web, "admin-accounts", Place::Accounts);
    let which = (&*asked.search, &*asked.after);
    let found = account::page(&web.app, &by.actor, by.organisation, which, ON_A_PAGE).await?;
    let is_full = i64::try_from(found.len()).unwrap_or(0) == ON_A_PAGE;
    let last = found.last().filter(|_| is_full);
    let next = last.map(|last| {
        let (search, after) = (encoded(&asked.search), encoded(&last.account.email));
        format!("/admin/accounts?search={search}&after={after}")
    });
    let groups = group::list(&web.app, &by.actor, by.organisation).await?;
    let shown = Accounts {
        rows: found.iter().map(|shown| row(&page, shown)).collect(),
        groups: groups
            .into_iter()
            .map(|group| Group { id: group.id.to_string(), name: group.name, members: group.members })
            .collect(),
        search: asked.search,
        next,
        is_administrator: by.actor.is_administrator(),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn row(page: &Page, shown: &Shown) -> Row {
    let Shown { account, role, groups } = shown;
    Row {
        id: account.id.to_string(),
        name: account.name.clone(),
        email: account.email.clone(),
        role: page.say(words::role(*role)).into_owned(),
        groups: groups.iter().map(|group| &*group.name).collect::<Vec<_>>().join(", "),
        is_disabled: account.is_disabled,
    }
}

pub(super) async fn add(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let new = New {
        email: fields.one("email").to_owned(),
        name: fields.one("name").to_owned(),
        password: None,
        // Where the mail server checks log-ins, nobody needs another password here.
        has_no_password: web.app.config().log_in.by.is_some(),
        is_administrator: fields.is_set("administrator"),
    };
    let flash = match account::add(&web.app, &by.actor, &new).await {
        Ok(made) => Flash::good(match made.password {
            Some(password) => said(&by, "admin-accounts-added", &made.email, &password),
            None => by.visit.say("admin-saved").into_owned(),
        }),
        Err(error) => Flash::bad(by.words(error)?),
    };
    by.visit.go("/admin/accounts", &flash)
}

/// A password that was made is said once, on the page that follows.
fn said(by: &Governor, key: &str, email: &str, password: &str) -> String {
    let values = [("email", email.into()), ("password", password.into())];
    by.visit.guest.language.fill_all(key, &values).into_owned()
}

pub(super) async fn import(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let rows = match account::rows(fields.raw("lines")) {
        Ok(rows) => rows,
        Err(error) => return by.visit.go("/admin/accounts", &Flash::bad(by.words(error)?)),
    };
    let (mut added, mut there) = (0_u64, 0_u64);
    for row in rows {
        match account::add(&web.app, &by.actor, &row.new).await {
            Ok(_) => added += 1,
            Err(govern::Error::Taken { .. }) => there += 1,
            Err(error) => return Err(error.into()),
        }
    }
    let values = [("added", added.into()), ("there", there.into())];
    let text = by.visit.guest.language.fill_all("admin-accounts-imported", &values);
    by.visit.go("/admin/accounts", &Flash::good(text))
}

#[derive(Template)]
#[template(path = "admin/account.html")]
struct One {
    page: Page,
    id: String,
    email: String,
    role: String,
    is_disabled: bool,
    has_factor: bool,
    is_administrator: bool,
    /// Whether who looks administers the whole organisation.
    may_promote: bool,
    is_own: bool,
    devices: Vec<Phone>,
    groups: Vec<Membership>,
}

struct Phone {
    id: String,
    name: String,
    seen: String,
    state: String,
    mood: &'static str,
}

struct Membership {
    id: String,
    name: String,
    is_member: bool,
    is_administrator: bool,
}

pub(super) async fn one(
    State(web): State<Web>,
    by: Governor,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let shown = account::find(&web.app, &by.actor, AccountId(id)).await?;
    let mut page = by.page(&web, "admin-accounts", Place::Accounts);
    page.title.clone_from(&shown.account.name);
    let (_, devices) = device::of_account(&web.app, &by.actor, &shown.account.email).await?;
    let all = group::list(&web.app, &by.actor, by.organisation).await?;
    let groups = all.into_iter().map(|group| {
        let own = shown.groups.iter().find(|own| own.group == group.id);
        Membership {
            id: group.id.to_string(),
            name: group.name,
            is_member: own.is_some(),
            is_administrator: own.is_some_and(|own| own.is_administrator),
        }
    });
    let one = One {
        id: id.to_string(),
        email: shown.account.email.clone(),
        role: page.say(words::role(shown.role)).into_owned(),
        is_disabled: shown.account.is_disabled,
        has_factor: shown.account.has_factor,
        is_administrator: shown.role == Role::Administrator,
        may_promote: by.actor.is_administrator(),
        is_own: shown.account.id == by.visit.account.id,
        devices: devices.iter().map(|device| phone(&page, device)).collect(),
        groups: groups.collect(),
        page: page.clone(),
    };
    page::show(&one, &page)
}

fn phone(page: &Page, device: &Device) -> Phone {
    let said = Information::read(&device.information).device.unwrap_or_default();
    Phone {
        id: Target::of(device).to_string(),
        name: said.friendly_name.or(said.model).unwrap_or_else(|| device.kind.clone()),
        seen: page.time(&device.seen_at),
        state: page.say(words::standing(device.standing)).into_owned(),
        mood: words::mood(device.standing),
    }
}

pub(super) async fn change(
    State(web): State<Web>,
    Path(id): Path<i64>,
    Sent { by, fields }: Sent,
) -> Result<Response, Failure> {
    let (account, path) = (AccountId(id), format!("/admin/accounts/{id}"));
    let change = match fields.one("do") {
        "disable" => Change::Disable,
        "enable" => Change::Enable,
        "promote" => Change::Promote,
        "demote" => Change::Demote,
        "password" => return reset(&web, &by, account, &path).await,
        "factor" => {
            let outcome = account::reset_factor(&web.app, &by.actor, account).await;
            web.auth.forget(account);
            return by.told(&path, outcome, "factor-admin-is-off");
        }
        "groups" => return place(&web, &by, account, &fields, &path).await,
        "remove" => return remove(&web, &by, account, &fields, &path).await,
        _ => return Err(Failure::Incomplete("do")),
    };
    let outcome = account::change(&web.app, &by.actor, account, change).await;
    by.told(&path, outcome, "admin-saved")
}

async fn reset(web: &Web, by: &Governor, account: AccountId, path: &str) -> Result<Response, Failure> {
    let shown = account::find(&web.app, &by.actor, account).await?;
    let made = account::reset_password(&web.app, &by.actor, account, None).await?.unwrap_or_default();
    web.auth.forget(account);
    by.visit.go(path, &Flash::good(said(by, "admin-account-password-made", &shown.account.email, &made)))
}

async fn place(
    web: &Web,
    by: &Governor,
    account: AccountId,
    fields: &crate::web::fields::Fields,
    path: &str,
) -> Result<Response, Failure> {
    for known in group::list(&web.app, &by.actor, by.organisation).await? {
        let place = match fields.one(&format!("group-{}", known.id)) {
            "member" => group::Place::Member,
            "administrator" => group::Place::Administrator,
            _ => group::Place::Outside,
        };
        group::place(&web.app, &by.actor, known.id, account, place).await?;
    }
    by.told(path, Ok(()), "admin-saved")
}

/// Removes a person; the address has to be typed, for there is no way back.
async fn remove(
    web: &Web,
    by: &Governor,
    account: AccountId,
    fields: &crate::web::fields::Fields,
    path: &str,
) -> Result<Response, Failure> {
    let shown = account::find(&web.app, &by.actor, account).await?;
    if crate::store::account::fold(fields.one("typed")) != shown.account.email {
        return by.visit.go(path, &Flash::bad(by.visit.say("admin-account-remove-typed")));
    }
    person::erase(&web.app, &by.actor, account).await?;
    by.told("/admin/accounts", Ok(()), "admin-account-removed")
}

/// Everything that is kept of a person, as a file.
pub(super) async fn export(
    State(web): State<Web>,
    by: Governor,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let all = person::export(&web.app, &by.actor, AccountId(id)).await?;
    let text = serde_json::to_string_pretty(&all).map_err(|error| Failure::Inside(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"person.json\""),
    ];
    Ok((headers, text).into_response())
}

pub(super) async fn add_group(
    State(web): State<Web>,
    Sent { by, fields }: Sent,
) -> Result<Response, Failure> {
    let outcome = group::add(&web.app, &by.actor, by.organisation, fields.one("name")).await.map(drop);
    by.told("/admin/accounts", outcome, "admin-saved")
}

pub(super) async fn remove_group(
    State(web): State<Web>,
    Sent { by, fields }: Sent,
) -> Result<Response, Failure> {
    let id = GroupId(fields.number("group").ok_or(Failure::Incomplete("group"))?);
    let outcome = group::remove(&web.app, &by.actor, by.organisation, id).await;
    by.told("/admin/accounts", outcome, "admin-saved")
}
