//! Sets of UIDs, as ranges: what IMAP writes `1:5,9`. Speaks to nobody.

use std::fmt;
use std::fmt::Write as _;

/// A set of UIDs. Costs by the range, not by the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UidSet {
    /// First and last of each range, ascending, with a gap between.
    ranges: Vec<(u32, u32)>,
}

impl UidSet {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// First and last of each range, ascending.
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|(first, last)| (last - first) as usize + 1).sum()
    }

    /// Whether it is in.
    pub fn contains(&self, uid: u32) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= uid);
        after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|(_, last)| uid <= *last)
    }

    /// The least.
    pub fn first(&self) -> Option<u32> {
        self.ranges.first().map(|(first, _)| *first)
    }

    /// From the greatest down: what came last comes first.
    pub fn newest_first(&self) -> impl Iterator<Item = u32> {
        self.ranges.iter().rev().flat_map(|(first, last)| (*first..=*last).rev())
    }

    /// Those that are not in the other one.
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut others = other.ranges.iter().peekable();
        for (first, last) in &self.ranges {
            let mut next = Some(*first);
            while let Some(start) = next.filter(|start| start <= last) {
                while others.peek().is_some_and(|(_, end)| *end < start) {
                    others.next();
                }
                match others.peek() {
                    Some((from, to)) if from <= last => {
                        if start < *from {
                            left.push((start, from - 1));
                        }
                        next = to.checked_add(1);
                    }
                    Some(_) | None => {
                        left.push((start, *last));
                        next = None;
                    }
                }
            }
        }
        Self { ranges: left }
    }

    /// Those that are in both.
    pub fn within(&self, other: &Self) -> Self {
        self.without(&self.without(other))
    }

    /// Both together.
    pub fn with(&self, other: &Self) -> Self {
        Self::of_ranges(self.ranges.iter().chain(&other.ranges).copied())
    }

    /// Those from these ranges, in whatever order they are.
    pub fn of_ranges(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let ordered = |(one, other): (u32, u32)| (one.min(other), one.max(other));
        let mut all: Vec<_> = ranges.into_iter().map(ordered).collect();
        all.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for (first, last) in all {
            match ranges.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                Some(_) | None => ranges.push((first, last)),
            }
        }
        Self { ranges }
    }

    /// Reads what a server writes; `*` stands for nothing that exists. None: that is no set.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        let range = |part: &str| match part.split_once(':') {
            Some((first, last)) => Some((number(first)?, number(last)?)),
            None => number(part).map(|only| (only, only)),
        };
        let text = std::str::from_utf8(text).ok()?;
        let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
        Some(Self::of_ranges(ranges?))
    }

    /// In pieces that fit into a command: servers refuse long ones (RFC 7162 4).
    pub fn pieces(&self) -> impl Iterator<Item = Self> {
        /// A range takes at most 22 characters.
        const RANGES: usize = 300;
        self.ranges.chunks(RANGES).map(|ranges| Self { ranges: ranges.to_vec() })
    }

    /// Short, for a cursor: the gap before each range, and how much longer than one it is.
    pub fn pack(&self) -> String {
        let mut text = String::new();
        let mut end = 0;
        for (first, last) in &self.ranges {
            if !text.is_empty() {
                text.push(',');
            }
            let _ = write!(text, "{}", first - end);
            if last > first {
                let _ = write!(text, "+{}", last - first);
            }
            end = *last;
        }
        text
    }

    /// What [`UidSet::pack`] wrote; none: it did not write that.
    pub fn unpack(text: &str) -> Option<Self> {
        let mut ranges = Vec::new();
        let mut end = 0_u32;
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (gap, more) = part.split_once('+').unwrap_or((part, "0"));
            let first = end.checked_add(gap.parse().ok().filter(|gap| *gap > 0)?)?;
            end = first.checked_add(more.parse().ok()?)?;
            ranges.push((first, end));
        }
        Some(Self { ranges })
    }
}

/// The UIDs of a set in the order in which they are written, which COPYUID rests on (RFC 4315 3); at most so many.
pub fn in_order(text: &str, most: usize) -> Option<Vec<u32>> {
    let mut uids = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once(':').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        // A range is the same from both ends.
        let (first, last) = (first.min(last), first.max(last));
        let room = most.saturating_sub(uids.len());
        uids.extend((first..=last).take(room));
    }
    Some(uids)
}

impl FromIterator<u32> for UidSet {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> Self {
        Self::of_ranges(uids.into_iter().map(|uid| (uid, uid)))
    }
}

impl fmt::Display for UidSet {
    /// As a command has it; an empty set must not be sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (first, last) in &self.ranges {
            match first == last {
                true => write!(f, "{separator}{first}")?,
                false => write!(f, "{separator}{first}:{last}")?,
            }
            separator = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::btree_set;
    use proptest::prop_assert_eq;

    use super::UidSet;
    use super::in_order;

    fn plain(set: &UidSet) -> BTreeSet<u32> {
        set.newest_first().collect()
    }

    proptest::proptest! {
        #[test]
        fn it_does_what_sets_do(one in btree_set(1_u32..60, 0..40), other in btree_set(1_u32..60, 0..40)) {
            let (a, b): (UidSet, UidSet) = (one.iter().copied().collect(), other.iter().copied().collect());
            prop_assert_eq!(&plain(&a), &one);
            prop_assert_eq!(a.len(), one.len());
            prop_assert_eq!(plain(&a.without(&b)), &one - &other);
            prop_assert_eq!(plain(&a.within(&b)), &one & &other);
            prop_assert_eq!(plain(&a.with(&b)), &one | &other);
            prop_assert_eq!(a.first(), one.first().copied());
            for uid in 0..61 {
                prop_assert_eq!(a.contains(uid), one.contains(&uid));
            }
            prop_assert_eq!(UidSet::unpack(&a.pack()), Some(a.clone()));
            if !a.is_empty() {
                prop_assert_eq!(UidSet::parse(a.to_string().as_bytes()), Some(a));
            }
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,40}") {
            let _ = UidSet::unpack(&text);
            let _ = UidSet::parse(text.as_bytes());
        }
    }

    #[test]
    fn the_order_of_a_set_is_kept_where_it_counts() {
        assert_eq!(in_order("9,3:5,1", 10), Some(vec![9, 3, 4, 5, 1]));
        assert_eq!(in_order("1:4294967295", 2), Some(vec![1, 2]));
        assert_eq!(in_order("1,x", 10), None);
    }

    #[test]
    fn a_long_set_goes_in_pieces() {
        let set: UidSet = (1..1000).map(|number| number * 2).collect();
        let pieces: Vec<UidSet> = set.pieces().collect();
        assert_eq!((pieces.len(), pieces.iter().map(UidSet::len).sum::<usize>()), (4, 999));
    }

    #[test]
    fn the_ends_of_the_numbers_are_no_trap() {
        let all = UidSet::of_ranges([(1, u32::MAX)]);
        assert_eq!(all.len(), u32::MAX as usize);
        assert_eq!(all.without(&all), UidSet::default());
        assert_eq!(all.without(&UidSet::of_ranges([(5, 9)])).to_string(), "1:4,10:4294967295");
        assert_eq!(UidSet::parse(b"9:5,1").unwrap().to_string(), "1,5:9");
        assert_eq!(UidSet::parse(b"1:*"), None);
        assert_eq!(UidSet::unpack("4294967295,1"), None);
    }
}
