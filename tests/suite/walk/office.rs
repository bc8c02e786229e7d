//! The back office of a walk, with people who work in it and its bad days. Pulls and pushes are the jobs' own.

use jiff::SignedDuration;
use jiff::Timestamp;
use lomme::app::App;
use lomme::connector::Collection;
use lomme::connector::Strategy;
use lomme::connector::memory::Memory;
use lomme::jobs::pull;
use lomme::jobs::push;
use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::id::AccountId;

use super::chance::Chance;
use super::ledger::Author;
use super::ledger::Ledger;
use super::thing::Thing;

/// What the configuration calls it.
pub(crate) const NAME: &str = "office";

/// Its collections: the name there, and what is in it.
pub(crate) const COLLECTIONS: [(&str, Class); 3] =
    [("own", Class::Calendar), ("shared", Class::Calendar), ("tasks", Class::Tasks)];

/// The back office, and the time that its jobs go by.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) memory: Memory,
    clock: Timestamp,
    born: u64,
}

impl Office {
    pub(crate) fn new(chance: &mut Chance, now: Timestamp) -> Self {
        let strategies = [Strategy::Cursor, Strategy::ModifiedSince, Strategy::List];
        let collection = |(id, class): (&str, Class)| Collection {
            id: id.to_owned(),
            name: id.to_owned(),
            class,
            default: id != "shared",
            read_only: false,
        };
        let strategy = *chance.pick(&strategies).unwrap();
        let memory = Memory::new(strategy, COLLECTIONS.into_iter().map(collection).collect());
        let office = Self { memory, clock: now, born: 0 };
        office.memory.mood(|moods| moods.now = now);
        office
    }

    /// Somebody there makes, changes or deletes something.
    pub(crate) fn edit(&mut self, chance: &mut Chance, ledger: &mut Ledger) {
        let (collection, class) = *chance.pick(&COLLECTIONS).unwrap();
        let there = self.memory.contents(collection);
        let picked = chance.pick(&there).cloned();
        let age = chance.below(3);
        // Phones look at what is in it by the one clock; that of the jobs runs ahead.
        let now = lomme::app::now();
        match (chance.below(10), picked) {
            (0..4, _) | (_, None) => {
                let thing = ledger.born(Author::Office, class, age);
                self.born += 1;
                let id = format!("office-{}", self.born);
                self.memory.put(collection, &id, thing.content(class, now));
            }
            (4..8, Some((id, content))) => {
                let thing = Thing::of_content(&content, now);
                let thing = ledger.edited(Author::Office, class, &thing, age);
                self.memory.put(collection, &id, thing.laid_over(&content, now));
            }
            (_, Some((id, content))) => {
                ledger.deleted(Author::Office, &Thing::of_content(&content, now));
                self.memory.remove(collection, &id);
            }
        }
    }

    /// How it is today. Says whether it refuses or alters what phones did, so that what they do next may meet that.
    pub(crate) fn wake_up(&mut self, chance: &mut Chance) -> bool {
        let day = chance.below(20);
        self.memory.mood(|moods| {
            moods.refusal = (day == 0).then(|| "not today".to_owned());
            moods.down = day == 1;
            moods.lost_answers = if (2..6).contains(&day) { 2 } else { 0 };
            moods.alters = day == 6;
        });
        if day == 7 {
            self.memory.expire_cursors();
        }
        day == 0 || day == 6
    }

    pub(crate) fn has_a_good_day(&mut self) {
        self.memory.mood(|moods| {
            (moods.refusal, moods.down, moods.lost_answers, moods.alters) = (None, false, 0, false);
        });
    }

    /// A while passes: too short for what waits to be tried again, or long enough.
    pub(crate) fn wait(&mut self, chance: &mut Chance) {
        let minutes = if chance.percent(40) { 61 } else { i64::try_from(chance.below(7)).unwrap() };
        self.pass(minutes);
    }

    pub(crate) fn pass(&mut self, minutes: i64) {
        self.clock += SignedDuration::from_mins(minutes) + SignedDuration::from_secs(1);
        let now = self.clock;
        self.memory.mood(|moods| moods.now = now);
    }

    /// Pulls; whether anything came of it.
    pub(crate) async fn pull(&self, app: &App, account: AccountId) -> bool {
        let tally = pull::now(app, account, self.clock).await.unwrap();
        tally.pulled + tally.removed + tally.conflicts > 0
    }

    /// Pushes; whether there was anything to push.
    pub(crate) async fn push(&self, app: &App) -> bool {
        push::now(app, NAME, self.clock).await.unwrap() > 0
    }

    /// What is in one of its collections.
    pub(crate) fn contents(&self, collection: &str) -> Vec<Content> {
        self.memory.contents(collection).into_iter().map(|(_, content)| content).collect()
    }
}
