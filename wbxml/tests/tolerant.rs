//! What bytes of real phones and of none mean, row by row, shown as XML. Well-formed documents are in `fixtures`.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use wbxml::Document;
use wbxml::Error;
use wbxml::Limits;

/// The XML of a document without its first line and the name space of its root.
#[track_caller]
fn check(bytes: &[u8], xml: &str) {
    let document = Document::decode(bytes, &Limits::default()).unwrap();
    let shown = document.to_xml();
    let shown = shown.split_once('\n').unwrap().1.trim_end().replace("\n", "").replace("  ", "");
    assert_eq!(shown.replace(" xmlns=\"AirSync\"", ""), xml);
}

#[track_caller]
fn check_error(bytes: &[u8], error: &Error, message: &str) {
    assert_eq!(Document::decode(bytes, &Limits::default()), Err(*error));
    assert_eq!(error.to_string(), message);
}

/// A document after the usual header.
fn body(rest: &[u8]) -> Vec<u8> {
    [b"\x03\x01\x6A\0", rest].concat()
}

/// Quirk two-empties.
#[test]
fn an_element_with_nothing_in_it_may_have_an_end() {
    let short = Document::decode(body(b"\x45\x13\x01"), &Limits::default()).unwrap();
    let long = Document::decode(body(b"\x45\x53\x01\x01"), &Limits::default()).unwrap();
    let empty_text = Document::decode(body(b"\x45\x53\x03\0\x01\x01"), &Limits::default()).unwrap();
    assert_eq!(short, long);
    assert_eq!(short, empty_text);
}

#[test]
fn a_code_page_may_be_switched_to_more_often_than_needed() {
    // Thunderbird with TbSync and Firefox OS write the first page out, and switch when nothing follows.
    check(&body(b"\0\0\x45\0\x11\0\0\x4B\x030\0\x01\0\x04\x01"), "<Sync><SyncKey>0</SyncKey></Sync>");
}

#[test]
fn any_header_of_wbxml_is_read() {
    for header in [
        b"\x03\x01\x6A\0".as_slice(),
        b"\x02\x01\x6A\0",
        b"\x01\x01\x6A\0",
        // WBXML 1.0 has no character set.
        b"\0\x01\0",
        // A public identifier by name, in the string table.
        b"\x03\0\0\x6A\x08-//X//X\0",
        // One by number, of two bytes.
        b"\x03\xA4\x01\x6A\0",
        // US-ASCII, and none.
        b"\x03\x01\x03\0",
        b"\x03\x01\0\0",
    ] {
        check(&[header, b"\x45\x4B\x031\0\x01\x01"].concat(), "<Sync><SyncKey>1</SyncKey></Sync>");
    }
}

#[test]
fn text_may_come_in_pieces() {
    check(&body(b"\x45\x03a\0\x03b\0\x02\x26\x02\x81\x65\x03c\0\x01"), "<Sync>ab&amp;åc</Sync>");
    check(&body(b"\x45\x02\x26\x02\x3C\x01"), "<Sync>&amp;&lt;</Sync>");
    // No character has this number, and this one is none that text can hold.
    check(&body(b"\x45\x02\x83\xB0\0\x02\x07\x01"), "<Sync>\u{FFFD}</Sync>");
}

#[test]
fn the_string_table_is_read() {
    let header = b"\x03\x01\x6A\x07Hei\0du\0";
    check(&[header, b"\x45\x83\0\x83\x04\x01".as_slice()].concat(), "<Sync>Heidu</Sync>");
    check(&[header, b"\x45\x83\x01\x03!\0\x01".as_slice()].concat(), "<Sync>ei!</Sync>");
    check(b"\x03\x01\x6A\x02du\x45\x83\0\x01", "<Sync>du</Sync>");
}

#[test]
fn a_literal_name_is_a_tag_or_nothing() {
    let header = b"\x03\x01\x6A\x0ESyncKey\0Other\0";
    check(
        &[header, b"\x45\x03a\0\x44\0\x031\0\x01\x44\x08\x03no\0\x4B\x01\x01\x04\x08\x03b\0\x01".as_slice()]
            .concat(),
        "<Sync xml:space=\"preserve\">a<SyncKey>1</SyncKey>b</Sync>",
    );
}

#[test]
fn attributes_instructions_and_extensions_are_passed() {
    let attributes = b"\x05\x03x\0\x02\x26\0\x01\x85\x83\0\x80\0\xC0\xC3\x02\x01\x01\x04\0\x01";
    check(
        &[b"\x03\x01\x6A\x02x\0\xC5".as_slice(), attributes, b"\x8B", attributes, b"\x01"].concat(),
        "<Sync><SyncKey/></Sync>",
    );
    check(
        &[b"\x03\x01\x6A\x02x\0\x43".as_slice(), attributes, b"\x45\x43", attributes, b"\x01"].concat(),
        "<Sync/>",
    );
    check(&body(b"\x45\x40a\0\x42b\0\x80\x05\x82\x05\xC0\xC2\x03c\0\x01"), "<Sync>c</Sync>");
}

#[test]
fn unknown_pages_and_tags_are_kept() {
    check(
        &body(b"\x45\0\x1B\x7F\x03x\0\x01\0\0\x3F\x01"),
        "<Sync xmlns:page1b=\"Page1B\"><page1b:Tag3F>x</page1b:Tag3F><Tag3F/></Sync>",
    );
}

#[test]
fn opaque_data_and_text_make_opaque_data() {
    check(&body(b"\x45\xC3\x02ab\x01"), "<Sync encoding=\"utf-8\">ab</Sync>");
    check(&body(b"\x45\xC3\x02\0\xFF\x01"), "<Sync encoding=\"base64\">AP8=</Sync>");
    check(&body(b"\x45\xC3\0\x01"), "<Sync encoding=\"utf-8\"/>");
    check(&body(b"\x45\x03a\0\xC3\x80\x01b\xC3\x01c\x03d\0\x01"), "<Sync encoding=\"utf-8\">abcd</Sync>");
}

#[test]
fn text_that_is_no_utf_8_is_read_as_well_as_can_be() {
    check(&body(b"\x45\x03bl\xC3\xA5b\xE6r\0\x01"), "<Sync>blåb\u{FFFD}r</Sync>");
    check(b"\x03\x01\x04\0\x45\x03bl\xE5b\xE6r\0\x01", "<Sync>blåbær</Sync>");
}

#[test]
fn control_characters_are_left_out() {
    check(&body(b"\x45\x03a\x01\x1F\x7Fb\tc\xC3\xA5\x02\0\x01"), "<Sync>ab\tcå</Sync>");
    check(&body(b"\x45\x03\x01\0\x01"), "<Sync/>");
}

#[test]
fn what_stands_behind_the_root_is_not_looked_at() {
    check(&body(b"\x45\x01\x01\x45rest"), "<Sync/>");
}

#[test]
fn bytes_that_are_no_document_are_refused_by_place_and_value() {
    use Error::Truncated;
    use Error::Unexpected;

    check_error(
        b"",
        &Truncated { offset: 0, inside: "the header" },
        "the document ends at byte 0, inside the header",
    );
    check_error(
        b"<?xml?>",
        &Unexpected { offset: 0, found: b'<', expected: "a version of WBXML" },
        "byte 0 is 0x3c where a version of WBXML is expected",
    );
    check_error(
        &body(b""),
        &Truncated { offset: 4, inside: "the document" },
        "the document ends at byte 4, inside the document",
    );
    check_error(
        &body(b"\x03a\0"),
        &Unexpected { offset: 4, found: 0x03, expected: "the root element" },
        "byte 4 is 0x03 where the root element is expected",
    );
    check_error(
        &body(b"\x01"),
        &Unexpected { offset: 4, found: 0x01, expected: "the root element" },
        "byte 4 is 0x01 where the root element is expected",
    );
    check_error(
        &body(b"\x45\x4B\x031\0\x01"),
        &Truncated { offset: 10, inside: "an element" },
        "the document ends at byte 10, inside an element",
    );
    check_error(
        &body(b"\x45\x03a"),
        &Truncated { offset: 7, inside: "a string" },
        "the document ends at byte 7, inside a string",
    );
    check_error(
        &body(b"\x45\xC3\x05a"),
        &Truncated { offset: 8, inside: "opaque data" },
        "the document ends at byte 8, inside opaque data",
    );
    check_error(
        &body(b"\x45\xC3\x9F\xFF\xFF\xFF\xFF\x7F"),
        &Unexpected { offset: 10, found: 0xFF, expected: "a number of 32 bits" },
        "byte 10 is 0xff where a number of 32 bits is expected",
    );
    check_error(
        &body(b"\x45\x83\x03\x01"),
        &Error::Reference { offset: 5, index: 3, size: 0 },
        "byte 5 refers to byte 3 of a string table of 0 bytes",
    );
    check_error(
        b"\x03\x01\x6A\x02x\0\x44\0\x01",
        &Unexpected { offset: 6, found: 0x44, expected: "the root element" },
        "byte 6 is 0x44 where the root element is expected",
    );
}

#[test]
fn a_document_over_a_limit_is_refused() {
    let limits = Limits { depth: 2, size: 24, elements: 3, text: 4 };
    let decode = |rest: &[u8]| Document::decode(body(rest), &limits).map(drop);
    assert_eq!(decode(b"\x45\x45\x01\x05\x01"), Ok(()));
    assert_eq!(decode(b"\x45\x45\x05"), Err(Error::TooDeep { offset: 6, limit: 2 }));
    assert_eq!(decode(b"\x45\x05\x05\x05"), Err(Error::TooMany { offset: 7, limit: 3 }));
    assert_eq!(decode(b"\x45\x03abcde\0"), Err(Error::TooLong { offset: 5, limit: 4 }));
    assert_eq!(decode(b"\x45\x03ab\0\x03cde\0"), Err(Error::TooLong { offset: 9, limit: 4 }));
    assert_eq!(decode(&[0x45; 21]), Err(Error::TooLarge { limit: 24 }));
    // What is said once and repeated often counts as often.
    let repeating = b"\x03\x01\x6A\x06abcdef\x45\x83\0\x83\0\x83\0\x83\0\x83\0";
    let wide = Limits { text: 100, elements: 100, ..limits };
    assert_eq!(Document::decode(*repeating, &wide), Err(Error::TooLarge { limit: 24 }));
}
