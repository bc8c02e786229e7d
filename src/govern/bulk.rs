//! An action on many devices: what it reaches is computed to be shown, and computed again when it is done. Each device
//! is done by itself, and one that fails stops no other.

use jiff::Timestamp;

use super::Error;
use super::Result;
use super::action::Action;
use super::action::Facts;
use super::action::Reason;
use super::actor::Actor;
use super::actor::Who;
use super::audit;
use super::audit::Deed;
use super::description::Information;
use super::order::Detail;
use super::order::Kind;
use super::policy;
use super::provisioned::Provisioned;
use super::provisioned::Wipe;
use crate::app::App;
use crate::eas::quirk::Quirk;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::store;
use crate::store::Connection;
use crate::store::Tx;
use crate::store::account::Account;
use crate::store::device;
use crate::store::device::Column;
use crate::store::device::Device;
use crate::store::device::Ruler;
use crate::store::device::Standing;
use crate::store::log;
use crate::store::log::Outcome;
use crate::store::order;
use crate::store::order::Order;
use crate::store::organisation;
use crate::store::retrying;
use crate::store::state;

/// A device by its numbers, as lists and forms name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// Whose.
    pub account: AccountId,
    /// Which of theirs.
    pub number: DeviceNumber,
}

/// A device that an action may reach, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The device.
    pub device: Device,
    /// Its owner.
    pub owner: Account,
    /// Why it is left out; none: it is reached.
    pub hindrance: Option<Reason>,
}

/// What came of an action on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which device.
    pub target: Target,
    /// What it calls itself; empty for one that is gone.
    pub id: String,
    /// Whether it was done, or why not.
    pub outcome: std::result::Result<(), Reason>,
}

/// More at a time than anybody reads in a confirmation.
pub const MOST: usize = 5_000;

impl Target {
    /// As it is written: `ACCOUNT:NUMBER`.
    pub fn parse(text: &str) -> Option<Self> {
        let (account, number) = text.split_once(':')?;
        Some(Self { account: AccountId(account.parse().ok()?), number: DeviceNumber(number.parse().ok()?) })
    }

    /// The target that a device is.
    pub fn of(device: &Device) -> Self {
        Self { account: device.account, number: device.number }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.account, self.number)
    }
}

/// What an action would reach. Devices that are gone, and those of others, are not told of.
pub async fn plan(app: &App, actor: &Actor, action: Action, targets: &[Target]) -> Result<Vec<Candidate>> {
    bounded(targets)?;
    let mut reader = app.store().read().await?;
    let mut candidates = Vec::with_capacity(targets.len());
    for target in targets {
        if let Some((device, owner)) = found(actor, &mut reader, *target).await? {
            let facts = facts(app, actor, &mut reader, &device, &owner).await?;
            let hindrance = action.hindrance(&facts, app.now());
            candidates.push(Candidate { device, owner, hindrance });
        }
    }
    Ok(candidates)
}

/// Does an action to each of the devices that it reaches now, whatever was shown before.
pub async fn submit(app: &App, actor: &Actor, action: Action, targets: &[Target]) -> Result<Vec<Told>> {
    bounded(targets)?;
    actor.writes()?;
    let mut told = Vec::with_capacity(targets.len());
    for target in targets {
        told.push(retrying(|| one(app, actor, action, *target)).await?);
    }
    Ok(told)
}

fn bounded(targets: &[Target]) -> Result<()> {
    if targets.len() > MOST {
        return Err(Error::Wrong(format!("at most {MOST} devices at a time")));
    }
    Ok(())
}

async fn one(app: &App, actor: &Actor, action: Action, target: Target) -> Result<Told> {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let Some((device, owner)) = found(actor, &mut tx, target).await? else {
        return Ok(Told { target, id: String::new(), outcome: Err(Reason::NoPartnership) });
    };
    let id = device.id.clone();
    let facts = facts(app, actor, &mut tx, &device, &owner).await?;
    let place = (device.account, device.number);
    if let Some(reason) = action.hindrance(&facts, now) {
        // Who may not do it leaves no mark in somebody else's log.
        if reason != Reason::NotAllowed {
            let words = format!("{}: {reason}", action.as_str());
            log::add_order(&mut tx, place, Outcome::Refused, &words, now).await?;
            tx.commit().await?;
        }
        return Ok(Told { target, id, outcome: Err(reason) });
    }
    apply(&mut tx, &device, &facts, action, now).await?;
    if let Some(kind) = Kind::of(action) {
        let folders = match action {
            Action::Folder(folder) => vec![folder],
            Action::Resync => facts.synced.clone(),
            _ => Vec::new(),
        };
        let detail = serde_json::to_string(&Detail { folders }).unwrap_or_default();
        let (account, device) = place;
        let (kind, organisation) = (kind.as_str().to_owned(), owner.organisation);
        order::give(&mut tx, &Order { account, device, organisation, kind, detail, at: now }).await?;
    }
    let outcome = if Kind::of(action).is_some() { Outcome::Ordered } else { Outcome::Done };
    log::add_order(&mut tx, place, outcome, action.as_str(), now).await?;
    let name = format!("device.{}", action.as_str());
    let detail = match action {
        Action::Folder(folder) => format!("folder {folder}"),
        _ => String::new(),
    };
    let deed = Deed { action: &name, object: &audit::of_device(place.0, place.1), detail: &detail };
    audit::record(&mut tx, actor, owner.organisation, deed, now).await?;
    tx.commit().await?;
    Ok(Told { target, id, outcome: Ok(()) })
}

/// The device and its owner, if the actor governs them.
async fn found(actor: &Actor, c: &mut Connection, target: Target) -> Result<Option<(Device, Account)>> {
    let owner = match actor.account(c, target.account).await {
        Ok(owner) => owner,
        Err(Error::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let device = device::by_number(c, target.account, target.number).await?;
    Ok(device.map(|device| (device, owner)))
}

/// What the predicate has to know of a device.
pub async fn facts(
    app: &App,
    actor: &Actor,
    c: &mut Connection,
    device: &Device,
    owner: &Account,
) -> store::Result<Facts> {
    let who = state::Who { account: device.account, device: device.number };
    let said = Information::read(&device.information);
    let rules = policy::in_force(app, c, device.account).await?;
    let settings = organisation::settings_of(c, device.account).await?;
    let is_bound = rules.binds(&device.kind) && !said.family(&device.kind).has(Quirk::NotProvisionable);
    let order = order::of(c, device.account, device.number).await?;
    let states = state::list(c, who).await?;
    Ok(Facts {
        has_partnership: device.hierarchy.len() > "{}".len() || !states.is_empty(),
        version: said.version.unwrap_or_default(),
        standing: (device.standing, device.standing_by),
        order: order.and_then(|order| Kind::parse(&order.kind)),
        seen_at: device.seen_at,
        is_bound,
        synced: states.iter().map(|state| state.folder).collect(),
        is_allowed: actor.may_handle(owner).is_ok(),
        // Whoever has the configuration could switch it on.
        may_wipe: settings.whole_wipe || actor.who() == Who::CommandLine,
    })
}

async fn apply(
    tx: &mut Tx,
    device: &Device,
    facts: &Facts,
    action: Action,
    now: Timestamp,
) -> store::Result<()> {
    let (account, number) = (device.account, device.number);
    let provisioned = Provisioned::read(&device.provision);
    let provision = match action {
        Action::Resync => return device::resync(tx, account, number).await,
        Action::Folder(folder) => {
            return device::resync_folder(tx, account, number, folder).await;
        }
        Action::Block => {
            let blocked = (Standing::Blocked, Ruler::Hand);
            return device::set_standing(tx, account, number, blocked, now).await;
        }
        Action::Allow => {
            let allowed = (Standing::Allowed, Ruler::Hand);
            return device::set_standing(tx, account, number, allowed, now).await;
        }
        Action::SignOut => return device::remove(tx, account, number).await,
        Action::Policy => Provisioned { taken: None, told: None, ..provisioned },
        Action::WipeAccount => Provisioned { wipe: Some(Wipe::Account), wiped: None, ..provisioned },
        Action::WipeDevice => Provisioned { wipe: Some(Wipe::Device), wiped: None, ..provisioned },
        Action::Cancel => {
            order::done(tx, account, number).await?;
            if !facts.order.is_some_and(|kind| matches!(kind, Kind::WipeAccount | Kind::WipeDevice)) {
                return Ok(());
            }
            Provisioned { wipe: None, ..provisioned }
        }
    };
    device::set(tx, account, number, Column::Provision, &provision.write()).await
}
