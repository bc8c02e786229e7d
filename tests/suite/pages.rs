//! The pages as people use them: a real browser against a running server. Each story names the requirements it proves.

mod absence;
mod account;
mod admin;
pub(crate) mod browser;
mod connection;
mod connections;
mod factor;
mod forgotten;
mod history;
mod phones;
mod start;
mod services;
