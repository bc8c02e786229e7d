//! Messages taken apart, whole and broken ones.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::sample::select;

use super::parse;
use crate::mime::section::Section;
use crate::mime::structure::Content;
use crate::mime::structure::DEEPEST;
use crate::mime::structure::MOST_PARTS;
use crate::mime::structure::Structure;

/// The tree in one line: `mixed(plain, png)`.
fn tree(structure: &Structure) -> String {
    let sub = &structure.media_type.sub;
    match &structure.content {
        Content::Bytes => sub.clone(),
        Content::Parts(parts) => {
            format!("{sub}({})", parts.iter().map(tree).collect::<Vec<_>>().join(", "))
        }
        Content::Message(embedded) => format!("{sub}[{}]", tree(&embedded.structure)),
    }
}

#[track_caller]
fn check(raw: &str, expected: &str, sections: &[(&str, &str)]) {
    for raw in [raw.to_owned(), raw.replace('\n', "\r\n")] {
        let parsed = parse(raw.as_bytes());
        assert_eq!(tree(parsed.structure()), expected, "{raw}");
        for (section, bytes) in sections {
            let section: Section = section.parse().unwrap();
            let found =
                parsed.section(&section).map(|bytes| String::from_utf8_lossy(bytes).replace('\r', ""));
            assert_eq!(found.as_deref(), Some(*bytes), "{section} of {raw}");
            if let Some(part) = parsed.structure().part(&section) {
                assert_eq!(part.size, u64::try_from(parsed.section(&section).unwrap().len()).unwrap());
            }
        }
    }
}

#[test]
fn a_message_without_parts_has_one() {
    check("Subject: a\n\nb\n", "plain", &[("1", "b\n"), ("", "Subject: a\n\nb\n")]);
    check("Content-Type: text/html\n\n", "html", &[("1", "")]);
    check("Subject: a", "plain", &[("1", "")]);
    check("", "plain", &[("1", ""), ("", "")]);
}

const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b  \n\
    Content-Type: multipart/alternative; boundary=\"b-2\"\n\n--b-2\n\ntwo\n\n--b-2\nContent-Type: text/html\n\n\
    three\n--b-2--\nbehind\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nfour\n--b--\nepilogue\n";

#[test]
fn parts_have_the_numbers_of_imap() {
    check(
        MIXED,
        "mixed(plain, alternative(plain, html), rfc822[plain])",
        &[
            ("1", "one"),
            ("2", "--b-2\n\ntwo\n\n--b-2\nContent-Type: text/html\n\nthree\n--b-2--\nbehind"),
            ("2.1", "two\n"),
            ("2.2", "three"),
            ("3", "Subject: x\n\nfour"),
            ("3.1", "four"),
        ],
    );
    let parsed = parse(MIXED.as_bytes());
    for missing in ["4", "1.1", "2.3", "3.2", "2.1.1"] {
        let section: Section = missing.parse().unwrap();
        assert_eq!((parsed.section(&section), parsed.structure().part(&section)), (None, None), "{missing}");
    }
}

#[test]
fn parts_of_an_embedded_message_are_its_own() {
    let raw = "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\na\n--i\n\nb\n--i--\n";
    check(raw, "rfc822[mixed(plain, plain)]", &[("1.1", "a"), ("1.2", "b")]);
    let digest = "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: 1\n\na\n--d\n\nSubject: 2\n\nb\n--d--\n";
    check(digest, "digest(rfc822[plain], rfc822[plain])", &[("1", "Subject: 1\n\na"), ("2.1", "b")]);
}

#[test]
fn broken_parts_are_taken_as_they_were_meant() {
    check(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nnever ends",
        "mixed(plain)",
        &[("1", "never ends")],
    );
    check("Content-Type: multipart/mixed; boundary=b\n\nno boundary", "plain", &[("1", "no boundary")]);
    check("Content-Type: multipart/mixed\n\nno boundary", "mixed", &[("1", "no boundary")]);
    check(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: no body\n--b\n\nc\n--b--",
        "mixed(plain, plain)",
        &[("1", ""), ("2", "c")],
    );
    check(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\na\n--o\n\nb\n--o--",
        "mixed(mixed(plain), plain)",
        &[("1.1", "a"), ("2", "b")],
    );
    check("Content-Type: text\n\na", "plain", &[]);
    check("Content-Type: multipart; boundary=b\n\n--b\n\na", "mixed(plain)", &[]);
    check(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nYQ==",
        "rfc822",
        &[("1", "YQ==")],
    );
}

#[test]
fn nesting_ends_somewhere() {
    let mut raw = String::new();
    for depth in 0..10_000 {
        raw += &format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    }
    assert!(tree(parse(raw.as_bytes()).structure()).matches('(').count() <= DEEPEST);
    let raw = "Content-Type: message/rfc822\n\n".repeat(10_000);
    assert!(tree(parse(raw.as_bytes()).structure()).matches('[').count() <= DEEPEST);
    let raw = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n\n".repeat(10_000));
    assert_eq!(parse(raw.as_bytes()).structure().parts().len(), MOST_PARTS - 1);
}

/// Pieces of messages, whole and broken, in any order.
fn pieces() -> impl proptest::prelude::Strategy<Value = Vec<&'static [u8]>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: multipart/alternative; boundary=\"b\"\r\n",
        b"Content-Type: multipart/related; boundary=c\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Type: text/html; charset=iso-2022-jp\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''a%C3; filename*1=b\n",
        b"Subject: =?utf-8?q?=C3?= =?utf-8?b?pg==?=\n",
        b"To: \"a, (b <c@d>, =?utf-8?q?x?=\n",
        b"\n",
        b"\r\n",
        b"--b\n",
        b"--b--\n",
        b"--c\r\n",
        b"--c--",
        b"=C3=\n",
        b"YWJj\xff\0\x1b$B",
        b"<html><body>&amp;<p",
        b" ",
    ];
    vec(select(pieces), 0..40)
}

proptest::proptest! {
    #[test]
    fn any_pieces_make_a_message(pieces in pieces(), noise in vec(any::<u8>(), 0..20)) {
        let raw = [pieces.concat(), noise].concat();
        let parsed = parse(&raw);
        for (section, part) in parsed.structure().leaves() {
            let bytes = parsed.section(&section);
            prop_assert!(bytes.is_some_and(|bytes| u64::try_from(bytes.len()) == Ok(part.size)));
            prop_assert!(parsed.structure().part(&section) == Some(part));
        }
    }
}
