//! A day of a phone in each version of the protocol, against the demo and its back office.

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use lomme::connector::nudge;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use wbxml::Version;

use crate::demo::Demo;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;

const KARI: &str = "user=kari@fjord.example";
const SHARED: &str = "user=kari@fjord.example&calendar=montorer";

/// What the demo promises. It takes a tenth of a second, also where eighteen others want the two cores.
const SOON: Duration = Duration::from_secs(2);

impl Demo {
    /// A phone of Kari's that speaks this version, as new; every other one writes its request line in base64.
    fn phone(&self, version: &str) -> Phone {
        self.phone_of("kari", version)
    }

    pub(crate) fn phone_of(&self, user: &str, version: &str) -> Phone {
        let mut wire = Wire::new(self.address("Phones"), user, version);
        wire.is_compact = ["12.1", "14.0", "16.1"].contains(&version);
        Phone::new(wire)
    }

    /// All of a collection, and the cursor behind it.
    async fn objects(&self, collection: &str, query: &str) -> (Vec<Value>, String) {
        let (mut objects, mut since) = (Vec::new(), String::new());
        loop {
            let page = self.asks(&format!("/{collection}/changes?{query}{since}")).await;
            objects.extend(page["items"].as_array().unwrap().iter().cloned());
            let cursor = page["cursor"].as_str().unwrap().to_owned();
            if page["more"] == false {
                return (objects, cursor);
            }
            since = format!("&since={cursor}");
        }
    }

    /// Writes an object anew, and tells the server that there is something to pull.
    async fn rewrite(&self, collection: &str, object: &Value, change: impl Fn(&mut Value)) {
        let mut data = object["data"].clone();
        change(&mut data);
        let path = format!("/{collection}/{}?{KARI}", object["id"].as_str().unwrap());
        let answer = self
            .client
            .request(Method::PUT, format!("{}{path}", self.address("Back office")))
            .bearer_auth("lomme-demo")
            .header("If-Match", format!("\"{}\"", object["rev"].as_str().unwrap()))
            .body(json!({"data": data}).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        self.nudge().await;
    }

    async fn nudge(&self) {
        let url = format!("http://{}/hooks/backoffice", self.address("http://"));
        let body = r#"{"user": "kari@fjord.example"}"#;
        let signed = nudge::signature(b"lomme-demo", body.as_bytes());
        let answer =
            self.client.post(url).header("X-Lomme-Signature", signed).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    /// Waits until a change that says these words comes after the cursor.
    async fn hears(&self, collection: &str, since: &str, words: &str) -> Value {
        self.hears_of(collection, KARI, since, words).await
    }

    async fn hears_of(&self, collection: &str, query: &str, since: &str, words: &str) -> Value {
        let deadline = Instant::now() + SOON;
        loop {
            let page = self.asks(&format!("/{collection}/changes?{query}&since={since}")).await;
            let changes = page["items"].as_array().unwrap();
            if let Some(change) = changes.iter().find(|change| change.to_string().contains(words)) {
                return change.clone();
            }
            assert!(Instant::now() < deadline, "{words} is not in {collection}: {page}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Syncs until the folder holds so many items: the first pull goes on while the phone looks.
async fn settle(phone: &mut Phone, name: &str, count: usize) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        phone.sync_folders().await;
        if let Some(folder) = phone.named(name) {
            phone.sync(&folder).await;
            if phone.book(&folder).items.len() == count {
                return folder;
            }
        }
        let held: Vec<_> = phone.books.iter().map(|(id, book)| (id, book.items.len())).collect();
        assert!(Instant::now() < deadline, "{name} never holds {count}: {held:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A phone that has everything, and where.
struct Setting {
    demo: Demo,
    phone: Phone,
    calendar: String,
    contacts: String,
    tasks: String,
    shared: String,
}

async fn set_up(version: &str) -> Setting {
    let demo = Demo::start(None).await;
    let mut phone = demo.phone(version);
    phone.add_account().await;
    let names = [8, 9, 7].map(|kind| phone.folders[&phone.default(kind)].name.clone());
    let calendar = settle(&mut phone, &names[0], 300).await;
    let contacts = settle(&mut phone, &names[1], 200).await;
    let tasks = settle(&mut phone, &names[2], 60).await;
    let shared = settle(&mut phone, "Montører", 80).await;
    assert_eq!(phone.folders[&shared].kind, 13);
    Setting { demo, phone, calendar, contacts, tasks, shared }
}

/// Filters, counts, the directory.
async fn looks_around(setting: &mut Setting) {
    let Setting { phone, calendar, contacts, tasks, .. } = setting;
    let before: BTreeSet<String> = phone.book(calendar).items.keys().cloned().collect();
    phone.book(calendar).filter = 4;
    let heard = phone.sync(calendar).await;
    assert!(!heard.changes.is_empty() && heard.changes.iter().all(|(kind, _)| kind == "SoftDelete"));
    assert!(!phone.book(calendar).items.is_empty(), "what is to come stays");
    phone.book(calendar).filter = 0;
    phone.sync(calendar).await;
    assert!(phone.book(calendar).items.keys().eq(before.iter()));
    phone.book(tasks).filter = 8;
    phone.sync(tasks).await;
    assert_eq!(phone.book(tasks).items.len(), 40);
    assert!(phone.book(tasks).items.values().all(|task| task.told("Complete") == "0"));

    phone.books.remove(contacts);
    phone.round(contacts, "").await;
    assert_eq!(phone.estimate(contacts).await, 200);
    phone.sync(contacts).await;
    assert_eq!((phone.book(contacts).items.len(), phone.estimate(contacts).await), (200, 0));

    let (found, total) = phone.search("nordmann", "0-99").await;
    assert!(total >= 2 && found.len() == total.min(100), "{total}");
    let names: Vec<&str> = found.iter().map(|person| person.told("DisplayName")).collect();
    assert!(names.contains(&"Kari Nordmann"), "{names:?}");
    assert!(found.iter().all(|one| one.child("FirstName").is_some() && one.child("LastName").is_some()));
}

/// What the user does on the phone is in the back office soon.
async fn changes_things(setting: &mut Setting) {
    let Setting { demo, phone, calendar, contacts, tasks, shared } = setting;
    let (_, since) = demo.objects("contacts", KARI).await;
    let id = phone.book(contacts).items.keys().next().unwrap().clone();
    let note = notes(phone, "Ringer alltid før åtte");
    let change = format!("<contacts:FirstName>Åshild</contacts:FirstName>{note}");
    assert!(phone.change(contacts, &id, &change).await.is_empty());
    let heard = demo.hears("contacts", &since, "Åshild").await;
    assert!(heard.to_string().contains("Ringer alltid"), "{heard}");
    let gone = phone.book(contacts).items.keys().nth(1).unwrap().clone();
    assert!(phone.delete(contacts, &gone).await.is_empty());
    demo.hears("contacts", &since, r#""op":"delete""#).await;

    let (_, since) = demo.objects("events", KARI).await;
    let event = new_event(phone, calendar);
    let id = phone.add(calendar, &event).await;
    let heard = demo.hears("events", &since, "Befaring på Nøstet").await;
    let data = &heard["data"];
    assert_eq!(
        (&data["start"], &data["timeZone"], &data["duration"]),
        (&json!("2026-12-01T09:00:00"), &json!("Europe/Oslo"), &json!("PT1H30M"))
    );
    let (_, since) = demo.objects("tasks", KARI).await;
    let done = phone.book(tasks).items.keys().next().unwrap().clone();
    let change = "<tasks:Complete>1</tasks:Complete>\
                  <tasks:DateCompleted>2026-11-20T00:00:00.000Z</tasks:DateCompleted>";
    assert!(phone.change(tasks, &done, change).await.is_empty());
    demo.hears("tasks", &since, "completed").await;
    // Nothing of its own comes back, though the back office's revision did.
    for folder in [&*calendar, &*contacts] {
        let heard = phone.sync(folder).await;
        assert!(heard.changes.is_empty(), "{heard:?}");
    }
    let item = phone.book(calendar).items[&id].clone();
    if phone.speaks(Version::V12_0) {
        assert_eq!(phone.fetch(calendar, &id).await.say("Subject"), item.told("Subject"));
    }
    let since = demo.objects("events", SHARED).await.1;
    phone.move_item(&id, calendar, shared).await;
    demo.hears_of("events", SHARED, &since, "Befaring på Nøstet").await;
    for folder in [&*calendar, &*shared] {
        let heard = phone.sync(folder).await;
        assert!(heard.changes.is_empty(), "{heard:?}");
    }
}

fn notes(phone: &Phone, text: &str) -> String {
    if phone.speaks(Version::V12_0) {
        format!(
            "<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>{text}\
             </airsyncbase:Data></airsyncbase:Body>"
        )
    } else {
        format!("<contacts:Body>{text}</contacts:Body>")
    }
}

/// An event as phones of that version make it, in the zone of the others.
fn new_event(phone: &mut Phone, calendar: &str) -> String {
    let is_timed = |event: &&Node| event.told("AllDayEvent") != "1" && event.child("Timezone").is_some();
    let zone = phone.book(calendar).items.values().find(is_timed).unwrap().told("Timezone").to_owned();
    // MS-ASCAL 2.2.2.46 (UID): from 16.0 on it is the server's.
    let own = if phone.speaks(Version::V16_0) {
        String::new()
    } else {
        "<calendar:DtStamp>20261120T120000Z</calendar:DtStamp><calendar:UID>befaring-1</calendar:UID>"
            .to_owned()
    };
    format!(
        "<calendar:Timezone>{zone}</calendar:Timezone>{own}<calendar:AllDayEvent>0</calendar:AllDayEvent>\
         <calendar:Subject>Befaring på Nøstet</calendar:Subject>\
         <calendar:StartTime>20261201T080000Z</calendar:StartTime>\
         <calendar:EndTime>20261201T093000Z</calendar:EndTime>\
         <calendar:BusyStatus>2</calendar:BusyStatus><calendar:Sensitivity>0</calendar:Sensitivity>"
    )
}

/// What changes in the back office wakes the phone that waits.
async fn is_woken(setting: &mut Setting) {
    let Setting { demo, phone, calendar, contacts, shared, .. } = setting;
    let (objects, _) = demo.objects("events", KARI).await;
    let mut plain = objects.iter().filter(|object| {
        let data = &object["data"];
        data["recurrenceRule"].is_null() && data["participants"].is_null() && data["timeZone"].is_string()
    });
    let watched = [calendar.clone(), contacts.clone(), shared.clone()];
    let object = plain.next().unwrap();
    let retitled = |data: &mut Value| data["title"] = json!("Flyttet av kontoret");
    let (ping, ()) = tokio::join!(phone.ping(60, &watched), demo.rewrite("events", object, retitled));
    assert_eq!(ping, ("2".to_owned(), vec![calendar.clone()]));
    let heard = phone.sync(calendar).await;
    assert!(matches!(&heard.changes[..], [(kind, _)] if kind == "Change"), "{heard:?}");
    assert!(phone.holding(calendar, "Flyttet av kontoret").is_some());
    if !phone.speaks(Version::V12_1) {
        return;
    }
    let object = plain.next().unwrap();
    let retitled = |data: &mut Value| data["title"] = json!("Flyttet igjen");
    let (heard, ()) =
        tokio::join!(phone.sync_waiting(calendar, 120), demo.rewrite("events", object, retitled));
    assert_eq!(heard.changes.len(), 1);
    assert!(phone.holding(calendar, "Flyttet igjen").is_some());
}

/// Ola sees the shared calendar, and may not write it.
async fn is_refused(setting: &mut Setting, version: &str) {
    let mut ola = setting.demo.phone_of("ola", version);
    ola.add_account().await;
    let shared = settle(&mut ola, "Montører", 80).await;
    let (id, before) =
        ola.book(&shared).items.iter().next().map(|(id, item)| (id.clone(), item.clone())).unwrap();
    ola.change(&shared, &id, "<calendar:Subject>Bare tull</calendar:Subject>").await;
    // The oldest hear it in the same answer.
    ola.sync(&shared).await;
    assert_eq!(ola.book(&shared).items[&id], before);
    ola.delete(&shared, &id).await;
    ola.sync(&shared).await;
    assert_eq!(ola.book(&shared).items.len(), 80);
    let event = new_event(&mut ola, &shared);
    let made = ola.add(&shared, &event).await;
    ola.sync(&shared).await;
    assert!(!ola.book(&shared).items.contains_key(&made));
    let (objects, _) = setting.demo.objects("events", SHARED).await;
    assert!(objects.len() == 80 && !format!("{objects:?}").contains("Bare tull"));
}

/// Bodies, all-day events and zones have the form that the version knows.
fn reads_its_version(setting: &mut Setting) {
    let Setting { phone, calendar, contacts, .. } = setting;
    let has = |items: Vec<&Node>, name: &str| {
        items.iter().any(|item| item.children.iter().any(|child| child.name == name))
    };
    let is_new = phone.speaks(Version::V12_0);
    let cards: Vec<&Node> = phone.books[&*contacts].items.values().collect();
    assert_eq!(has(cards.clone(), "Contacts:Body"), !is_new);
    assert_eq!(has(cards, "AirSyncBase:Body"), is_new);
    let is_16 = phone.speaks(Version::V16_0);
    let events = &phone.books[&*calendar].items;
    let all_day: Vec<&Node> = events.values().filter(|event| event.told("AllDayEvent") == "1").collect();
    assert!(all_day.len() >= 24, "{}", all_day.len());
    for event in &all_day {
        assert_eq!(event.child("Timezone").is_none(), is_16, "{event:?}");
        assert!(!is_16 || event.told("StartTime").ends_with("T000000Z"), "{event:?}");
    }
    assert_eq!(has(events.values().collect(), "Calendar:Location"), !is_16);
    assert_eq!(has(events.values().collect(), "AirSyncBase:Location"), is_16);
}

async fn session(version: &str) {
    let mut setting = set_up(version).await;
    reads_its_version(&mut setting);
    looks_around(&mut setting).await;
    is_refused(&mut setting, version).await;
    changes_things(&mut setting).await;
    is_woken(&mut setting).await;
    setting.demo.stop().await;
}

/// From 16.0 on an occurrence is changed and deleted by its own name.
async fn occurrences(version: &str) {
    let Setting { demo, mut phone, calendar, .. } = set_up(version).await;
    let event = new_event(&mut phone, &calendar)
        + "<calendar:Recurrence><calendar:Type>0</calendar:Type><calendar:Interval>1</calendar:Interval>\
           <calendar:Occurrences>5</calendar:Occurrences></calendar:Recurrence>";
    let (_, since) = demo.objects("events", KARI).await;
    let id = phone.add(&calendar, &event).await;
    let one = |instance: &str| {
        format!("<ServerId>{id}</ServerId><airsyncbase:InstanceId>{instance}</airsyncbase:InstanceId>")
    };
    let change = format!(
        "<Change>{}<ApplicationData><calendar:Subject>Bare denne</calendar:Subject></ApplicationData></Change>",
        one("2026-12-02T08:00:00.000Z")
    );
    let heard = phone.round(&calendar, &change).await;
    assert!(heard.replies.iter().all(|reply| reply.told("Status") == "1"), "{heard:?}");
    let heard =
        phone.round(&calendar, &format!("<Delete>{}</Delete>", one("2026-12-03T08:00:00.000Z"))).await;
    assert!(heard.replies.iter().all(|reply| reply.told("Status") == "1"), "{heard:?}");
    let told = demo.hears("events", &since, "2026-12-03T09:00:00").await;
    let overrides = &told["data"]["recurrenceOverrides"];
    assert_eq!(overrides["2026-12-02T09:00:00"]["title"], "Bare denne");
    assert_eq!(overrides["2026-12-03T09:00:00"]["excluded"], true);
    // Begun anew, the phone sees the series with both.
    phone.books.remove(&calendar);
    phone.sync(&calendar).await;
    let series = &phone.book(&calendar).items[&id];
    let exceptions = &series.child("Exceptions").unwrap().children;
    assert_eq!(exceptions.len(), 2, "{series:?}");
    assert!(exceptions.iter().any(|exception| exception.told("Deleted") == "1"));
    assert!(exceptions.iter().any(|exception| exception.told("Subject") == "Bare denne"));
    assert!(exceptions.iter().all(|exception| exception.child("UID").is_none()), "{series:?}");
    demo.stop().await;
}

#[tokio::test]
async fn one_occurrence_is_changed_and_another_deleted_in_16_0() {
    occurrences("16.0").await;
}

#[tokio::test]
async fn one_occurrence_is_changed_and_another_deleted_in_16_1() {
    occurrences("16.1").await;
}

#[tokio::test]
async fn a_session_in_2_5() {
    session("2.5").await;
}

#[tokio::test]
async fn a_session_in_12_0() {
    session("12.0").await;
}

#[tokio::test]
async fn a_session_in_12_1() {
    session("12.1").await;
}

#[tokio::test]
async fn a_session_in_14_0() {
    session("14.0").await;
}

#[tokio::test]
async fn a_session_in_14_1() {
    session("14.1").await;
}

#[tokio::test]
async fn a_session_in_16_0() {
    session("16.0").await;
}

#[tokio::test]
async fn a_session_in_16_1() {
    session("16.1").await;
}
