//! One connection, from its first request to its end. hyper speaks HTTP on it, except while a phone waits for news.
//!
//! hyper keeps 16 kB of buffers for as long as a request is being answered. A phone may wait for an hour, and most phones
//! wait most of the time: so the line is taken out of hyper then, and only the line is kept. When there is an answer
//! hyper gets the line back, with a request in front of it that stands for the one that has waited.

use std::convert::Infallible;
use std::future::pending;
use std::future::poll_fn;
use std::pin::Pin;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::task::Poll;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::Version;
use axum::http::header::CONNECTION;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWrite;

use super::Answer;
use super::Front;
use super::active_sync::Later;
use super::origin::Origin;
use super::patience::Patient;
use super::patience::Traffic;

/// What hyper may buffer of a request's body that is not being read.
const BUFFER: usize = 64 * 1024;

/// Serves a connection until one side ends it.
pub(super) async fn serve<T: Stream>(front: &Front, stream: T, origin: Origin) {
    let traffic = Traffic::default();
    let stream = Patient::new(stream, front.inner.app.config().limits.head_time, traffic.clone());
    let mut talk = Talk { stream, answer: None };
    // Boxed: what one of the two needs does not stay while the other one runs.
    while let Some(wait) = Box::pin(talk.until_one_waits(front, &traffic, origin)).await {
        let Some(answered) = Box::pin(wait.until_answered(front)).await else { return };
        talk = answered;
    }
}

/// What a connection runs over, with TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection in hyper's hands.
struct Talk<T> {
    stream: Patient<T>,
    /// The answer to the request that comes first.
    answer: Option<Box<Response<Body>>>,
}

/// A connection whose client waits for an answer.
struct Wait<T> {
    stream: Patient<T>,
    /// What the client sent after its request.
    early: Vec<u8>,
    parked: Parked,
}

/// A request on its way out of hyper.
struct Parked {
    stand_in: Vec<u8>,
    later: Later,
}

impl<T: Stream> Talk<T> {
    /// Answers request after request; none when the connection has ended.
    async fn until_one_waits(self, front: &Front, traffic: &Traffic, origin: Origin) -> Option<Wait<T>> {
        let app = &front.inner.app;
        let limits = &app.config().limits;
        let (first, parking) = (Mutex::new(self.answer), Arc::new(Mutex::new(None)));
        let service = service_fn(|request| {
            traffic.set_busy(true);
            let (front, traffic, parking) = (front.clone(), traffic.clone(), Arc::clone(&parking));
            let ready = take(&first);
            // hyper keeps room for this future in every connection: it shall be a pointer.
            Box::pin(async move {
                let response = match ready {
                    Some(response) => *response,
                    None => answer(front, request, origin, &parking).await,
                };
                traffic.set_busy(false);
                Ok::<_, Infallible>(response)
            })
        });
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle_time)
            .max_header_size(limits.head)
            .max_buf_size(BUFFER.max(limits.head))
            .serve_connection(TokioIo::new(self.stream), service);
        let mut stopping = pin!(app.stopping());
        let mut is_stopping = false;
        let parked = loop {
            let parked = tokio::select! {
                biased;
                ended = &mut connection => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    return None;
                }
                // Filled by the line above, in this task: it needs no waking.
                parked = poll_fn(|_| may_leave(traffic, &parking)) => Some(parked),
                () = stopping.as_mut(), if !is_stopping => None,
            };
            match parked {
                Some(parked) => break parked,
                None => {
                    is_stopping = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let parts = connection.into_parts();
        // Copied, for its buffer is what we want to be rid of.
        Some(Wait { stream: parts.io.into_inner(), early: parts.read_buf.to_vec(), parked })
    }
}

/// Answers a request; one that waits is parked instead, and hyper hears no more of it.
async fn answer(
    front: Front,
    request: Request<Incoming>,
    origin: Origin,
    parking: &Mutex<Option<Parked>>,
) -> Response<Body> {
    let version = request.version();
    let wishes: Vec<HeaderValue> = request.headers().get_all(CONNECTION).iter().cloned().collect();
    match front.answer(request, origin).await {
        Answer::Now(response) => response,
        Answer::Later(later) => {
            let stand_in = stand_in(version, &wishes);
            *parking.lock().unwrap_or_else(PoisonError::into_inner) = Some(Parked { stand_in, later });
            pending().await
        }
    }
}

/// A request that wants its connection kept or closed as another one did. Nobody reads more of it.
fn stand_in(version: Version, wishes: &[HeaderValue]) -> Vec<u8> {
    let mut head = format!("GET / {version:?}\r\n").into_bytes();
    for wish in wishes {
        head.extend_from_slice(b"connection: ");
        head.extend_from_slice(wish.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// The parked request, once hyper has nothing left to send: what it holds of an answer before is lost with it.
fn may_leave(traffic: &Traffic, parking: &Mutex<Option<Parked>>) -> Poll<Parked> {
    if !traffic.is_sent() {
        return Poll::Pending;
    }
    take(parking).map_or(Poll::Pending, Poll::Ready)
}

fn take<V>(place: &Mutex<Option<V>>) -> Option<V> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl<T: Stream> Wait<T> {
    /// Waits for the answer; none when the client hangs up before.
    async fn until_answered(self, front: &Front) -> Option<Talk<T>> {
        let Self { mut stream, mut early, parked: Parked { stand_in, later } } = self;
        let mut answer = pin!(later.answer(front));
        let response = loop {
            let mut byte = [0];
            tokio::select! {
                biased;
                response = answer.as_mut() => break response,
                // Who sends more is there, and has to wait; then one byte is as much as we want of it.
                read = stream.read(&mut byte), if early.is_empty() => match read {
                    Ok(1..) => early.extend(byte),
                    Ok(0) | Err(_) => return None,
                },
            }
        };
        stream.put_back([stand_in, early].concat());
        Some(Talk { stream, answer: Some(Box::new(response)) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;
    use std::time::Instant;

    use tokio::io::AsyncWriteExt as _;
    use tokio::io::DuplexStream;
    use tokio::io::duplex;
    use wbxml::Document;

    use super::*;
    use crate::app::App;
    use crate::auth;
    use crate::config::Config;
    use crate::connections::Connectors;
    use crate::model::id::AccountId;
    use crate::model::id::OrganisationId;
    use crate::store::account;
    use crate::store::account::Account;

    async fn app(folder: &std::path::Path) -> App {
        let mut config = Config::default();
        config.store.data = folder.to_owned();
        config.store.url = format!("sqlite:{}/lomme.db", folder.display());
        let app = App::open(config, Connectors::new()).await.unwrap();
        let account = Account {
            id: AccountId(1),
            organisation: OrganisationId(1),
            email: "kari@fjord.example".to_owned(),
            name: "Kari".to_owned(),
            password: Some(auth::hash("lomme").await.unwrap()),
            is_administrator: false,
            zone: None,
            is_disabled: false,
            has_factor: false,
        };
        let mut tx = app.store().begin().await.unwrap();
        account::create(&mut tx, &account, app.now()).await.unwrap();
        tx.commit().await.unwrap();
        app
    }

    /// A connection with room for so many bytes on their way.
    fn connect(app: &App, room: usize) -> DuplexStream {
        let (phone, server) = duplex(room);
        let front = Front::new(app.clone());
        let origin = Origin::new("127.0.0.1".parse().unwrap(), true);
        tokio::spawn(async move { serve(&front, server, origin).await });
        phone
    }

    fn request(method: &str, command: &str, more: &str, xml: &str) -> Vec<u8> {
        let body = if xml.is_empty() { Vec::new() } else { Document::from_xml(xml).unwrap().encode() };
        let head = format!(
            "{method} /Microsoft-Server-ActiveSync?Cmd={command}&User=kari&DeviceId=D1&DeviceType=T HTTP/1.1\r\n\
             host: x\r\nauthorization: Basic a2FyaTpsb21tZQ==\r\nms-asprotocolversion: 14.1\r\n{more}\
             content-length: {}\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body].concat()
    }

    #[tokio::test]
    async fn what_is_not_sent_yet_is_sent_before_a_phone_is_parked() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path()).await;
        let mut answer = Vec::new();
        let first = r#"<FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>"#;
        let mut phone = connect(&app, 64 * 1024);
        phone.write_all(&request("POST", "FolderSync", "connection: close\r\n", first)).await.unwrap();
        phone.read_to_end(&mut answer).await.unwrap();

        let ping = r#"<Ping xmlns="Ping"><HeartbeatInterval>600</HeartbeatInterval><Folders><Folder><Id>2</Id>
            <Class>Contacts</Class></Folder></Folders></Ping>"#;
        // hyper reads on after an answer to a request whose body nobody wanted, before that answer is sent.
        let both = [request("OPTIONS", "", "", ping), request("POST", "Ping", "", ping)].concat();
        let mut phone = connect(&app, 64);
        tokio::time::timeout(Duration::from_secs(30), phone.write_all(&both)).await.unwrap().unwrap();
        let start = Instant::now();
        while app.waiters().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(30), "nobody waits");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        app.stop();
        answer.clear();
        let rest = phone.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(30), rest).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&answer);
        let (options, ping) = text.split_once("\r\n\r\n").unwrap();
        assert!(options.contains("ms-asprotocolcommands") && ping.starts_with("HTTP/1.1 200 OK"), "{text}");
    }

    #[test]
    fn a_stand_in_wants_its_connection_kept_or_closed_as_the_request_did() {
        let wishes = [HeaderValue::from_static("close")];
        assert_eq!(stand_in(Version::HTTP_11, &wishes), b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n");
        assert_eq!(stand_in(Version::HTTP_10, &[]), b"GET / HTTP/1.0\r\n\r\n");
    }
}
