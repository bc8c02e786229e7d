//! Plain text as mail has it: line ends, flowed lines, what may not stand in it, and where it is cut. Not HTML.

use std::borrow::Cow;

/// A text as phones take it: CRLF, and nothing that XML has no place for.
///
/// A NUL would end a string of WBXML; iOS drops an answer with other control characters in it.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len() + text.len() / 32);
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' => {
                rest.next_if_eq(&'\n');
                clean.push_str("\r\n");
            }
            '\n' => clean.push_str("\r\n"),
            '\t' => clean.push('\t'),
            '\u{FFFE}' | '\u{FFFF}' => {}
            character if character < ' ' => {}
            character => clean.push(character),
        }
    }
    clean
}

/// HTML without what XML has no place for; its line ends mean nothing.
pub fn clean_html(html: String) -> String {
    let is_wrong = |c: char| c < ' ' && !"\t\r\n".contains(c) || c == '\u{FFFE}' || c == '\u{FFFF}';
    if html.contains(is_wrong) { html.replace(is_wrong, "") } else { html }
}

/// No more than so many bytes, and no part of a character or of a line end: iOS crashes on half a one.
pub fn cut(text: &str, most: usize) -> &str {
    let kept = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
    let is_within_line_end = text.get(kept.len()..).is_some_and(|rest| rest.starts_with('\n'));
    if is_within_line_end { kept.strip_suffix('\r').unwrap_or(kept) } else { kept }
}

/// Lines that were broken to be shown anywhere, as the paragraphs they were (RFC 3676).
pub fn unflow(text: &str, deletes_space: bool) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = line.get(depth..).unwrap_or_default();
        // 4.4: a space at the beginning is there to keep `From` and `>` from being taken for something else.
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open != Some(depth) {
            if open.is_some() {
                whole.push('\n');
            }
            whole.extend(std::iter::repeat_n('>', depth));
            if depth > 0 && !content.is_empty() {
                whole.push(' ');
            }
        }
        // 4.3: the line of a signature is never flowed.
        let is_flowed = content.ends_with(' ') && content != "-- ";
        let shown = if is_flowed && deletes_space { content.strip_suffix(' ') } else { None };
        whole.push_str(shown.unwrap_or(content));
        open = is_flowed.then_some(depth);
        if !is_flowed {
            whole.push('\n');
        }
    }
    whole
}

/// The same bytes with CRLF where a line ends; borrowed if it was so.
pub fn with_crlf(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !has_bare_line_end(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut settled = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n' || *byte == b'\r') {
        let (line, after) = rest.split_at(end);
        settled.extend_from_slice(line);
        settled.extend_from_slice(b"\r\n");
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
    }
    settled.extend_from_slice(rest);
    Cow::Owned(settled)
}

/// As [`with_crlf`], piece by piece.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineEnds {
    has_carriage_return: bool,
}

impl LineEnds {
    /// The next piece, with CRLF where a line ends.
    pub fn settle(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut settled = Vec::with_capacity(piece.len() + piece.len() / 32 + 2);
        let mut rest = piece;
        if std::mem::take(&mut self.has_carriage_return) {
            settled.extend_from_slice(b"\r\n");
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        if let Some(held) = rest.strip_suffix(b"\r") {
            self.has_carriage_return = true;
            rest = held;
        }
        settled.extend_from_slice(&with_crlf(rest));
        settled
    }

    /// What is left at the end.
    pub fn end(self) -> &'static [u8] {
        if self.has_carriage_return { b"\r\n" } else { b"" }
    }
}

fn has_bare_line_end(bytes: &[u8]) -> bool {
    let mut before = 0;
    let is_bare = |byte: u8| {
        let is_bare = (byte == b'\n') != (before == b'\r');
        before = byte;
        is_bare
    };
    bytes.iter().copied().any(is_bare) || bytes.ends_with(b"\r")
}

#[cfg(test)]
mod tests {
    use proptest::prop_assert;
    use proptest::prop_assert_eq;

    use super::LineEnds;
    use super::clean;
    use super::cut;
    use super::unflow;
    use super::with_crlf;

    proptest::proptest! {
        #[test]
        fn line_ends_are_the_same_whole_or_in_pieces(bytes in "[a\r\n]{0,12}", size in 1..5_usize) {
            let mut ends = LineEnds::default();
            let mut settled: Vec<u8> = bytes.as_bytes().chunks(size).flat_map(|piece| ends.settle(piece)).collect();
            settled.extend_from_slice(ends.end());
            prop_assert_eq!(settled, with_crlf(bytes.as_bytes()).into_owned());
        }
    }

    #[test]
    fn a_text_has_crlf_and_no_control_characters() {
        for (text, expected) in
            [("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd"), ("a\0b\x07c\x1b[0m\td\u{FFFE}", "abc[0m\td"), ("", "")]
        {
            assert_eq!(clean(text), expected);
        }
    }

    #[test]
    fn a_cut_takes_whole_characters() {
        for (text, most, expected) in
            [("blå", 3, "bl"), ("blå", 4, "blå"), ("a\r\nb", 2, "a"), ("a\r", 2, "a\r"), ("a", 0, "")]
        {
            assert_eq!(cut(text, most), expected);
        }
    }

    #[track_caller]
    fn check_unflowed(text: &str, deletes_space: bool, expected: &str) {
        assert_eq!(unflow(text, deletes_space), expected, "{text}");
    }

    #[test]
    fn flowed_lines_are_paragraphs_again() {
        check_unflowed("one \ntwo\nthree\n", false, "one two\nthree\n");
        check_unflowed("テ \nスト\n", true, "テスト\n");
        check_unflowed(">> a \n>> b\n> c \nd\n", false, ">> a b\n> c \nd\n");
        check_unflowed(" From me\n  two spaces\n", false, "From me\n two spaces\n");
        check_unflowed("text \n-- \nKari\n", false, "text -- \nKari\n");
        check_unflowed("-- \nKari\n", false, "-- \nKari\n");
        check_unflowed("", false, "");
    }

    proptest::proptest! {
        #[test]
        fn a_cut_is_a_beginning_within_its_bound(text in "(\\PC|\r|\n){0,40}", most in 0..60_usize) {
            let kept = cut(&text, most);
            prop_assert!(kept.len() <= most && text.starts_with(kept));
            prop_assert!(kept.len() + 5 > most.min(text.len()));
            prop_assert!(!(kept.ends_with('\r') && text[kept.len()..].starts_with('\n')));
        }

        #[test]
        fn line_ends_are_settled_once(text in "[a\r\n]{0,20}") {
            let settled = with_crlf(text.as_bytes()).into_owned();
            prop_assert_eq!(&with_crlf(&settled)[..], &settled[..]);
            let bare = String::from_utf8(settled).unwrap().replace("\r\n", "");
            prop_assert!(!bare.contains(['\r', '\n']));
        }
    }
}
