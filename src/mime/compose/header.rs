//! The header of a message that goes out: what the phone wrote, and what is ours to set. Knows no part.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::mime::address::Mailbox;
use crate::mime::compose::Answer;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::compose::Rules;
use crate::mime::field;
use crate::mime::field::Field;
use crate::mime::headers;
use crate::mime::headers::Headers;
use crate::mime::transfer::to_base64_word;
use crate::mime::words;

/// A header in the making.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// Every field but those of the content and `Bcc`, each with its line end.
    fields: Vec<u8>,
    bcc: Vec<u8>,
    said: Headers,
    sender: String,
    message_id: String,
}

/// RFC 5322 3.6.4: no more of what came before is named; the first and the last count.
const MOST_REFERENCES: usize = 40;

impl Header {
    /// The header of a new message.
    pub(super) fn settle(header: &[u8], rules: &Rules<'_>) -> Self {
        let said = Headers::read(header);
        let from =
            said.from.iter().find(|from| is_owned(&from.address, rules)).unwrap_or(rules.sender).clone();
        let mut settled = Self { sender: from.address.clone(), ..Self::default() };
        settled.add("From", &from.encode());
        for field in field::fields(header) {
            settled.take(field, &said, rules);
        }
        settled.said = said;
        settled.complete(rules);
        settled
    }

    /// Takes a field of the phone's, if it may stay.
    fn take(&mut self, field: Field<'_>, said: &Headers, rules: &Rules<'_>) {
        let name = String::from_utf8_lossy(field.name).to_ascii_lowercase();
        match name.as_str() {
            // It is set above; the others are for servers to write.
            "from" | "return-path" | "resent-bcc" | "apparently-to" => {}
            "sender" if !said.sender.as_ref().is_some_and(|sender| is_owned(&sender.address, rules)) => {}
            "date" if headers::date(field.value).is_none() => {}
            "message-id" if field::ids(field.value).is_empty() => {}
            "bcc" => self.bcc.extend(field.as_ascii()),
            name if is_of_content(name) => {}
            _ => self.fields.extend(field.as_ascii()),
        }
    }

    /// Adds what every message must have.
    fn complete(&mut self, rules: &Rules<'_>) {
        if self.said.date.is_none() {
            self.add("Date", &date(rules.now));
        }
        self.message_id = self.said.message_id.clone().unwrap_or_else(|| {
            let id = format!("{}@{}", rules.id, rules.host);
            self.add("Message-ID", &format!("<{id}>"));
            id
        });
        if !field::fields(&self.fields).any(|field| field.is("MIME-Version")) {
            self.add("MIME-Version", "1.0");
        }
    }

    /// Says which message it answers or forwards, as far as the phone did not.
    pub(super) fn refer_to(&mut self, original: &Headers, answer: Answer, now: Timestamp) {
        if let Some(id) = &original.message_id {
            if answer == Answer::Reply && self.said.in_reply_to.is_empty() {
                self.add("In-Reply-To", &format!("<{id}>"));
            }
            if self.said.references.is_empty() {
                let known =
                    if original.references.is_empty() { &original.in_reply_to } else { &original.references };
                let skipped = known.len().saturating_sub(MOST_REFERENCES);
                let kept = known.iter().take(1).chain(known.iter().skip(1 + skipped)).chain([id]);
                let ids: Vec<String> = kept.map(|id| format!("<{id}>")).collect();
                self.add("References", &ids.join("\r\n "));
            }
        }
        if self.said.thread_index.is_none()
            && let Some(index) = original.answer_index(now)
        {
            self.add("Thread-Index", &to_base64_word(&index));
            if let Some(topic) = original.topic().filter(|_| self.said.thread_topic.is_none()) {
                self.add("Thread-Topic", &words::encode(&topic));
            }
        }
    }

    /// The message, with the fields of its content and its body.
    pub(super) fn finish(mut self, content: &[u8], body: Vec<Piece>) -> Outgoing {
        self.fields.extend_from_slice(content);
        let all = self.said.to.iter().chain(&self.said.cc).chain(&self.said.bcc);
        let mut recipients: Vec<String> = Vec::new();
        let mut known = HashSet::new();
        for Mailbox { address, .. } in all.filter(|mailbox| mailbox.address.contains('@')) {
            if known.insert(address.to_ascii_lowercase()) {
                recipients.push(address.clone());
            }
        }
        let has_utf8 =
            !self.fields.is_ascii() || !recipients.iter().chain([&self.sender]).all(|one| one.is_ascii());
        let has_8bit = body.iter().any(|piece| match piece {
            Piece::Own(bytes) => !bytes.is_ascii(),
            Piece::Original(_) => true,
        });
        Outgoing {
            sender: self.sender,
            recipients,
            message_id: self.message_id,
            has_8bit,
            has_utf8,
            header: self.fields,
            bcc: self.bcc,
            body,
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        add(&mut self.fields, name, value);
    }
}

/// Adds a field to a header. A value makes no other field: its lines end where a space follows, or not at all.
pub(super) fn add(header: &mut Vec<u8>, name: &str, value: &str) {
    let lines = value.split("\r\n ").map(|line| line.replace(|c: char| c.is_control(), " "));
    let value = lines.collect::<Vec<_>>().join("\r\n ");
    header.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
}

/// A time as a header has it.
pub(super) fn date(time: Timestamp) -> String {
    rfc2822::DateTimePrinter::new().timestamp_to_string(&time).unwrap_or_default()
}

/// The fields that belong to the content, and go with it when it becomes a part.
pub(super) fn content_fields(header: &[u8]) -> Vec<u8> {
    let is_of_content =
        |field: &Field<'_>| is_of_content(&String::from_utf8_lossy(field.name).to_ascii_lowercase());
    field::fields(header).filter(is_of_content).flat_map(|field| field.with_end()).collect()
}

fn is_of_content(name: &str) -> bool {
    name.starts_with("content-") && name != "content-class"
}

fn is_owned(address: &str, rules: &Rules<'_>) -> bool {
    rules.owned.iter().any(|owned| owned.eq_ignore_ascii_case(address))
}
