//! What people choose for themselves where their administrators leave it open: who wins in a conflict.

use std::collections::BTreeMap;

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::model::class::Class;
use crate::model::id::AccountId;
use crate::store::organisation;
use crate::store::retrying;
use crate::sync::conflict::Policy;

/// Who wins by an account's own choice; none: its administrators leave no choice.
pub async fn conflict(app: &App, actor: &Actor, id: AccountId) -> Result<Option<BTreeMap<Class, Policy>>> {
    let mut reader = app.store().read().await?;
    actor.account(&mut reader, id).await?;
    if !organisation::settings_of(&mut reader, id).await?.own_conflict {
        return Ok(None);
    }
    Ok(Some(organisation::own_conflict(&mut reader, id).await?))
}

/// Chooses; a class that is not named is decided as its organisation has it.
pub async fn set_conflict(
    app: &App,
    actor: &Actor,
    id: AccountId,
    chosen: &BTreeMap<Class, Policy>,
) -> Result<()> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let owner = actor.account(&mut tx, id).await?;
        actor.may_handle(&owner)?;
        if !organisation::settings_of(&mut tx, id).await?.own_conflict {
            return Err(Error::NotAllowed);
        }
        organisation::set_own_conflict(&mut tx, id, chosen).await?;
        let detail = serde_json::to_string(chosen).unwrap_or_default();
        let object = audit::of_account(id);
        let deed = Deed { action: "account.conflict", object: &object, detail: &detail };
        audit::record(&mut tx, actor, owner.organisation, deed, app.now()).await?;
        Ok(tx.commit().await?)
    })
    .await
}
