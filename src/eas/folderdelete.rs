//! The `FolderDelete` command as values: a folder that a phone wants gone. Deletes none.

use wbxml::Element;
use wbxml::Writer;
use wbxml::folderhierarchy as tag;

use crate::eas::element;

// MS-ASCMD 2.2.3.177.4 (Status, of FolderDelete).
crate::eas::status::statuses! { command
    /// How the request fared.
    Status {
        /// It is gone.
        SUCCESS = 1,
        /// It is one of those that are always there.
        SPECIAL_FOLDER = 3,
        /// There is none.
        NOT_FOUND = 4,
        /// Something failed here; the phone tries again.
        SERVER_ERROR = 6,
        /// The key is not the phone's: it asks for the folders from 0.
        INVALID_SYNC_KEY = 9,
        /// The request breaks the rules.
        MALFORMED_REQUEST = 10,
        /// Something failed, and nobody knows what.
        UNKNOWN_ERROR = 11,
    }
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The key of the list of folders that the phone holds.
    pub sync_key: String,
    /// Which folder.
    pub server_id: String,
}

impl Request {
    /// Reads a `FolderDelete` element; none of one that lacks something.
    pub fn parse(root: Element<'_>) -> Option<Self> {
        let filled = |tag| element::string(root, tag).filter(|text| !text.is_empty());
        Some(Self { sync_key: filled(tag::SYNC_KEY)?, server_id: filled(tag::SERVER_ID)? })
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The folder is gone; the key to go on with.
    Done(String),
    /// It is not.
    Failure(Status),
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::FOLDER_DELETE);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Done(sync_key) => {
                writer.number(tag::STATUS, Status::SUCCESS);
                writer.text(tag::SYNC_KEY, sync_key);
            }
        }
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;

    use super::*;
    use crate::eas::golden::check;

    #[test]
    fn a_folder_to_delete_is_named() {
        let parse = |xml: &str| {
            let xml = format!("<FolderDelete xmlns=\"FolderHierarchy\">{xml}</FolderDelete>");
            Request::parse(Document::from_xml(&xml).unwrap().root())
        };
        let expected = Request { sync_key: "4".to_owned(), server_id: "106".to_owned() };
        assert_eq!(parse("<SyncKey>4</SyncKey><ServerId>106</ServerId>"), Some(expected));
        assert_eq!(parse("<SyncKey>4</SyncKey><ServerId/>"), None);
    }

    #[test]
    fn a_deletion_has_a_new_key() {
        check("folderdelete/done", &Response::Done("5".to_owned()).encode());
        check("folderdelete/failure", &Response::Failure(Status::SPECIAL_FOLDER).encode());
    }
}
