//! Mail: what a connector for it offers besides items. Content stays in the mailbox and is asked for when it is sent.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::Digest as _;
use sha2::Sha256;

use super::Collection;
use super::Page;
use super::Result;
use super::Stored;
use super::User;
use super::source::Source;
use crate::mime::section::Section;
use crate::mime::structure::Structure;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::message::Message;
use crate::model::object::Set;
use crate::model::object::members;

/// A mailbox of the user's, in its place among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The server's own name for it; a collection has it as its id.
    pub id: String,
    /// For people, without the names of those it lies in.
    pub name: String,
    /// The mailbox it lies in; none on top.
    pub parent: Option<String>,
    /// What it is for, if that is known.
    pub role: Option<Role>,
    /// Whether it can hold messages. One that cannot only holds other mailboxes.
    pub is_selectable: bool,
    /// Whether it is the user's own, and not somebody else's or a shared one.
    pub is_personal: bool,
}

/// What a mailbox is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Mail arrives there.
    Inbox,
    /// Not yet sent.
    Drafts,
    /// Was sent.
    Sent,
    /// Waste basket.
    Trash,
    /// Unwanted.
    Junk,
    /// Done with.
    Archive,
    /// A view of everything, as Gmail has it.
    All,
    /// A view of what is flagged.
    Flagged,
}

/// Which messages of a mailbox are synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Those that came on this day or later; none: all.
    pub since: Option<Date>,
}

/// What a message consists of, before any of it is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its id.
    pub id: String,
    /// Its header, as far as it is looked at.
    pub header: Bytes,
    /// Its parts.
    pub structure: Structure,
}

/// A part of a message that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which message.
    pub id: String,
    /// Which part; the whole message is one too.
    pub section: Section,
    /// How many bytes of it are enough, as it is written.
    pub limit: u32,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is of.
    pub wanted: Wanted,
    /// Its first bytes.
    pub bytes: Bytes,
    /// Whether there is no more.
    pub is_whole: bool,
}

/// What is looked for in a mailbox. All of it has to be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that are in the message, wherever.
    pub text: Vec<String>,
    /// It came on this day or later.
    pub since: Option<Date>,
    /// It came before this day.
    pub before: Option<Date>,
    /// Nobody read it.
    pub is_unread: bool,
}

/// From whom a message goes to whom, whatever its header says.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who gets it back if it cannot be delivered; empty: nobody.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({} recipients)", self.to.len())
    }
}

/// What has to be done before the server may have a message; if it fails, the message is not handed over.
///
/// Who keeps a queue notes there that it cannot be known any more whether the message is sent, until the answer comes.
pub type Ready<'a> = BoxFuture<'a, Result<()>>;

/// How handing over a message ended, if it did not fail altogether.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The server has it for all recipients but these.
    Over(Vec<Refusal>),
    /// The line broke while the server was to say whether it has it: it may be sent, and sending it again may be
    /// sending it twice.
    Unsure(String),
}

/// A recipient that the server does not take.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who.
    pub recipient: String,
    /// Whether it will be the same tomorrow (5yz), or may be tried again (4yz).
    pub is_final: bool,
    /// What the server says.
    pub reply: String,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("is_final", &self.is_final).finish_non_exhaustive()
    }
}

/// What somebody is told who writes to one who is away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Other words have another one.
    pub name: String,
    /// The words, or a MIME part with its fields.
    pub text: String,
    /// Which of them.
    pub is_mime: bool,
}

/// An absence that a mail server is to see to.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Vacation {
    /// Another absence has another one: who was told of that is told of this as well.
    pub name: String,
    /// For so many days nobody is told the same again.
    pub days: u64,
    /// The user's addresses.
    pub addresses: Vec<String>,
    /// The domains of colleagues.
    pub domains: Vec<String>,
    /// Colleagues with another address.
    pub colleagues: Vec<String>,
    /// Whom the user knows.
    pub contacts: Vec<String>,
    /// What colleagues are told, if anything.
    pub internal: Option<Words>,
    /// What those are told whom the user knows.
    pub known: Option<Words>,
    /// What everybody else is told.
    pub unknown: Option<Words>,
    /// Whether it has begun.
    pub is_on: bool,
    /// When it begins.
    pub since: Option<Timestamp>,
    /// When it ends; none: when it is taken back.
    pub until: Option<Timestamp>,
}

impl fmt::Debug for Vacation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vacation(…)")
    }
}

/// Whether a mail server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It does, as it was told.
    Yes,
    /// It does not: that was wanted, or it cannot; why, if that is worth a word.
    Not(Option<String>),
}

/// What tells whether keywords changed.
pub fn etag(keywords: &Set) -> String {
    let mut hash = Sha256::new();
    for keyword in members(keywords) {
        hash.update(keyword);
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The message that an item's content is.
pub fn message(content: &Content) -> Option<&Message> {
    match content {
        Content::Message(message) => Some(message),
        Content::Event(_) | Content::Contact(_) | Content::Task(_) | Content::Note(_) => None,
    }
}

/// A mailbox as a collection; none if it holds no messages.
pub fn collection(mailbox: Mailbox) -> Option<Collection> {
    mailbox.is_selectable.then(|| Collection {
        id: mailbox.id,
        name: mailbox.name,
        class: Class::Email,
        default: mailbox.role == Some(Role::Inbox),
        read_only: false,
    })
}

/// One kind of mail server. Ids of messages are those of the items that [`super::Connector`] tells.
#[async_trait]
pub trait Mail: fmt::Debug + Send + Sync {
    /// Whether the log-in is a good one, asked now.
    async fn check_log_in(&self, user: &User) -> Result<()>;

    /// Whether a password is the user's own, asked now, whoever logs in there otherwise.
    async fn check_password(&self, user: &User) -> Result<()>;

    /// The mailboxes the user sees.
    async fn mailboxes(&self, user: &User) -> Result<Vec<Mailbox>>;

    /// As [`super::Connector::changes`], within a window: what leaves it is told as deleted.
    async fn changes_within(
        &self,
        user: &User,
        mailbox: &Collection,
        window: Window,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page>;

    /// As [`super::Connector::list`], within a window.
    async fn list_within(
        &self,
        user: &User,
        mailbox: &Collection,
        window: Window,
    ) -> Result<Vec<(String, String)>>;

    /// Headers and structures of messages; those that are gone are left out.
    async fn outlines(&self, user: &User, mailbox: &Collection, ids: &[String]) -> Result<Vec<Outline>>;

    /// Parts of messages; those that are gone are left out.
    async fn sections(&self, user: &User, mailbox: &Collection, wanted: &[Wanted]) -> Result<Vec<Piece>>;

    /// One part as it is written, piece by piece; the whole message is one too.
    async fn stream(
        &self,
        user: &User,
        mailbox: &Collection,
        id: &str,
        section: &Section,
    ) -> Result<BoxStream<'static, Result<Bytes>>>;

    /// Moves messages; the new ids in the order asked. None: it was not there, or the server does not tell.
    async fn relocate(
        &self,
        user: &User,
        from: &Collection,
        ids: &[String],
        to: &Collection,
    ) -> Result<Vec<Option<String>>>;

    /// Removes messages for good; those that are gone already are fine.
    async fn remove(&self, user: &User, mailbox: &Collection, ids: &[String]) -> Result<()>;

    /// Stores a message with its keywords and date.
    async fn append(
        &self,
        user: &User,
        mailbox: &Collection,
        source: Source<'_>,
        message: &Message,
    ) -> Result<Stored>;

    /// The messages that match, newest first.
    async fn find(&self, user: &User, mailbox: &Collection, query: &Query) -> Result<Vec<String>>;

    /// Makes a mailbox in another, or on top; its id.
    async fn create_folder(&self, user: &User, parent: Option<&str>, name: &str) -> Result<String>;

    /// Renames or moves a mailbox; its new id.
    async fn rename_folder(&self, user: &User, id: &str, parent: Option<&str>, name: &str) -> Result<String>;

    /// Removes a mailbox with its messages.
    async fn delete_folder(&self, user: &User, id: &str) -> Result<()>;

    /// Ends when something may have changed in the mailbox since that cursor. The caller bounds it in time.
    async fn watch(&self, user: &User, mailbox: &Collection, since: Option<&str>) -> Result<()>;

    /// Has the server answer for a user who is away, or for one who is back (none) no more.
    async fn answer(&self, _: &User, _: Option<&Vacation>) -> Result<Taken> {
        Ok(Taken::Not(None))
    }

    /// Hands a message over for delivery.
    async fn submit(
        &self,
        user: &User,
        envelope: &Envelope,
        source: Source<'_>,
        ready: Ready<'_>,
    ) -> Result<Handed>;
}
