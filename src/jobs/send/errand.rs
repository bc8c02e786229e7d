//! One message on its way: handed over, told of, kept. Chooses no time.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::ToSpan as _;

use super::LEASE;
use super::PATIENCE;
use super::note;
use super::report;
use crate::app::new_key;
use crate::connector;
use crate::connector::Collection;
use crate::connector::mail::Envelope;
use crate::connector::mail::Handed;
use crate::connector::mail::Query;
use crate::connector::mail::Ready;
use crate::connector::mail::Refusal;
use crate::connector::source::Source;
use crate::error::Error;
use crate::jobs::office::Office;
use crate::jobs::office::Watch;
use crate::jobs::office::later;
use crate::mailbox::Mailbox;
use crate::mime::headers::Headers;
use crate::model::folder::DEFAULT_FOLDERS;
use crate::model::folder::FolderKind;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::ItemId;
use crate::model::message::Message;
use crate::model::outgoing::Failure;
use crate::model::outgoing::Report;
use crate::model::outgoing::Todo;
use crate::spool::Spool;
use crate::store;
use crate::store::folder;
use crate::store::item::Place;
use crate::store::log::Outcome;
use crate::store::outgoing;
use crate::store::outgoing::Outgoing;
use crate::store::pull;
use crate::store::retrying;

/// A server that looks for viruses may take ten minutes after the last byte; a slow line some before.
const HANDED_WITHIN: Duration = Duration::from_mins(25);

/// A message with all it takes to send it.
#[derive(Debug)]
pub(super) struct Errand<'a> {
    office: &'a Office,
    mailbox: Mailbox,
    message: Outgoing,
    watch: Watch,
}

/// Something is left to do.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) message: Outgoing,
    pub(super) why: Why,
}

/// Why something is left to do.
#[derive(Debug)]
pub(super) enum Why {
    /// Some recipients have to be tried again, as the log says.
    Open,
    /// Something broke.
    Broke(Error),
}

impl<E: Into<Error>> From<E> for Why {
    fn from(error: E) -> Self {
        Self::Broke(error.into())
    }
}

/// What happened, for the log.
struct Event {
    outcome: Outcome,
    words: String,
}

/// The end of an attempt.
enum Ended {
    /// It is known what became of the message, for all recipients or some.
    Settled,
    /// Nothing happened.
    Nothing(connector::Error),
}

impl<'a> Errand<'a> {
    pub(super) fn new(office: &'a Office, mailbox: Mailbox, message: Outgoing, watch: Watch) -> Self {
        Self { office, mailbox, message, watch }
    }

    /// Does all that can be done now.
    pub(super) async fn run(mut self) -> Result<(), Stopped> {
        match self.steps().await {
            Ok(()) => Ok(()),
            Err(why) => Err(Stopped { message: self.message, why }),
        }
    }

    async fn steps(&mut self) -> Result<(), Why> {
        let ended = if self.message.progress.recipients.is_empty() {
            Ended::Settled
        } else {
            self.hand_over().await?
        };
        // What an earlier attempt has left waits for no server but that of the mailbox.
        let told = self.tell().await;
        let is_settled = matches!(ended, Ended::Settled) || self.message.progress.copy == Todo::Tried;
        let copied = if is_settled { self.copy().await } else { Ok(()) };
        if let Ended::Nothing(error) = ended {
            return Err(error.into());
        }
        copied?;
        told?;
        if !self.message.progress.is_over() {
            return Err(Why::Open);
        }
        let (account, id) = (self.message.account, self.message.id);
        retrying(async || {
            let mut tx = self.office.app.store().begin().await?;
            outgoing::done(&mut tx, account, id).await?;
            tx.commit().await
        })
        .await?;
        Ok(())
    }

    /// Hands the message over to those who have yet to get it.
    async fn hand_over(&mut self) -> Result<Ended, Error> {
        let (event, ended) = if self.message.progress.is_unsure {
            (self.unsure("the program ended, or its lease, before the server had answered"), Ended::Settled)
        } else {
            match self.submit().await? {
                Ok(Handed::Over(refused)) => (self.handed(refused), Ended::Settled),
                Ok(Handed::Unsure(reason)) => (self.unsure(&reason), Ended::Settled),
                Err(connector::Error::Refused(reply)) => (self.refused(&reply), Ended::Settled),
                Err(error) if self.is_late() => (self.refused(&error.to_string()), Ended::Settled),
                Err(error) => {
                    let words = error.to_string();
                    (Event { outcome: Outcome::Later, words }, Ended::Nothing(error))
                }
            }
        };
        self.message.progress.is_unsure = false;
        self.office.app.metrics().message(&self.message.connection, event.outcome.as_str());
        // What is told of nothing is in the log when it is put off.
        let event = Some(event).filter(|_| matches!(ended, Ended::Settled));
        self.save(event.as_ref(), None).await?;
        Ok(ended)
    }

    async fn submit(&self) -> Result<connector::Result<Handed>, Error> {
        let spooled = self.spooled(false).await?;
        let recipients = &self.message.progress.recipients;
        let envelope = Envelope { from: self.message.sender.clone(), to: recipients.clone() };
        let may_have_it = AtomicBool::new(false);
        let ready: Ready<'_> = Box::pin(async {
            retrying(|| self.may_have_it()).await?;
            may_have_it.store(true, Ordering::Relaxed);
            Ok(())
        });
        let Mailbox { mail, user, .. } = &self.mailbox;
        let handed =
            tokio::time::timeout(HANDED_WITHIN, mail.submit(user, &envelope, spooled.source(), ready));
        Ok(handed.await.unwrap_or_else(|_| {
            let message = format!("no answer within {} minutes", HANDED_WITHIN.as_secs() / 60);
            if may_have_it.load(Ordering::Relaxed) {
                Ok(Handed::Unsure(message))
            } else {
                Err(connector::Error::Later { after: None, message })
            }
        }))
    }

    /// Notes that the server may have the message from now on.
    async fn may_have_it(&self) -> Result<(), NotOurs> {
        let mut message = self.message.clone();
        message.progress.is_unsure = true;
        let mut tx = self.office.app.store().begin().await?;
        let lease = self.office.lease(self.watch.now(), LEASE);
        if !outgoing::note(&mut tx, &message, lease).await? {
            return Err(NotOurs::Taken);
        }
        tx.commit().await?;
        Ok(())
    }

    /// The server has it, for all but these.
    fn handed(&mut self, refused: Vec<Refusal>) -> Event {
        let is_late = self.is_late();
        let all = self.message.progress.recipients.len();
        let (last, open): (Vec<Refusal>, Vec<Refusal>) =
            refused.into_iter().partition(|refusal| refusal.is_final || is_late);
        let handed = all.saturating_sub(last.len() + open.len());
        let first =
            last.first().or_else(|| open.first()).map(|refusal| refusal.reply.clone()).unwrap_or_default();
        let mut words = format!("sent to {handed} of {all} recipients");
        let outcome = match (last.is_empty(), open.is_empty()) {
            (true, true) => Outcome::Accepted,
            (true, false) => Outcome::Later,
            (false, _) => Outcome::Refused,
        };
        if outcome != Outcome::Accepted {
            words = format!("{words}; of the others the server says: {first}");
        }
        self.message.progress.recipients = open.into_iter().map(|refusal| refusal.recipient).collect();
        let failure = |refusal: Refusal| Failure { recipient: refusal.recipient, reply: refusal.reply };
        self.report(last.into_iter().map(failure).collect(), false);
        Event { outcome, words }
    }

    /// Nobody gets it.
    fn refused(&mut self, reply: &str) -> Event {
        self.give_up(reply, false);
        Event { outcome: Outcome::Refused, words: format!("a message was not sent: {reply}") }
    }

    /// Nobody knows who gets it.
    fn unsure(&mut self, reason: &str) -> Event {
        self.give_up(reason, true);
        let words = format!("it is not known whether a message was sent, and it is not sent again: {reason}");
        Event { outcome: Outcome::Refused, words }
    }

    fn give_up(&mut self, reply: &str, is_unsure: bool) {
        let failure = |recipient| Failure { recipient, reply: reply.to_owned() };
        let failures = std::mem::take(&mut self.message.progress.recipients).into_iter().map(failure);
        let failures = failures.collect();
        self.report(failures, is_unsure);
    }

    fn report(&mut self, failures: Vec<Failure>, is_unsure: bool) {
        // What comes from nobody is told to nobody (RFC 5321 4.5.5).
        if !failures.is_empty() && !self.message.sender.is_empty() {
            let id = report::id(&new_key(), &self.message.sender);
            self.message.progress.reports.push(Report { id, todo: Todo::Open, failures, is_unsure });
        }
    }

    /// Keeps a copy among the sent messages.
    async fn copy(&mut self) -> Result<(), Error> {
        let todo = self.message.progress.copy;
        if todo == Todo::Done {
            return Ok(());
        }
        let Some(sent) = self.collection(FolderKind::SENT_ITEMS).await? else {
            self.message.progress.copy = Todo::Done;
            let words = "there is no folder to keep a copy in".to_owned();
            return self.save(Some(&Event { outcome: Outcome::Refused, words }), None).await;
        };
        self.message.progress.copy = Todo::Tried;
        self.save(None, None).await?;
        let mut message = Message { received_at: Some(self.message.created_at), ..Message::default() };
        message.set_seen(true);
        let spooled = self.spooled(true).await?;
        let id = self.message.message_id.clone();
        self.store(&sent, todo, &id, spooled.source(), &message).await?;
        self.message.progress.copy = Todo::Done;
        self.save(None, Some(folder_of(FolderKind::SENT_ITEMS))).await
    }

    /// Tells the sender of those who did not get it.
    async fn tell(&mut self) -> Result<(), Error> {
        while let Some(report) = self.message.progress.reports.first_mut() {
            let todo = std::mem::replace(&mut report.todo, Todo::Tried);
            let report = report.clone();
            let Some(inbox) = self.collection(FolderKind::INBOX).await? else {
                let message = "there is no inbox".to_owned();
                return Err(connector::Error::Later { after: None, message }.into());
            };
            self.save(None, None).await?;
            let (account, id) = (self.message.account, self.message.id);
            let mut glance = self.office.app.store().glance().await?;
            let header = outgoing::piece(&mut glance, (account, id), 0).await?.unwrap_or_default();
            drop(glance);
            let now = self.watch.now();
            let bytes = report::write(&report, &header, &self.mailbox.user.email, now);
            let message = Message { received_at: Some(now), ..Message::default() };
            self.store(&inbox, todo, &report.id, Source::Bytes(&bytes), &message).await?;
            self.message.progress.reports.remove(0);
            self.save(None, Some(folder_of(FolderKind::INBOX))).await?;
        }
        Ok(())
    }

    /// Stores a message in the mailbox, unless it is there.
    async fn store(
        &self,
        collection: &Collection,
        todo: Todo,
        id: &str,
        source: Source<'_>,
        message: &Message,
    ) -> connector::Result<()> {
        if todo == Todo::Tried && self.is_there(collection, id).await? {
            return Ok(());
        }
        let Mailbox { mail, user, .. } = &self.mailbox;
        mail.append(user, collection, source, message).await.map(drop)
    }

    async fn is_there(&self, collection: &Collection, id: &str) -> connector::Result<bool> {
        /// A text that is searched for may be in a few others.
        const MOST: usize = 50;
        let Mailbox { mail, user, .. } = &self.mailbox;
        // A day before: the server's day may have begun later.
        let since = self.message.created_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let since = since.checked_sub(1.day()).unwrap_or(since);
        let query = Query { text: vec![id.to_owned()], since: Some(since), ..Query::default() };
        let mut found = mail.find(user, collection, &query).await?;
        found.truncate(MOST);
        let outlines = mail.outlines(user, collection, &found).await?;
        let is_it = |header: &[u8]| Headers::read(header).message_id.as_deref() == Some(id);
        Ok(outlines.iter().any(|outline| is_it(&outline.header)))
    }

    /// Where messages of that kind are stored over this connection.
    async fn collection(&self, kind: FolderKind) -> store::Result<Option<Collection>> {
        let mut glance = self.office.app.store().glance().await?;
        let row = folder::find(&mut glance, self.message.account, folder_of(kind)).await?;
        let folder = row.filter(|row| !row.deleted).map(|row| row.folder);
        let is_here = |connection: &String| *connection == self.message.connection;
        Ok(folder
            .filter(|folder| folder.connection.as_ref().is_some_and(is_here))
            .and_then(|folder| Collection::behind(&folder)))
    }

    /// The message as it is sent, or as it is kept: with those who get it unseen.
    async fn spooled(&self, is_copy: bool) -> Result<Spool, Error> {
        let unreadable = |error: std::io::Error| {
            let message = format!("cannot spool a message: {error}");
            Error::Connector(connector::Error::Later { after: None, message })
        };
        let mut spool = self.office.app.spool();
        let whose = (self.message.account, self.message.id);
        for number in 0.. {
            let mut glance = self.office.app.store().glance().await?;
            let Some(piece) = outgoing::piece(&mut glance, whose, number).await? else { break };
            drop(glance);
            spool.write(&piece).await.map_err(unreadable)?;
            if number == 0 && is_copy {
                spool.write(self.message.unseen.as_bytes()).await.map_err(unreadable)?;
            }
        }
        spool.finish().await.map_err(unreadable)?;
        Ok(spool)
    }

    /// Notes how far it has come, with what the log says of it, and what is to be pulled.
    async fn save(&self, event: Option<&Event>, changed: Option<FolderId>) -> Result<(), Error> {
        let written = retrying(|| self.write(event, changed)).await;
        written.map_err(|error| connector::Error::from(error).into())
    }

    async fn write(&self, event: Option<&Event>, changed: Option<FolderId>) -> Result<(), NotOurs> {
        let now = self.watch.now();
        let mut tx = self.office.app.store().begin().await?;
        if !outgoing::note(&mut tx, &self.message, self.office.lease(now, LEASE)).await? {
            return Err(NotOurs::Taken);
        }
        if let Some(Event { outcome, words }) = event {
            note(&mut tx, &self.message, *outcome, words, now).await?;
        }
        if let Some(folder) = changed {
            let (account, connection) = (self.message.account, &self.message.connection);
            pull::ask_folder(&mut tx, account, connection, folder, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    fn is_late(&self) -> bool {
        later(self.message.created_at, PATIENCE) <= self.watch.now()
    }
}

/// Why something could not be noted.
#[derive(Debug, thiserror::Error)]
enum NotOurs {
    #[error("another node has taken this over")]
    Taken,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl store::MayRetry for NotOurs {
    fn may_retry(&self, times: u32) -> bool {
        matches!(self, Self::Store(error) if error.may_retry(times))
    }
}

impl From<NotOurs> for connector::Error {
    fn from(error: NotOurs) -> Self {
        Self::Later { after: None, message: error.to_string() }
    }
}

/// The default folder of a kind.
fn folder_of(kind: FolderKind) -> FolderId {
    DEFAULT_FOLDERS.iter().find(|(_, of, _)| *of == kind).map_or(FolderId(0), |(id, ..)| *id)
}

/// Where the log has what concerns mail on its way.
pub(super) fn log_place(account: AccountId) -> Place {
    Place { account, folder: folder_of(FolderKind::OUTBOX), item: ItemId(0) }
}
