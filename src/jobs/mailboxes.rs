//! Which folders an account's mailboxes are: those that every phone knows by what they are for, the others as they lie.

use std::collections::BTreeSet;

use super::collections::Wanted;
use crate::connector::Collection;
use crate::connector::mail::Mailbox;
use crate::connector::mail::Role;
use crate::model::class::Class;
use crate::model::folder::DEFAULT_FOLDERS;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;

/// The mailboxes that phones are to see, each after the one it lies in.
pub(super) fn wanted(mailboxes: Vec<Mailbox>) -> Vec<Wanted> {
    // Views of what is elsewhere: each message would be there twice.
    let is_view = |mailbox: &Mailbox| matches!(mailbox.role, Some(Role::All | Role::Flagged));
    let mut mailboxes: Vec<Mailbox> = mailboxes.into_iter().filter(|one| !is_view(one)).collect();
    // The user's own first: a colleague's inbox is not where mail arrives.
    mailboxes.sort_by_cached_key(|mailbox| (!mailbox.is_personal, mailbox.id.clone()));
    let mut taken = BTreeSet::new();
    let fixed: Vec<Option<FolderId>> = mailboxes
        .iter()
        .map(|mailbox| {
            let is_own = mailbox.is_personal && mailbox.is_selectable;
            fixed_of(mailbox.role?).filter(|id| is_own && taken.insert(*id))
        })
        .collect();
    let needed = needed(&mailboxes, &fixed);
    let mut wanted: Vec<(usize, Wanted)> = Vec::new();
    for (mailbox, fixed) in mailboxes.iter().zip(fixed) {
        if needed.contains(&mailbox.id) {
            wanted.push((depth(&mailboxes, mailbox), of(mailbox, fixed)));
        }
    }
    wanted.sort_by_key(|(depth, wanted)| (*depth, wanted.fixed.is_none()));
    wanted.into_iter().map(|(_, wanted)| wanted).collect()
}

fn of(mailbox: &Mailbox, fixed: Option<FolderId>) -> Wanted {
    let collection = Collection {
        id: mailbox.id.clone(),
        name: mailbox.name.clone(),
        class: Class::Email,
        default: fixed.is_some(),
        read_only: false,
    };
    let (kind, parent, holds_items) = (FolderKind::USER_MAIL, mailbox.parent.clone(), mailbox.is_selectable);
    Wanted { collection, fixed, kind, parent, holds_items }
}

/// The folder of every account that a mailbox with this role is.
fn fixed_of(role: Role) -> Option<FolderId> {
    let kind = match role {
        Role::Inbox => FolderKind::INBOX,
        Role::Drafts => FolderKind::DRAFTS,
        Role::Sent => FolderKind::SENT_ITEMS,
        Role::Trash => FolderKind::DELETED_ITEMS,
        // MS-ASCMD 2.2.3.186.3 (Type) has no kind for these.
        Role::Junk | Role::Archive | Role::All | Role::Flagged => return None,
    };
    DEFAULT_FOLDERS.iter().find(|(_, of, _)| *of == kind).map(|(id, ..)| *id)
}

/// Those that can hold messages, and what such a one lies in, if it is not shown elsewhere.
fn needed(mailboxes: &[Mailbox], fixed: &[Option<FolderId>]) -> BTreeSet<String> {
    let mut needed = BTreeSet::new();
    for (mailbox, fixed) in mailboxes.iter().zip(fixed) {
        if !mailbox.is_selectable {
            continue;
        }
        needed.insert(mailbox.id.clone());
        if fixed.is_none() {
            needed.extend(above(mailboxes, mailbox).map(|above| above.id.clone()));
        }
    }
    needed
}

/// What a mailbox lies in, the nearest first.
fn above<'a>(mailboxes: &'a [Mailbox], mailbox: &'a Mailbox) -> impl Iterator<Item = &'a Mailbox> {
    /// A server whose mailboxes lie in each other is not followed for ever.
    const DEEPEST: usize = 100;
    let parent = |one: &&'a Mailbox| {
        let id = one.parent.as_ref()?;
        mailboxes.iter().find(|other| other.id == *id)
    };
    std::iter::successors(parent(&mailbox), move |one| parent(one)).take(DEEPEST)
}

fn depth(mailboxes: &[Mailbox], mailbox: &Mailbox) -> usize {
    above(mailboxes, mailbox).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(id: &str, role: Option<Role>) -> Mailbox {
        let (parent, name) = id.rsplit_once('/').map_or((None, id), |(parent, name)| (Some(parent), name));
        Mailbox {
            id: id.to_owned(),
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            role,
            is_selectable: true,
            is_personal: true,
        }
    }

    #[track_caller]
    fn check(mailboxes: &[Mailbox], expected: &[(&str, Option<i64>)]) {
        let wanted = wanted(mailboxes.to_vec());
        let told: Vec<(&str, Option<i64>)> = wanted
            .iter()
            .map(|wanted| (wanted.collection.id.as_str(), wanted.fixed.map(|id| id.0)))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn what_every_phone_knows_has_its_folder_and_the_others_lie_where_they_lie() {
        let boxes = [
            mailbox("Projects/2026/Fjord", None),
            mailbox("Projects", None),
            mailbox("Projects/2026", None),
            mailbox("INBOX", Some(Role::Inbox)),
            mailbox("Trash", Some(Role::Trash)),
            mailbox("Junk", Some(Role::Junk)),
        ];
        let expected = [
            ("INBOX", Some(5)),
            ("Trash", Some(7)),
            ("Junk", None),
            ("Projects", None),
            ("Projects/2026", None),
            ("Projects/2026/Fjord", None),
        ];
        check(&boxes, &expected);
    }

    #[test]
    fn views_and_empty_containers_are_left_out() {
        let container = |id| Mailbox { is_selectable: false, ..mailbox(id, None) };
        let boxes = [
            container("[Gmail]"),
            mailbox("[Gmail]/All Mail", Some(Role::All)),
            mailbox("[Gmail]/Starred", Some(Role::Flagged)),
            mailbox("[Gmail]/Sent", Some(Role::Sent)),
            container("Old"),
            mailbox("Old/2019", None),
        ];
        check(&boxes, &[("Old", None), ("[Gmail]/Sent", Some(8)), ("Old/2019", None)]);
        assert!(!wanted(boxes.to_vec())[0].holds_items);
    }

    #[test]
    fn a_role_is_had_once_and_not_by_a_colleagues_mailbox() {
        let colleagues = Mailbox { is_personal: false, ..mailbox("Ola/Sent", Some(Role::Sent)) };
        let boxes = [colleagues, mailbox("Sent", Some(Role::Sent)), mailbox("Sent Mail", Some(Role::Sent))];
        check(&boxes, &[("Sent", Some(8)), ("Sent Mail", None), ("Ola/Sent", None)]);
    }

    #[test]
    fn mailboxes_that_lie_in_each_other_come_to_an_end() {
        let around =
            |id: &str, parent: &str| Mailbox { parent: Some(parent.to_owned()), ..mailbox(id, None) };
        assert_eq!(wanted(vec![around("a", "b"), around("b", "a")]).len(), 2);
    }
}
