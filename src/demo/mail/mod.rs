//! What the demo's mailboxes have in them at the first start: some weeks of an electrician's mail. The same for
//! everybody who starts it, but for the dates.

mod special;
mod texts;
mod write;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::backoffice::company;
use crate::backoffice::company::mix::Mix;
use crate::connector::mailbox::fill::Letter;
use crate::mime::address::Mailbox;
use crate::model::message::Message;
use crate::model::object::set_of;
use special::Special;
use write::Draft;
use write::Part;

/// What is unread if it is newer, in minutes.
const UNREAD: i64 = 20 * 60;

/// Folders of their own.
const CUSTOMERS: &[&str] = &["Kunder"];
const SUPPLIERS: &[&str] = &["Leverandører"];
const SCHOOL: &[&str] = &["Prosjekter", "Sandviken skole"];

/// The mail of an account of the demo.
pub(super) fn of(email: &str, name: &str, now: Timestamp, zone: TimeZone) -> Vec<Letter> {
    let owner = Mailbox { name: Some(name.to_owned()), address: email.to_owned() };
    let mut desk = Desk { owner, now, zone, mix: Mix::new(email), letters: Vec::new() };
    match email {
        "kari@fjord.example" => desk.work("Ola Nordmann", "ola@fjord.example"),
        "ola@fjord.example" => desk.work("Kari Nordmann", "kari@fjord.example"),
        _ => desk.watch(),
    }
    // As it came: who looks at the numbers of messages sees the oldest first.
    desk.letters.sort_by_key(|letter| letter.message.received_at);
    desk.letters
}

struct Desk {
    owner: Mailbox,
    now: Timestamp,
    zone: TimeZone,
    mix: Mix,
    letters: Vec<Letter>,
}

/// A message that came, or was sent if the owner wrote it.
struct Came<'a> {
    mailbox: &'a [&'a str],
    keywords: &'a [&'a str],
    /// How long ago, in minutes.
    age: i64,
    from: &'a Mailbox,
    to: &'a Mailbox,
    subject: &'a str,
    answers: &'a [String],
    fields: &'a str,
    body: Part,
}

impl Desk {
    /// Somebody who works with people.
    fn work(&mut self, name: &str, address: &str) {
        let colleague = Mailbox { name: Some(name.to_owned()), address: address.to_owned() };
        self.specials(&colleague);
        self.threads();
        self.customers();
        self.colleagues();
        self.abroad();
        self.junk();
        self.drafts();
        for number in 0..14 {
            let mailbox: &[&str] = if number % 2 == 0 { &["Trash"] } else { &["Archive"] };
            self.machine(number, mailbox, 900 + 1300 * i64::try_from(number).unwrap_or_default());
        }
    }

    /// Somebody who works with machines.
    fn watch(&mut self) {
        for number in 0..120 {
            let age = 35 + 360 * i64::try_from(number).unwrap_or_default();
            let mailbox: &[&str] = if number < 60 { &["Inbox"] } else { &["Archive"] };
            self.machine(number, mailbox, age);
        }
    }

    fn specials(&mut self, colleague: &Mailbox) {
        let today = self.now.to_zoned(self.zone.clone()).date();
        let ages = [48, 190, 1500, 1900, 3100, 4400, 7600];
        let all = special::all(&self.owner, colleague, today, self.now);
        for (age, Special { from, subject, fields, body, keywords }) in ages.into_iter().zip(all) {
            let owner = self.owner.clone();
            self.put(Came {
                mailbox: &["Inbox"],
                keywords,
                age,
                from: &from,
                to: &owner,
                subject: &subject,
                answers: &[],
                fields: &fields,
                body,
            });
        }
    }

    fn threads(&mut self) {
        for (number, (subject, with, mails)) in (0..).zip(texts::THREADS) {
            let other = company_mailbox(company::colleague(with));
            let owner = self.owner.clone();
            let mut answers = Vec::new();
            let last = mails.len().saturating_sub(1);
            for (place, text) in mails.iter().enumerate() {
                let age = 2900 + number * 3300 - i64::try_from(place).unwrap_or_default() * 85;
                let is_own = place % 2 == 1;
                let (from, to) = if is_own { (&owner, &other) } else { (&other, &owner) };
                let school = number == 0;
                let mailbox: &[&str] = match is_own {
                    true => &["Sent"],
                    false if school => SCHOOL,
                    false => &["Inbox"],
                };
                let keywords: &[&str] =
                    if is_own || place == last { &["$seen"] } else { &["$seen", "$answered"] };
                let subject = if place == 0 { (*subject).to_owned() } else { format!("Sv: {subject}") };
                let body = Part::text(&signed_off(text, from));
                let id = self.put(Came {
                    mailbox,
                    keywords,
                    age,
                    from,
                    to,
                    subject: &subject,
                    answers: &answers,
                    fields: "",
                    body,
                });
                answers.push(id);
            }
        }
    }

    fn customers(&mut self) {
        for (number, (subject, text)) in (0_i64..).zip(texts::CUSTOMERS) {
            let customer = company_mailbox(company::customer(self.mix.below(4000)));
            let owner = self.owner.clone();
            let age = 12 + number * number * 70;
            let is_filed = number % 5 == 4;
            let mailbox: &[&str] = if is_filed { CUSTOMERS } else { &["Inbox"] };
            let is_answered = number % 3 == 2 && age > UNREAD;
            let keywords: &[&str] = match number {
                1 => &["$flagged"],
                _ if age < UNREAD => &[],
                _ if is_answered => &["$seen", "$answered"],
                _ if is_filed => &["$seen", "Kunde"],
                _ => &["$seen"],
            };
            let words = signed_off(text, &customer);
            let body = if number % 2 == 0 { Part::text(&words) } else { Part::both(&words) };
            let id = self.put(Came {
                mailbox,
                keywords,
                age,
                from: &customer,
                to: &owner,
                subject,
                answers: &[],
                fields: if number == 3 { "Importance: High\r\nX-Priority: 1\r\n" } else { "" },
                body,
            });
            if is_answered {
                let quoted: String = words.lines().map(|line| format!("> {line}\n")).collect();
                let answer = signed_off(
                    "Hei, og takk for henvendelsen.\n\nVi kommer tilbake til deg i løpet av morgendagen.",
                    &owner,
                );
                self.put(Came {
                    mailbox: &["Sent"],
                    keywords: &["$seen"],
                    age: age - 70,
                    from: &owner,
                    to: &customer,
                    subject: &format!("Sv: {subject}"),
                    answers: &[id],
                    fields: "",
                    body: Part::text(&format!("{answer}\n\n{} skrev:\n{quoted}", customer.display_name())),
                });
            }
        }
    }

    fn colleagues(&mut self) {
        for (number, (subject, text)) in (0_i64..).zip(texts::COLLEAGUES) {
            let from = company_mailbox(company::colleague(self.mix.below(18)));
            let age = 110 + number * 1700;
            self.came(&["Inbox"], age, &from, subject, Part::text(&signed_off(text, &from)));
        }
    }

    fn abroad(&mut self) {
        for (number, (from, subject, text)) in (0_i64..).zip(texts::ABROAD) {
            let mailbox: &[&str] = if number % 2 == 0 { &["Inbox"] } else { SUPPLIERS };
            let body = if number % 3 == 0 { Part::both(text) } else { Part::text(text) };
            self.came(mailbox, 2000 + number * 2600, &who(from), subject, body);
        }
    }

    fn junk(&mut self) {
        for (number, (from, subject, text)) in (0_i64..).zip(texts::JUNK) {
            self.came(&["Junk"], 700 + number * 2100, &who(from), subject, Part::text(text));
        }
    }

    fn drafts(&mut self) {
        for (number, (subject, text)) in (0_i64..).zip(texts::DRAFTS) {
            let owner = self.owner.clone();
            let to = company_mailbox(company::customer(self.mix.below(4000)));
            self.put(Came {
                mailbox: &["Drafts"],
                keywords: &["$seen", "$draft"],
                age: 60 + number * 3000,
                from: &owner,
                to: &to,
                subject,
                answers: &[],
                fields: "",
                body: Part::text(text),
            });
        }
    }

    fn machine(&mut self, number: usize, mailbox: &[&str], age: i64) {
        let (subject, text) =
            texts::MACHINES.get(number % texts::MACHINES.len()).copied().unwrap_or_default();
        let text = text.replace("{0}", &(11 + self.mix.below(48)).to_string());
        let from = who("Serverrommet <drift@fjord.example>");
        let owner = self.owner.clone();
        self.put(Came {
            mailbox,
            keywords: if age < UNREAD { &[] } else { &["$seen"] },
            age,
            from: &from,
            to: &owner,
            subject,
            answers: &[],
            fields: "Auto-Submitted: auto-generated\r\n",
            body: Part::text(&text),
        });
    }

    /// What simply came; what is new is unread.
    fn came(&mut self, mailbox: &[&str], age: i64, from: &Mailbox, subject: &str, body: Part) {
        let owner = self.owner.clone();
        let keywords: &[&str] = if age < UNREAD { &[] } else { &["$seen"] };
        self.put(Came { mailbox, keywords, age, from, to: &owner, subject, answers: &[], fields: "", body });
    }

    /// Its id.
    fn put(&mut self, came: Came<'_>) -> String {
        let at = self.time(came.age);
        let id = format!("{}.{}@{}", at.as_second(), self.letters.len(), domain(came.from));
        let draft = Draft {
            from: came.from,
            to: std::slice::from_ref(came.to),
            subject: came.subject,
            sent_at: at,
            id: &id,
            answers: came.answers,
            fields: came.fields,
            body: came.body,
        };
        let message =
            Message { received_at: Some(at), keywords: set_of(came.keywords), ..Message::default() };
        let mailbox = came.mailbox.iter().map(|&name| name.to_owned()).collect();
        self.letters.push(Letter { mailbox, message, raw: draft.write() });
        id
    }

    /// So many minutes ago; what is older than a day was written between seven and ten.
    fn time(&self, age: i64) -> Timestamp {
        const DAY: i64 = 24 * 60;
        let ago = |minutes| self.now.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(self.now);
        let at = ago(age);
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        if age < DAY {
            return at;
        }
        let zoned = at.to_zoned(self.zone.clone());
        let minute = i64::from(zoned.hour()) * 60 + i64::from(zoned.minute());
        let wanted = 7 * 60 + minute * 15 / 24;
        at.saturating_add(SignedDuration::from_mins(wanted - minute)).unwrap_or(at)
    }
}

fn signed_off(text: &str, from: &Mailbox) -> String {
    format!("{text}\n\n{}", from.display_name())
}

fn company_mailbox((name, address): (String, String)) -> Mailbox {
    Mailbox { name: Some(name), address }
}

fn who(text: &str) -> Mailbox {
    crate::mime::address::read(text).into_iter().next().unwrap_or_default()
}

fn domain(from: &Mailbox) -> &str {
    from.address.rsplit_once('@').map_or("fjord.example", |(_, domain)| domain)
}

#[cfg(test)]
mod tests;
