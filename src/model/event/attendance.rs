//! Who is invited to an event and by whom, as phones see it. Sends no invitation.

use jiff::civil::DateTime;

use crate::model::calendar::Participant;
use crate::model::calendar::ParticipationStatus;
use crate::model::calendar::address_of;
use crate::model::event::Event;
use crate::model::object::has;
use crate::model::object::set_of;
use crate::model::slot::free_key;
use crate::model::slot::some_text;

/// Somebody invited, as phones have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// The e-mail address.
    pub address: String,
    /// The name, if known.
    pub name: Option<String>,
    /// Whether they must come.
    pub role: AttendeeRole,
    /// The answer, if known.
    pub status: Option<ParticipationStatus>,
}

/// Somebody by address and name.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'a> {
    /// The e-mail address.
    pub address: &'a str,
    /// The name, if known.
    pub name: Option<&'a str>,
}

/// Whether somebody must come (MS-ASCAL 2.2.2.6 `AttendeeType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttendeeRole {
    /// They must.
    Required,
    /// They may.
    Optional,
    /// A room or a thing.
    Resource,
}

impl Event {
    /// The organizer's e-mail address.
    pub fn organizer(&self) -> Option<&str> {
        let own = self.organizer_calendar_address.as_deref().and_then(address_of);
        own.or_else(|| self.participants.values().find(|one| has(&one.roles, "owner"))?.address())
    }

    /// The organizer's name, if one of the participants.
    pub fn organizer_name(&self) -> Option<&str> {
        some_text(self.participant(self.organizer()?)?.name.as_ref())
    }

    /// Sets who invites; the name is kept with a participant of that address.
    pub fn set_organizer(&mut self, address: &str, name: Option<&str>) {
        if !self.organizer().is_some_and(|own| own.eq_ignore_ascii_case(address)) {
            self.organizer_calendar_address = Some(format!("mailto:{address}"));
            self.participants.values_mut().for_each(|one| {
                one.roles.remove("owner");
            });
            // Who was nothing but the organizer has left.
            self.participants.retain(|_, one| !one.roles.is_empty() || one.kind.is_some());
        }
        let Some(name) = name.filter(|name| self.organizer_name() != Some(name)) else { return };
        let organizer = self.participant_or_new(address);
        organizer.name = Some(name.to_owned());
        organizer.roles.insert("owner".to_owned(), true);
    }

    /// Who is invited, the organizer not among them.
    pub fn attendees(&self) -> impl Iterator<Item = Attendee> {
        let invited = self.participants.values().filter(|one| self.is_attendee(one));
        invited.filter_map(|one| {
            Some(Attendee {
                address: one.address()?.to_owned(),
                name: some_text(one.name.as_ref()).map(str::to_owned),
                role: role(one),
                status: one.participation_status,
            })
        })
    }

    /// Sets who is invited. What is not said of somebody (name, answer) stays; the organizer stays.
    pub fn set_attendees(&mut self, attendees: &[Attendee]) {
        let organizer = self.organizer().map(str::to_owned);
        let is_gone = |one: &Participant| {
            self.is_attendee(one) && !attendees.iter().any(|attendee| one.is(&attendee.address))
        };
        let kept = self.participants.iter().filter(|(_, one)| !is_gone(one));
        self.participants = kept.map(|(key, one)| (key.clone(), one.clone())).collect();
        for attendee in attendees {
            if !organizer.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(&attendee.address)) {
                self.participant_or_new(&attendee.address).invite(attendee);
            }
        }
    }

    /// The participant of this e-mail address.
    pub fn participant(&self, address: &str) -> Option<&Participant> {
        self.participants.values().find(|one| one.is(address))
    }

    /// The participant of this e-mail address, to change.
    pub fn participant_mut(&mut self, address: &str) -> Option<&mut Participant> {
        self.participants.values_mut().find(|one| one.is(address))
    }

    /// Writes somebody's own answer into the event, and what they said with it. Who was not invited by that address is now.
    pub fn answer(&mut self, address: &str, status: ParticipationStatus, comment: Option<&str>) {
        let own = self.participant_or_new(address);
        if own.roles.is_empty() {
            own.roles.extend(set_of(&["attendee"]));
        }
        own.participation_status = Some(status);
        own.participation_comment = comment.map(str::to_owned).or_else(|| own.participation_comment.take());
        own.expect_reply = None;
    }

    /// Notes that the organizer hears by mail what somebody answers, so that no calendar server writes as well.
    pub fn answers_by_mail(&mut self) {
        let Some(organizer) = self.organizer().map(str::to_owned) else { return };
        let organizer = self.participant_or_new(&organizer);
        organizer.roles.extend(set_of(&["owner"]));
        organizer.hears_by_mail();
    }

    /// Invites somebody who hears of it by mail. False: they were invited before.
    pub fn invite_by_mail(&mut self, address: &str, name: Option<&str>) -> bool {
        let is_known = self.participant(address).is_some_and(|one| self.is_attendee(one));
        if is_known || self.organizer().is_some_and(|organizer| organizer.eq_ignore_ascii_case(address)) {
            return false;
        }
        let status = Some(ParticipationStatus::NeedsAction);
        let one = self.participant_or_new(address);
        let (address, name) = (address.to_owned(), name.map(str::to_owned));
        one.invite(&Attendee { address, name, role: AttendeeRole::Required, status });
        one.expect_reply = Some(true);
        one.hears_by_mail();
        true
    }

    /// Invites more people to an event, or to one of its occurrences, in the name of whom it is of.
    pub fn invite_guests(&mut self, at: Option<DateTime>, owner: Guest<'_>, guests: &[Guest<'_>]) {
        let invite = |event: &mut Self| {
            for guest in guests {
                event.invite_by_mail(guest.address, guest.name);
            }
        };
        if self.organizer().is_none() {
            self.set_organizer(owner.address, owner.name);
        }
        let Some(at) = at else { return invite(self) };
        if let Some(mut occurrence) = self.occurrence(at) {
            invite(&mut occurrence);
            self.set_occurrence(at, &occurrence);
        }
    }

    fn is_attendee(&self, one: &Participant) -> bool {
        one.address().is_some() && !self.organizer().is_some_and(|organizer| one.is(organizer))
    }

    fn participant_or_new(&mut self, address: &str) -> &mut Participant {
        let known = self.participants.iter().find(|(_, one)| one.is(address)).map(|(key, _)| key.clone());
        let key = known.unwrap_or_else(|| free_key(&self.participants, "p"));
        self.participants.entry(key).or_insert_with(|| Participant {
            calendar_address: Some(format!("mailto:{address}")),
            ..Participant::default()
        })
    }
}

impl Participant {
    fn invite(&mut self, attendee: &Attendee) {
        if attendee.name.is_some() {
            self.name.clone_from(&attendee.name);
        }
        if attendee.status.is_some() {
            self.participation_status = attendee.status;
        }
        if !self.roles.is_empty() && role(self) == attendee.role {
            return;
        }
        if self.kind.as_deref().is_some_and(is_resource) {
            self.kind = None;
        }
        self.roles.extend(set_of(&["attendee"]));
        self.roles.retain(|role, _| role != "optional" && role != "informational");
        match attendee.role {
            AttendeeRole::Required => {}
            AttendeeRole::Optional => self.roles.extend(set_of(&["optional"])),
            AttendeeRole::Resource => self.kind = Some("resource".to_owned()),
        }
    }
}

impl Participant {
    // RFC 8984 4.4.6 (scheduleAgent).
    fn hears_by_mail(&mut self) {
        self.other.insert("scheduleAgent".to_owned(), "client".into());
    }
}

fn role(one: &Participant) -> AttendeeRole {
    match () {
        () if one.kind.as_deref().is_some_and(is_resource) => AttendeeRole::Resource,
        () if has(&one.roles, "optional") || has(&one.roles, "informational") => AttendeeRole::Optional,
        () => AttendeeRole::Required,
    }
}

fn is_resource(kind: &str) -> bool {
    matches!(kind, "resource" | "location")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::Attendee;
    use super::AttendeeRole;
    use super::Event;
    use crate::model::calendar::ParticipationStatus;
    use crate::model::object::Shape;

    fn meeting() -> Event {
        let value = json!({"organizerCalendarAddress": "mailto:kari@example.com", "participants": {
            "k": {"name": "Kari", "calendarAddress": "MAILTO:Kari@example.com", "roles": {"owner": true, "attendee": true}},
            "o": {"name": "Ola", "calendarAddress": "mailto:ola@example.com", "roles": {"attendee": true, "chair": true},
                "participationStatus": "accepted", "x": 1},
            "r": {"email": "room@example.com", "kind": "location", "roles": {"attendee": true}},
            "s": {"name": "Sine nomine", "roles": {"attendee": true}}}});
        Event::read(&value).unwrap()
    }

    fn attendee(address: &str, role: AttendeeRole) -> Attendee {
        Attendee { address: address.to_owned(), name: None, role, status: None }
    }

    #[test]
    fn the_organizer_is_no_attendee() {
        let meeting = meeting();
        assert_eq!((meeting.organizer(), meeting.organizer_name()), (Some("kari@example.com"), Some("Kari")));
        let attendees: Vec<_> = meeting.attendees().map(|one| (one.address, one.role, one.status)).collect();
        let accepted = Some(ParticipationStatus::Accepted);
        assert_eq!(
            attendees,
            [
                ("ola@example.com".to_owned(), AttendeeRole::Required, accepted),
                ("room@example.com".to_owned(), AttendeeRole::Resource, None)
            ]
        );
    }

    #[test]
    fn setting_who_is_there_changes_nothing() {
        let mut meeting = meeting();
        let before = meeting.clone();
        let attendees: Vec<_> = meeting.attendees().collect();
        meeting.set_attendees(&attendees);
        meeting.set_organizer("KARI@example.com", Some("Kari"));
        assert_eq!(meeting, before);
    }

    #[test]
    fn somebody_comes_and_somebody_goes() {
        let mut meeting = meeting();
        meeting.set_attendees(&[
            attendee("OLA@example.com", AttendeeRole::Optional),
            attendee("per@example.com", AttendeeRole::Required),
            attendee("kari@example.com", AttendeeRole::Required),
        ]);
        let roles: Vec<_> = meeting.attendees().map(|one| (one.address, one.role)).collect();
        assert_eq!(
            roles,
            [
                ("ola@example.com".to_owned(), AttendeeRole::Optional),
                ("per@example.com".to_owned(), AttendeeRole::Required)
            ]
        );
        assert_eq!(meeting.participants["o"].other["x"], 1);
        assert!(meeting.participants["o"].roles.contains_key("chair"));
        assert!(meeting.participants.contains_key("s"), "who has no address is not the phone's to remove");
    }

    #[test]
    fn an_answer_is_one_s_own() {
        let mut meeting = meeting();
        meeting.answer("Ola@example.com", ParticipationStatus::Declined, Some("Ferie"));
        let ola = &meeting.participants["o"];
        assert_eq!(
            (ola.participation_status, ola.participation_comment.as_deref()),
            (Some(ParticipationStatus::Declined), Some("Ferie"))
        );
        assert_eq!(ola.other["x"], 1);
        meeting.answer("team@example.com", ParticipationStatus::Accepted, None);
        let team = meeting.attendees().find(|one| one.address == "team@example.com").unwrap();
        assert_eq!((team.role, team.status), (AttendeeRole::Required, Some(ParticipationStatus::Accepted)));
    }

    #[test]
    fn who_hears_by_mail_is_not_written_to_by_a_server() {
        let mut meeting = meeting();
        assert!(meeting.invite_by_mail("per@example.com", Some("Per")));
        assert!(!meeting.invite_by_mail("PER@example.com", None));
        assert!(!meeting.invite_by_mail("kari@example.com", None), "she invites");
        meeting.answers_by_mail();
        for address in ["per@example.com", "kari@example.com"] {
            assert_eq!(meeting.participant(address).unwrap().other["scheduleAgent"], "client");
        }
        assert!(!meeting.participants["o"].other.contains_key("scheduleAgent"));
        assert_eq!(meeting.organizer_name(), Some("Kari"));
    }

    #[test]
    fn another_organizer_takes_the_place_of_the_first() {
        let mut meeting = Event::default();
        meeting.set_organizer("kari@example.com", Some("Kari"));
        meeting.set_organizer("ola@example.com", Some("Ola"));
        assert_eq!((meeting.organizer(), meeting.organizer_name()), (Some("ola@example.com"), Some("Ola")));
        assert_eq!(meeting.participants.len(), 1);
        let address: Value = meeting.write()["organizerCalendarAddress"].clone();
        assert_eq!(address, "mailto:ola@example.com");
    }
}
