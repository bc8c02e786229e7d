//! The reference back office keeps to the contract, as any HTTP client sees it.

use lomme::backoffice::guard::Fault;
use lomme::backoffice::nudge::Hook;
use lomme::connector::nudge;
use serde_json::Value;
use serde_json::json;

use crate::office::Answer;
use crate::office::Office;
use crate::office::event;

const EVENTS: &str = "/events?user=kari@fjord.example";
const CHANGES: &str = "/events/changes?user=kari@fjord.example";

fn of(id: &str) -> String {
    format!("/events/{id}?user=kari@fjord.example")
}

#[track_caller]
fn is_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.text("error")), (status, code), "{answer:?}");
    assert!(!answer.text("message").is_empty());
}

async fn changes_since(office: &Office, cursor: &str) -> Vec<(String, String)> {
    let answer = office.get(&format!("{CHANGES}&since={cursor}")).await;
    assert_eq!((answer.status, &answer.body["more"]), (200, &json!(false)));
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    answer.body["items"].as_array().unwrap().iter().map(|item| (text(item, "op"), text(item, "id"))).collect()
}

async fn cursor(office: &Office) -> String {
    office.get(CHANGES).await.text("cursor").to_owned()
}

#[tokio::test]
async fn it_says_what_it_has_and_who_sees_it() {
    let office = Office::start().await;
    let about = office.get("").await;
    assert_eq!(
        (about.status, &about.body["version"], &about.body["page_max"]),
        (200, &json!(1), &json!(500))
    );
    assert_eq!(about.body["collections"]["events"], json!({"read": true, "write": true}));
    let identities = office.get("/identities?user=Kari@Fjord.example").await;
    assert_eq!(
        identities.body,
        json!([{"id": "fjord", "name": "Fjord Elektro AS", "default": true},
            {"id": "eiendom", "name": "Fjord Eiendom AS"}])
    );
    let calendars = office.get("/calendars?user=ola@fjord.example").await;
    assert_eq!(
        calendars.body,
        json!([{"id": "own", "name": "Kalender", "default": true, "access": "write"},
            {"id": "fitters", "name": "Montører", "access": "read"}])
    );
    is_error(&office.get("/identities?user=nobody@fjord.example").await, 404, "not_found");
    is_error(&office.get("/calendars").await, 400, "malformed");
    is_error(&office.get("/gadgets/changes?user=kari@fjord.example").await, 404, "not_found");
    is_error(&office.get(&format!("{CHANGES}&identity=other")).await, 404, "not_found");
    is_error(&office.get(&format!("{CHANGES}&identity=eiendom")).await, 404, "not_found");
    is_error(&office.get(&format!("{CHANGES}&calendar=other")).await, 404, "not_found");
    is_error(&office.get(&format!("{CHANGES}&limit=many")).await, 400, "malformed");
    is_error(&office.get("/nothing/at/all").await, 404, "not_found");
    is_error(&office.delete(EVENTS, &[]).await, 405, "method");
}

#[tokio::test]
async fn only_who_logs_in_gets_anything_and_a_user_only_his_own() {
    let office = Office::start().await;
    let asks = async |path: &str, value: &str| {
        office.call(reqwest::Method::GET, path, None, &[("authorization", value)]).await.status
    };
    assert_eq!(asks("", "Bearer open-sesame").await, 200);
    assert_eq!(asks("", "Bearer sesame").await, 401);
    assert_eq!(asks("", "open-sesame").await, 401);
    let kari = "Basic a2FyaUBmam9yZC5leGFtcGxlOmthcmktc2VjcmV0";
    assert_eq!(asks(CHANGES, kari).await, 200);
    assert_eq!(asks("/events/changes?user=ola@fjord.example", kari).await, 403);
    assert_eq!(asks(CHANGES, "Basic a2FyaUBmam9yZC5leGFtcGxlOndyb25n").await, 401);
}

#[tokio::test]
async fn changes_come_in_pages_and_only_once() {
    let office = Office::start().await;
    let first = office.get(&format!("{CHANGES}&limit=3")).await;
    assert_eq!((first.body["items"].as_array().unwrap().len(), &first.body["more"]), (3, &json!(true)));
    assert_eq!(changes_since(&office, first.text("cursor")).await.len(), 2);
    let cursor = cursor(&office).await;
    assert_eq!(changes_since(&office, &cursor).await, []);

    let made = office.post(EVENTS, event("New"), &[]).await;
    assert_eq!((made.status, made.etag.as_deref()), (201, Some(&*format!("\"{}\"", made.text("rev")))));
    office.put(&of("events-2"), event("Moved"), &[]).await;
    assert_eq!(office.delete(&of("events-3"), &[]).await.status, 204);
    let told = changes_since(&office, &cursor).await;
    let expected = [("upsert", made.text("id")), ("upsert", "events-2"), ("delete", "events-3")];
    assert_eq!(told, expected.map(|(op, id)| (op.to_owned(), id.to_owned())));

    let page = office.get(&format!("{CHANGES}&since={cursor}&limit=1")).await;
    assert_eq!(page.body["items"][0]["rev"], made.body["rev"], "an echo has the rev that was answered");
    assert_eq!(page.body["items"][0]["data"], event("New"));
    let everything = office.get(CHANGES).await;
    assert!(everything.body["items"].as_array().unwrap().iter().all(|item| item["op"] == "upsert"));
}

#[tokio::test]
async fn an_object_deleted_during_a_first_walk_is_taken_back() {
    let office = Office::start().await;
    let first = office.get(&format!("{CHANGES}&limit=2")).await;
    office.delete(&of("events-1"), &[]).await;
    let rest = changes_since(&office, first.text("cursor")).await;
    assert_eq!(rest.last().unwrap(), &("delete".to_owned(), "events-1".to_owned()));
}

#[tokio::test]
async fn a_cursor_lives_as_long_as_the_deletes_it_needs() {
    let office = Office::start().await;
    let before = cursor(&office).await;
    office.delete(&of("events-1"), &[]).await;
    let after = cursor(&office).await;
    office.pass_days(29);
    office.running.forget().await.unwrap();
    assert_eq!(changes_since(&office, &before).await.len(), 1);
    office.pass_days(2);
    office.running.forget().await.unwrap();
    is_error(&office.get(&format!("{CHANGES}&since={before}")).await, 410, "cursor_expired");
    assert_eq!(changes_since(&office, &after).await, []);
    let walk = office.get(&format!("{CHANGES}&limit=1")).await;
    assert_eq!(changes_since(&office, walk.text("cursor")).await.len(), 3);

    let other_calendar = office.get(&format!("{CHANGES}&calendar=fitters")).await;
    let foreign = format!("{CHANGES}&since={}", other_calendar.text("cursor"));
    is_error(&office.get(&foreign).await, 410, "cursor_expired");
    is_error(&office.get(&format!("{CHANGES}&since=yesterday")).await, 400, "malformed");
}

#[tokio::test]
async fn who_writes_over_a_newer_version_is_told_what_is_there() {
    let office = Office::start().await;
    let held = office.get(&of("events-1")).await;
    let etag = held.etag.as_deref().unwrap();
    assert_eq!(etag, format!("\"{}\"", held.text("rev")));
    assert_eq!(office.put(&of("events-1"), event("First"), &[("if-match", etag)]).await.status, 200);
    let late = office.put(&of("events-1"), event("Late"), &[("if-match", etag)]).await;
    is_error(&late, 412, "conflict");
    let present = office.get(&of("events-1")).await;
    assert_eq!(late.body["current"], json!({"rev": present.body["rev"], "data": event("First")}));
    is_error(&office.delete(&of("events-1"), &[("if-match", etag)]).await, 412, "conflict");
    let etag = present.etag.as_deref().unwrap();
    assert_eq!(office.delete(&of("events-1"), &[("if-match", etag)]).await.status, 204);
    is_error(&office.delete(&of("events-1"), &[]).await, 404, "not_found");
    is_error(&office.get(&of("events-1")).await, 404, "not_found");
    is_error(&office.put(&of("events-1"), event("Again"), &[]).await, 410, "gone");
    is_error(&office.put(&of("events-99"), event("Again"), &[]).await, 404, "not_found");
}

#[tokio::test]
async fn a_repeated_write_is_done_once() {
    let office = Office::with(vec![Fault::LoseAnswer], None).await;
    let cursor = cursor(&office).await;
    let key = [("idempotency-key", "one")];
    is_error(&office.post(EVENTS, event("New"), &key).await, 500, "internal");
    let made = office.post(EVENTS, event("New"), &key).await;
    assert_eq!(made.status, 201);
    assert_eq!(office.post(EVENTS, event("New"), &key).await, made);
    assert_eq!(changes_since(&office, &cursor).await.len(), 1);
    is_error(&office.post(EVENTS, event("Another"), &key).await, 409, "key_reused");

    let etag = made.etag.as_deref().unwrap();
    let path = of(made.text("id"));
    let update = [("idempotency-key", "two"), ("if-match", etag)];
    let updated = office.put(&path, event("Later"), &update).await;
    assert_eq!(updated.status, 200);
    assert_eq!(office.put(&path, event("Later"), &update).await, updated);
    let delete = [("idempotency-key", "three"), ("if-match", updated.etag.as_deref().unwrap())];
    assert_eq!(office.delete(&path, &delete).await.status, 204);
    assert_eq!(office.delete(&path, &delete).await.status, 204);
}

#[tokio::test]
async fn what_is_not_allowed_or_makes_no_sense_is_refused_with_a_sentence() {
    let office = Office::start().await;
    let shared = "/events?user=ola@fjord.example&calendar=fitters";
    is_error(&office.post(shared, event("Mine"), &[]).await, 403, "forbidden");
    let shared = "/events?user=kari@fjord.example&calendar=fitters";
    assert_eq!(office.post(shared, event("Ours"), &[]).await.status, 201);
    let refused = office.post(EVENTS, json!({"title": "Some day"}), &[]).await;
    is_error(&refused, 422, "refused");
    assert_eq!(refused.text("message"), "an event needs a start");
    is_error(&office.post(EVENTS, json!("text"), &[]).await, 422, "refused");
    is_error(&office.call(reqwest::Method::POST, EVENTS, None, &[]).await, 400, "malformed");
    is_error(&office.call(reqwest::Method::POST, EVENTS, Some(json!({})), &[]).await, 400, "malformed");
    is_error(&office.post(EVENTS, event(&"x".repeat(2 << 20)), &[]).await, 413, "too_large");
}

#[tokio::test]
async fn a_busy_office_says_when_to_come_again() {
    let faults = vec![Fault::Down { seconds: 120 }, Fault::Busy { seconds: 7 }];
    let office = Office::with(faults, None).await;
    let down = office.get("").await;
    is_error(&down, 503, "down");
    assert_eq!(down.retry_after.as_deref(), Some("120"));
    assert_eq!(office.get("").await.status, 200);
    let busy = office.post(EVENTS, event("New"), &[]).await;
    is_error(&busy, 429, "busy");
    assert_eq!(busy.retry_after.as_deref(), Some("7"));
    assert_eq!(office.post(EVENTS, event("New"), &[]).await.status, 201);
}

#[tokio::test]
async fn the_directory_is_searched_by_the_beginnings_of_words() {
    let office = Office::start().await;
    let search = async |query: &str| {
        let found = office.get(&format!("/directory/search?{query}")).await;
        assert_eq!(found.status, 200, "{found:?}");
        let names = found.body["items"].as_array().unwrap().iter();
        let names: Vec<String> = names.map(|item| item["data"]["name"]["full"].to_string()).collect();
        (found.body["total"].as_i64().unwrap(), names)
    };
    assert_eq!(
        search("q=per%20%C3%A5s&limit=2").await,
        (14, vec!["\"Per Ås 1\"".into(), "\"Per Ås 1\"".into()])
    );
    assert_eq!(search("q=PER%209").await, (1, vec!["\"Per Ås 9\"".into()]));
    assert_eq!(search("q=er").await.0, 0);
    assert_eq!(search("q=%C3%86RLIG%20100%25").await.0, 14);
    assert_eq!(search("q=10_%25").await.0, 0);
    assert_eq!(search("q=&offset=13").await.1.len(), 1);
    assert_eq!(search("q=&offset=99").await, (14, vec![]));

    let person = json!({"@type": "Card", "version": "1.0", "name": {"full": "Ny Mann"}});
    assert_eq!(office.post("/people", person, &[]).await.status, 201);
    assert_eq!(search("q=ny%20m").await.0, 1);
}

#[tokio::test]
async fn a_change_is_told_by_a_signed_nudge_once_a_burst() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks/backoffice", listener.local_addr().unwrap());
    let (heard, mut nudges) = tokio::sync::mpsc::unbounded_channel();
    let receive = async move |headers: axum::http::HeaderMap, body: String| {
        let signature = headers["x-lomme-signature"].to_str().unwrap();
        heard.send(nudge::is_signed(b"key", body.as_bytes(), signature)).unwrap();
        axum::http::StatusCode::NO_CONTENT
    };
    let receive = axum::routing::post(receive);
    tokio::spawn(async {
        axum::serve(listener, axum::Router::new().route("/hooks/backoffice", receive)).await
    });
    let office = Office::with(Vec::new(), Some(Hook { url, key: "key".to_owned() })).await;
    for title in ["One", "Two", "Three"] {
        office.post(EVENTS, event(title), &[]).await;
    }
    let within = std::time::Duration::from_secs(5);
    assert_eq!(tokio::time::timeout(within, nudges.recv()).await, Ok(Some(true)));
    office.running.stop().await;
    assert!(nudges.try_recv().is_err());
}
