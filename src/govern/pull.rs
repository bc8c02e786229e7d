//! Pulls of the back offices: what they brought, and asking for one now. Pulls nothing: the jobs do, of whoever runs.

use jiff::Timestamp;

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::access;
use crate::store::account;
use crate::store::account::Account;
use crate::store::log::Run;
use crate::store::overview;
use crate::store::pull;
use crate::store::retrying;

/// The newest pulls, each with the address of whose it was.
pub async fn runs(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<(String, Run)>> {
    actor.sees(organisation)?;
    Ok(overview::runs(&mut *app.store().read().await?, organisation, &actor.groups(), limit).await?)
}

/// Asks for pulls of one account now, or of all that the actor governs in an organisation where none is named.
pub async fn now(app: &App, actor: &Actor, organisation: OrganisationId, email: &str) -> Result<()> {
    actor.sees(organisation)?;
    actor.writes()?;
    let mut reader = app.store().read().await?;
    let accounts = if email.is_empty() {
        account::page(&mut reader, organisation, ("", &actor.groups()), "", i64::MAX).await?
    } else {
        vec![actor.account_by_email(&mut reader, email).await?]
    };
    drop(reader);
    ask(app, &accounts, app.now()).await?;
    let object = match accounts.as_slice() {
        [one] => audit::of_account(one.id),
        _ => format!("organisation:{organisation}"),
    };
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let deed = Deed { action: "pull.now", object: &object, detail: "" };
        audit::record(&mut tx, actor, organisation, deed, app.now()).await?;
        tx.commit().await
    })
    .await
    .map_err(Error::from)
}

/// Makes every pull of the accounts due.
pub async fn ask(app: &App, accounts: &[Account], asked_at: Timestamp) -> store::Result<()> {
    // Some at a time: nobody else writes meanwhile.
    const AT_A_TIME: usize = 100;
    for some in accounts.chunks(AT_A_TIME) {
        retrying(|| ask_some(app, some, asked_at)).await?;
    }
    Ok(())
}

async fn ask_some(app: &App, accounts: &[Account], asked_at: Timestamp) -> store::Result<()> {
    let mut tx = app.store().begin().await?;
    for account in accounts {
        // Whoever asks has mended a log-in that was refused, or wants to know whether it was.
        for access in access::of_account(&mut tx, account.id).await? {
            if access.paused_at.is_some() {
                access::resume(&mut tx, account.id, &access.connection, asked_at).await?;
            }
        }
        pull::ask(&mut tx, account.id, None, asked_at).await?;
    }
    tx.commit().await
}
