//! A database of a test's own: a temporary SQLite file, or a fresh database in the PostgreSQL that
//! `LOMME_TEST_DATABASE` names.

use std::path::Path;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use sqlx::Connection as _;

/// The address of a new, empty database; `folder` is where a file may lie.
pub(crate) async fn fresh(folder: &Path) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("LOMME_TEST_DATABASE") else {
        return format!("sqlite:{}", folder.join("lomme.db").display());
    };
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
