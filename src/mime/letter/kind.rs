//! What kind of message a letter is: a plain one, one about a meeting, a report, one that is signed or sealed.
//! Checks no signature.

use crate::mime::calendar::Scheduling;
use crate::mime::letter::Letter;
use crate::mime::section::Section;
use crate::mime::structure::Structure;

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message like any other.
    Note,
    /// About a meeting.
    Meeting(Scheduling),
    /// About what became of a message.
    Report(Report),
    /// Signed by S/MIME, readable without.
    Signed,
    /// Encrypted, or signed as one blob, by S/MIME.
    Sealed,
    /// A signed receipt of S/MIME.
    Receipt,
    /// Signed by PGP, readable without.
    PgpSigned,
    /// Encrypted by PGP.
    PgpSealed,
}

/// What became of a message (RFC 3464, RFC 8098).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// It did not arrive.
    Failed,
    /// It arrived.
    Delivered,
    /// It is tried again.
    Delayed,
    /// It was read.
    Read,
    /// It was deleted unread.
    NotRead,
}

impl Kind {
    /// The class of Outlook.
    // MS-ASEMAIL 2.2.2.49 (MessageClass).
    pub fn message_class(self) -> &'static str {
        match self {
            Self::Note | Self::PgpSigned | Self::PgpSealed => "IPM.Note",
            Self::Signed => "IPM.Note.SMIME.MultipartSigned",
            Self::Sealed => "IPM.Note.SMIME",
            Self::Receipt => "IPM.Note.Receipt.SMIME",
            Self::Meeting(Scheduling::Request) => "IPM.Schedule.Meeting.Request",
            Self::Meeting(Scheduling::Cancel) => "IPM.Schedule.Meeting.Canceled",
            Self::Meeting(Scheduling::Accepted) => "IPM.Schedule.Meeting.Resp.Pos",
            Self::Meeting(Scheduling::Tentative) => "IPM.Schedule.Meeting.Resp.Tent",
            Self::Meeting(Scheduling::Declined) => "IPM.Schedule.Meeting.Resp.Neg",
            Self::Report(Report::Failed) => "REPORT.IPM.Note.NDR",
            Self::Report(Report::Delivered) => "REPORT.IPM.Note.DR",
            Self::Report(Report::Delayed) => "REPORT.IPM.Note.DELAYED",
            Self::Report(Report::Read) => "REPORT.IPM.Note.IPNRN",
            Self::Report(Report::NotRead) => "REPORT.IPM.Note.IPNNRN",
        }
    }

    /// Whether a phone must get it as it is, byte for byte, to open or to check it.
    pub fn is_sealed_or_signed(self) -> bool {
        match self {
            Self::Signed | Self::Sealed | Self::Receipt | Self::PgpSigned | Self::PgpSealed => true,
            Self::Note | Self::Meeting(_) | Self::Report(_) => false,
        }
    }
}

impl Letter {
    /// What kind of message it is, as far as was fetched of it.
    pub fn kind(&self) -> Kind {
        if let Some(kind) = sealed(&self.structure) {
            return kind;
        }
        if let Some(section) = report_section(&self.structure) {
            return Kind::Report(self.report(&section));
        }
        if is_report(&self.structure) {
            return Kind::Report(Report::Failed);
        }
        self.scheduling().map_or(Kind::Note, Kind::Meeting)
    }

    fn report(&self, section: &Section) -> Report {
        let Some(part) = self.structure().part(section) else { return Report::Failed };
        let supplied = self.supplied.get(section).map(|supplied| part.encoding.decode(&supplied.bytes));
        let text = String::from_utf8_lossy(supplied.as_deref().unwrap_or_default()).to_ascii_lowercase();
        let value =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        if part.media_type.sub == "disposition-notification" {
            // RFC 8098 3.2.6: `manual-action/MDN-sent-manually; displayed`.
            let is_deleted =
                value("disposition:").rsplit(';').next().is_some_and(|last| last.contains("deleted"));
            return if is_deleted { Report::NotRead } else { Report::Read };
        }
        match value("action:") {
            "delivered" | "relayed" | "expanded" => Report::Delivered,
            "delayed" => Report::Delayed,
            _ => Report::Failed,
        }
    }
}

/// The kind of a message that is signed or encrypted.
pub fn sealed(structure: &Structure) -> Option<Kind> {
    let parameter =
        |name: &str| structure.media_type.parameters.value(name).unwrap_or_default().to_ascii_lowercase();
    match (structure.media_type.main.as_str(), structure.media_type.sub.as_str()) {
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => Some(match parameter("smime-type").as_str() {
            "signed-receipt" => Kind::Receipt,
            _ => Kind::Sealed,
        }),
        ("multipart", "signed") if parameter("protocol").ends_with("pkcs7-signature") => Some(Kind::Signed),
        ("multipart", "signed") => {
            let is_smime = structure.parts().last().is_some_and(is_smime_signature);
            Some(if is_smime { Kind::Signed } else { Kind::PgpSigned })
        }
        ("multipart", "encrypted") => Some(Kind::PgpSealed),
        // Some gateways forget the type and leave the name.
        ("application", "octet-stream") => {
            let is_smime =
                structure.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7m"));
            is_smime.then_some(Kind::Sealed)
        }
        _ => None,
    }
}

/// Whether a part is the signature of S/MIME.
pub(super) fn is_smime_signature(part: &Structure) -> bool {
    part.media_type.main == "application" && part.media_type.sub.ends_with("pkcs7-signature")
}

/// Whether it is a report, by its type.
fn is_report(structure: &Structure) -> bool {
    let kind = structure.media_type.parameters.value("report-type").unwrap_or_default();
    structure.is("multipart", "report") && kind.eq_ignore_ascii_case("delivery-status")
}

/// The part of a report that is written for programs.
pub(super) fn report_section(structure: &Structure) -> Option<Section> {
    if !structure.is("multipart", "report") {
        return None;
    }
    let kinds = ["delivery-status", "disposition-notification", "global-delivery-status"];
    let is_it =
        |part: &Structure| part.media_type.main == "message" && kinds.contains(&part.media_type.sub.as_str());
    structure.leaves().into_iter().find(|(_, part)| is_it(part)).map(|(section, _)| section)
}
