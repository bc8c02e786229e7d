//! What changes a mailbox: flags, removal, moves, new messages. Decides no conflict but that of a stale version.

use super::changes;
use super::command::Command;
use super::flag;
use super::response::Response;
use super::response::Status;
use super::row;
use super::row::Row;
use super::search;
use super::session::Session;
use super::set;
use super::set::UidSet;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::Stored;
use crate::connector::source::Source;
use crate::model::message::Message;

/// Gives a message these keywords, if it has the flags of that etag.
pub async fn update(
    session: &mut Session,
    mailbox: &str,
    id: &str,
    etag: &str,
    message: &Message,
) -> Result<Stored> {
    let there = one(session, mailbox, id).await?.ok_or(Error::Gone)?;
    let (uid_validity, row) = there;
    let (add, remove) = flag::difference(&row.flags, &message.keywords);
    if flag::etag(&row.flags) != etag {
        // Who asks again for what is there already did not hear the answer.
        if add.is_empty() && remove.is_empty() {
            return Ok(Stored { id: id.to_owned(), etag: flag::etag(&row.flags), altered: false });
        }
        return Err(Error::Conflict(Some(Box::new(row.remote(uid_validity)))));
    }
    for (sign, flags) in [("+", &add), ("-", &remove)] {
        if !flags.is_empty() {
            let command = format!("UID STORE {} {sign}FLAGS.SILENT ({})", row.uid, flags.join(" "));
            session.run(&Command::new(&command)).await?;
        }
    }
    let (_, row) = one(session, mailbox, id).await?.ok_or(Error::Gone)?;
    let (add, remove) = flag::difference(&row.flags, &message.keywords);
    // A server may know fewer keywords than people.
    let altered = !add.is_empty() || !remove.is_empty();
    Ok(Stored { id: id.to_owned(), etag: flag::etag(&row.flags), altered })
}

async fn one(session: &mut Session, mailbox: &str, id: &str) -> Result<Option<(u32, Row)>> {
    let (selected, uids) = changes::enter(session, mailbox, &[id.to_owned()]).await?;
    if uids.is_empty() {
        return Ok(None);
    }
    let rows = row::fetch(session, &uids, "FLAGS INTERNALDATE RFC822.SIZE").await?;
    Ok(rows.into_iter().find(|row| !row.is_deleted()).map(|row| (selected.uid_validity, row)))
}

/// Removes messages for good; those that are gone already are fine.
pub async fn delete(session: &mut Session, mailbox: &str, ids: &[String]) -> Result<()> {
    let (_, uids) = changes::enter(session, mailbox, ids).await?;
    for piece in uids.pieces() {
        expunge(session, &piece).await?;
    }
    Ok(())
}

async fn expunge(session: &mut Session, uids: &UidSet) -> Result<()> {
    let store = |uids: &UidSet, sign| {
        Command::new(&format!("UID STORE {uids} {sign}FLAGS.SILENT ({})", flag::DELETED))
    };
    if session.offers("UIDPLUS") || session.offers("IMAP4REV2") {
        session.run(&store(uids, "+")).await?;
        return session.run(&Command::new(&format!("UID EXPUNGE {uids}"))).await.map(drop);
    }
    // EXPUNGE takes all that wait to be removed: those that another program still shows are spared.
    let others: Vec<UidSet> = search::deleted(session).await?.without(uids).pieces().collect();
    for others in &others {
        session.run(&store(others, "-")).await?;
    }
    session.run(&store(uids, "+")).await?;
    let expunged = session.run(&Command::new("EXPUNGE")).await;
    for others in &others {
        session.run(&store(others, "+")).await?;
    }
    expunged.map(drop)
}

/// Moves messages to another mailbox; the new ids, in the order asked.
pub async fn relocate(
    session: &mut Session,
    mailbox: &str,
    ids: &[String],
    to: &str,
) -> Result<Vec<Option<String>>> {
    let (selected, uids) = changes::enter(session, mailbox, ids).await?;
    let mut moved = Vec::new();
    for piece in uids.pieces() {
        let offers_move = session.offers("MOVE") || session.offers("IMAP4REV2");
        let verb = if offers_move { "MOVE" } else { "COPY" };
        let command = Command::new(&format!("UID {verb} {piece}")).text(to);
        let mut copied = None;
        let each = &mut |response: &Response| {
            // RFC 6851 4.3: MOVE tells before its end.
            if let Response::Status(status) = response {
                copied = pairs(status).or_else(|| copied.take());
            }
            Ok(())
        };
        let end = session.ask(&command, each).await?;
        moved.extend(pairs(&end).or(copied).unwrap_or_default());
        if !offers_move {
            expunge(session, &piece).await?;
        }
    }
    let new_id = |id: &String| {
        let uid = row::uid(id, &selected)?;
        moved.iter().find(|(old, _)| *old == uid).map(|(_, new)| new.clone())
    };
    Ok(ids.iter().map(new_id).collect())
}

/// `COPYUID validity old new` (RFC 4315 3): each old number and its new id.
fn pairs(status: &Status) -> Option<Vec<(u32, String)>> {
    /// No command moves more.
    const MOST: usize = 1_000_000;
    let text = std::str::from_utf8(status.code("COPYUID")?).ok()?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [uid_validity, old, new] = words.as_slice() else { return None };
    let uid_validity = uid_validity.parse().ok()?;
    let (old, new) = (set::in_order(old, MOST)?, set::in_order(new, MOST)?);
    Some(old.into_iter().zip(new.into_iter().map(|uid| row::id(uid_validity, uid))).collect())
}

/// Stores a message.
pub async fn append(
    session: &mut Session,
    mailbox: &str,
    source: Source<'_>,
    message: &Message,
) -> Result<Stored> {
    let tells_uid = session.offers("UIDPLUS") || session.offers("IMAP4REV2");
    let before = if tells_uid { None } else { Some(session.select(mailbox).await?) };
    let end = send(session, mailbox, source, message).await?;
    let told = end.code("APPENDUID").and_then(|text| {
        let (uid_validity, uid) = std::str::from_utf8(text).ok()?.split_once(' ')?;
        Some((uid_validity.parse().ok()?, uid.parse().ok()?))
    });
    let (uid_validity, uid) = match (told, before) {
        (Some(told), _) => told,
        (None, before) => {
            let selected = session.select(mailbox).await?;
            let since = before.map_or_else(|| selected.uid_next.saturating_sub(1), |before| before.uid_next);
            let added = search::added(session, since.max(1)).await?;
            let uid = added.newest_first().next().ok_or_else(missing)?;
            (selected.uid_validity, uid)
        }
    };
    let (_, row) = one(session, mailbox, &row::id(uid_validity, uid)).await?.ok_or(Error::Gone)?;
    let (add, remove) = flag::difference(&row.flags, &message.keywords);
    let altered = !add.is_empty() || !remove.is_empty();
    Ok(Stored { id: row::id(uid_validity, uid), etag: flag::etag(&row.flags), altered })
}

fn missing() -> Error {
    Error::Protocol("a message that was stored is not there".to_owned())
}

async fn send(session: &mut Session, mailbox: &str, source: Source<'_>, message: &Message) -> Result<Status> {
    let (flags, _) = flag::difference(&[], &message.keywords);
    let mut command = Command::new("APPEND").text(mailbox).plain(&format!(" ({})", flags.join(" ")));
    if let Some(at) = message.received_at {
        command = command.plain(&format!(" \"{}\"", row::written(at)));
    }
    let quiet = &mut |_: &Response| Ok(());
    let mut reader = source.open().await?;
    let mut left = reader.length();
    let tag = session.begin_literal(&command, left, quiet).await?;
    while left > 0 {
        let piece = reader.next().await?.unwrap_or_default();
        let piece = piece.get(..piece.len().min(left)).unwrap_or_default();
        if piece.is_empty() {
            let message = "the spooled message became shorter".to_owned();
            return Err(Error::Later { after: None, message });
        }
        session.restart();
        session.write(piece).await?;
        left -= piece.len();
    }
    session.write(b"\r\n").await?;
    session.restart();
    session.finish(&tag, quiet).await?.check()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::pairs;
    use crate::connector::imap::response;
    use crate::connector::imap::response::Response;

    #[test]
    fn copyuid_says_what_became_of_what() {
        let read = |line: &'static str| match response::read(&Bytes::from_static(line.as_bytes())) {
            Ok(Response::Status(status)) => pairs(&status),
            other => panic!("{other:?}"),
        };
        let told = read("* OK [COPYUID 9 304,319:320 3956:3958] moved").unwrap();
        assert_eq!(
            told,
            [(304, "9.3956".to_owned()), (319, "9.3957".to_owned()), (320, "9.3958".to_owned())]
        );
        assert_eq!(read("* OK [COPYUID 9 304] moved"), None);
        assert_eq!(read("* OK moved"), None);
    }
}
