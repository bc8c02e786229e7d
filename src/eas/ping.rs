//! The `Ping` command as values: which folders to watch, and for how long. Watches none.

use std::collections::HashSet;

use serde::Deserialize;
use serde::Serialize;
use wbxml::Element;
use wbxml::Writer;
use wbxml::ping as tag;

use crate::eas::element;
use crate::model::id::FolderId;

// MS-ASCMD 2.2.3.177.11 (Status, of Ping).
crate::eas::status::statuses! { command
    /// How the wait ended.
    Status {
        /// The time is over and nothing changed.
        NO_CHANGES = 1,
        /// The folders named have changed.
        CHANGES = 2,
        /// Neither this request nor an earlier one said what to watch, or for how long.
        MISSING_PARAMETERS = 3,
        /// The request breaks the rules.
        SYNTAX_ERROR = 4,
        /// The time is out of range; `HeartbeatInterval` says the bound.
        INVALID_HEARTBEAT = 5,
        /// Too many folders; `MaxFolders` says how many.
        TOO_MANY_FOLDERS = 6,
        /// The list of folders changed: the phone asks for it.
        FOLDER_HIERARCHY_CHANGED = 7,
        /// Something failed here; the phone tries again.
        SERVER_ERROR = 8,
    }
}

/// A request; written as JSON it is what later ones without a body repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// How long to wait, if said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_seconds: Option<i64>,
    /// Which folders to watch, if said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folders: Option<Vec<Folder>>,
}

/// A folder to watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Its name on the wire.
    pub id: String,
    /// The class as the phone says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

impl Request {
    /// Reads a `Ping` element.
    pub fn parse(root: Element<'_>) -> Self {
        // A number that is none is out of range, and gets the bound as its answer.
        let heartbeat_seconds =
            element::text(root, tag::HEARTBEAT_INTERVAL).map(|text| text.trim().parse().unwrap_or(0));
        let folders = root.child(tag::FOLDERS).map(|folders| {
            folders.children().filter(|child| child.tag() == tag::FOLDER).map(Folder::parse).collect()
        });
        // An empty list says no more than none.
        Self { heartbeat_seconds, folders: folders.filter(|folders: &Vec<Folder>| !folders.is_empty()) }
    }

    /// Whether it breaks the rules, as sent.
    // MS-ASCMD 2.2.3.90 (Id): each folder has one, and none comes twice. One that says nothing at all is no repetition
    // of the one before, which would have no body.
    pub fn is_malformed(&self) -> bool {
        let says_nothing = self.heartbeat_seconds.is_none() && self.folders.is_none();
        let mut ids = HashSet::new();
        let mut folders = self.folders.iter().flatten();
        says_nothing || folders.any(|folder| folder.id.is_empty() || !ids.insert(folder.id.trim()))
    }

    /// Takes what it does not say from the one before.
    // MS-ASCMD 2.2.3.88.1 (HeartbeatInterval) and 2.2.1.13: both are remembered.
    pub fn completed_by(self, before: Self) -> Self {
        Self {
            heartbeat_seconds: self.heartbeat_seconds.or(before.heartbeat_seconds),
            folders: self.folders.or(before.folders),
        }
    }
}

impl Folder {
    fn parse(element: Element<'_>) -> Self {
        Self {
            id: element::string(element, tag::ID).unwrap_or_default(),
            class: element::string(element, tag::CLASS),
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// These folders changed.
    Changes(Vec<String>),
    /// The heartbeat is out of range; this is the nearest that is not.
    InvalidHeartbeat(u64),
    /// There are too many folders; this many may be watched.
    TooManyFolders(usize),
    /// There is nothing to say but how it ended.
    Ended(Status),
}

impl Response {
    /// The folders in which something changed.
    pub fn changed(&self) -> Vec<FolderId> {
        match self {
            Self::Changes(folders) => folders.iter().filter_map(|id| id.parse().ok().map(FolderId)).collect(),
            Self::InvalidHeartbeat(_) | Self::TooManyFolders(_) | Self::Ended(_) => Vec::new(),
        }
    }

    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::PING);
        writer.number(tag::STATUS, self.status());
        match self {
            Self::Changes(folders) => writer.container(tag::FOLDERS, |writer| {
                folders.iter().for_each(|folder| writer.text(tag::FOLDER, folder));
            }),
            Self::InvalidHeartbeat(bound) => writer.number(tag::HEARTBEAT_INTERVAL, bound),
            Self::TooManyFolders(limit) => writer.number(tag::MAX_FOLDERS, limit),
            Self::Ended(_) => {}
        }
        writer.finish()
    }

    /// Its status.
    pub fn status(&self) -> Status {
        match self {
            Self::Changes(_) => Status::CHANGES,
            Self::InvalidHeartbeat(_) => Status::INVALID_HEARTBEAT,
            Self::TooManyFolders(_) => Status::TOO_MANY_FOLDERS,
            Self::Ended(status) => *status,
        }
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;

    use super::*;
    use crate::eas::golden::check;

    fn parse(write: impl FnOnce(&mut Writer)) -> Request {
        let mut writer = Writer::new();
        writer.open(tag::PING);
        write(&mut writer);
        Request::parse(Document::decode(writer.finish(), &Limits::default()).unwrap().root())
    }

    #[test]
    fn a_later_request_says_only_what_is_new() {
        let first = parse(|writer| {
            writer.number(tag::HEARTBEAT_INTERVAL, 120);
            writer.open(tag::FOLDERS);
            for (id, class) in [("1", "Calendar"), ("2", "Contacts")] {
                writer.open(tag::FOLDER);
                writer.text(tag::ID, id);
                writer.text(tag::CLASS, class);
                writer.close();
            }
        });
        let stored = serde_json::to_string(&first).unwrap();
        assert_eq!(
            stored,
            r#"{"heartbeat_seconds":120,"folders":[{"id":"1","class":"Calendar"},{"id":"2","class":"Contacts"}]}"#
        );
        let later = parse(|writer| writer.number(tag::HEARTBEAT_INTERVAL, 300));
        assert_eq!(later.folders, None);
        let whole = later.completed_by(serde_json::from_str(&stored).unwrap());
        assert_eq!((whole.heartbeat_seconds, &whole.folders), (Some(300), &first.folders));
        assert_eq!(Request::default().completed_by(first.clone()), first);
    }

    #[test]
    fn a_heartbeat_that_is_no_number_is_out_of_range() {
        assert_eq!(parse(|writer| writer.text(tag::HEARTBEAT_INTERVAL, "soon")).heartbeat_seconds, Some(0));
    }

    #[test]
    fn each_ending_says_what_belongs_to_it() {
        check("ping/no-changes", &Response::Ended(Status::NO_CHANGES).encode());
        check("ping/changes", &Response::Changes(vec!["1".to_owned(), "100".to_owned()]).encode());
        check("ping/invalid-heartbeat", &Response::InvalidHeartbeat(60).encode());
        check("ping/too-many-folders", &Response::TooManyFolders(200).encode());
    }
}
