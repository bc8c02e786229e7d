//! The protocol as values: each command's request and answer, statuses, policy, quirks. No I/O, no decisions.

pub mod autodiscover;
pub mod class;
pub mod command;
pub mod date;
pub mod element;
pub mod find;
pub mod foldercreate;
pub mod folderdelete;
pub mod foldersync;
pub mod folderupdate;
pub mod getitemestimate;
pub mod global_object_id;
pub mod itemoperations;
pub mod meetingresponse;
pub mod moveitems;
pub mod name;
pub mod options;
pub mod ping;
pub mod policy;
pub mod preference;
pub mod provision;
pub mod query;
pub mod quirk;
pub mod search;
pub mod sendmail;
pub mod settings;
pub mod status;
pub mod sync;
pub mod trace;
pub mod zone;

#[cfg(test)]
pub(crate) mod golden;
