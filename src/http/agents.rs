//! Notices a device that changes its User-Agent again and again, and sends it away for a while.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::model::id::AccountId;

/// What each device called itself of late. It is kept in memory: forgetting it does no harm.
#[derive(Debug, Default)]
pub(super) struct Agents {
    /// Under a key of this process, so that nobody can make two devices look the same.
    hashes: RandomState,
    tracks: Mutex<Tracks>,
}

/// Tracks by the hash of account and device, whose names may be long. When the younger half is full the older goes:
/// nothing is ever searched through.
#[derive(Debug, Default)]
struct Tracks {
    young: HashMap<u64, Track>,
    old: HashMap<u64, Track>,
}

#[derive(Clone, Copy, Debug)]
struct Track {
    agent: u64,
    changes: u32,
    since: Timestamp,
}

// MS-ASHTTP 3.2.5.1.1 (User-Agent Change Tracking) proposes two changes a day and a ban of 14 hours, and lets the
// server choose: an update of the system and of the mail program on one morning must not lock a phone out.
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
const CHANGES: u32 = 3;
/// Of each half; about 4 MB for both.
const ENTRIES: usize = 25_000;

impl Tracks {
    /// The track under a key, or a new one.
    fn of(&mut self, key: u64, new: Track) -> &mut Track {
        let track = self.old.get(&key).copied().unwrap_or(new);
        if self.young.len() >= ENTRIES && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.entry(key).or_insert(track)
    }
}

impl Agents {
    /// How long the device has to stay away; none if it is welcome.
    pub(super) fn refuse(
        &self,
        account: AccountId,
        device: &str,
        agent: &str,
        now: Timestamp,
    ) -> Option<Duration> {
        let agent = self.hashes.hash_one(agent);
        let key = self.hashes.hash_one((account, device));
        let mut tracks = self.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        let track = tracks.of(key, Track { agent, changes: 0, since: now });
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
    #[test]
    fn many_devices_push_out_the_oldest_and_not_those_that_come_again() {
        let mut tracks = Tracks::default();
        let seen = |changes| Track { agent: 0, changes, since: at(0) };
        tracks.of(0, seen(1));
        tracks.of(1, seen(1));
        for key in 2..=30_000 {
            tracks.of(key, seen(0));
        }
        assert_eq!(tracks.of(0, seen(0)).changes, 1);
        for key in 30_001..=80_000 {
            tracks.of(key, seen(0));
            tracks.of(0, seen(0));
            assert!(tracks.young.len() <= ENTRIES && tracks.old.len() <= ENTRIES);
        }
        assert_eq!((tracks.of(0, seen(0)).changes, tracks.of(1, seen(0)).changes), (1, 0));
    }
}
