//! Days to remember in a vCard: birthdays with and without a year, weddings under four names.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::entry::Labels;
use crate::connector::dav::entry::NAME;
use crate::connector::dav::line::Property;
use crate::connector::dav::vcard::Version;

/// What Apple's address book writes for a year that it does not know.
const NO_YEAR: u32 = 1604;
/// The parameter that says so.
const OMIT_YEAR: &str = "X-APPLE-OMIT-YEAR";

/// The entry of a day; none if the value is no date, or the line is some other day of Apple's.
pub fn read(line: &mut Property, labels: &Labels) -> Option<Value> {
    let kind = match line.name.as_str() {
        "BDAY" => "birth",
        "DEATHDATE" => "death",
        "X-ABDATE" if !labels.peek(line.group.as_deref())?.eq_ignore_ascii_case("anniversary") => {
            return None;
        }
        _ => "wedding",
    };
    let (year, month, day) = parse(line.value.trim())?;
    let omitted = line.take(OMIT_YEAR).and_then(|year| year.parse().ok());
    line.take("VALUE");
    let year = year.filter(|year| Some(*year) != omitted && *year != NO_YEAR);
    let mut date = Map::new();
    for (name, part) in [("year", year), ("month", month), ("day", day)] {
        date.extend(part.map(|part| (name.to_owned(), part.into())));
    }
    Some(json!({"kind": kind, "date": date}))
}

type Parts = (Option<u32>, Option<u32>, Option<u32>);

/// `1985-04-15`, `19850415`, `--0415`, `--04-15`, `---15`, `1985-04`, `1985`, each with a time behind it or not.
fn parse(value: &str) -> Option<Parts> {
    let date = value.split(['T', ' ']).next()?;
    let number =
        |text: &str, most: u32| text.parse::<u32>().ok().filter(|number| (1..=most).contains(number));
    if let Some(day) = date.strip_prefix("---") {
        return Some((None, None, Some(number(day, 31)?)));
    }
    if let Some(rest) = date.strip_prefix("--") {
        let digits = rest.replace('-', "");
        let (month, day) = digits.split_at_checked(2)?;
        let day = if day.is_empty() { None } else { Some(number(day, 31)?) };
        return Some((None, Some(number(month, 12)?), day));
    }
    let digits = match date.len() {
        7 => return Some((Some(number(date.get(..4)?, 9999)?), Some(number(date.get(5..)?, 12)?), None)),
        _ => date.replace('-', ""),
    };
    match digits.len() {
        4 => Some((Some(number(&digits, 9999)?), None, None)),
        8 => Some((
            Some(number(digits.get(..4)?, 9999)?),
            Some(number(digits.get(4..6)?, 12)?),
            Some(number(digits.get(6..)?, 31)?),
        )),
        _ => None,
    }
}

/// The line of a day.
pub fn write(entry: &Map<String, Value>, version: Version) -> Option<Property> {
    let date = entry.get("date")?;
    let part = |name: &str| date.get(name).and_then(Value::as_u64);
    let utc = || date.get("utc").and_then(Value::as_str)?.parse::<jiff::Timestamp>().ok();
    let (year, month, day) = match (part("year"), part("month"), part("day"), utc()) {
        (None, None, None, Some(time)) => {
            let day = jiff::tz::TimeZone::UTC.to_datetime(time).date();
            (u64::try_from(day.year()).ok(), u64::try_from(day.month()).ok(), u64::try_from(day.day()).ok())
        }
        (year, month, day, _) => (year, month, day),
    };
    let name = match (
        entry.get("kind").and_then(Value::as_str)?,
        entry.get(NAME).and_then(Value::as_str),
        version,
    ) {
        ("birth", ..) => "BDAY".to_owned(),
        ("death", ..) => "DEATHDATE".to_owned(),
        (_, Some(name), _) => name.to_ascii_uppercase(),
        ("wedding", None, Version::Four) => "ANNIVERSARY".to_owned(),
        ("wedding", None, Version::Three) => "X-ANNIVERSARY".to_owned(),
        _ => return None,
    };
    let dash = if version == Version::Four { "" } else { "-" };
    match (year, month, day) {
        (Some(year), Some(month), Some(day)) => {
            Some(Property::raw(&name, format!("{year:04}{dash}{month:02}{dash}{day:02}")))
        }
        // vCard 3.0 has no date without a year; this is what Apple's and Google's address books understand.
        (None, Some(month), Some(day)) if version == Version::Three => {
            let line = Property::raw(&name, format!("{NO_YEAR}-{month:02}-{day:02}"));
            Some(line.with(OMIT_YEAR, &NO_YEAR.to_string()))
        }
        (None, Some(month), Some(day)) => Some(Property::raw(&name, format!("--{month:02}{day:02}"))),
        (None, Some(month), None) => Some(Property::raw(&name, format!("--{month:02}"))),
        (None, None, Some(day)) => Some(Property::raw(&name, format!("---{day:02}"))),
        (Some(year), Some(month), None) => Some(Property::raw(&name, format!("{year:04}-{month:02}"))),
        (Some(year), None, _) => Some(Property::raw(&name, format!("{year:04}"))),
        (None, None, None) => None,
    }
}
