//! The protocol as values: each command's request and answer, statuses, policy, quirks. No I/O, no decisions.

pub mod class;
pub mod command;
pub mod date;
pub mod element;
pub mod options;
pub mod preference;
pub mod query;
pub mod status;
pub mod sync;
pub mod zone;

#[cfg(test)]
pub(crate) mod golden;
