//! Handing mail over for delivery (RFC 6409 over RFC 5321). Keeps no queue and no connection.
//!
//! lettre was looked at: it stops at the first recipient that is refused and does not say which it was, reads replies
//! of any length, and takes a message as a slice or from what blocks. The rest of it is what `wire` and `sasl` do
//! for IMAP already.

pub mod body;
pub mod conversation;

use super::Error;
use super::Result;
use super::mail::Envelope;
use super::mail::Handed;
use super::mail::Ready;
use super::mail::Refusal;
use super::sasl::Credentials;
use super::sasl::Kind;
use super::source::Source;
use super::web::Trust;
use super::web::Unusable;
use super::wire::Address;
use super::wire::Security;
use super::wire::Server;
use super::wire::Service;
use body::Content;
use conversation::Conversation;
use conversation::Reply;

/// What a server speaks that mail is handed over to.
pub const SMTP: Service = Service { scheme: "smtp", tls_port: 465, port: 587 };

/// Where mail is handed over, and who does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The server, as `smtp+starttls://mail.example`.
    pub url: String,
    /// Who logs in.
    pub log_in: Who,
}

/// Who hands mail over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Who reads it.
    Same,
    /// One log-in for all mail.
    Relay(Credentials),
    /// Nobody logs in: the server trusts this machine.
    Nobody,
}

impl Who {
    /// One log-in for all mail.
    pub fn relay(name: &str, password: &str) -> Self {
        let (name, secret) = (name.to_owned(), password.to_owned());
        Self::Relay(Credentials { on_behalf_of: None, name, secret, kind: Kind::Password })
    }
}

/// A server that takes mail.
#[derive(Clone, Debug)]
pub struct Smtp {
    server: Server,
    log_in: Who,
}

impl Smtp {
    /// Sets it up without asking the server anything.
    pub fn new(settings: Settings, trust: &Trust) -> std::result::Result<Self, Unusable> {
        let server = Server::new(Address::parse(&settings.url, SMTP)?, trust)?;
        Ok(Self { server, log_in: settings.log_in })
    }

    /// Hands a message over. `own` is the log-in of who reads it.
    pub async fn submit(
        &self,
        own: impl FnOnce() -> Result<Credentials>,
        envelope: &Envelope,
        source: Source<'_>,
        ready: Ready<'_>,
    ) -> Result<Handed> {
        let content = body::look(source).await?;
        let mut server = self.open().await?;
        match &self.log_in {
            Who::Same => server.log_in(&own()?).await?,
            Who::Relay(credentials) => server.log_in(credentials).await?,
            Who::Nobody => {}
        }
        let handed = hand_over(&mut server, envelope, (source, content), ready).await;
        server.quit().await;
        handed
    }

    async fn open(&self) -> Result<Conversation> {
        let mut server = Conversation::greet(self.server.connect().await?).await?;
        if self.server.security() == Security::StartTls {
            server.say("STARTTLS").await?.expect(2)?;
            let wire = self.server.secure(server.into_wire()).await?;
            server = Conversation::over(wire);
            server.hello().await?;
        }
        Ok(server)
    }
}

async fn hand_over(
    server: &mut Conversation,
    envelope: &Envelope,
    (source, content): (Source<'_>, Content),
    ready: Ready<'_>,
) -> Result<Handed> {
    let has_utf8 = server.offers("SMTPUTF8");
    let mut parameters = String::new();
    if server.offers("8BITMIME") && content.is_8bit {
        parameters.push_str(" BODY=8BITMIME");
    }
    let is_utf8 =
        content.has_8bit_header || !envelope.from.is_ascii() || !envelope.to.iter().all(|to| to.is_ascii());
    if has_utf8 && is_utf8 {
        parameters.push_str(" SMTPUTF8");
    }
    if server.offers("SIZE") {
        parameters.push_str(&format!(" SIZE={}", content.size));
    }
    if !can_be_said(&envelope.from, has_utf8) && !envelope.from.is_empty() {
        return Err(Error::Refused("the sender's address cannot be written".to_owned()));
    }
    server.say(&format!("MAIL FROM:<{}>{parameters}", envelope.from)).await?.expect(2)?;
    let mut refused = Vec::new();
    for recipient in &envelope.to {
        if let Some(refusal) = invite(server, recipient, has_utf8).await? {
            refused.push(refusal);
        }
    }
    if refused.len() == envelope.to.len() {
        return Ok(Handed::Over(refused));
    }
    server.say("DATA").await?.expect(3)?;
    body::send(server, source).await?;
    ready.await?;
    match server.end_content().await? {
        Ok(reply) => reply.expect(2).map(|_| Handed::Over(refused)),
        Err(reason) => Ok(Handed::Unsure(reason)),
    }
}

async fn invite(server: &mut Conversation, recipient: &str, has_utf8: bool) -> Result<Option<Refusal>> {
    let refusal = |is_final, reply| Some(Refusal { recipient: recipient.to_owned(), is_final, reply });
    if !can_be_said(recipient, has_utf8) {
        return Ok(refusal(true, "the server takes no such address".to_owned()));
    }
    let reply = server.say(&format!("RCPT TO:<{recipient}>")).await?;
    Ok(match reply.code {
        200..=299 => None,
        // The server closes the line (RFC 5321 3.8).
        421 => return Err(reply.into_error()),
        code => refusal((500..600).contains(&code), reply.to_string()),
    })
}

/// Whether an address can stand in a command and is nothing else.
fn can_be_said(address: &str, has_utf8: bool) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>".contains(c);
    !address.is_empty() && address.chars().all(is_plain) && (has_utf8 || address.is_ascii())
}

impl Reply {
    /// An end that is not of this kind, as the core knows errors.
    fn expect(self, first_digit: u16) -> Result<Self> {
        if self.code / 100 == first_digit { Ok(self) } else { Err(self.into_error()) }
    }

    fn into_error(self) -> Error {
        let message = self.to_string();
        match self.code {
            // RFC 4954 6: nobody is logged in, or may not be.
            530 | 534 | 535 | 538 => Error::LogIn(message),
            500..=504 => Error::Protocol(message),
            505..=599 => Error::Refused(message),
            _ => Error::Later { after: None, message },
        }
    }
}
