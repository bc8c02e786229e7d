//! One conversation with an SMTP server: lines and replies (RFC 5321 4). Knows no message.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::connector::Error;
use crate::connector::Result;
use crate::connector::sasl::Credentials;
use crate::connector::sasl::Mechanism;
use crate::connector::wire::Wire;

/// RFC 5321 4.5.3.1.5 has 512 bytes; servers say more.
const LINE: usize = 4096;

/// Lines of one reply; a hostile server does not say more.
const LINES: usize = 200;

/// What of a reply goes on to people.
const TEXT: usize = 300;

/// RFC 5321 4.5.3.2.6: a server may look for viruses before it takes a message.
const TAKEN_WITHIN: Duration = Duration::from_secs(600);

/// The goodbye is courtesy.
const QUIT_WITHIN: Duration = Duration::from_secs(1);

/// Who we are: nobody that could be looked up, and servers that take log-ins do not ask.
const HELLO: &str = "[127.0.0.1]";

/// A connection to a server.
#[derive(Debug)]
pub struct Conversation {
    wire: Wire,
    /// What it can, by name, with what it says about it.
    offers: BTreeMap<String, String>,
}

/// What it says to one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// How it went.
    pub code: u16,
    /// Each line without the code.
    pub lines: Vec<String>,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.lines.join(" ");
        let text: String = text.chars().filter(|c| !c.is_control()).take(TEXT).collect();
        write!(f, "{} {text}", self.code)
    }
}

impl Conversation {
    /// Begins where nothing has to be heard first: after STARTTLS.
    pub fn over(wire: Wire) -> Self {
        Self { wire, offers: BTreeMap::new() }
    }

    /// Begins by hearing the greeting, and says who we are.
    pub async fn greet(wire: Wire) -> Result<Self> {
        let mut conversation = Self::over(wire);
        conversation.wire.start();
        let greeting = conversation.hear().await?;
        if greeting.code != 220 {
            return Err(Error::Later { after: None, message: greeting.to_string() });
        }
        conversation.hello().await?;
        Ok(conversation)
    }

    /// What is left when the line goes on with TLS.
    pub fn into_wire(self) -> Wire {
        self.wire
    }

    /// Says who we are and learns what the server can.
    pub async fn hello(&mut self) -> Result<()> {
        let reply = self.say(&format!("EHLO {HELLO}")).await?;
        if reply.code != 250 {
            return Err(Error::Later { after: None, message: reply.to_string() });
        }
        let words = |line: &String| {
            // Old servers write `AUTH=PLAIN`.
            let line = line.to_ascii_uppercase().replacen('=', " ", 1);
            let (name, rest) = line.split_once(' ').unwrap_or((&line, ""));
            (name.to_owned(), rest.to_owned())
        };
        self.offers = reply.lines.iter().skip(1).map(words).collect();
        Ok(())
    }

    /// Whether the server can it.
    pub fn offers(&self, extension: &str) -> bool {
        self.offers.contains_key(extension)
    }

    /// Says a line and hears the reply.
    pub async fn say(&mut self, line: &str) -> Result<Reply> {
        self.wire.start();
        self.wire.write(format!("{line}\r\n").as_bytes()).await?;
        self.hear().await
    }

    /// Sends content.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.start();
        self.wire.write(bytes).await
    }

    /// Ends the content. The inner error: it was said, and what became of it is not known.
    pub async fn end_content(&mut self) -> Result<std::result::Result<Reply, String>> {
        self.wire.start();
        // A piece of the last line may have come through, but no server takes a message by a piece.
        self.wire.write(b".\r\n").await?;
        self.wire.wait_for(TAKEN_WITHIN, TAKEN_WITHIN);
        Ok(self.hear().await.map_err(|error| error.to_string()))
    }

    /// Says goodbye, and does not wait long.
    pub async fn quit(&mut self) {
        self.wire.wait_for(QUIT_WITHIN, QUIT_WITHIN);
        if self.wire.write(b"QUIT\r\n").await.is_ok() {
            let _ = self.hear().await;
        }
    }

    async fn hear(&mut self) -> Result<Reply> {
        let wrong = || Error::Protocol("this is no SMTP server".to_owned());
        let mut reply = Reply::default();
        for _ in 0..LINES {
            let line = self.wire.line(LINE).await?;
            let code = line.get(..3).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
            reply.code = code.filter(|code| (200..600).contains(code)).ok_or_else(wrong)?;
            let text = line.get(4..).unwrap_or_default();
            reply.lines.push(String::from_utf8_lossy(text).trim().to_owned());
            if line.get(3) != Some(&b'-') {
                return Ok(reply);
            }
        }
        Err(wrong())
    }

    /// Logs in (RFC 4954).
    pub async fn log_in(&mut self, credentials: &Credentials) -> Result<()> {
        let offered = self.offers.get("AUTH").cloned().unwrap_or_default();
        let mechanism = Mechanism::choose(credentials, |name| offered.split(' ').any(|it| it == name));
        let message = "the server offers no way to log in that this log-in allows";
        let mechanism = mechanism.ok_or_else(|| Error::LogIn(message.to_owned()))?;
        let mut words = mechanism.words(credentials).into_iter();
        let mut command = format!("AUTH {}", mechanism.name());
        if mechanism != Mechanism::Login
            && let Some(word) = words.next()
        {
            command = format!("{command} {word}");
        }
        let mut reply = self.say(&command).await?;
        while reply.code == 334 {
            // Asked though all is said: the reason of a refusal, which is to be heard before the refusal itself.
            let word = words.next();
            let is_last = word.is_none();
            reply = self.say(&word.unwrap_or_default()).await?;
            if is_last {
                break;
            }
        }
        match reply.code {
            200..=299 => Ok(()),
            400..=499 => Err(Error::Later { after: None, message: reply.to_string() }),
            _ => Err(Error::LogIn(reply.to_string())),
        }
    }
}
