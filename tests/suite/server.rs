//! The program, started in this process on ports of its own, with a company of two.

use std::sync::Arc;

use lomme::app::App;
use lomme::auth;
use lomme::config::Config;
use lomme::http::listen::Addresses;
use lomme::model::id::AccountId;
use lomme::model::id::OrganisationId;
use lomme::serve;
use lomme::store::account;
use lomme::store::account::Account;
use lomme::store::organisation;
use tokio::sync::Notify;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::fresh;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "lomme-demo";

/// A server with a store of its own, which goes when it does.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) addresses: Addresses,
    shutdown: Arc<Notify>,
    task: JoinHandle<Result<(), serve::Error>>,
    _folder: tempfile::TempDir,
}

impl Server {
    /// With plain HTTP and TLS on loopback, nothing else configured.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With whatever `change` does to the configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::opened(change, true).await
    }

    /// Without any account.
    pub(crate) async fn empty() -> Self {
        Self::opened(|_| {}, false).await
    }

    async fn opened(change: impl FnOnce(&mut Config), has_people: bool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.listen = Some("127.0.0.1:0".parse().unwrap());
        config.server.listen_tls = Some("127.0.0.1:0".parse().unwrap());
        config.store.data = folder.path().join("data");
        config.store.url = fresh::database(folder.path()).await;
        change(&mut config);
        let app = serve::open(config).await.unwrap();
        let people = [(1, "kari@fjord.example", "Kari Nordmann"), (2, "ola@fjord.example", "Ola Dahl")];
        for (number, email, name) in people.into_iter().filter(|_| has_people) {
            add_account(&app, number, email, name).await;
        }
        let shutdown = Arc::new(Notify::new());
        let (said, ready) = oneshot::channel();
        let task = tokio::spawn({
            let (app, shutdown) = (app.clone(), Arc::clone(&shutdown));
            async move {
                let ready = |addresses| said.send(addresses).unwrap();
                serve::run(app, ready, async move { shutdown.notified().await }).await
            }
        });
        let addresses = ready.await.unwrap();
        Self { app, addresses, shutdown, task, _folder: folder }
    }

    /// The address of a path over plain HTTP.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addresses.plain.unwrap())
    }

    /// The address of a path over HTTPS.
    pub(crate) fn tls_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.addresses.encrypted.unwrap().port())
    }

    /// Stops as at SIGTERM.
    pub(crate) async fn stop(self) {
        self.shutdown.notify_one();
        self.task.await.unwrap().unwrap();
    }
}

async fn add_account(app: &App, number: i64, email: &str, name: &str) {
    let mut tx = app.store().begin().await.unwrap();
    if account::by_id(&mut tx, AccountId(number)).await.unwrap().is_some() {
        // Somebody starts again on the same store.
        return;
    }
    let organisation =
        organisation::find_or_create(&mut tx, "Fjord Elektro AS", OrganisationId(1)).await.unwrap();
    let account = Account {
        id: AccountId(number),
        organisation: organisation.id,
        email: email.to_owned(),
        name: name.to_owned(),
        password: Some(auth::hash(PASSWORD).await.unwrap()),
        is_administrator: false,
        zone: Some("Europe/Oslo".to_owned()),
        is_disabled: false,
        has_factor: false,
    };
    account::create(&mut tx, &account, app.now()).await.unwrap();
    tx.commit().await.unwrap();
}
