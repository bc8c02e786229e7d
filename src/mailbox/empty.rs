//! All messages of a folder removed from their mailbox, whether the journal has them or not. The journal follows by a pull.

use super::over;
use crate::app::App;
use crate::connector::Collection;
use crate::connector::mail::Window;
use crate::error::Error;
use crate::model::folder::Folder;
use crate::model::id::AccountId;
use crate::store::pull;
use crate::store::retrying;

/// Messages removed at a time.
const AT_A_TIME: usize = 1000;

/// Empties a folder of mail; one that no mail server has is empty.
pub async fn empty(app: &App, account: AccountId, folder: &Folder) -> Result<(), Error> {
    let (Some(connection), Some(collection)) = (&folder.connection, Collection::behind(folder)) else {
        return Ok(());
    };
    let Some(mailbox) = over(app, account, connection).await? else { return Ok(()) };
    let listed = mailbox.mail.list_within(&mailbox.user, &collection, Window::default()).await?;
    let ids: Vec<String> = listed.into_iter().map(|(id, _)| id).collect();
    for ids in ids.chunks(AT_A_TIME) {
        mailbox.mail.remove(&mailbox.user, &collection, ids).await?;
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        pull::ask_folder(&mut tx, account, connection, folder.id, app.now()).await?;
        tx.commit().await
    })
    .await?;
    Ok(())
}
