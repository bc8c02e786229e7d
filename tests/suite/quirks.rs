//! What single makers' devices do that no document has (docs/quirks.md), each served as it expects. Items have theirs
//! where each class is read and written.

mod calendar;
mod handshake;
mod sync;

use wbxml::Document;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::contacts;

use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const CALENDAR: &str = "1";
const CONTACTS: &str = "2";
const TASKS: &str = "3";

async fn phone(server: &Server, version: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", version));
    phone.sync_folders().await;
    phone
}

async fn sync(phone: &Phone, inner: &str) -> Node {
    phone.wire.post("Sync", document("AirSync:Sync", inner)).await.node().unwrap()
}

/// Quirk nameless-item: that command fails, and nothing else does.
#[tokio::test]
async fn a_change_without_a_name_fails_alone() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let key = phone.book(CONTACTS).key.clone();
    let data = "<ApplicationData><contacts:FirstName>Liv</contacts:FirstName></ApplicationData>";
    let inner = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{CONTACTS}</CollectionId><Commands>\
         <Change><ServerId/>{data}</Change><Fetch><ServerId/></Fetch><Delete><ServerId/></Delete>\
         <Add><ClientId>1</ClientId>{data}</Add></Commands></Collection></Collections>"
    );
    let told = sync(&phone, &inner).await;
    let replies = &told.find("Responses").unwrap().children;
    let fared: Vec<(&str, &str)> =
        replies.iter().map(|reply| (reply.local_name(), reply.told("Status"))).collect();
    assert!(fared.contains(&("Add", "1")) && fared.contains(&("Change", "8")), "{fared:?}");
    assert!(fared.contains(&("Fetch", "8")), "{fared:?}");
    server.stop().await;
}

/// Quirk class-first.
#[tokio::test]
async fn htc_is_understood() {
    let server = Server::start().await;
    let mut phone = phone(&server, "12.0").await;
    phone.sync(TASKS).await;
    phone.add(TASKS, "<tasks:Subject>Ny</tasks:Subject><tasks:Complete>0</tasks:Complete>").await;
    let told = sync(&phone, &htc("0", "")).await;
    let key = told.say("SyncKey").to_owned();
    let preferences = "<Options><FilterType>0</FilterType>\
         <airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference>\
         <airsyncbase:BodyPreference><airsyncbase:Type>2</airsyncbase:Type></airsyncbase:BodyPreference></Options>";
    let told = sync(&phone, &htc(&key, &format!("<GetChanges/>{preferences}"))).await;
    assert_eq!(told.say("Subject"), "Ny", "{told:?}");
    server.stop().await;
}

fn htc(key: &str, more: &str) -> String {
    format!(
        "<Collections><Collection><Class>Tasks</Class><SyncKey>{key}</SyncKey><CollectionId>{TASKS}</CollectionId>\
         {more}</Collection></Collections>"
    )
}

/// Quirk options-per-folder.
#[tokio::test]
async fn folders_have_their_own_options_in_one_request() {
    let server = Server::start().await;
    let mut phone = phone(&server, "12.1").await;
    for folder in [CONTACTS, TASKS] {
        phone.sync(folder).await;
    }
    phone.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    let done = "<tasks:Subject>Ferdig</tasks:Subject><tasks:Complete>1</tasks:Complete>\
                <tasks:DateCompleted>2026-11-20T00:00:00.000Z</tasks:DateCompleted>";
    phone.add(TASKS, done).await;
    let collection = |folder: &str, key: &str, options: &str| {
        format!(
            "<Collection><SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId>{options}</Collection>"
        )
    };
    let first =
        format!("<Collections>{}{}</Collections>", collection(CONTACTS, "0", ""), collection(TASKS, "0", ""));
    let told = sync(&phone, &first).await;
    let keys: Vec<String> = told
        .child("Collections")
        .unwrap()
        .children
        .iter()
        .map(|one| one.told("SyncKey").to_owned())
        .collect();
    let body = |kind: u8| {
        format!(
            "<airsyncbase:BodyPreference><airsyncbase:Type>{kind}</airsyncbase:Type>\
             <airsyncbase:TruncationSize>5120</airsyncbase:TruncationSize></airsyncbase:BodyPreference>"
        )
    };
    let all = format!(
        "<Options>{}{}{}<MIMESupport>1</MIMESupport>{}</Options>",
        body(1),
        body(2),
        body(3),
        body(4)
    );
    let second = format!(
        "<Collections>{}{}</Collections>",
        collection(CONTACTS, &keys[0], &all),
        collection(TASKS, &keys[1], "<Options><FilterType>8</FilterType></Options>")
    );
    let told = sync(&phone, &second).await;
    assert_eq!(told.say("FirstName"), "Liv");
    assert!(told.find("Subject").is_none(), "{told:?}");
    server.stop().await;
}

/// Quirk foreign-tags.
#[tokio::test]
async fn elements_that_nobody_knows_are_passed_over() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let mut writer = Writer::new();
    writer.open(airsync::SYNC);
    writer.text(Tag::new(0xFE, 0x05), "annotation");
    writer.open(airsync::COLLECTIONS);
    writer.open(airsync::COLLECTION);
    writer.text(airsync::SYNC_KEY, &phone.book(CONTACTS).key);
    writer.text(airsync::COLLECTION_ID, CONTACTS);
    writer.empty(Tag::new(0, 0x3F));
    writer.open(airsync::COMMANDS);
    writer.open(airsync::ADD);
    writer.text(airsync::CLIENT_ID, "1");
    writer.open(airsync::APPLICATION_DATA);
    writer.text(contacts::FIRST_NAME, "Liv");
    writer.text(Tag::new(0x1F, 0x07), "nothing");
    let body = writer.finish();
    assert!(Document::decode(&body[..], &wbxml::Limits::default()).is_ok());
    let told = phone.wire.post("Sync", body).await.node().unwrap();
    assert_eq!(told.find("Add").unwrap().told("Status"), "1", "{told:?}");
    server.stop().await;
}

/// Quirks request-line, no-user, odd-version.
#[tokio::test]
async fn request_lines_are_read_as_they_come() {
    let server = Server::start().await;
    let wire = Wire::new(&server.url(""), "kari", "2.5");
    let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    let plain = "/microsoft-server-activesync?DEVICEID=N900&deviceType=MODEST&cmd=FolderSync";
    // Version 0x91 says nothing; FolderSync, en-US, device "D1", no key, type "T".
    let odd = "/Microsoft-Server-ActiveSync?kQkJBAJEMQABVA==";
    for (path, version, count) in [(plain, "2.5", "10"), (plain, "14", "11"), (odd, "14.1", "11")] {
        let request = wire.request(reqwest::Method::POST, path).header("MS-ASProtocolVersion", version);
        let told = Answer::to(request.body(body.clone())).await.node().unwrap();
        assert_eq!(told.say("Count"), count, "{path} {version}");
    }
    // Nor a header beside it: then nobody knows what is spoken.
    let request = wire.request(reqwest::Method::POST, odd).body(body);
    assert_eq!(Answer::to(request).await.status, 400);
    server.stop().await;
}

/// Quirk pieces.
#[tokio::test]
async fn a_body_in_pieces_is_read_whole() {
    let server = Server::start().await;
    let wire = Wire::new(&server.url(""), "kari", "14.1");
    let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
        body.chunks(3).map(|piece| Ok(piece.to_vec())).collect();
    let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let told = Answer::to(wire.command("FolderSync").body(stream)).await.node().unwrap();
    assert_eq!(told.told("Status"), "1");
    server.stop().await;
}

/// Quirk wait-alone.
#[tokio::test]
async fn an_idle_iphone_is_woken() {
    let server = Server::start().await;
    let mut phone = phone(&server, "12.1").await;
    let idle = "<Wait>8</Wait><Partial/>";
    let stranger = Wire { device: "STRANGER".to_owned(), ..phone.wire.clone() };
    let told = stranger.post("Sync", document("AirSync:Sync", idle)).await.node().unwrap();
    assert_eq!(told.told("Status"), "13");
    phone.sync(CONTACTS).await;
    let mut other = Phone::new(Wire { device: "OTHER".to_owned(), ..phone.wire.clone() });
    other.sync_folders().await;
    other.sync(CONTACTS).await;
    let (told, _) =
        tokio::join!(sync(&phone, idle), other.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>"));
    assert_eq!(told.say("FirstName"), "Liv");
    server.stop().await;
}

/// Quirks ping-has-no-filter, no-false-news.
#[tokio::test]
async fn a_ping_does_not_wake_for_what_the_filter_hides() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.book(TASKS).filter = 8;
    phone.sync(TASKS).await;
    phone.sync(CONTACTS).await;
    let mut other = Phone::new(Wire { device: "OTHER".to_owned(), ..phone.wire.clone() });
    other.sync_folders().await;
    for folder in [TASKS, CONTACTS] {
        other.sync(folder).await;
    }
    let folders = [TASKS.to_owned(), CONTACTS.to_owned()];
    let (woken, ()) = tokio::join!(phone.ping(60, &folders), async {
        let done = "<tasks:Subject>Ferdig</tasks:Subject><tasks:Complete>1</tasks:Complete>\
                    <tasks:DateCompleted>2026-11-20T00:00:00.000Z</tasks:DateCompleted>";
        other.add(TASKS, done).await;
        other.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    });
    assert_eq!(woken, ("2".to_owned(), vec![CONTACTS.to_owned()]));
    server.stop().await;
}

/// Quirk permissive-default.
#[tokio::test]
async fn the_default_policy_is_one_that_nokia_takes() {
    let server = Server::start().await;
    let phone = phone(&server, "12.1").await;
    let inner = "<Policies><Policy><PolicyType>MS-EAS-Provisioning-WBXML</PolicyType></Policy></Policies>";
    let told = phone.wire.post("Provision", document("Provision:Provision", inner)).await.node().unwrap();
    for (name, permissive) in [
        ("AllowTextMessaging", "1"),
        ("AllowHTMLEmail", "1"),
        ("RequireSignedSMIMEMessages", "0"),
        ("RequireEncryptedSMIMEMessages", "0"),
        ("AllowUnsignedApplications", "1"),
        ("AllowInternetSharing", "1"),
        ("AllowPOPIMAPEmail", "1"),
        ("AllowConsumerEmail", "1"),
        ("AllowBrowser", "1"),
    ] {
        let value = told.say(name);
        assert!(value.is_empty() || value == permissive, "{name} {value}");
    }
    server.stop().await;
}

/// Quirks days-by-any-dialect, days-without-zone.
#[tokio::test]
async fn a_day_is_the_same_day_in_every_version() {
    let server = Server::start().await;
    // All bias 0, no rules: UTC.
    let utc = format!("{}==", "A".repeat(230));
    let mut days = Vec::new();
    for version in ["14.1", "16.1"] {
        let mut phone = phone(&server, version).await;
        phone.sync(CALENDAR).await;
        let zone = if phone.speaks(Version::V16_0) {
            String::new()
        } else {
            format!("<calendar:Timezone>{utc}</calendar:Timezone>")
        };
        let event = format!(
            "{zone}<calendar:AllDayEvent>1</calendar:AllDayEvent><calendar:Subject>{version}</calendar:Subject>\
             <calendar:StartTime>20261224T000000Z</calendar:StartTime>\
             <calendar:EndTime>20261225T000000Z</calendar:EndTime>"
        );
        phone.add(CALENDAR, &event).await;
        days.push(version);
    }
    let wire = Wire::new(&server.url(""), "kari", "16.1");
    let mut other = Phone::new(Wire { device: "OTHER".to_owned(), ..wire });
    other.sync_folders().await;
    other.sync(CALENDAR).await;
    for version in days {
        let (_, event) = other.holding(CALENDAR, version).unwrap();
        assert!(event.told("StartTime").starts_with("20261224T000000"), "{event:?}");
        assert!(event.told("EndTime").starts_with("20261225T000000"), "{event:?}");
    }
    server.stop().await;
}
