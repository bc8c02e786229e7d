//! What is shown of a fetched item or file: in the document, or behind it. Fetches nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wbxml::Document;
use wbxml::Fragment;
use wbxml::Limits;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::itemoperations as tag;

/// What is shown of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The children of its `Properties`.
    Item(Fragment),
    /// A file.
    File {
        /// Its media type.
        content_type: String,
        /// What was asked for of it.
        data: Vec<u8>,
        /// Which part of it that is, and how long all of it is, where a part was asked for.
        part: Option<(Range, usize)>,
    },
}

/// A range that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRange;

/// Which bytes of a file, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

impl Range {
    // MS-ASCMD 2.2.3.143.1 (Range): "m-n", of bytes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let range = Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? };
        (range.first <= range.last).then_some(range)
    }

    /// The bytes of a file that are asked for; none where there is nothing so far on.
    pub fn cut(self, bytes: &[u8]) -> Option<(Self, &[u8])> {
        let last = self.last.min(bytes.len().checked_sub(1)?);
        let cut = bytes.get(self.first..=last).filter(|cut| !cut.is_empty())?;
        Some((Self { last, ..self }, cut))
    }
}

impl Shown {
    pub(super) fn write(&self, parts: &mut Option<Vec<Vec<u8>>>, writer: &mut Writer) {
        match (self, parts) {
            (Self::Item(properties), None) => writer.append(properties),
            (Self::Item(properties), Some(parts)) => write_in_parts(properties, parts, writer),
            (Self::File { content_type, data, part }, parts) => {
                if let Some((range, total)) = part {
                    writer.text(tag::RANGE, &format!("{}-{}", range.first, range.last));
                    writer.number(tag::TOTAL, total);
                }
                writer.text(airsyncbase::CONTENT_TYPE, content_type);
                match parts {
                    None => writer.text(tag::DATA, &STANDARD.encode(data)),
                    Some(parts) => writer.number(tag::PART, keep(parts, data.clone())),
                }
            }
        }
    }
}

/// Keeps a part, and gives its number; the document is part 0.
fn keep(parts: &mut Vec<Vec<u8>>, data: Vec<u8>) -> usize {
    parts.push(data);
    parts.len()
}

// MS-ASAIRS 2.2.2.20.1 (Data): never in a multipart answer; 2.2.2.33 (Part): instead of it.
fn write_in_parts(properties: &Fragment, parts: &mut Vec<Vec<u8>>, writer: &mut Writer) {
    let mut whole = Writer::new();
    whole.open(tag::PROPERTIES);
    whole.append(properties);
    // What we have just written ourselves can be read.
    let Ok(document) = Document::decode(whole.finish(), &Limits::default()) else { return };
    for property in document.root().children() {
        if property.tag() != airsyncbase::BODY {
            writer.copy(property);
            continue;
        }
        writer.open(airsyncbase::BODY);
        for child in property.children() {
            match child.tag() {
                airsyncbase::DATA => writer.number(tag::PART, keep(parts, child.bytes().to_vec())),
                _ => writer.copy(child),
            }
        }
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_range(text: &str, expected: Option<(usize, usize, &[u8])>) {
        let cut = Range::parse(text).and_then(|range| range.cut(b"0123456789"));
        let cut = cut.map(|(range, bytes)| (range.first, range.last, bytes));
        assert_eq!(cut, expected, "{text}");
    }

    #[test]
    fn a_range_has_both_its_ends_in_it() {
        check_range("0-0", Some((0, 0, b"0")));
        check_range("3-5", Some((3, 5, b"345")));
        check_range(" 8 - 99 ", Some((8, 9, b"89")));
        for none in ["10-12", "5-3", "5", "-1-3", "a-b", ""] {
            check_range(none, None);
        }
        assert_eq!(Range { first: 0, last: 3 }.cut(b""), None);
    }
}
