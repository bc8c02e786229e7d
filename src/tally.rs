//! Counts what happens in each organisation until it is written to the store. Writes nothing.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use jiff::SignedDuration;

use crate::model::id::OrganisationId;

/// What is counted on this node and not written yet.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Mutex<HashMap<Key, i64>>,
    /// How many phones wait just now.
    waiting: Mutex<HashMap<OrganisationId, i64>>,
}

/// Of whom, what, and which of them.
type Key = (OrganisationId, &'static str, String);

/// More kinds than there are are not told apart: what a device says of itself is among their names.
const KINDS: usize = 2_000;

/// Times are told apart by these, in milliseconds; what takes longer than the last is counted with it.
pub const BOUNDS: [i64; 14] =
    [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

/// The bound that a time is counted under.
pub fn bound(time: SignedDuration) -> i64 {
    let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    let [.., last] = BOUNDS;
    BOUNDS.into_iter().find(|bound| time <= *bound).unwrap_or(last)
}

/// The bound under which so many of a hundred lie, of times counted by their bounds; none if nothing was counted.
pub fn percentile(counts: &BTreeMap<i64, i64>, percent: i64) -> Option<i64> {
    let all: i64 = counts.values().sum();
    let mut left = all.saturating_mul(percent).saturating_add(99) / 100;
    counts.iter().find_map(|(bound, number)| {
        left -= number;
        (left <= 0).then_some(*bound)
    })
}

impl Tally {
    /// Counts one.
    pub fn count(&self, organisation: OrganisationId, what: &'static str, which: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let which = if counts.len() < KINDS { which.to_owned() } else { String::new() };
        *counts.entry((organisation, what, which)).or_default() += 1;
    }

    /// A phone begins to wait.
    pub fn wait(&self, organisation: OrganisationId) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting.entry(organisation).or_default() += 1;
    }

    /// A phone waits no more.
    pub fn go_on(&self, organisation: OrganisationId) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = waiting.get_mut(&organisation) {
            *number -= 1;
        }
    }

    /// How many phones wait just now.
    pub fn waiting(&self) -> Vec<(OrganisationId, i64)> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.iter().map(|(organisation, number)| (*organisation, *number)).collect()
    }

    /// Takes what was counted.
    pub fn take(&self) -> Vec<(OrganisationId, &'static str, String, i64)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .drain()
            .map(|((organisation, what, which), number)| (organisation, what, which, number))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_the_middle_one_and_the_slowest_but_one_are_found() {
        let counts = BTreeMap::from([(10, 50), (50, 48), (5_000, 2)]);
        assert_eq!(percentile(&counts, 50), Some(10));
        assert_eq!(percentile(&counts, 51), Some(50));
        assert_eq!(percentile(&counts, 99), Some(5_000));
        assert_eq!(percentile(&BTreeMap::new(), 50), None);
        let bounds = [0, 5, 6, 7_000, 10_000_000].map(|time| bound(SignedDuration::from_millis(time)));
        assert_eq!(bounds, [5, 5, 10, 10_000, 300_000]);
    }

    #[test]
    fn who_waits_counts_until_it_goes_on() {
        let tally = Tally::default();
        tally.wait(OrganisationId(1));
        tally.wait(OrganisationId(1));
        tally.go_on(OrganisationId(1));
        assert_eq!(tally.waiting(), [(OrganisationId(1), 1)]);
    }

    #[test]
    fn what_was_counted_is_taken_once() {
        let tally = Tally::default();
        for _ in 0..3 {
            tally.count(OrganisationId(1), "requests", "");
        }
        assert_eq!(tally.take(), [(OrganisationId(1), "requests", String::new(), 3)]);
        assert_eq!(tally.take(), []);
    }
}
