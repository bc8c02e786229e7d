//! What organisations and accounts do not use, and whose folders have yet to follow. Touches no folder.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::model::service::Off;

/// What an account does not use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// By its own choice.
    pub own: Off,
    /// By its organisation's.
    pub organisation: Off,
}

impl Switches {
    /// By either.
    pub fn all(&self) -> Off {
        self.own.and(&self.organisation)
    }
}

/// What an account does not use.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Switches> {
    let row = sqlx::query(
        "SELECT a.switched_off, COALESCE(o.switched_off, '') FROM account a \
         LEFT JOIN organisation o ON o.organisation_id = a.organisation_id WHERE a.account_id = $1",
    )
    .bind(account.0)
    .fetch_optional(c)
    .await?;
    let Some(row) = row else { return Ok(Switches::default()) };
    Ok(Switches { own: Off::read(row.try_get(0)?), organisation: Off::read(row.try_get(1)?) })
}

/// What nobody of an organisation uses.
pub async fn of_organisation(c: &mut AnyConnection, organisation: OrganisationId) -> Result<Off> {
    let row = sqlx::query("SELECT switched_off FROM organisation WHERE organisation_id = $1")
        .bind(organisation.0)
        .fetch_optional(c)
        .await?;
    row.map_or_else(|| Ok(Off::default()), |row| Ok(Off::read(row.try_get(0)?)))
}

/// Replaces an account's own choice. Its folders have yet to follow.
pub async fn set(tx: &mut Tx, account: AccountId, off: &Off, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE account SET switched_off = $2, unsettled_at = $3 WHERE account_id = $1")
        .bind(account.0)
        .bind(off.to_string())
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Replaces an organisation's. The folders of all its accounts have yet to follow.
pub async fn set_all(tx: &mut Tx, organisation: OrganisationId, off: &Off, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE organisation SET switched_off = $2 WHERE organisation_id = $1")
        .bind(organisation.0)
        .bind(off.to_string())
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE account SET unsettled_at = $2 WHERE organisation_id = $1")
        .bind(organisation.0)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Accounts after one whose folders have yet to follow.
pub async fn unsettled(c: &mut AnyConnection, after: AccountId, limit: i64) -> Result<Vec<AccountId>> {
    let rows = sqlx::query(
        "SELECT account_id FROM account WHERE unsettled_at IS NOT NULL AND account_id > $1 ORDER BY account_id LIMIT $2",
    )
    .bind(after.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok(AccountId(row.try_get(0)?))).collect()
}

/// Notes whether an account's folders have yet to follow; its row stays locked until the transaction ends.
pub async fn settle(tx: &mut Tx, account: AccountId, unsettled_at: Option<Timestamp>) -> Result<()> {
    sqlx::query("UPDATE account SET unsettled_at = $2 WHERE account_id = $1")
        .bind(account.0)
        .bind(unsettled_at.map(Timestamp::as_microsecond))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
