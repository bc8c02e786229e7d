//! Looking for messages in the mailbox that is selected (RFC 3501 6.4.4, RFC 4731). Fetches none.

use bytes::Bytes;
use jiff::civil::Date;

use super::command::Command;
use super::response::Response;
use super::session::Session;
use super::set::UidSet;
use super::token;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::mail::Query;
use crate::connector::mail::Window;

/// Those within a window that do not wait to be removed.
pub async fn window(session: &mut Session, window: Window) -> Result<UidSet> {
    let since = window.since.map(|date| format!(" SINCE {}", day(date))).unwrap_or_default();
    search(session, Command::default().plain(&format!(" UNDELETED{since}"))).await
}

/// Those from a number on that do not wait to be removed.
pub async fn since(session: &mut Session, from: u32) -> Result<UidSet> {
    let found = search(session, Command::default().plain(&format!(" UNDELETED UID {from}:*"))).await?;
    // `n:*` names the last message even if its number is less (RFC 3501 9).
    Ok(found.within(&UidSet::of_ranges([(from, u32::MAX)])))
}

/// Those of these messages that came on a day or later.
pub async fn came_since(session: &mut Session, since: Date, uids: &UidSet) -> Result<UidSet> {
    let mut found = UidSet::default();
    for piece in uids.pieces() {
        let keys = Command::default().plain(&format!(" UID {piece} SINCE {}", day(since)));
        found = found.with(&search(session, keys).await?);
    }
    Ok(found)
}

/// Those that match.
pub async fn query(session: &mut Session, query: &Query) -> Result<UidSet> {
    let mut keys = Command::default().plain(" UNDELETED");
    let is_ascii = query.text.iter().all(|text| text.is_ascii());
    if let Some(since) = query.since {
        keys = keys.plain(&format!(" SINCE {}", day(since)));
    }
    if let Some(before) = query.before {
        keys = keys.plain(&format!(" BEFORE {}", day(before)));
    }
    if query.is_unread {
        keys = keys.plain(" UNSEEN");
    }
    for text in &query.text {
        keys = keys.plain(" TEXT").text(text);
    }
    // RFC 6855 3: once names are UTF-8, so is this, and must not be said.
    if is_ascii || session.is_utf8() {
        return search(session, keys).await;
    }
    search(session, Command::default().plain(" CHARSET UTF-8").then(keys)).await
}

/// Those that a server without UIDPLUS should have told by itself: added since, newest first.
pub async fn added(session: &mut Session, uid_next: u32) -> Result<UidSet> {
    let found = search(session, Command::default().plain(&format!(" UID {uid_next}:*"))).await?;
    Ok(found.within(&UidSet::of_ranges([(uid_next, u32::MAX)])))
}

/// Those that wait to be removed.
pub async fn deleted(session: &mut Session) -> Result<UidSet> {
    search(session, Command::default().plain(" DELETED")).await
}

async fn search(session: &mut Session, keys: Command) -> Result<UidSet> {
    let is_short = session.offers("ESEARCH") || session.offers("IMAP4REV2");
    let command = Command::new(if is_short { "UID SEARCH RETURN (ALL)" } else { "UID SEARCH" }).then(keys);
    let mut ranges = Vec::new();
    let each = &mut |response: &Response| {
        if let Response::Data { name, rest } = response {
            match name.to_ascii_uppercase().as_slice() {
                b"SEARCH" => ranges.extend(numbers(rest).map(|uid| (uid, uid))),
                b"ESEARCH" => ranges.extend(all(rest)?),
                _ => {}
            }
        }
        Ok(())
    };
    session.ask(&command, each).await?;
    Ok(UidSet::of_ranges(ranges))
}

/// `1 2 3`, and perhaps `(MODSEQ 5)`.
fn numbers(rest: &Bytes) -> impl Iterator<Item = u32> {
    let words = rest.split(|byte| *byte == b' ');
    words.map_while(|word| std::str::from_utf8(word).ok()?.parse().ok())
}

/// `(TAG "L5") UID ALL 1:5,9`; nothing was found where ALL is missing.
fn all(rest: &Bytes) -> Result<Vec<(u32, u32)>> {
    let wrong = || Error::Protocol("a search answer that is none".to_owned());
    let values = token::values(rest).map_err(|_| wrong())?;
    let Some(at) = values.iter().position(|value| value.is("ALL")) else { return Ok(Vec::new()) };
    let set = values.get(at + 1).and_then(|value| UidSet::parse(value.bytes()?));
    Ok(set.ok_or_else(wrong)?.ranges().to_vec())
}

/// `1-Feb-2026`.
fn day(date: Date) -> String {
    date.strftime("%-d-%b-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::civil::date;

    use super::all;
    use super::day;
    use super::numbers;

    #[test]
    fn both_kinds_of_answers_are_read() {
        let found: Vec<u32> = numbers(&Bytes::from_static(b"2 84 882 (MODSEQ 917162500)")).collect();
        assert_eq!(found, [2, 84, 882]);
        assert_eq!(numbers(&Bytes::new()).count(), 0);
        let all = |text: &'static str| all(&Bytes::from_static(text.as_bytes())).ok();
        assert_eq!(all("(TAG \"a\") UID ALL 4:18,21"), Some(vec![(4, 18), (21, 21)]));
        assert_eq!(all("(TAG \"a\") UID"), Some(vec![]));
        assert_eq!(all("(TAG \"a\") UID ALL x"), None);
        assert_eq!(day(date(2026, 2, 1)), "1-Feb-2026");
    }
}
