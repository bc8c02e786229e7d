//! How what a phone wrote in a draft gets into its mailbox. A message there never changes, so the draft is stored as a
//! new one and the one that it was is removed. Writes nothing here.

use super::office::Desk;
use super::office::Office;
use super::office::answer;
use super::push::Answer;
use super::relocate;
use crate::connector;
use crate::connector::Collection;
use crate::connector::Stored;
use crate::model::content::Content;
use crate::model::id::AccountId;
use crate::model::id::DraftId;
use crate::model::message::Message;
use crate::spool::Spool;
use crate::store;
use crate::store::Connection;
use crate::store::draft;

/// A draft that its mailbox has yet to get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) account: AccountId,
    pub(super) id: DraftId,
}

/// What is owed of what a version says, if that is not in its mailbox yet.
pub(super) async fn owed(
    reader: &mut Connection,
    account: AccountId,
    content: Option<&Content>,
) -> store::Result<Option<Text>> {
    let Some(Content::Message(message)) = content else { return Ok(None) };
    let Some(id) = message.text() else { return Ok(None) };
    Ok(draft::is_owed(reader, account, id).await?.then_some(Text { account, id }))
}

/// One draft with where it goes.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) desk: &'a Desk,
    pub(super) collection: &'a Collection,
    pub(super) message: &'a Message,
    /// The message that it was.
    pub(super) before: Option<&'a str>,
    /// Whether an attempt before this one may have stored it.
    pub(super) may_be_there: bool,
}

impl Text {
    /// Stores the draft, unless it is there.
    ///
    /// A mailbox that will not have it, or is not there, changes nothing: the draft is nowhere else, so it is tried again.
    pub(super) async fn write(&self, office: &Office, draft: &Draft<'_>) -> Answer {
        match self.stored(office, draft).await {
            Ok(stored) => Answer::Stored(stored, None),
            Err(connector::Error::LogIn(message)) => Answer::LogIn(message),
            Err(connector::Error::Later { after, message }) => Answer::Later(after, message),
            Err(connector::Error::Protocol(message)) => Answer::Strange(message),
            Err(error) => Answer::Later(None, format!("the draft was not taken: {error}")),
        }
    }

    async fn stored(&self, office: &Office, draft: &Draft<'_>) -> connector::Result<Stored> {
        let Draft { desk, collection, message, before, may_be_there } = *draft;
        let Some(mail) = std::sync::Arc::clone(&desk.connector).mail() else {
            return Err(connector::Error::Refused("there is no mailbox".to_owned()));
        };
        let found = match may_be_there {
            true => relocate::look(desk, collection, message).await?.filter(|id| Some(id.as_str()) != before),
            false => None,
        };
        let stored = match found {
            // What it is marked with is asked for before the next write.
            Some(id) => Stored { id, etag: String::new(), altered: true },
            None => {
                let spool = self.spooled(office).await?;
                answer(mail.append(&desk.user, collection, spool.source(), message)).await?
            }
        };
        if let Some(before) = before.filter(|before| *before != stored.id) {
            answer(mail.remove(&desk.user, collection, &[before.to_owned()])).await?;
        }
        Ok(stored)
    }

    async fn spooled(&self, office: &Office) -> connector::Result<Spool> {
        let unreadable = |error: String| {
            let message = format!("a draft cannot be read: {error}");
            connector::Error::Later { after: None, message }
        };
        let mut spool = office.app.spool();
        for number in 0.. {
            let piece = async {
                let mut glance = office.app.store().glance().await?;
                draft::piece(&mut glance, (self.account, self.id), number).await
            };
            let Some(piece) = piece.await.map_err(|error| unreadable(error.to_string()))? else { break };
            spool.write(&piece).await.map_err(|error| unreadable(error.to_string()))?;
        }
        spool.finish().await.map_err(|error| unreadable(error.to_string()))?;
        Ok(spool)
    }
}
