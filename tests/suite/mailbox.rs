//! What only mailboxes without a mail server do: they deliver, keep what goes elsewhere, and lie in a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

use lomme::connector::Collection;
use lomme::connector::Connector as _;
use lomme::connector::Error;
use lomme::connector::User;
use lomme::connector::mail::Envelope;
use lomme::connector::mail::Handed;
use lomme::connector::mail::Mail as _;
use lomme::connector::mail::Ready;
use lomme::connector::mail::Wanted;
use lomme::connector::mailbox::Mailboxes;
use lomme::connector::source::Source;
use lomme::mime::section::Section;
use lomme::model::message::Message;

use crate::imap::collection;
use crate::mail_contract::mailboxes;
use crate::smtp::ready;

fn user(name: &str) -> User {
    User { email: format!("{name}@Fjord.example"), ..User::default() }
}

async fn named(mail: &Mailboxes, user: &User, name: &str) -> Option<Collection> {
    let mailboxes = mail.mailboxes(user).await.unwrap();
    mailboxes.into_iter().find(|mailbox| mailbox.name == name).map(|mailbox| collection(&mailbox.id))
}

/// The messages in one of somebody's mailboxes, newest first.
async fn texts(mail: &Mailboxes, user: &User, name: &str) -> Vec<String> {
    let mailbox = named(mail, user, name).await.unwrap();
    let listed = mail.list(user, &mailbox).await.unwrap();
    let whole =
        |(id, _): &(String, String)| Wanted { id: id.clone(), section: Section::WHOLE, limit: 10_000 };
    let wanted: Vec<Wanted> = listed.iter().map(whole).collect();
    let pieces = mail.sections(user, &mailbox, &wanted).await.unwrap();
    pieces.iter().map(|piece| String::from_utf8(piece.bytes.to_vec()).unwrap()).collect()
}

async fn submit(mail: &Mailboxes, from: &User, to: &[&str]) -> Handed {
    let to = to.iter().map(|&to| to.to_owned()).collect();
    let envelope = Envelope { from: from.email.clone(), to };
    mail.submit(from, &envelope, Source::Bytes(MAIL.as_bytes()), ready()).await.unwrap()
}

const MAIL: &str = "From: kari@fjord.example\r\nTo: team@fjord.example\r\nSubject: Hei\r\n\r\nBlåbær\r\n";

/// The files of messages in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let inside = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    inside(folder.join("messages")).flat_map(inside).collect()
}

#[tokio::test]
async fn mail_goes_to_those_who_are_here_and_stays_in_sight_for_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mail = mailboxes(folder.path());
    let (kari, ola, per) = (user("kari"), user("ola"), user("per"));
    for user in [&kari, &ola, &per] {
        assert_eq!(mail.mailboxes(user).await.unwrap().len(), 6);
    }
    let to = ["OLA@fjord.example", "ola@fjord.example", "per@fjord.example"];
    assert_eq!(submit(&mail, &kari, &to).await, Handed::Over(Vec::new()));
    for user in [&ola, &per] {
        let arrived = texts(&mail, user, "Inbox").await;
        let [arrived] = arrived.as_slice() else { panic!("{arrived:?}") };
        let lines = "Return-Path: <kari@Fjord.example>\r\nReceived: by localhost (Lomme); ";
        assert!(arrived.starts_with(lines) && arrived.ends_with(MAIL), "{arrived}");
    }
    assert_eq!(files(folder.path()).len(), 1, "one for both");
    assert_eq!(mail.mailboxes(&kari).await.unwrap().len(), 6, "nothing was left");

    let to = ["per@fjord.example", "kunde@other.example", "hemmelig@other.example"];
    assert_eq!(submit(&mail, &kari, &to).await, Handed::Over(Vec::new()));
    assert_eq!(texts(&mail, &per, "Inbox").await.len(), 2);
    let line = "X-Not-Sent-To: kunde@other.example,\r\n hemmelig@other.example\r\n";
    assert_eq!(texts(&mail, &kari, "Outbox (not sent)").await, [format!("{line}{MAIL}")]);
    submit(&mail, &kari, &["kunde@other.example"]).await;
    assert_eq!(texts(&mail, &kari, "Outbox (not sent)").await.len(), 2);

    let Handed::Over(refused) = submit(&mail, &kari, &["a@b\r\nX: y", "ola@fjord.example", "nobody"]).await
    else {
        panic!()
    };
    let told: Vec<(&str, bool)> =
        refused.iter().map(|refusal| (&*refusal.recipient, refusal.is_final)).collect();
    assert_eq!(told, [("a@b\r\nX: y", true), ("nobody", true)]);
    assert_eq!(texts(&mail, &ola, "Inbox").await.len(), 2);

    let unready: Ready<'_> = Box::pin(async { Err(Error::Gone) });
    let envelope = Envelope { from: String::new(), to: vec!["ola@fjord.example".to_owned()] };
    let told = mail.submit(&kari, &envelope, Source::Bytes(MAIL.as_bytes()), unready).await;
    assert!(matches!(told, Err(Error::Gone)), "{told:?}");
    assert_eq!(texts(&mail, &ola, "Inbox").await.len(), 2);
}

#[tokio::test]
async fn nobody_sees_what_is_another_s() {
    let folder = tempfile::tempdir().unwrap();
    let mail = mailboxes(folder.path());
    let (kari, ola) = (user("kari"), user("ola"));
    mail.mailboxes(&ola).await.unwrap();
    let inbox = named(&mail, &kari, "Inbox").await.unwrap();
    let source = Source::Bytes(MAIL.as_bytes());
    let stored = mail.append(&kari, &inbox, source, &Message::default()).await.unwrap();
    let own = named(&mail, &ola, "Inbox").await.unwrap();
    let ids = [stored.id.clone()];
    assert!(matches!(mail.list(&ola, &inbox).await, Err(Error::Gone)));
    assert!(matches!(mail.outlines(&ola, &inbox, &ids).await, Err(Error::Gone)));
    assert_eq!(mail.outlines(&ola, &own, &ids).await.unwrap(), []);
    assert!(matches!(mail.relocate(&kari, &inbox, &ids, &own).await, Err(Error::Gone)));
    assert!(matches!(mail.append(&ola, &inbox, source, &Message::default()).await, Err(Error::Gone)));
    assert!(matches!(mail.watch(&ola, &inbox, None).await, Err(Error::Gone)));
    assert!(matches!(mail.rename_folder(&ola, &inbox.id, None, "Min").await, Err(Error::Gone)));
    assert!(matches!(mail.create_folder(&ola, Some(&inbox.id), "Min").await, Err(Error::Gone)));
    assert!(matches!(mail.mailboxes(&User::default()).await, Err(Error::Refused(_))));
    let guess = User { password: Some("guess".to_owned()), ..kari };
    // Neither right nor wrong.
    assert!(matches!(mail.check_password(&guess).await, Err(Error::Refused(_))));
    mail.check_log_in(&guess).await.unwrap();
}

#[tokio::test]
async fn a_file_lasts_as_long_as_somebody_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let mail = mailboxes(folder.path());
    let (kari, ola) = (user("kari"), user("ola"));
    mail.mailboxes(&ola).await.unwrap();
    mail.mailboxes(&kari).await.unwrap();
    submit(&mail, &kari, &["ola@fjord.example", "kari@fjord.example"]).await;
    let private = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o077;
    let [file] = files(folder.path()).try_into().unwrap();
    assert_eq!((private(&file), private(&folder.path().join("messages"))), (0, 0));
    for user in [&ola, &kari] {
        assert_eq!(files(folder.path()), std::slice::from_ref(&file));
        let inbox = named(&mail, user, "Inbox").await.unwrap();
        let archive = named(&mail, user, "Archive").await.unwrap();
        let (id, _) = mail.list(user, &inbox).await.unwrap().remove(0);
        let moved = mail.relocate(user, &inbox, &[id], &archive).await.unwrap();
        let write = lomme::connector::Write { collection: &archive, idempotency_key: "k" };
        mail.delete(user, write, moved[0].as_deref().unwrap(), "").await.unwrap();
    }
    assert_eq!(files(folder.path()), <[PathBuf; 0]>::default());

    let kunder = mail.create_folder(&kari, None, "Kunder").await.unwrap();
    let source = Source::Bytes(MAIL.as_bytes());
    mail.append(&kari, &collection(&kunder), source, &Message::default()).await.unwrap();
    mail.delete_folder(&kari, &kunder).await.unwrap();
    assert_eq!(files(folder.path()), <[PathBuf; 0]>::default());
}

#[tokio::test]
async fn what_was_left_behind_is_swept_and_all_else_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let kari = user("kari");
    {
        let mail = mailboxes(folder.path());
        mail.mailboxes(&kari).await.unwrap();
        submit(&mail, &kari, &["kari@fjord.example"]).await;
    }
    let [message] = files(folder.path()).try_into().unwrap();
    let (old, new) = (message.with_file_name("old"), message.with_file_name("new"));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_hours(48);
    for file in [&old, &new] {
        fs::write(file, "x").unwrap();
    }
    for file in [&old, &message] {
        fs::File::options().write(true).open(file).unwrap().set_modified(long_ago).unwrap();
    }
    let mail = mailboxes(folder.path());
    assert_eq!(texts(&mail, &kari, "Inbox").await.len(), 1);
    assert_eq!([old.exists(), new.exists(), message.exists()], [false, true, true]);
}

#[tokio::test]
async fn who_is_forgotten_leaves_no_message_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mail = mailboxes(folder.path());
    let (kari, ola) = (user("kari"), user("ola"));
    for user in [&kari, &ola] {
        mail.mailboxes(user).await.unwrap();
    }
    submit(&mail, &kari, &["ola@fjord.example"]).await;
    submit(&mail, &kari, &["ola@fjord.example", "kari@fjord.example"]).await;
    assert_eq!(files(folder.path()).len(), 2);
    mail.erase(&ola).await.unwrap();
    assert_eq!(files(folder.path()).len(), 1, "Kari has one of them too");
    assert_eq!(texts(&mail, &kari, "Inbox").await.len(), 1);
    mail.erase(&kari).await.unwrap();
    assert!(files(folder.path()).is_empty());
}
