//! Two phones of one person that do something to the same item, and an administrator who says which of them counts.

use std::path::Path;

use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::store::folder;

use crate::command_line::lomme;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

const TASKS: &str = "3";

/// A task with this title.
fn task(title: &str) -> String {
    format!("<tasks:Subject>{title}</tasks:Subject><tasks:Complete>0</tasks:Complete>")
}

/// What a phone shows of a folder.
fn titles(phone: &mut Phone, folder: &str) -> Vec<String> {
    let mut titles: Vec<String> =
        phone.book(folder).items.values().map(|item| item.told("Subject").to_owned()).collect();
    titles.sort();
    titles
}

async fn phone(server: &Server, device: &str) -> Phone {
    let wire = Wire::new(&server.url(""), "kari", "14.1");
    let mut phone = Phone::new(Wire { device: device.to_owned(), ..wire });
    phone.sync_folders().await;
    phone
}

/// What an administrator types beside the running server.
fn administer(server: &Server, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let store = &server.app.config().store;
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{}\"\ndata = \"{}\"\n",
        store.url,
        store.data.display()
    );
    std::fs::write(folder.join("lomme.toml"), config).unwrap();
    // The server goes on meanwhile: it may hold the database that the other process waits for.
    tokio::task::block_in_place(|| lomme(folder, &[arguments, &["--config", "lomme.toml"]].concat(), ""))
}

/// What is left of three tasks: both phones change `a`; the first deletes `b`, which the second has changed; the first
/// changes `c`, which the second has deleted.
async fn left(server: &Server, one: &mut Phone, two: &mut Phone) -> Vec<String> {
    let mut ids = Vec::new();
    for title in ["a", "b", "c"] {
        ids.push(one.add(TASKS, &task(title)).await);
    }
    one.sync(TASKS).await;
    two.sync(TASKS).await;
    assert!(two.change(TASKS, &ids[0], &task("a two")).await.is_empty());
    assert!(two.change(TASKS, &ids[1], &task("b two")).await.is_empty());
    assert!(two.delete(TASKS, &ids[2]).await.is_empty());
    one.change(TASKS, &ids[0], &task("a one")).await;
    assert!(one.delete(TASKS, &ids[1]).await.is_empty());
    one.change(TASKS, &ids[2], &task("c one")).await;
    one.sync(TASKS).await;
    two.sync(TASKS).await;
    let left = titles(one, TASKS);
    assert_eq!(titles(two, TASKS), left, "both phones have the same");
    let ids: Vec<String> = one.book(TASKS).items.keys().cloned().collect();
    for id in ids {
        one.delete(TASKS, &id).await;
    }
    one.sync(TASKS).await;
    two.sync(TASKS).await;
    assert!(titles(two, TASKS).is_empty());
    assert_eq!(server.app.config().conflict.tasks.as_str(), "device decides", "the file is as it was");
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_says_who_wins_while_the_server_runs() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut two) = (phone(&server, "ONE").await, phone(&server, "TWO").await);
    one.sync(TASKS).await;
    for (policy, expected) in [
        ("server", vec!["a two", "b two"]),
        ("device", vec!["a one", "c one"]),
        ("merge", vec!["a two", "b two", "c one"]),
        ("newest", vec!["a one", "c one"]),
        ("device decides", vec!["a two"]),
        ("default", vec!["a two"]),
    ] {
        let order = ["organisation", "conflict", "Fjord Elektro AS", "tasks", policy];
        assert_eq!(administer(&server, folder.path(), &order).0, 0, "{policy}");
        assert_eq!(left(&server, &mut one, &mut two).await, expected, "{policy}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_administrator_set_is_listed() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| administer(&server, folder.path(), arguments);
    let (code, output, _) = run(&["organisation", "conflict", "Fjord Elektro AS", "Notes", "device-decides"]);
    assert_eq!((code, output.as_str()), (0, "Fjord Elektro AS: notes: device decides\n"));
    assert_eq!(run(&["organisation", "conflict", "Fjord Elektro AS", "tasks", "merge"]).0, 0);
    let expected = "Fjord Elektro AS\tcalendar: device decides (default), contacts: device decides (default), \
                    tasks: merge, notes: device decides\n";
    assert_eq!(run(&["organisation", "list"]).1, expected);
    let (code, _, error) = run(&["organisation", "conflict", "Fjord", "tasks", "merge"]);
    assert_eq!((code, error.as_str()), (1, "lomme: there is no organisation Fjord\n"));
    assert_eq!(run(&["organisation", "conflict", "Fjord Elektro AS", "tasks", "phone"]).0, 2);
    assert_eq!(run(&["organisation", "conflict", "Fjord Elektro AS", "mail", "merge"]).0, 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_goes_after_an_item_that_another_phone_has_moved() {
    let server = Server::start().await;
    let mut tx = server.app.store().begin().await.unwrap();
    let (kind, name) = (FolderKind::USER_TASKS, "Kunder");
    let new = folder::New { id: None, name, kind, connection: None, remote_id: None, read_only_at: None };
    folder::create(&mut tx, AccountId(1), new).await.unwrap();
    tx.commit().await.unwrap();
    let (mut one, mut two) = (phone(&server, "ONE").await, phone(&server, "TWO").await);
    let list = one.named("Kunder").unwrap();
    one.sync(TASKS).await;
    let id = one.add(TASKS, &task("a")).await;
    for phone in [&mut one, &mut two] {
        phone.sync(TASKS).await;
        phone.sync(&list).await;
    }
    two.move_item(&id, TASKS, &list).await;
    let replies = one.change(TASKS, &id, &task("changed")).await;
    assert_eq!(replies[0].told("Status"), "8", "it is not here any more");
    for phone in [&mut one, &mut two] {
        phone.sync(TASKS).await;
        phone.sync(&list).await;
        assert_eq!(titles(phone, &list), ["changed"]);
        assert!(titles(phone, TASKS).is_empty());
    }
    server.stop().await;
}
