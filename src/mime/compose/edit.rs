//! The body of a message that goes out: as the phone wrote it, with the original quoted and attached. Knows no field
//! of the header but those of the content.
//!
//! Texts are replaced where they stand and parts put in before the last boundary; all other bytes stay as they are,
//! which no parser that builds a message anew could promise.

use std::ops::Range;

use bytes::Bytes;

use crate::mime::compose::Answer;
use crate::mime::compose::Original;
use crate::mime::compose::Piece;
use crate::mime::compose::header;
use crate::mime::compose::part;
use crate::mime::compose::part::Part;
use crate::mime::compose::quote;
use crate::mime::html;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::letter::attachment::Attachment;
use crate::mime::letter::body;
use crate::mime::letter::kind::Kind;
use crate::mime::parse::Parsed;
use crate::mime::section::Section;

/// What is to be done to a body.
#[derive(Debug)]
pub(super) struct Edits<'a> {
    mime: &'a Bytes,
    parsed: &'a Parsed<'a>,
    /// Texts instead of those in these places, with headers of their own.
    texts: Vec<(Range<usize>, Bytes)>,
    /// The text of a message that consists of nothing else.
    only: Option<Bytes>,
    /// What is put before all others.
    first: Option<Part>,
    attached: Vec<Part>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(mime: &'a Bytes, parsed: &'a Parsed<'a>) -> Self {
        Self { mime, parsed, texts: Vec::new(), only: None, first: None, attached: Vec::new() }
    }

    /// Adds the original: quoted, with what is attached to it, or as a whole.
    pub(super) fn add(&mut self, original: &Original<'_>) {
        match (original.letter.kind(), original.answer) {
            // Nobody here can read it: who gets it may.
            (Kind::Sealed | Kind::PgpSealed | Kind::Receipt, Answer::Forward) => {
                self.attach_whole(original.letter);
            }
            (Kind::Sealed | Kind::PgpSealed | Kind::Receipt, Answer::Reply) => {}
            // Nobody reads so much in a quotation, but nothing may get lost.
            (_, Answer::Forward)
                if original.letter.body(&Want { form: Form::Html, most: None }).is_truncated =>
            {
                self.attach_whole(original.letter);
            }
            _ => {
                let has_html = self.quote(original);
                self.attach(original, has_html);
            }
        }
    }

    fn attach_whole(&mut self, letter: &Letter) {
        let title = letter.headers().subject.as_deref().unwrap_or("message");
        self.attached.push(part::whole_original(&title.replace(['/', '\\'], " ")));
    }

    /// Quotes the original below each text; whether one of them is HTML.
    fn quote(&mut self, original: &Original<'_>) -> bool {
        let answer = Letter::read(self.mime.clone());
        let texts = body::texts(self.parsed.structure());
        for text in &texts {
            let mut words = answer.words(text);
            if text.is_html {
                let end = html::body(&words).end;
                words.insert_str(end, &quote::html(original));
                self.replace(&text.section, part::text("html", &html::settle(words)));
            } else {
                words.push_str(&quote::text(original));
                self.replace(&text.section, part::text("plain", &words));
            }
        }
        if texts.is_empty() {
            self.first = Some(vec![Piece::Own(part::text("plain", quote::text(original).trim_start()))]);
        }
        texts.iter().any(|text| text.is_html)
    }

    fn replace(&mut self, section: &Section, text: Bytes) {
        let Some((header, body)) = self.parsed.place(section) else { return };
        if header.start == 0 {
            self.only = Some(text);
        } else {
            self.texts.push((header.start..body.end, text));
        }
    }

    /// Attaches what the original has; to an answer only the pictures that the quoted HTML shows.
    fn attach(&mut self, original: &Original<'_>, has_html: bool) {
        let letter = original.letter;
        let structure = letter.structure();
        for attachment in letter.attachments() {
            let is_wanted = original.answer == Answer::Forward || has_html && attachment.is_inline;
            if let Some(found) = structure.part(&attachment.section).filter(|_| is_wanted) {
                self.attached.push(part::original(&attachment, found));
            }
        }
        if original.answer == Answer::Forward && letter.scheduling().is_some() {
            self.attach_invitation(letter);
        }
    }

    /// An invitation that is forwarded invites; it stood beside the texts, not among the attachments.
    fn attach_invitation(&mut self, letter: &Letter) {
        let Some(section) = letter.calendar_section() else { return };
        let Some(found) = letter.structure().part(&section) else { return };
        let calendars = ["text/calendar", "application/ics"];
        if letter.attachments().iter().any(|file| calendars.contains(&file.media_type.as_str())) {
            return;
        }
        let attachment = Attachment { name: "invite.ics".to_owned(), ..Attachment::of(found, section) };
        self.attached.push(part::original(&attachment, found));
    }

    /// The fields of the content, and the body.
    pub(super) fn finish(mut self, id: &str) -> (Vec<u8>, Vec<Piece>) {
        self.texts.sort_by_key(|(place, _)| place.start);
        let (content, body) = match self.only.take() {
            Some(text) => part::split(vec![Piece::Own(text)]),
            None => (header::content_fields(self.parsed.header()), self.body()),
        };
        if self.attached.is_empty() && self.first.is_none() {
            return (content, body);
        }
        let structure = self.parsed.structure();
        let boundary =
            structure.media_type.parameters.value("boundary").map(str::trim_end).map(str::to_owned);
        match boundary.filter(|_| structure.is("multipart", "mixed") && self.first.is_none()) {
            Some(boundary) => (content, self.put_in(&boundary)),
            None => self.wrap(&content, body, id),
        }
    }

    /// The body with its texts replaced.
    fn body(&self) -> Vec<Piece> {
        self.stretch(self.parsed.header().len()..self.mime.len())
    }

    /// What stands in a place, with its texts replaced.
    fn stretch(&self, place: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = place.start;
        let texts = self.texts.iter().filter(|(text, _)| place.start <= text.start && text.end <= place.end);
        for (text, words) in texts {
            pieces.push(Piece::Own(self.mime.slice(at..text.start)));
            pieces.push(Piece::Own(words.clone()));
            at = text.end;
        }
        pieces.push(Piece::Own(self.mime.slice(at.min(place.end)..place.end)));
        pieces
    }

    /// What is attached, behind the last part of those that are there.
    fn put_in(&mut self, boundary: &str) -> Vec<Piece> {
        let start = self.parsed.header().len();
        let count = u32::try_from(self.parsed.structure().parts().len()).unwrap_or_default();
        let last = self.parsed.place(&Section::WHOLE.child(count));
        let end = last.map_or(self.mime.len(), |(header, body)| body.end.max(header.end));
        let mut pieces = self.stretch(start..end);
        pieces.push(Piece::Own(Bytes::from_static(b"\r\n")));
        pieces.extend(part::join(std::mem::take(&mut self.attached), boundary));
        pieces
    }

    /// The message as the first part of a larger one.
    fn wrap(&mut self, content: &[u8], body: Vec<Piece>, id: &str) -> (Vec<u8>, Vec<Piece>) {
        let boundary = format!("=_{id}");
        let mut own = vec![Piece::Own(Bytes::from([content, b"\r\n"].concat()))];
        let is_nothing = body.iter().all(|piece| matches!(piece, Piece::Own(bytes) if bytes.is_empty()));
        own.extend(body);
        let parts = self.first.take().into_iter().chain((!is_nothing).then_some(own));
        let parts = parts.chain(std::mem::take(&mut self.attached)).collect();
        let mut content = Vec::new();
        header::add(&mut content, "Content-Type", &format!("multipart/mixed; boundary=\"{boundary}\""));
        (content, part::join(parts, &boundary))
    }
}
