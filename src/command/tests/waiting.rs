//! `Ping`, as it is held and ended.

use std::time::Duration;

use super::Server;
use super::between;
use super::contacts;
use crate::model::folder::FolderKind;
use crate::store::folder;

fn ping(seconds: &str, folder: &str) -> String {
    format!(
        r#"<Ping xmlns="Ping"><HeartbeatInterval>{seconds}</HeartbeatInterval><Folders><Folder><Id>{folder}</Id>
        <Class>Contacts</Class></Folder></Folders></Ping>"#
    )
}

async fn in_step(server: &Server) -> String {
    let phone = server.phone("14.1");
    phone.begin_folders().await;
    phone.begin_contacts().await
}

/// Lets a request that waits take its place.
async fn until_held(server: &Server) {
    for _ in 0..500 {
        if !server.app.waiters().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits");
}

#[tokio::test]
async fn a_ping_that_cannot_be_held_is_answered_at_once() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let empty = phone.send("Ping", Vec::new()).await;
    assert_eq!(super::line(&empty), r#"<Ping xmlns="Ping"><Status>3</Status></Ping>"#);
    let soon = phone.ask("Ping", &ping("5", "2")).await;
    assert!(soon.contains("<Status>5</Status><HeartbeatInterval>10</HeartbeatInterval>"), "{soon}");
    let late = phone.ask("Ping", &ping("36000", "2")).await;
    assert!(late.contains("<Status>5</Status><HeartbeatInterval>3540</HeartbeatInterval>"), "{late}");
    // It never asked for the list of folders.
    assert!(phone.ask("Ping", &ping("60", "2")).await.contains("<Status>7</Status>"));
    in_step(&server).await;
    assert!(phone.ask("Ping", &ping("60", "777")).await.contains("<Status>7</Status>"));
}

#[tokio::test]
async fn a_ping_ends_when_a_folder_has_news_and_a_later_one_says_less() {
    let server = Server::new().await;
    let key = in_step(&server).await;
    let phone = server.phone("14.1");
    let asked = ping("60", "2");
    let (answer, ()) = tokio::join!(phone.ask("Ping", &asked), async {
        until_held(&server).await;
        server.add_contact("Ola Nordmann").await;
    });
    assert_eq!(
        answer,
        r#"<Ping xmlns="Ping"><Status>2</Status><Folders><Folder>2</Folder></Folders></Ping>"#
    );
    // Until it fetches the news, each further Ping says so at once, without a body as well.
    assert_eq!(super::line(&phone.send("Ping", Vec::new()).await), answer);
    let told = phone.ask("Sync", &contacts(&key, "")).await;
    assert!(told.contains("<Add>"), "{told}");
}

/// Quirk no-false-news.
#[tokio::test]
async fn what_the_phone_did_itself_is_no_news() {
    let server = Server::new().await;
    let key = in_step(&server).await;
    let phone = server.phone("14.1");
    let add = "<Commands><Add><ClientId>1</ClientId><ApplicationData><contacts:FileAs>Liv</contacts:FileAs>\
               </ApplicationData></Add></Commands>";
    let told = phone.ask("Sync", &contacts(&key, add)).await;
    assert!(told.contains("<ServerId>2:1</ServerId>"), "{told}");
    let asked = ping("60", "2");
    let held = tokio::time::timeout(Duration::from_millis(300), phone.ask("Ping", &asked)).await;
    assert!(held.is_err(), "{held:?}");
    assert!(server.app.waiters().is_empty());
}

#[tokio::test]
async fn a_newer_ping_ends_the_one_before() {
    let server = Server::new().await;
    in_step(&server).await;
    let phone = server.phone("14.1");
    let asked = ping("60", "2");
    let (first, second) = tokio::join!(phone.ask("Ping", &asked), async {
        until_held(&server).await;
        let second = tokio::time::timeout(Duration::from_millis(300), phone.ask("Ping", &asked)).await;
        second.is_err()
    });
    assert!(first.contains("<Status>1</Status>"), "{first}");
    assert!(second);
}

#[tokio::test]
async fn a_new_folder_ends_a_ping() {
    let server = Server::new().await;
    in_step(&server).await;
    let phone = server.phone("14.1");
    let asked = ping("60", "2");
    let (answer, ()) = tokio::join!(phone.ask("Ping", &asked), async {
        until_held(&server).await;
        let mut tx = server.app.store().begin().await.unwrap();
        let new = folder::New {
            id: None,
            name: "Montører",
            kind: FolderKind::USER_CALENDAR,
            connection: None,
            remote_id: None,
            read_only_at: None,
        };
        folder::create(&mut tx, server.account.id, new).await.unwrap();
        tx.commit().await.unwrap();
    });
    assert!(answer.contains("<Status>7</Status>"), "{answer}");
    // Once it knows, it is held again.
    phone.begin_folders().await;
    let held = tokio::time::timeout(Duration::from_millis(200), phone.ask("Ping", &asked)).await;
    assert!(held.is_err());
    let key = between(&phone.ask("Sync", &contacts("0", "")).await, "<SyncKey>", "</SyncKey>");
    assert!(!key.is_empty());
}

#[tokio::test]
async fn a_program_that_ends_lets_its_phones_go() {
    let server = Server::new().await;
    in_step(&server).await;
    let phone = server.phone("14.1");
    let asked = ping("60", "2");
    let (answer, ()) = tokio::join!(phone.ask("Ping", &asked), async {
        until_held(&server).await;
        server.app.stop();
    });
    assert!(answer.contains("<Status>1</Status>"), "{answer}");
}

#[tokio::test]
async fn a_sync_that_waits_tells_what_came() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    phone.begin_folders().await;
    let key = phone.begin_contacts().await;
    let waiting =
        |key: &str| contacts(key, "").replace("</Sync>", "<HeartbeatInterval>60</HeartbeatInterval></Sync>");
    let asked = waiting(&key);
    let (told, ()) = tokio::join!(phone.ask("Sync", &asked), async {
        until_held(&server).await;
        // A wake without news is no reason to answer.
        server.app.waiters().wake_all();
        server.add_contact("Ola Nordmann").await;
    });
    assert!(told.contains("<Add>") && told.contains("Ola Nordmann"), "{told}");
    // Its answer was lost, and is given again.
    assert_eq!(phone.ask("Sync", &asked).await, told);
    let asked = waiting(&between(&told, "<SyncKey>", "</SyncKey>"));
    let (silence, ()) = tokio::join!(phone.ask("Sync", &asked), async {
        until_held(&server).await;
        server.app.stop();
    });
    assert_eq!(silence, "");
}
