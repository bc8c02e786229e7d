//! Requests of WebDAV and what their answers mean: PROPFIND, REPORT, PUT, DELETE, multistatus.
//! Knows no calendar and no contact.

use std::fmt;
use std::time::Duration;

use reqwest::Client;
use reqwest::Method;
use reqwest::RequestBuilder;
use reqwest::Response;
use reqwest::StatusCode;
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::ETAG;
use reqwest::header::LOCATION;

use crate::connector::Error;
use crate::connector::Result;
use crate::connector::User;
use crate::connector::dav::LogIn;
use crate::connector::dav::href;
use crate::connector::dav::xml::DAV;
use crate::connector::dav::xml::Element;
use crate::connector::web;

/// A batch of contacts with pictures; less than hurts.
pub const ANSWER_MAX: usize = 48 << 20;
/// What is read of a refusal, and what of it is shown.
const REFUSAL_MAX: usize = 64 << 10;
const MESSAGE_MAX: usize = 300;
/// From `.well-known` to the root to the user's own place.
const REDIRECTS: usize = 5;
/// A time zone or two away from "the answer is larger than …" in [`web::body`].
const TOO_LARGE: &str = "an answer of more than";

/// Who asks, for whom, and where the server is.
pub struct Session<'a> {
    /// The client.
    pub client: &'a Client,
    /// Whose log-in.
    pub log_in: &'a LogIn,
    /// The user.
    pub user: &'a User,
    /// The address of the server, against which ids are told.
    pub base: Url,
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("base", &self.base.host_str()).finish_non_exhaustive()
    }
}

/// How far below an address a PROPFIND looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The thing itself.
    Zero,
    /// And what is directly in it.
    One,
}

/// The answer to a PROPFIND or REPORT.
#[derive(Debug)]
pub struct Multistatus {
    /// Where it came from, after redirects.
    pub url: Url,
    /// One for each thing.
    pub responses: Vec<Reply>,
    /// RFC 6578: where the next sync goes on.
    pub sync_token: Option<String>,
    /// RFC 6578 3.6: whether the server left some out.
    pub is_truncated: bool,
}

/// What is said about one thing.
#[derive(Debug)]
pub struct Reply {
    /// Its id.
    pub id: String,
    /// Whether it is not there.
    pub is_gone: bool,
    /// The properties it has.
    pub properties: Vec<Element>,
}

impl Reply {
    /// A property that it has.
    pub fn property(&self, namespace: &str, name: &str) -> Option<&Element> {
        self.properties.iter().find(|property| property.is(namespace, name))
    }

    /// The text of a property, if there is any.
    pub fn text(&self, namespace: &str, name: &str) -> Option<&str> {
        self.property(namespace, name).map(|property| property.text.trim()).filter(|text| !text.is_empty())
    }

    /// Its version, as it stands in `getetag`.
    pub fn etag(&self) -> Option<&str> {
        self.text(DAV, "getetag")
    }
}

impl Session<'_> {
    /// The address of an id.
    pub fn url(&self, id: &str) -> Result<Url> {
        href::url_of(&self.base, id)
    }

    /// Asks for properties, or for a report, whose XML it is.
    pub async fn ask(&self, url: &Url, method: &str, depth: Depth, xml: &str) -> Result<Multistatus> {
        let method =
            Method::from_bytes(method.as_bytes()).map_err(|_| Error::Protocol("no method".to_owned()))?;
        let mut url = url.clone();
        for _ in 0..REDIRECTS {
            let request = self.client.request(method.clone(), url.clone());
            let request = request.header("Depth", if depth == Depth::Zero { "0" } else { "1" });
            let request = request.header(CONTENT_TYPE, "application/xml; charset=utf-8").body(xml.to_owned());
            let response = self.send(request).await?;
            if !response.status().is_redirection() {
                return self.multistatus(url, response).await;
            }
            url = target(&url, &response)?;
        }
        Err(Error::Protocol("it redirects in circles".to_owned()))
    }

    /// Follows the redirects of a well-known address (RFC 6764 5) to where they end.
    pub async fn follow(&self, url: &Url) -> Result<Url> {
        let mut url = url.clone();
        for _ in 0..REDIRECTS {
            let response = self.send(self.client.get(url.clone())).await?;
            if !response.status().is_redirection() {
                return Ok(url);
            }
            url = target(&url, &response)?;
        }
        Err(Error::Protocol("it redirects in circles".to_owned()))
    }

    /// Stores a text under a condition; its new version, if the server says it.
    pub async fn put(
        &self,
        url: &Url,
        condition: (&str, &str),
        kind: &str,
        text: String,
    ) -> Result<Option<String>> {
        let request = self.client.put(url.clone()).header(condition.0, condition.1);
        let response = self.send(request.header(CONTENT_TYPE, kind).body(text)).await?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok());
        Ok(etag.map(str::trim).filter(|etag| !etag.is_empty()).map(str::to_owned))
    }

    /// Removes what has this version.
    pub async fn delete(&self, url: &Url, etag: &str) -> Result<()> {
        // RFC 6638 8.1 (Schedule-Reply): who deletes a meeting on a phone has answered there, or does not want to.
        let request = self.client.delete(url.clone()).header("If-Match", etag).header("Schedule-Reply", "F");
        let response = self.send(request).await?;
        if response.status().is_success() { Ok(()) } else { Err(refusal(response).await) }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let request = match (self.log_in, &self.user.name, &self.user.password) {
            (LogIn::Basic { user, password }, ..) => request.basic_auth(user, Some(password)),
            (LogIn::Bearer(token), ..) => request.bearer_auth(token),
            (LogIn::PerUser, Some(name), Some(password)) => request.basic_auth(name, Some(password)),
            (LogIn::PerUser, ..) => {
                return Err(Error::LogIn(
                    "this account has no log-in for the calendar server yet".to_owned(),
                ));
            }
        };
        request.send().await.map_err(web::unanswered)
    }

    async fn multistatus(&self, url: Url, response: Response) -> Result<Multistatus> {
        if response.status() != StatusCode::MULTI_STATUS {
            if response.status().is_success() {
                return Err(Error::Protocol("no WebDAV here: it answers a question with a page".to_owned()));
            }
            return Err(refusal(response).await);
        }
        let body = web::body(response, ANSWER_MAX).await?;
        let text = String::from_utf8_lossy(&body);
        let root = Element::parse(&text)
            .map_err(|error| Error::Protocol(format!("a multistatus that is none: {error}")))?;
        if !root.is(DAV, "multistatus") {
            return Err(Error::Protocol(format!("a {} where a multistatus should be", root.name)));
        }
        read(&self.base, url, root)
    }
}

fn target(url: &Url, response: &Response) -> Result<Url> {
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let target = location.and_then(|location| url.join(location).ok());
    let target = target.ok_or_else(|| Error::Protocol("a redirect to nowhere".to_owned()))?;
    if href::may_follow(url, &target) { Ok(target) } else { Err(href::elsewhere(&target)) }
}

/// The parts of a multistatus (RFC 4918 14.16).
fn read(base: &Url, url: Url, root: Element) -> Result<Multistatus> {
    let mut answer = Multistatus { url, responses: Vec::new(), sync_token: None, is_truncated: false };
    let own = href::id_of(base, &answer.url, answer.url.path());
    for part in root.children {
        if part.is(DAV, "sync-token") {
            answer.sync_token = Some(part.text.trim().to_owned()).filter(|token| !token.is_empty());
        }
        if !part.is(DAV, "response") {
            continue;
        }
        let status = part.child(DAV, "status").and_then(status);
        for href in part.hrefs() {
            // Left out, it would be taken for deleted.
            let elsewhere = || Error::Protocol("it tells of things on another host".to_owned());
            let id = href::id_of(base, &answer.url, href).ok_or_else(elsewhere)?;
            // RFC 6578 3.6: what is left out is said of the collection itself.
            if status == Some(507) && Some(&id) == own.as_ref() {
                answer.is_truncated = true;
                continue;
            }
            answer.responses.push(reply(id, status, &part));
        }
    }
    Ok(answer)
}

fn reply(id: String, own: Option<u16>, part: &Element) -> Reply {
    let is_there = |status: Option<u16>| status.is_none_or(|status| (200..300).contains(&status));
    let stats = part.children.iter().filter(|child| child.is(DAV, "propstat"));
    let found = stats.filter(|stat| is_there(stat.child(DAV, "status").and_then(status)));
    let properties = found.filter_map(|stat| stat.child(DAV, "prop")).flat_map(|prop| prop.children.clone());
    Reply { id, is_gone: matches!(own, Some(404 | 410)), properties: properties.collect() }
}

/// Within so many letters a page says that it is one.
const PAGE_START: usize = 300;

/// The number in `HTTP/1.1 200 OK`.
fn status(element: &Element) -> Option<u16> {
    element.text.split_whitespace().nth(1)?.parse().ok()
}

/// What an answer that is none of success means.
async fn refusal(response: Response) -> Error {
    let status = response.status();
    let after = web::retry_after(&response);
    let body = web::body(response, REFUSAL_MAX).await.unwrap_or_default();
    meaning(status, &String::from_utf8_lossy(&body), after)
}

/// What a status that is none of success means, with the text that came with it.
fn meaning(status: StatusCode, text: &str, after: Option<Duration>) -> Error {
    let condition = Element::parse(text).ok();
    let message = message(status, condition.as_ref(), text);
    match status.as_u16() {
        401 => Error::LogIn(message),
        412 => Error::Conflict(None),
        // RFC 6578 3.2 (valid-sync-token); of 403 and 409 only this one is about the token.
        _ if condition.is_some_and(|error| error.contains(DAV, "valid-sync-token")) => Error::CursorExpired,
        423 | 429 | 408 | 425 | 500.. => Error::Later { after, message },
        // Calendar servers say why in XML or in a line of text; a page comes from a proxy before them.
        400..500 if is_page(text) => Error::Protocol(message),
        404 | 410 => Error::Gone,
        400..500 => Error::Refused(message),
        _ => Error::Protocol(message),
    }
}

fn is_page(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(PAGE_START).collect::<String>().to_ascii_lowercase();
    start.starts_with('<') && (start.contains("<!doctype html") || start.contains("<html"))
}

/// What people are shown: the conditions that the server names, else its words.
fn message(status: StatusCode, condition: Option<&Element>, text: &str) -> String {
    let names = condition
        .filter(|error| error.is(DAV, "error"))
        .map(|error| error.children.iter().map(|child| child.name.as_str()).collect::<Vec<_>>().join(", "));
    let is_plain = !text.trim_start().starts_with('<');
    let words = names.filter(|names| !names.is_empty()).or_else(|| is_plain.then(|| text.trim().to_owned()));
    let words: String =
        words.unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(MESSAGE_MAX).collect();
    if words.is_empty() { status.to_string() } else { format!("{status}: {words}") }
}

/// Whether an answer was larger than may be, so that a smaller question may have one.
pub fn is_too_large(error: &Error) -> bool {
    matches!(error, Error::Protocol(message) if message.starts_with(TOO_LARGE))
}

/// A text as XML has it.
pub fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::read;
    use crate::connector::dav::xml::DAV;
    use crate::connector::dav::xml::Element;

    #[test]
    fn a_multistatus_tells_what_is_there_and_what_is_gone() {
        let text = r#"<multistatus xmlns="DAV:">
          <response><href>/c/a%20b.ics</href><propstat><prop><getetag>W/"1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat>
            <propstat><prop><displayname/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>
          <response><href>/c/gone.ics</href><status>HTTP/1.1 404 Not Found</status></response>
          <response><href>/c/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>
          <sync-token>t1</sync-token></multistatus>"#;
        let answer = read(
            &Url::parse("https://dav.example/").unwrap(),
            Url::parse("https://dav.example/c/").unwrap(),
            Element::parse(text).unwrap(),
        )
        .unwrap();
        let ids: Vec<(&str, bool)> =
            answer.responses.iter().map(|reply| (reply.id.as_str(), reply.is_gone)).collect();
        assert_eq!(ids, [("/c/a%20b.ics", false), ("/c/gone.ics", true)]);
        assert_eq!(answer.responses[0].etag(), Some("W/\"1\""));
        assert!(answer.responses[0].property(DAV, "displayname").is_none());
        assert_eq!((answer.sync_token.as_deref(), answer.is_truncated), (Some("t1"), true));
    }

    #[track_caller]
    fn means(status: u16, text: &str, expected: &str) {
        let meaning = super::meaning(reqwest::StatusCode::from_u16(status).unwrap(), text, None);
        assert_eq!(format!("{meaning:?}"), expected);
    }

    #[test]
    fn a_page_of_a_proxy_refuses_nothing() {
        let page = "<!DOCTYPE html>\n<html><body>Blocked</body></html>";
        means(400, page, "Protocol(\"400 Bad Request\")");
        means(403, page, "Protocol(\"403 Forbidden\")");
        means(404, "<?xml version=\"1.0\"?><HTML/>", "Protocol(\"404 Not Found\")");
        means(404, "not here", "Gone");
        means(400, "Bad Request", "Refused(\"400 Bad Request: Bad Request\")");
        let condition = r#"<error xmlns="DAV:"><need-privileges/></error>"#;
        means(403, condition, "Refused(\"403 Forbidden: need-privileges\")");
    }

    #[test]
    fn things_of_another_host_are_not_taken_for_deleted() {
        let text = r#"<multistatus xmlns="DAV:"><response><href>https://evil.example/x</href></response></multistatus>"#;
        let url = Url::parse("https://dav.example/c/").unwrap();
        assert!(read(&url, url.clone(), Element::parse(text).unwrap()).is_err());
    }
}
