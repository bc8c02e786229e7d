//! A Radicale of a test's own on loopback, with one user, and a plain HTTP client to it.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use reqwest::Method;
use reqwest::Response;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::mail_server::free_port;

/// The one user and her password.
pub(crate) const USER: &str = "kari@fjord.example";
pub(crate) const PASSWORD: &str = "kari-secret";

/// It is a Python program; a busy machine takes a while to start it.
const STARTED_WITHIN: Duration = Duration::from_secs(60);

/// The server; it ends with the test.
pub(crate) struct Radicale {
    process: Child,
    folder: TempDir,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl Radicale {
    /// One with a calendar, a task list, notes, contacts, and a calendar that may hold everything.
    pub(crate) async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let calendar = |components: &str, name: &str| json!({"tag": "VCALENDAR", "D:displayname": name, "C:supported-calendar-component-set": components});
        collection(&folder, "calendar", &calendar("VEVENT", "Min kalender"));
        collection(&folder, "tasks", &calendar("VTODO", "Oppgaver"));
        collection(&folder, "notes", &calendar("VJOURNAL", "Notater"));
        collection(&folder, "all", &calendar("VEVENT,VTODO,VJOURNAL", "Alt & mer"));
        collection(&folder, "contacts", &json!({"tag": "VADDRESSBOOK", "D:displayname": "Kontakter"}));
        let port = free_port();
        let process = spawn(folder.path(), port);
        let client = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let radicale = Self { process, folder, url: format!("http://127.0.0.1:{port}"), client };
        radicale.wait().await;
        radicale
    }

    async fn wait(&self) {
        let deadline = Instant::now() + STARTED_WITHIN;
        while self.client.get(&self.url).send().await.is_err() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "Radicale did not start: {}", log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The address of something in the user's home.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{USER}/{path}", self.url)
    }

    /// A request as another program of the user would make it.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> Response {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, self.at(path)).basic_auth(USER, Some(PASSWORD));
        request
            .header("Content-Type", "text/calendar; charset=utf-8")
            .body(body.to_owned())
            .send()
            .await
            .unwrap()
    }

    /// Stores a text as another program would.
    pub(crate) async fn put(&self, path: &str, text: &str) {
        let answer = self.send("PUT", path, &text.replace('\n', "\r\n")).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }

    /// The text that is stored.
    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.send("GET", path, "").await;
        assert!(answer.status().is_success(), "{path}");
        answer.text().await.unwrap()
    }

    /// Forgets what it knew of earlier states, so that it knows no sync token any more.
    pub(crate) fn forget_tokens(&self, collection: &str) {
        let cache = self
            .folder
            .path()
            .join(format!("collections/collection-root/{USER}/{collection}/.Radicale.cache"));
        fs::remove_dir_all(cache).unwrap();
    }
}

impl Drop for Radicale {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn collection(folder: &TempDir, name: &str, properties: &Value) {
    let place = folder.path().join("collections/collection-root").join(USER).join(name);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(".Radicale.props"), properties.to_string()).unwrap();
}

fn spawn(folder: &Path, port: u16) -> Child {
    fs::write(folder.join("users"), format!("{USER}:{PASSWORD}\n")).unwrap();
    let config = format!(
        "[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {}\nhtpasswd_encryption = plain\ndelay = 0\n\
         [storage]\nfilesystem_folder = {}\n[web]\ntype = none\n",
        folder.join("users").display(),
        folder.join("collections").display(),
    );
    fs::write(folder.join("config"), config).unwrap();
    let log = File::create(folder.join("log")).unwrap();
    Command::new(program())
        .arg("--config")
        .arg(folder.join("config"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn program() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/services/radicale/bin/radicale");
    let program = std::env::var_os("LOMME_RADICALE").map_or(installed, PathBuf::from);
    assert!(program.exists(), "Radicale is not installed at {}: run tests/run", program.display());
    program
}
