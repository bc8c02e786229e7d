//! Mails that a device's search found just now, so that the next page of it goes on where the last one ended, whatever came
//! in between. Asks no mail server.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::Collection;
use crate::eas::name::ItemName;
use crate::model::message::Message;
use crate::store::state::Who;

/// A mail that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// By which it is opened.
    pub name: ItemName,
    /// What its mailbox calls it.
    pub id: String,
    /// Its marks.
    pub message: Message,
    /// Over which connection it was found.
    pub connection: String,
    /// In which mailbox.
    pub collection: Collection,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The newest of them, in their order; nobody can ask further down.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
}

/// What each device found last.
#[derive(Debug, Default)]
pub struct Searched {
    known: Mutex<VecDeque<Known>>,
}

#[derive(Debug)]
struct Known {
    who: Who,
    what: String,
    until: Timestamp,
    found: Arc<Found>,
}

/// Who has not asked for the next page by then looks for something else.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);
/// Results kept at a time, each of up to a hundred mails without what they say: some megabytes in all.
const MOST: usize = 200;

impl Searched {
    /// What the device found, if that is what it sought.
    pub fn find(&self, who: Who, what: &str, now: Timestamp) -> Option<Arc<Found>> {
        let known = self.lock();
        let known = known.iter().find(|known| known.who == who && known.what == what && now < known.until)?;
        Some(Arc::clone(&known.found))
    }

    /// Keeps what a device found, in the place of what it found before.
    pub fn keep(&self, who: Who, what: String, found: Arc<Found>, now: Timestamp) {
        let until = now.saturating_add(GOOD_FOR).unwrap_or(now);
        let mut known = self.lock();
        known.retain(|known| known.who != who && now < known.until);
        if known.len() >= MOST {
            known.pop_front();
        }
        known.push_back(Known { who, what, until, found });
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::AccountId;
    use crate::model::id::DeviceNumber;

    fn who(device: i64) -> Who {
        Who { account: AccountId(1), device: DeviceNumber(device) }
    }

    #[test]
    fn a_device_has_what_it_found_last_for_a_while() {
        let (searched, now) = (Searched::default(), Timestamp::UNIX_EPOCH);
        let at = |seconds| now + SignedDuration::from_secs(seconds);
        let keep = |device, what: &str| searched.keep(who(device), what.to_owned(), Arc::default(), now);
        let has = |device, what, seconds| searched.find(who(device), what, at(seconds)).is_some();
        keep(1, "lunsj");
        keep(2, "lunsj");
        assert!(has(1, "lunsj", 299) && !has(1, "lunsj", 300) && !has(1, "middag", 0));
        keep(1, "middag");
        assert!(has(1, "middag", 0) && !has(1, "lunsj", 0) && has(2, "lunsj", 0));
        (3..=202).for_each(|device| keep(device, "lunsj"));
        assert!(!has(1, "middag", 0) && !has(2, "lunsj", 0) && has(3, "lunsj", 0));
    }
}
