//! What parts a message has: their types, names and sizes, as a tree. Not what they contain.
//!
//! A tree is made from a raw message (`mime::parse`), or by an IMAP connector from what its server says of one
//! (`BODYSTRUCTURE`); the numbers of the parts are the same.

use crate::mime::headers::Headers;
use crate::mime::parameter::Typed;
use crate::mime::section::Section;
use crate::mime::transfer::Encoding;

/// No deeper than so many parts within parts: what lies deeper is one part.
pub const DEEPEST: usize = 32;
/// No more parts than so many: what follows is left out.
pub const MOST_PARTS: usize = 1000;

/// A part of a message, or a whole one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// Its type, as `text/plain`.
    pub media_type: Typed,
    /// Where it belongs: `inline` or `attachment`; none if that is not said.
    pub disposition: Option<Typed>,
    /// How its bytes are written.
    pub encoding: Encoding,
    /// How many bytes it has as it is written, without its header.
    pub size: u64,
    /// What other parts call it, without angle brackets.
    pub content_id: Option<String>,
    /// The same as an address.
    pub location: Option<String>,
    /// What people call it.
    pub description: Option<String>,
    /// What it consists of.
    pub content: Content,
}

/// What a part consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Its own bytes.
    #[default]
    Bytes,
    /// Other parts.
    Parts(Vec<Structure>),
    /// A message with a header of its own.
    Message(Box<Embedded>),
}

/// A message within a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Embedded {
    /// What its header says.
    pub headers: Headers,
    /// What parts it has.
    pub structure: Structure,
}

impl Structure {
    /// Whether it is of this type.
    pub fn is(&self, main: &str, sub: &str) -> bool {
        self.media_type.main == main && self.media_type.sub == sub
    }

    /// Its type in one word.
    pub fn media_type(&self) -> String {
        format!("{}/{}", self.media_type.main, self.media_type.sub)
    }

    /// The parts within it; none where it consists of bytes or a message.
    pub fn parts(&self) -> &[Self] {
        match &self.content {
            Content::Parts(parts) => parts,
            Content::Bytes | Content::Message(_) => &[],
        }
    }

    /// The character set of a text.
    pub fn charset(&self) -> Option<&str> {
        self.media_type.parameters.value("charset")
    }

    /// The name of the file it was, or is to be.
    pub fn file_name(&self) -> Option<&str> {
        let named = self.disposition.as_ref().and_then(|said| said.parameters.value("filename"));
        named.or_else(|| self.media_type.parameters.value("name")).filter(|name| !name.trim().is_empty())
    }

    /// Whether it says that it is to be shown apart.
    pub fn is_attached(&self) -> bool {
        self.disposition.as_ref().is_some_and(|said| said.main == "attachment")
    }

    /// About how many bytes it has when its encoding is off.
    pub fn decoded_size(&self) -> u64 {
        self.encoding.decoded_size(self.size)
    }

    /// The part with this number; the whole message has none.
    pub fn part(&self, section: &Section) -> Option<&Self> {
        let (first, rest) = section.numbers().split_first()?;
        let mut part = self.numbered(*first)?;
        for number in rest {
            part = match &part.content {
                Content::Message(embedded) => embedded.structure.numbered(*number)?,
                _ => part.inner(*number)?,
            };
        }
        Some(part)
    }

    /// The part of this number in a message of this structure.
    // RFC 9051 6.4.5.1: a message without parts has one, its body.
    fn numbered(&self, number: u32) -> Option<&Self> {
        match &self.content {
            Content::Parts(_) => self.inner(number),
            Content::Bytes | Content::Message(_) => (number == 1).then_some(self),
        }
    }

    fn inner(&self, number: u32) -> Option<&Self> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.parts().get(place)
    }

    /// Every part that consists of bytes or a message, with its number, in order; nothing within messages.
    pub fn leaves(&self) -> Vec<(Section, &Self)> {
        let mut leaves = Vec::new();
        match &self.content {
            Content::Parts(_) => self.collect(&Section::WHOLE, &mut leaves),
            Content::Bytes | Content::Message(_) => leaves.push((Section::WHOLE.child(1), self)),
        }
        leaves
    }

    fn collect<'a>(&'a self, section: &Section, leaves: &mut Vec<(Section, &'a Self)>) {
        for (number, part) in (1..).zip(self.parts()) {
            let section = section.child(number);
            match &part.content {
                Content::Parts(_) => part.collect(&section, leaves),
                Content::Bytes | Content::Message(_) => leaves.push((section, part)),
            }
        }
    }
}
