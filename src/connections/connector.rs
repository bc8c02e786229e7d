//! What speaks to a back office, made as its connection is configured. Speaks to none.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

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

/// Between two questions for news at a mail server that does not tell by itself.
const ASK_EVERY: Duration = Duration::from_secs(60);

/// What time it is.
pub type Clock = fn() -> Timestamp;

/// What asks somebody; none for a `local` one, whose folders are like all others. `data` is the data folder.
pub fn connector(
    connection: &Connection,
    data: &Path,
    clock: Clock,
) -> Result<Option<Arc<dyn Connector>>, Unusable> {
    match connection.kind {
        Kind::HttpApi => http_api(connection).map(Some),
        Kind::Dav => dav(connection, clock).map(Some),
        Kind::Imap => imap(connection).map(Some),
        Kind::Mailbox => Ok(Some(Arc::new(mailboxes(connection, data, clock)))),
        Kind::Local => Ok(None),
    }
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

fn dav(connection: &Connection, clock: Clock) -> Result<Arc<dyn Connector>, Unusable> {
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
    Ok(Arc::new(Dav::new(settings, clock)?))
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
        sieve: connection.sieve.clone(),
    };
    Ok(Arc::new(Imap::new(settings)?))
}

/// The mailboxes of a connection that asks no mail server.
pub fn mailboxes(connection: &Connection, data: &Path, clock: Clock) -> Mailboxes {
    let folder = data.join("mail").join(&connection.name);
    Mailboxes::new(mailbox::Settings { folder, clock })
}

fn trust(connection: &Connection) -> Trust {
    Trust { verify: connection.verify_tls, authority: connection.authority.clone() }
}
