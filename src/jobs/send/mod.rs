//! Sends the messages that phones handed over, keeps a copy, and tells who did not get it. Safe to kill anywhere.
//!
//! No message is sent twice: just before a server may have it, that is noted in the store, and a message of which it
//! is not known whether the server has it is not tried again but told of. All that comes before may be repeated; so
//! may what is stored in the mailbox, where it is looked for first.

mod errand;
mod report;

use jiff::SignedDuration;
use jiff::Timestamp;

use self::errand::Errand;
use self::errand::Stopped;
use self::errand::Why;
use super::lanes::Lanes;
use super::office::Office;
use super::office::Watch;
use super::office::again;
use super::office::later;
use crate::connector;
use crate::error::Error;
use crate::mailbox;
use crate::store;
use crate::store::log;
use crate::store::log::Attempt;
use crate::store::log::Direction;
use crate::store::log::Outcome;
use crate::store::outgoing;
use crate::store::outgoing::Outgoing;
use crate::store::retrying;

/// Longer than any server may take for a message; each step that is noted begins it anew.
const LEASE: SignedDuration = SignedDuration::from_mins(30);

/// RFC 5321 4.5.4.1 asks for four days and more, which servers of mail have; who writes on a phone wants to know
/// sooner that nothing came of it.
const PATIENCE: SignedDuration = SignedDuration::from_hours(48);

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
        let due = outgoing::due(&mut reader, &connection.name, now, free).await?;
        drop(reader);
        for message in due {
            if retrying(|| take(office, &message, now)).await? {
                let office = office.clone();
                lanes.start(&connection.name, async move { one(&office, taken(message), now).await });
            }
        }
    }
    Ok(())
}

async fn take(office: &Office, message: &Outgoing, now: Timestamp) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    let taken = outgoing::take(&mut tx, message, office.lease(now, LEASE), now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// The row as taking it has left it.
fn taken(mut message: Outgoing) -> Outgoing {
    message.attempts = message.attempts.saturating_add(1);
    message
}

/// Does what can be done for one message that was taken.
async fn one(office: &Office, message: Outgoing, now: Timestamp) {
    let watch = Watch::starting(now);
    let (account, id) = (message.account, message.id);
    let ended = match mailbox::over(&office.app, account, &message.connection).await {
        Ok(Some(mailbox)) => Box::pin(Errand::new(office, mailbox, message, watch).run()).await,
        Ok(None) => {
            let words = "there is no mailbox".to_owned();
            Err(Stopped { message, why: connector::Error::Later { after: None, message: words }.into() })
        }
        Err(error) => Err(Stopped { message, why: error.into() }),
    };
    let Err(Stopped { message, why }) = ended else { return };
    if let Err(error) = retrying(|| give_back(office, &message, &why, watch)).await {
        tracing::warn!(%account, message = %id, %error, "sending broke off; it goes on when its lease runs out");
    }
}

/// Notes why something is left to do, and when it is tried again.
async fn give_back(office: &Office, message: &Outgoing, why: &Why, watch: Watch) -> store::Result<()> {
    let now = watch.now();
    let (after, words) = match why {
        Why::Open => (None, None),
        Why::Broke(error @ Error::Connector(connector::Error::Later { after, .. })) => {
            (*after, Some(error.to_string()))
        }
        Why::Broke(error) => (None, Some(error.to_string())),
    };
    let next_at = again(now, message.attempts, after, rand::random());
    let mut tx = office.app.store().begin().await?;
    if message.created_at < later(now, -(PATIENCE + PATIENCE)) {
        // It was sent or told of long ago, or there is no mailbox to tell of it in.
        let words = format!("given up: {}", words.unwrap_or_default());
        note(&mut tx, message, Outcome::Refused, &words, now).await?;
        outgoing::done(&mut tx, message.account, message.id).await?;
        return tx.commit().await;
    }
    if outgoing::postpone(&mut tx, message, &office.node, next_at).await?
        && let Some(words) = words
    {
        note(&mut tx, message, Outcome::Later, &words, now).await?;
    }
    tx.commit().await
}

/// Adds a row to the account's log.
async fn note(
    tx: &mut store::Tx,
    message: &Outgoing,
    outcome: Outcome,
    words: &str,
    now: Timestamp,
) -> store::Result<()> {
    let place = errand::log_place(message.account);
    let connection = &message.connection;
    log::add(tx, place, Attempt { connection, direction: Direction::Out, outcome, message: words, now }).await
}
