//! A raw message to the tree of its parts, and where each lies. Decodes nothing.
//!
//! One pass over the lines, whatever the message: a list of the open boundaries is looked through at each line that
//! begins with two dashes. A parser that looks for every boundary to the end of the message can be made to cost the
//! square of it. The lines may come from a file: no more than a header is held. The numbers of the parts are those of
//! an IMAP server.

use std::ops::Range;

use crate::mime::field;
use crate::mime::field::Field;
use crate::mime::field::LONGEST_HEADER;
use crate::mime::headers::Headers;
use crate::mime::parameter::Typed;
use crate::mime::section::Section;
use crate::mime::structure::Content;
use crate::mime::structure::DEEPEST;
use crate::mime::structure::Embedded;
use crate::mime::structure::MOST_PARTS;
use crate::mime::structure::Structure;
use crate::mime::transfer::Encoding;

/// A raw message, taken apart.
#[derive(Clone, Debug)]
pub struct Parsed<'a> {
    raw: &'a [u8],
    outline: Outline,
}

/// The parts of a message and where they lie, without the message.
#[derive(Clone, Debug)]
pub struct Outline {
    layout: Layout,
    structure: Structure,
}

/// Where a part lies in the message.
#[derive(Clone, Debug, Default)]
struct Layout {
    header: Range<usize>,
    body: Range<usize>,
    /// The parts within, or those of the message within.
    inner: Vec<Self>,
    is_message: bool,
}

/// A message line by line, wherever it lies.
pub trait Lines {
    /// The next line; none: there is no more.
    fn next(&mut self) -> Option<Line<'_>>;
}

/// A line of a message.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What it says, with its end; of a longer one the first [`LONGEST_HEADER`] bytes will do.
    pub text: &'a [u8],
    /// How many bytes it has in all.
    pub length: usize,
    /// How many of them are its end: CRLF, a bare LF, or none.
    pub end: usize,
}

impl<'a> Line<'a> {
    /// A line that is there as a whole.
    pub fn of(text: &'a [u8]) -> Self {
        let end = if text.ends_with(b"\r\n") { 2 } else { usize::from(text.ends_with(b"\n")) };
        Self { text, length: text.len(), end }
    }
}

/// Those of a message in memory.
struct InMemory<'a> {
    raw: &'a [u8],
    at: usize,
}

impl Lines for InMemory<'_> {
    fn next(&mut self) -> Option<Line<'_>> {
        let line = field::line(self.raw, self.at)?;
        self.at = line.end;
        self.raw.get(line).map(Line::of)
    }
}

/// Takes a raw message apart.
pub fn parse(raw: &[u8]) -> Parsed<'_> {
    Parsed { raw, outline: outline(&mut InMemory { raw, at: 0 }) }
}

/// Finds out of which parts a message consists, without holding it.
pub fn outline(lines: &mut dyn Lines) -> Outline {
    let mut parser = Parser { lines, at: 0, boundaries: Vec::new(), depth: 0, parts: 0 };
    let (structure, layout, _) = parser.part(false);
    Outline { layout, structure }
}

impl Outline {
    /// What parts it has.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// Where a part lies in the message: its header, and its body.
    pub fn place(&self, section: &Section) -> Option<(Range<usize>, Range<usize>)> {
        let layout = if section.is_whole() { &self.layout } else { self.layout.find(section)? };
        Some((layout.header.clone(), layout.body.clone()))
    }
}

impl<'a> Parsed<'a> {
    /// What parts it has.
    pub fn structure(&self) -> &Structure {
        self.outline.structure()
    }

    /// Its header, with the empty line behind it.
    pub fn header(&self) -> &'a [u8] {
        self.bytes(&self.outline.layout.header)
    }

    /// Its body: all that follows the header.
    pub fn body(&self) -> &'a [u8] {
        self.bytes(&self.outline.layout.body)
    }

    /// The bytes of a part as they are written, without its header; of the whole message, with it.
    pub fn section(&self, section: &Section) -> Option<&'a [u8]> {
        if section.is_whole() {
            return Some(self.raw);
        }
        self.place(section).map(|(_, body)| self.bytes(&body))
    }

    /// The header of a part.
    pub fn section_header(&self, section: &Section) -> Option<&'a [u8]> {
        self.place(section).map(|(header, _)| self.bytes(&header))
    }

    /// Where a part lies in the message: its header, and its body.
    pub fn place(&self, section: &Section) -> Option<(Range<usize>, Range<usize>)> {
        self.outline.place(section)
    }

    fn bytes(&self, range: &Range<usize>) -> &'a [u8] {
        self.raw.get(range.clone()).unwrap_or_default()
    }
}

impl Layout {
    fn find(&self, section: &Section) -> Option<&Self> {
        let (first, rest) = section.numbers().split_first()?;
        let mut part = self.numbered(*first)?;
        for number in rest {
            part = match part.inner.first() {
                Some(message) if part.is_message => message.numbered(*number)?,
                _ => part.inner(*number)?,
            };
        }
        Some(part)
    }

    fn numbered(&self, number: u32) -> Option<&Self> {
        if self.inner.is_empty() || self.is_message {
            return (number == 1).then_some(self);
        }
        self.inner(number)
    }

    fn inner(&self, number: u32) -> Option<&Self> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.inner.get(place)
    }
}

struct Parser<'a> {
    lines: &'a mut dyn Lines,
    /// Where the next line begins.
    at: usize,
    /// Those that may end the part, the outermost first.
    boundaries: Vec<Vec<u8>>,
    depth: usize,
    parts: usize,
}

/// The header of a part.
struct Header {
    place: Range<usize>,
    /// As much of it as is looked at.
    text: Vec<u8>,
    /// What cut it off before its empty line.
    end: Option<End>,
}

/// What ended a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// No more came.
    Nothing,
    /// A line with the boundary of this rank.
    Boundary { rank: usize, is_last: bool },
}

impl Parser<'_> {
    /// Takes a part with its header.
    fn part(&mut self, is_in_digest: bool) -> (Structure, Layout, End) {
        let header = self.header();
        let structure = describe(&header.text, is_in_digest);
        self.rest(header.place, header.end, structure)
    }

    /// Takes a message within a message.
    fn message(&mut self) -> (Embedded, Layout, End) {
        let header = self.header();
        let structure = describe(&header.text, false);
        let headers = Headers::read(&header.text);
        drop(header.text);
        let (structure, layout, end) = self.rest(header.place, header.end, structure);
        (Embedded { headers, structure }, layout, end)
    }

    /// Takes what follows a header.
    fn rest(
        &mut self,
        header: Range<usize>,
        cut_off: Option<End>,
        mut structure: Structure,
    ) -> (Structure, Layout, End) {
        self.parts += 1;
        let (body, inner, end) = match cut_off {
            None => self.body(&mut structure),
            Some(end) => (header.end..header.end, Vec::new(), end),
        };
        structure.size = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let is_message = matches!(structure.content, Content::Message(_));
        (structure, Layout { header, body, inner, is_message }, end)
    }

    /// Goes behind the header: to its empty line, or to a boundary that cuts it off.
    fn header(&mut self) -> Header {
        let start = self.at;
        let mut text = Vec::new();
        while let Some(line) = self.lines.next() {
            let before = self.at;
            self.at += line.length;
            if let Some(end) = boundary(&self.boundaries, line.text) {
                return Header { place: start..before, text, end: Some(end) };
            }
            let room = LONGEST_HEADER.saturating_sub(text.len());
            text.extend_from_slice(line.text.get(..room).unwrap_or(line.text));
            if field::is_empty(line.text) {
                return Header { place: start..self.at, text, end: None };
            }
        }
        Header { place: start..self.at, text, end: Some(End::Nothing) }
    }

    /// Takes what the part consists of.
    fn body(&mut self, structure: &mut Structure) -> (Range<usize>, Vec<Layout>, End) {
        let start = self.at;
        let may_go_deeper = self.depth < DEEPEST && self.parts < MOST_PARTS;
        if may_go_deeper && structure.media_type.main == "multipart" {
            let boundary = structure.media_type.parameters.value("boundary").map(str::trim_end);
            if let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty()) {
                let boundary = boundary.as_bytes().to_vec();
                return self.multipart(boundary, structure);
            }
        }
        if may_go_deeper && is_message(structure) {
            self.depth += 1;
            let (embedded, layout, end) = self.message();
            self.depth -= 1;
            let body = start..layout.body.end.max(layout.header.end);
            structure.content = Content::Message(Box::new(embedded));
            return (body, vec![layout], end);
        }
        let (body_end, end) = self.skip_to_boundary();
        (start..body_end, Vec::new(), end)
    }

    fn multipart(
        &mut self,
        boundary: Vec<u8>,
        structure: &mut Structure,
    ) -> (Range<usize>, Vec<Layout>, End) {
        let start = self.at;
        let rank = self.boundaries.len();
        let is_digest = structure.media_type.sub == "digest";
        self.boundaries.push(boundary);
        self.depth += 1;
        let (mut body_end, mut end) = self.skip_to_boundary();
        let (mut parts, mut layouts) = (Vec::new(), Vec::new());
        while end == (End::Boundary { rank, is_last: false }) && self.parts < MOST_PARTS {
            let (part, layout, next) = self.part(is_digest);
            body_end = layout.body.end.max(layout.header.end);
            parts.push(part);
            layouts.push(layout);
            end = next;
        }
        self.boundaries.truncate(rank);
        self.depth -= 1;
        // Behind the last boundary, or the last part that counts, comes what belongs to nobody.
        if matches!(end, End::Boundary { rank: found, .. } if found == rank) {
            (body_end, end) = self.skip_to_boundary();
        }
        structure.content = Content::Parts(parts);
        if layouts.is_empty() {
            // None of what was promised came: it is shown as it is.
            structure.media_type = plain_text();
            structure.content = Content::Bytes;
        }
        (start..body_end, layouts, end)
    }

    /// Goes behind the next boundary: where what stood before ends, and what ended it.
    fn skip_to_boundary(&mut self) -> (usize, End) {
        // RFC 2046 5.1.1: the line end before a boundary belongs to the boundary.
        let mut line_end = 0;
        while let Some(line) = self.lines.next() {
            let start = self.at;
            self.at += line.length;
            if let Some(end) = boundary(&self.boundaries, line.text) {
                return (start - line_end, end);
            }
            line_end = line.end;
        }
        (self.at, End::Nothing)
    }
}

/// Whether a line is one of these boundaries, the innermost first.
fn boundary(boundaries: &[Vec<u8>], line: &[u8]) -> Option<End> {
    let text = line.strip_prefix(b"--")?.trim_ascii_end();
    let mut open = boundaries.iter().enumerate().rev();
    open.find_map(|(rank, boundary)| match text.strip_prefix(&boundary[..])? {
        b"" => Some(End::Boundary { rank, is_last: false }),
        b"--" => Some(End::Boundary { rank, is_last: true }),
        _ => None,
    })
}

/// A message that can be gone into: it is not encoded.
fn is_message(structure: &Structure) -> bool {
    structure.media_type.main == "message"
        && ["rfc822", "global"].contains(&structure.media_type.sub.as_str())
        && structure.encoding == Encoding::Plain
}

/// What the header of a part says of it.
fn describe(header: &[u8], is_in_digest: bool) -> Structure {
    let mut structure = Structure::default();
    let mut media_type = None;
    for field in field::fields(header) {
        take(&mut structure, &mut media_type, field);
    }
    structure.media_type = media_type.unwrap_or_else(|| {
        // RFC 2046 5.1.5: the parts of a digest are messages.
        if is_in_digest { Typed::new("message", "rfc822") } else { plain_text() }
    });
    structure
}

fn take(structure: &mut Structure, media_type: &mut Option<Typed>, field: Field<'_>) {
    let text = || field::text(field.value, None);
    if field.is("Content-Type") && media_type.is_none() {
        *media_type = field::typed(field.value, None).map(settled);
    } else if field.is("Content-Disposition") && structure.disposition.is_none() {
        structure.disposition = field::typed(field.value, None);
    } else if field.is("Content-Transfer-Encoding") {
        structure.encoding = Encoding::from_name(&text().unwrap_or_default());
    } else if field.is("Content-ID") {
        structure.content_id = field::ids(field.value).into_iter().next().or_else(text);
    } else if field.is("Content-Location") {
        structure.location = text();
    } else if field.is("Content-Description") {
        structure.description = text();
    }
}

/// A type of one word (`text`, as some programs of the last century write) is completed.
fn settled(typed: Typed) -> Typed {
    match (typed.main.as_str(), typed.sub.is_empty()) {
        (_, false) => typed,
        ("text", true) => Typed { sub: "plain".to_owned(), ..typed },
        ("multipart", true) => Typed { sub: "mixed".to_owned(), ..typed },
        (_, true) => Typed { main: "application".to_owned(), sub: "octet-stream".to_owned(), ..typed },
    }
}

fn plain_text() -> Typed {
    Typed::new("text", "plain")
}

#[cfg(test)]
mod tests;
