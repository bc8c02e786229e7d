//! An account's log-in to a back office: tried, given, taken back. Shows nothing.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::app::App;
use crate::app::new_key;
use crate::config::connection::Kind;
use crate::config::connection::LogIn;
use crate::connections::Connected;
use crate::connector;
use crate::connector::Identity;
use crate::connector::User;
use crate::model::folder::FIRST_FURTHER;
use crate::model::folder::FolderKind;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::store;
use crate::store::Tx;
use crate::store::access;
use crate::store::access::Access;
use crate::store::account::Account;
use crate::store::folder;
use crate::store::purge;
use crate::store::retrying;

/// Why a log-in was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Below the store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// There is no such connection for the account.
    #[error("there is no connection `{0}`")]
    Unknown(String),
    /// Nobody logs in there by himself.
    #[error("`{0}` has one log-in for all accounts; see `log_in`")]
    Shared(String),
    /// The back office does not take it, and said why.
    #[error(transparent)]
    Refused(connector::Error),
    /// The password could not be sealed.
    #[error("the password could not be sealed")]
    Seal,
}

/// What somebody types.
#[derive(Clone)]
pub struct Given {
    /// The log-in name at the back office.
    pub user: String,
    /// Its password.
    pub password: Zeroizing<String>,
    /// Which of the user's companies; none: the one that is his default there.
    pub identity: Option<String>,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Given(…)")
    }
}

/// Somebody looks at the page, or at the prompt.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether accounts log in there by themselves.
pub fn is_own(connected: &Connected) -> bool {
    connected.settings.kind != Kind::Local && connected.settings.log_in == LogIn::User
}

/// Tries a log-in and stores it; what is pulled for it is asked for at once. None: it works; else why it could not be
/// tried just now, in which case the first pull will tell.
pub async fn connect(
    app: &App,
    account: &Account,
    name: &str,
    given: &Given,
) -> Result<Option<connector::Error>, Error> {
    let connected = app.connections().find(name).filter(|one| one.serves(account.organisation));
    let connected = connected.ok_or_else(|| Error::Unknown(name.to_owned()))?;
    if !is_own(&connected) {
        return Err(Error::Shared(name.to_owned()));
    }
    let untried = match tried(&connected, account, given).await {
        Ok(()) => None,
        Err(error @ (connector::Error::LogIn(_) | connector::Error::Refused(_))) => {
            return Err(Error::Refused(error));
        }
        Err(error) => Some(error),
    };
    let sealed = app.vault().seal(account.id, name, app.random(), &given.password).ok_or(Error::Seal)?;
    retrying(|| store(app, account.id, name, given, &sealed)).await?;
    Ok(untried)
}

async fn tried(connected: &Connected, account: &Account, given: &Given) -> connector::Result<()> {
    let Some(connector) = &connected.connector else { return Ok(()) };
    let who = User {
        email: account.email.clone(),
        name: Some(given.user.clone()),
        password: Some(given.password.to_string()),
        identity: given.identity.clone(),
    };
    within(connector.collections(&who)).await.map(drop)
}

async fn within<T>(question: impl Future<Output = connector::Result<T>>) -> connector::Result<T> {
    tokio::time::timeout(PATIENCE, question).await.unwrap_or_else(|_| {
        let message = format!("no answer within {} s", PATIENCE.as_secs());
        Err(connector::Error::Later { after: None, message })
    })
}

async fn store(app: &App, account: AccountId, name: &str, given: &Given, sealed: &[u8]) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    let known = access::find(&mut tx, account, name).await?;
    if known.is_some_and(|known| known.identity != given.identity) {
        // Another company's data: nothing of the one before stays under its positions.
        purge(app, &mut tx, account, name).await?;
    }
    let identity = given.identity.as_deref();
    let log_in = access::LogIn { user_name: Some(&given.user), secret: Some(sealed), identity };
    access::set(&mut tx, account, name, log_in, app.now()).await?;
    tx.commit().await
}

/// Uses another of the user's companies, with the log-in that is stored. What was pulled of the one before is removed.
pub async fn choose(app: &App, access: &Access, identity: Option<String>) -> Result<(), Error> {
    retrying(|| chosen(app, access, identity.as_deref())).await?;
    Ok(())
}

async fn chosen(app: &App, access: &Access, identity: Option<&str>) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    let (account, name) = (access.account, &access.connection);
    let Some(known) = access::find(&mut tx, account, name).await? else { return Ok(()) };
    if known.identity.as_deref() == identity {
        return Ok(());
    }
    purge(app, &mut tx, account, name).await?;
    let log_in =
        access::LogIn { user_name: known.user_name.as_deref(), secret: known.secret.as_deref(), identity };
    access::set(&mut tx, account, name, log_in, app.now()).await?;
    tx.commit().await
}

/// The companies that the user may choose from; none where there is nothing to choose.
pub async fn identities(app: &App, owner: &Account, access: &Access) -> connector::Result<Vec<Identity>> {
    let connector = app.connections().find(&access.connection).and_then(|one| one.connector.clone());
    let (Some(connector), Some(user)) = (connector, app.user(owner, access)) else { return Ok(Vec::new()) };
    within(connector.identities(&user)).await
}

/// Whether what was pulled stays when an access ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// It stays, and is changed no more.
    Stays,
    /// It is removed, here and so on the phones. The back office keeps its own.
    Goes,
}

/// Ends an account's use of a connection.
pub async fn disconnect(app: &App, account: AccountId, name: &str, pulled: Pulled) -> Result<(), Error> {
    retrying(|| disconnected(app, account, name, pulled)).await?;
    Ok(())
}

async fn disconnected(app: &App, account: AccountId, name: &str, pulled: Pulled) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    match pulled {
        Pulled::Goes => purge(app, &mut tx, account, name).await?,
        Pulled::Stays => {
            access::remove(&mut tx, account, name, &new_key(), app.now()).await?;
        }
    }
    tx.commit().await
}

async fn purge(app: &App, tx: &mut Tx, account: AccountId, name: &str) -> store::Result<()> {
    for folder in access::remove(tx, account, name, &new_key(), app.now()).await? {
        let is_fixed = folder < FIRST_FURTHER;
        purge::folder_of_connection(tx, account, folder, is_fixed, app.now()).await?;
    }
    Ok(())
}

/// A folder with how much is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Its number.
    pub id: FolderId,
    /// What it is for.
    pub kind: FolderKind,
    /// What it is called.
    pub name: String,
    /// Whether it was made for a collection of the back office, and is not one that every account has.
    pub is_further: bool,
    /// How many items live in it.
    pub items: i64,
}

/// What a connection has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Its folders.
    pub folders: Vec<Filled>,
    /// Changes from phones that the back office has not got yet.
    pub owed: i64,
}

/// What a connection has brought to an account: what would go with it.
pub async fn brought(app: &App, account: AccountId, name: &str) -> store::Result<Brought> {
    let mut reader = app.store().read().await?;
    let counts = purge::counts(&mut reader, account).await?;
    let rows = folder::list(&mut reader, account).await?;
    let folders = rows.into_iter().map(|row| row.folder);
    let own = folders.filter(|folder| folder.connection.as_deref() == Some(name)).map(|folder| Filled {
        items: counts.iter().find(|(id, _)| *id == folder.id).map_or(0, |(_, count)| *count),
        is_further: folder.id >= FIRST_FURTHER,
        id: folder.id,
        kind: folder.kind,
        name: folder.name,
    });
    let folders = own.collect();
    Ok(Brought { folders, owed: purge::owed(&mut reader, account, name).await? })
}
