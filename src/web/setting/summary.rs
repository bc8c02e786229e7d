//! What an item says, in a few lines for people. Reads no protocol.

use jiff::civil::DateTime;
use serde_json::Value;

use crate::model::class::Class;
use crate::model::content::Content;
use crate::web::page::Page;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is.
    pub(super) label: String,
    /// What it says.
    pub(super) value: String,
    /// Whether the version beside it says something else.
    pub(super) differs: bool,
}

/// Which property, under which key; a `*` stands for any name.
type Line = (&'static str, &'static str);

const EVENT: [Line; 8] = [
    ("title", "fact-title"),
    ("start", "fact-start"),
    ("timeZone", "fact-zone"),
    ("duration", "fact-duration"),
    ("locations/*/name", "fact-place"),
    ("participants/*/name", "fact-people"),
    ("description", "fact-text"),
    ("status", "fact-status"),
];
const TASK: [Line; 6] = [
    ("title", "fact-title"),
    ("due", "fact-due"),
    ("start", "fact-start"),
    ("progress", "fact-status"),
    ("priority", "fact-priority"),
    ("description", "fact-text"),
];
const CONTACT: [Line; 7] = [
    ("organizations/*/name", "fact-company"),
    ("titles/*/name", "fact-job"),
    ("phones/*/number", "fact-phone"),
    ("emails/*/address", "fact-email"),
    ("addresses/*/full", "fact-address"),
    ("anniversaries/*/date", "fact-day"),
    ("notes/*/note", "fact-text"),
];
const NOTE: [Line; 2] = [("title", "fact-title"), ("description", "fact-text")];

/// Longer texts are cut here.
const LONGEST: usize = 400;

/// What is stored of an item, as one line each; `beside` is what it is compared with.
pub(super) fn facts(page: &Page, class: Class, json: &str, beside: Option<&str>) -> Vec<Fact> {
    let read = |json: &str| Content::from_json(class, json).ok();
    let Some(content) = read(json) else { return Vec::new() };
    let other = beside.and_then(read);
    let mut facts = Vec::new();
    if class == Class::Contacts {
        let differs = other.as_ref().is_some_and(|other| other.title() != content.title());
        facts.push(Fact { label: page.say("fact-name").into_owned(), value: content.title(), differs });
    }
    let lines: &[Line] = match class {
        Class::Calendar => &EVENT,
        Class::Tasks => &TASK,
        Class::Contacts => &CONTACT,
        Class::Notes => &NOTE,
        Class::Email => &[],
    };
    let (value, other) = (content.to_value(), other.map(|other| other.to_value()));
    for (path, key) in lines {
        let own = texts(page, &value, path);
        let differs = other.as_ref().is_some_and(|other| texts(page, other, path) != own);
        if !own.is_empty() || differs {
            let value = if own.is_empty() { "–".to_owned() } else { own.join(", ") };
            facts.push(Fact { label: page.say(key).into_owned(), value, differs });
        }
    }
    facts
}

/// What an item is called; a text of its own for what has no name.
pub(super) fn title(page: &Page, class: Class, json: &str) -> String {
    let title = Content::from_json(class, json).map(|content| content.title()).unwrap_or_default();
    if title.is_empty() { page.say("item-untitled").into_owned() } else { title }
}

fn texts(page: &Page, value: &Value, path: &str) -> Vec<String> {
    let Some((name, rest)) = path.split_once('/') else {
        return text(page, value.get(path).unwrap_or(&Value::Null)).into_iter().collect();
    };
    match (name, value) {
        ("*", Value::Object(all)) => all.values().flat_map(|one| texts(page, one, rest)).collect(),
        (name, value) => value.get(name).map(|inner| texts(page, inner, rest)).unwrap_or_default(),
    }
}

fn text(page: &Page, value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    if let Ok(at) = text.parse::<DateTime>()
        && text.contains('T')
    {
        return Some(page.local_time(at));
    }
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page;

    #[test]
    fn what_differs_is_marked_and_what_is_missing_shows() {
        let page = page::tests::page(crate::web::text::Language::En);
        let old = r#"{"uid":"a","title":"Målermøte","start":"2026-11-24T09:00:00","duration":"PT1H"}"#;
        let new =
            r#"{"uid":"a","title":"Målermøte","start":"2026-11-24T10:00:00","description":"Ta med nøkkel"}"#;
        let found: Vec<_> = facts(&page, Class::Calendar, old, Some(new))
            .into_iter()
            .map(|fact| (fact.label, fact.value, fact.differs))
            .collect();
        let row = |label: &str, value: &str, differs| (label.to_owned(), value.to_owned(), differs);
        assert_eq!(
            found,
            [
                row("Title", "Målermøte", false),
                row("Start", "24 Nov 2026 09:00", true),
                row("Duration", "PT1H", true),
                row("Text", "–", true),
            ]
        );
        assert_eq!(title(&page, Class::Tasks, r#"{"uid":"b"}"#), "(untitled)");
    }
}
