//! How an event repeats, and its occurrences that differ (MS-ASCAL 2.2.2.37, 2.2.2.22). What a rule means is the model's.
//!
//! Up to 14.1 exceptions come with the series; one that is left out stays as it was, and what an exception leaves out
//! it has from the series. From 16.0 on each comes by itself, named by `InstanceId`, and leaves out what has not changed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use wbxml::Document;
use wbxml::Element;
use wbxml::Fragment;
use wbxml::Limits;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::calendar;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::codec::number;
use crate::eas::class::cover::Cover;
use crate::eas::class::cover::cover;
use crate::eas::class::cover::cover_all;
use crate::eas::class::event::EXCEPTION;
use crate::eas::class::event::attachments;
use crate::eas::class::event::when;
use crate::eas::class::pattern;
use crate::eas::class::pattern::Pattern;
use crate::eas::class::table::Absence;
use crate::eas::class::table::Field;
use crate::eas::name;
use crate::model::event::Event;
use crate::model::patch::Patch;
use crate::model::patch::Series;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::expand::Starts;

/// MS-ASCAL 2.2.2.21 (Exception): no more in one event.
const MOST_EXCEPTIONS: usize = 1000;

/// Occurrences looked at to find one: half a century of days. A phone may name any day up to the year 9999.
const LOOKED_AT: usize = 20_000;

fn shown(item: &Event) -> Option<Cover> {
    let start = item.start?;
    match &item.recurrence_rule {
        Some(rule) => {
            let beside = beside(item, rule, start);
            let whole = || Starts::new(rule, start).take(LOOKED_AT).chain(beside.iter().copied()).collect();
            let with_all = (!beside.is_empty()).then(|| cover_all(&whole(), start)).flatten();
            with_all.or_else(|| cover(rule, start))
        }
        None => cover_all(&dates(item), start),
    }
}

/// The days that an event has beside those of its rule.
fn beside(item: &Event, rule: &RecurrenceRule, start: DateTime) -> Vec<DateTime> {
    let more = dates(item);
    let Some(last) = more.last().filter(|last| **last > start) else { return Vec::new() };
    let starts: BTreeSet<_> = Starts::new(rule, start).take(LOOKED_AT).take_while(|at| at <= last).collect();
    more.difference(&starts).copied().collect()
}

/// When an event without a rule takes place: each day by itself, at its clock.
fn dates(item: &Event) -> BTreeSet<DateTime> {
    let Some(start) = item.start else { return BTreeSet::new() };
    let more = item.recurrence_overrides.iter().filter(|(_, patch)| !patch.is_excluded());
    let more = more.map(|(at, _)| *at).filter(|at| *at > start && at.time() == start.time());
    more.take(LOOKED_AT).chain([start]).collect()
}

pub(super) fn write_recurrence(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let Some(cover) = shown(item) else { return };
    let until = cover.pattern.until.and_then(|until| when::told(item, until, view));
    writer.container(tag, |writer| {
        cover.pattern.write(&pattern::EVENT, until.as_deref(), view.version, writer);
    });
}

/// The exceptions that a phone sees: those of occurrences that the pattern has. None is a deletion.
fn exceptions(item: &Event) -> BTreeMap<DateTime, Option<&Patch>> {
    let Some((cover, start)) = shown(item).zip(item.start) else { return BTreeMap::new() };
    let mut exceptions: BTreeMap<_, _> = cover.surplus.iter().map(|at| (*at, None)).collect();
    let Some(last) = item.recurrence_overrides.last_key_value().map(|(at, _)| *at) else { return exceptions };
    let starts: BTreeSet<_> =
        Starts::new(&cover.pattern.rule(start), start).take(LOOKED_AT).take_while(|at| *at <= last).collect();
    let visible = item.recurrence_overrides.iter().filter(|(at, _)| starts.contains(at));
    exceptions.extend(visible.map(|(at, patch)| (*at, Some(patch).filter(|patch| !patch.is_excluded()))));
    exceptions
}

pub(super) fn write_exceptions(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.container(tag, |writer| {
        let series = Series::of(item);
        for (at, patch) in exceptions(item).into_iter().take(MOST_EXCEPTIONS) {
            let occurrence = patch.and_then(|patch| series.occurrence(at, patch));
            let Some(at) = when::told(item, at, view) else { continue };
            if patch.is_none() || occurrence.is_some() {
                writer.container(calendar::EXCEPTION, |writer| {
                    write_exception(item, &at, occurrence.as_ref(), view, writer);
                });
            }
        }
    });
}

/// One occurrence; none is a deletion.
fn write_exception(item: &Event, at: &str, occurrence: Option<&Event>, view: &View<'_>, writer: &mut Writer) {
    // HTC takes any `Deleted`, even 0, for a deletion; Android wants it and the start first.
    if occurrence.is_none() {
        writer.number(calendar::DELETED, 1);
    }
    let is_new = view.version >= Version::V16_0;
    let id = if is_new { airsyncbase::INSTANCE_ID } else { calendar::EXCEPTION_START_TIME };
    writer.text(id, at);
    // The files of an occurrence are found by its name.
    let name = name::occurrence(view.server_id, at);
    let view = &View { server_id: &name, ..*view };
    for field in EXCEPTION.iter().filter(|field| field.is_in(view.version)) {
        if let Some(occurrence) = occurrence {
            write_difference(field, item, occurrence, view, writer);
        }
    }
}

/// The single event that an occurrence is, named as in an `InstanceId`.
pub(in crate::eas::class) fn occurrence(event: &Event, id: &str, view: &View<'_>) -> Option<Event> {
    let at = occurrence_at(event, id, view)?;
    let known = event.recurrence_overrides.get(&at).filter(|patch| !patch.is_excluded());
    Series::of(event).occurrence(at, &known.cloned().unwrap_or_default())
}

/// Where the rule puts the occurrence that is named as in an `InstanceId`.
pub(in crate::eas::class) fn occurrence_at(event: &Event, id: &str, view: &View<'_>) -> Option<DateTime> {
    instance(event, when::clock(event, id, view)?)
}

// MS-ASAIRS 2.2.2.25 (InstanceId): of an instance that its owner was invited to without the series.
pub(super) fn write_orphan(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if let Some(id) = orphan(item).and_then(|at| when::told(item, at, view)) {
        writer.text(tag, &id);
    }
}

/// Which occurrence of a series that is not here an event is.
fn orphan(item: &Event) -> Option<DateTime> {
    let id =
        item.other.get("recurrenceId").filter(|_| item.recurrence_rule.is_none() && !item.has_orphans())?;
    id.as_str()?.parse().ok()
}

/// Writes what an occurrence has otherwise than its series; its times always.
fn write_difference(
    field: &Field<Event>,
    item: &Event,
    occurrence: &Event,
    view: &View<'_>,
    writer: &mut Writer,
) {
    let told = |event| Fragment::build(|writer| (field.write)(event, field.tag, view, writer));
    let (new, inherited) = (told(occurrence), told(item));
    if matches!(field.tag, calendar::START_TIME | calendar::END_TIME) || new != inherited && !new.is_empty() {
        writer.append(&new);
    } else if new != inherited && view.version >= first_with_empty(field.tag) {
        // MS-ASCAL 3.2.5.3.1: an empty element is what the occurrence does not have from its series.
        writer.empty(field.tag);
    }
}

fn is_told(field: &Field<Event>, item: &Event, occurrence: &Event, view: &View<'_>) -> bool {
    !Fragment::build(|writer| write_difference(field, item, occurrence, view, writer)).is_empty()
}

// MS-ASCAL 2.2.2.38 (Reminder): never empty before 14.1; Exchange 2007 deleted nothing this way.
const fn first_with_empty(tag: Tag) -> Version {
    if tag.page() == calendar::REMINDER.page() && tag.token() == calendar::REMINDER.token() {
        Version::V14_1
    } else {
        Version::V14_0
    }
}

/// Lays `Recurrence` and `Exceptions` over the event, whose other elements are already read.
pub(super) fn read(
    event: &mut Event,
    base: Option<&Event>,
    data: Element<'_>,
    is_full: bool,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    match data.child(calendar::RECURRENCE) {
        Some(element) if !element.is_empty() => read_rule(event, base, element, reading)?,
        // MS-ASCAL 2.2.2.37: an empty one makes a series a single event.
        Some(_) => make_single(event),
        None if is_full && reading.clears(calendar::RECURRENCE, Absence::Clears) => make_single(event),
        None => {}
    }
    if let Some(base) = base {
        follow(event, base, reading.view.version);
    }
    match data.child(calendar::EXCEPTIONS) {
        // MS-ASCAL 2.2.2.22: from 16.0 on a change of an exception does not come this way.
        Some(element) if base.is_none() || reading.view.version < Version::V16_0 => {
            read_exceptions(event, element, reading)
        }
        // MS-ASCAL 3.2.5.3.2 (Removing Exceptions): without the element they stay, whatever the phone declared.
        _ => Ok(()),
    }
}

fn make_single(event: &mut Event) {
    if shown(event).is_some() {
        event.recurrence_rule = None;
        event.recurrence_overrides.clear();
    }
}

fn read_rule(
    event: &mut Event,
    base: Option<&Event>,
    element: Element<'_>,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let Some(start) = event.start else { return Ok(()) };
    let known = base.and_then(shown).map(|cover| cover.pattern);
    let changeable = known.as_ref().filter(|_| reading.view.version >= Version::V16_0);
    let until = |text: &str| when::clock(event, text, &reading.view);
    let told = Pattern::read(element, &pattern::EVENT, changeable, until)?;
    let is_echo = known.is_some_and(|known| told.is_echo_of(&known, start));
    if !is_echo {
        event.recurrence_rule = Some(told.rule(start));
        event.other.remove("recurrenceId");
    }
    Ok(())
}

/// What becomes of the exceptions of a series that was moved or repeats otherwise.
fn follow(event: &mut Event, base: &Event, version: Version) {
    let is_same = event.start == base.start
        && event.recurrence_rule == base.recurrence_rule
        && (version < Version::V16_0 || event.length() == base.length());
    let Some((start, old)) = event.start.zip(base.start).filter(|_| !is_same) else { return };
    if event.has_orphans() {
        // Who is invited to single days does not move them: their names are the times they had.
        (event.start, event.duration) = (base.start, base.duration);
        return;
    }
    if version >= Version::V16_0 {
        // MS-ASCAL 2.2.2.37, 2.2.2.42, 2.2.2.20: another pattern, start or end takes all exceptions away.
        return event.recurrence_overrides.clear();
    }
    let moved = start.duration_since(old);
    let overrides = std::mem::take(&mut event.recurrence_overrides);
    let follow = |(at, patch): (DateTime, Patch)| Some((at.checked_add(moved).ok()?, patch));
    event.recurrence_overrides = overrides.into_iter().filter_map(follow).collect();
}

// MS-ASCAL 3.2.5.3.1 (Removing Exceptions), MS-ASCMD 2.2.3.24 (Change): an exception that is left out stays. Who wants
// the occurrence as it is in the series sends an exception without anything of its own.
fn read_exceptions(event: &mut Event, element: Element<'_>, reading: &Reading<'_>) -> Result<(), Unreadable> {
    let Some(cover) = shown(event) else { return Ok(()) };
    let mut overrides = event.recurrence_overrides.clone();
    for told in element.children().filter(|child| child.tag() == calendar::EXCEPTION) {
        let at = told_instance(event, told, reading)?;
        let known = event.recurrence_overrides.get(&at);
        if is_deletion(told)? {
            if !cover.surplus.contains(&at) && !known.is_some_and(Patch::is_excluded) {
                overrides.insert(at, Patch::excluded());
            }
        } else {
            lay(&mut overrides, at, read_occurrence(event, at, known, told, Absent::Inherited, reading)?);
        }
    }
    event.recurrence_overrides = overrides;
    attachments::check_size(event)
}

/// An occurrence in which nothing differs is none of its own.
fn lay(overrides: &mut BTreeMap<DateTime, Patch>, at: DateTime, patch: Patch) {
    if patch.0.is_empty() {
        overrides.remove(&at);
    } else {
        overrides.insert(at, patch);
    }
}

fn is_deletion(exception: Element<'_>) -> Result<bool, Unreadable> {
    let deleted = exception.child(calendar::DELETED).filter(|child| !child.is_empty());
    Ok(deleted.map(|child| number::<u8>(child, 0, 1)).transpose()? == Some(1))
}

/// Which occurrence an exception is of.
fn told_instance(
    event: &Event,
    exception: Element<'_>,
    reading: &Reading<'_>,
) -> Result<DateTime, Unreadable> {
    let missing =
        Unreadable { element: calendar::EXCEPTION_START_TIME, reason: "an exception of no occurrence" };
    let id =
        exception.child(calendar::EXCEPTION_START_TIME).or_else(|| exception.child(airsyncbase::INSTANCE_ID));
    let clock = id.and_then(|id| when::clock(event, id.text(), &reading.view)).ok_or(missing)?;
    // What is of no occurrence stays as one more: the phone's owner wrote something into it.
    Ok(instance(event, clock).unwrap_or(clock))
}

/// The occurrence at that time, or else on that day: iOS and Android tell the time wrong when the series was moved.
fn instance(event: &Event, clock: DateTime) -> Option<DateTime> {
    let is_known = |at: &DateTime| *at == clock;
    if event.recurrence_overrides.contains_key(&clock) {
        return Some(clock);
    }
    let limit = clock.checked_add(SignedDuration::from_hours(24)).ok()?;
    let near = |at: &DateTime| at.date() >= clock.date() && *at < limit;
    let near: Vec<_> = match &event.recurrence_rule {
        Some(rule) => {
            let starts = Starts::new(rule, event.start?).take(LOOKED_AT);
            starts.take_while(|at| *at < limit).filter(near).collect()
        }
        None if event.recurrence_overrides.is_empty() => Vec::new(),
        None => dates(event).into_iter().filter(near).collect(),
    };
    near.iter().copied().find(is_known).or_else(|| near.into_iter().find(|at| at.date() == clock.date()))
}

/// What it means that an exception leaves an element out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// It is as in the series.
    Inherited,
    /// It is as it was.
    Kept,
}

fn read_occurrence(
    series: &Event,
    at: DateTime,
    known: Option<&Patch>,
    data: Element<'_>,
    absent: Absent,
    reading: &Reading<'_>,
) -> Result<Patch, Unreadable> {
    let unreadable = Unreadable::at(data, "an exception of no occurrence");
    let shared = Series::of(series);
    let plain: Event = shared.occurrence(at, &Patch::default()).ok_or(unreadable)?;
    let known = known.filter(|patch| !patch.is_excluded()).and_then(|patch| shared.occurrence(at, patch));
    let mut occurrence = known.clone().unwrap_or_else(|| plain.clone());
    if absent == Absent::Inherited && !data.has(calendar::START_TIME) && !data.has(calendar::END_TIME) {
        (occurrence.start, occurrence.duration) = (plain.start, plain.duration);
    }
    when::read(&mut occurrence, data, false, reading)?;
    for field in EXCEPTION.iter().filter(|field| field.is_in(reading.view.version)) {
        match data.child(field.tag) {
            Some(element) => {
                (field.read)(&mut occurrence, Some(element).filter(|told| !told.is_empty()), reading)?;
            }
            None if absent == Absent::Inherited && field.absence != Absence::Keeps => {
                // Where the phone was told nothing, nothing is an echo.
                let was_told = |known: &Event| is_told(field, series, known, &reading.view);
                if known.as_ref().is_none_or(was_told) {
                    inherit(field, &plain, &mut occurrence, reading)?;
                }
            }
            None => {}
        }
    }
    Ok(shared.patch(at, &occurrence))
}

/// Makes an occurrence have of one element what its series has, as if the phone had sent it.
fn inherit(
    field: &Field<Event>,
    plain: &Event,
    occurrence: &mut Event,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let mut writer = Writer::new();
    writer.open(airsync::APPLICATION_DATA);
    (field.write)(plain, field.tag, &reading.view, &mut writer);
    let unreadable = Unreadable { element: field.tag, reason: "too long" };
    let limits = Limits::default();
    let document = Document::decode(writer.finish(), &limits).map_err(|_| unreadable)?;
    let told = document.root().child(field.tag).filter(|told| !told.is_empty());
    (field.read)(occurrence, told, reading)
}

/// Changes one occurrence, as 16.0 and later send it: `instance` is its `InstanceId`.
// MS-ASCMD 2.2.3.24 (Change): the item is named by `ServerId` and `InstanceId` together.
pub(in crate::eas::class) fn change_instance(
    event: &Event,
    id: &str,
    data: Element<'_>,
    reading: &Reading<'_>,
) -> Result<Event, Unreadable> {
    // Thunderbird deletes an occurrence by a change of it.
    if is_deletion(data)? {
        return delete_instance(event, id, reading);
    }
    if orphan(event).is_some_and(|at| when::clock(event, id, &reading.view) == Some(at)) {
        return super::read(data, Some(event), reading);
    }
    let at = named(event, id, reading)?;
    let mut event = event.clone();
    let patch =
        read_occurrence(&event, at, event.recurrence_overrides.get(&at), data, Absent::Kept, reading)?;
    lay(&mut event.recurrence_overrides, at, patch);
    attachments::check_size(&event)?;
    event.updated = Some(reading.now);
    Ok(event)
}

/// Deletes one occurrence, as 16.0 and later send it.
pub(in crate::eas::class) fn delete_instance(
    event: &Event,
    id: &str,
    reading: &Reading<'_>,
) -> Result<Event, Unreadable> {
    let at = named(event, id, reading)?;
    let mut event = event.clone();
    event.recurrence_overrides.insert(at, Patch::excluded());
    event.updated = Some(reading.now);
    Ok(event)
}

fn named(event: &Event, id: &str, reading: &Reading<'_>) -> Result<DateTime, Unreadable> {
    let clock = when::clock(event, id, &reading.view);
    let unknown = Unreadable { element: airsyncbase::INSTANCE_ID, reason: "not an occurrence of this event" };
    clock.and_then(|clock| instance(event, clock)).ok_or(unknown)
}
