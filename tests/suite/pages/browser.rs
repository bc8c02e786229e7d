//! A headless Chromium of a test's own, driven over `WebDriver` (W3C), with what the stories about pages need of it.

use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::mail_server::free_port;

/// A busy machine takes a while to start a browser.
const STARTED_WITHIN: Duration = Duration::from_secs(60);
/// As long as anybody would look at a page and hope.
const SHOWN_WITHIN: Duration = Duration::from_secs(20);
/// HTML, style and script as they come over the line, pictures not counted.
const LARGEST: f64 = 50_000.0;

/// The key of an element in `WebDriver`'s answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) struct Browser {
    driver: Child,
    client: reqwest::Client,
    session: String,
    server: String,
    axe: String,
    _folder: TempDir,
}

impl Browser {
    /// One that looks at the pages of a server, in English.
    pub(crate) async fn start(server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let driver = Command::new(program("LOMME_CHROMEDRIVER", "chromedriver"))
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver is not there, tests/run installs it: {error}"));
        let client = reqwest::Client::new();
        let axe = std::fs::read_to_string(axe());
        let axe = axe.unwrap_or_else(|error| panic!("axe-core is not there, tests/run installs it: {error}"));
        let driver_url = format!("http://127.0.0.1:{port}");
        let mut browser =
            Self { driver, client, session: driver_url, server: server.to_owned(), axe, _folder: folder };
        browser.wait_for_driver().await;
        let started = browser.post("/session", browser.capabilities()).await;
        browser.session = format!("{}/session/{}", browser.session, started["sessionId"].as_str().unwrap());
        browser
    }

    fn capabilities(&self) -> Value {
        let folder = format!("--user-data-dir={}", self._folder.path().join("profile").display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--lang=en",
            "--window-size=1280,900",
            &folder,
        ];
        json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            // What is looked for may be on the page that a form or a link is just leading to.
            "timeouts": {"implicit": SHOWN_WITHIN.as_millis()},
            "goog:chromeOptions": {"args": arguments, "prefs": {"intl.accept_languages": "en"}},
        }}})
    }

    async fn wait_for_driver(&self) {
        let deadline = Instant::now() + STARTED_WITHIN;
        while self.client.get(format!("{}/status", self.session)).send().await.is_err() {
            assert!(Instant::now() < deadline, "chromedriver did not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn try_post(&self, path: &str, body: Value) -> Result<Value, Value> {
        let sent = self.client.post(format!("{}{path}", self.session)).json(&body).send().await.unwrap();
        let is_good = sent.status().is_success();
        let mut answer: Value = sent.json().await.unwrap();
        let value = answer["value"].take();
        if is_good { Ok(value) } else { Err(value["message"].clone()) }
    }

    /// Runs a function's body in the page.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []})).await
    }

    async fn command(&self, name: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({"cmd": name, "params": parameters})).await
    }

    /// Opens a path of the server.
    pub(crate) async fn open(&self, path: &str) {
        self.post("/url", json!({"url": format!("{}{path}", self.server)})).await;
    }

    /// The path that is open, with its query.
    pub(crate) async fn path(&self) -> String {
        self.run("return location.pathname + location.search").await.as_str().unwrap().to_owned()
    }

    /// What a reader sees of the page.
    pub(crate) async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says so.
    #[track_caller]
    pub(crate) fn until_it_says<'a>(&'a self, wanted: &'a str) -> impl Future<Output = ()> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let deadline = Instant::now() + SHOWN_WITHIN;
            while !self.text().await.contains(wanted) {
                let text = self.text().await;
                assert!(Instant::now() < deadline, "{caller}: the page does not say {wanted:?}:\n{text}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    async fn element(&self, selector: &str) -> String {
        let found = self.post("/element", json!({"using": "css selector", "value": selector})).await;
        format!("/element/{}", found[ELEMENT].as_str().unwrap())
    }

    /// Clicks what the selector finds, or the button or link of that text.
    pub(crate) async fn click(&self, selector: &str) {
        self.click_at(json!({"using": "css selector", "value": selector})).await;
    }

    /// Clicks the button or link of that text.
    pub(crate) async fn press(&self, text: &str) {
        let path = format!("//*[self::button or self::a or self::summary][normalize-space()='{text}']");
        self.click_at(json!({"using": "xpath", "value": path})).await;
    }

    /// Clicks what is found; once more if the page gave way to the next one meanwhile.
    async fn click_at(&self, what: Value) {
        let deadline = Instant::now() + SHOWN_WITHIN;
        loop {
            let found = self.post("/element", what.clone()).await;
            let element = format!("/element/{}", found[ELEMENT].as_str().unwrap());
            match self.try_post(&format!("{element}/click"), json!({})).await {
                Ok(_) => return,
                Err(error) => assert!(Instant::now() < deadline, "{what}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into a field, over what was in it.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.post(&format!("{element}/clear"), json!({})).await;
        self.post(&format!("{element}/value"), json!({"text": text})).await;
    }

    /// What is in a field.
    pub(crate) async fn value(&self, selector: &str) -> String {
        self.run(&format!("return document.querySelector('{selector}').value"))
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Chooses a line of a list by its value.
    pub(crate) async fn choose(&self, list: &str, value: &str) {
        self.click(&format!("{list} option[value='{value}']")).await;
    }

    /// Logs in by the form.
    pub(crate) async fn log_in(&self, email: &str, password: &str) {
        self.open("/login").await;
        self.fill("#email", email).await;
        self.fill("#password", password).await;
        self.click("main button").await;
    }

    /// Looks at the page that is open as every page is looked at: nothing keeps people from using it, in either theme and
    /// on a small screen, and it is light. `LOMME_SCREENSHOTS` names a folder to keep pictures in, under this name.
    pub(crate) async fn look(&self, name: &str) {
        let weight = self
            .run(
                "const all = performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')\
                 .filter(e => e.initiatorType !== 'img' && !e.name.endsWith('.svg')));\
                 return all.reduce((sum, e) => sum + e.encodedBodySize, 0)",
            )
            .await;
        assert!(weight.as_f64().unwrap() < LARGEST, "{name} weighs {weight} bytes");
        for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)] {
            let feature = |name: &str, value: &str| json!({"name": name, "value": value});
            // Without motion, so that no colour is caught on its way to another.
            let still = feature("prefers-reduced-motion", "reduce");
            let media = json!({"features": [feature("prefers-color-scheme", scheme), still]});
            self.command("Emulation.setEmulatedMedia", media).await;
            let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
            self.command("Emulation.setDeviceMetricsOverride", size).await;
            let breadth = self.run("return document.documentElement.scrollWidth").await;
            assert!(breadth.as_i64().unwrap() <= width, "{name}: {breadth} wide where there are {width}");
            self.picture(&format!("{name}-{scheme}-{width}")).await;
            self.find_no_barrier(&format!("{name}, {scheme}, {width}")).await;
        }
        self.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }

    async fn find_no_barrier(&self, place: &str) {
        self.run(&format!("if (!window.axe) {{ {} }}", self.axe)).await;
        let script = "const done = arguments[0];\
            axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations.map(v => \
            v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; '))))";
        let found = self.post("/execute/async", json!({"script": script, "args": []})).await;
        assert_eq!(found, json!([]), "{place}");
    }

    async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("LOMME_SCREENSHOTS") else { return };
        let parameters = json!({"format": "png", "captureBeyondViewport": true});
        let taken = self.command("Page.captureScreenshot", parameters).await;
        let bytes = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), bytes).unwrap();
    }

    /// Closes it. One that is dropped is killed.
    pub(crate) async fn stop(self) {
        let _ = self.client.delete(&self.session).send().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn program(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| name.into(), PathBuf::from)
}

fn axe() -> PathBuf {
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/target/services/axe/axe.min.js");
    std::env::var_os("LOMME_AXE").map_or_else(|| installed.into(), PathBuf::from)
}
