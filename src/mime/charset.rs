//! Bytes to text by the character set they claim to have, or seem to have. Lays nothing out.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// The text of bytes in a character set; without a name, or with a wrong one, it is guessed.
///
/// No byte is refused: what is in no character set becomes U+FFFD.
pub fn decode(bytes: &[u8], charset: Option<&str>) -> String {
    let name = charset.map(normal).unwrap_or_default();
    match name.as_str() {
        "utf-8" | "utf8" | "unicode-1-1-utf-8" | "" => guess(bytes),
        // Programs that know of no other claim these, whatever they write.
        "us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "windows-1252" | "unknown-8bit" | "x-unknown" => {
            if is_utf8_beyond_doubt(bytes) {
                utf8(bytes)
            } else {
                by_name("windows-1252", bytes)
            }
        }
        "hz-gb-2312" => by_name("gbk", &unshift(bytes, *b"~{", *b"~}")),
        "iso-2022-kr" | "csiso2022kr" => by_name("euc-kr", &unshift(bytes, [0x0E, 0], [0x0F, 0])),
        "unicode" | "utf-16" | "ucs-2" => by_name("utf-16", bytes),
        name => match charset_decoder(name.as_bytes()) {
            Some(decoder) => decoder(bytes),
            None => guess(bytes),
        },
    }
}

/// The name as the table has it, without quotes, languages (`utf-8*en`) and comments.
fn normal(name: &str) -> String {
    let name = name.trim().trim_matches(['"', '\'']);
    let name = name.split(['*', ' ', '(', ';']).next().unwrap_or_default();
    name.to_ascii_lowercase().replace('_', "-")
}

/// UTF-8 if it is that, Japanese if it says so, else what Windows writes in the west.
fn guess(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if text.contains("\x1b$B") || text.contains("\x1b$@") {
            return by_name("iso-2022-jp", bytes);
        }
        return text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned();
    }
    if is_utf8_beyond_doubt(bytes) { utf8(bytes) } else { by_name("windows-1252", bytes) }
}

/// Whether a character of more than one byte stands in it, and nothing that cannot be UTF-8 before.
///
/// A text that was cut, or has a single wrong byte at the end of a long text, is UTF-8 still.
fn is_utf8_beyond_doubt(bytes: &[u8]) -> bool {
    let mut chunks = bytes.utf8_chunks();
    chunks.next().is_some_and(|first| !first.valid().is_ascii())
}

fn utf8(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}

fn by_name(name: &str, bytes: &[u8]) -> String {
    charset_decoder(name.as_bytes()).map_or_else(|| utf8(bytes), |decoder| decoder(bytes))
}

/// Text that a mark shifts to 8 bits and another one back, as 8 bits throughout; a second byte of zero means none.
fn unshift(bytes: &[u8], on: [u8; 2], off: [u8; 2]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut is_shifted = false;
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        let mark = if is_shifted { off } else { on };
        let mark = if mark.ends_with(&[0]) { Cow::Borrowed(&mark[..1]) } else { Cow::Borrowed(&mark[..]) };
        if let Some(after) = rest.strip_prefix(mark.as_ref()) {
            is_shifted = !is_shifted;
            rest = after;
            continue;
        }
        plain.push(if is_shifted && byte.is_ascii_graphic() { byte | 0x80 } else { *byte });
        is_shifted &= *byte != b'\n';
        rest = after;
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::any;

    use super::decode;

    #[track_caller]
    fn check(bytes: &[u8], charset: Option<&str>, expected: &str) {
        assert_eq!(decode(bytes, charset), expected);
    }

    #[test]
    fn a_text_is_read_by_the_set_it_names() {
        check(b"\xE6\xF8\xE5", Some("iso-8859-1"), "æøå");
        check(b"\xE6\xF8\xE5", Some("\"ISO_8859-1\""), "æøå");
        check(b"\x805", Some("iso-8859-1 (Western)"), "€5");
        check("æøå".as_bytes(), Some("utf-8"), "æøå");
        check("\u{FEFF}æ".as_bytes(), Some("utf-8"), "æ");
        check(b"\x1b$B%F%9%H\x1b(B", Some("iso-2022-jp"), "テスト");
        check(b"\x83e\x83X\x83g", Some("Shift_JIS"), "テスト");
        check(b"\xC4\xE3\xBA\xC3", Some("gb2312"), "你好");
        check(b"\xC4\xE3\xBA\xC3\x81\x30\x81\x30", Some("gb18030"), "你好\u{80}");
        check(b"\xBE\xC8\xB3\xE7", Some("euc-kr"), "안녕");
        check(b"\xBE\xC8\xB3\xE7", Some("ks_c_5601-1987"), "안녕");
        check(b"\xA7A\xA6n", Some("big5"), "你好");
        check(b"\xCF\xF0", Some("windows-1251"), "Пр");
        check(b"~{<:Ky~}!", Some("hz-gb-2312"), "己所!");
        check(b"\x1b$)C\x0E>H3g\x0F!", Some("iso-2022-kr"), "\x1b$)C안녕!");
        check(b"+ZYeB9FH6-", Some("utf-7"), "文致出");
    }

    #[test]
    fn a_wrong_name_is_seen_through() {
        check(b"\xE6\xF8\xE5", None, "æøå");
        check(b"bl\xE5b\xE6r", Some("utf-8"), "blåbær");
        check("blåbær".as_bytes(), Some("us-ascii"), "blåbær");
        check("blåbær".as_bytes(), Some("iso-8859-1"), "blåbær");
        check(b"bl\xE5b\xE6r", Some("x-no-such-set"), "blåbær");
        check("blåbær".as_bytes(), Some("x-no-such-set"), "blåbær");
        check(b"\x1b$B%F%9%H\x1b(B", None, "テスト");
        check(&"blåbær på".as_bytes()[..10], Some("utf-8"), "blåbær p");
        check(&"blåbær på".as_bytes()[..11], Some("utf-8"), "blåbær p\u{FFFD}");
        check(b"", Some("utf-16"), "");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_text(bytes in proptest::collection::vec(any::<u8>(), 0..64), set in 0..12_usize) {
            let sets = ["utf-8", "us-ascii", "iso-2022-jp", "gb18030", "euc-kr", "shift_jis", "big5", "utf-7", "utf-16",
                "hz-gb-2312", "iso-2022-kr", "x"];
            let _ = decode(&bytes, sets.get(set).copied());
        }
    }
}
