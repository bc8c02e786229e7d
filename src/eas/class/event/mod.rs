//! Events: MS-ASCAL against the model's `Event`. Times, people, places and the series have files of their own.

mod attachments;
pub(super) mod meeting;
mod people;
pub(super) mod place;
pub(super) mod series;
#[cfg(test)]
mod series_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod when;

use wbxml::Element;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::calendar;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::Unwritable;
use crate::eas::class::View;
use crate::eas::class::body;
use crate::eas::class::body::Body;
use crate::eas::class::body::OldTags;
use crate::eas::class::body::Told;
use crate::eas::class::codec;
use crate::eas::class::codec::number;
use crate::eas::class::codec::sensitivity;
use crate::eas::class::codec::text;
use crate::eas::class::event::attachments::read_attachments;
use crate::eas::class::event::attachments::write_attachments;
use crate::eas::class::event::meeting::read_meeting_status;
use crate::eas::class::event::meeting::read_no_proposals;
use crate::eas::class::event::meeting::read_response_requested;
use crate::eas::class::event::meeting::write_conference;
use crate::eas::class::event::meeting::write_link;
use crate::eas::class::event::meeting::write_meeting_status;
use crate::eas::class::event::meeting::write_no_proposals;
use crate::eas::class::event::meeting::write_reply_time;
use crate::eas::class::event::meeting::write_response_requested;
use crate::eas::class::event::meeting::write_response_type;
use crate::eas::class::event::people::read_attendees;
use crate::eas::class::event::people::write_attendees;
use crate::eas::class::event::people::write_organizer_email;
use crate::eas::class::event::people::write_organizer_name;
use crate::eas::class::event::place::read_place;
use crate::eas::class::event::place::write_place;
use crate::eas::class::event::series::write_exceptions;
use crate::eas::class::event::series::write_orphan;
use crate::eas::class::event::series::write_recurrence;
use crate::eas::class::event::when::write_all_day;
use crate::eas::class::event::when::write_end;
use crate::eas::class::event::when::write_start;
use crate::eas::class::event::when::write_time_zone;
use crate::eas::class::table;
use crate::eas::class::table::fields;
use crate::eas::date;
use crate::model::event::BusyStatus;
use crate::model::event::Event;

fields! {
    /// MS-ASCAL 2.2.2, in the order of its schema. What is read together with its neighbours (times, organizer,
    /// series) is `[told_elsewhere, …]` here.
    EVENT: Event {
        calendar::TIMEZONE => [told_elsewhere, write_time_zone]; keeps,
        calendar::ALL_DAY_EVENT => [told_elsewhere, write_all_day]; keeps,
        calendar::BODY => [read_body, write_old_body]; to V2_5; keeps,
        calendar::BUSY_STATUS => [read_busy_status, write_busy_status],
        calendar::ORGANIZER_NAME => [told_elsewhere, write_organizer_name]; keeps,
        calendar::ORGANIZER_EMAIL => [told_elsewhere, write_organizer_email]; keeps,
        calendar::DT_STAMP => [told_elsewhere, write_stamp]; keeps,
        calendar::END_TIME => [told_elsewhere, write_end]; keeps,
        calendar::LOCATION => location / set_location(): text; to V14_1,
        calendar::REMINDER => [read_reminder, write_reminder],
        calendar::SENSITIVITY => [read_sensitivity, write_sensitivity],
        calendar::SUBJECT => title: text,
        calendar::START_TIME => [told_elsewhere, write_start]; keeps,
        calendar::UID => [read_uid, write_uid]; keeps,
        calendar::MEETING_STATUS => [read_meeting_status, write_meeting_status]; keeps,
        calendar::ATTENDEES => [read_attendees, write_attendees]; declared,
        calendar::CATEGORIES => [read_categories, write_categories],
        calendar::RECURRENCE => [told_elsewhere, write_recurrence]; keeps,
        calendar::EXCEPTIONS => [told_elsewhere, write_exceptions]; keeps,
        calendar::RESPONSE_REQUESTED => [read_response_requested, write_response_requested]; from V14_0; declared,
        calendar::APPOINTMENT_REPLY_TIME => [told_elsewhere, write_reply_time]; from V14_0; keeps,
        calendar::RESPONSE_TYPE => [told_elsewhere, write_response_type]; from V14_0; keeps,
        calendar::DISALLOW_NEW_TIME_PROPOSAL => [read_no_proposals, write_no_proposals]; from V14_0; declared,
        calendar::ONLINE_MEETING_CONF_LINK => [told_elsewhere, write_conference]; from V14_1; keeps,
        calendar::ONLINE_MEETING_EXTERNAL_LINK => [told_elsewhere, write_link]; from V14_1; keeps,
        airsyncbase::LOCATION => [read_place, write_place]; from V16_0,
        airsyncbase::ATTACHMENTS => [read_attachments, write_attachments]; from V16_0; keeps,
        // iOS 6.1 leaves the body out when only the alarm was changed.
        airsyncbase::BODY => [read_body, write_body]; from V12_0; keeps,
        airsyncbase::NATIVE_BODY_TYPE => [told_elsewhere, write_native_type]; from V12_0; keeps,
        airsyncbase::INSTANCE_ID => [told_elsewhere, write_orphan]; from V16_0; keeps,
    }
}

fields! {
    /// What an exception may have (MS-ASCAL 2.2.2.21): the same elements, fewer of them in old versions.
    EXCEPTION: Event {
        calendar::SUBJECT => title: text,
        calendar::START_TIME => [told_elsewhere, write_start]; keeps,
        calendar::END_TIME => [told_elsewhere, write_end]; keeps,
        calendar::BODY => [read_body, write_old_body]; to V2_5; keeps,
        airsyncbase::BODY => [read_body, write_body]; from V12_0; keeps,
        calendar::LOCATION => location / set_location(): text; to V14_1,
        airsyncbase::LOCATION => [read_place, write_place]; from V16_0,
        airsyncbase::ATTACHMENTS => [read_attachments, write_attachments]; from V16_0; keeps,
        calendar::CATEGORIES => [read_categories, write_categories],
        // Exchange 2003 knew no sensitivity here, and Android obeys it.
        calendar::SENSITIVITY => [read_sensitivity, write_sensitivity]; from V12_0; keeps,
        calendar::BUSY_STATUS => [read_busy_status, write_busy_status],
        calendar::ALL_DAY_EVENT => [told_elsewhere, write_all_day]; keeps,
        calendar::REMINDER => [read_reminder, write_reminder],
        calendar::MEETING_STATUS => [read_meeting_status, write_meeting_status],
        calendar::ATTENDEES => [read_attendees, write_attendees]; from V14_0,
        calendar::APPOINTMENT_REPLY_TIME => [told_elsewhere, write_reply_time]; from V14_0; keeps,
        calendar::RESPONSE_TYPE => [told_elsewhere, write_response_type]; from V14_0; keeps,
        calendar::ONLINE_MEETING_CONF_LINK => [told_elsewhere, write_conference]; from V14_1; keeps,
        calendar::ONLINE_MEETING_EXTERNAL_LINK => [told_elsewhere, write_link]; from V14_1; keeps,
    }
}

/// The body before 12.0.
const OLD_BODY: OldTags = OldTags { body: calendar::BODY, size: None, truncated: calendar::BODY_TRUNCATED };

/// Writes an event.
pub(super) fn write(event: &Event, view: &View<'_>, writer: &mut Writer) -> Result<(), Unwritable> {
    if !when::is_tellable(event, view) {
        return Err(Unwritable { reason: "an event at no time that can be told" });
    }
    table::write(EVENT, event, view, writer);
    Ok(())
}

/// Lays what the phone sent over the event it held.
pub(super) fn read(
    data: Element<'_>,
    base: Option<&Event>,
    reading: &Reading<'_>,
) -> Result<Event, Unreadable> {
    let mut event = base.map_or_else(|| new(reading), Clone::clone);
    // A change without a subject is no whole item: what it leaves out it does not take away.
    // MS-ASCAL 3.1.5.3.2: from 16.0 on nothing is taken away by leaving it out.
    let is_whole = data.has(calendar::SUBJECT) || reading.supported.is_some();
    let is_full = base.is_some() && is_whole && reading.view.version < Version::V16_0;
    when::read(&mut event, data, base.is_none(), reading)?;
    people::read_organizer(&mut event, data, reading);
    table::read(EVENT, &mut event, data, reading, |field| {
        is_full && reading.clears(field.tag, field.absence)
    })?;
    people::settle_organizer(&mut event, reading);
    people::settle_proposals(&mut event, base);
    series::read(&mut event, base, data, is_full, reading)?;
    if base != Some(&event) {
        event.updated = Some(reading.now);
    }
    Ok(event)
}

/// What a phone hears of its own Add or Change beside the status.
pub(super) fn answer(event: &Event, sent: Element<'_>, is_new: bool, view: &View<'_>) -> Option<Fragment> {
    attachments::answer(event, sent, is_new, view)
}

fn new(reading: &Reading<'_>) -> Event {
    let mut event =
        Event { uid: Some(reading.uid.to_owned()), created: Some(reading.now), ..Event::default() };
    event.other.insert("@type".to_owned(), "Event".into());
    event
}

#[expect(clippy::unnecessary_wraps, reason = "stands in the table beside functions that can fail")]
fn told_elsewhere(_: &mut Event, _: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    Ok(())
}

// The uid of an event never changes. From 16.0 on it is ours to give (MS-ASCAL 2.2.2.46).
fn read_uid(item: &mut Event, element: Option<Element<'_>>, reading: &Reading<'_>) -> Result<(), Unreadable> {
    let is_new = item.uid.as_deref() == Some(reading.uid);
    let Some(element) = element.filter(|_| is_new && reading.view.version < Version::V16_0) else {
        return Ok(());
    };
    if element.text().chars().count() > 300 {
        return Err(Unreadable::at(element, "more than 300 characters"));
    }
    item.uid = Some(element.text().to_owned());
    Ok(())
}

fn write_uid(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if let Some(uid) = &item.uid {
        writer.text(tag, uid);
    }
}

fn write_stamp(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let stamp = item.updated.or(item.created).or_else(|| item.starts_at(&view.owner.zone));
    if let Some(stamp) = stamp {
        writer.text(tag, &date::compact(date::utc(stamp)));
    }
}

fn read_busy_status(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    item.set_busy_status(match element.map(|element| number(element, 0, 4)).transpose()? {
        Some(0) => BusyStatus::Free,
        Some(1) => BusyStatus::Tentative,
        Some(3) => BusyStatus::OutOfOffice,
        Some(4) => BusyStatus::Elsewhere,
        Some(_) | None => BusyStatus::Busy,
    });
    Ok(())
}

pub(super) fn write_busy_status(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.number(
        tag,
        match item.busy_status() {
            BusyStatus::Free => 0,
            BusyStatus::Tentative => 1,
            BusyStatus::Busy => 2,
            BusyStatus::OutOfOffice => 3,
            // MS-ASCAL 2.2.2.9: nobody before 16.0 knows 4.
            BusyStatus::Elsewhere => {
                if view.version < Version::V16_0 {
                    2
                } else {
                    4
                }
            }
        },
    );
}

fn read_sensitivity(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    item.set_sensitivity(sensitivity::read(element)?);
    Ok(())
}

pub(super) fn write_sensitivity(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, sensitivity::number(item.sensitivity()));
}

// MS-ASCAL 2.2.2.38 (Reminder): minutes; empty is none.
fn read_reminder(item: &mut Event, element: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    item.set_reminder(element.map(|element| number(element, 0, u32::MAX)).transpose()?);
    Ok(())
}

fn write_reminder(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    match item.reminder() {
        Some(minutes) => writer.number(tag, minutes),
        None => write_nothing(tag, view, writer),
    }
}

/// Says that an event has nothing of this.
///
/// Clients of 16.x take what a change leaves out for unchanged, as Exchange does with theirs: Thunderbird would keep
/// the reminder, the categories and the attendees that an event has lost. Before, an absent element is an empty one, and
/// Windows Phone and HTC stumble over a container without anything in it.
fn write_nothing(tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if view.version >= Version::V16_0 {
        writer.empty(tag);
    }
}

fn read_categories(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    item.set_categories(&codec::list(element, calendar::CATEGORY));
    Ok(())
}

fn write_categories(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if item.categories().next().is_none() {
        return write_nothing(tag, view, writer);
    }
    codec::write_list(item.categories(), tag, calendar::CATEGORY, writer);
}

fn body_of(item: &Event) -> Option<Body> {
    Body::described(item.description.as_deref(), item.description_content_type.as_deref())
}

fn read_body(
    item: &mut Event,
    element: Option<Element<'_>>,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    match body::read(element, body_of(item).as_ref(), reading)? {
        Told::Same => {}
        Told::Nothing => (item.description, item.description_content_type) = (None, None),
        Told::New(body) => (item.description, item.description_content_type) = body.describe(),
    }
    Ok(())
}

fn write_body(item: &Event, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write(body_of(item).as_ref(), view, writer);
}

fn write_old_body(item: &Event, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write_old(body_of(item).as_ref(), OLD_BODY, view, writer);
}

fn write_native_type(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, if body_of(item).is_some_and(|body| body.is_html) { 2 } else { 1 });
}
