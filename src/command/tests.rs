//! The commands as a phone lives through them, without HTTP around them.

mod aside;
mod gate;
mod items;
mod moves;
mod waiting;

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use wbxml::Document;
use wbxml::Limits;
use wbxml::Version;

use super::Begun;
use super::begin;
use super::request;
use super::request::Request;
use super::request::Response;
use crate::app::App;
use crate::config::Config;
use crate::connections::Connectors;
use crate::eas::command::Command;
use crate::eas::query::Query;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::OrganisationId;
use crate::store::account;
use crate::store::account::Account;
use crate::store::item;

/// A server with one account.
struct Server {
    app: App,
    account: Account,
    _folder: TempDir,
}

impl Server {
    async fn new() -> Self {
        Self::configured(|_| {}).await
    }

    async fn configured(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.data = folder.path().to_owned();
        config.store.url = format!("sqlite:{}/lomme.db", folder.path().display());
        configure(&mut config);
        let app = App::open(config, Connectors::new()).await.unwrap();
        let account = Account {
            id: AccountId(1),
            organisation: OrganisationId(1),
            email: "kari@fjord.example".to_owned(),
            name: "Kari Nordmann".to_owned(),
            password: None,
            is_administrator: false,
            zone: Some("Europe/Oslo".to_owned()),
            is_disabled: false,
            has_factor: false,
        };
        let mut tx = app.store().begin().await.unwrap();
        account::create(&mut tx, &account, app.now()).await.unwrap();
        tx.commit().await.unwrap();
        Self { app, account, _folder: folder }
    }

    fn phone(&self, version: &'static str) -> Phone<'_> {
        Phone { server: self, version, device: "phone1", kind: "FjordPhone", key: None }
    }

    /// A contact that comes from the back office.
    async fn add_contact(&self, name: &str) -> String {
        let card = json!({ "name": { "full": name } }).to_string();
        let content = Content::from_json(Class::Contacts, &card).unwrap();
        let mut tx = self.app.store().begin().await.unwrap();
        let new =
            item::New { content: &content, writer: None, remote_id: None, etag: None, now: self.app.now() };
        let (id, _) = item::create(&mut tx, self.account.id, FolderId(2), new).await.unwrap();
        tx.commit().await.unwrap();
        format!("2:{id}")
    }
}

/// A phone that asks in XML and reads XML.
#[derive(Clone, Copy)]
struct Phone<'a> {
    server: &'a Server,
    version: &'static str,
    device: &'a str,
    kind: &'a str,
    key: Option<&'a str>,
}

impl Phone<'_> {
    async fn send(&self, command: &str, body: Vec<u8>) -> Response {
        let query = Query {
            command: Command::from_name(command),
            device_id: self.device.to_owned(),
            device_type: self.kind.to_owned(),
            ..Query::default()
        };
        let request = Request {
            account: Arc::new(self.server.account.clone()),
            query,
            version: Some(self.version.to_owned()),
            policy_key: self.key.map(str::to_owned),
            user_agent: Some("Fjord/1".to_owned()),
            content_type: None,
            accept_multipart: false,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            traced: std::sync::OnceLock::new(),
            body: request::Body::Whole(body.into()),
        };
        match begin(&self.server.app, Box::new(request)).await {
            Begun::Done(response) => response,
            Begun::Waiting(waiting) => waiting.ended(&self.server.app).await,
        }
    }

    /// The answer to a document, in one line of XML without its declaration; empty for an empty body.
    async fn ask(&self, command: &str, xml: &str) -> String {
        let body = Document::from_xml(xml).unwrap().encode();
        line(&self.send(command, body).await)
    }

    /// Begins to sync the contacts, and gives the key to go on with.
    async fn begin_contacts(&self) -> String {
        let answer = self.ask("Sync", &contacts("0", "")).await;
        between(&answer, "<SyncKey>", "</SyncKey>")
    }

    /// The key of the folder list.
    async fn begin_folders(&self) -> String {
        let answer = self.ask("FolderSync", &folders("0")).await;
        between(&answer, "<SyncKey>", "</SyncKey>")
    }
}

fn folders(key: &str) -> String {
    format!(r#"<FolderSync xmlns="FolderHierarchy"><SyncKey>{key}</SyncKey></FolderSync>"#)
}

fn contacts(key: &str, more: &str) -> String {
    format!(
        r#"<Sync xmlns="AirSync" xmlns:contacts="Contacts"><Collections><Collection><SyncKey>{key}</SyncKey>
        <CollectionId>2</CollectionId>{more}</Collection></Collections></Sync>"#
    )
}

/// Quirk 30-seconds.
#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_told_to_come_again() {
    let start = tokio::time::Instant::now();
    let outcome = super::in_time(super::ANSWER_TIME, std::future::pending()).await;
    assert!(start.elapsed() < Duration::from_secs(28), "{:?}", start.elapsed());
    let refusal = outcome.err().unwrap();
    assert_eq!(super::status::answer(Command::FolderSync, &refusal, Version::V2_5).status, 200);
    let told = super::status::answer(Command::MoveItems, &refusal, Version::V12_1);
    assert_eq!((told.status, told.headers), (503, vec![("Retry-After", "30".to_owned())]));
}

#[track_caller]
fn line(response: &Response) -> String {
    if response.body.is_empty() {
        assert_eq!(response.status, 200, "{response:?}");
        return String::new();
    }
    let document = Document::decode(response.body.clone(), &Limits::default()).unwrap();
    let xml = document.to_xml();
    xml.lines().skip(1).map(str::trim).collect()
}

#[track_caller]
fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split(end).next().unwrap().to_owned()
}
