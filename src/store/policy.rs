//! The policies that administrators set, for an organisation, a group or an account, as JSON. Knows no element of them.

use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::model::id::OrganisationId;

/// Whose policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Of all accounts of an organisation.
    Organisation(OrganisationId),
    /// Of those of a group; it goes before the organisation's.
    Group(OrganisationId, GroupId),
    /// Of one; it goes before all.
    Account(OrganisationId, AccountId),
}

/// The policy in force for an account: its own, else that of the first of its groups that has one, else its
/// organisation's; none: as configured.
pub async fn in_force(c: &mut AnyConnection, account: AccountId) -> Result<Option<String>> {
    let row = sqlx::query(
        "SELECT COALESCE(a.policy, (SELECT g.policy FROM group_member m JOIN account_group g \
         ON g.organisation_id = m.organisation_id AND g.group_id = m.group_id \
         WHERE m.account_id = a.account_id AND g.policy IS NOT NULL ORDER BY g.name LIMIT 1), o.policy) \
         FROM account a JOIN organisation o ON o.organisation_id = a.organisation_id WHERE a.account_id = $1",
    )
    .bind(account.0)
    .fetch_optional(c)
    .await?;
    row.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// What is set at one place; none: nothing.
pub async fn of(c: &mut AnyConnection, owner: Owner) -> Result<Option<String>> {
    let (organisation, statement, id) = match owner {
        Owner::Organisation(organisation) => (
            organisation,
            "SELECT policy FROM organisation WHERE organisation_id = $1 AND organisation_id = $2",
            organisation.0,
        ),
        Owner::Group(organisation, group) => (
            organisation,
            "SELECT policy FROM account_group WHERE organisation_id = $1 AND group_id = $2",
            group.0,
        ),
        Owner::Account(organisation, account) => (
            organisation,
            "SELECT policy FROM account WHERE organisation_id = $1 AND account_id = $2",
            account.0,
        ),
    };
    let row = sqlx::query(statement).bind(organisation.0).bind(id).fetch_optional(c).await?;
    row.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// Sets or takes away what is set at one place. Who waits finds out when it next asks.
pub async fn set(tx: &mut Tx, owner: Owner, policy: Option<&str>) -> Result<()> {
    let (organisation, statement, id) = match owner {
        Owner::Organisation(organisation) => (
            organisation,
            "UPDATE organisation SET policy = $3 WHERE organisation_id = $1 AND organisation_id = $2",
            organisation.0,
        ),
        Owner::Group(organisation, group) => (
            organisation,
            "UPDATE account_group SET policy = $3 WHERE organisation_id = $1 AND group_id = $2",
            group.0,
        ),
        Owner::Account(organisation, account) => (
            organisation,
            "UPDATE account SET policy = $3 WHERE organisation_id = $1 AND account_id = $2",
            account.0,
        ),
    };
    sqlx::query(statement).bind(organisation.0).bind(id).bind(policy).execute(&mut **tx).await?;
    Ok(())
}
