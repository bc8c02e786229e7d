//! The encodings that carry bytes through mail (RFC 2045 6): off, at once or piece by piece, and on. Knows no part.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How the bytes of a part are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As they are: `7bit`, `8bit`, `binary`, or a word that nobody knows.
    #[default]
    Plain,
    /// Six bits a letter.
    Base64,
    /// Letters as they are, others by number.
    QuotedPrintable,
}

/// The longest line of base64 (RFC 2045 6.8).
const LINE: usize = 76;
/// The bytes that fill one.
const LINE_BYTES: usize = LINE / 4 * 3;

impl Encoding {
    /// The encoding of this name.
    pub fn from_name(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// About how many bytes so many encoded ones are.
    pub fn decoded_size(self, encoded: u64) -> u64 {
        match self {
            // 76 letters and a line end are 57 bytes.
            Self::Base64 => encoded.saturating_mul(57) / 78,
            Self::Plain | Self::QuotedPrintable => encoded,
        }
    }

    /// How many encoded bytes are enough for so many.
    pub fn encoded_size(self, decoded: u64) -> u64 {
        match self {
            Self::Plain => decoded,
            Self::Base64 => (decoded / 57).saturating_add(1).saturating_mul(78),
            Self::QuotedPrintable => decoded.saturating_mul(3).saturating_add(decoded / 8),
        }
    }

    /// The bytes themselves; what is broken is left out (base64) or stays as it is.
    pub fn decode(self, encoded: &[u8]) -> Cow<'_, [u8]> {
        if self == Self::Plain {
            return Cow::Borrowed(encoded);
        }
        let mut decoder = Decoder::new(self);
        let mut decoded = decoder.push(encoded);
        decoded.extend(decoder.finish());
        Cow::Owned(decoded)
    }
}

/// Takes an encoding off piece by piece, as the pieces come.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    /// What waits for more: letters of a group, or an `=` and what followed it.
    pending: Vec<u8>,
}

/// More spaces than this at the end of a line were meant.
const MOST_PENDING: usize = 1024;

impl Decoder {
    /// For a part in this encoding.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, pending: Vec::new() }
    }

    /// The bytes of the next piece, as far as they are sure.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        match self.encoding {
            Encoding::Plain => piece.to_vec(),
            Encoding::Base64 => self.push_base64(piece),
            Encoding::QuotedPrintable => self.push_quoted(piece),
        }
    }

    /// What was left when no more came.
    pub fn finish(self) -> Vec<u8> {
        match self.encoding {
            Encoding::Plain => Vec::new(),
            Encoding::Base64 => group(&self.pending),
            Encoding::QuotedPrintable => {
                self.pending.into_iter().filter(|byte| !is_blank(*byte) && *byte != b'\r').collect()
            }
        }
    }

    fn push_base64(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(piece.len() / 4 * 3 + 3);
        for &byte in piece {
            match six_bits(byte) {
                Some(_) => self.pending.push(byte),
                // Padding ends a group; programs that join pieces write it in the middle.
                None if byte == b'=' => {
                    decoded.extend(group(&self.pending));
                    self.pending.clear();
                }
                None => {}
            }
            if self.pending.len() == 4 {
                decoded.extend(group(&self.pending));
                self.pending.clear();
            }
        }
        decoded
    }

    fn push_quoted(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(piece.len());
        for &byte in piece {
            self.quoted(byte, &mut decoded);
        }
        decoded
    }

    fn quoted(&mut self, byte: u8, decoded: &mut Vec<u8>) {
        match self.pending.first() {
            Some(b'=') => self.escape(byte, decoded),
            // RFC 2045 6.7 (3): spaces at the end of a line were added on the way.
            Some(_) if byte == b'\n' || byte == b'\r' => {
                self.pending.clear();
                decoded.push(byte);
            }
            _ if is_blank(byte) && self.pending.len() < MOST_PENDING => self.pending.push(byte),
            _ => {
                decoded.append(&mut self.pending);
                if byte == b'=' { self.pending.push(byte) } else { decoded.push(byte) }
            }
        }
    }

    /// Goes on behind an `=`: two digits, or the end of a line that is none.
    fn escape(&mut self, byte: u8, decoded: &mut Vec<u8>) {
        let behind = self.pending.get(1).copied();
        let is_space = is_blank(byte) || byte == b'\r';
        match (behind.map(hex), hex(byte)) {
            (None, Some(_)) => self.pending.push(byte),
            (Some(Some(high)), Some(low)) => {
                decoded.push(high << 4 | low);
                self.pending.clear();
            }
            // Spaces between the mark and the end of the line were added on the way.
            (None | Some(None), _) if byte == b'\n' => self.pending.clear(),
            (None | Some(None), _) if is_space && self.pending.len() < MOST_PENDING => {
                self.pending.push(byte);
            }
            _ => {
                decoded.append(&mut self.pending);
                self.quoted(byte, decoded);
            }
        }
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The value of a letter of base64; that of URLs is taken too.
fn six_bits(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

/// The bytes of up to four letters.
fn group(letters: &[u8]) -> Vec<u8> {
    let bits = letters.iter().filter_map(|letter| six_bits(*letter)).fold(0, |bits, six| bits << 6 | six);
    let bits = bits << (6 * 4_usize.saturating_sub(letters.len()));
    let [_, bytes @ ..] = bits.to_be_bytes();
    bytes.into_iter().take(letters.len().saturating_sub(1)).collect()
}

/// Base64 in lines.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len() / LINE_BYTES * (LINE + 2) + LINE + 2);
    for line in bytes.chunks(LINE_BYTES) {
        STANDARD.encode_string(line, &mut encoded);
        encoded.push_str("\r\n");
    }
    encoded
}

/// Base64 on one line, for a header.
pub fn to_base64_word(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A text as the body of a part: the name of the encoding that suits it, and the text in that.
pub fn encode_text(text: &str) -> (&'static str, Vec<u8>) {
    let strange = text.bytes().filter(|byte| !byte.is_ascii()).count();
    let is_short = text.split('\n').all(|line| line.len() <= LONGEST_PLAIN_LINE);
    let is_plain = text.bytes().all(|byte| byte >= b' ' || b"\t\r\n".contains(&byte));
    if strange == 0 && is_short && is_plain {
        return ("7bit", text.as_bytes().to_vec());
    }
    // Six letters of quoted-printable are two of UTF-8; eight of base64 are six.
    if strange > text.len() / 5 {
        return ("base64", to_base64(text.as_bytes()).into_bytes());
    }
    ("quoted-printable", to_quoted(text.as_bytes()))
}

/// RFC 5322 2.1.1: a line should not be longer.
const LONGEST_PLAIN_LINE: usize = 78;

/// Quoted-printable of a text with CRLF.
fn to_quoted(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 8);
    let mut length = 0;
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"\r\n") {
            encoded.extend_from_slice(b"\r\n");
            (length, rest) = (0, after);
            continue;
        }
        let is_last = after.is_empty() || after.starts_with(b"\r\n");
        let is_plain = byte.is_ascii_graphic() && *byte != b'=' || *byte == b' ' && !is_last;
        let width = if is_plain { 1 } else { 3 };
        if length + width >= LINE {
            encoded.extend_from_slice(b"=\r\n");
            length = 0;
        }
        if is_plain {
            encoded.push(*byte);
        } else {
            encoded.extend_from_slice(format!("={byte:02X}").as_bytes());
        }
        length += width;
        rest = after;
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::any;
    use proptest::prop_assert_eq;

    use super::Decoder;
    use super::Encoding;
    use super::encode_text;
    use super::to_base64;

    #[track_caller]
    fn check(encoding: &str, encoded: &str, expected: &str) {
        let decoded = Encoding::from_name(encoding).decode(encoded.as_bytes()).into_owned();
        assert_eq!(String::from_utf8_lossy(&decoded), expected, "{encoded}");
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        check("7bit", "a=41", "a=41");
        check(" Quoted-Printable", "a=41 b=c3=b8=\r\nc  \r\nd", "aA bøc\r\nd");
        check("quoted-printable", "soft= \t\r\nend=\nof  \nline ", "softendof\nline");
        check("BASE64", "YWJj\r\nZGU=", "abcde");
    }

    #[test]
    fn what_is_broken_is_taken_as_it_was_meant() {
        check("quoted-printable", "1 = 2, =G1, =4, ==41, =", "1 = 2, =G1, =4, =A, =");
        check("base64", "YWJj!ZGU", "abcde");
        check("base64", "YQ==YmM=ZA", "abcd");
        check("base64", "_-8", "\u{FFFD}\u{FFFD}");
        check("base64", "Y", "");
    }

    #[test]
    fn a_size_is_about_right_before_and_behind() {
        let encoded = u64::try_from(to_base64(&[7; 10_000]).len()).unwrap();
        assert!(Encoding::Base64.encoded_size(10_000) >= encoded);
        assert!(Encoding::Base64.decoded_size(encoded).abs_diff(10_000) < 20);
        assert!(Encoding::QuotedPrintable.encoded_size(10) >= 30);
    }

    proptest::proptest! {
        #[test]
        fn pieces_are_what_the_whole_is(bytes in vec(any::<u8>(), 0..80), text in "[ =a-f0-9\r\n]{0,40}", at in 0..40_usize) {
            for encoding in [Encoding::Plain, Encoding::Base64, Encoding::QuotedPrintable] {
                for whole in [&bytes[..], text.as_bytes()] {
                    let (head, tail) = whole.split_at(at.min(whole.len()));
                    let mut decoder = Decoder::new(encoding);
                    let mut decoded = decoder.push(head);
                    decoded.extend(decoder.push(tail));
                    decoded.extend(decoder.finish());
                    prop_assert_eq!(&decoded[..], &encoding.decode(whole)[..]);
                }
            }
        }

        #[test]
        fn a_text_comes_back_in_short_lines(text in "([ a=.テæ\t]{0,90}(\r\n)?){0,3}") {
            let (name, encoded) = encode_text(&text);
            prop_assert_eq!(&Encoding::from_name(name).decode(&encoded)[..], text.as_bytes());
            for line in encoded.split(|byte| *byte == b'\n') {
                proptest::prop_assert!(line.len() <= 79 && line.is_ascii());
            }
        }

        #[test]
        fn base64_gives_back_what_it_was_given(bytes in vec(any::<u8>(), 0..200)) {
            let encoded = to_base64(&bytes);
            prop_assert_eq!(&Encoding::Base64.decode(encoded.as_bytes())[..], &bytes[..]);
        }
    }
}
