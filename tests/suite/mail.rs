//! Mail on phones, from a real mail server: what one side does is what the other one shows.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use lomme::config::connection::Connection;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::store::folder;
use lomme::store::outbox;
use serde_json::json;

use crate::back_office::until;
use crate::imap::mail;
use crate::mail_server::Dovecot;
use crate::mail_server::MASTER;
use crate::mail_server::MASTER_PASSWORD;
use crate::mail_server::Program;
use crate::phone::Folder;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
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

    // There and back, however far the server is with it: it is lost nowhere.
    let back = phone.move_item(&moved, &projects, &inbox).await;
    let moved = phone.move_item(&back, &inbox, &projects).await;
    until("nothing is owed", async || {
        let mut reader = server.app.store().read().await.unwrap();
        outbox::count(&mut reader, AccountId(1)).await.unwrap() == 0
    })
    .await;
    assert!(shown(&mut program, "Projects").contains("Second"));
    assert!(!shown(&mut program, "INBOX").contains("Second"));

    // Deleted on the phone: it is in the waste basket on both sides, then it is gone.
    assert!(phone.delete(&projects, &moved).await.is_empty());
    until("the waste basket has it", async || shown(&mut program, "Trash").contains("Second")).await;
    phone.sync(&bin).await;
    let (binned, _) = phone.holding(&bin, "Second").unwrap();
    assert!(phone.delete(&bin, &binned).await.is_empty());
    until("it is gone", async || !shown(&mut program, "Trash").contains("Second")).await;
}

#[tokio::test]
async fn folders_made_renamed_and_deleted_on_the_phone_are_so_on_the_server() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    let server = connected(&dovecot).await;
    let mut phone = phone(&server, "14.1", "Inbox").await;
    until("the mail server is known", async || {
        let mut reader = server.app.store().read().await.unwrap();
        let inbox = folder::find(&mut reader, AccountId(1), FolderId(5)).await.unwrap().unwrap();
        inbox.folder.connection.is_some()
    })
    .await;
    phone.sync_folders().await;

    let made = change(
        &mut phone,
        "FolderCreate",
        "<ParentId>0</ParentId><DisplayName>Anbud</DisplayName><Type>12</Type>",
    )
    .await;
    let anbud = made.told("ServerId").to_owned();
    let inner = format!("<ParentId>{anbud}</ParentId><DisplayName>Fjord</DisplayName><Type>12</Type>");
    let within = change(&mut phone, "FolderCreate", &inner).await.told("ServerId").to_owned();
    let listed = program.say("LIST \"\" *");
    assert!(listed.contains("Anbud.Fjord"), "{listed}");
    // What it made itself it is not told again.
    assert!(!phone.sync_folders().await);
    let key = phone.hierarchy_key.clone();
    let again = "<ParentId>0</ParentId><DisplayName>anbud</DisplayName><Type>12</Type>";
    let refused = phone
        .ask("FolderCreate", "FolderHierarchy:FolderCreate", &format!("<SyncKey>{key}</SyncKey>{again}"))
        .await;
    assert_eq!(refused.told("Status"), "2");

    store(&mut program, "Anbud.Fjord", "", 1, "Pris");
    let inner =
        format!("<ServerId>{anbud}</ServerId><ParentId>0</ParentId><DisplayName>Tilbud</DisplayName>");
    change(&mut phone, "FolderUpdate", &inner).await;
    let listed = program.say("LIST \"\" *");
    assert!(listed.contains("Tilbud.Fjord") && !listed.contains("Anbud"), "{listed}");
    // A folder within it is still the same one.
    phone.folders.insert(within.clone(), Folder { name: "Fjord".to_owned(), kind: 12 });
    phone.sync(&within).await;
    assert_eq!(subjects(&mut phone, &within), ["Pris"]);

    // Emptied of what the phone has never been shown, too, with the folder within.
    store(&mut program, "Tilbud", "", 1, "Nytt");
    store(&mut program, "Tilbud", "", 900, "Eldgammelt");
    let empty = format!(
        "<EmptyFolderContents><airsync:CollectionId>{anbud}</airsync:CollectionId><Options><DeleteSubFolders/></Options></EmptyFolderContents>"
    );
    let told = phone.ask("ItemOperations", "ItemOperations:ItemOperations", &empty).await;
    assert_eq!(told.find("EmptyFolderContents").unwrap().told("Status"), "1", "{told:?}");
    assert_eq!(shown(&mut program, "Tilbud"), "");
    assert!(!program.say("LIST \"\" *").contains("Tilbud.Fjord"));
    phone.sync_folders().await;

    change(&mut phone, "FolderDelete", &format!("<ServerId>{anbud}</ServerId>")).await;
    assert!(!program.say("LIST \"\" *").contains("Tilbud"));
    let key = phone.hierarchy_key.clone();
    let inbox = phone.default(INBOX);
    let refused = phone
        .ask(
            "FolderDelete",
            "FolderHierarchy:FolderDelete",
            &format!("<SyncKey>{key}</SyncKey><ServerId>{inbox}</ServerId>"),
        )
        .await;
    assert_eq!(refused.told("Status"), "3");
}

/// Changes the list of folders, which must go well.
async fn change(phone: &mut Phone, command: &str, inner: &str) -> Node {
    let inner = format!("<SyncKey>{}</SyncKey>{inner}", phone.hierarchy_key);
    let told = phone.ask(command, &format!("FolderHierarchy:{command}"), &inner).await;
    assert_eq!(told.told("Status"), "1", "{command}: {told:?}");
    phone.hierarchy_key = told.told("SyncKey").to_owned();
    told
}

/// A message with a file of three lines.
const WITH_FILE: &str = "From: Ola <ola@fjord.example>\nTo: kari@fjord.example\nSubject: Tegning\nMIME-Version: 1.0\n\
    Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nVedlagt tegning av kaia.\n\
    --b\nContent-Type: application/pdf; name=\"kai.pdf\"\nContent-Disposition: attachment; filename=\"kai.pdf\"\n\
    Content-Transfer-Encoding: base64\n\nMDEyMzQ1Njc4OWFiY2RlZg==\n--b--\n";

#[tokio::test]
async fn mail_is_found_by_its_words_and_what_was_found_opens_with_its_files() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    program.say("CREATE Arkiv");
    program.append("INBOX", &format!("() {}", ago(1)), WITH_FILE);
    store(&mut program, "Arkiv", "\\Seen", 400, "Gammel tegning");
    store(&mut program, "INBOX", "", 2, "Lunsj");
    let server = connected(&dovecot).await;
    let mut phone = phone(&server, "16.1", "Arkiv").await;
    let inbox = phone.default(INBOX);
    phone.book(&inbox).filter = 2;
    phone.sync(&inbox).await;

    // The file, whole and in part.
    let (_, item) = phone.holding(&inbox, "Tegning").unwrap();
    let reference = item.find("FileReference").unwrap().text.clone();
    let fetch = |options: &str| {
        format!(
            "<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>{reference}</airsyncbase:FileReference>{options}</Fetch>"
        )
    };
    let told = phone.ask("ItemOperations", "ItemOperations:ItemOperations", &fetch("")).await;
    assert_eq!(told.find("ContentType").unwrap().text, "application/pdf");
    assert_eq!(told.find("Data").unwrap().text, "MDEyMzQ1Njc4OWFiY2RlZg==");
    let part = fetch("<Options><Range>10-12</Range></Options>");
    let told = phone.ask("ItemOperations", "ItemOperations:ItemOperations", &part).await;
    assert_eq!(
        (told.find("Range").unwrap().text.as_str(), told.find("Data").unwrap().text.as_str()),
        ("10-12", "YWJj")
    );

    // An old phone asks by the name alone.
    phone.wire.version = "12.1".parse().unwrap();
    let kind = "application/vnd.ms-sync.wbxml";
    let named = |name: &str| format!("&AttachmentName={name}");
    let answer = Answer::to(phone.wire.command_with("GetAttachment", &named(&reference), kind)).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"0123456789abcdef".as_slice()));
    let none = Answer::to(phone.wire.command_with("GetAttachment", &named("5:999:2"), kind)).await;
    assert_eq!(none.status, 404);
    phone.wire.version = "16.1".parse().unwrap();

    // Found in all folders, the newest first, however far back the phone looks.
    let query = "<Store><Name>Mailbox</Name><Query><And><FreeText>tegning</FreeText></And></Query><Options>\
        <Range>0-9</Range><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference></Options></Store>";
    let told = phone.ask("Search", "Search:Search", query).await;
    let results: Vec<&Node> = told.find("Store").unwrap().all("Result").collect();
    let found: Vec<&str> =
        results.iter().map(|result| result.find("Subject").unwrap().text.as_str()).collect();
    assert_eq!(found, ["Tegning", "Gammel tegning"]);
    let long_id = results[1].told("LongId").to_owned();
    let open = format!("<Fetch><Store>Mailbox</Store><search:LongId>{long_id}</search:LongId></Fetch>");
    let told = phone.ask("ItemOperations", "ItemOperations:ItemOperations", &open).await;
    assert_eq!(told.find("Subject").unwrap().text, "Gammel tegning");

    let find = "<SearchId>1</SearchId><ExecuteSearch><MailBoxSearchCriterion><Query><FreeText>lunsj isread:false</FreeText></Query>\
        <Options><Range>0-9</Range></Options></MailBoxSearchCriterion></ExecuteSearch>";
    let told = phone.ask("Find", "Find:Find", find).await;
    let found: Vec<&str> = told
        .find("Response")
        .unwrap()
        .all("Result")
        .map(|result| result.find("Subject").unwrap().text.as_str())
        .collect();
    assert_eq!(found, ["Lunsj"]);
    assert_eq!(told.find("Total").unwrap().text, "1");
}
