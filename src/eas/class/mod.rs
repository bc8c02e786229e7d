//! Items as phones have them: each class a table of elements, read both ways against the model.
//! Knows nothing of commands, folders or who is right.
//!
//! Three rules hold in every class:
//!
//! - **A phone that sends back what it was shown changes nothing.** Each element is compared with what the
//!   phone could see; only what differs is laid over the item. So a rule, a zone, a formatted text or a fourth
//!   e-mail address that the phone cannot express survives its edits.
//! - **Absent is not empty.** An empty element takes a value away; an absent one does so only where the version,
//!   the class and the phone's `Supported` say it (MS-ASCMD 2.2.3.179, [`Reading::clears`]).
//! - **What is unknown is ignored, what makes no sense is refused** with the element's name ([`Unreadable`]),
//!   which is the item's own status 6 and nobody else's trouble.

mod body;
mod codec;
mod contact;
mod cover;
pub mod email;
mod event;
pub mod gal;
mod note;
mod pattern;
mod table;
mod task;
#[cfg(test)]
pub(super) mod testing;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use wbxml::Element;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;

use crate::eas::class::table::Absence;
use crate::eas::preference::BodyPreference;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;

/// Whose mailbox it is.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The address that meetings know them by.
    pub email: String,
    /// The name people read.
    pub name: String,
    /// Where they are: the zone of what has none.
    pub zone: TimeZone,
}

/// What a phone can be shown: its version, what it asked for, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The version of the request.
    pub version: Version,
    /// The forms of a body it takes, from 12.0 on.
    pub body: &'a [BodyPreference],
    /// How many bytes of a body it takes, before 12.0; all if none.
    pub truncation: Option<u32>,
    /// Whose mailbox it is.
    pub owner: &'a Owner,
    /// At what time of day it wants birthdays.
    pub birthday: BirthdayTime,
    /// Our name for the item, which those of its files begin with; empty where it has none yet.
    pub server_id: &'a str,
    /// What it asked for that only mails have.
    pub mail: MailView<'a>,
}

/// What a phone wants of mails, beside the forms of their text.
#[derive(Clone, Copy, Debug, Default)]
pub struct MailView<'a> {
    /// Which it takes as whole messages: 0 none, 1 those that are signed or sealed, 2 all.
    pub mime_support: u8,
    /// How many bytes of a whole message it takes; all if none.
    pub mime_truncation: Option<u32>,
    /// The form of what is new in its conversation, from 14.1 on.
    pub body_part: Option<&'a BodyPreference>,
}

/// The time of day, in UTC, that puts a birthday on the right day in a family of phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BirthdayTime {
    /// 11:59, as Exchange has it: the same day from UTC-11 to UTC+12 (MS-ASCNTC 2.2.2.9 Birthday).
    #[default]
    BeforeNoon,
    /// This full hour.
    Hour(i8),
    /// Midnight where the owner is, as iOS has it.
    LocalMidnight,
}

/// How to read what a phone sent.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// What it was shown of the item before.
    pub view: View<'a>,
    /// The elements of `Supported`, if the phone declared any at its first Sync of the folder.
    pub supported: Option<&'a [Tag]>,
    /// The sizes at which it was shown texts cut, now or before, in bytes.
    pub cuts: &'a [u32],
    /// The time of the change.
    pub now: Timestamp,
    /// The uid of a new item that brings none.
    pub uid: &'a str,
}

/// An element whose value makes no sense: status 6 for the item (MS-ASCMD 2.2.3.177.17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{element:?}: {reason}")]
pub struct Unreadable {
    /// Where it is.
    pub element: Tag,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Why an item cannot be shown on this phone at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unwritable {
    /// What stands in the way.
    pub reason: &'static str,
}

/// Whether the version has this class at all.
// MS-ASCMD 2.2.3.27.4 (Class), MS-ASNOTE 2.2.2: notes are from 14.0 on, though their folder is told of before.
pub fn is_known(class: Class, version: Version) -> bool {
    class != Class::Notes || version >= Version::V14_0
}

/// Writes the children of `ApplicationData`.
pub fn write(content: &Content, view: &View<'_>, writer: &mut Writer) -> Result<(), Unwritable> {
    if !is_known(content.class(), view.version) {
        return Err(Unwritable { reason: "not an item of this version" });
    }
    match content {
        Content::Contact(contact) => contact::write(contact, view, writer),
        Content::Event(event) => event::write(event, view, writer)?,
        Content::Task(task) => task::write(task, view, writer),
        Content::Note(note) => note::write(note, view, writer),
        Content::Message(_) => return Err(Unwritable { reason: "a mail without what it says" }),
    }
    Ok(())
}

/// What a phone hears of its own Add or Change beside the status: what the server made of it, if it has to know.
pub fn answer(content: &Content, sent: Element<'_>, is_new: bool, view: &View<'_>) -> Option<Fragment> {
    match content {
        Content::Event(event) => event::answer(event, sent, is_new, view),
        Content::Contact(_) | Content::Task(_) | Content::Note(_) | Content::Message(_) => None,
    }
}

/// Lays the phone's `ApplicationData` over what it held, or makes a new item of it.
pub fn read(
    class: Class,
    data: Element<'_>,
    base: Option<&Content>,
    reading: &Reading<'_>,
) -> Result<Content, Unreadable> {
    if !is_known(class, reading.view.version) {
        return Err(Unreadable::at(data, "not an item of this version"));
    }
    match (class, base) {
        (Class::Contacts, Some(Content::Contact(base))) => {
            contact::read(data, Some(base), reading).map(Content::Contact)
        }
        (Class::Contacts, None) => contact::read(data, None, reading).map(Content::Contact),
        (Class::Calendar, Some(Content::Event(base))) => {
            event::read(data, Some(base), reading).map(Content::Event)
        }
        (Class::Calendar, None) => event::read(data, None, reading).map(Content::Event),
        (Class::Tasks, Some(Content::Task(base))) => task::read(data, Some(base), reading).map(Content::Task),
        (Class::Tasks, None) => task::read(data, None, reading).map(Content::Task),
        (Class::Notes, Some(Content::Note(base))) => note::read(data, Some(base), reading).map(Content::Note),
        (Class::Notes, None) => note::read(data, None, reading).map(Content::Note),
        (Class::Email, Some(Content::Message(base))) => {
            email::change::read(data, base, reading).map(Content::Message)
        }
        _ => Err(Unreadable::at(data, "not an item of this class")),
    }
}

/// Lays the phone's `ApplicationData` over one occurrence of an event; 16.0 and later name it by `InstanceId`.
pub fn change_instance(
    base: &Content,
    instance_id: &str,
    data: Element<'_>,
    reading: &Reading<'_>,
) -> Result<Content, Unreadable> {
    let event = series_of(base)?;
    event::series::change_instance(event, instance_id, data, reading).map(Content::Event)
}

/// Takes one occurrence of an event away; 16.0 and later name it by `InstanceId`.
pub fn delete_instance(
    base: &Content,
    instance_id: &str,
    reading: &Reading<'_>,
) -> Result<Content, Unreadable> {
    event::series::delete_instance(series_of(base)?, instance_id, reading).map(Content::Event)
}

/// The single event that an occurrence is; 16.0 and later name it by `InstanceId`, and files of it by its name.
pub fn occurrence(content: &Content, instance_id: &str, view: &View<'_>) -> Option<Event> {
    event::series::occurrence(series_of(content).ok()?, instance_id, view)
}

/// Where the rule puts the occurrence that an `InstanceId` means; none if there is none.
pub fn occurrence_at(event: &Event, instance_id: &str, view: &View<'_>) -> Option<DateTime> {
    event::series::occurrence_at(event, instance_id, view)
}

fn series_of(content: &Content) -> Result<&Event, Unreadable> {
    let Content::Event(event) = content else {
        return Err(Unreadable { element: airsyncbase::INSTANCE_ID, reason: "only events have occurrences" });
    };
    Ok(event)
}

impl Reading<'_> {
    /// Whether the phone, by not sending the element, has emptied it.
    // MS-ASCMD 2.2.3.179 (Supported): without the list nothing is ghosted, with it all that it does not name.
    fn clears(&self, element: Tag, absence: Absence) -> bool {
        match absence {
            Absence::Clears => self.supported.is_none_or(|supported| supported.contains(&element)),
            Absence::Declared => self.supported.is_some_and(|supported| supported.contains(&element)),
            Absence::Keeps => false,
        }
    }
}

impl Unreadable {
    /// What is wrong with this element.
    fn at(element: Element<'_>, reason: &'static str) -> Self {
        Self { element: element.tag(), reason }
    }
}
