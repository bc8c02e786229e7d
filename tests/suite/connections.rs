//! Back offices that an administrator sets up, changes, lets rest and takes away while the program runs.

use lomme::govern::Error;
use lomme::govern::actor::Actor;
use lomme::govern::connection;
use lomme::govern::connection::Trial;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::OrganisationId;
use lomme::store::access;
use lomme::store::account;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::back_office::count;
use crate::back_office::until;
use crate::office::Office;
use crate::office::TOKEN;
use crate::server::Server;

const KARI: AccountId = AccountId(1);
const TASKS: FolderId = FolderId(3);
const WHO: Actor = Actor::command_line();

fn keys(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn tasks_at(url: &str) -> Map<String, Value> {
    keys(&json!({"name": "crm", "kind": "http_api", "classes": ["tasks"], "url": url, "token": TOKEN}))
}

async fn organisation(server: &Server) -> OrganisationId {
    let mut reader = server.app.store().read().await.unwrap();
    account::by_id(&mut reader, KARI).await.unwrap().unwrap().organisation
}

async fn set_up(server: &Server, keys: Map<String, Value>) -> Result<(), String> {
    let organisation = organisation(server).await;
    let done = connection::put(&server.app, &WHO, organisation, keys).await;
    done.map(drop).map_err(|error| error.to_string())
}

async fn there(office: &Office, title: &str) {
    office
        .post("/tasks?user=kari@fjord.example", json!({"title": title}), &[("Idempotency-Key", title)])
        .await;
}

/// 24: administrators list, set up, try, pull and pause connections.
#[tokio::test]
async fn a_connection_comes_rests_and_goes_while_the_program_runs() {
    let office = Office::start().await;
    let server = Server::start().await;
    let own = organisation(&server).await;
    let url = office.running.url();
    let trial = connection::try_out(&server.app, &WHO, own, tasks_at(&url), None).await.unwrap();
    assert!(matches!(trial, Trial::Answers(found) if found > 0), "{trial:?}");
    set_up(&server, tasks_at(&url)).await.unwrap();
    until("Kari's tasks come", async || count(&server, KARI, TASKS).await == 5).await;

    let known = connection::find(&server.app, &WHO, own, "crm").await.unwrap();
    assert!(!known.keys.unwrap().contains_key("token"), "nobody is shown a secret again");
    // A secret that is left out stays what it was.
    let mut changed = tasks_at(&url);
    changed.remove("token");
    changed.insert("every".to_owned(), json!("5m"));
    set_up(&server, changed).await.unwrap();
    assert_eq!(
        connection::try_known(&server.app, &WHO, own, "crm").await.unwrap(),
        trial,
        "it logs in as before"
    );

    // Elsewhere it is not sent by leaving it out.
    let mut moved = tasks_at("https://elsewhere.example");
    moved.remove("token");
    let said = set_up(&server, moved).await.unwrap_err();
    assert!(said.contains("`token` state a `token`"), "{said}");

    connection::pause(&server.app, &WHO, own, ("crm", true)).await.unwrap();
    there(&office, "while it rests").await;
    connection::pull_now(&server.app, &WHO, own, "crm").await.unwrap();
    assert!(connection::find(&server.app, &WHO, own, "crm").await.unwrap().is_paused);
    connection::pause(&server.app, &WHO, own, ("crm", false)).await.unwrap();
    assert_eq!(connection::pull_now(&server.app, &WHO, own, "crm").await.unwrap(), 2);
    until("what was made meanwhile comes", async || count(&server, KARI, TASKS).await == 6).await;

    assert_eq!(connection::remove(&server.app, &WHO, own, "crm").await.unwrap(), 2);
    let mut reader = server.app.store().read().await.unwrap();
    assert!(access::of_account(&mut reader, KARI).await.unwrap().is_empty());
    drop(reader);
    assert!(server.app.connections().find("crm").is_none());
    server.stop().await;
    office.running.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_said_of_its_key() {
    let server = Server::start().await;
    let own = organisation(&server).await;
    let check = async |change: Value, expected: &str| {
        let mut keys = tasks_at("https://office.example");
        keys.extend(self::keys(&change));
        let said = set_up(&server, keys).await.unwrap_err();
        assert!(said.contains(expected), "{said}");
    };
    check(json!({"name": "Our CRM"}), "`name` must be small letters").await;
    check(json!({"classes": []}), "`classes` say what is synced").await;
    check(json!({"url": "office"}), "`url` must be an address").await;
    check(json!({"token": ""}), "`token` state a `token`").await;
    check(json!({"colour": "red"}), "`colour`").await;
    // Whoever administers an organisation does not read the files of the server.
    check(json!({"authority": "/etc/passwd"}), "`authority` is for the configuration").await;
    check(json!({"token_file": "/etc/passwd"}), "`token_file` is for the configuration").await;
    set_up(&server, tasks_at("https://office.example")).await.unwrap();
    check(json!({"name": "other"}), "`classes` `Tasks` comes from `crm` already").await;
    let elsewhere = OrganisationId(own.0 + 1);
    let theirs = connection::put(&server.app, &WHO, elsewhere, tasks_at("https://office.example")).await;
    assert!(matches!(theirs, Err(Error::Taken { .. })), "{theirs:?}");
    server.stop().await;
}
