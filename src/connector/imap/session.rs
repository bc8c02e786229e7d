//! One conversation with an IMAP server: commands, their answers, what is selected. Knows no account and no item.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;

use super::command::Command;
use super::command::Part;
use super::folder_name;
use super::response;
use super::response::Condition;
use super::response::Response;
use super::response::Status;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::wire::Wire;

/// The longest line: a search in a mailbox of two million messages.
const LINE: usize = 16 * 1024 * 1024;

/// The largest answer with its literals.
const ANSWER: usize = 32 * 1024 * 1024;

/// What a server may say before a command ends.
const CONVERSATION: usize = 64 * 1024 * 1024;

/// RFC 7888: what may be sent without asking first where LITERAL- is offered.
const SMALL_LITERAL: usize = 4096;

/// A connection on which somebody is, or will be, logged in.
pub struct Session {
    wire: Wire,
    count: u32,
    capabilities: BTreeSet<String>,
    selected: Option<Selected>,
    /// Names are UTF-8 (RFC 6855).
    is_utf8: bool,
    /// Nothing is under way and the connection is whole.
    is_idle: bool,
}

/// The mailbox that is selected, as the server last told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// Its name on the wire.
    pub name: String,
    /// The numbers of messages mean nothing any more when it differs.
    pub uid_validity: u32,
    /// The number of the next message; 0: the server does not tell.
    pub uid_next: u32,
    /// How many messages there are.
    pub exists: u32,
    /// The last change (CONDSTORE); 0: not kept.
    pub last_change: u64,
    /// Whether it may only be read.
    pub is_read_only: bool,
    /// Whether new keywords may be made up.
    pub takes_keywords: bool,
    /// Those it has.
    pub flags: Vec<String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("is_idle", &self.is_idle).finish_non_exhaustive()
    }
}

/// What hears each answer before the end of a command.
pub type Listener<'a> = &'a mut (dyn FnMut(&Response) -> Result<()> + Send);

impl Session {
    /// Begins where nothing has to be heard first: after STARTTLS.
    pub fn over(wire: Wire) -> Self {
        Self { wire, count: 0, capabilities: BTreeSet::new(), selected: None, is_utf8: false, is_idle: true }
    }

    /// Begins by hearing the greeting.
    pub async fn greet(wire: Wire) -> Result<Self> {
        let mut session = Self::over(wire);
        session.is_idle = false;
        session.wire.start();
        match session.read().await? {
            // Nobody is logged in before he logs in, and TLS could not be begun any more.
            Response::Status(Status { condition: Condition::PreAuth, .. }) => {
                return Err(Error::Protocol("the server asks for no log-in".to_owned()));
            }
            Response::Status(status) => {
                session.note_status(&status);
                status.check()?;
            }
            Response::Continue(_) | Response::Numbered { .. } | Response::Data { .. } => {
                return Err(Error::Protocol("this is no IMAP server".to_owned()));
            }
        }
        session.is_idle = true;
        Ok(session)
    }

    /// What is left when the line goes on with TLS.
    pub fn into_wire(self) -> Wire {
        self.wire
    }

    /// Whether it can be used again.
    pub fn is_idle(&self) -> bool {
        self.is_idle
    }

    /// Whether the server offers it.
    pub fn offers(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Names are UTF-8 from now on.
    pub fn set_utf8(&mut self) {
        self.is_utf8 = true;
    }

    /// A mailbox's name as the server wants it.
    pub fn name_for_server(&self, name: &str) -> String {
        if self.is_utf8 { name.to_owned() } else { folder_name::encode(name) }
    }

    /// A mailbox's name as people read it.
    pub fn name_for_people(&self, name: &str) -> String {
        if self.is_utf8 { name.to_owned() } else { folder_name::decode(name) }
    }

    /// Whether texts are UTF-8 without saying so.
    pub fn is_utf8(&self) -> bool {
        self.is_utf8
    }

    /// The mailbox that is selected.
    pub fn selected(&self) -> Option<&Selected> {
        self.selected.as_ref()
    }

    /// Says a command, whose end has to be a good one.
    pub async fn run(&mut self, command: &Command) -> Result<Status> {
        self.ask(command, &mut |_| Ok(())).await
    }

    /// Says a command and hears each answer.
    pub async fn ask(&mut self, command: &Command, each: Listener<'_>) -> Result<Status> {
        let tag = self.say(command, each).await?;
        self.finish(&tag, each).await?.check()
    }

    /// Says a command and leaves its end to be heard; a refusal of one of its literals is the end already.
    pub async fn say(&mut self, command: &Command, each: Listener<'_>) -> Result<Bytes> {
        let (tag, mut out) = self.begin(command, each).await?;
        out.extend_from_slice(b"\r\n");
        self.wire.write(&out).await?;
        Ok(tag)
    }

    /// Says a command but for its last words, which are returned with its tag.
    async fn begin(&mut self, command: &Command, each: Listener<'_>) -> Result<(Bytes, Vec<u8>)> {
        self.is_idle = false;
        self.wire.start();
        self.count += 1;
        let tag = Bytes::from(format!("L{}", self.count));
        let mut out = [&tag, b" ".as_slice()].concat();
        for part in command.parts() {
            match part {
                Part::Plain(plain) => out.extend_from_slice(plain),
                Part::Literal(literal) => {
                    let is_free = self.announce(literal.len(), &mut out);
                    if !is_free {
                        self.wire.write(&out).await?;
                        out.clear();
                        self.hear_go_on(&tag, each).await?;
                    }
                    out.extend_from_slice(literal);
                }
            }
        }
        Ok((tag, out))
    }

    /// Says a command that ends with a literal of this length, which is to be written next.
    pub async fn begin_literal(
        &mut self,
        command: &Command,
        length: usize,
        each: Listener<'_>,
    ) -> Result<Bytes> {
        let (tag, mut out) = self.begin(command, each).await?;
        out.push(b' ');
        let is_free = self.announce(length, &mut out);
        self.wire.write(&out).await?;
        if !is_free {
            self.hear_go_on(&tag, each).await?;
        }
        Ok(tag)
    }

    /// Writes how long a literal is; true: it may follow at once.
    fn announce(&self, length: usize, out: &mut Vec<u8>) -> bool {
        let is_free = self.offers("LITERAL+") || self.offers("LITERAL-") && length <= SMALL_LITERAL;
        let plus = if is_free { "+" } else { "" };
        out.extend_from_slice(format!("{{{length}{plus}}}\r\n").as_bytes());
        is_free
    }

    /// Waits for `+`.
    pub async fn hear_go_on(&mut self, tag: &[u8], each: Listener<'_>) -> Result<Bytes> {
        loop {
            let response = self.read().await?;
            match &response {
                Response::Continue(text) => return Ok(text.clone()),
                Response::Status(status) if status.tag.as_deref() == Some(tag) => {
                    self.is_idle = true;
                    let wrong = || Error::Protocol("the command ended before it was said".to_owned());
                    return Err(status.clone().check().err().unwrap_or_else(wrong));
                }
                _ => self.hear(&response, each)?,
            }
        }
    }

    /// Hears answers until the command with this tag ends.
    pub async fn finish(&mut self, tag: &[u8], each: Listener<'_>) -> Result<Status> {
        let mut heard = 0;
        loop {
            let (response, length) = self.read_counted().await?;
            match &response {
                Response::Status(status) if status.tag.as_deref() == Some(tag) => {
                    self.is_idle = true;
                    self.note_status(status);
                    return Ok(status.clone());
                }
                Response::Status(Status { tag: Some(_), .. }) | Response::Continue(_) => {
                    return Err(Error::Protocol("an answer to nothing that was said".to_owned()));
                }
                _ => self.hear(&response, each)?,
            }
            heard += length;
            if heard > CONVERSATION {
                return Err(Error::Protocol("the answer does not end".to_owned()));
            }
        }
    }

    /// Hears how a log-in ends. Asked again though all is said, it says nothing more: RFC 7628 3.2.3 tells so why a
    /// token is refused.
    pub async fn finish_log_in(&mut self, tag: &[u8]) -> Result<Status> {
        const QUESTIONS: usize = 3;
        for _ in 0..QUESTIONS {
            let response = self.read().await?;
            match &response {
                Response::Status(status) if status.tag.as_deref() == Some(tag) => {
                    self.is_idle = true;
                    self.note_status(status);
                    return Ok(status.clone());
                }
                Response::Continue(_) => {
                    self.wire.write(b"\r\n").await?;
                }
                _ => self.hear(&response, &mut |_| Ok(()))?,
            }
        }
        Err(Error::Protocol("the log-in does not end".to_owned()))
    }

    /// Hears one answer, whenever it comes.
    pub async fn next(&mut self, within: Duration) -> Result<Response> {
        self.wire.wait_for(within, within);
        let response = self.read().await?;
        self.hear(&response, &mut |_| Ok(()))?;
        Ok(response)
    }

    /// Sends as it is, as part of a command that was begun.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.write(bytes).await
    }

    /// Starts the time for the next answer anew, for what takes long to send.
    pub fn restart(&mut self) {
        self.wire.start();
    }

    fn hear(&mut self, response: &Response, each: Listener<'_>) -> Result<()> {
        match response {
            Response::Status(status) => {
                if status.condition == Condition::Bye {
                    status.clone().check()?;
                }
                self.note_status(status);
            }
            Response::Data { name, rest } if name.eq_ignore_ascii_case(b"CAPABILITY") => {
                self.note_capabilities(rest);
            }
            Response::Numbered { number, name, .. } => self.note_number(*number, name),
            Response::Data { .. } | Response::Continue(_) => {}
        }
        each(response)
    }

    fn note_status(&mut self, status: &Status) {
        if let Some(capabilities) = status.code("CAPABILITY") {
            self.note_capabilities(&capabilities.clone());
        }
        let Some(selected) = &mut self.selected else { return };
        if let Some(uid_validity) = status.number("UIDVALIDITY") {
            selected.uid_validity = uid_validity;
        }
        if let Some(uid_next) = status.number("UIDNEXT") {
            selected.uid_next = uid_next;
        }
        if let Some(last_change) = status.number("HIGHESTMODSEQ") {
            selected.last_change = last_change;
        }
        if status.code("READ-ONLY").is_some() {
            selected.is_read_only = true;
        }
        if let Some(flags) = status.code("PERMANENTFLAGS") {
            let text = String::from_utf8_lossy(flags).into_owned();
            let flags = text.split([' ', '(', ')']).filter(|flag| !flag.is_empty());
            selected.flags = flags.map(str::to_owned).collect();
            selected.takes_keywords = selected.flags.iter().any(|flag| flag == "\\*");
        }
    }

    fn note_number(&mut self, number: u32, name: &[u8]) {
        let Some(selected) = &mut self.selected else { return };
        if name.eq_ignore_ascii_case(b"EXISTS") {
            selected.exists = number;
        } else if name.eq_ignore_ascii_case(b"EXPUNGE") {
            selected.exists = selected.exists.saturating_sub(1);
        }
    }

    fn note_capabilities(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        self.capabilities = text.split_ascii_whitespace().map(str::to_ascii_uppercase).collect();
    }

    /// Nothing is known of what the server offers, as after a log-in.
    pub fn forget_capabilities(&mut self) {
        self.capabilities.clear();
    }

    /// Asks what the server offers, unless it said so already.
    pub async fn learn_capabilities(&mut self) -> Result<()> {
        if self.capabilities.is_empty() {
            self.run(&Command::new("CAPABILITY")).await?;
        }
        Ok(())
    }

    /// Selects a mailbox by its name on the wire, also if it is selected: its numbers are fresh then.
    pub async fn select(&mut self, name: &str) -> Result<Selected> {
        self.selected = Some(Selected { name: name.to_owned(), ..Selected::default() });
        let command = Command::new("SELECT").text(name);
        let has_changes = self.offers("CONDSTORE");
        let command = if has_changes { command.plain(" (CONDSTORE)") } else { command };
        let told = self.run(&command).await;
        match (told, &self.selected) {
            // Few servers say why a mailbox cannot be selected; mostly it is not there.
            (Err(Error::Refused(_)), _) => {
                self.selected = None;
                Err(Error::Gone)
            }
            (Err(error), _) => {
                self.selected = None;
                Err(error)
            }
            (Ok(_), Some(selected)) if selected.uid_validity > 0 => Ok(selected.clone()),
            (Ok(_), _) => Err(Error::Protocol("a mailbox without UIDVALIDITY".to_owned())),
        }
    }

    /// Selects a mailbox unless it is selected.
    pub async fn enter(&mut self, name: &str) -> Result<Selected> {
        match &self.selected {
            Some(selected) if selected.name == name => Ok(selected.clone()),
            Some(_) | None => self.select(name).await,
        }
    }

    /// Selects nothing any more if it is this mailbox, so that it can be removed.
    pub async fn leave(&mut self, name: &str) -> Result<()> {
        if self.selected.take().is_some_and(|selected| selected.name == name) {
            let command = if self.offers("UNSELECT") { "UNSELECT" } else { "EXAMINE \"\"" };
            // Without UNSELECT, a mailbox that cannot be is asked for: the refusal leaves none selected.
            match self.run(&Command::new(command)).await {
                Ok(_) | Err(Error::Refused(_) | Error::Gone | Error::Protocol(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<Response> {
        Ok(self.read_counted().await?.0)
    }

    async fn read_counted(&mut self) -> Result<(Response, usize)> {
        let line = self.wire.line(LINE).await?;
        let whole = match announced(&line) {
            Some(length) if !response::is_free_text(&line) => self.read_literals(line, length).await?,
            Some(_) | None => line,
        };
        let not_understood = |_| Error::Protocol("an answer that is not IMAP".to_owned());
        Ok((response::read(&whole).map_err(not_understood)?, whole.len()))
    }

    async fn read_literals(&mut self, line: Bytes, mut length: usize) -> Result<Bytes> {
        let mut whole = BytesMut::from(line);
        loop {
            if whole.len().saturating_add(length) > ANSWER {
                return Err(Error::Protocol(format!("an answer of more than {ANSWER} bytes")));
            }
            whole.extend_from_slice(b"\r\n");
            self.wire.take(length, &mut whole).await?;
            let line = self.wire.line(LINE).await?;
            whole.extend_from_slice(&line);
            match announced(&line) {
                Some(next) => length = next,
                None => return Ok(whole.freeze()),
            }
        }
    }
}

/// How long the literal is that a line announces at its end.
fn announced(line: &[u8]) -> Option<usize> {
    let inner = line.strip_suffix(b"}")?;
    let start = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(start + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::announced;

    #[test]
    fn a_literal_is_announced_at_the_end_of_a_line() {
        let rows = [("* 1 FETCH (BODY[] {5}", Some(5)), ("x {5+}", Some(5)), ("x ~{0}", Some(0))];
        let none = ["", "}", "{}", "{5} ", "5}", "{-5}", "{99999999999999999999}"];
        for (line, expected) in rows.into_iter().chain(none.map(|line| (line, None))) {
            assert_eq!(announced(line.as_bytes()), expected, "{line}");
        }
    }
}
