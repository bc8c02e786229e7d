//! Walks through bytes: bytes, numbers, strings. Knows no tags and builds nothing.

use crate::error::Error;
use crate::text;
use crate::token;

/// A stretch of bytes, kept as two offsets so that a node of a tree stays small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl Span {
    /// The stretch from one offset to another; the caller has bounded both to 32 bits.
    pub(crate) fn between(start: usize, end: usize) -> Self {
        Self { start: narrow(start), length: narrow(end.saturating_sub(start)) }
    }

    /// What it covers of these bytes.
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        let start = wide(self.start);
        bytes.get(start..start + wide(self.length)).unwrap_or_default()
    }

    pub(crate) fn end(self) -> usize {
        wide(self.start) + wide(self.length)
    }
}

/// An offset in 32 bits; documents are bounded so that none is larger.
pub(crate) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// An offset in the width of this machine, which is no less.
pub(crate) const fn wide(offset: u32) -> usize {
    offset as usize
}

/// Bytes and how far they are read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The next byte; `inside` says what it belongs to.
    pub(crate) fn byte(&mut self, inside: &'static str) -> Result<u8, Error> {
        let byte = *self.bytes.get(self.position).ok_or_else(|| self.truncated(inside))?;
        self.position += 1;
        Ok(byte)
    }

    /// A number of seven bits a byte (`mb_u_int32`).
    pub(crate) fn number(&mut self, inside: &'static str) -> Result<u32, Error> {
        let mut number: u32 = 0;
        loop {
            let offset = self.position;
            let byte = self.byte(inside)?;
            if number > u32::MAX >> 7 {
                return Err(Error::Unexpected { offset, found: byte, expected: "a number of 32 bits" });
            }
            number = number << 7 | u32::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
    }

    /// A string of printing ASCII and its END, which is passed.
    ///
    /// Nothing is read when the string is another or longer than the limit, or when something else follows it.
    pub(crate) fn plain_leaf(&mut self, limit: usize) -> Option<Span> {
        let rest = self.rest().strip_prefix(&[token::STR_I])?;
        let length = text::plain_length(rest)?;
        if length > limit || rest.get(length + 1) != Some(&token::END) {
            return None;
        }
        let start = self.position + 1;
        self.position = start + length + 2;
        Some(Span::between(start, start + length))
    }

    /// A string up to its NUL, which is passed.
    pub(crate) fn string(&mut self) -> Result<Span, Error> {
        let Some(length) = memchr::memchr(0, self.rest()) else { return Err(self.truncated("a string")) };
        let span = Span::between(self.position, self.position + length);
        self.position += length + 1;
        Ok(span)
    }

    /// So many bytes, whatever they are; `inside` says what they belong to.
    pub(crate) fn take(&mut self, length: u32, inside: &'static str) -> Result<Span, Error> {
        let end = self.position.saturating_add(wide(length));
        if end > self.bytes.len() {
            return Err(self.truncated(inside));
        }
        let span = Span::between(self.position, end);
        self.position = end;
        Ok(span)
    }

    /// What is not read yet.
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    fn truncated(&self, inside: &'static str) -> Error {
        Error::Truncated { offset: self.bytes.len(), inside }
    }
}
