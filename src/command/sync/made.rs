//! What a phone of 16.x hears of its own Adds and Changes beside their statuses: what the server made of them.

use wbxml::Fragment;
use wbxml::Version;

use super::answer;
use super::collection::Turn;
use super::window;
use crate::eas::class;
use crate::eas::class::View;
use crate::eas::sync::Command;
use crate::eas::sync::Options;
use crate::error::Error;
use crate::model::id::item_id;
use crate::store::Tx;
use crate::store::item;
use crate::store::item::Place;
use crate::sync::state::Outcome;

/// The elements that the reply to this command has, if any; the same however often they are asked for.
pub(super) async fn made(
    tx: &mut Tx,
    turn: &Turn<'_>,
    (command, outcome): (&Command<'_>, &Outcome),
) -> Result<Option<Fragment>, Error> {
    let (data, is_new) = match *command {
        Command::Add { data, .. } => (data, true),
        Command::Change { data, instance_id: None, .. } => (data, false),
        Command::Change { .. } | Command::Delete { .. } | Command::Fetch { .. } => return Ok(None),
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
    let options = Options::default();
    let view = View { server_id, ..answer::view(turn.phone, &options) };
    Ok(class::answer(&content, data, is_new, &view))
}
