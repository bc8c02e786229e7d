//! Answers for those who are away, whether or not they have a phone. Where the mail server does it, this sees that it
//! knows what to say (RFC 5230); else it is done here (RFC 3834), by what comes into the inbox.
//!
//! Nobody is answered twice, wherever this is killed: that somebody is told, the message that tells it, and how far the
//! inbox was looked through are written in one transaction, and the queue sends no message twice.

mod answer;
mod whom;

use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::sync::watch;

use super::LOOK;
use super::lanes::Lanes;
use super::office::Office;
use super::office::Watch;
use super::office::again;
use super::office::answer as answered;
use super::office::later;
use super::stopped;
use crate::connector;
use crate::connector::mail::Taken;
use crate::error::Error;
use crate::mailbox;
use crate::mailbox::Mailbox;
use crate::model::id::ItemId;
use crate::store;
use crate::store::absence;
use crate::store::absence::Carrier;
use crate::store::absence::Kept;
use crate::store::absence::Seen;
use crate::store::folder;
use crate::store::item::Place;
use crate::store::log;
use crate::store::log::Attempt;
use crate::store::log::Direction;
use crate::store::log::Outcome;
use crate::store::pull;
use crate::store::retrying;

/// A node that has not given an absence back by then is dead.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// Absences seen to at a time; the accounts of one mail server do not keep those of another waiting.
const AT_A_TIME: usize = 8;
/// From one pull of the inbox of somebody we answer for to the next.
const PULL_EVERY: SignedDuration = SignedDuration::from_mins(2);
/// From one look at the script of a mail server that answers to the next: people come into the contacts and go, and
/// programs of the user's change scripts.
const SCRIPT_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// What lay unseen for longer is not answered any more: its sender has long wondered.
const STALE: SignedDuration = SignedDuration::from_hours(48);

/// What came before that is not answered.
pub(super) fn oldest(now: Timestamp) -> Timestamp {
    later(now, -STALE)
}

/// Sees to absences until the jobs stop.
pub(super) async fn run(office: Office, mut stop: watch::Receiver<bool>) {
    let mut lanes = Lanes::new(AT_A_TIME);
    loop {
        if let Err(error) = start_due(&office, &mut lanes).await {
            tracing::warn!(%error, "cannot look for absences that are due");
        }
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = lanes.ended() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    lanes.drain().await;
}

async fn start_due(office: &Office, lanes: &mut Lanes) -> store::Result<()> {
    /// Looked up at a time.
    const MANY: i64 = 100;
    let now = office.app.now();
    let due = absence::due(&mut *office.app.store().read().await?, now, MANY).await?;
    for kept in due {
        let inbox =
            folder::find(&mut *office.app.store().glance().await?, kept.account, absence::inbox()).await?;
        let connection = inbox.and_then(|inbox| inbox.folder.connection).unwrap_or_default();
        if lanes.free(&connection) == 0 {
            continue;
        }
        let until = later(now, LEASE);
        if retrying(|| take(office, &kept, until)).await? {
            let (office, kept) = (office.clone(), Kept { held_until: until, ..kept });
            lanes.start(&connection.clone(), async move { one(&office, &kept, &connection, now).await });
        }
    }
    Ok(())
}

async fn take(office: &Office, kept: &Kept, until: Timestamp) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    let taken = absence::take(&mut tx, kept, until).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Sees to one that was taken.
async fn one(office: &Office, kept: &Kept, connection: &str, now: Timestamp) {
    let watch = Watch::starting(now);
    let account = kept.account;
    // Its lease is longer.
    let within = (LEASE / 2).unsigned_abs();
    let ended = tokio::time::timeout(within, see_to(office, kept, connection, watch)).await;
    let seen = match ended.unwrap_or(Err(Error::Late)) {
        Ok(seen) => seen,
        Err(error) => {
            let failures = kept.failures.saturating_add(1);
            tracing::warn!(%account, %error, failures, "an absence cannot be seen to; again later");
            let not_before = again(watch.now(), failures, None, rand::random());
            Seen { carrier: kept.carrier, next_at: kept.next_at, not_before, failures }
        }
    };
    let given_back = retrying(async || {
        let mut tx = office.app.store().begin().await?;
        absence::seen(&mut tx, kept, seen).await?;
        tx.commit().await
    });
    if let Err(error) = given_back.await {
        tracing::warn!(%account, %error, "an absence is not given back; its lease runs out");
    }
}

async fn see_to(office: &Office, kept: &Kept, connection: &str, watch: Watch) -> Result<Seen, Error> {
    let now = watch.now();
    let never = Seen { carrier: None, next_at: Timestamp::MAX, not_before: now, failures: 0 };
    let Some(mailbox) = mailbox::over(&office.app, kept.account, connection).await? else {
        // It is looked at again when its owner says something.
        return Ok(never);
    };
    let is_over = kept.since.is_none() || kept.until.is_some_and(|until| until <= now);
    if is_over {
        answered(mailbox.mail.answer(&mailbox.user, None)).await?;
        return Ok(never);
    }
    let turns_at = kept.turns_after(now).unwrap_or(Timestamp::MAX);
    let is_due = kept.next_at <= now || kept.carrier != Some(Carrier::Lomme);
    if is_due && let Carrier::Server = carrier(office, kept, &mailbox, now).await? {
        answer::skip(office, kept).await?;
        let next_at = later(now, SCRIPT_EVERY).min(turns_at);
        return Ok(Seen { carrier: Some(Carrier::Server), next_at, not_before: now, failures: 0 });
    }
    // What came while the mail server answered is answered.
    if kept.carrier == Some(Carrier::Server) {
        answer::skip(office, kept).await?;
    } else if kept.counts_at(now) {
        answer::answer(office, kept, &mailbox, watch).await?;
    }
    let mut next_at = kept.next_at;
    if is_due {
        next_at = turns_at;
        if kept.counts_at(now) {
            retrying(|| ask(office, kept, &mailbox, now)).await?;
            next_at = next_at.min(later(now, PULL_EVERY));
        }
    }
    Ok(Seen { carrier: Some(Carrier::Lomme), next_at, not_before: now, failures: 0 })
}

/// Has the mail server answer, if it can.
async fn carrier(office: &Office, kept: &Kept, mailbox: &Mailbox, now: Timestamp) -> Result<Carrier, Error> {
    let vacation = answer::vacation(office, kept, mailbox, now).await?;
    let reason = match answered(mailbox.mail.answer(&mailbox.user, Some(&vacation))).await {
        Ok(Taken::Yes) => return Ok(Carrier::Server),
        Ok(Taken::Not(reason)) => reason,
        // It does not like what it was given.
        Err(connector::Error::Refused(reason)) => Some(reason),
        Err(error) => return Err(error.into()),
    };
    if let Some(reason) = reason.filter(|_| kept.carrier != Some(Carrier::Lomme)) {
        let account = kept.account;
        tracing::info!(%account, reason, "a mail server does not answer for who is away; it is done here");
        let message = format!("the mail server does not answer while its user is away, so we do: {reason}");
        retrying(|| note(office, kept, mailbox, &message, now)).await?;
    }
    Ok(Carrier::Lomme)
}

async fn note(
    office: &Office,
    kept: &Kept,
    mailbox: &Mailbox,
    message: &str,
    now: Timestamp,
) -> store::Result<()> {
    let place = Place { account: kept.account, folder: absence::inbox(), item: ItemId(0) };
    let (connection, direction, outcome) = (&mailbox.connection, Direction::Out, Outcome::Refused);
    let mut tx = office.app.store().begin().await?;
    log::add(&mut tx, place, Attempt { connection, direction, outcome, message, now }).await?;
    tx.commit().await
}

/// Nobody else may look into the inbox while its owner is away.
async fn ask(office: &Office, kept: &Kept, mailbox: &Mailbox, now: Timestamp) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    pull::ask_folder(&mut tx, kept.account, &mailbox.connection, absence::inbox(), now).await?;
    tx.commit().await
}
