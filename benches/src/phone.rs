//! A phone of version 16.1 that does what a benchmark tells it, over a connection that stays. No hyper: little is needed.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::ClientConfig;
use rustls::DigitallySignedStruct;
use rustls::Error;
use rustls::SignatureScheme;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wbxml::Document;
use wbxml::Element;
use wbxml::Limits;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::contacts;
use wbxml::folderhierarchy;
use wbxml::ping;

use crate::server;

/// The folder of contacts that every account has.
pub const CONTACTS: usize = 2;

/// A phone on its line.
pub struct Phone {
    line: Box<dyn Line>,
    head: String,
}

/// What a Sync came to.
#[derive(Debug)]
pub struct Synced {
    /// The key to ask with next.
    pub key: String,
    /// Items that came.
    pub items: usize,
    /// Whether there are more.
    pub has_more: bool,
    /// The size of the answer.
    pub bytes: usize,
}

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl Phone {
    /// A phone of an account over HTTP.
    pub async fn plain(address: SocketAddr, account: usize, device: &str) -> Self {
        Self::of(address, &server::account(account), device).await
    }

    /// A phone of a user over HTTP.
    pub async fn of(address: SocketAddr, user: &str, device: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { line: Box::new(stream), head: head(user, device) }
    }

    /// A phone of an account over HTTPS.
    pub async fn encrypted(tls: &TlsConnector, address: SocketAddr, account: usize, device: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::from(address.ip());
        let stream = tls.connect(name, stream).await.unwrap();
        Self { line: Box::new(stream), head: head(&server::account(account), device) }
    }

    /// Goes on as another phone of the account, over the same line.
    pub fn become_device(&mut self, account: usize, device: &str) {
        self.head = head(&server::account(account), device);
    }

    /// Asks and waits for the answer's body.
    pub async fn post(&mut self, command: &str, body: &[u8]) -> Vec<u8> {
        let mut request =
            format!("POST /Microsoft-Server-ActiveSync?Cmd={command}{}", self.head).into_bytes();
        request.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        request.extend_from_slice(body);
        self.line.write_all(&request).await.unwrap();
        self.line.flush().await.unwrap();
        let mut answer = Vec::new();
        let end = loop {
            let read = self.line.read_buf(&mut answer).await.unwrap();
            assert!(read > 0, "the server closed the line");
            if let Some(at) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let mut body = answer.split_off(end);
        let head = String::from_utf8(answer).unwrap().to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().parse().unwrap();
        while body.len() < length {
            assert!(self.line.read_buf(&mut body).await.unwrap() > 0, "the server closed the line");
        }
        body
    }

    /// Asks for the list of folders: the id and name of each.
    pub async fn folders(&mut self) -> Vec<(usize, String)> {
        let mut writer = Writer::new();
        writer.open(folderhierarchy::FOLDER_SYNC);
        writer.number(folderhierarchy::SYNC_KEY, 0);
        let answer = self.post("FolderSync", &writer.finish()).await;
        let document = Document::decode(answer, &Limits::default()).unwrap();
        assert_eq!(document.root().child(folderhierarchy::STATUS).unwrap().text(), "1");
        let changes = document.root().child(folderhierarchy::CHANGES).unwrap();
        let text = |folder: Element<'_>, tag| folder.child(tag).unwrap().text().to_owned();
        let added = changes.children().filter(|child| child.tag() == folderhierarchy::ADD);
        let folders = added.map(|folder| {
            let id = text(folder, folderhierarchy::SERVER_ID).parse().unwrap();
            (id, text(folder, folderhierarchy::DISPLAY_NAME))
        });
        folders.collect()
    }

    /// Syncs a folder; nothing back means that nothing is new.
    pub async fn sync(&mut self, body: &[u8]) -> Option<Synced> {
        let answer = self.post("Sync", body).await;
        let bytes = answer.len();
        if bytes == 0 {
            return None;
        }
        let limits = Limits { size: usize::MAX, elements: usize::MAX, ..Limits::default() };
        let document = Document::decode(answer, &limits).unwrap();
        let collections = document.root().child(airsync::COLLECTIONS).unwrap();
        let collection = collections.child(airsync::COLLECTION).unwrap();
        assert_eq!(collection.child(airsync::STATUS).unwrap().text(), "1");
        Some(Synced {
            key: collection.child(airsync::SYNC_KEY).unwrap().text().to_owned(),
            items: collection.child(airsync::COMMANDS).map_or(0, |commands| commands.children().count()),
            has_more: collection.has(airsync::MORE_AVAILABLE),
            bytes,
        })
    }

    /// The first key for a folder.
    pub async fn first_key(&mut self, folder: usize) -> String {
        self.sync(&sync("0", folder, 100, |_| {})).await.unwrap().key
    }

    /// Everything in a folder, from key 0 on: how many items, how many bytes, and the key in the end.
    pub async fn sync_all(&mut self, folder: usize, window: usize) -> (usize, usize, String) {
        let mut key = self.first_key(folder).await;
        let (mut items, mut bytes) = (0, 0);
        loop {
            let Some(synced) = self.sync(&sync(&key, folder, window, |_| {})).await else { break };
            (items, bytes, key) = (items + synced.items, bytes + synced.bytes, synced.key);
            if !synced.has_more {
                break;
            }
        }
        (items, bytes, key)
    }

    /// Adds contacts with a note of so many bytes, and the key that follows.
    pub async fn add_contacts(&mut self, key: &str, numbers: std::ops::Range<usize>, note: usize) -> String {
        let body = sync(key, CONTACTS, 100, |writer| {
            writer.container(airsync::COMMANDS, |writer| {
                for number in numbers.clone() {
                    writer.container(airsync::ADD, |writer| {
                        writer.number(airsync::CLIENT_ID, number);
                        writer.container(airsync::APPLICATION_DATA, |writer| contact(writer, number, note));
                    });
                }
            });
        });
        self.sync(&body).await.unwrap().key
    }

    /// Waits for news of a folder of contacts; whether there is any.
    pub async fn ping(&mut self, folder: usize, seconds: usize) -> bool {
        self.wait(&[folder], "Contacts", seconds).await
    }

    /// Waits for news of folders of a class; whether there is any.
    pub async fn wait(&mut self, folders: &[usize], class: &str, seconds: usize) -> bool {
        let mut writer = Writer::new();
        writer.open(ping::PING);
        writer.number(ping::HEARTBEAT_INTERVAL, seconds);
        writer.container(ping::FOLDERS, |writer| {
            for folder in folders {
                writer.container(ping::FOLDER, |writer| {
                    writer.number(ping::ID, *folder);
                    writer.text(ping::CLASS, class);
                });
            }
        });
        let answer = self.post("Ping", &writer.finish()).await;
        let document = Document::decode(answer, &Limits::default()).unwrap();
        match document.root().child(ping::STATUS).unwrap().text() {
            "1" => false,
            "2" => true,
            status => unreachable!("Ping came to Status {status}"),
        }
    }
}

/// A Sync of one folder, as phones ask it.
pub fn sync(key: &str, folder: usize, window: usize, commands: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.open(airsync::SYNC);
    writer.container(airsync::COLLECTIONS, |writer| {
        writer.container(airsync::COLLECTION, |writer| {
            writer.text(airsync::SYNC_KEY, key);
            writer.number(airsync::COLLECTION_ID, folder);
            if key != "0" {
                writer.number(airsync::GET_CHANGES, 1);
                writer.number(airsync::WINDOW_SIZE, window);
                writer.container(airsync::OPTIONS, |writer| {
                    writer.container(airsyncbase::BODY_PREFERENCE, |writer| {
                        writer.number(airsyncbase::TYPE, 1);
                        writer.number(airsyncbase::TRUNCATION_SIZE, 32_768);
                    });
                });
            }
            commands(writer);
        });
    });
    writer.finish()
}

/// A contact as people keep them, about 500 bytes without its note.
fn contact(writer: &mut Writer, number: usize, note: usize) {
    writer.container(airsyncbase::BODY, |writer| {
        writer.number(airsyncbase::TYPE, 1);
        writer.text(airsyncbase::DATA, &"Møtt på messen i Trondheim. ".repeat(note / 28 + 1));
    });
    writer.text(contacts::BUSINESS_ADDRESS_CITY, "Oslo");
    writer.text(contacts::BUSINESS_PHONE_NUMBER, &format!("+47 22 {number:06}"));
    writer.text(contacts::COMPANY_NAME, "Nordlys Eiendom AS");
    writer.text(contacts::DEPARTMENT, "Forvaltning");
    writer.text(contacts::EMAIL1_ADDRESS, &format!("fornavn.etternavn{number}@nordlys.example"));
    writer.text(contacts::FILE_AS, &format!("Etternavn {number}, Fornavn"));
    writer.text(contacts::FIRST_NAME, "Fornavn");
    writer.text(contacts::LAST_NAME, &format!("Etternavn {number}"));
    writer.text(contacts::JOB_TITLE, "Prosjektleder");
    writer.text(contacts::MOBILE_PHONE_NUMBER, &format!("+47 900 {number:05}"));
    writer.text(contacts::BUSINESS_ADDRESS_STREET, "Dronning Eufemias gate 16");
    writer.text(contacts::BUSINESS_ADDRESS_POSTAL_CODE, "0191");
    writer.text(contacts::WEB_PAGE, "https://nordlys.example/");
}

/// What does not change from one request of a phone to the next.
fn head(user: &str, device: &str) -> String {
    let log_in = BASE64_STANDARD.encode(format!("{user}:{}", server::PASSWORD));
    format!(
        "&User={user}&DeviceId={device}&DeviceType=Bench HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic {log_in}\
         \r\nms-asprotocolversion: 16.1\r\nuser-agent: Bench/1.0\r\ncontent-type: application/vnd.ms-sync.wbxml\r\n"
    )
}

/// TLS that takes the certificate which the server made itself.
pub fn tls() -> TlsConnector {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
