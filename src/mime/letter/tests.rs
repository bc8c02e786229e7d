//! What letters show, by the messages they are made of.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_assert;

use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::letter::attachment::Method;
use crate::mime::parse;
use crate::mime::section::Section;

fn letter(raw: &str) -> Letter {
    Letter::read(Bytes::from(raw.replace('\n', "\r\n")))
}

fn whole(form: Form) -> Want {
    Want { form, most: None }
}

#[track_caller]
fn check(raw: &str, text: &str, html: &str) {
    let letter = letter(raw);
    assert_eq!(letter.body(&whole(Form::Text)).data.replace("\r\n", "\n"), text, "text of {raw}");
    assert_eq!(letter.body(&whole(Form::Html)).data.replace("\r\n", "\n"), html, "html of {raw}");
}

const ALTERNATIVE: &str = "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n\
    --b\nContent-Type: text/html\n\n<p>html\n--b--\n";

#[test]
fn a_text_is_shown_in_either_form() {
    check("\na & b\nc", "a & b\nc", "<html><body>a &amp; b<br>\nc</body></html>");
    check("Content-Type: text/html\n\n<p>a &amp; b", "a & b", "<p>a &amp; b");
    check(ALTERNATIVE, "plain", "<p>html");
    check(&ALTERNATIVE.replace("\nplain\n", "\n\n"), "html", "<p>html");
    assert_eq!(letter(ALTERNATIVE).native(), Form::Html);
    assert_eq!(letter("\na").native(), Form::Text);
}

#[test]
fn texts_between_attachments_are_put_together() {
    let part = |head: &str, body: &str| format!("--m\n{head}\n\n{body}\n");
    let raw = format!(
        "Content-Type: multipart/mixed; boundary=m\n\n{}{}{}{}--m--\n",
        part("Content-Type: text/plain", "before"),
        part("Content-Type: image/png; name=p.png\nContent-Disposition: inline", "PNG"),
        part("Content-Type: text/html", "<html><body>behind</body></html>"),
        part("Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt", "file"),
    );
    check(&raw, "before\n\nbehind", "<html><body>before\n<br>\nbehind</body></html>");
    let names: Vec<_> =
        letter(&raw).attachments().into_iter().map(|file| (file.name, file.is_inline)).collect();
    assert_eq!(names, [("p.png".to_owned(), false), ("a.txt".to_owned(), false)]);
}

#[test]
fn what_is_wanted_is_what_is_shown_and_no_more() {
    let raw = ALTERNATIVE.replace('\n', "\r\n");
    let parsed = parse::parse(raw.as_bytes());
    let mut letter = Letter::new(parsed.header(), parsed.structure().clone());
    let want = Want { form: Form::Html, most: Some(2) };
    let wanted = letter.wants(&want);
    assert_eq!(wanted.iter().map(|wanted| wanted.section.to_string()).collect::<Vec<_>>(), ["2"]);
    assert_eq!(letter.body(&want).data, "");
    assert!(letter.body(&want).is_truncated);
    for wanted in wanted {
        let bytes = parsed.section(&wanted.section).unwrap();
        letter.supply(wanted.section, Bytes::copy_from_slice(bytes), true);
    }
    assert_eq!(letter.wants(&want), []);
    let shown = letter.body(&Want { form: Form::Html, most: Some(5) });
    assert_eq!((shown.data.as_str(), shown.size, shown.is_truncated), ("<p>ht", 7, true));
    assert_eq!(letter.body(&want).data, "", "no half of a tag");
    let whole = letter.wants(&Want { form: Form::Mime, most: Some(100) });
    assert_eq!((whole[0].section.is_whole(), whole[0].most), (true, Some(100)));
}

#[test]
fn an_embedded_message_is_attached() {
    let raw = "Content-Type: multipart/mixed; boundary=m\n\n--m\n\nsee\n--m\nContent-Type: message/rfc822\n\n\
        Subject: Old/new: news\n\nold\n--m--\n";
    check(raw, "see", "<html><body>see</body></html>");
    let attachments = letter(raw).attachments();
    assert_eq!(attachments.len(), 1);
    assert_eq!(attachments[0].name, "Old new news.eml");
    assert_eq!(attachments[0].method, Method::Message);
    assert_eq!(attachments[0].section, "2".parse::<Section>().unwrap());
}

#[track_caller]
fn check_class(raw: &str, class: &str) {
    assert_eq!(letter(raw).kind().message_class(), class, "{raw}");
}

#[test]
fn a_message_has_the_class_of_what_it_is_about() {
    check_class("\na", "IPM.Note");
    check_class("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII", "IPM.Note.SMIME");
    check_class(
        "Content-Type: application/x-pkcs7-mime; smime-type=signed-receipt\n\nMII",
        "IPM.Note.Receipt.SMIME",
    );
    let signed = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\n\n--s\n\na\n--s\n\
        Content-Type: application/pkcs7-signature; name=smime.p7s\n\nMII\n--s--\n";
    check_class(signed, "IPM.Note.SMIME.MultipartSigned");
    check(signed, "a", "<html><body>a</body></html>");
    assert_eq!(letter(signed).attachments(), []);
    check_class(&signed.replace("pkcs7", "pgp"), "IPM.Note");
    check_class(
        "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n",
        "IPM.Schedule.Meeting.Request",
    );
    check_class("Content-Type: text/calendar\n\nMETHOD:CANCEL\n", "IPM.Schedule.Meeting.Canceled");
    check_class(
        "Content-Type: text/calendar; method=REPLY\n\nATTENDEE;PARTSTAT=DECLINED:a\n",
        "IPM.Schedule.Meeting.Resp.Neg",
    );
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nsorry\n--r\n\
        Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nAction: delayed\n--r--\n";
    check_class(report, "REPORT.IPM.Note.DELAYED");
    check_class(&report.replace("delayed", "failed"), "REPORT.IPM.Note.NDR");
    check_class(&report.replace("delayed", "delivered"), "REPORT.IPM.Note.DR");
    let read = report.replace("delivery-status", "disposition-notification");
    check_class(
        &read.replace("Action: delayed", "Disposition: manual-action/MDN; displayed"),
        "REPORT.IPM.Note.IPNRN",
    );
    check_class(
        &read.replace("Action: delayed", "Disposition: automatic-action/MDN; deleted"),
        "REPORT.IPM.Note.IPNNRN",
    );
}

#[track_caller]
fn check_mime(raw: &[u8], expected: &str) {
    let letter = Letter::read(Bytes::copy_from_slice(raw));
    assert_eq!(letter.body(&whole(Form::Mime)).data, expected);
}

#[test]
fn a_message_is_told_as_it_is_or_says_the_same_another_way() {
    for same in ["Subject: Hei\r\n\r\nb\0".trim_end_matches('\0'), "Subject: æ\r\n\r\nø", "\r\n", "a"] {
        check_mime(same.as_bytes(), same);
    }
    check_mime(
        b"Subject: bl\xE5\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xE6\xF8\r\n",
        "Subject: =?utf-8?B?YmzDpQ==?=\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n5vgNCg==",
    );
    check_mime(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\na\r\n--b\r\nX: y\r\n\r\n\0\r\n--b--\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\na\r\n--b\r\nX: y\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nAA==\r\n--b--\r\n",
    );
    check_mime(
        b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n\xE5",
        "Content-Type: message/rfc822\r\n\r\nSubject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n5Q==",
    );
    let mut part = Letter::default();
    part.supply(Section::WHOLE, Bytes::from_static(b"\r\n\xC3\xA6\xC3"), false);
    let shown = part.body(&whole(Form::Mime));
    assert_eq!((shown.data.as_str(), shown.is_truncated), ("\r\næ", true));
    let signed = "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\x1b$B%F\x1b(B\r\n--b--\r\n";
    check_mime(signed.as_bytes(), signed);
}

#[test]
fn a_message_of_nothing_but_an_invitation_says_what_it_is_about() {
    let raw = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VEVENT\nSUMMARY:Lunch\nDESCRIPTION:Bring cake\n";
    check(raw, "Bring cake", "<html><body>Bring cake</body></html>");
}

proptest::proptest! {
    #[test]
    fn any_message_is_shown_within_its_bounds(
        head in "(Content-Type: (text/html|text/plain|text/plain; format=flowed|multipart/mixed; boundary=b)\r?\n)?",
        body in "((--b(--)?|<p>|&amp|=?utf-8?q?=|é|テ|\r?\n){0,20})",
        noise in vec(any::<u8>(), 0..20),
        most in 0..40_usize,
    ) {
        let raw = [head.as_bytes(), b"\n", body.as_bytes(), &noise].concat();
        let letter = Letter::read(Bytes::from(raw));
        for form in [Form::Text, Form::Html, Form::Mime] {
            let all = letter.body(&Want { form, most: None });
            let shown = letter.body(&Want { form, most: Some(most) });
            prop_assert!(shown.data.len() <= most && all.data.starts_with(&shown.data));
            prop_assert!(shown.is_truncated == (shown.data.len() < all.data.len()));
            prop_assert!(!all.is_truncated && all.size == u64::try_from(all.data.len()).unwrap());
        }
        let _ = (letter.attachments(), letter.kind(), letter.preview(20));
    }
}
