//! The back office: what every kind of it offers to the core. Keeps nothing; the store does.

pub mod dav;
pub mod http_api;
pub mod imap;
pub mod mail;
pub mod nudge;
pub mod sasl;
pub mod sieve;
pub mod smtp;
pub mod source;
pub mod trust;
pub mod web;
pub mod wire;
pub mod local;
pub mod mailbox;
pub mod memory;
pub mod recent;
pub mod searched;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::folder::FIRST_FURTHER;
use crate::model::folder::Folder;
use mail::Mail;

/// What can go wrong on the other side.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log-in was refused: the connection is paused and somebody is told.
    #[error("the log-in was refused: {0}")]
    LogIn(String),
    /// Not allowed or not acceptable, said so by the back office itself (400, 403, 422): the phone's change is reverted,
    /// the message shown.
    #[error("refused: {0}")]
    Refused(String),
    /// It changed meanwhile (412); the present version, none when it is gone.
    #[error("the item changed meanwhile")]
    Conflict(Option<Box<Remote>>),
    /// The item or collection is not there (404, 410).
    #[error("not there")]
    Gone,
    /// The cursor is too old: start again without one and reconcile.
    #[error("the cursor expired")]
    CursorExpired,
    /// Busy or down: again later, not before the time given.
    #[error("{message}")]
    Later {
        /// What to wait at least (`Retry-After`).
        after: Option<Duration>,
        /// For the log.
        message: String,
    },
    /// It answered something that is not its protocol, a proxy's page perhaps: nothing is reverted, it is tried again,
    /// and the connection is marked as ailing.
    #[error("not understood: {0}")]
    Protocol(String),
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

/// Whose data: the account's address and, where the connection has log-ins per user, that.
#[derive(Clone, Default)]
pub struct User {
    /// E-mail address of the account.
    pub email: String,
    /// Log-in name at the back office.
    pub name: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// Which of the user's identities (a company he belongs to); none: the default one.
    pub identity: Option<String>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User(…)")
    }
}

/// A collection of the back office: a calendar, an address book, a list of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The back office's own name for it.
    pub id: String,
    /// For people.
    pub name: String,
    /// What is in it.
    pub class: Class,
    /// The user's main one of its class.
    pub default: bool,
    /// Whether the user may not write.
    pub read_only: bool,
}

impl Collection {
    /// The collection behind a folder; none if it lives here alone.
    pub fn behind(folder: &Folder) -> Option<Self> {
        folder.connection.as_ref()?;
        Some(Self {
            id: folder.remote_id.clone()?,
            name: folder.name.clone(),
            class: folder.class,
            default: folder.id < FIRST_FURTHER,
            read_only: folder.read_only,
        })
    }
}

/// A company or role of the user's, one of which a connection may be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// As `User::identity` names it.
    pub id: String,
    /// For people.
    pub name: String,
    /// The one meant when none is named.
    pub default: bool,
}

/// An item as the back office has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Remote {
    /// The back office's own id.
    pub id: String,
    /// Its version: rev or etag; opaque.
    pub etag: String,
    /// What it says, or why it cannot be read (such an item is set aside and stops nothing).
    pub content: std::result::Result<Content, String>,
}

/// A change as a cursor tells it.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are upserts")]
pub enum Change {
    /// It is there, new or changed.
    Upsert(Remote),
    /// It is gone.
    Delete {
        /// Its id.
        id: String,
    },
}

/// What changed after a cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// In no order but per id.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub cursor: String,
    /// Whether to go on at once.
    pub more: bool,
    /// Whether this page and those that follow until `more` ends name all that is there (a first pull).
    pub complete: bool,
}

/// How a connector learns what changed in a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A: [`Connector::changes`] after a cursor.
    Cursor,
    /// B: [`Connector::modified`] since a time, and [`Connector::list`] now and then to see what is gone.
    ModifiedSince,
    /// C: [`Connector::list`] each time, [`Connector::fetch`] of what differs.
    List,
}

/// What was stored by a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The item's id.
    pub id: String,
    /// Its version now.
    pub etag: String,
    /// Whether what is there may differ from what was sent, so that it should be fetched.
    pub altered: bool,
}

/// A write owed to the back office.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// Which collection.
    pub collection: &'a Collection,
    /// The same for every attempt of this write.
    pub idempotency_key: &'a str,
}

/// One kind of back office. The methods a strategy does not use may answer [`Error::Protocol`].
#[async_trait]
pub trait Connector: fmt::Debug + Send + Sync {
    /// The user's identities; none where the back office knows no such thing.
    async fn identities(&self, _: &User) -> Result<Vec<Identity>> {
        Ok(Vec::new())
    }

    /// The collections the user sees, of all classes that the connector was configured for.
    async fn collections(&self, user: &User) -> Result<Vec<Collection>>;

    /// How changes in it are found. May ask the server; the answer is stable while the program runs.
    async fn strategy(&self, user: &User, collection: &Collection) -> Result<Strategy>;

    /// Strategy A. `since` none: everything from the start. At most about `limit` changes.
    async fn changes(
        &self,
        user: &User,
        collection: &Collection,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page>;

    /// Strategy B: what was modified at or after a time; overlaps are fine.
    async fn modified(&self, user: &User, collection: &Collection, since: Timestamp) -> Result<Vec<Remote>>;

    /// Strategies B and C: (id, etag or hash) of all that is there.
    async fn list(&self, user: &User, collection: &Collection) -> Result<Vec<(String, String)>>;

    /// Strategies B and C: these items; those that are gone are left out.
    async fn fetch(&self, user: &User, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>>;

    /// Makes a new item.
    async fn create(&self, user: &User, write: Write<'_>, content: &Content) -> Result<Stored>;

    /// Replaces an item if it still has that etag.
    async fn update(
        &self,
        user: &User,
        write: Write<'_>,
        id: &str,
        etag: &str,
        content: &Content,
    ) -> Result<Stored>;

    /// Removes an item if it still has that etag. Already gone is fine.
    async fn delete(&self, user: &User, write: Write<'_>, id: &str, etag: &str) -> Result<()>;

    /// Searches the company directory, sorted by name; none if the connector has no directory.
    async fn search(&self, user: &User, query: &str, offset: usize, limit: usize) -> Result<Option<Found>>;

    /// Removes all that it keeps here of a person who is forgotten; what others keep is theirs to remove.
    async fn erase(&self, _: &User) -> Result<()> {
        Ok(())
    }

    /// What it offers besides items, if it is a mail server.
    fn mail(self: Arc<Self>) -> Option<Arc<dyn Mail>> {
        None
    }
}

/// A page of the directory.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How many match in all.
    pub total: usize,
    /// Those asked for.
    pub people: Vec<Content>,
}
