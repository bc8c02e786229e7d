//! The demo's mail as phones will be told of it. Not the mailboxes it lies in.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::*;
use crate::mime::calendar::Scheduling;
use crate::mime::letter::Form;
use crate::mime::letter::Want;

fn mail(name: &str) -> Vec<Letter> {
    let now = "2026-11-22T08:15:30Z".parse().unwrap();
    let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Oslo").unwrap();
    of(&format!("{name}@fjord.example"), "Kari Nordmann", now, zone)
}

fn read(letter: &Letter) -> crate::mime::letter::Letter {
    crate::mime::letter::Letter::read(Bytes::from(letter.raw.clone()))
}

/// The message of Kari's with these words in its subject.
fn about(words: &str) -> crate::mime::letter::Letter {
    let all = mail("kari");
    let is_it =
        |letter: &&Letter| read(letter).headers().subject.as_ref().is_some_and(|it| it.contains(words));
    read(all.iter().find(is_it).unwrap())
}

fn text(letter: &crate::mime::letter::Letter) -> String {
    letter.body(&Want { form: Form::Text, most: None }).data
}

#[test]
fn each_account_has_some_weeks_of_mail() {
    for name in ["kari", "ola", "admin"] {
        let all = mail(name);
        assert!(all.len() >= 100, "{name}: {}", all.len());
        assert_eq!(all, mail(name));
        let now = "2026-11-22T08:15:30Z".parse::<Timestamp>().unwrap();
        assert!(all.iter().all(|letter| letter.message.received_at.unwrap() < now));
        let mut ids = BTreeSet::new();
        for letter in &all {
            let read = read(letter);
            let headers = read.headers();
            assert!(headers.from.len() == 1 && headers.to.len() == 1, "{headers:?}");
            assert!(headers.subject.is_some() && headers.date.is_some(), "{headers:?}");
            assert!(ids.insert(headers.message_id.clone().unwrap()), "{headers:?}");
            let bare = letter.raw.split(|byte| *byte == b'\n').filter(|line| !line.ends_with(b"\r")).count();
            assert_eq!(bare, 1, "{headers:?}: every line but what follows the last ends with CRLF");
            assert!(letter.raw.split(|byte| *byte == b'\n').all(|line| line.len() < 998), "{headers:?}");
        }
    }
    let places: BTreeSet<String> = mail("ola").iter().map(|letter| letter.mailbox.join("/")).collect();
    let expected = [
        "Archive",
        "Drafts",
        "Inbox",
        "Junk",
        "Kunder",
        "Leverandører",
        "Prosjekter/Sandviken skole",
        "Sent",
        "Trash",
    ];
    assert_eq!(places.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn an_invitation_says_the_same_to_people_and_programs() {
    let letter = about("Befaring Sandviken");
    assert_eq!(letter.scheduling(), Some(Scheduling::Request));
    let calendar = letter.calendar().unwrap();
    assert!(calendar.contains("DTSTART;TZID=Europe/Oslo:20261127T100000"), "{calendar}");
    assert!(calendar.contains("ola@fjord.example") && calendar.contains("kari@fjord.example"), "{calendar}");
    assert!(text(&letter).contains("2026-11-27 kl. 10:00"));
}

#[test]
fn every_kind_of_mail_is_there() {
    assert_eq!(about("Godkjent").kind().message_class(), "IPM.Note.SMIME.MultipartSigned");
    assert!(text(&about("照明器具")).contains("ご注文いただいた照明器具20台"));
    assert!(about("Volt ukentlig").headers().is_from_list);
    let files = |letter: &crate::mime::letter::Letter| {
        letter.attachments().iter().map(|file| (file.name.clone(), file.is_inline)).collect::<Vec<_>>()
    };
    assert_eq!(files(&about("Logo")), [("logo.png".to_owned(), true)]);
    assert_eq!(files(&about("Faktura 90112")), [("Faktura-90112.pdf".to_owned(), false)]);
    assert_eq!(files(&about("Vs: Ringeklokken")).len(), 1);
    assert!(write::pdf("Blåbær (2)").starts_with(b"%PDF-1.4\n"));
    let thread = about("Sv: Byggemøte");
    assert_eq!((thread.headers().in_reply_to.len(), thread.headers().references.len()), (1, 1));
}
