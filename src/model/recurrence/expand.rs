//! The starts that a recurrence rule makes, in local time (RFC 8984 4.3.3.1). Knows no overrides, no zone.
//!
//! Expanded are the Gregorian rules by day, week, month and year. A rule by the hour or of another calendar,
//! which no phone can say, makes its first start only.

use std::collections::VecDeque;

use jiff::Span;
use jiff::civil;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Time;

use crate::model::recurrence::Frequency;
use crate::model::recurrence::NDay;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::Weekday;

/// After so many days looked at without a start there will be none: a Friday that is 29 February comes
/// after 40 years at worst.
const FRUITLESS_DAYS: i64 = 366 * 55;

/// The starts in order; the first is always the item's own. Without count and until it goes on to the year 9999.
#[derive(Clone, Debug)]
pub struct Starts {
    rule: Filled,
    start: DateTime,
    left: u32,
    until: DateTime,
    period: i64,
    ready: VecDeque<DateTime>,
    is_done: bool,
}

impl Starts {
    /// The starts of an item that begins then and repeats so.
    pub fn new(rule: &RecurrenceRule, start: DateTime) -> Self {
        Self {
            rule: Filled::new(rule, start),
            start,
            left: rule.count.unwrap_or(u32::MAX),
            until: rule.until.unwrap_or(DateTime::MAX),
            period: 0,
            ready: VecDeque::from([start]),
            is_done: false,
        }
    }

    /// Makes the starts of the next period that has any.
    fn fill(&mut self) {
        let mut days = 0;
        while days < FRUITLESS_DAYS {
            let Some((first, length)) = self.rule.period(self.start.date(), self.period) else { break };
            self.period += 1;
            days += length;
            let starts = self.rule.starts(first, length);
            self.ready.extend(starts.into_iter().filter(|start| *start > self.start));
            if !self.ready.is_empty() {
                return;
            }
        }
        self.is_done = true;
    }
}

impl Iterator for Starts {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        if self.ready.is_empty() && !self.is_done {
            self.fill();
        }
        let next = self.ready.pop_front().filter(|next| *next <= self.until || *next == self.start)?;
        self.left = self.left.checked_sub(1)?;
        Some(next)
    }
}

/// A rule whose defaults are filled in from the first start.
#[derive(Clone, Debug)]
struct Filled {
    frequency: Option<Frequency>,
    interval: i64,
    week_start: civil::Weekday,
    /// Whether 31 February is the 28th; else there is none (`forward`, which nobody says, is taken so too).
    skips_backward: bool,
    months: Vec<i8>,
    week_numbers: Vec<i32>,
    year_days: Vec<i32>,
    month_days: Vec<i32>,
    days: Vec<(civil::Weekday, i32)>,
    /// Whether the nth Monday is one of the month or of the year.
    is_nth_of_month: bool,
    times: Vec<Time>,
    positions: Vec<i32>,
}

impl Filled {
    fn new(rule: &RecurrenceRule, start: DateTime) -> Self {
        let is_gregorian = rule.rscale.as_deref().is_none_or(|scale| scale.eq_ignore_ascii_case("gregorian"));
        let mut filled = Self {
            frequency: rule.frequency.filter(|_| is_gregorian),
            interval: i64::from(rule.interval.unwrap_or(1).max(1)),
            week_start: rule.first_day_of_week.unwrap_or(Weekday::Monday).into(),
            skips_backward: rule.skip.as_deref() == Some("backward"),
            months: rule.by_month.iter().filter_map(|month| month.parse().ok()).collect(),
            week_numbers: rule.by_week_no.clone(),
            year_days: rule.by_year_day.clone(),
            month_days: rule.by_month_day.clone(),
            days: rule.by_day.iter().filter_map(NDay::to_civil).collect(),
            is_nth_of_month: rule.frequency == Some(Frequency::Monthly) || !rule.by_month.is_empty(),
            times: times(rule, start.time()),
            positions: rule.by_set_position.clone(),
        };
        filled.fill(start);
        filled
    }

    /// RFC 8984 4.3.3.1, step 1: what the rule leaves open is as in the first start.
    fn fill(&mut self, start: DateTime) {
        let same_weekday = (start.weekday(), 0);
        match self.frequency {
            Some(Frequency::Weekly) if self.days.is_empty() => self.days.push(same_weekday),
            Some(Frequency::Monthly) if self.days.is_empty() && self.month_days.is_empty() => {
                self.month_days.push(start.day().into());
            }
            Some(Frequency::Yearly) if self.year_days.is_empty() => {
                let is_by_date = !self.month_days.is_empty() || self.days.is_empty();
                if self.months.is_empty() && self.week_numbers.is_empty() && is_by_date {
                    self.months.push(start.month());
                }
                match (self.month_days.is_empty() && self.days.is_empty(), self.week_numbers.is_empty()) {
                    (true, true) => self.month_days.push(start.day().into()),
                    (true, false) => self.days.push(same_weekday),
                    (false, _) => {}
                }
            }
            _ => {}
        }
    }

    /// The first day of the period so many intervals after the one of the first start, and its length.
    fn period(&self, start: Date, number: i64) -> Option<(Date, i64)> {
        let ahead = self.interval.checked_mul(number)?;
        match self.frequency? {
            Frequency::Daily => Some((add_days(start, ahead)?, 1)),
            Frequency::Weekly => {
                let first = add_days(start, -i64::from(start.weekday().since(self.week_start)))?;
                Some((add_days(first, ahead.checked_mul(7)?)?, 7))
            }
            Frequency::Monthly => {
                let first = start.first_of_month().checked_add(Span::new().try_months(ahead).ok()?).ok()?;
                Some((first, first.days_in_month().into()))
            }
            Frequency::Yearly => {
                let first = start.first_of_year().checked_add(Span::new().try_years(ahead).ok()?).ok()?;
                Some((first, first.days_in_year().into()))
            }
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => None,
        }
    }

    /// The starts in a period, in order.
    fn starts(&self, first: Date, length: i64) -> Vec<DateTime> {
        let dates = (0..length).filter_map(|day| add_days(first, day)).filter(|date| self.matches(*date));
        let starts: Vec<_> =
            dates.flat_map(|date| self.times.iter().map(move |time| date.to_datetime(*time))).collect();
        if self.positions.is_empty() {
            return starts;
        }
        let numbered = (1..).zip(starts.iter().copied());
        numbered
            .filter(|(number, _)| is_among(&self.positions, *number, starts.len()))
            .map(|(_, start)| start)
            .collect()
    }

    fn matches(&self, date: Date) -> bool {
        (self.months.is_empty() || self.months.contains(&date.month()))
            && (self.week_numbers.is_empty() || self.is_in_week(date))
            && (self.year_days.is_empty()
                || is_among(&self.year_days, date.day_of_year(), date.days_in_year()))
            && (self.month_days.is_empty() || self.is_month_day(date))
            && (self.days.is_empty()
                || self.days.iter().any(|(weekday, nth)| self.is_nth(date, *weekday, *nth)))
    }

    fn is_month_day(&self, date: Date) -> bool {
        let last = date.days_in_month();
        let is_beyond = || self.month_days.iter().any(|day| *day > i32::from(last));
        is_among(&self.month_days, date.day(), last)
            || self.skips_backward && date.day() == last && is_beyond()
    }

    /// Whether the date is such a weekday, or the nth one of its month or year.
    fn is_nth(&self, date: Date, weekday: civil::Weekday, nth: i32) -> bool {
        let has_nth = nth != 0 && matches!(self.frequency, Some(Frequency::Monthly | Frequency::Yearly));
        if date.weekday() != weekday || !has_nth {
            return date.weekday() == weekday;
        }
        let (day, last) = match self.is_nth_of_month {
            true => (i32::from(date.day()), i32::from(date.days_in_month())),
            false => (i32::from(date.day_of_year()), i32::from(date.days_in_year())),
        };
        if nth > 0 { (day - 1) / 7 + 1 == nth } else { (last - day) / 7 + 1 == -nth }
    }

    /// Whether the date is in one of the weeks, counted like ISO's from the rule's own first day of the week.
    fn is_in_week(&self, date: Date) -> bool {
        let weekday = i16::from(date.weekday().since(self.week_start));
        // The day in the middle of the week tells the year the week belongs to.
        let Some(middle) = add_days(date, i64::from(3 - weekday)) else { return false };
        let number = (middle.day_of_year() - 1) / 7 + 1;
        let last = number + (middle.days_in_year() - middle.day_of_year()) / 7;
        is_among(&self.week_numbers, number, last)
    }
}

/// Whether the list names this number, or counts back to it from the last one.
fn is_among<N: TryInto<i64>, L: TryInto<i64>>(list: &[i32], number: N, last: L) -> bool {
    let (Ok(number), Ok(last)) = (number.try_into(), last.try_into()) else { return false };
    list.iter().map(|listed| i64::from(*listed)).any(|listed| listed == number || listed == number - last - 1)
}

fn add_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The times of the day, in order; what the rule leaves open is as in the first start.
fn times(rule: &RecurrenceRule, start: Time) -> Vec<Time> {
    let or_own = |list: &[u32], own: i8| -> Vec<i8> {
        let listed: Vec<_> = list.iter().filter_map(|number| i8::try_from(*number).ok()).collect();
        if listed.is_empty() { vec![own] } else { listed }
    };
    let minutes = or_own(&rule.by_minute, start.minute());
    let seconds = or_own(&rule.by_second, start.second());
    let mut times = Vec::new();
    for hour in or_own(&rule.by_hour, start.hour()) {
        for minute in &minutes {
            times.extend(seconds.iter().filter_map(|second| Time::new(hour, *minute, *second, 0).ok()));
        }
    }
    times.sort_unstable();
    times.dedup();
    times
}

impl NDay {
    fn to_civil(&self) -> Option<(civil::Weekday, i32)> {
        Some((self.day?.into(), self.nth_of_period.unwrap_or_default()))
    }
}

impl From<Weekday> for civil::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

impl From<civil::Weekday> for Weekday {
    fn from(day: civil::Weekday) -> Self {
        match day {
            civil::Weekday::Monday => Self::Monday,
            civil::Weekday::Tuesday => Self::Tuesday,
            civil::Weekday::Wednesday => Self::Wednesday,
            civil::Weekday::Thursday => Self::Thursday,
            civil::Weekday::Friday => Self::Friday,
            civil::Weekday::Saturday => Self::Saturday,
            civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use serde_json::Value;
    use serde_json::json;

    use super::Starts;
    use crate::model::object::Shape;
    use crate::model::recurrence::RecurrenceRule;

    #[track_caller]
    fn check(rule: &Value, start: &str, expected: &[&str]) {
        let rule = RecurrenceRule::read(rule).unwrap();
        let starts: Vec<_> = Starts::new(&rule, start.parse().unwrap()).take(expected.len().max(5)).collect();
        let starts: Vec<_> =
            starts.iter().take(expected.len()).map(|start| start.date().to_string()).collect();
        assert_eq!(starts, expected);
    }

    #[track_caller]
    fn check_all(rule: &Value, start: &str, expected: &[&str]) {
        check(rule, start, expected);
        let rule = RecurrenceRule::read(rule).unwrap();
        assert_eq!(Starts::new(&rule, start.parse().unwrap()).count(), expected.len());
    }

    #[test]
    fn a_rule_takes_from_the_first_start_what_it_leaves_open() {
        check(
            &json!({"frequency": "daily", "interval": 2}),
            "2026-12-30",
            &["2026-12-30", "2027-01-01", "2027-01-03"],
        );
        check(&json!({"frequency": "weekly"}), "2026-11-22", &["2026-11-22", "2026-11-29"]);
        check(&json!({"frequency": "monthly"}), "2026-01-31", &["2026-01-31", "2026-03-31", "2026-05-31"]);
        check(&json!({"frequency": "yearly"}), "2024-02-29", &["2024-02-29", "2028-02-29"]);
        check(
            &json!({"frequency": "yearly", "byMonthDay": [1]}),
            "2026-03-01",
            &["2026-03-01", "2027-03-01"],
        );
        check(&json!({"frequency": "yearly", "byWeekNo": [1]}), "2026-01-01", &["2026-01-01", "2027-01-07"]);
    }

    #[test]
    fn the_31st_of_a_short_month_may_be_its_last_day() {
        let rule = json!({"frequency": "monthly", "skip": "backward", "byMonthDay": [31]});
        check(&rule, "2026-01-31", &["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
        let rule = json!({"frequency": "yearly", "skip": "backward"});
        check(&rule, "2024-02-29", &["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    }

    #[test]
    fn the_last_workday_of_the_month_is_found() {
        let days = json!(["mo", "tu", "we", "th", "fr"].map(|day| json!({"day": day})));
        let rule = json!({"frequency": "monthly", "byDay": days, "bySetPosition": [-1], "count": 3});
        check_all(&rule, "2026-10-30", &["2026-10-30", "2026-11-30", "2026-12-31"]);
    }

    #[test]
    fn a_position_counts_in_the_whole_first_week() {
        let rule =
            json!({"frequency": "weekly", "byDay": [{"day": "th"}, {"day": "sa"}], "bySetPosition": [2]});
        check(&rule, "2018-01-06", &["2018-01-06", "2018-01-13"]);
    }

    #[test]
    fn the_first_start_counts_even_where_the_rule_would_not_put_it() {
        let rule = json!({"frequency": "weekly", "byDay": [{"day": "mo"}], "count": 2});
        check_all(&rule, "2026-11-22", &["2026-11-22", "2026-11-23"]);
        let rule = json!({"frequency": "weekly", "until": "2020-01-01T00:00:00"});
        check_all(&rule, "2026-11-22", &["2026-11-22"]);
        check_all(&json!({"frequency": "daily", "count": 0}), "2026-11-22", &[]);
    }

    #[test]
    fn a_rule_without_an_end_ends_all_the_same() {
        check_all(
            &json!({"frequency": "yearly", "byMonth": ["2"], "byMonthDay": [30]}),
            "2026-11-22",
            &["2026-11-22"],
        );
        check_all(&json!({"frequency": "hourly"}), "2026-11-22", &["2026-11-22"]);
        check_all(&json!({"frequency": "yearly", "rscale": "hebrew"}), "2026-11-22", &["2026-11-22"]);
        check_all(&json!({}), "2026-11-22", &["2026-11-22"]);
        let last = datetime(9999, 12, 31, 0, 0, 0, 0);
        let rule = RecurrenceRule::read(&json!({"frequency": "daily", "interval": u32::MAX})).unwrap();
        assert_eq!(Starts::new(&rule, last).count(), 1);
    }

    #[test]
    fn several_times_a_day_come_in_order() {
        let rule =
            RecurrenceRule::read(&json!({"frequency": "daily", "byHour": [16, 8, 99], "count": 3})).unwrap();
        let starts: Vec<_> = Starts::new(&rule, datetime(2026, 11, 22, 8, 30, 0, 0)).collect();
        let expected = [
            datetime(2026, 11, 22, 8, 30, 0, 0),
            datetime(2026, 11, 22, 16, 30, 0, 0),
            datetime(2026, 11, 23, 8, 30, 0, 0),
        ];
        assert_eq!(starts, expected);
    }
}
