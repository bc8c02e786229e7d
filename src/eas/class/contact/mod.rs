//! Contacts: MS-ASCNTC against the model's `Contact`. Which entry of a card a phone's slot means is the model's.

#[cfg(test)]
mod tests;

use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::contacts;
use wbxml::contacts2;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::body;
use crate::eas::class::body::Body;
use crate::eas::class::body::OldTags;
use crate::eas::class::body::Told;
use crate::eas::class::codec;
use crate::eas::class::codec::address;
use crate::eas::class::codec::day;
use crate::eas::class::codec::picture;
use crate::eas::class::codec::text;
use crate::eas::class::table;
use crate::eas::class::table::fields;
use crate::model::contact::Contact;
use crate::model::contact::address::AddressPart;
use crate::model::contact::address::AddressSlot;
use crate::model::contact::entries::PhoneSlot;
use crate::model::contact::name::NamePart;
use crate::model::contact::property::AnniversaryKind;
use crate::model::contact::property::ContactProperty;

fields! {
    /// MS-ASCNTC 2.2.2, in the order of its schema; what a phone may leave out without emptying it `keeps`.
    CONTACT: Contact {
        contacts::ANNIVERSARY => anniversary / set_anniversary(AnniversaryKind::Wedding): day,
        contacts::ASSISTANT_NAME => property / set_property(ContactProperty::Assistant): text,
        contacts::ASSISTANT_PHONE_NUMBER => phone / set_phone(PhoneSlot::Assistant): text,
        contacts::BIRTHDAY => anniversary / set_anniversary(AnniversaryKind::Birth): day,
        contacts::BODY => [read_body, write_old_body]; to V2_5; keeps,
        contacts::BUSINESS2_PHONE_NUMBER => phone / set_phone(PhoneSlot::Business2): text,
        contacts::BUSINESS_ADDRESS_CITY => address_part / set_address_part(AddressSlot::Business, AddressPart::City): text,
        contacts::BUSINESS_PHONE_NUMBER => phone / set_phone(PhoneSlot::Business): text,
        contacts::WEB_PAGE => web_page / set_web_page(): text,
        contacts::BUSINESS_ADDRESS_COUNTRY => address_part / set_address_part(AddressSlot::Business, AddressPart::Country): text,
        contacts::DEPARTMENT => department / set_department(): text,
        contacts::EMAIL1_ADDRESS => email / set_email(0): address,
        contacts::EMAIL2_ADDRESS => email / set_email(1): address,
        contacts::EMAIL3_ADDRESS => email / set_email(2): address,
        contacts::BUSINESS_FAX_NUMBER => phone / set_phone(PhoneSlot::BusinessFax): text,
        contacts::FILE_AS => file_as / set_file_as(): text; keeps,
        contacts::ALIAS => property / set_property(ContactProperty::Alias): text; from V14_0; keeps,
        contacts::WEIGHTED_RANK => property / set_property(ContactProperty::WeightedRank): text; from V14_0; keeps,
        contacts::FIRST_NAME => name_part / set_name_part(NamePart::Given): text,
        contacts::MIDDLE_NAME => name_part / set_name_part(NamePart::Middle): text,
        contacts::HOME_ADDRESS_CITY => address_part / set_address_part(AddressSlot::Home, AddressPart::City): text,
        contacts::HOME_ADDRESS_COUNTRY => address_part / set_address_part(AddressSlot::Home, AddressPart::Country): text,
        contacts::HOME_FAX_NUMBER => phone / set_phone(PhoneSlot::HomeFax): text,
        contacts::HOME_PHONE_NUMBER => phone / set_phone(PhoneSlot::Home): text,
        contacts::HOME2_PHONE_NUMBER => phone / set_phone(PhoneSlot::Home2): text,
        contacts::HOME_ADDRESS_POSTAL_CODE => address_part / set_address_part(AddressSlot::Home, AddressPart::PostalCode): text,
        contacts::HOME_ADDRESS_STATE => address_part / set_address_part(AddressSlot::Home, AddressPart::State): text,
        contacts::HOME_ADDRESS_STREET => address_part / set_address_part(AddressSlot::Home, AddressPart::Street): text,
        contacts::MOBILE_PHONE_NUMBER => phone / set_phone(PhoneSlot::Mobile): text,
        contacts::SUFFIX => name_part / set_name_part(NamePart::Suffix): text,
        contacts::COMPANY_NAME => company / set_company(): text,
        contacts::OTHER_ADDRESS_CITY => address_part / set_address_part(AddressSlot::Other, AddressPart::City): text,
        contacts::OTHER_ADDRESS_COUNTRY => address_part / set_address_part(AddressSlot::Other, AddressPart::Country): text,
        contacts::CAR_PHONE_NUMBER => phone / set_phone(PhoneSlot::Car): text,
        contacts::OTHER_ADDRESS_POSTAL_CODE => address_part / set_address_part(AddressSlot::Other, AddressPart::PostalCode): text,
        contacts::OTHER_ADDRESS_STATE => address_part / set_address_part(AddressSlot::Other, AddressPart::State): text,
        contacts::OTHER_ADDRESS_STREET => address_part / set_address_part(AddressSlot::Other, AddressPart::Street): text,
        contacts::PAGER_NUMBER => phone / set_phone(PhoneSlot::Pager): text,
        contacts::TITLE => name_part / set_name_part(NamePart::Prefix): text,
        contacts::BUSINESS_ADDRESS_POSTAL_CODE => address_part / set_address_part(AddressSlot::Business, AddressPart::PostalCode): text,
        contacts::LAST_NAME => name_part / set_name_part(NamePart::Surname): text,
        contacts::SPOUSE => spouse / set_spouse(): text,
        contacts::BUSINESS_ADDRESS_STATE => address_part / set_address_part(AddressSlot::Business, AddressPart::State): text,
        contacts::BUSINESS_ADDRESS_STREET => address_part / set_address_part(AddressSlot::Business, AddressPart::Street): text,
        contacts::JOB_TITLE => job_title / set_job_title(): text,
        contacts::YOMI_FIRST_NAME => phonetic / set_phonetic(NamePart::Given): text,
        contacts::YOMI_LAST_NAME => phonetic / set_phonetic(NamePart::Surname): text,
        contacts::YOMI_COMPANY_NAME => property / set_property(ContactProperty::YomiCompany): text,
        contacts::OFFICE_LOCATION => property / set_property(ContactProperty::OfficeLocation): text,
        contacts::RADIO_PHONE_NUMBER => phone / set_phone(PhoneSlot::Radio): text,
        // iOS up to 4 and Android declare nothing and leave out a picture that has not changed.
        contacts::PICTURE => [read_picture, write_picture]; keeps,
        contacts::CATEGORIES => [read_categories, write_categories],
        contacts::CHILDREN => [read_children, write_children],
        contacts2::CUSTOMER_ID => property / set_property(ContactProperty::CustomerId): text,
        contacts2::GOVERNMENT_ID => property / set_property(ContactProperty::GovernmentId): text,
        contacts2::IM_ADDRESS => im_address / set_im_address(0): text,
        contacts2::IM_ADDRESS2 => im_address / set_im_address(1): text,
        contacts2::IM_ADDRESS3 => im_address / set_im_address(2): text,
        contacts2::MANAGER_NAME => property / set_property(ContactProperty::Manager): text,
        contacts2::COMPANY_MAIN_PHONE => phone / set_phone(PhoneSlot::CompanyMain): text,
        contacts2::ACCOUNT_NAME => property / set_property(ContactProperty::AccountName): text,
        contacts2::NICK_NAME => nickname / set_nickname(): text,
        contacts2::MMS => phone / set_phone(PhoneSlot::Mms): text,
        // MS-ASCNTC 3.1.5.5: a request without a body does not delete it.
        airsyncbase::BODY => [read_body, write_body]; from V12_0; keeps,
    }
}

/// The body before 12.0.
const OLD_BODY: OldTags =
    OldTags { body: contacts::BODY, size: Some(contacts::BODY_SIZE), truncated: contacts::BODY_TRUNCATED };

/// Writes a contact.
pub(super) fn write(contact: &Contact, view: &View<'_>, writer: &mut Writer) {
    table::write(CONTACT, contact, view, writer);
}

/// Lays what the phone sent over the contact it held.
pub(super) fn read(
    data: Element<'_>,
    base: Option<&Contact>,
    reading: &Reading<'_>,
) -> Result<Contact, Unreadable> {
    let mut contact = base.map_or_else(|| new(reading), Clone::clone);
    table::read(CONTACT, &mut contact, data, reading, |field| {
        base.is_some() && reading.clears(field.tag, field.absence)
    })?;
    if base != Some(&contact) {
        contact.updated = Some(reading.now);
    }
    Ok(contact)
}

fn new(reading: &Reading<'_>) -> Contact {
    let mut contact =
        Contact { uid: Some(reading.uid.to_owned()), created: Some(reading.now), ..Contact::default() };
    contact.other.insert("@type".to_owned(), "Card".into());
    // RFC 9553 2.1.2 (version): a card must say it.
    contact.other.insert("version".to_owned(), "1.0".into());
    contact
}

fn read_categories(
    item: &mut Contact,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    item.set_categories(&codec::list(element, contacts::CATEGORY));
    Ok(())
}

fn write_categories(item: &Contact, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    codec::write_list(item.categories(), tag, contacts::CATEGORY, writer);
}

fn read_children(
    item: &mut Contact,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    item.set_children(&codec::list(element, contacts::CHILD));
    Ok(())
}

fn write_children(item: &Contact, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    codec::write_list(item.children(), tag, contacts::CHILD, writer);
}

// A picture too large to be shown cannot be taken away: Thunderbird sends an empty one with every change.
fn read_picture(
    item: &mut Contact,
    element: Option<Element<'_>>,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    let told = element.map(|element| picture::read(element, reading)).transpose()?;
    if told.is_some() || item.photo().is_some_and(picture::fits) {
        item.set_photo(told.as_deref());
    }
    Ok(())
}

fn write_picture(item: &Contact, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    if let Some(base64) = item.photo().filter(|base64| picture::fits(base64)) {
        writer.text(tag, base64);
    }
}

fn read_body(
    item: &mut Contact,
    element: Option<Element<'_>>,
    reading: &Reading<'_>,
) -> Result<(), Unreadable> {
    match body::read(element, item.note().map(Body::text).as_ref(), reading)? {
        Told::Same => {}
        Told::Nothing => item.set_note(None),
        // A card has plain notes only (RFC 9553 2.8.3).
        Told::New(body) => item.set_note(Some(&body.plain())),
    }
    Ok(())
}

fn write_body(item: &Contact, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write(item.note().map(Body::text).as_ref(), view, writer);
}

fn write_old_body(item: &Contact, _: Tag, view: &View<'_>, writer: &mut Writer) {
    body::write_old(item.note().map(Body::text).as_ref(), OLD_BODY, view, writer);
}
