//! How an event or task repeats: the rule as JSCalendar has it. Expanding it is `expand`'s business.

pub mod expand;
#[cfg(test)]
mod oracle;

use jiff::civil::DateTime;
use serde_json::Map;
use serde_json::Value;

use crate::model::object::Shape;
use crate::model::object::object;
use crate::model::object::words;

object! {
    /// A recurrence rule (RFC 8984 4.3.3); what is absent has iCalendar's default.
    pub struct RecurrenceRule {
        /// The period.
        frequency: Option<Frequency> = "frequency",
        /// Every how many periods.
        interval: Option<u32> = "interval",
        /// The calendar system; `gregorian` is the only one that is expanded.
        rscale: Option<String> = "rscale",
        /// `omit` (default), `backward` or `forward`: what to do with 31 February.
        skip: Option<String> = "skip",
        /// Which day begins a week; Monday if absent.
        first_day_of_week: Option<Weekday> = "firstDayOfWeek",
        /// On which days of the week, or which of them in the period.
        by_day: Vec<NDay> = "byDay",
        /// On which days of the month; negative from its end.
        by_month_day: Vec<i32> = "byMonthDay",
        /// In which months, `"1"` to `"12"`.
        by_month: Vec<String> = "byMonth",
        /// On which days of the year; negative from its end.
        by_year_day: Vec<i32> = "byYearDay",
        /// In which ISO weeks; negative from the end of the year.
        by_week_no: Vec<i32> = "byWeekNo",
        /// At which hours.
        by_hour: Vec<u32> = "byHour",
        /// At which minutes.
        by_minute: Vec<u32> = "byMinute",
        /// At which seconds.
        by_second: Vec<u32> = "bySecond",
        /// Which of the occurrences in a period; negative from its end.
        by_set_position: Vec<i32> = "bySetPosition",
        /// How many occurrences, excluded ones counted.
        count: Option<u32> = "count",
        /// The last possible start, in the zone of the event.
        until: Option<DateTime> = "until",
    }
}

words! {
    /// The period of a recurrence.
    pub enum Frequency {
        /// A year.
        Yearly = "yearly",
        /// A month.
        Monthly = "monthly",
        /// A week.
        Weekly = "weekly",
        /// A day.
        Daily = "daily",
        /// An hour.
        Hourly = "hourly",
        /// A minute.
        Minutely = "minutely",
        /// A second.
        Secondly = "secondly",
    }
}

object! {
    /// A day of the week, or the nth one in its month or year.
    pub struct NDay {
        /// The day.
        day: Option<Weekday> = "day",
        /// Which of them; negative from the end; all if absent.
        nth_of_period: Option<i32> = "nthOfPeriod",
    }
}

words! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "mo",
        /// Tuesday.
        Tuesday = "tu",
        /// Wednesday.
        Wednesday = "we",
        /// Thursday.
        Thursday = "th",
        /// Friday.
        Friday = "fr",
        /// Saturday.
        Saturday = "sa",
        /// Sunday.
        Sunday = "su",
    }
}

/// Takes the first of RFC 8984's `recurrenceRules`; the others, which JSCalendar 2.0 gave up, stay behind.
pub(super) fn take_first_rule(other: &mut Map<String, Value>) -> Option<RecurrenceRule> {
    let rules = other.get_mut("recurrenceRules")?.as_array_mut()?;
    let first = RecurrenceRule::read(rules.first()?)?;
    rules.remove(0);
    if rules.is_empty() {
        other.remove("recurrenceRules");
    }
    Some(first)
}
