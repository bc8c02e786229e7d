//! Addresses as a header has them (RFC 5322 3.4), however they are written, and back. Checks none.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use crate::mime::words;

/// An address and who it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// The name people read.
    pub name: Option<String>,
    /// Where it goes to; empty where a header names people only.
    pub address: String,
}

impl Mailbox {
    /// An address without a name.
    pub fn bare(address: &str) -> Self {
        Self { name: None, address: address.to_owned() }
    }

    /// The name, or the address where there is none.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.address)
    }

    /// As it stands in a header, in ASCII as far as the address is.
    pub fn encode(&self) -> String {
        let is_wrong = |c: char| c.is_control() || c == '<' || c == '>';
        let address = self.address.replace(is_wrong, "");
        match self.name.as_deref().map(clean) {
            None => address,
            Some(name) if name.is_ascii() => Self { name: Some(name), address }.to_string(),
            Some(name) => format!("{} <{address}>", words::encode(&name)),
        }
    }
}

/// As phones are told: `"Kari Nordmann" <kari@example.com>`.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(name) = &self.name else { return f.write_str(&self.address) };
        write!(f, "\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))?;
        if self.address.is_empty() { Ok(()) } else { write!(f, " <{}>", self.address) }
    }
}

/// Every address in a value; groups are taken apart, encoded words decoded. One pass, whatever the text.
pub fn read(value: &str) -> Vec<Mailbox> {
    let mut reader = Reader { rest: value.chars().peekable(), found: Vec::new(), now: Parts::default() };
    while let Some(character) = reader.rest.next() {
        reader.take(character);
    }
    reader.end();
    reader.found
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    found: Vec<Mailbox>,
    now: Parts,
}

/// What was read of one address.
#[derive(Default)]
struct Parts {
    words: String,
    comment: String,
    address: Option<String>,
    is_quoted: bool,
}

impl Reader<'_> {
    fn take(&mut self, character: char) {
        match character {
            ',' | ';' => self.end(),
            // What stood before was the name of a group; an address without brackets has no colon outside of `[…]`.
            ':' if self.now.address.is_none() && !self.now.words.contains('[') => self.now = Parts::default(),
            '"' => {
                self.now.is_quoted = true;
                let quoted = self.until('"');
                self.now.words.push_str(&quoted);
            }
            '(' => {
                let comment = self.comment();
                self.now.comment.push_str(&comment);
            }
            '<' => {
                let inner = self.until('>');
                // A route (`<@a,@b:c@d>`) is history.
                let address = if inner.starts_with('@') { inner.rsplit(':').next() } else { None };
                self.now.address = Some(address.unwrap_or(&inner).to_owned());
            }
            character => self.now.words.push(character),
        }
    }

    /// What stands up to the end mark; a backslash takes the next character as it is.
    fn until(&mut self, end: char) -> String {
        let mut text = String::new();
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => text.extend(self.rest.next()),
                character if character == end => break,
                character => text.push(character),
            }
        }
        text
    }

    fn comment(&mut self) -> String {
        let mut text = String::new();
        let mut depth = 1_usize;
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => text.extend(self.rest.next()),
                '(' => depth += 1,
                ')' => depth -= 1,
                character => text.push(character),
            }
            if depth == 0 {
                break;
            }
        }
        text
    }

    fn end(&mut self) {
        let now = std::mem::take(&mut self.now);
        let is_quoted = now.is_quoted;
        let words = clean(&words::decode(&now.words));
        let comment = Some(clean(&words::decode(&now.comment))).filter(|comment| !comment.is_empty());
        let is_address =
            |text: &str| text.contains('@') && (is_quoted || !text.contains(' ')) && !text.contains('<');
        let mailbox = match now.address {
            Some(address) => {
                let name = Some(words).filter(|words| !words.is_empty()).or(comment);
                Mailbox { name, address: clean(&address).replace(' ', "") }
            }
            None if is_address(&words) => Mailbox { name: comment, address: words },
            None => Mailbox {
                name: Some(words).filter(|words| !words.is_empty()).or(comment),
                address: String::new(),
            },
        };
        if mailbox.name.is_some() || !mailbox.address.is_empty() {
            self.found.push(mailbox);
        }
    }
}

/// On one line, with one space between words.
fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prop_assert_eq;

    use super::Mailbox;
    use super::read;

    #[track_caller]
    fn check(value: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|(name, address)| Mailbox {
            name: Some((*name).to_owned()).filter(|name| !name.is_empty()),
            address: (*address).to_owned(),
        });
        assert_eq!(read(value), expected.collect::<Vec<_>>(), "{value}");
    }

    #[test]
    fn addresses_are_read_however_they_are_written() {
        check("a@example.com", &[("", "a@example.com")]);
        check(
            "Kari <a@example.com>, \"Nordmann, Ola\"\r\n <b@example.com>",
            &[("Kari", "a@example.com"), ("Nordmann, Ola", "b@example.com")],
        );
        check("=?iso-8859-1?Q?S=F8ren?= <a@example.com>", &[("Søren", "a@example.com")]);
        check("=?utf-8?Q?Nordmann=2C_Ola?= <a@example.com>", &[("Nordmann, Ola", "a@example.com")]);
        check("\"=?utf-8?B?w6Y=?= x\" <a@example.com>", &[("æ x", "a@example.com")]);
        check(
            "Team: a@example.com, Kari <b@example.com>;, c@example.com",
            &[("", "a@example.com"), ("Kari", "b@example.com"), ("", "c@example.com")],
        );
        check("undisclosed-recipients:;", &[]);
        check("a@example.com (Kari (from work))", &[("Kari from work", "a@example.com")]);
        check("<@a.example,@b.example:c@example.com>", &[("", "c@example.com")]);
        check("\"a b\"@example.com", &[("", "a b@example.com")]);
        check("a@[IPv6:::1]", &[("", "a@[IPv6:::1]")]);
        check("a@example.com; b@example.com", &[("", "a@example.com"), ("", "b@example.com")]);
    }

    #[test]
    fn what_is_no_address_is_a_name_or_nothing() {
        check("Kari", &[("Kari", "")]);
        check("Kari Nordmann <>", &[("Kari Nordmann", "")]);
        check(" , ;<>, ()", &[]);
        check("\"never ends <a@example.com>", &[("never ends <a@example.com>", "")]);
        check("Kari <a@example.com", &[("Kari", "a@example.com")]);
        check("", &[]);
    }

    #[test]
    fn a_name_is_written_so_that_it_is_read_again() {
        let mailbox = Mailbox { name: Some("O\"la \\ x, y".to_owned()), address: "a@example.com".to_owned() };
        assert_eq!(mailbox.to_string(), r#""O\"la \\ x, y" <a@example.com>"#);
        assert_eq!(read(&mailbox.to_string()), [mailbox]);
        assert_eq!(Mailbox::bare("a@example.com").to_string(), "a@example.com");
        let evil = Mailbox { name: Some("O\r\nBcc: x@y".to_owned()), address: "a@b\r\n>, <c@d".to_owned() };
        assert_eq!(evil.encode(), "\"O Bcc: x@y\" <a@b, c@d>");
    }

    proptest::proptest! {
        #[test]
        fn a_mailbox_comes_back(name in "[a-zæøåテ\\\\\",<>()=?]( ?[a-zæøåテ\\\\\",<>():;=?]){0,20}") {
            let mailbox = Mailbox { name: Some(name), address: "a@example.com".to_owned() };
            prop_assert_eq!(read(&mailbox.encode()), vec![mailbox]);
        }

        #[test]
        fn any_text_is_read(value in "[a<>@\",;:() \\\\=?q]{0,60}") {
            let _ = read(&value);
        }
    }
}
