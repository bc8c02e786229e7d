//! Company, department and job title of a contact.

use crate::model::contact::Contact;
use crate::model::contact::Organization;
use crate::model::contact::OrganizationUnit;
use crate::model::contact::Title;
use crate::model::slot;
use crate::model::slot::Entry;
use crate::model::slot::some_text;

impl Contact {
    /// The company; of a company's own card, its name.
    pub fn company(&self) -> Option<&str> {
        let own = || {
            self.name.as_ref().filter(|_| self.is_company()).and_then(|name| some_text(name.full.as_ref()))
        };
        match slot::entry(&self.organizations, (), 0) {
            Some(organization) => some_text(organization.name.as_ref()).or_else(own),
            None => own(),
        }
    }

    /// Sets the company, or takes it away; its departments stay.
    pub fn set_company(&mut self, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.company() == value {
            return;
        }
        if self.is_company() {
            self.name.get_or_insert_default().full = value.map(str::to_owned);
        }
        let has_entry = slot::entry(&self.organizations, (), 0).is_some();
        if has_entry || !self.is_company() {
            self.edit_organization(|organization| organization.name = value.map(str::to_owned));
        }
    }

    /// The department.
    pub fn department(&self) -> Option<&str> {
        slot::entry(&self.organizations, (), 0)?.department()
    }

    /// Sets the department, or takes it away; further ones stay.
    pub fn set_department(&mut self, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.department() != value {
            self.edit_organization(|organization| organization.set_department(value));
        }
    }

    /// Changes the first organization; one that has lost its last text goes.
    fn edit_organization(&mut self, change: impl FnOnce(&mut Organization)) {
        let mut organization = slot::entry(&self.organizations, (), 0).cloned().unwrap_or_default();
        change(&mut organization);
        match organization.kind() {
            Some(()) => slot::edit(&mut self.organizations, (), 0, |entry| *entry = organization),
            None => slot::remove(&mut self.organizations, (), 0),
        }
    }

    /// The job title.
    pub fn job_title(&self) -> Option<&str> {
        slot::entry(&self.titles, (), 0)?.name.as_deref()
    }

    /// Sets the job title, or takes it away.
    pub fn set_job_title(&mut self, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.job_title() == value {
            return;
        }
        match value {
            Some(value) => slot::edit(&mut self.titles, (), 0, |title| title.name = Some(value.to_owned())),
            None => slot::remove(&mut self.titles, (), 0),
        }
    }
}

impl Organization {
    fn department(&self) -> Option<&str> {
        self.units.iter().find_map(|unit| some_text(unit.name.as_ref()))
    }

    fn set_department(&mut self, value: Option<&str>) {
        let place = self.units.iter().position(|unit| some_text(unit.name.as_ref()).is_some());
        match (place.and_then(|place| self.units.get_mut(place)), value) {
            (Some(unit), Some(value)) => unit.name = Some(value.to_owned()),
            // One phone slot for several departments: none means none.
            (Some(_), None) => self.units.clear(),
            (None, _) => {
                let unit = |name: &str| OrganizationUnit {
                    name: Some(name.to_owned()),
                    ..OrganizationUnit::default()
                };
                self.units.extend(value.map(unit));
            }
        }
    }
}

impl Entry for Organization {
    type Kind = ();
    const PREFIX: &'static str = "o";

    fn kind(&self) -> Option<()> {
        some_text(self.name.as_ref()).or_else(|| self.department()).map(|_| ())
    }

    fn new(_kind: ()) -> Self {
        Self::default()
    }
}

impl Entry for Title {
    type Kind = ();
    const PREFIX: &'static str = "t";

    fn kind(&self) -> Option<()> {
        let is_title = self.kind.as_deref().is_none_or(|kind| kind == "title");
        (is_title && some_text(self.name.as_ref()).is_some()).then_some(())
    }

    fn new(_kind: ()) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Contact;
    use crate::model::contact::tests::card;

    #[test]
    fn work_gives_back_what_was_set_and_goes_without_a_trace() {
        let mut contact = Contact::default();
        contact.set_department(Some("Salg"));
        contact.set_company(Some("Fjord Elektro AS"));
        contact.set_job_title(Some("Selger"));
        assert_eq!(contact.company(), Some("Fjord Elektro AS"));
        assert_eq!(contact.department(), Some("Salg"));
        assert_eq!(contact.job_title(), Some("Selger"));
        contact.set_company(None);
        assert_eq!((contact.company(), contact.department()), (None, Some("Salg")));
        contact.set_department(None);
        contact.set_job_title(None);
        assert_eq!(contact, Contact::default());
    }

    #[test]
    fn further_companies_departments_and_roles_survive() {
        let mut contact = card(json!({
            "organizations": {"a": {"name": "A", "units": [{"name": "U"}, {"name": "V"}], "contexts": {"work": true}},
                "b": {"name": "B"}},
            "titles": {"r": {"kind": "role", "name": "Leder"}, "t": {"name": "Selger"}}}));
        contact.set_department(Some("W"));
        assert_eq!(contact.organizations["a"].units.len(), 2);
        contact.set_company(None);
        contact.set_department(None);
        assert_eq!((contact.company(), contact.department()), (None, None));
        assert_eq!(contact.organizations["b"].name.as_deref(), Some("B"));
        assert_eq!(contact.job_title(), Some("Selger"));
        contact.set_job_title(None);
        assert_eq!((contact.job_title(), contact.titles.len()), (None, 1));
    }

    #[test]
    fn a_company_s_card_is_its_own_company() {
        let mut contact = card(json!({"kind": "org", "name": {"full": "Fjord Elektro AS"}}));
        assert_eq!(contact.company(), Some("Fjord Elektro AS"));
        contact.set_company(Some("Fjord AS"));
        assert_eq!(contact.company(), Some("Fjord AS"));
        assert!(contact.organizations.is_empty());
    }
}
