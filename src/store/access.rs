//! An account's log-in to each of its connections. Secrets are sealed before they come here.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use super::moved;
use super::pull;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::OrganisationId;

/// A log-in, or the mere fact that an account uses a connection that needs none.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// Whose.
    pub account: AccountId,
    /// The connection's name in the configuration.
    pub connection: String,
    /// Log-in name at the back office.
    pub user_name: Option<String>,
    /// Its password, sealed.
    pub secret: Option<Vec<u8>>,
    /// The company that was chosen; none: the default one.
    pub identity: Option<String>,
    /// Since when nothing is tried, because the log-in was refused.
    pub paused_at: Option<Timestamp>,
    /// What its owner should know: why it is paused, or what ails it though it is tried on.
    pub notice: Option<String>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("account", &self.account)
            .field("connection", &self.connection)
            .field("paused_at", &self.paused_at)
            .finish_non_exhaustive()
    }
}

/// What [`set`] stores.
#[derive(Clone, Copy, Default)]
pub struct LogIn<'a> {
    /// Log-in name at the back office.
    pub user_name: Option<&'a str>,
    /// Its password, sealed.
    pub secret: Option<&'a [u8]>,
    /// The company that was chosen; none: the default one.
    pub identity: Option<&'a str>,
}

impl std::fmt::Debug for LogIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogIn(…)")
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, connection, user_name, secret, identity, paused_at, notice FROM access ",
            $rest
        )
    };
}

/// Creates or replaces an account's access, ends a pause, and asks for a pull at once.
pub async fn set(
    tx: &mut Tx,
    account: AccountId,
    connection: &str,
    log_in: LogIn<'_>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO access (account_id, connection, user_name, secret, identity, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, connection) DO UPDATE SET \
         user_name = excluded.user_name, secret = excluded.secret, identity = excluded.identity, \
         created_at = excluded.created_at, paused_at = NULL, notice = NULL",
    )
    .bind(account.0)
    .bind(connection)
    .bind(log_in.user_name)
    .bind(log_in.secret)
    .bind(log_in.identity)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    pull::plan(tx, account, connection, pull::COLLECTIONS, now).await?;
    pull::ask(tx, account, Some(connection), now).await
}

/// The accounts, of one organisation or of all, that do not use a connection yet, some of them.
pub async fn without(
    c: &mut AnyConnection,
    connection: &str,
    organisation: Option<OrganisationId>,
    limit: i64,
) -> Result<Vec<AccountId>> {
    let rows = sqlx::query(
        "SELECT account_id FROM account WHERE disabled_at IS NULL AND ($2 = 0 OR organisation_id = $2) \
         AND NOT EXISTS (SELECT 1 FROM access \
         WHERE access.account_id = account.account_id AND access.connection = $1) ORDER BY account_id LIMIT $3",
    )
    .bind(connection)
    .bind(organisation.map_or(0, |organisation| organisation.0))
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok(AccountId(row.try_get(0)?))).collect()
}

/// An account's access to one connection.
pub async fn find(c: &mut AnyConnection, account: AccountId, connection: &str) -> Result<Option<Access>> {
    let row = sqlx::query(select!("WHERE account_id = $1 AND connection = $2"))
        .bind(account.0)
        .bind(connection)
        .fetch_optional(c)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every access of an account.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Vec<Access>> {
    let rows = sqlx::query(select!("WHERE account_id = $1 ORDER BY connection"))
        .bind(account.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Stops trying until somebody gives a log-in that works, and says why.
///
/// A refusal of what was begun before the present log-in was given says nothing of that one.
pub async fn pause(
    tx: &mut Tx,
    account: AccountId,
    connection: &str,
    notice: &str,
    (begun_at, now): (Timestamp, Timestamp),
) -> Result<()> {
    sqlx::query(
        "UPDATE access SET paused_at = COALESCE(paused_at, $3), notice = $4 \
         WHERE account_id = $1 AND connection = $2 AND created_at <= $5",
    )
    .bind(account.0)
    .bind(connection)
    .bind(now.as_microsecond())
    .bind(notice)
    .bind(begun_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Says what ails a connection that is tried on all the same. The notice of a pause stands above it.
pub async fn ail(tx: &mut Tx, account: AccountId, connection: &str, notice: &str) -> Result<()> {
    sqlx::query(
        "UPDATE access SET notice = $3 WHERE account_id = $1 AND connection = $2 AND paused_at IS NULL",
    )
    .bind(account.0)
    .bind(connection)
    .bind(notice)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// It works: what ailed it is forgotten, unless a write still waits that was tried in vain.
pub async fn recover(tx: &mut Tx, account: AccountId, connection: &str) -> Result<()> {
    sqlx::query(
        "UPDATE access SET notice = NULL WHERE account_id = $1 AND connection = $2 AND paused_at IS NULL \
         AND notice IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.account_id = $1 \
         AND o.connection = $2 AND o.sent_rev IS NOT NULL)",
    )
    .bind(account.0)
    .bind(connection)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Tries again with the same log-in, at once.
pub async fn resume(tx: &mut Tx, account: AccountId, connection: &str, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE access SET paused_at = NULL, notice = NULL WHERE account_id = $1 AND connection = $2",
    )
    .bind(account.0)
    .bind(connection)
    .execute(&mut **tx)
    .await?;
    tx.owes();
    pull::ask(tx, account, Some(connection), now).await
}

/// The accounts that a connection has been paused for since a time or longer try again.
pub async fn resume_paused(tx: &mut Tx, connection: &str, before: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE access SET paused_at = NULL, notice = NULL WHERE connection = $1 AND paused_at <= $2",
    )
    .bind(connection)
    .bind(before.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends an account's use of a connection: nothing is pulled nor pushed any more. Folders stay for the caller.
///
/// What was moved to one of its folders and never arrived goes back; `key` is a new random one.
pub async fn remove(
    tx: &mut Tx,
    account: AccountId,
    connection: &str,
    key: &str,
    now: Timestamp,
) -> Result<Vec<FolderId>> {
    let rows = sqlx::query(
        "SELECT folder_id FROM folder WHERE account_id = $1 AND connection = $2 AND deleted_at IS NULL",
    )
    .bind(account.0)
    .bind(connection)
    .fetch_all(&mut **tx)
    .await?;
    let folders: Vec<FolderId> =
        rows.iter().map(|row| Ok(FolderId(row.try_get(0)?))).collect::<Result<_>>()?;
    for folder in &folders {
        moved::undo_all(tx, account, *folder, key, now).await?;
    }
    for query in [
        "DELETE FROM access WHERE account_id = $1 AND connection = $2",
        "DELETE FROM pull WHERE account_id = $1 AND connection = $2",
        "DELETE FROM outbox WHERE account_id = $1 AND connection = $2",
        // Its pieces go with the sweep.
        "DELETE FROM outgoing WHERE account_id = $1 AND connection = $2",
    ] {
        sqlx::query(query).bind(account.0).bind(connection).execute(&mut **tx).await?;
    }
    Ok(folders)
}

fn read(row: &AnyRow) -> Result<Access> {
    Ok(Access {
        account: AccountId(row.try_get(0)?),
        connection: row.try_get(1)?,
        user_name: row.try_get(2)?,
        secret: row.try_get(3)?,
        identity: row.try_get(4)?,
        paused_at: row.try_get::<Option<i64>, _>(5)?.map(|at| time(at, "access")).transpose()?,
        notice: row.try_get(6)?,
    })
}

/// Reads a time as it is stored.
pub(super) fn time(micros: i64, table: &'static str) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| Error::Damaged { table, reason: error.to_string() })
}
