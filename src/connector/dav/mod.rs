//! CalDAV and CardDAV: calendars, tasks, notes and contacts of any server that speaks them.
//! Keeps nothing; every call asks the server.
//!
//! Changes come by sync-collection where the server has it (RFC 6578), else by a list of etags.
//! `ical` and `vcard` turn texts into items and back without loss; `line` is the syntax they share.

pub mod alarm;
mod attach;
pub mod card_day;
pub mod card_value;
pub mod component;
pub mod discovery;
pub mod entry;
pub mod formatted;
#[cfg(test)]
mod golden;
pub mod href;
pub mod ical;
#[cfg(test)]
mod ical_tests;
pub mod kept;
pub mod line;
pub mod observance;
pub mod people;
pub mod plain;
pub mod read;
pub mod rule;
pub mod span;
pub mod time;
pub mod vcard;
pub mod webdav;
pub mod write;
pub mod xml;
pub mod zone;
pub mod zone_names;

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::Client;
use reqwest::Url;

use crate::connector::Collection;
use crate::connector::Connector;
use crate::connector::Error;
use crate::connector::Found;
use crate::connector::Page;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::Stored;
use crate::connector::Strategy;
use crate::connector::User;
use crate::connector::Write;
use crate::connector::dav::webdav::Session;
use crate::connector::web;
use crate::connector::web::Trust;
use crate::connector::web::Unusable;
use crate::model::class::Class;
use crate::model::content::Content;

/// What stands for the user in an address.
const EMAIL: &str = "{email}";
const NAME: &str = "{name}";

/// A server that speaks CalDAV, CardDAV or both.
pub struct Dav {
    client: Client,
    settings: Settings,
    now: fn() -> Timestamp,
}

/// Where it is and what is wanted of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server, or a user's home or collection there; `{email}` and `{name}` stand for the user.
    pub url: String,
    /// Who logs in.
    pub log_in: LogIn,
    /// What is synced.
    pub classes: Vec<Class>,
    /// Never asks for sync-collection, even where the server offers it.
    pub list_only: bool,
    /// Whose certificates are believed.
    pub trust: Trust,
}

/// Whose name and password the server is shown.
#[derive(Clone, PartialEq, Eq)]
pub enum LogIn {
    /// One for all.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A bearer token, for all.
    Bearer(String),
    /// The user's own.
    PerUser,
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(…)",
            Self::Bearer(_) => "Bearer(…)",
            Self::PerUser => "PerUser",
        })
    }
}

impl fmt::Debug for Dav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dav").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Dav {
    /// Sets it up without asking the server anything. `now` dates what is written.
    pub fn new(settings: Settings, now: fn() -> Timestamp) -> std::result::Result<Self, Unusable> {
        let example = web::address(&settings.url.replace(EMAIL, "a").replace(NAME, "a"))?;
        let client = web::client(&example, &settings.trust)?;
        Ok(Self { client, settings, now })
    }

    fn session<'a>(&'a self, user: &'a User) -> Result<Session<'a>> {
        let part = |text: &str| href::encode(text.as_bytes());
        let name = user.name.as_deref().unwrap_or(&user.email);
        let url = self.settings.url.replace(EMAIL, &part(&user.email)).replace(NAME, &part(name));
        let base: Url = web::address(&url).map_err(|error| Error::Protocol(error.to_string()))?;
        Ok(Session { client: &self.client, log_in: &self.settings.log_in, user, base })
    }
}

#[async_trait]
impl Connector for Dav {
    async fn collections(&self, user: &User) -> Result<Vec<Collection>> {
        discovery::collections(&self.session(user)?, &self.settings.classes).await
    }

    async fn strategy(&self, user: &User, collection: &Collection) -> Result<Strategy> {
        if self.settings.list_only {
            return Ok(Strategy::List);
        }
        read::strategy(&self.session(user)?, collection).await
    }

    async fn changes(
        &self,
        user: &User,
        collection: &Collection,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        read::changes(&self.session(user)?, collection, since, limit).await
    }

    async fn modified(&self, _: &User, _: &Collection, _: Timestamp) -> Result<Vec<Remote>> {
        Err(Error::Protocol("WebDAV has tokens and etags, not times".to_owned()))
    }

    async fn list(&self, user: &User, collection: &Collection) -> Result<Vec<(String, String)>> {
        read::list(&self.session(user)?, collection).await
    }

    async fn fetch(&self, user: &User, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>> {
        read::fetch(&self.session(user)?, collection, ids).await
    }

    async fn create(&self, user: &User, write: Write<'_>, content: &Content) -> Result<Stored> {
        write::create(&self.session(user)?, write, content, (self.now)()).await
    }

    async fn update(
        &self,
        user: &User,
        write: Write<'_>,
        id: &str,
        etag: &str,
        content: &Content,
    ) -> Result<Stored> {
        write::update(&self.session(user)?, write, (id, etag), content, (self.now)()).await
    }

    async fn delete(&self, user: &User, write: Write<'_>, id: &str, etag: &str) -> Result<()> {
        write::delete(&self.session(user)?, write, id, etag).await
    }

    async fn search(&self, _: &User, _: &str, _: usize, _: usize) -> Result<Option<Found>> {
        Ok(None)
    }
}
