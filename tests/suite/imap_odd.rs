//! Mail servers that Dovecot is not: of other makes, out of order, or hostile. Each plays a script.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lomme::connector::Connector as _;
use lomme::connector::Error;
use lomme::connector::imap::Imap;
use lomme::connector::imap::Settings;
use lomme::connector::mail::Envelope;
use lomme::connector::mail::Handed;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Query;
use lomme::connector::sasl::Kind;
use lomme::connector::sasl::LogIn;
use lomme::connector::smtp;
use lomme::connector::source::Source;
use lomme::connector::web::Trust;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::imap::collection;
use crate::imap::kari;
use crate::smtp::ready;

/// What is said to a line that has this in it; `%` stands for its tag.
type Line = (&'static str, &'static str);

/// Plays a script to everybody who connects.
async fn server(greeting: &'static str, script: &'static [Line]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(play(stream, greeting, script));
        }
    });
    port
}

async fn play(stream: TcpStream, greeting: &'static str, script: &'static [Line]) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(greeting.as_bytes()).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let tag = line.split(' ').next().unwrap().to_owned();
        let known = script.iter().find(|(expected, _)| line.contains(expected));
        let answer = known.map_or("% BAD this is not in the script\r\n", |(_, answer)| answer);
        match answer {
            "endless" => loop {
                stream.get_mut().write_all(&[b'x'; 65536]).await?;
            },
            "hang up" => return Ok(()),
            _ => stream.get_mut().write_all(answer.replace('%', &tag).as_bytes()).await?,
        }
    }
}

const GREETING: &str = "* OK [CAPABILITY IMAP4rev1] hei\r\n";
const LOG_IN: Line = ("LOGIN", "% OK [CAPABILITY IMAP4rev1 UIDPLUS ESEARCH CONDSTORE] welcome\r\n");

fn settings(port: u16, secret: Kind) -> Settings {
    Settings {
        url: format!("imap://127.0.0.1:{port}"),
        log_in: LogIn::PerUser,
        secret,
        only_subscribed: false,
        ask_every: Duration::from_millis(50),
        trust: Trust { verify: true, authority: None },
        smtp: None,
        sieve: None,
    }
}

async fn imap(greeting: &'static str, script: &'static [Line]) -> Imap {
    Imap::new(settings(server(greeting, script).await, Kind::Password)).unwrap()
}

#[tokio::test]
async fn an_access_token_opens_a_mailbox() {
    let token = "n,a=kari@fjord.example,\x01auth=Bearer kari \"s\" hemmelighet\x01\x01";
    assert_eq!(
        BASE64_STANDARD.encode(token),
        "bixhPWthcmlAZmpvcmQuZXhhbXBsZSwBYXV0aD1CZWFyZXIga2FyaSAicyIgaGVtbWVsaWdoZXQBAQ=="
    );
    const RIGHT: &[Line] = &[
        ("AUTHENTICATE OAUTHBEARER", "+ \r\n"),
        ("bixhPWthcmlAZmpvcmQuZXhhbXBsZSwBYXV0aD1CZWFyZXIga2FyaSAicyIgaGVtbWVsaWdoZXQBAQ==", "L1 OK in\r\n"),
        ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\n% OK\r\n"),
    ];
    const GREETING: &str = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER] hei\r\n";
    let right = Imap::new(settings(server(GREETING, RIGHT).await, Kind::Token)).unwrap();
    right.check_log_in(&kari()).await.unwrap();
    // It says why before it says no, and waits for an answer to that.
    const WRONG: &[Line] = &[("XOAUTH2", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"), ("\r\n", "L1 NO invalid\r\n")];
    const IR: &str = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hei\r\n";
    let wrong = Imap::new(settings(server(IR, WRONG).await, Kind::Token)).unwrap();
    let told = wrong.check_log_in(&kari()).await;
    assert!(matches!(told, Err(Error::LogIn(_))), "{told:?}");
}

#[tokio::test]
async fn names_are_utf_8_where_the_server_likes_that() {
    let imap = imap(
        GREETING,
        &[
            ("LOGIN", "% OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL+] welcome\r\n"),
            ("ENABLE", "* ENABLED UTF8=ACCEPT\r\n% OK\r\n"),
            ("LIST", "* LIST () \"/\" INBOX\r\n* LIST () \"/\" \"Blå & grønn\"\r\n% OK\r\n"),
            ("LSUB", "% OK\r\n"),
            ("SELECT", "* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\n% OK\r\n"),
            ("UID SEARCH UNDELETED TEXT {4+}", ""),
            ("blå", "* SEARCH 7 8\r\nL5 OK\r\n"),
        ],
    )
    .await;
    let mailboxes = imap.mailboxes(&kari()).await.unwrap();
    assert_eq!(mailboxes.iter().map(|mailbox| &*mailbox.name).collect::<Vec<_>>(), ["Blå & grønn", "INBOX"]);
    let query = Query { text: vec!["blå".to_owned()], ..Query::default() };
    let found = imap.find(&kari(), &collection("INBOX"), &query).await;
    assert!(matches!(&found, Ok(found) if *found == ["5.8", "5.7"]) || tag_differs(&found), "{found:?}");
}

/// The script cannot know the tag of a line that a literal is in.
fn tag_differs<T>(found: &Result<T, Error>) -> bool {
    matches!(found, Err(Error::Protocol(text)) if text.contains("nothing that was said"))
}

#[tokio::test]
async fn a_mailbox_that_counts_no_changes_is_told_as_a_whole() {
    let imap = imap(
        GREETING,
        &[
            LOG_IN,
            (
                "SELECT",
                "* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\n* OK [NOMODSEQ] x\r\n% OK\r\n",
            ),
            ("UID SEARCH", "* ESEARCH (TAG \"x\") UID ALL 4,8\r\n% OK\r\n"),
            ("UID FETCH 4", "* 1 FETCH (UID 4 FLAGS () RFC822.SIZE 5)\r\n% OK\r\n"),
            (
                "UID FETCH 8",
                "* 2 FETCH (UID 8 FLAGS (\\Seen) RFC822.SIZE 5)\r\n* 9 FETCH (UID 7 FLAGS ())\r\n% OK\r\n",
            ),
        ],
    )
    .await;
    let inbox = collection("INBOX");
    let first = imap.changes(&kari(), &inbox, None, 1).await.unwrap();
    assert!(first.more && first.complete && first.changes.len() == 1, "{first:?}");
    let second = imap.changes(&kari(), &inbox, Some(&first.cursor), 1).await.unwrap();
    assert!(!second.more && second.changes.len() == 1, "{second:?}");
    let again = imap.changes(&kari(), &inbox, Some(&second.cursor), 1).await;
    assert!(matches!(again, Err(Error::CursorExpired)), "{again:?}");
}

#[tokio::test]
async fn a_structure_that_cannot_be_told_is_read_from_the_message() {
    let imap = imap(
        GREETING,
        &[
            LOG_IN,
            ("SELECT", "* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\n% OK\r\n"),
            (
                "BODYSTRUCTURE",
                "* 1 FETCH (UID 4 BODYSTRUCTURE NIL BODY[HEADER]<0> {4}\r\n\r\n\r\n)\r\n* 2 FETCH (UID 8 BODYSTRUCTURE ((\r\n% OK\r\n",
            ),
            ("FETCH 4 (UID BODY.PEEK[]", "* 1 FETCH (UID 4 BODY[]<0> {30}\r\nContent-Type: TEXT/HTML\r\n\r\nx\r\n)\r\n% OK\r\n"),
            ("FETCH 8 (UID BODY.PEEK[]", "* 2 FETCH (BODY[]<0> {3}\r\na\r\n UID 8)\r\n% OK\r\n"),
        ],
    )
    .await;
    let ids = ["5.4".to_owned(), "5.8".to_owned()];
    let outlines = imap.outlines(&kari(), &collection("INBOX"), &ids).await.unwrap();
    let told: Vec<String> = outlines.iter().map(|outline| outline.structure.media_type()).collect();
    assert_eq!(told, ["text/html", "text/plain"]);
}

#[tokio::test]
async fn a_hostile_server_costs_neither_time_nor_memory() {
    const SELECT: Line = ("SELECT", "* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\n% OK\r\n");
    const SCRIPTS: &[(&str, &[Line])] = &[
        ("HTTP/1.1 400 Bad Request\r\n", &[]),
        ("* PREAUTH root\r\n", &[]),
        ("* BYE too busy\r\n", &[]),
        (GREETING, &[("LOGIN", "endless")]),
        (GREETING, &[("LOGIN", "hang up")]),
        (GREETING, &[LOG_IN, ("SELECT", "* OK [UIDVALIDITY 0] x\r\n% OK\r\n")]),
        (GREETING, &[LOG_IN, SELECT, ("UID", "* 1 FETCH (FLAGS {99999999999}\r\n")]),
        (GREETING, &[LOG_IN, SELECT, ("UID", "* 1 FETCH (FLAGS {18446744073709551615}\r\n")]),
        (GREETING, &[LOG_IN, SELECT, ("UID", "X9 OK somebody else's\r\n")]),
        (GREETING, &[LOG_IN, SELECT, ("UID", "+ go on\r\n")]),
        (GREETING, &[LOG_IN, SELECT, ("UID", "* ESEARCH UID ALL nonsense\r\n% OK\r\n")]),
        (GREETING, &[LOG_IN, SELECT, ("UID", "* BYE\r\n")]),
    ];
    for (greeting, script) in SCRIPTS {
        let imap = imap(greeting, script).await;
        let (user, inbox) = (kari(), collection("INBOX"));
        let asked = imap.changes(&user, &inbox, None, 10);
        let told = tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap();
        assert!(
            matches!(told, Err(Error::Protocol(_) | Error::Later { .. })),
            "{greeting} {script:?}: {told:?}"
        );
    }
}

#[tokio::test]
async fn nothing_that_is_said_before_tls_is_believed_after_it() {
    const SCRIPT: &[Line] = &[("STARTTLS", "% OK begin\r\n* OK [CAPABILITY IMAP4rev1] injected\r\n")];
    let port = server(GREETING, SCRIPT).await;
    let url = format!("imap+starttls://127.0.0.1:{port}");
    let trust = Trust { verify: false, authority: None };
    let imap = Imap::new(Settings { url, trust, ..settings(port, Kind::Password) }).unwrap();
    let told = imap.check_log_in(&kari()).await;
    assert!(matches!(told, Err(Error::Protocol(_) | Error::Later { .. })), "{told:?}");
    let none = server(GREETING, &[]).await;
    let url = format!("imap+starttls://127.0.0.1:{none}");
    let trust = Trust { verify: false, authority: None };
    let imap = Imap::new(Settings { url, trust, ..settings(none, Kind::Password) }).unwrap();
    let told = imap.check_log_in(&kari()).await;
    assert!(matches!(told, Err(Error::Protocol(_))), "{told:?}");
}

#[tokio::test]
async fn a_line_that_breaks_at_the_end_leaves_it_open_whether_mail_is_sent() {
    const BREAKS: &[Line] = &[
        ("EHLO", "250-mail\r\n250 AUTH=PLAIN LOGIN\r\n"),
        ("AUTH PLAIN", "235 in\r\n"),
        ("MAIL FROM:<kari@fjord.example>\r\n", "250 ok\r\n"),
        ("RCPT", "250 ok\r\n"),
        ("DATA", "354 go on\r\n"),
        (".\r\n", "hang up"),
        ("", ""),
    ];
    let smtp = async |script| {
        let url = format!("smtp://127.0.0.1:{}", server("220 mail\r\n", script).await);
        let settings = smtp::Settings { url, log_in: smtp::Who::Same };
        smtp::Smtp::new(settings, &Trust { verify: true, authority: None }).unwrap()
    };
    let envelope =
        Envelope { from: "kari@fjord.example".to_owned(), to: vec!["ola@fjord.example".to_owned()] };
    let own = || LogIn::PerUser.credentials(&kari(), Kind::Password);
    let source = Source::Bytes(b"Subject: x\r\n\r\ny\r\n");
    let told = smtp(BREAKS).await.submit(own, &envelope, source, ready()).await;
    assert!(matches!(told, Ok(Handed::Unsure(_))), "{told:?}");
    const BUSY: &[Line] =
        &[("EHLO", "250-mail\r\n250 AUTH PLAIN\r\n"), ("AUTH", "235 in\r\n"), ("MAIL", "451 later\r\n")];
    let told = smtp(BUSY).await.submit(own, &envelope, source, ready()).await;
    assert!(matches!(told, Err(Error::Later { .. })), "{told:?}");
    const ENDLESS: &[Line] = &[("EHLO", "endless")];
    let told = smtp(ENDLESS).await.submit(own, &envelope, source, ready()).await;
    assert!(matches!(told, Err(Error::Protocol(_))), "{told:?}");
}
