//! What the header of a message says, as values. Not how a phone is told.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::Time;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;
use mail_parser::DateTime;
use mail_parser::parsers::MessageStream;

use crate::mime::address::Mailbox;
use crate::mime::field;
use crate::mime::field::Field;
use crate::mime::transfer::Encoding;
use crate::model::task::Importance;

/// What the header of a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// What it is about.
    pub subject: Option<String>,
    /// Who wrote it.
    pub from: Vec<Mailbox>,
    /// Who sent it for them.
    pub sender: Option<Mailbox>,
    /// Who it is for.
    pub to: Vec<Mailbox>,
    /// Who else gets it.
    pub cc: Vec<Mailbox>,
    /// Who gets it unseen, in drafts and sent mail.
    pub bcc: Vec<Mailbox>,
    /// Where answers go.
    pub reply_to: Vec<Mailbox>,
    /// When it was written.
    pub date: Option<Timestamp>,
    /// What it is called everywhere, without brackets.
    pub message_id: Option<String>,
    /// What it answers.
    pub in_reply_to: Vec<String>,
    /// What it answers, back to the first.
    pub references: Vec<String>,
    /// How urgent it is.
    pub importance: Importance,
    /// What Outlook calls the conversation.
    pub thread_topic: Option<String>,
    /// How Outlook finds the conversation, in bytes.
    pub thread_index: Option<Vec<u8>>,
    /// What Exchange says it is, as `urn:content-classes:message`.
    pub content_class: Option<String>,
    /// Whether a mailing list sent it.
    pub is_from_list: bool,
    /// Whether a program wrote it, so that none may answer (RFC 3834).
    pub is_automatic: bool,
}

impl Headers {
    /// Reads the header of a message; what follows its empty line is not looked at.
    pub fn read(header: &[u8]) -> Self {
        let header = header.get(..field::end_of_header(header)).unwrap_or(header);
        let all: Vec<Field<'_>> = field::fields(header).collect();
        // Names that are not encoded are in what the text is in, as a rule.
        let typed = all
            .iter()
            .find(|field| field.is("Content-Type"))
            .and_then(|field| field::typed(field.value, None));
        let charset = typed.as_ref().and_then(|typed| typed.parameters.value("charset"));
        let mut headers = Self::default();
        for field in &all {
            headers.take(*field, charset);
        }
        headers.importance = importance(&all);
        headers
    }

    /// Takes what a field says; the first of a name counts, recipients add up.
    fn take(&mut self, field: Field<'_>, charset: Option<&str>) {
        let text = || field::text(field.value, charset);
        let mailboxes = || field::mailboxes(field.value, charset);
        match field.name.to_ascii_lowercase().as_slice() {
            b"subject" if self.subject.is_none() => self.subject = text(),
            b"from" if self.from.is_empty() => self.from = mailboxes(),
            b"sender" if self.sender.is_none() => self.sender = mailboxes().into_iter().next(),
            b"to" => self.to.extend(mailboxes()),
            b"cc" => self.cc.extend(mailboxes()),
            b"bcc" => self.bcc.extend(mailboxes()),
            b"reply-to" if self.reply_to.is_empty() => self.reply_to = mailboxes(),
            b"date" if self.date.is_none() => self.date = date(field.value),
            b"message-id" if self.message_id.is_none() => {
                self.message_id = field::ids(field.value).into_iter().next();
            }
            b"in-reply-to" if self.in_reply_to.is_empty() => self.in_reply_to = field::ids(field.value),
            b"references" if self.references.is_empty() => self.references = field::ids(field.value),
            b"thread-topic" if self.thread_topic.is_none() => self.thread_topic = text(),
            b"thread-index" if self.thread_index.is_none() => self.thread_index = binary(field.value),
            b"content-class" if self.content_class.is_none() => self.content_class = text(),
            b"list-id" | b"list-post" | b"list-unsubscribe" => self.is_from_list = true,
            b"precedence" => self.is_from_list |= says(field.value, &["list", "bulk", "junk"]),
            // RFC 3834 5: anything but `no` was written by a program.
            b"auto-submitted" => self.is_automatic |= !says(field.value, &["no"]),
            b"x-auto-response-suppress" => self.is_automatic |= !says(field.value, &["none"]),
            _ => {}
        }
    }
}

/// How urgent the fields of many programs say it is; the standard's word counts first.
fn importance(all: &[Field<'_>]) -> Importance {
    let value = |name: &str| all.iter().find(|field| field.is(name)).map(|field| field.value);
    let said = [
        value("Importance").and_then(|value| level(value, &["high"], &["low"], &["normal"])),
        value("X-Priority").and_then(|value| level(value, &["1", "2"], &["4", "5"], &["3"])),
        value("X-MSMail-Priority").and_then(|value| level(value, &["high"], &["low"], &["normal"])),
        value("Priority").and_then(|value| level(value, &["urgent"], &["non-urgent"], &["normal"])),
    ];
    said.into_iter().flatten().next().unwrap_or_default()
}

fn level(value: &[u8], high: &[&str], low: &[&str], normal: &[&str]) -> Option<Importance> {
    let levels = [(high, Importance::High), (low, Importance::Low), (normal, Importance::Normal)];
    levels.into_iter().find(|(words, _)| says(value, words)).map(|(_, level)| level)
}

/// Whether the first word of a value is one of these.
fn says(value: &[u8], words: &[&str]) -> bool {
    let value = value.trim_ascii();
    let end =
        value.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-').unwrap_or(value.len());
    let word = value.get(..end).unwrap_or_default();
    words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

fn binary(value: &[u8]) -> Option<Vec<u8>> {
    let bytes = Encoding::Base64.decode(value).into_owned();
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

/// The instant a date names, if there is one; what is against the grammar is read as far as it makes sense.
pub fn date(value: &[u8]) -> Option<Timestamp> {
    let mut value = value.trim_ascii().to_vec();
    value.truncate(LONGEST_DATE);
    let parser = DateTimeParser::new().relaxed_weekday(true);
    if let Ok(date) = parser.parse_timestamp(&value) {
        return Some(date);
    }
    value.extend_from_slice(b"\r\n");
    let found = MessageStream::new(&value).parse_date().into_datetime()?;
    timestamp(found)
}

/// More than any date has, with its comments.
const LONGEST_DATE: usize = 200;

fn timestamp(found: DateTime) -> Option<Timestamp> {
    let number = |value: u8| i8::try_from(value).ok();
    let year = i16::try_from(found.year).ok()?;
    let day = Date::new(year, number(found.month)?, number(found.day)?).ok()?;
    // A leap second is the last of its minute.
    let second = number(found.second.min(59))?;
    let time = Time::new(number(found.hour)?, number(found.minute)?, second, 0).ok()?;
    let minutes = i32::from(found.tz_hour) * 60 + i32::from(found.tz_minute);
    let sign = if found.tz_before_gmt { -1 } else { 1 };
    let offset = Offset::from_seconds(sign * minutes * 60).ok()?;
    offset.to_timestamp(day.to_datetime(time)).ok()
}

#[cfg(test)]
mod tests {
    use super::Headers;
    use super::date;
    use crate::model::task::Importance;

    fn read(header: &str) -> Headers {
        Headers::read(header.as_bytes())
    }

    #[track_caller]
    fn check_subject(header: &[u8], expected: &str) {
        assert_eq!(Headers::read(header).subject.as_deref(), Some(expected));
    }

    #[test]
    fn a_subject_is_read_however_it_is_written() {
        check_subject(b"Subject: Hei\r\n\r\nSubject: no", "Hei");
        check_subject(b"subject:Hei\nX: y\n", "Hei");
        check_subject(b"Subject: a\r\n b\r\n\tc\r\n", "a b c");
        check_subject("Subject: =?utf-8?q?bl=C3=A5?=\r\n =?utf-8?q?b=C3=A6r?= og".as_bytes(), "blåbær og");
        check_subject(b"Subject: =?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=\r\n", "テスト");
        check_subject(b"Subject: Bl\xE5b\xE6r p\xE5 tur\r\n", "Blåbær på tur");
        check_subject("Subject: Blåbær\r\n".as_bytes(), "Blåbær");
        check_subject(b"Content-Type: text/plain; charset=gb2312\nSubject: \xC4\xE3\xBA\xC3\n", "你好");
        check_subject(b"junk\r\nFrom nobody\r\nSubject : late\r\n", "late");
        check_subject(b"Subject: a\x00b\x07c\r\n", "ab c");
        check_subject(b"Subject: first\r\nSubject: second\r\n", "first");
        assert_eq!(read("Subject:\r\n").subject, None);
        assert_eq!(read(""), Headers::default());
    }

    #[test]
    fn ids_stand_in_brackets_or_not() {
        let headers = read("Message-ID: <a@b>\nIn-Reply-To: <x@y> (Kari)\nReferences: <1@y>\n <2@y><3@y>\n");
        assert_eq!(headers.message_id.as_deref(), Some("a@b"));
        assert_eq!(headers.in_reply_to, ["x@y"]);
        assert_eq!(headers.references, ["1@y", "2@y", "3@y"]);
        assert_eq!(read("Message-ID: a@b\n").message_id.as_deref(), Some("a@b"));
        assert_eq!(read("In-Reply-To: Your mail of Monday\n").in_reply_to, Vec::<String>::new());
    }

    #[track_caller]
    fn check_date(value: &str, expected: Option<&str>) {
        let found = date(value.as_bytes()).map(|date| date.to_string());
        assert_eq!(found.as_deref(), expected, "{value}");
    }

    #[test]
    fn a_date_is_an_instant_or_nothing() {
        check_date("Sun, 22 Nov 2026 12:00:00 +0100", Some("2026-11-22T11:00:00Z"));
        check_date(" 22 Nov 2026 12:00:60 -0330 (NST)", Some("2026-11-22T15:30:59Z"));
        check_date("Mon, 22 Nov 2026 12:00 GMT", Some("2026-11-22T12:00:00Z"));
        check_date("Sun 22 nov 2026 12:00:00 +0000", Some("2026-11-22T12:00:00Z"));
        check_date("22 Nov 26 12:00 GMT", Some("2026-11-22T12:00:00Z"));
        check_date("Sun, 31 Feb 2026 12:00:00 +0000", None);
        check_date("yesterday", None);
        check_date("", None);
    }

    #[test]
    fn importance_is_the_standard_s_word_or_what_programs_say() {
        for (header, importance) in [
            ("Importance: High\n", Importance::High),
            ("X-Priority: 1 (Highest)\n", Importance::High),
            ("X-Priority: 5\n", Importance::Low),
            ("X-Priority: 1\nImportance: low\n", Importance::Low),
            ("Priority: non-urgent\n", Importance::Low),
            ("X-MSMail-Priority: High\n", Importance::High),
            ("X-Priority: soon\n", Importance::Normal),
            ("", Importance::Normal),
        ] {
            assert_eq!(read(header).importance, importance, "{header}");
        }
    }

    #[test]
    fn lists_and_programs_are_known() {
        assert!(read("List-Id: <a.example.com>\n").is_from_list);
        assert!(read("Precedence: bulk\n").is_from_list);
        assert!(read("Auto-Submitted: auto-replied; owner=a\n").is_automatic);
        assert!(read("X-Auto-Response-Suppress: All\n").is_automatic);
        assert!(!read("Auto-Submitted: no\n").is_automatic);
        let headers =
            read("Thread-Topic: Lunch\nThread-Index: AQID\nContent-Class: urn:content-classes:message\n");
        assert_eq!(headers.thread_index, Some(vec![1, 2, 3]));
        assert_eq!(headers.thread_topic.as_deref(), Some("Lunch"));
    }
}
