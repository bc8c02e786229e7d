//! What a phone and the server say to each other, written down without anything that people wrote or are called.

use std::collections::BTreeSet;

use lomme::govern::actor::Actor;
use lomme::govern::bulk::Target;
use lomme::govern::device;
use lomme::govern::trace;
use lomme::govern::trace::Change;
use lomme::store::trace as kept;

use crate::back_office::until;
use crate::command_line::lomme;
use crate::demo::Demo;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::server::PASSWORD;
use crate::server::Server;

const WHO: Actor = Actor::command_line();

/// What somebody wrote, or is called, in what a phone holds.
fn private(node: &Node, found: &mut BTreeSet<String>) {
    const TELLING: [&str; 22] = [
        "Subject",
        "Location",
        "Data",
        "FileAs",
        "FirstName",
        "LastName",
        "CompanyName",
        "JobTitle",
        "Email1Address",
        "From",
        "To",
        "Cc",
        "DisplayTo",
        "ThreadTopic",
        "OrganizerName",
        "OrganizerEmail",
        "Email",
        "Name",
        "Preview",
        "DisplayName",
        "HomeAddressStreet",
        "BusinessPhoneNumber",
    ];
    if TELLING.contains(&node.local_name()) {
        // Also of a part of it: words of five letters and more.
        let words = node.text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 5);
        found.extend(words.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_owned));
    }
    node.children.iter().for_each(|child| private(child, found));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_the_demo_holds_nothing_of_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(Some(folder.path())).await;
    let mut phone = demo.phone_of("kari", "16.1");
    phone.add_account().await;
    let run =
        |arguments: &[&str]| lomme(folder.path(), &[arguments, &["--config", "lomme.toml"]].concat(), "");
    let (_, listed, _) = run(&["device", "list", "kari@fjord.example"]);
    let id = listed.split('\t').nth(1).unwrap().to_owned();
    let trace = |more: &[&str]| run(&[&["device", "trace", "kari@fjord.example", &id], more].concat());
    let (code, said, wrong) = trace(&["--on"]);
    assert!(code == 0 && said.contains("for an hour"), "{said}{wrong}");
    phone.hierarchy_key = "0".to_owned();
    phone.sync_folders().await;
    let mut words = BTreeSet::new();
    let folders: Vec<(String, u8)> =
        phone.folders.iter().map(|(id, folder)| (id.clone(), folder.kind)).collect();
    for (folder, kind) in folders {
        if ![2, 7, 8, 9, 13].contains(&kind) {
            continue;
        }
        until("something is there", async || {
            phone.sync(&folder).await;
            !phone.book(&folder).items.is_empty()
        })
        .await;
        for item in phone.book(&folder).items.values() {
            private(item, &mut words);
        }
    }
    assert!(words.len() > 200, "{words:?}");
    let (_, text, _) = trace(&[]);
    assert!(text.contains("phone: Sync 16.1") && text.contains("server: Sync 200"));
    assert!(text.contains("<SyncKey>") && text.contains("<ServerId>"));
    // Names of the protocol may be words as well.
    let names: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let told: Vec<&String> = words.iter().filter(|word| names.contains(word.as_str())).collect();
    let is_name = |word: &str| text.contains(&format!("<{word}>")) || text.contains(&format!(":{word}>"));
    let told: Vec<&&String> = told.iter().filter(|word| !is_name(word)).collect();
    assert!(told.is_empty(), "{told:?}");
    for secret in ["fjord.example", "Nordmann", PASSWORD] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(trace(&["--off"]).0, 0);
    assert_eq!(trace(&[]).1.trim(), "");
    demo.stop().await;
}

#[tokio::test]
async fn a_trace_ends_is_bounded_and_goes_with_its_device() {
    let server = Server::start().await;
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", "14.1"));
    phone.add_account().await;
    let (_, devices) = device::of_account(&server.app, &WHO, "kari@fjord.example").await.unwrap();
    let target = Target::of(&devices[0]);
    let lines = async || trace::find(&server.app, &WHO, target).await.unwrap().lines.len();
    assert_eq!(lines().await, 0, "nobody asked for it");
    trace::change(&server.app, &WHO, target, Change::Start).await.unwrap();
    phone.hierarchy_key = "0".to_owned();
    phone.sync_folders().await;
    assert_eq!(lines().await, 2, "what was asked, and what was told");
    assert!(trace::find(&server.app, &WHO, target).await.unwrap().until.is_some());
    trace::change(&server.app, &WHO, target, Change::Stop).await.unwrap();
    phone.sync_folders().await;
    assert_eq!(lines().await, 2);

    let which = (target.account, target.number);
    let mut tx = server.app.store().begin().await.unwrap();
    let at = server.app.now();
    for number in 0..450 {
        let line = kept::Line { at, heading: format!("line {number}"), text: "x".repeat(20_000) };
        kept::add(&mut tx, which, &line).await.unwrap();
    }
    tx.commit().await.unwrap();
    let found = trace::find(&server.app, &WHO, target).await.unwrap();
    assert_eq!((found.lines.len(), &*found.lines[399].heading), (400, "line 449"));
    assert!(found.lines.iter().all(|line| line.text.len() < 17_000 && line.text.contains("left out")));
    trace::change(&server.app, &WHO, target, Change::Remove).await.unwrap();
    assert_eq!(lines().await, 0);
    let audited =
        lomme::govern::audit::page(&server.app, &WHO, lomme::model::id::OrganisationId(1), None, 9).await;
    let audited: Vec<String> = audited.unwrap().into_iter().map(|link| link.action).collect();
    assert_eq!(audited, ["device.trace-remove", "device.trace-stop", "device.trace"]);
    server.stop().await;
}
