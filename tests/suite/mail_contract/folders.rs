//! Mailboxes: made, named, put in their places, removed.

use lomme::connector::Error;
use lomme::connector::mail::Mailbox;
use lomme::connector::mail::Role;
use lomme::model::class::Class;

use super::Subject;
use super::subjects;
use crate::imap::collection;
use crate::imap::kari;
use crate::imap::mail;

/// Those that the story made: name, and that of what it lies in.
async fn own(subject: &Subject) -> Vec<String> {
    let mailboxes = subject.mail.mailboxes(&kari()).await.unwrap();
    let name = |id: &String| mailboxes.iter().find(|mailbox| mailbox.id == *id).unwrap().name.clone();
    let told = |mailbox: &Mailbox| match &mailbox.parent {
        Some(parent) => format!("{} in {}", mailbox.name, name(parent)),
        None => mailbox.name.clone(),
    };
    let mut own: Vec<String> = mailboxes.iter().filter(|mailbox| mailbox.role.is_none()).map(told).collect();
    own.sort();
    own
}

#[tokio::test]
async fn mailboxes_are_made_renamed_and_removed() {
    for subject in subjects().await {
        let (kind, mailboxes) = (subject.kind, &subject.mail);
        let collections = subject.connector.collections(&kari()).await.unwrap();
        let defaults: Vec<_> = collections.iter().filter(|collection| collection.default).collect();
        let [inbox] = defaults.as_slice() else { panic!("{kind}: {defaults:?}") };
        assert_eq!((&inbox.id, inbox.class), (&subject.inbox.id, Class::Email), "{kind}");
        assert_eq!(own(&subject).await, <[String; 0]>::default(), "{kind}");

        let kunder = mailboxes.create_folder(&kari(), None, "Kunder & Øl").await.unwrap();
        let inner = mailboxes.create_folder(&kari(), Some(&kunder), "Ny").await.unwrap();
        assert_eq!(own(&subject).await, ["Kunder & Øl", "Ny in Kunder & Øl"], "{kind}");
        let made = subject.put(&collection(&inner), &["$seen"], 21, &mail("En", "1")).await;
        let moved = mailboxes.rename_folder(&kari(), &inner, None, "Flyttet").await.unwrap();
        let listed = subject.list(&collection(&moved)).await;
        assert_eq!((listed.len(), &listed[0].1), (1, &made.etag), "{kind}");
        mailboxes.delete_folder(&kari(), &kunder).await.unwrap();
        mailboxes.delete_folder(&kari(), &kunder).await.unwrap();
        assert_eq!(own(&subject).await, ["Flyttet"], "{kind}");

        for wrong in ["", "a\nb"] {
            let told = mailboxes.create_folder(&kari(), None, wrong).await;
            assert!(matches!(told, Err(Error::Refused(_))), "{kind} {wrong:?}: {told:?}");
        }
        let again = mailboxes.create_folder(&kari(), None, "Flyttet").await;
        assert!(matches!(again, Err(Error::Refused(_))), "{kind}: {again:?}");
        let told = mailboxes.delete_folder(&kari(), &subject.inbox.id).await;
        assert!(matches!(told, Err(Error::Refused(_))), "{kind}: {told:?}");
        let again = mailboxes.rename_folder(&kari(), &moved, None, "Flyttet").await.unwrap();
        assert_eq!(again, moved, "{kind}");
    }
}

#[tokio::test]
async fn what_lies_in_a_mailbox_outlives_it() {
    for subject in subjects().await {
        let outer = subject.make("Ytre").await;
        let inner = subject.mail.create_folder(&kari(), Some(&outer.id), "Indre").await.unwrap();
        subject.put(&collection(&inner), &[], 21, &mail("En", "1")).await;
        // Cyrus removes none that has others in it.
        let told = subject.mail.delete_folder(&kari(), &outer.id).await;
        assert!(matches!(told, Ok(()) | Err(Error::Refused(_))), "{}: {told:?}", subject.kind);
        assert_eq!(subject.list(&collection(&inner)).await.len(), 1, "{}", subject.kind);
    }
}

#[tokio::test]
async fn there_is_one_inbox_and_it_is_the_user_s() {
    for subject in subjects().await {
        let mailboxes = subject.mail.mailboxes(&kari()).await.unwrap();
        let inboxes: Vec<&Mailbox> =
            mailboxes.iter().filter(|mailbox| mailbox.role == Some(Role::Inbox)).collect();
        let [inbox] = inboxes.as_slice() else { panic!("{}: {inboxes:?}", subject.kind) };
        assert!(inbox.is_selectable && inbox.is_personal && inbox.parent.is_none(), "{}", subject.kind);
    }
}
