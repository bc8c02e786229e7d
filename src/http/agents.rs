//! Notices a device that changes its User-Agent again and again, and sends it away for a while.

use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::model::id::AccountId;

/// What each device called itself of late. It is kept in memory: forgetting it does no harm.
#[derive(Debug, Default)]
pub(super) struct Agents {
    devices: Mutex<HashMap<(AccountId, String), Track>>,
}

#[derive(Debug)]
struct Track {
    agent: u64,
    changes: u32,
    since: Timestamp,
}

// MS-ASHTTP 3.2.5.1.1 (User-Agent Change Tracking) proposes two changes a day and a ban of 14 hours, and lets the
// server choose: an update of the system and of the mail program on one morning must not lock a phone out.
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
const CHANGES: u32 = 3;
/// About 100 bytes each; older ones go first.
const ENTRIES: usize = 50_000;

impl Agents {
    /// How long the device has to stay away; none if it is welcome.
    pub(super) fn refuse(
        &self,
        account: AccountId,
        device: &str,
        agent: &str,
        now: Timestamp,
    ) -> Option<Duration> {
        let mut hasher = DefaultHasher::new();
        agent.hash(&mut hasher);
        let agent = hasher.finish();
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if devices.len() >= ENTRIES {
            devices.retain(|_, track| now.duration_since(track.since) < WINDOW);
        }
        let track =
            devices.entry((account, device.to_owned())).or_insert(Track { agent, changes: 0, since: now });
        let age = now.duration_since(track.since);
        if age >= WINDOW {
            track.changes = 0;
        }
        if track.agent != agent {
            if track.changes == 0 {
                track.since = now;
            }
            track.agent = agent;
            track.changes += 1;
        }
        let left = WINDOW - now.duration_since(track.since);
        (track.changes > CHANGES).then(|| left.unsigned_abs().max(Duration::from_secs(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_device_that_changes_its_name_again_and_again_is_sent_away_for_a_minute() {
        let agents = Agents::default();
        let ask = |device: &str, agent: &str, seconds| {
            agents.refuse(AccountId(1), device, agent, at(seconds)).is_some()
        };
        let answers: Vec<bool> = (0..6).map(|n| ask("A", &format!("agent {n}"), n)).collect();
        assert_eq!(answers, [false, false, false, false, true, true]);
        assert!(!ask("B", "agent 1", 6));
        assert!(ask("A", "agent 5", 30));
        assert!(!ask("A", "agent 5", 70));
        assert!(!ask("A", "agent 6", 71));
    }

    #[test]
    fn one_change_an_hour_is_fine() {
        let agents = Agents::default();
        for hour in 0..48 {
            let agent = format!("agent {hour}");
            assert_eq!(agents.refuse(AccountId(1), "A", &agent, at(hour * 3600)), None);
        }
    }
}
