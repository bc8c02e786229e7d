//! Answers of an IMAP server by their kind (RFC 3501 7). Reads no further than each kind needs.

use bytes::Bytes;

use super::token;
use super::token::Malformed;
use super::token::Value;
use crate::connector::Error;

/// One answer, with its literals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// `+`: go on.
    Continue(Bytes),
    /// How something ended, or what the server has to say about itself.
    Status(Status),
    /// `* 5 FETCH (…)`.
    Numbered {
        /// Which message, or how many.
        number: u32,
        /// `FETCH`, `EXISTS` …
        name: Bytes,
        /// What follows.
        rest: Bytes,
    },
    /// `* LIST …`.
    Data {
        /// `LIST`, `SEARCH` …
        name: Bytes,
        /// What follows.
        rest: Bytes,
    },
}

/// `OK`, `NO` …, with a tag or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The command it ends; none: said by the way.
    pub tag: Option<Bytes>,
    /// How it went.
    pub condition: Condition,
    /// The name of the code in brackets, and what follows it there.
    pub code: Option<(Bytes, Bytes)>,
    /// For people.
    pub text: String,
}

/// How something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Well.
    Ok,
    /// It was refused.
    No,
    /// It was not understood.
    Bad,
    /// The server hangs up.
    Bye,
    /// Nobody has to log in.
    PreAuth,
}

/// The longest text of a server that goes on to people and logs.
const TEXT: usize = 200;

impl Status {
    /// What the code says, if it is this one.
    pub fn code(&self, name: &str) -> Option<&Bytes> {
        let (found, rest) = self.code.as_ref()?;
        found.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
    }

    /// The number that this code states.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        std::str::from_utf8(self.code(name)?).ok()?.trim().parse().ok()
    }

    /// An end that is no good one, as the core knows errors (RFC 5530 names the codes).
    pub fn check(self) -> Result<Self, Error> {
        let code = self.code.as_ref().map(|(name, _)| name.to_ascii_uppercase()).unwrap_or_default();
        let text = self.text.clone();
        match (self.condition, code.as_slice()) {
            (Condition::Ok | Condition::PreAuth, _) => Ok(self),
            (Condition::Bye, _)
            | (_, b"UNAVAILABLE" | b"INUSE" | b"LIMIT" | b"SERVERBUG" | b"CORRUPTION" | b"EXPUNGEISSUED") => {
                Err(Error::Later { after: None, message: text })
            }
            (_, b"AUTHENTICATIONFAILED" | b"AUTHORIZATIONFAILED" | b"EXPIRED" | b"PRIVACYREQUIRED") => {
                Err(Error::LogIn(text))
            }
            (_, b"NONEXISTENT" | b"TRYCREATE") => Err(Error::Gone),
            (Condition::No, _) => Err(Error::Refused(text)),
            (Condition::Bad, _) => Err(Error::Protocol(format!("the server did not understand: {text}"))),
        }
    }
}

/// Reads one answer.
pub fn read(input: &Bytes) -> Result<Response, Malformed> {
    if let Some(text) = input.strip_prefix(b"+") {
        return Ok(Response::Continue(input.slice_ref(text.trim_ascii())));
    }
    let (tag, rest) = word(input);
    let tag = if tag.as_ref() == b"*" { None } else { Some(tag) };
    let (name, rest) = word(&rest);
    if let Some(condition) = condition(&name) {
        return Ok(Response::Status(status(tag, condition, &rest)));
    }
    if tag.is_some() || name.is_empty() {
        return Err(Malformed);
    }
    match std::str::from_utf8(&name).ok().and_then(|name| name.parse().ok()) {
        Some(number) => {
            let (name, rest) = word(&rest);
            Ok(Response::Numbered { number, name, rest })
        }
        None => Ok(Response::Data { name, rest }),
    }
}

/// Whether it is a line of free text, whose end must not be taken for the announcement of a literal.
pub fn is_free_text(line: &[u8]) -> bool {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (tag, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    tag == b"+" || condition(name).is_some()
}

fn condition(name: &[u8]) -> Option<Condition> {
    let all = [
        ("OK", Condition::Ok),
        ("NO", Condition::No),
        ("BAD", Condition::Bad),
        ("BYE", Condition::Bye),
        ("PREAUTH", Condition::PreAuth),
    ];
    all.into_iter().find(|(word, _)| name.eq_ignore_ascii_case(word.as_bytes())).map(|(_, is)| is)
}

fn status(tag: Option<Bytes>, condition: Condition, rest: &Bytes) -> Status {
    let coded = rest.strip_prefix(b"[").and_then(|coded| {
        let end = coded.iter().position(|byte| *byte == b']')?;
        Some((coded.get(..end)?, coded.get(end + 1..)?))
    });
    let (code, text) = match coded {
        Some((code, text)) => (Some(word(&rest.slice_ref(code))), text),
        None => (None, rest.as_ref()),
    };
    let text = String::from_utf8_lossy(text.trim_ascii());
    let text = text.chars().filter(|character| !character.is_control()).take(TEXT).collect();
    Status { tag, condition, code, text }
}

/// Up to the first space, and what follows it.
fn word(input: &Bytes) -> (Bytes, Bytes) {
    let end = input.iter().position(|byte| *byte == b' ').unwrap_or(input.len());
    (input.slice(..end), input.slice(input.len().min(end + 1)..))
}

/// The pairs of a FETCH answer: the name of each item and its value.
pub fn pairs(rest: &Bytes) -> Result<Vec<(Bytes, Value)>, Malformed> {
    let mut values = token::values(rest)?.into_iter();
    let (Some(Value::List(items)), None) = (values.next(), values.next()) else { return Err(Malformed) };
    let mut pairs = Vec::new();
    let mut items = items.into_iter();
    while let Some(name) = items.next() {
        let (Value::Atom(name), Some(value)) = (name, items.next()) else { return Err(Malformed) };
        pairs.push((name, value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Condition;
    use super::Response;
    use super::is_free_text;
    use super::pairs;
    use super::read;
    use crate::connector::Error;

    fn status(line: &str) -> super::Status {
        let Ok(Response::Status(status)) = read(&Bytes::copy_from_slice(line.as_bytes())) else {
            panic!("{line}")
        };
        status
    }

    #[test]
    fn a_status_has_a_code_and_a_text() {
        let end = status("a1 OK [HIGHESTMODSEQ 12] done");
        assert_eq!(
            (end.tag.as_deref(), end.condition, &*end.text),
            (Some(&b"a1"[..]), Condition::Ok, "done")
        );
        assert_eq!((end.number::<u64>("highestmodseq"), end.number::<u64>("UIDNEXT")), (Some(12), None));
        assert_eq!(status("* BYE").text, "");
        assert_eq!(status("* ok [READ-ONLY]").code("READ-ONLY").map(Bytes::len), Some(0));
        assert_eq!(status("* OK [unclosed text").text, "[unclosed text");
        assert_eq!(status("a NO x\u{1b}[31mred\u{7}").text, "x[31mred");
    }

    #[test]
    fn what_counts_and_what_tells_are_told_apart() {
        let read = |line: &'static str| read(&Bytes::from_static(line.as_bytes())).unwrap();
        let text = Bytes::from_static;
        assert_eq!(read("+ idling"), Response::Continue(text(b"idling")));
        assert_eq!(
            read("* 5 EXISTS"),
            Response::Numbered { number: 5, name: text(b"EXISTS"), rest: text(b"") }
        );
        assert_eq!(read("* SEARCH 1 2"), Response::Data { name: text(b"SEARCH"), rest: text(b"1 2") });
        for line in ["", "*", "a1 SEARCH 1", "* "] {
            assert!(super::read(&Bytes::from_static(line.as_bytes())).is_err(), "{line}");
        }
        assert!(is_free_text(b"* OK see {5}") && is_free_text(b"+ {5}") && is_free_text(b"a1 NO {5}"));
        assert!(!is_free_text(b"* 1 FETCH (BODY[] {5}"));
    }

    #[test]
    fn an_end_is_an_error_that_the_core_knows() {
        let error = |line: &str| status(line).check().unwrap_err();
        assert!(matches!(error("a NO [AUTHENTICATIONFAILED] no"), Error::LogIn(_)));
        assert!(matches!(error("a NO [UNAVAILABLE] wait"), Error::Later { .. }));
        assert!(matches!(error("a NO [TRYCREATE] make it"), Error::Gone));
        assert!(matches!(error("a NO [OVERQUOTA] full"), Error::Refused(_)));
        assert!(matches!(error("* BYE shutting down"), Error::Later { .. }));
        assert!(matches!(error("a BAD what"), Error::Protocol(_)));
    }

    #[test]
    fn a_fetch_is_pairs() {
        let pairs = |text: &'static str| pairs(&Bytes::from_static(text.as_bytes()));
        assert_eq!(pairs("(UID 5 FLAGS ())").unwrap().len(), 2);
        for text in ["UID 5", "(UID)", "(UID 5) (UID 6)", "((a) b)"] {
            assert!(pairs(text).is_err(), "{text}");
        }
    }
}
