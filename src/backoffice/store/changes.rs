//! What changed on a shelf after a cursor, and forgetting the deleted.

use futures_util::TryStreamExt;
use jiff::SignedDuration;
use jiff::Timestamp;

use crate::backoffice::Error;
use crate::backoffice::Result;
use crate::backoffice::store::Shelf;
use crate::backoffice::store::Store;
use crate::backoffice::store::Version;

/// How long the contract wants deletes to be told.
const STONES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Where a page ends though fewer changes than asked for are on it: pictures make it long.
const PAGE_BYTES: usize = 4 << 20;

/// Some changes after a cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The newest version of each, or (id, rev) of the deleted.
    pub changes: Vec<std::result::Result<Version, (String, String)>>,
    /// Where to go on.
    pub cursor: String,
    /// Whether there is more at once.
    pub more: bool,
}

type Row = (String, i64, Option<i64>, String);

/// What a cursor says: all up to `at` was told, and the deletes up to `from` need not be.
/// While a first walk lasts, `from` is the counter at its start; what is new to the caller cannot be gone.
#[derive(Clone, Copy)]
struct Position {
    at: i64,
    from: i64,
}

impl Store {
    /// At most `limit` changes after the cursor, the oldest first.
    pub async fn changes(&self, shelf: &Shelf, since: Option<&str>, limit: usize) -> Result<Page> {
        let mut connection = self.pool.acquire().await?;
        let (counter, forgotten): (i64, i64) =
            sqlx::query_as("SELECT counter, forgotten FROM shelf WHERE number = $1")
                .bind(shelf.number)
                .fetch_one(&mut *connection)
                .await?;
        let Position { mut at, from } = match since {
            Some(cursor) => self.position(shelf, cursor)?,
            None => Position { at: 0, from: counter },
        };
        if from > counter || from < forgotten {
            return Err(Error::CursorExpired);
        }
        let mut rows = sqlx::query_as::<_, Row>(
            "SELECT id, rev, deleted_at, data FROM object
             WHERE shelf = $1 AND rev > $2 AND (deleted_at IS NULL OR rev > $3) ORDER BY rev",
        )
        .bind(shelf.number)
        .bind(at)
        .bind(from)
        .fetch(&mut *connection);
        let (mut changes, mut bytes) = (Vec::new(), 0);
        while let Some((id, rev, deleted_at, data)) = rows.try_next().await? {
            if changes.len() == limit || (bytes + data.len() > PAGE_BYTES && bytes > 0) {
                let cursor = self.cursor(shelf, Position { at, from: from.max(at) });
                return Ok(Page { changes, cursor, more: true });
            }
            at = rev;
            bytes += data.len();
            changes.push(match deleted_at {
                None => Ok(self.version(id, rev, &data)?),
                Some(_) => Err((id, self.rev(rev))),
            });
        }
        let cursor = self.cursor(shelf, Position { at: counter, from: counter });
        Ok(Page { changes, cursor, more: false })
    }

    /// Forgets what was deleted 30 days ago; cursors from before are expired from then on.
    pub async fn forget(&self, now: Timestamp) -> Result<()> {
        let before = now.saturating_sub(STONES_KEPT).unwrap_or(Timestamp::MIN).as_microsecond();
        let mut tx = self.pool.begin().await?;
        sqlx::query(
            "UPDATE shelf SET forgotten = max(forgotten, coalesce(
                 (SELECT max(rev) FROM object WHERE shelf = number AND deleted_at < $1), 0))",
        )
        .bind(before)
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM object WHERE deleted_at < $1").bind(before).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM answer WHERE at < $1").bind(before).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    fn cursor(&self, shelf: &Shelf, Position { at, from }: Position) -> String {
        format!("{}-{at}-{from}-{}", shelf.number, self.life)
    }

    /// A cursor of another shelf or another life of the file is as good as expired.
    fn position(&self, shelf: &Shelf, cursor: &str) -> Result<Position> {
        let malformed = || Error::Malformed("since is not a cursor of ours".to_owned());
        let (numbers, life) = cursor.rsplit_once('-').ok_or_else(malformed)?;
        let numbers: Vec<i64> = numbers.split('-').map_while(|number| number.parse().ok()).collect();
        let [number, at, from] = *numbers else { return Err(malformed()) };
        if number != shelf.number || life != self.life {
            return Err(Error::CursorExpired);
        }
        Ok(Position { at, from })
    }
}
