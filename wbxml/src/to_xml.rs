//! Writes a document as XML that people read, losing nothing that its tree holds.
//!
//! The root's namespace is the default one, the others have their name in small letters as prefix.
//! Opaque data has `encoding="utf-8"` when it is shown as text and `encoding="base64"` when not.
//! Where text stands between elements, `xml:space="preserve"` says that there is no indentation,
//! and opaque data is `<?opaque BASE64?>`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::document::Document;
use crate::document::Node;
use crate::reader::wide;
use crate::tag::Tag;
use crate::text;
use crate::xml_name;

/// The document as XML, with a line end at its end.
pub(crate) fn to_xml(document: &Document) -> String {
    let xml = String::from(r#"<?xml version="1.0" encoding="utf-8"?>"#);
    let mut printer = Printer { document, xml, page: document.root().tag().page(), open: Vec::new() };
    for (index, node, content) in document.root().nodes() {
        printer.close_until(index);
        match node.tag {
            Some(tag) => printer.element(index, tag, node, content),
            None => printer.content(node, content),
        }
    }
    printer.close_until(u32::MAX);
    printer.xml.push('\n');
    printer.xml
}

/// The declarations of all namespaces that the document uses.
fn namespaces(document: &Document) -> String {
    let root = document.root().tag().page();
    let mut declarations = format!(r#" xmlns="{}""#, xml_name::namespace(root));
    let pages: BTreeSet<u8> = document.nodes.iter().filter_map(|node| node.tag).map(Tag::page).collect();
    for page in pages.into_iter().filter(|page| *page != root) {
        let namespace = xml_name::namespace(page);
        declarations += &format!(r#" xmlns:{}="{namespace}""#, namespace.to_lowercase());
    }
    declarations
}

/// What stands in an element.
#[derive(PartialEq, Eq)]
enum Shape {
    /// At most content.
    Leaf,
    /// Elements.
    Container,
    /// Elements and content.
    Mixed,
}

fn shape(document: &Document, index: u32, node: &Node) -> Shape {
    let mut next = index + 1;
    if node.end == next {
        return Shape::Leaf;
    }
    if node.is_opaque || node.content.length > 0 {
        return Shape::Mixed;
    }
    while next < node.end {
        match document.nodes.get(wide(next)) {
            Some(child) if child.tag.is_some() => next = child.end,
            _ => return Shape::Mixed,
        }
    }
    Shape::Container
}

struct Printer<'a> {
    document: &'a Document,
    xml: String,
    /// The code page whose namespace is the default one.
    page: u8,
    /// The elements that are open, the root first.
    open: Vec<Open>,
}

struct Open {
    /// The index of the node after the last one in it.
    end: u32,
    tag: Tag,
    /// Whether nothing may stand in it but what the document has there.
    is_preserved: bool,
}

impl Printer<'_> {
    /// Begins an element, and ends it too when it is a leaf.
    fn element(&mut self, index: u32, tag: Tag, node: &Node, content: &[u8]) {
        self.indent();
        self.xml.push('<');
        self.name(tag);
        if self.open.is_empty() {
            self.xml.push_str(&namespaces(self.document));
        }
        let shape = shape(self.document, index, node);
        if shape == Shape::Leaf {
            return self.leaf(tag, node, content);
        }
        let mut is_preserved = self.is_preserved();
        if shape == Shape::Mixed && !is_preserved {
            self.xml.push_str(r#" xml:space="preserve""#);
            is_preserved = true;
        }
        self.xml.push('>');
        self.open.push(Open { end: node.end, tag, is_preserved });
        self.content(node, content);
    }

    /// The rest of an element that holds no others.
    fn leaf(&mut self, tag: Tag, node: &Node, content: &[u8]) {
        let text = str::from_utf8(content).ok().filter(|_| !node.is_opaque || text::is_clean(content));
        if node.is_opaque {
            let encoding = if text.is_some() { "utf-8" } else { "base64" };
            self.xml.push_str(&format!(r#" encoding="{encoding}""#));
        }
        if content.is_empty() {
            self.xml.push_str("/>");
            return;
        }
        self.xml.push('>');
        match text {
            Some(text) => self.text(text),
            None => STANDARD.encode_string(content, &mut self.xml),
        }
        self.end(tag);
    }

    /// Content among elements.
    fn content(&mut self, node: &Node, content: &[u8]) {
        if node.is_opaque {
            self.xml.push_str("<?opaque ");
            STANDARD.encode_string(content, &mut self.xml);
            self.xml.push_str("?>");
        } else {
            self.text(str::from_utf8(content).unwrap_or_default());
        }
    }

    /// Ends the elements that end before this index.
    fn close_until(&mut self, index: u32) {
        while let Some(open) = self.open.pop_if(|open| open.end <= index) {
            if !open.is_preserved {
                self.indent();
            }
            self.end(open.tag);
        }
    }

    /// A new line, unless the element that is open would have it as its content.
    fn indent(&mut self) {
        if !self.is_preserved() {
            self.xml.push('\n');
            self.xml.extend(std::iter::repeat_n("  ", self.open.len()));
        }
    }

    fn is_preserved(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_preserved)
    }

    fn end(&mut self, tag: Tag) {
        self.xml.push_str("</");
        self.name(tag);
        self.xml.push('>');
    }

    fn name(&mut self, tag: Tag) {
        if tag.page() != self.page {
            self.xml.push_str(&xml_name::namespace(tag.page()).to_lowercase());
            self.xml.push(':');
        }
        self.xml.push_str(&xml_name::local_name(tag));
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '<' => self.xml.push_str("&lt;"),
                '>' => self.xml.push_str("&gt;"),
                '&' => self.xml.push_str("&amp;"),
                // A reader of XML makes a line feed of a bare one.
                '\r' => self.xml.push_str("&#13;"),
                _ => self.xml.push(character),
            }
        }
    }
}
