//! What was counted, hour by hour, for plots. Counts nothing itself.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::OrganisationId;

/// What was counted in an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The beginning of the hour.
    pub hour: Timestamp,
    /// What.
    pub what: String,
    /// Which of them.
    pub which: String,
    /// How many.
    pub number: i64,
}

/// The hour that a moment is in.
pub fn hour(now: Timestamp) -> Timestamp {
    const HOUR: i64 = 3_600;
    Timestamp::from_second(now.as_second().div_euclid(HOUR) * HOUR).unwrap_or(now)
}

/// Adds to what was counted.
pub async fn add(tx: &mut Tx, organisation: OrganisationId, row: &Row) -> Result<()> {
    let statement = "INSERT INTO tally (organisation_id, hour, what, which, number) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (organisation_id, hour, what, which) DO UPDATE SET number = tally.number + excluded.number";
    write(tx, statement, organisation, row).await
}

/// Keeps the highest number that there was in the hour: for what is there at a time, and does not add up.
pub async fn highest(tx: &mut Tx, organisation: OrganisationId, row: &Row) -> Result<()> {
    let statement = "INSERT INTO tally (organisation_id, hour, what, which, number) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (organisation_id, hour, what, which) DO UPDATE SET number = excluded.number \
         WHERE excluded.number > tally.number";
    write(tx, statement, organisation, row).await
}

async fn write(tx: &mut Tx, statement: &'static str, organisation: OrganisationId, row: &Row) -> Result<()> {
    sqlx::query(statement)
        .bind(organisation.0)
        .bind(hour(row.hour).as_microsecond())
        .bind(&row.what)
        .bind(&row.which)
        .bind(row.number)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What was counted since a time, oldest first.
pub async fn since(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<Vec<Row>> {
    let rows = sqlx::query(
        "SELECT hour, what, which, number FROM tally WHERE organisation_id = $1 AND hour >= $2 ORDER BY hour, what, which",
    )
    .bind(organisation.0)
    .bind(since.as_microsecond())
    .fetch_all(c)
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(Row {
            hour: time(row.try_get(0)?, "tally")?,
            what: row.try_get(1)?,
            which: row.try_get(2)?,
            number: row.try_get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Removes what was counted before a time.
pub async fn sweep(tx: &mut Tx, organisation: OrganisationId, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM tally WHERE organisation_id = $1 AND hour < $2")
        .bind(organisation.0)
        .bind(before.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
