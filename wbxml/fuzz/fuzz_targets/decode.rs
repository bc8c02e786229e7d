//! Any bytes give a document or an error, and a document is the same after any way around.
//!
//! `cargo +nightly fuzz run decode` with cargo-fuzz; `fixtures/` is a good corpus to begin with.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wbxml::Document;
use wbxml::Limits;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(xml) = std::str::from_utf8(bytes) {
        let _ = Document::from_xml(xml);
    }
    let Ok(document) = Document::decode(bytes, &Limits::default()) else { return };
    let encoded = document.encode();
    let again = Document::decode(encoded.as_slice(), &Limits::default()).expect("what was encoded decodes");
    assert!(again == document, "decoding what was encoded gives it back");
    assert_eq!(again.encode(), encoded, "encoding is a fixed point");
    let read = Document::from_xml(&document.to_xml()).expect("what was shown as XML can be read");
    assert!(read == document, "XML gives the document back");
});
