//! Before anything is synced: log-in, OPTIONS, policies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lomme::auth;
use lomme::model::id::AccountId;
use lomme::store::account;
use reqwest::Method;

use super::phone;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

/// Quirk latin-1-log-in.
#[tokio::test]
async fn a_password_in_latin_1_is_the_one_in_utf_8() {
    let server = Server::start().await;
    let hash = auth::hash("blåbærsyltetøy").await.unwrap();
    let mut tx = server.app.store().begin().await.unwrap();
    account::set_password(&mut tx, AccountId(1), &hash).await.unwrap();
    tx.commit().await.unwrap();
    let wire = Wire::new(&server.url(""), "kari", "14.0");
    let path = "/Microsoft-Server-ActiveSync";
    let latin_1: Vec<u8> =
        "kari:blåbærsyltetøy".chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for bytes in [latin_1, "kari:blåbærsyltetøy".as_bytes().to_vec()] {
        let log_in = format!("Basic {}", STANDARD.encode(&bytes));
        let request = wire.client.request(Method::OPTIONS, format!("{}{path}", wire.server));
        assert_eq!(Answer::to(request.header("Authorization", log_in)).await.status, 200, "{bytes:?}");
    }
    server.stop().await;
}

/// Quirk options-with-query.
#[tokio::test]
async fn a_query_behind_options_is_passed_over() {
    let server = Server::start().await;
    let wire = Wire::new(&server.url(""), "kari", "16.1");
    for query in ["", "?Cmd=Options&User=kari&DeviceId=AF1&DeviceType=Outlook", "?Cmd=", "?%%%"] {
        let request = wire.request(Method::OPTIONS, &format!("/Microsoft-Server-ActiveSync{query}"));
        let answer = Answer::to(request.header("User-Agent", "Outlook-iOS-Android/1.0")).await;
        assert_eq!(answer.status, 200, "{query}");
        assert!(answer.headers.contains_key("ms-asprotocolcommands"), "{query}");
    }
    server.stop().await;
}

async fn provision(phone: &Phone, inner: &str) -> Node {
    phone.wire.post("Provision", document("Provision:Provision", inner)).await.node().unwrap()
}

/// Quirks provision-on-demand, always-a-policy.
#[tokio::test]
async fn thunderbird_says_what_it_is_and_gets_a_policy_and_a_key() {
    let server = Server::start().await;
    let phone = phone(&server, "14.1").await;
    let said = "<settings:DeviceInformation><settings:Set><settings:Model>Computer</settings:Model>\
                </settings:Set></settings:DeviceInformation>";
    let policies = "<Policies><Policy><PolicyType>MS-EAS-Provisioning-WBXML</PolicyType></Policy></Policies>";
    let told = provision(&phone, &format!("{said}{policies}")).await;
    assert_eq!(told.find("DeviceInformation").unwrap().told("Status"), "1", "{told:?}");
    let policy = told.find("Policy").unwrap();
    assert_eq!(policy.told("Status"), "1", "{told:?}");
    assert!(policy.find("EASProvisionDoc").is_some(), "{told:?}");
    assert_ne!(policy.told("PolicyKey"), "");
    // What was said before anything was demanded is kept.
    let mut reader = server.app.store().read().await.unwrap();
    let devices = lomme::store::device::list(&mut reader, AccountId(1)).await.unwrap();
    assert!(devices.iter().any(|device| device.information.contains("Computer")), "{devices:?}");
    drop(reader);
    server.stop().await;
}

/// Quirk cannot-provision.
#[tokio::test]
async fn a_policy_in_force_does_not_lock_outlook_out() {
    let server = Server::with(|config| config.policy.required = true).await;
    let outlook = Wire { kind: "WindowsOutlook15".to_owned(), ..Wire::new(&server.url(""), "kari", "14.0") };
    let phone = Wire { device: "OTHER".to_owned(), ..Wire::new(&server.url(""), "kari", "14.0") };
    let folders = || document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    assert_eq!(outlook.post("FolderSync", folders()).await.node().unwrap().told("Status"), "1");
    assert_eq!(phone.post("FolderSync", folders()).await.node().unwrap().told("Status"), "142");
    server.stop().await;
}

/// Quirk no-user.
#[tokio::test]
async fn a_missing_policy_key_is_that_of_a_phone_without_a_policy() {
    let server = Server::with(|config| config.policy.required = true).await;
    let wire = Wire::new(&server.url(""), "kari", "2.5");
    let path = "/Microsoft-Server-ActiveSync?DeviceId=N900&DeviceType=MODEST&Cmd=FolderSync";
    let request = wire.request(Method::POST, path).header("MS-ASProtocolVersion", "2.5");
    let request = request.body(document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>"));
    assert_eq!(Answer::to(request).await.status, 449);
    server.stop().await;
}
