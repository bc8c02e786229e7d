//! Decides whose version counts when a phone and somebody else changed the same item. Knows nothing of either.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// What the administrator chose for a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The phone's `Conflict` says, without one the server wins; a deletion goes before a change.
    #[default]
    #[serde(rename = "device decides")]
    DeviceDecides,
    /// What the server has stays.
    Server,
    /// What the phone did replaces it.
    Device,
    /// What was done last stays.
    Newest,
    /// Both are merged property by property; where both changed the same one, the phone's `Conflict` says. A change
    /// goes before a deletion.
    Merge,
}

impl Policy {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::DeviceDecides, Self::Server, Self::Device, Self::Newest, Self::Merge];

    /// As it is written in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DeviceDecides => "device decides",
            Self::Server => "server",
            Self::Device => "device",
            Self::Newest => "newest",
            Self::Merge => "merge",
        }
    }
}

/// What one side did to an item since the version that both had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It has another version.
    Changed,
    /// It has it no more.
    Deleted,
}

/// One side of a conflict.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// What it did.
    pub deed: Deed,
    /// When, as far as is known.
    pub at: Timestamp,
}

/// Both sides of a conflict.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    /// The phone that comes with its deed now, or whose deed waits to be written to the back office.
    pub device: Side,
    /// What it meets.
    pub server: Side,
    /// MS-ASCMD 2.2.3.34 (Conflict): true is 1, the server wins.
    pub server_wins: bool,
}

/// Whose version counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// The phone gets what the server has, be it that the item is gone.
    Server,
    /// The server gets what the phone has, be it that the item is gone.
    Device,
    /// A third version is made; where both changed a property the phone's counts if true.
    Merged {
        /// Whose property counts.
        device_first: bool,
    },
}

/// Settles one conflict. The loser's version goes to the past.
pub fn settle(policy: Policy, sides: Sides) -> Winner {
    match (sides.device.deed, sides.server.deed) {
        (Deed::Changed, Deed::Changed) => between_changes(policy, sides),
        // MS-ASCMD 2.2.3.34 (Conflict): where a Delete meets a Change, the Delete takes precedence, whatever the value
        // is; Nokia's phones hold to that by themselves.
        (Deed::Deleted, Deed::Changed) => against_a_deletion(policy, sides, Winner::Device, Winner::Server),
        (Deed::Changed, Deed::Deleted) => against_a_deletion(policy, sides, Winner::Server, Winner::Device),
        // They agree.
        (Deed::Deleted, Deed::Deleted) => Winner::Server,
    }
}

fn between_changes(policy: Policy, sides: Sides) -> Winner {
    match policy {
        Policy::DeviceDecides if sides.server_wins => Winner::Server,
        Policy::DeviceDecides | Policy::Device => Winner::Device,
        Policy::Server => Winner::Server,
        Policy::Newest => newest(sides),
        Policy::Merge => Winner::Merged { device_first: !sides.server_wins },
    }
}

fn against_a_deletion(policy: Policy, sides: Sides, deleter: Winner, changer: Winner) -> Winner {
    match policy {
        Policy::DeviceDecides => deleter,
        Policy::Server => Winner::Server,
        Policy::Device => Winner::Device,
        Policy::Newest => newest(sides),
        // Nobody's change is lost by merging.
        Policy::Merge => changer,
    }
}

fn newest(sides: Sides) -> Winner {
    if sides.server.at > sides.device.at { Winner::Server } else { Winner::Device }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_one_name() {
        for policy in Policy::ALL {
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.as_str());
        }
    }

    const EARLIER: Timestamp = Timestamp::UNIX_EPOCH;

    fn later() -> Timestamp {
        Timestamp::from_second(60).unwrap()
    }

    #[track_caller]
    fn check(policy: Policy, server_wins: bool, server_is_newer: bool, expected: Winner) {
        let (device_at, server_at) = if server_is_newer { (EARLIER, later()) } else { (later(), EARLIER) };
        let sides = Sides {
            device: Side { deed: Deed::Changed, at: device_at },
            server: Side { deed: Deed::Changed, at: server_at },
            server_wins,
        };
        assert_eq!(settle(policy, sides), expected);
    }

    #[test]
    fn the_administrators_choice_stands_above_the_phones() {
        check(Policy::DeviceDecides, true, false, Winner::Server);
        check(Policy::DeviceDecides, false, true, Winner::Device);
        check(Policy::Server, false, false, Winner::Server);
        check(Policy::Device, true, true, Winner::Device);
        check(Policy::Newest, true, false, Winner::Device);
        check(Policy::Newest, false, true, Winner::Server);
        check(Policy::Merge, true, false, Winner::Merged { device_first: false });
        check(Policy::Merge, false, false, Winner::Merged { device_first: true });
    }

    /// Who wins when the phone deleted what the server changed, and when it changed what the server deleted.
    #[track_caller]
    fn check_deletion(policy: Policy, server_is_newer: bool, deleted: Winner, changed: Winner) {
        let (device_at, server_at) = if server_is_newer { (EARLIER, later()) } else { (later(), EARLIER) };
        for server_wins in [false, true] {
            let winner = |device, server| {
                let device = Side { deed: device, at: device_at };
                settle(policy, Sides { device, server: Side { deed: server, at: server_at }, server_wins })
            };
            assert_eq!(winner(Deed::Deleted, Deed::Changed), deleted, "{policy:?}, deleted on the phone");
            assert_eq!(winner(Deed::Changed, Deed::Deleted), changed, "{policy:?}, changed on the phone");
            assert_eq!(winner(Deed::Deleted, Deed::Deleted), Winner::Server);
        }
    }

    #[test]
    fn a_deletion_goes_before_a_change_unless_the_administrator_says_otherwise() {
        check_deletion(Policy::DeviceDecides, true, Winner::Device, Winner::Server);
        check_deletion(Policy::DeviceDecides, false, Winner::Device, Winner::Server);
        check_deletion(Policy::Server, false, Winner::Server, Winner::Server);
        check_deletion(Policy::Device, true, Winner::Device, Winner::Device);
        check_deletion(Policy::Newest, true, Winner::Server, Winner::Server);
        check_deletion(Policy::Newest, false, Winner::Device, Winner::Device);
        check_deletion(Policy::Merge, true, Winner::Server, Winner::Device);
    }
}
