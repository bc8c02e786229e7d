//! The policy that is in force for an account, and who sets which. Tells no phone.

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::config;
use crate::model::id::AccountId;
use crate::model::policy::Provisioning;
use crate::store;
use crate::store::Connection;
use crate::store::policy;
use crate::store::policy::Owner;
use crate::store::retrying;

/// The policy that is in force for an account: its own, its group's, its organisation's, or as configured.
pub async fn in_force(app: &App, c: &mut Connection, account: AccountId) -> store::Result<Provisioning> {
    let stored = policy::in_force(c, account).await?;
    Ok(stored.as_deref().and_then(read).unwrap_or_else(|| app.config().policy.clone()))
}

/// What is set at one place; none: what is above it counts.
pub async fn of(app: &App, actor: &Actor, owner: Owner) -> Result<Option<Provisioning>> {
    let mut reader = app.store().read().await?;
    seen(actor, &mut reader, owner).await?;
    Ok(policy::of(&mut reader, owner).await?.as_deref().and_then(read))
}

/// Sets what is in force for an organisation, a group or an account; none takes it away. Phones are asked to take it
/// when they next come.
pub async fn set(app: &App, actor: &Actor, owner: Owner, policy: Option<&Provisioning>) -> Result<()> {
    if let Some((key, message)) = policy.and_then(config::policy::fault) {
        return Err(Error::Wrong(format!("`{key}` {message}")));
    }
    retrying(|| write(app, actor, owner, policy)).await
}

async fn write(app: &App, actor: &Actor, owner: Owner, policy: Option<&Provisioning>) -> Result<()> {
    let mut tx = app.store().begin().await?;
    seen(actor, &mut tx, owner).await?;
    actor.writes()?;
    let json = policy.map(serde_json::to_string).transpose();
    let json = json.map_err(|error| Error::Wrong(error.to_string()))?;
    policy::set(&mut tx, owner, json.as_deref()).await?;
    let (organisation, object) = match owner {
        Owner::Organisation(organisation) => (organisation, format!("organisation:{organisation}")),
        Owner::Group(organisation, group) => (organisation, format!("group:{group}")),
        Owner::Account(organisation, account) => (organisation, audit::of_account(account)),
    };
    let detail = json.as_deref().unwrap_or("none");
    let deed = Deed { action: "policy.set", object: &object, detail };
    audit::record(&mut tx, actor, organisation, deed, app.now()).await?;
    Ok(tx.commit().await?)
}

/// It is one that the actor governs: who has groups only governs the policies of their people.
async fn seen(actor: &Actor, c: &mut Connection, owner: Owner) -> Result<()> {
    match owner {
        Owner::Organisation(organisation) | Owner::Group(organisation, _) => {
            actor.sees(organisation)?;
            if actor.is_administrator() { Ok(()) } else { Err(Error::NotAllowed) }
        }
        Owner::Account(_, account) => actor.account(c, account).await.map(drop),
    }
}

/// What another version of the program wrote, with keys that this one does not know, counts as none.
fn read(json: &str) -> Option<Provisioning> {
    serde_json::from_str(json)
        .inspect_err(
            |error| tracing::warn!(%error, "a stored policy does not read; another counts in its place"),
        )
        .ok()
}
