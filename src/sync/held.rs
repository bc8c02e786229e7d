//! Which version of an item a phone holds, and what it has to be told. The one place that knows.

use super::Meta;
use super::state::Cursor;
use super::state::Position;
use super::state::Slot;
use super::state::Walk;
use crate::model::id::DeviceNumber;
use crate::model::id::Rev;

/// What a phone is told of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it holds what it should.
    Nothing,
    /// It lacks the item.
    Add,
    /// It holds another version.
    Change,
    /// The item is gone.
    Delete,
    /// The item is there, but outside the phone's filter.
    SoftDelete,
}

/// What a phone that holds `held` is told so that it comes to `target`, under the cut-off of the walk's end.
pub fn step(held: Option<Rev>, target: Option<&Meta>, cutoff: i64) -> Step {
    match (held, target) {
        (None, Some(target)) if target.passes(cutoff) => Step::Add,
        (Some(held), Some(target)) if target.passes(cutoff) => {
            if held == target.rev {
                Step::Nothing
            } else {
                Step::Change
            }
        }
        (Some(_), Some(target)) if !target.deleted => Step::SoftDelete,
        (Some(_), _) => Step::Delete,
        (None, _) => Step::Nothing,
    }
}

/// The version of an item that the phone holds, out of all versions kept, oldest first. None of what is set aside.
pub fn held(slot: &Slot, device: DeviceNumber, versions: &[Meta]) -> Option<Meta> {
    if versions.first().is_some_and(|version| slot.aside.contains(version.item)) {
        return None;
    }
    let (base, cutoff) = match &slot.cursor {
        Cursor::At(rev) => (*rev, slot.cutoff),
        Cursor::Walk(walk) => told_by(walk, slot.cutoff, at(versions, walk.to)),
    };
    if let Some(own) = own(slot, device, versions).filter(|own| own.rev > base) {
        return Some(*own).filter(|own| !own.deleted);
    }
    at(versions, base).filter(|version| version.passes(cutoff)).copied()
}

/// The version that was the newest at a revision, out of all kept, oldest first.
pub fn at(versions: &[Meta], rev: Rev) -> Option<&Meta> {
    versions.iter().rev().find(|version| version.rev <= rev)
}

/// The newest version that the phone wrote itself and holds for that reason.
pub fn own<'a>(slot: &Slot, device: DeviceNumber, versions: &'a [Meta]) -> Option<&'a Meta> {
    let range = slot.own;
    versions.iter().rev().find(|version| {
        version.writer == Some(device) && range.after < version.rev && version.rev <= range.upto
    })
}

/// Within a walk: whether the item was already told, so that the phone stands at its end.
fn told_by(walk: &Walk, cutoff: i64, target: Option<&Meta>) -> (Rev, i64) {
    let told = match (walk.position, target) {
        (Some(position), Some(target)) => is_past(walk, position, target),
        _ => false,
    };
    if told { (walk.to, walk.cutoff) } else { (walk.from, cutoff) }
}

/// Whether `target` comes at or before `position` in the order of the walk.
pub fn is_past(walk: &Walk, position: Position, target: &Meta) -> bool {
    if walk.from == Rev(0) {
        // Newest first.
        (target.sort_time, target.item) >= (position.sort_time, position.item)
    } else {
        target.rev <= position.rev
    }
}
