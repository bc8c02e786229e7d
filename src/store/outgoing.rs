//! Messages that phones handed over, until each is sent and accounted for. Sends nothing.
//!
//! The message lies here in pieces, so that it outlives any node and no node holds it in memory as a whole. Its
//! pieces are written first, each by itself, and count for nothing until the row is there that makes them a message.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use super::access::time;
use super::pull::Lease;
use super::state::Who;
use crate::model::id::AccountId;
use crate::model::id::OutgoingId;
use crate::model::outgoing::Progress;

/// A message on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub id: OutgoingId,
    /// Over which connection it goes.
    pub connection: String,
    /// Who gets it back if it cannot be delivered.
    pub sender: String,
    /// What it is called everywhere, without brackets.
    pub message_id: String,
    /// The fields `Bcc` of its header, which only the sender's own copy has.
    pub unseen: String,
    /// How far it has come.
    pub progress: Progress,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// Since when it is here.
    pub created_at: Timestamp,
}

// No addresses: what is debugged may be logged.
impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { account, id, attempts, .. } = self;
        f.debug_struct("Outgoing")
            .field("account", account)
            .field("id", id)
            .field("attempts", attempts)
            .finish_non_exhaustive()
    }
}

/// How long it is known what a device has asked for: a phone that asks again does so sooner.
pub const REMEMBERED: Duration = Duration::from_hours(7 * 24);

/// Adds a piece of a message that is not there yet; number 0 is its header.
pub async fn add_piece(
    tx: &mut Tx,
    (account, id): (AccountId, OutgoingId),
    number: i64,
    content: &[u8],
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO outgoing_piece (account_id, outgoing_id, number, at, content) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(account.0)
    .bind(id.0)
    .bind(number)
    .bind(now.as_microsecond())
    .bind(content.to_vec())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A piece of a message; none after the last.
pub async fn piece(
    c: &mut AnyConnection,
    (account, id): (AccountId, OutgoingId),
    number: i64,
) -> Result<Option<Vec<u8>>> {
    let row = sqlx::query(
        "SELECT content FROM outgoing_piece WHERE account_id = $1 AND outgoing_id = $2 AND number = $3",
    )
    .bind(account.0)
    .bind(id.0)
    .bind(number)
    .fetch_optional(c)
    .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Makes a message of its pieces; sending it starts when that is committed.
pub async fn create(tx: &mut Tx, new: &Outgoing) -> Result<()> {
    sqlx::query(
        "INSERT INTO outgoing (account_id, outgoing_id, connection, sender, message_id, unseen, progress, attempts, \
         next_at, lease_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, $9)",
    )
    .bind(new.account.0)
    .bind(new.id.0)
    .bind(&new.connection)
    .bind(&new.sender)
    .bind(&new.message_id)
    .bind(&new.unseen)
    .bind(written(&new.progress))
    .bind(new.next_at.as_microsecond())
    .bind(new.created_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    tx.owes();
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT o.account_id, o.outgoing_id, o.connection, o.sender, o.message_id, o.unseen, o.progress, ",
            "o.attempts, o.next_at, o.created_at FROM outgoing o ",
            $rest
        )
    };
}

/// What is due over a connection and held by no node, longest due first.
pub async fn due(
    c: &mut AnyConnection,
    connection: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Outgoing>> {
    let rows = sqlx::query(select!(
        "JOIN access a ON a.account_id = o.account_id AND a.connection = o.connection \
         WHERE a.paused_at IS NULL AND o.connection = $1 AND o.next_at <= $2 AND o.lease_until <= $2 \
         ORDER BY o.next_at, o.account_id, o.outgoing_id LIMIT $3"
    ))
    .bind(connection)
    .bind(now.as_microsecond())
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// What an account has on its way, the oldest first.
pub async fn of_account(c: &mut AnyConnection, account: AccountId) -> Result<Vec<Outgoing>> {
    let rows = sqlx::query(select!("WHERE o.account_id = $1 ORDER BY o.outgoing_id"))
        .bind(account.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// Takes a message for a node. False: somebody was quicker.
pub async fn take(tx: &mut Tx, message: &Outgoing, lease: Lease<'_>, now: Timestamp) -> Result<bool> {
    let taken = sqlx::query(
        "UPDATE outgoing SET lease_node = $3, lease_until = $4, attempts = attempts + 1 \
         WHERE account_id = $1 AND outgoing_id = $2 AND lease_until <= $5 AND attempts = $6",
    )
    .bind(message.account.0)
    .bind(message.id.0)
    .bind(lease.node)
    .bind(lease.until.as_microsecond())
    .bind(now.as_microsecond())
    .bind(message.attempts)
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Notes how far a message has come that this node has taken, and keeps it longer. False: another node has it now.
pub async fn note(tx: &mut Tx, message: &Outgoing, lease: Lease<'_>) -> Result<bool> {
    let noted = sqlx::query(
        "UPDATE outgoing SET progress = $3, lease_until = $6 WHERE account_id = $1 AND outgoing_id = $2 \
         AND lease_node = $4 AND attempts = $5",
    )
    .bind(message.account.0)
    .bind(message.id.0)
    .bind(written(&message.progress))
    .bind(lease.node)
    .bind(message.attempts)
    .bind(lease.until.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Gives a message back, to be tried again at a time. False: another node has it now.
pub async fn postpone(tx: &mut Tx, message: &Outgoing, node: &str, next_at: Timestamp) -> Result<bool> {
    let postponed = sqlx::query(
        "UPDATE outgoing SET next_at = $3, lease_node = NULL, lease_until = 0 \
         WHERE account_id = $1 AND outgoing_id = $2 AND lease_node = $4 AND attempts = $5",
    )
    .bind(message.account.0)
    .bind(message.id.0)
    .bind(next_at.as_microsecond())
    .bind(node)
    .bind(message.attempts)
    .execute(&mut **tx)
    .await?;
    Ok(postponed.rows_affected() == 1)
}

/// Nothing is left to do for a message.
pub async fn done(tx: &mut Tx, account: AccountId, id: OutgoingId) -> Result<()> {
    for statement in [
        "DELETE FROM outgoing WHERE account_id = $1 AND outgoing_id = $2",
        "DELETE FROM outgoing_piece WHERE account_id = $1 AND outgoing_id = $2",
    ] {
        sqlx::query(statement).bind(account.0).bind(id.0).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Whether a device has asked for this since a time.
pub async fn was_asked(c: &mut AnyConnection, who: Who, request: &str, since: Timestamp) -> Result<bool> {
    let row = sqlx::query(
        "SELECT at FROM sent_before WHERE account_id = $1 AND device_number = $2 AND request = $3 AND at >= $4",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(request)
    .bind(since.as_microsecond())
    .fetch_optional(c)
    .await?;
    Ok(row.is_some())
}

/// Notes that a device asks for this. False: it has asked already since a time, and nothing is noted.
pub async fn ask(tx: &mut Tx, who: Who, request: &str, since: Timestamp, now: Timestamp) -> Result<bool> {
    let asked = sqlx::query(
        "INSERT INTO sent_before (account_id, device_number, request, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id, device_number, request) DO UPDATE SET at = excluded.at WHERE sent_before.at < $5",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(request)
    .bind(now.as_microsecond())
    .bind(since.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(asked.rows_affected() == 1)
}

/// Removes what devices asked for before a time, and pieces from then that never became a message.
pub async fn sweep(tx: &mut Tx, account: AccountId, before: Timestamp) -> Result<()> {
    for statement in SWEEP {
        sqlx::query(statement).bind(account.0).bind(before.as_microsecond()).execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) const SWEEP: [&str; 2] = [
    "DELETE FROM sent_before WHERE account_id = $1 AND at < $2",
    "DELETE FROM outgoing_piece WHERE account_id = $1 AND at < $2 AND NOT EXISTS (SELECT 1 FROM outgoing o \
     WHERE o.account_id = $1 AND o.outgoing_id = outgoing_piece.outgoing_id)",
];

fn written(progress: &Progress) -> String {
    serde_json::to_string(progress).unwrap_or_default()
}

fn read(row: &AnyRow) -> Result<Outgoing> {
    let damaged = |error: serde_json::Error| Error::Damaged { table: "outgoing", reason: error.to_string() };
    Ok(Outgoing {
        account: AccountId(row.try_get(0)?),
        id: OutgoingId(row.try_get(1)?),
        connection: row.try_get(2)?,
        sender: row.try_get(3)?,
        message_id: row.try_get(4)?,
        unseen: row.try_get(5)?,
        progress: serde_json::from_str(&row.try_get::<String, _>(6)?).map_err(damaged)?,
        attempts: row.try_get(7)?,
        next_at: time(row.try_get(8)?, "outgoing")?,
        created_at: time(row.try_get(9)?, "outgoing")?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::id::DeviceNumber;
    use crate::notify::Waiters;
    use crate::store::Store;
    use crate::store::access;
    use crate::store::fresh;

    const KARI: AccountId = AccountId(1);
    const PHONE: Who = Who { account: KARI, device: DeviceNumber(7) };

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    async fn store(folder: &tempfile::TempDir) -> Store {
        let store = Store::open(&fresh::database(folder.path()).await, Waiters::default()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        access::set(&mut tx, KARI, "post", access::LogIn::default(), now()).await.unwrap();
        tx.commit().await.unwrap();
        store
    }

    fn message(id: i64) -> Outgoing {
        let recipients = vec!["ola@fjord.example".to_owned()];
        Outgoing {
            account: KARI,
            id: OutgoingId(id),
            connection: "post".to_owned(),
            sender: "kari@fjord.example".to_owned(),
            message_id: "1@fjord.example".to_owned(),
            unseen: String::new(),
            progress: Progress { recipients, ..Progress::default() },
            attempts: 0,
            next_at: now(),
            created_at: now(),
        }
    }

    #[tokio::test]
    async fn a_message_is_taken_by_one_node_and_kept_until_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let until = now() + SignedDuration::from_mins(1);
        let mut tx = store.begin().await.unwrap();
        for number in 0..2 {
            add_piece(&mut tx, (KARI, OutgoingId(5)), number, &[0, 0xFF], now()).await.unwrap();
        }
        create(&mut tx, &message(5)).await.unwrap();
        let mut due = due(&mut tx, "post", now(), 9).await.unwrap();
        assert_eq!(due, [message(5)]);
        let mut mine = due.remove(0);
        assert!(take(&mut tx, &mine, Lease { node: "a", until }, now()).await.unwrap());
        assert!(!take(&mut tx, &mine, Lease { node: "b", until }, now()).await.unwrap());
        mine.attempts += 1;
        mine.progress.is_unsure = true;
        let (ours, theirs) = (Lease { node: "a", until }, Lease { node: "b", until });
        assert!(!note(&mut tx, &mine, theirs).await.unwrap());
        assert!(note(&mut tx, &mine, ours).await.unwrap());
        assert!(postpone(&mut tx, &mine, "a", until).await.unwrap());
        assert!(!note(&mut tx, &mine, ours).await.unwrap());
        assert_eq!(super::due(&mut tx, "post", now(), 9).await.unwrap(), []);
        let again = super::due(&mut tx, "post", until, 9).await.unwrap().remove(0);
        assert!(again.progress.is_unsure && again.attempts == 1);
        assert_eq!(piece(&mut tx, (KARI, OutgoingId(5)), 1).await.unwrap(), Some(vec![0, 0xFF]));
        assert_eq!(piece(&mut tx, (KARI, OutgoingId(5)), 2).await.unwrap(), None);
        done(&mut tx, KARI, OutgoingId(5)).await.unwrap();
        assert_eq!(of_account(&mut tx, KARI).await.unwrap(), []);
        assert_eq!(piece(&mut tx, (KARI, OutgoingId(5)), 0).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_was_asked_before_is_known_for_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let (before, after) = (now() - SignedDuration::from_hours(1), now() + SignedDuration::from_hours(1));
        let mut tx = store.begin().await.unwrap();
        assert!(ask(&mut tx, PHONE, "a", before, now()).await.unwrap());
        assert!(!ask(&mut tx, PHONE, "a", before, now()).await.unwrap());
        assert!(was_asked(&mut tx, PHONE, "a", before).await.unwrap());
        let other = Who { device: DeviceNumber(8), ..PHONE };
        assert!(!was_asked(&mut tx, other, "a", before).await.unwrap());
        assert!(ask(&mut tx, PHONE, "a", after, after).await.unwrap());
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn the_sweep_takes_old_requests_and_pieces_of_no_message() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let later = now() + SignedDuration::from_hours(1);
        let mut tx = store.begin().await.unwrap();
        create(&mut tx, &message(5)).await.unwrap();
        for id in [5, 6] {
            add_piece(&mut tx, (KARI, OutgoingId(id)), 0, b"x", now()).await.unwrap();
        }
        add_piece(&mut tx, (KARI, OutgoingId(7)), 0, b"x", later).await.unwrap();
        ask(&mut tx, PHONE, "a", now(), now()).await.unwrap();
        sweep(&mut tx, KARI, later).await.unwrap();
        let mut left = Vec::new();
        for id in [5, 6, 7] {
            left.push(piece(&mut tx, (KARI, OutgoingId(id)), 0).await.unwrap().is_some());
        }
        assert_eq!(left, [true, false, true]);
        assert!(!was_asked(&mut tx, PHONE, "a", now()).await.unwrap());
    }
}
