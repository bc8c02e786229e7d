//! How soon a change reaches a phone that waits, as the administrators' first page counts it.

use std::time::Duration;

use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::OrganisationId;
use lomme::store::item;
use serde_json::json;

use crate::back_office::until;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

const FJORD: OrganisationId = OrganisationId(1);

async fn comes(server: &Server, name: &str) {
    let content = json!({"@type": "Card", "version": "1.0", "uid": name, "name": {"full": name}});
    let content = Content::from_value(Class::Contacts, &content).unwrap();
    let mut tx = server.app.store().begin().await.unwrap();
    let now = server.app.now();
    let new = item::New { content: &content, writer: None, remote_id: None, etag: None, now };
    item::create(&mut tx, AccountId(1), FolderId(2), new).await.unwrap();
    tx.commit().await.unwrap();
}

fn delays(server: &Server) -> i64 {
    let counted = server.app.tally().take();
    counted.iter().filter(|(of, what, ..)| *of == FJORD && *what == "delay").map(|(.., number)| number).sum()
}

#[tokio::test]
async fn a_change_that_a_phone_waited_for_is_timed_and_one_from_before_is_not() {
    let server = Server::start().await;
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", "14.1"));
    phone.add_account().await;
    let contacts = phone.default(FolderKind::CONTACTS.0);
    phone.sync(&contacts).await;
    let waits = || server.app.tally().waiting() == [(FJORD, 1)];

    comes(&server, "From before").await;
    let told = phone.ping(60, std::slice::from_ref(&contacts)).await;
    assert_eq!(told.0, "2");
    assert_eq!(delays(&server), 0, "it did not wait for that");
    phone.sync(&contacts).await;

    let folders = [contacts.clone()];
    let change = async {
        until("it waits", async || waits()).await;
        comes(&server, "While it waits").await;
    };
    let (told, ()) = tokio::join!(phone.ping(60, &folders), change);
    assert_eq!(told.0, "2");
    assert_eq!(delays(&server), 1);
    phone.sync(&contacts).await;

    let change = async {
        until("it waits", async || waits()).await;
        comes(&server, "While its Sync waits").await;
    };
    let (heard, ()) = tokio::join!(phone.sync_waiting(&contacts, 60), change);
    assert_eq!(heard.changes.len(), 1);
    assert_eq!(delays(&server), 1);
    let none = [(FJORD, 0)];
    let left = tokio::time::timeout(
        Duration::from_secs(5),
        until("nobody waits", async || server.app.tally().waiting() == none),
    );
    left.await.unwrap();
    server.stop().await;
}
