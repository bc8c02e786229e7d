//! What of a calendar object or card the model has no place for, kept with the item so that a write loses
//! nothing. Understands none of it.
//!
//! The forms are those of the standards: jCal and jCard (RFC 7265, RFC 7095) with the type `unknown`, whose
//! values stand as they stood; the other way, what a text has no place for, `JSPROP` lines (RFC 9555 2.15.1).

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::model::slot::PIN;

/// The property of an object that keeps what came with it in iCalendar.
pub const ICALENDAR: &str = "iCalendar";

/// The parameter with the address of the same text in another form.
const ALTERNATIVE: &str = "ALTREP";

/// Properties and parameters that wait to be written back.
#[derive(Debug, Default)]
pub struct Kept {
    /// Parameters of what has a place, by the name of the model's property.
    parameters: Map<String, Value>,
    /// Whole properties.
    pub properties: Vec<Property>,
    /// Whole components.
    pub components: Vec<Component>,
}

impl Kept {
    /// What an object of the model keeps.
    pub fn of(other: &Map<String, Value>) -> Self {
        let Some(kept) = other.get(ICALENDAR) else { return Self::default() };
        let list = |name: &str| kept.get(name).and_then(Value::as_array).into_iter().flatten();
        Self {
            parameters: kept
                .get("convertedProperties")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            properties: list("properties").filter_map(property_of).collect(),
            components: list("components").filter_map(component_of).collect(),
        }
    }

    /// Keeps the parameters that are left of a property that has a place.
    pub fn keep_parameters(&mut self, place: &str, property: &Property) {
        if !property.parameters.is_empty() {
            let mut kept = json!({"parameters": parameters(property)});
            // RFC 5545 3.2.1: the same text in another form, so only as long as it is the same.
            if let Some(kept) = kept.as_object_mut().filter(|_| property.parameter(ALTERNATIVE).is_some()) {
                kept.insert("lomme.app:while".to_owned(), property.to_plain().into());
            }
            self.parameters.insert(place.to_owned(), kept);
        }
    }

    /// Gives the kept parameters back, those that are set already excepted.
    pub fn give_parameters(&self, place: &str, property: &mut Property) {
        let Some(kept) = self.parameters.get(place) else { return };
        if let Some(parameters) = kept.get("parameters") {
            give(parameters, property);
        }
        if kept.get("lomme.app:while").is_some_and(|text| *text != property.to_plain()) {
            property.take(ALTERNATIVE);
        }
    }

    /// Lays it into an object of the model, nothing if there is nothing.
    pub fn lay(self, name: &str, other: &mut Map<String, Value>) {
        let mut kept = Map::new();
        let mut put = |name: &str, value: Value, is_empty: bool| {
            if !is_empty {
                kept.insert(name.to_owned(), value);
            }
        };
        let (properties, components) = (&self.properties, &self.components);
        put("properties", properties.iter().map(property_json).collect(), properties.is_empty());
        put("components", components.iter().map(component_json).collect(), components.is_empty());
        put("convertedProperties", self.parameters.clone().into(), self.parameters.is_empty());
        if !kept.is_empty() {
            kept.insert("name".to_owned(), name.to_ascii_lowercase().into());
            other.insert(ICALENDAR.to_owned(), kept.into());
        }
    }
}

/// The parameters as jCal has them.
pub fn parameters(property: &Property) -> Value {
    let one = |values: &Vec<String>| match values.as_slice() {
        [value] => Value::from(value.as_str()),
        values => values.iter().map(String::as_str).collect(),
    };
    let entries = property.parameters.iter().map(|(name, values)| (name.to_ascii_lowercase(), one(values)));
    Value::Object(entries.collect())
}

/// Adds parameters that are not set yet.
pub fn give(parameters: &Value, property: &mut Property) {
    for (name, value) in parameters.as_object().into_iter().flatten() {
        let name = name.to_ascii_uppercase();
        if name == "GROUP" || property.parameter(&name).is_some() || !is_name(&name) {
            continue;
        }
        let values = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(value) => vec![value.clone()],
            _ => continue,
        };
        property.parameters.push((name, values));
    }
}

/// A property as jCal or jCard has it, its value as it stood.
pub fn property_json(property: &Property) -> Value {
    let mut parameters = parameters(property);
    if let (Some(group), Some(parameters)) = (&property.group, parameters.as_object_mut()) {
        parameters.insert("group".to_owned(), group.as_str().into());
    }
    json!([property.name.to_ascii_lowercase(), parameters, "unknown", property.value])
}

/// The property of such a value.
pub fn property_of(value: &Value) -> Option<Property> {
    let [name, parameters, _, value] = value.as_array()?.as_slice() else { return None };
    let mut property = Property::raw(&name.as_str()?.to_ascii_uppercase(), value.as_str()?);
    if !is_name(&property.name) || matches!(property.name.as_str(), "BEGIN" | "END") {
        return None;
    }
    property.group = parameters.get("group").and_then(Value::as_str).map(str::to_owned);
    give(parameters, &mut property);
    Some(property)
}

fn component_json(component: &Component) -> Value {
    let properties: Value = component.properties.iter().map(property_json).collect();
    let components: Value = component.components.iter().map(component_json).collect();
    json!([component.name.to_ascii_lowercase(), properties, components])
}

fn component_of(value: &Value) -> Option<Component> {
    let [name, properties, components] = value.as_array()?.as_slice() else { return None };
    Some(Component {
        name: name.as_str()?.to_ascii_uppercase(),
        properties: properties.as_array()?.iter().filter_map(property_of).collect(),
        components: components.as_array()?.iter().filter_map(component_of).collect(),
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Maps whose entries are lines of the text, numbered in their order.
const OF_THE_TEXT: [&str; 13] = [
    "locations",
    "participants",
    "alerts",
    "emails",
    "phones",
    "addresses",
    "onlineServices",
    "organizations",
    "titles",
    "nicknames",
    "links",
    "notes",
    "media",
];

/// The `JSPROP` lines of all that is in the item and was not there when its text was read again.
pub fn missing(item: &Value, again: &Value) -> Vec<Property> {
    let mut lines = Vec::new();
    collect(item, again, "", &mut lines);
    lines
}

fn collect(item: &Value, again: &Value, path: &str, lines: &mut Vec<Property>) {
    let (Some(item), Some(again)) = (item.as_object(), again.as_object()) else { return };
    for (name, value) in item {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        let pointer = if path.is_empty() { escaped } else { format!("{path}/{escaped}") };
        match again.get(name) {
            Some(known) => collect(value, known, &pointer, lines),
            // The place on a phone goes by the order again; a number that is not true any more would hide an entry.
            None if matches!(name.as_str(), "@type" | "version" | PIN) => {}
            // An entry of the text's own maps that the text has no line for: nobody else could change it.
            None if OF_THE_TEXT.contains(&path) => {}
            None => lines.push(Property::text("JSPROP", &value.to_string()).with("JSPTR", &pointer)),
        }
    }
}

/// Lays what a `JSPROP` line says into the item, if nothing is there.
pub fn apply(item: &mut Value, line: &Property) {
    let Some(pointer) = line.parameter("JSPTR") else { return };
    let Ok(value) = serde_json::from_str(&line.to_plain()) else { return };
    let (parents, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let parents = if parents.is_empty() { String::new() } else { format!("/{parents}") };
    if let Some(object) = item.pointer_mut(&parents).and_then(Value::as_object_mut) {
        object.entry(name.replace("~1", "/").replace("~0", "~")).or_insert(value);
    }
}

/// Numbers the entries of a map in this order, as reading the text again will.
pub fn renumber(
    object: &mut Map<String, Value>,
    name: &str,
    prefix: &str,
    order: impl Fn(&str, &Value) -> (bool, usize, String),
) {
    let Some(entries) = object.get_mut(name).and_then(Value::as_object_mut) else { return };
    let mut old: Vec<(String, Value)> = std::mem::take(entries).into_iter().collect();
    old.sort_by_key(|(key, value)| order(key, value));
    entries.extend(
        old.into_iter().enumerate().map(|(index, (_, value))| (format!("{prefix}{}", index + 1), value)),
    );
}
