//! Each document of `fixtures` as XML and as WBXML, both ways. What it means is not asked here.
//!
//! `UPDATE=1 cargo test -p wbxml` writes both anew from the XML; the diff is reviewed like code.

use std::fs;
use std::path::PathBuf;

use wbxml::Document;
use wbxml::Limits;

#[test]
fn every_fixture_is_the_same_as_xml_and_as_wbxml() {
    let is_update = std::env::var_os("UPDATE").is_some();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let xml_paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "xml")).collect();
    assert!(xml_paths.len() > 50, "the fixtures are not where they should be");
    for path in xml_paths {
        let xml = fs::read_to_string(&path).unwrap();
        let document = Document::from_xml(&xml).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if is_update {
            fs::write(&path, document.to_xml()).unwrap();
            fs::write(path.with_extension("wbxml"), document.encode()).unwrap();
            continue;
        }
        let bytes = fs::read(path.with_extension("wbxml")).unwrap();
        assert_eq!(document.encode(), bytes, "{}", path.display());
        let decoded = Document::decode(bytes, &Limits::default()).unwrap();
        assert_eq!(decoded.to_xml(), xml, "{}", path.display());
    }
}
