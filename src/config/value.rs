//! How durations and sizes are written in the configuration and on the command line: `15m`, `36MB`.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;

pub(super) fn duration<'de, D: Deserializer<'de>>(source: D) -> Result<Duration, D::Error> {
    let text = Written::deserialize(source)?.0;
    parse_duration(&text).map_err(Error::custom)
}

pub(super) fn optional_duration<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Duration>, D::Error> {
    duration(source).map(Some)
}

pub(super) fn address<'de, D: Deserializer<'de>>(source: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = Written::deserialize(source)?.0;
    let wrong =
        || format!("`{text}` is no address with a port; write it as `0.0.0.0:443` or `127.0.0.1:8080`");
    text.parse().map(Some).map_err(|_| Error::custom(wrong()))
}

/// Where browsers reach us, without the slash at its end.
pub(super) fn base<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    let text = Written::deserialize(source)?.0;
    let bare = text.strip_suffix('/').unwrap_or(&text);
    let host = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://"));
    let is_one = host.is_some_and(|host| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    });
    let wrong = "write the address as browsers do, without a path: `https://sync.example`";
    if is_one { Ok(Some(bare.to_owned())) } else { Err(Error::custom(wrong)) }
}

pub(super) fn size<'de, D: Deserializer<'de>>(source: D) -> Result<usize, D::Error> {
    let text = Written::deserialize(source)?.0;
    parse_size(&text).map_err(Error::custom)
}

/// A number with its unit; a bare number is read too, so that the message can say what is missing.
#[derive(Deserialize)]
#[serde(from = "Raw")]
struct Written(String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Raw {
    Text(String),
    Number(i64),
    Other(toml::Value),
}

impl From<Raw> for Written {
    fn from(raw: Raw) -> Self {
        match raw {
            Raw::Text(text) => Self(text),
            Raw::Number(number) => Self(number.to_string()),
            Raw::Other(value) => Self(value.to_string()),
        }
    }
}

/// Reads `500ms`, `2s`, `15m`, `1h`, `30d`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1_u64), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    scaled(text, &units)
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is no duration; write it as `500ms`, `2s`, `15m`, `1h` or `30d`"))
}

fn parse_size(text: &str) -> Result<usize, String> {
    let units = [("kB", 1024_u64), ("MB", 1024 * 1024), ("GB", 1024 * 1024 * 1024), ("B", 1)];
    scaled(text, &units)
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| format!("`{text}` is no size; write it as `64kB` or `36MB`"))
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let number_ends = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(number_ends);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_by_their_unit() {
        let rows = [("500ms", 500), ("2s", 2_000), ("15m", 900_000), ("1h", 3_600_000), ("1d", 86_400_000)];
        for (text, milliseconds) in rows {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "15", "m", "15 minutes", "-1s", "1.5h", "99999999999999999999s", "9999999999999999d"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(parse_size("36MB"), Ok(36 << 20));
        assert!(parse_size("36").is_err());
    }
}
