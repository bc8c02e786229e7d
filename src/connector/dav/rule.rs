//! RRULE into and out of the recurrence rule of the model. Expands nothing.

use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Time;

use crate::connector::dav::line::Property;
use crate::connector::dav::time;
use crate::connector::dav::time::When;
use crate::connector::dav::zone::Zones;
use crate::connector::dav::zone::is_utc;
use crate::model::recurrence::Frequency;
use crate::model::recurrence::NDay;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::Weekday;
use crate::model::zone;

/// Where a part that the model has no place for is kept, such as `X-PART`.
const KEPT: &str = "lomme.app:part:";

/// Reads a rule; none if it has no frequency or a part that makes no sense.
pub fn read(value: &str, start: &When) -> Option<RecurrenceRule> {
    let mut rule = RecurrenceRule::default();
    for part in value.split(';').filter(|part| !part.trim().is_empty()) {
        let (name, value) = part.split_once('=')?;
        let name = name.trim().to_ascii_uppercase();
        match name.as_str() {
            "FREQ" => rule.frequency = Some(Frequency::from_word(&value.trim().to_ascii_lowercase())?),
            "INTERVAL" => rule.interval = Some(number(value)?).filter(|interval| *interval != 1),
            "COUNT" => rule.count = Some(number(value)?),
            "UNTIL" => rule.until = Some(until(value, start)?),
            "WKST" => rule.first_day_of_week = Some(weekday(value)?),
            "RSCALE" => rule.rscale = Some(value.to_ascii_lowercase()),
            "SKIP" => rule.skip = Some(value.to_ascii_lowercase()),
            "BYDAY" => rule.by_day = list(value, n_day)?,
            "BYMONTHDAY" => rule.by_month_day = list(value, number)?,
            "BYMONTH" => rule.by_month = list(value, |month| Some(month.trim_start_matches('0').to_owned()))?,
            "BYYEARDAY" => rule.by_year_day = list(value, number)?,
            "BYWEEKNO" => rule.by_week_no = list(value, number)?,
            "BYHOUR" => rule.by_hour = list(value, number)?,
            "BYMINUTE" => rule.by_minute = list(value, number)?,
            "BYSECOND" => rule.by_second = list(value, number)?,
            "BYSETPOS" => rule.by_set_position = list(value, number)?,
            _ => {
                rule.other.insert(format!("{KEPT}{name}"), value.into());
            }
        }
    }
    rule.frequency.is_some().then_some(rule)
}

/// The rule as a property of an item that starts so.
pub fn write(rule: &RecurrenceRule, start: &When) -> Option<Property> {
    let mut parts = vec![format!("FREQ={}", rule.frequency?.as_str().to_ascii_uppercase())];
    let mut part = |name: &str, value: Option<String>| {
        parts.extend(value.filter(|value| !value.is_empty()).map(|value| format!("{name}={value}")));
    };
    part("RSCALE", rule.rscale.as_ref().map(|rscale| rscale.to_ascii_uppercase()));
    part("INTERVAL", rule.interval.filter(|interval| *interval > 1).map(|interval| interval.to_string()));
    part("COUNT", rule.count.map(|count| count.to_string()));
    part("UNTIL", rule.until.filter(|_| rule.count.is_none()).map(|until| until_text(until, start)));
    part("BYMONTH", Some(joined(&rule.by_month)));
    part("BYWEEKNO", Some(joined(&rule.by_week_no)));
    part("BYYEARDAY", Some(joined(&rule.by_year_day)));
    part("BYMONTHDAY", Some(joined(&rule.by_month_day)));
    let days: Vec<String> = rule.by_day.iter().filter_map(n_day_text).collect();
    part("BYDAY", Some(joined(&days)));
    part("BYHOUR", Some(joined(&rule.by_hour)));
    part("BYMINUTE", Some(joined(&rule.by_minute)));
    part("BYSECOND", Some(joined(&rule.by_second)));
    part("BYSETPOS", Some(joined(&rule.by_set_position)));
    part("WKST", rule.first_day_of_week.map(|day| day.as_str().to_ascii_uppercase()));
    part("SKIP", rule.skip.as_ref().map(|skip| skip.to_ascii_uppercase()));
    for (name, value) in &rule.other {
        part(
            name.strip_prefix(KEPT).unwrap_or_default(),
            value.as_str().map(str::to_owned).filter(|_| name.starts_with(KEPT)),
        );
    }
    Some(Property::raw("RRULE", parts.join(";")))
}

/// RFC 5545 3.3.10: UNTIL is in UTC where the start has a zone; some write a date all the same.
fn until(value: &str, start: &When) -> Option<jiff::civil::DateTime> {
    let until = When::of(&Property::raw("UNTIL", value), &Zones::default())?;
    if until.is_date && !start.is_date {
        return Some(until.local.date().to_datetime(Time::constant(23, 59, 59, 0)));
    }
    if start.is_date {
        return Some(until.local.date().to_datetime(Time::midnight()));
    }
    Some(until.in_zone(start.zone.as_deref()))
}

fn until_text(until: jiff::civil::DateTime, start: &When) -> String {
    if start.is_date {
        return time::date_text(until);
    }
    match start.zone.as_deref() {
        Some(id) if is_utc(id) => format!("{}Z", time::local_text(until)),
        Some(id) => {
            let instant = zone::find(id).and_then(|tz| zone::instant(until, &tz));
            instant.map_or_else(|| time::local_text(until), time::utc_text)
        }
        None => time::local_text(until),
    }
}

fn n_day(text: &str) -> Option<NDay> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth_of_period = match nth {
        "" => None,
        nth => Some(number(nth)?),
    };
    Some(NDay { day: Some(weekday(day)?), nth_of_period, ..NDay::default() })
}

fn n_day_text(day: &NDay) -> Option<String> {
    let nth = day.nth_of_period.map(|nth| nth.to_string()).unwrap_or_default();
    Some(format!("{nth}{}", day.day?.as_str().to_ascii_uppercase()))
}

fn weekday(text: &str) -> Option<Weekday> {
    Weekday::from_word(&text.trim().to_ascii_lowercase())
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.trim().trim_start_matches('+').parse().ok()
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|part| read(part.trim())).collect()
}

fn joined<T: Display>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::read;
    use super::write;
    use crate::connector::dav::line::Property;
    use crate::connector::dav::time::When;
    use crate::connector::dav::zone::Zones;

    fn start(property: &Property) -> When {
        When::of(property, &Zones::default()).unwrap()
    }

    fn timed() -> When {
        start(&Property::raw("DTSTART", "20261102T090000").with("TZID", "Europe/Oslo"))
    }

    #[track_caller]
    fn check(value: &str, start: &When, expected: &str) {
        let rule = read(value, start).unwrap();
        let written = write(&rule, start).unwrap().value;
        assert_eq!(written, expected);
        assert_eq!(read(&written, start), Some(rule));
    }

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        for value in [
            "FREQ=DAILY",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=MO,WE;WKST=SU",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=YEARLY;BYWEEKNO=20,-1;BYYEARDAY=1,-1;BYHOUR=9;BYMINUTE=30;BYSECOND=0",
            "FREQ=DAILY;X-PART=1",
        ] {
            check(value, &timed(), value);
        }
    }

    #[test]
    fn the_end_is_in_the_zone_of_the_start() {
        assert_eq!(
            read("FREQ=DAILY;UNTIL=20270301T080000Z", &timed()).unwrap().until,
            "2027-03-01T09:00".parse().ok()
        );
        check("FREQ=DAILY;UNTIL=20270301T080000Z", &timed(), "FREQ=DAILY;UNTIL=20270301T080000Z");
        check("FREQ=DAILY;UNTIL=20270301", &timed(), "FREQ=DAILY;UNTIL=20270301T225959Z");
        let date = start(&Property::raw("DTSTART", "20261102"));
        check("FREQ=DAILY;UNTIL=20270301", &date, "FREQ=DAILY;UNTIL=20270301");
        check("FREQ=DAILY;UNTIL=20270301T080000Z", &date, "FREQ=DAILY;UNTIL=20270301");
        let floating = start(&Property::raw("DTSTART", "20261102T090000"));
        check("FREQ=DAILY;UNTIL=20270301T080000", &floating, "FREQ=DAILY;UNTIL=20270301T080000");
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_none() {
        for value in ["", "COUNT=3", "FREQ=SOMETIMES", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;COUNT=many", "FREQ"]
        {
            assert!(read(value, &timed()).is_none(), "{value}");
        }
    }
}
