//! Where the pull of a folder stands, as `pull.cursor` keeps it. Pulls nothing.

use serde::Deserialize;
use serde::Serialize;

use crate::model::id::Rev;

/// Where a folder's pull stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Position {
    /// Strategy A: after what.
    pub(super) cursor: Option<String>,
    /// Strategy B: up to when, in microseconds.
    pub(super) modified: Option<i64>,
    /// Strategy B: when all ids were compared.
    pub(super) reconciled: Option<i64>,
    /// So many were about to go; they go if the next run says so too.
    pub(super) held: Option<usize>,
    /// Mail: up to where it was looked through for what is to be done with what came.
    pub(super) looked: Option<Rev>,
}

impl Position {
    /// One that another program wrote, and this one cannot read, is none.
    pub(super) fn read(position: Option<&str>) -> Self {
        position.and_then(|position| serde_json::from_str(position).ok()).unwrap_or_default()
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
