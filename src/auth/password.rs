//! argon2id off the runtime, a few at a time. Knows no account.

use std::sync::Arc;
use std::sync::LazyLock;
use std::time::Duration;

use argon2::Argon2;
use argon2::PasswordHasher as _;
use argon2::PasswordVerifier as _;
use argon2::password_hash::phc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::Refusal;
use crate::store::account::PasswordHash;

/// Checks as many passwords at once as leave a core to everything else.
#[derive(Debug)]
pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// When the line is as long as it may get, its end is about so far away.
const COME_AGAIN: Duration = Duration::from_secs(5);

/// What a name without account is checked against, so that the answer takes as long.
static NOBODY: LazyLock<Option<PasswordHash>> = LazyLock::new(|| make("nobody").ok());

impl Passwords {
    pub(super) fn new(line: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = (cores - 1).max(1);
        Self { running: Arc::new(Semaphore::new(at_once)), waiting: Arc::new(Semaphore::new(line + at_once)) }
    }

    /// Whether it is the password; none has none, but that takes as long to find out.
    pub(super) async fn check(&self, hash: Option<&PasswordHash>, password: &str) -> Result<bool, Refusal> {
        let _place = self.waiting.try_acquire().map_err(|_| Refusal::Busy { after: COME_AGAIN })?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Refusal::Failed)?;
        let is_somebody = hash.is_some();
        let hash = hash.cloned();
        let password = Zeroizing::new(password.to_owned());
        let check = tokio::task::spawn_blocking(move || {
            let hash = hash.or_else(|| NOBODY.clone());
            let is_right = hash.is_some_and(|hash| is_right(&hash, &password));
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

fn is_right(hash: &PasswordHash, password: &str) -> bool {
    let Ok(hash) = phc::PasswordHash::new(&hash.0) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}
