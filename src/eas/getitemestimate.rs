//! The `GetItemEstimate` command as values: how many changes wait. Counts none.

use wbxml::Element;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::getitemestimate as tag;

use crate::eas::sync::Options;
use crate::eas::sync::options_for;
use crate::model::class::Class;

// MS-ASCMD 2.2.3.177.7 (Status, of GetItemEstimate).
crate::eas::status::statuses! { command
    /// How a collection fared.
    Status {
        /// All is well.
        SUCCESS = 1,
        /// The folder is not there.
        INVALID_COLLECTION = 2,
        /// The folder was never synced.
        NOT_PRIMED = 3,
        /// The key is not the one that `Sync` expects next.
        INVALID_SYNC_KEY = 4,
    }
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The folders, in the order sent.
    pub collections: Vec<Collection>,
}

/// A folder to estimate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// Its class, which versions up to 12.1 name.
    pub class: Option<String>,
    /// The folder; 2.5 may leave it out and mean the default folder of the class.
    pub collection_id: Option<String>,
    /// The key that the phone holds; none when it sent none.
    pub sync_key: Option<String>,
    /// Whether conversations are to be counted, which is said of mail alone.
    pub has_conversation_mode: bool,
    /// The options, from 14.0 on one element per class; none keeps those of `Sync`.
    pub options: Option<Vec<Options>>,
}

impl Request {
    /// Reads a `GetItemEstimate` element.
    pub fn parse(root: Element<'_>) -> Self {
        let lists = root.children().filter(|child| child.tag() == tag::COLLECTIONS);
        let named = lists.flat_map(Element::children).filter(|child| child.tag() == tag::COLLECTION);
        Self { collections: named.map(Collection::parse).collect() }
    }
}

impl Collection {
    // The order differs by version, 2.5 has the filter beside the key, and the class is told on page 0, on page 6, or
    // in the options (MS-ASCMD 2.2.3.27.2 Class, 2.2.3.68.1 FilterType).
    fn parse(element: Element<'_>) -> Self {
        let mut read = Self::default();
        for child in element.children() {
            let text = || Some(child.text().to_owned());
            match child.tag() {
                tag::CLASS | airsync::CLASS => read.class = text(),
                tag::COLLECTION_ID | airsync::COLLECTION_ID => read.collection_id = text(),
                airsync::SYNC_KEY => read.sync_key = text(),
                airsync::CONVERSATION_MODE => read.has_conversation_mode = true,
                airsync::FILTER_TYPE => {
                    let options =
                        Options { filter_type: child.text().trim().parse().ok(), ..Options::default() };
                    read.options.get_or_insert_default().push(options);
                }
                airsync::OPTIONS => read.options.get_or_insert_default().push(Options::parse(child)),
                _ => {}
            }
        }
        read
    }

    /// The options as sent for items of this class.
    pub fn options_for(&self, class: Class) -> Option<&Options> {
        options_for(self.options.as_deref()?, class)
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Folder by folder.
    Collections(Vec<CollectionResponse>),
    /// It did not work for any.
    Failure(Status),
}

/// The answer for one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionResponse {
    /// Its class; written up to 12.0 only.
    pub class: Option<&'static str>,
    /// The folder, as the phone named it.
    pub collection_id: String,
    /// How many changes wait, or why that cannot be said.
    pub estimate: Result<u64, Status>,
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self, version: Version) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::GET_ITEM_ESTIMATE);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Collections(collections) => {
                collections.iter().for_each(|collection| collection.write(version, &mut writer));
            }
        }
        writer.finish()
    }
}

impl CollectionResponse {
    fn write(&self, version: Version, writer: &mut Writer) {
        writer.open(tag::RESPONSE);
        writer.number(tag::STATUS, self.estimate.err().unwrap_or(Status::SUCCESS));
        writer.open(tag::COLLECTION);
        if let Some(class) = self.class.filter(|_| version < Version::V12_1) {
            writer.text(tag::CLASS, class);
        }
        writer.text(tag::COLLECTION_ID, &self.collection_id);
        if let Ok(estimate) = self.estimate {
            writer.number(tag::ESTIMATE, estimate);
        }
        writer.close();
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;

    use super::*;
    use crate::eas::golden;

    #[track_caller]
    fn check(class: Option<&str>, filter: Option<u8>, write: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::new();
        writer.open(tag::GET_ITEM_ESTIMATE);
        writer.open(tag::COLLECTIONS);
        writer.open(tag::COLLECTION);
        write(&mut writer);
        let document = Document::decode(writer.finish(), &Limits::default()).unwrap();
        let request = Request::parse(document.root());
        let [collection] = request.collections.as_slice() else { panic!("one collection") };
        assert_eq!(
            (collection.collection_id.as_deref(), collection.sync_key.as_deref()),
            (Some("1"), Some("4"))
        );
        assert_eq!(collection.class.as_deref(), class);
        assert_eq!(collection.options_for(Class::Calendar).and_then(|options| options.filter_type), filter);
    }

    /// Quirk estimate-order.
    #[test]
    fn each_version_has_its_own_order() {
        check(Some("Calendar"), Some(4), |writer| {
            writer.text(tag::CLASS, "Calendar");
            writer.text(tag::COLLECTION_ID, "1");
            writer.number(airsync::FILTER_TYPE, 4);
            writer.text(airsync::SYNC_KEY, "4");
        });
        check(Some("Calendar"), None, |writer| {
            writer.text(airsync::CLASS, "Calendar");
            writer.text(airsync::SYNC_KEY, "4");
            writer.text(tag::COLLECTION_ID, "1");
        });
        check(None, Some(7), |writer| {
            writer.text(airsync::SYNC_KEY, "4");
            writer.text(tag::COLLECTION_ID, "1");
            writer.open(airsync::OPTIONS);
            writer.number(airsync::FILTER_TYPE, 7);
            writer.text(airsync::CLASS, "Calendar");
        });
    }

    #[test]
    fn each_collection_has_its_own_status() {
        let response = Response::Collections(vec![
            CollectionResponse { class: Some("Calendar"), collection_id: "1".to_owned(), estimate: Ok(17) },
            CollectionResponse {
                class: None,
                collection_id: "77".to_owned(),
                estimate: Err(Status::INVALID_COLLECTION),
            },
        ]);
        golden::check("getitemestimate/response-2.5", &response.encode(Version::V2_5));
        golden::check("getitemestimate/response-14.1", &response.encode(Version::V14_1));
    }
}
