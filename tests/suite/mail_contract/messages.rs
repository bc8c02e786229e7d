//! What is done to messages, and what is read of them.

use std::fs;

use bytes::Bytes;
use futures_util::StreamExt as _;
use jiff::civil::date;
use lomme::connector::Error;
use lomme::connector::Write;
use lomme::connector::mail::Query;
use lomme::connector::mail::Wanted;
use lomme::connector::source::Source;
use lomme::mime::parse;
use lomme::mime::section::Section;
use lomme::mime::structure;
use lomme::mime::structure::Structure;
use lomme::model::content::Content;
use lomme::model::message::Message;
use lomme::model::object::set_of;

use super::subjects;
use crate::imap::collection;
use crate::imap::kari;
use crate::imap::mail;
use crate::imap::message;

#[tokio::test]
async fn keywords_are_changed_and_a_stale_change_is_a_conflict() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let made = subject.put(inbox, &["$seen", "Blå ting"], 22, &mail("En", "1")).await;
        assert!(!made.altered, "{kind}");
        let ids = [made.id.clone()];
        let there = subject.fetch(inbox, &ids).await;
        assert_eq!(there[0].etag, made.etag, "{kind}");
        let mut wanted = message(&there[0]).clone();
        assert_eq!(wanted.keywords, set_of(&["$seen", "Blå ting"]), "{kind}");
        assert_eq!(wanted.received_at, Some("2026-11-22T12:00:00Z".parse().unwrap()), "{kind}");
        wanted.keywords = set_of(&["$flagged", "$forwarded", "Rød"]);
        let write = Write { collection: inbox, idempotency_key: "k" };
        let content = Content::Message(wanted.clone());
        let update = async |etag: &str, content: &Content| {
            subject.connector.update(&kari(), write, &made.id, etag, content).await
        };
        let stored = update(&made.etag, &content).await.unwrap();
        assert!(!stored.altered, "{kind}");
        // Its answer got lost.
        assert_eq!(update(&made.etag, &content).await.unwrap(), stored);
        let there = subject.fetch(inbox, &ids).await;
        assert_eq!(
            (&message(&there[0]).keywords, &there[0].etag),
            (&wanted.keywords, &stored.etag),
            "{kind}"
        );

        let other = Content::Message(Message { keywords: set_of(&["$seen"]), ..wanted });
        let Err(Error::Conflict(Some(now))) = update(&made.etag, &other).await else { panic!("{kind}") };
        assert_eq!(now.etag, stored.etag, "{kind}");
        subject.delete(inbox, &made.id).await;
        subject.delete(inbox, &made.id).await;
        let late = update(&stored.etag, &other).await;
        assert!(matches!(late, Err(Error::Gone)), "{kind}: {late:?}");
        assert_eq!(subject.list(inbox).await, [], "{kind}");
    }
}

#[tokio::test]
async fn a_mail_is_not_made_of_its_marks() {
    for subject in subjects().await {
        let write = Write { collection: &subject.inbox, idempotency_key: "k" };
        let content = Content::Message(Message::default());
        let told = subject.connector.create(&kari(), write, &content).await;
        assert!(matches!(told, Err(Error::Refused(_))), "{}: {told:?}", subject.kind);
        let nowhere = collection("Nowhere");
        let source = Source::Bytes(b"Subject: x\r\n\r\ny\r\n");
        let told = subject.mail.append(&kari(), &nowhere, source, &Message::default()).await;
        assert!(matches!(told, Err(Error::Gone)), "{}: {told:?}", subject.kind);
    }
}

#[tokio::test]
async fn messages_move_and_their_new_ids_are_told() {
    for subject in subjects().await {
        let (kind, inbox, kunder) = (subject.kind, &subject.inbox, subject.make("Kunder").await);
        let one = subject.put(inbox, &["$seen"], 22, &mail("En", "1")).await;
        let two = subject.put(inbox, &[], 22, &mail("To", "2")).await;
        let ids = [two.id.clone(), "1.999".to_owned(), one.id.clone()];
        let moved = subject.mail.relocate(&kari(), inbox, &ids, &kunder).await.unwrap();
        assert_eq!(subject.list(inbox).await, [], "{kind}");
        assert_eq!(subject.list(&kunder).await.len(), 2, "{kind}");
        // Dovecot tells the new ones even if it does not say that it can.
        let [Some(new_two), None, Some(new_one)] = moved.as_slice() else { panic!("{kind}: {moved:?}") };
        let found = subject.fetch(&kunder, &[new_one.clone(), new_two.clone()]).await;
        let seen = |id: &String| {
            message(found.iter().find(|remote| remote.id == *id).unwrap()).keywords == set_of(&["$seen"])
        };
        assert_eq!((seen(new_one), seen(new_two)), (true, false), "{kind}");
        let (nowhere, ids) = (collection("Nowhere"), std::slice::from_ref(new_one));
        let told = subject.mail.relocate(&kari(), &kunder, ids, &nowhere).await;
        assert!(matches!(told, Err(Error::Gone)), "{kind}: {told:?}");
        let again =
            subject.mail.relocate(&kari(), inbox, std::slice::from_ref(&one.id), &kunder).await.unwrap();
        assert_eq!(again, [None], "{kind}");
    }
}

const MIXED: &str = "From: \"Åse\" <aase@fjord.example>\nTo: kari@fjord.example\nSubject: =?utf-8?q?Bl=C3=A5b=C3=A6r?=\n\
    Message-ID: <m1@fjord.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b1\"\n\n\
    --b1\nContent-Type: multipart/alternative; boundary=b2\n\n--b2\nContent-Type: text/plain; charset=utf-8\n\nHei\n\
    --b2\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<b>Hei</b>\n--b2--\n\
    --b1\nContent-Type: application/pdf; name=\"x.pdf\"\nContent-Transfer-Encoding: base64\nContent-ID: <c1@x>\n\
    Content-Description: Et bilag\nContent-Disposition: attachment;\n filename*0*=utf-8''%C3%A5; filename*1*=.pdf\n\naGVsbG8=\n\
    --b1\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\nFrom: ola@fjord.example\nSubject: Innerst\nContent-Type: text/plain\n\nInner text\n\
    --b1--\n";

#[tokio::test]
async fn outlines_and_parts_are_those_of_the_raw_message() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let mixed = subject.put(inbox, &[], 22, MIXED).await.id;
        let plain = subject.put(inbox, &[], 22, &mail("Tekst", "Blåbær")).await.id;
        let ids = [plain.clone(), "1.77".to_owned(), mixed.clone()];
        let outlines = subject.mail.outlines(&kari(), inbox, &ids).await.unwrap();
        let [first, second] = outlines.as_slice() else { panic!("{kind}: {outlines:?}") };
        assert_eq!((&first.id, &second.id), (&plain, &mixed));
        let raw = MIXED.replace('\n', "\r\n");
        let parsed = parse::parse(raw.as_bytes());
        assert_eq!(second.header, parsed.header(), "{kind}");
        assert_eq!(outline(&second.structure), outline(parsed.structure()), "{kind}");

        let wanted = |id: &String, section: &str, limit| Wanted {
            id: id.clone(),
            section: section.parse().unwrap(),
            limit,
        };
        let asked = [
            wanted(&mixed, "1.1", 100),
            wanted(&plain, "1", 3),
            wanted(&mixed, "3.1", 100),
            wanted(&mixed, "2", 100),
            wanted(&mixed, "1.1", 3),
            wanted(&"1.77".to_owned(), "1", 100),
        ];
        let pieces = subject.mail.sections(&kari(), inbox, &asked).await.unwrap();
        let told: Vec<(&[u8], bool)> = pieces.iter().map(|piece| (&*piece.bytes, piece.is_whole)).collect();
        let expected: [(&[u8], bool); 5] =
            [(b"Hei", true), (b"Bl\xc3", false), (b"Inner text", true), (b"aGVsbG8=", true), (b"Hei", true)];
        assert_eq!(told, expected, "{kind}");
        let asked: Vec<&Wanted> = asked.iter().take(5).collect();
        assert_eq!(pieces.iter().map(|piece| &piece.wanted).collect::<Vec<_>>(), asked, "{kind}");
        let whole = subject.mail.sections(&kari(), inbox, &[wanted(&mixed, "", 100_000)]).await.unwrap();
        assert_eq!(whole[0].bytes, raw.as_bytes(), "{kind}");
        let missing = subject.mail.sections(&kari(), inbox, &[wanted(&mixed, "9", 100)]).await.unwrap();
        let told: Vec<(&[u8], bool)> = missing.iter().map(|piece| (&*piece.bytes, piece.is_whole)).collect();
        assert_eq!(told, [(&b""[..], true)], "{kind}");
    }
}

/// What a structure says, without what IMAP does not tell or counts otherwise.
fn outline(structure: &Structure) -> String {
    let inner = match &structure.content {
        structure::Content::Bytes => String::new(),
        structure::Content::Parts(parts) => parts.iter().map(outline).collect::<Vec<_>>().join(", "),
        structure::Content::Message(inner) => {
            format!("{:?}: {}", inner.headers.subject, outline(&inner.structure))
        }
    };
    let size = if structure.parts().is_empty() { structure.size } else { 0 };
    format!(
        "{} {size} {:?} {:?} {:?} {:?} {:?} [{inner}]",
        structure.media_type(),
        structure.charset(),
        structure.file_name(),
        structure.content_id,
        structure.description,
        structure.encoding,
    )
}

#[tokio::test]
async fn a_large_part_comes_as_a_stream() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spooled");
        let body: String = (0..30_000).map(|number| format!("{number:>70}\r\n")).collect();
        let text = mail("Stor", &body.replace("\r\n", "\n")).replace('\n', "\r\n");
        fs::write(&file, &text).unwrap();
        let source = Source::File(&file);
        let stored = subject.mail.append(&kari(), inbox, source, &Message::default()).await.unwrap();
        for (section, expected) in [
            (Section::WHOLE, text.as_bytes()),
            (Section::WHOLE.child(1), &text.as_bytes()[text.len() - body.len() - 2..]),
        ] {
            let pieces = subject.mail.stream(&kari(), inbox, &stored.id, &section).await.unwrap();
            let pieces: Vec<Bytes> = pieces.map(Result::unwrap).collect().await;
            assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.len() <= 512 * 1024), "{kind}");
            assert!(pieces.concat() == expected, "{kind}");
        }
        let gone = subject.mail.stream(&kari(), inbox, "1.77", &Section::WHOLE).await.err();
        assert!(matches!(gone, Some(Error::Gone)), "{kind}: {gone:?}");
    }
}

#[tokio::test]
async fn messages_are_found_by_what_they_say() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let made = [
            subject.put(inbox, &["$seen"], 3, &mail("Tilbud", "Blåbær og rips")).await.id,
            subject.put(inbox, &[], 5, &mail("Svar", "blåbær")).await.id,
            subject.put(inbox, &[], 7, &mail("Rips", "\"sitat\" \\o/")).await.id,
        ];
        let check = async |query: Query, expected: &[usize]| {
            let found = subject.mail.find(&kari(), inbox, &query).await.unwrap();
            let expected: Vec<&String> = expected.iter().map(|number| &made[number - 1]).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{kind}: {query:?}");
        };
        let text = |words: &[&str]| Query {
            text: words.iter().map(|&word| word.to_owned()).collect(),
            ..Query::default()
        };
        check(Query::default(), &[3, 2, 1]).await;
        check(text(&["blåbær"]), &[2, 1]).await;
        check(text(&["BLÅBÆR"]), &[2, 1]).await;
        check(text(&["rips"]), &[3, 1]).await;
        check(text(&["blåbær", "rips"]), &[1]).await;
        check(text(&["ola@fjord"]), &[3, 2, 1]).await;
        check(text(&["\"sitat\" \\o/"]), &[3]).await;
        check(text(&["a\r\nb"]), &[]).await;
        check(Query { is_unread: true, ..text(&["blåbær"]) }, &[2]).await;
        check(
            Query { since: Some(date(2026, 11, 5)), before: Some(date(2026, 11, 7)), ..Query::default() },
            &[2],
        )
        .await;
    }
}

#[tokio::test]
async fn a_category_may_be_called_anything() {
    let words = ["Rød kategori (2)", "a_b", "100 %", "\u{65e5}\u{672c}\u{8a9e}", "Junk!", "\"sitat\""];
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let stored = subject.put(inbox, &words, 21, &mail("En", "1")).await;
        let there = subject.fetch(inbox, std::slice::from_ref(&stored.id)).await;
        assert_eq!(message(&there[0]).keywords, set_of(&words), "{kind}");
        subject.mark(inbox, &stored.id, &["Blå, til \u{d8}ystein"]).await;
        let there = subject.fetch(inbox, &[stored.id]).await;
        assert_eq!(message(&there[0]).keywords, set_of(&["Blå, til \u{d8}ystein"]), "{kind}");
    }
}
