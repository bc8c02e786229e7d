//! Meetings that a phone passes on: who is to come gets an invitation, and it is in the calendar that they do.

use crate::exim::Exim;
use crate::meetings::CALENDAR;
use crate::meetings::INBOX;
use crate::meetings::invite;
use crate::meetings::invited;
use crate::meetings::phone;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::sending::Post;

const LIV: &str = "<Forwardees><Forwardee><ForwardeeEmail>liv@fjord.example</ForwardeeEmail><ForwardeeName>Liv</ForwardeeName></Forwardee></Forwardees>";

/// Passes something on; the status, if it was refused.
async fn forward(phone: &mut Phone, client: &str, source: &str, more: &str) -> Option<String> {
    let inner = format!("<ClientId>{client}</ClientId><Source>{source}</Source>{LIV}{more}");
    let told = phone.ask_quietly("SmartForward", "ComposeMail:SmartForward", &inner).await;
    told.map(|told| told.told("Status").to_owned())
}

fn of(folder: &str, id: &str) -> String {
    format!("<FolderId>{folder}</FolderId><ItemId>{id}</ItemId>")
}

fn guests(item: &Node) -> Vec<&str> {
    item.find("Attendees")
        .map(|all| all.children.iter().map(|one| one.told("Email")).collect())
        .unwrap_or_default()
}

#[track_caller]
fn assert_says(mail: &str, lines: &[&str]) {
    let unfolded = mail.replace("\r\n", "\n").replace("\n ", "");
    for line in lines {
        assert!(unfolded.contains(line), "{line}: {mail}");
    }
}

const APPOINTMENT: &str = "<calendar:Subject>Lunsj</calendar:Subject><calendar:StartTime>20370112T090000Z</calendar:StartTime>\
    <calendar:EndTime>20370112T100000Z</calendar:EndTime><calendar:Reminder>10</calendar:Reminder>";

#[tokio::test]
async fn who_is_asked_by_whom_a_meeting_is_of_is_a_guest() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut phone = phone(&post, "16.1").await;
    phone.sync(CALENDAR).await;
    let event = phone.add(CALENDAR, APPOINTMENT).await;
    let words = "<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type>\
        <airsyncbase:Data>Kom, da!</airsyncbase:Data></airsyncbase:Body>";
    for _ in 0..2 {
        // The answer to the first was lost.
        assert_eq!(forward(&mut phone, "1", &of(CALENDAR, &event), words).await, None);
    }
    let told = exim.mail("liv@fjord.example", 1).await;
    assert_says(
        &told[0],
        &[
            "Subject: FW: Lunsj\n",
            "Kom, da!",
            "METHOD:REQUEST",
            "ORGANIZER;CN=Kari Nordmann",
            "mailto:kari@fjord.example",
            "mailto:liv@fjord.example",
            "RSVP=TRUE",
        ],
    );
    assert!(!told[0].contains("VALARM"), "{told:?}");
    phone.sync(CALENDAR).await;
    let item = phone.books[CALENDAR].items[&event].clone();
    assert_eq!((guests(&item), item.told("MeetingStatus")), (vec!["liv@fjord.example"], "1"), "{item:?}");
    post.settled().await;
    assert_eq!(exim.mail("liv@fjord.example", 1).await.len(), 1);
    assert_eq!(post.mailbox("Sent", 1).await.len(), 1);
}

#[tokio::test]
async fn what_somebody_else_invites_to_is_passed_on_as_it_is() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut program = post.dovecot.program();
    invite(&mut program, "u1", "");
    let mut phone = phone(&post, "16.0").await;
    let mail = invited(&mut phone, "u1").await;
    assert_eq!(forward(&mut phone, "1", &of(INBOX, &mail), "").await, None);
    let told = exim.mail("liv@fjord.example", 1).await;
    let lines =
        ["METHOD:REQUEST", "UID:u1", "mailto:ola@fjord.example", "ATTENDEE", "mailto:kari@fjord.example"];
    assert_says(&told[0], &lines);
    assert_eq!(told[0].matches("mailto:liv").count(), 0, "{told:?}");
    phone.sync(INBOX).await;
    assert_eq!(phone.books[INBOX].items[&mail].told("LastVerbExecuted"), "3");
}

#[tokio::test]
async fn one_day_of_a_series_is_passed_on_alone() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut phone = phone(&post, "16.1").await;
    phone.sync(CALENDAR).await;
    let weekly = "<calendar:Recurrence><calendar:Type>1</calendar:Type><calendar:Interval>1</calendar:Interval>\
        <calendar:Occurrences>3</calendar:Occurrences><calendar:DayOfWeek>2</calendar:DayOfWeek></calendar:Recurrence>";
    let series = phone.add(CALENDAR, &format!("{APPOINTMENT}{weekly}")).await;
    let source = |at: &str| format!("{}<InstanceId>{at}</InstanceId>", of(CALENDAR, &series));
    let wrong = forward(&mut phone, "1", &source("2037-01-20T09:00:00.000Z"), "").await;
    assert_eq!(wrong.as_deref(), Some("104"));
    assert_eq!(forward(&mut phone, "2", &source("2037-01-19T09:00:00.000Z"), "").await, None);
    let told = exim.mail("liv@fjord.example", 1).await;
    assert_says(&told[0], &["RECURRENCE-ID", "20370119T", "mailto:liv@fjord.example"]);
    assert!(!told[0].contains("FREQ=WEEKLY"), "{told:?}");
    phone.sync(CALENDAR).await;
    let item = phone.books[CALENDAR].items[&series].clone();
    let days = item.find("Exceptions").unwrap();
    assert_eq!(guests(&days.children[0]), ["liv@fjord.example"], "{item:?}");
}

#[tokio::test]
async fn what_cannot_be_passed_on_is_told_so() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut program = post.dovecot.program();
    let plain = "From: ola@fjord.example\nSubject: Budsjett plain\nMessage-ID: <p@x>\n\nHei\n";
    program.append("INBOX", "()", plain);
    let mut phone = phone(&post, "16.1").await;
    phone.sync(CALENDAR).await;
    let plain = invited(&mut phone, "plain").await;
    let single = phone.add(CALENDAR, APPOINTMENT).await;
    let day = "<InstanceId>2037-01-12T09:00:00.000Z</InstanceId>";
    for (source, more, status) in [
        (of(CALENDAR, "1:999"), "", "150"),
        (of("2", "2:1"), "", "150"),
        (of(INBOX, &plain), "", "120"),
        (format!("{}{day}", of(CALENDAR, &single)), "", "146"),
        (of(CALENDAR, &single), "<SaveInSentItems/>", "178"),
    ] {
        assert_eq!(forward(&mut phone, "1", &source, more).await.as_deref(), Some(status), "{source}");
    }
    post.settled().await;
    assert!(exim.mail("liv@fjord.example", 0).await.is_empty());
}
