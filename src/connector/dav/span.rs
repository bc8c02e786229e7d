//! When a VEVENT, VTODO or VJOURNAL is: DTSTART, DTEND, DUE and DURATION, and start, due, duration and zone
//! of the model. Counts by the zones of the database in the binary.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Map;
use serde_json::Value;

use crate::connector::dav::component::Kind;
use crate::connector::dav::component::value_of;
use crate::connector::dav::kept::Kept;
use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::time;
use crate::connector::dav::time::When;
use crate::connector::dav::zone::Zones;
use crate::model::duration::Duration;
use crate::model::object::Property as _;
use crate::model::zone;

/// In seconds, by the clock.
const DAY: i64 = 24 * 3600;

/// A stretch of time in one zone.
#[derive(Clone, Debug, Default)]
pub struct Span {
    start: Option<DateTime>,
    /// Of a task.
    due: Option<DateTime>,
    duration: Option<Duration>,
    zone: Option<String>,
    /// The zone of the end, if it differs.
    end_zone: Option<String>,
    is_date: bool,
}

impl Span {
    /// Reads it; a note has none.
    pub fn read(kind: Kind, component: &Component, zones: &Zones) -> Self {
        let when = |name: &str| component.property(name).and_then(|property| When::of(property, zones));
        let length =
            || component.property("DURATION").and_then(|property| property.value.trim().parse().ok());
        match kind {
            Kind::Event => {
                when("DTSTART").map(|start| of_event(start, when("DTEND"), length())).unwrap_or_default()
            }
            Kind::Task => of_task(when("DTSTART"), when("DUE"), length()),
            Kind::Note => Self::default(),
        }
    }

    /// What of an object of the model says when it is.
    pub fn of(kind: Kind, object: &Map<String, Value>) -> Self {
        let end_zone: Option<String> = value_of(object, "endTimeZone");
        Self {
            start: value_of(object, "start"),
            due: value_of(object, "due"),
            duration: value_of(object, if kind == Kind::Task { "estimatedDuration" } else { "duration" }),
            zone: value_of(object, "timeZone"),
            end_zone,
            is_date: value_of(object, "showWithoutTime").unwrap_or_default(),
        }
    }

    /// Lays it into an object of the model.
    pub fn lay(&self, kind: Kind, object: &mut Map<String, Value>) {
        if kind == Kind::Note {
            return;
        }
        self.start.put("start", object);
        self.due.put("due", object);
        self.duration.put(if kind == Kind::Task { "estimatedDuration" } else { "duration" }, object);
        self.zone.put("timeZone", object);
        self.end_zone.put("endTimeZone", object);
        self.is_date.then_some(true).put("showWithoutTime", object);
    }

    /// Whether the property of this name is said by it.
    pub fn took(&self, kind: Kind, name: &str) -> bool {
        match (kind, name) {
            (Kind::Event | Kind::Task, "DTSTART") => self.start.is_some(),
            (Kind::Event, "DTEND" | "DURATION") => self.duration.is_some(),
            (Kind::Task, "DUE") => self.due.is_some(),
            (Kind::Task, "DURATION") => self.duration.is_some(),
            _ => false,
        }
    }

    /// What a recurrence counts from: the start, or of a task without one when it is due.
    pub fn anchor(&self) -> Option<When> {
        let local = self.start.or(self.due)?;
        Some(When { local, zone: self.zone.clone(), is_date: self.is_date })
    }

    /// The properties, each with the place of its kept parameters.
    pub fn properties(&self, kind: Kind) -> Vec<(&'static str, Property)> {
        let zone = self.zone.as_deref();
        let at = |name: &str, local: DateTime| time::property(name, local, zone, self.is_date);
        let mut properties = Vec::new();
        if kind == Kind::Note {
            return properties;
        }
        properties.extend(self.start.map(|start| ("start", at("DTSTART", start))));
        properties.extend(self.due.map(|due| ("due", at("DUE", due))));
        match kind {
            Kind::Event => properties.extend(self.end().map(|end| ("duration", end))),
            // RFC 5545 3.6.2: DURATION is not beside DUE, and not without DTSTART.
            Kind::Task if self.due.is_none() && self.start.is_some() => {
                properties.extend(
                    self.duration.map(|length| ("duration", Property::raw("DURATION", length.to_string()))),
                );
            }
            Kind::Task | Kind::Note => {}
        }
        properties
    }

    fn end(&self) -> Option<Property> {
        let (start, length) = (self.start?, self.duration?);
        if self.is_date {
            // RFC 5545 3.6.1: the day after the last one, and one day at least.
            let days = (length.total_seconds().max(1) - 1) / DAY + 1;
            let end = start.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
            return Some(time::property("DTEND", end, None, true));
        }
        // Days by the calendar cannot be said by DTEND, which counts exact time (RFC 5545 3.8.5.3).
        if length.day_part() != 0 || length.total_seconds() <= 0 {
            return Some(Property::raw("DURATION", length.to_string()));
        }
        let tz = self.zone.as_deref().and_then(zone::find).unwrap_or(TimeZone::UTC);
        let end = length.after(start, &tz)?;
        let named = self.end_zone.as_deref().filter(|_| self.zone.is_some());
        let (id, end) = match named.and_then(|id| Some((id, zone::find(id)?))) {
            Some((id, end_tz)) => (Some(id), end_tz.to_datetime(end)),
            None => (self.zone.as_deref(), tz.to_datetime(end)),
        };
        Some(time::property("DTEND", end, id, false))
    }
}

fn of_event(start: When, end: Option<When>, length: Option<Duration>) -> Span {
    let duration = match &end {
        Some(end) => Some(between(&start, end)),
        // RFC 5545 3.6.1: a date without an end is that day.
        None => length.or_else(|| start.is_date.then_some(Duration::days(1))),
    };
    let end_zone =
        end.and_then(|end| end.zone).filter(|zone| start.zone.is_some() && Some(zone) != start.zone.as_ref());
    Span { start: Some(start.local), due: None, duration, zone: start.zone, end_zone, is_date: start.is_date }
}

fn of_task(start: Option<When>, due: Option<When>, duration: Option<Duration>) -> Span {
    let zone = due.as_ref().or(start.as_ref()).and_then(|when| when.zone.clone());
    // A task with a time of day on either side is shown with it.
    let is_date =
        [&start, &due].into_iter().flatten().all(|when| when.is_date) && (start.is_some() || due.is_some());
    let local = |when: Option<When>| when.map(|when| when.in_zone(zone.as_deref()));
    Span { start: local(start), due: local(due), duration, end_zone: None, is_date, zone: zone.clone() }
}

/// Whole days between dates, else exact time; never less than nothing.
fn between(start: &When, end: &When) -> Duration {
    if start.is_date {
        let days = start.local.date().until(end.local.date()).map_or(1, |span| span.get_days());
        return Duration::days(days.max(1));
    }
    let exact = match (start.instant(), end.instant()) {
        (Some(start), Some(end)) => end.duration_since(start),
        _ => end.in_zone(start.zone.as_deref()).duration_since(start.local),
    };
    Duration::exact(exact.max(SignedDuration::ZERO))
}

/// Keeps what a property says beside its time.
pub fn keep_parameters(property: &Property, kept: &mut Kept) {
    let mut property = property.clone();
    property.take("TZID");
    property.take("VALUE");
    let place = match property.name.as_str() {
        "DTSTART" => "start",
        "DUE" => "due",
        _ => "duration",
    };
    kept.keep_parameters(place, &property);
}
