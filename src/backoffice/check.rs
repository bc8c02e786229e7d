//! Whether data make sense: the reasons a 422 tells the user. Changes nothing.

use jiff::tz::TimeZoneDatabase;
use serde_json::Map;
use serde_json::Value;

use crate::backoffice::Error;
use crate::backoffice::Result;
use crate::model::contact::Contact;
use crate::model::event::Event;
use crate::model::note::Note;
use crate::model::object::Shape;
use crate::model::task::Task;

/// What a heading may have; nobody reads more on a phone.
const TITLE_MAX: usize = 1000;

/// The properties whose shape is insisted on, and what they must be.
const SHAPES: [(&str, &str); 18] = [
    ("uid", "a text"),
    ("title", "a text"),
    ("description", "a text"),
    ("body", "a text"),
    ("start", "a local time such as 2026-11-22T09:00:00"),
    ("due", "a local time such as 2026-11-22T09:00:00"),
    ("timeZone", "the IANA name of a time zone"),
    ("duration", "a duration such as PT1H30M"),
    ("showWithoutTime", "true or false"),
    ("recurrenceRule", "a recurrence rule"),
    ("recurrenceOverrides", "an object of local times and patches"),
    ("participants", "an object of participants"),
    ("alerts", "an object of alerts"),
    ("percentComplete", "a number from 0 to 100"),
    ("name", "an object with full or components"),
    ("emails", "an object of e-mail addresses"),
    ("phones", "an object of telephone numbers"),
    ("addresses", "an object of addresses"),
];

/// Says what is wrong with the data of an object of this collection, if anything.
pub(super) fn check(collection: &str, data: &Value) -> Result<()> {
    let fault = match collection {
        "events" => event(data),
        "tasks" => task(data),
        "notes" => {
            Note::read(data).and_then(|note| misshapen(&note.other).or_else(|| long(note.title.as_deref())))
        }
        _ => Contact::read(data).and_then(|contact| misshapen(&contact.other)),
    };
    match fault {
        _ if !data.is_object() => Err(Error::Refused("data must be an object".to_owned())),
        Some(fault) => Err(Error::Refused(fault)),
        None => Ok(()),
    }
}

fn event(data: &Value) -> Option<String> {
    let event = Event::read(data)?;
    if let Some(fault) = misshapen(&event.other) {
        return Some(fault);
    }
    if event.start.is_none() {
        return Some("an event needs a start".to_owned());
    }
    let duration = data.get("duration").and_then(Value::as_str);
    if duration.is_some_and(|duration| duration.starts_with('-')) {
        return Some("an event must not end before it starts".to_owned());
    }
    zone(event.time_zone.as_deref()).or_else(|| long(event.title.as_deref()))
}

fn task(data: &Value) -> Option<String> {
    let task = Task::read(data)?;
    if let Some(fault) = misshapen(&task.other) {
        return Some(fault);
    }
    if task.percent_complete.is_some_and(|percent| percent > 100) {
        return Some("percentComplete must be a number from 0 to 100".to_owned());
    }
    if task.start.zip(task.due).is_some_and(|(start, due)| due < start) {
        return Some("a task must not be due before it starts".to_owned());
    }
    zone(task.time_zone.as_deref()).or_else(|| long(task.title.as_deref()))
}

/// A known property among the unknown ones is there because it did not read as what it should be.
fn misshapen(other: &Map<String, Value>) -> Option<String> {
    let is_empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    let wrong = |name: &str| other.get(name).is_some_and(|value| !is_empty(value));
    let (name, shape) = SHAPES.into_iter().find(|(name, _)| wrong(name))?;
    Some(format!("{name} must be {shape}"))
}

fn zone(name: Option<&str>) -> Option<String> {
    let name = name?;
    match TimeZoneDatabase::bundled().get(name) {
        Ok(_) => None,
        Err(_) => Some("timeZone must be the IANA name of a time zone".to_owned()),
    }
}

fn long(title: Option<&str>) -> Option<String> {
    let too_long = title.is_some_and(|title| title.chars().count() > TITLE_MAX);
    too_long.then(|| format!("a title has at most {TITLE_MAX} characters"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::check;

    #[track_caller]
    fn says(collection: &str, data: &Value, expected: &str) {
        let said = check(collection, data).err().map(|error| error.to_string());
        assert_eq!(said.unwrap_or_default(), expected);
    }

    #[test]
    fn nonsense_is_refused_with_a_sentence() {
        says(
            "events",
            &json!({"start": "2026-11-22T09:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H"}),
            "",
        );
        says("events", &json!({"start": "2026-11-22T09:00:00", "timeZone": null}), "");
        says("events", &json!([]), "data must be an object");
        says("events", &json!({"title": "?"}), "an event needs a start");
        says(
            "events",
            &json!({"start": "tomorrow"}),
            "start must be a local time such as 2026-11-22T09:00:00",
        );
        says(
            "events",
            &json!({"start": "2026-11-22T09:00:00", "timeZone": "Europe/Bergen"}),
            "timeZone must be the IANA name of a time zone",
        );
        says(
            "events",
            &json!({"start": "2026-11-22T09:00:00", "duration": "-PT1H"}),
            "an event must not end before it starts",
        );
        says(
            "tasks",
            &json!({"title": "Buy fuses", "percentComplete": 101}),
            "percentComplete must be a number from 0 to 100",
        );
        says(
            "tasks",
            &json!({"start": "2026-11-22T00:00:00", "due": "2026-11-21T00:00:00"}),
            "a task must not be due before it starts",
        );
        says("notes", &json!({"title": 1}), "title must be a text");
        says("notes", &json!({"title": "x".repeat(1001)}), "a title has at most 1000 characters");
        says("contacts", &json!({"name": "Kari"}), "name must be an object with full or components");
        says("contacts", &json!({"name": {"full": "Kari"}, "phones": {}, "example.com:x": 1}), "");
    }
}
