//! A vCard (3.0 or 4.0) into and out of a card of the model. Knows no server.
//!
//! The lines that are entries of a map, such as telephone numbers, are the business of `entry`; here is what
//! there is once of: the name, the kind, categories, texts of phones that others write with X- names.

use jiff::Timestamp;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::entry;
use crate::connector::dav::entry::Labels;
use crate::connector::dav::kept;
use crate::connector::dav::line;
use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::time;
use crate::model::contact::Contact;
use crate::model::contact::name::NamePart;
use crate::model::object::Shape;
use crate::model::object::members;

/// What the card keeps that has no place in the model (RFC 9555 2.15.3).
const KEPT: &str = "vCardProps";
/// Who made the text.
const PRODUCT: &str = "-//Lomme//Lomme//EN";

/// The version a card is written in: the one it had, else the one that every server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// RFC 2426.
    Three,
    /// RFC 6350.
    Four,
}

/// Lines that are one text of the card, under a name of their own.
const TEXTS: [(&str, &str); 6] = [
    ("UID", "uid"),
    ("X-ASSISTANT", "lomme.app:assistantName"),
    ("X-MANAGER", "lomme.app:managerName"),
    ("X-EVOLUTION-FILE-AS", "lomme.app:fileAs"),
    ("X-PHONETIC-ORG", "lomme.app:yomiCompanyName"),
    ("LANGUAGE", "language"),
];
/// The fields of N, each a list, and the kinds of name components they become (RFC 9555 2.5.5).
const NAME_FIELDS: [&[&str]; 5] =
    [&["surname", "surname2"], &["given"], &["given2"], &["title"], &["credential", "generation"]];
/// How the fields are said.
const PHONETIC: [(&str, &str); 3] = [
    ("X-PHONETIC-LAST-NAME", "surname"),
    ("X-PHONETIC-FIRST-NAME", "given"),
    ("X-PHONETIC-MIDDLE-NAME", "given2"),
];

/// Reads a card.
pub fn read(text: &str) -> Result<Contact, String> {
    let component = Component::parse(text).map_err(|error| error.to_string())?;
    if component.name != "VCARD" {
        return Err(format!("a {} where a VCARD should be", component.name));
    }
    let mut labels = Labels::of(&component);
    let mut object = Map::new();
    let mut kept = Vec::new();
    let mut additions = Vec::new();
    for property in &component.properties {
        match property.name.as_str() {
            "X-ABLABEL" | "X-ABADR" | "PRODID" => {}
            "JSPROP" => additions.push(property),
            _ if read_single(property, &mut object) => {}
            _ if entry::read(property, &mut labels, &mut object) => {}
            _ => kept.push(property.clone()),
        }
    }
    read_phonetic(&mut object, &mut kept);
    kept.extend(labels.unused());
    if !kept.is_empty() {
        object.insert(KEPT.to_owned(), kept.iter().map(kept::property_json).collect());
    }
    object.insert("@type".to_owned(), "Card".into());
    object.insert("version".to_owned(), "1.0".into());
    let mut value = Value::Object(object);
    additions.into_iter().for_each(|addition| kept::apply(&mut value, addition));
    Contact::read(&value).ok_or_else(|| "no card".to_owned())
}

fn read_single(property: &Property, object: &mut Map<String, Value>) -> bool {
    let value = property.value.trim();
    let (name, value) = match property.name.as_str() {
        "FN" => return put_into(object, "name", "full", property.to_plain().into()),
        "N" => return read_name(property, object),
        "CATEGORIES" => {
            let words = line::split(&property.value, ',').into_iter().map(|word| word.trim().to_owned());
            return words.filter(|word| !word.is_empty()).fold(true, |_, word| {
                put_into(object, "keywords", &word, true.into());
                true
            });
        }
        "KIND" | "X-ADDRESSBOOKSERVER-KIND" => ("kind", Value::from(value.to_ascii_lowercase())),
        // What Apple's address book says of a company.
        "X-ABSHOWAS" if value.eq_ignore_ascii_case("COMPANY") => ("kind", "org".into()),
        "REV" | "CREATED" => {
            let Some(instant) = parse_stamp(value) else { return property.name == "REV" };
            (if property.name == "REV" { "updated" } else { "created" }, instant.to_string().into())
        }
        name => match TEXTS.into_iter().find(|(known, _)| *known == name) {
            Some((_, place)) => (place, Value::from(property.to_plain())),
            None => return false,
        },
    };
    if object.contains_key(name) {
        return false;
    }
    object.insert(name.to_owned(), value);
    true
}

/// A time stamp in the basic or the extended form.
fn parse_stamp(value: &str) -> Option<Timestamp> {
    value.parse().ok().or_else(|| time::parse_instant(&value.replace(['-', ':'], "")))
}

fn put_into(object: &mut Map<String, Value>, name: &str, inner: &str, value: Value) -> bool {
    let target = object.entry(name).or_insert_with(|| json!({}));
    match target.as_object_mut() {
        Some(target) if !target.contains_key(inner) => {
            target.insert(inner.to_owned(), value);
            true
        }
        _ => false,
    }
}

fn read_name(property: &Property, object: &mut Map<String, Value>) -> bool {
    let mut components = Vec::new();
    // In the order a name is said in: title, given names, surnames, what follows.
    for field in [3, 1, 2, 0, 4] {
        let Some(kinds) = NAME_FIELDS.get(field) else { continue };
        let text = raw_fields(&property.value).nth(field).unwrap_or_default();
        for (index, value) in line::split(&text, ',').into_iter().enumerate() {
            let kind = if field == 0 { kinds.get(index).or_else(|| kinds.last()) } else { kinds.first() };
            if !value.trim().is_empty() {
                components.push(json!({"kind": kind, "value": value.trim()}));
            }
        }
    }
    components.is_empty() || put_into(object, "name", "components", components.into())
}

/// The fields of a structured value, still escaped.
fn raw_fields(value: &str) -> impl Iterator<Item = String> {
    let mut fields = vec![String::new()];
    let mut is_escaped = false;
    for letter in value.chars() {
        match fields.last_mut() {
            Some(field) if letter != ';' || is_escaped => field.push(letter),
            _ => fields.push(String::new()),
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    fields.into_iter()
}

/// How a name is said goes to the first component of its kind; without one it stays a line.
fn read_phonetic(object: &mut Map<String, Value>, kept: &mut Vec<Property>) {
    kept.retain(|property| {
        let Some((_, kind)) = PHONETIC.into_iter().find(|(name, _)| *name == property.name) else {
            return true;
        };
        let components = object.get_mut("name").and_then(|name| name.get_mut("components")?.as_array_mut());
        let component =
            components.into_iter().flatten().find(|component| component.get("kind") == Some(&kind.into()));
        match component.and_then(Value::as_object_mut) {
            Some(component) => {
                component.insert("phonetic".to_owned(), property.to_plain().into());
                false
            }
            None => true,
        }
    });
}

/// The text of a card, made now, in the version that it had.
pub fn write(contact: &Contact, now: Timestamp) -> String {
    let Value::Object(object) = contact.write() else { return String::new() };
    let kept: Vec<Property> = object
        .get(KEPT)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(kept::property_of)
        .collect();
    let is_four = kept.iter().any(|property| property.name == "VERSION" && property.value.trim() == "4.0");
    let version = if is_four { Version::Four } else { Version::Three };
    let mut component = Component::new("VCARD");
    component.push(Property::raw("VERSION", if is_four { "4.0" } else { "3.0" }));
    component.push(Property::raw("PRODID", PRODUCT));
    write_single(contact, &object, version, &mut component);
    component.push(Property::raw("REV", time::utc_text(now)));
    let mut labels = Labels::of_kept(&kept);
    entry::write(&object, version, &mut labels, &mut component);
    component.properties.extend(kept.into_iter().filter(|property| property.name != "VERSION"));
    write_missing(&mut component, object);
    component.to_text()
}

fn write_single(contact: &Contact, object: &Map<String, Value>, version: Version, component: &mut Component) {
    for (name, place) in TEXTS {
        component
            .properties
            .extend(object.get(place).and_then(Value::as_str).map(|text| Property::text(name, text)));
    }
    // RFC 6350 6.2.1: there must be an FN.
    let full = contact.name.as_ref().and_then(|name| name.full.clone()).or_else(|| contact.display_name());
    component.push(Property::text("FN", &full.unwrap_or_default()));
    component.properties.extend(write_name(contact, version));
    for (name, kind) in PHONETIC {
        let components = contact.name.as_ref().map(|name| name.components.as_slice()).unwrap_or_default();
        let said = components.iter().find(|part| part.kind.as_deref() == Some(kind));
        let said = said.and_then(|part| part.phonetic.as_deref());
        component.properties.extend(said.map(|said| Property::text(name, said)));
    }
    let kind = contact.kind.as_deref();
    component.properties.extend(match (version, kind) {
        (_, None) => None,
        (Version::Four, Some(kind)) => Some(Property::text("KIND", kind)),
        (Version::Three, Some("org")) => Some(Property::raw("X-ABShowAs", "COMPANY")),
        (Version::Three, Some(kind)) => Some(Property::text("X-ADDRESSBOOKSERVER-KIND", kind)),
    });
    let words: Vec<String> = members(&contact.keywords).map(line::escape).collect();
    if !words.is_empty() {
        component.push(Property::raw("CATEGORIES", words.join(",")));
    }
    component
        .properties
        .extend(contact.created.map(|created| Property::raw("CREATED", time::utc_text(created))));
}

/// N, which 3.0 must have. Five fields: the seven of RFC 9554 are too many for old servers.
fn write_name(contact: &Contact, version: Version) -> Option<Property> {
    let components = contact.name.as_ref().map(|name| name.components.as_slice()).unwrap_or_default();
    if components.is_empty() {
        let part = |part| line::escape(&contact.name_part(part).unwrap_or_default());
        let parts =
            [NamePart::Surname, NamePart::Given, NamePart::Middle, NamePart::Prefix, NamePart::Suffix];
        return (version == Version::Three).then(|| Property::raw("N", parts.map(part).join(";")));
    }
    let field = |kinds: &[&str]| {
        let parts = kinds
            .iter()
            .flat_map(|kind| components.iter().filter(|part| part.kind.as_deref() == Some(*kind)));
        let values = parts.filter_map(|part| part.value.as_deref()).filter(|value| !value.is_empty());
        values.map(line::escape).collect::<Vec<_>>().join(",")
    };
    Some(Property::raw("N", NAME_FIELDS.map(field).join(";")))
}

/// Adds what the card cannot say in words of vCard.
fn write_missing(component: &mut Component, mut object: Map<String, Value>) {
    let Ok(again) = read(&component.to_text()) else { return };
    object.remove(KEPT);
    entry::renumber(&mut object);
    let lines = kept::missing(&object.into(), &again.write());
    component.properties.extend(lines);
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::read;
    use super::write;
    use crate::model::contact::Contact;
    use crate::model::contact::entries::PhoneSlot;
    use crate::model::contact::name::NamePart;
    use crate::model::contact::property::AnniversaryKind;
    use crate::model::contact::property::ContactProperty;
    use crate::model::contact::property::NO_YEAR;

    const APPLE: &str = include_str!("../../../fixtures/dav/card-apple.vcf");
    const FOUR: &str = include_str!("../../../fixtures/dav/card-four.vcf");

    fn text(contact: &Contact) -> String {
        write(contact, Timestamp::UNIX_EPOCH).replace("\r\n ", "").replace("\r\n", "\n")
    }

    #[test]
    fn a_phone_finds_what_others_wrote() {
        let card = read(APPLE).unwrap();
        assert_eq!(card.name_part(NamePart::Suffix).as_deref(), Some("PhD"));
        assert_eq!(card.phonetic(NamePart::Surname), Some("nord"));
        assert_eq!(card.phone(PhoneSlot::Mobile), Some("+47 900 00 001"));
        assert_eq!(card.phone(PhoneSlot::Car), Some("+47 1"));
        assert_eq!(card.phone(PhoneSlot::HomeFax), Some("+47 22 00 00 01"));
        assert_eq!(card.anniversary(AnniversaryKind::Birth), Some(date(NO_YEAR, 5, 17)));
        assert_eq!(
            (card.spouse(), card.company(), card.department()),
            (Some("Ola"), Some("Acme AS"), Some("Sales"))
        );
        assert_eq!((card.im_address(0), card.im_address(1)), (Some("skype:kari.n"), Some("aim:kariaim")));
        assert!(card.photo().is_some());
    }

    #[test]
    fn a_phone_s_change_touches_its_own_line_only() {
        for (card, added) in [(APPLE, "X-ASSISTANT:Per"), (FOUR, "X-ASSISTANT:Per")] {
            let mut contact = read(card).unwrap();
            let before = text(&contact);
            contact.set_property(ContactProperty::Assistant, Some("Per"));
            let after = text(&contact);
            let new: Vec<&str> =
                after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
            assert_eq!(new, [added]);
            assert!(before.lines().all(|old| after.lines().any(|line| line == old)));
        }
    }

    #[test]
    fn the_version_stays() {
        assert!(text(&read(FOUR).unwrap()).contains("VERSION:4.0\n"));
        assert!(text(&read(APPLE).unwrap()).contains("VERSION:3.0\n"));
        assert!(text(&Contact::default()).contains("VERSION:3.0\n"));
    }

    #[test]
    fn every_phone_slot_comes_back_from_a_server() {
        let mut contact = Contact::default();
        for (number, slot) in (1..).zip(PhoneSlot::ALL) {
            contact.set_phone(slot, Some(&number.to_string()));
        }
        contact.set_name_part(NamePart::Given, Some("Kari"));
        contact.set_anniversary(AnniversaryKind::Wedding, Some(date(2010, 6, 12)));
        contact.set_spouse(Some("Ola"));
        contact.set_children(&["Anna", "Per"]);
        contact.set_file_as(Some("K"));
        let again = read(&write(&contact, Timestamp::UNIX_EPOCH)).unwrap();
        for slot in PhoneSlot::ALL {
            assert_eq!(again.phone(slot), contact.phone(slot), "{slot:?}");
        }
        assert_eq!(again.anniversary(AnniversaryKind::Wedding), Some(date(2010, 6, 12)));
        assert_eq!(again.children().collect::<Vec<_>>(), ["Anna", "Per"]);
        assert_eq!((again.spouse(), again.file_as().as_deref()), (Some("Ola"), Some("K")));
        assert_eq!(again.display_name(), contact.display_name());
    }

    #[test]
    fn what_is_no_card_is_refused() {
        assert!(read("").is_err());
        assert!(read("BEGIN:VCALENDAR\nEND:VCALENDAR\n").is_err());
        assert!(read("BEGIN:VCARD\nEND:VCARD\n").is_ok());
    }
}
