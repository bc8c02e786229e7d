//! What of the data the user syncs at all: mail, calendars, tasks, contacts, notes, the directory.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Place;
use super::words;
use crate::govern::actor::Actor;
use crate::govern::choice;
use crate::govern::organisation::CLASSES;
use crate::govern::service;
use crate::model::class::Class;
use crate::model::service::Off;
use crate::model::service::Service;
use crate::sync::conflict::Policy;
use crate::web::Web;
use crate::web::admin::organisation::wins;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

const HERE: &str = "/setting/services";

#[derive(Template)]
#[template(path = "setting/services.html")]
struct Shown {
    page: Page,
    rows: Vec<Row>,
    /// Who wins, by class, where that is the user's to say.
    conflicts: Vec<Conflict>,
}

/// A class with who wins: the value, its name, and whether it is chosen.
struct Conflict {
    class: &'static str,
    name: String,
    choices: Vec<(&'static str, String, bool)>,
}

/// A service with how it stands.
struct Row {
    service: &'static str,
    name: String,
    items: i64,
    is_on: bool,
    /// Whether the organisation leaves no choice.
    is_closed: bool,
}

#[derive(Template)]
#[template(path = "setting/services_confirm.html")]
struct Confirm {
    page: Page,
    /// What goes, and how many items of it.
    going: Vec<(String, i64)>,
    on: Vec<&'static str>,
}

/// The key of a service's name.
pub(in crate::web) const fn name(service: Service) -> &'static str {
    match service {
        Service::Mail => "class-email",
        Service::Calendar => "class-calendar",
        Service::SharedCalendars => "services-shared",
        Service::Tasks => "class-tasks",
        Service::Contacts => "class-contacts",
        Service::Notes => "class-notes",
        Service::Directory => "services-directory",
    }
}

/// What is off by a form in which what is on is ticked.
pub(in crate::web) fn unticked(fields: &Fields) -> Off {
    let is_on = |service: &Service| fields.all("on").any(|name| name == service.as_str());
    Service::ALL.into_iter().filter(|service| !is_on(service)).collect()
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let page = super::page(&web, &visit, &visit.say("services-title"), Place::Services).await?;
    let id = visit.account.id;
    let switches = service::of_account(&web.app, &Actor::owner(&visit.account), id).await?;
    let row = |(service, items)| Row {
        service: Service::as_str(service),
        name: page.say(name(service)).into_owned(),
        items,
        is_on: !switches.all().has(service),
        is_closed: switches.organisation.has(service),
    };
    let rows = service::pulled(&web.app, id).await?.into_iter().map(row).collect();
    let conflicts = conflicts(&web, &visit, &page).await?;
    let shown = Shown { rows, conflicts, page: page.clone() };
    page::show(&shown, &page)
}

async fn conflicts(web: &Web, visit: &Visit, page: &Page) -> Result<Vec<Conflict>, Failure> {
    let actor = Actor::owner(&visit.account);
    let chosen = choice::conflict(&web.app, &actor, visit.account.id).await?;
    let Some(chosen) = chosen else { return Ok(Vec::new()) };
    let of = |class: Class| {
        let own = chosen.get(&class).copied();
        let any = ("", page.say("choice-organisation").into_owned(), own.is_none());
        let all = Policy::ALL
            .into_iter()
            .map(|policy| (policy.as_str(), page.say(wins(policy)).into_owned(), own == Some(policy)));
        Conflict {
            class: class.as_str(),
            name: page.say(words::class(class)).into_owned(),
            choices: [any].into_iter().chain(all).collect(),
        }
    };
    Ok(CLASSES.into_iter().map(of).collect())
}

pub(super) async fn set_conflict(
    State(web): State<Web>,
    Post { visit, fields }: Post,
) -> Result<Response, Failure> {
    let chosen = CLASSES.into_iter().filter_map(|class| {
        let policy = Policy::ALL.into_iter().find(|policy| policy.as_str() == fields.one(class.as_str()))?;
        Some((class, policy))
    });
    let actor = Actor::owner(&visit.account);
    choice::set_conflict(&web.app, &actor, visit.account.id, &chosen.collect()).await?;
    visit.go(HERE, &Flash::good(visit.say("choice-set")))
}

pub(super) async fn set(State(web): State<Web>, Post { visit, fields }: Post) -> Result<Response, Failure> {
    let (id, actor) = (visit.account.id, Actor::owner(&visit.account));
    let known = service::of_account(&web.app, &actor, id).await?;
    // What is not the user's to choose is not in the form, and stays as the user once chose it.
    let open = unticked(&fields).but(&known.organisation);
    let kept = known.own.iter().filter(|service| known.organisation.has(*service)).collect();
    let off = open.and(&kept);
    let new = off.but(&known.own);
    let items = service::pulled(&web.app, id).await?;
    let going: Vec<_> =
        items.into_iter().filter(|(service, items)| *items > 0 && new.has(*service)).collect();
    if !going.is_empty() && !fields.is_set("sure") {
        let page = super::page(&web, &visit, &visit.say("services-confirm-title"), Place::Services).await?;
        let told = |(service, items)| (page.say(name(service)).into_owned(), items);
        let going = going.into_iter().map(told).collect();
        let on = Service::ALL.into_iter().filter(|service| !off.has(*service)).map(Service::as_str);
        let confirm = Confirm { going, on: on.collect(), page: page.clone() };
        return page::show(&confirm, &page);
    }
    service::set(&web.app, &actor, id, &off).await?;
    visit.go(HERE, &Flash::good(visit.say("services-set")))
}
