//! That somebody is away, and what those who write are answered meanwhile. Answers nobody.

use jiff::Timestamp;

use crate::model::object::object;
use crate::model::object::words;

object! {
    /// When somebody is away, and what whoever writes is told.
    pub struct Absence {
        /// Whether and when it counts; none: not.
        state: Option<AbsenceState> = "state",
        /// When it begins, if it is for a time.
        start: Option<Timestamp> = "start",
        /// When it ends, if it is for a time.
        end: Option<Timestamp> = "end",
        /// What colleagues are told.
        internal: Option<Reply> = "internal",
        /// What others are told whom one knows.
        known: Option<Reply> = "known",
        /// What everybody else is told.
        unknown: Option<Reply> = "unknown",
    }
}

object! {
    /// What one kind of people is told.
    pub struct Reply {
        /// Whether they are told.
        is_enabled: Option<bool> = "isEnabled",
        /// The words.
        text: Option<String> = "text",
        /// Whether they are HTML.
        is_html: Option<bool> = "isHtml",
    }
}

words! {
    /// When somebody is away.
    pub enum AbsenceState {
        /// Not now.
        Off = "off",
        /// Until that is changed.
        On = "on",
        /// From some time to another.
        Between = "between",
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// A colleague.
    Internal,
    /// Somebody else whom one knows.
    Known,
    /// Anybody else.
    Unknown,
}

impl Audience {
    /// All there are, as phones name them.
    pub const ALL: [Self; 3] = [Self::Internal, Self::Known, Self::Unknown];
}

impl Absence {
    /// Whether it counts at that time.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        match self.state {
            None | Some(AbsenceState::Off) => false,
            Some(AbsenceState::On) => true,
            Some(AbsenceState::Between) => {
                self.start.is_some_and(|start| start <= now) && self.end.is_some_and(|end| now < end)
            }
        }
    }

    /// From when on it counts, if it is said now; none: it does not.
    pub fn begins(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            None | Some(AbsenceState::Off) => None,
            Some(AbsenceState::On) => Some(now),
            Some(AbsenceState::Between) => {
                let is_over = self.end.is_none_or(|end| end <= now);
                self.start.map(|start| start.max(now)).filter(|_| !is_over)
            }
        }
    }

    /// When it ends by itself.
    pub fn ends(&self) -> Option<Timestamp> {
        self.end.filter(|_| self.state == Some(AbsenceState::Between))
    }

    /// What they are told, if they are told anything.
    pub fn answer(&self, audience: Audience) -> Option<&Reply> {
        let reply = self.reply(audience)?;
        let has_words = reply.text.as_deref().is_some_and(|text| !text.trim().is_empty());
        (reply.is_enabled == Some(true) && has_words).then_some(reply)
    }

    /// What is kept for them, told or not.
    pub fn reply(&self, audience: Audience) -> Option<&Reply> {
        match audience {
            Audience::Internal => self.internal.as_ref(),
            Audience::Known => self.known.as_ref(),
            Audience::Unknown => self.unknown.as_ref(),
        }
    }

    /// The same to change.
    pub fn reply_mut(&mut self, audience: Audience) -> &mut Option<Reply> {
        match audience {
            Audience::Internal => &mut self.internal,
            Audience::Known => &mut self.known,
            Audience::Unknown => &mut self.unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::object::Shape;

    #[track_caller]
    fn check(absence: &serde_json::Value, now: &str, expected: bool) {
        let absence = Absence::read(absence).unwrap();
        assert_eq!(absence.counts_at(now.parse().unwrap()), expected, "{absence:?}");
    }

    #[test]
    fn an_absence_counts_in_its_time() {
        let now = "2026-11-22T12:00:00Z";
        check(&json!({}), now, false);
        check(&json!({"state": "off"}), now, false);
        check(&json!({"state": "on", "end": "2026-11-01T00:00:00Z"}), now, true);
        let between =
            json!({"state": "between", "start": "2026-11-22T12:00:00Z", "end": "2026-11-23T00:00:00Z"});
        check(&between, now, true);
        check(&between, "2026-11-22T11:59:59Z", false);
        check(&between, "2026-11-23T00:00:00Z", false);
        check(&json!({"state": "between"}), now, false);
    }

    #[test]
    fn nobody_is_told_nothing() {
        let absence = Absence::read(&json!({"state": "on",
            "internal": {"isEnabled": true, "text": "borte"},
            "known": {"isEnabled": false, "text": "borte"},
            "unknown": {"isEnabled": true, "text": " "}}));
        let absence = absence.unwrap();
        let told = Audience::ALL.map(|audience| absence.answer(audience).is_some());
        assert_eq!(told, [true, false, false]);
    }
}
