//! Writes to a collection: made once however often they are tried, and never over what we have not seen.
//! Settles no conflict.

use jiff::Timestamp;
use serde_json::Value;
use sha2::Digest;
use sha2::Sha256;

use crate::connector::Collection;
use crate::connector::Error;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::Stored;
use crate::connector::Write;
use crate::connector::dav::ical;
use crate::connector::dav::read;
use crate::connector::dav::vcard;
use crate::connector::dav::webdav::Session;
use crate::model::content::Content;

/// Bytes of the digest that make a name: no two writes of the world share them.
const NAME_BYTES: usize = 16;

/// Makes an item under a name that every attempt of this write has.
pub(super) async fn create(
    session: &Session<'_>,
    write: Write<'_>,
    content: &Content,
    now: Timestamp,
) -> Result<Stored> {
    let stem = stem(write.idempotency_key);
    let is_named = content.uid().is_some();
    let content = &with_uid(content, &stem);
    let (text, kind, ending) = text_of(content, now)?;
    let folder = read::address(write.collection).trim_end_matches('/');
    let id = format!("{folder}/{stem}.{ending}");
    match session.put(&session.url(&id)?, ("If-None-Match", "*"), kind, text).await {
        // Who gave no uid has to learn it: every later write must say it again.
        Ok(etag) => {
            let stored = stored(session, write.collection, id, etag).await?;
            Ok(Stored { altered: stored.altered || !is_named, ..stored })
        }
        Err(Error::Conflict(_)) => match fetch(session, write.collection, &id).await? {
            // An attempt before this one had arrived, though its answer did not.
            Some(there) if is_same(&there, content) => Ok(Stored { id, etag: there.etag, altered: true }),
            Some(there) => Err(Error::Conflict(Some(Box::new(there)))),
            None => {
                Err(Error::Later { after: None, message: "412 for an item that is not there".to_owned() })
            }
        },
        Err(error) => Err(error),
    }
}

/// Replaces an item that still has this etag.
pub(super) async fn update(
    session: &Session<'_>,
    write: Write<'_>,
    (id, etag): (&str, &str),
    content: &Content,
    now: Timestamp,
) -> Result<Stored> {
    let named = match content.uid() {
        Some(_) => None,
        // A server refuses a text without a uid, and one with another uid too.
        None => fetch(session, write.collection, id)
            .await?
            .and_then(|there| Some(with_uid(content, there.content.ok()?.uid()?))),
    };
    let content = named.as_ref().unwrap_or(content);
    let (text, kind, _) = text_of(content, now)?;
    let sent = match condition(etag) {
        Some(etag) => session.put(&session.url(id)?, ("If-Match", etag), kind, text).await,
        // Nobody knows which version is there, so nobody may write over it.
        None => Err(Error::Conflict(None)),
    };
    match sent {
        Ok(etag) => stored(session, write.collection, id.to_owned(), etag).await,
        Err(Error::Conflict(_)) => match fetch(session, write.collection, id).await? {
            Some(there) if is_same(&there, content) => {
                Ok(Stored { id: id.to_owned(), etag: there.etag, altered: true })
            }
            there => Err(Error::Conflict(there.map(Box::new))),
        },
        Err(error) => Err(error),
    }
}

/// Removes an item that still has this etag.
pub(super) async fn delete(session: &Session<'_>, write: Write<'_>, id: &str, etag: &str) -> Result<()> {
    let sent = match condition(etag) {
        Some(etag) => session.delete(&session.url(id)?, etag).await,
        None => Err(Error::Conflict(None)),
    };
    match sent {
        Ok(()) | Err(Error::Gone) => Ok(()),
        Err(Error::Conflict(_)) => match fetch(session, write.collection, id).await? {
            Some(there) => Err(Error::Conflict(Some(Box::new(there)))),
            None => Ok(()),
        },
        Err(error) => Err(error),
    }
}

/// What `If-Match` takes: a weak etag never matches there (RFC 9110 13.1.1), though some servers and the
/// compressing proxies before them give nothing else.
fn condition(etag: &str) -> Option<&str> {
    let etag = etag.trim();
    Some(etag.strip_prefix("W/").unwrap_or(etag)).filter(|etag| !etag.is_empty())
}

/// What is there now. A server that does not say the version may have altered the text (RFC 4791 5.3.4).
async fn stored(
    session: &Session<'_>,
    collection: &Collection,
    id: String,
    etag: Option<String>,
) -> Result<Stored> {
    if let Some(etag) = etag {
        return Ok(Stored { id, etag, altered: false });
    }
    let there = fetch(session, collection, &id).await?;
    Ok(Stored { etag: there.map(|there| there.etag).unwrap_or_default(), id, altered: true })
}

async fn fetch(session: &Session<'_>, collection: &Collection, id: &str) -> Result<Option<Remote>> {
    Ok(read::fetch(session, collection, &[id.to_owned()]).await?.into_iter().next())
}

fn stem(key: &str) -> String {
    Sha256::digest(key).iter().take(NAME_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

fn with_uid(content: &Content, uid: &str) -> Content {
    let mut content = content.clone();
    let place = match &mut content {
        Content::Event(event) => &mut event.uid,
        Content::Contact(contact) => &mut contact.uid,
        Content::Task(task) => &mut task.uid,
        Content::Note(note) => &mut note.uid,
        Content::Message(_) => return content,
    };
    place.get_or_insert_with(|| uid.to_owned());
    content
}

/// The text, its media type and the ending of its name.
fn text_of(content: &Content, now: Timestamp) -> Result<(String, &'static str, &'static str)> {
    if let Content::Contact(contact) = content {
        return Ok((vcard::write(contact, now), "text/vcard; charset=utf-8", "vcf"));
    }
    let text = ical::write(content, now);
    let text = text.ok_or_else(|| Error::Refused("a calendar server has no place for this".to_owned()))?;
    Ok((text, "text/calendar; charset=utf-8", "ics"))
}

/// Whether what is there is what we would write, its date excepted.
fn is_same(there: &Remote, ours: &Content) -> bool {
    let undated = |content: &Content| {
        let (text, ..) = text_of(content, Timestamp::UNIX_EPOCH).ok()?;
        let mut value = read::read_text(&text, content.class()).ok()??.to_value();
        value.as_object_mut().map(|object| object.remove("updated"));
        Some(value).filter(|value| *value != Value::Null)
    };
    there.content.as_ref().is_ok_and(|there| undated(there).is_some() && undated(there) == undated(ours))
}

#[cfg(test)]
mod tests {
    use super::condition;
    use super::stem;

    #[test]
    fn a_write_has_the_same_name_at_every_attempt() {
        assert_eq!(stem("a"), stem("a"));
        assert_ne!(stem("a"), stem("b"));
        assert_eq!(stem("/..").len(), 32);
    }

    #[test]
    fn a_weak_etag_is_made_strong_and_none_is_no_condition() {
        assert_eq!(condition("W/\"a\""), Some("\"a\""));
        assert_eq!(condition("\"a\""), Some("\"a\""));
        assert_eq!(condition(" "), None);
    }
}
