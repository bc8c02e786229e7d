//! What a device was ordered and has not done yet. Does not know what being done means.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::Tx;
use super::access::time;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::OrganisationId;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Whose device.
    pub account: AccountId,
    /// Which.
    pub device: DeviceNumber,
    /// Whose account.
    pub organisation: OrganisationId,
    /// What.
    pub kind: String,
    /// The particulars, as JSON.
    pub detail: String,
    /// Since when.
    pub at: Timestamp,
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT account_id, device_number, organisation_id, kind, detail, at FROM device_order ",
            $which
        )
    };
}

/// Gives an order. The caller has looked whether there is none: a device has one at a time.
pub async fn give(tx: &mut Tx, order: &Order) -> Result<()> {
    sqlx::query(
        "INSERT INTO device_order (account_id, device_number, organisation_id, kind, detail, at, look_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(order.account.0)
    .bind(order.device.0)
    .bind(order.organisation.0)
    .bind(&order.kind)
    .bind(&order.detail)
    .bind(order.at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a device is to do.
pub async fn of(c: &mut AnyConnection, account: AccountId, device: DeviceNumber) -> Result<Option<Order>> {
    let row = sqlx::query(select!("WHERE account_id = $1 AND device_number = $2"))
        .bind(account.0)
        .bind(device.0)
        .fetch_optional(c)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Orders that it is time to look after, the longest due first.
pub async fn due(c: &mut AnyConnection, now: Timestamp, limit: i64) -> Result<Vec<Order>> {
    let rows = sqlx::query(select!("WHERE look_at <= $1 ORDER BY look_at LIMIT $2"))
        .bind(now.as_microsecond())
        .bind(limit)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Looks after it again at a time.
pub async fn look_again(tx: &mut Tx, order: &Order, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE device_order SET look_at = $3 WHERE account_id = $1 AND device_number = $2")
        .bind(order.account.0)
        .bind(order.device.0)
        .bind(at.as_microsecond())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// There is nothing left to do for a device. Whether there was.
pub async fn done(tx: &mut Tx, account: AccountId, device: DeviceNumber) -> Result<bool> {
    let gone = sqlx::query("DELETE FROM device_order WHERE account_id = $1 AND device_number = $2")
        .bind(account.0)
        .bind(device.0)
        .execute(&mut **tx)
        .await?;
    Ok(gone.rows_affected() > 0)
}

fn read(row: &AnyRow) -> Result<Order> {
    Ok(Order {
        account: AccountId(row.try_get(0)?),
        device: DeviceNumber(row.try_get(1)?),
        organisation: OrganisationId(row.try_get(2)?),
        kind: row.try_get(3)?,
        detail: row.try_get(4)?,
        at: time(row.try_get(5)?, "device_order")?,
    })
}
