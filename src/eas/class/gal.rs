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
    /// It has as many as it asked for, of no more than so many bytes.
    Enough(Option<usize>),
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

// MS-ASCMD 2.2.3.104.3 (MaxPictures): 173 no picture, 174 too large, and 175 one that there is no room for.
fn write_picture(contact: &Contact, picture: Picture, writer: &mut Writer) -> Shown {
    let status = match (picture, contact.photo()) {
        (Picture::Unwanted, _) => return Shown::Nothing,
        (_, None) => 173,
        (Picture::Wanted(most) | Picture::Enough(most), Some(base64)) if !fits(base64, most) => 174,
        (Picture::Enough(_), Some(_)) => 175,
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

#[cfg(test)]
mod tests {
    use wbxml::Version;
    use wbxml::Writer;
    use wbxml::search;

    use super::Picture;
    use super::Shown;
    use super::write;
    use crate::eas::golden;
    use crate::model::contact::Contact;
    use crate::model::object::Shape;

    const FULL: &str = include_str!("../../../fixtures/items/contact-full.json");

    fn entry(json: &str, picture: Picture, version: Version) -> (Vec<u8>, Shown) {
        let contact = Contact::read(&serde_json::from_str(json).unwrap()).unwrap();
        let mut writer = Writer::new();
        writer.open(search::PROPERTIES);
        let shown = write(&contact, picture, version, &mut writer);
        (writer.finish(), shown)
    }

    #[track_caller]
    fn check_picture(json: &str, picture: Picture, version: Version, status: Option<u8>) {
        let (bytes, shown) = entry(json, picture, version);
        let document = wbxml::Document::decode(bytes, &wbxml::Limits::default()).unwrap();
        let told = document.root().child(wbxml::gal::PICTURE);
        let told = told.map(|picture| picture.child(wbxml::gal::STATUS).unwrap().text().parse().unwrap());
        assert_eq!((told, shown == Shown::Picture), (status, status == Some(1)));
    }

    #[test]
    fn an_entry_has_what_a_phone_can_show() {
        golden::check("class/gal-14.1", &entry(FULL, Picture::Wanted(None), Version::V14_1).0);
        golden::check("class/gal-2.5", &entry(FULL, Picture::Wanted(None), Version::V2_5).0);
    }

    /// Quirk names-even-empty: Nokia's phones do not show an entry without its names.
    #[test]
    fn empty_names_are_sent_rather_than_left_out() {
        let (bytes, _) =
            entry(r#"{"kind": "org", "name": {"full": "Fjord AS"}}"#, Picture::Unwanted, Version::V2_5);
        golden::check("class/gal-company", &bytes);
    }

    #[test]
    fn a_picture_comes_with_its_status() {
        check_picture(FULL, Picture::Wanted(None), Version::V14_1, Some(1));
        check_picture(FULL, Picture::Wanted(Some(10)), Version::V14_1, Some(174));
        check_picture(FULL, Picture::Enough(None), Version::V16_1, Some(175));
        check_picture(FULL, Picture::Enough(Some(10)), Version::V16_1, Some(174));
        check_picture("{}", Picture::Wanted(None), Version::V14_1, Some(173));
        check_picture(FULL, Picture::Unwanted, Version::V14_1, None);
        check_picture(FULL, Picture::Wanted(None), Version::V14_0, None);
    }
}
