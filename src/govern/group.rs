//! Groups of accounts, who is in them and who administers them. A group's policy is set in `policy.rs`.

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use super::audit::of_account;
use crate::app::App;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::model::id::OrganisationId;
use crate::store::Tx;
use crate::store::group;
use crate::store::group::Group;
use crate::store::retrying;

/// What an account is to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is in it.
    Member,
    /// It administers it.
    Administrator,
    /// It is not in it.
    Outside,
}

/// The groups of an organisation that the actor governs, by name.
pub async fn list(app: &App, actor: &Actor, organisation: OrganisationId) -> Result<Vec<Group>> {
    actor.sees(organisation)?;
    let mut groups = group::list(&mut *app.store().read().await?, organisation).await?;
    let own = actor.groups();
    groups.retain(|group| own.is_empty() || own.contains(&format!(",{},", group.id)));
    Ok(groups)
}

/// Makes a group.
pub async fn add(app: &App, actor: &Actor, organisation: OrganisationId, name: &str) -> Result<GroupId> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::Wrong("a group needs a name".to_owned()));
    }
    let id = GroupId(app.new_id());
    retrying(async || {
        let mut tx = app.store().begin().await?;
        actor.administers(organisation)?;
        if group::list(&mut tx, organisation).await?.iter().any(|group| group.name == name) {
            return Err(Error::Taken { what: "a group", name: name.to_owned() });
        }
        group::create(&mut tx, organisation, id, name, app.now()).await?;
        record(app, &mut tx, actor, (organisation, id), "group.add", name).await?;
        Ok(tx.commit().await?)
    })
    .await?;
    Ok(id)
}

/// Removes a group; its accounts stay.
pub async fn remove(app: &App, actor: &Actor, organisation: OrganisationId, id: GroupId) -> Result<()> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        actor.administers(organisation)?;
        found(&mut tx, organisation, id).await?;
        group::remove(&mut tx, organisation, id).await?;
        record(app, &mut tx, actor, (organisation, id), "group.remove", "").await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Puts an account into a group, makes it its administrator, or takes it out.
pub async fn place(app: &App, actor: &Actor, id: GroupId, account: AccountId, place: Place) -> Result<()> {
    retrying(async || {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        let owner = actor.account(&mut tx, account).await?;
        let organisation = owner.organisation;
        actor.administers(organisation)?;
        found(&mut tx, organisation, id).await?;
        let which = (organisation, id);
        let action = match place {
            Place::Member => {
                group::join(&mut tx, which, account, None).await?;
                "group.join"
            }
            Place::Administrator => {
                group::join(&mut tx, which, account, Some(now)).await?;
                "group.administer"
            }
            Place::Outside => {
                group::leave(&mut tx, which, account).await?;
                "group.leave"
            }
        };
        record(app, &mut tx, actor, which, action, &of_account(account)).await?;
        Ok(tx.commit().await?)
    })
    .await
}

async fn found(tx: &mut Tx, organisation: OrganisationId, id: GroupId) -> Result<()> {
    let is_there = group::list(tx, organisation).await?.iter().any(|group| group.id == id);
    if is_there { Ok(()) } else { Err(Error::Missing { what: "group", name: id.to_string() }) }
}

async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    (organisation, id): (OrganisationId, GroupId),
    action: &str,
    detail: &str,
) -> Result<()> {
    let deed = Deed { action, object: &format!("group:{id}"), detail };
    Ok(audit::record(tx, actor, organisation, deed, app.now()).await?)
}
