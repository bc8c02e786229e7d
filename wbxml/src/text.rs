//! What may stand in text: no control characters but tab, LF and CR. Knows no elements.

use std::borrow::Cow;

/// Whether a document can hold these bytes as text as they are.
pub(crate) fn is_clean(bytes: &[u8]) -> bool {
    !bytes.iter().fold(false, |found, &byte| found | is_control(byte)) && std::str::from_utf8(bytes).is_ok()
}

/// Adds a text, without its control characters.
pub(crate) fn push_clean(text: &str, output: &mut Vec<u8>) {
    if text.bytes().fold(false, |found, byte| found | is_control(byte)) {
        output.extend(text.bytes().filter(|byte| !is_control(*byte)));
    } else {
        output.extend_from_slice(text.as_bytes());
    }
}

/// The text that bytes in this character set mean; what they cannot mean becomes U+FFFD.
pub(crate) fn read(bytes: &[u8], charset: u32) -> Cow<'_, str> {
    /// The number of ISO-8859-1 in IANA's register of character sets.
    const LATIN_1: u32 = 4;
    if charset == LATIN_1 {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    } else {
        String::from_utf8_lossy(bytes)
    }
}

/// Whether a byte is a control character that XML 1.0 has no place for.
fn is_control(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7F
}
