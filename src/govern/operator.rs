//! Who governs every organisation: named by one who does, or by who has the configuration.

use super::Error;
use super::Result;
use super::account;
use super::actor::Actor;
use super::actor::Who;
use crate::app::App;
use crate::model::id::AccountId;
use crate::store;
use crate::store::account::Account;
use crate::store::operator;
use crate::store::retrying;

/// All of them.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Account>> {
    actor.governs_all()?;
    let mut reader = app.store().read().await?;
    let mut found = Vec::new();
    for id in operator::list(&mut reader).await? {
        found.extend(store::account::by_id(&mut reader, id).await?);
    }
    Ok(found)
}

/// Has an account govern every organisation.
pub async fn add(app: &App, actor: &Actor, email: &str) -> Result<Account> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        actor.governs_all()?;
        let account = actor.account_by_email(&mut tx, email).await?;
        if !operator::add(&mut tx, account.id, app.now()).await? {
            return Err(Error::Taken { what: "an operator", name: account.email });
        }
        // Its own organisation is one of them.
        if !account.is_administrator {
            store::account::set_administrator(&mut tx, account.id, Some(app.now())).await?;
        }
        account::record(&mut tx, actor, &account, "operator.add", "", app.now()).await?;
        tx.commit().await?;
        Ok(account)
    })
    .await
}

/// Takes that from an account; from itself none can.
pub async fn remove(app: &App, actor: &Actor, id: AccountId) -> Result<()> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        actor.governs_all()?;
        if actor.who() == Who::Account(id) {
            return Err(Error::Wrong("somebody else has to do that".to_owned()));
        }
        let account = actor.account(&mut tx, id).await?;
        if !operator::remove(&mut tx, id).await? {
            return Err(Error::Missing { what: "operator", name: account.email });
        }
        account::record(&mut tx, actor, &account, "operator.remove", "", app.now()).await?;
        Ok(tx.commit().await?)
    })
    .await
}
