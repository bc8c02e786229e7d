//! The company directory: asked live, and from the last snapshot where its owner does not answer. Syncs nothing.

pub mod order;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::config::connection::LogIn;
use crate::connector;
use crate::connector::Connector;
use crate::connector::Found;
use crate::connector::User;
use crate::connector::recent::Question;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::service::Service;
use crate::store;
use crate::store::access;
use crate::store::account::Account;
use crate::store::directory as snapshot;
use crate::store::service;

/// How long somebody who writes a name waits for the back office before he gets the last snapshot.
const PATIENCE: Duration = Duration::from_secs(3);
/// How far down anybody may look; MS-ASCMD 2.2.3.143.3 (Range) allows 100 entries.
const MOST: usize = 100;
/// Matches looked through in the snapshot; a search that finds more is told so many.
const SNAPSHOT_MATCHES: i64 = 10_000;

/// Searches the directory for an account: entries from `offset` on, sorted by name, and how many there are in all.
///
/// Every word of the query has to begin a word of the entry. A query without any word finds nobody: the
/// directory is for looking somebody up, not for taking home.
pub async fn search(
    app: &App,
    account: &Account,
    query: &str,
    offset: usize,
    limit: usize,
) -> store::Result<Found> {
    // All that may be seen is looked up and put in order, so that what is told in parts is in one order.
    let mut found = first(app, account, query).await?;
    found.people = found.people.into_iter().skip(offset).take(limit).collect();
    Ok(found)
}

/// The first entries, in order.
async fn first(app: &App, account: &Account, query: &str) -> store::Result<Found> {
    let none = Found { total: 0, people: Vec::new() };
    if words(query).is_empty() {
        return Ok(none);
    }
    if service::of_account(&mut *app.store().glance().await?, account.id).await?.all().has(Service::Directory)
    {
        return Ok(none);
    }
    let all = app.connections().of(account.organisation);
    let Some(connected) = all.iter().find(|one| one.settings.directory) else { return Ok(none) };
    let (connection, Some(connector)) = (&connected.settings, &connected.connector) else { return Ok(none) };
    let question =
        Question { account: account.id, connection: connection.name.clone(), query: words(query).join(" ") };
    let now = app.now();
    if let Some(found) = app.recent().find(&question, now) {
        return Ok(found);
    }
    if !app.recent().is_resting(&connection.name, now)
        && let Some(user) = user(app, account, &connection.name, connection.log_in).await?
    {
        match live(connector, &user, query).await {
            Ok(Some(found)) => {
                app.recent().keep(question, found.clone(), now);
                return Ok(found);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(connection = connection.name, %error, "the directory is searched in its last snapshot");
                app.recent().rest(&connection.name, now);
            }
        }
    }
    from_snapshot(app, account, query).await
}

async fn live(connector: &Arc<dyn Connector>, user: &User, query: &str) -> connector::Result<Option<Found>> {
    let late = |_| connector::Error::Later { after: None, message: "no answer in time".to_owned() };
    let found = connector.search(user, query.trim(), 0, MOST);
    let found = tokio::time::timeout(PATIENCE, found).await.map_err(late)??;
    Ok(found.map(tidy))
}

/// What a back office may have taken lightly: not more than was asked for, no fewer in all than are here, in our order.
fn tidy(mut found: Found) -> Found {
    found.total = found.total.max(found.people.len());
    found.people.truncate(MOST);
    found.people.sort_by_cached_key(|person| order::key(&person.title()));
    found
}

async fn user(app: &App, account: &Account, connection: &str, log_in: LogIn) -> store::Result<Option<User>> {
    let mut reader = app.store().read().await?;
    let access = access::find(&mut reader, account.id, connection).await?;
    drop(reader);
    let email = account.email.clone();
    match (access, log_in) {
        (Some(access), _) if access.paused_at.is_some() => Ok(None),
        (Some(access), _) => {
            let open = |sealed: &Vec<u8>| app.vault().open(account.id, connection, sealed);
            let password = access.secret.as_ref().and_then(open);
            Ok(Some(User { email, name: access.user_name, password, identity: access.identity }))
        }
        (None, LogIn::Organisation) => Ok(Some(User { email, ..User::default() })),
        (None, LogIn::User) => Ok(None),
    }
}

async fn from_snapshot(app: &App, account: &Account, query: &str) -> store::Result<Found> {
    let mut reader = app.store().read().await?;
    let matching =
        snapshot::matching(&mut reader, account.organisation, &words(query), SNAPSHOT_MATCHES).await?;
    let mut people = Vec::new();
    for (_, connection, id) in matching.iter().take(MOST) {
        let content = snapshot::content(&mut reader, account.organisation, connection, id).await?;
        let person = content.and_then(|content| Content::from_json(Class::Contacts, &content).ok());
        people.extend(person);
    }
    Ok(Found { total: matching.len(), people })
}

/// What somebody can be found by: name, addresses, telephone numbers, company, title.
pub fn searched(person: &Content) -> String {
    let value = person.to_value();
    let mut text = person.title();
    for (property, field) in [
        ("emails", "address"),
        ("phones", "number"),
        ("organizations", "name"),
        ("titles", "name"),
        ("nicknames", "name"),
    ] {
        let entries = value.get(property).and_then(|entries| entries.as_object());
        for found in entries.into_iter().flat_map(|entries| entries.values()) {
            if let Some(found) = found.get(field).and_then(|found| found.as_str()) {
                text.push(' ');
                text.push_str(found);
            }
        }
    }
    words(&text).iter().map(|word| format!(" {word}")).collect()
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(value: &serde_json::Value) -> Content {
        Content::from_value(Class::Contacts, value).unwrap()
    }

    #[test]
    fn what_a_back_office_answers_is_put_in_order() {
        let named = |name: &str| person(&json!({"name": {"full": name}}));
        let found = tidy(Found { total: 2, people: ["Åse", "zoe", "Øyvind"].map(named).to_vec() });
        let names: Vec<String> = found.people.iter().map(Content::title).collect();
        assert_eq!((names, found.total), (vec!["zoe".to_owned(), "Øyvind".to_owned(), "Åse".to_owned()], 3));
        let many = (0..150).map(|number| named(&format!("Per {number}"))).collect();
        let found = tidy(Found { total: 1000, people: many });
        assert_eq!((found.people.len(), found.total), (MOST, 1000));
    }

    #[test]
    fn people_and_companies_are_found_by_what_one_knows_of_them() {
        let kari = person(&json!({
            "name": {"components": [{"kind": "given", "value": "Kari"}, {"kind": "surname", "value": "Ås-Øvrebø"}]},
            "emails": {"1": {"address": "kari@fjord.example"}}, "phones": {"1": {"number": "+47 55 12"}},
            "organizations": {"1": {"name": "Fjord Elektro"}}, "titles": {"1": {"name": "Montør"}}
        }));
        assert_eq!(searched(&kari), " kari ås øvrebø kari fjord example 47 55 12 fjord elektro montør");
        let company = person(&json!({"kind": "org", "organizations": {"1": {"name": "Fjord Elektro"}}}));
        assert_eq!(searched(&company), " fjord elektro fjord elektro");
        assert_eq!(words("  %_' "), Vec::<String>::new());
    }
}
