//! What is in a collection and what of it changed: sync-collection, lists of etags, items by the batch.
//! Decides nothing about what is found.

use serde::Deserialize;
use serde::Serialize;

use crate::connector::Change;
use crate::connector::Collection;
use crate::connector::Error;
use crate::connector::Page;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::Strategy;
use crate::connector::dav::ical;
use crate::connector::dav::vcard;
use crate::connector::dav::webdav::Depth;
use crate::connector::dav::webdav::Reply;
use crate::connector::dav::webdav::Session;
use crate::connector::dav::webdav::escaped;
use crate::connector::dav::webdav::is_too_large;
use crate::connector::dav::xml::CALDAV;
use crate::connector::dav::xml::CARDDAV;
use crate::connector::dav::xml::DAV;
use crate::model::class::Class;
use crate::model::content::Content;

/// Items in one question: few enough for an answer in seconds, many enough not to ask all day.
const BATCH: usize = 50;

const HOW: &str = r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><sync-token/><supported-report-set/></prop></propfind>"#;
const ETAGS: &str = r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>"#;

/// Where a walk through the changes stands.
///
/// A server tells all that changed since a token at once; the items themselves come a page at a time.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Cursor {
    /// The token after which the changes on this walk come.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    since: String,
    /// The last id of the page before; none between two walks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// The token with which the next walk begins.
    token: String,
}

/// The address of a collection: its id without the class that tells it from others of the same address.
pub(super) fn address(collection: &Collection) -> &str {
    collection.id.split('#').next().unwrap_or_default()
}

/// By token where the server has them.
pub(super) async fn strategy(session: &Session<'_>, collection: &Collection) -> Result<Strategy> {
    let url = session.url(address(collection))?;
    let answer = session.ask(&url, "PROPFIND", Depth::Zero, HOW).await?;
    let has_token = answer.responses.first().is_some_and(|reply| {
        let reports = reply.property(DAV, "supported-report-set");
        let has_report = reports.is_none_or(|reports| reports.contains(DAV, "sync-collection"));
        reply.text(DAV, "sync-token").is_some() && has_report
    });
    Ok(if has_token { Strategy::Cursor } else { Strategy::List })
}

/// A page of what changed since a cursor, or of all there is.
pub(super) async fn changes(
    session: &Session<'_>,
    collection: &Collection,
    since: Option<&str>,
    limit: usize,
) -> Result<Page> {
    let cursor: Cursor = match since {
        Some(since) => serde_json::from_str(since).map_err(|_| Error::CursorExpired)?,
        None => Cursor::default(),
    };
    let is_walking = cursor.after.is_some();
    let from = if is_walking { &cursor.since } else { &cursor.token };
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><sync-collection xmlns="DAV:"><sync-token>{}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>"#,
        escaped(from)
    );
    let url = session.url(address(collection))?;
    let answer =
        session.ask(&url, "REPORT", Depth::Zero, &body).await.map_err(|error| expired(error, from))?;
    let token =
        answer.sync_token.ok_or_else(|| Error::Protocol("a sync-collection without a token".to_owned()))?;
    let mut replies: Vec<Reply> =
        answer.responses.into_iter().filter(|reply| !is_same(&reply.id, address(collection))).collect();
    replies.sort_by(|one, other| one.id.cmp(&other.id));
    replies.retain(|reply| cursor.after.as_ref().is_none_or(|after| reply.id > *after));
    let rest = replies.split_off(limit.max(1).min(replies.len()));
    let last = replies.last().map(|reply| reply.id.clone());
    let gone =
        replies.iter().filter(|reply| reply.is_gone).map(|reply| Change::Delete { id: reply.id.clone() });
    let mut changes: Vec<Change> = gone.collect();
    let present: Vec<String> =
        replies.into_iter().filter(|reply| !reply.is_gone).map(|reply| reply.id).collect();
    changes.extend(fetch(session, collection, &present).await?.into_iter().map(Change::Upsert));
    // What changes during a walk comes after it: the next one begins with the token of its first page.
    let token = if is_walking { cursor.token.clone() } else { token };
    let has_more = !rest.is_empty();
    let next = match last {
        Some(last) if has_more => Cursor { since: from.clone(), after: Some(last), token },
        _ => Cursor { token, ..Cursor::default() },
    };
    let cursor = serde_json::to_string(&next).map_err(|error| Error::Protocol(error.to_string()))?;
    let is_stuck = since == Some(cursor.as_str());
    Ok(Page {
        changes,
        cursor,
        more: (has_more || answer.is_truncated) && !is_stuck,
        complete: since.is_none(),
    })
}

/// Not every server names the condition; with a token, these can only mean the token.
fn expired(error: Error, token: &str) -> Error {
    match error {
        Error::Refused(_) | Error::Conflict(_) | Error::CursorExpired if !token.is_empty() => {
            Error::CursorExpired
        }
        Error::CursorExpired => Error::Protocol("it refuses the empty sync token".to_owned()),
        error => error,
    }
}

fn is_same(id: &str, other: &str) -> bool {
    id.trim_end_matches('/') == other.trim_end_matches('/')
}

/// The id and etag of all that is there.
pub(super) async fn list(session: &Session<'_>, collection: &Collection) -> Result<Vec<(String, String)>> {
    let url = session.url(address(collection))?;
    let asked = match component(collection.class) {
        // Only what is of the class, as a calendar may hold several.
        Some(component) => {
            let body = format!(
                r#"<?xml version="1.0" encoding="utf-8"?><c:calendar-query xmlns="DAV:" xmlns:c="{CALDAV}"><prop><getetag/><resourcetype/></prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="{component}"/></c:comp-filter></c:filter></c:calendar-query>"#
            );
            session.ask(&url, "REPORT", Depth::One, &body).await
        }
        None => session.ask(&url, "PROPFIND", Depth::One, ETAGS).await,
    };
    let answer = match asked {
        // A server whose queries do not work may still be able to list.
        Err(Error::Refused(_) | Error::Protocol(_)) if component(collection.class).is_some() => {
            session.ask(&url, "PROPFIND", Depth::One, ETAGS).await?
        }
        asked => asked?,
    };
    let is_item = |reply: &&Reply| {
        let kind = reply.property(DAV, "resourcetype");
        !reply.is_gone
            && !is_same(&reply.id, address(collection))
            && kind.is_none_or(|kind| kind.children.is_empty())
    };
    let items = answer.responses.iter().filter(is_item);
    Ok(items.map(|reply| (reply.id.clone(), reply.etag().unwrap_or_default().to_owned())).collect())
}

/// These items, those of another class and those that are gone left out.
pub(super) async fn fetch(
    session: &Session<'_>,
    collection: &Collection,
    ids: &[String],
) -> Result<Vec<Remote>> {
    let mut found = Vec::new();
    let mut waiting: Vec<&[String]> = ids.chunks(BATCH).rev().collect();
    while let Some(batch) = waiting.pop() {
        match fetch_batch(session, collection, batch).await {
            Ok(remotes) => found.extend(remotes),
            Err(error) if is_too_large(&error) && batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                waiting.extend([second, first]);
            }
            // One item larger than can be stops nothing but itself.
            Err(error) if is_too_large(&error) => found.extend(batch.iter().map(|id| Remote {
                id: id.clone(),
                etag: String::new(),
                content: Err("it is too large".to_owned()),
            })),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn fetch_batch(session: &Session<'_>, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>> {
    let url = session.url(address(collection))?;
    let mut hrefs = String::new();
    for id in ids {
        // RFC 4791 7.9: hrefs are those of the server, which knows its own host.
        hrefs.push_str(&format!("<href>{}</href>", escaped(session.url(id)?.path())));
    }
    let (report, namespace, data) = match collection.class {
        Class::Contacts => ("addressbook-multiget", CARDDAV, "address-data"),
        _ => ("calendar-multiget", CALDAV, "calendar-data"),
    };
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><c:{report} xmlns="DAV:" xmlns:c="{namespace}"><prop><getetag/><c:{data}/></prop>{hrefs}</c:{report}>"#
    );
    let answer = session.ask(&url, "REPORT", Depth::One, &body).await?;
    let present = answer.responses.iter().filter(|reply| !reply.is_gone);
    Ok(present.filter_map(|reply| remote(reply, collection.class, (namespace, data))).collect())
}

/// The item in a reply; none if it is of another class.
fn remote(reply: &Reply, class: Class, data: (&str, &str)) -> Option<Remote> {
    let content = match reply.property(data.0, data.1) {
        Some(text) => read_text(&text.text, class).transpose()?,
        // Left out, it would be taken for deleted.
        None => Err("the server tells of it, but not what it says".to_owned()),
    };
    Some(Remote { id: reply.id.clone(), etag: reply.etag().unwrap_or_default().to_owned(), content })
}

/// The item in a text; none if it is of another class.
pub(super) fn read_text(text: &str, class: Class) -> std::result::Result<Option<Content>, String> {
    match class {
        Class::Contacts => vcard::read(text).map(|card| Some(Content::Contact(card))),
        class => ical::read(text, class),
    }
}

fn component(class: Class) -> Option<&'static str> {
    match class {
        Class::Calendar => Some("VEVENT"),
        Class::Tasks => Some("VTODO"),
        Class::Notes => Some("VJOURNAL"),
        Class::Contacts | Class::Email => None,
    }
}
