//! The occurrences of an event, those that differ among them, and when the last is over.

use std::collections::btree_map;
use std::iter::Peekable;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::tz::TimeZone;

use crate::model::event::Event;
use crate::model::patch::Patch;
use crate::model::patch::Series;
use crate::model::recurrence::expand::Starts;

/// A longer series is taken at its word (`until`), not counted out.
const MOST_OCCURRENCES: usize = 20_000;

/// One occurrence of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occurrence<'a> {
    /// Where the rule puts it: its name within the series, even if it was moved.
    pub at: DateTime,
    /// How it differs from the series.
    pub patch: Option<&'a Patch>,
}

impl Event {
    /// Whether it takes place more than once.
    pub fn is_recurring(&self) -> bool {
        self.recurrence_rule.is_some() || !self.recurrence_overrides.is_empty()
    }

    /// The occurrences that take place, in the order in which the rule and the additions name them.
    ///
    /// An endless series goes on to the year 9999: take what you need.
    pub fn occurrences(&self) -> impl Iterator<Item = Occurrence<'_>> {
        let rule = self.recurrence_rule.clone().unwrap_or_default();
        let starts = self.start.map(|start| Starts::new(&rule, start));
        Occurrences {
            starts: starts.into_iter().flatten().peekable(),
            overrides: self.recurrence_overrides.iter().peekable(),
        }
    }

    /// The single event that an occurrence is.
    pub fn occurrence(&self, at: DateTime) -> Option<Self> {
        let unchanged = Patch::default();
        Series::of(self).occurrence(at, self.recurrence_overrides.get(&at).unwrap_or(&unchanged))
    }

    /// The occurrences that differ from the series, by where the rule puts them; none for one taken out.
    pub fn exceptions(&self) -> impl Iterator<Item = (DateTime, Option<Self>)> {
        let series = Series::of(self);
        self.recurrence_overrides.iter().map(move |(at, patch)| {
            let occurrence = if patch.is_excluded() { None } else { series.occurrence(*at, patch) };
            (*at, occurrence)
        })
    }

    /// Makes an occurrence differ from the series as this single event does, or not at all.
    pub fn set_occurrence(&mut self, at: DateTime, occurrence: &Self) {
        let patch = Series::of(self).patch(at, occurrence);
        let is_by_rule = patch.0.is_empty() && self.makes(at);
        if is_by_rule {
            self.recurrence_overrides.remove(&at);
        } else {
            self.recurrence_overrides.insert(at, patch);
        }
    }

    /// Takes an occurrence out of the series.
    pub fn exclude(&mut self, at: DateTime) {
        self.recurrence_overrides.insert(at, Patch::excluded());
    }

    /// Whether the rule alone puts an occurrence there.
    pub fn makes(&self, at: DateTime) -> bool {
        let rule = self.recurrence_rule.clone().unwrap_or_default();
        let starts = self.start.map(|start| Starts::new(&rule, start)).into_iter().flatten();
        starts.take(MOST_OCCURRENCES).take_while(|start| *start <= at).last() == Some(at)
    }

    /// Whether it is several occurrences of a series that is not here: its owner is invited to these alone.
    ///
    /// They lie in one event without a rule, `recurrenceOverrides` by the times that the series has them at.
    pub fn has_orphans(&self) -> bool {
        self.other.contains_key("recurrenceId") && !self.recurrence_overrides.is_empty()
    }

    /// When the last occurrence is over; none when there is no last one.
    ///
    /// A time without a zone is over when it is over everywhere.
    pub fn is_over_at(&self) -> Option<Timestamp> {
        let zone = self.zone(&TimeZone::fixed(Offset::constant(-12)));
        let rule = self.recurrence_rule.as_ref();
        if rule.is_some_and(|rule| rule.frequency.is_some() && rule.count.is_none() && rule.until.is_none()) {
            return None;
        }
        let mut last = None;
        let mut ends: Option<Timestamp> = None;
        for (number, occurrence) in self.occurrences().enumerate() {
            if number == MOST_OCCURRENCES {
                return self.length().after(rule?.until?, &zone);
            }
            match occurrence.patch {
                Some(patch) => ends = ends.max(self.patched_end(occurrence.at, patch, &zone)),
                None => last = Some(occurrence.at),
            }
        }
        // With every occurrence taken out, the event is over when the first would have been.
        let last = last.or_else(|| self.start.filter(|_| ends.is_none()));
        ends.max(last.and_then(|last| self.length().after(last, &zone)))
    }

    fn patched_end(&self, at: DateTime, patch: &Patch, zone: &TimeZone) -> Option<Timestamp> {
        let start = patch.property("start").unwrap_or(at);
        let length = patch.property("duration").unwrap_or_else(|| self.length());
        length.after(start, zone)
    }
}

/// The starts of the rule and the overrides, merged.
struct Occurrences<'a, S: Iterator<Item = DateTime>> {
    starts: Peekable<S>,
    overrides: Peekable<btree_map::Iter<'a, DateTime, Patch>>,
}

impl<'a, S: Iterator<Item = DateTime>> Iterator for Occurrences<'a, S> {
    type Item = Occurrence<'a>;

    fn next(&mut self) -> Option<Occurrence<'a>> {
        loop {
            let start = self.starts.peek().copied();
            let Some((at, patch)) = self.overrides.next_if(|(at, _)| start.is_none_or(|start| **at <= start))
            else {
                return self.starts.next().map(|at| Occurrence { at, patch: None });
            };
            self.starts.next_if_eq(at);
            if !patch.is_excluded() {
                return Some(Occurrence { at: *at, patch: Some(patch) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use serde_json::Value;
    use serde_json::json;

    use super::Event;
    use crate::model::object::Shape;

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    fn lunch(rule: &Value, overrides: &Value) -> Event {
        Event::read(&json!({"title": "Lunch", "start": "2026-10-19T12:00:00", "timeZone": "Europe/Oslo",
            "duration": "PT1H", "recurrenceRule": rule, "recurrenceOverrides": overrides}))
        .unwrap()
    }

    #[track_caller]
    fn check_over(event: &Event, expected: Option<&str>) {
        assert_eq!(event.is_over_at().map(|time| time.to_string()).as_deref(), expected);
    }

    #[test]
    fn occurrences_come_with_what_changes_them() {
        let lunch = lunch(
            &json!({"frequency": "weekly", "count": 4}),
            &json!({"2026-10-01T12:00:00": {}, "2026-10-26T12:00:00": {"excluded": true},
                "2026-11-02T12:00:00": {"start": "2026-11-03T12:00:00"}, "2026-12-24T12:00:00": {"title": "Extra"}}),
        );
        let occurrences: Vec<_> =
            lunch.occurrences().map(|one| (one.at.date().to_string(), one.patch.is_some())).collect();
        let expected = [
            ("2026-10-01", true),
            ("2026-10-19", false),
            ("2026-11-02", true),
            ("2026-11-09", false),
            ("2026-12-24", true),
        ];
        assert_eq!(occurrences, expected.map(|(date, is_patched)| (date.to_owned(), is_patched)));
    }

    #[test]
    fn a_series_is_over_with_its_last_occurrence() {
        let weekly = json!({"frequency": "weekly", "count": 4});
        check_over(&lunch(&Value::Null, &Value::Null), Some("2026-10-19T11:00:00Z"));
        check_over(&lunch(&weekly, &Value::Null), Some("2026-11-09T12:00:00Z"));
        check_over(&lunch(&json!({"frequency": "weekly"}), &Value::Null), None);
        check_over(
            &lunch(&json!({"frequency": "hourly", "count": 4}), &Value::Null),
            Some("2026-10-19T11:00:00Z"),
        );
        let until = json!({"frequency": "yearly", "until": "2030-01-01T00:00:00"});
        check_over(&lunch(&until, &Value::Null), Some("2029-10-19T11:00:00Z"));
        let moved = json!({"2026-10-26T12:00:00": {"start": "2026-12-01T08:00:00", "duration": "PT2H"}});
        check_over(&lunch(&weekly, &moved), Some("2026-12-01T09:00:00Z"));
        let last_out = json!({"2026-11-09T12:00:00": {"excluded": true}});
        check_over(&lunch(&weekly, &last_out), Some("2026-11-02T12:00:00Z"));
        let all_out = json!({"2026-10-19T12:00:00": {"excluded": true}});
        check_over(
            &lunch(&json!({"frequency": "weekly", "count": 1}), &all_out),
            Some("2026-10-19T11:00:00Z"),
        );
    }

    #[test]
    fn a_day_without_a_zone_is_over_when_it_is_over_everywhere() {
        let holiday = json!({"start": "2026-05-17T00:00:00", "showWithoutTime": true, "duration": "P1D"});
        check_over(&Event::read(&holiday).unwrap(), Some("2026-05-18T12:00:00Z"));
        check_over(&Event::default(), None);
    }

    #[test]
    fn an_endless_count_is_not_counted_out() {
        check_over(&lunch(&json!({"frequency": "daily", "count": u32::MAX}), &Value::Null), None);
        let until = json!({"frequency": "daily", "until": "9000-01-01T00:00:00"});
        check_over(&lunch(&until, &Value::Null), Some("9000-01-01T00:00:00Z"));
    }

    #[test]
    fn an_occurrence_is_changed_and_changed_back() {
        let mut lunch = lunch(&json!({"frequency": "weekly"}), &Value::Null);
        let before = lunch.clone();
        let mut occurrence = lunch.occurrence(at("2026-10-26T12:00")).unwrap();
        occurrence.title = Some("Dinner".to_owned());
        lunch.set_occurrence(at("2026-10-26T12:00"), &occurrence);
        assert_eq!(lunch.occurrence(at("2026-10-26T12:00")).unwrap(), occurrence);
        occurrence.title = Some("Lunch".to_owned());
        lunch.set_occurrence(at("2026-10-26T12:00"), &occurrence);
        assert_eq!(lunch, before);
        lunch.exclude(at("2026-11-02T12:00"));
        assert_eq!(lunch.exceptions().collect::<Vec<_>>(), [(at("2026-11-02T12:00"), None)]);
        assert_eq!(lunch.occurrences().nth(2).map(|one| one.at), Some(at("2026-11-09T12:00")));
    }

    #[test]
    fn an_addition_without_changes_stays_an_addition() {
        let mut lunch = lunch(&json!({"frequency": "weekly"}), &Value::Null);
        let occurrence = lunch.occurrence(at("2026-10-27T12:00")).unwrap();
        lunch.set_occurrence(at("2026-10-27T12:00"), &occurrence);
        assert!(lunch.occurrences().nth(2).unwrap().patch.is_some());
    }
}
