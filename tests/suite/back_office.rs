//! A company's data on its way between the reference back office and the store, over the contract, by the running jobs.

use std::time::Duration;

use lomme::config::connection::Connection;
use lomme::directory;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::Rev;
use lomme::store::account;
use lomme::store::directory as snapshot;
use lomme::store::folder;
use lomme::store::item;
use lomme::store::item::Place;
use lomme::store::outbox;
use lomme::store::outbox::Owe;
use lomme::store::pull;
use serde_json::json;

use crate::office::Office;
use crate::office::TOKEN;
use crate::server::Server;

const KARI: AccountId = AccountId(1);
const OLA: AccountId = AccountId(2);
const CALENDAR: FolderId = FolderId(1);
const TASKS: FolderId = FolderId(3);

async fn connected(office: &Office) -> Server {
    let connection = json!({"name": "office", "kind": "http_api", "url": office.running.url(), "token": TOKEN,
        "classes": ["calendar", "contacts", "tasks", "notes"], "directory": true});
    let connection: Connection = serde_json::from_value(connection).unwrap();
    Server::with(|config| config.connections = vec![connection]).await
}

/// Waits until something holds, but not for ever.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let all = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), all).await.is_ok(), "never: {what}");
}

pub(crate) async fn count(server: &Server, account: AccountId, folder: FolderId) -> usize {
    let mut reader = server.app.store().read().await.unwrap();
    item::remote_ids(&mut reader, account, folder).await.unwrap().len()
}

async fn titles(office: &Office) -> Vec<String> {
    let answer = office.get("/tasks/changes?user=kari@fjord.example").await;
    let items = answer.body["items"].as_array().unwrap();
    items.iter().filter_map(|item| item["data"]["title"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_company_comes_in_and_changes_go_both_ways() {
    let office = Office::start().await;
    let server = connected(&office).await;
    let store = server.app.store();
    until("Kari's tasks and events come", async || {
        count(&server, KARI, TASKS).await == 5 && count(&server, KARI, CALENDAR).await == 5
    })
    .await;
    until("Ola sees the fitters' calendar and may not write it", async || {
        let folders = folder::list(&mut store.read().await.unwrap(), OLA).await.unwrap();
        folders.iter().map(|row| &row.folder).any(|folder| {
            folder.kind == FolderKind::USER_CALENDAR && folder.name == "Montører" && folder.read_only
        })
    })
    .await;

    let content = json!({"uid": "phone-1", "title": "From the phone"});
    let content = Content::from_value(Class::Tasks, &content).unwrap();
    let now = server.app.now();
    let mut tx = store.begin().await.unwrap();
    let new = item::New { content: &content, writer: None, remote_id: None, etag: None, now };
    let (item, rev) = item::create(&mut tx, KARI, TASKS, new).await.unwrap();
    let place = Place { account: KARI, folder: TASKS, item };
    let key = "a key of its own";
    let owe = Owe { place, connection: "office", base_rev: Rev(0), rev, key, server_wins: true, now };
    outbox::owe(&mut tx, owe).await.unwrap();
    tx.commit().await.unwrap();
    until("the phone's task is there", async || titles(&office).await.contains(&"From the phone".to_owned()))
        .await;
    until("nothing is owed any more", async || {
        outbox::count(&mut store.read().await.unwrap(), KARI).await.unwrap() == 0
    })
    .await;

    let there = json!({"uid": "there-1", "title": "From the office"});
    office.post("/tasks?user=kari@fjord.example", there, &[("Idempotency-Key", "another key")]).await;
    let mut tx = store.begin().await.unwrap();
    pull::ask(&mut tx, KARI, None, server.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    until("the office's task comes", async || count(&server, KARI, TASKS).await == 7).await;
    let row = item::newest(&mut store.read().await.unwrap(), place).await.unwrap().unwrap();
    assert_eq!(row.version.meta.rev, rev, "the phone's own task did not come back");
    server.stop().await;
    office.running.stop().await;
}

#[tokio::test]
async fn the_directory_is_there_even_when_its_owner_is_not() {
    let office = Office::start().await;
    let server = connected(&office).await;
    let app = &server.app;
    let kari = account::by_id(&mut app.store().read().await.unwrap(), KARI).await.unwrap().unwrap();
    let live = directory::search(app, &kari, "per ås", 0, 3).await.unwrap();
    assert_eq!((live.total, live.people.len()), (14, 3));
    assert_eq!(directory::search(app, &kari, " % ", 0, 3).await.unwrap().total, 0);
    let words = ["per".to_owned()];
    until("the snapshot is taken", async || {
        let mut reader = app.store().read().await.unwrap();
        snapshot::matching(&mut reader, kari.organisation, &words, 100).await.unwrap().len() == 14
    })
    .await;
    office.running.stop().await;
    let snapshot = directory::search(app, &kari, "strøm ås", 10, 5).await.unwrap();
    assert_eq!((snapshot.total, snapshot.people.len()), (14, 4));
    server.stop().await;
}
