//! A description with formatting: DESCRIPTION is plain text (RFC 5545 3.8.1.5), and the HTML is in a line beside it, as
//! Outlook and Exchange write it. It counts as long as both say the same.

use serde_json::Map;
use serde_json::Value;

use crate::connector::dav::line::Property;
use crate::mime::html;

/// The line with the HTML.
pub const LINE: &str = "X-ALT-DESC";
/// Where the model has the text.
pub const TEXT: &str = "description";
/// Where the model says of which kind it is.
pub const KIND: &str = "descriptionContentType";

const HTML: &str = "text/html";

/// Takes the HTML for the description, if the line has it and the plain text says the same.
pub fn lay(line: &Property, object: &mut Map<String, Value>) -> bool {
    let is_html = line.parameter("FMTTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case(HTML));
    let html = line.to_plain();
    let plain = object.get(TEXT).and_then(Value::as_str).unwrap_or_default();
    if !is_html || !is_same(&html::to_text(&html), plain) || plain.is_empty() || object.contains_key(KIND) {
        return false;
    }
    object.insert(TEXT.to_owned(), html.into());
    object.insert(KIND.to_owned(), HTML.into());
    true
}

/// The HTML of a description; none if it is plain.
fn html_of(object: &Map<String, Value>) -> Option<&str> {
    let kind = object.get(KIND).and_then(Value::as_str)?;
    let is_html = kind.trim().to_ascii_lowercase().starts_with(HTML);
    object.get(TEXT).and_then(Value::as_str).filter(|_| is_html)
}

/// The description without its formatting, if it has some.
pub fn plain(object: &Map<String, Value>) -> Option<Map<String, Value>> {
    let text = html::to_text(html_of(object)?);
    Some(Map::from_iter([(TEXT.to_owned(), text.into())]))
}

/// The line with the HTML, if there is some.
pub fn line(object: &Map<String, Value>) -> Option<Property> {
    Some(Property::text(LINE, html_of(object)?).with("FMTTYPE", HTML))
}

/// Blanks and line ends are each program's own.
fn is_same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}
