//! The properties of VEVENT, VTODO and VJOURNAL that are one value of the model: a table read both ways.
//! Times, recurrence, places and people have files of their own.

use serde_json::Value;

use crate::connector::dav::line::Property;
use crate::connector::dav::time;

/// A row: the property of iCalendar, that of the model, and how the one is written in the other.
#[derive(Clone, Copy, Debug)]
pub struct Row(pub &'static str, pub &'static str, Form);

#[derive(Clone, Copy, Debug)]
enum Form {
    Text,
    Number,
    Instant,
    /// Words of iCalendar and of the model; others are kept as they are.
    Words(&'static [(&'static str, &'static str)]),
}

const PRIVACY: Form =
    Form::Words(&[("PUBLIC", "public"), ("PRIVATE", "private"), ("CONFIDENTIAL", "secret")]);

/// VEVENT.
pub const EVENT: &[Row] = &[
    Row("UID", "uid", Form::Text),
    Row("SUMMARY", "title", Form::Text),
    Row("DESCRIPTION", "description", Form::Text),
    Row("CLASS", "privacy", PRIVACY),
    Row("SEQUENCE", "sequence", Form::Number),
    Row("PRIORITY", "priority", Form::Number),
    Row("CREATED", "created", Form::Instant),
    Row(
        "STATUS",
        "status",
        Form::Words(&[("CONFIRMED", "confirmed"), ("TENTATIVE", "tentative"), ("CANCELLED", "cancelled")]),
    ),
    Row("TRANSP", "freeBusyStatus", Form::Words(&[("OPAQUE", "busy"), ("TRANSPARENT", "free")])),
    Row("COLOR", "color", Form::Text),
    // What Exchange and Outlook write where TRANSP has too few words.
    Row(
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "lomme.app:busyStatus",
        Form::Words(&[
            ("TENTATIVE", "tentative"),
            ("OOF", "out-of-office"),
            ("WORKINGELSEWHERE", "elsewhere"),
        ]),
    ),
];

/// VTODO.
pub const TASK: &[Row] = &[
    Row("UID", "uid", Form::Text),
    Row("SUMMARY", "title", Form::Text),
    Row("DESCRIPTION", "description", Form::Text),
    Row("CLASS", "privacy", PRIVACY),
    Row("SEQUENCE", "sequence", Form::Number),
    Row("PRIORITY", "priority", Form::Number),
    Row("CREATED", "created", Form::Instant),
    Row(
        "STATUS",
        "progress",
        Form::Words(&[
            ("NEEDS-ACTION", "needs-action"),
            ("IN-PROCESS", "in-process"),
            ("COMPLETED", "completed"),
            ("FAILED", "failed"),
            ("CANCELLED", "cancelled"),
        ]),
    ),
    Row("PERCENT-COMPLETE", "percentComplete", Form::Number),
    Row("COMPLETED", "progressUpdated", Form::Instant),
    Row("COLOR", "color", Form::Text),
];

/// VJOURNAL, as a note.
pub const NOTE: &[Row] = &[
    Row("UID", "uid", Form::Text),
    Row("SUMMARY", "title", Form::Text),
    Row("DESCRIPTION", "body", Form::Text),
];

impl Row {
    /// The value for the model; none if it makes no sense there.
    pub fn read(self, property: &Property) -> Option<Value> {
        let value = property.value.trim();
        match self.2 {
            Form::Text => Some(property.to_plain().into()),
            Form::Number => value.parse::<u32>().ok().map(Value::from),
            Form::Instant => time::parse_instant(value).map(|instant| instant.to_string().into()),
            Form::Words(words) => {
                let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
                known.map(|(_, word)| (*word).into())
            }
        }
    }

    /// The property; none if iCalendar cannot say it.
    pub fn write(self, value: &Value) -> Option<Property> {
        match self.2 {
            Form::Text => Some(Property::text(self.0, value.as_str()?)),
            Form::Number => Some(Property::raw(self.0, value.as_u64()?.to_string())),
            Form::Instant => Some(Property::raw(self.0, time::utc_text(value.as_str()?.parse().ok()?))),
            Form::Words(words) => {
                let known = words.iter().find(|(_, word)| Some(*word) == value.as_str())?;
                Some(Property::raw(self.0, known.0))
            }
        }
    }
}
