//! Carries wake-ups between nodes that share one PostgreSQL. A lost one costs time, never a change.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
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
}

const CHANNEL: &str = "lomme_wake";
/// A NOTIFY takes a lock that all notifying commits of the server share: one for many wake-ups.
const BATCH: Duration = Duration::from_millis(20);
/// PostgreSQL refuses 8,000 bytes; a wake is at most 40.
const WAKES_IN_A_NOTIFY: usize = 150;
/// Beyond this the other nodes find out when their phones ask.
const QUEUE: usize = 10_000;

impl Bus {
    pub(super) async fn start(url: &str, waiters: Waiters) -> Result<Self> {
        let pool = PgPool::connect_lazy(url)?;
        let mut listener = PgListener::connect(url).await?;
        listener.listen(CHANNEL).await?;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let listening = tokio::spawn(listen(listener, waiters));
        tokio::spawn(async move {
            send(pool, queue).await;
            // The last store is gone: nobody is left to wake.
            listening.abort();
        });
        Ok(Self { outgoing })
    }

    pub(super) fn publish(&self, wake: Wake) {
        if self.outgoing.try_send(wake).is_err() {
            tracing::warn!("wake-ups for other nodes are dropped: the queue is full");
        }
    }
}

async fn listen(mut listener: PgListener, waiters: Waiters) {
    loop {
        match listener.try_recv().await {
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

async fn send(pool: PgPool, mut queue: mpsc::Receiver<Wake>) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, WAKES_IN_A_NOTIFY).await > 0 {
        let payload: Vec<String> = batch.drain(..).map(write).collect();
        let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload.join(" "));
        if let Err(error) = sent.execute(&pool).await {
            tracing::warn!(%error, "cannot send wake-ups to other nodes");
        }
        tokio::time::sleep(BATCH).await;
    }
}

fn write(wake: Wake) -> String {
    format!("{}:{}", wake.account, wake.folder)
}

fn read(text: &str) -> Option<Wake> {
    let (account, folder) = text.split_once(':')?;
    Some(Wake { account: AccountId(account.parse().ok()?), folder: FolderId(folder.parse().ok()?) })
}
