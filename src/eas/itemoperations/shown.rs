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
        data: Data,
        /// Which part of it that is, and how long all of it is, where a part was asked for.
        part: Option<(Range, usize)>,
    },
}

/// The bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Here they are.
    Here(Vec<u8>),
    /// Whoever sends the answer has them: they are too many for memory.
    Elsewhere(Place),
}

/// Bytes that are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the files of an answer.
    pub file: usize,
    /// Where in it they begin.
    pub first: usize,
    /// How many they are.
    pub length: usize,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes as they are sent.
    Here(Vec<u8>),
    /// Bytes of a file, as they are or in base64.
    Elsewhere {
        /// Which.
        place: Place,
        /// In base64.
        is_base64: bool,
    },
}

/// What is found out of an answer while its document is written.
#[derive(Debug, Default)]
pub(super) struct Sink {
    /// What stands behind the document, if that is wanted; the document is part 0.
    pub(super) parts: Option<Vec<Data>>,
    /// Where a letter of the document stands for bytes that are not here.
    pub(super) holes: Vec<(usize, Place)>,
}

/// Stands in a document for bytes that are not here.
const HOLE: &str = "=";

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

    /// Which bytes of a file of that length are asked for; none where there is nothing so far on.
    pub fn within(self, length: usize) -> Option<Self> {
        let last = self.last.min(length.checked_sub(1)?);
        (self.first <= last).then_some(Self { last, ..self })
    }

    /// How many bytes it has.
    pub fn length(self) -> usize {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

impl Data {
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::Elsewhere(place) => place.length,
        }
    }
}

impl Sink {
    /// The document, with what is not here in its place.
    pub(super) fn fill(&mut self, document: Vec<u8>) -> Vec<Piece> {
        let (mut pieces, mut rest) = (Vec::new(), document);
        for (at, place) in self.holes.drain(..).rev() {
            let mut after = rest.split_off(at.min(rest.len()));
            after.drain(..HOLE.len().min(after.len()));
            pieces.push(Piece::Here(after));
            pieces.push(Piece::Elsewhere { place, is_base64: true });
        }
        pieces.push(Piece::Here(rest));
        pieces.reverse();
        pieces
    }
}

impl Shown {
    pub(super) fn write(&self, sink: &mut Sink, writer: &mut Writer) {
        match (self, &mut sink.parts) {
            (Self::Item(properties), None) => writer.append(properties),
            (Self::Item(properties), Some(parts)) => write_in_parts(properties, parts, writer),
            (Self::File { content_type, data, part }, parts) => {
                if let Some((range, total)) = part {
                    writer.text(tag::RANGE, &format!("{}-{}", range.first, range.last));
                    writer.number(tag::TOTAL, total);
                }
                writer.text(airsyncbase::CONTENT_TYPE, content_type);
                match (parts, data) {
                    (Some(parts), data) => writer.number(tag::PART, keep(parts, data.clone())),
                    (None, Data::Here(bytes)) => writer.text(tag::DATA, &STANDARD.encode(bytes)),
                    (None, Data::Elsewhere(place)) => {
                        writer.text(tag::DATA, HOLE);
                        // Behind it are the end of the text and that of the element.
                        sink.holes.push((writer.len().saturating_sub(3), *place));
                    }
                }
            }
        }
    }
}

/// Keeps a part, and gives its number; the document is part 0.
fn keep(parts: &mut Vec<Data>, data: Data) -> usize {
    parts.push(data);
    parts.len()
}

// MS-ASAIRS 2.2.2.20.1 (Data): never in a multipart answer; 2.2.2.33 (Part): instead of it.
fn write_in_parts(properties: &Fragment, parts: &mut Vec<Data>, writer: &mut Writer) {
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
                airsyncbase::DATA => {
                    writer.number(tag::PART, keep(parts, Data::Here(child.bytes().to_vec())));
                }
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
    fn check_range(text: &str, expected: Option<(usize, usize, usize)>) {
        let range = Range::parse(text).and_then(|range| range.within(10));
        assert_eq!(range.map(|range| (range.first, range.last, range.length())), expected, "{text}");
    }

    #[test]
    fn a_range_has_both_its_ends_in_it() {
        check_range("0-0", Some((0, 0, 1)));
        check_range("3-5", Some((3, 5, 3)));
        check_range(" 8 - 99 ", Some((8, 9, 2)));
        for none in ["10-12", "5-3", "5", "-1-3", "a-b", ""] {
            check_range(none, None);
        }
        assert_eq!(Range { first: 0, last: 3 }.within(0), None);
    }
}
