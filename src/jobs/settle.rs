//! Decides what becomes of an item that a phone and the back office both changed. Pure.

use jiff::Timestamp;

use crate::model::content::Content;
use crate::sync::conflict;
use crate::sync::conflict::Deed;
use crate::sync::conflict::Policy;
use crate::sync::conflict::Side;
use crate::sync::conflict::Sides;
use crate::sync::conflict::Winner;
use crate::sync::merge;

/// Our side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours<'a> {
    /// What it says; none when it was deleted.
    pub(super) content: Option<&'a Content>,
    /// Since when.
    pub(super) changed_at: Timestamp,
    /// What the phone's `Conflict` said when it came.
    pub(super) server_wins: bool,
}

/// What is to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Settled {
    /// The back office's version, everywhere.
    Theirs,
    /// They say the same.
    Both,
    /// This version, which the back office has to get.
    Ours(Box<Content>),
    /// Deleted, which the back office has to learn.
    Delete,
}

/// Settles a change there against a change or deletion here.
pub(super) fn settle(
    policy: Policy,
    base: Option<&Content>,
    ours: Ours<'_>,
    theirs: &Content,
    now: Timestamp,
) -> Settled {
    if ours.content == Some(theirs) {
        return Settled::Both;
    }
    let server = Side { deed: Deed::Changed, at: updated(theirs).unwrap_or(now) };
    let winner = conflict::settle(policy, ours.against(server));
    match (winner, ours.content) {
        (Winner::Server, _) | (Winner::Merged { .. }, None) => Settled::Theirs,
        (Winner::Device, None) => Settled::Delete,
        (Winner::Device, Some(ours)) => Settled::Ours(Box::new(ours.clone())),
        (Winner::Merged { device_first }, Some(ours)) => merged(base, ours, theirs, device_first),
    }
}

/// Whether an item lives on that the back office deleted some time before `now`: a phone changed it.
pub(super) fn outlives_deletion(policy: Policy, ours: Ours<'_>, now: Timestamp) -> bool {
    let server = Side { deed: Deed::Deleted, at: now };
    ours.content.is_some() && conflict::settle(policy, ours.against(server)) == Winner::Device
}

impl Ours<'_> {
    fn against(self, server: Side) -> Sides {
        let deed = if self.content.is_some() { Deed::Changed } else { Deed::Deleted };
        Sides { device: Side { deed, at: self.changed_at }, server, server_wins: self.server_wins }
    }
}

/// Whether all that was sent is there; a back office may add to it.
pub(super) fn holds(there: &Content, sent: &Content) -> bool {
    /// What a back office counts and stamps by itself.
    const ITS_OWN: [&str; 5] = ["updated", "created", "sequence", "prodId", "version"];
    let (there, sent) = (there.to_value(), sent.to_value());
    let (Some(there), Some(sent)) = (there.as_object(), sent.as_object()) else { return false };
    sent.iter().all(|(name, value)| ITS_OWN.contains(&name.as_str()) || there.get(name) == Some(value))
}

/// Both sides' changes since a version; where they meet, the device's count if it is first.
pub(super) fn merged(
    base: Option<&Content>,
    ours: &Content,
    theirs: &Content,
    device_first: bool,
) -> Settled {
    let base = base.map_or_else(|| serde_json::json!({}), Content::to_value);
    let (ours, other) = (ours.to_value(), theirs.to_value());
    let merged =
        if device_first { merge::merge(&base, &ours, &other) } else { merge::merge(&base, &other, &ours) };
    match Content::from_value(theirs.class(), &merged) {
        Ok(merged) if merged == *theirs => Settled::Theirs,
        Ok(merged) => Settled::Ours(Box::new(merged)),
        Err(_) => Settled::Theirs,
    }
}

/// When the back office says that it was changed.
fn updated(content: &Content) -> Option<Timestamp> {
    content.to_value().get("updated")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::model::class::Class;

    fn task(value: &Value) -> Content {
        Content::from_value(Class::Tasks, value).unwrap()
    }

    fn ours_of(content: Option<&Content>, changed_at: Timestamp) -> Ours<'_> {
        Ours { content, changed_at, server_wins: true }
    }

    #[track_caller]
    fn check(policy: Policy, ours: Option<&Value>, theirs: &Value, expected: &Settled) {
        let base = task(&json!({"title": "a", "priority": 1}));
        let ours = ours.map(task);
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let changed_at: Timestamp = "2026-11-22T11:00:00Z".parse().unwrap();
        let settled = settle(policy, Some(&base), ours_of(ours.as_ref(), changed_at), &task(theirs), now);
        assert_eq!(settled, *expected);
    }

    #[test]
    fn each_policy_has_its_winner() {
        let ours = json!({"title": "b", "priority": 1});
        let theirs = json!({"title": "a", "priority": 2});
        let both = json!({"title": "b", "priority": 2});
        check(Policy::DeviceDecides, Some(&ours), &theirs, &Settled::Theirs);
        check(Policy::Server, Some(&ours), &theirs, &Settled::Theirs);
        check(Policy::Device, Some(&ours), &theirs, &Settled::Ours(Box::new(task(&ours))));
        check(Policy::Merge, Some(&ours), &theirs, &Settled::Ours(Box::new(task(&both))));
        check(Policy::Newest, Some(&ours), &theirs, &Settled::Theirs);
        let older = json!({"title": "a", "priority": 2, "updated": "2026-11-22T10:00:00Z"});
        check(Policy::Newest, Some(&ours), &older, &Settled::Ours(Box::new(task(&ours))));
        check(Policy::Server, Some(&theirs), &theirs, &Settled::Both);
    }

    #[test]
    fn a_deletion_on_the_phone_counts_where_the_phone_wins() {
        let theirs = json!({"title": "a", "priority": 2});
        check(Policy::Server, None, &theirs, &Settled::Theirs);
        check(Policy::Merge, None, &theirs, &Settled::Theirs);
        check(Policy::Device, None, &theirs, &Settled::Delete);
        check(Policy::DeviceDecides, None, &theirs, &Settled::Delete);
    }

    #[test]
    fn what_a_back_office_adds_by_itself_does_not_make_it_another_item() {
        let sent = task(&json!({"title": "a", "updated": "2026-11-22T10:00:00Z"}));
        assert!(holds(&task(&json!({"title": "a", "sequence": 2, "color": "red"})), &sent));
        assert!(!holds(&task(&json!({"title": "b"})), &sent));
    }
}
