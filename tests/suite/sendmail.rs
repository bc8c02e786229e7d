//! Phones of old and new versions that write, answer and forward mail, over real servers on both sides.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use lomme::connector::Collection;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Query;
use lomme::model::content::Content;
use lomme::model::id::FolderId;
use lomme::model::id::server_id;
use lomme::model::message::Message;
use lomme::notify::Waiters;
use lomme::store::Store;
use lomme::store::account;
use lomme::store::item;
use reqwest::Method;
use wbxml::Writer;
use wbxml::composemail as tag;

use crate::exim::Exim;
use crate::fresh;
use crate::imap;
use crate::killed;
use crate::killed::Program;
use crate::mail_server;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::sending;
use crate::sending::ACCOUNT;
use crate::sending::Post;

const WITHIN: Duration = Duration::from_secs(60);
const INBOX: FolderId = FolderId(5);

/// A message that a phone sends, and all it says with it.
#[derive(Clone, Default)]
pub(crate) struct Letter<'a> {
    command: &'a str,
    client_id: &'a str,
    is_kept: bool,
    is_replaced: bool,
    /// The folder and item that it answers.
    source: Option<&'a str>,
    mime: String,
}

impl Letter<'_> {
    pub(crate) fn new(client_id: &'static str, mime: &str) -> Self {
        let mime = mime.replace('\n', "\r\n");
        Self { command: "SendMail", client_id, is_kept: true, mime, ..Self::default() }
    }

    pub(crate) async fn send(&self, wire: &Wire) -> Answer {
        if wire.version >= wbxml::Version::V14_0 {
            return Answer::to(wire.command(self.command).body(self.document())).await;
        }
        let source = self.source.map(|id| format!("&CollectionId=5&ItemId={id}")).unwrap_or_default();
        let kept = if self.is_kept { "&SaveInSent=T" } else { "" };
        let request = wire.command_with(self.command, &format!("{source}{kept}"), "message/rfc822");
        Answer::to(request.body(self.mime.clone())).await
    }

    fn document(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(match self.command {
            "SmartReply" => tag::SMART_REPLY,
            "SmartForward" => tag::SMART_FORWARD,
            _ => tag::SEND_MAIL,
        });
        writer.text(tag::CLIENT_ID, self.client_id);
        if let Some(id) = self.source {
            writer.container(tag::SOURCE, |writer| {
                writer.text(tag::FOLDER_ID, "5");
                writer.text(tag::ITEM_ID, id);
            });
        }
        if self.is_kept {
            writer.empty(tag::SAVE_IN_SENT_ITEMS);
        }
        if self.is_replaced {
            writer.empty(tag::REPLACE_MIME);
        }
        writer.opaque(tag::MIME, self.mime.as_bytes());
        writer.finish()
    }
}

fn phone(post: &Post, version: &str) -> Wire {
    Wire::new(&post.server.url(""), "kari", version)
}

#[track_caller]
fn assert_taken(answer: &Answer) {
    assert_eq!((answer.status, answer.body.len()), (200, 0), "{answer:?}");
}

/// What a phone hears from 14.0 on.
#[track_caller]
fn status(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    Node::read(&answer.body).told("Status").to_owned()
}

/// Puts a message into the inbox; its name for phones.
async fn received(post: &Post, text: &str) -> String {
    post.dovecot.program().append("INBOX", "", text);
    let (imap, user) = (imap::imap(&post.dovecot), imap::kari());
    let inbox: Collection = imap::collection("INBOX");
    let id = imap.find(&user, &inbox, &Query::default()).await.unwrap().remove(0);
    let mut tx = post.app().store().begin().await.unwrap();
    // A pull may have been quicker.
    let known = item::by_remote_id(&mut tx, ACCOUNT, INBOX, &id).await.unwrap();
    let item = match known {
        Some(row) => row.version.meta.item,
        None => {
            let now = post.app().now();
            let content = Content::Message(Message { received_at: Some(now), ..Message::default() });
            let etag = item_etag(&imap, &id).await;
            let new =
                item::New { content: &content, writer: None, remote_id: Some(&id), etag: Some(&etag), now };
            item::create(&mut tx, ACCOUNT, INBOX, new).await.unwrap().0
        }
    };
    tx.commit().await.unwrap();
    server_id(INBOX, item)
}

async fn item_etag(imap: &lomme::connector::imap::Imap, id: &str) -> String {
    use lomme::connector::Connector as _;
    let found = imap.fetch(&imap::kari(), &imap::collection("INBOX"), &[id.to_owned()]).await.unwrap();
    found[0].etag.clone()
}

/// Ends when the only message in the inbox has that flag.
async fn flagged(post: &Post, flag: &str) {
    let deadline = Instant::now() + WITHIN;
    loop {
        let mut program = post.dovecot.program();
        program.say("SELECT INBOX");
        let flags = program.say("FETCH 1 FLAGS");
        if flags.contains(flag) {
            return;
        }
        assert!(Instant::now() < deadline, "{flags} {:?}", post.log().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

const MAIL: &str = "From: \"Boss\" <boss@elsewhere.example>\nTo: Ola <ola@fjord.example>\nBcc: liv@fjord.example\n\
    Subject: Bl\u{e5}b\u{e6}r\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
    Content-Transfer-Encoding: 8bit\n\nF\u{f8}rst\n.\n..to\n";

#[tokio::test]
async fn what_a_phone_writes_arrives_byte_for_byte_and_is_kept() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    for (count, version) in (1..).zip(["2.5", "12.1", "14.0", "16.1"]) {
        let wire = phone(&post, version);
        let options = Answer::to(wire.request(Method::OPTIONS, "/Microsoft-Server-ActiveSync")).await;
        let commands = options.headers["ms-asprotocolcommands"].to_str().unwrap().to_owned();
        assert!(commands.contains(",SendMail,SmartForward,SmartReply,"), "{commands}");
        assert_taken(&Letter::new("1", MAIL).send(&wire).await);
        for recipient in ["ola@fjord.example", "liv@fjord.example"] {
            for mail in exim.mail(recipient, count).await {
                let (header, body) = mail.split_once("\n\n").unwrap();
                assert_eq!(body, "F\u{f8}rst\n.\n..to\n", "{mail}");
                assert!(header.contains("\nFrom: \"Kari Nordmann\" <kari@fjord.example>\n"), "{mail}");
                assert!(header.contains("\nSubject: =?utf-8?B?QmzDpWLDpnI=?=\n"), "{mail}");
                assert!(header.contains("\nDate: ") && header.contains("\nMessage-ID: <"), "{mail}");
                assert!(!header.contains("Bcc") && !header.contains("boss@"), "{mail}");
            }
        }
        for sent in post.mailbox("Sent", count).await {
            assert!(sent.contains("\r\nBcc: liv@fjord.example\r\n\r\nF\u{f8}rst\r\n"), "{sent}");
        }
    }
    let unkept = Letter { is_kept: false, ..Letter::new("2", &MAIL.replace("ola@", "per@")) };
    assert_taken(&unkept.send(&phone(&post, "14.1")).await);
    assert_eq!(exim.mail("per@fjord.example", 1).await.len(), 1);
    post.settled().await;
    assert_eq!(post.mailbox("Sent", 4).await.len(), 4);
}

/// Quirk sent-again.
#[tokio::test]
async fn a_message_that_is_sent_again_because_the_answer_was_lost_is_sent_once() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    for (count, version) in (1..).zip(["12.1", "14.1"]) {
        let wire = phone(&post, version);
        let letter = Letter::new("7", MAIL);
        // At once, and twice over.
        let (one, two) = tokio::join!(letter.send(&wire), letter.send(&wire));
        assert_taken(&one);
        assert_taken(&two);
        assert_taken(&letter.send(&wire).await);
        post.settled().await;
        assert_taken(&letter.send(&wire).await);
        let another = Letter { mime: letter.mime.replace("ola@", "per@"), ..letter };
        assert_taken(&another.send(&wire).await);
        post.settled().await;
        assert_eq!(exim.mail("per@fjord.example", count).await.len(), count);
        assert_eq!(exim.mail("ola@fjord.example", count).await.len(), count, "{version}");
        assert_eq!(post.mailbox("Sent", 2 * count).await.len(), 2 * count);
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_as_each_version_knows_it() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let (old, new) = (phone(&post, "12.1"), phone(&post, "16.1"));
    let nobody = Letter::new("1", "Subject: x\n\ny");
    assert_eq!(status(&nobody.send(&new).await), "119");
    assert_eq!(nobody.send(&old).await.status, 400);
    let empty = Letter::new("2", "");
    assert_eq!(status(&empty.send(&new).await), "107");
    assert_eq!(empty.send(&old).await.status, 400);
    for source in ["5:999", "5:x", "100:1"] {
        let reply = Letter { command: "SmartReply", source: Some(source), ..Letter::new("3", MAIL) };
        assert_eq!(status(&reply.send(&new).await), "150", "{source}");
    }
    let gone = Letter { command: "SmartForward", source: Some("5:999"), ..Letter::new("3", MAIL) };
    assert_eq!(gone.send(&old).await.status, 500);
    // WBXML in a version that sends the message itself, and a document without a message.
    assert_eq!(Answer::to(old.command("SendMail").body(nobody.document())).await.status, 400);
    let mut writer = Writer::new();
    writer.open(tag::SEND_MAIL);
    writer.text(tag::CLIENT_ID, "4");
    assert_eq!(status(&Answer::to(new.command("SendMail").body(writer.finish())).await), "103");
    let mut writer = Writer::new();
    writer.open(tag::SEND_MAIL);
    writer.text(tag::CLIENT_ID, "5");
    writer.text(tag::ACCOUNT_ID, "another");
    writer.opaque(tag::MIME, MAIL.as_bytes());
    assert_eq!(status(&Answer::to(new.command("SendMail").body(writer.finish())).await), "166");
    let ola = Wire { user: "ola".to_owned(), ..new };
    assert_eq!(status(&Letter::new("6", MAIL).send(&ola).await), "123");
    post.settled().await;
    assert_eq!(exim.mail("ola@fjord.example", 0).await.len(), 0);
}

const ORIGINAL: &str = "From: Ola <ola@fjord.example>\nTo: kari@fjord.example\nSubject: Lunch\nMessage-ID: <1@fjord.example>\n\
    MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain; charset=utf-8\n\
    Content-Transfer-Encoding: 8bit\n\n\u{c6}?\n--m\nContent-Type: application/pdf; name=r.pdf\n\
    Content-Disposition: attachment; filename=r.pdf\nContent-Transfer-Encoding: base64\n\nUERG\n--m--\n";

#[tokio::test]
async fn an_answer_quotes_its_original_which_is_marked() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let id = received(&post, ORIGINAL).await;
    for (count, version) in (1..).zip(["12.1", "16.1"]) {
        let mime = "To: ola@fjord.example\nSubject: Re: Lunch\n\nYes.\n";
        let reply = Letter { command: "SmartReply", source: Some(&id), ..Letter::new("1", mime) };
        assert_taken(&reply.send(&phone(&post, version)).await);
        for mail in exim.mail("ola@fjord.example", count).await {
            assert!(mail.contains("\nIn-Reply-To: <1@fjord.example>\n"), "{mail}");
            assert!(mail.contains("-----Original Message-----") && !mail.contains("UERG"), "{mail}");
        }
    }
    flagged(&post, "\\Answered").await;
    let whole = "To: per@fjord.example\nSubject: Re: Lunch\n\nAll of it.\n";
    let replaced =
        Letter { command: "SmartReply", source: Some(&id), is_replaced: true, ..Letter::new("2", whole) };
    assert_taken(&replaced.send(&phone(&post, "16.1")).await);
    let mail = exim.mail("per@fjord.example", 1).await.remove(0);
    assert!(mail.ends_with("\n\nAll of it.\n"), "{mail}");
}

#[tokio::test]
async fn what_is_forwarded_brings_its_attachments_from_the_mailbox() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    // Longer than a piece of the store, and than one of the mail server.
    let line = format!("{}\n", "QUJD".repeat(19));
    let original = ORIGINAL.replace("UERG\n", &line.repeat(12_000));
    let id = received(&post, &original).await;
    for (count, version) in (1..).zip(["12.1", "16.1"]) {
        let mime = "To: ola@fjord.example\nSubject: Fwd: Lunch\n\nSee.\n";
        let forward = Letter { command: "SmartForward", source: Some(&id), ..Letter::new("1", mime) };
        assert_taken(&forward.send(&phone(&post, version)).await);
        for mail in exim.mail("ola@fjord.example", count).await {
            assert!(mail.contains("See.") && mail.contains("r.pdf"), "{version}");
            assert_eq!(mail.matches(&line).count(), 12_000, "{version}");
        }
    }
    post.settled().await;
    assert_eq!(post.mailbox("Sent", 2).await.len(), 2);
    flagged(&post, "$Forwarded").await;
}

/// The program as it is installed, with a mailbox for Kari.
pub(crate) struct Installed {
    pub(crate) program: Program,
    pub(crate) dovecot: Dovecot,
    _folder: tempfile::TempDir,
}

impl Installed {
    pub(crate) async fn start(smtp: u16) -> Self {
        let dovecot = Dovecot::start();
        let folder = tempfile::tempdir().unwrap();
        let url = fresh::database(folder.path()).await;
        let more = format!("[[connection]]\nevery = \"1s\"\n{}", sending::connection(dovecot.port, smtp));
        let program = Program::with(folder.path(), "node", &url, &more);
        killed::add_account(&program);
        let connect = ["account", "connect", KARI, "mail", "--user", KARI];
        let mut child = killed::command(&program.folder, &connect);
        let mut child = child.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(mail_server::PASSWORD.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        let store = Store::open(&url, Waiters::default()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let kari = account::by_email(&mut tx, KARI).await.unwrap().unwrap();
        sending::tie(&mut tx, kari.id).await;
        tx.commit().await.unwrap();
        store.close().await;
        Self { program, dovecot, _folder: folder }
    }

    pub(crate) fn phone(&self, version: &str) -> Wire {
        Wire::new(&format!("http://127.0.0.1:{}", self.program.port), "kari", version)
    }

    /// Ends when so many copies are kept.
    async fn kept(&self, count: usize) {
        let deadline = Instant::now() + WITHIN;
        while !self.dovecot.program().say("STATUS Sent (MESSAGES)").contains(&format!("MESSAGES {count}")) {
            assert!(Instant::now() < deadline, "no copy was kept");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_message_that_was_taken_outlives_the_program() {
    let port = mail_server::free_port();
    let mut installed = Installed::start(port).await;
    let letter = Letter::new("1", MAIL);
    assert_taken(&letter.send(&installed.phone("16.1")).await);
    installed.program.kill();
    let exim = Exim::at(port);
    installed.program.restart();
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
    // What was asked for is remembered as well.
    assert_taken(&letter.send(&installed.phone("16.1")).await);
    installed.kept(1).await;
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_large_message_is_never_in_memory_as_a_whole() {
    let exim = Exim::start();
    let installed = Installed::start(exim.port).await;
    for (count, version) in [(1, "12.1"), (3, "16.1")] {
        let wire = installed.phone(version);
        assert_taken(&Letter::new("1", MAIL).send(&wire).await);
        installed.kept(count).await;
        let before = installed.program.most_memory();
        let line = format!("{}\n", "x".repeat(76));
        let large =
            Letter::new("2", &format!("To: per@fjord.example\nSubject: Stor\n\n{}", line.repeat(340_000)));
        assert_taken(&large.send(&wire).await);
        installed.kept(count + 1).await;
        let grown = installed.program.most_memory().saturating_sub(before);
        // Most of it is what the database keeps of its pages.
        assert!(grown * 1024 < large.mime.len(), "{grown} kB more than {before} kB");
        for mail in exim.mail("per@fjord.example", count.div_ceil(2)).await {
            assert_eq!(mail.matches(&line).count(), 340_000);
        }
    }
}
