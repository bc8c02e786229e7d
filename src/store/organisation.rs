//! The companies whose accounts these are. Not their accounts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Error;
use super::Result;
use super::Tx;
use crate::model::access::Rules;
use crate::model::class::Class;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::sync::conflict::Policy;

/// A company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its number.
    pub id: OrganisationId,
    /// Its name, for people.
    pub name: String,
    /// What its administrators set over the configuration.
    pub settings: Settings,
}

/// What the administrators of an organisation set over the configuration; read whenever it matters, so it counts at
/// once on every node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Who wins where two sides changed an item of a class.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conflict: BTreeMap<Class, Policy>,
    /// Which devices are let in.
    #[serde(skip_serializing_if = "is_default")]
    pub access: Rules,
    /// Whether administrators may have a whole device wiped.
    #[serde(skip_serializing_if = "is_default")]
    pub whole_wipe: bool,
    /// Whether the administrator's pages open only to who has a second factor.
    #[serde(skip_serializing_if = "is_default")]
    pub administrators_need_factor: bool,
    /// Whether people say for themselves who wins in a conflict.
    #[serde(skip_serializing_if = "is_default")]
    pub own_conflict: bool,
    /// What another version of the program keeps here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The organisation of that name; made with `fresh` as its number when there is none.
pub async fn find_or_create(tx: &mut Tx, name: &str, fresh: OrganisationId) -> Result<Organisation> {
    let found = list(tx).await?.into_iter().find(|organisation| organisation.name == name);
    if let Some(organisation) = found {
        return Ok(organisation);
    }
    let made = Organisation { id: fresh, name: name.to_owned(), settings: Settings::default() };
    sqlx::query("INSERT INTO organisation (organisation_id, name, settings) VALUES ($1, $2, $3)")
        .bind(made.id.0)
        .bind(&made.name)
        .bind(write(&made.settings)?)
        .execute(&mut **tx)
        .await?;
    Ok(made)
}

/// The organisation of that number.
pub async fn by_id(connection: &mut AnyConnection, id: OrganisationId) -> Result<Option<Organisation>> {
    let row =
        sqlx::query("SELECT organisation_id, name, settings FROM organisation WHERE organisation_id = $1")
            .bind(id.0)
            .fetch_optional(connection)
            .await?;
    row.as_ref().map(read).transpose()
}

/// All of them; few.
pub async fn list(connection: &mut AnyConnection) -> Result<Vec<Organisation>> {
    let rows =
        sqlx::query("SELECT organisation_id, name, settings FROM organisation ORDER BY organisation_id")
            .fetch_all(connection)
            .await?;
    rows.iter().map(read).collect()
}

/// What the administrators of an account's organisation set.
pub async fn settings_of(connection: &mut AnyConnection, account: AccountId) -> Result<Settings> {
    let row = sqlx::query(
        "SELECT o.settings FROM account a JOIN organisation o ON o.organisation_id = a.organisation_id \
         WHERE a.account_id = $1",
    )
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    row.map_or_else(|| Ok(Settings::default()), |row| parse(row.try_get(0)?))
}

/// Calls it otherwise.
pub async fn rename(tx: &mut Tx, id: OrganisationId, name: &str) -> Result<()> {
    sqlx::query("UPDATE organisation SET name = $2 WHERE organisation_id = $1")
        .bind(id.0)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Who wins by an account's own choice, whether or not that counts.
pub async fn own_conflict(c: &mut AnyConnection, account: AccountId) -> Result<BTreeMap<Class, Policy>> {
    let row = sqlx::query("SELECT conflict FROM account WHERE account_id = $1")
        .bind(account.0)
        .fetch_optional(c)
        .await?;
    let Some(row) = row else { return Ok(BTreeMap::new()) };
    let damaged = |error: serde_json::Error| Error::Damaged { table: "account", reason: error.to_string() };
    serde_json::from_str(row.try_get(0)?).map_err(damaged)
}

/// Replaces it.
pub async fn set_own_conflict(
    tx: &mut Tx,
    account: AccountId,
    chosen: &BTreeMap<Class, Policy>,
) -> Result<()> {
    let json = serde_json::to_string(chosen).map_err(|error| damaged(&error))?;
    sqlx::query("UPDATE account SET conflict = $2 WHERE account_id = $1")
        .bind(account.0)
        .bind(json)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Replaces what its administrators set.
pub async fn set_settings(tx: &mut Tx, id: OrganisationId, settings: &Settings) -> Result<()> {
    sqlx::query("UPDATE organisation SET settings = $2 WHERE organisation_id = $1")
        .bind(id.0)
        .bind(write(settings)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &sqlx::any::AnyRow) -> Result<Organisation> {
    let settings = parse(row.try_get(2)?)?;
    Ok(Organisation { id: OrganisationId(row.try_get(0)?), name: row.try_get(1)?, settings })
}

fn parse(json: &str) -> Result<Settings> {
    serde_json::from_str(json).map_err(|error| damaged(&error))
}

fn write(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| damaged(&error))
}

fn damaged(error: &serde_json::Error) -> Error {
    Error::Damaged { table: "organisation", reason: error.to_string() }
}
