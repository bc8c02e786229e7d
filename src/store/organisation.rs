//! The companies whose accounts these are. Not their accounts.

use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::OrganisationId;

/// A company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its number.
    pub id: OrganisationId,
    /// Its name, for people.
    pub name: String,
    /// What its administrators set over the configuration, as JSON; `{}` when nothing.
    pub settings: String,
}

/// The organisation of that name; made with `fresh` as its number when there is none.
pub async fn find_or_create(tx: &mut Tx, name: &str, fresh: OrganisationId) -> Result<Organisation> {
    let found = list(tx).await?.into_iter().find(|organisation| organisation.name == name);
    if let Some(organisation) = found {
        return Ok(organisation);
    }
    let made = Organisation { id: fresh, name: name.to_owned(), settings: "{}".to_owned() };
    sqlx::query("INSERT INTO organisation (organisation_id, name, settings) VALUES ($1, $2, $3)")
        .bind(made.id.0)
        .bind(&made.name)
        .bind(&made.settings)
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

/// Replaces what its administrators set.
pub async fn set_settings(tx: &mut Tx, id: OrganisationId, settings: &str) -> Result<()> {
    sqlx::query("UPDATE organisation SET settings = $2 WHERE organisation_id = $1")
        .bind(id.0)
        .bind(settings)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &sqlx::any::AnyRow) -> Result<Organisation> {
    Ok(Organisation { id: OrganisationId(row.try_get(0)?), name: row.try_get(1)?, settings: row.try_get(2)? })
}
