//! How many phones wait for news, and how long a change takes to reach one that does: counted for administrators.

use jiff::Timestamp;

use crate::app::App;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::OrganisationId;
use crate::store::item;
use crate::tally;

/// A phone that waits; it counts until this is dropped.
#[derive(Debug)]
pub struct Held {
    app: App,
    organisation: OrganisationId,
    since: Timestamp,
}

impl Held {
    /// It begins to wait.
    pub(super) fn now(app: &App, organisation: OrganisationId) -> Self {
        app.tally().wait(organisation);
        Self { app: app.clone(), organisation, since: app.now() }
    }

    /// It was told of these folders: how long that took since the newest change of them.
    ///
    /// What changed before it began to wait is none of the server's haste.
    pub(super) async fn told(&self, account: AccountId, folders: &[FolderId]) {
        let Ok(mut reader) = self.app.store().read().await else { return };
        let now = self.app.now();
        for folder in folders {
            let changed_at = item::newest_change(&mut reader, account, *folder).await;
            if let Ok(Some(changed_at)) = changed_at
                && changed_at >= self.since
            {
                let bound = tally::bound(now.duration_since(changed_at));
                self.app.tally().count(self.organisation, "delay", &bound.to_string());
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.app.tally().go_on(self.organisation);
    }
}
