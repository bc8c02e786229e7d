//! Notes: MS-ASNOTE against the model's `Note`, from 14.0 on.

use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::notes;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::body;
use crate::eas::class::body::Body;
use crate::eas::class::body::Told;
use crate::eas::class::codec;
use crate::eas::class::codec::text;
use crate::eas::class::table;
use crate::eas::class::table::Absence;
use crate::eas::class::table::fields;
use crate::eas::date;
use crate::model::note::Note;
use crate::model::object::set_text;

fields! {
    /// MS-ASNOTE 2.2.2. A change has all that is needed; categories that are left out are gone (3.2.5.1).
    NOTE: Note {
        notes::SUBJECT => title: text; from V14_0; keeps,
        airsyncbase::BODY => [read_body, write_body]; from V14_0; keeps,
        notes::MESSAGE_CLASS => [read_class, write_class]; from V14_0; keeps,
        notes::LAST_MODIFIED_DATE => [told_by_us, write_modified]; from V14_0; keeps,
        notes::CATEGORIES => [read_categories, write_categories]; from V14_0,
    }
}

const CLASS: &str = "IPM.StickyNote";
/// A message class that a phone made finer.
const OWN_CLASS: &str = "lomme.app:messageClass";

/// Writes a note.
pub(super) fn write(note: &Note, view: &View<'_>, writer: &mut Writer) {
    table::write(NOTE, note, view, writer);
}

/// Lays what the phone sent over the note it held.
pub(super) fn read(
    data: Element<'_>,
    base: Option<&Note>,
    reading: &Reading<'_>,
) -> Result<Note, Unreadable> {
    let mut note =
        base.map_or_else(|| Note { uid: Some(reading.uid.to_owned()), ..Note::default() }, Clone::clone);
    table::read(NOTE, &mut note, data, reading, |field| base.is_some() && field.absence == Absence::Clears)?;
    // MS-ASNOTE 3.2.5.3: the time of the last change is the server's to tell.
    if base != Some(&note) {
        note.updated = Some(reading.now);
    }
    Ok(note)
}

#[expect(clippy::unnecessary_wraps, reason = "stands in the table beside functions that can fail")]
fn told_by_us(_: &mut Note, _: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    Ok(())
}

fn write_modified(item: &Note, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if let Some(updated) = item.updated {
        writer.text(tag, &date::compact(date::utc(updated)));
    }
}

// MS-ASNOTE 3.2.5.4 (MessageClass): status 6 for any other.
fn read_class(item: &mut Note, element: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    let Some(element) = element else { return Ok(()) };
    let own = element.text().strip_prefix(CLASS).filter(|finer| finer.is_empty() || finer.starts_with('.'));
    let finer = own.ok_or_else(|| Unreadable::at(element, "not a class of notes"))?;
    set_text(&mut item.other, OWN_CLASS, Some(element.text()).filter(|_| !finer.is_empty()));
    Ok(())
}

fn write_class(item: &Note, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    writer.text(tag, crate::model::object::text(&item.other, OWN_CLASS).unwrap_or(CLASS));
}

fn read_categories(item: &mut Note, element: Option<Element<'_>>, _: &Reading<'_>) -> Result<(), Unreadable> {
    item.set_categories(&codec::list(element, notes::CATEGORY));
    Ok(())
}

fn write_categories(item: &Note, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    codec::write_list(item.categories(), tag, notes::CATEGORY, writer);
}

fn read_body(item: &mut Note, element: Option<Element<'_>>, reading: &Reading<'_>) -> Result<(), Unreadable> {
    match body::read(element, item.body.as_deref().map(Body::text).as_ref(), reading)? {
        Told::Same => {}
        Told::Nothing => item.body = None,
        // Every back office and calendar knows notes as plain text only.
        Told::New(body) => item.body = Some(body.plain().into_owned()),
    }
    Ok(())
}

fn write_body(item: &Note, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write(item.body.as_deref().map(Body::text).as_ref(), view, writer);
}
