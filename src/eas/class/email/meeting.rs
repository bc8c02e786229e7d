//! The meeting that a mail is about, so that a phone can show and answer it (MS-ASEMAIL 2.2.2.48 `MeetingRequest`). Reads no
//! iCalendar.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::calendar;
use wbxml::email;
use wbxml::email2;
use wbxml::meetingresponse;

use crate::eas::class::View;
use crate::eas::class::cover::cover;
use crate::eas::class::email::Mail;
use crate::eas::class::email::received;
use crate::eas::class::email::write_time;
use crate::eas::class::event::meeting::write_no_proposals;
use crate::eas::class::event::place::write_place;
use crate::eas::class::event::write_busy_status;
use crate::eas::class::event::write_sensitivity;
use crate::eas::class::pattern::MONTHLY;
use crate::eas::class::pattern::MONTHLY_NTH;
use crate::eas::class::pattern::Pattern;
use crate::eas::class::pattern::WEEKLY;
use crate::eas::class::pattern::YEARLY;
use crate::eas::class::pattern::YEARLY_NTH;
use crate::eas::global_object_id;
use crate::eas::zone;
use crate::mime::address::Mailbox;
use crate::mime::calendar::Scheduling;
use crate::model::event::Event;
use crate::model::object;
use crate::model::zone::instant;

/// Where an occurrence without its series says which it is.
const RECURRENCE_ID: &str = "recurrenceId";

/// Writes the meeting, unless the mail is about none that can be told.
pub(super) fn write_meeting(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let Some((event, scheduling)) = mail.meeting.zip(mail.letter.scheduling()) else { return };
    let Some(meeting) = Meeting::new(mail, event, scheduling, view) else { return };
    writer.container(tag, |writer| meeting.write(view, writer));
}

struct Meeting<'a> {
    mail: &'a Mail<'a>,
    event: &'a Event,
    scheduling: Scheduling,
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// The occurrence that it is about, if not the series, by the clock of its zone.
    occurrence: Option<DateTime>,
}

impl<'a> Meeting<'a> {
    fn new(mail: &'a Mail<'a>, event: &'a Event, scheduling: Scheduling, view: &View<'_>) -> Option<Self> {
        let home = &view.owner.zone;
        let starts_at = event.starts_at(home)?;
        let occurrence = object::text(&event.other, RECURRENCE_ID).and_then(|text| text.parse().ok());
        let ends_at = event.ends_at(home).unwrap_or(starts_at);
        Some(Self { mail, event, scheduling, starts_at, ends_at, occurrence })
    }

    /// Writes the children in the order of the schema.
    fn write(&self, view: &View<'_>, writer: &mut Writer) {
        let event = self.event;
        let is_proposal = view.version >= Version::V16_1 && self.mail.letter.is_proposal();
        writer.number(email::ALL_DAY_EVENT, u8::from(event.is_all_day()));
        // What is proposed is not yet when it is.
        if !is_proposal {
            write_time(self.starts_at, email::START_TIME, writer);
        }
        let stamp = event.updated.or(event.created).unwrap_or_else(|| received(self.mail));
        write_time(stamp, email::DT_STAMP, writer);
        if !is_proposal {
            write_time(self.ends_at, email::END_TIME, writer);
        }
        writer.number(email::INSTANCE_TYPE, self.instance_type());
        self.write_place(view, writer);
        if let Some(organizer) = self.organizer() {
            writer.text(email::ORGANIZER, &organizer.to_string());
        }
        if let Some(at) = self.occurrence.and_then(|at| instant(at, &event.zone(&view.owner.zone))) {
            write_time(at, email::RECURRENCE_ID, writer);
        }
        // MS-ASEMAIL 2.2.2.63 (Reminder): in seconds, of 16 bits.
        let seconds = event.reminder().and_then(|minutes| u16::try_from(minutes.checked_mul(60)?).ok());
        if let Some(seconds) = seconds {
            writer.number(email::REMINDER, seconds);
        }
        writer.number(email::RESPONSE_REQUESTED, u8::from(self.wants_reply(view)));
        self.write_recurrence(view, writer);
        write_sensitivity(event, email::SENSITIVITY, view, writer);
        write_busy_status(event, email::BUSY_STATUS, view, writer);
        let blob = zone::encode(&event.zone(&view.owner.zone), self.starts_at);
        writer.text(email::TIME_ZONE, &blob);
        self.write_identity(is_proposal, view, writer);
    }

    /// Which meeting it is, in the form of the version, and what the mail is to it.
    fn write_identity(&self, is_proposal: bool, view: &View<'_>, writer: &mut Writer) {
        let uid = self.event.uid.as_deref().unwrap_or_default();
        if view.version < Version::V16_0 {
            let date = self.occurrence.map(DateTime::date);
            let date = date.filter(|date: &Date| date.year() > 0);
            writer.text(email::GLOBAL_OBJ_ID, &global_object_id::encode(uid, date));
        }
        if view.version >= Version::V14_0 {
            write_no_proposals(self.event, email::DISALLOW_NEW_TIME_PROPOSAL, view, writer);
        }
        if view.version >= Version::V14_1 {
            writer.number(email2::MEETING_MESSAGE_TYPE, self.message_type());
        }
        if view.version >= Version::V16_0 {
            writer.text(calendar::UID, uid);
        }
        if is_proposal {
            write_time(self.starts_at, meetingresponse::PROPOSED_START_TIME, writer);
            write_time(self.ends_at, meetingresponse::PROPOSED_END_TIME, writer);
        }
    }

    // MS-ASEMAIL 2.2.2.39 (InstanceType): a single one, a series, an exception.
    fn instance_type(&self) -> u8 {
        if self.occurrence.is_some() { 3 } else { u8::from(self.event.recurrence_rule.is_some()) }
    }

    // MS-ASEMAIL 2.2.2.47 (MeetingMessageType): the first request, a later one.
    fn message_type(&self) -> u8 {
        match self.scheduling {
            Scheduling::Request if self.event.sequence.unwrap_or(0) == 0 => 1,
            Scheduling::Request => 2,
            Scheduling::Cancel | Scheduling::Accepted | Scheduling::Tentative | Scheduling::Declined => 0,
        }
    }

    fn write_place(&self, view: &View<'_>, writer: &mut Writer) {
        if view.version >= Version::V16_0 {
            return write_place(self.event, airsyncbase::LOCATION, view, writer);
        }
        if let Some(place) = self.event.location().filter(|place| !place.is_empty()) {
            writer.text(email::LOCATION, place);
        }
    }

    /// Who invites; who wrote a request that does not say.
    fn organizer(&self) -> Option<Mailbox> {
        let named = self.event.organizer().map(|address| Mailbox {
            name: self.event.organizer_name().map(str::to_owned),
            address: address.to_owned(),
        });
        let is_request = matches!(self.scheduling, Scheduling::Request | Scheduling::Cancel);
        named.or_else(|| self.mail.letter.headers().from.first().filter(|_| is_request).cloned())
    }

    /// Whether the organizer waits for an answer, which programs say or leave out.
    fn wants_reply(&self, view: &View<'_>) -> bool {
        let own = self.event.participant(&view.owner.email).and_then(|one| one.expect_reply);
        self.scheduling == Scheduling::Request && own != Some(false)
    }

    fn write_recurrence(&self, view: &View<'_>, writer: &mut Writer) {
        let rule = self.event.recurrence_rule.as_ref().filter(|_| self.occurrence.is_none());
        let Some(cover) = rule.zip(self.event.start).and_then(|(rule, start)| cover(rule, start)) else {
            return;
        };
        let zone = self.event.zone(&view.owner.zone);
        let until = cover.pattern.until.and_then(|until| instant(until, &zone));
        writer.container(email::RECURRENCES, |writer| {
            writer.container(email::RECURRENCE, |writer| {
                write_pattern(&cover.pattern, until, view.version, writer);
            });
        });
    }
}

/// Writes a pattern in the order of this schema, which is not that of events.
fn write_pattern(pattern: &Pattern, until: Option<Timestamp>, version: Version, writer: &mut Writer) {
    writer.number(email::TYPE, pattern.kind);
    writer.number(email::INTERVAL, pattern.interval);
    if let Some(until) = until {
        write_time(until, email::UNTIL, writer);
    }
    if let Some(occurrences) = pattern.occurrences {
        writer.number(email::OCCURRENCES, occurrences);
    }
    for (tag, value) in [
        (email::WEEK_OF_MONTH, pattern.week_of_month),
        (email::DAY_OF_MONTH, pattern.day_of_month),
        (email::DAY_OF_WEEK, pattern.day_of_week),
        (email::MONTH_OF_YEAR, pattern.month_of_year),
    ] {
        if let Some(value) = value {
            writer.number(tag, value);
        }
    }
    if version >= Version::V14_0 {
        // MS-ASEMAIL 2.2.2.15 (CalendarType): there with these types; 2.2.2.43 (IsLeapMonth): always there.
        if matches!(pattern.kind, MONTHLY | MONTHLY_NTH | YEARLY | YEARLY_NTH) {
            writer.number(email2::CALENDAR_TYPE, pattern.calendar_type.unwrap_or(0));
        }
        writer.number(email2::IS_LEAP_MONTH, u8::from(pattern.is_leap_month));
    }
    if version >= Version::V14_1 && pattern.kind == WEEKLY {
        writer.number(email2::FIRST_DAY_OF_WEEK, pattern.first_day_of_week.unwrap_or(1));
    }
}
