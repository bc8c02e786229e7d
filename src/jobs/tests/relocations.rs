//! Mail that a phone moves there and back while its server is still at it: it is lost nowhere, and ends where the phone
//! has put it last.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::KARI;
use super::PHONE;
use super::office;
use crate::app;
use crate::connector::Connector;
use crate::connector::User;
use crate::connector::mail::Mail as _;
use crate::connector::mailbox::Mailboxes;
use crate::connector::mailbox::Settings;
use crate::connector::mailbox::fill::Letter;
use crate::jobs::finish;
use crate::jobs::office::Office;
use crate::jobs::office::Watch;
use crate::jobs::pull;
use crate::jobs::push;
use crate::jobs::push::Answer;
use crate::jobs::push::Attempt;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::model::message::Message;
use crate::store::folder;
use crate::store::fresh;
use crate::store::item;
use crate::store::item::Place;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owe;
use crate::store::state;
use crate::store::state::Who;
use crate::sync::state::State;

const INBOX: FolderId = FolderId(5);

/// One message in the inbox, and a folder beside it.
struct Post {
    office: Office,
    mailboxes: Mailboxes,
    now: Timestamp,
    projects: FolderId,
    first: Place,
    _data: tempfile::TempDir,
}

fn kari() -> User {
    User { email: "kari@fjord.example".to_owned(), name: None, password: None, identity: None }
}

fn letter(mailbox: &str, subject: &str) -> Letter {
    let raw = format!("From: ola@fjord.example\r\nSubject: {subject}\r\n\r\nHei\r\n").into_bytes();
    Letter { mailbox: vec![mailbox.to_owned()], message: Message::default(), raw }
}

impl Post {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let url = fresh::database(data.path()).await;
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{url}\"\ndata = \"{}\"\n[[connection]]\n\
             name = \"post\"\nkind = \"mailbox\"\nclasses = [\"email\"]\n",
            data.path().display()
        );
        let mailboxes = Mailboxes::new(Settings { folder: data.path().join("mail"), clock: app::now });
        let letters = || vec![letter("Inbox", "First"), letter("Projects", "Other")];
        mailboxes.fill(&kari(), letters).await.unwrap();
        let connector: Arc<dyn Connector> = Arc::new(mailboxes.clone());
        let (office, now) = office(&text, BTreeMap::from([("post".to_owned(), connector)])).await;
        let first = Place { account: KARI, folder: INBOX, item: ItemId(0) };
        let mut post = Self { office, mailboxes, now, projects: FolderId(0), first, _data: data };
        post.pull().await;
        let mut reader = post.office.app.store().read().await.unwrap();
        let folders = folder::list(&mut reader, KARI).await.unwrap();
        let projects = folders.iter().find(|row| row.folder.name == "Projects").unwrap();
        post.projects = projects.folder.id;
        drop(reader);
        for folder in [INBOX, post.projects] {
            post.look(folder).await;
        }
        post.pull().await;
        let mut reader = post.office.app.store().read().await.unwrap();
        let inbox = item::living(&mut reader, KARI, INBOX).await.unwrap();
        post.first.item = inbox.first().unwrap().meta.item;
        drop(reader);
        post
    }

    /// The phone asks for all mail of a folder.
    async fn look(&self, folder: FolderId) {
        let mut tx = self.office.app.store().begin().await.unwrap();
        let state = State::first(None, Rev(0), self.now);
        let row = state::Row { folder, state, options: "{}".to_owned() };
        state::save(&mut tx, Who { account: KARI, device: PHONE }, &row, self.now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn pull(&mut self) {
        for _ in 0..2 {
            self.now += SignedDuration::from_mins(61);
            pull::round(&self.office, KARI, |_| true, self.now).await.unwrap();
        }
    }

    async fn push(&mut self) -> usize {
        self.now += SignedDuration::from_secs(1);
        push::round(&self.office, "post", self.now).await.unwrap()
    }

    /// What `MoveItems` writes.
    async fn go(&self, from: Place, to: FolderId) -> Place {
        let mut tx = self.office.app.store().begin().await.unwrap();
        let row = item::newest(&mut tx, from).await.unwrap().unwrap();
        let content = Content::from_json(Class::Email, &row.version.content).unwrap();
        let new =
            item::New { content: &content, writer: Some(PHONE), remote_id: None, etag: None, now: self.now };
        let (there, rev) = moved::arrive(&mut tx, from, to, new).await.unwrap();
        let gone = item::delete(&mut tx, from, Some(PHONE), self.now).await.unwrap();
        moved::note(&mut tx, from, there).await.unwrap();
        for (place, base_rev, rev) in [(there, Rev(0), rev), (from, row.version.meta.rev, gone)] {
            let (key, now) = (app::new_key(), self.now);
            let owe = Owe { place, connection: "post", base_rev, rev, key: &key, server_wins: true, now };
            outbox::owe(&mut tx, owe).await.unwrap();
        }
        tx.commit().await.unwrap();
        there
    }

    /// Takes what is owed of one item, if nothing stands in its way.
    async fn take(&mut self, place: Place) -> Option<Attempt> {
        self.now += SignedDuration::from_secs(1);
        let mut reader = self.office.app.store().read().await.unwrap();
        let owed = outbox::find(&mut reader, place).await.unwrap().unwrap();
        drop(reader);
        let is_taken = push::take(&self.office, &owed, self.now).await.unwrap();
        if is_taken { Some(push::prepare(&self.office, push::taken(owed)).await.unwrap()) } else { None }
    }

    async fn finish(&self, attempt: &Attempt, answer: &Answer) {
        finish::finish(&self.office, attempt, answer, Watch::starting(self.now)).await.unwrap();
    }

    /// How many messages the server has, and how many the phones see, in the inbox and beside it. There was one in each.
    async fn check(&mut self, inbox: usize, beside: usize) {
        for _ in 0..6 {
            self.now += SignedDuration::from_mins(61);
            self.push().await;
            self.pull().await;
        }
        let mut reader = self.office.app.store().read().await.unwrap();
        assert_eq!(outbox::count(&mut reader, KARI).await.unwrap(), 0);
        let mut shown = Vec::new();
        for folder in [INBOX, self.projects] {
            shown.push(item::living(&mut reader, KARI, folder).await.unwrap().len());
        }
        let mut there = Vec::new();
        let collections = self.mailboxes.collections(&kari()).await.unwrap();
        for name in ["Inbox", "Projects"] {
            let collection = collections.iter().find(|one| one.name == name).unwrap();
            let page = self.mailboxes.changes(&kari(), collection, None, 100).await.unwrap();
            there.push(page.changes.len());
        }
        assert_eq!((there, shown), (vec![inbox, beside], vec![inbox, beside]));
    }
}

#[tokio::test]
async fn a_mail_moved_back_before_its_server_has_heard_of_it_stays() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    assert_eq!(post.go(there, INBOX).await, post.first);
    post.check(1, 1).await;
}

#[tokio::test]
async fn a_mail_moved_back_after_it_has_arrived_is_moved_back() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    // The deletion of the first one comes with the next round.
    assert_eq!(post.push().await, 1);
    assert_eq!(post.go(there, INBOX).await, post.first);
    post.check(1, 1).await;
}

#[tokio::test]
async fn a_mail_moved_back_and_forth_after_it_has_arrived_is_where_it_was_put() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    post.push().await;
    let back = post.go(there, INBOX).await;
    post.push().await;
    assert_eq!(post.go(back, post.projects).await, there);
    post.check(0, 2).await;
}

#[tokio::test]
async fn a_mail_moved_back_while_it_is_being_moved_is_moved_back() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    let attempt = post.take(there).await.unwrap();
    let answer = attempt.send(&post.office).await;
    post.go(there, INBOX).await;
    // Nobody knows where it is until that is answered: a write to the one would miss it, a pull take it for deleted.
    assert!(post.take(post.first).await.is_none());
    post.pull().await;
    post.finish(&attempt, &answer).await;
    post.check(1, 1).await;
}

#[tokio::test]
async fn a_mail_moved_back_while_its_move_is_unanswered_is_moved_back() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    let attempt = post.take(there).await.unwrap();
    attempt.send(&post.office).await;
    post.go(there, INBOX).await;
    post.finish(&attempt, &Answer::Later(None, "the line broke".to_owned())).await;
    post.check(1, 1).await;
}

#[tokio::test]
async fn a_mail_moved_on_while_it_is_being_moved_gets_there() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    let attempt = post.take(there).await.unwrap();
    let answer = attempt.send(&post.office).await;
    let waste = FolderId(7);
    let on = post.go(there, waste).await;
    assert!(post.take(on).await.is_none());
    post.finish(&attempt, &answer).await;
    assert_eq!(post.go(on, INBOX).await, post.first);
    post.check(1, 1).await;
}

#[tokio::test]
async fn a_mail_that_was_moved_and_then_removed_by_another_program_goes_from_the_phones() {
    let mut post = Post::new().await;
    let there = post.go(post.first, post.projects).await;
    assert_eq!(post.push().await, 1);
    // Nobody waits for the hour of the next one.
    let now = post.now + SignedDuration::from_secs(30);
    pull::round(&post.office, KARI, |due| due.next_at <= now, now).await.unwrap();
    let mut reader = post.office.app.store().read().await.unwrap();
    let id = item::newest(&mut reader, there).await.unwrap().unwrap().remote_id.unwrap();
    drop(reader);
    let collections = post.mailboxes.collections(&kari()).await.unwrap();
    let projects = collections.iter().find(|one| one.name == "Projects").unwrap();
    post.mailboxes.remove(&kari(), projects, &[id]).await.unwrap();
    post.check(0, 1).await;
}
