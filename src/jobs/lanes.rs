//! So many tasks at a time per connection, so that a slow one keeps the others waiting for nothing.

use std::collections::HashMap;

use tokio::task::Id;
use tokio::task::JoinSet;

/// The tasks that run, and over which connection.
#[derive(Debug)]
pub(super) struct Lanes {
    limit: usize,
    tasks: JoinSet<()>,
    connections: HashMap<Id, String>,
}

impl Lanes {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, tasks: JoinSet::new(), connections: HashMap::new() }
    }

    /// How many more may run over a connection.
    pub(super) fn free(&self, connection: &str) -> usize {
        let running = self.connections.values().filter(|name| *name == connection).count();
        self.limit.saturating_sub(running)
    }

    pub(super) fn start(&mut self, connection: &str, work: impl Future<Output = ()> + Send + 'static) {
        let handle = self.tasks.spawn(work);
        self.connections.insert(handle.id(), connection.to_owned());
    }

    /// Ends when one of the tasks has; never while there is none.
    pub(super) async fn ended(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                tracing::error!(%error, "a job fell over; it is done again when its lease runs out");
                error.id()
            }
            None => return std::future::pending().await,
        };
        self.connections.remove(&id);
    }

    /// Waits for all of them.
    pub(super) async fn drain(&mut self) {
        while !self.tasks.is_empty() {
            self.ended().await;
        }
    }
}
