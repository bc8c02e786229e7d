//! Drafts of phones that speak 16.x: written, changed and sent there, they are in the mailbox and on the other phones.

use std::time::Instant;

use lomme::config::connection::Connection;
use lomme::model::id::FolderId;
use lomme::store::pull;

use crate::back_office::until;
use crate::exim::Exim;
use crate::mail_server::Program;
use crate::mail_server::free_port;
use crate::phone::Heard;
use crate::phone::Phone;
use crate::phone::node::Node;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::sending;
use crate::sending::Post;
use crate::server::Server;

const DRAFTS: &str = "6";

async fn phone(server: &Server, device: &str, version: &str) -> Phone {
    let mut wire = Wire::new(&server.url(""), "kari@fjord.example", version);
    wire.device = device.to_owned();
    let mut phone = Phone::new(wire);
    phone.add_account().await;
    phone.sync_folders().await;
    phone
}

/// The elements of a draft.
fn draft(to: &str, subject: &str, body: &str, more: &str) -> String {
    format!(
        "<email:To>{to}</email:To><email:Subject>{subject}</email:Subject>\
         <airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>{body}</airsyncbase:Data>\
         </airsyncbase:Body>{more}"
    )
}

/// Files, by their names for the phone, each with its name as its content.
fn files(names: &[&str], more: &str) -> String {
    let one = |name: &&str| {
        format!(
            "<airsyncbase:Add><airsyncbase:ClientId>{name}</airsyncbase:ClientId>\
             <airsyncbase:DisplayName>{name}.txt</airsyncbase:DisplayName><airsyncbase:Method>1</airsyncbase:Method>\
             <airsyncbase:Content>{}</airsyncbase:Content></airsyncbase:Add>",
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, name)
        )
    };
    let added: String = names.iter().map(one).collect();
    format!("<airsyncbase:Attachments>{added}{more}</airsyncbase:Attachments>")
}

/// One Add, as its reply has it.
async fn add(phone: &mut Phone, client_id: &str, data: &str, send: &str) -> (Heard, Node) {
    let add =
        format!("<Add><ClientId>{client_id}</ClientId><ApplicationData>{data}</ApplicationData>{send}</Add>");
    let heard = phone.round(DRAFTS, &add).await;
    let reply = heard.replies[0].clone();
    (heard, reply)
}

fn references(item: &Node) -> Vec<(String, String)> {
    let files = item.find("Attachments").map(|files| files.children.clone()).unwrap_or_default();
    files
        .iter()
        .map(|file| (file.told("DisplayName").to_owned(), file.told("FileReference").to_owned()))
        .collect()
}

/// The bytes of a file.
async fn file(phone: &mut Phone, reference: &str) -> String {
    let inner = format!(
        "<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>{reference}</airsyncbase:FileReference></Fetch>"
    );
    let told = phone.ask("ItemOperations", "ItemOperations:ItemOperations", &inner).await;
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, told.say("Data")).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The drafts in the mailbox, once they are as expected.
async fn drafts(program: &mut Program, is_so: impl Fn(&[String]) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    until("the drafts are so", async || {
        found = program.messages("Drafts");
        is_so(&found)
    })
    .await;
    found
}

#[tokio::test]
async fn a_draft_of_a_phone_is_in_the_mailbox_and_on_the_other_phones() {
    let post = Post::start(free_port()).await;
    let mut program = post.dovecot.program();
    let (mut one, mut other) =
        (phone(&post.server, "one", "16.1").await, phone(&post.server, "other", "16.0").await);
    one.sync(DRAFTS).await;
    other.sync(DRAFTS).await;

    let data = draft("Ola &lt;ola@fjord.example&gt;", "Lunsj", "Kl. tolv?", &files(&["kart", "meny"], ""));
    let (_, reply) = add(&mut one, "a1", &data, "").await;
    assert_eq!(reply.told("Status"), "1", "{reply:?}");
    let id = reply.told("ServerId").to_owned();
    let made = reply.child("ApplicationData").unwrap();
    assert!(made.child("ConversationId").is_some() && made.child("ConversationIndex").is_some(), "{made:?}");
    let named: Vec<&str> =
        made.find("Attachments").unwrap().children.iter().map(|file| file.told("ClientId")).collect();
    assert_eq!(named, ["kart", "meny"]);
    let reference = made.find("Attachments").unwrap().children[1].told("FileReference").to_owned();
    assert_eq!(file(&mut one, &reference).await, "meny");
    let there = drafts(&mut program, |there| there.len() == 1).await;
    assert!(there[0].contains("Subject: Lunsj\r\n") && there[0].contains("Kl. tolv?"), "{there:?}");
    assert!(program.say("FETCH 1 FLAGS").contains("\\Draft"));
    assert!(one.sync(DRAFTS).await.changes.is_empty());
    until("the other phone has it", async || !other.sync(DRAFTS).await.changes.is_empty()).await;
    let item = other.books[DRAFTS].items[&id].clone();
    assert_eq!(
        (item.told("Subject"), item.told("IsDraft"), item.told("Read")),
        ("Lunsj", "1", "1"),
        "{item:?}"
    );
    assert_eq!(references(&item)[1].1, reference);

    // The other one changes the subject alone: text and files stay, the phone that wrote it hears all of it.
    let changed = other.change(DRAFTS, &id, "<email:Subject>Middag</email:Subject><email:To/>").await;
    assert!(changed.is_empty(), "{changed:?}");
    let there =
        drafts(&mut program, |there| there.len() == 1 && there[0].contains("Subject: Middag\r\n")).await;
    assert!(
        there[0].contains("Kl. tolv?") && there[0].contains("meny.txt") && !there[0].contains("ola@"),
        "{there:?}"
    );
    assert_eq!(one.sync(DRAFTS).await.changes, [("Change".to_owned(), id.clone())]);
    let item = one.books[DRAFTS].items[&id].clone();
    assert_eq!(
        (item.told("Subject"), item.told("To"), references(&item).len()),
        ("Middag", "", 2),
        "{item:?}"
    );
    assert!(other.sync(DRAFTS).await.changes.is_empty());
}

#[tokio::test]
async fn what_a_phone_cannot_know_of_its_draft_it_is_told() {
    let post = Post::start(free_port()).await;
    let mut program = post.dovecot.program();
    let mut one = phone(&post.server, "one", "16.1").await;
    let mut other = phone(&post.server, "other", "16.0").await;
    one.sync(DRAFTS).await;
    let (_, reply) = add(&mut one, "a1", &draft("", "Lunsj", "Hei", &files(&["kart", "meny"], "")), "").await;
    let id = reply.told("ServerId").to_owned();
    let first = reply.find("Attachments").unwrap().children[0].told("FileReference").to_owned();
    other.sync(DRAFTS).await;

    // One file goes, another comes: what is left has another name, so the phone is told its own draft.
    let gone = format!(
        "<airsyncbase:Delete><airsyncbase:FileReference>{first}</airsyncbase:FileReference></airsyncbase:Delete>"
    );
    let replies = one.change(DRAFTS, &id, &files(&["vin"], &gone)).await;
    let new = replies[0].find("Attachments").unwrap().children[0].clone();
    assert_eq!(new.told("ClientId"), "vin", "{replies:?}");
    assert_eq!(one.sync(DRAFTS).await.changes, [("Change".to_owned(), id.clone())]);
    let item = one.books[DRAFTS].items[&id].clone();
    let names: Vec<String> = references(&item).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["meny.txt", "vin.txt"]);
    assert_eq!(references(&item)[1].1, new.told("FileReference"));
    for (name, reference) in references(&item) {
        assert_eq!(file(&mut one, &reference).await, name.trim_end_matches(".txt"));
    }
    drafts(&mut program, |there| there.len() == 1 && there[0].contains("vin.txt")).await;

    // It is deleted as any other mail is.
    assert!(one.delete(DRAFTS, &id).await.is_empty());
    drafts(&mut program, <[String]>::is_empty).await;
    let binned = post.mailbox("Trash", 1).await;
    assert!(binned[0].contains("vin.txt"), "{binned:?}");
    until("the other phone hears of it", async || {
        other.sync(DRAFTS).await.changes == [("Delete".to_owned(), id.clone())]
    })
    .await;
}

/// Where the pull of the drafts stands.
async fn position(post: &Post) -> Option<String> {
    let mut reader = post.app().store().read().await.unwrap();
    pull::position(&mut reader, sending::ACCOUNT, FolderId(6)).await.unwrap()
}

#[tokio::test]
async fn what_another_program_put_into_a_draft_outlives_a_phone() {
    let post = Post::start(free_port()).await;
    let mut program = post.dovecot.program();
    let text = "From: kari@fjord.example\nSubject: Svar\nMessage-ID: <d@fjord.example>\nIn-Reply-To: <2@y.example>\n\
        References: <1@y.example> <2@y.example>\nX-Mozilla-Draft-Info: vcard=0\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Hei</p>\n--b\n\
        Content-Type: application/x-odd; name=a.odd\nContent-Disposition: attachment; filename=a.odd\n\n\
        odd \nbytes\n--b--\n";
    program.append("Drafts", "(\\Draft \\Seen)", text);
    let mut phone = phone(&post.server, "one", "16.1").await;
    until("the phone has it", async || {
        phone.sync(DRAFTS).await;
        phone.holding(DRAFTS, "Svar").is_some()
    })
    .await;
    let (id, _) = phone.holding(DRAFTS, "Svar").unwrap();
    let position = position(&post).await;
    assert!(phone.change(DRAFTS, &id, &draft("ola@fjord.example", "Svar", "Hallo", "")).await.is_empty());
    let there = drafts(&mut program, |there| there.len() == 1 && there[0].contains("Hallo")).await;
    for line in [
        "X-Mozilla-Draft-Info: vcard=0",
        "In-Reply-To: <2@y.example>",
        "<1@y.example>",
        "application/x-odd",
        "odd \r\nbytes",
    ] {
        assert!(there[0].contains(line), "{there:?}");
    }

    // What that program makes of it then, once that is known, comes as another message, as it always did.
    until("the mailbox is looked at again", async || self::position(&post).await != position).await;
    program.append("Drafts", "(\\Draft \\Seen)", "From: kari@fjord.example\nSubject: Neste\n\nHei\n");
    program.say("STORE 1 +FLAGS (\\Deleted)");
    program.say("EXPUNGE");
    until("the phone has the other one", async || {
        phone.ping(60, &[DRAFTS.to_owned()]).await;
        phone.sync(DRAFTS).await;
        phone.holding(DRAFTS, "Neste").is_some() && phone.books[DRAFTS].items.len() == 1
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_sent_once_and_is_then_among_the_sent() {
    let exim = Exim::start();
    let post = Post::start(exim.port).await;
    let mut program = post.dovecot.program();
    let mut phone = phone(&post.server, "one", "16.1").await;
    phone.sync(DRAFTS).await;
    let send = "<email2:Send/>";
    let bcc = "<email2:Bcc>liv@fjord.example</email2:Bcc>";

    // Kept first, then sent with a last change.
    let (_, reply) = add(&mut phone, "a1", &draft("", "Lunsj", "Kl. tolv?", &files(&["kart"], "")), "").await;
    let id = reply.told("ServerId").to_owned();
    drafts(&mut program, |there| there.len() == 1).await;
    let nobody = phone.round(DRAFTS, &change(&id, "<email:Subject>Hei</email:Subject>", send)).await;
    assert_eq!(nobody.replies[0].told("Status"), "183", "{nobody:?}");
    phone.sync(DRAFTS).await;
    let last = change(&id, &format!("<email:To>ola@fjord.example</email:To>{bcc}"), send);
    let inner = format!(
        "<Collections><Collection><SyncKey>{}</SyncKey><CollectionId>{DRAFTS}</CollectionId><GetChanges/>\
         <Commands>{last}</Commands></Collection></Collections>",
        phone.book(DRAFTS).key
    );
    let body = document("AirSync:Sync", &inner);
    let first = phone.wire.post("Sync", body.clone()).await.node().unwrap();
    assert_eq!(first.find("Delete").unwrap().told("ServerId"), id, "{first:?}");
    // The answer was lost.
    let again: Answer = phone.wire.post("Sync", body).await;
    assert_eq!(again.node().unwrap(), first);
    phone.book(DRAFTS).key = first.say("SyncKey").to_owned();
    phone.book(DRAFTS).items.clear();
    post.settled().await;
    let sent = post.mailbox("Sent", 1).await;
    assert!(sent[0].contains("Bcc: liv@fjord.example\r\n") && sent[0].contains("kart.txt"), "{sent:?}");
    for recipient in ["ola@fjord.example", "liv@fjord.example"] {
        let mail = exim.mail(recipient, 1).await;
        assert!(mail.len() == 1 && mail[0].contains("Kl. tolv?") && !mail[0].contains("Bcc"), "{mail:?}");
    }
    drafts(&mut program, <[String]>::is_empty).await;

    // Sent as soon as it is written; the phone forgot that it did, and begins anew.
    for _ in 0..2 {
        let (_, reply) = add(&mut phone, "a2", &draft("per@fjord.example", "Straks", "Nå", ""), send).await;
        assert_eq!(reply.told("Status"), "1", "{reply:?}");
        let id = reply.told("ServerId").to_owned();
        let heard = phone.sync(DRAFTS).await;
        assert_eq!(heard.changes, [("Delete".to_owned(), id)]);
        phone.book(DRAFTS).key = "0".to_owned();
        phone.sync(DRAFTS).await;
    }
    post.settled().await;
    assert_eq!(exim.mail("per@fjord.example", 1).await.len(), 1);
    assert_eq!(post.mailbox("Sent", 2).await.len(), 2);
    let (_, wrong) = add(&mut phone, "a3", &draft("Per", "Hei", "x", ""), send).await;
    assert_eq!(wrong.told("Status"), "183", "{wrong:?}");
}

fn change(id: &str, data: &str, send: &str) -> String {
    format!("<Change><ServerId>{id}</ServerId><ApplicationData>{data}</ApplicationData>{send}</Change>")
}

#[tokio::test]
async fn no_phone_waits_for_a_mail_server_that_is_down_and_no_draft_is_lost() {
    let port = free_port();
    let connection: Connection = toml::from_str(&sending::connection(port, free_port())).unwrap();
    let server = Server::with(|config| config.connections = vec![connection]).await;
    sending::connect(&server.app).await;
    let (mut one, mut other) = (phone(&server, "one", "16.1").await, phone(&server, "other", "16.1").await);
    one.sync(DRAFTS).await;
    other.sync(DRAFTS).await;
    let since = Instant::now();
    let (_, reply) =
        add(&mut one, "a1", &draft("ola@fjord.example", "Lunsj", "Hei", &files(&["kart"], "")), "").await;
    let id = reply.told("ServerId").to_owned();
    assert!(one.change(DRAFTS, &id, "<email:Subject>Middag</email:Subject>").await.is_empty());
    other.sync(DRAFTS).await;
    assert!(since.elapsed().as_secs() < 5, "{:?}", since.elapsed());
    let item = other.books[DRAFTS].items[&id].clone();
    assert_eq!((item.told("Subject"), references(&item).len()), ("Middag", 1), "{item:?}");
    assert_eq!(file(&mut other, &references(&item)[0].1).await, "kart");
}

#[tokio::test]
async fn drafts_are_written_in_a_mailbox_without_a_server_too() {
    let toml = "name = \"mail\"\nkind = \"mailbox\"\nclasses = [\"email\"]\n";
    let server = Server::with(|config| config.connections = vec![toml::from_str(toml).unwrap()]).await;
    let (mut one, mut other) = (phone(&server, "one", "16.1").await, phone(&server, "other", "16.1").await);
    until("the folders come", async || {
        one.sync_folders().await;
        one.named("Archive").is_some()
    })
    .await;
    one.sync(DRAFTS).await;
    other.sync(DRAFTS).await;
    let (_, reply) = add(&mut one, "a1", &draft("", "Lunsj", "Hei", ""), "").await;
    let id = reply.told("ServerId").to_owned();
    one.sync(DRAFTS).await;
    until("the other phone has it", async || !other.sync(DRAFTS).await.changes.is_empty()).await;
    let send = "<email2:Send/>";
    other.round(DRAFTS, &change(&id, "<email:To>ola@fjord.example</email:To>", send)).await;
    other.sync(DRAFTS).await;
    assert!(other.books[DRAFTS].items.is_empty());
    until("the first hears of it", async || {
        one.sync(DRAFTS).await;
        one.books[DRAFTS].items.is_empty()
    })
    .await;
    until("it is among the sent", async || {
        one.sync("8").await;
        one.holding("8", "Lunsj").is_some()
    })
    .await;
}

#[tokio::test]
async fn below_16_0_nobody_adds_mail_by_sync() {
    let post = Post::start(free_port()).await;
    for version in ["12.1", "14.1"] {
        let mut phone = phone(&post.server, &format!("v{}", &version[..2]), version).await;
        phone.sync(DRAFTS).await;
        let (_, reply) = add(&mut phone, "a1", &draft("ola@fjord.example", "Lunsj", "Hei", ""), "").await;
        assert_eq!(reply.told("Status"), "6", "{reply:?}");
    }
    let mut phone = phone(&post.server, "new", "16.1").await;
    phone.sync("5").await;
    let add = format!(
        "<Add><ClientId>1</ClientId><ApplicationData>{}</ApplicationData></Add>",
        draft("", "x", "y", "")
    );
    assert_eq!(phone.round("5", &add).await.replies[0].told("Status"), "6");
}
