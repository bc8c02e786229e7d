//! A phone of the random walk: what it shows, what it has not brought home, how it takes an answer. Sends nothing itself.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use lomme::command::phone::Phone;
use lomme::eas::class::BirthdayTime;
use lomme::eas::class::Owner;
use lomme::model::id::FolderId;
use lomme::model::id::OrganisationId;
use lomme::store::device::Device;
use wbxml::Document;
use wbxml::Element;
use wbxml::Limits;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::contacts;

/// The folder that the walk goes through.
pub(crate) const CONTACTS: FolderId = FolderId(2);

/// A phone as people know it: what it shows, what it has not yet brought home.
pub(crate) struct Handset {
    pub(crate) phone: Arc<Phone>,
    pub(crate) key: String,
    pub(crate) window: u64,
    pub(crate) items: BTreeMap<String, String>,
    pub(crate) added: BTreeMap<String, String>,
    pub(crate) changed: BTreeSet<String>,
    pub(crate) deleted: BTreeMap<String, String>,
    pub(crate) next_client_id: u64,
    /// The body of a request whose answer never came.
    pub(crate) unanswered: Option<Vec<u8>>,
}

impl Handset {
    pub(crate) fn new(device: Device, organisation: OrganisationId) -> Self {
        let owner =
            Owner { email: "kari@fjord.example".to_owned(), name: "Kari".to_owned(), zone: TimeZone::UTC };
        let phone =
            Phone { organisation, owner, device, version: Version::V14_1, birthday: BirthdayTime::default() };
        Self {
            phone: Arc::new(phone),
            key: "0".to_owned(),
            window: 5,
            items: BTreeMap::new(),
            added: BTreeMap::new(),
            changed: BTreeSet::new(),
            deleted: BTreeMap::new(),
            next_client_id: 0,
            unanswered: None,
        }
    }

    pub(crate) fn forget(&mut self) {
        self.key = "0".to_owned();
        self.items.clear();
        self.added.clear();
        self.changed.clear();
        self.deleted.clear();
        self.unanswered = None;
    }

    pub(crate) fn has_nothing_to_say(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.deleted.is_empty()
    }

    pub(crate) fn request(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(airsync::SYNC);
        writer.open(airsync::COLLECTIONS);
        writer.open(airsync::COLLECTION);
        writer.text(airsync::SYNC_KEY, &self.key);
        writer.number(airsync::COLLECTION_ID, CONTACTS);
        if self.key != "0" {
            writer.number(airsync::WINDOW_SIZE, self.window);
            writer.container(airsync::COMMANDS, |writer| self.write_commands(writer));
        }
        writer.close();
        writer.close();
        writer.close();
        writer.finish()
    }

    fn write_commands(&self, writer: &mut Writer) {
        for (client_id, value) in &self.added {
            writer.open(airsync::ADD);
            writer.text(airsync::CLIENT_ID, client_id);
            write_data(value, writer);
            writer.close();
        }
        for id in &self.changed {
            writer.open(airsync::CHANGE);
            writer.text(airsync::SERVER_ID, id);
            write_data(&self.items[id], writer);
            writer.close();
        }
        for id in self.deleted.keys() {
            writer.open(airsync::DELETE);
            writer.text(airsync::SERVER_ID, id);
            writer.close();
        }
    }

    /// Takes an answer as a phone does. `body` is the request that it answers: what was done since stays to be said.
    pub(crate) fn hear(&mut self, body: &[u8], answer: &[u8], gone: &mut BTreeSet<String>) {
        let request = Document::decode(body, &Limits::default()).unwrap();
        if answer.is_empty() {
            self.was_accepted(&request, gone);
            return;
        }
        let answer = Document::decode(answer, &Limits::default()).unwrap();
        let collection = find(answer.root(), &[airsync::COLLECTIONS, airsync::COLLECTION]).unwrap();
        let status = collection.child(airsync::STATUS).unwrap().text();
        if status == "3" {
            panic!("a key that the server gave out is refused: {}", answer.to_xml());
        }
        assert_eq!(status, "1", "{}", answer.to_xml());
        self.hear_replies(&request, collection, gone);
        self.was_accepted(&request, gone);
        for command in collection.child(airsync::COMMANDS).iter().flat_map(|commands| commands.children()) {
            self.hear_change(command, gone);
        }
        self.key = collection.child(airsync::SYNC_KEY).unwrap().text().to_owned();
    }

    fn hear_replies(&mut self, request: &Document, collection: Element<'_>, gone: &mut BTreeSet<String>) {
        for reply in collection.child(airsync::RESPONSES).iter().flat_map(|replies| replies.children()) {
            let text = |tag| reply.child(tag).map(|child| child.text().to_owned()).unwrap_or_default();
            let (status, server_id) = (text(airsync::STATUS), text(airsync::SERVER_ID));
            match (reply.tag(), status.as_str()) {
                (airsync::ADD, "1") => {
                    let client_id = text(airsync::CLIENT_ID);
                    let value =
                        self.added.remove(&client_id).or_else(|| added_in(request, &client_id)).unwrap();
                    self.items.insert(server_id, value);
                }
                // The server's version won: it comes as a change, unless it came already.
                (airsync::CHANGE, "7") => {
                    self.changed.remove(&server_id);
                    gone.extend(self.items.get(&server_id).cloned());
                }
                (airsync::CHANGE, "8") => {
                    self.changed.remove(&server_id);
                    gone.extend(self.items.remove(&server_id));
                }
                (airsync::DELETE, "8") => {}
                other => panic!("unexpected reply {other:?} {}", request.to_xml()),
            }
        }
    }

    /// What the request carried and no reply refused is done, unless it was done anew since.
    fn was_accepted(&mut self, request: &Document, _: &mut BTreeSet<String>) {
        let Some(commands) =
            find(request.root(), &[airsync::COLLECTIONS, airsync::COLLECTION, airsync::COMMANDS])
        else {
            return;
        };
        for command in commands.children() {
            let id =
                command.child(airsync::SERVER_ID).map(|child| child.text().to_owned()).unwrap_or_default();
            match command.tag() {
                airsync::CHANGE if self.items.get(&id) == value_of(command).as_ref() => {
                    self.changed.remove(&id);
                }
                airsync::DELETE => drop(self.deleted.remove(&id)),
                _ => {}
            }
        }
    }

    fn hear_change(&mut self, command: Element<'_>, gone: &mut BTreeSet<String>) {
        let id = command.child(airsync::SERVER_ID).unwrap().text().to_owned();
        match command.tag() {
            airsync::ADD => {
                let value = value_of(command).unwrap();
                let before = self.items.insert(id.clone(), value);
                assert!(before.is_none(), "{id} is added though the phone has it");
            }
            airsync::CHANGE => {
                let value = value_of(command).unwrap();
                if self.deleted.contains_key(&id) || self.changed.contains(&id) {
                    // A person was faster: the phone says so in its next request.
                    gone.insert(value);
                    return;
                }
                let before = self.items.insert(id.clone(), value.clone());
                assert_ne!(before.as_ref(), Some(&value), "{id} is told to the phone that has it");
                assert!(before.is_some(), "{id} is changed though the phone does not have it");
            }
            airsync::DELETE | airsync::SOFT_DELETE => {
                self.changed.remove(&id);
                gone.extend(self.items.remove(&id));
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

fn write_data(value: &str, writer: &mut Writer) {
    writer.open(airsync::APPLICATION_DATA);
    writer.text(contacts::FIRST_NAME, value);
    writer.close();
}

fn value_of(command: Element<'_>) -> Option<String> {
    let name = command.child(airsync::APPLICATION_DATA)?.child(contacts::FIRST_NAME)?;
    Some(name.text().to_owned())
}

fn added_in(request: &Document, client_id: &str) -> Option<String> {
    let commands = find(request.root(), &[airsync::COLLECTIONS, airsync::COLLECTION, airsync::COMMANDS])?;
    let is_it =
        |command: &Element<'_>| command.child(airsync::CLIENT_ID).is_some_and(|id| id.text() == client_id);
    commands.children().find(is_it).and_then(value_of)
}

fn find<'a>(root: Element<'a>, path: &[wbxml::Tag]) -> Option<Element<'a>> {
    path.iter().try_fold(root, |element, tag| element.child(*tag))
}
