//! Change tracking decided without I/O: what a phone holds, what it lacks, whose word counts.

pub mod conflict;
pub mod filter;
pub mod held;
pub mod key;
pub mod merge;
pub mod state;

use crate::model::id::DeviceNumber;
use crate::model::id::ItemId;
use crate::model::id::Rev;

/// What change tracking needs to know of one version of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Which item.
    pub item: ItemId,
    /// The revision at which this version was made.
    pub rev: Rev,
    /// What a filter cuts: the last instant the item still matters, in microseconds.
    pub sort_time: i64,
    /// Whether this version is a tombstone.
    pub deleted: bool,
    /// The device that holds exactly this version because it wrote it.
    pub writer: Option<DeviceNumber>,
}

impl Meta {
    /// Whether a phone whose filter cuts at `cutoff` is to have this version.
    pub fn passes(&self, cutoff: i64) -> bool {
        !self.deleted && self.sort_time >= cutoff
    }
}
