//! What the server does for each command of the protocol.

pub mod request;
pub mod phone;
pub mod sync;
