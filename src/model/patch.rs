//! Occurrences that differ from their series: patches applied and made (RFC 8984 1.4.9 `PatchObject`).
//! Knows no rule, and of events and tasks only which properties belong to the whole series.

use jiff::civil::DateTime;
use serde_json::Map;
use serde_json::Value;

use crate::model::object::Shape;

/// Belongs to the series: no patch may touch it (RFC 8984 4.3.5 `recurrenceOverrides`).
const OF_THE_SERIES: [&str; 15] = [
    "@type",
    "excludedRecurrenceRules",
    "method",
    "organizerCalendarAddress",
    "privacy",
    "prodId",
    "recurrenceId",
    "recurrenceIdTimeZone",
    "recurrenceOverrides",
    "recurrenceRule",
    "recurrenceRules",
    "relatedTo",
    "replyTo",
    "timeZones",
    "uid",
];

/// The changes an occurrence makes: JSON pointers (without the first slash) and new values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch(pub Map<String, Value>);

impl Patch {
    /// The patch that takes an occurrence out of its series.
    pub fn excluded() -> Self {
        Self(Map::from_iter([("excluded".to_owned(), true.into())]))
    }

    /// Whether the occurrence is taken out of its series.
    pub fn is_excluded(&self) -> bool {
        self.0.get("excluded") == Some(&Value::Bool(true))
    }

    /// A property that the patch sets as a whole.
    pub fn property<T: Shape>(&self, name: &str) -> Option<T> {
        T::read(self.0.get(name)?)
    }
}

/// A series as what its occurrences share; made once for any number of them.
#[derive(Debug)]
pub struct Series(Value);

impl Series {
    /// What the occurrences of an event or task share.
    pub fn of<T: Shape>(item: &T) -> Self {
        let mut value = item.write();
        if let Some(object) = value.as_object_mut() {
            object.retain(|name, _| !name.starts_with("recurrence"));
        }
        Self(value)
    }

    /// The single item that the occurrence at `at` is, changed by the patch.
    pub fn occurrence<T: Shape>(&self, at: DateTime, patch: &Patch) -> Option<T> {
        let mut value = self.plain(at);
        for (pointer, new) in &patch.0 {
            if !is_of_the_series(pointer) && pointer != "excluded" {
                apply(&mut value, pointer, new);
            }
        }
        T::read(&value)
    }

    /// The patch that makes the occurrence at `at` this single item.
    pub fn patch<T: Shape>(&self, at: DateTime, occurrence: &T) -> Patch {
        let mut patch = Map::new();
        compare(&self.plain(at), &occurrence.write(), "", &mut patch);
        patch.retain(|pointer, _| !is_of_the_series(pointer));
        Patch(patch)
    }

    fn plain(&self, at: DateTime) -> Value {
        let mut value = self.0.clone();
        if let Some(object) = value.as_object_mut() {
            object.insert("start".to_owned(), at.write());
        }
        value
    }
}

impl Shape for Patch {
    fn read(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }

    fn write(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

fn is_of_the_series(pointer: &str) -> bool {
    OF_THE_SERIES.contains(&pointer.split('/').next().unwrap_or_default())
}

/// Sets or removes what the pointer names; a pointer into nothing changes nothing.
fn apply(value: &mut Value, pointer: &str, new: &Value) {
    let (parents, last) =
        pointer.rsplit_once('/').map_or((None, pointer), |(parents, last)| (Some(parents), last));
    let target = match parents {
        Some(parents) => value.pointer_mut(&format!("/{parents}")),
        None => Some(value),
    };
    let Some(object) = target.and_then(Value::as_object_mut) else { return };
    let name = last.replace("~1", "/").replace("~0", "~");
    if new.is_null() {
        object.remove(&name);
    } else {
        object.insert(name, new.clone());
    }
}

/// Writes down what changed; goes into objects, takes lists as a whole.
fn compare(old: &Value, new: &Value, path: &str, patch: &mut Map<String, Value>) {
    let (Some(old_object), Some(new_object)) = (old.as_object(), new.as_object()) else { return };
    let removed = old_object.keys().filter(|name| !new_object.contains_key(*name));
    patch.extend(removed.map(|name| (join(path, name), Value::Null)));
    for (name, new) in new_object {
        let pointer = join(path, name);
        match old_object.get(name) {
            Some(old) if old == new => {}
            Some(old) if old.is_object() && new.is_object() => compare(old, new, &pointer, patch),
            _ => {
                patch.insert(pointer, new.clone());
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    if path.is_empty() { name } else { format!("{path}/{name}") }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::civil::datetime;
    use serde_json::Value;
    use serde_json::json;

    use super::Patch;
    use super::Series;
    use crate::model::event::Event;
    use crate::model::object::Shape;

    const AT: DateTime = datetime(2026, 11, 29, 12, 0, 0, 0);

    fn series() -> Event {
        Event::read(&json!({
            "@type": "Event", "uid": "e", "title": "Lunch", "start": "2026-11-22T12:00:00", "timeZone": "Europe/Oslo",
            "recurrenceRule": {"frequency": "weekly"}, "privacy": "private",
            "recurrenceOverrides": {"2026-11-29T12:00:00": {"title": "Late lunch"}},
            "locations": {"a/b": {"name": "Here", "x": 1}}, "keywords": {"k": true}
        }))
        .unwrap()
    }

    fn occurrence(patch: &Patch) -> Event {
        Series::of(&series()).occurrence(AT, patch).unwrap()
    }

    #[track_caller]
    fn check(patch: &Value, changed: &Value) {
        let patch = Patch::read(patch).unwrap();
        let occurrence = occurrence(&patch);
        let mut expected = series().write();
        let expected = expected.as_object_mut().unwrap();
        expected.remove("recurrenceRule");
        expected.remove("recurrenceOverrides");
        expected.insert("start".to_owned(), json!("2026-11-29T12:00:00"));
        expected.extend(changed.as_object().unwrap().clone());
        assert_eq!(occurrence.write(), Value::Object(expected.clone()));
        assert_eq!(Series::of(&series()).patch(AT, &occurrence), patch);
    }

    #[test]
    fn a_patch_makes_an_occurrence_and_the_occurrence_the_patch() {
        check(&json!({}), &json!({}));
        check(
            &json!({"title": "Dinner", "start": "2026-11-29T18:00:00"}),
            &json!({"title": "Dinner", "start": "2026-11-29T18:00:00"}),
        );
        check(
            &json!({"locations/a~1b/name": "There"}),
            &json!({"locations": {"a/b": {"name": "There", "x": 1}}}),
        );
        check(
            &json!({"locations/n": {"name": "New"}}),
            &json!({"locations": {"a/b": {"name": "Here", "x": 1}, "n": {"name": "New"}}}),
        );
        check(
            &json!({"alerts": {"1": {"trigger": {"offset": "PT0S"}}}}),
            &json!({"alerts": {"1": {"trigger": {"offset": "PT0S"}}}}),
        );
    }

    #[test]
    fn a_removal_is_a_null() {
        let mut occurrence = occurrence(&Patch::default());
        occurrence.title = None;
        occurrence.locations.values_mut().for_each(|location| location.name = None);
        let patch = Series::of(&series()).patch(AT, &occurrence);
        assert_eq!(patch.write(), json!({"title": null, "locations/a~1b/name": null}));
        assert_eq!(self::occurrence(&patch), occurrence);
    }

    #[test]
    fn what_belongs_to_the_series_is_not_patched() {
        let patch =
            Patch::read(&json!({"uid": "x", "recurrenceRule": null, "nowhere/deep": 1, "excluded": false}))
                .unwrap();
        assert_eq!(occurrence(&patch), occurrence(&Patch::default()));
    }

    #[test]
    fn an_excluded_occurrence_is_told() {
        assert!(Patch::excluded().is_excluded());
        assert!(!Patch::read(&json!({"excluded": "yes"})).unwrap().is_excluded());
    }
}
