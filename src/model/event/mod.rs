//! A calendar event: JSCalendar 2.0 `Event` (draft-ietf-calext-jscalendarbis-20). Knows no protocol.
//!
//! What phones know and JSCalendar does not is in properties of our own: `lomme:busyStatus` (`tentative`,
//! `out-of-office`, `elsewhere`), `lomme:sensitivity` (`personal`).

pub mod attendance;
pub mod series;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::model::calendar;
use crate::model::calendar::Alert;
use crate::model::calendar::AlertKind;
use crate::model::calendar::Location;
use crate::model::calendar::Participant;
use crate::model::calendar::Privacy;
use crate::model::calendar::Relation;
use crate::model::calendar::Sensitivity;
use crate::model::calendar::VirtualLocation;
use crate::model::calendar::take_imip;
use crate::model::duration::Duration;
use crate::model::object::Set;
use crate::model::object::members;
use crate::model::object::object;
use crate::model::object::replace_members;
use crate::model::object::set_text;
use crate::model::object::text;
use crate::model::object::words;
use crate::model::patch::Patch;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::take_first_rule;
use crate::model::slot;
use crate::model::slot::Entry;
use crate::model::slot::some_text;
use crate::model::zone;
use crate::model::zone::instant;

object! {
    /// An event, single or recurring.
    pub struct Event then modernise {
        /// The same for ever and everywhere.
        uid: Option<String> = "uid",
        /// The heading.
        title: Option<String> = "title",
        /// The text.
        description: Option<String> = "description",
        /// `text/plain` unless said otherwise.
        description_content_type: Option<String> = "descriptionContentType",
        /// When it starts, in its zone.
        start: Option<DateTime> = "start",
        /// The IANA zone of the start; none: the same clock time everywhere.
        time_zone: Option<String> = "timeZone",
        /// The zone of the end, if another.
        end_time_zone: Option<String> = "endTimeZone",
        /// How long it lasts.
        duration: Option<Duration> = "duration",
        /// Whether the time of day means nothing, as for a birthday.
        show_without_time: Option<bool> = "showWithoutTime",
        /// How it repeats.
        recurrence_rule: Option<RecurrenceRule> = "recurrenceRule",
        /// Occurrences that differ, by the start the rule gave them.
        recurrence_overrides: BTreeMap<DateTime, Patch> = "recurrenceOverrides",
        /// Confirmed, tentative or cancelled.
        status: Option<EventStatus> = "status",
        /// Whether the time is taken.
        free_busy_status: Option<FreeBusyStatus> = "freeBusyStatus",
        /// Who may see it.
        privacy: Option<Privacy> = "privacy",
        /// Categories.
        keywords: Set = "keywords",
        /// Where.
        locations: BTreeMap<String, Location> = "locations",
        /// Which of the places is the place.
        main_location_id: Option<String> = "mainLocationId",
        /// Where on the net.
        virtual_locations: BTreeMap<String, VirtualLocation> = "virtualLocations",
        /// Who sends the invitations, as a URI.
        organizer_calendar_address: Option<String> = "organizerCalendarAddress",
        /// Who takes part.
        participants: BTreeMap<String, Participant> = "participants",
        /// Reminders.
        alerts: BTreeMap<String, Alert> = "alerts",
        /// What it belongs to, by uid.
        related_to: BTreeMap<String, Relation> = "relatedTo",
        /// Counts the organizer's changes.
        sequence: Option<u32> = "sequence",
        /// When it was made.
        created: Option<Timestamp> = "created",
        /// When it was last changed.
        updated: Option<Timestamp> = "updated",
    }
}

words! {
    /// Whether an event will take place.
    pub enum EventStatus {
        /// It will.
        Confirmed = "confirmed",
        /// It may.
        Tentative = "tentative",
        /// It will not.
        Cancelled = "cancelled",
    }
}

words! {
    /// Whether an event takes its time.
    pub enum FreeBusyStatus {
        /// It does not.
        Free = "free",
        /// It does.
        Busy = "busy",
    }
}

/// RFC 8984 had `recurrenceRules` and `replyTo`.
fn modernise(event: &mut Event) {
    if event.recurrence_rule.is_none() {
        event.recurrence_rule = take_first_rule(&mut event.other);
    }
    if event.organizer_calendar_address.is_none() {
        event.organizer_calendar_address = take_imip(&mut event.other, "replyTo");
    }
}

impl Event {
    /// Whether it takes whole days.
    pub fn is_all_day(&self) -> bool {
        self.show_without_time == Some(true)
    }

    /// The zone of the start; `floating` where there is none, or one that nobody knows.
    pub fn zone(&self, floating: &TimeZone) -> TimeZone {
        self.time_zone.as_deref().and_then(zone::find).unwrap_or_else(|| floating.clone())
    }

    /// How long it lasts; whole days are one day at least.
    pub fn length(&self) -> Duration {
        let length = self.duration.unwrap_or_default();
        if self.is_all_day() && length.total_seconds() <= 0 { Duration::days(1) } else { length }
    }

    /// When it starts.
    pub fn starts_at(&self, floating: &TimeZone) -> Option<Timestamp> {
        instant(self.start?, &self.zone(floating))
    }

    /// When it ends: days by the calendar, then exact time (RFC 8984 1.4.6).
    pub fn ends_at(&self, floating: &TimeZone) -> Option<Timestamp> {
        self.length().after(self.start?, &self.zone(floating))
    }

    /// Sets a time of the day; the same instants change nothing.
    ///
    /// The zone is an IANA id. A length that stays keeps its spelling.
    pub fn set_times(&mut self, start: Timestamp, end: Timestamp, time_zone: &str) {
        let Some(tz) = zone::find(time_zone) else { return };
        let is_timed = !self.is_all_day() && self.time_zone.as_deref() == Some(time_zone);
        if is_timed && self.starts_at(&tz) == Some(start) && self.ends_at(&tz) == Some(end) {
            return;
        }
        let old_length = Some(self.length()).filter(|_| is_timed);
        self.start = Some(tz.to_datetime(start));
        self.time_zone = Some(time_zone.to_owned());
        self.show_without_time = None;
        let exact = end.duration_since(start).max(SignedDuration::ZERO);
        let kept = old_length.filter(|length| length.after_instant(start, &tz) == Some(end));
        self.duration = Some(kept.unwrap_or_else(|| Duration::exact(exact)));
    }

    /// Sets whole days, which have no zone: the same date wherever one is.
    pub fn set_days(&mut self, first: Date, days: i32) {
        let (start, length) = (first.to_datetime(Time::midnight()), Duration::days(days.max(1)));
        if self.is_all_day() && self.start == Some(start) && self.length() == length {
            return;
        }
        self.start = Some(start);
        self.time_zone = None;
        self.end_time_zone = None;
        self.show_without_time = Some(true);
        self.duration = Some(length);
    }

    /// The minutes before the start at which the phone reminds.
    pub fn reminder(&self) -> Option<i64> {
        let alert = slot::entry(&self.alerts, AlertKind::BeforeStart, 0)?;
        Some(-alert.trigger.as_ref()?.offset?.total_seconds() / 60)
    }

    /// Sets the reminder, or takes it away; other alerts stay, unseen by the phone.
    pub fn set_reminder(&mut self, minutes: Option<u32>) {
        if self.reminder() == minutes.map(i64::from) {
            return;
        }
        match minutes.map(|minutes| i32::try_from(minutes).unwrap_or(i32::MAX)) {
            Some(minutes) => slot::edit(&mut self.alerts, AlertKind::BeforeStart, 0, |alert| {
                alert.ring_from_start(Duration::minutes(-minutes));
            }),
            None => slot::remove(&mut self.alerts, AlertKind::BeforeStart, 0),
        }
    }

    /// Whether the time is taken, as phones have it.
    pub fn busy_status(&self) -> BusyStatus {
        match text(&self.other, BUSY_STATUS) {
            Some("tentative") => BusyStatus::Tentative,
            Some("out-of-office") => BusyStatus::OutOfOffice,
            Some("elsewhere") => BusyStatus::Elsewhere,
            _ if self.free_busy_status == Some(FreeBusyStatus::Free) => BusyStatus::Free,
            _ if self.status == Some(EventStatus::Tentative) => BusyStatus::Tentative,
            _ => BusyStatus::Busy,
        }
    }

    /// Sets whether the time is taken.
    pub fn set_busy_status(&mut self, value: BusyStatus) {
        if self.busy_status() == value {
            return;
        }
        let word = match value {
            BusyStatus::Free | BusyStatus::Busy => None,
            BusyStatus::Tentative => Some("tentative"),
            BusyStatus::OutOfOffice => Some("out-of-office"),
            BusyStatus::Elsewhere => Some("elsewhere"),
        };
        set_text(&mut self.other, BUSY_STATUS, word);
        let is_free = value == BusyStatus::Free;
        self.free_busy_status = Some(if is_free { FreeBusyStatus::Free } else { FreeBusyStatus::Busy });
        // The phone has one word where we have two: who is busy is no longer tentative.
        if value == BusyStatus::Busy && self.status == Some(EventStatus::Tentative) {
            self.status = Some(EventStatus::Confirmed);
        }
    }

    /// How much others may see.
    pub fn sensitivity(&self) -> Sensitivity {
        calendar::sensitivity(self.privacy, &self.other)
    }

    /// Sets how much others may see.
    pub fn set_sensitivity(&mut self, value: Sensitivity) {
        calendar::set_sensitivity(value, &mut self.privacy, &mut self.other);
    }

    /// Categories.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        members(&self.keywords)
    }

    /// Sets the categories.
    pub fn set_categories(&mut self, categories: &[&str]) {
        replace_members(&mut self.keywords, categories);
    }

    /// The name of the place.
    pub fn location(&self) -> Option<&str> {
        let location = match self.main_location() {
            Some(key) => self.locations.get(key),
            None => slot::entry(&self.locations, (), 0),
        };
        some_text(location?.name.as_ref())
    }

    /// Sets the name of the place, or takes the place away; other places stay, unseen by the phone.
    pub fn set_location(&mut self, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.location() == value {
            return;
        }
        let main = self.main_location().map(str::to_owned);
        let Some(value) = value else {
            match main {
                Some(key) => drop(self.locations.remove(&key)),
                None => slot::remove(&mut self.locations, (), 0),
            }
            self.main_location_id = None;
            return slot::hide(&mut self.locations, ());
        };
        match main.and_then(|key| self.locations.get_mut(&key)) {
            Some(location) => location.rename(value),
            None => slot::edit(&mut self.locations, (), 0, |location| location.rename(value)),
        }
    }

    fn main_location(&self) -> Option<&str> {
        self.main_location_id
            .as_deref()
            .filter(|key| self.locations.get(*key).is_some_and(|l| l.kind().is_some()))
    }

    /// Whether it was called off.
    pub fn is_cancelled(&self) -> bool {
        self.status == Some(EventStatus::Cancelled)
    }
}

/// Whether an event takes its time, as phones have it (MS-ASCAL 2.2.2.9 `BusyStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusyStatus {
    /// It does not.
    Free,
    /// It may.
    Tentative,
    /// It does.
    Busy,
    /// It does, and one is away.
    OutOfOffice,
    /// One works, but not at the usual place.
    Elsewhere,
}

/// What of `BusyStatus` JSCalendar has no word for.
const BUSY_STATUS: &str = "lomme:busyStatus";

impl Location {
    /// Another name is another place: what told where the old one was must go.
    fn rename(&mut self, name: &str) {
        self.name = Some(name.to_owned());
        self.coordinates = None;
        self.description = None;
    }
}

impl Entry for Location {
    type Kind = ();
    const PREFIX: &'static str = "l";

    fn kind(&self) -> Option<()> {
        some_text(self.name.as_ref()).map(|_| ())
    }

    fn new(_kind: ()) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use serde_json::Value;
    use serde_json::json;

    use super::BusyStatus;
    use super::Event;
    use crate::model::calendar::Sensitivity;
    use crate::model::object::Shape;

    #[expect(clippy::needless_pass_by_value, reason = "tests write `event(json!(…))`")]
    fn event(value: Value) -> Event {
        Event::read(&value).unwrap()
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_times(value: Value, start: &str, end: &str) {
        let event = event(value);
        assert_eq!(event.starts_at(&TimeZone::UTC), Some(time(start)));
        assert_eq!(event.ends_at(&TimeZone::UTC), Some(time(end)));
    }

    #[test]
    fn a_day_is_a_day_and_an_hour_an_hour_when_the_clock_changes() {
        let night = |length: &str| json!({"start": "2026-03-28T12:00:00", "timeZone": "Europe/Oslo", "duration": length});
        check_times(night("P1D"), "2026-03-28T11:00:00Z", "2026-03-29T10:00:00Z");
        check_times(night("PT24H"), "2026-03-28T11:00:00Z", "2026-03-29T11:00:00Z");
        check_times(json!({"start": "2026-03-28T12:00:00"}), "2026-03-28T12:00:00Z", "2026-03-28T12:00:00Z");
        let unknown = json!({"start": "2026-03-28T12:00:00", "timeZone": "/custom", "showWithoutTime": true});
        check_times(unknown, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
    }

    #[test]
    fn the_same_times_change_nothing() {
        let mut lunch =
            event(json!({"start": "2026-03-28T12:00:00", "timeZone": "Europe/Oslo", "duration": "P1D"}));
        let before = lunch.clone();
        lunch.set_times(time("2026-03-28T11:00:00Z"), time("2026-03-29T10:00:00Z"), "Europe/Oslo");
        assert_eq!(lunch, before);
        lunch.set_times(time("2026-04-01T10:00:00Z"), time("2026-04-02T10:00:00Z"), "Europe/Oslo");
        assert_eq!(
            lunch.write(),
            json!({"start": "2026-04-01T12:00:00", "timeZone": "Europe/Oslo", "duration": "P1D"})
        );
        lunch.set_times(time("2026-04-01T10:00:00Z"), time("2026-04-01T11:30:00Z"), "America/New_York");
        assert_eq!(
            lunch.write(),
            json!({"start": "2026-04-01T06:00:00", "timeZone": "America/New_York", "duration": "PT1H30M"})
        );
    }

    #[test]
    fn whole_days_have_no_zone() {
        let mut holiday =
            event(json!({"start": "2026-03-28T12:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H"}));
        holiday.set_days(date(2026, 7, 1), 14);
        let days = json!({"start": "2026-07-01T00:00:00", "duration": "P2W", "showWithoutTime": true});
        assert_eq!(holiday.write(), days);
        holiday.set_days(date(2026, 7, 1), 14);
        assert_eq!(holiday.write(), days);
        holiday.set_times(time("2026-04-01T10:00:00Z"), time("2026-04-01T11:00:00Z"), "Europe/Oslo");
        assert!(!holiday.is_all_day());
    }

    #[test]
    fn the_reminder_is_the_first_alert_before_the_start() {
        let mut meeting = event(json!({"alerts": {
            "a": {"trigger": {"offset": "-PT5M", "relativeTo": "end"}},
            "b": {"trigger": {"offset": "-PT30M"}, "action": "email", "x": 1},
            "c": {"trigger": {"offset": "-P1D"}}}}));
        assert_eq!(meeting.reminder(), Some(30));
        meeting.set_reminder(Some(15));
        assert_eq!(meeting.reminder(), Some(15));
        assert_eq!(meeting.alerts["b"].other["x"], 1);
        meeting.set_reminder(None);
        assert_eq!((meeting.reminder(), meeting.alerts.len()), (None, 2));
        meeting.set_reminder(Some(0));
        assert_eq!(meeting.reminder(), Some(0));
        assert_eq!(meeting.alerts.len(), 3);
    }

    #[test]
    fn every_busy_status_gives_back_what_was_set() {
        let all = [
            BusyStatus::Free,
            BusyStatus::Tentative,
            BusyStatus::Busy,
            BusyStatus::OutOfOffice,
            BusyStatus::Elsewhere,
        ];
        for first in all {
            for second in all {
                let mut event = event(json!({"status": "tentative", "freeBusyStatus": "busy"}));
                assert_eq!(event.busy_status(), BusyStatus::Tentative);
                event.set_busy_status(first);
                assert_eq!(event.busy_status(), first);
                event.set_busy_status(second);
                assert_eq!(event.busy_status(), second);
            }
        }
        assert_eq!(Event::default().busy_status(), BusyStatus::Busy);
    }

    #[test]
    fn every_sensitivity_gives_back_what_was_set() {
        let mut event = event(json!({"privacy": "public"}));
        event.set_sensitivity(Sensitivity::Normal);
        assert_eq!(event.write(), json!({"privacy": "public"}));
        let all =
            [Sensitivity::Personal, Sensitivity::Private, Sensitivity::Confidential, Sensitivity::Normal];
        for value in all {
            event.set_sensitivity(value);
            assert_eq!(event.sensitivity(), value);
        }
        assert_eq!(event, Event::default());
    }

    #[test]
    fn the_main_place_is_the_place() {
        let mut meeting = event(json!({"mainLocationId": "b", "locations": {
            "a": {"name": "Parking"}, "b": {"name": "Room 1", "coordinates": "geo:1,2", "x": 1}}}));
        assert_eq!(meeting.location(), Some("Room 1"));
        meeting.set_location(Some("Room 2"));
        assert_eq!(meeting.write()["locations"]["b"], json!({"name": "Room 2", "x": 1}));
        meeting.set_location(None);
        assert_eq!((meeting.location(), meeting.locations.len()), (None, 1));
        meeting.set_location(Some("Room 3"));
        assert_eq!((meeting.location(), meeting.locations.len()), (Some("Room 3"), 2));
    }

    #[test]
    fn the_first_of_several_places_is_the_place() {
        let mut meeting =
            event(json!({"locations": {"a": {"description": "?"}, "b": {"name": "B"}, "c": {"name": "C"}}}));
        assert_eq!(meeting.location(), Some("B"));
        meeting.set_location(None);
        assert_eq!((meeting.location(), meeting.locations.len()), (None, 2));
    }
}
