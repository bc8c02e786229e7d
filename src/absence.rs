//! An account's out-of-office message: what it is, and setting it, for whoever asks. The jobs carry it out.

use crate::app::App;
use crate::error::Error;
use crate::model::absence::Absence;
use crate::model::id::AccountId;
use crate::store;
use crate::store::absence;
use crate::store::folder;
use crate::store::retrying;

/// What an account's owner said last; nothing is off.
pub async fn of(app: &App, account: AccountId) -> Result<Absence, Error> {
    let kept = absence::find(&mut *app.store().glance().await?, account).await?;
    Ok(kept.map(|kept| kept.absence).unwrap_or_default())
}

/// Whether an account has mail that could be answered.
pub async fn has_mail(app: &App, account: AccountId) -> Result<bool, Error> {
    let inbox = folder::find(&mut *app.store().glance().await?, account, absence::inbox()).await?;
    Ok(inbox.is_some_and(|inbox| inbox.folder.connection.is_some()))
}

/// Keeps what becomes of it by a change, and what that is; none: the account has no mail that could be answered.
pub async fn change(
    app: &App,
    account: AccountId,
    change: impl Fn(&Absence) -> Absence,
) -> Result<Option<Absence>, Error> {
    Ok(retrying(|| changed(app, account, &change)).await?)
}

async fn changed(
    app: &App,
    account: AccountId,
    change: impl Fn(&Absence) -> Absence,
) -> store::Result<Option<Absence>> {
    let mut tx = app.store().begin().await?;
    let inbox = folder::find(&mut tx, account, absence::inbox()).await?;
    if inbox.and_then(|inbox| inbox.folder.connection).is_none() {
        return Ok(None);
    }
    let known = absence::find(&mut tx, account).await?.map(|kept| kept.absence).unwrap_or_default();
    let changed = change(&known);
    if changed != known {
        absence::set(&mut tx, account, &changed, app.now()).await?;
        tx.commit().await?;
    }
    Ok(Some(changed))
}
