//! Runs the server: opens, listens, works, stops. Parses no command line.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::app;
use crate::app::App;
use crate::app::Connections;
use crate::config::Config;
use crate::config::connection::Connection;
use crate::config::connection::Credentials;
use crate::config::connection::Folders;
use crate::config::connection::Kind;
use crate::config::connection::SmtpLogIn;
use crate::connector::Connector;
use crate::connector::dav;
use crate::connector::dav::Dav;
use crate::connector::http_api;
use crate::connector::http_api::HttpApi;
use crate::connector::imap;
use crate::connector::imap::Imap;
use crate::connector::mailbox;
use crate::connector::mailbox::Mailboxes;
use crate::connector::sasl;
use crate::connector::smtp;
use crate::connector::web::Trust;
use crate::connector::web::Unusable;
use crate::http::Front;
use crate::http::listen;
use crate::http::listen::Addresses;
use crate::http::listen::Listeners;
use crate::jobs::Jobs;

/// What keeps the server from running.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something it needs cannot be opened.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A back office cannot be spoken to as configured.
    #[error("connection `{name}`: {reason}")]
    Connection {
        /// Which.
        name: String,
        /// Why not.
        reason: Unusable,
    },
    /// An address is not to be had.
    #[error(transparent)]
    Listen(#[from] listen::Error),
}

/// Opens what the configuration names.
pub async fn open(config: Config) -> Result<App, Error> {
    let connections = connections(&config)?;
    Ok(App::open(config, connections).await?)
}

/// The back offices that somebody has to be asked at; `local` ones are folders like all others.
fn connections(config: &Config) -> Result<Connections, Error> {
    let mut connections = Connections::new();
    for connection in &config.connections {
        let connector = match connection.kind {
            Kind::HttpApi => http_api(connection),
            Kind::Dav => dav(connection),
            Kind::Imap => imap(connection),
            Kind::Mailbox => Ok(Arc::new(mailboxes(config, connection)) as Arc<dyn Connector>),
            Kind::Local => continue,
        };
        let connector =
            connector.map_err(|reason| Error::Connection { name: connection.name.clone(), reason })?;
        connections.insert(connection.name.clone(), connector);
    }
    Ok(connections)
}

fn http_api(connection: &Connection) -> Result<Arc<dyn Connector>, Unusable> {
    let log_in = match credentials(connection)? {
        Credentials::Account => http_api::LogIn::PerUser,
        Credentials::Token(token) => http_api::LogIn::Bearer(token.reveal().to_owned()),
        Credentials::Password { user, password } => {
            http_api::LogIn::Basic { user: user.to_owned(), password: password.reveal().to_owned() }
        }
        Credentials::Client { token_url, id, secret, scope } => http_api::LogIn::OAuth {
            token_url: token_url.to_owned(),
            client_id: id.to_owned(),
            client_secret: secret.reveal().to_owned(),
            scope: scope.to_owned(),
        },
    };
    // The contract's paths begin with /v1: who writes it in the address means the same.
    let url = connection.url.trim_end_matches('/').trim_end_matches("/v1").to_owned();
    let classes = connection.classes.clone();
    let settings = http_api::Settings { url, log_in, classes, trust: trust(connection) };
    Ok(Arc::new(HttpApi::new(settings)?))
}

fn dav(connection: &Connection) -> Result<Arc<dyn Connector>, Unusable> {
    let log_in = match credentials(connection)? {
        Credentials::Account => dav::LogIn::PerUser,
        Credentials::Token(token) => dav::LogIn::Bearer(token.reveal().to_owned()),
        Credentials::Password { user, password } => {
            dav::LogIn::Basic { user: user.to_owned(), password: password.reveal().to_owned() }
        }
        Credentials::Client { .. } => {
            return Err(Unusable::LogIn("token_url", "only an `http_api` logs in so"));
        }
    };
    let (url, classes) = (connection.url.clone(), connection.classes.clone());
    let settings = dav::Settings { url, log_in, classes, list_only: false, trust: trust(connection) };
    Ok(Arc::new(Dav::new(settings, app::now)?))
}

fn credentials(connection: &Connection) -> Result<Credentials<'_>, Unusable> {
    connection.credentials().map_err(|(key, message)| Unusable::LogIn(key, message))
}

fn imap(connection: &Connection) -> Result<Arc<dyn Connector>, Unusable> {
    let log_in = match credentials(connection)? {
        Credentials::Password { user, password } => sasl::LogIn::Master {
            user: user.to_owned(),
            password: password.reveal().to_owned(),
            separator: connection.master_separator.clone(),
        },
        // The configuration has no others for a mail server.
        Credentials::Account | Credentials::Token(_) | Credentials::Client { .. } => sasl::LogIn::PerUser,
    };
    let smtp_user = connection.smtp_user.clone().unwrap_or_default();
    let smtp_password = connection.smtp_password.as_ref().map(|password| password.reveal().to_owned());
    let who = match connection.smtp_log_in {
        SmtpLogIn::Same => smtp::Who::Same,
        SmtpLogIn::Organisation => smtp::Who::relay(&smtp_user, &smtp_password.unwrap_or_default()),
        SmtpLogIn::None => smtp::Who::Nobody,
    };
    let settings = imap::Settings {
        url: connection.url.clone(),
        log_in,
        secret: if connection.tokens { sasl::Kind::Token } else { sasl::Kind::Password },
        only_subscribed: connection.folders == Folders::Subscribed,
        ask_every: ASK_EVERY,
        trust: trust(connection),
        smtp: connection.smtp.clone().map(|url| smtp::Settings { url, log_in: who }),
    };
    Ok(Arc::new(Imap::new(settings)?))
}

/// The mailboxes of a connection that asks no mail server.
pub fn mailboxes(config: &Config, connection: &Connection) -> Mailboxes {
    let folder = config.store.data.join("mail").join(&connection.name);
    Mailboxes::new(mailbox::Settings { folder, clock: app::now })
}

fn trust(connection: &Connection) -> Trust {
    Trust { verify: connection.verify_tls, authority: connection.authority.clone() }
}

/// Between two questions for news at a mail server that does not tell by itself.
const ASK_EVERY: Duration = Duration::from_secs(60);

/// The rest of the five seconds is for the phones.
const JOBS_STOP_WITHIN: Duration = Duration::from_secs(4);

/// Serves until `shutdown` ends, then stops within five seconds. `ready` hears where, once all is open.
pub async fn run(
    app: App,
    ready: impl FnOnce(Addresses),
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let listeners = Listeners::bind(app.config(), app.now()).await?;
    ready(listeners.addresses());
    let serving = listeners.serve(Front::new(app.clone()));
    let jobs = Jobs::start(&app);
    let stop = async {
        shutdown.await;
        app.stop();
        jobs.stop(JOBS_STOP_WITHIN).await;
    };
    tokio::join!(serving, stop);
    app.store().close().await;
    Ok(())
}

/// Ends at SIGTERM or SIGINT.
pub async fn signals() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        use tokio::signal::unix::signal;
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
