//! The `FolderSync` command as values: the list of folders. Knows no folder.

use wbxml::Element;
use wbxml::Writer;
use wbxml::folderhierarchy as tag;

use crate::eas::element;

// MS-ASCMD 2.2.3.177.5 (Status, of FolderSync).
crate::eas::status::statuses! { command
    /// How the request fared.
    Status {
        /// All is well.
        SUCCESS = 1,
        /// Something failed here; the phone tries again.
        SERVER_ERROR = 6,
        /// The key is none that we gave out: the phone starts over from 0.
        INVALID_SYNC_KEY = 9,
        /// The request breaks the rules.
        MALFORMED_REQUEST = 10,
        /// Something failed, and nobody knows what.
        UNKNOWN_ERROR = 11,
        /// Something unusual failed at the back.
        CODE_UNKNOWN = 12,
    }
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The key that the phone holds; none when it sent none.
    pub sync_key: Option<String>,
}

impl Request {
    /// Reads a `FolderSync` element.
    pub fn parse(root: Element<'_>) -> Self {
        Self { sync_key: element::string(root, tag::SYNC_KEY).filter(|key| !key.is_empty()) }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The folders that came, changed and went since the phone's key.
    Changes {
        /// The key to go on with.
        sync_key: String,
        /// Folders that are not as the phone knows them.
        updated: Vec<Folder>,
        /// Folders that are gone.
        deleted: Vec<String>,
        /// Folders that the phone does not know.
        added: Vec<Folder>,
    },
    /// It did not work.
    Failure(Status),
}

/// A folder as the phone sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name on the wire.
    pub server_id: String,
    /// The folder it lies in; `0` at the top.
    pub parent_id: String,
    /// The name people read.
    pub display_name: String,
    /// What it is for.
    pub kind: u8,
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::FOLDER_SYNC);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Changes { sync_key, updated, deleted, added } => {
                writer.number(tag::STATUS, Status::SUCCESS);
                writer.text(tag::SYNC_KEY, sync_key);
                writer.open(tag::CHANGES);
                writer.number(tag::COUNT, updated.len() + deleted.len() + added.len());
                updated.iter().for_each(|folder| folder.write(tag::UPDATE, &mut writer));
                for server_id in deleted {
                    writer.open(tag::DELETE);
                    writer.text(tag::SERVER_ID, server_id);
                    writer.close();
                }
                added.iter().for_each(|folder| folder.write(tag::ADD, &mut writer));
            }
        }
        writer.finish()
    }
}

impl Folder {
    fn write(&self, tag: wbxml::Tag, writer: &mut Writer) {
        writer.open(tag);
        writer.text(tag::SERVER_ID, &self.server_id);
        writer.text(tag::PARENT_ID, &self.parent_id);
        writer.text(tag::DISPLAY_NAME, &self.display_name);
        writer.number(tag::TYPE, self.kind);
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;

    use super::*;
    use crate::eas::golden::check;

    fn parse(write: impl FnOnce(&mut Writer)) -> Option<String> {
        let mut writer = Writer::new();
        writer.open(tag::FOLDER_SYNC);
        write(&mut writer);
        let document = Document::decode(writer.finish(), &Limits::default()).unwrap();
        Request::parse(document.root()).sync_key
    }

    #[test]
    fn a_key_may_be_missing() {
        assert_eq!(parse(|writer| writer.text(tag::SYNC_KEY, "0")).as_deref(), Some("0"));
        assert_eq!(parse(|writer| writer.empty(tag::SYNC_KEY)), None);
        assert_eq!(parse(|_| {}), None);
    }

    #[test]
    fn changes_stand_in_the_order_of_the_schema() {
        let folder = |id: &str, name: &str, kind| Folder {
            server_id: id.to_owned(),
            parent_id: "0".to_owned(),
            display_name: name.to_owned(),
            kind,
        };
        let response = Response::Changes {
            sync_key: "2".to_owned(),
            updated: vec![folder("100", "Montører", 13)],
            deleted: vec!["101".to_owned()],
            added: vec![folder("1", "Kalender", 8), folder("2", "Kontakter", 9)],
        };
        check("foldersync/changes", &response.encode());
    }

    #[test]
    fn no_changes_are_a_count_of_none() {
        let response =
            Response::Changes { sync_key: "2".to_owned(), updated: vec![], deleted: vec![], added: vec![] };
        check("foldersync/unchanged", &response.encode());
    }

    #[test]
    fn a_failure_is_a_status_and_nothing_else() {
        check("foldersync/invalid-key", &Response::Failure(Status::INVALID_SYNC_KEY).encode());
    }
}
