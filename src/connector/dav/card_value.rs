//! The values of a vCard's lines, each form into and out of an entry of the model.
//! Parameters that all lines share are the business of `entry`.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::card_day;
use crate::connector::dav::entry::Form;
use crate::connector::dav::entry::Labels;
use crate::connector::dav::entry::NAME;
use crate::connector::dav::entry::Row;
use crate::connector::dav::line;
use crate::connector::dav::line::Property;
use crate::connector::dav::vcard::Version;

/// The fields of ADR (RFC 9555 2.6.1).
const ADDRESS: [&str; 7] =
    ["postOfficeBox", "apartment", "name", "locality", "region", "postcode", "country"];
/// Lines of one chat service each, and the scheme by which phones know it.
const SERVICES: [(&str, &str); 6] = [
    ("X-JABBER", "xmpp:"),
    ("X-AIM", "aim:"),
    ("X-SKYPE", "skype:"),
    ("X-SKYPE-USERNAME", "skype:"),
    ("X-MSN", "msnim:"),
    ("X-YAHOO", "ymsgr:"),
];

/// An entry of the model.
type Entry = Map<String, Value>;

/// The entries of a line; none if its value makes no sense. Parameters that were understood are taken.
pub fn read(row: &Row, line: &mut Property, labels: &mut Labels) -> Option<Vec<Entry>> {
    let one = |entry: Value| match entry {
        Value::Object(entry) => Some(vec![entry]),
        _ => None,
    };
    let text = line.to_plain();
    if text.trim().is_empty() {
        return None;
    }
    match row.form {
        Form::Text(place) if line.name == "ROLE" => one(json!({place: text, "kind": "role"})),
        Form::Text(place) => one(json!({place: text})),
        Form::Texts(place) => {
            let words = line::split(&line.value, ',').into_iter().filter(|word| !word.trim().is_empty());
            Some(words.map(|word| Map::from_iter([(place.to_owned(), word.into())])).collect())
        }
        Form::Uri(place) => one(json!({place: unescaped_uri(&line.value)})),
        Form::Phone => one(json!({"number": text.strip_prefix("tel:").unwrap_or(&text)})),
        Form::Address => Some(vec![read_address(line, labels)]),
        Form::Organization => Some(vec![read_organization(line)]),
        Form::Service => Some(vec![read_service(line)]),
        Form::Media => one(read_media(line)),
        Form::Day => one(card_day::read(line, labels)?),
    }
}

/// The line of an entry; none if there is nothing to say.
pub fn write(row: &Row, key: &str, entry: &Entry, version: Version) -> Option<Property> {
    let text = |place: &str| entry.get(place).and_then(Value::as_str).filter(|text| !text.is_empty());
    let known = text(NAME).map(str::to_ascii_uppercase);
    let name = row.names.iter().find(|name| Some(**name) == known.as_deref());
    let default = if version == Version::Four { row.names.first() } else { row.names.last() };
    let name = name.or(default)?;
    match row.form {
        Form::Text("") => write_relation(key, entry, version),
        Form::Text(place) if text("kind") == Some("role") => Some(Property::text("ROLE", text(place)?)),
        Form::Text(place) | Form::Texts(place) => Some(Property::text(name, text(place)?)),
        Form::Uri(place) => Some(Property::raw(name, text(place)?)),
        Form::Phone => Some(write_phone(text("number")?, entry)),
        Form::Address => write_address(entry, version),
        Form::Organization => write_organization(entry),
        Form::Service => write_service(name, entry),
        Form::Media => Some(write_media(entry, text("uri")?, version)),
        Form::Day => card_day::write(entry, version),
    }
}

/// Some escape the commas of a URI, which nobody should.
fn unescaped_uri(value: &str) -> String {
    value.trim().replace("\\,", ",").replace("\\;", ";").replace("\\:", ":")
}

fn write_phone(number: &str, entry: &Entry) -> Property {
    let kept = entry.get("vCardParams").and_then(|kept| kept.get("value")).and_then(Value::as_str);
    let is_uri = kept.is_some_and(|value| value.eq_ignore_ascii_case("uri"));
    match number.contains(char::is_whitespace) || number.contains(':') {
        false if is_uri => Property::raw("TEL", format!("tel:{number}")),
        // RFC 6350 6.4.1: a text is what a number is unless it says otherwise.
        true if is_uri => Property::text("TEL", number).with("VALUE", "text"),
        _ => Property::text("TEL", number),
    }
}

fn read_address(line: &mut Property, labels: &mut Labels) -> Entry {
    let fields = line::split(&line.value, ';');
    let filled = ADDRESS.iter().zip(&fields).filter(|(_, value)| !value.trim().is_empty());
    let components: Vec<Value> = filled.map(|(kind, value)| json!({"kind": kind, "value": value})).collect();
    let mut entry = Map::from_iter([("components".to_owned(), Value::from(components))]);
    if let Some(label) = line.take("LABEL") {
        entry.insert("full".to_owned(), label.replace("\\n", "\n").into());
    }
    if let Some(code) = labels.take(line.group.as_deref(), "X-ABADR") {
        entry.insert("countryCode".to_owned(), code.to_ascii_uppercase().into());
    }
    entry
}

fn write_address(entry: &Entry, version: Version) -> Option<Property> {
    let components: Vec<(&str, &str)> = entry
        .get("components")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|part| Some((part.get("kind")?.as_str()?, part.get("value")?.as_str()?)))
        .filter(|(kind, _)| *kind != "separator")
        .collect();
    let full = entry.get("full").and_then(Value::as_str).filter(|full| !full.is_empty());
    if components.is_empty() && full.is_none() {
        return None;
    }
    let fields = ADDRESS.map(|field| {
        let is_street = field == "name";
        let fits = |kind: &str| kind == field || is_street && !ADDRESS.contains(&kind);
        let parts: Vec<&str> =
            components.iter().filter(|(kind, _)| fits(kind)).map(|(_, value)| *value).collect();
        // An address that is only written out is better a street than nothing.
        let written_out = full.filter(|_| is_street && components.is_empty() && version == Version::Three);
        line::escape(written_out.unwrap_or(&parts.join(" ")))
    });
    let line = Property::raw("ADR", fields.join(";"));
    Some(match full {
        Some(full) if version == Version::Four => line.with("LABEL", full),
        _ => line,
    })
}

fn read_organization(line: &mut Property) -> Entry {
    let mut fields = line::split(&line.value, ';').into_iter();
    let name = fields.next().filter(|name| !name.is_empty());
    let units: Vec<Value> =
        fields.filter(|unit| !unit.is_empty()).map(|unit| json!({"name": unit})).collect();
    let mut entry = Map::new();
    if let Some(name) = name {
        entry.insert("name".to_owned(), name.into());
    }
    if !units.is_empty() {
        entry.insert("units".to_owned(), units.into());
    }
    if let Some(sort_as) = line.take("SORT-AS") {
        entry.insert("sortAs".to_owned(), sort_as.into());
    }
    entry
}

fn write_organization(entry: &Entry) -> Option<Property> {
    let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
    let units = entry.get("units").and_then(Value::as_array).into_iter().flatten();
    let units = units.filter_map(|unit| unit.get("name")?.as_str());
    let fields: Vec<String> = std::iter::once(name).chain(units).map(line::escape).collect();
    let line = Property::raw("ORG", fields.join(";"));
    if fields.iter().all(String::is_empty) {
        return None;
    }
    Some(match entry.get("sortAs").and_then(Value::as_str) {
        Some(sort_as) => line.with("SORT-AS", sort_as),
        None => line,
    })
}

fn read_service(line: &mut Property) -> Entry {
    let text = line.to_plain().trim().to_owned();
    let scheme = SERVICES.into_iter().find(|(name, _)| *name == line.name).map(|(_, scheme)| scheme);
    let (place, value) = match scheme {
        Some(scheme) if !text.starts_with(scheme) => ("uri", format!("{scheme}{text}")),
        None if !text.contains(':') => ("user", text),
        _ => ("uri", unescaped_uri(&line.value)),
    };
    let mut entry = Map::from_iter([(place.to_owned(), Value::from(value))]);
    if let Some(service) = line.take("X-SERVICE-TYPE").or_else(|| line.take("SERVICE-TYPE")) {
        entry.insert("service".to_owned(), service.into());
    }
    entry
}

fn write_service(name: &str, entry: &Entry) -> Option<Property> {
    let text = |place: &str| entry.get(place).and_then(Value::as_str).filter(|text| !text.is_empty());
    let value = text("uri").or_else(|| text("user"))?;
    let scheme = SERVICES.into_iter().find(|(known, _)| *known == name).map(|(_, scheme)| scheme);
    let bare = scheme.and_then(|scheme| value.strip_prefix(scheme));
    let line = match bare {
        Some(bare) => Property::text(name, bare),
        None if text("uri").is_some() => Property::raw(name, value),
        None => Property::text(name, value),
    };
    let service = if name == "SOCIALPROFILE" { "SERVICE-TYPE" } else { "X-SERVICE-TYPE" };
    Some(match text("service") {
        Some(known) => line.with(service, known),
        None => line,
    })
}

/// vCard 3.0 has base64 and a type, 4.0 a data URI; the model has the latter.
fn read_media(line: &mut Property) -> Value {
    let kind = line.name.to_ascii_lowercase();
    let is_inline = line
        .parameter("ENCODING")
        .is_some_and(|encoding| matches!(encoding.to_ascii_lowercase().as_str(), "b" | "base64"));
    if !is_inline {
        let uri = unescaped_uri(&line.value);
        let media_type = line.take("MEDIATYPE").or_else(|| {
            let (media_type, _) = uri.strip_prefix("data:")?.split_once([';', ','])?;
            Some(media_type.to_owned())
        });
        return match media_type {
            Some(media_type) => json!({"kind": kind, "uri": uri, "mediaType": media_type}),
            None => json!({"kind": kind, "uri": uri}),
        };
    }
    line.take("ENCODING");
    line.take("VALUE");
    let types = line.take_all("TYPE");
    let subtype = types.first().map(|word| word.to_ascii_lowercase());
    let data: String = line.value.chars().filter(|letter| !letter.is_whitespace()).collect();
    let media_type = match (kind.as_str(), subtype.as_deref()) {
        (_, Some(full)) if full.contains('/') => full.to_owned(),
        ("sound", Some(subtype)) => format!("audio/{subtype}"),
        ("sound", None) => "audio/basic".to_owned(),
        (_, Some("jpg")) => "image/jpeg".to_owned(),
        (_, Some(subtype)) => format!("image/{subtype}"),
        (_, None) if data.starts_with("iVBOR") => "image/png".to_owned(),
        (_, None) => "image/jpeg".to_owned(),
    };
    json!({"kind": kind, "uri": format!("data:{media_type};base64,{data}"), "mediaType": media_type})
}

fn write_media(entry: &Entry, uri: &str, version: Version) -> Property {
    let kind = entry.get("kind").and_then(Value::as_str).unwrap_or("photo").to_ascii_uppercase();
    let name = if matches!(kind.as_str(), "LOGO" | "SOUND") { kind.as_str() } else { "PHOTO" };
    let inline = uri.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
    match (inline, version) {
        (Some((media_type, data)), Version::Three) => {
            let subtype = media_type.rsplit('/').next().unwrap_or_default().to_ascii_uppercase();
            Property::raw(name, data).with("ENCODING", "b").with("TYPE", &subtype)
        }
        (None, Version::Three) => Property::raw(name, uri).with("VALUE", "uri"),
        (_, Version::Four) => Property::raw(name, uri),
    }
}

/// Reads somebody related, whose name or URI is the key.
pub fn read_relation(property: &Property, labels: &mut Labels, object: &mut Map<String, Value>) -> bool {
    let mut line = property.clone();
    let label = labels.peek(line.group.as_deref()).map(|label| label.to_ascii_lowercase());
    let relations = match line.name.as_str() {
        "X-SPOUSE" => vec!["spouse".to_owned()],
        "X-ABRELATEDNAMES" => match label.as_deref() {
            Some(label @ ("spouse" | "child")) => vec![label.to_owned()],
            _ => return false,
        },
        _ => line.take_all("TYPE").iter().map(|word| word.to_ascii_lowercase()).collect(),
    };
    let key = if line.name == "RELATED" && line.parameter("VALUE") != Some("text") {
        unescaped_uri(&line.value)
    } else {
        line.to_plain()
    };
    let entries = object.entry("relatedTo").or_insert_with(|| json!({}));
    let Some(entries) =
        entries.as_object_mut().filter(|entries| !key.trim().is_empty() && !entries.contains_key(&key))
    else {
        return false;
    };
    let relation: Map<String, Value> = relations.into_iter().map(|word| (word, true.into())).collect();
    let mut entry = Map::from_iter([("relation".to_owned(), Value::from(relation))]);
    if line.name != "RELATED" {
        entry.insert(NAME.to_owned(), line.name.to_ascii_lowercase().into());
        labels.take(line.group.as_deref(), "X-ABLABEL");
        let group = line.group.as_deref().map(|group| json!({"group": group}));
        if let Some(group) = group {
            entry.insert("vCardParams".to_owned(), group);
        }
    }
    entries.insert(key, entry.into());
    true
}

/// A relation is one line for each of its words in 4.0; 3.0 has lines for the spouse and, of Apple's making, others.
fn write_relation(key: &str, entry: &Entry, version: Version) -> Option<Property> {
    let words: Vec<&str> = entry
        .get("relation")
        .and_then(Value::as_object)
        .map(|relation| relation.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let name = entry.get(NAME).and_then(Value::as_str);
    let is_name = !key.contains(':');
    match (version, name) {
        (_, Some("x-spouse")) => Some(Property::text("X-SPOUSE", key)),
        (_, Some("x-abrelatednames")) => Some(Property::text("X-ABRELATEDNAMES", key)),
        (Version::Three, None) if words == ["spouse"] && is_name => Some(Property::text("X-SPOUSE", key)),
        (Version::Three, None) if words == ["child"] && is_name => {
            Some(Property::text("X-ABRELATEDNAMES", key))
        }
        _ => {
            let line = if is_name {
                Property::text("RELATED", key).with("VALUE", "text")
            } else {
                Property::raw("RELATED", key)
            };
            let types = (!words.is_empty())
                .then(|| ("TYPE".to_owned(), words.iter().map(|word| (*word).to_owned()).collect()));
            Some(Property { parameters: types.into_iter().chain(line.parameters).collect(), ..line })
        }
    }
}

/// The label that a relation's line of Apple's making needs.
pub fn relation_label(entry: &Entry) -> Option<&'static str> {
    let relation = entry.get("relation").and_then(Value::as_object)?;
    ["Spouse", "Child"].into_iter().find(|label| relation.contains_key(&label.to_ascii_lowercase()))
}
