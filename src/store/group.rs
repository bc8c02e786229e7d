//! Groups of an organisation's accounts, and who administers them. Decides nothing of what they may do.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::model::id::OrganisationId;

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// Its name, once in its organisation.
    pub name: String,
    /// How many accounts it has.
    pub members: i64,
}

/// An account's place in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Which group.
    pub group: GroupId,
    /// What that is called.
    pub name: String,
    /// Whether the account administers it.
    pub is_administrator: bool,
}

/// Numbers as statements take them that ask for any of some groups: none of them for all accounts.
pub fn among(groups: &[GroupId]) -> String {
    let numbers: Vec<String> = groups.iter().map(ToString::to_string).collect();
    if numbers.is_empty() { String::new() } else { format!(",{},", numbers.join(",")) }
}

/// The groups of an organisation, by name.
pub async fn list(c: &mut AnyConnection, organisation: OrganisationId) -> Result<Vec<Group>> {
    let rows = sqlx::query(
        "SELECT g.group_id, g.name, (SELECT COUNT(*) FROM group_member m WHERE m.organisation_id = g.organisation_id \
         AND m.group_id = g.group_id) FROM account_group g WHERE g.organisation_id = $1 ORDER BY g.name",
    )
    .bind(organisation.0)
    .fetch_all(c)
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(Group { id: GroupId(row.try_get(0)?), name: row.try_get(1)?, members: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

/// Makes a group. The caller has looked whether its name is free.
pub async fn create(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: GroupId,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO account_group (organisation_id, group_id, name, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(organisation.0)
    .bind(id.0)
    .bind(name)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes a group. Its accounts stay.
pub async fn remove(tx: &mut Tx, organisation: OrganisationId, id: GroupId) -> Result<()> {
    for statement in [
        "DELETE FROM group_member WHERE organisation_id = $1 AND group_id = $2",
        "DELETE FROM account_group WHERE organisation_id = $1 AND group_id = $2",
    ] {
        sqlx::query(statement).bind(organisation.0).bind(id.0).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Makes an account a member, as its administrator since a time or not.
pub async fn join(
    tx: &mut Tx,
    (organisation, id): (OrganisationId, GroupId),
    account: AccountId,
    administrator_at: Option<Timestamp>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO group_member (organisation_id, group_id, account_id, administrator_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (organisation_id, group_id, account_id) DO UPDATE SET administrator_at = excluded.administrator_at",
    )
    .bind(organisation.0)
    .bind(id.0)
    .bind(account.0)
    .bind(administrator_at.map(Timestamp::as_microsecond))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An account is no member any more.
pub async fn leave(
    tx: &mut Tx,
    (organisation, id): (OrganisationId, GroupId),
    account: AccountId,
) -> Result<()> {
    sqlx::query("DELETE FROM group_member WHERE organisation_id = $1 AND group_id = $2 AND account_id = $3")
        .bind(organisation.0)
        .bind(id.0)
        .bind(account.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The groups that an account is in, by name.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Vec<Membership>> {
    let rows = sqlx::query(
        "SELECT m.group_id, g.name, m.administrator_at FROM group_member m JOIN account_group g \
         ON g.organisation_id = m.organisation_id AND g.group_id = m.group_id WHERE m.account_id = $1 ORDER BY g.name",
    )
    .bind(account.0)
    .fetch_all(c)
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(Membership {
            group: GroupId(row.try_get(0)?),
            name: row.try_get(1)?,
            is_administrator: row.try_get::<Option<i64>, _>(2)?.is_some(),
        })
    };
    rows.iter().map(read).collect()
}
