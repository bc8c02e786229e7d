//! How a phone is set up, with this server's own values: in words, as a picture to photograph, as a profile for Apple's.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;

use super::Place;
use crate::app::new_key;
use crate::model::folder::FolderKind;
use crate::store::folder;
use crate::store::purge;
use crate::web::Web;
use crate::web::code::Code;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;
use crate::web::session::Visit;

#[derive(Template)]
#[template(path = "setting/setup.html")]
struct Shown {
    page: Page,
    server: String,
    email: String,
    is_encrypted: bool,
    /// Whether the phone needs a password of its own.
    has_factor: bool,
    /// This page's address.
    address: String,
    code: Option<Code>,
    /// Contacts that the server holds.
    contacts: i64,
    /// For each family of phones its name, and the key of what to do there.
    families: [(&'static str, &'static str); 6],
}

const FAMILIES: [(&str, &str); 6] = [
    ("iPhone, iPad", "setup-apple"),
    ("Android: Gmail, Samsung", "setup-android"),
    ("Outlook: Android, iPhone", "setup-outlook-mobile"),
    ("Outlook: Windows", "setup-outlook"),
    ("Thunderbird", "setup-thunderbird"),
    ("Nokia: Mail for Exchange", "setup-nokia"),
];

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let page = super::page(&web, &visit, &visit.say("setup-title"), Place::Setup).await?;
    let scheme = if visit.guest.visitor.is_encrypted { "https" } else { "http" };
    let address = format!("{scheme}://{}/setting/setup", visit.guest.host);
    let shown = Shown {
        server: visit.guest.host.clone(),
        email: visit.account.email.clone(),
        is_encrypted: visit.guest.visitor.is_encrypted,
        has_factor: visit.account.has_factor,
        code: Code::of(&address),
        address,
        contacts: contacts(&web, &visit).await?,
        families: FAMILIES,
        page,
    };
    page::show(&shown, &shown.page)
}

async fn contacts(web: &Web, visit: &Visit) -> Result<i64, Failure> {
    let mut reader = web.app.store().read().await?;
    let counts = purge::counts(&mut reader, visit.account.id).await?;
    let rows = folder::list(&mut reader, visit.account.id).await?;
    let of_contacts = rows
        .iter()
        .filter(|row| [FolderKind::CONTACTS, FolderKind::USER_CONTACTS].contains(&row.folder.kind));
    let count =
        |row: &folder::Row| counts.iter().find(|(id, _)| *id == row.folder.id).map_or(0, |(_, count)| *count);
    Ok(of_contacts.map(count).sum())
}

#[derive(Template)]
#[template(path = "setting/profile.xml")]
struct Profile {
    server: String,
    email: String,
    title: String,
    account_key: String,
    profile_key: String,
}

/// What an Apple device installs: all but the password, which it asks for.
pub(super) async fn profile(visit: Visit) -> Result<Response, Failure> {
    let profile = Profile {
        server: visit.guest.host.clone(),
        email: visit.account.email.clone(),
        title: format!("Lomme ({})", visit.account.email),
        account_key: new_key(),
        profile_key: new_key(),
    };
    let text = profile.render().map_err(|error| Failure::Inside(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-apple-aspen-config"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"lomme.mobileconfig\""),
    ];
    Ok((headers, text).into_response())
}
