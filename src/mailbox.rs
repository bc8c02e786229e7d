//! An account's mailbox: which mail server holds it, and who logs in there. Reads and sends nothing by itself.

pub mod empty;
pub mod find;
pub mod letters;
pub mod search;

use std::sync::Arc;

use crate::app::App;
use crate::connector;
use crate::connector::Connector;
use crate::connector::User;
use crate::connector::dav::ical;
use crate::connector::mail::Mail;
use crate::error::Error;
use crate::mime::letter::Letter;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::folder::default_of;
use crate::model::id::AccountId;
use crate::store::access;
use crate::store::account;
use crate::store::folder;

/// A mail server with the log-in of one account.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// The connection's name in the configuration.
    pub connection: String,
    /// The server, as one of items.
    pub connector: Arc<dyn Connector>,
    /// The same, as one of mail.
    pub mail: Arc<dyn Mail>,
    /// Who logs in.
    pub user: User,
}

/// The meeting that a letter is about, if it was fetched with its calendar and can be read.
pub fn meeting(letter: &Letter) -> Option<Event> {
    match ical::read(&letter.calendar()?, Class::Calendar) {
        Ok(Some(Content::Event(event))) => Some(event),
        _ => None,
    }
}

/// The mailbox that an account's mail comes from; none if it has no mail.
pub async fn of(app: &App, account: AccountId) -> Result<Option<Mailbox>, Error> {
    let Some(inbox) = default_of(Class::Email) else { return Ok(None) };
    let mut reader = app.store().read().await?;
    let inbox = folder::find(&mut reader, account, inbox).await?;
    drop(reader);
    match inbox.and_then(|inbox| inbox.folder.connection) {
        Some(connection) => over(app, account, &connection).await,
        None => Ok(None),
    }
}

/// The mailbox that an account has over a connection; none if that is not for mail, or the account does not use it.
///
/// # Errors
///
/// The log-in was refused, or cannot be read: somebody has to give it anew.
pub async fn over(app: &App, account: AccountId, connection: &str) -> Result<Option<Mailbox>, Error> {
    let Some(connector) = app.connection(connection) else { return Ok(None) };
    let Some(mail) = Arc::clone(&connector).mail() else { return Ok(None) };
    let mut reader = app.store().read().await?;
    let owner = account::by_id(&mut reader, account).await?;
    let access = access::find(&mut reader, account, connection).await?;
    drop(reader);
    let Some((owner, access)) = owner.zip(access) else { return Ok(None) };
    if access.paused_at.is_some() {
        return Err(connector::Error::LogIn(access.notice.unwrap_or_default()).into());
    }
    let unreadable =
        || connector::Error::LogIn("it cannot be read with the key in the data folder".to_owned());
    let user = app.user(&owner, &access).ok_or_else(unreadable)?;
    let connection = connection.to_owned();
    Ok(Some(Mailbox { connection, connector, mail, user }))
}
