//! All that is kept of a person, given out or removed. What their back offices keep is theirs to give.

use serde_json::Value;
use serde_json::json;

use super::Error;
use super::Result;
use super::account;
use super::actor::Actor;
use super::actor::Role;
use crate::app::App;
use crate::connector;
use crate::connector::User;
use crate::model::id::AccountId;
use crate::store;
use crate::store::Connection;
use crate::store::access;
use crate::store::account::Account;
use crate::store::app_password;
use crate::store::device;
use crate::store::folder;
use crate::store::group;
use crate::store::log;
use crate::store::person;
use crate::store::person::Version;
use crate::store::recovery;
use crate::store::retrying;

/// Everything that is kept of a person, but passwords.
pub async fn export(app: &App, actor: &Actor, id: AccountId) -> Result<Value> {
    let mut reader = app.store().read().await?;
    let owner = actor.account(&mut reader, id).await?;
    let groups = group::of_account(&mut reader, id).await?;
    let names: Vec<&str> = groups.iter().map(|group| &*group.name).collect();
    let log_ins = access::of_account(&mut reader, id).await?;
    let log_ins: Vec<Value> = log_ins
        .iter()
        .map(|access| json!({"connection": access.connection, "user": access.user_name, "identity": access.identity}))
        .collect();
    Ok(json!({
        "email": owner.email,
        "name": owner.name,
        "role": Role::of(&owner, &groups).as_str(),
        "zone": owner.zone,
        "disabled": owner.is_disabled,
        "groups": names,
        "logIns": log_ins,
        "secondFactor": owner.has_factor,
        "recoveryAddress": recovery::address(&mut reader, id).await?,
        "appPasswords": app_passwords(&mut reader, id).await?,
        "devices": devices(&mut reader, id).await?,
        "folders": folders(&mut reader, id).await?,
        "log": logged(&mut reader, id).await?,
    }))
}

async fn app_passwords(c: &mut Connection, id: AccountId) -> store::Result<Vec<Value>> {
    let passwords = app_password::of_account(c, id).await?;
    let shown = passwords.iter().map(|password| {
        json!({
            "name": password.name,
            "device": password.device_id,
            "made": password.created_at,
            "lastUsed": password.used_at,
        })
    });
    Ok(shown.collect())
}

async fn devices(c: &mut Connection, id: AccountId) -> store::Result<Vec<Value>> {
    let devices = device::list(c, id).await?;
    let shown = devices.iter().map(|device| {
        json!({
            "id": device.id,
            "type": device.kind,
            "information": parsed(&device.information),
            "standing": device.standing.as_str(),
            "firstSeen": device.created_at,
            "lastSeen": device.seen_at,
        })
    });
    Ok(shown.collect())
}

async fn folders(c: &mut Connection, id: AccountId) -> store::Result<Vec<Value>> {
    let mut folders = Vec::new();
    for row in folder::list(c, id).await? {
        let item = |version: &Version| {
            json!({"id": version.item, "changed": version.changed_at, "deleted": version.is_deleted,
                "content": parsed(&version.content)})
        };
        let items: Vec<Value> = person::items(c, id, row.folder.id).await?.iter().map(item).collect();
        let past: Vec<Value> = person::past(c, id, row.folder.id).await?.iter().map(item).collect();
        folders.push(json!({"name": row.folder.name, "items": items, "earlierVersions": past}));
    }
    Ok(folders)
}

async fn logged(c: &mut Connection, id: AccountId) -> store::Result<Vec<Value>> {
    let entries = log::list(c, id, None, i64::MAX).await?;
    let shown = entries.iter().map(|entry| {
        json!({"at": entry.at, "connection": entry.connection, "direction": entry.direction,
            "outcome": entry.outcome, "message": entry.message})
    });
    Ok(shown.collect())
}

/// JSON as it was stored, or the text where it is none.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Removes a person: the account with its folders, items, devices and logs, and the mailboxes that lie here. Only that it
/// was done, and by whom, stays.
pub async fn erase(app: &App, actor: &Actor, id: AccountId) -> Result<Account> {
    let owner = actor.account(&mut *app.store().read().await?, id).await?;
    actor.administers(owner.organisation)?;
    // First, so that it is tried again with the account where it fails.
    for connected in app.connections().of(owner.organisation) {
        let Some(connector) = &connected.connector else { continue };
        let user = User { email: owner.email.clone(), ..User::default() };
        let kept = |error: connector::Error| Error::Wrong(format!("nothing was removed: {error}"));
        connector.erase(&user).await.map_err(kept)?;
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let owner = actor.account(&mut tx, id).await?;
        actor.administers(owner.organisation)?;
        actor.may_take_over(&mut tx, &owner).await?;
        store::account::remove(&mut tx, id).await?;
        account::record(&mut tx, actor, &owner, "account.remove", "", app.now()).await?;
        tx.commit().await?;
        Ok(owner)
    })
    .await
}
