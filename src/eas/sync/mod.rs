//! The `Sync` command as values: request, options, answer, statuses. Knows neither items nor keys.

mod options;
mod request;
mod response;

pub use options::Options;
pub use options::SMS;
pub use request::Collection;
pub use request::Command;
pub use request::Request;
pub use request::has_strange_pair;
pub use request::options_for;
pub use response::Change;
pub use response::CollectionResponse;
pub use response::Reply;
pub use response::Response;

// MS-ASCMD 2.2.3.177.17 (Status, of Sync).
crate::eas::status::statuses! { command
    /// How a request, a collection or an item fared.
    Status {
        /// All is well.
        SUCCESS = 1,
        /// The version of the protocol is not ours; of 2.5 and 12.0.
        VERSION_MISMATCH = 2,
        /// The key is none that we gave out: the phone starts over from 0.
        INVALID_SYNC_KEY = 3,
        /// The request breaks the rules.
        PROTOCOL_ERROR = 4,
        /// Something failed here; the phone tries again.
        SERVER_ERROR = 5,
        /// The item makes no sense; the phone stops sending it.
        CONVERSION_ERROR = 6,
        /// The server's version of the item won.
        CONFLICT = 7,
        /// The item is not there.
        OBJECT_NOT_FOUND = 8,
        /// The mailbox is full, or the item cannot be kept.
        CANNOT_COMPLETE = 9,
        /// The folder is gone: the phone asks for the list of folders.
        FOLDER_HIERARCHY_CHANGED = 12,
        /// An empty or partial request, and no earlier one to go by.
        INCOMPLETE_REQUEST = 13,
        /// A wait out of range; `Limit` says which.
        INVALID_WAIT = 14,
        /// Too many collections; `Limit` says how many.
        TOO_MANY_COLLECTIONS = 15,
        /// Something failed here; the phone sends the same again.
        RETRY = 16,
    }
}
