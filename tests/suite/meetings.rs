//! Invitations that phones answer: what is in the calendar then, where the invitation goes, what the organizer hears.

use crate::back_office::until;
use crate::exim::Exim;
use crate::mail_server::Program;
use crate::mail_server::free_port;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::sending::Post;

pub(crate) const INBOX: &str = "5";
pub(crate) const CALENDAR: &str = "1";

pub(crate) async fn phone(post: &Post, version: &str) -> Phone {
    let mut wire = Wire::new(&post.server.url(""), "kari@fjord.example", version);
    wire.device = format!("v{}", version.replace('.', ""));
    let mut phone = Phone::new(wire);
    phone.add_account().await;
    phone.sync_folders().await;
    phone
}

/// Puts an invitation of Ola's into the inbox.
pub(crate) fn invite(program: &mut Program, uid: &str, more: &str) {
    let text = format!(
        "From: Ola Dahl <ola@fjord.example>\nTo: kari@fjord.example\nSubject: Budsjett {uid}\nMessage-ID: <{uid}@x>\n\
         MIME-Version: 1.0\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n\
         BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261120T080000Z\n\
         DTSTART:20270112T090000Z\nDTEND:20270112T100000Z\nSEQUENCE:0\nSUMMARY:Budsjett {uid}\n{more}\
         ORGANIZER;CN=Ola Dahl:mailto:ola@fjord.example\n\
         ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:kari@fjord.example\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    program.append("INBOX", "()", &text);
}

/// The name of the invitation, once the phone has it.
pub(crate) async fn invited(phone: &mut Phone, uid: &str) -> String {
    let subject = format!("Budsjett {uid}");
    until("the invitation is here", async || {
        phone.sync(INBOX).await;
        if phone.holding(INBOX, &subject).is_none() {
            phone.ping(60, &[INBOX.to_owned()]).await;
        }
        phone.holding(INBOX, &subject).is_some()
    })
    .await;
    phone.holding(INBOX, &subject).unwrap().0
}

/// Answers, and what is said to it.
pub(crate) async fn answer(phone: &mut Phone, response: u8, folder: &str, id: &str, more: &str) -> Node {
    let inner = format!(
        "<Request><UserResponse>{response}</UserResponse><CollectionId>{folder}</CollectionId>\
         <RequestId>{id}</RequestId>{more}</Request>"
    );
    let told = phone.ask("MeetingResponse", "MeetingResponse:MeetingResponse", &inner).await;
    told.child("Result").unwrap().clone()
}

const SEND: &str = "<SendResponse><airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type>\
    <airsyncbase:Data>Gjerne</airsyncbase:Data></airsyncbase:Body></SendResponse>";

#[tokio::test]
async fn an_invitation_that_is_accepted_is_in_the_calendar_and_put_away() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut program = post.dovecot.program();
    for (number, version) in ["2.5", "14.1", "16.1"].into_iter().enumerate() {
        let uid = format!("u{number}");
        invite(&mut program, &uid, "");
        let mut phone = phone(&post, version).await;
        phone.sync(CALENDAR).await;
        let id = invited(&mut phone, &uid).await;
        let given = answer(&mut phone, 1, INBOX, &id, if version == "16.1" { SEND } else { "" }).await;
        assert_eq!(
            (given.told("Status"), given.told("RequestId")),
            ("1", id.as_str()),
            "{version} {given:?}"
        );
        let event = given.told("CalendarId").to_owned();
        phone.sync(CALENDAR).await;
        let item = phone.books[CALENDAR].items[&event].clone();
        assert_eq!(
            (item.told("Subject"), item.told("BusyStatus")),
            (&*format!("Budsjett {uid}"), "2"),
            "{item:?}"
        );
        assert_eq!(phone.sync(INBOX).await.changes, [("Delete".to_owned(), id.clone())]);
        assert!(post.mailbox("Trash", number + 1).await[number].contains(&format!("UID:{uid}")));
        // Its answer was lost.
        let again = answer(&mut phone, 1, INBOX, &id, if version == "16.1" { SEND } else { "" }).await;
        assert_eq!(again, given, "{version}");
        assert!(phone.sync(CALENDAR).await.changes.is_empty());
    }
    // Older phones tell the organizer by themselves.
    post.settled().await;
    let told = exim.mail("ola@fjord.example", 1).await;
    assert_eq!(told.len(), 1, "{told:?}");
    for line in ["Subject: Accepted: Budsjett u2", "METHOD:REPLY", "PARTSTAT=ACCEPTED", "UID:u2", "Gjerne"] {
        assert!(told[0].contains(line), "{line}: {told:?}");
    }
    assert_eq!(post.mailbox("Sent", 1).await.len(), 1);
}

#[tokio::test]
async fn what_is_in_the_calendar_is_answered_there_as_a_whole_or_one_by_one() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut program = post.dovecot.program();
    invite(&mut program, "week", "RRULE:FREQ=WEEKLY;COUNT=5\n");
    let mut phone = phone(&post, "16.1").await;
    phone.sync(CALENDAR).await;
    let id = invited(&mut phone, "week").await;
    let given = answer(&mut phone, 2, INBOX, &id, "").await;
    let event = given.told("CalendarId").to_owned();
    phone.sync(CALENDAR).await;
    assert_eq!(phone.books[CALENDAR].items[&event].told("BusyStatus"), "1");

    let second = "<InstanceId>2027-01-19T09:00:00.000Z</InstanceId>";
    let propose = "<SendResponse><ProposedStartTime>20270119T120000Z</ProposedStartTime>\
        <ProposedEndTime>20270119T130000Z</ProposedEndTime></SendResponse>";
    let given = answer(&mut phone, 3, CALENDAR, &event, &format!("{second}{propose}")).await;
    assert_eq!((given.told("Status"), given.told("CalendarId")), ("1", &*event), "{given:?}");
    phone.sync(CALENDAR).await;
    let item = phone.books[CALENDAR].items[&event].clone();
    let exceptions = item.find("Exceptions").unwrap();
    assert_eq!(exceptions.children.len(), 1, "{item:?}");
    assert_eq!(exceptions.children[0].told("Deleted"), "1", "{item:?}");
    post.settled().await;
    let told = exim.mail("ola@fjord.example", 1).await;
    for line in ["METHOD:COUNTER", "RECURRENCE-ID:20270119T090000Z", "DTSTART:20270119T120000Z"] {
        assert!(told[0].contains(line), "{line}: {told:?}");
    }

    let given = answer(&mut phone, 3, CALENDAR, &event, "").await;
    assert_eq!((given.told("Status"), given.child("CalendarId")), ("1", None), "{given:?}");
    assert_eq!(phone.sync(CALENDAR).await.changes, [("Delete".to_owned(), event.clone())]);
    post.settled().await;
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1, "nobody asked for another");
}

#[tokio::test]
async fn what_cannot_be_answered_is_told_so() {
    let post = Post::start(free_port()).await;
    let mut program = post.dovecot.program();
    program.append(
        "INBOX",
        "()",
        "From: ola@fjord.example\nSubject: Budsjett plain\nMessage-ID: <p@x>\n\nHei\n",
    );
    let mut phone = phone(&post, "16.1").await;
    phone.sync(CALENDAR).await;
    let mail = invited(&mut phone, "plain").await;
    let single = "<calendar:Subject>Alene</calendar:Subject><calendar:StartTime>20270112T090000Z</calendar:StartTime>\
        <calendar:EndTime>20270112T100000Z</calendar:EndTime>";
    let alone = phone.add(CALENDAR, single).await;
    let mine = format!(
        "{single}<calendar:MeetingStatus>1</calendar:MeetingStatus><calendar:Attendees><calendar:Attendee>\
         <calendar:Email>ola@fjord.example</calendar:Email><calendar:Name>Ola</calendar:Name></calendar:Attendee>\
         </calendar:Attendees>"
    );
    let mine = phone.add(CALENDAR, &mine).await;
    for (response, folder, id, more, status) in [
        (1, INBOX, mail.as_str(), "", "2"),
        (1, INBOX, "5:999999", "", "2"),
        (1, CALENDAR, mail.as_str(), "", "2"),
        (1, CALENDAR, alone.as_str(), "", "2"),
        (1, CALENDAR, mine.as_str(), "", "2"),
        (4, INBOX, mail.as_str(), "", "2"),
        (1, INBOX, mail.as_str(), "<InstanceId>soon</InstanceId>", "104"),
    ] {
        let given = answer(&mut phone, response, folder, id, more).await;
        assert_eq!((given.told("Status"), given.told("RequestId")), (status, id), "{given:?}");
    }
}
