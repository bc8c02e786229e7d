//! Tasks and notes on phones of every version.

use serde_json::Value;
use serde_json::json;
use wbxml::Tag;
use wbxml::Version;
use wbxml::notes;
use wbxml::tasks;

use crate::eas::class::testing::Phone;
use crate::eas::class::testing::check_law;
use crate::eas::class::testing::content;
use crate::eas::golden;
use crate::model::class::Class;
use crate::model::content::Content;

const TASK: &str = include_str!("../../../../fixtures/items/task-full.json");
const NOTE: &str = include_str!("../../../../fixtures/items/note-full.json");

fn task() -> Content {
    content(Class::Tasks, TASK)
}

fn note() -> Content {
    content(Class::Notes, NOTE)
}

#[track_caller]
fn sends(class: Class, base: Option<&Content>, xml: &str) -> Value {
    Phone::new(Version::V14_1).sends(class, base, xml).unwrap().to_value()
}

fn with(base: &Content, change: impl FnOnce(&mut Value)) -> Value {
    let mut value = base.to_value();
    value["updated"] = json!("2026-11-22T16:50:00Z");
    change(&mut value);
    value
}

#[test]
fn each_version_has_its_own_elements() {
    for version in Version::ALL {
        golden::check(&format!("class/task-{version}"), &Phone::new(version).shows(&task()));
        if version >= Version::V14_0 {
            golden::check(&format!("class/note-{version}"), &Phone::new(version).shows(&note()));
        }
    }
}

#[test]
fn a_task_and_a_note_sent_back_are_unchanged() {
    for version in Version::ALL {
        check_law(&Phone::new(version), &task());
    }
    let phone = Phone::new(Version::V14_0);
    assert_eq!(phone.sends_back(&note(), Some(&note())).unwrap(), note());
}

#[test]
fn no_element_is_shown_before_its_version() {
    for field in super::TASK {
        assert_eq!(Some(field.versions.0), field.tag.since(), "{:?}", field.tag);
    }
}

#[test]
fn what_a_phone_cannot_show_survives_its_edits() {
    let phone = Phone::new(Version::V12_1);
    let shown = phone.xml(&task()).replace(">Send tilbud<", ">Send kontrakt<");
    let changed = phone.sends(Class::Tasks, Some(&task()), &shown).unwrap().to_value();
    assert_eq!(changed, with(&task(), |task| task["title"] = json!("Send kontrakt")));
}

#[test]
fn a_tick_completes_and_loses_nothing() {
    let done = sends(
        Class::Tasks,
        Some(&task()),
        "<tasks:Complete>1</tasks:Complete><tasks:DateCompleted>2026-11-22T10:00:00.000Z</tasks:DateCompleted>",
    );
    let expected = with(&task(), |task| {
        task["progress"] = json!("completed");
        task["progressUpdated"] = json!("2026-11-22T10:00:00Z");
    });
    assert_eq!(done, expected);
    let open = sends(
        Class::Tasks,
        Some(&content(Class::Tasks, &done.to_string())),
        "<tasks:Complete>0</tasks:Complete>",
    );
    assert_eq!((open["progress"].as_str(), open.get("progressUpdated")), (Some("needs-action"), None));
}

/// MS-ASTASK 2.2.2.8: the date is there, even when the back office did not say it.
#[test]
fn a_completed_task_has_a_date() {
    let done = content(
        Class::Tasks,
        r#"{"title": "x", "progress": "completed", "updated": "2026-11-20T09:30:00Z"}"#,
    );
    let phone = Phone::new(Version::V14_1);
    assert!(phone.xml(&done).contains("<tasks:DateCompleted>2026-11-20T09:30:00.000Z<"));
    assert_eq!(phone.sends_back(&done, Some(&done)).unwrap(), done);
}

#[test]
fn a_date_left_out_of_a_whole_task_is_gone() {
    let changed = sends(Class::Tasks, Some(&task()), "<tasks:Subject>Send tilbud</tasks:Subject>");
    assert_eq!(
        (changed.get("due"), changed.get("recurrenceRule"), changed.get("keywords")),
        (None, None, None)
    );
    // MS-ASTASK 3.2.5.2, 3.2.5.3: these stay.
    assert_eq!((&changed["priority"], &changed["alerts"]), (&json!(2), &task().to_value()["alerts"]));
    assert_eq!(changed["description"], task().to_value()["description"]);
}

#[test]
fn a_rule_that_was_never_shown_is_not_taken_away() {
    let hourly = r#"{"title": "x", "due": "2026-11-27T00:00:00", "recurrenceRule": {"frequency": "hourly"}}"#;
    let base = content(Class::Tasks, hourly);
    let changed = sends(
        Class::Tasks,
        Some(&base),
        "<tasks:Subject>y</tasks:Subject><tasks:DueDate>2026-11-27T00:00:00.000Z</tasks:DueDate>",
    );
    assert_eq!(changed, with(&base, |task| task["title"] = json!("y")));
}

#[test]
fn a_task_at_an_hour_has_the_zone_of_its_owner() {
    let task = sends(
        Class::Tasks,
        None,
        "<tasks:UtcDueDate>2026-11-27T14:00:00.000Z</tasks:UtcDueDate><tasks:DueDate>2026-11-27T15:00:00.000Z</tasks:DueDate>",
    );
    assert_eq!(
        (task["due"].as_str(), task["timeZone"].as_str()),
        (Some("2026-11-27T15:00:00"), Some("Europe/Oslo"))
    );
    let task = sends(Class::Tasks, None, "<tasks:UtcDueDate>2026-11-26T23:00:00.000Z</tasks:UtcDueDate>");
    assert_eq!(
        (task["due"].as_str(), task["showWithoutTime"].as_bool()),
        (Some("2026-11-27T00:00:00"), Some(true))
    );
}

/// Quirk importance-always.
#[test]
fn importance_is_always_told() {
    for version in Version::ALL {
        assert!(
            Phone::new(version)
                .xml(&content(Class::Tasks, r#"{"title": "x"}"#))
                .contains("<tasks:Importance>1<")
        );
    }
    let odd = sends(Class::Tasks, None, "<tasks:Importance>7</tasks:Importance>");
    assert!(
        Phone::new(Version::V14_1)
            .xml(&content(Class::Tasks, &odd.to_string()))
            .contains("<tasks:Importance>7<")
    );
}

/// Quirk dead-occur.
#[test]
fn a_rule_of_a_phone_is_read_with_all_it_says() {
    let task = sends(
        Class::Tasks,
        None,
        "<tasks:Recurrence><tasks:Type>1</tasks:Type><tasks:Start>2026-11-23T00:00:00.000Z</tasks:Start><tasks:Interval>2</tasks:Interval>\
         <tasks:DayOfWeek>2</tasks:DayOfWeek><tasks:Occurrences>3</tasks:Occurrences><tasks:Until>2030-01-01T00:00:00.000Z</tasks:Until>\
         <tasks:Regenerate>1</tasks:Regenerate><tasks:DeadOccur>0</tasks:DeadOccur></tasks:Recurrence>",
    );
    assert_eq!(
        task["recurrenceRule"],
        json!({"@type": "RecurrenceRule", "frequency": "weekly", "interval": 2, "byDay": [{"day": "mo"}], "count": 3, "lomme.app:regenerate": true})
    );
    assert!(
        Phone::new(Version::V2_5)
            .xml(&content(Class::Tasks, &task.to_string()))
            .contains("<tasks:Regenerate>1<")
    );
}

#[track_caller]
fn check_unreadable(class: Class, xml: &str, element: Tag) {
    let refused = Phone::new(Version::V14_1).sends(class, None, xml).unwrap_err();
    assert_eq!(refused.element, element, "{refused}");
}

#[test]
fn a_value_that_makes_no_sense_is_refused_by_name() {
    let rule = |inner: &str| {
        format!("<tasks:Recurrence><tasks:Start>2026-11-23T00:00:00Z</tasks:Start>{inner}</tasks:Recurrence>")
    };
    check_unreadable(Class::Tasks, "<tasks:ReminderSet>2</tasks:ReminderSet>", tasks::REMINDER_SET);
    check_unreadable(Class::Tasks, "<tasks:Complete>x</tasks:Complete>", tasks::COMPLETE);
    check_unreadable(Class::Tasks, "<tasks:DueDate>x</tasks:DueDate>", tasks::DUE_DATE);
    check_unreadable(Class::Tasks, &rule("<tasks:Interval>1</tasks:Interval>"), tasks::TYPE);
    check_unreadable(
        Class::Tasks,
        "<tasks:Recurrence><tasks:Type>0</tasks:Type></tasks:Recurrence>",
        tasks::START,
    );
    check_unreadable(
        Class::Tasks,
        &rule("<tasks:Type>1</tasks:Type><tasks:DayOfMonth>3</tasks:DayOfMonth>"),
        tasks::DAY_OF_MONTH,
    );
    check_unreadable(
        Class::Tasks,
        &rule("<tasks:Type>2</tasks:Type><tasks:WeekOfMonth>3</tasks:WeekOfMonth>"),
        tasks::WEEK_OF_MONTH,
    );
    check_unreadable(
        Class::Tasks,
        &rule("<tasks:Type>1</tasks:Type><tasks:FirstDayOfWeek>7</tasks:FirstDayOfWeek>"),
        tasks::FIRST_DAY_OF_WEEK,
    );
    check_unreadable(Class::Notes, "<notes:MessageClass>IPM.Note</notes:MessageClass>", notes::MESSAGE_CLASS);
}

#[test]
fn a_note_tells_its_own_time_and_loses_categories_left_out() {
    let changed = sends(
        Class::Notes,
        Some(&note()),
        "<notes:Subject>Liste</notes:Subject><notes:LastModifiedDate>20200101T000000Z</notes:LastModifiedDate>\
         <notes:MessageClass>IPM.StickyNote</notes:MessageClass>",
    );
    assert_eq!(
        changed,
        json!({"uid": "4d2a9cf8-0030", "title": "Liste", "body": "Melk & brød\nKaffe", "updated": "2026-11-22T16:50:00Z",
            "fjord.example:color": "yellow"})
    );
}

#[test]
fn no_bytes_from_a_phone_make_it_panic() {
    let texts = [
        "",
        "99999999999999999999",
        "-1",
        "2026-02-30T25:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "é€𐍈",
    ];
    for field in super::TASK {
        for text in texts {
            let name =
                format!("{}:{}", field.tag.namespace().unwrap().to_lowercase(), field.tag.name().unwrap());
            for xml in
                [format!("<{name}>{text}</{name}>"), format!("<{name}><{name}>{text}</{name}></{name}>")]
            {
                for base in [None, Some(&task())] {
                    let _ = Phone::new(Version::V16_1).sends(Class::Tasks, base, &xml);
                }
            }
        }
    }
}

/// A phone may be in another zone than its account, whose zone may not be known.
#[test]
fn a_task_is_due_when_the_phone_says_wherever_it_is() {
    let due = |local: &str, utc: &str| {
        let xml = format!(
            "<tasks:Subject>x</tasks:Subject><tasks:DueDate>{local}</tasks:DueDate><tasks:UtcDueDate>{utc}</tasks:UtcDueDate>"
        );
        let task = sends(Class::Tasks, None, &xml);
        let shown = Phone::new(Version::V14_1).xml(&content(Class::Tasks, &task.to_string()));
        assert!(shown.contains(local) && shown.contains(utc), "{shown}");
        task.get("timeZone").and_then(|zone| zone.as_str()).map(str::to_owned)
    };
    let zone = |name: &str| Some(name.to_owned());
    assert_eq!(due("2026-12-04T16:00:00.000Z", "2026-12-04T15:00:00.000Z"), zone("Europe/Oslo"));
    assert_eq!(due("2026-12-04T10:00:00.000Z", "2026-12-04T15:00:00.000Z"), zone("Etc/GMT+5"));
    assert_eq!(due("2026-12-04T15:00:00.000Z", "2026-12-04T15:00:00.000Z"), zone("Etc/UTC"));
}
