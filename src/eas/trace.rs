//! What a phone and the server said to each other, as XML that may be shown: names, addresses and texts are replaced by
//! stand-ins of the same length. Keeps nothing.

use wbxml::Document;
use wbxml::Element;
use wbxml::Limits;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::calendar;
use wbxml::composemail;
use wbxml::email;
use wbxml::email2;
use wbxml::find;
use wbxml::folderhierarchy;
use wbxml::getitemestimate;
use wbxml::itemoperations;
use wbxml::meetingresponse;
use wbxml::moves;
use wbxml::ping;
use wbxml::provision;
use wbxml::rightsmanagement;
use wbxml::search;
use wbxml::settings;
use wbxml::tasks;
use wbxml::validatecert;

/// Longer stand-ins tell nobody more.
const LONGEST: usize = 120;

/// Elements whose code pages have nothing that a person wrote.
const OPEN: &[Tag] =
    &[airsync::SYNC, getitemestimate::GET_ITEM_ESTIMATE, moves::MOVE_ITEMS, ping::PING, provision::PROVISION];

/// What may be read of the other code pages: keys, ids, statuses, choices, counts.
const PLAIN: &[Tag] = &[
    airsyncbase::ALL_OR_NONE,
    airsyncbase::ESTIMATED_DATA_SIZE,
    airsyncbase::IS_INLINE,
    airsyncbase::METHOD,
    airsyncbase::NATIVE_BODY_TYPE,
    airsyncbase::STATUS,
    airsyncbase::TRUNCATED,
    airsyncbase::TRUNCATION_SIZE,
    airsyncbase::TYPE,
    calendar::ALL_DAY_EVENT,
    calendar::ATTENDEE_STATUS,
    calendar::ATTENDEE_TYPE,
    calendar::BUSY_STATUS,
    calendar::CALENDAR_TYPE,
    calendar::DAY_OF_MONTH,
    calendar::DAY_OF_WEEK,
    calendar::DELETED,
    calendar::DISALLOW_NEW_TIME_PROPOSAL,
    calendar::FIRST_DAY_OF_WEEK,
    calendar::INTERVAL,
    calendar::IS_LEAP_MONTH,
    calendar::MEETING_STATUS,
    calendar::MONTH_OF_YEAR,
    calendar::OCCURRENCES,
    calendar::REMINDER,
    calendar::RESPONSE_REQUESTED,
    calendar::RESPONSE_TYPE,
    calendar::SENSITIVITY,
    calendar::TIMEZONE,
    calendar::TYPE,
    calendar::WEEK_OF_MONTH,
    composemail::ACCOUNT_ID,
    composemail::CLIENT_ID,
    composemail::FOLDER_ID,
    composemail::INSTANCE_ID,
    composemail::ITEM_ID,
    composemail::REPLACE_MIME,
    composemail::SAVE_IN_SENT_ITEMS,
    composemail::STATUS,
    email::ALL_DAY_EVENT,
    email::BUSY_STATUS,
    email::CONTENT_CLASS,
    email::DISALLOW_NEW_TIME_PROPOSAL,
    email::FLAG_TYPE,
    email::IMPORTANCE,
    email::INSTANCE_TYPE,
    email::INTERNET_CPID,
    email::MESSAGE_CLASS,
    email::READ,
    email::REMINDER,
    email::RESPONSE_REQUESTED,
    email::SENSITIVITY,
    email::STATUS,
    email::TIME_ZONE,
    email2::CALENDAR_TYPE,
    email2::IS_DRAFT,
    email2::LAST_VERB_EXECUTED,
    email2::MEETING_MESSAGE_TYPE,
    find::DEEP_TRAVERSAL,
    find::RANGE,
    find::SEARCH_ID,
    find::STATUS,
    find::TOTAL,
    folderhierarchy::COUNT,
    folderhierarchy::PARENT_ID,
    folderhierarchy::SERVER_ID,
    folderhierarchy::STATUS,
    folderhierarchy::SYNC_KEY,
    folderhierarchy::TYPE,
    itemoperations::DELETE_SUB_FOLDERS,
    itemoperations::MOVE_ALWAYS,
    itemoperations::PART,
    itemoperations::RANGE,
    itemoperations::STATUS,
    itemoperations::STORE,
    itemoperations::TOTAL,
    meetingresponse::CALENDAR_ID,
    meetingresponse::COLLECTION_ID,
    meetingresponse::INSTANCE_ID,
    meetingresponse::REQUEST_ID,
    meetingresponse::STATUS,
    meetingresponse::USER_RESPONSE,
    search::DEEP_TRAVERSAL,
    search::LONG_ID,
    search::NAME,
    search::RANGE,
    search::STATUS,
    search::TOTAL,
    settings::BODY_TYPE,
    settings::ENABLED,
    settings::MODEL,
    settings::OS,
    settings::OS_LANGUAGE,
    settings::OOF_STATE,
    settings::STATUS,
    settings::USER_AGENT,
    tasks::CALENDAR_TYPE,
    tasks::COMPLETE,
    tasks::DAY_OF_MONTH,
    tasks::DAY_OF_WEEK,
    tasks::DEAD_OCCUR,
    tasks::FIRST_DAY_OF_WEEK,
    tasks::IMPORTANCE,
    tasks::INTERVAL,
    tasks::IS_LEAP_MONTH,
    tasks::MONTH_OF_YEAR,
    tasks::OCCURRENCES,
    tasks::REGENERATE,
    tasks::REMINDER_SET,
    tasks::SENSITIVITY,
    tasks::TYPE,
    tasks::WEEK_OF_MONTH,
    validatecert::STATUS,
    rightsmanagement::RIGHTS_MANAGEMENT_SUPPORT,
];

/// What is not even shown in length.
const CREDENTIALS: &[Tag] = &[
    itemoperations::PASSWORD,
    itemoperations::USER_NAME,
    search::PASSWORD,
    search::USER_NAME,
    settings::PASSWORD,
    validatecert::CERTIFICATE,
];

/// A body as XML without anything that a person wrote or is called; none if it is no WBXML.
pub fn masked(body: &[u8]) -> Option<String> {
    let document = Document::decode(body, &Limits::default()).ok()?;
    let mut writer = Writer::new();
    write(&mut writer, document.root());
    Some(Document::decode(writer.finish(), &Limits::default()).ok()?.to_xml())
}

fn write(writer: &mut Writer, element: Element<'_>) {
    let tag = element.tag();
    if element.children().next().is_some() {
        writer.open(tag);
        element.children().for_each(|child| write(writer, child));
        writer.close();
        return;
    }
    let (bytes, text) = (element.bytes(), element.text());
    match bytes.len() {
        0 => writer.empty(tag),
        length if element.is_opaque() || text.is_empty() => writer.text(tag, &left_out(length)),
        _ => writer.text(tag, &shown(tag, text)),
    }
}

fn left_out(length: usize) -> String {
    format!("({length} bytes left out)")
}

/// What is shown of an element's text.
fn shown(tag: Tag, text: &str) -> String {
    if CREDENTIALS.contains(&tag) {
        return "(left out)".to_owned();
    }
    let is_open = OPEN.iter().any(|open| open.page() == tag.page());
    if is_open || PLAIN.contains(&tag) || is_moment(text) {
        return text.to_owned();
    }
    if text.chars().count() > LONGEST {
        return left_out(text.len());
    }
    text.chars().map(stand_in).collect()
}

/// A letter for a letter, a digit for a digit; blanks and marks stay where they are.
fn stand_in(character: char) -> char {
    match character {
        _ if character.is_ascii_digit() => '0',
        _ if character.is_uppercase() => 'X',
        _ if character.is_alphanumeric() => 'x',
        ' ' | '.' | ',' | '@' | ':' | ';' | '-' | '/' | '+' | '(' | ')' | '<' | '>' | '"' | '\n' => character,
        _ => '*',
    }
}

/// Whether it is a time as the protocol writes it: 20261123T120000Z or 2026-11-23T12:00:00.000Z.
fn is_moment(text: &str) -> bool {
    let shape: String = text.chars().map(|one| if one.is_ascii_digit() { '0' } else { one }).collect();
    matches!(&*shape, "00000000T000000Z" | "0000-00-00T00:00:00.000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(xml: &str, told: &[&str], kept: &[&str]) {
        let body = Document::from_xml(xml).unwrap().encode();
        let shown = masked(&body).unwrap();
        for text in told {
            assert!(!shown.contains(text), "{text}: {shown}");
        }
        for text in kept {
            assert!(shown.contains(text), "{text}: {shown}");
        }
    }

    #[test]
    fn what_a_person_wrote_is_replaced_and_what_the_protocol_needs_stays() {
        check(
            r#"<Sync xmlns="AirSync" xmlns:calendar="Calendar" xmlns:airsyncbase="AirSyncBase" xmlns:contacts="Contacts">
                <Collections><Collection><SyncKey>17</SyncKey><CollectionId>1</CollectionId><Status>1</Status>
                <Commands><Add><ServerId>1:7</ServerId><ApplicationData>
                <calendar:StartTime>20261123T080000Z</calendar:StartTime>
                <calendar:Subject>Tea with Åse 42</calendar:Subject>
                <calendar:Attendees><calendar:Attendee><calendar:Name>Per Dahl</calendar:Name>
                <calendar:Email>per@fjord.example</calendar:Email></calendar:Attendee></calendar:Attendees>
                <airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>Bring cake</airsyncbase:Data></airsyncbase:Body>
                <contacts:FirstName>Kari</contacts:FirstName><contacts:HomePhoneNumber>+47 22 33</contacts:HomePhoneNumber>
                </ApplicationData></Add></Commands></Collection></Collections></Sync>"#,
            &["Tea", "Åse", "42", "Per", "Dahl", "fjord", "Bring", "cake", "Kari", "22 33"],
            &[
                "<SyncKey>17</SyncKey>",
                "<ServerId>1:7</ServerId>",
                "20261123T080000Z",
                "<calendar:Subject>Xxx xxxx Xxx 00<",
                "<calendar:Email>xxx@xxxxx.xxxxxxx<",
                "<airsyncbase:Data>Xxxxx xxxx<",
            ],
        );
    }

    #[test]
    fn credentials_do_not_even_show_their_length() {
        check(
            r#"<Settings xmlns="Settings"><DevicePassword><Set><Password>1234</Password></Set></DevicePassword>
                <DeviceInformation><Set><Model>Fjord 1</Model><FriendlyName>Kari's</FriendlyName></Set></DeviceInformation></Settings>"#,
            &["1234", "0000", "Kari"],
            &["(left out)", "<Model>Fjord 1</Model>"],
        );
    }

    #[test]
    fn long_texts_and_raw_bytes_are_only_counted() {
        let mut writer = Writer::new();
        writer.open(airsyncbase::BODY);
        writer.text(airsyncbase::DATA, &"secret ".repeat(40));
        writer.close();
        let shown = masked(&writer.finish()).unwrap();
        assert!(shown.contains("(280 bytes left out)") && !shown.contains("secret"), "{shown}");
        let mut writer = Writer::new();
        writer.opaque(airsyncbase::DATA, b"secret");
        let shown = masked(&writer.finish()).unwrap();
        assert!(shown.contains("(6 bytes left out)"), "{shown}");
        assert_eq!(masked(b"no wbxml"), None);
    }
}
