//! A phone's time zone and the world's: 172 bytes of rules on one side, IANA names on the other.
//!
//! Rules are matched, not names: names are localized, empty or wrong. Several zones have the same rules, and
//! then the likeliest is taken: the one whose IANA id stands in the blob (we put it there), the account's own,
//! one of [`WELL_KNOWN`], the first by name. Rules that no zone has (an old phone, a law of last month) are
//! taken for the account's own zone if the offsets are its own, else for the zone of the same offsets whose
//! changes are nearest, else for the account's own all the same: times on the wire are UTC, so that only the
//! clock changes of a series can be wrong.

pub mod blob;
pub mod rules;

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::eas::zone::blob::Blob;
use crate::eas::zone::rules::Rules;
use crate::eas::zone::rules::Signature;
use crate::model::zone;

/// The base64 of a zone's rules in the year of `at`.
///
/// The id goes along as the name, so that the blob finds its zone again; not with UTC, whose blob is all zeros.
pub fn encode(tz: &TimeZone, at: Timestamp) -> String {
    let rules = Rules::of(tz, at);
    let name = tz.iana_name().filter(|_| rules != Rules::UTC).unwrap_or_default().to_owned();
    Blob { rules, name }.encode()
}

/// The IANA id of a phone's zone.
///
/// The rules are held against those of the years of `at` in turn: the phone may have made them for the item's
/// year or for its own.
pub fn find(blob: &Blob, at: &[Timestamp], own: &str) -> String {
    let named =
        || Some(blob.name.as_str()).filter(|name| name.contains('/') && has_rules(name, &blob.rules, at));
    let own_by_rules = || Some(own).filter(|own| has_rules(own, &blob.rules, at));
    let years = || at.iter().map(|at| blob.rules.local(*at).year());
    let first_by_rules = || years().find_map(|year| Table::of(year).first(&blob.rules));
    let nearest = || Table::of(years().next()?).nearest(&blob.rules, own);
    named().or_else(own_by_rules).or_else(first_by_rules).or_else(nearest).unwrap_or(own).to_owned()
}

/// Whether a zone has these rules in one of the years.
fn has_rules(id: &str, rules: &Rules, at: &[Timestamp]) -> bool {
    let Some(tz) = zone::find(id) else { return false };
    at.iter().any(|at| Signature::at(&tz, *at) == rules.signature(tz.to_datetime(*at).year()))
}

const FIRST_YEAR: i16 = 1970;
const YEARS: usize = 131;
/// Changes of the clock further apart than this, in hours, are not of the same summer.
const NEAR: i64 = 24 * 45;

/// What every zone that has rules does in one year; made when first asked for.
struct Table {
    year: i16,
    /// The well-known zones first, then the others by name.
    zones: Vec<(String, Signature)>,
}

impl Table {
    fn of(year: i16) -> &'static Self {
        static TABLES: [OnceLock<Table>; YEARS] = [const { OnceLock::new() }; YEARS];
        let place = usize::try_from(year - FIRST_YEAR).unwrap_or_default().min(YEARS - 1);
        let year = i16::try_from(place).map_or(FIRST_YEAR, |place| FIRST_YEAR + place);
        let [first, ..] = &TABLES;
        TABLES.get(place).unwrap_or(first).get_or_init(|| Self::new(year))
    }

    fn new(year: i16) -> Self {
        let mut ids: Vec<_> = zone::database().available().map(|id| id.to_string()).collect();
        ids.sort_unstable_by_key(|id| {
            (WELL_KNOWN.iter().position(|known| known == id).unwrap_or(usize::MAX), id.clone())
        });
        let zones = ids.into_iter().filter_map(|id| {
            let signature = Signature::of(&zone::find(&id)?, year)?;
            Some((id, signature))
        });
        Self { year, zones: zones.collect() }
    }

    fn first(&self, rules: &Rules) -> Option<&str> {
        let signature = rules.signature(self.year);
        self.zones.iter().find(|(_, zone)| *zone == signature).map(|(id, _)| id.as_str())
    }

    /// The zone of the same offsets whose changes are nearest; the account's own before all others.
    fn nearest(&self, rules: &Rules, own: &str) -> Option<&str> {
        let signature = rules.signature(self.year);
        let near = self.zones.iter().filter_map(|(id, zone)| Some((id, signature.distance(zone)?)));
        let near = near.filter(|(_, distance)| *distance < NEAR);
        near.min_by_key(|(id, distance)| (!id.eq_ignore_ascii_case(own), *distance))
            .map(|(id, _)| id.as_str())
    }
}

impl Signature {
    /// How many hours lie between the changes of two zones of the same offsets.
    fn distance(&self, other: &Self) -> Option<i64> {
        let ((summer, begins, ends), (other_summer, other_begins, other_ends)) =
            (self.daylight?, other.daylight?);
        let hours = |a: DateTime, b: DateTime| a.duration_since(b).as_hours().abs();
        let is_same = self.standard == other.standard && summer == other_summer;
        is_same.then(|| hours(begins, other_begins) + hours(ends, other_ends))
    }
}

/// The zones to take first among those of the same rules: where most of their people live, Etc before all.
const WELL_KNOWN: [&str; 96] = [
    "Etc/UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Europe/Samara",
    "Europe/Chisinau",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Halifax",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Bogota",
    "America/Caracas",
    "America/Mexico_City",
    "America/Santiago",
    "America/Havana",
    "America/Nuuk",
    "America/Noronha",
    "America/Argentina/Buenos_Aires",
    "America/Asuncion",
    "America/Montevideo",
    "America/La_Paz",
    "America/Miquelon",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Karachi",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Seoul",
    "Asia/Manila",
    "Asia/Jakarta",
    "Asia/Dubai",
    "Asia/Riyadh",
    "Asia/Tehran",
    "Asia/Kabul",
    "Asia/Kathmandu",
    "Asia/Colombo",
    "Asia/Yangon",
    "Asia/Tashkent",
    "Asia/Almaty",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Baghdad",
    "Asia/Damascus",
    "Asia/Amman",
    "Asia/Baku",
    "Asia/Ulaanbaatar",
    "Asia/Pyongyang",
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Nairobi",
    "Africa/Abidjan",
    "Africa/Casablanca",
    "Africa/Tunis",
    "Africa/Tripoli",
    "Africa/Windhoek",
    "Australia/Sydney",
    "Australia/Brisbane",
    "Australia/Adelaide",
    "Australia/Darwin",
    "Australia/Perth",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Fiji",
    "Pacific/Tongatapu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Guam",
    "Pacific/Noumea",
    "Pacific/Norfolk",
    "Pacific/Marquesas",
    "Pacific/Pago_Pago",
];

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Blob;
    use super::Rules;
    use super::Signature;
    use super::encode;
    use super::find;
    use crate::model::zone;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        time("2026-11-22T12:00:00Z")
    }

    /// The zone's blob as a phone would make it, without our name.
    fn blob(id: &str, at: Timestamp) -> Blob {
        Blob { rules: Rules::of(&zone::find(id).unwrap(), at), name: String::new() }
    }

    #[track_caller]
    fn check(id: &str, own: &str, expected: &str) {
        assert_eq!(find(&blob(id, now()), &[now()], own), expected);
    }

    #[test]
    fn among_zones_of_the_same_rules_the_account_s_own_is_taken() {
        check("Europe/Paris", "Europe/Oslo", "Europe/Oslo");
        check("Europe/Paris", "Europe/Helsinki", "Europe/Berlin");
        check("Europe/Dublin", "Europe/Oslo", "Europe/London");
        check("Europe/London", "Europe/Dublin", "Europe/Dublin");
        check("Asia/Calcutta", "Europe/Oslo", "Asia/Kolkata");
        check("Australia/Hobart", "Europe/Oslo", "Australia/Sydney");
    }

    #[test]
    fn all_zeros_are_utc() {
        let zeros = "A".repeat(230) + "==";
        assert_eq!(encode(&zone::find("UTC").unwrap(), now()), zeros);
        let zeros = Blob::decode(&zeros).unwrap();
        assert_eq!(find(&zeros, &[now()], "Europe/London"), "Etc/UTC");
        assert_eq!(find(&zeros, &[now()], "Atlantic/Reykjavik"), "Atlantic/Reykjavik");
    }

    #[test]
    fn our_own_name_finds_its_zone_again() {
        let mut berlin = Blob::decode(&encode(&zone::find("Europe/Berlin").unwrap(), now())).unwrap();
        assert_eq!(find(&berlin, &[now()], "Europe/Oslo"), "Europe/Berlin");
        berlin.name = "Asia/Tokyo".to_owned();
        assert_eq!(find(&berlin, &[now()], "Europe/Oslo"), "Europe/Oslo");
    }

    #[test]
    fn rules_of_the_item_s_year_are_known_too() {
        let then = time("2005-07-01T12:00:00Z");
        let old = blob("America/Chicago", then);
        assert_eq!(find(&old, &[now(), then], "America/Chicago"), "America/Chicago");
        assert_eq!(find(&old, &[now(), then], "Europe/Oslo"), "America/Chicago");
    }

    #[test]
    fn rules_that_nobody_has_go_to_the_nearest_zone() {
        let mut old = blob("America/Chicago", time("2005-07-01T12:00:00Z"));
        assert_eq!(find(&old, &[now()], "America/Indiana/Knox"), "America/Indiana/Knox");
        assert_eq!(find(&old, &[now()], "Europe/Oslo"), "America/Chicago");
        old.rules.standard = 17;
        assert_eq!(find(&old, &[now()], "Europe/Oslo"), "Europe/Oslo");
        assert_eq!(find(&old, &[], "Europe/Oslo"), "Europe/Oslo");
    }

    #[test]
    fn an_offset_alone_is_some_zone_of_it() {
        let fixed = Rules { standard: 13 * 60, daylight: None };
        let id = find(&Blob { rules: fixed, name: String::new() }, &[now()], "Europe/Oslo");
        assert_eq!(Rules::of(&zone::find(&id).unwrap(), now()), fixed);
    }

    #[test]
    fn every_zone_finds_itself_or_one_of_the_same_rules() {
        for at in
            ["1999-01-01T00:00:00Z", "2016-06-01T00:00:00Z", "2026-02-20T00:00:00Z", "2026-11-22T12:00:00Z"]
        {
            let at = time(at);
            for id in zone::database().available() {
                let tz = zone::find(id.as_str()).unwrap();
                let year = tz.to_datetime(at).year();
                let blob = Blob::decode(&encode(&tz, at)).unwrap();
                assert_eq!(blob.rules.signature(year), Signature::at(&tz, at), "{id} {at}");
                assert_eq!(find(&blob, &[at], id.as_str()), id.as_str());
                let nameless = Blob { name: String::new(), ..blob };
                let found = zone::find(&find(&nameless, &[at], "Antarctica/Troll")).unwrap();
                if Signature::of(&tz, year).is_some() {
                    assert_eq!(Signature::at(&found, at), nameless.rules.signature(year), "{id} {at}");
                }
            }
        }
    }

    #[test]
    fn years_beyond_the_tables_are_answered() {
        for year in ["1600", "2500", "9998"] {
            let at = time(&format!("{year}-06-01T00:00:00Z"));
            find(&blob("Europe/Oslo", at), &[at], "Asia/Tokyo");
        }
    }
}
