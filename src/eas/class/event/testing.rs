//! Events and phones for the tests of this class.

use serde_json::Value;
use serde_json::json;

use crate::eas::class::testing::Phone;
use crate::eas::class::testing::content;
use crate::eas::class::testing::now;
use crate::eas::zone;
use crate::model::class::Class;
use crate::model::content::Content;

pub(super) const SERIES: &str = include_str!("../../../../fixtures/items/event-series.json");
const DAYS: &str = include_str!("../../../../fixtures/items/event-days.json");

pub(super) fn series() -> Content {
    content(Class::Calendar, SERIES)
}

pub(super) fn days() -> Content {
    content(Class::Calendar, DAYS)
}

/// The element that a phone in this zone sends.
pub(super) fn zone_of(id: &str) -> String {
    let blob = zone::encode(&crate::model::zone::find(id).unwrap(), now());
    format!("<calendar:Timezone>{blob}</calendar:Timezone>")
}

/// A short series of the given rule.
pub(super) fn of_rule(rule: &Value) -> Content {
    let event = json!({"uid": "e", "title": "T", "start": "2026-11-02T09:00:00", "timeZone": "Europe/Oslo",
        "duration": "PT1H", "recurrenceRule": rule});
    content(Class::Calendar, &event.to_string())
}

#[track_caller]
pub(super) fn sends(phone: &Phone, base: Option<&Content>, xml: &str) -> Value {
    phone.sends(Class::Calendar, base, xml).unwrap().to_value()
}

/// Sends back what was shown, with one thing changed.
#[track_caller]
pub(super) fn edits(phone: &Phone, base: &Content, from: &str, to: &str) -> Value {
    let shown = phone.xml(base);
    assert!(shown.contains(from), "{shown}");
    sends(phone, Some(base), &shown.replacen(from, to, 1))
}

pub(super) fn with(base: &Content, change: impl FnOnce(&mut Value)) -> Value {
    let mut value = base.to_value();
    value["updated"] = json!("2026-11-22T16:50:00Z");
    change(&mut value);
    value
}

#[track_caller]
pub(super) fn check_echo(phone: &Phone, event: &Content) {
    assert_eq!(
        phone.sends_back(event, Some(event)).unwrap().to_value(),
        event.to_value(),
        "{}",
        phone.version
    );
}
