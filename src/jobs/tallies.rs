//! Writes what this node counted, and how many phones are about, hour by hour. Counts no request itself.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::sync::watch;

use super::office::Office;
use super::stopped;
use crate::app::App;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::organisation;
use crate::store::retrying;
use crate::store::roster;
use crate::store::roster::Filter;
use crate::store::tally;
use crate::store::tally::Row;

/// From one writing to the next; what was counted since is lost with the node.
const EVERY: Duration = Duration::from_secs(60);
/// Plots reach back a month.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 32);
/// A phone that was here within it is about.
const ABOUT: SignedDuration = SignedDuration::from_hours(1);

/// Writes until the jobs are to stop, and once more then.
pub(super) async fn run(office: Office, mut stop: watch::Receiver<bool>) {
    loop {
        let is_last = tokio::select! {
            () = stopped(&mut stop) => true,
            () = tokio::time::sleep(EVERY) => false,
        };
        if let Err(error) = write(&office.app, &office.node).await {
            tracing::warn!(%error, "what was counted could not be written");
        }
        if is_last {
            return;
        }
    }
}

async fn write(app: &App, node: &str) -> store::Result<()> {
    let now = app.now();
    let counted = app.tally().take();
    let mut reader = app.store().read().await?;
    let mut phones = Vec::new();
    for organisation in organisation::list(&mut reader).await? {
        let number = roster::active(&mut reader, organisation.id, &Filter::default(), now - ABOUT).await?;
        phones.push((organisation.id, number));
    }
    drop(reader);
    retrying(|| written(app, &counted, &phones, (node, now))).await
}

async fn written(
    app: &App,
    counted: &[(OrganisationId, &'static str, String, i64)],
    phones: &[(OrganisationId, i64)],
    (node, now): (&str, Timestamp),
) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    for (organisation, what, which, number) in counted {
        let row = Row { hour: now, what: (*what).to_owned(), which: which.clone(), number: *number };
        tally::add(&mut tx, *organisation, &row).await?;
    }
    for (organisation, number) in app.tally().waiting() {
        // Each node has its own; what waits is what waits at all of them.
        let row = Row { hour: now, what: "waiting".to_owned(), which: node.to_owned(), number };
        tally::highest(&mut tx, organisation, &row).await?;
    }
    for (organisation, number) in phones {
        let row = Row { hour: now, what: "phones".to_owned(), which: String::new(), number: *number };
        tally::highest(&mut tx, *organisation, &row).await?;
        tally::sweep(&mut tx, *organisation, now - KEPT).await?;
    }
    tx.commit().await
}
