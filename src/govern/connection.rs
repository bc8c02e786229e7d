//! The connections of an organisation: those of the configuration, which are only looked at, and those that its
//! administrators set up. Speaks to a back office only to try one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;
use serde_json::Value;

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app;
use crate::app::App;
use crate::app::new_key;
use crate::config::connection::Connection;
use crate::config::connection::Kind;
use crate::config::connection::LogIn;
use crate::connections::Connected;
use crate::connections::connector::connector;
use crate::connections::stored;
use crate::connections::stored::Wrong;
use crate::connector::User;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::access;
use crate::store::account;
use crate::store::connection;
use crate::store::connection::Stored;
use crate::store::connection::Use;
use crate::store::pull;
use crate::store::retrying;

/// A connection as administrators see it.
#[derive(Clone, Debug)]
pub struct Known {
    /// What everything else calls it.
    pub name: String,
    /// How it is set up; none if that cannot be read.
    pub settings: Option<Connection>,
    /// The keys of one that administrators set up, without its secrets; none: it is in the configuration.
    pub keys: Option<Map<String, Value>>,
    /// Whether nothing is pulled nor pushed for now.
    pub is_paused: bool,
    /// How many accounts use it, and how many of these were refused.
    pub used: Use,
}

/// How a connection that was tried answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// It let somebody in: so many collections.
    Answers(usize),
    /// It needs a log-in, and none was given.
    NotTried,
    /// It did not: why, in its own words.
    Failed(String),
}

/// Those that accounts of an organisation may use.
pub async fn list(app: &App, actor: &Actor, organisation: OrganisationId) -> Result<Vec<Known>> {
    actor.sees(organisation)?;
    if !actor.is_administrator() {
        return Err(Error::NotAllowed);
    }
    app.refresh_connections().await?;
    let mut reader = app.store().read().await?;
    let mut added = connection::list(&mut reader).await?;
    added.retain(|stored| stored.organisation == organisation);
    let used = connection::used(&mut reader, organisation).await?;
    drop(reader);
    let used = |name: &str| used.iter().find(|(of, _)| of == name).map(|(_, used)| *used).unwrap_or_default();
    let all = app.connections().of(organisation);
    let settings =
        |name: &str| all.iter().find(|one| one.settings.name == name).map(|one| one.settings.clone());
    let configured = all.iter().filter(|one| one.organisation.is_none()).map(|one| Known {
        name: one.settings.name.clone(),
        settings: Some(one.settings.clone()),
        keys: None,
        is_paused: false,
        used: used(&one.settings.name),
    });
    let added = added.iter().map(|one| Known {
        name: one.name.clone(),
        settings: settings(&one.name),
        keys: Some(stored::shown(one)),
        is_paused: one.paused_at.is_some(),
        used: used(&one.name),
    });
    Ok(configured.chain(added).collect())
}

/// The one of that name.
pub async fn find(app: &App, actor: &Actor, organisation: OrganisationId, name: &str) -> Result<Known> {
    let found = list(app, actor, organisation).await?.into_iter().find(|one| one.name == name);
    found.ok_or_else(|| missing(name))
}

/// Sets one up, or changes one: all its keys are given, but a secret that is left out stays what it was.
pub async fn put(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    keys: Map<String, Value>,
) -> Result<Connection> {
    actor.administers(organisation)?;
    app.refresh_connections().await?;
    let known = of_name(app, name_of(&keys)).await?;
    if known.as_ref().is_some_and(|known| known.organisation != organisation) {
        return Err(taken(name_of(&keys)));
    }
    let (connection, keys) = completed(app, organisation, known.as_ref(), keys)?;
    let is_new = known.is_none();
    let paused_at = known.and_then(|known| known.paused_at);
    let sealed = stored::seal(organisation, keys, (app.vault(), app.random()), app.now());
    let sealed = sealed.ok_or_else(|| Error::Wrong("the secrets could not be sealed".to_owned()))?;
    let stored = Stored { paused_at, ..sealed };
    let action = if is_new { "connection.add" } else { "connection.change" };
    retrying(async || {
        let mut tx = app.store().begin().await?;
        connection::put(&mut tx, &stored).await?;
        record(app, &mut tx, actor, (organisation, action, &stored.name)).await?;
        pull::ask_all(&mut tx, &stored.name, app.now()).await?;
        Ok::<_, Error>(tx.commit().await?)
    })
    .await?;
    app.refresh_connections().await?;
    for connected in app.connections().all().iter().filter(|one| one.settings.name == stored.name) {
        enrol(app, connected).await?;
    }
    Ok(connection)
}

/// Gives the accounts that may use a connection their access, if it needs no log-in of their own.
pub async fn enrol(app: &App, connected: &Connected) -> store::Result<()> {
    /// Accounts a transaction: other writers get their turn.
    const BATCH: i64 = 100;
    let Connected { settings, organisation, connector: Some(_), .. } = connected else { return Ok(()) };
    if settings.log_in != LogIn::Organisation {
        return Ok(());
    }
    loop {
        let mut reader = app.store().read().await?;
        let accounts = access::without(&mut reader, &settings.name, *organisation, BATCH).await?;
        drop(reader);
        if accounts.is_empty() {
            return Ok(());
        }
        retrying(async || {
            let mut tx = app.store().begin().await?;
            for account in &accounts {
                let none = access::LogIn::default();
                access::set(&mut tx, *account, &settings.name, none, app.now()).await?;
            }
            tx.commit().await
        })
        .await?;
    }
}

/// Takes one away. What its accounts have of it stays with them and is not pulled nor pushed any more.
pub async fn remove(app: &App, actor: &Actor, organisation: OrganisationId, name: &str) -> Result<usize> {
    actor.administers(organisation)?;
    let known = of_name(app, name).await?.filter(|known| known.organisation == organisation);
    known.ok_or_else(|| missing(name))?;
    let removed = retrying(async || {
        let mut tx = app.store().begin().await?;
        let accounts = connection::accounts(&mut tx, organisation, name).await?;
        for account in &accounts {
            access::remove(&mut tx, *account, name, &new_key(), app.now()).await?;
        }
        connection::remove(&mut tx, organisation, name).await?;
        record(app, &mut tx, actor, (organisation, "connection.remove", name)).await?;
        tx.commit().await?;
        Ok::<_, Error>(accounts.len())
    })
    .await?;
    app.refresh_connections().await?;
    Ok(removed)
}

/// Lets one rest, or go on: what phones do meanwhile waits.
pub async fn pause(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    (name, is_paused): (&str, bool),
) -> Result<()> {
    actor.administers(organisation)?;
    let known = of_name(app, name).await?.filter(|known| known.organisation == organisation);
    let known = known.ok_or_else(|| missing(name))?;
    let paused_at = is_paused.then(|| app.now());
    let stored = Stored { paused_at, changed_at: app.now(), ..known };
    let action = if is_paused { "connection.pause" } else { "connection.resume" };
    retrying(async || {
        let mut tx = app.store().begin().await?;
        connection::put(&mut tx, &stored).await?;
        record(app, &mut tx, actor, (organisation, action, name)).await?;
        Ok::<_, Error>(tx.commit().await?)
    })
    .await?;
    Ok(app.refresh_connections().await?)
}

/// Pulls it for every account of the organisation as soon as may be; how many there are.
pub async fn pull_now(app: &App, actor: &Actor, organisation: OrganisationId, name: &str) -> Result<usize> {
    actor.administers(organisation)?;
    find(app, actor, organisation, name).await?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let accounts = connection::accounts(&mut tx, organisation, name).await?;
        for account in &accounts {
            pull::ask(&mut tx, *account, Some(name), app.now()).await?;
        }
        tx.commit().await?;
        Ok::<_, Error>(accounts.len())
    })
    .await
}

/// Tries a connection as these keys say, before they are kept: by its own log-in, else by the one that is given.
pub async fn try_out(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    keys: Map<String, Value>,
    who: Option<User>,
) -> Result<Trial> {
    /// Nobody waits longer before a page.
    const PATIENCE: Duration = Duration::from_secs(20);
    actor.administers(organisation)?;
    let known = of_name(app, name_of(&keys)).await?.filter(|known| known.organisation == organisation);
    let (settings, _) = completed(app, organisation, known.as_ref(), keys)?;
    let made = connector(&settings, &app.config().store.data, app::now);
    let connector = match made {
        Ok(Some(connector)) => connector,
        Ok(None) => return Ok(Trial::Answers(0)),
        Err(unusable) => {
            return Err(Error::Field { key: "url".to_owned(), message: unusable.to_string() });
        }
    };
    let Some(who) = user(app, organisation, &settings, who).await? else { return Ok(Trial::NotTried) };
    let answer = tokio::time::timeout(PATIENCE, connector.collections(&who)).await;
    Ok(match answer {
        Ok(Ok(collections)) => Trial::Answers(collections.len()),
        Ok(Err(error)) => Trial::Failed(error.to_string()),
        Err(_) => Trial::Failed(format!("no answer within {} s", PATIENCE.as_secs())),
    })
}

/// Tries one that is set up already, by its own log-in.
pub async fn try_known(app: &App, actor: &Actor, organisation: OrganisationId, name: &str) -> Result<Trial> {
    actor.administers(organisation)?;
    let all = app.connections().of(organisation);
    let connected = all.iter().find(|one| one.settings.name == name).ok_or_else(|| missing(name))?;
    let Connected { settings, connector: Some(connector), .. } = &**connected else {
        return Ok(Trial::Answers(0));
    };
    let Some(who) = user(app, organisation, settings, None).await? else { return Ok(Trial::NotTried) };
    let connector = Arc::clone(connector);
    Ok(match connector.collections(&who).await {
        Ok(collections) => Trial::Answers(collections.len()),
        Err(error) => Trial::Failed(error.to_string()),
    })
}

/// Who asks: any account where one log-in is for all of them.
async fn user(
    app: &App,
    organisation: OrganisationId,
    settings: &Connection,
    who: Option<User>,
) -> Result<Option<User>> {
    let is_shared = settings.log_in == LogIn::Organisation || settings.kind == Kind::Mailbox;
    if who.is_some() || !is_shared {
        return Ok(who);
    }
    let accounts = account::list(&mut *app.store().read().await?).await?;
    let some = accounts.into_iter().find(|one| one.organisation == organisation && !one.is_disabled);
    Ok(some.map(|account| User { email: account.email, ..User::default() }))
}

/// The keys with the secrets that were left out, and what they say beside the organisation's other connections.
fn completed(
    app: &App,
    organisation: OrganisationId,
    known: Option<&Stored>,
    mut keys: Map<String, Value>,
) -> Result<(Connection, Map<String, Value>)> {
    // A secret goes nowhere else than to where it was given for: who changes the address gives it anew.
    let is_there = |known: &&Stored| {
        let before = stored::shown(known);
        stored::ADDRESSES.iter().all(|key| before.get(*key) == keys.get(*key))
    };
    if let Some(known) = known.filter(is_there) {
        let before = stored::keys(known, app.vault()).unwrap_or_default();
        for (key, value) in before.into_iter().filter(|(key, _)| stored::SECRETS.contains(&key.as_str())) {
            keys.entry(key).or_insert(value);
        }
    }
    // An empty secret is one that is taken away.
    keys.retain(|key, value| !stored::SECRETS.contains(&key.as_str()) || value.as_str() != Some(""));
    let all = app.connections().all();
    let is_configured =
        |one: &&Arc<Connected>| one.organisation.is_none() && one.settings.name == name_of(&keys);
    if all.iter().any(|one| is_configured(&one)) {
        return Err(taken(name_of(&keys)));
    }
    let connection = stored::read(&keys, &stored::beside(&all, organisation))
        .map_err(|Wrong { key, message }| Error::Field { key, message })?;
    Ok((connection, keys))
}

async fn of_name(app: &App, name: &str) -> Result<Option<Stored>> {
    let all = connection::list(&mut *app.store().read().await?).await?;
    Ok(all.into_iter().find(|stored| stored.name == name))
}

async fn record(
    app: &App,
    tx: &mut store::Tx,
    actor: &Actor,
    (organisation, action, name): (OrganisationId, &str, &str),
) -> Result<()> {
    let object = format!("connection:{name}");
    let deed = Deed { action, object: &object, detail: "" };
    Ok(audit::record(tx, actor, organisation, deed, app.now()).await?)
}

fn name_of(keys: &Map<String, Value>) -> &str {
    keys.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn missing(name: &str) -> Error {
    Error::Missing { what: "connection", name: name.to_owned() }
}

fn taken(name: &str) -> Error {
    Error::Taken { what: "a connection", name: name.to_owned() }
}
