//! A calendar object resource (RFC 4791 4.1) into and out of an item: the series with its occurrences that
//! differ, and the time zones. Knows no server.
//!
//! Each component is read and written by `component`; an occurrence becomes the patch between it and its series.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::component;
use crate::connector::dav::component::Kind;
use crate::connector::dav::component::value_of;
use crate::connector::dav::kept::ICALENDAR;
use crate::connector::dav::kept::Kept;
use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::rule;
use crate::connector::dav::span::Span;
use crate::connector::dav::time;
use crate::connector::dav::time::When;
use crate::connector::dav::zone;
use crate::connector::dav::zone::Zones;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::object::Shape;
use crate::model::patch::Patch;
use crate::model::patch::Series;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::expand::Starts;
use crate::model::task::Task;

/// Who made the text.
const PRODUCT: &str = "-//Lomme//Lomme//EN";
/// What stands beside the item in its text: occurrences without their series, properties of the calendar.
const BESIDE: &str = "lomme.app:beside";
/// More occurrences than this that differ are no calendar but an attack on one.
const MOST_OCCURRENCES: usize = 10_000;
/// As many follow one that says what they are like, from the beginning of the series: two years of days.
const MOST_FOLLOWING: usize = 730;

/// Reads the item of a class; none if the text holds another class's.
pub fn read(text: &str, class: Class) -> Result<Option<Content>, String> {
    let Some(kind) = kind_of(class) else { return Ok(None) };
    let calendar = Component::parse(text).map_err(|error| error.to_string())?;
    if calendar.name != "VCALENDAR" {
        return Err(format!("a {} where a VCALENDAR should be", calendar.name));
    }
    let zones = Zones::of(&calendar);
    let mut parts: Vec<&Component> =
        calendar.components.iter().filter(|part| part.name == kind.name()).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    if parts.len() > MOST_OCCURRENCES {
        return Err("more changed occurrences than can be".to_owned());
    }
    let id_of = |part: &Component| part.property("RECURRENCE-ID").and_then(|id| When::of(id, &zones));
    let main = parts.iter().position(|part| part.property("RECURRENCE-ID").is_none());
    if main.is_none() {
        parts.sort_by_key(|part| id_of(part).map(|id| id.local));
    }
    let master = parts.remove(main.unwrap_or(0));
    let mut series = Reading::read(kind, master, &zones)?;
    // RFC 4791 4.1: who is invited to single days has them without the series.
    let are_orphans = main.is_none() && kind == Kind::Event && !parts.is_empty();
    if are_orphans && let Some(id) = id_of(master) {
        series.begin_at(master, &id, &zones);
    }
    let mut beside = Kept::default();
    for part in parts {
        let id = id_of(part).filter(|_| main.is_some() || are_orphans);
        match id {
            Some(id) => {
                let at = series.override_by(part, &id, &zones);
                let range = part.property("RECURRENCE-ID").and_then(|id| id.parameter("RANGE"));
                if range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE")) {
                    series.from_then_on.extend(at);
                }
            }
            None => beside.components.push(part.clone()),
        }
    }
    let of_calendar = |property: &&Property| {
        !matches!(property.name.as_str(), "VERSION" | "PRODID" | "CALSCALE" | "METHOD")
    };
    beside.properties.extend(calendar.properties.iter().filter(of_calendar).cloned());
    let mut object = series.finish();
    if kind != Kind::Note {
        object.insert("@type".to_owned(), if kind == Kind::Event { "Event" } else { "Task" }.into());
    }
    let mut beside_json = Map::new();
    beside.lay("vcalendar", &mut beside_json);
    if let Some(kept) = beside_json.remove(ICALENDAR) {
        object.insert(BESIDE.to_owned(), json!({ICALENDAR: kept}));
    }
    Content::from_value(class, &object.into()).map(Some).map_err(|error| error.to_string())
}

fn kind_of(class: Class) -> Option<Kind> {
    match class {
        Class::Calendar => Some(Kind::Event),
        Class::Tasks => Some(Kind::Task),
        Class::Notes => Some(Kind::Note),
        Class::Email | Class::Contacts => None,
    }
}

/// A series while it is read.
struct Reading {
    kind: Kind,
    object: Map<String, Value>,
    kept: Vec<Property>,
    start: Option<When>,
    overrides: BTreeMap<DateTime, Patch>,
    /// Those of them that say what all after them are like, too.
    from_then_on: BTreeSet<DateTime>,
    /// What the occurrences share, once one is compared with it.
    series: Option<Series>,
}

fn series(kind: Kind, object: &Value) -> Option<Series> {
    match kind {
        Kind::Event => Event::read(object).as_ref().map(Series::of),
        Kind::Task => Task::read(object).as_ref().map(Series::of),
        Kind::Note => None,
    }
}

impl Reading {
    fn read(kind: Kind, component: &Component, zones: &Zones) -> Result<Self, String> {
        let mut properties = Vec::new();
        let object = component::read(kind, component, zones, &mut properties);
        let start = Span::read(kind, component, zones).anchor();
        if kind == Kind::Event && start.is_none() {
            return Err("an event without a start".to_owned());
        }
        let mut series = Self {
            kind,
            object,
            kept: Vec::new(),
            start,
            overrides: BTreeMap::new(),
            from_then_on: BTreeSet::new(),
            series: None,
        };
        for property in properties {
            if !series.read_recurrence(&property, zones) {
                series.kept.push(property);
            }
        }
        Ok(series)
    }

    fn read_recurrence(&mut self, property: &Property, zones: &Zones) -> bool {
        let Some(start) = self.start.clone() else { return false };
        match property.name.as_str() {
            "RRULE" if !self.object.contains_key("recurrenceRule") => {
                let Some(rule) = rule::read(&property.value, &start) else { return false };
                self.object.insert("recurrenceRule".to_owned(), rule.write());
            }
            "EXDATE" | "RDATE" => {
                let times = property.value.split(',').map(|value| When::parse(value, property, zones));
                let Some(times) = times.collect::<Option<Vec<When>>>() else { return false };
                let patch = if property.name == "EXDATE" { Patch::excluded() } else { Patch::default() };
                for time in times.iter().take(MOST_OCCURRENCES) {
                    self.overrides.entry(place(time, &start)).or_insert_with(|| patch.clone());
                }
            }
            // An occurrence without its series stands for itself.
            "RECURRENCE-ID" => {
                let Some(id) = When::of(property, zones) else { return false };
                self.object.insert("recurrenceId".to_owned(), place(&id, &start).write());
            }
            _ => return false,
        }
        true
    }

    /// Makes the first of several days without their series the one that the others are told apart from.
    fn begin_at(&mut self, part: &Component, id: &When, zones: &Zones) {
        let Some(start) = self.start.as_mut() else { return };
        start.local = place(id, start);
        let at = start.local;
        self.object.insert("start".to_owned(), at.write());
        let _ = self.override_by(part, id, zones);
        self.overrides.retain(|_, patch| !patch.0.is_empty());
    }

    /// Takes an occurrence that differs; which one it is.
    fn override_by(&mut self, part: &Component, id: &When, zones: &Zones) -> Option<DateTime> {
        let start = self.start.clone()?;
        let at = place(id, &start);
        let mut properties = Vec::new();
        let mut object = component::read(self.kind, part, zones, &mut properties);
        move_to_zone(&mut object, &start);
        for name in ["updated", "created"] {
            match self.object.get(name) {
                Some(value) => object.insert(name.to_owned(), value.clone()),
                None => object.remove(name),
            };
        }
        let patch = self.patch(at, &object.into());
        let was_added = self.overrides.insert(at, patch.unwrap_or_default());
        // RDATE says that the occurrence exists at all; the rule may not.
        if was_added.is_some_and(|patch| !patch.is_excluded()) {
            self.kept.push(time::property("RDATE", at, start.zone.as_deref(), start.is_date));
        }
        Some(at)
    }

    /// Lays what an occurrence says of those that follow (RFC 5545 3.2.13 RANGE) on each of them.
    fn follow(&mut self) {
        let rule: Option<RecurrenceRule> = value_of(&self.object, "recurrenceRule");
        let Some((rule, start)) = rule.zip(self.start.as_ref()) else { return };
        let starts: Vec<DateTime> = Starts::new(&rule, start.local).take(MOST_FOLLOWING).collect();
        for from in std::mem::take(&mut self.from_then_on).into_iter().rev() {
            let Some(patch) = self.overrides.get(&from).cloned() else { continue };
            let moved = patch.property::<DateTime>("start").map(|start| start.duration_since(from));
            for at in starts.iter().filter(|at| **at > from) {
                let mut patch = patch.clone();
                if let Some(start) = moved.and_then(|moved| at.checked_add(moved).ok()) {
                    patch.0.insert("start".to_owned(), start.write());
                }
                self.overrides.entry(*at).or_insert(patch);
            }
        }
    }

    fn patch(&mut self, at: DateTime, occurrence: &Value) -> Option<Patch> {
        let series = match &self.series {
            Some(series) => series,
            None => self.series.insert(series(self.kind, &self.object.clone().into())?),
        };
        match self.kind {
            Kind::Event => Some(series.patch(at, &Event::read(occurrence)?)),
            Kind::Task => Some(series.patch(at, &Task::read(occurrence)?)),
            Kind::Note => None,
        }
    }

    fn finish(mut self) -> Map<String, Value> {
        self.follow();
        if !self.overrides.is_empty() {
            let overrides = self.overrides.iter().map(|(at, patch)| (at.to_string(), patch.write()));
            self.object.insert("recurrenceOverrides".to_owned(), Value::Object(overrides.collect()));
        }
        if !self.kept.is_empty() {
            let mut kept = Kept::of(&self.object);
            kept.properties.append(&mut self.kept);
            kept.lay(self.kind.name(), &mut self.object);
        }
        self.object
    }
}

/// Which occurrence a time means: by the clock of the series. Some write dates where the series has times.
fn place(time: &When, start: &When) -> DateTime {
    match (time.is_date, start.is_date) {
        (true, false) => time.local.date().to_datetime(start.local.time()),
        (false, true) => time.local.date().to_datetime(jiff::civil::Time::midnight()),
        _ => time.in_zone(start.zone.as_deref()),
    }
}

/// An occurrence that was moved by somebody in another zone is told in the zone of its series.
fn move_to_zone(object: &mut Map<String, Value>, start: &When) {
    let zone: Option<String> = value_of(object, "timeZone");
    if zone.is_none() || zone == start.zone || start.zone.is_none() {
        return;
    }
    for name in ["start", "due"] {
        if let Some(local) = value_of::<DateTime>(object, name) {
            let moved = When { local, zone: zone.clone(), is_date: false }.in_zone(start.zone.as_deref());
            object.insert(name.to_owned(), moved.write());
        }
    }
    object.insert("timeZone".to_owned(), start.zone.clone().into());
}

/// The text of an item, made now.
pub fn write(content: &Content, now: Timestamp) -> Option<String> {
    tell(content, None, now)
}

/// The same as a message about an item, if it has a method (RFC 5546).
pub fn tell(content: &Content, method: Option<&str>, now: Timestamp) -> Option<String> {
    let kind = kind_of(content.class())?;
    let Value::Object(object) = content.to_value() else { return None };
    let mut calendar = Component::new("VCALENDAR");
    calendar.push(Property::raw("VERSION", "2.0"));
    calendar.push(Property::raw("PRODID", PRODUCT));
    if let Some(method) = method {
        calendar.push(Property::raw("METHOD", method));
    }
    let beside = object.get(BESIDE).and_then(Value::as_object).map(Kept::of).unwrap_or_default();
    calendar.properties.extend(beside.properties);
    let mut parts = Vec::new();
    match content {
        Content::Event(event) if event.has_orphans() => parts.extend(write_orphans(event, now)),
        _ => {
            parts.push(write_series(kind, &object, now));
            parts.extend(write_occurrences(content, now));
        }
    }
    parts.extend(beside.components);
    calendar.components = write_zones(&parts, &object);
    calendar.components.extend(parts);
    Some(calendar.to_text())
}

fn write_series(kind: Kind, object: &Map<String, Value>, now: Timestamp) -> Component {
    let mut component = component::write(kind, object, now);
    let Some(start) = Span::of(kind, object).anchor().filter(|_| kind != Kind::Note) else {
        return with_missing(kind, component, object);
    };
    let rule: Option<RecurrenceRule> = value_of(object, "recurrenceRule");
    component.properties.extend(rule.and_then(|rule| rule::write(&rule, &start)));
    let at = |name: &str, local: DateTime| time::property(name, local, start.zone.as_deref(), start.is_date);
    for (local, patch) in overrides(object) {
        if patch.is_excluded() {
            component.push(at("EXDATE", local));
        } else if patch.0.is_empty() {
            component.push(at("RDATE", local));
        }
    }
    if let Some(id) = value_of(object, "recurrenceId") {
        component.push(at("RECURRENCE-ID", id));
    }
    with_missing(kind, component, object)
}

fn with_missing(kind: Kind, mut component: Component, object: &Map<String, Value>) -> Component {
    let mut wanted = object.clone();
    wanted.remove(BESIDE);
    component::write_missing(kind, &mut component, &wanted, &Zones::default());
    component
}

fn overrides(object: &Map<String, Value>) -> BTreeMap<DateTime, Patch> {
    let entries = object.get("recurrenceOverrides").and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(at, patch)| Some((at.parse().ok()?, Patch::read(patch)?))).collect()
}

fn write_occurrences(content: &Content, now: Timestamp) -> Vec<Component> {
    match content {
        Content::Event(event) => occurrences(Kind::Event, event, &event.recurrence_overrides, now),
        Content::Task(task) => occurrences(Kind::Task, task, &task.recurrence_overrides, now),
        Content::Contact(_) | Content::Note(_) | Content::Message(_) => Vec::new(),
    }
}

fn occurrences<T: Shape>(
    kind: Kind,
    series: &T,
    overrides: &BTreeMap<DateTime, Patch>,
    now: Timestamp,
) -> Vec<Component> {
    let changed = overrides.iter().filter(|(_, patch)| !patch.is_excluded() && !patch.0.is_empty());
    write_days(kind, series, changed, now)
}

fn write_days<'a, T: Shape>(
    kind: Kind,
    series: &T,
    days: impl Iterator<Item = (&'a DateTime, &'a Patch)>,
    now: Timestamp,
) -> Vec<Component> {
    let Value::Object(master) = series.write() else { return Vec::new() };
    let Some(start) = Span::of(kind, &master).anchor() else { return Vec::new() };
    let shared = Series::of(series);
    days.filter_map(|(at, patch)| {
        let Value::Object(mut object) = shared.occurrence::<T>(*at, patch)?.write() else { return None };
        object.remove(BESIDE);
        let mut component = component::write(kind, &object, now);
        component.push(time::property("RECURRENCE-ID", *at, start.zone.as_deref(), start.is_date));
        Some(with_missing(kind, component, &object))
    })
    .collect()
}

/// Days without their series; those that were deleted are left out.
fn write_orphans(event: &Event, now: Timestamp) -> Vec<Component> {
    let mut days = event.recurrence_overrides.clone();
    if let Some(start) = event.start {
        days.entry(start).or_default();
    }
    days.retain(|_, patch| !patch.is_excluded());
    write_days(Kind::Event, event, days.iter(), now)
}

/// A VTIMEZONE for every TZID: without it some servers take the time for UTC (Horde), others refuse it.
fn write_zones(parts: &[Component], object: &Map<String, Value>) -> Vec<Component> {
    let mut times: BTreeMap<&str, BTreeSet<DateTime>> = BTreeMap::new();
    for property in parts.iter().flat_map(|part| &part.properties) {
        if let Some(id) = property.parameter("TZID") {
            let values = property.value.split([',', '/']).filter_map(time::parse_local);
            times.entry(id).or_default().extend(values);
        }
    }
    let rule: Option<RecurrenceRule> = value_of(object, "recurrenceRule");
    times
        .into_iter()
        .filter_map(|(id, times)| {
            let first = times.first().copied()?;
            let last = times.last().copied().max(rule.as_ref().and_then(|rule| rule.until));
            let is_endless = rule.as_ref().is_some_and(|rule| rule.until.is_none());
            zone::component(id, first, last.filter(|_| !is_endless))
        })
        .collect()
}
