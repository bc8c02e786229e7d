//! What administrators do to accounts and devices, and what phones then meet.

use lomme::govern;
use lomme::govern::action::Action;
use lomme::govern::action::Reason;
use lomme::govern::actor::Actor;
use lomme::govern::audit;
use lomme::govern::audit::Verdict as Chain;
use lomme::govern::bulk;
use lomme::govern::bulk::Target;
use lomme::govern::device;
use lomme::govern::group;
use lomme::govern::group::Place;
use lomme::govern::organisation;
use lomme::govern::organisation::Setting;
use lomme::govern::person;
use lomme::govern::policy;
use lomme::govern::token;
use lomme::govern::token::Scope;
use lomme::model::access::Rule;
use lomme::model::access::Rules;
use lomme::model::access::Trait;
use lomme::model::access::Verdict;
use lomme::model::folder::FolderKind;
use lomme::model::id::AccountId;
use lomme::model::id::OrganisationId;
use lomme::model::policy::Policy;
use lomme::model::policy::Provisioning;
use lomme::store;
use lomme::store::device::Standing;
use lomme::store::policy::Owner;
use lomme::store::roster::Filter;

use crate::back_office::until;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::Server;

const FJORD: OrganisationId = OrganisationId(1);
const KARI: AccountId = AccountId(1);
const OLA: AccountId = AccountId(2);

async fn phone(server: &Server, user: &str, version: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), user, version));
    phone.add_account().await;
    let contacts = phone.default(FolderKind::CONTACTS.0);
    phone.sync(&contacts).await;
    phone
}

/// The devices of the organisation, the one seen last first.
async fn devices(server: &Server, actor: &Actor) -> Vec<store::roster::Entry> {
    device::page(&server.app, actor, FJORD, &Filter::default(), None, 100).await.unwrap().devices
}

fn target(entry: &store::roster::Entry) -> Target {
    Target { account: entry.place.account, number: entry.place.number }
}

/// Does it, and says what came of it on each device.
async fn act(server: &Server, actor: &Actor, action: Action, targets: &[Target]) -> Vec<Result<(), Reason>> {
    let told = bulk::submit(&server.app, actor, action, targets).await.unwrap();
    told.into_iter().map(|told| told.outcome).collect()
}

async fn folders_status(wire: &Wire) -> String {
    let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    wire.post("FolderSync", body).await.node().unwrap().told("Status").to_owned()
}

/// 002-72, 003-12, 003-17, 003-19: under way until it is done, not begun twice, and logged.
#[tokio::test]
async fn a_resync_of_many_is_under_way_until_each_phone_has_everything_again() {
    let server = Server::start().await;
    let admin = Actor::command_line();
    let mut kari = phone(&server, "kari", "16.1").await;
    phone(&server, "ola", "14.1").await;
    let targets: Vec<Target> = devices(&server, &admin).await.iter().map(target).collect();
    assert_eq!(act(&server, &admin, Action::Resync, &targets).await, [Ok(()), Ok(())]);
    let again = act(&server, &admin, Action::Resync, &targets).await;
    assert_eq!(again, [Err(Reason::NoPartnership), Err(Reason::NoPartnership)]);
    let ordered = async |email: &str| {
        let all = devices(&server, &admin).await;
        all.into_iter().find(|entry| entry.email == email).unwrap().order
    };
    assert_eq!(ordered("kari@fjord.example").await.as_deref(), Some("resync"));

    kari.hierarchy_key = "0".to_owned();
    kari.books.clear();
    kari.folders.clear();
    kari.sync_folders().await;
    let again = act(&server, &admin, Action::Resync, &targets).await;
    assert!(again.contains(&Err(Reason::UnderWay)), "{again:?}");
    let contacts = kari.default(FolderKind::CONTACTS.0);
    kari.sync(&contacts).await;
    until("the server sees that it is done", async || ordered("kari@fjord.example").await.is_none()).await;
    assert_eq!(
        ordered("ola@fjord.example").await.as_deref(),
        Some("resync"),
        "who did not come is waited for"
    );

    let hers = devices(&server, &admin).await.into_iter().find(|entry| entry.place.account == KARI).unwrap();
    let detail = device::find(&server.app, &admin, target(&hers)).await.unwrap();
    let told: Vec<&str> = detail.log.iter().map(|entry| &*entry.outcome).collect();
    assert_eq!(told, ["done", "refused", "refused", "ordered"]);
    server.stop().await;
}

#[tokio::test]
async fn one_folder_comes_anew_and_the_others_stay() {
    let server = Server::start().await;
    let admin = Actor::command_line();
    let mut kari = phone(&server, "kari", "14.1").await;
    let (contacts, tasks) = (kari.default(FolderKind::CONTACTS.0), kari.default(FolderKind::TASKS.0));
    kari.sync(&tasks).await;
    let target = target(&devices(&server, &admin).await[0]);
    let folder = lomme::model::id::FolderId(contacts.parse().unwrap());
    assert_eq!(act(&server, &admin, Action::Folder(folder), &[target]).await, [Ok(())]);
    let sync = |key: &str, folder: &str| {
        let inner = format!(
            "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId></Collection></Collections>"
        );
        document("AirSync:Sync", &inner)
    };
    let told = kari.wire.post("Sync", sync(&kari.books[&contacts].key, &contacts)).await.node().unwrap();
    assert_eq!(told.find("Collection").unwrap().told("Status"), "3", "it is to begin again");
    kari.sync(&tasks).await;
    kari.books.remove(&contacts);
    kari.sync(&contacts).await;
    until("it is done", async || devices(&server, &admin).await[0].order.is_none()).await;
    server.stop().await;
}

/// 003-05: who administers a group sees and does nothing beyond it.
#[tokio::test]
async fn whoever_administers_a_group_governs_its_phones_and_no_others() {
    let server = Server::start().await;
    let root = Actor::command_line();
    phone(&server, "kari", "16.1").await;
    phone(&server, "ola", "16.1").await;
    let bergen = group::add(&server.app, &root, FJORD, "Bergen").await.unwrap();
    group::place(&server.app, &root, bergen, KARI, Place::Administrator).await.unwrap();
    let mut reader = server.app.store().read().await.unwrap();
    let kari = store::account::by_id(&mut reader, KARI).await.unwrap().unwrap();
    let ola = store::account::by_id(&mut reader, OLA).await.unwrap().unwrap();
    let actor = Actor::of_account(&mut reader, &kari).await.unwrap().unwrap();
    assert_eq!(Actor::of_account(&mut reader, &ola).await.unwrap(), None, "a user governs nothing");
    drop(reader);

    let all: Vec<Target> = devices(&server, &root).await.iter().map(target).collect();
    let seen = devices(&server, &actor).await;
    assert_eq!(seen.iter().map(|entry| entry.place.account).collect::<Vec<_>>(), [KARI]);
    let planned = bulk::plan(&server.app, &actor, Action::Block, &all).await.unwrap();
    assert_eq!(planned.len(), 1, "and hears nothing of others");
    let outcome = act(&server, &actor, Action::Block, &all).await;
    assert_eq!(outcome.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let refused = |error: govern::Error| matches!(error, govern::Error::NotAllowed);
    let rules = Setting::Access(Rules::default());
    assert!(refused(organisation::set(&server.app, &actor, FJORD, &rules).await.unwrap_err()));
    assert!(refused(person::erase(&server.app, &actor, KARI).await.unwrap_err()));
    let foreign = govern::account::reset_password(&server.app, &actor, OLA, None).await.unwrap_err();
    assert!(matches!(foreign, govern::Error::Missing { .. }), "{foreign}");
    server.stop().await;
}

#[tokio::test]
async fn rules_keep_phones_out_and_an_administrator_lets_one_in() {
    let server = Server::start().await;
    let admin = Actor::command_line();
    let rule = Rule { of: Trait::Type, is: "fjordp*".to_owned(), then: Verdict::Quarantine };
    let set = async |rules: Vec<Rule>| {
        let rules = Setting::Access(Rules { rules, ..Rules::default() });
        organisation::set(&server.app, &admin, FJORD, &rules).await.unwrap();
    };
    set(vec![rule.clone()]).await;
    // MS-ASCMD 2.2.2 (Common Status Codes): DeviceIsBlockedForThisUser, before 14.0 as HTTP 403.
    let new = Wire::new(&server.url(""), "kari", "14.1");
    assert_eq!(folders_status(&new).await, "129");
    let old = Wire::new(&server.url(""), "kari", "12.1");
    let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    assert_eq!(old.post("FolderSync", body).await.status, 403);
    let quarantined = Filter { state: "quarantined".to_owned(), ..Filter::default() };
    let waiting = device::page(&server.app, &admin, FJORD, &quarantined, None, 10).await.unwrap();
    assert_eq!(waiting.total, 2);

    let allowed = waiting.devices.iter().find(|entry| entry.version == "14.1").unwrap();
    assert_eq!(act(&server, &admin, Action::Allow, &[target(allowed)]).await, [Ok(())]);
    assert_eq!(folders_status(&new).await, "1", "and no rule keeps it out again");
    set(Vec::new()).await;
    // It is looked at again when something about it is new.
    let other = Wire { version: "12.0".parse().unwrap(), ..old };
    let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
    assert_eq!(other.post("FolderSync", body).await.status, 200, "no rule keeps it out any more");
    server.stop().await;
}

#[tokio::test]
async fn one_phone_too_many_waits() {
    let server = Server::start().await;
    let rules = Rules { devices_per_person: Some(1), ..Rules::default() };
    organisation::set(&server.app, &Actor::command_line(), FJORD, &Setting::Access(rules)).await.unwrap();
    assert_eq!(folders_status(&Wire::new(&server.url(""), "kari", "14.1")).await, "1");
    assert_eq!(folders_status(&Wire::new(&server.url(""), "kari", "16.1")).await, "129");
    assert_eq!(folders_status(&Wire::new(&server.url(""), "ola", "16.1")).await, "1");
    let all = devices(&server, &Actor::command_line()).await;
    let quarantined = all.iter().filter(|entry| entry.standing == Standing::Quarantined).count();
    assert_eq!((all.len(), quarantined), (3, 1));
    server.stop().await;
}

/// Of an organisation, a group and a person; the nearest counts, and phones are asked again.
#[tokio::test]
async fn a_policy_that_changes_is_asked_for_again() {
    let server = Server::start().await;
    let admin = Actor::command_line();
    let mut kari = phone(&server, "kari", "14.1").await;
    let with = |length: u8| Provisioning {
        required: true,
        settings: Policy {
            device_password_enabled: true,
            min_device_password_length: Some(length),
            ..Policy::default()
        },
        ..Provisioning::default()
    };
    let group = group::add(&server.app, &admin, FJORD, "Bergen").await.unwrap();
    group::place(&server.app, &admin, group, KARI, Place::Member).await.unwrap();
    let owners = [Owner::Organisation(FJORD), Owner::Group(FJORD, group), Owner::Account(FJORD, KARI)];
    for (length, owner) in (4..).zip(owners) {
        policy::set(&server.app, &admin, owner, Some(&with(length))).await.unwrap();
        assert_eq!(folders_status(&kari.wire).await, "142", "{owner:?}");
        let ask = "<Policies><Policy><PolicyType>MS-EAS-Provisioning-WBXML</PolicyType></Policy></Policies>";
        let told = kari.wire.post("Provision", document("Provision:Provision", ask)).await.node().unwrap();
        let expected = length.to_string();
        assert_eq!(told.find("MinDevicePasswordLength").unwrap().text, expected, "{owner:?}");
        kari.provision().await;
        assert_eq!(folders_status(&kari.wire).await, "1");
    }
    // What is further off does not count while there is something nearer.
    policy::set(&server.app, &admin, owners[0], Some(&with(9))).await.unwrap();
    assert_eq!(folders_status(&kari.wire).await, "1");
    for owner in owners {
        policy::set(&server.app, &admin, owner, None).await.unwrap();
    }
    assert_eq!(
        folders_status(&Wire { policy_key: None, ..kari.wire.clone() }).await,
        "1",
        "nobody asks any more"
    );
    let wrong = policy::set(&server.app, &admin, owners[0], Some(&with(99))).await.unwrap_err();
    assert_eq!(wrong.to_string(), "`min_device_password_length` must lie between 1 and 16, or be left out");
    server.stop().await;
}

/// MS-ASPROV 3.1.5.1.2.3 (Acknowledging an Account Only Remote Wipe Directive).
#[tokio::test]
async fn a_wipe_is_acknowledged_seen_and_logged() {
    let server = Server::start().await;
    let root = Actor::command_line();
    let kari = phone(&server, "kari", "16.1").await;
    let old = phone(&server, "ola", "14.1").await;
    drop(old);
    let all = devices(&server, &root).await;
    let mut reader = server.app.store().read().await.unwrap();
    let mut admin = store::account::by_id(&mut reader, OLA).await.unwrap().unwrap();
    admin.is_administrator = true;
    let admin = Actor::of_account(&mut reader, &admin).await.unwrap().unwrap();
    drop(reader);
    let of = |account| all.iter().find(|entry| entry.place.account == account).map(target).unwrap();
    assert_eq!(act(&server, &admin, Action::WipeDevice, &[of(KARI)]).await, [Err(Reason::SwitchedOff)]);
    assert_eq!(act(&server, &admin, Action::WipeAccount, &[of(OLA)]).await, [Err(Reason::TooOld)]);
    assert_eq!(act(&server, &admin, Action::WipeAccount, &[of(KARI)]).await, [Ok(())]);

    assert_eq!(folders_status(&kari.wire).await, "140");
    let provision = async |inner: &str| {
        kari.wire.post("Provision", document("Provision:Provision", inner)).await.node().unwrap()
    };
    assert!(provision("").await.child("AccountOnlyRemoteWipe").is_some());
    let told = provision("<AccountOnlyRemoteWipe><Status>1</Status></AccountOnlyRemoteWipe>").await;
    assert_eq!(told.told("Status"), "1");
    until("it is seen", async || {
        let detail = device::find(&server.app, &admin, of(KARI)).await.unwrap();
        detail.order.is_none() && detail.log[0].message == "the device says that it removed the account"
    })
    .await;
    let whole_wipe = Setting::WholeWipe(true);
    organisation::set(&server.app, &admin, FJORD, &whole_wipe).await.unwrap();
    assert_eq!(act(&server, &admin, Action::WipeDevice, &[of(OLA)]).await, [Ok(())]);
    assert_eq!(act(&server, &admin, Action::Cancel, &[of(OLA)]).await, [Ok(())]);
    assert_eq!(
        folders_status(&Wire::new(&server.url(""), "ola", "14.1")).await,
        "1",
        "it was taken back in time"
    );
    let links = audit::page(&server.app, &admin, FJORD, None, 100).await.unwrap();
    assert!(links.iter().any(|link| link.action == "device.wipe-account.done" && link.actor == "server"));
    assert_eq!(audit::check(&server.app, &admin, FJORD).await.unwrap(), Chain::Whole(links.len() as i64));
    server.stop().await;
}

/// 001-32: what is kept of a person is given out and removed; the chain of who did what stays whole.
#[tokio::test]
async fn a_person_gets_everything_and_is_forgotten() {
    let server = Server::start().await;
    let admin = Actor::command_line();
    let mut kari = phone(&server, "kari", "14.1").await;
    let contacts = kari.default(FolderKind::CONTACTS.0);
    let add = "<Add><ClientId>1</ClientId><ApplicationData><contacts:FirstName>Berit</contacts:FirstName>\
               </ApplicationData></Add>";
    kari.round(&contacts, add).await;
    let all = person::export(&server.app, &admin, KARI).await.unwrap();
    assert_eq!(
        (&all["email"], &all["devices"][0]["type"]),
        (&"kari@fjord.example".into(), &"FjordPhone".into())
    );
    assert!(all.to_string().contains("Berit"));
    person::erase(&server.app, &admin, KARI).await.unwrap();
    assert!(person::export(&server.app, &admin, KARI).await.is_err());
    assert_eq!(devices(&server, &admin).await, []);
    let links = audit::page(&server.app, &admin, FJORD, None, 100).await.unwrap();
    assert!(!format!("{links:?}").contains("kari"), "{links:?}");
    assert_eq!(audit::check(&server.app, &admin, FJORD).await.unwrap(), Chain::Whole(1));
    server.stop().await;
}

#[tokio::test]
async fn a_token_is_somebody_until_it_is_revoked() {
    let server = Server::start().await;
    let root = Actor::command_line();
    let scope = Scope { write: false, groups: Vec::new() };
    let (made, secret) = token::add(&server.app, &root, FJORD, "monitoring", &scope).await.unwrap();
    let actor = token::actor(&server.app, &secret).await.unwrap().unwrap();
    assert_eq!(devices(&server, &actor).await, []);
    let refused = token::revoke(&server.app, &actor, FJORD, made.id).await.unwrap_err();
    assert!(matches!(refused, govern::Error::NotAllowed), "it may only look: {refused}");
    assert_eq!(token::actor(&server.app, &format!("{secret}x")).await.unwrap(), None);
    assert!(token::list(&server.app, &root, FJORD).await.unwrap()[0].used_at.is_some());
    token::revoke(&server.app, &root, FJORD, made.id).await.unwrap();
    assert_eq!(token::actor(&server.app, &secret).await.unwrap(), None);
    server.stop().await;
}
