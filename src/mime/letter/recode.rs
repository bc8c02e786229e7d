//! A message as text that a phone's answer can hold: WBXML has strings without NUL, in UTF-8. Changes nothing that
//! can be told as it is.
//!
//! A part in another character set that is written as it is (`8bit`) would come out as rubbish: it is put into base64,
//! which says the same. What is signed or sealed is told as it is as long as there is any way.

use std::borrow::Cow;

use crate::mime::charset;
use crate::mime::field;
use crate::mime::letter::kind;
use crate::mime::parse;
use crate::mime::parse::Parsed;
use crate::mime::section::Section;
use crate::mime::structure::Content;
use crate::mime::structure::Structure;
use crate::mime::text;
use crate::mime::transfer::to_base64;

/// Messages within messages are gone into so deep.
const DEEPEST: usize = 4;

/// The message as text; only what cannot be told is written another way.
pub(super) fn as_text(raw: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(raw) {
        let is_told = |c: char| c >= ' ' || "\t\r\n".contains(c);
        let is_sealed = || kind::sealed(parse::parse(raw).structure()).is_some();
        if text.chars().all(is_told) || !text.contains('\0') && is_sealed() {
            return Cow::Borrowed(text);
        }
    }
    let recoded = recode(raw, DEEPEST);
    let text = String::from_utf8(recoded);
    let text = text.unwrap_or_else(|error| charset::decode(error.as_bytes(), None));
    Cow::Owned(text::clean_html(text))
}

fn recode(raw: &[u8], depth: usize) -> Vec<u8> {
    let parsed = parse::parse(raw);
    let mut recoded = Vec::with_capacity(raw.len() + raw.len() / 3);
    let header = parsed.header();
    let mut at = header.len();
    match &parsed.structure().content {
        Content::Parts(_) => recoded.extend(fields(header, false)),
        Content::Bytes | Content::Message(_) => at = 0,
    }
    for (section, part) in parsed.structure().leaves() {
        let Some((header, body)) = parsed.place(&section) else { continue };
        recoded.extend_from_slice(raw.get(at..header.start).unwrap_or_default());
        leaf(&parsed, &section, part, depth, &mut recoded);
        at = body.end;
    }
    recoded.extend_from_slice(raw.get(at..).unwrap_or_default());
    recoded
}

/// A part with its header.
fn leaf(parsed: &Parsed<'_>, section: &Section, part: &Structure, depth: usize, recoded: &mut Vec<u8>) {
    let header = parsed.section_header(section).unwrap_or_default();
    let body = parsed.section(section).unwrap_or_default();
    let is_message = matches!(part.content, Content::Message(_));
    if is_told(body) || is_message && depth == 0 {
        recoded.extend(fields(header, false));
        recoded.extend_from_slice(body);
    } else if is_message {
        recoded.extend(fields(header, false));
        recoded.extend(recode(body, depth - 1));
    } else {
        recoded.extend(fields(header, true));
        recoded.extend_from_slice(to_base64(&part.encoding.decode(body)).trim_end().as_bytes());
    }
}

fn is_told(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii() && (*byte >= b' ' || b"\t\r\n".contains(byte)))
}

/// The fields of a header in ASCII, with another encoding if that is wanted, and the empty line.
fn fields(header: &[u8], is_base64: bool) -> Vec<u8> {
    if !is_base64 && is_told(header) {
        return header.to_vec();
    }
    let kept = field::fields(header).filter(|field| !is_base64 || !field.is("Content-Transfer-Encoding"));
    let mut fields: Vec<u8> = kept.flat_map(|field| field.as_ascii()).collect();
    if is_base64 {
        fields.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n");
    }
    fields.extend_from_slice(b"\r\n");
    fields
}
