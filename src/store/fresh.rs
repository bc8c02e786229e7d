//! A database of a test's own, for the tests in here and those in `tests/suite`. Not in the program.

use std::path::Path;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use sqlx::Connection as _;
use sqlx::PgConnection;
use sqlx::Row as _;

/// The address of a new, empty database: a file in `folder`, or one in the PostgreSQL that
/// `LOMME_TEST_DATABASE` names, which goes when a later test finds that its process has ended.
pub(crate) async fn database(folder: &Path) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("LOMME_TEST_DATABASE") else {
        return format!("sqlite:{}", folder.join("lomme.db").display());
    };
    let mut connection = PgConnection::connect(&server).await.unwrap();
    remove_left(&mut connection).await;
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let _ = run(&mut connection, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    run(&mut connection, &format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Removes what tests left that have ended, however they did. Another test may be at it too: then it is done as well.
async fn remove_left(connection: &mut PgConnection) {
    let names = "SELECT datname::text FROM pg_database WHERE datname LIKE 'test\\_%\\_%'";
    for row in sqlx::query(names).fetch_all(&mut *connection).await.unwrap() {
        let name: String = row.get(0);
        let process = name.split('_').nth(1).unwrap_or_default();
        let can_tell = Path::new("/proc/self").exists();
        if can_tell && !Path::new("/proc").join(process).exists() {
            let _ = run(connection, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

async fn run(connection: &mut PgConnection, statement: &str) -> sqlx::Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(connection).await.map(|_| ())
}
