//! What can go wrong anywhere; `command/status.rs` says what a phone hears of it.

use crate::connector;
use crate::store;
use crate::store::MayRetry;

/// The error on top.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Below the store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// On the back office's side.
    #[error(transparent)]
    Connector(#[from] connector::Error),
    /// The phone would have given up before the answer was there.
    #[error("it took longer than a phone waits")]
    Late,
}

impl MayRetry for Error {
    fn may_retry(&self, times: u32) -> bool {
        match self {
            Self::Store(error) => error.may_retry(times),
            Self::Connector(_) | Self::Late => false,
        }
    }
}
