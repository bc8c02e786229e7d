//! Dates and times as iCalendar writes them, into and out of clock time and IANA zone.
//! No arithmetic but by the database in the binary.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::connector::dav::line::Property;
use crate::connector::dav::zone;
use crate::connector::dav::zone::Zones;
use crate::model;

/// What UTC is called inside.
pub const UTC: &str = "Etc/UTC";

/// A DATE or DATE-TIME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// What the clock shows; midnight of a date.
    pub local: DateTime,
    /// The IANA zone; none: the same clock time everywhere.
    pub zone: Option<String>,
    /// Whether it is a whole day.
    pub is_date: bool,
}

impl When {
    /// Reads one value of a property; takes TZID and VALUE out of no property.
    pub fn parse(value: &str, property: &Property, zones: &Zones) -> Option<Self> {
        let value = value.trim();
        let is_date = value.len() == 8;
        let (text, is_utc) = match value.strip_suffix(['Z', 'z']) {
            Some(text) => (text, true),
            None => (value, false),
        };
        let local = parse_local(text)?;
        let named = || property.parameter("TZID").and_then(|id| zones.resolve(id, local));
        let zone = match () {
            () if is_date => None,
            () if is_utc => Some(UTC.to_owned()),
            () => named(),
        };
        Some(Self { local, zone, is_date })
    }

    /// The first value of a property.
    pub fn of(property: &Property, zones: &Zones) -> Option<Self> {
        Self::parse(property.value.split(',').next()?, property, zones)
    }

    /// The same instant as another zone's clock shows it; a date or floating time stays as it is.
    pub fn in_zone(&self, zone: Option<&str>) -> DateTime {
        if self.is_date || self.zone.as_deref() == zone {
            return self.local;
        }
        let target = zone.and_then(model::zone::find);
        match (self.instant(), target) {
            (Some(instant), Some(target)) => target.to_datetime(instant),
            _ => self.local,
        }
    }

    /// The instant, if there is a zone.
    pub fn instant(&self) -> Option<Timestamp> {
        let tz = model::zone::find(self.zone.as_deref()?)?;
        model::zone::instant(self.local, &tz)
    }
}

/// A property of a clock time in a zone; of midnight as a date if so wanted.
pub fn property(name: &str, local: DateTime, zone: Option<&str>, is_date: bool) -> Property {
    if is_date {
        return Property::raw(name, date_text(local)).with("VALUE", "DATE");
    }
    match zone {
        Some(id) if zone::is_utc(id) => Property::raw(name, format!("{}Z", local_text(local))),
        // A zone that nobody knows can have no VTIMEZONE, and a TZID without one is refused.
        Some(id) if model::zone::find(id).is_some() => {
            Property::raw(name, local_text(local)).with("TZID", id)
        }
        _ => Property::raw(name, local_text(local)),
    }
}

/// `20261122T120000` or `20261122` without a zone.
pub fn parse_local(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let number = |from: usize, to: usize| {
        text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i16>().ok()
    };
    let small = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
    let (year, month, day) = (number(0, 4)?, small(4)?, small(6)?);
    match text.len() {
        8 => DateTime::new(year, month, day, 0, 0, 0, 0).ok(),
        // Seconds may be left out by the sloppy, and may be 60.
        13 | 15 if text.get(8..9)? == "T" => {
            let second = if text.len() == 15 { small(13)?.min(59) } else { 0 };
            DateTime::new(year, month, day, small(9)?, small(11)?, second, 0).ok()
        }
        _ => None,
    }
}

/// An instant: `20261122T120000Z`; one without a zone is taken as UTC.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    let local = parse_local(text.trim().trim_end_matches(['Z', 'z']))?;
    TimeZone::UTC.to_timestamp(local).ok()
}

/// `20261122T120000`.
pub fn local_text(local: DateTime) -> String {
    let (date, time) = (date_text(local), local.time());
    format!("{date}T{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
}

/// `20261122`.
pub fn date_text(local: DateTime) -> String {
    format!("{:04}{:02}{:02}", local.year(), local.month(), local.day())
}

/// `20261122T120000Z`.
pub fn utc_text(instant: Timestamp) -> String {
    format!("{}Z", local_text(TimeZone::UTC.to_datetime(instant)))
}
