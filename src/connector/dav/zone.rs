//! Time zones of iCalendar: which IANA zone a TZID means, and the VTIMEZONE of an IANA zone.
//! Knows no event; the rules come from the database in the binary ([`crate::model::zone`]).

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::tz::TimeZone;

use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::observance::Change;
use crate::connector::dav::observance::changes;
use crate::connector::dav::observance::observances;
use crate::connector::dav::observance::offset_text;
use crate::connector::dav::zone_names::WINDOWS;
use crate::model::zone;

/// Tried first among zones of the same rules: where most people live.
const USUAL: [&str; 24] = [
    "Europe/Berlin",
    "Europe/London",
    "Europe/Helsinki",
    "Europe/Athens",
    "Europe/Lisbon",
    "Europe/Moscow",
    "Europe/Istanbul",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/Sao_Paulo",
    "America/Bogota",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Asia/Jakarta",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Africa/Johannesburg",
];
/// How far beyond the start the rules of an endless series are written out.
const YEARS_AHEAD: i32 = 12;

/// The TZIDs that a calendar object defines for itself.
#[derive(Debug, Default)]
pub struct Zones {
    defined: BTreeMap<String, Component>,
    /// What was found out: comparing rules with those of the world is dear.
    resolved: RefCell<BTreeMap<String, Option<String>>>,
}

impl Zones {
    /// Those of a VCALENDAR.
    pub fn of(calendar: &Component) -> Self {
        let zones = calendar.components.iter().filter(|component| component.name == "VTIMEZONE");
        let defined = zones.filter_map(|zone| Some((zone.property("TZID")?.to_plain(), zone.clone())));
        Self { defined: defined.collect(), resolved: RefCell::default() }
    }

    /// The IANA id of a TZID, for times about then. By name if it has one that is known, else by rules.
    pub fn resolve(&self, id: &str, about: DateTime) -> Option<String> {
        if let Some(known) = by_name(id) {
            return Some(known);
        }
        if let Some(resolved) = self.resolved.borrow().get(id) {
            return resolved.clone();
        }
        let found = self.defined.get(id).and_then(|zone| by_definition(zone, about));
        self.resolved.borrow_mut().insert(id.to_owned(), found.clone());
        found
    }
}

fn by_definition(component: &Component, about: DateTime) -> Option<String> {
    let location = component.property("X-LIC-LOCATION").map(Property::to_plain);
    location.as_deref().and_then(by_name).or_else(|| by_rules(component, about))
}

/// Whether a zone is written with a Z instead of a TZID.
pub fn is_utc(id: &str) -> bool {
    matches!(id, "Etc/UTC" | "UTC" | "Etc/Zulu" | "Zulu" | "Etc/UCT" | "UCT" | "Z")
}

fn by_name(id: &str) -> Option<String> {
    let id = id.trim().trim_matches('"');
    // Some put a prefix of their own before the name: /freeassociation.sourceforge.net/Europe/Oslo.
    let mut name = id.trim_start_matches('/');
    loop {
        if let Some(known) = iana(name) {
            return Some(known);
        }
        match name.split_once('/') {
            Some((_, rest)) => name = rest,
            None => break,
        }
    }
    let windows = WINDOWS.binary_search_by(|(windows, _)| windows.cmp(&id)).ok()?;
    WINDOWS.get(windows).map(|(_, iana)| (*iana).to_owned())
}

fn iana(name: &str) -> Option<String> {
    zone::find(name)?.iana_name().map(str::to_owned)
}

/// The zone that changes its clock when the component says, in that year and the next.
fn by_rules(component: &Component, about: DateTime) -> Option<String> {
    let year = about.year();
    let wanted = changes(component, year.saturating_sub(1), year.saturating_add(1));
    let fits = |name: &str| zone::find(name).is_some_and(|tz| has_changes(&tz, &wanted, about));
    if let Some(usual) = USUAL.into_iter().find(|name| fits(name)) {
        return Some(usual.to_owned());
    }
    let mut names: Vec<String> = zone::database().available().map(|name| name.to_string()).collect();
    // An area and a town before old names such as `CET` and `Etc/GMT-1`.
    names.sort_by_key(|name| (!name.contains('/') || name.starts_with("Etc/"), name.clone()));
    names.into_iter().find(|name| fits(name))
}

fn has_changes(tz: &TimeZone, wanted: &[Change], about: DateTime) -> bool {
    let is_near = |change: &&Change| change.from != change.to && change.year() >= about.year() - 1;
    let near: Vec<&Change> = wanted.iter().filter(is_near).collect();
    let Some(last) = wanted.last() else { return false };
    if near.is_empty() {
        return stands_still(tz, about, last.to);
    }
    near.into_iter().all(|change| {
        let before = change.at.checked_sub(SignedDuration::from_secs(1)).map(|before| tz.to_offset(before));
        before.is_ok_and(|before| before == change.from) && tz.to_offset(change.at) == change.to
    })
}

fn stands_still(tz: &TimeZone, about: DateTime, offset: Offset) -> bool {
    let Some(start) = zone::instant(about, tz) else { return false };
    let half_a_year = SignedDuration::from_hours(183 * 24);
    let (Ok(from), Ok(to)) = (start.checked_sub(half_a_year), start.checked_add(half_a_year)) else {
        return false;
    };
    tz.to_offset(start) == offset && tz.following(from).next().is_none_or(|step| step.timestamp() > to)
}

/// The VTIMEZONE of a zone, right from a year before `from` until the end, or for years ahead.
pub fn component(id: &str, from: DateTime, until: Option<DateTime>) -> Option<Component> {
    let tz = zone::find(id)?;
    let year = i32::from(from.year());
    let ahead = until.map_or(year + YEARS_AHEAD, |until| i32::from(until.year()) + 2);
    let last = ahead.clamp(year + 2, year + 2 * YEARS_AHEAD);
    let begin = instant_of_year(&tz, year - 1)?;
    let end = instant_of_year(&tz, last)?;
    let mut component = Component::new("VTIMEZONE");
    component.push(Property::raw("TZID", id));
    component.components = observances(&transitions(&tz, begin, end), until.is_none());
    if component.components.is_empty() {
        let offset = tz.to_offset(begin);
        component.components.push(fixed(offset));
    }
    Some(component)
}

fn instant_of_year(tz: &TimeZone, year: i32) -> Option<Timestamp> {
    let day = DateTime::new(year.try_into().ok()?, 1, 1, 0, 0, 0, 0).ok()?;
    zone::instant(day, tz)
}

/// The changes of the clock in a span, and the one before it.
fn transitions(tz: &TimeZone, begin: Timestamp, end: Timestamp) -> Vec<Change> {
    let before = tz.preceding(begin).next().map(|step| step.timestamp());
    let following = tz.following(begin).map(|step| step.timestamp()).take_while(|at| *at < end);
    before
        .into_iter()
        .chain(following)
        .filter_map(|at| {
            let from = tz.to_offset(at.checked_sub(SignedDuration::from_secs(1)).ok()?);
            let info = tz.to_offset_info(at);
            Some(Change {
                at,
                from,
                to: info.offset(),
                name: info.abbreviation().to_owned(),
                is_daylight: info.offset() > from,
            })
        })
        .collect()
}

/// A zone whose clock stands still.
fn fixed(offset: Offset) -> Component {
    let mut standard = Component::new("STANDARD");
    standard.push(Property::raw("DTSTART", "19700101T000000"));
    standard.push(Property::raw("TZOFFSETFROM", offset_text(offset)));
    standard.push(Property::raw("TZOFFSETTO", offset_text(offset)));
    standard
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::civil::date;

    use super::Zones;
    use super::component;
    use super::is_utc;
    use crate::connector::dav::line::Component;
    use crate::connector::dav::observance::changes;

    const NOON: DateTime = date(2026, 11, 22).at(12, 0, 0, 0);

    fn defined(parts: &str) -> Zones {
        let text =
            format!("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Mine\n{parts}END:VTIMEZONE\nEND:VCALENDAR\n");
        Zones::of(&Component::parse(&text).unwrap())
    }

    fn observance(name: &str, from: &str, to: &str, lines: &str) -> String {
        format!("BEGIN:{name}\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{lines}\nEND:{name}\n")
    }

    #[test]
    fn a_zone_is_known_by_its_name() {
        for (name, expected) in [
            ("Europe/Oslo", Some("Europe/Oslo")),
            ("europe/oslo", Some("Europe/Oslo")),
            ("/freeassociation.sourceforge.net/Europe/Oslo", Some("Europe/Oslo")),
            (
                "/citadel.org/20211207_1/America/Argentina/Buenos_Aires",
                Some("America/Argentina/Buenos_Aires"),
            ),
            ("W. Europe Standard Time", Some("Europe/Berlin")),
            ("Pacific Standard Time", Some("America/Los_Angeles")),
            ("Mine", None),
            ("", None),
        ] {
            assert_eq!(Zones::default().resolve(name, NOON).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_zone_without_a_name_is_known_by_its_rules() {
        let berlin = observance(
            "STANDARD",
            "+0200",
            "+0100",
            "DTSTART:16010101T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        ) + &observance(
            "DAYLIGHT",
            "+0100",
            "+0200",
            "DTSTART:16010101T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        );
        assert_eq!(defined(&berlin).resolve("Mine", NOON).as_deref(), Some("Europe/Berlin"));
        let new_york = observance(
            "STANDARD",
            "-0400",
            "-0500",
            "DTSTART:20071104T020000\nRRULE:FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7;BYDAY=SU;BYMONTH=11",
        ) + &observance(
            "DAYLIGHT",
            "-0500",
            "-0400",
            "DTSTART:20070311T020000\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        );
        assert_eq!(defined(&new_york).resolve("Mine", NOON).as_deref(), Some("America/New_York"));
        let nepal = observance("STANDARD", "+0545", "+0545", "DTSTART:19700101T000000");
        assert_eq!(defined(&nepal).resolve("Mine", NOON).as_deref(), Some("Asia/Kathmandu"));
        let nowhere = observance("STANDARD", "+0123", "+0123", "DTSTART:19700101T000000");
        assert_eq!(defined(&nowhere).resolve("Mine", NOON), None);
        assert_eq!(defined("").resolve("Mine", NOON), None);
    }

    #[test]
    fn the_rules_written_are_the_rules_of_the_zone() {
        for name in [
            "Europe/Oslo",
            "Europe/Dublin",
            "America/New_York",
            "Africa/Casablanca",
            "America/Edmonton",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Asia/Gaza",
            "Africa/Lagos",
        ] {
            for endless in [true, false] {
                let until = (!endless).then_some(NOON);
                let written = component(name, NOON, until).unwrap();
                let tz = crate::model::zone::find(name).unwrap();
                let made = changes(&written, 2026, 2027);
                for day in 0..500 {
                    let at = date(2026, 1, 1).at(12, 0, 0, 0) + jiff::Span::new().days(day);
                    let at = crate::model::zone::instant(at, &tz).unwrap();
                    let last = made.iter().rev().find(|change| change.at <= at);
                    let offset = last.map_or_else(|| made[0].from, |change| change.to);
                    assert_eq!(offset, tz.to_offset(at), "{name} {at}");
                }
            }
        }
    }

    #[test]
    fn a_yearly_change_is_one_rule() {
        let oslo = component("Europe/Oslo", NOON, None).unwrap().to_text();
        assert_eq!(oslo.matches("BEGIN:DAYLIGHT").count(), 1, "{oslo}");
        assert!(oslo.contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"), "{oslo}");
        assert!(component("Europe/Atlantis", NOON, None).is_none());
    }

    #[test]
    fn utc_has_many_names() {
        assert!(is_utc("Etc/UTC") && is_utc("UTC") && !is_utc("Europe/London"));
    }
}
