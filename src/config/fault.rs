//! What is said of a wrong configuration: the file, the line, the key, and what would be right. Decides nothing itself.

use std::path::Path;
use std::path::PathBuf;

/// What keeps a configuration from being used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read at all.
    #[error("cannot read the configuration {}: {reason}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Something in it is wrong.
    #[error("{}, line {line}: {message}", file.display())]
    Wrong {
        /// Which file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Names the key and what would be right.
        message: String,
    },
}

/// A fault whose line may have to be looked up.
#[derive(Debug)]
pub(super) struct Fault {
    place: Place,
    message: String,
}

/// Where a fault is.
#[derive(Debug)]
pub(super) enum Place {
    Line(usize),
    Key {
        section: &'static str,
        /// Which of several sections of that name, from 0.
        index: usize,
        key: &'static str,
    },
}

impl Place {
    pub(super) fn key(section: &'static str, key: &'static str) -> Self {
        Self::Key { section, index: 0, key }
    }
}

impl Fault {
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }

    /// The key it is at, and what would be right there.
    pub(super) fn into_key(self) -> (&'static str, String) {
        match self.place {
            Place::Key { key, .. } => (key, self.message),
            Place::Line(_) => ("", self.message),
        }
    }

    pub(super) fn from_toml(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let content = text.lines().nth(line - 1).unwrap_or_default();
        let key = key_of(content).map(str::to_owned);
        let value = content.split_once('=').map_or("", |(_, value)| value).trim().to_owned();
        let message = match (unknown(error.message()), key) {
            (Some(message), _) => message,
            (None, Some(key)) => format!("`{key}`: {}", plainly(error.message(), &value)),
            (None, None) => plainly(error.message(), &value),
        };
        Self { place: Place::Line(line), message: message.replace('\n', "; ") }
    }

    pub(super) fn within(self, file: &Path, text: &str) -> Error {
        let (line, message) = match self.place {
            Place::Line(line) => (line, self.message),
            Place::Key { section, index, key } => {
                (find(text, section, index, key), format!("`{section}.{key}`: {}", self.message))
            }
        };
        Error::Wrong { file: file.to_owned(), line, message }
    }
}

/// What the parser says in its own words, in those of an administrator.
fn plainly(message: &str, value: &str) -> String {
    let is_bare = value.starts_with(|c: char| c.is_ascii_alphanumeric() || "/.:".contains(c));
    if message.starts_with("invalid type: map, expected a sequence") {
        return "write the section with two brackets on each side, as `[[connection]]`".to_owned();
    }
    // The parser names the first kind of value that it took the text for.
    let is_grammar = ["invalid type", "invalid value"].iter().all(|start| !message.starts_with(start));
    if is_bare && is_grammar && message.starts_with("invalid ") {
        return format!("{message}; a text stands in quotes, as in `\"{value}\"`");
    }
    message
        .replace("expected usize", "expected a whole number, 0 or more")
        .replace("expected u32", "expected a whole number, 0 or more")
        .replace("expected i32", "expected a whole number")
        .replace("expected a boolean", "expected true or false")
        .replace("expected u8", "expected a whole number from 0 to 255")
}

/// serde says "unknown field `lisen`, expected one of `listen`, …"; people want the nearest.
fn unknown(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let mut words = rest.split('`').step_by(2);
    let key = words.next()?;
    // Every second piece between back quotes is a name: the first was the unknown one.
    let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
    let nearest = known.iter().min_by_key(|name| distance(key, name));
    Some(match nearest {
        Some(nearest) if distance(key, nearest) <= key.len().div_ceil(2) => {
            format!("`{key}` is not known here; did you mean `{nearest}`?")
        }
        _ => format!("`{key}` is not known here; known are `{}`", known.join("`, `")),
    })
}

/// How many letters have to be put in, taken out or exchanged.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (b, cell) in to.chars().zip(row.iter_mut().skip(1)) {
            let exchanged = diagonal + usize::from(a != b);
            diagonal = *cell;
            *cell = exchanged.min(left + 1).min(*cell + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    Some(key.trim()).filter(|key| !key.starts_with('#'))
}

/// The line of the key in the section, else the section's, else the last.
fn find(text: &str, section: &str, index: usize, key: &str) -> usize {
    let mut headers_met = 0;
    let mut inside = false;
    let mut header_line = None;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(header) = line.strip_prefix('[') {
            let is_ours = header.trim_matches(['[', ']', ' ']) == section;
            inside = is_ours && headers_met == index;
            headers_met += usize::from(is_ours);
            if inside {
                header_line = Some(number);
            }
        } else if inside && key_of(line) == Some(key) {
            return number;
        }
    }
    header_line.unwrap_or_else(|| text.lines().count().max(1))
}
