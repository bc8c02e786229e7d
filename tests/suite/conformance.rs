//! What strict clients take for granted because Exchange has it so, one rule after the other. Keys and waiting are here,
//! the rest below `conformance/`.
//!
//! 1. The key before stays good until the present one is used: the same request again gets its answer again, another one
//!    begins from there.
//! 2. From the key before, a phone sees what it did itself since.
//!    An answer that names an item it added says nothing else of it: the server's changes stand before the names.
//! 3. Key 0 brings a key and no items; a key that was never given is Status 3, 9 for folders.
//! 4. A device is its account, its id and its type.
//! 5. Requests for one folder are served one after the other, and what waits gives way.
//! 6. Provision always answers, and nobody has to unless the policy says so.
//! 7. Where it does: 449, and from 14.0 on 141, 142 or 144; 139 and the statuses of the policy in their places.
//! 8. Elements, code pages and forms of times as the version has them.
//! 9. Options that are absent are kept, present ones replace all.
//! 10. `FolderSync` is compressed exactly when the client says so; answers say how long they are.
//! 11. Bad input has its status: 401, 403, 404, 400, 501, 503, or 102 in the document; never 500.
//! 12. A Ping is held to its end, a bound is told at once, and what is missing is Status 3 or 13.
//! 13. Status 12 for a folder that is gone, and `FolderSync` then says so.
//! 14. One of each default folder.
//! 16. The directory answers in order, with exact numbers, and pictures with their statuses.
//! 17. An account can be switched off.

mod access;
mod policies;
mod statuses;
mod wire;

use std::time::Duration;
use std::time::Instant;

use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::store::folder;
use reqwest::Method;
use wbxml::Version;

use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

/// The default folders that the stories are about.
const CONTACTS: &str = "2";
const TASKS: &str = "3";

/// A phone of Kari's that knows the folders.
async fn phone(server: &Server, version: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", version));
    phone.sync_folders().await;
    phone
}

/// Another phone of Kari's, in step with the contacts.
async fn witness(server: &Server) -> Phone {
    let wire = Wire::new(&server.url(""), "kari", "14.1");
    let mut other = Phone::new(Wire { device: "WITNESS".to_owned(), ..wire });
    other.sync_folders().await;
    other.sync(CONTACTS).await;
    other
}

/// A Sync of one folder as written here, and the bytes that came.
async fn sync(phone: &Phone, folder: &str, key: &str, more: &str) -> Answer {
    let inner = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId>{more}\
         </Collection></Collections>"
    );
    phone.wire.post("Sync", document("AirSync:Sync", &inner)).await
}

/// Its collection.
fn collection(answer: &Answer) -> Node {
    answer.node().unwrap().find("Collection").unwrap().clone()
}

/// Whether statuses are told over HTTP yet.
fn is_old(version: &str) -> bool {
    version.parse::<Version>().unwrap() < Version::V14_0
}

fn add(client_id: &str, name: &str) -> String {
    format!(
        "<Commands><Add><ClientId>{client_id}</ClientId><ApplicationData><contacts:FileAs>{name}</contacts:FileAs>\
         <contacts:FirstName>{name}</contacts:FirstName></ApplicationData></Add></Commands>"
    )
}

fn delete(id: &str) -> String {
    format!("<Commands><Delete><ServerId>{id}</ServerId></Delete></Commands>")
}

fn names(phone: &mut Phone) -> Vec<String> {
    let mut names: Vec<String> =
        phone.book(CONTACTS).items.values().map(|item| item.told("FirstName").to_owned()).collect();
    names.sort();
    names
}

/// A phone in step with no contacts, and its key.
async fn in_step(server: &Server, version: &str) -> (Phone, String) {
    let mut phone = phone(server, version).await;
    phone.sync(CONTACTS).await;
    let key = phone.book(CONTACTS).key.clone();
    (phone, key)
}

/// Waits until a request of somebody's is held.
async fn until_held(server: &Server) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.app.waiters().is_empty() {
        assert!(Instant::now() < deadline, "nobody waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Rule 1.
#[tokio::test]
async fn a_lost_reply_is_given_again_word_for_word() {
    let server = Server::start().await;
    for version in ["2.5", "12.1", "14.1", "16.1"] {
        let (phone, key) = in_step(&server, version).await;
        let first = sync(&phone, CONTACTS, &key, &add("a", version)).await;
        let again = sync(&phone, CONTACTS, &key, &add("a", version)).await;
        assert_eq!(first.body, again.body, "{version}");
    }
    assert_eq!(names(&mut witness(&server).await), ["12.1", "14.1", "16.1", "2.5"]);
    server.stop().await;
}

/// Rule 1: another body under the previous key is a new request.
#[tokio::test]
async fn five_items_are_deleted_one_by_one_under_one_key() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(phone.add(CONTACTS, &format!("<contacts:FirstName>{name}</contacts:FirstName>")).await);
    }
    phone.sync(CONTACTS).await;
    let key = phone.book(CONTACTS).key.clone();
    let mut keys = vec![key.clone()];
    for id in &ids {
        let told = collection(&sync(&phone, CONTACTS, &key, &delete(id)).await);
        assert_eq!(told.told("Status"), "1");
        keys.push(told.told("SyncKey").to_owned());
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 6, "each has a fresh key: {keys:?}");
    assert!(names(&mut witness(&server).await).is_empty());
    server.stop().await;
}

/// Rule 1: an Add is the same one when `ClientId` and content are.
#[tokio::test]
async fn an_add_that_is_repeated_among_others_is_done_once() {
    let server = Server::start().await;
    let (phone, key) = in_step(&server, "14.1").await;
    let first = collection(&sync(&phone, CONTACTS, &key, &add("a", "Åse")).await);
    let both = add("a", "Åse").replace("</Commands>", "") + &add("b", "Bo").replace("<Commands>", "");
    let second = collection(&sync(&phone, CONTACTS, &key, &both).await);
    assert_eq!(first.say("ServerId"), second.say("ServerId"));
    assert_eq!(second.child("Responses").unwrap().children.len(), 2);
    assert_eq!(names(&mut witness(&server).await), ["Bo", "Åse"]);
    server.stop().await;
}

/// Sends an Add that the server does not leave there; what comes of it in this answer and in the next.
async fn adds_in_vain(phone: &mut Phone, folder: &str, options: &str, add: &str) {
    phone.sync(folder).await;
    let key = phone.book(folder).key.clone();
    let ask = format!("<GetChanges/>{options}<Commands><Add><ClientId>new</ClientId>{add}</Add></Commands>");
    let answer = sync(phone, folder, &key, &ask).await;
    let named = collection(&answer);
    assert!(named.child("Commands").is_none() && named.child("MoreAvailable").is_none(), "{named:?}");
    let reply = named.find("Responses").unwrap().child("Add").unwrap();
    assert_eq!(reply.told("Status"), "1", "{named:?}");
    assert_eq!(sync(phone, folder, &key, &ask).await.body, answer.body);
    let next = collection(&sync(phone, folder, named.told("SyncKey"), "").await);
    let changes = &next.child("Commands").unwrap().children;
    assert!(changes.len() == 1 && changes[0].told("ServerId") == reply.told("ServerId"), "{next:?}");
    assert!(changes[0].local_name().ends_with("Delete"), "{next:?}");
    let quiet = sync(phone, folder, next.told("SyncKey"), "").await;
    assert!(quiet.body.is_empty(), "{quiet:?}");
}

/// Rule 2.
#[tokio::test]
async fn what_is_taken_from_a_phone_it_was_given_a_name_for_before() {
    let server = Server::start().await;
    let done = "<ApplicationData><tasks:Subject>Ferdig</tasks:Subject><tasks:Complete>1</tasks:Complete>\
         <tasks:DateCompleted>2026-11-20T00:00:00.000Z</tasks:DateCompleted></ApplicationData>";
    let filter = "<Options><FilterType>8</FilterType></Options>";
    adds_in_vain(&mut phone(&server, "14.1").await, TASKS, filter, done).await;
    let now = server.app.now();
    let mut tx = server.app.store().begin().await.unwrap();
    folder::change(&mut tx, AccountId(1), FolderId(2), "Kontakter", Some(now)).await.unwrap();
    tx.commit().await.unwrap();
    for version in ["12.1", "16.1"] {
        let mut phone = phone(&server, version).await;
        let card = "<ApplicationData><contacts:FirstName>Liv</contacts:FirstName></ApplicationData>";
        adds_in_vain(&mut phone, CONTACTS, "", card).await;
    }
    server.stop().await;
}

/// Rule 2: what it did to other items in the same request it hears at once, wherever the Add stood.
#[tokio::test]
async fn an_add_keeps_nothing_else_back() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    let id = phone.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    phone.sync(CONTACTS).await;
    let now = server.app.now();
    let mut tx = server.app.store().begin().await.unwrap();
    folder::change(&mut tx, AccountId(1), FolderId(2), "Kontakter", Some(now)).await.unwrap();
    tx.commit().await.unwrap();
    let key = phone.book(CONTACTS).key.clone();
    let both = add("a", "Åse") + &delete(&id);
    let told = collection(&sync(&phone, CONTACTS, &key, &both.replace("</Commands><Commands>", "")).await);
    let changes = &told.child("Commands").unwrap().children;
    assert!(changes.len() == 1 && changes[0].local_name() == "Add", "{told:?}");
    assert_eq!(changes[0].told("ServerId"), id);
    server.stop().await;
}

/// Rule 2.
#[tokio::test]
async fn from_the_key_before_a_phone_sees_what_it_did_itself() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    let id = phone.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    phone.sync(CONTACTS).await;
    let key = phone.book(CONTACTS).key.clone();
    phone.change(CONTACTS, &id, "<contacts:FirstName>Live</contacts:FirstName>").await;
    let told = collection(&sync(&phone, CONTACTS, &key, "<GetChanges/>").await);
    let change = &told.child("Commands").unwrap().children[0];
    assert_eq!((change.local_name(), change.say("FirstName")), ("Change", "Live"));
    // From the key that it was given then, nothing is news.
    let key = told.told("SyncKey").to_owned();
    assert!(sync(&phone, CONTACTS, &key, "").await.body.is_empty());
    sync(&phone, CONTACTS, &key, &add("new", "Per")).await;
    let told = collection(&sync(&phone, CONTACTS, &key, "").await);
    let change = &told.child("Commands").unwrap().children[0];
    assert_eq!((change.local_name(), change.say("FirstName")), ("Add", "Per"));
    server.stop().await;
}

/// Quirk key-0-twice: rule 3.
#[tokio::test]
async fn the_first_reply_brings_a_key_and_no_items() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    phone.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    let first = collection(&sync(&phone, CONTACTS, "0", "").await);
    assert!(first.child("Commands").is_none() && first.child("MoreAvailable").is_none(), "{first:?}");
    // iOS asks twice: neither spoils the other.
    let again = collection(&sync(&phone, CONTACTS, "0", "").await);
    assert_eq!(first, again);
    let told = collection(&sync(&phone, CONTACTS, first.told("SyncKey"), "").await);
    assert_eq!(told.child("Commands").unwrap().children.len(), 1);
    server.stop().await;
}

/// Rule 3.
#[tokio::test]
async fn a_key_that_was_never_given_is_refused_and_the_right_ones_stay() {
    let server = Server::start().await;
    let (mut phone, oldest) = in_step(&server, "14.1").await;
    phone.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    let previous = phone.book(CONTACTS).key.clone();
    phone.add(CONTACTS, "<contacts:FirstName>Per</contacts:FirstName>").await;
    let current = phone.book(CONTACTS).key.clone();
    for wrong in ["7654321", "soon", "", "-1", &oldest] {
        assert_eq!(collection(&sync(&phone, CONTACTS, wrong, "").await).told("Status"), "3", "{wrong}");
    }
    assert!(sync(&phone, CONTACTS, &current, "").await.body.is_empty());
    assert_eq!(collection(&sync(&phone, CONTACTS, &previous, "").await).told("Status"), "1");
    let refused = phone.ask("FolderSync", "FolderHierarchy:FolderSync", "<SyncKey>7</SyncKey>").await;
    assert_eq!(refused.told("Status"), "9");
    assert!(!phone.sync_folders().await);
    server.stop().await;
}

/// Rule 4.
#[tokio::test]
async fn the_type_of_a_device_is_part_of_who_it_is() {
    let server = Server::start().await;
    let (phone, key) = in_step(&server, "14.1").await;
    let mut other = Phone::new(Wire { kind: "Other".to_owned(), ..phone.wire.clone() });
    other.sync_folders().await;
    assert_eq!(collection(&sync(&other, CONTACTS, &key, "").await).told("Status"), "3");
    let mut ola = Phone::new(Wire { user: "ola".to_owned(), ..phone.wire.clone() });
    ola.sync_folders().await;
    assert_eq!(collection(&sync(&ola, CONTACTS, &key, "").await).told("Status"), "3");
    assert!(sync(&phone, CONTACTS, &key, "").await.body.is_empty());
    server.stop().await;
}

/// Rule 5.
#[tokio::test]
async fn requests_at_once_are_served_one_after_the_other() {
    let server = Server::start().await;
    let (phone, key) = in_step(&server, "14.1").await;
    let adds = ["a", "b", "c", "d"].map(|name| add(name, name));
    let [a, b, c, d] = &adds;
    let (a, b, c, d) = tokio::join!(
        sync(&phone, CONTACTS, &key, a),
        sync(&phone, CONTACTS, &key, b),
        sync(&phone, CONTACTS, &key, c),
        sync(&phone, CONTACTS, &key, d),
    );
    for answer in [a, b, c, d] {
        assert_eq!(collection(&answer).told("Status"), "1");
    }
    assert_eq!(names(&mut witness(&server).await), ["a", "b", "c", "d"]);
    server.stop().await;
}

/// Rule 5.
#[tokio::test]
async fn what_waits_is_ended_by_what_comes_after() {
    let server = Server::with(|config| config.ping.min = Duration::from_secs(1)).await;
    let mut newer = phone(&server, "14.1").await;
    let (mut phone, key) = in_step(&server, "14.1").await;
    let folders = [CONTACTS.to_owned()];
    let (first, second) = tokio::join!(phone.ping(600, &folders), async {
        until_held(&server).await;
        newer.ping(1, &folders).await
    });
    assert_eq!((first.0.as_str(), second.0.as_str()), ("1", "1"));
    let collection = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{CONTACTS}</CollectionId>\
         </Collection></Collections>"
    );
    let wait = document("AirSync:Sync", &format!("{collection}<HeartbeatInterval>600</HeartbeatInterval>"));
    let (held, plain) = tokio::join!(phone.wire.post("Sync", wait), async {
        until_held(&server).await;
        sync(&newer, CONTACTS, &key, "").await
    });
    assert_eq!((held.status, held.body.len()), (200, 0));
    assert_eq!((plain.status, plain.body.len()), (200, 0));
    server.stop().await;
}

/// Quirk options-as-a-whole: rule 9.
#[tokio::test]
async fn options_are_kept_when_absent_and_replaced_as_a_whole() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(TASKS).await;
    let done = "<tasks:Subject>Ferdig</tasks:Subject><tasks:Complete>1</tasks:Complete>\
                <tasks:DateCompleted>2026-11-20T00:00:00.000Z</tasks:DateCompleted>";
    phone.add(TASKS, done).await;
    phone.add(TASKS, "<tasks:Subject>Ny</tasks:Subject><tasks:Complete>0</tasks:Complete>").await;
    let told = collection(&sync(&phone, TASKS, "0", "").await);
    let only_new = "<Options><FilterType>8</FilterType></Options>";
    let told = collection(&sync(&phone, TASKS, told.told("SyncKey"), only_new).await);
    assert_eq!(told.child("Commands").unwrap().children.len(), 1);
    let key = told.told("SyncKey");
    assert!(sync(&phone, TASKS, key, "").await.body.is_empty());
    let told = collection(&sync(&phone, TASKS, key, "<Options/>").await);
    let changes = &told.child("Commands").unwrap().children;
    assert_eq!((changes.len(), changes[0].say("Subject")), (1, "Ferdig"));
    server.stop().await;
}

/// Rule 10.
#[tokio::test]
async fn a_folder_list_is_gzipped_when_and_only_when_the_client_says_so() {
    let server = Server::start().await;
    let phone = phone(&server, "14.1").await;
    let inner = format!("<SyncKey>{}</SyncKey>", phone.hierarchy_key);
    let body = document("FolderHierarchy:FolderSync", &inner);
    let plain = phone.wire.post("FolderSync", body.clone()).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(plain.headers["content-length"], plain.body.len().to_string().as_str());
    let request = phone.wire.command("FolderSync").header("Accept-Encoding", "gzip").body(body);
    let zipped = Answer::to(request).await;
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    assert_eq!(zipped.headers["content-length"], zipped.body.len().to_string().as_str());
    assert_eq!(zipped.body[..2], [0x1F, 0x8B]);
    server.stop().await;
}

/// Rule 11; log-in, unknown commands and paths are in `transport.rs`.
#[tokio::test]
async fn broken_wbxml_is_told_as_the_version_knows_it() {
    let server = Server::start().await;
    for version in ["2.5", "12.0", "12.1", "14.0", "14.1", "16.0", "16.1"] {
        let phone = phone(&server, version).await;
        for (command, junk) in
            [("Sync", &b"junk"[..]), ("FolderSync", b"\x03\x01\x6A\x00\x45\x5C"), ("Ping", b"\x03")]
        {
            let answer = phone.wire.post(command, junk.to_vec()).await;
            if is_old(version) {
                assert_eq!(answer.status, 400, "{version} {command}");
            } else {
                assert_eq!(answer.node().unwrap().told("Status"), "102", "{version} {command}");
            }
        }
    }
    let path = "/Microsoft-Server-ActiveSync?Cmd=FolderSync&DeviceId=D1&DeviceType=T";
    let wire = Wire::new(&server.url(""), "kari", "14.1");
    let request = wire.request(Method::POST, path).header("MS-ASProtocolVersion", "13.7");
    let request = request.body(document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>"));
    assert_eq!(Answer::to(request).await.status, 400);
    server.stop().await;
}

/// Quirks ping-remembers, hold-to-the-end: rule 12.
#[tokio::test]
async fn a_ping_is_held_to_the_end_of_its_heartbeat() {
    let server = Server::with(|config| config.ping.min = Duration::from_secs(1)).await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    let start = Instant::now();
    assert_eq!(phone.ping(1, &[CONTACTS.to_owned()]).await.0, "1");
    assert!(start.elapsed() >= Duration::from_secs(1));
    // Without a body it is the same again.
    let start = Instant::now();
    let again = phone.wire.post("Ping", Vec::new()).await;
    assert_eq!(again.node().unwrap().told("Status"), "1");
    assert!(start.elapsed() >= Duration::from_secs(1));
    server.stop().await;
}

/// Rule 12.
#[tokio::test]
async fn a_wait_that_cannot_be_is_answered_at_once_with_the_bound() {
    let server = Server::start().await;
    let (mut phone, key) = in_step(&server, "14.1").await;
    let stranger = Phone::new(Wire { device: "STRANGER".to_owned(), ..phone.wire.clone() });
    let nothing = stranger.wire.post("Ping", Vec::new()).await;
    assert_eq!(nothing.node().unwrap().told("Status"), "3");
    for (seconds, bound) in [("5", "10"), ("3600", "3540"), ("0", "10")] {
        let inner = format!(
            "<HeartbeatInterval>{seconds}</HeartbeatInterval><Folders><Folder><Id>{CONTACTS}</Id>\
             <Class>Contacts</Class></Folder></Folders>"
        );
        let told = phone.ask("Ping", "Ping:Ping", &inner).await;
        assert_eq!((told.told("Status"), told.told("HeartbeatInterval")), ("5", bound));
    }
    let collections = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{CONTACTS}</CollectionId>\
         </Collection></Collections>"
    );
    for (wait, bound) in [
        ("<Wait>0</Wait>", "1"),
        ("<Wait>60</Wait>", "59"),
        ("<HeartbeatInterval>3600</HeartbeatInterval>", "3540"),
        ("<HeartbeatInterval>2</HeartbeatInterval>", "10"),
    ] {
        let told = phone.ask("Sync", "AirSync:Sync", &format!("{collections}{wait}")).await;
        assert_eq!((told.told("Status"), told.told("Limit")), ("14", bound), "{wait}");
    }
    server.stop().await;
}

/// Rule 12: an empty or partial Sync repeats the one before; who never asked hears 13.
#[tokio::test]
async fn a_request_without_a_body_repeats_the_one_before() {
    let server = Server::start().await;
    let (phone, key) = in_step(&server, "14.1").await;
    let stranger = Phone::new(Wire { device: "STRANGER".to_owned(), ..phone.wire.clone() });
    assert_eq!(stranger.wire.post("Sync", Vec::new()).await.node().unwrap().told("Status"), "13");
    sync(&phone, CONTACTS, &key, "").await;
    let mut other = witness(&server).await;
    other.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
    let told = collection(&phone.wire.post("Sync", Vec::new()).await);
    assert_eq!(told.say("FirstName"), "Liv", "{told:?}");
    server.stop().await;
}
