//! Who is away, who sees to it, and who was told. Answers nobody.
//!
//! A node that sees to an absence holds its row for a moment. What it writes then counts only if the owner has not said
//! something else meanwhile; who looks next does so under the new words.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Error;
use super::Result;
use super::Tx;
use super::access::time;
use crate::model::absence::Absence;
use crate::model::class::Class;
use crate::model::folder::default_of;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::model::object::Shape;

/// Who answers while somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// We do.
    Lomme,
    /// The mail server does, when a message arrives.
    Server,
}

/// An absence as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Whose.
    pub account: AccountId,
    /// What its owner said.
    pub absence: Absence,
    /// How often that was said.
    pub rev: i64,
    /// Mail that came from then on is answered; none: no mail is.
    pub since: Option<Timestamp>,
    /// And before then; none: without end.
    pub until: Option<Timestamp>,
    /// Up to which revision the inbox was looked through.
    pub looked: Rev,
    /// Who answers; none: that is to be settled.
    pub carrier: Option<Carrier>,
    /// When somebody has to see to it.
    pub next_at: Timestamp,
    /// A node does until then.
    pub held_until: Timestamp,
    /// How many tries went wrong in a row.
    pub failures: i64,
}

/// Who was told something is not told the same again for so long.
pub const TOLD_FOR: Duration = Duration::from_hours(7 * 24);

impl Kept {
    /// Whether somebody who writes at that time is answered.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| since <= now) && self.until.is_none_or(|until| now < until)
    }

    /// When it begins or ends next, if it does.
    pub fn turns_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.since.and_then(|since| [Some(since), self.until].into_iter().flatten().find(|at| *at > now))
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.account_id, a.content, a.rev, a.since, a.until, a.looked_rev, a.carrier, a.next_at, ",
            "a.held_until, a.failures FROM absence a ",
            $rest
        )
    };
}

/// What an account's owner said last.
pub async fn find(c: &mut AnyConnection, account: AccountId) -> Result<Option<Kept>> {
    let row = sqlx::query(select!("WHERE a.account_id = $1")).bind(account.0).fetch_optional(c).await?;
    row.as_ref().map(read).transpose()
}

/// Keeps what an account's owner says. Who was told before is told again when this is another absence.
pub async fn set(tx: &mut Tx, account: AccountId, absence: &Absence, now: Timestamp) -> Result<()> {
    let known = find(tx, account).await?;
    let begins = absence.begins(now);
    // The same absence with other words goes on.
    let goes_on = known.as_ref().filter(|known| {
        let is_same = known.absence.state == absence.state && known.absence.start == absence.start;
        begins.is_some() && is_same
    });
    let since = goes_on.map_or(begins, |known| known.since);
    if goes_on.is_none() {
        let query = "DELETE FROM answered WHERE account_id = $1";
        sqlx::query(query).bind(account.0).execute(&mut **tx).await?;
    }
    let looked = match goes_on {
        Some(known) if known.carrier != Some(Carrier::Server) => known.looked,
        // What is there already was there before, or the mail server has answered it.
        Some(_) | None => inbox_rev(tx, account).await?,
    };
    sqlx::query(
        "INSERT INTO absence (account_id, content, rev, since, until, looked_rev, next_at, held_until, failures) \
         VALUES ($1, $2, 1, $3, $4, $5, $6, 0, 0) ON CONFLICT (account_id) DO UPDATE SET content = excluded.content, \
         rev = absence.rev + 1, since = excluded.since, until = excluded.until, looked_rev = excluded.looked_rev, \
         carrier = NULL, next_at = excluded.next_at, failures = 0",
    )
    .bind(account.0)
    .bind(absence.write().to_string())
    .bind(since.map(Timestamp::as_microsecond))
    .bind(absence.ends().map(Timestamp::as_microsecond))
    .bind(looked.0)
    .bind(now.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn inbox_rev(c: &mut AnyConnection, account: AccountId) -> Result<Rev> {
    let row = sqlx::query("SELECT rev FROM folder WHERE account_id = $1 AND folder_id = $2")
        .bind(account.0)
        .bind(inbox().0)
        .fetch_optional(c)
        .await?;
    row.map_or(Ok(Rev(0)), |row| Ok(Rev(row.try_get(0)?)))
}

/// Where mail arrives.
pub fn inbox() -> FolderId {
    default_of(Class::Email).unwrap_or(FolderId(0))
}

/// Those that somebody has to see to: their time has come, or mail that we answer.
pub async fn due(c: &mut AnyConnection, now: Timestamp, limit: i64) -> Result<Vec<Kept>> {
    let rows = sqlx::query(select!(
        "WHERE a.next_at <= $1 AND a.held_until <= $1 ORDER BY a.next_at, a.account_id LIMIT $2"
    ))
    .bind(now.as_microsecond())
    .bind(limit)
    .fetch_all(&mut *c)
    .await?;
    let mut due: Vec<Kept> = rows.iter().map(read).collect::<Result<_>>()?;
    let rows = sqlx::query(select!(
        "JOIN folder f ON f.account_id = a.account_id AND f.folder_id = $3 WHERE a.carrier = 'lomme' AND a.since <= $1 \
         AND (a.until IS NULL OR a.until > $1) AND a.held_until <= $1 AND a.next_at > $1 AND f.rev > a.looked_rev \
         ORDER BY a.since, a.account_id LIMIT $2"
    ))
    .bind(now.as_microsecond())
    .bind(limit)
    .bind(inbox().0)
    .fetch_all(c)
    .await?;
    for row in &rows {
        due.push(read(row)?);
    }
    Ok(due)
}

/// Takes an absence for a node until a time. False: another one was quicker.
pub async fn take(tx: &mut Tx, kept: &Kept, until: Timestamp) -> Result<bool> {
    let taken = sqlx::query(
        "UPDATE absence SET held_until = $4 WHERE account_id = $1 AND rev = $2 AND held_until = $3",
    )
    .bind(kept.account.0)
    .bind(kept.rev)
    .bind(kept.held_until.as_microsecond())
    .bind(until.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Notes how far the inbox was looked through. False: it is not ours any more, or its owner said something else.
pub async fn looked(tx: &mut Tx, kept: &Kept, from: Rev, to: Rev) -> Result<bool> {
    let noted = sqlx::query(
        "UPDATE absence SET looked_rev = $5 WHERE account_id = $1 AND rev = $2 AND held_until = $3 AND looked_rev = $4",
    )
    .bind(kept.account.0)
    .bind(kept.rev)
    .bind(kept.held_until.as_microsecond())
    .bind(from.0)
    .bind(to.0)
    .execute(&mut **tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// How seeing to an absence ended.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Who answers from now on.
    pub carrier: Option<Carrier>,
    /// When somebody has to see to it again.
    pub next_at: Timestamp,
    /// Nobody is to try before.
    pub not_before: Timestamp,
    /// How many tries went wrong in a row.
    pub failures: i64,
}

/// Gives an absence back that this node has taken. What its owner said meanwhile stays to be seen to.
pub async fn seen(tx: &mut Tx, kept: &Kept, seen: Seen) -> Result<()> {
    let carrier = seen.carrier.map(|carrier| match carrier {
        Carrier::Lomme => "lomme",
        Carrier::Server => "server",
    });
    let noted = sqlx::query(
        "UPDATE absence SET carrier = $4, next_at = $5, held_until = $6, failures = $7 \
         WHERE account_id = $1 AND rev = $2 AND held_until = $3",
    )
    .bind(kept.account.0)
    .bind(kept.rev)
    .bind(kept.held_until.as_microsecond())
    .bind(carrier)
    .bind(seen.next_at.as_microsecond())
    .bind(seen.not_before.as_microsecond())
    .bind(seen.failures)
    .execute(&mut **tx)
    .await?;
    if noted.rows_affected() == 0 {
        sqlx::query("UPDATE absence SET held_until = 0 WHERE account_id = $1 AND held_until = $2")
            .bind(kept.account.0)
            .bind(kept.held_until.as_microsecond())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// From when on an account's inbox has to be here, because we answer for its owner; none: we do not.
pub async fn needs_inbox(
    c: &mut AnyConnection,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let kept = find(c, account).await?;
    let is_ours = |kept: &Kept| kept.carrier == Some(Carrier::Lomme) && kept.counts_at(now);
    Ok(kept.filter(is_ours).and_then(|kept| kept.since))
}

/// A message in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its place there.
    pub item: ItemId,
    /// What the mail server calls it; none: a phone has moved it here just now.
    pub remote_id: Option<String>,
    /// What is known of it, as it is kept.
    pub content: String,
}

/// What came into a folder of mail after a revision and is there still, the oldest first.
pub async fn arrived(
    c: &mut AnyConnection,
    (account, folder): (AccountId, FolderId),
    after: Rev,
    limit: i64,
) -> Result<Vec<Arrived>> {
    let rows = sqlx::query(
        "SELECT item_id, remote_id, content FROM item WHERE account_id = $1 AND folder_id = $2 AND item_id > $3 \
         AND deleted_at IS NULL ORDER BY item_id LIMIT $4",
    )
    .bind(account.0)
    .bind(folder.0)
    .bind(after.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    let arrived = |row: &AnyRow| {
        Ok(Arrived { item: ItemId(row.try_get(0)?), remote_id: row.try_get(1)?, content: row.try_get(2)? })
    };
    rows.iter().map(arrived).collect()
}

/// Notes that somebody is told something. False: he was told the same after that time.
pub async fn tell(
    tx: &mut Tx,
    account: AccountId,
    sender: &str,
    said: &str,
    (after, now): (Timestamp, Timestamp),
) -> Result<bool> {
    let told = sqlx::query(
        "INSERT INTO answered (account_id, sender, said, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id, sender) DO UPDATE SET said = excluded.said, at = excluded.at \
         WHERE answered.said <> excluded.said OR answered.at <= $5",
    )
    .bind(account.0)
    .bind(sender)
    .bind(said)
    .bind(now.as_microsecond())
    .bind(after.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(told.rows_affected() == 1)
}

/// Forgets who was told before a time.
pub async fn sweep(tx: &mut Tx, account: AccountId, before: Timestamp) -> Result<()> {
    sqlx::query(SWEEP).bind(account.0).bind(before.as_microsecond()).execute(&mut **tx).await?;
    Ok(())
}

pub(super) const SWEEP: &str = "DELETE FROM answered WHERE account_id = $1 AND at < $2";

fn read(row: &AnyRow) -> Result<Kept> {
    let damaged = |reason: String| Error::Damaged { table: "absence", reason };
    let content: String = row.try_get(1)?;
    let content = serde_json::from_str(&content).map_err(|error| damaged(error.to_string()))?;
    let instant = |micros: Option<i64>| micros.map(|micros| time(micros, "absence")).transpose();
    let carrier = match row.try_get::<Option<String>, _>(6)?.as_deref() {
        Some("lomme") => Some(Carrier::Lomme),
        Some("server") => Some(Carrier::Server),
        _ => None,
    };
    Ok(Kept {
        account: AccountId(row.try_get(0)?),
        absence: Absence::read(&content).ok_or_else(|| damaged("it is no object".to_owned()))?,
        rev: row.try_get(2)?,
        since: instant(row.try_get(3)?)?,
        until: instant(row.try_get(4)?)?,
        looked: Rev(row.try_get(5)?),
        carrier,
        // What is never due is further off than a time can be.
        next_at: Timestamp::from_microsecond(row.try_get(7)?).unwrap_or(Timestamp::MAX),
        held_until: time(row.try_get(8)?, "absence")?,
        failures: row.try_get(9)?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::notify::Waiters;
    use crate::store::Store;
    use crate::store::fresh;

    const KARI: AccountId = AccountId(1);

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    async fn store(folder: &tempfile::TempDir) -> Store {
        Store::open(&fresh::database(folder.path()).await, Waiters::default()).await.unwrap()
    }

    fn absence(state: &str, text: &str) -> Absence {
        let reply = json!({"isEnabled": true, "text": text});
        Absence::read(&json!({"state": state, "internal": reply, "start": at(60).to_string(), "end": at(120).to_string()}))
            .unwrap()
    }

    async fn say(store: &Store, said: &Absence, now: Timestamp) -> Kept {
        let mut tx = store.begin().await.unwrap();
        set(&mut tx, KARI, said, now).await.unwrap();
        let kept = find(&mut tx, KARI).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        kept
    }

    async fn tell_ola(store: &Store, said: &str, now: Timestamp) -> bool {
        let mut tx = store.begin().await.unwrap();
        let after = now - SignedDuration::from_hours(7 * 24);
        let told = tell(&mut tx, KARI, "ola@fjord.example", said, (after, now)).await.unwrap();
        tx.commit().await.unwrap();
        told
    }

    #[tokio::test]
    async fn an_absence_goes_on_under_other_words_and_a_new_one_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        assert_eq!(say(&store, &absence("on", "a"), at(0)).await.since, Some(at(0)));
        assert!(tell_ola(&store, "a", at(1)).await);
        assert!(!tell_ola(&store, "a", at(2)).await);
        let other = say(&store, &absence("on", "b"), at(3)).await;
        assert_eq!((other.since, other.rev, other.carrier), (Some(at(0)), 2, None));
        assert!(!tell_ola(&store, "a", at(4)).await, "it is remembered");
        assert!(tell_ola(&store, "b", at(4)).await, "other words are news");
        assert!(tell_ola(&store, "b", at(4 + 7 * 24 * 60)).await, "a week is over");
        assert_eq!(say(&store, &absence("off", "b"), at(5)).await.since, None);
        assert_eq!(say(&store, &absence("on", "b"), at(6)).await.since, Some(at(6)));
        assert!(tell_ola(&store, "b", at(7)).await, "another absence");
        let between = say(&store, &absence("between", "b"), at(8)).await;
        assert_eq!((between.since, between.until), (Some(at(60)), Some(at(120))));
        let counts = [59, 60, 119, 120].map(|minutes| between.counts_at(at(minutes)));
        assert_eq!(counts, [false, true, true, false]);
        let turns = [0, 60, 120].map(|minutes| between.turns_after(at(minutes)));
        assert_eq!(turns, [Some(at(60)), Some(at(120)), None]);
    }

    #[tokio::test]
    async fn one_node_sees_to_it_and_what_the_owner_says_meanwhile_counts() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        say(&store, &absence("on", "a"), at(0)).await;
        let mut tx = store.begin().await.unwrap();
        let mut kept = due(&mut tx, at(0), 9).await.unwrap().remove(0);
        assert!(take(&mut tx, &kept, at(2)).await.unwrap());
        assert!(!take(&mut tx, &kept, at(3)).await.unwrap());
        assert_eq!(due(&mut tx, at(1), 9).await.unwrap(), []);
        kept.held_until = at(2);
        assert!(looked(&mut tx, &kept, Rev(0), Rev(3)).await.unwrap());
        assert!(!looked(&mut tx, &kept, Rev(0), Rev(4)).await.unwrap());
        tx.commit().await.unwrap();
        say(&store, &absence("off", "a"), at(1)).await;
        let mut tx = store.begin().await.unwrap();
        assert!(!looked(&mut tx, &kept, Rev(3), Rev(4)).await.unwrap());
        let (carrier, never) = (Some(Carrier::Lomme), Timestamp::MAX);
        let ended = Seen { carrier, next_at: never, not_before: at(0), failures: 0 };
        seen(&mut tx, &kept, ended).await.unwrap();
        let again = due(&mut tx, at(1), 9).await.unwrap().remove(0);
        assert_eq!((again.rev, again.carrier), (2, None));
        assert!(take(&mut tx, &again, at(3)).await.unwrap());
        let held = Kept { held_until: at(3), ..again };
        seen(&mut tx, &held, ended).await.unwrap();
        assert_eq!(due(&mut tx, at(9), 9).await.unwrap(), []);
        assert_eq!(needs_inbox(&mut tx, KARI, at(9)).await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
