//! Meetings that arrive by mail: they are in the calendar before anybody answers, once, and follow what the organizer says.

use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::store::outbox;
use serde_json::json;

use crate::back_office::count;
use crate::back_office::until;
use crate::mail_server::Program;
use crate::mail_server::free_port;
use crate::meetings::CALENDAR;
use crate::meetings::INBOX;
use crate::meetings::answer;
use crate::meetings::invited;
use crate::meetings::phone;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::radicale::PASSWORD;
use crate::radicale::Radicale;
use crate::radicale::USER;
use crate::sending::Post;

const KARI: AccountId = AccountId(1);

/// What Ola says of a meeting.
struct Word<'a> {
    method: &'a str,
    uid: &'a str,
    sequence: u8,
    hour: u8,
    whom: &'a str,
}

/// An invitation of Kari.
fn to_come(uid: &str) -> Word<'_> {
    Word { method: "REQUEST", uid, sequence: 0, hour: 9, whom: "kari@fjord.example" }
}

fn say(program: &mut Program, word: &Word<'_>) {
    let Word { method, uid, sequence, hour, whom } = word;
    let calendar = calendar(word);
    program.append(
        "INBOX",
        "()",
        &format!(
            "From: Ola Dahl <ola@fjord.example>\nTo: {whom}\nSubject: Budsjett {uid}\n\
             Message-ID: <{uid}-{method}-{sequence}-{hour}@x>\nMIME-Version: 1.0\n\
             Content-Type: text/calendar; charset=utf-8; method={method}\n\n{calendar}"
        ),
    );
}

fn calendar(word: &Word<'_>) -> String {
    let Word { method, uid, sequence, hour, whom } = word;
    let method = if method.is_empty() { String::new() } else { format!("METHOD:{method}\n") };
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{method}BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261120T080000Z\n\
         DTSTART:20370112T{hour:02}0000Z\nDTEND:20370112T{:02}0000Z\nSEQUENCE:{sequence}\nSUMMARY:Budsjett {uid}\n\
         ORGANIZER;CN=Ola Dahl:mailto:ola@fjord.example\n\
         ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{whom}\nEND:VEVENT\nEND:VCALENDAR\n",
        hour + 1,
    )
}

/// Waits until the calendar has the meeting so.
async fn shown(phone: &mut Phone, uid: &str, is_so: impl Fn(&Node) -> bool) -> (String, Node) {
    let subject = format!("Budsjett {uid}");
    until("the calendar has it so", async || {
        phone.sync(CALENDAR).await;
        phone.holding(CALENDAR, &subject).is_some_and(|(_, item)| is_so(&item))
    })
    .await;
    phone.holding(CALENDAR, &subject).unwrap()
}

fn status(item: &Node) -> [&str; 3] {
    ["MeetingStatus", "BusyStatus", "ResponseType"].map(|name| item.told(name))
}

/// A phone that looks at its inbox, in which an invitation lay before.
async fn ready(post: &Post, program: &mut Program) -> Phone {
    say(program, &to_come("before"));
    let mut phone = phone(post, "16.1").await;
    phone.sync(CALENDAR).await;
    invited(&mut phone, "before").await;
    phone
}

#[tokio::test]
async fn a_meeting_is_in_the_calendar_as_its_invitation_arrives() {
    let post = Post::start(free_port()).await;
    let mut program = post.dovecot.program();
    let mut phone = ready(&post, &mut program).await;
    say(&mut program, &Word { whom: "liv@fjord.example", ..to_come("liv") });
    say(&mut program, &to_come("u1"));
    let mail = invited(&mut phone, "u1").await;
    let (event, item) = shown(&mut phone, "u1", |_| true).await;
    assert_eq!(status(&item), ["3", "1", "5"], "{item:?}");

    let given = answer(&mut phone, 1, INBOX, &mail, "").await;
    assert_eq!((given.told("Status"), given.told("CalendarId")), ("1", &*event), "{given:?}");
    let (_, item) = shown(&mut phone, "u1", |item| item.told("BusyStatus") == "2").await;
    assert_eq!(status(&item), ["3", "2", "3"], "{item:?}");

    say(&mut program, &Word { sequence: 1, hour: 12, ..to_come("u1") });
    phone.ping(60, &[INBOX.to_owned()]).await;
    let (again, item) = shown(&mut phone, "u1", |item| item.told("StartTime") == "20370112T120000Z").await;
    assert_eq!((again.as_str(), status(&item)), (event.as_str(), ["3", "1", "5"]), "{item:?}");

    say(&mut program, &Word { method: "CANCEL", sequence: 2, hour: 12, ..to_come("u1") });
    phone.sync(INBOX).await;
    phone.ping(60, &[INBOX.to_owned()]).await;
    let (_, item) = shown(&mut phone, "u1", |item| item.told("MeetingStatus") == "7").await;
    assert_eq!(item.told("BusyStatus"), "0", "{item:?}");
    assert_eq!(phone.books[CALENDAR].items.len(), 1, "neither what lay there before nor what is Liv's");
}

#[tokio::test]
async fn what_is_answered_and_proposed_is_shown_to_who_invited() {
    let post = Post::start(free_port()).await;
    let mut program = post.dovecot.program();
    let mut phone = ready(&post, &mut program).await;
    let meeting = "<calendar:Subject>Budsjett own</calendar:Subject><calendar:StartTime>20370112T090000Z</calendar:StartTime>\
        <calendar:EndTime>20370112T100000Z</calendar:EndTime><calendar:Attendees><calendar:Attendee>\
        <calendar:Email>ola@fjord.example</calendar:Email><calendar:Name>Ola Dahl</calendar:Name>\
        <calendar:AttendeeType>1</calendar:AttendeeType></calendar:Attendee></calendar:Attendees>";
    phone.add(CALENDAR, meeting).await;
    let own = phone.holding(CALENDAR, "Budsjett own").unwrap().0;
    let uid = phone.fetch(CALENDAR, &own).await.told("UID").to_owned();
    for (method, status, hour) in [("REPLY", "ACCEPTED", 9), ("COUNTER", "TENTATIVE", 14)] {
        let calendar = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:{method}\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:203612{hour:02}T080000Z\n\
             DTSTART:20370112T{hour:02}0000Z\nDTEND:20370112T{}0000Z\nORGANIZER:mailto:kari@fjord.example\n\
             ATTENDEE;PARTSTAT={status}:mailto:ola@fjord.example\nEND:VEVENT\nEND:VCALENDAR\n",
            hour + 1
        );
        program.append(
            "INBOX",
            "()",
            &format!(
                "From: Ola Dahl <ola@fjord.example>\nTo: kari@fjord.example\nSubject: {method}\nMessage-ID: <{method}@x>\n\
                 MIME-Version: 1.0\nContent-Type: text/calendar; charset=utf-8; method={method}\n\n{calendar}"
            ),
        );
        phone.ping(60, &[INBOX.to_owned()]).await;
        phone.sync(INBOX).await;
        let wanted = if method == "REPLY" { "3" } else { "2" };
        let (_, item) = shown(&mut phone, "own", |item| {
            item.find("AttendeeStatus").is_some_and(|one| one.text == wanted)
        })
        .await;
        let proposed = item.find("ProposedStartTime").map(|time| time.text.as_str());
        assert_eq!(proposed, (method == "COUNTER").then_some("20370112T140000Z"), "{item:?}");
    }
}

#[tokio::test]
async fn what_the_calendar_s_own_server_has_is_not_put_there_again() {
    let radicale = Radicale::start().await;
    let connection = json!({"name": "dav", "kind": "dav", "url": format!("{}/{{email}}/", radicale.url),
        "user": USER, "password": PASSWORD, "classes": ["calendar"]});
    let post = Post::beside(free_port(), vec![serde_json::from_value(connection).unwrap()]).await;
    radicale.put("calendar/old.ics", &calendar(&Word { method: "", ..to_come("old") })).await;
    until("the calendar comes", async || count(&post.server, KARI, FolderId(1)).await == 1).await;
    let mut program = post.dovecot.program();
    let mut phone = ready(&post, &mut program).await;
    radicale.put("calendar/other-program.ics", &calendar(&Word { method: "", ..to_come("there") })).await;
    say(&mut program, &to_come("there"));
    say(&mut program, &to_come("new"));
    invited(&mut phone, "new").await;
    let (_, item) = shown(&mut phone, "new", |_| true).await;
    assert_eq!(status(&item), ["3", "1", "5"], "{item:?}");
    until("it is in its back office", async || {
        outbox::count(&mut post.app().store().read().await.unwrap(), KARI).await.unwrap() == 0
    })
    .await;
    let there = radicale.text("calendar/").await;
    assert_eq!(there.matches("UID:new").count(), 1, "{there}");
    assert!(!there.contains("METHOD"), "{there}");
    let organizer = there.replace("\r\n ", "");
    let organizer = organizer.lines().find(|line| line.starts_with("ORGANIZER") && line.contains("SCHEDULE"));
    assert!(organizer.is_some_and(|line| line.contains("SCHEDULE-AGENT=CLIENT")), "{there}");
    phone.sync(CALENDAR).await;
    let of = |uid: &str| format!("Budsjett {uid}");
    let subjects: Vec<String> =
        phone.books[CALENDAR].items.values().map(|item| item.told("Subject").to_owned()).collect();
    for uid in ["old", "there", "new"] {
        let times = subjects.iter().filter(|subject| **subject == of(uid)).count();
        assert_eq!(times, 1, "{subjects:?}");
    }
    let refused: Vec<_> = post.log().await.into_iter().filter(|(outcome, _)| outcome == "refused").collect();
    assert!(refused.is_empty(), "{refused:?}");
}
