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
    answers: HashMap<Question, (Timestamp, Found)>,
    resting: HashMap<String, Timestamp>,
}

/// How long an answer is good. Somebody who was just entered is found a minute later.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(1);
/// How long a connection that failed is not asked; meanwhile nobody waits for it.
const REST: SignedDuration = SignedDuration::from_secs(20);
/// Answers kept at a time, each of up to a hundred entries.
const MOST: usize = 200;

impl Recent {
    /// The answer, if it was given just now.
    pub fn find(&self, question: &Question, now: Timestamp) -> Option<Found> {
        let known = self.lock();
        let (until, found) = known.answers.get(question)?;
        (now < *until).then(|| found.clone())
    }

    /// Keeps an answer.
    pub fn keep(&self, question: Question, found: Found, now: Timestamp) {
        let mut known = self.lock();
        if known.answers.len() >= MOST {
            known.answers.retain(|_, (until, _)| now < *until);
        }
        if known.answers.len() >= MOST {
            known.answers.clear();
        }
        known.answers.insert(question, (now.saturating_add(GOOD_FOR).unwrap_or(now), found));
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
