//! What a phone moves from folder to folder, and what their back offices make of it.

use jiff::SignedDuration;

use super::Bench;
use super::KARI;
use super::PHONE;
use super::TASKS;
use super::task;
use super::task_list;
use crate::connector::Collection;
use crate::connector::Strategy;
use crate::connector::memory::Memory;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::store::access;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::log;
use crate::store::moved;
use crate::store::outbox;
use crate::store::outbox::Owe;

/// Where a second task list is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Second {
    /// At the same back office.
    Office,
    /// At another one.
    Branch,
    /// Nowhere but here.
    Local,
}

/// A second task list beside the first, which holds `a`.
struct Moving {
    bench: Bench,
    branch: Memory,
    second: FolderId,
    a: Place,
}

const BOTH_WAYS: [Second; 2] = [Second::Office, Second::Branch];

fn further(id: &str) -> Collection {
    Collection { id: id.to_owned(), name: id.to_owned(), default: false, ..task_list() }
}

impl Moving {
    async fn new(second: Second) -> Self {
        Self::with(second, "server").await
    }

    async fn with(second: Second, policy: &str) -> Self {
        let mut lists = vec![task_list()];
        let mut branch_lists = Vec::new();
        match second {
            Second::Office => lists.push(further("second")),
            Second::Branch => branch_lists.push(further("second")),
            Second::Local => {}
        }
        let branch = Memory::new(Strategy::Cursor, branch_lists);
        let mut bench = Bench::beside(Strategy::Cursor, policy, lists, Some(branch.clone())).await;
        bench.memory.put("tasks", "a", task("a"));
        bench.pull().await;
        let second = bench.second_list(second).await;
        let a = Place { account: KARI, folder: TASKS, item: bench.item_called("a").await };
        Self { bench, branch, second, a }
    }

    fn close(&self, second: Second) {
        let memory = if second == Second::Branch { &self.branch } else { &self.bench.memory };
        memory.mood(|moods| moods.closed = vec!["second".to_owned()]);
    }

    fn there(&self, collection: &str) -> Vec<String> {
        let mut contents = self.bench.memory.contents(collection);
        contents.extend(self.branch.contents(collection));
        let mut titles: Vec<String> = contents.into_iter().map(|(_, content)| content.title()).collect();
        titles.sort();
        titles
    }

    /// What `MoveItems` writes.
    async fn go(&self, from: Place, to: FolderId) -> Place {
        let (store, now) = (self.bench.office.app.store(), self.bench.now);
        let mut tx = store.begin().await.unwrap();
        let row = item::newest(&mut tx, from).await.unwrap().unwrap();
        let content = Content::from_json(Class::Tasks, &row.version.content).unwrap();
        let new = item::New { content: &content, writer: Some(PHONE), remote_id: None, etag: None, now };
        let (there, rev) = moved::arrive(&mut tx, from, to, new).await.unwrap();
        let gone = item::delete(&mut tx, from, Some(PHONE), now).await.unwrap();
        moved::note(&mut tx, from, there).await.unwrap();
        for (place, base_rev, rev) in [(there, Rev(0), rev), (from, row.version.meta.rev, gone)] {
            self.owe(&mut tx, place, base_rev, rev).await;
        }
        tx.commit().await.unwrap();
        there
    }

    async fn owe(&self, tx: &mut crate::store::Tx, place: Place, base_rev: Rev, rev: Rev) {
        let row = folder::find(tx, KARI, place.folder).await.unwrap().unwrap();
        let Some(connection) = row.folder.connection else { return };
        let (key, now) = (crate::app::new_key(), self.bench.now);
        let owe = Owe { place, connection: &connection, base_rev, rev, key: &key, server_wins: true, now };
        outbox::owe(tx, owe).await.unwrap();
    }

    /// The phone changes an item wherever it is, or deletes it.
    async fn edit(&self, place: Place, content: Option<&Content>) {
        let mut tx = self.bench.office.app.store().begin().await.unwrap();
        let base = item::newest(&mut tx, place).await.unwrap().unwrap().version.meta.rev;
        let rev = match content {
            Some(content) => {
                item::replace(&mut tx, place, content, Some(PHONE), self.bench.now).await.unwrap()
            }
            None => item::delete(&mut tx, place, Some(PHONE), self.bench.now).await.unwrap(),
        };
        self.owe(&mut tx, place, base, rev).await;
        tx.commit().await.unwrap();
    }

    /// What phones see in a folder: item and title.
    async fn shown(&self, folder: FolderId) -> Vec<(ItemId, String)> {
        let mut reader = self.bench.office.app.store().read().await.unwrap();
        let living = item::living(&mut reader, KARI, folder).await.unwrap();
        let title = |content: &str| Content::from_json(Class::Tasks, content).unwrap().title();
        living.iter().map(|version| (version.meta.item, title(&version.content))).collect()
    }

    async fn titles(&self, folder: FolderId) -> Vec<String> {
        self.shown(folder).await.into_iter().map(|(_, title)| title).collect()
    }

    /// Everything that can go to the back offices or come from them goes and comes.
    async fn settle(&mut self) {
        for _ in 0..4 {
            self.bench.wait();
            self.bench.push().await;
            self.bench.pull().await;
        }
        assert_eq!(self.bench.owed().await, 0);
    }
}

impl Bench {
    async fn second_list(&self, second: Second) -> FolderId {
        let mut tx = self.office.app.store().begin().await.unwrap();
        let rows = folder::list(&mut tx, KARI).await.unwrap();
        if let Some(row) = rows.iter().find(|row| row.folder.remote_id.as_deref() == Some("second")) {
            return row.folder.id;
        }
        assert_eq!(second, Second::Local);
        let (kind, name) = (FolderKind::USER_TASKS, "second");
        let new = folder::New { id: None, name, kind, connection: None, remote_id: None, read_only_at: None };
        let id = folder::create(&mut tx, KARI, new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}

#[tokio::test]
async fn a_moved_item_is_never_nowhere() {
    for second in BOTH_WAYS {
        let mut moving = Moving::new(second).await;
        let target = if second == Second::Branch { &moving.branch } else { &moving.bench.memory }.clone();
        target.mood(|moods| moods.down = true);
        let there = moving.go(moving.a, moving.second).await;
        for _ in 0..5 {
            moving.bench.wait();
            moving.bench.push().await;
            assert_eq!(moving.there("tasks"), ["a"], "where it was, while where it goes does not answer");
        }
        target.mood(|moods| moods.down = false);
        moving.settle().await;
        assert!(moving.there("tasks").is_empty());
        assert_eq!(moving.there("second"), ["a"]);
        assert_eq!(moving.shown(moving.second).await, [(there.item, "a".to_owned())]);
        assert!(moving.titles(TASKS).await.is_empty());
    }
}

#[tokio::test]
async fn an_item_that_may_not_go_where_it_was_moved_comes_back_as_it_was() {
    for second in BOTH_WAYS {
        let mut moving = Moving::new(second).await;
        moving.close(second);
        moving.go(moving.a, moving.second).await;
        moving.settle().await;
        assert_eq!(moving.shown(TASKS).await, [(moving.a.item, "a".to_owned())], "under its old name");
        assert!(moving.shown(moving.second).await.is_empty());
        assert_eq!((moving.there("tasks"), moving.there("second")), (vec!["a".to_owned()], Vec::new()));
        let mut reader = moving.bench.office.app.store().read().await.unwrap();
        let why = log::list(&mut reader, KARI, None, 1).await.unwrap().remove(0);
        assert_eq!(
            (why.outcome.as_str(), why.folder, why.item),
            ("refused", Some(TASKS), Some(moving.a.item))
        );
        assert!(why.message.ends_with("nothing new here"), "{}", why.message);
        assert_eq!(moving.bench.memory.writes() + moving.branch.writes(), 0, "nothing was ever written");
    }
}

#[tokio::test]
async fn an_item_that_may_not_leave_where_it_is_stays_there_alone() {
    for edited in [false, true] {
        let mut moving = Moving::new(Second::Branch).await;
        moving.bench.memory.mood(|moods| moods.refusal = Some("not yours to take".to_owned()));
        let there = moving.go(moving.a, moving.second).await;
        push_branch(&mut moving).await;
        if edited {
            moving.edit(there, Some(&task("edited"))).await;
        }
        moving.settle().await;
        // Nobody's change is thrown away: it is in both places then.
        let copies: Vec<String> = if edited { vec!["edited".to_owned()] } else { Vec::new() };
        assert_eq!(moving.shown(TASKS).await, [(moving.a.item, "a".to_owned())], "edited: {edited}");
        assert_eq!(moving.titles(moving.second).await, copies);
        assert_eq!((moving.there("tasks"), moving.there("second")), (vec!["a".to_owned()], copies));
    }
}

#[tokio::test]
async fn what_was_edited_after_its_move_comes_back_with_the_edit() {
    let mut moving = Moving::new(Second::Branch).await;
    moving.close(Second::Branch);
    let there = moving.go(moving.a, moving.second).await;
    moving.edit(there, Some(&task("edited"))).await;
    moving.settle().await;
    assert_eq!(moving.shown(TASKS).await, [(moving.a.item, "edited".to_owned())]);
    assert_eq!((moving.there("tasks"), moving.there("second")), (vec!["edited".to_owned()], Vec::new()));
}

#[tokio::test]
async fn an_item_that_lived_here_alone_comes_back_too_and_may_go_there() {
    let mut moving = Moving::new(Second::Local).await;
    let here = moving.go(moving.a, moving.second).await;
    moving.settle().await;
    assert!(moving.there("tasks").is_empty());
    assert_eq!(moving.shown(moving.second).await, [(here.item, "a".to_owned())]);
    moving.bench.memory.mood(|moods| moods.closed = vec!["tasks".to_owned()]);
    moving.go(here, TASKS).await;
    moving.settle().await;
    assert_eq!(moving.shown(moving.second).await, [(here.item, "a".to_owned())]);
    assert!(moving.titles(TASKS).await.is_empty());
    moving.bench.memory.mood(|moods| moods.closed.clear());
    moving.go(here, TASKS).await;
    moving.settle().await;
    assert_eq!(
        (moving.titles(TASKS).await, moving.there("tasks")),
        (vec!["a".to_owned()], vec!["a".to_owned()])
    );
    assert!(moving.titles(moving.second).await.is_empty());
}

#[tokio::test]
async fn an_item_moved_there_and_back_is_the_one_it_was() {
    for is_sent in [false, true] {
        let mut moving = Moving::new(Second::Branch).await;
        let there = moving.go(moving.a, moving.second).await;
        if is_sent {
            moving.branch.mood(|moods| moods.lost_answers = 1);
            moving.bench.push().await;
        }
        assert_eq!(moving.go(there, TASKS).await, moving.a);
        moving.settle().await;
        assert_eq!(moving.shown(TASKS).await, [(moving.a.item, "a".to_owned())], "sent: {is_sent}");
        assert!(moving.titles(moving.second).await.is_empty());
        assert_eq!((moving.there("tasks"), moving.there("second")), (vec!["a".to_owned()], Vec::new()));
    }
}

#[tokio::test]
async fn an_item_moved_on_goes_back_step_by_step() {
    let mut moving = Moving::new(Second::Branch).await;
    let mut tx = moving.bench.office.app.store().begin().await.unwrap();
    let new = folder::New {
        id: None,
        name: "local",
        kind: FolderKind::USER_TASKS,
        connection: None,
        remote_id: None,
        read_only_at: None,
    };
    let local = folder::create(&mut tx, KARI, new).await.unwrap();
    tx.commit().await.unwrap();
    moving.close(Second::Branch);
    let here = moving.go(moving.a, local).await;
    let there = moving.go(here, moving.second).await;
    moving.edit(there, Some(&task("edited"))).await;
    moving.settle().await;
    assert_eq!(moving.shown(local).await, [(here.item, "edited".to_owned())]);
    assert!(moving.titles(moving.second).await.is_empty());
    assert!(moving.titles(TASKS).await.is_empty() && moving.there("tasks").is_empty());
}

#[tokio::test]
async fn what_changes_where_it_was_goes_after_a_moved_item() {
    for (policy, edited, expected) in
        [("server", false, "there"), ("server", true, "there"), ("device", true, "phone")]
    {
        for is_accepted in [false, true] {
            let mut moving = Moving::with(Second::Branch, policy).await;
            moving.branch.mood(|moods| moods.down = !is_accepted);
            let there = moving.go(moving.a, moving.second).await;
            if is_accepted {
                push_branch(&mut moving).await;
            }
            if edited {
                moving.edit(there, Some(&task("phone"))).await;
            }
            moving.bench.memory.put("tasks", "a", task("there"));
            moving.bench.pull().await;
            moving.branch.mood(|moods| moods.down = false);
            moving.settle().await;
            let place = format!("{policy}, edited: {edited}, accepted: {is_accepted}");
            let mut reader = moving.bench.office.app.store().read().await.unwrap();
            assert!(
                moved::is_by(&mut reader, moving.a, PHONE).await.unwrap(),
                "{place}: who moved it is known"
            );
            drop(reader);
            assert!(moving.there("tasks").is_empty(), "{place}");
            assert_eq!(moving.there("second"), [expected], "{place}");
            assert_eq!(moving.shown(moving.second).await, [(there.item, expected.to_owned())], "{place}");
            assert!(moving.titles(TASKS).await.is_empty(), "{place}");
        }
    }
}

/// The branch accepts what it is owed; the office hears of nothing.
async fn push_branch(moving: &mut Moving) {
    moving.bench.now += SignedDuration::from_secs(1);
    let pushed = crate::jobs::push::round(&moving.bench.office, "yard", moving.bench.now).await.unwrap();
    assert_eq!(pushed, 1);
}

#[tokio::test]
async fn a_moved_item_that_is_deleted_is_deleted_everywhere() {
    let mut moving = Moving::new(Second::Branch).await;
    moving.branch.mood(|moods| moods.down = true);
    let there = moving.go(moving.a, moving.second).await;
    moving.bench.push().await;
    moving.edit(there, None).await;
    moving.branch.mood(|moods| moods.down = false);
    moving.settle().await;
    assert!(moving.there("tasks").is_empty() && moving.there("second").is_empty());
    assert!(moving.titles(TASKS).await.is_empty() && moving.titles(moving.second).await.is_empty());
}

#[tokio::test]
async fn what_was_moved_to_a_back_office_that_is_given_up_comes_back() {
    let mut moving = Moving::new(Second::Branch).await;
    moving.branch.mood(|moods| moods.down = true);
    moving.go(moving.a, moving.second).await;
    let mut tx = moving.bench.office.app.store().begin().await.unwrap();
    access::remove(&mut tx, KARI, "yard", "key", moving.bench.now).await.unwrap();
    tx.commit().await.unwrap();
    moving.settle().await;
    assert_eq!(moving.shown(TASKS).await, [(moving.a.item, "a".to_owned())]);
    assert_eq!(moving.there("tasks"), ["a"]);
}

#[tokio::test]
async fn a_node_that_dies_anywhere_in_a_move_loses_nothing() {
    for lost in [1, 2] {
        let mut moving = Moving::new(Second::Branch).await;
        // Both answers get lost, which is what a node leaves behind that dies before it has written what they were.
        moving.branch.mood(|moods| moods.lost_answers = lost);
        moving.bench.memory.mood(|moods| moods.lost_answers = lost);
        let there = moving.go(moving.a, moving.second).await;
        moving.settle().await;
        assert_eq!((moving.there("tasks"), moving.there("second")), (Vec::new(), vec!["a".to_owned()]));
        assert_eq!(moving.shown(moving.second).await, [(there.item, "a".to_owned())]);
        assert!(moving.titles(TASKS).await.is_empty());
    }
}
