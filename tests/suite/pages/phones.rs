//! A user looks at the phones, has one fetch anew, signs one out, and sets another up.

use super::browser::Browser;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::PASSWORD;
use crate::server::Server;

async fn phone(server: &Server, version: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", version));
    phone.add_account().await;
    phone.sync("2").await;
    phone
}

async fn status(phone: &mut Phone) -> String {
    let key = phone.book("2").key.clone();
    let ask = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>2</CollectionId></Collection></Collections>"
    );
    let told = phone.ask_quietly("Sync", "AirSync:Sync", &ask).await;
    let told = told.map(|told| told.find("Collection").map_or("1", |one| one.told("Status")).to_owned());
    told.unwrap_or_else(|| "1".to_owned())
}

/// Requirements 002-73, 002-74, 002-75.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_a_phone_fetch_anew_and_signs_it_out() {
    let server = Server::start().await;
    let mut phone = phone(&server, "16.1").await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("Fjord 1").await;
    browser.look("overview").await;
    browser.press("My phones").await;
    browser.until_it_says("ActiveSync 16.1").await;
    browser.look("phones").await;
    browser.press("Fjord 1").await;
    browser.until_it_says("Has everything").await;
    browser.look("phone").await;

    assert_eq!(status(&mut phone).await, "1");
    browser.press("Fetch everything anew").await;
    browser.until_it_says("after its last successful sync is lost").await;
    browser.look("phone-resync").await;
    browser.press("Cancel").await;
    assert_eq!(status(&mut phone).await, "1", "nothing was done yet");
    browser.press("Fetch everything anew").await;
    browser.press("Yes, do it").await;
    browser.until_it_says("The phone fetches anew when it next asks.").await;
    browser.until_it_says("Waiting for the phone").await;
    assert_ne!(status(&mut phone).await, "1");

    browser.press("Sign out the phone").await;
    browser.press("Yes, do it").await;
    browser.until_it_says("The phone is signed out.").await;
    browser.until_it_says("No phone has been here yet.").await;
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_one_folder_fetched_anew_and_touches_nobody_else_s_phone() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.press("My phones").await;
    browser.press("Fjord 1").await;
    let address = browser.path().await;
    // A phone that speaks 14.1 cannot wipe an account, so nobody is offered that.
    assert!(!browser.text().await.contains("Wipe"));
    browser.press("Fetch anew").await;
    browser.until_it_says("The phone fetches anew when it next asks.").await;
    assert_ne!(status(&mut phone).await, "1");

    browser.press("Sign out").await;
    browser.log_in("ola@fjord.example", PASSWORD).await;
    browser.until_it_says("Ola Dahl").await;
    browser.open(&address).await;
    browser.until_it_says("This page is not here").await;
    browser.stop().await;
    server.stop().await;
}

/// Requirements 002-23, 002-31, 002-32, 002-34, 002-39, 002-41.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_set_up_with_the_server_s_own_values() {
    let server = Server::start().await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.press("Set up a phone").await;
    let host = server.url("").trim_start_matches("http://").to_owned();
    for value in [&*host, "kari@fjord.example", "not used, leave it empty", "choose “Keep”"] {
        browser.until_it_says(value).await;
    }
    let label = browser.run("return document.querySelector('svg.code').getAttribute('aria-label')").await;
    assert_eq!(label, format!("QR code of http://{host}/setting/setup"));
    browser.press("Nokia: Mail for Exchange").await;
    browser.until_it_says("domain empty").await;
    browser.look("setup").await;
    let profile = browser
        .run("const r = new XMLHttpRequest(); r.open('GET', '/setting/setup/lomme.mobileconfig', false); r.send(); return r.responseText")
        .await;
    let profile = profile.as_str().unwrap();
    for part in ["com.apple.eas.account", "<string>kari@fjord.example</string>", &host] {
        assert!(profile.contains(part), "{part} is not in {profile}");
    }
    browser.stop().await;
    server.stop().await;
}
