//! A user turns a back office on with the log-in of its own, sees what it brings, and turns it off again.

use lomme::config::connection::Connection;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use serde_json::json;

use super::browser::Browser;
use crate::back_office::count;
use crate::back_office::until;
use crate::office::Office;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::PASSWORD;
use crate::server::Server;

const KARI: AccountId = AccountId(1);
const CONTACTS: FolderId = FolderId(2);

pub(super) async fn server(office: &Office) -> Server {
    let connection = json!({"name": "24sevenoffice", "title": "24SevenOffice", "kind": "http_api",
        "url": office.running.url(), "log_in": "user", "classes": ["calendar", "contacts", "tasks"]});
    let connection: Connection = serde_json::from_value(connection).unwrap();
    Server::with(|config| config.connections = vec![connection]).await
}

/// Requirements 002-10, 002-19, 002-24, 002-28, 002-29, 002-30, 002-33, 002-60, 002-62.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_creates_access_sees_the_first_sync_and_removes_access_again() {
    let office = Office::start().await;
    let server = server(&office).await;
    let browser = Browser::start(&server.url("")).await;
    browser.open("/setting?p=24sevenoffice").await;
    browser.fill("#email", "kari@fjord.example").await;
    browser.fill("#password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.until_it_says("The server holds no contacts yet.").await;
    browser.until_it_says("choose “Keep”").await;
    browser.look("connection-off").await;

    browser.fill("#user", "kari@fjord.example").await;
    browser.fill("#password", "wrong").await;
    browser.press("Create access").await;
    browser.until_it_says("Not stored: the log-in was refused").await;
    assert_eq!(browser.value("#user").await, "kari@fjord.example");
    browser.look("connection-refused").await;

    browser.fill("#password", "kari-secret").await;
    browser.press("Create access").await;
    browser.until_it_says("Access to 24SevenOffice is created.").await;
    // The page brings itself up to date until the first sync is there.
    browser.until_it_says("Working").await;
    browser.until_it_says("Fjord Elektro AS").await;
    until("the contacts are here", async || count(&server, KARI, CONTACTS).await == 5).await;
    browser.open("/setting?p=24sevenoffice").await;
    browser.until_it_says("The server holds 5 contacts.").await;
    browser.until_it_says("Montører").await;
    browser.look("connection-on").await;

    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", "16.1"));
    phone.add_account().await;
    phone.sync("2").await;
    assert_eq!(phone.book("2").items.len(), 5);

    browser.press("Remove access").await;
    browser.until_it_says("Remove access to 24SevenOffice?").await;
    browser.until_it_says("5 items").await;
    browser.look("connection-remove").await;
    browser.press("Remove access").await;
    browser.until_it_says("Access to 24SevenOffice is removed.").await;
    browser.until_it_says("Create access").await;
    assert_eq!(count(&server, KARI, CONTACTS).await, 0);
    // The phone is told to start anew, and finds nothing.
    let key = &phone.book("2").key;
    let ask = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>2</CollectionId></Collection></Collections>"
    );
    let told = phone.ask("Sync", "AirSync:Sync", &ask).await;
    assert_eq!(told.find("Collection").unwrap().told("Status"), "3");
    phone.books.clear();
    phone.sync("2").await;
    assert!(phone.book("2").items.is_empty());
    let left = office.get("/contacts/changes?user=kari@fjord.example").await;
    assert_eq!(left.body["items"].as_array().unwrap().len(), 5, "the back office keeps its own");
    browser.stop().await;
    server.stop().await;
}

/// Requirement 002-10.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_chooses_another_of_his_companies() {
    let office = Office::start().await;
    let server = server(&office).await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("Kari Nordmann").await;
    browser.press("24SevenOffice").await;
    browser.fill("#user", "kari@fjord.example").await;
    browser.fill("#password", "kari-secret").await;
    browser.press("Create access").await;
    browser.until_it_says("is created").await;
    until("the contacts are here", async || count(&server, KARI, CONTACTS).await == 5).await;
    browser.open("/setting?p=24sevenoffice").await;
    browser.choose("#identity", "eiendom").await;
    browser.press("Use this company").await;
    browser.until_it_says("Fjord Eiendom AS is used now.").await;
    // That company has nothing of hers.
    until("the others went", async || count(&server, KARI, CONTACTS).await == 0).await;
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_connection_that_is_not_offered() {
    let office = Office::start().await;
    let server = server(&office).await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.open("/setting?p=other").await;
    browser.until_it_says("This page is not here").await;
    browser.look("not-found").await;
    browser.stop().await;
    server.stop().await;
}
