//! A thing to do: JSCalendar 2.0 `Task` (draft-ietf-calext-jscalendarbis-20). Knows no protocol.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::model::calendar;
use crate::model::calendar::Alert;
use crate::model::calendar::AlertKind;
use crate::model::calendar::Participant;
use crate::model::calendar::Privacy;
use crate::model::calendar::Relation;
use crate::model::calendar::Sensitivity;
use crate::model::calendar::take_imip;
use crate::model::duration::Duration;
use crate::model::object::Set;
use crate::model::object::members;
use crate::model::object::object;
use crate::model::object::replace_members;
use crate::model::object::words;
use crate::model::patch::Patch;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::take_first_rule;
use crate::model::slot;
use crate::model::zone;

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

impl Task {
    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        self.progress == Some(Progress::Completed)
    }

    /// When it was completed, of a completed task.
    pub fn completed_at(&self) -> Option<Timestamp> {
        self.progress_updated.filter(|_| self.is_complete())
    }

    /// Marks it as completed at a time.
    pub fn complete(&mut self, at: Timestamp) {
        if self.completed_at() != Some(at) {
            self.progress = Some(Progress::Completed);
            self.progress_updated = Some(at);
        }
    }

    /// Takes the completion back; other progress stays.
    pub fn reopen(&mut self) {
        if self.is_complete() {
            self.progress = Some(Progress::NeedsAction);
            self.progress_updated = None;
            self.percent_complete.take_if(|percent| *percent == 100);
        }
    }

    /// The zone of start and due; `floating` where there is none, or one that nobody knows.
    pub fn zone(&self, floating: &TimeZone) -> TimeZone {
        self.time_zone.as_deref().and_then(zone::find).unwrap_or_else(|| floating.clone())
    }

    /// When the phone reminds.
    pub fn reminder_time(&self, floating: &TimeZone) -> Option<Timestamp> {
        self.reminder(floating).map(|(_, time)| time)
    }

    /// Sets when the phone reminds, or takes the reminder away; other alerts stay, unseen by the phone.
    pub fn set_reminder_time(&mut self, value: Option<Timestamp>, floating: &TimeZone) {
        let shown = self.reminder(floating);
        if shown.map(|(_, time)| time) == value {
            return;
        }
        let kind = shown.map_or(AlertKind::At, |(kind, _)| kind);
        let Some(time) = value else {
            slot::remove(&mut self.alerts, kind, 0);
            return ALERTS.into_iter().for_each(|kind| slot::hide(&mut self.alerts, kind));
        };
        slot::edit(&mut self.alerts, kind, 0, |alert| alert.ring_at(time));
    }

    /// The one alert of all that the phone sees.
    fn reminder(&self, floating: &TimeZone) -> Option<(AlertKind, Timestamp)> {
        ALERTS.into_iter().find_map(|kind| {
            let trigger = slot::entry(&self.alerts, kind, 0)?.trigger.as_ref()?;
            let offset = trigger.offset.unwrap_or_default();
            let time = match kind {
                AlertKind::At => trigger.when?,
                AlertKind::BeforeStart => offset.after(self.start.or(self.due)?, &self.zone(floating))?,
                AlertKind::BeforeEnd => offset.after(self.due.or(self.start)?, &self.zone(floating))?,
            };
            Some((kind, time))
        })
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

    /// How urgent it is.
    pub fn importance(&self) -> Importance {
        // RFC 8984 4.4.1 (priority): 1 to 4 is high, 5 and none normal, 6 to 9 low.
        match self.priority.unwrap_or_default() {
            1..=4 => Importance::High,
            6..=9 => Importance::Low,
            _ => Importance::Normal,
        }
    }

    /// Sets how urgent it is; a finer number that means the same stays.
    pub fn set_importance(&mut self, value: Importance) {
        if self.importance() != value {
            self.priority = match value {
                Importance::High => Some(1),
                Importance::Normal => None,
                Importance::Low => Some(9),
            };
        }
    }
}

/// How urgent a task or a mail is (MS-ASTASK 2.2.2.14, MS-ASEMAIL 2.2.2.38 `Importance`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Importance {
    /// Can wait.
    Low,
    /// Neither.
    #[default]
    Normal,
    /// Cannot wait.
    High,
}

/// Alerts in the order in which a phone that has one reminder sees them.
const ALERTS: [AlertKind; 3] = [AlertKind::At, AlertKind::BeforeStart, AlertKind::BeforeEnd];

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde_json::Value;
    use serde_json::json;

    use super::Importance;
    use super::Task;
    use crate::model::calendar::Sensitivity;
    use crate::model::object::Shape;

    #[expect(clippy::needless_pass_by_value, reason = "tests write `task(json!(…))`")]
    fn task(value: Value) -> Task {
        Task::read(&value).unwrap()
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_reminder(value: Value, expected: Option<&str>) {
        let mut task = task(value);
        assert_eq!(task.reminder_time(&TimeZone::UTC), expected.map(time));
        let alerts = task.alerts.len() + usize::from(expected.is_none());
        for new in [Some(time("2026-05-05T05:05:00Z")), None, Some(time("2026-06-06T06:06:00Z"))] {
            task.set_reminder_time(new, &TimeZone::UTC);
            assert_eq!(task.reminder_time(&TimeZone::UTC), new);
        }
        assert_eq!(task.alerts.len(), alerts);
    }

    #[test]
    fn the_reminder_is_the_first_alert_by_its_time() {
        check_reminder(json!({}), None);
        check_reminder(
            json!({"alerts": {"a": {"trigger": {"offset": "PT1H"}}}, "start": "2026-01-02T12:00:00"}),
            None,
        );
        let due = json!({"due": "2026-01-02T12:00:00", "timeZone": "Europe/Oslo", "alerts": {
            "a": {"trigger": {"offset": "-PT1H", "relativeTo": "end"}}, "b": {"trigger": {"offset": "-P1D"}}}});
        check_reminder(due, Some("2026-01-01T11:00:00Z"));
        let both = json!({"due": "2026-01-02T12:00:00", "alerts": {
            "a": {"trigger": {"offset": "-PT1H"}}, "b": {"trigger": {"when": "2026-01-01T00:00:00Z"}}}});
        check_reminder(both, Some("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn a_task_is_completed_and_taken_up_again() {
        let mut task = task(json!({"progress": "in-process", "percentComplete": 50}));
        task.complete(time("2026-01-01T00:00:00Z"));
        assert!(task.is_complete());
        assert_eq!(task.completed_at(), Some(time("2026-01-01T00:00:00Z")));
        task.reopen();
        assert_eq!(task.write(), json!({"progress": "needs-action", "percentComplete": 50}));
        assert_eq!(task.completed_at(), None);
    }

    #[test]
    fn a_finer_priority_survives_the_phone_s_three() {
        for (priority, importance) in [
            (0, Importance::Normal),
            (1, Importance::High),
            (4, Importance::High),
            (5, Importance::Normal),
            (7, Importance::Low),
        ] {
            let mut task = task(json!({"priority": priority}));
            task.set_importance(importance);
            assert_eq!(task.priority, Some(priority));
        }
        for importance in [Importance::High, Importance::Low, Importance::Normal] {
            let mut task = task(json!({"priority": 3}));
            task.set_importance(importance);
            assert_eq!(task.importance(), importance);
        }
    }

    #[test]
    fn sensitivity_and_categories_give_back_what_was_set() {
        let mut task = Task::default();
        task.set_sensitivity(Sensitivity::Personal);
        task.set_categories(&["b", "a"]);
        assert_eq!(task.sensitivity(), Sensitivity::Personal);
        assert_eq!(task.categories().collect::<Vec<_>>(), ["a", "b"]);
    }
}
