//! The server under test: the release binary in a process of its own, and what the kernel says of it.
#![expect(clippy::panic, reason = "a measurement that goes wrong is to stop")]

use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;

/// The password of every account.
pub const PASSWORD: &str = "a password of the benchmark";

/// An idle line stays for as long as a benchmark needs another one, and all phones are of one address; all else is the
/// default.
const CONFIGURATION: &str = r#"
[server]
listen = "127.0.0.1:0"
listen_tls = "127.0.0.1:0"
[limits]
idle_time = "10m"
connections_per_address = 20000
[log]
level = "error"
"#;

/// A configuration with its store, gone when dropped.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it answers HTTP.
    pub plain: SocketAddr,
    /// Where it answers HTTPS.
    pub encrypted: SocketAddr,
    /// From its start to its first answer.
    pub ready_after: Duration,
}

/// The address of an account.
pub fn account(number: usize) -> String {
    format!("person{number}@bench.example")
}

impl Home {
    /// A store with so many accounts.
    pub fn new(accounts: usize) -> Self {
        let accounts: Vec<String> = (0..accounts).map(account).collect();
        Self::with(&accounts, "")
    }

    /// A store with these accounts, and more in the configuration.
    pub fn with(accounts: &[String], more: &str) -> Self {
        build();
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(home.path("config.toml"), format!("{CONFIGURATION}{more}")).unwrap();
        let rows =
            accounts.iter().zip(0..).map(|(email, number)| format!("{email},Person {number},{PASSWORD}\n"));
        fs::write(home.path("accounts.csv"), rows.collect::<String>()).unwrap();
        let imported = Command::new(program())
            .args(["account", "import"])
            .arg(home.path("accounts.csv"))
            .arg("--config")
            .arg(home.path("config.toml"))
            .stdout(Stdio::null())
            .status();
        assert!(imported.unwrap().success());
        home
    }

    /// A file of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The size of the database, while nobody uses it.
    pub fn size(&self) -> u64 {
        fs::metadata(self.path("lomme.db")).unwrap().len()
    }

    /// Starts the server and waits for its first answer.
    pub fn serve(&self) -> Server {
        let start = Instant::now();
        let mut child = Command::new(program())
            .args(["serve", "--config"])
            .arg(self.path("config.toml"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let after = |scheme: &str| -> SocketAddr {
            let Some((_, rest)) = line.split_once(scheme) else { panic!("the server said {line:?}") };
            rest.split_whitespace().next().unwrap().parse().unwrap()
        };
        let (plain, encrypted) = (after("http://"), after("https://"));
        assert_eq!(get(plain, "/healthz"), "ready\n");
        Server { child, plain, encrypted, ready_after: start.elapsed() }
    }
}

impl Server {
    /// The processor time it has used, all threads together.
    pub fn cpu(&self) -> Duration {
        /// `USER_HZ`, which is 100 on every Linux.
        const TICK: Duration = Duration::from_millis(10);
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name in parentheses may hold blanks; utime and stime are the 12th and 13th after it (proc(5)).
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let ticks = rest.split_whitespace().skip(11).take(2).map(|text| text.parse::<u32>().unwrap());
        TICK * ticks.sum::<u32>()
    }

    /// Its resident memory in kB: now (`VmRSS`), or the most there was (`VmHWM`).
    pub fn memory(&self, which: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
        line.unwrap().split_whitespace().next().unwrap().parse().unwrap()
    }

    /// One of its counters.
    pub fn counter(&self, name: &str) -> usize {
        let text = get(self.plain, "/metrics");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap().parse().unwrap()
    }

    /// Waits until a counter has come to a value.
    pub fn wait_for(&self, name: &str, value: usize) {
        const PATIENCE: Duration = Duration::from_mins(2);
        let start = Instant::now();
        while self.counter(name) != value {
            assert!(start.elapsed() < PATIENCE, "{name} stays at {}", self.counter(name));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it as an administrator would, so that its store is whole in one file.
    pub fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.unwrap().success() && self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks for a page over HTTP.
fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// The server beside this benchmark in the target folder.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(2).unwrap().join("lomme")
}

/// Brings it up to date.
fn build() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built = Command::new(cargo).args(["build", "--release", "--bin", "lomme"]).current_dir(root).status();
    assert!(built.unwrap().success());
}
