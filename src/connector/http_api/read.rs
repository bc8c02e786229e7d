//! What answers hold. An item that cannot be read says why and stops nothing else on its page.

use serde_json::Value;

use crate::connector::Change;
use crate::connector::Collection;
use crate::connector::Error;
use crate::connector::Found;
use crate::connector::Identity;
use crate::connector::Page;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::Stored;
use crate::model::class::Class;
use crate::model::content::Content;

/// A page of changes. Only one without `since` and what follows it names all that is there.
pub(super) fn page(class: Class, answer: &Value, since: Option<&str>) -> Result<Page> {
    let items = answer.get("items").and_then(Value::as_array).ok_or_else(|| missing("items"))?;
    let changes: Vec<Change> = items.iter().filter_map(|item| change(class, item)).collect();
    let cursor = text(answer, "cursor")?;
    let more = answer.get("more") == Some(&Value::Bool(true));
    if more && Some(&*cursor) == since {
        return Err(Error::Protocol("more changes are promised, but the cursor stands still".to_owned()));
    }
    Ok(Page { changes, cursor, more, complete: since.is_none() })
}

/// A change without an id is about nothing and left out.
fn change(class: Class, item: &Value) -> Option<Change> {
    let id = label(item.get("id")?)?;
    if item.get("op").and_then(Value::as_str) == Some("delete") {
        return Some(Change::Delete { id });
    }
    let etag = item.get("rev").and_then(label).unwrap_or_default();
    Some(Change::Upsert(Remote { id, etag, content: content(class, item) }))
}

/// `{"id", "rev", "data"}`.
pub(super) fn item(class: Class, answer: &Value) -> Result<Remote> {
    version(class, &text(answer, "id")?, answer)
}

/// `{"rev", "data"}` of an item whose id is known.
pub(super) fn version(class: Class, id: &str, answer: &Value) -> Result<Remote> {
    Ok(Remote { id: id.to_owned(), etag: text(answer, "rev")?, content: content(class, answer) })
}

/// `{"id", "rev"}` after a write; who replaces knows the id.
pub(super) fn stored(answer: &Value, known: Option<&str>) -> Result<Stored> {
    let id = known.map_or_else(|| text(answer, "id"), |id| Ok(id.to_owned()))?;
    Ok(Stored { id, etag: text(answer, "rev")?, altered: false })
}

/// A page of the directory; cards that cannot be read are left out.
pub(super) fn found(answer: &Value) -> Result<Found> {
    let items = answer.get("items").and_then(Value::as_array).ok_or_else(|| missing("items"))?;
    let people: Vec<Content> = items
        .iter()
        .filter_map(|item| Content::from_value(Class::Contacts, item.get("data")?).ok())
        .collect();
    let total = answer.get("total").and_then(Value::as_u64).and_then(|total| total.try_into().ok());
    Ok(Found { total: total.unwrap_or(people.len()), people })
}

/// `{"id", "name", "default", "access"}`.
pub(super) fn calendar(entry: &Value) -> Result<Collection> {
    let id = text(entry, "id")?;
    Ok(Collection {
        name: text(entry, "name").unwrap_or_else(|_| id.clone()),
        id,
        class: Class::Calendar,
        default: entry.get("default") == Some(&Value::Bool(true)),
        read_only: entry.get("access").and_then(Value::as_str) != Some("write"),
    })
}

/// `{"id", "name", "default"}`.
pub(super) fn identity(entry: &Value) -> Result<Identity> {
    let id = text(entry, "id")?;
    Ok(Identity {
        name: text(entry, "name").unwrap_or_else(|_| id.clone()),
        id,
        default: entry.get("default") == Some(&Value::Bool(true)),
    })
}

fn content(class: Class, item: &Value) -> std::result::Result<Content, String> {
    let data = item.get("data").ok_or("it has no data")?;
    let content = Content::from_value(class, data).map_err(|error| error.to_string())?;
    match &content {
        Content::Event(event) if event.start.is_none() => Err("its start is no local time".to_owned()),
        _ => Ok(content),
    }
}

/// Ids, revisions and cursors are opaque; some back offices have numbers.
fn text(answer: &Value, name: &'static str) -> Result<String> {
    answer.get(name).and_then(label).ok_or_else(|| missing(name))
}

fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn missing(name: &str) -> Error {
    Error::Protocol(format!("an answer without `{name}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::page;
    use crate::connector::Change;
    use crate::model::class::Class;

    /// What a page of one change comes to: `id etag title`, `-id`, or the reason.
    #[track_caller]
    fn check(item: &Value, expected: &[&str]) {
        let answer = json!({"items": [item], "cursor": 17, "more": false});
        let page = page(Class::Calendar, &answer, None).unwrap();
        assert_eq!(page.cursor, "17");
        let told: Vec<String> = page.changes.into_iter().map(told).collect();
        assert_eq!(told, expected);
    }

    fn told(change: Change) -> String {
        match change {
            Change::Delete { id } => format!("-{id}"),
            Change::Upsert(remote) => match remote.content {
                Ok(content) => format!("{} {} {}", remote.id, remote.etag, content.title()),
                Err(reason) => reason,
            },
        }
    }

    #[test]
    fn one_bad_item_stops_nothing() {
        let good = json!({"title": "Job", "start": "2026-11-22T09:00:00"});
        check(&json!({"op": "upsert", "id": "a", "rev": "1", "data": good}), &["a 1 Job"]);
        check(&json!({"op": "upsert", "id": 7, "rev": 9, "data": good}), &["7 9 Job"]);
        check(&json!({"op": "delete", "id": "a", "rev": "2"}), &["-a"]);
        check(&json!({"op": "upsert", "id": "a", "rev": "1"}), &["it has no data"]);
        check(
            &json!({"op": "upsert", "id": "a", "rev": "1", "data": {"start": "then"}}),
            &["its start is no local time"],
        );
        check(
            &json!({"op": "upsert", "id": "a", "rev": "1", "data": []}),
            &["an item of class Calendar must be a JSON object"],
        );
        check(&json!({"op": "upsert", "data": good}), &[]);
        check(&json!("nonsense"), &[]);
    }

    #[test]
    fn a_cursor_that_stands_still_ends_the_pull() {
        let answer = json!({"items": [], "cursor": "c", "more": true});
        assert!(page(Class::Notes, &answer, Some("b")).is_ok());
        assert!(page(Class::Notes, &answer, Some("c")).is_err());
        assert!(page(Class::Notes, &json!({"items": []}), None).is_err());
        assert!(page(Class::Notes, &json!([]), None).is_err());
    }
}
