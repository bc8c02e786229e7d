//! What clients do with Sync and Ping.

use std::time::Duration;

use super::CONTACTS;
use super::TASKS;
use super::phone;
use super::sync;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const OUTBOX: &str = "9";
const LIV: &str = "<contacts:FirstName>Liv</contacts:FirstName>";

/// One collection of a request.
fn asked(folder: &str, key: &str, more: &str) -> String {
    format!("<Collection><SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId>{more}</Collection>")
}

/// A Sync of one folder; what it says of that folder.
async fn of_one(phone: &Phone, folder: &str, key: &str, more: &str) -> Node {
    let told = sync(phone, &format!("<Collections>{}</Collections>", asked(folder, key, more))).await;
    told.find("Collection").unwrap().clone()
}

fn add(client_id: &str, data: &str) -> String {
    format!("<Add><ClientId>{client_id}</ClientId><ApplicationData>{data}</ApplicationData></Add>")
}

/// Another phone of Kari's, in step with a folder.
async fn beside(phone: &Phone, folder: &str) -> Phone {
    let mut other = Phone::new(Wire { device: "OTHER".to_owned(), ..phone.wire.clone() });
    other.sync_folders().await;
    other.sync(folder).await;
    other
}

/// Quirk no-merging-of-adds.
#[tokio::test]
async fn two_adds_that_are_alike_are_two_items() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let first = phone.add(CONTACTS, LIV).await;
    let second = phone.add(CONTACTS, LIV).await;
    assert_ne!(first, second);
    let key = phone.book(CONTACTS).key.clone();
    let both = format!("<Commands>{}{}</Commands>", add("x", LIV), add("y", LIV));
    let told = of_one(&phone, CONTACTS, &key, &both).await;
    let ids: Vec<&str> =
        told.find("Responses").unwrap().all("Add").map(|reply| reply.told("ServerId")).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{told:?}");
    assert_eq!(beside(&phone, CONTACTS).await.book(CONTACTS).items.len(), 4);
    server.stop().await;
}

/// Quirks own-add-is-no-loss, empty-answer.
#[tokio::test]
async fn an_add_is_followed_by_silence_and_good_keys() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let before = phone.book(CONTACTS).key.clone();
    phone.add(CONTACTS, LIV).await;
    let after = phone.book(CONTACTS).key.clone();
    assert_ne!(before, after);
    let again = format!("<Collections>{}</Collections>", asked(CONTACTS, &after, "<GetChanges/>"));
    let answer = phone.wire.post("Sync", document("AirSync:Sync", &again)).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    // The key before is good as well, should the answer not have arrived.
    assert_eq!(of_one(&phone, CONTACTS, &before, "<GetChanges/>").await.told("Status"), "1");
    server.stop().await;
}

/// Quirk quiet-push.
#[tokio::test]
async fn changes_are_told_to_who_wants_them() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let mut other = beside(&phone, CONTACTS).await;
    other.add(CONTACTS, LIV).await;
    let key = phone.book(CONTACTS).key.clone();
    let commands =
        format!("<Commands>{}</Commands>", add("x", "<contacts:FirstName>Per</contacts:FirstName>"));
    let told = of_one(&phone, CONTACTS, &key, &format!("<GetChanges>0</GetChanges>{commands}")).await;
    assert!(told.child("Commands").is_none() && told.child("Responses").is_some(), "{told:?}");
    // Nothing said means yes, and so does an empty element.
    let key = told.told("SyncKey").to_owned();
    assert_eq!(of_one(&phone, CONTACTS, &key, "").await.say("FirstName"), "Liv");
    assert_eq!(of_one(&phone, CONTACTS, &key, "<GetChanges/>").await.say("FirstName"), "Liv");
    server.stop().await;
}

/// Quirk more-means-some: what a filter hides fills no window.
#[tokio::test]
async fn more_is_promised_only_beside_something() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.book(TASKS).filter = 8;
    phone.book(TASKS).window = 1;
    phone.sync(TASKS).await;
    let mut other = beside(&phone, TASKS).await;
    for name in ["a", "b", "c", "d", "e", "f"] {
        let complete = if ["c", "f"].contains(&name) {
            "<tasks:Complete>0</tasks:Complete>"
        } else {
            "<tasks:Complete>1</tasks:Complete><tasks:DateCompleted>2026-11-20T00:00:00.000Z</tasks:DateCompleted>"
        };
        other.add(TASKS, &format!("<tasks:Subject>{name}</tasks:Subject>{complete}")).await;
    }
    // The phone panics at more with nothing beside it.
    let heard = phone.sync(TASKS).await;
    assert_eq!(heard.changes.len(), 2, "{heard:?}");
    server.stop().await;
}

/// Quirk fetch-in-sync.
#[tokio::test]
async fn a_fetch_in_a_sync_has_the_options_of_its_own_request() {
    let server = Server::start().await;
    let mut phone = phone(&server, "12.1").await;
    phone.sync(CONTACTS).await;
    let note = "x".repeat(2000);
    let body = |size: u32| {
        format!(
            "<Options><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type>\
             <airsyncbase:TruncationSize>{size}</airsyncbase:TruncationSize></airsyncbase:BodyPreference></Options>"
        )
    };
    let data = format!(
        "{LIV}<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>{note}\
         </airsyncbase:Data></airsyncbase:Body>"
    );
    let id = phone.add(CONTACTS, &data).await;
    let key = of_one(&phone, CONTACTS, "0", "").await.told("SyncKey").to_owned();
    let listed = of_one(&phone, CONTACTS, &key, &body(500)).await;
    assert_eq!((listed.say("Data").len(), listed.say("Truncated")), (500, "1"), "{listed:?}");
    let fetch = format!(
        "<GetChanges>0</GetChanges>{}<Commands><Fetch><ServerId>{id}</ServerId></Fetch></Commands>",
        body(32768)
    );
    let fetched = of_one(&phone, CONTACTS, listed.told("SyncKey"), &fetch).await;
    assert_eq!(fetched.find("Fetch").unwrap().say("Data").len(), 2000, "{fetched:?}");
    server.stop().await;
}

/// Quirk outbox-and-none.
#[tokio::test]
async fn the_outbox_may_be_waited_on_and_nothing_may_be_asked() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let contacts = phone.book(CONTACTS).key.clone();
    let first = of_one(&phone, OUTBOX, "0", "").await;
    assert_eq!(first.told("Status"), "1", "{first:?}");
    let both = format!(
        "<Collections>{}{}</Collections><HeartbeatInterval>60</HeartbeatInterval>",
        asked(OUTBOX, first.told("SyncKey"), ""),
        asked(CONTACTS, &contacts, "")
    );
    let mut other = beside(&phone, CONTACTS).await;
    let (woken, _) = tokio::join!(sync(&phone, &both), other.add(CONTACTS, LIV));
    let told: Vec<&str> =
        woken.find("Collections").unwrap().all("Collection").map(|one| one.told("CollectionId")).collect();
    assert_eq!(told, [CONTACTS]);
    let nothing = phone.wire.post("Sync", document("AirSync:Sync", "<Collections/>")).await;
    assert_eq!(nothing.status, 200);
    assert!(nothing.node().is_none_or(|told| told.child("Status").is_none()), "{nothing:?}");
    // Nothing remembered is nothing to wait on.
    for short in ["<Wait>1</Wait><Partial/>", "<WindowSize>5</WindowSize><Partial/>"] {
        let told = sync(&phone, short).await;
        assert_eq!(told.told("Status"), "13", "{short}: {told:?}");
    }
    assert_eq!(phone.wire.post("Sync", Vec::new()).await.node().unwrap().told("Status"), "13");
    server.stop().await;
}

/// Quirk two-forms-of-time.
#[tokio::test]
async fn each_class_has_its_form_of_a_time() {
    let server = Server::start().await;
    for version in ["2.5", "12.1", "14.1", "16.1"] {
        let mut phone = phone(&server, version).await;
        for (folder, data, name, expected) in [
            (
                CONTACTS,
                "<contacts:FirstName>Liv</contacts:FirstName><contacts:Birthday>1985-05-17T00:00:00.000Z</contacts:Birthday>",
                "Birthday",
                "1985-05-17T11:59:00.000Z",
            ),
            (
                TASKS,
                "<tasks:Subject>Ny</tasks:Subject><tasks:Complete>0</tasks:Complete>\
                 <tasks:UtcDueDate>2026-12-01T00:00:00.000Z</tasks:UtcDueDate>\
                 <tasks:DueDate>2026-12-01T00:00:00.000Z</tasks:DueDate>",
                "DueDate",
                "2026-12-01T00:00:00.000Z",
            ),
            (
                super::CALENDAR,
                "<calendar:Subject>Møte</calendar:Subject><calendar:StartTime>20261201T080000Z</calendar:StartTime>\
                 <calendar:EndTime>20261201T090000Z</calendar:EndTime>",
                "StartTime",
                "20261201T080000Z",
            ),
        ] {
            phone.sync(folder).await;
            let id = phone.add(folder, data).await;
            phone.books.remove(folder);
            phone.sync(folder).await;
            assert_eq!(phone.book(folder).items[&id].say(name), expected, "{version}");
            phone.delete(folder, &id).await;
        }
    }
    server.stop().await;
}

/// Quirk heartbeats.
#[tokio::test]
async fn every_heartbeat_that_a_phone_is_known_to_want_is_held() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let folders = [CONTACTS.to_owned()];
    for seconds in [60, 120, 180, 470, 480, 1680, 3540] {
        let held = tokio::time::timeout(Duration::from_millis(150), phone.ping(seconds, &folders)).await;
        assert!(held.is_err(), "{seconds}: {held:?}");
    }
    server.stop().await;
}

/// Quirk range-if-asked.
#[tokio::test]
async fn a_range_is_told_to_who_asked_for_one() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CONTACTS).await;
    let id = phone.add(CONTACTS, LIV).await;
    let inner = format!(
        "<Fetch><Store>Mailbox</Store><airsync:CollectionId>{CONTACTS}</airsync:CollectionId>\
         <airsync:ServerId>{id}</airsync:ServerId></Fetch>"
    );
    let told = phone.ask("ItemOperations", "ItemOperations:ItemOperations", &inner).await;
    assert_eq!(told.find("Fetch").unwrap().told("Status"), "1");
    assert!(told.find("Range").is_none() && told.find("Total").is_none(), "{told:?}");
    server.stop().await;
}
