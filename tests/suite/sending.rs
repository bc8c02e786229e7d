//! Messages on their way from a phone's outbox: handed over to a real server, kept, and told of, each once.

use std::time::Duration;
use std::time::Instant;

use jiff::SignedDuration;
use jiff::Timestamp;
use lomme::app::App;
use lomme::config::connection::Connection;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::OutgoingId;
use lomme::model::outgoing::Progress;
use lomme::model::outgoing::Todo;
use lomme::store::Tx;
use lomme::store::access;
use lomme::store::folder;
use lomme::store::log;
use lomme::store::outgoing;
use lomme::store::outgoing::Outgoing;

use crate::exim::Exim;
use crate::mail_server;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;
use crate::server::Server;

/// A busy machine takes a while, and a second attempt waits.
const WITHIN: Duration = Duration::from_secs(90);

pub(crate) const ACCOUNT: AccountId = AccountId(1);

/// A company whose mail is at a Dovecot and goes out over an Exim.
pub(crate) struct Post {
    pub(crate) server: Server,
    pub(crate) dovecot: Dovecot,
}

impl Post {
    pub(crate) async fn start(smtp: u16) -> Self {
        Self::beside(smtp, Vec::new()).await
    }

    /// The same with more connections than that for mail.
    pub(crate) async fn beside(smtp: u16, others: Vec<Connection>) -> Self {
        let dovecot = Dovecot::start();
        let mut connections = connections(dovecot.port, smtp);
        connections.extend(others);
        let server = Server::with(|config| config.connections = connections).await;
        connect(&server.app).await;
        Self { server, dovecot }
    }

    pub(crate) fn app(&self) -> &App {
        &self.server.app
    }

    /// What is in a mailbox, once there is so much.
    pub(crate) async fn mailbox(&self, name: &str, count: usize) -> Vec<String> {
        let deadline = Instant::now() + WITHIN;
        loop {
            let mail = self.dovecot.program().messages(name);
            if mail.len() >= count {
                return mail;
            }
            assert!(Instant::now() < deadline, "{mail:?} {:?}", self.log().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends when nothing is on its way any more.
    pub(crate) async fn settled(&self) {
        let deadline = Instant::now() + WITHIN;
        loop {
            let mut reader = self.app().store().read().await.unwrap();
            let all = outgoing::of_account(&mut reader, ACCOUNT).await.unwrap();
            drop(reader);
            if all.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{all:?} {:?}", self.log().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn log(&self) -> Vec<(String, String)> {
        let mut reader = self.app().store().read().await.unwrap();
        let rows = log::list(&mut reader, ACCOUNT, None, 100).await.unwrap();
        rows.into_iter().rev().map(|row| (row.outcome, row.message)).collect()
    }

    /// Waits for a row of that outcome.
    async fn logged(&self, outcome: &str) {
        let deadline = Instant::now() + WITHIN;
        while !self.log().await.iter().any(|(what, _)| what == outcome) {
            assert!(Instant::now() < deadline, "{:?}", self.log().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A message as if a phone had handed it over.
    async fn accept(&self, progress: Progress, created_at: Timestamp) {
        let app = self.app();
        let id = OutgoingId(app.new_id());
        let mut tx = app.store().begin().await.unwrap();
        for (number, piece) in (0..).zip([HEADER, "\r\nFørst\r\n", ".\r\n..to\r\n"]) {
            outgoing::add_piece(&mut tx, (ACCOUNT, id), number, piece.as_bytes(), app.now()).await.unwrap();
        }
        let message = Outgoing {
            account: ACCOUNT,
            id,
            connection: "mail".to_owned(),
            sender: KARI.to_owned(),
            message_id: "4711@fjord.example".to_owned(),
            unseen: "Bcc: liv@fjord.example\r\n".to_owned(),
            progress,
            attempts: 0,
            next_at: app.now(),
            created_at,
        };
        outgoing::create(&mut tx, &message).await.unwrap();
        tx.commit().await.unwrap();
    }
}

const HEADER: &str = "From: kari@fjord.example\r\nTo: ola@fjord.example\r\nSubject: Hei\r\nMessage-ID: <4711@fjord.example>\r\n";

/// The connection to those servers, as the configuration has it.
pub(crate) fn connection(imap: u16, smtp: u16) -> String {
    format!(
        "name = \"mail\"\nkind = \"imap\"\nclasses = [\"email\"]\nlog_in = \"user\"\n\
         url = \"imap://127.0.0.1:{imap}\"\nsmtp = \"smtp://127.0.0.1:{smtp}\"\n"
    )
}

fn connections(imap: u16, smtp: u16) -> Vec<Connection> {
    vec![toml::from_str(&connection(imap, smtp)).unwrap()]
}

/// Gives Kari her mailbox, with the folders that phones know.
pub(crate) async fn connect(app: &App) {
    let mut tx = app.store().begin().await.unwrap();
    let secret = app.vault().seal(ACCOUNT, "mail", app.random(), PASSWORD);
    let log_in = access::LogIn { user_name: None, secret: secret.as_deref(), identity: None };
    access::set(&mut tx, ACCOUNT, "mail", log_in, app.now()).await.unwrap();
    tie(&mut tx, ACCOUNT).await;
    tx.commit().await.unwrap();
}

/// Ties the folders that phones know to those of the mailbox.
pub(crate) async fn tie(tx: &mut Tx, account: AccountId) {
    for (id, name) in [(5, "INBOX"), (6, "Drafts"), (7, "Trash"), (8, "Sent")] {
        folder::connect(tx, account, FolderId(id), Some("mail"), Some(name)).await.unwrap();
    }
}

fn to(recipients: &[&str]) -> Progress {
    let recipients = recipients.iter().map(|&recipient| recipient.to_owned()).collect();
    Progress { recipients, copy: Todo::Open, ..Progress::default() }
}

#[tokio::test]
async fn a_message_is_sent_and_kept_with_those_who_get_it_unseen() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    post.accept(to(&["ola@fjord.example", "liv@fjord.example"]), post.app().now()).await;
    post.settled().await;
    for recipient in ["ola@fjord.example", "liv@fjord.example"] {
        let mail = exim.mail(recipient, 1).await;
        assert!(mail.len() == 1 && mail[0].ends_with("\n\nFørst\n.\n..to\n"), "{mail:?}");
        assert!(!mail[0].contains("Bcc"), "{mail:?}");
    }
    let sent = post.mailbox("Sent", 1).await;
    assert_eq!(sent, [format!("{HEADER}Bcc: liv@fjord.example\r\n\r\nFørst\r\n.\r\n..to\r\n")]);
    assert!(post.dovecot.program().say("STATUS Sent (UNSEEN)").contains("UNSEEN 0"));
    assert_eq!(post.log().await, [("accepted".to_owned(), "sent to 2 of 2 recipients".to_owned())]);
}

#[tokio::test]
async fn who_is_refused_is_told_of_and_the_others_have_it() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    post.accept(to(&["nobody@fjord.example", "ola@fjord.example"]), post.app().now()).await;
    post.settled().await;
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
    let told = post.mailbox("INBOX", 1).await;
    assert!(told.len() == 1 && told[0].contains("Subject: Undeliverable: Hei\r\n"), "{told:?}");
    assert!(
        told[0].contains("Final-Recipient: rfc822; nobody@fjord.example\r\nAction: failed\r\n"),
        "{told:?}"
    );
    assert!(
        told[0].contains("Diagnostic-Code: smtp; 550 no such user") && !told[0].contains("rfc822; ola@"),
        "{told:?}"
    );
    assert_eq!(post.mailbox("Sent", 1).await.len(), 1);
}

#[tokio::test]
async fn who_has_no_time_now_is_tried_again_alone_and_not_for_ever() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let nearly = post.app().now() - SignedDuration::from_hours(48) + SignedDuration::from_secs(5);
    post.accept(to(&["later@fjord.example", "ola@fjord.example"]), nearly).await;
    post.settled().await;
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
    let told = post.mailbox("INBOX", 1).await;
    assert!(told.len() == 1 && told[0].contains("rfc822; later@fjord.example"), "{told:?}");
    assert_eq!(post.mailbox("Sent", 1).await.len(), 1);
    assert_eq!(post.log().await[0].0, "later", "{:?}", post.log().await);
}

#[tokio::test]
async fn a_message_waits_for_a_server_that_is_down() {
    let port = mail_server::free_port();
    let post = Post::start(port).await;
    post.accept(to(&["ola@fjord.example"]), post.app().now()).await;
    post.logged("later").await;
    assert_eq!(post.dovecot.program().messages("Sent").len(), 0);
    let exim = Exim::at(port);
    post.settled().await;
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
    assert_eq!((post.mailbox("Sent", 1).await.len(), post.mailbox("INBOX", 0).await.len()), (1, 0));
}

#[tokio::test]
async fn a_message_that_may_be_sent_is_not_sent_again() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    post.accept(Progress { is_unsure: true, ..to(&["ola@fjord.example"]) }, post.app().now()).await;
    post.settled().await;
    let told = post.mailbox("INBOX", 1).await;
    assert!(told.len() == 1 && told[0].contains("Subject: Perhaps not sent: Hei"), "{told:?}");
    assert!(told[0].contains("  ola@fjord.example\r\n"), "{told:?}");
    post.accept(to(&["liv@fjord.example"]), post.app().now()).await;
    post.settled().await;
    assert_eq!(exim.mail("liv@fjord.example", 1).await.len(), 1);
    assert_eq!(exim.mail("ola@fjord.example", 0).await.len(), 0);
}

#[tokio::test]
async fn what_may_be_in_the_mailbox_is_looked_for_before_it_is_stored() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut program = post.dovecot.program();
    program.append("Sent", "", "Subject: Other\nReferences: <4711@fjord.example>\n\nx\n");
    let tried = || Progress { copy: Todo::Tried, ..Progress::default() };
    post.accept(tried(), post.app().now()).await;
    post.settled().await;
    assert_eq!(post.mailbox("Sent", 2).await.len(), 2);
    post.accept(tried(), post.app().now()).await;
    post.settled().await;
    assert_eq!(post.mailbox("Sent", 2).await.len(), 2);
}
