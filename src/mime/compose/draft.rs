//! A draft as a phone describes it in fields and attachments, as a message. Sends none.

use bytes::Bytes;

use crate::mime::address::Mailbox;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::compose::Rules;
use crate::mime::compose::header;
use crate::mime::compose::header::Header;
use crate::mime::compose::part;
use crate::mime::compose::part::Part;
use crate::mime::field;
use crate::mime::field::Field;
use crate::mime::html;
use crate::mime::letter::Letter;
use crate::mime::section::Section;
use crate::mime::text;
use crate::mime::words;
use crate::model::task::Importance;

/// A message in the making.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Who it is for.
    pub to: Vec<Mailbox>,
    /// Who else gets it.
    pub cc: Vec<Mailbox>,
    /// Who gets it unseen.
    pub bcc: Vec<Mailbox>,
    /// Where answers go.
    pub reply_to: Vec<Mailbox>,
    /// What it is about.
    pub subject: String,
    /// How urgent it is.
    pub importance: Importance,
    /// What it answers, the last last.
    pub references: Vec<String>,
    /// The fields of the header it had that none of these is of, as they were written.
    pub others: Vec<u8>,
    /// What it says, as text or HTML.
    pub words: String,
    /// Whether that is HTML.
    pub is_html: bool,
    /// The parts of the message it was before that are still attached.
    pub kept: Vec<Section>,
    /// What is new.
    pub files: Vec<File>,
}

/// A file that is attached anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// What it is called.
    pub name: String,
    /// Its type; none: nobody knows.
    pub media_type: Option<String>,
    /// What the HTML calls it.
    pub content_id: Option<String>,
    /// Whether it is shown within the text.
    pub is_inline: bool,
    /// What is in it.
    pub bytes: Bytes,
}

/// The message that a draft is, with what it keeps of the one it was before.
pub fn write(draft: &Draft, before: Option<&Letter>, rules: &Rules<'_>) -> Outgoing {
    let header = Header::settle(&fields(draft), rules);
    let mut parts: Vec<Part> = vec![words(draft, rules.id)];
    let attachments = before.map(Letter::attachments).unwrap_or_default();
    for attachment in attachments.iter().filter(|attachment| draft.kept.contains(&attachment.section)) {
        let found = before.and_then(|before| before.structure().part(&attachment.section));
        parts.extend(found.map(|found| part::original(attachment, found)));
    }
    for file in &draft.files {
        let media_type =
            file.media_type.as_deref().filter(|kind| is_type(kind)).unwrap_or("application/octet-stream");
        parts.push(part::file(
            media_type,
            &file.name,
            file.content_id.as_deref(),
            file.is_inline,
            &file.bytes,
        ));
    }
    let boundary = format!("=_{}_m", rules.id);
    if parts.len() == 1 {
        let (content, body) = part::split(parts.pop().unwrap_or_default());
        return header.finish(&content, body);
    }
    let mut content = Vec::new();
    header::add(&mut content, "Content-Type", &format!("multipart/mixed; boundary=\"{boundary}\""));
    header.finish(&content, part::join(parts, &boundary))
}

/// The fields of a header that a draft has no name for: they are kept as they are.
pub fn others(header: &[u8]) -> Vec<u8> {
    const NAMED: [&str; 16] = [
        "to",
        "cc",
        "bcc",
        "reply-to",
        "subject",
        "importance",
        "x-priority",
        "x-msmail-priority",
        "priority",
        "in-reply-to",
        "references",
        "date",
        "mime-version",
        "received",
        "return-path",
        "delivered-to",
    ];
    let is_named = |field: &Field<'_>| NAMED.iter().any(|name| field.is(name));
    let header = text::with_crlf(header.get(..field::end_of_header(header)).unwrap_or(header));
    field::fields(&header).filter(|field| !is_named(field)).flat_map(|field| field.with_end()).collect()
}

fn fields(draft: &Draft) -> Vec<u8> {
    let mut fields = draft.others.clone();
    let lists = [("To", &draft.to), ("Cc", &draft.cc), ("Bcc", &draft.bcc), ("Reply-To", &draft.reply_to)];
    for (name, mailboxes) in lists.into_iter().filter(|(_, mailboxes)| !mailboxes.is_empty()) {
        let list = mailboxes.iter().map(Mailbox::encode).collect::<Vec<_>>().join(",\r\n ");
        header::add(&mut fields, name, &list);
    }
    let subject: String = draft.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    header::add(&mut fields, "Subject", &words::encode(&subject));
    match draft.importance {
        Importance::High => header::add(&mut fields, "Importance", "high"),
        Importance::Low => header::add(&mut fields, "Importance", "low"),
        Importance::Normal => {}
    }
    if let Some(last) = draft.references.last() {
        header::add(&mut fields, "In-Reply-To", &format!("<{last}>"));
        let ids: Vec<String> = draft.references.iter().map(|id| format!("<{id}>")).collect();
        header::add(&mut fields, "References", &ids.join("\r\n "));
    }
    fields
}

/// What it says; HTML with the text of it beside, for those who read nothing else.
fn words(draft: &Draft, id: &str) -> Part {
    let plain =
        if draft.is_html { text::clean(&html::to_text(&draft.words)) } else { text::clean(&draft.words) };
    let plain = vec![Piece::Own(part::text("plain", &plain))];
    if !draft.is_html {
        return plain;
    }
    let html = vec![Piece::Own(part::text("html", &text::clean_html(draft.words.clone())))];
    let boundary = format!("=_{id}_a");
    let head = format!("Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n");
    let mut both = vec![Piece::Own(Bytes::from(head))];
    both.extend(part::join(vec![plain, html], &boundary));
    both
}

/// Whether it is the name of a type and nothing else.
fn is_type(kind: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+._".contains(&byte))
    };
    kind.split_once('/').is_some_and(|(main, sub)| is_word(main) && is_word(sub))
}
