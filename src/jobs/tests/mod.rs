//! What a phone's owner and an administrator live through, told with a back office in memory.

mod moves;
mod relocations;
mod pulls;
mod pushes;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::Timestamp;
use serde_json::json;

use crate::app::App;
use crate::config::Config;
use crate::config::Retention;
use crate::connections::Connectors;
use crate::connector::Collection;
use crate::connector::Connector;
use crate::connector::Strategy;
use crate::connector::memory::Memory;
use crate::jobs::office::Office;
use crate::jobs::pull;
use crate::jobs::pull::Tally;
use crate::jobs::push;
use crate::jobs::sweep;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::OrganisationId;
use crate::model::id::Rev;
use crate::store::account;
use crate::store::account::Account;
use crate::store::folder;
use crate::store::fresh;
use crate::store::item;
use crate::store::item::Place;
use crate::store::log;
use crate::store::organisation;
use crate::store::outbox;
use crate::store::outbox::Owe;

const KARI: AccountId = AccountId(1);
const TASKS: FolderId = FolderId(3);
const PHONE: DeviceNumber = DeviceNumber(7);

/// One account, one back office, and the time.
struct Bench {
    office: Office,
    memory: Memory,
    now: Timestamp,
    /// What the phone's `Conflict` says.
    server_wins: bool,
    _data: tempfile::TempDir,
}

fn task_list() -> Collection {
    Collection {
        id: "tasks".to_owned(),
        name: "Tasks".to_owned(),
        class: Class::Tasks,
        default: true,
        read_only: false,
    }
}

fn calendar(id: &str, name: &str, default: bool, read_only: bool) -> Collection {
    Collection { id: id.to_owned(), name: name.to_owned(), class: Class::Calendar, default, read_only }
}

fn task(title: &str) -> Content {
    Content::from_value(Class::Tasks, &json!({"uid": format!("uid-{title}"), "title": title})).unwrap()
}

/// A node of a program of one account that is so configured, and the time.
async fn office(config: &str, connections: Connectors) -> (Office, Timestamp) {
    let config: Config = toml::from_str(config).unwrap();
    let app = App::open(config, connections).await.unwrap();
    let now = app.now();
    let mut tx = app.store().begin().await.unwrap();
    let organisation = organisation::find_or_create(&mut tx, "Fjord", OrganisationId(1)).await.unwrap().id;
    let kari = Account {
        id: KARI,
        organisation,
        email: "kari@fjord.example".to_owned(),
        name: "Kari".to_owned(),
        password: None,
        is_administrator: false,
        zone: None,
        is_disabled: false,
        has_factor: false,
    };
    account::create(&mut tx, &kari, now).await.unwrap();
    tx.commit().await.unwrap();
    let office = Office::new(app, "node");
    office.enrol().await.unwrap();
    (office, now)
}

impl Bench {
    async fn new(strategy: Strategy) -> Self {
        Self::with(strategy, "server", vec![task_list()]).await
    }

    async fn with(strategy: Strategy, tasks_conflict: &str, collections: Vec<Collection>) -> Self {
        Self::beside(strategy, tasks_conflict, collections, None).await
    }

    /// With another back office beside it, called `yard`.
    async fn beside(
        strategy: Strategy,
        tasks_conflict: &str,
        collections: Vec<Collection>,
        branch: Option<Memory>,
    ) -> Self {
        let data = tempfile::tempdir().unwrap();
        let url = fresh::database(data.path()).await;
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{url}\"\ndata = \"{}\"\n[conflict]\n\
             tasks = \"{tasks_conflict}\"\n[[connection]]\nname = \"office\"\nkind = \"http_api\"\n\
             classes = [\"tasks\", \"calendar\"]\nurl = \"http://localhost\"\ntoken = \"x\"\n\
             directory = true\nhook_key = \"key\"\n",
            data.path().display()
        );
        let second = "[[connection]]\nname = \"yard\"\nkind = \"http_api\"\nclasses = [\"tasks\"]\n\
                      url = \"http://localhost\"\ntoken = \"x\"\n";
        let text = if branch.is_some() { text + second } else { text };
        let memory = Memory::new(strategy, collections);
        let connector: Arc<dyn Connector> = Arc::new(memory.clone());
        let mut connections = BTreeMap::from([("office".to_owned(), connector)]);
        connections.extend(branch.map(|branch| {
            let connector: Arc<dyn Connector> = Arc::new(branch);
            ("yard".to_owned(), connector)
        }));
        let (office, now) = office(&text, connections).await;
        Self { office, memory, now, server_wins: true, _data: data }
    }

    /// A bench whose folders are there and were pulled once.
    async fn pulled(strategy: Strategy) -> Self {
        let mut bench = Self::new(strategy).await;
        bench.pull().await;
        bench
    }

    /// More than an hour later, for every wait of the jobs is over then.
    fn wait(&mut self) {
        self.now += SignedDuration::from_mins(61);
    }

    /// The next pull of everything.
    async fn pull(&mut self) -> Tally {
        self.wait();
        let mut tally = pull::round(&self.office, KARI, |due| due.folder.0 == 0, self.now).await.unwrap();
        let folders = pull::round(&self.office, KARI, |due| due.folder.0 != 0, self.now).await.unwrap();
        tally.pulled += folders.pulled;
        tally.removed += folders.removed;
        tally.conflicts += folders.conflicts;
        tally.errors += folders.errors;
        tally.messages.extend(folders.messages);
        tally
    }

    /// What is past its time goes.
    async fn sweep(&self, keep: &Retention, now: Timestamp) {
        sweep::all(self.office.app.store(), keep, now).await.unwrap();
    }

    /// Whatever is owed is sent, if its time has come.
    async fn push(&mut self) -> usize {
        self.now += SignedDuration::from_secs(1);
        push::round(&self.office, "office", self.now).await.unwrap()
            + push::round(&self.office, "yard", self.now).await.unwrap()
    }

    async fn owe(&self, item: ItemId, base: Rev, rev: Rev, tx: &mut crate::store::Tx) {
        let place = Place { account: KARI, folder: TASKS, item };
        let key = crate::app::new_key();
        let (server_wins, now) = (self.server_wins, self.now);
        let owe = Owe { place, connection: "office", base_rev: base, rev, key: &key, server_wins, now };
        outbox::owe(tx, owe).await.unwrap();
    }

    /// The phone makes an item.
    async fn create(&self, content: &Content) -> ItemId {
        let mut tx = self.office.app.store().begin().await.unwrap();
        let new = item::New { content, writer: Some(PHONE), remote_id: None, etag: None, now: self.now };
        let (item, rev) = item::create(&mut tx, KARI, TASKS, new).await.unwrap();
        self.owe(item, Rev(0), rev, &mut tx).await;
        tx.commit().await.unwrap();
        item
    }

    /// The phone changes an item, or deletes it.
    async fn change(&self, item: ItemId, content: Option<&Content>) {
        let place = Place { account: KARI, folder: TASKS, item };
        let mut tx = self.office.app.store().begin().await.unwrap();
        let base = item::newest(&mut tx, place).await.unwrap().unwrap().version.meta.rev;
        let rev = match content {
            Some(content) => item::replace(&mut tx, place, content, Some(PHONE), self.now).await.unwrap(),
            None => item::delete(&mut tx, place, Some(PHONE), self.now).await.unwrap(),
        };
        self.owe(item, base, rev, &mut tx).await;
        tx.commit().await.unwrap();
    }

    /// What is in the folder of tasks on our side: item and title.
    async fn titles(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.items().await.into_iter().map(|(_, title)| title).collect();
        titles.sort();
        titles
    }

    async fn items(&self) -> Vec<(ItemId, String)> {
        let mut reader = self.office.app.store().read().await.unwrap();
        let rev = folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap().rev;
        let mut items = Vec::new();
        for number in 1..=rev.0 {
            let place = Place { account: KARI, folder: TASKS, item: ItemId(number) };
            let row = item::newest(&mut reader, place).await.unwrap();
            if let Some(row) = row.filter(|row| !row.version.meta.deleted) {
                let content = Content::from_json(Class::Tasks, &row.version.content).unwrap();
                items.push((place.item, content.title()));
            }
        }
        items
    }

    async fn item_called(&self, title: &str) -> ItemId {
        self.items().await.into_iter().find(|(_, found)| found == title).unwrap().0
    }

    async fn rev(&self) -> Rev {
        let mut reader = self.office.app.store().read().await.unwrap();
        folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap().rev
    }

    /// What is there, in the order of the titles.
    fn there(&self) -> Vec<String> {
        let mut titles: Vec<String> =
            self.memory.contents("tasks").into_iter().map(|(_, content)| content.title()).collect();
        titles.sort();
        titles
    }

    async fn owed(&self) -> i64 {
        let mut reader = self.office.app.store().read().await.unwrap();
        outbox::count(&mut reader, KARI).await.unwrap()
    }

    /// The outcomes in the result log, newest first.
    async fn outcomes(&self) -> Vec<String> {
        let mut reader = self.office.app.store().read().await.unwrap();
        let entries = log::list(&mut reader, KARI, None, 100).await.unwrap();
        entries.into_iter().map(|entry| entry.outcome).collect()
    }
}

const STRATEGIES: [Strategy; 3] = [Strategy::Cursor, Strategy::ModifiedSince, Strategy::List];
