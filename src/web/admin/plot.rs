//! A plot of what was counted, as the points of an SVG. Counts nothing.

use jiff::Timestamp;

use crate::store::tally;
use crate::store::tally::Row;

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

/// What was counted under a name, by the hour of the last day or by the day of the last month.
pub(super) fn of(name: String, rows: &[Row], what: &str, (now, is_month): (Timestamp, bool)) -> Plot {
    let (steps, hours) = if is_month { (30_i64, 24_i64) } else { (24, 1) };
    let last = tally::hour(now);
    let mut sums = vec![0_i64; usize::try_from(steps).unwrap_or(0)];
    for row in rows.iter().filter(|row| row.what == what) {
        let age = last.duration_since(row.hour).as_hours() / hours;
        let place = steps.checked_sub(1 + age).and_then(|place| usize::try_from(place).ok());
        if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
            // How many phones there were does not add up over a day.
            *sum = if what == "phones" { (*sum).max(row.number) } else { sum.saturating_add(row.number) };
        }
    }
    let highest = sums.iter().copied().max().unwrap_or(0);
    let bars = (0..).zip(&sums).filter(|(_, number)| **number > 0).map(|(place, number)| {
        // What happened once is seen, beside what happened a thousand times.
        let height = (number * HEIGHT / highest.max(1)).max(2);
        Bar { x: place * STEP, y: HEIGHT - height, height }
    });
    Plot { name, highest, bars: bars.collect(), width: steps * STEP }
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
        let plot = of(String::new(), &rows, "requests", (now, false));
        let bars: Vec<(i64, i64)> = plot.bars.iter().map(|bar| (bar.x, bar.height)).collect();
        assert_eq!(bars, [(0, 2), (220, 100), (230, 25)]);
        assert_eq!((plot.highest, plot.width), (200, 240));
    }
}
