//! An item that cannot be told stops nothing, and no answer that is repeated differs by it.

use serde_json::json;

use super::Phone;
use super::Server;
use super::between;
use super::contacts;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::FolderId;
use crate::model::id::item_id;
use crate::model::id::server_id;
use crate::store::device;
use crate::store::item;
use crate::store::item::Place;
use crate::store::state;
use crate::store::state::Who;

const CALENDAR: FolderId = FolderId(1);

impl Server {
    async fn write(&self, name: &str, content: &Content) {
        let item = item_id(CALENDAR, name).unwrap();
        let place = Place { account: self.account.id, folder: CALENDAR, item };
        let mut tx = self.app.store().begin().await.unwrap();
        item::replace(&mut tx, place, content, None, self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// An event that comes from the back office.
    async fn add(&self, title: &str) -> String {
        let mut tx = self.app.store().begin().await.unwrap();
        let content = event(title);
        let new =
            item::New { content: &content, writer: None, remote_id: None, etag: None, now: self.app.now() };
        let (item, _) = item::create(&mut tx, self.account.id, CALENDAR, new).await.unwrap();
        tx.commit().await.unwrap();
        server_id(CALENDAR, item)
    }

    /// The event is one that no phone can be told.
    async fn spoil(&self, name: &str) {
        let no_event = Content::from_value(Class::Calendar, &json!({"title": "never"})).unwrap();
        self.write(name, &no_event).await;
    }

    /// As if another version of the program had been unable to tell the item.
    async fn set_aside_by_another(&self, name: &str) {
        let mut tx = self.app.store().begin().await.unwrap();
        let device = device::list(&mut tx, self.account.id).await.unwrap().remove(0).number;
        let who = Who { account: self.account.id, device };
        let now = self.app.now();
        let mut row = state::lock(&mut tx, who, CALENDAR, now).await.unwrap().unwrap();
        row.state.current.aside.insert(item_id(CALENDAR, name).unwrap(), "0.0.1");
        state::save(&mut tx, who, &row, now).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// A Sync whose answer is lost twice, and the key to go on with.
async fn lost(phone: &Phone<'_>, key: &str) -> (String, String) {
    let answer = phone.ask("Sync", &calendar(key, "")).await;
    for _ in 0..2 {
        assert_eq!(phone.ask("Sync", &calendar(key, "")).await, answer, "word for word");
    }
    let key = between(&answer, "<SyncKey>", "</SyncKey>");
    (answer, key)
}

fn event(title: &str) -> Content {
    let value = json!({"title": title, "start": "2026-11-23T09:00:00", "timeZone": "Europe/Oslo"});
    Content::from_value(Class::Calendar, &value).unwrap()
}

fn calendar(key: &str, more: &str) -> String {
    contacts(key, more).replace("<CollectionId>2<", "<CollectionId>1<")
}

async fn begin(phone: &Phone<'_>) -> String {
    between(&phone.ask("Sync", &calendar("0", "")).await, "<SyncKey>", "</SyncKey>")
}

#[tokio::test]
async fn an_answer_that_sets_aside_or_heals_is_repeated_word_for_word() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let key = begin(&phone).await;
    let ola = server.add("Ola").await;
    let (_, key) = lost(&phone, &key).await;
    server.spoil(&ola).await;
    server.add("Liv").await;
    let (answer, key) = lost(&phone, &key).await;
    assert!(answer.contains(&format!("<SoftDelete><ServerId>{ola}</ServerId></SoftDelete>")), "{answer}");
    assert!(answer.contains("Liv"), "{answer}");
    assert_eq!(phone.ask("Sync", &calendar(&key, "")).await, "", "it is not told again and again");

    server.write(&ola, &event("Ola Dahl")).await;
    let (answer, key) = lost(&phone, &key).await;
    assert!(answer.contains(&format!("<Add><ServerId>{ola}</ServerId>")), "{answer}");
    assert_eq!(phone.ask("Sync", &calendar(&key, "")).await, "");
}

#[tokio::test]
async fn what_another_program_could_not_tell_is_told_and_its_answer_repeated() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let key = begin(&phone).await;
    let ola = server.add("Ola").await;
    let (_, key) = lost(&phone, &key).await;
    server.set_aside_by_another(&ola).await;
    let (answer, key) = lost(&phone, &key).await;
    assert!(answer.contains(&format!("<Add><ServerId>{ola}</ServerId>")), "{answer}");
    assert_eq!(phone.ask("Sync", &calendar(&key, "")).await, "");
}

#[tokio::test]
async fn another_request_under_the_same_key_meets_what_was_set_aside_anew() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let key = begin(&phone).await;
    let ola = server.add("Ola").await;
    let (_, key) = lost(&phone, &key).await;
    server.spoil(&ola).await;
    phone.ask("Sync", &calendar(&key, "")).await;
    server.write(&ola, &event("Ola Dahl")).await;
    let other = calendar(&key, "<WindowSize>7</WindowSize>");
    let answer = phone.ask("Sync", &other).await;
    assert!(answer.contains(&format!("<Change><ServerId>{ola}</ServerId>")), "it still has it: {answer}");
}
