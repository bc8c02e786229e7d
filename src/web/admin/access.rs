//! Which devices are let in: what is done with new ones, and the rules in their order.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Governor;
use super::Place;
use super::Sent;
use super::devices::Choice;
use super::words;
use crate::govern::organisation;
use crate::govern::organisation::Setting;
use crate::model::access::Rule;
use crate::model::access::Rules;
use crate::model::access::Trait;
use crate::model::access::Verdict;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "admin/access.html")]
struct Shown {
    page: Page,
    new_devices: Vec<Choice>,
    devices_per_person: String,
    rules: Vec<(usize, String)>,
    verdicts: Vec<Choice>,
    attributes: Vec<Choice>,
}

pub(super) async fn show(State(web): State<Web>, by: Governor) -> Result<Response, Failure> {
    by.whole()?;
    let page = by.page(&web, "admin-access", Place::Access);
    let rules = organisation::find(&web.app, &by.actor, by.organisation).await?.settings.access;
    let shown = Shown {
        new_devices: verdicts(&page, rules.new_devices),
        devices_per_person: rules.devices_per_person.map(|most| most.to_string()).unwrap_or_default(),
        rules: rules.rules.iter().enumerate().map(|(place, rule)| (place, told(&page, rule))).collect(),
        verdicts: verdicts(&page, Verdict::Block),
        attributes: attributes(&page),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn told(page: &Page, rule: &Rule) -> String {
    let (of, then) = (page.say(words::attribute(rule.of)), page.say(words::verdict(rule.then)));
    format!("{of} = {} → {then}", rule.is)
}

fn verdicts(page: &Page, chosen: Verdict) -> Vec<Choice> {
    let choice = |verdict: Verdict| Choice {
        value: verdict.as_str().to_owned(),
        name: page.say(words::verdict(verdict)).into_owned(),
        is_chosen: verdict == chosen,
    };
    Verdict::ALL.into_iter().map(choice).collect()
}

fn attributes(page: &Page) -> Vec<Choice> {
    let choice = |of: Trait| Choice {
        value: of.as_str().to_owned(),
        name: page.say(words::attribute(of)).into_owned(),
        is_chosen: of == Trait::Model,
    };
    Trait::ALL.into_iter().map(choice).collect()
}

fn verdict(text: &str) -> Result<Verdict, Failure> {
    let found = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == text);
    found.ok_or(Failure::Incomplete("verdict"))
}

pub(super) async fn save(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let mut rules: Rules = organisation::find(&web.app, &by.actor, by.organisation).await?.settings.access;
    match fields.one("do") {
        "new" => {
            rules.new_devices = verdict(fields.one("then"))?;
            let most = fields.number("most").and_then(|most| u32::try_from(most).ok());
            rules.devices_per_person = most.filter(|most| *most > 0);
        }
        "add" => {
            let of = Trait::ALL.into_iter().find(|of| of.as_str() == fields.one("of"));
            let of = of.ok_or(Failure::Incomplete("of"))?;
            let then = verdict(fields.one("then"))?;
            rules.rules.push(Rule { of, is: fields.one("is").to_owned(), then });
        }
        "remove" => {
            let place = fields.number("place").and_then(|place| usize::try_from(place).ok());
            let place = place.filter(|place| *place < rules.rules.len());
            rules.rules.remove(place.ok_or(Failure::Incomplete("place"))?);
        }
        _ => return Err(Failure::Incomplete("do")),
    }
    let outcome = organisation::set(&web.app, &by.actor, by.organisation, &Setting::Access(rules)).await;
    by.told("/admin/access", outcome, "admin-saved")
}
