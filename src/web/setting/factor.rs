//! The user's second factor: set up with a program, its codes for emergencies, switched off.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Place;
use super::security;
use crate::auth::Refusal;
use crate::store;
use crate::store::factor;
use crate::store::organisation;
use crate::store::retrying;
use crate::store::session;
use crate::web::Web;
use crate::web::code::Code;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

pub(in crate::web) const HERE: &str = "/setting/account/factor";

#[derive(Template)]
#[template(path = "setting/factor.html")]
struct Factor {
    page: Page,
    email: String,
    is_on: bool,
    /// Whether the administrator's pages want one.
    is_wanted: bool,
    codes_left: i64,
    proposal: Option<Proposal>,
    /// Codes for emergencies, shown once.
    codes: Vec<String>,
    wrong: Option<String>,
}

/// What is photographed or typed.
struct Proposal {
    secret: String,
    code: Option<Code>,
}

/// What one of the forms came to.
#[derive(Default)]
struct Made {
    proposal: Option<Proposal>,
    codes: Vec<String>,
    wrong: Option<&'static str>,
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    shown(&web, &visit, Made::default()).await
}

async fn shown(web: &Web, visit: &Visit, made: Made) -> Result<Response, Failure> {
    let page = super::page(web, visit, &visit.say("factor-title"), Place::Account).await?;
    let mut reader = web.app.store().read().await?;
    let account = store::account::by_id(&mut reader, visit.account.id).await?;
    let settings = organisation::settings_of(&mut reader, visit.account.id).await?;
    let shown = Factor {
        email: visit.account.email.clone(),
        is_on: account.is_some_and(|account| account.has_factor),
        is_wanted: settings.administrators_need_factor && page.user.as_ref().is_some_and(|user| user.governs),
        codes_left: factor::codes_left(&mut reader, visit.account.id).await?,
        proposal: made.proposal,
        codes: made.codes,
        wrong: made.wrong.map(|key| visit.say(key).into_owned()),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

pub(super) async fn act(State(web): State<Web>, Post { visit, fields }: Post) -> Result<Response, Failure> {
    match fields.one("do") {
        "propose" if !visit.account.has_factor => propose(&web, &visit, &fields).await,
        "confirm" if !visit.account.has_factor => confirm(&web, &visit, &fields).await,
        "codes" | "off" if visit.account.has_factor => change(&web, &visit, &fields).await,
        // Another window was quicker.
        "propose" | "confirm" | "codes" | "off" => shown(&web, &visit, Made::default()).await,
        _ => Err(Failure::Incomplete("do")),
    }
}

async fn propose(web: &Web, visit: &Visit, fields: &Fields) -> Result<Response, Failure> {
    if let Some(wrong) = security::refused(web, visit, fields.raw("password")).await? {
        return shown(web, visit, Made { wrong: Some(wrong), ..Made::default() }).await;
    }
    let proposed = web.auth.propose_factor(&web.app, &visit.account).await.map_err(inside)?;
    let proposal = Proposal { code: Code::of(&proposed.address), secret: proposed.secret };
    shown(web, visit, Made { proposal: Some(proposal), ..Made::default() }).await
}

async fn confirm(web: &Web, visit: &Visit, fields: &Fields) -> Result<Response, Failure> {
    let address = visit.guest.visitor.address;
    match web.auth.confirm_factor(&web.app, &visit.account, fields.one("code"), address).await {
        Ok(codes) => {
            // Whoever got in elsewhere by the password alone is out.
            retrying(|| end_others(web, visit)).await?;
            shown(web, visit, Made { codes, ..Made::default() }).await
        }
        Err(Refusal::Wrong) => {
            shown(web, visit, Made { wrong: Some("factor-confirm-wrong"), ..Made::default() }).await
        }
        Err(Refusal::Busy { .. }) => {
            shown(web, visit, Made { wrong: Some("factor-busy"), ..Made::default() }).await
        }
        Err(refusal) => Err(inside(refusal)),
    }
}

async fn end_others(web: &Web, visit: &Visit) -> store::Result<()> {
    let mut tx = web.app.store().begin().await?;
    session::end_all(&mut tx, visit.account.id, Some(&visit.session.token)).await?;
    tx.commit().await
}

/// Other codes for emergencies, or no second factor any more: for who has both the password and a code.
async fn change(web: &Web, visit: &Visit, fields: &Fields) -> Result<Response, Failure> {
    let wrong = |wrong| Made { wrong: Some(wrong), ..Made::default() };
    if let Some(refused) = security::refused(web, visit, fields.raw("password")).await? {
        return shown(web, visit, wrong(refused)).await;
    }
    let address = visit.guest.visitor.address;
    match web.auth.check_factor(&web.app, &visit.account, fields.one("code"), address).await {
        Ok(()) => {}
        Err(Refusal::Wrong) => return shown(web, visit, wrong("factor-wrong")).await,
        Err(Refusal::Busy { .. }) => return shown(web, visit, wrong("factor-busy")).await,
        Err(refusal) => return Err(inside(refusal)),
    }
    if fields.one("do") == "codes" {
        let codes = web.auth.renew_codes(&web.app, visit.account.id).await.map_err(inside)?;
        return shown(web, visit, Made { codes, ..Made::default() }).await;
    }
    web.auth.drop_factor(&web.app, visit.account.id).await.map_err(inside)?;
    visit.go(HERE, &Flash::good(visit.say("factor-is-off")))
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn inside(refusal: Refusal) -> Failure {
    Failure::Inside(refusal.to_string())
}
