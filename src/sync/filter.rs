//! `FilterType`: how far back a phone looks, as an absolute cut-off on an item's `sort_time`.

use jiff::Timestamp;

use crate::model::class::Class;

/// The cut-off of a phone that wants everything.
pub const EVERYTHING: i64 = i64::MIN;

/// The cut-off for a `FilterType` in a folder of this class, in microseconds (MS-ASCMD 2.2.3.68.2).
///
/// It moves at midnight UTC only, so that a folder nobody touched is looked through once a day. Values that the
/// class does not know are taken as no filter, as Exchange does.
pub fn cutoff(class: Class, filter: u8, now: Timestamp) -> i64 {
    const DAY: i64 = 86_400_000_000;
    let days = match (class, filter) {
        (Class::Email, 1) => 1,
        (Class::Email, 2) => 3,
        (Class::Email, 3) => 7,
        (Class::Email | Class::Calendar, 4) => 14,
        (Class::Email | Class::Calendar, 5) => 31,
        (Class::Calendar, 6) => 92,
        (Class::Calendar, 7) => 183,
        // An incomplete task has the latest sort time there is, a complete one the earliest.
        (Class::Tasks, 8) => return 1,
        (Class::Email | Class::Calendar | Class::Contacts | Class::Tasks | Class::Notes, _) => {
            return EVERYTHING;
        }
    };
    let today = now.as_microsecond().div_euclid(DAY) * DAY;
    today - days * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cutoff_moves_once_a_day() {
        let morning: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        let evening: Timestamp = "2026-11-22T22:00:00Z".parse().unwrap();
        let two_weeks = cutoff(Class::Calendar, 4, morning);
        assert_eq!(two_weeks, cutoff(Class::Calendar, 4, evening));
        assert_eq!(two_weeks, "2026-11-08T00:00:00Z".parse::<Timestamp>().unwrap().as_microsecond());
    }

    #[test]
    fn a_filter_of_another_class_is_no_filter() {
        let now: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        for (class, filter) in
            [(Class::Calendar, 1), (Class::Tasks, 4), (Class::Contacts, 4), (Class::Notes, 8)]
        {
            assert_eq!(cutoff(class, filter, now), EVERYTHING, "{class} {filter}");
        }
        assert_eq!(cutoff(Class::Tasks, 8, now), 1);
    }
}
