//! What the server answers to `Sync`, written in the order of the schema. Items come encoded.

use wbxml::Fragment;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;

use crate::eas::sync::Status;

/// An answer. One with nothing in it is an empty body: nothing changed, and every key stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Why the request failed as a whole; none on success.
    pub status: Option<Status>,
    /// The bound that the request broke (with statuses 14 and 15).
    pub limit: Option<i64>,
    /// The folders that there is something to say of.
    pub collections: Vec<CollectionResponse>,
}

/// The answer for one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionResponse {
    /// Its class; written up to 12.0 only.
    pub class: Option<&'static str>,
    /// The key to go on with.
    pub sync_key: String,
    /// The folder, as the phone named it.
    pub collection_id: String,
    /// How the folder fared.
    pub status: Status,
    /// Whether there are more changes than the window took.
    pub has_more: bool,
    /// The server's changes.
    pub changes: Vec<Change>,
    /// How the phone's changes fared.
    pub replies: Vec<Reply>,
}

/// A change on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An item that the phone does not hold.
    Add {
        /// Its name.
        server_id: String,
        /// The children of its `ApplicationData`.
        data: Fragment,
    },
    /// An item that the phone holds in another version.
    Change {
        /// Its name.
        server_id: String,
        /// The children of its `ApplicationData`.
        data: Fragment,
    },
    /// An item gone.
    Delete {
        /// Its name.
        server_id: String,
    },
    /// An item that left the phone's filter.
    SoftDelete {
        /// Its name.
        server_id: String,
    },
}

/// How a change of the phone's fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To an `Add`.
    Add {
        /// The phone's name for the item.
        client_id: String,
        /// Ours, when there is one.
        server_id: Option<String>,
        /// How it fared.
        status: Status,
        /// What the server made of it, from 16.0 on: children of `ApplicationData`.
        data: Option<Fragment>,
    },
    /// To a `Change`; needed only when it failed, or from 16.0 on for an occurrence.
    Change {
        /// The item.
        server_id: String,
        /// The occurrence, from 16.0 on.
        instance_id: Option<String>,
        /// How it fared.
        status: Status,
        /// What the server made of it, from 16.0 on: children of `ApplicationData`.
        data: Option<Fragment>,
    },
    /// To a `Delete`; needed only when it failed.
    Delete {
        /// The item.
        server_id: String,
        /// The occurrence, from 16.0 on.
        instance_id: Option<String>,
        /// How it fared.
        status: Status,
    },
    /// To a `Fetch`.
    Fetch {
        /// The item.
        server_id: String,
        /// How it fared.
        status: Status,
        /// The children of its `ApplicationData`, when it is there.
        data: Option<Fragment>,
    },
}

impl Default for Status {
    fn default() -> Self {
        Self::SUCCESS
    }
}

impl Response {
    /// An answer that is nothing but a status.
    pub fn of_status(status: Status) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// Writes the answer; no bytes at all when there is nothing to say.
    // MS-ASCMD 2.2.1.21.2 (Empty Sync Response).
    pub fn encode(&self, version: Version) -> Vec<u8> {
        if self.status.is_none() && self.collections.is_empty() {
            return Vec::new();
        }
        let mut writer = Writer::new();
        writer.open(airsync::SYNC);
        if let Some(status) = self.status {
            writer.number(airsync::STATUS, status);
        }
        if let Some(limit) = self.limit {
            writer.number(airsync::LIMIT, limit);
        }
        writer.container(airsync::COLLECTIONS, |writer| {
            for collection in &self.collections {
                collection.write(version, writer);
            }
        });
        writer.finish()
    }
}

impl CollectionResponse {
    // Outlook goes to sleep when MoreAvailable does not come before the changes; Windows Phone drops an answer with
    // an empty container.
    fn write(&self, version: Version, writer: &mut Writer) {
        writer.open(airsync::COLLECTION);
        // MS-ASCMD 2.2.3.27.5 (Class, of Sync): not in answers from 12.1 on.
        if let Some(class) = self.class.filter(|_| version < Version::V12_1) {
            writer.text(airsync::CLASS, class);
        }
        writer.text(airsync::SYNC_KEY, &self.sync_key);
        writer.text(airsync::COLLECTION_ID, &self.collection_id);
        writer.number(airsync::STATUS, self.status);
        if self.has_more {
            writer.empty(airsync::MORE_AVAILABLE);
        }
        writer.container(airsync::COMMANDS, |writer| {
            for change in &self.changes {
                change.write(writer);
            }
        });
        writer.container(airsync::RESPONSES, |writer| {
            for reply in &self.replies {
                reply.write(version, writer);
            }
        });
        writer.close();
    }
}

impl Change {
    /// How many bytes it adds to the answer, about.
    pub fn len(&self) -> usize {
        /// The tags and the name.
        const FRAME: usize = 24;
        match self {
            Self::Add { data, .. } | Self::Change { data, .. } => FRAME + data.len(),
            Self::Delete { .. } | Self::SoftDelete { .. } => FRAME,
        }
    }

    /// Never: even a deletion has a name.
    pub fn is_empty(&self) -> bool {
        false
    }

    fn write(&self, writer: &mut Writer) {
        let (tag, server_id, data) = match self {
            Self::Add { server_id, data } => (airsync::ADD, server_id, Some(data)),
            Self::Change { server_id, data } => (airsync::CHANGE, server_id, Some(data)),
            Self::Delete { server_id } => (airsync::DELETE, server_id, None),
            Self::SoftDelete { server_id } => (airsync::SOFT_DELETE, server_id, None),
        };
        writer.open(tag);
        writer.text(airsync::SERVER_ID, server_id);
        write_data(data, writer);
        writer.close();
    }
}

impl Reply {
    fn write(&self, version: Version, writer: &mut Writer) {
        match self {
            Self::Add { client_id, server_id, status, data } => {
                writer.open(airsync::ADD);
                writer.text(airsync::CLIENT_ID, client_id);
                if let Some(server_id) = server_id {
                    writer.text(airsync::SERVER_ID, server_id);
                }
                writer.number(airsync::STATUS, status);
                write_data(data.as_ref().filter(|_| version >= Version::V16_0), writer);
            }
            Self::Change { server_id, instance_id, status, data } => {
                writer.open(airsync::CHANGE);
                write_name(server_id, instance_id.as_deref(), version, writer);
                writer.number(airsync::STATUS, status);
                write_data(data.as_ref().filter(|_| version >= Version::V16_0), writer);
            }
            Self::Delete { server_id, instance_id, status } => {
                writer.open(airsync::DELETE);
                write_name(server_id, instance_id.as_deref(), version, writer);
                writer.number(airsync::STATUS, status);
            }
            Self::Fetch { server_id, status, data } => {
                writer.open(airsync::FETCH);
                writer.text(airsync::SERVER_ID, server_id);
                writer.number(airsync::STATUS, status);
                write_data(data.as_ref(), writer);
            }
        }
        writer.close();
    }
}

fn write_name(server_id: &str, instance_id: Option<&str>, version: Version, writer: &mut Writer) {
    writer.text(airsync::SERVER_ID, server_id);
    if let Some(instance_id) = instance_id.filter(|_| version >= Version::V16_0) {
        writer.text(airsyncbase::INSTANCE_ID, instance_id);
    }
}

fn write_data(data: Option<&Fragment>, writer: &mut Writer) {
    if let Some(data) = data {
        writer.open(airsync::APPLICATION_DATA);
        writer.append(data);
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use wbxml::contacts;
    use wbxml::tasks;

    use super::*;
    use crate::eas::golden::check;

    fn response() -> Response {
        let data = Fragment::build(|writer| writer.text(tasks::SUBJECT, "Skifte lyspære"));
        Response {
            collections: vec![CollectionResponse {
                class: Some("Tasks"),
                sync_key: "8".to_owned(),
                collection_id: "3".to_owned(),
                status: Status::SUCCESS,
                has_more: true,
                changes: vec![
                    Change::Add { server_id: "3:1".to_owned(), data: data.clone() },
                    Change::Change { server_id: "3:2".to_owned(), data: data.clone() },
                    Change::Delete { server_id: "3:3".to_owned() },
                    Change::SoftDelete { server_id: "3:4".to_owned() },
                ],
                replies: vec![
                    Reply::Add {
                        client_id: "new".to_owned(),
                        server_id: Some("3:9".to_owned()),
                        status: Status::SUCCESS,
                        data: Some(data.clone()),
                    },
                    Reply::Change {
                        server_id: "3:2".to_owned(),
                        instance_id: Some("20261122T100000Z".to_owned()),
                        status: Status::CONFLICT,
                        data: None,
                    },
                    Reply::Delete {
                        server_id: "3:7".to_owned(),
                        instance_id: None,
                        status: Status::OBJECT_NOT_FOUND,
                    },
                    Reply::Fetch { server_id: "3:5".to_owned(), status: Status::SUCCESS, data: Some(data) },
                ],
            }],
            ..Response::default()
        }
    }

    /// Quirk strict-order.
    #[test]
    fn every_part_stands_in_its_place() {
        check("sync/response-2.5", &response().encode(Version::V2_5));
        check("sync/response-14.1", &response().encode(Version::V14_1));
        check("sync/response-16.1", &response().encode(Version::V16_1));
    }

    #[test]
    fn a_bound_is_told_without_collections() {
        let response =
            Response { status: Some(Status::INVALID_WAIT), limit: Some(59), ..Response::default() };
        check("sync/limit", &response.encode(Version::V14_1));
    }

    /// Quirk no-hollow-containers.
    #[test]
    fn a_first_answer_has_a_key_and_no_containers() {
        let collection = CollectionResponse {
            sync_key: "1".to_owned(),
            collection_id: "2".to_owned(),
            ..CollectionResponse::default()
        };
        let response = Response { collections: vec![collection], ..Response::default() };
        check("sync/initial", &response.encode(Version::V14_1));
    }

    #[test]
    fn nothing_to_say_is_no_body() {
        assert!(Response::default().encode(Version::V14_1).is_empty());
    }

    #[test]
    fn a_change_is_about_as_long_as_what_it_adds() {
        let data = Fragment::build(|writer| writer.text(contacts::FILE_AS, &"x".repeat(1000)));
        let change = Change::Add { server_id: "2:1".to_owned(), data };
        assert!((1000..1100).contains(&change.len()));
    }
}
