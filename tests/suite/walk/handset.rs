//! A phone of the walk: its folders, what it asks, and what it has asked in vain. Sends nothing itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wbxml::Version;

use super::book::Book;
use super::book::Heard;
use super::book::Said;
use super::chance::Chance;
use crate::phone::node::Node;
use crate::phone::wire::document;

/// A phone as people know it.
#[derive(Debug)]
pub(crate) struct Handset {
    pub(crate) device: &'static str,
    pub(crate) version: Version,
    /// What its requests say of conflicts.
    pub(crate) conflict: u8,
    pub(crate) books: BTreeMap<i64, Book>,
    pub(crate) hierarchy_key: String,
    pub(crate) next_client_id: u64,
    /// The request whose answer never came.
    pub(crate) unanswered: Option<Asked>,
    /// The move whose answer never came.
    pub(crate) moving: Option<Moving>,
    /// The keys that the last request had which was answered: what one with less in it means.
    repeatable: BTreeMap<i64, String>,
}

/// A request for changes.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) body: Vec<u8>,
    pub(crate) said: BTreeMap<i64, Said>,
}

/// An item on its way from one folder to another.
#[derive(Clone, Debug)]
pub(crate) struct Moving {
    pub(crate) id: String,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Handset {
    pub(crate) fn new(
        device: &'static str,
        version: Version,
        conflict: u8,
        books: BTreeMap<i64, Book>,
    ) -> Self {
        Self {
            device,
            version,
            conflict,
            books,
            hierarchy_key: "0".to_owned(),
            next_client_id: 0,
            unanswered: None,
            moving: None,
            repeatable: BTreeMap::new(),
        }
    }

    pub(crate) fn has_nothing_to_say(&self) -> bool {
        self.books.values().all(Book::has_nothing_to_say)
    }

    /// A request as people's phones make them: for some folders or all, with less in it where the version allows.
    pub(crate) fn request(&mut self, chance: &mut Chance, now: Timestamp) -> Asked {
        if self.version >= Version::V12_1 && chance.percent(25) && !self.repeatable.is_empty() {
            let said: BTreeMap<i64, Said> =
                self.repeatable.keys().map(|id| (*id, self.books[id].say())).collect();
            let is_same = |id: &i64| self.repeatable[id] == said[id].key;
            let is_quiet = |id: &i64| self.books[id].has_nothing_to_say();
            if said.keys().all(|id| is_same(id) && is_quiet(id)) && chance.percent(50) {
                return Asked { body: Vec::new(), said };
            }
            let mine: Vec<i64> = said.keys().copied().filter(|id| !is_same(id) || !is_quiet(id)).collect();
            if !mine.is_empty() {
                return self.full(&mine, said, "<Partial/>", chance, now);
            }
        }
        let mut mine: Vec<i64> = self.books.keys().copied().filter(|_| chance.percent(45)).collect();
        if mine.is_empty() {
            mine.push(*chance.pick(&self.books.keys().copied().collect::<Vec<_>>()).unwrap());
        }
        let said = mine.iter().map(|id| (*id, self.books[id].say())).collect();
        self.full(&mine, said, "", chance, now)
    }

    /// A request for everything, in large windows.
    pub(crate) fn request_all(&self, now: Timestamp) -> Asked {
        let said: BTreeMap<i64, Said> = self.books.iter().map(|(id, book)| (*id, book.say())).collect();
        let collections: String = said
            .iter()
            .map(|(id, said)| self.collection(*id, said, "<WindowSize>100</WindowSize>", now))
            .collect();
        let body = document("AirSync:Sync", &format!("<Collections>{collections}</Collections>"));
        Asked { body, said }
    }

    fn full(
        &mut self,
        mine: &[i64],
        said: BTreeMap<i64, Said>,
        partial: &str,
        chance: &mut Chance,
        now: Timestamp,
    ) -> Asked {
        let mut collections = String::new();
        for id in mine {
            let quiet = if chance.percent(10) { "<GetChanges>0</GetChanges>" } else { "" };
            let size = 1 + chance.below(6);
            let more = format!("{quiet}<WindowSize>{size}</WindowSize>");
            collections += &self.collection(*id, &said[id], &more, now);
        }
        let total = if self.version >= Version::V12_1 && chance.percent(20) {
            format!("<WindowSize>{}</WindowSize>", 1 + chance.below(8))
        } else {
            String::new()
        };
        let inner = format!("{partial}{total}<Collections>{collections}</Collections>");
        Asked { body: document("AirSync:Sync", &inner), said }
    }

    fn collection(&self, id: i64, said: &Said, more: &str, now: Timestamp) -> String {
        let book = &self.books[&id];
        let class = if self.version < Version::V12_1 {
            format!("<Class>{}</Class>", book.class.as_str())
        } else {
            String::new()
        };
        let start = format!("{class}<SyncKey>{}</SyncKey><CollectionId>{id}</CollectionId>", said.key);
        if said.key == "0" {
            return format!("<Collection>{start}</Collection>");
        }
        let Book { filter, .. } = book;
        let filter = if *filter == 0 { String::new() } else { format!("<FilterType>{filter}</FilterType>") };
        let options = format!("<Options>{filter}<Conflict>{}</Conflict></Options>", self.conflict);
        let commands = book.commands(said, now);
        format!("<Collection>{start}{more}{options}{commands}</Collection>")
    }

    /// Takes the answer to a request.
    pub(crate) fn hear(&mut self, asked: &Asked, answer: &[u8], now: Timestamp) -> Heard {
        let told = (!answer.is_empty()).then(|| Node::read(answer));
        let none = Vec::new();
        let collections = match &told {
            Some(told) => {
                assert!(told.child("Status").is_none(), "{told:?}");
                told.child("Collections").map_or(&none, |collections| &collections.children)
            }
            None => &none,
        };
        self.repeatable = asked.said.iter().map(|(id, said)| (*id, said.key.clone())).collect();
        let mut heard = Heard::default();
        for (id, said) in &asked.said {
            let told = collections.iter().find(|one| one.told("CollectionId") == id.to_string());
            self.books.get_mut(id).unwrap().hear(said, told, now, &mut heard);
        }
        if self.moving.as_ref().is_some_and(|moving| !self.books[&moving.from].items.contains_key(&moving.id))
        {
            // The phone was told that it is gone, which nobody says of what was moved: it never was.
            self.end_move();
        }
        heard
    }

    /// Nobody knows what the server remembers of the last request.
    pub(crate) fn lose(&mut self, asked: Asked) {
        self.repeatable.clear();
        for id in asked.said.keys() {
            self.books.get_mut(id).unwrap().is_behind = true;
        }
        self.unanswered = Some(asked);
    }

    /// Another request was under way that the server may remember.
    pub(crate) fn repeats_nothing(&mut self) {
        self.repeatable.clear();
    }

    pub(crate) fn estimate(&self, folder: i64) -> Option<Vec<u8>> {
        let book = self.books.get(&folder).filter(|book| book.key != "0")?;
        let (key, class) = (&book.key, book.class.as_str());
        let filter = match book.filter {
            0 => String::new(),
            filter => format!("<airsync:FilterType>{filter}</airsync:FilterType>"),
        };
        // MS-ASCMD 2.2.3.84: three ways to say the same, by version.
        let inner = if self.version < Version::V14_0 {
            format!(
                "<Class>{class}</Class><airsync:SyncKey>{key}</airsync:SyncKey>\
                 <CollectionId>{folder}</CollectionId>{filter}"
            )
        } else {
            format!(
                "<airsync:SyncKey>{key}</airsync:SyncKey><CollectionId>{folder}</CollectionId>\
                 <airsync:Options>{filter}</airsync:Options>"
            )
        };
        let inner = format!("<Collections><Collection>{inner}</Collection></Collections>");
        Some(document("GetItemEstimate:GetItemEstimate", &inner))
    }

    /// An item sets out for another folder.
    pub(crate) fn begin_move(&mut self, moving: Moving) {
        self.books.get_mut(&moving.from).unwrap().leaving = Some(moving.id.clone());
        self.books.get_mut(&moving.to).unwrap().is_awaiting = true;
        self.moving = Some(moving);
    }

    pub(crate) fn hear_move(&mut self, answer: &[u8]) {
        let told = Node::read(answer);
        let reply = told.child("Response").unwrap();
        let Moving { id, from, to } = self.end_move().unwrap();
        match reply.told("Status") {
            "3" => {
                let thing = self.books.get_mut(&from).unwrap().items.remove(&id).unwrap();
                self.books.get_mut(&to).unwrap().items.insert(reply.told("DstMsgId").to_owned(), thing);
            }
            // Somebody else was faster: the phone hears of it when it syncs.
            "1" => {}
            _ => panic!("unexpected {told:?}"),
        }
    }

    fn end_move(&mut self) -> Option<Moving> {
        let moving = self.moving.take()?;
        self.books.get_mut(&moving.from).unwrap().leaving = None;
        self.books.get_mut(&moving.to).unwrap().is_awaiting = false;
        Some(moving)
    }

    pub(crate) fn ping(&self) -> Vec<u8> {
        let folders: String = self
            .books
            .iter()
            .map(|(id, book)| format!("<Folder><Id>{id}</Id><Class>{}</Class></Folder>", book.class.as_str()))
            .collect();
        let inner = format!("<HeartbeatInterval>60</HeartbeatInterval><Folders>{folders}</Folders>");
        document("Ping:Ping", &inner)
    }

    pub(crate) fn folder_sync(key: &str) -> Vec<u8> {
        document("FolderHierarchy:FolderSync", &format!("<SyncKey>{key}</SyncKey>"))
    }

    /// Takes the list of folders, which never changes during a walk.
    pub(crate) fn hear_folders(&mut self, answer: &[u8]) {
        let told = Node::read(answer);
        match told.told("Status") {
            "1" => told.told("SyncKey").clone_into(&mut self.hierarchy_key),
            // It had begun again more than once and not heard of it.
            "9" => "0".clone_into(&mut self.hierarchy_key),
            _ => panic!("unexpected {told:?}"),
        }
    }
}

impl Moving {
    pub(crate) fn request(&self) -> Vec<u8> {
        let Self { id, from, to } = self;
        let inner = format!(
            "<Move><SrcMsgId>{id}</SrcMsgId><SrcFldId>{from}</SrcFldId><DstFldId>{to}</DstFldId></Move>"
        );
        document("Move:MoveItems", &inner)
    }
}
