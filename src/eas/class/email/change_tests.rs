//! What phones of every version do to the marks of a mail, and hear of what others did.

use serde_json::Value;
use serde_json::json;
use wbxml::Document;
use wbxml::Limits;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;

use crate::eas::class::email::change;
use crate::eas::class::testing::Phone;
use crate::model::message::Message;
use crate::model::object::Shape;

const FLAGGED: &str = include_str!("../../../../fixtures/items/message-full.json");

fn message(json: &Value) -> Message {
    Message::read(json).unwrap()
}

fn flagged() -> Message {
    message(&serde_json::from_str(FLAGGED).unwrap())
}

fn document(xml: &str) -> Document {
    let names =
        "xmlns=\"AirSync\" xmlns:e=\"Email\" xmlns:e2=\"Email2\" xmlns:t=\"Tasks\" xmlns:b=\"AirSyncBase\"";
    Document::from_xml(&format!("<ApplicationData {names}>{xml}</ApplicationData>")).unwrap()
}

/// What becomes of the marks of a mail when a phone sends this.
fn sends(version: Version, base: &Message, xml: &str) -> Result<Message, String> {
    let phone = Phone::new(version);
    change::read(document(xml).root(), base, &phone.reading()).map_err(|error| error.reason.to_owned())
}

/// What a phone that holds one hears of the other, each element on a line.
fn hears(version: Version, held: &Message, now: &Message) -> String {
    let phone = Phone::new(version);
    let mut writer = Writer::new();
    writer.open(airsync::APPLICATION_DATA);
    writer.append(&change::fragment(held, now, &phone.view()));
    let xml = Document::decode(writer.finish(), &Limits::default()).unwrap().to_xml();
    let lines = xml.lines().skip(1).filter(|line| !line.contains("ApplicationData"));
    lines.map(|line| line.trim().replace("email:", "").replace("email2:", "")).collect()
}

#[track_caller]
fn check_read(base: &Value, xml: &str, expected: &Value) {
    let told = sends(Version::V14_1, &message(base), xml).unwrap();
    assert_eq!(told.write(), *expected, "{xml}");
}

#[track_caller]
fn check_refused(xml: &str) {
    assert!(sends(Version::V14_1, &flagged(), xml).is_err(), "{xml}");
}

fn flag(xml: &str) -> String {
    format!("<e:Flag>{xml}</e:Flag>")
}

#[test]
fn only_what_a_phone_touches_changes() {
    let seen = json!({"keywords": {"$seen": true, "Red": true}});
    check_read(&seen, "<e:Read>0</e:Read>", &json!({"keywords": {"Red": true}}));
    check_read(&json!({}), "<e:Read>1</e:Read>", &json!({"keywords": {"$seen": true}}));
    check_read(&seen, "<e:Subject>other</e:Subject>", &seen);
    check_read(&seen, "<e:Categories/>", &json!({"keywords": {"$seen": true}}));
    let told = "<e:Categories><e:Category>Blue</e:Category></e:Categories>";
    check_read(&seen, told, &json!({"keywords": {"$seen": true, "Blue": true}}));
    check_refused("<e:Read>maybe</e:Read>");
    check_refused("<e2:Sender>a@x</e2:Sender>");
    check_refused("<e2:ConversationId>x</e2:ConversationId>");
    assert_eq!(sends(Version::V12_1, &message(&seen), told), Ok(message(&seen)), "12.1 has no categories");
}

#[test]
fn a_phone_that_says_more_than_marks_speaks_of_a_draft() {
    for (xml, expected) in [
        ("<e:Read>1</e:Read><e:Flag/><e:Categories/>", false),
        ("<e:Read>1</e:Read><e:Subject>x</e:Subject>", true),
        ("<e2:Bcc/>", true),
        ("<b:Body/>", true),
        ("<b:Attachments/>", true),
        ("<t:Subject>x</t:Subject>", false),
        ("", false),
    ] {
        assert_eq!(change::is_of_text(document(xml).root()), expected, "{xml}");
    }
}

/// Quirk unflag-by-emptiness.
#[test]
fn a_flag_is_set_and_done_and_taken_away() {
    let bare = flag("<e:Status>2</e:Status><e:FlagType>Flag for follow up</e:FlagType>");
    let set = json!({"keywords": {"$flagged": true},
        "followUp": {"status": "active", "type": "Flag for follow up"}});
    check_read(&json!({}), &bare, &set);
    let done = flag(
        "<e:Status>1</e:Status><e:CompleteTime>2026-11-22T12:00:00.000Z</e:CompleteTime>\
         <t:DateCompleted>2026-11-22T00:00:00.000Z</t:DateCompleted>",
    );
    let finished = json!({"followUp": {"status": "complete", "type": "Flag for follow up",
        "completedAt": "2026-11-22T12:00:00Z", "completedOn": "2026-11-22T00:00:00"}});
    check_read(&set, &done, &finished);
    for gone in ["<e:Flag/>", "<e:Flag><e:Status>0</e:Status></e:Flag>"] {
        check_read(&set, gone, &json!({}));
        check_read(&finished, gone, &json!({}));
    }
    let later =
        flag("<t:ReminderSet>1</t:ReminderSet><t:ReminderTime>2026-11-23T07:00:00.000Z</t:ReminderTime>");
    let with_reminder = json!({"keywords": {"$flagged": true}, "followUp": {"status": "active",
        "type": "Flag for follow up", "hasReminder": true, "reminderAt": "2026-11-23T07:00:00Z"}});
    check_read(&set, &later, &with_reminder);
    check_read(&with_reminder, &bare, &set);
}

/// MS-ASEMAIL 2.2.2.31, 2.2.2.65, 2.2.2.74, 3.1.5.4.1: Status 6.
#[test]
fn a_flag_that_does_not_go_together_is_refused() {
    let active = "<e:Status>2</e:Status><e:FlagType>x</e:FlagType>";
    check_refused(&flag("<e:Status>3</e:Status>"));
    check_refused(&flag("<e:Status>soon</e:Status>"));
    check_refused(&flag(&format!("{active}<t:DueDate>2026-11-22T00:00:00.000Z</t:DueDate>")));
    check_refused(&flag(&format!("{active}<t:ReminderSet>1</t:ReminderSet>")));
    check_refused(&flag("<e:Status>1</e:Status>"));
    let dates = |start: &str, due: &str| {
        flag(&format!(
            "{active}<t:StartDate>{start}</t:StartDate><t:UtcStartDate>{start}</t:UtcStartDate>\
             <t:DueDate>{due}</t:DueDate><t:UtcDueDate>{due}</t:UtcDueDate>"
        ))
    };
    check_refused(&dates("2026-11-23T00:00:00.000Z", "2026-11-22T00:00:00.000Z"));
    check_refused(&dates("today", "tomorrow"));
    assert!(
        sends(Version::V12_0, &flagged(), &dates("2026-11-22T00:00:00.000Z", "2026-11-22T00:00:00.000Z"))
            .is_ok()
    );
}

#[track_caller]
fn check_heard(version: Version, now: &Value, expected: &str) {
    let held = message(&json!({"keywords": {"$seen": true, "Red": true}, "size": 10}));
    assert_eq!(hears(version, &held, &message(now)), expected, "{version}");
}

/// MS-ASEMAIL 3.2.5.4.1.
#[test]
fn a_phone_hears_of_what_changed_and_nothing_else() {
    check_heard(Version::V16_1, &json!({"keywords": {"$seen": true, "Red": true}, "size": 11}), "");
    check_heard(Version::V2_5, &json!({"keywords": {"Red": true}}), "<Read>0</Read>");
    let all = json!({"keywords": {"$flagged": true, "$answered": true, "Blue": true}});
    check_heard(Version::V2_5, &all, "<Read>0</Read>");
    let flag = "<Flag><Status>2</Status><FlagType>for Follow Up</FlagType></Flag>";
    check_heard(Version::V12_1, &all, &format!("<Read>0</Read>{flag}"));
    let rest = "<LastVerbExecuted>1</LastVerbExecuted><Categories><Category>Blue</Category></Categories>";
    check_heard(Version::V14_0, &all, &format!("<Read>0</Read>{flag}{rest}"));
    check_heard(Version::V14_0, &json!({"keywords": {"$seen": true}}), "<Categories/>");
    let received = json!({"keywords": {"$seen": true, "Red": true}, "receivedAt": "2026-11-22T11:00:05Z"});
    check_heard(Version::V14_0, &received, "<DateReceived>2026-11-22T11:00:05.000Z</DateReceived>");
    let draft = json!({"keywords": {"$seen": true, "$draft": true, "Red": true}});
    check_heard(Version::V16_0, &draft, "<IsDraft>1</IsDraft>");
    assert_eq!(
        hears(
            Version::V14_1,
            &flagged(),
            &message(
                &json!({"keywords": {"$seen": true, "$answered": true, "Prosjekt": true, "Rød": true}, "lastVerb": flagged().write()["lastVerb"]})
            )
        ),
        "<Flag/>"
    );
}

/// What is told and sent back is what was there.
#[test]
fn marks_that_are_sent_back_change_nothing() {
    for version in Version::ALL {
        // The second was flagged in the mailbox, and the phone shows it a name that it does not have there.
        for kept in [flagged(), message(&json!({"keywords": {"$flagged": true}}))] {
            let told = change::fragment(&Message::default(), &kept, &Phone::new(version).view());
            let mut writer = Writer::new();
            writer.open(airsync::APPLICATION_DATA);
            writer.append(&told);
            let document = Document::decode(writer.finish(), &Limits::default()).unwrap();
            let read = change::read(document.root(), &kept, &Phone::new(version).reading());
            assert_eq!(read.as_ref(), Ok(&kept), "{version}");
        }
    }
}
