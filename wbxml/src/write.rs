//! Writes WBXML in the one form that every client reads: `SWITCH_PAGE`, `END`, `STR_I`, `OPAQUE`.
//! Knows neither which elements belong where nor how long a text may be: UTF-8 and line ends are the caller's.
// Android's reader refuses a string table, attributes, entities and literal names, and then loses the whole answer.

use std::fmt;
use std::fmt::Write as _;

use crate::document::Element;
use crate::reader::narrow;
use crate::tag::Tag;
use crate::text;
use crate::token;

/// Writes one document, element by element.
pub struct Writer {
    output: Vec<u8>,
    /// The code page in force; none yet at the start of a fragment.
    page: Option<u8>,
    /// Where the content of each open element begins.
    open: Vec<usize>,
}

/// A place in what is written, to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    length: usize,
    page: Option<u8>,
    open: usize,
}

/// Elements that are encoded once and spliced into any document.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Begins with a switch to the code page of the first element.
    output: Vec<u8>,
    /// The code page of the last element.
    page: Option<u8>,
}

impl Writer {
    /// Begins a document.
    pub fn new() -> Self {
        Self::with_capacity(256)
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        let mut output = Vec::with_capacity(capacity);
        output.extend_from_slice(&token::HEADER);
        Self { output, page: Some(0), open: Vec::new() }
    }

    /// Begins an element that holds what is written until it is closed.
    pub fn open(&mut self, tag: Tag) {
        self.tag(tag, token::CONTENT);
        self.open.push(self.output.len());
    }

    /// Ends the element that was opened last. Nothing happens when none is open.
    pub fn close(&mut self) {
        let Some(start) = self.open.pop() else { return };
        if start == self.output.len() {
            if let Some(tag) = self.output.last_mut() {
                *tag &= !token::CONTENT;
            }
        } else {
            self.output.push(token::END);
        }
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, tag: Tag) {
        self.tag(tag, 0);
    }

    /// An element with a text, without control characters but tab, CR and LF.
    pub fn text(&mut self, tag: Tag, text: &str) {
        self.open(tag);
        self.string(text);
        self.close();
    }

    /// An element with a number, or whatever else displays as text.
    pub fn number(&mut self, tag: Tag, value: impl fmt::Display) {
        /// Takes what is displayed straight into the output.
        struct Clean<'a>(&'a mut Vec<u8>);

        impl fmt::Write for Clean<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                text::push_clean(text, self.0);
                Ok(())
            }
        }

        self.open(tag);
        // Only the value could fail, and then what it displayed before stands.
        self.fill(|output| {
            let _ = write!(Clean(output), "{value}");
        });
        self.close();
    }

    /// An element with opaque data, kept as it is.
    pub fn opaque(&mut self, tag: Tag, data: &[u8]) {
        self.open(tag);
        self.data(data);
        self.close();
    }

    /// An element with what is written in it; no element when nothing is.
    // MS-ASCMD and its kin give most containers at least one child: an empty one makes phones drop the answer.
    pub fn container(&mut self, tag: Tag, write: impl FnOnce(&mut Self)) {
        let before = self.mark();
        self.open(tag);
        let start = self.output.len();
        write(self);
        if self.output.len() == start { self.rollback(before) } else { self.close() }
    }

    /// An element of a document, with all that is in it.
    pub fn copy(&mut self, element: Element<'_>) {
        // Where each element that is open ends.
        let mut ends: Vec<u32> = Vec::new();
        for (index, node, content) in element.nodes() {
            while ends.pop_if(|end| *end == index).is_some() {
                self.output.push(token::END);
            }
            let has_content = node.is_opaque || !content.is_empty();
            let is_leaf = node.end == index + 1;
            if let Some(tag) = node.tag {
                self.tag(tag, if has_content || !is_leaf { token::CONTENT } else { 0 });
            }
            if node.is_opaque {
                self.data(content);
            } else if has_content {
                // The text of a document holds no control characters.
                self.output.push(token::STR_I);
                self.output.extend_from_slice(content);
                self.output.push(0);
            }
            if node.tag.is_some() && !is_leaf {
                ends.push(node.end);
            } else if node.tag.is_some() && has_content {
                self.output.push(token::END);
            }
        }
        self.output.resize(self.output.len() + ends.len(), token::END);
    }

    /// The elements of a fragment.
    pub fn append(&mut self, fragment: &Fragment) {
        let Some((switch, rest)) = fragment.output.split_at_checked(2) else { return };
        if switch.last().copied() != self.page {
            self.output.extend_from_slice(switch);
        }
        self.output.extend_from_slice(rest);
        self.page = fragment.page;
    }

    /// How many bytes are written.
    #[expect(clippy::len_without_is_empty, reason = "a document is never empty: it has a header")]
    pub fn len(&self) -> usize {
        self.output.len()
    }

    /// Where the writer is now.
    pub fn mark(&self) -> Mark {
        Mark { length: self.output.len(), page: self.page, open: self.open.len() }
    }

    /// Takes back what was written and opened since the mark.
    ///
    /// What was open at the mark must still be open.
    pub fn rollback(&mut self, mark: Mark) {
        self.output.truncate(mark.length);
        self.page = mark.page;
        self.open.truncate(mark.open);
    }

    /// Ends what is still open, and gives the document.
    pub fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        self.output
    }

    /// The byte of a tag, on its code page.
    fn tag(&mut self, tag: Tag, content: u8) {
        if self.page != Some(tag.page()) {
            self.output.extend_from_slice(&[token::SWITCH_PAGE, tag.page()]);
            self.page = Some(tag.page());
        }
        self.output.push(tag.token() | content);
    }

    /// A text in the element that is open.
    pub(crate) fn string(&mut self, text: &str) {
        self.fill(|output| text::push_clean(text, output));
    }

    /// A string of what is pushed, none when nothing is.
    fn fill(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        self.output.push(token::STR_I);
        let start = self.output.len();
        push(&mut self.output);
        if self.output.len() == start {
            self.output.pop();
        } else {
            self.output.push(0);
        }
    }

    /// Opaque data in the element that is open.
    pub(crate) fn data(&mut self, data: &[u8]) {
        self.output.push(token::OPAQUE);
        let length = narrow(data.len());
        for shift in [28, 21, 14, 7] {
            if length >> shift != 0 {
                self.output.push((length >> shift) as u8 | 0x80);
            }
        }
        self.output.push(length as u8 & 0x7F);
        self.output.extend_from_slice(data);
    }
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Fragment {
    /// Encodes what is written, once and for all.
    pub fn build(write: impl FnOnce(&mut Writer)) -> Self {
        let mut writer = Writer { output: Vec::new(), page: None, open: Vec::new() };
        write(&mut writer);
        let page = writer.page;
        Self { page, output: writer.finish() }
    }

    /// How many bytes it adds to a document, at most.
    pub fn len(&self) -> usize {
        self.output.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.output.is_empty()
    }
}

/// Says how much is written, never what.
impl fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Writer({} bytes)", self.len())
    }
}

/// Says how much it adds, never what.
impl fmt::Debug for Fragment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fragment({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airsync;
    use crate::calendar;
    use crate::document::Document;
    use crate::limits::Limits;

    /// Quirk plain-wbxml.
    #[test]
    fn a_phone_reads_what_is_written() {
        let mut writer = Writer::new();
        writer.open(airsync::SYNC);
        writer.number(airsync::STATUS, 1);
        writer.container(airsync::RESPONSES, |_| {});
        writer.text(calendar::SUBJECT, "Lunsj på\u{1} Aker\0 Brygge\r\n");
        writer.empty(airsync::MORE_AVAILABLE);
        let bytes = writer.finish();
        assert_eq!(bytes, b"\x03\x01\x6A\0\x45\x4E\x031\0\x01\0\x04\x66\x03Lunsj p\xC3\xA5 Aker Brygge\r\n\0\x01\0\0\x14\x01");
        let document = Document::decode(bytes.clone(), &Limits::default()).unwrap();
        assert_eq!(document.encode(), bytes);
        assert_eq!(document.root().child(calendar::SUBJECT).unwrap().text(), "Lunsj på Aker Brygge\r\n");
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let mut writer = Writer::new();
        writer.open(airsync::SYNC);
        let mark = writer.mark();
        writer.open(calendar::ATTENDEES);
        writer.text(calendar::NAME, "Ola");
        writer.rollback(mark);
        writer.number(airsync::STATUS, 1);
        assert_eq!(writer.finish(), b"\x03\x01\x6A\0\x45\x4E\x031\0\x01\x01");
    }

    #[test]
    fn a_fragment_switches_the_code_page_only_where_it_must() {
        let fragment = Fragment::build(|writer| writer.empty(calendar::UID));
        let mut writer = Writer::new();
        writer.open(airsync::SYNC);
        writer.append(&fragment);
        writer.append(&fragment);
        writer.append(&Fragment::default());
        writer.empty(airsync::STATUS);
        assert_eq!(writer.finish(), b"\x03\x01\x6A\0\x45\0\x04\x28\x28\0\0\x0E\x01");
    }
}
