//! What mails say, fetched to be told: header and structure first, then the parts that are shown. Keeps nothing.

use std::collections::HashMap;

use tokio::time::Instant;

use super::Mailbox;
use crate::connector;
use crate::connector::Collection;
use crate::connector::mail::Outline;
use crate::connector::mail::Wanted;
use crate::mime::letter;
use crate::mime::letter::Letter;

/// Messages asked for at a time.
const AT_A_TIME: usize = 32;
/// What is fetched of a part of which nobody said how much he wants.
const MOST: u32 = 32 * 1024 * 1024;
/// What any message takes in an answer besides its text.
const BESIDES: usize = 1024;

/// Says which parts of a letter are to be there.
pub type Wants<'a> = &'a (dyn Fn(&Letter) -> Vec<letter::Wanted> + Sync);

/// What is fetched at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// About so many bytes together; the message that reaches it is the last one.
    pub bytes: usize,
    /// Not longer than until then.
    pub until: Instant,
}

/// Letters by the ids of their messages.
#[derive(Debug, Default)]
pub struct Letters {
    /// What came of each message that was asked for: the letter, or why there is none.
    pub found: HashMap<String, Result<Letter, String>>,
    /// Why nothing more was fetched, if the server is at fault.
    pub failed: Option<connector::Error>,
}

/// Fetches letters in this order, as far as the bounds allow.
pub async fn fetch(
    mailbox: &Mailbox,
    collection: &Collection,
    ids: &[String],
    bounds: Bounds,
    wants: Wants<'_>,
) -> Letters {
    let mut letters = Letters::default();
    let mut left = bounds.bytes;
    let mut todo = ids;
    while !todo.is_empty() && left > 0 {
        let (some, rest) = todo.split_at(todo.len().min(AT_A_TIME));
        match tokio::time::timeout_at(bounds.until, batch(mailbox, collection, some, &mut left, wants)).await
        {
            Ok(Ok(found)) => letters.found.extend(found),
            // The server stumbles over one of them: each by itself.
            Ok(Err(connector::Error::Protocol(reason))) => match some {
                [id] => {
                    letters.found.insert(id.clone(), Err(reason));
                }
                _ => {
                    for id in some {
                        let id = std::slice::from_ref(id);
                        let one = Box::pin(fetch(mailbox, collection, id, bounds, wants)).await;
                        letters.found.extend(one.found);
                    }
                }
            },
            Ok(Err(error)) => {
                letters.failed = Some(error);
                return letters;
            }
            Err(_) => {
                let message = "the mail server takes long".to_owned();
                letters.failed = Some(connector::Error::Later { after: None, message });
                return letters;
            }
        }
        todo = rest;
    }
    letters
}

/// A few letters; those beyond what is left of the bytes are not among them.
async fn batch(
    mailbox: &Mailbox,
    collection: &Collection,
    ids: &[String],
    left: &mut usize,
    wants: Wants<'_>,
) -> connector::Result<Vec<(String, Result<Letter, String>)>> {
    let Mailbox { mail, user, .. } = mailbox;
    let outlines = mail.outlines(user, collection, ids).await?;
    let mut outlines: HashMap<String, Outline> =
        outlines.into_iter().map(|outline| (outline.id.clone(), outline)).collect();
    let mut found = Vec::with_capacity(ids.len());
    let mut wanted = Vec::new();
    for id in ids {
        if *left == 0 {
            break;
        }
        let Some(outline) = outlines.remove(id) else {
            found.push((id.clone(), Err("the message is no longer in its mailbox".to_owned())));
            continue;
        };
        let letter = Letter::new(&outline.header, outline.structure);
        let mut size = BESIDES;
        for part in wants(&letter) {
            let limit = part.most.and_then(|most| u32::try_from(most).ok()).unwrap_or(MOST).min(MOST);
            let whole = if part.section.is_whole() {
                Some(letter.size())
            } else {
                letter.structure().part(&part.section).map(|part| part.size)
            };
            let limited = u64::from(limit);
            let bytes = whole.map_or(limited, |whole| whole.min(limited));
            size = size.saturating_add(usize::try_from(bytes).unwrap_or(usize::MAX));
            wanted.push(Wanted { id: id.clone(), section: part.section, limit });
        }
        *left = left.saturating_sub(size);
        found.push((id.clone(), Ok(letter)));
    }
    if !wanted.is_empty() {
        let places: HashMap<String, usize> =
            found.iter().enumerate().map(|(place, (id, _))| (id.clone(), place)).collect();
        for piece in mail.sections(user, collection, &wanted).await? {
            let letter = places.get(&piece.wanted.id).and_then(|place| found.get_mut(*place));
            if let Some((_, Ok(letter))) = letter {
                letter.supply(piece.wanted.section, piece.bytes, piece.is_whole);
            }
        }
    }
    Ok(found)
}
