//! One folder on a phone of the walk: what it shows, what it has not brought home, how it takes an answer.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;
use lomme::model::class::Class;

use super::thing::Thing;
use crate::phone::node::Node;

/// A folder as people know it.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) class: Class,
    pub(crate) key: String,
    pub(crate) filter: u8,
    pub(crate) items: BTreeMap<String, Thing>,
    pub(crate) added: BTreeMap<String, Thing>,
    pub(crate) changed: BTreeSet<String>,
    pub(crate) deleted: BTreeMap<String, Thing>,
    /// The answer to its last request never came.
    pub(crate) is_behind: bool,
    /// An item on its way to another folder: its new name is not known yet.
    pub(crate) leaving: Option<String>,
    /// Whether such an item comes here.
    pub(crate) is_awaiting: bool,
}

/// What an answer brought.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// What a person did that came to nothing.
    pub(crate) dropped: Vec<Thing>,
    /// What the phone was told though it has just that.
    pub(crate) echoed: Vec<Thing>,
    /// Whether anything happened.
    pub(crate) is_news: bool,
}

/// What a request said of a folder.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) key: String,
    pub(crate) added: BTreeMap<String, Thing>,
    pub(crate) changed: BTreeMap<String, Thing>,
    pub(crate) deleted: BTreeSet<String>,
}

impl Said {
    fn is_silent(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.deleted.is_empty()
    }
}

impl Book {
    pub(crate) fn new(class: Class) -> Self {
        Self {
            class,
            key: "0".to_owned(),
            filter: 0,
            items: BTreeMap::new(),
            added: BTreeMap::new(),
            changed: BTreeSet::new(),
            deleted: BTreeMap::new(),
            is_behind: false,
            leaving: None,
            is_awaiting: false,
        }
    }

    /// Throws away what is in it, and begins again. Returns what was not brought home.
    pub(crate) fn forget(&mut self) -> Vec<Thing> {
        let changed = self.changed.iter().map(|id| self.items[id].clone());
        let unsent =
            self.added.values().cloned().chain(changed).chain(self.deleted.values().cloned()).collect();
        *self = Self { filter: self.filter, ..Self::new(self.class) };
        unsent
    }

    /// What a person can do something with.
    pub(crate) fn at_rest(&self) -> Vec<String> {
        self.items.keys().filter(|id| self.leaving.as_ref() != Some(id)).cloned().collect()
    }

    pub(crate) fn has_nothing_to_say(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.deleted.is_empty()
    }

    pub(crate) fn say(&self) -> Said {
        if self.key == "0" {
            let (added, changed, deleted) = Default::default();
            return Said { key: self.key.clone(), added, changed, deleted };
        }
        Said {
            key: self.key.clone(),
            added: self.added.clone(),
            changed: self.changed.iter().map(|id| (id.clone(), self.items[id].clone())).collect(),
            deleted: self.deleted.keys().cloned().collect(),
        }
    }

    /// `Commands`, or nothing.
    pub(crate) fn commands(&self, said: &Said, now: Timestamp) -> String {
        if said.is_silent() {
            return String::new();
        }
        let data =
            |thing: &Thing| format!("<ApplicationData>{}</ApplicationData>", thing.write(self.class, now));
        let mut commands = String::new();
        for (client_id, thing) in &said.added {
            commands += &format!("<Add><ClientId>{client_id}</ClientId>{}</Add>", data(thing));
        }
        for (id, thing) in &said.changed {
            commands += &format!("<Change><ServerId>{id}</ServerId>{}</Change>", data(thing));
        }
        for id in &said.deleted {
            commands += &format!("<Delete><ServerId>{id}</ServerId></Delete>");
        }
        format!("<Commands>{commands}</Commands>")
    }

    /// Takes what the answer says of this folder; nothing if it says nothing. What was done since stays to be said.
    pub(crate) fn hear(&mut self, said: &Said, told: Option<&Node>, now: Timestamp, heard: &mut Heard) {
        self.is_behind = false;
        heard.is_news |= !said.is_silent();
        let Some(told) = told else { return self.was_accepted(said) };
        assert_ne!(told.told("Status"), "3", "a key that the server gave out is refused: {told:?} {said:?}");
        assert_eq!(told.told("Status"), "1", "{told:?}");
        let none = Vec::new();
        let replies = told.child("Responses").map_or(&none, |replies| &replies.children);
        let changes = told.child("Commands").map_or(&none, |commands| &commands.children);
        for reply in replies {
            self.hear_reply(said, reply);
        }
        self.was_accepted(said);
        for change in changes {
            self.hear_change(change, now, heard);
        }
        let key = told.told("SyncKey");
        heard.is_news |= !replies.is_empty() || !changes.is_empty() || key != self.key;
        key.clone_into(&mut self.key);
    }

    fn hear_reply(&mut self, said: &Said, reply: &Node) {
        let (status, id) = (reply.told("Status"), reply.told("ServerId").to_owned());
        match (reply.local_name(), status) {
            ("Add", "1") => {
                let client_id = reply.told("ClientId");
                let thing =
                    self.added.remove(client_id).or_else(|| said.added.get(client_id).cloned()).unwrap();
                self.items.insert(id, thing);
            }
            // The server's version won: it comes as a change, unless it came already.
            ("Change", "7") => drop(self.changed.remove(&id)),
            // MS-ASCMD 2.2.3.177.17: it is gone, which comes as a deletion. Back again before that, it comes as a change.
            ("Change", "8") => drop(self.changed.remove(&id)),
            ("Delete", "8") => {}
            _ => panic!("unexpected {reply:?} to {said:?}"),
        }
    }

    /// What the request carried and no reply refused is done, unless it was done anew since.
    fn was_accepted(&mut self, said: &Said) {
        for (id, thing) in &said.changed {
            if self.items.get(id) == Some(thing) {
                self.changed.remove(id);
            }
        }
        for id in &said.deleted {
            self.deleted.remove(id);
        }
    }

    fn hear_change(&mut self, change: &Node, now: Timestamp, heard: &mut Heard) {
        let id = change.told("ServerId").to_owned();
        let data = change.child("ApplicationData").map(|data| Thing::read(self.class, data, now));
        match (change.local_name(), data) {
            // A person was faster: the phone says so in its next request.
            ("Add" | "Change", _) if self.deleted.contains_key(&id) => {}
            ("Change", _) if self.changed.contains(&id) => {}
            ("Add", Some(thing)) => {
                let before = self.items.insert(id.clone(), thing);
                // One that was refused where the phone moved it is new here again.
                let before = before.filter(|_| self.leaving.as_ref() != Some(&id));
                assert!(before.is_none(), "{id} is added though the phone has it: {before:?}");
            }
            // What comes here is changed already, under a name that the phone does not know.
            ("Change", Some(_)) if self.is_awaiting && !self.items.contains_key(&id) => {}
            ("Change", Some(thing)) => {
                let before = self.items.insert(id.clone(), thing.clone());
                assert!(before.is_some(), "{id} is changed though the phone does not have it");
                if before.as_ref() == Some(&thing) {
                    heard.echoed.push(thing);
                }
            }
            ("Delete" | "SoftDelete", None) => {
                let before = self.items.remove(&id);
                heard.dropped.extend(before.filter(|_| self.changed.remove(&id)));
            }
            _ => panic!("unexpected {change:?}"),
        }
    }
}
