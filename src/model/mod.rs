//! Plain values: what an account, a folder and an item are. No I/O, no clock, no protocol.

pub mod absence;
pub mod access;
pub mod calendar;
pub mod class;
pub mod contact;
pub mod content;
pub mod duration;
pub mod event;
pub mod folder;
pub mod id;
pub mod message;
pub mod note;
pub mod object;
pub mod outgoing;
pub mod policy;
pub mod patch;
pub mod recurrence;
pub mod service;
pub mod slot;
pub mod task;
pub mod zone;
