//! Stories about the running program, told over HTTP. Nothing here uses a private function.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod absence;
mod administrator;
mod api;
mod attachments;
mod back_office;
mod command_line;
mod conflict;
mod conformance;
mod connections;
mod connector;
mod damaged;
mod dav;
mod demo;
mod discovery;
mod drafts;
mod exim;
mod govern;
mod held;
mod imap;
mod imap_odd;
mod invitations;
mod killed;
mod large_files;
mod log_in;
mod mail;
mod mail_contract;
mod mail_server;
mod mailbox;
mod meetings;
mod office;
mod pages;
mod phone;
mod quirks;
mod radicale;
mod reference_back_office;
mod sending;
mod sendmail;
mod server;
mod sessions;
mod sieve;
mod smtp;
mod transport;
mod walk;
#[path = "../../src/store/fresh.rs"]
mod fresh;
