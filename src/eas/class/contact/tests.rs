//! Contacts on phones of every version.

use wbxml::Version;
use wbxml::contacts;

use crate::eas::class::BirthdayTime;
use crate::eas::class::testing::Phone;
use crate::eas::class::testing::check_law;
use crate::eas::class::testing::content;
use crate::eas::golden;
use crate::model::class::Class;
use crate::model::contact::Contact;
use crate::model::content::Content;

const FULL: &str = include_str!("../../../../fixtures/items/contact-full.json");

fn full() -> Content {
    content(Class::Contacts, FULL)
}

#[track_caller]
fn sends(phone: &Phone, base: Option<&Content>, xml: &str) -> Contact {
    match phone.sends(Class::Contacts, base, xml) {
        Ok(Content::Contact(contact)) => contact,
        other => panic!("{other:?}"),
    }
}

/// Adds to what the full contact shows, or takes away by a later empty element.
#[track_caller]
fn edits(phone: &Phone, base: &Content, from: &str, to: &str) -> Contact {
    let shown = phone.xml(base);
    assert!(shown.contains(from), "{shown}");
    sends(phone, Some(base), &shown.replace(from, to))
}

#[test]
fn each_version_has_its_own_elements() {
    for version in Version::ALL {
        golden::check(&format!("class/contact-{version}"), &Phone::new(version).shows(&full()));
    }
}

#[test]
fn a_contact_sent_back_is_unchanged() {
    for version in Version::ALL {
        check_law(&Phone::new(version), &full());
    }
}

#[test]
fn no_element_is_shown_before_its_version() {
    for field in super::CONTACT {
        assert_eq!(Some(field.versions.0), field.tag.since(), "{:?}", field.tag);
    }
}

/// Quirk few-slots.
#[test]
fn what_a_phone_cannot_show_survives_its_edits() {
    let phone = Phone::new(Version::V14_1);
    let contact = edits(&phone, &full(), "+47 900 00 001", "+47 911 11 111");
    let mut expected = full().to_value();
    expected["phones"]["p5"]["number"] = "+47 911 11 111".into();
    expected["updated"] = "2026-11-22T16:50:00Z".into();
    assert_eq!(Content::Contact(contact).to_value(), expected);
}

#[test]
fn an_empty_element_takes_the_value_away() {
    let phone = Phone { supported: Some(Vec::new()), ..Phone::new(Version::V14_1) };
    let contact = sends(
        &phone,
        Some(&full()),
        "<contacts:Picture/><contacts:JobTitle/><contacts:Children/><airsyncbase:Body/><contacts:Email1Address/>",
    );
    assert!(contact.photo().is_none() && contact.job_title().is_none() && contact.note().is_none());
    assert_eq!(contact.children().count(), 0);
    // The others do not move up, or the phone would take them for new.
    assert_eq!([contact.email(0), contact.email(1)], [None, Some("kari@hjemme.example")]);
}

#[test]
fn what_the_phone_did_not_declare_stays_when_absent() {
    let phone = Phone {
        supported: Some(vec![contacts::FIRST_NAME, contacts::JOB_TITLE, contacts::WEB_PAGE]),
        ..Phone::new(Version::V12_1)
    };
    let contact = sends(&phone, Some(&full()), "<contacts:FirstName>Karin</contacts:FirstName>");
    assert_eq!(contact.file_as().as_deref(), Some("Nordmann-Åsen, Kari"));
    assert_eq!(contact.email(0), Some("kari@fjord.example"));
    assert_eq!(
        (contact.job_title(), contact.web_page()),
        (None, None),
        "it declared these and left them out"
    );
}

/// Quirk categories-left-out.
#[test]
fn without_a_declaration_what_is_left_out_is_emptied() {
    let phone = Phone::new(Version::V14_1);
    let contact = sends(&phone, Some(&full()), "<contacts:LastName>Nordmann-Åsen</contacts:LastName>");
    assert_eq!((contact.email(0), contact.job_title(), contact.categories().count()), (None, None, 0));
    assert_eq!(contact.emails.len(), 1, "the fourth address was never shown");
}

/// Quirk picture-kept; MS-ASCNTC 3.1.5.5 has the same for the body.
#[test]
fn a_picture_or_body_left_out_is_kept() {
    for supported in [None, Some(vec![contacts::PICTURE, contacts::FIRST_NAME])] {
        let phone = Phone { supported, ..Phone::new(Version::V12_1) };
        let contact = sends(&phone, Some(&full()), "<contacts:FirstName>Karin</contacts:FirstName>");
        assert!(contact.photo().is_some() && contact.note().is_some());
    }
}

/// Thunderbird sends an empty picture with every change of a contact that it was shown without one.
#[test]
fn a_picture_too_large_to_be_shown_cannot_be_taken_away() {
    let uri = format!("data:image/jpeg;base64,{}", "A".repeat(60_000));
    let large = content(Class::Contacts, &full().to_json().replace("https://fjord.example/logo.png", "x"));
    let mut value = large.to_value();
    value["media"]["m1"]["uri"] = uri.into();
    let large = content(Class::Contacts, &value.to_string());
    let phone = Phone::new(Version::V14_1);
    assert!(!phone.xml(&large).contains("Picture"));
    let changed = edits(&phone, &large, "<contacts:Title>", "<contacts:Picture/><contacts:Title>");
    assert_eq!(Content::Contact(changed), large);
}

#[track_caller]
fn check_birthday(sent: &str, expected: &str) {
    let phone = Phone::new(Version::V14_1);
    let contact = sends(&phone, None, &format!("<contacts:Birthday>{sent}</contacts:Birthday>"));
    let birthday = contact.anniversary(super::AnniversaryKind::Birth).unwrap();
    assert_eq!(birthday.to_string(), expected, "{sent}");
}

/// Quirk birthday-hours.
#[test]
fn a_birthday_is_a_day_whatever_the_hour() {
    for hour in ["00:00", "05:00", "08:00", "11:00", "11:59", "12:00"] {
        check_birthday(&format!("1985-05-17T{hour}:00.000Z"), "1985-05-17");
    }
    // Midnight in summer and winter where the owner lives.
    check_birthday("1985-05-16T22:00:00.000Z", "1985-05-17");
    check_birthday("1985-01-16T23:00:00.000Z", "1985-01-17");
    check_birthday("1985-05-16T14:00:00Z", "1985-05-17");
    check_birthday("19850517T000000Z", "1985-05-17");
}

#[test]
fn a_birthday_is_shown_at_the_hour_of_the_family() {
    let shown = |birthday| Phone { birthday, ..Phone::new(Version::V14_1) }.xml(&full());
    assert!(shown(BirthdayTime::BeforeNoon).contains("<contacts:Birthday>1985-05-17T11:59:00.000Z<"));
    assert!(shown(BirthdayTime::Hour(8)).contains("<contacts:Birthday>1985-05-17T08:00:00.000Z<"));
    assert!(shown(BirthdayTime::LocalMidnight).contains("<contacts:Birthday>1985-05-16T22:00:00.000Z<"));
}

/// Quirk named-address.
#[test]
fn an_address_with_a_name_is_the_address() {
    let phone = Phone::new(Version::V14_0);
    let told = |text: &str| {
        let xml = format!("<contacts:Email1Address>{text}</contacts:Email1Address>");
        sends(&phone, None, &xml).email(0).map(str::to_owned)
    };
    assert_eq!(told("Thunder Bird &lt;thunder@example.test&gt;").as_deref(), Some("thunder@example.test"));
    assert_eq!(told("\"A &lt;b&gt;\" &lt;a@b.example&gt;").as_deref(), Some("a@b.example"));
    assert_eq!(told("plain@example.test").as_deref(), Some("plain@example.test"));
    assert_eq!(told("no address").as_deref(), Some("no address"));
    let same = edits(&phone, &full(), ">kari@fjord.example<", ">Kari &lt;kari@fjord.example&gt;<");
    assert_eq!(Content::Contact(same), full());
}

#[track_caller]
fn check_unreadable(xml: &str, element: wbxml::Tag) {
    let result = Phone::new(Version::V14_1).sends(Class::Contacts, None, xml);
    assert_eq!(result.unwrap_err().element, element);
}

#[test]
fn a_value_that_makes_no_sense_is_refused_by_name() {
    check_unreadable("<contacts:Birthday>yesterday</contacts:Birthday>", contacts::BIRTHDAY);
    check_unreadable("<contacts:Picture>***</contacts:Picture>", contacts::PICTURE);
    let large = "A".repeat(48 * 1024 + 4);
    check_unreadable(&format!("<contacts:Picture>{large}</contacts:Picture>"), contacts::PICTURE);
}

#[test]
fn what_nobody_knows_is_ignored() {
    let contact = sends(
        &Phone::new(Version::V2_5),
        None,
        "<contacts:FirstName>Kari</contacts:FirstName><contacts:Rtf>x</contacts:Rtf><calendar:Subject>x</calendar:Subject>\
         <contacts:Body>Text</contacts:Body><contacts:BodySize>900</contacts:BodySize>",
    );
    assert_eq!((contact.display_name().as_deref(), contact.note()), (Some("Kari"), Some("Text")));
}

#[test]
fn a_new_contact_is_a_card_of_its_own() {
    let contact = sends(&Phone::new(Version::V16_1), None, "<contacts:FirstName>Kari</contacts:FirstName>");
    assert_eq!(
        Content::Contact(contact).to_value(),
        serde_json::json!({
            "@type": "Card", "version": "1.0", "uid": "a-new-uid",
            "created": "2026-11-22T16:50:00Z", "updated": "2026-11-22T16:50:00Z",
            "name": {"full": "Kari", "components": [{"kind": "given", "value": "Kari"}]}
        })
    );
}

#[test]
fn what_a_contact_is_filed_under_is_made_up_but_never_overwritten() {
    let contact = content(Class::Contacts, r#"{"name": {"full": "Kari Nordmann"}}"#);
    let phone = Phone::new(Version::V14_1);
    assert!(phone.xml(&contact).contains("<contacts:FileAs>Kari Nordmann<"));
    assert_eq!(phone.sends_back(&contact, Some(&contact)).unwrap(), contact);
    let renamed = edits(&phone, &full(), "<contacts:FirstName>Kari<", "<contacts:FirstName>Karin<");
    assert_eq!(renamed.file_as().as_deref(), Some("Nordmann-Åsen, Kari"));
}
