//! The last snapshot of the company directory, for when its owner does not answer. Asks nobody.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;
use sqlx::Row;

use super::Result;
use super::Tx;
use super::pull::Lease;
use crate::model::id::OrganisationId;

/// One person or company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person<'a> {
    /// The back office's id.
    pub remote_id: &'a str,
    /// Its version there.
    pub rev: &'a str,
    /// Folded, for sorting.
    pub name: &'a str,
    /// Folded, for searching; a space before each word.
    pub words: &'a str,
    /// JSContact.
    pub content: &'a str,
}

/// Which part of the directory: over which connection, which collection of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Whose.
    pub organisation: OrganisationId,
    /// Over which connection.
    pub connection: &'a str,
    /// `people` or `companies`.
    pub collection: &'a str,
}

/// Puts one in, or replaces it.
pub async fn put(tx: &mut Tx, part: Part<'_>, person: &Person<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO person (organisation_id, connection, remote_id, collection, name, words, rev, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organisation_id, connection, remote_id) DO UPDATE SET \
         collection = excluded.collection, name = excluded.name, words = excluded.words, rev = excluded.rev, \
         content = excluded.content",
    )
    .bind(part.organisation.0)
    .bind(part.connection)
    .bind(person.remote_id)
    .bind(part.collection)
    .bind(person.name)
    .bind(person.words)
    .bind(person.rev)
    .bind(person.content)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes one out.
pub async fn remove(tx: &mut Tx, part: Part<'_>, remote_id: &str) -> Result<()> {
    sqlx::query(
        "DELETE FROM person WHERE organisation_id = $1 AND connection = $2 AND remote_id = $3 AND collection = $4",
    )
    .bind(part.organisation.0)
    .bind(part.connection)
    .bind(remote_id)
    .bind(part.collection)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets all of an organisation's directory, and where its pulls stand.
pub async fn clear(tx: &mut Tx, organisation: OrganisationId) -> Result<()> {
    for statement in [
        "DELETE FROM person WHERE organisation_id = $1",
        "DELETE FROM person_pull WHERE organisation_id = $1",
    ] {
        sqlx::query(statement).bind(organisation.0).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The ids of all in a part.
pub async fn ids(c: &mut AnyConnection, part: Part<'_>) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "SELECT remote_id FROM person WHERE organisation_id = $1 AND connection = $2 AND collection = $3",
    )
    .bind(part.organisation.0)
    .bind(part.connection)
    .bind(part.collection)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// What matches: for each its folded name and its id, sorted by them. At most `limit`.
///
/// Sorted here and not by the database, whose idea of order depends on how it was set up.
pub async fn matching(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    words: &[String],
    limit: i64,
) -> Result<Vec<(String, String, String)>> {
    // A QueryBuilder would write `?`, which PostgreSQL does not take. Only the numbers of the words vary.
    let likes: String =
        (3..).zip(words).map(|(number, _)| format!(" AND words LIKE ${number} ESCAPE '!'")).collect();
    let text =
        format!("SELECT name, connection, remote_id FROM person WHERE organisation_id = $1{likes} LIMIT $2");
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(organisation.0).bind(limit);
    for word in words {
        query = query.bind(pattern(word));
    }
    let rows = query.fetch_all(c).await?;
    let mut found: Vec<(String, String, String)> = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .collect::<Result<_>>()?;
    found.sort_unstable();
    Ok(found)
}

/// The JSContact of one.
pub async fn content(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    connection: &str,
    remote_id: &str,
) -> Result<Option<String>> {
    let row = sqlx::query(
        "SELECT content FROM person WHERE organisation_id = $1 AND connection = $2 AND remote_id = $3",
    )
    .bind(organisation.0)
    .bind(connection)
    .bind(remote_id)
    .fetch_optional(c)
    .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Takes the pull of a part for a node, if it is due and nobody holds it. Returns the cursor, none at first.
pub async fn take(
    tx: &mut Tx,
    part: Part<'_>,
    lease: Lease<'_>,
    now: Timestamp,
) -> Result<Option<Option<String>>> {
    sqlx::query(
        "INSERT INTO person_pull (organisation_id, connection, collection, next_at, lease_until) \
         VALUES ($1, $2, $3, 0, 0) ON CONFLICT (organisation_id, connection, collection) DO NOTHING",
    )
    .bind(part.organisation.0)
    .bind(part.connection)
    .bind(part.collection)
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query(
        "UPDATE person_pull SET lease_node = $4, lease_until = $5 WHERE organisation_id = $1 AND connection = $2 \
         AND collection = $3 AND next_at <= $6 AND lease_until <= $6 RETURNING cursor",
    )
    .bind(part.organisation.0)
    .bind(part.connection)
    .bind(part.collection)
    .bind(lease.node)
    .bind(lease.until.as_microsecond())
    .bind(now.as_microsecond())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Ends the pull of a part: from where the next one goes on, and when.
pub async fn end(tx: &mut Tx, part: Part<'_>, cursor: Option<&str>, next_at: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE person_pull SET cursor = $4, next_at = $5, lease_node = NULL, lease_until = 0 \
         WHERE organisation_id = $1 AND connection = $2 AND collection = $3",
    )
    .bind(part.organisation.0)
    .bind(part.connection)
    .bind(part.collection)
    .bind(cursor)
    .bind(next_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn pattern(word: &str) -> String {
    let mut pattern = "% ".to_owned();
    for c in word.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
