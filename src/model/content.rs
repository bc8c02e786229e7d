//! What an item is, whatever its class: JSON in and out, and when it ceases to matter.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::class::Class;
use crate::model::contact::Contact;
use crate::model::event::Event;
use crate::model::message::Message;
use crate::model::note::Note;
use crate::model::object::Shape;
use crate::model::task::Task;

/// The content of an item; of a mail only what its mailbox cannot keep.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// In a calendar.
    Event(Event),
    /// In an address book.
    Contact(Contact),
    /// In a task list.
    Task(Task),
    /// Among notes.
    Note(Note),
    /// In a mailbox.
    Message(Message),
}

/// Why a content is not readable at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but a list or a number.
    #[error("an item of class {0} must be a JSON object")]
    NotAnObject(Class),
}

impl Content {
    /// Reads stored or received JSON. A property of the wrong shape is kept, not refused.
    pub fn from_json(class: Class, json: &str) -> Result<Self, Error> {
        Self::from_value(class, &serde_json::from_str(json)?)
    }

    /// Reads a JSON value that is already parsed.
    pub fn from_value(class: Class, value: &Value) -> Result<Self, Error> {
        let content = match class {
            Class::Calendar => Event::read(value).map(Self::Event),
            Class::Contacts => Contact::read(value).map(Self::Contact),
            Class::Tasks => Task::read(value).map(Self::Task),
            Class::Notes => Note::read(value).map(Self::Note),
            Class::Email => Message::read(value).map(Self::Message),
        };
        content.ok_or(Error::NotAnObject(class))
    }

    /// The JSON to store or send.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The JSON as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Event(event) => event.write(),
            Self::Contact(contact) => contact.write(),
            Self::Task(task) => task.write(),
            Self::Note(note) => note.write(),
            Self::Message(message) => message.write(),
        }
    }

    /// The class of folder it lies in.
    pub fn class(&self) -> Class {
        match self {
            Self::Event(_) => Class::Calendar,
            Self::Contact(_) => Class::Contacts,
            Self::Task(_) => Class::Tasks,
            Self::Note(_) => Class::Notes,
            Self::Message(_) => Class::Email,
        }
    }

    /// What makes it the same item everywhere.
    pub fn uid(&self) -> Option<&str> {
        match self {
            Self::Event(event) => event.uid.as_deref(),
            Self::Contact(contact) => contact.uid.as_deref(),
            Self::Task(task) => task.uid.as_deref(),
            Self::Note(note) => note.uid.as_deref(),
            Self::Message(_) => None,
        }
    }

    /// The last moment at which it matters, in microseconds: what a phone's filter cuts (`FilterType`).
    ///
    /// An event matters until its last occurrence is over, a task until it is completed, a note was last
    /// touched then, a mail came then; contacts are never cut.
    pub fn sort_time(&self) -> i64 {
        match self {
            Self::Event(event) => event.is_over_at().map_or(i64::MAX, Timestamp::as_microsecond),
            Self::Contact(_) => 0,
            Self::Task(task) if task.is_complete() => 0,
            Self::Task(_) => i64::MAX,
            Self::Note(note) => note.updated.map_or(i64::MAX, Timestamp::as_microsecond),
            Self::Message(message) => message.received_at.map_or(i64::MAX, Timestamp::as_microsecond),
        }
    }

    /// Takes over what the back office of this item cannot keep from the version we have.
    pub fn keep_from(&mut self, ours: &Self) {
        if let (Self::Message(message), Self::Message(ours)) = (self, ours) {
            message.keep_from(ours);
        }
    }

    /// By what an item that lost its name may be known again: two that differ in it are not the same.
    pub fn likeness(&self) -> String {
        match self {
            Self::Message(message) => message.likeness(),
            Self::Event(_) | Self::Contact(_) | Self::Task(_) | Self::Note(_) => self.title(),
        }
    }

    /// What people would call it, for lists and logs that its owner reads.
    pub fn title(&self) -> String {
        let title = match self {
            Self::Event(event) => event.title.clone(),
            Self::Contact(contact) => contact.display_name(),
            Self::Task(task) => task.title.clone(),
            Self::Note(note) => note.title.clone(),
            Self::Message(_) => None,
        };
        title.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_map;
    use proptest::collection::vec;
    use proptest::prelude::Just;
    use proptest::prelude::Strategy;
    use proptest::prelude::any;
    use proptest::prop_assert;
    use proptest::prop_assert_eq;
    use proptest::prop_oneof;
    use proptest::sample::select;
    use serde_json::Value;
    use serde_json::json;

    use super::Content;
    use crate::model::class::Class;

    #[track_caller]
    fn check(class: Class, value: &Value, expected: &Value) {
        let content = Content::from_value(class, value).unwrap();
        assert_eq!(&content.to_value(), expected);
        assert_eq!(Content::from_json(class, &content.to_json()).unwrap(), content);
    }

    #[track_caller]
    fn check_kept(class: Class, value: &Value) {
        check(class, value, value);
    }

    #[test]
    fn an_event_is_written_as_it_was_read() {
        check_kept(
            Class::Calendar,
            &json!({
                "@type": "Event", "uid": "e1", "title": "Lunch", "start": "2026-11-22T12:00:00",
                "timeZone": "Europe/Oslo", "duration": "PT1H", "example.com:room": {"floor": 3},
                "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "weekly", "byDay": [{"day": "su"}], "x": 1},
                "recurrenceOverrides": {"2026-11-29T12:00:00": {"excluded": true},
                    "2026-12-06T12:00:00": {"locations/1/name": "Elsewhere", "participants/a": null}},
                "locations": {"1": {"@type": "Location", "name": "Here", "coordinates": "geo:1,2", "timeZone": "UTC"}},
                "participants": {"a": {"calendarAddress": "mailto:a@example.com", "roles": {"attendee": true},
                    "participationStatus": "accepted", "memberOf": {"mailto:g@example.com": true}}},
                "alerts": {"x": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT15M", "vendor": []}}},
                "localizations": {"nb": {"title": "Lunsj"}}
            }),
        );
    }

    #[test]
    fn a_value_of_the_wrong_shape_is_kept_and_hides_nothing_else() {
        check_kept(
            Class::Calendar,
            &json!({"uid": "e1", "title": null, "start": "soon", "duration": 60, "privacy": "friends",
                "keywords": {}, "alerts": [], "sequence": -1, "participants": {"a": "Kari"}}),
        );
        check_kept(Class::Contacts, &json!({"name": "Kari", "phones": {"1": {"number": 5}}, "emails": null}));
        check_kept(Class::Tasks, &json!({"due": 5, "progress": "almost", "percentComplete": 50.5}));
        check_kept(Class::Notes, &json!({"title": [], "updated": "yesterday"}));
        check_kept(Class::Email, &json!({"size": -1, "keywords": [], "followUp": {"status": "soon"}}));
    }

    #[test]
    fn what_is_set_replaces_what_was_not_readable() {
        let mut content = Content::from_json(Class::Tasks, r#"{"title": 5}"#).unwrap();
        if let Content::Task(task) = &mut content {
            task.title = Some("Five".to_owned());
        }
        assert_eq!(content.to_json(), r#"{"title":"Five"}"#);
    }

    #[test]
    fn the_forms_of_rfc_8984_are_understood() {
        check(
            Class::Calendar,
            &json!({"recurrenceRules": [{"frequency": "daily"}], "replyTo": {"imip": "mailto:a@example.com"},
                "participants": {"b": {"sendTo": {"imip": "mailto:b@example.com", "web": "https://example.com"}}}}),
            &json!({"recurrenceRule": {"frequency": "daily"}, "organizerCalendarAddress": "mailto:a@example.com",
                "participants": {"b": {"calendarAddress": "mailto:b@example.com", "sendTo": {"web": "https://example.com"}}}}),
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["", "{", "[]", "null", "5"] {
            assert!(Content::from_json(Class::Notes, json).is_err(), "{json}");
        }
    }

    #[track_caller]
    fn check_sort_time(class: Class, json: &str, expected: i64) {
        assert_eq!(Content::from_json(class, json).unwrap().sort_time(), expected, "{json}");
    }

    #[test]
    fn the_time_a_filter_cuts_is_the_last_that_matters() {
        let second = 1_000_000;
        check_sort_time(
            Class::Calendar,
            r#"{"start": "1970-01-01T00:00:00", "timeZone": "UTC", "duration": "PT1S"}"#,
            second,
        );
        check_sort_time(
            Class::Calendar,
            r#"{"start": "1970-01-01T00:00:00", "recurrenceRule": {"frequency": "daily"}}"#,
            i64::MAX,
        );
        check_sort_time(Class::Calendar, "{}", i64::MAX);
        check_sort_time(Class::Tasks, r#"{"progress": "completed"}"#, 0);
        check_sort_time(Class::Tasks, "{}", i64::MAX);
        check_sort_time(Class::Contacts, "{}", 0);
        check_sort_time(Class::Notes, r#"{"updated": "1970-01-01T00:00:01Z"}"#, second);
        check_sort_time(Class::Email, r#"{"receivedAt": "1970-01-01T00:00:01Z"}"#, second);
    }

    /// Any JSON, with the names of the standards as keys.
    fn json() -> impl Strategy<Value = Value> {
        let names = [
            "title",
            "start",
            "duration",
            "keywords",
            "alerts",
            "trigger",
            "offset",
            "participants",
            "roles",
            "recurrenceRule",
            "byDay",
            "name",
            "components",
            "kind",
            "value",
            "emails",
            "phones",
            "pref",
            "x",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z ]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 6, move |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::from),
                btree_map(select(names.to_vec()), inner, 0..6).prop_map(|object| object
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()),
            ]
        })
    }

    proptest::proptest! {
        #[test]
        fn any_object_is_read_and_written_back_the_same(value in json()) {
            for class in Class::ALL {
                match Content::from_value(class, &value) {
                    Ok(content) => prop_assert_eq!(content.to_value(), value.clone()),
                    Err(_) => prop_assert!(!value.is_object()),
                }
            }
        }
    }
}
