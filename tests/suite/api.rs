//! What administrators' programs do over `/api/v1`, and that its description is true.

use std::collections::BTreeSet;

use lomme::govern::actor::Actor;
use lomme::govern::token;
use lomme::govern::token::Scope;
use lomme::model::folder::FolderKind;
use lomme::model::id::OrganisationId;
use reqwest::Client;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::office::Office;
use crate::office::TOKEN;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

const FJORD: OrganisationId = OrganisationId(1);

/// A program with a token.
struct Program {
    client: Client,
    url: String,
    token: String,
}

impl Program {
    async fn of(server: &Server, write: bool) -> Self {
        let scope = Scope { write, groups: Vec::new() };
        let root = Actor::command_line();
        let (_, token) = token::add(&server.app, &root, FJORD, "a test", &scope).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { client: Client::new(), url: server.url("/api/v1"), token }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").cloned();
        let text = answer.text().await.unwrap();
        if status >= 400 {
            assert_eq!(kind.unwrap(), "application/problem+json", "{status} {path}: {text}");
        }
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, told) = self.ask(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask(Method::POST, path, body).await
    }
}

#[tokio::test]
async fn a_program_looks_at_phones_plans_an_action_and_does_it() {
    let server = Server::start().await;
    for user in ["kari", "ola"] {
        let mut phone = Phone::new(Wire::new(&server.url(""), user, "14.1"));
        phone.add_account().await;
        let contacts = phone.default(FolderKind::CONTACTS.0);
        phone.sync(&contacts).await;
    }
    let program = Program::of(&server, true).await;
    let first = program.get("/devices?limit=1").await;
    assert_eq!((&first["total"], first["devices"].as_array().unwrap().len()), (&json!(2), 1));
    let next = first["next"].as_str().unwrap();
    let second = program.get(&format!("/devices?limit=1&after={next}")).await;
    assert!(second["next"].is_null() && second["devices"][0]["id"] != first["devices"][0]["id"]);
    let found = program.get("/devices?search=NORDmann&version=14.1").await;
    assert_eq!((&found["total"], &found["devices"][0]["email"]), (&json!(1), &json!("kari@fjord.example")));
    assert_eq!(found["devices"][0]["model"], "Fjord 1");

    let id = found["devices"][0]["id"].clone();
    let wipe = json!({"action": "wipe-account", "devices": [id]});
    let (_, plan) = program.post("/plans", wipe.clone()).await;
    assert_eq!(plan["devices"][0]["reason"]["code"], "too-old");
    assert_eq!(program.post("/actions", wipe).await.0, 422, "there is no way back");
    let (status, told) = program.post("/actions", json!({"action": "resync", "devices": [id]})).await;
    assert_eq!((status, &told["devices"][0]["done"]), (200, &json!(true)));
    let detail = program.get(&format!("/devices/{}", id.as_str().unwrap())).await;
    assert_eq!(detail["ordered"], json!({"what": "resync", "progress": {"state": "waiting"}}));
    assert_eq!(program.get("/devices?state=ordered").await["total"], 1);
    assert_eq!(program.get("/audit/check").await["whole"], true);
    server.stop().await;
}

#[tokio::test]
async fn a_program_governs_accounts_groups_rules_and_policies() {
    let server = Server::start().await;
    let program = Program::of(&server, true).await;
    let (status, made) =
        program.post("/accounts", json!({"email": "Per@fjord.example", "name": "Per"})).await;
    assert_eq!((status, &made["email"]), (201, &json!("per@fjord.example")));
    assert_eq!(made["password"].as_str().unwrap().len(), 16);
    let id = made["id"].as_str().unwrap();
    assert_eq!(program.post("/accounts", json!({"email": "per@fjord.example"})).await.0, 409);
    assert_eq!(program.post("/accounts", json!({"email": "per"})).await.0, 422);
    assert_eq!(program.post(&format!("/accounts/{id}/disable"), Value::Null).await.0, 204);
    let (_, group) = program.post("/groups", json!({"name": "Bergen"})).await;
    let group = group["id"].as_str().unwrap();
    let member = format!("/groups/{group}/members/{id}");
    assert_eq!(program.ask(Method::PUT, &member, json!({"administrator": true})).await.0, 204);
    let account = program.get(&format!("/accounts/{id}")).await;
    assert_eq!((&account["disabled"], &account["role"]), (&json!(true), &json!("group-administrator")));
    let page = program.get("/accounts?limit=2").await;
    let rest = program.get(&format!("/accounts?after={}", page["next"].as_str().unwrap())).await;
    assert_eq!(
        (rest["accounts"][0]["email"].clone(), rest["next"].clone()),
        (json!("per@fjord.example"), Value::Null)
    );

    let rules =
        json!({"new_devices": "quarantine", "rules": [{"of": "type", "is": "iPhone", "then": "allow"}]});
    assert_eq!(program.ask(Method::PUT, "/organisation/access", rules.clone()).await.0, 204);
    assert_eq!(program.get("/organisation").await["access"], rules);
    assert_eq!(
        program.ask(Method::PUT, "/organisation/conflict/tasks", json!({"wins": "newest"})).await.0,
        204
    );
    let wrong = program.ask(Method::PUT, "/organisation/conflict/tasks", json!({"wins": "me"})).await;
    assert_eq!(wrong.0, 422);
    let off = json!({"switchedOff": ["notes", "shared-calendars"]});
    assert_eq!(program.ask(Method::PUT, "/organisation/services", off.clone()).await.0, 204);
    let own = json!({"switchedOff": ["mail"]});
    assert_eq!(program.ask(Method::PUT, &format!("/accounts/{id}/services"), own).await.0, 204);
    assert_eq!(
        program.get(&format!("/accounts/{id}/services")).await,
        json!({"switchedOff": ["mail"], "byOrganisation": ["shared-calendars", "notes"]})
    );
    let wrong = program.ask(Method::PUT, "/organisation/services", json!({"switchedOff": ["fax"]})).await;
    assert_eq!(wrong.0, 422);
    let policy = json!({"required": true, "settings": {"allow_camera": false}});
    let path = format!("/policies/group:{group}");
    assert_eq!(program.ask(Method::PUT, &path, policy).await.0, 204);
    assert_eq!(program.get(&path).await["policy"]["settings"]["allow_camera"], false);
    assert_eq!(
        program.get(&format!("{path}/preview")).await["versions"][1]["notTold"],
        json!(["AllowCamera"])
    );
    let wrong = program.ask(Method::PUT, &path, json!({"settings": {"allow_cameras": false}})).await;
    assert!(wrong.1["detail"].as_str().unwrap().contains("allow_cameras"), "{wrong:?}");
    assert_eq!(program.ask(Method::DELETE, &format!("/accounts/{id}"), Value::Null).await.0, 204);
    server.stop().await;
}

/// 24, over the interface for programs.
#[tokio::test]
async fn a_program_sets_a_back_office_up_and_takes_it_away() {
    let office = Office::start().await;
    let server = Server::start().await;
    let program = Program::of(&server, true).await;
    let mut keys =
        json!({"kind": "http_api", "classes": ["tasks"], "url": office.running.url(), "token": "wrong"});
    let test = program.post("/connections/crm/test", json!({"keys": keys})).await.1;
    assert_eq!(test["answers"], false, "{test}");
    keys["token"] = json!(TOKEN);
    let test = program.post("/connections/crm/test", json!({"keys": keys})).await.1;
    assert_eq!(test["answers"], true, "{test}");
    assert_eq!(program.ask(Method::PUT, "/connections/crm", keys.clone()).await.0, 204);
    keys["name"] = json!("other");
    assert_eq!(program.ask(Method::PUT, "/connections/crm", keys).await.0, 422);
    let known = program.get("/connections/crm").await;
    assert_eq!((&known["kind"], &known["accounts"]), (&json!("http_api"), &json!(2)), "{known}");
    assert!(!known.to_string().contains(TOKEN));
    assert_eq!(program.get("/connections").await["connections"].as_array().unwrap().len(), 1);
    assert_eq!(program.post("/connections/crm/pause", Value::Null).await.0, 204);
    assert_eq!(program.get("/connections/crm").await["paused"], true);
    assert_eq!(program.post("/connections/crm/resume", Value::Null).await.0, 204);
    assert_eq!(program.post("/connections/crm/pull", Value::Null).await.1["accounts"], 2);
    assert_eq!(program.post("/connections/crm/test", Value::Null).await.1["answers"], true);
    assert_eq!(program.post("/connections/crm/dance", Value::Null).await.0, 404);
    let gone = program.ask(Method::DELETE, "/connections/crm", Value::Null).await;
    assert_eq!((gone.0, &gone.1["accounts"]), (200, &json!(2)));
    assert_eq!(program.ask(Method::GET, "/connections/crm", Value::Null).await.0, 404);
    server.stop().await;
    office.running.stop().await;
}

#[tokio::test]
async fn a_token_that_may_only_look_changes_nothing_and_none_sees_nothing() {
    let server = Server::start().await;
    let program = Program::of(&server, false).await;
    assert_eq!(program.get("/accounts").await["accounts"].as_array().unwrap().len(), 2);
    assert_eq!(program.post("/accounts", json!({"email": "per@fjord.example"})).await.0, 403);
    assert_eq!(program.post("/accounts/1/disable", Value::Null).await.0, 403);
    assert_eq!(program.post("/actions", json!({"action": "block", "devices": []})).await.0, 403);
    let nobody = Program { token: "lomme_x".to_owned(), ..program };
    assert_eq!(nobody.ask(Method::GET, "/accounts", Value::Null).await.0, 401);
    server.stop().await;
}

/// The methods of each path, as the description has them.
fn described() -> BTreeSet<(String, String)> {
    let text = include_str!("../../schema/api.yaml");
    let paths = text.split("\npaths:\n").nth(1).unwrap().split("\ncomponents:\n").next().unwrap();
    let mut all = BTreeSet::new();
    let mut path = String::new();
    for line in paths.lines() {
        let name = line.trim().trim_end_matches(':');
        match line.len() - line.trim_start().len() {
            2 => path = name.to_owned(),
            4 => drop(all.insert((name.to_owned(), path.clone()))),
            _ => {}
        }
    }
    all
}

#[test]
fn the_description_has_every_path_and_no_other() {
    let source = include_str!("../../src/api/mod.rs");
    let mut routes = BTreeSet::new();
    for rest in source.split(".route(\"").skip(1) {
        let (path, handlers) = rest.split_once("\", ").unwrap();
        let handlers = handlers.split("\n        .").next().unwrap();
        for method in ["get", "post", "put", "delete"] {
            if handlers.starts_with(&format!("{method}(")) || handlers.contains(&format!(".{method}(")) {
                routes.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(routes.len() > 25);
    assert_eq!(routes, described());
}

#[tokio::test]
async fn every_path_asks_for_a_token_first() {
    let server = Server::start().await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new();
    for (method, path) in described() {
        let path = path.replace("{id}", "1").replace("{account}", "1").replace("{owner}", "organisation");
        let path = path.replace("{class}", "tasks").replace("{change}", "disable");
        let url = server.url(&format!("/api/v1{path}"));
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let status = client.request(method, url).send().await.unwrap().status().as_u16();
        assert_eq!(status, if path == "/openapi.yaml" { 200 } else { 401 }, "{path}");
    }
    let lost = client.get(server.url("/api/v1/nothing")).send().await.unwrap();
    assert_eq!(lost.headers()["content-type"], "application/problem+json");
    server.stop().await;
}
