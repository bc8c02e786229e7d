//! The tree of a document: one flat list of nodes over the bytes they came from. Parses nothing itself.

use std::fmt;

use crate::decode;
use crate::error::Error;
use crate::from_xml;
use crate::from_xml::XmlError;
use crate::limits::Limits;
use crate::reader::Span;
use crate::reader::wide;
use crate::tag::Tag;
use crate::to_xml;
use crate::write::Writer;

/// A decoded document: one root element.
///
/// Text in it never holds a control character but tab, CR and LF.
#[derive(Clone)]
pub struct Document {
    /// The bytes it came from, then what had to be put together anew.
    pub(crate) buffer: Vec<u8>,
    /// Each node before those in it; the root is the first.
    pub(crate) nodes: Vec<Node>,
}

/// An element, or content that stands after a child of its element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// The index of the node after the last one in this one.
    pub(crate) end: u32,
    /// The content; of an element what stands before its first child.
    pub(crate) content: Span,
    /// None for content between children.
    pub(crate) tag: Option<Tag>,
    pub(crate) is_opaque: bool,
}

impl Document {
    /// Reads a document of WBXML 1.0 to 1.3.
    ///
    /// What stands behind the end of the root element is not looked at.
    pub fn decode(body: impl Into<Vec<u8>>, limits: &Limits) -> Result<Self, Error> {
        decode::decode(body.into(), limits)
    }

    /// The element that holds all others.
    #[expect(clippy::expect_used, reason = "`decode` makes no document without a root")]
    pub fn root(&self) -> Element<'_> {
        Element::at(self, 0).expect("a document has a root")
    }

    /// Writes the document anew, in the one form that every client reads.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(self.buffer.len());
        writer.copy(self.root());
        writer.finish()
    }

    /// The document as XML that people read.
    ///
    /// The namespaces are `AirSync`, `Email` and so on. Nothing is lost: `from_xml` makes an equal document of it.
    pub fn to_xml(&self) -> String {
        to_xml::to_xml(self)
    }

    /// Reads a document from XML, that of `to_xml` or of one's own making.
    pub fn from_xml(xml: &str) -> Result<Self, XmlError> {
        from_xml::from_xml(xml)
    }

    pub(crate) fn content(&self, node: &Node) -> &[u8] {
        node.content.of(&self.buffer)
    }
}

/// Two documents are equal when they have the same elements with the same content.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        let is_equal = |(one, two): (&Node, &Node)| {
            (one.end, one.tag, one.is_opaque) == (two.end, two.tag, two.is_opaque)
                && self.content(one) == other.content(two)
        };
        self.nodes.len() == other.nodes.len() && self.nodes.iter().zip(&other.nodes).all(is_equal)
    }
}

impl Eq for Document {}

/// Says how large it is, never what it holds.
impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Document({:?}, {} nodes)", self.root().tag(), self.nodes.len())
    }
}

/// An element of a document.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    document: &'a Document,
    node: &'a Node,
    index: u32,
    tag: Tag,
}

impl<'a> Element<'a> {
    /// The element at this index, if one is there.
    fn at(document: &'a Document, index: u32) -> Option<Self> {
        let node = document.nodes.get(wide(index))?;
        Some(Self { document, node, index, tag: node.tag? })
    }

    /// What it is called.
    pub fn tag(self) -> Tag {
        self.tag
    }

    /// The elements directly in it, in their order.
    pub fn children(self) -> impl Iterator<Item = Self> + use<'a> {
        let end = self.node.end;
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            while index < end {
                let here = index;
                index = self.document.nodes.get(wide(here))?.end;
                if let Some(element) = Self::at(self.document, here) {
                    return Some(element);
                }
            }
            None
        })
    }

    /// The first element with this tag directly in it.
    pub fn child(self, tag: Tag) -> Option<Self> {
        self.children().find(|child| child.tag() == tag)
    }

    /// Whether an element with this tag is directly in it.
    pub fn has(self, tag: Tag) -> bool {
        self.child(tag).is_some()
    }

    /// Its text; empty when it has none, or data that is not UTF-8.
    ///
    /// Text behind a child is not part of it: no command of ActiveSync mixes the two.
    pub fn text(self) -> &'a str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// Its text or opaque data.
    pub fn bytes(self) -> &'a [u8] {
        self.document.content(self.node)
    }

    /// Whether its content came as opaque data.
    pub fn is_opaque(self) -> bool {
        self.node.is_opaque
    }

    /// Whether it holds neither elements nor content.
    pub fn is_empty(self) -> bool {
        self.node.end == self.index + 1 && self.node.content.length == 0 && !self.node.is_opaque
    }

    /// The nodes of this element, itself first, with their index and content.
    pub(crate) fn nodes(self) -> impl Iterator<Item = (u32, &'a Node, &'a [u8])> + use<'a> {
        let nodes = self.document.nodes.get(wide(self.index)..wide(self.node.end)).unwrap_or_default();
        (self.index..).zip(nodes).map(move |(index, node)| (index, node, self.document.content(node)))
    }
}

/// Says what it is called, never what it holds.
impl fmt::Debug for Element<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Element({:?})", self.tag)
    }
}
