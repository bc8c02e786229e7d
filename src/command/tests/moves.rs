//! Items that phones move: who is told what of them, whichever answers get lost.

use jiff::Timestamp;

use super::Phone;
use super::Server;
use super::between;
use super::contacts;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::model::id::item_id;
use crate::store::item;
use crate::store::item::Place;
use crate::store::outbox;
use crate::store::outbox::Owe;

const OWN: FolderId = FolderId(2);

/// A phone and another one of the same user, with two folders of contacts.
struct Desk {
    server: Server,
    book: FolderId,
}

impl Desk {
    async fn new() -> Self {
        let server = Server::new().await;
        let book = server.add_folder("Kunder", FolderKind::USER_CONTACTS).await;
        Self { server, book }
    }

    fn phones(&self) -> [Phone<'_>; 2] {
        let phone = self.server.phone("14.1");
        [phone, Phone { device: "phone2", ..phone }]
    }

    fn place(&self, name: &str) -> Place {
        let folder = FolderId(name.split_once(':').unwrap().0.parse().unwrap());
        Place { account: self.server.account.id, folder, item: item_id(folder, name).unwrap() }
    }

    /// Somebody else makes an item.
    async fn add(&self, folder: FolderId, title: &str) {
        let (content, now) = (card(title), self.server.app.now());
        let mut tx = self.server.app.store().begin().await.unwrap();
        let new = item::New { content: &content, writer: None, remote_id: None, etag: None, now };
        item::create(&mut tx, self.server.account.id, folder, new).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody else changes an item, or deletes it.
    async fn edit(&self, name: &str, title: Option<&str>) {
        let (place, now) = (self.place(name), self.server.app.now());
        let mut tx = self.server.app.store().begin().await.unwrap();
        match title {
            Some(title) => item::replace(&mut tx, place, &card(title), None, now).await.unwrap(),
            None => item::delete(&mut tx, place, None, now).await.unwrap(),
        };
        tx.commit().await.unwrap();
    }

    /// As if the back office had not heard of its deletion.
    async fn owe(&self, name: &str) {
        let (place, rev, now) = (self.place(name), Rev(0), Timestamp::UNIX_EPOCH);
        let mut tx = self.server.app.store().begin().await.unwrap();
        let owe = Owe { place, connection: "office", base_rev: rev, rev, key: "key", server_wins: true, now };
        outbox::owe(&mut tx, owe).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn card(title: &str) -> Content {
    let card = serde_json::json!({ "name": { "full": title } }).to_string();
    Content::from_json(Class::Contacts, &card).unwrap()
}

fn sync(folder: FolderId, key: &str, more: &str) -> String {
    contacts(key, more).replace("<CollectionId>2<", &format!("<CollectionId>{folder}<"))
}

impl Phone<'_> {
    /// The new name of an item that it moves; none if there was none to move.
    async fn moves(&self, name: &str, to: FolderId) -> Option<String> {
        let (from, _) = name.split_once(':').unwrap();
        let order = format!(
            r#"<MoveItems xmlns="Move"><Move><SrcMsgId>{name}</SrcMsgId><SrcFldId>{from}</SrcFldId>
            <DstFldId>{to}</DstFldId></Move></MoveItems>"#
        );
        let answer = self.ask("MoveItems", &order).await;
        match between(&answer, "<Status>", "</Status>").as_str() {
            "3" => Some(between(&answer, "<DstMsgId>", "</DstMsgId>")),
            "1" => None,
            _ => panic!("{answer}"),
        }
    }

    /// Begins with a folder, and hears what is in it. The key to go on with.
    async fn begins(&self, folder: FolderId) -> String {
        let first = self.ask("Sync", &sync(folder, "0", "")).await;
        self.hears(folder, &between(&first, "<SyncKey>", "</SyncKey>")).await.0
    }

    /// The next key and the answer, if there is news.
    async fn hears(&self, folder: FolderId, key: &str) -> (String, String) {
        let answer = self.ask("Sync", &sync(folder, key, "")).await;
        if answer.is_empty() {
            return (key.to_owned(), answer);
        }
        (between(&answer, "<SyncKey>", "</SyncKey>"), answer)
    }
}

#[tokio::test]
async fn a_new_name_is_told_again_only_to_the_phone_that_moved_the_item() {
    let desk = Desk::new().await;
    let [one, two] = desk.phones();
    let name = desk.server.add_contact("Ola Nordmann").await;
    for phone in [one, two] {
        phone.begins(OWN).await;
        phone.begins(desk.book).await;
    }
    // It is moved there and back, so the first phone has written it in both folders.
    let there = one.moves(&name, desk.book).await.unwrap();
    let back = one.moves(&there, OWN).await.unwrap();
    desk.owe(&there).await;
    two.begins(OWN).await;
    assert_eq!(two.moves(&back, desk.book).await.as_ref(), Some(&there), "it is where it was");
    assert_eq!(two.moves(&back, desk.book).await, Some(there), "its answer was lost");
    assert_eq!(one.moves(&back, desk.book).await, None, "to the other one it comes by Sync");
}

#[tokio::test]
async fn what_a_phone_moved_it_knows_under_an_older_key_too() {
    let desk = Desk::new().await;
    let [phone, _] = desk.phones();
    let name = desk.server.add_contact("Ola").await;
    let keys = [(OWN, phone.begins(OWN).await), (desk.book, phone.begins(desk.book).await)];
    for (folder, key) in &keys {
        desk.add(*folder, "Liv").await;
        // Its answer is lost.
        assert!(phone.hears(*folder, key).await.1.contains("Liv"));
    }
    let there = phone.moves(&name, desk.book).await.unwrap();
    for (folder, key) in &keys {
        let again = phone.ask("Sync", &sync(*folder, key, "<WindowSize>9</WindowSize>")).await;
        assert!(again.contains("Liv") && !again.contains(&name) && !again.contains(&there), "{again}");
        let key = between(&again, "<SyncKey>", "</SyncKey>");
        assert_eq!(phone.hears(*folder, &key).await.1, "");
    }
}

#[tokio::test]
async fn a_phone_that_moves_what_it_may_have_in_an_older_version_is_told_the_newest() {
    let desk = Desk::new().await;
    let [phone, _] = desk.phones();
    let name = desk.server.add_contact("Ola").await;
    let (own, book) = (phone.begins(OWN).await, phone.begins(desk.book).await);
    desk.edit(&name, Some("Ole")).await;
    assert!(phone.hears(OWN, &own).await.1.contains("Ole"), "it may or may not get this answer");
    let there = phone.moves(&name, desk.book).await.unwrap();
    // If it did, what it changes now is no conflict.
    let change = format!(
        "<GetChanges>0</GetChanges><Commands><Change><ServerId>{there}</ServerId><ApplicationData>\
         <contacts:FirstName>Olav</contacts:FirstName></ApplicationData></Change></Commands>"
    );
    let (book, told) = phone.hears(desk.book, &book).await;
    assert!(told.contains(&format!("<Change><ServerId>{there}<")) && told.contains("Ole"), "{told}");
    assert_eq!(phone.hears(desk.book, &book).await.1, "");

    let back = phone.moves(&there, OWN).await.unwrap();
    let edited = change.replace(&there, &back);
    let answer = phone.ask("Sync", &sync(OWN, &own, &edited)).await;
    assert!(!answer.contains("<Status>7</Status>"), "{answer}");
}

#[tokio::test]
async fn what_happened_to_a_moved_item_before_its_phone_knew_its_name_is_told_again() {
    for title in [Some("Ole"), None] {
        let desk = Desk::new().await;
        let [phone, _] = desk.phones();
        let name = desk.server.add_contact("Ola").await;
        phone.begins(OWN).await;
        let key = phone.begins(desk.book).await;
        // Its answer is lost, and it syncs before it asks again.
        let there = phone.moves(&name, desk.book).await.unwrap();
        desk.edit(&there, title).await;
        let (key, told) = phone.hears(desk.book, &key).await;
        assert!(told.contains(&there), "{told}");
        assert_eq!(phone.moves(&name, desk.book).await.as_ref(), Some(&there));
        let (key, again) = phone.hears(desk.book, &key).await;
        let step = if title.is_some() { "Change" } else { "Delete" };
        assert!(again.contains(&format!("<{step}><ServerId>{there}<")), "{again}");
        assert_eq!(phone.moves(&name, desk.book).await, Some(there.clone()), "as often as it likes");
        phone.hears(desk.book, &key).await;
    }
}

#[tokio::test]
async fn a_phone_whose_move_came_to_nothing_hears_that_the_item_is_gone() {
    let desk = Desk::new().await;
    let [phone, _] = desk.phones();
    let name = desk.server.add_contact("Ola").await;
    let key = phone.begins(OWN).await;
    // Its answer is lost; the move is taken back, and somebody deletes the item.
    phone.moves(&name, desk.book).await.unwrap();
    desk.edit(&name, Some("Ola")).await;
    desk.edit(&name, None).await;
    assert_eq!(phone.moves(&name, desk.book).await, None);
    let (key, told) = phone.hears(OWN, &key).await;
    assert!(told.contains(&format!("<Delete><ServerId>{name}<")), "{told}");
    assert_eq!(phone.moves(&name, desk.book).await, None);
    phone.hears(OWN, &key).await;
}
