//! Creates and upgrades the tables. The steps are numbered files, applied once each and never changed after a release.

use sqlx::Row;

use super::Error;
use super::Result;
use super::Store;

/// Every step, oldest first; its number is its place, from 1.
const STEPS: &[&str] = &[
    include_str!("../../schema/0001_start.sql"),
    include_str!("../../schema/0002_sweep.sql"),
    include_str!("../../schema/0003_outgoing.sql"),
    include_str!("../../schema/0004_mail.sql"),
    include_str!("../../schema/0005_connection.sql"),
    include_str!("../../schema/0006_session.sql"),
    include_str!("../../schema/0007_absence.sql"),
    include_str!("../../schema/0008_govern.sql"),
    include_str!("../../schema/0009_draft.sql"),
    include_str!("../../schema/0010_connection_pause.sql"),
    include_str!("../../schema/0011_conversation.sql"),
    include_str!("../../schema/0012_notice.sql"),
    include_str!("../../schema/0013_operator.sql"),
    include_str!("../../schema/0014_factor.sql"),
    include_str!("../../schema/0015_password_link.sql"),
    include_str!("../../schema/0016_service.sql"),
    include_str!("../../schema/0017_trace.sql"),
    include_str!("../../schema/0018_conflict.sql"),
];

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

#[cfg(test)]
mod tests {
    use sqlx::AnyConnection;
    use sqlx::Connection as _;

    use super::*;
    use crate::model::id::AccountId;
    use crate::model::id::FolderId;
    use crate::notify::Waiters;
    use crate::store::account;
    use crate::store::fresh;
    use crate::store::sweep;

    /// A database as the program's first version left it, with an account that has one tombstone.
    async fn of_step_one(url: &str) {
        sqlx::any::install_default_drivers();
        let url = if url.starts_with("sqlite:") { format!("{url}?mode=rwc") } else { url.to_owned() };
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        for statement in [
            "CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY)",
            STEPS[0],
            "INSERT INTO schema_version (version) VALUES (1)",
            "INSERT INTO account (account_id, organisation_id, email, login, name, hierarchy_rev, created_at) \
             VALUES (1, 1, 'kari@fjord.example', 'kari', 'Kari', 1, 0)",
            "INSERT INTO item (account_id, folder_id, item_id, rev, created_rev, sort_time, deleted_at, changed_at, \
             content) VALUES (1, 2, 1, 2, 1, 0, 5, 5, '{}')",
        ] {
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_database_of_the_first_step_is_upgraded_and_keeps_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let url = fresh::database(folder.path()).await;
        of_step_one(&url).await;
        for _ in 0..2 {
            let store = Store::open(&url, Waiters::default()).await.unwrap();
            let mut reader = store.read().await.unwrap();
            let version =
                sqlx::query("SELECT MAX(version) FROM schema_version").fetch_one(&mut *reader).await;
            assert_eq!(version.unwrap().get::<i64, _>(0), i64::try_from(STEPS.len()).unwrap());
            let kari = account::by_email(&mut reader, "kari@fjord.example").await.unwrap().unwrap();
            assert_eq!(kari.id, AccountId(1));
            let before = jiff::Timestamp::from_microsecond(6).unwrap();
            let stale = sweep::stale_folders(&mut reader, kari.id, before).await.unwrap();
            assert_eq!(stale, [FolderId(2)]);
            drop(reader);
            store.close().await;
        }
    }

    #[tokio::test]
    async fn a_database_of_a_later_program_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let url = fresh::database(folder.path()).await;
        let store = Store::open(&url, Waiters::default()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        sqlx::raw_sql("INSERT INTO schema_version (version) VALUES (99)").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let error = Store::open(&url, Waiters::default()).await.unwrap_err();
        assert!(matches!(error, Error::Newer { found: 99, .. }), "{error}");
    }
}
