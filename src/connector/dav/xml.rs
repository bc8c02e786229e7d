//! XML of a WebDAV answer as a small tree with its namespaces resolved. Knows no property.

use quick_xml::NsReader;
use quick_xml::events::BytesRef;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// An answer of a WebDAV server is ten levels deep.
const DEPTH: usize = 64;
/// Some twenty for each item of a large collection.
const MOST_ELEMENTS: usize = 2_000_000;

/// The namespace of WebDAV itself.
pub const DAV: &str = "DAV:";
/// That of CalDAV.
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// That of CardDAV.
pub const CARDDAV: &str = "urn:ietf:params:xml:ns:carddav";

/// An element with what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The namespace; empty if none.
    pub namespace: String,
    /// The name without a prefix.
    pub name: String,
    /// The attribute `name`, the only one that matters (CALDAV:comp).
    pub label: Option<String>,
    /// The text directly in it.
    pub text: String,
    /// The elements directly in it.
    pub children: Vec<Self>,
}

impl Element {
    /// Reads a document; the reason if it is none, or larger than it may be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        let mut count = 0;
        loop {
            let (namespace, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
            match event {
                Event::Start(start) => {
                    count += 1;
                    if count > MOST_ELEMENTS || open.len() >= DEPTH {
                        return Err("more elements than there can be".to_owned());
                    }
                    let element = Self::of(&namespace, &start);
                    open.push(element);
                }
                Event::End(_) => {
                    let Some(closed) = open.pop() else { return Err("an end without a start".to_owned()) };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                Event::Text(text) => add(&mut open, &text.xml10_content()),
                Event::CData(text) => add(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) => add(&mut open, &resolved(&reference).unwrap_or_default()),
                Event::Eof => return Err("it ends too early".to_owned()),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn of(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Self {
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => namespace.0.to_owned(),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
        };
        let label =
            start.try_get_attribute("name").ok().flatten().map(|attribute| attribute.value.into_owned());
        Self { namespace, name: start.local_name().as_ref().to_owned(), label, ..Self::default() }
    }

    /// Whether it is this one.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The first child of this name.
    pub fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    /// The `DAV:href`s directly in it.
    pub fn hrefs(&self) -> impl Iterator<Item = &str> {
        self.children.iter().filter(|child| child.is(DAV, "href")).map(|href| href.text.trim())
    }

    /// Whether there is such an element anywhere in it.
    pub fn contains(&self, namespace: &str, name: &str) -> bool {
        self.children.iter().any(|child| child.is(namespace, name) || child.contains(namespace, name))
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The text that a reference means; entities of the document's own mean nothing.
fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Some(letter.to_string());
    }
    let known = match reference.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    };
    Some(known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::DAV;
    use super::Element;

    #[test]
    fn text_in_pieces_is_joined_and_prefixes_mean_nothing() {
        let text = "<?xml version=\"1.0\"?><d:a xmlns:d=\"DAV:\"><href xmlns=\"DAV:\"> /a&amp;b&#x2F;<![CDATA[<c>]]></href><d:e/></d:a>";
        let element = Element::parse(text).unwrap();
        assert!(element.is(DAV, "a"));
        assert_eq!(element.hrefs().collect::<Vec<_>>(), ["/a&b/<c>"]);
        assert!(element.contains(DAV, "e") && !element.contains("", "e"));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", "text", "<a>", "<a></b>", "</a>", &"<a>".repeat(1000)] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(Element::parse(bomb).map(|element| element.text).unwrap_or_default(), "");
    }
}
