//! HTML to plain text and back, each in one pass over the text; two made one, and where one may end. Cleans
//! nothing and lays nothing out.
//!
//! A parser that builds a tree costs the square of the nesting, which one hostile mail can make forty thousand deep;
//! and a list of words is all that a phone without HTML can show.

use std::ops::Range;

use mail_parser::decoders::html::add_html_token;

/// What is in these is not for readers.
const HIDDEN: [&str; 5] = ["head", "style", "script", "title", "template"];
/// What stands in these has lines of its own.
const BLOCKS: [&str; 20] = [
    "p",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "table",
    "blockquote",
    "pre",
    "hr",
    "section",
];
/// The longest name of a character, with its marks.
const LONGEST_ENTITY: usize = 36;

/// The text of HTML, with a line for each block.
pub fn to_text(html: &str) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some(next) = rest.find(['<', '&']) {
        let (before, marked) = rest.split_at(next);
        text.words(before);
        rest = if marked.starts_with('&') { text.entity(marked) } else { text.tag(marked) };
    }
    text.words(rest);
    text.output.truncate(text.output.trim_end().len());
    text.output
}

/// HTML that shows the text as it is.
pub fn from_text(text: &str) -> String {
    let mut html = String::from("<html><body>");
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            html.push_str("<br>\r\n");
        }
        html.push_str(&escape(line));
    }
    html.push_str("</body></html>");
    html
}

/// A text without what would be taken for a tag.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(character),
        }
    }
    html
}

/// The styles in a head, to go with what is taken out of its body.
pub fn styles(head: &str) -> String {
    let lower = head.to_ascii_lowercase();
    let mut styles = String::new();
    let mut at = 0;
    while let Some(start) = lower.get(at..).and_then(|rest| rest.find("<style")).map(|found| at + found) {
        let Some(length) = lower.get(start..).and_then(|rest| rest.find("</style>")) else { break };
        at = start + length + "</style>".len();
        styles.push_str(head.get(start..at).unwrap_or_default());
        styles.push_str("\r\n");
    }
    styles
}

/// The HTML with its character set, if it names one, said to be UTF-8, which is what it is now.
pub fn settle(html: String) -> String {
    match named_charset(&html) {
        Some(place) => {
            let mut html = html;
            html.replace_range(place, "utf-8");
            html
        }
        None => html,
    }
}

/// The character set that HTML names itself.
pub fn charset(html: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(html.get(..HEAD).unwrap_or(html));
    named_charset(&head).and_then(|place| head.get(place).map(str::to_owned))
}

/// Where the name of the character set stands, in a `meta` of the head.
fn named_charset(html: &str) -> Option<Range<usize>> {
    let head = html.get(..html.floor_char_boundary(HEAD)).unwrap_or_default().to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = head.get(at..).and_then(|rest| rest.find("<meta")) {
        let start = at + found;
        let tag = head.get(start..)?.split('>').next().unwrap_or_default();
        at = start + tag.len();
        let Some((before, after)) = tag.split_once("charset") else { continue };
        let value = after.trim_start_matches(|c: char| "= \"'".contains(c));
        let length =
            value.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c)).unwrap_or(value.len());
        let name = start + before.len() + "charset".len() + (after.len() - value.len());
        if length > 0 {
            return Some(name..name + length);
        }
    }
    None
}

/// A character set is named within so many bytes.
const HEAD: usize = 8 * 1024;

/// Several documents one below the other, in the head of the first.
pub fn join(documents: impl IntoIterator<Item = String>) -> String {
    let mut documents = documents.into_iter();
    let Some(mut joined) = documents.next() else { return String::new() };
    let mut tail = joined.split_off(body(&joined).end);
    for document in documents {
        joined.push_str("\r\n<br>\r\n");
        joined.push_str(document.get(body(&document)).unwrap_or_default());
    }
    joined.push_str(&std::mem::take(&mut tail));
    joined
}

/// Where what is shown stands in a document.
pub fn body(html: &str) -> Range<usize> {
    let lower = html.to_ascii_lowercase();
    let opened = ["<body", "</head", "<html"].into_iter().find_map(|tag| {
        let tag = lower.find(tag)?;
        Some(tag + lower.get(tag..)?.find('>')? + 1)
    });
    let start = opened.unwrap_or(0);
    let closed = ["</body", "</html"].into_iter().find_map(|tag| lower.rfind(tag));
    start..closed.unwrap_or(html.len()).max(start)
}

/// What programs put before the message they answer, in lower case.
const QUOTATIONS: [&str; 9] = [
    "<blockquote",
    "class=\"gmail_quote",
    "class=\"gmail_attr",
    "class=\"moz-cite-prefix",
    "class=\"yahoo_quoted",
    "id=\"divrplyfwdmsg",
    "id=\"appendonsend",
    "id=\"mail-editor-reference-message-container",
    "-----original message-----",
];

/// Where the message that is answered begins, if something stands before it.
pub fn quotation(html: &str) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    let starts = QUOTATIONS.iter().filter_map(|mark| {
        let found = lower.find(mark)?;
        let is_attribute = mark.contains('=');
        if is_attribute { lower.get(..found)?.rfind('<') } else { Some(found) }
    });
    starts.min().filter(|start| html.get(..*start).is_some_and(|before| !to_text(before).is_empty()))
}

/// Where HTML that was cut should have been: not within a tag or the name of a character.
pub fn end_of_words(html: &str) -> usize {
    let near = html.len().saturating_sub(LONGEST_TAG);
    let near = html.ceil_char_boundary(near);
    let tail = html.get(near..).unwrap_or_default();
    let tag = tail.rfind('<').filter(|tag| !tail.get(*tag..).is_some_and(|rest| rest.contains('>')));
    let mark = tail.rfind('&').filter(|mark| {
        tail.get(*mark..).is_some_and(|rest| rest.len() < LONGEST_ENTITY && !rest.contains([';', ' ', '<']))
    });
    tag.or(mark).map_or(html.len(), |end| near + end)
}

/// A tag that is longer is cut.
const LONGEST_TAG: usize = 4 * 1024;

#[derive(Default)]
struct Text {
    output: String,
    /// A space that counts if a word follows on the same line.
    has_space: bool,
    /// No tag ends any more: what looks like one is text.
    has_no_end: bool,
}

impl Text {
    fn words(&mut self, text: &str) {
        for character in text.chars() {
            if character.is_ascii_whitespace() {
                self.has_space = true;
            } else {
                self.space();
                self.output.push(character);
            }
        }
    }

    fn space(&mut self) {
        if std::mem::take(&mut self.has_space) && !self.output.is_empty() && !self.output.ends_with('\n') {
            self.output.push(' ');
        }
    }

    fn line(&mut self) {
        self.has_space = false;
        self.output.push('\n');
    }

    /// Begins a line unless one has just begun.
    fn block(&mut self) {
        if !self.output.is_empty() && !self.output.ends_with('\n') {
            self.line();
        }
        self.has_space = false;
    }

    /// Takes `&amp;` and the like, or the mark alone.
    fn entity<'a>(&mut self, marked: &'a str) -> &'a str {
        self.space();
        let most = marked.floor_char_boundary(LONGEST_ENTITY);
        let end = marked.get(..most).and_then(|head| head.find(';')).map_or(1, |end| end + 1);
        let (entity, rest) = marked.split_at(end);
        if entity == "&nbsp;" {
            self.has_space = true;
        } else {
            add_html_token(&mut self.output, entity.as_bytes(), false);
        }
        rest
    }

    /// Takes a tag, with all that is hidden in it, or the mark alone.
    fn tag<'a>(&mut self, marked: &'a str) -> &'a str {
        if let Some(comment) = marked.strip_prefix("<!--") {
            return comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
        }
        let is_tag = marked
            .get(1..)
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
        let end = if is_tag && !self.has_no_end { marked.find('>') } else { None };
        let Some((tag, rest)) = end.and_then(|end| Some((marked.get(1..end)?, marked.get(end + 1..)?)))
        else {
            self.has_no_end |= is_tag;
            self.space();
            self.output.push('<');
            return marked.get(1..).unwrap_or_default();
        };
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let is = |known: &&str| known.eq_ignore_ascii_case(name);
        if is(&"br") {
            self.line();
        } else if ["td", "th"].iter().any(&is) {
            self.has_space = true;
        } else if BLOCKS.iter().any(&is) {
            self.block();
        } else if HIDDEN.iter().any(is) && !tag.starts_with('/') && !tag.ends_with('/') {
            return behind(rest, name);
        }
        rest
    }
}

/// What stands behind the end of an element whose content is hidden; nothing when it has none.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(next) = rest.find("</") {
        let Some(closing) = rest.get(next + 2..) else { break };
        rest = closing;
        let is_it = closing.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if is_it {
            return closing.split_once('>').map_or("", |(_, rest)| rest);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::charset;
    use super::end_of_words;
    use super::from_text;
    use super::join;
    use super::settle;
    use super::to_text;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(to_text(html), expected, "{html}");
    }

    #[test]
    fn words_stay_apart_and_blocks_have_lines() {
        check("<b>Fet</b> tekst", "Fet tekst");
        check("<p>Saker:</p>\r\n<p>1. Salg &amp; drift</p>", "Saker:\n1. Salg & drift");
        check("en<br>to<br/><br>tre", "en\nto\n\ntre");
        check("<ul><li>a</li><li>b</li></ul>", "a\nb");
        check("<div><div>a</div></div><div>b</div>", "a\nb");
        check("  a\n\t b  ", "a b");
        check("a&nbsp;b &#248;&oslash;&#xF8;", "a b øøø");
        check("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>", "a b\nc");
    }

    #[test]
    fn what_is_not_for_readers_is_left_out() {
        check("<HEAD><title>t</title></Head>a", "a");
        check("a<style>p > b { }</style>b<!-- c > --> d<script>if (a < b) '</p>'</script>", "ab d");
        check("a<script>never ends", "a");
        check("a<!-- never ends", "a");
    }

    #[test]
    fn broken_html_is_text() {
        check("1 < 2 & 3 > 2", "1 < 2 & 3 > 2");
        check("a <b", "a <b");
        check("&unknown; &; &#; &#99999999999;", "&unknown; &; &#; &#99999999999;");
        check("é<é>é&é;", "é<é>é&é;");
        check("", "");
    }

    #[test]
    fn hostile_html_costs_no_more_than_its_length() {
        let size = 200_000;
        for piece in ["<div>", "<a", "<!--", "&", "<script>", "</", "<br>", "<style></x"] {
            let _ = to_text(&piece.repeat(size));
        }
    }

    #[test]
    fn text_as_html_is_the_text() {
        for text in ["a & b < c > \"d\"", "en\nto\n\ntre", ""] {
            check(&from_text(text), text);
        }
    }

    #[test]
    fn the_set_it_names_is_read_and_made_true() {
        for (html, named, settled) in [
            ("<meta charset=\"Shift_JIS\">a", Some("shift_jis"), "<meta charset=\"utf-8\">a"),
            (
                "<META name=x><meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>",
                Some("iso-8859-1"),
                "<META name=x><meta http-equiv=Content-Type content='text/html; charset=utf-8'>",
            ),
            ("charset=big5 <meta charset=> <meta", None, "charset=big5 <meta charset=> <meta"),
        ] {
            let found = charset(html.as_bytes()).map(|name| name.to_ascii_lowercase());
            assert_eq!(found.as_deref(), named);
            assert_eq!(settle(html.to_owned()), settled);
        }
    }

    #[test]
    fn documents_are_joined_in_one_body() {
        let documents = ["<html><head>h</head><BODY x>a</BODY></html>", "<html><body>b</body></html>", "c"];
        let joined = join(documents.map(str::to_owned));
        assert_eq!(joined, "<html><head>h</head><BODY x>a\r\n<br>\r\nb\r\n<br>\r\nc</BODY></html>");
        assert_eq!(join([]), "");
    }

    #[test]
    fn a_cut_does_not_end_within_a_tag() {
        for (html, kept) in
            [("a <b", "a "), ("a<b>c", "a<b>c"), ("a &am", "a "), ("a & b", "a & b"), ("", "")]
        {
            assert_eq!(html.get(..end_of_words(html)), Some(kept));
        }
    }
}
