//! Messages about meetings in the form of RFC 6047: an answer to an invitation (RFC 5546 3.2.3 REPLY, 3.2.7 COUNTER), and
//! whatever else a calendar is sent in. Sends none.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::mime::address::Mailbox;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::compose::Rules;
use crate::mime::compose::header;
use crate::mime::compose::header::Header;
use crate::mime::compose::part;
use crate::mime::html;
use crate::mime::text;
use crate::mime::transfer;
use crate::mime::words;
use crate::model::calendar::ParticipationStatus;

/// An answer to an invitation.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// Who hears it.
    pub organizer: &'a Mailbox,
    /// The subject of the message.
    pub subject: &'a str,
    /// What it says besides.
    pub words: &'a str,
    /// Whether that is HTML.
    pub is_html: bool,
    /// Whether they come.
    pub status: ParticipationStatus,
    /// Which meeting.
    pub uid: &'a str,
    /// Which version of it.
    pub sequence: u32,
    /// Which of its occurrences; none: all.
    pub recurrence_id: Option<Moment>,
    /// What it is called.
    pub title: &'a str,
    /// When it is.
    pub starts: Moment,
    /// When it ends.
    pub ends: Moment,
    /// When it should be instead.
    pub proposed: Option<(Timestamp, Timestamp)>,
}

/// A point in time of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An instant.
    At(Timestamp),
    /// A day, wherever one is.
    Day(jiff::civil::Date),
}

/// What a message about a meeting says besides.
#[derive(Clone, Debug)]
pub struct Cover<'a> {
    /// Who gets it.
    pub to: &'a [Mailbox],
    /// Its subject.
    pub subject: &'a str,
    /// Its words.
    pub words: &'a str,
    /// Whether those are HTML.
    pub is_html: bool,
}

/// The message.
pub fn write(answer: &Answer<'_>, rules: &Rules<'_>) -> Outgoing {
    let method = if answer.proposed.is_some() { "COUNTER" } else { "REPLY" };
    let to = std::slice::from_ref(answer.organizer);
    let Answer { subject, words, is_html, .. } = *answer;
    enclose(&Cover { to, subject, words, is_html }, method, &calendar(answer, method, rules), rules)
}

/// A message with a calendar in it (RFC 6047 2.4): words for people, and the calendar for programs.
pub fn enclose(cover: &Cover<'_>, method: &str, calendar: &str, rules: &Rules<'_>) -> Outgoing {
    let mut fields = Vec::new();
    let to: Vec<String> = cover.to.iter().map(Mailbox::encode).collect();
    header::add(&mut fields, "To", &to.join(",\r\n "));
    let subject: String = cover.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    header::add(&mut fields, "Subject", &words::encode(&subject));
    let header = Header::settle(&fields, rules);
    let plain = if cover.is_html { html::to_text(cover.words) } else { cover.words.to_owned() };
    let mut parts = vec![vec![Piece::Own(part::text("plain", &text::clean(&plain)))]];
    if cover.is_html {
        parts.push(vec![Piece::Own(part::text("html", &text::clean_html(cover.words.to_owned())))]);
    }
    let (encoding, body) = transfer::encode_text(calendar);
    let mut calendar = Vec::new();
    header::add(&mut calendar, "Content-Type", &format!("text/calendar; charset=utf-8; method={method}"));
    header::add(&mut calendar, "Content-Transfer-Encoding", encoding);
    calendar.extend_from_slice(b"\r\n");
    calendar.extend_from_slice(&body);
    parts.push(vec![Piece::Own(calendar.into())]);
    let boundary = format!("=_{}_a", rules.id);
    let mut content = Vec::new();
    header::add(&mut content, "Content-Type", &format!("multipart/alternative; boundary=\"{boundary}\""));
    header.finish(&content, part::join(parts, &boundary))
}

fn calendar(answer: &Answer<'_>, method: &str, rules: &Rules<'_>) -> String {
    let status = match answer.status {
        ParticipationStatus::Accepted => "ACCEPTED",
        ParticipationStatus::Declined => "DECLINED",
        ParticipationStatus::Tentative => "TENTATIVE",
        ParticipationStatus::Delegated => "DELEGATED",
        ParticipationStatus::NeedsAction => "NEEDS-ACTION",
    };
    let name =
        rules.sender.name.as_deref().map(|name| format!(";CN=\"{}\"", parameter(name))).unwrap_or_default();
    let (starts, ends) = match answer.proposed {
        Some((start, end)) => (Moment::At(start), Moment::At(end)),
        None => (answer.starts, answer.ends),
    };
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "PRODID:-//Lomme//Lomme//EN".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("METHOD:{method}"),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(answer.uid)),
        format!("DTSTAMP:{}", utc(rules.now)),
        format!("SEQUENCE:{}", answer.sequence),
    ];
    lines.extend(answer.recurrence_id.map(|at| at.property("RECURRENCE-ID")));
    lines.push(starts.property("DTSTART"));
    lines.push(ends.property("DTEND"));
    lines.push(format!("SUMMARY:{}", escaped(answer.title)));
    lines.push(format!("ORGANIZER:mailto:{}", address(answer.organizer)));
    lines.push(format!("ATTENDEE;PARTSTAT={status}{name}:mailto:{}", address(rules.sender)));
    let comment = if answer.is_html { html::to_text(answer.words) } else { answer.words.to_owned() };
    if !comment.trim().is_empty() {
        lines.push(format!("COMMENT:{}", escaped(comment.trim())));
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    lines.iter().map(|line| folded(line)).collect()
}

impl Moment {
    fn property(self, name: &str) -> String {
        match self {
            Self::At(at) => format!("{name}:{}", utc(at)),
            Self::Day(day) => format!("{name};VALUE=DATE:{}", day.strftime("%Y%m%d")),
        }
    }

    /// A moment of a meeting that takes whole days, or does not.
    pub fn of(local: DateTime, is_all_day: bool, zone: &TimeZone) -> Option<Self> {
        if is_all_day {
            return Some(Self::Day(local.date()));
        }
        crate::model::zone::instant(local, zone).map(Self::At)
    }
}

fn utc(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn address(mailbox: &Mailbox) -> String {
    mailbox.address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

/// RFC 5545 3.2: neither quotes nor control characters.
fn parameter(value: &str) -> String {
    value.chars().filter(|c| !c.is_control() && *c != '"').collect()
}

/// RFC 5545 3.3.11 (Text).
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            character if character.is_control() => {}
            character => text.push(character),
        }
    }
    text
}

/// RFC 5545 3.1: a line has 75 bytes at most, and goes on in the next after a space.
fn folded(line: &str) -> String {
    const MOST: usize = 74;
    let (mut text, mut length) = (String::with_capacity(line.len() + 2), 0);
    for character in line.chars() {
        if length + character.len_utf8() > MOST {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(character);
        length += character.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::mime::calendar::Scheduling;
    use crate::mime::letter::Letter;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn message(change: impl FnOnce(&mut Answer<'_>)) -> (String, Letter) {
        let organizer = Mailbox { name: Some("Ola".to_owned()), address: "ola@fjord.example".to_owned() };
        let sender =
            Mailbox { name: Some("Kåri; \"K\"".to_owned()), address: "kari@fjord.example".to_owned() };
        let rules = Rules {
            sender: &sender,
            owned: &[],
            now: at("2026-11-23T08:00:00Z"),
            id: "an-id",
            host: "fjord.example",
        };
        let mut answer = Answer {
            organizer: &organizer,
            subject: "Accepted: Budsjett",
            words: "Gjerne, men\nkort",
            is_html: false,
            status: ParticipationStatus::Accepted,
            uid: "u,1",
            sequence: 3,
            recurrence_id: None,
            title: "Budsjett; og et navn som er så langt at linja må brytes et sted før den er ferdig",
            starts: Moment::At(at("2026-12-01T09:00:00Z")),
            ends: Moment::At(at("2026-12-01T10:00:00Z")),
            proposed: None,
        };
        change(&mut answer);
        let outgoing = write(&answer, &rules);
        let mut raw = Vec::new();
        for piece in outgoing.copy() {
            let Piece::Own(bytes) = piece else { panic!() };
            raw.extend_from_slice(&bytes);
        }
        assert_eq!(outgoing.recipients, ["ola@fjord.example"]);
        let letter = Letter::read(Bytes::from(raw));
        (letter.calendar().unwrap(), letter)
    }

    #[test]
    fn an_answer_is_what_calendars_read() {
        let (calendar, letter) = message(|_| {});
        assert_eq!(letter.scheduling(), Some(Scheduling::Accepted));
        assert!(calendar.lines().all(|line| line.len() <= 75), "{calendar}");
        let unfolded = calendar.replace("\r\n ", "");
        for line in [
            "METHOD:REPLY",
            "UID:u\\,1",
            "SEQUENCE:3",
            "DTSTART:20261201T090000Z",
            "ORGANIZER:mailto:ola@fjord.example",
            "ATTENDEE;PARTSTAT=ACCEPTED;CN=\"Kåri; K\":mailto:kari@fjord.example",
            "COMMENT:Gjerne\\, men\\nkort",
        ] {
            assert!(unfolded.contains(&format!("{line}\r\n")), "{line}: {unfolded}");
        }
        assert!(!unfolded.contains("RECURRENCE-ID"));
        let (text, want) = (crate::mime::letter::Form::Text, None);
        assert!(
            letter.body(&crate::mime::letter::Want { form: text, most: want }).data.starts_with("Gjerne")
        );
    }

    #[test]
    fn another_time_is_proposed_for_one_day_of_a_series() {
        let (calendar, letter) = message(|answer| {
            answer.status = ParticipationStatus::Tentative;
            answer.recurrence_id = Moment::of("2026-12-01T00:00:00".parse().unwrap(), true, &TimeZone::UTC);
            answer.words = "";
            answer.proposed = Some((at("2026-12-01T12:00:00Z"), at("2026-12-01T13:00:00Z")));
        });
        assert!(letter.is_proposal());
        for line in ["METHOD:COUNTER", "RECURRENCE-ID;VALUE=DATE:20261201", "DTSTART:20261201T120000Z"] {
            assert!(calendar.contains(&format!("{line}\r\n")), "{calendar}");
        }
        assert!(!calendar.contains("COMMENT"));
    }
}
