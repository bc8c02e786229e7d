//! What somebody who was invited says, laid into the organizer's event. Reads no message and sends none.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::calendar::Participant;
use crate::model::calendar::ParticipationStatus;
use crate::model::event::Event;
use crate::model::object;

/// When somebody gave their last answer (JSCalendar `scheduleUpdated`).
const ANSWERED_AT: &str = "scheduleUpdated";

/// An answer to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As the attendee's status says (RFC 5546 3.2.3 REPLY).
    Given,
    /// They would rather meet when the event says (RFC 5546 3.2.7 COUNTER).
    Proposed,
}

impl Event {
    /// The event once its organizer has heard an answer; none if it is an old one, or of nobody who was invited.
    pub fn answered(&self, answer: Answer, told: &Self, home: &TimeZone) -> Option<Self> {
        // RFC 5546 2.1.5: an answer to an older invitation says nothing of this one.
        if told.sequence.unwrap_or(0) < self.sequence.unwrap_or(0) {
            return None;
        }
        let at = told.within(self, home);
        let mut event = at.map_or_else(|| Some(self.clone()), |at| self.occurrence(at))?;
        let mut is_heard = false;
        for said in told.participants.values() {
            let own = said.address().filter(|_| !is_organizer(told, said));
            let own = own.and_then(|address| event.participant_mut(address));
            if let Some(own) = own.filter(|own| is_later(told.updated, own)) {
                is_heard |= hear(own, answer, told, said, home);
            }
        }
        let mut whole = self.clone();
        match at {
            Some(at) => whole.set_occurrence(at, &event),
            None => whole = event,
        }
        is_heard.then_some(whole)
    }
}

fn is_organizer(event: &Event, one: &Participant) -> bool {
    event.organizer().is_some_and(|organizer| one.is(organizer))
}

fn is_later(told: Option<Timestamp>, own: &Participant) -> bool {
    let known = object::text(&own.other, ANSWERED_AT).and_then(|time| time.parse::<Timestamp>().ok());
    told.zip(known).is_none_or(|(told, known)| told > known)
}

fn hear(own: &mut Participant, answer: Answer, told: &Event, said: &Participant, home: &TimeZone) -> bool {
    let (status, proposal) = match answer {
        Answer::Given => (said.participation_status, None),
        // Outlook has it as a doubtful answer.
        Answer::Proposed => {
            (Some(ParticipationStatus::Tentative), told.starts_at(home).zip(told.ends_at(home)))
        }
    };
    let Some(status) = status.filter(|status| *status != ParticipationStatus::NeedsAction) else {
        return false;
    };
    own.participation_status = Some(status);
    own.propose(proposal);
    if said.participation_comment.is_some() {
        own.participation_comment.clone_from(&said.participation_comment);
    }
    if let Some(told) = told.updated {
        own.other.insert(ANSWERED_AT.to_owned(), told.to_string().into());
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::model::object::Shape;

    fn meeting(change: &Value) -> Event {
        let mut value = json!({"uid": "u", "start": "2027-01-12T10:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H",
            "sequence": 1, "updated": "2026-11-20T08:00:00Z", "organizerCalendarAddress": "mailto:kari@fjord.example",
            "participants": {"o": {"calendarAddress": "mailto:ola@fjord.example", "roles": {"attendee": true},
                "participationStatus": "needs-action"}}});
        for (key, change) in change.as_object().unwrap() {
            value[key] = change.clone();
        }
        Event::read(&value).unwrap()
    }

    fn reply(status: &str, change: &Value) -> Event {
        let mut event = meeting(change);
        let ola = event.participant_mut("ola@fjord.example").unwrap();
        ola.participation_status = ParticipationStatus::from_word(status);
        event
    }

    fn hear_from_ola(stored: &Event, answer: Answer, told: &Event) -> Option<Event> {
        stored.answered(answer, told, &TimeZone::UTC)
    }

    fn said(event: &Event) -> (Option<ParticipationStatus>, Option<String>) {
        let ola = event.participant("ola@fjord.example").unwrap();
        (ola.participation_status, ola.proposal().map(|(start, _)| start.to_string()))
    }

    #[test]
    fn the_last_answer_counts() {
        let stored = meeting(&json!({}));
        let yes = reply("accepted", &json!({"updated": "2026-11-21T08:00:00Z"}));
        let heard = hear_from_ola(&stored, Answer::Given, &yes).unwrap();
        assert_eq!(said(&heard), (Some(ParticipationStatus::Accepted), None));
        assert_eq!(hear_from_ola(&heard, Answer::Given, &yes), None, "the same again");
        let before = reply("declined", &json!({"updated": "2026-11-20T18:00:00Z"}));
        assert_eq!(hear_from_ola(&heard, Answer::Given, &before), None);
        let other = json!({"start": "2027-01-13T10:00:00", "updated": "2026-11-22T08:00:00Z"});
        let heard = hear_from_ola(&heard, Answer::Proposed, &reply("tentative", &other)).unwrap();
        let proposed = Some("2027-01-13T09:00:00Z".to_owned());
        assert_eq!(said(&heard), (Some(ParticipationStatus::Tentative), proposed));
        assert_eq!(heard.start, stored.start);
        let after_all = reply("accepted", &json!({"updated": "2026-11-23T08:00:00Z"}));
        let heard = hear_from_ola(&heard, Answer::Given, &after_all).unwrap();
        assert_eq!(said(&heard), (Some(ParticipationStatus::Accepted), None));
    }

    #[test]
    fn who_is_not_invited_and_who_answers_something_older_is_not_heard() {
        let stored = meeting(&json!({"sequence": 2}));
        assert_eq!(hear_from_ola(&stored, Answer::Given, &reply("accepted", &json!({}))), None);
        let mallory = json!({"sequence": 2, "participants": {"m": {"calendarAddress": "mailto:mallory@example.com",
            "roles": {"attendee": true}, "participationStatus": "accepted"}}});
        assert_eq!(hear_from_ola(&stored, Answer::Given, &meeting(&mallory)), None);
        let silent = reply("needs-action", &json!({"sequence": 2}));
        assert_eq!(hear_from_ola(&stored, Answer::Given, &silent), None);
    }

    #[test]
    fn one_day_of_a_series_is_answered_alone() {
        let rule = json!({"recurrenceRule": {"frequency": "weekly", "count": 5}});
        let part = json!({"recurrenceId": "2027-01-19T10:00:00", "start": "2027-01-19T10:00:00"});
        let heard = hear_from_ola(&meeting(&rule), Answer::Given, &reply("declined", &part)).unwrap();
        assert_eq!(said(&heard).0, Some(ParticipationStatus::NeedsAction));
        let day = heard.occurrence("2027-01-19T10:00:00".parse().unwrap()).unwrap();
        assert_eq!(said(&day).0, Some(ParticipationStatus::Declined));
    }
}
