//! In which form a phone is shown the text of a mail, and how much of it; what must be fetched for that. The text itself
//! is made by the letter.

use std::collections::BTreeMap;

use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::email;

use crate::eas::class::View;
use crate::eas::class::body::Shown;
use crate::eas::class::email::Mail;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::mime::html;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::letter::Wanted;
use crate::mime::letter::kind;
use crate::mime::section::Section;

/// Of a text in another form so many bytes are enough for a character of a preview, with what stands before it.
const BYTES_PER_CHARACTER: usize = 8;
const BYTES_BEFORE: usize = 1024;

/// A form in which a text may be shown.
struct Choice {
    want: Want,
    /// Rather the next than a part of this one.
    all_or_none: bool,
    /// So many characters for a list of mails.
    preview: Option<usize>,
}

impl Choice {
    fn new(form: Form, most: Option<u32>) -> Self {
        let most = most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        Self { want: Want { form, most }, all_or_none: false, preview: None }
    }

    fn of(form: Form, wanted: &BodyPreference, view: &View<'_>) -> Self {
        let has_preview = view.version >= Version::V14_0;
        let preview = wanted.preview.filter(|size| *size > 0 && has_preview);
        Self {
            // MS-ASAIRS 2.2.2.3.2 (AllOrNone): nothing without a size.
            all_or_none: wanted.all_or_none && wanted.truncation_size.is_some(),
            preview: preview.map(|size| usize::from(size.min(255))),
            ..Self::new(form, wanted.truncation_size)
        }
    }

    /// Whether it is known before anything is fetched that there is too much of it.
    fn is_hopeless(&self, letter: &Letter) -> bool {
        let is_larger = |most| u64::try_from(most).is_ok_and(|most: u64| letter.size() > most);
        self.want.form == Form::Mime && self.all_or_none && self.want.most.is_some_and(is_larger)
    }

    fn show(&self, letter: &Letter) -> Shown {
        let form = match self.want.form {
            Form::Text => BodyType::TEXT,
            Form::Html => BodyType::HTML,
            Form::Mime => BodyType::MIME,
        };
        let shown = letter.body(&self.want);
        let mut shown = Shown {
            form,
            data: shown.data,
            size: usize::try_from(shown.size.min(u64::from(u32::MAX))).unwrap_or(usize::MAX),
            is_truncated: shown.is_truncated,
            preview: None,
        };
        // MS-ASAIRS 2.2.2.35.1 (Preview): not beside plain text.
        if form != BodyType::TEXT || shown.data.is_empty() {
            shown.preview = self.preview.map(|size| letter.preview(size)).filter(|text| !text.is_empty());
        }
        shown
    }

    fn wants(&self, letter: &Letter) -> Vec<Wanted> {
        let text = if self.is_hopeless(letter) { Vec::new() } else { letter.wants(&self.want) };
        let preview = self.preview.map(|size| {
            let most = size.saturating_mul(BYTES_PER_CHARACTER).saturating_add(BYTES_BEFORE);
            letter.wants(&Want { form: Form::Text, most: Some(most) })
        });
        text.into_iter().chain(preview.into_iter().flatten()).collect()
    }
}

/// The forms in which a phone may be shown this letter, the best first; at least one.
fn choices(letter: &Letter, view: &View<'_>) -> Vec<Choice> {
    let is_sealed = kind::sealed(letter.structure()).is_some();
    if view.version < Version::V12_0 {
        return vec![match view.mail.mime_support {
            1 if is_sealed => Choice::new(Form::Mime, view.mail.mime_truncation),
            0 | 1 => Choice::new(Form::Text, view.truncation),
            _ => Choice::new(Form::Mime, view.mail.mime_truncation),
        }];
    }
    let asked = view.body.iter().find(|wanted| wanted.body_type == BodyType::MIME);
    // MS-ASCMD 2.2.3.110.3 (MIMESupport). What is signed or sealed is of no use in any other form, so that whoever
    // takes such whole gets it whole: BlackBerry's Hub never says so by a `BodyPreference`.
    let takes_mime = match view.mail.mime_support {
        0 => false,
        1 => is_sealed,
        _ => is_sealed || asked.is_some(),
    };
    let native = letter.native();
    let mut choices = Vec::new();
    if takes_mime {
        let mut mime = asked.map_or_else(
            || Choice::new(Form::Mime, view.mail.mime_truncation),
            |asked| Choice::of(Form::Mime, asked, view),
        );
        let most = view.mail.mime_truncation.and_then(|most| usize::try_from(most).ok());
        mime.want.most = mime.want.most.or(most);
        choices.push(mime);
    }
    let forms = [(BodyType::TEXT, Form::Text), (BodyType::HTML, Form::Html)];
    let form_of = |wanted: &BodyPreference| {
        forms.into_iter().find(|(body_type, _)| *body_type == wanted.body_type).map(|(_, form)| form)
    };
    let mut texts: Vec<_> = view.body.iter().filter_map(|wanted| Some((form_of(wanted)?, wanted))).collect();
    // MS-ASAIRS 2.2.2.3.2 (AllOrNone): first the form it is kept in, then the next that need not be cut.
    texts.sort_by_key(|(form, _)| *form != native);
    choices.extend(texts.into_iter().map(|(form, wanted)| Choice::of(form, wanted, view)));
    if choices.is_empty() {
        // A phone that asks for whole messages alone, which it does not take, can show HTML.
        choices.push(
            asked.map_or_else(|| Choice::new(Form::Text, None), |asked| Choice::of(native, asked, view)),
        );
    }
    choices
}

/// What must be fetched, each section once.
pub(super) fn wants(letter: &Letter, view: &View<'_>) -> Vec<Wanted> {
    let mut all: BTreeMap<Section, Option<u64>> = BTreeMap::new();
    let mut add = |wanted: Vec<Wanted>| {
        for Wanted { section, most } in wanted {
            let known = all.entry(section).or_insert(most);
            *known = known.zip(most).map(|(known, most)| known.max(most));
        }
    };
    for choice in choices(letter, view) {
        add(choice.wants(letter));
        if !choice.all_or_none {
            break;
        }
    }
    if let Some(part) = part(view) {
        add(part.wants(letter));
    }
    // All parts are in the whole.
    if all.get(&Section::WHOLE) == Some(&None) {
        return vec![Wanted { section: Section::WHOLE, most: None }];
    }
    all.into_iter().map(|(section, most)| Wanted { section, most }).collect()
}

/// The best form that need not be cut, or the best one.
fn shown(letter: &Letter, view: &View<'_>) -> Shown {
    let mut first = None;
    for choice in choices(letter, view) {
        let mut shown = choice.show(letter);
        if !(shown.is_truncated && choice.all_or_none) {
            return shown;
        }
        shown.data.clear();
        first.get_or_insert(shown);
    }
    first.unwrap_or_else(|| Choice::new(Form::Text, None).show(letter))
}

pub(super) fn write_body(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let shown = shown(mail.letter, view);
    writer.container(tag, |writer| shown.write(writer));
}

/// The text as 2.5 has it, or the whole message.
pub(super) fn write_old_body(mail: &Mail<'_>, _: Tag, view: &View<'_>, writer: &mut Writer) {
    let shown = shown(mail.letter, view);
    let (data, size, truncated) = if shown.form == BodyType::MIME {
        (email::MIME_DATA, email::MIME_SIZE, email::MIME_TRUNCATED)
    } else {
        (email::BODY, email::BODY_SIZE, email::BODY_TRUNCATED)
    };
    shown.write_data(data, writer);
    writer.number(size, shown.size);
    if shown.is_truncated {
        writer.number(truncated, 1);
    }
}

pub(super) fn write_native_type(mail: &Mail<'_>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.number(
        tag,
        match mail.letter.native() {
            Form::Html => BodyType::HTML.0,
            Form::Text | Form::Mime => BodyType::TEXT.0,
        },
    );
}

/// What is new in its conversation, if that is wanted by itself; there is no other form than HTML.
fn part(view: &View<'_>) -> Option<Choice> {
    let wanted = view.mail.body_part.filter(|_| view.version >= Version::V14_1)?;
    // All of it is fetched: where the quotation begins is seen in it.
    let part = Choice::of(Form::Html, wanted, view);
    Some(Choice { want: Want { most: None, ..part.want }, ..part })
}

// MS-ASAIRS 2.2.2.10 (BodyPart).
pub(super) fn write_part(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    let Some((choice, wanted)) = part(view).zip(view.mail.body_part) else { return };
    let mut shown = choice.show(mail.letter);
    if let Some(end) = html::quotation(&shown.data) {
        shown.data.truncate(end);
        (shown.size, shown.is_truncated) = (shown.data.len(), false);
    }
    let most = wanted.truncation_size.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let end = shown.data.floor_char_boundary(most);
    if end < shown.data.len() {
        shown.data.truncate(end);
        shown.data.truncate(html::end_of_words(&shown.data));
        shown.is_truncated = true;
        if choice.all_or_none {
            shown.data.clear();
        }
    }
    writer.container(tag, |writer| {
        writer.number(airsyncbase::STATUS, 1);
        shown.write(writer);
    });
}
