//! What a meeting is called in a mail up to 14.1: its uid in the bytes of Outlook (MS-ASEMAIL 2.2.2.37 `GlobalObjId`), and
//! back (3.1.4.7). Knows no meeting.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;

/// What each begins with.
const CLASS_ID: [u8; 16] = [4, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 8];
/// Where the date of an occurrence stands, and where it ends.
const DATE: std::ops::Range<usize> = 16..20;
/// Where the number of the bytes that follow stands.
const COUNT: std::ops::Range<usize> = 36..40;
const DATA: usize = 40;
/// What stands before a uid that is not Outlook's own.
const MARK: &[u8] = b"vCal-Uid\x01\0\0\0";
/// No uid of more bytes is told (MS-ASCAL 2.2.2.46 `UID`: 300 characters).
const LONGEST: usize = 1024;

/// The id of a meeting, or of one occurrence of it, in base64.
pub fn encode(uid: &str, occurrence: Option<Date>) -> String {
    let uid = uid.get(..uid.floor_char_boundary(LONGEST)).unwrap_or_default();
    let mut bytes = outlook(uid).unwrap_or_else(|| foreign(uid));
    if let Some((date, place)) = occurrence.zip(bytes.get_mut(DATE)) {
        let [high, low] = date.year().to_be_bytes();
        place.copy_from_slice(&[high, low, date.month().unsigned_abs(), date.day().unsigned_abs()]);
    }
    STANDARD.encode(bytes)
}

/// The uid of a meeting; none of what is not in base64.
pub fn uid(id: &str) -> Option<String> {
    let mut bytes = STANDARD.decode(id.trim()).ok()?;
    let inner = bytes.get(DATA..).and_then(|data| data.strip_prefix(MARK));
    let count = bytes.get(COUNT).and_then(|count| count.try_into().ok()).map_or(0, u32::from_le_bytes);
    let length = usize::try_from(count).ok().and_then(|count| count.checked_sub(MARK.len() + 1));
    if let Some(uid) = inner.zip(length).and_then(|(inner, length)| inner.get(..length)) {
        return Some(String::from_utf8_lossy(uid).into_owned());
    }
    bytes.get_mut(DATE)?.fill(0);
    Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect())
}

/// The bytes of a uid that Outlook made, which are written in it.
fn outlook(uid: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = uid.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.as_chunks::<2>();
    let bytes: Vec<u8> =
        pairs.0.iter().filter_map(|[high, low]| u8::try_from(high << 4 | low).ok()).collect();
    (pairs.1.is_empty() && bytes.len() >= DATA && bytes.starts_with(&CLASS_ID)).then_some(bytes)
}

/// The bytes of any other uid.
fn foreign(uid: &str) -> Vec<u8> {
    let count = u32::try_from(MARK.len() + uid.len() + 1).unwrap_or_default();
    // Neither the date of an occurrence nor the time at which Outlook made the id.
    [&CLASS_ID[..], &[0; 20], &count.to_le_bytes(), MARK, uid.as_bytes(), &[0]].concat()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const OUTLOOK: &str =
        "040000008200E00074C5B7101A82E00800000000207D9F2C0EC8C7010000000000000000100000003E4C";

    /// MS-ASEMAIL 3.1.4.7 by an example of the protocol's authors.
    #[test]
    fn a_uid_of_anybody_comes_back() {
        for text in ["{81412D3C-2A24-4E9D-B20E-11F7BBE92799}", "a", "møte@fjord.example", OUTLOOK] {
            assert_eq!(uid(&encode(text, None)).as_deref(), Some(text));
            let occurrence = encode(text, Some(date(2026, 11, 22)));
            assert_ne!(occurrence, encode(text, None));
            assert_eq!(uid(&occurrence).as_deref(), Some(text), "an occurrence has the uid of its series");
        }
        let id = "BAAAAIIA4AB0xbcQGoLgCAAAAAAAAAAAAAAAAAAAAAAAAAAAMwAAAHZDYWwtVWlkAQAAAHs4MTQxMkQzQy0yQTI0LTRFOUQtQjIwRS0xMUY3QkJFOTI3OTl9AA==";
        assert_eq!(encode("{81412D3C-2A24-4E9D-B20E-11F7BBE92799}", None), id);
        assert_eq!(uid(id).as_deref(), Some("{81412D3C-2A24-4E9D-B20E-11F7BBE92799}"));
    }

    #[test]
    fn an_occurrence_is_named_by_its_date() {
        let bytes = STANDARD.decode(encode("a", Some(date(2026, 11, 22)))).unwrap();
        assert_eq!(bytes.get(DATE), Some(&[7, 234, 11, 22][..]));
    }

    #[test]
    fn bytes_of_anybody_make_a_uid_or_none() {
        assert_eq!(uid("BAAAAIIA4AB0xbcQGoLgCAAAAAAAAAAA").as_deref().map(str::len), Some(48));
        for id in ["", "*", "BAAA"] {
            assert_eq!(uid(id), None, "{id}");
        }
        let mut lying = STANDARD.decode(encode("abc", None)).unwrap();
        lying[36] = 255;
        assert_eq!(uid(&STANDARD.encode(&lying)).map(|uid| uid.len()), Some(2 * lying.len()));
    }
}
