//! What organisations and accounts do not use: it is not pulled, phones are not told of it, and its copy here goes.
//!
//! What lives here alone is no copy: it is kept out of sight until it is switched on again. What a phone wrote and the
//! back office has not got yet is sent first.

use jiff::Timestamp;

use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::model::folder::FIRST_FURTHER;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::model::service::Off;
use crate::model::service::Service;
use crate::model::service::is_always_told;
use crate::store;
use crate::store::Tx;
use crate::store::directory;
use crate::store::folder;
use crate::store::folder::Row;
use crate::store::outbox;
use crate::store::pull;
use crate::store::purge;
use crate::store::retrying;
use crate::store::service;
use crate::store::service::Switches;

/// What an account does not use, for the account itself and for who governs it.
pub async fn of_account(app: &App, actor: &Actor, id: AccountId) -> Result<Switches> {
    let mut reader = app.store().read().await?;
    actor.account(&mut reader, id).await?;
    Ok(service::of_account(&mut reader, id).await?)
}

/// What nobody of an organisation uses.
pub async fn of_organisation(app: &App, actor: &Actor, id: OrganisationId) -> Result<Off> {
    actor.sees(id)?;
    Ok(service::of_organisation(&mut *app.store().read().await?, id).await?)
}

/// How many items are here of each service, of those that a back office filled.
pub async fn pulled(app: &App, id: AccountId) -> Result<Vec<(Service, i64)>> {
    let mut reader = app.store().read().await?;
    let counts = purge::counts(&mut reader, id).await?;
    let rows = folder::list(&mut reader, id).await?;
    let of = |service: Service| {
        let rows = rows.iter().map(|row| &row.folder);
        let own = rows.filter(|one| one.connection.is_some() && Service::of(one.kind) == Some(service));
        own.filter_map(|one| counts.iter().find(|(id, _)| *id == one.id)).map(|(_, count)| count).sum()
    };
    Ok(Service::ALL.into_iter().map(|service| (service, of(service))).collect())
}

/// Says what an account does not use; what its organisation does not use stays off in any case. It counts at once.
pub async fn set(app: &App, actor: &Actor, id: AccountId, off: &Off) -> Result<()> {
    retrying(async || {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        let owner = actor.account(&mut tx, id).await?;
        actor.may_handle(&owner)?;
        service::set(&mut tx, id, off, now).await?;
        let (object, detail) = (audit::of_account(id), off.to_string());
        let deed = Deed { action: "account.switch-off", object: &object, detail: &detail };
        audit::record(&mut tx, actor, owner.organisation, deed, now).await?;
        follow_up(&mut tx, id, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Says what nobody of an organisation uses. The jobs see to it, account by account.
pub async fn set_all(app: &App, actor: &Actor, id: OrganisationId, off: &Off) -> Result<()> {
    retrying(async || {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        actor.administers(id)?;
        service::set_all(&mut tx, id, off, now).await?;
        if off.has(Service::Directory) {
            directory::clear(&mut tx, id).await?;
        }
        let (object, detail) = (format!("organisation:{id}"), off.to_string());
        let deed = Deed { action: "organisation.switch-off", object: &object, detail: &detail };
        audit::record(&mut tx, actor, id, deed, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Sees to the accounts whose folders have yet to follow.
pub async fn follow(app: &App) -> store::Result<()> {
    const AT_A_TIME: i64 = 100;
    let mut after = AccountId(0);
    loop {
        let accounts = service::unsettled(&mut *app.store().glance().await?, after, AT_A_TIME).await?;
        let Some(last) = accounts.last() else { return Ok(()) };
        after = *last;
        for account in accounts {
            retrying(async || {
                let mut tx = app.store().begin().await?;
                follow_up(&mut tx, account, app.now()).await?;
                tx.commit().await
            })
            .await?;
        }
    }
}

/// Brings an account's folders in line with what it uses, as far as nothing is owed to a back office.
async fn follow_up(tx: &mut Tx, account: AccountId, now: Timestamp) -> store::Result<()> {
    // First of all, for that locks the account: nobody switches anything meanwhile.
    service::settle(tx, account, None).await?;
    let off = service::of_account(tx, account).await?.all();
    let (mut has_come, mut is_owed) = (false, false);
    for row in folder::kept(tx, account).await? {
        if !off.covers(row.folder.kind) {
            has_come |= come(tx, account, &row).await?;
        } else if outbox::of_folder(tx, account, row.folder.id).await?.is_empty() {
            go(tx, account, &row, now).await?;
        } else {
            is_owed = true;
        }
    }
    if is_owed {
        service::settle(tx, account, Some(now)).await?;
    }
    // Also where no folder came: the back office's own are made by the pull.
    if has_come || !is_owed {
        pull::ask(tx, account, None, now).await?;
    }
    Ok(())
}

async fn come(tx: &mut Tx, account: AccountId, row: &Row) -> store::Result<bool> {
    if row.is_hidden() {
        folder::show(tx, account, row.folder.id).await?;
    }
    Ok(row.is_hidden())
}

async fn go(tx: &mut Tx, account: AccountId, row: &Row, now: Timestamp) -> store::Result<()> {
    let id = row.folder.id;
    let is_fixed = id < FIRST_FURTHER;
    if let Some(connection) = &row.folder.connection {
        pull::forget(tx, account, connection, id).await?;
        purge::folder_of_connection(tx, account, id, is_fixed, now).await?;
        if !is_fixed {
            return Ok(());
        }
    }
    if !row.is_hidden() && !is_always_told(row.folder.kind) {
        folder::hide(tx, account, id).await?;
    }
    Ok(())
}
