//! An entry of the company directory as `Search` and `Find` answer with it. Finds nobody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::gal;

use crate::model::contact::Contact;
use crate::model::contact::entries::PhoneSlot;
use crate::model::contact::name::NamePart;
use crate::model::contact::property::ContactProperty;

/// What the phone wants to see of a picture, from 14.1 on (MS-ASCMD 2.2.3.135 Picture).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// It did not ask.
    Unwanted,
    /// It takes one of no more than so many bytes; none: of any size.
    Wanted(Option<usize>),
    /// It has as many as it asked for.
    Enough,
}

/// Whether an entry brought its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// One was written.
    Picture,
    /// None was.
    Nothing,
}

/// Writes the children of `Properties` for one entry (MS-ASCMD 2.2.3.139.3).
pub fn write(contact: &Contact, picture: Picture, version: Version, writer: &mut Writer) -> Shown {
    let phone = |slot| contact.phone(slot).map(str::to_owned);
    let property = |property| contact.property(property).map(str::to_owned);
    let entries: [(Tag, Option<String>); 11] = [
        (gal::DISPLAY_NAME, contact.display_name()),
        (gal::PHONE, phone(PhoneSlot::Business)),
        (gal::OFFICE, property(ContactProperty::OfficeLocation)),
        (gal::TITLE, contact.job_title().map(str::to_owned)),
        (gal::COMPANY, contact.company().map(str::to_owned)),
        (gal::ALIAS, alias(contact)),
        (gal::FIRST_NAME, Some(contact.name_part(NamePart::Given).unwrap_or_default())),
        (gal::LAST_NAME, Some(contact.name_part(NamePart::Surname).unwrap_or_default())),
        (gal::HOME_PHONE, phone(PhoneSlot::Home)),
        (gal::MOBILE_PHONE, phone(PhoneSlot::Mobile)),
        (gal::EMAIL_ADDRESS, contact.email(0).map(str::to_owned)),
    ];
    for (tag, text) in entries {
        match text {
            // Nokia's Mail for Exchange does not show an entry without its, even empty, names.
            Some(text) if text.is_empty() => writer.empty(tag),
            Some(text) => writer.text(tag, &text),
            None => {}
        }
    }
    if version < Version::V14_1 { Shown::Nothing } else { write_picture(contact, picture, writer) }
}

/// What people call the entry in addresses: its own alias, else what stands before the `@`.
fn alias(contact: &Contact) -> Option<String> {
    let own = contact.property(ContactProperty::Alias);
    own.or_else(|| contact.email(0)?.split('@').next()).map(str::to_owned)
}

// MS-ASCMD 2.2.3.177.13 (Status): 173 no picture, 174 too large, 175 too many.
fn write_picture(contact: &Contact, picture: Picture, writer: &mut Writer) -> Shown {
    let status = match (picture, contact.photo()) {
        (Picture::Unwanted, _) => return Shown::Nothing,
        (_, None) => 173,
        (Picture::Enough, Some(_)) => 175,
        (Picture::Wanted(most), Some(base64)) if !fits(base64, most) => 174,
        (Picture::Wanted(_), Some(_)) => 1,
    };
    let data = contact.photo().filter(|_| status == 1);
    writer.container(gal::PICTURE, |writer| {
        writer.number(gal::STATUS, status);
        if let Some(data) = data {
            writer.text(gal::DATA, data);
        }
    });
    if data.is_some() { Shown::Picture } else { Shown::Nothing }
}

fn fits(base64: &str, most: Option<usize>) -> bool {
    most.is_none_or(|most| STANDARD.decode(base64).is_ok_and(|bytes| bytes.len() <= most))
}
