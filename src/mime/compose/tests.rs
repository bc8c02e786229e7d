//! Messages on their way out, as they arrive.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_assert;

use crate::mime::address::Mailbox;
use crate::mime::compose::Answer;
use crate::mime::compose::Original;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::compose::Rules;
use crate::mime::compose::bounce;
use crate::mime::compose::compose;
use crate::mime::compose::draft;
use crate::mime::compose::wants;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::parse;
use crate::mime::section::Section;

fn crlf(text: &str) -> Bytes {
    Bytes::from(text.replace('\n', "\r\n"))
}

fn with_rules<T>(work: impl FnOnce(&Rules<'_>) -> T) -> T {
    let sender = Mailbox { name: Some("Kari Nordmann".to_owned()), address: "kari@example.com".to_owned() };
    let owned = ["kari@example.com".to_owned(), "post@example.com".to_owned()];
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    work(&Rules { sender: &sender, owned: &owned, now, id: "4711", host: "mail.example.com" })
}

/// The message as it arrives, with LF.
fn arrived(pieces: impl Iterator<Item = Piece>, original: &[u8]) -> String {
    let parsed = parse::parse(original);
    let bytes: Vec<u8> = pieces
        .flat_map(|piece| match piece {
            Piece::Own(bytes) => bytes.to_vec(),
            Piece::Original(section) => parsed.section(&section).unwrap().to_vec(),
        })
        .collect();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    text.replace("\r\n", "\n")
}

fn send(mime: &str) -> Outgoing {
    with_rules(|rules| compose(&Bytes::from(mime.to_owned()), None, rules))
}

fn answer(mime: &str, original: &str, answer: Answer) -> String {
    let raw = crlf(original);
    let parsed = parse::parse(&raw);
    let mut letter = Letter::new(parsed.header(), parsed.structure().clone());
    for wanted in wants(&letter) {
        let bytes = parsed.section(&wanted.section).unwrap();
        letter.supply(wanted.section, Bytes::copy_from_slice(bytes), true);
    }
    let original = Original { letter: &letter, answer, is_replaced: false };
    let outgoing = with_rules(|rules| compose(&crlf(mime), Some(original), rules));
    arrived(outgoing.wire(), &raw)
}

/// Quirk no-date.
#[test]
fn a_message_is_completed_and_otherwise_as_it_was() {
    let mime = "X-Mailer: phone\nTo: a@example.com\nSubject: Hei\nContent-Type: text/plain\n\nå\n.\n";
    assert_eq!(
        arrived(send(mime).wire(), b""),
        "From: \"Kari Nordmann\" <kari@example.com>\nX-Mailer: phone\nTo: a@example.com\nSubject: Hei\n\
         Date: Sun, 22 Nov 2026 12:00:00 -0000\nMessage-ID: <4711@mail.example.com>\nMIME-Version: 1.0\n\
         Content-Type: text/plain\n\nå\n.\n"
    );
    let outgoing = send(mime);
    assert_eq!((outgoing.has_8bit, outgoing.has_utf8), (true, false));
    assert_eq!(outgoing.message_id, "4711@mail.example.com");
}

#[test]
fn a_sender_is_one_of_the_account_s_own() {
    let from = |from: &str| {
        let sent = send(&format!("From: {from}\nSender: evil@example.org\nTo: a@b\n\n"));
        (sent.sender.clone(), arrived(sent.wire(), b"").lines().next().unwrap().to_owned())
    };
    let own = ("kari@example.com".to_owned(), "From: \"Kari Nordmann\" <kari@example.com>".to_owned());
    assert_eq!(from("Boss <boss@example.org>"), own);
    assert_eq!(from("nonsense"), own);
    assert_eq!(
        from("=?utf-8?B?w4U=?= <POST@example.com>"),
        ("POST@example.com".to_owned(), "From: =?utf-8?B?w4U=?= <POST@example.com>".to_owned())
    );
    assert!(!arrived(send("Sender: evil@example.org\n\n").wire(), b"").contains("Sender"));
}

#[test]
fn those_who_get_it_unseen_stay_unseen() {
    let sent = send("To: A <a@example.com>, b@example.com\nCc: A@example.com\nBcc: c@example.com\n\nx");
    assert_eq!(sent.recipients, ["a@example.com", "b@example.com", "c@example.com"]);
    assert!(!arrived(sent.wire(), b"").contains("Bcc"));
    assert!(arrived(sent.copy(), b"").contains("\nBcc: c@example.com\n\nx"));
}

#[test]
fn nobody_of_many_is_forgotten() {
    let many: Vec<String> = (0..3000).map(|number| format!("Søren <a{number}@example.com>")).collect();
    let sent = send(&format!("To: {}\n\nx", many.join(",\n ")));
    assert_eq!(sent.recipients.len(), 3000);
    let parsed = Letter::read(crlf(&arrived(sent.wire(), b"")));
    assert_eq!(parsed.headers().to.len(), 3000);
}

#[test]
fn letters_beyond_ascii_in_the_header_are_encoded() {
    let sent = send("To: Søren <a@example.com>\nSubject: Blåbær\n\n");
    let text = arrived(sent.wire(), b"");
    assert!(
        text.contains("To: =?utf-8?B?U8O4cmVu?= <a@example.com>\nSubject: =?utf-8?B?QmzDpWLDpnI=?=\n"),
        "{text}"
    );
    assert!(!sent.has_utf8);
    assert!(send("To: søren@example.com\n\n").has_utf8);
}

const ORIGINAL: &str = "From: Ola <ola@example.com>\nTo: kari@example.com\nSubject: Lunch\nMessage-ID: <1@example.com>\n\
    References: <0@example.com>\nDate: Sun, 22 Nov 2026 11:00:00 +0100\nContent-Type: multipart/mixed; boundary=m\n\n\
    --m\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html; charset=utf-8\n\n\
    <html><head><style>p{}</style></head><body><p>Æ?</p></body></html>\n--r\nContent-Type: image/png; name=p.png\n\
    Content-ID: <p1>\nContent-Transfer-Encoding: base64\n\nUE5H\n--r--\n--m\nContent-Type: application/pdf\n\
    Content-Disposition: attachment; filename*=utf-8''r%C3%A5.pdf\nContent-Transfer-Encoding: base64\n\nUERG\n--m--\n";

#[test]
fn an_answer_in_text_quotes_the_text() {
    let text = answer("To: ola@example.com\nSubject: Re: Lunch\n\nYes.\n", ORIGINAL, Answer::Reply);
    let (_, body) = text.split_once("\n\n").unwrap();
    assert!(
        text.contains("In-Reply-To: <1@example.com>\nReferences: <0@example.com>\n <1@example.com>\n"),
        "{text}"
    );
    let letter = Letter::read(crlf(&text));
    let shown = letter.body(&Want { form: Form::Text, most: None }).data.replace("\r\n", "\n");
    assert_eq!(
        shown,
        "Yes.\n\n\n-----Original Message-----\nFrom: Ola <ola@example.com>\nDate: Sun, 22 Nov 2026 10:00:00 -0000\n\
         To: kari@example.com\nSubject: Lunch\n\n> Æ?"
    );
    assert!(!body.contains("UE5H") && letter.attachments().is_empty());
}

#[test]
fn an_answer_in_html_quotes_the_html_with_its_pictures() {
    let mime = "To: ola@example.com\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nYes.\n--a\n\
        Content-Type: text/html\n\n<html><body>Yes.</body></html>\n--a--\n";
    let text = answer(mime, ORIGINAL, Answer::Reply);
    let letter = Letter::read(crlf(&text));
    let html = letter.body(&Want { form: Form::Html, most: None }).data;
    assert!(html.starts_with("<html><body>Yes.\r\n<br>\r\n<style>p{}</style>\r\n<div"), "{html}");
    assert!(html.contains("<b>From:</b> Ola &lt;ola@example.com&gt;<br>"), "{html}");
    assert!(html.ends_with("<p>Æ?</p>\r\n</blockquote>\r\n</body></html>"), "{html}");
    let attached: Vec<_> = letter.attachments().into_iter().map(|file| (file.name, file.is_inline)).collect();
    assert_eq!(attached, [("p.png".to_owned(), true)]);
    assert!(letter.body(&Want { form: Form::Text, most: None }).data.ends_with("> Æ?"));
}

#[test]
fn what_is_forwarded_brings_its_attachments() {
    let mime = "To: a@example.com\nContent-Type: multipart/mixed; boundary=x\n\npreamble\n--x\n\nSee.\n--x\n\
        Content-Type: image/gif; name=own.gif\n\nGIF\n--x--\n";
    for mime in [mime, &mime.replace("\n--x--\n", ""), "To: a@example.com\n\nSee.", "To: a@example.com\n\n"] {
        let text = answer(mime, ORIGINAL, Answer::Forward);
        let letter = Letter::read(crlf(&text));
        let attached = letter.attachments();
        let names: Vec<_> = attached.iter().map(|file| file.name.as_str()).collect();
        let own = usize::from(mime.contains("gif"));
        assert_eq!(names.get(own..), Some(&["p.png", "rå.pdf"][..]), "{mime} {text}");
        let shown = letter.body(&Want { form: Form::Text, most: None }).data;
        assert!(
            shown.starts_with(if mime.contains("See") { "See." } else { "\r\n\r\n-----Orig" }),
            "{shown}"
        );
        assert!(shown.ends_with("Subject: Lunch\r\n\r\nÆ?"), "{shown}");
        let pdf = attached.last().unwrap();
        let raw = crlf(&text);
        assert_eq!(parse::parse(&raw).section(&pdf.section), Some(&b"UERG"[..]));
    }
}

#[test]
fn what_nobody_can_read_is_forwarded_as_it_is() {
    let sealed = "Subject: Secret\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII=\n";
    let text = answer("To: a@example.com\n\nSee.\n", sealed, Answer::Forward);
    assert!(text.contains(&format!("filename=\"Secret.eml\"\n\n{sealed}\n--=_4711--\n")), "{text}");
    let signed = "To: a@example.com\nContent-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"\n\n\
        --s\n\nYes.\n--s\nContent-Type: application/pkcs7-signature\n\nMII\n--s--\n";
    let body = signed.split_once("\n\n").unwrap().1;
    assert!(answer(signed, ORIGINAL, Answer::Reply).ends_with(body));
}

#[test]
fn an_invitation_that_is_forwarded_invites() {
    let original = "Subject: Lunch\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nCome\n--a\n\
        Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--a--\n";
    let text = answer("To: a@example.com\n\nSee.\n", original, Answer::Forward);
    assert!(
        text.contains("Content-Type: text/calendar;\n method=\"REQUEST\";\n charset=\"utf-8\"\n"),
        "{text}"
    );
    assert_eq!(Letter::read(crlf(&text)).kind().message_class(), "IPM.Schedule.Meeting.Request");
}

#[test]
fn a_message_that_replaces_the_original_refers_to_it_and_no_more() {
    let letter = Letter::read(crlf(ORIGINAL));
    let original = Original { letter: &letter, answer: Answer::Reply, is_replaced: true };
    let outgoing = with_rules(|rules| compose(&crlf("To: a@b\n\nAll of it.\n"), Some(original), rules));
    assert_eq!(outgoing.originals().count(), 0);
    let text = arrived(outgoing.wire(), b"");
    assert!(text.contains("In-Reply-To: <1@example.com>\n") && text.ends_with("\n\nAll of it.\n"), "{text}");
}

#[test]
fn a_bounce_says_what_went_wrong_to_people_and_programs() {
    let failure = bounce::Failure {
        recipient: "a@example.org".to_owned(),
        status: "5.1.1".to_owned(),
        diagnostic: "550 5.1.1 no\r\n such user".to_owned(),
    };
    let to = Mailbox::bare("kari@example.com");
    let message = b"Subject: =?utf-8?B?w4Y=?=\r\nBcc: x@y\r\nMessage-ID: <1@a>\r\n\r\nbody";
    let raw = with_rules(|rules| bounce::write(message, &[failure], &to, rules));
    let text = String::from_utf8(raw.clone()).unwrap();
    let letter = Letter::read(Bytes::from(raw));
    assert_eq!(letter.kind().message_class(), "REPORT.IPM.Note.NDR");
    assert_eq!(letter.headers().subject.as_deref(), Some("Undeliverable: Æ"));
    assert!(letter.headers().is_automatic);
    assert_eq!(letter.headers().references, ["1@a"]);
    let shown = letter.body(&Want { form: Form::Text, most: None }).data;
    assert!(shown.contains("  a@example.org\r\n  550 5.1.1 no such user"), "{shown}");
    assert!(
        text.contains("Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"),
        "{text}"
    );
    assert!(!text.contains("x@y"));
}

#[test]
fn who_may_not_have_got_it_is_named_to_its_sender() {
    let failure = bounce::Failure {
        recipient: "a@example.org".to_owned(),
        status: "5.0.0".to_owned(),
        diagnostic: "the line broke".to_owned(),
    };
    let to = Mailbox::bare("kari@example.com");
    let raw = with_rules(|rules| bounce::unsure(b"Subject: Lunch\r\n", &[failure], &to, rules));
    let letter = Letter::read(Bytes::from(raw));
    assert_eq!(letter.headers().subject.as_deref(), Some("Perhaps not sent: Lunch"));
    assert!(letter.headers().is_automatic);
    let shown = letter.body(&Want { form: Form::Text, most: None }).data;
    assert!(shown.contains("\r\n  a@example.org\r\n") && shown.contains("the line broke"), "{shown}");
}

#[test]
fn a_draft_is_a_message_with_what_it_keeps() {
    let before = Letter::read(crlf(ORIGINAL));
    let draft = draft::Draft {
        to: vec![Mailbox { name: Some("Søren".to_owned()), address: "a@example.com".to_owned() }],
        bcc: vec![Mailbox::bare("b@example.com")],
        subject: "Blå\r\nX: y".to_owned(),
        references: vec!["1@a>\r\nX-Evil: yes\r\nX: <".to_owned()],
        words: "<p>Hei</p>".to_owned(),
        is_html: true,
        kept: vec![Section::WHOLE.child(2)],
        files: vec![draft::File {
            name: "n.txt".to_owned(),
            bytes: Bytes::from_static(b"new"),
            ..draft::File::default()
        }],
        ..draft::Draft::default()
    };
    let outgoing = with_rules(|rules| draft::write(&draft, Some(&before), rules));
    let letter = Letter::read(crlf(&arrived(outgoing.copy(), &crlf(ORIGINAL))));
    assert_eq!(letter.headers().subject.as_deref(), Some("Blå  X: y"));
    assert!(!arrived(outgoing.copy(), &crlf(ORIGINAL)).contains("\nX"));
    assert_eq!((letter.headers().to.clone(), letter.headers().bcc.clone()), (draft.to, draft.bcc));
    assert_eq!(letter.body(&Want { form: Form::Text, most: None }).data, "Hei");
    assert_eq!(letter.body(&Want { form: Form::Html, most: None }).data, "<p>Hei</p>");
    let names: Vec<_> = letter.attachments().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["rå.pdf", "n.txt"]);
    let plain = draft::Draft { words: "a\nb".to_owned(), ..draft::Draft::default() };
    let outgoing = with_rules(|rules| draft::write(&plain, None, rules));
    assert!(arrived(outgoing.wire(), b"").ends_with("Content-Transfer-Encoding: 7bit\n\na\nb"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_made_ready(mime in vec(any::<u8>(), 0..60), original in vec(any::<u8>(), 0..60), is_reply in any::<bool>()) {
        let mime = Bytes::from([&b"Content-Type: multipart/mixed; boundary=b\n"[..], &mime].concat());
        let letter = Letter::read(Bytes::from(original));
        let answer = if is_reply { Answer::Reply } else { Answer::Forward };
        let outgoing = with_rules(|rules| compose(&mime, Some(Original { letter: &letter, answer, is_replaced: false }), rules));
        for piece in outgoing.wire().chain(outgoing.copy()) {
            prop_assert!(matches!(piece, Piece::Own(_) | Piece::Original(_)));
        }
    }
}
