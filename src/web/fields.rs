//! What a form sends, checked to come from a page of ours. Knows no field.

use std::fmt::Write as _;

use axum::body::to_bytes;
use axum::extract::FromRequest;
use axum::extract::FromRequestParts as _;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header;
use zeroize::Zeroizing;

use super::Web;
use super::failure::Failure;
use super::session::Guest;
use super::session::Visit;

/// The fields of a form, in their order; a name may come again and again, as tick boxes do.
#[derive(Default)]
pub struct Fields {
    pairs: Vec<(String, Zeroizing<String>)>,
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Passwords are among them.
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

/// A form that somebody sent who is logged in.
#[derive(Debug)]
pub struct Post {
    /// Who.
    pub visit: Visit,
    /// What.
    pub fields: Fields,
}

/// A form that somebody sent who need not be logged in.
#[derive(Debug)]
pub struct GuestPost {
    /// Who.
    pub guest: Guest,
    /// What.
    pub fields: Fields,
}

impl Fields {
    /// Reads `a=b&c=d`, as in a form or behind the `?` of an address.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), Zeroizing::new(decoded(value)))
        });
        Self { pairs: pairs.collect() }
    }

    /// The first field of that name, without blanks around it; empty if there is none.
    pub fn one(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The same as it was typed: a password may begin with a blank.
    pub fn raw(&self, name: &str) -> &str {
        self.pairs.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every field of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.trim())
    }

    /// Whether it was sent with something in it, as a tick box is when it is ticked.
    pub fn is_set(&self, name: &str) -> bool {
        !self.one(name).is_empty()
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.one(name).parse().ok()
    }

    /// A path on this server to go to afterwards; anything else is not followed.
    pub fn path(&self, name: &str) -> Option<&str> {
        let path = self.one(name);
        let is_local = path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains(['\\', '\r', '\n'])
            && path.is_ascii();
        is_local.then_some(path)
    }
}

impl FromRequest<Web> for GuestPost {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        if !is_from_here(&parts.headers) {
            return Err(Failure::Foreign);
        }
        let guest = Guest::from_request_parts(&mut parts, web).await?;
        Ok(Self { guest, fields: read(body).await? })
    }
}

impl FromRequest<Web> for Post {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        if !is_from_here(&parts.headers) {
            return Err(Failure::Foreign);
        }
        let visit = Visit::from_request_parts(&mut parts, web).await?;
        let fields = read(body).await?;
        if !visit.is_its_mark(fields.one("csrf")) {
            return Err(Failure::Foreign);
        }
        Ok(Self { visit, fields })
    }
}

async fn read(body: axum::body::Body) -> Result<Fields, Failure> {
    // It was read before, within its limit.
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Failure::Incomplete("body"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::Incomplete("text"))?;
    // PostgreSQL takes no NUL in a text, and nobody can type one.
    if text.contains("%00") {
        return Err(Failure::Incomplete("text"));
    }
    Ok(Fields::parse(text))
}

/// Whether the browser says that a page of this server sent the form. What is no browser says nothing, and needs the
/// session's mark all the same.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site") {
        return false;
    }
    let Some(origin) = text("origin") else { return true };
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host))
}

/// A text as it stands in an address or a form.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digits = [ahead.next(), ahead.next()]
                    .map(|digit| char::from(digit.unwrap_or_default()).to_digit(16));
                if let [Some(high), Some(low)] = digits
                    && let Ok(byte) = u8::try_from(high * 16 + low)
                {
                    bytes.push(byte);
                    rest = ahead;
                } else {
                    bytes.push(b'%');
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text as it may stand behind the `?` of an address (RFC 3986 2.3).
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::parse("name=Kari+Nordmann&mail=k%40x.no&tick=1&tick=2&bad=%zz%&k%C3%A5=%C3%A6+");
        assert_eq!(fields.one("name"), "Kari Nordmann");
        assert_eq!(fields.one("mail"), "k@x.no");
        assert_eq!(fields.all("tick").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((fields.one("bad"), fields.one("kå"), fields.raw("kå")), ("%zz%", "æ", "æ "));
        assert!(fields.is_set("name") && !fields.is_set("other"));
        let text = "/setting?p=a b&ø";
        assert_eq!(Fields::parse(&format!("x={}", encoded(text))).one("x"), text);
    }

    #[test]
    fn no_form_sends_a_browser_elsewhere() {
        let path =
            |text: &str| Fields::parse(&format!("next={}", encoded(text))).path("next").map(str::to_owned);
        assert_eq!(path("/setting?p=crm").as_deref(), Some("/setting?p=crm"));
        for text in ["https://evil.example", "//evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b", ""]
        {
            assert_eq!(path(text), None, "{text}");
        }
    }

    #[test]
    fn a_form_of_another_site_is_known_by_its_origin() {
        let check = |pairs: &[(&'static str, &'static str)], expected: bool| {
            let headers =
                pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(is_from_here(&headers), expected, "{pairs:?}");
        };
        check(&[("host", "lomme.example"), ("origin", "https://lomme.example")], true);
        check(&[("host", "lomme.example:8443"), ("origin", "https://lomme.example:8443")], true);
        check(&[("host", "lomme.example")], true);
        check(&[("host", "lomme.example"), ("origin", "https://evil.example")], false);
        check(&[("host", "lomme.example"), ("origin", "null")], false);
        check(&[("host", "lomme.example"), ("sec-fetch-site", "cross-site")], false);
        check(&[("host", "lomme.example"), ("sec-fetch-site", "same-site")], false);
    }
}
