//! What the server does for each command of the protocol.

pub mod request;
