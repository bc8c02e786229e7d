//! CalDAV and CardDAV against a real Radicale: what every connector owes, and what only these protocols have.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lomme::connector::Change;
use lomme::connector::Collection;
use lomme::connector::Connector;
use lomme::connector::Error;
use lomme::connector::Strategy;
use lomme::connector::User;
use lomme::connector::Write;
use lomme::connector::dav::Dav;
use lomme::connector::dav::LogIn;
use lomme::connector::dav::Settings;
use lomme::connector::web::Trust;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::event::attachment::Attachment;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::model::id::Rev;
use lomme::store::item;
use lomme::store::item::Place;
use lomme::store::outbox;
use lomme::store::outbox::Owe;
use lomme::store::pull;
use serde_json::json;

use crate::back_office::count;
use crate::back_office::until;
use crate::connector;
use crate::connector::Bench;
use crate::radicale::PASSWORD;
use crate::radicale::Radicale;
use crate::radicale::USER;
use crate::server::Server;

const CLASSES: [Class; 4] = [Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes];

const KARI: AccountId = AccountId(1);
const TASKS: FolderId = FolderId(3);

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

fn dav(url: &str, list_only: bool) -> Dav {
    let trust = Trust { verify: true, authority: None };
    let settings =
        Settings { url: url.to_owned(), log_in: LogIn::PerUser, classes: CLASSES.to_vec(), list_only, trust };
    Dav::new(settings, now).unwrap()
}

fn kari() -> User {
    let (name, password) = (Some(USER.to_owned()), Some(PASSWORD.to_owned()));
    User { email: USER.to_owned(), name, password, identity: None }
}

fn bench(radicale: &Radicale) -> Bench<Dav> {
    Bench { connector: dav(&radicale.url, false), user: kari() }
}

async fn collection(bench: &Bench<Dav>, class: Class, last: &str) -> Collection {
    let all = bench.connector.collections(&bench.user).await.unwrap();
    let end = format!("/{last}");
    all.into_iter().find(|collection| collection.class == class && collection.id.ends_with(&end)).unwrap()
}

fn event(title: &str) -> Content {
    let value = json!({"title": title, "start": "2026-11-22T12:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H"});
    Content::from_value(Class::Calendar, &value).unwrap()
}

fn write<'a>(collection: &'a Collection, idempotency_key: &'a str) -> Write<'a> {
    Write { collection, idempotency_key }
}

#[tokio::test]
async fn radicale_reports_what_was_written_as_it_was_answered() {
    let radicale = Radicale::start().await;
    connector::what_is_written_is_reported_as_it_was_answered(&bench(&radicale), &CLASSES).await;
}

#[tokio::test]
async fn radicale_tells_a_conflict_with_what_is_there() {
    let radicale = Radicale::start().await;
    connector::a_stale_write_is_a_conflict_with_what_is_there(&bench(&radicale)).await;
}

#[tokio::test]
async fn radicale_knows_what_is_gone() {
    let radicale = Radicale::start().await;
    connector::what_is_gone_is_gone(&bench(&radicale)).await;
}

#[tokio::test]
async fn radicale_s_pages_add_up() {
    let radicale = Radicale::start().await;
    connector::pages_add_up(&bench(&radicale)).await;
}

#[tokio::test]
async fn a_forgotten_sync_token_is_told() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let calendar = collection(&bench, Class::Calendar, "calendar/").await;
    let page = bench.connector.changes(&bench.user, &calendar, None, 10).await.unwrap();
    radicale.put("calendar/a.ics", &ics("VEVENT", "a", "DTSTART:20261122T120000Z\n")).await;
    radicale.forget_tokens("calendar");
    connector::a_lost_cursor_is_told(&bench, &page.cursor).await;
    connector::a_lost_cursor_is_told(&bench, "not one of ours").await;
}

#[tokio::test]
async fn every_address_leads_to_the_collections() {
    let radicale = Radicale::start().await;
    let home = [
        ("/kari@fjord.example/calendar/", Class::Calendar, true, "Min kalender"),
        ("/kari@fjord.example/all/", Class::Calendar, false, "Alt & mer"),
        ("/kari@fjord.example/tasks/", Class::Tasks, true, "Oppgaver"),
        ("/kari@fjord.example/all/#Tasks", Class::Tasks, false, "Alt & mer"),
        ("/kari@fjord.example/notes/", Class::Notes, true, "Notater"),
        ("/kari@fjord.example/all/#Notes", Class::Notes, false, "Alt & mer"),
        ("/kari@fjord.example/contacts/", Class::Contacts, true, "Kontakter"),
    ];
    let names: BTreeMap<&str, _> =
        home.into_iter().map(|(id, class, main, name)| (id, (class, main, name))).collect();
    for url in [
        radicale.url.clone(),
        format!("{}/.well-known/caldav", radicale.url),
        radicale.at(""),
        format!("{}/{{email}}/", radicale.url),
    ] {
        let found = dav(&url, false).collections(&kari()).await.unwrap();
        let found: BTreeMap<&str, _> =
            found.iter().map(|one| (one.id.as_str(), (one.class, one.default, one.name.as_str()))).collect();
        assert_eq!(found, names, "{url}");
    }
    let one = dav(&radicale.at("tasks/"), false).collections(&kari()).await.unwrap();
    assert_eq!(one.len(), 1);
    assert!(one[0].default && !one[0].read_only);
}

#[tokio::test]
async fn a_wrong_log_in_and_a_dead_server_are_told_apart() {
    let radicale = Radicale::start().await;
    let wrong = User { password: Some("guess".to_owned()), ..kari() };
    let none = User { password: None, ..kari() };
    for user in [wrong, none] {
        let told = dav(&radicale.url, false).collections(&user).await;
        assert!(matches!(told, Err(Error::LogIn(_))), "{told:?}");
    }
    let down = dav("http://127.0.0.1:9", false).collections(&kari()).await;
    assert!(matches!(down, Err(Error::Later { .. })), "{down:?}");
    let trust = Trust { verify: true, authority: None };
    let log_in = LogIn::Basic { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let settings = Settings {
        url: radicale.url.clone(),
        log_in,
        classes: vec![Class::Contacts],
        list_only: false,
        trust,
    };
    let found = Dav::new(settings, now).unwrap().collections(&User::default()).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_calendar_of_everything_keeps_its_classes_apart() {
    let radicale = Radicale::start().await;
    radicale.put("all/e.ics", &ics("VEVENT", "e", "DTSTART:20261122T120000Z\n")).await;
    radicale.put("all/t.ics", &ics("VTODO", "t", "")).await;
    radicale.put("all/n.ics", &ics("VJOURNAL", "n", "")).await;
    for list_only in [false, true] {
        let bench = Bench { connector: dav(&radicale.url, list_only), user: kari() };
        for (class, last, uid) in [
            (Class::Calendar, "all/", "e"),
            (Class::Tasks, "all/#Tasks", "t"),
            (Class::Notes, "all/#Notes", "n"),
        ] {
            let collection = collection(&bench, class, last).await;
            let listed = bench.connector.list(&bench.user, &collection).await.unwrap();
            assert_eq!(listed.len(), 1, "{class}");
            let expected = if list_only { Strategy::List } else { Strategy::Cursor };
            assert_eq!(bench.connector.strategy(&bench.user, &collection).await.unwrap(), expected);
            let page = bench.connector.changes(&bench.user, &collection, None, 10).await.unwrap();
            let [Change::Upsert(remote)] = &page.changes[..] else { panic!("{page:?}") };
            assert_eq!(remote.content.as_ref().unwrap().uid(), Some(uid));
        }
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_done_once() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let calendar = collection(&bench, Class::Calendar, "calendar/").await;
    let first = bench.connector.create(&bench.user, write(&calendar, "key"), &event("Once")).await.unwrap();
    let again = bench.connector.create(&bench.user, write(&calendar, "key"), &event("Once")).await.unwrap();
    assert_eq!((&again.id, &again.etag), (&first.id, &first.etag));
    let changed = event("Changed");
    let update =
        || bench.connector.update(&bench.user, write(&calendar, "edit"), &first.id, &first.etag, &changed);
    let edited = update().await.unwrap();
    let repeated = update().await.unwrap();
    assert_eq!(repeated.etag, edited.etag);
    let listed = bench.connector.list(&bench.user, &calendar).await.unwrap();
    assert_eq!(listed, [(first.id.clone(), edited.etag)]);
    let other = bench.connector.create(&bench.user, write(&calendar, "key"), &event("Another")).await;
    assert!(matches!(other, Err(Error::Conflict(Some(_)))), "{other:?}");
}

#[tokio::test]
async fn what_other_programs_wrote_survives_our_write() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let calendar = collection(&bench, Class::Calendar, "calendar/").await;
    let path = "calendar/M%C3%B8te%20%26%20mer.ics";
    radicale.put(path, include_str!("../../fixtures/dav/series-outlook.ics")).await;
    let listed = bench.connector.list(&bench.user, &calendar).await.unwrap();
    let ids: Vec<String> = listed.iter().map(|(id, _)| id.clone()).collect();
    let there = bench.connector.fetch(&bench.user, &calendar, &ids).await.unwrap();
    let Ok(Content::Event(mut series)) = there[0].content.clone() else { panic!("{there:?}") };
    series.title = Some("Nytt navn".to_owned());
    let edit = write(&calendar, "edit");
    bench
        .connector
        .update(&bench.user, edit, &there[0].id, &there[0].etag, &Content::Event(series))
        .await
        .unwrap();
    let text = radicale.text(path).await.replace("\r\n ", "");
    for kept in [
        "X-MOZ-LASTACK:20261101T100000Z",
        "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS=Street 1",
        "X-NUM-GUESTS=2",
        "aGVsbG8=",
        "BEGIN:VTIMEZONE",
        "Nytt navn",
        "RECURRENCE-ID",
    ] {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
}

#[tokio::test]
async fn files_of_an_event_go_both_ways() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let calendar = collection(&bench, Class::Calendar, "calendar/").await;
    let theirs = "DTSTART:20261122T120000Z\n\
        ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=hei.txt:SGVp\n\
        ATTACH;FMTTYPE=application/pdf:https://fjord.example/agenda.pdf\n";
    radicale.put("calendar/f.ics", &ics("VEVENT", "f", theirs)).await;
    let fetched = async || {
        let listed = bench.connector.list(&bench.user, &calendar).await.unwrap();
        let ids: Vec<String> = listed.iter().map(|(id, _)| id.clone()).collect();
        let there = bench.connector.fetch(&bench.user, &calendar, &ids).await.unwrap().remove(0);
        let Ok(Content::Event(event)) = there.content.clone() else { panic!("{there:?}") };
        (there, event)
    };
    let (there, mut event) = fetched().await;
    let files: Vec<_> =
        event.attachments().map(|(key, file)| (key.to_owned(), file.name, file.bytes())).collect();
    let [(key, Some("hei.txt"), Some(bytes))] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!((bytes.as_slice(), event.links.len()), (&b"Hei"[..], 2));
    let key = key.clone();
    event.detach(&key);
    let file = Attachment {
        name: Some("ny; \"fin\".txt"),
        content_type: "text/plain",
        content_id: None,
        base64: "Tnl0",
    };
    event.attach("fra-telefonen", file);
    let content = Content::Event(event.clone());
    bench
        .connector
        .update(&bench.user, write(&calendar, "edit"), &there.id, &there.etag, &content)
        .await
        .unwrap();
    let text = radicale.text("calendar/f.ics").await.replace("\r\n ", "");
    assert!(!text.contains("SGVp") && text.contains(":Tnl0") && !text.contains("JSPTR=links"), "{text}");
    assert!(text.contains(":https://fjord.example/agenda.pdf"), "{text}");
    let (_, again) = fetched().await;
    assert_eq!(again.links.keys().collect::<Vec<_>>(), event.links.keys().collect::<Vec<_>>());
    assert_eq!(again.attachment("fra-telefonen").unwrap().bytes(), Some(b"Nyt".to_vec()));
}

#[tokio::test]
async fn five_hundred_items_come_in_batches() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let cards: String = (0..500)
        .map(|number| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c{number}\r\nFN:Per {number} Ås\r\nN:Ås;Per {number};;;\r\nEND:VCARD\r\n"))
        .collect();
    radicale.put("contacts/", &cards.replace("\r\n", "\n")).await;
    let contacts = collection(&bench, Class::Contacts, "contacts/").await;
    let (mut since, mut names, mut pages) = (None, BTreeMap::new(), 0);
    loop {
        let page = bench.connector.changes(&bench.user, &contacts, since.as_deref(), 120).await.unwrap();
        pages += 1;
        for change in page.changes {
            let Change::Upsert(remote) = change else { panic!() };
            names.insert(remote.content.unwrap().title(), remote.id);
        }
        since = Some(page.cursor);
        if pages == 1 {
            // What changes meanwhile is told afterwards.
            radicale
                .put("contacts/new.vcf", "BEGIN:VCARD\nVERSION:3.0\nUID:new\nFN:Ny\nN:Ny;;;;\nEND:VCARD\n")
                .await;
        }
        if !page.more {
            break;
        }
    }
    assert_eq!(pages, 5);
    let news = bench.connector.changes(&bench.user, &contacts, since.as_deref(), 120).await.unwrap();
    for change in news.changes {
        let Change::Upsert(remote) = change else { panic!() };
        names.insert(remote.content.unwrap().title(), remote.id);
    }
    assert_eq!(names.len(), 501);
    assert!(names.contains_key("Per 499 Ås") && names.contains_key("Ny"));
}

#[tokio::test]
async fn one_item_that_cannot_be_read_stops_no_other() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let calendar = collection(&bench, Class::Calendar, "calendar/").await;
    radicale.put("calendar/good.ics", &ics("VEVENT", "good", "DTSTART:20261122T120000Z\n")).await;
    let deep = "BEGIN:X-DEEP\n".repeat(8) + &"END:X-DEEP\n".repeat(8);
    radicale
        .put("calendar/odd.ics", &ics("VEVENT", "odd", &format!("DTSTART:20261122T120000Z\n{deep}")))
        .await;
    let page = bench.connector.changes(&bench.user, &calendar, None, 10).await.unwrap();
    let read = |uid: &str| {
        let of = |change: &&Change| matches!(change, Change::Upsert(remote) if remote.id.ends_with(uid));
        let Some(Change::Upsert(remote)) = page.changes.iter().find(of) else { panic!("{page:?}") };
        remote.content.as_ref().map(Content::title).map_err(String::as_str)
    };
    assert_eq!((page.changes.len(), read("good.ics")), (2, Ok("good".to_owned())));
    assert_eq!(read("odd.ics"), Err("nested too deep or too long"));
}

#[tokio::test]
async fn a_second_item_of_the_same_uid_is_refused() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let calendar = collection(&bench, Class::Calendar, "calendar/").await;
    radicale.put("calendar/a.ics", &ics("VEVENT", "same", "DTSTART:20261122T120000Z\n")).await;
    let mut twin = event("Twin");
    if let Content::Event(event) = &mut twin {
        event.uid = Some("same".to_owned());
    }
    let told = bench.connector.create(&bench.user, write(&calendar, "twin"), &twin).await;
    assert!(matches!(told, Err(Error::Refused(_))), "{told:?}");
}

#[tokio::test]
async fn what_only_we_know_survives_the_server() {
    let radicale = Radicale::start().await;
    let bench = bench(&radicale);
    let card = json!({"name": {"full": "Kari"}, "lomme.app:fileAs": "Hansen, Kari", "lomme.app:customerId": "K-1",
        "phones": {"p1": {"number": "1", "label": "Radio"}, "p2": {"number": "2", "features": {"mobile": true}, "pref": 2}},
        "example.com:team": {"name": "A;B", "members": [1, "b,c"], "text": "one\ntwo\\"}});
    let appointment = json!({"title": "Away", "start": "2026-11-22T12:00:00", "timeZone": "America/Edmonton",
        "duration": "PT1H", "lomme.app:sensitivity": "personal", "privacy": "private", "lomme.app:busyStatus": "out-of-office",
        "alerts": {"r1": {"trigger": {"offset": "-PT15M"}, "action": "display"}},
        "participants": {"p1": {"calendarAddress": "mailto:o@example.com", "roles": {"attendee": true}, "example.com:x": 1}}});
    for (class, value) in [(Class::Contacts, card), (Class::Calendar, appointment)] {
        let collection = bench.main(class).await;
        let content = Content::from_value(class, &value).unwrap();
        let made = bench.connector.create(&bench.user, write(&collection, "one"), &content).await.unwrap();
        assert!(made.altered, "it was given a uid");
        let there = bench.connector.fetch(&bench.user, &collection, &[made.id]).await.unwrap();
        connector::says(&there[0].content.as_ref().unwrap().to_value(), &value);
    }
}

#[tokio::test]
async fn a_phone_s_change_and_a_server_s_pass_each_other() {
    let radicale = Radicale::start().await;
    radicale.put("tasks/there.ics", &ics("VTODO", "there", "")).await;
    let connection = json!({"name": "dav", "kind": "dav", "url": format!("{}/{{email}}/", radicale.url),
        "user": USER, "password": PASSWORD, "classes": ["calendar", "contacts", "tasks", "notes"]});
    let connection = serde_json::from_value(connection).unwrap();
    let server = Server::with(|config| config.connections = vec![connection]).await;
    let store = server.app.store();
    until("the server's task comes", async || count(&server, KARI, TASKS).await == 1).await;

    let content = Content::from_value(Class::Tasks, &json!({"title": "From the phone"})).unwrap();
    let now = server.app.now();
    let mut tx = store.begin().await.unwrap();
    let new = item::New { content: &content, writer: None, remote_id: None, etag: None, now };
    let (item, rev) = item::create(&mut tx, KARI, TASKS, new).await.unwrap();
    let place = Place { account: KARI, folder: TASKS, item };
    let key = "a key of its own";
    let owe = Owe { place, connection: "dav", base_rev: Rev(0), rev, key, server_wins: true, now };
    outbox::owe(&mut tx, owe).await.unwrap();
    tx.commit().await.unwrap();
    until("nothing is owed any more", async || {
        outbox::count(&mut store.read().await.unwrap(), KARI).await.unwrap() == 0
    })
    .await;
    assert!(radicale.text("tasks/").await.contains("SUMMARY:From the phone"));

    radicale.put("tasks/there.ics", &ics("VTODO", "there", "PRIORITY:1\n")).await;
    radicale.put("tasks/new.ics", &ics("VTODO", "new", "")).await;
    let mut tx = store.begin().await.unwrap();
    pull::ask(&mut tx, KARI, None, server.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    until("the server's news comes", async || count(&server, KARI, TASKS).await == 3).await;
    server.stop().await;
}

fn ics(component: &str, uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example.com//EN\nBEGIN:{component}\nUID:{uid}\nDTSTAMP:20261101T100000Z\nSUMMARY:{uid}\n{lines}END:{component}\nEND:VCALENDAR\n"
    )
}
