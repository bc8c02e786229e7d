//! The bytes that are WBXML's own, whatever the code page. Knows no tags.
//!
//! The names are those of WBXML 1.3, chapter 7; `_I` is followed by a string, `_T` by a reference to the string table.

pub(crate) const SWITCH_PAGE: u8 = 0x00;
pub(crate) const END: u8 = 0x01;
pub(crate) const ENTITY: u8 = 0x02;
pub(crate) const STR_I: u8 = 0x03;
/// A tag by name; takes the bits below as tags do.
pub(crate) const LITERAL: u8 = 0x04;
pub(crate) const EXT_I_0: u8 = 0x40;
pub(crate) const EXT_I_2: u8 = 0x42;
pub(crate) const PI: u8 = 0x43;
pub(crate) const EXT_T_0: u8 = 0x80;
pub(crate) const EXT_T_2: u8 = 0x82;
pub(crate) const STR_T: u8 = 0x83;
pub(crate) const EXT_0: u8 = 0xC0;
pub(crate) const EXT_2: u8 = 0xC2;
pub(crate) const OPAQUE: u8 = 0xC3;

/// The bit of a tag that says content follows, ended by `END`.
pub(crate) const CONTENT: u8 = 0x40;
/// The bit of a tag that says attributes follow, ended by `END`.
pub(crate) const ATTRIBUTES: u8 = 0x80;

/// How our documents begin: WBXML 1.3, unknown identifier, UTF-8, no string table.
// MS-ASWBXML 2.1.2 (WBXML Code Pages) leaves the public identifier unknown, as all clients write it.
pub(crate) const HEADER: [u8; 4] = [0x03, 0x01, 0x6A, 0x00];
