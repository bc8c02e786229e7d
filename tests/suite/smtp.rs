//! Handing mail over to a real server, and what is said when it does not take it.

use std::fs;
use std::path::Path;

use lomme::connector::Error;
use lomme::connector::Result;
use lomme::connector::User;
use lomme::connector::mail::Envelope;
use lomme::connector::mail::Handed;
use lomme::connector::mail::Ready;
use lomme::connector::sasl::Credentials;
use lomme::connector::sasl::Kind;
use lomme::connector::sasl::LogIn;
use lomme::connector::smtp::Settings;
use lomme::connector::smtp::Smtp;
use lomme::connector::smtp::Who;
use lomme::connector::source::Source;
use lomme::connector::web::Trust;

use crate::exim::Exim;
use crate::imap::kari;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;

fn smtp(url: String, authority: &Path, log_in: Who) -> Smtp {
    let trust = Trust { verify: true, authority: Some(authority.to_owned()) };
    Smtp::new(Settings { url, log_in }, &trust).unwrap()
}

fn own(user: &User) -> Result<Credentials> {
    LogIn::PerUser.credentials(user, Kind::Password)
}

/// Nothing has to be done before.
pub(crate) fn ready() -> Ready<'static> {
    Box::pin(async { Ok(()) })
}

async fn submit(smtp: &Smtp, to: &[&str], text: &str) -> Result<Handed> {
    let to = to.iter().map(|&to| to.to_owned()).collect();
    let envelope = Envelope { from: KARI.to_owned(), to };
    smtp.submit(|| own(&kari()), &envelope, Source::Bytes(text.as_bytes()), ready()).await
}

const MAIL: &str =
    "From: kari@fjord.example\r\nTo: ola@fjord.example\r\nSubject: Hei\r\n\r\nFørst\r\n.\r\n..to\r\n";

#[tokio::test]
async fn mail_arrives_byte_for_byte() {
    let exim = Exim::start();
    let urls = [
        format!("smtps://localhost:{}", exim.tls_port),
        format!("smtp+starttls://127.0.0.1:{}", exim.port),
        format!("smtp://127.0.0.1:{}", exim.port),
    ];
    for (count, url) in (1..).zip(urls) {
        let who = if count == 1 { Who::relay(KARI, PASSWORD) } else { Who::Same };
        let smtp = smtp(url, &exim.authority(), who);
        let handed = submit(&smtp, &["ola@fjord.example"], MAIL).await.unwrap();
        assert_eq!(handed, Handed::Over(Vec::new()));
        for mail in exim.mail("ola@fjord.example", count).await {
            let body = mail.split_once("\n\n").unwrap().1;
            assert_eq!(body, "Først\n.\n..to\n", "{mail}");
            assert!(
                mail.contains("Return-path: <kari@fjord.example>\nEnvelope-to: ola@fjord.example\n"),
                "{mail}"
            );
        }
    }
}

#[tokio::test]
async fn each_recipient_that_is_refused_is_named() {
    let exim = Exim::start();
    let smtp = smtp(format!("smtp://127.0.0.1:{}", exim.port), &exim.authority(), Who::Same);
    let to = [
        "nobody@fjord.example",
        "ola@fjord.example",
        "later@fjord.example",
        "a b@fjord.example",
        "x>\r\nDATA",
    ];
    let Handed::Over(refused) = submit(&smtp, &to, MAIL).await.unwrap() else { panic!() };
    let told: Vec<(&str, bool)> =
        refused.iter().map(|refusal| (&*refusal.recipient, refusal.is_final)).collect();
    assert_eq!(told, [(to[0], true), (to[2], false), (to[3], true), (to[4], true)]);
    assert_eq!(refused[0].reply, "550 no such user");
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
    let Handed::Over(refused) = submit(&smtp, &to[..1], MAIL).await.unwrap() else { panic!() };
    assert_eq!(refused.len(), 1);
    let told = submit(&smtp, &["ola@fjord.example"], &MAIL.replace("Hei", "FORBIDDEN")).await;
    assert!(matches!(&told, Err(Error::Refused(text)) if text == "550 we do not like it"), "{told:?}");
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
}

#[tokio::test]
async fn addresses_and_headers_may_be_of_any_language() {
    let exim = Exim::start();
    let smtp = smtp(format!("smtp://127.0.0.1:{}", exim.port), &exim.authority(), Who::Same);
    let text = MAIL.replace("Subject: Hei", "Subject: Blåbær");
    let handed = submit(&smtp, &["åse@fjord.example"], &text).await.unwrap();
    assert_eq!(handed, Handed::Over(Vec::new()), "{}", exim.log());
    let mail = exim.mail("åse@fjord.example", 1).await;
    assert!(mail[0].contains("Subject: Blåbær"), "{}", mail[0]);
}

#[tokio::test]
async fn who_is_not_ready_has_sent_nothing() {
    let exim = Exim::start();
    let smtp = smtp(format!("smtp://127.0.0.1:{}", exim.port), &exim.authority(), Who::Same);
    let envelope = Envelope { from: KARI.to_owned(), to: vec!["ola@fjord.example".to_owned()] };
    let first = MAIL.replace("Hei", "First");
    let unready: Ready<'_> = Box::pin(async { Err(Error::Gone) });
    let told = smtp.submit(|| own(&kari()), &envelope, Source::Bytes(first.as_bytes()), unready).await;
    assert!(matches!(told, Err(Error::Gone)), "{told:?}");
    let refused = ["nobody@fjord.example"];
    assert!(matches!(submit(&smtp, &refused, MAIL).await, Ok(Handed::Over(_))));
    submit(&smtp, &["ola@fjord.example"], MAIL).await.unwrap();
    let mail = exim.mail("ola@fjord.example", 1).await;
    assert!(mail.len() == 1 && mail[0].contains("Subject: Hei"), "{mail:?}");
}

#[tokio::test]
async fn a_wrong_log_in_is_told_apart_from_trouble() {
    let exim = Exim::start();
    let url = format!("smtp+starttls://127.0.0.1:{}", exim.port);
    let wrong = smtp(url.clone(), &exim.authority(), Who::relay(KARI, "guess"));
    let told = submit(&wrong, &["ola@fjord.example"], MAIL).await;
    assert!(matches!(told, Err(Error::LogIn(_))), "{told:?}");
    let none = smtp(url, &exim.authority(), Who::Nobody);
    let told = submit(&none, &["ola@fjord.example"], MAIL).await;
    assert!(matches!(told, Err(Error::LogIn(_))), "{told:?}");
    let nobody = smtp("smtp://127.0.0.1:9".to_owned(), &exim.authority(), Who::Same);
    let told = submit(&nobody, &["ola@fjord.example"], MAIL).await;
    assert!(matches!(told, Err(Error::Later { .. })), "{told:?}");
}

#[tokio::test]
async fn a_large_message_goes_from_its_file() {
    let exim = Exim::start();
    let smtp = smtp(format!("smtp+starttls://127.0.0.1:{}", exim.port), &exim.authority(), Who::Same);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spooled");
    let line = format!(".{}\r\n", "x".repeat(75));
    fs::write(&file, format!("Subject: Stor\r\n\r\n{}", line.repeat(40_000))).unwrap();
    let envelope = Envelope { from: KARI.to_owned(), to: vec!["ola@fjord.example".to_owned()] };
    let handed = smtp.submit(|| own(&kari()), &envelope, Source::File(&file), ready()).await.unwrap();
    assert_eq!(handed, Handed::Over(Vec::new()));
    let mail = exim.mail("ola@fjord.example", 1).await;
    let body = mail[0].split_once("\n\n").unwrap().1;
    assert!(body == line.replace("\r\n", "\n").repeat(40_000));
}
