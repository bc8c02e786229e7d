//! The parts of a contact's name, how they are said, and what it is filed under.

use crate::model::contact::Contact;
use crate::model::contact::Name;
use crate::model::contact::NameComponent;
use crate::model::contact::property::ContactProperty;
use crate::model::slot::some_text;

/// A part of a name as phones have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePart {
    /// `Title`: Dr.
    Prefix,
    /// `FirstName`.
    Given,
    /// `MiddleName`.
    Middle,
    /// `LastName`.
    Surname,
    /// `Suffix`: Jr.
    Suffix,
}

impl NamePart {
    /// The parts in the order a full name is made of.
    pub const ALL: [Self; 5] = [Self::Prefix, Self::Given, Self::Middle, Self::Surname, Self::Suffix];

    /// The kinds of components that make the part, the one to write first.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Prefix => &["title"],
            Self::Given => &["given"],
            Self::Middle => &["given2"],
            Self::Surname => &["surname", "surname2"],
            Self::Suffix => &["generation", "credential"],
        }
    }

    fn has(self, component: &NameComponent) -> bool {
        component.kind.as_deref().is_some_and(|kind| self.kinds().contains(&kind))
    }
}

impl Contact {
    /// A part of the name; several components of its kinds are joined by spaces.
    ///
    /// A person with a full name only is split: the last word is the surname.
    pub fn name_part(&self, part: NamePart) -> Option<String> {
        let name = self.name.as_ref()?;
        if name.components.is_empty() && !self.is_company() {
            return name.split().into_iter().find(|(split, _)| *split == part).map(|(_, text)| text);
        }
        name.part(part)
    }

    /// Sets a part of the name, or takes it away; the full name follows.
    pub fn set_name_part(&mut self, part: NamePart, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.name_part(part).as_deref() == value {
            return;
        }
        let is_company = self.is_company();
        let name = self.name.get_or_insert_default();
        if name.components.is_empty() && !is_company {
            name.components = name.split().into_iter().map(|(part, text)| component(part, &text)).collect();
        }
        name.set_part(part, value);
        if !is_company {
            name.full = Some(name.compose()).filter(|full| !full.is_empty());
        }
        self.name.take_if(|name| *name == Name::default());
    }

    /// How a part of the name is said: `YomiFirstName`, `YomiLastName`.
    pub fn phonetic(&self, part: NamePart) -> Option<&str> {
        let name = self.name.as_ref()?;
        name.components
            .iter()
            .filter(|component| part.has(component))
            .find_map(|c| some_text(c.phonetic.as_ref()))
    }

    /// Sets how a part of the name is said, or takes it away.
    pub fn set_phonetic(&mut self, part: NamePart, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.phonetic(part) == value {
            return;
        }
        let shown = self.name_part(part);
        let name = self.name.get_or_insert_default();
        if !name.components.iter().any(|component| part.has(component)) {
            for (part, text) in name.split() {
                name.components.push(component(part, &text));
            }
            if shown.is_none() {
                name.components.push(component(part, ""));
            }
        }
        let mut value = value.map(str::to_owned);
        for component in name.components.iter_mut().filter(|component| part.has(component)) {
            component.phonetic = value.take();
        }
        name.components
            .retain(|component| component.value.as_deref() != Some("") || component.phonetic.is_some());
        self.name.take_if(|name| *name == Name::default());
    }

    /// The whole name, or what comes nearest: the company, the e-mail address.
    pub fn display_name(&self) -> Option<String> {
        let name = self.name.as_ref();
        let full = name.and_then(|name| some_text(name.full.as_ref())).map(str::to_owned);
        full.or_else(|| name.map(Name::compose).filter(|composed| !composed.is_empty()))
            .or_else(|| self.company().or_else(|| self.email(0)).map(str::to_owned))
    }

    /// `FileAs`: what the phone said, else the whole name.
    pub fn file_as(&self) -> Option<String> {
        self.property(ContactProperty::FileAs).map(str::to_owned).or_else(|| self.display_name())
    }

    /// Sets what it is filed under; the whole name is not touched.
    pub fn set_file_as(&mut self, value: Option<&str>) {
        if self.file_as().as_deref() != value {
            let display_name = self.display_name();
            self.set_property(
                ContactProperty::FileAs,
                value.filter(|value| display_name.as_deref() != Some(value)),
            );
        }
    }

    /// Whether the card is a company's, whose name has no parts.
    pub fn is_company(&self) -> bool {
        self.kind.as_deref() == Some("org")
    }
}

impl Name {
    fn part(&self, part: NamePart) -> Option<String> {
        let values = self.components.iter().filter(|component| part.has(component));
        let joined = values.filter_map(|c| some_text(c.value.as_ref())).collect::<Vec<_>>().join(" ");
        Some(joined).filter(|joined| !joined.is_empty())
    }

    /// One component takes the place of all that made the part; how it is said stays.
    fn set_part(&mut self, part: NamePart, value: Option<&str>) {
        let place = self.components.iter().position(|component| part.has(component));
        let old = place.map(|place| self.components.remove(place));
        let place = place.unwrap_or_else(|| self.place_of(part));
        self.components.retain(|component| !part.has(component));
        let mut new = old.unwrap_or_else(|| component(part, ""));
        new.value = Some(value.unwrap_or_default().to_owned());
        if value.is_some() || new.phonetic.is_some() {
            self.components.insert(place.min(self.components.len()), new);
        }
    }

    /// Where a new part belongs: behind the parts that come before it in a full name.
    fn place_of(&self, part: NamePart) -> usize {
        let before = NamePart::ALL.into_iter().take_while(|earlier| *earlier != part);
        let last = before.filter_map(|earlier| self.components.iter().rposition(|c| earlier.has(c))).max();
        last.map_or(0, |last| last + 1)
    }

    fn compose(&self) -> String {
        NamePart::ALL.into_iter().filter_map(|part| self.part(part)).collect::<Vec<_>>().join(" ")
    }

    /// The likely parts of a full name: the last word is the surname, the others are given names.
    fn split(&self) -> Vec<(NamePart, String)> {
        let full = self.full.as_deref().unwrap_or_default().trim();
        match full.rsplit_once(' ') {
            _ if full.is_empty() || !self.components.is_empty() => Vec::new(),
            Some((given, surname)) => {
                vec![(NamePart::Given, given.trim().to_owned()), (NamePart::Surname, surname.to_owned())]
            }
            None => vec![(NamePart::Given, full.to_owned())],
        }
    }
}

fn component(part: NamePart, value: &str) -> NameComponent {
    let kind = part.kinds().first().map(|kind| (*kind).to_owned());
    NameComponent { kind, value: Some(value.to_owned()), ..NameComponent::default() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Contact;
    use super::NamePart;
    use crate::model::contact::tests::card;
    use crate::model::object::Shape;

    #[test]
    fn every_part_gives_back_what_was_set() {
        let mut contact = Contact::default();
        for part in [NamePart::Surname, NamePart::Suffix, NamePart::Prefix, NamePart::Middle, NamePart::Given]
        {
            contact.set_name_part(part, Some(&format!("{part:?}")));
        }
        for part in NamePart::ALL {
            assert_eq!(contact.name_part(part), Some(format!("{part:?}")));
        }
        assert_eq!(contact.display_name().as_deref(), Some("Prefix Given Middle Surname Suffix"));
        for part in NamePart::ALL {
            contact.set_name_part(part, None);
            assert_eq!(contact.name_part(part), None);
        }
        assert_eq!(contact, Contact::default());
    }

    #[test]
    fn a_change_of_one_part_leaves_the_others() {
        let mut contact =
            card(json!({"name": {"full": "Gabriel García Márquez", "isOrdered": true, "components": [
            {"kind": "given", "value": "Gabriel", "vendor": 1}, {"kind": "surname", "value": "García"},
            {"kind": "surname2", "value": "Márquez"}, {"kind": "credential", "value": "Nobel"}]}}));
        assert_eq!(contact.name_part(NamePart::Surname).as_deref(), Some("García Márquez"));
        let before = contact.clone();
        contact.set_name_part(NamePart::Surname, Some("García Márquez"));
        assert_eq!(contact, before);
        contact.set_name_part(NamePart::Surname, Some("Ibsen"));
        assert_eq!(
            contact.write()["name"],
            json!({"full": "Gabriel Ibsen Nobel", "isOrdered": true, "components": [
                {"kind": "given", "value": "Gabriel", "vendor": 1}, {"kind": "surname", "value": "Ibsen"},
                {"kind": "credential", "value": "Nobel"}]})
        );
    }

    #[test]
    fn a_full_name_alone_is_split_and_a_company_s_is_not() {
        let mut contact = card(json!({"name": {"full": "Kari Anne Hansen"}}));
        assert_eq!(contact.name_part(NamePart::Given).as_deref(), Some("Kari Anne"));
        assert_eq!(contact.name_part(NamePart::Surname).as_deref(), Some("Hansen"));
        contact.set_name_part(NamePart::Surname, Some("Holm"));
        assert_eq!(contact.display_name().as_deref(), Some("Kari Anne Holm"));
        assert_eq!(contact.name_part(NamePart::Given).as_deref(), Some("Kari Anne"));
        let company = card(json!({"kind": "org", "name": {"full": "Fjord Elektro AS"}}));
        assert_eq!(company.name_part(NamePart::Surname), None);
        assert_eq!(company.file_as().as_deref(), Some("Fjord Elektro AS"));
    }

    #[test]
    fn how_a_name_is_said_outlives_its_spelling() {
        let mut contact = card(json!({"name": {"components": [{"kind": "surname", "value": "山田"}]}}));
        contact.set_phonetic(NamePart::Surname, Some("やまだ"));
        contact.set_phonetic(NamePart::Given, Some("たろう"));
        contact.set_name_part(NamePart::Surname, None);
        assert_eq!(contact.name_part(NamePart::Surname), None);
        assert_eq!(contact.phonetic(NamePart::Surname), Some("やまだ"));
        assert_eq!(contact.phonetic(NamePart::Given), Some("たろう"));
        contact.set_phonetic(NamePart::Surname, None);
        contact.set_phonetic(NamePart::Given, None);
        assert_eq!(contact, Contact::default());
    }

    #[test]
    fn how_a_split_name_is_said_does_not_lose_it() {
        let mut contact = card(json!({"name": {"full": "Taro Yamada"}}));
        contact.set_phonetic(NamePart::Given, Some("たろう"));
        assert_eq!(contact.phonetic(NamePart::Given), Some("たろう"));
        assert_eq!(contact.name_part(NamePart::Surname).as_deref(), Some("Yamada"));
        assert_eq!(contact.name_part(NamePart::Given).as_deref(), Some("Taro"));
    }

    #[test]
    fn what_it_is_filed_under_is_not_its_name() {
        let mut contact = card(json!({"name": {"full": "Kari Hansen"}}));
        contact.set_file_as(Some("Kari Hansen"));
        assert!(contact.other.is_empty());
        contact.set_file_as(Some("Hansen, Kari"));
        assert_eq!(contact.file_as().as_deref(), Some("Hansen, Kari"));
        assert_eq!(contact.display_name().as_deref(), Some("Kari Hansen"));
        contact.set_file_as(None);
        assert_eq!(contact.file_as().as_deref(), Some("Kari Hansen"));
    }
}
