//! What every connector owes the core, whatever is behind it: one set of stories for all of them.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lomme::backoffice::guard::Fault;
use lomme::connector::Change;
use lomme::connector::Collection;
use lomme::connector::Connector;
use lomme::connector::Error;
use lomme::connector::Remote;
use lomme::connector::User;
use lomme::connector::Write;
use lomme::connector::http_api::HttpApi;
use lomme::connector::http_api::LogIn;
use lomme::connector::http_api::Settings;
use lomme::connector::web::Trust;
use lomme::model::class::Class;
use lomme::model::content::Content;
use serde_json::Value;
use serde_json::json;

use crate::office;
use crate::office::KARI;
use crate::office::OLA;
use crate::office::Office;

/// A connector under test, and somebody who edits the same data from the other side.
pub(crate) struct Bench<C> {
    pub(crate) connector: C,
    pub(crate) user: User,
}

impl<C: Connector> Bench<C> {
    /// The user's main collection of a class.
    pub(crate) async fn main(&self, class: Class) -> Collection {
        let collections = self.connector.collections(&self.user).await.unwrap();
        collections.into_iter().find(|collection| collection.class == class && collection.default).unwrap()
    }

    /// All changes after a cursor, page by page, and the cursor behind them.
    async fn changes(
        &self,
        collection: &Collection,
        since: Option<&str>,
        limit: usize,
    ) -> (Vec<Change>, String) {
        let (mut all, mut at) = (Vec::new(), since.map(str::to_owned));
        loop {
            let page = self.connector.changes(&self.user, collection, at.as_deref(), limit).await.unwrap();
            assert!(page.changes.len() <= limit);
            all.extend(page.changes);
            at = Some(page.cursor.clone());
            if !page.more {
                return (all, page.cursor);
            }
        }
    }

    async fn create(
        &self,
        collection: &Collection,
        key: &str,
        title: &str,
    ) -> Result<lomme::connector::Stored, Error> {
        let write = Write { collection, idempotency_key: key };
        self.connector.create(&self.user, write, &content(collection.class, title)).await
    }

    async fn update(
        &self,
        collection: &Collection,
        key: &str,
        held: (&str, &str),
        title: &str,
    ) -> Result<String, Error> {
        let write = Write { collection, idempotency_key: key };
        let mut value = content(collection.class, title).to_value();
        // What an item is called changes, what it is does not.
        let held_id = [held.0.to_owned()];
        if let [there] = self.connector.fetch(&self.user, collection, &held_id).await?.as_slice() {
            value["uid"] = there.content.as_ref().unwrap().uid().into();
        }
        let content = Content::from_value(collection.class, &value).unwrap();
        let stored = self.connector.update(&self.user, write, held.0, held.1, &content).await?;
        assert_eq!(stored.id, held.0);
        Ok(stored.etag)
    }

    async fn delete(&self, collection: &Collection, key: &str, held: (&str, &str)) -> Result<(), Error> {
        let write = Write { collection, idempotency_key: key };
        self.connector.delete(&self.user, write, held.0, held.1).await
    }
}

/// An item that says little more than its title.
fn content(class: Class, title: &str) -> Content {
    let value = match class {
        Class::Calendar => office::event(title),
        Class::Contacts => json!({"@type": "Card", "version": "1.0", "uid": title, "name": {"full": title}}),
        Class::Tasks => json!({"@type": "Task", "uid": title, "title": title}),
        Class::Notes | Class::Email => json!({"uid": title, "title": title, "body": "Text"}),
    };
    Content::from_value(class, &value).unwrap()
}

/// A back office may know more of an item than it was told (when it was changed, the parts of a name), not less.
#[track_caller]
pub(crate) fn says(found: &Value, sent: &Value) {
    match (found, sent) {
        (Value::Object(found), Value::Object(sent)) => {
            sent.iter().for_each(|(name, sent)| says(found.get(name).unwrap_or(&Value::Null), sent));
        }
        _ => assert_eq!(found, sent),
    }
}

fn title(remote: &Remote) -> String {
    remote.content.as_ref().unwrap().title()
}

fn upserts(changes: &[Change]) -> Vec<&Remote> {
    let mut upserts = Vec::new();
    for change in changes {
        match change {
            Change::Upsert(remote) => upserts.push(remote),
            Change::Delete { .. } => {}
        }
    }
    upserts
}

/// Every class: made, found, changed, found again, deleted, gone.
pub(crate) async fn what_is_written_is_reported_as_it_was_answered<C: Connector>(
    bench: &Bench<C>,
    classes: &[Class],
) {
    for class in classes {
        let collection = bench.main(*class).await;
        let (_, cursor) = bench.changes(&collection, None, 500).await;
        let made = bench.create(&collection, &format!("make-{class}"), "Blå").await.unwrap();
        let (told, cursor) = bench.changes(&collection, Some(&cursor), 500).await;
        let [remote] = *upserts(&told) else { panic!("{told:?}") };
        assert_eq!((&*remote.id, &*remote.etag, &*title(remote)), (&*made.id, &*made.etag, "Blå"));
        says(&remote.content.as_ref().unwrap().to_value(), &content(*class, "Blå").to_value());

        let etag = bench
            .update(&collection, &format!("edit-{class}"), (&made.id, &made.etag), "Grønn")
            .await
            .unwrap();
        let (told, cursor) = bench.changes(&collection, Some(&cursor), 500).await;
        let [remote] = *upserts(&told) else { panic!("{told:?}") };
        assert_eq!((&*remote.id, &*remote.etag, &*title(remote)), (&*made.id, &*etag, "Grønn"));

        bench.delete(&collection, &format!("end-{class}"), (&made.id, &etag)).await.unwrap();
        let (told, _) = bench.changes(&collection, Some(&cursor), 500).await;
        assert_eq!(told, [Change::Delete { id: made.id.clone() }]);
        let none = bench.connector.fetch(&bench.user, &collection, &[made.id]).await.unwrap();
        assert_eq!(none, []);
    }
}

/// A stale version changes nothing, and what is there comes with the refusal.
pub(crate) async fn a_stale_write_is_a_conflict_with_what_is_there<C: Connector>(bench: &Bench<C>) {
    let collection = bench.main(Class::Calendar).await;
    let made = bench.create(&collection, "one", "First").await.unwrap();
    let etag = bench.update(&collection, "two", (&made.id, &made.etag), "Second").await.unwrap();
    let stale = (&*made.id, &*made.etag);
    for refused in [
        bench.update(&collection, "three", stale, "Third").await.map(drop),
        bench.delete(&collection, "four", stale).await,
    ] {
        let Err(Error::Conflict(Some(current))) = refused else { panic!("{refused:?}") };
        assert_eq!((&*current.id, &*current.etag, &*title(&current)), (&*made.id, &*etag, "Second"));
    }
    let there =
        bench.connector.fetch(&bench.user, &collection, std::slice::from_ref(&made.id)).await.unwrap();
    assert_eq!(title(&there[0]), "Second");
}

/// Deleting twice is fine; changing what is gone is not.
pub(crate) async fn what_is_gone_is_gone<C: Connector>(bench: &Bench<C>) {
    let collection = bench.main(Class::Calendar).await;
    let made = bench.create(&collection, "one", "Short").await.unwrap();
    let held = (&*made.id, &*made.etag);
    bench.delete(&collection, "two", held).await.unwrap();
    bench.delete(&collection, "three", held).await.unwrap();
    let late = bench.update(&collection, "four", held, "Late").await;
    assert!(matches!(late, Err(Error::Gone | Error::Conflict(None))), "{late:?}");
}

/// Small pages tell the same as one large page, and only the first says that it is complete.
pub(crate) async fn pages_add_up<C: Connector>(bench: &Bench<C>) {
    let collection = bench.main(Class::Calendar).await;
    for number in 0..4 {
        bench.create(&collection, &format!("page-{number}"), &format!("Page {number}")).await.unwrap();
    }
    let ids = |changes: &[Change]| {
        let mut ids: Vec<String> = upserts(changes).into_iter().map(|remote| remote.id.clone()).collect();
        ids.sort();
        ids
    };
    let (whole, cursor) = bench.changes(&collection, None, 500).await;
    let (pieces, _) = bench.changes(&collection, None, 2).await;
    assert_eq!(ids(&whole), ids(&pieces));
    let mut listed: Vec<String> =
        bench.connector.list(&bench.user, &collection).await.unwrap().into_iter().map(|(id, _)| id).collect();
    listed.sort();
    assert_eq!(listed, ids(&whole));
    assert!(bench.connector.changes(&bench.user, &collection, None, 2).await.unwrap().complete);
    let next = bench.connector.changes(&bench.user, &collection, Some(&cursor), 2).await.unwrap();
    assert_eq!((next.changes.len(), next.more, next.complete), (0, false, false));
}

/// A cursor that nobody knows any more is said to be so.
pub(crate) async fn a_lost_cursor_is_told<C: Connector>(bench: &Bench<C>, lost: &str) {
    let collection = bench.main(Class::Calendar).await;
    let told = bench.connector.changes(&bench.user, &collection, Some(lost), 500).await;
    assert!(matches!(told, Err(Error::CursorExpired)), "{told:?}");
}

fn http_api(office: &Office, email: &str) -> Bench<HttpApi> {
    let log_in = LogIn::Bearer(office::TOKEN.to_owned());
    Bench { connector: connect(office, log_in), user: user(email) }
}

fn user(email: &str) -> User {
    User { email: email.to_owned(), ..User::default() }
}

fn connect(office: &Office, log_in: LogIn) -> HttpApi {
    HttpApi::new(Settings {
        url: office.running.url(),
        log_in,
        classes: vec![Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes],
        trust: Trust { verify: true, authority: None },
    })
    .unwrap()
}

#[tokio::test]
async fn the_contract_reports_what_was_written_as_it_was_answered() {
    let office = Office::start().await;
    let classes = [Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes];
    what_is_written_is_reported_as_it_was_answered(&http_api(&office, KARI), &classes).await;
}

#[tokio::test]
async fn the_contract_tells_a_conflict_with_what_is_there() {
    let office = Office::start().await;
    a_stale_write_is_a_conflict_with_what_is_there(&http_api(&office, KARI)).await;
}

#[tokio::test]
async fn the_contract_knows_what_is_gone() {
    let office = Office::start().await;
    what_is_gone_is_gone(&http_api(&office, KARI)).await;
}

#[tokio::test]
async fn the_contract_s_pages_add_up() {
    let office = Office::start().await;
    pages_add_up(&http_api(&office, KARI)).await;
}

#[tokio::test]
async fn the_contract_tells_a_cursor_that_is_too_old() {
    let office = Office::start().await;
    let bench = http_api(&office, KARI);
    let calendar = bench.main(Class::Calendar).await;
    let (all, cursor) = bench.changes(&calendar, None, 500).await;
    let first = upserts(&all)[0];
    bench.delete(&calendar, "end", (&first.id, &first.etag)).await.unwrap();
    office.pass_days(31);
    office.running.forget().await.unwrap();
    a_lost_cursor_is_told(&bench, &cursor).await;
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_done_once() {
    let office = Office::with(vec![Fault::LoseAnswer], None).await;
    let bench = http_api(&office, KARI);
    let tasks = bench.main(Class::Tasks).await;
    let (_, cursor) = bench.changes(&tasks, None, 500).await;
    let lost = bench.create(&tasks, "one", "Once").await;
    assert!(matches!(lost, Err(Error::Later { after: None, .. })), "{lost:?}");
    let made = bench.create(&tasks, "one", "Once").await.unwrap();
    let (told, _) = bench.changes(&tasks, Some(&cursor), 500).await;
    let [remote] = *upserts(&told) else { panic!("{told:?}") };
    assert_eq!((&remote.id, &remote.etag), (&made.id, &made.etag));
}

#[tokio::test]
async fn a_busy_back_office_says_how_long() {
    let office = Office::with(vec![Fault::Busy { seconds: 7 }], None).await;
    let bench = http_api(&office, KARI);
    let notes = bench.main(Class::Notes).await;
    let Err(Error::Later { after, .. }) = bench.create(&notes, "one", "Now").await else { panic!() };
    assert_eq!(after, Some(Duration::from_secs(7)));
    bench.create(&notes, "one", "Now").await.unwrap();
}

#[tokio::test]
async fn a_refusal_carries_the_sentence_for_the_user() {
    let office = Office::start().await;
    let bench = http_api(&office, OLA);
    let collections = bench.connector.collections(&bench.user).await.unwrap();
    let shared = collections.iter().find(|collection| collection.name == "Montører").unwrap();
    assert_eq!((shared.read_only, shared.default, shared.class), (true, false, Class::Calendar));
    let Err(Error::Refused(message)) = bench.create(shared, "one", "Mine").await else { panic!() };
    assert_eq!(message, "this collection may only be read");
    let own = bench.main(Class::Calendar).await;
    let Err(Error::Refused(message)) = bench.create(&own, "two", &"x".repeat(1001)).await else { panic!() };
    assert_eq!(message, "a title has at most 1000 characters");
}

#[tokio::test]
async fn each_calendar_is_a_collection_of_its_own() {
    let office = Office::start().await;
    let bench = http_api(&office, KARI);
    let collections = bench.connector.collections(&bench.user).await.unwrap();
    let ids: Vec<&str> = collections.iter().map(|collection| &*collection.id).collect();
    assert_eq!(ids, ["own", "fitters", "contacts", "tasks", "notes"]);
    bench.create(&collections[1], "one", "Shared").await.unwrap();
    assert_eq!(bench.changes(&collections[0], None, 500).await.0.len(), 5);
    assert_eq!(bench.changes(&collections[1], None, 500).await.0.len(), 4);
}

#[tokio::test]
async fn a_wrong_log_in_is_told_apart_from_trouble() {
    let office = Office::start().await;
    let asks = async |log_in: LogIn, user: User| connect(&office, log_in).collections(&user).await;
    let wrong = asks(LogIn::Bearer("guess".to_owned()), user(KARI)).await;
    assert!(matches!(wrong, Err(Error::LogIn(_))), "{wrong:?}");
    let none = asks(LogIn::PerUser, user(KARI)).await;
    assert!(matches!(none, Err(Error::LogIn(_))), "{none:?}");
    let (name, password) = (Some(KARI.to_owned()), Some("kari-secret".to_owned()));
    let own = User { email: KARI.to_owned(), name, password, identity: None };
    assert_eq!(asks(LogIn::PerUser, own.clone()).await.unwrap().len(), 5);
    let foreign = asks(LogIn::PerUser, User { email: OLA.to_owned(), ..own }).await;
    assert!(matches!(foreign, Err(Error::Refused(_))), "{foreign:?}");
    let unknown = asks(LogIn::Bearer(office::TOKEN.to_owned()), user("nobody@fjord.example")).await;
    assert!(matches!(unknown, Err(Error::Refused(_))), "{unknown:?}");

    let nobody = Settings {
        url: "http://127.0.0.1:9".to_owned(),
        log_in: LogIn::PerUser,
        classes: vec![Class::Tasks],
        trust: Trust { verify: true, authority: None },
    };
    let user = User { name: Some("k".to_owned()), password: Some("p".to_owned()), ..user(KARI) };
    let down = HttpApi::new(nobody).unwrap().collections(&user).await;
    assert!(matches!(down, Err(Error::Later { .. })), "{down:?}");
}

#[tokio::test]
async fn an_identity_chooses_whose_data_are_meant() {
    let office = Office::start().await;
    let bench = http_api(&office, KARI);
    let identities = bench.connector.identities(&bench.user).await.unwrap();
    let named: Vec<(&str, bool)> =
        identities.iter().map(|identity| (&*identity.id, identity.default)).collect();
    assert_eq!(named, [("fjord", true), ("eiendom", false)]);
    let other = User { identity: Some("eiendom".to_owned()), ..user(KARI) };
    let collections = bench.connector.collections(&other).await.unwrap();
    assert!(collections.iter().all(|collection| collection.class != Class::Calendar), "it has no calendar");
}

#[tokio::test]
async fn the_directory_is_searched_where_it_is() {
    let office = Office::start().await;
    let bench = http_api(&office, KARI);
    let found = bench.connector.search(&bench.user, "per ås", 1, 3).await.unwrap().unwrap();
    assert_eq!((found.total, found.people.len(), &*found.people[0].title()), (14, 3, "Per Ås 1"));
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_when_it_is_refused() {
    let office = Office::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let token_url = format!("http://{}/token", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let token = axum::routing::post(async move |form: String| {
        assert_eq!(form, "grant_type=client_credentials&client_id=lomme&client_secret=s%26t&scope=sync");
        // The first one is stale when it is given.
        let token = if count.fetch_add(1, Ordering::Relaxed) == 0 { "stale" } else { office::TOKEN };
        json!({"access_token": token, "token_type": "bearer", "expires_in": 3600}).to_string()
    });
    tokio::spawn(async { axum::serve(listener, axum::Router::new().route("/token", token)).await });
    let text = str::to_owned;
    let (client_id, client_secret, scope) = (text("lomme"), text("s&t"), text("sync"));
    let connector = connect(&office, LogIn::OAuth { token_url, client_id, client_secret, scope });
    for _ in 0..3 {
        assert_eq!(connector.collections(&user(KARI)).await.unwrap().len(), 5);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}
