//! Files of events, as 16.x has them: added, shown to others, fetched whole, in part and behind the document, taken away.
//! And the event that a phone of 16.x adds once more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const CALENDAR: &str = "1";
const EVENT: &str = "<calendar:Subject>Befaring</calendar:Subject><calendar:StartTime>20261201T080000Z\
                     </calendar:StartTime><calendar:EndTime>20261201T090000Z</calendar:EndTime>";

async fn phone(server: &Server, device: &str, version: &str) -> Phone {
    let wire = Wire { device: device.to_owned(), ..Wire::new(&server.url(""), "kari", version) };
    let mut phone = Phone::new(wire);
    phone.sync_folders().await;
    phone.sync(CALENDAR).await;
    phone
}

fn adding(client_id: &str, name: &str, content: &[u8]) -> String {
    format!(
        "<airsyncbase:Attachments><airsyncbase:Add><airsyncbase:ClientId>{client_id}</airsyncbase:ClientId>\
         <airsyncbase:Content>{}</airsyncbase:Content><airsyncbase:ContentType>text/plain</airsyncbase:ContentType>\
         <airsyncbase:DisplayName>{name}</airsyncbase:DisplayName><airsyncbase:Method>1</airsyncbase:Method>\
         </airsyncbase:Add></airsyncbase:Attachments>",
        STANDARD.encode(content)
    )
}

fn fetch(reference: &str, range: &str) -> Vec<u8> {
    let options =
        if range.is_empty() { String::new() } else { format!("<Options><Range>{range}</Range></Options>") };
    let inner = format!(
        "<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>{reference}</airsyncbase:FileReference>{options}\
         </Fetch>"
    );
    document("ItemOperations:ItemOperations", &inner)
}

async fn fetched(phone: &Phone, reference: &str, range: &str) -> Node {
    let told = phone.wire.post("ItemOperations", fetch(reference, range)).await.node().unwrap();
    told.find("Fetch").unwrap().clone()
}

/// MS-ASCAL 2.2.2.13 (`ClientUid`).
#[tokio::test]
async fn an_event_that_is_added_again_after_everything_was_lost_is_the_same() {
    let server = Server::start().await;
    let event = |uid: &str| format!("{EVENT}<calendar:ClientUid>{uid}</calendar:ClientUid>");
    let mut before = phone(&server, "ONE", "16.1").await;
    let id = before.add(CALENDAR, &event("made-by-phone-1")).await;
    let mut after = phone(&server, "ONE", "16.1").await;
    after.book(CALENDAR).items.clear();
    assert_eq!(after.add(CALENDAR, &event("made-by-phone-1")).await, id);
    let other = after.add(CALENDAR, &event("made-by-phone-2")).await;
    assert_ne!(other, id);
    assert!(after.delete(CALENDAR, &id).await.is_empty());
    assert_ne!(after.add(CALENDAR, &event("made-by-phone-1")).await, id, "what was deleted is not there");
    server.stop().await;
}

#[tokio::test]
async fn a_file_is_added_shown_fetched_and_taken_away() {
    let server = Server::start().await;
    let mut kari = phone(&server, "ONE", "16.1").await;
    let add = format!(
        "<Add><ClientId>1</ClientId><ApplicationData>{EVENT}{}</ApplicationData></Add>",
        adding("a", "plan.txt", b"0123456789")
    );
    let heard = kari.round(CALENDAR, &add).await;
    let id = heard.replies[0].told("ServerId").to_owned();
    // It hears what it could not know: the uid, and the name of its file.
    let made = heard.replies[0].child("ApplicationData").unwrap();
    assert!(!made.told("UID").is_empty(), "{heard:?}");
    assert_eq!(made.find("Attachment").unwrap().told("ClientId"), "a", "{heard:?}");
    let first = made.say("FileReference").to_owned();

    let change = kari.change(CALENDAR, &id, &adding("b", "kart.txt", b"kart")).await;
    assert_eq!((change[0].told("Status"), change[0].say("ClientId")), ("1", "b"), "{change:?}");
    let second = change[0].say("FileReference").to_owned();
    assert_ne!(first, second);

    let mut other = phone(&server, "TWO", "16.0").await;
    let event = other.book(CALENDAR).items[&id].clone();
    let shown: Vec<_> = event.child("Attachments").unwrap().all("Attachment").collect();
    let mut names: Vec<_> = shown
        .iter()
        .map(|one| {
            (
                one.told("DisplayName"),
                one.told("FileReference"),
                one.told("EstimatedDataSize"),
                one.told("Method"),
            )
        })
        .collect();
    names.sort_unstable();
    assert_eq!(names, [("kart.txt", second.as_str(), "4", "1"), ("plan.txt", first.as_str(), "10", "1")]);
    assert!(phone(&server, "OLD", "14.1").await.book(CALENDAR).items[&id].child("Attachments").is_none());

    let whole = fetched(&other, &first, "").await;
    assert_eq!((whole.told("Status"), whole.told("FileReference")), ("1", first.as_str()), "{whole:?}");
    let properties = whole.child("Properties").unwrap();
    assert_eq!(properties.told("ContentType"), "text/plain");
    assert_eq!(STANDARD.decode(properties.told("Data")).unwrap(), b"0123456789");
    assert!(properties.child("Range").is_none(), "{whole:?}");

    // An edit that says nothing of files leaves them; a deletion takes one.
    kari.change(CALENDAR, &id, "<calendar:Subject>Befaring 2</calendar:Subject>").await;
    let delete = format!(
        "<airsyncbase:Attachments><airsyncbase:Delete><airsyncbase:FileReference>{first}</airsyncbase:FileReference>\
         </airsyncbase:Delete></airsyncbase:Attachments>"
    );
    kari.change(CALENDAR, &id, &delete).await;
    other.sync(CALENDAR).await;
    let event = other.book(CALENDAR).items[&id].clone();
    assert_eq!(event.say("FileReference"), second);
    assert_eq!(event.child("Attachments").unwrap().children.len(), 1, "{event:?}");
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_fetched_has_its_status() {
    let server = Server::start().await;
    let mut kari = phone(&server, "ONE", "16.1").await;
    let id = kari.add(CALENDAR, &format!("{EVENT}{}", adding("a", "plan.txt", b"0123456789"))).await;
    let event = fetched_item(&kari, &id).await;
    let reference = event.say("FileReference").to_owned();
    let nothing =
        kari.change(CALENDAR, &id, &adding("b", "tom.txt", b"")).await[0].say("FileReference").to_owned();
    for (reference, range, status) in [
        (reference.as_str(), "", "1"),
        (&reference, "2-4", "1"),
        (&reference, "8-100", "1"),
        (&reference, "10-12", "8"),
        (&reference, "5-2", "8"),
        (&reference, "mye", "8"),
        (&nothing, "", "10"),
        ("", "", "15"),
        ("1:999:abc", "", "15"),
        (&format!("{id}:abc"), "", "15"),
        ("noe", "", "15"),
    ] {
        let told = fetched(&kari, reference, range).await;
        assert_eq!(told.told("Status"), status, "{reference} {range} {told:?}");
    }
    let part = fetched(&kari, &reference, "8-100").await;
    let properties = part.child("Properties").unwrap();
    assert_eq!((properties.told("Range"), properties.told("Total")), ("8-9", "10"), "{part:?}");
    assert_eq!(STANDARD.decode(properties.told("Data")).unwrap(), b"89");
    // Another account's file is none.
    let ola = Wire { user: "ola".to_owned(), ..kari.wire.clone() };
    let told = ola.post("ItemOperations", fetch(&reference, "")).await.node().unwrap();
    assert_eq!(told.find("Fetch").unwrap().told("Status"), "15");
    // A file that makes no sense is the item's own trouble.
    let bad = adding("c", "x", b"").replace("<airsyncbase:Content></airsyncbase:Content>", "");
    assert_eq!(kari.change(CALENDAR, &id, &bad).await[0].told("Status"), "6");
    server.stop().await;
}

async fn fetched_item(phone: &Phone, id: &str) -> Node {
    let told = phone.wire.post("ItemOperations", fetch_item(id)).await.node().unwrap();
    told.find("Properties").unwrap().clone()
}

fn fetch_item(id: &str) -> Vec<u8> {
    let inner = format!(
        "<Fetch><Store>Mailbox</Store><airsync:CollectionId>{CALENDAR}</airsync:CollectionId>\
         <airsync:ServerId>{id}</airsync:ServerId></Fetch>"
    );
    document("ItemOperations:ItemOperations", &inner)
}

/// The parts of an answer: the document first.
fn parts(answer: &Answer) -> Vec<&[u8]> {
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (200, "application/vnd.ms-sync.multipart")
    );
    let number =
        |at: usize| usize::try_from(u32::from_le_bytes(answer.body[at..at + 4].try_into().unwrap())).unwrap();
    let part = |index: usize| &answer.body[number(4 + 8 * index)..][..number(8 + 8 * index)];
    (0..number(0)).map(part).collect()
}

#[tokio::test]
async fn data_comes_behind_the_document_for_who_asks_so() {
    let server = Server::start().await;
    let mut kari = phone(&server, "ONE", "16.1").await;
    let text = "<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>Husk stige</airsyncbase:Data>\
                </airsyncbase:Body>";
    let id = kari.add(CALENDAR, &format!("{EVENT}{text}{}", adding("a", "plan.txt", b"0123456789"))).await;
    let reference = fetched_item(&kari, &id).await.say("FileReference").to_owned();
    for (version, is_in_parts) in [("12.0", false), ("12.1", true), ("14.1", true), ("16.1", true)] {
        let wire = Wire { version: version.parse().unwrap(), ..kari.wire.clone() };
        let ask = |value: &'static str, body| {
            wire.command("ItemOperations").header("MS-ASAcceptMultiPart", value).body(body)
        };
        let item = Answer::to(ask("T", fetch_item(&id))).await;
        if !is_in_parts {
            assert_eq!(item.node().unwrap().say("Data"), "Husk stige", "{version}");
            continue;
        }
        let found = parts(&item);
        let told = Node::read(found[0]);
        assert_eq!(
            (told.say("Part"), found.len(), found[1]),
            ("1", 2, &b"Husk stige"[..]),
            "{version} {told:?}"
        );
        assert!(told.find("Data").is_none(), "{told:?}");
        let file = Answer::to(ask("T", fetch(&reference, "2-4"))).await;
        let found = parts(&file);
        let told = Node::read(found[0]);
        assert_eq!((told.say("Part"), told.say("Range"), found[1]), ("1", "2-4", &b"234"[..]), "{told:?}");
        // Nothing to show is a document alone.
        let nothing = Answer::to(ask("T", fetch("1:999:abc", ""))).await;
        assert_eq!(Node::read(parts(&nothing)[0]).find("Fetch").unwrap().told("Status"), "15");
        assert_eq!(Answer::to(ask("F", fetch_item(&id))).await.node().unwrap().say("Data"), "Husk stige");
    }
    server.stop().await;
}

#[tokio::test]
async fn one_occurrence_has_files_of_its_own() {
    let server = Server::start().await;
    let mut kari = phone(&server, "ONE", "16.1").await;
    let daily = "<calendar:Recurrence><calendar:Type>0</calendar:Type><calendar:Interval>1</calendar:Interval>\
                 <calendar:Occurrences>5</calendar:Occurrences></calendar:Recurrence>";
    let id = kari.add(CALENDAR, &format!("{EVENT}{daily}{}", adding("a", "plan.txt", b"plan"))).await;
    let on = |at: &str, data: &str| {
        format!(
            "<Change><ServerId>{id}</ServerId><airsyncbase:InstanceId>{at}</airsyncbase:InstanceId><ApplicationData>\
             {data}</ApplicationData></Change>"
        )
    };
    let heard = kari.round(CALENDAR, &on("20261203T080000Z", &adding("b", "kart.txt", b"kart"))).await;
    let reply = &heard.replies[0];
    assert_eq!((reply.told("Status"), reply.say("ClientId")), ("1", "b"), "{heard:?}");
    let told = reply.say("FileReference").to_owned();
    assert_eq!(fetched(&kari, &told, "").await.told("Status"), "1", "{told}");

    let mut other = phone(&server, "TWO", "16.0").await;
    let event = other.book(CALENDAR).items[&id].clone();
    let exception = event.find("Exception").unwrap();
    let mut names: Vec<_> = exception.child("Attachments").unwrap().all("Attachment").collect();
    names.sort_by_key(|one| one.told("DisplayName").to_owned());
    let shown: Vec<_> = names.iter().map(|one| one.told("DisplayName")).collect();
    assert_eq!(shown, ["kart.txt", "plan.txt"], "{event:?}");
    assert_eq!(event.child("Attachments").unwrap().all("Attachment").count(), 1, "{event:?}");
    let reference = names[0].told("FileReference");
    let file = fetched(&other, reference, "").await;
    assert_eq!(STANDARD.decode(file.child("Properties").unwrap().told("Data")).unwrap(), b"kart");
    assert_eq!(fetched(&other, &reference.replace("1203T", "1204T"), "").await.told("Status"), "15");

    let delete = format!(
        "<airsyncbase:Attachments><airsyncbase:Delete><airsyncbase:FileReference>{reference}\
         </airsyncbase:FileReference></airsyncbase:Delete></airsyncbase:Attachments>"
    );
    other.round(CALENDAR, &on("20261203T080000Z", &delete)).await;
    assert_eq!(fetched(&other, reference, "").await.told("Status"), "15");
    kari.sync(CALENDAR).await;
    let event = kari.book(CALENDAR).items[&id].clone();
    assert_eq!(event.child("Attachments").unwrap().all("Attachment").count(), 1, "{event:?}");
    assert!(event.find("Exception").is_none(), "{event:?}");
    server.stop().await;
}
