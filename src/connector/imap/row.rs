//! What the journal is told of a message: one row of FETCH as an item. Asks nobody.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::flag;
use super::response;
use super::response::Response;
use super::session::Selected;
use super::session::Session;
use super::set::UidSet;
use super::token::Value;
use crate::connector::Remote;
use crate::connector::Result;
use crate::model::content::Content;
use crate::model::message::Message;

/// A message as a mailbox lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub uid: u32,
    /// Its flags, as the server writes them.
    pub flags: Vec<String>,
    /// When it came.
    pub received_at: Option<Timestamp>,
    /// How many bytes it has.
    pub size: Option<u32>,
}

impl Row {
    /// Whether it waits to be removed: other programs show it as deleted.
    pub fn is_deleted(&self) -> bool {
        self.flags.iter().any(|flag| flag.eq_ignore_ascii_case(flag::DELETED))
    }

    /// As an item.
    pub fn remote(&self, uid_validity: u32) -> Remote {
        let message = Message {
            received_at: self.received_at,
            size: self.size,
            keywords: flag::keywords(&self.flags),
            ..Message::default()
        };
        Remote {
            id: id(uid_validity, self.uid),
            etag: flag::etag(&self.flags),
            content: Ok(Content::Message(message)),
        }
    }
}

/// The id of a message.
pub fn id(uid_validity: u32, uid: u32) -> String {
    format!("{uid_validity}.{uid}")
}

/// The number of the message with this id; none: the mailbox is not the one it was.
pub fn uid(id: &str, selected: &Selected) -> Option<u32> {
    let (uid_validity, uid) = id.split_once('.')?;
    let is_same = uid_validity.parse() == Ok(selected.uid_validity);
    uid.parse().ok().filter(|uid| is_same && *uid > 0)
}

/// The numbers of those that may still be there.
pub fn uids(ids: &[String], selected: &Selected) -> UidSet {
    ids.iter().filter_map(|id| uid(id, selected)).collect()
}

/// What a FETCH answer says of one message: its number and the named values.
pub fn read(response: &Response) -> Option<(u32, Vec<(bytes::Bytes, Value)>)> {
    let Response::Numbered { name, rest, .. } = response else { return None };
    if !name.eq_ignore_ascii_case(b"FETCH") {
        return None;
    }
    // One message that cannot be read stops no other.
    let pairs = response::pairs(rest).ok()?;
    let (_, uid) = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"UID"))?;
    Some((uid.number()?, pairs))
}

/// Reads rows of these messages, newest first. `items` are those asked for besides the number.
pub async fn fetch(session: &mut Session, uids: &UidSet, items: &str) -> Result<Vec<Row>> {
    let mut rows = BTreeMap::new();
    for piece in uids.pieces() {
        let command = super::command::Command::new(&format!("UID FETCH {piece} (UID {items})"));
        let each = &mut |response: &Response| {
            if let Some((uid, pairs)) = read(response)
                && piece.contains(uid)
            {
                let row = rows.entry(uid).or_insert_with(|| Row { uid, ..Row::default() });
                pairs.iter().for_each(|(name, value)| row.take(name, value));
            }
            Ok(())
        };
        session.ask(&command, each).await?;
    }
    Ok(rows.into_values().rev().collect())
}

impl Row {
    fn take(&mut self, name: &[u8], value: &Value) {
        match name.to_ascii_uppercase().as_slice() {
            b"FLAGS" => self.flags = value.list().iter().filter_map(Value::text).collect(),
            b"INTERNALDATE" => self.received_at = value.text().and_then(|text| date(&text)),
            b"RFC822.SIZE" => self.size = value.number(),
            _ => {}
        }
    }
}

/// `22-Nov-2026 20:00:00 +0100`, a day below ten with a space before it.
fn date(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()
}

/// The same, to be written.
pub fn written(time: Timestamp) -> String {
    time.strftime("%d-%b-%Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::date;
    use super::id;
    use super::uid;
    use super::written;
    use crate::connector::imap::session::Selected;

    #[test]
    fn dates_are_read_as_servers_write_them() {
        let read = |text: &str| date(text).map(written);
        assert_eq!(read("22-Nov-2026 20:00:00 +0100").as_deref(), Some("22-Nov-2026 19:00:00 +0000"));
        assert_eq!(read(" 2-Feb-1996 03:04:05 -0800").as_deref(), Some("02-Feb-1996 11:04:05 +0000"));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn an_id_means_nothing_in_another_mailbox() {
        let selected = Selected { uid_validity: 7, ..Selected::default() };
        assert_eq!(uid(&id(7, 5), &selected), Some(5));
        for other in ["8.5", "7.0", "7.x", "75", ""] {
            assert_eq!(uid(other, &selected), None, "{other}");
        }
    }
}
