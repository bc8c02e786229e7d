//! A mail server that answers for who is away, by a script of ours beside the user's own.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lomme::absence;
use lomme::config::connection::Connection;
use lomme::connector::Error;
use lomme::connector::imap::Imap;
use lomme::connector::imap::Settings;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Taken;
use lomme::connector::mail::Vacation;
use lomme::connector::mail::Words;
use lomme::model::absence::Absence;
use lomme::model::absence::AbsenceState;
use lomme::model::absence::Reply;
use lomme::store::log;

use crate::back_office::until;
use crate::exim::Exim;
use crate::imap;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;
use crate::sending;
use crate::sending::ACCOUNT;
use crate::server::Server;

/// A conversation as another program of the user's would have it.
struct Program(BufReader<TcpStream>);

impl Program {
    fn connect(dovecot: &Dovecot) -> Self {
        let mut program =
            Self(BufReader::new(TcpStream::connect(("127.0.0.1", dovecot.sieve_port)).unwrap()));
        program.answer();
        let log_in = BASE64_STANDARD.encode(format!("\0{KARI}\0{PASSWORD}"));
        program.say(&format!("AUTHENTICATE \"PLAIN\" \"{log_in}\""));
        program
    }

    fn say(&mut self, command: &str) -> String {
        self.0.get_mut().write_all(format!("{command}\r\n").as_bytes()).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "{answer}");
            if line.starts_with("OK") {
                return answer;
            }
            assert!(!line.starts_with("NO"), "{line}");
            if let Some(length) = line.trim_end().strip_prefix('{').and_then(|line| line.strip_suffix('}')) {
                let mut text = vec![0; length.parse().unwrap()];
                self.0.read_exact(&mut text).unwrap();
                answer.push_str(&String::from_utf8(text).unwrap());
            } else {
                answer.push_str(&line);
            }
        }
    }

    fn put(&mut self, name: &str, text: &str) {
        self.say(&format!("PUTSCRIPT \"{name}\" {{{}+}}\r\n{text}", text.len()));
    }

    /// The names, the active one with that word.
    fn list(&mut self) -> Vec<String> {
        let mut names: Vec<String> = self.say("LISTSCRIPTS").lines().map(str::to_owned).collect();
        names.sort();
        names
    }
}

fn server(dovecot: &Dovecot) -> Imap {
    let sieve = Some(format!("sieve://127.0.0.1:{}", dovecot.sieve_port));
    Imap::new(Settings { sieve, ..imap::settings(dovecot) }).unwrap()
}

fn vacation() -> Vacation {
    let words = |text: &str, is_mime| Some(Words { name: "1".to_owned(), text: text.to_owned(), is_mime });
    Vacation {
        name: "1".to_owned(),
        days: 7,
        addresses: vec![KARI.to_owned()],
        domains: vec!["fjord.example".to_owned()],
        contacts: vec!["kunde@other.example".to_owned()],
        internal: words("Sier \"ha det\" på en stund\n.\n", false),
        known: words("Kjære kunde", false),
        unknown: words("Content-Type: text/html; charset=utf-8\r\n\r\n<p>Away</p>\r\n", true),
        is_on: true,
        since: Some(lomme::app::now()),
        ..Vacation::default()
    }
}

fn letter(from: &str) -> String {
    format!("From: {from}\nTo: {KARI}\nSubject: Hei\nMessage-ID: <{from}>\n\nHei\n")
}

/// What is sent when these write.
fn sent(dovecot: &Dovecot, from: &[&str]) -> Vec<String> {
    let mut sent = Vec::new();
    for from in from {
        sent = dovecot.deliver(from, &letter(from));
    }
    sent
}

#[tokio::test]
async fn a_mail_server_answers_each_kind_of_people_and_stops_when_it_is_told() {
    let dovecot = Dovecot::start();
    let (mail, kari) = (server(&dovecot), imap::kari());
    assert_eq!(mail.answer(&kari, Some(&vacation())).await.unwrap(), Taken::Yes);
    assert_eq!(Program::connect(&dovecot).list(), ["\"lomme\" ACTIVE"]);
    let people = ["ola@fjord.example", "kunde@other.example", "noreply@other.example", "nn@third.example"];
    let all = sent(&dovecot, &people);
    let told = |whom: &str| all.iter().find(|text| text.lines().next().unwrap().contains(whom));
    let ola = told("ola@fjord.example").unwrap();
    assert!(ola.contains("Subject: Auto: Hei") && ola.contains("Auto-Submitted: auto-replied"), "{ola}");
    assert!(ola.contains("Sier \"ha det\""), "{ola}");
    assert!(told("kunde@other.example").unwrap().contains("kunde"));
    assert!(told("nn@third.example").unwrap().contains("<p>Away</p>"));
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(mail.answer(&kari, Some(&vacation())).await.unwrap(), Taken::Yes);
    assert_eq!(sent(&dovecot, &["ola@fjord.example"]).len(), 3, "once a week");
    assert_eq!(mail.answer(&kari, None).await.unwrap(), Taken::Not(None));
    assert_eq!(Program::connect(&dovecot).list(), <[String; 0]>::default());
    assert_eq!(sent(&dovecot, &["per@fjord.example"]).len(), 3);
    assert_eq!(mail.answer(&kari, None).await.unwrap(), Taken::Not(None));
    assert!(!dovecot.log().contains("rror: sieve"), "{}", dovecot.log());
}

#[tokio::test]
async fn an_absence_for_a_time_begins_and_ends_on_the_mail_server() {
    let dovecot = Dovecot::start();
    let (mail, kari) = (server(&dovecot), imap::kari());
    let hours = |hours| Some(lomme::app::now() + jiff::SignedDuration::from_hours(hours));
    for (since, until, count) in [(1, 40, 0), (-40, -1, 0), (-1, 1, 1)] {
        let is_on = since < 0 && until > 0;
        let vacation = Vacation { since: hours(since), until: hours(until), is_on, ..vacation() };
        assert_eq!(mail.answer(&kari, Some(&vacation)).await.unwrap(), Taken::Yes);
        assert_eq!(sent(&dovecot, &["ola@fjord.example"]).len(), count, "{since} {until}");
    }
}

#[tokio::test]
async fn the_user_s_own_script_goes_on_and_is_active_again_in_the_end() {
    let dovecot = Dovecot::start();
    let (mail, kari) = (server(&dovecot), imap::kari());
    let mut program = Program::connect(&dovecot);
    program.put(
        "min egen",
        "require \"fileinto\";\r\nif header :is \"Subject\" \"Hei\" { fileinto \"Sent\"; }\r\n",
    );
    program.say("SETACTIVE \"min egen\"");
    for _ in 0..2 {
        assert_eq!(mail.answer(&kari, Some(&vacation())).await.unwrap(), Taken::Yes);
        assert_eq!(program.list(), ["\"lomme\" ACTIVE", "\"min egen\""]);
    }
    assert_eq!(sent(&dovecot, &["ola@fjord.example"]).len(), 1);
    assert_eq!(dovecot.program().messages("Sent").len(), 1);
    assert_eq!(mail.answer(&kari, None).await.unwrap(), Taken::Not(None));
    assert_eq!(program.list(), ["\"min egen\" ACTIVE"]);

    program.put("svar", "require \"vacation\";\r\nvacation \"Mine egne ord\";\r\n");
    program.say("SETACTIVE \"svar\"");
    let Taken::Not(Some(reason)) = mail.answer(&kari, Some(&vacation())).await.unwrap() else { panic!() };
    assert!(reason.contains("answers by itself"), "{reason}");
    assert_eq!(program.list(), ["\"min egen\"", "\"svar\" ACTIVE"]);
    let wrong = lomme::connector::User { password: Some("guess".to_owned()), ..kari };
    assert!(matches!(mail.answer(&wrong, None).await, Err(Error::LogIn(_))));
}

#[tokio::test]
async fn what_a_phone_says_reaches_the_script_or_is_done_here() {
    let (dovecot, exim) = (Dovecot::start(), Exim::start());
    let text = format!(
        "{}every = \"1s\"\nsieve = \"sieve://127.0.0.1:{}\"\n",
        sending::connection(dovecot.port, exim.port),
        dovecot.sieve_port
    );
    let connection: Connection = toml::from_str(&text).unwrap();
    let server = Server::with(|config| config.connections = vec![connection]).await;
    let app = &server.app;
    sending::connect(app).await;
    let say = async |state, words: &str| {
        let reply = Some(Reply { is_enabled: Some(true), text: Some(words.to_owned()), ..Reply::default() });
        let said = Absence { state: Some(state), internal: reply, ..Absence::default() };
        assert!(absence::change(app, ACCOUNT, |_| said.clone()).await.unwrap().is_some());
    };
    say(AbsenceState::On, "Borte").await;
    let mut program = Program::connect(&dovecot);
    until("the script is there", async || program.list() == ["\"lomme\" ACTIVE"]).await;
    assert!(program.say("GETSCRIPT \"lomme\"").contains("\"Borte\";"));
    assert_eq!(sent(&dovecot, &["ola@fjord.example"]).len(), 1);
    say(AbsenceState::Off, "Borte").await;
    until("the script is gone", async || program.list().is_empty()).await;

    program.put("svar", "require \"vacation\";\r\nvacation \"Mine egne ord\";\r\n");
    program.say("SETACTIVE \"svar\"");
    say(AbsenceState::On, "Borte").await;
    until("the log says so", async || {
        let mut reader = app.store().read().await.unwrap();
        let rows = log::list(&mut reader, ACCOUNT, None, 100).await.unwrap();
        rows.iter().any(|row| row.message.contains("it answers by itself"))
    })
    .await;
    // Surely after it was said: mail servers date by the second.
    let date = (lomme::app::now() + jiff::SignedDuration::from_secs(1)).to_zoned(jiff::tz::TimeZone::UTC);
    let date = date.strftime("() \"%d-%b-%Y %H:%M:%S +0000\"").to_string();
    dovecot.program().append("INBOX", &date, &letter("per@fjord.example"));
    assert!(exim.mail("per@fjord.example", 1).await[0].contains("Borte"));
    assert_eq!(exim.mail("ola@fjord.example", 0).await.len(), 0, "the mail server has answered");
    server.stop().await;
}
