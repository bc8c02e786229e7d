//! What strict clients take for granted about policies, folders, removed devices and the company directory.

use std::time::Duration;
use std::time::Instant;

use jiff::Timestamp;
use lomme::config::Config;
use lomme::govern::provisioned::Provisioned;
use lomme::govern::provisioned::Wipe;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::model::id::DeviceNumber;
use lomme::store;
use lomme::store::Tx;
use lomme::store::account;
use lomme::store::device;
use lomme::store::device::Column;
use lomme::store::device::Ruler;
use lomme::store::device::Standing;
use lomme::store::folder;

use super::CONTACTS;
use super::collection;
use super::in_step;
use super::is_old;
use super::phone;
use super::sync;
use crate::back_office::until;
use crate::office::Office;
use crate::office::TOKEN;
use crate::phone::Phone;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

pub(super) const VERSIONS: [&str; 7] = ["2.5", "12.0", "12.1", "14.0", "14.1", "16.0", "16.1"];
const KARI: AccountId = AccountId(1);

pub(super) async fn folders(wire: &Wire) -> Answer {
    wire.post("FolderSync", document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>")).await
}

/// Rule 6.
#[tokio::test]
async fn nobody_is_forced_to_take_a_policy_and_everybody_gets_one() {
    let server = Server::start().await;
    for version in VERSIONS {
        let mut phone = phone(&server, version).await;
        assert!(phone.wire.policy_key.is_none());
        phone.provision().await;
        phone.sync(CONTACTS).await;
    }
    server.stop().await;
}

/// Rule 7.
#[tokio::test]
async fn a_policy_in_force_is_asked_for_as_each_version_knows_it() {
    let strict = |config: &mut Config| {
        config.policy.required = true;
        config.policy.settings.device_password_enabled = true;
    };
    let server = Server::with(strict).await;
    for version in VERSIONS {
        let mut wire = Wire::new(&server.url(""), "kari", version);
        let is_old = is_old(version);
        for (key, status) in [(None, "142"), (Some("4711"), "144")] {
            wire.policy_key = key.map(str::to_owned);
            let answer = folders(&wire).await;
            if is_old {
                assert_eq!(answer.status, 449, "{version} {key:?}");
            } else if key.is_none() {
                assert_eq!(answer.node().unwrap().told("Status"), status, "{version} {key:?}");
            } else {
                // Nothing was ever told to this device: any key is as good as none.
                assert!(["142", "144"].contains(&answer.node().unwrap().told("Status")), "{version}");
            }
        }
        wire.policy_key = None;
        let compact = Wire { is_compact: true, ..wire.clone() };
        if !is_old {
            assert_eq!(folders(&compact).await.node().unwrap().told("Status"), "141", "{version}");
        }
        let mut phone = Phone::new(wire);
        phone.sync_folders().await;
        let key = phone.wire.policy_key.clone().unwrap();
        phone.sync(CONTACTS).await;
        phone.wire.policy_key = Some("4711".to_owned());
        let answer = folders(&phone.wire).await;
        if is_old {
            assert_eq!(answer.status, 449);
        } else {
            assert_eq!(answer.node().unwrap().told("Status"), "144");
        }
        phone.wire.policy_key = Some(key);
        assert_eq!(folders(&phone.wire).await.node().unwrap().told("Status"), "1");
    }
    server.stop().await;
}

/// Rule 12: a phone whose partnership was removed begins with the folders again.
#[tokio::test]
async fn a_removed_phone_is_sent_back_to_the_folders() {
    let server = Server::start().await;
    let (mut phone, key) = in_step(&server, "14.1").await;
    let mut tx = server.app.store().begin().await.unwrap();
    let Wire { device, kind, .. } = &phone.wire;
    let known = device::find(&mut tx, KARI, device, kind).await.unwrap().unwrap();
    device::remove(&mut tx, KARI, known.number).await.unwrap();
    tx.commit().await.unwrap();
    let (status, _) = phone.ping(60, &[CONTACTS.to_owned()]).await;
    assert!(["3", "7"].contains(&status.as_str()), "{status}");
    assert_eq!(collection(&sync(&phone, CONTACTS, &key, "").await).told("Status"), "3");
    let inner = format!("<SyncKey>{}</SyncKey>", phone.hierarchy_key);
    let told = phone.ask("FolderSync", "FolderHierarchy:FolderSync", &inner).await;
    assert_eq!(told.told("Status"), "9");
    phone.hierarchy_key = "0".to_owned();
    phone.sync_folders().await;
    phone.book(CONTACTS).key = "0".to_owned();
    phone.sync(CONTACTS).await;
    server.stop().await;
}

/// Rule 12: a phone that waits hears at once that it is welcome no more, and by its `FolderSync` why.
#[tokio::test]
async fn a_phone_that_waits_is_sent_off_when_it_is_blocked_or_removed() {
    let server = Server::start().await;
    let app = &server.app;
    for (version, what) in ["12.1", "14.0", "14.1", "16.0", "16.1"].into_iter().zip(Act::ALL) {
        let (mut phone, _) = in_step(&server, version).await;
        let Wire { device, kind, .. } = phone.wire.clone();
        let folders = [CONTACTS.to_owned()];
        let start = Instant::now();
        let (told, ()) = tokio::join!(phone.ping(600, &folders), async {
            until("the phone waits", async || app.waiters().len() == 1).await;
            store::retrying(async || {
                let mut tx = app.store().begin().await?;
                let known = device::find(&mut tx, KARI, &device, &kind).await?.unwrap();
                what.on(&mut tx, known.number, app.now()).await?;
                tx.commit().await
            })
            .await
            .unwrap();
        });
        assert_eq!(told.0, "7", "{what:?}");
        assert!(start.elapsed() < Duration::from_secs(60), "{what:?}");
    }
    server.stop().await;
}

/// What an administrator does to a phone.
#[derive(Clone, Copy, Debug)]
enum Act {
    Resync,
    Remove,
    Block,
    Wipe,
    SwitchOff,
}

impl Act {
    const ALL: [Self; 5] = [Self::Resync, Self::Remove, Self::Block, Self::Wipe, Self::SwitchOff];

    async fn on(self, tx: &mut Tx, number: DeviceNumber, now: Timestamp) -> store::Result<()> {
        match self {
            Self::Resync => device::resync(tx, KARI, number).await,
            Self::Remove => device::remove(tx, KARI, number).await,
            Self::Block => {
                device::set_standing(tx, KARI, number, (Standing::Blocked, Ruler::Hand), now).await
            }
            Self::Wipe => {
                let wipe = Provisioned { wipe: Some(Wipe::Account), ..Provisioned::default() };
                device::set(tx, KARI, number, Column::Provision, &wipe.write()).await
            }
            Self::SwitchOff => account::set_disabled(tx, KARI, Some(now)).await,
        }
    }
}

/// Quirk folder-gone: rule 13.
#[tokio::test]
async fn a_folder_that_is_gone_is_told_once_the_folders_are_asked_for() {
    let server = Server::start().await;
    let mut tx = server.app.store().begin().await.unwrap();
    let new = folder::New {
        id: None,
        name: "Kunder",
        kind: FolderKind::USER_CONTACTS,
        connection: None,
        remote_id: None,
        read_only_at: None,
    };
    let id = folder::create(&mut tx, KARI, new).await.unwrap();
    tx.commit().await.unwrap();
    let mut phone = phone(&server, "14.1").await;
    let folder = phone.named("Kunder").unwrap();
    phone.sync(&folder).await;
    let key = phone.book(&folder).key.clone();
    let mut tx = server.app.store().begin().await.unwrap();
    folder::delete(&mut tx, KARI, id, server.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(collection(&sync(&phone, &folder, &key, "").await).told("Status"), "12");
    assert_eq!(phone.ping(60, std::slice::from_ref(&folder)).await.0, "7");
    assert!(phone.sync_folders().await);
    assert_eq!(phone.named("Kunder"), None);
    assert!(!phone.sync_folders().await);
    server.stop().await;
}

/// Quirk all-defaults: rule 14.
#[tokio::test]
async fn there_is_one_of_each_default_folder() {
    let server = Server::start().await;
    for version in VERSIONS {
        let phone = phone(&server, version).await;
        let mut kinds: Vec<u8> = phone.folders.values().map(|folder| folder.kind).collect();
        kinds.sort_unstable();
        let mut expected: Vec<u8> = (2..=11).collect();
        if version.starts_with("14") || version.starts_with("16") {
            expected.push(19);
        }
        assert_eq!(kinds, expected, "{version}");
    }
    server.stop().await;
}

/// A server whose directory is that of an office.
async fn with_directory(office: &Office) -> Server {
    let url = office.running.url();
    let connection = format!(
        "[[connection]]\nname = \"office\"\nkind = \"http_api\"\nurl = \"{url}\"\ntoken = \"{TOKEN}\"\n\
         classes = []\ndirectory = true\n"
    );
    let read: Config = toml::from_str(&connection).unwrap();
    Server::with(|config| config.connections = read.connections).await
}

/// Quirks range-and-total, range-or-not: rule 16.
#[tokio::test]
async fn the_directory_answers_in_order_with_exact_numbers() {
    let office = Office::start().await;
    let server = with_directory(&office).await;
    for version in VERSIONS {
        let mut phone = phone(&server, version).await;
        let (found, total) = phone.search("Per", "0-2").await;
        assert_eq!((found.len(), total), (3, 14), "{version}");
        assert!(found.iter().all(|one| one.child("FirstName").is_some() && one.child("LastName").is_some()));
        let (found, _) = phone.search("Per", "").await;
        let names: Vec<&str> = found.iter().map(|one| one.told("DisplayName")).collect();
        assert_eq!(names.len(), 14);
        assert!(names.is_sorted(), "{names:?}");
        let (found, total) = phone.search("Ingen", "0-99").await;
        assert_eq!((found.len(), total), (0, 0));
    }
    let mut phone = phone(&server, "14.1").await;
    let mut seen = Vec::new();
    for range in ["0-4", "5-9", "10-13", "13-40", "0-100", "14-20"] {
        let inner = format!(
            "<Store><Name>GAL</Name><Query>Per</Query><Options><Range>{range}</Range></Options></Store>"
        );
        let told = phone.ask("Search", "Search:Search", &inner).await;
        let store = told.find("Store").unwrap();
        let names: Vec<String> = store.all("Result").map(|one| one.say("DisplayName").to_owned()).collect();
        let expected = match range {
            "13-40" => ("1", "13-13", 1),
            "0-100" => ("12", "0-13", 14),
            "14-20" => ("12", "14-14", 1),
            range => ("1", range, names.len()),
        };
        assert_eq!((store.told("Status"), store.told("Range"), names.len()), expected, "{told:?}");
        assert_eq!(store.told("Total"), "14");
        if ["0-4", "5-9", "10-13"].contains(&range) {
            seen.extend(names);
        }
    }
    let (all, _) = phone.search("Per", "").await;
    let names: Vec<&str> = all.iter().map(|one| one.told("DisplayName")).collect();
    assert_eq!(seen, names, "in parts as in one");
    server.stop().await;
}

/// Rule 16: the second to fourth of the people, and the second of the companies, have pictures; one is large.
#[tokio::test]
async fn the_directory_shows_pictures_within_bounds() {
    let office = Office::start().await;
    let server = with_directory(&office).await;
    for (version, bounds, expected) in [
        ("16.1", "", Some(["1", "1", "1", "1"])),
        ("14.1", "<MaxSize>1000</MaxSize>", Some(["1", "1", "174", "1"])),
        ("14.1", "<MaxPictures>2</MaxPictures>", Some(["1", "1", "175", "175"])),
        ("14.1", "<MaxSize>1000</MaxSize><MaxPictures>1</MaxPictures>", Some(["1", "175", "174", "175"])),
        ("14.1", "<MaxPictures>0</MaxPictures>", Some(["175", "175", "175", "175"])),
        ("14.0", "", None),
    ] {
        let mut phone = phone(&server, version).await;
        let inner = format!(
            "<Store><Name>GAL</Name><Query>Per</Query><Options><Range>0-99</Range><Picture>{bounds}</Picture>\
             </Options></Store>"
        );
        let told = phone.ask("Search", "Search:Search", &inner).await;
        let pictures: Vec<_> =
            told.find("Store").unwrap().all("Result").map(|one| one.find("Picture")).collect();
        let Some(expected) = expected else {
            assert!(pictures.iter().all(Option::is_none), "{version}: {told:?}");
            continue;
        };
        let pictures: Vec<_> = pictures.into_iter().map(Option::unwrap).collect();
        let statuses: Vec<&str> = pictures.iter().map(|picture| picture.told("Status")).collect();
        let there: Vec<&str> = statuses.iter().copied().filter(|status| *status != "173").collect();
        assert_eq!((statuses.len(), there), (14, expected.to_vec()), "{bounds}");
        for picture in pictures {
            assert_eq!(picture.child("Data").is_some(), picture.told("Status") == "1", "{picture:?}");
        }
    }
    server.stop().await;
}

/// Rule 17.
#[tokio::test]
async fn an_account_can_be_switched_off() {
    let server = Server::start().await;
    let mut tx = server.app.store().begin().await.unwrap();
    account::set_disabled(&mut tx, KARI, Some(server.app.now())).await.unwrap();
    tx.commit().await.unwrap();
    for version in VERSIONS {
        let answer = folders(&Wire::new(&server.url(""), "kari", version)).await;
        if is_old(version) {
            assert_eq!(answer.status, 403, "{version}");
        } else {
            assert_eq!(answer.node().unwrap().told("Status"), "126", "{version}");
        }
    }
    server.stop().await;
}
