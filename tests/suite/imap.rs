//! Mail of a real IMAP server: a Dovecot that can everything, and ones that can less.

use std::time::Duration;

use jiff::Timestamp;
use lomme::connector::Change;
use lomme::connector::Collection;
use lomme::connector::Connector as _;
use lomme::connector::Error;
use lomme::connector::Remote;
use lomme::connector::Strategy;
use lomme::connector::User;
use lomme::connector::Write;
use lomme::connector::imap::Imap;
use lomme::connector::imap::Settings;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Mailbox;
use lomme::connector::sasl::Kind;
use lomme::connector::sasl::LogIn;
use lomme::connector::web::Trust;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::message::Message;
use lomme::model::object::set_of;

use crate::mail_server;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;
use crate::mail_server::Traits;

/// A server of the oldest kind that still is one.
const BARE: &str = "IMAP4rev1 AUTH=PLAIN";
/// One of a few years later.
const MIDDLING: &str = "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS IDLE NAMESPACE AUTH=PLAIN";

pub(crate) fn settings(dovecot: &Dovecot) -> Settings {
    Settings {
        url: format!("imap://127.0.0.1:{}", dovecot.port),
        log_in: LogIn::PerUser,
        secret: Kind::Password,
        only_subscribed: false,
        ask_every: Duration::from_millis(50),
        trust: Trust { verify: true, authority: Some(dovecot.authority()) },
        smtp: None,
        sieve: None,
    }
}

pub(crate) fn kari() -> User {
    User { email: KARI.to_owned(), password: Some(PASSWORD.to_owned()), ..User::default() }
}

pub(crate) fn collection(id: &str) -> Collection {
    let (id, name) = (id.to_owned(), id.to_owned());
    Collection { id, name, class: Class::Email, default: false, read_only: false }
}

pub(crate) fn imap(dovecot: &Dovecot) -> Imap {
    Imap::new(settings(dovecot)).unwrap()
}

/// The servers that differ.
pub(crate) fn servers() -> [(&'static str, Dovecot); 3] {
    let with = |capability| Dovecot::with(Traits { capability: Some(capability), ..Traits::default() });
    [("all", Dovecot::start()), ("middling", with(MIDDLING)), ("bare", with(BARE))]
}

pub(crate) fn mail(subject: &str, text: &str) -> String {
    format!(
        "From: Ola <ola@fjord.example>\nTo: {KARI}\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )
}

pub(crate) fn message(remote: &Remote) -> &Message {
    match remote.content.as_ref().unwrap() {
        Content::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

async fn names(imap: &Imap) -> Vec<String> {
    let mailboxes = imap.mailboxes(&kari()).await.unwrap();
    let described = |mailbox: &Mailbox| {
        let role = mailbox.role.map(|role| format!(" {role:?}")).unwrap_or_default();
        let parent = mailbox.parent.as_ref().map(|parent| format!(" in {parent}")).unwrap_or_default();
        format!("{}{parent}{role}", mailbox.name)
    };
    mailboxes.iter().map(described).collect()
}

#[tokio::test]
async fn a_log_in_goes_over_tls_and_nobody_else_s_certificate() {
    let dovecot = Dovecot::start();
    let tls = format!("imaps://localhost:{}", dovecot.tls_port);
    let start_tls = format!("imap+starttls://127.0.0.1:{}", dovecot.port);
    for url in [&tls, &start_tls] {
        let trusting = Settings { url: url.clone(), ..settings(&dovecot) };
        Imap::new(trusting.clone()).unwrap().check_log_in(&kari()).await.unwrap();
        let nobody = Trust { verify: true, authority: None };
        let strict = Imap::new(Settings { trust: nobody, ..trusting.clone() });
        if let Ok(strict) = strict {
            let told = strict.check_log_in(&kari()).await;
            assert!(
                matches!(&told, Err(Error::Later { message, .. }) if message.contains("certificate")),
                "{told:?}"
            );
        }
        let anybody = Trust { verify: false, authority: None };
        Imap::new(Settings { trust: anybody, ..trusting }).unwrap().check_log_in(&kari()).await.unwrap();
    }
    let wrong_name = Settings { url: tls.replace("localhost", "127.0.0.2"), ..settings(&dovecot) };
    let told = Imap::new(wrong_name).unwrap().check_log_in(&kari()).await;
    assert!(matches!(told, Err(Error::Later { .. })), "{told:?}");
}

#[tokio::test]
async fn a_wrong_password_is_told_apart_from_trouble() {
    for (kind, dovecot) in servers() {
        let imap = imap(&dovecot);
        imap.check_log_in(&kari()).await.unwrap();
        assert!(names(&imap).await.contains(&"INBOX Inbox".to_owned()), "{kind}");
        let wrong = User { password: Some("guess".to_owned()), ..kari() };
        // Also after the right one opened a line that rests now.
        let told = imap.mailboxes(&wrong).await;
        assert!(matches!(told, Err(Error::LogIn(_))), "{kind}: {told:?}");
        let none = User { password: None, ..kari() };
        assert!(matches!(imap.mailboxes(&none).await, Err(Error::LogIn(_))), "{kind}");
    }
    let nobody = Settings { url: "imap://127.0.0.1:9".to_owned(), ..settings(&Dovecot::start()) };
    let told = Imap::new(nobody).unwrap().mailboxes(&kari()).await;
    assert!(matches!(told, Err(Error::Later { .. })), "{told:?}");
}

#[tokio::test]
async fn a_master_user_opens_every_mailbox() {
    let dovecot = Dovecot::start();
    dovecot.program().append("INBOX", "", &mail("Hei", "Kari"));
    let master = |separator: Option<&str>| LogIn::Master {
        user: mail_server::MASTER.to_owned(),
        password: mail_server::MASTER_PASSWORD.to_owned(),
        separator: separator.map(str::to_owned),
    };
    for separator in [None, Some("*")] {
        let imap = Imap::new(Settings { log_in: master(separator), ..settings(&dovecot) }).unwrap();
        let of = async |email: &str| {
            let user = User { email: email.to_owned(), ..User::default() };
            imap.list(&user, &collection("INBOX")).await.unwrap().len()
        };
        assert_eq!((of(KARI).await, of("ola@fjord.example").await), (1, 0));
    }
}

#[tokio::test]
async fn mailboxes_have_names_places_and_roles() {
    let dovecot = Dovecot::start();
    let mut program = dovecot.program();
    for name in ["Prosjekter", "Prosjekter.Bl&AOU-", "Prosjekter.Bl&AOU-.Sent", "S&APg-ppelpost", "Papirkurv"]
    {
        program.say(&format!("CREATE {name}"));
    }
    let expected = [
        "Drafts Drafts",
        "INBOX Inbox",
        "Papirkurv",
        "Prosjekter",
        "Blå in Prosjekter",
        "Sent in Prosjekter.Bl&AOU-",
        "Søppelpost Junk",
        "Sent Sent",
        "Trash Trash",
    ];
    assert_eq!(names(&imap(&dovecot)).await, expected);
    program.say("SUBSCRIBE Prosjekter.Bl&AOU-.Sent");
    let subscribed = Imap::new(Settings { only_subscribed: true, ..settings(&dovecot) }).unwrap();
    let expected = [
        "Drafts Drafts",
        "INBOX Inbox",
        "Prosjekter",
        "Blå in Prosjekter",
        "Sent in Prosjekter.Bl&AOU-",
        "Søppelpost Junk",
        "Sent Sent",
        "Trash Trash",
    ];
    assert_eq!(names(&subscribed).await, expected);
    let collections = subscribed.collections(&kari()).await.unwrap();
    let default = collections.iter().find(|collection| collection.default).unwrap();
    assert_eq!((&*default.id, default.class, collections.len()), ("INBOX", Class::Email, 8));
}

#[tokio::test]
async fn what_lies_in_the_inbox_for_want_of_another_place_is_on_top() {
    for capability in [None, Some(MIDDLING)] {
        let namespace = "prefix = INBOX.\n separator = .\n";
        let dovecot = Dovecot::with(Traits { namespace, capability, ..Traits::default() });
        let imap = imap(&dovecot);
        dovecot.program().say("CREATE INBOX.Gesendet");
        let kunder = imap.create_folder(&kari(), None, "Kunder & Øl").await.unwrap();
        assert_eq!(kunder, "INBOX.Kunder &- &ANg-l");
        let inner = imap.create_folder(&kari(), Some(&kunder), "Ny").await.unwrap();
        let expected = ["INBOX Inbox", "Gesendet Sent", "Kunder & Øl", "Ny in INBOX.Kunder &- &ANg-l"];
        assert_eq!(names(&imap).await, expected);
        imap.rename_folder(&kari(), &inner, None, "Flyttet").await.unwrap();
        imap.delete_folder(&kari(), &kunder).await.unwrap();
        imap.delete_folder(&kari(), &kunder).await.unwrap();
        assert_eq!(names(&imap).await, ["INBOX Inbox", "Flyttet", "Gesendet Sent"]);
        for wrong in ["a.b", "", "a\nb"] {
            let told = imap.create_folder(&kari(), None, wrong).await;
            assert!(matches!(told, Err(Error::Refused(_))), "{wrong:?}: {told:?}");
        }
        let again = imap.create_folder(&kari(), None, "Flyttet").await;
        assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    }
}

#[tokio::test]
async fn what_another_program_marks_as_removed_is_gone_until_it_is_not() {
    let dovecot = Dovecot::start();
    let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
    let mut program = dovecot.program();
    program.append("INBOX", "(\\Seen Arbeid) \"22-Nov-2026 10:00:00 +0100\"", &mail("En", "1"));
    let page = imap.changes(&kari(), &inbox, None, 10).await.unwrap();
    let [Change::Upsert(one)] = page.changes.as_slice() else { panic!("{page:?}") };
    assert_eq!(message(one).keywords, set_of(&["$seen", "Arbeid"]));
    assert_eq!(message(one).received_at, Some("2026-11-22T09:00:00Z".parse::<Timestamp>().unwrap()));
    program.say("SELECT INBOX");
    program.say("STORE 1 +FLAGS (\\Deleted)");
    let gone = imap.changes(&kari(), &inbox, Some(&page.cursor), 10).await.unwrap();
    assert_eq!(gone.changes, [Change::Delete { id: one.id.clone() }]);
    assert_eq!(imap.list(&kari(), &inbox).await.unwrap(), []);
    program.say("STORE 1 -FLAGS (\\Deleted)");
    let back = imap.changes(&kari(), &inbox, Some(&gone.cursor), 10).await.unwrap();
    assert_eq!(back.changes, [Change::Upsert(one.clone())]);
}

#[tokio::test]
async fn only_what_is_meant_is_removed() {
    for (kind, dovecot) in servers() {
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        let mut program = dovecot.program();
        program.append("INBOX", "(\\Deleted)", &mail("Another program's", "1"));
        program.append("INBOX", "", &mail("Mine", "2"));
        let (id, _) = imap.list(&kari(), &inbox).await.unwrap().remove(0);
        let write = Write { collection: &inbox, idempotency_key: "k" };
        imap.delete(&kari(), write, &id, "").await.unwrap();
        let left = program.say("SELECT INBOX");
        assert!(left.contains("* 1 EXISTS"), "{kind}: {left}");
        assert!(program.say("FETCH 1 FLAGS").contains("\\Deleted"), "{kind}");
    }
}

#[tokio::test]
async fn without_counted_changes_all_flags_are_compared() {
    for capability in [MIDDLING, BARE] {
        let dovecot = Dovecot::with(Traits { capability: Some(capability), ..Traits::default() });
        let (imap, inbox) = (imap(&dovecot), collection("INBOX"));
        assert_eq!(imap.strategy(&kari(), &inbox).await.unwrap(), Strategy::List);
        assert_eq!(imap.list(&kari(), &inbox).await.unwrap(), []);
        let mut program = dovecot.program();
        for number in 0..3 {
            program.append("INBOX", "", &mail(&format!("Nr. {number}"), "x"));
        }
        let before = imap.list(&kari(), &inbox).await.unwrap();
        program.say("SELECT INBOX");
        program.say("STORE 2 +FLAGS (\\Answered)");
        program.say("STORE 1 +FLAGS (\\Deleted)");
        let after = imap.list(&kari(), &inbox).await.unwrap();
        let differing: Vec<_> = after.iter().filter(|row| !before.contains(row)).cloned().collect();
        let [(id, etag)] = differing.as_slice() else { panic!("{after:?}") };
        assert_eq!(after.len(), 2);
        let there = imap.fetch(&kari(), &inbox, std::slice::from_ref(id)).await.unwrap();
        assert_eq!((&there[0].etag, &message(&there[0]).keywords), (etag, &set_of(&["$answered"])));
    }
}

#[tokio::test]
async fn conversations_are_few_and_used_again() {
    let dovecot = Dovecot::start();
    let imap = imap(&dovecot);
    let ask = || async { imap.list(&kari(), &collection("INBOX")).await.unwrap().len() };
    futures_util::future::join_all((0..12).map(|_| ask())).await;
    for _ in 0..5 {
        ask().await;
    }
    let log = dovecot.log();
    assert!((1..=3).contains(&log.matches("Info: Login:").count()), "{log}");
    assert!(!log.contains(PASSWORD));
}

#[tokio::test]
async fn a_mailbox_is_renamed_though_other_conversations_have_it_open_under_the_name_it_had() {
    for (kind, dovecot) in servers() {
        let imap = imap(&dovecot);
        let inner = imap.create_folder(&kari(), None, "Prosjekt").await.unwrap();
        for name in ["To", "Tre", "Fire"] {
            let now = imap.mailboxes(&kari()).await.unwrap();
            let now = now.iter().find(|one| one.role.is_none()).unwrap().id.clone();
            let open = collection(&now);
            let user = kari();
            let look = || imap.list(&user, &open);
            let looked = tokio::join!(look(), look(), look());
            assert!(looked.0.is_ok() && looked.1.is_ok() && looked.2.is_ok(), "{kind}: {looked:?}");
            // Another program is quicker; those conversations hear of it at the next word.
            dovecot.program().say(&format!("RENAME {now} Mellom"));
            let told = imap.rename_folder(&kari(), "Mellom", None, name).await;
            assert!(told.as_ref().is_ok_and(|id| id == name), "{kind} {inner}: {told:?}");
        }
    }
}
