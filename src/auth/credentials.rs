//! What a client says who it is: the `Authorization` header and the forms of a log-in name. Checks nothing.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use zeroize::Zeroizing;

/// A name and a password, as sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// As typed by the person.
    pub name: String,
    /// As typed by the person.
    pub password: Zeroizing<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Some clients leave the padding away.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Credentials {
    /// Reads `Basic …` (RFC 7617); none if it is anything else.
    pub fn from_header(header: &[u8]) -> Option<Self> {
        let header = std::str::from_utf8(header).ok()?.trim();
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = Zeroizing::new(LENIENT.decode(encoded.trim()).ok()?);
        let text = Zeroizing::new(text(&bytes));
        // PostgreSQL takes no NUL in a text, and nobody can type one.
        let (name, password) = text.split_once(':').filter(|_| !text.contains('\0'))?;
        Some(Self { name: name.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }
}

/// Phones send UTF-8, Outlook sends Latin-1.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// A log-in name taken apart: `kari`, `kari@fjord.example`, `FJORD\kari`, `\kari`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogInName {
    /// What is before the `@`.
    pub(super) user: String,
    host: Option<String>,
    domain: Option<String>,
}

impl LogInName {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        let (domain, rest) = match text.split_once(['\\', '/']) {
            Some((domain, rest)) => (Some(domain).filter(|domain| !domain.is_empty()), rest),
            None => (None, text),
        };
        let (user, host) = match rest.rsplit_once('@') {
            Some((user, host)) => (user, Some(host)),
            None => (rest, None),
        };
        Self { user: user.to_owned(), host: host.map(str::to_owned), domain: domain.map(str::to_lowercase) }
    }

    /// The whole address, if it was said.
    pub(super) fn email(&self) -> Option<String> {
        self.host.as_ref().map(|host| format!("{}@{host}", self.user))
    }

    /// Whether the Windows domain said fits the address: `FJORD` and `fjord.example` fit `…@fjord.example`.
    pub(super) fn is_of(&self, email: &str) -> bool {
        let host = email.rsplit_once('@').map_or("", |(_, host)| host);
        self.domain.as_deref().is_some_and(|domain| host == domain || host.split('.').next() == Some(domain))
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<(&str, &str)>) {
        let header = format!("Basic {}", STANDARD.encode(bytes));
        let credentials = Credentials::from_header(header.as_bytes());
        let found = credentials.as_ref().map(|found| (found.name.as_str(), found.password.as_str()));
        assert_eq!(found, expected);
    }

    /// Quirk latin-1-log-in.
    #[test]
    fn basic_is_read_as_utf_8_and_else_as_latin_1() {
        check(b"kari:lomme-demo", Some(("kari", "lomme-demo")));
        check("kåre:pæss:wørd".as_bytes(), Some(("kåre", "pæss:wørd")));
        check(b"k\xe5re:p\xe6ss", Some(("kåre", "pæss")));
        check(b"kari:", Some(("kari", "")));
        check(b"kari", None);
        check(b"ka\0ri:lomme-demo", None);
        check(b"kari:lomme\0demo", None);
    }

    #[test]
    fn what_is_no_basic_is_no_log_in() {
        for header in ["", "Basic", "Basic !", "Bearer a2FyaTp4", "NTLM TlRMTVNTUAAB"] {
            assert_eq!(Credentials::from_header(header.as_bytes()), None, "{header}");
        }
        assert!(Credentials::from_header(b"basic a2FyaTp4").is_some());
    }

    #[test]
    fn a_log_in_name_is_taken_apart() {
        let rows = [
            ("kari", "kari", None, None),
            ("kari@fjord.example", "kari", Some("fjord.example"), None),
            ("FJORD\\kari", "kari", None, Some("fjord")),
            ("\\kari", "kari", None, None),
            ("FJORD\\kari@fjord.example", "kari", Some("fjord.example"), Some("fjord")),
        ];
        for (text, user, host, domain) in rows {
            let expected = LogInName {
                user: user.to_owned(),
                host: host.map(str::to_owned),
                domain: domain.map(str::to_owned),
            };
            assert_eq!(LogInName::parse(text), expected);
        }
        assert!(LogInName::parse("FJORD\\kari").is_of("kari@fjord.example"));
        assert!(!LogInName::parse("FJORD\\kari").is_of("kari@berg.example"));
        assert!(!LogInName::parse("kari").is_of("kari@fjord.example"));
    }
}
