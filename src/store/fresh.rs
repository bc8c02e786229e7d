//! A database of a test's own. Not in the program.

use std::path::Path;

use sqlx::Connection as _;

/// The address of a new, empty database: a file in `folder`, or one in the PostgreSQL that
/// `LOMME_TEST_DATABASE` names.
pub(crate) async fn database(folder: &Path) -> String {
    let Ok(server) = std::env::var("LOMME_TEST_DATABASE") else {
        return format!("sqlite:{}", folder.join("lomme.db").display());
    };
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
