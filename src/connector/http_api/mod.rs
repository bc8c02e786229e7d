//! The pull contract (`schema/contract.yaml`), spoken to whatever back office answers it.
//! Keeps nothing but an OAuth token.

mod call;
mod read;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::connector::Change;
use crate::connector::Collection;
use crate::connector::Connector;
use crate::connector::Error;
use crate::connector::Found;
use crate::connector::Identity;
use crate::connector::Page;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::Stored;
use crate::connector::Strategy;
use crate::connector::User;
use crate::connector::Write;
use crate::connector::http_api::call::Call;
use crate::connector::http_api::call::Caller;
use crate::connector::web::Trust;
use crate::connector::web::Unusable;
use crate::model::class::Class;
use crate::model::content::Content;

/// Where it is and who we are.
#[derive(Debug)]
pub struct Settings {
    /// Its address, to which `/v1` is added.
    pub url: String,
    /// Who logs in.
    pub log_in: LogIn,
    /// What is synced of what it has.
    pub classes: Vec<Class>,
    /// Whose certificates are believed.
    pub trust: Trust,
}

/// Who logs in at the back office. Prints no secret.
pub enum LogIn {
    /// `Authorization: Bearer`.
    Bearer(String),
    /// `Authorization: Basic`, the same for all accounts.
    Basic {
        /// Its name.
        user: String,
        /// Its password.
        password: String,
    },
    /// `Authorization: Basic` with each account's own log-in.
    PerUser,
    /// A token that we fetch by OAuth 2 client credentials (RFC 6749 4.4).
    OAuth {
        /// Where tokens are given.
        token_url: String,
        /// Our id there.
        client_id: String,
        /// Its secret.
        client_secret: String,
        /// What we ask for; may be empty.
        scope: String,
    },
}

/// A back office behind the contract.
#[derive(Debug)]
pub struct HttpApi {
    caller: Caller,
    classes: Vec<Class>,
}

impl HttpApi {
    /// Sets up the client; asks nobody yet.
    pub fn new(settings: Settings) -> std::result::Result<Self, Unusable> {
        let caller = Caller::new(&settings.url, settings.log_in, &settings.trust)?;
        Ok(Self { caller, classes: settings.classes })
    }

    /// The collections that the back office says can be read, and whether they can be written.
    async fn offered(&self, user: &User) -> Result<Vec<(Class, bool)>> {
        let about = self.caller.send(user, Call::new("")).await?;
        if about.get("version") != Some(&json!(1)) {
            return Err(Error::Protocol("it does not speak version 1 of the contract".to_owned()));
        }
        let offer = |class: Class| {
            let access = about.get("collections")?.get(name_of(class)?)?;
            let is = |what| access.get(what) == Some(&Value::Bool(true));
            is("read").then(|| (class, is("write")))
        };
        Ok(self.classes.iter().filter_map(|class| offer(*class)).collect())
    }

    async fn calendars(&self, user: &User, may_write: bool) -> Result<Vec<Collection>> {
        let list = self.caller.send(user, Call::new("calendars")).await.map_err(unknown_user)?;
        let calendars: Result<Vec<Collection>> =
            list.as_array().into_iter().flatten().map(read::calendar).collect();
        let mut calendars = calendars?;
        calendars.iter_mut().for_each(|calendar| calendar.read_only |= !may_write);
        Ok(calendars)
    }

    async fn item(&self, user: &User, collection: &Collection, id: &str) -> Result<Option<Remote>> {
        match self.caller.send(user, of(collection)?.item(id)?).await {
            Ok(answer) => Ok(Some(read::item(collection.class, &answer)?)),
            Err(Error::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a write came to; a conflict without the present version is completed by asking for it.
    async fn write(&self, user: &User, collection: &Collection, call: Call<'_>) -> Result<Value> {
        let id = call.id().map(str::to_owned);
        match (self.caller.send(user, call).await, id) {
            (Err(Error::Conflict(None)), Some(id)) => {
                Err(Error::Conflict(self.item(user, collection, &id).await?.map(Box::new)))
            }
            (answer, _) => answer,
        }
    }
}

#[async_trait]
impl Connector for HttpApi {
    async fn identities(&self, user: &User) -> Result<Vec<Identity>> {
        let list = self.caller.send(user, Call::new("identities")).await.map_err(unknown_user)?;
        list.as_array().into_iter().flatten().map(read::identity).collect()
    }

    async fn collections(&self, user: &User) -> Result<Vec<Collection>> {
        let mut collections = Vec::new();
        for (class, may_write) in self.offered(user).await? {
            match class {
                Class::Calendar => collections.extend(self.calendars(user, may_write).await?),
                Class::Email => {}
                Class::Contacts | Class::Tasks | Class::Notes => collections.push(Collection {
                    id: class.as_str().to_lowercase(),
                    name: class.as_str().to_owned(),
                    class,
                    default: true,
                    read_only: !may_write,
                }),
            }
        }
        Ok(collections)
    }

    async fn strategy(&self, _: &User, _: &Collection) -> Result<Strategy> {
        Ok(Strategy::Cursor)
    }

    async fn changes(
        &self,
        user: &User,
        collection: &Collection,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        let call =
            of(collection)?.path("changes").query("since", since).query("limit", Some(&limit.to_string()));
        let answer = self.caller.send(user, call).await.map_err(|error| match error {
            // A 410 where no cursor was sent speaks of the collection.
            Error::CursorExpired if since.is_none() => Error::Gone,
            error => error,
        })?;
        read::page(collection.class, &answer, since)
    }

    async fn modified(&self, _: &User, _: &Collection, _: Timestamp) -> Result<Vec<Remote>> {
        Err(Error::Protocol("the contract has cursors, not times".to_owned()))
    }

    async fn list(&self, user: &User, collection: &Collection) -> Result<Vec<(String, String)>> {
        let mut all = std::collections::BTreeMap::new();
        let mut since = None;
        loop {
            let page = self.changes(user, collection, since.as_deref(), LIST_PAGE).await?;
            for change in page.changes {
                match change {
                    Change::Upsert(remote) => all.insert(remote.id, remote.etag),
                    Change::Delete { id } => all.remove(&id),
                };
            }
            if !page.more {
                return Ok(all.into_iter().collect());
            }
            since = Some(page.cursor);
        }
    }

    async fn fetch(&self, user: &User, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>> {
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.item(user, collection, id).await?);
        }
        Ok(found)
    }

    async fn create(&self, user: &User, write: Write<'_>, content: &Content) -> Result<Stored> {
        let call = of(write.collection)?.method(Method::POST).key(write.idempotency_key).data(content);
        let answer = self.write(user, write.collection, call).await?;
        read::stored(&answer, None)
    }

    async fn update(
        &self,
        user: &User,
        write: Write<'_>,
        id: &str,
        etag: &str,
        content: &Content,
    ) -> Result<Stored> {
        let call = of(write.collection)?.item(id)?.method(Method::PUT).key(write.idempotency_key);
        let answer = self.write(user, write.collection, call.if_match(etag).data(content)).await?;
        read::stored(&answer, Some(id))
    }

    async fn delete(&self, user: &User, write: Write<'_>, id: &str, etag: &str) -> Result<()> {
        let call = of(write.collection)?.item(id)?.method(Method::DELETE).key(write.idempotency_key);
        match self.write(user, write.collection, call.if_match(etag)).await {
            Ok(_) | Err(Error::Gone | Error::Conflict(None)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn search(&self, user: &User, query: &str, offset: usize, limit: usize) -> Result<Option<Found>> {
        let (offset, limit) = (offset.to_string(), limit.to_string());
        let call = Call::new("directory/search").query("q", Some(query));
        match self.caller.send(user, call.query("offset", Some(&offset)).query("limit", Some(&limit))).await {
            Ok(answer) => read::found(&answer).map(Some),
            Err(Error::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Pages of a list are as large as a contract's back office has to offer.
const LIST_PAGE: usize = 500;

/// What the contract calls the items of a class.
fn name_of(class: Class) -> Option<&'static str> {
    match class {
        Class::Calendar => Some("events"),
        Class::Contacts => Some("contacts"),
        Class::Tasks => Some("tasks"),
        Class::Notes => Some("notes"),
        Class::Email => None,
    }
}

/// A call about a collection.
fn of(collection: &Collection) -> Result<Call<'_>> {
    let name = match collection.id.as_str() {
        // The directory's own: entries in the shape of contacts, the organisation's and not a user's.
        id @ ("people" | "companies") if collection.class == Class::Contacts => Some(id),
        _ => name_of(collection.class),
    };
    let name = name.ok_or_else(|| Error::Protocol("the contract has no mail".to_owned()))?;
    let calendar = (collection.class == Class::Calendar).then_some(&*collection.id);
    Ok(Call::new(name).about(collection.class).query("calendar", calendar))
}

/// A 404 where only the user can be unknown.
fn unknown_user(error: Error) -> Error {
    match error {
        Error::Gone => Error::Refused("the back office does not know this user or identity".to_owned()),
        error => error,
    }
}
