//! Messages on their way out: what a phone wrote, with what it left to the server, and reports of our own. Sends
//! nothing.
//!
//! What a phone wrote is kept byte for byte but for line ends, the fields of its header that are ours to set, and the
//! texts that the original is quoted in. Attachments of the original are not looked at: they are named, and whoever
//! sends the message streams them from the mailbox.

pub mod away;
pub mod bounce;
pub mod draft;
pub mod notice;
pub mod scheduling;
mod edit;
mod header;
mod part;
mod quote;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use jiff::Timestamp;

use crate::mime::address::Mailbox;
use crate::mime::compose::edit::Edits;
use crate::mime::compose::header::Header;
use crate::mime::headers::Headers;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::letter::Wanted;
use crate::mime::letter::kind;
use crate::mime::parse;
use crate::mime::section::Section;
use crate::mime::text;

/// A message ready to be sent.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// Whom it is from, for the envelope.
    pub sender: String,
    /// Whom it goes to, for the envelope: each once, the unseen among them.
    pub recipients: Vec<String>,
    /// What it is called everywhere, without brackets.
    pub message_id: String,
    /// Whether a server must take bytes beyond ASCII in the text (8BITMIME).
    pub has_8bit: bool,
    /// Whether a server must take letters beyond ASCII in addresses (SMTPUTF8).
    pub has_utf8: bool,
    header: Vec<u8>,
    bcc: Vec<u8>,
    body: Vec<Piece>,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Own(Bytes),
    /// A part of the original as it is written there, without its header; or the whole original.
    Original(Section),
}

/// What is ours to say of a message.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Whom it is from, unless the phone names an address that is the account's as well.
    pub sender: &'a Mailbox,
    /// Every address of the account.
    pub owned: &'a [String],
    /// The time.
    pub now: Timestamp,
    /// A word that no other message has.
    pub id: &'a str,
    /// Where it is sent from, to make its id unique.
    pub host: &'a str,
}

/// What a message is to another.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// The other, with what `wants` named of it.
    pub letter: &'a Letter,
    /// What is done with it.
    pub answer: Answer,
    /// Whether the phone has put into its message all that is to be there (`ReplaceMime`).
    pub is_replaced: bool,
}

/// What is done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its sender, or all, are answered.
    Reply,
    /// Others get it.
    Forward,
}

/// What must be fetched of a message that is answered or forwarded.
pub fn wants(original: &Letter) -> Vec<Wanted> {
    let forms = [Form::Text, Form::Html].into_iter();
    let mut all: Vec<Wanted> = forms.flat_map(|form| original.wants(&Want { form, most: None })).collect();
    all.sort();
    all.dedup_by(|later, first| later.section == first.section);
    all
}

/// A message of which only the header is there: what follows it goes out as the phone wrote it. It may be an answer
/// that has in it all that is to be there.
pub fn head(header: &[u8], answers: Option<(&Headers, Answer)>, rules: &Rules<'_>) -> Outgoing {
    let header = text::with_crlf(header);
    let mut settled = Header::settle(&header, rules);
    if let Some((original, answer)) = answers {
        settled.refer_to(original, answer, rules.now);
    }
    settled.finish(&header::content_fields(&header), Vec::new())
}

/// A message as a phone wrote it, made ready to be sent.
pub fn compose(mime: &Bytes, original: Option<Original<'_>>, rules: &Rules<'_>) -> Outgoing {
    let mime = match text::with_crlf(mime) {
        std::borrow::Cow::Borrowed(_) => mime.clone(),
        std::borrow::Cow::Owned(settled) => Bytes::from(settled),
    };
    let parsed = parse::parse(&mime);
    let mut header = Header::settle(parsed.header(), rules);
    let mut edits = Edits::new(&mime, &parsed);
    if let Some(original) = original {
        header.refer_to(original.letter.headers(), original.answer, rules.now);
        // What is signed or sealed cannot be added to.
        if !original.is_replaced && kind::sealed(parsed.structure()).is_none() {
            edits.add(&original);
        }
    }
    let (content, body) = edits.finish(rules.id);
    header.finish(&content, body)
}

impl Outgoing {
    /// The message as it goes over the wire.
    pub fn wire(&self) -> impl Iterator<Item = Piece> + '_ {
        self.pieces(&[])
    }

    /// The message as it is kept: with those who got it unseen.
    pub fn copy(&self) -> impl Iterator<Item = Piece> + '_ {
        self.pieces(&self.bcc)
    }

    /// The fields of its header, without those who get it unseen and the empty line at its end.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The fields of those who get it unseen.
    pub fn unseen(&self) -> &[u8] {
        &self.bcc
    }

    /// What follows the header and its empty line.
    pub fn body(&self) -> &[Piece] {
        &self.body
    }

    /// What is taken out of the original, each part once.
    pub fn originals(&self) -> impl Iterator<Item = &Section> {
        self.body.iter().filter_map(|piece| match piece {
            Piece::Original(section) => Some(section),
            Piece::Own(_) => None,
        })
    }

    fn pieces<'a>(&'a self, more: &[u8]) -> impl Iterator<Item = Piece> + 'a + use<'a> {
        let head = [&self.header[..], more, b"\r\n"].concat();
        std::iter::once(Piece::Own(Bytes::from(head))).chain(self.body.iter().cloned())
    }
}
