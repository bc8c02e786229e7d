//! The three postal addresses of a phone, and their five parts.

use crate::model::contact::Address;
use crate::model::contact::AddressComponent;
use crate::model::contact::Contact;
use crate::model::object::has;
use crate::model::object::set_of;
use crate::model::slot;
use crate::model::slot::Entry;
use crate::model::slot::some_text;

/// Which of a phone's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSlot {
    /// Where somebody lives.
    Home,
    /// Where somebody works.
    Business,
    /// Any other.
    Other,
}

impl AddressSlot {
    /// Every slot.
    pub const ALL: [Self; 3] = [Self::Home, Self::Business, Self::Other];
}

/// A part of an address as phones have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// Street, number, building: all that is none of the others.
    Street,
    /// Town.
    City,
    /// State, county, province.
    State,
    /// Postal code.
    PostalCode,
    /// Country.
    Country,
}

impl AddressPart {
    /// Every part.
    pub const ALL: [Self; 5] = [Self::Street, Self::City, Self::State, Self::PostalCode, Self::Country];

    /// The component to write.
    fn kind(self) -> &'static str {
        match self {
            Self::Street => "name",
            Self::City => "locality",
            Self::State => "region",
            Self::PostalCode => "postcode",
            Self::Country => "country",
        }
    }

    fn of(component: &AddressComponent) -> Option<Self> {
        match component.kind.as_deref()? {
            "locality" => Some(Self::City),
            "region" => Some(Self::State),
            "postcode" => Some(Self::PostalCode),
            "country" => Some(Self::Country),
            "separator" => None,
            _ => Some(Self::Street),
        }
    }
}

impl Contact {
    /// A part of an address.
    pub fn address_part(&self, address: AddressSlot, part: AddressPart) -> Option<String> {
        slot::entry(&self.addresses, address, 0)?.part(part)
    }

    /// Sets a part of an address, or takes it away; an address without parts goes.
    pub fn set_address_part(&mut self, address: AddressSlot, part: AddressPart, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.address_part(address, part).as_deref() == value {
            return;
        }
        let parts = AddressPart::ALL.into_iter().filter(|kept| *kept != part);
        let is_last = parts.into_iter().all(|kept| self.address_part(address, kept).is_none());
        if value.is_none() && is_last {
            return slot::remove(&mut self.addresses, address, 0);
        }
        slot::edit(&mut self.addresses, address, 0, |address| address.set_part(part, value));
    }
}

impl Address {
    /// The components of the part, joined; of an address that is only written out, the whole as street.
    fn part(&self, part: AddressPart) -> Option<String> {
        let components = self.components.iter().filter(|component| AddressPart::of(component) == Some(part));
        let joined = components.filter_map(|c| some_text(c.value.as_ref())).collect::<Vec<_>>().join(" ");
        let instead = match part {
            AddressPart::Street if self.components.is_empty() => some_text(self.full.as_ref()),
            AddressPart::Country => some_text(self.country_code.as_ref()),
            _ => None,
        };
        if joined.is_empty() { instead.map(str::to_owned) } else { Some(joined) }
    }

    /// One component takes the place of all that made the part.
    fn set_part(&mut self, part: AddressPart, value: Option<&str>) {
        // What stood for the components becomes one, and what would contradict them goes.
        let written_out = self.full.take().filter(|_| self.components.is_empty());
        self.components.extend(written_out.map(|full| component(AddressPart::Street, &full)));
        if part == AddressPart::Country {
            self.country_code = None;
        }
        let place = self.components.iter().position(|component| AddressPart::of(component) == Some(part));
        self.components.retain(|component| AddressPart::of(component) != Some(part));
        let place = place.unwrap_or(self.components.len()).min(self.components.len());
        if let Some(value) = value {
            self.components.insert(place, component(part, value));
        }
    }
}

fn component(part: AddressPart, value: &str) -> AddressComponent {
    AddressComponent {
        kind: Some(part.kind().to_owned()),
        value: Some(value.to_owned()),
        ..AddressComponent::default()
    }
}

impl Entry for Address {
    type Kind = AddressSlot;
    const PREFIX: &'static str = "a";

    fn kind(&self) -> Option<AddressSlot> {
        AddressPart::ALL.into_iter().find_map(|part| self.part(part))?;
        Some(match () {
            () if has(&self.contexts, "work") => AddressSlot::Business,
            () if has(&self.contexts, "private") => AddressSlot::Home,
            () => AddressSlot::Other,
        })
    }

    fn new(kind: AddressSlot) -> Self {
        let contexts: &[&str] = match kind {
            AddressSlot::Home => &["private"],
            AddressSlot::Business => &["work"],
            AddressSlot::Other => &[],
        };
        Self { contexts: set_of(contexts), ..Self::default() }
    }

    fn pref(&self) -> Option<u32> {
        self.pref
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::AddressPart;
    use super::AddressSlot;
    use super::Contact;
    use crate::model::contact::tests::card;
    use crate::model::object::Shape;

    #[test]
    fn every_part_gives_back_what_was_set() {
        let mut contact = Contact::default();
        for address in AddressSlot::ALL {
            for part in AddressPart::ALL {
                contact.set_address_part(address, part, Some(&format!("{address:?} {part:?}")));
            }
        }
        let mut contact = Contact::read(&contact.write()).unwrap();
        assert_eq!(contact.addresses.len(), 3);
        for address in AddressSlot::ALL {
            for part in AddressPart::ALL {
                assert_eq!(contact.address_part(address, part), Some(format!("{address:?} {part:?}")));
                contact.set_address_part(address, part, None);
                assert_eq!(contact.address_part(address, part), None);
            }
        }
        assert_eq!(contact, Contact::default());
    }

    #[test]
    fn a_change_of_the_town_leaves_the_rest() {
        let mut contact = card(
            json!({"addresses": {"k": {"contexts": {"work": true}, "coordinates": "geo:1,2",
            "countryCode": "NO", "components": [{"kind": "name", "value": "Storgata"}, {"kind": "number", "value": "1"},
            {"kind": "locality", "value": "Oslo", "vendor": 1}]}}}),
        );
        let street = || Some("Storgata 1".to_owned());
        assert_eq!(contact.address_part(AddressSlot::Business, AddressPart::Street), street());
        assert_eq!(contact.address_part(AddressSlot::Business, AddressPart::Country).as_deref(), Some("NO"));
        contact.set_address_part(AddressSlot::Business, AddressPart::City, Some("Bergen"));
        assert_eq!(contact.address_part(AddressSlot::Business, AddressPart::Street), street());
        assert_eq!(contact.addresses["k"].components.len(), 3);
        assert_eq!(contact.addresses["k"].other["coordinates"], "geo:1,2");
        contact.set_address_part(AddressSlot::Business, AddressPart::Country, Some("Sverige"));
        assert_eq!(contact.addresses["k"].country_code, None);
    }

    #[test]
    fn an_address_that_is_only_written_out_is_a_street() {
        let mut contact = card(json!({"addresses": {"k": {"full": "Storgata 1, Oslo"}}}));
        let street = |contact: &Contact| contact.address_part(AddressSlot::Other, AddressPart::Street);
        assert_eq!(street(&contact).as_deref(), Some("Storgata 1, Oslo"));
        contact.set_address_part(AddressSlot::Other, AddressPart::PostalCode, Some("0155"));
        assert_eq!(street(&contact).as_deref(), Some("Storgata 1, Oslo"));
    }

    #[test]
    fn a_second_home_stays_out_of_sight() {
        let mut contact = card(json!({"addresses": {
            "a": {"contexts": {"private": true}, "components": [{"kind": "locality", "value": "Oslo"}]},
            "b": {"contexts": {"private": true}, "components": [{"kind": "locality", "value": "Bergen"}]}}}));
        contact.set_address_part(AddressSlot::Home, AddressPart::City, None);
        assert_eq!(contact.address_part(AddressSlot::Home, AddressPart::City), None);
        assert!(contact.addresses.contains_key("b"));
    }
}
