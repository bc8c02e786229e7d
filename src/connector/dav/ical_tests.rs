//! Texts of events, tasks and notes, read and written.

use jiff::Timestamp;
use jiff::civil::datetime;

use crate::connector::dav::ical::read;
use crate::connector::dav::ical::write;
use crate::connector::dav::line::Component;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::task::Task;

const OUTLOOK: &str = include_str!("../../../fixtures/dav/series-outlook.ics");

fn event(text: &str) -> Event {
    let Ok(Some(Content::Event(event))) = read(text, Class::Calendar) else { panic!("{text}") };
    event
}

fn text(event: Event) -> String {
    write(&Content::Event(event), Timestamp::UNIX_EPOCH).unwrap().replace("\r\n ", "").replace("\r\n", "\n")
}

fn lines(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

/// The times that an event comes to: start, zone, duration.
#[track_caller]
fn check_times(written: &str, start: &str, zone: Option<&str>, duration: Option<&str>) {
    let event = event(&lines(written));
    let found = event.duration.map(|duration| duration.to_string());
    assert_eq!(event.start, start.parse().ok(), "{written}");
    assert_eq!((event.time_zone.as_deref(), found.as_deref()), (zone, duration), "{written}");
}

#[test]
fn times_are_counted_by_the_zone() {
    let (start, oslo) = ("2026-03-28T12:00", Some("Europe/Oslo"));
    check_times(
        "DTSTART;TZID=Europe/Oslo:20260328T120000\nDTEND;TZID=Europe/Oslo:20260329T120000",
        start,
        oslo,
        Some("PT23H"),
    );
    check_times(
        "DTSTART;TZID=Europe/Oslo:20260328T120000\nDTEND:20260328T120000Z",
        start,
        oslo,
        Some("PT1H"),
    );
    check_times("DTSTART;TZID=Europe/Oslo:20260328T120000\nDURATION:P1D", start, oslo, Some("P1D"));
    check_times("DTSTART:20260328T120000Z\nDTEND:20260328T130000Z", start, Some("Etc/UTC"), Some("PT1H"));
    check_times("DTSTART:20260328T120000\nDTEND:20260328T130000", start, None, Some("PT1H"));
    check_times(
        "DTSTART;TZID=Nowhere:20260328T120000\nDTEND;TZID=Nowhere:20260328T130000",
        start,
        None,
        Some("PT1H"),
    );
    check_times(
        "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330",
        "2026-03-28T00:00",
        None,
        Some("P2D"),
    );
    check_times("DTSTART;VALUE=DATE:20260328", "2026-03-28T00:00", None, Some("P1D"));
    check_times("DTSTART:20260328T120000Z\nDTEND:20260328T110000Z", start, Some("Etc/UTC"), Some("PT0S"));
    // Alberta gave up changing its clocks in 2026: an hour that an older database would count wrong.
    let alberta = "DTSTART;TZID=America/Edmonton:20261201T090000\nDTEND:20261201T160000Z";
    check_times(alberta, "2026-12-01T09:00", Some("America/Edmonton"), Some("PT1H"));
}

#[test]
fn what_says_the_same_in_another_form_goes_when_it_changes() {
    let mut edited = event(&lines(
        "DTSTART:20260328T120000Z\nDESCRIPTION;ALTREP=\"cid:1\":Text\nX-ALT-DESC:<b>Text</b>\nLOCATION:Room\n\
         X-APPLE-STRUCTURED-LOCATION;VALUE=URI:geo:1,2",
    ));
    let riders = ["X-ALT-DESC", "X-APPLE-STRUCTURED-LOCATION", "ALTREP"];
    let same = text(edited.clone());
    assert!(riders.iter().all(|rider| same.contains(rider)), "{same}");
    edited.description = Some("Other".to_owned());
    edited.set_location(Some("Other room"));
    let changed = text(edited);
    assert!(!riders.iter().any(|rider| changed.contains(rider)), "{changed}");
}

#[test]
fn a_moved_series_keeps_its_occurrences_and_its_zone() {
    let mut series = event(OUTLOOK);
    assert_eq!(series.recurrence_overrides.len(), 5);
    assert!(series.recurrence_overrides[&datetime(2026, 11, 11, 9, 0, 0, 0)].is_excluded());
    series.time_zone = Some("America/New_York".to_owned());
    let written = text(series);
    assert!(written.contains("TZID:America/New_York") && !written.contains("Berlin"), "{written}");
    assert!(written.contains("UNTIL=20270301T140000Z"), "{written}");
    assert!(written.contains("RECURRENCE-ID;TZID=America/New_York:20261116T090000"), "{written}");
}

#[test]
fn an_occurrence_is_found_however_its_time_is_told() {
    let series = |id: &str| {
        let part = |more: &str| format!("BEGIN:VEVENT\nUID:u\nSUMMARY:S\n{more}\nEND:VEVENT\n");
        let master = part(
            "DTSTART;TZID=Europe/Oslo:20260601T090000\nDTEND;TZID=Europe/Oslo:20260601T100000\nRRULE:FREQ=DAILY",
        );
        let moved = part(&format!("{id}\nDTSTART:20260602T100000Z\nDTEND:20260602T110000Z"));
        let series = event(&format!("BEGIN:VCALENDAR\n{master}{moved}END:VCALENDAR\n"));
        series.recurrence_overrides
    };
    let at = datetime(2026, 6, 2, 9, 0, 0, 0);
    for id in [
        "RECURRENCE-ID;TZID=Europe/Oslo:20260602T090000",
        "RECURRENCE-ID:20260602T070000Z",
        "RECURRENCE-ID;VALUE=DATE:20260602",
    ] {
        let overrides = series(id);
        let patch = overrides[&at].0.clone();
        assert_eq!(patch.keys().collect::<Vec<_>>(), ["start"], "{id}");
        assert_eq!(patch["start"], "2026-06-02T12:00:00", "{id}");
    }
}

#[test]
fn every_named_zone_is_defined() {
    let calendar = Component::parse(&text(event(OUTLOOK))).unwrap();
    let defined = |id: &str| {
        let zones = calendar.components.iter().filter(|part| part.name == "VTIMEZONE");
        zones.into_iter().any(|zone| zone.property("TZID").is_some_and(|known| known.value == id))
    };
    let named = calendar
        .components
        .iter()
        .flat_map(|part| &part.properties)
        .filter_map(|line| line.parameter("TZID"));
    assert!(named.collect::<Vec<_>>().into_iter().all(defined));
}

#[test]
fn a_task_says_when_it_was_completed_only_if_it_is() {
    let mut task = Task { title: Some("T".to_owned()), ..Task::default() };
    let said = |task: &Task| {
        write(&Content::Task(task.clone()), Timestamp::UNIX_EPOCH).unwrap().contains("\nCOMPLETED:")
    };
    task.complete(Timestamp::UNIX_EPOCH);
    assert!(said(&task));
    task.reopen();
    assert!(!said(&task));
}

#[test]
fn another_class_s_text_is_no_item_and_nonsense_is_refused() {
    assert!(matches!(read(OUTLOOK, Class::Tasks), Ok(None)));
    assert!(matches!(read(OUTLOOK, Class::Contacts), Ok(None)));
    assert!(read("BEGIN:VCARD\nEND:VCARD\n", Class::Calendar).is_err());
    assert!(read(&lines("SUMMARY:No start"), Class::Calendar).is_err());
    assert!(read("", Class::Calendar).is_err());
}

/// Days of a series without it, as CalDAV has them (RFC 4791 4.1).
#[test]
fn each_day_without_its_series_is_written_as_it_was() {
    let text_of = |titles: &[(&str, &str)]| {
        let days = titles.iter().map(|(day, title)| {
            format!(
                "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:202611{day}T090000Z\nDTSTART:202611{day}T100000Z\nSUMMARY:{title}\n\
                 END:VEVENT\n"
            )
        });
        format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", days.collect::<String>())
    };
    // In whatever order they stand.
    let mut days = event(&text_of(&[("12", "C"), ("03", "A"), ("10", "B")]));
    assert_eq!(days.title.as_deref(), Some("A"));
    let titles = |event: Event| {
        let text = text(event);
        text.lines()
            .filter(|line| line.starts_with("SUMMARY") || line.starts_with("RECURRENCE-ID"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let all = "SUMMARY:A RECURRENCE-ID:20261103T090000Z SUMMARY:B RECURRENCE-ID:20261110T090000Z SUMMARY:C \
               RECURRENCE-ID:20261112T090000Z";
    assert_eq!(titles(days.clone()), all);
    days.exclude(datetime(2026, 11, 3, 9, 0, 0, 0));
    assert_eq!(titles(days), all.split_once("Z ").unwrap().1);
}

#[test]
fn a_formatted_description_is_plain_text_to_those_who_know_no_other() {
    let html = "<html><body><p>Hei <b>du</b> &amp; jeg</p></body></html>";
    let mut event = event(&lines("DTSTART:20261204T080000Z\nSUMMARY:Møte"));
    event.description = Some(html.to_owned());
    event.description_content_type = Some("text/html".to_owned());
    let written = text(event.clone());
    assert!(written.contains("\nDESCRIPTION:Hei du & jeg\n"), "{written}");
    assert!(
        written.contains("\nX-ALT-DESC;FMTTYPE=text/html:<html>") && !written.contains("JSPROP"),
        "{written}"
    );
    let again = self::event(&written);
    assert_eq!(
        (again.description.as_deref(), &again.description_content_type),
        (Some(html), &event.description_content_type)
    );
    // Somebody else has changed the text and left the line that he does not know.
    let changed = written.replace("DESCRIPTION:Hei du & jeg", "DESCRIPTION:Bruk skrue <M8> her\\nlinje to");
    let again = self::event(&changed);
    assert_eq!(again.description.as_deref(), Some("Bruk skrue <M8> her\nlinje to"));
    assert_eq!(again.description_content_type, None);
    let told = text(again);
    assert!(told.contains("DESCRIPTION:Bruk skrue <M8> her\\nlinje to"), "{told}");
}

/// RFC 5545 3.2.13 (RANGE).
#[test]
fn what_is_said_of_all_that_follow_is_said_of_each() {
    let series = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART:20261201T080000Z\nDURATION:PT1H\nSUMMARY:A\nRRULE:FREQ=DAILY;COUNT=5\n\
        END:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261203T080000Z\nDTSTART:20261203T100000Z\n\
        DURATION:PT1H\nSUMMARY:B\nEND:VEVENT\nEND:VCALENDAR\n";
    let shown = |event: &Event| {
        let days = (1..=5).map(|day| event.occurrence(datetime(2026, 12, day, 8, 0, 0, 0)).unwrap());
        days.map(|day| format!("{} {}", day.start.unwrap().hour(), day.title.unwrap())).collect::<Vec<_>>()
    };
    let read = event(series);
    assert_eq!(shown(&read), ["8 A", "8 A", "10 B", "10 B", "10 B"]);
    assert_eq!(shown(&event(&text(read))), ["8 A", "8 A", "10 B", "10 B", "10 B"]);
}
