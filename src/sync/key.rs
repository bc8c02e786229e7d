//! The `SyncKey`: a number counted up per device and folder, never issued twice.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

/// MS-ASCMD 2.2.3.181 (SyncKey). 0 asks for a new start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SyncKey(pub i64);

impl SyncKey {
    /// The key of a phone that holds nothing.
    pub const FIRST: Self = Self(0);

    /// The one to issue after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for SyncKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Not a key that we could have issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a sync key")]
pub struct NotAKey;

impl FromStr for SyncKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        match text.trim().parse() {
            Ok(number) if number >= 0 => Ok(Self(number)),
            _ => Err(NotAKey),
        }
    }
}
