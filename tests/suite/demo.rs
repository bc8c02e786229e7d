//! The demo as a newcomer meets it: it starts by itself, holds what it promises, stops, and goes on.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use lomme::connector::User;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Query;
use lomme::demo;
use lomme::demo::Options;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::back_office::until;
use crate::fresh;
use crate::imap::collection;
use crate::mail_contract::mailboxes;
use crate::sendmail::Letter;

/// A demo that runs until it is stopped.
pub(crate) struct Demo {
    text: String,
    store: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), demo::Error>>,
    pub(crate) client: reqwest::Client,
}

impl Demo {
    pub(crate) async fn start(data: Option<&Path>) -> Self {
        let beside = tempfile::tempdir().unwrap();
        // Without PostgreSQL the database lies where the demo puts it.
        let store = fresh::database(beside.path()).await;
        let store = if store.starts_with("sqlite:") { Options::default().store } else { store };
        Self::with(data, store).await
    }

    async fn with(data: Option<&Path>, store: String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = Options {
            listen: free,
            listen_tls: free,
            back_office: free,
            data: data.map(Path::to_owned),
            store: store.clone(),
            pull_every: Duration::from_mins(15),
        };
        let (stop, stopped) = oneshot::channel();
        let (told, text) = oneshot::channel();
        let task =
            tokio::spawn(demo::run(options, move |text| told.send(text.to_owned()).unwrap(), async move {
                let _ = stopped.await;
            }));
        let text = text.await.unwrap();
        Self { text, store, stop, task, client: reqwest::Client::new() }
    }

    /// The address after these words in what was printed.
    pub(crate) fn address(&self, words: &str) -> &str {
        let line = self.text.lines().find_map(|line| line.trim().strip_prefix(words)).unwrap();
        line.split_whitespace().next().unwrap()
    }

    pub(crate) async fn asks(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.address("Back office"));
        let answer = self.client.get(url).bearer_auth("lomme-demo").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// How many objects a collection holds.
    async fn count(&self, collection: &str, query: &str) -> usize {
        let (mut count, mut since) = (0, String::new());
        loop {
            let page = self.asks(&format!("/{collection}/changes?{query}{since}")).await;
            count += page["items"].as_array().unwrap().len();
            if page["more"] == false {
                return count;
            }
            since = format!("&since={}", page["cursor"].as_str().unwrap());
        }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        let stopped = Instant::now();
        self.task.await.unwrap().unwrap();
        assert!(stopped.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn the_demo_holds_what_it_promises() {
    let demo = Demo::start(None).await;
    let plain = demo.address("http://").to_owned();
    assert_eq!(reqwest::get(format!("http://{plain}/healthz")).await.unwrap().status(), 200);
    let (kari, ola) = ("user=kari@fjord.example", "user=ola@fjord.example");
    for (collection, query, count) in [
        ("contacts", kari, 200),
        ("events", kari, 300),
        ("tasks", kari, 60),
        ("contacts", ola, 100),
        ("events", ola, 150),
        ("tasks", ola, 30),
        ("events", "user=ola@fjord.example&calendar=montorer", 80),
        ("people", "", 1500),
        ("companies", "", 500),
    ] {
        assert_eq!(demo.count(collection, query).await, count, "{collection} {query}");
    }
    let found = demo.asks("/directory/search?q=kari%20nordmann").await;
    assert_eq!(found["items"][0]["data"]["emails"]["e1"]["address"], "kari@fjord.example");
    demo.stop().await;
}

#[tokio::test]
async fn a_kept_demo_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(Some(folder.path())).await;
    let url = format!("{}/tasks?user=kari@fjord.example", demo.address("Back office"));
    let body = r#"{"data": {"@type": "Task", "uid": "try-1", "title": "Kjøpe kaffe"}}"#;
    let made = demo.client.post(url).bearer_auth("lomme-demo").body(body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let store = demo.store.clone();
    demo.stop().await;

    let demo = Demo::with(Some(folder.path()), store).await;
    assert_eq!(demo.count("tasks", "user=kari@fjord.example").await, 61);
    let second = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let error = demo::run(second, |_| {}, async {}).await.unwrap_err().to_string();
    assert!(error.ends_with(": another demo runs in it"), "{error}");
    demo.stop().await;
}

#[tokio::test]
async fn the_demo_s_phones_have_mail_and_write_to_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(Some(folder.path())).await;
    let (mut kari, mut ola) = (demo.phone_of("kari", "14.1"), demo.phone_of("ola", "14.1"));
    for phone in [&mut kari, &mut ola] {
        phone.add_account().await;
        until("the folders come", async || {
            phone.sync_folders().await;
            phone.named("Sandviken skole").is_some()
        })
        .await;
        let inbox = phone.default(2);
        until("the mail comes", async || {
            phone.sync(&inbox).await;
            phone.book(&inbox).items.len() > 40
        })
        .await;
        let (_, invitation) = phone.holding(&inbox, "Befaring Sandviken skole, plan 3").unwrap();
        assert_eq!(invitation.told("Read"), "0");
        assert_eq!(invitation.told("MessageClass"), "IPM.Schedule.Meeting.Request");
        for (kind, count) in [(3, 3), (5, 14)] {
            let folder = phone.default(kind);
            until("the rest comes", async || {
                phone.sync(&folder).await;
                phone.book(&folder).items.len() >= count
            })
            .await;
        }
    }
    // Kari writes to Ola, who waits, and to somebody who has no mailbox here.
    let inbox = ola.default(2);
    let before = ola.book(&inbox).items.len();
    let letter = "From: kari@fjord.example\nTo: ola@fjord.example, kunde@other.example\nSubject: Strøm\n\nDen er tilbake!\n";
    let letter = Letter::new("demo-1", letter);
    let (told, answer) = tokio::join!(ola.ping(60, std::slice::from_ref(&inbox)), letter.send(&kari.wire));
    assert_eq!((answer.status, answer.body.len()), (200, 0), "{answer:?}");
    assert_eq!(told, ("2".to_owned(), vec![inbox.clone()]));
    ola.sync(&inbox).await;
    assert_eq!(ola.book(&inbox).items.len(), before + 1);
    let (mail, user) = (mailboxes(&folder.path().join("mail/mail")), User::default());
    let user = User { email: "kari@fjord.example".to_owned(), ..user };
    for name in ["Outbox (not sent)", "Sent"] {
        until("the sender has it", async || {
            let mailboxes = mail.mailboxes(&user).await.unwrap();
            let Some(found) = mailboxes.into_iter().find(|mailbox| mailbox.name == name) else {
                return false;
            };
            let query = Query { text: vec!["Den er tilbake!".to_owned()], ..Query::default() };
            mail.find(&user, &collection(&found.id), &query).await.unwrap().len() == 1
        })
        .await;
    }
    demo.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_told_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let back_office = taken.local_addr().unwrap();
    let options = Options { back_office, ..Options::default() };
    let error = demo::run(options, |_| {}, async {}).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("the back office cannot listen on {back_office}: ")), "{error}");
}

/// `tests/run` says how the check is run; without it there is no Python to run it with.
#[tokio::test]
async fn the_demo_s_back_office_keeps_to_the_openapi_file() {
    let Ok(check) = std::env::var("LOMME_CONTRACT") else { return };
    let demo = Demo::start(None).await;
    let mut words = check.split(' ');
    let mut command = Command::new(words.next().unwrap());
    command.args(words).args([
        demo.address("Back office"),
        "lomme-demo",
        "kari@fjord.example",
        "ola@fjord.example",
    ]);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{told}");
    demo.stop().await;
}
