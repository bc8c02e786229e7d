//! Passwords that are good for one phone alone: made, shown once, revoked.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Place;
use crate::auth::app_password as auth;
use crate::store;
use crate::store::app_password;
use crate::store::app_password::AppPassword;
use crate::store::device;
use crate::store::retrying;
use crate::web::Web;
use crate::web::code::Code;
use crate::web::failure::Failure;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

const HERE: &str = "/setting/passwords";

/// More phones nobody has; whoever takes a session over does not fill the table.
const MOST: usize = 50;
/// Letters of a name.
const LONGEST: usize = 60;

#[derive(Template)]
#[template(path = "setting/passwords.html")]
struct Passwords {
    page: Page,
    rows: Vec<Row>,
    has_factor: bool,
    made: Option<Made>,
}

struct Row {
    id: String,
    name: String,
    /// The phone that uses it.
    phone: String,
    used: String,
}

/// One that was just made, which nobody can read again.
struct Made {
    name: String,
    password: String,
    code: Option<Code>,
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    shown(&web, &visit, None).await
}

async fn shown(web: &Web, visit: &Visit, made: Option<Made>) -> Result<Response, Failure> {
    let page = super::page(web, visit, &visit.say("app-password-title"), Place::Passwords).await?;
    let mut reader = web.app.store().read().await?;
    let devices = device::list(&mut reader, visit.account.id).await?;
    let row = |password: AppPassword| {
        let own = |device: &&device::Device| Some(&device.id) == password.device_id.as_ref();
        let phone = match (devices.iter().find(own), &password.device_id) {
            (Some(device), _) => super::log::name_of(device),
            (None, Some(id)) => id.clone(),
            (None, None) => page.say("app-password-unused").into_owned(),
        };
        let used = match &password.used_at {
            Some(at) => page.fill("app-password-used", "time", page.time(at).as_str()),
            None => page.fill("app-password-made", "time", page.time(&password.created_at).as_str()),
        };
        Row { id: password.id.to_string(), name: password.name, phone, used: used.into_owned() }
    };
    let rows = app_password::of_account(&mut reader, visit.account.id).await?.into_iter().map(row);
    let shown =
        Passwords { rows: rows.collect(), has_factor: visit.account.has_factor, made, page: page.clone() };
    page::show(&shown, &page)
}

pub(super) async fn act(State(web): State<Web>, Post { visit, fields }: Post) -> Result<Response, Failure> {
    match fields.one("do") {
        "make" => make(&web, &visit, fields.one("name")).await,
        "revoke" => {
            let id = fields.number("password").ok_or(Failure::Incomplete("password"))?;
            retrying(async || {
                let mut tx = web.app.store().begin().await?;
                app_password::revoke(&mut tx, visit.account.id, id).await?;
                tx.commit().await
            })
            .await?;
            visit.go(HERE, &Flash::good(visit.say("app-password-revoked")))
        }
        _ => Err(Failure::Incomplete("do")),
    }
}

async fn make(web: &Web, visit: &Visit, name: &str) -> Result<Response, Failure> {
    let name: String = name.chars().take(LONGEST).collect();
    let password = auth::made(&web.app);
    let row = AppPassword {
        account: visit.account.id,
        id: web.app.new_id(),
        name: if name.is_empty() { visit.say("app-password-name-none").into_owned() } else { name },
        device_id: None,
        created_at: web.app.now(),
        used_at: None,
    };
    if !retrying(|| keep(web, &row, &password)).await? {
        return visit.go(HERE, &Flash::bad(visit.say("app-password-many")));
    }
    let made = Made { name: row.name, code: Code::of(&password), password };
    shown(web, visit, Some(made)).await
}

/// False: there are too many.
async fn keep(web: &Web, row: &AppPassword, password: &str) -> store::Result<bool> {
    let mut tx = web.app.store().begin().await?;
    if app_password::of_account(&mut tx, row.account).await?.len() >= MOST {
        return Ok(false);
    }
    app_password::create(&mut tx, row, &auth::hash(password)).await?;
    tx.commit().await?;
    Ok(true)
}
