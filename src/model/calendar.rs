//! The parts of JSCalendar that events and tasks share. Neither of them, and no recurrence.

use jiff::Timestamp;
use serde_json::Map;
use serde_json::Value;

use crate::model::duration::Duration;
use crate::model::object::Set;
use crate::model::object::Shape;
use crate::model::object::object;
use crate::model::object::serde_by_shape;
use crate::model::object::words;

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

/// The changes an occurrence makes: JSON pointers (without the first slash) and new values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch(pub Map<String, Value>);

impl Patch {
    /// The patch that takes an occurrence out of its series.
    pub fn excluded() -> Self {
        Self(Map::from_iter([("excluded".to_owned(), true.into())]))
    }

    /// Whether the occurrence is taken out of its series.
    pub fn is_excluded(&self) -> bool {
        self.0.get("excluded") == Some(&Value::Bool(true))
    }
}

impl Shape for Patch {
    fn read(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }

    fn write(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

serde_by_shape!(Patch);

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
