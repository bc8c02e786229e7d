//! What a request has to have before a command looks at it, and the commands about the phone itself.

use wbxml::Document;

use super::Server;
use super::between;
use super::folders;
use super::line;
use crate::config::Config;
use crate::govern::description::Information;
use crate::store::account;
use crate::store::device;
use crate::store::device::Ruler;
use crate::store::device::Standing;

const PROVISION: &str = r#"<Provision xmlns="Provision"><Policies><Policy>
    <PolicyType>MS-EAS-Provisioning-WBXML</PolicyType></Policy></Policies></Provision>"#;

fn strict(config: &mut Config) {
    config.policy.required = true;
    config.policy.settings.device_password_enabled = true;
}

#[tokio::test]
async fn what_cannot_be_served_is_told_as_each_version_knows_it() {
    let server = Server::new().await;
    let body = Document::from_xml(&folders("0")).unwrap().encode();
    assert_eq!(server.phone("13.0").send("FolderSync", body.clone()).await.status, 400);
    assert_eq!(server.phone("14.1").send("Telepathy", body.clone()).await.status, 501);
    assert_eq!(server.phone("14.1").send("ValidateCert", body.clone()).await.status, 501);
    assert_eq!(server.phone("2.5").send("Settings", body.clone()).await.status, 400);
    let rows: [(&str, Vec<u8>, &str); 3] = [
        ("FolderSync", b"junk".to_vec(), "102"),
        ("FolderSync", Vec::new(), "101"),
        ("Settings", body.clone(), "103"),
    ];
    for (command, body, status) in rows {
        assert_eq!(server.phone("12.1").send(command, body.clone()).await.status, 400, "{status}");
        let answer = line(&server.phone("14.0").send(command, body).await);
        assert!(answer.contains(&format!("<Status>{status}</Status>")), "{answer}");
    }
    let nameless = super::Phone { device: "", ..server.phone("16.1") };
    assert!(nameless.ask("FolderSync", &folders("0")).await.contains("<Status>108</Status>"));
}

#[tokio::test]
async fn whoever_may_not_sync_is_told_so() {
    let mut server = Server::new().await;
    let phone = server.phone("14.1");
    phone.begin_folders().await;
    let mut tx = server.app.store().begin().await.unwrap();
    let known = device::find(&mut tx, server.account.id, "phone1", "FjordPhone").await.unwrap().unwrap();
    let now = server.app.now();
    device::set_standing(&mut tx, server.account.id, known.number, (Standing::Blocked, Ruler::Hand), now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(phone.ask("FolderSync", &folders("0")).await.contains("<Status>129</Status>"));
    server.account.is_disabled = true;
    let body = Document::from_xml(&folders("0")).unwrap().encode();
    assert!(
        line(&server.phone("14.1").send("FolderSync", body.clone()).await).contains("<Status>126</Status>")
    );
    assert_eq!(server.phone("12.0").send("FolderSync", body).await.status, 403);
}

#[tokio::test]
async fn a_policy_in_force_is_taken_before_anything_else() {
    let server = Server::configured(strict).await;
    let phone = server.phone("14.1");
    assert!(phone.ask("FolderSync", &folders("0")).await.contains("<Status>141</Status>"));
    let phone = super::Phone { key: Some("0"), ..phone };
    assert!(phone.ask("FolderSync", &folders("0")).await.contains("<Status>142</Status>"));
    let old = super::Phone { version: "12.1", ..phone };
    let body = Document::from_xml(&folders("0")).unwrap().encode();
    assert_eq!(old.send("FolderSync", body).await.status, 449);

    let told = phone.ask("Provision", PROVISION).await;
    assert!(told.contains("<DevicePasswordEnabled>1</DevicePasswordEnabled>"), "{told}");
    let key = between(&told, "<PolicyKey>", "</PolicyKey>");
    let taking = PROVISION
        .replace("</PolicyType>", &format!("</PolicyType><PolicyKey>{key}</PolicyKey><Status>1</Status>"));
    let taken = phone.ask("Provision", &taking).await;
    assert!(!taken.contains("<Data>"), "{taken}");
    let key = between(&taken, "<PolicyKey>", "</PolicyKey>");
    let phone = super::Phone { key: Some(&key), ..phone };
    assert!(phone.ask("FolderSync", &folders("0")).await.contains("<Status>1</Status>"));
    let other = super::Phone { key: Some("77"), ..phone };
    assert!(other.ask("FolderSync", &folders("0")).await.contains("<Status>144</Status>"));
    // Another version can be told other things: it has its own policy.
    let newer = super::Phone { version: "12.0", ..phone };
    let body = Document::from_xml(&folders("0")).unwrap().encode();
    assert_eq!(newer.send("FolderSync", body).await.status, 449);
}

#[tokio::test]
async fn nobody_is_forced_to_provision_by_default() {
    let server = Server::new().await;
    assert!(server.phone("14.1").ask("FolderSync", &folders("0")).await.contains("<Status>1</Status>"));
    let told = server
        .phone("2.5")
        .ask("Provision", &PROVISION.replace("EAS-Provisioning-WBXML", "WAP-Provisioning-XML"))
        .await;
    assert!(told.contains("wap-provisioningdoc"), "{told}");
}

#[tokio::test]
async fn a_phone_says_what_it_is_and_hears_who_its_user_is() {
    let server = Server::new().await;
    let phone = server.phone("14.1");
    let answer = phone
        .ask(
            "Settings",
            r#"<Settings xmlns="Settings"><DeviceInformation><Set><Model>E52</Model></Set></DeviceInformation>
            <UserInformation><Get/></UserInformation></Settings>"#,
        )
        .await;
    assert!(answer.contains("<DeviceInformation><Status>1</Status></DeviceInformation>"), "{answer}");
    assert!(answer.contains("<PrimarySmtpAddress>kari@fjord.example</PrimarySmtpAddress>"), "{answer}");
    let mut reader = server.app.store().read().await.unwrap();
    let known = device::find(&mut reader, server.account.id, "phone1", "FjordPhone").await.unwrap().unwrap();
    let information = Information::read(&known.information);
    assert_eq!(information.device.and_then(|device| device.model).as_deref(), Some("E52"));
    assert_eq!(
        (information.user_agent.as_deref(), information.version.as_deref()),
        (Some("Fjord/1"), Some("14.1"))
    );
}

/// Quirk trial-log-in.
#[tokio::test]
async fn nothing_is_kept_of_a_trial_log_in() {
    let server = Server::new().await;
    let trial = super::Phone { device: "validate", ..server.phone("14.1") };
    assert!(trial.ask("FolderSync", &folders("0")).await.contains("<Status>1</Status>"));
    let mut reader = server.app.store().read().await.unwrap();
    assert!(device::list(&mut reader, server.account.id).await.unwrap().is_empty());
    assert!(account::by_id(&mut reader, server.account.id).await.unwrap().is_some());
}
