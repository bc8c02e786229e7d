//! When an event is: `Timezone`, `AllDayEvent`, `StartTime`, `EndTime`, which mean something only together.
//!
//! Up to 14.1 a whole day is midnight to midnight in the zone of the blob; Thunderbird and Z-Push write it as
//! midnight in UTC with a blob of UTC, and some phones round. From 16.0 on it is a date without a zone.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Time;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::calendar;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::codec::number;
use crate::eas::date;
use crate::eas::zone;
use crate::eas::zone::blob::Blob;
use crate::model::event::Event;
use crate::model::zone::instant;

/// What an appointment without an end lasts. HTC sends such, also of the future, which MS-ASCAL 3.2.4.4 refuses, and of
/// the past, which it lets last until now.
const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);

/// Whether the protocol can write when the event is: from the year 1 to 9999.
pub(super) fn is_tellable(event: &Event, view: &View<'_>) -> bool {
    told_start(event, view).is_some() && told_end(event, view).is_some()
}

/// Writes a clock of the event's zone as the phone's version has it.
pub(super) fn told(event: &Event, clock: DateTime, view: &View<'_>) -> Option<String> {
    if event.is_all_day() && view.version >= Version::V16_0 {
        return written(clock);
    }
    instant(clock, &event.zone(&view.owner.zone)).and_then(|time| written(date::utc(time)))
}

fn written(clock: DateTime) -> Option<String> {
    (clock.year() > 0).then(|| date::compact(clock))
}

fn told_start(item: &Event, view: &View<'_>) -> Option<String> {
    told(item, midnight_of(item, item.start?), view)
}

fn told_end(item: &Event, view: &View<'_>) -> Option<String> {
    if item.is_all_day() {
        return told(item, last_midnight(item)?, view);
    }
    written(date::utc(item.ends_at(&view.owner.zone)?))
}

/// The clock of the event's zone that a phone means.
pub(super) fn clock(event: &Event, text: &str, view: &View<'_>) -> Option<DateTime> {
    let parsed = date::parse(text)?;
    if !text.contains('T') || event.is_all_day() && view.version >= Version::V16_0 {
        return Some(parsed);
    }
    let local = event.zone(&view.owner.zone).to_datetime(date::instant(parsed)?);
    if !event.is_all_day() || local.time() == Time::midnight() {
        return Some(local);
    }
    let day = if parsed.time() == Time::midnight() { parsed.date() } else { nearest_day(local)? };
    Some(day.to_datetime(Time::midnight()))
}

pub(super) fn write_time_zone(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    // MS-ASCAL 2.2.2.1 (AllDayEvent): from 16.0 on whole days have no zone.
    if item.is_all_day() && view.version >= Version::V16_0 {
        return;
    }
    if let Some(blob) = shown_zone(item, view) {
        writer.text(tag, &blob);
    }
}

/// The blob of the zone, with the rules of the year in which the event was last touched, if it repeats.
fn shown_zone(item: &Event, view: &View<'_>) -> Option<String> {
    let start = item.starts_at(&view.owner.zone)?;
    let at =
        item.updated.filter(|_| item.recurrence_rule.is_some()).map_or(start, |updated| updated.max(start));
    Some(zone::encode(&item.zone(&view.owner.zone), at))
}

pub(super) fn write_all_day(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, u8::from(item.is_all_day()));
}

pub(super) fn write_start(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if let Some(start) = told_start(item, view) {
        writer.text(tag, &start);
    }
}

pub(super) fn write_end(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if let Some(end) = told_end(item, view) {
        writer.text(tag, &end);
    }
}

fn midnight_of(item: &Event, clock: DateTime) -> DateTime {
    if item.is_all_day() { clock.date().to_datetime(Time::midnight()) } else { clock }
}

/// The midnight at which whole days end.
fn last_midnight(item: &Event) -> Option<DateTime> {
    let days = days_of(item);
    midnight_of(item, item.start?).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Hours that go beyond a day make it another one.
fn days_of(item: &Event) -> i64 {
    let seconds = item.length().total_seconds();
    (seconds.saturating_add(86_399) / 86_400).max(1)
}

/// What the phone says about the time.
struct Times<'a> {
    start: Option<Element<'a>>,
    end: Option<Element<'a>>,
    blob: Option<Blob>,
    is_all_day: bool,
}

/// Lays the four elements over the event; absent ones mean what they meant.
pub(super) fn read(
    event: &mut Event,
    data: Element<'_>,
    is_new: bool,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let filled = |tag| data.child(tag).filter(|child| !child.is_empty());
    let is_all_day = filled(calendar::ALL_DAY_EVENT).map(|child| number(child, 0, 1)).transpose()?;
    let blob = |child: Element<'_>| {
        Blob::decode(child.text()).ok_or_else(|| Unreadable::at(child, "not a time zone"))
    };
    let mut times = Times {
        start: filled(calendar::START_TIME),
        end: filled(calendar::END_TIME),
        blob: filled(calendar::TIMEZONE).map(blob).transpose()?,
        is_all_day: is_all_day.map_or_else(|| event.is_all_day(), |flag| flag == 1),
    };
    let is_silent = times.start.is_none() && times.end.is_none() && times.is_all_day == event.is_all_day();
    if is_silent && !is_new && times.blob.is_none() {
        return Ok(());
    }
    // The zone that the event was shown in is the zone it has, whatever the phone calls it.
    let shown = shown_zone(event, &reading.view).and_then(|text| Blob::decode(&text));
    times.blob.take_if(|blob| shown.as_ref().is_some_and(|shown| shown.rules == blob.rules));
    if times.is_all_day { times.read_days(event, reading) } else { times.read_hours(event, is_new, reading) }
}

impl Times<'_> {
    fn read_hours(&self, event: &mut Event, is_new: bool, reading: &Reading<'_>) -> Result<(), Unreadable> {
        let home = &reading.view.owner.zone;
        let told = |element: Element<'_>| {
            let time = date::parse(element.text()).and_then(date::instant);
            time.ok_or_else(|| Unreadable::at(element, "not a date and time"))
        };
        let (start, end) = (self.start.map(told).transpose()?, self.end.map(told).transpose()?);
        let length = match (event.starts_at(home), event.ends_at(home)) {
            (Some(start), Some(end)) if !event.is_all_day() => end.duration_since(start),
            _ => HALF_AN_HOUR,
        };
        // MS-ASCAL 3.2.4.4: what is missing of a new event is made of the present half hour.
        let fallback = if is_new { nearest_half_hour(reading.now) } else { event.starts_at(home) };
        let missing = Unreadable { element: calendar::START_TIME, reason: "an event without a start" };
        let start = start.or(fallback).ok_or(missing)?;
        let kept_end = event.ends_at(home).filter(|end| self.start.is_none() && *end >= start);
        let end = end.or(kept_end).or_else(|| start.checked_add(length).ok()).ok_or(missing)?;
        if end < start {
            return Err(Unreadable { element: calendar::END_TIME, reason: "ends before it starts" });
        }
        let is_same = !is_new && !event.is_all_day() && self.blob.is_none();
        if is_same && event.starts_at(home) == Some(start) && event.ends_at(home) == Some(end) {
            return Ok(());
        }
        let was_floating = !is_new && event.time_zone.is_none() && !event.is_all_day() && self.blob.is_none();
        event.set_times(start, end, &self.zone_name(event, start, reading));
        event.time_zone.take_if(|_| was_floating);
        Ok(())
    }

    /// The IANA id of the zone the phone means.
    fn zone_name(&self, event: &Event, at: Timestamp, reading: &Reading<'_>) -> String {
        let home = reading.view.owner.zone.iana_name().unwrap_or("Etc/UTC");
        let own =
            event.time_zone.as_deref().filter(|id| crate::model::zone::find(id).is_some()).unwrap_or(home);
        match &self.blob {
            Some(blob) => zone::find(blob, &[at, reading.now], own),
            None => own.to_owned(),
        }
    }

    fn read_days(&self, event: &mut Event, reading: &Reading<'_>) -> Result<(), Unreadable> {
        let told = |element: Element<'_>| {
            let day = self.day(element.text(), event, reading);
            day.ok_or_else(|| Unreadable::at(element, "not a date"))
        };
        let (start, end) = (self.start.map(told).transpose()?, self.end.map(told).transpose()?);
        let today = || reading.view.owner.zone.to_datetime(reading.now).date();
        let first = start.or_else(|| event.start.map(DateTime::date)).unwrap_or_else(today);
        let was_all_day = event.is_all_day();
        let days = match end {
            Some(end) if end < first => {
                return Err(Unreadable { element: calendar::END_TIME, reason: "ends before it starts" });
            }
            // Nokia's Mail for Exchange makes birthdays of no length.
            Some(end) => end.duration_since(first).as_hours() / 24,
            None if was_all_day => days_of(event),
            None => 1,
        };
        let is_same =
            was_all_day && event.start.map(DateTime::date) == Some(first) && days_of(event) == days.max(1);
        if !is_same {
            event.set_days(first, i32::try_from(days).unwrap_or(i32::MAX));
        }
        Ok(())
    }

    /// The date that an instant stands for.
    fn day(&self, text: &str, event: &Event, reading: &Reading<'_>) -> Option<Date> {
        let parsed = date::parse(text)?;
        if parsed.time() == Time::midnight()
            && (reading.view.version >= Version::V16_0 || !text.contains('T'))
        {
            return Some(parsed.date());
        }
        let time = date::instant(parsed)?;
        let home = &reading.view.owner.zone;
        let here = event.zone(home).to_datetime(time);
        let local = self.blob.as_ref().map_or(here, |blob| blob.rules.local(time));
        let candidates = [local, here, parsed, home.to_datetime(time)];
        let midnight = candidates.into_iter().find(|clock| clock.time() == Time::midnight());
        midnight.map_or_else(|| nearest_day(local), |clock| Some(clock.date()))
    }
}

fn nearest_day(clock: DateTime) -> Option<Date> {
    clock.checked_add(SignedDuration::from_hours(12)).ok().map(DateTime::date)
}

fn nearest_half_hour(now: Timestamp) -> Option<Timestamp> {
    let step = HALF_AN_HOUR.as_secs();
    Timestamp::from_second((now.as_second() + step / 2).div_euclid(step) * step).ok()
}
