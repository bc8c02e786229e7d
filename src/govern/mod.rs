//! What users and administrators may do to accounts and devices. Shows nothing.
//!
//! The command line, the interface for programs and the pages do it all through here: whoever acts says who they are, and
//! what is not theirs is refused.

pub mod access;
pub mod account;
pub mod action;
pub mod actor;
pub mod admit;
pub mod audit;
pub mod bulk;
pub mod choice;
pub mod connection;
pub mod description;
pub mod device;
pub mod group;
pub mod history;
pub mod operator;
pub mod order;
pub mod organisation;
pub mod overview;
pub mod person;
pub mod policy;
pub mod provisioned;
pub mod pull;
pub mod start;
pub mod service;
pub mod token;
pub mod trace;

use crate::auth;
use crate::store;
use crate::store::MayRetry;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Below the store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It is somebody else's to do.
    #[error("this is for an administrator of the organisation, or one of the group")]
    NotAllowed,
    /// There is none, or none that the actor may know of.
    #[error("there is no {what} {name}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// Which one.
        name: String,
    },
    /// There is one already.
    #[error("there is {what} {name} already")]
    Taken {
        /// What, with its article.
        what: &'static str,
        /// Which one.
        name: String,
    },
    /// What was given makes no sense; in words.
    #[error("{0}")]
    Wrong(String),
    /// The same of one key of something that has several.
    #[error("`{key}` {message}")]
    Field {
        /// Which.
        key: String,
        /// What would be right there.
        message: String,
    },
    /// A password could not be hashed.
    #[error("the password could not be worked on")]
    Password,
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

impl MayRetry for Error {
    fn may_retry(&self, times: u32) -> bool {
        match self {
            Self::Store(error) => error.may_retry(times),
            Self::NotAllowed
            | Self::Missing { .. }
            | Self::Taken { .. }
            | Self::Wrong(_)
            | Self::Field { .. }
            | Self::Password => false,
        }
    }
}

impl From<auth::Refusal> for Error {
    fn from(refusal: auth::Refusal) -> Self {
        match refusal {
            auth::Refusal::Store(error) => Self::Store(error),
            auth::Refusal::Wrong | auth::Refusal::Busy { .. } | auth::Refusal::Failed => Self::Password,
        }
    }
}

impl Error {
    /// There is no such account.
    pub fn no_account(name: impl Into<String>) -> Self {
        Self::Missing { what: "account", name: name.into() }
    }
}
