//! What differs between two revisions of a folder, a page at a time, out of `item` and `past`.

use std::collections::HashMap;

use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::item;
use super::item::Version;
use super::item::version_of;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::sync::Meta;
use crate::sync::state::Own;
use crate::sync::state::Walk;

/// An item that may have to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its version at the end of the walk.
    pub target: Version,
    /// Its version at the start, if there was one.
    pub before: Option<Meta>,
}

/// What is walked through.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    /// Whose.
    pub account: AccountId,
    /// Which folder.
    pub folder: FolderId,
    /// From where to where, and how far it has come.
    pub walk: &'a Walk,
    /// The cut-off that was in force at the start.
    pub cutoff: i64,
    /// The newest revision of the folder in this snapshot.
    pub head: Rev,
}

/// The next candidates in the order of the walk, at most `limit`; fewer only at its end. `own` is what the device
/// holds although it was told nothing.
pub async fn page(
    connection: &mut AnyConnection,
    path: Path<'_>,
    own: &HashMap<ItemId, Meta>,
    limit: i64,
) -> Result<Vec<Candidate>> {
    if path.walk.from == Rev(0) {
        let mut found = first(connection, path, limit).await?;
        if !own.is_empty() {
            found.extend(taken(connection, path, own).await?);
            found.sort_by_key(|candidate| {
                std::cmp::Reverse((candidate.target.meta.sort_time, candidate.target.meta.item))
            });
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(found)
    } else {
        later(connection, path, limit).await
    }
}

/// A first sync: what is there at the end, newest first.
async fn first(connection: &mut AnyConnection, path: Path<'_>, limit: i64) -> Result<Vec<Candidate>> {
    let (time, item) =
        path.walk.position.map_or((i64::MAX, i64::MAX), |position| (position.sort_time, position.item.0));
    let mut found = Vec::new();
    let queries = [
        version_of!(
            "item",
            "AND rev <= $3 AND deleted_at IS NULL AND sort_time >= $4 AND (sort_time, item_id) < ($5, $6) \
             ORDER BY sort_time DESC, item_id DESC LIMIT $7"
        ),
        version_of!(
            "past",
            "AND replaced_rev > $3 AND rev <= $3 AND deleted_at IS NULL AND sort_time >= $4 \
             AND (sort_time, item_id) < ($5, $6) ORDER BY sort_time DESC, item_id DESC LIMIT $7"
        ),
    ];
    // Without a later revision nothing that was there at the end has been replaced.
    let tables = if path.head > path.walk.to { 2 } else { 1 };
    for query in queries.into_iter().take(tables) {
        let rows = sqlx::query(query)
            .bind(path.account.0)
            .bind(path.folder.0)
            .bind(path.walk.to.0)
            .bind(path.walk.cutoff)
            .bind(time)
            .bind(item)
            .bind(limit)
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            found.push(Candidate { target: item::read_version(row)?, before: None });
        }
    }
    if tables > 1 {
        found.sort_by_key(|candidate| {
            std::cmp::Reverse((candidate.target.meta.sort_time, candidate.target.meta.item))
        });
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok(found)
}

/// Of a first sync: items of the device's own that are not there at the end, or outside its filter.
async fn taken(
    connection: &mut AnyConnection,
    path: Path<'_>,
    own: &HashMap<ItemId, Meta>,
) -> Result<Vec<Candidate>> {
    let queries = [
        version_of!("item", "AND item_id = $3 AND rev <= $4"),
        version_of!("past", "AND item_id = $3 AND rev <= $4 AND replaced_rev > $4"),
    ];
    let position = path
        .walk
        .position
        .map_or((i64::MAX, ItemId(i64::MAX)), |position| (position.sort_time, position.item));
    let mut found = Vec::new();
    for item in own.keys() {
        for query in queries {
            let row = sqlx::query(query)
                .bind(path.account.0)
                .bind(path.folder.0)
                .bind(item.0)
                .bind(path.walk.to.0)
                .fetch_optional(&mut *connection)
                .await?;
            let Some(target) = row.as_ref().map(item::read_version).transpose()? else { continue };
            let meta = target.meta;
            if !meta.passes(path.walk.cutoff) && (meta.sort_time, meta.item) < position {
                found.push(Candidate { target, before: None });
            }
        }
    }
    Ok(found)
}

/// Any other: what has another version at the end, and what the moving cut-off passed over, by revision.
async fn later(connection: &mut AnyConnection, path: Path<'_>, limit: i64) -> Result<Vec<Candidate>> {
    let position = path.walk.position.map_or(Rev(0), |position| position.rev);
    let mut found = aged(connection, path, position, limit).await?;
    let missing = limit - i64::try_from(found.len()).unwrap_or(limit);
    if missing > 0 {
        found.extend(changed(connection, path, position.max(path.walk.from), missing).await?);
    }
    Ok(found)
}

/// Versions that were there at the start and that one of the two cut-offs leaves out.
async fn aged(
    connection: &mut AnyConnection,
    path: Path<'_>,
    position: Rev,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let (low, high) = (path.cutoff.min(path.walk.cutoff), path.cutoff.max(path.walk.cutoff));
    if low == high || position >= path.walk.from {
        return Ok(Vec::new());
    }
    let queries = [
        version_of!(
            "item",
            "AND rev > $3 AND rev <= $4 AND deleted_at IS NULL AND sort_time >= $5 AND sort_time < $6 \
             ORDER BY rev LIMIT $7"
        ),
        version_of!(
            "past",
            "AND replaced_rev > $8 AND rev > $3 AND rev <= $4 AND deleted_at IS NULL \
             AND sort_time >= $5 AND sort_time < $6 ORDER BY rev LIMIT $7"
        ),
    ];
    let tables = if path.head > path.walk.to { 2 } else { 1 };
    let mut found = Vec::new();
    for (table, query) in queries.into_iter().take(tables).enumerate() {
        let mut query = sqlx::query(query)
            .bind(path.account.0)
            .bind(path.folder.0)
            .bind(position.0)
            .bind(path.walk.from.0)
            .bind(low)
            .bind(high)
            .bind(limit);
        if table == 1 {
            query = query.bind(path.walk.to.0);
        }
        for row in &query.fetch_all(&mut *connection).await? {
            let target = item::read_version(row)?;
            found.push(Candidate { before: Some(target.meta), target });
        }
    }
    Ok(in_order(found, limit))
}

/// Versions made after the start that are the newest at the end.
async fn changed(
    connection: &mut AnyConnection,
    path: Path<'_>,
    after: Rev,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let queries = [
        version_of!("item", "AND rev > $3 AND rev <= $4 ORDER BY rev LIMIT $5"),
        version_of!("past", "AND replaced_rev > $4 AND rev > $3 AND rev <= $4 ORDER BY rev LIMIT $5"),
    ];
    let tables = if path.head > path.walk.to { 2 } else { 1 };
    let mut found = Vec::new();
    for query in queries.into_iter().take(tables) {
        let rows = sqlx::query(query)
            .bind(path.account.0)
            .bind(path.folder.0)
            .bind(after.0)
            .bind(path.walk.to.0)
            .bind(limit)
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            found.push(Candidate { target: item::read_version(row)?, before: None });
        }
    }
    let mut found = in_order(found, limit);
    before(connection, path, &mut found).await?;
    Ok(found)
}

/// Fills in what the items were at the start of the walk.
async fn before(connection: &mut AnyConnection, path: Path<'_>, found: &mut [Candidate]) -> Result<()> {
    // An item's id is the revision it was made at: what was made after the start had no version then.
    let old = |candidate: &&mut Candidate| candidate.target.meta.item.0 <= path.walk.from.0;
    for candidate in found.iter_mut().filter(old) {
        let row = sqlx::query(
            "SELECT item_id, rev, sort_time, deleted_at, writer FROM past WHERE account_id = $1 AND folder_id = $2 \
             AND item_id = $3 AND rev <= $4 AND replaced_rev > $4",
        )
        .bind(path.account.0)
        .bind(path.folder.0)
        .bind(candidate.target.meta.item.0)
        .bind(path.walk.from.0)
        .fetch_optional(&mut *connection)
        .await?;
        candidate.before = row.as_ref().map(item::read_meta).transpose()?;
    }
    Ok(())
}

/// The newest version that a device wrote itself of each item, within its own range and after the walk's start.
pub async fn own_versions(
    connection: &mut AnyConnection,
    path: Path<'_>,
    device: DeviceNumber,
    own: Own,
) -> Result<HashMap<ItemId, Meta>> {
    let after = own.after.max(path.walk.from);
    if own.upto <= after {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT item_id, rev, sort_time, deleted_at, writer FROM item \
         WHERE account_id = $1 AND folder_id = $2 AND rev > $3 AND rev <= $4 AND writer = $5 \
         UNION ALL SELECT item_id, rev, sort_time, deleted_at, writer FROM past \
         WHERE account_id = $1 AND folder_id = $2 AND replaced_rev > $3 AND rev > $3 AND rev <= $4 AND writer = $5 \
         ORDER BY 2",
    )
    .bind(path.account.0)
    .bind(path.folder.0)
    .bind(after.0)
    .bind(own.upto.0)
    .bind(device.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| item::read_meta(row).map(|meta| (meta.item, meta))).collect()
}

/// Whether a moving cut-off passes over an item that is there now.
pub async fn has_aged(
    connection: &mut AnyConnection,
    account: AccountId,
    folder: FolderId,
    cutoffs: (i64, i64),
) -> Result<bool> {
    let (low, high) = (cutoffs.0.min(cutoffs.1), cutoffs.0.max(cutoffs.1));
    let row = sqlx::query(
        "SELECT item_id FROM item WHERE account_id = $1 AND folder_id = $2 AND sort_time >= $3 AND sort_time < $4 \
         AND deleted_at IS NULL LIMIT 1",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(low)
    .bind(high)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()?.is_some())
}

fn in_order(mut found: Vec<Candidate>, limit: i64) -> Vec<Candidate> {
    found.sort_by_key(|candidate| candidate.target.meta.rev);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    found
}
