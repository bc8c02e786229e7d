//! The WBXML of Exchange ActiveSync: bytes to a tree and back, and the names of all elements.
//!
//! Knows nothing of what the elements mean, of HTTP or of the server.
//!
//! ```
//! use wbxml::Document;
//! use wbxml::Limits;
//! use wbxml::Writer;
//! use wbxml::folderhierarchy;
//!
//! let request = b"\x03\x01\x6A\x00\x00\x07\x56\x52\x030\x00\x01\x01";
//! let document = Document::decode(*request, &Limits::default())?;
//! assert_eq!(document.root().tag(), folderhierarchy::FOLDER_SYNC);
//! let key = document.root().child(folderhierarchy::SYNC_KEY);
//! assert_eq!(key.map(|key| key.text()), Some("0"));
//!
//! let mut answer = Writer::new();
//! answer.open(folderhierarchy::FOLDER_SYNC);
//! answer.number(folderhierarchy::STATUS, 1);
//! answer.text(folderhierarchy::SYNC_KEY, "1");
//! answer.container(folderhierarchy::CHANGES, |changes| {
//!     changes.number(folderhierarchy::COUNT, 0);
//! });
//! answer.close();
//! let answer = Document::decode(answer.finish(), &Limits::default())?;
//! assert!(answer.to_xml().contains("<SyncKey>1</SyncKey>"));
//! # Ok::<(), wbxml::Error>(())
//! ```
//!
//! A [`Document`] is a flat list of small nodes over the bytes it came from: reading one makes a handful of
//! allocations, however many elements it has, and [`Element`] is a view into it. A [`Writer`] writes bytes
//! as it goes and builds no tree.

#![warn(missing_docs)]

mod code_pages;
mod decode;
mod document;
mod error;
mod excerpt;
mod from_xml;
mod limits;
mod reader;
mod tag;
mod text;
mod to_xml;
mod token;
mod version;
mod write;
mod xml_name;

pub use code_pages::airnotify;
pub use code_pages::airsync;
pub use code_pages::airsyncbase;
pub use code_pages::calendar;
pub use code_pages::composemail;
pub use code_pages::contacts;
pub use code_pages::contacts2;
pub use code_pages::documentlibrary;
pub use code_pages::email;
pub use code_pages::email2;
pub use code_pages::find;
pub use code_pages::folderhierarchy;
pub use code_pages::gal;
pub use code_pages::getitemestimate;
pub use code_pages::itemoperations;
pub use code_pages::meetingresponse;
pub use code_pages::moves;
pub use code_pages::notes;
pub use code_pages::ping;
pub use code_pages::provision;
pub use code_pages::resolverecipients;
pub use code_pages::rightsmanagement;
pub use code_pages::search;
pub use code_pages::settings;
pub use code_pages::tasks;
pub use code_pages::validatecert;
pub use code_pages::windowslive;
pub use document::Document;
pub use document::Element;
pub use error::Error;
pub use excerpt::Excerpt;
pub use from_xml::XmlError;
pub use from_xml::XmlProblem;
pub use limits::Limits;
pub use tag::Tag;
pub use version::UnknownVersion;
pub use version::Version;
pub use write::Fragment;
pub use write::Mark;
pub use write::Writer;
