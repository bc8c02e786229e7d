//! Where a pull of a mailbox stands, as its cursor. Asks nobody.
//!
//! What was told follows from the numbers: what came until the change named and was in the window. Only a message
//! that comes before the first page of a pull and goes before its own may be told as gone without having been told.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::connector::mail::Window;

/// Where a pull stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The mailbox's UIDVALIDITY.
    pub validity: u32,
    /// Up to which change all was told.
    pub told: i64,
    /// Of which messages.
    pub window: Window,
    /// Within what does not fit into one page.
    pub walk: Option<Walk>,
}

/// What is being told page by page, from the newest message down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Up to which change all is told when it ends.
    pub until: i64,
    /// Of which messages, when it ends.
    pub window: Window,
    /// Messages with a lesser number are left.
    pub below: i64,
}

impl Position {
    /// As a cursor.
    pub fn write(&self) -> String {
        let Self { validity, told, window, walk } = self;
        let since = |window: &Window| window.since.map(|date| date.to_string()).unwrap_or_default();
        let walk =
            walk.as_ref().map(|walk| format!(":{}:{}:{}", walk.until, since(&walk.window), walk.below));
        format!("{validity}:{told}:{}{}", since(window), walk.unwrap_or_default())
    }

    /// From a cursor; none: this is none of ours.
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (validity, told, since, walk) = match parts.as_slice() {
            [validity, told, since] => (validity, told, since, None),
            [validity, told, since, until, target, below] => {
                let (until, below) = (until.parse().ok()?, below.parse().ok()?);
                (validity, told, since, Some(Walk { until, window: window(target)?, below }))
            }
            _ => return None,
        };
        let (validity, told) = (validity.parse().ok()?, told.parse().ok()?);
        Some(Self { validity, told, window: window(since)?, walk })
    }
}

fn window(text: &str) -> Option<Window> {
    let since = if text.is_empty() { None } else { Some(text.parse().ok()?) };
    Some(Window { since })
}

/// The first instant of a window, in microseconds.
pub fn cutoff(window: Window) -> i64 {
    window.since.map_or(i64::MIN, start)
}

/// The first instant of a day, in microseconds. Days begin where the zero meridian is, as nobody says where he is.
pub fn start(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(i64::MIN, |start| start.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Position;
    use super::Walk;
    use super::Window;
    use super::cutoff;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let (all, day) = (Window::default(), Window { since: Some(date(2026, 11, 22)) });
        let mut position = Position { validity: 7, told: 9, window: all, walk: None };
        assert_eq!(position.write(), "7:9:");
        assert_eq!(Position::read(&position.write()), Some(position));
        position.walk = Some(Walk { until: 12, window: day, below: 4 });
        assert_eq!(position.write(), "7:9::12:2026-11-22:4");
        assert_eq!(Position::read(&position.write()), Some(position));
        for text in ["", "7", "7:9", "7:9:soon", "7:9::12:", "-1:9:", "7:9::12:2026-11-22:x"] {
            assert_eq!(Position::read(text), None, "{text}");
        }
        assert_eq!((cutoff(all), cutoff(day)), (i64::MIN, 1_795_305_600_000_000));
    }
}
