//! The changes of a zone's clock as iCalendar writes them: STANDARD and DAYLIGHT, yearly rules, offsets.
//! Knows no zone by name.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Weekday;
use jiff::tz::Offset;

use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::time;

/// One change of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// The offset until then.
    pub from: Offset,
    /// The offset from then on.
    pub to: Offset,
    /// What the time is called from then on; may be empty.
    pub name: String,
    /// Whether it goes forward.
    pub is_daylight: bool,
}

impl Change {
    /// What the clock shows when it changes.
    fn local(&self) -> DateTime {
        self.from.to_datetime(self.at)
    }

    /// The year in which it happens.
    pub fn year(&self) -> i16 {
        self.local().year()
    }
}

/// No zone has changed its mind oftener.
const MOST_PARTS: usize = 500;
const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// The changes that a VTIMEZONE makes in some years, in order; of one that makes none, its last before.
pub fn changes(zone: &Component, first: i16, last: i16) -> Vec<Change> {
    let mut all: Vec<Change> =
        zone.components.iter().take(MOST_PARTS).flat_map(|part| of_observance(part, first, last)).collect();
    all.sort_by_key(|change| change.at);
    let kept = all.iter().position(|change| change.year() >= first);
    let before = kept.map_or(all.len(), |kept| kept).saturating_sub(1);
    if kept == Some(0) { all } else { all.split_off(before) }
}

fn of_observance(part: &Component, first: i16, last: i16) -> Vec<Change> {
    let offset = |name: &str| part.property(name).and_then(|property| parse_offset(&property.value));
    let start = part.property("DTSTART").and_then(|property| time::parse_local(&property.value));
    let (Some(from), Some(to), Some(start)) = (offset("TZOFFSETFROM"), offset("TZOFFSETTO"), start) else {
        return Vec::new();
    };
    let rule = part.property("RRULE").and_then(|property| YearlyRule::parse(&property.value, from));
    let dates = part.properties.iter().filter(|property| property.name == "RDATE");
    let listed = dates.flat_map(|property| property.value.split(',')).filter_map(time::parse_local);
    let ruled = rule.into_iter().flat_map(|rule| {
        // From the year before, as its last change says how the first year begins.
        let begin = rule.until.map_or(first, |until| first.min(until.year())).saturating_sub(1);
        let times = (begin.max(start.year())..=last).filter_map(move |year| rule.date(year));
        let times = times.map(move |date| date.to_datetime(start.time()));
        times.filter(move |time| *time > start && rule.until.is_none_or(|until| *time <= until))
    });
    let name = part.property("TZNAME").map(Property::to_plain).unwrap_or_default();
    let is_daylight = part.name == "DAYLIGHT";
    std::iter::once(start)
        .chain(listed)
        .chain(ruled)
        .filter_map(|time| {
            Some(Change { at: from.to_timestamp(time).ok()?, from, to, name: name.clone(), is_daylight })
        })
        .collect()
}

/// `FREQ=YEARLY` on the nth weekday of a month, which is all that zones use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct YearlyRule {
    month: i8,
    nth: i8,
    weekday: Weekday,
    /// The first day of the month it may be, instead of counting weekdays.
    from_day: Option<i8>,
    until: Option<DateTime>,
}

impl YearlyRule {
    fn parse(text: &str, from: Offset) -> Option<Self> {
        let part = |wanted: &str| {
            text.split(';')
                .find_map(|part| part.split_once('=').filter(|(name, _)| *name == wanted))
                .map(|(_, value)| value)
        };
        let (nth, day) = part("BYDAY")?.split_at_checked(part("BYDAY")?.len().checked_sub(2)?)?;
        let weekday = DAYS.into_iter().find(|(name, _)| *name == day)?.1;
        let from_day = part("BYMONTHDAY").and_then(|days| days.split(',').next()?.parse().ok());
        let nth = if nth.is_empty() { 1 } else { nth.trim_start_matches('+').parse().ok()? };
        let until = part("UNTIL").and_then(|until| match until.ends_with('Z') {
            true => time::parse_instant(until).map(|until| from.to_datetime(until)),
            false => time::parse_local(until),
        });
        Some(Self { month: part("BYMONTH")?.parse().ok()?, nth, weekday, from_day, until })
    }

    fn date(&self, year: i16) -> Option<Date> {
        let month = Date::new(year, self.month, 1).ok()?;
        match self.from_day {
            Some(day) => {
                let day = Date::new(year, self.month, day).ok()?;
                if day.weekday() == self.weekday { Some(day) } else { day.nth_weekday(1, self.weekday).ok() }
            }
            None => month.nth_weekday_of_month(self.nth, self.weekday).ok(),
        }
    }

    /// The rule by which a day was chosen: counted from the end where it is the last one.
    fn of(day: Date, counted_from_end: bool) -> Self {
        let nth = if counted_from_end {
            -((day.days_in_month() - day.day()) / 7 + 1)
        } else {
            (day.day() - 1) / 7 + 1
        };
        Self { month: day.month(), nth, weekday: day.weekday(), from_day: None, until: None }
    }

    fn to_text(self) -> String {
        let day =
            DAYS.into_iter().find(|(_, weekday)| *weekday == self.weekday).map_or("SU", |(name, _)| name);
        format!("FREQ=YEARLY;BYMONTH={};BYDAY={}{day}", self.month, self.nth)
    }
}

/// The components that make these changes; runs of years with one rule become one of them.
///
/// The last rules go on for ever if `endless`.
pub fn observances(changes: &[Change], endless: bool) -> Vec<Component> {
    let last_year = changes.last().map_or(0, Change::year);
    let mut waiting: Vec<&Change> = changes.iter().collect();
    let mut components = Vec::new();
    while let Some(first) = waiting.first().copied() {
        let candidates = [true, false].map(|from_end| run(&waiting, first, from_end));
        let [from_end, from_start] = candidates;
        let (end, start) = (from_end.1.len(), from_start.1.len());
        // Nobody counts Sundays from the end but the last one.
        let is_counted_from_end = end > start || end == start && from_end.0.nth == -1;
        let (rule, length) = if is_counted_from_end { from_end } else { from_start };
        let until = length.last().filter(|last| !(endless && last.year() >= last_year - 1));
        components.push(observance(first, (length.len() > 1).then_some(rule), until.copied()));
        waiting.retain(|change| !length.iter().any(|taken| taken.at == change.at));
    }
    components
}

/// The changes like the first one in the years that follow without a gap.
fn run<'a>(waiting: &[&'a Change], first: &'a Change, from_end: bool) -> (YearlyRule, Vec<&'a Change>) {
    let rule = YearlyRule::of(first.local().date(), from_end);
    let mut length = vec![first];
    let mut year = first.year();
    for change in waiting.iter().skip(1) {
        let local = change.local();
        let alike =
            (change.from, change.to) == (first.from, first.to) && local.time() == first.local().time();
        if alike && local.year() == year + 1 && rule.date(local.year()) == Some(local.date()) {
            length.push(change);
            year += 1;
        }
    }
    (rule, length)
}

fn observance(first: &Change, rule: Option<YearlyRule>, until: Option<&Change>) -> Component {
    let mut component = Component::new(if first.is_daylight { "DAYLIGHT" } else { "STANDARD" });
    component.push(Property::raw("DTSTART", time::local_text(first.local())));
    if let Some(rule) = rule {
        let until = until.map(|last| format!(";UNTIL={}", time::utc_text(last.at))).unwrap_or_default();
        component.push(Property::raw("RRULE", format!("{}{until}", rule.to_text())));
    }
    component.push(Property::raw("TZOFFSETFROM", offset_text(first.from)));
    component.push(Property::raw("TZOFFSETTO", offset_text(first.to)));
    if !first.name.is_empty() {
        component.push(Property::text("TZNAME", &first.name));
    }
    component
}

/// `+0100`, with seconds where there are any.
pub fn offset_text(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let rest = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}

fn parse_offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let part = |from: usize| match digits.get(from..from + 2) {
        Some(part) => part.parse::<i32>().ok(),
        None => Some(0),
    };
    Offset::from_seconds(sign * (part(0)? * 3600 + part(2)? * 60 + part(4)?)).ok()
}
