//! Mails: MS-ASEMAIL against the model's `Message`, which has its marks, and the letter, which is what it says.
//!
//! A letter is fetched when it is told: [`wants`] says what of it, [`write()`] tells what is there. Of what changes with
//! time nothing has to be fetched: [`change`] tells it, and reads what a phone does.

mod attachments;
mod body;
pub mod change;
#[cfg(test)]
mod change_tests;
pub mod draft;
mod flag;
mod meeting;
mod people;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::email;
use wbxml::email2;

use crate::eas::class::View;
use crate::eas::class::codec;
use crate::eas::class::codec::text;
use crate::eas::class::email::attachments::write_attachments;
use crate::eas::class::email::attachments::write_old_attachments;
use crate::eas::class::email::body::write_body;
use crate::eas::class::email::body::write_native_type;
use crate::eas::class::email::body::write_old_body;
use crate::eas::class::email::body::write_part;
use crate::eas::class::email::meeting::write_meeting;
use crate::eas::class::email::people::write_bcc;
use crate::eas::class::email::people::write_cc;
use crate::eas::class::email::people::write_display_to;
use crate::eas::class::email::people::write_from;
use crate::eas::class::email::people::write_received_as_bcc;
use crate::eas::class::email::people::write_reply_to;
use crate::eas::class::email::people::write_sender;
use crate::eas::class::email::people::write_to;
use crate::eas::date;
use crate::mime::letter::Letter;
use crate::mime::letter::Wanted;
use crate::model::event::Event;
use crate::model::message::Message;
use crate::model::message::Verb;
use crate::model::task::Importance;

/// A mail as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// Its marks.
    pub message: &'a Message,
    /// What it says, with what [`wants`] named.
    pub letter: &'a Letter,
    /// The meeting that it is about: its calendar, read.
    pub meeting: Option<&'a Event>,
}

/// An element of a mail, and what writes it.
struct Row {
    tag: Tag,
    last: Version,
    write: fn(&Mail<'_>, Tag, &View<'_>, &mut Writer),
}

const fn row(tag: Tag, write: fn(&Mail<'_>, Tag, &View<'_>, &mut Writer)) -> Row {
    Row { tag, last: Version::V16_1, write }
}

/// Of 2.5 alone.
const fn old(tag: Tag, write: fn(&Mail<'_>, Tag, &View<'_>, &mut Writer)) -> Row {
    Row { tag, last: Version::V2_5, write }
}

/// MS-ASEMAIL 2.2.2, in its order, each from the version that brought it. Nobody here has more than one account
/// (`AccountId`), voice mail or rights management.
const EMAIL: &[Row] = &[
    row(email2::BCC, write_bcc),
    row(email2::IS_DRAFT, write_is_draft),
    row(email::TO, write_to),
    row(email::CC, write_cc),
    row(email::FROM, write_from),
    row(email::SUBJECT, write_subject),
    row(email::REPLY_TO, write_reply_to),
    row(email::DATE_RECEIVED, write_received),
    row(email::DISPLAY_TO, write_display_to),
    row(email::THREAD_TOPIC, write_topic),
    row(email::IMPORTANCE, write_importance),
    row(email::READ, write_read),
    old(email::ATTACHMENTS, write_old_attachments),
    old(email::BODY, write_old_body),
    row(airsyncbase::ATTACHMENTS, write_attachments),
    row(airsyncbase::BODY, write_body),
    row(email::MESSAGE_CLASS, write_class),
    row(email::MEETING_REQUEST, write_meeting),
    row(email::INTERNET_CPID, write_code_page),
    row(email::FLAG, write_flag),
    row(airsyncbase::NATIVE_BODY_TYPE, write_native_type),
    row(email::CONTENT_CLASS, write_content_class),
    row(email2::CONVERSATION_ID, write_conversation_id),
    row(email2::CONVERSATION_INDEX, write_conversation_index),
    row(email2::LAST_VERB_EXECUTED, write_last_verb),
    row(email2::LAST_VERB_EXECUTION_TIME, write_last_verb_time),
    row(email2::RECEIVED_AS_BCC, write_received_as_bcc),
    row(email2::SENDER, write_sender),
    row(email::CATEGORIES, write_categories),
    row(airsyncbase::BODY_PART, write_part),
];

/// What must be fetched of a letter to tell it so; nothing that is there already.
pub fn wants(letter: &Letter, view: &View<'_>) -> Vec<Wanted> {
    body::wants(letter, view)
}

/// Writes the children of `ApplicationData`, or of `Properties`.
pub fn write(mail: &Mail<'_>, view: &View<'_>, writer: &mut Writer) {
    let known = EMAIL.iter().filter(|row| row.tag.since() <= Some(view.version) && view.version <= row.last);
    for row in known {
        (row.write)(mail, row.tag, view, writer);
    }
}

/// Writes what a list of mails shows of one.
// MS-ASCMD 2.2.3.140 (Properties, of Find).
pub fn write_brief(mail: &Mail<'_>, view: &View<'_>, writer: &mut Writer) {
    const SHOWN: [Tag; 6] = [
        email::FROM,
        email::SUBJECT,
        email::DATE_RECEIVED,
        email::DISPLAY_TO,
        email::IMPORTANCE,
        email::READ,
    ];
    for row in EMAIL.iter().filter(|row| SHOWN.contains(&row.tag)) {
        (row.write)(mail, row.tag, view, writer);
    }
}

/// The same as a fragment.
pub fn fragment(mail: &Mail<'_>, view: &View<'_>) -> Fragment {
    Fragment::build(|writer| write(mail, view, writer))
}

fn received(mail: &Mail<'_>) -> Timestamp {
    mail.message.received_at.or_else(|| mail.letter.headers().date).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn write_time(time: Timestamp, tag: Tag, writer: &mut Writer) {
    writer.text(tag, &date::dashed(date::utc(time)));
}

fn write_is_draft(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, u8::from(mail.message.is_draft()));
}

fn write_subject(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    text::write(mail.letter.headers().subject.as_deref().unwrap_or_default(), tag, view, writer);
}

fn write_received(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    write_time(received(mail), tag, writer);
}

fn write_topic(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    text::write(mail.letter.headers().topic().unwrap_or_default(), tag, view, writer);
}

// Android 2.2 reads a missing importance as low.
fn write_importance(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(
        tag,
        match mail.letter.headers().importance {
            Importance::Low => 0,
            Importance::Normal => 1,
            Importance::High => 2,
        },
    );
}

fn write_read(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(tag, u8::from(mail.message.is_seen()));
}

fn write_class(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.text(tag, mail.letter.kind().message_class());
}

// MS-ASEMAIL 2.2.2.40 (InternetCPID): everything is told in UTF-8, whatever it came in.
fn write_code_page(_: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.text(tag, "65001");
}

// MS-ASEMAIL 2.2.2.20 (ContentClass): always this.
fn write_content_class(_: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.text(tag, "urn:content-classes:message");
}

fn write_flag(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    flag::write(mail.message.flag().as_ref(), tag, writer);
}

// MS-ASCON 2.2.2.3, 2.2.2.4: bytes, not text.
fn write_conversation_id(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.opaque(tag, &mail.letter.headers().conversation_id());
}

fn write_conversation_index(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.opaque(tag, &mail.letter.headers().conversation_index(received(mail)));
}

fn write_last_verb(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if let Some(verb) = mail.message.last_verb() {
        writer.number(tag, verb_number(verb));
    }
}

// MS-ASEMAIL 2.2.2.44 (LastVerbExecuted).
fn verb_number(verb: Verb) -> u8 {
    match verb {
        Verb::Reply => 1,
        Verb::ReplyToAll => 2,
        Verb::Forward => 3,
    }
}

fn write_last_verb_time(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if let Some(at) = mail.message.last_verb_at() {
        write_time(at, tag, writer);
    }
}

// MS-ASEMAIL 2.2.2.16 (Categories): an empty element where there are none.
fn write_categories(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    categories(mail.message, tag, writer);
}

fn categories(message: &Message, tag: Tag, writer: &mut Writer) {
    if message.categories().next().is_none() {
        return writer.empty(tag);
    }
    codec::write_list(message.categories(), tag, email::CATEGORY, writer);
}
