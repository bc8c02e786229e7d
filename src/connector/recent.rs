//! Answers of the directory that were given just now, so that a phone that asks with every letter is cheap.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use jiff::SignedDuration;
use jiff::Timestamp;

use super::Found;
use crate::model::id::AccountId;

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Who asked: what one may see another may not.
    pub account: AccountId,
    /// Over which connection.
    pub connection: String,
    /// What was searched for.
    pub query: String,
}

/// The answers, and which connections do not answer just now.
#[derive(Debug, Default)]
pub struct Recent {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    answers: HashMap<Question, Answer>,
    resting: HashMap<String, Timestamp>,
}

#[derive(Debug)]
struct Answer {
    until: Timestamp,
    found: Found,
    bytes: usize,
}

/// How long an answer is good. Somebody who was just entered is found a minute later.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(1);
/// How long a connection that failed is not asked; meanwhile nobody waits for it.
const REST: SignedDuration = SignedDuration::from_secs(20);
/// Answers kept at a time, each of up to a hundred entries.
const MOST: usize = 200;
/// The most bytes of them, as JSON: a hundred people with pictures are some megabytes.
const MOST_BYTES: usize = 16_000_000;

impl Recent {
    /// The answer, if it was given just now.
    pub fn find(&self, question: &Question, now: Timestamp) -> Option<Found> {
        let known = self.lock();
        let answer = known.answers.get(question)?;
        (now < answer.until).then(|| answer.found.clone())
    }

    /// Keeps an answer.
    pub fn keep(&self, question: Question, found: Found, now: Timestamp) {
        let bytes = found.people.iter().map(|person| person.to_json().len()).sum();
        if bytes > MOST_BYTES {
            return;
        }
        let until = now.saturating_add(GOOD_FOR).unwrap_or(now);
        let mut known = self.lock();
        if known.is_full(bytes) {
            known.answers.retain(|_, answer| now < answer.until);
        }
        if known.is_full(bytes) {
            known.answers.clear();
        }
        known.answers.insert(question, Answer { until, found, bytes });
    }

    /// A connection failed.
    pub fn rest(&self, connection: &str, now: Timestamp) {
        let until = now.saturating_add(REST).unwrap_or(now);
        self.lock().resting.insert(connection.to_owned(), until);
    }

    /// Whether a connection failed just now.
    pub fn is_resting(&self, connection: &str, now: Timestamp) -> bool {
        self.lock().resting.get(connection).is_some_and(|until| now < *until)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Whether an answer of so many bytes is too much.
    fn is_full(&self, bytes: usize) -> bool {
        let kept: usize = self.answers.values().map(|answer| answer.bytes).sum();
        self.answers.len() >= MOST || kept + bytes > MOST_BYTES
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::class::Class;
    use crate::model::content::Content;

    fn question(number: usize) -> Question {
        Question { account: AccountId(1), connection: "office".to_owned(), query: number.to_string() }
    }

    /// A card as large as asked for, as one with a picture is.
    fn found(bytes: usize) -> Found {
        let card = json!({ "name": { "full": "x".repeat(bytes) } });
        Found { total: 1, people: vec![Content::from_value(Class::Contacts, &card).unwrap()] }
    }

    #[test]
    fn large_answers_are_kept_within_bounds() {
        let (recent, now) = (Recent::default(), Timestamp::UNIX_EPOCH);
        for number in 0..10 {
            recent.keep(question(number), found(3_000_000), now);
            assert!(recent.find(&question(number), now).is_some(), "{number}");
            let known = recent.lock();
            assert!(known.answers.values().map(|answer| answer.bytes).sum::<usize>() <= MOST_BYTES);
        }
        recent.keep(question(99), found(MOST_BYTES), now);
        assert!(recent.find(&question(99), now).is_none(), "too large to be kept");
        assert!(recent.find(&question(9), now).is_some(), "and no reason to forget others");
    }

    #[test]
    fn an_answer_is_good_for_a_minute() {
        let (recent, now) = (Recent::default(), Timestamp::UNIX_EPOCH);
        recent.keep(question(1), found(10), now);
        assert!(recent.find(&question(1), now + SignedDuration::from_secs(59)).is_some());
        assert!(recent.find(&question(1), now + SignedDuration::from_secs(60)).is_none());
    }
}
