//! Parts of a message as they are written: texts and files with their headers. Knows no message.

use bytes::Bytes;

use crate::mime::compose::Piece;
use crate::mime::compose::header::add;
use crate::mime::compose::header::content_fields;
use crate::mime::field;
use crate::mime::letter::attachment::Attachment;
use crate::mime::section::Section;
use crate::mime::structure::Structure;
use crate::mime::text;
use crate::mime::transfer;
use crate::mime::transfer::Encoding;
use crate::mime::words;

/// A part with its header, in pieces.
pub(super) type Part = Vec<Piece>;

/// What a part of text is, `plain` or `html`.
pub(super) fn text(sub: &str, words: &str) -> Bytes {
    let (encoding, body) = transfer::encode_text(words);
    let mut part = Vec::with_capacity(body.len() + 100);
    add(&mut part, "Content-Type", &format!("text/{sub}; charset=utf-8"));
    add(&mut part, "Content-Transfer-Encoding", encoding);
    part.extend_from_slice(b"\r\n");
    part.extend_from_slice(&body);
    Bytes::from(part)
}

/// A part of the original, as it is written there.
pub(super) fn original(attachment: &Attachment, part: &Structure) -> Part {
    let mut header = Vec::new();
    let kept = part.media_type.parameters.iter().filter(|(name, _)| *name != "name");
    let mut media_type = attachment.media_type.clone();
    for (name, value) in kept {
        media_type.push_str(&parameter(name, value));
    }
    add(&mut header, "Content-Type", &media_type);
    add(&mut header, "Content-Transfer-Encoding", encoding_name(attachment.encoding));
    describe(&mut header, &attachment.name, attachment.content_id.as_deref(), attachment.is_inline);
    header.extend_from_slice(b"\r\n");
    vec![Piece::Own(Bytes::from(header)), Piece::Original(attachment.section.clone())]
}

/// The original as a message within the message.
pub(super) fn whole_original(title: &str) -> Part {
    let mut header = Vec::new();
    add(&mut header, "Content-Type", "message/rfc822");
    describe(&mut header, &format!("{title}.eml"), None, false);
    header.extend_from_slice(b"\r\n");
    vec![Piece::Own(Bytes::from(header)), Piece::Original(Section::WHOLE)]
}

/// A file; a message among them stands as it is, as RFC 2046 5.2.1 wants it.
pub(super) fn file(
    media_type: &str,
    name: &str,
    content_id: Option<&str>,
    is_inline: bool,
    bytes: &[u8],
) -> Part {
    let mut part = Vec::new();
    let is_message = media_type == "message/rfc822";
    add(&mut part, "Content-Type", media_type);
    add(&mut part, "Content-Transfer-Encoding", if is_message { "8bit" } else { "base64" });
    describe(&mut part, name, content_id, is_inline);
    part.extend_from_slice(b"\r\n");
    if is_message {
        part.extend_from_slice(&text::with_crlf(bytes));
    } else {
        part.extend_from_slice(transfer::to_base64(bytes).trim_end().as_bytes());
    }
    vec![Piece::Own(Bytes::from(part))]
}

/// Parts one behind the other, with a boundary before, between and behind them.
pub(super) fn join(parts: Vec<Part>, boundary: &str) -> Part {
    let mut joined = Vec::new();
    for (number, part) in parts.into_iter().enumerate() {
        let line_end = if number == 0 { "" } else { "\r\n" };
        joined.push(Piece::Own(Bytes::from(format!("{line_end}--{boundary}\r\n"))));
        joined.extend(part);
    }
    joined.push(Piece::Own(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    joined
}

/// A part as the fields of its content, and its body.
pub(super) fn split(mut part: Part) -> (Vec<u8>, Vec<Piece>) {
    let Some(Piece::Own(first)) = part.first_mut() else { return (Vec::new(), part) };
    let end = field::end_of_header(first).min(first.len());
    let head = first.split_to(end);
    (content_fields(&head), part)
}

/// The fields that say what a file is called and where it belongs.
fn describe(header: &mut Vec<u8>, name: &str, content_id: Option<&str>, is_inline: bool) {
    let disposition = if is_inline { "inline" } else { "attachment" };
    add(header, "Content-Disposition", &format!("{disposition}{}", parameter("filename", name)));
    if let Some(id) = content_id {
        let id: String = id.chars().filter(|c| !c.is_control() && !"<> ".contains(*c)).collect();
        add(header, "Content-ID", &format!("<{id}>"));
    }
}

/// A parameter on a line of its own; one beyond ASCII, or a long one, in the pieces of RFC 2231.
fn parameter(name: &str, value: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    if value.is_ascii() && value.len() <= LONGEST_VALUE {
        return format!(";\r\n {name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let bytes: Vec<String> = value.bytes().map(encoded_byte).collect();
    let pieces = bytes.chunks(LONGEST_VALUE / 3).enumerate().map(|(number, piece)| {
        let language = if number == 0 { "utf-8''" } else { "" };
        format!(";\r\n {name}*{number}*={language}{}", piece.concat())
    });
    let pieces: String = pieces.collect();
    // Outlook knows encoded words only.
    format!("{pieces};\r\n {name}=\"{}\"", words::encode(&value).replace("\r\n", ""))
}

/// A line has place for no more.
const LONGEST_VALUE: usize = 60;

fn encoded_byte(byte: u8) -> String {
    let is_plain = byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Base64 => "base64",
        Encoding::QuotedPrintable => "quoted-printable",
        Encoding::Plain => "8bit",
    }
}
