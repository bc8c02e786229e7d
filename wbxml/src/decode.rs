//! Reads WBXML into the tree, as tolerantly as real phones need it. Knows no tag's meaning, and writes nothing.
//!
//! What ActiveSync has no use for is read by the rules of WBXML 1.3 and left out: attributes, processing
//! instructions, extensions, and elements with a literal name that the current code page does not have.

use crate::code_pages;
use crate::document::Document;
use crate::document::Node;
use crate::error::Error;
use crate::limits::Limits;
use crate::reader::Reader;
use crate::reader::Span;
use crate::reader::narrow;
use crate::reader::wide;
use crate::tag::Tag;
use crate::text;
use crate::token;

/// Reads a document, within limits and in time linear to them.
pub(crate) fn decode(mut body: Vec<u8>, limits: &Limits) -> Result<Document, Error> {
    let limits = Limits { size: limits.size.min(Limits::WIDEST.size), ..*limits };
    if body.len() > limits.size {
        return Err(Error::TooLarge { limit: limits.size });
    }
    let mut decoder = Decoder::start(&body, &limits)?;
    decoder.document()?;
    let Decoder { nodes, made, .. } = decoder;
    body.extend_from_slice(&made);
    Ok(Document { buffer: body, nodes })
}

/// A document half read.
struct Decoder<'a> {
    reader: Reader<'a>,
    limits: &'a Limits,
    charset: u32,
    /// The string table.
    table: Span,
    page: u8,
    nodes: Vec<Node>,
    /// The elements that are open, the root first.
    open: Vec<Open>,
    /// Text that does not stand in the bytes as it is. Its offsets go on where theirs end.
    made: Vec<u8>,
    /// How many bytes references to the string table have brought in.
    repeated: usize,
}

/// An element whose END is still to come.
struct Open {
    /// The index of its node.
    node: usize,
    /// The index of the last node directly in it.
    last: Option<usize>,
}

impl<'a> Decoder<'a> {
    /// Reads what stands before the root.
    fn start(body: &'a [u8], limits: &'a Limits) -> Result<Self, Error> {
        /// WBXML 1.3. WBXML 1.0, which is 0, did not yet say its character set.
        const NEWEST: u8 = 0x03;
        const UTF_8: u32 = 106;

        let mut reader = Reader::new(body);
        let version = reader.byte("the header")?;
        if version > NEWEST {
            return Err(Error::Unexpected { offset: 0, found: version, expected: "a version of WBXML" });
        }
        if reader.number("the header")? == 0 {
            // The public identifier stands in the string table; all that matters is to pass it.
            reader.number("the header")?;
        }
        let charset = if version == 0 { UTF_8 } else { reader.number("the header")? };
        let length = reader.number("the header")?;
        let table = reader.take(length, "the string table")?;
        // An element of a Sync takes 18 bytes, so most documents allocate once.
        let nodes = Vec::with_capacity(limits.elements.min(body.len() / 16));
        Ok(Self {
            reader,
            limits,
            charset,
            table,
            page: 0,
            nodes,
            open: Vec::new(),
            made: Vec::new(),
            repeated: 0,
        })
    }

    /// Reads until the root is closed.
    fn document(&mut self) -> Result<(), Error> {
        loop {
            let offset = self.reader.position();
            let byte = self.reader.byte(if self.open.is_empty() { "the document" } else { "an element" })?;
            if let Some(tag) = Tag::of_byte(self.page, byte) {
                self.element(Some(tag), byte, offset)?;
            } else {
                self.global(byte, offset)?;
            }
            if self.open.is_empty() && !self.nodes.is_empty() {
                return Ok(());
            }
        }
    }

    /// Begins an element, and ends it too if it is short. Without a tag it is left out.
    fn element(&mut self, tag: Option<Tag>, byte: u8, offset: usize) -> Result<(), Error> {
        if self.open.len() >= self.limits.depth {
            return Err(Error::TooDeep { offset, limit: self.limits.depth });
        }
        let node = self.push(tag, offset)?;
        self.open.push(Open { node, last: None });
        if byte & token::ATTRIBUTES != 0 {
            self.skip_attributes()?;
        }
        if byte & token::CONTENT == 0 {
            self.close();
        } else if let Some(span) = self.reader.plain_leaf(self.limits.text) {
            // Most elements are a tag, a short text and END; what else they can be is slower.
            if let Some(node) = self.nodes.last_mut() {
                node.content = span;
            }
            self.close();
        }
        Ok(())
    }

    /// Adds a node, to which nothing belongs yet.
    fn push(&mut self, tag: Option<Tag>, offset: usize) -> Result<usize, Error> {
        let index = self.nodes.len();
        if index >= self.limits.elements {
            return Err(Error::TooMany { offset, limit: self.limits.elements });
        }
        self.nodes.push(Node { end: narrow(index + 1), content: Span::default(), tag, is_opaque: false });
        Ok(index)
    }

    /// Ends the element that was begun last.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let end = narrow(self.nodes.len());
        match self.nodes.get_mut(open.node) {
            Some(node) if node.tag.is_some() => node.end = end,
            _ => return self.nodes.truncate(open.node),
        }
        if let Some(parent) = self.open.last_mut() {
            parent.last = Some(open.node);
        }
    }

    /// Reads what begins with one of WBXML's own bytes.
    fn global(&mut self, byte: u8, offset: usize) -> Result<(), Error> {
        match byte {
            token::SWITCH_PAGE => self.page = self.reader.byte("a switch of code page")?,
            token::PI => self.skip_attributes()?,
            _ if self.nodes.is_empty() && byte & !(token::CONTENT | token::ATTRIBUTES) != token::LITERAL => {
                return Err(Error::Unexpected { offset, found: byte, expected: "the root element" });
            }
            token::END => self.close(),
            token::STR_I => {
                let span = self.reader.string()?;
                self.text(span, offset)?;
            }
            token::OPAQUE => {
                let length = self.reader.number("the length of opaque data")?;
                let span = self.reader.take(length, "opaque data")?;
                self.place(span, true, offset)?;
            }
            token::STR_T => {
                let span = self.reference(offset)?;
                self.text(span, offset)?;
            }
            token::ENTITY => {
                let number = self.reader.number("an entity")?;
                let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.make(character.encode_utf8(&mut [0; 4]), offset)?;
            }
            token::EXT_I_0..=token::EXT_I_2 => {
                self.reader.string()?;
            }
            token::EXT_T_0..=token::EXT_T_2 => {
                self.reader.number("an extension")?;
            }
            token::EXT_0..=token::EXT_2 => {}
            // What is left are the four forms of a literal name.
            _ => {
                let tag = self.literal(offset)?;
                if tag.is_none() && self.nodes.is_empty() {
                    return Err(Error::Unexpected { offset, found: byte, expected: "the root element" });
                }
                self.element(tag, byte, offset)?;
            }
        }
        Ok(())
    }

    /// The tag that a literal name means on the current code page.
    fn literal(&mut self, offset: usize) -> Result<Option<Tag>, Error> {
        let name = self.reference(offset)?.of(self.reader.bytes());
        let page = code_pages::page(self.page);
        Ok(page.zip(str::from_utf8(name).ok()).and_then(|(page, name)| Tag::named(page.namespace, name)))
    }

    /// The string of the string table that is referred to here.
    fn reference(&mut self, offset: usize) -> Result<Span, Error> {
        let index = self.reader.number("a reference to the string table")?;
        let table = self.table.of(self.reader.bytes());
        let Some(rest) = table.get(wide(index)..).filter(|rest| !rest.is_empty()) else {
            return Err(Error::Reference { offset, index, size: table.len() });
        };
        let length = memchr::memchr(0, rest).unwrap_or(rest.len());
        // Three bytes can repeat a long string: without a bound, a small document would cost much.
        self.repeated += length;
        self.check_size(self.repeated)?;
        let start = wide(self.table.start) + wide(index);
        Ok(Span::between(start, start + length))
    }

    /// Adds a text to the element that is open.
    fn text(&mut self, span: Span, offset: usize) -> Result<(), Error> {
        let bytes = span.of(self.reader.bytes());
        if text::is_clean(bytes) {
            self.place(span, false, offset)
        } else {
            self.make(&text::read(bytes, self.charset), offset)
        }
    }

    /// Adds a text that does not stand in the bytes as it is.
    fn make(&mut self, text: &str, offset: usize) -> Result<(), Error> {
        let start = self.end();
        text::push_clean(text, &mut self.made);
        self.check_size(self.made.len())?;
        self.place(Span::between(start, self.end()), false, offset)
    }

    /// Adds content to the open element: before its first child, or behind its last.
    fn place(&mut self, span: Span, is_opaque: bool, offset: usize) -> Result<(), Error> {
        if span.length == 0 && !is_opaque {
            return Ok(());
        }
        let index = self.slot(offset)?;
        let held = self.nodes.get(index).map(|node| node.content).unwrap_or_default();
        let content = if held.length == 0 { span } else { self.join(held, span)? };
        if wide(content.length) > self.limits.text {
            return Err(Error::TooLong { offset, limit: self.limits.text });
        }
        if let Some(node) = self.nodes.get_mut(index) {
            node.content = content;
            node.is_opaque |= is_opaque;
        }
        Ok(())
    }

    /// The node that content read here belongs to.
    fn slot(&mut self, offset: usize) -> Result<usize, Error> {
        let Some(open) = self.open.last() else { return Ok(0) };
        let Some(last) = open.last else { return Ok(open.node) };
        if self.nodes.get(last).is_some_and(|node| node.tag.is_none()) {
            return Ok(last);
        }
        let index = self.push(None, offset)?;
        if let Some(open) = self.open.last_mut() {
            open.last = Some(index);
        }
        Ok(index)
    }

    /// Puts two pieces together; a third then costs no more than its own bytes.
    fn join(&mut self, held: Span, span: Span) -> Result<Span, Error> {
        if held.end() == wide(span.start) {
            return Ok(Span { start: held.start, length: held.length + span.length });
        }
        let mut start = wide(held.start);
        if held.end() != self.end() {
            start = self.end();
            self.copy(held);
        }
        self.copy(span);
        self.check_size(self.made.len())?;
        Ok(Span::between(start, self.end()))
    }

    /// Copies a piece of content to the end of what is made.
    fn copy(&mut self, span: Span) {
        let body = self.reader.bytes();
        match wide(span.start).checked_sub(body.len()) {
            Some(start) => self.made.extend_from_within(start..start + wide(span.length)),
            None => self.made.extend_from_slice(span.of(body)),
        }
    }

    /// The offset at which what is made goes on.
    fn end(&self) -> usize {
        self.reader.bytes().len() + self.made.len()
    }

    fn check_size(&self, size: usize) -> Result<(), Error> {
        if size > self.limits.size { Err(Error::TooLarge { limit: self.limits.size }) } else { Ok(()) }
    }

    /// Passes attributes, or a processing instruction, up to their END.
    // WBXML 1.3, 5.8.4: the bytes mean something else here, but their lengths are the same.
    fn skip_attributes(&mut self) -> Result<(), Error> {
        const INSIDE: &str = "attributes";
        loop {
            match self.reader.byte(INSIDE)? {
                token::END => return Ok(()),
                // Attributes have code pages of their own, which nothing here asks for.
                token::SWITCH_PAGE => {
                    self.reader.byte(INSIDE)?;
                }
                token::STR_I | token::EXT_I_0..=token::EXT_I_2 => {
                    self.reader.string()?;
                }
                token::ENTITY | token::STR_T | token::LITERAL | token::EXT_T_0..=token::EXT_T_2 => {
                    self.reader.number(INSIDE)?;
                }
                token::OPAQUE => {
                    let length = self.reader.number(INSIDE)?;
                    self.reader.take(length, INSIDE)?;
                }
                _ => {}
            }
        }
    }
}
