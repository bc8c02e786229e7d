//! Conversations that a phone sends to a folder for good: what is there goes, and what comes later follows.

use lomme::mime::headers::Headers;
use wbxml::Writer;
use wbxml::itemoperations as tag;

use crate::back_office::until;
use crate::mail::connected;
use crate::mail::phone;
use crate::mail_server::Dovecot;
use crate::mail_server::Program;
use crate::phone::Phone;

/// A message of a conversation that began with the first one.
fn append(program: &mut Program, mailbox: &str, number: u8) {
    let references = if number == 1 { String::new() } else { "References: <1@x>\n".to_owned() };
    program.append(
        mailbox,
        "()",
        &format!(
            "From: Ola <ola@fjord.example>\nTo: kari@fjord.example\nSubject: Re: Tur {number}\n{references}\
             Message-ID: <{number}@x>\n\nHei\n"
        ),
    );
}

async fn subjects(phone: &mut Phone, folder: &str) -> Vec<String> {
    phone.sync(folder).await;
    let mut subjects: Vec<String> =
        phone.book(folder).items.values().map(|item| item.told("Subject").to_owned()).collect();
    subjects.sort();
    subjects
}

async fn shown(phone: &mut Phone, folder: &str, expected: &[&str]) {
    until("the folder is so", async || subjects(phone, folder).await == expected).await;
}

/// Asks for a conversation to be moved, and what is said to that.
async fn go(phone: &Phone, conversation: &[u8], to: &str, always: bool) -> String {
    let mut writer = Writer::new();
    writer.open(tag::ITEM_OPERATIONS);
    writer.open(tag::MOVE);
    writer.opaque(tag::CONVERSATION_ID, conversation);
    writer.text(tag::DST_FLD_ID, to);
    if always {
        writer.container(tag::OPTIONS, |writer| writer.empty(tag::MOVE_ALWAYS));
    }
    writer.close();
    let answer = phone.wire.post("ItemOperations", writer.finish()).await.node().unwrap();
    let moved = answer.find("Move").unwrap_or_else(|| panic!("{answer:?}"));
    moved.told("Status").to_owned()
}

#[tokio::test]
async fn a_conversation_goes_where_it_is_sent_and_later_messages_follow() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    program.say("CREATE Reiser");
    append(&mut program, "INBOX", 1);
    append(&mut program, "INBOX", 2);
    append(&mut program, "Sent", 3);
    program.append("INBOX", "()", "From: ola@fjord.example\nSubject: Annet\nMessage-ID: <a@x>\n\nHei\n");
    let server = connected(&dovecot).await;
    let mut phone = phone(&server, "14.1", "Reiser").await;
    let (inbox, travels, sent) = (phone.default(2), phone.named("Reiser").unwrap(), phone.default(5));
    for folder in [&inbox, &travels, &sent] {
        phone.sync(folder).await;
    }
    shown(&mut phone, &inbox, &["Annet", "Re: Tur 1", "Re: Tur 2"]).await;
    shown(&mut phone, &sent, &["Re: Tur 3"]).await;
    let id = Headers::read(b"Message-ID: <1@x>\r\n\r\n").conversation_id();

    for (conversation, to, always, status) in [
        (id.as_slice(), travels.as_str(), false, "155"),
        (id.as_slice(), "1", true, "156"),
        (id.as_slice(), "999", true, "156"),
        (id.as_slice(), "9", true, "156"),
        (b"another".as_slice(), travels.as_str(), true, "6"),
    ] {
        assert_eq!(go(&phone, conversation, to, always).await, status, "{to}");
    }
    shown(&mut phone, &inbox, &["Annet", "Re: Tur 1", "Re: Tur 2"]).await;

    for _ in 0..2 {
        // The answer to the first was lost.
        assert_eq!(go(&phone, &id, &travels, true).await, "1");
    }
    shown(&mut phone, &inbox, &["Annet"]).await;
    shown(&mut phone, &travels, &["Re: Tur 1", "Re: Tur 2"]).await;
    shown(&mut phone, &sent, &["Re: Tur 3"]).await;
    until("they are there on the server as well", async || dovecot.program().messages("Reiser").len() == 2)
        .await;

    append(&mut program, "INBOX", 4);
    phone.ping(60, std::slice::from_ref(&inbox)).await;
    shown(&mut phone, &travels, &["Re: Tur 1", "Re: Tur 2", "Re: Tur 4"]).await;
    shown(&mut phone, &inbox, &["Annet"]).await;
    // What somebody puts back stays there: it came before.
    let back = phone.holding(&travels, "Re: Tur 1").unwrap().0;
    phone.move_item(&back, &travels, &inbox).await;
    append(&mut program, "INBOX", 5);
    phone.ping(60, std::slice::from_ref(&inbox)).await;
    shown(&mut phone, &travels, &["Re: Tur 2", "Re: Tur 4", "Re: Tur 5"]).await;
    shown(&mut phone, &inbox, &["Annet", "Re: Tur 1"]).await;
}
