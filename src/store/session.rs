//! Sessions of the pages, one row each. Knows no cookie: tokens are hashed before they come here.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;

/// Somebody who is logged in on the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub account: AccountId,
    /// The hash of its token, in hexadecimal.
    pub token: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, as often as [`seen`] was called.
    pub seen_at: Timestamp,
    /// The browser, as it calls itself.
    pub agent: String,
}

/// Notes a new session.
pub async fn create(tx: &mut Tx, session: &Session) -> Result<()> {
    sqlx::query(
        "INSERT INTO session (account_id, token, created_at, seen_at, agent) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(session.account.0)
    .bind(&session.token)
    .bind(session.created_at.as_microsecond())
    .bind(session.seen_at.as_microsecond())
    .bind(&session.agent)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session of that token, however old.
pub async fn find(c: &mut AnyConnection, account: AccountId, token: &str) -> Result<Option<Session>> {
    let row = sqlx::query(
        "SELECT account_id, token, created_at, seen_at, agent FROM session WHERE account_id = $1 AND token = $2",
    )
    .bind(account.0)
    .bind(token)
    .fetch_optional(c)
    .await?;
    row.as_ref().map(read).transpose()
}

/// An account's sessions, the one used last first.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Vec<Session>> {
    let rows = sqlx::query(
        "SELECT account_id, token, created_at, seen_at, agent FROM session WHERE account_id = $1 \
         ORDER BY seen_at DESC, token",
    )
    .bind(account.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Notes that the session was used.
pub async fn seen(tx: &mut Tx, account: AccountId, token: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE session SET seen_at = $3 WHERE account_id = $1 AND token = $2")
        .bind(account.0)
        .bind(token)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends one session.
pub async fn end(tx: &mut Tx, account: AccountId, token: &str) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE account_id = $1 AND token = $2")
        .bind(account.0)
        .bind(token)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends all sessions of an account, but perhaps the one that asks for it.
pub async fn end_all(tx: &mut Tx, account: AccountId, but: Option<&str>) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE account_id = $1 AND token <> $2")
        .bind(account.0)
        .bind(but.unwrap_or_default())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets the sessions of an account that nobody has used since, or that began before.
pub async fn forget(tx: &mut Tx, account: AccountId, unused: Timestamp, begun: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE account_id = $1 AND (seen_at < $2 OR created_at < $3)")
        .bind(account.0)
        .bind(unused.as_microsecond())
        .bind(begun.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Session> {
    Ok(Session {
        account: AccountId(row.try_get(0)?),
        token: row.try_get(1)?,
        created_at: time(row.try_get(2)?, "session")?,
        seen_at: time(row.try_get(3)?, "session")?,
        agent: row.try_get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::Waiters;
    use crate::store::Store;
    use crate::store::fresh;

    const KARI: AccountId = AccountId(1);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn session(token: &str, created_at: &str, seen_at: &str) -> Session {
        let (created_at, seen_at) = (at(created_at), at(seen_at));
        Session { account: KARI, token: token.to_owned(), created_at, seen_at, agent: "Firefox".to_owned() }
    }

    async fn tokens(tx: &mut Tx) -> Vec<String> {
        of_account(tx, KARI).await.unwrap().into_iter().map(|session| session.token).collect()
    }

    #[tokio::test]
    async fn sessions_end_one_by_one_by_age_and_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&fresh::database(folder.path()).await, Waiters::default()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for (token, created_at, seen_at) in [
            ("a", "2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z"),
            ("b", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
            ("c", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"),
            ("d", "2026-11-22T12:00:00Z", "2026-11-22T14:00:00Z"),
        ] {
            create(&mut tx, &session(token, created_at, seen_at)).await.unwrap();
        }
        seen(&mut tx, KARI, "b", at("2026-11-22T15:00:00Z")).await.unwrap();
        assert_eq!(tokens(&mut tx).await, ["b", "d", "c", "a"]);
        assert_eq!(find(&mut tx, AccountId(2), "b").await.unwrap(), None);
        end(&mut tx, KARI, "d").await.unwrap();
        forget(&mut tx, KARI, at("2026-11-22T12:30:00Z"), at("2026-11-21T00:00:00Z")).await.unwrap();
        assert_eq!(tokens(&mut tx).await, ["b", "c"]);
        end_all(&mut tx, KARI, Some("c")).await.unwrap();
        assert_eq!(tokens(&mut tx).await, ["c"]);
        end_all(&mut tx, KARI, None).await.unwrap();
        assert!(tokens(&mut tx).await.is_empty());
    }
}
