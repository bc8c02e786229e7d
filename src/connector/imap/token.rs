//! What answers of an IMAP server are made of: atoms, texts, lists (RFC 3501 9). Knows no answer.
//!
//! Tolerant, as servers are not exact, and bounded, as they may be hostile: depth and number of values have limits.

use bytes::Bytes;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// NIL.
    Nil,
    /// A word, a number, a flag, or `BODY[1.2]<0>` as a whole.
    Atom(Bytes),
    /// A quoted string or a literal.
    Text(Bytes),
    /// In parentheses.
    List(Vec<Self>),
}

/// Not made of values, or of too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not made of IMAP's values")]
pub struct Malformed;

/// The deepest nesting: a body structure takes about two a level.
const DEPTH: usize = 128;

/// Values of one answer; each takes 40 bytes, and a body structure about twenty a part.
const VALUES: usize = 100_000;

impl Value {
    /// The bytes of an atom or a text.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Atom(bytes) | Self::Text(bytes) => Some(bytes),
            Self::Nil | Self::List(_) => None,
        }
    }

    /// Those of a text as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A number.
    pub fn number<T: std::str::FromStr>(&self) -> Option<T> {
        std::str::from_utf8(self.bytes()?).ok()?.parse().ok()
    }

    /// What is in the parentheses; nothing in anything else.
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            Self::Nil | Self::Atom(_) | Self::Text(_) => &[],
        }
    }

    /// Whether it is this word.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Atom(atom) if atom.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// Reads all values, with the literals in their places.
pub fn values(input: &Bytes) -> Result<Vec<Value>, Malformed> {
    let mut reader = Reader { input, at: 0, left: VALUES };
    let values = reader.values(0)?;
    if reader.at == input.len() { Ok(values) } else { Err(Malformed) }
}

struct Reader<'a> {
    input: &'a Bytes,
    at: usize,
    left: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// Values up to the closing parenthesis or the end.
    fn values(&mut self, depth: usize) -> Result<Vec<Value>, Malformed> {
        if depth > DEPTH {
            return Err(Malformed);
        }
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None | Some(b')') => return Ok(values),
                Some(b' ' | b'\r' | b'\n') => self.at += 1,
                Some(start) => {
                    self.left = self.left.checked_sub(1).ok_or(Malformed)?;
                    values.push(self.value(start, depth)?);
                }
            }
        }
    }

    fn value(&mut self, start: u8, depth: usize) -> Result<Value, Malformed> {
        match start {
            b'(' => {
                self.at += 1;
                let list = self.values(depth + 1)?;
                self.closing()?;
                Ok(Value::List(list))
            }
            b'"' => self.quoted(),
            b'{' => self.literal(),
            // RFC 3516: a literal with zeros in it.
            b'~' if self.input.get(self.at + 1) == Some(&b'{') => {
                self.at += 1;
                self.literal()
            }
            _ => Ok(self.atom()),
        }
    }

    fn closing(&mut self) -> Result<(), Malformed> {
        if self.peek() != Some(b')') {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn quoted(&mut self) -> Result<Value, Malformed> {
        let start = self.at + 1;
        let mut end = start;
        let mut is_escaped = false;
        loop {
            match self.input.get(end) {
                None => return Err(Malformed),
                Some(b'"') => break,
                Some(b'\\') => {
                    is_escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        let text = self.input.slice(start..end);
        Ok(Value::Text(if is_escaped { unescaped(&text) } else { text }))
    }

    fn literal(&mut self) -> Result<Value, Malformed> {
        let rest = self.input.get(self.at + 1..).unwrap_or_default();
        let line_end = rest.iter().position(|byte| *byte == b'\n').ok_or(Malformed)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = rest.get(..digits).unwrap_or_default();
        let length: usize =
            std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Malformed)?;
        let start = self.at + 1 + line_end + 1;
        let end = start.checked_add(length).filter(|end| *end <= self.input.len()).ok_or(Malformed)?;
        self.at = end;
        Ok(Value::Text(self.input.slice(start..end)))
    }

    /// Brackets may hold spaces, quotes and parentheses: `BODY[HEADER.FIELDS (SUBJECT)]`.
    fn atom(&mut self) -> Value {
        let start = self.at;
        let mut brackets = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                b' ' | b'(' | b')' | b'\r' | b'\n' if brackets == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        let atom = self.input.slice(start..self.at);
        if atom.eq_ignore_ascii_case(b"NIL") { Value::Nil } else { Value::Atom(atom) }
    }
}

fn unescaped(text: &Bytes) -> Bytes {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        let byte = if *byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte };
        plain.push(*byte);
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Malformed;
    use super::Value;
    use super::values;

    fn shown(values: &[Value]) -> String {
        let one = |value: &Value| match value {
            Value::Nil => "nil".to_owned(),
            Value::Atom(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Value::Text(bytes) => format!("<{}>", String::from_utf8_lossy(bytes)),
            Value::List(values) => format!("({})", shown(values)),
        };
        values.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(shown(&values(&Bytes::copy_from_slice(input.as_bytes())).unwrap()), expected);
    }

    #[test]
    fn values_are_read_as_servers_write_them() {
        check(r#"(\Seen $Junk) "a \"b\" \\" NIL nil 5"#, r#"(\Seen $Junk) <a "b" \> nil nil 5"#);
        check(
            "BODY[HEADER.FIELDS (TO \"x y\")]<0> {3}\r\na)b UID 7",
            "BODY[HEADER.FIELDS (TO \"x y\")]<0> <a)b> UID 7",
        );
        check("({2}\r\n\r\n{0}\r\n)(a(b))", "(<\r\n> <>) (a (b))");
        check("~{2}\r\nab ~x", "<ab> ~x");
        check("", "");
    }

    #[test]
    fn what_is_cut_off_or_too_much_is_refused() {
        let refused = |input: &str| values(&Bytes::copy_from_slice(input.as_bytes())) == Err(Malformed);
        for input in ["(", "a)", "\"a", "\"a\\", "{5}\r\nabc", "{99999999999999999999}\r\n", "{5}", "{x}\r\n"]
        {
            assert!(refused(input), "{input}");
        }
        assert!(refused(&"(".repeat(100_000)));
        assert!(refused(&"a ".repeat(100_001)));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(input in proptest::collection::vec(proptest::sample::select(b"()[]{}\"\\ \r\n~a1N".to_vec()), 0..40)) {
            let _ = values(&Bytes::from(input));
        }
    }
}
