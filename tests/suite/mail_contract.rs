//! What every kind of mail connector does to the letter, told of each there is: what changed, within which window, in
//! which mailboxes. What only one of them has is told beside it.

mod folders;
mod messages;
mod watching;

use std::any::Any;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use lomme::app;
use lomme::connector::Change;
use lomme::connector::Collection;
use lomme::connector::Connector;
use lomme::connector::Error;
use lomme::connector::Page;
use lomme::connector::Remote;
use lomme::connector::Stored;
use lomme::connector::Strategy;
use lomme::connector::Write;
use lomme::connector::mail::Mail;
use lomme::connector::mail::Role;
use lomme::connector::mail::Window;
use lomme::connector::mailbox;
use lomme::connector::mailbox::Mailboxes;
use lomme::connector::source::Source;
use lomme::model::content::Content;
use lomme::model::message::Message;
use lomme::model::object::set_of;

use crate::cyrus::Cyrus;
use crate::imap::collection;
use crate::imap::imap;
use crate::imap::kari;
use crate::imap::mail;
use crate::imap::message;
use crate::imap::servers;

/// One make, with a mailbox of Kari's that has nothing in it.
pub(crate) struct Subject {
    pub(crate) kind: &'static str,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) mail: Arc<dyn Mail>,
    /// Another program of hers.
    pub(crate) other: Arc<dyn Mail>,
    pub(crate) inbox: Collection,
    _server: Box<dyn Any + Send>,
}

/// Each make; a new one joins by a line.
pub(crate) async fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (kind, dovecot) in servers() {
        subjects.push(subject(kind, Arc::new(imap(&dovecot)), Arc::new(imap(&dovecot)), dovecot).await);
    }
    let cyrus = Cyrus::start().await;
    subjects.push(subject("Cyrus", Arc::new(cyrus.imap()), Arc::new(cyrus.imap()), cyrus).await);
    let folder = tempfile::tempdir().unwrap();
    let own = || Arc::new(mailboxes(folder.path()));
    subjects.push(subject("mailbox", own(), own(), folder).await);
    subjects
}

/// Those that count changes.
async fn with_cursor() -> Vec<Subject> {
    let mut counting = Vec::new();
    for subject in subjects().await {
        if subject.connector.strategy(&kari(), &subject.inbox).await.unwrap() == Strategy::Cursor {
            counting.push(subject);
        }
    }
    assert!(counting.len() > 1);
    counting
}

pub(crate) fn mailboxes(folder: &std::path::Path) -> Mailboxes {
    Mailboxes::new(mailbox::Settings { folder: folder.to_owned(), clock: app::now })
}

async fn subject<C: Connector + 'static>(
    kind: &'static str,
    connector: Arc<C>,
    other: Arc<C>,
    server: impl Any + Send,
) -> Subject {
    let mail = Arc::clone(&connector).mail().unwrap();
    let other = other.mail().unwrap();
    let inboxes = mail.mailboxes(&kari()).await.unwrap();
    let inbox = inboxes.iter().find(|mailbox| mailbox.role == Some(Role::Inbox)).unwrap();
    let inbox = collection(&inbox.id);
    Subject { kind, connector, mail, other, inbox, _server: Box::new(server) }
}

impl Subject {
    /// Stores a message that came at noon of a day of November.
    pub(crate) async fn put(&self, mailbox: &Collection, keywords: &[&str], day: i8, text: &str) -> Stored {
        put(&*self.mail, mailbox, keywords, day, text).await
    }

    /// A new mailbox.
    pub(crate) async fn make(&self, name: &str) -> Collection {
        collection(&self.mail.create_folder(&kari(), None, name).await.unwrap())
    }

    pub(crate) async fn changes(&self, mailbox: &Collection, since: Option<&str>, limit: usize) -> Page {
        self.connector.changes(&kari(), mailbox, since, limit).await.unwrap()
    }

    pub(crate) async fn list(&self, mailbox: &Collection) -> Vec<(String, String)> {
        self.connector.list(&kari(), mailbox).await.unwrap()
    }

    pub(crate) async fn fetch(&self, mailbox: &Collection, ids: &[String]) -> Vec<Remote> {
        self.connector.fetch(&kari(), mailbox, ids).await.unwrap()
    }

    /// Gives a message these keywords, whatever it has.
    pub(crate) async fn mark(&self, mailbox: &Collection, id: &str, keywords: &[&str]) {
        let there = self.fetch(mailbox, &[id.to_owned()]).await;
        let keywords = set_of(keywords);
        let content = Content::Message(Message { keywords, ..message(&there[0]).clone() });
        let write = Write { collection: mailbox, idempotency_key: "k" };
        self.connector.update(&kari(), write, id, &there[0].etag, &content).await.unwrap();
    }

    pub(crate) async fn delete(&self, mailbox: &Collection, id: &str) {
        let write = Write { collection: mailbox, idempotency_key: "k" };
        self.connector.delete(&kari(), write, id, "").await.unwrap();
    }

    /// Everything after a cursor, and the cursor behind it.
    async fn all(&self, window: Window, since: Option<&str>, limit: usize) -> Page {
        let page = |since: Option<String>| async move {
            let since = since.as_deref();
            self.mail.changes_within(&kari(), &self.inbox, window, since, limit).await.unwrap()
        };
        let mut whole = page(since.map(str::to_owned)).await;
        let mut pages = 0;
        while whole.more {
            let next = page(Some(whole.cursor)).await;
            assert!(next.changes.len() <= limit);
            whole.changes.extend(next.changes);
            (whole.cursor, whole.more) = (next.cursor, next.more);
            pages += 1;
            assert!(pages < 1000, "it does not end");
        }
        whole
    }
}

pub(crate) async fn put(
    into: &dyn Mail,
    mailbox: &Collection,
    keywords: &[&str],
    day: i8,
    text: &str,
) -> Stored {
    let noon = date(2026, 11, day).at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let message = Message { keywords: set_of(keywords), received_at: Some(noon), ..Message::default() };
    let text = text.replace('\n', "\r\n");
    into.append(&kari(), mailbox, Source::Bytes(text.as_bytes()), &message).await.unwrap()
}

pub(crate) fn upserts(page: &Page) -> Vec<&Remote> {
    page.changes.iter().filter_map(upserted).collect()
}

fn upserted(change: &Change) -> Option<&Remote> {
    match change {
        Change::Upsert(remote) => Some(remote),
        Change::Delete { .. } => None,
    }
}

pub(crate) fn deletes(page: &Page) -> Vec<&str> {
    page.changes.iter().filter_map(deleted).collect()
}

fn deleted(change: &Change) -> Option<&str> {
    match change {
        Change::Upsert(_) => None,
        Change::Delete { id } => Some(id),
    }
}

#[tokio::test]
async fn what_comes_changes_and_goes_is_told_by_cursor() {
    for subject in with_cursor().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let empty = subject.changes(inbox, None, 10).await;
        assert_eq!((empty.changes.len(), empty.more, empty.complete), (0, false, true), "{kind}");
        let one = subject.put(inbox, &["$seen", "Arbeid"], 21, &mail("En", "1")).await;
        let two = subject.put(inbox, &[], 22, &mail("To", "2")).await;
        let page = subject.changes(inbox, Some(&empty.cursor), 10).await;
        let [second, first] = *upserts(&page) else { panic!("{kind}: {page:?}") };
        assert_eq!([&*second.id, &*second.etag], [&*two.id, &*two.etag], "{kind}");
        assert_eq!([&*first.id, &*first.etag], [&*one.id, &*one.etag], "{kind}");
        assert_eq!(message(first).keywords, set_of(&["$seen", "Arbeid"]), "{kind}");
        let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        assert_eq!(message(first).received_at, Some(noon), "{kind}");
        let size = u32::try_from(mail("En", "1").replace('\n', "\r\n").len()).unwrap();
        assert_eq!(message(first).size, Some(size), "{kind}");
        assert!(!page.more && !page.complete, "{kind}");

        let same = subject.changes(inbox, Some(&page.cursor), 10).await;
        assert_eq!((same.changes.len(), &same.cursor), (0, &page.cursor), "{kind}");
        subject.mark(inbox, &two.id, &["$flagged"]).await;
        let three = subject.put(inbox, &[], 22, &mail("Tre", "3")).await;
        let flagged = subject.changes(inbox, Some(&page.cursor), 10).await;
        let [third, again] = *upserts(&flagged) else { panic!("{kind}: {flagged:?}") };
        assert_eq!((&third.id, &again.id), (&three.id, &two.id), "{kind}");
        assert_eq!(message(again).keywords, set_of(&["$flagged"]), "{kind}");
        assert_ne!(again.etag, two.etag, "{kind}");

        subject.delete(inbox, &one.id).await;
        let gone = subject.changes(inbox, Some(&flagged.cursor), 10).await;
        assert_eq!((deletes(&gone), upserts(&gone).len()), (vec![&*one.id], 0), "{kind}");
        // What was told to somebody else is told to him who asks from where he stood.
        let again = subject.changes(inbox, Some(&page.cursor), 10).await;
        assert_eq!((deletes(&again), upserts(&again).len()), (vec![&*one.id], 2), "{kind}");
    }
}

#[tokio::test]
async fn one_that_came_and_one_that_went_are_not_nothing() {
    for subject in with_cursor().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let one = subject.put(inbox, &[], 21, &mail("En", "1")).await;
        let page = subject.changes(inbox, None, 10).await;
        subject.delete(inbox, &one.id).await;
        subject.put(inbox, &[], 21, &mail("To", "2")).await;
        let passing = subject.put(inbox, &[], 21, &mail("Tre", "3")).await;
        subject.delete(inbox, &passing.id).await;
        let next = subject.changes(inbox, Some(&page.cursor), 10).await;
        assert_eq!((upserts(&next).len(), deletes(&next)), (1, vec![&*one.id]), "{kind}");
    }
}

#[tokio::test]
async fn small_pages_tell_the_same_as_one_large_page() {
    for subject in with_cursor().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let mut made = Vec::new();
        for number in 0..25 {
            made.push(subject.put(inbox, &[], 21, &mail(&format!("Nr. {number}"), "x")).await.id);
        }
        let everything = Window::default();
        let ids = |page: &Page| upserts(page).iter().map(|remote| remote.id.clone()).collect::<Vec<_>>();
        let (large, small) =
            (subject.all(everything, None, 500).await, subject.all(everything, None, 4).await);
        assert_eq!(ids(&large), ids(&small), "{kind}");
        assert_eq!((large.changes.len(), &large.cursor), (25, &small.cursor), "{kind}");
        assert_eq!(ids(&large), made.iter().rev().cloned().collect::<Vec<_>>(), "{kind}");

        // What is done to all at once, and what happens between the pages, is told once each or twice.
        for id in &made {
            subject.mark(inbox, id, &["$seen"]).await;
        }
        subject.delete(inbox, &made[4]).await;
        subject.delete(inbox, &made[5]).await;
        let first = subject.changes(inbox, Some(&large.cursor), 4).await;
        assert!(first.more, "{kind}");
        let late = subject.put(inbox, &["$seen"], 21, &mail("Nr. 25", "x")).await;
        subject.mark(inbox, &made[24], &["$seen", "$flagged"]).await;
        subject.delete(inbox, &made[0]).await;
        let rest = subject.all(everything, Some(&first.cursor), 4).await;
        let last = subject.all(everything, Some(&rest.cursor), 4).await;
        let mut told: Vec<String> = [&first, &rest, &last].into_iter().flat_map(ids).collect();
        told.sort();
        told.dedup();
        let mut gone: Vec<&str> = [&first, &rest, &last].into_iter().flat_map(deletes).collect();
        gone.sort_unstable();
        let mut expected = vec![&*made[0], &*made[4], &*made[5]];
        expected.sort_unstable();
        assert_eq!((told.len(), gone), (23, expected), "{kind}");
        assert!(told.contains(&late.id), "{kind}");
        let newest = |id: &String| {
            let mut all = [&first, &rest, &last].into_iter().flat_map(upserts);
            all.rfind(|remote| remote.id == *id).unwrap().etag.clone()
        };
        assert!(subject.list(inbox).await.iter().all(|(id, etag)| newest(id) == *etag), "{kind}");
    }
}

#[tokio::test]
async fn a_window_shows_what_came_since_a_day() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let mut made = Vec::new();
        for day in 1..=9 {
            made.push(subject.put(inbox, &[], day, &mail("Dag", "x")).await.id);
        }
        let since = |day| Window { since: Some(date(2026, 11, day)) };
        let listed = subject.mail.list_within(&kari(), inbox, since(8)).await.unwrap();
        assert_eq!(listed.len(), 2, "{kind}");
        if subject.connector.strategy(&kari(), inbox).await.unwrap() == Strategy::List {
            continue;
        }
        let told = |page: &Page| (upserts(page).len(), deletes(page).len());
        let narrow = subject.all(since(8), None, 100).await;
        assert_eq!(told(&narrow), (2, 0), "{kind}");
        let wide = subject.all(since(3), Some(&narrow.cursor), 2).await;
        assert_eq!(told(&wide), (5, 0), "{kind}");
        // What is put there with an older date is not in the window, whatever becomes of it.
        let older = subject.put(inbox, &[], 1, &mail("Eldre", "x")).await;
        subject.put(inbox, &[], 4, &mail("Nyere", "x")).await;
        subject.delete(inbox, &made[5]).await;
        let wide = subject.all(since(3), Some(&wide.cursor), 2).await;
        assert_eq!(told(&wide), (1, 1), "{kind}");
        subject.mark(inbox, &older.id, &["$seen"]).await;
        subject.delete(inbox, &made[0]).await;
        let wide = subject.all(since(3), Some(&wide.cursor), 2).await;
        assert_eq!(told(&wide), (0, 0), "{kind}");
        let later = subject.all(since(9), Some(&wide.cursor), 100).await;
        assert_eq!(told(&later), (0, 6), "{kind}");
        // The window may change while its news are being told.
        let begun =
            subject.mail.changes_within(&kari(), inbox, since(2), Some(&later.cursor), 2).await.unwrap();
        assert!(begun.more, "{kind}");
        let rest = subject.all(since(8), Some(&begun.cursor), 2).await;
        let mut held: Vec<String> = vec![made[8].clone()];
        for page in [&begun, &rest] {
            for change in &page.changes {
                match change {
                    Change::Upsert(remote) => held.push(remote.id.clone()),
                    Change::Delete { id } => held.retain(|held| held != id),
                }
            }
        }
        held.sort();
        held.dedup();
        assert_eq!(held, [made[7].clone(), made[8].clone()], "{kind}");
    }
}

#[tokio::test]
async fn another_mailbox_of_the_same_name_starts_anew() {
    for subject in with_cursor().await {
        let kind = subject.kind;
        let first = subject.make("Kunder").await;
        let id = subject.put(&first, &[], 21, &mail("En", "1")).await.id;
        let page = subject.changes(&first, None, 10).await;
        subject.mail.delete_folder(&kari(), &first.id).await.unwrap();
        let told = subject.connector.changes(&kari(), &first, Some(&page.cursor), 10).await;
        assert!(matches!(told, Err(Error::Gone)), "{kind}: {told:?}");
        let second = subject.make("Kunder").await;
        subject.put(&second, &[], 21, &mail("Annen", "2")).await;
        for lost in [page.cursor.as_str(), "", "nonsense"] {
            let told = subject.connector.changes(&kari(), &second, Some(lost), 10).await;
            assert!(matches!(told, Err(Error::CursorExpired)), "{kind}: {told:?}");
        }
        assert_eq!(subject.fetch(&second, std::slice::from_ref(&id)).await, [], "{kind}");
        let outlines = subject.mail.outlines(&kari(), &second, std::slice::from_ref(&id)).await.unwrap();
        assert_eq!(outlines, [], "{kind}");
        subject.delete(&second, &id).await;
        assert_eq!(subject.list(&second).await.len(), 1, "{kind}: it is another message");
    }
}

#[tokio::test]
async fn a_list_tells_what_differs() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        assert_eq!(subject.list(inbox).await, [], "{kind}");
        let mut made = Vec::new();
        for number in 0..3 {
            made.push(subject.put(inbox, &[], 21, &mail(&format!("Nr. {number}"), "x")).await.id);
        }
        let before = subject.list(inbox).await;
        subject.mark(inbox, &made[1], &["$answered"]).await;
        subject.delete(inbox, &made[0]).await;
        let after = subject.list(inbox).await;
        let differing: Vec<_> = after.iter().filter(|row| !before.contains(row)).cloned().collect();
        let [(id, etag)] = differing.as_slice() else { panic!("{kind}: {after:?}") };
        assert_eq!((after.len(), id), (2, &made[1]), "{kind}");
        let there = subject.fetch(inbox, std::slice::from_ref(id)).await;
        assert_eq!((&there[0].etag, &message(&there[0]).keywords), (etag, &set_of(&["$answered"])), "{kind}");
    }
}
