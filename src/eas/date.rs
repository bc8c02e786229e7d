//! The two ways the protocol writes a point in time, both read everywhere. No zones.
//!
//! Calendar and Notes write `20261122T120000Z` (MS-ASDTYPE 2.7.5 Compact `DateTime`), all others
//! `2026-11-22T12:00:00.000Z` (MS-ASDTYPE 2.3). Nokia's Mail for Exchange reads nothing else in either place.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// `20261122T120000Z`, of a clock that is understood to be UTC.
pub fn compact(clock: DateTime) -> String {
    clock.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// `2026-11-22T12:00:00.000Z`, of a clock that is understood to be UTC.
pub fn dashed(clock: DateTime) -> String {
    clock.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// What a clock in UTC shows at that time.
pub fn utc(time: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(time)
}

/// The time at which a clock in UTC shows this.
pub fn instant(clock: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(clock).ok()
}

/// Reads either form, with or without its `Z`, its fraction, its seconds or its time of day.
pub fn parse(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let time = match time.len() {
        0 => Time::midnight(),
        4 | 5 => clock(&format!("{time}{}", if time.len() == 5 { ":00" } else { "00" }))?,
        _ => clock(time)?,
    };
    Some(date.to_datetime(time))
}

fn clock(text: &str) -> Option<Time> {
    let [hour, minute, second] = numbers(text, ':', [2, 2, 2])?;
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()
}

/// Numbers of fixed lengths, either all parted by the mark or none.
fn numbers(text: &str, mark: char, lengths: [usize; 3]) -> Option<[i16; 3]> {
    let is_marked = text.contains(mark);
    let mut rest = text;
    let mut read = [0; 3];
    for (index, (number, length)) in read.iter_mut().zip(lengths).enumerate() {
        if is_marked && index > 0 {
            rest = rest.strip_prefix(mark)?;
        }
        let (digits, after) = rest.split_at_checked(length)?;
        *number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        rest = after;
    }
    rest.is_empty().then_some(read)
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::civil::datetime;

    use super::compact;
    use super::dashed;
    use super::parse;

    #[track_caller]
    fn check(text: &str, expected: Option<DateTime>) {
        assert_eq!(parse(text), expected, "{text}");
    }

    #[test]
    fn both_forms_are_read() {
        let noon = datetime(2026, 11, 22, 12, 0, 5, 0);
        check("20261122T120005Z", Some(noon));
        check("20261122T120005", Some(noon));
        check("2026-11-22T12:00:05.000Z", Some(noon));
        check("2026-11-22T12:00:05Z", Some(noon));
        check(" 2026-11-22T12:00:05.1234567Z ", Some(noon));
        check("2026-11-22", Some(datetime(2026, 11, 22, 0, 0, 0, 0)));
        check("20261122", Some(datetime(2026, 11, 22, 0, 0, 0, 0)));
        check("20261122T1200Z", Some(datetime(2026, 11, 22, 12, 0, 0, 0)));
        check("2026-11-22T12:00Z", Some(datetime(2026, 11, 22, 12, 0, 0, 0)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "T",
            "soon",
            "2026",
            "20261322",
            "20260230T000000Z",
            "20261122T250000Z",
            "20261122T12",
            "2026-1122",
            "+2026-11-22",
            "20261122T120000+0100",
            "2026112é",
            "-0011122T000000Z",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn each_form_is_written_to_the_letter() {
        assert_eq!(compact(datetime(2026, 1, 2, 3, 4, 5, 600)), "20260102T030405Z");
        assert_eq!(dashed(datetime(2026, 1, 2, 3, 4, 5, 600)), "2026-01-02T03:04:05.000Z");
        assert_eq!(compact(datetime(604, 1, 2, 0, 0, 0, 0)), "06040102T000000Z");
    }
}
