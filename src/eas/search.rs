//! The `Search` command as values: what is sought where, and what was found. Seeks nothing.

pub mod mailbox;

use wbxml::Element;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::calendar;
use wbxml::contacts;
use wbxml::notes;
use wbxml::search as tag;
use wbxml::tasks;

use crate::eas::element;
use crate::eas::search::mailbox::Mailbox;

// MS-ASCMD 2.2.3.177.13 (Status, of Search).
crate::eas::status::statuses! { command
    /// How the search of a store fared.
    Status {
        /// All is well, whether or not anything was found.
        SUCCESS = 1,
        /// The request makes no sense.
        INVALID_REQUEST = 2,
        /// Something failed here; the phone tries again.
        SERVER_ERROR = 3,
        /// The link is malformed.
        BAD_LINK = 4,
        /// The user may not look there.
        ACCESS_DENIED = 5,
        /// There is nothing to look in.
        NOT_FOUND = 6,
        /// Nobody answered there.
        CONNECTION_FAILED = 7,
        /// The query asks too much.
        TOO_COMPLEX = 8,
        /// It took too long.
        TIMED_OUT = 10,
        /// The list of folders changed: the phone asks for it.
        FOLDER_SYNC_REQUIRED = 11,
        /// There are no results so far down.
        END_OF_RANGE = 12,
        /// Nobody may look there.
        ACCESS_BLOCKED = 13,
        /// The user has to log in there.
        CREDENTIALS_REQUIRED = 14,
    }
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// The company directory.
    Directory,
    /// The user's own folders.
    Mailbox,
    /// Files.
    DocumentLibrary,
    /// What no version knows.
    Unknown,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where to look.
    pub store: Store,
    /// The words sought; empty when it is no plain text.
    pub query: String,
    /// What is sought in the mailbox, if that is where to look.
    pub mailbox: Option<Result<Mailbox, Status>>,
    /// Whether it asks for elements of events, contacts, tasks or notes, in which nobody can search.
    pub names_items: bool,
    /// Which of the results; none for the first hundred, the inner none for what is no range.
    pub range: Option<Option<Range>>,
    /// Whether pictures are wanted, and how many and how large.
    pub picture: Option<Picture>,
    /// Whether earlier results do not count.
    pub rebuild: bool,
}

/// Which of the results, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first, counted from 0.
    pub first: usize,
    /// The last.
    pub last: usize,
}

/// What is wanted of pictures (MS-ASCMD 2.2.3.135 Picture).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// No larger ones, in bytes.
    pub max_size: Option<usize>,
    /// No more of them.
    pub max_pictures: Option<usize>,
}

impl Request {
    /// Reads a `Search` element; none when it names no store.
    pub fn parse(root: Element<'_>) -> Option<Self> {
        let store = root.child(tag::STORE)?;
        let options = store.child(tag::OPTIONS);
        let option = |tag| options.and_then(|options| options.child(tag));
        let named = Store::named(element::text(store, tag::NAME)?);
        Some(Self {
            mailbox: (named == Store::Mailbox).then(|| Mailbox::parse(store)),
            store: named,
            query: element::string(store, tag::QUERY).unwrap_or_default().trim().to_owned(),
            names_items: store.child(tag::QUERY).is_some_and(names_items),
            range: option(tag::RANGE).map(|range| Range::parse(range.text())),
            picture: option(tag::PICTURE).map(Picture::parse),
            rebuild: option(tag::REBUILD_RESULTS).is_some(),
        })
    }
}

fn names_items(element: Element<'_>) -> bool {
    const ITEMS: [Tag; 4] = [calendar::SUBJECT, contacts::FILE_AS, tasks::SUBJECT, notes::SUBJECT];
    let is_of_item = ITEMS.iter().any(|tag| tag.page() == element.tag().page());
    is_of_item || element.children().any(names_items)
}

impl Store {
    // MS-ASCMD 2.2.3.120.2 (Name): both spellings of the library are in the document.
    fn named(name: &str) -> Self {
        match name.trim() {
            "GAL" => Self::Directory,
            "Mailbox" => Self::Mailbox,
            "DocumentLibrary" | "Document Library" => Self::DocumentLibrary,
            _ => Self::Unknown,
        }
    }
}

impl Range {
    // MS-ASCMD 2.2.3.143.3 (Range): "0-2" is three entries.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let range = Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? };
        (range.first <= range.last).then_some(range)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}-{}", self.first, self.last)
    }
}

impl Picture {
    fn parse(element: Element<'_>) -> Self {
        Self {
            max_size: element::number(element, tag::MAX_SIZE),
            max_pictures: element::number(element, tag::MAX_PICTURES),
        }
    }
}

/// An entry that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its class; an entry of the directory has none.
    pub class: Option<&'static str>,
    /// What it is called, as [`crate::eas::name::ItemName`] writes it.
    pub long_id: Option<String>,
    /// Its folder.
    pub collection_id: Option<String>,
    /// The children of its `Properties`.
    pub properties: Fragment,
}

impl From<Fragment> for Found {
    fn from(properties: Fragment) -> Self {
        Self { properties, ..Self::default() }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The store was searched, or could not be.
    Store {
        /// How that fared.
        status: Status,
        /// What was found.
        results: Vec<Found>,
        /// Which of the results these are; none when there are none.
        range: Option<Range>,
        /// How many there are in all; none when nobody looked.
        total: Option<usize>,
    },
    /// The request could not be read.
    Failure(Status),
}

impl Response {
    /// An answer of a store that is nothing but a status.
    pub fn of_store(status: Status) -> Self {
        Self::Store { status, results: Vec::new(), range: None, total: None }
    }

    /// It was looked, and there is nothing.
    pub fn nothing() -> Self {
        Self::Store { status: Status::SUCCESS, results: Vec::new(), range: None, total: Some(0) }
    }

    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::SEARCH);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Store { status, results, range, total } => {
                writer.number(tag::STATUS, Status::SUCCESS);
                writer.open(tag::RESPONSE);
                writer.open(tag::STORE);
                writer.number(tag::STATUS, status);
                results.iter().for_each(|result| write_result(result, &mut writer));
                // Exchange writes an empty result when nothing was found, and Android wants Range and Total always.
                if results.is_empty() {
                    writer.empty(tag::RESULT);
                }
                if let Some(range) = range {
                    writer.number(tag::RANGE, range);
                }
                if let Some(total) = total {
                    writer.number(tag::TOTAL, total);
                }
            }
        }
        writer.finish()
    }
}

fn write_result(result: &Found, writer: &mut Writer) {
    writer.open(tag::RESULT);
    let names = [
        (airsync::CLASS, result.class),
        (tag::LONG_ID, result.long_id.as_deref()),
        (airsync::COLLECTION_ID, result.collection_id.as_deref()),
    ];
    for (tag, name) in names {
        if let Some(name) = name {
            writer.text(tag, name);
        }
    }
    writer.open(tag::PROPERTIES);
    writer.append(&result.properties);
    writer.close();
    writer.close();
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;
    use wbxml::email;
    use wbxml::gal;

    use super::*;
    use crate::eas::golden::check;

    fn parse(write: impl FnOnce(&mut Writer)) -> Option<Request> {
        let mut writer = Writer::new();
        writer.open(tag::SEARCH);
        write(&mut writer);
        Request::parse(Document::decode(writer.finish(), &Limits::default()).unwrap().root())
    }

    #[test]
    fn a_search_of_the_directory_with_pictures() {
        let request = parse(|writer| {
            writer.open(tag::STORE);
            writer.text(tag::NAME, "GAL");
            writer.text(tag::QUERY, " kari ");
            writer.open(tag::OPTIONS);
            writer.empty(tag::REBUILD_RESULTS);
            writer.text(tag::RANGE, "0-2");
            writer.open(tag::PICTURE);
            writer.number(tag::MAX_SIZE, 100_000);
            writer.number(tag::MAX_PICTURES, 5);
        });
        let picture = Picture { max_size: Some(100_000), max_pictures: Some(5) };
        let expected = Request {
            store: Store::Directory,
            query: "kari".to_owned(),
            range: Some(Some(Range { first: 0, last: 2 })),
            mailbox: None,
            names_items: false,
            picture: Some(picture),
            rebuild: true,
        };
        assert_eq!(request, Some(expected));
    }

    #[test]
    fn a_search_may_have_no_options() {
        let request = parse(|writer| {
            writer.open(tag::STORE);
            writer.text(tag::NAME, "Mailbox");
            writer.open(tag::QUERY);
            writer.open(tag::AND);
            writer.text(tag::FREE_TEXT, "lunsj");
        });
        let request = request.unwrap();
        assert_eq!((request.store, request.query.as_str()), (Store::Mailbox, ""));
        assert_eq!((request.range, request.picture, request.rebuild), (None, None, false));
        assert_eq!(parse(|_| {}), None);
        let request = parse(|writer| {
            writer.open(tag::STORE);
            writer.text(tag::NAME, "Mailbox");
            writer.open(tag::QUERY);
            writer.open(tag::AND);
            writer.text(tasks::SUBJECT, "lunsj");
        });
        assert!(request.unwrap().names_items);
    }

    #[test]
    fn ranges_that_run_backwards_are_none() {
        assert_eq!(Range::parse("5-3"), None);
        assert_eq!(Range::parse("x"), None);
        assert_eq!(Range::parse("3-3").map(|range| range.to_string()).as_deref(), Some("3-3"));
    }

    #[test]
    fn results_come_with_range_and_total() {
        let entry = |name: &str| {
            Found::from(Fragment::build(|writer| {
                writer.text(gal::DISPLAY_NAME, name);
                writer.empty(gal::FIRST_NAME);
            }))
        };
        let response = Response::Store {
            status: Status::SUCCESS,
            results: vec![entry("Kari Nordmann"), entry("Ola Nordmann")],
            range: Some(Range { first: 0, last: 1 }),
            total: Some(17),
        };
        check("search/directory", &response.encode());
    }

    #[test]
    fn a_mail_that_was_found_has_names() {
        let found = Found {
            class: Some("Email"),
            long_id: Some("5:17".to_owned()),
            collection_id: Some("5".to_owned()),
            properties: Fragment::build(|writer| writer.text(email::SUBJECT, "Lunsj")),
        };
        let response = Response::Store {
            status: Status::SUCCESS,
            results: vec![found],
            range: Some(Range { first: 0, last: 0 }),
            total: Some(1),
        };
        check("search/mailbox", &response.encode());
    }

    #[test]
    fn nothing_found_is_an_empty_result() {
        let response = Response::Store {
            status: Status::SUCCESS,
            results: vec![],
            range: Some(Range { first: 0, last: 0 }),
            total: Some(0),
        };
        check("search/nothing", &response.encode());
        check("search/blocked", &Response::of_store(Status::ACCESS_BLOCKED).encode());
        check("search/failure", &Response::Failure(Status::SERVER_ERROR).encode());
    }
}
