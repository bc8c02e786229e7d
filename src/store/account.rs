//! Accounts: who they are and what they log in with. Checks no password.

use std::fmt;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::session;
use crate::model::folder::DEFAULT_FOLDERS;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::notify::HIERARCHY;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its address in small letters: what one logs in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// What its password is checked against; none: nobody can log in.
    pub password: Option<PasswordHash>,
    /// Whether it administers its organisation.
    pub is_administrator: bool,
    /// The person's time zone, an IANA name.
    pub zone: Option<String>,
    /// Whether ActiveSync is switched off for it.
    pub is_disabled: bool,
    /// Whether its log-ins take a second factor.
    pub has_factor: bool,
}

/// An argon2id hash in its text form, kept out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// All that [`read`] reads; sqlx takes only text that is fixed when compiled.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT account_id, organisation_id, email, name, password, administrator_at, zone, disabled_at, \
             factor_at \
             FROM account ",
            $which
        )
    };
}

/// The form in which addresses are kept and compared.
pub fn fold(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Makes an account with its default folders. The caller has looked whether the address is free.
pub async fn create(tx: &mut Tx, account: &Account, now: Timestamp) -> Result<()> {
    let email = fold(&account.email);
    sqlx::query(
        "INSERT INTO account (account_id, organisation_id, email, login, name, password, administrator_at, zone, \
         hierarchy_rev, created_at, disabled_at, unsettled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, \
         (SELECT CAST($9 AS BIGINT) FROM organisation WHERE organisation_id = $2 AND switched_off <> ''))",
    )
    .bind(account.id.0)
    .bind(account.organisation.0)
    .bind(&email)
    .bind(email.split('@').next().unwrap_or_default())
    .bind(&account.name)
    .bind(account.password.as_ref().map(|hash| hash.0.as_str()))
    .bind(account.is_administrator.then_some(now.as_microsecond()))
    .bind(account.zone.as_deref())
    .bind(now.as_microsecond())
    .bind(account.is_disabled.then_some(now.as_microsecond()))
    .execute(&mut **tx)
    .await?;
    for (folder, kind, name) in DEFAULT_FOLDERS {
        sqlx::query(
            "INSERT INTO folder (account_id, folder_id, parent_id, name, kind, rev, pruned_rev, hierarchy_rev, \
             created_rev) VALUES ($1, $2, 0, $3, $4, 0, 0, 1, 1)",
        )
        .bind(account.id.0)
        .bind(folder.0)
        .bind(name)
        .bind(i64::from(kind.0))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The account of that number.
pub async fn by_id(connection: &mut AnyConnection, id: AccountId) -> Result<Option<Account>> {
    let row = sqlx::query(select!("WHERE account_id = $1")).bind(id.0).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// The account of that address, letter case ignored.
pub async fn by_email(connection: &mut AnyConnection, email: &str) -> Result<Option<Account>> {
    let row = sqlx::query(select!("WHERE email = $1")).bind(fold(email)).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// The accounts whose address has this before the `@`; at most ten, more help nobody.
pub async fn by_login(connection: &mut AnyConnection, login: &str) -> Result<Vec<Account>> {
    let rows = sqlx::query(select!("WHERE login = $1 ORDER BY account_id LIMIT 10"))
        .bind(fold(login))
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Whether there is no account at all.
pub async fn are_none(connection: &mut AnyConnection) -> Result<bool> {
    let row = sqlx::query("SELECT account_id FROM account LIMIT 1").fetch_optional(connection).await?;
    Ok(row.is_none())
}

/// Lets nobody else hold this until the transaction ends: of two who find no account, one finds the other's.
pub async fn hold_all(tx: &mut Tx) -> Result<()> {
    sqlx::query("UPDATE schema_version SET version = version").execute(&mut **tx).await?;
    Ok(())
}

/// All accounts, by address.
pub async fn list(connection: &mut AnyConnection) -> Result<Vec<Account>> {
    let rows = sqlx::query(select!("ORDER BY email")).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// The addresses of an organisation's accounts that are of another domain.
pub async fn elsewhere(
    connection: &mut AnyConnection,
    organisation: OrganisationId,
    domain: &str,
) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "SELECT email FROM account WHERE organisation_id = $1 AND email NOT LIKE '%@' || $2 ORDER BY account_id",
    )
    .bind(organisation.0)
    .bind(domain)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Accounts of an organisation, by address: those after one, found by a piece of their address or name. `groups` as in
/// [`super::group::among`].
pub async fn page(
    connection: &mut AnyConnection,
    organisation: OrganisationId,
    (search, groups): (&str, &str),
    after: &str,
    limit: i64,
) -> Result<Vec<Account>> {
    let rows = sqlx::query(select!(
        "WHERE organisation_id = $1 AND email > $2 AND (email LIKE $3 ESCAPE '\\' OR LOWER(name) LIKE $3 ESCAPE '\\') \
         AND ($4 = '' OR EXISTS (SELECT 1 FROM group_member m WHERE m.account_id = account.account_id \
         AND $4 LIKE '%,' || CAST(m.group_id AS TEXT) || ',%')) ORDER BY email LIMIT $5"
    ))
    .bind(organisation.0)
    .bind(after)
    .bind(super::roster::pattern(search))
    .bind(groups)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Makes the account an administrator of its organisation (at a time), or a user (none).
pub async fn set_administrator(tx: &mut Tx, id: AccountId, at: Option<Timestamp>) -> Result<()> {
    sqlx::query("UPDATE account SET administrator_at = $2 WHERE account_id = $1")
        .bind(id.0)
        .bind(at.map(Timestamp::as_microsecond))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Gives the account another password, and ends what was begun with the old one.
pub async fn set_password(tx: &mut Tx, id: AccountId, password: &PasswordHash) -> Result<()> {
    session::end_all(tx, id, None).await?;
    sqlx::query("UPDATE account SET password = $2 WHERE account_id = $1")
        .bind(id.0)
        .bind(&password.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Leaves the account without a password of its own, and ends what was begun with the one it had.
pub async fn remove_password(tx: &mut Tx, id: AccountId) -> Result<()> {
    session::end_all(tx, id, None).await?;
    sqlx::query("UPDATE account SET password = NULL WHERE account_id = $1")
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Switches ActiveSync off for the account (at a time), or on again (none).
pub async fn set_disabled(tx: &mut Tx, id: AccountId, at: Option<Timestamp>) -> Result<()> {
    sqlx::query("UPDATE account SET disabled_at = $2 WHERE account_id = $1")
        .bind(id.0)
        .bind(at.map(Timestamp::as_microsecond))
        .execute(&mut **tx)
        .await?;
    tx.wake(id, HIERARCHY);
    Ok(())
}

/// Notes the person's time zone.
pub async fn set_zone(tx: &mut Tx, id: AccountId, zone: &str) -> Result<()> {
    sqlx::query("UPDATE account SET zone = $2 WHERE account_id = $1")
        .bind(id.0)
        .bind(zone)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What holds rows of accounts, besides `account`.
const ITS_OWN: [&str; 29] = [
    "item",
    "past",
    "sync_state",
    "aside",
    "outbox",
    "outgoing",
    "outgoing_piece",
    "draft_piece",
    "conversation",
    "sent_before",
    "absence",
    "answered",
    "pull",
    "result",
    "run",
    "access",
    "session",
    "folder",
    "device",
    "device_order",
    "group_member",
    "notice",
    "operator",
    "factor",
    "recovery_code",
    "app_password",
    "password_link",
    "recovery",
    "trace_line",
];

/// Removes the account and all that is its own.
pub async fn remove(tx: &mut Tx, id: AccountId) -> Result<()> {
    for table in ITS_OWN {
        let statement = format!("DELETE FROM {table} WHERE account_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(id.0).execute(&mut **tx).await?;
    }
    sqlx::query("DELETE FROM account WHERE account_id = $1").bind(id.0).execute(&mut **tx).await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Account> {
    Ok(Account {
        id: AccountId(row.try_get(0)?),
        organisation: OrganisationId(row.try_get(1)?),
        email: row.try_get(2)?,
        name: row.try_get(3)?,
        password: row.try_get::<Option<String>, _>(4)?.map(PasswordHash),
        is_administrator: row.try_get::<Option<i64>, _>(5)?.is_some(),
        zone: row.try_get(6)?,
        is_disabled: row.try_get::<Option<i64>, _>(7)?.is_some(),
        has_factor: row.try_get::<Option<i64>, _>(8)?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::Waiters;
    use crate::store::Store;

    fn account(id: i64, email: &str) -> Account {
        Account {
            id: AccountId(id),
            organisation: OrganisationId(1),
            email: email.to_owned(),
            name: "Kari Nordmann".to_owned(),
            password: None,
            is_administrator: false,
            zone: None,
            is_disabled: false,
            has_factor: false,
        }
    }

    #[tokio::test]
    async fn an_account_has_each_default_folder_once_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/lomme.db", folder.path().display());
        let store = Store::open(&url, Waiters::default()).await.unwrap();
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut tx = store.begin().await.unwrap();
        create(&mut tx, &account(7, "Kari@Fjord.example"), now).await.unwrap();
        create(&mut tx, &account(8, "kari@other.example"), now).await.unwrap();
        let rows = sqlx::query("SELECT kind FROM folder WHERE account_id = 7 ORDER BY kind")
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        let kinds: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(kinds, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 19]);
        assert_eq!(by_email(&mut tx, "KARI@fjord.EXAMPLE").await.unwrap().unwrap().id, AccountId(7));
        assert_eq!(by_login(&mut tx, "kari").await.unwrap().len(), 2);
        set_disabled(&mut tx, AccountId(7), Some(now)).await.unwrap();
        assert!(by_id(&mut tx, AccountId(7)).await.unwrap().unwrap().is_disabled);
        remove(&mut tx, AccountId(7)).await.unwrap();
        assert_eq!(by_id(&mut tx, AccountId(7)).await.unwrap(), None);
        assert_eq!(list(&mut tx).await.unwrap().len(), 1);
        let left = sqlx::query("SELECT COUNT(*) FROM folder WHERE account_id = 7").fetch_one(&mut *tx).await;
        assert_eq!(left.unwrap().get::<i64, _>(0), 0);
        let tables = sqlx::query(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'account_id' \
             WHERE m.type = 'table' AND m.name <> 'account' ORDER BY m.name",
        );
        let tables = tables.fetch_all(&mut *tx).await.unwrap();
        let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
        let mut own = ITS_OWN.to_vec();
        own.sort_unstable();
        assert_eq!(tables, own, "what is of an account goes with it");
    }
}
