//! The parts of JSCalendar that events and tasks share. Neither of them, and no recurrence.

use jiff::Timestamp;
use serde_json::Map;
use serde_json::Value;

use crate::model::duration::Duration;
use crate::model::object::Set;
use crate::model::object::object;
use crate::model::object::set_text;
use crate::model::object::text;
use crate::model::object::words;
use crate::model::slot::Entry;
use crate::model::slot::some_text;

object! {
    /// Somebody or something that takes part.
    pub struct Participant then modernise_participant {
        /// The name people read.
        name: Option<String> = "name",
        /// An e-mail address to reach them at, if it differs from the calendar address.
        email: Option<String> = "email",
        /// The address that invitations use, a URI such as `mailto:kari@example.com`.
        calendar_address: Option<String> = "calendarAddress",
        /// `individual`, `group`, `resource` or `location`.
        kind: Option<String> = "kind",
        /// `owner`, `attendee`, `optional`, `informational`, `chair`, `contact`.
        roles: Set = "roles",
        /// The answer.
        participation_status: Option<ParticipationStatus> = "participationStatus",
        /// What they said with the answer.
        participation_comment: Option<String> = "participationComment",
        /// Whether the organizer wants an answer.
        expect_reply: Option<bool> = "expectReply",
    }
}

words! {
    /// A participant's answer.
    pub enum ParticipationStatus {
        /// None yet.
        NeedsAction = "needs-action",
        /// Will come.
        Accepted = "accepted",
        /// Will not.
        Declined = "declined",
        /// May come.
        Tentative = "tentative",
        /// Somebody else will.
        Delegated = "delegated",
    }
}

object! {
    /// A reminder.
    pub struct Alert {
        /// When it rings.
        trigger: Option<Trigger> = "trigger",
        /// When it was dismissed.
        acknowledged: Option<Timestamp> = "acknowledged",
        /// `display` or `email`.
        action: Option<String> = "action",
    }
}

object! {
    /// When an alert rings: `OffsetTrigger` has an offset, `AbsoluteTrigger` a time.
    pub struct Trigger {
        /// How far from the start or end; before is negative.
        offset: Option<Duration> = "offset",
        /// What the offset counts from; the start if absent.
        relative_to: Option<RelativeTo> = "relativeTo",
        /// The very time.
        when: Option<Timestamp> = "when",
    }
}

words! {
    /// What an alert's offset counts from.
    pub enum RelativeTo {
        /// The start.
        Start = "start",
        /// The end.
        End = "end",
    }
}

object! {
    /// A place.
    pub struct Location {
        /// The name people read.
        name: Option<String> = "name",
        /// How to find it.
        description: Option<String> = "description",
        /// A `geo:` URI.
        coordinates: Option<String> = "coordinates",
    }
}

object! {
    /// A file, or where something is on the net.
    pub struct Link {
        /// Where it is; a `data:` address holds it.
        href: Option<String> = "href",
        /// Its media type.
        content_type: Option<String> = "contentType",
        /// How many bytes it has.
        size: Option<u32> = "size",
        /// What it is to the event: `enclosure` for what belongs to it.
        rel: Option<String> = "rel",
        /// What it is called.
        title: Option<String> = "title",
        /// What the text calls it.
        cid: Option<String> = "cid",
    }
}

object! {
    /// A place on the net, such as a video conference.
    pub struct VirtualLocation {
        /// The name people read.
        name: Option<String> = "name",
        /// How to join.
        description: Option<String> = "description",
        /// Where to join.
        uri: Option<String> = "uri",
        /// `audio`, `chat`, `feed`, `moderator`, `phone`, `screen`, `video`.
        features: Set = "features",
    }
}

object! {
    /// How another object is related; its uid is the key.
    pub struct Relation {
        /// `first`, `next`, `child`, `parent` of calendar objects; `spouse`, `child` … of people.
        relation: Set = "relation",
    }
}

words! {
    /// Who may see an item.
    pub enum Privacy {
        /// Everybody who sees the calendar.
        Public = "public",
        /// Others see the time only.
        Private = "private",
        /// Others see nothing.
        Secret = "secret",
    }
}

/// How much of an item others may see, as phones have it (MS-ASCAL 2.2.2.41 Sensitivity).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// All of it.
    Normal,
    /// All of it, but it is the owner's own business.
    Personal,
    /// The time only.
    Private,
    /// Nothing.
    Confidential,
}

/// What of an item's privacy JSCalendar has no word for.
const SENSITIVITY: &str = "lomme.app:sensitivity";
const PROPOSED_START: &str = "lomme.app:proposedStart";
const PROPOSED_END: &str = "lomme.app:proposedEnd";

/// The sensitivity that is told by `privacy` and a property of our own.
pub(super) fn sensitivity(privacy: Option<Privacy>, other: &Map<String, Value>) -> Sensitivity {
    match privacy {
        Some(Privacy::Private) if text(other, SENSITIVITY) == Some("personal") => Sensitivity::Personal,
        Some(Privacy::Private) => Sensitivity::Private,
        Some(Privacy::Secret) => Sensitivity::Confidential,
        Some(Privacy::Public) | None => Sensitivity::Normal,
    }
}

/// Tells the sensitivity so.
pub(super) fn set_sensitivity(
    value: Sensitivity,
    privacy: &mut Option<Privacy>,
    other: &mut Map<String, Value>,
) {
    if sensitivity(*privacy, other) == value {
        return;
    }
    *privacy = match value {
        Sensitivity::Normal => None,
        Sensitivity::Personal | Sensitivity::Private => Some(Privacy::Private),
        Sensitivity::Confidential => Some(Privacy::Secret),
    };
    set_text(other, SENSITIVITY, (value == Sensitivity::Personal).then_some("personal"));
}

/// Which kind of alert a phone sees as the one reminder it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// So long before the start.
    BeforeStart,
    /// So long before the end, or before a task is due.
    BeforeEnd,
    /// At a time.
    At,
}

impl Entry for Alert {
    type Kind = AlertKind;
    const PREFIX: &'static str = "r";

    fn kind(&self) -> Option<AlertKind> {
        let trigger = self.trigger.as_ref()?;
        if trigger.when.is_some() {
            return Some(AlertKind::At);
        }
        // Nothing that rings afterwards can be said on a phone.
        trigger.offset.filter(|offset| offset.total_seconds() <= 0)?;
        match trigger.relative_to {
            Some(RelativeTo::End) => Some(AlertKind::BeforeEnd),
            Some(RelativeTo::Start) | None => Some(AlertKind::BeforeStart),
        }
    }

    fn new(_kind: AlertKind) -> Self {
        let trigger = Trigger::default();
        Self { trigger: Some(trigger), action: Some("display".to_owned()), ..Self::default() }
    }
}

impl Alert {
    /// Makes it ring so long from the start; nobody has seen it ring there yet.
    pub(super) fn ring_from_start(&mut self, offset: Duration) {
        let trigger = self.trigger.get_or_insert_default();
        (trigger.offset, trigger.relative_to, trigger.when) = (Some(offset), None, None);
        trigger.name("OffsetTrigger");
        self.acknowledged = None;
    }

    /// Makes it ring at a time.
    pub(super) fn ring_at(&mut self, time: Timestamp) {
        let trigger = self.trigger.get_or_insert_default();
        (trigger.offset, trigger.relative_to, trigger.when) = (None, None, Some(time));
        trigger.name("AbsoluteTrigger");
        self.acknowledged = None;
    }
}

impl Trigger {
    /// RFC 8984 4.5.2: the type may not be left out here.
    fn name(&mut self, kind: &str) {
        set_text(&mut self.other, "@type", Some(kind));
    }
}

impl Participant {
    /// The e-mail address, from the calendar address if that is one.
    pub fn address(&self) -> Option<&str> {
        self.calendar_address.as_deref().and_then(address_of).or_else(|| some_text(self.email.as_ref()))
    }

    /// Whether this is the e-mail address, in any letter case.
    pub fn is(&self, address: &str) -> bool {
        self.address().is_some_and(|own| own.eq_ignore_ascii_case(address))
    }

    /// When they would rather meet, from when to when.
    pub fn proposal(&self) -> Option<(Timestamp, Timestamp)> {
        let time = |name: &str| self.other.get(name)?.as_str()?.parse().ok();
        Some((time(PROPOSED_START)?, time(PROPOSED_END)?))
    }

    /// They would rather meet then, or do not say so any more.
    pub fn propose(&mut self, proposal: Option<(Timestamp, Timestamp)>) {
        self.other.retain(|name, _| name != PROPOSED_START && name != PROPOSED_END);
        if let Some((start, end)) = proposal {
            self.other.insert(PROPOSED_START.to_owned(), start.to_string().into());
            self.other.insert(PROPOSED_END.to_owned(), end.to_string().into());
        }
    }
}

/// The e-mail address in a calendar address.
pub fn address_of(calendar_address: &str) -> Option<&str> {
    let (scheme, address) = calendar_address.split_once(':')?;
    (scheme.eq_ignore_ascii_case("mailto") && !address.is_empty()).then_some(address)
}

/// RFC 8984 had `sendTo`, a map of methods, where JSCalendar 2.0 has one calendar address.
fn modernise_participant(participant: &mut Participant) {
    if participant.calendar_address.is_none() {
        participant.calendar_address = take_imip(&mut participant.other, "sendTo");
    }
}

/// Takes the e-mail method out of an RFC 8984 map of methods; further methods stay where they are.
pub(super) fn take_imip(other: &mut Map<String, Value>, property: &str) -> Option<String> {
    let methods = other.get_mut(property)?.as_object_mut()?;
    let address = methods.get("imip")?.as_str()?.to_owned();
    methods.remove("imip");
    if methods.is_empty() {
        other.remove(property);
    }
    Some(address)
}
