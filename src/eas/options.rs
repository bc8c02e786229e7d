//! What the answer to OPTIONS says, and the headers that repeat it. Not HTTP.

use wbxml::Version;

use crate::eas::command::Command;

/// The header that says which Exchange this is taken for: 16.1 is that of Exchange 2016.
pub const SERVER: (&str, &str) = ("MS-Server-ActiveSync", "16.1");

/// The headers of the answer to OPTIONS (MS-ASHTTP 2.2.4.1.2), telling exactly what is there.
pub fn headers(versions: &[Version]) -> [(&'static str, String); 3] {
    [
        (SERVER.0, SERVER.1.to_owned()),
        ("MS-ASProtocolVersions", joined(versions.iter().map(|version| version.as_str()))),
        ("MS-ASProtocolCommands", joined(Command::SERVED.iter().map(|command| command.as_str()))),
    ]
}

// The lists carry no blanks: old phones compare their pieces as they are.
fn joined(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_tell_every_version_and_every_command_there_is() {
        let [server, versions, commands] = headers(&Version::ALL);
        assert_eq!(server, ("MS-Server-ActiveSync", "16.1".to_owned()));
        assert_eq!(versions.1, "2.5,12.0,12.1,14.0,14.1,16.0,16.1");
        assert_eq!(
            commands.1,
            "Sync,SendMail,SmartForward,SmartReply,GetAttachment,FolderSync,FolderCreate,FolderDelete,FolderUpdate,\
             GetItemEstimate,Ping,MoveItems,MeetingResponse,Search,Settings,ItemOperations,Provision,Find"
        );
    }
}
