//! HTML to plain text and back, each in one pass over the text. Cleans nothing and lays nothing out.
//!
//! A parser that builds a tree costs the square of the nesting, which one hostile mail can make forty thousand deep;
//! and a list of words is all that a phone without HTML can show.

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
pub(super) fn to_text(html: &str) -> String {
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
pub(super) fn from_text(text: &str) -> String {
    let mut html = String::from("<html><body>");
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            html.push_str("<br>\r\n");
        }
        for character in line.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                _ => html.push(character),
            }
        }
    }
    html.push_str("</body></html>");
    html
}

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
    use super::from_text;
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
        check("<td>a</td> <td>b</td>", "a b");
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
}
