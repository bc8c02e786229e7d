//! What a device was ordered, and how far it is with it: seen in what the phone asks for, for none says that it is done
//! but with a wipe. Gives no order.

use jiff::SignedDuration;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use super::action::Action;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use super::provisioned::Provisioned;
use super::provisioned::Wipe;
use crate::app::App;
use crate::model::id::FolderId;
use crate::store;
use crate::store::Connection;
use crate::store::device;
use crate::store::device::Device;
use crate::store::folder;
use crate::store::log;
use crate::store::log::Outcome;
use crate::store::order;
use crate::store::order::Order;
use crate::store::retrying;
use crate::store::state;
use crate::store::state::Who;
use crate::sync::state::Cursor;

/// What there is for a device to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To fetch everything anew.
    Resync,
    /// To fetch one folder anew.
    Folder,
    /// To take the policy.
    Policy,
    /// To remove the account.
    WipeAccount,
    /// To remove everything.
    WipeDevice,
}

/// The particulars of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// The folders that are to be fetched anew.
    pub folders: Vec<FolderId>,
}

/// How far a device is with what it was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It does not know of it yet.
    Waiting,
    /// It is at it; so many folders of so many are there.
    UnderWay {
        /// How many are there.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// It has done it.
    Done,
    /// It has not done it in time.
    Late,
}

/// What a phone that is about does within minutes; one that is about again after a holiday still hears of it.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24 * 7);

impl Kind {
    const ALL: [Self; 5] = [Self::Resync, Self::Folder, Self::Policy, Self::WipeAccount, Self::WipeDevice];

    /// What an action leaves for a device to do, if anything.
    pub fn of(action: Action) -> Option<Self> {
        match action {
            Action::Resync => Some(Self::Resync),
            Action::Folder(_) => Some(Self::Folder),
            Action::Policy => Some(Self::Policy),
            Action::WipeAccount => Some(Self::WipeAccount),
            Action::WipeDevice => Some(Self::WipeDevice),
            Action::Block | Action::Allow | Action::SignOut | Action::Cancel => None,
        }
    }

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resync => "resync",
            Self::Folder => "folder",
            Self::Policy => "policy",
            Self::WipeAccount => "wipe-account",
            Self::WipeDevice => "wipe-device",
        }
    }

    /// What is stored so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    const fn wipes(self) -> Option<Wipe> {
        match self {
            Self::WipeAccount => Some(Wipe::Account),
            Self::WipeDevice => Some(Wipe::Device),
            Self::Resync | Self::Folder | Self::Policy => None,
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Resync => "everything was fetched anew",
            Self::Folder => "the folder was fetched anew",
            Self::Policy => "the policy was taken",
            Self::WipeAccount => "the device says that it removed the account",
            Self::WipeDevice => "the device says that it wiped itself",
        }
    }
}

/// Where a device stands with a folder that it is to fetch anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fetched {
    /// It has not asked yet.
    No,
    /// It is being told.
    Partly,
    /// It has it, or the folder is gone.
    Yes,
}

/// How far a device is, by what is known of it. A wipe has all the time in the world: the phone may be lost.
fn progress(
    kind: Kind,
    provision: &Provisioned,
    folders: &[Fetched],
    has_folders: bool,
    age: SignedDuration,
) -> Progress {
    let so_far = match kind {
        Kind::Resync | Kind::Folder => {
            let done = folders.iter().filter(|fetched| **fetched == Fetched::Yes).count();
            if has_folders && done == folders.len() {
                Progress::Done
            } else if has_folders && folders.iter().any(|fetched| *fetched != Fetched::No) {
                Progress::UnderWay { done, of: folders.len() }
            } else {
                Progress::Waiting
            }
        }
        Kind::Policy if provision.taken.is_some() => Progress::Done,
        Kind::Policy if provision.told.is_some() => Progress::UnderWay { done: 0, of: 1 },
        Kind::Policy => Progress::Waiting,
        Kind::WipeAccount | Kind::WipeDevice => {
            let is_done = provision.wipe.is_none() && provision.wiped == kind.wipes();
            if is_done { Progress::Done } else { Progress::Waiting }
        }
    };
    let is_late = so_far != Progress::Done && kind.wipes().is_none() && age > PATIENCE;
    if is_late { Progress::Late } else { so_far }
}

/// How far a device is with an order.
pub async fn look(
    c: &mut Connection,
    device: &Device,
    order: &Order,
    now: Timestamp,
) -> store::Result<Progress> {
    let Some(kind) = Kind::parse(&order.kind) else { return Ok(Progress::Late) };
    let wanted = serde_json::from_str::<Detail>(&order.detail).unwrap_or_default().folders;
    let mut fetched = Vec::with_capacity(wanted.len());
    if !wanted.is_empty() {
        let who = Who { account: device.account, device: device.number };
        let states = state::list(c, who).await?;
        let there = folder::list(c, device.account).await?;
        for id in wanted {
            let Some(row) = there.iter().find(|row| row.folder.id == id) else {
                fetched.push(Fetched::Yes);
                continue;
            };
            let state = states.iter().find(|state| state.folder == id);
            fetched.push(match state.map(|state| &state.state.current.cursor) {
                None => Fetched::No,
                Some(Cursor::At(rev)) if rev.0 > 0 || row.rev.0 == 0 => Fetched::Yes,
                Some(Cursor::At(_) | Cursor::Walk(_)) => Fetched::Partly,
            });
        }
    }
    let has_folders = device.hierarchy.len() > "{}".len();
    let provision = Provisioned::read(&device.provision);
    Ok(progress(kind, &provision, &fetched, has_folders, now.duration_since(order.at)))
}

/// Looks after the orders for which it is time, and notes what is done. How many there were.
pub async fn follow(app: &App) -> store::Result<usize> {
    const AT_A_TIME: i64 = 100;
    let now = app.now();
    let mut reader = app.store().read().await?;
    let due = order::due(&mut reader, now, AT_A_TIME).await?;
    let mut looked = Vec::with_capacity(due.len());
    for order in due {
        let device = device::by_number(&mut reader, order.account, order.device).await?;
        let progress = match &device {
            Some(device) => look(&mut reader, device, &order, now).await?,
            None => Progress::Late,
        };
        looked.push((order, progress));
    }
    drop(reader);
    for (order, progress) in &looked {
        retrying(|| note(app, order, *progress, now)).await?;
    }
    Ok(looked.len())
}

async fn note(app: &App, order: &Order, progress: Progress, now: Timestamp) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    let kind = Kind::parse(&order.kind);
    let (outcome, words) = match (progress, kind) {
        (Progress::Done, Some(kind)) => (Outcome::Done, kind.done()),
        (Progress::Late, _) | (Progress::Done, None) => {
            (Outcome::Failed, "the device did not do it within a week")
        }
        (Progress::Waiting | Progress::UnderWay { .. }, _) => {
            order::look_again(&mut tx, order, next_look(order, now)).await?;
            return tx.commit().await;
        }
    };
    // Another node may have seen it first.
    if order::done(&mut tx, order.account, order.device).await? {
        log::add_order(&mut tx, (order.account, order.device), outcome, words, now).await?;
        let action = format!("device.{}.{}", order.kind, outcome.as_str());
        let object = audit::of_device(order.account, order.device);
        let deed = Deed { action: &action, object: &object, detail: "" };
        audit::record(&mut tx, &Actor::server(), order.organisation, deed, now).await?;
    }
    tx.commit().await
}

/// Soon at first, while somebody watches; later now and then.
fn next_look(order: &Order, now: Timestamp) -> Timestamp {
    const SOONEST: SignedDuration = SignedDuration::from_secs(1);
    const LATEST: SignedDuration = SignedDuration::from_mins(10);
    let wait = (now.duration_since(order.at) / 20).clamp(SOONEST, LATEST);
    now.saturating_add(wait).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eas::query::PolicyKey;
    use crate::govern::provisioned::Taken;

    #[track_caller]
    fn check(kind: Kind, provision: &Provisioned, folders: &[Fetched], expected: Progress) {
        assert_eq!(progress(kind, provision, folders, true, SignedDuration::ZERO), expected);
    }

    #[test]
    fn a_resync_is_done_when_every_folder_is_there_again() {
        let none = Provisioned::default();
        let waiting = progress(Kind::Resync, &none, &[], false, SignedDuration::ZERO);
        assert_eq!(waiting, Progress::Waiting);
        check(Kind::Resync, &none, &[Fetched::No, Fetched::No], Progress::Waiting);
        check(Kind::Resync, &none, &[Fetched::Partly, Fetched::No], Progress::UnderWay { done: 0, of: 2 });
        check(Kind::Resync, &none, &[Fetched::Partly, Fetched::Yes], Progress::UnderWay { done: 1, of: 2 });
        check(Kind::Resync, &none, &[Fetched::Yes, Fetched::Yes], Progress::Done);
        check(Kind::Resync, &none, &[], Progress::Done);
    }

    #[test]
    fn a_wipe_is_done_when_the_device_says_so_however_late() {
        let ordered = Provisioned { wipe: Some(Wipe::Account), ..Provisioned::default() };
        let years = SignedDuration::from_hours(24 * 1000);
        assert_eq!(progress(Kind::WipeAccount, &ordered, &[], true, years), Progress::Waiting);
        let done = Provisioned { wiped: Some(Wipe::Account), ..Provisioned::default() };
        check(Kind::WipeAccount, &done, &[], Progress::Done);
        check(Kind::WipeDevice, &done, &[], Progress::Waiting);
        assert_eq!(progress(Kind::Resync, &ordered, &[Fetched::No], true, years), Progress::Late);
    }

    #[test]
    fn a_policy_is_taken_in_two_steps() {
        let told = Provisioned { told: Some(PolicyKey(1)), ..Provisioned::default() };
        check(Kind::Policy, &Provisioned::default(), &[], Progress::Waiting);
        check(Kind::Policy, &told, &[], Progress::UnderWay { done: 0, of: 1 });
        let taken = Taken { key: PolicyKey(2), fingerprint: String::new(), told: PolicyKey(1) };
        check(Kind::Policy, &Provisioned { taken: Some(taken), ..told }, &[], Progress::Done);
    }
}
