//! What is done with mail as it comes: a meeting that it is about is put into the calendar, so that phones show it before
//! it is answered, with what those say who were invited (how, is in `model/event/invited.rs` and `answered.rs`), and it
//! follows its conversation where a phone has sent that.
//!
//! It is done once, by whoever pulls the folder: how far that was looked through is part of where its pull stands. What
//! the calendar of the back office has is asked before, for it, or another program, may have been quicker.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::time::Instant;

use super::office::Office;
use super::office::Stop;
use super::office::Watch;
use super::office::later;
use super::pull;
use super::pull::LEASE;
use crate::command;
use crate::command::calendar;
use crate::command::carry::carry;
use crate::command::conversation;
use crate::connector;
use crate::connector::Collection;
use crate::mailbox;
use crate::mailbox::Mailbox;
use crate::mailbox::letters;
use crate::mailbox::letters::Bounds;
use crate::mime::calendar::Scheduling;
use crate::mime::letter;
use crate::mime::letter::Letter;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::event::answered::Answer;
use crate::model::event::invited::Invitee;
use crate::model::event::invited::Word;
use crate::model::folder::Folder;
use crate::model::folder::FolderKind;
use crate::model::id::FolderId;
use crate::model::id::Rev;
use crate::store;
use crate::store::absence;
use crate::store::absence::Arrived;
use crate::store::account;
use crate::store::conversation as rules;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::pull as pulls;
use crate::store::pull::Due;
use crate::store::retrying;

/// Messages looked at in one go.
const MANY: i64 = 100;
/// What came longer ago did not arrive now: a phone looks further back, or the mailbox was numbered anew.
const STALE: SignedDuration = SignedDuration::from_hours(72);
/// No invitation is longer.
const LONGEST: u64 = 1024 * 1024;
/// A mail server that has not told about a few messages by then is asked again later.
const PATIENCE: Duration = Duration::from_secs(60);

/// What comes into a folder, seen by the pull that brings it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrivals<'a> {
    pub(super) office: &'a Office,
    pub(super) due: &'a Due,
    pub(super) watch: &'a Watch,
    pub(super) folder: &'a Folder,
    pub(super) mailbox: &'a Mailbox,
    pub(super) collection: &'a Collection,
}

/// A message that came.
struct Came {
    letter: Letter,
    place: Place,
    at: Timestamp,
}

/// What a message says of a meeting.
struct Told {
    said: Said,
    event: Event,
    place: Place,
}

/// Who says it.
#[derive(Clone, Copy)]
enum Said {
    /// Who invites.
    Organizer(Word),
    /// Who is invited.
    Attendee(Answer),
}

impl Told {
    fn of(came: &Came) -> Option<Self> {
        let said = match came.letter.scheduling()? {
            Scheduling::Request => Said::Organizer(Word::Held),
            Scheduling::Cancel => Said::Organizer(Word::Off),
            _ if came.letter.is_proposal() => Said::Attendee(Answer::Proposed),
            Scheduling::Accepted | Scheduling::Tentative | Scheduling::Declined => {
                Said::Attendee(Answer::Given)
            }
        };
        Some(Self { said, event: mailbox::meeting(&came.letter)?, place: came.place })
    }
}

impl Arrivals<'_> {
    /// Looks through what came after a revision; up to where that went well, and what failed then. What is there when
    /// a folder is first pulled has not arrived: it is left alone.
    pub(super) async fn look_through(self, looked: Option<Rev>) -> (Option<Rev>, Option<Stop>) {
        let mut done = looked;
        let failed = self.look(&mut done).await.err();
        (done, failed)
    }

    async fn look(self, done: &mut Option<Rev>) -> Result<(), Stop> {
        let Due { account, folder, .. } = *self.due;
        let mut reader = self.office.app.store().read().await?;
        let end = folder::find(&mut reader, account, folder).await?.ok_or(Stop::Gone)?.rev;
        let is_sorted = conversation::is_left(self.folder) && rules::has_any(&mut reader, account).await?;
        drop(reader);
        let is_of_interest = is_sorted || self.folder.kind == FolderKind::INBOX;
        while let Some(from) = done.filter(|from| *from < end && is_of_interest) {
            *done = Some(self.some(from, end).await?);
        }
        *done = Some(end);
        Ok(())
    }

    /// Looks at a few; up to where.
    async fn some(self, from: Rev, end: Rev) -> Result<Rev, Stop> {
        let mut reader = self.office.app.store().read().await?;
        let whose = (self.due.account, self.due.folder);
        let arrived = absence::arrived(&mut reader, whose, from, MANY).await?;
        drop(reader);
        let is_all = i64::try_from(arrived.len()).is_ok_and(|count| count < MANY);
        let to = arrived.last().filter(|_| !is_all).map_or(end, |last| Rev(last.item.0));
        let came = self.letters(&arrived).await?;
        if self.folder.kind == FolderKind::INBOX {
            self.meet(&came).await?;
        }
        for came in &came {
            retrying(|| self.sort(came)).await?;
        }
        Ok(to)
    }

    /// What new messages say.
    async fn letters(self, arrived: &[Arrived]) -> Result<Vec<Came>, Stop> {
        let oldest = later(self.watch.now(), -STALE);
        let new: Vec<(&Arrived, Timestamp)> = arrived
            .iter()
            .filter_map(|one| Some((one, came_at(one)?)))
            .filter(|(_, at)| *at >= oldest)
            .collect();
        let ids: Vec<String> = new.iter().filter_map(|(one, _)| one.remote_id.clone()).collect();
        let bounds = Bounds { bytes: usize::MAX, until: Instant::now() + PATIENCE };
        let mut letters = letters::fetch(self.mailbox, self.collection, &ids, bounds, &calendar_of).await;
        if let Some(error) = letters.failed {
            return Err(error.into());
        }
        let came = new.into_iter().filter_map(|(one, at)| {
            let letter = letters.found.remove(one.remote_id.as_ref()?)?.ok()?;
            let place = Place { account: self.due.account, folder: self.due.folder, item: one.item };
            Some(Came { letter, place, at })
        });
        Ok(came.collect())
    }

    /// Puts the meetings that messages are about into the calendar.
    async fn meet(self, came: &[Came]) -> Result<(), Stop> {
        let told: Vec<Told> = came.iter().filter_map(Told::of).collect();
        if told.is_empty() {
            return Ok(());
        }
        let calendars = self.calendars().await?;
        let is_calendar = |due: &Due| calendars.contains(&due.folder);
        if !pull::ahead(self.office, self.due.account, &is_calendar, self.watch.now()).await? {
            let message = "the calendar cannot be asked now".to_owned();
            return Err(connector::Error::Later { after: None, message }.into());
        }
        for told in &told {
            retrying(|| self.put(told)).await?;
        }
        Ok(())
    }

    /// Moves a message to where its conversation goes, if that goes anywhere and it is no older than that.
    async fn sort(self, came: &Came) -> Result<(), Stop> {
        if !conversation::is_left(self.folder) {
            return Ok(());
        }
        let (account, now) = (self.due.account, self.watch.now());
        let id = came.letter.headers().conversation_id();
        let rule = rules::find(&mut *self.office.app.store().glance().await?, account, &id).await?;
        let Some(rule) = rule.filter(|rule| rule.folder != self.due.folder && came.at >= rule.since) else {
            return Ok(());
        };
        let mut tx = self.office.app.store().begin().await?;
        if !pulls::hold(&mut tx, self.due, self.office.lease(now, LEASE)).await? {
            return Err(Stop::Lost);
        }
        let to = folder::find(&mut tx, account, rule.folder).await?.filter(|row| !row.deleted);
        if let Some(to) = to {
            carry(&mut tx, came.place, &to.folder, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The calendars that a meeting may be in.
    async fn calendars(self) -> store::Result<Vec<FolderId>> {
        let all = folder::list(&mut *self.office.app.store().read().await?, self.due.account).await?;
        let folders = all.into_iter().filter(|row| !row.deleted).map(|row| row.folder);
        let calendars = folders.filter(|folder| folder.class == Class::Calendar && !folder.read_only);
        Ok(calendars.map(|folder| folder.id).collect())
    }

    async fn put(self, told: &Told) -> Result<(), Stop> {
        let now = self.watch.now();
        let mut tx = self.office.app.store().begin().await?;
        if !pulls::hold(&mut tx, self.due, self.office.lease(now, LEASE)).await? {
            return Err(Stop::Lost);
        }
        let Some(owner) = account::by_id(&mut tx, self.due.account).await? else { return Err(Stop::Gone) };
        // Who has answered it, or thrown it away, is not asked again.
        let is_there = item::newest(&mut tx, told.place).await?.is_some_and(|row| !row.version.meta.deleted);
        let known = calendar::of(&mut tx, owner.id, &told.event).await?;
        let log_in = self.mailbox.user.name.clone().filter(|name| name.contains('@'));
        let addresses: Vec<String> = std::iter::once(owner.email.clone()).chain(log_in).collect();
        let home = command::owner(&owner).zone;
        let invitee = Invitee { addresses: &addresses, home: &home, now };
        let stored = known.as_ref().map(|known| &known.event);
        let heard = match (told.said, stored) {
            (Said::Organizer(word), stored) => invitee.hears(word, &told.event, stored),
            (Said::Attendee(answer), Some(stored)) => invitee.is_answered(answer, &told.event, stored),
            (Said::Attendee(_), None) => None,
        };
        let Some(event) = heard.filter(|_| is_there) else { return Ok(()) };
        match known {
            Some(known) => Some(known.replace(&mut tx, &event, now).await?),
            None => calendar::create(&mut tx, owner.id, &event, now).await?,
        };
        tx.commit().await?;
        Ok(())
    }
}

/// When it came; none of what a phone has moved there just now.
fn came_at(arrived: &Arrived) -> Option<Timestamp> {
    arrived.remote_id.as_ref()?;
    match Content::from_json(Class::Email, &arrived.content) {
        Ok(Content::Message(message)) => message.received_at,
        _ => None,
    }
}

fn calendar_of(letter: &Letter) -> Vec<letter::Wanted> {
    let section = letter.calendar_section();
    section.map(|section| letter::Wanted { section, most: Some(LONGEST) }).into_iter().collect()
}
