//! What phones have to take: every element of MS-ASPROV, of the organisation, a group or an account, with a preview.

use askama::Template;
use axum::extract::Query;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;

use super::Governor;
use super::Place;
use super::Sent;
use super::devices::Choice;
use crate::eas;
use crate::eas::policy::Preview;
use crate::govern::group;
use crate::govern::policy;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::model::policy::Policy;
use crate::model::policy::Provisioning;
use crate::store::policy::Owner;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    of: String,
}

#[derive(Template)]
#[template(path = "admin/policy.html")]
struct Shown {
    page: Page,
    of: String,
    owners: Vec<Choice>,
    is_set: bool,
    required: bool,
    refuse_partial: bool,
    refuse_external: bool,
    exempt: String,
    sections: Vec<Section>,
    previews: Vec<Preview>,
}

/// Elements that belong together.
struct Section {
    name: String,
    elements: Vec<Element>,
}

/// An element of the policy.
struct Element {
    /// Its name in MS-ASPROV, which administrators look up.
    name: String,
    key: String,
    value: String,
    is_flag: bool,
    is_on: bool,
}

/// Which elements stand together, by the beginnings or pieces of their names.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("admin-policy-password", &["password", "inactivity"]),
    ("admin-policy-encryption", &["encryption", "storage_card", "smime", "unsigned", "applications"]),
    ("admin-policy-mail", &["email", "html", "attachment", "calendar", "roaming"]),
    ("admin-policy-use", &[""]),
];

fn owner(by: &Governor, of: &str) -> Result<Owner, Failure> {
    let number = |text: &str| text.parse().map_err(|_| Failure::NotFound);
    match of.split_once(':') {
        None => Ok(Owner::Organisation(by.organisation)),
        Some(("group", id)) => Ok(Owner::Group(by.organisation, GroupId(number(id)?))),
        Some(("account", id)) => Ok(Owner::Account(by.organisation, AccountId(number(id)?))),
        Some(_) => Err(Failure::NotFound),
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    by.whole()?;
    let own = policy::of(&web.app, &by.actor, owner(&by, &asked.of)?).await?;
    let page = by.page(&web, "admin-policy", Place::Policy);
    let is_set = own.is_some();
    let rules = own.unwrap_or_else(|| web.app.config().policy.clone());
    let groups = group::list(&web.app, &by.actor, by.organisation).await?;
    let groups = groups.into_iter().map(|group| (format!("group:{}", group.id), group.name));
    let person = match asked.of.split_once(':') {
        Some(("account", id)) => {
            let id = AccountId(id.parse().map_err(|_| Failure::NotFound)?);
            let found = crate::govern::account::find(&web.app, &by.actor, id).await?;
            Some((asked.of.clone(), found.account.email))
        }
        _ => None,
    };
    let everybody = page.say("admin-policy-everybody").into_owned();
    let shown = Shown {
        owners: super::devices::choices(everybody, groups.chain(person), &asked.of),
        of: asked.of,
        is_set,
        required: rules.required,
        refuse_partial: rules.refuse_partial,
        refuse_external: rules.refuse_external,
        exempt: rules.exempt.join(", "),
        sections: sections(&page, &rules.settings),
        previews: eas::policy::preview(&rules.settings),
        page: page.clone(),
    };
    page::show(&shown, &page)
}

fn settings(policy: &Policy) -> Map<String, Value> {
    match serde_json::to_value(policy) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn sections(page: &Page, policy: &Policy) -> Vec<Section> {
    let all = settings(policy);
    let place = |key: &str| {
        SECTIONS.iter().position(|(_, pieces)| pieces.iter().any(|piece| key.contains(piece))).unwrap_or(0)
    };
    let mut sections = Vec::new();
    for (number, (name, _)) in SECTIONS.into_iter().enumerate() {
        let own = all.iter().filter(|(key, _)| place(key) == number);
        let elements = own.map(|(key, value)| element(key, value)).collect();
        sections.push(Section { name: page.say(name).into_owned(), elements });
    }
    sections
}

fn element(key: &str, value: &Value) -> Element {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    Element {
        name: title(key),
        key: key.to_owned(),
        value: text,
        is_flag: value.is_boolean(),
        is_on: value.as_bool().unwrap_or_default(),
    }
}

/// `allow_camera` as people read it.
fn title(key: &str) -> String {
    let mut words = key.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

pub(super) async fn save(State(web): State<Web>, Sent { by, fields }: Sent) -> Result<Response, Failure> {
    let owner = owner(&by, fields.one("of"))?;
    let path = format!("/admin/policy?of={}", crate::web::fields::encoded(fields.one("of")));
    if fields.one("do") == "clear" {
        let outcome = policy::set(&web.app, &by.actor, owner, None).await;
        return by.told(&path, outcome, "admin-policy-cleared");
    }
    let Some(given) = read(&fields) else {
        return by.visit.go(&path, &Flash::bad(by.visit.say("admin-policy-number")));
    };
    let outcome = policy::set(&web.app, &by.actor, owner, Some(&given)).await;
    by.told(&path, outcome, "admin-policy-set")
}

/// The policy as a form has it; none: something that should be a number is none.
fn read(fields: &Fields) -> Option<Provisioning> {
    let mut map = settings(&Policy::default());
    for (key, value) in &mut map {
        let typed = fields.one(key);
        *value = match value {
            Value::Bool(_) => Value::Bool(!typed.is_empty()),
            Value::Array(_) => list(typed).into(),
            _ if typed.is_empty() => Value::Null,
            _ => Value::from(typed.parse::<i64>().ok()?),
        };
    }
    // What has to be a number is the default where nothing is typed.
    map.retain(|_, value| !value.is_null());
    Some(Provisioning {
        required: fields.is_set("required"),
        refuse_partial: fields.is_set("refuse_partial"),
        refuse_external: fields.is_set("refuse_external"),
        exempt: list(fields.one("exempt")),
        settings: serde_json::from_value(Value::Object(map)).ok()?,
    })
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_shows_is_what_it_sends() {
        let policy = Policy {
            device_password_enabled: true,
            min_device_password_length: Some(6),
            allow_camera: false,
            unapproved_in_rom_applications: vec!["maps.exe".to_owned()],
            ..Policy::default()
        };
        let elements = settings(&policy).into_iter().map(|(key, value)| element(&key, &value));
        let sent: Vec<String> = elements
            .filter_map(|element| match element.is_flag {
                true => element.is_on.then(|| format!("{}=on", element.key)),
                false => Some(format!("{}={}", element.key, element.value)),
            })
            .collect();
        let form = format!("required=on&exempt=Roomtablet%2C+x&{}", sent.join("&"));
        let read = read(&Fields::parse(&form)).unwrap();
        assert_eq!((read.settings, read.required, read.refuse_partial), (policy, true, false));
        assert_eq!(read.exempt, ["Roomtablet", "x"]);
        assert!(super::read(&Fields::parse("min_device_password_length=six")).is_none());
    }
}
