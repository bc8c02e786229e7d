//! Sends what the outbox owes, and writes what became of it. Safe to kill anywhere.
//!
//! Which version is sent, and under which key, is committed before it is sent; so an attempt whose answer is not
//! known is repeated word for word under the same key, and only then a newer version follows.

use jiff::SignedDuration;
use jiff::Timestamp;

use super::apply::Target;
use super::draft;
use super::draft::Draft;
use super::draft::Text;
use super::finish::finish;
use super::folder::collection_of;
use super::lanes::Lanes;
use super::office::Desk;
use super::office::Office;
use super::office::Stop;
use super::office::Watch;
use super::office::answer;
use super::office::later;
use super::relocate;
use super::relocate::Origin;
use super::relocate::Relocated;
use super::relocate::Relocation;
use super::settle;
use crate::app::App;
use crate::app::new_key;
use crate::connector;
use crate::connector::Collection;
use crate::connector::Remote;
use crate::connector::Stored;
use crate::connector::Write;
use crate::model::content::Content;
use crate::model::id::Rev;
use crate::store;
use crate::store::access;
use crate::store::folder as folders;
use crate::store::item;
use crate::store::outbox;
use crate::store::outbox::Owed;
use crate::store::retrying;

/// Longer than the wait for two answers: the write, and what became of it there.
const LEASE: SignedDuration = SignedDuration::from_secs(150);

/// How long a write waits that another has to be answered before.
const HELD_UP: SignedDuration = SignedDuration::from_millis(200);

/// One write with all it takes.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) owed: Owed,
    desk: Desk,
    collection: Collection,
    pub(super) target: Target,
    /// What the back office calls the item, and the version it is thought to have; empty where that is not known.
    pub(super) remote: Option<(String, String)>,
    /// Of a mail that was moved: how it gets there.
    relocation: Option<Relocation>,
    /// Of a draft that a phone wrote: what its mailbox has yet to get.
    text: Option<Text>,
    /// What is sent; none: the item is deleted.
    pub(super) content: Option<Content>,
}

/// What became of a write.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is there; with what is there now, if that differs from what was sent.
    Stored(Stored, Option<Box<Remote>>),
    /// Nothing was sent: this is what an earlier write has become there, which was not known.
    Learnt(Box<Remote>),
    /// It is gone there, as it should be.
    Deleted,
    /// There was nothing to do: it was never there.
    Needless,
    /// It changed there meanwhile.
    Changed(Box<Remote>),
    /// It is gone there, though it should not be.
    Gone,
    /// The back office would not have it.
    Refused(String),
    /// Nobody may log in.
    LogIn(String),
    /// The answer is not known, or was "later".
    Later(Option<std::time::Duration>, String),
    /// The answer makes no sense: somebody else than the back office may have given it.
    Strange(String),
}

/// Starts what is due, as far as there is room.
pub(super) async fn start_due(office: &Office, lanes: &mut Lanes) -> store::Result<()> {
    let now = office.app.now();
    for connection in office.connections() {
        let connection = &connection.settings;
        let free = i64::try_from(lanes.free(&connection.name)).unwrap_or(0);
        if free == 0 {
            continue;
        }
        let mut reader = office.app.store().read().await?;
        let due = outbox::due(&mut reader, &connection.name, now, free).await?;
        drop(reader);
        for owed in due {
            if retrying(|| take(office, &owed, now)).await? {
                let office = office.clone();
                lanes.start(&connection.name, async move { one(&office, taken(owed), now).await });
            }
        }
    }
    Ok(())
}

/// Sends what is owed over a connection and due at a time, one after the other, and waits for it. How many were sent.
pub async fn now(app: &App, connection: &str, now: Timestamp) -> store::Result<usize> {
    let office = Office::new(app.clone(), &format!("push-{}", new_key()));
    round(&office, connection, now).await
}

/// The same for one node.
pub(super) async fn round(office: &Office, connection: &str, now: Timestamp) -> store::Result<usize> {
    /// Enough for one round.
    const MOST: i64 = 1000;
    let mut reader = office.app.store().read().await?;
    let due = outbox::due(&mut reader, connection, now, MOST).await?;
    drop(reader);
    let mut pushed = 0;
    for owed in due {
        if retrying(|| take(office, &owed, now)).await? {
            one(office, taken(owed), now).await;
            pushed += 1;
        }
    }
    Ok(pushed)
}

pub(super) async fn take(office: &Office, owed: &Owed, now: Timestamp) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    if relocate::must_wait(&mut tx, owed).await? {
        outbox::postpone(&mut tx, owed.place, later(now, HELD_UP)).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let sending = owed.sent_rev.unwrap_or(owed.rev);
    let taken = outbox::take(&mut tx, owed, sending, office.lease(now, LEASE), now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// The row as taking it has left it.
pub(super) fn taken(mut owed: Owed) -> Owed {
    owed.sent_rev = Some(owed.sent_rev.unwrap_or(owed.rev));
    owed.attempts = owed.attempts.saturating_add(1);
    owed
}

/// Sends one write that was taken.
async fn one(office: &Office, owed: Owed, now: Timestamp) {
    let watch = Watch::starting(now);
    let place = owed.place;
    let outcome = match prepare(office, owed.clone()).await {
        Ok(attempt) => {
            let answer = attempt.send(office).await;
            if matches!(answer, Answer::Refused(_)) {
                // What it said may speak of the content, so it stands in the account's own log alone.
                tracing::warn!(account = %place.account, connection = attempt.owed.connection, folder = %place.folder,
                    item = %place.item, "a change was refused and is undone; `lomme log` says why");
            }
            retrying(|| finish(office, &attempt, &answer, watch)).await.map_err(Stop::from)
        }
        Err(Stop::Gone) => retrying(|| give_up(office, &owed)).await.map_err(Stop::from),
        Err(Stop::Sealed) => {
            let answer = Answer::LogIn(Stop::Sealed.to_string());
            retrying(|| pause(office, &owed, &answer, watch)).await.map_err(Stop::from)
        }
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        tracing::warn!(account = %place.account, folder = %place.folder, item = %place.item, %error,
            "a push broke off; it is repeated when its lease runs out");
    }
}

pub(super) async fn prepare(office: &Office, owed: Owed) -> Result<Attempt, Stop> {
    let place = owed.place;
    let desk = office.desk(place.account, &owed.connection).await?;
    let mut reader = office.app.store().read().await?;
    let folder = folders::find(&mut reader, place.account, place.folder).await?.filter(|row| !row.deleted);
    let folder = folder.ok_or(Stop::Gone)?.folder;
    let collection = collection_of(&folder, &owed.connection).ok_or(Stop::Gone)?;
    let policy = office.app.conflict_policy(&mut reader, place.account, folder.class).await?;
    let row = item::newest(&mut reader, place).await?.ok_or(Stop::Gone)?;
    let sending = owed.sent_rev.unwrap_or(owed.rev);
    // The sweep spares what the outbox needs; should the version be gone all the same, the newest one goes.
    let version = item::version(&mut reader, place, sending).await?.unwrap_or_else(|| row.version.clone());
    let target = Target {
        account: place.account,
        folder: place.folder,
        class: folder.class,
        connection: owed.connection.clone(),
        policy,
    };
    let content = if version.meta.deleted {
        None
    } else {
        let content = Content::from_json(folder.class, &version.content);
        Some(content.map_err(|error| store::Error::Damaged { table: "item", reason: error.to_string() })?)
    };
    let text = draft::owed(&mut reader, place.account, content.as_ref()).await?;
    let relocation = match text {
        Some(_) => None,
        None => relocate::prepare(&mut reader, &desk, place, folder.class, (&row, &version)).await?,
    };
    let remote = row.remote_id.map(|id| (id, row.etag.unwrap_or_default()));
    Ok(Attempt { owed, desk, collection, target, remote, relocation, text, content })
}

impl Attempt {
    pub(super) fn sent_rev(&self) -> Rev {
        self.owed.sent_rev.unwrap_or(self.owed.rev)
    }

    /// Where a mail was that was moved.
    pub(super) fn moved_from(&self) -> Option<&Origin> {
        match &self.relocation {
            Some(Relocation::From(origin)) => Some(origin),
            _ => None,
        }
    }

    /// What a phone wrote that is in no mailbox before this.
    pub(super) fn text(&self) -> Option<Text> {
        self.text
    }

    pub(super) async fn send(&self, office: &Office) -> Answer {
        if let (Some(text), Some(Content::Message(message))) = (self.text, &self.content) {
            let draft = Draft {
                desk: &self.desk,
                collection: &self.collection,
                message,
                before: self.remote.as_ref().map(|(id, _)| id.as_str()),
                may_be_there: self.owed.attempts > 1,
            };
            return text.write(office, &draft).await;
        }
        let Desk { connector, user } = &self.desk;
        let write = Write { collection: &self.collection, idempotency_key: &self.owed.key };
        if let Some(relocation) = &self.relocation {
            return self.relocate(relocation).await;
        }
        let stored = match (&self.remote, &self.content) {
            (None, None) => return Answer::Needless,
            (Some((id, etag)), _) if etag.is_empty() => return self.learn(id).await,
            (Some((id, etag)), None) => {
                return match answer(connector.delete(user, write, id, etag)).await {
                    Ok(()) | Err(connector::Error::Gone) => Answer::Deleted,
                    Err(error) => self.failed(error),
                };
            }
            (None, Some(content)) => answer(connector.create(user, write, content)).await,
            (Some((id, etag)), Some(content)) => {
                answer(connector.update(user, write, id, etag, content)).await
            }
        };
        match stored {
            Ok(stored) if stored.altered => {
                // What cannot be learnt now is asked for before the next write, or comes with the next pull.
                let there = self.fetch(&stored.id).await.ok().flatten();
                Answer::Stored(stored, there.map(Box::new))
            }
            Ok(stored) => Answer::Stored(stored, None),
            Err(error) => self.failed(error),
        }
    }

    /// What is there now, if anything is.
    async fn fetch(&self, id: &str) -> connector::Result<Option<Remote>> {
        let ids = [id.to_owned()];
        let fetched = answer(self.desk.connector.fetch(&self.desk.user, &self.collection, &ids)).await;
        Ok(fetched?.into_iter().find(|remote| remote.id == id).map(|remote| self.completed(remote)))
    }

    /// With what the back office cannot keep.
    fn completed(&self, mut remote: Remote) -> Remote {
        if let (Ok(there), Some(ours)) = (&mut remote.content, &self.content) {
            there.keep_from(ours);
        }
        remote
    }

    /// A mail goes where it was moved to; it cannot be made there anew. Its marks follow it.
    async fn relocate(&self, relocation: &Relocation) -> Answer {
        let id = match relocation.go(&self.desk, &self.collection, self.content.as_ref()).await {
            Ok(Relocated::There(id)) => id,
            Ok(Relocated::Waits) => {
                return Answer::Later(None, "it is still on its way to another folder".to_owned());
            }
            Ok(Relocated::Gone) => {
                return Answer::Refused("the message was no longer there to be moved".to_owned());
            }
            Err(error) => return self.failed(error),
        };
        // What cannot be learnt now is asked for before the next write.
        let unknown = Stored { id: id.clone(), etag: String::new(), altered: true };
        let Ok(Some(there)) = self.fetch(&id).await else { return Answer::Stored(unknown, None) };
        let stored = Stored { id, etag: there.etag, altered: false };
        match &self.content {
            Some(content) if there.content.as_ref().ok() != Some(content) => {
                let Desk { connector, user } = &self.desk;
                let write = Write { collection: &self.collection, idempotency_key: &self.owed.key };
                let marked = connector.update(user, write, &stored.id, &stored.etag, content);
                Answer::Stored(answer(marked).await.unwrap_or(unknown), None)
            }
            _ => Answer::Stored(stored, None),
        }
    }

    /// Nobody may write over a version that he has not seen: it is asked for first.
    async fn learn(&self, id: &str) -> Answer {
        match (self.fetch(id).await, &self.content) {
            (Ok(Some(there)), _) => Answer::Learnt(Box::new(there)),
            (Ok(None), None) => Answer::Deleted,
            (Ok(None), Some(_)) => Answer::Gone,
            (Err(error @ (connector::Error::LogIn(_) | connector::Error::Later { .. })), _) => {
                self.failed(error)
            }
            (Err(error), _) => Answer::Strange(error.to_string()),
        }
    }

    fn failed(&self, error: connector::Error) -> Answer {
        match error {
            connector::Error::Conflict(Some(remote)) => self.met(Box::new(self.completed(*remote))),
            connector::Error::Conflict(None) | connector::Error::Gone => Answer::Gone,
            connector::Error::Refused(message) => Answer::Refused(message),
            connector::Error::LogIn(message) => Answer::LogIn(message),
            connector::Error::Later { after, message } => Answer::Later(after, message),
            connector::Error::CursorExpired | connector::Error::Protocol(_) => {
                Answer::Strange(error.to_string())
            }
        }
    }

    /// 412: with our own data there, an earlier attempt had been accepted and its answer lost.
    fn met(&self, remote: Box<Remote>) -> Answer {
        let ours = match (&remote.content, &self.content) {
            (Ok(there), Some(sent)) => settle::holds(there, sent),
            _ => false,
        };
        if !ours {
            return Answer::Changed(remote);
        }
        let stored = Stored { id: remote.id.clone(), etag: remote.etag.clone(), altered: true };
        Answer::Stored(stored, Some(remote))
    }
}

/// Nothing can be owed to a folder that is not there, nor over an access that was taken away.
async fn give_up(office: &Office, owed: &Owed) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    outbox::forget_if_gone(&mut tx, owed.place, &owed.connection).await?;
    outbox::postpone(&mut tx, owed.place, later(owed.next_at, SignedDuration::from_mins(15))).await?;
    tx.commit().await
}

async fn pause(office: &Office, owed: &Owed, answer: &Answer, watch: Watch) -> store::Result<()> {
    let Answer::LogIn(message) = answer else { return Ok(()) };
    let mut tx = office.app.store().begin().await?;
    let now = watch.now();
    let times = (watch.started_at(), now);
    access::pause(&mut tx, owed.place.account, &owed.connection, message, times).await?;
    outbox::postpone(&mut tx, owed.place, now).await?;
    tx.commit().await
}
