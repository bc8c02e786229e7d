//! What a mail is made of and how it is shown, answered and forwarded: bytes to values and back. Fetches and
//! sends nothing, and knows no phone.
//!
//! Mail comes from anybody, so everything here is bounded: depth, number of parts, length of a header field, and
//! one pass over the bytes. What is broken is shown as well as it can be, never refused.

pub mod address;
pub mod calendar;
pub mod charset;
pub mod compose;
pub mod conversation;
pub mod field;
#[cfg(test)]
mod golden;
pub mod headers;
pub mod html;
pub mod letter;
pub mod parameter;
pub mod parse;
pub mod section;
pub mod structure;
pub mod text;
pub mod transfer;
pub mod words;
