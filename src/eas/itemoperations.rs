//! The `ItemOperations` command as values: single items fetched, folders emptied, conversations moved. Does none of it.

pub mod shown;

use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::documentlibrary;
use wbxml::itemoperations as tag;
use wbxml::search;

use crate::eas::element;
use crate::eas::itemoperations::shown::BadRange;
use crate::eas::itemoperations::shown::Data;
use crate::eas::itemoperations::shown::Piece;
use crate::eas::itemoperations::shown::Range;
use crate::eas::itemoperations::shown::Shown;
use crate::eas::itemoperations::shown::Sink;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::eas::status::Common;

// MS-ASCMD 2.2.3.177.8 (Status, of ItemOperations).
crate::eas::status::statuses! { command
    /// How the request or an operation fared.
    Status {
        /// All is well.
        SUCCESS = 1,
        /// The request breaks the rules.
        PROTOCOL_ERROR = 2,
        /// Something failed here.
        SERVER_ERROR = 3,
        /// The address of the document is malformed.
        BAD_URI = 4,
        /// The user may not see the document.
        DOCUMENT_ACCESS_DENIED = 5,
        /// There is no such item, or it is not for the user.
        NOT_FOUND = 6,
        /// The library does not answer.
        CONNECTION_FAILED = 7,
        /// The range is malformed or too large.
        INVALID_RANGE = 8,
        /// There is no such store.
        UNKNOWN_STORE = 9,
        /// The file is empty.
        EMPTY_FILE = 10,
        /// The data is too large.
        TOO_LARGE = 11,
        /// Reading failed.
        IO_FAILURE = 12,
        /// The item cannot be shown.
        CONVERSION_FAILED = 14,
        /// There is no such attachment.
        INVALID_ATTACHMENT = 15,
        /// The user may not do that.
        ACCESS_DENIED = 16,
        /// It was done in part.
        PARTIAL_SUCCESS = 17,
        /// The user has to log in there.
        CREDENTIALS_REQUIRED = 18,
        /// A conversation is to be moved, but not for ever.
        MOVE_NOT_ALWAYS = 155,
        /// It cannot be moved there.
        ACTION_NOT_SUPPORTED = 156,
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Show an item.
    Fetch(Fetch),
    /// Delete what is in a folder.
    EmptyFolderContents {
        /// Which folder.
        collection_id: String,
        /// Whether the folders in it go too.
        with_folders: bool,
    },
    /// Move a conversation.
    Move {
        /// Which one.
        conversation_id: Vec<u8>,
        /// The folder it goes to.
        folder_id: String,
        /// Whether its later messages follow.
        always: bool,
    },
}

/// An item to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetch {
    /// Where it is: `Mailbox` or `Document Library`.
    pub store: Option<String>,
    /// Which it is.
    pub names: Names,
    /// Only these properties, if any are named.
    pub schema: Option<Vec<Tag>>,
    /// Only this part of the data; an error where what was asked for is no part.
    pub range: Option<Result<Range, BadRange>>,
    /// Whether as a whole message: 0 never, 1 when signed, 2 always.
    pub mime_support: Option<u8>,
    /// The forms of its body, best first.
    pub body: Vec<BodyPreference>,
    /// What is wrong with it as sent, which is wrong with the request.
    pub fault: Option<Status>,
}

/// The ways to name an item, of which a phone uses one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Its folder.
    pub collection_id: Option<String>,
    /// Its name in the folder.
    pub server_id: Option<String>,
    /// Its name as a search gave it.
    pub long_id: Option<String>,
    /// The address of a document.
    pub link_id: Option<String>,
    /// The name of an attachment.
    pub file_reference: Option<String>,
}

/// Reads an `ItemOperations` element: the operations in the order sent.
pub fn parse(root: Element<'_>) -> Vec<Operation> {
    root.children().filter_map(Operation::parse).collect()
}

impl Operation {
    fn parse(element: Element<'_>) -> Option<Self> {
        let text = |tag| element::string(element, tag).unwrap_or_default();
        let options = element.child(tag::OPTIONS);
        let has_option = |tag| options.is_some_and(|options| options.has(tag));
        match element.tag() {
            tag::FETCH => Some(Self::Fetch(Fetch::parse(element))),
            tag::EMPTY_FOLDER_CONTENTS => Some(Self::EmptyFolderContents {
                collection_id: text(airsync::COLLECTION_ID),
                with_folders: has_option(tag::DELETE_SUB_FOLDERS),
            }),
            tag::MOVE => Some(Self::Move {
                // MS-ASCON 2.2.2.3: bytes, as Sync tells them.
                conversation_id: element
                    .child(tag::CONVERSATION_ID)
                    .map(Element::bytes)
                    .unwrap_or_default()
                    .to_vec(),
                folder_id: text(tag::DST_FLD_ID),
                always: has_option(tag::MOVE_ALWAYS),
            }),
            _ => None,
        }
    }
}

impl Fetch {
    fn parse(element: Element<'_>) -> Self {
        let names = Names {
            collection_id: element::string(element, airsync::COLLECTION_ID),
            server_id: element::string(element, airsync::SERVER_ID),
            long_id: element::string(element, search::LONG_ID),
            link_id: element::string(element, documentlibrary::LINK_ID),
            file_reference: element::string(element, airsyncbase::FILE_REFERENCE),
        };
        let mut read = Self { store: element::string(element, tag::STORE), names, ..Self::default() };
        if let Some(options) = element.child(tag::OPTIONS) {
            let schema = options.child(tag::SCHEMA);
            read.schema = schema.map(|schema| schema.children().map(Element::tag).collect());
            read.range = element::text(options, tag::RANGE).map(|text| Range::parse(text).ok_or(BadRange));
            read.mime_support = element::number(options, airsync::MIME_SUPPORT);
            read.body = BodyPreference::parse_all(options);
        }
        read.fault = fault(element);
        read
    }
}

/// What is wrong with an item asked for, whatever it is.
fn fault(element: Element<'_>) -> Option<Status> {
    let options = element.child(tag::OPTIONS);
    // MS-ASCMD 2.2.3.8 (FileReference): one file at a time. 2.2.3.143.2 (Range): it has an end.
    let files = element.children().filter(|child| child.tag() == airsyncbase::FILE_REFERENCE);
    let range = options.and_then(|options| element::text(options, tag::RANGE));
    if files.count() > 1 || range.is_some_and(str::is_empty) {
        return Some(Status::PROTOCOL_ERROR);
    }
    // MS-ASAIRS 2.2.2.11 (BodyPartPreference): HTML only.
    let part = options.and_then(|options| options.child(airsyncbase::BODY_PART_PREFERENCE));
    let part = part.and_then(BodyPreference::parse).filter(|part| part.body_type != BodyType::HTML);
    part.map(|_| Common::BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED.into())
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// How the request fared as a whole.
    pub status: Status,
    /// How each operation fared.
    pub operations: Vec<Done>,
}

/// How an operation fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// An item was shown, or not.
    Fetch {
        /// How it fared.
        status: Status,
        /// The names by which it was asked for.
        names: Names,
        /// Its class, when it is there.
        class: Option<&'static str>,
        /// What is shown of it, when it is there.
        shown: Option<Shown>,
    },
    /// A folder was emptied, or not.
    EmptyFolderContents {
        /// How it fared.
        status: Status,
        /// Which folder.
        collection_id: String,
    },
    /// A conversation was moved, or not.
    Move {
        /// How it fared.
        status: Status,
        /// Which one.
        conversation_id: Vec<u8>,
    },
}

impl Response {
    /// Writes the answer with everything in it.
    pub fn encode(&self) -> Vec<Piece> {
        let mut sink = Sink::default();
        let document = self.document(&mut sink);
        sink.fill(document)
    }

    /// Writes the answer with the data of items and files behind the document, for phones that ask for it so.
    // MS-ASCMD 2.2.1.10.1.1 (MultiPartResponse): the number of parts, where each begins and how long it is, the parts.
    pub fn encode_in_parts(&self) -> Vec<Piece> {
        let mut sink = Sink { parts: Some(Vec::new()), ..Sink::default() };
        let document = self.document(&mut sink);
        let data = sink.parts.unwrap_or_default();
        let parts: Vec<Data> = std::iter::once(Data::Here(document)).chain(data).collect();
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
        let mut offset = 4 + 8 * parts.len();
        let mut head = number(parts.len()).to_vec();
        for part in &parts {
            head.extend(number(offset));
            head.extend(number(part.length()));
            offset += part.length();
        }
        let piece = |part| match part {
            Data::Here(bytes) => Piece::Here(bytes),
            Data::Elsewhere(place) => Piece::Elsewhere { place, is_base64: false },
        };
        std::iter::once(Piece::Here(head)).chain(parts.into_iter().map(piece)).collect()
    }

    /// The document; what the sink takes is not in it. The schema has moves first, then emptied folders, then items.
    fn document(&self, sink: &mut Sink) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::ITEM_OPERATIONS);
        writer.number(tag::STATUS, self.status);
        writer.container(tag::RESPONSE, |writer| {
            let mut operations: Vec<&Done> = self.operations.iter().collect();
            operations.sort_by_key(|done| done.place());
            operations.into_iter().for_each(|done| done.write(sink, writer));
        });
        writer.finish()
    }
}

impl Done {
    fn place(&self) -> u8 {
        match self {
            Self::Move { .. } => 0,
            Self::EmptyFolderContents { .. } => 1,
            Self::Fetch { .. } => 2,
        }
    }

    fn write(&self, sink: &mut Sink, writer: &mut Writer) {
        match self {
            Self::Move { status, conversation_id } => {
                writer.open(tag::MOVE);
                writer.number(tag::STATUS, status);
                writer.opaque(tag::CONVERSATION_ID, conversation_id);
            }
            Self::EmptyFolderContents { status, collection_id } => {
                writer.open(tag::EMPTY_FOLDER_CONTENTS);
                writer.number(tag::STATUS, status);
                writer.text(airsync::COLLECTION_ID, collection_id);
            }
            Self::Fetch { status, names, class, shown } => {
                writer.open(tag::FETCH);
                writer.number(tag::STATUS, status);
                write_names(names, *class, writer);
                if let Some(shown) = shown {
                    writer.open(tag::PROPERTIES);
                    shown.write(sink, writer);
                    writer.close();
                }
            }
        }
        writer.close();
    }
}

fn write_names(names: &Names, class: Option<&str>, writer: &mut Writer) {
    let names = [
        (airsync::COLLECTION_ID, names.collection_id.as_deref()),
        (airsync::SERVER_ID, names.server_id.as_deref()),
        (search::LONG_ID, names.long_id.as_deref()),
        (airsync::CLASS, class),
        (documentlibrary::LINK_ID, names.link_id.as_deref()),
        (airsyncbase::FILE_REFERENCE, names.file_reference.as_deref()),
    ];
    for (tag, name) in names {
        if let Some(name) = name {
            writer.text(tag, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Fragment;
    use wbxml::Limits;
    use wbxml::contacts;

    use super::*;
    use crate::eas::golden::check;
    use crate::eas::itemoperations::shown::Place;

    /// An answer as it is sent, with `(file:first+length)` for what is elsewhere.
    fn all(pieces: Vec<Piece>) -> Vec<u8> {
        let bytes = |piece| match piece {
            Piece::Here(bytes) => bytes,
            Piece::Elsewhere { place, is_base64 } => {
                format!("({}:{}+{} {is_base64})", place.file, place.first, place.length).into_bytes()
            }
        };
        pieces.into_iter().flat_map(bytes).collect()
    }

    #[test]
    fn operations_are_read_in_the_order_sent() {
        let mut writer = Writer::new();
        writer.open(tag::ITEM_OPERATIONS);
        writer.open(tag::EMPTY_FOLDER_CONTENTS);
        writer.text(airsync::COLLECTION_ID, "7");
        writer.open(tag::OPTIONS);
        writer.empty(tag::DELETE_SUB_FOLDERS);
        writer.close();
        writer.close();
        writer.open(tag::MOVE);
        writer.opaque(tag::CONVERSATION_ID, b"\xFF\x01");
        writer.text(tag::DST_FLD_ID, "105");
        writer.open(tag::OPTIONS);
        writer.empty(tag::MOVE_ALWAYS);
        writer.close();
        writer.close();
        writer.open(tag::FETCH);
        writer.text(tag::STORE, "Mailbox");
        writer.text(airsync::COLLECTION_ID, "2");
        writer.text(airsync::SERVER_ID, "2:9");
        writer.open(tag::OPTIONS);
        writer.open(tag::SCHEMA);
        writer.empty(contacts::FILE_AS);
        writer.close();
        writer.open(airsyncbase::BODY_PREFERENCE);
        writer.number(airsyncbase::TYPE, 1);
        let document = Document::decode(writer.finish(), &Limits::default()).unwrap();
        let operations = parse(document.root());
        let [Operation::EmptyFolderContents { with_folders: true, .. }, moved, Operation::Fetch(fetch)] =
            operations.as_slice()
        else {
            panic!("a folder, a conversation and an item")
        };
        let conversation_id = b"\xFF\x01".to_vec();
        assert_eq!(*moved, Operation::Move { conversation_id, folder_id: "105".to_owned(), always: true });
        assert_eq!(fetch.names.server_id.as_deref(), Some("2:9"));
        assert_eq!(fetch.schema.as_deref(), Some([contacts::FILE_AS].as_slice()));
        assert_eq!(fetch.body.first().map(|preference| preference.body_type), Some(BodyType::TEXT));
    }

    #[test]
    fn the_answer_keeps_the_order_of_the_schema() {
        let names = Names {
            collection_id: Some("2".to_owned()),
            server_id: Some("2:9".to_owned()),
            ..Names::default()
        };
        let lost = Names { long_id: Some("RgAA".to_owned()), ..Names::default() };
        let properties = Fragment::build(|writer| writer.text(contacts::FILE_AS, "Nordmann, Kari"));
        let response = Response {
            status: Status::SUCCESS,
            operations: vec![
                Done::Fetch {
                    status: Status::SUCCESS,
                    names,
                    class: Some("Contacts"),
                    shown: Some(Shown::Item(properties)),
                },
                Done::Fetch { status: Status::NOT_FOUND, names: lost, class: None, shown: None },
                Done::EmptyFolderContents { status: Status::ACCESS_DENIED, collection_id: "7".to_owned() },
                Done::Move { status: Status::ACTION_NOT_SUPPORTED, conversation_id: b"x".to_vec() },
            ],
        };
        check("itemoperations/response", &all(response.encode()));
        let parts = all(response.encode_in_parts());
        assert_eq!(parts.get(..8), Some(&[1, 0, 0, 0, 12, 0, 0, 0][..]));
        let failure = Response { status: Status::PROTOCOL_ERROR, operations: vec![] };
        check("itemoperations/failure", &all(failure.encode()));
    }

    #[test]
    fn data_stands_behind_the_document_where_it_is_asked_for_so() {
        let body = Fragment::build(|writer| {
            writer.text(contacts::FILE_AS, "Nordmann, Kari");
            writer.container(airsyncbase::BODY, |writer| {
                writer.number(airsyncbase::TYPE, 1);
                writer.number(airsyncbase::ESTIMATED_DATA_SIZE, 5);
                writer.text(airsyncbase::DATA, "Hei p\u{e5}");
            });
        });
        let file = Shown::File {
            content_type: "text/plain".to_owned(),
            data: Data::Here(b"345".to_vec()),
            part: Some((Range { first: 3, last: 5 }, 10)),
        };
        let fetched = |shown| Done::Fetch {
            status: Status::SUCCESS,
            names: Names::default(),
            class: None,
            shown: Some(shown),
        };
        let operations = vec![fetched(Shown::Item(body)), fetched(file)];
        let response = Response { status: Status::SUCCESS, operations };
        check("itemoperations/inline", &all(response.encode()));
        let bytes = all(response.encode_in_parts());
        let number =
            |at: usize| usize::try_from(u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap();
        let part = |index: usize| &bytes[number(4 + 8 * index)..][..number(8 + 8 * index)];
        assert_eq!((number(0), part(1), part(2)), (3, "Hei p\u{e5}".as_bytes(), &b"345"[..]));
        assert_eq!(number(4 + 16) + number(8 + 16), bytes.len());
        check("itemoperations/part-0", part(0));
    }

    #[test]
    fn what_is_not_here_has_its_place_in_the_answer() {
        let file = |file, first| Done::Fetch {
            status: Status::SUCCESS,
            names: Names::default(),
            class: None,
            shown: Some(Shown::File {
                content_type: "text/plain".to_owned(),
                data: Data::Elsewhere(Place { file, first, length: 3000 }),
                part: None,
            }),
        };
        let operations = vec![file(0, 0), file(1, 7)];
        let response = Response { status: Status::SUCCESS, operations };
        let document = Document::decode(all(response.encode()), &Limits::default()).unwrap();
        let fetched = document.root().child(tag::RESPONSE).unwrap();
        let texts: Vec<&str> = fetched
            .children()
            .map(|fetch| fetch.child(tag::PROPERTIES).unwrap().child(tag::DATA).unwrap().text())
            .collect();
        assert_eq!(texts, ["(0:0+3000 true)", "(1:7+3000 true)"]);
        let pieces = response.encode_in_parts();
        let Some(Piece::Here(head)) = pieces.first() else { panic!() };
        assert_eq!((head.len(), &head[24..28]), (28, &3000_u32.to_le_bytes()[..]));
        let place = Place { file: 1, first: 7, length: 3000 };
        assert_eq!(pieces.last(), Some(&Piece::Elsewhere { place, is_base64: false }));
    }
}
