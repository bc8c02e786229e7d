//! The shape of the tree, held by a test: who may use whom, how long a file may get, what no file may hold.
#![expect(clippy::unwrap_used, reason = "a test that cannot read the tree should fail")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Packages that only the named modules, or folders of one, may touch.
const OWNERS: &[(&str, &[&str])] =
    &[("sqlx", &["store", "backoffice", "connector/mailbox"]), ("wbxml", &["eas", "command", "http", "cli"])];

/// Modules that stand apart: they may use only these, whatever lies below them.
const APART: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sync", &["model"]),
    ("mime", &["model"]),
    ("eas", &["model", "sync", "mime"]),
    ("backoffice", &["model", "connector"]),
];

/// Tables of constants may be longer than code.
const TABLES: &[&str] = &["wbxml/src/code_pages.rs", "src/connector/dav/zone_names.rs"];
const LONGEST: usize = 500;

/// What no file of ours holds.
const UNWANTED: &[(&str, &str)] = &[
    ("TODO", "does not land: do it, or write an issue"),
    ("FIXME", "does not land: do it, or write an issue"),
    ("../shared", "lies outside of the project"),
    ("/work/", "is a path of one machine"),
];

#[test]
fn every_module_uses_only_those_above_it() {
    let order = order();
    let mut wrong = Vec::new();
    for file in files("src", "rs") {
        let Some((module, text)) = read(&file) else { continue };
        let Some(place) = order.iter().position(|name| *name == module) else {
            wrong.push(format!("{}: not in src/lib.rs", file.display()));
            continue;
        };
        let apart = APART.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed);
        for used in code(&text).split("crate::").skip(1).map(first_word) {
            let Some(used_place) = order.iter().position(|name| name == used) else { continue };
            let is_forbidden = apart.is_some_and(|allowed| !allowed.contains(&used));
            if used != module && (used_place > place || is_forbidden) {
                wrong.push(format!("{}: {module} must not use {used}", file.display()));
            }
        }
        for (package, owners) in OWNERS {
            if code(&text).contains(&format!("{package}::"))
                && !owners.iter().any(|owner| is_in(&file, owner))
            {
                wrong.push(format!("{}: {package} belongs to {owners:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a file is of this module, its folder or its file.
fn is_in(file: &Path, module: &str) -> bool {
    file.with_extension("").starts_with(Path::new("src").join(module))
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let mut wrong = Vec::new();
    for file in ["src", "tests", "benches", "wbxml"].iter().flat_map(|folder| files(folder, "rs")) {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        if !text.starts_with("//!") {
            wrong.push(format!("{}: begin with //! and what this file is", file.display()));
        }
        let lines = text.lines().count();
        if lines > LONGEST && !TABLES.iter().any(|table| file == Path::new(table)) {
            wrong.push(format!("{}: {lines} lines, split it", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unwanted_is_left() {
    let mut wrong = Vec::new();
    let kinds = ["rs", "sql", "toml", "md", "yaml", "xml", "sh"];
    let folders = ["src", "tests", "benches", "wbxml", "schema", "deploy", "fixtures"];
    let nested = folders.iter().flat_map(|folder| kinds.iter().flat_map(|kind| files(folder, kind)));
    let top =
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.toml", "docs/quirks.md"].map(PathBuf::from);
    for file in nested.chain(top.into_iter().filter(|file| root().join(file).exists())) {
        if file == Path::new("tests/tidy.rs") {
            continue;
        }
        let text = fs::read_to_string(root().join(&file)).unwrap_or_default();
        for (line, content) in (1..).zip(text.lines()) {
            for (word, reason) in UNWANTED.iter().filter(|(word, _)| has_word(content, word)) {
                wrong.push(format!("{}:{line}: {word} {reason}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A back office has to be able to read what it is to keep.
#[test]
fn the_contract_names_every_property_of_ours() {
    let contract = fs::read_to_string(root().join("schema/contract.yaml")).unwrap();
    let mut unnamed = Vec::new();
    let mut known = 0;
    for file in ["src/model", "src/eas"].iter().flat_map(|folder| files(folder, "rs")) {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        for rest in text.split("\"lomme.app:").skip(1) {
            let name = rest.split('"').next().unwrap();
            known += 1;
            if !contract.contains(&format!("`lomme.app:{name}`")) {
                unnamed.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(known > 20 && unnamed.is_empty(), "{known} found, not named: {unnamed:?}");
}

/// An account can be moved to another machine, and no query joins two.
#[test]
fn every_primary_key_starts_with_whose_it_is() {
    let mut wrong = Vec::new();
    let mut tables = 0;
    for file in files("schema", "sql") {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let text: String =
            text.lines().map(|line| line.split("--").next().unwrap().to_owned() + "\n").collect();
        for table in text.split("CREATE TABLE ").skip(1).map(|rest| rest.split(';').next().unwrap()) {
            tables += 1;
            let whose = ["account_id", "organisation_id"].iter().any(|owner| {
                table.contains(&format!("PRIMARY KEY ({owner}"))
                    || table.lines().any(|line| {
                        line.trim_start().starts_with(&format!("{owner} ")) && line.contains("PRIMARY KEY")
                    })
            });
            if !whose {
                wrong.push(format!("{}: {}", file.display(), first_word(table)));
            }
        }
    }
    assert!(tables > 10 && wrong.is_empty(), "{tables} tables, wrong: {wrong:?}");
}

/// PostgreSQL refuses a transaction that meets another's change (40001): whoever opens one does it again by
/// `store::retrying`, in a closure there or in a function that is called from one.
#[test]
fn every_transaction_is_tried_again_when_it_meets_another() {
    let sources: Vec<(PathBuf, String)> = files("src", "rs")
        .into_iter()
        .filter(|file| !["store", "backoffice", "connector/mailbox"].iter().any(|module| is_in(file, module)))
        .filter(|file| !file.iter().any(|part| part == "tests" || part == "tests.rs"))
        .map(|file| {
            let text = code(&fs::read_to_string(root().join(&file)).unwrap());
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            (file, text)
        })
        .collect();
    let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
    let mut wrong = Vec::new();
    for (file, text) in &sources {
        for (at, _) in text.match_indices(".begin()") {
            let before = &text[..at];
            let function = &before[before.rfind("fn ").unwrap()..];
            let name = first_word(&function["fn ".len()..]);
            if !function.contains("retrying(async") && !is_retried(&all, name) {
                wrong.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "not within store::retrying: {}", wrong.join(", "));
}

/// Whether the function is called in a closure of `retrying`; names are too often shared to ask it of every call.
fn is_retried(code: &str, name: &str) -> bool {
    let mut calls = 0;
    for (at, _) in code.match_indices(&format!("{name}(")) {
        let line = &code[code[..at].rfind('\n').map_or(0, |end| end + 1)..at];
        let is_definition = line.ends_with("fn ");
        let is_other = line.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if is_definition || is_other {
            continue;
        }
        let is_retried = line.rfind("retrying(|| ").is_some_and(|start| {
            !line[start..].contains([';', '{']) && !line[start + "retrying(|| ".len()..].contains('(')
        });
        calls += usize::from(is_retried);
    }
    calls > 0
}

/// What clients really do is kept in docs/quirks.md, each row by a test that says `Quirk ID` in its documentation.
#[test]
fn every_quirk_has_a_test_that_names_it() {
    let ledger = fs::read_to_string(root().join("docs/quirks.md")).unwrap();
    let rows: Vec<&str> = ledger
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(id, _)| id)
        .collect();
    let mut named = Vec::new();
    let mut wrong = Vec::new();
    for file in ["src", "tests", "wbxml"].iter().flat_map(|folder| files(folder, "rs")) {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(ids) = quirks(line) else { continue };
            let below =
                lines[at..].iter().take_while(|line| line.starts_with("///") || line.starts_with("#["));
            if !below.into_iter().any(|line| line.contains("test]") || line.contains("test(")) {
                wrong.push(format!("{}:{}: not the documentation of a test", file.display(), at + 1));
            }
            named.extend(ids.map(str::to_owned));
        }
    }
    let unknown = named.iter().filter(|id| !rows.contains(&id.as_str()));
    wrong.extend(unknown.map(|id| format!("{id}: a test names it, docs/quirks.md has no such row")));
    let untested = rows.iter().filter(|id| !named.iter().any(|name| name == *id));
    wrong.extend(untested.map(|id| format!("{id}: no test names it")));
    assert!(rows.len() > 50 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ids in a line like `/// Quirks two-empties, pieces: and more`.
fn quirks(line: &str) -> Option<impl Iterator<Item = &str>> {
    let text = line.strip_prefix("/// Quirk")?.trim_start_matches('s').strip_prefix(' ')?;
    Some(text.split([';', ':', '.']).next().unwrap_or_default().split(", "))
}

/// Whether the text has it by itself: VTODO is a word of iCalendar.
fn has_word(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// The modules in the order of `src/lib.rs`, lowest first.
fn order() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The top module of a file and its text; none for those that wire everything.
fn read(file: &Path) -> Option<(String, String)> {
    let module = file.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs");
    let text = fs::read_to_string(root().join(file)).unwrap();
    (!["lib", "main"].contains(&module)).then(|| (module.to_owned(), text))
}

/// Without comments, which may mention what they like.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a kind below a folder, by their path from the root.
fn files(folder: &str, kind: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.map(Result::unwrap) {
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            if !path.ends_with("/target") {
                found.extend(files(&path, kind));
            }
        } else if Path::new(&path).extension() == Some(kind.as_ref()) {
            found.push(PathBuf::from(path));
        }
    }
    found
}
