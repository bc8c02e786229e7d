//! Accounts without a password of their own: their mail server says who gets in.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use lomme::app::App;
use lomme::config::LogIn;
use lomme::config::connection::Connection;
use lomme::govern;
use lomme::govern::actor::Actor;
use lomme::model::id::AccountId;
use lomme::store::access;
use lomme::store::account;
use reqwest::Client;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;

use crate::back_office::until;
use crate::mail_server::Dovecot;
use crate::mail_server::PASSWORD;
use crate::server::Server;

/// What stands between us and the mail server: it counts who comes, and can be shut.
struct Gate {
    port: u16,
    comers: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Gate {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let comers = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&comers);
        let task = tokio::spawn(async move {
            let mut lines = tokio::task::JoinSet::new();
            loop {
                let (mut here, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                lines.spawn(async move {
                    let mut there = tokio::net::TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
                    let _ = here.shutdown().await;
                });
            }
        });
        Self { port, comers, task }
    }

    fn count(&self) -> u32 {
        self.comers.load(Ordering::Relaxed)
    }

    async fn shut(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// A company whose people log in with the passwords of their mailboxes.
async fn company(port: u16, create: bool) -> Server {
    let text = format!(
        "name = \"mail\"\nkind = \"imap\"\nclasses = [\"email\"]\nlog_in = \"user\"\nurl = \"imap://127.0.0.1:{port}\"\n"
    );
    let connection: Connection = toml::from_str(&text).unwrap();
    let server = Server::with(|config| {
        config.connections = vec![connection];
        config.log_in = LogIn { by: Some("mail".to_owned()), create };
    })
    .await;
    let mut tx = server.app.store().begin().await.unwrap();
    for (number, email) in [(11, "kari@fjord.example"), (12, "ola@fjord.example")] {
        let known = account::by_email(&mut tx, email).await.unwrap().unwrap();
        account::remove(&mut tx, known.id).await.unwrap();
        let bare = account::Account { id: AccountId(number), password: None, ..known };
        account::create(&mut tx, &bare, server.app.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    server
}

/// How a log-in ends.
async fn log_in(server: &Server, name: &str, password: &str) -> u16 {
    let url = server.url("/Microsoft-Server-ActiveSync");
    let request = Client::new().request(reqwest::Method::OPTIONS, url).basic_auth(name, Some(password));
    request.send().await.unwrap().status().as_u16()
}

async fn kept(app: &App, account: i64) -> Option<String> {
    let mut reader = app.store().read().await.unwrap();
    let owner = account::by_id(&mut reader, AccountId(account)).await.unwrap().unwrap();
    let access = access::find(&mut reader, owner.id, "mail").await.unwrap()?;
    app.user(&owner, &access).unwrap().password
}

#[tokio::test]
async fn the_mail_server_lets_people_in_and_what_they_log_in_with_is_kept_for_their_mail() {
    let dovecot = Dovecot::start();
    let gate = Gate::to(dovecot.port);
    let server = company(gate.port, false).await;
    for name in ["kari", "kari@fjord.example", "FJORD\\kari"] {
        assert_eq!(log_in(&server, name, PASSWORD).await, 200, "{name}");
    }
    assert_eq!(kept(&server.app, 11).await.as_deref(), Some(PASSWORD));
    assert_eq!(kept(&server.app, 12).await, None);
    until("her mail is pulled", async || {
        let mut reader = server.app.store().read().await.unwrap();
        let folders = lomme::store::folder::list(&mut reader, AccountId(11)).await.unwrap();
        folders.iter().any(|row| row.folder.remote_id.as_deref() == Some("INBOX"))
    })
    .await;
    // Whom nobody knows is not asked for.
    let before = gate.count();
    assert_eq!(log_in(&server, "liv@fjord.example", PASSWORD).await, 401);
    assert_eq!(gate.count(), before);
    server.stop().await;
}

#[tokio::test]
async fn the_same_wrong_password_reaches_the_mail_server_once() {
    let dovecot = Dovecot::start();
    let gate = Gate::to(dovecot.port);
    let server = company(gate.port, false).await;
    let tries = ["old"; 12].map(|old| log_in(&server, "kari", old));
    let all = futures_util::future::join_all(tries).await;
    assert_eq!(all, [401; 12]);
    assert_eq!(gate.count(), 1);
    assert_eq!(log_in(&server, "kari", "older").await, 401);
    assert_eq!(gate.count(), 2);
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 200);
    assert_eq!(log_in(&server, "kari", "old").await, 401);
    // Her mail is pulled by now, over lines of its own.
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_mail_server_that_is_down_says_nothing_about_a_password() {
    let dovecot = Dovecot::start();
    let gate = Gate::to(dovecot.port);
    let server = company(gate.port, false).await;
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 200);
    gate.shut().await;
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 200);
    // Written otherwise it is no log-in that is remembered, but the password is that which was right.
    assert_eq!(log_in(&server, "Kari@Fjord.example", PASSWORD).await, 200);
    assert_eq!(log_in(&server, "kari", "another").await, 503);
    assert_eq!(log_in(&server, "ola", PASSWORD).await, 503);
    server.stop().await;
}

#[tokio::test]
async fn who_is_let_in_for_the_first_time_gets_an_account_where_that_is_wanted() {
    let dovecot = Dovecot::start();
    let server = company(dovecot.port, true).await;
    let mut tx = server.app.store().begin().await.unwrap();
    account::remove(&mut tx, AccountId(11)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(log_in(&server, "Kari@Fjord.example", "wrong").await, 401);
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 401, "that is no address");
    let both = [0, 1].map(|_| log_in(&server, "Kari@Fjord.example", PASSWORD));
    assert_eq!(futures_util::future::join_all(both).await, [200, 200]);
    let mut reader = server.app.store().read().await.unwrap();
    let made = account::by_email(&mut reader, "kari@fjord.example").await.unwrap().unwrap();
    assert_eq!((made.name.as_str(), made.password.is_none(), made.is_administrator), ("kari", true, false));
    drop(reader);
    assert_eq!(kept(&server.app, made.id.0).await.as_deref(), Some(PASSWORD));
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 200);
    server.stop().await;
}

#[tokio::test]
async fn who_loses_the_password_of_their_own_logs_in_with_that_of_their_mailbox() {
    let dovecot = Dovecot::start();
    let server = company(dovecot.port, false).await;
    let (app, root, kari) = (&server.app, Actor::command_line(), AccountId(11));
    govern::account::reset_password(app, &root, kari, Some("of her own")).await.unwrap();
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 401);
    govern::account::remove_password(app, &root, kari).await.unwrap();
    assert_eq!(log_in(&server, "kari", PASSWORD).await, 200);
    assert_eq!(log_in(&server, "kari", "of her own").await, 401);
    let alone = Server::start().await;
    let told = govern::account::remove_password(&alone.app, &root, AccountId(1)).await;
    assert!(matches!(told, Err(govern::Error::Wrong(_))), "nobody could log in: {told:?}");
}
