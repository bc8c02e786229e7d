//! The 172 bytes of a phone's time zone (MS-ASDTYPE 2.7.4 `TimeZone`), both ways. Knows no zone.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use jiff::civil::Weekday;

use crate::eas::zone::rules::Day;
use crate::eas::zone::rules::Daylight;
use crate::eas::zone::rules::Rules;
use crate::eas::zone::rules::Switch;

const NAME_LENGTH: usize = 32;
/// 24:00 as Windows says it; a day has no such minute.
const LAST_MINUTE: i64 = 24 * 60 - 1;

/// Base64 as phones write it, some without the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A phone's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The rules.
    pub rules: Rules,
    /// What the phone calls the zone in winter: often nothing, often in its own language.
    pub name: String,
}

impl Blob {
    /// Reads the base64 of an element; none when it is no time zone.
    pub fn decode(text: &str) -> Option<Self> {
        let text: String = text.split_ascii_whitespace().collect();
        Self::from_bytes(&BASE64.decode(text).ok()?)
    }

    /// The base64 for an element.
    pub fn encode(&self) -> String {
        BASE64.encode(self.to_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let bias = fields.long()?;
        let name = fields.name()?;
        let ends = fields.switch()?;
        let standard = offset(bias, fields.long()?)?;
        fields.name()?;
        let begins = fields.switch()?;
        let summer = offset(bias, fields.long()?)?;
        let rules = match (begins, ends) {
            (Some(begins), Some(ends)) if summer > standard => {
                Rules { standard, daylight: Some(Daylight { offset: summer, begins, ends }) }
            }
            // Written from a database that has winter as the exception, as Dublin's.
            (Some(ends), Some(begins)) if summer < standard => {
                Rules { standard: summer, daylight: Some(Daylight { offset: standard, begins, ends }) }
            }
            _ => Rules { standard, daylight: None },
        };
        Some(Self { rules, name })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let daylight = self.rules.daylight;
        let mut bytes = Vec::with_capacity(172);
        bytes.extend((-self.rules.standard).to_le_bytes());
        put_name(&mut bytes, &self.name);
        put_switch(&mut bytes, daylight.map(|daylight| daylight.ends));
        bytes.extend(0_i32.to_le_bytes());
        put_name(&mut bytes, &self.name);
        put_switch(&mut bytes, daylight.map(|daylight| daylight.begins));
        let more = daylight.map_or(0, |daylight| self.rules.standard - daylight.offset);
        bytes.extend(more.to_le_bytes());
        bytes
    }
}

/// Minutes east of Greenwich, of which a zone has at most a day's.
fn offset(bias: i32, more: i32) -> Option<i32> {
    let offset = bias.checked_add(more)?.checked_neg()?;
    (-24 * 60..=24 * 60).contains(&offset).then_some(offset)
}

fn put_name(bytes: &mut Vec<u8>, name: &str) {
    // The last character stays 0 for readers that look for an end.
    let units = name.encode_utf16().take(NAME_LENGTH - 1).chain(std::iter::repeat(0)).take(NAME_LENGTH);
    bytes.extend(units.flat_map(u16::to_le_bytes));
}

/// MS-DTYP 2.3.13 `SYSTEMTIME`: year 0 is every year, and then the day counts weekdays in the month.
fn put_switch(bytes: &mut Vec<u8>, switch: Option<Switch>) {
    let fields = switch.map_or([0; 8], |switch| {
        let minute = switch.minute.min(LAST_MINUTE);
        let is_cut = switch.minute > minute;
        let (second, milli) = if is_cut { (59, 999) } else { (0, 0) };
        let (weekday, day) = match switch.day {
            Day::Nth(nth, weekday) => (weekday.to_sunday_zero_offset(), nth),
            Day::Date(day) => (0, day),
        };
        [0, switch.month.into(), weekday.into(), day.into(), minute / 60, minute % 60, second, milli]
    });
    bytes.extend(
        fields.into_iter().flat_map(|field: i64| u16::try_from(field).unwrap_or_default().to_le_bytes()),
    );
}

/// The bytes not yet read.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    fn long(&mut self) -> Option<i32> {
        self.take().map(i32::from_le_bytes)
    }

    fn words<const N: usize>(&mut self) -> Option<[u16; N]> {
        let mut words = [0; N];
        for word in &mut words {
            *word = u16::from_le_bytes(self.take()?);
        }
        Some(words)
    }

    fn name(&mut self) -> Option<String> {
        let units = self.words::<NAME_LENGTH>()?;
        let units = units.split(|unit| *unit == 0).next().unwrap_or_default();
        Some(String::from_utf16_lossy(units))
    }

    /// A switch; none within where the field is empty or senseless, which means no summer time.
    fn switch(&mut self) -> Option<Option<Switch>> {
        self.words().map(switch)
    }
}

fn switch([year, month, weekday, day, hour, minute, second, _]: [u16; 8]) -> Option<Switch> {
    let small =
        |field: u16, least: i8, most: i8| i8::try_from(field).ok().filter(|f| (least..=most).contains(f));
    let day = match year {
        0 => Day::Nth(small(day, 1, 5)?, Weekday::from_sunday_zero_offset(small(weekday, 0, 6)?).ok()?),
        _ => Day::Date(small(day, 1, 31)?),
    };
    let (hour, minute) = (i64::from(small(hour, 0, 24)?), i64::from(small(minute, 0, 59)?));
    // 23:59:59 is the next minute.
    Some(Switch { month: small(month, 1, 12)?, day, minute: hour * 60 + minute + i64::from(second >= 59) })
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::Blob;
    use super::Day;
    use super::Daylight;
    use super::Rules;
    use super::Switch;

    fn sundays(begins: (i8, i8, i64), ends: (i8, i8, i64)) -> Rules {
        let switch =
            |(month, nth, hour)| Switch { month, day: Day::Nth(nth, Weekday::Sunday), minute: hour * 60 };
        Rules {
            standard: 60,
            daylight: Some(Daylight { offset: 120, begins: switch(begins), ends: switch(ends) }),
        }
    }

    #[test]
    fn the_bytes_are_where_the_specification_has_them() {
        let blob = Blob { rules: sundays((3, 5, 2), (10, 5, 3)), name: "Oslo".to_owned() };
        let bytes = blob.to_bytes();
        assert_eq!(bytes.len(), 172);
        assert_eq!(bytes[..8], [0xC4, 0xFF, 0xFF, 0xFF, b'O', 0, b's', 0]);
        assert_eq!(bytes[68..84], [0, 0, 10, 0, 0, 0, 5, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[84..90], [0, 0, 0, 0, b'O', 0]);
        assert_eq!(bytes[152..168], [0, 0, 3, 0, 0, 0, 5, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[168..], [0xC4, 0xFF, 0xFF, 0xFF]);
        assert_eq!(Blob::decode(&blob.encode()), Some(blob));
    }

    #[test]
    fn midnight_at_the_end_of_a_day_is_told_as_its_last_moment() {
        let blob = Blob { rules: sundays((3, 5, 24), (10, 5, 0)), name: String::new() };
        assert_eq!(blob.to_bytes()[160..168], [23, 0, 59, 0, 59, 0, 0xE7, 3]);
        assert_eq!(Blob::decode(&blob.encode()), Some(blob));
    }

    #[test]
    fn a_blob_the_wrong_way_round_is_turned() {
        let right = Blob { rules: sundays((3, 5, 2), (10, 5, 3)), name: String::new() };
        let bytes = right.to_bytes();
        let mut turned = (-120_i32).to_le_bytes().to_vec();
        turned.extend(&bytes[4..68]);
        turned.extend(&bytes[152..168]);
        turned.extend(&bytes[84..152]);
        turned.extend(&bytes[68..84]);
        turned.extend(60_i32.to_le_bytes());
        assert_eq!(Blob::from_bytes(&turned), Some(right));
    }

    #[test]
    fn what_is_no_time_zone_is_none() {
        let whole = Blob { rules: sundays((3, 5, 2), (10, 5, 3)), name: String::new() }.encode();
        for text in ["", "AAAA", "not base64!", &whole[..200]] {
            assert_eq!(Blob::decode(text), None);
        }
        let unpadded = whole.trim_end_matches('=');
        assert!(Blob::decode(&format!(" {}\r\n {}", &unpadded[..76], &unpadded[76..])).is_some());
        assert_eq!(Blob::from_bytes(&[0x7F; 172]), None);
    }

    #[test]
    fn senseless_dates_mean_no_summer_time() {
        let mut bytes = Blob { rules: sundays((3, 5, 2), (10, 5, 3)), name: String::new() }.to_bytes();
        bytes[70] = 13;
        let rules = Rules { standard: 60, daylight: None };
        assert_eq!(Blob::from_bytes(&bytes).map(|blob| blob.rules), Some(rules));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_zone_or_none(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 160..180)) {
            if let Some(blob) = Blob::from_bytes(&bytes) {
                blob.rules.local(jiff::Timestamp::UNIX_EPOCH);
                blob.to_bytes();
            }
        }
    }
}
