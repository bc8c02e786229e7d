//! Where a pull of a mailbox stands, as its cursor. Asks no server.
//!
//! It holds which messages were told, so that what is gone is found by comparing sets, whatever the server can, and
//! a window that grows or shrinks needs nothing else. QRESYNC would say what is gone too, but not what leaves a
//! window. A mailbox costs by its gaps: a hundred thousand messages without any are a dozen characters.

use jiff::civil::Date;

use super::set::UidSet;
use crate::connector::mail::Window;

/// Where a pull stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The mailbox's UIDVALIDITY.
    pub uid_validity: u32,
    /// What was to come next.
    pub uid_next: u32,
    /// How many messages there were.
    pub exists: u32,
    /// Up to which change (CONDSTORE) all was told.
    pub last_change: u64,
    /// Within changes after that which do not fit into one page.
    pub walk: Option<Walk>,
    /// What was looked at.
    pub window: Window,
    /// What was told and is there.
    pub known: UidSet,
    /// What is in the window and was not told yet.
    pub todo: UidSet,
    /// Whether all was told; else there is more at once.
    pub is_done: bool,
}

/// Changes of messages that were told partly: from the newest message down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Those of this message and of newer ones are told.
    pub from: u32,
    /// Up to which change all is told when the walk ends.
    pub until: u64,
}

impl Position {
    /// As a cursor.
    pub fn write(&self) -> String {
        let since = self.window.since.map(|date| date.to_string()).unwrap_or_default();
        let walk = self.walk.map(|walk| format!("{}@{}", walk.from, walk.until)).unwrap_or_default();
        let left = if self.is_done { "" } else { "+" };
        let (known, todo) = (self.known.pack(), self.todo.pack());
        format!(
            "{}:{}:{}:{}:{walk}:{since}:{known}:{todo}:{left}",
            self.uid_validity, self.uid_next, self.last_change, self.exists
        )
    }

    /// From a cursor; none: this is none of ours.
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let [uid_validity, uid_next, last_change, exists, walk, since, known, todo, left] = parts.as_slice()
        else {
            return None;
        };
        let walk = match walk.split_once('@') {
            Some((from, until)) => Some(Walk { from: from.parse().ok()?, until: until.parse().ok()? }),
            None => None,
        };
        let since: Option<Date> = if since.is_empty() { None } else { Some(since.parse().ok()?) };
        Some(Self {
            uid_validity: uid_validity.parse().ok()?,
            uid_next: uid_next.parse().ok()?,
            exists: exists.parse().ok()?,
            last_change: last_change.parse().ok()?,
            walk,
            window: Window { since },
            known: UidSet::unpack(known)?,
            todo: UidSet::unpack(todo)?,
            is_done: left.is_empty(),
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Position;
    use super::UidSet;
    use super::Walk;
    use super::Window;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let mut position = Position { uid_validity: 7, uid_next: 9, exists: 3, ..Position::default() };
        assert_eq!(Position::read(&position.write()), Some(position.clone()));
        position.last_change = u64::MAX;
        position.walk = Some(Walk { from: 4, until: 12 });
        position.window = Window { since: Some(date(2026, 11, 22)) };
        position.known = UidSet::of_ranges([(1, 4), (6, 6)]);
        position.todo = UidSet::of_ranges([(5, 5)]);
        assert_eq!(position.write(), "7:9:18446744073709551615:3:4@12:2026-11-22:1+3,2:5:+");
        assert_eq!(Position::read(&position.write()), Some(position));
        for text in ["", "7", "7:9:1:3:::x::", "7:9:1:3:1@x::::", "7:9:1:3::soon:::", "7:9:1:3:::1:1:1:"] {
            assert_eq!(Position::read(text), None, "{text}");
        }
    }
}
