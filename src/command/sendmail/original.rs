//! The message that is answered or forwarded, as its mailbox has it. Changes nothing of it.

use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::accept::Accepting;
use crate::app::App;
use crate::command::SEND_TIME;
use crate::command::phone::Phone;
use crate::command::status::Refusal;
use crate::connector;
use crate::eas::sendmail::Action;
use crate::eas::sendmail::Source;
use crate::eas::status::Common;
use crate::error::Error;
use crate::mailbox::find;
use crate::mime::compose;
use crate::mime::compose::Answer;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::letter::Letter;
use crate::mime::letter::Wanted;
use crate::mime::section::Section;
use crate::store::item::Place;

/// No more of a text is quoted; of a longer one all is attached.
const MOST_OF_A_TEXT: u64 = 2 * 1024 * 1024;

/// A message in a mailbox.
#[derive(Debug)]
pub(super) struct Found {
    /// As much of it as is quoted.
    pub(super) letter: Letter,
    /// What is done with it.
    pub(super) answer: Answer,
    there: find::Found,
}

/// Finds what the phone names. Status 150 if it is not there: a phone that hears it sends the message again, with all
/// that it quotes in it.
pub(super) async fn find(app: &App, phone: &Phone, source: &Source) -> Result<Found, Refusal> {
    let not_found = || Refusal::from(Common::ITEM_NOT_FOUND);
    let name = source.item.as_ref().ok_or_else(not_found)?;
    let there = find::find(app, phone.device.account, name).await.map_err(refused)?.ok_or_else(not_found)?;
    let wants = |letter: &Letter| if source.is_replaced { Vec::new() } else { quoted(letter) };
    let letter = there.letter(Instant::now() + SEND_TIME, &wants).await.map_err(refused)?;
    let answer = match source.action {
        Action::Reply => Answer::Reply,
        Action::Forward => Answer::Forward,
    };
    Ok(Found { letter: letter.ok_or_else(not_found)?, answer, there })
}

fn quoted(letter: &Letter) -> Vec<Wanted> {
    let mut wanted = compose::wants(letter);
    for one in &mut wanted {
        one.most = Some(one.most.map_or(MOST_OF_A_TEXT, |most| most.min(MOST_OF_A_TEXT)));
    }
    wanted
}

impl Found {
    /// Where the journal has it; none: only its mailbox has it.
    pub(super) fn place(&self) -> Option<Place> {
        self.there.place
    }

    /// The body of a message that quotes this one.
    pub(super) async fn body(&self, outgoing: &Outgoing, to: &mut Accepting<'_>) -> Result<(), Refusal> {
        for piece in outgoing.body() {
            match piece {
                Piece::Own(bytes) => to.add(bytes).await?,
                Piece::Original(section) => self.copy(section, to).await?,
            }
        }
        Ok(())
    }

    /// Copies a part as it is written.
    async fn copy(&self, section: &Section, to: &mut Accepting<'_>) -> Result<(), Refusal> {
        let mut stream = self.there.stream(section).await.map_err(|error| refused(error.into()))?;
        while let Some(piece) = stream.next().await {
            to.add(&piece.map_err(|error| refused(error.into()))?).await?;
        }
        Ok(())
    }
}

/// Gone meanwhile, or out of reach: nothing is sent.
pub(super) fn refused(error: Error) -> Refusal {
    match error {
        Error::Connector(connector::Error::Gone) => Common::ITEM_NOT_FOUND.into(),
        Error::Connector(connector::Error::LogIn(_) | connector::Error::Refused(_)) => {
            Common::MESSAGE_REPLY_FAILED.into()
        }
        error => error.into(),
    }
}
