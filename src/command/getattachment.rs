//! `GetAttachment`, up to 12.1: a file that is attached to a mail, as it is.

use crate::app::App;
use crate::command::itemoperations;
use crate::command::phone::Phone;
use crate::error::Error;
use crate::mailbox::find::File;

/// The file of that name; none if there is none, or its mail is gone.
pub async fn getattachment(app: &App, phone: &Phone, name: &str) -> Result<Option<File>, Error> {
    let Ok(reference) = name.parse() else { return Ok(None) };
    Ok(itemoperations::opened(app, phone, &reference).await?.flatten())
}
