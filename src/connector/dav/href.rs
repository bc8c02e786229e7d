//! Addresses in a server's answers: made alike, so that the same item has the same id however it was spelled,
//! and kept from leading the log-in elsewhere. Sends nothing.

use reqwest::Url;

use crate::connector::Error;
use crate::connector::Result;

/// What stands in a path as it is (RFC 3986 3.3), letters and digits besides.
const PLAIN: &[u8] = b"-._~!$&'()*+,;=:@";

/// The id of what the answer of `from` calls so: its path, or the whole address on another host than the server's.
pub fn id_of(base: &Url, from: &Url, href: &str) -> Option<String> {
    let url = from.join(href.trim()).ok()?;
    let path = canonical(url.path());
    // A server behind a proxy may not know by which scheme and port it is reached.
    let is_same_host = url.host_str() == base.host_str() && matches!(url.scheme(), "http" | "https");
    let may_follow = |from: &Url| may_follow(from, &url);
    if !(is_same_host || may_follow(from) && may_follow(base)) {
        return None;
    }
    Some(if is_same_host { path } else { format!("{}{path}", url.origin().ascii_serialization()) })
}

/// The address of an id.
pub fn url_of(base: &Url, id: &str) -> Result<Url> {
    let url = base.join(id).map_err(|error| Error::Protocol(format!("an id that is no address: {error}")))?;
    if may_follow(base, &url) { Ok(url) } else { Err(elsewhere(&url)) }
}

/// Whether the log-in for one address may be shown to another: the same host, or over TLS one of its domain,
/// as large services have a host for each user.
pub fn may_follow(from: &Url, to: &Url) -> bool {
    if from.origin() == to.origin() {
        return true;
    }
    let (Some(from_host), Some(to_host)) = (from.host_str(), to.host_str()) else { return false };
    let domain = from_host.split_once('.').map(|(_, domain)| domain).filter(|domain| domain.contains('.'));
    let is_of_domain =
        domain.is_some_and(|domain| to_host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
    to.scheme() == "https" && (from_host == to_host || is_of_domain)
}

/// Why an address is not followed.
pub fn elsewhere(url: &Url) -> Error {
    let host = url.host_str().unwrap_or_default();
    Error::Protocol(format!(
        "it sends us to {host}; the log-in is not shown there unless it is the `url` of the connection"
    ))
}

/// A path with every part percent-encoded where it must be and nowhere else.
fn canonical(path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(|part| encode(&decode(part))).collect();
    parts.join("/")
}

/// Percent-encodes one part of a path.
pub fn encode(part: &[u8]) -> String {
    let mut encoded = String::new();
    for byte in part {
        if byte.is_ascii_alphanumeric() || PLAIN.contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decode(part: &str) -> Vec<u8> {
    let mut bytes = part.bytes();
    let mut decoded = Vec::with_capacity(part.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let mut digit = || char::from(ahead.next()?).to_digit(16);
        let pair = match byte {
            b'%' => digit().and_then(|high| Some(high * 16 + digit()?)),
            _ => None,
        };
        match pair.and_then(|pair| u8::try_from(pair).ok()) {
            Some(pair) => {
                decoded.push(pair);
                bytes.nth(1);
            }
            None => decoded.push(byte),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::id_of;
    use super::url_of;

    #[track_caller]
    fn check(href: &str, expected: Option<&str>) {
        let from = Url::parse("https://dav.example.com/a/b/").unwrap();
        let id = id_of(&from, &from, href);
        assert_eq!(id.as_deref(), expected);
        if let Some(id) = id {
            assert_eq!(id_of(&from, &from, url_of(&from, &id).unwrap().as_str()).as_deref(), expected);
        }
    }

    #[test]
    fn the_same_item_has_the_same_id_however_it_is_spelled() {
        check("/a/b/c.ics", Some("/a/b/c.ics"));
        check("c.ics", Some("/a/b/c.ics"));
        check("https://dav.example.com/a/b/c.ics", Some("/a/b/c.ics"));
        check("/kari%40example.com/%e6%96%87%20x.ics", Some("/kari@example.com/%E6%96%87%20x.ics"));
        check("/kari@example.com/文 x.ics", Some("/kari@example.com/%E6%96%87%20x.ics"));
        check("/a%2Fb/100%.ics", Some("/a%2Fb/100%25.ics"));
    }

    #[test]
    fn the_log_in_goes_nowhere_else() {
        check("https://p42-dav.example.com/x", Some("https://p42-dav.example.com/x"));
        check("http://p42-dav.example.com/x", None);
        check("https://dav.example.org/x", None);
        check("https://evilexample.com/x", None);
        check("http://dav.example.com:8080/x", Some("/x"));
        check("//evil.example/x", None);
    }
}
