//! What strict clients take for granted about the bytes: which elements a version has, and what bad input is answered.

use reqwest::Method;
use wbxml::Version;

use super::CONTACTS;
use super::access::VERSIONS;
use super::collection;
use super::in_step;
use super::is_old;
use super::phone;
use super::sync;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const CALENDAR: &str = "1";
const NOTES: &str = "4";

/// Rule 8: the class is from 14.0 on, its folder is there before.
#[tokio::test]
async fn notes_are_no_items_before_14_0() {
    let server = Server::start().await;
    let mut newer = phone(&server, "14.1").await;
    newer.sync(NOTES).await;
    newer.add(NOTES, "<notes:Subject>Handleliste</notes:Subject>").await;
    for version in ["2.5", "12.1"] {
        let wire =
            Wire { device: format!("OLD{}", version.len()), ..Wire::new(&server.url(""), "kari", version) };
        let mut older = Phone::new(wire);
        older.sync_folders().await;
        older.sync(NOTES).await;
        assert!(older.book(NOTES).items.is_empty(), "{version}");
        let key = older.book(NOTES).key.clone();
        let add = "<Commands><Add><ClientId>1</ClientId><ApplicationData><notes:Subject>Ny</notes:Subject>\
                   </ApplicationData></Add></Commands>";
        let told = collection(&sync(&older, NOTES, &key, add).await);
        assert!(told.child("Commands").is_none(), "{version}: {told:?}");
        assert_eq!(told.find("Responses").unwrap().child("Add").unwrap().told("Status"), "6", "{version}");
        // Once it speaks a version that has them, it hears what it lacks.
        older.wire.version = Version::V14_1;
        older.book(NOTES).key = told.told("SyncKey").to_owned();
        older.sync(NOTES).await;
        let items: Vec<&Node> = older.book(NOTES).items.values().collect();
        assert!(items.len() == 1 && items[0].told("Subject") == "Handleliste", "{version}: {items:?}");
    }
    server.stop().await;
}

/// Notes have nothing to declare; all others may.
#[tokio::test]
async fn supported_is_refused_for_notes() {
    let server = Server::start().await;
    let phone = phone(&server, "14.1").await;
    let declares = |element: &str| format!("<Supported><{element}/></Supported>");
    let told = sync(&phone, NOTES, "0", &declares("notes:Subject")).await.node().unwrap();
    assert_eq!(told.told("Status"), "4", "{told:?}");
    let told = collection(&sync(&phone, CONTACTS, "0", &declares("contacts:FirstName")).await);
    assert_eq!(told.told("Status"), "1", "{told:?}");
    server.stop().await;
}

/// Rule 8. That times have their forms, containers something in them and elements their order, every test's phone checks.
#[tokio::test]
async fn a_class_is_told_up_to_12_0_and_read_from_either_place() {
    let server = Server::start().await;
    for version in VERSIONS {
        let (phone, key) = in_step(&server, version).await;
        let answer = sync(&phone, CONTACTS, "0", "<Class>Contacts</Class>").await;
        let told = collection(&answer);
        assert_eq!(
            told.child("Class").is_some(),
            version < "12.1" || version == "2.5",
            "{version}: {told:?}"
        );
        // MS-ASCMD 2.2.3.27.2: in 12.1 and before the class of the folder, later that of its options.
        let asked = if is_old(version) {
            format!(
                "<Class>Contacts</Class><CollectionId>{CONTACTS}</CollectionId><airsync:SyncKey>{key}</airsync:SyncKey>"
            )
        } else {
            format!(
                "<airsync:SyncKey>{key}</airsync:SyncKey><CollectionId>{CONTACTS}</CollectionId>\
                 <airsync:Options><airsync:Class>Contacts</airsync:Class></airsync:Options>"
            )
        };
        let inner = format!("<Collections><Collection>{asked}</Collection></Collections>");
        let told =
            phone.wire.post("GetItemEstimate", document("GetItemEstimate:GetItemEstimate", &inner)).await;
        let told = told.node().unwrap();
        assert_eq!(told.find("Response").unwrap().told("Status"), "1", "{version}: {told:?}");
    }
    server.stop().await;
}

/// Rule 8: the uid is that of the series, and an exception has none of its own.
#[tokio::test]
async fn an_exception_has_no_uid() {
    let server = Server::start().await;
    for version in VERSIONS {
        let mut phone = phone(&server, version).await;
        phone.sync(CALENDAR).await;
        let series = "<calendar:Subject>Møte</calendar:Subject><calendar:StartTime>20261201T080000Z</calendar:StartTime>\
                      <calendar:EndTime>20261201T090000Z</calendar:EndTime><calendar:Recurrence><calendar:Type>0\
                      </calendar:Type><calendar:Interval>1</calendar:Interval><calendar:Occurrences>5\
                      </calendar:Occurrences></calendar:Recurrence><calendar:Exceptions><calendar:Exception>\
                      <calendar:ExceptionStartTime>20261202T080000Z</calendar:ExceptionStartTime>\
                      <calendar:Subject>Kort</calendar:Subject></calendar:Exception></calendar:Exceptions>";
        let id = phone.add(CALENDAR, series).await;
        phone.books.remove(CALENDAR);
        phone.sync(CALENDAR).await;
        let event = phone.book(CALENDAR).items[&id].clone();
        assert!(event.child("UID").is_some(), "{version}: {event:?}");
        let exception = event.find("Exception").unwrap();
        assert!(
            exception.told("Subject") == "Kort" && exception.child("UID").is_none(),
            "{version}: {event:?}"
        );
        phone.delete(CALENDAR, &id).await;
    }
    server.stop().await;
}

/// Rule 10: a connection is kept, whatever was answered on it, and every answer says how long it is.
#[tokio::test]
async fn every_answer_says_how_long_it_is() {
    let server = Server::start().await;
    let (phone, key) = in_step(&server, "14.1").await;
    let silence = sync(&phone, CONTACTS, &key, "").await;
    let folders = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    let list = phone.wire.post("FolderSync", folders).await;
    let options = Answer::to(phone.wire.request(Method::OPTIONS, "/Microsoft-Server-ActiveSync")).await;
    let unknown = Answer::to(phone.wire.request(Method::POST, "/Microsoft-Server-ActiveSync?Cmd=Fly")).await;
    for (answer, status) in [(silence, 200), (list, 200), (options, 200), (unknown, 501)] {
        let length = answer.headers["content-length"].to_str().unwrap();
        assert_eq!((answer.status, length), (status, answer.body.len().to_string().as_str()));
        assert!(answer.headers.get("connection").is_none_or(|value| value != "close"), "{answer:?}");
    }
    server.stop().await;
}

/// Rule 11, each part of it; slow and oversized requests are in `transport.rs`.
#[tokio::test]
async fn bad_requests_have_their_statuses() {
    let server = Server::with(|config| config.server.plain_http = Some(true)).await;
    let path = "/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=kari&DeviceId=D1&DeviceType=T";
    let wire = Wire::new(&server.url(""), "kari", "14.1");
    let stranger = Wire { user: "nobody".to_owned(), ..wire.clone() };
    let folders = || document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    let refused = stranger.post("FolderSync", folders()).await;
    assert_eq!(refused.status, 401);
    assert!(refused.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));
    let nameless = wire.client.post(format!("{}{path}", wire.server));
    assert_eq!(Answer::to(nameless.body(folders())).await.status, 401);
    for (version, status) in [("13.0", 400), ("", 400), ("fourteen", 400), ("17.0", 400), ("14.1", 200)] {
        let request = wire.request(Method::POST, path).header("MS-ASProtocolVersion", version);
        assert_eq!(Answer::to(request.body(folders())).await.status, status, "{version}");
    }
    for (path, status) in [
        ("/Microsoft-Server-ActiveSync?Cmd=Telepathy&DeviceId=D1&DeviceType=T", 501),
        // What exists in the protocol and not here is not there either.
        ("/Microsoft-Server-ActiveSync?Cmd=ValidateCert&DeviceId=D1&DeviceType=T", 501),
        ("/Microsoft-Server", 404),
    ] {
        let request = wire.request(Method::POST, path).header("MS-ASProtocolVersion", "14.1");
        assert_eq!(Answer::to(request.body(folders())).await.status, status, "{path}");
    }
    for version in VERSIONS {
        let wire = Wire { device: String::new(), ..Wire::new(&server.url(""), "kari", version) };
        let answer = wire.post("FolderSync", folders()).await;
        if is_old(version) {
            assert_eq!(answer.status, 400, "{version}");
        } else {
            assert_eq!(answer.node().unwrap().told("Status"), "108", "{version}");
        }
    }
    server.stop().await;
}
