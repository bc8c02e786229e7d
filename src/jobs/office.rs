//! What every job needs to work with a back office: who logs in, how long to wait, when to try again. Keeps nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::app::App;
use crate::config::connection::LogIn;
use crate::connections::Connected;
use crate::connector;
use crate::connector::Connector;
use crate::connector::User;
use crate::govern::connection::enrol;
use crate::model::id::AccountId;
use crate::store;
use crate::store::MayRetry;
use crate::store::access;
use crate::store::account;
use crate::store::pull;

/// The app, and under which name this node takes leases. Cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Office {
    pub(super) app: App,
    pub(super) node: Arc<str>,
}

/// Why a job ended before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// Below the store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// On the other side.
    #[error(transparent)]
    Connector(#[from] connector::Error),
    /// Its lease ran out and another node took it.
    #[error("another node has taken this over")]
    Lost,
    /// Its account, access, folder or connection is not there any more.
    #[error("there is nothing to do this for any more")]
    Gone,
    /// The secret does not open: another key is in the data folder.
    #[error("the log-in cannot be read with the key in the data folder: give it again")]
    Sealed,
}

impl MayRetry for Stop {
    fn may_retry(&self, times: u32) -> bool {
        matches!(self, Self::Store(error) if error.may_retry(times))
    }
}

/// The time a job goes by: it starts when it was told, so that a test can say when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    started_at: Timestamp,
    since: Instant,
}

impl Watch {
    pub(super) fn starting(now: Timestamp) -> Self {
        Self { started_at: now, since: Instant::now() }
    }

    pub(super) fn started_at(&self) -> Timestamp {
        self.started_at
    }

    pub(super) fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
        later(self.started_at, SignedDuration::from_micros(passed))
    }
}

/// A connector with the log-in of one account.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) connector: Arc<dyn Connector>,
    pub(super) user: User,
}

/// How long a shared log-in that was refused is left alone.
const REFUSED: SignedDuration = SignedDuration::from_mins(5);

/// The longest wait for one answer of a back office.
const ANSWER: Duration = Duration::from_secs(60);

/// Waits for an answer, but not for ever.
pub(super) async fn answer<T>(question: impl Future<Output = connector::Result<T>>) -> connector::Result<T> {
    tokio::time::timeout(ANSWER, question).await.unwrap_or_else(|_| {
        let message = format!("no answer within {} s", ANSWER.as_secs());
        Err(connector::Error::Later { after: None, message })
    })
}

impl Office {
    pub(super) fn new(app: App, node: &str) -> Self {
        Self { app, node: node.into() }
    }

    /// The connections that have somebody on the other side.
    pub(super) fn connections(&self) -> Vec<Arc<Connected>> {
        let mut all = self.app.connections().all();
        all.retain(|connection| connection.connector.is_some() && !connection.is_paused);
        all
    }

    /// Those that log in once for all their accounts.
    fn shared(&self) -> Vec<Arc<Connected>> {
        let mut all = self.connections();
        all.retain(|connection| connection.settings.log_in == LogIn::Organisation);
        all
    }

    pub(super) fn connection(&self, name: &str) -> Option<Arc<Connected>> {
        self.connections().into_iter().find(|connection| connection.settings.name == name)
    }

    /// A lease of this node.
    pub(super) fn lease(&self, now: Timestamp, length: SignedDuration) -> pull::Lease<'_> {
        pull::Lease { node: &self.node, until: later(now, length) }
    }

    /// Logs in, so to say: opens what an account's access says.
    pub(super) async fn desk(&self, account: AccountId, connection: &str) -> Result<Desk, Stop> {
        let connected = self.connection(connection).ok_or(Stop::Gone)?;
        let connector = connected.connector.clone().ok_or(Stop::Gone)?;
        let mut reader = self.app.store().read().await?;
        let owner = account::by_id(&mut reader, account).await?.ok_or(Stop::Gone)?;
        let access = access::find(&mut reader, account, connection).await?.ok_or(Stop::Gone)?;
        if owner.is_disabled || access.paused_at.is_some() {
            return Err(Stop::Gone);
        }
        let user = self.app.user(&owner, &access).ok_or(Stop::Sealed)?;
        Ok(Desk { connector, user })
    }

    /// From one pull of a connection to the next.
    pub(super) fn every(&self, connection: &str) -> SignedDuration {
        let every = self.connection(connection).and_then(|connection| connection.settings.every);
        let every = every.unwrap_or_else(|| self.app.config().pull.every);
        SignedDuration::try_from(every).unwrap_or(SignedDuration::from_mins(15))
    }

    /// Gives back what a node of this name held when it died, and tries shared log-ins again that were refused:
    /// somebody may have mended the configuration.
    pub(super) async fn take_up(&self) -> store::Result<()> {
        let mut tx = self.app.store().begin().await?;
        pull::release(&mut tx, &self.node).await?;
        for connection in self.shared() {
            access::resume_paused(&mut tx, &connection.settings.name, Timestamp::MAX).await?;
        }
        tx.commit().await
    }

    /// Tries shared log-ins again that were refused a while ago: one bad answer must not stop a company for good.
    /// A log-in of an account's own waits for its owner; guessing on would lock it.
    pub(super) async fn resume(&self, now: Timestamp) -> store::Result<()> {
        let before = now.checked_sub(REFUSED).unwrap_or(Timestamp::MIN);
        let mut tx = self.app.store().begin().await?;
        for connection in self.shared() {
            access::resume_paused(&mut tx, &connection.settings.name, before).await?;
        }
        tx.commit().await
    }

    /// From one try of a log-in that was refused to the next; none: nobody tries it again by himself.
    pub(super) fn tries_again(&self, connection: &str) -> Option<SignedDuration> {
        let is_shared =
            self.connection(connection).is_some_and(|one| one.settings.log_in == LogIn::Organisation);
        is_shared.then_some(REFUSED)
    }

    /// Gives every account access to the connections that need no log-in of its own.
    pub(super) async fn enrol(&self) -> store::Result<()> {
        for connection in self.shared() {
            enrol(&self.app, &connection).await?;
        }
        Ok(())
    }
}

/// A time after another; the end of time at most.
pub(super) fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// When to try again after so many failures in a row: 2 s, 4 s … 15 min, a fifth more or less, not before `after`.
pub(super) fn again(now: Timestamp, failures: i64, after: Option<Duration>, chance: u64) -> Timestamp {
    const LONGEST: i64 = 15 * 60 * 1000;
    let doubled = 1000_i64 << failures.clamp(1, 10);
    let wait = doubled.min(LONGEST);
    let fifth = wait / 5;
    let spread = i64::try_from(chance % 1000).unwrap_or(0) * 2 * fifth / 1000 - fifth;
    let after = after.map_or(0, |after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    /// What a back office may ask for; a mistake in its header must not stop a connection for a year.
    const MOST: i64 = 6 * 60 * 60 * 1000;
    later(now, SignedDuration::from_millis((wait + spread).max(after.min(MOST))))
}

/// A little before the end of an interval, so that what began together does not stay together.
pub(super) fn jittered(now: Timestamp, every: SignedDuration, chance: u64) -> Timestamp {
    let tenth = every.as_millis() / 10;
    let early = tenth * i128::from(chance % 1000) / 1000;
    let early = i64::try_from(early).unwrap_or(0);
    later(now, every.saturating_sub(SignedDuration::from_millis(early)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_quarter_of_an_hour_and_heed_retry_after() {
        let seconds = |failures, after: Option<u64>| {
            let now = Timestamp::UNIX_EPOCH;
            again(now, failures, after.map(Duration::from_secs), 500).as_second()
        };
        assert_eq!([seconds(1, None), seconds(2, None), seconds(5, None)], [2, 4, 32]);
        assert_eq!([seconds(10, None), seconds(5000, None)], [900, 900]);
        assert_eq!([seconds(1, Some(120)), seconds(10, Some(120))], [120, 900]);
        assert_eq!(seconds(1, Some(u64::MAX / 2)), 6 * 60 * 60);
    }

    #[test]
    fn an_interval_is_never_longer_than_was_asked_for() {
        let every = SignedDuration::from_secs(1000);
        for chance in [0, 1, 500, 999, u64::MAX] {
            let seconds = jittered(Timestamp::UNIX_EPOCH, every, chance).as_second();
            assert!((900..=1000).contains(&seconds), "{seconds}");
        }
    }
}
