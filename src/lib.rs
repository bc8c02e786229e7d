//! Lomme: an Exchange-ActiveSync-compatible sync server for any back office.
//!
//! The modules in reading order, lowest first; each may use only those above it (`tests/tidy.rs`).

pub mod model;
pub mod mime;
pub mod eas;
pub mod sync;
pub mod vault;
pub mod notify;
pub mod store;
pub mod connector;
pub mod config;
pub mod metrics;
pub mod tally;
pub mod secret;
pub mod spool;
pub mod connections;
pub mod error;
pub mod app;
pub mod notice;
pub mod auth;
pub mod directory;
pub mod mailbox;
pub mod absence;
pub mod govern;
pub mod command;
pub mod backoffice;
pub mod jobs;
pub mod web;
pub mod api;
pub mod http;
pub mod serve;
pub mod demo;
pub mod cli;

/// The version of the program: another one may read or tell what this one could not.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");
