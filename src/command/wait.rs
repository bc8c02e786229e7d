//! How a held request ends: by news, by a newer request, by its time, or because its device is welcome no more.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::App;
use crate::command::hierarchy::Hierarchy;
use crate::error::Error;
use crate::govern::provisioned::Provisioned;
use crate::notify::Registration;
use crate::notify::Woken;
use crate::store::account;
use crate::store::device;
use crate::store::state::Who;

/// Why somebody who waited goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// There may be news.
    Look,
    /// The device is blocked, to be wiped, to start again or not known any more, or its account is switched off.
    Unwelcome,
    /// Its time is over, or a newer request takes its place, or the program ends.
    Over,
}

/// What another process does to a device, as `lomme device` does, reaches who waits here no later than this.
const RECHECK: Duration = Duration::from_secs(30);

/// Waits in a place. Costs no more than the place and a timer while nothing happens.
pub(super) async fn wait(app: &App, who: Who, place: &Registration, deadline: Instant) -> Ended {
    loop {
        let next = deadline.min(Instant::now() + RECHECK);
        let woken = tokio::select! {
            woken = place.woken() => Some(woken),
            () = tokio::time::sleep_until(next) => None,
            () = app.stopping() => return Ended::Over,
        };
        if woken == Some(Woken::Replaced) || (woken.is_none() && next == deadline) {
            return Ended::Over;
        }
        match Box::pin(is_welcome(app, who)).await {
            Ok(true) => {}
            Ok(false) => return Ended::Unwelcome,
            // Whoever looks next meets the same, and says so.
            Err(error) => tracing::warn!(%error, "cannot tell whether a device that waits is still welcome"),
        }
        if woken == Some(Woken::Look) {
            return Ended::Look;
        }
    }
}

/// Whether the device that waits would be let in again with what it holds.
async fn is_welcome(app: &App, who: Who) -> Result<bool, Error> {
    let mut reader = app.store().read().await?;
    let Some(device) = device::by_number(&mut reader, who.account, who.device).await? else {
        return Ok(false);
    };
    let is_enabled = account::by_id(&mut reader, who.account).await?.is_some_and(|owner| !owner.is_disabled);
    let is_to_wipe = Provisioned::read(&device.provision).wipe.is_some();
    // Who waits has asked for something; a device that has to start again has asked for nothing yet.
    let starts_again = Hierarchy::read(&device.hierarchy).current.is_none()
        && device.ping.is_none()
        && device.requested.is_none();
    Ok(is_enabled && device.blocked_at.is_none() && !is_to_wipe && !starts_again)
}
