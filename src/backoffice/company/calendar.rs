//! Events around a start day: series with moved and deleted occurrences, days off, meetings, jobs.

use jiff::Span;
use jiff::civil::Date;
use jiff::civil::Weekday;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::backoffice::company::day;
use crate::backoffice::company::mix::Mix;
use crate::backoffice::company::people::Person;
use crate::backoffice::company::people::address;
use crate::backoffice::company::people::firm;
use crate::backoffice::company::people::mobile;
use crate::backoffice::company::stamp;
use crate::backoffice::company::tables::ALL_DAY;
use crate::backoffice::company::tables::COLLEAGUES;
use crate::backoffice::company::tables::JOBS;
use crate::backoffice::company::tables::MEETINGS;

const ZONE: &str = "Europe/Oslo";

/// How many of which kind; jobs fill up the rest.
#[derive(Clone, Copy)]
pub(super) struct Counts {
    pub(super) series: usize,
    pub(super) all_day: usize,
    pub(super) meetings: usize,
    pub(super) total: usize,
}

/// The events of a calendar, named after its owner.
pub(super) fn events(owner: &'static str, counts: Counts, today: Date) -> Vec<(String, Value)> {
    let mut mix = Mix::new(owner);
    let mut events: Vec<Value> = series(today).into_iter().take(counts.series).collect();
    events.extend((0..counts.all_day).map(|number| all_day(number, &mut mix, today)));
    events.extend((0..counts.meetings).map(|_| meeting(owner, &mut mix, today)));
    while events.len() < counts.total {
        events.push(job(&mut mix, today));
    }
    let named = |(number, mut event): (usize, Value)| {
        let id = format!("e-{number:04}");
        put(&mut event, "uid", format!("event-{owner}-{number:04}@fjord.example").into());
        put(&mut event, "updated", stamp(today, -7).into());
        (id, event)
    };
    (1..).zip(events).map(named).collect()
}

fn put(event: &mut Value, name: &str, value: Value) {
    if let Some(event) = event.as_object_mut() {
        event.insert(name.to_owned(), value);
    }
}

fn timed(title: &str, date: Date, start: &str, duration: &str) -> Value {
    json!({
        "@type": "Event", "title": title, "start": format!("{date}T{start}:00"), "timeZone": ZONE,
        "duration": duration,
    })
}

/// An event of whole days: its dates are the same wherever the phone is.
fn days(title: &str, date: Date, count: u8) -> Value {
    json!({
        "@type": "Event", "title": title, "start": format!("{date}T00:00:00"), "duration": format!("P{count}D"),
        "showWithoutTime": true,
    })
}

fn repeated(mut event: Value, rule: Value) -> Value {
    let mut rule = rule;
    put(&mut rule, "@type", "RecurrenceRule".into());
    put(&mut event, "recurrenceRule", rule);
    event
}

/// Occurrences that differ, by the start that the rule gave them.
fn except(mut event: Value, overrides: &[(Date, &str, Value)]) -> Value {
    let overrides =
        overrides.iter().map(|(date, start, patch)| (format!("{date}T{start}:00"), patch.clone()));
    put(&mut event, "recurrenceOverrides", Value::Object(overrides.collect()));
    event
}

fn remind(mut event: Value, before: &str) -> Value {
    let trigger = json!({"@type": "OffsetTrigger", "offset": format!("-{before}")});
    put(&mut event, "alerts", json!({"a1": {"@type": "Alert", "action": "display", "trigger": trigger}}));
    event
}

fn at(mut event: Value, place: &str) -> Value {
    put(&mut event, "locations", json!({"l1": {"@type": "Location", "name": place}}));
    event
}

fn with(mut event: Value, name: &str, value: impl Into<Value>) -> Value {
    put(&mut event, name, value.into());
    event
}

fn gone() -> Value {
    json!({"excluded": true})
}

fn moved(date: Date, start: &str) -> Value {
    json!({"start": format!("{date}T{start}:00")})
}

/// The Monday of the week.
fn monday(date: Date) -> Date {
    day(date, -i64::from(date.weekday().to_monday_zero_offset()))
}

/// The series every calendar has some of, the most telling first.
#[expect(clippy::too_many_lines, reason = "a table, one series after the other")]
fn series(today: Date) -> Vec<Value> {
    let week = monday(today);
    let month = today.first_of_month();
    let months = |count: i64| month.saturating_add(Span::new().months(count));
    let nth = |month: Date, nth, weekday| month.nth_weekday_of_month(nth, weekday).unwrap_or(month);
    let tuesday = |count| nth(months(count), 1, Weekday::Tuesday);
    let friday = |count| nth(months(count), -1, Weekday::Friday);
    let weekly = |day: &str| json!({"frequency": "weekly", "byDay": [{"@type": "NDay", "day": day}]});
    let by_nth = |day: &str, nth: i64| json!({"frequency": "monthly", "byDay": [{"@type": "NDay", "day": day, "nthOfPeriod": nth}]});
    let yearly =
        |title, date: Date| remind(repeated(days(title, date, 1), json!({"frequency": "yearly"})), "P1D");
    let morning = repeated(timed("Morgenmøte", day(week, -140), "07:15", "PT30M"), weekly("mo"));
    let planning = repeated(timed("Planlegging av neste uke", day(week, -95), "14:00", "PT1H"), weekly("th"));
    let control = repeated(timed("Internkontroll", tuesday(-6), "12:00", "PT1H30M"), by_nth("tu", 1));
    let pizza = repeated(timed("Fredagspizza", friday(-5), "15:30", "PT1H"), by_nth("fr", -1));
    let site = attended(
        timed("Byggemøte Sandviken skole", day(week, -26), "09:00", "PT1H30M"),
        "kari",
        &[3, 14, 17],
    );
    let duty = repeated(days("Vaktuke", day(week, -84), 7), json!({"frequency": "weekly", "interval": 4}));
    let done = repeated(timed("Byggemøte Dokken", day(week, -152), "13:00", "PT1H"), weekly("we"));
    let rounds = repeated(timed("HMS-runde på lageret", day(week, -66), "08:00", "PT45M"), weekly("fr"));
    vec![
        except(
            remind(at(morning, "Kontoret"), "PT10M"),
            &[
                (day(week, -7), "07:15", gone()),
                (day(week, 7), "07:15", moved(day(week, 8), "08:30")),
                (day(week, 14), "07:15", json!({"title": "Morgenmøte med frokost", "duration": "PT1H"})),
                (day(week, 28), "07:15", gone()),
            ],
        ),
        except(
            control,
            &[(tuesday(-1), "12:00", gone()), (tuesday(1), "12:00", moved(day(tuesday(1), 2), "10:00"))],
        ),
        except(
            repeated(at(site, "Sandviken skole, brakke 2"), weekly("we")),
            &[
                (day(week, -5), "09:00", json!({"locations/l1/name": "Sandviken skole, plan 3"})),
                (day(week, 9), "09:00", moved(day(week, 10), "12:30")),
                (day(week, 16), "09:00", gone()),
            ],
        ),
        yearly("Bursdag: mamma", day(today, 11 - 365)),
        except(planning, &[(day(week, 10), "14:00", gone())]),
        except(duty, &[(day(week, 28), "00:00", gone())]),
        with(
            repeated(
                timed("Trening", day(week, -55), "18:00", "PT1H15M"),
                json!({"frequency": "weekly",
            "byDay": [{"@type": "NDay", "day": "tu"}, {"@type": "NDay", "day": "th"}]}),
            ),
            "privacy",
            "private",
        ),
        except(at(pizza, "Pauserommet"), &[(friday(0), "15:30", json!({"title": "Fredagspizza og quiz"}))]),
        repeated(
            timed("Fakturagrunnlag", nth_day(months(-4), 15), "09:00", "PT2H"),
            json!({"frequency": "monthly", "byMonthDay": [15]}),
        ),
        with_until(done, day(week, -40), "13:00"),
        repeated(
            timed("Ringe vakttelefonen", day(week, 1), "08:00", "PT15M"),
            json!({"frequency": "daily", "count": 10}),
        ),
        with_interval(rounds, 2),
        yearly("Bursdag: Bjørn, 60 år", day(today, 40)),
        repeated(
            timed("Styremøte", tuesday(-9), "16:00", "PT2H"),
            json!({"frequency": "monthly", "interval": 3,
            "byDay": [{"@type": "NDay", "day": "tu", "nthOfPeriod": 1}]}),
        ),
        yearly("Fjord Elektro fyller år", day(today, -100)),
        with(
            repeated(timed("Korøvelse", day(week, -28), "19:00", "PT2H"), weekly("mo")),
            "privacy",
            "private",
        ),
    ]
}

fn nth_day(month: Date, number: i64) -> Date {
    day(month, number - 1)
}

fn rule_with(mut event: Value, name: &str, value: Value) -> Value {
    if let Some(rule) = event.get_mut("recurrenceRule") {
        put(rule, name, value);
    }
    event
}

fn with_until(event: Value, last: Date, start: &str) -> Value {
    rule_with(event, "until", format!("{last}T{start}:00").into())
}

fn with_interval(event: Value, interval: u8) -> Value {
    rule_with(event, "interval", interval.into())
}

fn all_day(number: usize, mix: &mut Mix, today: Date) -> Value {
    let (title, count) = ALL_DAY.get(number % ALL_DAY.len()).copied().unwrap_or_default();
    let event = days(title, spread(mix, today), count);
    match title {
        "Ferie" | "Hyttetur" | "Avspasering" => with(event, "privacy", "private"),
        _ if title.starts_with("Frist") => with(remind(event, "PT15H"), "freeBusyStatus", "free"),
        _ => event,
    }
}

fn meeting(owner: &str, mix: &mut Mix, today: Date) -> Value {
    let (title, text) = mix.pick(&MEETINGS);
    let (company, _) = firm(1 + mix.below(499));
    let start = mix.pick(&["08:30", "09:00", "10:15", "12:00", "13:00", "14:30"]);
    let duration = mix.pick(&["PT30M", "PT1H", "PT1H", "PT1H30M", "PT2H"]);
    let event = timed(&format!("{title}: {company}"), spread(mix, today), start, duration);
    let event = with(remind(event, "PT15M"), "description", text);
    let guests: Vec<usize> = (0..1 + mix.below(4)).map(|_| mix.below(COLLEAGUES.len())).collect();
    let event = with(attended(event, owner, &guests), "keywords", json!({"Møte": true}));
    at(event, mix.pick(&["Møterom Fløyen", "Møterom Ulriken", "Hos kunden", "Teams"]))
}

/// Adds the owner as organizer and these colleagues, who have answered in their own ways.
fn attended(event: Value, owner: &str, guests: &[usize]) -> Value {
    let entry = |name: &str, address: &str, roles: Value, status: &str| {
        json!({"@type": "Participant", "name": name, "calendarAddress": format!("mailto:{address}"),
            "roles": roles, "participationStatus": status, "kind": "individual"})
    };
    let name = if owner == "ola" { "Ola Nordmann" } else { "Kari Nordmann" };
    let address = format!("{}@fjord.example", if owner == "ola" { "ola" } else { "kari" });
    let mut participants = Map::new();
    let roles = json!({"owner": true, "attendee": true});
    participants.insert("owner".to_owned(), entry(name, &address, roles, "accepted"));
    for number in guests {
        let (given, surname, _) = COLLEAGUES.get(*number).copied().unwrap_or_default();
        let person = Person { given, surname };
        let status = ["accepted", "tentative", "needs-action", "declined", "accepted"].get(number % 5);
        let roles = if number % 4 == 3 { json!({"optional": true}) } else { json!({"attendee": true}) };
        let status = status.copied().unwrap_or("accepted");
        let guest = entry(&person.full(), &person.address("fjord.example"), roles, status);
        participants.insert(format!("g{number}"), guest);
    }
    let event = with(event, "organizerCalendarAddress", format!("mailto:{address}"));
    with(event, "participants", Value::Object(participants))
}

/// A job at a customer's.
fn job(mix: &mut Mix, today: Date) -> Value {
    let (title, text, hours) = mix.pick(&JOBS);
    let number = mix.below(4000);
    let customer = Person::numbered(number);
    let (street, postcode, place) = address(mix);
    let start = mix.pick(&["07:30", "08:00", "09:30", "11:00", "12:30", "14:00"]);
    let event =
        timed(&format!("{title}, {}", customer.surname), spread(mix, today), start, &format!("PT{hours}H"));
    let text = format!("{text}\n\nKunde: {}\nTelefon: {}", customer.full(), mobile(number));
    let event = with(event, "description", text);
    let event = with(event, "keywords", json!({mix.pick(&["Service", "Installasjon", "Prosjekt"]): true}));
    let event = at(event, &format!("{street}, {postcode} {place}"));
    if mix.one_in(3) { remind(event, "PT30M") } else { event }
}

/// A working day from four months back to three ahead, nearer days more often.
fn spread(mix: &mut Mix, today: Date) -> Date {
    let reach = if mix.one_in(2) { 30 } else { 105 };
    let offset =
        i64::try_from(mix.below(2 * reach)).unwrap_or_default() - i64::try_from(reach).unwrap_or_default();
    let date = day(today, offset - 8);
    match date.weekday() {
        Weekday::Saturday => day(date, 2),
        Weekday::Sunday => day(date, 1),
        _ => date,
    }
}
