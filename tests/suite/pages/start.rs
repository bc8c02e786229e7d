//! From an empty installation to a phone that syncs, as a new administrator and a new user go there.

use lomme::govern::start;
use lomme::model::folder::FolderKind;

use super::browser::Browser;
use crate::back_office::until;
use crate::office::Office;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

const PASSWORD: &str = "oppstart nr. 1";

/// The first page, with a wrong code and a mistyped password on the way.
async fn found(server: &Server, browser: &Browser) -> String {
    for path in ["/", "/admin", "/setting", "/login"] {
        browser.open(path).await;
        browser.until_it_says("Nobody is here yet").await;
        assert_eq!(browser.path().await, "/start");
    }
    browser.look("start-empty").await;
    browser.fill("#code", "abcdefgh").await;
    browser.press("Next").await;
    browser.until_it_says("That is not the code.").await;
    let code = start::code(&server.app).await.unwrap().unwrap();
    browser.open(&format!("/start?code={code}")).await;
    browser.look("start").await;
    browser.fill("#organisation", "Drift AS").await;
    browser.fill("#name", "Siv Holm").await;
    browser.fill("#email", "siv@drift.example").await;
    browser.fill("#new", PASSWORD).await;
    browser.fill("#repeated", "oppstart nr. 2").await;
    browser.press("Make the administrator").await;
    browser.until_it_says("The two new passwords differ").await;
    assert_eq!(browser.value("#email").await, "siv@drift.example");
    browser.fill("#new", PASSWORD).await;
    browser.fill("#repeated", PASSWORD).await;
    browser.press("Make the administrator").await;
    browser.until_it_says("Siv Holm").await;
    assert_eq!(browser.path().await, "/admin");
    code
}

/// A second organisation with a connection and an account; the account's password.
async fn set_up(browser: &Browser, office: &Office) -> String {
    browser.press("Organisations").await;
    browser.fill("#name", "Fjord Elektro AS").await;
    browser.click("button[value=add]").await;
    browser.until_it_says("Saved.").await;
    browser.fill("#name", "Fjord Elektro AS").await;
    browser.click("button[value=add]").await;
    browser.until_it_says("Fjord Elektro AS is there already.").await;
    browser.look("admin-organisations").await;
    browser.press("Show Fjord Elektro AS").await;
    browser.until_it_says("All is well.").await;
    assert!(
        browser
            .run("return document.querySelector('nav').innerText")
            .await
            .as_str()
            .unwrap()
            .contains("Fjord")
    );

    browser.open("/admin/connections/new?kind=http_api").await;
    browser.fill("#name", "24sevenoffice").await;
    browser.fill("#url", &office.running.url()).await;
    browser.choose("#log_in", "user").await;
    for class in ["calendar", "contacts", "tasks"] {
        browser.click(&format!("input[value={class}]")).await;
    }
    browser.press("Save").await;
    browser.until_it_says("24sevenoffice is set up.").await;

    browser.open("/admin/accounts").await;
    browser.fill("#email", "kari@fjord.example").await;
    browser.fill("#name", "Kari Nordmann").await;
    browser.press("Add").await;
    browser.until_it_says("kari@fjord.example is added. The password is ").await;
    let text = browser.text().await;
    let said = text.split("The password is ").nth(1).unwrap();
    said.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Requirements 002-18 to 002-20, 002-23, 002-24, 002-26, 002-29, 002-73, 003-05, 003-07.
#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_installation_to_a_phone_that_syncs() {
    let office = Office::start().await;
    let server = Server::empty().await;
    let admin = Browser::start(&server.url("")).await;
    let code = found(&server, &admin).await;
    assert_eq!(start::code(&server.app).await.unwrap(), None);
    admin.open(&format!("/start?code={code}")).await;
    assert_eq!(admin.path().await, "/setting", "it is good for nothing any more");
    admin.open("/admin").await;
    let password = set_up(&admin, &office).await;

    let user = Browser::start(&server.url("")).await;
    user.open("/setting?p=24sevenoffice").await;
    user.press("Norsk").await;
    user.fill("#email", "kari@fjord.example").await;
    user.fill("#password", &password).await;
    user.press("Logg inn").await;
    user.fill("#user", "kari@fjord.example").await;
    user.fill("#password", "kari-secret").await;
    user.press("Opprett tilgang").await;
    user.until_it_says("Tilgangen til 24sevenoffice er opprettet.").await;
    until("the first sync is over", async || {
        user.open("/setting?p=24sevenoffice").await;
        user.text().await.contains("Serveren har 5 kontakter.")
    })
    .await;

    let mut phone = Phone::new(Wire { password, ..Wire::new(&server.url(""), "kari@fjord.example", "16.1") });
    phone.add_account().await;
    let contacts = phone.default(FolderKind::CONTACTS.0);
    phone.sync(&contacts).await;
    assert_eq!(phone.book(&contacts).items.len(), 5);
    user.open("/setting/phones").await;
    user.until_it_says("Fjord 1").await;

    admin.open("/admin/devices").await;
    admin.until_it_says("Kari Nordmann").await;
    admin.click("input[name=device]").await;
    admin.press("Resync").await;
    admin.until_it_says("1 phone is reached").await;
    admin.press("OK: Resync").await;
    admin.until_it_says("Under way for 1 phone.").await;
    let busy =
        async || admin.run("return document.querySelectorAll('tr.busy').length").await.as_i64().unwrap();
    assert_eq!(busy().await, 1);
    phone.hierarchy_key = "0".to_owned();
    phone.books.clear();
    phone.folders.clear();
    phone.sync_folders().await;
    phone.sync(&contacts).await;
    assert_eq!(phone.book(&contacts).items.len(), 5);
    until("its row is at rest again, by itself", async || busy().await == 0).await;
    user.stop().await;
    admin.stop().await;
    server.stop().await;
    office.running.stop().await;
}

/// What is of every organisation is for who governs them all; an administrator cannot make himself one through such a one.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_one_organisation_neither_sees_the_others_nor_becomes_more() {
    let (server, browser) = super::admin::governed().await;
    browser.open("/admin").await;
    browser.until_it_says("All is well.").await;
    assert!(!browser.text().await.contains("Organisations"));
    browser.open("/admin/organisations").await;
    browser.until_it_says("This page is not open to you").await;

    let root = lomme::govern::actor::Actor::command_line();
    let kari = lomme::govern::operator::add(&server.app, &root, "kari@fjord.example").await.unwrap();
    browser.open(&format!("/admin/accounts/{}", kari.id)).await;
    browser.until_it_says("Kari Nordmann").await;
    browser.click("button[value=password]").await;
    browser.until_it_says("This page is not open to you").await;
    browser.stop().await;
    server.stop().await;
}
