//! What an administrator looks at first, counted over all accounts of an organisation. `groups` as `group::among` makes it.

use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::access::time;
use super::log::Run;
use crate::model::id::OrganisationId;

/// Whether an account `a` is one of the groups $2.
macro_rules! among {
    ($text:literal) => {
        concat!(
            $text,
            " AND a.organisation_id = $1 AND ($2 = '' OR EXISTS (SELECT 1 FROM group_member m \
             WHERE m.account_id = a.account_id AND $2 LIKE '%,' || CAST(m.group_id AS TEXT) || ',%'))"
        )
    };
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Accounts.
    Accounts,
    /// Log-ins at back offices that were refused.
    Paused,
    /// Collections whose pull fails.
    Failing,
    /// Devices with something to do.
    Ordered,
}

/// How many there are.
pub async fn count(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    groups: &str,
    what: What,
) -> Result<i64> {
    let statement = match what {
        What::Accounts => among!("SELECT COUNT(*) FROM account a WHERE 1 = 1"),
        What::Paused => among!(
            "SELECT COUNT(*) FROM access x JOIN account a ON a.account_id = x.account_id WHERE x.paused_at IS NOT NULL"
        ),
        What::Failing => among!(
            "SELECT COUNT(*) FROM pull x JOIN account a ON a.account_id = x.account_id WHERE x.failures > 0"
        ),
        What::Ordered => among!(
            "SELECT COUNT(*) FROM device_order x JOIN account a ON a.account_id = x.account_id WHERE 1 = 1"
        ),
    };
    let row = sqlx::query(statement).bind(organisation.0).bind(groups).fetch_one(c).await?;
    Ok(row.try_get(0)?)
}

/// The newest pulls, each with the address of whose it was.
pub async fn runs(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    groups: &str,
    limit: i64,
) -> Result<Vec<(String, Run)>> {
    let rows = sqlx::query(concat!(
        among!(
            "SELECT a.email, r.connection, r.started_at, r.ended_at, r.pulled, r.removed, r.conflicts, r.errors, r.message \
             FROM run r JOIN account a ON a.account_id = r.account_id WHERE 1 = 1"
        ),
        " ORDER BY r.run_id DESC LIMIT $3"
    ))
    .bind(organisation.0)
    .bind(groups)
    .bind(limit)
    .fetch_all(c)
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        let run = Run {
            connection: row.try_get(1)?,
            started_at: time(row.try_get(2)?, "run")?,
            ended_at: time(row.try_get(3)?, "run")?,
            pulled: row.try_get(4)?,
            removed: row.try_get(5)?,
            conflicts: row.try_get(6)?,
            errors: row.try_get(7)?,
            message: row.try_get(8)?,
        };
        Ok((row.try_get(0)?, run))
    };
    rows.iter().map(read).collect()
}
