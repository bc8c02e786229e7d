//! A folder of an account and what kind it is. Not what is in it.

use serde::Deserialize;
use serde::Serialize;

use crate::model::class::Class;
use crate::model::id::FolderId;

/// A folder as every phone of the account sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Its number within the account.
    pub id: FolderId,
    /// The folder it lies in; none at the top.
    pub parent: Option<FolderId>,
    /// The name people read.
    pub name: String,
    /// What it is for.
    pub kind: FolderKind,
    /// What it holds.
    pub class: Class,
    /// Whether phones may only look, as in a colleague's calendar.
    pub read_only: bool,
    /// The connection that fills it; none for a folder that lives here alone.
    pub connection: Option<String>,
    /// What the back office calls it.
    pub remote_id: Option<String>,
}

/// The `Type` of a folder (MS-ASCMD 2.2.3.186.3 Type, of `FolderSync`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FolderKind(pub u8);

impl FolderKind {
    /// A mail folder of the user's, of the oldest kind.
    pub const GENERIC: Self = Self(1);
    /// Where mail arrives.
    pub const INBOX: Self = Self(2);
    /// Mail not yet sent.
    pub const DRAFTS: Self = Self(3);
    /// The waste basket.
    pub const DELETED_ITEMS: Self = Self(4);
    /// Mail that was sent.
    pub const SENT_ITEMS: Self = Self(5);
    /// Mail on its way.
    pub const OUTBOX: Self = Self(6);
    /// The default task list.
    pub const TASKS: Self = Self(7);
    /// The default calendar.
    pub const CALENDAR: Self = Self(8);
    /// The default address book.
    pub const CONTACTS: Self = Self(9);
    /// The default notes.
    pub const NOTES: Self = Self(10);
    /// The journal, which no version can sync.
    pub const JOURNAL: Self = Self(11);
    /// A mail folder of the user's.
    pub const USER_MAIL: Self = Self(12);
    /// A further calendar.
    pub const USER_CALENDAR: Self = Self(13);
    /// A further address book.
    pub const USER_CONTACTS: Self = Self(14);
    /// A further task list.
    pub const USER_TASKS: Self = Self(15);
    /// A further journal.
    pub const USER_JOURNAL: Self = Self(16);
    /// Further notes.
    pub const USER_NOTES: Self = Self(17);
    /// Something else.
    pub const UNKNOWN: Self = Self(18);
    /// The people one writes to, as the phone's completion list.
    pub const RECIPIENT_CACHE: Self = Self(19);
}

/// The class of items in a folder of this kind; none where nothing can be synced.
pub fn class_of(kind: FolderKind) -> Option<Class> {
    match kind.0 {
        1..=6 | 12 => Some(Class::Email),
        7 | 15 => Some(Class::Tasks),
        8 | 13 => Some(Class::Calendar),
        9 | 14 | 19 => Some(Class::Contacts),
        10 | 17 => Some(Class::Notes),
        _ => None,
    }
}

/// The folders that every account has, once each: number, kind, and the name that people read.
pub const DEFAULT_FOLDERS: [(FolderId, FolderKind, &str); 11] = [
    (FolderId(1), FolderKind::CALENDAR, "Calendar"),
    (FolderId(2), FolderKind::CONTACTS, "Contacts"),
    (FolderId(3), FolderKind::TASKS, "Tasks"),
    (FolderId(4), FolderKind::NOTES, "Notes"),
    (FolderId(5), FolderKind::INBOX, "Inbox"),
    (FolderId(6), FolderKind::DRAFTS, "Drafts"),
    (FolderId(7), FolderKind::DELETED_ITEMS, "Deleted Items"),
    (FolderId(8), FolderKind::SENT_ITEMS, "Sent Items"),
    (FolderId(9), FolderKind::OUTBOX, "Outbox"),
    (FolderId(10), FolderKind::JOURNAL, "Journal"),
    (FolderId(11), FolderKind::RECIPIENT_CACHE, "Recipient Information"),
];

/// Further folders are numbered from here.
pub const FIRST_FURTHER: FolderId = FolderId(100);

/// The default folder of a class: what a phone means that names the class alone.
pub fn default_of(class: Class) -> Option<FolderId> {
    let kind = match class {
        Class::Email => FolderKind::INBOX,
        Class::Calendar => FolderKind::CALENDAR,
        Class::Contacts => FolderKind::CONTACTS,
        Class::Tasks => FolderKind::TASKS,
        Class::Notes => FolderKind::NOTES,
    };
    DEFAULT_FOLDERS.iter().find(|(_, of, _)| *of == kind).map(|(id, ..)| *id)
}
