//! The few numbered places a phone has for what a map holds any number of. Knows no class.
//!
//! `Email1Address` to `Email3Address` are three slots for all of `emails`. Entries take the slots in order of
//! preference, then of key. When the phone empties or fills a slot, the others must not move: it would take
//! the entry that moves up for one it holds already, or delete, by not sending it, one it has never seen.
//! So whenever the order alone would say otherwise, the entries of the kind are pinned: [`PIN`] tells the
//! slot, counted from 1, or 0 for an entry that the phone does not see.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::object::Object;

/// The property of an entry that tells its slot.
pub const PIN: &str = "lomme.app:slot";
/// Comes after every preference of the standards, which are 1 to 100.
const NO_PREFERENCE: u32 = 101;

/// An entry of a map, such as an e-mail address.
pub trait Entry: Object {
    /// What tells entries apart that have slots of their own, such as home and work.
    type Kind: Copy + PartialEq;
    /// What the key of a new entry starts with.
    const PREFIX: &'static str;

    /// Its kind; none when no phone can see it.
    fn kind(&self) -> Option<Self::Kind>;
    /// A new entry of the kind, still without a value.
    fn new(kind: Self::Kind) -> Self;
    /// How many slots the kind has.
    fn slots(_kind: Self::Kind) -> usize {
        1
    }
    /// 1 is the most preferred.
    fn pref(&self) -> Option<u32> {
        None
    }
}

/// The entry in a slot, counted from 0.
pub fn entry<T: Entry>(entries: &BTreeMap<String, T>, kind: T::Kind, slot: usize) -> Option<&T> {
    let key = assign(entries, kind).into_iter().nth(slot)??;
    entries.get(&key)
}

/// Changes the entry in a slot, made new if there is none; no other entry changes its slot.
pub fn edit<T: Entry>(
    entries: &mut BTreeMap<String, T>,
    kind: T::Kind,
    slot: usize,
    change: impl FnOnce(&mut T),
) {
    let mut wanted = assign(entries, kind);
    let Some(place) = wanted.get_mut(slot) else { return };
    let key = place.get_or_insert_with(|| free_key(entries, T::PREFIX));
    change(entries.entry(key.clone()).or_insert_with(|| T::new(kind)));
    pin(entries, kind, &wanted);
}

/// Takes away the entry in a slot; no other entry changes its slot.
pub fn remove<T: Entry>(entries: &mut BTreeMap<String, T>, kind: T::Kind, slot: usize) {
    let mut wanted = assign(entries, kind);
    if let Some(key) = wanted.get_mut(slot).and_then(Option::take) {
        entries.remove(&key);
        pin(entries, kind, &wanted);
    }
}

/// Keeps every entry of a kind out of sight.
pub fn hide<T: Entry>(entries: &mut BTreeMap<String, T>, kind: T::Kind) {
    pin(entries, kind, &vec![None; T::slots(kind)]);
}

/// The key in each slot: pinned entries first, then the others in order.
fn assign<T: Entry>(entries: &BTreeMap<String, T>, kind: T::Kind) -> Vec<Option<String>> {
    let mut slots = vec![None; T::slots(kind)];
    let mut waiting: Vec<_> = entries.iter().filter(|(_, entry)| entry.kind() == Some(kind)).collect();
    waiting.sort_by_key(|(_, entry)| entry.pref().unwrap_or(NO_PREFERENCE));
    waiting.retain(|(key, entry)| match pinned(*entry) {
        Some(0) => false,
        Some(slot) => match slots.get_mut(slot - 1) {
            Some(place @ None) => {
                *place = Some((*key).clone());
                false
            }
            _ => true,
        },
        None => true,
    });
    let mut waiting = waiting.into_iter();
    for place in slots.iter_mut().filter(|place| place.is_none()) {
        *place = waiting.next().map(|(key, _)| key.clone());
    }
    slots
}

fn pinned(entry: &impl Object) -> Option<usize> {
    entry.other().get(PIN).and_then(Value::as_u64)?.try_into().ok()
}

/// Writes the slots down where the order alone would tell others.
fn pin<T: Entry>(entries: &mut BTreeMap<String, T>, kind: T::Kind, wanted: &[Option<String>]) {
    if assign(entries, kind) == wanted {
        return;
    }
    for (key, entry) in entries.iter_mut().filter(|(_, entry)| entry.kind() == Some(kind)) {
        let slot = wanted.iter().position(|place| place.as_ref() == Some(key)).map_or(0, |slot| slot + 1);
        entry.other_mut().insert(PIN.to_owned(), slot.into());
    }
}

/// A key that no entry has.
pub fn free_key<T>(entries: &BTreeMap<String, T>, prefix: &str) -> String {
    let mut number = entries.len() + 1;
    loop {
        let key = format!("{prefix}{number}");
        if !entries.contains_key(&key) {
            return key;
        }
        number += 1;
    }
}

/// The text, if there is any in it.
pub fn some_text(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prop_assert;
    use proptest::prop_assert_eq;

    use crate::model::contact::Contact;
    use crate::model::contact::Email;

    fn contact(prefs: &[Option<u32>]) -> Contact {
        let email = |(number, pref): (usize, &Option<u32>)| {
            let address = Some(format!("{number}@example.com"));
            (format!("e{number}"), Email { address, pref: *pref, ..Email::default() })
        };
        Contact { emails: prefs.iter().enumerate().map(email).collect(), ..Contact::default() }
    }

    fn shown(contact: &Contact) -> [Option<String>; 3] {
        [0, 1, 2].map(|slot| contact.email(slot).map(str::to_owned))
    }

    proptest::proptest! {
        #[test]
        fn a_slot_is_set_alone_and_what_is_out_of_sight_stays(
            prefs in proptest::collection::vec(proptest::option::of(1..4_u32), 0..6),
            changes in proptest::collection::vec((0..3_usize, proptest::option::of("[a-c]{1,2}")), 1..12),
        ) {
            let mut contact = contact(&prefs);
            let mut expected = shown(&contact);
            let hidden = contact.emails.values().filter(|email| !expected.contains(&email.address)).cloned();
            let hidden: Vec<_> = hidden.filter_map(|email| email.address).collect();
            for (slot, value) in changes {
                contact.set_email(slot, value.as_deref());
                expected[slot] = value;
                prop_assert_eq!(&shown(&contact), &expected);
            }
            for address in hidden {
                prop_assert!(contact.emails.values().any(|email| email.address.as_ref() == Some(&address)));
            }
        }

        #[test]
        fn order_is_by_preference_then_key(prefs in proptest::collection::vec(proptest::option::of(1..4_u32), 3..6)) {
            let mut order: Vec<_> = prefs.iter().enumerate().map(|(number, pref)| (pref.unwrap_or(101), number)).collect();
            order.sort_unstable();
            let expected = order.iter().map(|(_, number)| Some(format!("{number}@example.com")));
            prop_assert_eq!(shown(&contact(&prefs)).to_vec(), expected.take(3).collect::<Vec<_>>());
        }
    }
}
