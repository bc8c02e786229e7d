//! The classes of items that ActiveSync knows. Not the items.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

/// What kind of item a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Messages.
    Email,
    /// Events.
    Calendar,
    /// People and companies.
    Contacts,
    /// Things to do.
    Tasks,
    /// Short texts.
    Notes,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Email, Self::Calendar, Self::Contacts, Self::Tasks, Self::Notes];

    /// The name that the protocol gives it (MS-ASCMD 2.2.3.27 Class).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Calendar => "Calendar",
            Self::Contacts => "Contacts",
            Self::Tasks => "Tasks",
            Self::Notes => "Notes",
        }
    }

    /// The class of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
