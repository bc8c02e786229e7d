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

#[derive(Clone, Debug)]
struct Track {
    /// The names of this window, each once: two programs of one phone may take turns.
    agents: Vec<u64>,
    since: Timestamp,
}

// MS-ASHTTP 3.2.5.1.1 (User-Agent Change Tracking) proposes two changes a day and a ban of 14 hours, and lets the
// server choose: an update of the system and of the mail program on one morning must not lock a phone out.
const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// Of each half; about 6 MB for both.
const ENTRIES: usize = 25_000;

impl Tracks {
    /// The track under a key, or a new one.
    fn of(&mut self, key: u64, new: Track) -> &mut Track {
        let track = self.old.get(&key).cloned().unwrap_or(new);
        if self.young.len() >= ENTRIES && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.entry(key).or_insert(track)
    }
}

impl Agents {
    /// How long the device has to stay away because it went by more than `most` names; none if it is welcome.
    pub(super) fn refuse(
        &self,
        (account, device): (AccountId, &str),
        agent: &str,
        most: usize,
        now: Timestamp,
    ) -> Option<Duration> {
        if most == 0 {
            return None;
        }
        let agent = self.hashes.hash_one(agent);
        let key = self.hashes.hash_one((account, device));
        let mut tracks = self.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        let track = tracks.of(key, Track { agents: Vec::new(), since: now });
        let is_over = now.duration_since(track.since) >= WINDOW;
        if is_over {
            track.agents.clear();
        }
        if track.agents.is_empty() {
            track.since = now;
        }
        if track.agents.len() <= most && !track.agents.contains(&agent) {
            track.agents.push(agent);
            if track.agents.len() > most {
                tracing::warn!(%account, "a device that changes its User-Agent again and again is sent away for a while");
            }
        }
        let left = WINDOW - now.duration_since(track.since);
        (track.agents.len() > most).then(|| left.unsigned_abs().max(Duration::from_secs(1)))
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
            agents.refuse((AccountId(1), device), agent, 4, at(seconds)).is_some()
        };
        let answers: Vec<bool> = (0..6).map(|n| ask("A", &format!("agent {n}"), n)).collect();
        assert_eq!(answers, [false, false, false, false, true, true]);
        assert!(!ask("B", "agent 1", 6));
        assert!(ask("A", "agent 5", 30));
        assert!(!ask("A", "agent 5", 70));
        assert!(!ask("A", "agent 6", 71));
    }

    #[test]
    fn two_programs_of_one_phone_may_take_turns() {
        let agents = Agents::default();
        for second in 0..50 {
            let agent = ["Apple-iPhone12C1/2001.90", "iOS/17.0 (21A329) dataaccessd/1.0"][second % 2];
            let now = at(i64::try_from(second).unwrap());
            assert_eq!(agents.refuse((AccountId(1), "A"), agent, 4, now), None, "{second}");
        }
    }

    #[test]
    fn no_limit_refuses_nobody() {
        let agents = Agents::default();
        for n in 0..50 {
            assert_eq!(agents.refuse((AccountId(1), "A"), &format!("agent {n}"), 0, at(0)), None);
        }
    }

    #[test]
    fn one_change_an_hour_is_fine() {
        let agents = Agents::default();
        for hour in 0..48 {
            let agent = format!("agent {hour}");
            assert_eq!(agents.refuse((AccountId(1), "A"), &agent, 1, at(hour * 3600)), None);
        }
    }

    #[test]
    fn many_devices_push_out_the_oldest_and_not_those_that_come_again() {
        let mut tracks = Tracks::default();
        let seen = |names: u64| Track { agents: (0..names).collect(), since: at(0) };
        tracks.of(0, seen(1));
        tracks.of(1, seen(1));
        for key in 2..=30_000 {
            tracks.of(key, seen(0));
        }
        assert_eq!(tracks.of(0, seen(0)).agents.len(), 1);
        for key in 30_001..=80_000 {
            tracks.of(key, seen(0));
            tracks.of(0, seen(0));
            assert!(tracks.young.len() <= ENTRIES && tracks.old.len() <= ENTRIES);
        }
        assert_eq!((tracks.of(0, seen(0)).agents.len(), tracks.of(1, seen(0)).agents.len()), (1, 0));
    }
}
