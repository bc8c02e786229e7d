//! The fields of a header, one by one: where they are, and the text, addresses or type in one. Knows no message.
//!
//! A value is bounded and made UTF-8 before it is read, as people do write their names in what their machine uses.

use std::ops::Range;

use crate::mime::address;
use crate::mime::address::Mailbox;
use crate::mime::charset;
use crate::mime::parameter::Typed;
use crate::mime::words;

/// No more of a text is looked at: nobody reads it.
const LONGEST: usize = 32 * 1024;
/// No more of a type and what stands beside it: a name of a file is shorter.
const LONGEST_TYPE: usize = 8 * 1024;
/// No more of all fields is looked at.
pub const LONGEST_HEADER: usize = 512 * 1024;

/// The fields that hold addresses.
const OF_ADDRESSES: [&str; 11] = [
    "From",
    "Sender",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Disposition-Notification-To",
];

/// A field as it stands in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name, as it is written.
    pub name: &'a [u8],
    /// What stands behind the colon, with its line ends.
    pub value: &'a [u8],
    /// The whole, name, colon, value and line end.
    pub raw: &'a [u8],
}

impl Field<'_> {
    /// Whether it has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The field as it is, or in encoded words if it was written in other letters: no server need take these.
    pub fn as_ascii(&self) -> Vec<u8> {
        if self.raw.is_ascii() {
            return self.with_end();
        }
        let name = String::from_utf8_lossy(self.name);
        let is_of_addresses = OF_ADDRESSES.iter().any(|known| self.is(known));
        let value = if is_of_addresses {
            let mailboxes = mailboxes(self.value, None);
            mailboxes.iter().map(Mailbox::encode).collect::<Vec<_>>().join(",\r\n ")
        } else {
            words::encode(&text(self.value, None).unwrap_or_default())
        };
        format!("{name}: {value}\r\n").into_bytes()
    }

    /// The field as it is, with CRLF behind it.
    pub fn with_end(&self) -> Vec<u8> {
        let mut field = self.raw.trim_ascii_end().to_vec();
        field.extend_from_slice(b"\r\n");
        field
    }
}

/// The fields of a header, as far as one looks at it. A line that is no field is passed over.
pub fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header.get(..LONGEST_HEADER).unwrap_or(header);
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (raw, after) = rest.split_at(end_of_field(rest));
            rest = after;
            if let Some(field) = field(raw) {
                return Some(field);
            }
        }
        None
    })
}

fn field(raw: &[u8]) -> Option<Field<'_>> {
    let colon = raw.iter().position(|byte| *byte == b':')?;
    let (name, value) = raw.split_at_checked(colon)?;
    let name = name.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| Field { name, value: value.get(1..).unwrap_or_default(), raw })
}

/// Where the line ends, and those that go on with it.
fn end_of_field(text: &[u8]) -> usize {
    let mut end = 0;
    while let Some(length) = text.get(end..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
        end += length + 1;
        if !text.get(end).is_some_and(|byte| *byte == b' ' || *byte == b'\t') {
            return end;
        }
    }
    text.len()
}

/// Where the header ends, behind its empty line, in a message or a part.
pub fn end_of_header(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(line) = line(text, at) {
        at = line.end;
        if is_empty(text.get(line).unwrap_or_default()) {
            return at;
        }
    }
    at
}

/// The line that begins here, with its end.
pub fn line(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
    Some(at..at + length)
}

/// Whether nothing stands in a line.
pub fn is_empty(line: &[u8]) -> bool {
    matches!(line, b"" | b"\n" | b"\r\n" | b"\r")
}

/// The text of a value: folding and RFC 2047 undone, control characters gone.
pub fn text(value: &[u8], charset: Option<&str>) -> Option<String> {
    let decoded = words::decode(&prepared(value, charset, LONGEST));
    let text: String = decoded.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The addresses in a value, those of groups among them.
pub fn mailboxes(value: &[u8], charset: Option<&str>) -> Vec<Mailbox> {
    // Nobody who is written to may be forgotten; the reader takes as long as the text.
    address::read(&prepared(value, charset, LONGEST_HEADER))
}

/// The words in angle brackets, as message ids are.
pub fn ids(value: &[u8]) -> Vec<String> {
    let value = prepared(value, None, LONGEST);
    let mut ids = Vec::new();
    let mut rest = value.as_str();
    while let Some((_, behind)) = rest.split_once('<') {
        let Some((id, after)) = behind.split_once('>') else { break };
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        if !id.is_empty() {
            ids.push(id);
        }
        rest = after;
    }
    if ids.is_empty() {
        // Some programs leave the brackets out.
        let bare = value.split_whitespace().filter(|word| word.contains('@'));
        ids.extend(bare.map(|word| word.trim_matches(['<', '>']).to_owned()));
    }
    ids
}

/// The type or disposition in a value; none where there is no word.
pub fn typed(value: &[u8], charset: Option<&str>) -> Option<Typed> {
    Typed::read(&prepared(value, charset, LONGEST_TYPE))
}

/// A value as one reads it: no longer than that, in UTF-8, on one line.
fn prepared(value: &[u8], charset: Option<&str>, longest: usize) -> String {
    let cut = value.get(..longest).map_or(value, |head| {
        // Not within a name or an encoded word.
        let end = head.iter().rposition(|byte| *byte == b',' || byte.is_ascii_whitespace());
        end.and_then(|end| head.get(..end)).unwrap_or(head)
    });
    // RFC 5322 2.2.3: unfolding takes the line end and leaves the space behind it.
    let plain: Vec<u8> = cut.iter().copied().filter(|byte| !b"\r\n\0".contains(byte)).collect();
    charset::decode(plain.trim_ascii(), charset)
}
