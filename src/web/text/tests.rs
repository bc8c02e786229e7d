//! That the four languages say the same things, and nothing that no page says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

#[test]
fn the_browser_s_language_is_taken_by_weight() {
    let rows = [
        ("nb-NO,nb;q=0.9,no;q=0.8,en;q=0.5", Language::Nb),
        ("nn", Language::Nb),
        ("de-DE,de;q=0.9,sv;q=0.5,da;q=0.6", Language::Da),
        ("en;q=0.3, sv-SE", Language::Sv),
        ("fr", Language::En),
        ("", Language::En),
        ("sv;q=often,da;q=0.1", Language::Da),
    ];
    for (accept, expected) in rows {
        assert_eq!(Language::preferred(accept), expected, "{accept}");
    }
}

/// The variables of each key.
type Keys = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_language_has_the_same_keys_with_the_same_variables() {
    let english = keys("en");
    assert!(english.len() > 20, "{english:?}");
    for language in Language::ALL {
        let own = keys(language.code());
        let missing: Vec<_> = english.keys().filter(|key| !own.contains_key(*key)).collect();
        let further: Vec<_> = own.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(
            missing.is_empty() && further.is_empty(),
            "{language:?}: missing {missing:?}, further {further:?}"
        );
        for (key, variables) in &english {
            assert_eq!(&own[key], variables, "{language:?} {key}");
        }
    }
}

#[test]
fn every_file_can_be_read() {
    for language in Language::ALL {
        for file in files(&Path::new("locales").join(language.code())) {
            let text = fs::read_to_string(&file).unwrap();
            if let Err((_, errors)) = FluentResource::try_new(text) {
                panic!("{}: {errors:?}", file.display());
            }
        }
    }
}

/// A key stands in a template or in the code of the pages between quotes.
#[test]
fn every_text_is_used_and_every_used_text_is_there() {
    let sources: String = [Path::new("templates"), Path::new("src/web")]
        .into_iter()
        .flat_map(files)
        .filter(|file| !file.ends_with("tests.rs") && !file.ends_with("htmx.js"))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let known = keys("en");
    let unused: Vec<&String> = known.keys().filter(|key| !sources.contains(&format!("\"{key}\""))).collect();
    assert!(unused.is_empty(), "no page says {unused:?}");
    let mut unknown = Vec::new();
    for call in ["say(\"", "fill(\"", "fill_two(\"", "fill_all(\""] {
        for rest in sources.split(call).skip(1) {
            let key = rest.split('"').next().unwrap();
            if !known.contains_key(key) {
                unknown.push(key);
            }
        }
    }
    assert!(unknown.is_empty(), "locales/ has no {unknown:?}");
}

fn keys(language: &str) -> Keys {
    let mut keys = Keys::new();
    for file in files(&Path::new("locales").join(language)) {
        let text = fs::read_to_string(file).unwrap();
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) =
                line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            {
                key = name.to_owned();
                assert!(
                    keys.insert(key.clone(), BTreeSet::new()).is_none(),
                    "{language}: {key} is there twice"
                );
            }
            let variables = line.split('$').skip(1).map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap().to_owned()
            });
            if let Some(all) = keys.get_mut(&key) {
                all.extend(variables);
            }
        }
    }
    keys
}

/// The files below a folder of the project.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
