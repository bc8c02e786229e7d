//! A calendar event: JSCalendar 2.0 `Event` (draft-ietf-calext-jscalendarbis-20). Knows no phone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::model::calendar::Alert;
use crate::model::calendar::Location;
use crate::model::calendar::Participant;
use crate::model::calendar::Patch;
use crate::model::calendar::Privacy;
use crate::model::calendar::Relation;
use crate::model::calendar::VirtualLocation;
use crate::model::calendar::take_imip;
use crate::model::duration::Duration;
use crate::model::object::Set;
use crate::model::object::object;
use crate::model::object::words;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::take_first_rule;

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
