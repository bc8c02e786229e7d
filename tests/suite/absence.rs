//! Somebody is away: who writes is answered, by us or by the mail server, once and never wrongly.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use lomme::absence;
use lomme::app::App;
use lomme::config::connection::Connection;
use lomme::connector::Collection;
use lomme::connector::Connector as _;
use lomme::connector::User;
use lomme::connector::mail::Envelope;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Wanted;
use lomme::connector::source::Source;
use lomme::mime::section::Section;
use lomme::model::absence::Absence;
use lomme::model::absence::AbsenceState;
use lomme::model::absence::Reply;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::store::folder;
use serde_json::json;

use crate::back_office::until;
use crate::exim::Exim;
use crate::mail_contract::mailboxes;
use crate::mail_server::Dovecot;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::sending;
use crate::sending::ACCOUNT;
use crate::sendmail::Installed;
use crate::server::Server;
use crate::smtp::ready;

/// A message that was received some seconds ago, or just now: surely after whatever was said before, as mail servers
/// date by the second.
fn letter(dovecot: &Dovecot, from: &str, more: &str, seconds: i64) {
    let at = lomme::app::now() - SignedDuration::from_secs(seconds - 1);
    let date = at.to_zoned(TimeZone::UTC).strftime("\"%d-%b-%Y %H:%M:%S +0000\"").to_string();
    let text = format!(
        "Return-Path: <{from}>\nFrom: {from}\nTo: Kari <kari@fjord.example>\nSubject: Bl\u{e5}b\u{e6}r\nMessage-ID: <{seconds}-{from}>\n\
         {more}\nHei\n"
    );
    dovecot.program().append("INBOX", &format!("() {date}"), &text);
}

/// A mail server that is asked every second, besides when somebody sees the need.
async fn company(dovecot: &Dovecot, exim: &Exim) -> Server {
    let text = format!("{}every = \"1s\"\n", sending::connection(dovecot.port, exim.port));
    let connection: Connection = toml::from_str(&text).unwrap();
    let server = Server::with(|config| config.connections = vec![connection]).await;
    sending::connect(&server.app).await;
    server
}

fn phone(server: &Server, version: &str) -> Wire {
    Wire::new(&server.url(""), "kari", version)
}

/// Says something of the absence, or asks; what is answered.
async fn settings(phone: &Wire, inner: &str) -> Node {
    let inner = format!("<Oof>{inner}</Oof>");
    let told = phone.post("Settings", document("Settings:Settings", &inner)).await.node().unwrap();
    told.child("Oof").unwrap().clone()
}

async fn set(phone: &Wire, inner: &str) {
    let told = settings(phone, &format!("<Set>{inner}</Set>")).await;
    assert_eq!(told.told("Status"), "1", "{told:?}");
}

fn message(audience: &str, kind: &str, text: &str) -> String {
    format!(
        "<OofMessage><AppliesTo{audience}/><Enabled>1</Enabled><ReplyMessage>{text}</ReplyMessage>\
         <BodyType>{kind}</BodyType></OofMessage>"
    )
}

/// All three kinds of people are told something.
fn all(words: &str) -> String {
    let internal = message("Internal", "Text", &format!("{words} for colleagues"));
    let known = message("ExternalKnown", "Text", &format!("{words} for those one knows"));
    let unknown = message(
        "ExternalUnknown",
        "HTML",
        &format!("&lt;p&gt;{words} for &lt;b&gt;others&lt;/b&gt;&lt;/p&gt;"),
    );
    format!("{internal}{known}{unknown}")
}

#[tokio::test]
async fn what_one_phone_says_of_an_absence_another_one_shows() {
    let (dovecot, exim) = (Dovecot::start(), Exim::start());
    let server = company(&dovecot, &exim).await;
    for version in ["12.0", "12.1", "14.0", "14.1", "16.0", "16.1"] {
        let other = Wire { device: "OTHER".to_owned(), ..phone(&server, version) };
        let times =
            "<StartTime>2026-12-24T11:00:00.000Z</StartTime><EndTime>2027-01-02T07:00:00.000Z</EndTime>";
        set(&phone(&server, version), &format!("<OofState>2</OofState>{times}{}", all(version))).await;
        let told = settings(&other, "<Get><BodyType>TEXT</BodyType></Get>").await;
        let shown = told.child("Get").unwrap();
        assert_eq!((shown.told("OofState"), shown.told("EndTime")), ("2", "2027-01-02T07:00:00.000Z"));
        let texts: Vec<&str> = shown.all("OofMessage").map(|one| one.told("ReplyMessage").trim()).collect();
        let expected =
            ["colleagues", "those one knows", "others"].map(|whom| format!("{version} for {whom}"));
        assert_eq!(texts, expected);
        set(&other, "<OofState>0</OofState>").await;
        let told = settings(&phone(&server, version), "<Get><BodyType>HTML</BodyType></Get>").await;
        let shown = told.child("Get").unwrap();
        assert_eq!(shown.told("OofState"), "0");
        let last = shown.all("OofMessage").last().unwrap();
        assert_eq!(last.told("ReplyMessage"), format!("<p>{version} for <b>others</b></p>"));
    }
    server.stop().await;
}

#[tokio::test]
async fn each_who_writes_is_answered_once_and_programs_never() {
    let (dovecot, exim) = (Dovecot::start(), Exim::start());
    let server = company(&dovecot, &exim).await;
    letter(&dovecot, "before@other.example", "", 60);
    let phone = phone(&server, "14.1");
    set(&phone, &format!("<OofState>1</OofState>{}", all("Borte"))).await;
    letter(&dovecot, "ola@fjord.example", "", 0);
    letter(&dovecot, "list@other.example", "List-Id: <all.other.example>\n", 0);
    letter(&dovecot, "robot@other.example", "Auto-Submitted: auto-generated\n", 0);
    letter(&dovecot, "noreply@other.example", "", 0);
    letter(&dovecot, "kari@fjord.example", "", 0);
    letter(&dovecot, "kunde@other.example", "", 0);
    let [answer] = exim.mail("ola@fjord.example", 1).await.try_into().unwrap();
    for line in [
        "Return-path: <>",
        "From: \"Kari Nordmann\" <kari@fjord.example>",
        "Subject: =?utf-8?B?QXV0bzogQmzDpWLDpnI=?=",
        "In-Reply-To: <0-ola@fjord.example>",
        "References: <0-ola@fjord.example>",
        "Auto-Submitted: auto-replied",
    ] {
        assert!(answer.contains(&format!("{line}\n")), "{line}: {answer}");
    }
    assert!(answer.ends_with("Borte for colleagues\n"), "{answer}");
    let [answer] = exim.mail("kunde@other.example", 1).await.try_into().unwrap();
    assert!(answer.contains("Borte for others\n") && answer.contains("<b>others</b>"), "{answer}");

    letter(&dovecot, "ola@fjord.example", "", 0);
    letter(&dovecot, "per@other.example", "", 0);
    assert_eq!(exim.mail("per@other.example", 1).await.len(), 1);
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1, "told a moment ago");
    set(&phone, &message("Internal", "Text", "Lenge borte")).await;
    letter(&dovecot, "ola@fjord.example", "", 0);
    let told = exim.mail("ola@fjord.example", 2).await;
    assert!(told.iter().any(|answer| answer.ends_with("Lenge borte\n")), "{told:?}");

    set(&phone, "<OofState>0</OofState>").await;
    letter(&dovecot, "mens@other.example", "", 30);
    set(&phone, "<OofState>1</OofState>").await;
    letter(&dovecot, "liv@other.example", "", 0);
    assert_eq!(exim.mail("liv@other.example", 1).await.len(), 1);
    for nobody in ["before", "mens", "list", "robot", "noreply"] {
        assert_eq!(exim.mail(&format!("{nobody}@other.example"), 0).await.len(), 0, "{nobody}");
    }
    assert_eq!(exim.mail("kari@fjord.example", 0).await.len(), 0);
    assert_eq!(exim.mail("ola@fjord.example", 2).await.len(), 2);
    server.stop().await;
}

async fn say(app: &App, account: AccountId, state: AbsenceState, text: &str) {
    let reply = Some(Reply { is_enabled: Some(true), text: Some(text.to_owned()), ..Reply::default() });
    let said = Absence {
        state: Some(state),
        internal: reply.clone(),
        known: reply.clone(),
        unknown: reply,
        ..Absence::default()
    };
    assert!(absence::change(app, account, |_| said.clone()).await.unwrap().is_some());
}

#[tokio::test]
async fn between_mailboxes_without_a_mail_server_it_is_the_same() {
    let connection = json!({"name": "post", "kind": "mailbox", "classes": ["email"]});
    let connection: Connection = serde_json::from_value(connection).unwrap();
    let server = Server::with(|config| config.connections = vec![connection]).await;
    let app = &server.app;
    let mail = mailboxes(&app.config().store.data.join("mail/post"));
    let [kari, ola] =
        ["kari", "ola"].map(|name| User { email: format!("{name}@fjord.example"), ..User::default() });
    until("the inbox is there", async || {
        let mut reader = app.store().read().await.unwrap();
        let inbox = folder::find(&mut reader, ACCOUNT, FolderId(5)).await.unwrap().unwrap();
        inbox.folder.connection.is_some()
    })
    .await;
    say(app, ACCOUNT, AbsenceState::On, "Borte").await;
    let text = "From: ola@fjord.example\r\nTo: kari@fjord.example\r\nSubject: Hei\r\n\r\nHei\r\n";
    let envelope = Envelope { from: ola.email.clone(), to: vec![kari.email.clone()] };
    mail.submit(&ola, &envelope, Source::Bytes(text.as_bytes()), ready()).await.unwrap();
    let inbox = mail.mailboxes(&ola).await.unwrap().into_iter().find(|one| one.name == "Inbox").unwrap();
    let inbox: Collection = crate::imap::collection(&inbox.id);
    until("Ola is answered", async || !mail.list(&ola, &inbox).await.unwrap().is_empty()).await;
    let (id, _) = mail.list(&ola, &inbox).await.unwrap().remove(0);
    let wanted = Wanted { id, section: Section::WHOLE, limit: 10_000 };
    let piece = mail.sections(&ola, &inbox, &[wanted]).await.unwrap().remove(0);
    let answer = String::from_utf8(piece.bytes.to_vec()).unwrap();
    assert!(answer.starts_with("Return-Path: <>\r\n") && answer.ends_with("\r\n\r\nBorte"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_answered_is_answered_once_though_the_program_is_killed_again_and_again() {
    const SENDERS: usize = 12;
    let exim = Exim::start();
    let mut installed = Installed::start(exim.port).await;
    let wire = installed.phone("14.1");
    set(&wire, &format!("<OofState>1</OofState>{}", all("Borte"))).await;
    for number in 0..SENDERS {
        letter(&installed.dovecot, &format!("s{number}@other.example"), "", 0);
        // Before it is seen, while it is, and when all is done.
        match number % 3 {
            0 => {}
            1 => drop(exim.mail(&format!("s{}@other.example", number - 1), 1).await),
            _ => drop(exim.mail(&format!("s{number}@other.example"), 1).await),
        }
        installed.program.kill();
        installed.program.restart();
    }
    letter(&installed.dovecot, "last@other.example", "", 0);
    exim.mail("last@other.example", 1).await;
    // One that was on its way when the program died may have been sent, and is not sent again.
    let cut_off = || exim.log().matches("lost").count() + exim.log().matches("disconnection").count();
    let answers = async || {
        let mut answers = Vec::new();
        for number in 0..SENDERS {
            answers.push(exim.mail(&format!("s{number}@other.example"), 0).await.len());
        }
        answers
    };
    until("all are answered but for those", async || {
        answers().await.iter().sum::<usize>() + cut_off() >= SENDERS
    })
    .await;
    for (number, count) in answers().await.into_iter().enumerate() {
        let may_be_cut_off = number % 3 == 1;
        assert!(count == 1 || count == 0 && may_be_cut_off, "{number} is answered {count} times");
    }
}
