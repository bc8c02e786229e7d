//! A plot of what was counted, as the points of an SVG. Counts nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::store::tally;
use crate::store::tally::Row;
use crate::tally as counted;

/// A plot: bars from the oldest to the newest.
pub(super) struct Plot {
    pub(super) name: String,
    /// The highest bar's number.
    pub(super) highest: i64,
    pub(super) bars: Vec<Bar>,
    pub(super) width: i64,
}

/// A bar of a plot that is 100 high.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) height: i64,
}

/// Between the beginnings of two bars.
const STEP: i64 = 10;
/// How high a plot is.
const HEIGHT: i64 = 100;

/// A span of time in steps: the hours of the last day, or the days of the last month.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) now: Timestamp,
    pub(super) is_month: bool,
}

impl Span {
    fn steps(self) -> i64 {
        if self.is_month { 30 } else { 24 }
    }

    /// The step that an hour lies in.
    fn place(self, hour: Timestamp) -> Option<usize> {
        let hours = if self.is_month { 24 } else { 1 };
        let age = tally::hour(self.now).duration_since(hour).as_hours() / hours;
        let place = self.steps().checked_sub(1 + age)?;
        usize::try_from(place).ok().filter(|_| age >= 0)
    }

    fn empty<T: Clone>(self, nothing: T) -> Vec<T> {
        vec![nothing; usize::try_from(self.steps()).unwrap_or(0)]
    }
}

/// What was counted under a name.
pub(super) fn of(name: String, rows: &[Row], what: &str, span: Span) -> Plot {
    let mut sums = span.empty(0_i64);
    for row in rows.iter().filter(|row| row.what == what) {
        if let Some(sum) = span.place(row.hour).and_then(|place| sums.get_mut(place)) {
            *sum = sum.saturating_add(row.number);
        }
    }
    drawn(name, &sums)
}

/// How many there were at a time, which does not add up: the most in each step, of what was there in an hour at all nodes.
pub(super) fn most(name: String, rows: &[Row], what: &str, span: Span) -> Plot {
    let mut hours = BTreeMap::<Timestamp, i64>::new();
    for row in rows.iter().filter(|row| row.what == what) {
        *hours.entry(row.hour).or_default() += row.number;
    }
    let mut highest = span.empty(0_i64);
    for (hour, number) in hours {
        if let Some(most) = span.place(hour).and_then(|place| highest.get_mut(place)) {
            *most = number.max(*most);
        }
    }
    drawn(name, &highest)
}

/// Times in milliseconds: the one that so many of a hundred keep under.
pub(super) fn percentile(name: String, rows: &[Row], percent: i64, span: Span) -> Plot {
    let mut counts = span.empty(BTreeMap::<i64, i64>::new());
    for row in rows.iter().filter(|row| row.what == "delay") {
        let bound = row.which.parse().ok();
        let place = span.place(row.hour).and_then(|place| counts.get_mut(place));
        if let (Some(bound), Some(counts)) = (bound, place) {
            *counts.entry(bound).or_default() += row.number;
        }
    }
    let times: Vec<i64> =
        counts.iter().map(|counts| counted::percentile(counts, percent).unwrap_or(0)).collect();
    drawn(name, &times)
}

fn drawn(name: String, numbers: &[i64]) -> Plot {
    let highest = numbers.iter().copied().max().unwrap_or(0);
    let bars = (0..).zip(numbers).filter(|(_, number)| **number > 0).map(|(place, number)| {
        // What happened once is seen, beside what happened a thousand times.
        let height = (number * HEIGHT / highest.max(1)).max(2);
        Bar { x: place * STEP, y: HEIGHT - height, height }
    });
    let width = i64::try_from(numbers.len()).unwrap_or(0) * STEP;
    Plot { name, highest, bars: bars.collect(), width }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn what_was_counted_stands_in_its_hour_and_the_highest_is_as_high_as_the_plot() {
        let now: Timestamp = "2026-11-23T12:30:00Z".parse().unwrap();
        let row = |hours: i64, number: i64| Row {
            hour: tally::hour(now) - SignedDuration::from_hours(hours),
            what: "requests".to_owned(),
            which: String::new(),
            number,
        };
        let rows = [row(0, 50), row(1, 100), row(1, 100), row(23, 1), row(24, 999)];
        let span = Span { now, is_month: false };
        let plot = of(String::new(), &rows, "requests", span);
        let bars: Vec<(i64, i64)> = plot.bars.iter().map(|bar| (bar.x, bar.height)).collect();
        assert_eq!(bars, [(0, 2), (220, 100), (230, 25)]);
        assert_eq!((plot.highest, plot.width), (200, 240));
    }
    #[test]
    fn what_waits_is_summed_over_nodes_and_times_are_told_by_their_middle() {
        let now: Timestamp = "2026-11-23T12:30:00Z".parse().unwrap();
        let row = |what: &str, which: &str, hours: i64, number: i64| Row {
            hour: tally::hour(now) - SignedDuration::from_hours(hours),
            what: what.to_owned(),
            which: which.to_owned(),
            number,
        };
        let rows = [
            row("waiting", "a", 0, 20),
            row("waiting", "b", 0, 30),
            row("waiting", "a", 1, 40),
            row("delay", "20", 0, 90),
            row("delay", "500", 0, 10),
        ];
        let month = Span { now, is_month: true };
        assert_eq!(most(String::new(), &rows, "waiting", month).highest, 50);
        assert_eq!(percentile(String::new(), &rows, 50, month).highest, 20);
        assert_eq!(percentile(String::new(), &rows, 99, month).highest, 500);
    }
}
