//! A random walk of two phones and a back office over two nodes, against what each of them must end up with.
//!
//! Answers are lost, requests repeated word for word or with more in them, sent twice at once, broken off at any await
//! point (what a killed process leaves behind is what a dropped future leaves behind), and sent to the other node.
//! No item may be lost, doubled, or told to the phone that made it. The seed is printed; `LOMME_WALK_SEED` repeats it,
//! `LOMME_WALK_STEPS` makes it longer.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use lomme::app::App;
use lomme::app::Connections;
use lomme::command::phone::Phone;
use lomme::command::sync::Synced;
use lomme::command::sync::sync;
use lomme::config::Config;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::id::AccountId;
use lomme::model::id::ItemId;
use lomme::model::id::OrganisationId;
use lomme::store::account;
use lomme::store::account::Account;
use lomme::store::device;
use lomme::store::device::Device;
use lomme::store::item;
use lomme::store::item::New;
use lomme::store::item::Place;
use lomme::store::organisation;
use lomme::store::retrying;
use wbxml::Document;
use wbxml::Limits;

use crate::fresh;
use crate::handset::CONTACTS;
use crate::handset::Handset;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed of a walk that failed")]
async fn no_item_is_lost_doubled_or_echoed_whatever_happens_to_requests() {
    let seed = number("LOMME_WALK_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0xBEEF);
    let steps = number("LOMME_WALK_STEPS").unwrap_or(10_000);
    println!("LOMME_WALK_SEED={seed} LOMME_WALK_STEPS={steps}");
    let mut walk = Walk::start(seed).await;
    for step in 1..=steps {
        Box::pin(walk.step()).await;
        if step % 250 == 0 {
            walk.settle().await;
        }
    }
    walk.settle().await;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// xorshift64*: the same walk from the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(usize::try_from(self.below(u64::try_from(from.len().max(1)).unwrap())).unwrap())
    }
}

struct Walk {
    chance: Chance,
    nodes: Vec<App>,
    phones: Vec<Handset>,
    account: AccountId,
    next_value: u64,
    /// Values that somebody deleted on purpose, or that another edit replaced.
    gone: BTreeSet<String>,
    /// Values that items were made with, each of which may come to life once.
    born: BTreeSet<String>,
    _folder: tempfile::TempDir,
}

impl Walk {
    async fn start(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.url = fresh::database(folder.path()).await;
        config.store.data = folder.path().join("data");
        let nodes = vec![
            App::open(config.clone(), Connections::new()).await.unwrap(),
            App::open(config, Connections::new()).await.unwrap(),
        ];
        let account = AccountId(1);
        let app = &nodes[0];
        let mut tx = app.store().begin().await.unwrap();
        let organisation =
            organisation::find_or_create(&mut tx, "Fjord", OrganisationId(1)).await.unwrap().id;
        let kari = Account {
            id: account,
            organisation,
            email: "kari@fjord.example".to_owned(),
            name: "Kari".to_owned(),
            password: None,
            is_administrator: false,
            zone: None,
            is_disabled: false,
        };
        account::create(&mut tx, &kari, app.now()).await.unwrap();
        let mut phones = Vec::new();
        for id in ["one", "two"] {
            let mut device = Device::new(account, id, "Test", app.now());
            device.number = device::create(&mut tx, &device).await.unwrap();
            phones.push(Handset::new(device, organisation));
        }
        tx.commit().await.unwrap();
        Self {
            chance: Chance(seed | 1),
            nodes,
            phones,
            account,
            next_value: 0,
            gone: BTreeSet::new(),
            born: BTreeSet::new(),
            _folder: folder,
        }
    }

    async fn step(&mut self) {
        let who = usize::try_from(self.chance.below(2)).unwrap();
        match self.chance.below(100) {
            0..20 => self.edit(who),
            20..30 => self.office().await,
            30..31 => self.start_over(who),
            _ => Box::pin(self.sync(who)).await,
        }
    }

    /// A person adds, changes or deletes something on a phone.
    fn edit(&mut self, who: usize) {
        let kind = self.chance.below(10);
        let value = self.value();
        let phone = &mut self.phones[who];
        let shown: Vec<String> = phone.items.keys().cloned().collect();
        match (kind, self.chance.pick(&shown)) {
            (0..4, _) | (_, None) => {
                phone.next_client_id += 1;
                phone.added.insert(format!("c{}", phone.next_client_id), value.clone());
                self.born.insert(value);
            }
            (4..8, Some(id)) => {
                let before = phone.items.insert(id.clone(), value).unwrap();
                phone.changed.insert(id.clone());
                self.gone.insert(before);
            }
            (_, Some(id)) => {
                let value = phone.items.remove(id).unwrap();
                phone.changed.remove(id);
                self.gone.insert(value.clone());
                phone.deleted.insert(id.clone(), value);
            }
        }
    }

    /// The back office adds, changes or deletes something.
    async fn office(&mut self) {
        let value = self.value();
        let kind = self.chance.below(10);
        let there: Vec<(ItemId, String)> = self.truth().await.into_iter().collect();
        let picked = self.chance.pick(&there).cloned();
        let node = usize::try_from(self.chance.below(2)).unwrap();
        let (app, account) = (&self.nodes[node], self.account);
        let content = card(&value);
        retrying(async || {
            let now = app.now();
            let mut tx = app.store().begin().await?;
            match &picked {
                Some((item, _)) if kind >= 4 => {
                    let place = Place { account, folder: CONTACTS, item: *item };
                    let newest = item::newest(&mut tx, place).await?.unwrap();
                    if newest.version.meta.deleted {
                        return Ok(());
                    }
                    if kind < 8 {
                        item::replace(&mut tx, place, &content, None, now).await?;
                    } else {
                        item::delete(&mut tx, place, None, now).await?;
                    }
                }
                _ => {
                    let new = New { content: &content, writer: None, remote_id: None, etag: None, now };
                    item::create(&mut tx, account, CONTACTS, new).await?;
                }
            }
            tx.commit().await
        })
        .await
        .unwrap();
        match picked {
            Some((_, before)) if kind >= 4 => drop(self.gone.insert(before)),
            _ => drop(self.born.insert(value)),
        }
    }

    /// A full resync: the phone throws away what it has, unsent changes too, and begins at key 0.
    fn start_over(&mut self, who: usize) {
        let phone = &mut self.phones[who];
        // What it never brought home may or may not have arrived.
        self.gone.extend(phone.added.values().cloned());
        self.gone.extend(phone.changed.iter().map(|id| phone.items[id].clone()));
        phone.forget();
    }

    async fn sync(&mut self, who: usize) {
        let fate = self.chance.below(100);
        let polls = self.chance.below(60);
        let node = usize::try_from(self.chance.below(2)).unwrap();
        let other = &self.nodes[1 - node];
        let app = &self.nodes[node];
        let phone = &mut self.phones[who];
        // A phone repeats what was not answered, word for word or with what happened since.
        let body = match phone.unanswered.take().filter(|_| fate.is_multiple_of(2)) {
            Some(body) => body,
            None => {
                phone.window = 1 + self.chance.below(6);
                phone.request()
            }
        };
        let handset = Arc::clone(&phone.phone);
        match fate {
            0..15 => {
                let _ = ask(app, &handset, &body).await;
                phone.unanswered = Some(body);
            }
            15..25 => {
                broken_off(Box::pin(ask(app, &handset, &body)), polls).await;
                phone.unanswered = Some(body);
            }
            25..35 => {
                let (first, second) = tokio::join!(ask(app, &handset, &body), ask(other, &handset, &body));
                let used = if fate < 30 { first } else { second };
                phone.hear(&body, &used, &mut self.gone);
            }
            _ => {
                let answer = ask(app, &handset, &body).await;
                phone.hear(&body, &answer, &mut self.gone);
            }
        }
    }

    /// Lets both phones sync until they have nothing to say and nothing to hear, then compares.
    async fn settle(&mut self) {
        for _ in 0..2 {
            for who in 0..2 {
                self.quieten(who).await;
            }
        }
        let truth = self.truth().await;
        let expected: BTreeMap<String, String> =
            truth.iter().map(|(item, value)| (format!("{CONTACTS}:{item}"), value.clone())).collect();
        for phone in &self.phones {
            assert_eq!(phone.items, expected, "a phone shows something else than the server has");
        }
        let values: Vec<&String> = truth.values().collect();
        let once: BTreeSet<&String> = values.iter().copied().collect();
        assert_eq!(values.len(), once.len(), "an item is there twice: {values:?}");
        for lost in self.born.iter().filter(|value| !self.gone.contains(*value)) {
            assert!(once.contains(lost), "{lost} is lost");
        }
        // Settled: what was replaced by a later value stays accounted for by it.
        self.born = truth.into_values().collect();
        self.gone.clear();
    }

    async fn quieten(&mut self, who: usize) {
        for _ in 0..5_000 {
            let phone = &mut self.phones[who];
            phone.unanswered = None;
            phone.window = 50;
            let body = phone.request();
            let answer = ask(&self.nodes[0], &phone.phone, &body).await;
            if answer.is_empty() && phone.has_nothing_to_say() {
                return;
            }
            phone.hear(&body, &answer, &mut self.gone);
        }
        panic!("the phone never comes to rest");
    }

    /// What the server has.
    async fn truth(&self) -> BTreeMap<ItemId, String> {
        let mut reader = self.nodes[0].store().read().await.unwrap();
        let mut found = BTreeMap::new();
        for rev in item::living(&mut reader, self.account, CONTACTS).await.unwrap() {
            let content = Content::from_json(Class::Contacts, &rev.content).unwrap();
            let Content::Contact(contact) = content else { panic!("no contact") };
            let name = Content::Contact(contact).to_value();
            let value = name["name"]["components"][0]["value"].as_str().unwrap().to_owned();
            found.insert(rev.meta.item, value);
        }
        found
    }

    fn value(&mut self) -> String {
        self.next_value += 1;
        format!("v{}", self.next_value)
    }
}

async fn ask(app: &App, phone: &Phone, body: &[u8]) -> Vec<u8> {
    let document = Document::decode(body, &Limits::default()).unwrap();
    match sync(app, phone, Some(&document), None).await.unwrap() {
        Synced::Told(answer) => answer,
        Synced::Waiting(_) => panic!("nobody asked it to wait"),
    }
}

/// Runs a future for so many polls and drops it where it is then.
async fn broken_off<T>(work: impl Future<Output = T>, polls: u64) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}

fn card(value: &str) -> Content {
    let json = format!(
        r#"{{"@type":"Card","version":"1.0","uid":"u-{value}","name":{{"components":[{{"kind":"given","value":"{value}"}}]}}}}"#
    );
    Content::from_json(Class::Contacts, &json).unwrap()
}
