//! What `govern` has numbers and names for, under the keys of the pages' texts. Says nothing itself.

use crate::govern::action::Action;
use crate::govern::action::Reason;
use crate::govern::actor::Role;
use crate::govern::order::Kind;
use crate::model::access::Trait;
use crate::model::access::Verdict;
use crate::store::device::Standing;

/// What is done.
pub(super) const fn action(action: Action) -> &'static str {
    match action {
        Action::Resync => "admin-act-resync",
        Action::Folder(_) => "admin-act-folder",
        Action::Policy => "admin-act-policy",
        Action::Block => "admin-act-block",
        Action::Allow => "admin-act-allow",
        Action::SignOut => "admin-act-sign-out",
        Action::WipeAccount => "admin-act-wipe-account",
        Action::WipeDevice => "admin-act-wipe-device",
        Action::Cancel => "admin-act-cancel",
    }
}

/// What it means, said before it is done.
pub(super) const fn meaning(action: Action) -> &'static str {
    match action {
        Action::Resync | Action::Folder(_) => "admin-mean-resync",
        Action::Policy => "admin-mean-policy",
        Action::Block => "admin-mean-block",
        Action::Allow => "admin-mean-allow",
        Action::SignOut => "admin-mean-sign-out",
        Action::WipeAccount => "admin-mean-wipe-account",
        Action::WipeDevice => "admin-mean-wipe-device",
        Action::Cancel => "admin-mean-cancel",
    }
}

/// Why a device is left out; each counts them.
pub(super) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::NotAllowed => "admin-out-not-allowed",
        Reason::SwitchedOff => "admin-out-switched-off",
        Reason::NoPartnership => "admin-out-no-partnership",
        Reason::UnderWay => "admin-out-under-way",
        Reason::Offline => "admin-out-offline",
        Reason::KeptOut => "admin-out-kept-out",
        Reason::TooOld => "admin-out-too-old",
        Reason::AlreadySo => "admin-out-already-so",
        Reason::NothingOrdered => "admin-out-nothing-ordered",
        Reason::NoPolicy => "admin-out-no-policy",
        Reason::NotSynced => "admin-out-not-synced",
    }
}

/// What a device is at.
pub(super) const fn under_way(kind: Kind) -> &'static str {
    match kind {
        Kind::Resync | Kind::Folder => "admin-way-resync",
        Kind::Policy => "admin-way-policy",
        Kind::WipeAccount | Kind::WipeDevice => "admin-way-wipe",
    }
}

/// Whether a device is let in.
pub(super) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Allowed => "admin-state-allowed",
        Standing::Blocked => "admin-state-blocked",
        Standing::Quarantined => "admin-state-quarantined",
    }
}

/// How that looks.
pub(super) const fn mood(standing: Standing) -> &'static str {
    match standing {
        Standing::Allowed => "good",
        Standing::Blocked => "bad",
        Standing::Quarantined => "warn",
    }
}

/// What an account is.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::User => "admin-role-user",
        Role::GroupAdministrator => "admin-role-group",
        Role::Administrator => "admin-role-administrator",
    }
}

/// What a rule does.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "admin-rule-allow",
        Verdict::Block => "admin-rule-block",
        Verdict::Quarantine => "admin-rule-quarantine",
    }
}

/// What a rule looks at.
pub(super) const fn attribute(of: Trait) -> &'static str {
    match of {
        Trait::Family => "admin-rule-family",
        Trait::Model => "admin-rule-model",
        Trait::Version => "admin-rule-version",
        Trait::Type => "admin-rule-type",
        Trait::System => "admin-rule-system",
        Trait::Agent => "admin-rule-agent",
    }
}
