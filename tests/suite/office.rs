//! A reference back office for tests, with a company of two, and a plain HTTP client to it.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use lomme::backoffice;
use lomme::backoffice::Options;
use lomme::backoffice::Running;
use lomme::backoffice::company::Access;
use lomme::backoffice::company::Collection;
use lomme::backoffice::company::Company;
use lomme::backoffice::company::Identity;
use lomme::backoffice::guard::Fault;
use lomme::backoffice::nudge::Hook;
use reqwest::Method;
use reqwest::Response;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpListener;

/// Sees and may do everything.
pub(crate) const TOKEN: &str = "open-sesame";

/// The users, the first of whom may write the shared calendar.
pub(crate) const KARI: &str = "kari@fjord.example";
pub(crate) const OLA: &str = "ola@fjord.example";

/// When its clock starts.
const START: i64 = 1_795_000_000_000_000;

/// The office, its clock, and a client.
pub(crate) struct Office {
    pub(crate) running: Running,
    client: reqwest::Client,
    now: Arc<AtomicI64>,
}

impl Office {
    /// One without troubles.
    pub(crate) async fn start() -> Self {
        Self::with(Vec::new(), None).await
    }

    /// One with troubles, or that nudges somebody.
    pub(crate) async fn with(faults: Vec<Fault>, hook: Option<Hook>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let now = Arc::new(AtomicI64::new(START));
        let clock = Arc::clone(&now);
        let options = Options {
            path: None,
            token: TOKEN.to_owned(),
            log_ins: vec![(KARI.to_owned(), "kari-secret".to_owned())],
            hook,
            faults,
            clock: Arc::new(move || Timestamp::from_microsecond(clock.load(Ordering::Relaxed)).unwrap()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let running = backoffice::start(options, listener, company).await.unwrap();
        Self { running, client: reqwest::Client::new(), now }
    }

    /// Lets time pass.
    pub(crate) fn pass_days(&self, days: i64) {
        self.now.fetch_add(days * 86_400_000_000, Ordering::Relaxed);
    }

    /// One call, as the organisation, about Kari's data unless the path says otherwise.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}/v1{path}", self.running.url()));
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.bearer_auth(TOKEN);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    /// POST of `{"data": data}`.
    pub(crate) async fn post(&self, path: &str, data: Value, headers: &[(&str, &str)]) -> Answer {
        self.call(Method::POST, path, Some(json!({"data": data})), headers).await
    }

    /// PUT of `{"data": data}`.
    pub(crate) async fn put(&self, path: &str, data: Value, headers: &[(&str, &str)]) -> Answer {
        self.call(Method::PUT, path, Some(json!({"data": data})), headers).await
    }

    /// DELETE.
    pub(crate) async fn delete(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call(Method::DELETE, path, None, headers).await
    }
}

/// What a call was answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) etag: Option<String>,
    pub(crate) retry_after: Option<String>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (etag, retry_after) = (header("etag"), header("retry-after"));
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        Self { status, body, etag, retry_after }
    }

    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap()
    }
}

/// An event that makes sense.
pub(crate) fn event(title: &str) -> Value {
    json!({"@type": "Event", "uid": format!("{title}@fjord.example"), "title": title,
        "start": "2026-11-23T09:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H"})
}

/// The second to fourth of a kind have a picture, the third of them a large one.
fn pictures(number: usize) -> Value {
    let length = match number {
        2 | 4 => 300,
        3 => 30_000,
        _ => return json!({}),
    };
    json!({"p": {"kind": "photo", "uri": format!("data:image/jpeg;base64,{}", "A".repeat(length))}})
}

fn company() -> Company {
    let objects = |kind: &str, count: usize| {
        let object = |number: usize| {
            let data = match kind {
                "events" => event(&format!("Job {number}")),
                "tasks" | "notes" => {
                    json!({"uid": format!("{kind}-{number}"), "title": format!("No. {number}")})
                }
                _ => json!({"@type": "Card", "version": "1.0", "uid": format!("{kind}-{number}"),
                    "name": {"full": format!("Per Ås {number}")}, "media": pictures(number),
                    "organizations": {"o": {"name": "Ærlig 100% Strøm"}}}),
            };
            (format!("{kind}-{number}"), data)
        };
        (1..=count).map(object).collect::<Vec<_>>()
    };
    let access = |user, may_write, default| Access { user, identity: "fjord", may_write, default };
    let own = |kind, user, count| Collection {
        kind,
        calendar: if kind == "events" { "own" } else { "" },
        name: "Kalender",
        access: vec![access(user, true, true)],
        objects: objects(kind, count),
    };
    let of_all = |kind, count| Collection {
        kind,
        calendar: "",
        name: kind,
        access: vec![Access { user: "", identity: "", may_write: true, default: true }],
        objects: objects(kind, count),
    };
    let shared = Collection {
        kind: "events",
        calendar: "fitters",
        name: "Montører",
        access: vec![access(KARI, true, false), access(OLA, false, false)],
        objects: objects("events", 3),
    };
    let fjord = Identity { id: "fjord", name: "Fjord Elektro AS" };
    let mut collections = vec![shared, of_all("people", 12), of_all("companies", 2)];
    for kind in ["events", "tasks", "contacts", "notes"] {
        collections.push(own(kind, KARI, 5));
        collections.push(own(kind, OLA, 0));
    }
    let eiendom = Identity { id: "eiendom", name: "Fjord Eiendom AS" };
    Company { identities: vec![(KARI, fjord), (OLA, fjord), (KARI, eiendom)], collections }
}
