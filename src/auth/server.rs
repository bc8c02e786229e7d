//! Passwords that a mail server knows and we do not. Asks it no more often than it must.
//!
//! A password that was wrong is wrong for a while, whoever repeats it: a phone that goes on asking with an old one must
//! not lock its owner out over there. One that was right is right while the server cannot be asked.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::sync::Mutex as Turn;

use super::Refusal;
use super::cache::Key;
use crate::app::App;
use crate::connector;
use crate::connector::User;
use crate::store;
use crate::store::access;
use crate::store::account::Account;
use crate::store::retrying;

/// A phone waits for about 30 seconds.
const ASKED_WITHIN: Duration = Duration::from_secs(20);
/// When nobody can be asked, that lasts a while.
const COME_AGAIN: Duration = Duration::from_secs(30);
/// For how long a wrong password is wrong: twice as long each time that it still is, up to an hour.
const WRONG_FIRST: SignedDuration = SignedDuration::from_mins(5);
const WRONG_TIMES: u32 = 12;
/// What is longer ago is forgotten.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(12);
/// About 10 MB.
const ENTRIES: usize = 100_000;
/// Who logs in with the same credentials at the same time waits for the first.
const TURNS: usize = 256;

/// What is known of passwords that a mail server checks.
#[derive(Debug)]
pub(super) struct Server {
    wrong: Mutex<HashMap<Key, Wrong>>,
    turns: Vec<Turn<()>>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    times: u32,
    asked_at: Timestamp,
}

/// What the mail server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Right,
    Wrong,
}

impl Server {
    pub(super) fn new() -> Self {
        Self { wrong: Mutex::default(), turns: (0..TURNS).map(|_| Turn::new(())).collect() }
    }

    /// Waits until nobody asks with the same credentials.
    pub(super) async fn turn(&self, key: &Key) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let number = usize::from(key.first().copied().unwrap_or_default());
        match self.turns.get(number) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        }
    }

    /// Whether these credentials were wrong just now.
    pub(super) fn is_wrong(&self, key: &Key, now: Timestamp) -> bool {
        self.lock().get(key).is_some_and(|wrong| now.duration_since(wrong.asked_at) < wrong.holds())
    }

    /// They are wrong.
    pub(super) fn note_wrong(&self, key: &Key, now: Timestamp) {
        let mut all = self.lock();
        if all.len() >= ENTRIES {
            all.retain(|_, wrong| now.duration_since(wrong.asked_at) < wrong.holds());
        }
        if all.len() >= ENTRIES {
            all.clear();
        }
        let wrong = all.entry(*key).or_insert(Wrong { times: 0, asked_at: now });
        if now.duration_since(wrong.asked_at) > REMEMBERED {
            wrong.times = 0;
        }
        wrong.times = wrong.times.saturating_add(1);
        wrong.asked_at = now;
    }

    /// They are right.
    pub(super) fn note_right(&self, key: &Key) {
        self.lock().remove(key);
    }

    /// A panic elsewhere leaves the map usable: it is changed by single calls.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Wrong>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wrong {
    fn holds(&self) -> SignedDuration {
        let times = 1_i32.checked_shl(self.times.saturating_sub(1)).unwrap_or(i32::MAX);
        let most = i32::try_from(WRONG_TIMES).unwrap_or(i32::MAX);
        WRONG_FIRST.saturating_mul(times.min(most))
    }
}

/// Asks the mail server.
pub(super) async fn ask(app: &App, connection: &str, user: User) -> Result<Said, connector::Error> {
    let unusable = |reason: &str| {
        Err(connector::Error::Later { after: None, message: format!("`{connection}` {reason}") })
    };
    let Some(connector) = app.connection(connection) else { return unusable("is not there") };
    let Some(mail) = connector.mail() else { return unusable("is no mail server") };
    match tokio::time::timeout(ASKED_WITHIN, mail.check_password(&user)).await {
        Ok(Ok(())) => Ok(Said::Right),
        Ok(Err(connector::Error::LogIn(_))) => Ok(Said::Wrong),
        Ok(Err(error)) => Err(error),
        Err(_) => unusable("does not answer in time"),
    }
}

/// What is said while nobody can be asked: it is not the user's fault.
pub(super) fn unreachable(connection: &str, error: &connector::Error) -> Refusal {
    tracing::warn!(connection, %error, "a log-in cannot be checked by the mail server");
    Refusal::Busy { after: COME_AGAIN }
}

/// An account's log-in at the mail server, as far as it is known: its name there, and the password that was right last.
#[derive(Default)]
pub(super) struct Known {
    pub(super) name: Option<String>,
    pub(super) password: Option<String>,
    is_paused: bool,
}

impl Known {
    pub(super) async fn of(app: &App, account: &Account, connection: &str) -> store::Result<Self> {
        let access = access::find(&mut *app.store().glance().await?, account.id, connection).await?;
        let Some(access) = access else { return Ok(Self::default()) };
        let open = |sealed: &Vec<u8>| app.vault().open(account.id, connection, sealed);
        let password = access.secret.as_ref().and_then(open);
        Ok(Self { name: access.user_name, password, is_paused: access.paused_at.is_some() })
    }

    /// Whether a password was right last, and nobody has said since that it is not.
    pub(super) fn was(&self, password: &str) -> bool {
        !self.is_paused && self.password.as_ref().is_some_and(|known| is_same(known, password))
    }

    /// Keeps the password sealed for the jobs, which work while no phone is about.
    pub(super) async fn keep(
        &self,
        app: &App,
        account: &Account,
        connection: &str,
        password: &str,
    ) -> Result<(), Refusal> {
        if self.was(password) {
            return Ok(());
        }
        let sealed = app.vault().seal(account.id, connection, app.random(), password);
        let sealed = sealed.ok_or(Refusal::Failed)?;
        let log_in = access::LogIn { user_name: self.name.as_deref(), secret: Some(&sealed), identity: None };
        retrying(async || {
            let mut tx = app.store().begin().await?;
            access::set(&mut tx, account.id, connection, log_in, app.now()).await?;
            tx.commit().await
        })
        .await?;
        Ok(())
    }
}

/// Takes as long whatever is the same.
fn is_same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
    one.len() == other.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_is_wrong_for_ever_longer_and_an_hour_at_most() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let (server, key, other) = (Server::new(), [1; 32], [2; 32]);
        assert!(!server.is_wrong(&key, at(0)));
        let mut now = 0;
        for minutes in [5, 10, 20, 40, 60, 60] {
            server.note_wrong(&key, at(now));
            assert!(server.is_wrong(&key, at(now + minutes - 1)), "{minutes}");
            assert!(!server.is_wrong(&key, at(now + minutes)), "{minutes}");
            now += minutes;
        }
        assert!(!server.is_wrong(&other, at(now)));
        server.note_right(&key);
        server.note_wrong(&key, at(now));
        assert!(!server.is_wrong(&key, at(now + 5)), "it began anew");
    }

    #[test]
    fn a_password_is_compared_as_a_whole() {
        assert!(is_same("æb", "æb"));
        assert!(!is_same("ab", "abc") && !is_same("ab", "ac") && !is_same("", "a"));
    }
}
