//! A series as a phone can be shown it: a pattern, and the occurrences of the pattern that the rule does not have.
//! Knows no element.
//!
//! The protocol has six patterns. A rule that is none of them (the 1st and the 15th, Mondays in summer) is shown as
//! the narrowest pattern that covers it, with the surplus deleted one by one, as far as [`MOST`] deletions go; there
//! the series ends for the phone. What repeats within a day is shown once. A phone that sends either back
//! changes nothing, so the rule itself survives every edit but one of the recurrence.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use crate::eas::class::pattern;
use crate::eas::class::pattern::Pattern;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::expand::Starts;

/// Deletions that are sent for one series: a year or two of a rule like "the 1st and the 15th" is what phones look at.
const MOST: usize = 500;
/// Occurrences looked at, so that a rule of many years costs no more than it shows.
const LOOKED_AT: usize = 2000;

/// What a phone is shown of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) pattern: Pattern,
    /// Occurrences of the pattern that the rule does not have.
    pub(super) surplus: Vec<DateTime>,
}

/// The pattern and its surplus; none of a rule that no pattern covers.
pub(super) fn cover(rule: &RecurrenceRule, start: DateTime) -> Option<Cover> {
    if let Some(pattern) = Pattern::of(rule, start) {
        return Some(Cover { pattern, surplus: Vec::new() });
    }
    cover_all(&Starts::new(rule, start).take(LOOKED_AT).collect(), start)
}

/// The pattern of occurrences that are not more than daily, and its surplus; none if no pattern covers them.
pub(super) fn cover_all(starts: &BTreeSet<DateTime>, start: DateTime) -> Option<Cover> {
    let dates: BTreeSet<_> = starts.iter().map(|start| start.date()).collect();
    let (first, last) = (*starts.first()?, *starts.last()?);
    let is_daily_at_most = dates.len() == starts.len() && starts.iter().all(|at| at.time() == first.time());
    if first != start || !is_daily_at_most || starts.len() < 2 {
        return None;
    }
    let is_same_day = dates.iter().all(|date| date.day() == start.day());
    let mut pattern = if is_same_day { monthly(start) } else { weekly(starts) };
    let mut surplus = Vec::new();
    let mut shown = start;
    for at in Starts::new(&pattern.rule(start), start).take_while(|at| *at <= last) {
        if starts.contains(&at) {
            shown = at;
        } else if surplus.len() < MOST {
            surplus.push(at);
        } else {
            break;
        }
    }
    pattern.until = Some(shown);
    surplus.retain(|at| *at < shown);
    Some(Cover { pattern, surplus })
}

fn monthly(start: DateTime) -> Pattern {
    let day_of_month = u8::try_from(start.day()).ok();
    Pattern { kind: pattern::MONTHLY, interval: 1, day_of_month, ..Pattern::default() }
}

fn weekly(starts: &BTreeSet<DateTime>) -> Pattern {
    let days = starts.iter().fold(0, |days, at| days | 1 << at.weekday().to_sunday_zero_offset());
    Pattern { kind: pattern::WEEKLY, interval: 1, day_of_week: Some(days), ..Pattern::default() }
}
