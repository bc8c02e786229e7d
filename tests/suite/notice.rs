//! Mail of the server's own, over a real mail server.

use std::time::Duration;
use std::time::Instant;

use jiff::SignedDuration;
use lomme::config::Config;
use lomme::config::connection::Secret;
use lomme::model::id::AccountId;
use lomme::notice;
use lomme::notice::Words;
use lomme::store;

use crate::exim::Exim;
use crate::mail_server;
use crate::mail_server::KARI;
use crate::server::Server;

const WITHIN: Duration = Duration::from_secs(60);

/// Mail of its own goes over this port.
pub(crate) fn sent_over(port: u16) -> impl FnOnce(&mut Config) {
    move |config| {
        config.notice.smtp = Some(format!("smtp+starttls://127.0.0.1:{port}"));
        config.notice.from = "lomme@fjord.example".to_owned();
        config.notice.user = Some(KARI.to_owned());
        config.notice.password = Some(Secret::from(mail_server::PASSWORD.to_owned()));
        config.notice.verify_tls = false;
    }
}

async fn tell(server: &Server, account: i64, address: &str) {
    let words = Words {
        subject: "Nytt på telefonen".to_owned(),
        text: "Hei Kåre,\nden er låst.\n".to_owned(),
        holds_for: SignedDuration::from_mins(30),
    };
    let mut tx = server.app.store().begin().await.unwrap();
    notice::tell(&server.app, &mut tx, (AccountId(account), address), &words, server.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// What is in the queue, for whom.
async fn waiting(server: &Server) -> Vec<String> {
    let mut reader = server.app.store().read().await.unwrap();
    let rows = store::notice::due(&mut reader, jiff::Timestamp::MAX, 100).await.unwrap();
    for row in &rows {
        let is_plain = row.content.windows(6).any(|bytes| bytes == b"Auto-S" || bytes == b"telefo");
        assert!(!is_plain, "it lies there sealed");
    }
    rows.into_iter().map(|row| row.recipient).collect()
}

#[tokio::test]
async fn mail_of_our_own_waits_for_its_server_and_is_given_up_where_it_is_refused() {
    let port = mail_server::free_port();
    let server = Server::with(sent_over(port)).await;
    tell(&server, 1, "kari@fjord.example").await;
    tell(&server, 2, "nobody@fjord.example").await;
    tell(&server, 2, "later@fjord.example").await;
    assert_eq!(waiting(&server).await.len(), 3, "nobody is there to take them");

    let exim = Exim::at(port);
    let mail = exim.mail("kari@fjord.example", 1).await.remove(0);
    assert!(
        mail.contains("From: lomme@fjord.example\n") && mail.contains("\nAuto-Submitted: auto-"),
        "{mail}"
    );
    assert!(mail.contains("Subject: =?utf-8?"), "{mail}");
    let deadline = Instant::now() + WITHIN;
    while waiting(&server).await != ["later@fjord.example"] {
        assert!(Instant::now() < deadline, "{:?}", waiting(&server).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(exim.mail("kari@fjord.example", 1).await.len(), 1, "it is sent once");
    server.stop().await;
}

#[tokio::test]
async fn without_a_server_for_it_nothing_is_kept_to_be_sent() {
    let server = Server::start().await;
    tell(&server, 1, "kari@fjord.example").await;
    assert!(waiting(&server).await.is_empty());
    server.stop().await;
}
