//! Mails on phones of every version: what is told of a letter, in which form, and what must be fetched for it.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::prop_assert;
use serde_json::json;
use wbxml::Document;
use wbxml::Fragment;
use wbxml::Limits;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;

use crate::eas::class::MailView;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::Mail;
use crate::eas::class::testing::Phone;
use crate::eas::class::testing::wants;
use crate::eas::golden;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::mime::letter::Letter;
use crate::mime::parse;
use crate::model::event::Event;
use crate::model::message::Message;
use crate::model::object::Shape;

const RICH: &[u8] = include_bytes!("../../../../fixtures/mime/outlook-related.eml");
const INVITATION: &[u8] = include_bytes!("../../../../fixtures/mime/outlook-invite.eml");
const SIGNED: &[u8] = include_bytes!("../../../../fixtures/mime/smime-detached.eml");
const EMBEDDED: &[u8] = include_bytes!("../../../../fixtures/mime/embedded.eml");
const FLAGGED: &str = include_str!("../../../../fixtures/items/message-full.json");

fn letter(raw: &[u8]) -> Letter {
    Letter::read(Bytes::copy_from_slice(raw))
}

fn text(raw: &str) -> Letter {
    letter(raw.replace('\n', "\r\n").as_bytes())
}

fn message(json: &serde_json::Value) -> Message {
    Message::read(json).unwrap()
}

fn flagged() -> Message {
    message(&serde_json::from_str(FLAGGED).unwrap())
}

fn plain() -> Message {
    message(&json!({"receivedAt": "2026-11-22T11:00:05Z"}))
}

fn meeting() -> Event {
    Event::read(&json!({
        "uid": "040000008200E00074C5B7101A82E008", "title": "Planlegging", "start": "2026-11-23T10:00:00",
        "timeZone": "Europe/Oslo", "duration": "PT1H", "updated": "2026-11-22T11:00:00Z", "sequence": 0,
        "locations": {"1": {"name": "Rom 4"}}, "organizerCalendarAddress": "mailto:ola@example.net",
        "participants": {"1": {"calendarAddress": "mailto:ola@fjord.example", "roles": {"attendee": true},
            "expectReply": true}},
        "alerts": {"1": {"trigger": {"offset": "-PT15M"}}},
        "recurrenceRule": {"frequency": "weekly", "until": "2026-12-31T10:00:00"},
    }))
    .unwrap()
}

/// What a phone gets to see, in WBXML.
fn shown(mail: &Mail<'_>, view: &View<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.open(airsync::APPLICATION_DATA);
    email::write(mail, view, &mut writer);
    writer.finish()
}

/// The same as XML.
fn xml(letter: &Letter, view: &View<'_>) -> String {
    let bytes = shown(&Mail { message: &plain(), letter, meeting: None }, view);
    Document::decode(bytes, &Limits::default()).unwrap().to_xml()
}

fn takes_html(version: Version) -> Phone {
    Phone { body: vec![wants(BodyType::HTML)], ..Phone::new(version) }
}

#[test]
fn each_version_has_its_own_elements() {
    for version in Version::ALL {
        let phone = takes_html(version);
        let (rich, invitation, event) = (letter(RICH), letter(INVITATION), meeting());
        let mail = Mail { message: &flagged(), letter: &rich, meeting: None };
        golden::check(&format!("class/email-{version}"), &shown(&mail, &phone.view()));
        let mail = Mail { message: &plain(), letter: &invitation, meeting: Some(&event) };
        golden::check(&format!("class/email-meeting-{version}"), &shown(&mail, &phone.view()));
    }
}

#[test]
fn whole_messages_and_parts_have_elements_of_their_own() {
    for version in [Version::V2_5, Version::V14_1] {
        let part = BodyPreference { truncation_size: Some(1000), ..wants(BodyType::HTML) };
        let body_part = Some(&part);
        let mail = MailView { mime_support: 1, mime_truncation: Some(4096), body_part };
        let phone = takes_html(version);
        let view = View { mail, ..phone.view() };
        let signed = letter(SIGNED);
        let mail = Mail { message: &plain(), letter: &signed, meeting: None };
        golden::check(&format!("class/email-signed-{version}"), &shown(&mail, &view));
    }
    let embedded = letter(EMBEDDED);
    let mail = Mail { message: &plain(), letter: &embedded, meeting: None };
    golden::check("class/email-embedded-2.5", &shown(&mail, &Phone::new(Version::V2_5).view()));
}

#[test]
fn no_element_is_told_before_its_version() {
    for version in Version::ALL {
        let phone = takes_html(version);
        let event = meeting();
        let part = wants(BodyType::HTML);
        let mail = MailView { body_part: Some(&part), ..MailView::default() };
        let invitation = letter(INVITATION);
        let mail_told = Mail { message: &flagged(), letter: &invitation, meeting: Some(&event) };
        let bytes = shown(&mail_told, &View { mail, ..phone.view() });
        let document = Document::decode(bytes, &Limits::default()).unwrap();
        let mut open = vec![document.root()];
        while let Some(element) = open.pop() {
            assert!(element.tag().since() <= Some(version), "{version}: {:?}", element.tag());
            open.extend(element.children());
        }
    }
}

/// What of a text is shown: its form, its data, whether it is cut, and its preview.
#[track_caller]
fn check_body(raw: &str, wanted: &[BodyPreference], mail: MailView<'_>, expected: (u8, &str, bool, &str)) {
    let phone = Phone { body: wanted.to_vec(), ..Phone::new(Version::V14_1) };
    let letter = text(raw);
    let fragment = email::fragment(
        &Mail { message: &plain(), letter: &letter, meeting: None },
        &View { mail, ..phone.view() },
    );
    let document = wrapped(&fragment);
    let body = document.root().child(wbxml::airsyncbase::BODY).unwrap();
    let text = |tag| body.child(tag).map(wbxml::Element::text).unwrap_or_default();
    let found = (
        text(wbxml::airsyncbase::TYPE).parse().unwrap(),
        text(wbxml::airsyncbase::DATA),
        body.has(wbxml::airsyncbase::TRUNCATED),
        text(wbxml::airsyncbase::PREVIEW),
    );
    assert_eq!(found, expected);
}

fn wrapped(fragment: &Fragment) -> Document {
    let mut writer = Writer::new();
    writer.open(airsync::APPLICATION_DATA);
    writer.append(fragment);
    Document::decode(writer.finish(), &Limits::default()).unwrap()
}

const ALTERNATIVE: &str = "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain æ\n\
    --b\nContent-Type: text/html; charset=utf-8\n\n<p>html</p>\n--b--\n";
const SEALED: &str = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII";

fn up_to(body_type: BodyType, size: u32) -> BodyPreference {
    BodyPreference { truncation_size: Some(size), ..wants(body_type) }
}

#[test]
fn the_form_that_fits_best_is_taken() {
    let none = MailView::default();
    let (plain, html, mime) = (wants(BodyType::TEXT), wants(BodyType::HTML), wants(BodyType::MIME));
    check_body(
        ALTERNATIVE,
        &[wants(BodyType::TEXT), wants(BodyType::HTML)],
        none,
        (2, "<p>html</p>", false, ""),
    );
    check_body(ALTERNATIVE, &[wants(BodyType::TEXT)], none, (1, "plain æ", false, ""));
    check_body("\na", &[html.clone(), plain.clone()], none, (1, "a", false, ""));
    check_body("\na", &[wants(BodyType::RTF)], none, (1, "a", false, ""));
    check_body("\na", &[], none, (1, "a", false, ""));
    let all = MailView { mime_support: 2, ..none };
    check_body("\na", &[plain.clone(), mime.clone()], all, (4, "\r\na", false, ""));
    check_body("\na", &[plain.clone(), mime.clone()], none, (1, "a", false, ""));
    check_body(ALTERNATIVE, &[mime], none, (2, "<p>html</p>", false, ""));
    check_body("\na", &[plain], all, (1, "a", false, ""));
    let none_cut = BodyPreference { all_or_none: true, ..up_to(BodyType::HTML, 5) };
    check_body(ALTERNATIVE, &[none_cut.clone(), up_to(BodyType::TEXT, 5)], none, (1, "plain", true, ""));
    check_body(ALTERNATIVE, &[none_cut], none, (2, "", true, ""));
    let ignored = BodyPreference { all_or_none: true, ..html };
    check_body(ALTERNATIVE, &[ignored], none, (2, "<p>html</p>", false, ""));
}

/// Quirk signed-whole.
#[test]
fn what_is_signed_or_sealed_is_whole_for_whoever_takes_it_so() {
    let (html, raw) = (wants(BodyType::HTML), SEALED.replace('\n', "\r\n"));
    let smime = MailView { mime_support: 1, ..MailView::default() };
    check_body(SEALED, &[wants(BodyType::HTML)], smime, (4, &raw, false, ""));
    check_body(SEALED, &[wants(BodyType::HTML)], MailView { mime_support: 2, ..smime }, (4, &raw, false, ""));
    check_body(
        SEALED,
        &[wants(BodyType::HTML)],
        MailView { mime_truncation: Some(7), ..smime },
        (4, "Content", true, ""),
    );
    check_body(SEALED, &[wants(BodyType::HTML)], MailView::default(), (2, "", false, ""));
    check_body(ALTERNATIVE, &[html], smime, (2, "<p>html</p>", false, ""));
}

#[test]
fn what_is_signed_keeps_every_byte() {
    let raw = "Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-2022-jp\n\n\
        \u{1b}$B%F\u{1b}(B\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n";
    let mail = MailView { mime_support: 1, ..MailView::default() };
    let phone = Phone::new(Version::V12_1);
    let letter = text(raw);
    let told = Mail { message: &plain(), letter: &letter, meeting: None };
    let document = wrapped(&email::fragment(&told, &View { mail, ..phone.view() }));
    let body = document.root().child(wbxml::airsyncbase::BODY).unwrap();
    let data = body.child(wbxml::airsyncbase::DATA).unwrap();
    assert_eq!(data.bytes(), raw.replace('\n', "\r\n").as_bytes());
}

/// Quirk preview.
#[test]
fn a_preview_is_plain_and_not_beside_plain_text() {
    let preview = |body_type| BodyPreference { preview: Some(3), ..wants(body_type) };
    let none = MailView::default();
    check_body(ALTERNATIVE, &[preview(BodyType::HTML)], none, (2, "<p>html</p>", false, "pla"));
    check_body(ALTERNATIVE, &[preview(BodyType::TEXT)], none, (1, "plain æ", false, ""));
    let nothing = BodyPreference { truncation_size: Some(0), ..preview(BodyType::TEXT) };
    check_body(ALTERNATIVE, &[nothing], none, (1, "", true, "pla"));
}

#[test]
fn what_is_new_in_a_conversation_ends_where_the_old_begins() {
    let wanted = wants(BodyType::HTML);
    let part = |raw: &str, wanted: &BodyPreference| {
        let phone = Phone { body: Vec::new(), ..Phone::new(Version::V14_1) };
        let mail = MailView { body_part: Some(wanted), ..MailView::default() };
        let letter = text(raw);
        let told = Mail { message: &plain(), letter: &letter, meeting: None };
        let document = wrapped(&email::fragment(&told, &View { mail, ..phone.view() }));
        let part = document.root().child(wbxml::airsyncbase::BODY_PART).unwrap();
        let text = |tag| part.child(tag).map(|child| child.text().to_owned()).unwrap_or_default();
        (
            text(wbxml::airsyncbase::STATUS),
            text(wbxml::airsyncbase::DATA),
            text(wbxml::airsyncbase::TRUNCATED),
        )
    };
    let told = |data: &str, cut: &str| ("1".to_owned(), data.to_owned(), cut.to_owned());
    let answer =
        "Content-Type: text/html\n\n<p>ja</p><div class=\"gmail_quote\"><blockquote>nei</blockquote></div>";
    assert_eq!(part(answer, &wanted), told("<p>ja</p>", ""));
    let forwarded = "Content-Type: text/html\n\n<div><blockquote>nei</blockquote></div>";
    assert_eq!(part(forwarded, &wanted), told("<div><blockquote>nei</blockquote></div>", ""));
    assert_eq!(part(answer, &up_to(BodyType::HTML, 6)), told("<p>ja", "1"));
}

/// What is asked of the mailbox for a letter whose header and structure are known.
#[track_caller]
fn check_wants(raw: &str, wanted: &[BodyPreference], mail: MailView<'_>, expected: &[(&str, bool)]) {
    let raw = raw.replace('\n', "\r\n");
    let parsed = parse::parse(raw.as_bytes());
    let mut letter = Letter::new(parsed.header(), parsed.structure().clone());
    let phone = Phone { body: wanted.to_vec(), ..Phone::new(Version::V14_1) };
    let view = View { mail, ..phone.view() };
    let all = email::wants(&letter, &view);
    let told: Vec<_> = all.iter().map(|one| (one.section.to_string(), one.most.is_some())).collect();
    let told: Vec<_> = told.iter().map(|(section, is_limited)| (section.as_str(), *is_limited)).collect();
    assert_eq!(told, expected, "{raw}");
    for one in all {
        let bytes =
            if one.section.is_whole() { raw.as_bytes() } else { parsed.section(&one.section).unwrap() };
        let most = one.most.map_or(bytes.len(), |most| bytes.len().min(usize::try_from(most).unwrap()));
        letter.supply(one.section, Bytes::copy_from_slice(&bytes[..most]), most == bytes.len());
    }
    let whole = self::letter(raw.as_bytes());
    assert_eq!(xml(&letter, &view), xml(&whole, &view), "what was fetched is enough");
}

#[test]
fn no_more_is_fetched_than_is_told() {
    let none = MailView::default();
    let (plain, html) = (wants(BodyType::TEXT), wants(BodyType::HTML));
    check_wants(ALTERNATIVE, &[wants(BodyType::TEXT)], none, &[("1", false)]);
    check_wants(ALTERNATIVE, &[wants(BodyType::TEXT), wants(BodyType::HTML)], none, &[("2", false)]);
    let preview = BodyPreference { preview: Some(255), ..wants(BodyType::HTML) };
    check_wants(ALTERNATIVE, &[preview], none, &[("1", false), ("2", false)]);
    let small = BodyPreference { all_or_none: true, ..up_to(BodyType::HTML, 5) };
    check_wants(ALTERNATIVE, &[small, plain.clone()], none, &[("1", false), ("2", false)]);
    check_wants(SEALED, &[wants(BodyType::HTML)], MailView { mime_support: 1, ..none }, &[("", false)]);
    let large = format!("Content-Type: text/plain\n\n{}", "a line of words\n".repeat(1000));
    check_wants(&large, &[up_to(BodyType::TEXT, 10)], none, &[("1", true)]);
    let mime = BodyPreference { all_or_none: true, ..up_to(BodyType::MIME, 100) };
    let all = MailView { mime_support: 2, ..none };
    check_wants(&large, &[mime, up_to(BodyType::TEXT, 10)], all, &[("1", true)]);
    check_wants(&large, &[up_to(BodyType::MIME, 100)], all, &[("", true)]);
    let wanted = up_to(BodyType::HTML, 100);
    check_wants(
        ALTERNATIVE,
        &[plain],
        MailView { body_part: Some(&wanted), ..none },
        &[("1", false), ("2", false)],
    );
    let invitation = String::from_utf8(INVITATION.to_vec()).unwrap().replace("\r\n", "\n");
    check_wants(&invitation, &[html], none, &[("2", false), ("3", true)]);
}

#[test]
fn recipients_are_told_whole_or_not_at_all() {
    let told = |raw: &str| xml(&text(raw), &Phone::new(Version::V16_1).view());
    let many = format!("To: {}\n\n", vec!["a-long-name@fjord.example"; 3000].join(", "));
    let found = told(&many);
    let line = found.lines().find(|line| line.contains(":To>")).unwrap();
    assert!(line.len() < 33_000 && line.ends_with("a-long-name@fjord.example</email:To>"), "{}", line.len());
    let from = "From: a@x\nSender: b@x\nReply-To: c@x, \"D\" <d@x>\nBcc: ola@fjord.example\n\n";
    let found = told(from);
    for part in ["Sender>b@x<", "ReplyTo>c@x; \"D\" &lt;d@x&gt;<", "ReceivedAsBcc>1<"] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(!found.contains("email2:Bcc"), "{found}");
    let own = told("From: Ola@fjord.example\nSender: ola@fjord.example\nBcc: b@x\n\n");
    assert!(
        own.contains("email2:Bcc>b@x<") && !own.contains("Sender") && !own.contains("ReceivedAsBcc"),
        "{own}"
    );
}

#[track_caller]
fn check_meeting(change: &serde_json::Value, raw: &str, version: Version, has: &[&str], has_not: &[&str]) {
    let mut event = meeting().write();
    for (name, value) in change.as_object().unwrap() {
        event[name] = value.clone();
    }
    let event = Event::read(&event).unwrap();
    let letter = text(raw);
    let mail = Mail { message: &plain(), letter: &letter, meeting: Some(&event) };
    let phone = Phone::new(version);
    let xml = Document::decode(shown(&mail, &phone.view()), &Limits::default()).unwrap().to_xml();
    for part in has {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    for part in has_not {
        assert!(!xml.contains(part), "{part} in {xml}");
    }
}

#[test]
fn a_meeting_is_told_as_what_it_is() {
    let of = |method: &str| format!("Content-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\n");
    let occurrence = json!({"recurrenceId": "2026-11-30T10:00:00", "recurrenceRule": null, "sequence": 2});
    check_meeting(
        &occurrence,
        &of("REQUEST"),
        Version::V14_1,
        &["InstanceType>3<", "RecurrenceId>2026-11-30T09:00:00.000Z<", "MeetingMessageType>2<"],
        &["Recurrences"],
    );
    let all_day =
        json!({"start": "2026-11-23T00:00:00", "duration": "P1D", "showWithoutTime": true, "timeZone": null});
    check_meeting(
        &all_day,
        &of("REQUEST"),
        Version::V12_1,
        &["AllDayEvent>1<", "StartTime>2026-11-22T23:00:00.000Z<"],
        &[],
    );
    check_meeting(
        &json!({}),
        &of("CANCEL"),
        Version::V16_0,
        &["ResponseRequested>0<", "MeetingMessageType>0<", "UID>"],
        &["GlobalObjId"],
    );
    let proposal = of("COUNTER");
    check_meeting(
        &json!({}),
        &proposal,
        Version::V16_1,
        &["ProposedStartTime>2026-11-23T09:00:00.000Z<", "Resp.Tent<"],
        &["email:StartTime"],
    );
    check_meeting(&json!({}), &proposal, Version::V16_0, &["StartTime>"], &["Proposed"]);
    let silent =
        json!({"participants": {"1": {"calendarAddress": "mailto:ola@fjord.example", "expectReply": false}}});
    check_meeting(&silent, &of("REQUEST"), Version::V14_1, &["ResponseRequested>0<"], &[]);
    check_meeting(
        &json!({"start": null}),
        &of("REQUEST"),
        Version::V14_1,
        &["Meeting.Request"],
        &["MeetingRequest"],
    );
    check_meeting(&json!({}), "\nno meeting", Version::V14_1, &["IPM.Note"], &["MeetingRequest"]);
}

proptest::proptest! {
    #[test]
    fn any_letter_is_told_to_any_phone(
        head in "((From|To|Subject|Sender|Thread-Index|Date): [ -~é\u{1}]{0,30}\r?\n){0,4}\
            (Content-Type: (text/html|multipart/mixed; boundary=b|text/calendar; method=REQUEST)\r?\n)?",
        body in "((--b(--)?|<p>|BEGIN:VCALENDAR|é|\r?\n){0,12})",
        noise in vec(any::<u8>(), 0..20),
        version in 0..Version::ALL.len(),
        mime_support in 0..3_u8,
        size in 0..40_u32,
        all_or_none in any::<bool>(),
    ) {
        let letter = letter(&[head.as_bytes(), b"\r\n", body.as_bytes(), &noise].concat());
        let wanted = BodyPreference { all_or_none, ..up_to(BodyType::HTML, size) };
        let phone = Phone { body: vec![wanted.clone(), wants(BodyType::MIME)], ..Phone::new(Version::ALL[version]) };
        let mail = MailView { mime_support, mime_truncation: Some(size), body_part: Some(&wanted) };
        let view = View { mail, ..phone.view() };
        prop_assert!(email::wants(&letter, &view).is_empty(), "all of it is there");
        let event = meeting();
        let told = Mail { message: &flagged(), letter: &letter, meeting: Some(&event) };
        prop_assert!(Document::decode(shown(&told, &view), &Limits::default()).is_ok());
    }
}
