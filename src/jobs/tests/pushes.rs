//! What goes to the back office.

use jiff::SignedDuration;
use serde_json::json;

use super::Bench;
use super::KARI;
use super::STRATEGIES;
use super::TASKS;
use super::task;
use super::task_list;
use crate::connector::Connector;
use crate::connector::Strategy;
use crate::jobs::pull;
use crate::jobs::push;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::OrganisationId;
use crate::store::access;
use crate::store::item;
use crate::store::item::Place;
use crate::store::log;
use crate::store::organisation;
use crate::store::outbox;
use crate::sync::conflict::Policy;

#[tokio::test]
async fn what_is_deleted_there_before_its_name_is_known_is_deleted_here() {
    for strategy in STRATEGIES {
        let mut bench = Bench::pulled(strategy).await;
        bench.memory.mood(|moods| moods.lost_answers = 1);
        bench.create(&task("a")).await;
        bench.push().await;
        let (id, _) = bench.memory.contents("tasks").remove(0);
        bench.memory.remove("tasks", &id);
        for _ in 0..4 {
            bench.pull().await;
            bench.push().await;
        }
        assert_eq!((bench.titles().await, bench.owed().await), (Vec::new(), 0), "{strategy:?}");
    }
}

#[tokio::test]
async fn what_a_phone_does_is_done_there_and_does_not_come_back() {
    for strategy in STRATEGIES {
        let mut bench = Bench::pulled(strategy).await;
        let item = bench.create(&task("new")).await;
        assert_eq!(bench.push().await, 1);
        assert_eq!(bench.there(), ["new"]);
        bench.change(item, Some(&task("changed"))).await;
        bench.push().await;
        assert_eq!(bench.there(), ["changed"]);
        let rev = bench.rev().await;
        bench.pull().await;
        assert_eq!(bench.rev().await, rev, "its echo takes no revision");
        bench.change(item, None).await;
        bench.push().await;
        assert!(bench.there().is_empty());
        bench.pull().await;
        assert!(bench.titles().await.is_empty());
        assert_eq!(bench.owed().await, 0);
        assert_eq!(bench.outcomes().await, ["accepted", "accepted", "accepted"]);
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_create_makes_no_second_item() {
    for pull_first in [false, true] {
        let mut bench = Bench::pulled(Strategy::Cursor).await;
        bench.memory.mood(|moods| moods.lost_answers = 1);
        let item = bench.create(&task("new")).await;
        bench.push().await;
        assert_eq!(bench.owed().await, 1);
        if pull_first {
            bench.pull().await;
        }
        bench.change(item, Some(&task("newer"))).await;
        bench.wait();
        bench.push().await;
        bench.push().await;
        bench.pull().await;
        assert_eq!(bench.there(), ["newer"]);
        assert_eq!(bench.items().await, [(item, "newer".to_owned())]);
        assert_eq!(bench.owed().await, 0);
    }
}

#[tokio::test]
async fn a_node_that_dies_between_the_answer_and_its_commit_does_no_harm() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    let item = bench.create(&task("new")).await;
    let mut reader = bench.office.app.store().read().await.unwrap();
    let owed = outbox::due(&mut reader, "office", bench.now, 1).await.unwrap().remove(0);
    drop(reader);
    assert!(push::take(&bench.office, &owed, bench.now).await.unwrap());
    assert!(!push::take(&bench.office, &owed, bench.now).await.unwrap(), "nobody takes it twice");
    // It was sent, and the node died.
    let collection = task_list();
    let write = crate::connector::Write { collection: &collection, idempotency_key: &owed.key };
    bench.memory.create(&crate::connector::User::default(), write, &task("new")).await.unwrap();
    bench.pull().await;
    bench.wait();
    bench.push().await;
    assert_eq!(bench.there(), ["new"]);
    assert_eq!(bench.items().await, [(item, "new".to_owned())]);
    assert_eq!(bench.owed().await, 0);
}

#[tokio::test]
async fn an_item_deleted_before_it_was_ever_sent_is_never_sent() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    let item = bench.create(&task("new")).await;
    bench.change(item, None).await;
    bench.push().await;
    assert_eq!((bench.memory.writes(), bench.owed().await), (0, 0));
}

#[tokio::test]
async fn a_refused_change_goes_back_on_the_phone() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    bench.memory.put("tasks", "a", task("a"));
    bench.memory.put("tasks", "b", task("b"));
    bench.pull().await;
    bench.memory.mood(|moods| moods.refusal = Some("No tasks on Sundays".to_owned()));
    bench.change(bench.item_called("a").await, Some(&task("changed"))).await;
    bench.change(bench.item_called("b").await, None).await;
    bench.create(&task("c")).await;
    bench.push().await;
    assert_eq!(bench.titles().await, ["a", "b"]);
    assert_eq!(bench.there(), ["a", "b"]);
    assert_eq!(bench.owed().await, 0);
    let mut reader = bench.office.app.store().read().await.unwrap();
    let newest = log::list(&mut reader, KARI, None, 1).await.unwrap().remove(0);
    assert_eq!((newest.outcome.as_str(), newest.message.as_str()), ("refused", "No tasks on Sundays"));
}

#[track_caller]
fn content(title: &str, priority: i64) -> Content {
    Content::from_value(Class::Tasks, &json!({"uid": "u", "title": title, "priority": priority})).unwrap()
}

/// The phone and the back office change one item; who meets whom first must not matter.
async fn check_conflict(policy: &str, expected: &Content) {
    for pull_first in [false, true] {
        let mut bench = Bench::with(Strategy::Cursor, policy, vec![task_list()]).await;
        bench.memory.put("tasks", "a", content("base", 1));
        bench.pull().await;
        let item = bench.item_called("base").await;
        bench.change(item, Some(&content("phone", 1))).await;
        bench.memory.put("tasks", "a", content("base", 2));
        if pull_first {
            bench.pull().await;
        }
        bench.push().await;
        bench.push().await;
        bench.pull().await;
        let there = bench.memory.contents("tasks");
        assert_eq!(there, [("a".to_owned(), expected.clone())], "{policy}, pull first: {pull_first}");
        let place = Place { account: KARI, folder: TASKS, item };
        let mut reader = bench.office.app.store().read().await.unwrap();
        let row = item::newest(&mut reader, place).await.unwrap().unwrap();
        assert_eq!(row.version.content, expected.to_json());
        let versions = item::versions(&mut reader, place).await.unwrap();
        let mut kept = Vec::new();
        for meta in versions {
            kept.push(item::version(&mut reader, place, meta.rev).await.unwrap().unwrap().content);
        }
        assert!(kept.contains(&content("phone", 1).to_json()), "the phone's version can be had again");
        assert!(kept.contains(&content("base", 2).to_json()), "the other one too");
        drop(reader);
        assert!(bench.outcomes().await.contains(&"conflict".to_owned()));
        assert_eq!(bench.owed().await, 0);
    }
}

#[tokio::test]
async fn a_conflict_is_settled_as_the_administrator_chose() {
    check_conflict("server", &content("base", 2)).await;
    check_conflict("device", &content("phone", 1)).await;
    check_conflict("merge", &content("phone", 2)).await;
}

#[tokio::test]
async fn a_refused_log_in_pauses_the_connection_until_it_is_given_again() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| moods.log_in_fails = true);
    bench.create(&task("new")).await;
    bench.push().await;
    bench.wait();
    assert_eq!(bench.push().await, 0, "nobody hammers at a closed door");
    let mut reader = bench.office.app.store().read().await.unwrap();
    let paused = access::find(&mut reader, KARI, "office").await.unwrap().unwrap();
    assert_eq!(paused.notice.as_deref(), Some("wrong password"));
    drop(reader);
    bench.memory.mood(|moods| moods.log_in_fails = false);
    let mut tx = bench.office.app.store().begin().await.unwrap();
    access::set(&mut tx, KARI, "office", access::LogIn::default(), bench.now).await.unwrap();
    tx.commit().await.unwrap();
    bench.push().await;
    assert_eq!(bench.there(), ["new"]);
}

#[tokio::test]
async fn a_refusal_of_the_log_in_before_says_nothing_of_the_present_one() {
    let bench = Bench::pulled(Strategy::Cursor).await;
    let store = bench.office.app.store();
    let begun_before = (bench.now - SignedDuration::from_secs(1), bench.now);
    for (times, is_paused) in [(begun_before, false), ((bench.now, bench.now), true)] {
        let mut tx = store.begin().await.unwrap();
        access::set(&mut tx, KARI, "office", access::LogIn::default(), bench.now).await.unwrap();
        access::pause(&mut tx, KARI, "office", "wrong password", times).await.unwrap();
        tx.commit().await.unwrap();
        let mut reader = store.read().await.unwrap();
        let access = access::find(&mut reader, KARI, "office").await.unwrap().unwrap();
        assert_eq!(access.paused_at.is_some(), is_paused);
    }
}

#[tokio::test]
async fn a_shared_log_in_that_was_refused_once_is_tried_again() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| moods.log_in_fails = true);
    bench.create(&task("new")).await;
    bench.push().await;
    bench.memory.mood(|moods| moods.log_in_fails = false);
    bench.now += SignedDuration::from_mins(4);
    bench.office.resume(bench.now).await.unwrap();
    assert_eq!(bench.push().await, 0, "not yet");
    bench.now += SignedDuration::from_mins(2);
    bench.office.resume(bench.now).await.unwrap();
    assert_eq!(bench.push().await, 1);
    assert_eq!(bench.there(), ["new"]);
}

#[tokio::test]
async fn a_back_office_that_is_down_gets_everything_when_it_is_up_again() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| moods.down = true);
    bench.create(&task("a")).await;
    bench.push().await;
    assert_eq!(bench.push().await, 0, "it is left in peace for a while");
    bench.create(&task("b")).await;
    bench.push().await;
    assert!(bench.pull().await.errors > 0);
    bench.memory.mood(|moods| moods.down = false);
    bench.wait();
    bench.push().await;
    assert_eq!(bench.there(), ["a", "b"]);
    bench.pull().await;
    assert_eq!(bench.titles().await, ["a", "b"]);
}

#[tokio::test]
async fn what_the_back_office_makes_of_an_item_comes_to_the_phone() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| moods.alters = true);
    let item = bench.create(&task("new")).await;
    bench.push().await;
    assert_eq!(bench.items().await, [(item, "NEW".to_owned())]);
}

#[tokio::test]
async fn a_phone_that_edits_on_undoes_nothing_that_the_back_office_altered() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| (moods.alters, moods.lost_answers) = (true, 1));
    let item = bench.create(&content("new", 1)).await;
    bench.push().await;
    bench.memory.mood(|moods| moods.alters = false);
    bench.change(item, Some(&content("new", 2))).await;
    bench.wait();
    bench.push().await;
    bench.push().await;
    assert_eq!(bench.memory.contents("tasks")[0].1, content("NEW", 2));
    bench.pull().await;
    assert_eq!(bench.items().await, [(item, "NEW".to_owned())]);
    assert_eq!(bench.owed().await, 0);
}

#[tokio::test]
async fn a_write_that_is_stuck_is_not_pulled_for_all_the_time() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    bench.memory.put("tasks", "a", task("a"));
    bench.pull().await;
    let item = bench.item_called("a").await;
    bench.memory.mood(|moods| moods.lost_answers = 1);
    bench.change(item, Some(&task("b"))).await;
    bench.push().await;
    let place = Place { account: KARI, folder: TASKS, item };
    let mut tx = bench.office.app.store().begin().await.unwrap();
    outbox::postpone(&mut tx, place, bench.now + SignedDuration::from_mins(10)).await.unwrap();
    tx.commit().await.unwrap();
    pull::round(&bench.office, KARI, |due| due.folder == TASKS, bench.now).await.unwrap();
    let due = async |minutes| {
        let mut reader = bench.office.app.store().read().await.unwrap();
        let now = bench.now + SignedDuration::from_mins(minutes);
        let due = crate::store::pull::due(&mut reader, "office", now, 10).await.unwrap();
        due.iter().any(|due| due.folder == TASKS)
    };
    assert_eq!((due(9).await, due(11).await), (false, true));
}

#[tokio::test]
async fn a_push_during_a_pull_is_not_undone_by_what_the_pull_saw() {
    for (is_gone, is_edited) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut bench = Bench::new(Strategy::Cursor).await;
        bench.memory.put("tasks", "a", task("old"));
        bench.pull().await;
        let item = bench.item_called("old").await;
        let before =
            crate::connector::Remote { id: "a".to_owned(), etag: "0".to_owned(), content: Ok(task("old")) };
        let asked_at = bench.now;
        bench.change(item, Some(&task("new"))).await;
        bench.push().await;
        if is_edited {
            bench.change(item, Some(&task("newer"))).await;
        }
        let target = crate::jobs::apply::Target {
            account: KARI,
            folder: TASKS,
            class: Class::Tasks,
            connection: "office".to_owned(),
            policy: Policy::Server,
        };
        let mut tx = bench.office.app.store().begin().await.unwrap();
        let around = target.surroundings(&mut tx, asked_at).await.unwrap();
        let change = if is_gone {
            crate::connector::Change::Delete { id: "a".to_owned() }
        } else {
            crate::connector::Change::Upsert(before)
        };
        let did = target.change(&mut tx, &around, &change, bench.now).await.unwrap();
        assert_eq!(did, crate::jobs::apply::Did::Deferred, "gone: {is_gone}, edited: {is_edited}");
        tx.commit().await.unwrap();
        assert_eq!(bench.titles().await, [if is_edited { "newer" } else { "new" }]);
    }
}

#[tokio::test]
async fn what_could_not_be_asked_for_is_asked_before_it_is_written_over() {
    for policy in ["server", "device"] {
        let mut bench = Bench::with(Strategy::Cursor, policy, vec![task_list()]).await;
        bench.pull().await;
        bench.memory.mood(|moods| (moods.alters, moods.hides) = (true, true));
        let item = bench.create(&content("new", 1)).await;
        bench.push().await;
        assert_eq!(bench.owed().await, 0);
        bench.memory.mood(|moods| moods.alters = false);
        bench.change(item, Some(&content("new", 2))).await;
        bench.push().await;
        assert_eq!(bench.memory.contents("tasks")[0].1, content("NEW", 1), "nothing is written unseen");
        bench.memory.mood(|moods| moods.hides = false);
        for _ in 0..3 {
            bench.wait();
            bench.push().await;
        }
        assert_eq!(bench.memory.contents("tasks")[0].1, content("NEW", 2), "{policy}");
        bench.pull().await;
        assert_eq!(bench.items().await, [(item, "NEW".to_owned())]);
        assert_eq!(bench.owed().await, 0);
    }
}

#[tokio::test]
async fn an_altered_item_that_is_deleted_goes_there_too() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| (moods.alters, moods.hides) = (true, true));
    let item = bench.create(&task("new")).await;
    bench.push().await;
    bench.memory.mood(|moods| (moods.alters, moods.hides) = (false, false));
    bench.change(item, None).await;
    bench.push().await;
    bench.push().await;
    assert!(bench.there().is_empty());
    bench.pull().await;
    assert!(bench.titles().await.is_empty());
    assert_eq!(bench.owed().await, 0);
}

#[tokio::test]
async fn a_wall_before_the_back_office_undoes_nothing_and_is_told() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    bench.memory.put("tasks", "a", task("a"));
    bench.pull().await;
    bench.memory.mood(|moods| moods.walled = true);
    bench.change(bench.item_called("a").await, Some(&task("changed"))).await;
    bench.create(&task("new")).await;
    bench.push().await;
    bench.pull().await;
    assert_eq!(bench.titles().await, ["changed", "new"]);
    let notice = async |bench: &Bench| {
        let mut reader = bench.office.app.store().read().await.unwrap();
        access::find(&mut reader, KARI, "office").await.unwrap().unwrap().notice
    };
    assert_eq!(notice(&bench).await.as_deref(), Some("not understood: 400 Bad Request"));
    bench.memory.mood(|moods| moods.walled = false);
    bench.wait();
    bench.push().await;
    bench.pull().await;
    assert_eq!(bench.there(), ["changed", "new"]);
    assert_eq!(notice(&bench).await, None);
}

/// The phone deletes what the back office changes, or the other way round; who meets whom first must not matter.
async fn check_deletion(policy: &str, by_phone: bool, expected: Option<&str>) {
    for pull_first in [false, true] {
        let mut bench = Bench::with(Strategy::Cursor, policy, vec![task_list()]).await;
        bench.memory.put("tasks", "a", task("a"));
        bench.pull().await;
        let item = bench.item_called("a").await;
        if by_phone {
            bench.change(item, None).await;
            bench.memory.put("tasks", "a", task("changed"));
        } else {
            bench.change(item, Some(&task("changed"))).await;
            bench.memory.remove("tasks", "a");
        }
        if pull_first {
            bench.pull().await;
        }
        for _ in 0..3 {
            bench.wait();
            bench.push().await;
            bench.pull().await;
        }
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(bench.there(), expected, "{policy}, by the phone: {by_phone}, pull first: {pull_first}");
        assert_eq!(bench.titles().await, expected);
        assert_eq!(bench.owed().await, 0);
        let mut reader = bench.office.app.store().read().await.unwrap();
        let place = Place { account: KARI, folder: TASKS, item };
        let mut kept = Vec::new();
        for meta in item::versions(&mut reader, place).await.unwrap() {
            kept.push(item::version(&mut reader, place, meta.rev).await.unwrap().unwrap().content);
        }
        assert!(kept.contains(&task("changed").to_json()), "the changed version can be had again");
    }
}

#[tokio::test]
async fn a_deletion_that_meets_a_change_is_settled_as_the_administrator_chose() {
    for (policy, by_phone, by_office) in [
        ("device decides", None, None),
        ("server", Some("changed"), None),
        ("device", None, Some("changed")),
        ("merge", Some("changed"), Some("changed")),
        ("newest", Some("changed"), None),
    ] {
        check_deletion(policy, true, by_phone).await;
        check_deletion(policy, false, by_office).await;
    }
}

/// Both sides change an item; its title afterwards, everywhere.
async fn title_after_a_conflict(bench: &mut Bench) -> String {
    bench.memory.put("tasks", "a", content("base", 1));
    bench.pull().await;
    bench.change(bench.item_called("base").await, Some(&content("phone", 1))).await;
    bench.memory.put("tasks", "a", content("there", 1));
    for _ in 0..2 {
        bench.push().await;
        bench.pull().await;
    }
    assert_eq!(bench.there(), bench.titles().await);
    bench.there().remove(0)
}

#[tokio::test]
async fn what_the_phone_asks_for_counts_where_the_device_decides() {
    for (policy, server_wins, expected) in
        [("device decides", true, "there"), ("device decides", false, "phone"), ("server", false, "there")]
    {
        let mut bench = Bench::with(Strategy::Cursor, policy, vec![task_list()]).await;
        bench.server_wins = server_wins;
        assert_eq!(title_after_a_conflict(&mut bench).await, expected, "{policy}, {server_wins}");
    }
}

#[tokio::test]
async fn what_the_organisation_chose_stands_over_the_configuration() {
    let mut bench = Bench::with(Strategy::Cursor, "server", vec![task_list()]).await;
    let mut settings = organisation::Settings::default();
    settings.conflict.insert(Class::Tasks, Policy::Device);
    let mut tx = bench.office.app.store().begin().await.unwrap();
    organisation::set_settings(&mut tx, OrganisationId(1), &settings).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(title_after_a_conflict(&mut bench).await, "phone");
}
