//! A calendar event: JSCalendar 2.0 `Event` (draft-ietf-calext-jscalendarbis-20). Knows no protocol.
//!
//! What phones know and JSCalendar does not is in properties of our own: `lomme.app:busyStatus` (`tentative`,
//! `out-of-office`, `elsewhere`), `lomme.app:sensitivity` (`personal`).

pub mod attachment;
pub mod answered;
pub mod attendance;
pub mod invited;
pub mod place;
pub mod series;
pub mod times;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::model::calendar;
use crate::model::calendar::Alert;
use crate::model::calendar::AlertKind;
use crate::model::calendar::Link;
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
        /// Files that belong to it, and addresses.
        links: BTreeMap<String, Link> = "links",
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
            // Our word refines `busy`; a back office that frees the time does not know it.
            _ if self.free_busy_status == Some(FreeBusyStatus::Free) => BusyStatus::Free,
            Some("tentative") => BusyStatus::Tentative,
            Some("out-of-office") => BusyStatus::OutOfOffice,
            Some("elsewhere") => BusyStatus::Elsewhere,
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
const BUSY_STATUS: &str = "lomme.app:busyStatus";

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::BusyStatus;
    use super::Event;
    use crate::model::calendar::Sensitivity;
    use crate::model::object::Shape;

    #[expect(clippy::needless_pass_by_value, reason = "tests write `event(json!(…))`")]
    pub(super) fn event(value: Value) -> Event {
        Event::read(&value).unwrap()
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
        let freed = event(json!({"freeBusyStatus": "free", "lomme.app:busyStatus": "out-of-office"}));
        assert_eq!(freed.busy_status(), BusyStatus::Free);
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
}
