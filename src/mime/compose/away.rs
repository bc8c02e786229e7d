//! The answer to a message whose reader is away (RFC 3834). Decides nothing about whom to answer.

use crate::mime::address::Mailbox;
use crate::mime::compose::Rules;
use crate::mime::compose::header;
use crate::mime::compose::part;
use crate::mime::field;
use crate::mime::headers::Headers;
use crate::mime::html;
use crate::mime::text;
use crate::mime::words;
use crate::model::absence::Reply;

/// An answer in two pieces, as the queue keeps a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The fields of its header.
    pub header: Vec<u8>,
    /// The empty line, and what follows it.
    pub body: Vec<u8>,
}

/// No more of what came before is named; the first and the last count.
const MOST_REFERENCES: usize = 20;

/// A subject that is longer is cut.
const LONGEST_SUBJECT: usize = 300;

/// Writes the answer to whoever sent a message.
pub fn write(original: &Headers, reply: &Reply, to: &str, rules: &Rules<'_>) -> Answer {
    let mut header = Vec::new();
    header::add(&mut header, "From", &rules.sender.encode());
    header::add(&mut header, "To", &Mailbox::bare(to).encode());
    // RFC 3834 3.1.5: the prefix that tells people and programs alike.
    let subject = text::cut(original.subject.as_deref().unwrap_or_default(), LONGEST_SUBJECT);
    header::add(&mut header, "Subject", &words::encode(format!("Auto: {subject}").trim_end()));
    header::add(&mut header, "Date", &header::date(rules.now));
    header::add(&mut header, "Message-ID", &format!("<{}@{}>", rules.id, rules.host));
    if let Some(id) = &original.message_id {
        header::add(&mut header, "In-Reply-To", &format!("<{id}>"));
        header::add(&mut header, "References", &references(original, id));
    }
    // RFC 3834 5, and the same for Exchange: so that no program answers it.
    header::add(&mut header, "Auto-Submitted", "auto-replied");
    header::add(&mut header, "X-Auto-Response-Suppress", "All");
    header::add(&mut header, "MIME-Version", "1.0");
    header.extend_from_slice(&content(reply, rules.id));
    let start = field::end_of_header(&header).saturating_sub(b"\r\n".len());
    let body = header.split_off(start);
    Answer { header, body }
}

fn references(original: &Headers, id: &str) -> String {
    let known = if original.references.is_empty() { &original.in_reply_to } else { &original.references };
    let skipped = known.len().saturating_sub(MOST_REFERENCES);
    let kept = known.iter().take(1).chain(known.iter().skip(1 + skipped)).map(String::as_str);
    let ids: Vec<String> = kept.chain([id]).map(|id| format!("<{id}>")).collect();
    ids.join("\r\n ")
}

/// The words as a part with its fields: as text, and as HTML where they are.
pub fn content(reply: &Reply, id: &str) -> Vec<u8> {
    let words = reply.text.as_deref().unwrap_or_default();
    if reply.is_html != Some(true) {
        return part::text("plain", &text::clean(words)).to_vec();
    }
    let boundary = format!("=_{id}");
    let mut content = Vec::new();
    header::add(&mut content, "Content-Type", &format!("multipart/alternative; boundary=\"{boundary}\""));
    content.extend_from_slice(b"\r\n");
    for part in [part::text("plain", &text::clean(&html::to_text(words))), part::text("html", words)] {
        content.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        content.extend_from_slice(part.trim_ascii_end());
        content.extend_from_slice(b"\r\n\r\n");
    }
    content.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::structure::Structure;

    fn answer(reply: &Reply, original: &str) -> String {
        let sender = Mailbox { name: Some("Kåre Ås".to_owned()), address: "kare@fjord.example".to_owned() };
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let rules = Rules { sender: &sender, owned: &[], now, id: "1", host: "fjord.example" };
        let Answer { header, body } =
            write(&Headers::read(original.as_bytes()), reply, "ola@fjord.example", &rules);
        assert!(body.starts_with(b"\r\n") && header.ends_with(b"\r\n") && !header.ends_with(b"\r\n\r\n"));
        String::from_utf8([header, body].concat()).unwrap()
    }

    const ORIGINAL: &str = "From: Ola <ola@fjord.example>\r\nSubject: Bl=C3=A5b=?utf-8?q?=C3=A6?=r\r\nMessage-ID: <3@x>\r\n\
        References: <1@x> <2@x>\r\n\r\n";

    #[test]
    fn an_answer_says_that_a_program_wrote_it_and_to_what() {
        let reply = Reply { text: Some("På ferie.\n".to_owned()), ..Reply::default() };
        let text = answer(&reply, ORIGINAL);
        for line in [
            "To: ola@fjord.example",
            "In-Reply-To: <3@x>",
            "References: <1@x>\r\n <2@x>\r\n <3@x>",
            "Auto-Submitted: auto-replied",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
        }
        assert!(text.starts_with("From: =?utf-8?"), "{text}");
        let bare = answer(&reply, "Subject: a\r\nX: y\r\n\r\n");
        assert!(bare.contains("\r\nSubject: Auto: a\r\n") && !bare.contains("References"), "{bare}");
        assert!(answer(&reply, "X: y\r\n\r\n").contains("\r\nSubject: Auto:\r\n"));
    }

    #[test]
    fn html_goes_with_its_words_as_text() {
        let html = "<p>P\u{e5} <b>ferie</b></p>".to_owned();
        let text = answer(&Reply { text: Some(html), is_html: Some(true), ..Reply::default() }, ORIGINAL);
        let parsed = crate::mime::parse::parse(text.as_bytes());
        let kinds: Vec<String> = parsed.structure().parts().iter().map(Structure::media_type).collect();
        assert_eq!(kinds, ["text/plain", "text/html"]);
    }
}
