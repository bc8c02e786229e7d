//! What changed in a mailbox after a position, and what is in it. Reads no content.

use super::command::Command;
use super::position::Position;
use super::position::Walk;
use super::response::Response;
use super::row;
use super::search;
use super::session::Selected;
use super::session::Session;
use super::set::UidSet;
use crate::connector::Change;
use crate::connector::Error;
use crate::connector::Page;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::mail::Window;

/// All that the journal keeps.
const ROW: &str = "FLAGS INTERNALDATE RFC822.SIZE";

/// What changed in a mailbox, newest messages first, at most `limit` of them.
pub async fn changes(
    session: &mut Session,
    mailbox: &str,
    window: Window,
    since: Option<&str>,
    limit: usize,
) -> Result<Page> {
    let selected = session.select(mailbox).await?;
    let old = since.map(|since| Position::read(since).ok_or(Error::CursorExpired)).transpose()?;
    if old.as_ref().is_some_and(|old| old.uid_validity != selected.uid_validity) {
        return Err(Error::CursorExpired);
    }
    if let (Some(since), Some(old)) = (since, &old)
        && is_same(old, &selected, window)
    {
        let (changes, cursor) = (Vec::new(), since.to_owned());
        return Ok(Page { changes, cursor, more: false, complete: false });
    }
    let first = || Position { last_change: selected.last_change, ..Position::default() };
    let present = present(session, window, old.as_ref()).await?;
    let mut work = Work {
        limit,
        position: Position {
            uid_validity: selected.uid_validity,
            uid_next: selected.uid_next,
            exists: selected.exists,
            window,
            ..old.unwrap_or_else(first)
        },
        changes: Vec::new(),
    };
    let is_left = work.gone(&present) | work.come(session, &selected, &present).await?;
    // RFC 7162 3.1.2.2: a mailbox may count no changes though others do. All of it is told each time.
    let counts_changes = selected.last_change > 0;
    work.position.is_done = !is_left;
    let cursor = if is_left || counts_changes { work.position.write() } else { String::new() };
    Ok(Page { changes: work.changes, cursor, more: is_left, complete: since.is_none() })
}

/// Whether nothing can have happened: each message that comes takes a number, each that goes is missed, and each
/// change of flags is counted.
fn is_same(old: &Position, selected: &Selected, window: Window) -> bool {
    old.is_done
        && old.window == window
        && old.uid_next == selected.uid_next
        && selected.uid_next > 0
        && old.exists == selected.exists
        && old.last_change == selected.last_change
        && selected.last_change > 0
}

/// Whether something may have changed in the mailbox that is selected, as far as its numbers tell.
pub fn differs(since: &str, selected: &Selected) -> bool {
    Position::read(since).is_some_and(|old| {
        let is_known = selected.last_change == 0 || old.last_change == selected.last_change;
        !old.is_done
            || old.uid_validity != selected.uid_validity
            || old.uid_next != selected.uid_next
            || old.exists != selected.exists
            || !is_known
    })
}

/// Those within the window now. To look through the dates of a hundred thousand messages takes a server a quarter of
/// a second, so it is asked only for those of messages whose date was not known to be in or out.
async fn present(session: &mut Session, window: Window, old: Option<&Position>) -> Result<UidSet> {
    let Some(old) = old.filter(|old| old.window == window) else {
        return search::window(session, window).await;
    };
    let within = old.known.with(&old.todo);
    // What is older than all of them was out of the window, and has not come nearer. Where there is none, the oldest
    // may have waited to be removed and does not any more.
    let oldest = window.since.map_or(1, |_| within.first().unwrap_or(old.uid_next));
    let from = oldest.max(1);
    let there = search::since(session, from).await?;
    let unknown = there.without(&within);
    let new = match window.since {
        Some(since) => search::came_since(session, since, &unknown).await?,
        None => unknown,
    };
    Ok(there.within(&within).with(&new))
}

struct Work {
    limit: usize,
    position: Position,
    changes: Vec<Change>,
}

impl Work {
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.changes.len())
    }

    /// Tells what is not there any more, as far as there is room; whether some is left.
    fn gone(&mut self, present: &UidSet) -> bool {
        let gone = self.position.known.without(present);
        let told: UidSet = gone.newest_first().take(self.room()).collect();
        let id = |uid| row::id(self.position.uid_validity, uid);
        self.changes.extend(told.newest_first().map(|uid| Change::Delete { id: id(uid) }));
        self.position.known = self.position.known.without(&told);
        told.len() < gone.len()
    }

    /// Tells what is new or has other flags, as far as there is room; whether some is left.
    async fn come(&mut self, session: &mut Session, selected: &Selected, present: &UidSet) -> Result<bool> {
        let new = present.without(&self.position.known);
        let held = self.position.known.within(present);
        let until = self.position.walk.map_or(selected.last_change, |walk| walk.until);
        let changed = changed(session, &held, &self.position, until).await?;
        let all = new.with(&changed);
        let told: UidSet = all.newest_first().take(self.room()).collect();
        if !told.is_empty() {
            let rows = row::fetch(session, &told, ROW).await?;
            let uid_validity = self.position.uid_validity;
            self.changes.extend(rows.iter().map(|row| Change::Upsert(row.remote(uid_validity))));
        }
        self.position.known = self.position.known.with(&told.within(&new));
        self.position.todo = new.without(&told);
        let is_left = told.len() < all.len();
        let is_changed_left = changed.without(&told).first().is_some();
        if is_changed_left {
            let before = self.position.walk.map(|walk| walk.from);
            let from = told.within(&changed).first().or(before).unwrap_or(u32::MAX);
            self.position.walk = Some(Walk { from, until });
        } else {
            self.position.walk = None;
            self.position.last_change = until;
        }
        Ok(is_left)
    }
}

/// Those of the messages held whose flags changed and were not told in this walk.
async fn changed(session: &mut Session, held: &UidSet, position: &Position, until: u64) -> Result<UidSet> {
    let below = position.walk.map_or(u32::MAX, |walk| walk.from - 1);
    let held = held.within(&UidSet::of_ranges([(1, below.max(1))]));
    let Some(first) = held.first().filter(|first| *first <= below) else { return Ok(UidSet::default()) };
    let is_none = until == 0 || until == position.last_change && position.walk.is_none();
    if is_none {
        return Ok(UidSet::default());
    }
    let since = position.last_change;
    // RFC 7162 3.1.4.1. Zero is no change that can be asked after.
    let command = format!("UID FETCH {first}:{} (UID FLAGS) (CHANGEDSINCE {})", below, since.max(1));
    let mut changed = Vec::new();
    let each = &mut |response: &Response| {
        changed.extend(row::read(response).map(|(uid, _)| (uid, uid)));
        Ok(())
    };
    session.ask(&Command::new(&command), each).await?;
    Ok(UidSet::of_ranges(changed).within(&held))
}

/// The id and etag of each message within a window.
pub async fn list(session: &mut Session, mailbox: &str, window: Window) -> Result<Vec<(String, String)>> {
    let selected = session.select(mailbox).await?;
    if selected.exists == 0 {
        return Ok(Vec::new());
    }
    let uids = match window.since {
        Some(_) => search::window(session, window).await?,
        None => UidSet::of_ranges([(1, u32::MAX)]),
    };
    let rows = row::fetch(session, &uids, "FLAGS").await?;
    let listed = rows.iter().filter(|row| !row.is_deleted());
    Ok(listed.map(|row| (row::id(selected.uid_validity, row.uid), super::flag::etag(&row.flags))).collect())
}

/// Selects a mailbox so that these messages are in view, and says which numbers they have.
pub async fn enter(session: &mut Session, mailbox: &str, ids: &[String]) -> Result<(Selected, UidSet)> {
    let selected = session.enter(mailbox).await?;
    let uids = row::uids(ids, &selected);
    // What came since it was selected may not be in view yet.
    let is_in_view = uids.newest_first().next().is_none_or(|uid| uid < selected.uid_next);
    if is_in_view {
        return Ok((selected, uids));
    }
    let selected = session.select(mailbox).await?;
    let uids = row::uids(ids, &selected);
    Ok((selected, uids))
}

/// These messages as items; those that are gone are left out.
pub async fn fetch(session: &mut Session, mailbox: &str, ids: &[String]) -> Result<Vec<Remote>> {
    let (selected, uids) = enter(session, mailbox, ids).await?;
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::fetch(session, &uids, ROW).await?;
    let there = rows.iter().filter(|row| !row.is_deleted());
    Ok(there.map(|row| row.remote(selected.uid_validity)).collect())
}
