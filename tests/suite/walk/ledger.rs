//! What has to be true after a walk: the story of every item, as told by those who did something to it.

use std::collections::BTreeMap;

use lomme::model::class::Class;

use super::thing::Age;
use super::thing::Thing;

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    Phone(usize),
    Office,
}

/// All stories; an item keeps its story wherever it goes.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    stories: Vec<Story>,
}

#[derive(Debug)]
struct Story {
    /// The turn it stood at when all was last at rest; none: it was not there.
    settled: Option<u32>,
    /// What was done to it since; none: it was deleted.
    acts: Vec<(Author, Option<u32>)>,
    turns: u32,
    /// Somebody threw away what he had not sent, or was refused: what is left of it cannot be said.
    is_loose: bool,
    /// How often a phone moved it since all was last at rest.
    moves: usize,
    /// It was moved by one and changed by another at once, or one half of the move was refused, and is in both places
    /// since: nothing is lost.
    is_forked: bool,
}

impl Ledger {
    pub(crate) fn born(&mut self, author: Author, class: Class, chance: u64) -> Thing {
        let story = Story {
            settled: None,
            acts: vec![(author, Some(1))],
            turns: 1,
            is_loose: false,
            moves: 0,
            is_forked: false,
        };
        self.stories.push(story);
        Thing::new(self.stories.len() - 1, 1, Age::any(class, chance))
    }

    pub(crate) fn edited(&mut self, author: Author, class: Class, thing: &Thing, chance: u64) -> Thing {
        let number = thing.place().0;
        let story = &mut self.stories[number];
        story.turns += 1;
        story.acts.push((author, Some(story.turns)));
        Thing::new(number, story.turns, Age::any(class, chance))
    }

    pub(crate) fn deleted(&mut self, author: Author, thing: &Thing) {
        self.stories[thing.place().0].acts.push((author, None));
    }

    /// A phone moved it: nothing of what it says changes.
    pub(crate) fn moved(&mut self, author: Author, thing: &Thing) {
        let (number, turn) = thing.place();
        self.stories[number].acts.push((author, Some(turn)));
        self.stories[number].moves += 1;
    }

    /// Whether nobody else did anything to it since all was at rest, and a phone that is told of it hears an echo.
    ///
    /// What was moved may be told once more: `MoveItems` has no key, so nobody knows which version the phone has.
    pub(crate) fn is_of(&self, author: Author, thing: &Thing) -> bool {
        let story = &self.stories[thing.place().0];
        let is_plain = !story.is_loose && !story.is_forked && story.moves == 0;
        is_plain && story.acts.iter().all(|(other, _)| *other == author)
    }

    /// What was done to it may or may not have arrived.
    pub(crate) fn loosen(&mut self, thing: &Thing) {
        self.stories[thing.place().0].is_loose = true;
    }

    /// The back office refused or altered something that phones did, nobody says what.
    pub(crate) fn loosen_phones(&mut self) {
        let by_phone = |(author, _): &(Author, Option<u32>)| matches!(author, Author::Phone(_));
        for story in self.stories.iter_mut().filter(|story| story.acts.iter().any(by_phone)) {
            story.is_loose = true;
        }
    }

    /// All is at rest, and this is what there is.
    pub(crate) fn settle(&mut self, there: &[Thing]) {
        let mut found: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for thing in there {
            let (story, turn) = thing.place();
            found.entry(story).or_default().push(turn);
        }
        for (number, story) in self.stories.iter_mut().enumerate() {
            let turns = found.remove(&number).unwrap_or_default();
            // A move leaves one more at most.
            let may_fork = turns.len() <= 1 + story.moves && (story.is_loose || !story.is_alone());
            story.is_forked |= turns.len() > 1 && may_fork;
            if story.is_forked {
                continue;
            }
            assert!(turns.len() < 2, "t{number} is there {} times: {story:?}", turns.len());
            let turn = turns.first().copied();
            story.check(number, turn);
            story.settled = turn;
            story.acts.clear();
            (story.is_loose, story.moves) = (false, 0);
        }
    }
}

impl Story {
    fn is_alone(&self) -> bool {
        self.acts.windows(2).all(|two| two[0].0 == two[1].0)
    }

    fn check(&self, number: usize, found: Option<u32>) {
        let Some((_, last)) = self.acts.last() else {
            assert_eq!(found, self.settled, "t{number}, which nobody touched: {self:?}");
            return;
        };
        if self.is_alone() && !self.is_loose {
            assert_eq!(found, *last, "t{number}, which one alone changed: {self:?}");
            return;
        }
        let may_be_gone = self.is_loose || self.acts.iter().any(|(_, turn)| turn.is_none());
        match found {
            None => assert!(may_be_gone, "t{number} is lost: {self:?}"),
            Some(turn) => {
                let is_known = self.settled == found || self.acts.iter().any(|(_, known)| *known == found);
                assert!(is_known, "t{number}.{turn} is none of what anybody wanted: {self:?}");
            }
        }
    }
}
