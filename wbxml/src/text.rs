//! What may stand in text: no control characters but tab, LF and CR. Knows no elements.

use std::borrow::Cow;

/// Whether a document can hold these bytes as text as they are.
pub(crate) fn is_clean(bytes: &[u8]) -> bool {
    !has_control(bytes) && str::from_utf8(bytes).is_ok()
}

/// How many bytes stand before the NUL, when all of them are printing ASCII.
///
/// Most text of a phone is, and is then found, checked and measured in one go.
pub(crate) fn plain_length(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);

    let (words, _) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The top bit of each byte that is below a space, 0x7F, or not ASCII. A carry can set those
        // of bytes behind the first such byte, never of one before it.
        let odd = (word.wrapping_sub(SPACES) | word.wrapping_add(ONES) | word) & TOPS;
        if odd != 0 {
            let length = index * 8 + odd.trailing_zeros() as usize / 8;
            return (bytes.get(length) == Some(&0)).then_some(length);
        }
    }
    None
}

/// Adds a text, without its control characters.
pub(crate) fn push_clean(text: &str, output: &mut Vec<u8>) {
    if has_control(text.as_bytes()) {
        output.extend(text.bytes().filter(|byte| !is_control(*byte)));
    } else {
        output.extend_from_slice(text.as_bytes());
    }
}

/// The text of bytes in this character set; what is none becomes U+FFFD.
pub(crate) fn read(bytes: &[u8], charset: u32) -> Cow<'_, str> {
    /// The number of ISO-8859-1 in IANA's register of character sets.
    const LATIN_1: u32 = 4;
    if charset == LATIN_1 {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    } else {
        String::from_utf8_lossy(bytes)
    }
}

fn has_control(bytes: &[u8]) -> bool {
    // No early end: that lets the compiler look at many bytes at once.
    bytes.iter().fold(false, |found, byte| found | is_control(*byte))
}

/// Whether a byte is a control character that XML 1.0 has no place for.
fn is_control(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7F
}
