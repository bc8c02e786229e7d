//! What is set for the whole organisation: what is used, who wins in a conflict, whether whole devices may be wiped.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use super::Sent;
use super::devices::Choice;
use crate::govern::organisation;
use crate::govern::organisation::CLASSES;
use crate::govern::organisation::Setting;
use crate::govern::service;
use crate::model::class::Class;
use crate::model::service::Service;
use crate::sync::conflict::Policy;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;
use crate::web::setting::services;

#[derive(Template)]
#[template(path = "admin/organisation.html")]
struct Shown {
    page: Page,
    classes: Vec<Conflicts>,
    whole_wipe: bool,
    needs_factor: bool,
    own_conflict: bool,
    services: Vec<(&'static str, String, bool)>,
}

struct Conflicts {
    class: String,
    name: String,
    choices: Vec<Choice>,
}

const fn name(class: Class) -> &'static str {
    match class {
        Class::Calendar => "admin-class-calendar",
        Class::Contacts => "admin-class-contacts",
        Class::Tasks => "admin-class-tasks",
        _ => "admin-class-notes",
    }
}

/// The key of what a policy means.
pub(in crate::web) const fn wins(policy: Policy) -> &'static str {
    match policy {
        Policy::DeviceDecides => "admin-wins-decides",
        Policy::Server => "admin-wins-server",
        Policy::Device => "admin-wins-device",
        Policy::Newest => "admin-wins-newest",
        Policy::Merge => "admin-wins-merge",
    }
}

pub(super) async fn show(State(web): State<Web>, by: Governor) -> Result<Response, Failure> {
    by.whole()?;
    let mut page = by.page(&web, "admin-organisation", Place::Organisation);
    let found = organisation::find(&web.app, &by.actor, by.organisation).await?;
    page.title.clone_from(&found.name);
    let of = |class: Class| {
        let own = found.settings.conflict.get(&class).copied();
        let configured = page.say(wins(web.app.config().conflict.policy(class)));
        let any = page.fill("admin-wins-configured", "policy", &configured).into_owned();
        let all = Policy::ALL
            .into_iter()
            .map(|policy| (policy.as_str().to_owned(), page.say(wins(policy)).into_owned()));
        Conflicts {
            class: class.as_str().to_owned(),
            name: page.say(name(class)).into_owned(),
            choices: super::devices::choices(any, all, own.map_or("", Policy::as_str)),
        }
    };
    let off = service::of_organisation(&web.app, &by.actor, by.organisation).await?;
    let told = |one: Service| (one.as_str(), page.say(services::name(one)).into_owned(), !off.has(one));
    let shown = Shown {
        services: Service::ALL.into_iter().map(told).collect(),
        classes: CLASSES.into_iter().map(of).collect(),
        whole_wipe: found.settings.whole_wipe,
        needs_factor: found.settings.administrators_need_factor,
        own_conflict: found.settings.own_conflict,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

pub(super) async fn save(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let settings = match fields.one("do") {
        "services" => {
            let off = services::unticked(&fields);
            let outcome = service::set_all(&web.app, &by.actor, by.organisation, &off).await;
            return by.told("/admin/organisation", outcome, "admin-saved");
        }
        "wipe" => vec![Setting::WholeWipe(fields.is_set("allowed"))],
        "factor" => vec![Setting::Factor(fields.is_set("needed"))],
        "conflict" => {
            let of = |class: Class| {
                let chosen = fields.one(class.as_str());
                let policy = Policy::ALL.into_iter().find(|policy| policy.as_str() == chosen);
                Setting::Conflict(class, policy)
            };
            let open = Setting::OwnConflict(fields.is_set("open"));
            CLASSES.into_iter().map(of).chain([open]).collect()
        }
        _ => return Err(Failure::Incomplete("do")),
    };
    for setting in settings {
        organisation::set(&web.app, &by.actor, by.organisation, &setting).await?;
    }
    by.told("/admin/organisation", Ok(()), "admin-saved")
}
