//! Real programs' calendars and cards, in shapes of our own making under `fixtures/dav`: what the model
//! holds of each, and that writing and reading it again gives the same. `UPDATE=1 cargo test` rewrites.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use crate::connector::dav::ical;
use crate::connector::dav::vcard;
use crate::model::class::Class;
use crate::model::content::Content;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn read(name: &str, text: &str) -> Content {
    let class = match name.split('-').next().unwrap() {
        "task" => Class::Tasks,
        "note.ics" => Class::Notes,
        "card" => return Content::Contact(vcard::read(text).unwrap()),
        _ => Class::Calendar,
    };
    ical::read(text, class).unwrap().unwrap()
}

fn write(content: &Content) -> String {
    match content {
        Content::Contact(contact) => vcard::write(contact, now()),
        item => ical::write(item, now()).unwrap(),
    }
}

/// A write says when it was made; nothing else may differ.
fn undated(content: &Content) -> Value {
    let mut value = content.to_value();
    value.as_object_mut().unwrap().remove("updated");
    value
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dav");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|kind| kind == "ics" || kind == "vcf"));
    texts.collect()
}

#[track_caller]
fn check_file(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, found).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

#[test]
fn what_real_programs_write_is_understood_and_written_again_without_loss() {
    let all = fixtures();
    assert!(all.len() > 8);
    for path in all {
        let name = path.file_name().unwrap().to_str().unwrap();
        let content = read(name, &fs::read_to_string(&path).unwrap());
        let json = serde_json::to_string_pretty(&content.to_value()).unwrap() + "\n";
        check_file(&path.with_extension("json"), &json);
        let written = write(&content);
        check_file(&path.with_extension("written"), &written.replace("\r\n", "\n"));
        let again = read(name, &written);
        assert_eq!(undated(&again), undated(&content), "{name}");
        assert_eq!(write(&again), written, "{name}");
    }
}

#[test]
fn every_line_that_the_model_has_no_place_for_is_written_again() {
    for path in fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap().replace("\n ", "");
        let written = write(&read(name, &text)).replace("\r\n ", "");
        for line in text.lines().filter(|line| line.starts_with("X-APPLE-ST") || line.starts_with("X-CUSTOM"))
        {
            let bare = |line: &str| line.replace('"', "");
            assert!(written.lines().any(|kept| bare(kept) == bare(line)), "{name}: {line}\n{written}");
        }
    }
}

#[test]
fn any_text_is_read_or_refused() {
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let bounds = text.char_indices().map(|(at, _)| at).step_by(41);
        for at in bounds {
            let (head, tail) = text.split_at(at);
            for broken in [
                head.to_owned(),
                format!("{head}{}", tail.get(1..).unwrap_or_default()),
                format!("{head};=:\n{tail}"),
            ] {
                for class in [Class::Calendar, Class::Tasks, Class::Notes] {
                    if let Ok(Some(content)) = ical::read(&broken, class) {
                        let written = ical::write(&content, now()).unwrap();
                        assert!(ical::read(&written, class).is_ok());
                    }
                }
                if let Ok(contact) = vcard::read(&broken) {
                    assert!(vcard::read(&vcard::write(&contact, now())).is_ok());
                }
            }
        }
    }
}
