//! Who wrote a mail and who gets it, as lists of addresses. Knows no directory.

use wbxml::Tag;
use wbxml::Writer;

use crate::eas::class::View;
use crate::eas::class::codec::text;
use crate::eas::class::email::Mail;
use crate::mime::address::Mailbox;

/// MS-ASEMAIL 2.2.2.79 (To), 2.2.2.36 (From): 32,768 characters.
const LONGEST: usize = 32_768;
/// MS-ASEMAIL 2.2.2.9 (Bcc): 1,024 characters.
const LONGEST_BCC: usize = 1024;

/// Writes as many addresses as there is room for, no part of one.
fn write_list(names: impl Iterator<Item = String>, mark: &str, most: usize, tag: Tag, writer: &mut Writer) {
    let mut list = String::new();
    let mut length = 0;
    for name in names {
        let characters = name.chars().count() + if list.is_empty() { 0 } else { mark.len() };
        if length + characters > most {
            break;
        }
        if !list.is_empty() {
            list.push_str(mark);
        }
        list.push_str(&name);
        length += characters;
    }
    if !list.is_empty() {
        writer.text(tag, &list);
    }
}

fn told(mailboxes: &[Mailbox]) -> impl Iterator<Item = String> {
    mailboxes.iter().map(Mailbox::to_string).filter(|told| !told.is_empty())
}

pub(super) fn write_to(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_list(told(&mail.letter.headers().to), ", ", LONGEST, tag, writer);
}

pub(super) fn write_cc(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_list(told(&mail.letter.headers().cc), ", ", LONGEST, tag, writer);
}

pub(super) fn write_from(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_list(told(&mail.letter.headers().from), ", ", LONGEST, tag, writer);
}

// MS-ASEMAIL 2.2.2.66 (ReplyTo): parted by semicolons.
pub(super) fn write_reply_to(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_list(told(&mail.letter.headers().reply_to), "; ", LONGEST, tag, writer);
}

// MS-ASEMAIL 2.2.2.29 (DisplayTo): names, parted by semicolons.
pub(super) fn write_display_to(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    let names = mail.letter.headers().to.iter().map(|mailbox| mailbox.display_name().to_owned());
    write_list(names.filter(|name| !name.is_empty()), "; ", LONGEST, tag, writer);
}

/// Who gets it unseen is told to who wrote it.
pub(super) fn write_bcc(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    if mail.message.is_draft() || is_own(mail, view) {
        write_list(told(&mail.letter.headers().bcc), ", ", LONGEST_BCC, tag, writer);
    }
}

fn is_own(mail: &Mail<'_>, view: &View<'_>) -> bool {
    mail.letter.headers().from.iter().any(|from| from.address.eq_ignore_ascii_case(&view.owner.email))
}

// MS-ASEMAIL 2.2.2.59 (ReceivedAsBcc): only where it is so. A mail that does not name the owner at all came by a list,
// or by an alias: nobody knows.
pub(super) fn write_received_as_bcc(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let is_owner = |one: &Mailbox| one.address.eq_ignore_ascii_case(&view.owner.email);
    let headers = mail.letter.headers();
    let is_seen = headers.to.iter().chain(&headers.cc).any(is_owner);
    if headers.bcc.iter().any(is_owner) && !is_seen && !is_own(mail, view) {
        writer.number(tag, 1);
    }
}

// MS-ASEMAIL 2.2.2.70 (Sender): only where it is another than in From.
pub(super) fn write_sender(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let headers = mail.letter.headers();
    let Some(sender) = &headers.sender else { return };
    if !headers.from.iter().any(|from| from.address.eq_ignore_ascii_case(&sender.address)) {
        text::write(sender.to_string(), tag, view, writer);
    }
}
