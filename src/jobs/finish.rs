//! Writes what became of a push, in one transaction. Sends nothing.

use jiff::Timestamp;

use super::office::Office;
use super::office::Watch;
use super::office::again;
use super::push::Answer;
use super::push::Attempt;
use super::relocate;
use super::settle;
use crate::app::new_key;
use crate::connector::Remote;
use crate::connector::Stored;
use crate::model::content::Content;
use crate::model::id::Rev;
use crate::store;
use crate::store::Tx;
use crate::store::access;
use crate::store::draft;
use crate::store::item;
use crate::store::item::Row;
use crate::store::log::Direction;
use crate::store::log::Outcome;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owed;
use crate::store::pull;
use crate::store::pull::COLLECTIONS;

/// Writes what became of an attempt, in one transaction.
pub(super) async fn finish(
    office: &Office,
    attempt: &Attempt,
    answer: &Answer,
    watch: Watch,
) -> store::Result<()> {
    let now = watch.now();
    let place = attempt.owed.place;
    let mut tx = office.app.store().begin().await?;
    let Some(row) = item::newest(&mut tx, place).await? else { return Ok(()) };
    let current = outbox::find(&mut tx, place).await?.filter(|owed| owed.key == attempt.owed.key);
    // A pull has met the item meanwhile, or another node was quicker: what they wrote stands.
    let Some(owed) = current else { return Ok(()) };
    match answer {
        Answer::Stored(stored, there) => {
            if let Some(text) = attempt.text() {
                draft::is_there(&mut tx, text.account, text.id).await?;
            }
            if attempt.text().is_some() || attempt.moved_from().is_some() {
                // A pull that has not seen the new message could not tell that another program removed it.
                pull::ask_folder(&mut tx, place.account, &owed.connection, place.folder, now).await?;
            }
            accepted(&mut tx, attempt, &row, &owed, stored, there.as_deref(), now).await?;
        }
        Answer::Learnt(there) => learnt(&mut tx, attempt, &row, &owed, there, now).await?,
        Answer::Deleted => deleted(&mut tx, attempt, &row, &owed, now).await?,
        Answer::Needless => next(&mut tx, attempt, &owed, now).await?,
        Answer::Changed(remote) => changed(&mut tx, attempt, &row, &owed, remote, now).await?,
        Answer::Gone => gone(&mut tx, attempt, &row, &owed, now).await?,
        Answer::Refused(message) => refused(&mut tx, attempt, &row, &owed, message, now).await?,
        Answer::LogIn(message) => {
            access::pause(&mut tx, place.account, &owed.connection, message, (watch.started_at(), now))
                .await?;
            outbox::postpone(&mut tx, place, now).await?;
            note(&mut tx, attempt, Outcome::Later, message, now).await?;
        }
        Answer::Later(after, message) => {
            let next_at = again(now, owed.attempts, *after, rand::random());
            outbox::postpone(&mut tx, place, next_at).await?;
            note(&mut tx, attempt, Outcome::Later, message, now).await?;
        }
        Answer::Strange(message) => {
            outbox::postpone(&mut tx, place, again(now, owed.attempts, None, rand::random())).await?;
            access::ail(&mut tx, place.account, &owed.connection, message).await?;
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
    // An alteration that could not be fetched: without an etag it is asked for before the next write.
    let unknown = if stored.altered { "" } else { stored.etag.as_str() };
    let etag = there.map_or(unknown, |there| there.etag.as_str());
    if let Some(origin) = attempt.moved_from() {
        relocate::left(tx, place.account, origin, now).await?;
    }
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
            let sent = attempt.content.as_ref();
            return altered_meanwhile(tx, attempt, row, owed, (sent, there), now).await;
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
    (sent, there): (Option<&Content>, &Content),
    now: Timestamp,
) -> store::Result<()> {
    let place = owed.place;
    let newest = attempt.target.read(row).filter(|_| !row.version.meta.deleted);
    let (Some(sent), Some(newest)) = (sent, newest) else {
        return next(tx, attempt, owed, now).await;
    };
    let base = item::replace(tx, place, there, None, now).await?;
    match settle::merged(Some(sent), &newest, there, true) {
        settle::Settled::Ours(both) => {
            let rev = item::replace(tx, place, &both, None, now).await?;
            outbox::rebase(tx, place, base, rev, &new_key(), now).await
        }
        _ => outbox::done(tx, place).await,
    }
}

/// What the back office made of the version it last got is known at last; ours follows, over that.
async fn learnt(
    tx: &mut Tx,
    attempt: &Attempt,
    row: &Row,
    owed: &Owed,
    there: &Remote,
    now: Timestamp,
) -> store::Result<()> {
    let place = owed.place;
    let base = attempt.target.base(tx, owed).await?;
    item::set_remote(tx, place, Some(&there.id), Some(&there.etag)).await?;
    match (&there.content, base) {
        (Ok(content), Some(base)) if content.class() == attempt.target.class && *content != base => {
            if row.version.meta.deleted {
                return outbox::rebase(tx, place, owed.base_rev, owed.rev, &new_key(), now).await;
            }
            altered_meanwhile(tx, attempt, row, owed, (Some(&base), content), now).await
        }
        _ => outbox::rebase(tx, place, owed.base_rev, owed.rev, &new_key(), now).await,
    }
}

/// It is gone there. What has come to life here meanwhile is a new one there.
async fn deleted(
    tx: &mut Tx,
    attempt: &Attempt,
    row: &Row,
    owed: &Owed,
    now: Timestamp,
) -> store::Result<()> {
    if row.version.meta.deleted {
        return answered(tx, attempt, owed, "deleted", now).await;
    }
    note(tx, attempt, Outcome::Accepted, "deleted", now).await?;
    item::set_remote(tx, owed.place, None, None).await?;
    outbox::rebase(tx, owed.place, Rev(0), owed.rev, &new_key(), now).await
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
        outbox::rebase(tx, owed.place, attempt.sent_rev(), owed.rev, &new_key(), now).await
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
    if owed.rev != attempt.sent_rev() {
        // The phone has changed it again; that may be acceptable.
        note(tx, attempt, Outcome::Refused, message, now).await?;
        return outbox::rebase(tx, place, owed.base_rev, owed.rev, &new_key(), now).await;
    }
    if attempt.remote.is_none() {
        return unwanted(tx, attempt, owed, message, now).await;
    }
    note(tx, attempt, Outcome::Refused, message, now).await?;
    let base = item::version(tx, place, owed.base_rev).await?.filter(|base| !base.meta.deleted);
    let base = base.and_then(|base| Content::from_json(attempt.target.class, &base.content).ok());
    match base {
        Some(base) => {
            moved::withdraw(tx, row, (&base, &new_key()), now).await?;
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

/// A new item that the back office would not have goes back to where it was moved from, or from the phone.
async fn unwanted(
    tx: &mut Tx,
    attempt: &Attempt,
    owed: &Owed,
    message: &str,
    now: Timestamp,
) -> store::Result<()> {
    let place = owed.place;
    if let Some(from) = moved::undo(tx, place, &new_key(), now).await? {
        let message = format!("it could not be moved and is back where it was: {message}");
        return attempt.target.note(tx, from, Direction::Out, Outcome::Refused, &message, now).await;
    }
    note(tx, attempt, Outcome::Refused, message, now).await?;
    item::delete(tx, place, None, now).await?;
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
