//! Encoded words (RFC 2047) to text, and text to them. Knows no field.
//!
//! What programs break is mended: a character that is split between two words, spaces and line ends within one,
//! words without space between them, names in quotes that are encoded.

use crate::mime::charset;
use crate::mime::transfer::Encoding;
use crate::mime::transfer::to_base64_word;

/// No word is longer, though the standard says 75.
const LONGEST_WORD: usize = 4096;
/// As much text as fits into one word of 75 letters, in bytes.
const WORD_BYTES: usize = 45;

/// A word as it stands: its character set, its encoding and what is encoded.
struct Word<'a> {
    charset: &'a str,
    encoding: Encoding,
    data: &'a str,
}

/// The text with its encoded words decoded. One pass, whatever the text.
pub fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut pending: Option<(&str, Vec<u8>)> = None;
    let mut ends = text.match_indices("?=").map(|(at, _)| at).peekable();
    let (mut at, mut plain) = (0, 0);
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("=?")).map(|found| at + found) {
        at = start + 2;
        let Some((word, end)) = word(text, start, &mut ends) else { continue };
        let between = text.get(plain..start).unwrap_or_default();
        let is_next = pending.is_some() && between.trim().is_empty();
        let bytes = word.bytes();
        match &mut pending {
            // A character may begin in one word and end in the next.
            Some((charset, before)) if is_next && charset.eq_ignore_ascii_case(word.charset) => {
                before.extend(bytes);
            }
            _ => {
                finish(&mut pending, &mut decoded);
                decoded.push_str(if is_next { "" } else { between });
                pending = Some((word.charset, bytes));
            }
        }
        (at, plain) = (end, end);
    }
    finish(&mut pending, &mut decoded);
    decoded.push_str(text.get(plain..).unwrap_or_default());
    decoded
}

fn finish(pending: &mut Option<(&str, Vec<u8>)>, decoded: &mut String) {
    if let Some((charset, bytes)) = pending.take() {
        decoded.push_str(&charset::decode(&bytes, Some(charset)));
    }
}

/// The word that begins here, and where it ends.
fn word<'a>(
    text: &'a str,
    start: usize,
    ends: &mut std::iter::Peekable<impl Iterator<Item = usize>>,
) -> Option<(Word<'a>, usize)> {
    let head = text.get(start + 2..)?;
    let head = head.get(..head.floor_char_boundary(LONGEST_HEAD)).unwrap_or_default();
    let (charset, rest) = head.split_once('?')?;
    let is_charset = charset.len() > 1 && charset.bytes().all(|byte| byte.is_ascii_graphic());
    let encoding = match rest.get(..2)? {
        "b?" | "B?" => Encoding::Base64,
        "q?" | "Q?" => Encoding::QuotedPrintable,
        _ => return None,
    };
    let data = start + 2 + charset.len() + 3;
    while ends.next_if(|end| *end < data).is_some() {}
    let end = *ends.peek().filter(|end| is_charset && **end - data <= LONGEST_WORD)?;
    Some((Word { charset, encoding, data: text.get(data..end)? }, end + 2))
}

/// The character set and the encoding are within so many bytes.
const LONGEST_HEAD: usize = 64;

impl Word<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self.encoding {
            Encoding::Base64 | Encoding::Plain => self.encoding.decode(self.data.as_bytes()).into_owned(),
            // RFC 2047 4.2 (2): a low line is a space; one at the end is none that was added on the way.
            Encoding::QuotedPrintable => {
                let data = self.data.replace('_', "=20").replace(['\r', '\n'], "");
                self.encoding.decode(data.as_bytes()).into_owned()
            }
        }
    }
}

/// The text as it may stand in a header: as it is if that is ASCII, else in encoded words on lines of their own.
pub fn encode(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') && !text.contains("=?");
    if is_plain {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.floor_char_boundary(WORD_BYTES);
        let (head, after) = rest.split_at(end);
        words.push(format!("=?utf-8?B?{}?=", to_base64_word(head.as_bytes())));
        rest = after;
    }
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use proptest::prop_assert_eq;

    use super::decode;
    use super::encode;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text), expected, "{text}");
    }

    #[test]
    fn words_are_decoded_and_the_space_between_them_goes() {
        check("no word", "no word");
        check("=?utf-8?q?bl=C3=A5b=C3=A6r?= on =?iso-8859-1?Q?br=F8d?=", "blåbær on brød");
        check("=?utf-8?B?w6Y=?= =?utf-8?B?w7g=?=", "æø");
        check("=?utf-8?B?w6Y=?= =?iso-8859-1?Q?=F8_?= x", "æø  x");
        check("=?utf-8*nb?q?a_b?=", "a b");
    }

    #[test]
    fn a_character_split_between_two_words_is_whole() {
        check("=?utf-8?B?ww==?= =?utf-8?B?pg==?=", "æ");
        check("=?UTF-8?Q?=E3=83?=  =?utf-8?Q?=86_=E3=82=B9?=", "テ ス");
        check("=?iso-2022-jp?B?GyRCJUY=?= =?iso-2022-jp?B?JTklSBsoQg==?=", "テスト");
    }

    #[test]
    fn broken_words_are_mended_or_text() {
        check("=?utf-8?q?two words?= x", "two words x");
        check("a=?utf-8?q?b?=c", "abc");
        check("=?utf-8?x?b?= =? =?= =?u?q?a?=", "=?utf-8?x?b?= =? =?= =?u?q?a?=");
        check("=?utf-8?q?never ends", "=?utf-8?q?never ends");
        check("=?utf-8?B?w6Y?=", "æ");
        check("=?utf-8?q?=?= =?utf-8?q??=.", "=.");
    }

    #[test]
    fn hostile_words_cost_no_more_than_their_length() {
        for piece in ["=?41?q?a", "=?", "?=", "=?utf-8?q?", "=?utf-8?q??=", "=?41?q?a=?41?q?a=ZZ?="] {
            let _ = decode(&piece.repeat(20_000));
        }
    }

    #[test]
    fn what_is_encoded_fits_into_lines() {
        assert_eq!(encode("Hei"), "Hei");
        assert_eq!(encode("æ"), "=?utf-8?B?w6Y=?=");
        assert!(encode(&"テスト".repeat(50)).lines().all(|line| line.len() <= 76));
    }

    proptest::proptest! {
        #[test]
        fn a_text_comes_back(text in "\\PC{0,80}") {
            prop_assert_eq!(decode(&encode(&text)), text);
        }
    }
}
