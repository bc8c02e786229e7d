//! An item of a walk in each of its shapes: as people know it, on a phone's wire, in the store and the back office.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use lomme::model::class::Class;
use lomme::model::content::Content;
use serde_json::json;

use crate::phone::node::Node;

/// What people see of an item. Its name says which story it belongs to, and which turn of it: `t12.3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    /// In the letters that the back office made of it.
    pub(crate) name: String,
    /// Which filters it passes.
    pub(crate) age: Age,
}

/// An event is to come, was three weeks or two months ago; a task is open, or done long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Age {
    Fresh,
    Stale,
    Old,
}

impl Age {
    pub(crate) fn any(class: Class, number: u64) -> Self {
        match (class, number % 3) {
            (Class::Calendar, 1) => Self::Stale,
            (Class::Calendar | Class::Tasks, 2) => Self::Old,
            _ => Self::Fresh,
        }
    }

    /// Whether a phone with this `FilterType` is to have it.
    pub(crate) fn passes(self, filter: u8) -> bool {
        match filter {
            4 | 8 => self == Self::Fresh,
            5 => self != Self::Old,
            _ => true,
        }
    }

    /// Far from any cut-off, so that midnight changes nothing.
    fn days_ago(self) -> i64 {
        match self {
            Self::Fresh => -2,
            Self::Stale => 22,
            Self::Old => 60,
        }
    }

    fn of_days(days_ago: i64) -> Self {
        match days_ago {
            ..10 => Self::Fresh,
            10..40 => Self::Stale,
            _ => Self::Old,
        }
    }
}

impl Thing {
    pub(crate) fn new(story: usize, turn: u32, age: Age) -> Self {
        Self { name: format!("t{story}.{turn}"), age }
    }

    /// Its story and the turn of it.
    pub(crate) fn place(&self) -> (usize, u32) {
        let (story, turn) = self.name[1..].split_once('.').unwrap();
        (story.parse().unwrap(), turn.parse().unwrap())
    }

    /// What a back office or the store keeps.
    pub(crate) fn content(&self, class: Class, now: Timestamp) -> Content {
        let name = &self.name;
        let uid = format!("uid-{}", self.place().0);
        let value = match class {
            Class::Calendar => json!({"uid": uid, "title": name, "timeZone": "Etc/UTC", "duration": "PT1H",
                "start": self.start(now).strftime("%Y-%m-%dT%H:%M:%S").to_string()}),
            Class::Tasks if self.age == Age::Old => {
                json!({"uid": uid, "title": name, "progress": "completed"})
            }
            Class::Tasks => json!({"uid": uid, "title": name}),
            _ => json!({"@type": "Card", "version": "1.0", "uid": uid,
                "name": {"components": [{"kind": "given", "value": name}]}}),
        };
        Content::from_value(class, &value).unwrap()
    }

    /// The same with what a person changed, and all else as it was.
    pub(crate) fn laid_over(&self, content: &Content, now: Timestamp) -> Content {
        let mut value = content.to_value();
        let mut news = self.content(content.class(), now).to_value();
        news.as_object_mut().unwrap().remove("uid");
        value.as_object_mut().unwrap().remove("progress");
        value.as_object_mut().unwrap().extend(news.as_object().unwrap().clone());
        Content::from_value(content.class(), &value).unwrap()
    }

    pub(crate) fn of_content(content: &Content, now: Timestamp) -> Self {
        let value = content.to_value();
        let (name, age) = match content.class() {
            Class::Contacts => (&value["name"]["components"][0]["value"], Age::Fresh),
            Class::Tasks if content.sort_time() == 0 => (&value["title"], Age::Old),
            Class::Tasks => (&value["title"], Age::Fresh),
            _ => (&value["title"], Age::of_days(days_since(now, content.sort_time() / 1_000_000))),
        };
        Self { name: name.as_str().unwrap().to_owned(), age }
    }

    /// The children of a phone's `ApplicationData`.
    pub(crate) fn write(&self, class: Class, now: Timestamp) -> String {
        let Self { name, age } = self;
        match class {
            Class::Calendar => {
                let start = self.start(now).strftime("%Y%m%dT%H%M%SZ").to_string();
                let end = (self.start(now) + 1.hour()).strftime("%Y%m%dT%H%M%SZ").to_string();
                format!(
                    "<calendar:StartTime>{start}</calendar:StartTime><calendar:Subject>{name}</calendar:Subject>\
                     <calendar:EndTime>{end}</calendar:EndTime>"
                )
            }
            Class::Tasks if *age == Age::Old => format!(
                "<tasks:Subject>{name}</tasks:Subject><tasks:Complete>1</tasks:Complete>\
                 <tasks:DateCompleted>2026-01-01T00:00:00.000Z</tasks:DateCompleted>"
            ),
            Class::Tasks => {
                format!("<tasks:Subject>{name}</tasks:Subject><tasks:Complete>0</tasks:Complete>")
            }
            _ => format!("<contacts:FirstName>{name}</contacts:FirstName>"),
        }
    }

    /// What a phone reads.
    pub(crate) fn read(class: Class, data: &Node, now: Timestamp) -> Self {
        let (name, age) = match class {
            Class::Calendar => {
                let start = data.told("StartTime");
                let start: jiff::civil::DateTime = start.trim_end_matches('Z').parse().unwrap();
                let start = start.to_zoned(TimeZone::UTC).unwrap().timestamp();
                (data.told("Subject"), Age::of_days(days_since(now, start.as_second())))
            }
            Class::Tasks if data.told("Complete") == "1" => (data.told("Subject"), Age::Old),
            Class::Tasks => (data.told("Subject"), Age::Fresh),
            _ => (data.told("FirstName"), Age::Fresh),
        };
        Self { name: name.to_owned(), age }
    }

    fn start(&self, now: Timestamp) -> jiff::Zoned {
        let day = now.to_zoned(TimeZone::UTC).start_of_day().unwrap();
        day - self.age.days_ago().days() + 9.hours()
    }
}

fn days_since(now: Timestamp, second: i64) -> i64 {
    (now.as_second() - second) / 86_400
}
