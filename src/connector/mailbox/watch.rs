//! Waiting for what happens in a mailbox, whoever does it. Does not find out what it was.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::changes;
use super::index;
use super::index::Index;
use super::index::Place;
use crate::connector::Result;

/// How often it is looked at what another process may have done.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Ends when something may have happened in the mailbox since that cursor.
pub async fn watch(
    index: &Index,
    owner: &str,
    mailbox: &str,
    since: Option<&str>,
    mut changed: Receiver<i64>,
) -> Result<()> {
    let begun = look(index, owner, mailbox).await?;
    if since.is_some_and(|since| changes::differs(&begun, since)) {
        return Ok(());
    }
    loop {
        // What this process does it says itself; the rest shows in time.
        let _ = tokio::time::timeout(LOOK_EVERY, heard(&mut changed, &begun)).await;
        if look(index, owner, mailbox).await?.counter != begun.counter {
            return Ok(());
        }
    }
}

/// Ends when this mailbox changed, or it cannot be said whether it did.
async fn heard(changed: &mut Receiver<i64>, place: &Place) {
    loop {
        match changed.recv().await {
            Ok(number) if number != place.number => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // Only the look at the index is left.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn look(index: &Index, owner: &str, mailbox: &str) -> Result<Place> {
    let mut tx = index.read().await?;
    index::place(&mut tx, owner, mailbox).await
}
