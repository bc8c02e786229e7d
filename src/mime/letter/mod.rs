//! A message as it is shown: header, structure, and as much of the parts as was fetched. Fetches nothing itself.
//!
//! Who shows a letter asks what it `wants` for that, fetches these sections, supplies them, and takes body,
//! attachments and kind. A section that never came is as if it were empty.

pub mod attachment;
pub mod body;
pub mod kind;
mod recode;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::mime::calendar;
use crate::mime::calendar::Scheduling;
use crate::mime::charset;
use crate::mime::headers::Headers;
use crate::mime::parse;
use crate::mime::section::Section;
use crate::mime::structure::Structure;

/// A message, as far as it was fetched.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    headers: Headers,
    structure: Structure,
    size: u64,
    supplied: BTreeMap<Section, Supplied>,
}

/// What was fetched of a section.
#[derive(Clone, Debug, Default)]
struct Supplied {
    bytes: Bytes,
    is_complete: bool,
}

/// The form in which a message is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Plain text.
    Text,
    /// HTML.
    Html,
    /// The message itself.
    Mime,
}

/// What is to be shown of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Want {
    /// In which form.
    pub form: Form,
    /// No more than so many bytes of it; none: all that is reasonable.
    pub most: Option<usize>,
}

/// A section that must be fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// Which part.
    pub section: Section,
    /// No more than so many bytes from its beginning, as they are written; none: all.
    pub most: Option<u64>,
}

/// More of an invitation, or of a report, is not looked at.
const MOST_OF_CALENDAR: u64 = 1024 * 1024;
const MOST_OF_REPORT: u64 = 16 * 1024;

impl Letter {
    /// A message of which the header and the structure are known.
    pub fn new(header: &[u8], structure: Structure) -> Self {
        let size = u64::try_from(header.len()).unwrap_or_default().saturating_add(structure.size);
        Self { headers: Headers::read(header), structure, size, supplied: BTreeMap::new() }
    }

    /// A message that is there as a whole.
    pub fn read(raw: Bytes) -> Self {
        let parsed = parse::parse(&raw);
        let mut letter = Self::new(parsed.header(), parsed.structure().clone());
        letter.supply(Section::WHOLE, raw, true);
        letter
    }

    /// What its header says.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// What parts it has.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// How many bytes the whole has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Corrects the size, which the structure of some servers does not tell.
    pub fn set_size(&mut self, size: u64) {
        self.size = size;
    }

    /// Takes what was fetched of a section, from its beginning; of the whole message all parts are taken.
    pub fn supply(&mut self, section: Section, bytes: Bytes, is_complete: bool) {
        if section.is_whole() {
            let parsed = parse::parse(&bytes);
            for (section, _) in parsed.structure().leaves() {
                let Some((_, body)) = parsed.place(&section) else { continue };
                let is_complete = is_complete || body.end < bytes.len();
                self.supplied.insert(section, Supplied { bytes: bytes.slice(body), is_complete });
            }
            if is_complete {
                self.size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            }
        }
        self.supplied.insert(section, Supplied { bytes, is_complete });
    }

    /// What must be fetched to show it so: nothing that is there already.
    pub fn wants(&self, want: &Want) -> Vec<Wanted> {
        let shown = match want.form {
            Form::Mime => {
                let most = want.most.and_then(|most| u64::try_from(most).ok());
                vec![Wanted { section: Section::WHOLE, most }]
            }
            Form::Text | Form::Html => body::wants(&self.structure, want),
        };
        let calendar =
            self.calendar_section().map(|section| Wanted { section, most: Some(MOST_OF_CALENDAR) });
        let report = kind::report_section(&self.structure);
        let report = report.map(|section| Wanted { section, most: Some(MOST_OF_REPORT) });
        let mut all: Vec<Wanted> = shown.into_iter().chain(calendar).chain(report).collect();
        all.retain(|wanted| !self.has(wanted));
        all.sort();
        all.dedup_by(|later, first| later.section == first.section);
        all
    }

    /// The form in which it was written.
    // MS-ASAIRS 2.2.2.32 (NativeBodyType).
    pub fn native(&self) -> Form {
        if body::has_html(&self.structure) { Form::Html } else { Form::Text }
    }

    /// The invitation, answer or cancellation in it, as iCalendar, if it was fetched.
    pub fn calendar(&self) -> Option<String> {
        let section = self.calendar_section()?;
        let part = self.structure.part(&section)?;
        let supplied = self.supplied.get(&section)?;
        let bytes = part.encoding.decode(&supplied.bytes);
        // RFC 5545 3.1.4: UTF-8 unless said otherwise.
        Some(charset::decode(&bytes, part.charset().or(Some("utf-8"))))
    }

    /// What the invitation asks for, by its type or by its text.
    pub fn scheduling(&self) -> Option<Scheduling> {
        let section = self.calendar_section()?;
        let part = self.structure.part(&section)?;
        let said = part.media_type.parameters.value("method").unwrap_or_default();
        calendar::scheduling(said, &self.calendar().unwrap_or_default())
    }

    /// Whether another time is proposed for the meeting (RFC 5546 3.2.7 COUNTER).
    pub fn is_proposal(&self) -> bool {
        let section = self.calendar_section();
        let part = section.and_then(|section| self.structure.part(&section));
        let said = part.and_then(|part| part.media_type.parameters.value("method")).unwrap_or_default();
        calendar::is_proposal(said, &self.calendar().unwrap_or_default())
    }

    /// The part with the invitation.
    pub fn calendar_section(&self) -> Option<Section> {
        let leaves = self.structure.leaves();
        let is_calendar = |part: &Structure| part.is("text", "calendar") || part.is("application", "ics");
        // Google sends it twice, as a part that is meant for programs and as a file.
        let calendars = leaves.into_iter().filter(|(_, part)| is_calendar(part));
        let best = calendars.min_by_key(|(_, part)| {
            (part.media_type.parameters.value("method").is_none_or(str::is_empty), part.is_attached())
        });
        best.map(|(section, _)| section)
    }

    fn has(&self, wanted: &Wanted) -> bool {
        self.supplied.get(&wanted.section).is_some_and(|supplied| {
            let length = u64::try_from(supplied.bytes.len()).unwrap_or_default();
            supplied.is_complete || wanted.most.is_some_and(|most| length >= most)
        })
    }
}
