//! The lines of a vCard that are entries of the model's maps: telephone, e-mail, address, picture, day …
//! A table says which; parameters that all of them share are read and written here.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::card_value;
use crate::connector::dav::kept;
use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::people::natural;
use crate::connector::dav::vcard::Version;

/// Parameters that have no place in an entry (RFC 9555 2.15.2), and the group of its line.
const PARAMETERS: &str = "vCardParams";
/// The name of the line, where the entry does not tell it (RFC 9555 2.15.4).
pub const NAME: &str = "vCardName";

/// A kind of entry: where it is in the model, and how the value of its line is read.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The names of the line; the first is written for new entries of 4.0, the last for those of 3.0.
    pub names: &'static [&'static str],
    /// The property of the card.
    pub map: &'static str,
    /// What the keys of its entries begin with, as in the model.
    pub prefix: &'static str,
    /// What is in the value.
    pub form: Form,
}

/// What is in the value of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A text in this property of the entry.
    Text(&'static str),
    /// Several of them, a comma between: each an entry.
    Texts(&'static str),
    /// A URI in this property.
    Uri(&'static str),
    /// A number to call.
    Phone,
    /// A postal address.
    Address,
    /// A company and its departments.
    Organization,
    /// Chat and profiles.
    Service,
    /// A picture or sound.
    Media,
    /// A day to remember.
    Day,
}

/// All kinds.
pub const ROWS: &[Row] = &[
    Row { names: &["EMAIL"], map: "emails", prefix: "e", form: Form::Text("address") },
    Row { names: &["TEL"], map: "phones", prefix: "p", form: Form::Phone },
    Row { names: &["ADR"], map: "addresses", prefix: "a", form: Form::Address },
    Row { names: &["ORG"], map: "organizations", prefix: "o", form: Form::Organization },
    Row { names: &["TITLE", "ROLE", "TITLE"], map: "titles", prefix: "t", form: Form::Text("name") },
    Row { names: &["NICKNAME"], map: "nicknames", prefix: "k", form: Form::Texts("name") },
    Row { names: &["URL"], map: "links", prefix: "l", form: Form::Uri("uri") },
    Row { names: &["NOTE"], map: "notes", prefix: "n", form: Form::Text("note") },
    Row {
        names: &[
            "IMPP",
            "X-JABBER",
            "X-AIM",
            "X-SKYPE",
            "X-SKYPE-USERNAME",
            "X-MSN",
            "X-YAHOO",
            "SOCIALPROFILE",
            "X-SOCIALPROFILE",
            "IMPP",
        ],
        map: "onlineServices",
        prefix: "i",
        form: Form::Service,
    },
    Row { names: &["PHOTO", "LOGO", "SOUND", "PHOTO"], map: "media", prefix: "m", form: Form::Media },
    Row {
        names: &["ANNIVERSARY", "BDAY", "DEATHDATE", "X-EVOLUTION-ANNIVERSARY", "X-ABDATE", "X-ANNIVERSARY"],
        map: "anniversaries",
        prefix: "y",
        form: Form::Day,
    },
    Row {
        names: &["RELATED", "X-SPOUSE", "X-ABRELATEDNAMES"],
        map: "relatedTo",
        prefix: "",
        form: Form::Text(""),
    },
];

/// The features of a number that TYPE tells (RFC 9555 2.7.3).
const FEATURES: [(&str, &str); 8] = [
    ("cell", "mobile"),
    ("voice", "voice"),
    ("fax", "fax"),
    ("pager", "pager"),
    ("video", "video"),
    ("text", "text"),
    ("textphone", "textphone"),
    ("main", "main-number"),
];
const CONTEXTS: [(&str, &str); 2] = [("home", "private"), ("work", "work")];

/// The labels and country codes that groups of lines have, as Apple's address book writes them.
#[derive(Debug, Default)]
pub struct Labels {
    lines: BTreeMap<String, Vec<(Property, bool)>>,
}

impl Labels {
    /// Those of a card.
    pub fn of(component: &Component) -> Self {
        let mut labels = Self::default();
        for property in &component.properties {
            if let (Some(group), "X-ABLABEL" | "X-ABADR") = (&property.group, property.name.as_str()) {
                labels.lines.entry(group.clone()).or_default().push((property.clone(), false));
            }
        }
        labels
    }

    /// Only the groups that are taken.
    pub fn of_kept(kept: &[Property]) -> Self {
        let groups = kept.iter().filter_map(|property| property.group.clone());
        Self { lines: groups.map(|group| (group, Vec::new())).collect() }
    }

    /// The label of a group, without Apple's decoration.
    pub fn take(&mut self, group: Option<&str>, name: &str) -> Option<String> {
        let (line, is_used) = self.lines.get_mut(group?)?.iter_mut().find(|(line, _)| line.name == name)?;
        *is_used = true;
        let text = line.to_plain();
        let bare = text.strip_prefix("_$!<").and_then(|text| text.strip_suffix(">!$_")).unwrap_or(&text);
        Some(bare.to_owned()).filter(|text| !text.is_empty())
    }

    /// The label of a group, left for another to take.
    pub fn peek(&self, group: Option<&str>) -> Option<String> {
        let mut copy = Self { lines: BTreeMap::new() };
        let group = group?;
        copy.lines.insert(group.to_owned(), self.lines.get(group)?.clone());
        copy.take(Some(group), "X-ABLABEL")
    }

    /// Labels of nothing that the model knows.
    pub fn unused(self) -> impl Iterator<Item = Property> {
        self.lines.into_values().flatten().filter(|(_, is_used)| !is_used).map(|(line, _)| line)
    }

    /// A group that no line has.
    fn free(&mut self) -> String {
        let number = (1..).find(|number| !self.lines.contains_key(&format!("item{number}"))).unwrap_or(0);
        let group = format!("item{number}");
        self.lines.insert(group.clone(), Vec::new());
        group
    }
}

/// Reads a line that is an entry; false if it is none, or one that makes no sense.
pub fn read(property: &Property, labels: &mut Labels, object: &mut Map<String, Value>) -> bool {
    let Some(row) = ROWS.iter().find(|row| row.names.contains(&property.name.as_str())) else { return false };
    if row.map == "relatedTo" {
        return card_value::read_relation(property, labels, object);
    }
    let mut line = property.clone();
    let Some(values) = card_value::read(row, &mut line, labels) else { return false };
    for mut entry in values {
        // A chat address says so by its name, a wedding is written in many ways; the others tell by their kind.
        let is_told = row.form == Form::Day && matches!(property.name.as_str(), "BDAY" | "DEATHDATE");
        if row.form == Form::Service || row.form == Form::Day && !is_told {
            entry.insert(NAME.to_owned(), property.name.to_ascii_lowercase().into());
        }
        read_parameters(row, line.clone(), labels, &mut entry);
        insert(object, row, entry);
    }
    true
}

fn insert(object: &mut Map<String, Value>, row: &Row, entry: Map<String, Value>) {
    let entries = object.entry(row.map).or_insert_with(|| json!({}));
    if let Some(entries) = entries.as_object_mut() {
        entries.insert(format!("{}{}", row.prefix, entries.len() + 1), entry.into());
    }
}

fn read_parameters(row: &Row, mut line: Property, labels: &mut Labels, entry: &mut Map<String, Value>) {
    let mut rest = Vec::new();
    for word in line.take_all("TYPE") {
        let lower = word.to_ascii_lowercase();
        let known = |table: &[(&str, &'static str)]| {
            table.iter().find(|(name, _)| *name == lower).map(|(_, word)| *word)
        };
        let (set, member) = match (known(&CONTEXTS), known(&FEATURES)) {
            (Some(context), _) => ("contexts", context),
            (None, Some(feature)) if row.form == Form::Phone => ("features", feature),
            _ if lower == "pref" => {
                entry.insert("pref".to_owned(), 1.into());
                continue;
            }
            _ if lower == "car" && row.form == Form::Phone => {
                entry.insert("label".to_owned(), "Car".into());
                continue;
            }
            _ => {
                rest.push(word);
                continue;
            }
        };
        if let Some(set) = entry.entry(set).or_insert_with(|| json!({})).as_object_mut() {
            set.insert(member.to_owned(), true.into());
        }
    }
    if let Some(preference) = line.parameter("PREF").and_then(|pref| pref.parse::<u32>().ok()) {
        entry.insert("pref".to_owned(), preference.into());
        line.take("PREF");
    }
    if !rest.is_empty() {
        line.parameters.push(("TYPE".to_owned(), rest));
    }
    if let Some(label) = labels.take(line.group.as_deref(), "X-ABLABEL") {
        entry.insert("label".to_owned(), label.into());
    }
    let mut parameters = kept::parameters(&line);
    if let (Some(group), Some(parameters)) = (line.group, parameters.as_object_mut()) {
        parameters.insert("group".to_owned(), group.into());
    }
    if parameters.as_object().is_some_and(|parameters| !parameters.is_empty()) {
        entry.insert(PARAMETERS.to_owned(), parameters);
    }
}

/// Writes all entries.
pub fn write(object: &Map<String, Value>, version: Version, labels: &mut Labels, component: &mut Component) {
    let groups = ROWS.iter().flat_map(|row| entries(object, row)).filter_map(|(_, entry)| group_of(entry));
    labels.lines.extend(groups.map(|group| (group, Vec::new())));
    for row in ROWS {
        for (key, entry) in entries(object, row) {
            write_entry(row, key, entry, version, labels, component);
        }
    }
}

fn group_of(entry: &Map<String, Value>) -> Option<String> {
    Some(entry.get(PARAMETERS)?.get("group")?.as_str()?.to_owned())
}

/// The entries of a map, `p2` before `p10`.
fn entries<'a>(object: &'a Map<String, Value>, row: &Row) -> Vec<(&'a String, &'a Map<String, Value>)> {
    let map = object.get(row.map).and_then(Value::as_object).into_iter().flatten();
    let mut entries: Vec<_> = map.filter_map(|(key, entry)| Some((key, entry.as_object()?))).collect();
    entries.sort_by_key(|(key, _)| natural(key));
    entries
}

fn write_entry(
    row: &Row,
    key: &str,
    entry: &Map<String, Value>,
    version: Version,
    labels: &mut Labels,
    component: &mut Component,
) {
    let Some(mut line) = card_value::write(row, key, entry, version) else { return };
    let has = |set: &str, member: &str| entry.get(set).and_then(|set| set.get(member)) == Some(&true.into());
    let words = |table: &[(&'static str, &str)], set: &str| {
        table
            .iter()
            .filter(|(_, member)| has(set, member))
            .map(|(word, _)| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let mut types = words(&CONTEXTS, "contexts");
    if row.form == Form::Phone {
        types.extend(words(&FEATURES, "features"));
    }
    let relation = (line.name == "X-ABRELATEDNAMES").then(|| card_value::relation_label(entry)).flatten();
    let label = entry.get("label").and_then(Value::as_str).filter(|label| !label.is_empty()).or(relation);
    let is_car = row.form == Form::Phone && label == Some("Car");
    types.extend(is_car.then(|| "car".to_owned()));
    let kept = entry.get(PARAMETERS).cloned().unwrap_or_default();
    types.extend(line.take_all("TYPE"));
    match kept.get("type") {
        Some(Value::String(word)) => types.push(word.clone()),
        Some(Value::Array(words)) => types.extend(words.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    match (entry.get("pref").and_then(Value::as_u64), version) {
        (Some(1), Version::Three) => types.push("pref".to_owned()),
        (Some(preference), Version::Four) => line = line.with("PREF", &preference.to_string()),
        _ => {}
    }
    let types = types.into_iter().map(|word| ("TYPE".to_owned(), vec![word]));
    line.parameters.splice(0..0, types);
    let has_type = line.parameter("TYPE").is_some();
    kept::give(&kept, &mut line);
    if !has_type {
        line.take_all("TYPE");
    }
    let country = entry.get("countryCode").and_then(Value::as_str);
    let label = label.filter(|_| !is_car);
    line.group = group_of(entry).or_else(|| (label.is_some() || country.is_some()).then(|| labels.free()));
    let group = line.group.clone();
    component.push(line);
    let beside = [("X-ABLabel", label.map(decorated)), ("X-ABADR", country.map(str::to_ascii_lowercase))];
    for (name, text) in beside {
        component
            .properties
            .extend(text.map(|text| Property { group: group.clone(), ..Property::text(name, &text) }));
    }
}

/// Apple's address book translates its own labels, and knows them by their decoration.
fn decorated(label: &str) -> String {
    const APPLE: [&str; 18] = [
        "HomePage",
        "Anniversary",
        "Other",
        "Spouse",
        "Child",
        "Home",
        "Work",
        "Mobile",
        "Main",
        "HomeFAX",
        "WorkFAX",
        "Pager",
        "Partner",
        "Assistant",
        "Manager",
        "Friend",
        "Mother",
        "Father",
    ];
    if APPLE.contains(&label) { format!("_$!<{label}>!$_") } else { label.to_owned() }
}

/// Numbers the entries as reading the text again will.
pub fn renumber(object: &mut Map<String, Value>) {
    for row in ROWS.iter().filter(|row| row.map != "relatedTo") {
        kept::renumber(object, row.map, row.prefix, |key, _| (false, key.len(), key.to_owned()));
    }
}
