//! Cards: a user's own contacts, and the directory of people and companies.

use jiff::civil::Date;
use serde_json::Value;
use serde_json::json;

use crate::backoffice::company::mix::Mix;
use crate::backoffice::company::photo;
use crate::backoffice::company::stamp;
use crate::backoffice::company::tables::BRANCHES;
use crate::backoffice::company::tables::COLLEAGUES;
use crate::backoffice::company::tables::FIRMS;
use crate::backoffice::company::tables::GIVEN;
use crate::backoffice::company::tables::STREETS;
use crate::backoffice::company::tables::SURNAMES;
use crate::backoffice::company::tables::TITLES;

/// How many companies the directory has, Fjord Elektro among them.
pub(super) const COMPANIES: usize = 500;

/// How many people it has.
pub(super) const PEOPLE: usize = 1500;

/// The users, who are the first people of the directory.
const USERS: [(&str, &str, &str); 2] =
    [("Kari", "Nordmann", "Prosjektleder"), ("Ola", "Nordmann", "Elektriker")];

/// Somebody with a name, found again by number.
pub(super) struct Person {
    pub(super) given: &'static str,
    pub(super) surname: &'static str,
}

impl Person {
    /// A number away from another by less than 4,160 is another name: the step and the tables' product share no factor.
    pub(super) fn numbered(number: usize) -> Self {
        let pair = number * 2731 % (GIVEN.len() * SURNAMES.len());
        let pick =
            |table: &'static [&'static str], place: usize| table.get(place).copied().unwrap_or_default();
        Self { given: pick(&GIVEN, pair % GIVEN.len()), surname: pick(&SURNAMES, pair / GIVEN.len()) }
    }

    pub(super) fn full(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }

    pub(super) fn address(&self, domain: &str) -> String {
        format!("{}.{}@{domain}", plain(self.given), plain(self.surname))
    }

    fn name(&self) -> Value {
        json!({
            "full": self.full(),
            "components": [{"kind": "given", "value": self.given}, {"kind": "surname", "value": self.surname}],
        })
    }
}

/// The company of this number; each has another name.
pub(super) fn firm(number: usize) -> (String, String) {
    if number == 0 {
        return ("Fjord Elektro AS".to_owned(), "fjord.example".to_owned());
    }
    let pair = number * 611 % (FIRMS.len() * BRANCHES.len());
    let pick = |table: &[&'static str], place: usize| table.get(place).copied().unwrap_or_default();
    let (firm, branch) = (pick(&FIRMS, pair % FIRMS.len()), pick(&BRANCHES, pair / FIRMS.len()));
    let form = if matches!(branch, "Borettslag" | "Idrettslag" | "Barnehage") { "" } else { " AS" };
    (format!("{firm} {branch}{form}"), format!("{}.example", plain(&format!("{firm} {branch}"))))
}

/// No number in Norway begins with 1 and has eight digits, so nobody is ever rung up by mistake.
pub(super) fn mobile(number: usize) -> String {
    let digits = 19_000_000 + number * 37 % 1_000_000;
    format!("+47 {} {:02} {:03}", digits / 100_000, digits / 1000 % 100, digits % 1000)
}

fn landline(number: usize) -> String {
    let digits = 15_500_000 + number * 53 % 100_000;
    format!(
        "+47 {} {:02} {:02} {:02}",
        digits / 1_000_000,
        digits / 10_000 % 100,
        digits / 100 % 100,
        digits % 100
    )
}

/// A street, a house number, a postal code and its place.
pub(super) fn address(mix: &mut Mix) -> (String, &'static str, &'static str) {
    let (street, postcode, place) = mix.pick(&STREETS);
    (format!("{street} {}", 1 + mix.below(140)), postcode, place)
}

fn address_entry(mix: &mut Mix, context: &str) -> Value {
    let (street, postcode, place) = address(mix);
    json!({
        "components": [
            {"kind": "name", "value": street},
            {"kind": "postcode", "value": postcode},
            {"kind": "locality", "value": place},
            {"kind": "country", "value": "Norge"},
        ],
        "contexts": {context: true},
    })
}

/// The contacts that a user has collected: customers, suppliers, colleagues, friends.
pub(super) fn contacts(user: &str, count: usize, today: Date) -> Vec<(String, Value)> {
    let mut mix = Mix::new(user);
    // Far from the directory's people, so that a name is rarely in both.
    let first = 2000 + mix.below(500);
    (1..=count)
        .map(|number| (format!("c-{number:04}"), contact(user, number, first + number, &mut mix, today)))
        .collect()
}

fn contact(user: &str, number: usize, name: usize, mix: &mut Mix, today: Date) -> Value {
    let person = Person::numbered(name);
    let group = mix.pick(&["Kunde", "Kunde", "Kunde", "Leverandør", "Samarbeid", "Privat"]);
    let (company, domain) = firm(1 + mix.below(COMPANIES - 1));
    let is_private = group == "Privat";
    let mut card = json!({
        "@type": "Card", "version": "1.0", "uid": format!("contact-{user}-{number:04}@fjord.example"),
        "name": person.name(),
        "phones": {"p1": {"number": mobile(name), "features": {"mobile": true}, "contexts": {if is_private { "private" } else { "work" }: true}, "pref": 1}},
        "keywords": {group: true},
        "updated": stamp(today, -i64::try_from(number).unwrap_or_default()),
    });
    let Some(entries) = card.as_object_mut() else { return card };
    let mut put = |name: &str, value: Value| entries.insert(name.to_owned(), value);
    if is_private {
        put(
            "emails",
            json!({"e1": {"address": person.address("post.example"), "contexts": {"private": true}}}),
        );
        put("addresses", json!({"a1": address_entry(mix, "private")}));
    } else {
        put("emails", json!({"e1": {"address": person.address(&domain), "contexts": {"work": true}}}));
        put("organizations", json!({"o1": {"name": company}}));
        put("titles", json!({"t1": {"name": mix.pick(&TITLES)}}));
        put("addresses", json!({"a1": address_entry(mix, "work")}));
    }
    decorate(&mut card, &person, name, mix);
    card
}

/// What some have and others have not: a second mobile, a switchboard, a birthday, a picture, a remark.
fn decorate(card: &mut Value, person: &Person, name: usize, mix: &mut Mix) {
    let mut put = |map: &str, key: &str, value: Value| {
        let Some(card) = card.as_object_mut() else { return };
        let entries = card.entry(map).or_insert_with(|| json!({}));
        entries.as_object_mut().map(|entries| entries.insert(key.to_owned(), value));
    };
    if mix.one_in(4) {
        let second = json!({"number": mobile(name + 5000), "features": {"mobile": true}, "contexts": {"private": true}});
        put("phones", "p2", second);
    }
    if mix.one_in(3) {
        put(
            "phones",
            "p3",
            json!({"number": landline(name), "features": {"voice": true}, "contexts": {"work": true}}),
        );
    }
    if mix.one_in(6) {
        put(
            "emails",
            "e2",
            json!({"address": person.address("post.example"), "contexts": {"private": true}}),
        );
    }
    if mix.one_in(5) {
        let date = json!({"@type": "PartialDate", "year": 1950 + mix.below(52), "month": 1 + mix.below(12), "day": 1 + mix.below(28)});
        put("anniversaries", "b", json!({"kind": "birth", "date": date}));
    }
    if mix.one_in(8) {
        put(
            "media",
            "photo",
            json!({"kind": "photo", "uri": photo::data_uri(mix), "mediaType": "image/png"}),
        );
    }
    if mix.one_in(5) {
        put("notes", "n1", json!({"note": mix.pick(&REMARKS)}));
    }
    if mix.one_in(15) {
        let short: String = person.given.chars().take(3).collect();
        put("nicknames", "k", json!({"name": short}));
    }
    if mix.one_in(12) {
        put("links", "l1", json!({"uri": format!("https://www.{}.example/", plain(person.surname))}));
    }
}

const REMARKS: [&str; 10] = [
    "Ring på formiddagen.",
    "Vil ha tilbud på e-post, ikke på telefon.",
    "Hund i hagen, helt snill.",
    "Nøkkel under den tredje blomsterpotten. Ikke si det til noen.",
    "Faktura sendes som EHF.",
    "Parkering i bakgården, port 2.",
    "Snakker helst engelsk.",
    "Betaler alltid i tide.",
    "Bytter telefon ofte: prøv begge numrene.",
    "Øl etter jobben fredag?",
];

/// The companies of the directory, Fjord Elektro first.
pub(super) fn companies() -> Vec<(String, Value)> {
    let mut mix = Mix::new("companies");
    let company = |number: usize| {
        let (name, domain) = firm(number);
        let card = json!({
            "@type": "Card", "version": "1.0", "kind": "org", "uid": format!("company-{number:04}@fjord.example"),
            "name": {"full": name},
            "organizations": {"o1": {"name": name}},
            "emails": {"e1": {"address": format!("post@{domain}"), "contexts": {"work": true}}},
            "phones": {"p1": {"number": landline(number), "features": {"voice": true, "main-number": true}, "contexts": {"work": true}}},
            "addresses": {"a1": address_entry(&mut mix, "work")},
            "links": {"l1": {"uri": format!("https://www.{domain}/")}},
        });
        (format!("o-{number:04}"), card)
    };
    (0..COMPANIES).map(company).collect()
}

/// The people of the directory: Fjord Elektro's own, then about three in each other company.
pub(super) fn people() -> Vec<(String, Value)> {
    let mut mix = Mix::new("people");
    let colleagues =
        USERS.iter().chain(&COLLEAGUES).map(|(given, surname, title)| (Person { given, surname }, 0, *title));
    let colleagues: Vec<_> = colleagues.collect();
    let others = (0..PEOPLE - colleagues.len())
        .map(|number| (Person::numbered(number), 1 + number % (COMPANIES - 1), ""));
    let person = |(number, (person, company, title)): (usize, (Person, usize, &'static str))| {
        let title = if title.is_empty() { mix.pick(&TITLES) } else { title };
        (format!("p-{number:04}"), entry(&person, number, company, title, &mut mix))
    };
    colleagues.into_iter().chain(others).enumerate().map(person).collect()
}

fn entry(person: &Person, number: usize, company: usize, title: &str, mix: &mut Mix) -> Value {
    let (name, domain) = firm(company);
    // Colleagues are written to where they log in.
    let email = match number {
        0 => "kari@fjord.example".to_owned(),
        1 => "ola@fjord.example".to_owned(),
        _ => person.address(&domain),
    };
    let mut card = json!({
        "@type": "Card", "version": "1.0", "kind": "individual", "uid": format!("person-{number:04}@fjord.example"),
        "name": person.name(),
        "organizations": {"o1": {"name": name}},
        "titles": {"t1": {"name": title}},
        "emails": {"e1": {"address": email, "contexts": {"work": true}}},
        "phones": {
            "p1": {"number": mobile(10_000 + number), "features": {"mobile": true}, "contexts": {"work": true}},
            "p2": {"number": landline(company), "features": {"voice": true}, "contexts": {"work": true}},
        },
        "addresses": {"a1": address_entry(mix, "work")},
    });
    let is_colleague = company == 0;
    if is_colleague && let Some(card) = card.as_object_mut() {
        let photo = json!({"kind": "photo", "uri": photo::data_uri(mix), "mediaType": "image/png"});
        card.insert("media".to_owned(), json!({"photo": photo}));
    }
    card
}

/// A word as it stands in an address.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            'æ' => plain.push_str("ae"),
            'ø' => plain.push('o'),
            'å' => plain.push('a'),
            'é' => plain.push('e'),
            ' ' => plain.push('-'),
            letter => plain.push(letter),
        }
    }
    plain
}
