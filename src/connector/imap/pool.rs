//! Conversations with people logged in, kept for the next question. Knows no command.
//!
//! Each log-in has few conversations at a time; further questions wait. What rests is closed after a while, and
//! whoever shows another password gets none that was opened with the right one.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::ops::DerefMut;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use sha2::Digest as _;
use sha2::Sha256;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio::time::timeout;

use super::command::Command;
use super::log_in;
use super::session::Session;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::sasl::Credentials;
use crate::connector::wire::Server;

/// Questions at a time with one log-in. Dovecot allows ten connections per user and address, Gmail fifteen in all.
const AT_A_TIME: usize = 3;

/// Mailboxes that are watched at a time with one log-in.
const WATCHES: usize = 4;

/// A question that did not get its turn by now is asked again later.
const TURN_WITHIN: Duration = Duration::from_secs(30);

/// What rests longer is closed.
const REST_AT_MOST: Duration = Duration::from_secs(120);

/// What rested longer is asked first whether it is still there.
const SURELY_THERE: Duration = Duration::from_secs(5);

/// For the answer to that.
const ALIVE_WITHIN: Duration = Duration::from_secs(5);

/// Resting conversations, of all log-ins together.
const RESTING: usize = 500;

/// From one look at what rests to the next; in between a question costs no look at all log-ins.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Conversations with one server.
pub struct Pool {
    server: Server,
    lines: Arc<Mutex<Lines>>,
}

/// All log-ins.
struct Lines {
    of: HashMap<Key, Line>,
    resting: usize,
    looked: Instant,
}

/// A log-in, without its secret.
type Key = [u8; 32];

/// What belongs to one log-in.
struct Line {
    questions: Arc<Semaphore>,
    watches: Arc<Semaphore>,
    resting: Vec<(Session, Instant)>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("server", &self.server).finish_non_exhaustive()
    }
}

/// What a conversation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Questions that are answered soon.
    Question,
    /// Waiting for what happens in a mailbox.
    Watch,
}

/// A conversation on loan; it rests again when this is dropped, if it is whole.
pub struct Loan {
    session: Option<Session>,
    key: Key,
    lines: Arc<Mutex<Lines>>,
    _turn: OwnedSemaphorePermit,
}

impl Pool {
    /// An empty one.
    pub fn new(server: Server) -> Self {
        let lines = Lines { of: HashMap::new(), resting: 0, looked: Instant::now() };
        Self { server, lines: Arc::new(Mutex::new(lines)) }
    }

    /// A conversation in which this log-in is logged in.
    pub async fn open(&self, credentials: &Credentials, purpose: Purpose) -> Result<Loan> {
        let key = key(credentials);
        let turns = self.turns(key, purpose);
        let turn = timeout(TURN_WITHIN, turns.acquire_owned()).await;
        let turn = turn.ok().and_then(std::result::Result::ok);
        let turn = turn.ok_or_else(|| late("too many questions at a time with one log-in"))?;
        let session = match self.rested(key, purpose).await {
            Some(session) => session,
            None => log_in::open(&self.server, credentials).await?,
        };
        Ok(Loan { session: Some(session), key, lines: Arc::clone(&self.lines), _turn: turn })
    }

    /// Whether the log-in is a good one now, whatever it was before.
    pub async fn check(&self, credentials: &Credentials) -> Result<()> {
        log_in::open(&self.server, credentials).await.map(drop)
    }

    fn turns(&self, key: Key, purpose: Purpose) -> Arc<Semaphore> {
        let mut lines = lock(&self.lines);
        lines.look();
        let line = lines.of.entry(key).or_insert_with(Line::new);
        match purpose {
            Purpose::Question => Arc::clone(&line.questions),
            Purpose::Watch => Arc::clone(&line.watches),
        }
    }

    async fn rested(&self, key: Key, purpose: Purpose) -> Option<Session> {
        loop {
            let (mut session, since) = lock(&self.lines).pop(&key)?;
            // A watch that begins takes a while anyway, and must not begin on a dead line.
            let is_surely_there = purpose == Purpose::Question && since.elapsed() < SURELY_THERE;
            let noop = Command::new("NOOP");
            if is_surely_there || timeout(ALIVE_WITHIN, session.run(&noop)).await.is_ok_and(|it| it.is_ok()) {
                return Some(session);
            }
        }
    }
}

impl Line {
    fn new() -> Self {
        Self {
            questions: Arc::new(Semaphore::new(AT_A_TIME)),
            watches: Arc::new(Semaphore::new(WATCHES)),
            resting: Vec::new(),
        }
    }

    fn is_used(&self) -> bool {
        !self.resting.is_empty()
            || Arc::strong_count(&self.questions) > 1
            || Arc::strong_count(&self.watches) > 1
    }
}

impl Deref for Loan {
    type Target = Session;

    fn deref(&self) -> &Session {
        #[expect(clippy::expect_used, reason = "it is taken out when this is dropped and not before")]
        self.session.as_ref().expect("on loan")
    }
}

impl DerefMut for Loan {
    fn deref_mut(&mut self) -> &mut Session {
        #[expect(clippy::expect_used, reason = "it is taken out when this is dropped and not before")]
        self.session.as_mut().expect("on loan")
    }
}

impl fmt::Debug for Loan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.session.fmt(f)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(session) = self.session.take().filter(Session::is_idle) else { return };
        let mut lines = lock(&self.lines);
        lines.look();
        lines.push(&self.key, session);
    }
}

impl Lines {
    fn pop(&mut self, key: &Key) -> Option<(Session, Instant)> {
        let rested = self.of.get_mut(key)?.resting.pop()?;
        self.resting = self.resting.saturating_sub(1);
        Some(rested)
    }

    fn push(&mut self, key: &Key, session: Session) {
        if self.resting < RESTING
            && let Some(line) = self.of.get_mut(key)
        {
            line.resting.push((session, Instant::now()));
            self.resting += 1;
        }
    }

    /// Closes what rested too long. Nobody else does, if no question comes any more; in the end the server will.
    fn look(&mut self) {
        if self.looked.elapsed() < LOOK_EVERY {
            return;
        }
        self.looked = Instant::now();
        for line in self.of.values_mut() {
            line.resting.retain(|(_, since)| since.elapsed() < REST_AT_MOST);
        }
        self.of.retain(|_, line| line.is_used());
        self.resting = self.of.values().map(|line| line.resting.len()).sum();
    }
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(credentials: &Credentials) -> Key {
    let mut hash = Sha256::new();
    let on_behalf_of = credentials.on_behalf_of.as_deref().unwrap_or_default();
    for part in [on_behalf_of, &credentials.name, &credentials.secret] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn late(message: &str) -> Error {
    Error::Later { after: None, message: message.to_owned() }
}
