//! What of its data an account uses, and what is switched off. Purges nothing.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::folder::FolderKind;

/// Something that can be switched off for an account or an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Messages.
    Mail,
    /// The user's own calendar.
    Calendar,
    /// Calendars beside that: colleagues', the company's.
    SharedCalendars,
    /// Things to do.
    Tasks,
    /// People.
    Contacts,
    /// Short texts.
    Notes,
    /// The company directory.
    Directory,
}

impl Service {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Mail,
        Self::Calendar,
        Self::SharedCalendars,
        Self::Tasks,
        Self::Contacts,
        Self::Notes,
        Self::Directory,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Calendar => "calendar",
            Self::SharedCalendars => "shared-calendars",
            Self::Tasks => "tasks",
            Self::Contacts => "contacts",
            Self::Notes => "notes",
            Self::Directory => "directory",
        }
    }

    /// The one that is written so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.as_str() == name)
    }

    /// The one that a folder of this kind belongs to; none for those that hold nothing of the user's.
    pub const fn of(kind: FolderKind) -> Option<Self> {
        match kind.0 {
            1..=6 | 12 => Some(Self::Mail),
            8 => Some(Self::Calendar),
            13 => Some(Self::SharedCalendars),
            7 | 15 => Some(Self::Tasks),
            9 | 14 => Some(Self::Contacts),
            10 | 17 => Some(Self::Notes),
            _ => None,
        }
    }
}

/// Whether phones are told of a folder of this kind though it is switched off: Android gives an account up that has not
/// all of Inbox, Drafts, Deleted Items, Sent Items and Outbox. They are empty then.
pub const fn is_always_told(kind: FolderKind) -> bool {
    matches!(kind.0, 2..=6)
}

/// What is switched off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Off(BTreeSet<Service>);

impl Off {
    /// Reads names with commas between; those of a later program are left out.
    pub fn read(text: &str) -> Self {
        Self(text.split(',').filter_map(Service::from_name).collect())
    }

    /// Whether it is among them.
    pub fn has(&self, service: Service) -> bool {
        self.0.contains(&service)
    }

    /// Whether a folder of this kind is.
    pub fn covers(&self, kind: FolderKind) -> bool {
        Service::of(kind).is_some_and(|service| self.has(service))
    }

    /// What is off in one of two places.
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).copied().collect())
    }

    /// What is off here and not there.
    pub fn but(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).copied().collect())
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Service> {
        self.0.iter().copied()
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Service> for Off {
    fn from_iter<T: IntoIterator<Item = Service>>(services: T) -> Self {
        Self(services.into_iter().collect())
    }
}

impl fmt::Display for Off {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|service| service.as_str()).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::folder::DEFAULT_FOLDERS;
    use crate::model::folder::class_of;

    #[test]
    fn what_is_off_is_read_as_it_was_written() {
        let off = Off::from_iter([Service::Directory, Service::SharedCalendars]);
        assert_eq!(off.to_string(), "shared-calendars,directory");
        assert_eq!(Off::read(&off.to_string()), off);
        assert_eq!(Off::read("tasks,of a later program"), Off::from_iter([Service::Tasks]));
        assert!(Off::read("").is_empty());
    }

    #[test]
    fn every_folder_with_items_can_be_switched_off_but_the_list_of_recipients() {
        for (_, kind, name) in DEFAULT_FOLDERS {
            let is_of_nobody = class_of(kind).is_none() || kind == FolderKind::RECIPIENT_CACHE;
            assert_eq!(Service::of(kind).is_none(), is_of_nobody, "{name}");
        }
    }
}
