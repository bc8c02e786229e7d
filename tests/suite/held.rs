//! The line of a phone while a request of its waits for news: what else comes over it, and how it ends. What a wait is
//! answered with is told in `conformance.rs`.

use std::time::Duration;
use std::time::Instant;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const CONTACTS: &str = "2";
/// A test that waits for longer has failed; no story needs a moment of it.
const PATIENCE: Duration = Duration::from_secs(30);
const NEXT: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A phone of Kari's that is in step with the contacts.
async fn in_step(address: &str, device: &str) -> Phone {
    let wire = Wire::new(address, "kari", "14.1");
    let mut phone = Phone::new(Wire { device: device.to_owned(), ..wire });
    phone.sync_folders().await;
    phone.sync(CONTACTS).await;
    phone
}

/// Somebody else changes something.
async fn news(server: &Server) {
    let mut other = in_step(&server.url(""), "OTHER").await;
    other.add(CONTACTS, "<contacts:FirstName>Liv</contacts:FirstName>").await;
}

/// A command of that phone's in bytes.
fn request(command: &str, protocol: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /Microsoft-Server-ActiveSync?Cmd={command}&User=kari&DeviceId=PHONE&DeviceType=FjordPhone {protocol}\r\n\
         Host: x\r\nAuthorization: Basic a2FyaTpsb21tZS1kZW1v\r\nMS-ASProtocolVersion: 14.1\r\nUser-Agent: Fjord/1.0\r\n{headers}\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn ping(protocol: &str, headers: &str) -> Vec<u8> {
    let inner = format!(
        "<HeartbeatInterval>600</HeartbeatInterval><Folders><Folder><Id>{CONTACTS}</Id><Class>Contacts</Class>\
         </Folder></Folders>"
    );
    request("Ping", protocol, headers, &document("Ping:Ping", &inner))
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.addresses.plain.unwrap()).await.unwrap()
}

async fn until_waiting(server: &Server, number: usize) {
    let start = Instant::now();
    while server.app.waiters().len() != number {
        assert!(start.elapsed() < PATIENCE, "{} wait", server.app.waiters().len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// All that comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn what_a_phone_asks_while_it_waits_is_answered_after_its_ping() {
    let server = Server::start().await;
    let mut phone = in_step(&server.url(""), "PHONE").await;
    // All at once, or piece by piece while the Ping waits.
    for pieces in [&[][..], &[1], &[1, 2, 10]] {
        let mut stream = connect(&server).await;
        let (mut bytes, mut next) = (ping("HTTP/1.1", ""), NEXT);
        if pieces.is_empty() {
            bytes.extend_from_slice(next);
            next = &[];
        }
        stream.write_all(&bytes).await.unwrap();
        until_waiting(&server, 1).await;
        for piece in pieces {
            let (now, later) = next.split_at(*piece);
            stream.write_all(now).await.unwrap();
            next = later;
        }
        news(&server).await;
        stream.write_all(next).await.unwrap();
        let answer = rest(&mut stream).await;
        let (first, second) = answer.rsplit_once("HTTP/1.1 200 OK").unwrap();
        assert!(
            first.starts_with("HTTP/1.1 200 OK") && first.contains("application/vnd.ms-sync"),
            "{answer}"
        );
        assert!(second.ends_with("ready\n"), "{answer}");
        phone.sync(CONTACTS).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_connection_ends_after_a_ping_if_the_phone_said_so() {
    let server = Server::start().await;
    let mut phone = in_step(&server.url(""), "PHONE").await;
    for (protocol, headers) in [("HTTP/1.1", "Connection: close\r\n"), ("HTTP/1.0", "")] {
        let mut stream = connect(&server).await;
        stream.write_all(&ping(protocol, headers)).await.unwrap();
        until_waiting(&server, 1).await;
        news(&server).await;
        let answer = rest(&mut stream).await;
        assert!(answer.contains(" 200 OK\r\n") && answer.contains("content-length: "), "{answer}");
        phone.sync(CONTACTS).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_phone_that_hangs_up_while_it_waits_leaves_nothing() {
    let server = Server::start().await;
    let phone = in_step(&server.url(""), "PHONE").await;
    let mut pinging = connect(&server).await;
    pinging.write_all(&ping("HTTP/1.1", "")).await.unwrap();
    until_waiting(&server, 1).await;
    drop(pinging);
    until_waiting(&server, 0).await;
    let key = &phone.books[CONTACTS].key;
    let inner = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{CONTACTS}</CollectionId></Collection>\
         </Collections><HeartbeatInterval>600</HeartbeatInterval>"
    );
    let mut syncing = connect(&server).await;
    let wait = request("Sync", "HTTP/1.1", "", &document("AirSync:Sync", &inner));
    syncing.write_all(&wait).await.unwrap();
    until_waiting(&server, 1).await;
    // What it has half said does not hold its place.
    syncing.shutdown().await.unwrap();
    until_waiting(&server, 0).await;
    server.stop().await;
}

#[tokio::test]
async fn a_phone_that_waits_is_answered_when_the_program_stops() {
    let server = Server::start().await;
    in_step(&server.url(""), "PHONE").await;
    let mut stream = connect(&server).await;
    stream.write_all(&ping("HTTP/1.1", "")).await.unwrap();
    until_waiting(&server, 1).await;
    let (answer, ()) = tokio::join!(rest(&mut stream), server.stop());
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn a_phone_waits_again_and_again_over_tls() {
    let server = Server::start().await;
    let mut phone = in_step(&server.tls_url(""), "PHONE").await;
    let folders = [CONTACTS.to_owned()];
    for round in 1..=3 {
        let (told, ()) = tokio::join!(phone.ping(600, &folders), async {
            until_waiting(&server, 1).await;
            news(&server).await;
        });
        assert_eq!(told, ("2".to_owned(), folders.to_vec()));
        phone.sync(CONTACTS).await;
        assert_eq!(phone.book(CONTACTS).items.len(), round);
    }
    server.stop().await;
}
