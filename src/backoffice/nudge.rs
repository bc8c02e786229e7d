//! Tells Lomme that something changed, so that it need not wait for its next pull. A lost nudge harms nobody.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;

use crate::backoffice::Office;
use crate::connector::nudge;

/// Where nudges go.
pub struct Hook {
    /// `{ours}/hooks/{connection}`.
    pub url: String,
    /// The connection's key.
    pub key: String,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Changes that come together are told once.
const GATHER: Duration = Duration::from_millis(100);

/// A Lomme that does not answer is not waited for.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Nudges after each burst of changes until stopped.
pub(super) async fn run(hook: Hook, office: Arc<Office>, mut stopped: watch::Receiver<bool>) {
    let client = reqwest::Client::new();
    let body = r#"{"reason":"changed"}"#;
    loop {
        tokio::select! {
            () = office.changed.notified() => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
        tokio::time::sleep(GATHER).await;
        // What came meanwhile is told by this nudge; what comes from now on, by the next.
        let _ = office.changed.notified().now_or_never();
        let sent = client
            .post(&hook.url)
            .timeout(TIMEOUT)
            .header(nudge::HEADER, nudge::signature(hook.key.as_bytes(), body.as_bytes()))
            .body(body)
            .send()
            .await;
        if let Err(error) = sent {
            tracing::warn!(error = %error.without_url(), "a nudge was not heard");
        }
    }
}
