//! Mail without a mail server: the mailboxes of everybody in one folder, an index and a file for each message. Sends
//! nothing out of the house.
//!
//! It behaves as a mailbox over IMAP does, which one contract suite holds both to: numbers of messages, positions,
//! moves. Several processes may have the folder open, on one machine.

pub mod changes;
pub mod deliver;
pub mod files;
pub mod fill;
pub mod folders;
pub mod index;
pub mod position;
pub mod read;
pub mod search;
pub mod watch;
pub mod write;

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use tokio::sync::OnceCell;
use tokio::sync::broadcast;

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
use super::mail;
use super::mail::Envelope;
use super::mail::Handed;
use super::mail::Mail;
use super::mail::Mailbox;
use super::mail::Outline;
use super::mail::Piece;
use super::mail::Query;
use super::mail::Ready;
use super::mail::Wanted;
use super::mail::Window;
use super::source::Source;
use crate::mime::section::Section;
use crate::model::content::Content;
use crate::model::message::Message;
use files::Files;
use index::Index;
use index::Place;
use index::Tx;

/// The mailboxes of everybody.
#[derive(Clone, Debug)]
pub struct Mailboxes {
    inner: Arc<Inner>,
}

/// Where they are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder, which is made if it is not there.
    pub folder: PathBuf,
    /// What time it is.
    pub clock: fn() -> Timestamp,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    opened: OnceCell<Opened>,
    /// The number of each mailbox that changed.
    changed: broadcast::Sender<i64>,
}

#[derive(Clone, Debug)]
struct Opened {
    index: Index,
    files: Files,
}

/// Who waits and does not look for so many changes looks at the index instead.
const CHANGES: usize = 256;

impl Mailboxes {
    /// Sets them up; the folder is opened when it is first asked for something.
    pub fn new(settings: Settings) -> Self {
        let (changed, _) = broadcast::channel(CHANGES);
        Self { inner: Arc::new(Inner { settings, opened: OnceCell::new(), changed }) }
    }

    async fn open(&self) -> Result<&Opened> {
        self.inner.opened.get_or_try_init(|| open(&self.inner.settings)).await
    }

    fn now(&self) -> Timestamp {
        (self.inner.settings.clock)()
    }

    /// Begins to read a mailbox.
    async fn look(&self, user: &User, mailbox: &Collection) -> Result<(Tx, Place)> {
        let mut tx = self.open().await?.index.read().await?;
        let place = index::place(&mut tx, &owner(user)?, &mailbox.id).await?;
        Ok((tx, place))
    }

    /// Begins to change a mailbox.
    async fn change(&self, user: &User, mailbox: &Collection) -> Result<(Tx, Place)> {
        let mut tx = self.open().await?.index.write().await?;
        let place = index::place(&mut tx, &owner(user)?, &mailbox.id).await?;
        Ok((tx, place))
    }

    /// Ends what changed these mailboxes, and wakes who watches one of them.
    async fn commit(&self, tx: Tx, places: &[i64]) -> Result<()> {
        index::commit(tx).await?;
        for place in places {
            // Nobody need watch.
            let _ = self.inner.changed.send(*place);
        }
        Ok(())
    }

    /// The files of these messages, those that are gone left out, in the order asked.
    async fn paths(
        &self,
        user: &User,
        mailbox: &Collection,
        ids: &[String],
    ) -> Result<Vec<(String, PathBuf)>> {
        let (mut tx, place) = self.look(user, mailbox).await?;
        let found = changes::files(&mut tx, &place, ids).await?;
        let files = &self.open().await?.files;
        let path = |id: &String| {
            let uid = changes::uid(&place, id)?;
            let (_, file) = found.iter().find(|(found, _)| *found == uid)?;
            Some((id.clone(), files.path(file)))
        };
        Ok(ids.iter().filter_map(path).collect())
    }
}

async fn open(settings: &Settings) -> Result<Opened> {
    let files = Files::open(&settings.folder.join("messages")).map_err(files::unusable)?;
    let index = Index::open(&settings.folder.join("index.db")).await?;
    let used: HashSet<String> = index.files().await?.into_iter().collect();
    let (swept, now) = (files.clone(), (settings.clock)());
    on_disk(move || swept.sweep(&used, now.into())).await?;
    Ok(Opened { index, files })
}

/// Work that waits for the disk.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(files::unusable)
}

/// Whose mailboxes are meant.
fn owner(user: &User) -> Result<String> {
    if user.email.is_empty() {
        return Err(Error::Refused("nobody without an address has a mailbox".to_owned()));
    }
    Ok(user.email.to_lowercase())
}

/// The message that an item's content is.
fn message(content: &Content) -> Result<&Message> {
    mail::message(content).ok_or_else(|| Error::Refused("a mailbox holds mail only".to_owned()))
}

#[async_trait]
impl Connector for Mailboxes {
    async fn collections(&self, user: &User) -> Result<Vec<Collection>> {
        Ok(self.mailboxes(user).await?.into_iter().filter_map(mail::collection).collect())
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
        self.changes_within(user, collection, Window::default(), since, limit).await
    }

    async fn modified(&self, _: &User, _: &Collection, _: Timestamp) -> Result<Vec<Remote>> {
        Err(Error::Protocol("a mailbox counts changes; it has no times of them".to_owned()))
    }

    async fn list(&self, user: &User, collection: &Collection) -> Result<Vec<(String, String)>> {
        self.list_within(user, collection, Window::default()).await
    }

    async fn fetch(&self, user: &User, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>> {
        let (mut tx, place) = self.look(user, collection).await?;
        let rows = changes::rows(&mut tx, &place, ids).await?;
        Ok(rows.iter().map(|row| row.remote(&place)).collect())
    }

    /// A message is more than its row: it is stored by [`Mail::append`].
    async fn create(&self, _: &User, _: Write<'_>, _: &Content) -> Result<Stored> {
        Err(Error::Refused("a mail cannot be made of its marks alone".to_owned()))
    }

    async fn update(
        &self,
        user: &User,
        write: Write<'_>,
        id: &str,
        etag: &str,
        content: &Content,
    ) -> Result<Stored> {
        let message = message(content)?;
        let (mut tx, place) = self.change(user, write.collection).await?;
        let stored = write::update(&mut tx, &place, id, etag, message).await?;
        self.commit(tx, &[place.number]).await?;
        Ok(stored)
    }

    /// Whatever its keywords are by now: who deletes a mail means the mail.
    async fn delete(&self, user: &User, write: Write<'_>, id: &str, _: &str) -> Result<()> {
        self.remove(user, write.collection, &[id.to_owned()]).await
    }

    async fn search(&self, _: &User, _: &str, _: usize, _: usize) -> Result<Option<Found>> {
        Ok(None)
    }

    async fn erase(&self, user: &User) -> Result<()> {
        let opened = self.open().await?;
        let mut tx = opened.index.write().await?;
        let files = folders::erase(&mut tx, &owner(user)?).await?;
        index::commit(tx).await?;
        opened.files.remove(&files).await;
        Ok(())
    }

    fn mail(self: Arc<Self>) -> Option<Arc<dyn Mail>> {
        Some(self)
    }
}

#[async_trait]
impl Mail for Mailboxes {
    /// Nobody logs in here: there is nothing to be refused for.
    async fn check_log_in(&self, _: &User) -> Result<()> {
        self.open().await.map(drop)
    }

    async fn check_password(&self, _: &User) -> Result<()> {
        Err(Error::Refused("these mailboxes know no passwords".to_owned()))
    }

    async fn mailboxes(&self, user: &User) -> Result<Vec<Mailbox>> {
        let owner = owner(user)?;
        let index = &self.open().await?.index;
        let mut tx = index.read().await?;
        if folders::is_known(&mut tx, &owner).await? {
            return folders::list(&mut tx, &owner).await;
        }
        drop(tx);
        let mut tx = index.write().await?;
        folders::settle(&mut tx, &owner, self.now()).await?;
        let mailboxes = folders::list(&mut tx, &owner).await?;
        index::commit(tx).await?;
        Ok(mailboxes)
    }

    async fn changes_within(
        &self,
        user: &User,
        mailbox: &Collection,
        window: Window,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        let (mut tx, place) = self.look(user, mailbox).await?;
        changes::changes(&mut tx, &place, window, since, limit).await
    }

    async fn list_within(
        &self,
        user: &User,
        mailbox: &Collection,
        window: Window,
    ) -> Result<Vec<(String, String)>> {
        let (mut tx, place) = self.look(user, mailbox).await?;
        let rows = changes::within(&mut tx, &place, window).await?;
        Ok(rows.iter().map(|row| (changes::id(&place, row.uid), mail::etag(&row.keywords()))).collect())
    }

    async fn outlines(&self, user: &User, mailbox: &Collection, ids: &[String]) -> Result<Vec<Outline>> {
        let paths = self.paths(user, mailbox, ids).await?;
        let outlines =
            move || paths.iter().filter_map(|(id, path)| read::outline(id, path).transpose()).collect();
        on_disk(outlines).await
    }

    async fn sections(&self, user: &User, mailbox: &Collection, wanted: &[Wanted]) -> Result<Vec<Piece>> {
        let ids: Vec<String> = wanted.iter().map(|wanted| wanted.id.clone()).collect();
        let paths: BTreeMap<String, PathBuf> = self.paths(user, mailbox, &ids).await?.into_iter().collect();
        let mut of_message: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
        for wanted in wanted {
            of_message.entry(wanted.id.clone()).or_default().push(wanted.clone());
        }
        let pieces = move || {
            let mut pieces = Vec::new();
            for (id, path) in &paths {
                let wanted = of_message.get(id).map(Vec::as_slice).unwrap_or_default();
                pieces.extend(read::sections(path, wanted)?);
            }
            Ok(pieces)
        };
        let mut pieces = on_disk(pieces).await?;
        pieces.sort_by_cached_key(|piece| wanted.iter().position(|wanted| *wanted == piece.wanted));
        Ok(pieces)
    }

    async fn stream(
        &self,
        user: &User,
        mailbox: &Collection,
        id: &str,
        section: &Section,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let mut paths = self.paths(user, mailbox, &[id.to_owned()]).await?;
        let (_, path) = paths.pop().ok_or(Error::Gone)?;
        let section = section.clone();
        on_disk(move || Ok(read::stream(&path, &section))).await?
    }

    async fn relocate(
        &self,
        user: &User,
        from: &Collection,
        ids: &[String],
        to: &Collection,
    ) -> Result<Vec<Option<String>>> {
        let (mut tx, from) = self.change(user, from).await?;
        let to = index::place(&mut tx, &owner(user)?, &to.id).await?;
        let moved = write::relocate(&mut tx, &from, ids, &to, self.now()).await?;
        self.commit(tx, &[from.number, to.number]).await?;
        Ok(moved)
    }

    async fn remove(&self, user: &User, mailbox: &Collection, ids: &[String]) -> Result<()> {
        let (mut tx, place) = self.change(user, mailbox).await?;
        let unused = write::delete(&mut tx, &place, ids, self.now()).await?;
        self.commit(tx, &[place.number]).await?;
        self.open().await?.files.remove(&unused).await;
        Ok(())
    }

    async fn append(
        &self,
        user: &User,
        mailbox: &Collection,
        source: Source<'_>,
        message: &Message,
    ) -> Result<Stored> {
        drop(self.look(user, mailbox).await?);
        let files = &self.open().await?.files;
        let written = files.write(b"", source).await?;
        let (mut tx, place) = self.change(user, mailbox).await?;
        let stored = write::insert(&mut tx, &place, &written, message, self.now()).await?;
        self.commit(tx, &[place.number]).await?;
        Ok(stored)
    }

    async fn find(&self, user: &User, mailbox: &Collection, query: &Query) -> Result<Vec<String>> {
        let (mut tx, place) = self.look(user, mailbox).await?;
        let candidates = search::candidates(&mut tx, &place, query).await?;
        drop(tx);
        let id = |uid| changes::id(&place, uid);
        if query.text.is_empty() {
            return Ok(candidates.into_iter().map(|(uid, _)| id(uid)).collect());
        }
        let files = &self.open().await?.files;
        let paths = candidates.into_iter().map(|(uid, file)| (uid, files.path(&file)));
        let (paths, words) = (paths.collect(), query.text.clone());
        let found = on_disk(move || search::reading(paths, &words)).await?;
        Ok(found.into_iter().map(id).collect())
    }

    async fn create_folder(&self, user: &User, parent: Option<&str>, name: &str) -> Result<String> {
        let mut tx = self.open().await?.index.write().await?;
        let owner = owner(user)?;
        folders::settle(&mut tx, &owner, self.now()).await?;
        let id = folders::create(&mut tx, &owner, parent, name, self.now()).await?;
        index::commit(tx).await?;
        Ok(id)
    }

    async fn rename_folder(&self, user: &User, id: &str, parent: Option<&str>, name: &str) -> Result<String> {
        let mut tx = self.open().await?.index.write().await?;
        folders::rename(&mut tx, &owner(user)?, id, parent, name).await?;
        index::commit(tx).await?;
        Ok(id.to_owned())
    }

    async fn delete_folder(&self, user: &User, id: &str) -> Result<()> {
        let opened = self.open().await?;
        let mut tx = opened.index.write().await?;
        let unused = folders::delete(&mut tx, &owner(user)?, id).await?;
        let number = id.parse().unwrap_or_default();
        self.commit(tx, &[number]).await?;
        opened.files.remove(&unused).await;
        Ok(())
    }

    async fn watch(&self, user: &User, mailbox: &Collection, since: Option<&str>) -> Result<()> {
        let changed = self.inner.changed.subscribe();
        let index = &self.open().await?.index;
        watch::watch(index, &owner(user)?, &mailbox.id, since, changed).await
    }

    async fn submit(
        &self,
        user: &User,
        envelope: &Envelope,
        source: Source<'_>,
        ready: Ready<'_>,
    ) -> Result<Handed> {
        let (opened, sender, now) = (self.open().await?, owner(user)?, self.now());
        let mut tx = opened.index.read().await?;
        let sorted = deliver::sort(&mut tx, envelope).await?;
        drop(tx);
        if sorted.here.is_empty() && sorted.elsewhere.is_empty() {
            return Ok(Handed::Over(sorted.refused));
        }
        let (mut here, mut elsewhere) = (None, None);
        if !sorted.here.is_empty() {
            here = Some(opened.files.write(deliver::trace(envelope, now).as_bytes(), source).await?);
        }
        if !sorted.elsewhere.is_empty() {
            elsewhere = Some(opened.files.write(deliver::note(&sorted.elsewhere).as_bytes(), source).await?);
        }
        ready.await?;
        // All at once, so that it never is delivered to some of them and refused.
        let mut tx = opened.index.write().await?;
        let mut places = Vec::new();
        if let Some(written) = &here {
            places = deliver::deliver(&mut tx, &sorted.here, written, now).await?;
        }
        if let Some(written) = &elsewhere {
            places.push(deliver::keep(&mut tx, &sender, written, now).await?);
        }
        self.commit(tx, &places).await?;
        Ok(Handed::Over(sorted.refused))
    }
}
