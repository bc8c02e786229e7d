//! Sends what the outbox owes, and writes what became of it. Safe to kill anywhere.
//!
//! Which version is sent, and under which key, is committed before it is sent; so an attempt whose answer is not
//! known is repeated word for word under the same key, and only then a newer version follows.

use jiff::SignedDuration;
use jiff::Timestamp;

use super::apply::Target;
use super::folder::collection_of;
use super::lanes::Lanes;
use super::office::Desk;
use super::office::Office;
use super::office::Stop;
use super::office::Watch;
use super::office::again;
use super::office::answer;
use super::office::later;
use super::settle;
use crate::connector;
use crate::connector::Collection;
use crate::connector::Remote;
use crate::connector::Stored;
use crate::connector::Write;
use crate::model::content::Content;
use crate::model::id::Rev;
use crate::store;
use crate::store::Tx;
use crate::store::access;
use crate::store::folder as folders;
use crate::store::item;
use crate::store::item::Row;
use crate::store::log::Direction;
use crate::store::log::Outcome;
use crate::store::outbox;
use crate::store::outbox::Owed;
use crate::store::pull;
use crate::store::pull::COLLECTIONS;
use crate::store::retrying;

/// Longer than the wait for two answers: the write, and what became of it there.
const LEASE: SignedDuration = SignedDuration::from_secs(150);

/// One write with all it takes.
#[derive(Debug)]
struct Attempt {
    owed: Owed,
    desk: Desk,
    collection: Collection,
    target: Target,
    /// What the back office calls the item, and the version it is thought to have.
    remote: Option<(String, String)>,
    /// What is sent; none: the item is deleted.
    content: Option<Content>,
}

/// What became of a write.
#[derive(Debug)]
enum Answer {
    /// It is there; with what is there now, if that differs from what was sent.
    Stored(Stored, Option<Box<Remote>>),
    /// It is gone there, as it should be.
    Deleted,
    /// There was nothing to do: it was never there.
    Needless,
    /// It changed there meanwhile.
    Changed(Box<Remote>),
    /// It is gone there, though it should not be.
    Gone,
    /// The back office would not have it.
    Refused(String),
    /// Nobody may log in.
    LogIn(String),
    /// The answer is not known, or was "later".
    Later(Option<std::time::Duration>, String),
}

/// Starts what is due, as far as there is room.
pub(super) async fn start_due(office: &Office, lanes: &mut Lanes) -> store::Result<()> {
    let now = office.app.now();
    for connection in office.connections() {
        let free = i64::try_from(lanes.free(&connection.name)).unwrap_or(0);
        if free == 0 {
            continue;
        }
        let mut reader = office.app.store().read().await?;
        let due = outbox::due(&mut reader, &connection.name, now, free).await?;
        drop(reader);
        for owed in due {
            if retrying(|| take(office, &owed, now)).await? {
                let office = office.clone();
                lanes.start(&connection.name, async move { one(&office, taken(owed), now).await });
            }
        }
    }
    Ok(())
}

/// Pushes what an account owes and is due, one after the other. For tests and the command line.
#[cfg(test)]
pub(super) async fn round(office: &Office, connection: &str, now: Timestamp) -> store::Result<usize> {
    let mut reader = office.app.store().read().await?;
    let due = outbox::due(&mut reader, connection, now, 1000).await?;
    drop(reader);
    let mut pushed = 0;
    for owed in due {
        if retrying(|| take(office, &owed, now)).await? {
            one(office, taken(owed), now).await;
            pushed += 1;
        }
    }
    Ok(pushed)
}

pub(super) async fn take(office: &Office, owed: &Owed, now: Timestamp) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    let sending = owed.sent_rev.unwrap_or(owed.rev);
    let taken = outbox::take(&mut tx, owed, sending, office.lease(now, LEASE), now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// The row as taking it has left it.
pub(super) fn taken(mut owed: Owed) -> Owed {
    owed.sent_rev = Some(owed.sent_rev.unwrap_or(owed.rev));
    owed.attempts = owed.attempts.saturating_add(1);
    owed
}

/// Sends one write that was taken.
async fn one(office: &Office, owed: Owed, now: Timestamp) {
    let watch = Watch::starting(now);
    let place = owed.place;
    let outcome = match prepare(office, owed.clone()).await {
        Ok(attempt) => {
            let answer = attempt.send().await;
            retrying(|| finish(office, &attempt, &answer, watch.now())).await.map_err(Stop::from)
        }
        Err(Stop::Gone) => retrying(|| give_up(office, &owed)).await.map_err(Stop::from),
        Err(Stop::Sealed) => {
            let answer = Answer::LogIn(Stop::Sealed.to_string());
            retrying(|| pause(office, &owed, &answer, watch.now())).await.map_err(Stop::from)
        }
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        tracing::warn!(account = %place.account, folder = %place.folder, item = %place.item, %error,
            "a push broke off; it is repeated when its lease runs out");
    }
}

async fn prepare(office: &Office, owed: Owed) -> Result<Attempt, Stop> {
    let place = owed.place;
    let desk = office.desk(place.account, &owed.connection).await?;
    let mut reader = office.app.store().read().await?;
    let folder = folders::find(&mut reader, place.account, place.folder).await?.filter(|row| !row.deleted);
    let folder = folder.ok_or(Stop::Gone)?.folder;
    let collection = collection_of(&folder, &owed.connection).ok_or(Stop::Gone)?;
    let row = item::newest(&mut reader, place).await?.ok_or(Stop::Gone)?;
    let sending = owed.sent_rev.unwrap_or(owed.rev);
    // The sweep spares what the outbox needs; should the version be gone all the same, the newest one goes.
    let version = item::version(&mut reader, place, sending).await?.unwrap_or_else(|| row.version.clone());
    let target = Target {
        account: place.account,
        folder: place.folder,
        class: folder.class,
        connection: owed.connection.clone(),
        policy: office.policy(folder.class),
    };
    let content = if version.meta.deleted {
        None
    } else {
        let content = Content::from_json(folder.class, &version.content);
        Some(content.map_err(|error| store::Error::Damaged { table: "item", reason: error.to_string() })?)
    };
    let remote = row.remote_id.map(|id| (id, row.etag.unwrap_or_default()));
    Ok(Attempt { owed, desk, collection, target, remote, content })
}

impl Attempt {
    fn sent_rev(&self) -> Rev {
        self.owed.sent_rev.unwrap_or(self.owed.rev)
    }

    async fn send(&self) -> Answer {
        let Desk { connector, user } = &self.desk;
        let write = Write { collection: &self.collection, idempotency_key: &self.owed.key };
        let stored = match (&self.remote, &self.content) {
            (None, None) => return Answer::Needless,
            (Some((id, etag)), None) => {
                return match answer(connector.delete(user, write, id, etag)).await {
                    Ok(()) | Err(connector::Error::Gone) => Answer::Deleted,
                    Err(error) => self.failed(error),
                };
            }
            (None, Some(content)) => answer(connector.create(user, write, content)).await,
            (Some((id, etag)), Some(content)) => {
                answer(connector.update(user, write, id, etag, content)).await
            }
        };
        match stored {
            Ok(stored) if stored.altered => {
                let there = self.fetch(&stored.id).await;
                Answer::Stored(stored, there.map(Box::new))
            }
            Ok(stored) => Answer::Stored(stored, None),
            Err(error) => self.failed(error),
        }
    }

    /// What is there now; none if that cannot be learnt just now, which the next pull makes good.
    async fn fetch(&self, id: &str) -> Option<Remote> {
        let ids = [id.to_owned()];
        let fetched = answer(self.desk.connector.fetch(&self.desk.user, &self.collection, &ids)).await;
        fetched.ok()?.into_iter().find(|remote| remote.id == id)
    }

    fn failed(&self, error: connector::Error) -> Answer {
        match error {
            connector::Error::Conflict(Some(remote)) => self.met(remote),
            connector::Error::Conflict(None) | connector::Error::Gone => Answer::Gone,
            connector::Error::Refused(message) => Answer::Refused(message),
            connector::Error::LogIn(message) => Answer::LogIn(message),
            connector::Error::Later { after, message } => Answer::Later(after, message),
            connector::Error::CursorExpired | connector::Error::Protocol(_) => {
                Answer::Later(None, error.to_string())
            }
        }
    }

    /// 412: with our own data there, an earlier attempt had been accepted and its answer lost.
    fn met(&self, remote: Box<Remote>) -> Answer {
        let ours = match (&remote.content, &self.content) {
            (Ok(there), Some(sent)) => settle::holds(there, sent),
            _ => false,
        };
        if !ours {
            return Answer::Changed(remote);
        }
        let stored = Stored { id: remote.id.clone(), etag: remote.etag.clone(), altered: true };
        Answer::Stored(stored, Some(remote))
    }
}

/// Writes what became of an attempt, in one transaction.
async fn finish(office: &Office, attempt: &Attempt, answer: &Answer, now: Timestamp) -> store::Result<()> {
    let place = attempt.owed.place;
    let mut tx = office.app.store().begin().await?;
    let Some(row) = item::newest(&mut tx, place).await? else { return Ok(()) };
    let current = outbox::find(&mut tx, place).await?.filter(|owed| owed.key == attempt.owed.key);
    // A pull has met the item meanwhile, or another node was quicker: what they wrote stands.
    let Some(owed) = current else { return Ok(()) };
    match answer {
        Answer::Stored(stored, there) => {
            accepted(&mut tx, attempt, &row, &owed, stored, there.as_deref(), now).await?;
        }
        Answer::Deleted => {
            item::set_remote(&mut tx, place, row.remote_id.as_deref(), row.etag.as_deref()).await?;
            answered(&mut tx, attempt, &owed, "deleted", now).await?;
        }
        Answer::Needless => next(&mut tx, attempt, &owed, now).await?,
        Answer::Changed(remote) => changed(&mut tx, attempt, &row, &owed, remote, now).await?,
        Answer::Gone => gone(&mut tx, attempt, &row, &owed, now).await?,
        Answer::Refused(message) => refused(&mut tx, attempt, &row, &owed, message, now).await?,
        Answer::LogIn(message) => {
            access::pause(&mut tx, place.account, &owed.connection, message, now).await?;
            outbox::postpone(&mut tx, place, now).await?;
            note(&mut tx, attempt, Outcome::Later, message, now).await?;
        }
        Answer::Later(after, message) => {
            let next_at = again(now, owed.attempts, *after, rand::random());
            outbox::postpone(&mut tx, place, next_at).await?;
            note(&mut tx, attempt, Outcome::Later, message, now).await?;
        }
    }
    tx.commit().await
}

async fn accepted(
    tx: &mut Tx,
    attempt: &Attempt,
    row: &Row,
    owed: &Owed,
    stored: &Stored,
    there: Option<&Remote>,
    now: Timestamp,
) -> store::Result<()> {
    let place = owed.place;
    // An alteration that could not be fetched: with no etag the next pull takes what is there.
    let etag = if stored.altered && there.is_none() { "" } else { stored.etag.as_str() };
    // With the old one the newer version that follows meets what is there (412), rather than undoing it unseen.
    let is_newest = owed.rev == attempt.sent_rev();
    let old =
        attempt.remote.as_ref().map(|(_, etag)| etag.as_str()).filter(|_| etag.is_empty() && !is_newest);
    let etag = there.map_or_else(|| old.unwrap_or(etag), |there| there.etag.as_str());
    item::set_remote(tx, place, Some(&stored.id), Some(etag)).await?;
    let message = if attempt.remote.is_some() { "changed" } else { "created" };
    let there = there.and_then(|there| there.content.as_ref().ok());
    let altered = there
        .filter(|there| attempt.content.as_ref() != Some(*there) && there.class() == attempt.target.class);
    match altered {
        Some(there) if owed.rev == attempt.sent_rev() => {
            item::replace(tx, place, there, None, now).await?;
        }
        Some(there) => {
            note(tx, attempt, Outcome::Accepted, message, now).await?;
            return altered_meanwhile(tx, attempt, row, owed, there, now).await;
        }
        None => {}
    }
    answered(tx, attempt, owed, message, now).await
}

/// The phone changed on while the back office altered what it was sent: both are kept, and the phone's counts
/// where they meet, for it is the later one. Sent as it is, it would undo the alteration unseen.
async fn altered_meanwhile(
    tx: &mut Tx,
    attempt: &Attempt,
    row: &Row,
    owed: &Owed,
    there: &Content,
    now: Timestamp,
) -> store::Result<()> {
    let place = owed.place;
    let newest = attempt.target.read(row).filter(|_| !row.version.meta.deleted);
    let (Some(sent), Some(newest)) = (&attempt.content, newest) else {
        return next(tx, attempt, owed, now).await;
    };
    let base = item::replace(tx, place, there, None, now).await?;
    match settle::merged(Some(sent), &newest, there, true) {
        settle::Settled::Ours(both) => {
            let rev = item::replace(tx, place, &both, None, now).await?;
            outbox::rebase(tx, place, base, rev, &super::new_key(), now).await
        }
        _ => outbox::done(tx, place).await,
    }
}

async fn answered(
    tx: &mut Tx,
    attempt: &Attempt,
    owed: &Owed,
    message: &str,
    now: Timestamp,
) -> store::Result<()> {
    note(tx, attempt, Outcome::Accepted, message, now).await?;
    next(tx, attempt, owed, now).await
}

/// What was sent is there; a newer version follows, if there is one.
async fn next(tx: &mut Tx, attempt: &Attempt, owed: &Owed, now: Timestamp) -> store::Result<()> {
    if owed.rev == attempt.sent_rev() {
        outbox::done(tx, owed.place).await
    } else {
        outbox::rebase(tx, owed.place, attempt.sent_rev(), owed.rev, &super::new_key(), now).await
    }
}

async fn changed(
    tx: &mut Tx,
    attempt: &Attempt,
    row: &Row,
    owed: &Owed,
    remote: &Remote,
    now: Timestamp,
) -> store::Result<()> {
    match &remote.content {
        Ok(content) if content.class() == attempt.target.class => {
            attempt.target.conflict(tx, row, owed, remote, content, now).await?;
        }
        // What is there cannot be read, so it cannot be weighed: it stays, and the phone's change with it.
        _ => {
            outbox::postpone(tx, owed.place, again(now, owed.attempts, None, rand::random())).await?;
            note(tx, attempt, Outcome::Later, "changed there in a way that cannot be read", now).await?;
        }
    }
    Ok(())
}

async fn gone(tx: &mut Tx, attempt: &Attempt, row: &Row, owed: &Owed, now: Timestamp) -> store::Result<()> {
    if attempt.remote.is_some() {
        return attempt.target.deleted_there(tx, row, owed, now).await.map(drop);
    }
    // A new item has nowhere to go: the list of collections tells whether its folder is gone for good.
    let place = owed.place;
    pull::ask_folder(tx, place.account, &owed.connection, COLLECTIONS, now).await?;
    outbox::postpone(tx, place, again(now, owed.attempts, None, rand::random())).await?;
    note(tx, attempt, Outcome::Later, "its collection is not there", now).await
}

/// The phone gets back what the back office has.
async fn refused(
    tx: &mut Tx,
    attempt: &Attempt,
    row: &Row,
    owed: &Owed,
    message: &str,
    now: Timestamp,
) -> store::Result<()> {
    let place = owed.place;
    note(tx, attempt, Outcome::Refused, message, now).await?;
    if owed.rev != attempt.sent_rev() {
        // The phone has changed it again; that may be acceptable.
        return outbox::rebase(tx, place, owed.base_rev, owed.rev, &super::new_key(), now).await;
    }
    if attempt.remote.is_none() {
        item::delete(tx, place, None, now).await?;
        return outbox::done(tx, place).await;
    }
    let base = item::version(tx, place, owed.base_rev).await?.filter(|base| !base.meta.deleted);
    let base = base.and_then(|base| Content::from_json(attempt.target.class, &base.content).ok());
    match base {
        Some(base) => {
            item::replace(tx, place, &base, None, now).await?;
        }
        None => {
            // What it had is not known any more: a pull brings it, for no etag is ever empty there.
            item::set_remote(tx, place, row.remote_id.as_deref(), Some("")).await?;
            pull::restart(tx, place.account, &owed.connection, place.folder, now).await?;
        }
    }
    outbox::done(tx, place).await
}

async fn note(
    tx: &mut Tx,
    attempt: &Attempt,
    outcome: Outcome,
    message: &str,
    now: Timestamp,
) -> store::Result<()> {
    attempt.target.note(tx, attempt.owed.place, Direction::Out, outcome, message, now).await
}

/// Nothing can be owed to a folder that is not there, nor over an access that was taken away.
async fn give_up(office: &Office, owed: &Owed) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    outbox::forget_if_gone(&mut tx, owed.place, &owed.connection).await?;
    outbox::postpone(&mut tx, owed.place, later(owed.next_at, SignedDuration::from_mins(15))).await?;
    tx.commit().await
}

async fn pause(office: &Office, owed: &Owed, answer: &Answer, now: Timestamp) -> store::Result<()> {
    let Answer::LogIn(message) = answer else { return Ok(()) };
    let mut tx = office.app.store().begin().await?;
    access::pause(&mut tx, owed.place.account, &owed.connection, message, now).await?;
    outbox::postpone(&mut tx, owed.place, now).await?;
    tx.commit().await
}
