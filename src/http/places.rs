//! How many connections there may be: in all, and of one address. Knows nothing of what comes over them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::config::Server;

/// The places for connections. Cloning shares them.
#[derive(Clone, Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    of_each: Arc<Addresses>,
}

#[derive(Debug)]
struct Addresses {
    most: usize,
    server: Server,
    taken: Mutex<HashMap<IpAddr, Taken>>,
}

/// What an address has.
#[derive(Debug, Default)]
struct Taken {
    places: usize,
    is_told: bool,
}

/// A place of an address, given back when dropped; a proxy takes none.
#[derive(Debug)]
pub(super) struct Place {
    taken: Option<(Arc<Addresses>, IpAddr)>,
}

impl Places {
    pub(super) fn new(config: &Config) -> Self {
        let of_each = Addresses {
            most: config.limits.connections_per_address,
            server: config.server.clone(),
            taken: Mutex::default(),
        };
        Self { all: Arc::new(Semaphore::new(config.limits.connections)), of_each: Arc::new(of_each) }
    }

    /// Waits until there is a place for one more.
    pub(super) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// A place for an address; none if it has as many as it may.
    pub(super) fn of(&self, address: IpAddr) -> Option<Place> {
        let of_each = &self.of_each;
        // Its connections are of many clients.
        if of_each.server.is_proxy(address) {
            return Some(Place { taken: None });
        }
        let address = neighbourhood(address);
        let mut all = of_each.lock();
        let taken = all.entry(address).or_default();
        if taken.places < of_each.most {
            taken.places += 1;
            return Some(Place { taken: Some((Arc::clone(of_each), address)) });
        }
        if !std::mem::replace(&mut taken.is_told, true) {
            tracing::warn!("an address has as many connections as it may; further ones are closed");
        }
        None
    }
}

impl Addresses {
    /// A panic elsewhere leaves the numbers right: each changes at once.
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((of_each, address)) = &self.taken else { return };
        let mut all = of_each.lock();
        if let Some(taken) = all.get_mut(address) {
            taken.places -= 1;
            if taken.places == 0 {
                all.remove(address);
            }
        }
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(proxies: &[&str]) -> Places {
        let mut config = Config::default();
        config.limits.connections_per_address = 1;
        config.server.proxies = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Places::new(&config)
    }

    /// Whether the second has a place while the first has one.
    #[track_caller]
    fn check(first: &str, second: &str, expected: bool) {
        let places = places(&["10.0.0.1"]);
        let taken = places.of(first.parse().unwrap());
        assert!(taken.is_some(), "{first}");
        assert_eq!(places.of(second.parse().unwrap()).is_some(), expected, "{first}, then {second}");
        drop(taken);
        assert!(places.of(second.parse().unwrap()).is_some());
        assert!(places.of_each.lock().is_empty());
    }

    #[test]
    fn an_address_has_its_places_and_a_proxy_as_many_as_it_likes() {
        check("192.0.2.1", "192.0.2.2", true);
        check("192.0.2.1", "192.0.2.1", false);
        check("192.0.2.1", "::ffff:192.0.2.1", false);
        check("10.0.0.1", "10.0.0.1", true);
        check("2001:db8::1", "2001:db8::ffff:2", false);
        check("2001:db8::1", "2001:db8:0:1::1", true);
    }
}
