//! What makes an event a meeting: status, answers, links. Not the people themselves.

use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;

use crate::eas::class::Owner;
use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::codec::number;
use crate::eas::date;
use crate::model::calendar::Participant;
use crate::model::calendar::ParticipationStatus;
use crate::model::event::Event;
use crate::model::event::EventStatus;

/// That nobody may propose another time.
const NO_PROPOSALS: &str = "lomme.app:disallowNewTimeProposal";
// MS-ASCAL 2.2.2.28 (MeetingStatus): bits.
const IS_MEETING: u8 = 1;
const IS_RECEIVED: u8 = 2;
const IS_CANCELLED: u8 = 4;

/// Whether somebody else invites.
pub(super) fn is_received(item: &Event, owner: &Owner) -> bool {
    item.organizer().is_some_and(|organizer| !organizer.eq_ignore_ascii_case(&owner.email))
}

fn is_meeting(item: &Event, owner: &Owner) -> bool {
    is_received(item, owner) || item.attendees().next().is_some()
}

pub(super) fn write_meeting_status(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let bits = [
        (is_meeting(item, view.owner), IS_MEETING),
        (is_received(item, view.owner), IS_RECEIVED),
        (is_meeting(item, view.owner) && item.is_cancelled(), IS_CANCELLED),
    ];
    writer.number(tag, bits.into_iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit).sum::<u8>());
}

pub(super) fn read_meeting_status(
    item: &mut Event,
    element: Option<Element<'_>>,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let Some(told) = element.map(|element| number::<u8>(element, 0, 15)).transpose()? else { return Ok(()) };
    let is_cancelled = told & IS_CANCELLED != 0;
    let was_shown = item.is_cancelled() && is_meeting(item, reading.view.owner);
    if is_cancelled && !was_shown {
        item.status = Some(EventStatus::Cancelled);
    } else if !is_cancelled && was_shown {
        item.status = Some(EventStatus::Confirmed);
    }
    Ok(())
}

pub(super) fn write_response_requested(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if is_meeting(item, view.owner) {
        writer.number(tag, u8::from(wants_reply(item)));
    }
}

fn wants_reply(item: &Event) -> bool {
    item.participants.values().any(|one| one.expect_reply == Some(true))
}

pub(super) fn read_response_requested(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    let told = element.map(flag).transpose()?.unwrap_or(false);
    if told == wants_reply(item) {
        return Ok(());
    }
    let invited: Vec<_> = item.attendees().map(|attendee| attendee.address).collect();
    for address in invited {
        if let Some(one) = item.participant_mut(&address) {
            one.expect_reply = told.then_some(true);
        }
    }
    Ok(())
}

pub(in crate::eas::class) fn write_no_proposals(
    item: &Event,
    tag: Tag,
    view: &View<'_>,
    writer: &mut Writer,
) {
    let is_set = item.other.get(NO_PROPOSALS).is_some();
    if is_set || is_meeting(item, view.owner) {
        writer.number(tag, u8::from(is_set));
    }
}

pub(super) fn read_no_proposals(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    if element.map(flag).transpose()?.unwrap_or(false) {
        item.other.insert(NO_PROPOSALS.to_owned(), true.into());
    } else {
        item.other.remove(NO_PROPOSALS);
    }
    Ok(())
}

// MS-ASDTYPE 2.1 (boolean): 0 or 1; `true` and `false` are seen too.
fn flag(element: Element<'_>) -> Result<bool, Unreadable> {
    match element.text().trim().to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Unreadable::at(element, "neither 0 nor 1")),
    }
}

/// The owner's own place among the invited.
fn myself<'a>(item: &'a Event, view: &View<'_>) -> Option<&'a Participant> {
    item.participant(&view.owner.email).filter(|_| is_received(item, view.owner))
}

pub(super) fn write_response_type(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if !is_meeting(item, view.owner) {
        return;
    }
    // MS-ASCAL 2.2.2.40 (ResponseType): 1 the organizer, 5 nobody has answered yet.
    let answer = match myself(item, view).and_then(|one| one.participation_status) {
        _ if !is_received(item, view.owner) => 1,
        Some(ParticipationStatus::Tentative) => 2,
        Some(ParticipationStatus::Accepted) => 3,
        Some(ParticipationStatus::Declined) => 4,
        Some(ParticipationStatus::NeedsAction | ParticipationStatus::Delegated) | None => 5,
    };
    writer.number(tag, answer);
}

// MS-ASCAL 3.2.5 (AppointmentReplyTime): only where there was an answer.
pub(super) fn write_reply_time(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let Some(one) = myself(item, view) else { return };
    let has_answered = matches!(
        one.participation_status,
        Some(ParticipationStatus::Accepted | ParticipationStatus::Declined | ParticipationStatus::Tentative)
    );
    let answered = one.other.get("scheduleUpdated").and_then(|time| time.as_str()).and_then(date::parse);
    if let Some(answered) = answered.filter(|_| has_answered) {
        writer.text(tag, &date::compact(answered));
    }
}

pub(super) fn write_conference(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_uri(item, tag, &["conf:", "sip:", "sips:"], writer);
}

pub(super) fn write_link(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_uri(item, tag, &["https:", "http:"], writer);
}

fn write_uri(item: &Event, tag: Tag, schemes: &[&str], writer: &mut Writer) {
    let mut uris = item.virtual_locations.values().filter_map(|place| place.uri.as_deref());
    if let Some(uri) = uris.find(|uri| schemes.iter().any(|scheme| uri.starts_with(scheme))) {
        writer.text(tag, uri);
    }
}
