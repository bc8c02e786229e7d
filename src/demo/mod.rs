//! `lomme demo`: the whole program with a company in it, without configuration or network. Nothing for production.
//!
//! It writes the configuration that anybody could have written and serves by it, so that every other command works
//! on a running demo too.

mod mail;
mod welcome;

use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff::tz::TimeZoneDatabase;
use tokio::net::TcpListener;

use crate::app;
use crate::app::App;
use crate::backoffice;
use crate::backoffice::company;
use crate::config;
use crate::config::Config;
use crate::config::connection::Kind;
use crate::connections::connector::mailboxes;
use crate::connector;
use crate::connector::User;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::serve;
use crate::store;
use crate::store::account::Account;
use crate::store::account::PasswordHash;
use crate::store::organisation;
use crate::store::retrying;

/// What may be asked for; every port may be 0.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where phones and browsers are answered over HTTP.
    pub listen: SocketAddr,
    /// Where they are answered over HTTPS.
    pub listen_tls: SocketAddr,
    /// Where the reference back office answers.
    pub back_office: SocketAddr,
    /// The folder to keep everything in; none: a temporary one that is removed at the end.
    pub data: Option<PathBuf>,
    /// The database; a file in that folder, unless a test wants another.
    pub store: String,
    /// From one pull to the next.
    pub pull_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            listen: loopback(8080),
            listen_tls: loopback(8443),
            back_office: loopback(8090),
            data: None,
            store: STORE.to_owned(),
            pull_every: Duration::from_mins(15),
        }
    }
}

/// What keeps the demo from running, in one line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder.
    #[error("cannot use the folder {folder}: {reason}", folder = folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The back office's address.
    #[error("the back office cannot listen on {address}: {reason}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why not.
        reason: io::Error,
    },
    /// What we wrote is not to be read; an option says something impossible.
    #[error(transparent)]
    Config(#[from] config::fault::Error),
    /// The server.
    #[error(transparent)]
    Serve(#[from] serve::Error),
    /// The accounts.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The mailboxes.
    #[error("the mailboxes: {0}")]
    Mail(connector::Error),
    /// The back office.
    #[error("the back office: {0}")]
    BackOffice(#[from] backoffice::Error),
}

/// What the database is by itself.
const STORE: &str = "sqlite:lomme.db";

/// What opens the back office, and signs its nudges.
pub const TOKEN: &str = "lomme-demo";

/// The password of all three.
pub const PASSWORD: &str = "lomme-demo";

/// The same as argon2id, made beforehand: three times 40 ms would be most of the start.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$RmpvcmQgRWxla3RybyBBUw$Oc2mjnVC3MT3kRwNqE2NkqzHJQdG3RT3YGAkrDpAKG4";

/// Who has an account: address, name, whether an administrator.
const ACCOUNTS: [(&str, &str, bool); 3] = [
    ("kari@fjord.example", "Kari Nordmann", false),
    ("ola@fjord.example", "Ola Nordmann", false),
    ("admin@fjord.example", "Administrator", true),
];

/// Where the company is.
const ZONE: &str = "Europe/Oslo";

/// Serves until `shutdown` ends. `announce` gets what to tell the user, once all is open.
pub async fn run(
    options: Options,
    announce: impl FnOnce(&str),
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let folder = Folder::open(options.data.as_deref())?;
    let address = options.back_office;
    let listener = TcpListener::bind(address).await.map_err(|reason| Error::Listen { address, reason })?;
    let back_office = listener.local_addr().map_err(|reason| Error::Listen { address, reason })?;
    let file = folder.path.join("lomme.toml");
    fs::write(&file, configuration(&options, back_office)).map_err(|reason| folder.unusable(reason))?;
    let config = Config::load(&file)?;
    fill_mailboxes(&config).await.map_err(Error::Mail)?;
    let app = serve::open(config).await?;
    retrying(|| open_accounts(&app)).await?;
    let office = open_back_office(&app, &folder.path, listener).await?;
    let told = welcome::Facts { options: &options, back_office, folder: &folder.path, configuration: &file };
    let served = serve::run(app, |addresses| announce(&told.text(addresses)), shutdown).await;
    office.stop().await;
    Ok(served?)
}

/// The configuration, as somebody with such a back office would write it.
fn configuration(options: &Options, back_office: SocketAddr) -> String {
    let Options { listen, listen_tls, store, pull_every, .. } = options;
    let every = welcome::written(*pull_every);
    format!(
        r#"# Written anew at each start of `lomme demo`. Other commands take it by --config.
[server]
listen = "{listen}"
listen_tls = "{listen_tls}"

[store]
url = "{store}"
data = "."

[organisation]
name = "Fjord Elektro AS"

[pull]
every = "{every}"

[[connection]]
name = "backoffice"
kind = "http_api"
url = "http://{back_office}"
token = "{TOKEN}"
hook_key = "{TOKEN}"
classes = ["calendar", "contacts", "tasks", "notes"]
directory = true

[[connection]]
name = "mail"
kind = "mailbox"
classes = ["email"]
"#
    )
}

/// Puts mail into the accounts' mailboxes at the first start.
async fn fill_mailboxes(config: &Config) -> connector::Result<()> {
    let now = app::now();
    for connection in config.connections.iter().filter(|connection| connection.kind == Kind::Mailbox) {
        let mailboxes = mailboxes(connection, &config.store.data, app::now);
        for (email, name, _) in ACCOUNTS {
            let user = User { email: email.to_owned(), ..User::default() };
            mailboxes.fill(&user, || mail::of(email, name, now, bergen())).await?;
        }
    }
    Ok(())
}

/// Makes the accounts at the first start. All or none: a start that was broken off is made good by the next.
async fn open_accounts(app: &App) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    let name = &app.config().organisation.name;
    let organisation = organisation::find_or_create(&mut tx, name, OrganisationId(app.new_id())).await?;
    for (email, name, is_administrator) in ACCOUNTS {
        if store::account::by_email(&mut tx, email).await?.is_some() {
            continue;
        }
        let account = Account {
            id: AccountId(app.new_id()),
            organisation: organisation.id,
            email: email.to_owned(),
            name: name.to_owned(),
            password: Some(PasswordHash(PASSWORD_HASH.to_owned())),
            is_administrator,
            zone: Some(ZONE.to_owned()),
            is_disabled: false,
            has_factor: false,
        };
        store::account::create(&mut tx, &account, app.now()).await?;
    }
    tx.commit().await
}

async fn open_back_office(
    app: &App,
    folder: &Path,
    listener: TcpListener,
) -> Result<backoffice::Running, Error> {
    let clock = app.clone();
    let log_ins = ACCOUNTS.map(|(email, ..)| (email.to_owned(), PASSWORD.to_owned()));
    let options = backoffice::Options {
        path: Some(folder.join("back-office.db")),
        token: TOKEN.to_owned(),
        log_ins: log_ins.into(),
        hook: None,
        faults: Vec::new(),
        clock: Arc::new(move || clock.now()),
    };
    let today = date_in_bergen(app.now());
    Ok(backoffice::start(options, listener, || company::fjord_elektro(today)).await?)
}

fn date_in_bergen(now: Timestamp) -> jiff::civil::Date {
    now.to_zoned(bergen()).date()
}

fn bergen() -> TimeZone {
    TimeZoneDatabase::bundled().get(ZONE).unwrap_or(TimeZone::UTC)
}

/// Where everything is; a temporary one goes when this does.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    is_temporary: bool,
    /// Locked while this demo runs: a second one would write over its configuration.
    _lock: fs::File,
}

impl Folder {
    fn open(kept: Option<&Path>) -> Result<Self, Error> {
        let temporary = || std::env::temp_dir().join(format!("lomme-demo-{}", uuid::Uuid::new_v4().simple()));
        let path = kept.map_or_else(temporary, Path::to_owned);
        let mut builder = fs::DirBuilder::new();
        // Keys and passwords are in it.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let unusable = |reason: io::Error| Error::Folder { folder: path.clone(), reason };
        builder.recursive(true).create(&path).map_err(unusable)?;
        let lock = fs::File::create(path.join("lock")).map_err(unusable)?;
        lock.try_lock().map_err(|_| unusable(io::Error::other("another demo runs in it")))?;
        Ok(Self { path, is_temporary: kept.is_none(), _lock: lock })
    }

    fn unusable(&self, reason: io::Error) -> Error {
        Error::Folder { folder: self.path.clone(), reason }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            // Whatever stays behind is in the system's folder for such things.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests;
