//! What clients do with events, as far as it takes more than one request to see.

use super::CALENDAR;
use super::phone;
use super::sync;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Wire;
use crate::server::Server;

const DAILY: &str = "<calendar:Subject>Stå opp</calendar:Subject><calendar:AllDayEvent>0</calendar:AllDayEvent>\
                     <calendar:StartTime>20261201T080000Z</calendar:StartTime>\
                     <calendar:EndTime>20261201T090000Z</calendar:EndTime>\
                     <calendar:Recurrence><calendar:Type>0</calendar:Type><calendar:Interval>1</calendar:Interval>\
                     <calendar:Occurrences>5</calendar:Occurrences></calendar:Recurrence>";

/// Sends commands with a conflict rule; what is said of the folder.
async fn push(phone: &mut Phone, commands: &str) -> Node {
    let key = phone.book(CALENDAR).key.clone();
    let inner = format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{CALENDAR}</CollectionId>\
         <GetChanges>0</GetChanges><Options><Conflict>1</Conflict></Options><Commands>{commands}</Commands>\
         </Collection></Collections>"
    );
    let told = sync(phone, &inner).await.find("Collection").unwrap().clone();
    phone.book(CALENDAR).key = told.told("SyncKey").to_owned();
    told
}

/// The event as a phone of that version gets it anew.
async fn anew(server: &Server, version: &str, id: &str) -> Node {
    let wire = Wire {
        device: format!("ANEW{}", version.replace('.', "")),
        ..Wire::new(&server.url(""), "kari", version)
    };
    let mut other = Phone::new(wire);
    other.sync_folders().await;
    other.books.remove(CALENDAR);
    other.sync(CALENDAR).await;
    other.book(CALENDAR).items[id].clone()
}

fn refusals(told: &Node) -> Vec<&Node> {
    let replies = told.find("Responses").map_or(&[][..], |replies| &replies.children);
    replies.iter().filter(|reply| reply.told("Status") != "1").collect()
}

/// Quirks instance-after-master, instance-in-data: the series first, then each occurrence, its name among the data.
#[tokio::test]
async fn a_series_is_changed_and_then_its_occurrences() {
    let server = Server::start().await;
    let mut phone = phone(&server, "16.1").await;
    phone.sync(CALENDAR).await;
    let id = phone.add(CALENDAR, DAILY).await;
    let change = |data: &str| {
        format!("<Change><ServerId>{id}</ServerId><ApplicationData>{data}</ApplicationData></Change>")
    };
    let instance = |at: &str, data: &str| {
        change(&format!("<airsyncbase:InstanceId>{at}</airsyncbase:InstanceId>{data}"))
    };
    let commands = [
        change("<calendar:Subject>Stå opp nå</calendar:Subject>"),
        instance("20261202T080000Z", "<calendar:Subject>Sov lenge</calendar:Subject>"),
        instance("20261203T080000Z", "<calendar:Deleted>1</calendar:Deleted>"),
    ];
    // All at once, and one after the other again as Thunderbird does with each push of the series.
    let told = push(&mut phone, &commands.concat()).await;
    assert_eq!(refusals(&told), Vec::<&Node>::new());
    for command in &commands {
        let told = push(&mut phone, command).await;
        assert_eq!(refusals(&told), Vec::<&Node>::new());
    }
    let series = anew(&server, "14.1", &id).await;
    assert_eq!(series.told("Subject"), "Stå opp nå", "{series:?}");
    let exceptions = &series.child("Exceptions").unwrap().children;
    let told: Vec<_> = exceptions
        .iter()
        .map(|one| (one.told("ExceptionStartTime"), one.told("Subject"), one.told("Deleted")))
        .collect();
    assert_eq!(told, [("20261202T080000Z", "Sov lenge", ""), ("20261203T080000Z", "", "1")]);
    server.stop().await;
}

/// Quirk attendees-always: what an event has lost is said to be gone.
#[tokio::test]
async fn from_16_0_on_nothing_is_left_out_to_say_that_it_is_gone() {
    let server = Server::start().await;
    let mut phone = phone(&server, "16.1").await;
    phone.sync(CALENDAR).await;
    let full = "<calendar:Subject>Møte</calendar:Subject><calendar:StartTime>20261201T080000Z</calendar:StartTime>\
                <calendar:EndTime>20261201T090000Z</calendar:EndTime><calendar:Reminder>15</calendar:Reminder>\
                <calendar:Attendees><calendar:Attendee><calendar:Email>ola@fjord.example</calendar:Email>\
                <calendar:Name>Ola</calendar:Name></calendar:Attendee></calendar:Attendees>\
                <calendar:Categories><calendar:Category>Salg</calendar:Category></calendar:Categories>";
    let id = phone.add(CALENDAR, full).await;
    let told = anew(&server, "16.1", &id).await;
    assert_eq!((told.told("Reminder"), told.say("Category")), ("15", "Salg"), "{told:?}");
    assert_eq!(told.child("Attendees").unwrap().children.len(), 1, "{told:?}");
    let emptied = "<calendar:Reminder/><calendar:Attendees/><calendar:Categories/>";
    phone.change(CALENDAR, &id, emptied).await;
    for version in ["16.0", "16.1"] {
        let told = anew(&server, version, &id).await;
        for name in ["Reminder", "Attendees", "Categories"] {
            let element = told.child(name).unwrap_or_else(|| panic!("no {name}: {told:?}"));
            assert!(element.text.is_empty() && element.children.is_empty(), "{element:?}");
        }
        assert_eq!(told.told("OrganizerEmail"), "kari@fjord.example", "{told:?}");
        assert!(told.child("DtStamp").is_some() && told.child("OrganizerName").is_some(), "{told:?}");
    }
    // Before, what an item does not have is absent.
    let told = anew(&server, "14.1", &id).await;
    for name in ["Reminder", "Attendees", "Categories"] {
        assert!(told.child(name).is_none(), "{told:?}");
    }
    server.stop().await;
}

/// Quirks answer-by-edit, organizer-told.
#[tokio::test]
async fn an_answer_by_an_edit_leaves_the_organizer() {
    let server = Server::start().await;
    let mut phone = phone(&server, "14.1").await;
    phone.sync(CALENDAR).await;
    let meeting = |busy: u8, status: u8| {
        format!(
            "<calendar:AllDayEvent>0</calendar:AllDayEvent><calendar:BusyStatus>{busy}</calendar:BusyStatus>\
             <calendar:OrganizerName>Sjefen</calendar:OrganizerName>\
             <calendar:OrganizerEmail>sjef@berg.example</calendar:OrganizerEmail>\
             <calendar:EndTime>20261201T090000Z</calendar:EndTime><calendar:Subject>Møte</calendar:Subject>\
             <calendar:StartTime>20261201T080000Z</calendar:StartTime><calendar:UID>berg-1</calendar:UID>\
             <calendar:MeetingStatus>3</calendar:MeetingStatus><calendar:Attendees><calendar:Attendee>\
             <calendar:Email>kari@fjord.example</calendar:Email><calendar:Name>Kari</calendar:Name>\
             <calendar:AttendeeStatus>{status}</calendar:AttendeeStatus><calendar:AttendeeType>1</calendar:AttendeeType>\
             </calendar:Attendee></calendar:Attendees>"
        )
    };
    // Outlook after an answer that failed: an event of its own.
    let id = phone.add(CALENDAR, &meeting(1, 0)).await;
    let told = anew(&server, "14.1", &id).await;
    assert_eq!((told.told("OrganizerEmail"), told.told("MeetingStatus")), ("sjef@berg.example", "3"));
    // Thunderbird: the same event, accepted.
    assert!(phone.change(CALENDAR, &id, &meeting(2, 3)).await.is_empty());
    let told = anew(&server, "14.1", &id).await;
    assert_eq!((told.told("OrganizerEmail"), told.told("MeetingStatus")), ("sjef@berg.example", "3"));
    assert_eq!((told.told("BusyStatus"), told.say("AttendeeStatus")), ("2", "3"), "{told:?}");
    // And without a word of who invites, as a part of it: still not Kari's own meeting.
    let part = "<calendar:Subject>Møte</calendar:Subject><calendar:Attendees><calendar:Attendee>\
                <calendar:Email>kari@fjord.example</calendar:Email><calendar:Name>Kari</calendar:Name>\
                </calendar:Attendee></calendar:Attendees>";
    assert!(phone.change(CALENDAR, &id, part).await.is_empty());
    let told = anew(&server, "14.1", &id).await;
    assert_eq!((told.told("OrganizerEmail"), told.told("MeetingStatus")), ("sjef@berg.example", "3"));
    server.stop().await;
}
