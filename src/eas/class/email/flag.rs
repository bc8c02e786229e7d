//! The flag of a mail with its dates, told and read (MS-ASEMAIL 2.2.2.34 `Flag`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::email;
use wbxml::tasks;

use crate::eas::class::Unreadable;
use crate::eas::class::codec::number;
use crate::eas::date;
use crate::model::message::FollowUp;
use crate::model::message::FollowUpStatus;

/// What people call a flag that has no name, as one that was set in the mailbox.
const KIND: &str = "for Follow Up";

/// Writes the flag; one that is not set is an empty element.
pub(super) fn write(flag: Option<&FollowUp>, tag: Tag, writer: &mut Writer) {
    let Some(flag) = flag else { return writer.empty(tag) };
    writer.container(tag, |writer| {
        if let Some(subject) = &flag.subject {
            writer.text(tasks::SUBJECT, subject);
        }
        writer.number(email::STATUS, if flag.is_complete() { 1 } else { 2 });
        writer.text(email::FLAG_TYPE, flag.kind.as_deref().unwrap_or(KIND));
        let utc = |time: Option<Timestamp>| time.map(date::utc);
        let dates = [
            (tasks::DATE_COMPLETED, flag.completed_on),
            (email::COMPLETE_TIME, utc(flag.completed_at)),
            (tasks::START_DATE, flag.start),
            (tasks::DUE_DATE, flag.due),
            (tasks::UTC_START_DATE, utc(flag.start_utc)),
            (tasks::UTC_DUE_DATE, utc(flag.due_utc)),
        ];
        dates.into_iter().for_each(|(tag, clock)| put(clock, tag, writer));
        if let Some(has_reminder) = flag.has_reminder {
            writer.number(tasks::REMINDER_SET, u8::from(has_reminder));
        }
        put(utc(flag.reminder_at), tasks::REMINDER_TIME, writer);
        put(utc(flag.ordinal), tasks::ORDINAL_DATE, writer);
        if let Some(text) = &flag.sub_ordinal {
            writer.text(tasks::SUB_ORDINAL_DATE, text);
        }
    });
}

fn put(clock: Option<DateTime>, tag: Tag, writer: &mut Writer) {
    if let Some(clock) = clock {
        writer.text(tag, &date::dashed(clock));
    }
}

/// What a phone makes of the flag it was shown; none: it is gone.
pub(super) fn read(element: Element<'_>, shown: Option<&FollowUp>) -> Result<Option<FollowUp>, Unreadable> {
    // HTC takes a flag away by an empty element.
    if element.is_empty() {
        return Ok(None);
    }
    let status = filled(element, email::STATUS).map(|child| number::<u8>(child, 0, 2)).transpose()?;
    let status = match status {
        Some(0) => return Ok(None),
        Some(1) => Some(FollowUpStatus::Complete),
        Some(_) => Some(FollowUpStatus::Active),
        None => None,
    };
    // MS-ASEMAIL 3.1.5.4.1: one that is set comes as a whole, one whose status stays with what is new.
    let mut flag = match status {
        None | Some(FollowUpStatus::Complete) => shown.cloned().unwrap_or_default(),
        Some(FollowUpStatus::Active) => FollowUp::default(),
    };
    flag.status = status.or(flag.status).or(Some(FollowUpStatus::Active));
    lay_over(&mut flag, element)?;
    // What it is called anyhow.
    flag.kind.take_if(|kind| kind == KIND);
    check(&flag, element)?;
    Ok(Some(flag))
}

fn lay_over(flag: &mut FollowUp, element: Element<'_>) -> Result<(), Unreadable> {
    let text = |tag| filled(element, tag).map(|child| child.text().to_owned());
    flag.subject = text(tasks::SUBJECT).or_else(|| flag.subject.take());
    flag.kind = text(email::FLAG_TYPE).or_else(|| flag.kind.take());
    flag.sub_ordinal = text(tasks::SUB_ORDINAL_DATE).or_else(|| flag.sub_ordinal.take());
    let clock = |tag| {
        let told =
            |child: Element<'_>| date::parse(child.text()).ok_or_else(|| Unreadable::at(child, "not a date"));
        filled(element, tag).map(told).transpose()
    };
    let time = |tag| clock(tag).map(|clock: Option<DateTime>| clock.and_then(date::instant));
    flag.start = clock(tasks::START_DATE)?.or(flag.start);
    flag.due = clock(tasks::DUE_DATE)?.or(flag.due);
    flag.completed_on = clock(tasks::DATE_COMPLETED)?.or(flag.completed_on);
    flag.start_utc = time(tasks::UTC_START_DATE)?.or(flag.start_utc);
    flag.due_utc = time(tasks::UTC_DUE_DATE)?.or(flag.due_utc);
    flag.completed_at = time(email::COMPLETE_TIME)?.or(flag.completed_at);
    flag.reminder_at = time(tasks::REMINDER_TIME)?.or(flag.reminder_at);
    flag.ordinal = time(tasks::ORDINAL_DATE)?.or(flag.ordinal);
    let set = filled(element, tasks::REMINDER_SET).map(|child| number::<u8>(child, 0, 1)).transpose()?;
    flag.has_reminder = set.map(|set| set == 1).or(flag.has_reminder);
    Ok(())
}

// MS-ASEMAIL 2.2.2.31 (DueDate), 2.2.2.65 (ReminderTime), 2.2.2.19 (CompleteTime), 2.2.2.23 (DateCompleted): Status 6
// for what does not go together.
fn check(flag: &FollowUp, element: Element<'_>) -> Result<(), Unreadable> {
    let refused = |element, reason| Err(Unreadable { element, reason });
    let dates = [flag.start.is_some(), flag.due.is_some(), flag.start_utc.is_some(), flag.due_utc.is_some()];
    if dates.contains(&true) && dates.contains(&false) {
        return refused(tasks::DUE_DATE, "start and due, here and in UTC, come together");
    }
    if flag.start > flag.due || flag.start_utc > flag.due_utc {
        return refused(tasks::DUE_DATE, "due before it starts");
    }
    if flag.has_reminder == Some(true) && flag.reminder_at.is_none() {
        return refused(tasks::REMINDER_TIME, "a reminder without its time");
    }
    if flag.is_complete() && (flag.completed_at.is_none() || flag.completed_on.is_none()) {
        return Err(Unreadable::at(element, "done, and not when"));
    }
    Ok(())
}

fn filled(element: Element<'_>, tag: Tag) -> Option<Element<'_>> {
    element.child(tag).filter(|child| !child.is_empty())
}
