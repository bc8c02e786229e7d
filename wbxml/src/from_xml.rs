//! Reads a document from the XML that `to_xml` writes, or that people write by hand.
//!
//! White space between elements is indentation, unless `xml:space="preserve"` is on.
//! That of an element without others in it is its text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::NsReader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::BytesRef;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use quick_xml::name::Namespace;
use quick_xml::name::ResolveResult;

use crate::document::Document;
use crate::error::Error;
use crate::limits::Limits;
use crate::write::Writer;
use crate::xml_name;

/// Why XML is no document, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct XmlError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: XmlProblem,
}

/// Why XML is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlProblem {
    /// It is no XML.
    #[error("{0}")]
    Syntax(String),
    /// There is no element, or the last one has no end.
    #[error("the document has no end")]
    Unfinished,
    /// Something stands outside of the root element.
    #[error("there is something beside the first element")]
    BesideRoot,
    /// No code page has a tag of this name.
    #[error("no code page has a tag `{0}`")]
    UnknownTag(String),
    /// An attribute means nothing here.
    #[error("an attribute `{0}` means nothing here")]
    UnknownAttribute(String),
    /// An entity is none of the five of XML.
    #[error("there is no entity `{0}`")]
    UnknownEntity(String),
    /// Opaque data is no base64, or has elements beside it.
    #[error("this is no opaque data")]
    NotOpaque,
    /// The document is too large.
    #[error(transparent)]
    Document(#[from] Error),
}

/// Reads a document from XML.
pub(crate) fn from_xml(xml: &str) -> Result<Document, XmlError> {
    let mut reader = NsReader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    // One for each code page there could be.
    reader.resolver_mut().set_max_namespace_bindings(256);
    let mut builder = Builder { writer: Writer::new(), open: Vec::new(), is_done: false };
    let read = builder
        .read(&mut reader)
        .and_then(|()| Document::decode(builder.writer.finish(), &Limits::WIDEST).map_err(XmlProblem::from));
    read.map_err(|problem| {
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let before = xml.as_bytes().get(..position).unwrap_or(xml.as_bytes());
        XmlError { line: 1 + memchr::memchr_iter(b'\n', before).count(), problem }
    })
}

struct Builder {
    writer: Writer,
    /// The elements that are open, the root first.
    open: Vec<Open>,
    /// Whether the root is closed.
    is_done: bool,
}

struct Open {
    /// What stands in it since its last child.
    text: String,
    content: Content,
    has_children: bool,
    is_preserved: bool,
}

/// What the text of an element means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Text,
    OpaqueText,
    OpaqueBase64,
}

impl Builder {
    fn read(&mut self, reader: &mut NsReader<&[u8]>) -> Result<(), XmlProblem> {
        loop {
            match reader.read_event().map_err(syntax)? {
                Event::Start(start) => self.start(reader, &start)?,
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(data) => self.text(&data.xml10_content())?,
                Event::GeneralRef(entity) => self.entity(&entity)?,
                Event::PI(instruction) if instruction.target() == "opaque" => {
                    self.opaque(instruction.content())?;
                }
                Event::Eof if self.is_done => return Ok(()),
                Event::Eof => return Err(XmlProblem::Unfinished),
                _ => {}
            }
        }
    }

    fn start(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<(), XmlProblem> {
        if self.is_done {
            return Err(XmlProblem::BesideRoot);
        }
        let mut open =
            Open { text: String::new(), content: Content::Text, has_children: false, is_preserved: false };
        if let Some(parent) = self.open.last_mut() {
            parent.has_children = true;
            parent.flush(&mut self.writer)?;
            open.is_preserved = parent.is_preserved;
        }
        for attribute in start.attributes() {
            let attribute = attribute.map_err(syntax)?;
            match (attribute.key.as_ref(), attribute.value.as_ref()) {
                ("encoding", "utf-8") => open.content = Content::OpaqueText,
                ("encoding", "base64") => open.content = Content::OpaqueBase64,
                ("xml:space", value) => open.is_preserved = value == "preserve",
                (name, _) if name == "xmlns" || name.starts_with("xmlns:") => {}
                (name, _) => return Err(XmlProblem::UnknownAttribute(name.to_owned())),
            }
        }
        let (namespace, name) = reader.resolver().resolve_element(start.name());
        let tag = match namespace {
            ResolveResult::Bound(Namespace(namespace)) => xml_name::tag(namespace, name.as_ref()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        };
        let unknown = || XmlProblem::UnknownTag(start.name().as_ref().to_owned());
        self.writer.open(tag.ok_or_else(unknown)?);
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), XmlProblem> {
        if let Some(mut open) = self.open.pop() {
            open.flush(&mut self.writer)?;
        }
        self.writer.close();
        self.is_done = self.open.is_empty();
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlProblem> {
        match self.open.last_mut() {
            Some(open) => open.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(XmlProblem::BesideRoot),
        }
        Ok(())
    }

    fn entity(&mut self, entity: &BytesRef<'_>) -> Result<(), XmlProblem> {
        match entity.resolve_char_ref().map_err(syntax)? {
            Some(character) => self.text(character.encode_utf8(&mut [0; 4])),
            None => match resolve_xml_entity(entity) {
                Some(text) => self.text(text),
                None => Err(XmlProblem::UnknownEntity(entity.to_string())),
            },
        }
    }

    /// Opaque data among elements.
    fn opaque(&mut self, base64: &str) -> Result<(), XmlProblem> {
        let open = self.open.last_mut().ok_or(XmlProblem::BesideRoot)?;
        open.flush(&mut self.writer)?;
        self.writer.data(&decode_base64(base64)?);
        Ok(())
    }
}

impl Open {
    /// Writes what stands in it since its last child.
    fn flush(&mut self, writer: &mut Writer) -> Result<(), XmlProblem> {
        let text = std::mem::take(&mut self.text);
        match self.content {
            Content::Text if self.has_children && !self.is_preserved && text.trim().is_empty() => {}
            Content::Text => writer.string(&text),
            _ if self.has_children => return Err(XmlProblem::NotOpaque),
            Content::OpaqueText => writer.data(text.as_bytes()),
            Content::OpaqueBase64 => writer.data(&decode_base64(&text)?),
        }
        Ok(())
    }
}

fn decode_base64(text: &str) -> Result<Vec<u8>, XmlProblem> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| XmlProblem::NotOpaque)
}

fn syntax(error: impl std::fmt::Display) -> XmlProblem {
    XmlProblem::Syntax(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(xml: &str, message: &str) {
        assert_eq!(from_xml(xml).unwrap_err().to_string(), message);
    }

    #[test]
    fn what_is_wrong_with_xml_is_said_with_its_line() {
        check("", "line 1: the document has no end");
        check("<Sync xmlns='AirSync'>\n<SyncKey>", "line 2: the document has no end");
        check(
            "<Sync xmlns='AirSync'>\n</Syn>",
            "line 2: ill-formed document: expected `</Sync>`, but `</Syn>` was found",
        );
        check("\n<Sync/>", "line 2: no code page has a tag `Sync`");
        check("<Sync xmlns='AirSync' id='1'/>", "line 1: an attribute `id` means nothing here");
        check("<Sync xmlns='AirSync'>&auml;</Sync>", "line 1: there is no entity `auml`");
        check("<Sync xmlns='AirSync'/><Sync/>", "line 1: there is something beside the first element");
        check("text<Sync xmlns='AirSync'/>", "line 1: there is something beside the first element");
        check("<Sync xmlns='AirSync' encoding='base64'>*</Sync>", "line 1: this is no opaque data");
        check("<Sync xmlns='AirSync' encoding='base64'><SyncKey/></Sync>", "line 1: this is no opaque data");
    }

    #[test]
    fn xml_may_be_written_by_hand() {
        let written = "<a:Sync xmlns:a='AirSync:'> <!-- the first -->\n<a:SyncKey><![CDATA[<0>]]>&#x41;</a:SyncKey></a:Sync>";
        let document = from_xml(written).unwrap();
        assert_eq!(document.encode(), b"\x03\x01\x6A\0\x45\x4B\x03<0>A\0\x01\x01");
    }
}
