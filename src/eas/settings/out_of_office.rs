//! The out-of-office message in `Settings` (MS-ASCMD 2.2.3.122 `Oof`): what a phone asks and says of it, and hears. Keeps none.

use jiff::Timestamp;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::settings as tag;

use crate::eas::date;
use crate::eas::element;
use crate::eas::settings::Status;
use crate::mime::html;
use crate::mime::text;
use crate::model::absence::Absence;
use crate::model::absence::AbsenceState;
use crate::model::absence::Audience;
use crate::model::absence::Reply;

/// Longer ones are not kept.
const LONGEST: usize = 64 * 1024;

/// What is asked of the out-of-office message.
#[derive(Clone, Debug, PartialEq)]
pub enum OutOfOffice {
    /// What it is.
    Get {
        /// Whether in HTML.
        wants_html: bool,
    },
    /// To be another.
    Set(Change),
    /// Nothing that makes sense.
    Malformed(Status),
}

/// What a phone says of the out-of-office message; what it does not mention stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Whether and when it counts.
    pub state: Option<AbsenceState>,
    /// From when to when, if it is for a time.
    pub times: Option<(Timestamp, Timestamp)>,
    /// What each kind of people is told.
    pub replies: Vec<(Audience, Reply)>,
}

/// What a phone hears of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// It is done.
    Done,
    /// This is kept.
    Absence {
        /// What is kept.
        absence: Box<Absence>,
        /// Whether the phone wants HTML.
        wants_html: bool,
    },
}

const AUDIENCES: [(Audience, Tag); 3] = [
    (Audience::Internal, tag::APPLIES_TO_INTERNAL),
    (Audience::Known, tag::APPLIES_TO_EXTERNAL_KNOWN),
    (Audience::Unknown, tag::APPLIES_TO_EXTERNAL_UNKNOWN),
];

impl OutOfOffice {
    pub(super) fn parse(element: Element<'_>) -> Self {
        if let Some(set) = element.child(tag::SET) {
            return Change::parse(set).map_or_else(Self::Malformed, Self::Set);
        }
        match element.child(tag::GET) {
            None => Self::Malformed(Status::PROTOCOL_ERROR),
            Some(get) => Self::Get { wants_html: is_html(get).unwrap_or(false) },
        }
    }
}

impl Change {
    fn parse(set: Element<'_>) -> Result<Self, Status> {
        // MS-ASCMD 2.2.3.124 (OofState): 0 off, 1 on, 2 for a time.
        let state = set.child(tag::OOF_STATE).map(|child| match child.text().trim() {
            "0" => Ok(AbsenceState::Off),
            "1" => Ok(AbsenceState::On),
            "2" => Ok(AbsenceState::Between),
            _ => Err(Status::PROTOCOL_ERROR),
        });
        let state = state.transpose()?;
        // MS-ASCMD 2.2.3.124 (OofState): times are kept with state 2 alone, without which they mean nothing.
        let times = times(set)?.filter(|_| state == Some(AbsenceState::Between));
        if state == Some(AbsenceState::Between) && times.is_none() {
            return Err(Status::PROTOCOL_ERROR);
        }
        let mut change = Self { state, times, replies: Vec::new() };
        for message in set.children().filter(|child| child.tag() == tag::OOF_MESSAGE) {
            change.take(message)?;
        }
        Ok(change)
    }

    fn take(&mut self, message: Element<'_>) -> Result<(), Status> {
        let reply = reply(message)?;
        for (audience, tag) in AUDIENCES {
            if !message.has(tag) {
                continue;
            }
            // MS-ASCMD 2.2.3.123 (OofMessage): no more than one for the same people.
            if self.replies.iter().any(|(known, _)| *known == audience) {
                return Err(Status::CONFLICTING_ARGUMENTS);
            }
            self.replies.push((audience, reply.clone()));
        }
        Ok(())
    }

    /// Lays what the phone says over what is kept.
    pub fn over(&self, kept: &Absence) -> Absence {
        let mut absence = kept.clone();
        if let Some(state) = self.state {
            absence.state = Some(state);
            (absence.start, absence.end) = self.times.unzip();
        }
        for (audience, reply) in &self.replies {
            let known = absence.reply_mut(*audience).get_or_insert_default();
            known.is_enabled = reply.is_enabled.or(known.is_enabled);
            if reply.text.is_some() {
                (known.text, known.is_html) = (reply.text.clone(), reply.is_html);
            }
        }
        absence
    }
}

// MS-ASCMD 2.2.3.61.2 (EndTime), 2.2.3.176.2 (StartTime): both or neither.
fn times(set: Element<'_>) -> Result<Option<(Timestamp, Timestamp)>, Status> {
    let time = |tag| {
        let told = |text: &str| date::parse(text).and_then(date::instant).ok_or(Status::PROTOCOL_ERROR);
        element::text(set, tag).filter(|text| !text.is_empty()).map(told).transpose()
    };
    match (time(tag::START_TIME)?, time(tag::END_TIME)?) {
        (None, None) => Ok(None),
        (Some(start), Some(end)) if start < end => Ok(Some((start, end))),
        (Some(_), Some(_)) => Err(Status::CONFLICTING_ARGUMENTS),
        _ => Err(Status::PROTOCOL_ERROR),
    }
}

fn reply(message: Element<'_>) -> Result<Reply, Status> {
    let text = element::string(message, tag::REPLY_MESSAGE);
    if text.as_ref().is_some_and(|text| text.len() > LONGEST) {
        return Err(Status::INVALID_ARGUMENTS);
    }
    let is_html = is_html(message);
    // MS-ASCMD 2.2.3.149 (ReplyMessage): never without its type.
    if text.as_ref().is_some_and(|text| !text.is_empty()) && is_html.is_none() {
        return Err(Status::PROTOCOL_ERROR);
    }
    let is_enabled = element::flag(message, tag::ENABLED);
    Ok(Reply { is_enabled, text, is_html: is_html.filter(|is_html| *is_html), ..Reply::default() })
}

// MS-ASCMD 2.2.3.17 (BodyType): the words, not numbers.
fn is_html(element: Element<'_>) -> Option<bool> {
    match element::text(element, tag::BODY_TYPE)?.trim().to_ascii_lowercase().as_str() {
        "html" => Some(true),
        "text" => Some(false),
        _ => None,
    }
}

/// Writes the part of the answer.
pub(super) fn write(told: &Result<Told, Status>, writer: &mut Writer) {
    writer.open(tag::OOF);
    writer.number(tag::STATUS, told.as_ref().err().copied().unwrap_or(Status::SUCCESS));
    if let Ok(Told::Absence { absence, wants_html }) = told {
        writer.open(tag::GET);
        write_absence(absence, *wants_html, writer);
        writer.close();
    }
    writer.close();
}

fn write_absence(absence: &Absence, wants_html: bool, writer: &mut Writer) {
    let state = match absence.state {
        None | Some(AbsenceState::Off) => 0,
        Some(AbsenceState::On) => 1,
        Some(AbsenceState::Between) => 2,
    };
    writer.number(tag::OOF_STATE, state);
    if let Some((start, end)) = absence.start.zip(absence.end).filter(|_| state == 2) {
        writer.text(tag::START_TIME, &date::dashed(date::utc(start)));
        writer.text(tag::END_TIME, &date::dashed(date::utc(end)));
    }
    // MS-ASCMD 2.2.3.123 (OofMessage): one for each kind of people, with something to say or not.
    for (audience, tag) in AUDIENCES {
        let reply = absence.reply(audience).cloned().unwrap_or_default();
        writer.open(tag::OOF_MESSAGE);
        writer.empty(tag);
        writer.number(tag::ENABLED, u8::from(reply.is_enabled == Some(true)));
        if let Some(text) = reply.text.as_deref().filter(|text| !text.is_empty()) {
            writer.text(tag::REPLY_MESSAGE, &shown(text, reply.is_html == Some(true), wants_html));
            writer.text(tag::BODY_TYPE, if wants_html { "HTML" } else { "Text" });
        }
        writer.close();
    }
}

fn shown(words: &str, is_html: bool, wants_html: bool) -> String {
    match (is_html, wants_html) {
        (true, false) => text::clean(&html::to_text(words)),
        (false, true) => html::from_text(words),
        (true, true) => words.to_owned(),
        (false, false) => text::clean(words),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wbxml::Document;

    use super::*;
    use crate::eas::golden::check;
    use crate::model::object::Shape;

    fn parse(xml: &str) -> OutOfOffice {
        let xml = format!("<Oof xmlns=\"Settings\">{xml}</Oof>");
        OutOfOffice::parse(Document::from_xml(&xml).unwrap().root())
    }

    #[track_caller]
    fn check_set(kept: &serde_json::Value, xml: &str, expected: &serde_json::Value) {
        let OutOfOffice::Set(change) = parse(&format!("<Set>{xml}</Set>")) else { panic!("{xml}") };
        assert_eq!(change.over(&Absence::read(kept).unwrap()).write(), *expected, "{xml}");
    }

    #[track_caller]
    fn check_malformed(xml: &str, status: Status) {
        assert_eq!(parse(xml), OutOfOffice::Malformed(status), "{xml}");
    }

    const TIMES: &str =
        "<StartTime>2026-12-24T11:00:00.000Z</StartTime><EndTime>2027-01-02T07:00:00.000Z</EndTime>";

    #[test]
    fn what_a_phone_does_not_mention_stays() {
        let kept = json!({"state": "on", "internal": {"isEnabled": true, "text": "borte"}});
        check_set(
            &kept,
            "<OofState>0</OofState>",
            &json!({"state": "off",
            "internal": {"isEnabled": true, "text": "borte"}}),
        );
        let message = "<OofMessage><AppliesToInternal/><AppliesToExternalKnown/><Enabled>1</Enabled>\
            <ReplyMessage>&lt;p&gt;på ferie</ReplyMessage><BodyType>HTML</BodyType></OofMessage>";
        let told = json!({"isEnabled": true, "text": "<p>på ferie", "isHtml": true});
        check_set(&kept, message, &json!({"state": "on", "internal": told, "known": told}));
        let silent = "<OofMessage><AppliesToInternal/><Enabled>0</Enabled></OofMessage>";
        check_set(&kept, silent, &json!({"state": "on", "internal": {"isEnabled": false, "text": "borte"}}));
        let between =
            json!({"state": "between", "start": "2026-12-24T11:00:00Z", "end": "2027-01-02T07:00:00Z"});
        check_set(&json!({}), &format!("<OofState>2</OofState>{TIMES}"), &between);
        check_set(&between, &format!("<OofState>1</OofState>{TIMES}"), &json!({"state": "on"}));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        check_malformed("", Status::PROTOCOL_ERROR);
        check_malformed("<Set><OofState>5</OofState></Set>", Status::PROTOCOL_ERROR);
        check_malformed("<Set><OofState>2</OofState></Set>", Status::PROTOCOL_ERROR);
        let start = TIMES.split("<EndTime>").next().unwrap();
        check_malformed(&format!("<Set><OofState>2</OofState>{start}</Set>"), Status::PROTOCOL_ERROR);
        let backwards = TIMES.replace("2026-12-24", "2027-12-24");
        check_malformed(
            &format!("<Set><OofState>2</OofState>{backwards}</Set>"),
            Status::CONFLICTING_ARGUMENTS,
        );
        let message = "<OofMessage><AppliesToInternal/><Enabled>1</Enabled></OofMessage>";
        check_malformed(&format!("<Set>{message}{message}</Set>"), Status::CONFLICTING_ARGUMENTS);
        let untyped =
            "<Set><OofMessage><AppliesToInternal/><ReplyMessage>x</ReplyMessage></OofMessage></Set>";
        check_malformed(untyped, Status::PROTOCOL_ERROR);
        let long = format!(
            "<Set><OofMessage><ReplyMessage>{}</ReplyMessage></OofMessage></Set>",
            "x".repeat(LONGEST + 1)
        );
        check_malformed(&long, Status::INVALID_ARGUMENTS);
    }

    #[test]
    fn each_kind_of_people_has_its_message() {
        let absence = json!({"state": "between", "start": "2026-12-24T11:00:00Z", "end": "2027-01-02T07:00:00Z",
            "internal": {"isEnabled": true, "text": "<p>På <b>ferie</b></p>", "isHtml": true},
            "known": {"isEnabled": false, "text": "På ferie"}});
        for (wants_html, name) in [(true, "html"), (false, "text")] {
            let mut writer = Writer::new();
            let absence = Box::new(Absence::read(&absence).unwrap());
            write(&Ok(Told::Absence { absence, wants_html }), &mut writer);
            check(&format!("settings/out-of-office-{name}"), &writer.finish());
        }
        let asked = "<Get><BodyType>HTML</BodyType></Get>";
        assert_eq!(parse(asked), OutOfOffice::Get { wants_html: true });
        assert_eq!(parse("<Get/>"), OutOfOffice::Get { wants_html: false });
    }
}
