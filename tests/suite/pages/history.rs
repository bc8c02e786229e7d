//! A user looks up what was changed, and takes it back; the phone gets it.

use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::store::item;
use lomme::store::item::Place;
use lomme::store::pull;
use serde_json::json;

use super::browser::Browser;
use super::connection;
use crate::back_office::count;
use crate::back_office::until;
use crate::office::Office;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::PASSWORD;
use crate::server::Server;

const KARI: AccountId = AccountId(1);
const CONTACTS: FolderId = FolderId(2);

async fn phone(server: &Server) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", "14.1"));
    phone.add_account().await;
    phone.sync("2").await;
    phone
}

fn named(name: &str) -> String {
    format!("<contacts:FileAs>{name}</contacts:FileAs><contacts:LastName>{name}</contacts:LastName>")
}

/// Requirements 002-52, 002-61.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_deleted_comes_back_to_it() {
    let server = Server::start().await;
    let mut phone = phone(&server).await;
    let id = phone.add("2", &named("Solveig Ås")).await;
    phone.change("2", &id, &named("Solveig Å")).await;
    phone.delete("2", &id).await;

    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("Kari Nordmann").await;
    browser.press("Restore").await;
    browser.until_it_says("Solveig Å").await;
    browser.look("history").await;
    browser.choose("#show", "deleted").await;
    browser.fill("#q", "solv").await;
    browser.press("Search").await;
    browser.until_it_says("Deleted").await;
    browser.press("Solveig Å").await;
    browser.until_it_says("Deleted; as it was last").await;
    browser.until_it_says("Solveig Ås").await;
    browser.look("item").await;
    // The oldest version stands last.
    browser.click("div.card:last-of-type button").await;
    browser.until_it_says("Restored.").await;
    browser.until_it_says("As it is now").await;
    phone.sync("2").await;
    assert!(phone.holding("2", "Solveig Ås").is_some());
    browser.stop().await;
    server.stop().await;
}

/// Requirement 002-47.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_that_lost_a_conflict_is_taken_instead() {
    let server = Server::start().await;
    let mut phone = phone(&server).await;
    let id = phone.add("2", &named("Per Berg")).await;
    let item = id.split_once(':').unwrap().1.parse().unwrap();
    let place = Place { account: KARI, folder: CONTACTS, item: lomme::model::id::ItemId(item) };
    let lost = json!({"@type": "Card", "version": "1.0", "uid": "x", "name": {"full": "Per Bergersen"}});
    let lost = Content::from_value(Class::Contacts, &lost).unwrap();
    let mut tx = server.app.store().begin().await.unwrap();
    item::keep_loser(&mut tx, place, &lost, server.app.now()).await.unwrap();
    tx.commit().await.unwrap();

    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.open("/setting/history?show=lost").await;
    browser.press("Per Bergersen").await;
    browser.until_it_says("Lost a conflict").await;
    browser.press("Take this one instead").await;
    browser.until_it_says("Restored.").await;
    phone.sync("2").await;
    assert!(phone.holding("2", "Per Bergersen").is_some());
    browser.stop().await;
    server.stop().await;
}

/// All that a phone did wrong since a moment is undone at once.
#[tokio::test(flavor = "multi_thread")]
async fn all_contacts_are_as_they_were_at_a_moment() {
    let server = Server::start().await;
    let mut phone = phone(&server).await;
    let gone = phone.add("2", &named("Solveig Ås")).await;
    let changed = phone.add("2", &named("Per Berg")).await;
    let start = server.app.now().as_second();
    until("a second has begun", async || server.app.now().as_second() > start + 1).await;
    phone.delete("2", &gone).await;
    phone.change("2", &changed, &named("Per Nobody")).await;
    phone.add("2", &named("Kari Ny")).await;

    let moment = jiff::Timestamp::from_second(start + 1).unwrap();
    let oslo = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Oslo").unwrap();
    let moment = moment.to_zoned(oslo).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.open("/setting/history").await;
    browser.run(&format!("document.querySelector('#at').value = '{moment}'")).await;
    browser.press("Next").await;
    browser.until_it_says("2 items").await;
    browser.look("history-moment").await;
    browser.press("Take it back").await;
    browser.until_it_says("2 items are as they were.").await;
    phone.sync("2").await;
    for name in ["Solveig Ås", "Per Berg", "Kari Ny"] {
        assert!(phone.holding("2", name).is_some(), "{name}");
    }
    assert!(phone.holding("2", "Per Nobody").is_none());
    browser.run("document.querySelector('#at').value = '2020-01-01T00:00:00'").await;
    browser.press("Next").await;
    browser.until_it_says("Nothing that old is kept any more.").await;
    browser.stop().await;
    server.stop().await;
}

/// What is not the account's own is not there for it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_another_account_s_versions() {
    let server = Server::start().await;
    let mut phone = phone(&server).await;
    let id = phone.add("2", &named("Solveig Ås")).await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("ola@fjord.example", PASSWORD).await;
    browser.open(&format!("/setting/history/{}", id.replace(':', "/"))).await;
    browser.until_it_says("This page is not here").await;
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_went_and_what_was_fetched() {
    let office = Office::start().await;
    let server = connection::server(&office).await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.press("24SevenOffice").await;
    browser.fill("#user", "kari@fjord.example").await;
    browser.fill("#password", "kari-secret").await;
    browser.press("Create access").await;
    until("the contacts are here", async || count(&server, KARI, CONTACTS).await == 5).await;
    let mut phone = phone(&server).await;
    let id = phone.add("2", &named("Solveig Ås")).await;
    until("it is there", async || count(&server, KARI, CONTACTS).await == 6).await;

    browser.press("Sync log").await;
    browser.until_it_says("Solveig Ås").await;
    browser.until_it_says("Accepted").await;
    browser.until_it_says("to 24SevenOffice").await;
    browser.look("log").await;
    browser.fill("#q", "nobody").await;
    browser.press("Search").await;
    browser.until_it_says("Nothing here.").await;
    browser.open("/setting/log?show=pulls").await;
    browser.until_it_says("changed items").await;
    browser.look("log-pulls").await;

    // What could not be read is read once more; the back office has it no more.
    let aside = pull::Aside {
        remote_id: "contacts-99".to_owned(),
        mark: 1,
        program: lomme::PROGRAM.to_owned(),
        reason: "a birthday that is no day".to_owned(),
    };
    let mut tx = server.app.store().begin().await.unwrap();
    pull::set_aside(&mut tx, KARI, CONTACTS, &aside, server.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    browser.open("/setting/log").await;
    browser.until_it_says("a birthday that is no day").await;
    browser.look("log-unread").await;
    browser.press("Try again contacts-99").await;
    browser.until_it_says("It is read once more.").await;
    until("it was read", async || {
        let mut reader = server.app.store().read().await.unwrap();
        pull::asides(&mut reader, KARI, CONTACTS).await.unwrap().is_empty()
    })
    .await;

    // What comes back from the past goes to the back office too.
    phone.delete("2", &id).await;
    until("it is gone", async || count(&server, KARI, CONTACTS).await == 5).await;
    browser.open("/setting/history?show=deleted").await;
    browser.press("Solveig Ås").await;
    browser.click("div.card:last-of-type button").await;
    browser.until_it_says("Restored.").await;
    until("the back office has it again", async || {
        let answer = office.get("/contacts/changes?user=kari@fjord.example").await;
        answer.body.to_string().contains("Solveig Ås")
    })
    .await;
    browser.stop().await;
    server.stop().await;
}
