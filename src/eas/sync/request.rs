//! What a phone asks of `Sync`. Read as it came, in any order; what is wrong with a collection is said per collection.

use serde::Deserialize;
use serde::Serialize;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::email2;

use crate::eas::element;
use crate::eas::status::Common;
use crate::eas::sync::Options;
use crate::eas::sync::SMS;
use crate::eas::sync::Status;
use crate::model::class::Class;

/// The changes of one request that are taken; phones send a few dozen at a time.
const COMMANDS: usize = 1000;

/// A request. Written as JSON it keeps the shape that empty and partial requests repeat, without what was changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Request<'a> {
    /// The folders, in the order sent.
    #[serde(default)]
    pub collections: Vec<Collection<'a>>,
    /// No more changes in all than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_size: Option<u32>,
    /// Wait for a change, so many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<i64>,
    /// Wait for a change, so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_seconds: Option<i64>,
    /// Whether collections that are not named are those of the request before.
    #[serde(skip)]
    pub is_partial: bool,
}

/// What is asked of one folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Collection<'a> {
    /// Its class, which 2.5 and 12.0 name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The key that the phone holds; none when it sent none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync_key: Option<String>,
    /// The folder; 2.5 may leave it out and mean the default folder of the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection_id: Option<String>,
    /// What the phone can show, if it said (only with key 0).
    #[serde(skip)]
    pub supported: Option<Vec<Tag>>,
    /// Whether deleted items go to the waste basket; nobody says so means yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletes_as_moves: Option<bool>,
    /// Whether the server's changes are wanted, if the phone said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get_changes: Option<bool>,
    /// No more changes of this folder than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_size: Option<u32>,
    /// Whether whole conversations are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_mode: Option<bool>,
    /// The options, one element per class; none keeps the stored ones, `Some` replaces them as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<Options>>,
    /// What the phone changed, in the order sent.
    #[serde(skip)]
    pub commands: Vec<Command<'a>>,
    /// What is wrong with the collection as sent.
    #[serde(skip)]
    pub fault: Option<Status>,
}

/// One change on the phone, or one item that it wants whole. Empty ids stay empty: they get the item's own status.
#[derive(Clone, Copy, Debug)]
pub enum Command<'a> {
    /// A new item.
    Add {
        /// The phone's name for it until it hears ours.
        client_id: &'a str,
        /// Its class, where the phone said.
        class: Option<&'a str>,
        /// Its elements.
        data: Option<Element<'a>>,
        /// Whether it is a draft to be sent, from 16.0 on.
        is_sent: bool,
    },
    /// A changed item.
    Change {
        /// Our name for it.
        server_id: &'a str,
        /// The occurrence, from 16.0 on.
        instance_id: Option<&'a str>,
        /// Its class, where the phone said.
        class: Option<&'a str>,
        /// Its elements.
        data: Option<Element<'a>>,
        /// Whether it is a draft to be sent, from 16.0 on.
        is_sent: bool,
    },
    /// An item gone.
    Delete {
        /// Our name for it.
        server_id: &'a str,
        /// The occurrence, from 16.0 on.
        instance_id: Option<&'a str>,
    },
    /// An item wanted whole.
    Fetch {
        /// Our name for it.
        server_id: &'a str,
    },
}

impl<'a> Request<'a> {
    /// Reads a `Sync` element.
    pub fn parse(root: Element<'a>) -> Self {
        let mut request = Self::default();
        for child in root.children() {
            match child.tag() {
                airsync::COLLECTIONS => {
                    let named = child.children().filter(|child| child.tag() == airsync::COLLECTION);
                    request.collections.extend(named.map(Collection::parse));
                }
                airsync::WINDOW_SIZE => request.window_size = child.text().trim().parse().ok(),
                // A number that is none is out of range, and gets the bound as its answer.
                airsync::WAIT => request.wait_minutes = Some(child.text().trim().parse().unwrap_or(0)),
                airsync::HEARTBEAT_INTERVAL => {
                    request.heartbeat_seconds = Some(child.text().trim().parse().unwrap_or(0));
                }
                airsync::PARTIAL => request.is_partial = true,
                _ => {}
            }
        }
        request.bound();
        request
    }

    /// Takes the changes away from the collection with which they become too many, and from those after it.
    fn bound(&mut self) {
        let mut left = COMMANDS;
        for collection in &mut self.collections {
            match left.checked_sub(collection.commands.len()) {
                Some(rest) => left = rest,
                None => {
                    collection.commands = Vec::new();
                    collection.fault = Some(Status::PROTOCOL_ERROR);
                }
            }
        }
    }

    /// What is wrong with the request as a whole.
    pub fn fault(&self) -> Option<Status> {
        // MS-ASCMD 2.2.3.198 (Wait): one or the other.
        if self.wait_minutes.is_some() && self.heartbeat_seconds.is_some() {
            return Some(Status::PROTOCOL_ERROR);
        }
        // MS-ASCMD 2.2.3.131 (Partial): never alone.
        let has_more =
            self.window_size.is_some() || self.wait_minutes.is_some() || self.heartbeat_seconds.is_some();
        (self.is_partial && self.collections.is_empty() && !has_more).then_some(Status::PROTOCOL_ERROR)
    }

    /// Lays a partial request over the one before: what it does not say is as it was.
    // MS-ASCMD 2.2.3.131 (Partial): settings and keys of the collections left out remain the same.
    pub fn completed_by(mut self, before: Request<'static>) -> Self {
        for collection in before.collections {
            let is_there = |one: &Collection<'_>| one.collection_id == collection.collection_id;
            if !self.collections.iter().any(is_there) {
                self.collections.push(collection);
            }
        }
        self.window_size = self.window_size.or(before.window_size);
        if self.wait_minutes.is_none() && self.heartbeat_seconds.is_none() {
            self.wait_minutes = before.wait_minutes;
            self.heartbeat_seconds = before.heartbeat_seconds;
        }
        self
    }
}

impl<'a> Collection<'a> {
    /// Reads a `Collection` element.
    fn parse(element: Element<'a>) -> Self {
        let mut read = Self::default();
        for child in element.children() {
            let text = child.text();
            match child.tag() {
                airsync::CLASS => read.class = Some(text.to_owned()),
                airsync::SYNC_KEY => read.sync_key = Some(text.to_owned()),
                airsync::COLLECTION_ID => read.collection_id = Some(text.to_owned()),
                airsync::SUPPORTED => read.supported = Some(child.children().map(Element::tag).collect()),
                airsync::DELETES_AS_MOVES => read.deletes_as_moves = Some(element::is_yes(text)),
                airsync::GET_CHANGES => read.get_changes = Some(element::is_yes(text)),
                airsync::WINDOW_SIZE => read.window_size = read.number(text),
                airsync::CONVERSATION_MODE => read.conversation_mode = Some(element::is_yes(text)),
                airsync::OPTIONS => read.options.get_or_insert_default().push(Options::parse(child)),
                airsync::COMMANDS => read.commands.extend(child.children().filter_map(Command::parse)),
                _ => {}
            }
        }
        read
    }

    /// A number, or a fault of the collection.
    fn number(&mut self, text: &str) -> Option<u32> {
        let number = text.trim().parse().ok();
        if number.is_none() {
            self.fault = Some(Status::PROTOCOL_ERROR);
        }
        number
    }

    /// Whether the phone starts this folder anew.
    pub fn is_initial(&self) -> bool {
        self.sync_key.as_deref() == Some("0")
    }

    /// Whether the server's changes are wanted.
    // MS-ASCMD 2.2.3.84 (GetChanges): when absent, no with key 0 and yes with any other.
    pub fn wants_changes(&self) -> bool {
        !self.is_initial() && self.get_changes.unwrap_or(true)
    }

    /// How many changes fit.
    // MS-ASCMD 2.2.3.199 (WindowSize): 100 when absent; 0 and above 512 mean 512.
    pub fn window(&self) -> usize {
        match self.window_size {
            None => 100,
            Some(size @ 1..=512) => usize::try_from(size).unwrap_or(512),
            Some(_) => 512,
        }
    }

    /// The options as sent for items of this class: those that name it, else those that name none.
    pub fn options_for(&self, class: Class) -> Option<&Options> {
        options_for(self.options.as_deref()?, class)
    }

    /// What is wrong with the collection, whatever its folder is.
    pub fn fault(&self, version: Version) -> Option<Status> {
        if self.fault.is_some() {
            return self.fault;
        }
        // MS-ASCMD 2.2.3.181.4 (SyncKey) and 2.2.3.30.5 (CollectionId): both required; 2.5 may say the class instead.
        let has_folder = self.collection_id.is_some() || (version < Version::V12_1 && self.class.is_some());
        if self.sync_key.is_none() || !has_folder {
            return Some(Status::PROTOCOL_ERROR);
        }
        // MS-ASCMD 2.2.3.84 (GetChanges): not with key 0; phones of 2.5 and 12.0 ask all the same and get none.
        // Changes of the phone's have nothing to stand on there: better refused than lost.
        let asks_early = self.get_changes == Some(true) && version >= Version::V12_1;
        if self.is_initial() && (asks_early || !self.commands.is_empty()) {
            return Some(Status::PROTOCOL_ERROR);
        }
        let options = self.options.as_deref().unwrap_or_default();
        // MS-ASCMD 2.2.3.27.6 (Class): options for the same class must not come twice.
        let is_again =
            |(at, one): (usize, &Options)| options.iter().take(at).any(|other| other.class == one.class);
        if options.iter().enumerate().any(is_again) || has_strange_pair(options) {
            return Some(Status::PROTOCOL_ERROR);
        }
        let has_bad_part = options.iter().any(|options| options.has_bad_body_part(version));
        has_bad_part.then(|| Common::BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED.into())
    }
}

/// Whether options are for two classes that no folder has together.
// MS-ASCMD 2.2.3.27.6 (Class): only short messages and mail share a folder.
pub fn has_strange_pair(options: &[Options]) -> bool {
    let mut classes = options.iter().filter_map(|options| options.class.as_deref());
    let is_of_mail = |class: &str| class == SMS || class == Class::Email.as_str();
    options.len() > 1 && !classes.all(is_of_mail)
}

/// The options for items of a class: those that name it, else those that name none.
pub fn options_for(options: &[Options], class: Class) -> Option<&Options> {
    let named = |options: &&Options| options.class.as_deref() == Some(class.as_str());
    let unnamed = |options: &&Options| options.class.as_deref() != Some(SMS);
    options.iter().find(named).or_else(|| options.iter().find(unnamed))
}

impl<'a> Command<'a> {
    /// Reads a child of `Commands`; none for one that we do not know.
    fn parse(element: Element<'a>) -> Option<Self> {
        let server_id = element::text(element, airsync::SERVER_ID).unwrap_or_default();
        let class = element::text(element, airsync::CLASS);
        let data = element.child(airsync::APPLICATION_DATA);
        // MS-ASCMD 2.2.3.24 (Change) has it beside the data; Thunderbird writes it into them.
        let in_data = || data.and_then(|data| element::text(data, airsyncbase::INSTANCE_ID));
        let instance_id = element::text(element, airsyncbase::INSTANCE_ID).or_else(in_data);
        // MS-ASEMAIL 2.2.2.69 (Send): beside the data.
        let is_sent = element.has(email2::SEND);
        match element.tag() {
            airsync::ADD => {
                let client_id = element::text(element, airsync::CLIENT_ID).unwrap_or_default();
                Some(Self::Add { client_id, class, data, is_sent })
            }
            airsync::CHANGE => Some(Self::Change { server_id, instance_id, class, data, is_sent }),
            airsync::DELETE => Some(Self::Delete { server_id, instance_id }),
            airsync::FETCH => Some(Self::Fetch { server_id }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
