//! The rest of a contact's slots: what JSContact has no place for, family, days to remember, categories.

use jiff::civil::Date;

use crate::model::calendar::Relation;
use crate::model::contact::Anniversary;
use crate::model::contact::AnniversaryDate;
use crate::model::contact::Contact;
use crate::model::object::has;
use crate::model::object::members;
use crate::model::object::replace_members;
use crate::model::object::set_text;
use crate::model::object::text;
use crate::model::object::words;
use crate::model::slot;
use crate::model::slot::Entry;

words! {
    /// What phones know and JSContact does not: texts at the top of the card, in properties of our own.
    pub enum ContactProperty {
        /// What the phone files it under.
        FileAs = "lomme.app:fileAs",
        /// The manager's name.
        Manager = "lomme.app:managerName",
        /// The assistant's name.
        Assistant = "lomme.app:assistantName",
        /// Where in the building.
        OfficeLocation = "lomme.app:officeLocation",
        /// How the company's name is said.
        YomiCompany = "lomme.app:yomiCompanyName",
        /// A number that the company gave.
        CustomerId = "lomme.app:customerId",
        /// A number that the state gave.
        GovernmentId = "lomme.app:governmentId",
        /// An account.
        AccountName = "lomme.app:accountName",
        /// The alias in the recipient cache.
        Alias = "lomme.app:alias",
        /// The rank in the recipient cache.
        WeightedRank = "lomme.app:weightedRank",
    }
}

/// A day that phones remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnniversaryKind {
    /// Birthday.
    Birth,
    /// Wedding day.
    Wedding,
}

/// The year of a birthday whose year nobody knows, as Apple's address book has it; a leap year.
pub const NO_YEAR: i16 = 1604;

impl Contact {
    /// One of the texts that JSContact has no place for.
    pub fn property(&self, property: ContactProperty) -> Option<&str> {
        text(&self.other, property.as_str())
    }

    /// Sets such a text, or takes it away.
    pub fn set_property(&mut self, property: ContactProperty, value: Option<&str>) {
        set_text(&mut self.other, property.as_str(), value.filter(|value| !value.is_empty()));
    }

    /// A birthday or wedding day; [`NO_YEAR`] when the year is not known.
    pub fn anniversary(&self, kind: AnniversaryKind) -> Option<Date> {
        slot::entry(&self.anniversaries, kind, 0)?.day()
    }

    /// Sets a birthday or wedding day, or takes it away.
    pub fn set_anniversary(&mut self, kind: AnniversaryKind, value: Option<Date>) {
        if self.anniversary(kind) == value {
            return;
        }
        match value {
            Some(day) => slot::edit(&mut self.anniversaries, kind, 0, |entry| entry.date = Some(day.into())),
            None => slot::remove(&mut self.anniversaries, kind, 0),
        }
    }

    /// The name of the spouse.
    pub fn spouse(&self) -> Option<&str> {
        self.relatives("spouse").next()
    }

    /// Sets the name of the spouse, or takes it away.
    pub fn set_spouse(&mut self, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.spouse() != value {
            self.set_relatives("spouse", value.as_slice());
        }
    }

    /// The names of the children.
    pub fn children(&self) -> impl Iterator<Item = &str> {
        self.relatives("child")
    }

    /// Sets the names of the children.
    pub fn set_children(&mut self, names: &[&str]) {
        self.set_relatives("child", names);
    }

    /// Categories.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        members(&self.keywords)
    }

    /// Sets the categories.
    pub fn set_categories(&mut self, categories: &[&str]) {
        replace_members(&mut self.keywords, categories);
    }

    /// Relatives by name. RFC 9555 2.9.6 (RELATED): a text is a key of `relatedTo` too; a URI is no name.
    fn relatives(&self, relation: &str) -> impl Iterator<Item = &str> {
        let related =
            self.related_to.iter().filter(move |(key, entry)| is_name(key) && has(&entry.relation, relation));
        related.map(|(key, _)| key.as_str())
    }

    fn set_relatives(&mut self, relation: &str, names: &[&str]) {
        self.related_to.retain(|key, entry| {
            let goes = is_name(key) && has(&entry.relation, relation) && !names.contains(&key.as_str());
            if goes {
                entry.relation.remove(relation);
            }
            !(goes && entry.relation.is_empty())
        });
        for name in names.iter().filter(|name| !name.is_empty()) {
            let entry: &mut Relation = self.related_to.entry((*name).to_owned()).or_default();
            entry.relation.insert(relation.to_owned(), true);
        }
    }
}

fn is_name(key: &str) -> bool {
    !key.contains(':')
}

impl Anniversary {
    fn day(&self) -> Option<Date> {
        let date = self.date.as_ref()?;
        if let Some(utc) = date.utc {
            return Some(utc.to_zoned(jiff::tz::TimeZone::UTC).date());
        }
        let year = date.year.map_or(Some(NO_YEAR), |year| year.try_into().ok())?;
        Date::new(year, date.month?.try_into().ok()?, date.day?.try_into().ok()?).ok()
    }
}

impl From<Date> for AnniversaryDate {
    fn from(day: Date) -> Self {
        Self {
            year: u32::try_from(day.year()).ok().filter(|_| day.year() != NO_YEAR),
            month: u32::try_from(day.month()).ok(),
            day: u32::try_from(day.day()).ok(),
            ..Self::default()
        }
    }
}

impl Entry for Anniversary {
    type Kind = AnniversaryKind;
    const PREFIX: &'static str = "y";

    fn kind(&self) -> Option<AnniversaryKind> {
        self.day()?;
        match self.kind.as_deref()? {
            "birth" => Some(AnniversaryKind::Birth),
            "wedding" => Some(AnniversaryKind::Wedding),
            _ => None,
        }
    }

    fn new(kind: AnniversaryKind) -> Self {
        let kind = match kind {
            AnniversaryKind::Birth => "birth",
            AnniversaryKind::Wedding => "wedding",
        };
        Self { kind: Some(kind.to_owned()), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::AnniversaryKind;
    use super::Contact;
    use super::ContactProperty;
    use super::NO_YEAR;
    use crate::model::contact::tests::card;
    use crate::model::object::Shape;

    #[test]
    fn what_jscontact_has_no_place_for_is_kept() {
        let mut contact = Contact::default();
        contact.set_property(ContactProperty::GovernmentId, Some("1"));
        assert_eq!(contact.property(ContactProperty::GovernmentId), Some("1"));
        assert_eq!(contact.write(), json!({"lomme.app:governmentId": "1"}));
        contact.set_property(ContactProperty::GovernmentId, None);
        assert_eq!(contact, Contact::default());
    }

    #[test]
    fn days_to_remember_give_back_what_was_set() {
        let mut contact = card(json!({"anniversaries": {
            "a": {"kind": "birth", "date": {"month": 4, "day": 15}, "place": {"full": "Oslo"}},
            "d": {"kind": "death", "date": {"year": 2001}},
            "w": {"kind": "wedding", "date": {"@type": "Timestamp", "utc": "2000-06-01T00:00:00Z"}}}}));
        assert_eq!(contact.anniversary(AnniversaryKind::Birth), Some(date(NO_YEAR, 4, 15)));
        assert_eq!(contact.anniversary(AnniversaryKind::Wedding), Some(date(2000, 6, 1)));
        contact.set_anniversary(AnniversaryKind::Birth, Some(date(1970, 2, 28)));
        contact.set_anniversary(AnniversaryKind::Wedding, None);
        assert_eq!(contact.anniversary(AnniversaryKind::Birth), Some(date(1970, 2, 28)));
        assert_eq!(contact.anniversary(AnniversaryKind::Wedding), None);
        assert_eq!(contact.anniversaries["a"].other["place"]["full"], "Oslo");
        assert!(contact.anniversaries.contains_key("d"));
    }

    #[test]
    fn a_birthday_keeps_its_unknown_year() {
        let mut contact = Contact::default();
        contact.set_anniversary(AnniversaryKind::Birth, Some(date(NO_YEAR, 2, 29)));
        assert_eq!(contact.write()["anniversaries"]["y1"]["date"], json!({"month": 2, "day": 29}));
        assert_eq!(contact.anniversary(AnniversaryKind::Birth), Some(date(NO_YEAR, 2, 29)));
    }

    #[test]
    fn family_by_name_changes_and_relations_by_uid_survive() {
        let mut contact = card(json!({"relatedTo": {
            "urn:uuid:1": {"relation": {"child": true}}, "Anna": {"relation": {"child": true, "friend": true}}}}));
        contact.set_spouse(Some("Ola"));
        contact.set_children(&["Per", "Berit"]);
        assert_eq!(contact.spouse(), Some("Ola"));
        assert_eq!(contact.children().collect::<Vec<_>>(), ["Berit", "Per"]);
        contact.set_spouse(Some("Nils"));
        assert_eq!(contact.spouse(), Some("Nils"));
        contact.set_spouse(None);
        contact.set_children(&[]);
        assert_eq!(contact.spouse(), None);
        assert_eq!(contact.related_to.keys().collect::<Vec<_>>(), ["Anna", "urn:uuid:1"]);
    }

    #[test]
    fn categories_give_back_what_was_set() {
        let mut contact = card(json!({"keywords": {"a": true, "b": true}}));
        contact.set_categories(&["b", "c"]);
        assert_eq!(contact.categories().collect::<Vec<_>>(), ["b", "c"]);
    }
}
