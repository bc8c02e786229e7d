//! CalDAV and CardDAV: so far their texts, iCalendar and vCard, into items and back without loss.

pub mod alarm;
pub mod card_day;
pub mod card_value;
pub mod component;
pub mod entry;
#[cfg(test)]
mod golden;
pub mod ical;
pub mod kept;
pub mod line;
pub mod observance;
pub mod people;
pub mod plain;
pub mod rule;
pub mod span;
pub mod time;
pub mod vcard;
pub mod zone;
pub mod zone_names;
