//! What is done to messages of a real IMAP server, and what is read of them.

use std::fs;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use futures_util::StreamExt as _;
use jiff::civil::date;
use lomme::connector::Connector as _;
use lomme::connector::Error;
use lomme::connector::Stored;
use lomme::connector::Write;
use lomme::connector::imap::Imap;
use lomme::connector::mail::Mail as _;
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

use crate::imap::collection;
use crate::imap::imap;
use crate::imap::kari;
use crate::imap::mail;
use crate::imap::message;
use crate::imap::servers;
use crate::mail_server::Dovecot;

async fn put(imap: &Imap, mailbox: &str, keywords: &[&str], text: &str) -> Stored {
    let message = Message {
        keywords: set_of(keywords),
        received_at: Some("2026-11-22T12:00:00Z".parse().unwrap()),
        ..Message::default()
    };
    let text = text.replace('\n', "\r\n");
    imap.append(&kari(), &collection(mailbox), Source::Bytes(text.as_bytes()), &message).await.unwrap()
}

#[tokio::test]
async fn flags_are_changed_and_a_stale_change_is_a_conflict() {
    for (kind, dovecot) in servers() {
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        let made = put(&imap, "INBOX", &["$seen", "Blå ting"], &mail("En", "1")).await;
        assert!(!made.altered, "{kind}");
        let ids = [made.id.clone()];
        let there = imap.fetch(&kari(), &inbox, &ids).await.unwrap();
        assert_eq!(there[0].etag, made.etag, "{kind}");
        let mut wanted = message(&there[0]).clone();
        assert_eq!(wanted.keywords, set_of(&["$seen", "Blå ting"]), "{kind}");
        assert_eq!(wanted.received_at, Some("2026-11-22T12:00:00Z".parse().unwrap()), "{kind}");
        wanted.keywords = set_of(&["$flagged", "$forwarded", "Rød"]);
        let write = Write { collection: &inbox, idempotency_key: "k" };
        let content = Content::Message(wanted.clone());
        let stored = imap.update(&kari(), write, &made.id, &made.etag, &content).await.unwrap();
        assert!(!stored.altered, "{kind}");
        // Its answer got lost.
        assert_eq!(imap.update(&kari(), write, &made.id, &made.etag, &content).await.unwrap(), stored);
        let there = imap.fetch(&kari(), &inbox, &ids).await.unwrap();
        assert_eq!(
            (&message(&there[0]).keywords, &there[0].etag),
            (&wanted.keywords, &stored.etag),
            "{kind}"
        );

        dovecot.program().say("SELECT INBOX");
        let other = Content::Message(Message { keywords: set_of(&["$seen"]), ..wanted });
        let Err(Error::Conflict(Some(now))) = imap.update(&kari(), write, &made.id, &made.etag, &other).await
        else {
            panic!("{kind}")
        };
        assert_eq!(now.etag, stored.etag, "{kind}");
        imap.delete(&kari(), write, &made.id, &made.etag).await.unwrap();
        imap.delete(&kari(), write, &made.id, &made.etag).await.unwrap();
        let late = imap.update(&kari(), write, &made.id, &stored.etag, &other).await;
        assert!(matches!(late, Err(Error::Gone)), "{kind}: {late:?}");
        assert_eq!(imap.list(&kari(), &inbox).await.unwrap(), [], "{kind}");
    }
}

#[tokio::test]
async fn only_what_is_meant_is_removed() {
    for (kind, dovecot) in servers() {
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        let mut program = dovecot.program();
        program.append("INBOX", "(\\Deleted)", &mail("Another program's", "1"));
        let made = put(&imap, "INBOX", &[], &mail("Mine", "2")).await;
        let write = Write { collection: &inbox, idempotency_key: "k" };
        imap.delete(&kari(), write, &made.id, &made.etag).await.unwrap();
        let left = program.say("SELECT INBOX");
        assert!(left.contains("* 1 EXISTS"), "{kind}: {left}");
        assert!(program.say("FETCH 1 FLAGS").contains("\\Deleted"), "{kind}");
    }
}

#[tokio::test]
async fn messages_move_and_their_new_ids_are_told() {
    for (kind, dovecot) in servers() {
        let (imap, inbox, kunder) = (imap(&dovecot), collection("INBOX"), collection("Kunder"));
        imap.create_folder(&kari(), None, "Kunder").await.unwrap();
        let (one, two) = (
            put(&imap, "INBOX", &["$seen"], &mail("En", "1")).await,
            put(&imap, "INBOX", &[], &mail("To", "2")).await,
        );
        let ids = [two.id.clone(), "1.999".to_owned(), one.id.clone()];
        let moved = imap.relocate(&kari(), &inbox, &ids, &kunder).await.unwrap();
        assert_eq!(imap.list(&kari(), &inbox).await.unwrap(), [], "{kind}");
        let there = imap.list(&kari(), &kunder).await.unwrap();
        assert_eq!(there.len(), 2, "{kind}");
        // Dovecot tells the new ones even if it does not say that it can.
        let [Some(new_two), None, Some(new_one)] = moved.as_slice() else { panic!("{kind}: {moved:?}") };
        let found = imap.fetch(&kari(), &kunder, &[new_one.clone(), new_two.clone()]).await.unwrap();
        let seen = |id: &String| {
            message(found.iter().find(|remote| remote.id == *id).unwrap()).keywords == set_of(&["$seen"])
        };
        assert_eq!((seen(new_one), seen(new_two)), (true, false), "{kind}");
        let nowhere =
            imap.relocate(&kari(), &kunder, std::slice::from_ref(new_one), &collection("Nowhere")).await;
        assert!(matches!(nowhere, Err(Error::Gone)), "{kind}: {nowhere:?}");
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
    for (kind, dovecot) in servers() {
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        let mixed = put(&imap, "INBOX", &[], MIXED).await.id;
        let plain = put(&imap, "INBOX", &[], &mail("Tekst", "Blåbær")).await.id;
        let ids = [plain.clone(), "1.77".to_owned(), mixed.clone()];
        let outlines = imap.outlines(&kari(), &inbox, &ids).await.unwrap();
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
        let pieces = imap.sections(&kari(), &inbox, &asked).await.unwrap();
        let told: Vec<(&[u8], bool)> = pieces.iter().map(|piece| (&*piece.bytes, piece.is_whole)).collect();
        let expected: [(&[u8], bool); 5] =
            [(b"Hei", true), (b"Bl\xc3", false), (b"Inner text", true), (b"aGVsbG8=", true), (b"Hei", true)];
        assert_eq!(told, expected, "{kind}");
        let whole = imap.sections(&kari(), &inbox, &[wanted(&mixed, "", 100_000)]).await.unwrap();
        assert_eq!(whole[0].bytes, raw.as_bytes(), "{kind}");
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
    let dovecot = Dovecot::start();
    let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spooled");
    let body: String = (0..30_000).map(|number| format!("{number:>70}\r\n")).collect();
    let text = mail("Stor", &body.replace("\r\n", "\n")).replace('\n', "\r\n");
    fs::write(&file, &text).unwrap();
    let stored = imap.append(&kari(), &inbox, Source::File(&file), &Message::default()).await.unwrap();
    for (section, expected) in [
        (Section::WHOLE, text.as_bytes()),
        (Section::WHOLE.child(1), &text.as_bytes()[text.len() - body.len() - 2..]),
    ] {
        let pieces = imap.stream(&kari(), &inbox, &stored.id, &section).await.unwrap();
        let pieces: Vec<Bytes> = pieces.map(Result::unwrap).collect().await;
        assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.len() <= 512 * 1024));
        assert!(pieces.concat() == expected);
    }
    let gone = imap.stream(&kari(), &inbox, "1.77", &Section::WHOLE).await.err();
    assert!(matches!(gone, Some(Error::Gone)), "{gone:?}");
}

#[tokio::test]
async fn messages_are_found_by_what_they_say() {
    for (kind, dovecot) in servers() {
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        let mut program = dovecot.program();
        program.append("INBOX", "(\\Seen) \" 3-Nov-2026 12:00:00 +0000\"", &mail("Tilbud", "Blåbær og rips"));
        program.append("INBOX", "() \" 5-Nov-2026 12:00:00 +0000\"", &mail("Svar", "blåbær"));
        program.append("INBOX", "() \" 7-Nov-2026 12:00:00 +0000\"", &mail("Rips", "\"sitat\" \\o/"));
        let check = async |query: Query, expected: &[&str]| {
            let found = imap.find(&kari(), &inbox, &query).await.unwrap();
            let numbers: Vec<&str> = found.iter().map(|id| id.split_once('.').unwrap().1).collect();
            assert_eq!(numbers, expected, "{kind}: {query:?}");
        };
        let text = |words: &[&str]| Query {
            text: words.iter().map(|&word| word.to_owned()).collect(),
            ..Query::default()
        };
        check(Query::default(), &["3", "2", "1"]).await;
        check(text(&["blåbær"]), &["2", "1"]).await;
        check(text(&["rips"]), &["3", "1"]).await;
        check(text(&["blåbær", "rips"]), &["1"]).await;
        check(text(&["\"sitat\" \\o/"]), &["3"]).await;
        check(text(&["a\r\nb"]), &[]).await;
        check(Query { is_unread: true, ..text(&["blåbær"]) }, &["2"]).await;
        check(
            Query { since: Some(date(2026, 11, 5)), before: Some(date(2026, 11, 7)), ..Query::default() },
            &["2"],
        )
        .await;
    }
}

#[tokio::test]
async fn a_watch_ends_when_something_happens() {
    for (kind, dovecot) in servers() {
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        let mut program = dovecot.program();
        program.append("INBOX", "", &mail("En", "1"));
        let watch = || {
            let imap = imap.clone();
            tokio::spawn(async move { imap.watch(&kari(), &collection("INBOX"), None).await })
        };
        let within = Duration::from_secs(20);
        for is_new in [false, true] {
            let watching = watch();
            // Whether it has begun cannot be seen: so it is done until it is noticed.
            program.say("SELECT INBOX");
            let begun = Instant::now();
            for sign in ["+", "-"].into_iter().cycle() {
                if watching.is_finished() {
                    break;
                }
                assert!(begun.elapsed() < within, "{kind}: {is_new}");
                if is_new {
                    program.append("INBOX", "", &mail("To", "2"));
                } else {
                    program.say(&format!("STORE 1 {sign}FLAGS (\\Seen)"));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            watching.await.unwrap().unwrap();
        }
        if kind != "all" {
            continue;
        }
        // What happened before the watch began is not missed.
        let page = imap.changes(&kari(), &inbox, None, 5000).await.unwrap();
        program.append("INBOX", "", &mail("Tre", "3"));
        tokio::time::timeout(within, imap.watch(&kari(), &inbox, Some(&page.cursor))).await.unwrap().unwrap();
        let page = imap.changes(&kari(), &inbox, Some(&page.cursor), 5000).await.unwrap();
        let user = kari();
        let quiet = imap.watch(&user, &inbox, Some(&page.cursor));
        assert!(tokio::time::timeout(Duration::from_millis(300), quiet).await.is_err(), "nothing happened");
    }
}
