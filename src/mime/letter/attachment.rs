//! What is attached to a letter: names, sizes, and which part to fetch. Fetches none.

use crate::mime::letter::Letter;
use crate::mime::letter::body;
use crate::mime::letter::kind;
use crate::mime::section::Section;
use crate::mime::structure::Content;
use crate::mime::structure::Structure;
use crate::mime::transfer::Encoding;

/// A part that is shown as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Which part it is.
    pub section: Section,
    /// What it is called; every file has a name.
    pub name: String,
    /// Its type, as `image/png`.
    pub media_type: String,
    /// How its bytes are written.
    pub encoding: Encoding,
    /// About how many bytes it has.
    pub size: u64,
    /// What it is.
    pub method: Method,
    /// What the HTML calls it.
    pub content_id: Option<String>,
    /// The same as an address.
    pub location: Option<String>,
    /// Whether it is shown within the text.
    pub is_inline: bool,
}

/// What an attachment is (MS-ASAIRS 2.2.2.31.2 Method).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A file.
    Normal,
    /// A message.
    Message,
    /// An object of Windows.
    Ole,
}

impl Method {
    /// The number of the protocol.
    pub fn number(self) -> u8 {
        match self {
            Self::Normal => 1,
            Self::Message => 5,
            Self::Ole => 6,
        }
    }
}

/// A name is no longer than a file's may be.
const LONGEST_NAME: usize = 200;

impl Letter {
    /// What is attached, in its order.
    pub fn attachments(&self) -> Vec<Attachment> {
        let shown = body::shown(self.structure());
        let mut walk = Walk { shown: &shown, found: Vec::new() };
        match &self.structure().content {
            Content::Parts(_) => walk.parts(self.structure(), &Section::WHOLE, Within::default()),
            Content::Bytes | Content::Message(_) => {
                walk.leaf(self.structure(), Section::WHOLE.child(1), Within::default());
            }
        }
        walk.found
    }
}

impl Attachment {
    /// A part as a file, wherever it lies.
    pub(in crate::mime) fn of(part: &Structure, section: Section) -> Self {
        Self {
            section,
            name: name(part),
            media_type: part.media_type(),
            encoding: part.encoding,
            size: part.decoded_size(),
            method: method(part),
            content_id: part.content_id.clone(),
            location: part.location.clone(),
            is_inline: false,
        }
    }
}

struct Walk<'a> {
    shown: &'a [Section],
    found: Vec<Attachment>,
}

/// What a part lies in.
#[derive(Clone, Copy, Debug, Default)]
struct Within {
    is_alternative: bool,
    is_related: bool,
    is_signed: bool,
}

impl Walk<'_> {
    fn parts(&mut self, part: &Structure, section: &Section, outer: Within) {
        let within = Within {
            is_alternative: part.is("multipart", "alternative"),
            is_related: outer.is_related || part.is("multipart", "related"),
            is_signed: part.is("multipart", "signed"),
        };
        for (number, inner) in (1..).zip(part.parts()) {
            let section = section.child(number);
            match &inner.content {
                Content::Parts(_) => self.parts(inner, &section, within),
                Content::Bytes | Content::Message(_) => self.leaf(inner, section, within),
            }
        }
    }

    fn leaf(&mut self, part: &Structure, section: Section, within: Within) {
        let is_hidden = self.shown.contains(&section)
            // Another form of the same text, or what is meant for programs.
            || within.is_alternative && part.media_type.main == "text" && !part.is_attached()
            || within.is_signed && kind::is_smime_signature(part)
            || part.is("text", "calendar") && !part.is_attached() && part.file_name().is_none()
            || part.is("application", "applefile") && part.file_name().is_none()
            || part.size == 0 && part.media_type.main == "text" && part.file_name().is_none();
        if is_hidden {
            return;
        }
        self.found.push(Attachment { is_inline: is_inline(part, within), ..Attachment::of(part, section) });
    }
}

/// Whether it is shown within the text, by all that programs say of it.
fn is_inline(part: &Structure, within: Within) -> bool {
    let is_referred_to = part.content_id.is_some() || part.location.is_some();
    let is_picture = part.media_type.main == "image";
    match part.disposition.as_ref().map(|said| said.main.as_str()) {
        Some("inline") => is_referred_to,
        // Outlook and some newsletters call the pictures of their text attachments.
        Some(_) => is_referred_to && within.is_related && is_picture,
        None => is_referred_to && (within.is_related || is_picture),
    }
}

fn method(part: &Structure) -> Method {
    match (part.media_type.main.as_str(), part.media_type.sub.as_str()) {
        ("message", "rfc822" | "global") => Method::Message,
        ("application", "x-oleobject") => Method::Ole,
        _ => Method::Normal,
    }
}

/// What it is called; made up from what it is where nobody said.
fn name(part: &Structure) -> String {
    let embedded = match &part.content {
        Content::Message(embedded) => embedded.headers.subject.as_deref(),
        Content::Bytes | Content::Parts(_) => None,
    };
    let said = part.file_name().map(safe).filter(|name| !name.is_empty());
    let is_message = method(part) == Method::Message;
    let said = said.or_else(|| embedded.or(part.description.as_deref()).map(|title| file_name(title, part)));
    let name = said.unwrap_or_else(|| file_name("", part));
    // MS-ASAIRS 2.2.2.31.2 (Method): an embedded message has the extension .eml.
    if is_message && !name.to_ascii_lowercase().ends_with(".eml") { format!("{name}.eml") } else { name }
}

/// A title as the name of a file.
fn file_name(title: &str, part: &Structure) -> String {
    let title = safe(&title.replace(['/', '\\'], " "));
    let title = if title.is_empty() { "attachment" } else { &title };
    let extension = extension(part);
    let has_extension = title.rsplit_once('.').is_some_and(|(_, end)| (2..=4).contains(&end.len()));
    if has_extension || extension.is_empty() { title.to_owned() } else { format!("{title}.{extension}") }
}

/// The ending that programs know a type by.
fn extension(part: &Structure) -> &str {
    match (part.media_type.main.as_str(), part.media_type.sub.as_str()) {
        ("message", "rfc822" | "global") => "eml",
        ("message" | "text", "plain" | "delivery-status" | "disposition-notification" | "rfc822-headers") => {
            "txt"
        }
        ("text", "calendar") | ("application", "ics") => "ics",
        ("text", "vcard" | "x-vcard" | "directory") => "vcf",
        ("text", "html") => "html",
        ("text", "csv") => "csv",
        ("text", "rtf") | ("application", "rtf") => "rtf",
        ("image", "jpeg" | "pjpeg") => "jpg",
        ("image", "svg+xml") => "svg",
        ("image" | "audio" | "video", sub) if sub.len() <= 4 => sub,
        ("application", sub @ ("pdf" | "zip" | "json" | "xml")) => sub,
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => "p7m",
        ("application", "pkcs7-signature" | "x-pkcs7-signature") => "p7s",
        ("application", "pgp-signature" | "pgp-encrypted") => "asc",
        _ => "bin",
    }
}

/// A name without the folders it was in and without what no file may be called.
fn safe(name: &str) -> String {
    let is_wrong =
        |c: char| c.is_control() || "<>:\"|?*".contains(c) || ('\u{202A}'..='\u{202E}').contains(&c);
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !is_wrong(*c)).collect();
    let name = name.trim().trim_start_matches('.');
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    // What matters of a long name is its beginning and its ending.
    let (stem, ending) = name.rsplit_once('.').filter(|(_, ending)| ending.len() < 10).unwrap_or((name, ""));
    let stem = stem.get(..stem.floor_char_boundary(LONGEST_NAME)).unwrap_or_default();
    if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") }
}
