//! Merges two changes of one JSON object, property by property, against the version both started from.

use std::collections::BTreeSet;

use serde_json::Map;
use serde_json::Value;

/// The object that has the changes of both sides; where both changed the same property, `first` counts.
///
/// Objects are merged at every depth (an e-mail added here and a phone number removed there are no conflict);
/// anything else, lists too, is one value.
pub fn merge(base: &Value, first: &Value, second: &Value) -> Value {
    merged(Some(base), Some(first), Some(second)).unwrap_or(Value::Null)
}

fn merged(base: Option<&Value>, first: Option<&Value>, second: Option<&Value>) -> Option<Value> {
    if first == second || second == base {
        return first.cloned();
    }
    if first == base {
        return second.cloned();
    }
    match (first, second) {
        (Some(Value::Object(first)), Some(Value::Object(second))) => {
            let nothing = Map::new();
            let base = base.and_then(Value::as_object).unwrap_or(&nothing);
            Some(Value::Object(objects(base, first, second)))
        }
        _ => first.cloned(),
    }
}

fn objects(
    base: &Map<String, Value>,
    first: &Map<String, Value>,
    second: &Map<String, Value>,
) -> Map<String, Value> {
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| Some((name.clone(), merged(base.get(name), first.get(name), second.get(name))?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check([base, first, second]: [&Value; 3], expected: &Value) {
        assert_eq!(&merge(base, first, second), expected);
    }

    #[test]
    fn changes_of_different_properties_are_both_kept() {
        check(
            [
                &json!({"a": 1, "b": 1, "c": {"x": 1, "y": 1}}),
                &json!({"a": 2, "b": 1, "c": {"x": 1, "y": 2}}),
                &json!({"a": 1, "c": {"x": 2, "y": 1, "z": 3}}),
            ],
            &json!({"a": 2, "c": {"x": 2, "y": 2, "z": 3}}),
        );
    }

    #[test]
    fn the_first_counts_where_both_changed_the_same() {
        check([&json!({"a": 1}), &json!({"a": 2}), &json!({"a": 3})], &json!({"a": 2}));
        check([&json!({"a": [1]}), &json!({"a": [1, 2]}), &json!({})], &json!({"a": [1, 2]}));
        check([&json!({"a": 1}), &json!({}), &json!({"a": 3})], &json!({}));
        check(
            [&json!({}), &json!({"a": {"x": 1}}), &json!({"a": {"y": 2}})],
            &json!({"a": {"x": 1, "y": 2}}),
        );
    }
}
