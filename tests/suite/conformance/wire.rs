//! What strict clients take for granted about the bytes: which elements a version has, and what bad input is answered.

use reqwest::Method;

use super::CONTACTS;
use super::access::VERSIONS;
use super::in_step;
use super::is_old;
use super::phone;
use super::sync;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const CALENDAR: &str = "1";

/// Rule 8. That times have their forms, containers something in them and elements their order, every test's phone checks.
#[tokio::test]
async fn a_class_is_told_up_to_12_0_and_read_from_either_place() {
    let server = Server::start().await;
    for version in VERSIONS {
        let (phone, key) = in_step(&server, version).await;
        let answer = sync(&phone, CONTACTS, "0", "<Class>Contacts</Class>").await;
        let told = super::collection(&answer);
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
        ("/Microsoft-Server-ActiveSync?Cmd=SendMail&DeviceId=D1&DeviceType=T", 501),
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
