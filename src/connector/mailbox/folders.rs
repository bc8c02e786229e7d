//! The mailboxes of a user: listed, made, renamed, removed. Reads no message.

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::index;
use super::index::Place;
use super::index::Tx;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::mail::Mailbox;
use crate::connector::mail::Role;

/// What everybody has from the start.
const STANDARD: [(&str, Role); 6] = [
    ("Inbox", Role::Inbox),
    ("Drafts", Role::Drafts),
    ("Sent", Role::Sent),
    ("Trash", Role::Trash),
    ("Junk", Role::Junk),
    ("Archive", Role::Archive),
];

/// Where a message lies that nobody here could be given. No program looks for it: people are to see it.
pub const UNSENT: &str = "Outbox (not sent)";

/// No longer name, in bytes.
const LONGEST: usize = 250;

/// Whether somebody has mailboxes here.
pub async fn is_known(connection: &mut SqliteConnection, owner: &str) -> Result<bool> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM owner WHERE address = $1")
        .bind(owner)
        .fetch_optional(connection)
        .await
        .map_err(index::unusable)?;
    Ok(row.is_some())
}

/// Gives somebody the mailboxes that everybody has.
pub async fn settle(tx: &mut Tx, owner: &str, now: Timestamp) -> Result<()> {
    let made = sqlx::query("INSERT INTO owner VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(owner)
        .execute(&mut **tx)
        .await
        .map_err(index::unusable)?;
    if made.rows_affected() == 0 {
        return Ok(());
    }
    for (name, role) in STANDARD {
        make(tx, owner, New { parent: None, name, role: Some(role) }, now).await?;
    }
    Ok(())
}

/// A mailbox that is to be made.
#[derive(Clone, Copy, Debug)]
struct New<'a> {
    parent: Option<i64>,
    name: &'a str,
    role: Option<Role>,
}

async fn make(tx: &mut Tx, owner: &str, new: New<'_>, now: Timestamp) -> Result<i64> {
    let validity = index::validity(tx, now).await?;
    let (number,) = sqlx::query_as(
        "INSERT INTO mailbox (owner, parent, name, role, validity, next, counter, forgotten)
         VALUES ($1, $2, $3, $4, $5, 1, 0, 0) RETURNING number",
    )
    .bind(owner)
    .bind(new.parent)
    .bind(new.name)
    .bind(new.role.map(word))
    .bind(validity)
    .fetch_one(&mut **tx)
    .await
    .map_err(taken)?;
    Ok(number)
}

/// Two of the same name in the same place are the one thing that the database refuses.
fn taken(error: sqlx::Error) -> Error {
    let is_taken = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if is_taken { Error::Refused("there is one of this name".to_owned()) } else { index::unusable(error) }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Inbox => "inbox",
        Role::Drafts => "drafts",
        Role::Sent => "sent",
        Role::Trash => "trash",
        Role::Junk => "junk",
        Role::Archive => "archive",
        Role::All => "all",
        Role::Flagged => "flagged",
    }
}

fn role(text: &str) -> Option<Role> {
    STANDARD.into_iter().map(|(_, role)| role).find(|role| word(*role) == text)
}

type Row = (i64, Option<i64>, String, Option<String>);

/// All mailboxes of somebody.
pub async fn list(connection: &mut SqliteConnection, owner: &str) -> Result<Vec<Mailbox>> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT number, parent, name, role FROM mailbox WHERE owner = $1 ORDER BY number")
            .bind(owner)
            .fetch_all(connection)
            .await
            .map_err(index::unusable)?;
    let mailbox = |(number, parent, name, role_word): Row| Mailbox {
        id: number.to_string(),
        name,
        parent: parent.map(|parent| parent.to_string()),
        role: role_word.as_deref().and_then(role),
        is_selectable: true,
        is_personal: true,
    };
    Ok(rows.into_iter().map(mailbox).collect())
}

/// Somebody's mailbox that has this role.
pub async fn with_role(connection: &mut SqliteConnection, owner: &str, role: Role) -> Result<Place> {
    let mailboxes = list(connection, owner).await?;
    let found = mailboxes.into_iter().find(|mailbox| mailbox.role == Some(role)).ok_or(Error::Gone)?;
    index::place(connection, owner, &found.id).await
}

/// Where messages of somebody lie that could not be delivered; made when there is one.
pub async fn unsent(tx: &mut Tx, owner: &str, now: Timestamp) -> Result<Place> {
    let mailboxes = list(tx, owner).await?;
    let is_it = |mailbox: &Mailbox| mailbox.name == UNSENT && mailbox.parent.is_none();
    let id = match mailboxes.into_iter().find(is_it) {
        Some(found) => found.id,
        None => create(tx, owner, None, UNSENT, now).await?,
    };
    index::place(tx, owner, &id).await
}

/// Makes a mailbox in another, or on top; its id.
pub async fn create(
    tx: &mut Tx,
    owner: &str,
    parent: Option<&str>,
    name: &str,
    now: Timestamp,
) -> Result<String> {
    check(name)?;
    let parent = outer(tx, owner, parent).await?;
    Ok(make(tx, owner, New { parent, name, role: None }, now).await?.to_string())
}

fn check(name: &str) -> Result<()> {
    let is_good = !name.is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control);
    if is_good { Ok(()) } else { Err(Error::Refused("no mailbox has such a name".to_owned())) }
}

async fn outer(tx: &mut Tx, owner: &str, id: Option<&str>) -> Result<Option<i64>> {
    match id {
        Some(id) => Ok(Some(index::place(tx, owner, id).await?.number)),
        None => Ok(None),
    }
}

/// Renames or moves a mailbox; it keeps its id.
pub async fn rename(tx: &mut Tx, owner: &str, id: &str, parent: Option<&str>, name: &str) -> Result<()> {
    check(name)?;
    let mailbox = without_role(tx, owner, id).await?;
    let parent = outer(tx, owner, parent).await?;
    let mut around = parent;
    while let Some(number) = around {
        if number == mailbox.number {
            return Err(Error::Refused("a mailbox cannot lie in itself".to_owned()));
        }
        let (next,) = sqlx::query_as("SELECT parent FROM mailbox WHERE number = $1")
            .bind(number)
            .fetch_one(&mut **tx)
            .await
            .map_err(index::unusable)?;
        around = next;
    }
    sqlx::query("UPDATE mailbox SET parent = $2, name = $3 WHERE number = $1")
        .bind(mailbox.number)
        .bind(parent)
        .bind(name)
        .execute(&mut **tx)
        .await
        .map_err(taken)?;
    Ok(())
}

/// Those that mail programs look for stay where they are.
async fn without_role(tx: &mut Tx, owner: &str, id: &str) -> Result<Place> {
    let place = index::place(tx, owner, id).await?;
    let (role,): (Option<String>,) = sqlx::query_as("SELECT role FROM mailbox WHERE number = $1")
        .bind(place.number)
        .fetch_one(&mut **tx)
        .await
        .map_err(index::unusable)?;
    if role.is_some() {
        return Err(Error::Refused("mail programs need this mailbox".to_owned()));
    }
    Ok(place)
}

/// Removes a mailbox with its messages; one that is gone already is fine. What lies in it moves up. The files that
/// nobody has any more.
pub async fn delete(tx: &mut Tx, owner: &str, id: &str) -> Result<Vec<String>> {
    let place = match without_role(tx, owner, id).await {
        Err(Error::Gone) => return Ok(Vec::new()),
        place => place?,
    };
    let files: Vec<(String,)> =
        sqlx::query_as("SELECT file FROM message WHERE mailbox = $1 AND file IS NOT NULL")
            .bind(place.number)
            .fetch_all(&mut **tx)
            .await
            .map_err(index::unusable)?;
    for statement in [
        // Where the name is taken it gets its number.
        "UPDATE OR IGNORE mailbox SET parent = (SELECT parent FROM mailbox WHERE number = $1) WHERE parent = $1",
        "UPDATE mailbox SET parent = (SELECT parent FROM mailbox WHERE number = $1), name = name || ' (' || number || ')'
         WHERE parent = $1",
        "DELETE FROM message WHERE mailbox = $1",
        "DELETE FROM mailbox WHERE number = $1",
    ] {
        sqlx::query(statement).bind(place.number).execute(&mut **tx).await.map_err(index::unusable)?;
    }
    index::unused(tx, files.into_iter().map(|(file,)| file).collect()).await
}

/// Forgets an owner with all mailboxes and messages; the files that nobody has any more.
pub async fn erase(tx: &mut Tx, owner: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT file FROM message WHERE file IS NOT NULL \
         AND mailbox IN (SELECT number FROM mailbox WHERE owner = $1)",
    )
    .bind(owner)
    .fetch_all(&mut **tx)
    .await
    .map_err(index::unusable)?;
    for statement in [
        "DELETE FROM message WHERE mailbox IN (SELECT number FROM mailbox WHERE owner = $1)",
        "DELETE FROM mailbox WHERE owner = $1",
        "DELETE FROM owner WHERE address = $1",
    ] {
        sqlx::query(statement).bind(owner).execute(&mut **tx).await.map_err(index::unusable)?;
    }
    index::unused(tx, rows.into_iter().map(|(file,)| file).collect()).await
}
