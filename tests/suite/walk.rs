//! A random walk of two phones and a back office over two nodes, against what each of them must end up with.
//!
//! Answers are lost, requests repeated word for word or with more in them, sent twice at once to both nodes, broken off
//! at any await point (what a killed process leaves behind is what a dropped future leaves behind); items are moved, fall
//! out of filters and back; the back office refuses, loses answers, is down, and changes what it is sent. At rest every
//! phone shows what its filter lets through, the back office has the same, and every item's story ends as somebody
//! wanted it (`ledger`). `LOMME_WALK_SEED` takes another way, `LOMME_WALK_STEPS` makes it longer, `LOMME_WALK_TELL` tells
//! what goes over the wire. From the same seed two walks are nearly the same: how far a request comes before it is broken
//! off depends on the machine.
//!
//! Requests go to `command::begin` with all that HTTP would hand over: a future in hand can be dropped anywhere, a
//! connection cannot. What HTTP adds is told in `sessions`, `transport` and `killed`.

mod book;
mod chance;
mod handset;
mod house;
mod ledger;
mod office;
mod thing;

use std::collections::BTreeMap;

use lomme::eas::command::Command;
use lomme::model::class::Class;

use self::book::Book;
use self::chance::Chance;
use self::handset::Asked;
use self::handset::Handset;
use self::handset::Moving;
use self::house::House;
use self::house::KARI;
use self::ledger::Author;
use self::ledger::Ledger;
use self::office::Office;
use self::thing::Thing;
use crate::phone::node::Node;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed of a walk that failed")]
async fn no_item_is_lost_doubled_or_echoed_whatever_happens_to_requests() {
    // A step on PostgreSQL takes several times as long.
    let usual = if std::env::var_os("LOMME_TEST_DATABASE").is_some() { 3_000 } else { 10_000 };
    let seed = number("LOMME_WALK_SEED").unwrap_or(1);
    let steps = number("LOMME_WALK_STEPS").unwrap_or(usual);
    println!("LOMME_WALK_SEED={seed} LOMME_WALK_STEPS={steps}");
    let mut walk = Box::pin(Walk::start(seed)).await;
    for step in 1..=steps {
        Box::pin(walk.step()).await;
        if step % 250 == 0 {
            Box::pin(walk.settle()).await;
        }
    }
    Box::pin(walk.settle()).await;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

struct Walk {
    chance: Chance,
    house: House,
    office: Office,
    phones: Vec<Handset>,
    ledger: Ledger,
    /// The folders that the back office has too, with their names there.
    shared: BTreeMap<i64, (Class, Option<String>)>,
}

impl Walk {
    async fn start(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let office = Office::new(&mut chance, lomme::app::now());
        let policies = ["device decides", "server", "device", "newest", "merge"];
        let policy = *chance.pick(&policies).unwrap();
        let house = House::open(&office.memory, policy).await;
        office.pull(&house.nodes[0], KARI).await;
        let folders = house.folders().await;
        assert_eq!(folders.len(), 4, "{folders:?}");
        let books = || folders.iter().map(|(id, class, _)| (*id, Book::new(*class))).collect();
        let second = chance.pick(&["2.5", "12.1"]).unwrap().parse().unwrap();
        let conflicts = [chance.below(2), chance.below(2)].map(|number| u8::try_from(number).unwrap());
        let phones = vec![
            Handset::new("ONE", "16.1".parse().unwrap(), conflicts[0], books()),
            Handset::new("TWO", second, conflicts[1], books()),
        ];
        let shared = folders.into_iter().map(|(id, class, name)| (id, (class, name))).collect();
        let mut walk = Self { chance, house, office, phones, ledger: Ledger::default(), shared };
        for who in 0..2 {
            walk.sync_folders(who).await;
        }
        walk
    }

    async fn step(&mut self) {
        let who = self.chance.index(2);
        if self.phones[who].moving.is_some() && self.chance.percent(40) {
            return self.go_on_moving(who).await;
        }
        match self.chance.below(100) {
            0..24 => self.edit(who),
            24..32 => self.office.edit(&mut self.chance, &mut self.ledger),
            32..37 => Box::pin(self.work()).await,
            37 => self.start_over(who),
            38..41 => self.filter(who),
            41..44 => self.move_event(who),
            44 => self.sync_folders(who).await,
            45..47 => self.estimate(who).await,
            47..50 => self.ping(who).await,
            _ => Box::pin(self.sync(who)).await,
        }
    }

    /// A person adds, changes or deletes something on a phone.
    fn edit(&mut self, who: usize) {
        let Self { chance, phones, ledger, .. } = self;
        let phone = &mut phones[who];
        let folder = *chance.pick(&phone.books.keys().copied().collect::<Vec<_>>()).unwrap();
        let book = phone.books.get_mut(&folder).unwrap();
        let shown = book.at_rest();
        let (author, class, age) = (Author::Phone(who), book.class, chance.below(3));
        match (chance.below(10), chance.pick(&shown)) {
            (0..4, _) | (_, None) => {
                phone.next_client_id += 1;
                book.added.insert(format!("c{}", phone.next_client_id), ledger.born(author, class, age));
            }
            (4..8, Some(id)) => {
                let thing = ledger.edited(author, class, &book.items[id], age);
                book.items.insert(id.clone(), thing);
                book.changed.insert(id.clone());
            }
            (_, Some(id)) => {
                let thing = book.items.remove(id).unwrap();
                ledger.deleted(author, &thing);
                book.changed.remove(id);
                book.deleted.insert(id.clone(), thing);
            }
        }
    }

    /// A node pulls, pushes, or both nodes do, whole or broken off.
    async fn work(&mut self) {
        self.office.wait(&mut self.chance);
        if self.office.wake_up(&mut self.chance) {
            self.ledger.loosen_phones();
        }
        let (node, polls) = (self.chance.index(2), self.chance.below(150));
        let (one, two) = (&self.house.nodes[node], &self.house.nodes[1 - node]);
        match self.chance.below(10) {
            0 => broken_off(Box::pin(self.office.pull(one, KARI)), polls).await,
            1..3 => broken_off(Box::pin(self.office.push(one)), polls).await,
            3 => drop(tokio::join!(
                Box::pin(self.office.pull(one, KARI)),
                Box::pin(self.office.pull(two, KARI))
            )),
            4 => drop(tokio::join!(Box::pin(self.office.push(one)), Box::pin(self.office.push(two)))),
            5 => drop(tokio::join!(Box::pin(self.office.pull(one, KARI)), Box::pin(self.office.push(two)))),
            6..8 => drop(Box::pin(self.office.pull(one, KARI)).await),
            _ => drop(Box::pin(self.office.push(one)).await),
        }
    }

    /// A full resync of a folder: the phone throws away what it has, unsent changes too, and begins at key 0.
    fn start_over(&mut self, who: usize) {
        let folders: Vec<i64> = self.phones[who].books.keys().copied().collect();
        let folder = *self.chance.pick(&folders).unwrap();
        if self.phones[who].moving.is_some() {
            // It would not know afterwards what it was moving, and never hear of it under its new name.
            return;
        }
        for thing in self.phones[who].books.get_mut(&folder).unwrap().forget() {
            self.ledger.loosen(&thing);
        }
        self.phones[who].unanswered = None;
    }

    /// A person wants to see more, or less.
    fn filter(&mut self, who: usize) {
        let folders: Vec<i64> = self.phones[who].books.keys().copied().collect();
        let folder = *self.chance.pick(&folders).unwrap();
        let book = self.phones[who].books.get_mut(&folder).unwrap();
        book.filter = match book.class {
            Class::Calendar => *self.chance.pick(&[0, 4, 5]).unwrap(),
            Class::Tasks => *self.chance.pick(&[0, 8]).unwrap(),
            _ => 0,
        };
    }

    /// A person moves an event to the other calendar.
    fn move_event(&mut self, who: usize) {
        let Self { chance, phones, ledger, .. } = self;
        let phone = &mut phones[who];
        let calendars: Vec<i64> =
            phone.books.iter().filter(|(_, book)| book.class == Class::Calendar).map(|(id, _)| *id).collect();
        let from = chance.index(2);
        let (from, to) = (calendars[from], calendars[1 - from]);
        // Between two folders that it is in step with: MoveItems has no key, so it cannot say which state it is about.
        let is_in_step = |folder: &i64| !phone.books[folder].is_behind && phone.books[folder].key != "0";
        if phone.moving.is_some() || !is_in_step(&from) || !is_in_step(&to) {
            return;
        }
        let book = &phone.books[&from];
        let still: Vec<&String> = book.items.keys().filter(|id| !book.changed.contains(*id)).collect();
        let Some(id) = chance.pick(&still).map(|id| (*id).clone()) else { return };
        ledger.moved(Author::Phone(who), &book.items[&id]);
        phone.begin_move(Moving { id, from, to });
    }

    /// The phone asks to have it moved, until it is answered.
    async fn go_on_moving(&mut self, who: usize) {
        let (fate, polls, node) = (self.chance.below(10), self.chance.below(60), self.chance.index(2));
        let body = self.phones[who].moving.as_ref().unwrap().request();
        let asking = Box::pin(self.house.ask(node, &self.phones[who], Command::MoveItems, body));
        match fate {
            0..3 => drop(asking.await),
            3..5 => broken_off(asking, polls).await,
            _ => {
                let answer = asking.await;
                self.phones[who].hear_move(&answer);
            }
        }
    }

    /// The list of folders, mostly from the start: the folders' own states stay.
    async fn sync_folders(&mut self, who: usize) {
        let node = self.chance.index(2);
        let key = if self.chance.percent(60) { "0" } else { &self.phones[who].hierarchy_key };
        let body = Handset::folder_sync(key);
        let answer = self.house.ask(node, &self.phones[who], Command::FolderSync, body).await;
        if self.chance.percent(70) {
            self.phones[who].hear_folders(&answer);
        }
    }

    async fn estimate(&mut self, who: usize) {
        let folders: Vec<i64> = self.phones[who].books.keys().copied().collect();
        let folder = *self.chance.pick(&folders).unwrap();
        let node = self.chance.index(2);
        self.estimated(node, who, folder).await;
    }

    /// How many changes a phone would be told; none where it has not begun.
    async fn estimated(&self, node: usize, who: usize, folder: i64) -> Option<u64> {
        let phone = &self.phones[who];
        let body = phone.estimate(folder)?;
        let answer = self.house.ask(node, phone, Command::GetItemEstimate, body).await;
        let told = Node::read(&answer);
        assert_eq!(told.say("Status"), "1", "{told:?}");
        told.say("Estimate").parse().ok()
    }

    /// A Ping that waits while the phone syncs, and is left alone then.
    async fn ping(&mut self, who: usize) {
        let node = self.chance.index(2);
        let phone = &self.phones[who];
        let waiting = self.house.send(node, phone, Command::Ping, phone.ping());
        Box::pin(self.sync(who)).await;
        waiting.abort();
    }

    async fn sync(&mut self, who: usize) {
        let (fate, polls, node) = (self.chance.below(100), self.chance.below(100), self.chance.index(2));
        let now = lomme::app::now();
        let phone = &mut self.phones[who];
        // A phone repeats what was not answered, word for word or with what happened since.
        let asked = match phone.unanswered.take().filter(|_| fate.is_multiple_of(2)) {
            Some(asked) => asked,
            None => phone.request(&mut self.chance, now),
        };
        let body = asked.body.clone();
        match fate {
            0..15 => {
                drop(self.house.ask(node, phone, Command::Sync, body).await);
                phone.lose(asked);
            }
            15..25 => {
                broken_off(Box::pin(self.house.ask(node, phone, Command::Sync, body)), polls).await;
                phone.lose(asked);
            }
            25..35 => {
                let other = self.house.send(1 - node, phone, Command::Sync, body.clone());
                let first = self.house.ask(node, phone, Command::Sync, body).await;
                let second = other.await.unwrap();
                let used = if fate < 30 { first } else { second };
                self.hear(who, &asked, &used);
                self.phones[who].repeats_nothing();
            }
            _ => {
                let answer = self.house.ask(node, phone, Command::Sync, body).await;
                self.hear(who, &asked, &answer);
            }
        }
    }

    /// Takes an answer; whether anything happened.
    fn hear(&mut self, who: usize, asked: &Asked, answer: &[u8]) -> bool {
        let heard = self.phones[who].hear(asked, answer, lomme::app::now());
        for thing in &heard.echoed {
            let is_alone = self.ledger.is_of(Author::Phone(who), thing);
            assert!(!is_alone, "{thing:?} is told to the phone that made it and has it");
        }
        for thing in &heard.dropped {
            self.ledger.loosen(thing);
        }
        heard.is_news
    }

    /// Lets everybody sync until nobody has anything to say or to hear, then compares.
    async fn settle(&mut self) {
        let mut rounds = 0;
        loop {
            rounds += 1;
            assert!(rounds < 40, "it never comes to rest: {} are owed", self.house.owed().await);
            let mut is_busy = false;
            for who in 0..2 {
                is_busy |= self.quieten(who).await;
            }
            self.office.pass(61);
            self.office.has_a_good_day();
            is_busy |= self.office.push(&self.house.nodes[rounds % 2]).await;
            self.office.pass(61);
            is_busy |= self.office.pull(&self.house.nodes[rounds % 2], KARI).await;
            if !is_busy && self.house.owed().await == 0 {
                break;
            }
        }
        self.compare().await;
    }

    /// Lets a phone sync until it is quiet; whether it was not.
    async fn quieten(&mut self, who: usize) -> bool {
        let mut was_busy = false;
        self.phones[who].unanswered = None;
        while self.phones[who].moving.is_some() {
            was_busy = true;
            self.go_on_moving(who).await;
        }
        for _ in 0..500 {
            let phone = &self.phones[who];
            let asked = phone.request_all(lomme::app::now());
            let answer = self.house.ask(0, phone, Command::Sync, asked.body.clone()).await;
            if !self.hear(who, &asked, &answer) && self.phones[who].has_nothing_to_say() {
                return was_busy;
            }
            was_busy = true;
        }
        panic!("the phone never comes to rest");
    }

    async fn compare(&mut self) {
        let now = lomme::app::now();
        let mut all = Vec::new();
        for (folder, (class, name)) in &self.shared {
            let there: Vec<(String, Thing)> = self
                .house
                .contents(*folder, *class)
                .await
                .into_iter()
                .map(|(id, content)| (id, Thing::of_content(&content, now)))
                .collect();
            for phone in &self.phones {
                let book = &phone.books[folder];
                let expected: BTreeMap<String, Thing> =
                    there.iter().filter(|(_, thing)| thing.age.passes(book.filter)).cloned().collect();
                let (device, filter) = (phone.device, book.filter);
                assert_eq!(book.items, expected, "{device} shows something else of {folder} under {filter}");
            }
            if let Some(name) = name {
                let mut theirs: Vec<Thing> = self
                    .office
                    .contents(name)
                    .iter()
                    .map(|content| Thing::of_content(content, now))
                    .collect();
                let mut ours: Vec<Thing> = there.iter().map(|(_, thing)| thing.clone()).collect();
                theirs.sort();
                ours.sort();
                assert_eq!(theirs, ours, "the back office has something else in {name}");
            }
            all.extend(there.into_iter().map(|(_, thing)| thing));
        }
        assert_eq!(self.house.asides(self.shared.keys().copied()).await, 0, "something is set aside");
        self.ledger.settle(&all);
        for who in 0..2 {
            for &folder in self.shared.keys() {
                assert_eq!(
                    self.estimated(0, who, folder).await,
                    Some(0),
                    "there is more to tell of {folder}"
                );
            }
        }
    }
}

/// Runs a future for so many polls and drops it where it is then.
async fn broken_off<T>(work: impl Future<Output = T>, polls: u64) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}
