//! A line to a mail server: its address, TLS, bounded reading, deadlines. Speaks no protocol.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Buf as _;
use bytes::Bytes;
use bytes::BytesMut;
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio::time::timeout;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;

use crate::connector::Error;
use crate::connector::Result;
use crate::connector::trust;
use crate::connector::web::Trust;
use crate::connector::web::Unusable;

/// A server that does not take a connection by now will not; the TLS handshake is part of it.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Between two pieces of an answer.
const SILENT_AT_MOST: Duration = Duration::from_secs(30);

/// For a whole answer, however it trickles.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// What is read at a time. A held IDLE costs this much.
const READ: usize = 4096;

/// How what is said is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before the log-in, or no log-in.
    StartTls,
    /// Nothing does.
    Plain,
}

/// Where a mail server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// How what is said is kept from others.
    pub security: Security,
    /// Its name, which its certificate has to state.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// What a server speaks, and where it does so unless stated.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The scheme of its addresses.
    pub scheme: &'static str,
    /// The port with TLS from the first byte.
    pub tls_port: u16,
    /// The port otherwise.
    pub port: u16,
}

impl Address {
    /// Reads `imaps://host`, `imap+starttls://host:port`, and `imap://host` on this machine. Who trusts the network
    /// in between has to say so: `imap+plain://host`.
    pub fn parse(text: &str, service: Service) -> std::result::Result<Self, Unusable> {
        let wrong = || Unusable::Server { address: text.to_owned(), scheme: service.scheme };
        let url = Url::parse(text).map_err(|_| wrong())?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if host.is_empty() || !is_bare || !["", "/"].contains(&url.path()) {
            return Err(wrong());
        }
        let is_loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let rest = url.scheme().strip_prefix(service.scheme).ok_or_else(wrong)?;
        let security = match rest {
            "s" => Security::Tls,
            "+starttls" => Security::StartTls,
            "+plain" => Security::Plain,
            "" if is_loopback => Security::Plain,
            "" => return Err(Unusable::PlainServer { address: text.to_owned(), scheme: service.scheme }),
            _ => return Err(wrong()),
        };
        let usual = if security == Security::Tls { service.tls_port } else { service.port };
        Ok(Self { security, host, port: url.port().unwrap_or(usual) })
    }
}

/// A mail server that can be connected to.
#[derive(Clone)]
pub struct Server {
    address: Address,
    /// None where no TLS is spoken: this machine's authorities need not even be there.
    tls: Option<TlsConnector>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl Server {
    /// Prepares for it; asks nobody.
    pub fn new(address: Address, trust: &Trust) -> std::result::Result<Self, Unusable> {
        let tls = match address.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => Some(TlsConnector::from(trust::tls(trust)?)),
        };
        Ok(Self { address, tls })
    }

    /// How what is said is kept from others.
    pub fn security(&self) -> Security {
        self.address.security
    }

    /// Connects, with TLS at once if the address says so.
    pub async fn connect(&self) -> Result<Wire> {
        let connecting = TcpStream::connect((self.address.host.as_str(), self.address.port));
        let stream = timeout(CONNECT_WITHIN, connecting).await.map_err(|_| late("cannot connect in time"))?;
        let stream = stream.map_err(|error| late(&format!("cannot connect: {error}")))?;
        // Commands are small and wait for their answers.
        let _ = stream.set_nodelay(true);
        let wire = Wire::over(Box::new(stream));
        if self.address.security == Security::Tls { self.secure(wire).await } else { Ok(wire) }
    }

    /// Goes on with TLS, after STARTTLS.
    pub async fn secure(&self, wire: Wire) -> Result<Wire> {
        // What came before TLS began may be somebody else's: it would be taken for the server's later answer.
        if wire.has_more() {
            return Err(Error::Protocol("something was said between STARTTLS and TLS".to_owned()));
        }
        let name = ServerName::try_from(self.address.host.clone()).ok();
        let (Some(tls), Some(name)) = (&self.tls, name) else {
            return Err(Error::Protocol("the server's name cannot be in a certificate".to_owned()));
        };
        let handshake = timeout(CONNECT_WITHIN, tls.connect(name, wire.stream));
        let stream = handshake.await.map_err(|_| late("no TLS in time"))?;
        Ok(Wire::over(Box::new(stream.map_err(|error| late(&format!("no TLS: {error}")))?)))
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// A connection to a mail server.
pub struct Wire {
    stream: Box<dyn Stream>,
    read: BytesMut,
    until: Instant,
    silent: Duration,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire(…)")
    }
}

impl Wire {
    fn over(stream: Box<dyn Stream>) -> Self {
        let until = Instant::now() + ANSWER_WITHIN;
        Self { stream, read: BytesMut::new(), until, silent: SILENT_AT_MOST }
    }

    /// Starts the time for the next answer.
    pub fn start(&mut self) {
        self.wait_for(ANSWER_WITHIN, SILENT_AT_MOST);
    }

    /// The time for the next answer, where it is a special one.
    pub fn wait_for(&mut self, answer: Duration, silent: Duration) {
        self.until = Instant::now() + answer;
        self.silent = silent;
    }

    /// Whether something was read that nobody asked for yet.
    pub fn has_more(&self) -> bool {
        !self.read.is_empty()
    }

    /// Reads a line without its end, of at most `max` bytes.
    pub async fn line(&mut self, max: usize) -> Result<Bytes> {
        let mut searched = 0;
        loop {
            let unseen = self.read.get(searched..).unwrap_or_default();
            if let Some(at) = unseen.iter().position(|byte| *byte == b'\n') {
                let mut line = self.read.split_to(searched + at).freeze();
                self.read.advance(1);
                if line.ends_with(b"\r") {
                    line.truncate(line.len() - 1);
                }
                return Ok(line);
            }
            searched = self.read.len();
            if searched > max {
                return Err(Error::Protocol(format!("a line of more than {max} bytes")));
            }
            self.fill().await?;
        }
    }

    /// Reads so many bytes into `out`.
    pub async fn take(&mut self, mut length: usize, out: &mut BytesMut) -> Result<()> {
        out.reserve(length);
        loop {
            let piece = length.min(self.read.len());
            out.extend_from_slice(self.read.get(..piece).unwrap_or_default());
            self.read.advance(piece);
            length -= piece;
            if length == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<()> {
        self.read.reserve(READ);
        let until = self.until.min(Instant::now() + self.silent);
        let read = timeout_at(until, self.stream.read_buf(&mut self.read)).await;
        match read.map_err(|_| late("no answer in time"))? {
            Ok(0) => Err(late("the server closed the connection")),
            Ok(_) => Ok(()),
            Err(error) => Err(broken(&error)),
        }
    }

    /// Sends; what is written is on its way when this returns.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        let until = self.until.min(Instant::now() + self.silent);
        timeout_at(until, writing)
            .await
            .map_err(|_| late("nothing is taken"))?
            .map_err(|error| broken(&error))
    }
}

fn late(message: &str) -> Error {
    Error::Later { after: None, message: message.to_owned() }
}

fn broken(error: &io::Error) -> Error {
    late(&format!("the connection broke: {error}"))
}

#[cfg(test)]
mod tests {
    use super::Address;
    use super::Service;

    const IMAP: Service = Service { scheme: "imap", tls_port: 993, port: 143 };

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        let read = Address::parse(text, IMAP);
        let read = read.map(|it| format!("{:?} {} {}", it.security, it.host, it.port));
        assert_eq!(read.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn an_address_says_how_the_log_in_is_kept_secret() {
        reads("imaps://mail.example", "Tls mail.example 993");
        reads("imaps://mail.example:1993/", "Tls mail.example 1993");
        reads("imap+starttls://mail.example", "StartTls mail.example 143");
        reads("imap+plain://dovecot:10143", "Plain dovecot 10143");
        reads("imap://127.0.0.1:10143", "Plain 127.0.0.1 10143");
        reads("imap://[::1]", "Plain ::1 143");
        reads(
            "imap://mail.example",
            "imap://mail.example would send passwords in the open: write imaps:// or imap+starttls://, or \
             imap+plain:// if nobody else can listen",
        );
    }

    #[test]
    fn what_is_no_address_is_told_what_one_looks_like() {
        let texts = ["mail.example", "https://mail.example", "imaps://", "imaps://kari:secret@mail.example"];
        for text in texts.into_iter().chain(["imaps://mail.example/INBOX", "imapx://mail.example"]) {
            reads(text, &format!("{text} is no address such as imaps://mail.example"));
        }
    }
}
