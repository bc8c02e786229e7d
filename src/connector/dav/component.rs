//! One VEVENT, VTODO or VJOURNAL into and out of the JSON of the model. Knows no series: `ical` joins
//! an occurrence to its master.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::alarm;
use crate::connector::dav::attach;
use crate::connector::dav::formatted;
use crate::connector::dav::kept;
use crate::connector::dav::kept::ICALENDAR;
use crate::connector::dav::kept::Kept;
use crate::connector::dav::line;
use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::people;
use crate::connector::dav::people::People;
use crate::connector::dav::people::natural;
use crate::connector::dav::plain;
use crate::connector::dav::plain::Row;
use crate::connector::dav::span;
use crate::connector::dav::span::Span;
use crate::connector::dav::time;
use crate::connector::dav::zone::Zones;
use crate::model::calendar::Alert;
use crate::model::calendar::Link;
use crate::model::calendar::Location;
use crate::model::calendar::Participant;
use crate::model::object::Property as _;
use crate::model::object::Shape;
use crate::model::object::members;

/// Lines that say in another form what another property says, and where the model has that. Once it changes
/// they are wrong, and programs that know them (Outlook, Apple's calendar) would show them all the same.
const RIDERS: [(&str, &str); 2] =
    [("X-ALT-DESC", "/description"), ("X-APPLE-STRUCTURED-LOCATION", "/locations/l1/name")];
/// Where they are kept, with what they belong to.
const RIDERS_KEPT: &str = "lomme.app:riders";
/// Busy and free, which TRANSP says already.
const BUSY_STATUS: &str = "X-MICROSOFT-CDO-BUSYSTATUS";

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// VEVENT.
    Event,
    /// VTODO.
    Task,
    /// VJOURNAL.
    Note,
}

impl Kind {
    /// The name of the component.
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "VEVENT",
            Self::Task => "VTODO",
            Self::Note => "VJOURNAL",
        }
    }

    fn rows(self) -> &'static [Row] {
        match self {
            Self::Event => plain::EVENT,
            Self::Task => plain::TASK,
            Self::Note => plain::NOTE,
        }
    }

    fn has_people_and_alarms(self) -> bool {
        self != Self::Note
    }
}

/// What is written only here and read by `ical`: the series.
pub const OF_THE_SERIES: [&str; 4] = ["RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"];

/// Reads all but what makes it a series; the properties of that are left in `series`.
pub fn read(
    kind: Kind,
    component: &Component,
    zones: &Zones,
    series: &mut Vec<Property>,
) -> Map<String, Value> {
    let mut reader = Reader {
        kind,
        object: Map::new(),
        kept: Kept::default(),
        people: People::default(),
        updated: None,
        attached: 0,
    };
    let span = Span::read(kind, component, zones);
    span.lay(kind, &mut reader.object);
    let mut late = Vec::new();
    for property in &component.properties {
        match property.name.as_str() {
            name if kind != Kind::Note && OF_THE_SERIES.contains(&name) => series.push(property.clone()),
            name if span.took(kind, name) => span::keep_parameters(property, &mut reader.kept),
            "JSPROP" | "ORGANIZER" => late.push(property.clone()),
            name if kind != Kind::Note && rides_on(name).is_some() => late.push(property.clone()),
            _ => reader.read(property.clone(), zones),
        }
    }
    if kind.has_people_and_alarms() {
        reader.read_alarms(&component.components);
    } else {
        reader.kept.components.clone_from(&component.components);
    }
    reader.finish(late)
}

struct Reader {
    kind: Kind,
    object: Map<String, Value>,
    kept: Kept,
    people: People,
    updated: Option<Timestamp>,
    /// How much its files have in base64.
    attached: usize,
}

impl Reader {
    fn read(&mut self, property: Property, zones: &Zones) {
        match property.name.as_str() {
            // RFC 5545 3.8.7.2: of a stored object DTSTAMP says the same as LAST-MODIFIED, if that is missing.
            "LAST-MODIFIED" => self.updated = time::parse_instant(&property.value).or(self.updated),
            "DTSTAMP" => self.updated = self.updated.or_else(|| time::parse_instant(&property.value)),
            "CATEGORIES" => {
                let words = line::split(&property.value, ',').into_iter().map(|word| word.trim().to_owned());
                self.set("keywords")
                    .extend(words.filter(|word| !word.is_empty()).map(|word| (word, true.into())));
                self.kept.keep_parameters("keywords", &property);
            }
            "LOCATION" | "GEO" if self.kind == Kind::Event => self.read_place(property),
            "ATTACH" | "LINK" if self.kind.has_people_and_alarms() => self.read_link(property, zones),
            "ATTENDEE" if self.kind.has_people_and_alarms() => self.people.add_attendee(property),
            BUSY_STATUS if property.value.trim().eq_ignore_ascii_case("BUSY") => {}
            BUSY_STATUS if property.value.trim().eq_ignore_ascii_case("FREE") => {
                self.object.entry("freeBusyStatus").or_insert("free".into());
            }
            _ => {
                if !self.read_plain(&property) {
                    self.keep(property, zones);
                }
            }
        }
    }

    fn keep(&mut self, mut property: Property, zones: &Zones) {
        name_zone(&mut property, zones);
        self.kept.properties.push(property);
    }

    fn read_link(&mut self, property: Property, zones: &Zones) {
        let mut left = property.clone();
        let read = attach::read(&mut left, attach::room(self.attached));
        match read.filter(|(key, _)| !self.set("links").contains_key(key)) {
            Some((key, link)) => {
                self.attached += attach::held(&link);
                self.kept.keep_parameters(&format!("links/{key}"), &left);
                self.set("links").insert(key, link.write());
            }
            None => self.keep(property, zones),
        }
    }

    fn read_plain(&mut self, property: &Property) -> bool {
        let Some(row) = self.kind.rows().iter().find(|row| row.0 == property.name) else { return false };
        if self.object.contains_key(row.1) {
            return false;
        }
        let Some(value) = row.read(property) else { return false };
        self.object.insert(row.1.to_owned(), value);
        self.kept.keep_parameters(row.1, property);
        true
    }

    /// The object that is the value of a property.
    fn set(&mut self, name: &str) -> &mut Map<String, Value> {
        let value = self.object.entry(name).or_insert_with(|| json!({}));
        if !value.is_object() {
            *value = json!({});
        }
        match value {
            Value::Object(object) => object,
            _ => unreachable!("it was just made one"),
        }
    }

    fn read_place(&mut self, property: Property) {
        let (name, value) = match property.name.as_str() {
            "GEO" => match property.value.split_once(';') {
                Some((latitude, longitude)) => {
                    ("coordinates", format!("geo:{},{}", latitude.trim(), longitude.trim()))
                }
                None => return self.kept.properties.push(property),
            },
            _ => ("name", property.to_plain()),
        };
        if value.trim().is_empty() {
            return;
        }
        let places = self.set("locations");
        let place = places.entry("l1").or_insert_with(|| json!({}));
        if let Some(place) = place.as_object_mut() {
            place.insert(name.to_owned(), value.into());
        }
        self.kept.keep_parameters(&format!("locations/l1/{name}"), &property);
    }

    fn read_alarms(&mut self, components: &[Component]) {
        let mut alerts = BTreeMap::new();
        for component in components {
            let alert = if component.name == "VALARM" { alarm::read(component) } else { None };
            match alert {
                Some(alert) => {
                    alerts.insert(format!("r{}", alerts.len() + 1), alert);
                }
                None => self.kept.components.push(component.clone()),
            }
        }
        alerts.put("alerts", &mut self.object);
    }

    fn finish(mut self, late: Vec<Property>) -> Map<String, Value> {
        let (mut additions, mut riders) = (Vec::new(), Vec::new());
        for mut property in late {
            match property.name.as_str() {
                "ORGANIZER" if self.kind.has_people_and_alarms() => {
                    self.people.set_organizer(&mut property);
                    self.kept.keep_parameters("organizerCalendarAddress", &property);
                }
                // Programs that do not know the line keep it beside a text that they have changed.
                "JSPROP" if property.parameter("JSPTR") == Some(formatted::KIND) => {}
                "JSPROP" => additions.push(property),
                formatted::LINE if formatted::lay(&property, &mut self.object) => {}
                name => match rides_on(name) {
                    Some(place) => riders.push((place, property)),
                    None => self.kept.properties.push(property),
                },
            }
        }
        self.people.participants.put("participants", &mut self.object);
        self.people.organizer.put("organizerCalendarAddress", &mut self.object);
        self.updated.put("updated", &mut self.object);
        if self.kind == Kind::Task && self.object.contains_key("progressUpdated") {
            self.object.entry("progress").or_insert("completed".into());
        }
        self.kept.lay(self.kind.name(), &mut self.object);
        let mut value = Value::Object(self.object);
        let riders: Vec<Value> = riders.into_iter().map(|(place, property)| {
            json!({"on": place, "while": value.pointer(place), "property": kept::property_json(&property)})
        }).collect();
        if let Some(object) = value.as_object_mut().filter(|_| !riders.is_empty()) {
            object.insert(RIDERS_KEPT.to_owned(), riders.into());
        }
        additions.iter().for_each(|addition| kept::apply(&mut value, addition));
        match value {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }
}

/// What the line of this name says in another form.
fn rides_on(name: &str) -> Option<&'static str> {
    RIDERS.into_iter().find(|(rider, _)| *rider == name).map(|(_, place)| place)
}

/// A kept time keeps its meaning when the VTIMEZONE it named is no longer there.
fn name_zone(property: &mut Property, zones: &Zones) {
    let Some(id) = property.take("TZID") else { return };
    let about = time::parse_local(property.value.split([',', '/']).next().unwrap_or_default());
    if let Some(known) = about.and_then(|about| zones.resolve(&id, about)) {
        property.parameters.push(("TZID".to_owned(), vec![known]));
    }
}

/// Writes all but what makes it a series.
pub fn write(kind: Kind, object: &Map<String, Value>, now: Timestamp) -> Component {
    let mut component = Component::new(kind.name());
    let kept = Kept::of(object);
    let put = |component: &mut Component, place: &str, mut property: Property| {
        kept.give_parameters(place, &mut property);
        component.push(property);
    };
    // RFC 5545 3.8.7.2 (DTSTAMP), 3.8.7.3 (LAST-MODIFIED): of this text, which is made now.
    component.push(Property::raw("DTSTAMP", time::utc_text(now)));
    component.push(Property::raw("LAST-MODIFIED", time::utc_text(now)));
    for (place, property) in Span::of(kind, object).properties(kind) {
        put(&mut component, place, property);
    }
    let plain = formatted::plain(object);
    for row in kind.rows() {
        let object = plain.as_ref().filter(|_| row.1 == formatted::TEXT).unwrap_or(object);
        let is_said =
            row.0 != "COMPLETED" || object.get("progress").is_some_and(|progress| progress == "completed");
        if let Some(property) = object.get(row.1).filter(|_| is_said).and_then(|value| row.write(value)) {
            put(&mut component, row.1, property);
        }
    }
    component.properties.extend(formatted::line(object));
    write_sets(kind, object, |place, property| put(&mut component, place, property));
    if kind.has_people_and_alarms() {
        for (key, link) in filled::<BTreeMap<String, Link>>(object, "links") {
            if let Some(property) = attach::write(&key, &link) {
                put(&mut component, &format!("links/{key}"), property);
            }
        }
        let people = People {
            participants: filled::<BTreeMap<String, Participant>>(object, "participants"),
            organizer: object.get("organizerCalendarAddress").and_then(Value::as_str).map(str::to_owned),
        };
        people
            .organizer_property()
            .into_iter()
            .for_each(|organizer| put(&mut component, "organizerCalendarAddress", organizer));
        component.properties.extend(people.attendee_properties());
        let alerts = filled::<BTreeMap<String, Alert>>(object, "alerts");
        let mut keys: Vec<&String> = alerts.keys().collect();
        keys.sort_by_key(|key| natural(key));
        let title = object.get("title").and_then(Value::as_str).unwrap_or_default();
        component.components =
            keys.into_iter().filter_map(|key| alarm::write(alerts.get(key)?, title)).collect();
    }
    let is_written = |property: &Property| {
        kind.rows().iter().any(|row| row.0 == property.name) && component.property(&property.name).is_some()
    };
    let properties: Vec<Property> =
        kept.properties.into_iter().filter(|property| !is_written(property)).collect();
    component.properties.extend(properties);
    component.components.extend(kept.components);
    component
}

fn write_sets(kind: Kind, object: &Map<String, Value>, mut put: impl FnMut(&str, Property)) {
    let keywords = filled::<BTreeMap<String, bool>>(object, "keywords");
    let words: Vec<String> = members(&keywords).map(line::escape).collect();
    if !words.is_empty() {
        put("keywords", Property::raw("CATEGORIES", words.join(",")));
    }
    if kind == Kind::Event {
        write_place(object, &mut put);
    }
    for rider in object.get(RIDERS_KEPT).and_then(Value::as_array).into_iter().flatten() {
        let place = rider.get("on").and_then(Value::as_str).unwrap_or_default();
        let is_true = rider.get("while").unwrap_or(&Value::Null) == at(object, place).unwrap_or(&Value::Null);
        if let Some(property) = rider.get("property").filter(|_| is_true).and_then(kept::property_of) {
            put(RIDERS_KEPT, property);
        }
    }
}

/// What a pointer names.
fn at<'a>(object: &'a Map<String, Value>, pointer: &str) -> Option<&'a Value> {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let first = object.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

fn write_place(object: &Map<String, Value>, put: &mut impl FnMut(&str, Property)) {
    let places = filled::<BTreeMap<String, Location>>(object, "locations");
    let main = object.get("mainLocationId").and_then(Value::as_str).filter(|main| places.contains_key(*main));
    let mut keys: Vec<&String> = places.keys().collect();
    keys.sort_by_key(|key| natural(key));
    let Some(key) = main.or_else(|| keys.first().map(|key| key.as_str())) else { return };
    let Some(place) = places.get(key) else { return };
    if let Some(name) = &place.name {
        put(&format!("locations/{key}/name"), Property::text("LOCATION", name));
    }
    let coordinates = place.coordinates.as_deref().and_then(|uri| uri.strip_prefix("geo:")?.split_once(','));
    if let Some((latitude, longitude)) = coordinates {
        let longitude = longitude.split([',', ';']).next().unwrap_or_default();
        put(&format!("locations/{key}/coordinates"), Property::raw("GEO", format!("{latitude};{longitude}")));
    }
}

/// A property of the object as the model's type has it; empty if it is missing or of another shape.
fn filled<T: Default + crate::model::object::Property>(object: &Map<String, Value>, name: &str) -> T {
    let mut value = T::default();
    if let Some(json) = object.get(name) {
        value.fill(json);
    }
    value
}

/// Adds what the component cannot say in words of iCalendar.
pub fn write_missing(kind: Kind, component: &mut Component, object: &Map<String, Value>, zones: &Zones) {
    let again = read(kind, component, zones, &mut Vec::new());
    let mut wanted = object.clone();
    wanted.retain(|name, _| {
        !name.starts_with("recurrence") && !matches!(name.as_str(), ICALENDAR | RIDERS_KEPT)
    });
    let main = wanted.remove("mainLocationId");
    let natural = |is_last: bool, key: &str| (is_last, key.len(), key.to_owned());
    let is_other = |key: &str| main.as_ref().and_then(Value::as_str).is_some_and(|main| main != key);
    kept::renumber(&mut wanted, "locations", "l", |key, _| natural(is_other(key), key));
    kept::renumber(&mut wanted, "alerts", "r", |key, _| natural(false, key));
    kept::renumber(&mut wanted, "participants", "p", |key, one| natural(!people::is_attendee(one), key));
    let lines = kept::missing(&wanted.into(), &again.into());
    component.properties.extend(lines);
}

/// A value of the model out of an object.
pub fn value_of<T: Shape>(object: &Map<String, Value>, name: &str) -> Option<T> {
    T::read(object.get(name)?)
}
