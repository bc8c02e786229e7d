//! The devices of an organisation as a list of any length, paged by what was read last. One device is in `device.rs`.

use std::fmt;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Result;
use super::access::time;
use super::device::Ruler;
use super::device::Standing;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::OrganisationId;

/// A device as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the list.
    pub place: Place,
    /// Its owner's address.
    pub email: String,
    /// Its owner's name.
    pub owner: String,
    /// What it calls itself.
    pub id: String,
    /// What it says it is.
    pub kind: String,
    /// Which program.
    pub family: String,
    /// Which model.
    pub model: String,
    /// Which version it spoke last.
    pub version: String,
    /// Whether it is let in.
    pub standing: Standing,
    /// Who said so.
    pub standing_by: Ruler,
    /// What it was ordered and has not done yet.
    pub order: Option<String>,
}

/// A place in the list: the device seen last comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// Whose.
    pub account: AccountId,
    /// Which of theirs.
    pub number: DeviceNumber,
}

impl Place {
    /// What is written as `SEEN:ACCOUNT:NUMBER`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(':').map(|number| number.parse::<i64>().ok());
        let seen_at = Timestamp::from_microsecond(numbers.next()??).ok()?;
        let (account, number) = (AccountId(numbers.next()??), DeviceNumber(numbers.next()??));
        numbers.next().is_none().then_some(Self { seen_at, account, number })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.seen_at.as_microsecond(), self.account, self.number)
    }
}

/// Which devices; an empty text is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A piece of its owner's name or address, its id, type, model or name.
    pub search: String,
    /// Which program.
    pub family: String,
    /// Which model.
    pub model: String,
    /// Which version.
    pub version: String,
    /// As [`Standing::as_str`], or `ordered` for those that have something to do.
    pub state: String,
    /// As `group::among` makes it.
    pub groups: String,
}

/// What a filter asks of a row, with its values as $2 to $7; sqlx takes only text that is fixed when compiled.
macro_rules! conditions {
    () => {
        "d.organisation_id = $1 AND d.words LIKE $2 ESCAPE '\\' AND ($3 = '' OR d.family = $3) \
         AND ($4 = '' OR d.model = $4) AND ($5 = '' OR d.version = $5) AND ($6 = '' OR d.standing = $6 \
         OR ($6 = 'ordered' AND EXISTS (SELECT 1 FROM device_order x WHERE x.account_id = d.account_id \
         AND x.device_number = d.device_number))) AND ($7 = '' OR EXISTS (SELECT 1 FROM group_member m \
         WHERE m.account_id = d.account_id AND $7 LIKE '%,' || CAST(m.group_id AS TEXT) || ',%'))"
    };
}

/// Some devices after a place, or from the beginning.
pub async fn page(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    filter: &Filter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let start = Place { seen_at: Timestamp::MAX, account: AccountId(0), number: DeviceNumber(0) };
    let after = after.unwrap_or(start);
    // The page is found in the index alone; only what is on it is looked up.
    let rows = sqlx::query(concat!(
        "SELECT p.seen_at, p.account_id, p.device_number, a.email, a.name, p.device_id, p.device_type, p.family, p.model, \
         p.version, p.standing, p.standing_by, o.kind FROM (SELECT d.account_id, d.device_number FROM device d WHERE ",
        conditions!(),
        " AND (d.seen_at, d.account_id, d.device_number) < ($8, $9, $10) \
         ORDER BY d.seen_at DESC, d.account_id DESC, d.device_number DESC LIMIT $11) found \
         JOIN device p ON p.account_id = found.account_id AND p.device_number = found.device_number \
         JOIN account a ON a.account_id = p.account_id \
         LEFT JOIN device_order o ON o.account_id = p.account_id AND o.device_number = p.device_number \
         ORDER BY p.seen_at DESC, p.account_id DESC, p.device_number DESC"
    ))
    .bind(organisation.0)
    .bind(pattern(&filter.search))
    .bind(&filter.family)
    .bind(&filter.model)
    .bind(&filter.version)
    .bind(&filter.state)
    .bind(&filter.groups)
    .bind(after.seen_at.as_microsecond())
    .bind(after.account.0)
    .bind(after.number.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// One device.
pub async fn one(c: &mut AnyConnection, account: AccountId, number: DeviceNumber) -> Result<Option<Entry>> {
    let row = sqlx::query(
        "SELECT p.seen_at, p.account_id, p.device_number, a.email, a.name, p.device_id, p.device_type, p.family, p.model, \
         p.version, p.standing, p.standing_by, o.kind FROM device p JOIN account a ON a.account_id = p.account_id \
         LEFT JOIN device_order o ON o.account_id = p.account_id AND o.device_number = p.device_number \
         WHERE p.account_id = $1 AND p.device_number = $2",
    )
    .bind(account.0)
    .bind(number.0)
    .fetch_optional(c)
    .await?;
    row.as_ref().map(read).transpose()
}

/// How many devices a filter lets through.
pub async fn count(c: &mut AnyConnection, organisation: OrganisationId, filter: &Filter) -> Result<i64> {
    let row = sqlx::query(concat!("SELECT COUNT(*) FROM device d WHERE ", conditions!()))
        .bind(organisation.0)
        .bind(pattern(&filter.search))
        .bind(&filter.family)
        .bind(&filter.model)
        .bind(&filter.version)
        .bind(&filter.state)
        .bind(&filter.groups)
        .fetch_one(c)
        .await?;
    Ok(row.try_get(0)?)
}

/// How many devices of a kind there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which program.
    pub family: String,
    /// Which version.
    pub version: String,
    /// Whether they are let in.
    pub standing: Standing,
    /// How many.
    pub devices: i64,
}

/// How many devices of each kind an organisation has.
pub async fn shares(c: &mut AnyConnection, organisation: OrganisationId, groups: &str) -> Result<Vec<Share>> {
    let rows = sqlx::query(
        "SELECT d.family, d.version, d.standing, COUNT(*) FROM device d WHERE d.organisation_id = $1 \
         AND ($2 = '' OR EXISTS (SELECT 1 FROM group_member m WHERE m.account_id = d.account_id \
         AND $2 LIKE '%,' || CAST(m.group_id AS TEXT) || ',%')) GROUP BY d.family, d.version, d.standing \
         ORDER BY d.family, d.version, d.standing",
    )
    .bind(organisation.0)
    .bind(groups)
    .fetch_all(c)
    .await?;
    let read = |row: &AnyRow| {
        Ok(Share {
            family: row.try_get(0)?,
            version: row.try_get(1)?,
            standing: Standing::read(row.try_get(2)?),
            devices: row.try_get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many devices of an organisation were here since a time.
pub async fn active(
    c: &mut AnyConnection,
    organisation: OrganisationId,
    filter: &Filter,
    since: Timestamp,
) -> Result<i64> {
    let row =
        sqlx::query(concat!("SELECT COUNT(*) FROM device d WHERE ", conditions!(), " AND d.seen_at >= $8"))
            .bind(organisation.0)
            .bind(pattern(&filter.search))
            .bind(&filter.family)
            .bind(&filter.model)
            .bind(&filter.version)
            .bind(&filter.state)
            .bind(&filter.groups)
            .bind(since.as_microsecond())
            .fetch_one(c)
            .await?;
    Ok(row.try_get(0)?)
}

/// A pattern that finds a text anywhere, in small letters.
pub(super) fn pattern(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in text.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern.replace("%%", "%")
}

fn read(row: &AnyRow) -> Result<Entry> {
    let place = Place {
        seen_at: time(row.try_get(0)?, "device")?,
        account: AccountId(row.try_get(1)?),
        number: DeviceNumber(row.try_get(2)?),
    };
    Ok(Entry {
        place,
        email: row.try_get(3)?,
        owner: row.try_get(4)?,
        id: row.try_get(5)?,
        kind: row.try_get(6)?,
        family: row.try_get(7)?,
        model: row.try_get(8)?,
        version: row.try_get(9)?,
        standing: Standing::read(row.try_get(10)?),
        standing_by: Ruler::read(row.try_get(11)?),
        order: row.try_get(12)?,
    })
}
