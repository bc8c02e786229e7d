//! Keeps the last snapshot of the company directory, for when its owner does not answer. Serves no search.

use std::collections::HashSet;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::office::Office;
use super::office::answer;
use super::office::later;
use super::pull::LEASE;
use crate::config::connection::LogIn;
use crate::connector;
use crate::connector::Change;
use crate::connector::Collection;
use crate::connector::Connector;
use crate::connector::Page;
use crate::connector::User;
use crate::directory;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::id::OrganisationId;
use crate::model::service::Service;
use crate::store;
use crate::store::directory as snapshot;
use crate::store::directory::Part;
use crate::store::directory::Person;
use crate::store::organisation;
use crate::store::retrying;
use crate::store::service;

/// What a directory consists of, as the contract names it.
const COLLECTIONS: [&str; 2] = ["people", "companies"];
/// From one pull of the directory to the next; searches are live, this is only for bad times.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// After one that went wrong.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// Entries asked for at a time.
const PAGE: usize = 200;
/// Pages of one run.
const PAGES: usize = 10_000;

/// Pulls every part that is due.
pub(super) async fn pull(office: Office) {
    for connected in office.connections() {
        let (connection, Some(connector)) = (&connected.settings, &connected.connector) else { continue };
        if !connection.directory || connection.log_in != LogIn::Organisation {
            continue;
        }
        let organisations = match organisations(&office).await {
            Ok(organisations) => organisations,
            Err(error) => return tracing::warn!(%error, "cannot look for directories to pull"),
        };
        for organisation in organisations.iter().filter(|one| connected.serves(**one)) {
            for collection in COLLECTIONS {
                let part = Part { organisation: *organisation, connection: &connection.name, collection };
                if let Err(error) = one(&office, connector.as_ref(), part).await {
                    tracing::warn!(connection = connection.name, collection, %error, "the directory was not pulled");
                }
            }
        }
    }
}

/// Those that use a directory.
async fn organisations(office: &Office) -> store::Result<Vec<OrganisationId>> {
    let mut reader = office.app.store().read().await?;
    let mut found = Vec::new();
    for organisation in organisation::list(&mut reader).await? {
        if !service::of_organisation(&mut reader, organisation.id).await?.has(Service::Directory) {
            found.push(organisation.id);
        }
    }
    Ok(found)
}

async fn one(office: &Office, connector: &dyn Connector, part: Part<'_>) -> Result<(), Error> {
    let Some(cursor) = retrying(|| take(office, part)).await? else { return Ok(()) };
    let outcome = follow(office, connector, part, cursor).await;
    let now = office.app.now();
    let (cursor, next_at) = match &outcome {
        Ok(cursor) => (Some(cursor.as_str()), later(now, EVERY)),
        // It starts from nothing next time, which costs little and mends everything.
        Err(_) => (None, later(now, AGAIN)),
    };
    retrying(|| end(office, part, cursor, next_at)).await?;
    outcome.map(drop)
}

async fn take(office: &Office, part: Part<'_>) -> store::Result<Option<Option<String>>> {
    let now = office.app.now();
    let mut tx = office.app.store().begin().await?;
    let taken = snapshot::take(&mut tx, part, office.lease(now, LEASE), now).await?;
    tx.commit().await?;
    Ok(taken)
}

async fn end(office: &Office, part: Part<'_>, cursor: Option<&str>, next_at: Timestamp) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    snapshot::end(&mut tx, part, cursor, next_at).await?;
    tx.commit().await
}

/// Follows the changes after a cursor to their end, and returns the last cursor.
async fn follow(
    office: &Office,
    connector: &dyn Connector,
    part: Part<'_>,
    mut since: Option<String>,
) -> Result<String, Error> {
    let collection = Collection {
        id: part.collection.to_owned(),
        name: part.collection.to_owned(),
        class: Class::Contacts,
        default: false,
        read_only: true,
    };
    let user = User::default();
    let mut seen = None;
    for _ in 0..PAGES {
        let page = match answer(connector.changes(&user, &collection, since.as_deref(), PAGE)).await {
            Err(connector::Error::CursorExpired) if since.is_some() => {
                (since, seen) = (None, None);
                continue;
            }
            page => page?,
        };
        if since.is_none() && page.complete {
            seen = Some(HashSet::new());
        }
        if let Some(seen) = &mut seen {
            seen.extend(page.changes.iter().map(|change| key(part, id_of(change))));
        }
        retrying(|| write(office, part, &page)).await?;
        if !page.more {
            if let Some(seen) = seen {
                retrying(|| forget(office, part, &seen)).await?;
            }
            return Ok(page.cursor);
        }
        since = Some(page.cursor);
    }
    Err(connector::Error::Protocol(format!("more than {PAGES} pages")).into())
}

async fn write(office: &Office, part: Part<'_>, page: &Page) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    for change in &page.changes {
        let remote_id = key(part, id_of(change));
        match change {
            Change::Upsert(remote) => {
                // One that cannot be read is not found in bad times; the live search may know better.
                let Ok(content) = &remote.content else { continue };
                let person = Person {
                    remote_id: &remote_id,
                    rev: &remote.etag,
                    name: &directory::order::key(&content.title()),
                    words: &directory::searched(content),
                    content: &content.to_json(),
                };
                snapshot::put(&mut tx, part, &person).await?;
            }
            Change::Delete { .. } => snapshot::remove(&mut tx, part, &remote_id).await?,
        }
    }
    tx.commit().await
}

/// Removes those that a complete run did not name.
async fn forget(office: &Office, part: Part<'_>, seen: &HashSet<String>) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    for id in snapshot::ids(&mut tx, part).await? {
        if !seen.contains(&id) {
            snapshot::remove(&mut tx, part, &id).await?;
        }
    }
    tx.commit().await
}

fn id_of(change: &Change) -> &str {
    match change {
        Change::Upsert(remote) => &remote.id,
        Change::Delete { id } => id,
    }
}

/// People and companies may have the same id.
fn key(part: Part<'_>, id: &str) -> String {
    format!("{}/{id}", part.collection)
}
