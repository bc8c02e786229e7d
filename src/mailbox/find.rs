//! A mail by any of the names that a phone has for it: where it is, who asks there, what it says. Changes nothing.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use futures_util::stream::BoxStream;
use tokio::time::Instant;

use super::Mailbox;
use super::letters;
use super::letters::Bounds;
use super::letters::Wants;
use super::over;
use crate::app::App;
use crate::connector;
use crate::connector::Collection;
use crate::eas::name::ItemName;
use crate::eas::name::Which;
use crate::error::Error;
use crate::mime::letter::Letter;
use crate::mime::parse;
use crate::mime::section::Section;
use crate::mime::transfer::Decoder;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::message::Message;
use crate::spool::Spool;
use crate::store::draft;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::moved;

/// A file of a mail or an event.
#[derive(Clone, Debug)]
pub struct File {
    /// Its media type.
    pub content_type: String,
    /// What is in it.
    pub data: Arc<Spool>,
}

/// A mail and how it is opened.
#[derive(Debug)]
pub struct Found {
    /// Its marks.
    pub message: Message,
    /// Where the journal has it; none: only its mailbox has it.
    pub place: Option<Place>,
    lies: Lies,
}

/// Where the text of a mail is.
#[derive(Debug)]
enum Lies {
    /// In a mailbox: who asks, where, and what it is called there.
    There { mailbox: Mailbox, collection: Collection, id: String },
    /// Here: a phone wrote it.
    Here(Bytes),
}

/// Finds a mail by its name; none if it is gone, or none was ever called so.
///
/// # Errors
///
/// The store, or the log-in at the mail server.
pub async fn find(app: &App, account: AccountId, name: &ItemName) -> Result<Option<Found>, Error> {
    match &name.item {
        Which::Held(item) => held(app, Place { account, folder: name.folder, item: *item }).await,
        Which::Remote(id) => {
            let mut reader = app.store().read().await?;
            let row = folder::find(&mut reader, account, name.folder).await?.filter(|row| !row.deleted);
            let known = item::by_remote_id(&mut reader, account, name.folder, id).await?;
            drop(reader);
            let Some(row) = row else { return Ok(None) };
            let place = known.filter(|known| !known.version.meta.deleted).map(|known| Place {
                account,
                folder: name.folder,
                item: known.version.meta.item,
            });
            remote(app, account, &row, id.clone(), place).await
        }
    }
}

async fn held(app: &App, place: Place) -> Result<Option<Found>, Error> {
    let mut reader = app.store().read().await?;
    let Some(row) = item::newest(&mut reader, place).await? else { return Ok(None) };
    // A phone may still use the name from before it was moved.
    let (place, row) = match moved::whereabouts(&mut reader, place).await? {
        Some(there) => there,
        None => (place, row),
    };
    let Ok(Content::Message(message)) = Content::from_json(Class::Email, &row.version.content) else {
        return Ok(None);
    };
    if row.version.meta.deleted {
        return Ok(None);
    }
    if let Some(text) = message.text()
        && let Some(raw) = draft::message(&mut reader, place.account, text).await?
    {
        return Ok(Some(Found { message, place: Some(place), lies: Lies::Here(Bytes::from(raw)) }));
    }
    let Some((at, id)) = moved::remote(&mut reader, place).await? else { return Ok(None) };
    let folder = folder::find(&mut reader, place.account, at).await?;
    drop(reader);
    let Some(folder) = folder else { return Ok(None) };
    let Some((mailbox, collection)) = opened(app, place.account, &folder).await? else { return Ok(None) };
    Ok(Some(Found { message, place: Some(place), lies: Lies::There { mailbox, collection, id } }))
}

async fn remote(
    app: &App,
    account: AccountId,
    folder: &folder::Row,
    id: String,
    place: Option<Place>,
) -> Result<Option<Found>, Error> {
    let Some((mailbox, collection)) = opened(app, account, folder).await? else { return Ok(None) };
    let ids = std::slice::from_ref(&id);
    let there = mailbox.connector.fetch(&mailbox.user, &collection, ids).await?;
    let message = there.into_iter().find(|there| there.id == id).and_then(|there| match there.content {
        Ok(Content::Message(message)) => Some(message),
        _ => None,
    });
    let lies = Lies::There { mailbox, collection, id };
    Ok(message.map(|message| Found { message, place, lies }))
}

async fn opened(
    app: &App,
    account: AccountId,
    row: &folder::Row,
) -> Result<Option<(Mailbox, Collection)>, Error> {
    let folder = &row.folder;
    let (Some(connection), Class::Email) = (&folder.connection, folder.class) else { return Ok(None) };
    let mailbox = over(app, account, connection).await?;
    Ok(mailbox.zip(Collection::behind(folder)))
}

/// There is no room for it just now.
pub fn unspooled(error: &io::Error) -> Error {
    connector::Error::Later { after: None, message: format!("cannot spool a file: {error}") }.into()
}

impl Found {
    /// What it says, with the parts that are wanted; none if its mailbox has it no more.
    pub async fn letter(&self, until: Instant, wants: Wants<'_>) -> Result<Option<Letter>, Error> {
        let (mailbox, collection, id) = match &self.lies {
            Lies::There { mailbox, collection, id } => (mailbox, collection, id),
            Lies::Here(raw) => return Ok(Some(Letter::read(raw.clone()))),
        };
        let bounds = Bounds { bytes: usize::MAX, until };
        let ids = std::slice::from_ref(id);
        let mut fetched = letters::fetch(mailbox, collection, ids, bounds, wants).await;
        match (fetched.found.remove(id), fetched.failed) {
            (Some(Ok(letter)), _) => Ok(Some(letter)),
            (None, Some(error)) => Err(error.into()),
            (Some(Err(_)) | None, _) => Ok(None),
        }
    }

    /// One part as it is written, piece by piece; the whole mail is one too.
    pub async fn stream(
        &self,
        section: &Section,
    ) -> connector::Result<BoxStream<'static, connector::Result<Bytes>>> {
        match &self.lies {
            Lies::There { mailbox, collection, id } => {
                mailbox.mail.stream(&mailbox.user, collection, id, section).await
            }
            Lies::Here(raw) => {
                let part = parse::parse(raw).section(section).map(|part| Ok(raw.slice_ref(part)));
                Ok(stream::iter(part.or(Some(Err(connector::Error::Gone)))).boxed())
            }
        }
    }

    /// All of it as it is written; none if it is longer than `most`.
    pub async fn raw(&self, most: usize) -> connector::Result<Option<Bytes>> {
        if let Lies::Here(raw) = &self.lies {
            return Ok(Some(raw.clone()));
        }
        let mut raw = Vec::new();
        let mut pieces = self.stream(&Section::WHOLE).await?;
        while let Some(piece) = pieces.next().await {
            raw.extend(piece?);
            if raw.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(Bytes::from(raw)))
    }

    /// A file that is attached, as it was before it was sent; none if there is no such part.
    pub async fn file(
        &self,
        section: &Section,
        until: Instant,
        mut data: Spool,
    ) -> Result<Option<File>, Error> {
        let Some(letter) = self.letter(until, &|_| Vec::new()).await? else { return Ok(None) };
        let Some(part) = letter.structure().part(section) else { return Ok(None) };
        let mut decoder = Decoder::new(part.encoding);
        let mut pieces = self.stream(section).await?;
        while let Some(piece) = pieces.next().await {
            data.write(&decoder.push(&piece?)).await.map_err(|error| unspooled(&error))?;
        }
        data.write(&decoder.finish()).await.map_err(|error| unspooled(&error))?;
        data.finish().await.map_err(|error| unspooled(&error))?;
        Ok(Some(File { content_type: part.media_type(), data: Arc::new(data) }))
    }
}
