//! What large files cost in memory: fetched from an IMAP server, and sent over an SMTP server.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use benches::number;
use benches::server::Home;
use benches::server::PASSWORD;
use benches::server::Server;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::itemoperations as tag;

use crate::exim::Exim;
use crate::home;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;

/// How a file is fetched.
const WAYS: [&str; 3] = ["GetAttachment", "ItemOperations, in the document", "ItemOperations, behind it"];

/// Fetches and sends a file of 25 MB (`MEGABYTES`).
pub(crate) async fn measure() {
    let megabytes = number("MEGABYTES", 25);
    let (dovecot, exim) = (Dovecot::start(), Exim::start());
    let home = home(&dovecot, &exim);
    let small = received(&dovecot, 1);
    let large = received(&dovecot, megabytes);
    for (way, name) in WAYS.into_iter().enumerate() {
        // A process of its own: what was the most is the most.
        let server = home.serve();
        let start = Instant::now();
        while fetch(&server, way, &small).await.is_none() {
            assert!(start.elapsed() < Duration::from_mins(1), "the mailbox does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let before = server.memory("VmHWM");
        let start = Instant::now();
        let bytes = fetch(&server, way, &large).await.unwrap_or_default();
        let took = start.elapsed();
        assert!(bytes > megabytes * 1024 * 1024, "only {bytes} bytes came");
        println!(
            "{megabytes} MB fetched by {}: {} kB more than the most before ({before} kB), {} ms",
            name,
            server.memory("VmHWM").saturating_sub(before),
            took.as_millis(),
        );
        server.stop();
    }
    send(&home, &exim, megabytes).await;
}

/// Puts a message with a file of so many megabytes into the inbox; what phones call the file.
fn received(dovecot: &Dovecot, megabytes: usize) -> String {
    let mut program = dovecot.program();
    program.append("INBOX", "", &message(megabytes));
    let selected = program.say("SELECT INBOX");
    let after = |mark: &str| -> u32 {
        let (_, rest) = selected.split_once(mark).unwrap();
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let id = format!("{}.{}", after("UIDVALIDITY "), after("UIDNEXT ") - 1);
    format!("5:~{}:2", BASE64_URL_SAFE_NO_PAD.encode(id))
}

fn message(megabytes: usize) -> String {
    let line = BASE64_STANDARD.encode([0xA5; 57]);
    let mut text = format!(
        "From: {KARI}\nTo: ola@fjord.example\nSubject: Large\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nSee.\n--m\n\
         Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=a.pdf\n\
         Content-Transfer-Encoding: base64\n\n"
    );
    for _ in 0..=megabytes * 1024 * 1024 / 57 {
        writeln!(text, "{line}").unwrap();
    }
    text.push_str("--m--\n");
    text
}

/// How many bytes came; none if there is no such file yet.
async fn fetch(server: &Server, way: usize, reference: &str) -> Option<usize> {
    if way == 0 {
        let more = format!("&AttachmentName={reference}");
        return post(server.plain, ("GetAttachment", &more), "12.1", "", b"").await;
    }
    let mut writer = Writer::new();
    writer.open(tag::ITEM_OPERATIONS);
    writer.open(tag::FETCH);
    writer.text(tag::STORE, "Mailbox");
    writer.text(airsyncbase::FILE_REFERENCE, reference);
    let parts = if way == 2 { "ms-asacceptmultipart: T\r\n" } else { "" };
    let came = post(server.plain, ("ItemOperations", ""), "14.1", parts, &writer.finish()).await;
    // A status alone is short.
    came.filter(|bytes| *bytes > 1024)
}

/// Sends a message with a large file, and waits until the mail server has it.
async fn send(home: &Home, exim: &Exim, megabytes: usize) {
    let server = home.serve();
    let post = async |megabytes| {
        let message = message(megabytes).replace('\n', "\r\n");
        let kind = "content-type: message/rfc822\r\n";
        post(server.plain, ("SendMail", "&SaveInSent=T"), "12.1", kind, message.as_bytes()).await
    };
    assert!(post(1).await.is_some(), "the small one is refused");
    exim.mail("ola@fjord.example", 1).await;
    let before = server.memory("VmHWM");
    let start = Instant::now();
    assert!(post(megabytes).await.is_some(), "the large one is refused");
    let taken = start.elapsed();
    exim.mail("ola@fjord.example", 2).await;
    println!(
        "{megabytes} MB sent: {} kB more than the most before ({before} kB), taken after {} ms, at the mail server after {} ms",
        server.memory("VmHWM").saturating_sub(before),
        taken.as_millis(),
        start.elapsed().as_millis(),
    );
    server.stop();
}

/// Asks, and counts the bytes of the answer; none unless that is 200.
async fn post(
    address: SocketAddr,
    (command, more): (&str, &str),
    version: &str,
    headers: &str,
    body: &[u8],
) -> Option<usize> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let log_in = BASE64_STANDARD.encode(format!("{KARI}:{PASSWORD}"));
    let kind =
        if headers.contains("content-type") { "" } else { "content-type: application/vnd.ms-sync.wbxml\r\n" };
    let head = format!(
        "POST /Microsoft-Server-ActiveSync?Cmd={command}&User={KARI}&DeviceId=BENCH&DeviceType=Bench{more} HTTP/1.1\r\n\
         host: localhost\r\nauthorization: Basic {log_in}\r\nms-asprotocolversion: {version}\r\nuser-agent: Bench/1.0\r\n\
         connection: close\r\ncontent-length: {}\r\n{kind}{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut buffer = vec![0; 256 * 1024];
    let (mut count, mut start) = (0, Vec::new());
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        if read == 0 {
            break;
        }
        if start.len() < 16 {
            start.extend_from_slice(&buffer[..read.min(16)]);
        }
        count += read;
    }
    start.starts_with(b"HTTP/1.1 200 ").then_some(count)
}
