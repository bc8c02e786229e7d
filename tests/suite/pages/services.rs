//! What is synced at all, as a user and an administrator choose it.

use lomme::model::class::Class;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::sync::conflict::Policy;

use super::admin::governed;
use super::browser::Browser;
use super::connection::server;
use crate::back_office::count;
use crate::back_office::until;
use crate::office::Office;
use crate::server::PASSWORD;

const KARI: AccountId = AccountId(1);
const CONTACTS: FolderId = FolderId(2);

/// Requirement 002-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_leaves_contacts_out_and_takes_them_back() {
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

    browser.open("/setting/services").await;
    browser.until_it_says("5 items were fetched").await;
    browser.look("services").await;
    browser.click("input[value=contacts]").await;
    browser.press("Save").await;
    browser.until_it_says("Leave this out?").await;
    browser.until_it_says("5 items").await;
    browser.look("services-confirm").await;
    browser.press("Cancel").await;
    browser.until_it_says("What you leave out is not fetched").await;
    assert_eq!(count(&server, KARI, CONTACTS).await, 5);
    browser.click("input[value=contacts]").await;
    browser.press("Save").await;
    browser.press("Yes, leave it out").await;
    browser.until_it_says("Saved.").await;
    let ticked = "return document.querySelector('input[value=contacts]').checked";
    assert_eq!(browser.run(ticked).await, false);
    assert_eq!(count(&server, KARI, CONTACTS).await, 0);

    browser.click("input[value=contacts]").await;
    browser.press("Save").await;
    browser.until_it_says("Saved.").await;
    assert_eq!(browser.run(ticked).await, true);
    until("the contacts are back", async || count(&server, KARI, CONTACTS).await == 5).await;
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_leaves_notes_out_for_everybody() {
    let (server, browser) = governed().await;
    browser.open("/admin/organisation").await;
    browser.click("input[value=notes]").await;
    browser.click("button[value=services]").await;
    browser.until_it_says("Saved.").await;
    browser.click("input[name=open]").await;
    browser.click("button[value=conflict]").await;
    browser.until_it_says("Saved.").await;
    browser.open("/setting/services").await;
    browser.choose("#of-Tasks", "newest").await;
    browser.click("form[action='/setting/conflict'] button").await;
    browser.until_it_says("It counts at once.").await;
    assert_eq!(browser.value("#of-Tasks").await, "newest");
    let mut reader = server.app.store().read().await.unwrap();
    let his = server.app.conflict_policy(&mut reader, AccountId(2), Class::Tasks).await.unwrap();
    let hers = server.app.conflict_policy(&mut reader, KARI, Class::Tasks).await.unwrap();
    assert!(his == Policy::Newest && hers != Policy::Newest, "Kari chose nothing: {hers:?}");
    drop(reader);
    browser.until_it_says("Your organisation does not use it.").await;
    let is_open = "return document.querySelector('input[value=notes]').disabled";
    assert_eq!(browser.run(is_open).await, true);
    browser.look("services-closed").await;
    browser.stop().await;
    server.stop().await;
}
