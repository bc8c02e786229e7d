//! Puts a message that is to be sent into the store, piece by piece, and counts it as taken at the very end.

use jiff::civil::DateTime;

use crate::app::App;
use crate::command::calendar;
use crate::command::owe::Deed;
use crate::command::owe::owe;
use crate::command::sync::window;
use crate::error::Error;
use crate::mime::address::Mailbox;
use crate::model::content::Content;
use crate::model::event::attendance::Guest;
use crate::model::message::Verb;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::outgoing;
use crate::store::outgoing::Outgoing;
use crate::store::retrying;
use crate::store::state::Who;

use super::Request;

/// A row of the store: a message without a picture fits in one, and none is much to hold in memory.
pub(in crate::command) const PIECE: usize = 256 * 1024;

/// A message that is being taken.
#[derive(Debug)]
pub(in crate::command) struct Accepting<'a> {
    app: &'a App,
    who: Who,
    row: Outgoing,
    header: &'a [u8],
    /// What is not stored yet: a small message is stored with its row, in one transaction.
    rest: Vec<u8>,
    /// The number of the next piece.
    number: i64,
}

/// What is noted of the message that is answered or forwarded, or of the meeting.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// What was done with a message.
    Verb { of: Place, verb: Verb },
    /// Who was invited to a meeting, or to one of its occurrences, and who invites.
    Guests { of: Place, at: Option<DateTime>, owner: Mailbox, guests: Vec<Mailbox> },
}

impl<'a> Accepting<'a> {
    /// Begins with the fields of the header.
    pub(in crate::command) fn new(app: &'a App, who: Who, row: Outgoing, header: &'a [u8]) -> Self {
        Self { app, who, row, header, rest: b"\r\n".to_vec(), number: 1 }
    }

    /// Adds to the body.
    pub(in crate::command) async fn add(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while self.rest.len() + bytes.len() > PIECE {
            let (now, later) = bytes.split_at((PIECE - self.rest.len()).min(bytes.len()));
            self.rest.extend_from_slice(now);
            bytes = later;
            retrying(|| self.piece()).await?;
            self.rest.clear();
            self.number += 1;
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    /// Lays all of it down, to be sent once the row is in the store as well: it counts for nothing until then.
    pub(in crate::command) async fn lay_down(self) -> Result<Outgoing, Error> {
        retrying(async || {
            let mut tx = self.app.store().begin().await?;
            self.last_pieces(&mut tx).await?;
            tx.commit().await?;
            Ok::<_, Error>(())
        })
        .await?;
        Ok(self.row)
    }

    /// Others write in between: on SQLite there is one writer at a time.
    async fn piece(&self) -> Result<(), Error> {
        let mut tx = self.app.store().begin().await?;
        let whose = (self.row.account, self.row.id);
        outgoing::add_piece(&mut tx, whose, self.number, &self.rest, self.row.created_at).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The message is taken, unless it was before.
    pub(super) async fn end(self, request: &Request, mark: Option<Mark>) -> Result<(), Error> {
        retrying(|| self.take(request, mark.as_ref())).await
    }

    async fn take(&self, request: &Request, mark: Option<&Mark>) -> Result<(), Error> {
        let mut tx = self.app.store().begin().await?;
        let now = self.row.created_at;
        if !outgoing::ask(&mut tx, self.who, &request.name, request.since, now).await? {
            return Ok(());
        }
        self.last_pieces(&mut tx).await?;
        outgoing::create(&mut tx, &self.row).await?;
        match mark {
            None => {}
            Some(Mark::Verb { of, verb }) => self.mark(&mut tx, *of, *verb).await?,
            Some(Mark::Guests { of, at, owner, guests }) => {
                if let Some(known) = calendar::at(&mut tx, *of).await? {
                    let mut event = known.event.clone();
                    event.invite_guests(*at, guest(owner), &guests.iter().map(guest).collect::<Vec<_>>());
                    known.replace(&mut tx, &event, now).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn last_pieces(&self, tx: &mut Tx) -> Result<(), Error> {
        let whose = (self.row.account, self.row.id);
        for (number, piece) in [(0, self.header), (self.number, self.rest.as_slice())] {
            outgoing::add_piece(tx, whose, number, piece, self.row.created_at).await?;
        }
        Ok(())
    }

    /// The original is answered, or forwarded, which its mailbox learns as of any other change.
    async fn mark(&self, tx: &mut Tx, of: Place, verb: Verb) -> Result<(), Error> {
        let now = self.row.created_at;
        let row = item::newest(tx, of).await?.filter(|row| !row.version.meta.deleted);
        let folder = folder::find(tx, of.account, of.folder).await?.filter(|row| !row.deleted);
        let (Some(row), Some(folder)) = (row, folder) else { return Ok(()) };
        let Ok(Content::Message(mut message)) = window::content(folder.folder.class, &row.version) else {
            return Ok(());
        };
        message.set_last_verb(verb, now);
        let rev = item::replace(tx, of, &Content::Message(message), None, now).await?;
        let deed = Deed { place: of, base_rev: row.version.meta.rev, rev, server_wins: true, now };
        Ok(owe(tx, &folder.folder, deed).await?)
    }
}

/// Somebody as an event knows them.
pub(super) fn guest(mailbox: &Mailbox) -> Guest<'_> {
    Guest { address: &mailbox.address, name: mailbox.name.as_deref() }
}
