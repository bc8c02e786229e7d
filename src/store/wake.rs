//! Carries wake-ups between nodes that share one PostgreSQL. A lost one costs time, never a change.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::mpsc;

use super::Result;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::notify::Waiters;
use crate::notify::Wake;

/// The way out to the other nodes. Cloning shares it; the tasks end with the last clone.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    outgoing: mpsc::Sender<Wake>,
    /// Whether wake-ups found no room, so that the other nodes have to look everywhere.
    has_lost: Arc<AtomicBool>,
}

const CHANNEL: &str = "lomme_wake";
/// What is sent in place of wake-ups that were lost: everybody looks for himself.
const ALL: &str = "all";
/// A NOTIFY takes a lock that all notifying commits of the server share: one for many wake-ups.
const BATCH: Duration = Duration::from_millis(20);
/// How soon a NOTIFY that failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// PostgreSQL refuses 8,000 bytes; a wake is at most 40.
const WAKES_IN_A_NOTIFY: usize = 150;
/// Beyond this one "all" is cheaper for everybody.
const QUEUE: usize = 10_000;

impl Bus {
    pub(super) async fn start(url: &str, waiters: Waiters) -> Result<Self> {
        // One at a time is sent.
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy(url)?;
        let listener = PgListener::connect(url).await?;
        Self::over(pool, listener, waiters).await
    }

    async fn over(pool: PgPool, mut listener: PgListener, waiters: Waiters) -> Result<Self> {
        listener.listen(CHANNEL).await?;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let has_lost = Arc::new(AtomicBool::new(false));
        let listening = tokio::spawn(listen(listener, waiters));
        tokio::spawn({
            let has_lost = Arc::clone(&has_lost);
            async move {
                send(pool, queue, &has_lost).await;
                // The last store is gone: nobody is left to wake.
                listening.abort();
            }
        });
        Ok(Self { outgoing, has_lost })
    }

    pub(super) fn publish(&self, wake: Wake) {
        // Who finds the queue full leaves a sign for the sender, which has that queue still before it.
        if self.outgoing.try_send(wake).is_err() && !self.has_lost.swap(true, Ordering::AcqRel) {
            tracing::warn!("too many wake-ups for other nodes: they are told to look everywhere");
        }
    }
}

async fn listen(mut listener: PgListener, waiters: Waiters) {
    loop {
        match listener.try_recv().await {
            Ok(Some(notification)) if notification.payload() == ALL => waiters.wake_all(),
            Ok(Some(notification)) => {
                notification.payload().split(' ').filter_map(read).for_each(|wake| waiters.wake(wake));
            }
            // The connection was lost, and what was sent meanwhile with it.
            Ok(None) => waiters.wake_all(),
            Err(error) => {
                tracing::warn!(%error, "cannot listen for wake-ups");
                tokio::time::sleep(Duration::from_secs(1)).await;
                waiters.wake_all();
            }
        }
    }
}

async fn send(pool: PgPool, mut queue: mpsc::Receiver<Wake>, has_lost: &AtomicBool) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, WAKES_IN_A_NOTIFY).await > 0 {
        let wakes: Vec<String> = batch.drain(..).map(write).collect();
        let is_all = has_lost.swap(false, Ordering::AcqRel);
        let mut payload = if is_all { ALL.to_owned() } else { wakes.join(" ") };
        while let Err(error) = notify(&pool, &payload).await {
            tracing::warn!(%error, "cannot send wake-ups to other nodes");
            if queue.is_closed() {
                return;
            }
            ALL.clone_into(&mut payload);
            tokio::time::sleep(AGAIN).await;
        }
        tokio::time::sleep(BATCH).await;
    }
}

async fn notify(pool: &PgPool, payload: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(pool).await?;
    Ok(())
}

fn write(wake: Wake) -> String {
    format!("{}:{}", wake.account, wake.folder)
}

fn read(text: &str) -> Option<Wake> {
    let (account, folder) = text.split_once(':')?;
    Some(Wake { account: AccountId(account.parse().ok()?), folder: FolderId(folder.parse().ok()?) })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use sqlx::Executor as _;

    use super::*;
    use crate::model::id::DeviceNumber;
    use crate::notify::Registration;
    use crate::notify::Woken;
    use crate::store::fresh;

    const NEWS: Wake = Wake { account: AccountId(1), folder: FolderId(2) };
    const PATIENCE: Duration = Duration::from_secs(30);

    /// Two nodes on one database: the way out of the first, what its sender uses, and a phone that waits at the second.
    struct Nodes {
        first: Bus,
        sender: PgPool,
        url: String,
        phone: Registration,
        _second: Bus,
    }

    /// None where there is no PostgreSQL, which alone has other nodes.
    async fn nodes() -> Option<Nodes> {
        let url = fresh::database(std::path::Path::new("")).await;
        if !url.starts_with("postgres") {
            return None;
        }
        let sender = PgPoolOptions::new().max_connections(1).connect_lazy(&url).unwrap();
        let listener = PgListener::connect(&url).await.unwrap();
        let first = Bus::over(sender.clone(), listener, Waiters::default()).await.unwrap();
        let waiters = Waiters::default();
        let phone = waiters.register(NEWS.account, DeviceNumber(1), &[NEWS.folder]);
        let second = Bus::start(&url, waiters).await.unwrap();
        Some(Nodes { first, sender, url, phone, _second: second })
    }

    async fn is_woken(phone: &Registration) -> bool {
        tokio::time::timeout(PATIENCE, phone.woken()).await == Ok(Woken::Look)
    }

    #[tokio::test]
    async fn a_wake_up_that_could_not_be_sent_reaches_the_other_node_later() {
        let Some(nodes) = nodes().await else { return };
        let mut broken = nodes.sender.acquire().await.unwrap();
        let of_sender: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *broken).await.unwrap();
        // From here on it refuses everything, and does not look broken.
        broken.execute(sqlx::raw_sql("BEGIN; SELECT 1 / 0")).await.unwrap_err();
        drop(broken);
        nodes.first.publish(NEWS);
        let administrator = PgPool::connect(&nodes.url).await.unwrap();
        let start = Instant::now();
        let refused = "SELECT query LIKE '%pg_notify%' FROM pg_stat_activity WHERE pid = $1";
        while !sqlx::query_scalar::<_, bool>(refused).bind(of_sender).fetch_one(&administrator).await.unwrap()
        {
            assert!(start.elapsed() < PATIENCE, "nothing was sent");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let end = sqlx::query("SELECT pg_terminate_backend($1)").bind(of_sender);
        end.execute(&administrator).await.unwrap();
        assert!(is_woken(&nodes.phone).await);
    }

    #[tokio::test]
    async fn a_wake_up_that_found_the_queue_full_reaches_the_other_node_all_the_same() {
        let Some(nodes) = nodes().await else { return };
        let busy = nodes.sender.acquire().await.unwrap();
        for folder in 0..=QUEUE + WAKES_IN_A_NOTIFY {
            let folder = FolderId(i64::try_from(folder).unwrap());
            nodes.first.publish(Wake { account: AccountId(2), folder });
        }
        nodes.first.publish(NEWS);
        assert!(nodes.first.has_lost.load(Ordering::Acquire));
        drop(busy);
        assert!(is_woken(&nodes.phone).await);
    }
}
