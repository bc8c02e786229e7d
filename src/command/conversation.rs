//! A conversation that goes to a folder, with what comes of it later. What comes later is moved by `jobs/arrivals`.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::app::App;
use crate::command::carry::carry;
use crate::connector::Collection;
use crate::eas::itemoperations::Status;
use crate::error::Error;
use crate::mailbox;
use crate::mailbox::Mailbox;
use crate::mailbox::letters;
use crate::mailbox::letters::Bounds;
use crate::model::class::Class;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::store::conversation;
use crate::store::conversation::Rule;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::retrying;

/// Looking through an account's mail may take so long; a phone's patience is little more.
const PATIENCE: Duration = Duration::from_secs(20);
/// Messages looked at in one go: what is held of each is its header.
const AT_A_TIME: usize = 500;

/// Whether what lies in a folder goes with its conversation.
// MS-ASCON 3.1.4.6: from all folders but Sent Items. What is still being written has not come.
pub fn is_left(folder: &Folder) -> bool {
    let stays = [FolderKind::SENT_ITEMS, FolderKind::DRAFTS, FolderKind::OUTBOX].contains(&folder.kind);
    folder.class == Class::Email && folder.connection.is_some() && !folder.read_only && !stays
}

/// Moves a conversation, now and always.
pub async fn move_always(
    app: &App,
    account: AccountId,
    conversation: &[u8],
    to: &str,
) -> Result<Status, Error> {
    if conversation.is_empty() {
        return Ok(Status::PROTOCOL_ERROR);
    }
    let mut reader = app.store().read().await?;
    let rows = folder::list(&mut reader, account).await?;
    let known = conversation::find(&mut reader, account, conversation).await?;
    drop(reader);
    let folders: Vec<Folder> = rows.into_iter().filter(|row| !row.deleted).map(|row| row.folder).collect();
    let id = to.trim().parse().ok().map(FolderId);
    let to = folders.iter().find(|folder| Some(folder.id) == id);
    // MS-ASCMD 2.2.2 (Common Status Codes): 156 for where no mail can be moved.
    let Some(to) = to.filter(|to| is_left(to) || to.kind == FolderKind::SENT_ITEMS) else {
        return Ok(Status::ACTION_NOT_SUPPORTED);
    };
    let from = folders.iter().filter(|from| from.connection == to.connection && is_left(from));
    let from: Vec<&Folder> = from.filter(|from| from.id != to.id).collect();
    let found = match found(app, account, &from, conversation).await {
        Ok(found) => found,
        Err(Error::Connector(error)) => {
            tracing::warn!(%account, %error, "a conversation cannot be looked for");
            return Ok(Status::SERVER_ERROR);
        }
        Err(error) => return Err(error),
    };
    // Who did not hear that it was moved asks again.
    if found.is_empty() && known.is_none_or(|known| known.folder != to.id) {
        return Ok(Status::NOT_FOUND);
    }
    retrying(async || {
        let now = app.now();
        // Mail servers date by the second, backwards.
        let since = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let mut tx = app.store().begin().await?;
        conversation::set(&mut tx, account, conversation, Rule { folder: to.id, since }).await?;
        for place in &found {
            carry(&mut tx, *place, to, now).await?;
        }
        tx.commit().await
    })
    .await?;
    Ok(Status::SUCCESS)
}

/// Its messages, as far as the journal has them.
async fn found(
    app: &App,
    account: AccountId,
    folders: &[&Folder],
    conversation: &[u8],
) -> Result<Vec<Place>, Error> {
    let until = Instant::now() + PATIENCE;
    let mut found = Vec::new();
    for folder in folders {
        let (Some(connection), Some(collection)) = (&folder.connection, Collection::behind(folder)) else {
            continue;
        };
        let Some(mailbox) = mailbox::over(app, account, connection).await? else { continue };
        let mut reader = app.store().read().await?;
        let there = item::remote_ids(&mut reader, account, folder.id).await?;
        drop(reader);
        for some in there.chunks(AT_A_TIME) {
            let items = of(&mailbox, &collection, some, until, conversation).await?;
            found.extend(items.into_iter().map(|item| Place { account, folder: folder.id, item }));
        }
    }
    Ok(found)
}

async fn of(
    mailbox: &Mailbox,
    collection: &Collection,
    some: &[(String, Option<String>, ItemId)],
    until: Instant,
    conversation: &[u8],
) -> Result<Vec<ItemId>, Error> {
    let ids: Vec<String> = some.iter().map(|(id, ..)| id.clone()).collect();
    let bounds = Bounds { bytes: usize::MAX, until };
    let fetched = letters::fetch(mailbox, collection, &ids, bounds, &|_| Vec::new()).await;
    if let Some(error) = fetched.failed {
        return Err(error.into());
    }
    let is_of = |id: &String| {
        let letter = fetched.found.get(id).and_then(|letter| letter.as_ref().ok());
        letter.is_some_and(|letter| letter.headers().conversation_id() == conversation)
    };
    Ok(some.iter().filter(|(id, ..)| is_of(id)).map(|(.., item)| *item).collect())
}
