//! What is remembered of a phone and a folder: two slots and the results under the previous key. Not the items.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use super::filter::EVERYTHING;
use super::key::SyncKey;
use crate::model::id::ItemId;
use crate::model::id::Rev;

/// One row per device and folder, whatever the folder's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Where the phone stands if it got our last answer.
    pub current: Slot,
    /// Where it stands if it did not.
    pub previous: Option<Slot>,
    /// What was done under the previous key, oldest first; the last one made the current slot.
    pub answered: Vec<Answered>,
    /// The newest key ever issued here.
    pub issued: SyncKey,
    /// What the phone has moved here or away since it got the previous key: it holds that under either key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Own>,
}

/// Where a phone stands in a folder's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The key that means this.
    pub key: SyncKey,
    /// How far it has been told.
    pub cursor: Cursor,
    /// What it wrote itself and so holds.
    pub own: Own,
    /// The filter that was in force when it was told.
    pub cutoff: i64,
    /// What it could not be told, and so does not hold.
    #[serde(default, skip_serializing_if = "Asides::is_empty")]
    pub aside: Asides,
}

/// Items that could not be told, by the program that failed; another one may succeed.
///
/// They belong to the slot: an answer that is lost leaves them as they were before it, so that its repetition says the
/// same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asides(BTreeMap<String, BTreeSet<ItemId>>);

/// How far a phone has been told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursor {
    /// It knows all up to here.
    At(Rev),
    /// It is being told the difference between two revisions, window by window.
    Walk(Walk),
}

/// A difference that did not fit into one window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// What it knew before; 0 at a first sync.
    pub from: Rev,
    /// What it will know after.
    pub to: Rev,
    /// The filter in force at the end.
    pub cutoff: i64,
    /// The last version it was told, in the order of the walk; none at its start.
    pub position: Option<Position>,
}

/// A place in the order of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// `sort_time` of the version at `to` (a first sync goes by that, newest first).
    pub sort_time: i64,
    /// Its item.
    pub item: ItemId,
    /// Its revision (any later walk goes by that).
    pub rev: Rev,
}

/// The revisions after `after`, up to `upto`, in which the phone's own versions count as held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// Where its partnership began.
    pub after: Rev,
    /// Its last own write that it knows the result of.
    pub upto: Rev,
}

/// A request made under the previous key, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Fingerprint of the collection as the phone sent it.
    pub body: String,
    /// The results of its commands.
    pub results: Vec<Outcome>,
    /// How many changes of ours went out with the answer; none if it asked for none.
    pub told: Option<usize>,
}

/// The result of one command of a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which command.
    pub command: Command,
    /// The phone's name for an item it added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Our name for the item; none when it came to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<String>,
    /// The occurrence it concerned (16.x).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Fingerprint of what the phone sent.
    pub content: String,
    /// The status of the item.
    pub status: u8,
    /// The version it made that the phone holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<Rev>,
}

/// A command within `Commands`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// A new item.
    Add,
    /// An item changed.
    Change,
    /// An item deleted.
    Delete,
    /// An item asked for.
    Fetch,
}

/// What a key that a phone sent means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It got our last answer and goes on.
    Current,
    /// It did not get our last answer and asks the same again: give that answer again.
    Repeat,
    /// A new request from the state of the previous key (conformance rule 1).
    Again,
    /// Never issued, superseded or too old.
    Unknown,
}

/// Answers kept per key; a phone that goes on under one key for longer has to start again.
const ANSWERED: usize = 64;

impl State {
    /// A phone that holds nothing of a folder, which stands at `head`.
    ///
    /// The state it had stays valid until the new key is used, and a new key that was not used yet is given again:
    /// iOS asks twice. A state that is not there may have been thrown away with its count of keys, so the count
    /// begins at the second it is.
    pub fn first(replaced: Option<Self>, head: Rev, now: Timestamp) -> Self {
        let key = replaced.as_ref().map_or(SyncKey(now.as_second()), |state| state.issued).next();
        let fresh = Slot {
            key,
            cursor: Cursor::At(Rev(0)),
            own: Own { after: head, upto: head },
            cutoff: EVERYTHING,
            aside: Asides::default(),
        };
        match replaced {
            Some(state) if state.current.is_unused() => state,
            Some(state) => {
                let (answered, moved) = Default::default();
                Self { current: fresh, previous: Some(state.current), answered, issued: key, moved }
            }
            None => {
                let (answered, moved) = Default::default();
                Self { current: fresh, previous: None, answered, issued: key, moved }
            }
        }
    }

    /// What the phone means by `key` with a collection of this fingerprint.
    pub fn used_by(&self, key: SyncKey, body: &str) -> Use {
        if key == self.current.key {
            return Use::Current;
        }
        if self.previous.as_ref().is_none_or(|slot| slot.key != key) {
            return Use::Unknown;
        }
        match self.answered.last() {
            Some(last) if last.body == body => Use::Repeat,
            _ if self.answered.len() >= ANSWERED => Use::Unknown,
            _ => Use::Again,
        }
    }

    /// The state after a request under `used` that led to `reached`.
    #[must_use]
    pub fn after(self, used: &Slot, mut reached: Slot, answered: Answered) -> Self {
        let issued = self.issued.next();
        reached.key = issued;
        let (mut all, moved) =
            if used.key == self.current.key { Default::default() } else { (self.answered, self.moved) };
        all.push(answered);
        Self { current: reached, previous: Some(used.clone()), answered: all, issued, moved }
    }

    /// The phone holds what it wrote at a revision by moving it: no key says whether it knows.
    pub fn moved_at(&mut self, rev: Rev) {
        let before = self.current.own.upto;
        self.current.own.upto = before.max(rev);
        match self.moved.last_mut() {
            // Nothing of its own lies between, so a thousand moves in a row are one range.
            Some(range) if range.upto == before => range.upto = rev,
            _ => self.moved.push(Own { after: Rev(rev.0 - 1), upto: rev }),
        }
    }

    /// Whether the phone wrote a revision by moving something since it got the previous key.
    pub fn has_moved_at(&self, rev: Rev) -> bool {
        self.moved.iter().any(|range| range.after < rev && rev <= range.upto)
    }

    /// The result that an earlier request under the previous key had for the same command.
    ///
    /// An Add is the same when `ClientId` and content are; a Change or Delete when it is also the last thing done
    /// to its item, so that there-and-back-and-there-again is not mistaken for a repetition.
    pub fn known(&self, wanted: &Outcome) -> Option<&Outcome> {
        let mut all = self.answered.iter().flat_map(|answered| &answered.results).rev();
        match wanted.command {
            Command::Add => all.find(|known| {
                known.command == Command::Add
                    && known.client_id == wanted.client_id
                    && known.content == wanted.content
            }),
            Command::Change | Command::Delete => all
                .find(|known| known.server_id == wanted.server_id && known.instance == wanted.instance)
                .filter(|known| known.command == wanted.command && known.content == wanted.content),
            Command::Fetch => None,
        }
    }
}

impl Asides {
    /// Whether there are none, as nearly always.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the item is one of them.
    pub fn contains(&self, item: ItemId) -> bool {
        self.0.values().any(|items| items.contains(&item))
    }

    /// Sets an item aside that this program cannot tell.
    pub fn insert(&mut self, item: ItemId, program: &str) {
        self.remove(item);
        self.0.entry(program.to_owned()).or_default().insert(item);
    }

    /// The item is told, or need not be; whether it was one of them.
    pub fn remove(&mut self, item: ItemId) -> bool {
        let was_there = self.0.values_mut().any(|items| items.remove(&item));
        self.0.retain(|_, items| !items.is_empty());
        was_there
    }

    /// Those that another program than this one could not tell.
    pub fn of_others(&self, program: &str) -> Vec<ItemId> {
        let others = self.0.iter().filter(|(name, _)| *name != program);
        others.flat_map(|(_, items)| items.iter().copied()).collect()
    }

    /// Whether there are such.
    pub fn has_others(&self, program: &str) -> bool {
        self.0.keys().any(|name| name != program)
    }
}

impl Slot {
    /// Whether it was issued for key 0 and nothing has been told or done under it.
    fn is_unused(&self) -> bool {
        self.cursor == Cursor::At(Rev(0)) && self.own.after == self.own.upto
    }

    /// The oldest revision whose versions are needed to go on from here; none if none are.
    pub fn needs(&self) -> Option<Rev> {
        match &self.cursor {
            Cursor::At(Rev(0)) => None,
            Cursor::At(rev) => Some(*rev),
            // A first sync compares with nothing.
            Cursor::Walk(walk) if walk.from == Rev(0) => Some(walk.to),
            Cursor::Walk(walk) => Some(walk.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_set_aside_by_one_program_at_a_time() {
        let mut aside = Asides::default();
        aside.insert(ItemId(7), "1");
        aside.insert(ItemId(8), "1");
        aside.insert(ItemId(7), "2");
        assert_eq!(serde_json::to_string(&aside).unwrap(), r#"{"1":[8],"2":[7]}"#);
        assert_eq!((aside.of_others("2"), aside.has_others("2")), (vec![ItemId(8)], true));
        assert!(aside.remove(ItemId(8)) && !aside.remove(ItemId(8)) && !aside.has_others("2"));
        assert!(aside.contains(ItemId(7)) && aside.remove(ItemId(7)) && aside.is_empty());
    }
}
