//! The text of a letter, in plain or as HTML, out of its parts; or the letter itself. Cleans no HTML.
//!
//! Which parts are the text is decided by their types alone, so that it is known what to fetch.

use crate::mime::calendar;
use crate::mime::charset;
use crate::mime::html;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Supplied;
use crate::mime::letter::Want;
use crate::mime::letter::Wanted;
use crate::mime::letter::recode;
use crate::mime::section::Section;
use crate::mime::structure::Content;
use crate::mime::structure::Structure;
use crate::mime::text;

/// A text as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// As much of it as was wanted: text with CRLF, HTML, or a message; no character that XML has no place for.
    pub data: String,
    /// About how many bytes the whole has.
    pub size: u64,
    /// Whether there is more.
    pub is_truncated: bool,
}

/// No more of a text than this, whatever is wanted: nobody reads on, and everything of it is in memory.
const MOST: usize = 4 * 1024 * 1024;
/// So many bytes of HTML may stand for one of text, and so many before the first.
const HTML_PER_TEXT: u64 = 16;
const HTML_BEFORE_TEXT: u64 = 64 * 1024;
/// A part with fewer bytes has no words in it.
const EMPTY: u64 = 4;

/// A part that is the text of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mime) struct Text {
    /// Which part.
    pub(in crate::mime) section: Section,
    /// Whether it is HTML.
    pub(in crate::mime) is_html: bool,
}

/// A part whose text is shown.
#[derive(Clone, Debug)]
struct Piece<'a> {
    section: Section,
    part: &'a Structure,
    kind: Kind,
}

/// Which of several forms of the same text is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taste {
    /// Plain text, if it says anything.
    Text,
    /// Plain text, even if it is empty.
    Plain,
    /// HTML.
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Html,
    Calendar,
}

impl Letter {
    /// The text in a form, cut to what is wanted of it.
    pub fn body(&self, want: &Want) -> Shown {
        let most = want.most.unwrap_or(MOST).min(MOST);
        match want.form {
            Form::Text => self.text(most),
            Form::Html => self.html(most),
            Form::Mime => self.mime(want.most),
        }
    }

    fn text(&self, most: usize) -> Shown {
        let pieces = pieces(self.structure(), Taste::Text);
        let mut shown = Assembly::new(most);
        for piece in &pieces {
            let words = text::clean(&self.plain(piece));
            let words = words.trim_end();
            if !shown.data.is_empty() && !words.is_empty() {
                shown.data.push_str("\r\n\r\n");
            }
            shown.push(words, self.is_complete(piece));
            if shown.is_full() {
                break;
            }
        }
        shown.finish(&pieces)
    }

    fn html(&self, most: usize) -> Shown {
        let pieces = pieces(self.structure(), Taste::Html);
        let mut shown = Assembly::new(most);
        match pieces.as_slice() {
            [] => {}
            [only] if only.kind == Kind::Html => {
                shown.push(&html::settle(text::clean_html(self.decoded(only))), self.is_complete(only));
            }
            [only] => shown.push(&html::from_text(&text::clean(&self.plain(only))), self.is_complete(only)),
            several => {
                let fragments = several.iter().map(|piece| match piece.kind {
                    Kind::Html => text::clean_html(self.decoded(piece)),
                    Kind::Plain | Kind::Calendar => html::from_text(&text::clean(&self.plain(piece))),
                });
                let joined = html::join(fragments);
                shown.push(&html::settle(joined), several.iter().all(|piece| self.is_complete(piece)));
            }
        }
        let mut shown = shown.finish(&pieces);
        if shown.is_truncated {
            shown.data.truncate(html::end_of_words(&shown.data));
        }
        shown
    }

    fn mime(&self, most: Option<usize>) -> Shown {
        let Some(whole) = self.supplied.get(&Section::WHOLE) else {
            return Shown { size: self.size(), is_truncated: true, ..Shown::default() };
        };
        let fetched = if whole.is_complete { &whole.bytes[..] } else { whole_characters(&whole.bytes) };
        let data = recode::as_text(fetched);
        let kept = text::cut(&data, most.unwrap_or(usize::MAX));
        let is_truncated = kept.len() < data.len() || !whole.is_complete;
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        let size = if whole.is_complete { length } else { self.size().max(length) };
        Shown { data: kept.to_owned(), size, is_truncated }
    }

    /// The first words, for a list of messages.
    pub fn preview(&self, characters: usize) -> String {
        let shown = self.text(characters.saturating_mul(8).saturating_add(1024).min(MOST));
        let words = shown.data.split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().take(characters).collect()
    }

    /// The whole text of a part, in the form in which it is written.
    pub(in crate::mime) fn words(&self, text: &Text) -> String {
        let Some(part) = self.structure().part(&text.section) else { return String::new() };
        let kind = if text.is_html { Kind::Html } else { Kind::Plain };
        let piece = Piece { section: text.section.clone(), part, kind };
        if text.is_html { text::clean_html(self.decoded(&piece)) } else { text::clean(&self.plain(&piece)) }
    }

    /// What a piece says, in words.
    fn plain(&self, piece: &Piece<'_>) -> String {
        let decoded = self.decoded(piece);
        match piece.kind {
            Kind::Html => html::to_text(&decoded),
            Kind::Calendar => calendar::description(&decoded),
            Kind::Plain => {
                let parameter = |name| piece.part.media_type.parameters.value(name).unwrap_or_default();
                let is_flowed = parameter("format").eq_ignore_ascii_case("flowed");
                let deletes_space = parameter("delsp").eq_ignore_ascii_case("yes");
                if is_flowed { text::unflow(&decoded, deletes_space) } else { decoded }
            }
        }
    }

    /// The text of a part as it is written.
    fn decoded(&self, piece: &Piece<'_>) -> String {
        let Some(supplied) = self.supplied.get(&piece.section) else { return String::new() };
        let encoding = piece.part.encoding;
        let most = encoding.encoded_size(u64::try_from(MOST).unwrap_or(u64::MAX));
        let end = supplied.bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX));
        let bytes = encoding.decode(supplied.bytes.get(..end).unwrap_or_default());
        let charset = piece.part.charset().map(str::to_owned);
        let charset = charset.or_else(|| if piece.kind == Kind::Html { html::charset(&bytes) } else { None });
        let mut decoded = charset::decode(&bytes, charset.as_deref());
        if !supplied.is_complete {
            // The last character may have been cut in two.
            decoded.truncate(decoded.trim_end_matches('\u{FFFD}').len());
        }
        decoded
    }

    fn is_complete(&self, piece: &Piece<'_>) -> bool {
        let most = piece.part.encoding.encoded_size(u64::try_from(MOST).unwrap_or(u64::MAX));
        let is_whole = |supplied: &Supplied| {
            supplied.is_complete && u64::try_from(supplied.bytes.len()).is_ok_and(|length| length <= most)
        };
        self.supplied.get(&piece.section).map_or(piece.part.size == 0, is_whole)
    }
}

/// A text that grows until it is as long as wanted.
struct Assembly {
    data: String,
    most: usize,
    is_complete: bool,
}

impl Assembly {
    fn new(most: usize) -> Self {
        Self { data: String::new(), most, is_complete: true }
    }

    fn push(&mut self, words: &str, is_complete: bool) {
        self.data.push_str(words);
        self.is_complete &= is_complete;
    }

    fn is_full(&self) -> bool {
        self.data.len() > self.most
    }

    fn finish(self, pieces: &[Piece<'_>]) -> Shown {
        let length = u64::try_from(self.data.len()).unwrap_or(u64::MAX);
        let expected = pieces.iter().map(|piece| piece.part.decoded_size()).fold(0, u64::saturating_add);
        let kept = text::cut(&self.data, self.most);
        let is_truncated = kept.len() < self.data.len() || !self.is_complete;
        let size = if self.is_complete && !self.is_full() { length } else { expected.max(length) };
        Shown { data: kept.to_owned(), size, is_truncated }
    }
}

/// UTF-8 without the character that was cut in two when no more was fetched.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or(bytes),
        _ => bytes,
    }
}

/// What must be fetched for a text of this form and length.
pub(super) fn wants(structure: &Structure, want: &Want) -> Vec<Wanted> {
    let most = u64::try_from(want.most.unwrap_or(MOST).min(MOST)).unwrap_or(u64::MAX);
    let taste = if want.form == Form::Html { Taste::Html } else { Taste::Text };
    let wanted = pieces(structure, taste).into_iter().map(|piece| {
        let most = match (piece.kind, want.form) {
            (Kind::Html, Form::Text) => {
                let html = most.saturating_mul(HTML_PER_TEXT).saturating_add(HTML_BEFORE_TEXT);
                html.min(u64::try_from(MOST).unwrap_or(u64::MAX))
            }
            _ => most,
        };
        // Four bytes of UTF-32 may be one of text; two spaces at the end of each line none.
        let is_wide = piece.part.charset().is_some_and(|name| name.to_ascii_lowercase().starts_with("utf-"));
        let is_wide = is_wide && !piece.part.charset().is_some_and(|name| name.ends_with('8'));
        let most = if is_wide { most.saturating_mul(4) } else { most.saturating_mul(5) / 4 };
        let encoded = piece.part.encoding.encoded_size(most.saturating_add(1024));
        Wanted { section: piece.section, most: Some(encoded).filter(|most| *most < piece.part.size) }
    });
    wanted.collect()
}

/// Whether it has a text in HTML.
pub(super) fn has_html(structure: &Structure) -> bool {
    pieces(structure, Taste::Html).iter().any(|piece| piece.kind == Kind::Html)
}

/// The parts in which an answer says what it says: the last text of each form.
pub(in crate::mime) fn texts(structure: &Structure) -> Vec<Text> {
    let last = |taste| pieces(structure, taste).into_iter().rfind(is_text);
    let forms = [last(Taste::Plain), last(Taste::Html)].into_iter().flatten();
    let mut texts: Vec<Text> =
        forms.map(|piece| Text { is_html: piece.kind == Kind::Html, section: piece.section }).collect();
    texts.dedup();
    texts
}

/// The parts that are the text, in any form.
pub(super) fn shown(structure: &Structure) -> Vec<Section> {
    let tastes = [Taste::Text, Taste::Plain, Taste::Html].into_iter();
    let mut sections: Vec<Section> = tastes
        .flat_map(|taste| pieces(structure, taste))
        .filter(is_text)
        .map(|piece| piece.section)
        .collect();
    sections.dedup();
    sections
}

fn is_text(piece: &Piece<'_>) -> bool {
    piece.kind != Kind::Calendar
}

/// The parts that are the text in this form, in their order.
fn pieces(structure: &Structure, taste: Taste) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    match &structure.content {
        Content::Parts(_) => collect(structure, &Section::WHOLE, taste, &mut pieces),
        Content::Bytes | Content::Message(_) => leaf(structure, Section::WHOLE.child(1), &mut pieces),
    }
    if pieces.iter().any(is_text) {
        pieces.retain(is_text);
    } else {
        pieces.truncate(1);
    }
    pieces
}

fn collect<'a>(part: &'a Structure, section: &Section, taste: Taste, pieces: &mut Vec<Piece<'a>>) {
    let inner = (1..).zip(part.parts()).map(|(number, inner)| (section.child(number), inner));
    match part.media_type.sub.as_str() {
        "alternative" => {
            let choices = inner.map(|(section, inner)| {
                let mut choice = Vec::new();
                take(inner, section, taste, &mut choice);
                choice
            });
            pieces.extend(best(choices.filter(|choice| !choice.is_empty()).collect(), taste));
        }
        // RFC 2387 3.2: the text is the first part, or the one it names.
        "related" => {
            let start = part.media_type.parameters.value("start").map(|id| id.trim_matches(['<', '>']));
            let all: Vec<_> = inner.collect();
            let named = all.iter().find(|(_, inner)| start.is_some() && inner.content_id.as_deref() == start);
            if let Some((section, inner)) = named.or_else(|| all.first()) {
                take(inner, section.clone(), taste, pieces);
            }
        }
        // The second part is for programs.
        "signed" | "report" => inner.take(1).for_each(|(section, inner)| take(inner, section, taste, pieces)),
        "encrypted" => {}
        _ => inner.for_each(|(section, inner)| take(inner, section, taste, pieces)),
    }
}

fn take<'a>(part: &'a Structure, section: Section, taste: Taste, pieces: &mut Vec<Piece<'a>>) {
    match &part.content {
        Content::Parts(_) => collect(part, &section, taste, pieces),
        Content::Bytes | Content::Message(_) => leaf(part, section, pieces),
    }
}

fn leaf<'a>(part: &'a Structure, section: Section, pieces: &mut Vec<Piece<'a>>) {
    let kind = match (part.media_type.main.as_str(), part.media_type.sub.as_str()) {
        ("text", "html") => Kind::Html,
        ("text", "calendar") => Kind::Calendar,
        ("text", "plain" | "enriched" | "markdown" | "x-markdown") => Kind::Plain,
        _ => return,
    };
    // Apple attaches texts inline, with the name of the file; the first has a name by mistake.
    let is_file = part.is_attached() || part.file_name().is_some() && pieces.iter().any(is_text);
    if kind == Kind::Calendar || !is_file {
        pieces.push(Piece { section, part, kind });
    }
}

/// The choice that suits the taste, of those that have something to show; the last is the best.
// RFC 2046 5.1.4 (alternative).
fn best(choices: Vec<Vec<Piece<'_>>>, taste: Taste) -> Vec<Piece<'_>> {
    let is = |choice: &[Piece<'_>], kind: Kind| choice.iter().any(|piece| piece.kind == kind);
    let is_plain = |choice: &[Piece<'_>]| is(choice, Kind::Plain) && !is(choice, Kind::Html);
    let suits = |choice: &&Vec<Piece<'_>>| match taste {
        Taste::Text => is_plain(choice) && choice.iter().any(|piece| piece.part.size > EMPTY),
        Taste::Plain => is_plain(choice),
        Taste::Html => is(choice, Kind::Html),
    };
    let found = choices.iter().rposition(|choice| suits(&choice));
    let readable = || choices.iter().rposition(|choice| choice.iter().any(is_text));
    let place = found.or_else(readable).or_else(|| choices.len().checked_sub(1));
    place.and_then(|place| choices.into_iter().nth(place)).unwrap_or_default()
}
