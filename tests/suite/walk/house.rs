//! Two nodes on one database, an account with its back office, and the way of a request to either node.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use lomme::app::App;
use lomme::command;
use lomme::command::Begun;
use lomme::command::request::Body;
use lomme::command::request::Request;
use lomme::config::Config;
use lomme::connector::Connector;
use lomme::connector::memory::Memory;
use lomme::eas::command::Command;
use lomme::eas::query::Query;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::OrganisationId;
use lomme::store::account;
use lomme::store::account::Account;
use lomme::store::device;
use lomme::store::folder;
use lomme::store::item;
use lomme::store::organisation;
use lomme::store::outbox;
use lomme::store::pull;
use lomme::store::state;
use lomme::store::state::Who;
use wbxml::Document;
use wbxml::Limits;

use super::handset::Handset;
use super::office;
use crate::fresh;

/// Whose phones they are.
pub(crate) const KARI: AccountId = AccountId(1);

/// Everything that phones and the back office meet in.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) nodes: Vec<App>,
    kari: Arc<Account>,
    _folder: tempfile::TempDir,
}

impl House {
    pub(crate) async fn open(memory: &Memory, policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = fresh::database(folder.path()).await;
        let data = folder.path().join("data");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{url}\"\ndata = \"{}\"\n\
             [conflict]\ncalendar = \"{policy}\"\ntasks = \"{policy}\"\ncontacts = \"{policy}\"\n\
             [[connection]]\nname = \"{}\"\nkind = \"http_api\"\nclasses = [\"tasks\", \"calendar\"]\n\
             url = \"http://localhost\"\ntoken = \"x\"\n",
            data.display(),
            office::NAME
        );
        let config: Config = toml::from_str(&text).unwrap();
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let connector: Arc<dyn Connector> = Arc::new(memory.clone());
            let connections = BTreeMap::from([(office::NAME.to_owned(), connector)]);
            nodes.push(App::open(config.clone(), connections).await.unwrap());
        }
        let kari = create_account(&nodes[0]).await;
        Self { nodes, kari: Arc::new(kari), _folder: folder }
    }

    /// What a phone hears from a node.
    pub(crate) async fn ask(&self, node: usize, phone: &Handset, command: Command, body: Vec<u8>) -> Vec<u8> {
        told(phone, node, command, &body);
        let answer = answered(&self.nodes[node], self.request(phone, command, body)).await;
        told(phone, node, command, &answer);
        answer
    }

    /// The same in a task of its own, as over a connection of its own.
    pub(crate) fn send(
        &self,
        node: usize,
        phone: &Handset,
        command: Command,
        body: Vec<u8>,
    ) -> tokio::task::JoinHandle<Vec<u8>> {
        let (app, request) = (self.nodes[node].clone(), self.request(phone, command, body));
        tokio::spawn(async move { answered(&app, request).await })
    }

    fn request(&self, phone: &Handset, command: Command, body: Vec<u8>) -> Box<Request> {
        let query = Query {
            command: Some(command),
            device_id: phone.device.to_owned(),
            device_type: "FjordPhone".to_owned(),
            ..Query::default()
        };
        Box::new(Request {
            traced: std::sync::OnceLock::new(),
            account: Arc::clone(&self.kari),
            query,
            version: Some(phone.version.to_string()),
            policy_key: None,
            user_agent: Some("Fjord/1.0".to_owned()),
            content_type: None,
            accept_multipart: false,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            body: Body::Whole(body.into()),
        })
    }

    /// The folders that the walk goes through: number, class, and its name in the back office.
    pub(crate) async fn folders(&self) -> Vec<(i64, Class, Option<String>)> {
        let mut reader = self.nodes[0].store().read().await.unwrap();
        let rows = folder::list(&mut reader, KARI).await.unwrap();
        let is_ours = |row: &folder::Row| row.folder.remote_id.is_some() || row.folder.id == FolderId(2);
        let ours = rows.into_iter().filter(|row| !row.deleted && is_ours(row));
        ours.map(|row| (row.folder.id.0, row.folder.class, row.folder.remote_id)).collect()
    }

    /// What is in a folder, with the names that phones know.
    pub(crate) async fn contents(&self, folder: i64, class: Class) -> Vec<(String, Content)> {
        let mut reader = self.nodes[0].store().read().await.unwrap();
        let living = item::living(&mut reader, KARI, FolderId(folder)).await.unwrap();
        let read = |content: &str| Content::from_json(class, content).unwrap();
        living.iter().map(|row| (format!("{folder}:{}", row.meta.item), read(&row.content))).collect()
    }

    pub(crate) async fn owed(&self) -> i64 {
        let mut reader = self.nodes[0].store().read().await.unwrap();
        outbox::count(&mut reader, KARI).await.unwrap()
    }

    /// How many items cannot be told to somebody.
    pub(crate) async fn asides(&self, folders: impl Iterator<Item = i64>) -> usize {
        let mut reader = self.nodes[0].store().read().await.unwrap();
        let devices = device::list(&mut reader, KARI).await.unwrap();
        let mut count = 0;
        for folder in folders.map(FolderId) {
            count += pull::asides(&mut reader, KARI, folder).await.unwrap().len();
            for device in &devices {
                let who = Who { account: KARI, device: device.number };
                let found = state::find(&mut reader, who, folder).await.unwrap();
                count += found.map_or(0, |row| row.state.current.aside.of_others("").len());
            }
        }
        count
    }
}

/// Tells what goes over the wire, if `LOMME_WALK_TELL` is set.
#[expect(clippy::print_stdout, reason = "for whoever looks into a walk that failed")]
fn told(phone: &Handset, node: usize, command: Command, body: &[u8]) {
    if std::env::var_os("LOMME_WALK_TELL").is_some() {
        let xml = Document::decode(body, &Limits::default()).map(|document| document.to_xml());
        println!("{} {node} {command} {}", phone.device, xml.unwrap_or_default());
    }
}

/// What HTTP makes of a request: it may have to wait.
async fn answered(app: &App, request: Box<Request>) -> Vec<u8> {
    let response = match Box::pin(command::begin(app, request)).await {
        Begun::Done(response) => response,
        Begun::Waiting(waiting) => Box::pin(waiting.ended(app)).await,
    };
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    response.body
}

async fn create_account(app: &App) -> Account {
    let mut tx = app.store().begin().await.unwrap();
    let organisation = organisation::find_or_create(&mut tx, "Fjord", OrganisationId(1)).await.unwrap().id;
    let kari = Account {
        id: KARI,
        organisation,
        email: "kari@fjord.example".to_owned(),
        name: "Kari".to_owned(),
        password: None,
        is_administrator: false,
        zone: Some("Etc/UTC".to_owned()),
        is_disabled: false,
        has_factor: false,
    };
    account::create(&mut tx, &kari, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    kari
}
