//! What a phone is told in one window: the journal between two revisions, cut by its filter.

use std::collections::HashMap;

use crate::store::Connection;

use crate::PROGRAM;
use crate::eas::class;
use crate::eas::class::email;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::ItemId;
use crate::model::id::Rev;
use crate::model::message::Message;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::item::Version;
use crate::store::state::Aside;
use crate::store::state::Who;
use crate::store::walk;
use crate::store::walk::Candidate;
use crate::store::walk::Path;
use crate::sync::Meta;
use crate::sync::held;
use crate::sync::held::Step;
use crate::sync::state::Cursor;
use crate::sync::state::Position;
use crate::sync::state::Slot;
use crate::sync::state::Walk;

/// Where the difference is looked for.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The device.
    pub who: Who,
    /// The folder as it stands in this snapshot.
    pub folder: folder::Row,
    /// The cut-off of the phone's filter now.
    pub cutoff: i64,
    /// The version of the protocol that it speaks.
    pub version: wbxml::Version,
    /// The revision at which the answer ends, where that is before the journal does; 0 tells nothing.
    pub to: Option<Rev>,
}

impl Scope {
    /// What this device lacks of a folder, under a filter that cuts at `cutoff`.
    pub fn of(who: Who, version: wbxml::Version, folder: folder::Row, cutoff: i64) -> Self {
        // As if nothing had ever been in it: once the phone speaks a later version, it hears all.
        let to = (!class::is_known(folder.folder.class, version)).then_some(Rev(0));
        Self { who, folder, cutoff, version, to }
    }

    fn end(&self) -> Rev {
        self.to.unwrap_or(self.folder.rev)
    }
}

/// One change of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What is to be said of the item.
    pub step: Step,
    /// Which item.
    pub item: ItemId,
    /// Of a mail that changed: what the phone holds of it.
    pub held: Option<Message>,
    /// The version it comes to.
    pub version: Version,
}

impl News {
    /// The mail that is to be told with what it says: one that is new to the phone, or a draft that was rewritten.
    pub fn whole_mail(&self) -> Option<Message> {
        if !matches!(self.step, Step::Add | Step::Change) {
            return None;
        }
        let Ok(Content::Message(message)) = content(Class::Email, &self.version) else { return None };
        let is_held = |held: &Message| !email::change::is_rewritten(held, &message);
        (!self.held.as_ref().is_some_and(is_held)).then_some(message)
    }
}

/// Takes the news one by one; says whether it has room for more.
pub trait Listener {
    /// Whether the next one still fits.
    fn has_room(&self, news: &News) -> bool;
    /// Takes one. An item that cannot be told is not taken: the reason comes back.
    fn hear(&mut self, news: &News) -> Result<(), String>;
}

/// What came of a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Where the phone stands after it.
    pub slot: Slot,
    /// How many were told.
    pub count: usize,
    /// Whether there is more.
    pub more: bool,
    /// Items that could not be told, with the reason.
    pub failed: Vec<(Aside, String)>,
    /// Items that had been set aside and were told now.
    pub healed: Vec<ItemId>,
}

/// Rows read at a time.
const PAGE: i64 = 128;

/// Tells the listener what the phone lacks, as far as there is room.
pub async fn tell(
    connection: &mut Connection,
    scope: &Scope,
    slot: &Slot,
    listener: &mut impl Listener,
) -> Result<Told, Error> {
    let mut teller = Teller {
        scope,
        told: Told { slot: slot.clone(), count: 0, more: false, failed: Vec::new(), healed: Vec::new() },
        is_closed: false,
    };
    // A walk that ends is followed by the next at once: by all of it if the first had nothing to say (an answer that
    // promises more and brings nothing sends phones into a loop), else only to see whether there is more.
    while teller.walk(connection, listener).await? {}
    Ok(teller.told)
}

struct Teller<'a> {
    scope: &'a Scope,
    told: Told,
    /// Whether a walk ended that told something: an item must not come twice in one answer.
    is_closed: bool,
}

impl Teller<'_> {
    /// Goes on with the walk at hand or begins the next; whether another one has to follow in the same window.
    async fn walk(
        &mut self,
        connection: &mut Connection,
        listener: &mut impl Listener,
    ) -> Result<bool, Error> {
        let Some(mut walk) = self.next_walk() else { return Ok(false) };
        if walk.position.is_none() {
            self.retry_aside(connection, &walk, listener).await?;
        }
        let own = self.told.slot.own;
        let own = walk::own_versions(connection, self.path(&walk), self.scope.who.device, own).await?;
        loop {
            let page = walk::page(connection, self.path(&walk), &own, PAGE).await?;
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            for candidate in page {
                let (held, step) = self.step(&walk, &candidate, &own);
                let (step, held) = self.seen(connection, step, &candidate, held).await?;
                let meta = candidate.target.meta;
                let news = News { step, item: meta.item, held, version: candidate.target };
                if step != Step::Nothing && (self.is_closed || !listener.has_room(&news)) {
                    self.told.slot.cursor = Cursor::Walk(walk);
                    self.told.more = true;
                    return Ok(false);
                }
                self.say(news, listener);
                walk.position = Some(Position { sort_time: meta.sort_time, item: meta.item, rev: meta.rev });
            }
            if is_last {
                break;
            }
        }
        self.told.slot.cursor = Cursor::At(walk.to);
        self.told.slot.cutoff = walk.cutoff;
        self.is_closed = self.told.count > 0;
        Ok(true)
    }

    fn next_walk(&self) -> Option<Walk> {
        let end = self.scope.end();
        match &self.told.slot.cursor {
            Cursor::Walk(walk) => Some(walk.clone()),
            Cursor::At(rev)
                if *rev == end && self.told.slot.cutoff == self.scope.cutoff && !self.is_retry_due() =>
            {
                None
            }
            // What was never told anything has nothing that a filter could take away.
            Cursor::At(_) if end == Rev(0) => None,
            Cursor::At(rev) => Some(Walk { from: *rev, to: end, cutoff: self.scope.cutoff, position: None }),
        }
    }

    /// Whether another program set items aside that this one may be able to tell.
    fn is_retry_due(&self) -> bool {
        self.told.slot.aside.has_others(PROGRAM)
    }

    fn path<'a>(&'a self, walk: &'a Walk) -> Path<'a> {
        Path {
            account: self.scope.who.account,
            folder: self.scope.folder.folder.id,
            walk,
            cutoff: self.told.slot.cutoff,
            head: self.scope.folder.rev,
        }
    }

    /// What is to be said of a candidate.
    fn step(&self, walk: &Walk, candidate: &Candidate, own: &HashMap<ItemId, Meta>) -> (Option<Rev>, Step) {
        let target = &candidate.target.meta;
        let own = own.get(&target.item);
        if own.is_some_and(|own| own.rev > walk.to) {
            // The phone has changed it since: that belongs to the next walk.
            return (None, Step::Nothing);
        }
        let mut versions: Vec<Meta> = candidate.before.iter().chain(own).chain([target]).copied().collect();
        versions.sort_by_key(|version| version.rev);
        let slot = Slot { cursor: Cursor::Walk(walk.clone()), ..self.told.slot.clone() };
        let held = held::held(&slot, self.scope.who.device, &versions);
        let held = held.map(|held| held.rev);
        (held, held::step(held, Some(target), walk.cutoff))
    }

    /// A mail changes by its marks, and is told by them alone unless it is a draft that was rewritten; of some of them
    /// this phone sees nothing.
    async fn seen(
        &self,
        connection: &mut Connection,
        step: Step,
        candidate: &Candidate,
        held: Option<Rev>,
    ) -> Result<(Step, Option<Message>), Error> {
        let folder = &self.scope.folder.folder;
        let Some(held) = held.filter(|_| step == Step::Change && folder.class == Class::Email) else {
            return Ok((step, None));
        };
        let item = candidate.target.meta.item;
        let place = Place { account: self.scope.who.account, folder: folder.id, item };
        let held = item::version(connection, place, held).await?;
        let read = |version: &Version| match content(Class::Email, version) {
            Ok(Content::Message(message)) => Some(message),
            _ => None,
        };
        let (Some(held), Some(now)) = (held.as_ref().and_then(read), read(&candidate.target)) else {
            return Ok((step, None));
        };
        let is_seen = email::change::is_seen(&held, &now, self.scope.version);
        Ok((if is_seen { step } else { Step::Nothing }, Some(held)))
    }

    fn say(&mut self, mut news: News, listener: &mut impl Listener) {
        if news.step == Step::Nothing {
            return;
        }
        let item = news.item;
        match listener.hear(&news) {
            Ok(()) => {
                self.told.count += 1;
                if self.told.slot.aside.remove(item) {
                    self.told.healed.push(item);
                }
            }
            Err(reason) => {
                let aside = Aside { item, rev: news.version.meta.rev, program: PROGRAM.to_owned() };
                self.told.slot.aside.insert(item, PROGRAM);
                self.told.failed.push((aside, reason));
                if news.step == Step::Change {
                    // The version it holds is out of date, and the new one cannot be told: it holds none then.
                    news.step = Step::SoftDelete;
                    if listener.hear(&news).is_ok() {
                        self.told.count += 1;
                    }
                }
            }
        }
    }

    /// Items that another program set aside and that have not changed since are tried again.
    async fn retry_aside(
        &mut self,
        connection: &mut Connection,
        walk: &Walk,
        listener: &mut impl Listener,
    ) -> Result<(), Error> {
        for item in self.told.slot.aside.of_others(PROGRAM) {
            let place = Place { account: self.scope.who.account, folder: self.scope.folder.folder.id, item };
            // It has its chance now, whatever comes of it.
            self.told.slot.aside.insert(item, PROGRAM);
            let versions = item::versions(connection, place).await?;
            // A version after the walk's start comes by itself.
            let meta = held::at(&versions, walk.to).filter(|meta| meta.rev <= walk.from);
            let Some(meta) = meta else { continue };
            let step = held::step(None, Some(meta), walk.cutoff);
            if step == Step::Nothing {
                self.told.slot.aside.remove(item);
                self.told.healed.push(item);
            } else if let Some(version) = item::version(connection, place, meta.rev).await? {
                self.say(News { step, item, held: None, version }, listener);
            }
        }
        Ok(())
    }
}

/// Whether the phone would be told anything at all, up to `limit` things.
pub async fn count(
    connection: &mut Connection,
    scope: &Scope,
    slot: &Slot,
    limit: usize,
) -> Result<usize, Error> {
    struct Counter {
        count: usize,
        limit: usize,
    }
    impl Listener for Counter {
        fn has_room(&self, _: &News) -> bool {
            self.count < self.limit
        }
        fn hear(&mut self, _: &News) -> Result<(), String> {
            self.count += 1;
            Ok(())
        }
    }
    if !may_have_news(connection, scope, slot).await? {
        return Ok(0);
    }
    let mut counter = Counter { count: 0, limit };
    tell(connection, scope, slot, &mut counter).await?;
    Ok(counter.count)
}

/// Whether it is worth while to look: a cheap no for a folder that nothing happened in.
pub async fn may_have_news(connection: &mut Connection, scope: &Scope, slot: &Slot) -> Result<bool, Error> {
    Ok(has_moved(scope, slot) || slot.aside.has_others(PROGRAM) || has_aged(connection, scope, slot).await?)
}

/// Whether the journal is further than the phone.
pub fn has_moved(scope: &Scope, slot: &Slot) -> bool {
    let end = scope.end();
    !matches!(slot.cursor, Cursor::At(rev) if rev == end || end == Rev(0))
}

/// Whether the phone's filter has passed over something since it was told.
pub async fn has_aged(connection: &mut Connection, scope: &Scope, slot: &Slot) -> Result<bool, Error> {
    if slot.cutoff == scope.cutoff {
        return Ok(false);
    }
    let cutoffs = (slot.cutoff, scope.cutoff);
    Ok(walk::has_aged(connection, scope.who.account, scope.folder.folder.id, cutoffs).await?)
}

/// What a phone is told of a stored version: its content, with what its back office does not keep.
// MS-ASNOTE 2.2.2.4 (LastModifiedDate): every note has one.
pub fn told(class: Class, version: &Version) -> Result<Content, String> {
    let mut content = content(class, version)?;
    if let Content::Note(note) = &mut content {
        note.updated.get_or_insert(version.changed_at);
    }
    Ok(content)
}

/// The content of a stored version.
pub fn content(class: Class, version: &Version) -> Result<Content, String> {
    Content::from_json(class, &version.content).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::sync::Meta;

    #[test]
    fn a_note_of_a_back_office_that_keeps_no_time_was_changed_when_it_came() {
        let changed_at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let version = |json: &str| Version {
            meta: Meta { item: ItemId(1), rev: Rev(1), sort_time: 0, deleted: false, writer: None },
            changed_at,
            content: json.to_owned(),
        };
        let updated = |json: &str| match told(Class::Notes, &version(json)).unwrap() {
            Content::Note(note) => note.updated.unwrap().to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(updated(r#"{"title": "a"}"#), "2026-11-23T08:00:00Z");
        assert_eq!(updated(r#"{"title": "a", "updated": "2026-11-01T08:00:00Z"}"#), "2026-11-01T08:00:00Z");
    }
}
