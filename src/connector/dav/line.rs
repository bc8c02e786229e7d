//! Content lines, the syntax that iCalendar and vCard share: components, properties, parameters, raw values.
//!
//! Knows the name of no property; a value is kept letter for letter until somebody asks for its text.

use std::fmt::Write;

/// A line is folded so that none is longer than this (RFC 5545 3.1, RFC 6350 3.2), its end not counted.
const LINE_OCTETS: usize = 75;
/// No real object nests deeper: VCALENDAR, VEVENT, VALARM, VLOCATION.
const DEPTH: usize = 8;
/// A bound against lines made to waste memory; a year of a busy calendar is a tenth of it.
const MOST_PROPERTIES: usize = 100_000;

/// Why a text is neither iCalendar nor vCard.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not begin so.
    #[error("no BEGIN line")]
    NoBegin,
    /// More levels or lines than anybody needs.
    #[error("nested too deep or too long")]
    TooMuch,
}

/// What stands between a BEGIN and its END.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// In capitals, such as `VEVENT`.
    pub name: String,
    /// In the order of the text.
    pub properties: Vec<Property>,
    /// Those within, in the order of the text.
    pub components: Vec<Self>,
}

/// One line, unfolded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    /// The group of a vCard property: `item1` of `item1.TEL`.
    pub group: Option<String>,
    /// In capitals.
    pub name: String,
    /// Names in capitals; values without quotes.
    pub parameters: Vec<(String, Vec<String>)>,
    /// As it stands in the text.
    pub value: String,
}

impl Component {
    /// An empty one.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Reads the first component of a text; lines that make no sense are skipped.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut open: Vec<Self> = Vec::new();
        let mut count = 0;
        for line in unfold(text) {
            count += 1;
            if count > MOST_PROPERTIES {
                return Err(Error::TooMuch);
            }
            let Some(property) = Property::parse(&line) else { continue };
            match property.name.as_str() {
                "BEGIN" if open.len() >= DEPTH => return Err(Error::TooMuch),
                "BEGIN" => open.push(Self::new(&property.value.trim().to_ascii_uppercase())),
                "END" => {
                    let Some(closed) = open.pop() else { continue };
                    match open.last_mut() {
                        Some(parent) => parent.components.push(closed),
                        None => return Ok(closed),
                    }
                }
                _ => open.last_mut().ok_or(Error::NoBegin)?.properties.push(property),
            }
        }
        // A text that was cut off is still worth what it says.
        while let Some(closed) = open.pop() {
            match open.last_mut() {
                Some(parent) => parent.components.push(closed),
                None => return Ok(closed),
            }
        }
        Err(Error::NoBegin)
    }

    /// The first property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Adds a property.
    pub fn push(&mut self, property: Property) {
        self.properties.push(property);
    }

    /// The text, folded.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        let name = token(&self.name);
        fold(&format!("BEGIN:{name}"), text);
        for property in &self.properties {
            fold(&property.to_line(), text);
        }
        for component in &self.components {
            component.write(text);
        }
        fold(&format!("END:{name}"), text);
    }
}

impl Property {
    /// A property with a value that needs no escaping.
    pub fn raw(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), ..Self::default() }
    }

    /// A property with a text.
    pub fn text(name: &str, text: &str) -> Self {
        Self::raw(name, escape(text))
    }

    /// The same with one more parameter.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), vec![value.to_owned()]));
        self
    }

    /// The first value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name)?.1.first().map(String::as_str)
    }

    /// Takes a parameter out; its first value.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.parameters.iter().position(|(known, _)| known == name)?;
        self.parameters.remove(at).1.into_iter().next()
    }

    /// Takes the values of all parameters of this name, lists in quotes taken apart.
    pub fn take_all(&mut self, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        self.parameters.retain(|(known, list)| {
            if known == name {
                values.extend(
                    list.iter().flat_map(|value| value.split(',')).map(|value| value.trim().to_owned()),
                );
            }
            known != name
        });
        values
    }

    /// The value as a text.
    pub fn to_plain(&self) -> String {
        unescape(&self.value)
    }

    /// Reads one unfolded line.
    fn parse(line: &str) -> Option<Self> {
        let end = line.find([';', ':'])?;
        let (head, mut rest) = line.split_at(end);
        let (group, name) = match head.rsplit_once('.') {
            Some((group, name)) => (Some(group.trim().to_owned()), name),
            None => (None, head),
        };
        let name = name.trim().trim_start_matches('\u{feff}').to_ascii_uppercase();
        if name.is_empty()
            || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            return None;
        }
        let mut parameters = Vec::new();
        while let Some(after) = rest.strip_prefix(';') {
            let (parameter, remaining) = parse_parameter(after)?;
            parameters.extend(parameter);
            rest = remaining;
        }
        let value = rest.strip_prefix(':')?.to_owned();
        Some(Self { group, name, parameters, value })
    }

    fn to_line(&self) -> String {
        let mut line = String::new();
        if let Some(group) = &self.group {
            line.push_str(&token(group));
            line.push('.');
        }
        line.push_str(&token(&self.name));
        for (name, values) in &self.parameters {
            let values: Vec<String> = values.iter().map(|value| quote(value)).collect();
            let _ = write!(line, ";{}={}", token(name), values.join(","));
        }
        line.push(':');
        // A line break in a value would begin a property of somebody else's making.
        line.extend(self.value.chars().filter(|letter| !letter.is_control() || *letter == '\t'));
        line
    }
}

/// A parameter's name and values.
type Parameter = (String, Vec<String>);

/// One parameter and what follows it; none of a name without a value that is not a type of vCard 2.1.
fn parse_parameter(text: &str) -> Option<(Option<Parameter>, &str)> {
    let end = text.find(['=', ';', ':'])?;
    let (name, mut rest) = text.split_at(end);
    let name = name.trim().to_ascii_uppercase();
    let Some(after) = rest.strip_prefix('=') else {
        // vCard 2.1 wrote TEL;HOME;VOICE where 3.0 writes TEL;TYPE=HOME,VOICE.
        let bare = (!name.is_empty()).then(|| ("TYPE".to_owned(), vec![name]));
        return Some((bare, rest));
    };
    rest = after;
    let mut values = Vec::new();
    loop {
        let value = if let Some(quoted) = rest.strip_prefix('"') {
            let (value, after) = quoted.split_once('"')?;
            rest = after.trim_start_matches(|letter| !matches!(letter, ',' | ';' | ':'));
            value
        } else {
            let (value, after) = rest.split_at(rest.find([',', ';', ':'])?);
            rest = after;
            value
        };
        values.push(uncircumflex(value));
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Some((Some((name, values)), rest)),
        }
    }
}

/// Joins folded lines; some write bare line feeds.
fn unfold(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            line.extend(more.chars().skip(1));
        }
        if is_quoted_printable(&line) {
            while line.ends_with('=') {
                let Some(more) = lines.next() else { break };
                line.pop();
                line.push_str(more);
            }
            line = from_quoted_printable(&line);
        }
        Some(line)
    })
}

/// vCard 2.1 folds and escapes its own way, and some phones wrote it into 3.0.
fn is_quoted_printable(line: &str) -> bool {
    line.split_once(':').is_some_and(|(head, _)| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

fn from_quoted_printable(line: &str) -> String {
    let Some((head, value)) = line.split_once(':') else { return line.to_owned() };
    let head: Vec<&str> = head
        .split(';')
        .filter(|part| {
            let part = part.to_ascii_uppercase();
            !part.contains("QUOTED-PRINTABLE") && !part.starts_with("CHARSET=")
        })
        .collect();
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match hex_pair(rest.clone()) {
            Some(decoded) if byte == b'=' => {
                bytes.push(decoded);
                rest.nth(1);
            }
            _ => bytes.push(byte),
        }
    }
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\n', "\\n");
    format!("{}:{text}", head.join(";"))
}

fn hex_pair(mut bytes: std::str::Bytes<'_>) -> Option<u8> {
    let high = char::from(bytes.next()?).to_digit(16)?;
    let low = char::from(bytes.next()?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// A name that begins no value and no line, wherever it came from.
fn token(name: &str) -> String {
    name.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')).collect()
}

fn fold(line: &str, text: &mut String) {
    let mut octets = 0;
    for letter in line.chars() {
        if octets + letter.len_utf8() > LINE_OCTETS {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(letter);
        octets += letter.len_utf8();
    }
    text.push_str("\r\n");
}

/// A text as a value (RFC 5545 3.3.11).
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ',' | ';' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' | '\r' => escaped.push_str("\\n"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// The text of a value.
pub fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            _ => text.push(letter),
        }
    }
    text
}

/// Takes a value apart at a separator that is not escaped; the parts are texts.
pub fn split(value: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in value.chars() {
        if letter == separator && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    parts.iter().map(|part| unescape(part)).collect()
}

/// RFC 6868: what a parameter cannot hold otherwise.
fn uncircumflex(value: &str) -> String {
    if !value.contains('^') {
        return value.to_owned();
    }
    let mut text = String::new();
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        let replaced = match (letter, letters.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            _ => {
                text.push(letter);
                continue;
            }
        };
        letters.next();
        text.push(replaced);
    }
    text
}

fn quote(value: &str) -> String {
    let mut safe = String::new();
    for letter in value.chars() {
        match letter {
            '^' => safe.push_str("^^"),
            '"' => safe.push_str("^'"),
            '\n' => safe.push_str("^n"),
            _ if letter.is_control() => {}
            _ => safe.push(letter),
        }
    }
    if safe.contains([':', ';', ',']) { format!("\"{safe}\"") } else { safe }
}

#[cfg(test)]
mod tests {
    use super::Component;
    use super::Error;
    use super::Property;
    use super::escape;
    use super::split;
    use super::unescape;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let component = Component::parse(&format!("BEGIN:X\n{line}\nEND:X\n")).unwrap();
        let lines: Vec<String> = component.properties.iter().map(Property::to_line).collect();
        assert_eq!(lines.join("|"), expected);
    }

    #[test]
    fn a_line_is_written_as_it_was_read() {
        for line in [
            "SUMMARY:Lunch\\, again",
            "item1.TEL;TYPE=CELL,VOICE:+47 900",
            "ATTENDEE;CN=\"Doe, Jane\";MEMBER=\"mailto:a\",\"mailto:b\":mailto:jane@example.com",
            "X-A;X-B=c^^d^ne^'f:geo:1,2",
            "X-EMPTY:",
        ] {
            check(line, line);
        }
    }

    #[test]
    fn what_makes_no_sense_is_skipped_and_what_is_sloppy_understood() {
        check("nonsense\nsummary : no", "SUMMARY: no");
        check("A;B=\"unclosed:x\nC:d", "C:d");
        check("DESCRIPTION:on\n e\r\n\t two", "DESCRIPTION:one two");
        check("TEL;HOME;VOICE:1", "TEL;TYPE=HOME;TYPE=VOICE:1");
        check("NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A5=0D=0A=\nb", "NOTE:å\\nb");
    }

    #[test]
    fn a_long_line_is_folded_between_letters() {
        let mut component = Component::new("X");
        component.push(Property::text("SUMMARY", &"å".repeat(100)));
        let text = component.to_text();
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(Component::parse(&text).unwrap(), component);
    }

    #[test]
    fn a_value_begins_no_line_of_its_own() {
        let property = Property::raw("URL", "a\r\nATTENDEE:b");
        assert_eq!(property.to_line(), "URL:aATTENDEE:b");
        assert_eq!(Property::text("X", "a\r\nb\rc").to_line(), "X:a\\nb\\nc");
    }

    #[test]
    fn a_text_comes_back_from_its_value() {
        for text in ["", "a,b;c\\d\ne", "\\n", "plain"] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(split("a\\,b,c\\\\,d", ','), ["a,b", "c\\", "d"]);
    }

    #[test]
    fn what_is_no_component_is_refused() {
        assert_eq!(Component::parse(""), Err(Error::NoBegin));
        assert_eq!(Component::parse("A:b"), Err(Error::NoBegin));
        assert_eq!(Component::parse(&"BEGIN:X\n".repeat(100)), Err(Error::TooMuch));
    }

    #[test]
    fn a_text_that_was_cut_off_is_worth_what_it_says() {
        let cut = Component::parse("BEGIN:A\nBEGIN:B\nC:d\n").unwrap();
        assert_eq!(cut.components[0].properties[0].value, "d");
    }
}
