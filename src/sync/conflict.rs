//! Decides whose version counts when a phone and somebody else changed the same item. Knows nothing of either.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// What the administrator chose for a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The phone's `Conflict` says; without one the server wins.
    #[default]
    #[serde(rename = "device decides")]
    DeviceDecides,
    /// What the server has stays.
    Server,
    /// What the phone sent replaces it.
    Device,
    /// What was changed last stays.
    Newest,
    /// Both are merged property by property; where both changed the same one, the phone's `Conflict` says.
    Merge,
}

/// Both sides of a conflict.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    /// When the phone's version was made, as far as is known.
    pub device_at: Timestamp,
    /// When the server's version was made.
    pub server_at: Timestamp,
    /// MS-ASCMD 2.2.3.34 (Conflict): true is 1, the server wins.
    pub server_wins: bool,
}

/// Whose version counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// The phone hears Status 7 and gets the server's version.
    Server,
    /// The server's version goes to the past.
    Device,
    /// A third version is made; where both changed a property the phone's counts if true.
    Merged {
        /// Whose property counts.
        device_first: bool,
    },
}

/// Settles one conflict between two changes. A deletion is none of its business: it always counts.
pub fn settle(policy: Policy, sides: Sides) -> Winner {
    let by_device = if sides.server_wins { Winner::Server } else { Winner::Device };
    match policy {
        Policy::DeviceDecides => by_device,
        Policy::Server => Winner::Server,
        Policy::Device => Winner::Device,
        Policy::Newest if sides.server_at > sides.device_at => Winner::Server,
        Policy::Newest => Winner::Device,
        Policy::Merge => Winner::Merged { device_first: !sides.server_wins },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: Policy, server_wins: bool, server_is_newer: bool, expected: Winner) {
        let earlier = Timestamp::UNIX_EPOCH;
        let later = Timestamp::from_second(60).unwrap();
        let server_at = if server_is_newer { later } else { earlier };
        let device_at = if server_is_newer { earlier } else { later };
        assert_eq!(settle(policy, Sides { device_at, server_at, server_wins }), expected);
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
}
