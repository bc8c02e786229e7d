//! What strict clients take for granted about policies: when they are asked for one, and what they hear when they take it.

use lomme::config::Config;

use super::access::VERSIONS;
use super::access::folders;
use super::is_old;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const WBXML: &str = "MS-EAS-Provisioning-WBXML";

fn strict(config: &mut Config) {
    config.policy.required = true;
    config.policy.settings.device_password_enabled = true;
}

/// Whether a phone is asked to take the policy, and with which status where there is one.
async fn asked(wire: &Wire) -> Option<String> {
    let answer = folders(wire).await;
    if answer.status == 449 {
        assert!(is_old(&wire.version.to_string()));
        return Some("449".to_owned());
    }
    let told = answer.node().unwrap().told("Status").to_owned();
    assert!(told == "1" || !is_old(&wire.version.to_string()), "{told}");
    Some(told).filter(|status| status != "1")
}

/// Rule 7: a policy that changes has to be taken once more.
#[tokio::test]
async fn a_policy_that_changed_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let here = |config: &mut Config| {
        config.store.data = folder.path().join("data");
        config.store.url = format!("sqlite:{}/lomme.db", folder.path().display());
        strict(config);
    };
    let server = Server::with(here).await;
    let mut phones = Vec::new();
    for version in VERSIONS {
        let mut phone = Phone::new(Wire::new(&server.url(""), "kari", version));
        phone.provision().await;
        assert_eq!(asked(&phone.wire).await, None, "{version}");
        phones.push(phone);
    }
    server.stop().await;
    let server = Server::with(|config| {
        here(config);
        config.policy.settings.min_device_password_length = Some(8);
    })
    .await;
    for phone in &mut phones {
        phone.wire.server = server.url("");
        let version = phone.wire.version.to_string();
        let expected = if is_old(&version) { "449" } else { "142" };
        assert_eq!(asked(&phone.wire).await.as_deref(), Some(expected), "{version}");
        phone.provision().await;
        assert_eq!(asked(&phone.wire).await, None, "{version}");
    }
    server.stop().await;
}

async fn provision(wire: &Wire, policy: &str) -> Node {
    let inner = format!("<Policies><Policy>{policy}</Policy></Policies>");
    wire.post("Provision", document("Provision:Provision", &inner)).await.node().unwrap()
}

/// Rule 7: a policy that is told but not yet acknowledged is none; its key is no other's.
#[tokio::test]
async fn a_policy_counts_once_it_is_acknowledged() {
    let server = Server::with(strict).await;
    for version in ["12.0", "12.1", "14.0", "14.1", "16.0", "16.1"] {
        let mut wire = Wire::new(&server.url(""), "kari", version);
        let told = provision(&wire, &format!("<PolicyType>{WBXML}</PolicyType>")).await;
        let key = told.say("PolicyKey").to_owned();
        wire.policy_key = Some(key.clone());
        let expected = if is_old(version) { "449" } else { "142" };
        assert_eq!(asked(&wire).await.as_deref(), Some(expected), "{version}");
        let taking = |key: &str| {
            format!("<PolicyType>{WBXML}</PolicyType><PolicyKey>{key}</PolicyKey><Status>1</Status>")
        };
        let told = provision(&wire, &taking("4711")).await;
        assert_eq!(
            (told.told("Status"), told.find("Policy").unwrap().told("Status")),
            ("1", "5"),
            "{told:?}"
        );
        let told = provision(&wire, &taking(&key)).await;
        assert_eq!(
            (told.told("Status"), told.find("Policy").unwrap().told("Status")),
            ("1", "1"),
            "{told:?}"
        );
        // The answer was lost: it is given again.
        assert_eq!(provision(&wire, &taking(&key)).await, told);
        wire.policy_key = Some(told.say("PolicyKey").to_owned());
        assert_eq!(asked(&wire).await, None);
        let told = provision(&wire, "<PolicyType>MS-Other</PolicyType>").await;
        assert_eq!(
            (told.told("Status"), told.find("Policy").unwrap().told("Status")),
            ("1", "3"),
            "{told:?}"
        );
        assert_eq!(asked(&wire).await, None, "a question is no change");
    }
    server.stop().await;
}

/// Rule 7: who takes a part of a policy is refused where all of it counts, and otherwise let in.
#[tokio::test]
async fn half_a_policy_is_taken_where_that_is_allowed() {
    for (allow_partial, provisioned, then) in [(true, "1", None), (false, "139", Some("142"))] {
        let server = Server::with(|config| {
            strict(config);
            config.policy.refuse_partial = !allow_partial;
        })
        .await;
        let mut wire = Wire::new(&server.url(""), "kari", "14.1");
        let told = provision(&wire, &format!("<PolicyType>{WBXML}</PolicyType>")).await;
        let key = told.say("PolicyKey").to_owned();
        let part = format!("<PolicyType>{WBXML}</PolicyType><PolicyKey>{key}</PolicyKey><Status>2</Status>");
        let told = provision(&wire, &part).await;
        assert_eq!(told.told("Status"), provisioned, "{told:?}");
        wire.policy_key = told.find("PolicyKey").map(|key| key.text.clone()).or(Some(key));
        assert_eq!(asked(&wire).await.as_deref(), then);
        server.stop().await;
    }
}
