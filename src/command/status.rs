//! What a phone hears when something went wrong: the one place where an error becomes a status.

use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;

use crate::command::request::Response;
use crate::connector;
use crate::eas::command::Command;
use crate::eas::foldersync;
use crate::eas::itemoperations;
use crate::eas::ping;
use crate::eas::provision;
use crate::eas::search;
use crate::eas::settings;
use crate::eas::status::Common;
use crate::eas::sync;
use crate::error::Error;
use crate::store;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The phone asked for what it must not or cannot have.
    #[error("refused with status {0}")]
    Common(Common),
    /// Something failed here.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<Common> for Refusal {
    fn from(common: Common) -> Self {
        Self::Common(common)
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The answer to a command that was not done.
pub fn answer(command: Command, refusal: &Refusal, version: Version) -> Response {
    match refusal {
        Refusal::Common(common) => refuse(command, *common, version),
        Refusal::Failed(error) => match own(command, error, version) {
            // MS-ASCMD 2.2.3.177.13 (Status): the request as a whole knows 1 and 3 only, the store that failed the rest.
            Some(status) if command == Command::Search => {
                Response::wbxml(search::Response::of_store(search::Status(status)).encode())
            }
            Some(status) => document(command, status).unwrap_or_else(|| Response::status(501)),
            None => refuse(command, common(error), version),
        },
    }
}

/// A common status: in the command's own document from 14.0 on, before that as an HTTP status.
pub fn refuse(command: Command, common: Common, version: Version) -> Response {
    let document = document(command, common.0).filter(|_| version >= Version::V14_0);
    document.unwrap_or_else(|| {
        let mut response = Response::status(http_status(common));
        if response.status == 503 {
            response.headers.push(("Retry-After", RETRY_AFTER.to_owned()));
        }
        response
    })
}

/// What a phone waits after 503: longer than a restart, shorter than its owner's patience. In seconds.
const RETRY_AFTER: &str = "30";

/// The common status that says best what went wrong.
fn common(error: &Error) -> Common {
    match error {
        Error::Store(error) => match error {
            // Gone between two steps: the next request finds out.
            store::Error::Database(_) | store::Error::NoFolder(_) | store::Error::NoItem(_) => {
                Common::SERVER_ERROR_RETRY_LATER
            }
            store::Error::Newer { .. } | store::Error::UnknownKind | store::Error::Damaged { .. } => {
                Common::SERVER_ERROR
            }
        },
        Error::Connector(error) => match error {
            connector::Error::LogIn(_) => Common::ACTIVE_DIRECTORY_ACCESS_DENIED,
            connector::Error::Refused(_) => Common::ACCESS_DENIED,
            connector::Error::Conflict(_)
            | connector::Error::Gone
            | connector::Error::CursorExpired
            | connector::Error::Later { .. } => Common::SERVER_ERROR_RETRY_LATER,
            connector::Error::Protocol(_) => Common::SERVER_ERROR,
        },
        Error::Late => Common::SERVER_ERROR_RETRY_LATER,
    }
}

/// The status that a command has of its own for a failure here.
fn own(command: Command, error: &Error, version: Version) -> Option<u16> {
    let passes = common(error) == Common::SERVER_ERROR_RETRY_LATER;
    match command {
        // MS-ASCMD 2.2.3.177.17 (Status): after 5 again and again a phone may begin anew, after 16 it only sends again.
        Command::Sync if passes && version >= Version::V12_1 => Some(sync::Status::RETRY.0),
        Command::Sync => Some(sync::Status::SERVER_ERROR.0),
        Command::FolderSync if passes => Some(foldersync::Status::SERVER_ERROR.0),
        Command::FolderSync => Some(foldersync::Status::UNKNOWN_ERROR.0),
        Command::Ping => Some(ping::Status::SERVER_ERROR.0),
        Command::Search if matches!(error, Error::Late) => Some(search::Status::TIMED_OUT.0),
        Command::Search => Some(search::Status::SERVER_ERROR.0),
        Command::Settings => Some(settings::Status::SERVER_UNAVAILABLE.0),
        Command::ItemOperations => Some(itemoperations::Status::SERVER_ERROR.0),
        Command::Provision => Some(provision::Status::SERVER_ERROR.0),
        Command::SendMail
        | Command::SmartForward
        | Command::SmartReply
        | Command::GetAttachment
        | Command::FolderCreate
        | Command::FolderDelete
        | Command::FolderUpdate
        | Command::MoveItems
        | Command::GetItemEstimate
        | Command::MeetingResponse
        | Command::ResolveRecipients
        | Command::ValidateCert
        | Command::Find => None,
    }
}

// MS-ASCMD 2.2.2 (Common Status Codes): what stands for them up to 12.1.
fn http_status(common: Common) -> u16 {
    match common {
        Common::SERVER_ERROR
        | Common::MAIL_SUBMISSION_FAILED
        | Common::MESSAGE_REPLY_FAILED
        | Common::ITEM_NOT_FOUND => 500,
        Common::SERVER_ERROR_RETRY_LATER | Common::MAILBOX_SERVER_OFFLINE => 503,
        Common::MAILBOX_QUOTA_EXCEEDED => 507,
        Common::COMMAND_NOT_SUPPORTED => 501,
        Common(112 | 123..=136 | 177) => 403,
        Common(139..=144) => 449,
        _ => 400,
    }
}

/// The elements that a command's answers begin with; none for a command that this server does not have.
pub fn root(command: Command) -> Option<(Tag, Tag)> {
    match command {
        Command::Sync => Some((wbxml::airsync::SYNC, wbxml::airsync::STATUS)),
        Command::FolderSync => Some((wbxml::folderhierarchy::FOLDER_SYNC, wbxml::folderhierarchy::STATUS)),
        Command::GetItemEstimate => {
            Some((wbxml::getitemestimate::GET_ITEM_ESTIMATE, wbxml::getitemestimate::STATUS))
        }
        Command::Ping => Some((wbxml::ping::PING, wbxml::ping::STATUS)),
        Command::MoveItems => Some((wbxml::moves::MOVE_ITEMS, wbxml::moves::STATUS)),
        Command::Search => Some((wbxml::search::SEARCH, wbxml::search::STATUS)),
        Command::Settings => Some((wbxml::settings::SETTINGS, wbxml::settings::STATUS)),
        Command::ItemOperations => {
            Some((wbxml::itemoperations::ITEM_OPERATIONS, wbxml::itemoperations::STATUS))
        }
        Command::Provision => Some((wbxml::provision::PROVISION, wbxml::provision::STATUS)),
        Command::SendMail => Some((wbxml::composemail::SEND_MAIL, wbxml::composemail::STATUS)),
        Command::SmartForward => Some((wbxml::composemail::SMART_FORWARD, wbxml::composemail::STATUS)),
        Command::SmartReply => Some((wbxml::composemail::SMART_REPLY, wbxml::composemail::STATUS)),
        Command::FolderCreate => {
            Some((wbxml::folderhierarchy::FOLDER_CREATE, wbxml::folderhierarchy::STATUS))
        }
        Command::FolderDelete => {
            Some((wbxml::folderhierarchy::FOLDER_DELETE, wbxml::folderhierarchy::STATUS))
        }
        Command::FolderUpdate => {
            Some((wbxml::folderhierarchy::FOLDER_UPDATE, wbxml::folderhierarchy::STATUS))
        }
        Command::Find => Some((wbxml::find::FIND, wbxml::find::STATUS)),
        Command::MeetingResponse => {
            Some((wbxml::meetingresponse::MEETING_RESPONSE, wbxml::meetingresponse::STATUS))
        }
        Command::GetAttachment | Command::ResolveRecipients | Command::ValidateCert => None,
    }
}

fn document(command: Command, status: u16) -> Option<Response> {
    let (root, tag) = root(command)?;
    let mut writer = Writer::new();
    writer.open(root);
    writer.number(tag, status);
    Some(Response::wbxml(writer.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_status_is_a_document_from_14_0_on() {
        let new = refuse(Command::FolderSync, Common::DEVICE_NOT_PROVISIONED, Version::V14_0);
        assert_eq!((new.status, &*new.content_type), (200, Response::WBXML));
        let old = refuse(Command::FolderSync, Common::DEVICE_NOT_PROVISIONED, Version::V12_1);
        assert_eq!((old.status, old.body.len()), (449, 0));
    }

    #[track_caller]
    fn check(common: Common, http: u16) {
        assert_eq!(refuse(Command::Ping, common, Version::V2_5).status, http, "{common}");
    }

    /// Quirk refused-as-known.
    #[test]
    fn old_versions_hear_http_statuses() {
        check(Common::INVALID_WBXML, 400);
        check(Common::DEVICE_ID_MISSING_OR_INVALID, 400);
        check(Common::USER_DISABLED_FOR_SYNC, 403);
        check(Common::DEVICE_IS_BLOCKED_FOR_THIS_USER, 403);
        check(Common::REMOTE_WIPE_REQUESTED, 449);
        check(Common::INVALID_POLICY_KEY, 449);
        check(Common::COMMAND_NOT_SUPPORTED, 501);
        check(Common::SERVER_ERROR_RETRY_LATER, 503);
        check(Common::MESSAGE_HAS_NO_RECIPIENT, 400);
        check(Common::ITEM_NOT_FOUND, 500);
    }

    #[test]
    fn every_command_that_is_served_has_a_document() {
        // What is attached comes as it is.
        let of_documents = |command: &&Command| **command != Command::GetAttachment;
        assert!(Command::SERVED.iter().filter(of_documents).all(|command| root(*command).is_some()));
    }

    #[test]
    fn a_failure_is_told_in_the_command_s_own_words() {
        let refusal = Refusal::from(store::Error::UnknownKind);
        assert_eq!(answer(Command::Ping, &refusal, Version::V2_5).status, 200);
        assert_eq!(answer(Command::MoveItems, &refusal, Version::V2_5).status, 500);
    }

    /// The status that a phone of 14.1 hears when something failed for good, and when it may be better soon.
    #[track_caller]
    fn check_failure(command: Command, for_good: u16, for_now: u16) {
        let own = |error: Error| {
            let response = answer(command, &Refusal::Failed(error), Version::V14_1);
            let document = wbxml::Document::decode(response.body, &wbxml::Limits::default()).unwrap();
            let (_, tag) = root(command).unwrap();
            let store = document.root().child(wbxml::search::RESPONSE);
            let told = store.and_then(|response| response.child(wbxml::search::STORE));
            told.unwrap_or_else(|| document.root()).child(tag).unwrap().text().parse::<u16>().unwrap()
        };
        assert_eq!(
            (own(store::Error::UnknownKind.into()), own(Error::Late)),
            (for_good, for_now),
            "{command}"
        );
    }

    #[test]
    fn each_command_has_its_words_for_what_passes_and_what_does_not() {
        check_failure(Command::Sync, 5, 16);
        check_failure(Command::FolderSync, 11, 6);
        check_failure(Command::Ping, 8, 8);
        check_failure(Command::Search, 3, 10);
        check_failure(Command::Settings, 4, 4);
        check_failure(Command::ItemOperations, 3, 3);
        check_failure(Command::Provision, 3, 3);
        check_failure(Command::SendMail, 110, 111);
        check_failure(Command::MoveItems, 110, 111);
        check_failure(Command::GetItemEstimate, 110, 111);
        let old = answer(Command::Sync, &Refusal::Failed(Error::Late), Version::V12_0);
        assert!(old.body.ends_with(b"\x035\0\x01\x01"), "{old:?}");
    }
}
