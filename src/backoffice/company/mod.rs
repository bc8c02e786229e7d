//! A company as the reference back office holds it. `fjord_elektro` is the one of `lomme demo`.

mod calendar;
mod desk;
pub mod mix;
mod people;
mod photo;
mod tables;

use jiff::Span;
use jiff::civil::Date;
use serde_json::Value;

use crate::backoffice::company::calendar::Counts;
use crate::backoffice::company::mix::Mix;

/// All that a back office holds at its first start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Company {
    /// Who may be asked for, by e-mail address in lower case; a user's first identity is the default.
    pub identities: Vec<(&'static str, Identity)>,
    /// What there is.
    pub collections: Vec<Collection>,
}

/// One of the companies a user works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// As calls name it.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
}

/// A calendar, or one identity's tasks, contacts or notes, or the organisation's people or companies.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// `events`, `tasks`, `contacts`, `notes`, `people` or `companies`.
    pub kind: &'static str,
    /// The calendar's id; elsewhere empty.
    pub calendar: &'static str,
    /// The calendar's name.
    pub name: &'static str,
    /// Who sees it.
    pub access: Vec<Access>,
    /// What is in it: (id, data).
    pub objects: Vec<(String, Value)>,
}

/// That an identity sees a collection. For people and companies, both are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The user.
    pub user: &'static str,
    /// As which identity.
    pub identity: &'static str,
    /// Whether writing is allowed.
    pub may_write: bool,
    /// Whether it is the one meant when a call names none.
    pub default: bool,
}

/// Somebody who works at Fjord Elektro: name and address.
pub fn colleague(number: usize) -> (String, String) {
    let (given, surname, _) = tables::COLLEAGUES.get(number).copied().unwrap_or_default();
    let person = people::Person { given, surname };
    (person.full(), person.address("fjord.example"))
}

/// Somebody whose lamps they mend: name and address.
pub fn customer(number: usize) -> (String, String) {
    let person = people::Person::numbered(number);
    (person.full(), person.address("post.example"))
}

/// A picture that belongs to this word, as PNG.
pub fn picture(seed: &str) -> Vec<u8> {
    photo::picture(&mut Mix::new(seed))
}

/// What users of the demo company see themselves as.
const FJORD: Identity = Identity { id: "fjord", name: "Fjord Elektro AS" };

/// A second company that Kari works for, where there is nothing yet.
const EIENDOM: Identity = Identity { id: "eiendom", name: "Bryggen Eiendom AS" };

/// Who logs in: the address, and the name that ids and texts are made of.
const KARI: (&str, &str) = ("kari@fjord.example", "kari");
const OLA: (&str, &str) = ("ola@fjord.example", "ola");
const ADMIN: (&str, &str) = ("admin@fjord.example", "admin");

/// How much there is for a user.
#[derive(Clone, Copy, Default)]
struct Amount {
    contacts: usize,
    series: usize,
    all_day: usize,
    meetings: usize,
    events: usize,
    tasks: usize,
    completed: usize,
    notes: usize,
}

const MUCH: Amount = Amount {
    contacts: 200,
    series: 16,
    all_day: 24,
    meetings: 40,
    events: 300,
    tasks: 60,
    completed: 20,
    notes: 16,
};

const HALF: Amount = Amount {
    contacts: 100,
    series: 9,
    all_day: 12,
    meetings: 18,
    events: 150,
    tasks: 30,
    completed: 10,
    notes: 8,
};

/// Fjord Elektro AS, electricians in Bergen, as they stand on this day.
pub fn fjord_elektro(today: Date) -> Company {
    let mut collections = Vec::new();
    for (user, identity, amount) in [
        (KARI, FJORD, MUCH),
        (OLA, FJORD, HALF),
        (ADMIN, FJORD, Amount::default()),
        (KARI, EIENDOM, Amount::default()),
    ] {
        collections.extend(desk(user, identity.id, amount, today));
    }
    let sees = |(user, _): (&'static str, &str), may_write| Access {
        user,
        identity: FJORD.id,
        may_write,
        default: false,
    };
    let counts = Counts { series: 2, all_day: 6, meetings: 4, total: 80 };
    collections.push(Collection {
        kind: "events",
        calendar: "montorer",
        name: "Montører",
        access: vec![sees(KARI, true), sees(OLA, false), sees(ADMIN, false)],
        objects: calendar::events("montorer", counts, today),
    });
    let all = Access { user: "", identity: "", may_write: true, default: true };
    for (kind, objects) in [("people", people::people()), ("companies", people::companies())] {
        collections.push(Collection { kind, calendar: "", name: kind, access: vec![all], objects });
    }
    let identities = vec![(KARI.0, FJORD), (KARI.0, EIENDOM), (OLA.0, FJORD), (ADMIN.0, FJORD)];
    Company { identities, collections }
}

/// One identity's own collections.
fn desk(
    (user, name): (&'static str, &'static str),
    identity: &'static str,
    amount: Amount,
    today: Date,
) -> [Collection; 4] {
    let Amount { series, all_day, meetings, events, .. } = amount;
    let counts = Counts { series, all_day, meetings, total: events };
    let own = |kind, calendar, objects| Collection {
        kind,
        calendar,
        name: "Kalender",
        access: vec![Access { user, identity, may_write: true, default: true }],
        objects,
    };
    [
        own("events", "own", calendar::events(name, counts, today)),
        own("contacts", "", people::contacts(name, amount.contacts, today)),
        own("tasks", "", desk::tasks(name, amount.tasks, amount.completed, today)),
        own("notes", "", desk::notes(name, amount.notes, today)),
    ]
}

/// So many days later.
fn day(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// A moment of a day as the standards write it.
fn stamp(today: Date, days: i64) -> String {
    format!("{}T07:30:00Z", day(today, days))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use serde_json::Value;

    use super::Collection;
    use super::fjord_elektro;
    use crate::backoffice::check::check;
    use crate::model::event::Event;
    use crate::model::object::Shape;
    use crate::model::recurrence::expand::Starts;

    fn of<'a>(
        collections: &'a [Collection],
        kind: &str,
        user: &str,
        calendar: &str,
    ) -> &'a [(String, Value)] {
        let is_it = |collection: &&Collection| {
            collection.kind == kind && collection.calendar == calendar && collection.access[0].user == user
        };
        &collections.iter().find(is_it).unwrap().objects
    }

    #[test]
    fn the_company_is_as_large_as_the_command_line_promises() {
        let company = fjord_elektro(date(2026, 11, 22));
        let count = |kind, user, calendar| of(&company.collections, kind, user, calendar).len();
        let (kari, ola) = ("kari@fjord.example", "ola@fjord.example");
        assert_eq!(
            [count("contacts", kari, ""), count("events", kari, "own"), count("tasks", kari, "")],
            [200, 300, 60]
        );
        assert_eq!(
            [count("contacts", ola, ""), count("events", ola, "own"), count("tasks", ola, "")],
            [100, 150, 30]
        );
        assert_eq!(count("events", kari, "montorer"), 80);
        assert_eq!([count("people", "", ""), count("companies", "", "")], [1500, 500]);
        let tasks = of(&company.collections, "tasks", kari, "");
        assert_eq!(tasks.iter().filter(|(_, task)| task["progress"] == "completed").count(), 20);
    }

    #[test]
    fn everything_in_it_would_be_accepted() {
        // The days around which months and years turn, too.
        for today in [date(2026, 11, 22), date(2028, 2, 29), date(2027, 1, 1), date(2026, 3, 29)] {
            let company = fjord_elektro(today);
            assert_eq!(company, fjord_elektro(today));
            for collection in &company.collections {
                for (id, data) in &collection.objects {
                    check(collection.kind, data).unwrap_or_else(|error| panic!("{id}: {error}: {data}"));
                }
                let ids: BTreeSet<&String> = collection.objects.iter().map(|(id, _)| id).collect();
                assert_eq!(ids.len(), collection.objects.len());
            }
        }
    }

    #[test]
    fn people_and_companies_have_names_of_their_own() {
        let company = fjord_elektro(date(2026, 11, 22));
        for kind in ["people", "companies"] {
            let mut names = BTreeMap::new();
            for (id, card) in of(&company.collections, kind, "", "") {
                let name = card["name"]["full"].as_str().unwrap();
                assert_eq!(names.insert(name, id), None, "{name}");
            }
        }
    }

    #[test]
    fn every_exception_is_an_occurrence_of_its_series() {
        for today in [date(2026, 11, 22), date(2026, 11, 23), date(2028, 2, 29), date(2027, 1, 1)] {
            let company = fjord_elektro(today);
            let events = company.collections.iter().filter(|collection| collection.kind == "events");
            for (id, data) in events.flat_map(|collection| &collection.objects) {
                let Some(overrides) = data["recurrenceOverrides"].as_object() else { continue };
                let event = Event::read(data).unwrap();
                let (rule, start) = (event.recurrence_rule.unwrap(), event.start.unwrap());
                let starts: Vec<String> =
                    Starts::new(&rule, start).take(500).map(|at| at.to_string()).collect();
                for start in overrides.keys() {
                    assert!(starts.contains(start), "{id} {start}: {}", data["title"]);
                }
            }
        }
    }
}
