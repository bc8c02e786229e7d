//! A company as the reference back office holds it. `fjord_elektro` is the one of `lomme demo`.

use serde_json::Value;

/// All that a back office holds at its first start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Company {
    /// Who may be asked for, by e-mail address in lower case; a user's first identity is the default.
    pub identities: Vec<(&'static str, Identity)>,
    /// What there is.
    pub collections: Vec<Collection>,
}

/// One of the companies a user works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// As calls name it.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
}

/// A calendar, or one identity's tasks, contacts or notes, or the organisation's people or companies.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// `events`, `tasks`, `contacts`, `notes`, `people` or `companies`.
    pub kind: &'static str,
    /// The calendar's id; elsewhere empty.
    pub calendar: &'static str,
    /// The calendar's name.
    pub name: &'static str,
    /// Who sees it.
    pub access: Vec<Access>,
    /// What is in it: (id, data).
    pub objects: Vec<(String, Value)>,
}

/// That an identity sees a collection. For people and companies, both are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The user.
    pub user: &'static str,
    /// As which identity.
    pub identity: &'static str,
    /// Whether writing is allowed.
    pub may_write: bool,
    /// Whether it is the one meant when a call names none.
    pub default: bool,
}
