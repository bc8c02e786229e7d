//! What an administrator writes into the configuration, and what phones then meet. Every story reads a file.

use std::sync::Arc;
use std::sync::Mutex;

use lomme::config::Config;
use lomme::model::class::Class;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::store::folder;
use serde_json::json;

use crate::back_office::until;
use crate::office;
use crate::office::Office;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const KARI: AccountId = AccountId(1);

/// A server with these lines in its configuration.
async fn configured(text: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lomme.toml");
    std::fs::write(folder.path().join("secret"), "s&t\n").unwrap();
    std::fs::write(&file, format!("[server]\nlisten = \"127.0.0.1:0\"\n{text}")).unwrap();
    let said = Config::load(&file).unwrap();
    Server::with(|config| {
        config.policy = said.policy;
        config.connections = said.connections;
    })
    .await
}

async fn folders(wire: &Wire) -> Node {
    let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    wire.post("FolderSync", body).await.node().unwrap()
}

/// A step of the handshake: what the phone says of the policy, and what it hears.
async fn handshake(wire: &Wire, more: &str) -> Node {
    let policy = format!(
        "<Policies><Policy><PolicyType>MS-EAS-Provisioning-WBXML</PolicyType>{more}</Policy></Policies>"
    );
    wire.post("Provision", document("Provision:Provision", &policy)).await.node().unwrap()
}

/// What a phone hears that says how far it got with the policy.
async fn acknowledged(server: &Server, version: &str, status: u8) -> String {
    let wire = Wire::new(&server.url(""), "kari", version);
    let key = handshake(&wire, "").await.find("Policy").unwrap().told("PolicyKey").to_owned();
    let taking = format!("<PolicyKey>{key}</PolicyKey><Status>{status}</Status>");
    handshake(&wire, &taking).await.told("Status").to_owned()
}

#[tokio::test]
async fn who_cannot_keep_to_a_policy_or_is_managed_elsewhere_is_refused_where_the_administrator_says_so() {
    // The policy asks for something, and the phone says: 1 all of it, 2 a part, 3 nothing, 4 managed elsewhere.
    let settings = "[policy.settings]\ndevice_password_enabled = true\n";
    let rows = [
        ("", ["1", "1", "1", "1"]),
        ("refuse_partial = true", ["1", "139", "139", "1"]),
        ("refuse_external = true", ["1", "1", "1", "145"]),
        ("refuse_partial = true\nrefuse_external = true", ["1", "139", "139", "145"]),
    ];
    for (lines, expected) in rows {
        let server = configured(&format!("[policy]\nrequired = true\n{lines}\n{settings}")).await;
        for (status, expected) in (1..).zip(expected) {
            assert_eq!(acknowledged(&server, "14.1", status).await, expected, "{lines}: {status}");
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_device_type_that_is_exempt_syncs_without_a_policy() {
    let server = configured("[policy]\nrequired = true\nexempt = [\"Roomtablet\"]\n").await;
    let mut wire = Wire::new(&server.url(""), "kari", "14.1");
    assert_eq!(folders(&wire).await.told("Status"), "142");
    wire.kind = "ROOMTABLET".to_owned();
    assert_eq!(folders(&wire).await.told("Status"), "1");
    let mut phone = Phone::new(wire);
    phone.sync_folders().await;
    let contacts = phone.default(FolderKind::CONTACTS.0);
    phone.sync(&contacts).await;
    assert_eq!(phone.wire.policy_key, None);
    server.stop().await;
}

#[tokio::test]
async fn what_the_policy_says_is_what_phones_are_told() {
    let server = configured(
        "[policy.settings]\ndevice_password_enabled = true\nmin_device_password_length = 6\n\
         allow_camera = false\nallow_bluetooth = 1\nmax_inactivity_time_device_lock = 300\n\
         unapproved_in_rom_applications = [\"maps.exe\"]\n",
    )
    .await;
    let document = handshake(&Wire::new(&server.url(""), "kari", "16.1"), "").await;
    for (element, value) in [
        ("DevicePasswordEnabled", "1"),
        ("MinDevicePasswordLength", "6"),
        ("AllowCamera", "0"),
        ("AllowBluetooth", "1"),
        ("MaxInactivityTimeDeviceLock", "300"),
        ("ApplicationName", "maps.exe"),
        // The rest as it is by default.
        ("AllowWiFi", "1"),
        ("MaxDevicePasswordFailedAttempts", ""),
    ] {
        assert_eq!(document.find(element).map(|node| node.text.as_str()), Some(value), "{element}");
    }
    // 12.0 has no cameras.
    let old = handshake(&Wire::new(&server.url(""), "kari", "12.0"), "").await;
    assert!(old.find("AllowCamera").is_none() && old.find("MinDevicePasswordLength").is_some());
    server.stop().await;
}

#[tokio::test]
async fn a_back_office_is_pulled_as_an_oauth_client_whose_secret_is_in_a_file() {
    let office = Office::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let token_url = format!("http://{}/token", listener.local_addr().unwrap());
    let forms = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&forms);
    let token = axum::routing::post(async move |form: String| {
        heard.lock().unwrap().push(form);
        json!({"access_token": office::TOKEN, "token_type": "bearer", "expires_in": 3600}).to_string()
    });
    let issuer =
        tokio::spawn(async { axum::serve(listener, axum::Router::new().route("/token", token)).await });
    let server = configured(&format!(
        "[[connection]]\nname = \"office\"\nkind = \"http_api\"\nurl = \"{}\"\nclasses = [\"contacts\"]\n\
         token_url = \"{token_url}\"\nclient_id = \"lomme\"\nclient_secret_file = \"secret\"\nscope = \"sync\"\n",
        office.running.url()
    ))
    .await;
    until("the contacts are here", async || {
        let mut reader = server.app.store().read().await.unwrap();
        let contacts = folder::list(&mut reader, KARI).await.unwrap();
        contacts.iter().any(|row| row.folder.class == Class::Contacts && row.rev.0 > 0)
    })
    .await;
    let form = "grant_type=client_credentials&client_id=lomme&client_secret=s%26t&scope=sync";
    assert_eq!(*forms.lock().unwrap(), [form], "one token is good for many requests");
    server.stop().await;
    issuer.abort();
}
