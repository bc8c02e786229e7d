//! Rows that a broken disk or a hand has spoilt: the phone meets the least of it, and all is well after.

use lomme::model::folder::FolderKind;
use sqlx::Executor as _;

use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

/// A phone that is in step with contacts and tasks.
async fn in_step(server: &Server) -> (Phone, [String; 2]) {
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", "14.1"));
    phone.sync_folders().await;
    let folders = [phone.default(FolderKind::CONTACTS.0), phone.default(FolderKind::TASKS.0)];
    for folder in &folders {
        phone.sync(folder).await;
    }
    let [contacts, tasks] = &folders;
    phone.add(contacts, "<contacts:LastName>Dahl</contacts:LastName>").await;
    phone.add(tasks, "<tasks:Subject>Ring</tasks:Subject><tasks:Complete>0</tasks:Complete>").await;
    (phone, folders)
}

async fn spoil(server: &Server, statement: &'static str) {
    let mut tx = server.app.store().begin().await.unwrap();
    tx.execute(statement).await.unwrap();
    tx.commit().await.unwrap();
}

/// The status of a Sync of one folder, from the key that the phone has.
async fn status(phone: &Phone, folder: &str) -> Option<String> {
    let key = &phone.books[folder].key;
    let inner = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId></Collection></Collections>"
    );
    let answer =
        phone.wire.post("Sync", crate::phone::wire::document("AirSync:Sync", &inner)).await.node()?;
    Some(answer.find("Collection").unwrap().told("Status").to_owned())
}

#[tokio::test]
async fn a_damaged_state_sends_a_phone_back_to_the_start_of_that_folder_alone() {
    let server = Server::start().await;
    let (mut phone, [contacts, tasks]) = in_step(&server).await;
    spoil(&server, "UPDATE sync_state SET state = '{\"current\":' WHERE folder_id = 2").await;
    // Even who only waits is sent to ask.
    assert_eq!(
        phone.ping(60, std::slice::from_ref(&contacts)).await,
        ("2".to_owned(), vec![contacts.clone()])
    );
    assert_eq!(status(&phone, &contacts).await.as_deref(), Some("3"));
    // Nothing new, so nothing is said.
    assert_eq!(status(&phone, &tasks).await, None);
    phone.books.remove(&contacts);
    phone.sync(&contacts).await;
    assert!(phone.holding(&contacts, "Dahl").is_some());
    assert_eq!(status(&phone, &contacts).await, None);
    server.stop().await;
}

#[tokio::test]
async fn damaged_columns_of_a_device_count_as_empty() {
    let server = Server::start().await;
    let (mut phone, [contacts, tasks]) = in_step(&server).await;
    spoil(
        &server,
        "UPDATE device SET information = '{', provision = '[]', hierarchy = '{', ping = '{', requested = '{'",
    )
    .await;
    // What it holds of the folders is kept apart from what it was told of their list.
    assert_eq!(status(&phone, &contacts).await, None);
    let inner = format!("<SyncKey>{}</SyncKey>", phone.hierarchy_key);
    let told = phone.ask("FolderSync", "FolderHierarchy:FolderSync", &inner).await;
    assert_eq!(told.told("Status"), "9");
    phone.hierarchy_key = "0".to_owned();
    phone.sync_folders().await;
    assert_eq!(phone.ping(60, &[]).await.0, "3");
    phone.provision().await;
    let id = phone.holding(&tasks, "Ring").unwrap().0;
    phone.delete(&tasks, &id).await;
    server.stop().await;
}
