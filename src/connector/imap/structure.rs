//! BODYSTRUCTURE (RFC 3501 7.4.2) as the tree of parts that the rest of the program knows. Asks nobody.

use bytes::Bytes;

use super::token::Value;
use crate::mime::headers::Headers;
use crate::mime::parameter::Parameters;
use crate::mime::parameter::Typed;
use crate::mime::structure::Content;
use crate::mime::structure::DEEPEST;
use crate::mime::structure::Embedded;
use crate::mime::structure::MOST_PARTS;
use crate::mime::structure::Structure;
use crate::mime::transfer::Encoding;

/// Reads a structure; none: the server tells none that can be one.
pub fn read(value: &Value) -> Option<Structure> {
    let mut parts = 0;
    part(value, 0, &mut parts)
}

fn part(value: &Value, depth: usize, parts: &mut usize) -> Option<Structure> {
    *parts += 1;
    let fields = value.list();
    match fields.first()? {
        Value::List(_) => multipart(fields, depth, parts),
        Value::Atom(_) | Value::Text(_) | Value::Nil => single(fields, depth, parts),
    }
}

/// `(part)(part) "MIXED" (parameters) (disposition) language location`
fn multipart(fields: &[Value], depth: usize, parts: &mut usize) -> Option<Structure> {
    let inner = fields.iter().take_while(|field| matches!(field, Value::List(_))).count();
    let (inner, rest) = fields.split_at_checked(inner)?;
    let mut content = Vec::new();
    for value in inner {
        if depth >= DEEPEST || *parts >= MOST_PARTS {
            break;
        }
        // Their numbers are their places: one that cannot be read keeps its own.
        content.push(part(value, depth + 1, parts).unwrap_or_default());
    }
    let size = content.iter().map(|part| part.size).sum();
    Some(Structure {
        media_type: typed("multipart", rest.first(), rest.get(1)),
        disposition: disposition(rest.get(2)),
        location: text(rest.get(4)),
        size,
        content: Content::Parts(content),
        ..Structure::default()
    })
}

/// `type subtype (parameters) id description encoding size …`, which go on differently for texts and messages.
fn single(fields: &[Value], depth: usize, parts: &mut usize) -> Option<Structure> {
    let main = text(fields.first())?.to_ascii_lowercase();
    let media_type = typed(&main, fields.get(1), fields.get(2));
    let is_message = main == "message" && ["rfc822", "global"].contains(&&*media_type.sub);
    // envelope, structure, lines; or lines; or nothing.
    let own = if is_message { 3 } else { usize::from(main == "text") };
    let after = fields.get(7 + own..).unwrap_or_default();
    let mut embedded = || {
        let structure = part(fields.get(8)?, depth + 1, parts)?;
        let headers = Headers::read(&header(fields.get(7)?.list()));
        Some(Content::Message(Box::new(Embedded { headers, structure })))
    };
    let content = if is_message && depth < DEEPEST { embedded() } else { None };
    Some(Structure {
        media_type,
        disposition: disposition(after.get(1)),
        encoding: Encoding::from_name(&text(fields.get(5)).unwrap_or_default()),
        size: fields.get(6).and_then(Value::number).unwrap_or(0),
        content_id: text(fields.get(3)).map(|id| id.trim_matches(['<', '>', ' ']).to_owned()),
        location: text(after.get(3)),
        description: text(fields.get(4)),
        content: content.unwrap_or_default(),
    })
}

/// What an envelope says, as a header has it: date, subject, and six lists of addresses.
fn header(envelope: &[Value]) -> Vec<u8> {
    let texts = [("Date", 0), ("Subject", 1), ("In-Reply-To", 8), ("Message-ID", 9)];
    let lists = [("From", 2), ("Sender", 3), ("Reply-To", 4), ("To", 5), ("Cc", 6), ("Bcc", 7)];
    let mut header = Vec::new();
    let mut field = |name: &str, value: &[u8]| {
        if !value.is_empty() {
            header.extend_from_slice(name.as_bytes());
            header.extend_from_slice(b": ");
            header.extend(value.iter().copied().filter(|byte| !b"\r\n".contains(byte)));
            header.extend_from_slice(b"\r\n");
        }
    };
    for (name, at) in texts {
        field(name, envelope.get(at).and_then(Value::bytes).map_or(&[], |bytes| bytes));
    }
    for (name, at) in lists {
        field(name, &addresses(envelope.get(at).map(Value::list).unwrap_or_default()));
    }
    header.extend_from_slice(b"\r\n");
    header
}

/// `(name route mailbox host)`; the beginning and the end of a group have no host or no mailbox.
fn addresses(list: &[Value]) -> Vec<u8> {
    let mut addresses: Vec<Vec<u8>> = Vec::new();
    for address in list {
        let [name, _, Value::Atom(mailbox) | Value::Text(mailbox), Value::Atom(host) | Value::Text(host)] =
            address.list()
        else {
            continue;
        };
        let name = name.bytes().map(AsRef::as_ref).unwrap_or_default();
        let mut quoted = b"\"".to_vec();
        for byte in name {
            if b"\"\\".contains(byte) {
                quoted.push(b'\\');
            }
            quoted.push(*byte);
        }
        addresses.push([&quoted[..], b"\" <", mailbox, b"@", host, b">"].concat());
    }
    addresses.join(&b", "[..])
}

fn typed(main: &str, sub: Option<&Value>, parameters_of: Option<&Value>) -> Typed {
    let sub = text(sub).unwrap_or_default().to_ascii_lowercase();
    Typed { main: main.to_owned(), sub, parameters: parameters(parameters_of) }
}

/// `("attachment" ("filename" "a.pdf"))`
fn disposition(value: Option<&Value>) -> Option<Typed> {
    let fields = value?.list();
    let main = text(fields.first())?.to_ascii_lowercase();
    Some(Typed { main, sub: String::new(), parameters: parameters(fields.get(1)) })
}

fn parameters(value: Option<&Value>) -> Parameters {
    let bytes = |value: &Value| value.bytes().cloned().unwrap_or_else(Bytes::new);
    let fields: Vec<Bytes> = value.map(Value::list).unwrap_or_default().iter().map(bytes).collect();
    // RFC 3501 7.4.2: a server says us-ascii where the message says nothing.
    let is_said = |(name, value): &(&[u8], &[u8])| {
        !name.eq_ignore_ascii_case(b"charset") || !value.eq_ignore_ascii_case(b"us-ascii")
    };
    let pairs = fields.chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((name.as_ref(), value.as_ref())),
        _ => None,
    });
    Parameters::read(pairs.filter(is_said))
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.text().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::read;
    use crate::connector::imap::token;
    use crate::mime::section::Section;
    use crate::mime::structure::Content;
    use crate::mime::structure::Structure;

    fn structure(text: &str) -> Option<Structure> {
        let values = token::values(&Bytes::copy_from_slice(text.as_bytes())).unwrap();
        read(values.first()?)
    }

    #[test]
    fn parts_have_names_sizes_and_places() {
        let read = structure(
            r#"(("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)
            ("APPLICATION" "PDF" ("NAME" "x.pdf") "<id@x>" "Bilag" "BASE64" 780 NIL ("attachment" ("FILENAME*" "utf-8''%C3%A5.pdf")) NIL "there")
            "MIXED" ("BOUNDARY" "b") NIL "nb" NIL)"#,
        )
        .unwrap();
        assert_eq!(read.media_type(), "multipart/mixed");
        let pdf = read.part(&Section::WHOLE.child(2)).unwrap();
        assert_eq!((pdf.file_name(), pdf.size, pdf.decoded_size()), (Some("å.pdf"), 780, 570));
        assert_eq!((pdf.content_id.as_deref(), pdf.description.as_deref()), (Some("id@x"), Some("Bilag")));
        assert_eq!((pdf.location.as_deref(), pdf.is_attached()), (Some("there"), true));
        assert_eq!(read.part(&Section::WHOLE.child(1)).unwrap().charset(), Some("utf-8"));
    }

    #[test]
    fn a_message_within_has_a_header_and_parts_of_its_own() {
        let read = structure(
            r#"("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 342 ("Sun, 22 Nov 2026 12:00:00 +0100" "=?utf-8?q?Bl=C3=A5?="
            (("K. \"Kari\" H" NIL "kari" "fjord.example")) NIL NIL ((NIL NIL "undisclosed" NIL)(NIL NIL NIL NIL)) NIL NIL NIL "<m@x>")
            ("TEXT" "HTML" NIL NIL NIL "QUOTED-PRINTABLE" 20 2) 15 NIL ("attachment" NIL))"#,
        )
        .unwrap();
        let Content::Message(inner) = &read.content else { panic!("{read:?}") };
        assert_eq!(
            (inner.headers.subject.as_deref(), inner.headers.message_id.as_deref()),
            (Some("Blå"), Some("m@x"))
        );
        assert_eq!(inner.headers.from.len(), 1);
        assert!(inner.headers.date.is_some() && inner.headers.to.is_empty());
        assert!(inner.structure.is("text", "html") && read.is_attached());
    }

    #[test]
    fn what_a_server_leaves_out_is_not_missed() {
        assert!(structure("(TEXT PLAIN NIL NIL NIL NIL NIL)").unwrap().is("text", "plain"));
        assert_eq!(structure(r#"(("a" "b") "ALTERNATIVE")"#).unwrap().parts().len(), 1);
        assert_eq!(structure(r#"(("text" "plain") () "MIXED")"#).unwrap().parts().len(), 2);
        assert_eq!(structure("NIL"), None);
        assert_eq!(structure("()"), None);
        assert!(structure(&format!("{}\"x\" \"y\"{}", "(".repeat(60), ")".repeat(60))).is_some());
    }
}
