//! The `FolderCreate` command as values: a folder that a phone wants made. Makes none.

use wbxml::Element;
use wbxml::Writer;
use wbxml::folderhierarchy as tag;

use crate::eas::element;

// MS-ASCMD 2.2.3.177.3 (Status, of FolderCreate).
crate::eas::status::statuses! { command
    /// How the request fared.
    Status {
        /// It is there.
        SUCCESS = 1,
        /// There is one of this name already.
        ALREADY_EXISTS = 2,
        /// Nothing can be made in that one.
        SPECIAL_PARENT = 3,
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
        /// Something unusual failed at the back.
        CODE_UNKNOWN = 12,
    }
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The key of the list of folders that the phone holds.
    pub sync_key: String,
    /// The folder it is to lie in; none at the top.
    pub parent_id: Option<String>,
    /// The name people read.
    pub display_name: String,
    /// What it is for.
    pub kind: u8,
}

/// No folder has a longer name (MS-ASCMD 2.2.3.47.2 `DisplayName`).
pub const LONGEST_NAME: usize = 256;

impl Request {
    /// Reads a `FolderCreate` element; none of one that lacks something.
    pub fn parse(root: Element<'_>) -> Option<Self> {
        let filled = |tag| element::string(root, tag).filter(|text| !text.is_empty());
        Some(Self {
            sync_key: filled(tag::SYNC_KEY)?,
            parent_id: parent(root)?,
            display_name: name(root)?,
            kind: element::number(root, tag::TYPE)?,
        })
    }
}

/// The folder that one is to lie in: the inner none is the top.
pub(super) fn parent(root: Element<'_>) -> Option<Option<String>> {
    let id = element::text(root, tag::PARENT_ID).map(str::trim)?;
    Some(Some(id.to_owned()).filter(|id| id != "0" && !id.is_empty()))
}

/// A name that people can read.
pub(super) fn name(root: Element<'_>) -> Option<String> {
    let name = element::text(root, tag::DISPLAY_NAME).map(str::trim).filter(|name| !name.is_empty())?;
    (name.chars().count() <= LONGEST_NAME).then(|| name.to_owned())
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The folder is there.
    Made {
        /// The key to go on with.
        sync_key: String,
        /// What the folder is called on the wire.
        server_id: String,
    },
    /// It is not.
    Failure(Status),
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::FOLDER_CREATE);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Made { sync_key, server_id } => {
                writer.number(tag::STATUS, Status::SUCCESS);
                writer.text(tag::SYNC_KEY, sync_key);
                writer.text(tag::SERVER_ID, server_id);
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

    fn parse(xml: &str) -> Option<Request> {
        let xml = format!("<FolderCreate xmlns=\"FolderHierarchy\">{xml}</FolderCreate>");
        Request::parse(Document::from_xml(&xml).unwrap().root())
    }

    #[test]
    fn a_folder_has_a_name_and_a_place() {
        let rest = "<DisplayName> Prosjekter </DisplayName><Type>12</Type>";
        let request = |parent_id: Option<&str>| Request {
            sync_key: "3".to_owned(),
            parent_id: parent_id.map(str::to_owned),
            display_name: "Prosjekter".to_owned(),
            kind: 12,
        };
        let told = |parent: &str| parse(&format!("<SyncKey>3</SyncKey>{parent}{rest}"));
        assert_eq!(told("<ParentId>0</ParentId>"), Some(request(None)));
        assert_eq!(told("<ParentId>105</ParentId>"), Some(request(Some("105"))));
        assert_eq!(told(""), None);
        assert_eq!(parse(&format!("<ParentId>0</ParentId>{rest}")), None);
        let nameless =
            "<SyncKey>3</SyncKey><ParentId>0</ParentId><DisplayName> </DisplayName><Type>12</Type>";
        assert_eq!(parse(nameless), None);
        assert_eq!(parse(&nameless.replace("> <", &format!(">{}<", "x".repeat(257)))), None);
    }

    #[test]
    fn a_folder_that_was_made_has_a_name_on_the_wire() {
        let made = Response::Made { sync_key: "4".to_owned(), server_id: "106".to_owned() };
        check("foldercreate/made", &made.encode());
        check("foldercreate/failure", &Response::Failure(Status::ALREADY_EXISTS).encode());
    }
}
