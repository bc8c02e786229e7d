//! ATTACH (RFC 5545 3.8.1.1), LINK (RFC 9253 8.2) and the links of the model. Fetches nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use sha2::Sha256;

use crate::connector::dav::line::Property;
use crate::model::calendar::Link;
use crate::model::event::attachment::MOST_BASE64;

/// The parameter that tells the key of an entry (draft-ietf-calext-jscalendar-icalendar), so that a file keeps its name.
const KEY: &str = "JSID";
/// What a link is to its event that is a file of it.
const ENCLOSURE: &str = "enclosure";
/// Parameters with the name of a file: of RFC 8607, of Evolution, of Apple.
const NAMES: [&str; 3] = ["FILENAME", "X-FILENAME", "X-APPLE-FILENAME"];

/// The key and the link, taken out of the line with the parameters that say them; none for what is no link, or a file
/// of more base64 than `room`. What is left of the line has to be kept.
pub(super) fn read(property: &mut Property, room: usize) -> Option<(String, Link)> {
    let mut link = match property.name.as_str() {
        "ATTACH" if is(property, "VALUE", "BINARY") || is(property, "ENCODING", "BASE64") => {
            file(property, room)?
        }
        "ATTACH" => page(property, ENCLOSURE.to_owned())?,
        "LINK" if is(property, "VALUE", "URI") => {
            let rel = property.take("LINKREL");
            page(property, rel.filter(|rel| rel != ENCLOSURE).unwrap_or_else(|| "related".to_owned()))?
        }
        _ => return None,
    };
    let names = if property.name == "LINK" { &["LABEL"][..] } else { &NAMES };
    link.title = names.iter().filter_map(|name| property.take(name)).find(|name| !name.is_empty());
    let key = property.take(KEY).filter(|key| is_key(key)).unwrap_or_else(|| key_of(&property.value));
    Some((key, link))
}

/// What stands in the text itself.
fn file(property: &mut Property, room: usize) -> Option<Link> {
    let base64: String = property.value.split_ascii_whitespace().collect();
    if base64.len() > room || STANDARD.decode(&base64).is_err() {
        return None;
    }
    property.take("VALUE");
    property.take("ENCODING");
    let content_type = media_type(property);
    let shown = content_type.as_deref().unwrap_or("application/octet-stream");
    let size = base64.trim_end_matches('=').len() * 3 / 4;
    Some(Link {
        href: Some(format!("data:{shown};base64,{base64}")),
        content_type,
        size: u32::try_from(size).ok(),
        rel: Some(ENCLOSURE.to_owned()),
        ..Link::default()
    })
}

/// What lies elsewhere.
fn page(property: &mut Property, rel: String) -> Option<Link> {
    let href = property.value.trim().to_owned();
    if href.is_empty() {
        return None;
    }
    property.take("VALUE");
    let size = property.take("SIZE").and_then(|size| size.parse().ok());
    Some(Link {
        href: Some(href),
        content_type: media_type(property),
        size,
        rel: Some(rel),
        ..Link::default()
    })
}

fn media_type(property: &mut Property) -> Option<String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-/".contains(&byte);
    property.take("FMTTYPE").filter(|name| !name.is_empty() && name.bytes().all(is_part))
}

fn is(property: &Property, parameter: &str, value: &str) -> bool {
    property.parameter(parameter).is_some_and(|stated| stated.trim().eq_ignore_ascii_case(value))
}

// RFC 8984 1.4.1 (Id).
fn is_key(key: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=255).contains(&key.len()) && key.bytes().all(is_part)
}

/// The key of a link that has none: the same whenever it is read.
fn key_of(value: &str) -> String {
    Sha256::digest(value.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The line of a link; none for one that leads nowhere.
pub(super) fn write(key: &str, link: &Link) -> Option<Property> {
    let href = link.href.as_deref().filter(|href| !href.is_empty())?;
    let rel = link.rel.as_deref().unwrap_or(ENCLOSURE);
    let inline = href.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let mut property = match inline {
        Some((_, base64)) if rel == ENCLOSURE => {
            Property::raw("ATTACH", base64).with("VALUE", "BINARY").with("ENCODING", "BASE64")
        }
        _ if rel == ENCLOSURE => Property::raw("ATTACH", href),
        _ => Property::raw("LINK", href).with("VALUE", "URI").with("LINKREL", rel),
    };
    let is_file = inline.is_some() && rel == ENCLOSURE;
    let of_data = inline.filter(|_| is_file).map(|(name, _)| name).filter(|name| !name.is_empty());
    let size = link.size.filter(|_| !is_file && rel == ENCLOSURE).map(|size| size.to_string());
    let name = if rel == ENCLOSURE { "FILENAME" } else { "LABEL" };
    let parameters = [
        ("FMTTYPE", link.content_type.as_deref().or(of_data)),
        ("SIZE", size.as_deref()),
        (name, link.title.as_deref()),
        (KEY, Some(key)),
    ];
    for (name, value) in parameters {
        if let Some(value) = value {
            property = property.with(name, value);
        }
    }
    Some(property)
}

/// How much base64 a link holds.
pub(super) fn held(link: &Link) -> usize {
    let file = link.href.as_deref().and_then(|href| href.strip_prefix("data:"));
    file.map_or(0, str::len)
}

/// How much more of it an object may hold.
pub(super) fn room(held: usize) -> usize {
    MOST_BASE64.saturating_sub(held)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::connector::dav::line::Component;
    use crate::model::object::Shape;

    fn property(line: &str) -> Property {
        let component = Component::parse(&format!("BEGIN:VEVENT\n{line}\nEND:VEVENT\n")).unwrap();
        component.properties.into_iter().next().unwrap()
    }

    /// What a line comes to and back; `left` is what of it has no place.
    #[track_caller]
    fn check(line: &str, link: &Value, left: &[&str], written: &str) {
        let mut read_of = property(line);
        let (key, read) = read(&mut read_of, MOST_BASE64).unwrap();
        assert_eq!(&read.write(), link, "{line}");
        let names: Vec<&str> = read_of.parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, left, "{line}");
        let mut again = write(&key, &read).unwrap();
        assert_eq!(again, property(written), "{line}");
        assert_eq!(super::read(&mut again, MOST_BASE64).unwrap(), (key, read), "{line}");
    }

    #[test]
    fn a_file_in_the_text_is_a_file_of_the_event() {
        check(
            "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=hei.txt;X-COLOR=2;JSID=a1:SGVp",
            &json!({"href": "data:text/plain;base64,SGVp", "contentType": "text/plain", "size": 3,
                "rel": "enclosure", "title": "hei.txt"}),
            &["X-COLOR"],
            "ATTACH;VALUE=BINARY;ENCODING=BASE64;FMTTYPE=text/plain;FILENAME=hei.txt;JSID=a1:SGVp",
        );
    }

    #[test]
    fn an_address_stays_one() {
        check(
            "ATTACH;FMTTYPE=application/pdf;SIZE=1024;FILENAME=agenda.pdf;MANAGED-ID=7;JSID=b:https://fjord.example/a.pdf?x=1,2;3",
            &json!({"href": "https://fjord.example/a.pdf?x=1,2;3", "contentType": "application/pdf", "size": 1024,
                "rel": "enclosure", "title": "agenda.pdf"}),
            &["MANAGED-ID"],
            "ATTACH;FMTTYPE=application/pdf;SIZE=1024;FILENAME=agenda.pdf;JSID=b:https://fjord.example/a.pdf?x=1,2;3",
        );
        check(
            "ATTACH;VALUE=URI;JSID=c:CID:jsmith@fjord.example",
            &json!({"href": "CID:jsmith@fjord.example", "rel": "enclosure"}),
            &[],
            "ATTACH;JSID=c:CID:jsmith@fjord.example",
        );
        check(
            "LINK;VALUE=URI;LINKREL=describedby;LABEL=Kart;JSID=d:https://fjord.example/kart",
            &json!({"href": "https://fjord.example/kart", "rel": "describedby", "title": "Kart"}),
            &[],
            "LINK;VALUE=URI;LINKREL=describedby;LABEL=Kart;JSID=d:https://fjord.example/kart",
        );
    }

    #[test]
    fn what_is_no_link_or_too_large_is_left_as_it_is() {
        for (line, room) in [
            ("ATTACH;ENCODING=BASE64;VALUE=BINARY:no base64!", MOST_BASE64),
            ("ATTACH;ENCODING=BASE64;VALUE=BINARY:SGVpSGVp", 7),
            ("ATTACH:", MOST_BASE64),
            ("LINK;VALUE=UID;LINKREL=parent:abc", MOST_BASE64),
            ("URL:https://fjord.example", MOST_BASE64),
        ] {
            let mut property = property(line);
            let before = property.clone();
            assert_eq!(read(&mut property, room), None, "{line}");
            assert_eq!(property, before, "{line}");
        }
    }

    #[test]
    fn a_link_has_the_same_key_each_time_it_is_read() {
        let key = |line: &str| read(&mut property(line), MOST_BASE64).unwrap().0;
        let file = "ATTACH;ENCODING=BASE64;VALUE=BINARY:SGVp";
        assert_eq!(key(file), key(file));
        assert_ne!(key(file), key("ATTACH;ENCODING=BASE64;VALUE=BINARY:SGVqCg=="));
        assert!(is_key(&key("ATTACH;JSID=no key:https://fjord.example")));
        assert_eq!(write("a", &Link::default()), None);
    }

    #[test]
    fn a_type_that_is_none_does_not_get_into_an_address() {
        let (_, link) = read(
            &mut property("ATTACH;FMTTYPE=\"text/html,<b>\";ENCODING=BASE64;VALUE=BINARY:SGVp"),
            MOST_BASE64,
        )
        .unwrap();
        assert_eq!(link.href.as_deref(), Some("data:application/octet-stream;base64,SGVp"));
    }
}
