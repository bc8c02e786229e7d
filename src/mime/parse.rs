//! A raw message to the tree of its parts, and where each lies. Decodes nothing.
//!
//! One pass over the lines, whatever the message: a list of the open boundaries is looked through at each line that
//! begins with two dashes. A parser that looks for every boundary to the end of the message can be made to cost the
//! square of it. The numbers of the parts are those of an IMAP server.

use std::ops::Range;

use crate::mime::field;
use crate::mime::field::Field;
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

/// Takes a raw message apart.
pub fn parse(raw: &[u8]) -> Parsed<'_> {
    let mut parser = Parser { raw, at: 0, boundaries: Vec::new(), depth: 0, parts: 0 };
    let (structure, layout, _) = parser.part(false);
    Parsed { raw, layout, structure }
}

impl<'a> Parsed<'a> {
    /// What parts it has.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// Its header, with the empty line behind it.
    pub fn header(&self) -> &'a [u8] {
        self.bytes(&self.layout.header)
    }

    /// Its body: all that follows the header.
    pub fn body(&self) -> &'a [u8] {
        self.bytes(&self.layout.body)
    }

    /// The bytes of a part as they are written, without its header; of the whole message, with it.
    pub fn section(&self, section: &Section) -> Option<&'a [u8]> {
        if section.is_whole() {
            return Some(self.raw);
        }
        self.layout.find(section).map(|layout| self.bytes(&layout.body))
    }

    /// The header of a part.
    pub fn section_header(&self, section: &Section) -> Option<&'a [u8]> {
        if section.is_whole() {
            return Some(self.header());
        }
        self.layout.find(section).map(|layout| self.bytes(&layout.header))
    }

    /// Where a part lies in the message: its header, and its body.
    pub fn place(&self, section: &Section) -> Option<(Range<usize>, Range<usize>)> {
        let layout = if section.is_whole() { &self.layout } else { self.layout.find(section)? };
        Some((layout.header.clone(), layout.body.clone()))
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
    raw: &'a [u8],
    /// Where the next line begins.
    at: usize,
    /// Those that may end the part, the outermost first.
    boundaries: Vec<Vec<u8>>,
    depth: usize,
    parts: usize,
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
        self.parts += 1;
        let start = self.at;
        let header_end = self.header();
        let header = start..header_end.unwrap_or_else(|(end, _)| end);
        let mut structure = describe(self.raw.get(header.clone()).unwrap_or_default(), is_in_digest);
        let (body, inner, end) = match header_end {
            Ok(_) => self.body(&mut structure),
            Err((at, end)) => (at..at, Vec::new(), end),
        };
        structure.size = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let is_message = matches!(structure.content, Content::Message(_));
        (structure, Layout { header, body, inner, is_message }, end)
    }

    /// Goes behind the header: to its empty line, or to a boundary that cuts it off.
    fn header(&mut self) -> Result<usize, (usize, End)> {
        while let Some(line) = field::line(self.raw, self.at) {
            let text = self.raw.get(line.clone()).unwrap_or_default();
            if let Some(end) = self.boundary(text) {
                let start = line.start;
                self.at = line.end;
                return Err((start, end));
            }
            self.at = line.end;
            if field::is_empty(text) {
                return Ok(self.at);
            }
        }
        Err((self.at, End::Nothing))
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
            let (inner, layout, end) = self.part(false);
            self.depth -= 1;
            let body = start..layout.body.end.max(layout.header.end);
            let headers = Headers::read(self.raw.get(layout.header.clone()).unwrap_or_default());
            structure.content = Content::Message(Box::new(Embedded { headers, structure: inner }));
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
        let start = self.at;
        while let Some(line) = field::line(self.raw, self.at) {
            self.at = line.end;
            let text = self.raw.get(line.clone()).unwrap_or_default();
            if let Some(end) = self.boundary(text) {
                return (self.before_line_end(start, line.start), end);
            }
        }
        (self.raw.len(), End::Nothing)
    }

    /// RFC 2046 5.1.1: the line end before a boundary belongs to the boundary.
    fn before_line_end(&self, start: usize, end: usize) -> usize {
        let text = self.raw.get(start..end).unwrap_or_default();
        let kept = text.strip_suffix(b"\r\n").or_else(|| text.strip_suffix(b"\n")).unwrap_or(text);
        start + kept.len()
    }

    /// Whether a line is a boundary, the innermost first.
    fn boundary(&self, line: &[u8]) -> Option<End> {
        let text = line.strip_prefix(b"--")?.trim_ascii_end();
        let mut open = self.boundaries.iter().enumerate().rev();
        open.find_map(|(rank, boundary)| match text.strip_prefix(&boundary[..])? {
            b"" => Some(End::Boundary { rank, is_last: false }),
            b"--" => Some(End::Boundary { rank, is_last: true }),
            _ => None,
        })
    }
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
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::any;
    use proptest::prop_assert;
    use proptest::sample::select;

    use super::parse;
    use crate::mime::section::Section;
    use crate::mime::structure::Content;
    use crate::mime::structure::DEEPEST;
    use crate::mime::structure::MOST_PARTS;
    use crate::mime::structure::Structure;

    /// The tree in one line: `mixed(plain, png)`.
    fn tree(structure: &Structure) -> String {
        let sub = &structure.media_type.sub;
        match &structure.content {
            Content::Bytes => sub.clone(),
            Content::Parts(parts) => {
                format!("{sub}({})", parts.iter().map(tree).collect::<Vec<_>>().join(", "))
            }
            Content::Message(embedded) => format!("{sub}[{}]", tree(&embedded.structure)),
        }
    }

    #[track_caller]
    fn check(raw: &str, expected: &str, sections: &[(&str, &str)]) {
        for raw in [raw.to_owned(), raw.replace('\n', "\r\n")] {
            let parsed = parse(raw.as_bytes());
            assert_eq!(tree(parsed.structure()), expected, "{raw}");
            for (section, bytes) in sections {
                let section: Section = section.parse().unwrap();
                let found =
                    parsed.section(&section).map(|bytes| String::from_utf8_lossy(bytes).replace('\r', ""));
                assert_eq!(found.as_deref(), Some(*bytes), "{section} of {raw}");
                if let Some(part) = parsed.structure().part(&section) {
                    assert_eq!(part.size, u64::try_from(parsed.section(&section).unwrap().len()).unwrap());
                }
            }
        }
    }

    #[test]
    fn a_message_without_parts_has_one() {
        check("Subject: a\n\nb\n", "plain", &[("1", "b\n"), ("", "Subject: a\n\nb\n")]);
        check("Content-Type: text/html\n\n", "html", &[("1", "")]);
        check("Subject: a", "plain", &[("1", "")]);
        check("", "plain", &[("1", ""), ("", "")]);
    }

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b  \n\
        Content-Type: multipart/alternative; boundary=\"b-2\"\n\n--b-2\n\ntwo\n\n--b-2\nContent-Type: text/html\n\n\
        three\n--b-2--\nbehind\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nfour\n--b--\nepilogue\n";

    #[test]
    fn parts_have_the_numbers_of_imap() {
        check(
            MIXED,
            "mixed(plain, alternative(plain, html), rfc822[plain])",
            &[
                ("1", "one"),
                ("2", "--b-2\n\ntwo\n\n--b-2\nContent-Type: text/html\n\nthree\n--b-2--\nbehind"),
                ("2.1", "two\n"),
                ("2.2", "three"),
                ("3", "Subject: x\n\nfour"),
                ("3.1", "four"),
            ],
        );
        let parsed = parse(MIXED.as_bytes());
        for missing in ["4", "1.1", "2.3", "3.2", "2.1.1"] {
            let section: Section = missing.parse().unwrap();
            assert_eq!(
                (parsed.section(&section), parsed.structure().part(&section)),
                (None, None),
                "{missing}"
            );
        }
    }

    #[test]
    fn parts_of_an_embedded_message_are_its_own() {
        let raw = "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\na\n--i\n\nb\n--i--\n";
        check(raw, "rfc822[mixed(plain, plain)]", &[("1.1", "a"), ("1.2", "b")]);
        let digest = "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: 1\n\na\n--d\n\nSubject: 2\n\nb\n--d--\n";
        check(digest, "digest(rfc822[plain], rfc822[plain])", &[("1", "Subject: 1\n\na"), ("2.1", "b")]);
    }

    #[test]
    fn broken_parts_are_taken_as_they_were_meant() {
        check(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nnever ends",
            "mixed(plain)",
            &[("1", "never ends")],
        );
        check("Content-Type: multipart/mixed; boundary=b\n\nno boundary", "plain", &[("1", "no boundary")]);
        check("Content-Type: multipart/mixed\n\nno boundary", "mixed", &[("1", "no boundary")]);
        check(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: no body\n--b\n\nc\n--b--",
            "mixed(plain, plain)",
            &[("1", ""), ("2", "c")],
        );
        check(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\na\n--o\n\nb\n--o--",
            "mixed(mixed(plain), plain)",
            &[("1.1", "a"), ("2", "b")],
        );
        check("Content-Type: text\n\na", "plain", &[]);
        check("Content-Type: multipart; boundary=b\n\n--b\n\na", "mixed(plain)", &[]);
        check(
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nYQ==",
            "rfc822",
            &[("1", "YQ==")],
        );
    }

    #[test]
    fn nesting_ends_somewhere() {
        let mut raw = String::new();
        for depth in 0..10_000 {
            raw += &format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
        }
        assert!(tree(parse(raw.as_bytes()).structure()).matches('(').count() <= DEEPEST);
        let raw = "Content-Type: message/rfc822\n\n".repeat(10_000);
        assert!(tree(parse(raw.as_bytes()).structure()).matches('[').count() <= DEEPEST);
        let raw = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n\n".repeat(10_000));
        assert_eq!(parse(raw.as_bytes()).structure().parts().len(), MOST_PARTS - 1);
    }

    /// Pieces of messages, whole and broken, in any order.
    fn pieces() -> impl proptest::prelude::Strategy<Value = Vec<&'static [u8]>> {
        let pieces: Vec<&'static [u8]> = vec![
            b"Content-Type: multipart/mixed; boundary=b\n",
            b"Content-Type: multipart/alternative; boundary=\"b\"\r\n",
            b"Content-Type: multipart/related; boundary=c\n",
            b"Content-Type: message/rfc822\n",
            b"Content-Type: text/html; charset=iso-2022-jp\n",
            b"Content-Transfer-Encoding: base64\n",
            b"Content-Transfer-Encoding: quoted-printable\n",
            b"Content-Disposition: attachment; filename*0*=utf-8''a%C3; filename*1=b\n",
            b"Subject: =?utf-8?q?=C3?= =?utf-8?b?pg==?=\n",
            b"To: \"a, (b <c@d>, =?utf-8?q?x?=\n",
            b"\n",
            b"\r\n",
            b"--b\n",
            b"--b--\n",
            b"--c\r\n",
            b"--c--",
            b"=C3=\n",
            b"YWJj\xff\0\x1b$B",
            b"<html><body>&amp;<p",
            b" ",
        ];
        vec(select(pieces), 0..40)
    }

    proptest::proptest! {
        #[test]
        fn any_pieces_make_a_message(pieces in pieces(), noise in vec(any::<u8>(), 0..20)) {
            let raw = [pieces.concat(), noise].concat();
            let parsed = parse(&raw);
            for (section, part) in parsed.structure().leaves() {
                let bytes = parsed.section(&section);
                prop_assert!(bytes.is_some_and(|bytes| u64::try_from(bytes.len()) == Ok(part.size)));
                prop_assert!(parsed.structure().part(&section) == Some(part));
            }
        }
    }
}
