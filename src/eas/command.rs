//! The commands of ActiveSync: names, numbers, versions, and which of them this server has. Runs none of them.

use wbxml::Version;

/// A command of the protocol, whether or not this server has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Items of folders.
    Sync,
    /// A new message.
    SendMail,
    /// A message passed on.
    SmartForward,
    /// A message answered.
    SmartReply,
    /// An attachment, up to 12.1.
    GetAttachment,
    /// The list of folders.
    FolderSync,
    /// A new folder.
    FolderCreate,
    /// A folder gone.
    FolderDelete,
    /// A folder renamed or moved.
    FolderUpdate,
    /// Items to another folder.
    MoveItems,
    /// How much there is to sync.
    GetItemEstimate,
    /// An invitation answered.
    MeetingResponse,
    /// The directory, the mailbox or a document library.
    Search,
    /// What concerns the account as a whole.
    Settings,
    /// Wait for a change.
    Ping,
    /// Single items and folders.
    ItemOperations,
    /// The policy.
    Provision,
    /// Names to addresses, certificates, free and busy times.
    ResolveRecipients,
    /// Whether a certificate is good.
    ValidateCert,
    /// The mailbox and the directory, from 16.1.
    Find,
}

/// A row of the table of commands.
struct Row {
    command: Command,
    name: &'static str,
    /// Its number in a base64 query string.
    code: u8,
    since: Version,
}

const fn row(command: Command, name: &'static str, code: u8, since: Version) -> Row {
    Row { command, name, code, since }
}

// MS-ASHTTP 2.2.1.1.1.1.2 (Command Codes).
const TABLE: &[Row] = &[
    row(Command::Sync, "Sync", 0, Version::V2_5),
    row(Command::SendMail, "SendMail", 1, Version::V2_5),
    row(Command::SmartForward, "SmartForward", 2, Version::V2_5),
    row(Command::SmartReply, "SmartReply", 3, Version::V2_5),
    row(Command::GetAttachment, "GetAttachment", 4, Version::V2_5),
    row(Command::FolderSync, "FolderSync", 9, Version::V2_5),
    row(Command::FolderCreate, "FolderCreate", 10, Version::V2_5),
    row(Command::FolderDelete, "FolderDelete", 11, Version::V2_5),
    row(Command::FolderUpdate, "FolderUpdate", 12, Version::V2_5),
    row(Command::MoveItems, "MoveItems", 13, Version::V2_5),
    row(Command::GetItemEstimate, "GetItemEstimate", 14, Version::V2_5),
    row(Command::MeetingResponse, "MeetingResponse", 15, Version::V2_5),
    row(Command::Search, "Search", 16, Version::V2_5),
    row(Command::Settings, "Settings", 17, Version::V12_0),
    row(Command::Ping, "Ping", 18, Version::V2_5),
    row(Command::ItemOperations, "ItemOperations", 19, Version::V12_0),
    row(Command::Provision, "Provision", 20, Version::V2_5),
    row(Command::ResolveRecipients, "ResolveRecipients", 21, Version::V2_5),
    row(Command::ValidateCert, "ValidateCert", 22, Version::V2_5),
    row(Command::Find, "Find", 23, Version::V16_1),
];

impl Command {
    /// The commands that this server has, as OPTIONS tells them.
    pub const SERVED: &[Self] = &[
        Self::Sync,
        Self::SendMail,
        Self::SmartForward,
        Self::SmartReply,
        Self::GetAttachment,
        Self::FolderSync,
        Self::FolderCreate,
        Self::FolderDelete,
        Self::FolderUpdate,
        Self::GetItemEstimate,
        Self::Ping,
        Self::MoveItems,
        Self::MeetingResponse,
        Self::Search,
        Self::Settings,
        Self::ItemOperations,
        Self::Provision,
        Self::Find,
    ];

    /// The command of this name, letter case ignored.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name.eq_ignore_ascii_case(name)).map(|row| row.command)
    }

    /// The command of this number in a base64 query string.
    pub fn from_code(code: u8) -> Option<Self> {
        TABLE.iter().find(|row| row.code == code).map(|row| row.command)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// Whether a version of the protocol has it.
    pub fn is_in(self, version: Version) -> bool {
        self.row().is_some_and(|row| row.since <= version)
    }

    /// Whether this server has it.
    pub fn is_served(self) -> bool {
        Self::SERVED.contains(&self)
    }

    /// Whether it sends a message, which up to 12.1 is its body.
    pub fn sends_mail(self) -> bool {
        matches!(self, Self::SendMail | Self::SmartForward | Self::SmartReply)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.command == self)
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_by_name_and_number() {
        for row in TABLE {
            assert_eq!(Command::from_name(&row.name.to_uppercase()), Some(row.command));
            assert_eq!(Command::from_code(row.code), Some(row.command));
            assert_eq!(row.command.as_str(), row.name);
        }
        assert_eq!(Command::from_name("Telepathy"), None);
        assert_eq!(Command::from_code(99), None);
    }

    #[test]
    fn a_command_is_in_no_version_before_its_own() {
        assert!(!Command::Settings.is_in(Version::V2_5));
        assert!(Command::Settings.is_in(Version::V12_0));
        assert!(Command::Sync.is_in(Version::V2_5));
    }
}
