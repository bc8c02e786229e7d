//! Counts what happens in each organisation until it is written to the store. Writes nothing.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::id::OrganisationId;

/// What is counted on this node and not written yet.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Mutex<HashMap<Key, i64>>,
}

/// Of whom, what, and which of them.
type Key = (OrganisationId, &'static str, String);

/// More kinds than there are are not told apart: what a device says of itself is among their names.
const KINDS: usize = 2_000;

impl Tally {
    /// Counts one.
    pub fn count(&self, organisation: OrganisationId, what: &'static str, which: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let which = if counts.len() < KINDS { which.to_owned() } else { String::new() };
        *counts.entry((organisation, what, which)).or_default() += 1;
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
    fn what_was_counted_is_taken_once() {
        let tally = Tally::default();
        for _ in 0..3 {
            tally.count(OrganisationId(1), "requests", "");
        }
        assert_eq!(tally.take(), [(OrganisationId(1), "requests", String::new(), 3)]);
        assert_eq!(tally.take(), []);
    }
}
