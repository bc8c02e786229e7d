//! The statuses that every command shares, and the form of those of each command. Chooses none.

/// Makes the type of a command's statuses: a number with names; numbers without a name survive.
macro_rules! statuses {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $constant:ident = $number:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u16);

        impl $name {
            $($(#[$doc])* pub const $constant: Self = Self($number);)+
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
    // A command's own statuses also take each of the common ones.
    (command $(#[$meta:meta])* $name:ident { $($entries:tt)+ }) => {
        $crate::eas::status::statuses! { $(#[$meta])* $name { $($entries)+ } }

        impl From<$crate::eas::status::Common> for $name {
            fn from(common: $crate::eas::status::Common) -> Self {
                Self(common.0)
            }
        }
    };
}

pub(crate) use statuses;

// MS-ASCMD 2.2.2 (Common Status Codes): understood from 14.0 on; below, an HTTP status stands for them.
statuses! {
    /// A status that any command may answer with, from 14.0 on.
    Common {
        /// The body of the request is not what the command takes.
        INVALID_CONTENT = 101,
        /// The body is not WBXML.
        INVALID_WBXML = 102,
        /// The body is not a document of this command.
        INVALID_XML = 103,
        /// A time in the request is none.
        INVALID_DATE_TIME = 104,
        /// The ids do not go together.
        INVALID_COMBINATION_OF_IDS = 105,
        /// An id has a form that we never gave out.
        INVALID_IDS = 106,
        /// A message in the request is not MIME.
        INVALID_MIME = 107,
        /// The device id is missing or malformed.
        DEVICE_ID_MISSING_OR_INVALID = 108,
        /// The device type is missing or malformed.
        DEVICE_TYPE_MISSING_OR_INVALID = 109,
        /// Something is wrong here; trying again is of no use.
        SERVER_ERROR = 110,
        /// Something is wrong here for the moment.
        SERVER_ERROR_RETRY_LATER = 111,
        /// The directory is closed to us.
        ACTIVE_DIRECTORY_ACCESS_DENIED = 112,
        /// The mailbox is full.
        MAILBOX_QUOTA_EXCEEDED = 113,
        /// The mailbox cannot be reached.
        MAILBOX_SERVER_OFFLINE = 114,
        /// The user has sent too much.
        SEND_QUOTA_EXCEEDED = 115,
        /// A recipient is nobody we know.
        MESSAGE_RECIPIENT_UNRESOLVED = 116,
        /// The message must not be replied to.
        MESSAGE_REPLY_NOT_ALLOWED = 117,
        /// The message was sent before.
        MESSAGE_PREVIOUSLY_SENT = 118,
        /// The message goes to nobody.
        MESSAGE_HAS_NO_RECIPIENT = 119,
        /// The message could not be handed on.
        MAIL_SUBMISSION_FAILED = 120,
        /// The reply could not be made.
        MESSAGE_REPLY_FAILED = 121,
        /// The attachment is too large.
        ATTACHMENT_IS_TOO_LARGE = 122,
        /// The user has no mailbox.
        USER_HAS_NO_MAILBOX = 123,
        /// Nobody logged in.
        USER_CANNOT_BE_ANONYMOUS = 124,
        /// The user is not in the directory.
        USER_PRINCIPAL_COULD_NOT_BE_FOUND = 125,
        /// ActiveSync is switched off for the user.
        USER_DISABLED_FOR_SYNC = 126,
        /// New mailboxes may not sync.
        USER_ON_NEW_MAILBOX_CANNOT_SYNC = 127,
        /// Old mailboxes may not sync.
        USER_ON_LEGACY_MAILBOX_CANNOT_SYNC = 128,
        /// This device may not sync.
        DEVICE_IS_BLOCKED_FOR_THIS_USER = 129,
        /// The user may not do that.
        ACCESS_DENIED = 130,
        /// The account is switched off.
        ACCOUNT_DISABLED = 131,
        /// What we knew of the device is gone.
        SYNC_STATE_NOT_FOUND = 132,
        /// What we know of the device is locked.
        SYNC_STATE_LOCKED = 133,
        /// What we know of the device is broken.
        SYNC_STATE_CORRUPT = 134,
        /// Two first requests came at once.
        SYNC_STATE_ALREADY_EXISTS = 135,
        /// What we know of the device is of another version.
        SYNC_STATE_VERSION_INVALID = 136,
        /// There is no such command here.
        COMMAND_NOT_SUPPORTED = 137,
        /// There is no such command in this version.
        VERSION_NOT_SUPPORTED = 138,
        /// The version cannot carry all of the policy.
        DEVICE_NOT_FULLY_PROVISIONABLE = 139,
        /// The device is to be wiped.
        REMOTE_WIPE_REQUESTED = 140,
        /// A policy is in force and the device sent no policy key.
        LEGACY_DEVICE_ON_STRICT_POLICY = 141,
        /// A policy is in force that the device has not taken yet.
        DEVICE_NOT_PROVISIONED = 142,
        /// It is time to take the policy anew.
        POLICY_REFRESH = 143,
        /// The policy key is not the device's.
        INVALID_POLICY_KEY = 144,
        /// The device says that others manage it.
        EXTERNALLY_MANAGED_DEVICES_NOT_ALLOWED = 145,
        /// An occurrence was named of an event that has none.
        NO_RECURRENCE_IN_CALENDAR = 146,
        /// Items of a kind that we do not know.
        UNEXPECTED_ITEM_CLASS = 147,
        /// The server in charge has no TLS.
        REMOTE_SERVER_HAS_NO_SSL = 148,
        /// The stored request that an empty one repeats is of no use.
        INVALID_STORED_REQUEST = 149,
        /// The item is not there.
        ITEM_NOT_FOUND = 150,
        /// There are too many folders.
        TOO_MANY_FOLDERS = 151,
        /// There are no folders.
        NO_FOLDERS_FOUND = 152,
        /// Items were lost while they moved.
        ITEMS_LOST_AFTER_MOVE = 153,
        /// Items could not be moved.
        FAILURE_IN_MOVE_OPERATION = 154,
        /// A conversation is to be moved, but not for ever.
        MOVE_COMMAND_DISALLOWED_FOR_NON_PERSISTENT_MOVE_ACTION = 155,
        /// Items cannot be moved there.
        MOVE_COMMAND_INVALID_DESTINATION_FOLDER = 156,
        /// Free and busy times of too many people.
        AVAILABILITY_TOO_MANY_RECIPIENTS = 160,
        /// Free and busy times of too large a group.
        AVAILABILITY_GROUP_LIMIT_REACHED = 161,
        /// Free and busy times are not to be had for the moment.
        AVAILABILITY_TRANSIENT_FAILURE = 162,
        /// Free and busy times are not to be had.
        AVAILABILITY_FAILURE = 163,
        /// A body part of another type than HTML.
        BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED = 164,
        /// `Provision` without a word on the device.
        DEVICE_INFORMATION_REQUIRED = 165,
        /// The account to send from is none of the user's.
        INVALID_ACCOUNT_ID = 166,
        /// The account to send from cannot send.
        ACCOUNT_SEND_DISABLED = 167,
        /// Rights management is switched off.
        IRM_FEATURE_DISABLED = 168,
        /// Rights management failed for the moment.
        IRM_TRANSIENT_ERROR = 169,
        /// Rights management failed.
        IRM_PERMANENT_ERROR = 170,
        /// The rights template is none of ours.
        IRM_INVALID_TEMPLATE_ID = 171,
        /// Rights management does not do that.
        IRM_OPERATION_NOT_PERMITTED = 172,
        /// The person has no picture.
        NO_PICTURE = 173,
        /// The picture is larger than asked for.
        PICTURE_TOO_LARGE = 174,
        /// There are more pictures than asked for.
        PICTURE_LIMIT_REACHED = 175,
        /// The conversation is too large for body parts.
        BODY_PART_CONVERSATION_TOO_LARGE = 176,
        /// The user has too many devices.
        MAXIMUM_DEVICES_REACHED = 177,
        /// A forwarded body and a forwarded message at once.
        INVALID_MIME_BODY_COMBINATION = 178,
        /// What is to be forwarded is malformed.
        INVALID_SMART_FORWARD_PARAMETERS = 179,
        /// A draft goes to nobody, or to no address.
        INVALID_RECIPIENTS = 183,
        /// Some exceptions of a series could not be saved.
        ONE_OR_MORE_EXCEPTIONS_FAILED = 184,
    }
}
