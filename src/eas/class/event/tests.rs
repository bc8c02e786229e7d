//! Events on phones of every version; their series have tests of their own.

use serde_json::Value;
use serde_json::json;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::calendar;

use crate::eas::class;
use crate::eas::class::event::testing::SERIES;
use crate::eas::class::event::testing::check_echo;
use crate::eas::class::event::testing::days;
use crate::eas::class::event::testing::edits;
use crate::eas::class::event::testing::sends;
use crate::eas::class::event::testing::series;
use crate::eas::class::event::testing::with;
use crate::eas::class::event::testing::zone_of;
use crate::eas::class::testing::Phone;
use crate::eas::class::testing::check_law;
use crate::eas::class::testing::content;
use crate::eas::golden;
use crate::model::class::Class;

#[test]
fn each_version_has_its_own_elements() {
    for version in Version::ALL {
        let phone = Phone::new(version);
        golden::check(&format!("class/event-series-{version}"), &phone.shows(&series()));
        golden::check(&format!("class/event-days-{version}"), &phone.shows(&days()));
    }
}

#[test]
fn an_event_sent_back_is_unchanged() {
    for version in Version::ALL {
        for event in [series(), days()] {
            check_law(&Phone::new(version), &event);
        }
    }
}

#[test]
fn no_element_is_shown_before_its_version() {
    for field in super::EVENT.iter().chain(super::EXCEPTION) {
        // Known to mail before, or to events but not to their exceptions.
        let late = [calendar::ATTENDEES, calendar::SENSITIVITY, airsyncbase::ATTACHMENTS];
        let is_late = late.contains(&field.tag);
        assert!(is_late || Some(field.versions.0) == field.tag.since(), "{:?}", field.tag);
    }
}

#[test]
fn what_a_phone_cannot_show_survives_its_edits() {
    for version in Version::ALL {
        let phone = Phone::new(version);
        let changed = edits(&phone, &series(), "<calendar:Reminder>15<", "<calendar:Reminder>30<");
        let expected = with(&series(), |event| event["alerts"]["a1"]["trigger"]["offset"] = json!("-PT30M"));
        assert_eq!(changed, expected, "{version}");
    }
}

#[track_caller]
fn check_days(version: Version, xml: &str, start: &str, duration: &str) {
    let xml = format!("<calendar:AllDayEvent>1</calendar:AllDayEvent>{xml}");
    let event = sends(&Phone::new(version), None, &xml);
    assert_eq!(event["showWithoutTime"], true);
    assert_eq!((event["start"].as_str(), event["duration"].as_str()), (Some(start), Some(duration)), "{xml}");
    assert_eq!(event.get("timeZone"), None);
}

/// Quirks days-by-any-dialect, no-length.
#[test]
fn a_whole_day_is_a_date_in_every_dialect() {
    let times = |start: &str, end: &str| {
        format!("<calendar:StartTime>{start}</calendar:StartTime><calendar:EndTime>{end}</calendar:EndTime>")
    };
    let date = "2026-11-05T00:00:00";
    let (oslo, utc) = (zone_of("Europe/Oslo"), zone_of("Etc/UTC"));
    check_days(
        Version::V14_1,
        &format!("{oslo}{}", times("20261104T230000Z", "20261105T230000Z")),
        date,
        "P1D",
    );
    check_days(
        Version::V14_1,
        &format!("{utc}{}", times("20261105T000000Z", "20261107T000000Z")),
        date,
        "P2D",
    );
    check_days(Version::V12_0, &times("20261104T230000Z", "20261105T230000Z"), date, "P1D");
    check_days(Version::V12_0, &times("20261105T000000Z", "20261106T000000Z"), date, "P1D");
    check_days(
        Version::V14_1,
        &format!("{oslo}{}", times("20261105T000000Z", "20261106T000000Z")),
        date,
        "P1D",
    );
    check_days(Version::V16_1, &times("20261105T000000Z", "20261106T000000Z"), date, "P1D");
    check_days(Version::V16_0, &times("20261105", "20261106"), date, "P1D");
    // Nokia's Mail for Exchange makes birthdays of no length.
    check_days(Version::V2_5, &times("20261105T000000Z", "20261105T000000Z"), date, "P1D");
    check_days(Version::V14_0, "<calendar:StartTime>20261105T000000Z</calendar:StartTime>", date, "P1D");
}

/// Quirk days-without-zone.
#[test]
fn from_16_0_on_a_whole_day_is_shown_without_a_zone() {
    for version in [Version::V16_0, Version::V16_1] {
        let shown = Phone::new(version).xml(&days());
        assert!(!shown.contains("Timezone"));
        assert!(
            shown.contains("<calendar:StartTime>20261005T000000Z<")
                && shown.contains("<calendar:EndTime>20261010T000000Z<")
        );
    }
    let shown = Phone::new(Version::V14_1).xml(&days());
    assert!(shown.contains("<calendar:StartTime>20261004T220000Z<") && shown.contains("<calendar:Timezone>"));
}

#[test]
fn the_zone_of_an_event_stays_when_the_phone_tells_its_rules() {
    let phone = Phone { supported: Some(Vec::new()), ..Phone::new(Version::V14_1) };
    let stockholm = content(Class::Calendar, &SERIES.replace("Europe/Oslo", "Europe/Stockholm"));
    let oslo = zone_of("Europe/Oslo");
    let xml = format!(
        "{oslo}<calendar:StartTime>20261102T083000Z</calendar:StartTime><calendar:EndTime>20261102T100000Z</calendar:EndTime>"
    );
    let changed = sends(&phone, Some(&stockholm), &xml);
    assert_eq!(
        (changed["timeZone"].as_str(), changed["start"].as_str()),
        (Some("Europe/Stockholm"), Some("2026-11-02T09:30:00"))
    );
}

/// Quirk alarm-only; Android leaves out what it does not know.
#[test]
fn an_edit_of_the_alarm_alone_keeps_times_and_text() {
    for version in Version::ALL {
        let changed =
            sends(&Phone::new(version), Some(&series()), "<calendar:Reminder>5</calendar:Reminder>");
        let expected = with(&series(), |event| event["alerts"]["a1"]["trigger"]["offset"] = json!("-PT5M"));
        assert_eq!(changed, expected, "{version}");
    }
}

/// Quirk late-reminders.
#[test]
fn a_reminder_is_kept_as_sent() {
    for minutes in ["0", "1080"] {
        let reminder = format!("<calendar:Reminder>{minutes}</calendar:Reminder>");
        let phone = Phone::new(Version::V14_0);
        let event = sends(&phone, None, &format!("<calendar:Subject>x</calendar:Subject>{reminder}"));
        assert!(phone.xml(&content(Class::Calendar, &event.to_string())).contains(&reminder));
    }
}

/// Quirk empty-reminder.
#[test]
fn an_empty_reminder_is_none() {
    let changed = sends(&Phone::new(Version::V16_1), Some(&series()), "<calendar:Reminder/>");
    let alerts = changed["alerts"].as_object().unwrap();
    assert_eq!(alerts.len(), 1, "the one that the phone never saw stays");
    let phone = Phone::new(Version::V16_1);
    let again = content(Class::Calendar, &changed.to_string());
    assert!(
        !phone.xml(&again).split_once("<calendar:Exceptions>").unwrap().0.contains("<calendar:Reminder>")
    );
}

/// MS-ASCAL 2.2.2.46: from 16.0 on the uid is the server's.
#[test]
fn a_uid_is_taken_byte_for_byte_from_old_phones_only() {
    let xml = "<calendar:UID> {ABC}=040000 </calendar:UID><calendar:StartTime>20261102T080000Z</calendar:StartTime>";
    for version in Version::ALL {
        let uid = sends(&Phone::new(version), None, xml)["uid"].clone();
        assert_eq!(uid, if version < Version::V16_0 { " {ABC}=040000 " } else { "a-new-uid" }, "{version}");
        assert_eq!(sends(&Phone::new(version), Some(&days()), xml)["uid"], days().to_value()["uid"]);
    }
    assert!(
        !Phone::new(Version::V16_1)
            .xml(&series())
            .split_once("<calendar:Exception>")
            .unwrap()
            .1
            .contains("Exception>\n<calendar:UID>")
    );
}

/// Quirk no-end.
#[test]
fn what_is_missing_of_a_new_event_is_made_up() {
    let phone = Phone::new(Version::V14_1);
    let event = sends(&phone, None, "<calendar:Subject>x</calendar:Subject>");
    assert_eq!(
        (event["start"].as_str(), event["duration"].as_str()),
        (Some("2026-11-22T18:00:00"), Some("PT30M"))
    );
    // HTC leaves out the end.
    let event = sends(&phone, None, "<calendar:StartTime>20261102T080000Z</calendar:StartTime>");
    assert_eq!(
        (event["start"].as_str(), event["timeZone"].as_str()),
        (Some("2026-11-02T09:00:00"), Some("Europe/Oslo"))
    );
    check_unreadable("<calendar:EndTime>20201102T080000Z</calendar:EndTime>", calendar::END_TIME);
}

#[track_caller]
fn check_unreadable(xml: &str, element: Tag) {
    let refused = Phone::new(Version::V14_1).sends(Class::Calendar, None, xml).unwrap_err();
    assert_eq!(refused.element, element, "{refused}");
}

#[test]
fn a_value_that_makes_no_sense_is_refused_by_name() {
    check_unreadable("<calendar:StartTime>soon</calendar:StartTime>", calendar::START_TIME);
    check_unreadable("<calendar:AllDayEvent>2</calendar:AllDayEvent>", calendar::ALL_DAY_EVENT);
    check_unreadable("<calendar:BusyStatus>9</calendar:BusyStatus>", calendar::BUSY_STATUS);
    check_unreadable("<calendar:Sensitivity>x</calendar:Sensitivity>", calendar::SENSITIVITY);
    check_unreadable("<calendar:Reminder>-5</calendar:Reminder>", calendar::REMINDER);
    check_unreadable("<calendar:MeetingStatus>99</calendar:MeetingStatus>", calendar::MEETING_STATUS);
    check_unreadable("<calendar:Timezone>AAAA</calendar:Timezone>", calendar::TIMEZONE);
    check_unreadable(
        "<calendar:Recurrence><calendar:Interval>1</calendar:Interval></calendar:Recurrence>",
        calendar::TYPE,
    );
    check_unreadable(
        "<calendar:Recurrence><calendar:Type>4</calendar:Type></calendar:Recurrence>",
        calendar::TYPE,
    );
    check_unreadable(
        "<calendar:Recurrence><calendar:Type>1</calendar:Type><calendar:DayOfWeek>200</calendar:DayOfWeek></calendar:Recurrence>",
        calendar::DAY_OF_WEEK,
    );
    check_unreadable(
        "<airsyncbase:Body><airsyncbase:Data>x</airsyncbase:Data></airsyncbase:Body>",
        airsyncbase::TYPE,
    );
    check_unreadable(
        "<calendar:Attendees><calendar:Attendee><calendar:Email>a@b.example</calendar:Email><calendar:AttendeeType>7</calendar:AttendeeType></calendar:Attendee></calendar:Attendees>",
        calendar::ATTENDEE_TYPE,
    );
    check_unreadable(&format!("<calendar:UID>{}</calendar:UID>", "x".repeat(301)), calendar::UID);
}

/// MS-ASCAL 3.2.5.3: what the type of a recurrence has not, and calendars that cannot be asked for, are Status 6.
#[test]
fn a_recurrence_has_what_its_type_has() {
    let recurrence = |kind: u8, more: &str| {
        format!(
            "<calendar:StartTime>20261102T080000Z</calendar:StartTime><calendar:Recurrence><calendar:Type>{kind}\
             </calendar:Type><calendar:Interval>1</calendar:Interval>{more}</calendar:Recurrence>"
        )
    };
    let element = |name: &str, value: u8| format!("<calendar:{name}>{value}</calendar:{name}>");
    for (name, tag, kinds) in [
        ("DayOfMonth", calendar::DAY_OF_MONTH, &[2, 5][..]),
        ("DayOfWeek", calendar::DAY_OF_WEEK, &[0, 1, 3, 6]),
        ("WeekOfMonth", calendar::WEEK_OF_MONTH, &[3, 6]),
        ("MonthOfYear", calendar::MONTH_OF_YEAR, &[5, 6]),
    ] {
        for kind in [0, 1, 2, 3, 5, 6] {
            let xml = recurrence(kind, &element(name, 2));
            let read = Phone::new(Version::V14_1).sends(Class::Calendar, None, &xml);
            let refused = read.err().map(|refused| refused.element);
            assert_eq!(refused, (!kinds.contains(&kind)).then_some(tag), "{name} in {kind}");
        }
    }
    for number in [13, 16, 17, 18, 19, 21, 22, 23, 24] {
        check_unreadable(&recurrence(2, &element("CalendarType", number)), calendar::CALENDAR_TYPE);
    }
    for kind in [2, 3, 5, 6] {
        let two = element("CalendarType", 1) + &element("CalendarType", 1);
        check_unreadable(&recurrence(kind, &two), calendar::CALENDAR_TYPE);
    }
    check_unreadable(&recurrence(1, &element("FirstDayOfWeek", 7)), calendar::FIRST_DAY_OF_WEEK);
    check_unreadable(&recurrence(4, ""), calendar::TYPE);
}

/// Quirk empty-attendees.
#[test]
fn an_empty_list_of_attendees_is_harmless() {
    let changed = sends(
        &Phone::new(Version::V14_1),
        Some(&days()),
        "<calendar:Subject>Høstferie</calendar:Subject><calendar:Attendees/>",
    );
    assert_eq!(changed.get("participants"), None);
}

/// MS-ASCMD 2.2.3.140, 2.2.3.141.
#[test]
fn another_time_that_was_proposed_is_shown_until_there_is_another_time() {
    let meeting = content(
        Class::Calendar,
        &json!({"uid": "e", "start": "2026-11-02T09:00:00", "timeZone": "Europe/Oslo", "title": "Møte",
            "organizerCalendarAddress": "mailto:ola@fjord.example", "participants": {"k": {
                "calendarAddress": "mailto:kari@fjord.example", "roles": {"attendee": true},
                "participationStatus": "tentative", "lomme.app:proposedStart": "2026-11-03T09:00:00Z",
                "lomme.app:proposedEnd": "2026-11-03T10:00:00Z"}}})
        .to_string(),
    );
    let shown = "<calendar:AttendeeType>1</calendar:AttendeeType>\n\
        <meetingresponse:ProposedStartTime>20261103T090000Z</meetingresponse:ProposedStartTime>\n\
        <meetingresponse:ProposedEndTime>20261103T100000Z</meetingresponse:ProposedEndTime>";
    let told = |version| {
        let lines: Vec<_> =
            Phone::new(version).xml(&meeting).lines().map(str::trim).map(str::to_owned).collect();
        lines.join("\n")
    };
    assert!(told(Version::V16_1).contains(shown), "{}", told(Version::V16_1));
    assert!(!told(Version::V16_0).contains("Proposed"));

    let proposed = |xml: &str| {
        let changed = sends(&Phone::new(Version::V16_1), Some(&meeting), xml);
        changed["participants"]["k"].get("lomme.app:proposedEnd").cloned()
    };
    let attendees = "<calendar:Attendees><calendar:Attendee><calendar:Email>kari@fjord.example</calendar:Email>\
        <calendar:Name>Kari</calendar:Name></calendar:Attendee></calendar:Attendees>";
    assert_eq!(proposed("<calendar:Subject>Nytt</calendar:Subject>"), Some(json!("2026-11-03T10:00:00Z")));
    assert_eq!(proposed(attendees), Some(json!("2026-11-03T10:00:00Z")));
    assert_eq!(
        proposed(
            "<calendar:StartTime>20261103T090000Z</calendar:StartTime><calendar:EndTime>20261103T100000Z</calendar:EndTime>"
        ),
        None
    );
}

/// Quirk ghost-attendees.
#[test]
fn an_attendee_without_an_address_is_nobody() {
    let xml = "<calendar:StartTime>20261102T080000Z</calendar:StartTime><calendar:Attendees><calendar:Attendee><calendar:Email/><calendar:Name>Ghost</calendar:Name></calendar:Attendee>\
        <calendar:Attendee><calendar:Email>Kari &lt;kari@fjord.example&gt;</calendar:Email><calendar:Name>Kari</calendar:Name></calendar:Attendee></calendar:Attendees>";
    let event = sends(&Phone::new(Version::V14_0), None, xml);
    assert_eq!(event["organizerCalendarAddress"], "mailto:ola@fjord.example");
    let names: Vec<_> =
        event["participants"].as_object().unwrap().values().map(|one| one["name"].clone()).collect();
    assert_eq!(names.len(), 2, "Kari and the organizer: {names:?}");
}

/// Quirk organizer-told; from 16.0 on the organizer is the owner.
#[test]
fn an_organizer_is_taken_from_old_phones_only() {
    let xml = "<calendar:StartTime>20261102T080000Z</calendar:StartTime><calendar:OrganizerName>Sjef</calendar:OrganizerName>\
        <calendar:OrganizerEmail>sjef@fjord.example</calendar:OrganizerEmail><calendar:MeetingStatus>3</calendar:MeetingStatus>";
    let organizer = |version| sends(&Phone::new(version), None, xml).get("organizerCalendarAddress").cloned();
    assert_eq!(organizer(Version::V14_1), Some(json!("mailto:sjef@fjord.example")));
    assert_eq!(organizer(Version::V16_1), None);
}

/// Quirks organizer-always, somebody-invited.
#[test]
fn an_appointment_is_its_owners_and_a_meeting_has_somebody_in_it() {
    let phone = Phone::new(Version::V14_0);
    let shown = phone.xml(&days());
    assert!(
        shown.contains("<calendar:OrganizerEmail>ola@fjord.example<")
            && shown.contains("<calendar:MeetingStatus>0<")
    );
    let received = content(
        Class::Calendar,
        &json!({"uid": "e", "start": "2026-11-02T09:00:00", "timeZone": "Europe/Oslo",
        "organizerCalendarAddress": "mailto:sjef@fjord.example", "status": "cancelled"})
        .to_string(),
    );
    let shown = phone.xml(&received);
    assert!(
        shown.contains("<calendar:MeetingStatus>7<") && shown.contains("<calendar:Email>ola@fjord.example<")
    );
    check_echo(&phone, &received);
}

#[test]
fn an_answer_of_the_owner_is_told() {
    let received = content(Class::Calendar, &json!({"uid": "e", "start": "2026-11-02T09:00:00", "timeZone": "Europe/Oslo",
        "organizerCalendarAddress": "mailto:sjef@fjord.example", "participants": {"a": {
            "calendarAddress": "mailto:ola@fjord.example", "roles": {"attendee": true}, "participationStatus": "accepted",
            "scheduleUpdated": "2026-10-30T12:00:00Z"}}}).to_string());
    let shown = Phone::new(Version::V14_1).xml(&received);
    assert!(
        shown.contains("<calendar:ResponseType>3<")
            && shown.contains("<calendar:AppointmentReplyTime>20261030T120000Z<")
    );
    assert!(!Phone::new(Version::V12_1).xml(&received).contains("ResponseType"));
}

/// Quirk place-by-name; 16.x has the place as `AirSyncBase:Location`.
#[test]
fn a_place_is_more_than_its_name_from_16_0_on() {
    let phone = Phone::new(Version::V16_1);
    let named = |name: &str| {
        format!(
            "<airsyncbase:Location><airsyncbase:DisplayName>{name}</airsyncbase:DisplayName></airsyncbase:Location>"
        )
    };
    assert_eq!(sends(&phone, Some(&series()), &named("Møterom Fjell")), series().to_value());
    let moved = sends(&phone, Some(&series()), &named("Kantina"));
    assert_eq!(
        (&moved["locations"]["l1"]["name"], moved["locations"]["l1"].get("coordinates")),
        (&json!("Kantina"), None)
    );
    let xml = "<airsyncbase:Location><airsyncbase:DisplayName>Hav</airsyncbase:DisplayName><airsyncbase:City>Bergen</airsyncbase:City>\
        <airsyncbase:Latitude>60.39</airsyncbase:Latitude><airsyncbase:Longitude>5.32</airsyncbase:Longitude></airsyncbase:Location>";
    let moved = sends(&phone, Some(&series()), xml);
    assert_eq!(moved["locations"]["l1"]["coordinates"], "geo:60.39,5.32");
    let gone = sends(&phone, Some(&series()), "<airsyncbase:Location/>");
    assert_eq!(gone.get("locations"), None);
}

#[test]
fn html_from_a_phone_stays_html() {
    let phone = Phone::new(Version::V14_1);
    let xml = "<calendar:StartTime>20261102T080000Z</calendar:StartTime><airsyncbase:Body><airsyncbase:Type>2</airsyncbase:Type>\
        <airsyncbase:Data>&lt;b&gt;Fet&lt;/b&gt; tekst</airsyncbase:Data></airsyncbase:Body>";
    let event = sends(&phone, None, xml);
    assert_eq!(
        (event["description"].as_str(), event["descriptionContentType"].as_str()),
        (Some("<b>Fet</b> tekst"), Some("text/html"))
    );
    let shown = phone.xml(&content(Class::Calendar, &event.to_string()));
    assert!(shown.contains("<airsyncbase:Data>Fet tekst<"), "{shown}");
}

#[test]
fn no_bytes_from_a_phone_make_it_panic() {
    let texts = [
        "",
        "0",
        "99999999999999999999",
        "-1",
        "20260230T250000Z",
        "99991231T235959Z",
        "00010101T000000Z",
        "é€𐍈",
        "AAAA",
    ];
    for version in [Version::V2_5, Version::V16_1] {
        for field in super::EVENT {
            for text in texts {
                let name = format!(
                    "{}:{}",
                    field.tag.namespace().unwrap().to_lowercase(),
                    field.tag.name().unwrap()
                );
                for xml in [
                    format!("<{name}>{text}</{name}>"),
                    format!("<{name}><{name}>{text}</{name}></{name}>"),
                    format!("<calendar:AllDayEvent>1</calendar:AllDayEvent><{name}>{text}</{name}>"),
                ] {
                    let _ = Phone::new(version).sends(Class::Calendar, None, &xml);
                    let _ = Phone::new(version).sends(Class::Calendar, Some(&series()), &xml);
                }
            }
        }
    }
}

#[track_caller]
fn check_untold(event: &Value) {
    for version in Version::ALL {
        let event = content(Class::Calendar, &event.to_string());
        let mut writer = Writer::new();
        writer.open(airsync::APPLICATION_DATA);
        assert!(class::write(&event, &Phone::new(version).view(), &mut writer).is_err(), "{version}");
    }
}

/// Set aside, with the reason: phones stumble over an event without its times.
#[test]
fn an_event_at_a_time_that_no_phone_can_be_told_is_not_told() {
    let oslo =
        |start: &str| json!({"uid": "e", "start": start, "timeZone": "Europe/Oslo", "duration": "PT1H"});
    check_untold(&oslo("9999-12-31T23:59:59"));
    check_untold(&oslo("0001-01-01T00:00:00"));
    check_untold(&json!({"uid": "e"}));
    check_untold(
        &json!({"uid": "e", "start": "9999-12-31T00:00:00", "duration": "P1D", "showWithoutTime": true}),
    );
}
