//! What is switched off: it leaves the phones and the store, comes back when it is switched on, and nothing is lost by it.

use lomme::config::connection::Connection;
use lomme::directory;
use lomme::govern::actor::Actor;
use lomme::govern::service;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::OrganisationId;
use lomme::model::id::Rev;
use lomme::model::service::Off;
use lomme::model::service::Service;
use lomme::store::account;
use lomme::store::folder;
use lomme::store::item;
use lomme::store::item::Place;
use lomme::store::outbox;
use lomme::store::outbox::Owe;
use serde_json::json;

use crate::back_office::count;
use crate::back_office::until;
use crate::office::Office;
use crate::office::TOKEN;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

const KARI: AccountId = AccountId(1);
const OLA: AccountId = AccountId(2);
const FJORD: OrganisationId = OrganisationId(1);
const CONTACTS: FolderId = FolderId(2);
const TASKS: FolderId = FolderId(3);
const WHO: Actor = Actor::command_line();

async fn connected(url: &str) -> Server {
    let connection = json!({"name": "office", "kind": "http_api", "url": url, "token": TOKEN,
        "classes": ["calendar", "contacts", "tasks"], "directory": true});
    let connection: Connection = serde_json::from_value(connection).unwrap();
    Server::with(|config| config.connections = vec![connection]).await
}

async fn phone(server: &Server, user: &str, version: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), user, version));
    phone.add_account().await;
    phone
}

/// Whether the calendar that others share with Ola is here.
async fn sees_fitters(server: &Server) -> bool {
    let rows = folder::list(&mut server.app.store().read().await.unwrap(), OLA).await.unwrap();
    rows.iter().any(|row| row.folder.kind == FolderKind::USER_CALENDAR)
}

fn kinds(phone: &Phone) -> Vec<u8> {
    let mut kinds: Vec<u8> = phone.folders.values().map(|folder| folder.kind).collect();
    kinds.sort_unstable();
    kinds
}

async fn off(server: &Server, services: &[Service]) {
    let off: Off = services.iter().copied().collect();
    service::set(&server.app, &WHO, KARI, &off).await.unwrap();
}

/// 002-06: what is off is not pulled, not offered to phones, and its stored copy is purged; back on, it comes back.
#[tokio::test]
async fn what_a_user_leaves_out_goes_from_phone_and_store_and_comes_back() {
    let office = Office::start().await;
    let server = connected(&office.running.url()).await;
    until("all has come", async || {
        count(&server, KARI, CONTACTS).await == 5 && count(&server, KARI, TASKS).await == 5
    })
    .await;
    let (mut new, mut old) = (phone(&server, "kari", "16.1").await, phone(&server, "kari", "12.1").await);
    for phone in [&mut new, &mut old] {
        assert!(kinds(phone).contains(&FolderKind::USER_CALENDAR.0));
        phone.sync("2").await;
        assert_eq!(phone.book("2").items.len(), 5);
    }

    off(&server, &[Service::Contacts, Service::SharedCalendars]).await;
    assert_eq!(count(&server, KARI, CONTACTS).await, 0, "the copy is purged");
    assert_eq!(count(&server, KARI, TASKS).await, 5, "the rest stays");
    // A phone that asks for the folder is sent to the list of folders, which says it is gone.
    let key = new.book("2").key.clone();
    let ask = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>2</CollectionId></Collection></Collections>"
    );
    let told = new.ask("Sync", "AirSync:Sync", &ask).await;
    assert_eq!(told.find("Collection").unwrap().told("Status"), "12");
    assert!(new.sync_folders().await);
    assert_eq!(kinds(&new), [2, 3, 4, 5, 6, 7, 8, 10, 11, 19]);
    new.sync("3").await;
    assert_eq!(new.book("3").items.len(), 5);
    // The back office is asked on, and brings nothing of it.
    until("the list of collections was pulled", async || {
        let mut reader = server.app.store().read().await.unwrap();
        let dues = lomme::store::pull::of_account(&mut reader, KARI).await.unwrap();
        dues.iter().all(|due| due.next_at > server.app.now())
    })
    .await;
    assert!(!new.sync_folders().await, "nothing comes back by itself");
    let left = office.get("/contacts/changes?user=kari@fjord.example").await;
    assert_eq!(left.body["items"].as_array().unwrap().len(), 5, "the back office keeps its own");

    off(&server, &[]).await;
    until("the contacts are pulled again", async || count(&server, KARI, CONTACTS).await == 5).await;
    until("and the shared calendar", async || {
        let rows = folder::list(&mut server.app.store().read().await.unwrap(), KARI).await.unwrap();
        rows.iter().any(|row| row.folder.kind == FolderKind::USER_CALENDAR)
    })
    .await;
    for phone in [&mut new, &mut old] {
        // The old one heard nothing of it meanwhile: to it, the folder went and came.
        assert!(phone.sync_folders().await);
        assert_eq!(phone.default(FolderKind::CONTACTS.0), "2");
        assert!(kinds(phone).contains(&FolderKind::USER_CALENDAR.0));
        phone.sync("2").await;
        assert_eq!(phone.book("2").items.len(), 5);
    }
    server.stop().await;
    office.running.stop().await;
}

#[tokio::test]
async fn what_an_organisation_leaves_out_leaves_everybody_and_mail_leaves_its_folders_behind() {
    let office = Office::start().await;
    let server = connected(&office.running.url()).await;
    until("all has come", async || count(&server, KARI, TASKS).await == 5 && sees_fitters(&server).await)
        .await;
    let kari = account::by_id(&mut server.app.store().read().await.unwrap(), KARI).await.unwrap().unwrap();
    assert_eq!(directory::search(&server.app, &kari, "per ås", 0, 3).await.unwrap().total, 14);
    let mut waiting = phone(&server, "ola", "16.1").await;

    let off = Off::from_iter([Service::Tasks, Service::SharedCalendars, Service::Mail, Service::Directory]);
    service::set_all(&server.app, &WHO, FJORD, &off).await.unwrap();
    until("they have left everybody", async || {
        count(&server, KARI, TASKS).await == 0 && !sees_fitters(&server).await
    })
    .await;
    waiting.sync_folders().await;
    // Android gives an account up that has not all of 2 to 6.
    assert_eq!(kinds(&waiting), [2, 3, 4, 5, 6, 8, 9, 10, 11, 19]);
    assert_eq!(directory::search(&server.app, &kari, "per ås", 0, 3).await.unwrap().total, 0);
    // Nobody has back what the organisation does not use.
    service::set(&server.app, &WHO, KARI, &Off::default()).await.unwrap();
    assert_eq!(kinds(&phone(&server, "kari", "14.1").await).iter().filter(|kind| **kind == 7).count(), 0);

    service::set_all(&server.app, &WHO, FJORD, &Off::default()).await.unwrap();
    until("all comes back", async || count(&server, KARI, TASKS).await == 5 && sees_fitters(&server).await)
        .await;
    assert_eq!(directory::search(&server.app, &kari, "per ås", 0, 3).await.unwrap().total, 14);
    server.stop().await;
    office.running.stop().await;
}

#[tokio::test]
async fn what_lives_here_alone_is_out_of_sight_and_never_lost() {
    let server = Server::start().await;
    let mut phone = phone(&server, "kari", "16.1").await;
    phone.sync("4").await;
    let content = Content::from_value(Class::Notes, &json!({"title": "Gate code"})).unwrap();
    let mut tx = server.app.store().begin().await.unwrap();
    let now = server.app.now();
    let new = item::New { content: &content, writer: None, remote_id: None, etag: None, now };
    item::create(&mut tx, KARI, FolderId(4), new).await.unwrap();
    tx.commit().await.unwrap();
    phone.sync("4").await;
    assert_eq!(phone.book("4").items.len(), 1);
    off(&server, &[Service::Notes]).await;
    assert!(phone.sync_folders().await);
    assert!(!phone.folders.contains_key("4"));
    off(&server, &[]).await;
    assert!(phone.sync_folders().await);
    phone.sync("4").await;
    assert_eq!(phone.book("4").items.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn what_the_back_office_has_not_got_yet_is_sent_before_it_goes() {
    let office = Office::start().await;
    let server = connected(&office.running.url()).await;
    until("all has come", async || count(&server, KARI, TASKS).await == 5).await;
    let content = Content::from_value(Class::Tasks, &json!({"title": "From the phone"})).unwrap();
    let now = server.app.now();
    let mut tx = server.app.store().begin().await.unwrap();
    let new = item::New { content: &content, writer: None, remote_id: None, etag: None, now };
    let (item, rev) = item::create(&mut tx, KARI, TASKS, new).await.unwrap();
    let place = Place { account: KARI, folder: TASKS, item };
    let owe = Owe { place, connection: "office", base_rev: Rev(0), rev, key: "k", server_wins: true, now };
    outbox::owe(&mut tx, owe).await.unwrap();
    tx.commit().await.unwrap();
    off(&server, &[Service::Tasks]).await;
    until("it went when it was sent", async || count(&server, KARI, TASKS).await == 0).await;
    let there = office.get("/tasks/changes?user=kari@fjord.example").await;
    let items = there.body["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["data"]["title"] == "From the phone"), "{items:?}");
    until("and the list is without it", async || {
        let rows = folder::list(&mut server.app.store().read().await.unwrap(), KARI).await.unwrap();
        rows.iter().all(|row| row.folder.id != TASKS)
    })
    .await;
    server.stop().await;
    office.running.stop().await;
}
