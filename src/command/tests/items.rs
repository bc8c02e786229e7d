//! Folders, single items and their number.

use super::Server;
use super::between;
use super::contacts;
use super::folders;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::store::folder;

impl Server {
    /// A further folder.
    pub(super) async fn add_folder(&self, name: &str, kind: FolderKind) -> FolderId {
        let mut tx = self.app.store().begin().await.unwrap();
        let new = folder::New { id: None, name, kind, connection: None, remote_id: None, read_only_at: None };
        let id = folder::create(&mut tx, self.account.id, new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}

/// Quirk deleted-once.
#[tokio::test]
async fn the_list_of_folders_is_told_once_and_then_what_changed() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let first = phone.ask("FolderSync", &folders("0")).await;
    assert!(first.contains("<Count>11</Count>"), "{first}");
    let key = between(&first, "<SyncKey>", "</SyncKey>");
    let unchanged = phone.ask("FolderSync", &folders(&key)).await;
    assert!(unchanged.contains(&format!("<SyncKey>{key}</SyncKey>")), "{unchanged}");
    assert!(unchanged.contains("<Count>0</Count>"), "{unchanged}");

    let id = server.add_folder("Montører", FolderKind::USER_CALENDAR).await;
    let second = phone.ask("FolderSync", &folders(&key)).await;
    assert!(second.contains("<Add><ServerId>100</ServerId>"), "{second}");
    // Its answer was lost: the phone hears the same again.
    assert_eq!(phone.ask("FolderSync", &folders(&key)).await, second);
    let key = between(&second, "<SyncKey>", "</SyncKey>");
    let mut tx = server.app.store().begin().await.unwrap();
    folder::delete(&mut tx, server.account.id, id, server.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    let third = phone.ask("FolderSync", &folders(&key)).await;
    assert!(third.contains("<Delete><ServerId>100</ServerId></Delete>"), "{third}");
    for wrong in ["1", "soon"] {
        let answer = phone.ask("FolderSync", &folders(wrong)).await;
        assert!(answer.contains("<Status>9</Status>"), "{answer}");
    }
}

#[tokio::test]
async fn old_versions_do_not_hear_of_the_recipient_cache() {
    let server = Server::new().await;
    let first = server.phone("12.1").ask("FolderSync", &folders("0")).await;
    assert!(first.contains("<Count>10</Count>"), "{first}");
}

/// Quirk one-contacts-folder.
#[tokio::test]
async fn outlook_is_told_of_one_address_book() {
    let server = Server::new().await;
    server.add_folder("Kunder", FolderKind::USER_CONTACTS).await;
    let outlook = super::Phone { kind: "WindowsOutlook15", ..server.phone("14.1") };
    assert!(
        outlook
            .ask("FolderSync", &folders("0"))
            .await
            .contains("<DisplayName>Kunder</DisplayName><Type>18</Type>")
    );
    let phone = server.phone("14.1");
    assert!(
        phone
            .ask("FolderSync", &folders("0"))
            .await
            .contains("<DisplayName>Kunder</DisplayName><Type>14</Type>")
    );
}

/// Quirk folders-from-0.
#[tokio::test]
async fn beginning_again_with_the_folders_leaves_the_items_in_step() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    phone.begin_folders().await;
    let key = phone.begin_contacts().await;
    phone.begin_folders().await;
    assert_eq!(phone.ask("Sync", &contacts(&key, "")).await, "");
}

fn estimate(key: &str, folder: &str) -> String {
    format!(
        r#"<GetItemEstimate xmlns="GetItemEstimate" xmlns:airsync="AirSync"><Collections><Collection>
        <airsync:SyncKey>{key}</airsync:SyncKey><CollectionId>{folder}</CollectionId>
        </Collection></Collections></GetItemEstimate>"#
    )
}

#[tokio::test]
async fn an_estimate_counts_what_a_sync_would_bring() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let status = |status| format!("<Response><Status>{status}</Status>");
    assert!(phone.ask("GetItemEstimate", &estimate("1", "2")).await.contains(&status(3)));
    assert!(phone.ask("GetItemEstimate", &estimate("1", "77")).await.contains(&status(2)));
    let key = phone.begin_contacts().await;
    server.add_contact("Ola Nordmann").await;
    server.add_contact("Liv Nordmann").await;
    let answer = phone.ask("GetItemEstimate", &estimate(&key, "2")).await;
    assert!(answer.contains("<Estimate>2</Estimate>"), "{answer}");
    assert!(phone.ask("GetItemEstimate", &estimate("9", "2")).await.contains(&status(4)));
    let told = phone.ask("Sync", &contacts(&key, "")).await;
    let key = between(&told, "<SyncKey>", "</SyncKey>");
    let answer = phone.ask("GetItemEstimate", &estimate(&key, "2")).await;
    assert!(answer.contains("<Estimate>0</Estimate>"), "{answer}");
}

/// Quirk moved-is-known.
#[tokio::test]
async fn a_moved_item_has_a_new_name_and_is_not_told_again() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let book = server.add_folder("Kunder", FolderKind::USER_CONTACTS).await;
    let name = server.add_contact("Ola Nordmann").await;
    let first = phone.begin_contacts().await;
    let key = between(&phone.ask("Sync", &contacts(&first, "")).await, "<SyncKey>", "</SyncKey>");
    let book_sync =
        |key: &str| contacts(key, "").replace("<CollectionId>2<", &format!("<CollectionId>{book}<"));
    let book_key = between(&phone.ask("Sync", &book_sync("0")).await, "<SyncKey>", "</SyncKey>");
    let order = format!(
        r#"<MoveItems xmlns="Move"><Move><SrcMsgId>{name}</SrcMsgId><SrcFldId>2</SrcFldId>
        <DstFldId>{book}</DstFldId></Move></MoveItems>"#
    );
    let moved = phone.ask("MoveItems", &order).await;
    assert!(moved.contains("<Status>3</Status>"), "{moved}");
    assert!(moved.contains(&format!("<DstMsgId>{book}:")), "{moved}");
    // Its answer was lost: nothing moves twice.
    assert_eq!(phone.ask("MoveItems", &order).await, moved);
    assert_eq!(phone.ask("Sync", &contacts(&key, "")).await, "");
    assert_eq!(phone.ask("Sync", &book_sync(&book_key)).await, "");
    // Another phone of the same user hears of both.
    let other = super::Phone { device: "phone2", ..phone };
    let key = other.begin_contacts().await;
    assert!(!other.ask("Sync", &contacts(&key, "")).await.contains("Ola"));
    // Moved by it as well, it has no second name: it comes by Sync.
    assert!(other.ask("MoveItems", &order).await.contains("<Status>1</Status>"));
    let tasks = order.replace(&format!("<DstFldId>{book}<"), "<DstFldId>3<");
    assert!(phone.ask("MoveItems", &tasks).await.contains("<Status>1</Status>"));
}

#[tokio::test]
async fn one_item_is_fetched_whole_or_in_part() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let name = server.add_contact("Ola Nordmann").await;
    let fetch = |name: &str, options: &str| {
        format!(
            r#"<ItemOperations xmlns="ItemOperations" xmlns:airsync="AirSync" xmlns:contacts="Contacts"><Fetch>
            <Store>Mailbox</Store><airsync:CollectionId>2</airsync:CollectionId>
            <airsync:ServerId>{name}</airsync:ServerId>{options}</Fetch></ItemOperations>"#
        )
    };
    let whole = phone.ask("ItemOperations", &fetch(&name, "")).await;
    assert!(whole.contains("<airsync:Class>Contacts</airsync:Class><Properties>"), "{whole}");
    assert!(whole.contains("<contacts:FileAs>"), "{whole}");
    let schema = "<Options><Schema><contacts:LastName/></Schema></Options>";
    let part = phone.ask("ItemOperations", &fetch(&name, schema)).await;
    assert!(!part.contains("<contacts:FileAs>"), "{part}");
    let gone = phone.ask("ItemOperations", &fetch("2:999", "")).await;
    assert!(gone.contains("<Fetch><Status>6</Status>"), "{gone}");
}

#[tokio::test]
async fn a_full_answer_promises_no_more_than_there_is() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let tasks = |key: &str, command: &str| {
        format!(
            r#"<Collection><SyncKey>{key}</SyncKey><CollectionId>3</CollectionId><Commands>{command}</Commands>
            </Collection>"#
        )
    };
    let both = |size: &str, first: &str, second: &str| {
        format!(
            r#"<Sync xmlns="AirSync" xmlns:tasks="Tasks"><Collections><Collection><SyncKey>{first}</SyncKey>
            <CollectionId>2</CollectionId></Collection>{second}</Collections>{size}</Sync>"#
        )
    };
    let add = r#"<Add><ClientId>1</ClientId><ApplicationData><tasks:Subject>Ring</tasks:Subject></ApplicationData></Add>"#;
    let key = phone.begin_contacts().await;
    let begun = phone.ask("Sync", &contacts("0", "").replace("<CollectionId>2<", "<CollectionId>3<")).await;
    let task_key = between(&begun, "<SyncKey>", "</SyncKey>");
    let added = phone.ask("Sync", &both("", &key, &tasks(&task_key, add))).await;
    let (task_key, id) =
        (between(&added, "<SyncKey>", "</SyncKey>"), between(&added, "<ServerId>", "</ServerId>"));
    server.add_contact("Ola Nordmann").await;
    let change = format!(
        "<Change><ServerId>{id}</ServerId><ApplicationData><tasks:Subject>Ring Ola</tasks:Subject>\
         </ApplicationData></Change>"
    );
    let answer =
        phone.ask("Sync", &both("<WindowSize>1</WindowSize>", &key, &tasks(&task_key, &change))).await;
    assert!(answer.contains("Ola Nordmann") && answer.contains("<CollectionId>3<"), "{answer}");
    assert!(!answer.contains("<MoreAvailable/>"), "{answer}");
}
