//! The rules of a zone in one year, as a phone's time zone can say them. Knows no bytes and no names.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Time;
use jiff::civil::Weekday;
use jiff::tz::Offset;
use jiff::tz::TimeZone;

/// How many further years a guessed rule is held against.
const YEARS_AHEAD: i16 = 6;
const MINUTE: i32 = 60;

/// The offset of a zone and when it changes, every year alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Minutes east of Greenwich in winter.
    pub standard: i32,
    /// The other half of the year.
    pub daylight: Option<Daylight>,
}

/// Summer time: always the greater offset. Dublin, where the law has it the other way round, is told like London.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daylight {
    /// Minutes east of Greenwich in summer.
    pub offset: i32,
    /// When it begins, by the clock of winter.
    pub begins: Switch,
    /// When it ends, by the clock of summer.
    pub ends: Switch,
}

/// A moment of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// 1 to 12.
    pub month: i8,
    /// Which day of the month.
    pub day: Day,
    /// The time of the day before the clock is changed, cut to minutes; 24:00 is possible.
    pub minute: i64,
}

/// A day of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// The nth such weekday; the fifth is the last.
    Nth(i8, Weekday),
    /// The date itself, for a rule of one year.
    Date(i8),
}

/// What tells rules apart within a year: offsets, and the moments of change by the clock that ends there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Minutes east of Greenwich in winter.
    pub standard: i32,
    /// The offset of summer, and when it begins and ends by the clock that ends there.
    pub daylight: Option<(i32, DateTime, DateTime)>,
}

impl Signature {
    /// What a zone does in a year: nothing, or up and down again once.
    ///
    /// A year in which it did anything else (summer time given up, Morocco's Ramadan, a country that changed
    /// its mind) has no rule that a phone could be told.
    pub fn of(tz: &TimeZone, year: i16) -> Option<Self> {
        let from = Date::new(year, 1, 1).ok()?.to_zoned(tz.clone()).ok()?.timestamp();
        let to = Date::new(year.checked_add(1)?, 1, 1).ok()?.to_zoned(tz.clone()).ok()?.timestamp();
        let mut before = tz.to_offset(from);
        let mut changes = Vec::new();
        for change in tz.following(from).take_while(|change| change.timestamp() < to) {
            // Some changes are of the name only.
            if change.offset() != before {
                changes.push((before, change.offset(), before.to_datetime(change.timestamp())));
                before = change.offset();
            }
        }
        let (winter, summer, begins, ends) = match changes.as_slice() {
            [] => return Some(Self::fixed(before)),
            [(winter, summer, begins), (_, back, ends)] if winter == back && winter < summer => {
                (winter, summer, begins, ends)
            }
            [(summer, winter, ends), (_, back, begins)] if summer == back && winter < summer => {
                (winter, summer, begins, ends)
            }
            _ => return None,
        };
        Some(Self { standard: minutes(*winter), daylight: Some((minutes(*summer), *begins, *ends)) })
    }

    /// What a zone does in the year of `at`; only the offset of that moment if there is no rule.
    pub fn at(tz: &TimeZone, at: Timestamp) -> Self {
        Self::of(tz, tz.to_datetime(at).year()).unwrap_or_else(|| Self::fixed(tz.to_offset(at)))
    }

    fn fixed(offset: Offset) -> Self {
        Self { standard: minutes(offset), daylight: None }
    }
}

impl Rules {
    /// No offset, ever.
    pub const UTC: Self = Self { standard: 0, daylight: None };

    /// The rules of a zone in the year of `at`, as far as they hold in the years ahead.
    pub fn of(tz: &TimeZone, at: Timestamp) -> Self {
        let Signature { standard, daylight } = Signature::at(tz, at);
        let daylight = daylight.map(|(offset, begins, ends)| {
            let ahead =
                (1..=YEARS_AHEAD).map_while(|years| Signature::of(tz, begins.year() + years)?.daylight);
            let (begun, ended): (Vec<_>, Vec<_>) = ahead.map(|(_, begins, ends)| (begins, ends)).unzip();
            Daylight { offset, begins: Switch::guess(begins, &begun), ends: Switch::guess(ends, &ended) }
        });
        Self { standard, daylight }
    }

    /// What the rules come to in a year.
    pub fn signature(&self, year: i16) -> Signature {
        let daylight = self.daylight.and_then(|daylight| {
            Some((daylight.offset, daylight.begins.in_year(year)?, daylight.ends.in_year(year)?))
        });
        Signature { standard: self.standard, daylight }
    }

    /// The clock's time at a moment, by these rules alone.
    pub fn local(&self, at: Timestamp) -> DateTime {
        let shifted = |minutes: i32| TimeZone::fixed(offset(minutes)).to_datetime(at);
        let standard = shifted(self.standard);
        let Some((summer, begins, ends)) = self.signature(standard.year()).daylight else { return standard };
        let has_begun = standard >= begins;
        let has_ended = shifted(summer) >= ends;
        let is_summer = if begins < ends { has_begun && !has_ended } else { has_begun || !has_ended };
        if is_summer { shifted(summer) } else { standard }
    }
}

impl Switch {
    /// When it is in a year.
    fn in_year(self, year: i16) -> Option<DateTime> {
        let first = Date::new(year, self.month, 1).ok()?;
        let date = match self.day {
            Day::Nth(5, weekday) => first.nth_weekday_of_month(-1, weekday).ok()?,
            Day::Nth(nth, weekday) => first.nth_weekday_of_month(nth, weekday).ok()?,
            Day::Date(day) => Date::new(year, self.month, day).ok()?,
        };
        date.to_datetime(Time::midnight()).checked_add(SignedDuration::from_mins(self.minute)).ok()
    }

    /// The rule that makes this moment, and those of the years ahead for as long as any rule does.
    fn guess(moment: DateTime, ahead: &[DateTime]) -> Self {
        let held = |switch: &Self| {
            ahead.iter().take_while(|next| switch.in_year(next.year()) == Some(**next)).count()
        };
        // The last of equals is taken: at midnight of a day rather than at 24:00, the last week rather than the fourth.
        let best = Self::candidates(moment).into_iter().flatten().max_by_key(held);
        best.unwrap_or_else(|| Self::on(moment, 1, 0))
    }

    fn candidates(moment: DateTime) -> [Option<Self>; 4] {
        let nth = |moment: DateTime| (moment.day() - 1) / 7 + 1;
        let is_last = |moment: &DateTime| moment.day() + 7 > moment.days_in_month();
        let is_nth = |moment: &DateTime| nth(*moment) < 5;
        let day_before = moment.checked_sub(SignedDuration::from_hours(24)).ok();
        let eve = day_before.filter(|_| moment.time() == Time::midnight());
        let now = Some(moment);
        [
            eve.filter(is_nth).map(|eve| Self::on(eve, nth(eve), 24 * 60)),
            eve.filter(is_last).map(|eve| Self::on(eve, 5, 24 * 60)),
            now.filter(is_nth).map(|moment| Self::on(moment, nth(moment), 0)),
            now.filter(is_last).map(|moment| Self::on(moment, 5, 0)),
        ]
    }

    fn on(moment: DateTime, nth: i8, more_minutes: i64) -> Self {
        let minute = i64::from(moment.hour()) * 60 + i64::from(moment.minute()) + more_minutes;
        Self { month: moment.month(), day: Day::Nth(nth, moment.weekday()), minute }
    }
}

fn minutes(offset: Offset) -> i32 {
    offset.seconds().div_euclid(MINUTE)
}

/// The offset of so many minutes, as far as there are such offsets.
fn offset(minutes: i32) -> Offset {
    minutes.checked_mul(MINUTE).and_then(|seconds| Offset::from_seconds(seconds).ok()).unwrap_or(Offset::UTC)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::Weekday;

    use super::Day;
    use super::Rules;
    use super::Switch;
    use crate::model::zone;

    fn rules(id: &str, at: &str) -> Rules {
        Rules::of(&zone::find(id).unwrap(), at.parse().unwrap())
    }

    #[track_caller]
    fn check_fixed(id: &str, at: &str, hours: i32) {
        assert_eq!(rules(id, at), Rules { standard: hours * 60, daylight: None });
    }

    #[track_caller]
    fn check(id: &str, offsets: (i32, i32), begins: (i8, i8, Weekday, i64), ends: (i8, i8, Weekday, i64)) {
        let switch =
            |(month, nth, weekday, hour)| Switch { month, day: Day::Nth(nth, weekday), minute: hour * 60 };
        let rules = rules(id, "2026-11-22T00:00:00Z");
        let daylight = rules.daylight.unwrap();
        assert_eq!((rules.standard, daylight.offset), (offsets.0 * 60, offsets.1 * 60));
        assert_eq!((daylight.begins, daylight.ends), (switch(begins), switch(ends)));
    }

    /// Quirk right-blobs.
    #[test]
    fn rules_are_those_of_the_law() {
        let sunday = Weekday::Sunday;
        check("Europe/Oslo", (1, 2), (3, 5, sunday, 2), (10, 5, sunday, 3));
        check("Europe/London", (0, 1), (3, 5, sunday, 1), (10, 5, sunday, 2));
        check("America/New_York", (-5, -4), (3, 2, sunday, 2), (11, 1, sunday, 2));
        check("Australia/Sydney", (10, 11), (10, 1, sunday, 2), (4, 1, sunday, 3));
        check("Pacific/Auckland", (12, 13), (9, 5, sunday, 2), (4, 1, sunday, 3));
        check("Africa/Cairo", (2, 3), (4, 5, Weekday::Friday, 0), (10, 5, Weekday::Thursday, 24));
    }

    #[test]
    fn dublin_is_told_like_london() {
        let at = "2026-01-01T00:00:00Z";
        assert_eq!(rules("Europe/Dublin", at), rules("Europe/London", at));
    }

    #[test]
    fn zones_without_summer_time_have_an_offset_only() {
        check_fixed("Asia/Tokyo", "2026-01-01T00:00:00Z", 9);
        check_fixed("Etc/GMT+5", "2026-01-01T00:00:00Z", -5);
        check_fixed("Europe/Moscow", "2014-01-01T00:00:00Z", 4);
        check_fixed("Europe/Moscow", "2014-12-01T00:00:00Z", 3);
        check_fixed("America/Sao_Paulo", "2026-01-01T00:00:00Z", -3);
    }

    #[test]
    fn rules_tell_the_same_clock_as_the_zone() {
        let times = [
            "2026-01-01T00:30:00Z",
            "2026-03-29T00:59:00Z",
            "2026-03-29T01:00:00Z",
            "2026-07-01T22:30:00Z",
            "2026-10-25T00:59:00Z",
            "2026-10-25T01:00:00Z",
            "2026-12-31T23:30:00Z",
            "2026-04-04T15:59:00Z",
            "2026-04-04T16:00:00Z",
        ];
        for id in
            ["Europe/Oslo", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Africa/Cairo", "UTC"]
        {
            for time in times {
                let at: Timestamp = time.parse().unwrap();
                let tz = zone::find(id).unwrap();
                assert_eq!(Rules::of(&tz, at).local(at), tz.to_datetime(at), "{id} {time}");
            }
        }
    }
}
