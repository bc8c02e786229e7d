//! What an organizer tells of a meeting, beside what the calendar has of it. Reads no message and sends none.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::model::calendar::Participant;
use crate::model::calendar::ParticipationStatus;
use crate::model::event::BusyStatus;
use crate::model::event::Event;
use crate::model::event::EventStatus;
use crate::model::event::answered::Answer;
use crate::model::object;
use crate::model::zone::instant;

/// Where an occurrence without its series says which it is.
const RECURRENCE_ID: &str = "recurrenceId";

/// What an organizer says of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It takes place, so.
    Held,
    /// It is off.
    Off,
}

/// Who hears it.
#[derive(Clone, Copy, Debug)]
pub struct Invitee<'a> {
    /// Their addresses.
    pub addresses: &'a [String],
    /// Where a time without a zone is.
    pub home: &'a TimeZone,
    /// When they hear it.
    pub now: Timestamp,
}

impl Invitee<'_> {
    /// What their calendar is to have of a meeting of which they hear; none: what it has.
    pub fn hears(&self, word: Word, told: &Event, stored: Option<&Event>) -> Option<Event> {
        // Whoever writes of somebody else's meeting is not asked.
        if stored.is_some_and(|stored| !is_by_the_same(told, stored)) {
            return None;
        }
        match word {
            Word::Held => self.is_invited_to(told, stored),
            Word::Off => called_off(told, stored?, self.home),
        }
    }

    /// What their calendar is to have of a meeting of their own that somebody answers; none: what it has.
    pub fn is_answered(&self, answer: Answer, told: &Event, stored: &Event) -> Option<Event> {
        let is_own = stored.organizer().is_some_and(|organizer| self.is(organizer));
        stored.answered(answer, told, self.home).filter(|_| is_own)
    }

    fn is_invited_to(&self, told: &Event, stored: Option<&Event>) -> Option<Event> {
        let is_own = told.organizer().is_none_or(|organizer| self.is(organizer));
        let is_past = told.start.is_none() || told.is_over_at().is_some_and(|over| over <= self.now);
        if is_own || is_past {
            return None;
        }
        let answer = self.place(told)?.participation_status;
        let Some(stored) = stored else {
            let is_declined = answer == Some(ParticipationStatus::Declined);
            return (!is_declined).then(|| self.unanswered(told));
        };
        let known = match told.within(stored, self.home) {
            Some(at) => stored.occurrence(at),
            None => Some(stored.clone()),
        };
        if known.as_ref().is_some_and(|known| !is_newer(told, known)) {
            return None;
        }
        // RFC 5546 3.2.2.1: who said yes to another time is asked again.
        let is_as_answered = known.as_ref().is_some_and(|known| is_at_the_same_time(told, known));
        let (event, _) = match known.filter(|_| is_as_answered) {
            Some(known) => self.answered(told, &known).joined(Some(stored), self.home),
            None => self.unanswered(told).joined(Some(stored), self.home),
        };
        Some(event)
    }

    /// A meeting as it is told, which they may or may not come to.
    fn unanswered(&self, told: &Event) -> Event {
        let mut event = told.clone();
        // It came by mail, and so the answer goes.
        event.answers_by_mail();
        let has_answered = self.place(told).and_then(|own| own.participation_status);
        let is_open =
            !matches!(has_answered, Some(ParticipationStatus::Accepted | ParticipationStatus::Declined));
        if is_open && event.busy_status() == BusyStatus::Busy {
            event.set_busy_status(BusyStatus::Tentative);
        }
        event
    }

    /// A meeting as it is told, with the answer they gave.
    fn answered(&self, told: &Event, known: &Event) -> Event {
        let mut event = told.clone();
        event.answers_by_mail();
        event.set_busy_status(known.busy_status());
        if let Some(own) = self.place(known)
            && let Some((address, status)) = own.address().zip(own.participation_status)
        {
            event.answer(address, status, own.participation_comment.as_deref());
        }
        event
    }

    fn is(&self, address: &str) -> bool {
        self.addresses.iter().any(|own| own.eq_ignore_ascii_case(address))
    }

    fn place<'a>(&self, event: &'a Event) -> Option<&'a Participant> {
        self.addresses.iter().find_map(|own| event.participant(own))
    }
}

/// The meeting that does not take place, or one occurrence of it; none if that is an old word.
fn called_off(told: &Event, stored: &Event, home: &TimeZone) -> Option<Event> {
    let mut event = stored.clone();
    let Some(at) = told.within(stored, home) else {
        if told.sequence.unwrap_or(0) < stored.sequence.unwrap_or(0) {
            return None;
        }
        off(&mut event);
        event.sequence = told.sequence.or(event.sequence);
        return Some(event);
    };
    let mut occurrence = stored.occurrence(at)?;
    off(&mut occurrence);
    event.set_occurrence(at, &occurrence);
    Some(event)
}

fn off(event: &mut Event) {
    event.status = Some(EventStatus::Cancelled);
    event.set_busy_status(BusyStatus::Free);
}

fn is_by_the_same(told: &Event, stored: &Event) -> bool {
    match (told.organizer(), stored.organizer()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

// RFC 5546 2.1.5: by SEQUENCE, and by DTSTAMP among those of the same.
fn is_newer(told: &Event, known: &Event) -> bool {
    let sequence = |event: &Event| event.sequence.unwrap_or(0);
    match sequence(told).cmp(&sequence(known)) {
        Ordering::Equal => told.updated.zip(known.updated).is_some_and(|(told, known)| told > known),
        order => order.is_gt(),
    }
}

fn is_at_the_same_time(told: &Event, known: &Event) -> bool {
    let when = |event: &Event| (event.start, event.time_zone.clone(), event.length());
    let is_same_rule = told.recurrence_rule == known.recurrence_rule || told.part_at().is_some();
    when(told) == when(known) && is_same_rule
}

impl Event {
    /// Which occurrence of a series an event is that came without it.
    pub fn part_at(&self) -> Option<DateTime> {
        object::text(&self.other, RECURRENCE_ID)?.parse().ok()
    }

    /// What somebody else is told of an event, or of one of its occurrences: neither its owner's reminders nor what
    /// only phones know.
    pub fn told_of(&self, at: Option<DateTime>) -> Option<Self> {
        let mut told = match at {
            None => self.clone(),
            Some(at) => {
                let mut occurrence = self.occurrence(at)?;
                occurrence.other.insert(RECURRENCE_ID.to_owned(), at.to_string().into());
                occurrence
            }
        };
        told.alerts.clear();
        told.keywords.clear();
        told.other.retain(|name, _| !name.starts_with("lomme.app:"));
        Some(told)
    }

    /// Whether what the calendar has is what somebody was invited to, and not another occurrence of the same series.
    pub fn is_part_of(&self, stored: &Self) -> bool {
        let at = self.part_at();
        at.is_none() || stored.recurrence_rule.is_some() || stored.part_at() == at
    }

    /// Which occurrence of what the calendar has it is, as the series there names it.
    pub(super) fn within(&self, stored: &Self, home: &TimeZone) -> Option<DateTime> {
        let at = self.part_at().filter(|_| stored.recurrence_rule.is_some())?;
        Some(instant(at, &self.zone(home)).map_or(at, |at| stored.zone(home).to_datetime(at)))
    }

    /// A meeting as it was last told of, with what its reader put into it, and the occurrence of it that somebody was
    /// invited to, if it was one of a series.
    pub fn joined(&self, stored: Option<&Self>, home: &TimeZone) -> (Self, Option<DateTime>) {
        let Some(stored) = stored else { return (self.clone(), None) };
        if let Some(at) = self.within(stored, home) {
            let mut series = stored.clone();
            let mut occurrence = self.clone();
            occurrence.other.remove(RECURRENCE_ID);
            series.set_occurrence(at, &occurrence);
            return (series, Some(at));
        }
        // What the calendar has may be as new, and what its owner put into it is not the organizer's.
        let is_of_all = self.part_at().is_none() && stored.part_at().is_some();
        if !is_of_all && !is_newer(self, stored) {
            return (stored.clone(), None);
        }
        let mut event = self.clone();
        event.alerts.clone_from(&stored.alerts);
        event.keywords.clone_from(&stored.keywords);
        (event, None)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::model::object::Shape;

    fn meeting(change: &Value) -> Event {
        let mut value = json!({"uid": "u", "title": "Budsjett", "start": "2027-01-12T10:00:00", "timeZone": "Europe/Oslo",
            "duration": "PT1H", "sequence": 1, "updated": "2026-11-20T08:00:00Z",
            "organizerCalendarAddress": "mailto:ola@fjord.example", "participants": {
            "k": {"calendarAddress": "mailto:kari@fjord.example", "roles": {"attendee": true},
                "participationStatus": "needs-action"}}});
        for (key, change) in change.as_object().unwrap() {
            value[key] = change.clone();
        }
        Event::read(&value).unwrap()
    }

    fn hear(word: Word, told: &Event, stored: Option<&Event>) -> Option<Event> {
        let addresses = ["kari@fjord.example".to_owned()];
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        Invitee { addresses: &addresses, home: &TimeZone::UTC, now }.hears(word, told, stored)
    }

    fn accepted() -> Event {
        let mut event =
            meeting(&json!({"alerts": {"a": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}}}}));
        event.answer("kari@fjord.example", ParticipationStatus::Accepted, None);
        event
    }

    fn status(event: &Event) -> (BusyStatus, Option<ParticipationStatus>) {
        (event.busy_status(), event.participant("kari@fjord.example").unwrap().participation_status)
    }

    const OPEN: (BusyStatus, Option<ParticipationStatus>) =
        (BusyStatus::Tentative, Some(ParticipationStatus::NeedsAction));
    const GIVEN: (BusyStatus, Option<ParticipationStatus>) =
        (BusyStatus::Busy, Some(ParticipationStatus::Accepted));

    #[test]
    fn who_is_invited_may_come() {
        let event = hear(Word::Held, &meeting(&json!({})), None).unwrap();
        assert_eq!((status(&event), event.title.as_deref()), (OPEN, Some("Budsjett")));
    }

    #[test]
    fn what_is_no_invitation_of_ones_own_is_left_alone() {
        for change in [
            json!({"participants": {"l": {"calendarAddress": "mailto:liv@fjord.example", "roles": {"attendee": true}}}}),
            json!({"organizerCalendarAddress": "mailto:Kari@fjord.example"}),
            json!({"organizerCalendarAddress": null}),
            json!({"start": "2026-11-20T10:00:00"}),
            json!({"start": null}),
        ] {
            assert_eq!(hear(Word::Held, &meeting(&change), None), None, "{change}");
        }
        let mut declined = meeting(&json!({}));
        declined.answer("kari@fjord.example", ParticipationStatus::Declined, None);
        assert_eq!(hear(Word::Held, &declined, None), None, "it was declined elsewhere");
        assert_eq!(hear(Word::Off, &meeting(&json!({})), None), None);
    }

    #[test]
    fn a_newer_word_counts_and_an_answer_holds_for_the_time_it_was_given_for() {
        let stored = accepted();
        assert_eq!(hear(Word::Held, &meeting(&json!({})), Some(&stored)), None, "the same word again");
        let title = meeting(&json!({"title": "Regnskap", "updated": "2026-11-21T08:00:00Z"}));
        let event = hear(Word::Held, &title, Some(&stored)).unwrap();
        assert_eq!((status(&event), event.title.as_deref()), (GIVEN, Some("Regnskap")));
        assert_eq!(event.alerts, stored.alerts);
        let time = meeting(&json!({"start": "2027-01-13T10:00:00", "sequence": 2}));
        let event = hear(Word::Held, &time, Some(&stored)).unwrap();
        assert_eq!((status(&event), event.sequence), (OPEN, Some(2)));
        assert_eq!(hear(Word::Held, &stored, Some(&event)), None, "an older word");
    }

    #[test]
    fn only_who_invites_changes_and_calls_off() {
        let other =
            meeting(&json!({"organizerCalendarAddress": "mailto:mallory@example.com", "sequence": 9}));
        assert_eq!(hear(Word::Held, &other, Some(&accepted())), None);
        assert_eq!(hear(Word::Off, &other, Some(&accepted())), None);
    }

    #[test]
    fn what_is_off_stays_to_be_seen() {
        let event = hear(Word::Off, &meeting(&json!({"sequence": 2})), Some(&accepted())).unwrap();
        assert!(event.is_cancelled());
        assert_eq!((event.busy_status(), event.sequence), (BusyStatus::Free, Some(2)));
        assert_eq!(hear(Word::Off, &meeting(&json!({"sequence": 0})), Some(&accepted())), None);
        assert_eq!(hear(Word::Off, &meeting(&json!({"sequence": 2})), Some(&event)).unwrap(), event);
    }

    #[test]
    fn one_day_of_a_series_moves_or_is_off() {
        let at: DateTime = "2027-01-19T10:00:00".parse().unwrap();
        let mut series = accepted();
        series.recurrence_rule =
            meeting(&json!({"recurrenceRule": {"frequency": "weekly", "count": 5}})).recurrence_rule;
        let part =
            json!({"recurrenceId": "2027-01-19T10:00:00", "start": "2027-01-20T10:00:00", "sequence": 2});
        let moved = hear(Word::Held, &meeting(&part), Some(&series)).unwrap();
        let day = moved.occurrence(at).unwrap();
        assert_eq!((day.start.unwrap().to_string().as_str(), status(&day)), ("2027-01-20T10:00:00", OPEN));
        assert_eq!((status(&moved), moved.recurrence_rule.clone()), (GIVEN, series.recurrence_rule));
        assert_eq!(hear(Word::Held, &meeting(&part), Some(&moved)), None, "the same word again");
        let off = hear(Word::Off, &meeting(&part), Some(&moved)).unwrap();
        assert!(off.occurrence(at).unwrap().is_cancelled() && !off.is_cancelled());
    }
}
