//! What is said before any command is run: TLS, log-in, limits, bad input, and how the program stops.

use std::time::Duration;
use std::time::Instant;

use reqwest::Client;
use reqwest::Method;
use reqwest::StatusCode;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::server::PASSWORD;
use crate::server::Server;

const PATH: &str = "/Microsoft-Server-ActiveSync";
const FOLDER_SYNC: &str = "/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=kari&DeviceId=D1&DeviceType=Test";

fn client() -> Client {
    Client::builder().no_gzip().tls_danger_accept_invalid_certs(true).build().unwrap()
}

/// Sends bytes as they are and reads until the server closes, or for `patience`.
async fn raw(server: &Server, bytes: &[u8], patience: Duration) -> (String, Duration) {
    let start = Instant::now();
    let mut stream = TcpStream::connect(server.addresses.plain.unwrap()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(patience, stream.read_to_end(&mut answer)).await;
    (String::from_utf8_lossy(&answer).into_owned(), start.elapsed())
}

#[tokio::test]
async fn options_are_told_over_tls_to_who_logs_in() {
    let server = Server::start().await;
    let ask = client().request(Method::OPTIONS, server.tls_url("/MICROSOFT-server-activesync"));
    let answer = ask.basic_auth("FJORD\\Kari", Some(PASSWORD)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["ms-asprotocolversions"], "2.5,12.0,12.1,14.0,14.1,16.0,16.1");
    assert!(answer.headers()["ms-asprotocolcommands"].to_str().unwrap().contains("FolderSync"));
    assert_eq!(answer.headers()["content-length"], "0");
    server.stop().await;
}

#[tokio::test]
async fn who_does_not_log_in_is_asked_to() {
    let server = Server::start().await;
    for (name, password) in [("kari", "wrong"), ("nobody", PASSWORD)] {
        let ask = client().post(server.url(FOLDER_SYNC)).body("x").basic_auth(name, Some(password));
        let answer = ask.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers()["www-authenticate"], "Basic realm=\"Lomme\"");
    }
    let answer = client().post(server.url(FOLDER_SYNC)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    server.stop().await;
}

#[tokio::test]
async fn plain_http_is_refused_where_tls_is_demanded() {
    let server = Server::with(|config| config.server.plain_http = Some(false)).await;
    let ask = client().request(Method::OPTIONS, server.url(PATH)).basic_auth("kari", Some(PASSWORD));
    assert_eq!(ask.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let ask = client().request(Method::OPTIONS, server.tls_url(PATH)).basic_auth("kari", Some(PASSWORD));
    assert_eq!(ask.send().await.unwrap().status(), StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_request_line_without_sense_is_400_and_an_unknown_path_404() {
    let server = Server::start().await;
    for (path, status) in [
        (PATH, StatusCode::BAD_REQUEST),
        ("/Microsoft-Server-ActiveSync?%%%", StatusCode::BAD_REQUEST),
        ("/Microsoft-Server-ActiveSync?jREH", StatusCode::BAD_REQUEST),
        ("/Microsoft-Server-ActiveSync?Cmd=Dance&DeviceId=D1&DeviceType=T", StatusCode::NOT_IMPLEMENTED),
        ("/elsewhere", StatusCode::NOT_FOUND),
    ] {
        let ask = client().post(server.url(path)).header("MS-ASProtocolVersion", "14.1");
        let answer = ask.basic_auth("kari", Some(PASSWORD)).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    let answer = client().get(server.url(PATH)).basic_auth("kari", Some(PASSWORD)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413_announced_or_not() {
    let server = Server::with(|config| config.limits.body = 64 * 1024).await;
    let log_in = "Authorization: Basic a2FyaTpsb21tZS1kZW1v\r\n";
    let head = format!("POST {FOLDER_SYNC} HTTP/1.1\r\nHost: x\r\n{log_in}");
    let announced = format!("{head}Content-Length: 99999999\r\n\r\n");
    let (answer, _) = raw(&server, announced.as_bytes(), Duration::from_secs(5)).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(5));
    let (answer, _) = raw(&server, chunked.as_bytes(), Duration::from_secs(5)).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    // Whoever does not log in has less, and nothing where no body is read.
    for (path, status) in
        [("/hooks/office", "413"), ("/Autodiscover/Autodiscover.xml", "413"), ("/nowhere", "404")]
    {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        let (answer, _) =
            raw(&server, format!("{head}{}", chunk.repeat(5)).as_bytes(), Duration::from_secs(5)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_slow_body_is_408_and_a_slow_head_is_closed() {
    let server = Server::with(|config| config.limits.head_time = Duration::from_millis(300)).await;
    let head = format!(
        "POST {FOLDER_SYNC} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2FyaTpsb21tZS1kZW1v\r\nContent-Length: 9\r\n"
    );
    let (answer, took) = raw(&server, format!("{head}\r\nslow").as_bytes(), Duration::from_secs(5)).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && took < Duration::from_secs(4), "{took:?} {answer}");
    let (answer, took) = raw(&server, head.as_bytes(), Duration::from_secs(5)).await;
    assert!(!answer.contains("200") && took < Duration::from_secs(4), "{took:?} {answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_connection_may_rest_longer_than_a_head_may_take() {
    let server = Server::with(|config| {
        config.limits.head_time = Duration::from_millis(200);
        config.limits.idle_time = Duration::from_secs(2);
    })
    .await;
    let mut stream = TcpStream::connect(server.addresses.plain.unwrap()).await.unwrap();
    let mut answer = vec![0; 4096];
    for _ in 0..2 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK"));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let start = Instant::now();
    assert_eq!(stream.read(&mut answer).await.unwrap(), 0);
    assert!(start.elapsed() < Duration::from_secs(4));
    let (answer, took) = raw(&server, b"", Duration::from_secs(5)).await;
    assert!(answer.is_empty() && took < Duration::from_secs(2), "{took:?} {answer}");
    server.stop().await;
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_a_proxy_as_many_as_it_needs() {
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (proxies, is_served) in [(vec![], false), (vec!["127.0.0.1".parse().unwrap()], true)] {
        let server = Server::with(|config| {
            config.limits.connections_per_address = 2;
            config.server.proxies = proxies;
        })
        .await;
        let address = server.addresses.plain.unwrap();
        // Its places are shared by both ports.
        let first = TcpStream::connect(server.addresses.encrypted.unwrap()).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        second.read_exact(&mut [0; 16]).await.unwrap();
        let start = Instant::now();
        while !server.app.metrics().to_text(0).contains("lomme_connections 2") {
            assert!(start.elapsed() < Duration::from_secs(20), "the two are not taken");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut third = TcpStream::connect(address).await.unwrap();
        let mut answer = Vec::new();
        let _ = third.write_all(ask).await;
        let _ = third.read_to_end(&mut answer).await;
        assert_eq!(answer.starts_with(b"HTTP/1.1 200 OK"), is_served);
        // Who leaves makes room.
        drop((first, second, third));
        let start = Instant::now();
        while !raw(&server, ask, Duration::from_secs(5)).await.0.starts_with("HTTP/1.1 200 OK") {
            assert!(start.elapsed() < Duration::from_secs(20), "no room is made");
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431() {
    let server = Server::start().await;
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(40_000));
    let (answer, _) = raw(&server, long.as_bytes(), Duration::from_secs(5)).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn junk_gets_400_and_others_are_served_as_before() {
    let server = Server::start().await;
    for junk in
        [&b"\x16\x03\x01\x02\x00\x01"[..], b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n"]
    {
        let (answer, _) = raw(&server, junk, Duration::from_millis(500)).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(client().get(server.url("/healthz")).send().await.unwrap().status(), StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_device_that_changes_its_user_agent_again_and_again_has_to_wait() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for number in 0..6 {
        let ask =
            client().post(server.url("/Microsoft-Server-ActiveSync?Cmd=Dance&DeviceId=D1&DeviceType=T"));
        let ask = ask.header("MS-ASProtocolVersion", "14.1").header("User-Agent", format!("Agent {number}"));
        let ask = ask.basic_auth("kari", Some(PASSWORD));
        let answer = ask.send().await.unwrap();
        answers.push((answer.status().as_u16(), answer.headers().contains_key("retry-after")));
    }
    assert_eq!(answers[..3], [(501, false); 3]);
    assert_eq!(answers[4..], [(503, true); 2]);
    server.stop().await;
}

#[tokio::test]
async fn what_was_counted_can_be_read_from_this_machine() {
    let server = Server::start().await;
    client().post(server.url(FOLDER_SYNC)).send().await.unwrap();
    let text = client().get(server.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("lomme_requests_total{command=\"refused\",status=\"401\"} 1"), "{text}");
    let ask = client().get(server.url("/metrics")).header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(ask.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    server.stop().await;
}

#[tokio::test]
async fn a_connection_is_used_again_also_after_a_refusal() {
    let server = Server::start().await;
    let refused = format!("POST {FOLDER_SYNC} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    let twice = format!("{refused}GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (answer, _) = raw(&server, twice.as_bytes(), Duration::from_secs(5)).await;
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("HTTP/1.1 200 OK"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn the_program_stops_in_time_with_connections_open() {
    let server = Server::start().await;
    let mut idle = TcpStream::connect(server.addresses.plain.unwrap()).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 16];
    idle.read_exact(&mut answer).await.unwrap();
    let half = TcpStream::connect(server.addresses.plain.unwrap()).await.unwrap();
    let app = server.app.clone();
    let start = Instant::now();
    server.stop().await;
    assert!(app.is_stopping());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop((idle, half));
}

#[tokio::test]
async fn discovery_tells_this_server_whatever_the_letter_case() {
    let server = Server::start().await;
    let ask =
        client().post(server.tls_url("/AutoDiscover/AutoDiscover.xml")).basic_auth("kari", Some(PASSWORD));
    let answer = ask.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let url = server.tls_url("/Microsoft-Server-ActiveSync");
    let text = answer.text().await.unwrap();
    assert!(text.contains(&format!("<Url>{url}</Url>")), "{text}");
    let answer = client().post(server.tls_url("/autodiscover/autodiscover.xml")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    for path in [
        "/autodiscover/autodiscover.json?Email=kari@fjord.example&Protocol=ActiveSync",
        "/Autodiscover/Autodiscover.json/v1.0/kari@fjord.example?Protocol=ActiveSync&RedirectCount=1",
    ] {
        let answer = client().get(server.tls_url(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(answer.text().await.unwrap().contains(&url), "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_list_of_folders_is_compressed_when_and_only_when_it_is_asked_for() {
    let server = Server::start().await;
    let body = b"\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01";
    for (offer, coding) in [("gzip, deflate", Some("gzip")), ("identity", None)] {
        let ask = client().post(server.tls_url(FOLDER_SYNC)).header("MS-ASProtocolVersion", "14.1");
        let ask =
            ask.header("Accept-Encoding", offer).header("Content-Type", "application/vnd.ms-sync.wbxml");
        let answer = ask.basic_auth("kari", Some(PASSWORD)).body(body.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "application/vnd.ms-sync.wbxml");
        let found = answer.headers().get("content-encoding").map(|coding| coding.to_str().unwrap());
        assert_eq!(found, coding);
        assert!(answer.headers().contains_key("content-length"));
    }
    server.stop().await;
}
