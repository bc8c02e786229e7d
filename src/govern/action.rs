//! What can be done to a device, and to which: one predicate, asked by the dialog and again when it is done.

use std::fmt;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::order::Kind;
use crate::eas::provision;
use crate::model::id::FolderId;
use crate::store::device::Ruler;
use crate::store::device::Standing;

/// What an administrator, or a phone's owner, does to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It fetches everything anew.
    Resync,
    /// It fetches one folder anew.
    Folder(FolderId),
    /// It is asked to take the policy once more.
    Policy,
    /// It is served no more.
    Block,
    /// It is served again, whatever the rules say.
    Allow,
    /// Its partnership ends; it may come back as a new one.
    SignOut,
    /// It removes this account from itself.
    WipeAccount,
    /// It removes everything from itself.
    WipeDevice,
    /// What it was ordered is taken back.
    Cancel,
}

/// Why an action does not reach a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is not the actor's to do.
    NotAllowed,
    /// The organisation has not switched it on.
    SwitchedOff,
    /// The device is gone, or was never really here.
    NoPartnership,
    /// It has not done yet what it was ordered.
    UnderWay,
    /// It was not here for too long to do anything soon.
    Offline,
    /// It is kept out, so that nothing reaches it.
    KeptOut,
    /// Its version of the protocol has no word for it.
    TooOld,
    /// It is so already.
    AlreadySo,
    /// Nothing was ordered.
    NothingOrdered,
    /// Nobody asks it to take a policy.
    NoPolicy,
    /// It does not sync the folder.
    NotSynced,
}

/// What the predicate looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether it has fetched the list of folders.
    pub has_partnership: bool,
    /// The version it spoke last.
    pub version: String,
    /// Whether it is let in, and who said so.
    pub standing: (Standing, Ruler),
    /// What it was ordered and has not done yet.
    pub order: Option<Kind>,
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// Whether a policy is in force that it has to take.
    pub is_bound: bool,
    /// The folders that it syncs.
    pub synced: Vec<FolderId>,
    /// Whether the actor may do anything to its account.
    pub is_allowed: bool,
    /// Whether a whole device may be wiped here.
    pub may_wipe: bool,
}

/// A phone that was not here for so long is switched off, or in a drawer.
pub const OFFLINE_AFTER: SignedDuration = SignedDuration::from_hours(24);

impl Action {
    /// Those that are done to many at a time.
    pub const BULK: [Self; 8] = [
        Self::Resync,
        Self::Policy,
        Self::Block,
        Self::Allow,
        Self::SignOut,
        Self::Cancel,
        Self::WipeAccount,
        Self::WipeDevice,
    ];

    /// As it is written; that of a folder names none.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resync => "resync",
            Self::Folder(_) => "folder",
            Self::Policy => "policy",
            Self::Block => "block",
            Self::Allow => "allow",
            Self::SignOut => "sign-out",
            Self::WipeAccount => "wipe-account",
            Self::WipeDevice => "wipe-device",
            Self::Cancel => "cancel",
        }
    }

    /// What is written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::BULK.into_iter().find(|action| action.as_str() == text)
    }

    /// Whether it cannot be made good again.
    pub const fn is_grave(self) -> bool {
        matches!(self, Self::WipeAccount | Self::WipeDevice)
    }

    /// Whether it reaches a device: none if it does, else the first reason why not.
    pub fn hindrance(self, facts: &Facts, now: Timestamp) -> Option<Reason> {
        let is_out = facts.standing.0 != Standing::Allowed;
        let is_offline = now.duration_since(facts.seen_at) > OFFLINE_AFTER;
        let first =
            |rows: &[(bool, Reason)]| rows.iter().find(|(holds, _)| *holds).map(|(_, reason)| *reason);
        let common = [(!facts.is_allowed, Reason::NotAllowed)];
        let free = (facts.order.is_some(), Reason::UnderWay);
        // What a device has to do itself.
        let partner = (!facts.has_partnership, Reason::NoPartnership);
        let kept_out = (is_out, Reason::KeptOut);
        let offline = (is_offline, Reason::Offline);
        first(&common).or_else(|| match self {
            Self::Resync => first(&[partner, free, kept_out, offline]),
            Self::Folder(folder) => {
                let is_synced = facts.synced.contains(&folder);
                first(&[partner, free, kept_out, offline, (!is_synced, Reason::NotSynced)])
            }
            Self::Policy => first(&[partner, (!facts.is_bound, Reason::NoPolicy), free, kept_out, offline]),
            Self::Block => first(&[(facts.standing.0 == Standing::Blocked, Reason::AlreadySo)]),
            Self::Allow => first(&[(facts.standing == (Standing::Allowed, Ruler::Hand), Reason::AlreadySo)]),
            Self::SignOut => None,
            // A lost phone is wiped when it comes again, however long that takes.
            Self::WipeAccount => {
                let is_too_old = !provision::can_wipe_account(&facts.version);
                first(&[partner, free, (is_too_old, Reason::TooOld), kept_out])
            }
            Self::WipeDevice => first(&[(!facts.may_wipe, Reason::SwitchedOff), partner, free, kept_out]),
            Self::Cancel => first(&[(facts.order.is_none(), Reason::NothingOrdered)]),
        })
    }
}

impl Reason {
    /// As programs read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "not-allowed",
            Self::SwitchedOff => "switched-off",
            Self::NoPartnership => "no-partnership",
            Self::UnderWay => "under-way",
            Self::Offline => "offline",
            Self::KeptOut => "kept-out",
            Self::TooOld => "too-old",
            Self::AlreadySo => "already-so",
            Self::NothingOrdered => "nothing-ordered",
            Self::NoPolicy => "no-policy",
            Self::NotSynced => "not-synced",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAllowed => "it is not yours to do",
            Self::SwitchedOff => "wiping whole devices is switched off for the organisation",
            Self::NoPartnership => "it is not set up any more, or not yet",
            Self::UnderWay => "it has not done yet what it was ordered before",
            Self::Offline => "it was not here for more than a day",
            Self::KeptOut => "it is kept out",
            Self::TooOld => "its version of the protocol cannot do that",
            Self::AlreadySo => "it is so already",
            Self::NothingOrdered => "nothing was ordered",
            Self::NoPolicy => "no policy is in force for it",
            Self::NotSynced => "it does not sync that folder",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn facts() -> Facts {
        Facts {
            has_partnership: true,
            version: "16.1".to_owned(),
            standing: (Standing::Allowed, Ruler::Default),
            order: None,
            seen_at: now(),
            is_bound: true,
            synced: vec![FolderId(1)],
            is_allowed: true,
            may_wipe: true,
        }
    }

    /// The actions that do not reach such a device, and why.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Facts), expected: &[(Action, Reason)]) {
        let mut facts = facts();
        change(&mut facts);
        let all = Action::BULK.into_iter().chain([Action::Folder(FolderId(1))]);
        let found: Vec<(Action, Reason)> = all
            .filter(|action| *action != Action::Cancel)
            .filter_map(|action| action.hindrance(&facts, now()).map(|reason| (action, reason)))
            .collect();
        assert_eq!(found, expected);
    }

    /// 003-07, 003-08.
    #[test]
    fn each_action_reaches_those_that_can_do_it_and_no_others() {
        use Action::*;
        let folder = Folder(FolderId(1));
        check(|_| {}, &[]);
        check(
            |facts| facts.has_partnership = false,
            &[Resync, Policy, WipeAccount, WipeDevice, folder].map(|action| (action, Reason::NoPartnership)),
        );
        check(|facts| facts.version = "14.1".to_owned(), &[(WipeAccount, Reason::TooOld)]);
        check(|facts| facts.version = String::new(), &[(WipeAccount, Reason::TooOld)]);
        check(
            |facts| facts.seen_at = now() - SignedDuration::from_hours(25),
            &[Resync, Policy, folder].map(|action| (action, Reason::Offline)),
        );
        check(|facts| facts.may_wipe = false, &[(WipeDevice, Reason::SwitchedOff)]);
        check(|facts| facts.is_bound = false, &[(Policy, Reason::NoPolicy)]);
        check(|facts| facts.synced.clear(), &[(folder, Reason::NotSynced)]);
        check(
            |facts| facts.standing = (Standing::Quarantined, Ruler::Rule),
            &[Resync, Policy, WipeAccount, WipeDevice, folder].map(|action| (action, Reason::KeptOut)),
        );
        check(|facts| facts.standing = (Standing::Allowed, Ruler::Hand), &[(Allow, Reason::AlreadySo)]);
    }

    /// 003-12: one that is under way is not started a second time.
    #[test]
    fn what_is_under_way_is_not_begun_again_but_can_be_taken_back() {
        let ordered = Facts { order: Some(Kind::Resync), ..facts() };
        for action in [Action::Resync, Action::Policy, Action::WipeAccount, Action::WipeDevice] {
            assert_eq!(action.hindrance(&ordered, now()), Some(Reason::UnderWay), "{action:?}");
        }
        assert_eq!(Action::Cancel.hindrance(&ordered, now()), None);
        assert_eq!(Action::Cancel.hindrance(&facts(), now()), Some(Reason::NothingOrdered));
        assert_eq!(Action::Block.hindrance(&ordered, now()), None);
    }

    /// 003-05.
    #[test]
    fn who_may_do_nothing_does_nothing() {
        let foreign = Facts { is_allowed: false, ..facts() };
        for action in Action::BULK {
            assert_eq!(action.hindrance(&foreign, now()), Some(Reason::NotAllowed), "{action:?}");
        }
    }
}
