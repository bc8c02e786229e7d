//! When an event takes place: its instants and its days. Knows no recurrence.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::model::duration::Duration;
use crate::model::event::Event;
use crate::model::zone;
use crate::model::zone::instant;

impl Event {
    /// Whether it takes whole days.
    pub fn is_all_day(&self) -> bool {
        self.show_without_time == Some(true)
    }

    /// The zone of the start; `floating` where there is none, or one that nobody knows.
    pub fn zone(&self, floating: &TimeZone) -> TimeZone {
        self.time_zone.as_deref().and_then(zone::find).unwrap_or_else(|| floating.clone())
    }

    /// How long it lasts; whole days are one day at least.
    pub fn length(&self) -> Duration {
        let length = self.duration.unwrap_or_default();
        if self.is_all_day() && length.total_seconds() <= 0 { Duration::days(1) } else { length }
    }

    /// When it starts.
    pub fn starts_at(&self, floating: &TimeZone) -> Option<Timestamp> {
        instant(self.start?, &self.zone(floating))
    }

    /// When it ends: days by the calendar, then exact time (RFC 8984 1.4.6).
    pub fn ends_at(&self, floating: &TimeZone) -> Option<Timestamp> {
        self.length().after(self.start?, &self.zone(floating))
    }

    /// Sets a time of the day; the same instants change nothing.
    ///
    /// The zone is an IANA id. A length that stays keeps its spelling.
    pub fn set_times(&mut self, start: Timestamp, end: Timestamp, time_zone: &str) {
        let Some(tz) = zone::find(time_zone) else { return };
        let is_timed = !self.is_all_day() && self.time_zone.as_deref() == Some(time_zone);
        if is_timed && self.starts_at(&tz) == Some(start) && self.ends_at(&tz) == Some(end) {
            return;
        }
        let old_length = Some(self.length()).filter(|_| is_timed);
        self.start = Some(tz.to_datetime(start));
        self.time_zone = Some(time_zone.to_owned());
        self.show_without_time = None;
        let exact = end.duration_since(start).max(SignedDuration::ZERO);
        let kept = old_length.filter(|length| length.after_instant(start, &tz) == Some(end));
        self.duration = Some(kept.unwrap_or_else(|| Duration::exact(exact)));
    }

    /// Sets whole days, which have no zone: the same date wherever one is.
    pub fn set_days(&mut self, first: Date, days: i32) {
        let (start, length) = (first.to_datetime(Time::midnight()), Duration::days(days.max(1)));
        if self.is_all_day() && self.start == Some(start) && self.length() == length {
            return;
        }
        self.start = Some(start);
        self.time_zone = None;
        self.end_time_zone = None;
        self.show_without_time = Some(true);
        self.duration = Some(length);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use serde_json::Value;
    use serde_json::json;

    use crate::model::event::tests::event;
    use crate::model::object::Shape;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_times(value: Value, start: &str, end: &str) {
        let event = event(value);
        assert_eq!(event.starts_at(&TimeZone::UTC), Some(time(start)));
        assert_eq!(event.ends_at(&TimeZone::UTC), Some(time(end)));
    }

    #[test]
    fn a_day_is_a_day_and_an_hour_an_hour_when_the_clock_changes() {
        let night = |length: &str| json!({"start": "2026-03-28T12:00:00", "timeZone": "Europe/Oslo", "duration": length});
        check_times(night("P1D"), "2026-03-28T11:00:00Z", "2026-03-29T10:00:00Z");
        check_times(night("PT24H"), "2026-03-28T11:00:00Z", "2026-03-29T11:00:00Z");
        check_times(json!({"start": "2026-03-28T12:00:00"}), "2026-03-28T12:00:00Z", "2026-03-28T12:00:00Z");
        let unknown = json!({"start": "2026-03-28T12:00:00", "timeZone": "/custom", "showWithoutTime": true});
        check_times(unknown, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
    }

    #[test]
    fn the_same_times_change_nothing() {
        let mut lunch =
            event(json!({"start": "2026-03-28T12:00:00", "timeZone": "Europe/Oslo", "duration": "P1D"}));
        let before = lunch.clone();
        lunch.set_times(time("2026-03-28T11:00:00Z"), time("2026-03-29T10:00:00Z"), "Europe/Oslo");
        assert_eq!(lunch, before);
        lunch.set_times(time("2026-04-01T10:00:00Z"), time("2026-04-02T10:00:00Z"), "Europe/Oslo");
        assert_eq!(
            lunch.write(),
            json!({"start": "2026-04-01T12:00:00", "timeZone": "Europe/Oslo", "duration": "P1D"})
        );
        lunch.set_times(time("2026-04-01T10:00:00Z"), time("2026-04-01T11:30:00Z"), "America/New_York");
        assert_eq!(
            lunch.write(),
            json!({"start": "2026-04-01T06:00:00", "timeZone": "America/New_York", "duration": "PT1H30M"})
        );
    }

    #[test]
    fn whole_days_have_no_zone() {
        let mut holiday =
            event(json!({"start": "2026-03-28T12:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H"}));
        holiday.set_days(date(2026, 7, 1), 14);
        let days = json!({"start": "2026-07-01T00:00:00", "duration": "P2W", "showWithoutTime": true});
        assert_eq!(holiday.write(), days);
        holiday.set_days(date(2026, 7, 1), 14);
        assert_eq!(holiday.write(), days);
        holiday.set_times(time("2026-04-01T10:00:00Z"), time("2026-04-01T11:00:00Z"), "Europe/Oslo");
        assert!(!holiday.is_all_day());
    }
}
