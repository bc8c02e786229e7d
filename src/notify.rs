//! Who waits on which folder: a commit wakes them. Knows nothing of what changed, nor of other nodes.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;

/// Folder 0 stands for the list of folders itself.
pub const HIERARCHY: FolderId = FolderId(0);

/// Something of an account changed: a folder's items, or the list of folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wake {
    /// Whose.
    pub account: AccountId,
    /// Which folder; [`HIERARCHY`] for the list of folders.
    pub folder: FolderId,
}

/// What the jobs of this node wait for. Knows nothing of what there is to do: they look. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Work {
    owed: Arc<Notify>,
    asked: Arc<Notify>,
}

impl Work {
    /// A write is owed to a back office.
    pub fn owe(&self) {
        self.owed.notify_one();
    }

    /// A pull was asked for.
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    /// Ends when a write was owed since the last call.
    pub async fn owed(&self) {
        self.owed.notified().await;
    }

    /// Ends when a pull was asked for since the last call.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }
}

/// All who wait on this node. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Waiters {
    shards: Arc<[Mutex<Shard>; SHARDS]>,
}

/// Enough that two cores seldom meet at one lock.
const SHARDS: usize = 16;

type Shard = HashMap<AccountId, Vec<Arc<Waiter>>>;

#[derive(Debug)]
struct Waiter {
    device: DeviceNumber,
    folders: Box<[FolderId]>,
    notify: Notify,
    /// Set when a newer request of the same device took its place.
    replaced: AtomicBool,
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something may have changed: look.
    Look,
    /// A newer request of the same device is there: answer and go.
    Replaced,
}

/// A place in the list of waiters, left when dropped.
#[derive(Debug)]
pub struct Registration {
    waiters: Waiters,
    account: AccountId,
    waiter: Arc<Waiter>,
}

impl Waiters {
    /// Registers before the caller reads where the folders stand, so that no change falls between. Ends what the
    /// device has waiting on any of these folders.
    pub fn register(&self, account: AccountId, device: DeviceNumber, folders: &[FolderId]) -> Registration {
        let (notify, replaced) = (Notify::new(), AtomicBool::new(false));
        let waiter = Arc::new(Waiter { device, folders: folders.into(), notify, replaced });
        self.replace(account, device, folders);
        if let Some(shard) = self.shard(account) {
            lock(shard).entry(account).or_default().push(Arc::clone(&waiter));
        }
        Registration { waiters: self.clone(), account, waiter }
    }

    /// Ends what a device has waiting on any of these folders: a newer request is there (conformance rule 5).
    pub fn replace(&self, account: AccountId, device: DeviceNumber, folders: &[FolderId]) {
        let Some(shard) = self.shard(account) else { return };
        let waiting = lock(shard).get(&account).cloned().unwrap_or_default();
        let is_meant = |waiter: &&Arc<Waiter>| {
            waiter.device == device && waiter.folders.iter().any(|folder| folders.contains(folder))
        };
        for waiter in waiting.iter().filter(is_meant) {
            waiter.replaced.store(true, Ordering::Release);
            waiter.notify.notify_one();
        }
    }

    /// Wakes who waits on the folder. A wake that meets nobody is forgotten: they read the store first.
    pub fn wake(&self, wake: Wake) {
        let Some(shard) = self.shard(wake.account) else { return };
        let waiting = lock(shard).get(&wake.account).cloned().unwrap_or_default();
        for waiter in waiting.iter().filter(|waiter| waiter.folders.contains(&wake.folder)) {
            waiter.notify.notify_one();
        }
    }

    /// Wakes everybody, who then looks for himself: after wake-ups may have been lost.
    pub fn wake_all(&self) {
        for shard in self.shards.iter() {
            for waiter in lock(shard).values().flatten() {
                waiter.notify.notify_one();
            }
        }
    }

    /// The folders that somebody waits on, each once.
    pub fn folders(&self) -> HashSet<(AccountId, FolderId)> {
        let mut folders = HashSet::new();
        for shard in self.shards.iter() {
            for (account, waiting) in lock(shard).iter() {
                let of = waiting.iter().flat_map(|waiter| waiter.folders.iter());
                folders.extend(of.map(|folder| (*account, *folder)));
            }
        }
        folders
    }

    /// How many wait now.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).values().map(Vec::len).sum::<usize>()).sum()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, account: AccountId) -> Option<&Mutex<Shard>> {
        let index = usize::try_from(account.0.unsigned_abs()).unwrap_or(0) % SHARDS;
        self.shards.get(index)
    }
}

impl Registration {
    /// What is watched.
    pub fn folders(&self) -> &[FolderId] {
        &self.waiter.folders
    }

    /// Ends at the first wake since registration or since the last call.
    pub async fn woken(&self) -> Woken {
        self.waiter.notify.notified().await;
        if self.waiter.replaced.load(Ordering::Acquire) { Woken::Replaced } else { Woken::Look }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let Some(shard) = self.waiters.shard(self.account) else { return };
        let mut shard = lock(shard);
        if let Some(list) = shard.get_mut(&self.account) {
            list.retain(|waiter| !Arc::ptr_eq(waiter, &self.waiter));
            if list.is_empty() {
                shard.remove(&self.account);
            }
        }
    }
}

/// A panic elsewhere leaves the list usable: it is changed by single pushes and removals.
fn lock(shard: &Mutex<Shard>) -> std::sync::MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId(1);

    #[tokio::test]
    async fn a_wake_between_registering_and_waiting_is_not_lost() {
        let waiters = Waiters::default();
        let place = waiters.register(ACCOUNT, DeviceNumber(1), &[FolderId(1)]);
        waiters.wake(Wake { account: ACCOUNT, folder: FolderId(1) });
        assert_eq!(place.woken().await, Woken::Look);
    }

    #[tokio::test(start_paused = true)]
    async fn only_those_on_the_folder_are_woken_and_leaving_leaves_nothing() {
        let waiters = Waiters::default();
        let one = waiters.register(ACCOUNT, DeviceNumber(1), &[FolderId(1)]);
        let two = waiters.register(ACCOUNT, DeviceNumber(2), &[FolderId(2), FolderId(3)]);
        waiters.wake(Wake { account: ACCOUNT, folder: FolderId(3) });
        two.woken().await;
        let quiet = tokio::time::timeout(std::time::Duration::from_secs(1), one.woken()).await;
        assert!(quiet.is_err());
        drop((one, two));
        assert!(waiters.is_empty());
    }

    #[tokio::test]
    async fn a_newer_request_of_the_same_device_ends_the_older_one() {
        let waiters = Waiters::default();
        let older = waiters.register(ACCOUNT, DeviceNumber(1), &[FolderId(1), FolderId(2)]);
        let others = waiters.register(ACCOUNT, DeviceNumber(2), &[FolderId(1)]);
        let newer = waiters.register(ACCOUNT, DeviceNumber(1), &[FolderId(2)]);
        assert_eq!(older.woken().await, Woken::Replaced);
        waiters.wake_all();
        assert_eq!((others.woken().await, newer.woken().await), (Woken::Look, Woken::Look));
    }
}
