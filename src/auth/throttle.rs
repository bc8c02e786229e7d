//! Slows those who guess passwords, by address and by account, without locking anybody out. Never sees a password.
//!
//! An address that failed often is let in one at a time, ever more slowly. An account at which many failed makes each
//! new try take longer, but tries do not queue there: the right password from another address waits two seconds at most.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::Guess;
use crate::model::id::AccountId;

/// What somebody tries to log in as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Account(AccountId),
    /// There is no such account, which must not show.
    Name(String),
    /// Something else than a password.
    Other(Guess),
}

#[derive(Debug, Default)]
pub(super) struct Throttle {
    tallies: Mutex<Tallies>,
}

#[derive(Debug, Default)]
struct Tallies {
    addresses: HashMap<IpAddr, Tally>,
    targets: HashMap<Target, Tally>,
}

#[derive(Clone, Copy, Debug)]
struct Tally {
    failures: u32,
    last_at: Timestamp,
    /// An address' next try is let in then.
    free_at: Timestamp,
}

/// After so long without a failure it is as if there had been none.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// A person mistypes, and a phone with an old password asks a few times more.
const ADDRESS_FREE: u32 = 5;
const ADDRESS_FIRST: Duration = Duration::from_millis(250);
const ADDRESS_LONGEST: Duration = Duration::from_secs(4);
/// Phones give up after 30 seconds; who would have to wait longer than this is sent away.
const LINE_LONGEST: SignedDuration = SignedDuration::from_secs(12);
const TARGET_FREE: u32 = 10;
const TARGET_FIRST: Duration = Duration::from_millis(100);
const TARGET_LONGEST: Duration = Duration::from_secs(2);
/// Each costs about 100 bytes. When they are all in use the oldest knowledge goes.
const ENTRIES: usize = 50_000;

impl Throttle {
    /// How long this try has to wait before its password is looked at; or how long to stay away.
    pub(super) fn wait(
        &self,
        address: IpAddr,
        target: &Target,
        now: Timestamp,
    ) -> Result<Duration, Duration> {
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let by_target = tallies.targets.get(target).filter(|tally| tally.is_fresh(now));
        let target_wait =
            by_target.map_or(Duration::ZERO, |tally| tally.step(TARGET_FREE, TARGET_FIRST, TARGET_LONGEST));
        let by_address = tallies.addresses.get_mut(&network(address)).filter(|tally| tally.is_fresh(now));
        let Some(tally) = by_address else { return Ok(target_wait) };
        let step = tally.step(ADDRESS_FREE, ADDRESS_FIRST, ADDRESS_LONGEST);
        if step.is_zero() {
            return Ok(target_wait);
        }
        let line = tally.free_at.duration_since(now).max(SignedDuration::ZERO);
        if line > LINE_LONGEST {
            return Err(line.unsigned_abs());
        }
        let wait = line.unsigned_abs() + step;
        tally.free_at = now + wait;
        Ok(wait.max(target_wait))
    }

    /// How long to stay away, if so many were wrong without a pause.
    pub(super) fn is_spent(&self, target: &Target, most: u32, now: Timestamp) -> Option<Duration> {
        let tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let tally =
            tallies.targets.get(target).filter(|tally| tally.is_fresh(now) && tally.failures >= most)?;
        Some((FORGOTTEN_AFTER - now.duration_since(tally.last_at)).unsigned_abs())
    }

    /// The password was wrong.
    pub(super) fn failed(&self, address: IpAddr, target: &Target, now: Timestamp) {
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        count(&mut tallies.addresses, network(address), now);
        count(&mut tallies.targets, target.clone(), now);
    }
}

impl Tally {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_at) < FORGOTTEN_AFTER
    }

    /// Nothing for the first few, then doubling.
    fn step(&self, free: u32, first: Duration, longest: Duration) -> Duration {
        match self.failures.checked_sub(free) {
            None => Duration::ZERO,
            Some(over) => first.saturating_mul(1_u32.checked_shl(over).unwrap_or(u32::MAX)).min(longest),
        }
    }
}

fn count<K: Hash + Eq>(tallies: &mut HashMap<K, Tally>, key: K, now: Timestamp) {
    if tallies.len() >= ENTRIES {
        tallies.retain(|_, tally| tally.is_fresh(now));
    }
    if tallies.len() >= ENTRIES {
        tallies.clear();
    }
    let tally = tallies.entry(key).or_insert(Tally { failures: 0, last_at: now, free_at: now });
    if !tally.is_fresh(now) {
        tally.failures = 0;
    }
    tally.failures = tally.failures.saturating_add(1);
    tally.last_at = now;
}

/// One household or office has a whole /64 of IPv6 addresses to itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    const KARI: Target = Target::Account(AccountId(1));

    #[test]
    fn an_address_that_guesses_waits_ever_longer_and_is_then_sent_away() {
        let throttle = Throttle::default();
        for _ in 0..ADDRESS_FREE {
            assert_eq!(throttle.wait(address(1), &KARI, at(0)), Ok(Duration::ZERO));
            throttle.failed(address(1), &KARI, at(0));
        }
        assert_eq!(throttle.wait(address(1), &KARI, at(0)), Ok(Duration::from_millis(250)));
        for _ in 0..10 {
            throttle.failed(address(1), &KARI, at(0));
        }
        // Many at once stand in line, and the line has an end.
        let outcomes: Vec<_> = (0..10).map(|_| throttle.wait(address(1), &KARI, at(0))).collect();
        assert!(outcomes.iter().any(Result::is_err), "{outcomes:?}");
        assert!(outcomes.iter().flatten().all(|wait| *wait <= Duration::from_secs(17)), "{outcomes:?}");
        // A quarter of an hour later all is forgotten.
        assert_eq!(throttle.wait(address(1), &KARI, at(16 * 60)), Ok(Duration::ZERO));
    }

    #[test]
    fn the_right_password_from_elsewhere_waits_two_seconds_at_most() {
        let throttle = Throttle::default();
        for round in 0..200_u8 {
            throttle.failed(address(round), &KARI, at(0));
        }
        for _ in 0..100 {
            assert_eq!(throttle.wait(address(250), &KARI, at(1)), Ok(Duration::from_secs(2)));
        }
        let ola = Target::Account(AccountId(2));
        assert_eq!(throttle.wait(address(250), &ola, at(1)), Ok(Duration::ZERO));
    }

    #[test]
    fn what_has_few_values_is_not_guessed_at_for_long() {
        let throttle = Throttle::default();
        let factor = Target::Other(Guess::Factor(AccountId(1)));
        for round in 0..10_u8 {
            assert_eq!(throttle.is_spent(&factor, 10, at(i64::from(round))), None);
            throttle.failed(address(round), &factor, at(i64::from(round)));
        }
        assert_eq!(throttle.is_spent(&factor, 10, at(9)), Some(Duration::from_secs(15 * 60)));
        assert_eq!(throttle.is_spent(&factor, 10, at(9 + 15 * 60)), None);
        assert_eq!(throttle.is_spent(&Target::Other(Guess::Factor(AccountId(2))), 10, at(9)), None);
    }

    #[test]
    fn a_network_of_version_6_counts_as_one() {
        let throttle = Throttle::default();
        for host in 0..10_u16 {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
            throttle.failed(address, &Target::Name(format!("name{host}")), at(0));
        }
        let other = IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9]);
        assert!(throttle.wait(other, &KARI, at(0)).unwrap() > Duration::ZERO);
    }
}
