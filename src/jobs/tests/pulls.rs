//! What comes from the back office.

use std::time::Duration;

use jiff::SignedDuration;

use super::Bench;
use super::KARI;
use super::PHONE;
use super::STRATEGIES;
use super::TASKS;
use super::calendar;
use super::task;
use super::task_list;
use crate::config::Retention;
use crate::connector::Strategy;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::store::device;
use crate::store::folder;
use crate::store::item;
use crate::store::log;
use crate::store::state;
use crate::store::sweep;
use crate::sync::state::State;

#[tokio::test]
async fn what_changes_in_the_back_office_comes_by_every_strategy() {
    for strategy in STRATEGIES {
        let mut bench = Bench::new(strategy).await;
        for number in 0..250 {
            bench.memory.put("tasks", &format!("t{number}"), task(&format!("{number:03}")));
        }
        assert_eq!(bench.pull().await.pulled, 250, "{strategy:?}");
        bench.memory.mood(|moods| moods.now = bench.now);
        bench.memory.put("tasks", "t7", task("changed"));
        bench.memory.remove("tasks", "t8");
        let tally = bench.pull().await;
        assert_eq!((tally.pulled, tally.removed, tally.errors), (1, 1, 0), "{strategy:?}");
        let rev = bench.rev().await;
        let tally = bench.pull().await;
        assert_eq!((tally.pulled, tally.removed), (0, 0), "{strategy:?}");
        assert_eq!(bench.rev().await, rev, "nothing new takes no revision");
        assert_eq!(bench.titles().await.len(), 249);
    }
}

#[tokio::test]
async fn one_unreadable_item_does_not_stop_its_folder() {
    for strategy in STRATEGIES {
        let mut bench = Bench::new(strategy).await;
        bench.memory.put("tasks", "a", task("a"));
        bench.memory.spoil("tasks", "b", "no JSON");
        bench.memory.put("tasks", "c", task("c"));
        assert_eq!(bench.pull().await.errors, 1, "{strategy:?}");
        assert_eq!(bench.titles().await, ["a", "c"]);
        assert_eq!(bench.pull().await.errors, 0, "it is not told again and again");
        bench.memory.mood(|moods| moods.now = bench.now);
        bench.memory.put("tasks", "b", task("b"));
        bench.pull().await;
        assert_eq!(bench.titles().await, ["a", "b", "c"]);
    }
}

#[tokio::test]
async fn a_pull_that_would_empty_a_folder_asks_twice() {
    for strategy in STRATEGIES {
        let mut bench = Bench::new(strategy).await;
        for number in 0..30 {
            bench.memory.put("tasks", &format!("t{number}"), task(&format!("{number:02}")));
        }
        bench.pull().await;
        for number in 0..25 {
            bench.memory.remove("tasks", &format!("t{number}"));
        }
        bench.memory.expire_cursors();
        let tally = bench.pull().await;
        assert_eq!((bench.titles().await.len(), tally.removed), (30, 0), "{strategy:?}");
        assert!(tally.messages.concat().contains("25 of 30"), "{:?}", tally.messages);
        assert_eq!(bench.pull().await.removed, 25, "{strategy:?}");
        assert_eq!(bench.titles().await.len(), 5);
    }
}

#[tokio::test]
async fn a_cursor_too_old_starts_again_and_removes_what_is_gone() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    for title in ["a", "b", "c"] {
        bench.memory.put("tasks", title, task(title));
    }
    bench.pull().await;
    bench.memory.remove("tasks", "b");
    let item = bench.create(&task("waiting")).await;
    bench.memory.expire_cursors();
    let tally = bench.pull().await;
    assert_eq!((tally.pulled, tally.removed), (0, 1));
    assert_eq!(bench.titles().await, ["a", "c", "waiting"], "what is owed is spared");
    bench.push().await;
    assert_eq!(bench.there(), ["a", "c", "waiting"]);
    assert_eq!(bench.item_called("waiting").await, item);
}

#[tokio::test]
async fn what_is_gone_there_is_missed_though_the_phone_has_touched_it_too() {
    for strategy in STRATEGIES {
        for edit in [None, Some(task("edited"))] {
            let mut bench = Bench::new(strategy).await;
            bench.memory.put("tasks", "a", task("a"));
            bench.pull().await;
            bench.change(bench.item_called("a").await, edit.as_ref()).await;
            bench.memory.remove("tasks", "a");
            bench.memory.expire_cursors();
            bench.pull().await;
            bench.memory.mood(|moods| moods.refusal = Some("not today".to_owned()));
            bench.push().await;
            bench.pull().await;
            assert!(bench.titles().await.is_empty(), "{strategy:?}, edited: {}", edit.is_some());
            assert_eq!(bench.owed().await, 0);
        }
    }
}

#[tokio::test]
async fn shared_calendars_come_are_renamed_and_go() {
    let own = calendar("own", "My calendar", true, false);
    let shared = calendar("shared", "Montører", false, true);
    let mut bench = Bench::with(Strategy::Cursor, "server", vec![own.clone(), shared.clone()]).await;
    bench.pull().await;
    let calendars = async |bench: &Bench| {
        let mut reader = bench.office.app.store().read().await.unwrap();
        let rows = folder::list(&mut reader, KARI).await.unwrap();
        rows.into_iter()
            .map(|row| row.folder)
            .filter(|folder| folder.connection.is_some())
            .collect::<Vec<_>>()
    };
    let folders = calendars(&bench).await;
    assert_eq!((folders[0].id, folders[0].kind), (FolderId(1), FolderKind::CALENDAR));
    assert_eq!((folders[1].name.as_str(), folders[1].kind), ("Montører", FolderKind::USER_CALENDAR));
    assert!(folders[1].read_only);
    let renamed = calendar("shared", "Fitters", false, false);
    bench.memory.set_collections(vec![own.clone(), renamed]);
    bench.pull().await;
    let folders = calendars(&bench).await;
    assert_eq!((folders[1].name.as_str(), folders[1].read_only), ("Fitters", false));
    bench.memory.set_collections(vec![own]);
    bench.pull().await;
    assert_eq!(calendars(&bench).await.len(), 2, "missing once may be a mistake");
    bench.pull().await;
    assert_eq!(calendars(&bench).await.len(), 1);
}

#[tokio::test]
async fn the_default_folder_stays_with_its_first_collection() {
    let own = calendar("own", "My calendar", true, false);
    let other = calendar("other", "Other", false, false);
    let mut bench = Bench::with(Strategy::Cursor, "server", vec![own, other]).await;
    bench.pull().await;
    let own = calendar("own", "My calendar", false, false);
    let other = calendar("other", "Other", true, false);
    for collections in [vec![own.clone(), other.clone()], vec![other.clone(), own]] {
        bench.memory.set_collections(collections);
        bench.pull().await;
        let mut reader = bench.office.app.store().read().await.unwrap();
        let row = folder::find(&mut reader, KARI, FolderId(1)).await.unwrap().unwrap();
        assert_eq!((row.folder.remote_id.as_deref(), row.folder.name.as_str()), (Some("own"), "Calendar"));
    }
    bench.memory.set_collections(vec![other]);
    for _ in 0..3 {
        bench.pull().await;
    }
    let mut reader = bench.office.app.store().read().await.unwrap();
    let row = folder::find(&mut reader, KARI, FolderId(1)).await.unwrap().unwrap();
    assert_eq!(row.folder.remote_id.as_deref(), Some("other"), "the next default follows when it is gone");
}

#[tokio::test]
async fn a_collection_that_is_away_for_a_moment_loses_nothing() {
    let mut bench = Bench::pulled(Strategy::Cursor).await;
    bench.memory.mood(|moods| moods.down = true);
    bench.create(&task("waiting")).await;
    bench.push().await;
    bench.memory.mood(|moods| moods.down = false);
    bench.memory.set_collections(Vec::new());
    for _ in 0..3 {
        bench.pull().await;
    }
    assert_eq!(bench.owed().await, 1, "what is owed waits for a day");
    bench.memory.set_collections(vec![task_list()]);
    bench.pull().await;
    bench.push().await;
    assert_eq!(bench.there(), ["waiting"]);
    bench.memory.set_collections(Vec::new());
    bench.pull().await;
    for _ in 0..5 {
        let soon = bench.now + SignedDuration::from_mins(1);
        crate::jobs::pull::round(&bench.office, KARI, |due| due.folder.0 == 0, soon).await.unwrap();
    }
    let mut reader = bench.office.app.store().read().await.unwrap();
    let row = folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap();
    assert_eq!(row.folder.connection.as_deref(), Some("office"), "missing often is not missing for long");
}

#[tokio::test]
async fn what_was_in_a_folder_before_it_was_connected_is_kept_on_both_sides() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    let mut tx = bench.office.app.store().begin().await.unwrap();
    for title in ["only here", "on both sides"] {
        let content = task(title);
        let new =
            item::New { content: &content, writer: Some(PHONE), remote_id: None, etag: None, now: bench.now };
        item::create(&mut tx, KARI, TASKS, new).await.unwrap();
    }
    tx.commit().await.unwrap();
    bench.memory.put("tasks", "b", task("on both sides"));
    bench.memory.put("tasks", "t", task("only there"));
    bench.pull().await;
    bench.wait();
    bench.push().await;
    let all = ["on both sides", "only here", "only there"];
    assert_eq!(bench.there(), all);
    bench.pull().await;
    assert_eq!(bench.titles().await, all);
}

#[tokio::test]
async fn the_sweep_forgets_what_is_old_and_says_so() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    bench.memory.put("tasks", "a", task("a"));
    bench.memory.put("tasks", "b", task("b"));
    bench.pull().await;
    bench.memory.put("tasks", "a", task("a2"));
    bench.memory.remove("tasks", "b");
    bench.pull().await;
    let month_later = bench.now + SignedDuration::from_hours(31 * 24);
    let keep = Retention::default();
    bench.sweep(&keep, bench.now).await;
    let mut reader = bench.office.app.store().read().await.unwrap();
    assert_eq!(folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap().pruned_rev, Rev(0));
    drop(reader);
    // An administrator may have them kept for longer.
    let longer = Retention { versions: Duration::from_hours(60 * 24), ..keep.clone() };
    bench.sweep(&longer, month_later).await;
    let mut reader = bench.office.app.store().read().await.unwrap();
    assert_eq!(folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap().pruned_rev, Rev(0));
    drop(reader);
    bench.sweep(&keep, month_later).await;
    let mut reader = bench.office.app.store().read().await.unwrap();
    assert!(sweep::stale_folders(&mut reader, KARI, month_later).await.unwrap().is_empty());
    let row = folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap();
    assert_eq!(row.pruned_rev, row.rev);
    drop(reader);
    assert_eq!(bench.titles().await, ["a2"]);
    assert!(bench.outcomes().await.is_empty());
}

#[tokio::test]
async fn a_phone_that_is_about_keeps_the_state_of_a_quiet_folder() {
    let bench = Bench::new(Strategy::Cursor).await;
    let year_later = bench.now + SignedDuration::from_hours(365 * 24);
    let mut tx = bench.office.app.store().begin().await.unwrap();
    let phone = device::Device::new(KARI, "PHONE", "iPhone", bench.now);
    let number = device::create(&mut tx, &phone).await.unwrap();
    let who = state::Who { account: KARI, device: number };
    let row =
        state::Row { folder: TASKS, state: State::first(None, Rev(0), bench.now), options: "{}".to_owned() };
    state::save(&mut tx, who, &row, bench.now).await.unwrap();
    device::seen(&mut tx, KARI, number, year_later).await.unwrap();
    tx.commit().await.unwrap();
    let keep = Retention::default();
    let states = async |keep: &Retention, now| {
        bench.sweep(keep, now).await;
        let mut reader = bench.office.app.store().read().await.unwrap();
        state::list(&mut reader, who).await.unwrap().len()
    };
    assert_eq!(states(&keep, year_later).await, 1);
    assert_eq!(states(&keep, year_later + SignedDuration::from_hours(179 * 24)).await, 1);
    let longer = Retention { silent_devices: Duration::from_hours(300 * 24), ..keep.clone() };
    assert_eq!(states(&longer, year_later + SignedDuration::from_hours(181 * 24)).await, 1);
    assert_eq!(states(&keep, year_later + SignedDuration::from_hours(181 * 24)).await, 0);
}

#[tokio::test]
async fn the_logs_are_kept_for_their_time_and_to_their_length() {
    let mut bench = Bench::new(Strategy::Cursor).await;
    for _ in 0..5 {
        bench.pull().await;
    }
    let runs = async |keep: Retention, now| {
        bench.sweep(&keep, now).await;
        let mut reader = bench.office.app.store().read().await.unwrap();
        log::runs(&mut reader, KARI, 100).await.unwrap().len()
    };
    let keep = Retention::default();
    let all = runs(keep.clone(), bench.now).await;
    assert!(all > 3, "{all}");
    assert_eq!(runs(Retention { log_rows: 3, ..keep.clone() }, bench.now).await, 3);
    let week_later = bench.now + SignedDuration::from_hours(8 * 24);
    assert_eq!(runs(keep.clone(), week_later).await, 3);
    assert_eq!(runs(Retention { logs: Duration::from_hours(7 * 24), ..keep }, week_later).await, 0);
}

#[tokio::test]
async fn an_item_that_was_hidden_comes_back_as_it_was() {
    let mut bench = Bench::new(Strategy::List).await;
    bench.memory.put("tasks", "a", task("a"));
    bench.pull().await;
    let item = bench.item_called("a").await;
    let mut tx = bench.office.app.store().begin().await.unwrap();
    let etag = item::by_remote_id(&mut tx, KARI, TASKS, "a").await.unwrap().unwrap().etag;
    let place = item::Place { account: KARI, folder: TASKS, item };
    // The back office did not show it for a while; its etag is the old one.
    item::delete(&mut tx, place, None, bench.now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.pull().await.pulled, 1);
    assert_eq!(bench.items().await, [(item, "a".to_owned())]);
    let mut tx = bench.office.app.store().begin().await.unwrap();
    assert_eq!(item::by_remote_id(&mut tx, KARI, TASKS, "a").await.unwrap().unwrap().etag, etag);
    drop(tx);
    bench.change(item, None).await;
    assert_eq!(bench.pull().await.pulled, 0, "what the phone deleted does not come back before it is told");
    bench.push().await;
    assert!(bench.there().is_empty());
}

#[tokio::test]
async fn a_change_is_pushed_at_once_and_a_nudge_pulls_at_once() {
    let bench = Bench::new(Strategy::Cursor).await;
    let app = bench.office.app.clone();
    let jobs = crate::jobs::Jobs::start(&app);
    let deadline = Duration::from_secs(10);
    let poll = async |what: &dyn Fn() -> bool| {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // The folder is connected by the first pull.
    tokio::time::timeout(deadline, async {
        loop {
            let mut reader = app.store().read().await.unwrap();
            if folder::find(&mut reader, KARI, TASKS).await.unwrap().unwrap().folder.connection.is_some() {
                break;
            }
            drop(reader);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    bench.create(&task("new")).await;
    tokio::time::timeout(deadline, poll(&|| bench.there() == ["new"])).await.unwrap();
    bench.memory.put("tasks", "t", task("there"));
    let body = br#"{"user": "Kari@fjord.example"}"#;
    let signature = crate::connector::nudge::signature(b"key", body);
    assert!(crate::jobs::nudge::receive(&app, "office", "sha256=00", body).await.is_err());
    crate::jobs::nudge::receive(&app, "office", &signature, body).await.unwrap();
    tokio::time::timeout(deadline, async {
        while bench.titles().await != ["new", "there"] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    jobs.stop(deadline).await;
}
