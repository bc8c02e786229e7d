//! Which conversation a message belongs to, and where in it, for phones that show mail by conversation. Looks at no
//! other message: those of one conversation come out the same by what each says of itself.

use jiff::Timestamp;
use sha2::Digest;
use sha2::Sha256;

use crate::mime::headers::Headers;

/// The header of a `Thread-Index` (MS-OXOMSG 2.2.1.3): a time of 6 bytes and an id of 16.
const INDEX_TIME: usize = 6;
const INDEX_HEADER: usize = 22;
/// Each answer adds a time of 5 bytes.
const INDEX_LEVEL: usize = 5;
/// No conversation has more answers to answers.
const MOST_LEVELS: usize = 50;
/// From the beginning of 1601, where Windows begins, to that of 1970, in ticks of 100 ns.
const TICKS_TO_1970: i64 = 116_444_736_000_000_000;
/// What programs of many languages write before the subject of what they answer or forward.
const PREFIXES: [&str; 22] = [
    "re", "fw", "fwd", "sv", "vs", "vb", "aw", "wg", "antw", "doorst", "rv", "tr", "ref", "res", "enc",
    "odp", "ynt", "ilt", "atb", "rif", "i", "r",
];

impl Headers {
    /// What all messages of the conversation have in common.
    // MS-ASCON 2.2.2.3: any bytes will do, as long as they are the same.
    pub fn conversation_id(&self) -> Vec<u8> {
        let first = self.references.first().or_else(|| self.in_reply_to.first());
        let index = self.thread_index.as_deref().unwrap_or_default();
        // An answer of Outlook whose references were lost on the way.
        let id_of_index = index.get(INDEX_TIME..INDEX_HEADER).filter(|_| index.len() > INDEX_HEADER);
        match (first, id_of_index, &self.message_id) {
            (Some(id), _, _) => hash("id", id),
            (None, Some(id), _) => id.to_vec(),
            (None, None, Some(id)) => hash("id", id),
            (None, None, None) => hash("topic", &self.topic().unwrap_or_default().to_lowercase()),
        }
    }

    /// When the conversation began, and how long after that each answer came, as far as the message knows.
    // MS-ASCON 2.2.2.4: five bytes each, the first without the byte that is 1 for all times of our lives.
    pub fn conversation_index(&self, received: Timestamp) -> Vec<u8> {
        match self.thread_index.as_deref() {
            Some(index) if index.len() >= INDEX_HEADER => {
                let begun = index.get(1..INDEX_TIME).unwrap_or_default();
                let answers = index.get(INDEX_HEADER..).unwrap_or_default();
                let answers = answers.chunks_exact(INDEX_LEVEL).take(MOST_LEVELS).flatten().copied();
                begun.iter().copied().chain(answers).collect()
            }
            _ => index_time(self.date.unwrap_or(received)).into_iter().skip(1).collect(),
        }
    }

    /// What the conversation is about: the subject without what answering adds to it.
    pub fn topic(&self) -> Option<String> {
        if let Some(topic) = &self.thread_topic {
            return Some(topic.clone());
        }
        let subject = self.subject.as_deref()?;
        Some(without_prefixes(subject).to_owned()).filter(|topic| !topic.is_empty())
    }

    /// The `Thread-Index` of an answer to this message, if it has one.
    pub fn answer_index(&self, now: Timestamp) -> Option<Vec<u8>> {
        let index = self.thread_index.as_deref().filter(|index| index.len() >= INDEX_HEADER)?;
        let begun =
            index.get(..INDEX_TIME)?.iter().fold(0_i64, |ticks, byte| ticks << 8 | i64::from(*byte)) << 16;
        // MS-OXOMSG 2.2.1.3: a shorter time is told more precisely; the first bit says which, the last byte is chance.
        let delta = ticks(now).saturating_sub(begun).max(0);
        let is_long = delta >> 49 != 0;
        let shown = if is_long { delta >> 23 & 0x7FFF_FFFF | 1 << 31 } else { delta >> 18 & 0x7FFF_FFFF };
        let level = u32::try_from(shown).unwrap_or_default().to_be_bytes();
        Some(index.iter().copied().chain(level).chain([0]).collect())
    }
}

fn ticks(time: Timestamp) -> i64 {
    time.as_microsecond().saturating_mul(10).saturating_add(TICKS_TO_1970)
}

fn index_time(time: Timestamp) -> Vec<u8> {
    ticks(time).to_be_bytes().into_iter().take(INDEX_TIME).collect()
}

fn hash(kind: &str, text: &str) -> Vec<u8> {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(text).finalize();
    digest.into_iter().take(INDEX_HEADER - INDEX_TIME).collect()
}

fn without_prefixes(subject: &str) -> &str {
    let mut rest = subject.trim();
    // `Re:`, `SV :`, `Re[2]:`, and the colon of Chinese.
    while let Some((prefix, after)) = rest.split_once([':', '：']) {
        let word = prefix.split('[').next().unwrap_or_default().trim().to_lowercase();
        if !PREFIXES.contains(&word.as_str())
            && !["回复", "答复", "转发", "返信", "転送"].contains(&word.as_str())
        {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::mime::headers::Headers;

    fn read(header: &str) -> Headers {
        Headers::read(header.as_bytes())
    }

    #[test]
    fn the_messages_of_a_conversation_have_the_same_id() {
        let id = read("Message-ID: <1@a>\nSubject: Lunch\n").conversation_id();
        assert_eq!(id.len(), 16);
        for answer in [
            "Message-ID: <2@a>\nIn-Reply-To: <1@a>\nSubject: Re: Lunch\n",
            "Message-ID: <3@a>\nIn-Reply-To: <2@a>\nReferences: <1@a> <2@a>\nSubject: Something else\n",
            "Message-ID: <4@a>\nReferences: <1@a>\nThread-Index: AQHbPPOIAAECAwQFBgcICQoLDA0ODwAAAAAA\n",
        ] {
            assert_eq!(read(answer).conversation_id(), id, "{answer}");
        }
        assert_ne!(read("Message-ID: <5@a>\nSubject: Lunch\n").conversation_id(), id);
        assert_eq!(
            read("Subject: SV: Lunch\n").conversation_id(),
            read("Subject: lunch\n").conversation_id()
        );
    }

    #[test]
    fn an_answer_of_outlook_is_found_by_its_index() {
        let index = "Thread-Index: AQIDBAUGAAECAwQFBgcICQoLDA0ODwECAwQF\n";
        assert_eq!(read(index).conversation_id(), (0..16).collect::<Vec<u8>>());
        let received = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(read(index).conversation_index(received), [2, 3, 4, 5, 6, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_conversation_begins_when_it_was_written() {
        let at: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let index = read("").conversation_index(at);
        assert_eq!(index.len(), 5);
        let written = read("Date: Sun, 22 Nov 2026 12:00:00 +0000\n");
        assert_eq!(written.conversation_index(Timestamp::UNIX_EPOCH), index);
    }

    #[test]
    fn an_answer_tells_how_much_later_it_came() {
        let begun: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut headers = Headers { thread_index: Some(super::index_time(begun)), ..Headers::default() };
        assert_eq!(headers.answer_index(begun), None);
        headers.thread_index.as_mut().unwrap().extend([9; 16]);
        let answer = headers.answer_index("2026-11-22T13:00:00Z".parse().unwrap()).unwrap();
        let delta = u32::from_be_bytes(answer[22..26].try_into().unwrap());
        // An hour in ticks of 2^18 times 100 ns.
        assert!(delta.abs_diff(137_329) <= 1, "{delta}");
        assert_eq!(answer.len(), 27);
    }

    #[test]
    fn the_topic_is_the_subject_without_its_prefixes() {
        for (subject, topic) in [
            ("Re: SV: Lunch: at noon", Some("Lunch: at noon")),
            ("Antw: [list] Re: x", Some("[list] Re: x")),
            ("RE[2]: x", Some("x")),
            ("回复：午饭", Some("午饭")),
            ("Note: x", Some("Note: x")),
            ("Re:", None),
            ("", None),
        ] {
            let headers = read(&format!("Subject: {subject}\n"));
            assert_eq!(headers.topic().as_deref(), topic, "{subject}");
        }
        assert_eq!(read("Thread-Topic: t\nSubject: Re: s\n").topic().as_deref(), Some("t"));
    }
}
