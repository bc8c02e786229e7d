//! Whether a connection's addresses and certificate authority can be used, by the rules of those who will. Asks nobody.

use crate::config::connection::Connection;
use crate::config::connection::Kind;
use crate::connector::imap;
use crate::connector::sieve;
use crate::connector::smtp;
use crate::connector::trust;
use crate::connector::web;
use crate::connector::web::Unusable;
use crate::connector::wire;

/// The key to look at, and what would be right there.
pub(super) fn check(connection: &Connection) -> Result<(), (&'static str, String)> {
    let at = |key: &'static str| move |unusable: Unusable| (key, unusable.to_string());
    match connection.kind {
        Kind::Local | Kind::Mailbox => return Ok(()),
        Kind::HttpApi | Kind::Dav => {
            web::address(&connection.url).map_err(at("url"))?;
            if let Some(url) = &connection.token_url {
                web::address(url).map_err(at("token_url"))?;
            }
        }
        Kind::Imap => {
            wire::Address::parse(&connection.url, imap::IMAP).map_err(at("url"))?;
            if let Some(url) = &connection.smtp {
                wire::Address::parse(url, smtp::SMTP).map_err(at("smtp"))?;
            }
            if let Some(url) = &connection.sieve {
                wire::Address::parse(url, sieve::SIEVE).map_err(at("sieve"))?;
            }
        }
    }
    match &connection.authority {
        Some(file) => trust::authorities(file).map(drop).map_err(at("authority")),
        None => Ok(()),
    }
}
