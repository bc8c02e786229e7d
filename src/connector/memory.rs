//! A small back office in memory, for tests: it works, and fails in every way a real one does. Keeps nothing.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use async_trait::async_trait;
use jiff::Timestamp;

use super::Change;
use super::Collection;
use super::Connector;
use super::Error;
use super::Found;
use super::Page;
use super::Remote;
use super::Result;
use super::Stored;
use super::Strategy;
use super::User;
use super::Write;
use crate::model::content::Content;

/// The back office. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Memory {
    state: Arc<Mutex<State>>,
}

/// How it misbehaves.
#[derive(Clone, Debug, Default)]
pub struct Moods {
    /// So many writes are done, and their answers get lost.
    pub lost_answers: usize,
    /// Collections that take no new item.
    pub closed: Vec<String>,
    /// Writes are refused with this message.
    pub refusal: Option<String>,
    /// Nobody can log in.
    pub log_in_fails: bool,
    /// It does not answer at all.
    pub down: bool,
    /// A proxy before it answers every write with a page of its own.
    pub walled: bool,
    /// Single items cannot be asked for.
    pub hides: bool,
    /// It changes what it is sent: the title in capitals.
    pub alters: bool,
    /// The time it takes the changes of tests to be made at.
    pub now: Timestamp,
}

#[derive(Debug)]
struct State {
    strategy: Strategy,
    collections: Vec<Collection>,
    items: BTreeMap<(String, String), Item>,
    people: Vec<Content>,
    rev: u64,
    oldest_cursor: u64,
    answers: HashMap<String, Stored>,
    writes: usize,
    moods: Moods,
}

#[derive(Clone, Debug)]
struct Item {
    rev: u64,
    at: Timestamp,
    /// None: it is gone.
    content: Option<std::result::Result<Content, String>>,
}

impl Memory {
    /// An empty one.
    pub fn new(strategy: Strategy, collections: Vec<Collection>) -> Self {
        let state = State {
            strategy,
            collections,
            items: BTreeMap::new(),
            people: Vec::new(),
            rev: 0,
            oldest_cursor: 0,
            answers: HashMap::new(),
            writes: 0,
            moods: Moods::default(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Somebody there makes or changes an item.
    pub fn put(&self, collection: &str, id: &str, content: Content) {
        self.lock().set(collection, id, Some(Ok(content)));
    }

    /// An item there becomes unreadable.
    pub fn spoil(&self, collection: &str, id: &str, reason: &str) {
        self.lock().set(collection, id, Some(Err(reason.to_owned())));
    }

    /// Somebody there deletes an item.
    pub fn remove(&self, collection: &str, id: &str) {
        self.lock().set(collection, id, None);
    }

    /// What is there and readable.
    pub fn contents(&self, collection: &str) -> Vec<(String, Content)> {
        let state = self.lock();
        let of = state.items.iter().filter(|((name, _), _)| name == collection);
        of.filter_map(|((_, id), item)| Some((id.clone(), item.content.clone()?.ok()?))).collect()
    }

    /// Changes the collections that the user sees.
    pub fn set_collections(&self, collections: Vec<Collection>) {
        self.lock().collections = collections;
    }

    /// Changes the company directory.
    pub fn set_people(&self, people: Vec<Content>) {
        self.lock().people = people;
    }

    /// Changes how it misbehaves.
    pub fn mood(&self, change: impl FnOnce(&mut Moods)) {
        change(&mut self.lock().moods);
    }

    /// All cursors given out so far are too old now, and forgotten items are not told any more.
    pub fn expire_cursors(&self) {
        let mut state = self.lock();
        state.rev += 1;
        state.oldest_cursor = state.rev;
        state.items.retain(|_, item| item.content.is_some());
    }

    /// How many writes were done; one that is repeated under its key counts once.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        if state.moods.down {
            return Err(Error::Later { after: None, message: "it is down".to_owned() });
        }
        if state.moods.log_in_fails {
            return Err(Error::LogIn("wrong password".to_owned()));
        }
        Ok(state)
    }
}

impl State {
    fn set(
        &mut self,
        collection: &str,
        id: &str,
        content: Option<std::result::Result<Content, String>>,
    ) -> u64 {
        self.rev += 1;
        let item = Item { rev: self.rev, at: self.moods.now, content };
        self.items.insert((collection.to_owned(), id.to_owned()), item);
        self.rev
    }

    fn live<'a>(&'a self, collection: &'a str) -> impl Iterator<Item = (&'a str, &'a Item)> {
        let of =
            self.items.iter().filter(move |((name, _), item)| name == collection && item.content.is_some());
        of.map(|((_, id), item)| (id.as_str(), item))
    }

    fn remote(id: &str, item: &Item) -> Option<Remote> {
        Some(Remote { id: id.to_owned(), etag: item.rev.to_string(), content: item.content.clone()? })
    }

    /// The answer under a key that was used, or what stands against a new write.
    fn replay(&self, key: &str) -> Option<Result<Stored>> {
        if self.moods.walled {
            return Some(Err(Error::Protocol("400 Bad Request".to_owned())));
        }
        if let Some(stored) = self.answers.get(key) {
            return Some(Ok(stored.clone()));
        }
        self.moods.refusal.clone().map(|message| Err(Error::Refused(message)))
    }

    /// What stands against a new item in a collection, besides.
    fn bar(&self, collection: &str) -> Result<()> {
        match self.moods.closed.iter().any(|closed| closed == collection) {
            true => Err(Error::Refused("nothing new here".to_owned())),
            false => Ok(()),
        }
    }

    fn check(&self, collection: &str, id: &str, etag: &str) -> Result<()> {
        let item = self.items.get(&(collection.to_owned(), id.to_owned())).ok_or(Error::Gone)?;
        let remote = Self::remote(id, item).ok_or(Error::Gone)?;
        if remote.etag == etag { Ok(()) } else { Err(Error::Conflict(Some(Box::new(remote)))) }
    }

    fn store(&mut self, write: Write<'_>, id: &str, content: Option<&Content>) -> Result<Stored> {
        let altered = self.moods.alters && content.is_some();
        let content = content.map(|content| if altered { shouted(content) } else { content.clone() });
        let rev = self.set(&write.collection.id, id, content.map(Ok));
        self.writes += 1;
        let stored = Stored { id: id.to_owned(), etag: rev.to_string(), altered };
        self.answers.insert(write.idempotency_key.to_owned(), stored.clone());
        if self.moods.lost_answers > 0 {
            self.moods.lost_answers -= 1;
            return Err(Error::Later { after: None, message: "the answer got lost".to_owned() });
        }
        Ok(stored)
    }
}

fn shouted(content: &Content) -> Content {
    let mut value = content.to_value();
    if let Some(title) = value.get("title").and_then(|title| title.as_str()).map(str::to_uppercase)
        && let Some(object) = value.as_object_mut()
    {
        object.insert("title".to_owned(), title.into());
    }
    Content::from_value(content.class(), &value).unwrap_or_else(|_| content.clone())
}

#[async_trait]
impl Connector for Memory {
    async fn collections(&self, _: &User) -> Result<Vec<Collection>> {
        Ok(self.open()?.collections.clone())
    }

    async fn strategy(&self, _: &User, _: &Collection) -> Result<Strategy> {
        Ok(self.open()?.strategy)
    }

    async fn changes(
        &self,
        _: &User,
        collection: &Collection,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        let state = self.open()?;
        let after: u64 = since.unwrap_or("0").parse().map_err(|_| Error::CursorExpired)?;
        if since.is_some() && after < state.oldest_cursor {
            return Err(Error::CursorExpired);
        }
        let of = state.items.iter().filter(|((name, _), item)| *name == collection.id && item.rev > after);
        let mut news: Vec<_> = of.filter(|(_, item)| since.is_some() || item.content.is_some()).collect();
        news.sort_by_key(|(_, item)| item.rev);
        let more = news.len() > limit;
        news.truncate(limit);
        let cursor = if more { news.last().map_or(after, |(_, item)| item.rev) } else { state.rev };
        let change = |((_, id), item): (&(String, String), &Item)| match State::remote(id, item) {
            Some(remote) => Change::Upsert(remote),
            None => Change::Delete { id: id.clone() },
        };
        let changes = news.into_iter().map(change).collect();
        Ok(Page { changes, cursor: cursor.to_string(), more, complete: since.is_none() })
    }

    async fn modified(&self, _: &User, collection: &Collection, since: Timestamp) -> Result<Vec<Remote>> {
        let state = self.open()?;
        let of = state.live(&collection.id).filter(|(_, item)| item.at >= since);
        Ok(of.filter_map(|(id, item)| State::remote(id, item)).collect())
    }

    async fn list(&self, _: &User, collection: &Collection) -> Result<Vec<(String, String)>> {
        let state = self.open()?;
        Ok(state.live(&collection.id).map(|(id, item)| (id.to_owned(), item.rev.to_string())).collect())
    }

    async fn fetch(&self, _: &User, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>> {
        let state = self.open()?;
        if state.moods.hides {
            return Err(Error::Later { after: None, message: "not now".to_owned() });
        }
        let of = state.live(&collection.id).filter(|(id, _)| ids.iter().any(|wanted| wanted == id));
        Ok(of.filter_map(|(id, item)| State::remote(id, item)).collect())
    }

    async fn create(&self, _: &User, write: Write<'_>, content: &Content) -> Result<Stored> {
        let mut state = self.open()?;
        if let Some(answer) = state.replay(write.idempotency_key) {
            return answer;
        }
        state.bar(&write.collection.id)?;
        let id = format!("new-{}", state.rev + 1);
        state.store(write, &id, Some(content))
    }

    async fn update(
        &self,
        _: &User,
        write: Write<'_>,
        id: &str,
        etag: &str,
        content: &Content,
    ) -> Result<Stored> {
        let mut state = self.open()?;
        if let Some(answer) = state.replay(write.idempotency_key) {
            return answer;
        }
        state.check(&write.collection.id, id, etag)?;
        state.store(write, id, Some(content))
    }

    async fn delete(&self, _: &User, write: Write<'_>, id: &str, etag: &str) -> Result<()> {
        let mut state = self.open()?;
        if let Some(answer) = state.replay(write.idempotency_key) {
            return answer.map(drop);
        }
        match state.check(&write.collection.id, id, etag) {
            Err(Error::Gone) => Ok(()),
            Err(error) => Err(error),
            Ok(()) => state.store(write, id, None).map(drop),
        }
    }

    async fn search(&self, _: &User, query: &str, offset: usize, limit: usize) -> Result<Option<Found>> {
        let state = self.open()?;
        let query = query.to_lowercase();
        let of = state.people.iter().filter(|person| person.title().to_lowercase().contains(&query));
        let mut people: Vec<Content> = of.cloned().collect();
        people.sort_by_key(|person| person.title().to_lowercase());
        let total = people.len();
        let people = people.into_iter().skip(offset).take(limit).collect();
        Ok(Some(Found { total, people }))
    }
}
