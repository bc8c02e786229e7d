//! The program as it is installed, killed at any moment while phones use it: nothing is lost and nothing comes twice.

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
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use crate::fresh;
use crate::mail_server;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::PASSWORD;

const CONTACTS: &str = "2";

/// The program on a port and a store of its own.
pub(crate) struct Program {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    child: Child,
}

impl Program {
    /// Starts on a store that has an account.
    pub(crate) fn start(folder: &Path, name: &str, url: &str) -> Self {
        Self::with(folder, name, url, "")
    }

    /// The same with more in its configuration.
    pub(crate) fn with(folder: &Path, name: &str, url: &str, more: &str) -> Self {
        let port = mail_server::free_port();
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n[store]\nurl = \"{url}\"\ndata = \"data\"\n\
             [log]\nlevel = \"error\"\n{more}"
        );
        std::fs::write(folder.join("lomme.toml"), config).unwrap();
        let child = spawn(&folder);
        Self { folder, port, child }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn restart(&mut self) {
        self.child = spawn(&self.folder);
    }

    /// The most memory it has had at a time, in kB.
    #[cfg(target_os = "linux")]
    pub(crate) fn most_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
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

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lomme"));
    command.args(arguments).args(["--config", "lomme.toml"]).current_dir(folder);
    command
}

/// Adds Kari, with the password of all tests.
pub(crate) fn add_account(program: &Program) {
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
    done: u32,
    /// What all of them did.
    all: Arc<AtomicU32>,
}

impl Busy {
    /// Does one thing with an item of its own, or hears what others did.
    async fn act(&mut self) {
        let own = self.own();
        self.done += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}", self.phone.wire.device, self.done);
        let data = format!("<contacts:FirstName>{name}</contacts:FirstName>");
        let kind = self.random.random_range(0..10);
        if kind < 2 {
            self.hear().await;
            return;
        }
        if kind < 6 || own.is_empty() {
            self.phone.add(CONTACTS, &data).await;
            return;
        }
        let id = &own[self.random.random_range(0..own.len())];
        let refused = if kind < 8 {
            self.phone.change(CONTACTS, id, &data).await
        } else {
            self.phone.delete(CONTACTS, id).await
        };
        assert!(refused.is_empty(), "{refused:?}");
    }

    /// Hears what others did, and nothing that it did itself.
    async fn hear(&mut self) {
        let own = self.own();
        for (kind, id) in self.phone.sync(CONTACTS).await.changes {
            assert!(!own.contains(&id), "{kind} of its own {id}");
        }
    }

    fn own(&self) -> Vec<String> {
        let prefix = format!("{}-", self.phone.wire.device);
        let items = self.phone.books[CONTACTS].items.iter();
        items
            .filter(|(_, item)| item.told("FirstName").starts_with(&prefix))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// What it shows.
    fn names(&self) -> Vec<String> {
        let items = self.phone.books[CONTACTS].items.values();
        let mut names: Vec<String> = items.map(|item| item.told("FirstName").to_owned()).collect();
        names.sort();
        names
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_program_is_killed_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), "node", &fresh::database(folder.path()).await);
    add_account(&program);
    let seed = u64::from(std::process::id());
    let is_over = Arc::new(AtomicBool::new(false));
    let all = Arc::new(AtomicU32::new(0));
    let mut tasks = Vec::new();
    for (number, version) in [(1, "14.1"), (2, "12.1")] {
        let mut phone = program.phone(&format!("PHONE{number}"), version);
        phone.wire.is_patient = true;
        phone.sync_folders().await;
        phone.sync(CONTACTS).await;
        let random = SmallRng::seed_from_u64(seed + number);
        let mut busy = Busy { phone, random, done: 0, all: Arc::clone(&all) };
        let is_over = Arc::clone(&is_over);
        tasks.push(tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                busy.act().await;
            }
            busy
        }));
    }
    let mut random = SmallRng::seed_from_u64(seed);
    // On a slow machine a phone does little between two of them.
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut kills = 0;
    while kills < 12 || (all.load(Ordering::Relaxed) <= 20 && Instant::now() < deadline) {
        kills += 1;
        // The moment is the point: there is nothing to wait for.
        tokio::time::sleep(Duration::from_millis(random.random_range(20..250))).await;
        program.kill();
        program.restart();
    }
    is_over.store(true, Ordering::Relaxed);
    let mut phones = Vec::new();
    for task in tasks {
        phones.push(task.await.unwrap());
    }
    let witness = program.phone("WITNESS", "16.1");
    phones.push(Busy {
        phone: witness,
        random: SmallRng::seed_from_u64(seed),
        done: 0,
        all: Arc::clone(&all),
    });
    phones[2].phone.sync_folders().await;
    phones[2].phone.books.entry(CONTACTS.to_owned()).or_default();
    let mut shown = Vec::new();
    for busy in &mut phones {
        busy.hear().await;
        shown.push(busy.names());
    }
    assert_eq!(shown[0], shown[1], "seed {seed}");
    assert_eq!(shown[0], shown[2], "a phone that begins now sees something else, seed {seed}");
    assert!(shown[0].windows(2).all(|pair| pair[0] != pair[1]), "twice there: {shown:?}");
    let done = all.load(Ordering::Relaxed);
    assert!(done > 20, "only {done} things were done between {kills} kills");
}

/// With PostgreSQL only: SQLite has one node.
#[tokio::test]
async fn a_phone_may_ask_another_node_each_time() {
    if std::env::var_os("LOMME_TEST_DATABASE").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let url = fresh::database(folder.path()).await;
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
