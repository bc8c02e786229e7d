//! Series and their exceptions on phones of every version.

use serde_json::Value;
use serde_json::json;
use wbxml::Version;
use wbxml::airsyncbase;
use wbxml::calendar;

use crate::eas::class;
use crate::eas::class::event::testing::check_echo;
use crate::eas::class::event::testing::edits;
use crate::eas::class::event::testing::of_rule;
use crate::eas::class::event::testing::sends;
use crate::eas::class::event::testing::series;
use crate::eas::class::event::testing::with;
use crate::eas::class::testing::Phone;
use crate::eas::class::testing::content;
use crate::model::class::Class;
use crate::model::content::Content;

#[test]
fn an_edit_of_one_exception_leaves_the_others() {
    let phone = Phone::new(Version::V14_1);
    let changed = edits(&phone, &series(), "Ukemøte, senere", "Ukemøte, enda senere");
    let expected = with(&series(), |event| {
        event["recurrenceOverrides"]["2026-11-09T09:00:00"]["title"] = json!("Ukemøte, enda senere");
    });
    assert_eq!(changed, expected);
}

#[test]
fn exceptions_that_are_not_sent_stay() {
    let phone = Phone { supported: Some(vec![calendar::EXCEPTIONS]), ..Phone::new(Version::V12_1) };
    let changed = sends(&phone, Some(&series()), "<calendar:Subject>Nytt</calendar:Subject>");
    assert_eq!(changed["recurrenceOverrides"], series().to_value()["recurrenceOverrides"]);
}

/// Sends the series back as it was shown, but with these exceptions only; what comes of the others.
#[track_caller]
fn overrides_after(phone: &Phone, exceptions: &str) -> Value {
    let shown = phone.xml(&series());
    let (before, rest) = shown.split_once("<calendar:Exceptions>").unwrap();
    let (_, after) = rest.split_once("</calendar:Exceptions>").unwrap();
    let xml = format!("{before}<calendar:Exceptions>{exceptions}</calendar:Exceptions>{after}");
    sends(phone, Some(&series()), &xml)["recurrenceOverrides"].clone()
}

/// MS-ASCAL 3.2.5.3.1 (Removing Exceptions): one that is left out remains unchanged.
#[test]
fn one_exception_sent_leaves_the_others() {
    let deletion = "<calendar:Exception><calendar:Deleted>1</calendar:Deleted>\
        <calendar:ExceptionStartTime>20261116T080000Z</calendar:ExceptionStartTime></calendar:Exception>";
    let mut expected = series().to_value()["recurrenceOverrides"].clone();
    assert_eq!(overrides_after(&Phone::new(Version::V14_1), ""), expected);
    expected["2026-11-16T09:00:00"] = json!({"excluded": true});
    for version in [Version::V2_5, Version::V12_1, Version::V14_1] {
        for supported in [None, Some(Vec::new()), Some(vec![calendar::EXCEPTIONS])] {
            let phone = Phone { supported, ..Phone::new(version) };
            assert_eq!(overrides_after(&phone, deletion), expected, "{version}");
        }
    }
}

#[test]
fn an_exception_that_is_as_the_series_again_is_one_no_more() {
    let mut expected = series().to_value()["recurrenceOverrides"].clone();
    expected.as_object_mut().unwrap().remove("2026-11-04T09:00:00");
    let plain = "<calendar:Exception><calendar:ExceptionStartTime>20261104T080000Z</calendar:ExceptionStartTime>\
        </calendar:Exception>";
    assert_eq!(overrides_after(&Phone::new(Version::V14_1), plain), expected);
}

/// Quirk wrong-exception.
#[test]
fn an_exception_is_found_by_its_day_when_the_time_is_wrong() {
    let phone = Phone { supported: Some(Vec::new()), ..Phone::new(Version::V14_0) };
    for wrong in ["20261116T113000Z", "20261116T000000Z"] {
        let xml = format!(
            "<calendar:Exceptions><calendar:Exception><calendar:Deleted>1</calendar:Deleted>\
            <calendar:ExceptionStartTime>{wrong}</calendar:ExceptionStartTime></calendar:Exception></calendar:Exceptions>"
        );
        assert_eq!(
            sends(&phone, Some(&series()), &xml)["recurrenceOverrides"]["2026-11-16T09:00:00"],
            json!({"excluded": true})
        );
    }
}

/// Quirk deleted-is-deleted; Exchange 2003 has deletion and start first.
#[test]
fn deleted_is_told_of_deletions_only_and_first() {
    for version in Version::ALL {
        let shown = Phone::new(version).xml(&series());
        assert_eq!(shown.matches("Deleted>").count(), 2, "{version}");
        assert!(shown.contains("<calendar:Exception>\n<calendar:Deleted>1<"), "{version}: {shown}");
    }
}

/// Quirk order-of-2003.
#[test]
fn an_old_phone_gets_the_order_of_exchange_2003() {
    let shown = Phone::new(Version::V2_5).xml(&series());
    assert!(shown.starts_with("<calendar:Timezone>"));
    let (_, exceptions) = shown.split_once("<calendar:Exceptions>").unwrap();
    assert!(!exceptions.split_once("</calendar:Exceptions>").unwrap().0.contains("Sensitivity"));
}

#[test]
fn a_moved_series_takes_its_exceptions_along() {
    let phone = Phone { supported: Some(Vec::new()), ..Phone::new(Version::V14_1) };
    let xml = "<calendar:StartTime>20261102T090000Z</calendar:StartTime><calendar:EndTime>20261102T103000Z</calendar:EndTime>";
    let moved = sends(&phone, Some(&series()), xml);
    assert_eq!(moved["start"], "2026-11-02T10:00:00");
    assert_eq!(moved["recurrenceOverrides"]["2026-11-04T10:00:00"], json!({"excluded": true}));
    // MS-ASCAL 2.2.2.42: from 16.0 on a new start takes them away.
    let moved = sends(&Phone::new(Version::V16_1), Some(&series()), xml);
    assert_eq!(moved.get("recurrenceOverrides"), None);
}

#[test]
fn one_occurrence_is_changed_by_its_instance_id() {
    let phone = Phone::new(Version::V16_1);
    let document = wbxml::Document::from_xml(
        "<ApplicationData xmlns=\"AirSync\" xmlns:calendar=\"Calendar\"><calendar:Subject>Kort</calendar:Subject>\
         <calendar:EndTime>20261109T093000Z</calendar:EndTime></ApplicationData>",
    )
    .unwrap();
    let changed =
        class::change_instance(&series(), "20261109T080000Z", document.root(), &phone.reading()).unwrap();
    let expected = with(&series(), |event| {
        let occurrence = &mut event["recurrenceOverrides"]["2026-11-09T09:00:00"];
        occurrence["title"] = json!("Kort");
        occurrence["duration"] = json!("PT30M");
    });
    assert_eq!(changed.to_value(), expected);
    let deleted = class::delete_instance(&series(), "20261116T080000Z", &phone.reading()).unwrap();
    assert_eq!(deleted.to_value()["recurrenceOverrides"]["2026-11-16T09:00:00"], json!({"excluded": true}));
    let unknown = class::delete_instance(&series(), "20261117T080000Z", &phone.reading()).unwrap_err();
    assert_eq!(unknown.element, airsyncbase::INSTANCE_ID);
}

#[test]
fn one_day_of_a_series_of_days_is_named_by_its_date() {
    let days = content(
        Class::Calendar,
        &json!({"uid": "e", "start": "2026-11-02T00:00:00", "duration": "P1D",
        "showWithoutTime": true, "recurrenceRule": {"frequency": "daily"}})
        .to_string(),
    );
    for version in [Version::V16_0, Version::V16_1] {
        let phone = Phone::new(version);
        let deleted = class::delete_instance(&days, "20261104T000000Z", &phone.reading()).unwrap();
        assert_eq!(
            deleted.to_value()["recurrenceOverrides"],
            json!({"2026-11-04T00:00:00": {"excluded": true}})
        );
        assert!(phone.xml(&deleted).contains("<airsyncbase:InstanceId>20261104T000000Z<"));
    }
}

#[track_caller]
fn check_rule(rule: &Value, shown: &[&str]) {
    for version in [Version::V2_5, Version::V14_1, Version::V16_1] {
        let event = of_rule(rule);
        let xml = Phone::new(version).xml(&event);
        for part in shown {
            assert!(xml.contains(&format!("<calendar:{part}<")), "{version} {part}: {xml}");
        }
        check_echo(&Phone::new(version), &event);
    }
}

#[test]
fn each_kind_of_rule_is_shown_and_kept() {
    check_rule(
        &json!({"frequency": "daily", "interval": 2, "count": 5}),
        &["Type>0", "Interval>2", "Occurrences>5"],
    );
    check_rule(
        &json!({"frequency": "daily", "byDay": [{"day": "mo"}, {"day": "fr"}]}),
        &["Type>1", "DayOfWeek>34"],
    );
    check_rule(
        &json!({"frequency": "weekly", "until": "2026-12-07T09:00:00"}),
        &["Type>1", "DayOfWeek>2", "Until>20261207T080000Z"],
    );
    check_rule(&json!({"frequency": "monthly"}), &["Type>2", "DayOfMonth>2"]);
    check_rule(
        &json!({"frequency": "monthly", "byMonthDay": [-1]}),
        &["Type>3", "DayOfWeek>127", "WeekOfMonth>5"],
    );
    check_rule(
        &json!({"frequency": "monthly", "byDay": [{"day": "mo", "nthOfPeriod": 1}]}),
        &["Type>3", "DayOfWeek>2", "WeekOfMonth>1"],
    );
    check_rule(
        &json!({"frequency": "monthly", "byDay": [{"day": "mo"}, {"day": "tu"}, {"day": "we"}, {"day": "th"}, {"day": "fr"}], "bySetPosition": [-1]}),
        &["Type>3", "DayOfWeek>62", "WeekOfMonth>5"],
    );
    check_rule(&json!({"frequency": "yearly"}), &["Type>5", "DayOfMonth>2", "MonthOfYear>11"]);
    check_rule(
        &json!({"frequency": "yearly", "byMonth": ["11"], "byDay": [{"day": "mo", "nthOfPeriod": 1}]}),
        &["Type>6", "DayOfWeek>2", "WeekOfMonth>1", "MonthOfYear>11"],
    );
}

#[test]
fn a_rule_no_phone_can_express_is_covered_and_survives() {
    let event = of_rule(&json!({"frequency": "monthly", "byMonthDay": [2, 16], "count": 4}));
    let phone = Phone::new(Version::V14_1);
    let shown = phone.xml(&event);
    // Mondays and Wednesdays cover 2 and 16 November, 2 and 16 December.
    assert!(shown.contains("<calendar:Type>1<") && shown.contains("<calendar:DayOfWeek>10<"), "{shown}");
    assert!(shown.contains("<calendar:Until>20261216T080000Z<"));
    assert_eq!(shown.matches("<calendar:Deleted>1<").count(), 10);
    check_echo(&phone, &event);
    let changed = edits(&phone, &event, "<calendar:Subject>T<", "<calendar:Subject>U<");
    assert_eq!(changed, with(&event, |value| value["title"] = json!("U")));
    // Once the phone sets a rule of its own, that counts.
    let changed = edits(&phone, &event, "<calendar:DayOfWeek>10<", "<calendar:DayOfWeek>2<");
    assert_eq!(changed["recurrenceRule"]["byDay"], json!([{"day": "mo"}]));
}

#[test]
fn what_repeats_within_a_day_is_shown_once_and_survives() {
    let event = of_rule(&json!({"frequency": "secondly", "interval": 1}));
    let phone = Phone::new(Version::V14_1);
    assert!(!phone.xml(&event).contains("Recurrence"));
    check_echo(&phone, &event);
}

#[test]
fn yearly_in_two_months_is_shown_month_by_month() {
    let event =
        of_rule(&json!({"frequency": "yearly", "byMonth": ["5", "11"], "byMonthDay": [2], "count": 3}));
    let shown = Phone::new(Version::V12_0).xml(&event);
    assert!(shown.contains("<calendar:Type>2<") && shown.contains("<calendar:DayOfMonth>2<"), "{shown}");
    assert_eq!(shown.matches("<calendar:Deleted>1<").count(), 10);
    check_echo(&Phone::new(Version::V12_0), &event);
}

#[test]
fn an_empty_recurrence_makes_a_single_event() {
    let changed = sends(&Phone::new(Version::V16_1), Some(&series()), "<calendar:Recurrence/>");
    assert_eq!((changed.get("recurrenceRule"), changed.get("recurrenceOverrides")), (None, None));
}

#[test]
fn an_element_taken_from_one_occurrence_is_told_by_an_empty_one() {
    let shown = |version| Phone::new(version).xml(&series());
    assert!(shown(Version::V14_1).contains("<calendar:Reminder/>"));
    assert!(!shown(Version::V14_0).contains("<calendar:Reminder/>"));
}

/// MS-ASCAL 2.2.2.37: from 16.0 on a change may leave the type out.
#[test]
fn from_16_0_on_a_part_of_a_pattern_changes_that_part() {
    let xml = "<calendar:Recurrence><calendar:Until>20261130T080000Z</calendar:Until></calendar:Recurrence>";
    let changed = sends(&Phone::new(Version::V16_1), Some(&series()), xml);
    let rule = &changed["recurrenceRule"];
    assert_eq!(
        (&rule["byDay"], &rule["until"]),
        (&json!([{"day": "mo"}, {"day": "we"}]), &json!("2026-11-30T09:00:00"))
    );
    assert!(Phone::new(Version::V14_1).sends(Class::Calendar, Some(&series()), xml).is_err());
}

#[test]
fn an_exception_of_the_year_9999_costs_no_more_than_others() {
    let phone = Phone { supported: Some(Vec::new()), ..Phone::new(Version::V14_1) };
    let endless = of_rule(&json!({"frequency": "daily"}));
    let xml = "<calendar:Exceptions><calendar:Exception><calendar:ExceptionStartTime>99981231T080000Z</calendar:ExceptionStartTime>\
        <calendar:Subject>Late</calendar:Subject></calendar:Exception></calendar:Exceptions>";
    let changed = content(Class::Calendar, &sends(&phone, Some(&endless), xml).to_string());
    for _ in 0..20 {
        assert!(!phone.xml(&changed).contains("Exceptions"));
    }
    let secondly = of_rule(&json!({"frequency": "secondly"}));
    let reading = phone.reading();
    assert!(class::delete_instance(&secondly, "99981231T080000Z", &reading).is_err());
}

/// MS-ASAIRS 2.2.2.25 (`InstanceId`), from 16.0 on.
#[test]
fn an_instance_without_its_series_says_which_it_is() {
    let event = json!({"uid": "e", "title": "T", "start": "2026-11-02T10:00:00", "timeZone": "Europe/Oslo",
        "duration": "PT1H", "recurrenceId": "2026-11-02T09:00:00"});
    let orphan = content(Class::Calendar, &event.to_string());
    let id = "<airsyncbase:InstanceId>20261102T080000Z</airsyncbase:InstanceId>";
    let phone = Phone::new(Version::V16_1);
    assert!(phone.xml(&orphan).contains(id), "{}", phone.xml(&orphan));
    assert!(!Phone::new(Version::V14_1).xml(&orphan).contains("InstanceId"));
    assert!(!phone.xml(&series()).contains("</airsyncbase:InstanceId><"), "a series is none");
    check_echo(&phone, &orphan);
    // Named by its id, it is itself that changes.
    let xml = "<ApplicationData xmlns=\"AirSync\" xmlns:calendar=\"Calendar\"><calendar:Subject>Ny</calendar:Subject>\
               </ApplicationData>";
    let document = wbxml::Document::from_xml(xml).unwrap();
    let changed =
        class::change_instance(&orphan, "20261102T080000Z", document.root(), &phone.reading()).unwrap();
    assert_eq!(changed.to_value(), with(&orphan, |event| event["title"] = json!("Ny")));
    assert!(class::change_instance(&orphan, "20261103T080000Z", document.root(), &phone.reading()).is_err());
}

/// Three days of a series without it, as CalDAV has them (RFC 4791 4.1): one is later than the series says.
fn days_without_series() -> Content {
    let event = json!({"uid": "e", "title": "T", "start": "2026-11-03T09:00:00", "timeZone": "Europe/Oslo",
        "duration": "PT1H", "recurrenceId": "2026-11-03T09:00:00", "recurrenceOverrides": {
            "2026-11-05T09:00:00": {"start": "2026-11-05T10:00:00"}, "2026-11-17T09:00:00": {"title": "U"}}});
    content(Class::Calendar, &event.to_string())
}

#[test]
fn days_without_their_series_are_all_shown() {
    let days = days_without_series();
    for version in [Version::V12_1, Version::V14_1, Version::V16_1] {
        let phone = Phone::new(version);
        let shown = phone.xml(&days);
        let times = |tag: &str| {
            let tag = format!("{tag}>2026");
            shown.split(&tag).skip(1).map(|rest| rest[..4].to_owned()).collect::<Vec<_>>()
        };
        // Tuesdays and Thursdays till the 17th: the 10th and the 12th are none.
        assert!(shown.contains("<calendar:DayOfWeek>20</calendar:DayOfWeek>"), "{shown}");
        assert_eq!(times("calendar:Until"), ["1117"], "{version}");
        assert_eq!(shown.matches("<calendar:Deleted>1").count(), 2, "{version}");
        let id = if version < Version::V16_0 { "ExceptionStartTime" } else { "InstanceId" };
        let mut exceptions = times(id);
        exceptions.sort();
        assert_eq!(exceptions, ["1105", "1110", "1112", "1117"], "{version}");
        check_echo(&phone, &days);
    }
}

#[test]
fn one_of_the_days_without_their_series_changes_or_goes_alone() {
    let (days, phone) = (days_without_series(), Phone::new(Version::V16_1));
    let document = wbxml::Document::from_xml(
        "<ApplicationData xmlns=\"AirSync\" xmlns:calendar=\"Calendar\"><calendar:Subject>Ny</calendar:Subject></ApplicationData>",
    );
    let document = document.unwrap();
    let changed =
        class::change_instance(&days, "20261105T080000Z", document.root(), &phone.reading()).unwrap();
    let expected = with(&days, |event| {
        event["recurrenceOverrides"]["2026-11-05T09:00:00"]["title"] = json!("Ny");
    });
    assert_eq!(changed.to_value(), expected);
    assert!(class::change_instance(&days, "20261110T080000Z", document.root(), &phone.reading()).is_err());
    let left = class::delete_instance(&days, "20261103T080000Z", &phone.reading()).unwrap();
    assert!(left.to_value()["recurrenceOverrides"]["2026-11-03T09:00:00"]["excluded"] == json!(true));
    assert!(phone.xml(&left).matches("<calendar:Deleted>1").count() == 3, "{}", phone.xml(&left));
    // The times they had are their names.
    let moved = "<calendar:StartTime>20261104T080000Z</calendar:StartTime><calendar:EndTime>20261104T090000Z</calendar:EndTime>";
    assert_eq!(sends(&phone, Some(&days), moved)["start"], json!("2026-11-03T09:00:00"));
    let single = sends(&phone, Some(&days), "<calendar:Subject>T</calendar:Subject><calendar:Recurrence/>");
    assert_eq!(single.get("recurrenceOverrides"), None);
}

#[test]
fn a_day_beside_the_rule_is_shown() {
    // Mondays, and Wednesday the 9th of December, which is another meeting; one at another hour cannot be told.
    let mut event = of_rule(&json!({"frequency": "weekly", "until": "2026-12-28T09:00:00"})).to_value();
    event["recurrenceOverrides"] =
        json!({"2026-12-09T09:00:00": {"title": "Ekstra"}, "2026-12-10T15:00:00": {}});
    let event = content(Class::Calendar, &event.to_string());
    for version in [Version::V14_1, Version::V16_1] {
        let phone = Phone::new(version);
        let shown = phone.xml(&event);
        assert!(shown.contains("<calendar:DayOfWeek>10</calendar:DayOfWeek>"), "{shown}");
        // Of eight Wednesdays one is left.
        assert_eq!(shown.matches("<calendar:Deleted>1").count(), 7, "{shown}");
        assert!(shown.contains("Ekstra") && shown.contains("20261228T080000Z"), "{shown}");
        check_echo(&phone, &event);
    }
    let endless = of_rule(&json!({"frequency": "weekly"}));
    assert!(!Phone::new(Version::V14_1).xml(&endless).contains("Deleted"));
}
