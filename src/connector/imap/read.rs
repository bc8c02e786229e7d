//! What messages say: outlines, parts, and parts as streams. Decodes nothing.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::changes;
use super::command::Command;
use super::response::Response;
use super::row;
use super::session::Session;
use super::set::UidSet;
use super::structure;
use super::token::Value;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::mail::Outline;
use crate::connector::mail::Piece;
use crate::connector::mail::Wanted;
use crate::mime::parse;
use crate::mime::section::Section;
use crate::mime::structure::Structure;

/// No more of a header is fetched; what people see is in it.
const HEADER: u32 = 64 * 1024;

/// Of a message whose structure the server cannot tell, so much is taken apart here.
const TELLING: u32 = 1024 * 1024;

/// Parts asked for at a time have at most so many bytes together.
const AT_A_TIME: usize = 8 * 1024 * 1024;

/// A piece of a stream.
pub const PIECE: u32 = 512 * 1024;

/// Headers and structures, in the order asked.
pub async fn outlines(session: &mut Session, mailbox: &str, ids: &[String]) -> Result<Vec<Outline>> {
    let (selected, uids) = changes::enter(session, mailbox, ids).await?;
    let mut found: BTreeMap<u32, (Bytes, Option<Structure>)> = BTreeMap::new();
    for piece in uids.pieces() {
        let command = format!("UID FETCH {piece} (UID BODYSTRUCTURE BODY.PEEK[HEADER]<0.{HEADER}>)");
        let each = &mut |response: &Response| {
            if let Some((uid, pairs)) = row::read(response)
                && piece.contains(uid)
            {
                let entry = found.entry(uid).or_default();
                for (name, value) in &pairs {
                    if name.eq_ignore_ascii_case(b"BODYSTRUCTURE") {
                        entry.1 = structure::read(value);
                    } else if let Some(bytes) = body(name, value) {
                        entry.0 = bytes;
                    }
                }
            }
            Ok(())
        };
        session.ask(&Command::new(&command), each).await?;
    }
    // A structure that is nested too deep for an answer, or that the server has none of, is made here.
    for uid in uids.newest_first() {
        if found.get(&uid).is_some_and(|(_, structure)| structure.is_none()) || !found.contains_key(&uid) {
            let (bytes, _) = part(session, uid, &Section::WHOLE, 0, TELLING).await?;
            if !bytes.is_empty() {
                let parsed = parse::parse(&bytes);
                let header = Bytes::copy_from_slice(parsed.header());
                found.insert(uid, (header, Some(parsed.structure().clone())));
            }
        }
    }
    let outline = |id: &String| {
        let (header, structure) = found.remove(&row::uid(id, &selected)?)?;
        // Every header ends with an empty line. One without is of a message that another program has removed, of which
        // Dovecot tells what it remembers.
        if header.is_empty() {
            return None;
        }
        Some(Outline { id: id.clone(), header, structure: structure? })
    };
    Ok(ids.iter().filter_map(outline).collect())
}

/// Parts of messages, in the order asked: those of the same number in one question.
pub async fn sections(session: &mut Session, mailbox: &str, wanted: &[Wanted]) -> Result<Vec<Piece>> {
    let ids: Vec<String> = wanted.iter().map(|wanted| wanted.id.clone()).collect();
    let (selected, _) = changes::enter(session, mailbox, &ids).await?;
    let mut groups: BTreeMap<(&Section, u32), Vec<u32>> = BTreeMap::new();
    for wanted in wanted {
        if let Some(uid) = row::uid(&wanted.id, &selected) {
            groups.entry((&wanted.section, wanted.limit)).or_default().push(uid);
        }
    }
    let mut found: BTreeMap<(u32, &Section, u32), Bytes> = BTreeMap::new();
    for ((section, limit), uids) in groups {
        // One byte more tells whether there is more.
        let ask = limit.saturating_add(1);
        let most = AT_A_TIME.checked_div(ask as usize).unwrap_or(1).max(1);
        for uids in uids.chunks(most) {
            let uids: UidSet = uids.iter().copied().collect();
            for uids in uids.pieces() {
                let all = parts(session, &uids, section, 0, ask).await?;
                found.extend(all.into_iter().map(|(uid, bytes)| ((uid, section, limit), bytes)));
            }
        }
    }
    let piece = |wanted: &Wanted| {
        let uid = row::uid(&wanted.id, &selected)?;
        let bytes = found.get(&(uid, &wanted.section, wanted.limit))?;
        let limit = wanted.limit as usize;
        let is_whole = bytes.len() <= limit;
        Some(Piece { wanted: wanted.clone(), bytes: bytes.slice(..bytes.len().min(limit)), is_whole })
    };
    Ok(wanted.iter().filter_map(piece).collect())
}

/// A piece of a part from an offset on, and whether more may follow.
pub async fn piece(
    session: &mut Session,
    mailbox: &str,
    id: &str,
    section: &Section,
    offset: u32,
) -> Result<(Bytes, bool)> {
    let (selected, _) = changes::enter(session, mailbox, &[id.to_owned()]).await?;
    let uid = row::uid(id, &selected).ok_or(Error::Gone)?;
    let (bytes, is_there) = part(session, uid, section, offset, PIECE).await?;
    if !is_there {
        return Err(Error::Gone);
    }
    let may_go_on = bytes.len() >= PIECE as usize;
    Ok((bytes, may_go_on))
}

async fn part(
    session: &mut Session,
    uid: u32,
    section: &Section,
    offset: u32,
    length: u32,
) -> Result<(Bytes, bool)> {
    let found = parts(session, &UidSet::from_iter([uid]), section, offset, length).await?;
    let found = found.into_values().next();
    Ok((found.clone().unwrap_or_default(), found.is_some()))
}

/// The same part of several messages.
async fn parts(
    session: &mut Session,
    uids: &UidSet,
    section: &Section,
    offset: u32,
    length: u32,
) -> Result<BTreeMap<u32, Bytes>> {
    let mut found = BTreeMap::new();
    let command = format!("UID FETCH {uids} (UID BODY.PEEK[{section}]<{offset}.{length}>)");
    let each = &mut |response: &Response| {
        if let Some((uid, pairs)) = row::read(response)
            && uids.contains(uid)
            && let Some(bytes) = pairs.iter().find_map(|(name, value)| body(name, value))
        {
            // Servers were seen that give more than they were asked for.
            found.insert(uid, bytes.slice(..bytes.len().min(length as usize)));
        }
        Ok(())
    };
    session.ask(&Command::new(&command), each).await?;
    Ok(found)
}

/// The bytes of `BODY[…]`; none of a part that is not there.
fn body(name: &[u8], value: &Value) -> Option<Bytes> {
    let is_body = name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"BODY["));
    is_body.then(|| value.bytes().cloned().unwrap_or_default())
}
