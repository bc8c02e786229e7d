//! The program as it is installed, killed at any moment while phones use it: nothing is lost and nothing comes twice.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use crate::database;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::PASSWORD;

const CONTACTS: &str = "2";

/// The program on a port and a store of its own.
struct Program {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Program {
    /// Starts on a store that has an account.
    fn start(folder: &Path, name: &str, url: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n[store]\nurl = \"{url}\"\ndata = \"data\"\n\
             [log]\nlevel = \"error\"\n"
        );
        std::fs::write(folder.join("lomme.toml"), config).unwrap();
        let child = spawn(&folder);
        Self { folder, port, child }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn restart(&mut self) {
        self.child = spawn(&self.folder);
    }

    fn phone(&self, device: &str, version: &str) -> Phone {
        let wire = Wire::new(&format!("http://127.0.0.1:{}", self.port), "kari", version);
        Phone::new(Wire { device: device.to_owned(), ..wire })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server, once it says that it is ready.
fn spawn(folder: &Path) -> Child {
    let mut child = command(folder, &["serve"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("ready on "), "{line}");
    child
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lomme"));
    command.args(arguments).args(["--config", "lomme.toml"]).current_dir(folder);
    command
}

/// Adds Kari, with the password of all tests.
fn add_account(program: &Program) {
    let add = ["account", "add", "kari@fjord.example", "--password-stdin"];
    let mut child =
        command(&program.folder, &add).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// A phone whose user is never idle, and who goes on where the answer was lost.
struct Busy {
    phone: Phone,
    random: SmallRng,
    next: u32,
    /// What it was told is stored and did not delete since, by our name.
    sure: BTreeMap<String, String>,
    /// What it deleted, or asked to.
    gone: BTreeSet<String>,
}

impl Busy {
    fn new(phone: Phone, seed: u64) -> Self {
        Self {
            phone,
            random: SmallRng::seed_from_u64(seed),
            next: 0,
            sure: BTreeMap::new(),
            gone: BTreeSet::new(),
        }
    }

    /// Does one thing, and asks until it is answered: the same bytes, as phones do when nobody answers.
    async fn act(&mut self) {
        let own: Vec<String> = self.sure.keys().cloned().collect();
        let kind = self.random.random_range(0..10);
        self.next += 1;
        let name = format!("{}-{}", self.phone.wire.device, self.next);
        if kind < 5 || own.is_empty() {
            let data = format!("<contacts:FirstName>{name}</contacts:FirstName>");
            let add =
                format!("<Add><ClientId>{name}</ClientId><ApplicationData>{data}</ApplicationData></Add>");
            let replies = self.persist(&add).await;
            let reply = &replies[0];
            assert_eq!(reply.told("Status"), "1", "{reply:?}");
            self.sure.insert(reply.told("ServerId").to_owned(), name);
            return;
        }
        let id = own[self.random.random_range(0..own.len())].clone();
        if kind < 8 {
            let change = format!(
                "<Change><ServerId>{id}</ServerId><ApplicationData><contacts:FirstName>{name}\
                 </contacts:FirstName></ApplicationData></Change>"
            );
            assert!(self.persist(&change).await.is_empty());
            self.sure.insert(id, name);
        } else {
            assert!(self.persist(&format!("<Delete><ServerId>{id}</ServerId></Delete>")).await.is_empty());
            self.gone.extend(self.sure.remove(&id));
        }
    }

    /// Sends commands under the key it has, until somebody answers; the replies.
    async fn persist(&mut self, commands: &str) -> Vec<Node> {
        let key = self.phone.book(CONTACTS).key.clone();
        let inner = format!(
            "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{CONTACTS}</CollectionId>\
             <GetChanges>0</GetChanges><Commands>{commands}</Commands></Collection></Collections>"
        );
        let body = document("AirSync:Sync", &inner);
        let answer = insist(&self.phone.wire, "Sync", &body).await;
        let told = answer.node().unwrap();
        let collection = told.find("Collection").unwrap();
        assert_eq!(collection.told("Status"), "1", "{collection:?}");
        self.phone.book(CONTACTS).key = collection.told("SyncKey").to_owned();
        collection.child("Responses").map(|replies| replies.children.clone()).unwrap_or_default()
    }
}

/// Asks until it is answered.
async fn insist(wire: &Wire, command: &str, body: &[u8]) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let sent = wire.command(command).body(body.to_vec()).send().await;
        if let Ok(response) = sent {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            if let (200, Ok(body)) = (status, response.bytes().await) {
                return Answer { status, headers, body: body.to_vec() };
            }
        }
        assert!(Instant::now() < deadline, "nobody answers");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The names that a phone new to the account sees.
async fn seen(program: &Program) -> Vec<String> {
    let mut phone = program.phone("WITNESS", "16.1");
    phone.sync_folders().await;
    phone.sync(CONTACTS).await;
    let items = &phone.books[CONTACTS].items;
    items.values().map(|item| item.told("FirstName").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_program_is_killed_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), "node", &database::fresh(folder.path()).await);
    add_account(&program);
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for (number, version) in [(1, "14.1"), (2, "12.1")] {
        let mut phone = program.phone(&format!("PHONE{number}"), version);
        phone.sync_folders().await;
        phone.sync(CONTACTS).await;
        let mut busy = Busy::new(phone, seed + number);
        let is_over = Arc::clone(&is_over);
        tasks.push(tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                busy.act().await;
            }
            busy
        }));
    }
    let mut random = SmallRng::seed_from_u64(seed);
    for _ in 0..12 {
        // The moment is the point: there is nothing to wait for.
        tokio::time::sleep(Duration::from_millis(random.random_range(20..250))).await;
        program.kill();
        program.restart();
    }
    is_over.store(true, Ordering::Relaxed);
    let mut expected = BTreeSet::new();
    let mut count = 0;
    for task in tasks {
        let mut busy = task.await.unwrap();
        count += busy.next;
        expected.extend(busy.sure.values().cloned());
        // In step again, the phone hears of the other's items and of none of its own.
        let heard = busy.phone.sync(CONTACTS).await;
        for (kind, id) in heard.changes {
            assert!(!busy.sure.contains_key(&id), "{kind} of its own {id}");
        }
    }
    let seen = seen(&program).await;
    let once: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "twice there: {seen:?}");
    assert_eq!(once, expected);
    assert!(count > 20, "only {count} things were done");
}

/// With PostgreSQL only: SQLite has one node.
#[tokio::test]
async fn a_phone_may_ask_another_node_each_time() {
    if std::env::var_os("LOMME_TEST_DATABASE").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let url = database::fresh(folder.path()).await;
    let nodes = [Program::start(folder.path(), "a", &url), Program::start(folder.path(), "b", &url)];
    add_account(&nodes[0]);
    let mut phone = nodes[0].phone("PHONE1", "14.1");
    phone.sync_folders().await;
    phone.sync(CONTACTS).await;
    for number in 0..20 {
        phone.wire.server = format!("http://127.0.0.1:{}", nodes[number % 2].port);
        phone.add(CONTACTS, &format!("<contacts:FirstName>n{number}</contacts:FirstName>")).await;
        assert!(phone.sync(CONTACTS).await.changes.is_empty());
    }
    let mut other = nodes[1].phone("PHONE2", "14.1");
    other.sync_folders().await;
    other.sync(CONTACTS).await;
    assert_eq!(other.books[CONTACTS].items.len(), 20);

    // A Ping that is held by one node is ended by a change through the other.
    phone.wire.server = format!("http://127.0.0.1:{}", nodes[0].port);
    let start = Instant::now();
    let folders = [CONTACTS.to_owned()];
    let ((status, news), _) = tokio::join!(
        other.ping(60, &folders),
        phone.add(CONTACTS, "<contacts:FirstName>new</contacts:FirstName>"),
    );
    assert_eq!((status.as_str(), &news[..]), ("2", &folders[..]));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(other.sync(CONTACTS).await.changes.len(), 1);
}
