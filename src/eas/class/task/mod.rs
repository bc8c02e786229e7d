//! Tasks: MS-ASTASK against the model's `Task`. Dates come twice: by the clock (`DueDate`) and in UTC (`UtcDueDate`).

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::Value;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::tasks;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::body;
use crate::eas::class::body::Body;
use crate::eas::class::body::OldTags;
use crate::eas::class::body::Told;
use crate::eas::class::codec;
use crate::eas::class::codec::number;
use crate::eas::class::codec::sensitivity;
use crate::eas::class::codec::text;
use crate::eas::class::cover::Cover;
use crate::eas::class::cover::cover;
use crate::eas::class::pattern;
use crate::eas::class::pattern::Pattern;
use crate::eas::class::table;
use crate::eas::class::table::Absence;
use crate::eas::class::table::fields;
use crate::eas::date;
use crate::model::object;
use crate::model::object::set_text;
use crate::model::task::Importance;
use crate::model::task::Task;
use crate::model::zone::instant;

fields! {
    /// MS-ASTASK 2.2.2, in the order of its schema. The specification ghosts nothing of a task; what it says to keep
    /// (3.2.5.2, 3.2.5.3) and what phones leave out of a quick completion `keeps`.
    TASK: Task {
        tasks::SUBJECT => title: text; keeps,
        tasks::BODY => [read_body, write_old_body]; to V2_5; keeps,
        airsyncbase::BODY => [read_body, write_body]; from V12_0; keeps,
        tasks::IMPORTANCE => [read_importance, write_importance]; keeps,
        tasks::UTC_START_DATE => [told_elsewhere, write_utc_start]; keeps,
        tasks::START_DATE => [told_elsewhere, write_start]; keeps,
        tasks::UTC_DUE_DATE => [told_elsewhere, write_utc_due]; keeps,
        tasks::DUE_DATE => [told_elsewhere, write_due]; keeps,
        tasks::CATEGORIES => [read_categories, write_categories],
        tasks::RECURRENCE => [told_elsewhere, write_recurrence]; keeps,
        tasks::COMPLETE => [told_elsewhere, write_complete]; keeps,
        tasks::DATE_COMPLETED => [told_elsewhere, write_date_completed]; keeps,
        tasks::SENSITIVITY => [read_sensitivity, write_sensitivity]; keeps,
        tasks::REMINDER_TIME => [told_elsewhere, write_reminder_time]; keeps,
        tasks::REMINDER_SET => [told_elsewhere, write_reminder_set]; keeps,
        tasks::ORDINAL_DATE => [read_ordinal, write_ordinal]; from V12_0; keeps,
        tasks::SUB_ORDINAL_DATE => [read_sub_ordinal, write_sub_ordinal]; from V12_0; keeps,
    }
}

const OLD_BODY: OldTags =
    OldTags { body: tasks::BODY, size: Some(tasks::BODY_SIZE), truncated: tasks::BODY_TRUNCATED };
/// An importance that is none of the three; it is told again as it came (MS-ASTASK 2.2.2.14).
const IMPORTANCE: &str = "lomme.app:importance";
const ORDINAL_DATE: &str = "lomme.app:ordinalDate";
const SUB_ORDINAL_DATE: &str = "lomme.app:subOrdinalDate";
/// Of a rule: the next one begins when this one is done.
const REGENERATE: &str = "lomme.app:regenerate";
/// Of a rule: this is an occurrence that was done, not the series.
const DEAD: &str = "lomme.app:deadOccurrence";

/// Writes a task.
pub(super) fn write(task: &Task, view: &View<'_>, writer: &mut Writer) {
    table::write(TASK, task, view, writer);
}

/// Lays what the phone sent over the task it held.
pub(super) fn read(
    data: Element<'_>,
    base: Option<&Task>,
    reading: &Reading<'_>,
) -> Result<Task, Unreadable> {
    let mut task = base.map_or_else(|| new(reading), Clone::clone);
    // Whoever sends no subject sends no whole task: a tick in a list, an alarm.
    let is_full = base.is_some() && data.has(tasks::SUBJECT);
    read_dates(&mut task, data, is_full, reading)?;
    read_rule(&mut task, base, data, is_full)?;
    read_completion(&mut task, data, reading)?;
    read_reminder(&mut task, data, reading)?;
    table::read(TASK, &mut task, data, reading, |field| is_full && field.absence == Absence::Clears)?;
    if base != Some(&task) {
        task.updated = Some(reading.now);
    }
    Ok(task)
}

fn new(reading: &Reading<'_>) -> Task {
    let mut task = Task { uid: Some(reading.uid.to_owned()), created: Some(reading.now), ..Task::default() };
    task.other.insert("@type".to_owned(), "Task".into());
    task
}

#[expect(clippy::unnecessary_wraps, reason = "stands in the table beside functions that can fail")]
fn told_elsewhere(_: &mut Task, _: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    Ok(())
}

fn filled(data: Element<'_>, tag: Tag) -> Option<Element<'_>> {
    data.child(tag).filter(|child| !child.is_empty())
}

fn told_date(element: Element<'_>) -> Result<DateTime, Unreadable> {
    date::parse(element.text()).ok_or_else(|| Unreadable::at(element, "not a date"))
}

/// Start and due: the clock's time counts, UTC only where there is nothing else.
fn read_dates(
    task: &mut Task,
    data: Element<'_>,
    is_full: bool,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let zone = task.zone(&reading.view.owner.zone);
    let told = |local: Tag, utc: Tag, known: Option<DateTime>| {
        if let Some(element) = filled(data, local) {
            return told_date(element).map(Some);
        }
        if let Some(element) = filled(data, utc) {
            return told_date(element).map(|clock| date::instant(clock).map(|time| zone.to_datetime(time)));
        }
        // MS-ASTASK says nothing of dates left out; Thunderbird and iOS take a date away by it.
        let is_gone = is_full || data.has(local) || data.has(utc);
        Ok(known.filter(|_| !is_gone))
    };
    let start = told(tasks::START_DATE, tasks::UTC_START_DATE, task.start)?;
    let due = told(tasks::DUE_DATE, tasks::UTC_DUE_DATE, task.due)?;
    if (start, due) == (task.start, task.due) {
        return Ok(());
    }
    let elsewhere = [(tasks::START_DATE, tasks::UTC_START_DATE), (tasks::DUE_DATE, tasks::UTC_DUE_DATE)]
        .into_iter()
        .find_map(|(local, utc)| zone_of(filled(data, local)?, filled(data, utc)?, &zone));
    let is_date = |clock: &DateTime| clock.time() == Time::midnight();
    (task.start, task.due) = (start, due);
    if start.iter().chain(&due).all(is_date) {
        (task.time_zone, task.show_without_time) = (None, (start.or(due).is_some()).then_some(true));
    } else {
        task.show_without_time = None;
        let home = || reading.view.owner.zone.iana_name().map(str::to_owned);
        task.time_zone = elsewhere.or_else(|| task.time_zone.take()).or_else(home);
    }
    Ok(())
}

/// The zone that a phone is in which is not in this one: what lies between its two forms of a time says so. Whole hours
/// have names.
fn zone_of(local: Element<'_>, utc: Element<'_>, zone: &TimeZone) -> Option<String> {
    let (local, utc) = (date::parse(local.text())?, date::parse(utc.text())?);
    let is_here = date::instant(utc).is_some_and(|time| zone.to_datetime(time) == local);
    let minutes = local.duration_since(utc).as_mins();
    if is_here || minutes % 60 != 0 || !(-12..=14).contains(&(minutes / 60)) {
        return None;
    }
    // East of Greenwich is minus in these names.
    Some(match minutes / 60 {
        0 => "Etc/UTC".to_owned(),
        hours => format!("Etc/GMT{:+}", -hours),
    })
}

fn write_clock(clock: Option<DateTime>, tag: Tag, writer: &mut Writer) {
    if let Some(clock) = clock {
        writer.text(tag, &date::dashed(clock));
    }
}

fn in_utc(item: &Task, clock: Option<DateTime>, view: &View<'_>) -> Option<DateTime> {
    instant(clock?, &item.zone(&view.owner.zone)).map(date::utc)
}

fn write_utc_start(item: &Task, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    write_clock(in_utc(item, item.start, view), tag, writer);
}

fn write_start(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_clock(item.start, tag, writer);
}

fn write_utc_due(item: &Task, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    write_clock(in_utc(item, item.due, view), tag, writer);
}

fn write_due(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_clock(item.due, tag, writer);
}

fn first(item: &Task) -> Option<DateTime> {
    item.start.or(item.due)
}

fn flag_of(item: &Task, property: &str) -> bool {
    let rule = item.recurrence_rule.as_ref();
    rule.and_then(|rule| rule.other.get(property)) == Some(&Value::Bool(true))
}

fn shown(item: &Task) -> Option<Cover> {
    cover(item.recurrence_rule.as_ref()?, first(item)?)
}

fn write_recurrence(item: &Task, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let Some((cover, start)) = shown(item).zip(first(item)) else { return };
    let until = cover.pattern.until.map(date::dashed);
    writer.container(tag, |writer| {
        cover.pattern.write(&pattern::TASK, until.as_deref(), view.version, writer);
        writer.text(tasks::START, &date::dashed(start));
        for (property, tag) in [(REGENERATE, tasks::REGENERATE), (DEAD, tasks::DEAD_OCCUR)] {
            if flag_of(item, property) {
                writer.number(tag, 1);
            }
        }
    });
}

fn read_rule(
    task: &mut Task,
    base: Option<&Task>,
    data: Element<'_>,
    is_full: bool,
) -> Result<(), Unreadable> {
    let known = base.and_then(shown);
    let Some(element) = filled(data, tasks::RECURRENCE) else {
        // What was never shown is not taken away.
        if known.is_some() && (data.has(tasks::RECURRENCE) || is_full) {
            task.recurrence_rule = None;
            task.recurrence_overrides.clear();
        }
        return Ok(());
    };
    let told = Pattern::read(element, &pattern::TASK, None, date::parse)?;
    check_calendar(&told, element)?;
    // MS-ASTASK 3.2.5.3.3 (Start): status 6 without it.
    let missing = Unreadable { element: tasks::START, reason: "a recurrence without its start" };
    let start = told_date(filled(element, tasks::START).ok_or(missing)?)?;
    let start = first(task).unwrap_or(start);
    if first(task).is_none() {
        task.start = Some(start);
    }
    if !known.is_some_and(|known| told.is_echo_of(&known.pattern, start)) {
        task.recurrence_rule = Some(told.rule(start));
    }
    for (property, tag) in [(REGENERATE, tasks::REGENERATE), (DEAD, tasks::DEAD_OCCUR)] {
        let is_set =
            filled(element, tag).map(|child| number::<u8>(child, 0, 255)).transpose()?.unwrap_or(0) != 0;
        if let Some(rule) = task.recurrence_rule.as_mut() {
            rule.other.remove(property);
            rule.other.extend(is_set.then(|| (property.to_owned(), Value::Bool(true))));
        }
    }
    Ok(())
}

/// MS-ASTASK 2.2.2.4 (CalendarType): with months and years; elsewhere it is status 6.
fn check_calendar(told: &Pattern, element: Element<'_>) -> Result<(), Unreadable> {
    const KINDS: [u8; 4] = [pattern::MONTHLY, pattern::MONTHLY_NTH, pattern::YEARLY, pattern::YEARLY_NTH];
    let wrong = filled(element, tasks::CALENDAR_TYPE).filter(|_| !KINDS.contains(&told.kind));
    wrong.map_or(Ok(()), |child| Err(Unreadable::at(child, "not of a recurrence of this type")))
}

fn write_complete(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, u8::from(item.is_complete()));
}

// MS-ASTASK 2.2.2.8 (DateCompleted): always there with a completed task.
fn write_date_completed(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if item.is_complete() {
        let at = item.completed_at().or(item.updated).or(item.created);
        write_clock(at.map(date::utc).or_else(|| first(item)), tag, writer);
    }
}

fn read_completion(task: &mut Task, data: Element<'_>, reading: &Reading<'_>) -> Result<(), Unreadable> {
    let Some(complete) = filled(data, tasks::COMPLETE) else { return Ok(()) };
    if number::<u8>(complete, 0, 1)? == 0 {
        task.reopen();
        return Ok(());
    }
    let told = filled(data, tasks::DATE_COMPLETED).map(told_date).transpose()?.and_then(date::instant);
    let known = task.completed_at().or(task.updated).or(task.created).filter(|_| task.is_complete());
    // Seconds are all that is told.
    if told.is_none() && task.is_complete()
        || told.is_some_and(|told| known.is_some_and(|known| known.as_second() == told.as_second()))
    {
        return Ok(());
    }
    task.complete(told.unwrap_or(reading.now));
    Ok(())
}

fn write_reminder_set(item: &Task, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.number(tag, u8::from(item.reminder_time(&view.owner.zone).is_some()));
}

fn write_reminder_time(item: &Task, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    write_clock(item.reminder_time(&view.owner.zone).map(date::utc), tag, writer);
}

// MS-ASTASK 3.2.5.3 (ReminderSet): left out, it stays as it was.
fn read_reminder(task: &mut Task, data: Element<'_>, reading: &Reading<'_>) -> Result<(), Unreadable> {
    let home = &reading.view.owner.zone;
    let set = filled(data, tasks::REMINDER_SET).map(|child| number::<u8>(child, 0, 1)).transpose()?;
    let time = filled(data, tasks::REMINDER_TIME).map(told_date).transpose()?.and_then(date::instant);
    let known = task.reminder_time(home);
    match (set, time) {
        (Some(0), _) => task.set_reminder_time(None, home),
        (Some(_), Some(time)) if known.map(Timestamp::as_second) != Some(time.as_second()) => {
            task.set_reminder_time(Some(time), home);
        }
        // A reminder without its time rings when the task is due.
        (Some(_), None) if known.is_none() => {
            let due = task.due.or(task.start).and_then(|clock| instant(clock, &task.zone(home)));
            task.set_reminder_time(due, home);
        }
        _ => {}
    }
    Ok(())
}

fn read_importance(item: &mut Task, element: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    let told = element.map_or(Ok(1), |element| number::<u8>(element, 0, u8::MAX))?;
    let other = (told > 2).then(|| told.to_string());
    set_text(&mut item.other, IMPORTANCE, other.as_deref());
    item.set_importance(match told {
        0 => Importance::Low,
        2 => Importance::High,
        _ => Importance::Normal,
    });
    Ok(())
}

// Android 2.2 reads a missing importance as low.
fn write_importance(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    let shown = match item.importance() {
        Importance::Low => "0",
        Importance::Normal => object::text(&item.other, IMPORTANCE).unwrap_or("1"),
        Importance::High => "2",
    };
    writer.text(tag, shown);
}

fn read_sensitivity(
    item: &mut Task,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    item.set_sensitivity(sensitivity::read(element)?);
    Ok(())
}

fn write_sensitivity(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, sensitivity::number(item.sensitivity()));
}

fn read_categories(item: &mut Task, element: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    item.set_categories(&codec::list(element, tasks::CATEGORY));
    Ok(())
}

fn write_categories(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    codec::write_list(item.categories(), tag, tasks::CATEGORY, writer);
}

fn read_ordinal(item: &mut Task, element: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    let told = element.map(told_date).transpose()?.map(date::dashed);
    set_text(&mut item.other, ORDINAL_DATE, told.as_deref());
    Ok(())
}

fn write_ordinal(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_clock(object::text(&item.other, ORDINAL_DATE).and_then(date::parse), tag, writer);
}

#[expect(clippy::unnecessary_wraps, reason = "stands in the table beside functions that can fail")]
fn read_sub_ordinal(
    item: &mut Task,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    set_text(&mut item.other, SUB_ORDINAL_DATE, element.map(Element::text));
    Ok(())
}

fn write_sub_ordinal(item: &Task, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if let Some(text) = object::text(&item.other, SUB_ORDINAL_DATE) {
        writer.text(tag, text);
    }
}

fn body_of(item: &Task) -> Option<Body> {
    Body::described(item.description.as_deref(), item.description_content_type.as_deref())
}

fn read_body(item: &mut Task, element: Option<Element<'_>>, reading: &Reading<'_>) -> Result<(), Unreadable> {
    match body::read(element, body_of(item).as_ref(), reading)? {
        Told::Same => {}
        Told::Nothing => (item.description, item.description_content_type) = (None, None),
        Told::New(body) => (item.description, item.description_content_type) = body.describe(),
    }
    Ok(())
}

fn write_body(item: &Task, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write(body_of(item).as_ref(), view, writer);
}

fn write_old_body(item: &Task, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write_old(body_of(item).as_ref(), OLD_BODY, view, writer);
}
