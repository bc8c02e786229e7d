//! Who is invited and by whom (MS-ASCAL 2.2.2.3, 2.2.2.33). Sends no invitation.

use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::calendar;
use wbxml::meetingresponse;

use crate::eas::class::Owner;
use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::codec::address;
use crate::eas::class::codec::number;
use crate::eas::class::event::meeting::is_received;
use crate::eas::class::event::write_nothing;
use crate::eas::date;
use crate::model::calendar::Participant;
use crate::model::calendar::ParticipationStatus;
use crate::model::event::Event;
use crate::model::event::attendance::Attendee;
use crate::model::event::attendance::AttendeeRole;

/// Android lets nobody edit an event without an organizer: an appointment's is its owner.
pub(super) fn write_organizer_name(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let own = Some(view.owner.name.as_str()).filter(|_| !is_received(item, view.owner));
    if let Some(name) = item.organizer_name().or(own).or_else(|| item.organizer()) {
        writer.text(tag, name);
    }
}

pub(super) fn write_organizer_email(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.text(tag, item.organizer().unwrap_or(&view.owner.email));
}

/// Takes the organizer from a phone that may name one.
// MS-ASCAL 2.2.2.33 (OrganizerEmail): from 16.0 on it is the owner, whatever the phone says.
pub(super) fn read_organizer(event: &mut Event, data: Element<'_>, reading: &Reading<'_>) {
    let told = |tag| data.child(tag).map(Element::text).map(str::trim).filter(|text| !text.is_empty());
    let Some(email) = told(calendar::ORGANIZER_EMAIL).map(address::bare).filter(|email| email.contains('@'))
    else {
        return;
    };
    let shown = event.organizer().unwrap_or(&reading.view.owner.email);
    if reading.view.version < Version::V16_0 && !shown.eq_ignore_ascii_case(email) {
        event.set_organizer(email, told(calendar::ORGANIZER_NAME));
    }
}

/// Whoever invites somebody is the organizer.
pub(super) fn settle_organizer(event: &mut Event, reading: &Reading<'_>) {
    let owner = reading.view.owner;
    if event.organizer().is_none() && event.attendees().next().is_some() {
        event.set_organizer(&owner.email, Some(&owner.name));
    }
}

pub(super) fn write_attendees(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let mut attendees: Vec<_> = item.attendees().collect();
    // iOS 6 cannot take back a meeting that nobody is invited to.
    if attendees.is_empty() && is_received(item, view.owner) {
        attendees.push(myself(view.owner));
    }
    if attendees.is_empty() {
        return write_nothing(tag, view, writer);
    }
    writer.container(tag, |writer| {
        for attendee in &attendees {
            writer.container(calendar::ATTENDEE, |writer| {
                writer.text(calendar::EMAIL, &attendee.address);
                writer.text(calendar::NAME, attendee.name.as_deref().unwrap_or(&attendee.address));
                if view.version >= Version::V12_0 {
                    writer.number(calendar::ATTENDEE_STATUS, status_number(attendee.status));
                    writer.number(
                        calendar::ATTENDEE_TYPE,
                        match attendee.role {
                            AttendeeRole::Required => 1,
                            AttendeeRole::Optional => 2,
                            AttendeeRole::Resource => 3,
                        },
                    );
                }
                write_proposal(item.participant(&attendee.address), view, writer);
            });
        }
    });
}

/// Tells the organizer when an attendee would rather meet (MS-ASCMD 2.2.3.140, 2.2.3.141).
fn write_proposal(attendee: Option<&Participant>, view: &View<'_>, writer: &mut Writer) {
    let proposal = attendee.and_then(Participant::proposal).filter(|_| view.version >= Version::V16_1);
    let Some((start, end)) = proposal else { return };
    writer.text(meetingresponse::PROPOSED_START_TIME, &date::compact(date::utc(start)));
    writer.text(meetingresponse::PROPOSED_END_TIME, &date::compact(date::utc(end)));
}

/// What was proposed for one time is no answer to another.
pub(super) fn settle_proposals(event: &mut Event, base: Option<&Event>) {
    let times = |event: &Event| (event.start, event.duration, event.time_zone.clone());
    if base.is_some_and(|base| times(base) != times(event)) {
        event.participants.values_mut().for_each(|one| one.propose(None));
    }
}

fn myself(owner: &Owner) -> Attendee {
    Attendee {
        address: owner.email.clone(),
        name: Some(owner.name.clone()),
        role: AttendeeRole::Required,
        status: None,
    }
}

// MS-ASCAL 2.2.2.5 (AttendeeStatus).
fn status_number(status: Option<ParticipationStatus>) -> u8 {
    match status {
        Some(ParticipationStatus::Tentative) => 2,
        Some(ParticipationStatus::Accepted) => 3,
        Some(ParticipationStatus::Declined) => 4,
        Some(ParticipationStatus::NeedsAction) => 5,
        Some(ParticipationStatus::Delegated) | None => 0,
    }
}

pub(super) fn read_attendees(
    item: &mut Event,
    element: Option<Element<'_>>,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let children = element.into_iter().flat_map(Element::children);
    let told = children
        .filter(|child| child.tag() == calendar::ATTENDEE)
        .map(|child| attendee(child, item, reading));
    let told: Vec<_> = told.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let is_echo = matches!(told.as_slice(), [one] if is_made_up(one, reading.view.owner));
    if !(is_echo && is_received(item, reading.view.owner) && item.attendees().next().is_none()) {
        item.set_attendees(&told);
    }
    Ok(())
}

/// Whether it is who is told where nobody is invited. Once it has an answer, it is somebody.
fn is_made_up(one: &Attendee, owner: &Owner) -> bool {
    let made_up = myself(owner);
    one.address.eq_ignore_ascii_case(&made_up.address)
        && (one.role, one.status) == (made_up.role, made_up.status)
}

/// One attendee; none where there is no address: Outlook sends such ghosts.
fn attendee(
    element: Element<'_>,
    item: &Event,
    reading: &Reading<'_>,
) -> Result<Option<Attendee>, Unreadable> {
    let filled = |tag| element.child(tag).filter(|child| !child.is_empty());
    let email =
        filled(calendar::EMAIL).map(|child| address::bare(child.text())).filter(|email| email.contains('@'));
    let Some(email) = email else { return Ok(None) };
    let name = filled(calendar::NAME).map(Element::text).filter(|name| *name != email);
    let before = item.attendees().find(|one| one.address.eq_ignore_ascii_case(email));
    let known = before.as_ref().and_then(|one| one.status);
    // MS-ASCAL 2.2.2.5: from 16.0 on the answers are the server's business.
    let told = filled(calendar::ATTENDEE_STATUS).filter(|_| reading.view.version < Version::V16_0);
    let told = told.map(|child| number(child, 0, 5)).transpose()?;
    let role = match filled(calendar::ATTENDEE_TYPE).map(|child| number(child, 1, 3)).transpose()? {
        Some(2) => AttendeeRole::Optional,
        Some(3) => AttendeeRole::Resource,
        Some(_) => AttendeeRole::Required,
        None => before.map_or(AttendeeRole::Required, |one| one.role),
    };
    let status = match told {
        told if told == Some(status_number(known)) => known,
        Some(2) => Some(ParticipationStatus::Tentative),
        Some(3) => Some(ParticipationStatus::Accepted),
        Some(4) => Some(ParticipationStatus::Declined),
        Some(5) => Some(ParticipationStatus::NeedsAction),
        Some(_) | None => None,
    };
    Ok(Some(Attendee { address: email.to_owned(), name: name.map(str::to_owned), role, status }))
}
