//! The plain slots of a contact, each one text: e-mail, telephone, web page, free text, nickname.
//! What is more than a text has a file of its own.

use std::collections::BTreeMap;

use crate::model::contact::Contact;
use crate::model::contact::Email;
use crate::model::contact::Link;
use crate::model::contact::Nickname;
use crate::model::contact::Phone;
use crate::model::contact::Remark;
use crate::model::object::has;
use crate::model::object::set_of;
use crate::model::slot;
use crate::model::slot::Entry;
use crate::model::slot::some_text;

/// A telephone number's place on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneSlot {
    /// The first number at home.
    Home,
    /// The second number at home.
    Home2,
    /// The first number at work.
    Business,
    /// The second number at work.
    Business2,
    /// In the pocket.
    Mobile,
    /// In the car.
    Car,
    /// Fax at home.
    HomeFax,
    /// Fax at work.
    BusinessFax,
    /// Pager.
    Pager,
    /// Radio.
    Radio,
    /// Of the assistant.
    Assistant,
    /// The company's switchboard.
    CompanyMain,
    /// For picture messages.
    Mms,
}

impl PhoneSlot {
    /// Every slot.
    pub const ALL: [Self; 13] = [
        Self::Home,
        Self::Home2,
        Self::Business,
        Self::Business2,
        Self::Mobile,
        Self::Car,
        Self::HomeFax,
        Self::BusinessFax,
        Self::Pager,
        Self::Radio,
        Self::Assistant,
        Self::CompanyMain,
        Self::Mms,
    ];

    /// The first slot of the same kind, and the number within the kind.
    fn place(self) -> (Self, usize) {
        match self {
            Self::Home2 => (Self::Home, 1),
            Self::Business2 => (Self::Business, 1),
            kind => (kind, 0),
        }
    }
}

/// Numbers that JSContact has no feature for are told by their label, which people can read
/// and which CardDAV carries.
const LABELS: [(&str, PhoneSlot); 4] = [
    ("Car", PhoneSlot::Car),
    ("Radio", PhoneSlot::Radio),
    ("Assistant", PhoneSlot::Assistant),
    ("MMS", PhoneSlot::Mms),
];

impl Contact {
    /// `Email1Address` to `Email3Address`, counted from 0.
    pub fn email(&self, index: usize) -> Option<&str> {
        slot::entry(&self.emails, (), index)?.address.as_deref()
    }

    /// Sets an e-mail address, or takes it away.
    pub fn set_email(&mut self, index: usize, value: Option<&str>) {
        set(&mut self.emails, (), index, value);
    }

    /// A telephone number.
    pub fn phone(&self, phone: PhoneSlot) -> Option<&str> {
        let (kind, index) = phone.place();
        slot::entry(&self.phones, kind, index)?.number.as_deref()
    }

    /// Sets a telephone number, or takes it away.
    pub fn set_phone(&mut self, phone: PhoneSlot, value: Option<&str>) {
        let (kind, index) = phone.place();
        set(&mut self.phones, kind, index, value);
    }

    /// The web page.
    pub fn web_page(&self) -> Option<&str> {
        slot::entry(&self.links, (), 0)?.uri.as_deref()
    }

    /// Sets the web page, or takes it away.
    pub fn set_web_page(&mut self, value: Option<&str>) {
        set(&mut self.links, (), 0, value);
    }

    /// The nickname.
    pub fn nickname(&self) -> Option<&str> {
        slot::entry(&self.nicknames, (), 0)?.name.as_deref()
    }

    /// Sets the nickname, or takes it away.
    pub fn set_nickname(&mut self, value: Option<&str>) {
        set(&mut self.nicknames, (), 0, value);
    }

    /// The free text.
    pub fn note(&self) -> Option<&str> {
        slot::entry(&self.notes, (), 0)?.note.as_deref()
    }

    /// Sets the free text, or takes it away.
    pub fn set_note(&mut self, value: Option<&str>) {
        set(&mut self.notes, (), 0, value);
    }
}

/// Sets the text in a slot; empty text takes the entry away, the same text changes nothing.
pub(super) fn set<T: Text>(
    entries: &mut BTreeMap<String, T>,
    kind: T::Kind,
    index: usize,
    value: Option<&str>,
) {
    let value = value.filter(|value| !value.is_empty());
    if slot::entry(entries, kind, index).and_then(Text::text) == value {
        return;
    }
    match value {
        Some(value) => slot::edit(entries, kind, index, |entry| entry.set_text(value.to_owned())),
        None => slot::remove(entries, kind, index),
    }
}

/// An entry that a phone sees as one text.
pub(super) trait Text: Entry {
    fn text(&self) -> Option<&str>;
    fn set_text(&mut self, text: String);
}

/// Entries of one kind, whose text is one property.
macro_rules! text_entry {
    ($name:ident, $prefix:literal, $field:ident, $slots:literal $(, $pref:ident)?) => {
        impl Entry for $name {
            type Kind = ();
            const PREFIX: &'static str = $prefix;

            fn kind(&self) -> Option<()> {
                self.text().map(|_| ())
            }

            fn new(_kind: ()) -> Self {
                Self::default()
            }

            fn slots(_kind: ()) -> usize {
                $slots
            }

            $(fn pref(&self) -> Option<u32> {
                self.$pref
            })?
        }

        impl Text for $name {
            fn text(&self) -> Option<&str> {
                some_text(self.$field.as_ref())
            }

            fn set_text(&mut self, text: String) {
                self.$field = Some(text);
            }
        }
    };
}

text_entry!(Email, "e", address, 3, pref);
text_entry!(Link, "l", uri, 1, pref);
text_entry!(Nickname, "k", name, 1, pref);
text_entry!(Remark, "n", note, 1);

impl Entry for Phone {
    type Kind = PhoneSlot;
    const PREFIX: &'static str = "p";

    fn kind(&self) -> Option<PhoneSlot> {
        self.text()?;
        let labelled =
            |(label, _): &&(&str, _)| self.label.as_ref().is_some_and(|l| l.eq_ignore_ascii_case(label));
        if let Some((_, kind)) = LABELS.iter().find(labelled) {
            return Some(*kind);
        }
        // A bare number is most likely one of the company's: back offices hold business contacts.
        let private = has(&self.contexts, "private") && !has(&self.contexts, "work");
        Some(match () {
            () if has(&self.features, "fax") && private => PhoneSlot::HomeFax,
            () if has(&self.features, "fax") => PhoneSlot::BusinessFax,
            () if has(&self.features, "pager") => PhoneSlot::Pager,
            () if has(&self.features, "mobile") => PhoneSlot::Mobile,
            () if has(&self.features, "main-number") => PhoneSlot::CompanyMain,
            () if private => PhoneSlot::Home,
            () => PhoneSlot::Business,
        })
    }

    fn new(kind: PhoneSlot) -> Self {
        let (features, contexts): (&[&str], &[&str]) = match kind {
            PhoneSlot::Home | PhoneSlot::Home2 => (&["voice"], &["private"]),
            PhoneSlot::Business | PhoneSlot::Business2 => (&["voice"], &["work"]),
            PhoneSlot::Mobile => (&["mobile"], &[]),
            PhoneSlot::HomeFax => (&["fax"], &["private"]),
            PhoneSlot::BusinessFax => (&["fax"], &["work"]),
            PhoneSlot::Pager => (&["pager"], &[]),
            PhoneSlot::CompanyMain => (&["main-number"], &["work"]),
            PhoneSlot::Car | PhoneSlot::Radio | PhoneSlot::Assistant | PhoneSlot::Mms => (&[], &[]),
        };
        let label =
            LABELS.iter().find(|(_, labelled)| *labelled == kind).map(|(label, _)| (*label).to_owned());
        Self { features: set_of(features), contexts: set_of(contexts), label, ..Self::default() }
    }

    fn slots(kind: PhoneSlot) -> usize {
        if matches!(kind, PhoneSlot::Home | PhoneSlot::Business) { 2 } else { 1 }
    }

    fn pref(&self) -> Option<u32> {
        self.pref
    }
}

impl Text for Phone {
    fn text(&self) -> Option<&str> {
        some_text(self.number.as_ref())
    }

    fn set_text(&mut self, text: String) {
        self.number = Some(text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Contact;
    use super::PhoneSlot;
    use crate::model::contact::tests::card;
    use crate::model::object::Shape;

    #[test]
    fn every_telephone_slot_gives_back_what_was_set() {
        for phone in PhoneSlot::ALL {
            let mut contact = Contact::default();
            contact.set_phone(phone, Some("+47 1"));
            let contact = Contact::read(&contact.write()).unwrap();
            for other in PhoneSlot::ALL {
                assert_eq!(contact.phone(other), (phone == other).then_some("+47 1"), "{phone:?} {other:?}");
            }
        }
    }

    #[test]
    fn every_telephone_slot_is_emptied_alone() {
        let mut contact = Contact::default();
        for phone in PhoneSlot::ALL {
            contact.set_phone(phone, Some(&format!("{phone:?}")));
        }
        for phone in PhoneSlot::ALL {
            let mut fewer = contact.clone();
            fewer.set_phone(phone, None);
            for other in PhoneSlot::ALL {
                let expected = format!("{other:?}");
                assert_eq!(fewer.phone(other), (phone != other).then_some(expected.as_str()));
            }
        }
    }

    #[test]
    fn a_third_mobile_number_survives_and_stays_out_of_sight() {
        let mut contact = card(json!({"phones": {
            "a": {"number": "1", "features": {"mobile": true}},
            "b": {"number": "2", "features": {"mobile": true, "voice": true}, "vendor": 1},
            "c": {"number": "3", "features": {"mobile": true}, "pref": 1}}}));
        assert_eq!(contact.phone(PhoneSlot::Mobile), Some("3"));
        contact.set_phone(PhoneSlot::Mobile, None);
        assert_eq!(contact.phone(PhoneSlot::Mobile), None);
        assert_eq!(contact.phones.len(), 2);
        contact.set_phone(PhoneSlot::Mobile, Some("4"));
        assert_eq!(contact.phone(PhoneSlot::Mobile), Some("4"));
        assert_eq!(contact.phones["b"].number.as_deref(), Some("2"));
        assert_eq!(contact.phones["b"].other["vendor"], 1);
    }

    #[test]
    fn what_is_not_classified_is_a_business_number() {
        let contact = card(json!({"phones": {"a": {"number": "1"}, "b": {"features": {"mobile": true}}}}));
        assert_eq!(contact.phone(PhoneSlot::Business), Some("1"));
        assert_eq!(contact.phone(PhoneSlot::Mobile), None);
    }

    #[test]
    fn addresses_keep_their_slots_when_one_goes() {
        let mut contact = card(json!({"emails": {
            "a": {"address": "1@x"}, "b": {"address": "2@x"}, "c": {"address": "3@x"}, "d": {"address": "4@x"}}}));
        contact.set_email(0, None);
        let shown = |contact: &Contact| [0, 1, 2].map(|index| contact.email(index).map(str::to_owned));
        assert_eq!(shown(&contact), [None, Some("2@x".to_owned()), Some("3@x".to_owned())]);
        contact.set_email(0, Some("5@x"));
        contact.set_email(1, Some("2@x"));
        assert_eq!(shown(&contact), ["5@x", "2@x", "3@x"].map(|address| Some(address.to_owned())));
        assert_eq!(contact.emails["d"].address.as_deref(), Some("4@x"));
    }

    #[test]
    fn setting_what_is_there_changes_nothing() {
        let mut contact =
            card(json!({"emails": {"b": {"address": "1@x", "label": "x"}, "c": {"address": ""}}}));
        let before = contact.clone();
        contact.set_email(0, Some("1@x"));
        contact.set_email(1, None);
        contact.set_email(2, Some(""));
        contact.set_email(3, Some("no such slot"));
        assert_eq!(contact, before);
    }

    #[test]
    fn the_second_address_may_stand_alone() {
        let mut contact = Contact::default();
        contact.set_email(1, Some("2@x"));
        assert_eq!((contact.email(0), contact.email(1)), (None, Some("2@x")));
    }

    #[test]
    fn single_texts_give_back_what_was_set() {
        let mut contact = card(json!({"notes": {"z": {"note": "second", "author": {"name": "Ola"}}}}));
        contact.set_note(Some("changed"));
        contact.set_nickname(Some("K"));
        contact.set_web_page(Some("https://example.com"));
        assert_eq!(contact.note(), Some("changed"));
        assert_eq!(contact.notes["z"].other["author"]["name"], "Ola");
        assert_eq!(contact.nickname(), Some("K"));
        assert_eq!(contact.web_page(), Some("https://example.com"));
        contact.set_note(None);
        contact.set_nickname(None);
        contact.set_web_page(None);
        assert_eq!(contact, Contact::default());
    }
}
