//! argon2id off the runtime, a few at a time, in memory that is used again. Knows no account.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Block;
use argon2::Params;
use argon2::PasswordHasher as _;
use argon2::Version;
use argon2::password_hash::phc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::Refusal;
use crate::store::account::PasswordHash;

/// Checks as many passwords at once as leave a core to everything else.
pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    benches: Arc<Benches>,
}

/// The memory of checks that are over, 19 MB each. Given back and taken anew each time it would be spread over the
/// allocator's arenas, one for each thread, and stay there: 280 MB were seen.
type Benches = Mutex<Vec<Vec<Block>>>;

/// When the line is as long as it may get, its end is about so far away.
const COME_AGAIN: Duration = Duration::from_secs(5);

/// At 19 MB each: 150 MB on a large machine, and 200 checks a second.
const AT_ONCE: usize = 8;

/// What a name without account is checked against, so that the answer takes as long. Nobody knows its password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$5fHk8PqvIY2DK8ZlLyxcrRqt6YpPGXz4dl6Cw6sP0bA";

impl Passwords {
    pub(super) fn new(line: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = (cores - 1).clamp(1, AT_ONCE);
        Self {
            running: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(line + at_once)),
            benches: Arc::default(),
        }
    }

    /// Whether it is the password; none has none, but that takes as long to find out.
    pub(super) async fn check(&self, hash: Option<&PasswordHash>, password: &str) -> Result<bool, Refusal> {
        let _place = self.waiting.try_acquire().map_err(|_| Refusal::Busy { after: COME_AGAIN })?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Refusal::Failed)?;
        let is_somebody = hash.is_some();
        let hash = hash.map_or_else(|| NOBODY.to_owned(), |hash| hash.0.clone());
        let password = Zeroizing::new(password.to_owned());
        let benches = Arc::clone(&self.benches);
        let check = tokio::task::spawn_blocking(move || {
            let bench = lock(&benches).pop();
            let mut bench = bench.unwrap_or_default();
            let is_right = is_right(&hash, &password, &mut bench).unwrap_or(false);
            lock(&benches).push(bench);
            // Held by the work, not by who waits for it: he may have gone.
            drop(running);
            is_right
        });
        Ok(check.await.map_err(|_| Refusal::Failed)? && is_somebody)
    }
}

pub(super) async fn hash(password: &str) -> Result<PasswordHash, Refusal> {
    let password = Zeroizing::new(password.to_owned());
    let made = tokio::task::spawn_blocking(move || make(&password)).await;
    made.map_err(|_| Refusal::Failed)?.map_err(|_| Refusal::Failed)
}

fn make(password: &str) -> Result<PasswordHash, argon2::password_hash::Error> {
    Ok(PasswordHash(Argon2::default().hash_password(password.as_bytes())?.to_string()))
}

/// None: the hash is not one of ours.
fn is_right(hash: &str, password: &str, bench: &mut Vec<Block>) -> Option<bool> {
    let hash = phc::PasswordHash::new(hash).ok()?;
    let (salt, expected) = (hash.salt?, hash.hash?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or_else(|| Ok(Version::default()), Version::try_from).ok()?;
    let parameters = Params::try_from(&hash).ok()?;
    bench.resize(parameters.block_count(), Block::default());
    let argon2 = Argon2::new(algorithm, version, parameters);
    let mut found = vec![0; expected.len()];
    argon2.hash_password_into_with_memory(password.as_bytes(), &salt, &mut found, bench).ok()?;
    // Compares in constant time.
    Some(phc::Output::new(&found).ok()? == expected)
}

fn lock(benches: &Benches) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
    benches.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_for_its_own_hash_only() {
        let hash = make("lomme-demo").unwrap().0;
        let mut bench = Vec::new();
        assert_eq!(is_right(&hash, "lomme-demo", &mut bench), Some(true));
        assert_eq!(is_right(&hash, "lomme-dem", &mut bench), Some(false));
        assert_eq!(is_right(NOBODY, "lomme-demo", &mut bench), Some(false));
        assert_eq!(is_right("nonsense", "lomme-demo", &mut bench), None);
    }
}
