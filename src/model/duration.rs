//! How long something lasts, as JSCalendar writes it. No date arithmetic beyond days and seconds.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::Span;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::model::object::Shape;
use crate::model::object::serde_by_shape;
use crate::model::zone::instant;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// No event lasts longer than this, which keeps all sums within their types.
const MOST_DAYS: i64 = 366 * 10_000;

/// Days of the calendar and exact seconds, of one sign (RFC 8984 1.4.6 Duration, 1.4.7 `SignedDuration`).
///
/// A day is as long as the zone makes it, so `P1D` and `PT24H` are not the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    days: i64,
    seconds: i64,
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self { days: 0, seconds: 0 };

    /// Whole days of the calendar.
    pub const fn days(days: i32) -> Self {
        Self { days: days as i64, seconds: 0 }
    }

    /// Exact minutes.
    pub const fn minutes(minutes: i32) -> Self {
        Self { days: 0, seconds: minutes as i64 * MINUTE }
    }

    /// Exact seconds.
    pub const fn seconds(seconds: i32) -> Self {
        Self { days: 0, seconds: seconds as i64 }
    }

    /// Exact time, cut to whole seconds.
    pub const fn exact(time: SignedDuration) -> Self {
        Self { days: 0, seconds: time.as_secs() }
    }

    /// When something ends that starts then: days by the calendar of the zone, then exact time.
    pub fn after(self, start: DateTime, tz: &TimeZone) -> Option<Timestamp> {
        let days = start.checked_add(Span::new().try_days(self.days).ok()?).ok()?;
        instant(days, tz)?.checked_add(SignedDuration::from_secs(self.seconds)).ok()
    }

    /// The same from an instant.
    pub fn after_instant(self, start: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
        self.after(tz.to_datetime(start), tz)
    }

    /// The calendar days in it, which are not of a fixed length.
    pub const fn day_part(self) -> i64 {
        self.days
    }

    /// The exact seconds in it, beside the days.
    pub const fn second_part(self) -> i64 {
        self.seconds
    }

    /// The whole as seconds, a day counted as 24 hours.
    pub const fn total_seconds(self) -> i64 {
        self.days * DAY + self.seconds
    }

    /// The whole as exact time, a day counted as 24 hours.
    pub const fn to_exact(self) -> SignedDuration {
        SignedDuration::from_secs(self.total_seconds())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days < 0 || self.seconds < 0 {
            f.write_str("-")?;
        }
        let (days, seconds) = (self.days.abs(), self.seconds.abs());
        f.write_str("P")?;
        if days != 0 && days % 7 == 0 && seconds == 0 {
            return write!(f, "{}W", days / 7);
        }
        if days != 0 {
            write!(f, "{days}D")?;
        }
        if seconds == 0 && days != 0 {
            return Ok(());
        }
        f.write_str("T")?;
        if seconds == 0 {
            return f.write_str("0S");
        }
        let parts = [(seconds / HOUR, "H"), (seconds % HOUR / MINUTE, "M"), (seconds % MINUTE, "S")];
        for (count, unit) in parts.into_iter().filter(|(count, _)| *count != 0) {
            write!(f, "{count}{unit}")?;
        }
        Ok(())
    }
}

/// What was read is no duration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 8601 duration of weeks, days, hours, minutes and seconds")]
pub struct NotADuration;

impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        parse(text).ok_or(NotADuration)
    }
}

fn parse(text: &str) -> Option<Duration> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (date, time) = match rest.strip_prefix('P')?.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        None if rest.len() > 1 => (rest.strip_prefix('P')?, ""),
        _ => return None,
    };
    let days = sum(date, &[('W', 7), ('D', 1)])?;
    let seconds = sum(time, &[('H', HOUR), ('M', MINUTE), ('S', 1)])?;
    if days > MOST_DAYS || seconds > MOST_DAYS * DAY {
        return None;
    }
    Some(Duration { days: sign * days, seconds: sign * seconds })
}

/// Adds up `1W2D`: each unit at most once and in this order.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total: i64 = 0;
    for (unit, worth) in units {
        if let Some((count, rest)) = text.split_once(*unit) {
            // A fraction of a second is of no use to anybody's calendar.
            let whole = count.split_once('.').map_or(count, |(whole, _)| whole);
            total = total.checked_add(whole.parse::<u32>().ok().map(i64::from)?.checked_mul(*worth)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(total)
}

impl Shape for Duration {
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }
}

serde_by_shape!(Duration);

#[cfg(test)]
mod tests {
    use super::Duration;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(text.parse::<Duration>().ok().map(|duration| duration.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_duration_is_read_and_written() {
        check("PT0S", Some("PT0S"));
        check("PT90M", Some("PT1H30M"));
        check("-PT15M", Some("-PT15M"));
        check("+PT15M", Some("PT15M"));
        check("P1D", Some("P1D"));
        check("P1W", Some("P1W"));
        check("-P7D", Some("-P1W"));
        check("P1W2D", Some("P9D"));
        check("P1DT2H", Some("P1DT2H"));
        check("PT1.5S", Some("PT1S"));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in
            ["", "P", "PT", "P1", "P1H", "PT1D", "P1Y", "15", "PT-5M", "P1DT", "PT99999999999S", "PTM"]
        {
            check(text, None);
        }
    }

    #[test]
    fn a_day_is_not_24_hours() {
        assert_ne!(Duration::days(1), Duration::minutes(24 * 60));
        assert_eq!(Duration::days(1).total_seconds(), Duration::minutes(24 * 60).total_seconds());
    }
}
