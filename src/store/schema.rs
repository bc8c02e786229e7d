//! Creates and upgrades the tables. The steps are numbered files, applied once each and never changed after a release.

use sqlx::Row;

use super::Error;
use super::Result;
use super::Store;

/// Every step, oldest first; its number is its place, from 1.
const STEPS: &[&str] = &[include_str!("../../schema/0001_start.sql")];

/// Brings the database to the newest version, or says that it is newer than this program.
pub(super) async fn upgrade(store: &Store) -> Result<()> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let mut tx = store.begin().await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)")
        .execute(&mut *tx)
        .await?;
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(&mut *tx).await?;
    let found: i64 = row.try_get(0)?;
    if found > known {
        return Err(Error::Newer { found, known });
    }
    for (version, step) in (1_i64..).zip(STEPS).filter(|(version, _)| *version > found) {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}
