//! The zones of the world, from the database in the binary. Not the phone's idea of them.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::tz::TimeZoneDatabase;

/// The bundled database, one for the process: the system's files may be years behind.
pub fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

/// The zone of an IANA id, in any letter case.
pub fn find(id: &str) -> Option<TimeZone> {
    database().get(id).ok()
}

/// The instant of a clock time. One that the clock skips in spring means the later hour, one that comes
/// twice in autumn the first of them (RFC 8984 1.4.4, as iCalendar's DATE-TIME).
pub fn instant(local: DateTime, tz: &TimeZone) -> Option<Timestamp> {
    tz.to_ambiguous_timestamp(local).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_zone_is_found_by_its_id() {
        assert_eq!(find("europe/oslo").unwrap().iana_name(), Some("Europe/Oslo"));
        assert!(find("Europe/Atlantis").is_none());
        assert!(find("").is_none());
    }
}
