//! A back office says "pull now". Believes only what is signed, and pulls nothing itself.

use serde::Deserialize;

use crate::app::App;
use crate::connector::nudge;
use crate::store;
use crate::store::account;
use crate::store::pull;
use crate::store::retrying;

/// Why a nudge is not heeded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 404.
    #[error("there is no such connection")]
    Unknown,
    /// 401: no key is configured, or the signature is not made with it.
    #[error("the nudge is not signed with the connection's key")]
    NotSigned,
    /// 503.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What a nudge may say; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    /// The address of the account whose data changed; none: anybody's.
    user: Option<String>,
}

/// Checks the signature of a nudge and asks for the pulls. They follow at once, each as its lease allows.
pub async fn receive(app: &App, connection: &str, signature: &str, body: &[u8]) -> Result<(), Error> {
    let connection = &app.connections().find(connection).ok_or(Error::Unknown)?.settings;
    let key = connection.hook_key.as_ref().ok_or(Error::NotSigned)?;
    if !nudge::is_signed(key.reveal().as_bytes(), body, signature) {
        return Err(Error::NotSigned);
    }
    let message: Message = serde_json::from_slice(body).unwrap_or_default();
    Ok(retrying(|| ask(app, &connection.name, message.user.as_deref())).await?)
}

async fn ask(app: &App, connection: &str, user: Option<&str>) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    match user {
        Some(user) => {
            // An account that is not here has nothing to pull.
            if let Some(account) = account::by_email(&mut tx, user).await? {
                pull::ask(&mut tx, account.id, Some(connection), app.now()).await?;
            }
        }
        None => pull::ask_all(&mut tx, connection, app.now()).await?,
    }
    tx.commit().await
}
