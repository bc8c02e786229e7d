//! Compares what is encoded with the files in `fixtures/`; `UPDATE=1` writes them anew. For tests only.

use std::path::Path;

use wbxml::Document;
use wbxml::Limits;

/// Compares a WBXML document with `fixtures/eas/NAME.xml`.
#[track_caller]
pub(crate) fn check(name: &str, body: &[u8]) {
    let document = Document::decode(body, &Limits::default()).expect("what we write is WBXML");
    assert_eq!(document.encode(), body, "{name}: written in the one form");
    check_text(&format!("{name}.xml"), &document.to_xml());
}

/// Compares a text with `fixtures/eas/NAME`.
#[track_caller]
pub(crate) fn check_text(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/eas").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to write to");
        std::fs::write(&path, text).expect("a file to write to");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {name}: run with UPDATE=1"));
    assert_eq!(text, expected, "{name}");
}
