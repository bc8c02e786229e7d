//! Random rules, expanded here and by another implementation. A test and nothing else.

use jiff::civil::DateTime;
use jiff::civil::datetime;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::strategy::Just;
use serde_json::Value;
use serde_json::json;

use crate::model::object::Shape;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::expand::Starts;

const DAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

fn subset<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let most = all.len().min(3);
    prop_oneof![Just(Vec::new()), proptest::sample::subsequence(all, 1..=most)]
}

/// Rules that RFC 5545 and RFC 8984 read alike, within what phones and calendars make.
fn rules() -> impl Strategy<Value = Value> {
    let by_day = |nth: Vec<i32>| {
        subset(
            DAYS.iter().flat_map(|day| nth.iter().map(move |nth| (*day, *nth)).collect::<Vec<_>>()).collect(),
        )
    };
    let months = || subset((1..=12).map(|month: i32| month.to_string()).collect());
    let month_days = || subset(vec![1, 2, 15, 28, 29, 30, 31, -1, -2, -31]);
    let positions = || subset(vec![1, 2, 3, -1, -2]);
    let daily = (months(), month_days(), by_day(vec![0]))
        .prop_map(|(months, days, by_day)| ("daily", months, days, by_day, Vec::new()));
    // Without positions: the other side numbers the first week from the first start, not from its Monday.
    let weekly = (months(), by_day(vec![0]))
        .prop_map(|(months, by_day)| ("weekly", months, Vec::new(), by_day, Vec::new()));
    // Every Sunday together with the last one is nobody's rule, and the other side takes it for the last alone.
    let monthly_days = prop_oneof![by_day(vec![0]), by_day(vec![1, 2, 5, -1, -2])];
    let yearly_days = prop_oneof![by_day(vec![0]), by_day(vec![1, 5, -1, 20])];
    let monthly = (months(), month_days(), monthly_days, positions())
        .prop_map(|(months, days, by_day, at)| ("monthly", months, days, by_day, at));
    let yearly = (months(), month_days(), yearly_days, positions())
        .prop_map(|(months, days, by_day, at)| ("yearly", months, days, by_day, at));
    (prop_oneof![daily, weekly, monthly, yearly], 1..=4_u32, proptest::sample::select(&DAYS[..])).prop_map(
        |((frequency, months, mut days, by_day, at), interval, first)| {
            // RFC 8984 takes the month from the start where RFC 5545 takes all twelve.
            if frequency == "yearly" && months.is_empty() {
                days.clear();
            }
            // A position without a list to take it from is refused by the other side.
            let at = if days.is_empty() && by_day.is_empty() && months.is_empty() { Vec::new() } else { at };
            let by_day: Vec<_> =
                by_day
                    .iter()
                    .map(|(day, nth)| {
                        if *nth == 0 { json!({"day": day}) } else { json!({"day": day, "nthOfPeriod": nth}) }
                    })
                    .collect();
            json!({"frequency": frequency, "interval": interval, "firstDayOfWeek": first, "byMonth": months,
                "byMonthDay": days, "byDay": by_day, "bySetPosition": at, "until": "2033-01-01T00:00:00"})
        },
    )
}

/// The rule in iCalendar's words.
fn words(rule: &Value) -> String {
    let list = |name: &str| rule[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_uppercase);
    let day = |day: &Value| {
        let nth = day["nthOfPeriod"].as_i64().map(|nth| nth.to_string()).unwrap_or_default();
        format!("{nth}{}", text(&day["day"]))
    };
    let mut words = format!(
        "FREQ={};INTERVAL={};WKST={};UNTIL=20330101T000000Z",
        text(&rule["frequency"]),
        rule["interval"],
        text(&rule["firstDayOfWeek"])
    );
    for (name, key) in [("byMonth", "BYMONTH"), ("byMonthDay", "BYMONTHDAY"), ("bySetPosition", "BYSETPOS")] {
        let values = list(name).iter().map(text).collect::<Vec<_>>().join(",");
        words += &if values.is_empty() { values } else { format!(";{key}={values}") };
    }
    let days = list("byDay").iter().map(day).collect::<Vec<_>>().join(",");
    words + &if days.is_empty() { days } else { format!(";BYDAY={days}") }
}

/// The first starts after `start` by the other implementation; none when it refuses the rule.
fn oracle(words: &str, start: DateTime, count: u16) -> Option<Vec<DateTime>> {
    let start = start.strftime("%Y%m%dT%H%M%SZ");
    let set: rrule::RRuleSet = format!(
        "DTSTART:{start}
RRULE:{words}"
    )
    .parse()
    .ok()?;
    let starts = set.all(count).dates;
    Some(starts.iter().map(|start| start.format("%Y-%m-%dT%H:%M:%S").to_string().parse().unwrap()).collect())
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_makes_the_starts_that_others_see(rule in rules(), day in 0..4_000_i32) {
        let start = datetime(2018, 1, 1, 9, 30, 0, 0) + jiff::Span::new().days(day);
        let words = words(&rule);
        // Others leave a first start out that the rule does not make: begin with one it makes.
        let Some(first) = oracle(&words, start, 1).and_then(|starts| starts.first().copied()) else { return Ok(()) };
        let Some(expected) = oracle(&words, first, 12) else { return Ok(()) };
        let rule = RecurrenceRule::read(&rule).unwrap();
        let starts: Vec<_> = Starts::new(&rule, first).take(12).collect();
        prop_assert_eq!(starts, expected, "{}", words);
    }
}
