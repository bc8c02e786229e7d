//! The text of an item in the form and length a phone asks for, and back. Not mail, which is `mime`'s.
//!
//! From 12.0 on it is `AirSyncBase:Body` (MS-ASAIRS 2.2.2.9), before that `Body`, `BodySize` and
//! `BodyTruncated` in the namespace of the class. A text is kept with LF and sent with CRLF.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::mime::html;

/// What an item says at length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    /// The text, or the HTML.
    pub(super) data: String,
    /// Which of them.
    pub(super) is_html: bool,
}

/// What a phone made of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is as it was.
    Same,
    /// It is gone.
    Nothing,
    /// It is this.
    New(Body),
}

/// The elements of a body before 12.0; calendars have no size.
#[derive(Clone, Copy, Debug)]
pub(super) struct OldTags {
    pub(super) body: Tag,
    pub(super) size: Option<Tag>,
    pub(super) truncated: Tag,
}

/// A body as one phone sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) form: BodyType,
    pub(super) data: String,
    /// How many bytes the whole has.
    pub(super) size: usize,
    pub(super) is_truncated: bool,
    pub(super) preview: Option<String>,
}

impl Body {
    /// Plain text.
    pub(super) fn text(text: &str) -> Self {
        Self { data: text.to_owned(), is_html: false }
    }

    /// The description of an event or a task.
    pub(super) fn described(description: Option<&str>, content_type: Option<&str>) -> Option<Self> {
        let is_html =
            content_type.is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("text/html"));
        description.map(|data| Self { data: data.to_owned(), is_html })
    }

    /// The description and its type; plain text needs none.
    pub(super) fn describe(self) -> (Option<String>, Option<String>) {
        (Some(self.data), self.is_html.then(|| "text/html".to_owned()))
    }

    /// What is left without its formatting.
    pub(super) fn plain(&self) -> Cow<'_, str> {
        if self.is_html { Cow::Owned(html::to_text(&self.data)) } else { Cow::Borrowed(&self.data) }
    }

    /// The same in another form.
    fn form(&self, form: BodyType) -> String {
        match form {
            BodyType::HTML if self.is_html => self.data.clone(),
            BodyType::HTML if self.data.is_empty() => String::new(),
            BodyType::HTML => html::from_text(&self.data),
            _ => with_crlf(&self.plain()),
        }
    }
}

/// Writes the body; from 12.0 on also that there is none.
// MS-ASAIRS 2.2.2.9 (Body): it is there whenever an item is new or changed.
pub(super) fn write(body: Option<&Body>, view: &View<'_>, writer: &mut Writer) {
    let shown = show(&body.cloned().unwrap_or_default(), view);
    writer.container(airsyncbase::BODY, |writer| shown.write(writer));
}

impl Shown {
    /// Writes the children of `Body`, and those of `BodyPart` but for its status.
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.number(airsyncbase::TYPE, self.form.0);
        writer.number(airsyncbase::ESTIMATED_DATA_SIZE, self.size);
        // Windows Phone 8 stops at `<Truncated>0</Truncated>`.
        if self.is_truncated {
            writer.number(airsyncbase::TRUNCATED, 1);
        }
        if !self.data.is_empty() {
            self.write_data(airsyncbase::DATA, writer);
        }
        if let Some(preview) = &self.preview {
            writer.text(airsyncbase::PREVIEW, preview);
        }
    }

    /// A text loses its control characters; a message that is signed must not lose any.
    pub(super) fn write_data(&self, tag: Tag, writer: &mut Writer) {
        let is_told = |c: char| c >= ' ' || "\t\r\n".contains(c);
        if self.form == BodyType::MIME && !self.data.chars().all(is_told) {
            writer.opaque(tag, self.data.as_bytes());
        } else {
            writer.text(tag, &self.data);
        }
    }
}

/// Writes the body as versions before 12.0 have it.
pub(super) fn write_old(body: Option<&Body>, tags: OldTags, view: &View<'_>, writer: &mut Writer) {
    let Some(body) = body.filter(|body| !body.data.is_empty()) else { return };
    let shown = cut(BodyType::TEXT, &body.form(BodyType::TEXT), view.truncation);
    writer.text(tags.body, &shown.data);
    if let Some(size) = tags.size {
        writer.number(size, shown.size);
    }
    if shown.is_truncated {
        writer.number(tags.truncated, 1);
    }
}

/// What the phone says of the body it was shown; either kind of element.
pub(super) fn read(
    element: Option<Element<'_>>,
    base: Option<&Body>,
    reading: &Reading<'_>,
) -> Result<Told, Unreadable> {
    let Some(element) = element else { return Ok(Told::Nothing) };
    let told =
        if element.tag() == airsyncbase::BODY { told(element)? } else { Some(Body::text(element.text())) };
    // A body without data says no more than that there is one: the phone was shown nothing of it.
    let Some(told) = told else { return Ok(Told::Same) };
    let kept = base.cloned().unwrap_or_default();
    if is_echo(&told, &kept, &reading.view) || is_cut_echo(&told, &kept, reading) {
        return Ok(Told::Same);
    }
    let data = if told.is_html { told.data } else { told.data.replace("\r\n", "\n") };
    Ok(if data.is_empty() { Told::Nothing } else { Told::New(Body { data, is_html: told.is_html }) })
}

fn told(element: Element<'_>) -> Result<Option<Body>, Unreadable> {
    let Some(data) = element.child(airsyncbase::DATA) else { return Ok(None) };
    let Some(form) = element.child(airsyncbase::TYPE) else {
        return Err(Unreadable { element: airsyncbase::TYPE, reason: "a body without its type" });
    };
    match form.text().trim() {
        "1" => Ok(Some(Body::text(data.text()))),
        "2" => Ok(Some(Body { data: data.text().to_owned(), is_html: true })),
        // Nobody but Windows Mobile ever wrote compressed RTF, and it was never shown any: there is no change in it.
        "3" | "4" => Ok(None),
        _ => Err(Unreadable::at(form, "not a form of a body")),
    }
}

/// Whether the phone sent back what it had been shown, whole or cut, in this form or another.
fn is_echo(told: &Body, kept: &Body, view: &View<'_>) -> bool {
    let told_text = comparable(&told.plain());
    let shown = if view.version < Version::V12_0 {
        cut(BodyType::TEXT, &kept.form(BodyType::TEXT), view.truncation)
    } else {
        show(kept, view)
    };
    is_echo_of(told, kept, &shown)
        || told_text == comparable(&kept.plain()) && !is_formatted_anew(told, kept, &shown)
}

/// Whether it is as the phone was shown it cut once: under other options, in a list, or opened by itself.
///
/// Phones do not say that a text is cut (MS-ASAIRS 2.2.2.46.1: `Truncated` is not in a request).
fn is_cut_echo(told: &Body, kept: &Body, reading: &Reading<'_>) -> bool {
    let form = if told.is_html { BodyType::HTML } else { BodyType::TEXT };
    if told.data.is_empty() || reading.cuts.is_empty() {
        return false;
    }
    let whole = kept.form(form);
    reading.cuts.iter().any(|size| {
        let shown = cut(form, &whole, Some(*size));
        shown.is_truncated && is_echo_of(told, kept, &shown)
    })
}

fn is_echo_of(told: &Body, kept: &Body, shown: &Shown) -> bool {
    let shown_text =
        if shown.form == BodyType::HTML { html::to_text(&shown.data) } else { shown.data.clone() };
    comparable(&told.plain()) == comparable(&shown_text) && !is_formatted_anew(told, kept, shown)
}

/// Formatting alone is a change when both sides have some.
fn is_formatted_anew(told: &Body, kept: &Body, shown: &Shown) -> bool {
    told.is_html && kept.is_html && comparable(&told.data) != comparable(&shown.data)
}

/// Phones change line ends and drop blank lines at the end.
fn comparable(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

/// The form that fits best.
fn show(body: &Body, view: &View<'_>) -> Shown {
    let native = if body.is_html { BodyType::HTML } else { BodyType::TEXT };
    let usable = |wanted: &&BodyPreference| matches!(wanted.body_type, BodyType::TEXT | BodyType::HTML);
    let mut wanted: Vec<_> = view.body.iter().filter(usable).collect();
    // MS-ASAIRS 2.2.2.3.2 (AllOrNone): first the form it is kept in, then the next that need not be cut.
    wanted.sort_by_key(|preference| preference.body_type != native);
    let mut last = None;
    for preference in wanted {
        let mut shown =
            cut(preference.body_type, &body.form(preference.body_type), preference.truncation_size);
        shown.preview = preview(body, preference, &shown, view);
        if !(shown.is_truncated && preference.all_or_none) {
            return shown;
        }
        shown.data.clear();
        last.get_or_insert(shown);
    }
    last.unwrap_or_else(|| cut(BodyType::TEXT, &body.form(BodyType::TEXT), None))
}

// MS-ASAIRS 2.2.2.35.1 (Preview): not beside plain text.
fn preview(body: &Body, wanted: &BodyPreference, shown: &Shown, view: &View<'_>) -> Option<String> {
    let size = wanted.preview.filter(|size| *size > 0 && view.version >= Version::V14_0)?;
    if shown.form == BodyType::TEXT && !shown.data.is_empty() {
        return None;
    }
    let plain = body.plain();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let preview: String = words.chars().take(usize::from(size.min(255))).collect();
    Some(preview).filter(|preview| !preview.is_empty())
}

/// No more than so many bytes, and no part of a character: iOS crashes on half a one.
fn cut(form: BodyType, data: &str, most: Option<u32>) -> Shown {
    let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut end = data.floor_char_boundary(most);
    if data.get(..end).is_some_and(|kept| kept.ends_with('\r')) && end < data.len() {
        end -= 1;
    }
    let kept = data.get(..end).unwrap_or_default();
    Shown { form, data: kept.to_owned(), size: data.len(), is_truncated: end < data.len(), preview: None }
}

fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}
