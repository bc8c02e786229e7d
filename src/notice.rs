//! Mail of our own, put in the queue in the transaction of what it tells of. The jobs send it (`[notice]`).

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::app::App;
use crate::app::new_key;
use crate::mime::address::Mailbox;
use crate::mime::compose::Rules;
use crate::mime::compose::notice;
use crate::model::id::AccountId;
use crate::store;
use crate::store::Tx;
use crate::store::notice::Notice;

/// What the vault keeps it apart by.
const PURPOSE: &str = "notice";

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What it is about.
    pub subject: String,
    /// The text.
    pub text: String,
    /// For how long it is worth knowing.
    pub holds_for: SignedDuration,
}

/// Whether there is mail of our own at all.
pub fn is_set_up(app: &App) -> bool {
    app.config().notice.smtp.is_some()
}

/// Has somebody told at an address, mostly the account's own, once this is committed. Nothing is done without `[notice]`.
pub async fn tell(
    app: &App,
    tx: &mut Tx,
    (account, address): (AccountId, &str),
    words: &Words,
    now: Timestamp,
) -> store::Result<()> {
    if !is_set_up(app) {
        return Ok(());
    }
    let from = &app.config().notice.from;
    let host = from.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let (sender, id) = (Mailbox::bare(from), new_key());
    let rules = Rules { sender: &sender, owned: &[], now, id: &id, host };
    let message = notice::write(&words.subject, &words.text, &Mailbox::bare(address), &rules);
    let message = String::from_utf8_lossy(&message);
    let Some(content) = app.vault().seal_for(account, PURPOSE, app.random(), &message) else {
        tracing::error!(%account, "a notice could not be sealed");
        return Ok(());
    };
    let notice = Notice {
        account,
        id: app.new_id(),
        recipient: address.to_owned(),
        content,
        attempts: 0,
        next_at: now,
        last_at: now.checked_add(words.holds_for).unwrap_or(Timestamp::MAX),
    };
    store::notice::add(tx, &notice).await
}

/// The message as it is sent; none with another key in the data folder.
pub fn message(app: &App, notice: &Notice) -> Option<String> {
    app.vault().open_for(notice.account, PURPOSE, &notice.content)
}
