//! ORGANIZER and ATTENDEE and the participants of the model. Invites nobody.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::connector::dav::kept;
use crate::connector::dav::kept::ICALENDAR;
use crate::connector::dav::line::Property;
use crate::model::calendar::Participant;
use crate::model::calendar::ParticipationStatus;
use crate::model::object::Shape;
use crate::model::object::has;
use crate::model::object::members;
use crate::model::object::set_of;

/// CUTYPE and the kind of the model.
const KINDS: [(&str, &str); 4] =
    [("INDIVIDUAL", "individual"), ("GROUP", "group"), ("RESOURCE", "resource"), ("ROOM", "location")];
/// ROLE and the roles of the model, the most telling first.
const ROLES: [(&str, &[&str]); 4] = [
    ("CHAIR", &["attendee", "chair"]),
    ("NON-PARTICIPANT", &["informational"]),
    ("OPT-PARTICIPANT", &["attendee", "optional"]),
    ("REQ-PARTICIPANT", &["attendee"]),
];

/// Everybody who takes part, by key, and who invites.
#[derive(Debug, Default)]
pub struct People {
    /// The participants.
    pub participants: BTreeMap<String, Participant>,
    /// The organizer's address.
    pub organizer: Option<String>,
}

impl People {
    /// Adds the participant of an ATTENDEE.
    pub fn add_attendee(&mut self, mut property: Property) {
        let mut one = Participant {
            calendar_address: Some(property.value.trim().to_owned()),
            name: property.take("CN"),
            email: property.take("EMAIL"),
            ..Participant::default()
        };
        one.kind = take_word(&mut property, "CUTYPE", |word| {
            KINDS.into_iter().find(|(name, _)| *name == word).map(|(_, kind)| kind.to_owned())
        });
        let roles = take_word(&mut property, "ROLE", |word| {
            ROLES.into_iter().find(|(name, _)| *name == word).map(|(_, roles)| set_of(roles))
        });
        one.roles = roles.unwrap_or_else(|| set_of(&["attendee"]));
        one.participation_status = take_word(&mut property, "PARTSTAT", |word| {
            ParticipationStatus::from_word(&word.to_ascii_lowercase())
        });
        one.expect_reply = take_word(&mut property, "RSVP", |word| match word {
            "TRUE" => Some(true),
            "FALSE" => Some(false),
            _ => None,
        });
        take_agent(&mut one, &mut property);
        keep(&mut one, &property);
        self.insert(one);
    }

    /// Sets who invites; call it after all attendees. What is left of the property is for the caller.
    pub fn set_organizer(&mut self, property: &mut Property) {
        let address = property.value.trim().to_owned();
        let is_same = |one: &Participant| {
            one.calendar_address.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(&address))
        };
        let name = property.take("CN");
        if let Some(one) = self.participants.values_mut().find(|one| is_same(one)) {
            one.roles.insert("owner".to_owned(), true);
            one.name = one.name.take().or(name);
            take_agent(one, property);
        } else {
            let calendar_address = Some(address.clone());
            let mut one =
                Participant { calendar_address, name, roles: set_of(&["owner"]), ..Participant::default() };
            take_agent(&mut one, property);
            if one.name.is_some() || !one.other.is_empty() {
                self.insert(one);
            }
        }
        self.organizer = Some(address);
    }

    fn insert(&mut self, one: Participant) {
        self.participants.insert(format!("p{}", self.participants.len() + 1), one);
    }

    /// The ORGANIZER.
    pub fn organizer_property(&self) -> Option<Property> {
        let address = self.organizer.as_deref()?;
        let property = Property::raw("ORGANIZER", address);
        let is_organizer = |one: &&Participant| {
            one.calendar_address.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(address))
        };
        let organizer = self.participants.values().find(is_organizer);
        let mut property = match organizer.and_then(|one| one.name.as_deref()) {
            Some(name) => property.with("CN", name),
            None => property,
        };
        if let Some(organizer) = organizer {
            give_agent(organizer, &mut property);
        }
        Some(property)
    }

    /// The ATTENDEEs.
    pub fn attendee_properties(&self) -> Vec<Property> {
        let mut keys: Vec<&String> = self.participants.keys().collect();
        keys.sort_by_key(|key| natural(key));
        keys.into_iter().filter_map(|key| attendee(self.participants.get(key)?)).collect()
    }
}

/// Sorts `p2` before `p10`.
pub fn natural(key: &str) -> (usize, String) {
    (key.len(), key.to_owned())
}

/// Whether a participant of the model's JSON has an ATTENDEE of his own.
pub fn is_attendee(one: &Value) -> bool {
    Participant::read(one).and_then(|one| attendee(&one)).is_some()
}

fn attendee(one: &Participant) -> Option<Property> {
    // Who only invites has no line of his own.
    if members(&one.roles).all(|role| role == "owner") && has(&one.roles, "owner") {
        return None;
    }
    let from_email = || one.email.as_ref().map(|email| format!("mailto:{email}"));
    let mut property = Property::raw("ATTENDEE", one.calendar_address.clone().or_else(from_email)?);
    let mut with = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            property.parameters.push((name.to_owned(), vec![value.to_owned()]));
        }
    };
    with("CN", one.name.as_deref());
    let kind = one.kind.as_deref().and_then(|kind| KINDS.into_iter().find(|(_, known)| *known == kind));
    with("CUTYPE", kind.map(|(name, _)| name));
    let fits = |roles: &&[&str]| roles.iter().all(|role| has(&one.roles, role));
    let told = |roles: &[&str]| roles.last().is_some_and(|role| has(&one.roles, role));
    let role = ROLES
        .into_iter()
        .find(|(_, roles)| fits(roles) || told(roles))
        .map_or("REQ-PARTICIPANT", |(name, _)| name);
    with("ROLE", Some(role));
    let status = one.participation_status.map(|status| status.as_str().to_ascii_uppercase());
    with("PARTSTAT", status.as_deref());
    with("RSVP", one.expect_reply.map(|reply| if reply { "TRUE" } else { "FALSE" }));
    with("EMAIL", one.email.as_deref().filter(|_| one.calendar_address.is_some()));
    if !has(&one.roles, "owner") {
        give_agent(one, &mut property);
    }
    if let Some(kept) = one.other.get(ICALENDAR).and_then(|kept| kept.get("parameters")) {
        kept::give(kept, &mut property);
    }
    Some(property)
}

/// Takes a parameter that is one of some words; another one stays.
fn take_word<T>(property: &mut Property, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let value = read(&property.parameter(name)?.to_ascii_uppercase())?;
    property.take(name);
    Some(value)
}

/// Who sends invitations and answers (RFC 8984 4.4.6).
const AGENT: &str = "scheduleAgent";
/// The same (RFC 6638 7.1): of who invites it is said with the organizer, of who is invited with the attendee.
const SCHEDULE_AGENT: &str = "SCHEDULE-AGENT";

fn take_agent(one: &mut Participant, property: &mut Property) {
    let known = |word: &str| matches!(word, "SERVER" | "CLIENT" | "NONE").then(|| word.to_ascii_lowercase());
    if let Some(agent) = take_word(property, SCHEDULE_AGENT, known) {
        one.other.insert(AGENT.to_owned(), agent.into());
    }
}

fn give_agent(one: &Participant, property: &mut Property) {
    if let Some(agent) = one.other.get(AGENT).and_then(Value::as_str) {
        property.parameters.push((SCHEDULE_AGENT.to_owned(), vec![agent.to_ascii_uppercase()]));
    }
}

fn keep(one: &mut Participant, property: &Property) {
    if !property.parameters.is_empty() {
        let kept = serde_json::json!({"parameters": kept::parameters(property)});
        one.other.insert(ICALENDAR.to_owned(), kept);
    }
}
