//! What folders and classes are called on the pages. Looks nothing up.

use crate::model::class::Class;
use crate::model::folder::FolderKind;
use crate::model::folder::class_of;
use crate::web::page::Page;

/// The key of a class's name.
pub(super) const fn class(class: Class) -> &'static str {
    match class {
        Class::Email => "class-email",
        Class::Calendar => "class-calendar",
        Class::Contacts => "class-contacts",
        Class::Tasks => "class-tasks",
        Class::Notes => "class-notes",
    }
}

/// What a folder is called: the one that every account has in the language of the page, any other by its own name.
pub(super) fn folder(page: &Page, kind: FolderKind, name: &str) -> String {
    let key = match kind {
        FolderKind::INBOX => "folder-inbox",
        FolderKind::DRAFTS => "folder-drafts",
        FolderKind::DELETED_ITEMS => "folder-deleted",
        FolderKind::SENT_ITEMS => "folder-sent",
        FolderKind::OUTBOX => "folder-outbox",
        FolderKind::CALENDAR | FolderKind::CONTACTS | FolderKind::TASKS | FolderKind::NOTES => {
            match class_of(kind) {
                Some(of) => class(of),
                None => return name.to_owned(),
            }
        }
        _ => return name.to_owned(),
    };
    page.say(key).into_owned()
}
