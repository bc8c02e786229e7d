//! A thing to do: JSCalendar 2.0 `Task` (draft-ietf-calext-jscalendarbis-20). Knows no phone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::model::calendar::Alert;
use crate::model::calendar::Participant;
use crate::model::calendar::Patch;
use crate::model::calendar::Privacy;
use crate::model::calendar::Relation;
use crate::model::calendar::take_imip;
use crate::model::duration::Duration;
use crate::model::object::Set;
use crate::model::object::object;
use crate::model::object::words;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::take_first_rule;

object! {
    /// A task, single or recurring.
    pub struct Task then modernise {
        /// The same for ever and everywhere.
        uid: Option<String> = "uid",
        /// The heading.
        title: Option<String> = "title",
        /// The text.
        description: Option<String> = "description",
        /// `text/plain` unless said otherwise.
        description_content_type: Option<String> = "descriptionContentType",
        /// When it may be begun, in its zone.
        start: Option<DateTime> = "start",
        /// When it must be done, in its zone.
        due: Option<DateTime> = "due",
        /// The IANA zone of start and due; none: the same clock time everywhere.
        time_zone: Option<String> = "timeZone",
        /// How long it may take.
        estimated_duration: Option<Duration> = "estimatedDuration",
        /// Whether the time of day means nothing.
        show_without_time: Option<bool> = "showWithoutTime",
        /// How it repeats.
        recurrence_rule: Option<RecurrenceRule> = "recurrenceRule",
        /// Occurrences that differ, by the start the rule gave them.
        recurrence_overrides: BTreeMap<DateTime, Patch> = "recurrenceOverrides",
        /// How far it has come.
        progress: Option<Progress> = "progress",
        /// When `progress` last changed (RFC 8984 5.2.6): of a completed task, when it was completed.
        progress_updated: Option<Timestamp> = "progressUpdated",
        /// How much is done, 0 to 100.
        percent_complete: Option<u32> = "percentComplete",
        /// 1 highest, 9 lowest, 0 none.
        priority: Option<u32> = "priority",
        /// Who may see it.
        privacy: Option<Privacy> = "privacy",
        /// Categories.
        keywords: Set = "keywords",
        /// Who hands it out, as a URI.
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
    /// How far a task has come.
    pub enum Progress {
        /// Not begun.
        NeedsAction = "needs-action",
        /// Begun.
        InProcess = "in-process",
        /// Done.
        Completed = "completed",
        /// Tried in vain.
        Failed = "failed",
        /// Given up.
        Cancelled = "cancelled",
    }
}

/// RFC 8984 had `recurrenceRules` and `replyTo`.
fn modernise(task: &mut Task) {
    if task.recurrence_rule.is_none() {
        task.recurrence_rule = take_first_rule(&mut task.other);
    }
    if task.organizer_calendar_address.is_none() {
        task.organizer_calendar_address = take_imip(&mut task.other, "replyTo");
    }
}
