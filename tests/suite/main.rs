//! Stories about the running program, told over HTTP. Nothing here uses a private function.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod back_office;
mod connector;
mod demo;
mod command_line;
mod office;
mod reference_back_office;
mod server;
mod transport;
mod database;
mod discovery;
mod walk;
