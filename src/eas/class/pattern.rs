//! How an item repeats, as the protocol says it (MS-ASCAL 2.2.2.37, MS-ASTASK 2.2.2.20 Recurrence): the elements, and
//! a JSCalendar rule made of them and told by them. Rules they cannot tell are `cover`'s business.

use jiff::civil::DateTime;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::calendar;
use wbxml::tasks;

use crate::eas::class::Unreadable;
use crate::eas::class::codec::number;
use crate::model::recurrence::Frequency;
use crate::model::recurrence::NDay;
use crate::model::recurrence::RecurrenceRule;
use crate::model::recurrence::Weekday;

/// The elements of one class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tags {
    pub(super) kind: Tag,
    pub(super) occurrences: Tag,
    pub(super) interval: Tag,
    pub(super) week_of_month: Tag,
    pub(super) day_of_week: Tag,
    pub(super) month_of_year: Tag,
    pub(super) until: Tag,
    pub(super) day_of_month: Tag,
    pub(super) calendar_type: Tag,
    pub(super) is_leap_month: Tag,
    pub(super) first_day_of_week: Tag,
}

/// Those of events.
pub(super) const EVENT: Tags = Tags {
    kind: calendar::TYPE,
    occurrences: calendar::OCCURRENCES,
    interval: calendar::INTERVAL,
    week_of_month: calendar::WEEK_OF_MONTH,
    day_of_week: calendar::DAY_OF_WEEK,
    month_of_year: calendar::MONTH_OF_YEAR,
    until: calendar::UNTIL,
    day_of_month: calendar::DAY_OF_MONTH,
    calendar_type: calendar::CALENDAR_TYPE,
    is_leap_month: calendar::IS_LEAP_MONTH,
    first_day_of_week: calendar::FIRST_DAY_OF_WEEK,
};

/// Those of tasks.
pub(super) const TASK: Tags = Tags {
    kind: tasks::TYPE,
    occurrences: tasks::OCCURRENCES,
    interval: tasks::INTERVAL,
    week_of_month: tasks::WEEK_OF_MONTH,
    day_of_week: tasks::DAY_OF_WEEK,
    month_of_year: tasks::MONTH_OF_YEAR,
    until: tasks::UNTIL,
    day_of_month: tasks::DAY_OF_MONTH,
    calendar_type: tasks::CALENDAR_TYPE,
    is_leap_month: tasks::IS_LEAP_MONTH,
    first_day_of_week: tasks::FIRST_DAY_OF_WEEK,
};

/// A recurrence as the protocol has it; 5 as a week is the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) kind: u8,
    pub(super) occurrences: Option<u32>,
    pub(super) interval: u32,
    pub(super) week_of_month: Option<u8>,
    pub(super) day_of_week: Option<u8>,
    pub(super) month_of_year: Option<u8>,
    /// By the clock of the item's zone.
    pub(super) until: Option<DateTime>,
    pub(super) day_of_month: Option<u8>,
    pub(super) calendar_type: Option<u8>,
    pub(super) is_leap_month: bool,
    pub(super) first_day_of_week: Option<u8>,
}

/// Every so many days.
pub(super) const DAILY: u8 = 0;
/// On these days of the week.
pub(super) const WEEKLY: u8 = 1;
/// On this day of the month.
pub(super) const MONTHLY: u8 = 2;
/// On the nth such day of the month.
pub(super) const MONTHLY_NTH: u8 = 3;
/// On this day of this month.
pub(super) const YEARLY: u8 = 5;
/// On the nth such day of this month.
pub(super) const YEARLY_NTH: u8 = 6;

const LAST: u8 = 5;
const EVERY_DAY: u8 = 127;
/// The number of the calendar system that a phone named, where JSCalendar has no name for it.
const CALENDAR_TYPE: &str = "lomme.app:calendarType";
const WEEK: [Weekday; 7] = [
    Weekday::Sunday,
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
];

/// MS-ASCAL 3.2.5.3: calendars that may be shown and not be asked for.
const UNKNOWN_CALENDARS: [&str; 8] = ["13", "16", "17", "18", "19", "21", "22", "23"];

impl Pattern {
    /// Writes the children of `Recurrence`, in the order of the schema; `until` as the class writes it.
    pub(super) fn write(&self, tags: &Tags, until: Option<&str>, version: Version, writer: &mut Writer) {
        fn put(writer: &mut Writer, tag: Tag, value: Option<u8>) {
            if let Some(value) = value {
                writer.number(tag, value);
            }
        }
        writer.number(tags.kind, self.kind);
        if let Some(occurrences) = self.occurrences {
            writer.number(tags.occurrences, occurrences);
        }
        writer.number(tags.interval, self.interval);
        put(writer, tags.week_of_month, self.week_of_month);
        put(writer, tags.day_of_week, self.day_of_week);
        put(writer, tags.month_of_year, self.month_of_year);
        if let Some(until) = until {
            writer.text(tags.until, until);
        }
        put(writer, tags.day_of_month, self.day_of_month);
        let is_dated = matches!(self.kind, MONTHLY | MONTHLY_NTH | YEARLY | YEARLY_NTH);
        if version >= Version::V14_0 && is_dated {
            // MS-ASTASK 2.2.2.3 (CalendarType): there with these types.
            writer.number(tags.calendar_type, self.calendar_type.unwrap_or(0));
            if self.is_leap_month {
                writer.number(tags.is_leap_month, 1);
            }
        }
        if version >= Version::V14_1 && self.kind == WEEKLY {
            // MS-ASTASK 2.2.2.13 (FirstDayOfWeek): there with weeks.
            writer.number(tags.first_day_of_week, self.first_day_of_week.unwrap_or(1));
        }
    }

    /// Reads the children of `Recurrence`; what `until` cannot read makes no sense.
    ///
    /// Without a type they change the `known` pattern (MS-ASCAL 2.2.2.37, from 16.0 on); without that either they
    /// make no sense.
    pub(super) fn read(
        element: Element<'_>,
        tags: &Tags,
        known: Option<&Self>,
        until: impl Fn(&str) -> Option<DateTime>,
    ) -> Result<Self, Unreadable> {
        let filled = |tag| element.child(tag).filter(|child| !child.is_empty());
        let byte = |tag, least, most| filled(tag).map(|child| number::<u8>(child, least, most)).transpose();
        let kind = byte(tags.kind, DAILY, YEARLY_NTH)?.filter(|kind| *kind != 4);
        let missing = Unreadable { element: tags.kind, reason: "a recurrence without its type" };
        let base = match (kind, known.filter(|_| !element.has(tags.kind))) {
            (Some(kind), _) => Self { kind, interval: 1, ..Self::default() },
            (None, Some(known)) => known.clone(),
            (None, None) => return Err(missing),
        };
        let told_until = |child: Element<'_>| {
            until(child.text()).ok_or_else(|| Unreadable::at(child, "not a date it may hold"))
        };
        let occurrences = filled(tags.occurrences).map(|child| number(child, 1, 9999)).transpose()?;
        let until = filled(tags.until).map(told_until).transpose()?;
        let interval = filled(tags.interval).map(|child| number::<u32>(child, 0, 999)).transpose()?;
        let leap = byte(tags.is_leap_month, 0, 1)?;
        // MS-ASCAL 3.2.5.3, MS-ASTASK 3.2.5.3: Status 6 for an element that the type has not, and for these calendars.
        for (tag, kinds) in [
            (tags.day_of_month, &[MONTHLY, YEARLY][..]),
            (tags.day_of_week, &[DAILY, WEEKLY, MONTHLY_NTH, YEARLY_NTH]),
            (tags.week_of_month, &[MONTHLY_NTH, YEARLY_NTH]),
            (tags.month_of_year, &[YEARLY, YEARLY_NTH]),
        ] {
            if let Some(child) = filled(tag).filter(|_| !kinds.contains(&base.kind)) {
                return Err(Unreadable::at(child, "not of a recurrence of this type"));
            }
        }
        let mut calendars = element.children().filter(|child| child.tag() == tags.calendar_type);
        if let Some(second) = calendars.nth(1) {
            return Err(Unreadable::at(second, "a second calendar"));
        }
        if let Some(child) = filled(tags.calendar_type)
            && UNKNOWN_CALENDARS.contains(&child.text().trim())
        {
            return Err(Unreadable::at(child, "a calendar that nobody has"));
        }
        Ok(Self {
            kind: base.kind,
            // MS-ASTASK 3.2.5.3.4 (Occurrences and Until): the number counts where both are there.
            occurrences: occurrences.or_else(|| base.occurrences.filter(|_| until.is_none())),
            until: until.or(base.until).filter(|_| occurrences.is_none()),
            // 0 is what some phones send for 1.
            interval: interval.unwrap_or(base.interval).max(1),
            week_of_month: byte(tags.week_of_month, 1, LAST)?.or(base.week_of_month),
            day_of_week: byte(tags.day_of_week, 1, EVERY_DAY)?.or(base.day_of_week),
            month_of_year: byte(tags.month_of_year, 1, 12)?.or(base.month_of_year),
            day_of_month: byte(tags.day_of_month, 1, 31)?.or(base.day_of_month),
            calendar_type: byte(tags.calendar_type, 0, 23)?.or(base.calendar_type),
            is_leap_month: leap.map_or(base.is_leap_month, |leap| leap == 1),
            first_day_of_week: byte(tags.first_day_of_week, 0, 6)?.or(base.first_day_of_week),
        })
    }

    /// What tells a rule, if the protocol can tell it.
    pub(super) fn of(rule: &RecurrenceRule, start: DateTime) -> Option<Self> {
        let is_plain = rule.by_year_day.is_empty()
            && rule.by_week_no.is_empty()
            && rule.by_hour.is_empty()
            && rule.by_minute.is_empty()
            && rule.by_second.is_empty()
            && !rule.other.contains_key("recurrenceRules")
            && rule.skip.as_deref().is_none_or(|skip| skip == "omit");
        let interval = rule.interval.unwrap_or(1).max(1);
        if !is_plain || interval > 999 || rule.count.is_some_and(|count| count > 9999) {
            return None;
        }
        let named = rule.other.get(CALENDAR_TYPE).and_then(serde_json::Value::as_u64);
        let calendar_type =
            named.and_then(|number| u8::try_from(number).ok()).or_else(|| calendar_type(rule));
        if rule.rscale.is_some() && calendar_type.is_none() {
            return None;
        }
        let pattern = Self {
            occurrences: rule.count,
            until: rule.until.filter(|_| rule.count.is_none()),
            interval,
            calendar_type,
            first_day_of_week: rule.first_day_of_week.map(number_of),
            ..Self::default()
        };
        match rule.frequency? {
            Frequency::Daily => pattern.daily(rule),
            Frequency::Weekly => pattern.weekly(rule, start),
            Frequency::Monthly => pattern.monthly(rule, start),
            Frequency::Yearly => pattern.yearly(rule, start),
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => None,
        }
    }

    fn daily(self, rule: &RecurrenceRule) -> Option<Self> {
        if !rule.by_month.is_empty() || !rule.by_month_day.is_empty() || !rule.by_set_position.is_empty() {
            return None;
        }
        match days(&rule.by_day)? {
            0 | EVERY_DAY => Some(Self { kind: DAILY, ..self }),
            // Exchange 2007 refuses days of the week beside type 0.
            days if self.interval == 1 => Some(Self { kind: WEEKLY, day_of_week: Some(days), ..self }),
            _ => None,
        }
    }

    fn weekly(self, rule: &RecurrenceRule, start: DateTime) -> Option<Self> {
        if !rule.by_month.is_empty() || !rule.by_month_day.is_empty() || !rule.by_set_position.is_empty() {
            return None;
        }
        let told = days(&rule.by_day)?;
        let days = if told == 0 { bit(weekday_of(start)) } else { told };
        Some(Self { kind: WEEKLY, day_of_week: Some(days), ..self })
    }

    fn monthly(self, rule: &RecurrenceRule, start: DateTime) -> Option<Self> {
        if !rule.by_month.is_empty() {
            return None;
        }
        match (rule.by_day.as_slice(), rule.by_month_day.as_slice(), rule.by_set_position.as_slice()) {
            ([], [], []) => {
                Some(Self { kind: MONTHLY, day_of_month: u8::try_from(start.day()).ok(), ..self })
            }
            ([], [-1], []) => Some(Self {
                kind: MONTHLY_NTH,
                week_of_month: Some(LAST),
                day_of_week: Some(EVERY_DAY),
                ..self
            }),
            ([], [day], []) => {
                let day = u8::try_from(*day).ok().filter(|day| (1..=31).contains(day))?;
                Some(Self { kind: MONTHLY, day_of_month: Some(day), ..self })
            }
            (_, [], positions) => self.nth(MONTHLY_NTH, &rule.by_day, positions),
            _ => None,
        }
    }

    fn yearly(self, rule: &RecurrenceRule, start: DateTime) -> Option<Self> {
        let (month, is_leap_month) = match rule.by_month.as_slice() {
            [] if rule.by_day.is_empty() => (u8::try_from(start.month()).ok()?, false),
            [month] => (month.trim_end_matches('L').parse().ok()?, month.ends_with('L')),
            _ => return None,
        };
        let dated = Self { month_of_year: Some(month), is_leap_month, ..self };
        match (rule.by_day.as_slice(), rule.by_month_day.as_slice(), rule.by_set_position.as_slice()) {
            ([], [], []) => {
                Some(Self { kind: YEARLY, day_of_month: u8::try_from(start.day()).ok(), ..dated })
            }
            ([], [day], []) => {
                let day = u8::try_from(*day).ok().filter(|day| (1..=31).contains(day))?;
                Some(Self { kind: YEARLY, day_of_month: Some(day), ..dated })
            }
            (_, [], positions) => dated.nth(YEARLY_NTH, &rule.by_day, positions),
            _ => None,
        }
    }

    /// The second Tuesday, the last weekday, the first of Saturday and Sunday.
    fn nth(self, kind: u8, by_day: &[NDay], positions: &[i32]) -> Option<Self> {
        let (days, nth) = match (by_day, positions) {
            ([one], []) => (bit(one.day?), one.nth_of_period?),
            (_, [nth]) => (days(by_day).filter(|days| *days != 0)?, *nth),
            _ => return None,
        };
        let week = match nth {
            -1 => LAST,
            1..=4 => u8::try_from(nth).ok()?,
            _ => return None,
        };
        Some(Self { kind, week_of_month: Some(week), day_of_week: Some(days), ..self })
    }

    /// The rule that the pattern tells of an item that starts then.
    pub(super) fn rule(&self, start: DateTime) -> RecurrenceRule {
        let mut rule = RecurrenceRule {
            interval: Some(self.interval).filter(|interval| *interval > 1),
            count: self.occurrences,
            until: self.until,
            first_day_of_week: self.first_day_of_week.and_then(|day| WEEK.get(usize::from(day)).copied()),
            ..RecurrenceRule::default()
        };
        rule.other.insert("@type".to_owned(), "RecurrenceRule".into());
        match self.kind {
            DAILY if self.day_of_week.is_none() => rule.frequency = Some(Frequency::Daily),
            DAILY | WEEKLY => {
                rule.frequency = Some(Frequency::Weekly);
                rule.by_day = self.days(start).map(|day| nday(day, None)).collect();
            }
            MONTHLY | YEARLY => {
                rule.frequency = Some(Frequency::Monthly);
                rule.by_month_day = vec![self.day_of_month.map_or_else(|| start.day().into(), i32::from)];
            }
            _ => {
                rule.frequency = Some(Frequency::Monthly);
                self.set_nth(&mut rule, start);
            }
        }
        if matches!(self.kind, YEARLY | YEARLY_NTH) {
            rule.frequency = Some(Frequency::Yearly);
            let month =
                self.month_of_year.map_or_else(|| start.month().to_string(), |month| month.to_string());
            rule.by_month = vec![if self.is_leap_month { format!("{month}L") } else { month }];
        }
        self.set_calendar(&mut rule);
        rule
    }

    fn set_nth(&self, rule: &mut RecurrenceRule, start: DateTime) {
        let week = self.week_of_month.unwrap_or(1);
        let nth = if week == LAST { -1 } else { i32::from(week) };
        let days: Vec<_> = self.days(start).collect();
        match days.as_slice() {
            [day] => rule.by_day = vec![nday(*day, Some(nth))],
            // MS-ASCAL 2.2.2.37.1: the nth of all days is the day of the month.
            days if days.len() == WEEK.len() => rule.by_month_day = vec![nth],
            days => {
                rule.by_day = days.iter().map(|day| nday(*day, None)).collect();
                rule.by_set_position = vec![nth];
            }
        }
    }

    fn days(&self, start: DateTime) -> impl Iterator<Item = Weekday> + use<> {
        let days = self.day_of_week.unwrap_or_else(|| bit(weekday_of(start)));
        WEEK.into_iter().filter(move |day| days & bit(*day) != 0)
    }

    fn set_calendar(&self, rule: &mut RecurrenceRule) {
        let Some(number) = self.calendar_type.filter(|number| *number != 0) else { return };
        match RSCALES.iter().find(|(known, _)| *known == number) {
            Some((_, name)) => rule.rscale = Some((*name).to_owned()),
            None => drop(rule.other.insert(CALENDAR_TYPE.to_owned(), number.into())),
        }
    }

    /// Whether a phone that was shown the other means nothing new by this.
    pub(super) fn is_echo_of(&self, shown: &Self, start: DateTime) -> bool {
        let mut told = self.clone();
        // The end is a day: phones move it to the day's end or beginning.
        let same_day = |a: DateTime, b: DateTime| a.date() == b.date();
        if told.until.zip(shown.until).is_some_and(|(a, b)| same_day(a, b)) {
            told.until = shown.until;
        }
        told.first_day_of_week = told.first_day_of_week.filter(|_| shown.first_day_of_week.is_some());
        told.first_day_of_week = told.first_day_of_week.or(shown.first_day_of_week);
        told.calendar_type = told.calendar_type.filter(|number| *number > 1).or(shown.calendar_type);
        told.rule(start) == shown.rule(start)
    }
}

/// Calendar systems that have a name in JSCalendar (MS-ASCAL 2.2.2.10 `CalendarType`).
const RSCALES: [(u8, &str); 8] = [
    (1, "gregorian"),
    (3, "japanese"),
    (4, "roc"),
    (6, "islamic"),
    (7, "buddhist"),
    (8, "hebrew"),
    (15, "chinese"),
    (20, "dangi"),
];

fn calendar_type(rule: &RecurrenceRule) -> Option<u8> {
    let name = rule.rscale.as_deref()?.to_ascii_lowercase();
    RSCALES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The days as the protocol adds them up; none where one of them is an nth.
fn days(by_day: &[NDay]) -> Option<u8> {
    by_day
        .iter()
        .try_fold(0, |days, day| day.day.filter(|_| day.nth_of_period.is_none()).map(|day| days | bit(day)))
}

fn nday(day: Weekday, nth: Option<i32>) -> NDay {
    NDay { day: Some(day), nth_of_period: nth, ..NDay::default() }
}

fn number_of(day: Weekday) -> u8 {
    WEEK.into_iter().zip(0..).find(|(known, _)| *known == day).map_or(0, |(_, number)| number)
}

fn bit(day: Weekday) -> u8 {
    1 << number_of(day)
}

fn weekday_of(clock: DateTime) -> Weekday {
    let number = usize::try_from(clock.weekday().to_sunday_zero_offset()).unwrap_or_default();
    WEEK.get(number).copied().unwrap_or(Weekday::Sunday)
}
