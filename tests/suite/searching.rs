//! A search that is told page by page: each goes on where the last one ended.

use crate::imap::mail;
use crate::mail::connected;
use crate::mail::phone;
use crate::mail_server::Dovecot;
use crate::mail_server::Program;
use crate::phone::Phone;
use crate::phone::node::Node;

fn append(program: &mut Program, day: u8) {
    let date = format!("() \"{day:02}-Nov-2026 12:00:00 +0000\"");
    program.append("INBOX", &date, &mail(&format!("Tegning {day}"), "Hei"));
}

fn told(answer: &Node) -> (Vec<String>, String) {
    let found = answer.find("Store").unwrap().all("Result");
    let subjects = found.map(|result| result.find("Subject").unwrap().text.clone()).collect();
    (subjects, answer.find("Total").unwrap().text.clone())
}

async fn search(phone: &mut Phone, range: &str, more: &str) -> (Vec<String>, String) {
    let query = format!(
        "<Store><Name>Mailbox</Name><Query><And><FreeText>tegning</FreeText></And></Query>\
         <Options>{more}<Range>{range}</Range></Options></Store>"
    );
    told(&phone.ask("Search", "Search:Search", &query).await)
}

fn only(subject: &str, total: &str) -> (Vec<String>, String) {
    (vec![subject.to_owned()], total.to_owned())
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    program.say("CREATE Projects");
    (1..=3).for_each(|day| append(&mut program, day));
    let server = connected(&dovecot).await;
    let mut phone = phone(&server, "14.1", "Projects").await;
    assert_eq!(search(&mut phone, "0-0", "").await, only("Tegning 3", "3"));
    append(&mut program, 4);
    assert_eq!(search(&mut phone, "1-1", "").await, only("Tegning 2", "3"));
    assert_eq!(search(&mut phone, "2-2", "").await, only("Tegning 1", "3"));
    // The phone may want it anew, and the first page always is.
    assert_eq!(search(&mut phone, "1-1", "<RebuildResults/>").await, only("Tegning 3", "4"));
    append(&mut program, 5);
    assert_eq!(search(&mut phone, "0-0", "").await, only("Tegning 5", "5"));
    // What was found and is gone is left out.
    program.say("SELECT INBOX");
    program.say("STORE 4 +FLAGS (\\Deleted)");
    program.say("EXPUNGE");
    let (found, _) = search(&mut phone, "1-2", "").await;
    assert_eq!(found, ["Tegning 3"]);
}
