//! What lies on a desk: tasks and notes.

use jiff::civil::Date;
use serde_json::Value;
use serde_json::json;

use crate::backoffice::company::day;
use crate::backoffice::company::mix::Mix;
use crate::backoffice::company::people::firm;
use crate::backoffice::company::stamp;
use crate::backoffice::company::tables::NOTES;
use crate::backoffice::company::tables::TASKS;

/// Tasks, the first `completed` of which are done.
pub(super) fn tasks(user: &str, count: usize, completed: usize, today: Date) -> Vec<(String, Value)> {
    let mut mix = Mix::new(&format!("tasks {user}"));
    (1..=count)
        .map(|number| {
            let mut task = match number <= completed {
                true => done(number, &mut mix, today),
                false => open(number, &mut mix, today),
            };
            put(&mut task, "uid", format!("task-{user}-{number:04}@fjord.example").into());
            put(&mut task, "updated", stamp(today, -1).into());
            (format!("t-{number:04}"), task)
        })
        .collect()
}

fn put(task: &mut Value, name: &str, value: Value) {
    if let Some(task) = task.as_object_mut() {
        task.insert(name.to_owned(), value);
    }
}

fn task(number: usize, mix: &mut Mix, due: Date) -> Value {
    let (title, text) = TASKS.get((number * 7) % TASKS.len()).copied().unwrap_or_default();
    let (company, _) = firm(1 + mix.below(499));
    json!({
        "@type": "Task", "title": format!("{title} ({company})"), "description": text,
        "due": format!("{due}T00:00:00"), "showWithoutTime": true,
        "priority": mix.pick(&[0, 5, 5, 5, 1, 9]), "keywords": {mix.pick(&["Kontor", "Kunde", "Lager"]): true},
    })
}

fn done(number: usize, mix: &mut Mix, today: Date) -> Value {
    let ago = 1 + i64::try_from(mix.below(60)).unwrap_or_default();
    let mut task = task(number, mix, day(today, 2 - ago));
    put(&mut task, "progress", "completed".into());
    put(&mut task, "percentComplete", 100.into());
    put(&mut task, "progressUpdated", stamp(today, -ago).into());
    task
}

fn open(number: usize, mix: &mut Mix, today: Date) -> Value {
    let ahead = i64::try_from(mix.below(45)).unwrap_or_default() - 6;
    let due = day(today, ahead);
    let mut task = task(number, mix, due);
    let begun = mix.one_in(4);
    put(&mut task, "progress", if begun { "in-process" } else { "needs-action" }.into());
    if begun {
        put(&mut task, "percentComplete", mix.pick(&[10, 25, 50, 75]).into());
        put(&mut task, "start", format!("{}T00:00:00", day(due, -7)).into());
    }
    if mix.one_in(3) {
        let trigger = json!({"@type": "AbsoluteTrigger", "when": stamp(due, 0)});
        put(&mut task, "alerts", json!({"a1": {"@type": "Alert", "action": "display", "trigger": trigger}}));
    }
    if number % 20 == 1 {
        put(&mut task, "title", "Føre timer".into());
        let rule = json!({"@type": "RecurrenceRule", "frequency": "weekly"});
        put(&mut task, "recurrenceRule", rule);
    }
    task
}

/// Notes, from the newest back.
pub(super) fn notes(user: &str, count: usize, today: Date) -> Vec<(String, Value)> {
    let note = |(number, (title, body)): (usize, &(&str, &str))| {
        let age = i64::try_from(number * 5).unwrap_or_default();
        let data = json!({
            "uid": format!("note-{user}-{number:04}@fjord.example"), "title": title, "body": body,
            "keywords": {"Jobb": true}, "updated": stamp(today, -age),
        });
        (format!("n-{number:04}"), data)
    };
    (1..).zip(NOTES.iter().take(count)).map(note).collect()
}
