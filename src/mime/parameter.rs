//! A type or a disposition with its parameters (RFC 2045 5.1, 2183, 2231), however it is written. Knows no part.

use crate::mime::charset;
use crate::mime::words;

/// The type or the disposition of a part, with what is said beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The first word, as `text` or `attachment`, in small letters.
    pub main: String,
    /// What stands behind the slash, in small letters.
    pub sub: String,
    /// What is said beside it.
    pub parameters: Parameters,
}

/// Names and values beside a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Typed {
    /// A type without parameters.
    pub fn new(main: &str, sub: &str) -> Self {
        Self { main: main.to_owned(), sub: sub.to_owned(), parameters: Parameters::default() }
    }

    /// The type in a value; none where there is no word.
    pub fn read(value: &str) -> Option<Self> {
        let mut pieces = pieces(value).into_iter();
        let (word, _) = pieces.next()?;
        let (main, sub) = word.split_once('/').unwrap_or((&word, ""));
        let lower = |text: &str| text.trim().trim_matches('"').to_ascii_lowercase();
        let (main, sub) = (lower(main), lower(sub));
        let parameters = Parameters::settle(pieces.filter_map(|(name, value)| Some((name, value?))));
        (!main.is_empty()).then_some(Self { main, sub, parameters })
    }
}

impl Parameters {
    /// The value of a parameter, by its name in small letters.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Names and values as a server has taken them apart, or as they stand: RFC 2231 and 2047 are undone.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let text = |bytes: &[u8]| charset::decode(bytes, None);
        Self::settle(pairs.into_iter().map(|(name, value)| (text(name), text(value))))
    }

    fn settle(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut plain: Vec<(String, String)> = Vec::new();
        let mut split: Vec<Split> = Vec::new();
        for (name, value) in pairs.into_iter().take(MOST) {
            let name = name.trim().to_ascii_lowercase();
            match name.split_once('*') {
                Some((base, rest)) => split.push(Split {
                    name: base.to_owned(),
                    number: rest.trim_end_matches('*').parse().unwrap_or(0),
                    is_encoded: rest.ends_with('*') || rest.is_empty(),
                    value,
                }),
                None if !name.is_empty() => plain.push((name, shown(&words::decode(&value)))),
                None => {}
            }
        }
        // RFC 2231 4: what is split or encoded is beside a plain value for those who cannot read it.
        split.sort_by(|a, b| (&a.name, a.number).cmp(&(&b.name, b.number)));
        let mut all: Vec<(String, String)> = split
            .chunk_by(|a, b| a.name == b.name)
            .filter_map(|pieces| Some((pieces.first()?.name.clone(), shown(&join(pieces)))))
            .collect();
        all.extend(plain);
        Self(all)
    }
}

/// No part has so many.
const MOST: usize = 200;

/// A piece of a value (RFC 2231 3).
struct Split {
    name: String,
    number: u32,
    is_encoded: bool,
    value: String,
}

/// The value of all pieces: the first may name the character set.
fn join(pieces: &[Split]) -> String {
    let mut charset = None;
    let mut bytes = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        let mut value = piece.value.as_str();
        if place == 0 && piece.is_encoded {
            let mut marks = value.splitn(3, '\'');
            if let (Some(name), Some(_), Some(rest)) = (marks.next(), marks.next(), marks.next()) {
                (charset, value) = (Some(name), rest);
            }
        }
        if piece.is_encoded {
            bytes.extend(unescape(value));
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    let text = charset::decode(&bytes, charset);
    // Some programs put encoded words into the pieces.
    if charset.is_none() { words::decode(&text) } else { text }
}

/// The bytes of a text with `%` and two digits for those that may not stand in it.
fn unescape(value: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match after {
            [high, low, behind @ ..] if *byte == b'%' && digit(high).is_some() && digit(low).is_some() => {
                bytes.push(digit(high).unwrap_or_default() << 4 | digit(low).unwrap_or_default());
                rest = behind;
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    bytes
}

/// What stands between two semicolons.
#[derive(Default)]
struct Piece {
    name: Option<String>,
    text: String,
    is_quoted: bool,
}

/// The pieces between semicolons: a name, and the value if it has one.
fn pieces(value: &str) -> Vec<(String, Option<String>)> {
    let mut pieces = Vec::new();
    let mut now = Piece::default();
    let mut comments = 0_usize;
    let mut rest = value.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            // Only before a value: people name files `a (1).txt`, without quotes.
            '(' if now.name.is_none() => comments += 1,
            ')' if comments > 0 => comments -= 1,
            _ if comments > 0 => {}
            ';' => pieces.push(std::mem::take(&mut now).finish()),
            _ if now.is_quoted => {}
            '=' if now.name.is_none() && !pieces.is_empty() => now.name = Some(std::mem::take(&mut now.text)),
            '"' if now.text.trim().is_empty() => {
                now.text = quoted(&mut rest);
                now.is_quoted = true;
            }
            character => now.text.push(character),
        }
    }
    pieces.push(now.finish());
    pieces
}

impl Piece {
    fn finish(self) -> (String, Option<String>) {
        let text = if self.is_quoted { self.text } else { self.text.trim().to_owned() };
        match self.name {
            Some(name) => (name, Some(text)),
            None => (text, None),
        }
    }
}

/// What stands up to the next quote. A backslash before anything else is one: people attach `C:\file`.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(character) = rest.next() {
        match character {
            '"' => break,
            '\\' => text.push(rest.next_if(|next| *next == '"' || *next == '\\').unwrap_or('\\')),
            character => text.push(character),
        }
    }
    text
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::Parameters;
    use super::Typed;

    #[track_caller]
    fn check(value: &str, media_type: &str, parameters: &[(&str, &str)]) {
        let typed = Typed::read(value).unwrap();
        assert_eq!(format!("{}/{}", typed.main, typed.sub), media_type, "{value}");
        assert_eq!(typed.parameters.iter().collect::<Vec<_>>(), parameters, "{value}");
    }

    #[test]
    fn a_type_is_read_however_it_is_written() {
        check("text/plain", "text/plain", &[]);
        check("TEXT / Plain ; Charset = \"UTF-8\" (Unicode);", "text/plain", &[("charset", "UTF-8")]);
        check("attachment; filename=a (1).txt", "attachment/", &[("filename", "a (1).txt")]);
        check("attachment (a; comment); filename=\"a;b\\\"c\"", "attachment/", &[("filename", "a;b\"c")]);
        check("multipart/mixed; boundary=\"a=b\"; x", "multipart/mixed", &[("boundary", "a=b")]);
        check("attachment; filename=C:\\a b.txt", "attachment/", &[("filename", "C:\\a b.txt")]);
        check("attachment; filename=\"C:\\a b.txt", "attachment/", &[("filename", "C:\\a b.txt")]);
        assert_eq!(Typed::read(""), None);
        assert_eq!(Typed::read("; a=b"), None);
    }

    #[track_caller]
    fn check_name(value: &str, expected: &str) {
        let typed = Typed::read(&format!("attachment; {value}")).unwrap();
        assert_eq!(typed.parameters.value("filename"), Some(expected), "{value}");
    }

    #[test]
    fn a_file_name_is_read_however_it_is_encoded() {
        check_name("filename*=utf-8''bl%C3%A5%20b.txt", "blå b.txt");
        check_name("filename*=iso-8859-1'no'bl%E5.txt", "blå.txt");
        check_name(
            "filename*0*=utf-8''bl%C3; filename*1*=%A5b%C3; filename*2*=%A6r; filename*3=.txt",
            "blåbær.txt",
        );
        check_name("filename*1=b.txt; filename*0=\"a; \"", "a; b.txt");
        check_name("filename=\"=?utf-8?B?w6Y=?= =?utf-8?Q?=C3=B8?=.txt\"", "æø.txt");
        check_name("filename=x.txt; filename*0*=utf-8''%C3; filename*1*=%A6.txt", "æ.txt");
        check_name("filename=blå.txt", "blå.txt");
        check_name("filename*=100%25%.txt", "100%%.txt");
    }

    #[test]
    fn what_a_server_took_apart_is_put_together() {
        let pairs: [(&[u8], &[u8]); 3] =
            [(b"CHARSET", b"utf-8"), (b"NAME*0*", b"utf-8''%C3"), (b"NAME*1*", b"%A6")];
        let parameters = Parameters::read(pairs);
        assert_eq!(parameters.value("name"), Some("æ"));
        assert_eq!(parameters.value("charset"), Some("utf-8"));
        assert_eq!(Parameters::read([(&b"name"[..], &b"bl\xE5"[..])]).value("name"), Some("blå"));
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_read(value in "[a=;*'%0-3\"()\\\\ /]{0,40}") {
            let _ = Typed::read(&value);
        }
    }
}
