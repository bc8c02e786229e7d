//! Requests as phones send them, and what is wrong with some.

use wbxml::Document;
use wbxml::Limits;
use wbxml::Writer;

use super::*;

fn document(write: impl FnOnce(&mut Writer)) -> Document {
    let mut writer = Writer::new();
    writer.open(airsync::SYNC);
    write(&mut writer);
    Document::decode(writer.finish(), &Limits::default()).unwrap()
}

/// A request for one collection.
fn one(write: impl FnOnce(&mut Writer)) -> Document {
    document(|writer| {
        writer.open(airsync::COLLECTIONS);
        writer.open(airsync::COLLECTION);
        write(writer);
    })
}

fn preference(writer: &mut Writer, body_type: u8, size: Option<u32>) {
    writer.open(airsyncbase::BODY_PREFERENCE);
    writer.number(airsyncbase::TYPE, body_type);
    if let Some(size) = size {
        writer.number(airsyncbase::TRUNCATION_SIZE, size);
    }
    writer.close();
}

#[test]
fn too_many_changes_at_once_are_refused_per_collection() {
    let document = document(|writer| {
        writer.open(airsync::COLLECTIONS);
        for count in [COMMANDS - 1, 2, 1] {
            writer.open(airsync::COLLECTION);
            writer.text(airsync::SYNC_KEY, "2");
            writer.text(airsync::COLLECTION_ID, "1");
            writer.open(airsync::COMMANDS);
            for _ in 0..count {
                writer.open(airsync::DELETE);
                writer.text(airsync::SERVER_ID, "1:2");
                writer.close();
            }
            writer.close();
            writer.close();
        }
    });
    let request = Request::parse(document.root());
    let found: Vec<_> =
        request.collections.iter().map(|one| (one.commands.len(), one.fault(Version::V16_1))).collect();
    assert_eq!(found, [(COMMANDS - 1, None), (0, Some(Status::PROTOCOL_ERROR)), (1, None)]);
}

/// MS-ASEMAIL 2.2.2.69 (Send): beside the data, from 16.0 on.
#[test]
fn a_draft_is_sent_where_the_phone_says_so() {
    let document = one(|writer| {
        writer.open(airsync::COMMANDS);
        for is_sent in [true, false] {
            writer.open(airsync::CHANGE);
            writer.text(airsync::SERVER_ID, "6:2");
            if is_sent {
                writer.empty(email2::SEND);
            }
            writer.close();
        }
        writer.open(airsync::ADD);
        writer.text(airsync::CLIENT_ID, "1");
        writer.empty(email2::SEND);
    });
    let request = Request::parse(document.root());
    let sent: Vec<bool> = request.collections[0]
        .commands
        .iter()
        .map(|command| {
            matches!(command, Command::Change { is_sent: true, .. } | Command::Add { is_sent: true, .. })
        })
        .collect();
    assert_eq!(sent, [true, false, true]);
}

#[test]
fn a_phone_of_windows_mobile_is_read_whole() {
    let document = one(|writer| {
        writer.text(airsync::CLASS, "Email");
        writer.text(airsync::SYNC_KEY, "2");
        writer.text(airsync::COLLECTION_ID, "5");
        writer.empty(airsync::GET_CHANGES);
        writer.number(airsync::WINDOW_SIZE, 50);
        writer.open(airsync::OPTIONS);
        writer.number(airsync::FILTER_TYPE, 2);
        preference(writer, 1, None);
        preference(writer, 2, Some(20_480));
        writer.number(airsync::CONFLICT, 1);
        writer.number(airsync::MIME_SUPPORT, 1);
        preference(writer, 4, Some(5632));
        writer.close();
        writer.open(airsync::COMMANDS);
        for item in ["5:8", ""] {
            writer.open(airsync::CHANGE);
            writer.text(airsync::SERVER_ID, item);
            writer.open(airsync::APPLICATION_DATA);
            writer.number(wbxml::email::READ, 1);
            writer.close();
            writer.close();
        }
    });
    let request = Request::parse(document.root());
    let [collection] = request.collections.as_slice() else { panic!("one collection") };
    assert_eq!(collection.class.as_deref(), Some("Email"));
    assert_eq!((collection.wants_changes(), collection.window()), (true, 50));
    let options = collection.options_for(Class::Email).unwrap();
    let types: Vec<u8> = options.body.iter().map(|preference| preference.body_type.0).collect();
    assert_eq!((types, options.body[2].truncation_size), (vec![1, 2, 4], Some(5632)));
    assert_eq!((options.filter_type, options.conflict, options.mime_support), (Some(2), Some(1), Some(1)));
    let [Command::Change { server_id: "5:8", data: Some(data), .. }, Command::Change { server_id: "", .. }] =
        collection.commands.as_slice()
    else {
        panic!("two changes, one without a name")
    };
    assert!(data.has(wbxml::email::READ));
    assert_eq!((collection.fault(Version::V12_0), request.fault()), (None, None));
}

#[test]
fn what_an_idle_phone_repeats_is_stored_without_its_changes() {
    let document = one(|writer| {
        writer.text(airsync::SYNC_KEY, "7");
        writer.text(airsync::COLLECTION_ID, "1");
        writer.open(airsync::SUPPORTED);
        writer.empty(wbxml::calendar::DT_STAMP);
        writer.close();
        writer.open(airsync::OPTIONS);
        writer.close();
        writer.open(airsync::COMMANDS);
        writer.open(airsync::FETCH);
        writer.text(airsync::SERVER_ID, "1:2");
    });
    let request = Request::parse(document.root());
    assert_eq!(request.collections[0].supported.as_deref(), Some([wbxml::calendar::DT_STAMP].as_slice()));
    assert_eq!(request.collections[0].commands.len(), 1);
    let stored = serde_json::to_string(&request).unwrap();
    assert_eq!(stored, r#"{"collections":[{"sync_key":"7","collection_id":"1","options":[{}]}]}"#);
    let again: Request<'static> = serde_json::from_str(&stored).unwrap();
    assert_eq!(again.collections[0].options, Some(vec![Options::default()]));
    assert!(again.collections[0].commands.is_empty());
}

#[test]
fn a_partial_request_takes_the_rest_from_the_one_before() {
    let before = r#"{"collections":[{"sync_key":"1","collection_id":"1"},{"sync_key":"1","collection_id":"2"}],
                     "wait_minutes":8,"window_size":20}"#;
    let document = document(|writer| {
        writer.number(airsync::HEARTBEAT_INTERVAL, 120);
        writer.empty(airsync::PARTIAL);
        writer.open(airsync::COLLECTIONS);
        writer.open(airsync::COLLECTION);
        writer.text(airsync::SYNC_KEY, "2");
        writer.text(airsync::COLLECTION_ID, "2");
    });
    let request = Request::parse(document.root());
    assert!(request.is_partial);
    let whole = request.completed_by(serde_json::from_str(before).unwrap());
    let keys: Vec<_> =
        whole.collections.iter().map(|one| (one.collection_id.as_deref(), one.sync_key.as_deref())).collect();
    assert_eq!(keys, [(Some("2"), Some("2")), (Some("1"), Some("1"))]);
    assert_eq!((whole.wait_minutes, whole.heartbeat_seconds, whole.window_size), (None, Some(120), Some(20)));
}

#[test]
fn a_partial_request_with_nothing_else_breaks_the_rules() {
    let document = document(|writer| writer.empty(airsync::PARTIAL));
    assert_eq!(Request::parse(document.root()).fault(), Some(Status::PROTOCOL_ERROR));
}

#[test]
fn two_kinds_of_wait_break_the_rules() {
    let document = document(|writer| {
        writer.number(airsync::WAIT, 8);
        writer.number(airsync::HEARTBEAT_INTERVAL, 480);
    });
    assert_eq!(Request::parse(document.root()).fault(), Some(Status::PROTOCOL_ERROR));
}

#[test]
fn collections_may_be_empty() {
    // Android asks so when all its folders are switched off.
    let document = document(|writer| writer.empty(airsync::COLLECTIONS));
    let request = Request::parse(document.root());
    assert_eq!((request.collections.len(), request.fault()), (0, None));
}

#[track_caller]
fn check_fault(version: Version, expected: Option<Status>, write: impl FnOnce(&mut Writer)) {
    let document = one(write);
    assert_eq!(Request::parse(document.root()).collections[0].fault(version), expected);
}

#[test]
fn what_is_wrong_with_a_collection_is_said_of_it() {
    let error = Some(Status::PROTOCOL_ERROR);
    check_fault(Version::V14_1, error, |_| {});
    check_fault(Version::V14_1, error, |writer| writer.text(airsync::SYNC_KEY, "0"));
    let by_class = |writer: &mut Writer| {
        writer.text(airsync::CLASS, "Contacts");
        writer.text(airsync::SYNC_KEY, "0");
    };
    check_fault(Version::V14_1, error, by_class);
    check_fault(Version::V2_5, None, by_class);
    let early = |writer: &mut Writer| {
        writer.text(airsync::SYNC_KEY, "0");
        writer.text(airsync::COLLECTION_ID, "1");
        writer.empty(airsync::GET_CHANGES);
    };
    check_fault(Version::V14_1, error, early);
    check_fault(Version::V2_5, None, early);
    let named = |writer: &mut Writer| {
        writer.text(airsync::SYNC_KEY, "3");
        writer.text(airsync::COLLECTION_ID, "1");
    };
    check_fault(Version::V16_1, None, named);
    check_fault(Version::V16_1, error, |writer| {
        named(writer);
        writer.text(airsync::WINDOW_SIZE, "many");
    });
    check_fault(Version::V16_1, error, |writer| {
        named(writer);
        writer.empty(airsync::OPTIONS);
        writer.empty(airsync::OPTIONS);
    });
}

#[test]
fn options_of_a_class_come_before_those_of_none() {
    let sms = Options { class: Some(SMS.to_owned()), filter_type: Some(1), ..Options::default() };
    let mail = Options { class: Some("Email".to_owned()), filter_type: Some(2), ..Options::default() };
    let any = Options { filter_type: Some(3), ..Options::default() };
    let filter =
        |options: &[Options]| options_for(options, Class::Email).and_then(|options| options.filter_type);
    assert_eq!(filter(&[sms.clone(), mail, any.clone()]), Some(2));
    assert_eq!(filter(&[sms.clone(), any]), Some(3));
    assert_eq!(filter(&[sms]), None);
}

/// Quirk window-512.
#[test]
fn a_window_is_a_hundred_by_default_and_512_at_most() {
    let window = |window_size| Collection { window_size, ..Collection::default() }.window();
    assert_eq!([None, Some(25), Some(0), Some(513)].map(window), [100, 25, 512, 512]);
}
