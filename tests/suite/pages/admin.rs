//! What an administrator sees and does, watched to its end with real phones.

use lomme::govern::account;
use lomme::govern::account::Change;
use lomme::govern::actor::Actor;
use lomme::govern::group;
use lomme::govern::group::Place;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::model::id::OrganisationId;

use super::browser::Browser;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::PASSWORD;
use crate::server::Server;

const KARI: AccountId = AccountId(1);

/// A server that Ola administers, and a browser in which he is logged in.
pub(super) async fn governed() -> (Server, Browser) {
    let server = Server::start().await;
    account::change(&server.app, &Actor::command_line(), AccountId(2), Change::Promote).await.unwrap();
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("ola@fjord.example", PASSWORD).await;
    browser.until_it_says("Ola Dahl").await;
    (server, browser)
}

async fn phone(server: &Server, user: &str, version: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), user, version));
    phone.add_account().await;
    let contacts = phone.default(FolderKind::CONTACTS.0);
    phone.sync(&contacts).await;
    phone
}

/// 003-07 to 003-19, 002-72: only tick boxes, then the bar, a confirmation of those that are reached, rows at work.
#[tokio::test(flavor = "multi_thread")]
async fn many_phones_are_ticked_confirmed_and_watched_until_they_are_done() {
    let (server, browser) = governed().await;
    let mut kari = phone(&server, "kari", "16.1").await;
    phone(&server, "ola", "14.1").await;
    phone(&server, "kari", "12.1").await;
    browser.open("/admin/devices").await;
    browser.until_it_says("3 phones").await;
    let bar = "return getComputedStyle(document.querySelector('.bar')).display";
    assert_eq!(browser.run(bar).await, "none", "nothing is ticked");
    browser.look("admin-devices").await;
    browser.run("document.querySelectorAll('input[name=device]').forEach(box => box.click())").await;
    assert_ne!(browser.run(bar).await, "none");
    browser.look("admin-devices-ticked").await;

    browser.press("Wipe the account").await;
    browser.until_it_says("2 of 3 left out:").await;
    browser.until_it_says("2: too old a version of ActiveSync").await;
    browser.until_it_says("1 phone is reached").await;
    browser.look("admin-confirm").await;
    browser.click("button[name=without]").await;
    browser.until_it_says("0 phones are reached").await;
    assert_eq!(browser.run("return document.querySelector('.acts button').disabled").await, true);
    browser.press("Cancel").await;

    browser.until_it_says("3 phones").await;
    browser.run("document.querySelectorAll('input[name=device]').forEach(box => box.click())").await;
    browser.press("Resync").await;
    browser.until_it_says("3 phones are reached").await;
    // 003-11: one is taken out.
    browser.click("li:first-child button[name=without]").await;
    browser.until_it_says("2 phones are reached").await;
    browser.press("OK: Resync").await;
    browser.until_it_says("Under way for 2 phones.").await;
    let busy = "return [document.querySelectorAll('tr.busy').length, document.querySelectorAll('tr.busy input:enabled').length]";
    assert_eq!(browser.run(busy).await, serde_json::json!([2, 0]), "they cannot be ticked");
    browser.look("admin-devices-busy").await;

    // A phone that is asked for it does what it was asked, and its row wakes up by itself.
    kari.hierarchy_key = "0".to_owned();
    kari.books.clear();
    kari.folders.clear();
    kari.sync_folders().await;
    let contacts = kari.default(FolderKind::CONTACTS.0);
    kari.sync(&contacts).await;
    let mut left = 2;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while left > 1 && std::time::Instant::now() < deadline {
        left = browser.run("return document.querySelectorAll('tr.busy').length").await.as_i64().unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(left <= 1, "a row stays at work");
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_is_looked_at_and_one_folder_comes_anew() {
    let (server, browser) = governed().await;
    phone(&server, "kari", "16.1").await;
    browser.open("/admin/devices?search=nordmann").await;
    browser.press("Fjord 1").await;
    browser.until_it_says("FjordOS").await;
    browser.look("admin-device").await;
    browser.press("Write down for an hour").await;
    browser.until_it_says("Written down until today").await;
    browser.until_it_says("What the phone says is written down for an hour.").await;
    browser.look("admin-device-trace").await;
    browser.press("Stop").await;
    browser.until_it_says("Nothing more is written down.").await;
    browser.click("ul.rows form button").await;
    browser.until_it_says("1 phone is reached").await;
    browser.press("OK: Resync the folder").await;
    browser.until_it_says("Under way for 1 phone.").await;
    browser.until_it_says("Resyncing").await;
    browser.open("/admin/devices?state=ordered").await;
    browser.until_it_says("1 phone").await;
    browser.stop().await;
    server.stop().await;
}

/// 002-18, 002-23, 003-05, 001-32.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_added_grouped_switched_off_and_removed() {
    let (server, browser) = governed().await;
    browser.open("/admin/accounts").await;
    browser.look("admin-accounts").await;
    browser.fill("#email", "per@fjord.example").await;
    browser.fill("#name", "Per Dahl").await;
    browser.press("Add").await;
    browser.until_it_says("per@fjord.example is added. The password is ").await;
    browser.fill("#email", "per@fjord.example").await;
    browser.press("Add").await;
    browser.until_it_says("per@fjord.example is there already.").await;
    browser.fill("#group", "Bergen").await;
    browser.click("form[action='/admin/groups'] button").await;
    browser.until_it_says("0 accounts").await;
    browser.press("Per Dahl").await;
    browser.until_it_says("Not in it").await;
    browser.look("admin-account").await;
    browser.press("Welcome sheet").await;
    browser.until_it_says("Welcome, Per Dahl").await;
    browser.until_it_says("per@fjord.example").await;
    browser.until_it_says("/setting/setup").await;
    browser.look("admin-welcome").await;
    browser.press("Back to the account").await;
    browser.choose("select", "administrator").await;
    browser.press("Save").await;
    browser.until_it_says("Saved.").await;
    browser.until_it_says("Group administrator").await;
    browser.press("Switch off").await;
    browser.until_it_says("Switch on").await;
    browser.press("Remove the person").await;
    browser.fill("#typed", "kari@fjord.example").await;
    browser.press("Remove for good").await;
    browser.until_it_says("The address does not match").await;
    browser.press("Remove the person").await;
    browser.fill("#typed", "per@fjord.example").await;
    browser.press("Remove for good").await;
    browser.until_it_says("The person is removed.").await;

    browser.open("/admin/audit").await;
    browser.until_it_says("The chain is whole").await;
    browser.until_it_says("account.remove").await;
    browser.look("admin-audit").await;
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_policies_and_conflicts_are_set_and_tokens_made() {
    let (server, browser) = governed().await;
    browser.open("/admin/access").await;
    browser.fill("#is", "iPhone9*").await;
    browser.press("Add rule").await;
    browser.until_it_says("Model = iPhone9* → Block").await;
    browser.choose("#new", "quarantine").await;
    browser.click("form button[value=new]").await;
    browser.until_it_says("Saved.").await;
    browser.look("admin-access").await;
    let stopped = Wire::new(&server.url(""), "kari", "14.1");
    let body = crate::phone::wire::document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    assert_eq!(stopped.post("FolderSync", body).await.node().unwrap().told("Status"), "129");
    browser.open("/admin").await;
    browser.press("1 phone waits in quarantine").await;
    browser.until_it_says("Quarantined").await;

    browser.open("/admin/policy").await;
    browser.until_it_says("Nothing is set here.").await;
    browser.click("input[name=required]").await;
    browser.fill("#min_device_password_length", "99").await;
    browser.press("Save the policy").await;
    browser.until_it_says("must lie between 1 and 16").await;
    browser.click("input[name=required]").await;
    browser.fill("#min_device_password_length", "6").await;
    browser.press("Save the policy").await;
    browser.until_it_says("This is set here.").await;
    assert_eq!(browser.value("#min_device_password_length").await, "6");
    browser.click(".previews details:last-of-type summary").await;
    browser.look("admin-policy").await;

    browser.open("/admin/organisation").await;
    browser.choose("#of-Tasks", "newest").await;
    browser.click("button[value=conflict]").await;
    browser.until_it_says("Saved.").await;
    assert_eq!(browser.value("#of-Tasks").await, "newest");
    browser.look("admin-organisation").await;

    browser.open("/admin/tokens").await;
    browser.fill("#name", "monitoring").await;
    browser.press("Make the token").await;
    browser.until_it_says("The token is lomme_").await;
    browser.look("admin-tokens").await;
    browser.press("Revoke monitoring").await;
    browser.until_it_says("Revoked").await;
    browser.stop().await;
    server.stop().await;
}

/// The first page, and that whoever governs a group sees no more than it, and a user nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_overview_says_what_there_is_and_a_menu_only_leads_where_one_may_go() {
    let (server, browser) = governed().await;
    phone(&server, "kari", "16.1").await;
    phone(&server, "ola", "14.1").await;
    browser.open("/admin").await;
    browser.until_it_says("All is well.").await;
    browser.until_it_says("Phones by program").await;
    browser.look("admin-overview").await;
    browser.press("30 days").await;
    browser.until_it_says("Requests").await;
    browser.open("/admin/runs").await;
    browser.press("Pull").await;
    browser.until_it_says("It is pulled now.").await;
    browser.look("admin-runs").await;
    browser.open("/admin").await;
    for (language, word) in
        [("Norsk", "Forespørsler"), ("Svenska", "Förfrågningar"), ("Dansk", "Forespørgsler")]
    {
        browser.press(language).await;
        browser.until_it_says(word).await;
    }
    browser.press("English").await;
    browser.until_it_says("Requests").await;
    browser.press("Sign out").await;
    browser.until_it_says("Use your mail account").await;

    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("Kari Nordmann").await;
    browser.open("/admin").await;
    browser.until_it_says("This page is not open to you").await;
    let root = Actor::command_line();
    let bergen = group::add(&server.app, &root, OrganisationId(1), "Bergen").await.unwrap();
    group::place(&server.app, &root, bergen, KARI, Place::Administrator).await.unwrap();
    browser.open("/admin/devices").await;
    browser.until_it_says("1 phone").await;
    assert!(!browser.text().await.contains("Access rules"));
    browser.open("/admin/access").await;
    browser.until_it_says("This page is not open to you").await;
    browser.stop().await;
    server.stop().await;
}
