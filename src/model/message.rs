//! What is kept of a mail: when it came, its marks, and what its mailbox cannot keep. Not what it says, which stays
//! in the mailbox and is fetched when it is sent.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::model::id::DraftId;
use crate::model::object::Set;
use crate::model::object::has;
use crate::model::object::members;
use crate::model::object::object;
use crate::model::object::words;

/// RFC 8621 4.1.1 (keywords): what these say is no category.
const SYSTEM: [&str; 5] = [SEEN, FLAGGED, ANSWERED, FORWARDED, DRAFT];
const SEEN: &str = "$seen";
const FLAGGED: &str = "$flagged";
const ANSWERED: &str = "$answered";
const FORWARDED: &str = "$forwarded";
const DRAFT: &str = "$draft";

object! {
    /// A mail as the journal has it, by the names of JMAP (RFC 8621).
    pub struct Message {
        /// When it came into the mailbox.
        received_at: Option<Timestamp> = "receivedAt",
        /// How many bytes it has.
        size: Option<u32> = "size",
        /// Its marks: those of JMAP begin with a dollar, the others are categories.
        keywords: Set = "keywords",
        /// What is to be done about it; none of JMAP's.
        follow_up: Option<FollowUp> = "followUp",
        /// What was done with it last; none of JMAP's.
        last_verb: Option<LastVerb> = "lastVerb",
        /// What a phone wrote, of a draft: another text has another name.
        blob_id: Option<String> = "blobId",
    }
}

object! {
    /// A flag with its dates (MS-ASEMAIL 2.2.2.34 Flag).
    pub struct FollowUp {
        /// How far it has come.
        status: Option<FollowUpStatus> = "status",
        /// What people call the flag, as `for Follow Up`.
        kind: Option<String> = "type",
        /// What is to be done, if it is not the subject of the mail.
        subject: Option<String> = "subject",
        /// When it may be begun, by the clock on the phone's wall.
        start: Option<DateTime> = "start",
        /// The same as an instant.
        start_utc: Option<Timestamp> = "startUtc",
        /// When it must be done, by the clock on the phone's wall.
        due: Option<DateTime> = "due",
        /// The same as an instant.
        due_utc: Option<Timestamp> = "dueUtc",
        /// When it was marked as done.
        completed_at: Option<Timestamp> = "completedAt",
        /// The day on which it was done.
        completed_on: Option<DateTime> = "completedOn",
        /// Whether the phone reminds.
        has_reminder: Option<bool> = "hasReminder",
        /// When the phone reminds.
        reminder_at: Option<Timestamp> = "reminderAt",
        /// Where it stands in a list of things to do.
        ordinal: Option<Timestamp> = "ordinal",
        /// Where it stands among those of the same ordinal.
        sub_ordinal: Option<String> = "subOrdinal",
    }
}

object! {
    /// The last answer or forwarding, which a mailbox knows without its time.
    pub struct LastVerb {
        /// What was done.
        verb: Option<Verb> = "verb",
        /// When.
        at: Option<Timestamp> = "at",
    }
}

words! {
    /// How far a follow-up has come.
    pub enum FollowUpStatus {
        /// To be done.
        Active = "active",
        /// Done.
        Complete = "complete",
    }
}

words! {
    /// What was done with a mail (MS-ASEMAIL 2.2.2.44 `LastVerbExecuted`).
    pub enum Verb {
        /// Its sender was answered.
        Reply = "reply",
        /// All were answered.
        ReplyToAll = "replyToAll",
        /// It was forwarded.
        Forward = "forward",
    }
}

impl Message {
    /// Takes over what a mailbox cannot keep from the version we have.
    pub fn keep_from(&mut self, ours: &Self) {
        self.follow_up = self.follow_up.take().or_else(|| ours.follow_up.clone());
        self.last_verb = self.last_verb.take().or_else(|| ours.last_verb.clone());
        self.blob_id = self.blob_id.take().or_else(|| ours.blob_id.clone());
    }

    /// What a phone wrote, if this is a draft that one wrote.
    pub fn text(&self) -> Option<DraftId> {
        self.blob_id.as_ref()?.parse().ok().map(DraftId)
    }

    /// Says that it is what a phone wrote.
    pub fn set_text(&mut self, text: DraftId) {
        self.blob_id = Some(text.to_string());
    }

    /// When it came and how long it is, which stays as it is wherever the message is moved.
    pub fn likeness(&self) -> String {
        match (self.received_at, self.size) {
            (Some(at), Some(size)) => format!("{} {size}", at.as_second()),
            _ => String::new(),
        }
    }

    /// Whether it has been read.
    pub fn is_seen(&self) -> bool {
        has(&self.keywords, SEEN)
    }

    /// Marks it as read or unread.
    pub fn set_seen(&mut self, value: bool) {
        self.mark(SEEN, value);
    }

    /// Whether it waits to be sent.
    pub fn is_draft(&self) -> bool {
        has(&self.keywords, DRAFT)
    }

    /// Marks it as a draft or not.
    pub fn set_draft(&mut self, value: bool) {
        self.mark(DRAFT, value);
    }

    /// Whether something is to be done about it.
    ///
    /// Another program may have set or taken the mark in the mailbox: it counts, the dates are but kept beside it.
    pub fn is_flagged(&self) -> bool {
        has(&self.keywords, FLAGGED)
    }

    /// The flag as a phone sees it: none, or with all its dates.
    pub fn flag(&self) -> Option<FollowUp> {
        let kept = self.follow_up.as_ref();
        let is_complete = kept.is_some_and(FollowUp::is_complete);
        if is_complete && !self.is_flagged() {
            return kept.cloned();
        }
        self.is_flagged().then(|| match kept {
            Some(kept) if !is_complete => kept.clone(),
            _ => FollowUp { status: Some(FollowUpStatus::Active), ..FollowUp::default() },
        })
    }

    /// Sets the flag with its dates, or takes it away; done is not flagged.
    pub fn set_flag(&mut self, flag: Option<FollowUp>) {
        self.mark(FLAGGED, flag.as_ref().is_some_and(|flag| !flag.is_complete()));
        self.follow_up = flag;
    }

    /// What was done with it last, if anything was.
    pub fn last_verb(&self) -> Option<Verb> {
        let kept = self.last_verb.as_ref().and_then(|last| last.verb);
        let (is_answered, is_forwarded) = (has(&self.keywords, ANSWERED), has(&self.keywords, FORWARDED));
        match kept {
            Some(Verb::Forward) if is_forwarded => kept,
            Some(Verb::Reply | Verb::ReplyToAll) if is_answered => kept,
            _ if is_answered => Some(Verb::Reply),
            _ => is_forwarded.then_some(Verb::Forward),
        }
    }

    /// When that was, if it was done here.
    pub fn last_verb_at(&self) -> Option<Timestamp> {
        let last = self.last_verb.as_ref().filter(|last| last.verb == self.last_verb())?;
        last.at
    }

    /// Notes an answer or a forwarding.
    pub fn set_last_verb(&mut self, verb: Verb, at: Timestamp) {
        let keyword = if verb == Verb::Forward { FORWARDED } else { ANSWERED };
        self.mark(keyword, true);
        self.last_verb = Some(LastVerb { verb: Some(verb), at: Some(at), ..LastVerb::default() });
    }

    /// Categories: the keywords that are none of the system's.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        members(&self.keywords).filter(|keyword| !is_system(keyword))
    }

    /// Sets the categories; the marks of the system stay.
    pub fn set_categories(&mut self, categories: &[&str]) {
        self.keywords.retain(|keyword, _| is_system(keyword) || categories.contains(&keyword.as_str()));
        let new = categories.iter().filter(|category| !is_system(category));
        self.keywords.extend(new.map(|category| ((*category).to_owned(), true)));
    }

    fn mark(&mut self, keyword: &str, value: bool) {
        if value {
            self.keywords.insert(keyword.to_owned(), true);
        } else {
            self.keywords.remove(keyword);
        }
    }
}

impl FollowUp {
    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        self.status == Some(FollowUpStatus::Complete)
    }
}

/// Whether a keyword is a mark: one of JMAP's, or of a program, which all begin with a dollar (`$MDNSent`, `$Junk`).
fn is_system(keyword: &str) -> bool {
    SYSTEM.contains(&keyword) || keyword.starts_with('$')
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::FollowUp;
    use super::FollowUpStatus;
    use super::Message;
    use super::Verb;
    use crate::model::object::Shape;

    fn flag(status: FollowUpStatus) -> FollowUp {
        FollowUp { status: Some(status), kind: Some("for Follow Up".to_owned()), ..FollowUp::default() }
    }

    #[test]
    fn a_flag_keeps_its_dates_while_the_mailbox_keeps_its_mark() {
        let mut message = Message::default();
        assert_eq!(message.flag(), None);
        message.set_flag(Some(flag(FollowUpStatus::Active)));
        assert!(message.is_flagged());
        assert_eq!(message.flag(), Some(flag(FollowUpStatus::Active)));
        message.keywords.remove("$flagged");
        assert_eq!(message.flag(), None);
        message.set_flag(Some(flag(FollowUpStatus::Complete)));
        assert!(!message.is_flagged());
        assert_eq!(message.flag(), Some(flag(FollowUpStatus::Complete)));
        message.keywords.insert("$flagged".to_owned(), true);
        assert_eq!(message.flag().unwrap().status, Some(FollowUpStatus::Active));
        message.set_flag(None);
        assert_eq!(message, Message::default());
    }

    #[test]
    fn the_last_verb_is_the_one_whose_mark_is_there() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut message = Message::read(&json!({"keywords": {"$answered": true}})).unwrap();
        assert_eq!((message.last_verb(), message.last_verb_at()), (Some(Verb::Reply), None));
        message.set_last_verb(Verb::ReplyToAll, now);
        assert_eq!((message.last_verb(), message.last_verb_at()), (Some(Verb::ReplyToAll), Some(now)));
        message.set_last_verb(Verb::Forward, now);
        assert_eq!((message.last_verb(), message.last_verb_at()), (Some(Verb::Forward), Some(now)));
        message.keywords.remove("$forwarded");
        assert_eq!((message.last_verb(), message.last_verb_at()), (Some(Verb::Reply), None));
    }

    #[test]
    fn categories_are_the_keywords_of_people() {
        let mut message =
            Message::read(&json!({"keywords": {"$seen": true, "$MDNSent": true, "Red": true}})).unwrap();
        assert_eq!(message.categories().collect::<Vec<_>>(), ["Red"]);
        message.set_categories(&["Blue", "$answered"]);
        assert_eq!(message.write(), json!({"keywords": {"$seen": true, "$MDNSent": true, "Blue": true}}));
        message.set_seen(false);
        message.set_draft(true);
        assert_eq!((message.is_seen(), message.is_draft()), (false, true));
    }
}
