//! What a phone asks of `Sync`. Read as it came, in any order; what is wrong with a collection is said per collection.

use serde::Deserialize;
use serde::Serialize;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::airsync;
use wbxml::airsyncbase;

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
        if options.iter().enumerate().any(is_again) {
            return Some(Status::PROTOCOL_ERROR);
        }
        let has_bad_part = options.iter().any(|options| options.has_bad_body_part(version));
        has_bad_part.then(|| Common::BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED.into())
    }
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
        let instance_id = element::text(element, airsyncbase::INSTANCE_ID);
        let class = element::text(element, airsync::CLASS);
        let data = element.child(airsync::APPLICATION_DATA);
        match element.tag() {
            airsync::ADD => {
                let client_id = element::text(element, airsync::CLIENT_ID).unwrap_or_default();
                Some(Self::Add { client_id, class, data })
            }
            airsync::CHANGE => Some(Self::Change { server_id, instance_id, class, data }),
            airsync::DELETE => Some(Self::Delete { server_id, instance_id }),
            airsync::FETCH => Some(Self::Fetch { server_id }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;
    use wbxml::Writer;

    use super::*;

    fn document(write: impl FnOnce(&mut Writer)) -> Document {
        let mut writer = Writer::new();
        writer.open(airsync::SYNC);
        write(&mut writer);
        Document::decode(writer.finish(), &Limits::default()).unwrap()
    }

    /// A request for one collection.
    fn one(write: impl FnOnce(&mut Writer)) -> Document {
        document(|writer| {
            writer.open(airsync::COLLECTIONS);
            writer.open(airsync::COLLECTION);
            write(writer);
        })
    }

    fn preference(writer: &mut Writer, body_type: u8, size: Option<u32>) {
        writer.open(airsyncbase::BODY_PREFERENCE);
        writer.number(airsyncbase::TYPE, body_type);
        if let Some(size) = size {
            writer.number(airsyncbase::TRUNCATION_SIZE, size);
        }
        writer.close();
    }

    #[test]
    fn too_many_changes_at_once_are_refused_per_collection() {
        let document = document(|writer| {
            writer.open(airsync::COLLECTIONS);
            for count in [COMMANDS - 1, 2, 1] {
                writer.open(airsync::COLLECTION);
                writer.text(airsync::SYNC_KEY, "2");
                writer.text(airsync::COLLECTION_ID, "1");
                writer.open(airsync::COMMANDS);
                for _ in 0..count {
                    writer.open(airsync::DELETE);
                    writer.text(airsync::SERVER_ID, "1:2");
                    writer.close();
                }
                writer.close();
                writer.close();
            }
        });
        let request = Request::parse(document.root());
        let found: Vec<_> =
            request.collections.iter().map(|one| (one.commands.len(), one.fault(Version::V16_1))).collect();
        assert_eq!(found, [(COMMANDS - 1, None), (0, Some(Status::PROTOCOL_ERROR)), (1, None)]);
    }

    #[test]
    fn a_phone_of_windows_mobile_is_read_whole() {
        let document = one(|writer| {
            writer.text(airsync::CLASS, "Email");
            writer.text(airsync::SYNC_KEY, "2");
            writer.text(airsync::COLLECTION_ID, "5");
            writer.empty(airsync::GET_CHANGES);
            writer.number(airsync::WINDOW_SIZE, 50);
            writer.open(airsync::OPTIONS);
            writer.number(airsync::FILTER_TYPE, 2);
            preference(writer, 1, None);
            preference(writer, 2, Some(20_480));
            writer.number(airsync::CONFLICT, 1);
            writer.number(airsync::MIME_SUPPORT, 1);
            preference(writer, 4, Some(5632));
            writer.close();
            writer.open(airsync::COMMANDS);
            for item in ["5:8", ""] {
                writer.open(airsync::CHANGE);
                writer.text(airsync::SERVER_ID, item);
                writer.open(airsync::APPLICATION_DATA);
                writer.number(wbxml::email::READ, 1);
                writer.close();
                writer.close();
            }
        });
        let request = Request::parse(document.root());
        let [collection] = request.collections.as_slice() else { panic!("one collection") };
        assert_eq!(collection.class.as_deref(), Some("Email"));
        assert_eq!((collection.wants_changes(), collection.window()), (true, 50));
        let options = collection.options_for(Class::Email).unwrap();
        let types: Vec<u8> = options.body.iter().map(|preference| preference.body_type.0).collect();
        assert_eq!((types, options.body[2].truncation_size), (vec![1, 2, 4], Some(5632)));
        assert_eq!(
            (options.filter_type, options.conflict, options.mime_support),
            (Some(2), Some(1), Some(1))
        );
        let [
            Command::Change { server_id: "5:8", data: Some(data), .. },
            Command::Change { server_id: "", .. },
        ] = collection.commands.as_slice()
        else {
            panic!("two changes, one without a name")
        };
        assert!(data.has(wbxml::email::READ));
        assert_eq!((collection.fault(Version::V12_0), request.fault()), (None, None));
    }

    #[test]
    fn what_an_idle_phone_repeats_is_stored_without_its_changes() {
        let document = one(|writer| {
            writer.text(airsync::SYNC_KEY, "7");
            writer.text(airsync::COLLECTION_ID, "1");
            writer.open(airsync::SUPPORTED);
            writer.empty(wbxml::calendar::DT_STAMP);
            writer.close();
            writer.open(airsync::OPTIONS);
            writer.close();
            writer.open(airsync::COMMANDS);
            writer.open(airsync::FETCH);
            writer.text(airsync::SERVER_ID, "1:2");
        });
        let request = Request::parse(document.root());
        assert_eq!(request.collections[0].supported.as_deref(), Some([wbxml::calendar::DT_STAMP].as_slice()));
        assert_eq!(request.collections[0].commands.len(), 1);
        let stored = serde_json::to_string(&request).unwrap();
        assert_eq!(stored, r#"{"collections":[{"sync_key":"7","collection_id":"1","options":[{}]}]}"#);
        let again: Request<'static> = serde_json::from_str(&stored).unwrap();
        assert_eq!(again.collections[0].options, Some(vec![Options::default()]));
        assert!(again.collections[0].commands.is_empty());
    }

    #[test]
    fn a_partial_request_takes_the_rest_from_the_one_before() {
        let before = r#"{"collections":[{"sync_key":"1","collection_id":"1"},{"sync_key":"1","collection_id":"2"}],
                         "wait_minutes":8,"window_size":20}"#;
        let document = document(|writer| {
            writer.number(airsync::HEARTBEAT_INTERVAL, 120);
            writer.empty(airsync::PARTIAL);
            writer.open(airsync::COLLECTIONS);
            writer.open(airsync::COLLECTION);
            writer.text(airsync::SYNC_KEY, "2");
            writer.text(airsync::COLLECTION_ID, "2");
        });
        let request = Request::parse(document.root());
        assert!(request.is_partial);
        let whole = request.completed_by(serde_json::from_str(before).unwrap());
        let keys: Vec<_> = whole
            .collections
            .iter()
            .map(|one| (one.collection_id.as_deref(), one.sync_key.as_deref()))
            .collect();
        assert_eq!(keys, [(Some("2"), Some("2")), (Some("1"), Some("1"))]);
        assert_eq!(
            (whole.wait_minutes, whole.heartbeat_seconds, whole.window_size),
            (None, Some(120), Some(20))
        );
    }

    #[test]
    fn a_partial_request_with_nothing_else_breaks_the_rules() {
        let document = document(|writer| writer.empty(airsync::PARTIAL));
        assert_eq!(Request::parse(document.root()).fault(), Some(Status::PROTOCOL_ERROR));
    }

    #[test]
    fn two_kinds_of_wait_break_the_rules() {
        let document = document(|writer| {
            writer.number(airsync::WAIT, 8);
            writer.number(airsync::HEARTBEAT_INTERVAL, 480);
        });
        assert_eq!(Request::parse(document.root()).fault(), Some(Status::PROTOCOL_ERROR));
    }

    #[test]
    fn collections_may_be_empty() {
        // Android asks so when all its folders are switched off.
        let document = document(|writer| writer.empty(airsync::COLLECTIONS));
        let request = Request::parse(document.root());
        assert_eq!((request.collections.len(), request.fault()), (0, None));
    }

    #[track_caller]
    fn check_fault(version: Version, expected: Option<Status>, write: impl FnOnce(&mut Writer)) {
        let document = one(write);
        assert_eq!(Request::parse(document.root()).collections[0].fault(version), expected);
    }

    #[test]
    fn what_is_wrong_with_a_collection_is_said_of_it() {
        let error = Some(Status::PROTOCOL_ERROR);
        check_fault(Version::V14_1, error, |_| {});
        check_fault(Version::V14_1, error, |writer| writer.text(airsync::SYNC_KEY, "0"));
        let by_class = |writer: &mut Writer| {
            writer.text(airsync::CLASS, "Contacts");
            writer.text(airsync::SYNC_KEY, "0");
        };
        check_fault(Version::V14_1, error, by_class);
        check_fault(Version::V2_5, None, by_class);
        let early = |writer: &mut Writer| {
            writer.text(airsync::SYNC_KEY, "0");
            writer.text(airsync::COLLECTION_ID, "1");
            writer.empty(airsync::GET_CHANGES);
        };
        check_fault(Version::V14_1, error, early);
        check_fault(Version::V2_5, None, early);
        let named = |writer: &mut Writer| {
            writer.text(airsync::SYNC_KEY, "3");
            writer.text(airsync::COLLECTION_ID, "1");
        };
        check_fault(Version::V16_1, None, named);
        check_fault(Version::V16_1, error, |writer| {
            named(writer);
            writer.text(airsync::WINDOW_SIZE, "many");
        });
        check_fault(Version::V16_1, error, |writer| {
            named(writer);
            writer.empty(airsync::OPTIONS);
            writer.empty(airsync::OPTIONS);
        });
    }

    #[test]
    fn options_of_a_class_come_before_those_of_none() {
        let sms = Options { class: Some(SMS.to_owned()), filter_type: Some(1), ..Options::default() };
        let mail = Options { class: Some("Email".to_owned()), filter_type: Some(2), ..Options::default() };
        let any = Options { filter_type: Some(3), ..Options::default() };
        let filter =
            |options: &[Options]| options_for(options, Class::Email).and_then(|options| options.filter_type);
        assert_eq!(filter(&[sms.clone(), mail, any.clone()]), Some(2));
        assert_eq!(filter(&[sms.clone(), any]), Some(3));
        assert_eq!(filter(&[sms]), None);
    }

    #[test]
    fn a_window_is_a_hundred_by_default_and_512_at_most() {
        let window = |window_size| Collection { window_size, ..Collection::default() }.window();
        assert_eq!([None, Some(25), Some(0), Some(513)].map(window), [100, 25, 512, 512]);
    }
}
