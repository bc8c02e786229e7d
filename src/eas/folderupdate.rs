//! The `FolderUpdate` command as values: a folder that a phone wants renamed or moved. Does neither.

use wbxml::Element;
use wbxml::Writer;
use wbxml::folderhierarchy as tag;

use crate::eas::element;
use crate::eas::foldercreate;

// MS-ASCMD 2.2.3.177.6 (Status, of FolderUpdate).
crate::eas::status::statuses! { command
    /// How the request fared.
    Status {
        /// It is done.
        SUCCESS = 1,
        /// There is one of this name already, or it is one of those that are always there.
        ALREADY_EXISTS = 2,
        /// It is that of the people one writes to, which nobody can change.
        SPECIAL_FOLDER = 3,
        /// There is none.
        NOT_FOUND = 4,
        /// The folder it should lie in is not there.
        NO_PARENT = 5,
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
    /// The folder it is to lie in; none at the top.
    pub parent_id: Option<String>,
    /// The name people are to read.
    pub display_name: String,
}

impl Request {
    /// Reads a `FolderUpdate` element; none of one that lacks something.
    pub fn parse(root: Element<'_>) -> Option<Self> {
        let filled = |tag| element::string(root, tag).filter(|text| !text.is_empty());
        Some(Self {
            sync_key: filled(tag::SYNC_KEY)?,
            server_id: filled(tag::SERVER_ID)?,
            parent_id: foldercreate::parent(root)?,
            display_name: foldercreate::name(root)?,
        })
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// It is done; the key to go on with.
    Done(String),
    /// It is not.
    Failure(Status),
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::FOLDER_UPDATE);
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
    fn a_folder_gets_a_name_and_a_place() {
        let parse = |xml: &str| {
            let xml =
                format!("<FolderUpdate xmlns=\"FolderHierarchy\"><SyncKey>4</SyncKey>{xml}</FolderUpdate>");
            Request::parse(Document::from_xml(&xml).unwrap().root())
        };
        let expected = Request {
            sync_key: "4".to_owned(),
            server_id: "106".to_owned(),
            parent_id: Some("5".to_owned()),
            display_name: "Nytt".to_owned(),
        };
        let rest = "<ParentId>5</ParentId><DisplayName>Nytt</DisplayName>";
        assert_eq!(parse(&format!("<ServerId>106</ServerId>{rest}")), Some(expected));
        assert_eq!(parse(rest), None);
        assert_eq!(parse("<ServerId>106</ServerId><DisplayName>Nytt</DisplayName>"), None);
    }

    #[test]
    fn a_change_has_a_new_key() {
        check("folderupdate/done", &Response::Done("5".to_owned()).encode());
        check("folderupdate/failure", &Response::Failure(Status::NOT_FOUND).encode());
    }
}
