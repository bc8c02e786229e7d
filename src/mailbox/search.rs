//! Mails sought in an account's folders, as its mail server finds them. Shows none.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::letters;
use super::letters::Bounds;
use super::letters::Wants;
use super::over;
use crate::app::App;
use crate::connector;
use crate::connector::Collection;
use crate::connector::mail::Query;
use crate::connector::searched::Found;
use crate::connector::searched::Hit;
use crate::eas::name::ItemName;
use crate::eas::name::Which;
use crate::error::Error;
use crate::mime::letter::Letter;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::folder::Folder;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::message::Message;
use crate::store::folder;
use crate::store::item;
use crate::store::state::Who;

/// So long folders are looked through; who seeks in very many gets what was found by then.
const PATIENCE: Duration = Duration::from_secs(15);
/// So many matches of a folder are put in order, newest first. Nobody can ask further down than a hundred.
const MOST: usize = 100;
/// About so many bytes of what was found are told.
const BYTES: usize = 1_500_000;

/// What is sought. All of it has to be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// What people write: words, each of which is somewhere in the mail, and `isread:false`.
    pub text: String,
    /// It came after this.
    pub after: Option<Timestamp>,
    /// It came before this.
    pub before: Option<Timestamp>,
    /// The folders to look in; none: all.
    pub folders: Vec<FolderId>,
    /// Whether the folders within them are looked through as well.
    pub is_deep: bool,
}

/// Seeks. The next page of what the device sought just now is of what was found then.
///
/// # Errors
///
/// The store, or the mail server where it has not said anything yet.
pub async fn search(app: &App, who: Who, sought: &Sought, is_next: bool) -> Result<Arc<Found>, Error> {
    let what = format!("{sought:?}");
    if let Some(known) = app.searched().find(who, &what, app.now()).filter(|_| is_next) {
        return Ok(known);
    }
    let mut reader = app.store().read().await?;
    let rows = folder::list(&mut reader, who.account).await?;
    drop(reader);
    let all: Vec<Folder> = rows.into_iter().map(|row| row.folder).collect();
    let until = Instant::now() + PATIENCE;
    let (mut found, mut has_heard) = (Found::default(), false);
    for folder in all.iter().filter(|folder| is_meant(&all, folder, sought)) {
        match tokio::time::timeout_at(until, within(app, who.account, folder, sought)).await {
            Ok(Ok(more)) => {
                has_heard = true;
                found.hits.extend(more.hits);
                found.total += more.total;
            }
            // The mailbox went between; its folder follows.
            Ok(Err(Error::Connector(connector::Error::Gone))) => {}
            Ok(Err(error)) if !has_heard => return Err(error),
            Ok(Err(_)) | Err(_) => break,
        }
    }
    found.hits.sort_by_key(|hit| std::cmp::Reverse(hit.message.received_at));
    found.hits.truncate(MOST);
    let found = Arc::new(found);
    app.searched().keep(who, what, Arc::clone(&found), app.now());
    Ok(found)
}

/// The hits of a range, each with its letter; what is gone is left out.
pub async fn shown<'a>(
    app: &App,
    account: AccountId,
    found: &'a Found,
    (first, count): (usize, usize),
    wants: Wants<'_>,
) -> Result<Vec<(&'a Hit, Letter)>, Error> {
    let chosen: Vec<&Hit> = found.hits.iter().skip(first).take(count).collect();
    let bounds = Bounds { bytes: BYTES, until: Instant::now() + PATIENCE };
    let mut letters: HashMap<(FolderId, String), Letter> = HashMap::new();
    let folders: BTreeSet<FolderId> = chosen.iter().map(|hit| hit.name.folder).collect();
    for folder in folders {
        let of: Vec<&Hit> = chosen.iter().copied().filter(|hit| hit.name.folder == folder).collect();
        let Some(hit) = of.first() else { continue };
        let Some(mailbox) = over(app, account, &hit.connection).await? else { continue };
        let ids: Vec<String> = of.iter().map(|hit| hit.id.clone()).collect();
        let fetched = letters::fetch(&mailbox, &hit.collection, &ids, bounds, wants).await;
        if let Some(error) = fetched.failed {
            return Err(error.into());
        }
        let told = fetched.found.into_iter().filter_map(|(id, letter)| Some(((folder, id), letter.ok()?)));
        letters.extend(told);
    }
    let letter = |hit: &'a Hit| Some((hit, letters.remove(&(hit.name.folder, hit.id.clone()))?));
    Ok(chosen.into_iter().filter_map(letter).collect())
}

fn is_meant(all: &[Folder], folder: &Folder, sought: &Sought) -> bool {
    let above = |folder: &&Folder| {
        let parent = folder.parent?;
        all.iter().find(|other| other.id == parent)
    };
    let levels = if sought.is_deep { all.len() } else { 1 };
    let mut lines = std::iter::successors(Some(folder), above).take(levels);
    let is_named = sought.folders.is_empty() || lines.any(|one| sought.folders.contains(&one.id));
    folder.class == Class::Email && folder.connection.is_some() && is_named
}

async fn within(app: &App, account: AccountId, folder: &Folder, sought: &Sought) -> Result<Found, Error> {
    let Some(connection) = &folder.connection else { return Ok(Found::default()) };
    let Some(mailbox) = over(app, account, connection).await? else { return Ok(Found::default()) };
    let Some(collection) = Collection::behind(folder) else { return Ok(Found::default()) };
    let query = query(sought);
    let mut ids = mailbox.mail.find(&mailbox.user, &collection, &query).await?;
    let mut total = ids.len();
    ids.truncate(MOST);
    let there = mailbox.connector.fetch(&mailbox.user, &collection, &ids).await?;
    let mut reader = app.store().read().await?;
    let mut hits = Vec::new();
    for remote in there {
        let Ok(Content::Message(message)) = remote.content else { continue };
        if !is_between(&message, sought) {
            total = total.saturating_sub(1);
            continue;
        }
        let known = item::by_remote_id(&mut reader, account, folder.id, &remote.id).await?;
        let item = match known.filter(|row| !row.version.meta.deleted) {
            Some(row) => Which::Held(row.version.meta.item),
            None => Which::Remote(remote.id.clone()),
        };
        let name = ItemName { folder: folder.id, item };
        let (connection, collection) = (connection.clone(), collection.clone());
        hits.push(Hit { name, id: remote.id, message, connection, collection });
    }
    Ok(Found { hits, total })
}

/// What a mail server is asked. It knows days of its own zone only; the rest is looked at here.
fn query(sought: &Sought) -> Query {
    let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date();
    let before = |date: Date| date.saturating_add(2.days());
    let mut query = Query {
        since: sought.after.map(|after| day(after).saturating_sub(1.day())),
        before: sought.before.map(day).map(before),
        ..Query::default()
    };
    for word in sought.text.split_whitespace() {
        if word.eq_ignore_ascii_case("isread:false") {
            query.is_unread = true;
        } else {
            query.text.push(word.trim_matches('"').to_owned());
        }
    }
    query.text.retain(|word| !word.is_empty());
    query
}

fn is_between(message: &Message, sought: &Sought) -> bool {
    let Some(at) = message.received_at else { return true };
    sought.after.is_none_or(|after| at > after) && sought.before.is_none_or(|before| at < before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::folder::FolderKind;

    fn folder(id: i64, parent: Option<i64>) -> Folder {
        Folder {
            id: FolderId(id),
            parent: parent.map(FolderId),
            name: id.to_string(),
            kind: FolderKind::USER_MAIL,
            class: Class::Email,
            read_only: false,
            connection: Some("mail".to_owned()),
            remote_id: Some(id.to_string()),
        }
    }

    #[track_caller]
    fn check(named: &[i64], is_deep: bool, expected: &[i64]) {
        let all = [folder(5, None), folder(100, None), folder(101, Some(100)), folder(102, Some(101))];
        let folders = named.iter().copied().map(FolderId).collect();
        let sought = Sought { folders, is_deep, ..Sought::default() };
        let meant: Vec<i64> =
            all.iter().filter(|folder| is_meant(&all, folder, &sought)).map(|folder| folder.id.0).collect();
        assert_eq!(meant, expected);
    }

    #[test]
    fn folders_are_looked_through_as_they_are_named() {
        check(&[], false, &[5, 100, 101, 102]);
        check(&[100], false, &[100]);
        check(&[100], true, &[100, 101, 102]);
        check(&[5, 102], false, &[5, 102]);
    }

    #[test]
    fn every_word_counts_and_days_are_taken_widely() {
        let at = |text: &str| text.parse::<Timestamp>().ok();
        let sought = Sought {
            text: " lunsj isread:false \"fredag\" ".to_owned(),
            after: at("2026-11-20T23:30:00Z"),
            before: at("2026-11-22T00:10:00Z"),
            ..Sought::default()
        };
        let expected = Query {
            text: vec!["lunsj".to_owned(), "fredag".to_owned()],
            since: Some(jiff::civil::date(2026, 11, 19)),
            before: Some(jiff::civil::date(2026, 11, 24)),
            is_unread: true,
        };
        assert_eq!(query(&sought), expected);
        let message = |text: &str| Message { received_at: at(text), ..Message::default() };
        assert!(is_between(&message("2026-11-21T12:00:00Z"), &sought));
        assert!(!is_between(&message("2026-11-20T23:00:00Z"), &sought));
        assert!(!is_between(&message("2026-11-22T00:10:00Z"), &sought));
    }
}
