//! Phones and other devices, one row each, and what is remembered about them. The columns in JSON belong to those
//! who write them; `{}` there says that nothing is known yet.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use super::order;
use super::state;
use super::state::Who;
use super::trace;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::FolderId;
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
    /// Whether it is let in.
    pub standing: Standing,
    /// Who said so.
    pub standing_by: Ruler,
    /// Until when what it asks and is told is written down.
    pub traced_until: Option<Timestamp>,
}

/// Whether a device is let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It is served.
    #[default]
    Allowed,
    /// It gets nothing.
    Blocked,
    /// It gets nothing until an administrator has looked at it.
    Quarantined,
}

/// Who said whether a device is let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruler {
    /// What is done with new devices.
    #[default]
    Default,
    /// A rule that it falls under.
    Rule,
    /// An administrator, for this device: no rule changes that.
    Hand,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Blocked, Self::Quarantined];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Quarantined => "quarantined",
        }
    }

    /// What is stored so; what nobody knows gets nothing.
    pub(super) fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text).unwrap_or(Self::Blocked)
    }
}

impl Ruler {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Rule => "rule",
            Self::Hand => "hand",
        }
    }

    /// What is stored so; what nobody knows was an administrator's.
    pub(super) fn read(text: &str) -> Self {
        let found = [Self::Default, Self::Rule].into_iter().find(|ruler| ruler.as_str() == text);
        found.unwrap_or(Self::Hand)
    }
}

/// What a list of devices shows of one, and what it is searched by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Which program.
    pub family: String,
    /// Which model, as it says.
    pub model: String,
    /// Which version it spoke last.
    pub version: String,
    /// What else it is found by.
    pub words: String,
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
            standing: Standing::Allowed,
            standing_by: Ruler::Default,
            traced_until: None,
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
             provision, created_at, seen_at, blocked_at, standing, standing_by, traced_until FROM device ",
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
         requested, provision, created_at, seen_at, blocked_at, standing, standing_by, organisation_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         COALESCE((SELECT organisation_id FROM account WHERE account_id = $1), 0))",
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
    .bind(device.standing.as_str())
    .bind(device.standing_by.as_str())
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

/// Says whether the device is let in, and who said so.
pub async fn set_standing(
    tx: &mut Tx,
    account: AccountId,
    number: DeviceNumber,
    (standing, by): (Standing, Ruler),
    now: Timestamp,
) -> Result<()> {
    let blocked_at = (standing != Standing::Allowed).then(|| now.as_microsecond());
    sqlx::query(
        "UPDATE device SET blocked_at = $3, standing = $4, standing_by = $5 \
         WHERE account_id = $1 AND device_number = $2",
    )
    .bind(account.0)
    .bind(number.0)
    .bind(blocked_at)
    .bind(standing.as_str())
    .bind(by.as_str())
    .execute(&mut **tx)
    .await?;
    tx.wake(account, HIERARCHY);
    Ok(())
}

/// Keeps what lists show of the device. Its owner's address and name are among what it is found by.
pub async fn describe(tx: &mut Tx, account: AccountId, number: DeviceNumber, card: &Card) -> Result<()> {
    sqlx::query(
        "UPDATE device SET family = $3, model = $4, version = $5, words = LOWER($6 || ' ' || \
         COALESCE((SELECT email || ' ' || name FROM account WHERE account_id = $1), '')) \
         WHERE account_id = $1 AND device_number = $2",
    )
    .bind(account.0)
    .bind(number.0)
    .bind(&card.family)
    .bind(&card.model)
    .bind(&card.version)
    .bind(&card.words)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many devices an account has.
pub async fn count(connection: &mut AnyConnection, account: AccountId) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) FROM device WHERE account_id = $1")
        .bind(account.0)
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
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

/// Forgets what the device holds of one folder, so that it is told to start again with it.
pub async fn resync_folder(
    tx: &mut Tx,
    account: AccountId,
    number: DeviceNumber,
    folder: FolderId,
) -> Result<()> {
    state::forget(tx, Who { account, device: number }, Some(folder)).await?;
    sqlx::query("DELETE FROM aside WHERE account_id = $1 AND device_number = $2 AND folder_id = $3")
        .bind(account.0)
        .bind(number.0)
        .bind(folder.0)
        .execute(&mut **tx)
        .await?;
    tx.wake(account, folder);
    Ok(())
}

/// Ends the partnership: the device is unknown from now on.
pub async fn remove(tx: &mut Tx, account: AccountId, number: DeviceNumber) -> Result<()> {
    forget_state(tx, account, number).await?;
    order::done(tx, account, number).await?;
    trace::clear(tx, (account, number)).await?;
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
        standing: Standing::read(row.try_get(12)?),
        standing_by: Ruler::read(row.try_get(13)?),
        traced_until: row
            .try_get::<Option<i64>, _>(14)?
            .and_then(|until| Timestamp::from_microsecond(until).ok()),
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
        let blocked = (Standing::Quarantined, Ruler::Rule);
        set_standing(&mut tx, ACCOUNT, second, blocked, now).await.unwrap();
        let found = by_number(&mut tx, ACCOUNT, second).await.unwrap().unwrap();
        assert_eq!((found.ping.as_deref(), found.blocked_at), (Some("[1]"), Some(now)));
        assert_eq!((found.standing, found.standing_by), blocked);
        resync(&mut tx, ACCOUNT, second).await.unwrap();
        assert_eq!(by_number(&mut tx, ACCOUNT, second).await.unwrap().unwrap().ping, None);

        remove(&mut tx, ACCOUNT, second).await.unwrap();
        let later = now + Duration::from_secs(1);
        let third = create(&mut tx, &Device::new(ACCOUNT, "ABC", "iPad", later)).await.unwrap();
        assert!(second < third);
        assert_eq!(list(&mut tx, ACCOUNT).await.unwrap().len(), 2);
    }
}
