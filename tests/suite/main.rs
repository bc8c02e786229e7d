//! Stories about the running program, told over HTTP. Nothing here uses a private function.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod back_office;
mod command_line;
mod connector;
mod database;
mod dav;
mod demo;
mod discovery;
mod handset;
mod office;
mod radicale;
mod reference_back_office;
mod server;
mod transport;
mod walk;
