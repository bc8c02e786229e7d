//! Takes pulls that are due, runs each, and notes how it ended. What is pulled, and how, is in `folder` and `collections`.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use jiff::Timestamp;

use super::collections;
use super::folder;
use super::lanes::Lanes;
use super::office::Office;
use super::office::Stop;
use super::office::Watch;
use super::office::again;
use super::office::jittered;
use super::office::later;
use crate::app::App;
use crate::app::new_key;
use crate::connector;
use crate::model::id::AccountId;
use crate::store;
use crate::store::access;
use crate::store::account;
use crate::store::log;
use crate::store::pull;
use crate::store::pull::COLLECTIONS;
use crate::store::pull::Due;
use crate::store::pull::Ended;
use crate::store::retrying;

/// A pull that has not been heard of for so long is taken by another node. Longer than the wait for one answer.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(150);

/// What pulls brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Items new or changed.
    pub pulled: i64,
    /// Items gone.
    pub removed: i64,
    /// Items both sides had changed.
    pub conflicts: i64,
    /// Items set aside, and pulls that failed.
    pub errors: i64,
    /// What went wrong, for people.
    pub messages: Vec<String>,
}

/// How one pull ended well.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// Where the next one starts.
    pub(super) cursor: String,
    /// Something has to be told again: when that is no more in vain.
    pub(super) soon: Option<Timestamp>,
    /// Of mail: from when on it is all here.
    pub(super) reach: Option<i64>,
}

/// How soon what had to wait for a push is asked for again.
const SOON: SignedDuration = SignedDuration::from_secs(5);

impl Tally {
    fn add(&mut self, other: Self) {
        self.pulled += other.pulled;
        self.removed += other.removed;
        self.conflicts += other.conflicts;
        self.errors += other.errors;
        self.messages.extend(other.messages);
    }
}

/// Pulls everything of one account at a time, due or not, and waits for it. What another node pulls just then is left
/// to it.
pub async fn now(app: &App, account: AccountId, now: Timestamp) -> store::Result<Tally> {
    let office = Office::new(app.clone(), &format!("pull-{}", new_key()));
    office.enrol().await?;
    // The list of collections comes first and may bring folders, which the second look finds.
    let mut tally = round(&office, account, |due| due.folder == COLLECTIONS, now).await?;
    tally.add(round(&office, account, |due| due.folder != COLLECTIONS, now).await?);
    Ok(tally)
}

/// Runs those pulls of an account that are chosen, due or not.
pub(super) async fn round(
    office: &Office,
    account: AccountId,
    chosen: impl Fn(&Due) -> bool,
    now: Timestamp,
) -> store::Result<Tally> {
    let mut reader = office.app.store().read().await?;
    let all = pull::of_account(&mut reader, account).await?;
    drop(reader);
    let mut tally = Tally::default();
    for due in all.into_iter().filter(chosen) {
        if retrying(|| take(office, &due, now)).await? {
            tally.add(one(office, &due, now).await);
        }
    }
    Ok(tally)
}

/// Runs those pulls of an account that are chosen, due or not, on behalf of another that goes on then. False: one of
/// them failed, or another node is about it.
pub(super) fn ahead<'a>(
    office: &'a Office,
    account: AccountId,
    chosen: &'a (dyn Fn(&Due) -> bool + Sync),
    now: Timestamp,
) -> BoxFuture<'a, store::Result<bool>> {
    async move {
        let all = async || pull::of_account(&mut *office.app.store().read().await?, account).await;
        for due in all().await?.into_iter().filter(chosen) {
            if !retrying(|| take(office, &due, now)).await? {
                return Ok(false);
            }
            one(office, &due, now).await;
        }
        Ok(all().await?.into_iter().filter(chosen).all(|due| due.failures == 0))
    }
    .boxed()
}

/// Starts what is due, as far as there is room.
pub(super) async fn start_due(office: &Office, lanes: &mut Lanes) -> store::Result<()> {
    let now = office.app.now();
    for connection in office.connections() {
        let connection = &connection.settings;
        let free = i64::try_from(lanes.free(&connection.name)).unwrap_or(0);
        if free == 0 {
            continue;
        }
        let mut reader = office.app.store().read().await?;
        let due = pull::due(&mut reader, &connection.name, now, free).await?;
        drop(reader);
        for due in due {
            if retrying(|| take(office, &due, now)).await? {
                let office = office.clone();
                lanes.start(&connection.name, async move {
                    one(&office, &due, now).await;
                });
            }
        }
    }
    Ok(())
}

async fn take(office: &Office, due: &Due, now: Timestamp) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    let taken = pull::take(&mut tx, due, office.lease(now, LEASE), now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Runs a pull that was taken.
async fn one(office: &Office, due: &Due, now: Timestamp) -> Tally {
    let watch = Watch::starting(now);
    let mut tally = Tally::default();
    let outcome = if due.folder == COLLECTIONS {
        collections::pull(office, due, &watch, &mut tally).await
    } else {
        folder::pull(office, due, &watch, &mut tally).await
    };
    if let Err(error) = &outcome {
        tracing::warn!(account = %due.account, connection = due.connection, folder = %due.folder, %error, "a pull failed");
        tally.errors += 1;
        tally.messages.push(error.to_string());
    }
    let concluded = retrying(|| conclude(office, due, &watch, &tally, &outcome)).await;
    if let Err(error) = concluded {
        tracing::warn!(account = %due.account, %error, "cannot note how a pull ended; its lease runs out");
    }
    tally
}

/// Notes how a pull ended, and when the next one is due.
async fn conclude(
    office: &Office,
    due: &Due,
    watch: &Watch,
    tally: &Tally,
    outcome: &Result<Done, Stop>,
) -> store::Result<()> {
    let now = watch.now();
    let chance = rand::random();
    let next = jittered(now, office.every(&due.connection), chance);
    let failures = due.failures.saturating_add(1);
    let message = tally.messages.join("; ");
    let ended =
        |next_at, failures| Ended { cursor: None, next_at, failures, reach: None, message: &message, now };
    let mut tx = office.app.store().begin().await?;
    let ended = match outcome {
        Ok(done) => {
            access::recover(&mut tx, due.account, &due.connection).await?;
            let next_at = done.soon.map_or(next, |soon| next.min(soon.max(later(now, SOON))));
            Ended { cursor: Some(&done.cursor), reach: done.reach, ..ended(next_at, 0) }
        }
        Err(Stop::Lost) => return Ok(()),
        Err(Stop::Gone) => {
            pull::forget_if_gone(&mut tx, due).await?;
            ended(next, failures)
        }
        Err(Stop::Sealed) | Err(Stop::Connector(connector::Error::LogIn(_))) => {
            let times = (watch.started_at(), now);
            access::pause(&mut tx, due.account, &due.connection, &message, times).await?;
            let again = office.tries_again(&due.connection).map_or(next, |wait| later(now, wait));
            ended(next.min(again), failures)
        }
        Err(Stop::Connector(connector::Error::Gone)) => {
            // The list of collections will tell whether it is gone for good.
            pull::ask_folder(&mut tx, due.account, &due.connection, COLLECTIONS, now).await?;
            ended(next, failures)
        }
        Err(Stop::Connector(connector::Error::Refused(_))) => ended(next, failures),
        Err(Stop::Connector(connector::Error::Later { after, .. })) => {
            ended(next.min(again(now, failures, None, chance)).max(again(now, 1, *after, chance)), failures)
        }
        Err(Stop::Connector(connector::Error::Protocol(_))) => {
            access::ail(&mut tx, due.account, &due.connection, &message).await?;
            ended(next.min(again(now, failures, None, chance)), failures)
        }
        Err(Stop::Connector(_) | Stop::Store(_)) => {
            ended(next.min(again(now, failures, None, chance)), failures)
        }
    };
    pull::end(&mut tx, due, &office.node, ended).await?;
    let run = log::Run {
        connection: due.connection.clone(),
        started_at: watch.started_at(),
        ended_at: now,
        pulled: tally.pulled,
        removed: tally.removed,
        conflicts: tally.conflicts,
        errors: tally.errors,
        message,
    };
    add_run(office, tx, due, &run).await
}

/// Adds a row about a pull and ends it. Administrators see how many there were.
async fn add_run(office: &Office, mut tx: store::Tx, due: &Due, run: &log::Run) -> store::Result<()> {
    log::add_run(&mut tx, due.account, run).await?;
    let owner = account::by_id(&mut tx, due.account).await?;
    tx.commit().await?;
    if let Some(owner) = owner {
        let outcome = if run.errors > 0 { "failed" } else { "accepted" };
        office.app.tally().count(owner.organisation, "pulls", outcome);
    }
    Ok(())
}
