//! What changes of a mail with time, and nothing of what it says: told alone, and read of a phone. What a phone writes
//! in a draft is in `draft`.

use wbxml::Element;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Version;
use wbxml::airsyncbase;
use wbxml::email;
use wbxml::email2;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::codec;
use crate::eas::class::email as email_class;
use crate::eas::class::email::Mail;
use crate::eas::class::email::categories;
use crate::eas::class::email::flag;
use crate::eas::class::email::verb_number;
use crate::eas::class::email::write_time;
use crate::mime::address::Mailbox;
use crate::model::message::Message;

/// What a phone must not tell (MS-ASEMAIL 2.2.2.21, 2.2.2.59, 2.2.2.70, 2.2.2.83, 2.2.2.84: Status 6).
const OURS: [Tag; 6] = [
    email2::CONVERSATION_ID,
    email2::CONVERSATION_INDEX,
    email2::RECEIVED_AS_BCC,
    email2::SENDER,
    email2::UM_CALLER_ID,
    email2::UM_USER_NOTES,
];

/// The elements that are other than they were, for a phone that holds the text of the mail; none: nothing to be told.
// MS-ASEMAIL 3.2.5.4.1: a changed mark is told alone, without the text.
pub fn fragment(held: &Message, now: &Message, view: &View<'_>) -> Fragment {
    difference(held, now, view.version)
}

/// Whether a phone of that version sees any difference.
pub fn is_seen(held: &Message, now: &Message, version: Version) -> bool {
    is_rewritten(held, now) || !difference(held, now, version).is_empty()
}

/// Whether it says something else than it did, as a draft may: then all of it is told.
pub fn is_rewritten(held: &Message, now: &Message) -> bool {
    held.text() != now.text()
}

/// All of a draft that was rewritten, for a phone that holds what it was: what is no longer there is told as empty.
pub fn rewritten(mail: &Mail<'_>, view: &View<'_>) -> Fragment {
    let headers = mail.letter.headers();
    let is_gone = |list: &[Mailbox]| list.iter().all(|mailbox| mailbox.to_string().is_empty());
    let gone = [
        (email::TO, is_gone(&headers.to)),
        (email::CC, is_gone(&headers.cc)),
        (email2::BCC, is_gone(&headers.bcc)),
        (email::REPLY_TO, is_gone(&headers.reply_to)),
        (email::SUBJECT, headers.subject.as_ref().is_none_or(String::is_empty)),
        (airsyncbase::ATTACHMENTS, mail.letter.attachments().is_empty()),
    ];
    Fragment::build(|writer| {
        email_class::write(mail, view, writer);
        for (tag, _) in
            gone.into_iter().filter(|(tag, is_gone)| *is_gone && tag.since() <= Some(view.version))
        {
            writer.empty(tag);
        }
    })
}

fn difference(held: &Message, now: &Message, version: Version) -> Fragment {
    Fragment::build(|writer| {
        if let Some(received) = now.received_at.filter(|_| held.received_at != now.received_at) {
            write_time(received, email::DATE_RECEIVED, writer);
        }
        if held.is_seen() != now.is_seen() {
            writer.number(email::READ, u8::from(now.is_seen()));
        }
        if version >= Version::V12_0 && held.flag() != now.flag() {
            flag::write(now.flag().as_ref(), email::FLAG, writer);
        }
        if version < Version::V14_0 {
            return;
        }
        if version >= Version::V16_0 && held.is_draft() != now.is_draft() {
            writer.number(email2::IS_DRAFT, u8::from(now.is_draft()));
        }
        let verb = |message: &Message| (message.last_verb(), message.last_verb_at());
        if let (Some(last), at) = verb(now)
            && verb(held) != verb(now)
        {
            writer.number(email2::LAST_VERB_EXECUTED, verb_number(last));
            if let Some(at) = at {
                write_time(at, email2::LAST_VERB_EXECUTION_TIME, writer);
            }
        }
        if !held.categories().eq(now.categories()) {
            categories(now, email::CATEGORIES, writer);
        }
    })
}

/// Lays what a phone did to the marks over the mail it held; what it did not touch stays.
pub fn read(data: Element<'_>, base: &Message, reading: &Reading<'_>) -> Result<Message, Unreadable> {
    if let Some(child) = data.children().find(|child| OURS.contains(&child.tag())) {
        return Err(Unreadable::at(child, "not for a phone to tell"));
    }
    let version = reading.view.version;
    let mut message = base.clone();
    if let Some(child) = data.child(email::READ) {
        message.set_seen(is_yes(child)?);
    }
    if let Some(child) = data.child(email::FLAG).filter(|_| version >= Version::V12_0) {
        let shown = base.flag();
        let told = flag::read(child, shown.as_ref())?;
        // One that is sent back changes nothing, nor gives dates to a mark of the mailbox.
        if told != shown {
            message.set_flag(told);
        }
    }
    if let Some(child) = data.child(email::CATEGORIES).filter(|_| version >= Version::V14_0) {
        message.set_categories(&codec::list(Some(child), email::CATEGORY));
    }
    Ok(message)
}

/// Whether a phone speaks of more than the marks, as it may of a draft.
pub fn is_of_text(data: Element<'_>) -> bool {
    const MARKS: [Tag; 3] = [email::READ, email::FLAG, email::CATEGORIES];
    let is_text = |tag: Tag| tag.page() == email::TO.page() || tag.page() == email2::BCC.page();
    let is_body = |tag: Tag| tag == airsyncbase::BODY || tag == airsyncbase::ATTACHMENTS;
    data.children().map(Element::tag).any(|tag| !MARKS.contains(&tag) && (is_text(tag) || is_body(tag)))
}

// MS-ASEMAIL 2.2.2.58 (Read): Status 6 for what is no boolean.
fn is_yes(element: Element<'_>) -> Result<bool, Unreadable> {
    match element.text().trim().to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Unreadable::at(element, "neither 0 nor 1")),
    }
}
