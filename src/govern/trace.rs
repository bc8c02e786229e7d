//! Writing down for an hour what a device and the server say to each other, for whoever looks into a trouble.
//!
//! Masks nothing: what is stored has stand-ins for names, addresses and texts, and never had bodies and credentials.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use super::bulk::Target;
use crate::app::App;
use crate::store::Connection;
use crate::store::account::Account;
use crate::store::device;
use crate::store::device::Device;
use crate::store::retrying;
use crate::store::trace;
use crate::store::trace::Line;

/// Then it ends by itself.
const FOR: SignedDuration = SignedDuration::from_hours(1);

/// What was written down is removed after some days.
pub const KEPT: Duration = Duration::from_hours(24 * 7);

/// What was written down of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Until when it goes on; none: it does not.
    pub until: Option<Timestamp>,
    /// What was said, oldest first.
    pub lines: Vec<Line>,
}

/// What is done with a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It begins, or goes on for another hour.
    Start,
    /// It ends. What was written down stays for some days.
    Stop,
    /// It ends, and what was written down is removed.
    Remove,
}

impl Change {
    const fn action(self) -> &'static str {
        match self {
            Self::Start => "device.trace",
            Self::Stop => "device.trace-stop",
            Self::Remove => "device.trace-remove",
        }
    }
}

/// What was written down of a device, for who governs its owner.
pub async fn find(app: &App, actor: &Actor, target: Target) -> Result<Trace> {
    let mut reader = app.store().read().await?;
    let (_, device) = owned(actor, &mut reader, target).await?;
    let lines = trace::list(&mut reader, (target.account, target.number)).await?;
    Ok(Trace { until: device.traced_until.filter(|until| *until > app.now()), lines })
}

/// Begins or ends it.
pub async fn change(app: &App, actor: &Actor, target: Target, change: Change) -> Result<()> {
    retrying(async || {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        let (owner, _) = owned(actor, &mut tx, target).await?;
        let which = (target.account, target.number);
        let until = (change == Change::Start).then(|| now.checked_add(FOR).unwrap_or(now));
        trace::set(&mut tx, which, until).await?;
        if change == Change::Remove {
            trace::clear(&mut tx, which).await?;
        }
        let object = audit::of_device(target.account, target.number);
        let deed = Deed { action: change.action(), object: &object, detail: "" };
        audit::record(&mut tx, actor, owner.organisation, deed, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

async fn owned(actor: &Actor, c: &mut Connection, target: Target) -> Result<(Account, Device)> {
    let owner = actor.account(c, target.account).await?;
    actor.may_change(&owner)?;
    let device = device::by_number(c, target.account, target.number).await?;
    let missing = || Error::Missing { what: "device", name: target.to_string() };
    Ok((owner, device.ok_or_else(missing)?))
}

/// As a file that people read.
pub fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        // Writing into a text cannot fail.
        let at = line.at.strftime("%Y-%m-%d %H:%M:%S%.3f UTC");
        let _ = writeln!(text, "{at}  {}\n{}", line.heading, line.text);
    }
    text
}
