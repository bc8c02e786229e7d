//! What an element is called: code page and token. Knows names through the table, and no document.

use std::fmt;
use std::num::NonZeroU16;

use crate::code_pages;
use crate::version::Version;

/// The name of an element: a code page and a token in it.
///
/// Tags that the table does not know are as good as any other; they merely have no name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(NonZeroU16);

impl Tag {
    /// The token of the first tag of a page; those below are WBXML's own.
    const FIRST: u8 = 0x05;
    /// The bits of a byte that name the tag. The others say what follows it.
    const TOKEN: u8 = 0x3F;

    /// The tag with this token on this code page.
    ///
    /// # Panics
    /// When the token is not one of 0x05 to 0x3F.
    pub const fn new(page: u8, token: u8) -> Self {
        assert!(token <= Self::TOKEN, "a tag's token is one of 0x05 to 0x3F");
        match Self::of_byte(page, token) {
            Some(tag) => tag,
            None => panic!("a tag's token is one of 0x05 to 0x3F"),
        }
    }

    /// The tag that a byte of content names, where it names one.
    pub(crate) const fn of_byte(page: u8, byte: u8) -> Option<Self> {
        let token = byte & Self::TOKEN;
        if token < Self::FIRST {
            return None;
        }
        match NonZeroU16::new(u16::from_be_bytes([page, token])) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number of its code page.
    pub const fn page(self) -> u8 {
        self.0.get().to_be_bytes()[0]
    }

    /// Its token on that page, without the bits for attributes and content.
    pub const fn token(self) -> u8 {
        self.0.get().to_be_bytes()[1]
    }

    /// Its name as in MS-ASWBXML, if it is a known one.
    pub fn name(self) -> Option<&'static str> {
        code_pages::entry(self).map(|entry| entry.name)
    }

    /// The name of its code page, if that is a known one.
    pub fn namespace(self) -> Option<&'static str> {
        code_pages::page(self.page()).map(|page| page.namespace)
    }

    /// The protocol version that introduced it, if it is a known one.
    pub fn since(self) -> Option<Version> {
        code_pages::entry(self).map(|entry| entry.since)
    }

    /// The tag with these names, letter for letter.
    pub fn named(namespace: &str, name: &str) -> Option<Self> {
        let page = code_pages::PAGES.iter().find(|page| page.namespace == namespace)?;
        let entry = page.entries.iter().find(|entry| entry.name == name)?;
        Some(Self::new(page.number, entry.token))
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.namespace(), self.name()) {
            (Some(namespace), Some(name)) => write!(formatter, "{namespace}:{name}"),
            _ => write!(formatter, "{:#04x}:{:#04x}", self.page(), self.token()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airsync;

    #[test]
    fn every_tag_of_the_table_is_found_by_its_names() {
        for page in code_pages::PAGES {
            for entry in page.entries {
                let tag = Tag::new(page.number, entry.token);
                assert_eq!(Tag::named(page.namespace, entry.name), Some(tag));
                assert_eq!(tag.name(), Some(entry.name));
                assert_eq!(tag.since(), Some(entry.since));
            }
        }
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(code_pages::PAGES.is_sorted_by(|one, next| one.number < next.number));
        for page in code_pages::PAGES {
            assert!(page.entries.is_sorted_by(|one, next| one.token < next.token), "{}", page.namespace);
        }
    }

    #[test]
    fn a_tag_knows_where_it_belongs() {
        assert_eq!(airsync::WAIT.namespace(), Some("AirSync"));
        assert_eq!(airsync::WAIT.since(), Some(Version::V12_1));
        assert_eq!(format!("{:?}", airsync::WAIT), "AirSync:Wait");
        let unknown = Tag::new(0x1B, 0x3F);
        assert_eq!((unknown.page(), unknown.token(), unknown.name()), (0x1B, 0x3F, None));
    }
}
