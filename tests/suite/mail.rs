//! Mail on phones, from a real mail server: what one side does is what the other one shows.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use lomme::config::connection::Connection;
use serde_json::json;

use crate::back_office::until;
use crate::imap::mail;
use crate::mail_server::Dovecot;
use crate::mail_server::MASTER;
use crate::mail_server::MASTER_PASSWORD;
use crate::mail_server::Program;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

/// The kinds of folders (MS-ASCMD 2.2.3.186.3 Type).
const INBOX: u8 = 2;
const DELETED: u8 = 4;

/// A server whose mail is on that Dovecot.
pub(crate) async fn connected(dovecot: &Dovecot) -> Server {
    let connection = json!({"name": "mail", "kind": "imap", "classes": ["email"],
        "url": format!("imap://127.0.0.1:{}", dovecot.port), "authority": dovecot.authority(),
        "user": MASTER, "password": MASTER_PASSWORD, "master_separator": "*"});
    let connection: Connection = serde_json::from_value(connection).unwrap();
    Server::with(|config| config.connections = vec![connection]).await
}

/// A phone that has the account, and its folders.
pub(crate) async fn phone(server: &Server, version: &str, folder: &str) -> Phone {
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari@fjord.example", version));
    phone.add_account().await;
    until("the folders come", async || {
        phone.sync_folders().await;
        phone.named(folder).is_some()
    })
    .await;
    phone
}

/// A date so many days ago, as APPEND has it.
fn ago(days: i64) -> String {
    let day = lomme::app::now().to_zoned(TimeZone::UTC).checked_sub(days.days()).unwrap();
    day.strftime("\"%d-%b-%Y %H:%M:%S +0000\"").to_string()
}

fn store(program: &mut Program, mailbox: &str, flags: &str, days: i64, subject: &str) {
    program.append(
        mailbox,
        &format!("({flags}) {}", ago(days)),
        &mail(subject, &format!("This is {subject}.")),
    );
}

/// Subjects of what the phone has of a folder.
fn subjects(phone: &mut Phone, folder: &str) -> Vec<String> {
    let mut subjects: Vec<String> =
        phone.book(folder).items.values().map(|item| item.told("Subject").to_owned()).collect();
    subjects.sort();
    subjects
}

/// Flags of the messages of a mailbox as another program sees them.
fn shown(program: &mut Program, mailbox: &str) -> String {
    if program.say(&format!("SELECT \"{mailbox}\"")).contains("* 0 EXISTS") {
        return String::new();
    }
    program.say("FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
}

#[tokio::test]
async fn mail_is_on_the_phone_as_on_the_server_in_every_version() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    program.say("CREATE Projects.Fjord");
    for (days, subject) in [(1, "One"), (2, "Two"), (3, "Three"), (60, "Old")] {
        store(&mut program, "INBOX", "", days, subject);
    }
    store(&mut program, "Projects.Fjord", "\\Seen", 1, "Plan");
    let server = connected(&dovecot).await;
    for version in ["2.5", "12.0", "12.1", "14.0", "14.1", "16.0", "16.1"] {
        let mut phone = phone(&server, version, "Fjord").await;
        phone.wire.device = format!("phone{version}").replace('.', "");
        let (inbox, fjord) = (phone.default(INBOX), phone.named("Fjord").unwrap());
        phone.book(&inbox).filter = 3;
        phone.book(&inbox).window = 2;
        let heard = phone.sync(&inbox).await;
        assert_eq!(subjects(&mut phone, &inbox), ["One", "Three", "Two"], "{version}");
        let order: Vec<&str> = heard.changes.iter().map(|(_, id)| id.as_str()).collect();
        let told: Vec<&str> = order.iter().map(|id| phone.books[&inbox].items[*id].told("Subject")).collect();
        assert_eq!(told, ["One", "Two", "Three"], "newest first in {version}");
        phone.sync(&fjord).await;
        let (_, plan) = phone.holding(&fjord, "Plan").unwrap();
        assert_eq!(plan.told("Read"), "1", "{plan:?}");
        assert!(plan.find("Body").is_some(), "{plan:?}");
        // A wider filter brings the rest.
        phone.book(&inbox).filter = 0;
        phone.sync(&inbox).await;
        assert_eq!(subjects(&mut phone, &inbox), ["Old", "One", "Three", "Two"], "{version}");
    }
}

#[tokio::test]
async fn a_message_that_arrives_wakes_the_phone_and_what_is_done_to_it_is_done_on_both_sides() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    program.say("CREATE Projects");
    store(&mut program, "INBOX", "", 1, "First");
    let server = connected(&dovecot).await;
    let mut phone = phone(&server, "14.1", "Projects").await;
    let (inbox, projects, bin) =
        (phone.default(INBOX), phone.named("Projects").unwrap(), phone.default(DELETED));
    for folder in [&inbox, &projects, &bin] {
        phone.sync(folder).await;
    }

    // It comes while the phone waits.
    let folders = [inbox.clone()];
    let (told, ()) = tokio::join!(phone.ping(60, &folders), async {
        until("somebody waits", async || !server.app.waiters().is_empty()).await;
        let mut other = dovecot.program();
        store(&mut other, "INBOX", "", 0, "Second");
    });
    assert_eq!(told, ("2".to_owned(), vec![inbox.clone()]));
    let heard = phone.sync(&inbox).await;
    assert_eq!(heard.changes.len(), 1, "{heard:?}");
    assert_eq!(subjects(&mut phone, &inbox), ["First", "Second"]);
    let (second, item) = phone.holding(&inbox, "Second").unwrap();
    assert!(item.find("Data").unwrap().text.contains("This is Second."), "{item:?}");

    // Read and flagged on the phone.
    let flag = "<email:Read>1</email:Read><email:Flag><email:Status>2</email:Status><email:FlagType>for Follow Up</email:FlagType></email:Flag>";
    assert!(phone.change(&inbox, &second, flag).await.is_empty());
    until("the mailbox shows it", async || {
        let shown = shown(&mut program, "INBOX");
        shown.contains("\\Flagged \\Seen") || shown.contains("\\Seen \\Flagged")
    })
    .await;

    // Unflagged by another program, which the phone is told, and nothing else.
    program.say("STORE 2 -FLAGS (\\Flagged)");
    until("the phone hears of it", async || {
        let heard = phone.sync(&inbox).await;
        heard.changes == [("Change".to_owned(), second.clone())]
    })
    .await;
    let item = phone.books[&inbox].items[&second].clone();
    assert_eq!(item.find("Flag").map(|flag| flag.children.len()), Some(0), "{item:?}");
    assert_eq!(item.told("Read"), "1");

    // Moved on the phone: it keeps what it was told, and nobody tells it again.
    let moved = phone.move_item(&second, &inbox, &projects).await;
    until("the mailbox has it there", async || shown(&mut program, "Projects").contains("Second")).await;
    assert!(!shown(&mut program, "INBOX").contains("Second"));
    assert!(phone.sync(&projects).await.changes.is_empty());
    assert!(phone.sync(&inbox).await.changes.is_empty());

    // Deleted on the phone: it is in the waste basket on both sides, then it is gone.
    assert!(phone.delete(&projects, &moved).await.is_empty());
    until("the waste basket has it", async || shown(&mut program, "Trash").contains("Second")).await;
    phone.sync(&bin).await;
    let (binned, _) = phone.holding(&bin, "Second").unwrap();
    assert!(phone.delete(&bin, &binned).await.is_empty());
    until("it is gone", async || !shown(&mut program, "Trash").contains("Second")).await;
}
