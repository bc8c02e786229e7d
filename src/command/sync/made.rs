//! What a phone of 16.x hears of its own Adds and Changes beside their statuses: what the server made of them.

use bytes::Bytes;
use wbxml::Fragment;
use wbxml::Version;
use wbxml::airsyncbase;

use super::answer;
use super::collection::Turn;
use super::window;
use crate::eas::class;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::Mail;
use crate::eas::date;
use crate::eas::name;
use crate::eas::sync::Command;
use crate::eas::sync::Options;
use crate::error::Error;
use crate::mime::letter::Letter;
use crate::model::content::Content;
use crate::model::id::item_id;
use crate::model::message::Message;
use crate::store::Tx;
use crate::store::draft;
use crate::store::item;
use crate::store::item::Place;
use crate::sync::state::Outcome;

/// The elements that the reply to this command has, if any; the same however often they are asked for.
pub(super) async fn made(
    tx: &mut Tx,
    turn: &Turn<'_>,
    (command, outcome): (&Command<'_>, &Outcome),
) -> Result<Option<Fragment>, Error> {
    let (data, instance, is_new) = match *command {
        Command::Add { data, .. } => (data, None, true),
        Command::Change { data, instance_id, .. } => (data, instance_id, false),
        Command::Delete { .. } | Command::Fetch { .. } => return Ok(None),
    };
    let (Some(data), Some(rev), Some(server_id)) = (data, outcome.rev, outcome.server_id.as_deref()) else {
        return Ok(None);
    };
    if turn.phone.version < Version::V16_0 {
        return Ok(None);
    }
    let Some(item) = item_id(turn.ask.folder, server_id) else { return Ok(None) };
    let place = Place { account: turn.phone.device.account, folder: turn.ask.folder, item };
    let Some(version) = item::version(tx, place, rev).await? else { return Ok(None) };
    let Ok(content) = window::content(turn.class(), &version) else { return Ok(None) };
    if let Content::Message(message) = &content {
        return draft(tx, turn, (*command, server_id), message).await;
    }
    let options = Options::default();
    let name = instance.map_or_else(|| server_id.to_owned(), |id| of_occurrence(server_id, id));
    let view = View { server_id: &name, ..answer::view(turn.phone, &options) };
    Ok(class::answer(&content, data, is_new, &view))
}

/// What a phone hears of a draft that it wrote, while it is here.
async fn draft(
    tx: &mut Tx,
    turn: &Turn<'_>,
    (command, server_id): (Command<'_>, &str),
    message: &Message,
) -> Result<Option<Fragment>, Error> {
    let (data, is_new) = match command {
        Command::Add { data, .. } => (data, true),
        Command::Change { data, .. } => (data, false),
        Command::Delete { .. } | Command::Fetch { .. } => (None, false),
    };
    let has_files = data.and_then(|data| data.child(airsyncbase::ATTACHMENTS)).is_some();
    let (Some(data), Some(text)) = (data.filter(|_| is_new || has_files), message.text()) else {
        return Ok(None);
    };
    let Some(raw) = draft::message(tx, turn.phone.device.account, text).await? else { return Ok(None) };
    let letter = Letter::read(Bytes::from(raw));
    let options = Options::default();
    let view = View { server_id, ..answer::view(turn.phone, &options) };
    let mail = Mail { message, letter: &letter, meeting: None };
    Ok(email::draft::answer(&mail, data, is_new, &view))
}

/// Some write the time with hyphens and colons.
fn of_occurrence(server_id: &str, id: &str) -> String {
    let id = date::parse(id).map_or_else(|| id.to_owned(), date::compact);
    name::occurrence(server_id, &id)
}
