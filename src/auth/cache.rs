//! Remembers in memory who was let in, so that the dear password check is not made at each request. Holds no password.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use jiff::SignedDuration;
use jiff::Timestamp;
use sha2::Sha256;

use super::credentials::Credentials;
use crate::model::id::AccountId;
use crate::store::account::Account;

/// How long a check of the password is good for.
const CHECK_HOLDS: SignedDuration = SignedDuration::from_mins(15);
/// How long the account's row is good for: another process may have changed it.
const ROW_HOLDS: SignedDuration = SignedDuration::from_secs(5);
/// How long credentials that were right keep their holder out of the queue of those who guess.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);
/// About 20 MB.
const ENTRIES: usize = 100_000;

/// The memory. Credentials are kept as their HMAC under a key that dies with the process.
pub(super) struct Cache {
    key: [u8; 32],
    entries: Mutex<HashMap<Key, Entry>>,
}

/// What credentials are remembered under.
pub(super) type Key = [u8; 32];

#[derive(Clone)]
struct Entry {
    account: Arc<Account>,
    checked_at: Timestamp,
    looked_at: Timestamp,
}

/// What the cache says of credentials.
#[derive(Debug)]
pub(super) enum Found {
    /// They are right.
    Fresh(Arc<Account>),
    /// They were right for this account a moment ago; see whether its row is the same.
    Look(Arc<Account>),
    /// They were right some time ago.
    Known,
    /// Nothing is known.
    Unknown,
}

impl Cache {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key, entries: Mutex::default() }
    }

    pub(super) fn key(&self, credentials: &Credentials) -> Key {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return Key::default() };
        // The length keeps `a` + `bc` apart from `ab` + `c`.
        mac.update(&credentials.name.len().to_le_bytes());
        mac.update(credentials.name.as_bytes());
        mac.update(credentials.password.as_bytes());
        mac.finalize().into_bytes().into()
    }

    pub(super) fn find(&self, key: &Key, now: Timestamp) -> Found {
        let Some(entry) = self.entries().get(key).cloned() else { return Found::Unknown };
        let age = now.duration_since(entry.checked_at);
        if age > CHECK_HOLDS {
            return Found::Known;
        }
        if now.duration_since(entry.looked_at) > ROW_HOLDS {
            return Found::Look(entry.account);
        }
        Found::Fresh(entry.account)
    }

    /// The password was checked and is right.
    pub(super) fn remember(&self, key: &Key, account: Account, now: Timestamp) -> Arc<Account> {
        let account = Arc::new(account);
        let entry = Entry { account: Arc::clone(&account), checked_at: now, looked_at: now };
        let mut entries = self.entries();
        if entries.len() >= ENTRIES {
            entries.retain(|_, entry| now.duration_since(entry.checked_at) < CHECK_HOLDS);
        }
        if entries.len() >= ENTRIES {
            // All of them within a quarter of an hour: starting anew costs each one check.
            entries.clear();
        }
        entries.retain(|_, entry| now.duration_since(entry.checked_at) < KNOWN_FOR);
        entries.insert(*key, entry);
        account
    }

    /// The row was looked at and the password is the same.
    pub(super) fn renew(&self, key: &Key, account: Account, now: Timestamp) -> Arc<Account> {
        let account = Arc::new(account);
        if let Some(entry) = self.entries().get_mut(key) {
            entry.account = Arc::clone(&account);
            entry.looked_at = now;
        }
        account
    }

    pub(super) fn forget(&self, account: AccountId) {
        self.entries().retain(|_, entry| entry.account.id != account);
    }

    /// The password was checked and is wrong.
    pub(super) fn forget_credentials(&self, key: &Key) {
        self.entries().remove(key);
    }

    /// A panic elsewhere leaves the map usable: it is changed by single calls.
    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache(…)")
    }
}
