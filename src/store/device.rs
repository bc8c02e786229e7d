//! Phones and other devices, one row each, and what is remembered about them. The columns in JSON belong to those
//! who write them; `{}` there says that nothing is known yet.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::notify::HIERARCHY;

/// A device of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Whose.
    pub account: AccountId,
    /// Its number within the account, given once and never again.
    pub number: DeviceNumber,
    /// What it calls itself.
    pub id: String,
    /// What it says it is; the same id with another type is another device.
    pub kind: String,
    /// Settings `DeviceInformation`, user agent, version: JSON.
    pub information: String,
    /// The keys of its list of folders: JSON.
    pub hierarchy: String,
    /// Its last Ping: JSON.
    pub ping: Option<String>,
    /// The collections of its last Sync: JSON.
    pub requested: Option<String>,
    /// Policy keys and wipe: JSON.
    pub provision: String,
    /// When it came first.
    pub created_at: Timestamp,
    /// When it was last seen, to within [`SEEN_EVERY`].
    pub seen_at: Timestamp,
    /// Since when it gets nothing; none: it is served.
    pub blocked_at: Option<Timestamp>,
}

/// A column of JSON that is replaced as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// [`Device::information`].
    Information,
    /// [`Device::hierarchy`].
    Hierarchy,
    /// [`Device::ping`].
    Ping,
    /// [`Device::requested`].
    Requested,
    /// [`Device::provision`].
    Provision,
}

/// A phone that asks all day must not cost a write each time.
pub const SEEN_EVERY: Duration = Duration::from_mins(10);

/// Android tries a log-in under this name and throws the answer away: nothing of it is stored.
pub const PROBE: &str = "validate";

impl Device {
    /// A device that has not been here before. It is not stored by this.
    pub fn new(account: AccountId, id: &str, kind: &str, now: Timestamp) -> Self {
        Self {
            account,
            number: DeviceNumber(0),
            id: id.to_owned(),
            kind: kind.to_owned(),
            information: "{}".to_owned(),
            hierarchy: "{}".to_owned(),
            ping: None,
            requested: None,
            provision: "{}".to_owned(),
            created_at: now,
            seen_at: now,
            blocked_at: None,
        }
    }

    /// Whether it is Android's trial log-in.
    pub fn is_probe(&self) -> bool {
        self.id.eq_ignore_ascii_case(PROBE)
    }

    /// Whether [`seen`] should be written.
    pub fn is_seen_due(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at).unsigned_abs() >= SEEN_EVERY
    }
}

/// All that [`read`] reads; sqlx takes only text that is fixed when compiled.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT account_id, device_number, device_id, device_type, information, hierarchy, ping, requested, \
             provision, created_at, seen_at, blocked_at FROM device ",
            $which
        )
    };
}

/// The device that calls itself so.
pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    id: &str,
    kind: &str,
) -> Result<Option<Device>> {
    let row = sqlx::query(select!("WHERE account_id = $1 AND device_id = $2 AND device_type = $3"))
        .bind(account.0)
        .bind(id)
        .bind(kind)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The device of that number.
pub async fn by_number(
    connection: &mut AnyConnection,
    account: AccountId,
    number: DeviceNumber,
) -> Result<Option<Device>> {
    let row = sqlx::query(select!("WHERE account_id = $1 AND device_number = $2"))
        .bind(account.0)
        .bind(number.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The devices of an account, the one seen last first.
pub async fn list(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<Device>> {
    let rows = sqlx::query(select!("WHERE account_id = $1 ORDER BY seen_at DESC, device_number"))
        .bind(account.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Stores a new device and gives it its number.
pub async fn create(tx: &mut Tx, device: &Device) -> Result<DeviceNumber> {
    // Takes the account's row, so that two new devices at once do not get the same number.
    sqlx::query("UPDATE account SET hierarchy_rev = hierarchy_rev WHERE account_id = $1")
        .bind(device.account.0)
        .execute(&mut **tx)
        .await?;
    let row = sqlx::query("SELECT COALESCE(MAX(device_number), 0) FROM device WHERE account_id = $1")
        .bind(device.account.0)
        .fetch_one(&mut **tx)
        .await?;
    // The number of a removed device must not come back: items remember their writer by it.
    let number = (row.try_get::<i64, _>(0)? + 1).max(device.created_at.as_microsecond());
    sqlx::query(
        "INSERT INTO device (account_id, device_number, device_id, device_type, information, hierarchy, ping, \
         requested, provision, created_at, seen_at, blocked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(device.account.0)
    .bind(number)
    .bind(&device.id)
    .bind(&device.kind)
    .bind(&device.information)
    .bind(&device.hierarchy)
    .bind(device.ping.as_deref())
    .bind(device.requested.as_deref())
    .bind(&device.provision)
    .bind(device.created_at.as_microsecond())
    .bind(device.seen_at.as_microsecond())
    .bind(device.blocked_at.map(Timestamp::as_microsecond))
    .execute(&mut **tx)
    .await?;
    Ok(DeviceNumber(number))
}

/// Replaces a column of JSON.
pub async fn set(
    tx: &mut Tx,
    account: AccountId,
    number: DeviceNumber,
    column: Column,
    json: &str,
) -> Result<()> {
    let statement = match column {
        Column::Information => {
            "UPDATE device SET information = $3 WHERE account_id = $1 AND device_number = $2"
        }
        Column::Hierarchy => "UPDATE device SET hierarchy = $3 WHERE account_id = $1 AND device_number = $2",
        Column::Ping => "UPDATE device SET ping = $3 WHERE account_id = $1 AND device_number = $2",
        Column::Requested => "UPDATE device SET requested = $3 WHERE account_id = $1 AND device_number = $2",
        Column::Provision => "UPDATE device SET provision = $3 WHERE account_id = $1 AND device_number = $2",
    };
    sqlx::query(statement).bind(account.0).bind(number.0).bind(json).execute(&mut **tx).await?;
    if matches!(column, Column::Provision) {
        // It may be told to wipe itself.
        tx.wake(account, HIERARCHY);
    }
    Ok(())
}

/// Notes that the device was here.
pub async fn seen(tx: &mut Tx, account: AccountId, number: DeviceNumber, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE device SET seen_at = $3 WHERE account_id = $1 AND device_number = $2")
        .bind(account.0)
        .bind(number.0)
        .bind(now.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Stops serving the device (at a time), or serves it again (none).
pub async fn set_blocked(
    tx: &mut Tx,
    account: AccountId,
    number: DeviceNumber,
    at: Option<Timestamp>,
) -> Result<()> {
    sqlx::query("UPDATE device SET blocked_at = $3 WHERE account_id = $1 AND device_number = $2")
        .bind(account.0)
        .bind(number.0)
        .bind(at.map(Timestamp::as_microsecond))
        .execute(&mut **tx)
        .await?;
    tx.wake(account, HIERARCHY);
    Ok(())
}

/// Forgets what the device holds, so that it is told to start again from nothing.
pub async fn resync(tx: &mut Tx, account: AccountId, number: DeviceNumber) -> Result<()> {
    forget_state(tx, account, number).await?;
    sqlx::query(
        "UPDATE device SET hierarchy = '{}', ping = NULL, requested = NULL \
         WHERE account_id = $1 AND device_number = $2",
    )
    .bind(account.0)
    .bind(number.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the partnership: the device is unknown from now on.
pub async fn remove(tx: &mut Tx, account: AccountId, number: DeviceNumber) -> Result<()> {
    forget_state(tx, account, number).await?;
    sqlx::query("DELETE FROM device WHERE account_id = $1 AND device_number = $2")
        .bind(account.0)
        .bind(number.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn forget_state(tx: &mut Tx, account: AccountId, number: DeviceNumber) -> Result<()> {
    tx.wake(account, HIERARCHY);
    for statement in [
        "DELETE FROM sync_state WHERE account_id = $1 AND device_number = $2",
        "DELETE FROM aside WHERE account_id = $1 AND device_number = $2",
    ] {
        sqlx::query(statement).bind(account.0).bind(number.0).execute(&mut **tx).await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Device> {
    Ok(Device {
        account: AccountId(row.try_get(0)?),
        number: DeviceNumber(row.try_get(1)?),
        id: row.try_get(2)?,
        kind: row.try_get(3)?,
        information: row.try_get(4)?,
        hierarchy: row.try_get(5)?,
        ping: row.try_get(6)?,
        requested: row.try_get(7)?,
        provision: row.try_get(8)?,
        created_at: time(row.try_get(9)?)?,
        seen_at: time(row.try_get(10)?)?,
        blocked_at: row.try_get::<Option<i64>, _>(11)?.map(time).transpose()?,
    })
}

fn time(microseconds: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds)
        .map_err(|error| Error::Damaged { table: "device", reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::Waiters;
    use crate::store::Store;

    const ACCOUNT: AccountId = AccountId(1);

    #[tokio::test]
    async fn a_device_is_known_by_id_and_type_and_its_number_never_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/lomme.db", folder.path().display());
        let store = Store::open(&url, Waiters::default()).await.unwrap();
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut tx = store.begin().await.unwrap();
        let first = create(&mut tx, &Device::new(ACCOUNT, "ABC", "iPhone", now)).await.unwrap();
        let second = create(&mut tx, &Device::new(ACCOUNT, "ABC", "iPad", now)).await.unwrap();
        assert_ne!(first, second);
        let found = find(&mut tx, ACCOUNT, "ABC", "iPad").await.unwrap().unwrap();
        assert_eq!((found.number, found.blocked_at), (second, None));
        assert_eq!(find(&mut tx, ACCOUNT, "ABC", "Android").await.unwrap(), None);
        assert_eq!(find(&mut tx, AccountId(2), "ABC", "iPad").await.unwrap(), None);

        set(&mut tx, ACCOUNT, second, Column::Ping, "[1]").await.unwrap();
        set_blocked(&mut tx, ACCOUNT, second, Some(now)).await.unwrap();
        let found = by_number(&mut tx, ACCOUNT, second).await.unwrap().unwrap();
        assert_eq!((found.ping.as_deref(), found.blocked_at), (Some("[1]"), Some(now)));
        resync(&mut tx, ACCOUNT, second).await.unwrap();
        assert_eq!(by_number(&mut tx, ACCOUNT, second).await.unwrap().unwrap().ping, None);

        remove(&mut tx, ACCOUNT, second).await.unwrap();
        let later = now + Duration::from_secs(1);
        let third = create(&mut tx, &Device::new(ACCOUNT, "ABC", "iPad", later)).await.unwrap();
        assert!(second < third);
        assert_eq!(list(&mut tx, ACCOUNT).await.unwrap().len(), 2);
    }
}
