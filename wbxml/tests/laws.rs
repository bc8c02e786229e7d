//! Laws that hold for any document and for any bytes. Which bytes make which document is for `tolerant.rs`.

use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use wbxml::Document;
use wbxml::Element;
use wbxml::Fragment;
use wbxml::Limits;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::email;

/// What an element may hold.
#[derive(Clone, Debug)]
enum Tree {
    Element(Tag, Vec<Self>),
    Text(String),
    Opaque(Vec<u8>),
}

fn tag() -> impl Strategy<Value = Tag> {
    // Few pages, so that neighbours often share one; some that the table does not know.
    let page = prop_oneof![Just(0), Just(4), Just(17), Just(0x1B), any::<u8>()];
    (page, 0x05..=0x3F_u8).prop_map(|(page, token)| Tag::new(page, token))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", "[ \t\r\n]{1,4}", any::<String>(), "[<>&\"']{1,8}"]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        tag().prop_map(|tag| Tree::Element(tag, Vec::new())),
        (tag(), text()).prop_map(|(tag, text)| Tree::Element(tag, vec![Tree::Text(text)])),
        text().prop_map(Tree::Text),
        vec(any::<u8>(), 0..200).prop_map(Tree::Opaque),
        text().prop_map(|text| Tree::Opaque(text.into_bytes())),
    ];
    leaf.prop_recursive(5, 30, 5, |inner| {
        (tag(), vec(inner, 0..5)).prop_map(|(tag, inner)| Tree::Element(tag, inner))
    })
}

/// Encodes a tree in the most naive way, with a switch of code page before each tag.
fn encode(tree: &Tree, output: &mut Vec<u8>) {
    match tree {
        Tree::Element(tag, inner) => {
            output.extend([0x00, tag.page(), tag.token() | 0x40]);
            inner.iter().for_each(|tree| encode(tree, output));
            output.push(0x01);
        }
        Tree::Text(text) => {
            output.push(0x03);
            output.extend(text.bytes().filter(|byte| *byte != 0));
            output.push(0x00);
        }
        Tree::Opaque(data) => {
            output.extend([0xC3, 0x80 | (data.len() >> 7) as u8, data.len() as u8 & 0x7F]);
            output.extend(data);
        }
    }
}

fn document() -> impl Strategy<Value = Vec<u8>> {
    (tag(), vec(tree(), 0..6)).prop_map(|(tag, inner)| {
        let mut bytes = vec![0x03, 0x01, 0x6A, 0x00];
        encode(&Tree::Element(tag, inner), &mut bytes);
        bytes
    })
}

/// Bytes that begin as a document does and go on with what WBXML likes.
fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
    let likely = prop_oneof![
        Just(0x00),
        Just(0x01),
        Just(0x03),
        Just(0x45),
        Just(0x05),
        Just(0xC3),
        Just(0x83),
        Just(0x02),
        any::<u8>()
    ];
    vec(likely, 0..300).prop_map(|rest| [b"\x03\x01\x6A\x05Sync\0\x45".to_vec(), rest].concat())
}

fn decode(bytes: &[u8]) -> Result<Document, wbxml::Error> {
    Document::decode(bytes, &Limits::default())
}

/// Text as a document keeps it.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_control() || matches!(c, '\t' | '\n' | '\r')).collect()
}

/// Whether an element has the tags of a tree, and the content before the first of them.
fn is_same(element: Element<'_>, tag: Tag, inner: &[Tree]) -> bool {
    let mut content = Vec::new();
    let mut is_opaque = false;
    for tree in inner.iter().take_while(|tree| !matches!(tree, Tree::Element(..))) {
        match tree {
            Tree::Text(text) => content.extend(clean(text).into_bytes()),
            Tree::Opaque(data) => {
                content.extend(data);
                is_opaque = true;
            }
            Tree::Element(..) => {}
        }
    }
    let mut children = element.children();
    let is_same_inside = inner.iter().all(|tree| match tree {
        Tree::Element(tag, inner) => children.next().is_some_and(|child| is_same(child, *tag, inner)),
        Tree::Text(_) | Tree::Opaque(_) => true,
    });
    element.tag() == tag
        && element.bytes() == content
        && element.is_opaque() == is_opaque
        && is_same_inside
        && children.next().is_none()
}

proptest! {
    #[test]
    fn a_document_has_what_its_bytes_say(root in tag(), inner in vec(tree(), 0..6)) {
        let mut bytes = vec![0x03, 0x01, 0x6A, 0x00];
        encode(&Tree::Element(root, inner.clone()), &mut bytes);
        prop_assert!(is_same(decode(&bytes).unwrap().root(), root, &inner));
    }

    #[test]
    fn decoding_what_was_encoded_gives_it_back(bytes in document()) {
        let document = decode(&bytes).unwrap();
        let encoded = document.encode();
        let again = decode(&encoded).unwrap();
        prop_assert!(again == document);
        prop_assert_eq!(again.encode(), encoded);
    }

    #[test]
    fn xml_gives_the_document_back(bytes in document()) {
        let document = decode(&bytes).unwrap();
        let xml = document.to_xml();
        let again = Document::from_xml(&xml).unwrap();
        prop_assert!(again == document, "{}", xml);
        prop_assert_eq!(again.to_xml(), xml);
    }

    #[test]
    fn a_document_cut_short_is_refused(bytes in document(), cut in any::<proptest::sample::Index>()) {
        prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn any_bytes_give_a_document_or_an_error(bytes in vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn any_text_is_xml_or_an_error(xml in "(<Sync xmlns='AirSync'>|<SyncKey|/>|>|</|<|[ -~]|&#13;|\\PC){0,30}") {
        let _ = Document::from_xml(&xml);
    }

    #[test]
    fn encoding_what_was_decoded_is_a_fixed_point(bytes in likely_bytes()) {
        if let Ok(document) = decode(&bytes) {
            let encoded = document.encode();
            let again = decode(&encoded).unwrap();
            prop_assert!(again == document);
            prop_assert_eq!(again.encode(), encoded);
            prop_assert!(Document::from_xml(&document.to_xml()).unwrap() == document);
        }
    }

    #[test]
    fn any_text_arrives_without_its_control_characters(text in any::<String>()) {
        let written = |write: fn(&mut Writer, &str)| {
            let mut writer = Writer::new();
            write(&mut writer, &text);
            decode(&writer.finish()).unwrap()
        };
        let as_text = written(|writer, text| writer.text(email::SUBJECT, text));
        prop_assert_eq!(as_text.root().text(), clean(&text));
        prop_assert!(written(|writer, text| writer.number(email::SUBJECT, text)) == as_text);
    }

    #[test]
    fn a_fragment_reads_as_if_written_in_place(before in tag(), inside in vec((tag(), text()), 0..4), after in tag()) {
        let write = |writer: &mut Writer| inside.iter().for_each(|(tag, text)| writer.text(*tag, text));
        let fragment = Fragment::build(write);
        let [spliced, in_place] = [true, false].map(|is_spliced| {
            let mut writer = Writer::new();
            writer.open(airsync::SYNC);
            writer.empty(before);
            if is_spliced { writer.append(&fragment) } else { write(&mut writer) }
            writer.empty(after);
            writer.finish()
        });
        prop_assert_eq!(spliced, in_place);
    }

    #[test]
    fn a_copied_element_is_the_same_elsewhere(bytes in document(), before in tag()) {
        let document = decode(&bytes).unwrap();
        let mut writer = Writer::new();
        writer.open(before);
        writer.copy(document.root());
        let copied = decode(&writer.finish()).unwrap();
        let mut writer = Writer::new();
        writer.copy(copied.root().children().next().unwrap());
        prop_assert!(decode(&writer.finish()).unwrap() == document);
    }
}
